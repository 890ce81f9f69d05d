"""How a thing looks on the wire: references, people, lessons, timetable slots.

Every address starts with the placeholder :data:`API`, which the server replaces by its own: the generated
year is shared by all simulators of one process, and each listens somewhere else.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from ._curriculum import BELL
from ._plan import Held
from ._school import Child, Lesson, Person, School, SchoolClass

__all__ = ["API", "Row", "lesson_row", "ref", "stamp", "substitution_row", "timetable_lesson", "user_row"]

API: Final = "@@api@@"
Row = dict[str, Any]


@lru_cache(maxsize=16_384, typed=True)
def ref(path: str, row_id: int | str) -> Row:
    """A reference object. Equal ones are one dict, since a year has tens of thousands: never change it."""
    return {"Id": row_id, "Url": f"{API}/{path}/{row_id}"}


def stamp(day: date, minutes: int) -> str:
    """A wall-clock timestamp of that day, as Librus writes it, without a zone."""
    moment = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001
    return moment.isoformat(sep=" ")


def user_row(person: Person, school: School) -> Row:
    """A teacher or an office account."""
    return {
        "Id": person.id,
        "AccountId": f"LID-AUTH-USER-{person.id * 7919:08x}",
        "FirstName": person.first,
        "LastName": person.last,
        "IsSchoolAdministrator": person.id == school.head.id,
        "IsPedagogue": False,
        "IsEmployee": person.employee,
        "Unit": ref("Units", school.id),
    }


def student_row(child: Child, school: School) -> Row:
    """The child's own record. The register number is a text, as old schools have it."""
    return {
        "Id": child.user_id,
        "AccountId": f"LID-AUTH-USER-{child.user_id * 7919:08x}",
        "FirstName": child.first,
        "LastName": child.last,
        "IsEmployee": False,
        "GroupId": 8,
        "Class": ref("Classes", child.school_class.id),
        "Unit": ref("Units", school.id),
        "ClassRegisterNumber": child.register_number,
    }


def lesson_row(lesson: Lesson) -> Row:
    """A row of ``/Lessons``; a group's lesson has its virtual class beside the class."""
    row: Row = {
        "Id": lesson.id,
        "Teacher": ref("Users", lesson.teacher.id),
        "Subject": ref("Subjects", lesson.subject_id),
        "Class": ref("Classes", lesson.class_id),
    }
    if lesson.group_id is not None:
        row["VirtualClass"] = ref("VirtualClasses", lesson.group_id)
    return row


def class_row(item: SchoolClass, school: School, dates: tuple[date, date, date]) -> Row:
    """The child's class, with the dates of the school year."""
    start, first, end = dates
    return {
        "Id": item.id,
        "Number": item.level,
        "Symbol": item.symbol,
        "ClassTutor": ref("Users", item.tutor.id),
        "Unit": ref("Units", school.id),
        "BeginSchoolYear": start.isoformat(),
        "EndFirstSemester": first.isoformat(),
        "EndSchoolYear": end.isoformat(),
    }


def timetable_lesson(held: Held, school: School) -> Row:
    """One lesson of a timetable slot. Ids are texts here, and only here; numbers are texts too."""
    lesson = held.lesson
    start, end = BELL[held.number]
    room = held.room or lesson.room
    row: Row = {
        "Lesson": ref("Lessons", str(lesson.id)),
        "TimetableEntry": ref("TimetableEntries", str(held.entry_id)),
        "Classroom": {**ref("Classrooms", str(school.rooms[room])), "Symbol": room, "Name": f"sala {room}"},
        "DateFrom": held.day.isoformat(),
        "DateTo": held.day.isoformat(),
        "LessonNo": str(held.number),
        "DayNo": str(held.day.isoweekday()),
        "HourFrom": start,
        "HourTo": end,
        "Subject": {
            **ref("Subjects", str(lesson.subject_id)),
            "Name": lesson.subject.name,
            "Short": lesson.subject.short,
        },
        "Teacher": _teacher(held.teacher),
        "Class": ref("Classes", str(lesson.class_id)),
        "IsSubstitutionClass": held.change not in ("none", "cancelled"),
        "IsCanceled": not held.takes_place,
        "SubstitutionNote": None,
    }
    if lesson.group_id is not None and lesson.group is not None:
        # A group has a virtual class and the class itself is missing, as recorded of split slots.
        del row["Class"]
        row["VirtualClass"] = ref("VirtualClasses", str(lesson.group_id))
        row["VirtualClassName"] = lesson.subject.groups[lesson.group]
    if held.change_id is not None:
        row["SubstitutionClassUrl"] = f"{API}/Calendars/Substitutions/{held.change_id}"
    if held.change == "moved_away":
        row |= _place("New", held, held.other, school)
    elif held.change in ("substitution", "room", "moved_here"):
        row |= _place("Org", held, held.other, school)
    if held.substitute is not None:
        row["SubstitutionNote"] = "zastępstwo"
    elif held.other is not None:
        row["SubstitutionNote"] = "przesunięcie"
    return row


def _place(prefix: str, held: Held, place: tuple[date, int] | None, school: School) -> Row:
    """The other place of a changed lesson: where it was planned (``Org``) or went to (``New``)."""
    day, number = place or (held.day, held.number)
    start, end = BELL[number]
    lesson = held.lesson
    return {
        f"{prefix}Date": day.isoformat(),
        f"{prefix}LessonNo": str(number),
        f"{prefix}HourFrom": start,
        f"{prefix}HourTo": end,
        f"{prefix}Subject": ref("Subjects", str(lesson.subject_id)),
        f"{prefix}Teacher": ref("Users", str(lesson.teacher.id)),
        f"{prefix}Classroom": ref("Classrooms", str(school.rooms[lesson.room])),
        f"{prefix}Class": ref("Classes", str(lesson.class_id)),
    }


def substitution_row(held: Held, school: School) -> Row:
    """What a changed lesson's ``SubstitutionClassUrl`` leads to. The number is a text here.

    Only a change of room names the room: substitutions were seen without one.
    """
    day, number = held.other or (held.day, held.number)
    lesson = held.lesson
    return {
        "Id": held.change_id,
        "OrgDate": day.isoformat(),
        "OrgLessonNo": str(number),
        "OrgSubject": ref("Subjects", lesson.subject_id),
        "OrgTeacher": ref("Users", lesson.teacher.id),
        "Date": held.day.isoformat(),
        "LessonNo": None if held.change == "cancelled" else str(held.number),
        "IsCancelled": held.change == "cancelled",
        "IsShifted": held.change == "moved_here",
        "Lesson": ref("Lessons", lesson.id),
        "Subject": ref("Subjects", lesson.subject_id),
        "Teacher": None if held.change == "cancelled" else ref("Users", held.teacher.id),
        "Classroom": ref("Classrooms", school.rooms[held.room]) if held.room is not None else None,
    }


def _teacher(person: Person) -> Row:
    return {**ref("Users", str(person.id)), "FirstName": person.first, "LastName": person.last}
