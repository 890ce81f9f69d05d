"""``librus homework``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .._columns import DATE, TEACHER
from .._coming import coming_and_past, coming_then_past
from .._days import day_cell, day_heading, lesson_or_hours, today, with_weekday
from .._document import Cell, Column, Fields, Section, Sentence, Table, styled, table_or
from .._invocation import Invocation, Reading
from .._names import Known, Names, lesson_subjects, or_none, polish_order, subjects, users
from .._options import LeafGroup, child_download, child_read, id_option
from .._words import NOTHING, counted

if TYPE_CHECKING:
    from ...models import HomeWork, HomeworkAssignment, HomeworkFile

__all__ = ["command"]

_COLUMNS = (
    DATE,
    Column("Time", stiff=True, spare=True),
    Column("Kind"),
    Column("Subject"),
    Column("What"),
    TEACHER,
)
_CATEGORIES = (Column("Kind"),)


@click.group("homework", cls=LeafGroup)
def command() -> None:
    """The agenda (terminarz: tests, quizzes, trips, meetings), and homework (zadania domowe)."""


@command.command("list")
@child_read
def list_(invocation: Invocation) -> None:
    """List the agenda, which Librus calls homework: what is coming, then what is past, the latest first."""
    from ...endpoints import Homework

    invocation.read(lambda client: Homework.list(client.homework), _text)


async def _text(reading: Reading) -> Sequence[Section]:
    entries, (kinds, subject_names, teachers) = await reading.rows(
        reading.client.homework.list(),
        or_none(reading.tables.homework.categories()),
        subjects(reading),
        users(reading),
    )
    title = reading.title("Agenda")
    if not entries:
        return [Section(title, [Sentence("The agenda is empty.")])]
    kind_names = Names.of(kinds, lambda row: row.name, reading.nameless("Kinds"))
    in_order = sorted(entries, key=lambda entry: entry.lesson_no or 0)
    return coming_then_past(
        title,
        in_order,
        lambda entry: (entry.date, entry.date),
        lambda shown: Table(_COLUMNS, [_row(row, kind_names, subject_names, teachers) for row in shown]),
    )


def _row(entry: HomeWork, kinds: Names, subject_names: Names, teachers: Names) -> tuple[Cell, ...]:
    return (
        day_cell(entry.date),
        lesson_or_hours(entry.lesson_no, entry.time_from, entry.time_to),
        kinds(entry.category),
        subject_names(entry.subject) if entry.subject else "",
        entry.content,
        teachers(entry.created_by),
    )


@command.command("categories")
@child_read
def categories(invocation: Invocation) -> None:
    """List the kinds of entries in the agenda of this school."""
    from ...endpoints import Homework

    invocation.read(lambda client: Homework.categories(client.homework), _categories_text)


async def _categories_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.homework.categories()
    reading.left_out(rows.rejected)
    cells = sorted(((row.name or NOTHING,) for row in rows), key=lambda row: polish_order(row[0]))
    part = table_or(_CATEGORIES, cells, "The school has entered none.")
    return [Section(reading.school_title("Kinds of agenda entries"), [part])]


@command.command("assignments")
@child_read
def assignments(invocation: Invocation) -> None:
    """List homework (zadania domowe) with its files: what is due, then what was due, the latest first."""
    from ...endpoints import Homework

    invocation.read(lambda client: Homework.assignments(client.homework), _assignments_text)


async def _assignments_text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    rows, (lessons, subject_names, teachers) = await reading.rows(
        client.homework.assignments(), lesson_subjects(reading), subjects(reading), users(reading)
    )
    title = reading.title("Homework")
    if not rows:
        return [Section(title, [Sentence("No homework.")])]
    due, past = coming_and_past(rows, lambda row: (row.due_date, row.due_date))
    summary = f"{len(due) or 'Nothing'} due."
    if past:
        summary += f" {counted(len(past), 'earlier one')} below."
    sections = [Section(title, [Sentence(summary)])]
    for row in [*due, *past]:
        pairs = _assignment(row, lessons, subject_names, teachers)
        sections.append(Section(_assignment_title(row), [Fields(pairs)]))
    return sections


def _assignment_title(row: HomeworkAssignment) -> Cell:
    what = row.topic or "without a title"
    if row.due_date is None:
        return f"Due some day: {what}"
    heading = day_heading(row.due_date)
    word = "Was due" if row.due_date < today() else "Due"
    return styled(f"{word} {heading}: {what}", "today" if row.due_date == today() else None)


def _assignment(
    row: HomeworkAssignment, lessons: Known[str], subject_names: Names, teachers: Names
) -> list[tuple[str, Cell]]:
    pairs = [
        ("subject", subject_names.by_id(lessons(row.lesson.id) if row.lesson else None)),
        ("teacher", teachers(row.teacher)),
        ("given", with_weekday(row.date)),
        ("what to do", row.text or NOTHING),
        ("to hand in", _to_hand_in(row)),
    ]
    return [*pairs, *(("file", _file(file)) for file in row.files)]


def _to_hand_in(row: HomeworkAssignment) -> str:
    if row.must_send_attach_file:
        return "a file"
    if row.send_file_possible:
        return "a file, optional"
    return NOTHING if row.must_send_attach_file is None else "no file"


def _file(file: HomeworkFile) -> str:
    name = file.name or "without a name"
    return f"{name} (id {file.attachment_id})" if file.attachment_id else name


@command.command("attachment")
@id_option("file", "homework assignments")
@child_download
def attachment(invocation: Invocation, id: str, output: Path, force: bool) -> None:
    """Save a file of homework."""
    from ...endpoints import Homework

    invocation.download(lambda client: Homework.attachment(client.homework, id), output, force)
