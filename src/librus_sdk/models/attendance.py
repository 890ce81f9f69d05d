"""Attendance (frekwencja)."""

from __future__ import annotations

from msgspec import field

from ._fields import Id, OptionalFlag, OptionalId, OptionalText, OptionalWhole, WarsawDate, WarsawDateTime
from .rows import Record, Ref

__all__ = ["Attendance", "AttendanceType"]


class Attendance(Record, frozen=True, kw_only=True):
    """One entry of the attendance register: a lesson the student was at, was late for, or missed.

    Confirmed live. There is an entry for every lesson, presences included: the number of entries is not the
    number of absences. Look ``type`` up in the types. An absence that is excused later keeps its id and
    changes its type. No subject here: follow ``lesson``.

    Attributes:
        id: may start with ``t``; ``t41685`` and ``41685`` are two entries.
        lesson_no: the number of the lesson in the day.
        trip: the trip that replaced the lesson; most entries have none.
    """

    id: Id
    lesson: Ref
    student: Ref
    type: Ref
    added_by: Ref
    date: WarsawDate
    add_date: WarsawDateTime
    lesson_no: int
    semester: int
    trip: Ref | None = None


class AttendanceType(Record, frozen=True, kw_only=True):
    """A kind of attendance entry. Fields seen on the sibling API.

    Standard ids are 1 absent, 2 late, 3 excused absence, 4 released, 100 present. Schools add their own, so
    read ``is_presence_kind`` instead of knowing ids.

    Attributes:
        short: the sign in the register: ``nb``, ``sp``, ``u``, ``zw``, ``ob``.
        color_rgb: hexadecimal, without ``#``.
        standard: false for a kind the school defined.
        standard_type: the standard kind such a kind is based on.
        is_presence_kind: whether it counts as being there.
        order: its place in the register's list of kinds.
    """

    id: OptionalId = None
    name: OptionalText = None
    short: OptionalText = None
    color_rgb: OptionalText = field(name="ColorRGB", default=None)
    standard: OptionalFlag = None
    standard_type: Ref | None = None
    is_presence_kind: OptionalFlag = None
    order: OptionalWhole = None
