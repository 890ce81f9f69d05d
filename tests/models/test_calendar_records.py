"""Free days, substitutions, groups and lessons against answers as Librus sends them."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import msgspec
import pytest

from librus_sdk.endpoints import one, rows
from librus_sdk.models import (
    AttendanceType,
    Calendar,
    ClassFreeDay,
    ClassFreeDayType,
    Embedded,
    Lesson,
    PlannedLesson,
    Realization,
    Rows,
    SchoolFreeDay,
    Substitution,
    TeacherFreeDay,
    VirtualClass,
)
from tests.models.samples import answer, ref

OPTIONAL = (Calendar, ClassFreeDay, ClassFreeDayType, SchoolFreeDay, TeacherFreeDay, VirtualClass)
ONLY_ID = (Lesson, PlannedLesson, Realization, Substitution)


def read_rows(wrapper: str, kind: Any, *sent: dict[str, Any]) -> Rows[Any]:
    return rows(wrapper, kind)(answer(**{wrapper: list(sent)}), wrapper, True)


@pytest.mark.parametrize("kind", OPTIONAL + ONLY_ID)
def test_what_may_be_missing_or_null(kind: type[msgspec.Struct]) -> None:
    fields = msgspec.structs.fields(kind)
    assert [field.name for field in fields if field.required] == (["id"] if kind in ONLY_ID else [])
    nulls = {field.encode_name: None for field in fields} | {"Id": "t1"}
    missing, null, number = read_rows("Rows", kind, {"Id": "t1"}, nulls, {"Id": 1})
    assert missing == null
    assert (missing.id, number.id) == ("t1", "1")


def test_free_days() -> None:
    whole, part = read_rows(
        "ClassFreeDays",
        ClassFreeDay,
        {"Id": 1, "Class": ref(5), "Type": ref("2"), "DateFrom": "2026-10-01", "DateTo": "2026-10-02"},
        {"Id": 2, "Name": "Kino", "LessonNoFrom": "3", "LessonNoTo": 5, "DateTo": "0000-00-00"},
    )
    assert (whole.school_class.id, whole.date_to, whole.whole_day) == ("5", date(2026, 10, 2), True)
    assert (part.lesson_no_from, part.lesson_no_to, part.date_to, part.whole_day) == (3, 5, None, False)
    types = read_rows("Types", ClassFreeDayType, {"Id": 2, "Name": "Wycieczka"})
    kind = types.by_id(whole.type)
    assert kind == ClassFreeDayType(id="2", name="Wycieczka")
    (winter,) = read_rows(
        "SchoolFreeDays", SchoolFreeDay, {"Id": 3, "Name": "Ferie", "DateFrom": "2027-02-01", "Type": ref(1)}
    )
    assert (winter.name, winter.date_from, winter.date_to) == ("Ferie", date(2027, 2, 1), None)


def test_an_absent_teacher() -> None:
    (absence,) = read_rows(
        "TeacherFreeDays",
        TeacherFreeDay,
        {"Id": "7", "Teacher": ref(9), "TimeFrom": "08:00:00", "TimeTo": "", "Type": None},
    )
    assert (absence.id, absence.teacher.id, absence.time_from, absence.time_to) == ("7", "9", time(8), None)


def test_a_substitution() -> None:
    sent = {
        "Id": 8,
        "Classroom": None,
        "Lesson": ref(31),
        "Teacher": {"LastName": "Wymyślona"},
        "OrgDate": "2026-09-21",
        "OrgLessonNo": "3",
        "LessonNo": None,
        "OrgSubject": ref("41"),
        "IsCancelled": 0,
        "IsShifted": True,
    }
    found = one("Substitution", Substitution)(answer(Substitution=sent), "s", True)
    assert found.lesson is not None
    assert found.teacher is not None
    assert found.org_subject is not None
    assert (found.lesson.id, found.teacher.label, found.org_subject.id) == ("31", "Wymyślona", "41")
    assert (found.org_date, found.org_lesson_no, found.lesson_no) == (date(2026, 9, 21), 3, None)
    assert (found.is_cancelled, found.is_shifted) == (False, True)


def test_a_group() -> None:
    (group,) = read_rows(
        "VirtualClasses", VirtualClass, {"Id": 4, "Name": "ang 1", "Number": 5, "Teacher": ref(9)}
    )
    assert (group.id, group.name, group.number, group.teacher.id) == ("4", "ang 1", "5", "9")


def test_lessons_point_or_name() -> None:
    first, second = read_rows(
        "Lessons",
        Lesson,
        {"Id": "31", "Subject": ref(41), "Class": ref(5)},
        {"Id": 32, "Subject": {"Name": "WF"}},
    )
    assert (first.subject.id, first.school_class.id, second.subject.label) == ("41", "5", "WF")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (ref("7"), Embedded(id="7", url="https://api.librus.pl/3.0/Things/7")),
        ({"Id": 7, "Name": "plan.pdf", "Size": [1]}, Embedded(id="7", name="plan.pdf")),
        ({"Id": [7], "Url": 5, "Name": {}}, Embedded()),
        (7, Embedded(id="7")),
        ("a7", Embedded(id="a7")),
        ("", None),
        (None, None),
        (True, None),
        (1.5, None),
        ([ref(7)], None),
    ],
)
def test_an_attachment_in_any_form_never_costs_the_row(sent: Any, expected: Embedded | None) -> None:
    (planned,) = read_rows("PlannedLessons", PlannedLesson, {"Id": 1, "Attachment": sent})
    assert planned == PlannedLesson(id="1", attachment=expected)


def test_realizations() -> None:
    held, trip = read_rows(
        "Realizations",
        Realization,
        {
            "Id": "t5",
            "LessonNo": "2",
            "Date": "2026-09-21",
            "Topic": "Ułamki",
            "CountInRPN": 1,
            "Lesson": ref(3),
        },
        {"Id": 5, "LessonNumber": 4, "IsTrip": True, "CountInStatistics": "false"},
    )
    assert (held.id, held.number, held.topic, held.count_in_rpn, held.lesson.id) == (
        "t5",
        2,
        "Ułamki",
        True,
        "3",
    )
    assert (trip.id, trip.number, trip.is_trip, trip.count_in_statistics) == ("5", 4, True, False)
    assert Realization(id="1").number is None


def test_a_kind_of_attendance_has_its_place() -> None:
    assert [row.order for row in read_rows("Types", AttendanceType, {"Order": "3"}, {})] == [3, None]
