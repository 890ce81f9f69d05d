"""A download on its way to disk."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Final, Self

from ..endpoints import Get, download
from ..errors import LibrusConfigurationError
from ..models.download import Download, SavedFile
from ..shells.disk import PartFile
from ._files import is_surely_file

__all__ = ["MAX_FILE_BYTES", "Saving"]

MAX_FILE_BYTES: Final = 512 * 2**20


class Saving:
    """Takes a file from a read: the sink of its request. Leaves nothing behind unless it is done.

    Nothing is written for an answer that cannot be the file, be it an error, a page, or a note where the file
    is; those are judged as for a download into memory. An attempt that is repeated begins with an empty file.
    Whatever is wrong is said by :meth:`open`, and not before: until then the caller can forget the path,
    which may hold a child's name, and a traceback shows a frame's variables.
    """

    def __init__(self, get: Any, path: str | os.PathLike[str], *, overwrite: bool, max_bytes: Any) -> None:
        self.max_bytes: int = max_bytes
        self._get = get
        self._part = PartFile(path, overwrite=overwrite)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._part.discard()

    def open(self) -> None:
        """Make sure that the file can be saved. Call it when entered: what it makes is taken away in the end.

        Raises:
            LibrusConfigurationError: an argument is wrong, or the folder does not allow it.
        """
        get: object = self._get
        if not isinstance(get, Get) or get.decode is not download():
            raise LibrusConfigurationError(
                "get must be the declared read of a file, like Homework.attachment(client.homework, id); "
                "everything else is read with its own method."
            )
        most: object = self.max_bytes
        if not isinstance(most, int) or isinstance(most, bool) or most < 1:
            raise LibrusConfigurationError("max_bytes must be a whole number of bytes, at least 1.")
        self._part.open()

    def wants(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether the answer is the file."""
        return is_surely_file(status, headers)

    def begin(self) -> None:
        """Begin with an empty file."""
        self._part.begin()

    def write(self, part: bytes) -> None:
        """Add to the file."""
        self._part.write(part)

    def done(self, found: Download) -> SavedFile:
        """Let the file appear, and describe it."""
        self._part.sync()
        return self._placed(found)

    async def done_async(self, found: Download) -> SavedFile:
        """Let the file appear, and describe it; waits for the disk in a thread."""
        await _in_thread(self._part.sync)
        # Not in the thread: from here to the end nothing can be cancelled half done.
        return self._placed(found)

    def _placed(self, found: Download) -> SavedFile:
        self._part.place()
        return SavedFile(
            path=self._part.path,
            size=self._part.size,
            content_type=found.content_type,
            content_disposition=found.content_disposition,
            name=found.name,
        )


async def _in_thread(work: Callable[[], None]) -> None:
    """Do the work in a thread, to its end: a cancellation goes on when it is done.

    The thread is its own, because the event loop's may all be busy: nobody could tell how long.
    """
    executor = ThreadPoolExecutor(1, "librus-save")
    try:
        working = asyncio.wrap_future(executor.submit(_problem_of, work))
    except RuntimeError:  # no thread to be had, as at the end of the program
        problem = _problem_of(work)
    else:
        problem = await _waited_for(working)
    finally:
        executor.shutdown(wait=False)
    if problem is not None:
        raise problem


def _problem_of(work: Callable[[], None]) -> Exception | None:
    # Returned, not raised: a future complains about an exception that nobody took from it.
    try:
        work()
    except Exception as error:  # noqa: BLE001  (raised by the caller)
        return error
    return None


async def _waited_for(working: asyncio.Future[Exception | None]) -> Exception | None:
    cancelled: asyncio.CancelledError | None = None
    while not working.done():
        try:
            await asyncio.wait((working,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return working.result()
