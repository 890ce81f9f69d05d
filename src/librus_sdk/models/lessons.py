"""Lessons: who teaches what to whom, what is planned for them, and what was held."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import field

from ._fields import Id, OptionalDate, OptionalFlag, OptionalText, OptionalWhole, accepts, reads
from ._objects import loose_id, loose_text
from .rows import Embedded, Record

__all__ = ["Lesson", "LooseRef", "PlannedLesson", "Realization"]

if TYPE_CHECKING:
    LooseRef: TypeAlias = Embedded | None
else:

    class LooseRef(metaclass=accepts(Embedded | None)):
        """A pointer in whatever form it comes: an object, a bare id, or nothing. Never costs the row."""


def _read_loose_ref(value: object) -> Embedded | None:
    if isinstance(value, dict):
        return Embedded(
            id=loose_id(value.get("Id")),
            url=loose_text(value.get("Url")),
            name=loose_text(value.get("Name")),
        )
    found = loose_id(value)
    return None if found is None else Embedded(id=found)


reads(LooseRef, _read_loose_ref)


class Lesson(Record, frozen=True, kw_only=True):
    """A subject that a teacher teaches to a class; no single hour. Only ``id`` is always there.

    Confirmed live. Attendance and grades point here: an attendance entry has no subject
    of its own.
    """

    id: Id
    subject: Embedded | None = None
    teacher: Embedded | None = None
    classroom: Embedded | None = None
    school_class: Embedded | None = field(name="Class", default=None)


class PlannedLesson(Record, frozen=True, kw_only=True):
    """A teacher's plan of a lesson (rozkład materiału), which may have a file. Only ``id`` is always there.

    Confirmed live.

    Attributes:
        attachment: the file. Librus sends a pointer, an object, a text or a number; a bare text or number is
            taken for the id, which is a guess. None for anything else.
    """

    id: Id
    subject: Embedded | None = None
    teacher: Embedded | None = None
    classroom: Embedded | None = None
    school_class: Embedded | None = field(name="Class", default=None)
    attachment: LooseRef = None


class Realization(Record, frozen=True, kw_only=True):
    """A lesson that was held, with its topic. Only ``id`` is always there.

    The id, subject, teacher and classroom are confirmed live; the rest was seen on the sibling API.

    Attributes:
        id: may start with ``t``, as in attendance.
        lesson: the subject, teacher and class it was a lesson of.
        lesson_no: its number in the day; ``lesson_number`` is the same under another name. Read
            :attr:`number`.
        topic: what was taught (temat).
        is_trip: a trip replaced it.
        count_in_statistics: whether it counts as held.
        count_in_rpn: whether it counts to the teaching plan, as the name suggests.
    """

    id: Id
    subject: Embedded | None = None
    teacher: Embedded | None = None
    classroom: Embedded | None = None
    lesson: Embedded | None = None
    added_by: Embedded | None = None
    date: OptionalDate = None
    lesson_no: OptionalWhole = None
    lesson_number: OptionalWhole = None
    topic: OptionalText = None
    is_trip: OptionalFlag = None
    count_in_statistics: OptionalFlag = None
    count_in_rpn: OptionalFlag = field(name="CountInRPN", default=None)

    @property
    def number(self) -> int | None:
        """The number of the lesson in the day; None when Librus does not say."""
        return self.lesson_number if self.lesson_no is None else self.lesson_no
