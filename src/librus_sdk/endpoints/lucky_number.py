"""The lucky number."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from ..models.lucky import LuckyNumber
from ._declare import C, Family, Get, day, endpoint
from ._shapes import one

__all__ = ["LuckyNumbers"]


class LuckyNumbers(Family[C]):
    """The register number drawn for a school day (szczęśliwy numerek)."""

    family: ClassVar[str] = "lucky_number"

    @endpoint("getLuckyNumber", tag="notifications")
    def get(self, *, for_day: dt.date | str | None = None) -> Get[LuckyNumber]:
        """Read the lucky number that is known now, or that of a day.

        Compare the answer's ``day`` before calling it today's.

        Raises:
            LibrusConfigurationError: the day is unreadable; nothing is sent.
            FeatureUnavailableError: the school does not draw lucky numbers.
        """
        query = {"forDay": None if for_day is None else day(for_day, "for_day")}
        return Get("LuckyNumbers", one("LuckyNumber", LuckyNumber, null_is_off=True), query)
