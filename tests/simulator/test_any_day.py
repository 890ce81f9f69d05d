"""Whatever day it has there, the simulated school tells one story about what has happened by then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from librus_sdk.simulator import Simulator
from librus_sdk.simulator._world import World, build_world
from tests.simulator.steps import Browser

DAYS = {
    "last day of August": date(2026, 8, 31),
    "first day of school": date(2026, 9, 1),
    "clocks go back": date(2026, 10, 25),
    "Christmas": date(2026, 12, 25),
    "New Year": date(2027, 1, 1),
    "winter holidays": date(2027, 2, 3),
    "clocks go forward": date(2027, 3, 28),
    "24 June": date(2027, 6, 24),
    "last day of school": date(2027, 6, 25),
    "July": date(2027, 7, 15),
    "leap day": date(2028, 2, 29),
}
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture(params=DAYS, ids=str)
def world(request: pytest.FixtureRequest) -> World:
    return build_world(7, 3, DAYS[request.param])


def rows(world: World, path: str, child: int) -> tuple[dict[str, Any], ...]:
    return world.tables(world.school.children[child])[path].rows


def attended(world: World, child: int) -> set[tuple[str, int, int, int]]:
    """Day, number, subject and teacher of every lesson of the year."""
    one = world.school.children[child]
    return {
        (day.isoformat(), held.number, held.lesson.subject_id, held.lesson.teacher.id)
        for day in world.year.school_days(world.year.start, world.year.end)
        for held in world.planner.attended(one, day)
    }


def test_it_is_the_school_year_of_that_day(world: World) -> None:
    first = world.today.year if world.today.month >= 9 else world.today.year - 1
    assert (world.year.start.year, world.year.end.year) == (first, first + 1)
    assert world.year.start <= world.today


@pytest.mark.parametrize("child", range(3))
def test_tests_stand_at_lessons_of_their_subject(world: World, child: int) -> None:
    lessons = attended(world, child)
    tests = [row for row in rows(world, "HomeWorks", child) if row["LessonNo"] is not None]
    assert tests
    for row in tests:
        place = (row["Date"], int(row["LessonNo"]), row["Subject"]["Id"], row["CreatedBy"]["Id"])
        assert place in lessons


@pytest.mark.parametrize("child", range(3))
def test_marks_name_the_subject_and_the_teacher_of_their_lesson(world: World, child: int) -> None:
    lessons = {row["Id"]: row for row in rows(world, "Lessons", child)}
    begun = (world.today - world.year.start).days > 30
    for path in ("Grades", "PointGrades", "TextGrades", "DescriptiveGrades", "DescriptiveGrades/Text"):
        marks = rows(world, path, child)
        assert marks or path != "Grades" or not begun
        for row in marks:
            lesson = lessons[row["Lesson"]["Id"]]
            assert (row["Subject"], row["AddedBy"]) == (lesson["Subject"], lesson["Teacher"])


@pytest.mark.parametrize("child", range(3))
def test_nothing_has_happened_that_is_still_to_come(world: World, child: int) -> None:
    today = world.today.isoformat()
    for path in ("Attendances", "Realizations", "Notes"):
        assert all(row["Date"] < today for row in rows(world, path, child))
    for path in ("Grades", "BehaviourGrades", "PointGrades", "TextGrades", "DescriptiveGrades"):
        assert all(row["AddDate"][:10] <= today for row in rows(world, path, child))
    for row in rows(world, "Messages", child):
        number = int(row["SendDate"])
        sent = datetime.fromtimestamp(number / 1000 if number > 10**11 else number, WARSAW)
        assert world.year.start <= sent.date() <= world.today
        assert 7 <= sent.hour < 20
    assert all(row["Date"] >= today for row in rows(world, "PlannedLessons", child))


@pytest.mark.parametrize("child", range(3))
def test_an_absence_a_week_old_is_justified(world: World, child: int) -> None:
    """But for single lessons missed, which nobody excuses: those stay as they are."""
    absences = [row for row in rows(world, "Attendances", child) if row["Type"]["Id"] in (1, 3)]
    excused = {ref["Id"] for row in rows(world, "Justifications", child) for ref in row["justifiedAbsences"]}
    assert excused == {row["Id"] for row in absences if row["Type"]["Id"] == 3}
    old = [row for row in absences if row["Date"] < (world.today - timedelta(days=7)).isoformat()]
    whole_days = [day for day in {row["Date"] for row in old} if sum(row["Date"] == day for row in old) > 3]
    assert all(row["Id"] in excused for row in old if row["Date"] in whole_days)


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
def test_it_is_served(day: date) -> None:
    with Simulator(today=day) as sim, Browser(sim) as browser:
        assert browser.data("SystemData")["Date"] == day.isoformat()
        monday = day - timedelta(days=day.weekday())
        week = browser.data("Timetables")["Timetable"]
        assert list(week) == [(monday + timedelta(days=number)).isoformat() for number in range(7)]
        assert browser.data(f"Timetables?day={day}")["Timetable"] == {str(day): week[str(day)]}
        lucky = browser.data("LuckyNumbers")["LuckyNumber"]
        over = day > date(day.year, 6, 25) and day.month in (6, 7, 8)
        assert (lucky["LuckyNumber"] is None) == over
