"""The catalogue: every remote operation, declared once.

Importing this package declares them all.
"""

from __future__ import annotations

from ._declare import AsyncCaller, Family, Get, Operation, SyncCaller, catalogue, endpoint
from ._download import download
from ._shapes import Decode, number, one, raw_json, root, rows, rows_or_one
from .announcements import Announcements
from .attendance import Attendance
from .auth import Auth
from .grades import Grades
from .homework import Homework
from .justifications import Justifications
from .lessons import Lessons
from .lucky_number import LuckyNumbers
from .messages import Messages
from .notes import Notes
from .notifications import Notifications
from .profile import Profile
from .school import School
from .timetable import Timetables

__all__ = [
    "Announcements",
    "AsyncCaller",
    "Attendance",
    "Auth",
    "Decode",
    "Family",
    "Get",
    "Grades",
    "Homework",
    "Justifications",
    "Lessons",
    "LuckyNumbers",
    "Messages",
    "Notes",
    "Notifications",
    "Operation",
    "Profile",
    "School",
    "SyncCaller",
    "Timetables",
    "catalogue",
    "download",
    "endpoint",
    "number",
    "one",
    "raw_json",
    "root",
    "rows",
    "rows_or_one",
]
