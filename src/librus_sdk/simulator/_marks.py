"""The grades of one child: ordinary marks on lesson days, corrections, proposed and given semester marks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from ._curriculum import (
    FINAL_CATEGORY,
    GRADE_CATEGORIES,
    GRADE_COMMENTS,
    ORDINARY_CATEGORIES,
    SEMESTER_CATEGORY,
)
from ._plan import Planner, in_group
from ._rows import Row, ref, stamp
from ._school import Child, Lesson
from ._year import SchoolYear

__all__ = ["Marks", "build_marks"]

_SCALE: Final = ("1", "2-", "2", "2+", "3-", "3", "3+", "4-", "4", "4+", "5-", "5", "5+", "6")
# Places in the scale: a mark from here on is good, one up to here is bad and gets corrected.
_GOOD, _BAD = 9, 5
_STATUS: Final = ("np", "bz", "+", "nb", "-")
# How often a category is used; the order is that of GRADE_CATEGORIES.
_OFTEN: Final = (3, 5, 3, 4, 3, 1, 2, 1, 1)
_TESTS: Final = 2  # sprawdzian and kartkówka: the categories that get corrected


@dataclass(slots=True)
class Marks:
    """What the child has: rows of ``/Grades`` and ``/Grades/Comments``, and the school's averages."""

    grades: list[Row] = field(default_factory=list)
    comments: list[Row] = field(default_factory=list)
    averages: list[Row] = field(default_factory=list)


def build_marks(
    seed: int, child: Child, year: SchoolYear, planner: Planner, category_ids: list[int], today: date
) -> Marks:
    """Generate the child's marks up to today."""
    rng = random.Random(f"librus-simulator marks {seed} {child.portal_id}")
    book = _Book(rng, child, year, planner, category_ids, Marks(), rng.randrange(20_000_000, 60_000_000))
    held: dict[int, list[date]] = {}
    for day in year.school_days(year.start + timedelta(days=7), today):
        for one in planner.attended(child, day):
            held.setdefault(one.lesson.id, []).append(day)
    for lesson in child.school_class.lessons:
        days = held.get(lesson.id)
        if days and in_group(child, lesson) and lesson.subject.marked:
            book.fill(lesson, days, today)
    book.out.grades.sort(key=lambda row: (row["AddDate"], row["Id"]))
    return book.out


