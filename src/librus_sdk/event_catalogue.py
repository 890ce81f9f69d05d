"""Every event there is, and the one place that decides what may stand in one.

An event that is not listed in :data:`EVENTS` is not told. Of one that is, only the listed fields get out,
each in the shape its kind of field has: a number, a word, an address without its query, a sentence in which
nothing looks like a key. Everything else is left out, a :class:`~librus_sdk.secret.Secret` among it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote, urlsplit

from .errors import LibrusSdkError

__all__ = ["EVENTS", "FIELDS", "EventKind", "FieldKind", "facts_of", "markdown"]

HIDDEN: Final = "REDACTED"
LONGEST_MESSAGE: Final = 400
LONGEST_WORD: Final = 48


# --- what a field may hold ----------------------------------------------------------------------------------


def _count(value: object) -> object:
    return value if type(value) is int and value >= 0 else None


def _word(value: object) -> object:
    fits = isinstance(value, str) and len(value) <= LONGEST_WORD and _WORD.fullmatch(value)
    return value if fits else None


def _code(value: object) -> object:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _table(value: object) -> object:
    return value if isinstance(value, str) and _TABLE.fullmatch(value) else None


def _one_of(*words: str) -> Callable[[object], object]:
    return lambda value: value if isinstance(value, str) and value in words else None


def _address(value: object) -> object:
    """Origin and path; user, query and fragment are not shown."""
    if not isinstance(value, str):
        return None
    try:
        parts = urlsplit(value)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}{_hidden_in(parts.path)}"


def _path(value: object) -> object:
    if not isinstance(value, str) or not value.startswith("/"):
        return "" if value == "" else None
    return _hidden_in(value.partition("?")[0].partition("#")[0])


def _hidden_in(path: str) -> str:
    """The path without the one-time tokens and logins that stand in some addresses, or look as if so."""
    shown: list[str] = []
    for part in path.split("/"):
        telling = bool(shown) and shown[-1].lower() in _BEFORE_SECRETS
        shown.append(HIDDEN if part and (telling or _looks_secret(unquote(part))) else part)
    return "/".join(shown)


def _looks_secret(text: str) -> bool:
    return "@" in text or (_KEY.search(text) is not None and not _UUID.fullmatch(text))


def _message(value: object) -> object:
    """A sentence; addresses in it are shown as such, and what looks like a key or an e-mail is not."""
    if not isinstance(value, str):
        return None
    text = _LINK.sub(lambda found: str(_address(found[0]) or HIDDEN), value)
    text = _WITH_SLASH.sub(lambda found: _hidden_in(found[0].partition("?")[0]), text)
    for pattern in (_AUTHORIZATION, _EMAIL):
        text = pattern.sub(HIDDEN, text)
    text = _KEY.sub(lambda found: found[0] if _UUID.fullmatch(found[0]) else HIDDEN, text)
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"


# Names of classes and reasons have few digits, keys have many.
_WORD: Final = re.compile(r"(?:[A-Za-z_]+[0-9]{0,3}){1,3}")
_CODE: Final = re.compile(r"[A-Z][A-Z_]{0,47}")
_TABLE: Final = re.compile(r"[A-Za-z]{1,40}(?:/[A-Za-z]{1,40}){0,3}")
_HOST: Final = re.compile(r"[a-z0-9.:_-]{1,253}")
_BEFORE_SECRETS: Final = frozenset({"fresh", "token"})
# Longer than any word in an address of Librus, and with a digit in it.
_KEY: Final = re.compile(r"(?=[A-Za-z_+=.-]*\d)[A-Za-z0-9_+=.-]{32,}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LINK: Final = re.compile(r"https?://[^\s\"'<>()]+", re.IGNORECASE)
_WITH_SLASH: Final = re.compile(r"[^\s\"'<>()/]*/[^\s\"'<>()]*")
_EMAIL: Final = re.compile(r"[^\s@,;:<>()\"']+@[^\s@,;:<>()\"']+")
_AUTHORIZATION: Final = re.compile(r"\b(?:bearer|basic)\s+\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A field: what it says, and which values of it may be shown.

    Attributes:
        about: one phrase, for the documentation.
        shown: returns the value as it may be shown, or None when it may not.
    """

    about: str
    shown: Callable[[object], object]


