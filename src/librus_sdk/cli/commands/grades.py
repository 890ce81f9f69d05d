"""``librus grades``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from .._columns import DATE, TEACHER
from .._coming import latest_first
from .._days import day_cell
from .._document import Cell, Column, Part, Section, Sentence, Styled, Table, table_or
from .._grade_notes import grade_notes
from .._invocation import Invocation, Reading
from .._names import Known, Names, or_none, polish_order, subjects, together, users
from .._options import LeafGroup, child_read
from .._words import NOTHING, number
from ._grades_behaviour import behaviour, behaviour_points, behaviour_types
from ._grades_descriptive import descriptive, descriptive_text, descriptive_text_grades, text
from ._grades_extras import partial, system
from ._grades_parts import (
    average_part,
    comment_texts,
    comments_below,
    counts,
    of_semester,
    quoted,
    semesters,
)
from ._grades_points import point_averages, point_categories, points

if TYPE_CHECKING:
    from ...models import Grade, GradeComment

__all__ = ["GradeNames", "command", "grade_table", "read_grade_names"]

_GRADES = (
    Column("Subject"),
    Column("Grade", stiff=True),
    Column("Weight", right=True, stiff=True, spare=True),
    Column("Category", spare=True),
    TEACHER,
    DATE,
    Column("Note"),
)
_CATEGORIES = (Column("Category"), Column("Weight", right=True, stiff=True), Column("Counts to the average"))
_COMMENTS = (
    DATE,
    Column("Subject"),
    Column("Grade", stiff=True),
    Column("Comment"),
    TEACHER,
)


@click.group("grades", cls=LeafGroup)
def command() -> None:
    """Grades (oceny) of every kind, averages, and what grades are given for."""


@command.command("list")
@child_read
def list_(invocation: Invocation) -> None:
    """List the grades of the school year by subject, proposed and final ones included."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.list(client.grades), _list_text)


async def _list_text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    grades, (names, comments) = await reading.rows(
        client.grades.list(), read_grade_names(reading), or_none(reading.tables.grades.comments())
    )
    if not grades:
        return [Section(reading.title("Grades"), [Sentence("No grades yet this school year.")])]
    texts = comment_texts(comments)
    return [
        Section(
            of_semester(reading.title("Grades"), semester),
            [grade_table(marks, names, grades, texts), *_said(marks, names, texts)],
        )
        for semester, marks in semesters(grades).items()
    ]


def _said(marks: Iterable[Grade], names: GradeNames, texts: Known[str]) -> Sequence[Part]:
    rows = [
        (day_cell(grade.date), names.subjects(grade.subject), Styled(grade.grade, "strong"), said)
        for grade in _by_subject(marks, names)
        if (said := quoted(grade.comments, texts))
    ]
    return comments_below("Grade", rows)


@dataclass(frozen=True)
class GradeNames:
    """What the ids in grades stand for."""

    subjects: Names
    teachers: Names
    categories: Names
    weights: Known[str]


async def read_grade_names(reading: Reading) -> GradeNames:
    """Read the names that a table of grades shows, all at once."""
    rows, (subject_names, teachers) = await together(
        or_none(reading.tables.grades.categories()), subjects(reading), users(reading)
    )
    return GradeNames(
        subjects=subject_names,
        teachers=teachers,
        categories=Names.of(rows, lambda row: row.name, reading.nameless("Categories")),
        weights=Known.of(rows, lambda row: number(row.weight)),
    )


def grade_table(
    shown: Iterable[Grade], names: GradeNames, known: Iterable[Grade], comments: Known[str]
) -> Table:
    """Return grades as a table, by subject and then by day.

    Args:
        shown: the grades of the table.
        names: see :func:`read_grade_names`.
        known: all grades, among them the ones that others improve.
        comments: what teachers wrote, by the comment's id; the table says only that it is there.
    """
    earlier = {grade.id: grade.grade for grade in known}
    return Table(
        _GRADES,
        [
            (
                names.subjects(grade.subject),
                Styled(grade.grade, "strong"),
                names.weights(grade.category.id) or NOTHING,
                names.categories(grade.category),
                names.teachers(grade.added_by),
                day_cell(grade.date),
                _note(grade, earlier, comments),
            )
            for grade in _by_subject(shown, names)
        ],
    )


def _by_subject(marks: Iterable[Grade], names: GradeNames) -> list[Grade]:
    return sorted(marks, key=lambda grade: (polish_order(names.subjects(grade.subject)), grade.date))


def _note(grade: Grade, earlier: Mapping[str, str], comments: Known[str]) -> str:
    notes = grade_notes(grade, earlier)
    if quoted(grade.comments, comments):
        notes.append("comment below")
    return ", ".join(notes)


@command.command("averages")
@child_read
def averages(invocation: Invocation) -> None:
    """List the averages (średnie) the school publishes; many schools publish none."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.averages(client.grades), _averages_text)


async def _averages_text(reading: Reading) -> Sequence[Section]:
    rows, (names,) = await reading.rows(reading.client.grades.averages(), subjects(reading))
    return [Section(reading.title("Averages"), [average_part(rows, names, "The school shows no averages.")])]


@command.command("categories")
@child_read
def categories(invocation: Invocation) -> None:
    """List what grades are given for at this school, with weights (wagi)."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.categories(client.grades), _categories_text)


async def _categories_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.grades.categories()
    reading.left_out(rows.rejected)
    cells = [(row.name or NOTHING, number(row.weight), counts(row)) for row in rows]
    cells.sort(key=lambda row: polish_order(row[0]))
    part = table_or(_CATEGORIES, cells, "The school has entered none.")
    return [Section(reading.school_title("Categories of grades"), [part])]


@command.command("comments")
@child_read
def comments(invocation: Invocation) -> None:
    """List what teachers wrote to grades, to the latest grade first."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.comments(client.grades), _comments_text)


async def _comments_text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    rows, (grades, subject_names, teachers) = await reading.rows(
        client.grades.comments(), or_none(client.grades.list()), subjects(reading), users(reading)
    )
    known = [(row, grades.by_id(row.grade) if grades is not None else None) for row in rows]
    cells = [
        _comment_cells(row, grade, subject_names, teachers)
        for row, grade in latest_first(known, lambda pair: pair[1].date if pair[1] else None)
    ]
    part = table_or(_COMMENTS, cells, "No teacher has written anything to a grade.")
    return [Section(reading.title("Comments to the grades"), [part])]


def _comment_cells(
    comment: GradeComment, grade: Grade | None, subject_names: Names, teachers: Names
) -> tuple[Cell, ...]:
    return (
        day_cell(grade.date if grade else None),
        subject_names(grade.subject if grade else None),
        Styled(grade.grade, "strong") if grade else Names()(comment.grade),
        comment.text or NOTHING,
        teachers(comment.added_by),
    )


for _leaf in (
    behaviour,
    behaviour_types,
    behaviour_points,
    points,
    point_averages,
    point_categories,
    descriptive,
    descriptive_text,
    descriptive_text_grades,
    text,
    partial,
    system,
):
    command.add_command(_leaf)
