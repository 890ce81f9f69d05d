"""Large answers as they look on the wire: 500 rows, pointers with addresses, keys no model knows."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["GRADES", "attendances_answer", "grades_answer"]

GRADES: Final = 500
_API: Final = "https://api.librus.pl/3.0"
_MARKS: Final = ("1", "2", "2+", "3-", "3", "3+", "4-", "4", "4+", "5-", "5", "5+", "6", "np", "bz", "+")


def grades_answer(seed: int = 7) -> bytes:
    """Return the body of ``Grades`` with :data:`GRADES` rows; the same seed is the same body.

    Key names and their order are those of the recorded answers. The keys no model knows make up for what
    Librus adds without telling.
    """
    rng = random.Random(seed)  # noqa: S311  (invents marks)
    rows = [_row(rng, 21_000_000 + 37 * number) for number in range(GRADES)]
    body: dict[str, Any] = {
        "Grades": rows,
        "Resources": {"..": {"Url": f"{_API}/Root"}},
        "Url": f"{_API}/Grades",
    }
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _row(rng: random.Random, row_id: int) -> dict[str, Any]:
    day = f"2026-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    row: dict[str, Any] = {
        "Id": row_id,
        "Lesson": _ref("Lessons", rng.randrange(310_000, 310_040)),
        "Subject": _ref("Subjects", rng.randrange(41_000, 41_016)),
        "Student": _ref("Users", 5_123_456),
        "Category": _ref("Grades/Categories", rng.randrange(610_000, 610_060)),
        "AddedBy": _ref("Users", rng.randrange(2_710_000, 2_710_025)),
        "Grade": rng.choice(_MARKS),
        "Date": day,
        "AddDate": f"{day} {rng.randrange(8, 18):02}:{rng.randrange(60):02}:{rng.randrange(60):02}",
        "Semester": 1 if day > "2026-08" else 2,
        "IsConstituent": True,
        "IsSemester": False,
        "IsSemesterProposition": False,
        "IsFinal": False,
        "IsFinalProposition": False,
    }
    if rng.random() < 0.2:
        row["Comments"] = [_ref("Grades/Comments", row_id + 1)]
    if rng.random() < 0.1:
        row["Improvement"] = _ref("Grades", row_id - 37)
    row["LastChange"] = {"Kind": "GradeAdded", "Seen": rng.random() < 0.5}
    return row


def attendances_answer(odd: Mapping[str, Any] | None = None, seed: int = 7) -> bytes:
    """Return the body of ``Attendances`` with as many rows; ``odd`` replaces keys of one in the middle."""
    rng = random.Random(seed)  # noqa: S311  (invents a school year)
    rows = [_attended(rng, 87_122_941 + 17 * number) for number in range(GRADES)]
    rows[GRADES // 2].update(odd or {})
    body = {"Attendances": rows, "Resources": {"..": {"Url": f"{_API}/Root"}}, "Url": f"{_API}/Attendances"}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _attended(rng: random.Random, row_id: int) -> dict[str, Any]:
    day = f"2026-{rng.randrange(9, 13):02}-{rng.randrange(1, 29):02}"
    return {
        "Id": row_id,
        "Lesson": _ref("Lessons", rng.randrange(310_000, 310_040)),
        "Student": _ref("Users", 5_123_456),
        "Date": day,
        "AddDate": f"{day} {rng.randrange(8, 18):02}:{rng.randrange(60):02}:{rng.randrange(60):02}",
        "LessonNo": rng.randrange(1, 9),
        "Semester": 1,
        "Type": _ref("Attendances/Types", rng.choice((1, 2, 3, 4, 100))),
        "AddedBy": _ref("Users", rng.randrange(2_710_000, 2_710_025)),
        "LastChange": {"Kind": "AttendanceAdded", "Seen": rng.random() < 0.5},
    }


def _ref(path: str, row_id: int) -> dict[str, Any]:
    return {"Id": row_id, "Url": f"{_API}/{path}/{row_id}"}
