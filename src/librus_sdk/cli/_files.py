"""Downloads as files: whole or not there at all, for their owner's eyes, over nothing that was not meant."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from ..errors import LibrusConfigurationError
from ._failures import UsageError

__all__ = ["save"]


def save(content: bytes, path: Path, *, option: str, force: bool = False) -> None:
    """Write a download to a file that only its owner may read.

    The file appears with everything in it or not at all. A symbolic link is never written through, not even
    with ``force``: what it points at may be anybody's. Errors name the option, not the path, which may hold a
    child's name.

    Args:
        content: what was downloaded.
        path: the file.
        option: the option that named the file, for errors: ``--output``.
        force: replace a file that is there already.

    Raises:
        UsageError: there is such a file, or something there that is no file.
        LibrusConfigurationError: the folder or the disk does not allow it.
    """
    try:
        _check(path, option, force=force)
        _write(content, path, force=force)
    except FileExistsError:
        raise _taken(option) from None
    except (OSError, ValueError) as error:
        # A ValueError is a name with a null character in it.
        reason = (isinstance(error, OSError) and error.strerror) or "no file can have this name"
        raise LibrusConfigurationError(f"The file named by {option} cannot be written: {reason}.") from None


def _taken(option: str) -> UsageError:
    return UsageError(f"The file named by {option} exists; --force replaces it.")


def _check(path: Path, option: str, *, force: bool) -> None:
    """Refuse what is there; what comes there later is safe, too, because :func:`_write` follows no link."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise UsageError(f"What {option} names is a symbolic link; name the file itself.")
    if not stat.S_ISREG(mode):
        raise UsageError(f"What {option} names exists and is no file; name a file.")
    if not force:
        raise _taken(option)


def _write(content: bytes, path: Path, *, force: bool) -> None:
    # In the same folder, so that it can take its place in one step; made with mode 0600.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".librus-", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if force:
            part.replace(path)
        else:
            _place_new(part, path)
    finally:
        part.unlink(missing_ok=True)


def _place_new(part: Path, path: Path) -> None:
    """Give the file its name unless it is taken. Raises FileExistsError."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: there looking first must do.
        if os.path.lexists(path):
            raise FileExistsError from None
        part.replace(path)
