"""The timetable (plan lekcji): lessons by day and slot, with what is changed about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from msgspec import field

from ._fields import (
    Id,
    OptionalDate,
    OptionalFlag,
    OptionalText,
    OptionalTime,
    OptionalWhole,
)
from .rows import Embedded, Record, Ref, Rejected

__all__ = ["LessonKind", "Slots", "Timetable", "TimetableEntry", "TimetableLesson"]

LessonKind: TypeAlias = Literal["normal", "cancelled", "substitution", "moved_here", "moved_away"]


class TimetableLesson(Record, frozen=True, kw_only=True):
    """One lesson of one day.

    That a day is a list of slots and a slot a list of lessons is confirmed live; the fields were seen on the
    sibling API, and any may be missing. Two lessons in one slot are two groups of a class: the student is at
    one of them, and nothing here says at which.

    Attributes:
        day: the day it stands under; set by the timetable it comes from.
        slot: its place in the day's list, from 0; set by the timetable. Where there is a ``lesson_no``,
            trust that.
        virtual_class: the group, when a class is split.
        is_substitution_class: zastępstwo: something about the lesson is changed. Read :attr:`kind` instead.
        is_canceled: odwołane. Read :attr:`kind` instead: a moved lesson carries this flag, too.
        org_date: with its ``org_`` siblings, the lesson this one stands in for.
        new_date: with its ``new_`` siblings, where a moved lesson went.
    """

    # Not on the wire, hence the odd names: the timetable sets these two.
    day: date = field(name="@day", default=date.min)
    slot: int = field(name="@slot", default=-1)
    lesson: Ref | None = None
    timetable_entry: Ref | None = None
    subject: Embedded | None = None
    teacher: Embedded | None = None
    school_class: Embedded | None = field(name="Class", default=None)
    classroom: Embedded | None = None
    virtual_class: Embedded | None = None
    virtual_class_name: OptionalText = None
    lesson_no: OptionalWhole = None
    day_no: OptionalWhole = None
    hour_from: OptionalTime = None
    hour_to: OptionalTime = None
    date_from: OptionalDate = None
    date_to: OptionalDate = None
    is_substitution_class: OptionalFlag = None
    is_canceled: OptionalFlag = None
    substitution_note: OptionalText = None
    substitution_class_url: OptionalText = None
    org_date: OptionalDate = None
    org_lesson_no: OptionalWhole = None
    org_hour_from: OptionalTime = None
    org_hour_to: OptionalTime = None
    org_subject: Embedded | None = None
    org_teacher: Embedded | None = None
    org_classroom: Embedded | None = None
    org_class: Embedded | None = None
    org_virtual_class: Embedded | None = None
    new_date: OptionalDate = None
    new_lesson_no: OptionalWhole = None
    new_hour_from: OptionalTime = None
    new_hour_to: OptionalTime = None
    new_subject: Embedded | None = None
    new_teacher: Embedded | None = None
    new_classroom: Embedded | None = None
    new_class: Embedded | None = None
    new_virtual_class: Embedded | None = None

    @property
    def kind(self) -> LessonKind:
        """What happens to the lesson.

        ``moved_away``: both flags; it takes place elsewhere, so do not show it as cancelled. ``moved_here``:
        it comes from another day or hour. ``substitution``: another teacher, subject or room.
        """
        if self.is_canceled:
            return "moved_away" if self.is_substitution_class else "cancelled"
        if not self.is_substitution_class:
            return "normal"
        number = self.slot if self.lesson_no is None else self.lesson_no
        other_day = self.org_date is not None and self.org_date != self.day
        other_hour = self.org_lesson_no is not None and self.org_lesson_no != number
        return "moved_here" if other_day or other_hour else "substitution"


Slots: TypeAlias = tuple[tuple[TimetableLesson, ...], ...]
"""A day: its slots in order, each with the lessons that take place then (none, one, or one a group)."""


class Timetable:
    """The lessons of a week or a day. Its form (days, slots, lessons) is confirmed live.

    >>> Timetable({date(2026, 9, 14): ((),)})
    <Timetable: 1 day, 0 lessons>
    """

    __slots__ = ("_days", "_raw", "_rejected")

    def __init__(
        self, days: Mapping[date, Slots], *, rejected: Iterable[Rejected] = (), raw: bytes = b""
    ) -> None:
        self._days = {day: days[day] for day in sorted(days)}
        self._rejected = tuple(rejected)
        self._raw = raw

    @property
    def days(self) -> Mapping[date, Slots]:
        """The days Librus answered for, in order. A day without lessons has empty slots, or none."""
        return MappingProxyType(self._days)

    @property
    def lessons(self) -> tuple[TimetableLesson, ...]:
        """All lessons in order of day and slot; each knows its ``day`` and ``slot``."""
        return tuple(lesson for slots in self._days.values() for slot in slots for lesson in slot)

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """Lessons, slots or days that do not fit the model: where they stand and why."""
        return self._rejected

    @property
    def raw(self) -> bytes:
        """The undecoded answer. Not in the repr."""
        return self._raw

    def __iter__(self) -> Iterator[TimetableLesson]:
        return iter(self.lessons)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Timetable):
            return NotImplemented
        return self._days == other._days

    def __hash__(self) -> int:
        return hash(tuple(self._days.items()))

    def __repr__(self) -> str:
        days, lessons = len(self._days), len(self.lessons)
        counts = [f"{days} day{'' if days == 1 else 's'}", f"{lessons} lesson{'' if lessons == 1 else 's'}"]
        if self._rejected:
            counts.append(f"{len(self._rejected)} rejected")
        return f"<Timetable: {', '.join(counts)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (self._days, self._rejected, self._raw))


def _restore(days: Mapping[date, Slots], rejected: tuple[Rejected, ...], raw: bytes) -> Timetable:
    return Timetable(days, rejected=rejected, raw=raw)


class TimetableEntry(Record, frozen=True, kw_only=True):
    """An entry of the standing plan, which the real weeks differ from. Only ``id`` is always there.

    Confirmed live, but for the classroom and the subject.

    Attributes:
        day_of_the_week: 1 is Monday.
        date_from: the first day it is valid; ``date_to`` is the last.
    """

    id: Id
    lesson: Ref | None = None
    day_of_the_week: OptionalWhole = None
    lesson_no: OptionalWhole = None
    date_from: OptionalDate = None
    date_to: OptionalDate = None
    classroom: Embedded | None = None
    subject: Embedded | None = None
