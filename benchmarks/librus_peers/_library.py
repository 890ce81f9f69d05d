"""What a scene needs of a library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ._desk import Where

__all__ = ["Client", "Library", "Sharing"]


class Client(Protocol):
    """One object of a library, signed in when it has to be."""

    async def read(self) -> int:
        """Read the attendance, and return how many rows it has."""
        ...

    async def read_another(self, number: int) -> None:
        """Read something that the library does not take for the same as that of another number."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...


@dataclass(frozen=True)
class Sharing:
    """How sessions are shared or kept.

    Attributes:
        how: what it is called, or why there is none.
        open: makes a client that has its session from the folder, and puts it there.
    """

    how: str
    open: Callable[[Where, Path], Client] | None = None


@dataclass(frozen=True)
class Library:
    """How to use one library.

    Attributes:
        name: on the package index.
        load: imports what a program imports.
        open: makes a client. With the flag its limits are raised, if it refuses what is above them.
        http: the HTTP library it stands on, see :data:`~._http.BARE`.
        in_flight: how many requests it has in flight, as it comes.
        another: what the simulator calls what :meth:`Client.read_another` reads.
        pace: what to say of a time that is long because it keeps requests apart on purpose.
        refuses_above: how many calls it takes at once, as it comes; None takes any.
        sharing: tells, see :class:`Sharing`.
        snapshot: reads everything the library has a name for.
        same_lists: reads the lists that librus-synergia's snapshot has.
        no_snapshot: what to say without one.
        typed: for each kind of row: from the bytes of an answer to the records.
        untyped: what to say of a kind that is not in ``typed``.
        asked_for: what a client reads a kind of row with; the number of rows.
    """

    name: str
    load: Callable[[], object]
    open: Callable[[Where, bool], Client]
    http: str
    in_flight: int
    another: str
    sharing: Callable[[], Sharing]
    pace: str = ""
    refuses_above: int | None = None
    snapshot: Callable[[Client], Any] | None = None
    same_lists: Callable[[Client], Any] | None = None
    no_snapshot: str = ""
    typed: Mapping[str, Callable[[], Callable[[bytes], list[Any]]]] = field(default_factory=dict)
    untyped: str = ""
    asked_for: Mapping[str, Callable[[Client], Any]] = field(default_factory=dict)
