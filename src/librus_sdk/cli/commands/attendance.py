"""``librus attendance``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from .._attendance import AttendanceKind, AttendanceKinds
from .._columns import DATE, TEACHER
from .._days import day_cell
from .._document import Cell, Column, Section, Sentence, Table, table_or
from .._invocation import Invocation, Reading
from .._names import Known, Names, lesson_subjects, or_none, subjects, users
from .._options import LeafGroup, child_read
from .._words import NOTHING, yes_no

if TYPE_CHECKING:
    from ...models import Attendance

__all__ = ["command"]

_COUNTS = (Column("Kind"), Column("Sign", stiff=True), Column("Lessons", right=True, stiff=True))
_LIST = (
    DATE,
    Column("Lesson", right=True, stiff=True),
    Column("Kind"),
    Column("Subject"),
    TEACHER,
)
_TYPES = (Column("Kind"), Column("In the register"), Column("Sign", stiff=True), Column("Presence"))


@click.group("attendance", cls=LeafGroup)
def command() -> None:
    """Absences, late arrivals, presences (frekwencja)."""


@command.command("list")
@child_read
def list_(invocation: Invocation) -> None:
    """List absences and late arrivals of the school year, the latest first; presences are counted."""
    from ...endpoints import Attendance

    invocation.read(lambda client: Attendance.list(client.attendance), _text)


async def _text(reading: Reading) -> Sequence[Section]:
    entries, (types, lessons, subject_names, teachers) = await reading.rows(
        reading.client.attendance.list(),
        or_none(reading.tables.attendance.types()),
        lesson_subjects(reading),
        subjects(reading),
        users(reading),
    )
    title = reading.title("Attendance")
    if not entries:
        return [Section(title, [Sentence("No entries yet this school year.")])]
    kinds = AttendanceKinds(types)
    known = {entry.id: kinds(entry.type) for entry in entries}
    counted = Counter(known.values())
    missed = [entry for entry in entries if not known[entry.id].plain_presence]
    counts = Table(
        _COUNTS,
        [
            (kind.cell, kind.sign, str(number))
            for kind, number in sorted(counted.items(), key=lambda item: (item[0].plain_presence, -item[1]))
        ],
    )
    rows = _missed(missed, known, lessons, subject_names, teachers)
    part = table_or(_LIST, rows, "None this school year.")
    return [Section(title, [counts]), Section("Absences and late arrivals", [part])]


def _missed(
    entries: Sequence[Attendance],
    kinds: Mapping[str, AttendanceKind],
    lessons: Known[str],
    subject_names: Names,
    teachers: Names,
) -> Sequence[Sequence[Cell]]:
    return [
        (
            day_cell(entry.date),
            str(entry.lesson_no),
            kinds[entry.id].cell,
            subject_names.by_id(lessons(entry.lesson.id)),
            teachers(entry.added_by),
        )
        for entry in sorted(entries, key=lambda entry: (entry.date, entry.lesson_no), reverse=True)
    ]


@command.command("types")
@child_read
def types(invocation: Invocation) -> None:
    """List the kinds of entries at this school, and which of them count as being there."""
    from ...endpoints import Attendance

    invocation.read(lambda client: Attendance.types(client.attendance), _types_text)


async def _types_text(reading: Reading) -> Sequence[Section]:
    from ...models import Ref

    rows = await reading.client.attendance.types()
    reading.left_out(rows.rejected)
    kinds = AttendanceKinds(rows)
    cells = [
        (
            kinds(Ref(row.id)).cell if row.id else NOTHING,
            row.name or NOTHING,
            row.short or NOTHING,
            yes_no(row.is_presence_kind),
        )
        for row in sorted(rows, key=lambda row: (row.order is None, row.order or 0))
    ]
    part = table_or(_TYPES, cells, "The school has entered none.")
    return [Section(reading.school_title("Kinds of attendance"), [part])]
