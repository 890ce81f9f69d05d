"""The days, and hours, on which a single class has no lessons."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ._school import SchoolClass
from ._year import SchoolYear

__all__ = ["CLASS_FREE_KINDS", "ClassFree", "class_free"]

CLASS_FREE_KINDS: Final = ("Biwak klasowy", "Warsztaty w muzeum", "Zielona szkoła")
_CAMP, _WORKSHOP, _GREEN_SCHOOL = range(len(CLASS_FREE_KINDS))


@dataclass(frozen=True, slots=True)
class ClassFree:
    """A range of days a class is free on, both ends included; with ``hours``, only those lesson numbers."""

    class_id: int
    kind: int
    first: date
    last: date
    hours: tuple[int, int] | None = None

    def covers(self, day: date, number: int) -> bool:
        """Whether the lesson with that number is dropped."""
        inside = self.first <= day <= self.last
        return inside and (self.hours is None or self.hours[0] <= number <= self.hours[1])


def class_free(seed: int, item: SchoolClass, year: SchoolYear) -> tuple[ClassFree, ...]:
    """The class's free days of the year: a day in autumn, some hours in spring, two days in June."""
    rng = random.Random(f"librus-simulator class free {seed} {item.id}")

    def between(first: date, last: date) -> date:
        return rng.choice(list(year.school_days(first, last)))

    # After the autumn trip, which is over by the middle of October.
    camp = between(year.start + timedelta(days=50), year.start + timedelta(days=80))
    workshop = between(year.start + timedelta(days=200), year.start + timedelta(days=225))
    green = between(year.end - timedelta(days=20), year.end - timedelta(days=13))
    return (
        ClassFree(item.id, _CAMP, camp, camp),
        ClassFree(item.id, _WORKSHOP, workshop, workshop, (1, 3)),
        ClassFree(item.id, _GREEN_SCHOOL, green, green + timedelta(days=1)),
    )
