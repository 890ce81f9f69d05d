"""What the school writes fits the day, the mark and the age of the child."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import pytest

from librus_sdk.simulator._curriculum import GRADE_COMMENTS
from librus_sdk.simulator._notices import notices
from librus_sdk.simulator._world import World, build_world

SEEDS: Final = range(4)
SUMMER: Final = date(2027, 7, 15)
CLOSING: Final = ("IsSemesterProposition", "IsSemester", "IsFinalProposition", "IsFinal")


@pytest.fixture(params=SEEDS)
def world(request: pytest.FixtureRequest) -> World:
    return build_world(request.param, 3, SUMMER)


def rows(world: World, path: str, child: int = 0) -> tuple[dict[str, Any], ...]:
    return world.tables(world.school.children[child])[path].rows


def lesson_days(world: World, child: int) -> dict[int, set[str]]:
    """The days on which the child has each of its lessons."""
    days: dict[int, set[str]] = {}
    for day in world.year.school_days(world.year.start, world.year.end):
        for held in world.planner.attended(world.school.children[child], day):
            days.setdefault(held.lesson.id, set()).add(day.isoformat())
    return days


@pytest.mark.parametrize("child", range(3))
def test_closing_marks_are_given_in_lessons_of_their_subject(world: World, child: int) -> None:
    days = lesson_days(world, child)
    closing: dict[tuple[int, str], str] = {}
    for row in rows(world, "Grades", child):
        for kind in CLOSING:
            if row[kind]:
                assert row["Date"] in days[row["Lesson"]["Id"]]
                assert (row["Lesson"]["Id"], kind) not in closing
                closing[row["Lesson"]["Id"], kind] = row["Date"]
    assert {kind for _, kind in closing} == set(CLOSING)
    for (lesson, kind), day in closing.items():
        if kind.endswith("Proposition"):
            assert day < closing[lesson, kind.removesuffix("Proposition")]


@pytest.mark.parametrize("child", range(3))
def test_behaviour_and_descriptions_are_given_on_days_with_lessons(world: World, child: int) -> None:
    days = set().union(*lesson_days(world, child).values())
    behaviour = rows(world, "BehaviourGrades", child)
    assert [(row["Semester"], bool(row["IsProposal"])) for row in behaviour] == [
        (1, True), (1, False), (2, True), (2, False),
    ]  # fmt: skip
    assert {row["AddDate"][:10] for row in behaviour} <= days
    for path in ("DescriptiveGrades/Text", "DescriptiveTextGrades"):
        assert {row["Date"] for row in rows(world, path, child)} <= days


@pytest.mark.parametrize("today", [date(2026, 9, 1), date(2026, 11, 23), date(2027, 3, 10)])
def test_changes_are_known_some_weeks_ahead(today: date) -> None:
    """Who is away, and what is changed for it, in the list and in the timetable."""
    world = build_world(7, 3, today)
    last = today + timedelta(days=27)
    away = [row["DateTo"] for row in rows(world, "Calendars/TeacherFreeDays")]
    assert today.isoformat() < max(away) <= last.isoformat()
    for item in world.school.classes:
        assert max(held.day for held in world.planner.changes(item)) <= last


def test_one_or_two_announcements_are_new_on_a_day_of_school() -> None:
    world = build_world(7, 3, SUMMER)
    year = world.year
    seen = []
    for day in year.school_days(year.start, year.end):
        board = list(notices(7, world.school, year, day))
        assert all(row["StartDate"] <= day.isoformat() for row in board)
        assert [row["StartDate"] for row in board] == sorted(row["StartDate"] for row in board)
        assert not board[-1]["WasRead"]
        assert all(row["WasRead"] for row in board[:-2])
        seen.append(sum(not row["WasRead"] and row["EndDate"] >= day.isoformat() for row in board))
    assert set(seen) <= {0, 1, 2}
    assert sum(count > 0 for count in seen) > 0.95 * len(seen)
    board = list(notices(7, world.school, year, SUMMER))
    assert len(board) == len({row["Id"] for row in board}) == len({row["Subject"] for row in board})
    assert len(board) >= 20


def _fitting(mark: str) -> tuple[str, ...]:
    good, middling, bad = GRADE_COMMENTS
    if mark in ("3+", "4-", "4"):
        return middling
    return good if mark[0] >= "4" else bad


def test_comments_fit_what_they_are_about(world: World) -> None:
    for child in range(3):
        texts = {row["Id"]: row["Text"] for row in rows(world, "Grades/Comments", child)}
        for row in rows(world, "Grades", child):
            for comment in row.get("Comments", ()):
                text = texts[comment["Id"] if isinstance(comment, dict) else comment]
                assert text in _fitting(row["Grade"])
        said = {row["Id"]: row["Text"] for row in rows(world, "BehaviourGrades/Points/Comments", child)}
        kinds = {row["Id"]: row for row in rows(world, "BehaviourGrades/Points/Categories", child)}
        before: list[int] = []
        for row in rows(world, "BehaviourGrades/Points", child):
            kind = row["Category"]["Id"]
            for comment in row.get("Comments", ()):
                text = said[comment["Id"] if isinstance(comment, dict) else comment]
                if text == "To już drugi raz.":
                    assert before.count(kind) == 1
                    assert kinds[kind]["ValueTo"] < 0
                assert text != "Gratulacje!" or kinds[kind]["ValueFrom"] > 0
            before.append(kind)


def test_homework_fits_the_age(world: World) -> None:
    wanted: dict[bool, str] = {}
    for place, child in enumerate(world.school.children):
        young = child.school_class.level <= 2
        for row in rows(world, "HomeWorkAssignments", place):
            wanted[young] = wanted.get(young, "") + row["Topic"] + row["Text"]
    assert "slajdów" in wanted[False]
    assert "Narysuj" in wanted[True]
    for word in ("slajdów", "Prezentacja", "Notatka", "sprawdzianem"):
        assert word not in wanted[True]
