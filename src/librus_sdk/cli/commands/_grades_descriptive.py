"""``librus grades``: descriptive grades (oceny opisowe) of the youngest classes, and grades in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, TypeAlias

import click

from .._columns import DATE, TEACHER
from .._coming import latest_first
from .._days import day_cell, day_heading
from .._document import Cell, Column, Fields, Section, Sentence, Styled, Table
from .._invocation import Invocation, Reading
from .._names import Known, Names, or_none, polish_order, subjects, together, users
from .._options import Leaf, child_read
from .._words import NOTHING
from ._grades_parts import comment_texts, day_of, of_semester, quoted, semesters

if TYPE_CHECKING:
    from ...models import DescriptiveGrade, DescriptiveGradeText, DescriptiveTextGrade, TextGrade

    _InWords: TypeAlias = DescriptiveGradeText | DescriptiveTextGrade | TextGrade

__all__ = ["descriptive", "descriptive_text", "descriptive_text_grades", "text"]

_SKILLS: Final = (
    Column("Skill"),
    Column("Grade", stiff=True),
    Column("In words"),
    TEACHER,
    DATE,
)


@click.command("descriptive", cls=Leaf)
@child_read
def descriptive(invocation: Invocation) -> None:
    """List the descriptive grades (oceny opisowe) of the youngest classes, skill by skill."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.descriptive(client.grades), _skills_text)


@dataclass(frozen=True)
class _SkillNames:
    subjects: Names
    skills: Names
    teachers: Names
    comments: Known[str]


async def _skills_text(reading: Reading) -> Sequence[Section]:
    # The names afterwards: a school has a thousand skills, and older children have no such grades.
    rows = await reading.client.grades.descriptive()
    reading.left_out(rows.rejected)
    title = reading.title("Descriptive grades")
    if not rows:
        return _or_none_yet(reading, "Descriptive grades", ())
    subject_names, (skills, comments, teachers) = await together(
        subjects(reading),
        or_none(reading.tables.grades.descriptive_skills()),
        or_none(reading.tables.grades.descriptive_comments()),
        users(reading),
    )
    skill_names = Names.of(skills, lambda row: row.name, reading.nameless("Skills"))
    names = _SkillNames(subject_names, skill_names, teachers, comment_texts(comments))
    sections: list[Section] = []
    for semester, marks in semesters(rows).items():
        sections.append(Section(of_semester(title, semester)))
        sections += _by_subject(marks, names)
    return sections


def _or_none_yet(reading: Reading, what: str, told: Iterable[Section]) -> Sequence[Section]:
    """Return what is told below its title, or say that there is nothing: usual for older children."""
    sections = list(told)
    said = f"No {what[0].lower()}{what[1:]} this school year; usually only classes 1 to 3 have them."
    if not sections:
        return [Section(reading.title(what), [Sentence(said)])]
    return [Section(reading.title(what)), *sections]


def _by_subject(marks: Sequence[DescriptiveGrade], names: _SkillNames) -> list[Section]:
    found: dict[str, list[DescriptiveGrade]] = {}
    for row in marks:
        found.setdefault(names.subjects(row.subject), []).append(row)
    return [Section(name, [_skill_table(found[name], names)]) for name in sorted(found, key=polish_order)]


def _skill_table(marks: Sequence[DescriptiveGrade], names: _SkillNames) -> Table:
    rows = sorted(marks, key=lambda row: (polish_order(names.skills(row.skill)), day_of(row) or date.min))
    return Table(
        _SKILLS,
        [
            (
                names.skills(row.skill),
                Styled(row.shown or NOTHING, "strong"),
                "\n".join(filter(None, [row.phrase, quoted(row.comments, names.comments)])),
                names.teachers(row.added_by),
                day_cell(day_of(row)),
            )
            for row in rows
        ],
    )


@click.command("descriptive-text", cls=Leaf)
@child_read
def descriptive_text(invocation: Invocation) -> None:
    """List what teachers of the youngest classes write about a child as a whole, the latest first."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.descriptive_text(client.grades), _descriptions_text)


async def _descriptions_text(reading: Reading) -> Sequence[Section]:
    rows, (categories, subject_names, teachers) = await reading.rows(
        reading.client.grades.descriptive_text(),
        or_none(reading.tables.grades.descriptive_text_categories()),
        subjects(reading),
        users(reading),
    )
    kinds = Names.of(categories, lambda row: row.name, reading.nameless("Categories"))
    told = (
        _in_words(row, kinds(row.category), subject_names, teachers) for row in latest_first(rows, day_of)
    )
    return _or_none_yet(reading, "Descriptions", told)


@click.command("descriptive-text-grades", cls=Leaf)
@child_read
def descriptive_text_grades(invocation: Invocation) -> None:
    """List the skills of the youngest classes that are graded in words, the latest first."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.descriptive_text_grades(client.grades), _skills_in_words_text)


async def _skills_in_words_text(reading: Reading) -> Sequence[Section]:
    rows, (skills, subject_names, teachers) = await reading.rows(
        reading.client.grades.descriptive_text_grades(),
        or_none(reading.tables.grades.descriptive_text_grade_skills()),
        subjects(reading),
        users(reading),
    )
    names = Names.of(skills, lambda row: row.name, reading.nameless("Skills"))
    ordered = latest_first(rows, day_of)
    told = (_in_words(row, names(row.skill), subject_names, teachers) for row in ordered)
    return _or_none_yet(reading, "Skills graded in words", told)


@click.command("text", cls=Leaf)
@child_read
def text(invocation: Invocation) -> None:
    """List the grades in words (oceny tekstowe), the latest first; they count to no average."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.text(client.grades), _texts_text)


async def _texts_text(reading: Reading) -> Sequence[Section]:
    tables = reading.tables.grades
    rows, (categories, skills, subject_names, teachers) = await reading.rows(
        reading.client.grades.text(),
        or_none(tables.categories()),
        or_none(tables.descriptive_text_grade_skills()),
        subjects(reading),
        users(reading),
    )
    title = reading.title("Grades in words")
    if not rows:
        return [Section(title, [Sentence("No grades in words this school year.")])]
    category_names = Names.of(categories, lambda row: row.name, reading.nameless("Categories"))
    skill_names = Names.of(skills, lambda row: row.name, reading.nameless("Skills"))
    return [
        Section(title),
        *(
            _in_words(
                row,
                category_names(row.category) if row.category else skill_names(row.skill),
                subject_names,
                teachers,
                hidden=row.show_in_grades_view is False,
            )
            for row in latest_first(rows, day_of)
        ),
    ]


def _in_words(
    row: _InWords, given_for: str, subject_names: Names, teachers: Names, *, hidden: bool = False
) -> Section:
    day = day_of(row)
    heading: Cell = "Day unknown" if day is None else day_heading(day)
    pairs: list[tuple[str, Cell]] = [
        ("given for", given_for),
        ("subject", subject_names(row.subject)),
        ("teacher", teachers(row.added_by)),
    ]
    if hidden:
        pairs.append(("note", "hidden in the register's own list of grades"))
    return Section(heading, [Fields(pairs), Sentence(row.grade or NOTHING)])
