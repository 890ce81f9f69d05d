"""``librus lessons``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .._classes import class_names
from .._days import day_cell, with_weekday
from .._document import Cell, Column, Fields, Section, Sentence, Table
from .._invocation import Invocation, Reading
from .._names import Names, classrooms, or_none, polish_order, subjects, together, users
from .._options import LeafGroup, child_read, file_options, id_option
from .._plan import room_name
from .._words import NOTHING, yes_no

if TYPE_CHECKING:
    from ...models import Embedded, Lesson, PlannedLesson, Realization

__all__ = ["command"]

_LESSONS = (
    Column("Id", right=True, stiff=True),
    Column("Subject"),
    Column("Teacher"),
    Column("Class"),
)
_PLANNED = (*_LESSONS, Column("File id", right=True, stiff=True))
_HELD = (
    Column("Date", right=True, stiff=True),
    Column("Lesson", right=True, stiff=True),
    Column("Subject"),
    Column("Topic"),
    Column("Id", right=True, stiff=True),
)
_NOT_ALL = Sentence("Whatever else Librus tells is in --format json.")


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
    rows, (subject_names, teachers, classes) = await together(
        client.lessons.list(), subjects(client), users(client), class_names(client)
    )
    reading.left_out(rows.rejected)
    title = f"Lessons at the school of {reading.child.student_name}"
    if not rows:
        return [Section(title, [Sentence("The school shows none.")])]

    def order(row: Lesson) -> tuple[bool, str, str]:
        other = row.school_class is None or row.school_class.id != classes.own_id
        return other, polish_order(subject_names(row.subject)), polish_order(teachers(row.teacher))

    cells = [
        (row.id, subject_names(row.subject), teachers(row.teacher), classes(row.school_class))
        for row in sorted(rows, key=order)
    ]
    return [Section(title, [Table(_LESSONS, cells)])]


@command.command("get")
@id_option("The lesson; `lessons list` shows the ids.")
@child_read
def get(invocation: Invocation, id: str) -> None:
    """Show one lesson: a subject that a teacher teaches to a class."""
    from ...endpoints import Lessons

    async def text(reading: Reading) -> Sequence[Section]:
        found = await reading.client.lessons.get(id)
        return [Section(reading.title("Lesson"), [Fields(await _pairs(reading, found))])]

    invocation.read(lambda client: Lessons.get(client.lessons, id), text)


async def _pairs(reading: Reading, found: Lesson | PlannedLesson) -> list[tuple[str, Cell]]:
    client = reading.client
    subject_names, (teachers, classes, rooms) = await together(
        subjects(client), users(client), class_names(client), classrooms(client, [found.classroom])
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
    rows, (subject_names, teachers, classes) = await together(
        client.lessons.planned(), subjects(client), users(client), class_names(client)
    )
    reading.left_out(rows.rejected)
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
    return [Section(title, [Table(_PLANNED, cells), _NOT_ALL])]


def _file_id(row: PlannedLesson) -> str | None:
    return row.attachment.id if row.attachment else None


@command.command("planned-get")
@id_option("The planned lesson; `lessons planned-list` shows the ids.")
@child_read
def planned_get(invocation: Invocation, id: str) -> None:
    """Show one planned lesson."""
    from ...endpoints import Lessons

    async def text(reading: Reading) -> Sequence[Section]:
        found = await reading.client.lessons.planned_get(id)
        pairs = [*await _pairs(reading, found), ("file id", _file_id(found) or NOTHING)]
        return [Section(reading.title("Planned lesson"), [Fields(pairs), _NOT_ALL])]

    invocation.read(lambda client: Lessons.planned_get(client.lessons, id), text)


@command.command("planned-attachment")
@id_option("The file; `lessons planned-list` shows the ids of files.")
@file_options
@child_read
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
    client = reading.client
    rows, (lessons, subject_names) = await together(
        client.lessons.realizations(), or_none(client.lessons.list()), subjects(client)
    )
    reading.left_out(rows.rejected)
    title = f"{reading.title('Lessons')}, held so far"
    if not rows:
        return [Section(title, [Sentence("None yet this school year.")])]
    subject_of = {row.id: row.subject for row in lessons or ()}
    latest_first = sorted(rows, key=lambda row: (row.date or date.min, row.number or 0), reverse=True)
    cells = [
        (
            day_cell(row.date) if row.date else NOTHING,
            NOTHING if row.number is None else str(row.number),
            _subject(row, subject_of, subject_names),
            _topic(row),
            row.id,
        )
        for row in latest_first
    ]
    return [Section(title, [Table(_HELD, cells)])]


def _subject(row: Realization, subject_of: Mapping[str, Embedded | None], names: Names) -> str:
    """Return the subject; where Librus does not name it, that of the lesson."""
    return names(row.subject or (subject_of.get(row.lesson.id or "") if row.lesson else None))


def _topic(row: Realization) -> str:
    if row.is_trip:
        return f"trip: {row.topic}" if row.topic else "trip"
    return row.topic or NOTHING


@command.command("realizations-get")
@id_option("The lesson that was held; `lessons realizations-list` shows the ids.")
@child_read
def realizations_get(invocation: Invocation, id: str) -> None:
    """Show one lesson that was held."""
    from ...endpoints import Lessons

    async def text(reading: Reading) -> Sequence[Section]:
        client = reading.client
        found = await client.lessons.realization(id)
        lesson, (subject_names, teachers, rooms) = await together(
            or_none(client.lookup.lesson(found.lesson)),
            subjects(client),
            users(client),
            classrooms(client, [found.classroom]),
        )
        pairs = [
            ("date", with_weekday(found.date) if found.date else NOTHING),
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
