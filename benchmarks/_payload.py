"""A large grades answer as it looks on the wire: 500 rows, pointers with addresses, keys no model knows."""

from __future__ import annotations

import json
import random
from typing import Any, Final

__all__ = ["GRADES", "grades_answer"]

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


def _ref(path: str, row_id: int) -> dict[str, Any]:
    return {"Id": row_id, "Url": f"{_API}/{path}/{row_id}"}
