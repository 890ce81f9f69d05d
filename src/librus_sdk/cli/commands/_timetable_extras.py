"""``librus timetable``: what only a login issued by the school can read beside lessons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from ...errors import LibrusPermissionError
from .._columns import HOURS, TEACHER
from .._days import day_heading, hours, short_day, this_monday
from .._document import Cell, Column, Section, Sentence, Styled, Table
from .._failures import UsageError
from .._invocation import Invocation, Reading
from .._names import Known, or_none, together
from .._options import DAY, Leaf, school_login_read
from .._words import NOTHING
from ._grades_extras import account_names

if TYPE_CHECKING:
    from ...models import ExtraActivity, KindergartenActivity

__all__ = ["extra", "kindergarten"]

T = TypeVar("T")

_EXTRA: Final = (HOURS, Column("What"), TEACHER, Column("Room"), Column("Change"))
_KINDERGARTEN: Final = (HOURS, Column("What"), Column("With", spare=True), Column("Change"), Column("Note"))
_CHANGES: Final = {"cancelled": "cancelled", "substitution": "instead of another", "substituted": "replaced"}
_NO_KINDERGARTEN: Final = "Only kindergartens have this; lessons of a school are in librus timetable week."
_NO_STUDENT: Final = "Librus does not say which child this login is for, so its days cannot be asked for."


def _days(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``date_from`` and ``date_to``."""
    first = click.option(
        "--date-from", type=DAY, default=None, help="The first day; without it, this Monday."
    )
    last = click.option("--date-to", type=DAY, default=None, help="The last day; without it, six days later.")
    return first(last(function))


def _range(date_from: date | None, date_to: date | None) -> tuple[date, date]:
    first = date_from or min(this_monday(), date_to or date.max)
    last = date_to or first + timedelta(days=6)
    if last < first:
        raise UsageError("--date-to is before --date-from.")
    return first, last


@click.command("extra", cls=Leaf)
@_days
@school_login_read
def extra(invocation: Invocation, date_from: date | None, date_to: date | None) -> None:
    """Show extra activities (zajęcia dodatkowe) of some days; needs a login issued by the school."""
    from ...endpoints import Extras

    first, last = _range(date_from, date_to)

    async def text(reading: Reading) -> Sequence[Section]:
        rows = await reading.client.extras.extra_activities(first, last)
        reading.left_out(rows.rejected)
        title = f"{reading.title('Extra activities')}, {short_day(first)} - {short_day(last)}"
        return _by_day(title, rows, _EXTRA, _activity)

    invocation.read(lambda client: Extras.extra_activities(client.extras, first, last), text)


def _activity(row: ExtraActivity) -> tuple[Cell, ...]:
    room = row.classroom
    return (
        hours(row.start_time, row.end_time) or NOTHING,
        row.title or NOTHING,
        row.teacher_name or NOTHING,
        (room.symbol or room.name if room else None) or NOTHING,
        Styled("cancelled", "struck") if row.is_cancelled else "",
    )


@click.command("kindergarten", cls=Leaf)
@_days
@school_login_read
def kindergarten(invocation: Invocation, date_from: date | None, date_to: date | None) -> None:
    """Show what a kindergarten (przedszkole) does on the days of a week; needs a login issued by it."""
    from ...endpoints import Extras

    first, last = _range(date_from, date_to)

    async def work(reading: Reading) -> None:
        client = reading.client
        child = await reading.student_id(_NO_STUDENT)
        if invocation.form == "json":
            get = Extras.kindergarten_timetable(client.extras, child, first, last)
            invocation.dump(reading.payload(await _at_kindergarten(client.as_sent(get))))
            return
        invocation.show(await reading.told(lambda again: _kindergarten_text(again, child, first, last)))

    invocation.run_for_child(work)


async def _kindergarten_text(reading: Reading, child: str, first: date, last: date) -> Sequence[Section]:
    rows, (types, people) = await together(
        _at_kindergarten(reading.client.extras.kindergarten_timetable(child, first, last)),
        or_none(reading.tables.extras.kindergarten_activity_types()),
        or_none(reading.tables.school.users()),
    )
    reading.left_out(rows.rejected)
    names = Known.of(types, lambda row: row.name or None)
    teachers = account_names(people)

    def cells(row: KindergartenActivity) -> tuple[Cell, ...]:
        change = _CHANGES.get((row.type or "").lower(), "")
        return (
            hours(row.start_time, row.end_time) or NOTHING,
            names(row.activity_type_identifier) or NOTHING,
            ", ".join(filter(None, map(teachers, row.teachers))) or NOTHING,
            Styled(change, "struck") if change and not row.takes_place else change,
            "; ".join(row.comments),
        )

    title = f"{reading.title('Days at the kindergarten')}, {short_day(first)} - {short_day(last)}"
    return _by_day(title, rows, _KINDERGARTEN, cells)


async def _at_kindergarten(reading: Awaitable[T]) -> T:
    try:
        return await reading
    except LibrusPermissionError as error:
        refusal = error.replicate()
        refusal.message = f"{error.message} {_NO_KINDERGARTEN}"
        raise refusal from error.__cause__


def _by_day(
    title: str,
    rows: Iterable[Any],
    columns: Sequence[Column],
    cells: Callable[[Any], tuple[Cell, ...]],
) -> list[Section]:
    """Return a section for each day; what has no day stands last."""

    def when(row: Any) -> date:
        return row.date or date.max

    in_order = sorted(rows, key=lambda row: (when(row), row.start_time or time.max))
    if not in_order:
        return [Section(title, [Sentence("There is nothing on these days.")])]
    tables = [(day, Table(columns, [cells(row) for row in part])) for day, part in groupby(in_order, when)]
    every = [row for _, table in tables for row in table.rows]
    sections = [Section(title, ())]
    for day, table in tables:
        heading = "On an unknown day" if day == date.max else day_heading(day)
        sections.append(Section(heading, [Table(columns, table.rows, alike=every)]))
    return sections
