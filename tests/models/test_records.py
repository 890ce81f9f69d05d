"""The models against answers as Librus sends them."""

from __future__ import annotations

import pickle
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from librus_sdk.endpoints import one, root, rows
from librus_sdk.errors import LibrusSchemaWarning
from librus_sdk.models import (
    WARSAW,
    Attendance,
    AttendanceType,
    AuthTokenInfo,
    Embedded,
    Grade,
    GradeAverage,
    GradeCategory,
    GradeComment,
    HomeWork,
    HomeworkCategory,
    LuckyNumber,
    Me,
    OnlineLesson,
    Ref,
    Rows,
    Subject,
    TimetableEntry,
    User,
)
from tests.models.samples import MARKER, answer, fixture, grade_row, ref


def read_rows(wrapper: str, kind: Any, *sent: dict[str, Any]) -> Rows[Any]:
    return rows(wrapper, kind)(answer(**{wrapper: list(sent)}), wrapper, True)


def test_grades() -> None:
    grades = rows("Grades", Grade)(fixture("Grades", "ordinary_and_semester"), "Grades", True)
    first, second = grades
    assert first == Grade(
        id="901",
        grade="4+",
        date=date(2026, 9, 21),
        add_date=datetime(2026, 9, 21, 11, 42, 7, tzinfo=WARSAW),
        semester=1,
        lesson=Ref(31, "https://api.librus.pl/3.0/Lessons/31"),
        subject=Ref(41, "https://api.librus.pl/3.0/Subjects/41"),
        student=Ref(51, "https://api.librus.pl/3.0/Users/51"),
        category=Ref(61, "https://api.librus.pl/3.0/Grades/Categories/61"),
        added_by=Ref(71, "https://api.librus.pl/3.0/Users/71"),
        is_constituent=True,
        is_semester=False,
        is_semester_proposition=False,
        is_final=False,
        is_final_proposition=False,
        comments=(Ref(81, "https://api.librus.pl/3.0/Grades/Comments/81"),),
    )
    assert first.improvement is None
    assert (second.id, second.grade, second.semester) == ("902", "bz", 1)
    assert second.improvement is not None
    assert second.improvement.id == first.id
    # Keys no model knows are in the undecoded answer.
    assert b"SomethingLibrusAddedLastNight" in grades.raw
    assert grades.raw == fixture("Grades", "ordinary_and_semester")
    assert pickle.loads(pickle.dumps(grades)) == grades


@pytest.mark.parametrize(
    ("sent", "ids"),
    [
        ([ref(1), ref("2")], ["1", "2"]),
        ([1, "2"], ["1", "2"]),
        ([ref(1), "t2"], ["1", "t2"]),
        ([], []),
        (None, []),
        ("", []),
    ],
)
def test_comments_are_pointers_or_bare_ids(sent: object, ids: list[str]) -> None:
    (grade,) = read_rows("Grades", Grade, grade_row(Comments=sent))
    assert [comment.id for comment in grade.comments] == ids


def test_a_pointer_to_a_comment_keeps_its_address() -> None:
    (grade,) = read_rows("Grades", Grade, grade_row(Comments=[{"Id": 5, "Url": "u"}, {"Id": 6, "Url": 7}]))
    assert grade.comments == (Ref(5, "u"), Ref(6))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"Text": "Pięknie", "AddedBy": ref(71)}, Embedded(text="Pięknie")),
        ({"Id": None, "Text": "Pięknie", "Url": "u"}, Embedded(text="Pięknie", url="u")),
        ({"Id": "", "Name": "Uwaga"}, Embedded(name="Uwaga")),
        ({"Date": "2026-09-21"}, Embedded()),
        ({}, Embedded()),
    ],
)
def test_a_comment_in_place_of_a_pointer_is_kept(sent: object, kept: Embedded) -> None:
    (grade,) = read_rows("Grades", Grade, grade_row(Comments=[ref(81), sent]))
    assert grade.comments == (Ref(81, "https://api.librus.pl/3.0/Things/81"), kept)
    assert grade.comments[1].id is None
    assert pickle.loads(pickle.dumps(grade)) == grade


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"Text": [MARKER]}, "Expected a list of pointers"),
        ({"Id": [MARKER]}, "Expected an id (number or text)"),
        (None, "Expected an id (number or text)"),
    ],
)
def test_what_is_neither_comment_nor_pointer_costs_the_row(sent: object, reason: str) -> None:
    body = answer(Grades=[grade_row(Comments=[sent]), grade_row()])
    with pytest.warns(LibrusSchemaWarning) as caught:
        grades = rows("Grades", Grade)(body, "Grades", False)
    assert len(grades) == 1
    assert [(odd.path, odd.reason) for odd in grades.rejected] == [("$.Grades[0].Comments", reason)]
    assert MARKER not in str(caught[0].message)


