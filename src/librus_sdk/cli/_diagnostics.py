"""Diagnostics on stderr: one line an event, with its time and level."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ..errors import LibrusConfigurationError

if TYPE_CHECKING:
    from ..events import Event

__all__ = ["Diagnostics", "level_from"]

_VARIABLE: Final = "LIBRUS_LOG_LEVEL"
_SILENT: Final = logging.CRITICAL + 1


def level_from(environ: Mapping[str, str]) -> int:
    """Return the level ``LIBRUS_LOG_LEVEL`` asks for. Without it there are no diagnostics at all.

    What went wrong reaches the user as an error anyway, and the failures a session heals by itself are no
    concern of the user's.

    Raises:
        LibrusConfigurationError: the variable is set to something else.
    """
    if _VARIABLE not in environ:
        return _SILENT
    from ..events import LEVELS

    level = LEVELS.get(environ[_VARIABLE].strip().lower())
    if level is None:
        raise LibrusConfigurationError(f"{_VARIABLE} must be debug, info, warn or error.")
    return level


class Diagnostics:
    """Writes events at or above a level to stderr."""

    def __init__(self, level: int) -> None:
        self._level = level
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Write the event, or not."""
        from ..events import LEVELS, format_event

        if LEVELS[event.level] < self._level:
            return
        time = datetime.fromtimestamp(event.at, UTC).isoformat(timespec="milliseconds")
        with self._lock:
            sys.stderr.write(f"{time.removesuffix('+00:00')}Z {event.level.upper()} {format_event(event)}\n")
            sys.stderr.flush()
