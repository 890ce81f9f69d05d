"""The week as it is held: the standing plan with free days, substitutions, moved and cancelled lessons."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from ._curriculum import BELL
from ._free import class_free
from ._school import Child, Lesson, Person, School, SchoolClass
from ._year import SchoolYear

__all__ = ["KNOWN_AHEAD", "Held", "Planner", "in_group"]

Change = Literal["none", "substitution", "room", "moved_away", "moved_here", "cancelled"]
_DROPPED: Final = frozenset({"cancelled", "moved_away"})
# Every week has a teacher replaced and a lesson cancelled; of four weeks one has a room changed, one a lesson
# moved to another day.
_ROOM_WEEK, _MOVE_WEEK, _PERIOD = 0, 2, 4
KNOWN_AHEAD: Final = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Held:
    """One lesson in one slot of one day; a split class has two of them in the slot.

    Attributes:
        substitute: who stands in for the teacher.
        room: symbol of the room, when it is another one than usual.
        other: day and number of the other end of a move.
        change_id: the id of the substitution; both ends of a move share it.
    """

    day: date
    number: int
    entry_id: int
    lesson: Lesson
    change: Change = "none"
    substitute: Person | None = None
    room: str | None = None
    other: tuple[date, int] | None = None
    change_id: int | None = None

    @property
    def takes_place(self) -> bool:
        """Whether the lesson is held here: it is neither cancelled nor moved away."""
        return self.change not in _DROPPED

    @property
    def teacher(self) -> Person:
        """Who teaches it that day."""
        return self.substitute or self.lesson.teacher


_Week = dict[date, list[Held]]


class _Hours:
    """Who and which room is free in the hours of one week: teachers by their ids, rooms by their symbols.

    What has a lesson in the standing plan counts as taken, also when that is cancelled or moved.
    """

    def __init__(self, standing: frozenset[tuple[int | str, int, int]]) -> None:
        self._standing = standing
        self._taken: set[tuple[int | str, date, int]] = set()

    def free(self, day: date, number: int, *what: int | str) -> bool:
        """Whether all of them are free then."""
        return not any(
            (one, day.weekday(), number) in self._standing or (one, day, number) in self._taken
            for one in what
        )

    def take(self, day: date, number: int, *what: int | str) -> None:
        """Let them be taken then."""
        self._taken.update((one, day, number) for one in what)


class Planner:
    """Answers what happens on a day. Changes are drawn from the seed and the week alone.

    A week is planned for all classes at once, in their order: none of its changes may take a teacher or a
    room that another class has in that hour. Weeks that begin after ``known_until`` have no changes yet.
    """

    def __init__(self, seed: int, school: School, year: SchoolYear, known_until: date = date.max) -> None:
        self._seed = seed
        self._school = school
        self._year = year
        self._known_until = known_until
        self._weeks: dict[date, dict[int, dict[date, tuple[Held, ...]]]] = {}
        self._by_day = {
            (item.id, weekday): tuple(place for place in item.plan if place.weekday == weekday)
            for item in school.classes
            for weekday in range(5)
        }
        self._standing = frozenset(
            (one, place.weekday, place.number)
            for item in school.classes
            for place in item.plan
            for _, lesson in place.entries
            for one in (lesson.teacher.id, lesson.room)
        )
        self._first_change = 1_000_000 + random.Random(f"librus-simulator changes {seed}").randrange(900_000)
        self._free = {item.id: class_free(seed, item, year) for item in school.classes}

    def day(self, school_class: SchoolClass, day: date) -> tuple[Held, ...]:
        """Every lesson of the class that day, in order; both halves of a split slot."""
        monday = day - timedelta(days=day.weekday())
        if monday not in self._weeks:
            # Simulators of one process share the world: two threads may do this at once, with one result.
            hours = _Hours(self._standing)
            self._weeks[monday] = {item.id: self._week(item, monday, hours) for item in self._school.classes}
        return self._weeks[monday][school_class.id].get(day, ())

    def attended(self, child: Child, day: date) -> list[Held]:
        """The lessons the child is expected at: its own half of a split slot, none that was cancelled."""
        return [
            held
            for held in self.day(child.school_class, day)
            if held.takes_place and in_group(child, held.lesson)
        ]

    def last_day(self, child: Child, day: date, lesson: Lesson | None = None) -> date | None:
        """The last day up to that one on which the child has lessons, or that lesson of its class."""
        while day >= self._year.start:
            held = self.attended(child, day)
            if any(lesson is None or one.lesson.id == lesson.id for one in held):
                return day
            day -= timedelta(days=1)
        return None

    def changes(self, school_class: SchoolClass) -> list[Held]:
        """What is known to differ from the standing plan in the year; of a move, the end it moved to."""
        return [
            held
            for day in self._year.school_days(self._year.start, self._year.end)
            for held in self.day(school_class, day)
            if held.change not in ("none", "moved_away")
        ]

    def _week(self, school_class: SchoolClass, monday: date, hours: _Hours) -> dict[date, tuple[Held, ...]]:
        free = self._free[school_class.id]
        week: _Week = {
            day: [
                Held(day, place.number, entry, lesson)
                for place in self._by_day[school_class.id, day.weekday()]
                for entry, lesson in place.entries
                if not any(item.covers(day, place.number) for item in free)
            ]
            for day in self._year.school_days(monday, monday + timedelta(days=4))
        }
        held = {day: lessons for day, lessons in week.items() if lessons}
        if held and monday <= self._known_until:
            self._change(school_class, monday, held, hours)
        return {day: tuple(held.get(day, ())) for day in week}

    def _change(self, school_class: SchoolClass, monday: date, week: _Week, hours: _Hours) -> None:
        """One substitution; the last lesson of another day cancelled (of the same day in a short week)."""
        rng = random.Random(f"librus-simulator week {self._seed} {school_class.id} {monday.isoformat()}")
        days = list(week)
        picked = rng.sample(days, min(2, len(days)))
        first, last = picked[0], picked[-1]
        whole = _unchanged(week[first])
        if whole:
            index = rng.choice(whole[:-1] or whole)
            held = week[first][index]
            free = [one for one in self._school.teachers if hours.free(held.day, held.number, one.id)]
            substitute = rng.choice(free)
            hours.take(held.day, held.number, substitute.id)
            self._put(week[first], index, school_class, "substitution", substitute=substitute)
        number = max(held.number for held in week[last])
        for index, held in enumerate(week[last]):
            if held.number == number and held.change == "none":
                self._put(week[last], index, school_class, "cancelled")
        # Classes take turns.
        turn = ((monday - self._year.start).days // 7 + self._school.classes.index(school_class)) % _PERIOD
        if turn == _ROOM_WEEK:
            self._change_room(rng, school_class, week, hours)
        elif turn == _MOVE_WEEK:
            self._move(rng, school_class, week, hours)

    def _change_room(self, rng: random.Random, school_class: SchoolClass, week: _Week, hours: _Hours) -> None:
        day = rng.choice(list(week))
        whole = _unchanged(week[day])
        if whole:
            index = rng.choice(whole)
            number = week[day][index].number
            room = rng.choice([symbol for symbol in self._school.rooms if hours.free(day, number, symbol)])
            hours.take(day, number, room)
            self._put(week[day], index, school_class, "room", room=room)

    def _move(self, rng: random.Random, school_class: SchoolClass, week: _Week, hours: _Hours) -> None:
        """Move a lesson behind the last one of another day on which its teacher and its room are free."""
        ways = [
            (day, index, target, number)
            for day, lessons in week.items()
            for index in _unchanged(lessons)[-1:]
            for target in week
            if target != day
            and (number := max(held.number for held in week[target]) + 1) < len(BELL)
            and not any(held.change == "cancelled" for held in week[target])
            and hours.free(target, number, lessons[index].lesson.teacher.id, lessons[index].lesson.room)
        ]
        if not ways:
            return
        day, index, target, number = rng.choice(ways)
        was = week[day][index]
        self._put(week[day], index, school_class, "moved_away", other=(target, number))
        moved = replace(
            week[day][index], day=target, number=number, change="moved_here", other=(day, was.number)
        )
        week[target].append(moved)
        hours.take(target, number, was.lesson.teacher.id, was.lesson.room)

    def _put(
        self,
        lessons: list[Held],
        index: int,
        school_class: SchoolClass,
        change: Change,
        *,
        substitute: Person | None = None,
        room: str | None = None,
        other: tuple[date, int] | None = None,
    ) -> None:
        held = lessons[index]
        place = (held.day - self._year.start).days * len(self._school.classes)
        place += self._school.classes.index(school_class)
        # A lesson number and a half of a split class: no two changes of the year share an id.
        change_id = self._first_change + (place * len(BELL) + held.number) * 2 + (held.lesson.group or 0)
        lessons[index] = replace(
            held, change=change, substitute=substitute, room=room, other=other, change_id=change_id
        )


def _unchanged(lessons: list[Held]) -> list[int]:
    """Where the lessons of the whole class are that nothing has happened to yet."""
    return [
        index for index, held in enumerate(lessons) if held.lesson.group is None and held.change == "none"
    ]


def in_group(child: Child, lesson: Lesson) -> bool:
    """Whether the child attends this lesson of its class."""
    if lesson.group is None:
        return True
    if lesson.subject.short == "wf":
        return lesson.group == (0 if child.girl else 1)
    return lesson.group == child.register_number % 2
