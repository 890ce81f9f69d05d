"""Declared once: what a call does, blocking and awaited, and what the catalogue knows."""

from __future__ import annotations

import inspect
import pydoc
import re
import typing
from datetime import UTC, date, datetime
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk import endpoints
from librus_sdk.core.http import query_items
from librus_sdk.endpoints import (
    Announcements,
    AsyncCaller,
    Attendance,
    Auth,
    BffMessages,
    Changes,
    Extras,
    Family,
    Get,
    Grades,
    Homework,
    Justifications,
    Lessons,
    LuckyNumbers,
    Mailbox,
    Messages,
    Notes,
    Notifications,
    Profile,
    School,
    SyncCaller,
    Timetables,
    catalogue,
    endpoint,
    raw_json,
)
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.models import Grade, GradeAverage, Rows
from tests.models.samples import answer, grade_row

T = TypeVar("T")

FAMILIES: tuple[type[Family[Any]], ...] = (
    Announcements,
    Attendance,
    Auth,
    BffMessages,
    Changes,
    Extras,
    Grades,
    Homework,
    Justifications,
    Lessons,
    LuckyNumbers,
    Mailbox,
    Messages,
    Notes,
    Notifications,
    Profile,
    School,
    Timetables,
)


class SentError(Exception):
    """Carries the request that would have been made."""

    def __init__(self, get: Get[Any]) -> None:
        self.path = get.path
        self.query = query_items(get.query)


class Capturing:
    """A caller that sends nothing."""

    def call(self, get: Get[T]) -> T:
        raise SentError(get)


class Answering:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def call(self, get: Get[T]) -> T:
        return get.decode(self.body, get.path, True)


class AnsweringLater:
    def __init__(self, body: bytes) -> None:
        self.body = body

    async def call(self, get: Get[T]) -> T:
        return get.decode(self.body, get.path, True)


def sent_by(call: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[tuple[str, str], ...]]:
    with pytest.raises(SentError) as sent:
        call(*args, **kwargs)
    return sent.value.path, sent.value.query


GRADES: Grades[SyncCaller] = Grades(Capturing())
TIMETABLE: Timetables[SyncCaller] = Timetables(Capturing())
LUCKY: LuckyNumbers[SyncCaller] = LuckyNumbers(Capturing())
SCHOOL: School[SyncCaller] = School(Capturing())

BODY = answer(Grades=[grade_row(Id=1), grade_row(Id=2)])


def test_a_blocking_call_returns_the_answer() -> None:
    family: Grades[SyncCaller] = Grades(Answering(BODY))
    assert [grade.id for grade in family.list()] == ["1", "2"]
    assert not inspect.iscoroutinefunction(family.list)


@pytest.mark.anyio
async def test_an_awaited_call_returns_the_answer() -> None:
    family: Grades[AsyncCaller] = Grades(AnsweringLater(BODY))
    assert inspect.iscoroutinefunction(family.list)
    grades = await family.list()
    assert isinstance(grades, Rows)
    assert isinstance(grades[0], Grade)


@pytest.mark.parametrize("caller", [Answering(b""), AnsweringLater(b"")])
def test_a_call_looks_like_what_it_is(caller: Any) -> None:
    averages = Grades(caller).averages
    signature = inspect.signature(averages)
    assert list(signature.parameters) == ["subject_id"]
    assert signature.return_annotation == "Rows[GradeAverage]"
    assert averages.__name__ == "averages"
    assert averages.__doc__ is not None
    assert averages.__doc__.startswith("Read the averages")
    assert "subject_id" in pydoc.render_doc(averages)
    assert typing.get_type_hints(averages)["return"] == Rows[GradeAverage]


def test_help_on_a_family_lists_its_operations() -> None:
    text = pydoc.plain(pydoc.render_doc(GRADES))
    assert "averages(self, *, subject_id: 'Id | int | None' = None) -> 'Rows[GradeAverage]'" in text
    assert "Read all grades" in text


def test_the_declaration_itself_can_be_read_from_the_class() -> None:
    get = Grades.averages(GRADES, subject_id=7)
    assert (get.path, get.query) == ("Grades/Averages", {"subject": "7"})
    assert "Averages" not in repr(get)


