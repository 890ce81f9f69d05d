"""Small things said in words: nothing, yes and no, how many, how large; and words of others, tidied."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

__all__ = ["NOTHING", "NOT_ALL", "as_typed", "counted", "joined", "number", "one_line", "size", "yes_no"]

NOTHING: Final = "—"
NOT_ALL: Final = "Whatever else Librus tells is in --format json."
"""For records of which nobody has seen all fields."""


def yes_no(flag: bool | None) -> str:
    """Return ``yes`` or ``no``, or a dash for what Librus does not tell."""
    return NOTHING if flag is None else "yes" if flag else "no"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return ``1 lesson`` or ``2 lessons``; ``many`` is for words that do not just take an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def joined(*parts: str | None) -> str:
    """Return the parts that are there, with a blank between them, or a dash."""
    return " ".join(filter(None, parts)) or NOTHING


def as_typed(text: str | None) -> str:
    """Return the text as it was typed: Librus sends some characters as in HTML, ``&bdquo;`` for a quote."""
    import html

    return html.unescape(text or "")


def one_line(text: str) -> str:
    """Return the text without its line breaks, or a dash."""
    return joined(*text.split())


def number(value: Decimal | None) -> str:
    """Return a number without the zeros that say nothing, or a dash."""
    return NOTHING if value is None else f"{value.normalize():f}"


def size(count: int) -> str:
    """Return how large so many bytes are: ``312 B``, ``48 kB``, ``1.2 MB``."""
    if count < 1000:
        return f"{count} B"
    if count < 999_500:
        return f"{round(count / 1000)} kB"
    return f"{count / 1_000_000:.1f} MB"
