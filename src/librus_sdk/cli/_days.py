"""Days and hours as a parent reads them."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

__all__ = ["MIDNIGHT", "day_name", "hours", "today", "with_weekday"]

MIDNIGHT = time()
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day_name(day: date) -> str:
    """Return the English name of the day, whatever the locale."""
    return _DAYS[day.weekday()]


def with_weekday(day: date) -> str:
    """Return the day with the first letters of its name: ``2026-09-14 Mon``."""
    return f"{day.isoformat()} {day_name(day)[:3]}"


def hours(start: time | None, end: time | None) -> str:
    """Return ``08:00-08:45``, or what is known of it."""
    return "-".join(f"{moment:%H:%M}" for moment in (start, end) if moment is not None)


def today() -> date:
    """Return today in Poland, where the school is."""
    return datetime.now(ZoneInfo("Europe/Warsaw")).date()
