"""Identical reads under way are sent once: who sends, who waits, and what becomes of them.

Shared by both shells.  The lock is never held across I/O, ``await``, or the waking of a waiter.  What is
under way is kept here, and not in who drives it: when that one is interrupted, those who wait decide again,
and the first of them to come drives.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from ..core.refresh import Fail
from ..errors import LibrusSdkError, LibrusTimeoutError
from ..flows.steps import Once, Settled
from .limits import Limit
from .slots import ABANDONED, Abandoned

__all__ = ["Sending", "Sendings", "Shared", "own"]

Shared = Settled | Abandoned
"""What becomes of a sending for those who wait for it."""


class _Waiter(Protocol):
    def settle(self, outcome: Shared, /) -> None:
        """Take the result, from any thread; all but the first are ignored."""
        ...


class Sending:
    """Identity of one sending, and who waits for it.

    ``driver`` is the thread that drives it: a read that it makes meanwhile (from a signal handler, say) must
    not wait for itself.
    """

    __slots__ = ("driver", "key", "outcome", "waiters")

    def __init__(self, key: Hashable, driver: Hashable = None) -> None:
        self.key: Final = key
        self.driver: Final = driver
        self.outcome: Shared | None = None
        self.waiters: dict[_Waiter, None] = {}


class Sendings:
    """The reads of one session that are under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Sending] = {}
        self._writes = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._under_way

    def key(self, step: Once, limit: Limit, home: Hashable = None) -> Hashable:
        """What two reads must have in common to be the same.

        That includes how often something was written: a read that begins after a write must not be answered
        by what Librus said before. ``home`` sets apart those who cannot wait for each other.
        """
        return home, self._writes, limit.timeout_ms, limit.total_ms, step.request, step.alike

    @contextmanager
    def write(self) -> Iterator[None]:
        """Something that may change what Librus answers is sent: no later read joins an earlier one."""
        self._written()
        try:
            yield
        finally:
            self._written()

    def _written(self) -> None:
        with self._lock:
            self._writes += 1

    def enter(self, mine: Sending, waiter: _Waiter) -> bool:
        """Return whether the caller is to drive; otherwise there is a sending to wait for.

        Whoever calls this calls :meth:`leave` in the end, come what may.
        """
        with self._lock:
            current = self._under_way.setdefault(mine.key, mine)
            if current is mine or (mine.driver is not None and current.driver == mine.driver):
                return True
            current.waiters[waiter] = None
            return False

    def leave(self, mine: Sending, waiter: _Waiter) -> None:
        """Stop waiting, or driving; where that has ended this does nothing. It can be run again."""
        with self._lock:
            current = self._under_way.get(mine.key)
            if current is not None:
                current.waiters.pop(waiter, None)
        self.end(mine)

    def end(self, sending: Sending, outcome: Shared = ABANDONED) -> None:
        """End the sending and tell those who wait. It can be run again; the first outcome counts."""
        with self._lock:
            if sending.outcome is None:
                sending.outcome = _for_all(outcome)
            if self._under_way.get(sending.key) is sending:
                del self._under_way[sending.key]
            waiters = list(sending.waiters)
        for waiter in waiters:
            waiter.settle(sending.outcome)


def _for_all(outcome: Shared) -> Shared:
    """The outcome as others see it: that the driver had no more time is no concern of theirs."""
    error = outcome.error if isinstance(outcome, Fail) else None
    return ABANDONED if isinstance(error, LibrusTimeoutError) and error.whole_call else outcome


def own(outcome: Settled) -> Settled:
    """The outcome of somebody else's sending for one who waited: an error is their own, with its causes."""
    if not isinstance(outcome, Fail):
        return outcome
    return Fail(_twin(outcome.error))


def _twin(error: LibrusSdkError) -> LibrusSdkError:
    twin = error.replicate()
    if isinstance(twin.__cause__, LibrusSdkError):
        twin.__cause__ = _twin(twin.__cause__)
    return twin