def test_a_family_shows_nothing_of_its_caller() -> None:
    assert repr(GRADES) == "<Grades>"


# --- what is sent -----------------------------------------------------------------------------------------


def test_paths_and_queries() -> None:
    assert sent_by(GRADES.list) == ("Grades", ())
    assert sent_by(GRADES.averages) == ("Grades/Averages", ())
    assert sent_by(GRADES.averages, subject_id=0) == ("Grades/Averages", (("subject", "0"),))
    assert sent_by(TIMETABLE.week, "2026-09-14") == ("Timetables", (("weekStart", "2026-09-14"),))
    assert sent_by(TIMETABLE.week, monday=date(2026, 9, 14)) == ("Timetables", (("weekStart", "2026-09-14"),))
    assert sent_by(TIMETABLE.day, "2026-09-15") == ("Timetables", (("day", "2026-09-15"),))
    assert sent_by(TIMETABLE.day, datetime(2026, 9, 15, 23, tzinfo=UTC))[1] == (("day", "2026-09-15"),)
    assert sent_by(LUCKY.get) == ("LuckyNumbers", ())
    assert sent_by(LUCKY.get, for_day="2026-09-15") == ("LuckyNumbers", (("forDay", "2026-09-15"),))
    assert sent_by(SCHOOL.subject, 7) == ("Subjects/7", ())


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ("a/b", "Users/a%2Fb"),
        ("żółw", "Users/%C5%BC%C3%B3%C5%82w"),
        ("t1?x=1#y", "Users/t1%3Fx%3D1%23y"),
        ("%2F", "Users/%252F"),
    ],
)
def test_ids_are_one_segment_of_the_path(sent: str, path: str) -> None:
    assert sent_by(SCHOOL.user, sent) == (path, ())


@given(st.text())
def test_no_id_leads_to_another_path(text: str) -> None:
    try:
        path, query = sent_by(SCHOOL.user, text)
    except LibrusConfigurationError:
        assert text.strip() in {"", ".", ".."}
    else:
        assert re.fullmatch(r"Users/[\w.~%-]+", path, re.ASCII)
        assert query == ()


@pytest.mark.parametrize("call", [SCHOOL.user, SCHOOL.subject, TIMETABLE.entry])
@pytest.mark.parametrize(
    "bad",
    [
        *("", " ", ".", "..", None, True, 1.5, b"1", "\ud800", "a\udfffb"),
        pytest.param("x" * 1_001, id="long"),
        # Python itself refuses to write these down.
        pytest.param(10**5_000, id="huge"),
        pytest.param(-(10**5_000), id="huge and negative"),
    ],
)
def test_what_is_no_id_is_refused_before_any_request(call: Any, bad: Any) -> None:
    with pytest.raises(LibrusConfigurationError, match=r"_id must be an id"):
        call(bad)


def test_an_empty_id_in_a_query_is_refused_too() -> None:
    with pytest.raises(LibrusConfigurationError, match="subject_id must be an id"):
        GRADES.averages(subject_id="")


@pytest.mark.parametrize(
    "bad", ["2026-9-14", "14.09.2026", "", "2026-02-30", "2026-W37-1", "20260914", " 2026-09-14"]
)
def test_an_unreadable_day_is_refused_before_any_request(bad: str) -> None:
    for call, name in ((TIMETABLE.week, "monday"), (TIMETABLE.day, "day")):
        with pytest.raises(LibrusConfigurationError, match=f"^{name} must be .*YYYY-MM-DD"):
            call(bad)
    with pytest.raises(LibrusConfigurationError, match=r"^for_day must be .*YYYY-MM-DD"):
        LUCKY.get(for_day=bad)


@pytest.mark.parametrize("bad", [None, 20260914, True, 1.5])
def test_what_is_no_day_at_all(bad: Any) -> None:
    with pytest.raises(LibrusConfigurationError, match=r"^day must be .*YYYY-MM-DD"):
        TIMETABLE.day(bad)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_week_starts_on_monday(day: date) -> None:
    if day.weekday() == 0:
        assert sent_by(TIMETABLE.week, day)[1] == (("weekStart", day.isoformat()),)
    else:
        with pytest.raises(LibrusConfigurationError, match="monday must be a Monday, YYYY-MM-DD"):
            TIMETABLE.week(day.isoformat())


