"""What a client reads with: one child's credential, and how a declared read becomes an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Self, TypeVar, cast

from ..core.answers import judge_api
from ..core.http import Request, Sink, join_url, query_items
from ..endpoints import Auth, Get, download
from ..errors import LibrusPermissionError, LibrusSdkError
from ..flows.call import Answer, call
from ..flows.steps import Flow
from ..models.auth import AuthTokenInfo
from ..models.download import Download
from ..secret import Secret
from ..shells.slots import Slot
from ._files import checked_file, described, file_address, origin_text
from ._paid import explained, is_puzzling
from .lookup import Tables
from .options import Parts

__all__ = ["Bound", "Reader"]

T = TypeVar("T")

# What the phone app sends; API 3.0 was confirmed live with exactly these. For files it names no type.
_FILE_HEADERS: Final = (
    ("origin", "app://librus"),
    (
        "user-agent",
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Mobile/15E148 LibrusMobileApp"
        ),
    ),
)
_HEADERS: Final = (("accept", "application/json"), *_FILE_HEADERS)


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Which child's credential reads go out with: a slot of a session, or a bare token.

    ``explains`` is whether a 403 of the messages is explained by what the token may do, which costs another
    read.
    """

    parts: Parts
    slot: Slot | None = None
    bearer: Secret | None = None
    explains: bool = True

    def with_options(self, timeout_ms: int | None, strict: bool | None) -> Self:
        """The same with this client's own timeout (milliseconds) and strictness."""
        settings = self.parts.settings
        if timeout_ms is not None:
            settings = replace(settings, timeout_ms=timeout_ms)
        if strict is not None:
            settings = replace(settings, strict=strict)
        return replace(self, parts=replace(self.parts, settings=settings))

    @property
    def timeout_ms(self) -> int:
        """The limit for one attempt, milliseconds."""
        return self.parts.settings.timeout_ms

    def read(self, get: Get[T], sink: Sink | None = None) -> Flow[T]:
        """One read of the API, as a flow. With a sink the content of a file goes there."""
        settings = self.parts.settings
        url = join_url(settings.hosts.api, get.path)
        request = Request(
            "GET",
            url,
            endpoint=url,
            name=get.path,
            headers=_FILE_HEADERS if get.decode is download() else _HEADERS,
            query=query_items(get.query),
            bearer=self.bearer,
            sink=sink,
        )
        try:
            answer = yield from self._call(request, self.slot, partial(get.decode, strict=settings.strict))
        except LibrusPermissionError as error:
            if not (self.explains and is_puzzling(error, get.path)):
                raise
            refusal = error
        else:
            return (yield from self._whole(answer, url, sink))
        known = yield from self._token_info()
        # Raised here, not while the first is handled: it replaces that one, cause included.
        raise explained(refusal, known) from refusal.__cause__

    def _token_info(self) -> Flow[AuthTokenInfo | None]:
        try:
            return (yield from self.read(Auth.token_info(cast("Any", None))))
        except LibrusSdkError:
            return None

    def _whole(self, answer: Answer[T], url: str, sink: Sink | None) -> Flow[T]:
        """The answer; a file is what its headers say it is."""
        if not isinstance(answer.value, Download):
            return answer.value
        found = described(answer.value, answer.headers)
        return cast("T", (yield from self._fetched(found, url, sink)))

    def _call(
        self, request: Request, slot: Slot | None, decode: Callable[[bytes, str], T]
    ) -> Flow[Answer[T]]:
        # ``decode`` must be no function of this module: no frame of ours may hold the body when it fails.
        parts = self.parts
        return (
            yield from call(
                request,
                slot=slot,
                judge=judge_api,
                decode=decode,
                retry=parts.settings.retry,
                ports=parts.ports,
            )
        )

    def _fetched(self, found: Download, url: str, sink: Sink | None) -> Flow[Download]:
        """The file; fetched from elsewhere when what came is a note where it is."""
        note = found.descriptor()
        if note is None:
            return checked_file(found, url)
        target = file_address(note, url)
        # The address is a key of its own: no token goes along, and nobody is shown the address.
        endpoint = f"{origin_text(target)}/REDACTED"
        request = Request("GET", target, endpoint=endpoint, name="file", headers=_FILE_HEADERS, sink=sink)
        answer = yield from self._call(request, None, partial(download(), strict=False))
        return checked_file(described(answer.value, answer.headers, name=note.name), endpoint)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Bound(Reader):
    """What a client of one child is made of: how it reads, and the tables its look-ups share.

    The tables are the child's: every client of it has the same ones, whatever its own options.
    """

    tables: Tables

    @classmethod
    def to(cls, key: str, parts: Parts, *, slot: Slot | None = None, bearer: Secret | None = None) -> Self:
        """Return one with new tables, which are read with these parts' settings."""
        reader = Reader(parts, slot, bearer)
        tables = Tables(reader.read, key, parts.settings.hosts.api, parts.clock)
        return cls(parts=parts, slot=slot, bearer=bearer, tables=tables)
