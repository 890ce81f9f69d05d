"""Lessons of a timetable as a parent reads them: names, hours, and what is changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from ._days import hours, short_day
from ._document import Cell, Column, Kind, Part, Sentence, Table, styled
from ._names import Names, classrooms, subjects, together, users
from ._words import NOTHING

if TYPE_CHECKING:
    from ..clients.api import AsyncSynergiaApiClient
    from ..models import Embedded, LessonKind, Timetable, TimetableLesson

__all__ = ["PlanNames", "changed", "changes_part", "day_part", "lessons_of", "read_plan_names", "room_name"]

_LESSONS = (
    Column("No", right=True, stiff=True),
    Column("Hours", stiff=True),
    Column("Subject"),
    Column("Teacher"),
    Column("Room"),
    Column("Change"),
)
_CHANGES = (*_LESSONS, Column("Id", right=True, stiff=True))
# How a lesson that does not take place is drawn, and what is said about it.
_STYLES: Final[Mapping[LessonKind, tuple[Kind | None, Kind]]] = {
    "cancelled": ("struck", "bad"),
    "moved_away": ("muted", "strong"),
}


@dataclass(frozen=True)
class PlanNames:
    """What the ids in a timetable stand for."""

    subjects: Names
    teachers: Names
    rooms: Names


async def read_plan_names(client: AsyncSynergiaApiClient, lessons: Iterable[TimetableLesson]) -> PlanNames:
    """Read the names of these lessons, only when the plan itself does not carry them, as it usually does."""
    shown = tuple(lessons)
    pointers = [
        pointer
        for lesson in shown
        for pointer in (lesson.subject, lesson.teacher, lesson.classroom, *_instead_of(lesson))
    ]
    if all(pointer is None or pointer.label for pointer in pointers):
        return PlanNames(Names({}), Names({}), Names({}))
    rooms = classrooms(client, (pointer for lesson in shown for pointer in _rooms(lesson)))
    found, (teachers, named_rooms) = await together(subjects(client), users(client), rooms)
    return PlanNames(found, teachers, named_rooms)


def lessons_of(plan: Timetable, day: date) -> Sequence[TimetableLesson]:
    """Return the lessons of a day in their order."""
    return [lesson for slot in plan.days.get(day, ()) for lesson in slot]


def changed(lesson: TimetableLesson) -> bool:
    """Whether there is something to tell about the lesson."""
    return lesson.kind != "normal" or bool(lesson.substitution_note)


def day_part(plan: Timetable, day: date, names: PlanNames) -> Part:
    """Return a day's lessons as a table, or say that there are none."""
    rows = [_row(lesson, names) for lesson in lessons_of(plan, day)]
    return Table(_LESSONS, rows) if rows else Sentence("No lessons.")


def changes_part(lessons: Sequence[TimetableLesson], names: PlanNames) -> Part:
    """Return changed lessons of one day as a table, with the ids of their substitutions."""
    return Table(_CHANGES, [(*_row(lesson, names), _substitution_id(lesson)) for lesson in lessons])


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


def _row(lesson: TimetableLesson, names: PlanNames) -> tuple[Cell, ...]:
    number = lesson.slot if lesson.lesson_no is None else lesson.lesson_no
    subject = names.subjects(lesson.subject)
    if lesson.virtual_class_name:
        subject = f"{subject} ({lesson.virtual_class_name})"
    planned = (
        str(number),
        hours(lesson.hour_from, lesson.hour_to),
        subject,
        names.teachers(lesson.teacher),
        room_name(lesson.classroom, names.rooms),
    )
    plan_style, change_style = _STYLES.get(lesson.kind, (None, "strong"))
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
