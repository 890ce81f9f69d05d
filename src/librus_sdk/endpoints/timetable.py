"""The timetable."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from ..models._fields import Id
from ..models.timetable import Timetable, TimetableEntry
from ._declare import C, Family, Get, endpoint, id_segment
from ._declare import day as as_day
from ._shapes import one
from ._timetable import timetable

__all__ = ["Timetables"]


class Timetables(Family[C]):
    """The lessons of a week or a day, with substitutions and cancellations."""

    family: ClassVar[str] = "timetable"

    @endpoint("getTimetableWeek", tag="timetable")
    def week(self, monday: dt.date | str) -> Get[Timetable]:
        """Read the week that starts on a Monday, given as a date or as ``YYYY-MM-DD``.

        The weeks after next are often empty, and so is the summer.

        Raises:
            LibrusConfigurationError: the day is unreadable or no Monday; nothing is sent.
            FeatureUnavailableError: the school has not published the timetable yet.
        """
        return Get("Timetables", timetable(), {"weekStart": as_day(monday, "monday", monday=True)})

    @endpoint("getTimetableDay", tag="timetable")
    def day(self, day: dt.date | str) -> Get[Timetable]:
        """Read one day, given as a date or as ``YYYY-MM-DD``.

        Raises:
            LibrusConfigurationError: the day is unreadable; nothing is sent.
            FeatureUnavailableError: the school has not published the timetable yet.
        """
        return Get("Timetables", timetable(), {"day": as_day(day, "day")})

    @endpoint("getTimetableEntry", tag="timetable")
    def entry(self, entry_id: Id | int) -> Get[TimetableEntry]:
        """Read one entry of the standing plan; a lesson's ``timetable_entry`` points here."""
        path = f"TimetableEntries/{id_segment(entry_id, 'entry_id')}"
        return Get(path, one("TimetableEntry", TimetableEntry))
