"""What the mobile application is told to notify about."""

from __future__ import annotations

from typing import Any

from ._objects import JsonObject
from .rows import Record

__all__ = ["NotificationCenter", "PushConfigurations"]


class NotificationCenter(JsonObject):
    """What the application's notification centre shows: a mapping with Librus's own keys.

    That it is an object is confirmed live; its keys differ and nobody has written them down. The two that
    were seen have properties.
    """

    __slots__ = ()

    @property
    def show(self) -> bool | None:
        """``Show``; None when it is missing or no flag."""
        value = self.get("Show")
        return value if isinstance(value, bool) else None

    @property
    def lucky_number(self) -> Any:
        """``SczesliwyNumerek`` (spelt so), the lucky number's part, as sent; None when it is missing."""
        return self.get("SczesliwyNumerek")


class PushConfigurations(Record, frozen=True, kw_only=True, rename=None):
    """Which changes the account is told about by push. Confirmed live.

    Attributes:
        settings: switches under Librus's own names.
        version: of the settings, a number or text.
    """

    settings: JsonObject
    version: int | str
