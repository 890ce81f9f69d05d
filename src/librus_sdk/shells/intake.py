"""How much of an answer is taken, how it is unpacked, and where it goes: to memory or the request's sink.

Sizes are those of the unpacked body, because that is what fills memory and disks: a packed body of a few
kilobytes may hold gigabytes. It is unpacked in pieces of at most a megabyte, so what is too large is noticed
long before it is there. The HTTP library's own unpacking is not used: it takes a body that was cut short for
a whole one, and leaves what it cannot unpack as it is.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final, Literal

from ..core.http import Failure, Request
from ..errors import LibrusSdkError

if TYPE_CHECKING:
    from httpx2 import Response as RawResponse

__all__ = ["ACCEPTED_CODINGS", "BodyError", "Intake", "sink_failure"]

ACCEPTED_CODINGS: Final = "gzip, deflate"
"""What may be asked for: what an :class:`Intake` can unpack."""

_PIECE: Final = 2**20
_ZLIB: Final = 15
_RAW: Final = -15
_GZIP: Final = 31


class BodyError(Exception):
    """The body of an answer is not taken; never leaves the edges."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure: Final = failure


def _unreadable() -> BodyError:
    return BodyError(Failure("network", "unreadable content encoding"))


def _broken() -> BodyError:
    return BodyError(Failure("network", "broken answer"))


class Intake:
    """Takes the body of one answer, as it comes over the wire.

    Raises:
        BodyError: its length, where it is told, is more than the limit; or it is packed in some other way
            than was asked for.
        LibrusSdkError: the sink cannot begin.
    """

    def __init__(self, request: Request, raw: RawResponse, max_answer_bytes: int) -> None:
        self._option: Literal["max_answer_bytes", "max_bytes"] = "max_answer_bytes"
        self._most = max_answer_bytes
        self._sink = None
        self._size = 0
        self._parts: list[bytes] = []
        sink = request.sink
        if sink is not None and sink.wants(raw.status_code, raw.headers):
            self._sink, self._option, self._most = sink, "max_bytes", sink.max_bytes
        self._coding: Final = _coding(raw)
        self._unpacking: Any = None
        # Servers name a coding even where there is nothing to pack, as with a redirect.
        self._may_be_empty: Final = raw.status_code != 200
        length = raw.headers.get("content-length", "")
        if length.isdecimal() and not self._coding:
            self._check(int(length))
        if self._sink is not None:
            self._sink.begin()

    def take(self, part: bytes) -> None:
        """Take the next part. Raises BodyError, and what the sink raises."""
        if self._coding and part:
            self._unpack(part)
        else:
            self._keep(part)

    def body(self) -> bytes:
        """Return what was kept in memory, now that all has come: nothing when the sink took it.

        Raises:
            BodyError: what is packed ends before its end.
        """
        ended = self._may_be_empty if self._unpacking is None else self._unpacking.eof
        if self._coding and not ended:
            raise _broken()
        return b"".join(self._parts)

    def _unpack(self, part: bytes) -> None:
        if self._unpacking is None:
            self._unpacking = zlib.decompressobj(_window(self._coding, part[0]))
        unpacking = self._unpacking
        if unpacking.eof:
            raise _broken()
        try:
            while piece := unpacking.decompress(part, _PIECE):
                self._keep(piece)
                part = unpacking.unconsumed_tail
        except zlib.error:
            pass
        else:
            if unpacking.unused_data:  # a second file in the same body, or no file at all
                raise _broken()
            return
        raise _unreadable()

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        self._check(self._size)
        if self._sink is None:
            self._parts.append(part)
        else:
            self._sink.write(part)

    def _check(self, size: int) -> None:
        if size > self._most:
            reason = f"larger than {self._option}"
            raise BodyError(Failure("too_large", reason, max_bytes=self._most, option=self._option))


def _coding(raw: RawResponse) -> str:
    """Return how the body is packed, ``""`` when it is not. Raises BodyError when nobody asked for that."""
    named = [name.strip().lower() for name in raw.headers.get("content-encoding", "").split(",")]
    codings = [name for name in named if name not in ("", "identity")]
    if not codings:
        return ""
    if codings not in (["gzip"], ["deflate"]):
        raise _unreadable()
    return codings[0]


def _window(coding: str, first: int) -> int:
    """Return what zlib wants to know; ``deflate`` comes with zlib's header or, against the rules, without."""
    if coding == "gzip":
        return _GZIP
    return _ZLIB if first & 0x0F == 8 else _RAW


def sink_failure(error: LibrusSdkError) -> Failure:
    """The sink did not take it. Its error goes along without a traceback: frames of the edge hold tokens."""
    return Failure("sink", "the file cannot be written", error=error.replicate())
