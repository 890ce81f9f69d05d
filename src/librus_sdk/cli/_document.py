"""Text output: titled sections of labelled values, tables and sentences, laid out for a width.

This is the plain form, for pipes, files and ``NO_COLOR``; :mod:`._terminal` draws the same for a terminal,
with styles. A style repeats what the words say already: the plain form leaves it out and loses nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TextIO, TypeAlias

__all__ = [
    "Cell",
    "Column",
    "Fields",
    "Kind",
    "Part",
    "Section",
    "Sentence",
    "Styled",
    "Table",
    "clean",
    "fitted",
    "is_fancy",
    "lay_out",
    "render",
    "styled",
    "table_or",
    "width_of",
    "wrap",
    "write",
]

INDENT: Final = 2
GAP: Final = 2
_NARROWEST: Final = 40
_WIDEST_LABEL: Final = 24

# What a terminal would obey instead of showing: texts come from other people.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


# Where a word may be broken: behind a hyphen between two parts of a word, as textwrap does it.
_HYPHEN: Final = re.compile(r"(?<=[^\d\W]{2}-)(?=[^\d\W]{2})")

Kind: TypeAlias = Literal["strong", "struck", "muted", "good", "bad", "today", "absent", "excused", "late"]
"""Why a text stands out; what that looks like is the terminal's business."""


@dataclass(frozen=True, slots=True)
class Styled:
    """A text that stands out on a terminal."""

    text: str
    kind: Kind

    def __str__(self) -> str:
        return self.text


Cell: TypeAlias = str | Styled


def styled(text: str, kind: Kind | None) -> Cell:
    """Return the text in the style, or as it is when there is none."""
    return Styled(text, kind) if kind else text


def _cleaned(cell: Cell) -> Cell:
    return Styled(clean(cell.text), cell.kind) if isinstance(cell, Styled) else clean(cell)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        right: align to the right.
        stiff: dates, numbers: wrap its cells only to keep words of other columns whole, and never break one.
        whole: names of files: break none as long as words of other columns can be broken instead of it, or
            columns be spared; a hyphen is part of it.
        spare: where there is no room for whole words and dates, leave it out and say so; the last one first.
    """

    title: str
    right: bool = False
    stiff: bool = False
    whole: bool = False
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under titled columns; columns that are empty in every row are left out.

    Attributes:
        alike: rows of tables that get the same columns, of the same widths.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    alike: Sequence[Sequence[Cell]] = ()

    def filled(self) -> Table:
        """Return the columns with something in them, and their cells without control characters."""
        rows = [[_cleaned(cell) for cell in row] for row in self.rows]
        alike = [[_cleaned(cell) for cell in row] for row in self.alike]
        kept = [n for n in range(len(self.columns)) if any(str(row[n]) for row in (*rows, *alike))]
        return Table(rows=rows, alike=alike, columns=self.columns).of(kept)

    def of(self, kept: Sequence[int]) -> Table:
        """Return the table with these columns only."""
        return Table(
            [self.columns[n] for n in kept],
            [[row[n] for n in kept] for row in self.rows],
            [[row[n] for n in kept] for row in self.alike],
        )


@dataclass(frozen=True, slots=True)
class Fields:
    """Labelled values, one below the other."""

    pairs: Sequence[tuple[str, Cell]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something said in words."""

    text: Cell


Part: TypeAlias = Table | Fields | Sentence


@dataclass(frozen=True, slots=True)
class Section:
    """A title and what stands below it."""

    title: Cell
    parts: Sequence[Part] = field(default_factory=tuple)


def table_or(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], empty: str) -> Part:
    """Return a table, or what to say when there are no rows."""
    return Table(columns, rows) if rows else Sentence(empty)


def clean(text: str) -> str:
    """Return the text without characters a terminal obeys."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def width_of(stream: TextIO) -> int:
    """Return how wide the stream's lines may be: its terminal's width (or ``COLUMNS``), 80 when unknown."""
    if os.environ.get("COLUMNS", "").isdigit():
        width = shutil.get_terminal_size().columns
    else:
        try:
            width = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):
            width = 0
    return max(width or 80, _NARROWEST)


def lay_out(sections: Sequence[Section], width: int) -> str:
    """Return the sections as plain text no wider than ``width``, with a line break at the end."""
    return "\n".join("\n".join(_section(section, width)) + "\n" for section in sections)


def _section(section: Section, width: int) -> Iterator[str]:
    yield from wrap(str(section.title), width)
    for part in section.parts:
        yield ""
        lines = _part(part, width - INDENT)
        yield from (" " * INDENT + line if line else "" for line in lines)


def _part(part: Part, width: int) -> Iterator[str]:
    if isinstance(part, Table):
        yield from _table(part, width)
    elif isinstance(part, Fields):
        yield from _fields(part, width)
    else:
        yield from wrap(str(part.text), width)


def wrap(text: str, width: int, *, hyphens: bool = False) -> list[str]:
    """Wrap each line of the text for itself; nothing is one empty line.

    Args:
        text: the text.
        width: how long a line may be.
        hyphens: break also behind the hyphens of words, as the cells of tables do: double names are long.
    """
    lines = [
        # A blank may stay behind where a word too long is broken.
        wrapped.rstrip(" ")
        for line in clean(text).split("\n")
        for wrapped in textwrap.wrap(line, max(width, 1), break_on_hyphens=hyphens) or [""]
    ]
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


def _fields(part: Fields, width: int) -> Iterator[str]:
    label_width = min(max((len(label) for label, _ in part.pairs), default=0), _WIDEST_LABEL)
    for label, value in part.pairs:
        lines = wrap(str(value), width - label_width - GAP)
        for number, line in enumerate(lines):
            yield f"{label if number == 0 else '':<{label_width + GAP}}{line}".rstrip()


@dataclass(frozen=True, slots=True)
class Fitted:
    """A table that fits: its filled columns, their cells and widths, and the titles there was no room for."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]
    spared: Sequence[str]

    @property
    def note(self) -> str:
        """What to say below the table, or nothing."""
        return f"No room here for: {', '.join(self.spared)}." if self.spared else ""


