"""``librus school``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .._columns import HOURS, ID
from .._days import hours, with_weekday
from .._document import Cell, Column, Fields, Section, Table, table_or
from .._invocation import Invocation, Reading
from .._names import polish_order, together, users
from .._options import LeafGroup, child_read, id_option
from .._words import NOTHING, joined
from ._school_extras import file, files, lendings, trips, units

if TYPE_CHECKING:
    from ...models import School, User

__all__ = ["command"]

_LESSONS = (Column("Lesson", right=True, stiff=True), HOURS)
_SUBJECTS = (Column("Subject"), Column("Short", stiff=True), ID)
_PEOPLE = (Column("Last name"), Column("First name"), Column("Role"), ID)
_OFFICES = (Column("Office"), Column("Role"), ID)


@click.group("school", cls=LeafGroup)
def command() -> None:
    """The school, the class, rooms, subjects and people."""


@command.command("get")
@child_read
def get(invocation: Invocation) -> None:
    """Show the school: its address, its head, and when lessons begin and end."""
    from ...endpoints import School

    invocation.read(lambda client: School.school(client.school), _school_text)


async def _school_text(reading: Reading) -> Sequence[Section]:
    school = await reading.client.school.school()
    pairs = [
        ("name", school.name or NOTHING),
        ("address", _address(school)),
        ("e-mail", school.email or NOTHING),
        ("phone", school.phone_number or NOTHING),
        ("head", joined(school.name_head_teacher, school.surname_head_teacher)),
    ]
    bells = [
        (str(number), hours(bell.start, bell.end))
        for number, bell in enumerate(school.lessons_range)
        if bell.start or bell.end
    ]
    part = table_or(_LESSONS, bells, "The school has entered none.")
    return [Section(reading.title("School"), [Fields(pairs)]), Section("Lesson hours", [part])]


def _address(school: School) -> str:
    lines = ((school.street, school.building_number), (school.post_code, school.town))
    return ", ".join(joined(*line) for line in lines if any(line)) or NOTHING


@command.command("class")
@child_read
def class_(invocation: Invocation) -> None:
    """Show the class: its tutor (wychowawca) and the dates of the school year."""
    from ...endpoints import School

    invocation.read(lambda client: School.school_class(client.school), _class_text)


async def _class_text(reading: Reading) -> Sequence[Section]:
    found, (teachers,) = await together(reading.client.school.school_class(), users(reading))
    pairs = [
        ("class", found.name or NOTHING),
        ("tutor", teachers(found.class_tutor)),
        ("school year begins", with_weekday(found.begin_school_year)),
        ("first semester ends", with_weekday(found.end_first_semester)),
        ("school year ends", with_weekday(found.end_school_year)),
    ]
    return [Section(reading.title("Class"), [Fields(pairs)])]


@command.command("classroom")
@id_option("room", "timetable week --format json")
@child_read
def classroom(invocation: Invocation, id: str) -> None:
    """Show one room."""
    from ...endpoints import School

    async def text(reading: Reading) -> Sequence[Section]:
        room = await reading.client.school.classroom(id)
        pairs = [("name", room.name or NOTHING), ("on timetables", room.symbol or NOTHING)]
        return [Section("Classroom", [Fields(pairs)])]

    invocation.read(lambda client: School.classroom(client.school, id), text)


@command.command("subjects")
@child_read
def subjects(invocation: Invocation) -> None:
    """List the subjects of the school."""
    from ...endpoints import School

    invocation.read(lambda client: School.subjects(client.school), _subjects_text)


async def _subjects_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.school.subjects()
    reading.left_out(rows.rejected)
    cells = [(row.name or NOTHING, row.short or NOTHING, row.id or NOTHING) for row in rows]
    cells.sort(key=lambda row: polish_order(row[0]))
    part = table_or(_SUBJECTS, cells, "The school has entered none.")
    return [Section(reading.school_title("Subjects"), [part])]


@command.command("subject")
@id_option("subject", "school subjects")
@child_read
def subject(invocation: Invocation, id: str) -> None:
    """Show one subject."""
    from ...endpoints import School

    async def text(reading: Reading) -> Sequence[Section]:
        found = await reading.client.school.subject(id)
        pairs = [("name", found.name or NOTHING), ("short", found.short or NOTHING)]
        return [Section("Subject", [Fields(pairs)])]

    invocation.read(lambda client: School.subject(client.school, id), text)


@command.command("users")
@child_read
def users_(invocation: Invocation) -> None:
    """List the people of the school by last name, teachers above all, and its offices."""
    from ...endpoints import School

    invocation.read(lambda client: School.users(client.school), _users_text)


async def _users_text(reading: Reading) -> Sequence[Section]:
    rows = await reading.client.school.users()
    reading.left_out(rows.rejected)
    people = sorted((row for row in rows if row.first_name), key=_by_last_name)
    offices = sorted((row for row in rows if not row.first_name), key=_by_last_name)
    part = table_or(_PEOPLE, [_person(row) for row in people], "The school shows none.")
    sections = [Section(reading.school_title("People"), [part])]
    if offices:
        table = Table(
            _OFFICES, [(row.full_name or NOTHING, _roles(row), row.id or NOTHING) for row in offices]
        )
        sections.append(Section("Offices", [table]))
    return sections


def _person(user: User) -> tuple[str, ...]:
    return user.last_name or NOTHING, user.first_name or NOTHING, _roles(user), user.id or NOTHING


def _by_last_name(user: User) -> tuple[str, str]:
    return polish_order(user.last_name or ""), polish_order(user.first_name or "")


def _roles(user: User) -> str:
    marks = (
        (user.is_school_administrator, "administrator"),
        (user.is_pedagogue, "pedagogue (pedagog)"),
        (user.class_register_number is not None, "student"),
    )
    return ", ".join(role for marked, role in marks if marked)


@command.command("user")
@id_option("person", "school users")
@child_read
def user(invocation: Invocation, id: str) -> None:
    """Show one person or office."""
    from ...endpoints import School

    async def text(reading: Reading) -> Sequence[Section]:
        found = await reading.client.school.user(id)
        pairs: list[tuple[str, Cell]] = [
            ("name", found.full_name or NOTHING),
            ("role", _roles(found) or NOTHING),
        ]
        if found.class_register_number is not None:
            pairs.append(("number in the register", str(found.class_register_number)))
        return [Section("Person", [Fields(pairs)])]

    invocation.read(lambda client: School.user(client.school, id), text)


for _leaf in (units, trips, files, file, lendings):
    command.add_command(_leaf)