def test_flags_and_semester_as_text_or_number() -> None:
    (grade,) = read_rows("Grades", Grade, grade_row(IsFinal=1, IsConstituent="0", Semester="2"))
    assert (grade.is_final, grade.is_constituent, grade.semester) == (True, False, 2)


def test_ids_differ_within_one_list() -> None:
    first, second = rows("Attendances", Attendance)(fixture("Attendances", "mixed_ids"), "Attendances", True)
    assert (first.id, second.id) == ("41685", "t41685")
    assert (first.lesson.id, second.lesson.id) == ("31", "32")
    assert (first.lesson_no, second.lesson_no) == (1, 2)
    assert first.trip is None
    assert second.trip == Ref(5, "https://api.librus.pl/3.0/SchoolTrips/5")


def test_agenda_subject_absent_null_or_there() -> None:
    body = fixture("HomeWorks", "subject_absent_null_ref")
    test, meeting, patron = rows("HomeWorks", HomeWork)(body, "HomeWorks", True)
    assert test.subject == Embedded(id="41", url="https://api.librus.pl/3.0/Subjects/41")
    assert meeting.subject is None
    assert patron.subject is None
    assert (test.lesson_no, meeting.lesson_no, patron.lesson_no) == (3, None, 4)
    assert (test.time_from, meeting.time_from, patron.time_from) == (time(10), None, time(0))
    assert test.online_lesson == OnlineLesson(text="Lekcja", url="https://example.test/lesson")
    assert patron.school_class is not None
    assert (patron.school_class.id, patron.school_class.label) == (None, "5a")


def test_averages_come_as_text() -> None:
    averages = read_rows(
        "Averages", GradeAverage, {"Id": 1, "Average": "4.50"}, {"Average": "3,75"}, {"Average": "-"}
    )
    assert [row.average for row in averages] == [Decimal("4.50"), Decimal("3.75"), None]
    assert str(averages[0].average) == "4.50"


def test_weights() -> None:
    sent = [{"Id": 1, "Weight": weight} for weight in (2, 0, None, "2", "1,5", 0.5)]
    weights = [row.weight for row in read_rows("Categories", GradeCategory, *sent)]
    assert weights == [2, 0, None, 2, Decimal("1.5"), Decimal("0.5")]


def test_helper_rows_may_miss_everything() -> None:
    for wrapper, kind in (
        ("Categories", GradeCategory),
        ("Comments", GradeComment),
        ("Types", AttendanceType),
        ("Categories", HomeworkCategory),
        ("Subjects", Subject),
        ("Users", User),
    ):
        (row,) = read_rows(wrapper, kind, {})
        assert row == kind()


def test_attendance_types() -> None:
    (kind,) = read_rows(
        "Types",
        AttendanceType,
        {
            "Id": 1266,
            "Name": "Zawody",
            "Short": "zaw",
            "ColorRGB": "FFAA00",
            "Standard": False,
            "StandardType": ref(100),
            "IsPresenceKind": True,
        },
    )
    assert (kind.id, kind.color_rgb, kind.standard, kind.is_presence_kind) == ("1266", "FFAA00", False, True)
    assert kind.standard_type.id == "100"


def test_offices_have_no_first_name() -> None:
    office, teacher = read_rows(
        "Users",
        User,
        {"Id": 1, "FirstName": None, "LastName": "Sekretariat", "ClassRegisterNumber": "17", "Class": ref(5)},
        {"Id": 2, "FirstName": "Anna", "LastName": "Wymyślona", "IsEmployee": 1},
    )
    assert (office.full_name, teacher.full_name) == ("Sekretariat", "Anna Wymyślona")
    assert (office.class_register_number, office.school_class.id, teacher.is_employee) == (17, "5", True)
    assert User().full_name == ""


