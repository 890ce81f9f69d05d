"""``librus school``: what only a login issued by the school can read of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from .._columns import ID
from .._coming import coming_then_past, span
from .._days import day_cell, hours, today
from .._document import Cell, Column, Fields, Part, Section, Sentence, Styled, Table, table_or
from .._invocation import Invocation, Reading
from .._options import Leaf, id_option, school_login_download, school_login_read
from .._words import NOTHING, joined, number, yes_no

if TYPE_CHECKING:
    from ...models import LibraryLending, SchoolTrip, Unit

__all__ = ["file", "files", "lendings", "trips", "units"]

_LESSONS: Final = (Column("Lesson", right=True), Column("Hours"))
_TRIPS: Final = (Column("Days"), Column("Where to"), Column("Travel"), Column("In charge", spare=True))
_FILES: Final = (ID, Column("File"), Column("Added", right=True, stiff=True))
_LENDINGS: Final = (
    Column("Title"),
    Column("Author", spare=True),
    Column("Kind", spare=True),
    Column("Borrowed", right=True, stiff=True),
    Column("Back by", right=True, stiff=True),
    Column("Extendable", spare=True),
)


@click.command("units", cls=Leaf)
@school_login_read
def units(invocation: Invocation) -> None:
    """Show the parts of the school: how each grades, its bells; needs a login issued by the school."""
    from ...endpoints import Extras

    invocation.read(lambda client: Extras.units(client.extras), _units_text)


async def _units_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.extras.units()
    reading.left_out(rows.rejected)
    if not rows:
        return [Section(reading.school_title("Units"), [Sentence("The school shows none.")])]
    return [section for row in rows for section in _unit(row)]


def _unit(unit: Unit) -> list[Section]:
    settings, points = unit.grades_settings, unit.behaviour_grades_settings
    start = points.start_points if points else None
    pairs: list[tuple[str, Cell]] = [("short", unit.short_name or NOTHING), ("grades", _kinds(unit))]
    if settings is not None and settings.allow_overrange_point_grades is not None:
        pairs.append(("points above the most", yes_no(settings.allow_overrange_point_grades)))
    if start is not None:
        second = start.semester1 if start.semester2 is None else start.semester2
        said = f"{number(start.semester1)} in semester 1, {number(second)} in semester 2"
        pairs.append(("behaviour starts with", said))
    bells = [
        (str(place), hours(bell.start, bell.end))
        for place, bell in enumerate(unit.lessons_range)
        if bell.start or bell.end
    ]
    parts: list[Part] = [Fields(pairs)]
    if bells:
        parts.append(Table(_LESSONS, bells))
    return [Section(unit.name or "A unit without a name", parts)]


def _kinds(unit: Unit) -> str:
    settings = unit.grades_settings
    if settings is None:
        return NOTHING
    marks = (
        (settings.standard_grades_enabled, "marks"),
        (settings.point_grades_enabled, "points"),
        (settings.descriptive_grades_enabled, "skill by skill, in words"),
    )
    return ", ".join(kind for on, kind in marks if on) or NOTHING


@click.command("trips", cls=Leaf)
@school_login_read
def trips(invocation: Invocation) -> None:
    """List the trips of the school (wycieczki), coming ones first; needs a login issued by the school."""
    from ...endpoints import Extras

    invocation.read(lambda client: Extras.school_trips(client.extras), _trips_text)


async def _trips_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.extras.school_trips()
    reading.left_out(rows.rejected)
    title = reading.school_title("Trips")
    if not rows:
        return [Section(title, [Sentence("There are none.")])]
    return coming_then_past(
        title,
        rows,
        lambda row: (row.term_from, row.term_to),
        lambda shown: Table(_TRIPS, [_trip(row) for row in shown]),
    )


def _trip(trip: SchoolTrip) -> tuple[Cell, ...]:
    who = trip.coordinator_name or joined(trip.creator_name, trip.creator_last_name)
    where = trip.destination or trip.route or NOTHING
    return span(trip.term_from, trip.term_to), where, trip.locomotion or NOTHING, who


@click.command("files", cls=Leaf)
@school_login_read
def files(invocation: Invocation) -> None:
    """List the documents the school shares with families; needs a login issued by the school."""
    from ...endpoints import Extras

    invocation.read(lambda client: Extras.school_files(client.extras), _files_text)


async def _files_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.extras.school_files()
    reading.left_out(rows.rejected)
    cells = [
        (
            row.id or NOTHING,
            f"{row.display_name or NOTHING}{' (damaged at Librus)' if row.failed else ''}",
            day_cell(row.added_on),
        )
        for row in rows
    ]
    part = table_or(_FILES, cells, "The school shares none.")
    return [Section(reading.school_title("Documents"), [part])]


@click.command("file", cls=Leaf)
@id_option("document", "school files")
@school_login_download
def file(invocation: Invocation, id: str, output: Path, force: bool) -> None:
    """Save a document the school shares; needs a login issued by the school."""
    from ...endpoints import Extras

    invocation.download(lambda client: Extras.school_file(client.extras, id), output, force)


@click.command("lendings", cls=Leaf)
@school_login_read
def lendings(invocation: Invocation) -> None:
    """List what was borrowed from the school's library (biblioteka); needs a login issued by the school."""
    from ...endpoints import Extras

    invocation.read(lambda client: Extras.library_lendings(client.extras), _lendings_text)


async def _lendings_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.extras.library_lendings()
    reading.left_out(rows.rejected)
    part = table_or(_LENDINGS, [_lending(row) for row in rows], "Nothing is borrowed.")
    return [Section(reading.title("Borrowed from the library"), [part])]


def _lending(lending: LibraryLending) -> tuple[Cell, ...]:
    due = day_cell(lending.due_date)
    if lending.due_date is not None and lending.due_date < today():
        due = Styled(f"{due}, over", "late")
    return (
        lending.title or NOTHING,
        lending.author or NOTHING,
        lending.type or NOTHING,
        day_cell(lending.lended_at),
        due,
        yes_no(lending.is_extendable),
    )
