"""The week as it is held: the standing plan with free days, substitutions and cancelled lessons."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ._school import Child, Lesson, Person, School, SchoolClass
from ._year import SchoolYear

__all__ = ["Held", "Planner"]

Change = Literal["none", "substitution", "cancelled"]


@dataclass(frozen=True, slots=True)
class Held:
    """One lesson in one slot of one day; a split class has two of them in the slot."""

    day: date
    number: int
    entry_id: int
    lesson: Lesson
    change: Change = "none"
    substitute: Person | None = None


class Planner:
    """Answers what happens on a day. Changes are drawn from the seed, the class and the week alone."""

    def __init__(self, seed: int, school: School, year: SchoolYear) -> None:
        self._seed = seed
        self._school = school
        self._year = year
        self._weeks: dict[tuple[int, date], dict[date, tuple[Held, ...]]] = {}
        self._by_day = {
            (item.id, weekday): tuple(place for place in item.plan if place.weekday == weekday)
            for item in school.classes
            for weekday in range(5)
        }

    def day(self, school_class: SchoolClass, day: date) -> tuple[Held, ...]:
        """Every lesson of the class that day, in order; both halves of a split slot."""
        monday = day - timedelta(days=day.weekday())
        key = (school_class.id, monday)
        if key not in self._weeks:
            self._weeks[key] = self._week(school_class, monday)
        return self._weeks[key].get(day, ())

    def attended(self, child: Child, day: date) -> list[Held]:
        """The lessons the child is expected at: its own half of a split slot, none that was cancelled."""
        return [
            held
            for held in self.day(child.school_class, day)
            if held.change != "cancelled" and in_group(child, held.lesson)
        ]

    def _week(self, school_class: SchoolClass, monday: date) -> dict[date, tuple[Held, ...]]:
        days = list(self._year.school_days(monday, monday + timedelta(days=4)))
        week = {
            day: [
                Held(day, place.number, entry, lesson)
                for place in self._by_day[school_class.id, day.weekday()]
                for entry, lesson in place.entries
            ]
            for day in days
        }
        if days:
            self._change(school_class, monday, days, week)
        return {day: tuple(lessons) for day, lessons in week.items()}

    def _change(
        self, school_class: SchoolClass, monday: date, days: list[date], week: dict[date, list[Held]]
    ) -> None:
        """One substitution; the last lesson of another day cancelled (of the same day in a short week)."""
        rng = random.Random(f"librus-simulator week {self._seed} {school_class.id} {monday.isoformat()}")
        picked = rng.sample(days, min(2, len(days)))
        first, last = picked[0], picked[-1]
        whole = [index for index, held in enumerate(week[first]) if held.lesson.group is None]
        if not whole:
            return
        index = rng.choice(whole[:-1] or whole)
        held = week[first][index]
        others = [one for one in self._school.teachers if one != held.lesson.teacher]
        week[first][index] = Held(
            held.day, held.number, held.entry_id, held.lesson, "substitution", rng.choice(others)
        )
        number = max(held.number for held in week[last])
        week[last] = [
            Held(held.day, held.number, held.entry_id, held.lesson, "cancelled")
            if held.number == number and held.change == "none"
            else held
            for held in week[last]
        ]


def in_group(child: Child, lesson: Lesson) -> bool:
    """Whether the child attends this lesson of its class."""
    if lesson.group is None:
        return True
    if lesson.subject.short == "wf":
        return lesson.group == (0 if child.girl else 1)
    return lesson.group == child.register_number % 2