@pytest.mark.parametrize("refresh", [900, True, "900"])
@pytest.mark.parametrize("school_class", [None, ref(5)])
def test_me(refresh: object, school_class: object) -> None:
    sent = {
        "Account": {
            "Id": 1,
            "UserId": 2,
            "FirstName": None,
            "LastName": "Wymyślony",
            "GroupId": 5,
            "IsPremium": False,
        },
        "Class": school_class,
        "Refresh": refresh,
        "User": {"FirstName": "Ala", "LastName": "Wymyślona"},
    }
    me = one("Me", Me)(answer(Me=sent), "Me", True)
    assert (me.account.id, me.account.user_id, me.account.group_id, me.account.is_premium) == (
        "1",
        "2",
        "5",
        False,
    )
    assert me.user.first_name == "Ala"
    assert me.refresh == refresh
    assert (me.school_class and me.school_class.id) == (None if school_class is None else "5")


def test_the_lucky_number_is_nested_and_may_be_text() -> None:
    decode = one("LuckyNumber", LuckyNumber, null_is_off=True)
    assert decode(fixture("LuckyNumbers", "nested"), "LuckyNumbers", True) == LuckyNumber(
        number=17, day=date(2026, 9, 15)
    )
    assert decode(answer(LuckyNumber={"LuckyNumber": 3}), "LuckyNumbers", True) == LuckyNumber(number=3)
    nothing = answer(LuckyNumber={"LuckyNumber": None, "LuckyNumberDay": None})
    assert decode(nothing, "LuckyNumbers", True) == LuckyNumber()


def test_token_info_stands_at_the_top_level() -> None:
    body = answer(
        UserIdentifier="LID-AUTH-USER-1",
        UserType=5,
        SchoolId=7,
        SchoolNodeName="w2",
        Scopes=["Messages", "Grades", 5],
        IdentifierOfStudentAssignedWithUser=None,
        IdentifierOfClassOfStudentAssignedWithUser=77,
    )
    info = root(AuthTokenInfo)(body, "Auth/TokenInfo", True)
    assert info == AuthTokenInfo(
        user_identifier="LID-AUTH-USER-1",
        user_type="5",
        school_id="7",
        school_node_name="w2",
        scopes=("Messages", "Grades"),
        identifier_of_class_of_student_assigned_with_user="77",
    )
    assert info.has_scope("messages") is True
    assert info.has_scope("notes") is False
    assert AuthTokenInfo().has_scope("messages") is None


def test_an_entry_of_the_standing_plan() -> None:
    decode = one("TimetableEntry", TimetableEntry)
    sent = {
        "Id": 5,
        "Lesson": ref(1),
        "DayOfTheWeek": "1",
        "LessonNo": 2,
        "DateFrom": "2026-09-01",
        "DateTo": "",
    }
    entry = decode(answer(TimetableEntry=sent), "TimetableEntries/{entryId}", True)
    assert (entry.id, entry.day_of_the_week, entry.lesson_no) == ("5", 1, 2)
    assert (entry.date_from, entry.date_to) == (date(2026, 9, 1), None)
    assert decode(answer(TimetableEntry={"Id": "x"}), "e", True) == TimetableEntry(id="x")


@pytest.mark.parametrize("envelope", [{}, {"Resources": None}, {"Url": 5}])
def test_the_links_around_an_answer_may_be_missing_or_odd(envelope: dict[str, Any]) -> None:
    body = msgspec.json.encode({"Grades": [grade_row()], **envelope})
    assert len(rows("Grades", Grade)(body, "Grades", True)) == 1


def test_what_confirmed_facts_require_and_nothing_else() -> None:
    """Only what was confirmed live may be required; the rest must not cost anybody a row."""
    required: dict[type[msgspec.Struct], str] = {
        Attendance: "id lesson student type added_by date add_date lesson_no semester",
        AttendanceType: "",
        AuthTokenInfo: "",
        Embedded: "",
        Grade: "id grade date add_date semester lesson subject student category added_by is_constituent "
        "is_semester is_semester_proposition is_final is_final_proposition",
        GradeAverage: "",
        GradeCategory: "",
        GradeComment: "",
        HomeWork: "id content date add_date",
        HomeworkCategory: "",
        LuckyNumber: "",
        Me: "account user refresh",
        Subject: "",
        TimetableEntry: "id",
        User: "",
    }
    for kind, names in required.items():
        fields = msgspec.structs.fields(kind)
        assert [field.name for field in fields if field.required] == names.split(), kind
