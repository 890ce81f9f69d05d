"""Objects whose keys nobody has written down, and lists of objects in which any field may be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from ._fields import dec_hook, reads

__all__ = ["JsonObject", "listed", "loose_id", "loose_members", "loose_text"]

T = TypeVar("T")


class JsonObject(Mapping[str, Any]):
    """An object as Librus sent it, read-only: keys under Librus's own names, values plain JSON.

    Used where Librus says nothing about the keys; ``dict(it)`` makes a copy that can be changed and encoded.
    What it holds may be personal: the repr only counts the keys.
    """

    __slots__ = ("_members",)

    def __init__(self, members: Mapping[str, Any] | None = None) -> None:
        self._members = dict(members or {})

    def __init_subclass__(cls) -> None:
        reads(cls, _reader(cls))

    def __getitem__(self, key: str) -> Any:
        return self._members[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)} {'key' if len(self) == 1 else 'keys'}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self._members,))


def _reader(kind: type[JsonObject]) -> Callable[[object], JsonObject]:
    def read(value: object) -> JsonObject:
        # An object without members becomes an empty list on Librus's side.
        if value == [] and isinstance(value, list):
            return kind()
        if not isinstance(value, dict):
            raise ValueError("Expected `object`")  # noqa: TRY004  (msgspec adds the path)
        return kind(value)

    return read


reads(JsonObject, _reader(JsonObject))


def listed(kind: type[T]) -> Callable[[object], tuple[T, ...]]:
    """Return the reader of a list of ``kind``, a record without required fields.

    ``null`` and ``""`` are an empty list. A member that is ``null`` or empty keeps its place, since the place
    may mean something: it becomes a record without values.
    """

    def member(item: object) -> T | None:
        # The error msgspec raises here would tell a path without its beginning.
        sent = {} if item is None or item == [] else item
        try:
            return msgspec.convert(sent, kind, strict=False, dec_hook=dec_hook)
        except ValueError:
            return None

    def read(value: object) -> tuple[T, ...]:
        if value is None or value == "":
            return ()
        members = [member(item) for item in value] if isinstance(value, list) else [None]
        found = tuple(item for item in members if item is not None)
        if len(found) != len(members):
            raise ValueError("Expected `array of object`")
        return found

    return read


def loose_members(value: object) -> Iterator[Any]:
    """Yield what stands in a list, or in the place of one, and is not empty."""
    return (item for item in (value if isinstance(value, list) else [value]) if item not in (None, "", []))


def loose_id(value: object) -> str | None:
    """Return an id out of a place where nobody knows what stands: a number or a text, else None."""
    return str(value) if type(value) is int else loose_text(value)


def loose_text(value: object) -> str | None:
    """Return a text out of a place where nobody knows what stands; None when there is none."""
    return value if isinstance(value, str) and value else None
