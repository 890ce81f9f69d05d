"""Everything a child has, section by section: one that is switched off or fails costs no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar, cast

from .. import models as m
from ..endpoints import (
    Announcements,
    AsyncCaller,
    Attendance,
    Auth,
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
)
from ..errors import (
    FeatureUnavailableError,
    LibrusPermissionError,
    LibrusResponseValidationError,
    LibrusSchemaWarning,
    LibrusSdkError,
)
from ..models._fields import WARSAW
from ..models.rows import Rows
from ._paid import explained, is_puzzling

__all__ = [
    "Progress",
    "Section",
    "SectionState",
    "Snapshot",
    "failed_section",
    "snapshot_async",
    "snapshot_sync",
]

T = TypeVar("T")
SectionState: TypeAlias = Literal["ok", "off", "refused", "failed"]
"""``ok``; ``off``: the school has switched it off, or not published it; ``refused``: not open to this
account; ``failed``: anything else, which may be over when tried again."""


@dataclass(frozen=True, slots=True)
class Section(Generic[T]):
    """One part of a snapshot.

    Attributes:
        name: what it is called in the snapshot.
        state: how reading it went.
        value: what was read; None unless the state is ``ok``. Personal data: not in the repr.
        error: why it was not read; None when it was.
    """

    name: str
    state: SectionState
    value: T | None = field(default=None, repr=False)
    error: LibrusSdkError | None = None

    @property
    def ok(self) -> bool:
        """Whether it was read."""
        return self.state == "ok"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a snapshot is: so many sections of all, and which was the last."""

    done: int
    total: int
    name: str
    state: SectionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What Librus held of a child when it was asked: every list, and the timetable of two weeks.

    Attributes:
        timetable: this week's, from Monday; at the weekend, too.
        next_timetable: next week's, as far as the school has published it.
    """

    me: Section[m.Me]
    grades: Section[Rows[m.Grade]]
    grade_averages: Section[Rows[m.GradeAverage]]
    grade_categories: Section[Rows[m.GradeCategory]]
    grade_comments: Section[Rows[m.GradeComment]]
    behaviour_grades: Section[Rows[m.BehaviourGrade]]
    behaviour_types: Section[Rows[m.BehaviourGradeType]]
    behaviour_points: Section[Rows[m.BehaviourGradePoint]]
    behaviour_point_categories: Section[Rows[m.BehaviourPointCategory]]
    behaviour_point_comments: Section[Rows[m.BehaviourPointComment]]
    behaviour_system_proposal: Section[Rows[m.BehaviourSystemProposal]]
    descriptive_grades: Section[Rows[m.DescriptiveGrade]]
    descriptive_comments: Section[Rows[m.DescriptiveGradeComment]]
    descriptive_skills: Section[Rows[m.DescriptiveGradeSkill]]
    descriptive_text: Section[Rows[m.DescriptiveGradeText]]
    descriptive_text_categories: Section[Rows[m.DescriptiveGradeTextCategory]]
    descriptive_text_grades: Section[Rows[m.DescriptiveTextGrade]]
    descriptive_text_grade_skills: Section[Rows[m.DescriptiveTextGradeSkill]]
    point_grades: Section[Rows[m.PointGrade]]
    point_averages: Section[Rows[m.PointGradeAverage]]
    point_categories: Section[Rows[m.PointGradeCategory]]
    point_comments: Section[Rows[m.PointGradeComment]]
    text_grades: Section[Rows[m.TextGrade]]
    attendances: Section[Rows[m.Attendance]]
    attendance_types: Section[Rows[m.AttendanceType]]
    timetable: Section[m.Timetable]
    next_timetable: Section[m.Timetable]
    calendars: Section[Rows[m.Calendar]]
    class_free_days: Section[Rows[m.ClassFreeDay]]
    class_free_day_types: Section[Rows[m.ClassFreeDayType]]
    school_free_days: Section[Rows[m.SchoolFreeDay]]
    teacher_free_days: Section[Rows[m.TeacherFreeDay]]
    virtual_classes: Section[Rows[m.VirtualClass]]
    lessons: Section[Rows[m.Lesson]]
    planned_lessons: Section[Rows[m.PlannedLesson]]
    realizations: Section[Rows[m.Realization]]
    agenda: Section[Rows[m.HomeWork]]
    agenda_categories: Section[Rows[m.HomeworkCategory]]
    homework_assignments: Section[Rows[m.HomeworkAssignment]]
    messages: Section[Rows[m.Message]]
    unread_messages: Section[int]
    message_receiver_groups: Section[Rows[m.MessageReceiverGroup]]
    announcements: Section[Rows[m.SchoolNotice]]
    notes: Section[Rows[m.Note]]
    note_categories: Section[Rows[m.NoteCategory]]
    school: Section[m.School]
    school_class: Section[m.SchoolClass]
    subjects: Section[Rows[m.Subject]]
    users: Section[Rows[m.User]]
    lucky_number: Section[m.LuckyNumber]
    notification_center: Section[m.NotificationCenter]
    push_configurations: Section[m.PushConfigurations]
    justifications: Section[Rows[m.Justification]]
    conferences: Section[Rows[m.ParentTeacherConference]]
    system_data: Section[m.SystemData]
    photos: Section[m.AuthPhotos]
    token_info: Section[m.AuthTokenInfo]

    def __iter__(self) -> Iterator[Section[Any]]:
        """Go through the sections, in the order of this class."""
        return (getattr(self, name) for name in self.__dataclass_fields__)

    def __repr__(self) -> str:
        read = [section for section in self if section.ok]
        return f"<Snapshot: {len(read)} of {len(self.__dataclass_fields__)} sections>"


_NOBODY: Final = cast("Any", None)


def _reads(today: date, *, free_messages: bool) -> dict[str, Get[Any]]:
    """Return what is read for each section; messages from their own website where that has a door."""
    monday = today - timedelta(days=today.weekday())
    declared: dict[str, Callable[[Any], Get[Any]]] = {
        "me": Profile.get,
        "grades": Grades.list,
        "grade_averages": Grades.averages,
        "grade_categories": Grades.categories,
        "grade_comments": Grades.comments,
        "behaviour_grades": Grades.behaviour,
        "behaviour_types": Grades.behaviour_types,
        "behaviour_points": Grades.behaviour_points,
        "behaviour_point_categories": Grades.behaviour_point_categories,
        "behaviour_point_comments": Grades.behaviour_point_comments,
        "behaviour_system_proposal": Grades.behaviour_system_proposal,
        "descriptive_grades": Grades.descriptive,
        "descriptive_comments": Grades.descriptive_comments,
        "descriptive_skills": Grades.descriptive_skills,
        "descriptive_text": Grades.descriptive_text,
        "descriptive_text_categories": Grades.descriptive_text_categories,
        "descriptive_text_grades": Grades.descriptive_text_grades,
        "descriptive_text_grade_skills": Grades.descriptive_text_grade_skills,
        "point_grades": Grades.points,
        "point_averages": Grades.point_averages,
        "point_categories": Grades.point_categories,
        "point_comments": Grades.point_comments,
        "text_grades": Grades.text,
        "attendances": Attendance.list,
        "attendance_types": Attendance.types,
        "timetable": lambda family: Timetables.week(family, monday),
        "next_timetable": lambda family: Timetables.week(family, monday + timedelta(days=7)),
        "calendars": Timetables.calendars,
        "class_free_days": Timetables.class_free_days,
        "class_free_day_types": Timetables.class_free_day_types,
        "school_free_days": Timetables.school_free_days,
        "teacher_free_days": Timetables.teacher_free_days,
        "virtual_classes": Timetables.virtual_classes,
        "lessons": Lessons.list,
        "planned_lessons": Lessons.planned,
        "realizations": Lessons.realizations,
        "agenda": Homework.list,
        "agenda_categories": Homework.categories,
        "homework_assignments": Homework.assignments,
        "messages": Mailbox.list if free_messages else Messages.list,
        "unread_messages": Mailbox.unread if free_messages else Messages.unread,
        "message_receiver_groups": Messages.receiver_groups,
        "announcements": Announcements.list,
        "notes": Notes.list,
        "note_categories": Notes.categories,
        "school": School.school,
        "school_class": School.school_class,
        "subjects": School.subjects,
        "users": School.users,
        "lucky_number": LuckyNumbers.get,
        "notification_center": Notifications.center,
        "push_configurations": Notifications.push_configurations,
        "justifications": Justifications.list,
        "conferences": Justifications.conferences,
        "system_data": Justifications.system_data,
        "photos": Auth.photos,
        "token_info": Auth.token_info,
    }
    return {name: declare(_NOBODY) for name, declare in declared.items()}


def failed_section(name: str, problem: LibrusSdkError | LibrusSchemaWarning) -> Section[Any]:
    """Return the section that says why it was not read.

    A warning of odd rows is a problem where the program has made errors of warnings.
    """
    error = problem
    if isinstance(error, LibrusSchemaWarning):
        error = LibrusResponseValidationError(f"{error}. Warnings are errors in this program.")
    state: SectionState = "failed"
    if isinstance(error, FeatureUnavailableError):
        state = "off"
    elif isinstance(error, LibrusPermissionError):
        state = "refused"
    # A copy that was never raised: a traceback keeps frames alive, and what they hold.
    return Section(name, state, error=error.replicate())


class _Album:
    """Sections as they come in."""

    def __init__(self, reads: dict[str, Get[Any]], progress: Callable[[Progress], object] | None) -> None:
        self._reads = reads
        self._progress = progress
        self._sections: dict[str, Section[Any]] = {}

    def add(self, section: Section[Any]) -> None:
        self._sections[section.name] = section
        if self._progress is not None:
            self._progress(Progress(len(self._sections), len(self._reads), section.name, section.state))

    def snapshot(self) -> Snapshot:
        return Snapshot(**{name: self._explained(section) for name, section in self._sections.items()})

    def _explained(self, section: Section[Any]) -> Section[Any]:
        """The section; a refusal of messages with what the token information says about it."""
        error = section.error
        path = self._reads[section.name].path
        if not isinstance(error, LibrusPermissionError) or not is_puzzling(error, path):
            return section
        known: Section[m.AuthTokenInfo] = self._sections["token_info"]
        puzzle = explained(error, known.value)
        puzzle.__cause__ = error.__cause__
        return replace(section, error=puzzle)


def _today(wall: float) -> date:
    return datetime.fromtimestamp(wall, WARSAW).date()


def _read(name: str, value: Any) -> Section[Any]:
    """Return the section with what was read; of the messages' website the number of the inbox."""
    if isinstance(value, m.UnreadCounts):
        value = value.inbox or 0
    return Section(name, "ok", value)