def fitted(table: Table, width: int) -> Fitted:
    """Return the table with widths that fit ``width`` in all."""
    shown = table.filled()
    spared: list[str] = []
    while True:
        columns = shown.columns
        texts = [
            [column.title, *(str(row[number]) for row in (*shown.rows, *shown.alike))]
            for number, column in enumerate(columns)
        ]
        room = width - GAP * (len(columns) - 1)
        least = [_whole(column, cells) for column, cells in zip(columns, texts, strict=True)]
        spare = max((n for n, column in enumerate(columns) if column.spare), default=None)
        if sum(least) <= room or spare is None:
            break
        spared.insert(0, columns[spare].title)
        shown = shown.of([n for n in range(len(columns)) if n != spare])
    widths = [
        _needed(column, given) for column, given in zip(texts, _widths(columns, texts, room), strict=True)
    ]
    for number, column in enumerate(texts):
        # Wrapped at words, columns may need less than they were given: others get what is left over.
        left = room - sum(widths)
        if left > 0:
            widths[number] = _needed(column, widths[number] + left)
    return Fitted(columns, shown.rows, widths, spared)


def _whole(column: Column, texts: Sequence[str]) -> int:
    """Return how much the column needs to keep its words whole, or its lines where those are to stay."""
    return max(map(_longest_line if column.stiff or column.whole else _longest_word, texts))


def _needed(texts: Sequence[str], width: int) -> int:
    """Return how much of the width a column uses when its texts are wrapped."""
    return min(width, max(len(line) for text in texts for line in wrap(text, width, hyphens=True)))


def _table(table: Table, width: int) -> Iterator[str]:
    found = fitted(table, width)
    columns, widths = found.columns, found.widths
    titles = [wrap(column.title, room, hyphens=True) for column, room in zip(columns, widths, strict=True)]
    # A title stands on the rule, also beside one of several lines.
    tallest = max(map(len, titles))
    titles = [[""] * (tallest - len(lines)) + lines for lines in titles]
    yield from _lines(titles, columns, widths)
    yield (" " * GAP).join("-" * room for room in widths)
    for row in found.rows:
        cells = [wrap(str(cell), room, hyphens=True) for cell, room in zip(row, widths, strict=True)]
        yield from _lines(cells, columns, widths)
    if found.note:
        yield from ("", *wrap(found.note, width))


def _lines(cells: Sequence[Sequence[str]], columns: Sequence[Column], widths: Sequence[int]) -> Iterator[str]:
    for number in range(max(map(len, cells))):
        yield _line([lines[number] if number < len(lines) else "" for lines in cells], columns, widths)


def _line(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if column.right else cell.ljust(width)
        for cell, column, width in zip(cells, columns, widths, strict=True)
    ]
    return (" " * GAP).join(padded).rstrip()


def _longest_word(text: str) -> int:
    return max((len(part) for word in text.split() for part in _HYPHEN.split(word)), default=0)


def _longest_line(text: str) -> int:
    return max((len(line) for line in text.split("\n")), default=0)


def _widths(columns: Sequence[Column], texts: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the columns' widths: as wide as their cells, the widest made narrower until all fit."""
    widths: list[int] = []
    least: list[int] = []
    unbroken: list[int] = []
    for column, cells in zip(columns, texts, strict=True):
        widths.append(max(map(_longest_line, cells)))
        unbroken.append(widths[-1] if column.whole else min(widths[-1], max(map(_longest_word, cells))))
        least.append(widths[-1] if column.stiff else unbroken[-1])
    # First without breaking words, then, on a very narrow terminal, breaking them.
    broken = [low if column.stiff else 6 for low, column in zip(unbroken, columns, strict=True)]
    for floor in (least, unbroken, broken):
        while sum(widths) > width:
            candidates = [n for n in range(len(widths)) if widths[n] > floor[n]]
            if not candidates:
                break
            widths[max(candidates, key=lambda n: widths[n])] -= 1
    return widths


def is_fancy(stream: TextIO) -> bool:
    """Whether colours and lines are wanted: a terminal, no ``NO_COLOR``, not a dumb one."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def render(sections: Sequence[Section], stream: TextIO) -> str:
    """Return the sections as text for the stream, in the form that suits it."""
    width = width_of(stream)
    if is_fancy(stream):
        try:
            from ._terminal import draw
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "rich":
                raise
        else:
            return draw(sections, width)
    return lay_out(sections, width)


def write(text: str, stream: TextIO | None = None) -> None:
    """Write the text to stdout (or the stream) at once; what its encoding lacks becomes a question mark."""
    out = sys.stdout if stream is None else stream
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "replace").decode(encoding))
    out.flush()
