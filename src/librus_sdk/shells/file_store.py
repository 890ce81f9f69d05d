"""Sessions kept in files, one document for each account: which folder, which names, and what is there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from ..errors import LibrusConfigurationError
from .disk import path_or_none
from .file_shelf import LOCK, FileShelf, Plain, Wrapping, guarded, is_open
from .own_folder import own_folder
from .store import StoreKey
from .troubles import warn_of_store

__all__ = ["BY_ACCOUNT", "BY_HOSTS", "HALF", "FileStore", "KeptFile"]

_FOLDER: Final = "sessions"
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILE: Final = re.compile(r"([A-Za-z0-9_-]+)(?:\.([a-z]+)-\d+)?\.(json|sealed)")
HALF: Final = "half"
BY_ACCOUNT: Final = "(?:family|school)-[0-9a-f]{16}"
"""What a document is called whose store has no name: a pattern of what :meth:`FileStore.shelf` makes."""
BY_HOSTS: Final = "(?:-[0-9a-f]{8})?"
"""What follows a store's name there: nothing where the hosts are the real ones."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a store, as it looks from outside.

    Attributes:
        path: the file.
        owner: what the document is called, without what stands behind the dot.
        label: ``family`` or ``school``, the kind of the account; or the name the store was given.
        set_aside: why it is not used (``damaged``, ``foreign``, ``newer``; ``half`` for what a program that
            was killed had begun to write); None for one in use.
        encrypted: whether it takes a key of the user's key ring to read it.
        size: in bytes.
        saved_at: when it was written, seconds since the epoch.
    """

    path: Path
    owner: str
    label: str
    set_aside: str | None
    encrypted: bool
    size: int
    saved_at: float


class FileStore:
    """Keeps sessions in files, so that the next run need not sign in and processes share one sign-in.

    ::

        LibrusSession(PortalCredentials(email, password), store=FileStore())

    One document for each account, named by a digest of it, which whoever knows the address or login can work
    out.  A document holds what a session is made of, never the password; whoever can read it can read the
    register, so the folder and its files are made for their owner only (modes 0700 and 0600).  A folder that
    is there already stays as it is; if other users may change it, a
    :class:`~librus_sdk.errors.LibrusStoreWarning` says so.

    A document that others may read is used, and private again from its next renewal on; one that belongs to
    another user is not used at all.  One that cannot be read is set aside under another name, never erased.
    A document appears whole or not at all, also when the program is killed or the power fails.

    Args:
        folder: the folder; ``sessions`` among the user's own state when left out (on Linux
            ``~/.local/state/librus-sdk/sessions``). It is made when it is needed. ``~`` is the user's home.
        name: call the document this, whosever it is. A session without credentials needs it: its account
            has no other name.

    Raises:
        LibrusConfigurationError: an argument is wrong, or nobody knows where the user's own files are.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, name: str | None = None) -> None:
        try:
            self._folder: Final = _folder(folder)
            self._name: Final = _name(name)
            self._warned = False
        except LibrusConfigurationError as error:
            problem = error.replicate()
        else:
            return
        del folder, name  # a traceback shows the variables of a frame, and these may be somebody's name
        raise problem

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"a store cannot be pickled; make a {type(self).__name__} where it is used")

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder

    def shelf(self, key: StoreKey) -> FileShelf:
        """Return the place of this account. Without I/O.

        Raises:
            LibrusConfigurationError: neither the store nor the account has a name.
        """
        stem = self._stem(key)
        return FileShelf(self._folder, stem, self._wrapping(stem), self._watch)

    def files(self) -> list[KeptFile]:
        """Return what is kept in the folder, of every account, set aside or not. Opens none of it.

        Raises:
            LibrusConfigurationError: the folder cannot be read.
        """
        return guarded("The folder of the session store cannot be read", lambda: list(self._files()))

    def is_open(self) -> bool:
        """Whether other users may take files out of the folder, or put some in; not so if it is not there.

        They cannot read what is kept, which is in files of their owner's, nor pass off a file of theirs for
        one.  They can take a sign-in away, or put an older one back.
        """
        try:
            return is_open(self._folder)
        except OSError:
            return False

    def _watch(self) -> None:
        if not self._warned and self.is_open():
            self._warned = True
            warn_of_store(_OPEN, "open_folder")

    def _wrapping(self, _stem: str) -> Wrapping:
        return Plain()

    def _stem(self, key: StoreKey) -> str:
        if self._name is not None:
            return self._name if key.usual_hosts else f"{self._name}-{key.hosts[:8]}"
        if not key.owner:
            raise LibrusConfigurationError(
                "A session without credentials has no name of its own to be kept under: give the store one, "
                f'{type(self).__name__}(name="..."), or give the session its credentials.'
            )
        return f"{key.kind}-{key.owner[:16]}"

    def _files(self) -> Iterator[KeptFile]:
        try:
            names = sorted(os.listdir(self._folder))  # noqa: PTH208  (names are what is asked for)
        except FileNotFoundError:
            return
        for name in names:
            whole = name.removesuffix(".part")
            parts = _FILE.fullmatch(whole)
            # Beside a document there is its lock; whatever else is there is none of ours.
            if parts is None or f"{parts[1]}{LOCK}" not in names:
                continue
            if whole != name and whole in names:
                continue  # goes with the document
            path = self._folder / name
            try:
                found = path.lstat()
            except FileNotFoundError:
                continue  # removed meanwhile
            kind = parts[1].partition("-")[0] if re.fullmatch(BY_ACCOUNT, parts[1]) else None
            yield KeptFile(
                path=path,
                owner=parts[1],
                label=kind or parts[1],
                set_aside=parts[2] if whole == name else HALF,
                encrypted=parts[3] == "sealed",
                size=found.st_size,
                saved_at=found.st_mtime,
            )


_OPEN: Final = (
    "Other users of this computer may change the folder of the session store. They cannot read what is kept, "
    "but they can take it away or put an older sign-in back. Have its owner alone change it: chmod 700."
)


def _name(name: object) -> str | None:
    if name is None or (isinstance(name, str) and _NAME.fullmatch(name)):
        return name
    raise LibrusConfigurationError("name must be 1 to 64 letters (a to z), digits, hyphens or underscores.")


def _folder(folder: object) -> Path:
    """Return the folder as a path that stays the same wherever the program goes."""
    if folder is None:
        return own_folder(os.environ, instead="folder=... can name a folder for sessions") / _FOLDER
    path = None if folder == "" else path_or_none(folder)
    if path is not None:
        # There may be no such home, and no current folder any more.
        with suppress(OSError, RuntimeError):
            return path.expanduser().absolute()
    raise LibrusConfigurationError("folder must be the path of a folder (str or os.PathLike).")
