"""One account's document in a file, and the right to renew it: a lock on a file that lies beside it.

The locked file is never deleted: two processes could then lock two files of one name.  The lock goes with the
process, so one that was killed holds nothing.

No error names a path, which may hold a person's name.
"""

from __future__ import annotations

import json
import os
import re
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from ..errors import LibrusConfigurationError
from ..secret import Secret
from .disk import reason_of, save, sync_folder
from .fork import renew_after_fork
from .interrupts import forget_origin
from .troubles import troubled, word_for

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["LOCK", "UNREADABLE", "FileClaim", "FileShelf", "Plain", "Wrapping", "guarded", "is_open"]

T = TypeVar("T")

LOCK: Final = ".lock"
MAX_BYTES: Final = 8 * 2**20
"""More than any document is long; the reader's own limit is lower."""
UNREADABLE: Final = Secret("")
"""What is loaded of a file that can be no document: no reader takes it for one, so it is set aside."""
_OURS: Final = re.compile(rb'\s*\{\s*"kind"\s*:\s*"librus-sdk (session|names)"|librus-sdk sealed ')
"""How our files begin, the encrypted ones too, and those that were cut short."""


def begins_otherwise(content: bytes) -> bool:
    """Whether this does not begin as our files do."""
    return _OURS.match(content) is None


def is_another_programs(content: bytes) -> bool:
    """Whether this is a whole JSON document and none of this library: somebody else's, not a damaged one.

    So is what is longer than any of ours.
    """
    if not begins_otherwise(content) or len(content) > MAX_BYTES:
        return begins_otherwise(content)
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


class Wrapping(Protocol):
    """How a document stands in its file."""

    @property
    def suffix(self) -> str:
        """What the file's name ends with."""
        ...

    def wrapped(self, content: Secret) -> bytes:
        """Return what is written. Raises LibrusConfigurationError."""
        ...

    def unwrapped(self, content: bytes) -> Secret:
        """Return the document, :data:`UNREADABLE` where there is none. Raises LibrusConfigurationError."""
        ...

    def forget(self) -> None:
        """Throw away what it takes to read the file, which is gone. Raises LibrusConfigurationError."""
        ...


class Plain:
    """As it is."""

    @property
    def suffix(self) -> str:
        """What the file's name ends with."""
        return ".json"

    def wrapped(self, content: Secret) -> bytes:
        """Return what is written."""
        return content.reveal().encode("utf-8", "surrogatepass")

    def unwrapped(self, content: bytes) -> Secret:
        """Return the document."""
        with suppress(UnicodeDecodeError):
            return Secret(content.decode())
        return UNREADABLE

    def forget(self) -> None:
        """Do nothing: a plain file is read by itself."""