@pytest.mark.anyio
async def test_an_awaited_call_refuses_the_same() -> None:
    family: Timetables[AsyncCaller] = Timetables(AnsweringLater(b""))
    with pytest.raises(LibrusConfigurationError, match="monday must be a Monday"):
        await family.week("2026-09-15")


# --- the catalogue ----------------------------------------------------------------------------------------

CATALOGUE = {
    "getSchoolNotice": ("announcements.get", "SchoolNotices/{noticeId}", ()),
    "listSchoolNotices": ("announcements.list", "SchoolNotices", ()),
    "getAttendances": ("attendance.list", "Attendances", ()),
    "getAttendanceTypes": ("attendance.types", "Attendances/Types", ()),
    "getAuthClassroom": ("auth.classroom", "Auth/Classrooms/{classroomId}", ()),
    "getAuthPhoto": ("auth.photo", "Auth/Photos/{photoId}", ()),
    "listAuthPhotos": ("auth.photos", "Auth/Photos", ()),
    "getAuthTokenInfo": ("auth.token_info", "Auth/TokenInfo", ()),
    "getAuthUserInfo": ("auth.user_info", "Auth/UserInfo/{userId}", ()),
    "listBffMessages": ("bff.list", "Messages", ()),
    "listChanges": ("changes.list", "PushChanges", ("pushDevice",)),
    "registerForChanges": ("changes.register", "ChangeRegister", ()),
    "getExtraActivities": (
        "extras.extra_activities",
        "Timetables/OtherActivitiesRegister",
        ("dateFrom", "dateTo", "hideOutdatedEntries"),
    ),
    "getGradingSystem": ("extras.grading_system", "GradingSystem", ()),
    "getKindergartenActivityTypes": ("extras.kindergarten_activity_types", "activities-types", ()),
    "getKindergartenGroup": ("extras.kindergarten_group", "groups/{groupId}", ()),
    "getKindergartenTimetable": (
        "extras.kindergarten_timetable",
        "timetable/kindergarteners/{kindergartenerId}",
        ("dateFrom", "dateTo"),
    ),
    "getLibraryLendings": ("extras.library_lendings", "EbiblioLendings", ()),
    "getPartialDescriptiveGrades": (
        "extras.partial_descriptive_grades",
        "Auth/DescriptiveGradingSystem/PartialGrades/Student/{studentId}",
        (),
    ),
    "getHomeworkFile": ("extras.homework_file", "homework/downloadFile/{fileId}", ()),
    "getSchoolFile": ("extras.school_file", "pliki_szkoly/pobierz/{fileId}", ()),
    "getSchoolFiles": ("extras.school_files", "SchoolFiles", ()),
    "getSchoolTrips": ("extras.school_trips", "SchoolTrips", ()),
    "getUnits": ("extras.units", "Units", ()),
    "getGradeAverages": ("grades.averages", "Grades/Averages", ("subject",)),
    "getBehaviourGrades": ("grades.behaviour", "BehaviourGrades", ()),
    "getBehaviourPointCategories": (
        "grades.behaviour_point_categories",
        "BehaviourGrades/Points/Categories",
        (),
    ),
    "getBehaviourPointComments": ("grades.behaviour_point_comments", "BehaviourGrades/Points/Comments", ()),
    "getBehaviourGradePoints": ("grades.behaviour_points", "BehaviourGrades/Points", ()),
    "getBehaviourSystemProposal": ("grades.behaviour_system_proposal", "BehaviourGrades/SystemProposal", ()),
    "getBehaviourGradeTypes": ("grades.behaviour_types", "BehaviourGrades/Types", ()),
    "getGradeCategories": ("grades.categories", "Grades/Categories", ()),
    "getGradeComments": ("grades.comments", "Grades/Comments", ()),
    "getDescriptiveGrades": ("grades.descriptive", "DescriptiveGrades", ()),
    "getDescriptiveGradeComments": ("grades.descriptive_comments", "DescriptiveGrades/Comments", ()),
    "getDescriptiveGradeSkills": ("grades.descriptive_skills", "DescriptiveGrades/Skills", ()),
    "getDescriptiveGradeText": ("grades.descriptive_text", "DescriptiveGrades/Text", ("gradeGroupId",)),
    "getDescriptiveGradeTextCategories": (
        "grades.descriptive_text_categories",
        "DescriptiveGrades/Text/Categories",
        (),
    ),
    "getDescriptiveTextGradeSkills": (
        "grades.descriptive_text_grade_skills",
        "DescriptiveTextGrades/Skills",
        (),
    ),
    "getDescriptiveTextGrades": ("grades.descriptive_text_grades", "DescriptiveTextGrades", ()),
    "getGrades": ("grades.list", "Grades", ()),
    "getPointGradeAverages": ("grades.point_averages", "PointGrades/Averages", ("subject",)),
    "getPointGradeCategories": ("grades.point_categories", "PointGrades/Categories", ()),
    "getPointGradeComments": ("grades.point_comments", "PointGrades/Comments", ()),
    "getPointGrades": ("grades.points", "PointGrades", ("subject",)),
    "getTextGrades": ("grades.text", "TextGrades", ()),
    "getHomeworkAssignments": ("homework.assignments", "HomeWorkAssignments", ()),
    "getHomeworkAssignmentAttachment": (
        "homework.attachment",
        "HomeWorkAssignments/Attachment/{attachmentId}",
        (),
    ),
    "getHomeworkCategories": ("homework.categories", "HomeWorks/Categories", ()),
    "getHomeWorks": ("homework.list", "HomeWorks", ()),
    "listParentTeacherConferences": ("justifications.conferences", "ParentTeacherConferences", ()),
    "getJustification": ("justifications.get", "Justifications/{justificationId}", ()),
    "listJustifications": ("justifications.list", "Justifications", ("dateFrom",)),
    "getSystemData": ("justifications.system_data", "SystemData", ()),
    "getLesson": ("lessons.get", "Lessons/{lessonId}", ()),
    "listLessons": ("lessons.list", "Lessons", ()),
    "listPlannedLessons": ("lessons.planned", "PlannedLessons", ()),
    "getPlannedLessonAttachment": (
        "lessons.planned_attachment",
        "PlannedLessons/Attachment/{attachmentId}",
        (),
    ),
    "getPlannedLesson": ("lessons.planned_get", "PlannedLessons/{plannedLessonId}", ()),
    "getRealization": ("lessons.realization", "Realizations/{realizationId}", ()),
    "listRealizations": ("lessons.realizations", "Realizations", ()),
    "getLuckyNumber": ("lucky_number.get", "LuckyNumbers", ("forDay",)),
    "getWiadomosciAttachment": (
        "mailbox.attachment",
        "attachments/{attachmentId}/messages/{messageId}",
        (),
    ),
    "listWiadomosciMessages": (
        "mailbox.list",
        "inbox/messages",
        ("page", "limit", "afterId", "unreadOnly", "senderId", "receiverId", "category"),
    ),
    "getWiadomosciMe": ("mailbox.me", "me", ()),
    "getWiadomosciMessage": ("mailbox.open", "inbox/messages/{messageId}", ()),
    "listWiadomosciReceiverTypes": ("mailbox.receiver_types", "receivers/types", ("includeClass",)),
    "listWiadomosciReceivers": ("mailbox.receivers", "outbox/messages/receivers", ("page", "limit")),
    "listWiadomosciReceiversOfType": (
        "mailbox.receivers_of",
        "receivers/groups/school-employees",
        ("receiverType",),
    ),
    "listWiadomosciSenders": ("mailbox.senders", "inbox/messages/senders", ("page", "limit")),
    "listWiadomosciStudentSubjects": ("mailbox.student_subjects", "receivers/student-subjects", ()),
    "listWiadomosciTags": ("mailbox.tags", "tags", ()),
    "getWiadomosciUnreadMessagesCount": ("mailbox.unread", "inbox/unreadMessagesCount", ()),
    "getMe": ("me.get", "Me", ()),
    "getMessageAttachment": ("messages.attachment", "Messages/Attachment/{attachmentId}", ()),
    "listMessagesForUser": ("messages.for_user", "Messages/User/{userId}", ()),
    "getMessage": ("messages.get", "Messages/{messageId}", ()),
    "listMessages": (
        "messages.list",
        "Messages",
        ("alternativeBody", "changeNewLine", "getAllTypes", "page", "limit", "afterId"),
    ),
    "getMessageReceiverGroup": ("messages.receiver_group", "Messages/ReceiversGroup/{groupId}", ()),
    "listMessageReceiverGroups": ("messages.receiver_groups", "Messages/ReceiversGroup", ()),
    "getUnreadMessages": ("messages.unread", "Messages/Unread", ()),
    "listNoteCategories": ("notes.categories", "Notes/Categories", ()),
    "getNote": ("notes.get", "Notes/{noteId}", ()),
    "listNotes": ("notes.list", "Notes", ()),
    "getNotificationCenter": ("notifications.center", "NotificationCenter", ()),
    "getPushConfigurations": ("notifications.push_configurations", "PushConfigurations", ()),
    "getClassroom": ("school.classroom", "Classrooms/{classroomId}", ()),
    "getSchool": ("school.school", "Schools", ()),
    "getSchoolById": ("school.school_by_id", "Schools/{schoolId}", ()),
    "getClass": ("school.school_class", "Classes", ()),
    "getSubject": ("school.subject", "Subjects/{subjectId}", ()),
    "listSubjects": ("school.subjects", "Subjects", ()),
    "getUser": ("school.user", "Users/{userId}", ()),
    "listUsers": ("school.users", "Users", ()),
    "getCalendars": ("timetable.calendars", "Calendars", ()),
    "getClassFreeDayTypes": ("timetable.class_free_day_types", "Calendars/ClassFreeDays/Types", ()),
    "getClassFreeDays": ("timetable.class_free_days", "Calendars/ClassFreeDays", ()),
    "getTimetableDay": ("timetable.day", "Timetables", ("day",)),
    "getTimetableEntry": ("timetable.entry", "TimetableEntries/{entryId}", ()),
    "getSchoolFreeDays": ("timetable.school_free_days", "Calendars/SchoolFreeDays", ()),
    "getSubstitution": ("timetable.substitution", "Calendars/Substitutions/{substitutionId}", ()),
    "getTeacherFreeDays": ("timetable.teacher_free_days", "Calendars/TeacherFreeDays", ()),
    "getVirtualClasses": ("timetable.virtual_classes", "VirtualClasses", ()),
    "getTimetableWeek": ("timetable.week", "Timetables", ("weekStart",)),
}


