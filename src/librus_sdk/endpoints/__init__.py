"""The catalogue: every remote operation, declared once.

Importing this package declares them all.
"""

from __future__ import annotations

from ._declare import (
    AsyncCaller,
    Family,
    Get,
    Operation,
    Place,
    Send,
    SyncCaller,
    catalogue,
    endpoint,
)
from ._delivering import Delivering
from ._download import download
from ._plans import Plan, paged, planned
from ._shapes import Decode, number, one, raw_json, root, root_or_one, rows, rows_or_one
from .announcements import Announcements
from .attendance import Attendance
from .auth import Auth
from .bff import BffMessages
from .changes import Changes
from .extras import Extras
from .grades import Grades
from .homework import Homework
from .justifications import Justifications
from .lessons import Lessons
from .lucky_number import LuckyNumbers
from .mailbox import Mailbox
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
    "BffMessages",
    "Changes",
    "Decode",
    "Delivering",
    "Extras",
    "Family",
    "Get",
    "Grades",
    "Homework",
    "Justifications",
    "Lessons",
    "LuckyNumbers",
    "Mailbox",
    "Messages",
    "Notes",
    "Notifications",
    "Operation",
    "Place",
    "Plan",
    "Profile",
    "School",
    "Send",
    "SyncCaller",
    "Timetables",
    "catalogue",
    "download",
    "endpoint",
    "number",
    "one",
    "paged",
    "planned",
    "raw_json",
    "root",
    "root_or_one",
    "rows",
    "rows_or_one",
]
