"""Files on disk: whole or not there at all, for their owner's eyes, over nothing that was not meant.

A symbolic link is never written through, not even to overwrite: what it points at may be anybody's. Errors
name the argument ``path`` and never what it holds, which may be a child's name.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from ..errors import FILE_EXISTS, LibrusConfigurationError, LibrusSdkError

__all__ = ["PartFile", "save"]

T = TypeVar("T")


def save(content: bytes, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a file that only its owner may read.

    Args:
        content: all of it.
        path: the file.
        overwrite: replace a file that is there already.

    Raises:
        LibrusConfigurationError: ``FILE_EXISTS`` when it is there already; or something that is no file is
            there, or the folder or the disk does not allow it.
    """
    part = PartFile(path, overwrite=overwrite)
    problem = _written(part, content)
    del path, content  # a traceback shows the variables of a frame
    if problem is not None:
        raise problem


def _written(part: PartFile, content: bytes) -> LibrusSdkError | None:
    try:
        part.open()
        part.write(content)
        part.sync()
        part.place()
    except LibrusSdkError as error:
        return error.replicate()
    finally:
        part.discard()
    return None


class PartFile:
    """A file that is being written beside the place it is for.

    Whoever calls :meth:`open` calls :meth:`discard` in the end, come what may; after :meth:`place` that
    leaves the file where it is.

    Args:
        path: the file to be.
        overwrite: replace a file that is there already.

    Raises:
        LibrusConfigurationError: the path is none.
    """

    def __init__(self, path: str | os.PathLike[str], *, overwrite: bool) -> None:
        given: object = path
        if not isinstance(given, str | os.PathLike) or not isinstance(os.fspath(given), str):
            raise LibrusConfigurationError("path must be the path of a file (str or os.PathLike).")
        self.path: Final = Path(path)
        self.size = 0
        self._overwrite: Final = overwrite
        # In the same folder, so that it can take its place in one step.
        self._part: Final = self.path.parent / f".librus-{secrets.token_hex(8)}.part"
        self._file: BinaryIO | None = None

    def open(self) -> None:
        """Make sure that the file can be written, and begin.

        Raises:
            LibrusConfigurationError: as for :func:`save`.
        """
        _guarded(self._open)

    def begin(self) -> None:
        """Begin anew. Raises LibrusConfigurationError."""
        _guarded(self._begin)

    def write(self, content: bytes) -> None:
        """Add to the file. Raises LibrusConfigurationError when the disk does not take it."""
        _guarded(lambda: self._opened.write(content))
        self.size += len(content)

    def sync(self) -> None:
        """Have all of it on the disk, and close it. Raises LibrusConfigurationError when that cannot be."""
        _guarded(self._sync)

    def place(self) -> None:
        """Let the file appear at its path, whole, in one step.

        Raises:
            LibrusConfigurationError: somebody else has created it meanwhile (``FILE_EXISTS``), or the folder
                does not allow it any more.
        """
        _guarded(self._place)

    def discard(self) -> None:
        """Leave nothing beside the path. Never raises; may be called again."""
        if self._file is None:
            return
        try:
            _ignoring_errors(self._file.close)  # what could not be written is not wanted any more
        finally:
            _ignoring_errors(self._part.unlink)
            self._file = None

    @property
    def _opened(self) -> BinaryIO:
        assert self._file is not None
        return self._file

    def _open(self) -> None:
        self._check()
        try:
            self._file = open(self._part, "xb", opener=_for_its_owner)  # noqa: SIM115  (see discard)
        except BaseException:
            # An interrupt may come when the file is made and nobody holds it yet.
            _ignoring_errors(self._part.unlink)
            raise

    def _check(self) -> None:
        """Refuse what is there; what comes there later is safe, too, because placing follows no link."""
        try:
            mode = os.lstat(self.path).st_mode
        except FileNotFoundError:
            return
        if stat.S_ISLNK(mode):
            raise LibrusConfigurationError("What path names is a symbolic link; name the file itself.")
        if not stat.S_ISREG(mode):
            raise LibrusConfigurationError("What path names exists and is no file; name a file.")
        if not self._overwrite:
            raise FileExistsError

    def _begin(self) -> None:
        self.size = 0
        self._opened.seek(0)
        self._opened.truncate()

    def _sync(self) -> None:
        self._opened.flush()
        os.fsync(self._opened.fileno())
        self._opened.close()

    def _place(self) -> None:
        if self._overwrite:
            self._part.replace(self.path)
            return
        try:
            os.link(self._part, self.path)
        except FileExistsError:
            raise
        except OSError:
            # A file system without hard links: there looking first must do.
            if os.path.lexists(self.path):
                raise FileExistsError from None
            self._part.replace(self.path)


def _for_its_owner(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _ignoring_errors(work: Callable[[], object]) -> None:
    try:
        work()
    except (OSError, ValueError):
        return


def _guarded(work: Callable[[], object]) -> None:
    """Do the work. What the system says of it becomes an error of ours that does not lead to the path."""
    try:
        work()
    except FileExistsError:
        problem = LibrusConfigurationError(
            "The file that path names exists; overwrite=True replaces it.", code=FILE_EXISTS
        )
    except (OSError, ValueError) as error:
        # A ValueError is a name with a null character in it.
        reason = (isinstance(error, OSError) and error.strerror) or "no file can have this name"
        problem = LibrusConfigurationError(f"The file that path names cannot be written: {reason}.")
    else:
        return
    raise problem