def test_the_catalogue() -> None:
    operations = catalogue()
    assert {
        operation.operation_id: (f"{operation.family}.{operation.name}", operation.path, operation.query)
        for operation in operations
    } == CATALOGUE
    assert all(operation.doc and operation.tag for operation in operations)
    assert [(one.family, one.name) for one in operations] == sorted(
        (one.family, one.name) for one in operations
    )


def test_every_operation_is_reachable_and_documented() -> None:
    owners = {family.family: family for family in FAMILIES}
    assert len(owners) == len(FAMILIES)
    for operation in catalogue():
        owner = owners[operation.family]
        assert inspect.getdoc(getattr(owner, operation.name)) == operation.doc
        assert owner.__doc__


def test_an_operation_is_declared_once() -> None:
    with pytest.raises(TypeError, match="getGrades is declared twice"):

        class _Again(Family[Any]):
            family: ClassVar[str] = "again"

            @endpoint("getGrades", tag="grades")
            def list(self) -> Get[Any]:
                """Read them again."""
                return Get("Grades", raw_json())

    assert len(catalogue()) == len(CATALOGUE)


def test_the_public_names() -> None:
    assert endpoints.__all__ == sorted(endpoints.__all__, key=lambda name: (name[0].islower(), name))
    for name in endpoints.__all__:
        assert hasattr(endpoints, name)
