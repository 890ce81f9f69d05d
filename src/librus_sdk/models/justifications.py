"""Justifications of absences, meetings with parents, and the server's clock."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import field

from ._fields import (
    WARSAW,
    Id,
    OptionalDate,
    OptionalDateTime,
    OptionalFlag,
    OptionalId,
    OptionalText,
    OptionalTime,
    OptionalWhole,
    WarsawDate,
    accepts,
    reads,
)
from ._objects import listed
from .extras import LooseTexts
from .lessons import LooseRef
from .rows import Embedded, Record, Ref

__all__ = [
    "GatewayJustification",
    "Justification",
    "JustifiedLesson",
    "JustifiedLessons",
    "ParentTeacherConference",
    "SystemData",
]


class JustifiedLesson(Record, frozen=True, kw_only=True, rename="camel"):
    """A lesson a justification is for. Seen live by public clients.

    Attributes:
        number: its number in the day.
    """

    number: OptionalWhole = None
    date: OptionalDate = None


if TYPE_CHECKING:
    JustifiedLessons: TypeAlias = tuple[JustifiedLesson, ...]
else:

    class JustifiedLessons(metaclass=accepts(tuple)):
        """The lessons a justification is for; ``null`` and ``""`` are none at all."""


reads(JustifiedLessons, listed(JustifiedLesson))


class Justification(Record, frozen=True, kw_only=True):
    """A parent's justification of an absence (usprawiedliwienie). Confirmed live. Personal data.

    Librus sends more than these fields; what it calls them here is not known, so they are in the undecoded
    answer (``rows.raw``) only.

    Attributes:
        message_from_parent: what the parent wrote. This, and all that follows, is read with a login issued by
            the school only: there its names are known, to public clients.
        post_date: when it was sent.
        justification_status: ``accept`` was seen; nobody knows the others.
        date_from: the first day of the absence; ``date_to`` is the last.
        lessons: the lessons it is for, where it is not for whole days.
        justified_absences: how many absences it excused.
        attachment: whether a file came with it.
        notified_teachers: the teachers who were told, by name.

    The repr shows the id only.
    """

    id: Id
    added_by: Embedded | None = None
    student: Embedded | None = None
    message_from_parent: OptionalText = field(name="@message_from_parent", default=None)
    post_date: OptionalDateTime = field(name="@post_date", default=None)
    justification_status: OptionalText = field(name="@justification_status", default=None)
    date_from: OptionalDate = field(name="@date_from", default=None)
    date_to: OptionalDate = field(name="@date_to", default=None)
    lessons: JustifiedLessons = field(name="@lessons", default=())
    justified_absences: OptionalWhole = field(name="@justified_absences", default=None)
    attachment: OptionalFlag = field(name="@attachment", default=None)
    notified_teachers: LooseTexts = field(name="@notified_teachers", default=())

    def __repr__(self) -> str:
        return f"Justification(id={self.id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id)]


class GatewayJustification(Justification, frozen=True, kw_only=True):
    """A parent's justification of an absence as the gateway sends it: under other names, and more of it.

    Seen live by public clients. Personal data.
    """

    # Names that a model inherits keep their form on the wire, so every one is said again.
    id: Id = field(name="id")
    added_by: LooseRef = field(name="addedBy", default=None)
    student: LooseRef = field(name="student", default=None)
    message_from_parent: OptionalText = field(name="messageFromParent", default=None)
    post_date: OptionalDateTime = field(name="postDate", default=None)
    justification_status: OptionalText = field(name="justificationStatus", default=None)
    date_from: OptionalDate = field(name="dateFrom", default=None)
    date_to: OptionalDate = field(name="dateTo", default=None)
    lessons: JustifiedLessons = field(name="lessons", default=())
    justified_absences: OptionalWhole = field(name="justifiedAbsences", default=None)
    attachment: OptionalFlag = field(name="attachment", default=None)
    notified_teachers: LooseTexts = field(name="notifiedTeachers", default=())


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
