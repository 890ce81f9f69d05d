"""The places of requests in flight: few, handed on in order, replays first.

A read whose token was refused has waited once already.  Sent to the end of a long queue it would find the
next token dead again, so replays go before first sendings.

Every step of :meth:`Places.leave` can be run again: an interrupt (Ctrl-C) in the middle loses no place as
long as it is called once more.
"""

from __future__ import annotations

import threading
from typing import Protocol

__all__ = ["Places"]


class _Guest(Protocol):
    def enter(self) -> None:
        """A place is yours; may be called again and from any thread."""
        ...


class Places:
    """A number of places. Whoever calls :meth:`ask` calls :meth:`leave` in the end, come what may."""

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._count = count
        self._inside: set[_Guest] = set()
        # Ordered, and left in O(1) by a guest who gives up.
        self._replays: dict[_Guest, None] = {}
        self._first: dict[_Guest, None] = {}

    @property
    def free(self) -> int:
        """How many places are free."""
        return self._count - len(self._inside)

    def ask(self, guest: _Guest, *, replay: bool) -> None:
        """Stand in line; ``guest.enter()`` is called when a place is theirs, perhaps at once."""
        with self._lock:
            (self._replays if replay else self._first)[guest] = None
            self._admit()

    def leave(self, guest: _Guest) -> None:
        """Give back the place, or stop standing in line; for anybody else this does nothing."""
        with self._lock:
            self._inside.discard(guest)
            self._replays.pop(guest, None)
            self._first.pop(guest, None)
            self._admit()

    def _admit(self) -> None:
        while self.free and (line := self._replays or self._first):
            guest = next(iter(line))
            self._inside.add(guest)
            line.pop(guest, None)
        for guest in self._inside:
            guest.enter()
