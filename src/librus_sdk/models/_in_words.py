"""What all marks in words have in common."""

from __future__ import annotations

from ._fields import OptionalDate, OptionalDateTime, OptionalId, OptionalText, OptionalWhole
from .rows import Record, Ref

__all__ = ["InWords"]


class InWords(Record, frozen=True, kw_only=True):
    """The fields of a mark in words."""

    id: OptionalId = None
    grade: OptionalText = None
    date: OptionalDate = None
    add_date: OptionalDateTime = None
    semester: OptionalWhole = None
    lesson: Ref | None = None
    subject: Ref | None = None
    student: Ref | None = None
    category: Ref | None = None
    skill: Ref | None = None
    added_by: Ref | None = None
