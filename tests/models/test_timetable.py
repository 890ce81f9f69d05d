"""Timetables: days, slots, lessons, and what is changed about a lesson."""

from __future__ import annotations

import json
import pickle
from datetime import date, time
from typing import Any

import pytest

from librus_sdk.endpoints._timetable import timetable
from librus_sdk.errors import (
    FeatureUnavailableError,
    LibrusResponseValidationError,
    LibrusSchemaWarning,
)
from librus_sdk.models import Timetable, TimetableLesson
from tests.models.samples import MARKER, answer, everything_shown, fixture

MONDAY, TUESDAY = date(2026, 9, 14), date(2026, 9, 15)


def read(days: object, *, strict: bool = True) -> Timetable:
    return timetable()(answer(Timetable=days), "Timetables", strict)


@pytest.fixture
def week() -> Timetable:
    return timetable()(fixture("Timetables", "week_with_changes"), "Timetables", True)


def test_days_slots_and_lessons(week: Timetable) -> None:
    assert list(week.days) == [MONDAY, TUESDAY, date(2026, 9, 16), date(2026, 9, 17)]
    assert [len(slot) for slot in week.days[MONDAY]] == [0, 1, 2, 1, 1]
    assert [len(slot) for slot in week.days[TUESDAY]] == [0, 1]
    assert week.days[date(2026, 9, 16)] == week.days[date(2026, 9, 17)] == ()
    assert [(lesson.day, lesson.slot) for lesson in week.lessons] == [
        (MONDAY, 1),
        (MONDAY, 2),
        (MONDAY, 2),
        (MONDAY, 3),
        (MONDAY, 4),
        (TUESDAY, 1),
    ]
    assert list(week) == list(week.lessons)
    assert week.rejected == ()


def test_what_happens_to_each_lesson(week: Timetable) -> None:
    kinds = [lesson.kind for lesson in week.lessons]
    assert kinds == ["normal", "cancelled", "normal", "substitution", "moved_away", "moved_here"]


def test_the_fields_of_a_lesson(week: Timetable) -> None:
    maths, english, other, substituted, moved, _ = week.lessons
    assert maths.lesson is not None
    assert maths.subject is not None
    assert maths.teacher is not None
    assert maths.classroom is not None
    assert (maths.lesson.id, maths.subject.id, maths.subject.label) == ("31", "41", "Matematyka")
    assert (maths.teacher.label, maths.classroom.label) == ("Bożena Wymyślona", "Sala 9")
    assert (maths.lesson_no, maths.day_no, maths.hour_from, maths.hour_to) == (1, 1, time(8), time(8, 45))
    assert english.virtual_class is not None
    assert english.subject is not None
    assert (english.virtual_class.id, english.virtual_class_name, english.subject.id) == ("5", "ang 1", None)
    assert (other.hour_from, other.hour_to) == (time(8, 55), None)
    assert substituted.org_teacher is not None
    assert (moved.new_date, moved.new_lesson_no, moved.new_hour_from) == (TUESDAY, 1, time(8))


@pytest.mark.parametrize(
    ("lesson", "kind"),
    [
        ({}, "normal"),
        ({"is_canceled": True}, "cancelled"),
        ({"is_canceled": True, "is_substitution_class": True}, "moved_away"),
        ({"is_substitution_class": True}, "substitution"),
        ({"is_substitution_class": True, "org_date": MONDAY, "org_lesson_no": 2}, "substitution"),
        ({"is_substitution_class": True, "org_date": TUESDAY, "org_lesson_no": 2}, "moved_here"),
        ({"is_substitution_class": True, "org_date": MONDAY, "org_lesson_no": 5}, "moved_here"),
        ({"is_substitution_class": True, "org_lesson_no": 4, "lesson_no": None, "slot": 4}, "substitution"),
        ({"is_substitution_class": True, "org_lesson_no": 0, "lesson_no": None, "slot": 4}, "moved_here"),
    ],
)
def test_kinds(lesson: dict[str, Any], kind: str) -> None:
    fields: dict[str, Any] = {"day": MONDAY, "slot": 2, "lesson_no": 2} | lesson
    assert TimetableLesson(**fields).kind == kind


def test_the_two_fields_of_the_timetable_are_not_on_the_wire() -> None:
    (lesson,) = read({"2026-09-14": [[{"Day": "x", "Slot": 7, "day": "x", "slot": "x"}]]}).lessons
    assert (lesson.day, lesson.slot) == (MONDAY, 0)


