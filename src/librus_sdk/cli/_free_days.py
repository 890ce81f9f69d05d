"""Free days (dni wolne) of the school, of classes and of teachers, as a parent reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import TYPE_CHECKING, Final

from ._classes import class_names
from ._columns import HOURS
from ._coming import coming_then_past, span
from ._days import hours
from ._document import Column, Part, Section, Sentence, Table
from ._names import Names, or_none, polish_order, users
from ._words import NOTHING, counted

if TYPE_CHECKING:
    from ..models import ClassFreeDay, TeacherFreeDay
    from ._invocation import Reading

__all__ = ["class_free_days", "school_free_days", "teacher_free_days"]

_PAST_SHOWN: Final = 10
_SCHOOL = (Column("Days", stiff=True), Column("Why"))
_CLASS = (Column("Days", stiff=True), Column("Lessons", stiff=True), Column("Why"), Column("Class"))
_TEACHERS = (Column("Days", stiff=True), HOURS, Column("Teacher"), Column("What"))


async def school_free_days(reading: Reading) -> Sequence[Section]:
    """Return when the whole school is free."""
    rows = await reading.client.timetable.school_free_days()
    reading.left_out(rows.rejected)
    title = reading.school_title("Free days")
    if not rows:
        return [Section(title, [Sentence("The school has entered none.")])]
    return coming_then_past(
        title,
        rows,
        lambda row: (row.date_from, row.date_to),
        lambda shown: Table(
            _SCHOOL, [(span(row.date_from, row.date_to), row.name or NOTHING) for row in shown]
        ),
    )


async def class_free_days(reading: Reading) -> Sequence[Section]:
    """Return when the student's class is free; Librus lists every class of the school."""
    client = reading.client
    rows, (types, classes) = await reading.rows(
        client.timetable.class_free_days(),
        or_none(reading.tables.timetable.class_free_day_types()),
        class_names(reading),
    )
    kinds = Names.of(types, lambda row: row.name, reading.nameless("Kinds of free days"))
    # Of a class that Librus did not name nobody can say which rows are its own.
    own = [row for row in rows if classes.is_own(row.school_class)]
    title = reading.title(f"Free days of class {classes.own}" if classes.own else "Free days of the class")
    others = len(rows) - len(own)
    note = f"Left out: {counted(others, 'entry', 'entries')} of other classes; --format json shows them."
    rest: list[Part] = [Sentence(note)] if others else []

    def part(shown: Sequence[ClassFreeDay]) -> Part:
        return Table(
            _CLASS,
            [
                (
                    span(row.date_from, row.date_to),
                    "all" if row.whole_day else _range(row),
                    row.name or kinds(row.type),
                    "" if classes.own_id else classes(row.school_class),
                )
                for row in shown
            ],
        )

    if not own:
        return [Section(title, [Sentence("None entered for this class."), *rest])]
    sections = coming_then_past(title, own, lambda row: (row.date_from, row.date_to), part)
    return [*sections[:-1], Section(sections[-1].title, [*sections[-1].parts, *rest])]


def _range(row: ClassFreeDay) -> str:
    first, last = row.lesson_no_from, row.lesson_no_to
    if first is None:
        return f"to {last}"
    if last is None:
        return f"from {first}"
    return str(first) if first == last else f"{first}-{last}"


async def teacher_free_days(reading: Reading) -> Sequence[Section]:
    """Return when teachers of the school are absent."""
    rows, (teachers,) = await reading.rows(reading.client.timetable.teacher_free_days(), users(reading))
    title = reading.school_title("Absent teachers")
    if not rows:
        return [Section(title, [Sentence("None are entered.")])]

    def within_the_day(row: TeacherFreeDay) -> tuple[time, str]:
        return row.time_from or time(), polish_order(teachers(row.teacher))

    return coming_then_past(
        title,
        sorted(rows, key=within_the_day),
        lambda row: (row.date_from, row.date_to),
        lambda shown: Table(
            _TEACHERS,
            [
                (
                    span(row.date_from, row.date_to),
                    hours(row.time_from, row.time_to) or "all day",
                    teachers(row.teacher),
                    row.name or "",
                )
                for row in shown
            ],
        ),
        at_most=_PAST_SHOWN,
    )
