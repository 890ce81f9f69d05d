"""Until when Librus is left alone, in the words of an error: Polish time for people, ISO for programs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from ..errors import LibrusMaintenanceError, LibrusRateLimitedError
from .traffic import rest_s

__all__ = ["asked_to_wait", "dated", "maintenance_error", "throttled_error"]

LONG_S: Final = 12 * 3600.0
"""For longer than that, a time of the day says too little."""


def maintenance_error(details: Mapping[str, Any], seconds: float, wall: float) -> LibrusMaintenanceError:
    """Return the error of a part of Librus under maintenance that is not asked again for so many seconds.

    ``wall`` is now, in seconds since the epoch; ``details`` get ``until``.
    """
    until = _moment(wall + seconds)
    error = LibrusMaintenanceError(
        f"{_MAINTENANCE} Try again after {_clock_time(until, seconds)}.",
        details={**details, "until": until.isoformat()},
    )
    error.retry_after_s = seconds
    return error


def dated(error: Exception, wall: float, failures: int = 0) -> Exception:
    """Return the error of a sign-in or renewal; one of maintenance says until when Librus is left alone.

    That is as long as for a read; where Librus did not say, longer with the ``failures`` before.
    """
    if not isinstance(error, LibrusMaintenanceError) or "until" in error.details:
        return error
    told = maintenance_error(error.details, rest_s(error.retry_after_s, failures), wall)
    told.__cause__ = error.__cause__
    return told


def asked_to_wait(error: LibrusRateLimitedError, seconds: float, wall: float) -> None:
    """Have the error of a refused request say until when Librus wants no more."""
    until = _moment(wall + seconds)
    error.message = f"Librus asks for fewer requests. Try again after {_clock_time(until, seconds)}."
    error.details = {**error.details, "until": until.isoformat()}


def throttled_error(endpoint: str, seconds: float, wall: float) -> LibrusRateLimitedError:
    """Return the error of a request that was not sent, as Librus wants none for so many seconds."""
    until = _moment(wall + seconds)
    error = LibrusRateLimitedError(
        f"Librus asks for fewer requests, so this one was not sent. Try again after "
        f"{_clock_time(until, seconds)}.",
        details={"endpoint": endpoint, "until": until.isoformat()},
    )
    error.retry_after_s = seconds
    return error


def _moment(wall: float) -> datetime:
    """The whole second that is not earlier, in Poland."""
    return datetime.fromtimestamp(math.ceil(wall), _poland())


def _poland() -> tzinfo:
    # Imported here: few programs ever meet a maintenance.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo("Europe/Warsaw")
    except ZoneInfoNotFoundError:
        return UTC


def _clock_time(until: datetime, seconds: float) -> str:
    """Hours and minutes; a minute that has begun is counted in full, so that coming then is not too early.

    With the day where it may be another one.
    """
    minute = until.replace(second=0)
    if minute < until:
        minute += timedelta(minutes=1)
    day = f"{minute:%Y-%m-%d} " if seconds > LONG_S else ""
    return f"{day}{minute:%H:%M} ({'UTC' if until.tzinfo is UTC else 'Polish time'})"


_MAINTENANCE: Final = "Librus is under maintenance (this often happens at night)."
