"""Until when Librus is left alone, in the words of an error: Polish time for people, ISO for programs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from ..errors import LibrusApiError, LibrusMaintenanceError, LibrusRateLimitedError
from .traffic import Closed, closed_for

__all__ = ["asked_to_wait", "dated", "maintenance_error", "throttled_error"]

LONG_S: Final = 12 * 3600.0
"""For longer than that, a time of the day says too little."""


def maintenance_error(details: Mapping[str, Any], rest: Closed, wall: float) -> LibrusMaintenanceError:
    """Return the error of a part of Librus under maintenance, which is not asked again for a while.

    ``wall`` is now, in seconds since the epoch; ``details`` get ``until``.
    """
    until = _moment(wall + rest.seconds)
    maintenance = _MAINTENANCE if rest.said else f"{_MAINTENANCE} and does not say for how long"
    error = LibrusMaintenanceError(
        f"{maintenance}. Try again after {_clock_time(until, rest.seconds)}.",
        details={**details, "until": until.isoformat()},
    )
    error.retry_after_s = rest.seconds
    return error


def dated(error: Exception, wall: float, failures: int = 0) -> Exception:
    """Return the error of a sign-in or renewal; it says until when Librus is left alone, if that is known.

    With maintenance that is as long as for a read; where Librus did not say, longer with the ``failures``
    before.
    """
    if not isinstance(error, LibrusApiError) or "until" in error.details:
        return error
    if isinstance(error, LibrusMaintenanceError):
        told = maintenance_error(error.details, closed_for(error.retry_after_s, failures), wall)
        told.__cause__ = error.__cause__
        return told
    if isinstance(error, LibrusRateLimitedError) and error.retry_after_s:
        asked_to_wait(error, error.retry_after_s, wall)
    return error


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


_MAINTENANCE: Final = "Librus is under maintenance (this often happens at night)"
