"""Names for the ids in Librus's records: what a parent reads instead of numbers.

Lookups are a courtesy: one that fails costs the names, never the data.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..errors import LibrusSdkError

if TYPE_CHECKING:
    from ..clients.api import AsyncSynergiaApiClient
    from ..models import Embedded, Ref

__all__ = [
    "NOTHING",
    "Names",
    "classrooms",
    "lesson_subjects",
    "or_none",
    "polish_order",
    "subjects",
    "together",
    "users",
]

T = TypeVar("T")
U = TypeVar("U")

NOTHING: Final = "—"


class Names:
    """Names by id. What is not in it shows as ``#id``; when there is nothing to look up, as a dash."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    @classmethod
    def of(cls, rows: Iterable[Any] | None, name: Callable[[Any], str | None]) -> Names:
        """Collect the names of records; records without an id or a name have none. None is no records."""
        return cls({row.id: found for row in rows or () if row.id and (found := name(row))})

    def __call__(self, pointer: Ref | Embedded | None) -> str:
        """Return the name of what is pointed at."""
        label = getattr(pointer, "label", None)
        if label:
            return str(label)
        return self.by_id(pointer.id if pointer else None)

    def by_id(self, key: str | None) -> str:
        """Return the name of the record with this id."""
        return self._names.get(key, f"#{key}") if key else NOTHING


async def or_none(reading: Awaitable[T]) -> T | None:
    """Return what is read, or None when it cannot be."""
    try:
        return await reading
    except LibrusSdkError:
        return None


async def together(main: Awaitable[T], *others: Awaitable[Any]) -> tuple[T, list[Any]]:
    """Await everything at once. When the first fails the others are given up."""
    import asyncio

    tasks = [asyncio.ensure_future(other) for other in others]
    try:
        value = await main
        return value, [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def subjects(client: AsyncSynergiaApiClient) -> Names:
    """Read the names of subjects."""
    return Names.of(await or_none(client.school.subjects()), lambda row: row.name or row.short)


async def users(client: AsyncSynergiaApiClient) -> Names:
    """Read the names of the people at school."""
    return Names.of(await or_none(client.school.users()), lambda row: row.full_name)


async def classrooms(client: AsyncSynergiaApiClient) -> Names:
    """Read the names of classrooms."""
    rows = _rows(await or_none(client.get("Classrooms")), "Classrooms")
    return Names(
        {str(row["Id"]): str(row.get("Symbol") or row.get("Name") or "") for row in rows if "Id" in row}
    )


async def lesson_subjects(client: AsyncSynergiaApiClient) -> Mapping[str, str]:
    """Read which subject (its id) each lesson (its id) is of."""
    found: dict[str, str] = {}
    for row in _rows(await or_none(client.get("Lessons")), "Lessons"):
        subject = row.get("Subject")
        if "Id" in row and isinstance(subject, dict) and subject.get("Id"):
            found[str(row["Id"])] = str(subject["Id"])
    return found


def _rows(document: Any, wrapper: str) -> list[dict[str, Any]]:
    rows = document.get(wrapper) if isinstance(document, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


_AFTER: Final = str.maketrans(
    {"ą": "a~", "ć": "c~", "ę": "e~", "ł": "l~", "ń": "n~", "ó": "o~", "ś": "s~", "ź": "z~", "ż": "z~~"}
)


def polish_order(text: str) -> str:
    """Return a key that sorts Polish letters behind their plain ones, letter case aside."""
    return text.casefold().translate(_AFTER)
