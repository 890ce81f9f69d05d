"""Descriptive grades (oceny opisowe): how classes 1 to 3 are told what they can do."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from ._curriculum import YOUNG
from ._plan import Planner
from ._rows import Row, ref, stamp
from ._school import Child, Lesson, School
from ._tables import Table
from ._year import SchoolYear

__all__ = ["descriptive_lists", "descriptive_tables"]

_SKILLS: Final[dict[str, tuple[str, ...]]] = {
    "e.pol": (
        "Czytanie ze zrozumieniem",
        "Głośne czytanie",
        "Pisanie ze słuchu",
        "Opowiadanie",
        "Kaligrafia",
    ),
    "e.mat": ("Dodawanie i odejmowanie", "Mnożenie", "Zadania z treścią", "Figury", "Zegar i kalendarz"),
    "e.przyr": ("Rośliny i zwierzęta", "Obserwacja pogody"),
    "e.plast": ("Prace plastyczne",),
    "e.muz": ("Śpiew", "Gra na instrumentach"),
    "e.ruch": ("Gry zespołowe", "Gimnastyka"),
}
# What is shown, the value behind it, and the range on the scale, which is not the mark.
_SCALE: Final = (
    ("A", "6", "5 - 6", "Doskonale sobie radzi."),
    ("B", "5", "4 - 5", "Radzi sobie bardzo dobrze."),
    ("C", "4", "3 - 4", "Radzi sobie dobrze, czasem potrzebuje pomocy."),
    ("D", "3", "2 - 3", "Potrzebuje jeszcze ćwiczeń."),
)
_COMMENTS: Final = ("Brawo za wytrwałość!", "Proszę poćwiczyć w domu.", "Duży postęp od września.")
_TEXT_CATEGORIES: Final = ("Osiągnięcia edukacyjne", "Rozwój społeczny")
_TEXTS: Final = (
    "Czyta płynnie proste teksty.\nLiczy w zakresie 100 i rozwiązuje zadania z treścią.",
    "Zgodnie współpracuje w grupie.\r\nPrzestrzega zasad ustalonych w klasie.",
)
_TEXT_SKILLS: Final = ("Mówienie i słuchanie", "Samodzielność")
_ABOUT: Final = ("Chętnie zabiera głos, mówi pełnymi zdaniami.", "Sam pakuje plecak i pamięta o zadaniach.")


def descriptive_lists(seed: int, school: School, colors: Sequence[int]) -> dict[str, Table]:
    """The dictionaries, which cover the whole school: families of older children get them, too."""
    skills: list[Row] = []
    for number, (short, name) in enumerate(
        (short, name) for short, names in _SKILLS.items() for name in names
    ):
        row: Row = {
            "Id": _first(seed, "skills") + number,
            "Name": name,
            "Subject": ref("Subjects", school.subject_ids[short]),
            "Weight": None if number % 4 == 3 else 1,
            "CountToTheAverage": False,
            "Color": ref("Colors", colors[number % len(colors)]),
        }
        if number % 3 == 0:
            row["Teacher"] = ref("Users", school.teachers[number % len(school.teachers)].id)
        skills.append(row)
    return {
        "DescriptiveGrades/Skills": Table("Skills", "Skill", tuple(skills)),
        "DescriptiveGrades/Text/Categories": Table(
            "Categories", "Category", tuple(_named(_first(seed, "texts"), _TEXT_CATEGORIES))
        ),
        "DescriptiveTextGrades/Skills": Table(
            "Skills",
            "Skill",
            tuple(
                row | {"Color": ref("Colors", colors[0])}
                for row in _named(_first(seed, "text skills"), _TEXT_SKILLS)
            ),
        ),
    }


def descriptive_tables(
    seed: int, child: Child, year: SchoolYear, planner: Planner, today: date
) -> dict[str, Table]:
    """What a child of a low class has up to today; an older one has empty lists."""
    book = _Book(seed, child, year)
    if child.school_class.level <= YOUNG:
        for day in year.school_days(year.start + timedelta(days=7), today):
            for held in planner.attended(child, day):
                if held.lesson.subject.short in _SKILLS and book.rng.random() < 0.1:
                    book.describe(held.lesson, day)
        main = next(lesson for lesson in child.school_class.lessons if lesson.subject.short == "e.pol")
        ends = (year.start + timedelta(days=75), year.end_first_semester, year.end)
        for end in ends:
            last = planner.last_day(child, end - timedelta(days=2), main)
            if last is not None and last <= today:
                book.sum_up(main, last)
    return {
        "DescriptiveGrades": Table("Grades", "Grade", tuple(book.grades)),
        "DescriptiveGrades/Comments": Table("Comments", "Comment", tuple(book.comments)),
        "DescriptiveGrades/Text": Table("Grades", "Grade", tuple(book.texts)),
        "DescriptiveTextGrades": Table("Grades", "Grade", tuple(book.skill_texts)),
    }


class _Book:
    def __init__(self, seed: int, child: Child, year: SchoolYear) -> None:
        self.rng = random.Random(f"librus-simulator descriptive {seed} {child.portal_id}")
        self._seed = seed
        self._child = child
        self._year = year
        self._next_id = self.rng.randrange(3_000_000, 7_000_000)
        self._skills = {short: _skill_ids(seed, short) for short in _SKILLS}
        self.grades: list[Row] = []
        self.comments: list[Row] = []
        self.texts: list[Row] = []
        self.skill_texts: list[Row] = []

    def describe(self, lesson: Lesson, day: date) -> None:
        """How well the child does one thing."""
        shown, value, reach, phrase = self.rng.choices(_SCALE, (4, 5, 3, 1))[0]
        row = self._row(lesson, day, reach)
        row |= {
            "Map": shown,
            "RealGradeValue": value,
            "Phrase": phrase,
            "Skill": ref("DescriptiveGrades/Skills", self.rng.choice(self._skills[lesson.subject.short])),
        }
        if self.rng.random() < 0.2:
            comment = row["Id"] + 8_000_000
            self.comments.append({"Id": comment, "Text": self.rng.choice(_COMMENTS)})
            row["Comments"] = [ref("DescriptiveGrades/Comments", comment)]
        self.grades.append(row)

    def sum_up(self, lesson: Lesson, day: date) -> None:
        """What the tutor writes about the child as a whole."""
        for number, text in enumerate(_TEXTS):
            category = ref("DescriptiveGrades/Text/Categories", _first(self._seed, "texts") + number)
            self.texts.append(self._row(lesson, day, text) | {"Category": category})
        for number, text in enumerate(_ABOUT):
            skill = ref("DescriptiveTextGrades/Skills", _first(self._seed, "text skills") + number)
            self.skill_texts.append(self._row(lesson, day, text) | {"Skill": skill})

    def _row(self, lesson: Lesson, day: date, grade: str) -> Row:
        self._next_id += self.rng.randrange(1, 30)
        return {
            "Id": self._next_id,
            "Grade": grade,
            "Lesson": ref("Lessons", lesson.id),
            "Subject": ref("Subjects", lesson.subject_id),
            "Student": ref("Users", self._child.user_id),
            "AddedBy": ref("Users", lesson.teacher.id),
            "Date": day.isoformat(),
            "AddDate": stamp(day, 840 + self.rng.randrange(200)),
            "Semester": self._year.semester(day),
        }


def _skill_ids(seed: int, short: str) -> list[int]:
    shorts = [one for one, names in _SKILLS.items() for _ in names]
    return [_first(seed, "skills") + number for number, one in enumerate(shorts) if one == short]


def _named(first: int, names: Sequence[str]) -> Iterator[Row]:
    for number, name in enumerate(names):
        yield {"Id": first + number, "Name": name}


def _first(seed: int, what: str) -> int:
    return random.Random(f"librus-simulator descriptive {what} {seed}").randrange(2_000, 9_000)
