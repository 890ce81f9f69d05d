"""Grades, timetable and lessons: what each operation asks for and how its answer decodes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from librus_sdk.core.http import query_items
from librus_sdk.endpoints import Get, Grades, Timetables
from librus_sdk.endpoints.lessons import Lessons
from librus_sdk.errors import FeatureUnavailableError, LibrusConfigurationError
from librus_sdk.models import Download
from tests.models.samples import answer

DECLARED = object()
"""A family's class returns the declaration; it asks nothing of the instance."""

LISTS = [
    (Grades.behaviour, "BehaviourGrades", "Grades"),
    (Grades.behaviour_types, "BehaviourGrades/Types", "Types"),
    (Grades.behaviour_points, "BehaviourGrades/Points", "Grades"),
    (Grades.behaviour_point_categories, "BehaviourGrades/Points/Categories", "Categories"),
    (Grades.behaviour_point_comments, "BehaviourGrades/Points/Comments", "Comments"),
    (Grades.behaviour_system_proposal, "BehaviourGrades/SystemProposal", "BehaviourGradesSystemProposal"),
    (Grades.descriptive, "DescriptiveGrades", "Grades"),
    (Grades.descriptive_comments, "DescriptiveGrades/Comments", "Comments"),
    (Grades.descriptive_skills, "DescriptiveGrades/Skills", "Skills"),
    (Grades.descriptive_text, "DescriptiveGrades/Text", "Grades"),
    (Grades.descriptive_text_categories, "DescriptiveGrades/Text/Categories", "Categories"),
    (Grades.descriptive_text_grades, "DescriptiveTextGrades", "Grades"),
    (Grades.descriptive_text_grade_skills, "DescriptiveTextGrades/Skills", "Skills"),
    (Grades.points, "PointGrades", "Grades"),
    (Grades.point_averages, "PointGrades/Averages", "Averages"),
    (Grades.point_categories, "PointGrades/Categories", "Categories"),
    (Grades.point_comments, "PointGrades/Comments", "Comments"),
    (Grades.text, "TextGrades", "Grades"),
    (Timetables.calendars, "Calendars", "Calendars"),
    (Timetables.class_free_days, "Calendars/ClassFreeDays", "ClassFreeDays"),
    (Timetables.class_free_day_types, "Calendars/ClassFreeDays/Types", "Types"),
    (Timetables.school_free_days, "Calendars/SchoolFreeDays", "SchoolFreeDays"),
    (Timetables.teacher_free_days, "Calendars/TeacherFreeDays", "TeacherFreeDays"),
    (Timetables.virtual_classes, "VirtualClasses", "VirtualClasses"),
    (Lessons.list, "Lessons", "Lessons"),
    (Lessons.planned, "PlannedLessons", "PlannedLessons"),
    (Lessons.realizations, "Realizations", "Realizations"),
]
SINGLES = [
    (Timetables.substitution, "Calendars/Substitutions", "Substitution"),
    (Lessons.get, "Lessons", "Lesson"),
    (Lessons.planned_get, "PlannedLessons", "PlannedLesson"),
    (Lessons.realization, "Realizations", "Realization"),
]


@pytest.mark.parametrize(("declared", "path", "wrapper"), LISTS)
def test_lists(declared: Any, path: str, wrapper: str) -> None:
    get: Get[Any] = declared(DECLARED)
    assert (get.path, query_items(get.query)) == (path, ())
    found = get.decode(answer(**{wrapper: [{"Id": 1}, {"Id": "t2"}]}), path, True)
    assert [row.id for row in found] == ["1", "t2"]


@pytest.mark.parametrize(("declared", "path", "wrapper"), SINGLES)
def test_single_records(declared: Any, path: str, wrapper: str) -> None:
    get: Get[Any] = declared(DECLARED, "t1/2")
    assert get.path == f"{path}/t1%2F2"
    assert get.decode(answer(**{wrapper: {"Id": 5}}), path, True).id == "5"
    with pytest.raises(LibrusConfigurationError, match="_id must be an id"):
        declared(DECLARED, "")


@pytest.mark.parametrize(
    ("declared", "argument", "name"),
    [
        (Grades.points, "subject_id", "subject"),
        (Grades.point_averages, "subject_id", "subject"),
        (Grades.descriptive_text, "grade_group_id", "gradeGroupId"),
    ],
)
def test_lists_of_a_part(declared: Any, argument: str, name: str) -> None:
    assert query_items(declared(DECLARED, **{argument: 0}).query) == ((name, "0"),)
    with pytest.raises(LibrusConfigurationError, match=f"{argument} must be an id"):
        declared(DECLARED, **{argument: ""})


@pytest.mark.parametrize(
    ("sent", "ids"), [(None, []), ([], []), ({"Id": 1}, ["1"]), ([{"Id": 1}, {}], ["1", None])]
)
def test_the_proposal_is_one_a_list_or_null(sent: Any, ids: list[str | None]) -> None:
    get: Get[Any] = Grades.behaviour_system_proposal(DECLARED)
    found = get.decode(answer(BehaviourGradesSystemProposal=sent), get.path, True)
    assert [row.id for row in found] == ids
    assert json.loads(found.raw)["BehaviourGradesSystemProposal"] == sent


def test_averages_of_points_that_are_switched_off() -> None:
    get: Get[Any] = Grades.point_averages(DECLARED)
    with pytest.raises(FeatureUnavailableError) as refused:
        get.decode(answer(Status="Disabled"), get.path, False)
    assert refused.value.message == (
        "The school has switched this module off. Only the school can switch it on."
    )
    assert refused.value.details == {"endpoint": get.path, "status": 200}


def test_the_file_of_a_plan() -> None:
    get = Lessons.planned_attachment(DECLARED, "a/1")
    assert get.path == "PlannedLessons/Attachment/a%2F1"
    assert get.decode(b"\x00%PDF", get.path, True) == Download(content=b"\x00%PDF")
