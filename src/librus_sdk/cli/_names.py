"""Names for the ids in Librus's records: what a parent reads instead of numbers.

Lookups are a courtesy: one that fails costs the names, never the data.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..errors import LibrusSdkError
from ._words import NOTHING

if TYPE_CHECKING:
    from ..models import Embedded, Lesson, Ref
    from ._invocation import Reading

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


class Names:
    """Names by id. What is not in it shows as ``#id``; when there is nothing to look up, as a dash.

    Args:
        names: the names.
        lost: called whenever ``#id`` is shown because the list of names could not be read.
    """

    def __init__(self, names: Mapping[str, str], lost: Callable[[], None] | None = None) -> None:
        self._names = names
        self._lost = lost

    @classmethod
    def of(
        cls,
        rows: Iterable[Any] | None,
        name: Callable[[Any], str | None],
        lost: Callable[[], None] | None = None,
    ) -> Names:
        """Collect the names of records; records without an id or a name have none.

        Args:
            rows: the records; None is a list that could not be read.
            name: the name of one.
            lost: called whenever a name is asked for that only such a list could have told.
        """
        names = {row.id: found for row in rows or () if row.id and (found := name(row))}
        return cls(names, lost if rows is None else None)

    def __call__(self, pointer: Ref | Embedded | None) -> str:
        """Return the name of what is pointed at."""
        label = getattr(pointer, "label", None)
        if label:
            return str(label)
        return self.by_id(pointer.id if pointer else None)

    def known(self, pointer: Ref | Embedded | None) -> str | None:
        """Return the name of what is pointed at, None when it has none here; nothing is said to be lost."""
        return self._names.get(pointer.id) if pointer and pointer.id else None

    def by_id(self, key: str | None) -> str:
        """Return the name of the record with this id."""
        if not key:
            return NOTHING
        if key not in self._names and self._lost:
            self._lost()
        return self._names.get(key, f"#{key}")


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


async def subjects(reading: Reading) -> Names:
    """Read the names of subjects."""
    rows = await or_none(reading.client.school.subjects())
    return Names.of(rows, lambda row: row.name or row.short, reading.nameless("Subjects"))


async def users(reading: Reading) -> Names:
    """Read the names of the people at school."""
    rows = await or_none(reading.client.school.users())
    return Names.of(rows, lambda row: row.full_name, reading.nameless("People"))


async def classrooms(reading: Reading, pointers: Iterable[Ref | Embedded | None]) -> Names:
    """Look up the names of classrooms."""
    known: dict[str, str] = {}
    for key in {pointer.id for pointer in pointers if pointer is not None and pointer.id}:
        try:
            room = await reading.client.lookup.classroom(key)
        except LibrusSdkError:
            return Names(known, reading.nameless("Rooms"))
        if room is not None:
            known[key] = room.symbol or room.name or ""
    return Names(known)


async def lesson_subjects(reading: Reading) -> Mapping[str, str]:
    """Read which subject (its id) each lesson (its id) is of; when that fails, say so."""
    lessons = await or_none(reading.client.lessons.list())
    if lessons is None:
        reading.invocation.note_once("Which lesson is of which subject could not be read.")
    return subject_of_lesson(lessons)


def subject_of_lesson(lessons: Iterable[Lesson] | None) -> Mapping[str, str]:
    """Return which subject (its id) each lesson (its id) is of."""
    return {row.id: row.subject.id for row in lessons or () if row.subject is not None and row.subject.id}


_AFTER: Final = str.maketrans(
    {"ą": "a~", "ć": "c~", "ę": "e~", "ł": "l~", "ń": "n~", "ó": "o~", "ś": "s~", "ź": "z~", "ż": "z~~"}
)


def polish_order(text: str) -> str:
    """Return a key that sorts Polish letters behind their plain ones, letter case aside."""
    return text.casefold().translate(_AFTER)
