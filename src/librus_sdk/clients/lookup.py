"""Names for ids: the tables other records point into, read once for each child and shared by everybody.

A table is kept in a slot, like a credential: whoever needs it first reads it, the others wait for that one
read, threads and tasks alike. Its generation tells a table that was read again from the one before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast, overload

from ..core.refresh import Minted, Mode, Ticket
from ..endpoints import (
    AsyncCaller,
    Attendance,
    Get,
    Grades,
    Homework,
    Lessons,
    Notes,
    School,
    SyncCaller,
    rows,
)
from ..flows.steps import Flow, ask
from ..models._fields import Id
from ..models.rows import Embedded, Ref, Rows
from ..models.school import Classroom
from ..shells.clock import Clock
from ..shells.fork import renew_after_fork
from ..shells.slots import Slot

__all__ = ["Lookup", "Pointer", "Tables"]

T = TypeVar("T")
C = TypeVar("C", bound=SyncCaller | AsyncCaller)

Pointer: TypeAlias = Ref | Embedded | Id | int | None
"""What points at a record: a reference, an embedded record, or a bare id."""

SETTLED_FOR_S: Final = 300.0
"""How long a table that was read again is believed, although an id is missing in it."""


@dataclass(frozen=True, eq=False)
class _Book:
    """A table as it was read. ``again``: it was read because an id was missing in the one before."""

    rows: Rows[Any] = field(repr=False)
    asked: float
    again: bool

    def settled(self, now: float) -> bool:
        """Whether an id that is not in here is not worth another read."""
        return self.again and now - self.asked < SETTLED_FOR_S


class Tables:
    """The tables of one child.

    Args:
        read: how a list of the child is read.
        key: whose tables they are.
        base: the address of the API, for messages.
        clock: the time source.
    """

    def __init__(self, read: Callable[[Get[Any]], Flow[Any]], key: str, base: str, clock: Clock) -> None:
        self._read = read
        self._key = key
        self._base = base
        self._clock = clock
        self._slots: dict[str, Slot] = {}
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Begin anew in a forked process."""
        self._lock = threading.Lock()
        for slot in self._slots.values():
            slot.after_fork()

    def slots(self) -> list[Slot]:
        """Return the slots there are."""
        with self._lock:
            return list(self._slots.values())

    def known(self, get: Get[Rows[T]], pointer: Pointer) -> T | None:
        """Return the record if a table that has been read holds it. Asks nobody, waits for nobody."""
        slot = self._slots.get(get.path)
        grant = None if slot is None else slot.peek().grant
        if grant is None:
            return None
        book: _Book = grant.secret
        return cast("T | None", book.rows.by_id(pointer))

    def find(self, get: Get[Rows[T]], pointer: Pointer) -> Flow[T | None]:
        """Look a record up; a table in which it is missing is read once more."""
        if pointer is None or (isinstance(pointer, Embedded) and pointer.id is None):
            return None
        slot = self._slot(get)
        acquired = yield from ask(slot)
        while True:
            book: _Book = acquired.grant.secret
            found = cast("T | None", book.rows.by_id(pointer))
            if found is not None or book.settled(self._clock.monotonic()):
                return found
            newer = Ticket(need=acquired.grant.generation + 1)
            acquired = yield from ask(slot, ticket=newer)

    def _slot(self, get: Get[Any]) -> Slot:
        with self._lock:
            slot = self._slots.get(get.path)
            if slot is None:
                slot = self._slots[get.path] = Slot(
                    key=f"{self._key} {get.path}",
                    name=get.path,
                    endpoint=f"{self._base}/{get.path}",
                    renewal=partial(self._fetch, get),
                    private=False,
                    clock=self._clock,
                    kind="table",
                )
            return slot

    def _fetch(self, get: Get[Any], _mode: Mode) -> Flow[Minted]:
        slot = self._slots[get.path]
        asked = self._clock.monotonic()
        found = yield from self._read(get)
        again = slot.peek().generation > 0
        return Minted(f"{self._key} {get.path}", _Book(found, asked, again), asked, self._clock.wall())


class _Known(Generic[T]):
    """A table, as a method of :class:`Lookup`."""

    def __init__(self, get: Get[Rows[T]], doc: str) -> None:
        self._get = get
        self.__doc__ = doc

    @overload
    def __get__(self, lookup: None, owner: type[Any]) -> _Known[T]: ...
    @overload
    def __get__(
        self, lookup: Lookup[SyncCaller], owner: type[Any] | None = None
    ) -> Callable[[Pointer], T | None]: ...
    @overload
    def __get__(
        self, lookup: Lookup[AsyncCaller], owner: type[Any] | None = None
    ) -> Callable[[Pointer], Coroutine[Any, Any, T | None]]: ...
    def __get__(self, lookup: Lookup[Any] | None, owner: type[Any] | None = None) -> Any:
        if lookup is None:
            return self
        found = partial(lookup._caller.find, self._get)  # noqa: SLF001  (the two belong together)
        cast("Any", found).__doc__ = self.__doc__
        return found


_NOBODY: Final = cast("Any", None)
"""Declarations look at no family; see :class:`~librus_sdk.endpoints.Family`."""


# No operation of its own: Librus describes only single rooms, but answers for all of them (seen on the
# sibling API), and one request is kinder than thirty.
_CLASSROOMS: Final = Get("Classrooms", rows("Classrooms", Classroom))


class Lookup(Generic[C]):
    """What the pointers in other records stand for.

    Each table is read once for a child and shared by all its clients, threads and tasks; one in which an id
    is missing is read once more, and then believed for five minutes. A method takes a pointer or an id and
    returns the record, or None where there is none; for None it asks nobody.

    Because a table is everybody's, it is read with the session's strictness and time limits, whichever client
    needs it first; a client's own ``timeout_ms`` bounds how long it waits for somebody else's read. Where the
    session is not strict, a row that does not fit its model is missing in the table, for a strict client too.

    Raises:
        LibrusSdkError: as the read of the table does.

    Example:
        >>> subject = client.lookup.subject(grade.subject)  # doctest: +SKIP
    """

    def __init__(self, caller: C) -> None:
        self._caller = caller

    def __repr__(self) -> str:
        return "<Lookup>"

    subject = _Known(School.subjects(_NOBODY), "Return a subject.")
    user = _Known(School.users(_NOBODY), "Return a person or office of the school. Personal data.")
    classroom = _Known(_CLASSROOMS, "Return a classroom.")
    lesson = _Known(Lessons.list(_NOBODY), "Return a lesson: subject, teacher and class.")
    grade_category = _Known(Grades.categories(_NOBODY), "Return what a grade was given for.")
    grade_comment = _Known(Grades.comments(_NOBODY), "Return what a teacher wrote to a grade.")
    behaviour_type = _Known(Grades.behaviour_types(_NOBODY), "Return a grade for behaviour.")
    behaviour_point_category = _Known(
        Grades.behaviour_point_categories(_NOBODY), "Return what behaviour points are given for."
    )
    point_category = _Known(Grades.point_categories(_NOBODY), "Return what points are given for.")
    attendance_type = _Known(Attendance.types(_NOBODY), "Return a kind of attendance entry.")
    homework_category = _Known(Homework.categories(_NOBODY), "Return a kind of agenda entry.")
    note_category = _Known(Notes.categories(_NOBODY), "Return what a note is about.")
