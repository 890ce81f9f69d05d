"""``librus timetable``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import click

from .._classes import class_names
from .._days import day_heading, short_day, this_monday, today, with_weekday
from .._document import Cell, Column, Fields, Section, Sentence, Styled, table_or
from .._free_days import class_free_days as class_free_days_text
from .._free_days import school_free_days, teacher_free_days
from .._invocation import Invocation, Reading
from .._names import Names, classrooms, or_none, polish_order, subjects, together, users
from .._options import DAY, MONDAY, LeafGroup, child_read, id_option
from .._plan import (
    changed,
    changes_part,
    day_part,
    lessons_of,
    no_lessons,
    read_plan_names,
    room_name,
    why_free,
)
from .._words import NOTHING
from ._timetable_extras import extra, kindergarten

if TYPE_CHECKING:
    from ...models import Substitution, TimetableEntry

__all__ = ["command"]

_CALENDARS = (Column("Class"),)
_GROUPS = (Column("Group"), Column("Subject"), Column("Teacher"))
_MONDAY: Final = date(2024, 1, 1)


_week_option = click.option(
    "--week-start", type=MONDAY, default=this_monday, help="The Monday of the week; without it, of this week."
)


@click.group("timetable", cls=LeafGroup)
def command() -> None:
    """Lessons of a week or a day (plan lekcji), with substitutions; free days."""


@command.command("week")
@_week_option
@child_read
def week(invocation: Invocation, week_start: date) -> None:
    """Show the lessons of a week."""
    from ...endpoints import Timetables

    async def text(reading: Reading) -> Sequence[Section]:
        plan = await reading.client.timetable.week(week_start)
        reading.left_out(plan.rejected)
        names = await read_plan_names(reading, plan)
        shown = [day for day in _week(week_start) if day.weekday() < 5 or lessons_of(plan, day)]
        free = await why_free(reading, plan, shown)
        title = f"{reading.title('Timetable')}, week of {with_weekday(week_start)}"
        if not any(lessons_of(plan, day) for day in shown):
            return [Section(title, [Sentence(no_lessons("No lessons this week", free.values()))])]
        days = [Section(day_heading(day), [day_part(plan, day, names, free)]) for day in shown]
        return [Section(title), *days]

    invocation.read(lambda client: Timetables.week(client.timetable, week_start), text)


@command.command("day")
@click.option("--day", type=DAY, default=today, help="The day; without it, today.")
@child_read
def one_day(invocation: Invocation, day: date) -> None:
    """Show the lessons of a day."""
    from ...endpoints import Timetables

    async def text(reading: Reading) -> Sequence[Section]:
        plan = await reading.client.timetable.day(day)
        reading.left_out(plan.rejected)
        names = await read_plan_names(reading, plan)
        free = await why_free(reading, plan, [day])
        title = f"{reading.title('Timetable')}: {day_heading(day)}"
        return [Section(title, [day_part(plan, day, names, free)])]

    invocation.read(lambda client: Timetables.day(client.timetable, day), text)


@command.command("substitutions")
@_week_option
@child_read
def substitutions(invocation: Invocation, week_start: date) -> None:
    """Show what is changed in a week: substitutions (zastępstwa), cancelled and moved lessons."""
    from ...endpoints import Timetables

    async def text(reading: Reading) -> Sequence[Section]:
        plan = await reading.client.timetable.week(week_start)
        reading.left_out(plan.rejected)
        title = f"{reading.title('Changes of the timetable')}, week of {with_weekday(week_start)}"
        if not plan.lessons:
            return [Section(title, [Sentence("No lessons this week.")])]
        by_day = {day: [*filter(changed, lessons_of(plan, day))] for day in _week(week_start)}
        names = await read_plan_names(reading, filter(changed, plan))
        days = [
            Section(day_heading(day), [changes_part(lessons, names, filter(changed, plan))])
            for day, lessons in by_day.items()
            if lessons
        ]
        return [Section(title), *days] if days else [Section(title, [Sentence("Nothing is changed.")])]

    invocation.read(lambda client: Timetables.week(client.timetable, week_start), text)


def _week(monday: date) -> list[date]:
    return [monday + timedelta(days=number) for number in range(7)]


@command.command("substitution")
@id_option("substitution", "timetable substitutions")
@child_read
def substitution(invocation: Invocation, id: str) -> None:
    """Show one substitution: the lesson as it was planned, and as it is held."""
    from ...endpoints import Timetables

    async def text(reading: Reading) -> Sequence[Section]:
        client = reading.client
        found, (subject_names, teachers) = await together(
            client.timetable.substitution(id), subjects(reading), users(reading)
        )
        rooms = await classrooms(reading, [found.classroom])
        pairs: list[tuple[str, Cell]] = [
            ("change", _what(found)),
            ("planned", _planned(found, subject_names, teachers)),
        ]
        if not found.is_cancelled:
            pairs.append(("held", _held(found, subject_names, teachers, rooms)))
        return [Section(reading.title("Substitution"), [Fields(pairs)])]

    invocation.read(lambda client: Timetables.substitution(client.timetable, id), text)


def _what(found: Substitution) -> Cell:
    if found.is_cancelled:
        return Styled("cancelled", "bad")
    return Styled("moved" if found.is_shifted else "substitution", "strong")


def _planned(found: Substitution, subject_names: Names, teachers: Names) -> str:
    room = found.org_classroom_symbol
    return _lesson(
        found.org_date or found.date,
        found.org_lesson_no,
        subject_names(found.org_subject) if found.org_subject else "",
        teachers(found.org_teacher) if found.org_teacher else "",
        f"room {room}" if room else "",
    )


def _held(found: Substitution, subject_names: Names, teachers: Names, rooms: Names) -> str:
    """Say how it is held; what Librus does not repeat is as it was planned."""
    subject, teacher = found.subject or found.org_subject, found.teacher or found.org_teacher
    room = found.classroom_symbol or (room_name(found.classroom, rooms) if found.classroom else "")
    return _lesson(
        found.date or found.org_date,
        found.org_lesson_no if found.lesson_no is None else found.lesson_no,
        subject_names(subject) if subject else "",
        teachers(teacher) if teacher else "",
        f"room {room}" if room else "",
    )


def _lesson(day: date | None, number: int | None, *others: str) -> str:
    when = [short_day(day) if day else "", "" if number is None else f"lesson {number}"]
    return ", ".join(filter(None, [*when, *others])) or NOTHING


@command.command("entry")
@id_option("entry (TimetableEntry)", "timetable week --format json")
@child_read
def entry(invocation: Invocation, id: str) -> None:
    """Show one entry of the standing plan, which the real weeks may differ from."""
    from ...endpoints import Timetables

    async def text(reading: Reading) -> Sequence[Section]:
        found, (subject_names, teachers) = await together(
            reading.client.timetable.entry(id), subjects(reading), users(reading)
        )
        lesson = await or_none(reading.tables.lookup.lesson(found.lesson))
        rooms = await classrooms(reading, [found.classroom])
        pairs = [
            ("subject", subject_names(found.subject or (lesson.subject if lesson else None))),
            ("teacher", teachers(lesson.teacher if lesson else None)),
            ("when", _when(found)),
            ("room", room_name(found.classroom, rooms)),
            ("valid from", with_weekday(found.date_from)),
            ("valid to", with_weekday(found.date_to)),
        ]
        return [Section(reading.title("Entry of the plan"), [Fields(pairs)])]

    invocation.read(lambda client: Timetables.entry(client.timetable, id), text)


def _when(found: TimetableEntry) -> str:
    weekday = found.day_of_the_week or 0
    day = (
        f"every {with_weekday(_MONDAY + timedelta(days=weekday - 1)).partition(' ')[0]}"
        if 1 <= weekday <= 7
        else ""
    )
    number = "" if found.lesson_no is None else f"lesson {found.lesson_no}"
    return ", ".join(filter(None, [day, number])) or NOTHING


@command.command("free-days")
@child_read
def free_days(invocation: Invocation) -> None:
    """List when the whole school is free (dni wolne): holidays and breaks."""
    from ...endpoints import Timetables

    invocation.read(lambda client: Timetables.school_free_days(client.timetable), school_free_days)


@command.command("class-free-days")
@child_read
def class_free_days(invocation: Invocation) -> None:
    """List when the student's class is free, for example for a trip."""
    from ...endpoints import Timetables

    invocation.read(lambda client: Timetables.class_free_days(client.timetable), class_free_days_text)


