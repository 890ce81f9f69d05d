"""The notice board (tablica ogłoszeń)."""

from __future__ import annotations

from ._fields import Id, OptionalDate, OptionalDateTime, OptionalFlag, OptionalText
from .rows import Record, Ref

__all__ = ["SchoolNotice"]


class SchoolNotice(Record, frozen=True, kw_only=True):
    """An announcement of the school.

    Id, author and the days it is shown are confirmed live, the rest was seen on the sibling API.

    Attributes:
        id: text such as ``LID-NBOARD-NOTICE-…``, or a number.
        start_date: the first day it is shown.
        end_date: the last day it is shown.
        content: the full text.
        was_read: whether the account has opened it. Reading it here does not change that.
    """

    id: Id
    added_by: Ref | None = None
    start_date: OptionalDate = None
    end_date: OptionalDate = None
    subject: OptionalText = None
    content: OptionalText = None
    creation_date: OptionalDateTime = None
    was_read: OptionalFlag = None
