"""Files on disk: whole or not there at all, for their owner's eyes, over nothing that was not meant.

A symbolic link is never written through, not even to overwrite: what it points at may be anybody's. Errors
name the argument ``path`` and never what it holds, which may be a child's name.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from ..errors import FILE_EXISTS, LibrusConfigurationError, LibrusSdkError
from .troubles import troubled, word_for

__all__ = ["PartFile", "path_or_none", "reason_of", "save", "sync_folder"]

T = TypeVar("T")


def save(
    content: bytes,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    part: str = "",
    named: str = "path names",
) -> None:
    """Write a file that only its owner may read.

    Args:
        content: all of it.
        path: the file.
        overwrite: replace a file that is there already.
        part: as for :class:`PartFile`.
        named: as for :class:`PartFile`.

    Raises:
        LibrusConfigurationError: ``FILE_EXISTS`` when it is there already; or something that is no file is
            there, or the folder or the disk does not allow it.
    """
    file = PartFile(path, overwrite=overwrite, part=part, named=named)
    problem = _written(file, content)
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

    What is wrong with the path is said by :meth:`open`: until then whoever made this can forget the path.

    Args:
        path: the file to be.
        overwrite: replace a file that is there already.
        part: the name it has while it is written, which whatever has it now loses; a new one when left out.
        named: who knows the file's name, for errors.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool,
        part: str = "",
        named: str = "path names",
    ) -> None:
        self._path: Final = path_or_none(path)
        self._own_part: Final = part
        self._named: Final = named
        self.size = 0
        self._overwrite: Final = overwrite
        self._file: BinaryIO | None = None
        self._folder: int | None = None
        self._name = self._part = ""

    @property
    def path(self) -> Path:
        """The path as it was given."""
        assert self._path is not None
        return self._path

    def open(self) -> None:
        """Make sure that the file can be written, and begin.

        Raises:
            LibrusConfigurationError: as for :func:`save`; or the path is none.
        """
        if self._path is None:
            raise LibrusConfigurationError("path must be the path of a file (str or os.PathLike).")
        self._guarded(self._open)

    def begin(self) -> None:
        """Begin anew. Raises LibrusConfigurationError."""
        self._guarded(self._begin)

    def write(self, content: bytes) -> None:
        """Add to the file. Raises LibrusConfigurationError when the disk does not take it."""
        self._guarded(lambda: self._opened.write(content))
        self.size += len(content)

    def sync(self) -> None:
        """Have all of it on the disk, and close it. Raises LibrusConfigurationError when that cannot be."""
        self._guarded(self._sync)

    def place(self) -> None:
        """Let the file appear at its path, whole, in one step.

        Raises:
            LibrusConfigurationError: somebody else has created it meanwhile (``FILE_EXISTS``), or the folder
                does not allow it any more.
        """
        self._guarded(self._place)

    def discard(self) -> None:
        """Leave nothing beside the path. Never raises; may be called again."""
        try:
            self._discard()
        finally:
            self._discard()  # an interrupt may have cut the first short; otherwise this does nothing

    def _discard(self) -> None:
        if self._file is not None:
            _ignoring_errors(self._file.close)  # what could not be written is not wanted any more
        if self._part:
            _ignoring_errors(self._unlink)
        # Taken out first: another file may get the number of a folder that was closed.
        folder, self._folder, self._file, self._part = self._folder, None, None, ""
        if folder is not None:
            _ignoring_errors(lambda: os.close(folder))

    def _unlink(self) -> None:
        os.unlink(self._part, dir_fd=self._folder)

    @property
    def _opened(self) -> BinaryIO:
        assert self._file is not None
        return self._file

    def _open(self) -> None:
        # In the same folder, so that it can take its place in one step. No variable here holds a name.
        part = self._own_part or f".librus-{secrets.token_hex(8)}.part"
        if _holds_folders():
            self._folder = os.open(self.path.parent, _HOLD)
            self._name = self.path.name or "."
        else:
            self._name = str(self.path.absolute())
        self._check()
        # Known before the file is made: an interrupt may come when nobody holds it yet.
        self._part = str(Path(self._name).with_name(part))
        if self._own_part:
            with suppress(FileNotFoundError):
                self._unlink()  # not written into: it may be a link, or open elsewhere
        self._file = open(self._part, "xb", opener=self._for_its_owner)  # noqa: SIM115  (see discard)

    def _for_its_owner(self, name: str, flags: int) -> int:
        return os.open(name, flags, 0o600, dir_fd=self._folder)

    def _check(self) -> None:
        """Refuse what is there; what comes there later is safe, too, because placing follows no link."""
        try:
            mode = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return
        if stat.S_ISLNK(mode):
            raise LibrusConfigurationError(f"What {self._named} is a symbolic link; name the file itself.")
        if not stat.S_ISREG(mode):
            raise LibrusConfigurationError(f"What {self._named} exists and is no file; name a file.")
        if not self._overwrite:
            raise FileExistsError

    def _begin(self) -> None:
        self.size = 0
        self._opened.seek(0)
        self._opened.truncate()

    def _sync(self) -> None:
        file = self._opened  # in a thread: somebody may discard it meanwhile
        file.flush()
        os.fsync(file.fileno())
        file.close()

    def _place(self) -> None:
        if self._overwrite or not self._linked():
            os.replace(self._part, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)

    def _linked(self) -> bool:
        """Give the file its second name; False where there are no hard links and the name is free."""
        try:
            os.link(self._part, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        except FileExistsError:
            raise
        except (OSError, AttributeError, NotImplementedError):
            pass  # a file system or a platform without hard links: there looking first must do
        else:
            return True
        self._check()
        return False

    def _guarded(self, work: Callable[[], object]) -> None:
        """Do the work. What the system says of it becomes an error of ours that does not lead to the path."""
        try:
            work()
        except FileExistsError:
            problem = LibrusConfigurationError(
                f"The file that {self._named} exists; overwrite=True replaces it.", code=FILE_EXISTS
            )
        except (OSError, ValueError) as error:
            problem = troubled(
                f"The file that {self._named} cannot be written: {reason_of(error)}.", word_for(error)
            )
        else:
            return
        raise problem


def sync_folder(folder: str | os.PathLike[str]) -> None:
    """Have the names in a folder on the disk, where that can be asked for. Never raises."""

    def sync() -> None:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    _ignoring_errors(sync)


def reason_of(error: OSError | ValueError) -> str:
    """Return what the system says, without the path."""
    # A ValueError is a name with a null character in it.
    return (isinstance(error, OSError) and error.strerror) or "no file can have this name"


# Enough to reach what is in a folder, and no leave to read it where that is not needed.
_HOLD: Final = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0)


def _holds_folders() -> bool:
    """Whether a folder can be held here, so that it stays the same when it is renamed or left meanwhile."""
    return {os.open, os.stat, os.unlink, os.rename} <= os.supports_dir_fd


def path_or_none(path: object) -> Path | None:
    """Return what was given as a path; None where it is none. Never raises."""
    try:
        text = os.fspath(path)  # type: ignore[call-overload]
        return Path(text) if isinstance(text, str) else None
    except Exception:  # noqa: BLE001  (whatever a class of the caller's does there)
        return None


def _ignoring_errors(work: Callable[[], object]) -> None:
    try:
        work()
    except (OSError, ValueError):
        return
