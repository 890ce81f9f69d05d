"""The options sessions and clients share, and what is made of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias, TypedDict, get_args

from ..environment import Environment
from ..errors import LibrusConfigurationError
from ..events import Emitter, EventHook, hooks_of, to_logger
from ..flows.steps import Ports
from ..settings import DEFAULT_TIMEOUT_MS, Hosts, RetryPolicy, SessionSettings
from ..shells.clock import Clock
from ..shells.store import SessionStore

__all__ = ["AuthMode", "ClientOptions", "Parts", "SessionOptions", "own_settings", "parts_of"]


AuthMode: TypeAlias = Literal["cookies", "oauth"]


class SessionOptions(TypedDict, total=False):
    """Keyword options of sessions and of standalone clients; all may be left out.

    Attributes:
        hosts: where Librus is; the real hosts by default.
        timeout_ms: limit for one attempt of a request, the whole body included, and for waiting for a sign-in
            or renewal that somebody else flies, milliseconds. A thread that flies it itself is bound by
            ``flight_timeout_s``. Default: the variable ``LIBRUS_TIMEOUT_MS``, else 30 000.
        timeout_total_ms: limit for one call as a whole, milliseconds: standing in line, all attempts and the
            pauses between them, and waiting for sign-in and renewal, which themselves go on. Default: None,
            no such limit.
        strict: raise LibrusResponseValidationError on rows that do not fit a model, instead of setting them
            aside in ``Rows.rejected`` with a LibrusSchemaWarning. Default: False.
        max_concurrency: data requests in flight at once, for the whole session (on asyncio: for each event
            loop it runs on). Default: 6; more is not polite.
        max_requests_per_second: how fast requests leave in the long run, for the whole session; the others
            wait. Default: 10; None is no limit.
        request_burst: how many requests may leave without waiting after a quiet time. Default: 150,
            which is a sign-in and the snapshots of two children, with some room.
        retry: when and how often a failed read is tried again; ``RetryPolicy.off()`` for never.
        assumed_token_lifetime_s: how long a child's token is believed good, seconds; only ever prompts an
            early renewal. Default: six hours; None switches it off. The web session of a school's login is
            extended after two hours at the latest.
        flight_timeout_s: limit for one token renewal or sign-in as a whole, seconds. Default: 30.
        close_grace_s: how long closing waits for a renewal under way, seconds. Default: 5.
        max_answer_bytes: the largest answer that is held in memory, unpacked, bytes; a larger one is a
            LibrusResponseValidationError. Default: 64 MiB. What ``client.save`` writes to disk has a limit of
            its own.
        on_event: called with every :class:`~librus_sdk.events.Event`; one function, or several in a list.
        logger: where events are logged, after ``on_event`` was told.
        clock: the time source; tests pass their own.
        auth: how a family account signs in: ``"cookies"`` as a browser does (the default), or ``"oauth"`` as
            the phone application does, with tokens that renew each other, so that a program can go on without
            keeping the password.
        store: where the sign-in is kept between runs and shared between processes, e.g. a
            :class:`~librus_sdk.FileStore`; None keeps it in memory only. The password is never kept.
    """

    hosts: Hosts
    timeout_ms: int | None
    timeout_total_ms: int | None
    strict: bool
    max_concurrency: int
    max_requests_per_second: float | None
    request_burst: int
    retry: RetryPolicy
    assumed_token_lifetime_s: float | None
    flight_timeout_s: float
    close_grace_s: float
    max_answer_bytes: int
    on_event: EventHook | Sequence[EventHook] | None
    logger: logging.Logger | None
    clock: Clock
    auth: AuthMode
    store: SessionStore | None


class ClientOptions(TypedDict, total=False):
    """What a client of one child may have of its own; the session's where it is left out, or None.

    Attributes:
        timeout_ms: limit for one attempt, milliseconds.
        timeout_total_ms: limit for one call as a whole, milliseconds.
        strict: see :class:`SessionOptions`.
    """

    timeout_ms: int | None
    timeout_total_ms: int | None
    strict: bool | None


@dataclass(frozen=True, slots=True)
class Parts:
    """The checked settings, the time source, the ears, what flows see of them, and how to sign in."""

    settings: SessionSettings
    clock: Clock
    emitter: Emitter
    ports: Ports
    auth: AuthMode = "cookies"
    store: SessionStore | None = None


def _check(value: object, kind: type | tuple[type, ...], problem: str) -> None:
    if not isinstance(value, kind):
        raise LibrusConfigurationError(problem)


def own_settings(settings: SessionSettings, options: ClientOptions) -> SessionSettings:
    """Return the settings with a client's own options put in.

    Raises:
        LibrusConfigurationError: an option is unknown or has an impossible value.
    """
    _check_names(options, frozenset(ClientOptions.__annotations__))
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    return replace(settings, **given) if given else settings


def _check_names(options: Mapping[str, object], known: frozenset[str]) -> None:
    unknown = sorted(set(options) - known)
    if unknown:
        near = get_close_matches(unknown[0], sorted(known), n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise LibrusConfigurationError(
            f"Unknown option {unknown[0]!r}.{guess} Options are: {', '.join(sorted(known))}."
        )


_SETTINGS = frozenset(SessionSettings.__dataclass_fields__)
_OTHERS = frozenset({"on_event", "logger", "clock", "auth", "store"})


def parts_of(options: SessionOptions) -> Parts:
    """Check the options and build what they describe. No I/O.

    Raises:
        LibrusConfigurationError: an option is unknown or has an impossible value.
    """
    _check_names(options, _SETTINGS | _OTHERS)
    given = {name: value for name, value in options.items() if name in _SETTINGS}
    if given.get("timeout_ms") is None:
        given["timeout_ms"] = Environment().timeout_ms() or DEFAULT_TIMEOUT_MS
    settings = SessionSettings(**given)  # type: ignore[arg-type]
    clock = options.get("clock") or Clock()
    logger = options.get("logger")
    _check(clock, Clock, "clock must be a Clock.")
    hooks = hooks_of(options.get("on_event"))
    if logger is not None:
        hooks = (*hooks, to_logger(logger))
    auth, store = options.get("auth", "cookies"), options.get("store")
    if auth not in get_args(AuthMode):
        raise LibrusConfigurationError("auth must be 'cookies' or 'oauth'.")
    if store is not None and (isinstance(store, type) or not callable(getattr(store, "shelf", None))):
        raise LibrusConfigurationError("store must be a SessionStore, like FileStore().")
    emitter = Emitter(hooks, clock.wall)
    ports = Ports(clock.monotonic, clock.wall, clock.random, emitter)
    return Parts(settings, clock, emitter, ports, auth, store)
