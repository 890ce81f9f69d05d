"""Behaviour, descriptive, point and text grades against answers as Librus sends them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from librus_sdk import models
from librus_sdk.endpoints import rows
from librus_sdk.models import (
    WARSAW,
    BehaviourGrade,
    BehaviourGradePoint,
    BehaviourGradeType,
    BehaviourPointCategory,
    DescriptiveGrade,
    DescriptiveGradeSkill,
    DescriptiveTextGrade,
    Embedded,
    GradeAverage,
    GradeComment,
    PointGrade,
    PointGradeAverage,
    PointGradeCategory,
    Ref,
    Rows,
    TextGrade,
)
from tests.models.samples import answer, ref

OPTIONAL = [
    getattr(models, name)
    for module in ("behaviour", "descriptive", "points")
    for name in models._HOMES[module]
] + [TextGrade]


def read_rows(wrapper: str, kind: Any, *sent: dict[str, Any]) -> Rows[Any]:
    return rows(wrapper, kind)(answer(**{wrapper: list(sent)}), wrapper, True)


@pytest.mark.parametrize("kind", OPTIONAL)
def test_nothing_is_required_where_nothing_was_confirmed(kind: type[msgspec.Struct]) -> None:
    fields = msgspec.structs.fields(kind)
    assert [field.name for field in fields if field.required] == []
    nulls = {field.encode_name: None for field in fields}
    missing, null = read_rows("Rows", kind, {}, nulls)
    assert missing == null == kind()


@pytest.mark.parametrize("kind", OPTIONAL)
def test_ids_differ_within_one_list(kind: Any) -> None:
    sent = read_rows("Rows", kind, {"Id": 41685}, {"Id": "t41685"}, {"Id": ""})
    assert [row.id for row in sent] == ["41685", "t41685", None]
    assert sent.by_id("t41685") is sent[1]


def test_behaviour_grades() -> None:
    (grade,) = read_rows(
        "Grades",
        BehaviourGrade,
        {
            "Id": 1,
            "Semester": "2",
            "GradeType": ref("3"),
            "IsProposal": 1,
            "AddDate": "2026-12-01 08:05:00",
        },
    )
    assert grade == BehaviourGrade(
        id="1",
        semester=2,
        grade_type=Ref(3, "https://api.librus.pl/3.0/Things/3"),
        is_proposal=True,
        add_date=datetime(2026, 12, 1, 8, 5, tzinfo=WARSAW),
    )
    types = read_rows("Types", BehaviourGradeType, {"Id": "3", "Name": "dobre", "Shortcut": "db"})
    named = types.by_id(grade.grade_type)
    assert named == BehaviourGradeType(id="3", name="dobre", shortcut="db")


def test_behaviour_points_have_a_sign_or_are_a_mark() -> None:
    taken, marked = read_rows(
        "Grades",
        BehaviourGradePoint,
        {"Value": "-10", "ShortName": "sp", "Comments": [5, "t6", {"Id": 7}], "AddDate": ""},
        {"BehaviourGrade": {"Id": 2}, "Semester": 1, "Comments": None},
    )
    assert (taken.value, taken.short_name, taken.add_date) == (Decimal(-10), "sp", None)
    assert [comment.id for comment in taken.comments] == ["5", "t6", "7"]
    assert (marked.value, marked.behaviour_grade, marked.comments) == (None, Ref(2), ())
    (bounds,) = read_rows("Categories", BehaviourPointCategory, {"ValueFrom": "-20", "ValueTo": 0})
    assert (bounds.value_from, bounds.value_to) == (-20, 0)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"Map": "A", "RealGradeValue": "5"}, "A"),
        ({"Map": "", "RealGradeValue": "5"}, "5"),
        ({"Map": None, "RealGradeValue": 5}, "5"),
        ({"Map": ""}, None),
        ({"Grade": "3"}, None),
    ],
)
def test_what_to_show_of_a_descriptive_grade(sent: dict[str, Any], shown: str | None) -> None:
    (grade,) = read_rows("Grades", DescriptiveGrade, sent)
    assert grade.shown == shown


def test_descriptive_grades() -> None:
    (grade,) = read_rows(
        "Grades",
        DescriptiveGrade,
        {
            "Id": 1,
            "Map": "W",
            "Grade": {"Id": 9},
            "Skill": ref("61"),
            "Date": "2026-09-21",
            "Comments": [81],
            "Phrase": "Czyta płynnie",
        },
    )
    assert (grade.date, grade.phrase, grade.comments) == (date(2026, 9, 21), "Czyta płynnie", (Ref(81),))
    assert (grade.shown, grade.grade) == ("W", Embedded(id="9"))
    skills = read_rows(
        "Skills", DescriptiveGradeSkill, {"Id": 60}, {"Id": 61, "Weight": 0, "CountToTheAverage": "0"}
    )
    skill = skills.by_id(grade.skill)
    assert skill is not None
    assert skill is skills[1]
    assert (skill.weight, skill.count_to_the_average) == (0, False)


@pytest.mark.parametrize("kind", [TextGrade, DescriptiveTextGrade])
def test_marks_in_words_keep_their_lines(kind: Any) -> None:
    text = "Czyta.\r\nPisze."
    (grade,) = read_rows("Grades", kind, {"Grade": text, "Skill": ref(1), "Semester": "1"})
    assert (grade.grade, grade.skill.id, grade.category, grade.semester) == (text, "1", None, 1)


def test_a_hidden_text_grade() -> None:
    sent = ({"ShowInGradesView": flag} for flag in (False, 0, "1", None))
    assert [grade.show_in_grades_view for grade in read_rows("Grades", TextGrade, *sent)] == [
        False,
        False,
        True,
        None,
    ]


def test_point_grades() -> None:
    (grade,) = read_rows(
        "Grades", PointGrade, {"Grade": 17, "GradeValue": "17,5", "Category": ref(4), "Comments": ["8"]}
    )
    assert (grade.grade, grade.grade_value, grade.comments) == ("17", Decimal("17.5"), (Ref("8"),))
    categories = read_rows("Categories", PointGradeCategory, {"Id": "4", "ValueFrom": 0, "ValueTo": "20"})
    category = categories.by_id(grade.category)
    assert category is not None
    assert (category.value_from, category.value_to, category.weight) == (0, 20, None)


@pytest.mark.parametrize("kind", [GradeAverage, PointGradeAverage])
def test_averages_may_name_their_subject(kind: Any) -> None:
    averages = read_rows(
        "Averages",
        kind,
        {"Average": "4.50", "Subject": ref(41)},
        {"Average": 4.5, "Subject": {"Name": "Fizyka"}},
        {"Average": "-", "Subject": None},
    )
    assert [row.average for row in averages] == [Decimal("4.50"), Decimal("4.5"), None]
    assert [row.subject and (row.subject.id, row.subject.label) for row in averages] == [
        ("41", None),
        (None, "Fizyka"),
        None,
    ]


def test_a_comment_knows_its_author_and_grade() -> None:
    (comment,) = read_rows(
        "Comments", GradeComment, {"Text": "Brawo", "AddedBy": ref(7), "Grade": {"Id": "9"}}
    )
    assert (comment.text, comment.added_by.id, comment.grade.id) == ("Brawo", "7", "9")