def test_days_are_in_order_whatever_the_order_sent() -> None:
    assert list(read({"2026-09-15": [], "2026-09-14": []}).days) == [MONDAY, TUESDAY]


def test_a_key_that_is_no_day_among_good_lessons() -> None:
    with pytest.warns(LibrusSchemaWarning):
        week = read({MARKER: [[{"LessonNo": 1}]], "2026-09-14": [[{"LessonNo": 2}]]}, strict=False)
    assert [lesson.lesson_no for lesson in week.lessons] == [2]
    assert [row.path for row in week.rejected] == ["$.Timetable[...]"]


@pytest.mark.parametrize("nothing", [{}, []])
def test_an_empty_timetable(nothing: object) -> None:
    assert read(nothing).days == {}


def test_what_is_odd_is_set_aside_and_the_rest_kept() -> None:
    days = {
        "2026-09-14": [
            [{"LessonNo": 1}, {"Lesson": {"Url": MARKER}}, {"LessonNo": 1}],
            MARKER,
            [MARKER, {"LessonNo": 3}],
        ],
        "2026-09-15": {"0": MARKER},
        MARKER: [[{"LessonNo": 1}]],
        "2026-02-30": [],
        "2026-09-16": [[{"LessonNo": 5}]],
    }
    with pytest.warns(LibrusSchemaWarning, match=r"^Timetables: Librus sent 6 rows") as caught:
        week = read(days, strict=False)
    assert [(lesson.day.day, lesson.slot, lesson.lesson_no) for lesson in week.lessons] == [
        (14, 0, 1),
        (14, 0, 1),
        (14, 2, 3),
        (16, 0, 5),
    ]
    assert [(row.path, row.reason) for row in week.rejected] == [
        ('$.Timetable["2026-09-14"][0][1].Lesson', "Object missing required field `Id`"),
        ('$.Timetable["2026-09-14"][1]', "Expected `array | null`, got `str`"),
        ('$.Timetable["2026-09-14"][2][0]', "Expected `object`, got `str`"),
        ('$.Timetable["2026-09-15"]', "Expected `array | null`, got `object`"),
        ("$.Timetable[...]", "Expected a key `YYYY-MM-DD`"),
        ("$.Timetable[...]", "Expected a key `YYYY-MM-DD`"),
    ]
    assert [json.loads(row.raw) for row in week.rejected[3:]] == [{"0": MARKER}, [[{"LessonNo": 1}]], []]
    assert MARKER not in repr(week) + repr(week.rejected) + str(caught[0].message)
    assert repr(week) == "<Timetable: 3 days, 4 lessons, 6 rejected>"


def test_strict_raises_instead() -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        read({"2026-09-14": [[{"Lesson": MARKER}]] * 5})
    issues = refused.value.details["issues"]
    assert issues[0] == '$.Timetable["2026-09-14"][0][0].Lesson: Expected `object | null`, got `str`'
    assert len(issues) == 3
    assert MARKER not in everything_shown(refused.value)


@pytest.mark.parametrize("odd", [5, "x", [[]], [1], True])
def test_a_timetable_that_is_none(odd: object) -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        read(odd)
    assert refused.value.details["endpoint"] == "Timetables"
    (issue,) = refused.value.details["issues"]
    assert issue.startswith("$.Timetable: Expected `object`, got ")


def test_null_or_switched_off() -> None:
    with pytest.raises(LibrusResponseValidationError):
        read(None)
    with pytest.raises(FeatureUnavailableError):
        timetable()(answer(Status="Disabled"), "Timetables", False)


def test_it_compares_hashes_and_pickles(week: Timetable) -> None:
    again = timetable()(fixture("Timetables", "week_with_changes"), "Timetables", True)
    assert again == week
    assert hash(again) == hash(week)
    assert week != read({})
    assert week != "week"
    twin = pickle.loads(pickle.dumps(week))
    assert twin == week
    assert (twin.raw, twin.rejected) == (week.raw, week.rejected)
    assert repr(week) == "<Timetable: 4 days, 6 lessons>"
    assert repr(read({"2026-09-14": [[{}]]})) == "<Timetable: 1 day, 1 lesson>"


def test_its_days_cannot_be_changed(week: Timetable) -> None:
    with pytest.raises(TypeError):
        week.days[MONDAY] = ()  # type: ignore[index]
