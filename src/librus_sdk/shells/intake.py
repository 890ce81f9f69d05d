"""How much of an answer is taken, and where it goes: into memory, or to the request's sink.

Sizes are those of the unpacked body, because that is what fills memory and disks: a packed body of a few
kilobytes may hold gigabytes. The HTTP library unpacks in pieces of at most a megabyte, so what is too large
is noticed long before it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from ..core.http import Failure, Request
from ..errors import LibrusSdkError

if TYPE_CHECKING:
    from httpx2 import Response as RawResponse

__all__ = ["METER", "Intake", "Meter", "TooLargeError", "sink_failure"]

METER: Final = "librus_sdk.meter"
"""The extension of a response of the HTTP library that holds its :class:`Meter`."""


class TooLargeError(Exception):
    """An answer exceeds its limit; never leaves the edges."""

    def __init__(self, option: Literal["max_answer_bytes", "max_bytes"], most: int) -> None:
        super().__init__(option)
        self.failure: Final = Failure("too_large", f"larger than {option}", max_bytes=most, option=option)


class Meter:
    """Counts what comes over the wire, still packed.

    Bytes after the end of a packed body unpack to nothing, and the library keeps them all the same: without a
    limit of their own they would fill memory unseen.
    """

    def __init__(self) -> None:
        self._came = 0
        self._intake: Intake | None = None

    def report_to(self, intake: Intake) -> None:
        """Have the intake told when more than its limit came."""
        self._intake = intake

    def count(self, part: bytes) -> None:
        """Count a part. Raises TooLargeError."""
        self._came += len(part)
        assert self._intake is not None  # nothing else reads a body
        self._intake.check(self._came)


class Intake:
    """Takes the body of one answer.

    Raises:
        TooLargeError: its length, where it is told, is more than the limit.
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
        meter: Meter = raw.extensions[METER]
        meter.report_to(self)
        length = raw.headers.get("content-length", "")
        if length.isdecimal() and "content-encoding" not in raw.headers:
            self.check(int(length))
        if self._sink is not None:
            self._sink.begin()

    def check(self, size: int) -> None:
        """Raise TooLargeError when that many bytes are too many."""
        if size > self._most:
            raise TooLargeError(self._option, self._most)

    def take(self, part: bytes) -> None:
        """Take the next part, unpacked. Raises TooLargeError, and what the sink raises."""
        self._size += len(part)
        self.check(self._size)
        if self._sink is None:
            self._parts.append(part)
        else:
            self._sink.write(part)

    def body(self) -> bytes:
        """Return what was kept in memory: nothing when the sink took it."""
        return b"".join(self._parts)


def sink_failure(error: LibrusSdkError) -> Failure:
    """The sink did not take it. Its error goes along without a traceback: frames of the edge hold tokens."""
    return Failure("sink", "the file cannot be written", error=error.replicate())
