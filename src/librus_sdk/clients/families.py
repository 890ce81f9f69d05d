"""The families of reads a client of a child has."""

from __future__ import annotations

from typing import Generic, TypeVar

from ..endpoints import (
    Announcements,
    AsyncCaller,
    Attendance,
    Auth,
    Changes,
    Extras,
    Grades,
    Homework,
    Justifications,
    Lessons,
    LuckyNumbers,
    Notes,
    Notifications,
    Profile,
    School,
    SyncCaller,
    Timetables,
)
from .bound import Bound
from .lookup import Lookup

__all__ = ["Register"]

C = TypeVar("C", bound=SyncCaller | AsyncCaller)


class Register(Generic[C]):
    """The families every client of a child has, messages left out.

    Attributes:
        me: who is signed in, and the child's class.
        grades: grades of every kind, with categories, comments and averages.
        attendance: attendance records and their types.
        timetable: the weekly plan with substitutions and cancellations, free days, groups.
        lessons: what is taught by whom, what is planned, and what was taught.
        homework: the agenda (tests, trips, meetings) and homework.
        announcements: the school's notices.
        notes: what teachers noted about behaviour.
        school: the school, the class, subjects and people.
        lucky_number: the lucky number of the day.
        notifications: the notification centre and what is pushed.
        justifications: excuses for absences, and parent-teacher conferences.
        auth: photos, the account behind the token, and what the token may do.
        changes: what has changed since the last time; API 3.0 only.
        extras: what only a login issued by the school can read.
        lookup: what the ids in other records stand for.
    """

    def _attach(self, caller: C, bound: Bound) -> None:
        self._caller = caller
        self._bound = bound
        self.me: Profile[C] = Profile(caller)
        self.grades: Grades[C] = Grades(caller)
        self.attendance: Attendance[C] = Attendance(caller)
        self.timetable: Timetables[C] = Timetables(caller)
        self.lessons: Lessons[C] = Lessons(caller)
        self.homework: Homework[C] = Homework(caller)
        self.announcements: Announcements[C] = Announcements(caller)
        self.notes: Notes[C] = Notes(caller)
        self.school: School[C] = School(caller)
        self.lucky_number: LuckyNumbers[C] = LuckyNumbers(caller)
        self.notifications: Notifications[C] = Notifications(caller)
        self.justifications: Justifications[C] = Justifications(caller)
        self.auth: Auth[C] = Auth(caller)
        self.changes: Changes[C] = Changes(caller)
        self.extras: Extras[C] = Extras(caller)
        self.lookup: Lookup[C] = Lookup(caller)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
