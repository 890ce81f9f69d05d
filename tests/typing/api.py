"""The typing contract of the child API's clients: checked by mypy and pyright, never run.

Every call has the type its user sees, blocking and awaited; a misspelt name or keyword is an error in both.
The ``type: ignore`` comments are assertions: were the error not reported, the unused comment would be.
"""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, assert_type

from librus_sdk.clients.api import AsyncSynergiaApiClient, SynergiaApiClient
from librus_sdk.clients.snapshot import Snapshot
from librus_sdk.endpoints import Grades, Homework
from librus_sdk.models import (
    Attendance,
    AttendanceType,
    AuthTokenInfo,
    BehaviourSystemProposal,
    Classroom,
    Download,
    Embedded,
    Grade,
    GradeAverage,
    GradeCategory,
    GradeComment,
    HomeWork,
    HomeworkCategory,
    Lesson,
    LuckyNumber,
    Me,
    Message,
    Note,
    NotificationCenter,
    ParentTeacherConference,
    Ref,
    Rejected,
    Rows,
    SavedFile,
    SchoolNotice,
    Subject,
    Substitution,
    Timetable,
    TimetableEntry,
    TimetableLesson,
    User,
)


def blocking(client: SynergiaApiClient) -> None:
    assert_type(client.me.get(), Me)
    assert_type(client.grades.list(), Rows[Grade])
    assert_type(client.grades.averages(), Rows[GradeAverage])
    assert_type(client.grades.averages(subject_id="7"), Rows[GradeAverage])
    assert_type(client.grades.categories(), Rows[GradeCategory])
    assert_type(client.grades.comments(), Rows[GradeComment])
    assert_type(client.attendance.list(), Rows[Attendance])
    assert_type(client.attendance.types(), Rows[AttendanceType])
    assert_type(client.timetable.week("2026-09-14"), Timetable)
    assert_type(client.timetable.week(monday=date(2026, 9, 14)), Timetable)
    assert_type(client.timetable.day("2026-09-15"), Timetable)
    assert_type(client.timetable.entry(5), TimetableEntry)
    assert_type(client.lucky_number.get(), LuckyNumber)
    assert_type(client.lucky_number.get(for_day=date(2026, 9, 15)), LuckyNumber)
    assert_type(client.homework.list(), Rows[HomeWork])
    assert_type(client.homework.categories(), Rows[HomeworkCategory])
    assert_type(client.school.subjects(), Rows[Subject])
    assert_type(client.school.subject("7"), Subject)
    assert_type(client.school.users(), Rows[User])
    assert_type(client.school.user(7), User)
    assert_type(client.auth.token_info(), AuthTokenInfo)
    assert_type(client.grades.behaviour_system_proposal(), Rows[BehaviourSystemProposal])
    assert_type(client.timetable.substitution(5), Substitution)
    assert_type(client.lessons.list(), Rows[Lesson])
    assert_type(client.lessons.planned_attachment("5"), Download)
    assert_type(client.messages.list(after_id=5), Rows[Message])
    assert_type(client.messages.unread(), int)
    assert_type(client.announcements.get("5"), SchoolNotice)
    assert_type(client.notes.list(), Rows[Note])
    assert_type(client.justifications.conferences(), Rows[ParentTeacherConference])
    assert_type(client.notifications.center(), NotificationCenter)
    assert_type(client.snapshot(), Snapshot)
    assert_type(client.save(Homework.attachment(client.homework, "1-2"), "task.pdf"), SavedFile)
    client.save(Grades.list(client.grades), "task.pdf")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(client.snapshot().grades.value, Rows[Grade] | None)
    assert_type(client.lookup.subject(None), Subject | None)
    assert_type(client.lookup.lesson("5"), Lesson | None)
    assert_type(client.lookup.classroom(5), Classroom | None)

    client.grades.averages(subjct_id="7")  # type: ignore[call-arg]
    client.grades.averages("7")  # type: ignore[call-arg]
    client.timetable.week()  # type: ignore[call-arg]
    client.timetable.week(20260914)  # type: ignore[arg-type]
    client.lookup.subject([5])  # type: ignore[arg-type]
    client.grades.lists()  # type: ignore[attr-defined]


