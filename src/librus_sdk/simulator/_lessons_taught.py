"""What was taught in past lessons (realizacje) and what is planned for the coming ones, with its files."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from ._diary import trip_day
from ._files import File, make_file
from ._plan import Held, Planner
from ._rows import Row, ref
from ._school import Child, School
from ._tables import Table
from ._year import SchoolYear

__all__ = ["lesson_tables", "planned_file"]

_OTHERWISE: Final = ("Ćwiczenia i powtórzenie", "Praca w grupach", "Rozmowa o bieżących sprawach klasy")
_AHEAD: Final = timedelta(days=14)
_PATH: Final = "PlannedLessons/Attachment"
# A file's id in a form of its own: a reference, a number, a text; null; and no key at all.
_FORMS: Final = ("ref", "number", "text", "null", "missing", "missing")


def lesson_tables(
    seed: int, child: Child, school: School, year: SchoolYear, planner: Planner, today: date
) -> dict[str, Table]:
    """The child's lessons: those held before today, and those of the next two weeks."""
    return {
        "Realizations": Table(
            "Realizations",
            "Realization",
            tuple(_realizations(seed, child, school, year, planner, today)),
        ),
        "PlannedLessons": Table(
            "PlannedLessons",
            "PlannedLesson",
            tuple(_planned(seed, child, school, year, planner, today)),
        ),
    }


def planned_file(rows: tuple[Row, ...], attachment_id: str) -> File | None:
    """The file that one of the planned lessons points at; None when none does."""
    for row in rows:
        attached: Any = row.get("Attachment")
        if isinstance(attached, dict):
            attached = attached["Id"]
        if attached is not None and str(attached) == attachment_id:
            lines = (
                row["Topic"],
                f"{row['Date']}, lekcja {row['LessonNo']}",
                "Proszę przeczytać przed lekcją.",
            )
            kind = "pdf" if row["Id"] % 2 else "txt"
            return make_file(f"Karta pracy – {row['Topic'].replace('/', '-')}.{kind}", lines)
    return None


def _realizations(
    seed: int, child: Child, school: School, year: SchoolYear, planner: Planner, today: date
) -> Iterator[Row]:
    """Ids begin with a letter; some keys are missing or null, as the fields are known of the sibling API."""
    rng = random.Random(f"librus-simulator realizations {seed} {child.portal_id}")
    row_id = rng.randrange(10_000_000, 40_000_000)
    trip = trip_day(seed, child, year)
    taught: dict[int, int] = {}
    for day in year.school_days(year.start, today - timedelta(days=1)):
        for held in planner.attended(child, day):
            row_id += rng.randrange(1, 30)
            lesson, on_trip = held.lesson, day == trip
            count = taught[lesson.id] = taught.get(lesson.id, -1) + 1
            row: Row = {
                "Id": f"t{row_id}",
                "Lesson": ref("Lessons", lesson.id),
                "Teacher": ref("Users", held.teacher.id),
                "AddedBy": ref("Users", held.teacher.id),
                "LessonNo": held.number,
                "Date": day.isoformat(),
                "Topic": "Wycieczka klasowa: park narodowy" if on_trip else _topic(held, count),
                "IsTrip": on_trip,
                "CountInStatistics": True,
                "CountInRPN": not on_trip,
            }
            if rng.random() < 0.9:
                row["Subject"] = ref("Subjects", lesson.subject_id)
            if on_trip:
                row["Classroom"] = None
            elif rng.random() < 0.8:
                row["Classroom"] = ref("Classrooms", school.rooms[held.room or lesson.room])
            if not on_trip and rng.random() < 0.02:
                row["Topic"] = None  # the teacher has not written it down yet
            yield row


def _planned(
    seed: int, child: Child, school: School, year: SchoolYear, planner: Planner, today: date
) -> Iterator[Row]:
    first = 400_000 + random.Random(f"librus-simulator planned {seed} {child.portal_id}").randrange(500_000)
    for day in year.school_days(today, today + _AHEAD):
        offset = (day - year.start).days
        for held in planner.attended(child, day):
            # Only some teachers plan ahead.
            if (held.lesson.id + offset) % 3 == 0:
                continue
            row_id = first + offset * 10 + held.number
            row: Row = {
                "Id": row_id,
                "Lesson": ref("Lessons", held.lesson.id),
                "Subject": ref("Subjects", held.lesson.subject_id),
                "Teacher": ref("Users", held.teacher.id),
                "Class": ref("Classes", held.lesson.class_id),
                "Classroom": ref("Classrooms", school.rooms[held.room or held.lesson.room]),
                "Date": day.isoformat(),
                "LessonNo": str(held.number),
                "Topic": _topic(held, offset // 7),
            }
            file_id = row_id + 2_000_000
            match _FORMS[(offset + held.number) % len(_FORMS)]:
                case "ref":
                    row["Attachment"] = ref(_PATH, file_id)
                case "number":
                    row["Attachment"] = file_id
                case "text":
                    row["Attachment"] = str(file_id)
                case "null":
                    row["Attachment"] = None
                case _:
                    pass
            yield row


def _topic(held: Held, count: int) -> str:
    """A subject's topics in turn, each over several lessons."""
    topics = held.lesson.subject.topics or _OTHERWISE
    part = count % 4 + 1
    return f"{topics[count // 4 % len(topics)]}, cz. {part}"
