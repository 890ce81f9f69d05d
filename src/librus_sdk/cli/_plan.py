"""Lessons of a timetable as a parent reads them: names, hours, and what is changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from ._columns import HOURS, ID, TEACHER
from ._days import hours, short_day
from ._document import Cell, Column, Kind, Part, Sentence, Table, styled
from ._names import Names, classrooms, or_none, subjects, together, users
from ._words import NOTHING

if TYPE_CHECKING:
    from ..models import Embedded, LessonKind, Timetable, TimetableLesson
    from ._invocation import Reading

__all__ = [
    "PlanNames",
    "changed",
    "changes_part",
    "day_part",
    "in_brief",
    "lessons_of",
    "no_lessons",
    "number_of",
    "read_plan_names",
    "room_name",
    "why_free",
]

_LESSONS = (
    Column("No", right=True, stiff=True),
    HOURS,
    Column("Subject"),
    TEACHER,
    Column("Room"),
    Column("Change"),
)
_CHANGES = (*_LESSONS, ID)
# What is different, in a word; how a lesson is drawn that does not take place, and what is said about it.
_KINDS: Final[Mapping[LessonKind, tuple[str, Kind | None, Kind]]] = {
    "normal": ("", None, "strong"),
    "cancelled": ("cancelled", "struck", "bad"),
    "moved_away": ("moved away", "muted", "strong"),
    "moved_here": ("moved here", None, "strong"),
    "substitution": ("changed", None, "strong"),
}


@dataclass(frozen=True)
class PlanNames:
    """What the ids in a timetable stand for."""

    subjects: Names
    teachers: Names
    rooms: Names


async def read_plan_names(reading: Reading, lessons: Iterable[TimetableLesson]) -> PlanNames:
    """Read the names of these lessons, only when the plan itself does not carry them, as it usually does."""
    shown = tuple(lessons)
    pointers = [
        pointer
        for lesson in shown
        for pointer in (lesson.subject, lesson.teacher, lesson.classroom, *_instead_of(lesson))
    ]
    if all(pointer is None or pointer.label for pointer in pointers):
        return PlanNames(Names(), Names(), Names())
    rooms = classrooms(reading, (pointer for lesson in shown for pointer in _rooms(lesson)))
    found, (teachers, named_rooms) = await together(subjects(reading), users(reading), rooms)
    return PlanNames(found, teachers, named_rooms)


def lessons_of(plan: Timetable, day: date) -> Sequence[TimetableLesson]:
    """Return the lessons of a day in their order."""
    return [lesson for slot in plan.days.get(day, ()) for lesson in slot]


def changed(lesson: TimetableLesson) -> bool:
    """Whether there is something to tell about the lesson."""
    return lesson.kind != "normal" or bool(lesson.substitution_note)


def day_part(plan: Timetable, day: date, names: PlanNames, free: Mapping[date, str]) -> Part:
    """Return a day's lessons as a table, or say that there are none; the tables of a plan are alike.

    Args:
        plan: the plan.
        day: the day.
        names: what its ids stand for.
        free: why the school is free, by day.
    """
    rows = [_row(lesson, names) for lesson in lessons_of(plan, day)]
    if not rows:
        return Sentence(no_lessons("No lessons", [free[day]] if day in free else []))
    return Table(_LESSONS, rows, [_row(lesson, names) for lesson in plan])


def no_lessons(said: str, reasons: Iterable[str]) -> str:
    """Return the sentence with the reasons, where there are any; each is told once."""
    why = ", ".join(dict.fromkeys(reasons))
    return f"{said}: {why}." if why else f"{said}."


async def why_free(reading: Reading, plan: Timetable, days: Sequence[date]) -> Mapping[date, str]:
    """Return why the school is free, by day; it is asked only when a weekday has no lessons."""
    empty = [day for day in days if not lessons_of(plan, day)]
    if not any(day.weekday() < 5 for day in empty):
        return {}
    rows = await or_none(reading.client.timetable.school_free_days())
    found: dict[date, str] = {}
    for day in empty:
        for row in rows or ():
            first = row.date_from or row.date_to
            last = row.date_to or row.date_from
            if row.name and first and last and first <= day <= last:
                found.setdefault(day, row.name)
    return found


def changes_part(
    lessons: Sequence[TimetableLesson], names: PlanNames, alike: Iterable[TimetableLesson]
) -> Part:
    """Return changed lessons of one day as a table, with the ids of their substitutions.

    Args:
        lessons: the lessons.
        names: what their ids stand for.
        alike: those of the other days, whose tables look the same.
    """
    return Table(
        _CHANGES, [_change_row(row, names) for row in lessons], [_change_row(row, names) for row in alike]
    )


def _change_row(lesson: TimetableLesson, names: PlanNames) -> tuple[Cell, ...]:
    return (*_row(lesson, names), _substitution_id(lesson))


def _substitution_id(lesson: TimetableLesson) -> str:
    """Return the end of the address of the lesson's substitution, which is its id."""
    path = re.split(r"[?#]", lesson.substitution_class_url or "", maxsplit=1)[0]
    return unquote(path.rstrip("/").rpartition("/")[2])


