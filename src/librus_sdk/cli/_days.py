"""Days and hours as a parent reads them."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ._document import Cell, Styled
from ._words import NOTHING, counted

__all__ = [
    "day_cell",
    "day_heading",
    "day_name",
    "from_now",
    "hours",
    "in_poland",
    "lesson_or_hours",
    "moment",
    "moment_cell",
    "short_day",
    "this_monday",
    "today",
    "with_weekday",
]

_MIDNIGHT = time()
_MINUTE_S = 60.0
_HOUR_S = 60 * _MINUTE_S
_DAY_S = 24 * _HOUR_S
_LONGEST_S = 100 * 365 * _DAY_S
# How long a span may be to be told in this unit.
_SPANS = (
    (_MINUTE_S, "minute", _HOUR_S),
    (_HOUR_S, "hour", 2 * _DAY_S),
    (_DAY_S, "day", math.inf),
)
_POLAND = ZoneInfo("Europe/Warsaw")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ABBREVIATED = ("pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz.")


def day_name(day: date) -> str:
    """Return the English name of the day, whatever the locale."""
    return _DAYS[day.weekday()]


def with_weekday(day: date | None) -> str:
    """Return the day as Polish readers write it, whatever the locale: ``pon. 14.09.2026``.

    JSON and the arguments of commands keep to ``2026-09-14``. No day is a dash.
    """
    if day is None:
        return NOTHING
    return f"{_ABBREVIATED[day.weekday()]} {day:%d.%m}.{day.year:04}"


def short_day(day: date) -> str:
    """Return the day for a narrow place: ``pon. 14.09``, with its year when it is of another school year."""
    if _school_year(day) != _school_year(today()):
        return with_weekday(day)
    return f"{_ABBREVIATED[day.weekday()]} {day:%d.%m}"


def day_cell(day: date | None) -> Cell:
    """Return the day for a table, or a dash; today says so instead of its weekday, no wider than others."""
    if day is None:
        return NOTHING
    return Styled(f"today {day:%d.%m}", "today") if day == today() else short_day(day)


def moment(at: datetime | None) -> str:
    """Return day and hour, or a dash."""
    return NOTHING if at is None else f"{with_weekday(at.date())} {at:%H:%M}"


def in_poland(seconds: float) -> str:
    """Return day and hour there of seconds since the epoch; it says so where clocks here show another hour.

    Raises:
        ValueError, OverflowError, OSError: there is no such moment.
    """
    at = datetime.fromtimestamp(seconds, _POLAND)
    here = at.astimezone()
    return moment(at) if here.utcoffset() == at.utcoffset() else f"{moment(at)} in Poland"


def from_now(seconds: float, now: float) -> str:
    """Return how long ago a moment was, or how far away it is: ``5 minutes ago``, ``in 23 hours``.

    Both are seconds since the epoch; less than a minute is ``just now``. A dash for what is no moment.
    """
    away = seconds - now
    if not math.isfinite(away) or abs(away) > _LONGEST_S:
        return NOTHING
    span = abs(away)
    if span < _MINUTE_S:
        return "just now"
    unit, name = next((unit, name) for unit, name, most in _SPANS if span < most)
    said = counted(int(span // unit), name)
    return f"in {said}" if away > 0 else f"{said} ago"


def moment_cell(at: datetime | None) -> Cell:
    """Return day and hour for a table, or a dash."""
    if at is None:
        return NOTHING
    day = day_cell(at.date())
    text = f"{day} {at:%H:%M}"
    return Styled(text, day.kind) if isinstance(day, Styled) else text


def _school_year(day: date) -> int:
    """Return in which year the day's school year began; August looks ahead to the next one."""
    return day.year if day.month >= 8 else day.year - 1


def day_heading(day: date) -> Cell:
    """Return the day for a title; of today it is said."""
    return Styled(f"{with_weekday(day)}, today", "today") if day == today() else with_weekday(day)


def hours(start: time | None, end: time | None) -> str:
    """Return ``08:00-08:45``, or what is known of it."""
    return "-".join(f"{at:%H:%M}" for at in (start, end) if at is not None)


def lesson_or_hours(number: int | None, start: time | None, end: time | None) -> str:
    """Return the lesson something falls on, or else its hours; schools enter midnight for "no time"."""
    if number is not None:
        return f"lesson {number}"
    return hours(*(None if at == _MIDNIGHT else at for at in (start, end)))


def today() -> date:
    """Return today in Poland, where the school is."""
    return datetime.now(_POLAND).date()


def this_monday() -> date:
    """Return the Monday of this week in Poland."""
    day = today()
    return day - timedelta(days=day.weekday())
