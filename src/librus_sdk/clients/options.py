"""The options sessions and clients share, and what is made of them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeAlias, TypedDict, get_args

from ..environment import Environment
from ..errors import LibrusConfigurationError
from ..events import Emitter, EventHook, to_logger
from ..flows.steps import Ports
from ..flows.token_pair import TokenKeeper
from ..settings import DEFAULT_TIMEOUT_MS, Hosts, RetryPolicy, SessionSettings
from ..shells.clock import Clock

__all__ = ["AuthMode", "Parts", "SessionOptions", "parts_of"]


AuthMode: TypeAlias = Literal["cookies", "oauth"]


class SessionOptions(TypedDict, total=False):
    """Keyword options of sessions and of standalone clients; all may be left out.

    Attributes:
        hosts: where Librus is; the real hosts by default.
        timeout_ms: limit for one attempt of a request, the whole body included, and for waiting for a sign-in
            or renewal that somebody else flies, milliseconds. A thread that flies it itself is bound by
            ``flight_timeout_s``. Default: the variable ``LIBRUS_TIMEOUT_MS``, else 30 000.
        strict: raise LibrusResponseValidationError on rows that do not fit a model, instead of setting them
            aside in ``Rows.rejected`` with a LibrusSchemaWarning. Default: False.
        max_concurrency: data requests in flight at once, for the whole session (on asyncio: for each event
            loop it runs on). Default: 6; more is not polite.
        retry: when and how often a failed read is tried again; ``RetryPolicy.off()`` for never.
        assumed_token_lifetime_s: how long a child's token is believed good, seconds; only ever prompts an
            early renewal. Default: six hours; None switches it off.
        flight_timeout_s: limit for one token renewal or sign-in as a whole, seconds. Default: 30.
        close_grace_s: how long closing waits for a renewal under way, seconds. Default: 5.
        max_answer_bytes: the largest answer that is held in memory, unpacked, bytes; a larger one is a
            LibrusResponseValidationError. Default: 64 MiB. What ``client.save`` writes to disk has a limit of
            its own.
        on_event: called with every :class:`~librus_sdk.events.Event`.
        logger: where events are logged, when there is no ``on_event``.
        clock: the time source; tests pass their own.
        auth: how a family account signs in: ``"cookies"`` as a browser does (the default), or ``"oauth"`` as
            the phone application does, with tokens that renew each other, so that a program can go on without
            keeping the password.
        tokens: where the tokens of ``auth="oauth"`` are kept between runs, e.g. a
            :class:`~librus_sdk.TokenFile`; None keeps them in memory only.
    """

    hosts: Hosts
    timeout_ms: int | None
    strict: bool
    max_concurrency: int
    retry: RetryPolicy
    assumed_token_lifetime_s: float | None
    flight_timeout_s: float
    close_grace_s: float
    max_answer_bytes: int
    on_event: EventHook | None
    logger: logging.Logger | None
    clock: Clock
    auth: AuthMode
    tokens: TokenKeeper | None


@dataclass(frozen=True, slots=True)
class Parts:
    """The checked settings, the time source, the ears, what flows see of them, and how to sign in."""

    settings: SessionSettings
    clock: Clock
    emitter: Emitter
    ports: Ports
    auth: AuthMode = "cookies"
    tokens: TokenKeeper | None = None


def _check(value: object, kind: type | tuple[type, ...], problem: str) -> None:
    if not isinstance(value, kind):
        raise LibrusConfigurationError(problem)


_SETTINGS = frozenset(SessionSettings.__dataclass_fields__)
_OTHERS = frozenset({"on_event", "logger", "clock", "auth", "tokens"})


def parts_of(options: SessionOptions) -> Parts:
    """Check the options and build what they describe. No I/O.

    Raises:
        LibrusConfigurationError: an option is unknown or has an impossible value.
    """
    unknown = sorted(set(options) - _SETTINGS - _OTHERS)
    if unknown:
        known = sorted(_SETTINGS | _OTHERS)
        near = get_close_matches(unknown[0], known, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise LibrusConfigurationError(
            f"Unknown option {unknown[0]!r}.{guess} Options are: {', '.join(known)}."
        )
    given = {name: value for name, value in options.items() if name in _SETTINGS}
    if given.get("timeout_ms") is None:
        given["timeout_ms"] = Environment().timeout_ms() or DEFAULT_TIMEOUT_MS
    settings = SessionSettings(**given)  # type: ignore[arg-type]
    clock = options.get("clock") or Clock()
    hook, logger = options.get("on_event"), options.get("logger")
    _check(clock, Clock, "clock must be a Clock.")
    if hook is not None and not callable(hook):
        raise LibrusConfigurationError("on_event must be a function that takes an Event.")
    if logger is not None:
        _check(logger, (logging.Logger, logging.LoggerAdapter), "logger must be a logging.Logger.")
    auth, tokens = options.get("auth", "cookies"), options.get("tokens")
    if auth not in get_args(AuthMode):
        raise LibrusConfigurationError("auth must be 'cookies' or 'oauth'.")
    if tokens is not None and auth != "oauth":
        raise LibrusConfigurationError("tokens are kept for auth='oauth' only; cookies have none.")
    if tokens is not None and not all(hasattr(tokens, name) for name in ("load", "save", "forget")):
        raise LibrusConfigurationError("tokens must be a TokenKeeper, like TokenFile(path).")
    if hook is None and logger is not None:
        hook = to_logger(logger)
    emitter = Emitter(hook, clock.wall)
    ports = Ports(clock.monotonic, clock.wall, clock.random, emitter)
    return Parts(settings, clock, emitter, ports, auth, tokens)