async def awaited(client: AsyncSynergiaApiClient) -> None:
    pending = client.me.get()
    _ = assert_type(pending, Coroutine[Any, Any, Me])
    assert_type(await pending, Me)
    assert_type(await client.grades.list(), Rows[Grade])
    assert_type(await client.grades.averages(), Rows[GradeAverage])
    assert_type(await client.grades.averages(subject_id=7), Rows[GradeAverage])
    assert_type(await client.grades.categories(), Rows[GradeCategory])
    assert_type(await client.grades.comments(), Rows[GradeComment])
    assert_type(await client.attendance.list(), Rows[Attendance])
    assert_type(await client.attendance.types(), Rows[AttendanceType])
    assert_type(await client.timetable.week("2026-09-14"), Timetable)
    assert_type(await client.timetable.day(day=date(2026, 9, 15)), Timetable)
    assert_type(await client.timetable.entry("5"), TimetableEntry)
    assert_type(await client.lucky_number.get(for_day="2026-09-15"), LuckyNumber)
    assert_type(await client.homework.list(), Rows[HomeWork])
    assert_type(await client.homework.categories(), Rows[HomeworkCategory])
    assert_type(await client.school.subjects(), Rows[Subject])
    assert_type(await client.school.subject("7"), Subject)
    assert_type(await client.school.users(), Rows[User])
    assert_type(await client.school.user("7"), User)
    assert_type(await client.auth.token_info(), AuthTokenInfo)
    assert_type(await client.grades.behaviour_system_proposal(), Rows[BehaviourSystemProposal])
    assert_type(await client.timetable.substitution(5), Substitution)
    assert_type(await client.lessons.list(), Rows[Lesson])
    assert_type(await client.lessons.planned_attachment("5"), Download)
    assert_type(await client.messages.list(after_id=5), Rows[Message])
    assert_type(await client.messages.unread(), int)
    assert_type(await client.announcements.get("5"), SchoolNotice)
    assert_type(await client.notes.list(), Rows[Note])
    assert_type(await client.justifications.conferences(), Rows[ParentTeacherConference])
    assert_type(await client.notifications.center(), NotificationCenter)
    assert_type(await client.snapshot(), Snapshot)
    get = Homework.attachment(client.homework, "1-2")
    assert_type(await client.save(get, Path("task.pdf"), overwrite=True), SavedFile)
    assert_type(await client.lookup.subject(None), Subject | None)
    assert_type(await client.lookup.lesson("5"), Lesson | None)
    assert_type(await client.lookup.classroom(5), Classroom | None)

    await client.grades.averages(subjct_id="7")  # type: ignore[call-arg]
    await client.timetable.week()  # type: ignore[call-arg]


def values(rows: Rows[Grade], timetable: Timetable, category: GradeCategory) -> None:
    assert_type(rows[0], Grade)
    assert_type(rows[:2], tuple[Grade, ...])
    assert_type(rows.rejected, tuple[Rejected, ...])
    assert_type(rows.raw, bytes)
    grade = rows[0]
    assert_type(grade.id, str)
    assert_type(grade.subject.id, str)
    assert_type(grade.date, date)
    assert_type(grade.add_date, datetime)
    assert_type(grade.comments, tuple[Ref | Embedded, ...])
    assert_type(category.weight, Decimal | None)
    assert_type(timetable.lessons, tuple[TimetableLesson, ...])
    for day, slots in timetable.days.items():
        assert_type(day, date)
        assert_type(slots, tuple[tuple[TimetableLesson, ...], ...])

    grade.grade = "6"  # type: ignore[misc]
