"""The timetable and the school's calendar."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from ..models._fields import Id
from ..models.calendar import (
    Calendar,
    ClassFreeDay,
    ClassFreeDayType,
    SchoolFreeDay,
    Substitution,
    TeacherFreeDay,
    VirtualClass,
)
from ..models.rows import Rows
from ..models.timetable import Timetable, TimetableEntry
from ._declare import C, Family, Get, endpoint, id_segment
from ._declare import day as as_day
from ._shapes import one, rows
from ._timetable import timetable

__all__ = ["Timetables"]


class Timetables(Family[C]):
    """The lessons of a week or a day, with substitutions and cancellations, and the school's calendar."""

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

    @endpoint("getCalendars", tag="timetable")
    def calendars(self) -> Get[Rows[Calendar]]:
        """Read which calendars there are: one a class."""
        return Get("Calendars", rows("Calendars", Calendar))

    @endpoint("getClassFreeDays", tag="timetable")
    def class_free_days(self) -> Get[Rows[ClassFreeDay]]:
        """Read when classes are free. The list holds every class of the school."""
        return Get("Calendars/ClassFreeDays", rows("ClassFreeDays", ClassFreeDay))

    @endpoint("getClassFreeDayTypes", tag="timetable")
    def class_free_day_types(self) -> Get[Rows[ClassFreeDayType]]:
        """Read why classes are free at this school; the names for free days that have none."""
        return Get("Calendars/ClassFreeDays/Types", rows("Types", ClassFreeDayType))

    @endpoint("getSchoolFreeDays", tag="timetable")
    def school_free_days(self) -> Get[Rows[SchoolFreeDay]]:
        """Read when the whole school is free: holidays and breaks."""
        return Get("Calendars/SchoolFreeDays", rows("SchoolFreeDays", SchoolFreeDay))

    @endpoint("getTeacherFreeDays", tag="timetable")
    def teacher_free_days(self) -> Get[Rows[TeacherFreeDay]]:
        """Read when teachers are absent, all of them and past days too. Personal data.

        Raises:
            LibrusPermissionError: the school does not show it to families, which is common.
        """
        return Get("Calendars/TeacherFreeDays", rows("TeacherFreeDays", TeacherFreeDay))

    @endpoint("getSubstitution", tag="timetable")
    def substitution(self, substitution_id: Id | int) -> Get[Substitution]:
        """Read one substitution."""
        path = f"Calendars/Substitutions/{id_segment(substitution_id, 'substitution_id')}"
        return Get(path, one("Substitution", Substitution))

    @endpoint("getVirtualClasses", tag="timetable")
    def virtual_classes(self) -> Get[Rows[VirtualClass]]:
        """Read the groups that are taught together; a lesson's ``virtual_class`` points here."""
        return Get("VirtualClasses", rows("VirtualClasses", VirtualClass))
