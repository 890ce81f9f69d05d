"""Where the files are that this library keeps for a person: among their own, as their system has it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..errors import LibrusConfigurationError

__all__ = ["own_folder"]

_NAME: Final = "librus-sdk"


def own_folder(environ: Mapping[str, str], *, instead: str) -> Path:
    """Return the folder of this library among the person's own state. It need not be there.

    Args:
        environ: the variables that say where that is.
        instead: what else can name the place, for the error.

    Raises:
        LibrusConfigurationError: nobody knows where the person's files are.
    """
    return _state(environ, instead) / _NAME


def _state(environ: Mapping[str, str], instead: str) -> Path:
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or _home(instead) / "AppData" / "Local")
    state = environ.get("XDG_STATE_HOME")
    # By its rules a path that is not absolute does not count.
    return Path(state) if state and os.path.isabs(state) else _home(instead) / ".local" / "state"  # noqa: PTH117


def _home(instead: str) -> Path:
    try:
        return Path.home()
    except RuntimeError:
        pass
    raise LibrusConfigurationError(f"It is not known where your own files are kept; {instead}.")