def snapshot_sync(
    caller: SyncCaller,
    wall: float,
    workers: int,
    progress: Callable[[Progress], object] | None,
    *,
    free_messages: bool = False,
) -> Snapshot:
    """Read all sections on a few threads; ``progress`` is called on the caller's own.

    The caller need not explain why messages are refused: that is done here, once for all sections.
    """
    reads = _reads(_today(wall), free_messages=free_messages)
    album = _Album(reads, progress)

    def read(name: str, get: Get[Any]) -> Section[Any]:
        try:
            return _read(name, caller.call(get))
        except (LibrusSdkError, LibrusSchemaWarning) as problem:
            return failed_section(name, problem)

    pool = ThreadPoolExecutor(workers, thread_name_prefix="librus-snapshot")
    try:
        for done in as_completed([pool.submit(read, name, get) for name, get in reads.items()]):
            album.add(done.result())
    finally:
        # After an interrupt what has not begun is dropped; what has, ends within its own timeout.
        pool.shutdown(wait=False, cancel_futures=True)
    return album.snapshot()


async def snapshot_async(
    caller: AsyncCaller,
    wall: float,
    progress: Callable[[Progress], object] | None,
    *,
    free_messages: bool = False,
) -> Snapshot:
    """Read all sections at once; the session's places keep that polite."""
    reads = _reads(_today(wall), free_messages=free_messages)
    album = _Album(reads, progress)

    async def read(name: str, get: Get[Any]) -> None:
        try:
            section = _read(name, await caller.call(get))
        except (LibrusSdkError, LibrusSchemaWarning) as problem:
            section = failed_section(name, problem)
        album.add(section)

    tasks = [asyncio.ensure_future(read(name, get)) for name, get in reads.items()]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return album.snapshot()