FIELDS: Final[Mapping[str, FieldKind]] = MappingProxyType(
    {
        "auth_mode": FieldKind(
            "what goes along: a `bearer` token, a `cookie`, or `none`", _one_of("bearer", "cookie", "none")
        ),
        "endpoint": FieldKind("the address, without its query and without logins and keys", _address),
        "method": FieldKind("`GET`, `POST` …", _one_of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")),
        "path": FieldKind("the path of the address", _path),
        "portal_base_url": FieldKind("the family portal", _address),
        "synergia_base_url": FieldKind("the register's website", _address),
        "messages_base_url": FieldKind("the messages' website", _address),
        "status": FieldKind("the HTTP status", _count),
        "duration_ms": FieldKind("since the start, milliseconds", _count),
        "timeout_ms": FieldKind("the limit that ran out, milliseconds", _count),
        "attempt": FieldKind("which attempt has failed, from 1", _count),
        "delay_ms": FieldKind("the pause before the next one, milliseconds", _count),
        "reason": FieldKind("why, as one word: `status_503`, `network_error`, `timeout` …", _word),
        "waited_ms": FieldKind("how long a request waited for its turn, milliseconds", _count),
        "pause_ms": FieldKind("until the session goes on, milliseconds", _count),
        "rest_ms": FieldKind("until that part of Librus, or the store, is asked again, milliseconds", _count),
        "host": FieldKind("a part of Librus, as an address without a path", _address),
        "slot": FieldKind(
            "whose credential: `portal`, `accounts`, `child`, `web` or `messages`",
            _one_of("portal", "accounts", "child", "web", "messages"),
        ),
        "table": FieldKind("which look-up table", _table),
        "error_name": FieldKind("class of the error", _word),
        "error_code": FieldKind("code of the error", _code),
        "error_message": FieldKind("the error in words", _message),
    }
)


# --- the events ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventKind:
    """An event there is.

    Attributes:
        level: ``debug``, ``info``, ``warn`` or ``error``.
        when: one phrase, for the documentation.
        fields: those every such event has.
        optional: those it has when there is something to say.
    """

    level: str
    when: str
    fields: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_ERROR: Final = ("error_name", "error_code", "error_message", "status", "timeout_ms")
_REQUEST: Final = ("auth_mode", "endpoint", "method", "path")
_TROUBLE: Final = (("reason",), ("error_name",))


def _ends(what: str, *named: str) -> dict[str, EventKind]:
    """The three ends of something that has a start."""
    return {
        "success": EventKind("info", f"{what} is done", (*named, "duration_ms")),
        "failure": EventKind("error", f"{what} failed", (*named, "duration_ms"), _ERROR),
        "abandoned": EventKind(
            "debug", f"{what} was broken off: cancelled, or interrupted", (*named, "duration_ms")
        ),
    }


def _family(stem: str, **kinds: EventKind) -> dict[str, EventKind]:
    return {f"{stem}.{ending}": kind for ending, kind in kinds.items()}


_SIGN_IN: Final = {ending: kind for ending, kind in _ends("it").items() if ending != "abandoned"}

EVENTS: Final[Mapping[str, EventKind]] = MappingProxyType(
    {
        **_family(
            "synergia.request",
            start=EventKind("debug", "a request goes out", _REQUEST),
            success=EventKind("info", "it was answered (2xx or 3xx)", (*_REQUEST, "status", "duration_ms")),
            failure=EventKind(
                "error", "the answer was another, or there was none", (*_REQUEST, "duration_ms"), _ERROR
            ),
            abandoned=EventKind(
                "debug", "its caller was cancelled or interrupted", (*_REQUEST, "duration_ms")
            ),
        ),
        "synergia.timeout": EventKind(
            "warn",
            "no whole answer came in time; the failure follows",
            (*_REQUEST, "timeout_ms", "duration_ms"),
        ),
        "synergia.retry": EventKind(
            "warn",
            "a read, or a harmless step of a sign-in, failed and is tried again after a pause",
            ("attempt", "delay_ms", "endpoint", "method", "reason"),
        ),
        **_family(
            "traffic",
            waited=EventKind(
                "debug",
                "a request waited before it was sent; `reason` is `rate` or `throttle`",
                ("endpoint", "reason", "waited_ms"),
            ),
            throttled=EventKind(
                "warn", "Librus asked for fewer requests: the whole session pauses", ("endpoint", "pause_ms")
            ),
        ),
        **_family(
            "traffic.circuit",
            open=EventKind(
                "warn",
                "a part of Librus is under maintenance and left alone for a while",
                ("host", "rest_ms"),
            ),
            closed=EventKind("info", "it answers again", ("host",)),
        ),
        **_family(
            "session.refresh",
            start=EventKind("debug", "a credential is renewed, for everybody who needs it", ("slot",)),
            **_ends("the renewal", "slot"),
            reused=EventKind("debug", "a call was refused, and somebody had renewed already", ("slot",)),
        ),
        **_family(
            "lookup.read",
            start=EventKind("debug", "a look-up table is read, for everybody who needs it", ("table",)),
            **_ends("the reading", "table"),
        ),
        **_family(
            "portal.login",
            start=EventKind("debug", "the family account signs in", ("portal_base_url",)),
            **_SIGN_IN,
        ),
        **_family(
            "web.login",
            start=EventKind("debug", "a school's login signs in", ("synergia_base_url",)),
            **_SIGN_IN,
        ),
        **_family(
            "web.extend",
            start=EventKind("debug", "its session is prolonged, without the password"),
            success=EventKind("info", "it was prolonged", ("duration_ms",)),
            failure=EventKind("warn", "it was not; with an error if there was one", ("duration_ms",), _ERROR),
        ),
        **_family(
            "messages.login",
            start=EventKind("debug", "a session of the messages' website is opened", ("messages_base_url",)),
            **_SIGN_IN,
        ),
        **_family(
            "store",
            adopted=EventKind(
                "info", "a credential was taken from the store, without asking Librus for one", ("slot",)
            ),
            saved=EventKind("debug", "the store has a renewed credential, or the news of a failed renewal"),
            failure_shared=EventKind(
                "info", "another process tried the renewal this one waited for, and failed", ("slot",)
            ),
            busy=EventKind(
                "warn",
                "another process has held the right to renew for too long; it is renewed without",
                ("slot",),
            ),
            unread=EventKind("warn", "the store could not be read; the session goes on without", *_TROUBLE),
            unclaimed=EventKind("warn", "the right to renew could not be had at all", *_TROUBLE),
            unsaved=EventKind("warn", "a renewed credential could not be kept", *_TROUBLE),
            unreleased=EventKind("warn", "the right to renew could not be given back", *_TROUBLE),
            resting=EventKind(
                "warn",
                "the store does not answer; it is left alone for a while, and the session goes on without",
                ("reason", "rest_ms"),
            ),
            back=EventKind("info", "it answers again"),
            set_aside=EventKind(
                "warn",
                "what was kept cannot be used (`damaged`, `foreign` or `newer`) and lies aside now",
                ("reason",),
            ),
        ),
        **_family(
            "portal.tokens",
            resent=EventKind("warn", "tokens are renewed by one that was sent before, without an answer"),
        ),
    }
)


def facts_of(name: str, given: Mapping[str, object]) -> Mapping[str, object] | None:
    """Return what the event of this name may say of what it was given; None for an event that is not listed.

    ``error``, a :class:`~librus_sdk.errors.LibrusSdkError`, becomes the error fields.
    """
    kind = EVENTS.get(name)
    if kind is None:
        return None
    error = given.get("error")
    known = {**_of_error(error), **given} if isinstance(error, LibrusSdkError) else given
    facts: dict[str, object] = {}
    for field in (*kind.fields, *kind.optional):
        shown = FIELDS[field].shown(known.get(field))
        if shown is not None:
            facts[field] = shown
    return MappingProxyType(facts)


def _of_error(error: LibrusSdkError) -> dict[str, object]:
    return {
        "error_name": type(error).__name__,
        "error_code": error.code,
        "error_message": error.message,
        "status": error.details.get("status"),
        "timeout_ms": error.details.get("timeout_ms"),
    }


def markdown() -> str:
    """Return the documentation's two tables: the events, and the fields."""
    lines = ["| Event | Level | When | Fields |", "|---|---|---|---|"]
    for name, kind in EVENTS.items():
        fields = [*(f"`{field}`" for field in kind.fields), *(f"`{field}`?" for field in kind.optional)]
        lines.append(f"| `{name}` | {kind.level} | {kind.when} | {', '.join(fields) or '–'} |")
    lines += ["", "| Field | What it says |", "|---|---|"]
    lines += [f"| `{name}` | {kind.about} |" for name, kind in FIELDS.items()]
    return "\n".join(lines)
