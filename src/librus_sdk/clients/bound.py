"""What a client reads with: one child's credential, and how a declared read becomes an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, Self, TypeVar, cast

from ..core.answers import Judge
from ..core.http import Request, Sink, join_url, json_body, query_items
from ..endpoints import Auth, Get, Place, Send, download
from ..endpoints._delivering import Delivering
from ..errors import LibrusPermissionError, LibrusSdkError
from ..flows.call import Answer, call, deliver
from ..flows.steps import Flow
from ..models.auth import AuthTokenInfo
from ..models.download import Download
from ..settings import GATEWAY_API_20, ApiBackend
from ..shells.limits import Limits
from ..shells.slots import Slot
from ._files import described, file_judge, kept, note_in, note_of
from ._paid import explained, is_puzzling
from .doors import Door, Doors, unsupported_read
from .fetching import fetched
from .lookup import Tables
from .options import ClientOptions, Parts, own_settings

__all__ = ["Bound", "Reader"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """How one child is read: by which back end, and through which doors.

    ``explains`` is whether a 403 of the messages is explained by what the token may do, which costs another
    read.
    """

    parts: Parts
    backend: ApiBackend
    doors: Doors
    explains: bool = True

    def with_options(self, options: ClientOptions) -> Self:
        """The same with this client's own limits and strictness."""
        settings = own_settings(self.parts.settings, options)
        return replace(self, parts=replace(self.parts, settings=settings))

    @property
    def timeout_ms(self) -> int:
        """The limit for one attempt, milliseconds."""
        return self.parts.settings.timeout_ms

    @property
    def limits(self) -> Limits:
        """What a shell is told about the time a call may take."""
        settings = self.parts.settings
        return {"timeout_ms": settings.timeout_ms, "timeout_total_ms": settings.timeout_total_ms}

    def read(self, get: Get[T], sink: Sink | None = None) -> Flow[T]:
        """One read, as a flow. With a sink the content of a file goes there.

        Raises:
            LibrusUnsupportedBackendError: the back end has no such thing; nothing is sent.
        """
        door = self.doors.get(get.place)
        if door is None or self.backend not in get.backends:
            raise unsupported_read(self.backend, get)
        decode = get.decode
        if self.backend == GATEWAY_API_20 and get.on_gateway is not None:
            decode = get.on_gateway
        is_file = get.decode is download()
        url = join_url(door.base, get.path)
        request = Request(
            _method(get),
            url,
            endpoint=url,
            name=get.path,
            headers=door.headers(file=is_file),
            query=query_items(get.query),
            bearer=door.bearer,
            bearer_header=door.bearer_header,
            sink=sink,
            json=None if get.body is None else json_body(get.body),
            harmless=get.harmless if isinstance(get, Send) else True,
        )
        judge = file_judge(door.judge) if is_file else door.judge
        if isinstance(get, Delivering):
            answered = yield from deliver(request, slot=door.slot, judge=judge, ports=self.parts.ports)
            return cast("T", get.judge(request, answered))
        try:
            # What leads to a file may be good for one download only.
            decoded = partial(decode, strict=self.parts.settings.strict)
            answer = yield from self._call(request, door.slot, judge, decoded, once=not is_file)
        except LibrusPermissionError as error:
            if not (self.explains and get.place == "school" and is_puzzling(error, get.path)):
                raise
            refusal = error
        else:
            return (yield from self._whole(answer, request, door))
        known = yield from self._token_info()
        # Raised here, not while the first is handled: it replaces that one, cause included.
        raise explained(refusal, known) from refusal.__cause__

    def _token_info(self) -> Flow[AuthTokenInfo | None]:
        try:
            return (yield from self.read(Auth.token_info(cast("Any", None))))
        except LibrusSdkError:
            return None

    def _whole(self, answer: Answer[T], request: Request, door: Door) -> Flow[T]:
        """The answer; a file is what its headers say it is, or lies where the answer or a note leads."""
        if not isinstance(answer.value, Download):
            return answer.value
        found = described(answer.value, answer.headers)
        note = note_in(found) if answer.target is None else note_of(answer.target)
        if note is None:
            return cast("T", kept(found, request))
        return cast("T", (yield from fetched(note, request, door, self.parts)))

    def _call(
        self,
        request: Request,
        slot: Slot | None,
        judge: Judge,
        decode: Callable[[bytes, str], T],
        *,
        once: bool,
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
                once=once,
            )
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Bound(Reader):
    """What a client of one child is made of: how it reads, and the tables its look-ups share.

    The tables are the child's: every client of it has the same ones, whatever its own options.
    """

    tables: Tables

    @classmethod
    def to(cls, key: str, parts: Parts, backend: ApiBackend, doors: Doors) -> Self:
        """Return one with new tables, which are read with these parts' settings."""
        reader = Reader(parts, backend, doors)
        tables = Tables(reader.read, key, doors["school"].base, parts.clock)
        return cls(parts=parts, backend=backend, doors=doors, tables=tables)

    def through(self, place: Place, door: Door) -> Self:
        """The same with one more door."""
        return replace(self, doors={**self.doors, place: door})


def _method(get: Get[Any]) -> Literal["GET", "POST", "PUT", "DELETE"]:
    if isinstance(get, Send):
        return get.method
    return "GET" if get.body is None else "POST"
