"""``librus grades``: behaviour (zachowanie)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import click

from .._document import Cell, Column, Kind, Section, Sentence, Styled, Table, styled
from .._invocation import Invocation, Reading
from .._names import Names, or_none, together, users
from .._options import Leaf, child_read
from .._words import NOTHING, number
from ._grades_parts import comment_texts, entered, of_semester, quoted, semesters, table_or

if TYPE_CHECKING:
    from ...models import BehaviourGradePoint, BehaviourGradeType, BehaviourPointCategory, Rows

__all__ = ["behaviour", "behaviour_points", "behaviour_types"]

_MARKS: Final = (
    Column("Semester", stiff=True),
    Column("Grade"),
    Column("Kind"),
    Column("Entered", right=True, stiff=True),
)
_TYPES: Final = (Column("Grade"), Column("Short", stiff=True))
_POINTS: Final = (
    Column("Date", right=True, stiff=True),
    Column("Points", right=True),
    Column("Category"),
    Column("What"),
    Column("Teacher"),
)


@click.command("behaviour", cls=Leaf)
@child_read
def behaviour(invocation: Invocation) -> None:
    """Show the behaviour grades (zachowanie) of the semesters, proposed and given."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.behaviour(client.grades), _marks_text)


async def _marks_text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    rows, (types,) = await together(client.grades.behaviour(), or_none(client.grades.behaviour_types()))
    reading.left_out(rows.rejected)
    names = _type_names(types)
    cells = [
        (
            NOTHING if semester is None else str(semester),
            Styled(names(row.grade_type), "strong"),
            NOTHING if row.is_proposal is None else "proposed" if row.is_proposal else "given",
            entered(row.add_date.date() if row.add_date else None),
        )
        for semester, marks in semesters(rows).items()
        for row in sorted(marks, key=lambda row: str(row.add_date or ""))
    ]
    part = table_or(_MARKS, cells, "No behaviour grades yet this school year.")
    return [Section(reading.title("Behaviour grades"), [part])]


def _type_names(types: Rows[BehaviourGradeType] | None) -> Names:
    return Names.of(types, lambda row: row.name or row.shortcut)


@click.command("behaviour-types", cls=Leaf)
@child_read
def behaviour_types(invocation: Invocation) -> None:
    """Show the scale of behaviour grades, from the best to the worst."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.behaviour_types(client.grades), _types_text)


async def _types_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.grades.behaviour_types()
    reading.left_out(rows.rejected)
    best_first = sorted(rows, key=lambda row: (len(row.id or ""), row.id or ""))
    cells = [(row.name or NOTHING, row.shortcut or NOTHING) for row in best_first]
    part = table_or(_TYPES, cells, "The school has entered none.")
    return [Section("Behaviour grades, from the best to the worst", [part])]


@click.command("behaviour-points", cls=Leaf)
@child_read
def behaviour_points(invocation: Invocation) -> None:
    """Show the points given and taken for behaviour, the latest first."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.behaviour_points(client.grades), _points_text)


@dataclass(frozen=True)
class _PointNames:
    categories: Rows[BehaviourPointCategory] | None
    types: Names
    teachers: Names
    comments: Mapping[str, str]


async def _points_text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    rows, (categories, types, comments, teachers) = await together(
        client.grades.behaviour_points(),
        or_none(client.grades.behaviour_point_categories()),
        or_none(client.grades.behaviour_types()),
        or_none(client.grades.behaviour_point_comments()),
        users(client),
    )
    reading.left_out(rows.rejected)
    title = reading.title("Behaviour points")
    if not rows:
        return [Section(title, [Sentence("No behaviour points yet this school year.")])]
    names = _PointNames(categories, _type_names(types), teachers, comment_texts(comments))
    return [
        Section(of_semester(title, semester), [_points_table(entries, names), _total(entries)])
        for semester, entries in reversed(semesters(rows).items())
    ]


def _points_table(entries: Sequence[BehaviourGradePoint], names: _PointNames) -> Table:
    latest_first = sorted(entries, key=lambda row: str(row.add_date or ""), reverse=True)
    return Table(
        _POINTS,
        [
            (
                entered(row.add_date.date() if row.add_date else None),
                _points(row, names),
                _category(row, names),
                "\n".join(filter(None, [row.text, quoted(row.comments, names.comments)])) or NOTHING,
                names.teachers(row.added_by),
            )
            for row in latest_first
        ],
    )


def _points(row: BehaviourGradePoint, names: _PointNames) -> Cell:
    """Return the points with their sign, or the grade that stands in their place."""
    if row.value is None:
        return names.types(row.behaviour_grade)
    kind: Kind | None = "good" if row.value > 0 else "bad" if row.value < 0 else None
    return styled(_signed(row.value), kind)


def _category(row: BehaviourGradePoint, names: _PointNames) -> str:
    found = names.categories.by_id(row.category) if names.categories is not None else None
    return (found.name if found else None) or row.short_name or Names({})(row.category)


def _total(entries: Sequence[BehaviourGradePoint]) -> Sentence:
    total = sum((row.value for row in entries if row.value is not None), Decimal(0))
    return Sentence(f"Together {_signed(total)}, without the points a semester begins with.")


def _signed(points: Decimal) -> str:
    return f"+{number(points)}" if points > 0 else number(points)
