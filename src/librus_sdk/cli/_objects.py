"""Objects whose keys nobody has written down: every value in them, with the way to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ._document import Column, Part, Sentence, Table
from ._words import NOTHING, yes_no

__all__ = ["members", "shown"]

_COLUMNS = (Column("What"), Column("Value"))


def members(value: Mapping[str, Any], words: Mapping[str, str] | None = None) -> Part:
    """Return the object as a table.

    Args:
        value: as Librus sent it.
        words: what to call keys; others are shown as they were sent.
    """
    rows = [(": ".join(path), said) for path, said in _leaves(value, words or {}, ())]
    return Table(_COLUMNS, rows) if rows else Sentence("Librus says nothing here.")


def shown(value: object) -> str:
    """Return a plain value of JSON as text."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return yes_no(value)
    return str(value)


def _leaves(
    value: object, words: Mapping[str, str], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the way to each plain value and what it says; members of lists are numbered from 1."""
    if isinstance(value, Mapping) and value:
        for key, member in value.items():
            yield from _leaves(member, words, (*path, words.get(key, key)))
    elif isinstance(value, list) and value:
        for number, member in enumerate(value, 1):
            yield from _leaves(member, words, (*path, str(number)))
    elif path:
        yield path, NOTHING if isinstance(value, Mapping | list) else shown(value)
