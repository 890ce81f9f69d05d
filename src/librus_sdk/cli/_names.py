"""Names for the ids in Librus's records: what a parent reads instead of numbers.

Lookups are a courtesy: one that fails costs the names, never the data.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

from ..errors import LibrusSdkError
from ._words import NOTHING

if TYPE_CHECKING:
    from ..models import Embedded, Lesson, Ref
    from ._invocation import Reading

__all__ = [
    "NOBODY_KNOWS",
    "Known",
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

R = TypeVar("R")
T = TypeVar("T")
V = TypeVar("V")


def _id_of(row: Any) -> str | None:
    return cast("str | None", row.id)


class Known(Generic[V]):
    """What records tell, by an id. A list in which an id is missing is told so, and may be read again.

    Args:
        told: what is told by each; None where a record tells nothing.
        missed: is told the id that nobody knows.
    """

    def __init__(self, told: Mapping[str, V | None], missed: Callable[[str], None] | None = None) -> None:
        self._told = told
        self._missed = missed

    @classmethod
    def of(
        cls, rows: Iterable[R] | None, tell: Callable[[R], V | None], key: Callable[[R], str | None] = _id_of
    ) -> Known[V]:
        """Collect what records tell; of those without an id nothing.

        Args:
            rows: the records; None is a list that could not be read.
            tell: what is wanted of one.
            key: its id.
        """
        told: dict[str, V | None] = {}
        for row in rows or ():
            found, at = tell(row), key(row)
            if at and (found is not None or at not in told):
                told[at] = found
        return cls(told, getattr(rows, "missed", None))

    def __call__(self, key: str | None) -> V | None:
        """Return what is told by this id, None when nothing is."""
        if key and key not in self._told and self._missed is not None:
            self._missed(key)
        return self._told.get(key) if key else None


NOBODY_KNOWS: Final = Known[str]({})
"""Nothing is to be looked up."""


class Names:
    """Names by id. What is not known shows as ``#id``; when there is nothing to look up, as a dash.

    Args:
        known: the names.
        lost: called whenever ``#id`` is shown because the list of names could not be read.
    """

    def __init__(self, known: Known[str] = NOBODY_KNOWS, lost: Callable[[], None] | None = None) -> None:
        self._known = known
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
            lost: called whenever a name is asked for that only such a list could have told, or one newer than
                the kept list that had to do.
        """
        known = Known.of(rows, lambda row: name(row) or None)
        return cls(known, lost if rows is None or getattr(rows, "outdated", False) else None)

    def __call__(self, pointer: Ref | Embedded | None) -> str:
        """Return the name of what is pointed at."""
        label = getattr(pointer, "label", None)
        if label:
            return str(label)
        return self.by_id(pointer.id if pointer else None)

    def known(self, pointer: Ref | Embedded | None) -> str | None:
        """Return the name of what is pointed at, None when it has none here; nothing is said to be lost."""
        return self._known(pointer.id) if pointer else None

    def by_id(self, key: str | None) -> str:
        """Return the name of the record with this id."""
        if not key:
            return NOTHING
        found = self._known(key)
        if found is None and self._lost:
            self._lost()
        return f"#{key}" if found is None else found


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
    rows = await or_none(reading.tables.school.subjects())
    return Names.of(rows, lambda row: row.name or row.short, reading.nameless("Subjects"))


async def users(reading: Reading) -> Names:
    """Read the names of the people at school."""
    rows = await or_none(reading.tables.school.users())
    return Names.of(rows, lambda row: row.full_name, reading.nameless("People"))


async def classrooms(reading: Reading, pointers: Iterable[Ref | Embedded | None]) -> Names:
    """Look up the names of classrooms."""
    told: dict[str, str | None] = {}
    for key in {pointer.id for pointer in pointers if pointer is not None and pointer.id}:
        try:
            room = await reading.tables.lookup.classroom(key)
        except LibrusSdkError:
            return Names(Known(told), reading.nameless("Rooms"))
        if room is not None:
            told[key] = room.symbol or room.name or ""
    return Names(Known(told))


async def lesson_subjects(reading: Reading) -> Known[str]:
    """Read which subject (its id) each lesson (its id) is of; when that fails, say so."""
    lessons = await or_none(reading.tables.lessons.list())
    if lessons is None:
        reading.invocation.note_once("Which lesson is of which subject could not be read.")
    return subject_of_lesson(lessons)


def subject_of_lesson(lessons: Iterable[Lesson] | None) -> Known[str]:
    """Return which subject (its id) each lesson (its id) is of."""
    return Known.of(lessons, lambda row: row.subject.id if row.subject else None)


_AFTER: Final = str.maketrans(
    {"ą": "a~", "ć": "c~", "ę": "e~", "ł": "l~", "ń": "n~", "ó": "o~", "ś": "s~", "ź": "z~", "ż": "z~~"}
)


def polish_order(text: str) -> str:
    """Return a key that sorts Polish letters behind their plain ones, letter case aside."""
    return text.casefold().translate(_AFTER)
