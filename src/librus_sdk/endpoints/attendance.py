"""Attendance."""

from __future__ import annotations

from typing import ClassVar

from ..models import attendance as models
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint
from ._shapes import rows

__all__ = ["Attendance"]


class Attendance(Family[C]):
    """The attendance register and its kinds of entries."""

    family: ClassVar[str] = "attendance"

    @endpoint("getAttendances", tag="attendance")
    def list(self) -> Get[Rows[models.Attendance]]:
        """Read an entry for every lesson of the year, presences included: hundreds."""
        return Get("Attendances", rows("Attendances", models.Attendance))

    @endpoint("getAttendanceTypes", tag="attendance")
    def types(self) -> Get[Rows[models.AttendanceType]]:
        """Read the kinds of entries, the school's own included."""
        return Get("Attendances/Types", rows("Types", models.AttendanceType))