@dataclass(slots=True)
class _Book:
    rng: random.Random
    child: Child
    year: SchoolYear
    planner: Planner
    category_ids: list[int]
    out: Marks
    next_id: int

    def fill(self, lesson: Lesson, days: list[date], today: date) -> None:
        """Write the marks of one subject: about one for every five lessons, more in the big subjects."""
        level = self.rng.uniform(5.5, 11.5)
        own: list[tuple[Row, int]] = []
        for index, day in enumerate(days):
            if self.rng.random() < 0.22:
                own += self._mark(lesson, day, level, days[index + 1 :])
        for semester in (1, 2):
            values = _values(own, semester)
            end = self.year.end_first_semester if semester == 1 else self.year.end
            if not values:
                continue
            weights = sum((weight for _, weight in values), Decimal(0))
            average = sum((value * weight for value, weight in values), Decimal(0)) / weights
            self._average(lesson, semester, average)
            self._closing(lesson, semester, end, average, today)

    def _mark(self, lesson: Lesson, day: date, level: float, later: list[date]) -> list[tuple[Row, int]]:
        rng = self.rng
        kind = rng.choices(range(ORDINARY_CATEGORIES + 1), _OFTEN)[0]
        if rng.random() < 0.05:
            return [(self._row(lesson, day, rng.choice(_STATUS), kind, {"IsConstituent": True}), kind)]
        index = min(max(round(rng.gauss(level, 2.2)), 0), len(_SCALE) - 1)
        first = self._row(lesson, day, _SCALE[index], kind, {"IsConstituent": True})
        marks = [(first, kind)]
        if index <= _BAD and kind < _TESTS and len(later) > 2 and rng.random() < 0.7:
            better = _SCALE[min(index + rng.randrange(2, 6), len(_SCALE) - 1)]
            row = self._row(lesson, later[min(5, len(later) - 1)], better, kind, {"IsConstituent": True})
            row["Improvement"] = ref("Grades", first["Id"])
            marks.append((row, kind))
        elif rng.random() < 0.12:
            self._comment(first, GRADE_COMMENTS[0 if index >= _GOOD else 1 if index > _BAD else 2])
        return marks

    def _comment(self, row: Row, texts: tuple[str, ...]) -> None:
        comment = self._new_id()
        self.out.comments.append(
            {
                "Id": comment,
                "AddedBy": row["AddedBy"],
                "Grade": ref("Grades", row["Id"]),
                "Text": self.rng.choice(texts),
            }
        )
        # Both forms were seen: references, and bare ids.
        row["Comments"] = [comment] if self.rng.random() < 0.3 else [ref("Grades/Comments", comment)]

    def _average(self, lesson: Lesson, semester: int, average: Decimal) -> None:
        self.out.averages.append(
            {
                "Id": lesson.subject_id,
                "Subject": ref("Subjects", lesson.subject_id),
                "Semester": semester,
                "Average": str(average.quantize(Decimal("0.01"), ROUND_HALF_UP)),
            }
        )

    def _closing(self, lesson: Lesson, semester: int, end: date, average: Decimal, today: date) -> None:
        """The proposed mark two weeks before the semester ends and the given one at its end, in lessons."""
        mark = str(min(max(int(average + Decimal("0.35")), 1), 6))
        proposed, given = self._closing_days(lesson, end)
        final = semester == 2
        category = FINAL_CATEGORY if final else SEMESTER_CATEGORY
        kinds = ("IsFinalProposition", "IsFinal") if final else ("IsSemesterProposition", "IsSemester")
        for day, kind in ((proposed, kinds[0]), (given, kinds[1])):
            if day is not None and day <= today:
                self._row(lesson, day, mark, category, {kind: True})

    def _closing_days(self, lesson: Lesson, end: date) -> tuple[date | None, date | None]:
        """The lessons in which the marks are proposed and given, never the same one."""
        given = self.planner.last_day(self.child, end - timedelta(days=2), lesson)
        if given is None:
            return None, None
        before = min(end - timedelta(days=14), given - timedelta(days=1))
        return self.planner.last_day(self.child, before, lesson), given

    def _row(self, lesson: Lesson, day: date, mark: str, category: int, flags: dict[str, bool]) -> Row:
        row_id = self._new_id()
        row: Row = {
            "Id": row_id,
            "Lesson": ref("Lessons", lesson.id),
            "Subject": ref("Subjects", lesson.subject_id),
            "Student": ref("Users", self.child.user_id),
            "Category": ref("Grades/Categories", self.category_ids[category]),
            "AddedBy": ref("Users", lesson.teacher.id),
            "Grade": mark,
            "Date": day.isoformat(),
            "AddDate": stamp(day, 480 + self.rng.randrange(600)),
            "Semester": self.year.semester(day),
            "IsConstituent": False,
            "IsSemester": False,
            "IsSemesterProposition": False,
            "IsFinal": False,
            "IsFinalProposition": False,
        } | flags
        if row_id % 7 == 0:
            # Keys nobody documents come and go.
            row["IsPrimary"] = None
        self.out.grades.append(row)
        return row

    def _new_id(self) -> int:
        self.next_id += self.rng.randrange(1, 40)
        return self.next_id


def _values(marks: list[tuple[Row, int]], semester: int) -> list[tuple[Decimal, Decimal]]:
    """(value, weight) of the marks that count, as the school computes its own average."""
    counted: list[tuple[Decimal, Decimal]] = []
    for row, kind in marks:
        wire = GRADE_CATEGORIES[kind][1]
        text = row["Grade"]
        if row["Semester"] != semester or not text[0].isdigit() or wire.get("CountToTheAverage") is False:
            continue
        weight = (
            Decimal(str(wire["Weight"]).replace(",", ".")) if wire.get("Weight") is not None else Decimal(1)
        )
        value = Decimal(text[0]) + {"": Decimal(0), "+": Decimal("0.5"), "-": Decimal("-0.25")}[text[1:]]
        counted.append((value, weight))
    return counted