@command.command("teacher-free-days")
@child_read
def teacher_absences(invocation: Invocation) -> None:
    """List when teachers of the school are absent; many schools do not show it."""
    from ...endpoints import Timetables

    invocation.read(lambda client: Timetables.teacher_free_days(client.timetable), teacher_free_days)


@command.command("calendars")
@child_read
def calendars(invocation: Invocation) -> None:
    """List whose calendars there are: one for each class."""
    from ...endpoints import Timetables

    invocation.read(lambda client: Timetables.calendars(client.timetable), _calendars_text)


async def _calendars_text(reading: Reading) -> Sequence[Section]:
    rows, (classes,) = await reading.rows(reading.client.timetable.calendars(), class_names(reading))
    cells = [(classes.by_id(row.id),) for row in rows]
    return [Section(reading.school_title("Calendars"), [table_or(_CALENDARS, cells, "There are none.")])]


@command.command("virtual-classes")
@child_read
def virtual_classes(invocation: Invocation) -> None:
    """List the groups (grupy) that are taught together, for example for a language."""
    from ...endpoints import Timetables

    invocation.read(lambda client: Timetables.virtual_classes(client.timetable), _groups_text)


async def _groups_text(reading: Reading) -> Sequence[Section]:
    rows, (subject_names, teachers) = await reading.rows(
        reading.client.timetable.virtual_classes(), subjects(reading), users(reading)
    )
    cells = [
        (
            row.name or f"{row.number or ''}{row.symbol or ''}" or NOTHING,
            subject_names(row.subject) if row.subject else "",
            teachers(row.teacher),
        )
        for row in rows
    ]
    cells.sort(key=lambda row: polish_order(row[0]))
    return [Section(reading.school_title("Groups"), [table_or(_GROUPS, cells, "There are none.")])]


for _leaf in (extra, kindergarten):
    command.add_command(_leaf)
