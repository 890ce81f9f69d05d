"""The school's calendar: free days (dni wolne), absent teachers, substitutions, groups of classes."""

from __future__ import annotations

from msgspec import field

from ._fields import (
    Id,
    OptionalDate,
    OptionalDateTime,
    OptionalFlag,
    OptionalId,
    OptionalText,
    OptionalTime,
    OptionalWhole,
)
from .rows import Embedded, Record, Ref

__all__ = [
    "Calendar",
    "ClassFreeDay",
    "ClassFreeDayType",
    "SchoolFreeDay",
    "Substitution",
    "TeacherFreeDay",
    "VirtualClass",
]


class Calendar(Record, frozen=True, kw_only=True):
    """The calendar of a class. Its ``id`` is the id of the class. Seen on the sibling API."""

    id: OptionalId = None


class SchoolFreeDay(Record, frozen=True, kw_only=True):
    """Days on which the whole school is free: holidays, breaks. Fields seen on the sibling API.

    Public holidays are not always entered.

    Attributes:
        date_from: the first free day; ``date_to`` is the last, inclusive.
    """

    id: OptionalId = None
    name: OptionalText = None
    date_from: OptionalDate = None
    date_to: OptionalDate = None
    type: Ref | None = None


class ClassFreeDay(Record, frozen=True, kw_only=True):
    """Days, or some lessons of a day, on which a class is free. Fields seen on the sibling API.

    The list holds every class of the school: keep the rows of the student's class, and those without one.

    Attributes:
        name: often missing; then the type's name is what to show.
        school_class: the class that is free.
        date_from: the first free day; ``date_to`` is the last, inclusive.
        lesson_no_from: with ``lesson_no_to``, the lessons that are off when it is not the whole day.
    """

    id: OptionalId = None
    name: OptionalText = None
    school_class: Ref | None = field(name="Class", default=None)
    type: Ref | None = None
    date_from: OptionalDate = None
    date_to: OptionalDate = None
    lesson_no_from: OptionalWhole = None
    lesson_no_to: OptionalWhole = None

    @property
    def whole_day(self) -> bool:
        """Whether all lessons are off, as far as Librus says."""
        return self.lesson_no_from is None and self.lesson_no_to is None


class ClassFreeDayType(Record, frozen=True, kw_only=True):
    """Why a class is free, e.g. for a trip. Fields seen on the sibling API."""

    id: OptionalId = None
    name: OptionalText = None


class TeacherFreeDay(Record, frozen=True, kw_only=True):
    """When a teacher is absent. Fields read by clients of the sibling API. Personal data.

    The list covers all teachers, and past days too.

    Attributes:
        date_from: the first day of absence; ``date_to`` is the last, inclusive.
        time_from: with ``time_to``, the hours, when it is not the whole day.
        type: the kind of absence; sources disagree whether Librus still sends it.
    """

    id: OptionalId = None
    name: OptionalText = None
    teacher: Ref | None = None
    date_from: OptionalDate = None
    date_to: OptionalDate = None
    time_from: OptionalTime = None
    time_to: OptionalTime = None
    type: Ref | None = None
    add_date: OptionalDateTime = None


class Substitution(Record, frozen=True, kw_only=True):
    """A lesson held otherwise than planned (zastępstwo). Only ``id`` is always there.

    The id, classroom, lesson, subject and teacher are confirmed live; the rest was seen on the sibling API.

    Attributes:
        org_date: with its ``org_`` siblings, the lesson as it was planned.
        date: with ``lesson_no``, ``subject`` and ``teacher``, how it is held; sent only where it differs.
        is_cancelled: odwołane: it does not take place. The timetable spells its own flag ``IsCanceled``.
        is_shifted: przesunięte: it takes place at another time.
        classroom_symbol: the room, where Librus names it instead of pointing at it.
    """

    id: Id
    classroom: Embedded | None = None
    lesson: Embedded | None = None
    subject: Embedded | None = None
    teacher: Embedded | None = None
    date: OptionalDate = None
    lesson_no: OptionalWhole = None
    classroom_symbol: OptionalText = None
    org_date: OptionalDate = None
    org_lesson_no: OptionalWhole = None
    org_subject: Embedded | None = None
    org_teacher: Embedded | None = None
    org_classroom_symbol: OptionalText = None
    is_cancelled: OptionalFlag = None
    is_shifted: OptionalFlag = None


class VirtualClass(Record, frozen=True, kw_only=True):
    """A group that is taught together though it is no class of its own, e.g. for a language.

    Fields read by clients of the sibling API. A lesson's ``virtual_class`` points here.
    """

    id: OptionalId = None
    name: OptionalText = None
    number: OptionalText = None
    symbol: OptionalText = None
    teacher: Ref | None = None
    subject: Ref | None = None
