"""What is wrong with a store or a disk, as one word: for events, for warnings, and to decide by.

The words, and what each means for people, are in :data:`MEANINGS`; ``overtaken`` is not among them, since it
means no harm.
"""

from __future__ import annotations

import errno
import warnings
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

from ..errors import LibrusConfigurationError, LibrusStoreWarning

__all__ = ["FAILED", "MEANINGS", "SILENT", "troubled", "warn_of_store", "word_for"]

FAILED: Final = "failed"
"""What has no word of its own."""
MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "timeout": "it does not answer in time",
        "unreachable": "it cannot be reached",
        "no_space": "there is no room left",
        "not_permitted": "it does not let this program",
        "wrong_place": "what stands in its place is no folder or no file",
        "locked_key_ring": "the key ring is locked, or refuses this program",
        "too_long": "what is to be kept is too long",
        FAILED: "it failed",
    }
)
SILENT: Final = frozenset({"timeout", "unreachable"})
"""With these nobody has answered, and the next call would wait as long."""

_BY_NUMBER: Final[Mapping[int, str]] = {
    errno.ENOSPC: "no_space",
    getattr(errno, "EDQUOT", errno.ENOSPC): "no_space",
    errno.EACCES: "not_permitted",
    errno.EPERM: "not_permitted",
    errno.EROFS: "not_permitted",
    errno.ENOTDIR: "wrong_place",
    errno.EISDIR: "wrong_place",
    errno.ENOENT: "wrong_place",
    errno.EEXIST: "wrong_place",
    errno.ELOOP: "wrong_place",
}


def troubled(message: str, reason: str) -> LibrusConfigurationError:
    """Return an error that says this to people, and the word to programs."""
    error = LibrusConfigurationError(message)
    error.reason = reason
    return error


def word_for(error: Exception) -> str:
    """Return the word for an error, which may be anybody's."""
    if isinstance(error, LibrusConfigurationError):
        return error.reason or FAILED
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionError):
        return "unreachable"
    if isinstance(error, OSError) and error.errno is not None:
        return _BY_NUMBER.get(error.errno, FAILED)
    from ..core.keeping import TooLongError  # only now: most of a start-up would be its JSON library

    return "too_long" if isinstance(error, TooLongError) else FAILED


def warn_of_store(text: str, reason: str) -> None:
    """Warn about a store. Where warnings are errors nothing is said: what was under way goes on."""
    warning = LibrusStoreWarning(text)
    warning.reason = reason
    with suppress(Warning):
        warnings.warn(warning, stacklevel=3)
