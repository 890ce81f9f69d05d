"""Notes about a student's behaviour (uwagi)."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import field

from ._fields import Id, OptionalDate, OptionalId, OptionalText, OptionalWhole
from .rows import Record, Ref

__all__ = ["Note", "NoteCategory"]

_KINDS: Final[dict[int, Literal["negative", "positive", "neutral"]]] = {
    0: "negative",
    1: "positive",
    2: "neutral",
}


class Note(Record, frozen=True, kw_only=True):
    """A note a teacher made about the student. Personal data.

    Id and pointers confirmed live, the rest on the sibling API.

    Attributes:
        positive: not a flag: 0 is negative, 1 positive, 2 neutral (others were not seen); see :attr:`kind`.
    """

    id: Id
    added_by: Ref | None = None
    category: Ref | None = None
    student: Ref | None = None
    teacher: Ref | None = None
    text: OptionalText = None
    date: OptionalDate = None
    positive: OptionalWhole = None

    @property
    def kind(self) -> Literal["negative", "positive", "neutral"] | None:
        """Blame, praise or neither; a number nobody has seen counts as neither. None: Librus does not say."""
        return None if self.positive is None else _KINDS.get(self.positive, "neutral")


class NoteCategory(Record, frozen=True, kw_only=True):
    """A kind of note at this school. Fields seen on the sibling API; the name is ``CategoryName`` there."""

    id: OptionalId = None
    name: OptionalText = field(name="CategoryName", default=None)
