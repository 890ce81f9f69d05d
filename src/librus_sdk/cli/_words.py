"""Small things said in words: nothing, yes and no, how many, how large."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

__all__ = ["NOTHING", "counted", "number", "size", "yes_no"]

NOTHING: Final = "—"


def yes_no(flag: bool | None) -> str:
    """Return ``yes`` or ``no``, or a dash for what Librus does not tell."""
    return NOTHING if flag is None else "yes" if flag else "no"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return ``1 lesson`` or ``2 lessons``; ``many`` is for words that do not just take an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def number(value: Decimal | None) -> str:
    """Return a number without the zeros that say nothing, or a dash."""
    return NOTHING if value is None else f"{value.normalize():f}"


def size(count: int) -> str:
    """Return how large so many bytes are: ``312 B``, ``48 kB``, ``1.2 MB``."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{max(round(count / 1000), 1)} kB"
    return f"{count / 1_000_000:.1f} MB"
