"""The records Librus keeps, one module a domain.

The names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ._fields import WARSAW, Id
    from .account import Me, MeAccount, MeUser
    from .attendance import Attendance, AttendanceType
    from .auth import AuthTokenInfo
    from .grades import Grade, GradeAverage, GradeCategory, GradeComment
    from .homework import HomeWork, HomeworkCategory, OnlineLesson
    from .lucky import LuckyNumber
    from .portal import ChildAccount, PortalMe, PortalSubscription, SynergiaAccounts
    from .rows import Embedded, Record, Ref, Rejected, Rows
    from .school import Subject, User
    from .timetable import LessonKind, Timetable, TimetableEntry, TimetableLesson

__all__ = [
    "WARSAW",
    "Attendance",
    "AttendanceType",
    "AuthTokenInfo",
    "ChildAccount",
    "Embedded",
    "Grade",
    "GradeAverage",
    "GradeCategory",
    "GradeComment",
    "HomeWork",
    "HomeworkCategory",
    "Id",
    "LessonKind",
    "LuckyNumber",
    "Me",
    "MeAccount",
    "MeUser",
    "OnlineLesson",
    "PortalMe",
    "PortalSubscription",
    "Record",
    "Ref",
    "Rejected",
    "Rows",
    "Subject",
    "SynergiaAccounts",
    "Timetable",
    "TimetableEntry",
    "TimetableLesson",
    "User",
]

_HOMES: Final = {
    "_fields": ("WARSAW", "Id"),
    "account": ("Me", "MeAccount", "MeUser"),
    "attendance": ("Attendance", "AttendanceType"),
    "auth": ("AuthTokenInfo",),
    "grades": ("Grade", "GradeAverage", "GradeCategory", "GradeComment"),
    "homework": ("HomeWork", "HomeworkCategory", "OnlineLesson"),
    "lucky": ("LuckyNumber",),
    "portal": ("ChildAccount", "PortalMe", "PortalSubscription", "SynergiaAccounts"),
    "rows": ("Embedded", "Record", "Ref", "Rejected", "Rows"),
    "school": ("Subject", "User"),
    "timetable": ("LessonKind", "Timetable", "TimetableEntry", "TimetableLesson"),
}
_MODULE_OF: Final = {name: module for module, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:
    # Hidden from type checkers: to them a module with ``__getattr__`` has every name.

    def __getattr__(name: str) -> Any:
        module = _MODULE_OF.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{module}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
