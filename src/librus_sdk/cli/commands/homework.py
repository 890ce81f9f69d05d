"""``librus homework``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .._days import MIDNIGHT, day_cell, hours, today
from .._document import Cell, Column, Section, Sentence, Table
from .._invocation import Invocation, Reading
from .._names import Names, or_none, subjects, together, users
from .._options import LeafGroup, child_read

if TYPE_CHECKING:
    from ...models import HomeWork

__all__ = ["command"]

_COLUMNS = (
    Column("Date", right=True, stiff=True),
    Column("Time", stiff=True),
    Column("Kind"),
    Column("Subject"),
    Column("What"),
    Column("Teacher"),
)


@click.group("homework", cls=LeafGroup)
def command() -> None:
    """The agenda: tests, quizzes, trips, meetings. Librus calls its entries homework."""


@command.command("list")
@child_read
def list_(invocation: Invocation) -> None:
    """List the agenda: what is coming, then what is past, the latest first."""
    from ...endpoints import Homework

    invocation.read(lambda client: Homework.list(client.homework), _text)


async def _text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    entries, (kinds, subject_names, teachers) = await together(
        client.homework.list(), or_none(client.homework.categories()), subjects(client), users(client)
    )
    reading.left_out(entries.rejected)
    title = reading.title("Agenda")
    if not entries:
        return [Section(title, [Sentence("The agenda is empty.")])]
    kind_names = Names.of(kinds, lambda row: row.name)

    def table(rows: Sequence[HomeWork]) -> Table | Sentence:
        if not rows:
            return Sentence("Nothing.")
        return Table(_COLUMNS, [_row(row, kind_names, subject_names, teachers) for row in rows])

    by_day = sorted(entries, key=lambda entry: (entry.date, entry.lesson_no or 0))
    coming = [entry for entry in by_day if entry.date >= today()]
    past = [entry for entry in reversed(by_day) if entry.date < today()]
    return [Section(f"{title}: coming", [table(coming)]), Section("Past", [table(past)])]


def _row(entry: HomeWork, kinds: Names, subject_names: Names, teachers: Names) -> tuple[Cell, ...]:
    return (
        day_cell(entry.date),
        _time(entry),
        kinds(entry.category),
        subject_names(entry.subject) if entry.subject else "",
        entry.content,
        teachers(entry.created_by),
    )


def _time(entry: HomeWork) -> str:
    """Return the lesson it falls on, or else the hours; schools enter midnight for "no time"."""
    if entry.lesson_no is not None:
        return f"lesson {entry.lesson_no}"
    start, end = (moment if moment != MIDNIGHT else None for moment in (entry.time_from, entry.time_to))
    return hours(start, end)
