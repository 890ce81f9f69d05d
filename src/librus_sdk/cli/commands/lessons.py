"""``librus lessons``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .._classes import class_names
from .._columns import DATE, ID
from .._coming import latest_first
from .._days import day_cell, with_weekday
from .._document import Cell, Column, Fields, Section, Sentence, Table, table_or
from .._invocation import Invocation, Reading
from .._names import Known, Names, classrooms, or_none, polish_order, subjects, together, users
from .._options import LeafGroup, child_download, child_read, id_option
from .._plan import room_name
from .._words import NOT_ALL, NOTHING, yes_no

if TYPE_CHECKING:
    from ...models import Embedded, Lesson, PlannedLesson, Realization

__all__ = ["command"]

_LESSONS = (ID, Column("Subject"), Column("Teacher"), Column("Class"))
_OF_ONE_CLASS = _LESSONS[:-1]
_PLANNED = (*_LESSONS, Column("File id", right=True, stiff=True))
_HELD = (DATE, Column("Lesson", right=True, stiff=True), Column("Subject"), Column("Topic"), ID)


@click.group("lessons", cls=LeafGroup)
def command() -> None:
    """What is taught by whom, what is planned, what was held."""


@command.command("list")
@child_read
def list_(invocation: Invocation) -> None:
    """List who teaches what to which class, the student's own class first."""
    from ...endpoints import Lessons

    invocation.read(lambda client: Lessons.list(client.lessons), _list_text)


async def _list_text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    rows, (subject_names, teachers, classes) = await reading.rows(
        client.lessons.list(), subjects(reading), users(reading), class_names(reading)
    )

    def order(row: Lesson) -> tuple[str, str]:
        return polish_order(subject_names(row.subject)), polish_order(teachers(row.teacher))

    def cells(shown: Iterable[Lesson]) -> list[tuple[str, str, str, str]]:
        return [
            (row.id, subject_names(row.subject), teachers(row.teacher), classes(row.school_class))
            for row in shown
        ]

    in_order = sorted(rows, key=order)
    title = reading.school_title("Lessons")
    own = [row for row in in_order if row.school_class and row.school_class.id == classes.own_id]
    if not own:
        return [Section(title, [table_or(_LESSONS, cells(in_order), "The school shows none.")])]
    # Librus names the own class only: "another class" in every row would say nothing.
    others = [row for row in in_order if row not in own]
    sections = [Section(f"{title}: class {classes.own or 'of the student'}", [_of_one(cells(own))])]
    return [*sections, Section("Other classes", [_of_one(cells(others))])] if others else sections


def _of_one(cells: Iterable[tuple[str, ...]]) -> Table:
    return Table(_OF_ONE_CLASS, [row[:-1] for row in cells])


@command.command("get")
@id_option("lesson", "lessons list")
@child_read
def get(invocation: Invocation, id: str) -> None:
    """Show one lesson: a subject that a teacher teaches to a class."""
    from ...endpoints import Lessons

    async def text(reading: Reading) -> Sequence[Section]:
        found = await reading.client.lessons.get(id)
        return [Section(reading.title("Lesson"), [Fields(await _pairs(reading, found))])]

    invocation.read(lambda client: Lessons.get(client.lessons, id), text)


async def _pairs(reading: Reading, found: Lesson | PlannedLesson) -> list[tuple[str, Cell]]:
    subject_names, (teachers, classes, rooms) = await together(
        subjects(reading), users(reading), class_names(reading), classrooms(reading, [found.classroom])
    )
    return [
        ("subject", subject_names(found.subject)),
        ("teacher", teachers(found.teacher)),
        ("class", classes(found.school_class)),
        ("room", room_name(found.classroom, rooms)),
    ]


@command.command("planned-list")
@child_read
def planned_list(invocation: Invocation) -> None:
    """List what teachers have planned (rozkład materiału); many schools keep no plans here."""
    from ...endpoints import Lessons

    invocation.read(lambda client: Lessons.planned(client.lessons), _planned_text)


