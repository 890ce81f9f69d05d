"""``librus notes``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click

from .._coming import latest_first
from .._days import day_heading
from .._document import Cell, Column, Fields, Kind, Section, Sentence, styled, table_or
from .._invocation import Invocation, Reading
from .._names import Names, or_none, polish_order, together, users
from .._options import LeafGroup, child_read, id_option
from .._words import NOTHING

if TYPE_CHECKING:
    from ...models import Note

__all__ = ["command"]

_CATEGORIES = (Column("Category"),)
_KINDS: Final[Mapping[str | None, tuple[str, Kind | None]]] = {
    "positive": ("praise", "good"),
    "negative": ("reprimand", "bad"),
    "neutral": ("neutral", None),
    None: (NOTHING, None),
}


@click.group("notes", cls=LeafGroup)
def command() -> None:
    """What teachers noted about behaviour (uwagi), praise (pochwały) included."""


@command.command("list")
@child_read
def list_(invocation: Invocation) -> None:
    """List all notes, the latest first."""
    from ...endpoints import Notes

    invocation.read(lambda client: Notes.list(client.notes), _list_text)


async def _list_text(reading: Reading) -> Sequence[Section]:
    notes, (teachers, categories) = await reading.rows(
        reading.client.notes.list(), users(reading), _category_names(reading)
    )
    title = reading.title("Notes about the behaviour")
    if not notes:
        return [Section(title, [Sentence("No notes yet this school year.")])]
    return [
        Section(title, [Sentence(_counts(notes))]),
        *(_section(note, teachers, categories) for note in latest_first(notes, lambda note: note.date)),
    ]


def _counts(notes: Sequence[Note]) -> str:
    numbers = Counter(_KINDS[note.kind][0] for note in notes)
    unknown = numbers.pop(NOTHING, 0)
    counts = [f"{said}: {numbers[said]}" for said, _ in _KINDS.values() if numbers[said]]
    if unknown:
        counts.append(f"of unknown kind: {unknown}")
    return ", ".join(counts) + "."


@command.command("get")
@id_option("note", "notes list")
@child_read
def get(invocation: Invocation, id: str) -> None:
    """Show one note."""
    from ...endpoints import Notes

    async def text(reading: Reading) -> Sequence[Section]:
        note, (teachers, categories) = await together(
            reading.client.notes.get(id), users(reading), _category_names(reading)
        )
        return [_section(note, teachers, categories)]

    invocation.read(lambda client: Notes.get(client.notes, id), text)


def _section(note: Note, teachers: Names, categories: Names) -> Section:
    said, kind = _KINDS[note.kind]
    pairs: list[tuple[str, Cell]] = [
        ("kind", styled(said, kind)),
        ("category", categories(note.category)),
        ("teacher", teachers(note.teacher or note.added_by)),
        ("id", note.id),
    ]
    heading = day_heading(note.date) if note.date else "Without a date"
    return Section(heading, [Fields(pairs), Sentence((note.text or "").strip() or "No text.")])


async def _category_names(reading: Reading) -> Names:
    rows = await or_none(reading.tables.notes.categories())
    return Names.of(rows, lambda row: row.name, reading.nameless("Categories"))


@command.command("categories")
@child_read
def categories(invocation: Invocation) -> None:
    """List what notes are about at this school."""
    from ...endpoints import Notes

    async def text(reading: Reading) -> Sequence[Section]:
        rows = await reading.client.notes.categories()
        reading.left_out(rows.rejected)
        names = sorted((row.name or NOTHING for row in rows), key=polish_order)
        part = table_or(_CATEGORIES, [(name,) for name in names], "The school has entered none.")
        return [Section(reading.school_title("Categories of notes"), [part])]

    invocation.read(lambda client: Notes.categories(client.notes), text)
