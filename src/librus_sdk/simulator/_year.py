"""The school year around a day: when there is school, when not, and which semester it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["WARSAW", "FreeDays", "SchoolYear", "easter", "school_year"]

WARSAW: Final = ZoneInfo("Europe/Warsaw")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FreeDays:
    """A named range of days without lessons, both ends included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """One school year of the invented school.

    Attributes:
        start: the first day of school.
        end_first_semester: the last day of semester 1.
        end: the last day of school, a Friday in June.
        free: the ranges without lessons, in order.
        closed: every single day of those ranges.
    """

    start: date
    end_first_semester: date
    end: date
    free: tuple[FreeDays, ...]
    closed: frozenset[date]

    def is_school_day(self, day: date) -> bool:
        """Whether lessons are held that day."""
        return self.start <= day <= self.end and day.weekday() < 5 and day not in self.closed

    def school_days(self, first: date, last: date) -> Iterator[date]:
        """Yield the days with lessons in the range, both ends included."""
        day = max(first, self.start)
        last = min(last, self.end)
        while day <= last:
            if day.weekday() < 5 and day not in self.closed:
                yield day
            day += DAY

    def next_school_day(self, day: date) -> date | None:
        """The day itself when it has lessons, else the next one that does; None when the year is over."""
        return next(self.school_days(day, self.end), None)

    def semester(self, day: date) -> int:
        """1 or 2."""
        return 1 if day <= self.end_first_semester else 2


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Gauss's method with the usual corrections)."""
    golden = year % 19
    century = year // 100
    moon = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon -= (moon // 28) * (1 - (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=16)
def school_year(today: date) -> SchoolYear:
    """Return the school year the day belongs to; July and August belong to the year that has just ended."""
    first = today.year if today.month >= 9 else today.year - 1
    start = date(first, 9, 1)
    while start.weekday() >= 5:
        start += DAY
    end = date(first + 1, 6, 27)
    while end.weekday() != 4:
        end -= DAY
    sunday = easter(first + 1)
    corpus_christi = sunday + timedelta(days=60)
    winter = _monday(date(first + 1, 2, 2))
    free = (
        FreeDays("Wszystkich Świętych", date(first, 11, 1), date(first, 11, 1)),
        FreeDays("Narodowe Święto Niepodległości", date(first, 11, 11), date(first, 11, 11)),
        FreeDays("Zimowa przerwa świąteczna", date(first, 12, 23), date(first, 12, 31)),
        FreeDays("Nowy Rok", date(first + 1, 1, 1), date(first + 1, 1, 1)),
        FreeDays("Święto Trzech Króli", date(first + 1, 1, 6), date(first + 1, 1, 6)),
        FreeDays("Ferie zimowe", winter, winter + timedelta(days=13)),
        FreeDays("Wiosenna przerwa świąteczna", sunday - timedelta(days=3), sunday + timedelta(days=2)),
        FreeDays("Święto Pracy", date(first + 1, 5, 1), date(first + 1, 5, 1)),
        FreeDays("Święto Konstytucji 3 Maja", date(first + 1, 5, 3), date(first + 1, 5, 3)),
        FreeDays("Boże Ciało", corpus_christi, corpus_christi),
        FreeDays("Dzień wolny dyrektorski", corpus_christi + DAY, corpus_christi + DAY),
    )
    closed = frozenset(
        item.first + timedelta(days=n) for item in free for n in range((item.last - item.first).days + 1)
    )
    # Schools close the first semester shortly before the winter break.
    end_first = winter - timedelta(days=17)
    return SchoolYear(start, end_first, end, free, closed)
