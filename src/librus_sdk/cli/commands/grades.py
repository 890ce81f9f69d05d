"""``librus grades``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from .._days import day_cell
from .._document import Column, Part, Section, Sentence, Styled, Table
from .._invocation import Invocation, Reading
from .._names import NOTHING, Names, or_none, polish_order, subjects, together, users
from .._options import LeafGroup, child_read

if TYPE_CHECKING:
    from ...clients.api import AsyncSynergiaApiClient
    from ...models import Grade, GradeAverage, GradeCategory, Rows

__all__ = ["GradeNames", "command", "grade_table", "read_grade_names"]

_GRADES = (
    Column("Subject"),
    Column("Grade", stiff=True),
    Column("Weight", right=True, stiff=True),
    Column("Category"),
    Column("Teacher"),
    Column("Date", right=True, stiff=True),
    Column("Note"),
)
_CATEGORIES = (Column("Category"), Column("Weight", right=True, stiff=True), Column("Counts to the average"))
_AVERAGES = (Column("Subject"), Column("Average", right=True, stiff=True))


@click.group("grades", cls=LeafGroup)
def command() -> None:
    """Grades, averages, and what grades are given for."""


@command.command("list")
@child_read
def list_(invocation: Invocation) -> None:
    """List the grades of the school year by subject, proposed and final ones included."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.list(client.grades), _list_text)


async def _list_text(reading: Reading) -> Sequence[Section]:
    grades, (names,) = await together(reading.client.grades.list(), read_grade_names(reading.client))
    reading.left_out(grades.rejected)
    if not grades:
        return [Section(reading.title("Grades"), [Sentence("No grades yet this school year.")])]
    return [
        Section(
            f"{reading.title('Grades')}, semester {semester}",
            [grade_table([grade for grade in grades if grade.semester == semester], names, grades)],
        )
        for semester in sorted({grade.semester for grade in grades})
    ]


@dataclass(frozen=True)
class GradeNames:
    """What the ids in grades stand for."""

    subjects: Names
    teachers: Names
    categories: Names
    weights: Mapping[str, str]


async def read_grade_names(client: AsyncSynergiaApiClient) -> GradeNames:
    """Read the names that a table of grades shows, all at once."""
    rows, (subject_names, teachers) = await together(
        or_none(client.grades.categories()), subjects(client), users(client)
    )
    categories = [row for row in rows or () if row.id]
    return GradeNames(
        subjects=subject_names,
        teachers=teachers,
        categories=Names.of(categories, lambda row: row.name),
        weights={row.id or "": _weight(row) for row in categories},
    )


def grade_table(shown: Iterable[Grade], names: GradeNames, known: Iterable[Grade]) -> Table:
    """Return grades as a table, by subject and then by day.

    Args:
        shown: the grades of the table.
        names: see :func:`read_grade_names`.
        known: all grades, among them the ones that others improve.
    """
    earlier = {grade.id: grade.grade for grade in known}
    rows = sorted(shown, key=lambda grade: (polish_order(names.subjects(grade.subject)), grade.date))
    return Table(
        _GRADES,
        [
            (
                names.subjects(grade.subject),
                Styled(grade.grade, "strong"),
                names.weights.get(grade.category.id, NOTHING),
                names.categories(grade.category),
                names.teachers(grade.added_by),
                day_cell(grade.date),
                _note(grade, earlier),
            )
            for grade in rows
        ],
    )


def _note(grade: Grade, earlier: Mapping[str, str]) -> str:
    notes = [
        text
        for said, text in (
            (grade.is_semester_proposition, "proposed for the semester"),
            (grade.is_semester, "semester grade"),
            (grade.is_final_proposition, "proposed for the year"),
            (grade.is_final, "final grade"),
        )
        if said
    ]
    if grade.improvement is not None:
        notes.append(f"improves {earlier.get(grade.improvement.id, 'an earlier one')}")
    return ", ".join(notes)


def _weight(category: GradeCategory) -> str:
    return NOTHING if category.weight is None else f"{category.weight.normalize():f}"


@command.command("averages")
@child_read
def averages(invocation: Invocation) -> None:
    """Show the averages the school publishes; many schools publish none."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.averages(client.grades), _averages_text)


async def _averages_text(reading: Reading) -> Sequence[Section]:
    rows, (names,) = await together(reading.client.grades.averages(), subjects(reading.client))
    reading.left_out(rows.rejected)
    table = Table(_AVERAGES, _average_rows(rows, names))
    return [
        Section(reading.title("Averages"), [table if rows else Sentence("The school shows no averages.")])
    ]


def _average_rows(rows: Rows[GradeAverage], names: Names) -> list[tuple[str, str]]:
    shown = [
        (
            # Where Librus names no subject, the average's own id may be the subject's.
            names.by_id(row.subject.id if row.subject else row.id),
            NOTHING if row.average is None else str(row.average),
        )
        for row in rows
    ]
    return sorted(shown, key=lambda row: polish_order(row[0]))


@command.command("categories")
@child_read
def categories(invocation: Invocation) -> None:
    """Show what grades are given for at this school, with weights."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.categories(client.grades), _categories_text)


async def _categories_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.grades.categories()
    reading.left_out(rows.rejected)
    cells = [(row.name or NOTHING, _weight(row), _counts(row)) for row in rows]
    cells.sort(key=lambda row: polish_order(row[0]))
    part: Part = Table(_CATEGORIES, cells) if cells else Sentence("The school has entered none.")
    return [Section(reading.title("Grade categories"), [part])]


def _counts(category: GradeCategory) -> str:
    return "no" if category.count_to_the_average is False else "yes"
