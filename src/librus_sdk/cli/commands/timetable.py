"""``librus timetable``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import click

from .._days import day_heading, hours, with_weekday
from .._document import Cell, Column, Kind, Part, Section, Sentence, Table, styled
from .._invocation import Invocation, Reading
from .._names import NOTHING, Names, classrooms, subjects, together, users
from .._options import DAY, MONDAY, LeafGroup, child_read

if TYPE_CHECKING:
    from ...clients.api import AsyncSynergiaApiClient
    from ...models import Embedded, LessonKind, Timetable, TimetableLesson

__all__ = ["command"]

_LESSONS = (
    Column("No", right=True, stiff=True),
    Column("Hours", stiff=True),
    Column("Subject"),
    Column("Teacher"),
    Column("Room"),
    Column("Change"),
)
# How a lesson that does not take place is drawn, and what is said about it.
_STYLES: Final[Mapping[LessonKind, tuple[Kind | None, Kind]]] = {
    "cancelled": ("struck", "bad"),
    "moved_away": ("muted", "strong"),
}


@click.group("timetable", cls=LeafGroup)
def command() -> None:
    """Lessons of a week or a day, with substitutions."""


@command.command("week")
@click.option("--week-start", type=MONDAY, required=True, help="The Monday of the week.")
@child_read
def week(invocation: Invocation, week_start: date) -> None:
    """Show the lessons of a week."""
    from ...endpoints import Timetables

    async def text(reading: Reading) -> Sequence[Section]:
        plan = await reading.client.timetable.week(week_start)
        days = [week_start + timedelta(days=number) for number in range(7)]
        shown = [day for day in days if day.weekday() < 5 or any(plan.days.get(day, ()))]
        sections = await _sections(reading, plan, shown)
        title = f"{reading.title('Timetable')}, week of {with_weekday(week_start)}"
        if not any(lesson for day in shown for slot in plan.days.get(day, ()) for lesson in slot):
            return [Section(title, [Sentence("No lessons this week.")])]
        return [Section(title), *sections]

    invocation.read(lambda client: Timetables.week(client.timetable, week_start), text)


@command.command("day")
@click.option("--day", type=DAY, required=True, help="The day.")
@child_read
def one_day(invocation: Invocation, day: date) -> None:
    """Show the lessons of a day."""
    from ...endpoints import Timetables

    async def text(reading: Reading) -> Sequence[Section]:
        (section,) = await _sections(reading, await reading.client.timetable.day(day), [day])
        return [Section(f"{reading.title('Timetable')}: {section.title}", section.parts)]

    invocation.read(lambda client: Timetables.day(client.timetable, day), text)


async def _sections(reading: Reading, plan: Timetable, days: Sequence[date]) -> Sequence[Section]:
    reading.left_out(plan.rejected)
    names = await _read_names(reading.client, plan)
    sections: list[Section] = []
    for day in days:
        lessons = [lesson for slot in plan.days.get(day, ()) for lesson in slot]
        part: Part = Table(_LESSONS, [_row(lesson, names) for lesson in lessons])
        sections.append(Section(day_heading(day), [part if lessons else Sentence("No lessons.")]))
    return sections


@dataclass(frozen=True)
class _PlanNames:
    subjects: Names
    teachers: Names
    rooms: Names


async def _read_names(client: AsyncSynergiaApiClient, plan: Timetable) -> _PlanNames:
    """Read names only when the plan itself does not carry them, as it usually does."""
    pointers = [
        pointer
        for lesson in plan.lessons
        for pointer in (lesson.subject, lesson.teacher, lesson.classroom, *_instead_of(lesson))
    ]
    if all(pointer is None or pointer.label for pointer in pointers):
        return _PlanNames(Names({}), Names({}), Names({}))
    found, (teachers, rooms) = await together(subjects(client), users(client), classrooms(client))
    return _PlanNames(found, teachers, rooms)


def _instead_of(lesson: TimetableLesson) -> tuple[Embedded | None, Embedded | None, Embedded | None]:
    """Return the subject, teacher and room the lesson was planned with, where they differ from its own."""
    if lesson.kind != "substitution":
        return None, None, None
    subject = None if _same(lesson.org_subject, lesson.subject) else lesson.org_subject
    teacher = None if _same(lesson.org_teacher, lesson.teacher) else lesson.org_teacher
    room = None if _same(lesson.org_classroom, lesson.classroom) else lesson.org_classroom
    return subject, teacher, room


def _same(one: Embedded | None, other: Embedded | None) -> bool:
    return one is not None and other is not None and one.id == other.id


def _row(lesson: TimetableLesson, names: _PlanNames) -> tuple[Cell, ...]:
    number = lesson.slot if lesson.lesson_no is None else lesson.lesson_no
    subject = names.subjects(lesson.subject)
    if lesson.virtual_class_name:
        subject = f"{subject} ({lesson.virtual_class_name})"
    planned = (
        str(number),
        hours(lesson.hour_from, lesson.hour_to),
        subject,
        names.teachers(lesson.teacher),
        _room(lesson.classroom, names),
    )
    plan_style, change_style = _STYLES.get(lesson.kind, (None, "strong"))
    return (*(styled(text, plan_style) for text in planned), styled(_change(lesson, names), change_style))


def _room(room: Embedded | None, names: _PlanNames) -> str:
    return (room.symbol or names.rooms(room)) if room else NOTHING


def _change(lesson: TimetableLesson, names: _PlanNames) -> str:
    """Say in words what is different about the lesson; nothing when nothing is."""
    if lesson.kind == "normal":
        said = ""
    elif lesson.kind == "cancelled":
        said = "cancelled"
    elif lesson.kind == "moved_away":
        said = _moved("moved to", lesson.new_date, lesson.new_lesson_no)
    elif lesson.kind == "moved_here":
        said = _moved("moved from", lesson.org_date, lesson.org_lesson_no)
    else:
        subject, teacher, room = _instead_of(lesson)
        shown = [
            name(pointer)
            for name, pointer in ((names.subjects, subject), (names.teachers, teacher))
            if pointer
        ]
        said = f"substitution for {', '.join(shown)}" if shown else "" if room else "substitution"
        if room:
            said = "; ".join(filter(None, [said, f"planned in room {_room(room, names)}"]))
    note = lesson.substitution_note or ""
    # The Polish word for "substitution" alone adds nothing.
    return "; ".join(part for part in (said, note) if part and part.casefold() != "zastępstwo")


def _moved(word: str, day: date | None, number: int | None) -> str:
    where = [with_weekday(day) if day else "", f"lesson {number}" if number is not None else ""]
    return " ".join([word, *filter(None, where)]) if any(where) else "moved"
