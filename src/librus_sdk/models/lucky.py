"""The lucky number (szczęśliwy numerek)."""

from __future__ import annotations

from msgspec import field

from ._fields import OptionalDate, OptionalWhole
from .rows import Record

__all__ = ["LuckyNumber"]


class LuckyNumber(Record, frozen=True, kw_only=True):
    """The register number drawn for a school day: the student who has it is not questioned. Confirmed live.

    Attributes:
        number: None when nothing was drawn.
        day: the day it is for. The next school day's number can appear a day early, and over a weekend the
            old one stays: compare the day before calling it today's.
    """

    number: OptionalWhole = field(name="LuckyNumber", default=None)
    day: OptionalDate = field(name="LuckyNumberDay", default=None)
