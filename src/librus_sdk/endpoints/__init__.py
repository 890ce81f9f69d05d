"""The catalogue: every remote operation, declared once.

Importing this package declares them all.
"""

from __future__ import annotations

from ._declare import AsyncCaller, Family, Get, Operation, SyncCaller, catalogue, endpoint
from ._shapes import Decode, one, raw_json, root, rows
from .attendance import Attendance
from .auth import Auth
from .grades import Grades
from .homework import Homework
from .lucky_number import LuckyNumbers
from .profile import Profile
from .school import School
from .timetable import Timetables

__all__ = [
    "AsyncCaller",
    "Attendance",
    "Auth",
    "Decode",
    "Family",
    "Get",
    "Grades",
    "Homework",
    "LuckyNumbers",
    "Operation",
    "Profile",
    "School",
    "SyncCaller",
    "Timetables",
    "catalogue",
    "endpoint",
    "one",
    "raw_json",
    "root",
    "rows",
]
