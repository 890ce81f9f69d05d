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
    from .bff import BffMessage
    from .calendar import (
        Calendar,
        ClassFreeDay,
        ClassFreeDayType,
        SchoolFreeDay,
        Substitution,
        TeacherFreeDay,
        VirtualClass,
    )
    from .changes import Change, ChangedRecord, ChangeList, ChangeRegister
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
    from .extras import (
        ActivityRoom,
        BehaviourPointsSettings,
        DescriptiveArea,
        DescriptiveScaleValue,
        ExtraActivity,
        GradesSettings,
        GradingSystem,
        LessonSettings,
        LibraryLending,
        PartialDescriptiveGrade,
        SchoolFile,
        SchoolTrip,
        StartPoints,
        Unit,
    )
    from .grades import Grade, GradeAverage, GradeCategory, GradeComment, TextGrade
    from .homework import HomeWork, HomeworkAssignment, HomeworkCategory, HomeworkFile, OnlineLesson
    from .justifications import Justification, JustifiedLesson, ParentTeacherConference, SystemData
    from .kindergarten import KindergartenActivity, KindergartenActivityType, KindergartenGroup
    from .lessons import Lesson, PlannedLesson, Realization
    from .lucky import LuckyNumber
    from .messages import Message, MessageAttachment, MessageReceiverGroup
    from .notes import Note, NoteCategory
    from .notifications import NotificationCenter, PushConfigurations
    from .page import Page
    from .points import PointGrade, PointGradeAverage, PointGradeCategory, PointGradeComment
    from .portal import ChildAccount, PortalMe, PortalSubscription, SynergiaAccounts
    from .post import MailMessage, MailReceiver, UnreadCounts
    from .receivers import (
        Availability,
        MailboxOwner,
        MessageReceiver,
        MessageSender,
        MessageTag,
        Receiver,
        ReceiverType,
        ReceiverTypes,
        StudentSubject,
    )
    from .rows import Embedded, Record, Ref, Rejected, Rows
    from .school import Classroom, LessonHours, School, SchoolClass, Subject, User
    from .sending import Delivery, Prepared
    from .timetable import LessonKind, Timetable, TimetableEntry, TimetableLesson

__all__ = [
    "WARSAW",
    "ActivityRoom",
    "Attendance",
    "AttendanceType",
    "AuthClassroom",
    "AuthPhoto",
    "AuthPhotos",
    "AuthTokenInfo",
    "AuthUserInfo",
    "Availability",
    "BehaviourGrade",
    "BehaviourGradePoint",
    "BehaviourGradeType",
    "BehaviourPointCategory",
    "BehaviourPointComment",
    "BehaviourPointsSettings",
    "BehaviourSystemProposal",
    "BffMessage",
    "Calendar",
    "Change",
    "ChangeList",
    "ChangeRegister",
    "ChangedRecord",
    "ChildAccount",
    "ClassFreeDay",
    "ClassFreeDayType",
    "Classroom",
    "Delivery",
    "DescriptiveArea",
    "DescriptiveGrade",
    "DescriptiveGradeComment",
    "DescriptiveGradeSkill",
    "DescriptiveGradeText",
    "DescriptiveGradeTextCategory",
    "DescriptiveScaleValue",
    "DescriptiveTextGrade",
    "DescriptiveTextGradeSkill",
    "Download",
    "DownloadDescriptor",
    "Embedded",
    "ExtraActivity",
    "Grade",
    "GradeAverage",
    "GradeCategory",
    "GradeComment",
    "GradesSettings",
    "GradingSystem",
    "HomeWork",
    "HomeworkAssignment",
    "HomeworkCategory",
    "HomeworkFile",
    "Id",
    "Justification",
    "JustifiedLesson",
    "KindergartenActivity",
    "KindergartenActivityType",
    "KindergartenGroup",
    "Lesson",
    "LessonHours",
    "LessonKind",
    "LessonSettings",
    "LibraryLending",
    "LuckyNumber",
    "MailMessage",
    "MailReceiver",
    "MailboxOwner",
    "Me",
    "MeAccount",
    "MeUser",
    "Message",
    "MessageAttachment",
    "MessageReceiver",
    "MessageReceiverGroup",
    "MessageSender",
    "MessageTag",
    "Note",
    "NoteCategory",
    "NotificationCenter",
    "OnlineLesson",
    "Page",
    "ParentTeacherConference",
    "PartialDescriptiveGrade",
    "PlannedLesson",
    "PointGrade",
    "PointGradeAverage",
    "PointGradeCategory",
    "PointGradeComment",
    "PortalMe",
    "PortalSubscription",
    "Prepared",
    "PushConfigurations",
    "Realization",
    "Receiver",
    "ReceiverType",
    "ReceiverTypes",
    "Record",
    "Ref",
    "Rejected",
    "Rows",
    "SavedFile",
    "School",
    "SchoolClass",
    "SchoolFile",
    "SchoolFreeDay",
    "SchoolNotice",
    "SchoolTrip",
    "StartPoints",
    "StudentSubject",
    "Subject",
    "Substitution",
    "SynergiaAccounts",
    "SystemData",
    "TeacherFreeDay",
    "TextGrade",
    "Timetable",
    "TimetableEntry",
    "TimetableLesson",
    "Unit",
    "UnreadCounts",
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
    "bff": ("BffMessage",),
    "calendar": (
        "Calendar",
        "ClassFreeDay",
        "ClassFreeDayType",
        "SchoolFreeDay",
        "Substitution",
        "TeacherFreeDay",
        "VirtualClass",
    ),
    "changes": ("Change", "ChangeList", "ChangeRegister", "ChangedRecord"),
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
    "extras": (
        "ActivityRoom",
        "BehaviourPointsSettings",
        "DescriptiveArea",
        "DescriptiveScaleValue",
        "ExtraActivity",
        "GradesSettings",
        "GradingSystem",
        "LessonSettings",
        "LibraryLending",
        "PartialDescriptiveGrade",
        "SchoolFile",
        "SchoolTrip",
        "StartPoints",
        "Unit",
    ),
    "grades": ("Grade", "GradeAverage", "GradeCategory", "GradeComment", "TextGrade"),
    "homework": ("HomeWork", "HomeworkAssignment", "HomeworkCategory", "HomeworkFile", "OnlineLesson"),
    "justifications": ("Justification", "JustifiedLesson", "ParentTeacherConference", "SystemData"),
    "kindergarten": ("KindergartenActivity", "KindergartenActivityType", "KindergartenGroup"),
    "lessons": ("Lesson", "PlannedLesson", "Realization"),
    "lucky": ("LuckyNumber",),
    "messages": ("Message", "MessageAttachment", "MessageReceiverGroup"),
    "notes": ("Note", "NoteCategory"),
    "notifications": ("NotificationCenter", "PushConfigurations"),
    "page": ("Page",),
    "points": ("PointGrade", "PointGradeAverage", "PointGradeCategory", "PointGradeComment"),
    "portal": ("ChildAccount", "PortalMe", "PortalSubscription", "SynergiaAccounts"),
    "post": ("MailMessage", "MailReceiver", "UnreadCounts"),
    "receivers": (
        "Availability",
        "MailboxOwner",
        "MessageReceiver",
        "MessageSender",
        "MessageTag",
        "Receiver",
        "ReceiverType",
        "ReceiverTypes",
        "StudentSubject",
    ),
    "rows": ("Embedded", "Record", "Ref", "Rejected", "Rows"),
    "school": ("Classroom", "LessonHours", "School", "SchoolClass", "Subject", "User"),
    "sending": ("Delivery", "Prepared"),
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
