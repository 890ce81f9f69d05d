"""The whole invented school year, as tables of wire rows: what the API part of the simulator serves.

A world depends on (seed, children, today) alone and is built once per process; nobody changes it afterwards.
Answers are encoded once too.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from ._behaviour import behaviour_lists, behaviour_tables
from ._calendar import calendar_lists, calendar_tables, neighbours
from ._curriculum import (
    AGENDA_CATEGORIES,
    ATTENDANCE_TYPES,
    BELL,
    COLORS,
    GRADE_CATEGORIES,
    SUBJECTS,
    TRIP_TYPE,
)
from ._descriptive import descriptive_lists, descriptive_tables
from ._diary import agenda, attendances, notes, trip_day
from ._lessons_taught import lesson_tables
from ._marks import Marks, build_marks
from ._notices import notices
from ._office import office_tables
from ._plan import KNOWN_AHEAD, Planner
from ._points import point_lists, point_tables
from ._rows import Row, class_row, lesson_row, ref, student_row, timetable_lesson, user_row
from ._school import Child, School, build_school
from ._tables import Table, encode
from ._year import SchoolYear, school_year

__all__ = ["World", "build_world"]


@lru_cache(maxsize=12)
def build_world(seed: int, children: int, today: date, odd_logins: bool = False) -> World:
    """Generate the school year, or take it from the cache."""
    return World(seed, build_school(seed, children, odd_logins=odd_logins), school_year(today), today)


@dataclass
class World:
    """The school year of one family."""

    seed: int
    school: School
    year: SchoolYear
    today: date
    _bodies: dict[tuple[int, str], bytes] = field(default_factory=dict, repr=False)
    _tables: dict[int, dict[str, Table]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        rng = random.Random(f"librus-simulator world {self.seed}")
        self.planner = Planner(self.seed, self.school, self.year, self.today + KNOWN_AHEAD)
        self._grade_categories = _ids(rng, len(GRADE_CATEGORIES))
        self._agenda_categories = _ids(rng, len(AGENDA_CATEGORIES))
        self._note_categories = _ids(rng, 2)
        self._colors = _ids(rng, len(COLORS))
        self._neighbours = neighbours(self.seed, self.school)
        self._trips = {item.id: rng.randrange(1000, 9000) for item in self.school.classes}

    def child(self, portal_id: str) -> Child:
        """The child with that portal id."""
        return next(child for child in self.school.children if str(child.portal_id) == portal_id)

    def tables(self, child: Child) -> dict[str, Table]:
        """Every collection the child's token can read, by path."""
        found = self._tables.get(child.portal_id)
        if found is None:
            found = self._tables[child.portal_id] = {**self._shared, **self._own(child)}
        return found

    def body(self, child: Child, path: str) -> bytes:
        """The encoded list answer of a collection, with the placeholder for the address."""
        key = (child.portal_id, path)
        found = self._bodies.get(key)
        if found is None:
            table = self.tables(child)[path]
            found = self._bodies[key] = encode({table.many: table.rows}, path)
        return found

    def timetable(self, child: Child, days: Iterable[date]) -> dict[str, Any]:
        """The map from a date to its slots; the position in the list is the lesson number."""
        answer: dict[str, Any] = {}
        for day in days:
            slots: list[list[Row]] = []
            for held in self.planner.day(child.school_class, day):
                while len(slots) <= held.number:
                    slots.append([])
                slots[held.number].append(timetable_lesson(held, self.school))
            answer[day.isoformat()] = slots
        return answer

    def lucky_number(self, day: date) -> Row:
        """The number of that day, or of the next day with lessons. Number and text both occur."""
        shown = self.year.next_school_day(day)
        if shown is None:
            return {"LuckyNumber": None, "LuckyNumberDay": None}
        number = random.Random(f"librus-simulator lucky {self.seed} {shown.isoformat()}").randrange(1, 29)
        return {
            "LuckyNumber": str(number) if number % 3 == 0 else number,
            "LuckyNumberDay": shown.isoformat(),
        }

    @cached_property
    def _shared(self) -> dict[str, Table]:
        """What is the same for every child of the school."""
        school, year = self.school, self.year
        lessons = [lesson for item in school.classes for lesson in item.lessons]
        groups = [lesson for lesson in lessons if lesson.group_id is not None and lesson.group is not None]
        dates = (year.start, year.end_first_semester, year.end)
        return {
            "Subjects": Table(
                "Subjects",
                "Subject",
                tuple(
                    {
                        "Id": school.subject_ids[item.short],
                        "Name": item.name,
                        "No": number,
                        "Short": item.short,
                        "IsExtracurricular": False,
                        "IsBlockLesson": False,
                    }
                    for number, item in enumerate(SUBJECTS.values(), 1)
                ),
            ),
            "Lessons": Table("Lessons", "Lesson", tuple(map(lesson_row, lessons))),
            "Classrooms": Table(
                "Classrooms",
                "Classroom",
                tuple(
                    {"Id": room_id, "Name": f"sala {symbol}", "Symbol": symbol}
                    for symbol, room_id in school.rooms.items()
                ),
            ),
            "VirtualClasses": Table(
                "VirtualClasses",
                "VirtualClass",
                tuple(
                    {
                        "Id": lesson.group_id,
                        "Name": lesson.subject.groups[lesson.group or 0],
                        "Teacher": ref("Users", lesson.teacher.id),
                    }
                    for lesson in groups
                ),
            ),
            "Classes": Table(
                "Classes",
                "Class",
                tuple(class_row(item, school, dates) for item in (*school.classes, *self._neighbours)),
            ),
            "Schools": Table("Schools", "School", (self._school_row(),)),
            "Units": Table(
                "Units",
                "Unit",
                (
                    {
                        "Id": school.id,
                        "Name": school.name,
                        "ShortName": "SP",
                        "Type": "SzkolaPodstawowa",
                        "LessonsRange": _bells(),
                        "GradesSettings": {
                            "StandardGradesEnabled": True,
                            "PointGradesEnabled": True,
                            "DescriptiveGradesEnabled": True,
                        },
                        "BehaviourGradesSettings": {"StartPoints": {"Semester1": 100, "Semester2": None}},
                    },
                ),
            ),
            "Colors": Table(
                "Colors",
                "Color",
                tuple(
                    {"Id": row_id, "Name": name, "RGB": rgb}
                    for row_id, (name, rgb) in zip(self._colors, COLORS, strict=True)
                ),
            ),
            "Grades/Categories": Table("Categories", "Category", tuple(self._categories())),
            "Attendances/Types": Table("Types", "Type", tuple(_attendance_types())),
            "HomeWorks/Categories": Table(
                "Categories",
                "Category",
                tuple(
                    {"Id": row_id, "Name": name, "Color": ref("Colors", self._colors[number % len(COLORS)])}
                    for number, (row_id, name) in enumerate(
                        zip(self._agenda_categories, AGENDA_CATEGORIES, strict=True)
                    )
                ),
            ),
            "Notes/Categories": Table(
                "Categories",
                "Category",
                tuple(
                    {"Id": row_id, "CategoryName": name}
                    for row_id, name in zip(
                        self._note_categories, ("Kultura osobista", "Aktywność"), strict=True
                    )
                ),
            ),
            "SchoolNotices": Table(
                "SchoolNotices", "SchoolNotice", tuple(notices(self.seed, school, year, self.today))
            ),
            **behaviour_lists(self.seed),
            **point_lists(self.seed, self._colors),
            **descriptive_lists(self.seed, school, self._colors),
            **calendar_lists(self.seed, school, year, self.planner, self._neighbours),
        }

    def _own(self, child: Child) -> dict[str, Table]:
        """What belongs to one child."""
        school, year, today = self.school, self.year, self.today
        marks: Marks = build_marks(self.seed, child, year, self.planner, self._grade_categories, today)
        trip_id = self._trips[child.school_class.id]
        trip = trip_day(self.seed, child, year).isoformat()
        return {
            "Grades": Table("Grades", "Grade", tuple(marks.grades)),
            "Grades/Comments": Table("Comments", "Comment", tuple(marks.comments)),
            "Grades/Averages": Table("Averages", "Average", tuple(marks.averages)),
            "Attendances": Table(
                "Attendances",
                "Attendance",
                tuple(attendances(self.seed, child, year, self.planner, trip_id, today)),
            ),
            "HomeWorks": Table(
                "HomeWorks",
                "HomeWork",
                tuple(agenda(self.seed, child, year, self.planner, self._agenda_categories, today)),
            ),
            "Notes": Table(
                "Notes", "Note", tuple(notes(self.seed, child, year, self._note_categories, today))
            ),
            "SchoolTrips": Table(
                "Data",
                "Data",
                (
                    {
                        "Id": trip_id,
                        "id": trip_id,
                        "destination": "Park narodowy",
                        "termFrom": trip,
                        "termTo": trip,
                    },
                ),
            ),
            "TimetableEntries": Table("TimetableEntries", "TimetableEntry", tuple(self._entries(child))),
            "Users": Table(
                "Users",
                "User",
                (
                    *(user_row(person, school) for person in (*school.teachers, school.office)),
                    student_row(child, school),
                ),
            ),
            **behaviour_tables(self.seed, child, year, self.planner, today),
            **point_tables(self.seed, child, year, self.planner, self._grade_categories[0], today),
            **descriptive_tables(self.seed, child, year, self.planner, today),
            **lesson_tables(self.seed, child, school, year, self.planner, today),
            **calendar_tables(child, school, self.planner),
            **office_tables(self, child),
        }

    def _categories(self) -> Iterable[Row]:
        for number, (row_id, (name, fields)) in enumerate(
            zip(self._grade_categories, GRADE_CATEGORIES, strict=True)
        ):
            yield {
                "Id": row_id,
                "Name": name,
                "Color": ref("Colors", self._colors[number % len(COLORS)]),
                **fields,
            }

    def _entries(self, child: Child) -> Iterable[Row]:
        for place in child.school_class.plan:
            for number, (entry_id, lesson) in enumerate(place.entries):
                room = lesson.room
                yield {
                    "Id": entry_id if number == 0 else str(entry_id),
                    "Lesson": ref("Lessons", lesson.id),
                    "DayOfTheWeek": str(place.weekday + 1) if entry_id % 2 else place.weekday + 1,
                    "LessonNo": place.number,
                    "DateFrom": self.year.start.isoformat(),
                    "DateTo": self.year.end.isoformat(),
                    "Classroom": {"Id": self.school.rooms[room], "Symbol": room, "Name": f"sala {room}"},
                }

    def _school_row(self) -> Row:
        school = self.school
        return {
            "Id": school.id,
            "Name": school.name,
            "Town": school.town,
            "Street": school.street,
            "State": None,
            "BuildingNumber": school.building,
            "PostCode": school.post_code,
            "ApartmentNumber": "",
            "Email": "sekretariat@example.org",
            "PhoneNumber": "000 000 000",
            "NameHeadTeacher": school.head.first,
            "SurnameHeadTeacher": school.head.last,
            "LessonsRange": _bells(),
        }


def _attendance_types() -> Iterable[Row]:
    for row in ATTENDANCE_TYPES:
        yield {**row, "Order": row["Id"]}
    yield {
        "Id": TRIP_TYPE,
        "Name": "Wycieczka",
        "Short": "wc",
        "ColorRGB": "CCCCFF",
        "Standard": False,
        "StandardType": ref("Attendances/Types", 100),
        "IsPresenceKind": True,
        "Order": 9,
    }


def _bells() -> list[Row]:
    return [{"From": start, "To": end} for start, end in BELL]


def _ids(rng: random.Random, count: int) -> list[int]:
    return sorted(rng.sample(range(20_000, 90_000), count))
