"""Rows as Librus sends them, and the answers around them. All people and schools are invented."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[1] / "fixtures"

MARKER = "VALUE-THAT-MUST-NOT-BE-SHOWN"


def fixture(endpoint: str, case: str) -> bytes:
    return (FIXTURES / endpoint / f"{case}.json").read_bytes()


def answer(**members: Any) -> bytes:
    """An envelope with the links Librus adds."""
    return json.dumps({**members, "Resources": {"..": {"Url": "x"}}, "Url": "x"}).encode()


def ref(number: int | str) -> dict[str, Any]:
    return {"Id": number, "Url": f"https://api.librus.pl/3.0/Things/{number}"}


def grade_row(**changes: Any) -> dict[str, Any]:
    row = {
        "Id": 901,
        "Grade": "4+",
        "Date": "2026-09-21",
        "AddDate": "2026-09-21 11:42:07",
        "Semester": 1,
        "Lesson": ref(31),
        "Subject": ref("41"),
        "Student": ref(51),
        "Category": ref(61),
        "AddedBy": ref(71),
        "IsConstituent": True,
        "IsSemester": False,
        "IsSemesterProposition": False,
        "IsFinal": False,
        "IsFinalProposition": False,
    }
    return row | changes


def account_row(**changes: Any) -> dict[str, Any]:
    row = {
        "id": 101,
        "accountIdentifier": "a-101",
        "group": "parent",
        "login": f"login-{MARKER}",
        "studentName": f"Name {MARKER}",
        "accessToken": f"token-{MARKER}",
        "state": "active",
        "scopes": "",
    }
    return row | changes


def everything_shown(error: BaseException) -> str:
    """All a crash report could show: texts, details, chained errors, locals of the package's frames."""
    shown: list[str] = []
    link: BaseException | None = error
    while link is not None:
        shown += [str(link), repr(link), repr(getattr(link, "details", None))]
        frames = traceback.StackSummary.extract(traceback.walk_tb(link.__traceback__), capture_locals=True)
        shown += [repr(frame.locals) for frame in frames if "/librus_sdk/" in frame.filename]
        link = link.__cause__ or link.__context__
    return "\n".join(shown)
