"""``librus grades``: behaviour (zachowanie)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import click

from .._columns import DATE, TEACHER
from .._coming import latest_first
from .._days import day_cell
from .._document import Cell, Column, Kind, Section, Sentence, Styled, Table, styled, table_or
from .._invocation import Invocation, Reading
from .._names import Known, Names, or_none, users
from .._options import Leaf, child_read
from .._words import NOTHING, number
from ._grades_parts import comment_texts, of_semester, quoted, semesters

if TYPE_CHECKING:
    from ...models import BehaviourGradePoint, BehaviourGradeType, Rows

__all__ = ["behaviour", "behaviour_points", "behaviour_types"]

_MARKS: Final = (
    Column("Semester", stiff=True),
    Column("Grade"),
    Column("Kind"),
    Column("Entered", right=True, stiff=True),
)
_TYPES: Final = (Column("Grade"), Column("Short", stiff=True))
_POINTS: Final = (
    DATE,
    Column("Points", right=True, stiff=True),
    Column("Grade"),
    Column("Category"),
    Column("What"),
    TEACHER,
)


@click.command("behaviour", cls=Leaf)
@child_read
def behaviour(invocation: Invocation) -> None:
    """List the behaviour grades (zachowanie) of the semesters, proposed and given."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.behaviour(client.grades), _marks_text)


async def _marks_text(reading: Reading) -> Sequence[Section]:
    rows, (types,) = await reading.rows(
        reading.client.grades.behaviour(), or_none(reading.tables.grades.behaviour_types())
    )
    names = _type_names(reading, types)
    cells = [
        (
            NOTHING if semester is None else str(semester),
            Styled(names(row.grade_type), "strong"),
            NOTHING if row.is_proposal is None else "proposed" if row.is_proposal else "given",
            day_cell(row.add_date.date() if row.add_date else None),
        )
        for semester, marks in semesters(rows).items()
        for row in sorted(marks, key=lambda row: str(row.add_date or ""))
    ]
    part = table_or(_MARKS, cells, "No behaviour grades yet this school year.")
    return [Section(reading.title("Behaviour grades"), [part])]


def _type_names(reading: Reading, types: Rows[BehaviourGradeType] | None) -> Names:
    return Names.of(types, lambda row: row.name or row.shortcut, reading.nameless("Grades"))


@click.command("behaviour-types", cls=Leaf)
@child_read
def behaviour_types(invocation: Invocation) -> None:
    """List the scale of behaviour grades, the best first."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.behaviour_types(client.grades), _types_text)


async def _types_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.grades.behaviour_types()
    reading.left_out(rows.rejected)
    best_first = sorted(rows, key=lambda row: (len(row.id or ""), row.id or ""))
    cells = [(row.name or NOTHING, row.shortcut or NOTHING) for row in best_first]
    part = table_or(_TYPES, cells, "The school has entered none.")
    return [Section(reading.school_title("Behaviour grades"), [part])]


@click.command("behaviour-points", cls=Leaf)
@child_read
def behaviour_points(invocation: Invocation) -> None:
    """List the points given and taken for behaviour (punkty z zachowania), the latest first."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.behaviour_points(client.grades), _points_text)


@dataclass(frozen=True)
class _PointNames:
    categories: Names
    types: Names
    teachers: Names
    comments: Known[str]


async def _points_text(reading: Reading) -> Sequence[Section]:
    tables = reading.tables.grades
    rows, (categories, types, comments, teachers) = await reading.rows(
        reading.client.grades.behaviour_points(),
        or_none(tables.behaviour_point_categories()),
        or_none(tables.behaviour_types()),
        or_none(tables.behaviour_point_comments()),
        users(reading),
    )
    title = reading.title("Behaviour points")
    if not rows:
        return [Section(title, [Sentence("No behaviour points yet this school year.")])]
    names = _PointNames(
        Names.of(categories, lambda row: row.name, reading.nameless("Categories")),
        _type_names(reading, types),
        teachers,
        comment_texts(comments),
    )
    return [
        Section(of_semester(title, semester), [_points_table(entries, names), _total(entries)])
        for semester, entries in reversed(semesters(rows).items())
    ]


def _points_table(entries: Sequence[BehaviourGradePoint], names: _PointNames) -> Table:
    return Table(
        _POINTS,
        [
            (
                day_cell(row.add_date.date() if row.add_date else None),
                _points(row),
                names.types(row.behaviour_grade) if row.value is None else "",
                _category(row, names),
                "\n".join(filter(None, [row.text, quoted(row.comments, names.comments)])) or NOTHING,
                names.teachers(row.added_by),
            )
            for row in latest_first(entries, lambda row: row.add_date)
        ],
    )


def _points(row: BehaviourGradePoint) -> Cell:
    """Return the points with their sign; nothing where a grade stands in their place."""
    if row.value is None:
        return ""
    kind: Kind | None = "good" if row.value > 0 else "bad" if row.value < 0 else None
    return styled(_signed(row.value), kind)


def _category(row: BehaviourGradePoint, names: _PointNames) -> str:
    return names.categories.known(row.category) or row.short_name or names.categories(row.category)


def _total(entries: Sequence[BehaviourGradePoint]) -> Sentence:
    total = sum((row.value for row in entries if row.value is not None), Decimal(0))
    return Sentence(f"Together {_signed(total)}, without the points a semester begins with.")


def _signed(points: Decimal) -> str:
    return f"+{number(points)}" if points > 0 else number(points)
