"""``librus grades``: descriptive grades (oceny opisowe) of the youngest classes, and grades in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import click

from .._days import day_heading
from .._document import Cell, Column, Fields, Section, Sentence, Styled, Table
from .._invocation import Invocation, Reading
from .._names import Names, or_none, polish_order, subjects, together, users
from .._options import Leaf, child_read
from .._words import NOTHING
from ._grades_parts import comment_texts, day_of, entered, of_semester, quoted, semesters

if TYPE_CHECKING:
    from ...models import DescriptiveGrade, DescriptiveGradeText, TextGrade

    _InWords: TypeAlias = DescriptiveGradeText | TextGrade

__all__ = ["descriptive", "descriptive_text", "text"]

W = TypeVar("W", bound="_InWords")

_SKILLS: Final = (
    Column("Skill"),
    Column("Grade", stiff=True),
    Column("In words"),
    Column("Teacher"),
    Column("Date", right=True, stiff=True),
)


@click.command("descriptive", cls=Leaf)
@child_read
def descriptive(invocation: Invocation) -> None:
    """Show the descriptive grades (oceny opisowe) of the youngest classes, skill by skill."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.descriptive(client.grades), _skills_text)


@dataclass(frozen=True)
class _SkillNames:
    subjects: Names
    skills: Names
    teachers: Names
    comments: Mapping[str, str]


async def _skills_text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    # The names afterwards: a school has a thousand skills, and older children have no such grades.
    rows = await client.grades.descriptive()
    reading.left_out(rows.rejected)
    title = reading.title("Descriptive grades")
    if not rows:
        said = "No descriptive grades this school year; usually only classes 1 to 3 have them."
        return [Section(title, [Sentence(said)])]
    subject_names, (skills, comments, teachers) = await together(
        subjects(client),
        or_none(client.grades.descriptive_skills()),
        or_none(client.grades.descriptive_comments()),
        users(client),
    )
    skill_names = Names.of(skills, lambda row: row.name)
    names = _SkillNames(subject_names, skill_names, teachers, comment_texts(comments))
    sections: list[Section] = []
    for semester, marks in semesters(rows).items():
        sections.append(Section(of_semester(title, semester)))
        sections += _by_subject(marks, names)
    return sections


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
                entered(day_of(row)),
            )
            for row in rows
        ],
    )


@click.command("descriptive-text", cls=Leaf)
@child_read
def descriptive_text(invocation: Invocation) -> None:
    """Show what the teachers of the youngest classes write about a child as a whole, the latest first."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.descriptive_text(client.grades), _descriptions_text)


async def _descriptions_text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    rows, (categories, subject_names, teachers) = await together(
        client.grades.descriptive_text(),
        or_none(client.grades.descriptive_text_categories()),
        subjects(client),
        users(client),
    )
    reading.left_out(rows.rejected)
    title = reading.title("Descriptions")
    if not rows:
        said = "No descriptions this school year; usually only classes 1 to 3 have them."
        return [Section(title, [Sentence(said)])]
    kinds = Names.of(categories, lambda row: row.name)
    return [
        Section(title),
        *(_in_words(row, kinds(row.category), subject_names, teachers) for row in _latest_first(rows)),
    ]


@click.command("text", cls=Leaf)
@child_read
def text(invocation: Invocation) -> None:
    """Show the grades in words (oceny tekstowe), the latest first; they count to no average."""
    from ...endpoints import Grades

    invocation.read(lambda client: Grades.text(client.grades), _texts_text)


async def _texts_text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    rows, (categories, skills, subject_names, teachers) = await together(
        client.grades.text(),
        or_none(client.grades.categories()),
        or_none(client.grades.descriptive_text_grade_skills()),
        subjects(client),
        users(client),
    )
    reading.left_out(rows.rejected)
    title = reading.title("Grades in words")
    if not rows:
        return [Section(title, [Sentence("No grades in words this school year.")])]
    category_names = Names.of(categories, lambda row: row.name)
    skill_names = Names.of(skills, lambda row: row.name)
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
            for row in _latest_first(rows)
        ),
    ]


def _latest_first(rows: Iterable[W]) -> Sequence[W]:
    return sorted(rows, key=lambda row: day_of(row) or date.min, reverse=True)


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