class FileShelf:
    """The document of one account, in its file.

    Args:
        folder: where it is.
        stem: its name, without what stands behind the dot.
        wrapping: how it stands in the file.
        watch: is called before the right to renew is taken, when the folder is there.
    """

    def __init__(
        self, folder: Path, stem: str, wrapping: Wrapping, watch: Callable[[], object] = lambda: None
    ) -> None:
        self._folder: Final = folder
        self._watch: Final = watch
        self._stem: Final = stem
        self._wrapping: Final = wrapping
        self._document: Final = folder / f"{stem}{wrapping.suffix}"
        # Only who holds the claim writes it, so what a killed process left there is of no use to anybody.
        self._part: Final = folder / f"{stem}{wrapping.suffix}.part"
        self._lock: Final = folder / f"{stem}{LOCK}"

    def __repr__(self) -> str:
        return "<FileShelf>"

    def load(self) -> Secret | None:
        """Return the document; None when there is none, an empty text when the file can be no document.

        Raises:
            LibrusConfigurationError: the file cannot be read, or it is another user's or no file.
        """
        return guarded("What the session store keeps cannot be read", self._loaded)

    def is_in_use(self) -> bool:
        """Whether there is a file of ours here, if only a part that a killed process left.

        Raises:
            LibrusConfigurationError: as for :meth:`load`.
        """
        return guarded("What the session store keeps cannot be read", self._is_in_use)

    def claim(self) -> FileClaim | None:
        """Take the right to renew, at once; None while another process or session holds it.

        Raises:
            LibrusConfigurationError: the folder does not allow it.
        """
        return guarded("The folder of the session store cannot be used", self._claimed)

    # What follows is for the holder of the claim, and raises OSError as well.

    def put(self, content: Secret) -> None:
        """Write the document."""
        self._check_owner()
        save(
            self._wrapping.wrapped(content),
            self._document,
            overwrite=True,
            part=self._part.name,
            named="the session store keeps",
        )
        sync_folder(self._folder)

    def set_aside(self, reason: str) -> str:
        """Rename the document, and return its path."""
        self._check_owner()
        aside = self._free_name(reason)
        try:
            self._document.replace(aside)
        except BaseException:
            aside.unlink()
            raise
        aside.chmod(0o600)
        sync_folder(self._folder)
        return str(aside)

    def _free_name(self, reason: str) -> Path:
        """Take a name that nothing has, so nothing can get it meanwhile and be lost."""
        numbers = count(1)
        while True:
            aside = self._folder / f"{self._stem}.{reason}-{next(numbers)}{self._wrapping.suffix}"
            with suppress(FileExistsError):
                aside.touch(0o600, exist_ok=False)
                return aside

    def drop(self) -> None:
        """Remove the document, and what a killed process left of the next."""
        self._check_owner()
        self._document.unlink(missing_ok=True)
        self._part.unlink(missing_ok=True)
        sync_folder(self._folder)
        if not any(self._folder.glob(f"{self._stem}.*-*{self._wrapping.suffix}")):
            self._wrapping.forget()

    def erase(self, file: Path, unless: Callable[[bytes], bool]) -> bool:
        """Remove a file of this name, set aside or not, unless this is said of its content; then False."""
        with open(file, "rb", opener=_for_reading) as opened:
            _check(os.fstat(opened.fileno()))
            if unless(opened.read(MAX_BYTES + 1)):
                return False
        file.unlink()
        file.with_name(f"{file.name}.part").unlink(missing_ok=True)
        sync_folder(self._folder)
        return True

    def is_locked_by(self, lock: os.stat_result) -> bool:
        """Whether the file of this lock is still the one others would lock."""
        with suppress(FileNotFoundError):
            return os.path.samestat(lock, self._lock.lstat())
        return False

    def _loaded(self) -> Secret | None:
        content = self._content()
        return None if content is None else self._wrapping.unwrapped(content)

    def _is_in_use(self) -> bool:
        content = self._bytes()
        if content is None:
            return os.path.lexists(self._part)
        return not is_another_programs(content)

    def _content(self) -> bytes | None:
        content = self._bytes()
        return b"\xff" if content is not None and len(content) > MAX_BYTES else content  # can be no document

    def _bytes(self) -> bytes | None:
        with suppress(FileNotFoundError), open(self._document, "rb", opener=_for_reading) as file:
            _check(os.fstat(file.fileno()))
            return file.read(MAX_BYTES + 1)
        return None

    def _check_owner(self) -> None:
        with suppress(FileNotFoundError):
            _check(self._document.lstat())

    def _claimed(self) -> FileClaim | None:
        from filelock import FileLock, Timeout

        _make(self._folder)
        self._watch()
        locked: list[os.stat_result] = []
        lock = FileLock(
            self._lock,
            mode=0o600,
            thread_local=False,
            preserve_lock_file=True,
            on_acquired=lambda handle: locked.append(os.fstat(handle)),
        )
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        return FileClaim(self, lock, locked[0])


