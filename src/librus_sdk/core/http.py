"""The values that go out and come in: what to ask, what was answered, why there was no answer.

No HTTP library here: the shells translate. A bearer or form value that is a
:class:`~librus_sdk.secret.Secret` stays one until the shell hands it to the wire.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NoReturn, Protocol
from urllib.parse import quote, urlsplit

from ..errors import LibrusConfigurationError, LibrusSdkError
from ..secret import Secret, is_text

__all__ = [
    "GATEWAY",
    "Awaited",
    "Failure",
    "Request",
    "Response",
    "Sink",
    "is_at",
    "is_of_librus",
    "join_url",
    "json_body",
    "json_object",
    "origin_of",
    "origin_text",
    "plain_origin",
    "query_items",
    "segment",
]


GATEWAY: Final = "/gateway/api/2.0"
"""Where the gateway lies on the register's website."""


class Sink(Protocol):
    """Where the body of an answer goes that is too large for memory: a file.

    Attributes:
        max_bytes: the most it takes, decoded.
    """

    max_bytes: int

    def wants(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether this answer is for the sink; any other is kept in memory, to be judged."""
        ...

    def begin(self) -> None:
        """Forget what was written: an answer begins. Raises an error of the SDK, and no other."""
        ...

    def write(self, part: bytes) -> None:
        """Take the next part. Raises an error of the SDK, and no other."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    Attributes:
        url: where to; may hold personal data (a child's login), so it is not in the repr.
        endpoint: the same address as it may be shown in errors and logs.
        name: short name for events, e.g. ``Grades`` or ``portal.fresh``.
        bearer: put on the wire as ``Authorization: Bearer …``.
        bearer_header: the name of that header, where it is another one.
        sink: where the body of the answer goes, if the sink wants it; the response then has an empty one.
        form: fields of an ``application/x-www-form-urlencoded`` body.
        json: a body that is JSON already.
        harmless: whether something other than a GET may be asked again after its credential was refused at
            the door. What people would see twice is not harmless.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    url: str = field(repr=False)
    endpoint: str
    name: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    form: tuple[tuple[str, str | Secret], ...] | None = field(default=None, repr=False)
    bearer: Secret | None = None
    sink: Sink | None = field(default=None, repr=False)
    bearer_header: str = "authorization"
    json: bytes | None = field(default=None, repr=False)
    harmless: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether it may go out again after its credential was refused."""
        return self.harmless or self.method == "GET"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a request cannot be pickled: its address or body may be a key")


@dataclass(frozen=True, slots=True)
class Response:
    """One complete answer.

    Attributes:
        headers: by lower-case name, cookies left out.
        url: where it came from.
        cookies_set: the names of the cookies that came with it.
    """

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    url: str = field(default="", repr=False)
    cookies_set: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an answer cannot be pickled: it may hold tokens")


Awaited = Literal["concurrency", "rate", "throttle"]
"""What a request may have to wait for before it leaves: others before it, its rate, a pause Librus wants."""


@dataclass(frozen=True, slots=True)
class Failure:
    """No complete answer.

    Attributes:
        kind: ``timeout``; ``network``; ``too_large``; or ``sink``, which could not take it.
        reason: what happened, in words that may be shown.
        timeout_ms: the limit that ran out.
        max_bytes: the limit that was exceeded.
        option: what that limit is called; for a timeout only where it is not that of one attempt.
        error: what the sink raised.
        sent: false when the request cannot have reached Librus.
        waited_for: where a limit ran out before it was the request's turn: what it had to wait for.
    """

    kind: Literal["timeout", "network", "too_large", "sink"]
    reason: str
    timeout_ms: int = 0
    max_bytes: int = 0
    option: Literal["", "max_answer_bytes", "max_bytes", "timeout_total_ms", "flight_timeout_s"] = ""
    waited_for: Awaited | None = None
    error: LibrusSdkError | None = field(default=None, repr=False)
    sent: bool = True


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port: what must be equal for two addresses to share an origin."""
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default


def plain_origin(address: Secret) -> tuple[str, str, int | None] | None:
    """Return the origin of an address somebody sent; None for one that is read differently by everybody.

    It is boxed, and nothing is raised: such an address may be a key, and a traceback shows variables.
    """
    text = address.reveal()
    if not is_text(address) or not text.isprintable() or "\\" in text:
        return None
    try:
        return None if "@" in urlsplit(text).netloc else origin_of(text)
    except ValueError:
        return None


def is_at(address: Secret, url: str) -> bool:
    """Whether an address somebody sent is on the origin of one of ours."""
    return plain_origin(address) == origin_of(url)


# A plain name: what is no name of a host is read differently by everybody who reads it.
_LIBRUS: Final = re.compile(r"(?:(?!-)[a-z0-9-]{1,63}\.){0,8}librus\.pl")


def is_of_librus(host: str) -> bool:
    """Whether this is the name of a host of Librus, in lower case."""
    return _LIBRUS.fullmatch(host) is not None


def origin_text(url: str) -> str:
    """Return the origin as an address without a path: ``https://api.librus.pl``."""
    scheme, host, port = origin_of(url)
    host = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}.get(scheme) == port
    return f"{scheme}://{host}" if usual or port is None else f"{scheme}://{host}:{port}"


def join_url(base: str, path: str) -> str:
    """Join so that ``…/3.0`` keeps its last segment, however many slashes the path starts with."""
    return f"{base.rstrip('/')}/{path.lstrip('/')}"


def segment(value: object) -> str:
    """Percent-encode one path segment: ``a/b`` becomes ``a%2Fb``."""
    return quote(_sendable(str(value)), safe="")


def json_body(value: object) -> bytes:
    """Return a document as sent. Raises LibrusConfigurationError when a text in it cannot be sent."""
    return _sendable(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode()


def json_object(body: bytes | str) -> dict[str, Any] | None:
    """Return the JSON object a body is; None when it is none. Raises nothing: a traceback would show it."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def query_items(query: Mapping[str, object] | None) -> tuple[tuple[str, str], ...]:
    """Return the parameters as sent: ``None`` dropped, ``0``, ``False`` and ``""`` kept, order as given.

    Raises:
        LibrusConfigurationError: a text among them cannot be sent.
    """
    items = []
    for key, value in (query or {}).items():
        if value is None:
            continue
        text = ("true" if value else "false") if isinstance(value, bool) else str(value)
        items.append((_sendable(key), _sendable(text)))
    return tuple(items)


def _sendable(text: str) -> str:
    if not is_text(Secret(text)):
        raise LibrusConfigurationError("An id or parameter holds characters that are no text (surrogates).")
    return text
