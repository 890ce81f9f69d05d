"""The parts of a document on a terminal, drawn by rich. Imported by nothing else than a terminal's output."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from ._document import GAP, INDENT, Fields, Part, Section, Table, clean

__all__ = ["draw"]


def draw(sections: Sequence[Section], width: int) -> str:
    """Return the sections as text with a terminal's colour codes, no wider than ``width``."""
    paper = io.StringIO()
    console = Console(file=paper, force_terminal=True, width=width, highlight=False, emoji=False)
    for number, section in enumerate(sections):
        if number:
            console.print()
        console.print(Text(clean(section.title), style="bold"))
        for part in section.parts:
            console.print()
            console.print(Padding(_drawn(part), (0, 0, 0, INDENT), expand=False))
    return "\n".join(line.rstrip(" ") for line in paper.getvalue().split("\n"))


def _drawn(part: Part) -> RenderableType:
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Fields):
        return _fields(part)
    return Text(clean(part.text))


def _table(part: Table) -> RichTable:
    columns, rows = part.filled()
    drawn = RichTable(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),
        header_style="bold cyan",
    )
    for column in columns:
        drawn.add_column(
            Text(column.title),
            justify="right" if column.right else "left",
            no_wrap=column.stiff,
            overflow="fold",
        )
    for row in rows:
        # Text, not markup: brackets in a teacher's words are brackets.
        drawn.add_row(*(Text(cell) for cell in row))
    return drawn


def _fields(part: Fields) -> RichTable:
    drawn = RichTable.grid(padding=(0, GAP, 0, 0))
    drawn.add_column(style="cyan", no_wrap=True)
    drawn.add_column(overflow="fold")
    for label, value in part.pairs:
        drawn.add_row(Text(label), Text(clean(value)))
    return drawn