class FileClaim:
    """The right to renew a document, for as long as its lock is held.

    A forked process has no part in it, whatever its copy of this says.
    """

    def __init__(self, shelf: FileShelf, lock: BaseFileLock, locked: os.stat_result) -> None:
        self._shelf: Final = shelf
        self._lock: Final = lock
        self._locked: Final = locked
        self.after_fork()
        renew_after_fork(self)

    def __repr__(self) -> str:
        return "<FileClaim>"

    def after_fork(self) -> None:
        """Begin anew in a forked process: whoever was at work is not there."""
        self._at_work = threading.Lock()

    def save(self, content: Secret) -> None:
        """Keep this document instead of any other.

        Raises:
            LibrusConfigurationError: the folder or the disk does not allow it, what is there is another
                user's or no file, or the right has been given back.
        """
        self._working("What the session store keeps cannot be written", lambda: self._shelf.put(content))

    def set_aside(self, reason: str) -> str:
        """Put the document there is out of the way, and return its path.

        Raises:
            LibrusConfigurationError: as for :meth:`save`; or there is none.
        """
        return self._working(
            "What the session store keeps cannot be set aside", lambda: self._shelf.set_aside(reason)
        )

    def remove(self) -> None:
        """Keep no document any more; what was set aside stays.

        Raises:
            LibrusConfigurationError: as for :meth:`save`.
        """
        self._working("What the session store keeps cannot be removed", self._shelf.drop)

    def erase(self, file: Path, *, unless: Callable[[bytes], bool] = begins_otherwise) -> bool:
        """Remove a file that bears the document's name, set aside or not, encrypted or not.

        Args:
            file: its path.
            unless: what is said of the content of a file that stays; then the answer is False.

        Raises:
            LibrusConfigurationError: as for :meth:`save`; or there is no such file.
        """
        return self._working(
            "What the session store keeps cannot be removed",
            lambda: self._shelf.erase(file, unless),
        )

    def release(self) -> None:
        """Give the right back. May be called again, and from any thread; waits for what is being written.

        Raises:
            LibrusConfigurationError: the system does not take it back.
        """
        with self._at_work:
            guarded("The lock of the session store cannot be released", self._lock.release)

    def _working(self, trouble: str, work: Callable[[], T]) -> T:
        with self._at_work:
            return guarded(trouble, lambda: self._done(work))

    def _done(self, work: Callable[[], T]) -> T:
        if not self._lock.is_locked:
            raise troubled("The right to renew what the session store keeps was given back.", "overtaken")
        if not self._shelf.is_locked_by(self._locked):
            raise troubled("Somebody took the lock file of the session store away.", "overtaken")
        return work()


def _make(folder: Path) -> None:
    """Have the folder and those it is in made, for their owner only."""
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():
            with suppress(FileExistsError):  # made by somebody else meanwhile; or no folder, as will be seen
                each.mkdir(0o700)


def is_open(folder: Path) -> bool:
    """Whether other users may take files out of the folder, or put some in. Raises OSError."""
    if not hasattr(os, "geteuid"):
        return False  # there the folder's own permissions count, which a mode does not show
    found = folder.stat()
    by_others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX
    return bool(by_others) or found.st_uid not in (os.geteuid(), 0)


def _for_reading(name: str, flags: int) -> int:
    # Neither through a link nor waiting for somebody to write into a pipe.
    return os.open(name, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _check(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise troubled("What the session store keeps is no file.", "wrong_place")
    if found.st_uid != (os.geteuid() if hasattr(os, "geteuid") else found.st_uid):
        raise troubled("What the session store keeps belongs to another user.", "not_permitted")


def guarded(trouble: str, work: Callable[[], T]) -> T:
    """Do the work. Whatever goes wrong becomes an error that leads neither to the path nor to the content.

    Nor does an interrupt, which goes on.
    """
    try:
        return work()
    except LibrusConfigurationError as error:
        problem = error.replicate()
    except (OSError, ValueError) as error:
        problem = troubled(f"{trouble}: {reason_of(error)}.", word_for(error))
    except BaseException as error:  # noqa: BLE001  (KeyboardInterrupt)
        raise forget_origin(error)  # noqa: B904
    raise problem
