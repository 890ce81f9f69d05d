"""What a client reads with: one child's credential, and how a declared read becomes an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Self, TypeVar, cast

from ..core.answers import Judge, judge_api
from ..core.http import Request, Sink, join_url, query_items
from ..endpoints import Auth, Get, download
from ..errors import LibrusPermissionError, LibrusSdkError
from ..flows.call import Answer, call
from ..flows.steps import Flow
from ..models.auth import AuthTokenInfo
from ..models.download import Download
from ..secret import Secret
from ..shells.slots import Slot
from ._files import (
    APP_HEADERS,
    FILE_HEADERS,
    described,
    file_request,
    judge_elsewhere,
    judge_file,
    kept,
    note_in,
)
from ._paid import explained, is_puzzling
from .lookup import Tables
from .options import Parts

__all__ = ["Bound", "Reader"]

T = TypeVar("T")

# API 3.0 was confirmed live with exactly what the phone app sends.
_HEADERS: Final = (("accept", "application/json"), *APP_HEADERS)


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
        is_file = get.decode is download()
        request = Request(
            "GET",
            url,
            endpoint=url,
            name=get.path,
            headers=FILE_HEADERS if is_file else _HEADERS,
            query=query_items(get.query),
            bearer=self.bearer,
            sink=sink,
        )
        judge = judge_file if is_file else judge_api
        try:
            answer = yield from self._call(
                request, self.slot, judge, partial(get.decode, strict=settings.strict)
            )
        except LibrusPermissionError as error:
            if not (self.explains and is_puzzling(error, get.path)):
                raise
            refusal = error
        else:
            return (yield from self._whole(answer, request))
        known = yield from self._token_info()
        # Raised here, not while the first is handled: it replaces that one, cause included.
        raise explained(refusal, known) from refusal.__cause__

    def _token_info(self) -> Flow[AuthTokenInfo | None]:
        try:
            return (yield from self.read(Auth.token_info(cast("Any", None))))
        except LibrusSdkError:
            return None

    def _whole(self, answer: Answer[T], request: Request) -> Flow[T]:
        """The answer; a file is what its headers say it is, or lies where a note says."""
        if not isinstance(answer.value, Download):
            return answer.value
        found = described(answer.value, answer.headers)
        if (note := note_in(found)) is not None:
            request = file_request(note, request)
            moved = yield from self._call(request, None, judge_elsewhere, partial(download(), strict=False))
            found = described(moved.value, moved.headers, name=note.name)
        return cast("T", kept(found, request))

    def _call(
        self, request: Request, slot: Slot | None, judge: Judge, decode: Callable[[bytes, str], T]
    ) -> Flow[Answer[T]]:
        # ``decode`` must be no function of this module: no frame of ours may hold the body when it fails.
        parts = self.parts
        return (
            yield from call(
                request,
                slot=slot,
                judge=judge,
                decode=decode,
                retry=parts.settings.retry,
                ports=parts.ports,
            )
        )


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
