"""How each read of the register is called, its ids found in the lists that the child has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from librus_sdk import SynergiaApiClient
from librus_sdk.models import Rows

MONDAY = date(2026, 3, 9)
WEDNESDAY = date(2026, 3, 11)
FRIDAY = date(2026, 3, 13)
Read = Callable[[SynergiaApiClient], Any]


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


def homework_files(client: SynergiaApiClient) -> list[str]:
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


def student(client: SynergiaApiClient) -> str:
    """The id that kindergartens and the new descriptive grading know the child by."""
    found = client.auth.token_info().identifier_of_student_assigned_with_user
    assert found is not None
    return found


def _group(client: SynergiaApiClient) -> str:
    found = client.auth.token_info().identifier_of_class_of_student_assigned_with_user
    assert found is not None
    return found


def _device(client: SynergiaApiClient) -> str:
    found = client.changes.register().id
    assert found is not None
    return found


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
    "getHomeworkAssignmentAttachment": lambda c: c.homework.attachment(homework_files(c)[0]),
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
    "registerForChanges": lambda c: c.changes.register(),
    "listChanges": lambda c: c.changes.list(_device(c)),
    "getGradingSystem": lambda c: c.extras.grading_system(),
    "getUnits": lambda c: c.extras.units(),
    "getPartialDescriptiveGrades": lambda c: c.extras.partial_descriptive_grades(student(c)),
    "getExtraActivities": lambda c: c.extras.extra_activities(MONDAY, FRIDAY),
    "getSchoolTrips": lambda c: c.extras.school_trips(),
    "getSchoolFiles": lambda c: c.extras.school_files(),
    "getLibraryLendings": lambda c: c.extras.library_lendings(),
}
"""Every read of a school's child, by its operation; those of API 3.0 and those of the gateway."""

KINDERGARTEN_READS: dict[str, Read] = {
    "getKindergartenTimetable": lambda c: c.extras.kindergarten_timetable(student(c), MONDAY, FRIDAY),
    "getKindergartenActivityTypes": lambda c: c.extras.kindergarten_activity_types(),
    "getKindergartenGroup": lambda c: c.extras.kindergarten_group(_group(c)),
}
# The second child's school shows no averages, and the third child has no photo.
NOT_THERE = {("getGradeAverages", 1), ("getPointGradeAverages", 1), ("getAuthPhoto", 2)}
