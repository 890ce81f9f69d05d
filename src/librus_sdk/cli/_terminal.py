"""The parts of a document on a terminal, drawn by rich. Imported by nothing else than a terminal's output."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from ._document import GAP, INDENT, Cell, Fields, Kind, Part, Section, Styled, Table, clean, fitted, wrap

__all__ = ["draw"]

# Only the sixteen colours that every terminal has, in the shades its user chose.
_STYLES: Final[Mapping[Kind, str]] = {
    "strong": "bold",
    "struck": "strike",
    "muted": "dim",
    "good": "green",
    "bad": "red",
    "today": "bold green",
    "absent": "bold red",
    "excused": "yellow",
    "late": "cyan",
}


def draw(sections: Sequence[Section], width: int) -> str:
    """Return the sections as text with a terminal's colour codes, no wider than ``width``."""
    paper = io.StringIO()
    console = Console(
        file=paper,
        width=width,
        # That it is a terminal which wants colours has been decided already, see `is_fancy`.
        force_terminal=True,
        color_system="standard",
        no_color=False,
        highlight=False,
        emoji=False,
    )
    for number, section in enumerate(sections):
        if number:
            console.print()
        title = _text(section.title)
        title.stylize("bold")
        console.print(title)
        for part in section.parts:
            console.print()
            console.print(Padding(_drawn(part, width - INDENT), (0, 0, 0, INDENT), expand=False))
    return "\n".join(line.rstrip(" ") for line in paper.getvalue().split("\n"))


def _text(cell: Cell, room: int | None = None) -> Text:
    """Return the cell's text; text, not markup: brackets in a teacher's words are brackets.

    With ``room``, the width of a column, lines break where they do in the plain form, not where rich would.
    """
    text = Text(clean(str(cell)) if room is None else "\n".join(wrap(str(cell), room, hyphens=True)))
    if isinstance(cell, Styled):
        # Not as the text's own style, which the blanks up to the next column would have, too.
        text.stylize(_STYLES[cell.kind])
    return text


def _drawn(part: Part, width: int) -> RenderableType:
    if isinstance(part, Table):
        return _table(part, width)
    if isinstance(part, Fields):
        return _fields(part)
    return _text(part.text)


def _table(part: Table, width: int) -> RenderableType:
    found = fitted(part, width)
    drawn = RichTable(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),
        header_style="bold cyan",
    )
    for column, room in zip(found.columns, found.widths, strict=True):
        drawn.add_column(
            _text(column.title, room),
            justify="right" if column.right else "left",
            overflow="fold",
            width=room,
        )
    for row in found.rows:
        drawn.add_row(*map(_text, row, found.widths))
    return Group(drawn, "", _text(found.note)) if found.note else drawn


def _fields(part: Fields) -> RichTable:
    drawn = RichTable.grid(padding=(0, GAP, 0, 0))
    drawn.add_column(style="cyan", no_wrap=True)
    drawn.add_column(overflow="fold")
    for label, value in part.pairs:
        drawn.add_row(Text(label), _text(value))
    return drawn
