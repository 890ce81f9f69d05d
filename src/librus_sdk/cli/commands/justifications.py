"""``librus justifications``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import click

from .._columns import DATE, ID, TEACHER, TIME
from .._coming import coming_then_past, latest_first, span
from .._days import day_cell, day_heading, lesson_or_hours, moment, moment_cell, with_weekday
from .._document import Cell, Column, Fields, Section, Sentence, Table
from .._invocation import Invocation, Reading
from .._names import together, users
from .._options import DAY, LeafGroup, child_read, id_option
from .._words import NOT_ALL, NOTHING, as_typed, yes_no

if TYPE_CHECKING:
    from ...models import Justification, ParentTeacherConference

__all__ = ["command"]

_TOLD = (
    ID,
    Column("Days"),
    Column("Lessons", right=True),
    Column("State"),
    Column("Sent", right=True, spare=True),
)
# Of the words Librus has for it only this one is known.
_STATES: Final = {"accept": "accepted"}
_JUSTIFICATIONS = (ID, Column("Student"), Column("Written by"))
_CONFERENCES = (DATE, TIME, Column("What"), TEACHER)


@click.group("justifications", cls=LeafGroup)
def command() -> None:
    """Excuses for absences (usprawiedliwienia), parent-teacher conferences, the server's clock."""


@command.command("list")
@click.option("--date-from", type=DAY, default=None, help="Only those from this day on.")
@child_read
def list_(invocation: Invocation, date_from: date | None) -> None:
    """List the excuses for absences; some schools do not show them to parents."""
    from ...endpoints import Justifications

    async def text(reading: Reading) -> Sequence[Section]:
        client = reading.client
        rows, (people,) = await reading.rows(client.justifications.list(date_from=date_from), users(reading))
        title = reading.title("Excuses")
        if not rows:
            return [Section(title, [Sentence("There are none.")])]
        if any(row.date_from for row in rows):
            return [Section(title, [Table(_TOLD, [_told(row) for row in _latest(rows)])])]
        students = [people(row.student) for row in rows]
        if set(students) == {reading.student_name}:
            students = [""] * len(rows)
        cells = [(row.id, student, people(row.added_by)) for row, student in zip(rows, students, strict=True)]
        return [Section(title, [Table(_JUSTIFICATIONS, cells), Sentence(NOT_ALL)])]

    invocation.read(lambda client: Justifications.list(client.justifications, date_from=date_from), text)


@command.command("get")
@id_option("excuse", "justifications list")
@child_read
def get(invocation: Invocation, id: str) -> None:
    """Show one excuse."""
    from ...endpoints import Justifications

    async def text(reading: Reading) -> Sequence[Section]:
        client = reading.client
        found, (people,) = await together(client.justifications.get(id), users(reading))
        if found.date_from is not None:
            return _one(found)
        pairs = [("student", people(found.student)), ("written by", people(found.added_by))]
        return [Section(reading.title("Excuse"), [Fields(pairs), Sentence(NOT_ALL)])]

    invocation.read(lambda client: Justifications.get(client.justifications, id), text)


def _latest(rows: Sequence[Justification]) -> list[Justification]:
    return latest_first(rows, lambda row: row.date_from)


def _told(row: Justification) -> tuple[Cell, ...]:
    """Return a row of what Librus tells to a login issued by the school."""
    return (
        row.id,
        span(row.date_from, row.date_to),
        str(len(row.lessons)) if row.lessons else "all",
        _state(row),
        moment_cell(row.post_date),
    )


def _one(found: Justification) -> list[Section]:
    first, last = found.date_from, found.date_to
    days = with_weekday(first) if first == last else f"{with_weekday(first)} - {with_weekday(last)}"
    count = found.justified_absences
    pairs: list[tuple[str, Cell]] = [
        ("for", days),
        ("lessons", _lessons(found)),
        ("state", _state(found)),
        ("absences excused", NOTHING if count is None else str(count)),
        ("sent", moment(found.post_date)),
        ("teachers told", ", ".join(found.notified_teachers) or NOTHING),
        ("with a file", yes_no(found.attachment)),
    ]
    return [Section("Excuse", [Fields(pairs), Sentence(as_typed(found.message_from_parent) or NOTHING)])]


def _lessons(row: Justification) -> str:
    """Return which lessons of which day it is for."""
    days: dict[date | None, list[int]] = {}
    for lesson in row.lessons:
        if lesson.number is not None:
            days.setdefault(lesson.date, []).append(lesson.number)
    said = [
        f"{day_cell(day)}: {', '.join(map(str, sorted(set(numbers))))}"
        for day, numbers in sorted(days.items(), key=lambda item: item[0] or date.max)
    ]
    return "\n".join(said) or "all"


def _state(row: Justification) -> str:
    said = row.justification_status or NOTHING
    return _STATES.get(said.lower(), said)


@command.command("conferences")
@child_read
def conferences(invocation: Invocation) -> None:
    """List the meetings with parents (zebrania, wywiadówki), coming ones first."""
    from ...endpoints import Justifications

    invocation.read(lambda client: Justifications.conferences(client.justifications), _conferences_text)


async def _conferences_text(reading: Reading) -> Sequence[Section]:
    rows, (teachers,) = await reading.rows(reading.client.justifications.conferences(), users(reading))
    title = reading.title("Meetings with parents")
    if not rows:
        return [Section(title, [Sentence("There are none.")])]
    return coming_then_past(
        title,
        rows,
        lambda row: (row.date, row.date),
        lambda shown: Table(
            _CONFERENCES,
            [
                (
                    day_cell(row.date),
                    lesson_or_hours(None, row.time, None),
                    _what(row),
                    teachers(row.teacher),
                )
                for row in shown
            ],
        ),
    )


def _what(row: ParentTeacherConference) -> str:
    said = [row.name or "", row.topic or ""]
    return ": ".join(dict.fromkeys(filter(None, said))) or NOTHING


@command.command("system-data")
@child_read
def system_data(invocation: Invocation) -> None:
    """Show the date and time of Librus's server."""
    from ...endpoints import Justifications

    invocation.read(lambda client: Justifications.system_data(client.justifications), _clock_text)


async def _clock_text(reading: Reading) -> Sequence[Section]:
    now = (await reading.client.justifications.system_data()).now
    pairs = [("date", day_heading(now.date())), ("time in Poland", f"{now:%H:%M:%S}")]
    return [Section("Librus's clock", [Fields(pairs)])]
