"""The records Librus keeps, one module a domain.

The names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ._fields import WARSAW, Id
    from .account import Me, MeAccount, MeUser
    from .announcements import SchoolNotice
    from .attendance import Attendance, AttendanceType
    from .auth import AuthClassroom, AuthPhoto, AuthPhotos, AuthTokenInfo, AuthUserInfo
    from .behaviour import (
        BehaviourGrade,
        BehaviourGradePoint,
        BehaviourGradeType,
        BehaviourPointCategory,
        BehaviourPointComment,
        BehaviourSystemProposal,
    )
    from .calendar import (
        Calendar,
        ClassFreeDay,
        ClassFreeDayType,
        SchoolFreeDay,
        Substitution,
        TeacherFreeDay,
        VirtualClass,
    )
    from .descriptive import (
        DescriptiveGrade,
        DescriptiveGradeComment,
        DescriptiveGradeSkill,
        DescriptiveGradeText,
        DescriptiveGradeTextCategory,
        DescriptiveTextGrade,
        DescriptiveTextGradeSkill,
    )
    from .download import Download, DownloadDescriptor, SavedFile
    from .grades import Grade, GradeAverage, GradeCategory, GradeComment, TextGrade
    from .homework import HomeWork, HomeworkAssignment, HomeworkCategory, HomeworkFile, OnlineLesson
    from .justifications import Justification, ParentTeacherConference, SystemData
    from .lessons import Lesson, PlannedLesson, Realization
    from .lucky import LuckyNumber
    from .messages import Message, MessageAttachment, MessageReceiverGroup
    from .notes import Note, NoteCategory
    from .notifications import NotificationCenter, PushConfigurations
    from .points import PointGrade, PointGradeAverage, PointGradeCategory, PointGradeComment
    from .portal import ChildAccount, PortalMe, PortalSubscription, SynergiaAccounts
    from .rows import Embedded, Record, Ref, Rejected, Rows
    from .school import Classroom, LessonHours, School, SchoolClass, Subject, User
    from .timetable import LessonKind, Timetable, TimetableEntry, TimetableLesson

__all__ = [
    "WARSAW",
    "Attendance",
    "AttendanceType",
    "AuthClassroom",
    "AuthPhoto",
    "AuthPhotos",
    "AuthTokenInfo",
    "AuthUserInfo",
    "BehaviourGrade",
    "BehaviourGradePoint",
    "BehaviourGradeType",
    "BehaviourPointCategory",
    "BehaviourPointComment",
    "BehaviourSystemProposal",
    "Calendar",
    "ChildAccount",
    "ClassFreeDay",
    "ClassFreeDayType",
    "Classroom",
    "DescriptiveGrade",
    "DescriptiveGradeComment",
    "DescriptiveGradeSkill",
    "DescriptiveGradeText",
    "DescriptiveGradeTextCategory",
    "DescriptiveTextGrade",
    "DescriptiveTextGradeSkill",
    "Download",
    "DownloadDescriptor",
    "Embedded",
    "Grade",
    "GradeAverage",
    "GradeCategory",
    "GradeComment",
    "HomeWork",
    "HomeworkAssignment",
    "HomeworkCategory",
    "HomeworkFile",
    "Id",
    "Justification",
    "Lesson",
    "LessonHours",
    "LessonKind",
    "LuckyNumber",
    "Me",
    "MeAccount",
    "MeUser",
    "Message",
    "MessageAttachment",
    "MessageReceiverGroup",
    "Note",
    "NoteCategory",
    "NotificationCenter",
    "OnlineLesson",
    "ParentTeacherConference",
    "PlannedLesson",
    "PointGrade",
    "PointGradeAverage",
    "PointGradeCategory",
    "PointGradeComment",
    "PortalMe",
    "PortalSubscription",
    "PushConfigurations",
    "Realization",
    "Record",
    "Ref",
    "Rejected",
    "Rows",
    "SavedFile",
    "School",
    "SchoolClass",
    "SchoolFreeDay",
    "SchoolNotice",
    "Subject",
    "Substitution",
    "SynergiaAccounts",
    "SystemData",
    "TeacherFreeDay",
    "TextGrade",
    "Timetable",
    "TimetableEntry",
    "TimetableLesson",
    "User",
    "VirtualClass",
]

_HOMES: Final = {
    "_fields": ("WARSAW", "Id"),
    "account": ("Me", "MeAccount", "MeUser"),
    "announcements": ("SchoolNotice",),
    "attendance": ("Attendance", "AttendanceType"),
    "auth": ("AuthClassroom", "AuthPhoto", "AuthPhotos", "AuthTokenInfo", "AuthUserInfo"),
    "behaviour": (
        "BehaviourGrade",
        "BehaviourGradePoint",
        "BehaviourGradeType",
        "BehaviourPointCategory",
        "BehaviourPointComment",
        "BehaviourSystemProposal",
    ),
    "calendar": (
        "Calendar",
        "ClassFreeDay",
        "ClassFreeDayType",
        "SchoolFreeDay",
        "Substitution",
        "TeacherFreeDay",
        "VirtualClass",
    ),
    "descriptive": (
        "DescriptiveGrade",
        "DescriptiveGradeComment",
        "DescriptiveGradeSkill",
        "DescriptiveGradeText",
        "DescriptiveGradeTextCategory",
        "DescriptiveTextGrade",
        "DescriptiveTextGradeSkill",
    ),
    "download": ("Download", "DownloadDescriptor", "SavedFile"),
    "grades": ("Grade", "GradeAverage", "GradeCategory", "GradeComment", "TextGrade"),
    "homework": ("HomeWork", "HomeworkAssignment", "HomeworkCategory", "HomeworkFile", "OnlineLesson"),
    "justifications": ("Justification", "ParentTeacherConference", "SystemData"),
    "lessons": ("Lesson", "PlannedLesson", "Realization"),
    "lucky": ("LuckyNumber",),
    "messages": ("Message", "MessageAttachment", "MessageReceiverGroup"),
    "notes": ("Note", "NoteCategory"),
    "notifications": ("NotificationCenter", "PushConfigurations"),
    "points": ("PointGrade", "PointGradeAverage", "PointGradeCategory", "PointGradeComment"),
    "portal": ("ChildAccount", "PortalMe", "PortalSubscription", "SynergiaAccounts"),
    "rows": ("Embedded", "Record", "Ref", "Rejected", "Rows"),
    "school": ("Classroom", "LessonHours", "School", "SchoolClass", "Subject", "User"),
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
