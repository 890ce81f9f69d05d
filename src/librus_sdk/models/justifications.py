"""Justifications of absences, meetings with parents, and the server's clock."""

from __future__ import annotations

import datetime as dt

from ._fields import WARSAW, Id, OptionalDate, OptionalId, OptionalText, OptionalTime, WarsawDate
from .rows import Embedded, Record, Ref

__all__ = ["Justification", "ParentTeacherConference", "SystemData"]


class Justification(Record, frozen=True, kw_only=True):
    """A parent's justification of an absence (usprawiedliwienie). Confirmed live. Personal data.

    Librus sends more than these fields; what it calls them here is not known, so they are in the undecoded
    answer (``rows.raw``) only.
    """

    id: Id
    added_by: Embedded | None = None
    student: Embedded | None = None


class ParentTeacherConference(Record, frozen=True, kw_only=True):
    """A meeting of teachers with parents (zebranie, wywiadówka). Fields seen on the sibling API.

    The same meeting usually stands in the agenda, too, with another id.

    Attributes:
        time: when it begins. Midnight means "no time": schools enter ``00:00:00``.
    """

    id: OptionalId = None
    name: OptionalText = None
    topic: OptionalText = None
    teacher: Ref | None = None
    date: OptionalDate = None
    time: OptionalTime = None


class SystemData(Record, frozen=True, kw_only=True):
    """The clock of Librus's server. Confirmed live.

    Attributes:
        date: the day in Warsaw.
        time: the time of day in Warsaw.
    """

    date: WarsawDate
    time: dt.time

    @property
    def now(self) -> dt.datetime:
        """Both as one moment, in Warsaw time."""
        return dt.datetime.combine(self.date, self.time.replace(tzinfo=None), WARSAW)