def room_name(room: Embedded | None, rooms: Names) -> str:
    """Return the room as the school writes it on its door, or its name."""
    return (room.symbol or rooms(room)) if room else NOTHING


def _instead_of(lesson: TimetableLesson) -> tuple[Embedded | None, Embedded | None, Embedded | None]:
    """Return the subject, teacher and room the lesson was planned with, where they differ from its own."""
    if lesson.kind != "substitution":
        return None, None, None
    subject = None if _same(lesson.org_subject, lesson.subject) else lesson.org_subject
    teacher = None if _same(lesson.org_teacher, lesson.teacher) else lesson.org_teacher
    room = None if _same(lesson.org_classroom, lesson.classroom) else lesson.org_classroom
    return subject, teacher, room


def _rooms(lesson: TimetableLesson) -> tuple[Embedded | None, Embedded | None]:
    return lesson.classroom, lesson.org_classroom


def _same(one: Embedded | None, other: Embedded | None) -> bool:
    return one is not None and other is not None and one.id == other.id


def number_of(lesson: TimetableLesson) -> int:
    """Return which lesson of the day it is."""
    return lesson.slot if lesson.lesson_no is None else lesson.lesson_no


def in_brief(lessons: Sequence[TimetableLesson], subject_names: Names) -> Cell:
    """Return what is on at an hour, for a table of several days: one lesson, or those of several groups."""
    texts: list[str] = []
    kinds: set[Kind | None] = set()
    for lesson in lessons:
        _, plan_style, change_style = _KINDS[lesson.kind]
        change = _change_in_brief(lesson)
        room = lesson.classroom.symbol if lesson.classroom else None
        where = ", ".join(filter(None, [lesson.virtual_class_name, room]))
        name = subject_names(lesson.subject)
        texts.append(name + (f" ({where})" if where else "") + (f": {change}" if change else ""))
        kinds.add(plan_style or (change_style if change else None))
    return styled("\n".join(texts), kinds.pop() if len(kinds) == 1 else None)


def _change_in_brief(lesson: TimetableLesson) -> str:
    """Return what is different, as far as the plan itself tells: ``with Anna Nowak``, ``other room``."""
    subject, teacher, room = _instead_of(lesson)
    if teacher is not None and lesson.teacher is not None and lesson.teacher.label:
        return f"with {lesson.teacher.label}"
    if subject is not None and subject.label:
        return f"instead of {subject.label}"
    return "other room" if room is not None else _KINDS[lesson.kind][0]


def _row(lesson: TimetableLesson, names: PlanNames) -> tuple[Cell, ...]:
    subject = names.subjects(lesson.subject)
    if lesson.virtual_class_name:
        subject = f"{subject} ({lesson.virtual_class_name})"
    planned = (
        str(number_of(lesson)),
        hours(lesson.hour_from, lesson.hour_to),
        subject,
        names.teachers(lesson.teacher),
        room_name(lesson.classroom, names.rooms),
    )
    _, plan_style, change_style = _KINDS[lesson.kind]
    return (*(styled(text, plan_style) for text in planned), styled(_change(lesson, names), change_style))


def _change(lesson: TimetableLesson, names: PlanNames) -> str:
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
            said = "; ".join(filter(None, [said, f"planned in room {room_name(room, names.rooms)}"]))
    note = lesson.substitution_note or ""
    # The Polish word for "substitution" adds nothing to what is said already.
    return said if said and note.casefold() == "zastępstwo" else "; ".join(filter(None, [said, note]))


def _moved(word: str, day: date | None, number: int | None) -> str:
    where = [short_day(day) if day else "", f"lesson {number}" if number is not None else ""]
    return " ".join([word, *filter(None, where)]) if any(where) else "moved"
