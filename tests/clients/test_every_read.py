"""Every read of the catalogue, for every child of the simulator, with strict models; files, and refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from librus_sdk import LibrusSession, SynergiaApiClient
from librus_sdk.endpoints import catalogue
from librus_sdk.errors import (
    LibrusApiError,
    LibrusPermissionError,
    LibrusResponseValidationError,
)
from librus_sdk.models import Rows
from librus_sdk.simulator import Simulator

MONDAY = date(2026, 3, 9)
WEDNESDAY = date(2026, 3, 11)
Read = Callable[[SynergiaApiClient], Any]


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(today=WEDNESDAY, children=3) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def session(sim: Simulator) -> Iterator[LibrusSession]:
    with LibrusSession(sim.credentials, hosts=sim.hosts, strict=True) as session:
        yield session


def _first(rows: Rows[Any]) -> Any:
    assert rows, "the simulator has nothing to read here"
    return rows[0].id


def _substitution(client: SynergiaApiClient) -> str:
    for week in range(1, 40):
        for lesson in client.timetable.week(date.fromordinal(date(2025, 9, 1).toordinal() + 7 * week)):
            if lesson.substitution_class_url:
                return lesson.substitution_class_url.rpartition("/")[2]
    raise AssertionError("a school year without a substitution")


def _planned_attachment(client: SynergiaApiClient) -> Any:
    for lesson in client.lessons.planned():
        found = lesson.attachment
        if found is not None:
            return getattr(found, "id", found)
    raise AssertionError("no planned lesson has an attachment")


def _homework_files(client: SynergiaApiClient) -> list[str]:
    return [
        file.attachment_id
        for assignment in client.homework.assignments()
        for file in assignment.files
        if file.attachment_id
    ]


def _photo_id(client: SynergiaApiClient) -> str:
    photo = client.auth.photos().photo
    assert photo is not None
    assert photo.id
    return photo.id


def _message_attachment(client: SynergiaApiClient) -> str:
    return _attachment_ids(client.get("Messages"))[0]


def _attachment_ids(document: Any) -> list[str]:
    return [str(file["Id"]) for row in document["Messages"] for file in row.get("Attachments") or ()]


READS: dict[str, Read] = {
    "getMe": lambda c: c.me.get(),
    "getGrades": lambda c: c.grades.list(),
    "getGradeAverages": lambda c: c.grades.averages(),
    "getGradeCategories": lambda c: c.grades.categories(),
    "getGradeComments": lambda c: c.grades.comments(),
    "getBehaviourGrades": lambda c: c.grades.behaviour(),
    "getBehaviourGradeTypes": lambda c: c.grades.behaviour_types(),
    "getBehaviourGradePoints": lambda c: c.grades.behaviour_points(),
    "getBehaviourPointCategories": lambda c: c.grades.behaviour_point_categories(),
    "getBehaviourPointComments": lambda c: c.grades.behaviour_point_comments(),
    "getDescriptiveGrades": lambda c: c.grades.descriptive(),
    "getDescriptiveGradeComments": lambda c: c.grades.descriptive_comments(),
    "getDescriptiveGradeSkills": lambda c: c.grades.descriptive_skills(),
    "getDescriptiveGradeText": lambda c: c.grades.descriptive_text(),
    "getDescriptiveGradeTextCategories": lambda c: c.grades.descriptive_text_categories(),
    "getDescriptiveTextGrades": lambda c: c.grades.descriptive_text_grades(),
    "getDescriptiveTextGradeSkills": lambda c: c.grades.descriptive_text_grade_skills(),
    "getPointGrades": lambda c: c.grades.points(),
    "getPointGradeAverages": lambda c: c.grades.point_averages(),
    "getPointGradeCategories": lambda c: c.grades.point_categories(),
    "getPointGradeComments": lambda c: c.grades.point_comments(),
    "getTextGrades": lambda c: c.grades.text(),
    "getAttendances": lambda c: c.attendance.list(),
    "getAttendanceTypes": lambda c: c.attendance.types(),
    "getTimetableWeek": lambda c: c.timetable.week(MONDAY),
    "getTimetableDay": lambda c: c.timetable.day(WEDNESDAY),
    "getTimetableEntry": lambda c: c.timetable.entry(
        next(lesson.timetable_entry.id for lesson in c.timetable.week(MONDAY) if lesson.timetable_entry)
    ),
    "getCalendars": lambda c: c.timetable.calendars(),
    "getClassFreeDays": lambda c: c.timetable.class_free_days(),
    "getClassFreeDayTypes": lambda c: c.timetable.class_free_day_types(),
    "getSchoolFreeDays": lambda c: c.timetable.school_free_days(),
    "getTeacherFreeDays": lambda c: c.timetable.teacher_free_days(),
    "getSubstitution": lambda c: c.timetable.substitution(_substitution(c)),
    "getVirtualClasses": lambda c: c.timetable.virtual_classes(),
    "listLessons": lambda c: c.lessons.list(),
    "getLesson": lambda c: c.lessons.get(_first(c.lessons.list())),
    "listPlannedLessons": lambda c: c.lessons.planned(),
    "getPlannedLesson": lambda c: c.lessons.planned_get(_first(c.lessons.planned())),
    "getPlannedLessonAttachment": lambda c: c.lessons.planned_attachment(_planned_attachment(c)),
    "listRealizations": lambda c: c.lessons.realizations(),
    "getRealization": lambda c: c.lessons.realization(_first(c.lessons.realizations())),
    "getHomeWorks": lambda c: c.homework.list(),
    "getHomeworkCategories": lambda c: c.homework.categories(),
    "getHomeworkAssignments": lambda c: c.homework.assignments(),
    "getHomeworkAssignmentAttachment": lambda c: c.homework.attachment(_homework_files(c)[0]),
    "listMessages": lambda c: c.messages.list(),
    "getMessage": lambda c: c.messages.get(_first(c.messages.list())),
    "getUnreadMessages": lambda c: c.messages.unread(),
    "listMessagesForUser": lambda c: c.messages.for_user(_first(c.school.users())),
    "listMessageReceiverGroups": lambda c: c.messages.receiver_groups(),
    "getMessageReceiverGroup": lambda c: c.messages.receiver_group(_first(c.messages.receiver_groups())),
    "getMessageAttachment": lambda c: c.messages.attachment(_message_attachment(c)),
    "listSchoolNotices": lambda c: c.announcements.list(),
    "getSchoolNotice": lambda c: c.announcements.get(_first(c.announcements.list())),
    "listNotes": lambda c: c.notes.list(),
    "getNote": lambda c: c.notes.get(_first(c.notes.list())),
    "listNoteCategories": lambda c: c.notes.categories(),
    "getSchool": lambda c: c.school.school(),
    "getSchoolById": lambda c: c.school.school_by_id(c.school.school().id or ""),
    "getClass": lambda c: c.school.school_class(),
    "getClassroom": lambda c: c.school.classroom(
        next(
            lesson.classroom.id
            for lesson in c.timetable.week(MONDAY)
            if lesson.classroom and lesson.classroom.id
        )
    ),
    "listSubjects": lambda c: c.school.subjects(),
    "getSubject": lambda c: c.school.subject(_first(c.school.subjects())),
    "listUsers": lambda c: c.school.users(),
    "getUser": lambda c: c.school.user(_first(c.school.users())),
    "getLuckyNumber": lambda c: c.lucky_number.get(),
    "getNotificationCenter": lambda c: c.notifications.center(),
    "getPushConfigurations": lambda c: c.notifications.push_configurations(),
    "listJustifications": lambda c: c.justifications.list(),
    "getJustification": lambda c: c.justifications.get(_first(c.justifications.list())),
    "listParentTeacherConferences": lambda c: c.justifications.conferences(),
    "getSystemData": lambda c: c.justifications.system_data(),
    "listAuthPhotos": lambda c: c.auth.photos(),
    "getAuthPhoto": lambda c: c.auth.photo(_photo_id(c)),
    "getAuthUserInfo": lambda c: c.auth.user_info(c.auth.token_info().user_identifier or ""),
    "getAuthTokenInfo": lambda c: c.auth.token_info(),
}
# The second child's school shows no averages, and the third child has no photo.
NOT_THERE = {("getGradeAverages", 1), ("getPointGradeAverages", 1), ("getAuthPhoto", 2)}
REFUSED: dict[str, tuple[Read, int]] = {
    "getBehaviourSystemProposal": (lambda c: c.grades.behaviour_system_proposal(), 403),
    "getAuthClassroom": (lambda c: c.auth.classroom("5"), 404),
}


def test_every_operation_is_read_here() -> None:
    assert {*READS, *REFUSED} == {operation.operation_id for operation in catalogue()}


@pytest.mark.parametrize(
    ("operation", "child"), [(name, n) for name in READS for n in range(3) if (name, n) not in NOT_THERE]
)
def test_a_read_fits_its_model(session: LibrusSession, sim: Simulator, operation: str, child: int) -> None:
    client = session.for_child(sim.children[child].id)
    found = READS[operation](client)
    assert found is not None


@pytest.mark.parametrize("operation", REFUSED)
def test_what_librus_refuses_to_parents(session: LibrusSession, sim: Simulator, operation: str) -> None:
    read, status = REFUSED[operation]
    with pytest.raises(LibrusApiError) as caught:
        read(session.for_child(sim.children[0].id))
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("sent", "ids"), [({"Id": 3}, ["3"]), ([{"Id": 3}, {"Id": "4"}], ["3", "4"]), (None, []), ([], [])]
)
def test_the_proposal_of_the_system_in_each_of_its_forms(
    session: LibrusSession, sim: Simulator, sent: Any, ids: list[str]
) -> None:
    sim.fail("BehaviourGrades/SystemProposal", body={"BehaviourGradesSystemProposal": sent})
    found = session.for_child(sim.children[0].id).grades.behaviour_system_proposal()
    assert [row.id for row in found] == ids


def test_a_class_that_librus_knows_something_about(session: LibrusSession, sim: Simulator) -> None:
    sim.fail("Auth/Classrooms/{id}", body={"name": "5a"})
    assert dict(session.for_child(sim.children[0].id).auth.classroom("7")) == {"name": "5a"}


# --- files ------------------------------------------------------------------------------------------------


def test_files_come_with_a_name_and_their_bytes(session: LibrusSession, sim: Simulator) -> None:
    client = session.for_child(sim.children[0].id)
    sim.reset_counts()
    files = [client.homework.attachment(file) for file in _homework_files(client)]
    assert all(file.size and file.file_name for file in files)
    pdfs = [file for file in files if file.media_type == "application/pdf"]
    assert pdfs
    assert all(file.content.startswith(b"%PDF-") for file in pdfs)
    assert sim.counts["download"] == len(pdfs), "these were fetched from where a note said"
    fetched = [record for record in sim.requests if record.endpoint == "download"]
    assert all(record.generation is None for record in fetched), "no token goes there"


def test_a_file_that_is_no_file_is_said(session: LibrusSession, sim: Simulator) -> None:
    client = session.for_child(sim.children[0].id)
    file = _homework_files(client)[0]
    odd: tuple[dict[str, Any], ...] = ({"body": {"Status": "Maintenance"}}, {"html": True})
    for wrong in odd:
        sim.fail("HomeWorkAssignments/Attachment/{id}", **wrong)
        with pytest.raises(LibrusResponseValidationError, match="did not send a file"):
            client.homework.attachment(file)


# --- why messages are refused -----------------------------------------------------------------------------


def test_unpaid_messages_say_what_the_token_may_do(session: LibrusSession, sim: Simulator) -> None:
    client = session.for_child(sim.children[1].id)
    sim.messages_unpaid(sim.children[1].id)
    sim.reset_counts()
    try:
        with pytest.raises(LibrusPermissionError) as caught:
            client.messages.list()
    finally:
        sim.allow_all()
    details = caught.value.details
    assert details["feature"] == details["required_scope"] == "messages"
    assert details["scope_present"] is True
    assert "Messages" in details["token_scopes"]
    assert "paid subscription" in details["hint"]
    assert sim.counts["Auth/TokenInfo"] == 1
    assert caught.value.__context__ is None


def test_unpaid_messages_without_token_information(session: LibrusSession, sim: Simulator) -> None:
    client = session.for_child(sim.children[1].id)
    sim.messages_unpaid(sim.children[1].id)
    sim.switch_off("Auth/TokenInfo")
    try:
        with pytest.raises(LibrusPermissionError) as caught:
            client.messages.unread()
    finally:
        sim.allow_all()
    assert "scope_present" not in caught.value.details
    assert caught.value.details["hint"]