async def _planned_text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    rows, (subject_names, teachers, classes) = await reading.rows(
        client.lessons.planned(), subjects(reading), users(reading), class_names(reading)
    )
    title = reading.title("Planned lessons")
    if not rows:
        return [Section(title, [Sentence("None are planned here.")])]
    cells = [
        (
            row.id,
            subject_names(row.subject),
            teachers(row.teacher),
            classes(row.school_class),
            _file_id(row) or "",
        )
        for row in rows
    ]
    return [Section(title, [Table(_PLANNED, cells), Sentence(NOT_ALL)])]


def _file_id(row: PlannedLesson) -> str | None:
    return row.attachment.id if row.attachment else None


@command.command("planned-get")
@id_option("planned lesson", "lessons planned-list")
@child_read
def planned_get(invocation: Invocation, id: str) -> None:
    """Show one planned lesson."""
    from ...endpoints import Lessons

    async def text(reading: Reading) -> Sequence[Section]:
        found = await reading.client.lessons.planned_get(id)
        pairs = [*await _pairs(reading, found), ("file id", _file_id(found) or NOTHING)]
        return [Section(reading.title("Planned lesson"), [Fields(pairs), Sentence(NOT_ALL)])]

    invocation.read(lambda client: Lessons.planned_get(client.lessons, id), text)


@command.command("planned-attachment")
@id_option("file", "lessons planned-list")
@child_download
def planned_attachment(invocation: Invocation, id: str, output: Path, force: bool) -> None:
    """Save the file of a planned lesson."""
    from ...endpoints import Lessons

    invocation.download(lambda client: Lessons.planned_attachment(client.lessons, id), output, force)


@command.command("realizations-list")
@child_read
def realizations_list(invocation: Invocation) -> None:
    """List the lessons that were held, with their topics (tematy lekcji), the latest first."""
    from ...endpoints import Lessons

    invocation.read(lambda client: Lessons.realizations(client.lessons), _held_text)


async def _held_text(reading: Reading) -> Sequence[Section]:
    rows, (lessons, subject_names) = await reading.rows(
        reading.client.lessons.realizations(), or_none(reading.tables.lessons.list()), subjects(reading)
    )
    title = f"{reading.title('Lessons')}, held so far"
    subject_of = Known.of(lessons, lambda row: row.subject)
    later_first = sorted(rows, key=lambda row: row.number or 0, reverse=True)
    cells = [
        (
            day_cell(row.date),
            NOTHING if row.number is None else str(row.number),
            _subject(row, subject_of, subject_names),
            _topic(row),
            row.id,
        )
        for row in latest_first(later_first, lambda row: row.date)
    ]
    return [Section(title, [table_or(_HELD, cells, "None yet this school year.")])]


def _subject(row: Realization, subject_of: Known[Embedded], names: Names) -> str:
    """Return the subject; where Librus does not name it, that of the lesson."""
    return names(row.subject or (subject_of(row.lesson.id) if row.lesson else None))


def _topic(row: Realization) -> str:
    if row.is_trip:
        return f"trip: {row.topic}" if row.topic else "trip"
    return row.topic or NOTHING


@command.command("realizations-get")
@id_option("lesson that was held", "lessons realizations-list")
@child_read
def realizations_get(invocation: Invocation, id: str) -> None:
    """Show one lesson that was held."""
    from ...endpoints import Lessons

    async def text(reading: Reading) -> Sequence[Section]:
        found = await reading.client.lessons.realization(id)
        lesson, (subject_names, teachers, rooms) = await together(
            or_none(reading.tables.lookup.lesson(found.lesson)),
            subjects(reading),
            users(reading),
            classrooms(reading, [found.classroom]),
        )
        pairs = [
            ("date", with_weekday(found.date)),
            ("lesson", NOTHING if found.number is None else str(found.number)),
            ("subject", subject_names(found.subject or (lesson.subject if lesson else None))),
            ("topic", found.topic or NOTHING),
            ("teacher", teachers(found.teacher or (lesson.teacher if lesson else None))),
            ("entered by", teachers(found.added_by)),
            ("room", room_name(found.classroom, rooms)),
            ("trip instead", yes_no(found.is_trip)),
            ("counts as held", yes_no(found.count_in_statistics)),
        ]
        return [Section(f"{reading.title('Lesson')}, held", [Fields(pairs)])]

    invocation.read(lambda client: Lessons.realization(client.lessons, id), text)
