"""``librus grades``: what only a login issued by the school can read of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from .._columns import DATE, TEACHER
from .._coming import latest_first
from .._days import day_cell
from .._document import Column, Fields, Section, Sentence, Table
from .._invocation import Invocation, Reading
from .._names import Known, or_none, together
from .._options import Leaf, school_login_read
from .._words import NOTHING, number, yes_no
from ._grades_parts import of_semester, semesters

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from ...models import PartialDescriptiveGrade, User

__all__ = ["partial", "system"]

_PARTIAL: Final = (
    DATE,
    Column("Subject"),
    Column("Area"),
    Column("Grade"),
    Column("What"),
    TEACHER,
)
_SUBJECTS: Final = "Auth/Subjects"
_NO_STUDENT: Final = (
    "Librus does not say which student this login is for, so these grades cannot be asked for."
)


@click.command("system", cls=Leaf)
@school_login_read
def system(invocation: Invocation) -> None:
    """Show what plus and minus are worth in averages; needs a login issued by the school."""
    from ...endpoints import Extras

    invocation.read(lambda client: Extras.grading_system(client.extras), _system_text)


async def _system_text(reading: Reading) -> Sequence[Section]:
    found = await reading.client.extras.grading_system()
    pairs = [
        ("plus", _worth(found.plus_value, 1)),
        ("minus", _worth(found.minus_value, -1)),
        ("0 counts to averages", yes_no(found.count_zero)),
    ]
    return [Section(reading.school_title("Plus and minus"), [Fields(pairs)])]


def _worth(value: Decimal | None, sign: int) -> str:
    if value is None:
        return NOTHING
    verb, mark = ("adds", "4+") if sign > 0 else ("takes", "4-")
    return f"{verb} {number(value)}: {mark} counts as {number(4 + sign * value)}"


@click.command("partial", cls=Leaf)
@school_login_read
def partial(invocation: Invocation) -> None:
    """List the marks of the new descriptive grading of first classes; needs a login issued by the school."""
    from ...endpoints import Extras

    async def work(reading: Reading) -> None:
        client = reading.client
        student = await reading.student_id(_NO_STUDENT)
        if invocation.form == "json":
            get = Extras.partial_descriptive_grades(client.extras, student)
            invocation.dump(reading.payload(await client.as_sent(get)))
            return
        invocation.show(await reading.told(lambda again: _partial_text(again, student)))

    invocation.run_for_child(work)


async def _partial_text(reading: Reading, student: str) -> Sequence[Section]:
    rows, (found, people) = await together(
        reading.client.extras.partial_descriptive_grades(student),
        or_none(reading.tables.get(_SUBJECTS)),
        or_none(reading.tables.school.users()),
    )
    reading.left_out(rows.rejected)
    subjects = _subject_names(reading, found)
    teachers = account_names(people)
    title = reading.title("Marks of descriptive grading")
    if not rows:
        said = "None yet this school year; only first classes have them, since 2026."
        return [Section(title, [Sentence(said)])]

    def cells(row: PartialDescriptiveGrade) -> tuple[Any, ...]:
        said = [row.content or "", *row.comments, *row.implemented_requirements]
        return (
            day_cell(row.date),
            subjects(row.subject_id) or NOTHING,
            (row.area.name if row.area else None) or NOTHING,
            (row.scale_value.value if row.scale_value else None) or NOTHING,
            "\n".join(dict.fromkeys(filter(None, said))),
            teachers(row.teacher_id) or NOTHING,
        )

    return [
        Section(
            of_semester(title, semester),
            [Table(_PARTIAL, [cells(row) for row in latest_first(part, lambda row: row.date)])],
        )
        for semester, part in semesters(rows).items()
    ]


def account_names(people: Iterable[User] | None) -> Known[str]:
    """Return the names of people by their accounts, which such rows point at."""
    return Known.of(people, lambda row: row.full_name or None, lambda row: row.account_id)


def _subject_names(reading: Reading, answer: Any) -> Known[str]:
    """Return the names of subjects by their other identifier; in which form they come is hardly known."""
    rows = answer.get("data") if isinstance(answer, dict) else None
    names = {
        str(row.get("identifier")): str(row["name"])
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict) and row.get("name")
    }
    return Known(names, lambda key: reading.tables.lists.missed(_SUBJECTS, key))
