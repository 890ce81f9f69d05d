"""What only the gateway sends: units, descriptive grading, trips, documents, the library, kindergartens."""

from __future__ import annotations

import pickle
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from librus_sdk.endpoints import rows
from librus_sdk.models import (
    WARSAW,
    DescriptiveArea,
    DescriptiveScaleValue,
    KindergartenActivity,
    KindergartenActivityType,
    LessonHours,
    LibraryLending,
    PartialDescriptiveGrade,
    SchoolFile,
    SchoolTrip,
    Unit,
)
from tests.models.samples import MARKER, answer


def read(kind: Any, **sent: Any) -> Any:
    (row,) = rows("Rows", kind)(answer(Rows=[sent]), "Rows", True)
    return row


def test_a_unit_says_how_the_school_grades() -> None:
    unit = read(
        Unit,
        Id=3,
        ShortName="SP",
        BehaviourType=2,
        LessonsRange=[None, {"From": "08:00", "To": "08:45"}],
        GradesSettings={
            "StandardGradesEnabled": True,
            "PointGradesEnabled": "1",
            "AllowOverrangePointGrades": 0,
            "Grade0Map": {"0": MARKER},
        },
        LessonSettings={"AllowZeroLessonNumber": True, "MaxLessonNumber": "12"},
        BehaviourGradesSettings={"StartPoints": {"Semester1": "100,5"}, "ShowCategoriesShortcuts": False},
    )
    assert (unit.id, unit.short_name, unit.behaviour_type) == ("3", "SP", "2")
    assert unit.lessons_range[1] == LessonHours(start=time(8), end=time(8, 45))
    settings = unit.grades_settings
    assert (settings.standard_grades_enabled, settings.point_grades_enabled) == (True, True)
    assert (settings.descriptive_grades_enabled, settings.allow_overrange_point_grades) == (None, False)
    assert unit.lesson_settings.max_lesson_number == 12
    points = unit.behaviour_grades_settings.start_points
    assert (points.semester1, points.semester2) == (Decimal("100.5"), None)
    assert read(Unit, Id=3, GradesSettings=None) == Unit(id="3")


PARTIAL = {
    "gradeId": 41,
    "studentId": f"LID-{MARKER}",
    "teacherId": "LID-7",
    "addedBy": "LID-7",
    "subjectId": "LID-9",
    "lessonAssignmentId": 12,
    "area": {"id": 1, "name": "Czytanie", "color": None},
    "scaleValue": {"id": 2, "value": 5},
    "content": MARKER,
    "comments": "Brawo!",
    "implementedRequirements": [{"name": "czyta"}, {"name": ""}, {}],
    "date": "2026-10-01",
    "semester": 1,
    "addDate": "2026-10-01 14:00:00",
}


def test_a_partial_descriptive_grade() -> None:
    grade = read(PartialDescriptiveGrade, **PARTIAL)
    assert (grade.id, grade.grade_id, grade.subject_id, grade.added_by) == ("41", "41", "LID-9", ("LID-7",))
    assert grade.area == DescriptiveArea(id="1", name="Czytanie")
    assert grade.scale_value == DescriptiveScaleValue(id="2", value="5")
    assert (grade.comments, grade.implemented_requirements) == (("Brawo!",), ("czyta",))
    assert (grade.date, grade.semester) == (date(2026, 10, 1), 1)
    assert grade.add_date == datetime(2026, 10, 1, 14, tzinfo=WARSAW)
    assert repr(grade) == "PartialDescriptiveGrade(grade_id='41', date=datetime.date(2026, 10, 1))"
    assert grade.__rich_repr__() == [("grade_id", "41"), ("date", date(2026, 10, 1))]
    assert pickle.loads(pickle.dumps(grade)) == grade


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (None, ()),
        ("", ()),
        ([], ()),
        ("a", ("a",)),
        (7, ("7",)),
        (["a", "", None, 7, True, ["b"]], ("a", "7")),
        (
            [{"text": "a"}, {"content": "b"}, {"id": 7, "name": "c"}, {"identifier": "d"}, {"id": 8}],
            tuple("abcd8"),
        ),
        ({"name": ["odd"], "text": "a"}, ("a",)),
        ({"other": 1}, ()),
        (4.5, ()),
    ],
)
def test_texts_in_whatever_form_never_cost_the_record(sent: Any, found: tuple[str, ...]) -> None:
    assert read(PartialDescriptiveGrade, comments=sent, addedBy=sent).comments == found


def test_trips_and_documents() -> None:
    trip = read(
        SchoolTrip, id="t5", destination="Gdynia", termFrom="2026-10-01", termTo="2026-10-02 16:00:00"
    )
    assert (trip.id, trip.term_from, trip.term_to) == ("t5", date(2026, 10, 1), date(2026, 10, 2))
    file = read(
        SchoolFile, id=9, displayName="Statut.pdf", addedOnDate="2026-09-01", downloadUrl="/x/9", failed=0
    )
    assert (file.id, file.display_name, file.added_on) == ("9", "Statut.pdf", date(2026, 9, 1))
    assert (file.download_url, file.failed) == ("/x/9", False)


def test_what_was_borrowed_is_private() -> None:
    book = read(LibraryLending, identifier=4, title=MARKER, lendedAt="2026-10-01", dueDate="2026-10-15")
    assert (book.id, book.title, book.lended_at) == ("4", MARKER, date(2026, 10, 1))
    assert repr(book) == "LibraryLending(identifier='4', due_date=datetime.date(2026, 10, 15))"
    assert book.__rich_repr__() == [("identifier", "4"), ("due_date", date(2026, 10, 15))]


@pytest.mark.parametrize(
    ("kind", "takes_place"),
    [("planned", True), ("substitution", True), (None, True), ("cancelled", False), ("SUBSTITUTED", False)],
)
def test_a_kindergarten_day(kind: str | None, takes_place: bool) -> None:
    entry = read(
        KindergartenActivity,
        identifier=5,
        date="2026-10-01",
        startTime="09:00",
        endTime="09:30:00",
        activityTypeIdentifier="LID-1",
        teachers=["LID-7", {"identifier": "LID-8"}],
        type=kind,
        comments=None,
        substitutedLesson={"identifier": "LID-4"},
    )
    assert (entry.id, entry.start_time, entry.end_time) == ("5", time(9), time(9, 30))
    assert (entry.teachers, entry.substituted_lesson) == (("LID-7", "LID-8"), ("LID-4",))
    assert entry.takes_place is takes_place
    assert read(KindergartenActivityType, identifier="LID-1", name="Rytmika").id == "LID-1"
