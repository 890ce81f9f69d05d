"""No teacher and no room is in use twice at once: in the standing plan, and after its changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from librus_sdk.simulator._plan import Held, Planner
from librus_sdk.simulator._school import School, build_school
from librus_sdk.simulator._year import SchoolYear, school_year

SEEDS = range(1, 31)
YEAR = school_year(date(2026, 3, 11))


def held_lessons(school: School, planner: Planner, first: date, last: date) -> Iterator[Held]:
    for day in YEAR.school_days(first, last):
        for item in school.classes:
            yield from (held for held in planner.day(item, day) if held.takes_place)


def used(held: Held) -> tuple[tuple[object, date, int], tuple[object, date, int]]:
    return (held.teacher.id, held.day, held.number), (held.room or held.lesson.room, held.day, held.number)


@pytest.mark.parametrize("children", range(1, 9))
def test_in_the_standing_plan(children: int) -> None:
    for seed in SEEDS:
        school = build_school(seed, children)
        places = [
            (one, place.weekday, place.number)
            for item in school.classes
            for place in item.plan
            for _, lesson in place.entries
            for one in (lesson.teacher.id, lesson.room)
        ]
        assert len(places) == len(set(places)), seed
        assert {room for room, _, _ in places if isinstance(room, str)} <= school.rooms.keys()


@pytest.mark.parametrize("children", range(1, 9))
def test_in_the_weeks_as_they_are_held(children: int) -> None:
    changes: set[str] = set()
    for seed in SEEDS:
        school = build_school(seed, children)
        planner = Planner(seed, school, YEAR)
        lessons = list(held_lessons(school, planner, YEAR.start, YEAR.start + timedelta(weeks=9)))
        places = [place for held in lessons for place in used(held)]
        assert len(places) == len(set(places)), seed
        changes |= {held.change for held in lessons}
    assert changes == {"none", "substitution", "room", "moved_here"}


def test_in_a_whole_year_of_the_largest_family() -> None:
    for seed in (1, 2, 3):
        school = build_school(seed, 8)
        lessons = list(held_lessons(school, Planner(seed, school, YEAR), YEAR.start, YEAR.end))
        places = [place for held in lessons for place in used(held)]
        assert len(places) == len(set(places))


def test_a_week_is_the_same_in_whatever_order_weeks_are_asked_for() -> None:
    school = build_school(5, 8)

    def year(planner: Planner, asked: SchoolYear, *, backwards: bool) -> list[tuple[Held, ...]]:
        days = sorted(asked.school_days(asked.start, asked.end), reverse=backwards)
        answers = {(item.id, day): planner.day(item, day) for day in days for item in school.classes}
        return [answers[key] for key in sorted(answers)]

    forth = year(Planner(5, school, YEAR), YEAR, backwards=False)
    assert forth == year(Planner(5, school, YEAR), YEAR, backwards=True)


def test_every_kind_of_mark_is_in_the_usual_family() -> None:
    for seed in SEEDS:
        eldest, middle, youngest = build_school(seed, 3).children
        assert eldest.school_class.level in (7, 8)
        assert middle.school_class.level in (4, 5, 6)
        assert youngest.school_class.level == 2
        assert eldest.girl != middle.girl


def test_a_family_is_found_for_every_seed() -> None:
    for seed in range(120):
        assert len(build_school(seed, 8).classes) == 8
