"""Marks in points and marks in words, which some subjects of some classes have beside the ordinary ones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from ._plan import Planner
from ._rows import Row, ref, stamp
from ._school import Child, Lesson
from ._tables import Table
from ._year import SchoolYear

__all__ = ["point_lists", "point_tables"]

# Which subjects are marked so, by the level of the class.
_POINTED: Final[dict[int, tuple[str, ...]]] = {6: ("inf",), 7: ("inf", "muz"), 8: ("inf", "edb")}
_WORDED: Final[dict[int, tuple[str, ...]]] = {4: ("tech",), 5: ("tech", "plast"), 6: ("tech",)}
# Weights and bounds come as numbers, as text and as null, like those of ordinary marks.
_CATEGORIES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("Sprawdzian punktowy", {"Weight": 2, "CountToTheAverage": True, "ValueFrom": 0, "ValueTo": 30}),
    ("Kartkówka punktowa", {"Weight": "1", "CountToTheAverage": True, "ValueFrom": 0, "ValueTo": 10}),
    ("Punkty dodatkowe", {"Weight": 1, "CountToTheAverage": True, "ValueFrom": 0, "ValueTo": None}),
    ("Diagnoza punktowa", {"Weight": 0, "CountToTheAverage": False, "ValueFrom": 0, "ValueTo": 50}),
)
_COMMENTS: Final = ("Zadanie 4 do powtórzenia.", "Brak rozwiązania zadania 2.")
_FULL: Final = "Najlepszy wynik w klasie!"
_WORDS: Final = (
    "Praca wykonana samodzielnie i starannie.\n85%", "Wymaga pomocy przy rysunku technicznym.\r\n55%",
    "Bezpiecznie korzysta z narzędzi.",
)  # fmt: skip
_HALF: Final = Decimal("0.5")


def point_lists(seed: int, colors: Sequence[int]) -> dict[str, Table]:
    """The categories of points, the same for every child of the school."""
    rows = (
        {"Id": row_id, "Name": name, "Color": ref("Colors", colors[number]), **fields}
        for number, (row_id, (name, fields)) in enumerate(zip(_category_ids(seed), _CATEGORIES, strict=True))
    )
    return {"PointGrades/Categories": Table("Categories", "Category", tuple(rows))}


def point_tables(
    seed: int, child: Child, year: SchoolYear, planner: Planner, text_category: int, today: date
) -> dict[str, Table]:
    """What the child has up to today; empty lists in a class without such subjects."""
    rng = random.Random(f"librus-simulator points {seed} {child.portal_id}")
    book = _Points(rng, child, year, _category_ids(seed))
    level = child.school_class.level
    texts: list[Row] = []
    for day in year.school_days(year.start + timedelta(days=7), today):
        for held in planner.attended(child, day):
            if held.lesson.subject.short in _POINTED.get(level, ()) and rng.random() < 0.35:
                book.mark(held.lesson, day)
            if held.lesson.subject.short in _WORDED.get(level, ()) and rng.random() < 0.2:
                texts.append(
                    book.row(held.lesson, day, rng.choice(_WORDS))
                    | {
                        "Category": ref("Grades/Categories", text_category),
                        "ShowInGradesView": rng.random() < 0.9,
                    }
                )
    return {
        "PointGrades": Table("Grades", "Grade", tuple(book.grades)),
        "PointGrades/Comments": Table("Comments", "Comment", tuple(book.comments)),
        "PointGrades/Averages": Table("Averages", "Average", tuple(book.averages())),
        "TextGrades": Table("Grades", "Grade", tuple(texts)),
    }


class _Points:
    def __init__(self, rng: random.Random, child: Child, year: SchoolYear, category_ids: list[int]) -> None:
        self._rng = rng
        self._child = child
        self._year = year
        self._category_ids = category_ids
        self._next_id = rng.randrange(1_000_000, 5_000_000)
        self._got: dict[int, list[tuple[Decimal, int]]] = {}
        self.grades: list[Row] = []
        self.comments: list[Row] = []

    def row(self, lesson: Lesson, day: date, grade: str) -> Row:
        """The fields that both kinds have."""
        self._next_id += self._rng.randrange(1, 40)
        return {
            "Id": self._next_id,
            "Grade": grade,
            "Lesson": ref("Lessons", lesson.id),
            "Subject": ref("Subjects", lesson.subject_id),
            "Student": ref("Users", self._child.user_id),
            "AddedBy": ref("Users", lesson.teacher.id),
            "Date": day.isoformat(),
            "AddDate": stamp(day, 900 + self._rng.randrange(180)),
            "Semester": self._year.semester(day),
        }

    def mark(self, lesson: Lesson, day: date) -> None:
        """A mark in whole or half points."""
        rng = self._rng
        kind = rng.choices(range(len(_CATEGORIES)), (4, 6, 2, 1))[0]
        most = _CATEGORIES[kind][1]["ValueTo"] or 5
        value = min(Decimal(round(most * 2 * rng.uniform(0.4, 1.05))) * _HALF, Decimal(most))
        text = str(value.normalize() if value % 1 else int(value))
        row = self.row(lesson, day, text.replace(".", ","))
        row["GradeValue"] = float(value) if value % 1 else int(value)
        row["Category"] = ref("PointGrades/Categories", self._category_ids[kind])
        if rng.random() < 0.2:
            comment = row["Id"] + 6_000_000
            said = _FULL if value == most else rng.choice(_COMMENTS)
            self.comments.append({"Id": comment, "Text": said, "AddedBy": row["AddedBy"]})
            row["Comments"] = [ref("PointGrades/Comments", comment)]
        self.grades.append(row)
        self._got.setdefault(lesson.subject_id, []).append((value, kind))

    def averages(self) -> list[Row]:
        """Points out of the possible ones in percent, weighted; without a maximum an entry does not count."""
        rows: list[Row] = []
        for subject_id, got in self._got.items():
            points = possible = Decimal(0)
            for value, kind in got:
                fields = _CATEGORIES[kind][1]
                if fields["CountToTheAverage"] and fields["ValueTo"] is not None:
                    points += value * int(fields["Weight"])
                    possible += Decimal(fields["ValueTo"]) * int(fields["Weight"])
            if possible:
                average = (100 * points / possible).quantize(Decimal("0.01"), ROUND_HALF_UP)
                subject = ref("Subjects", subject_id)
                rows.append({"Id": subject_id, "Subject": subject, "Average": float(average)})
        return rows


def _category_ids(seed: int) -> list[int]:
    rng = random.Random(f"librus-simulator point categories {seed}")
    return sorted(rng.sample(range(1_000, 9_000), len(_CATEGORIES)))
