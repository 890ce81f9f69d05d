"""What is particular about a grade, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models import Grade

__all__ = ["grade_notes"]


def grade_notes(grade: Grade, earlier: Mapping[str, str]) -> list[str]:
    """Return what the grade is besides an ordinary one.

    ``earlier`` are grades by id, to name what it improves.
    """
    notes = [
        text
        for said, text in (
            (grade.is_semester_proposition, "proposed for the semester"),
            (grade.is_semester, "semester grade"),
            (grade.is_final_proposition, "proposed for the year"),
            (grade.is_final, "final grade"),
        )
        if said
    ]
    if grade.improvement is not None:
        notes.append(f"improves {earlier.get(grade.improvement.id, 'an earlier one')}")
    return notes
