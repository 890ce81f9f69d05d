"""The calendar: free days of the school, its classes and teachers, and every change of the timetable."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Final

from ._curriculum import BELL
from ._free import CLASS_FREE_KINDS, class_free
from ._plan import Planner
from ._rows import Row, ref, substitution_row
from ._school import Child, School, SchoolClass
from ._tables import Table
from ._year import SchoolYear

__all__ = ["calendar_lists", "calendar_tables", "neighbours"]

_LEVELS: Final = range(1, 9)
_FIRST_KIND: Final = 41


def neighbours(seed: int, school: School) -> tuple[SchoolClass, ...]:
    """Classes of the school that no child of the family is in, without a plan."""
    rng = random.Random(f"librus-simulator neighbours {seed}")
    highest = max(child.account_id for child in school.children)
    return tuple(
        SchoolClass(highest + 11 * number, level, "d", rng.choice(school.teachers[1:]), (), ())
        for number, level in enumerate(sorted(rng.sample(_LEVELS, 3)), 1)
    )


def calendar_lists(
    seed: int, school: School, year: SchoolYear, planner: Planner, others: Iterable[SchoolClass]
) -> dict[str, Table]:
    """What is the same for every child: families see the free days of the whole school."""
    school_free = (
        {
            "Id": 7000 + number,
            "Name": item.name,
            "DateFrom": item.first.isoformat(),
            "DateTo": item.last.isoformat(),
        }
        for number, item in enumerate(year.free)
    )
    kinds = ({"Id": _FIRST_KIND + number, "Name": name} for number, name in enumerate(CLASS_FREE_KINDS))
    classes = (*school.classes, *others)
    return {
        "Calendars/SchoolFreeDays": Table("SchoolFreeDays", "SchoolFreeDay", tuple(school_free)),
        "Calendars/ClassFreeDays/Types": Table("Types", "Type", tuple(kinds)),
        "Calendars/ClassFreeDays": Table(
            "ClassFreeDays", "ClassFreeDay", tuple(_class_free_days(seed, year, classes))
        ),
        "Calendars/TeacherFreeDays": Table(
            "TeacherFreeDays", "TeacherFreeDay", tuple(_teacher_free_days(school, planner))
        ),
    }


def calendar_tables(child: Child, school: School, planner: Planner) -> dict[str, Table]:
    """The calendar of the child's class, and its changes, which have no list of their own here."""
    changes = planner.changes(child.school_class)
    return {
        "Calendars": Table("Calendars", "Calendar", (dict(ref("Calendars", child.school_class.id)),)),
        "Calendars/Substitutions": Table(
            "Substitutions", "Substitution", tuple(substitution_row(held, school) for held in changes)
        ),
    }


def _class_free_days(seed: int, year: SchoolYear, classes: Iterable[SchoolClass]) -> Iterator[Row]:
    """Named by their type alone; with lesson numbers, a text and a number, only a part of the day is free."""
    row_id = 8300
    for item in classes:
        for free in class_free(seed, item, year):
            row_id += 3
            row: Row = {
                "Id": row_id,
                "Class": ref("Classes", item.id),
                "Type": ref("Calendars/ClassFreeDays/Types", _FIRST_KIND + free.kind),
                "DateFrom": free.first.isoformat(),
                "DateTo": free.last.isoformat(),
            }
            if free.hours is not None:
                row["LessonNoFrom"], row["LessonNoTo"] = str(free.hours[0]), free.hours[1]
            elif row_id % 2:
                row["Name"] = None
            yield row


def _teacher_free_days(school: School, planner: Planner) -> Iterator[Row]:
    """The hours a teacher is away, one row for each lesson somebody else takes over."""
    for item in school.classes:
        for held in planner.changes(item):
            if held.change == "substitution" and held.change_id is not None:
                start, end = BELL[held.number]
                yield {
                    "Id": held.change_id + 30_000_000,
                    "Teacher": ref("Users", held.lesson.teacher.id),
                    "DateFrom": held.day.isoformat(),
                    "DateTo": held.day.isoformat(),
                    "TimeFrom": f"{start}:00",
                    "TimeTo": f"{end}:00",
                }
