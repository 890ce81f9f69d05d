"""Names for the ids in Librus's records: what a parent reads instead of numbers.

Lookups are a courtesy: one that fails costs the names, never the data.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..errors import LibrusSdkError
from ._words import NOTHING

if TYPE_CHECKING:
    from ..clients.api import AsyncSynergiaApiClient
    from ..models import Embedded, Lesson, Ref

__all__ = [
    "Names",
    "classrooms",
    "lesson_subjects",
    "or_none",
    "polish_order",
    "subject_of_lesson",
    "subjects",
    "together",
    "users",
]

T = TypeVar("T")
U = TypeVar("U")


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


async def classrooms(client: AsyncSynergiaApiClient, pointers: Iterable[Ref | Embedded | None]) -> Names:
    """Look up the names of classrooms."""
    known: dict[str, str] = {}
    for key in {pointer.id for pointer in pointers if pointer is not None and pointer.id}:
        room = await or_none(client.lookup.classroom(key))
        if room is not None:
            known[key] = room.symbol or room.name or ""
    return Names(known)


async def lesson_subjects(client: AsyncSynergiaApiClient) -> Mapping[str, str]:
    """Read which subject (its id) each lesson (its id) is of."""
    return subject_of_lesson(await or_none(client.lessons.list()))


def subject_of_lesson(lessons: Iterable[Lesson] | None) -> Mapping[str, str]:
    """Return which subject (its id) each lesson (its id) is of."""
    return {row.id: row.subject.id for row in lessons or () if row.subject is not None and row.subject.id}


_AFTER: Final = str.maketrans(
    {"ą": "a~", "ć": "c~", "ę": "e~", "ł": "l~", "ń": "n~", "ó": "o~", "ś": "s~", "ź": "z~", "ż": "z~~"}
)


def polish_order(text: str) -> str:
    """Return a key that sorts Polish letters behind their plain ones, letter case aside."""
    return text.casefold().translate(_AFTER)
