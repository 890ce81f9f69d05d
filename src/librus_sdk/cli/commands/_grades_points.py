"""``librus grades``: grades in points (oceny punktowe)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import click

from .._columns import DATE, TEACHER
from .._days import day_cell
from .._document import Cell, Column, Part, Section, Sentence, Styled, Table, table_or
from .._invocation import Invocation, Reading
from .._names import Known, Names, or_none, polish_order, subjects, users
from .._options import Leaf, child_read
from .._words import NOTHING, number
from ._grades_parts import (
    average_part,
    comment_texts,
    comments_below,
    counts,
    day_of,
    of_semester,
    quoted,
    semesters,
)

if TYPE_CHECKING:
    from ...models import PointGrade, PointGradeCategory

__all__ = ["point_averages", "point_categories", "points"]

_POINTS: Final = (
    Column("Subject"),
    Column("Points", right=True, stiff=True),
    Column("Weight", right=True, stiff=True, spare=True),
    Column("Category", spare=True),
    TEACHER,
    DATE,
)
_CATEGORIES: Final = (
    Column("Category"),
    Column("Weight", right=True, stiff=True),
    Column("Points", right=True, stiff=True),
    Column("Counts to the average"),
)


@click.command("points", cls=Leaf)
@child_read
def points(invocation: Invocation) -> None:
    """List the grades in points (oceny punktowe) by subject; few schools give any."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.points(client.grades), _points_text)


@dataclass(frozen=True)
class _PointNames:
    subjects: Names
    teachers: Names
    categories: Known[PointGradeCategory]
    category_names: Names
    comments: Known[str]

    def category(self, row: PointGrade) -> PointGradeCategory | None:
        return self.categories(row.category.id) if row.category else None


async def _points_text(reading: Reading) -> Sequence[Section]:
    rows, (categories, comments, subject_names, teachers) = await reading.rows(
        reading.client.grades.points(),
        or_none(reading.tables.grades.point_categories()),
        or_none(reading.tables.grades.point_comments()),
        subjects(reading),
        users(reading),
    )
    title = reading.title("Grades in points")
    if not rows:
        return [Section(title, [Sentence("No grades in points this school year.")])]
    names = _PointNames(
        subject_names,
        teachers,
        Known.of(categories, lambda row: row),
        Names.of(categories, lambda row: row.name, reading.nameless("Categories")),
        comment_texts(comments),
    )
    return [
        Section(of_semester(title, semester), _parts(_by_subject(marks, names), names))
        for semester, marks in semesters(rows).items()
    ]


def _by_subject(marks: Sequence[PointGrade], names: _PointNames) -> list[PointGrade]:
    return sorted(marks, key=lambda row: (polish_order(names.subjects(row.subject)), day_of(row) or date.min))


def _parts(marks: Sequence[PointGrade], names: _PointNames) -> Sequence[Part]:
    cells = [_cells(row, names) for row in marks]
    said = [
        (day_cell(day_of(row)), names.subjects(row.subject), Styled(_got(row, names), "strong"), text)
        for row in marks
        if (text := quoted(row.comments, names.comments))
    ]
    return [Table(_POINTS, cells), *comments_below("Points", said)]


def _cells(row: PointGrade, names: _PointNames) -> tuple[Cell, ...]:
    category = names.category(row)
    return (
        names.subjects(row.subject),
        Styled(_got(row, names), "strong"),
        number(category.weight) if category else NOTHING,
        names.category_names(row.category),
        names.teachers(row.added_by),
        day_cell(day_of(row)),
    )


def _got(row: PointGrade, names: _PointNames) -> str:
    """Return the points, of how many: the most a grade of its category may have, where there is a most."""
    got = (row.grade or NOTHING) if row.grade_value is None else number(row.grade_value)
    category = names.category(row)
    most = category.value_to if category else None
    return got if most is None else f"{got} of {number(most)}"


@click.command("point-averages", cls=Leaf)
@child_read
def point_averages(invocation: Invocation) -> None:
    """List the averages of points the school publishes; many schools publish none."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.point_averages(client.grades), _averages_text)


async def _averages_text(reading: Reading) -> Sequence[Section]:
    rows, (names,) = await reading.rows(reading.client.grades.point_averages(), subjects(reading))
    part = average_part(rows, names, "There are no averages of points.")
    return [Section(reading.title("Averages of points"), [part])]


@click.command("point-categories", cls=Leaf)
@child_read
def point_categories(invocation: Invocation) -> None:
    """List what points are given for at this school, and how many."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.point_categories(client.grades), _categories_text)


async def _categories_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.grades.point_categories()
    reading.left_out(rows.rejected)
    cells = [(row.name or NOTHING, number(row.weight), _range(row), counts(row)) for row in rows]
    cells.sort(key=lambda row: polish_order(row[0]))
    part = table_or(_CATEGORIES, cells, "The school has entered none.")
    return [Section(reading.school_title("Categories of points"), [part])]


def _range(category: PointGradeCategory) -> str:
    least, most = category.value_from, category.value_to
    if most is None:
        return NOTHING if least is None else f"from {number(least)}"
    return f"up to {number(most)}" if least is None else f"{number(least)} to {number(most)}"
