"""The box around a slot's state: one lock, one state, and who waits for the flight.

Shared by both shells.  Every change is one call of :mod:`librus_sdk.core.refresh` under the lock, and the
lock is never held across I/O, ``await``, or the waking of a waiter.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import Final, Literal, Protocol

from ..core import refresh
from ..core.refresh import (
    Decision,
    FlightFailure,
    Join,
    Minted,
    Mode,
    Phase,
    Published,
    SlotState,
    Start,
    Ticket,
)
from ..errors import LibrusSdkError
from ..flows.steps import Flow, Renewal
from .clock import Clock

__all__ = ["ABANDONED", "Abandoned", "Flight", "Outcome", "Slot", "SlotKind", "Waiter"]


class Abandoned(Enum):
    """What becomes of a flight whose owner was interrupted."""

    ABANDONED = "the flight was dropped; decide again"


ABANDONED: Final = Abandoned.ABANDONED
GRACE_S: Final = 5.0
FLIGHTS_DEEP: Final = 3
_GOOD: Final = frozenset({Phase.FRESH, Phase.AGEING, Phase.DUE})
Outcome = Published | FlightFailure | Abandoned


class Waiter(Protocol):
    """Somebody who waits for a flight, and leaves by themselves."""

    def settle(self, outcome: Outcome) -> None:
        """Take the result, from any thread; all but the first are ignored."""
        ...


class Flight:
    """Identity of one flight.

    A flight ends at its own deadline; one still listed long after that has an owner who can no longer end it
    (an event loop that was stopped in the middle), and is dropped by whoever comes next. A flight of the
    messages may contain one of the child, and that one of the portal, so that is after three times the limit.

    Attributes:
        handed_over: whether a helper flies it, so that whoever began it has nothing to drop any more.
    """

    __slots__ = ("_alive", "_until", "handed_over")

    def __init__(self, limit_s: float = 30.0, alive: Callable[[], bool] = lambda: True) -> None:
        self._until = time.monotonic() + FLIGHTS_DEEP * limit_s + GRACE_S
        self._alive = alive
        self.handed_over = False

    def alive(self) -> bool:
        """Whether its owner can be expected to end it."""
        return self._alive() and time.monotonic() < self._until


SlotKind = Literal["credential", "table"]


class Slot:
    """One credential, its state, and its waiters. Look-up tables are kept in one, too.

    Args:
        key: whose credential it is.
        name: what events call it: ``portal``, ``accounts``, ``child``, or the path of a table.
        endpoint: what to show when waiting for its renewal took too long.
        renewal: the flow that gets a new credential.
        private: whether requests with it go over the private client (sign-in and renewal).
        clock: the time source.
        latches: errors of a renewal that only a person can mend; remembered until then.
        cools: whether another failed renewal is remembered for a while. What a slot below remembers is not
            remembered here a second time.
        kind: what is kept in it, a credential or a look-up table; events and messages tell the two apart.
        apart: whether a renewal must not end with an interrupt of whoever asked for it, because what the
            server gives then is given once.
        news: the flow that looks whether somebody has signed in elsewhere, where that can be known. It offers
            what they got.
    """

    def __init__(
        self,
        *,
        key: str,
        name: str,
        endpoint: str,
        renewal: Renewal,
        private: bool,
        clock: Clock,
        latches: tuple[type[LibrusSdkError], ...] = (),
        cools: bool = True,
        kind: SlotKind = "credential",
        apart: bool = False,
        news: Callable[[], Flow[None]] | None = None,
    ) -> None:
        self.name = name
        self.kind: Final[SlotKind] = kind
        self.endpoint = endpoint
        self.renewal = renewal
        self.private = private
        self.latches = latches
        self.cools = cools
        self.apart = apart
        self.news = news
        self._clock = clock
        self._lock = threading.Lock()
        self._state = SlotState(key=key)
        self._waiters: dict[Waiter, object] = {}

    def __repr__(self) -> str:
        return f"<Slot {self.name} {refresh.phase_of(self._state, self._clock.monotonic())}>"

    # --- asking ------------------------------------------------------------------------------------------

    def may_hear(self, mode: Mode) -> bool:
        """Whether only a person can help, and one may have done so elsewhere."""
        return self.news is not None and mode == "need" and self._state.latch is not None

    def hearing(self, mode: Mode) -> Flow[None]:
        """Look whether somebody has signed in elsewhere, where that would help."""
        if self.news is not None and self.may_hear(mode):
            yield from self.news()

    def peek(self) -> SlotState:
        """Return the current state."""
        return self._state

    def is_good(self) -> bool:
        """Whether there is a credential that is believed good and not being replaced."""
        state = self._state
        return state.flight is None and refresh.phase_of(state, self._clock.monotonic()) in _GOOD

    def acquire(
        self,
        ticket: Ticket,
        flight: Flight,
        *,
        mode: Mode = "need",
        blocking: bool = True,
        waiter: Waiter | None = None,
    ) -> Decision:
        """Decide, and in the same step register the waiter when there is a flight to wait for."""
        with self._lock:
            dead = self._drop_dead()
            self._state, decision = refresh.acquire(
                self._state, self._clock.monotonic(), ticket, flight, mode=mode, blocking=blocking
            )
            if waiter is not None and isinstance(decision, (Join, Start)):
                self._waiters[waiter] = self._state.flight
        _wake(dead, ABANDONED)
        return decision

    def attend(self, waiter: Waiter) -> bool:
        """Wait for the flight under way without starting one; false when there is none."""
        with self._lock:
            dead = self._drop_dead()
            under_way = self._state.flight is not None
            if under_way:
                self._waiters[waiter] = self._state.flight
        _wake(dead, ABANDONED)
        return under_way

    def _drop_dead(self) -> list[Waiter]:
        current = self._state.flight
        if not isinstance(current, Flight) or current.alive():
            return []
        self._state = refresh.abandon(self._state, current)
        return self._waiters_of(current)

    def leave(self, waiter: Waiter) -> None:
        """Stop waiting; for a settled waiter this does nothing."""
        with self._lock:
            self._waiters.pop(waiter, None)

    # --- reporting ---------------------------------------------------------------------------------------

    def accept(self, generation: int) -> None:
        """Report that the server took this generation."""
        grant = self._state.grant
        if grant is not None and grant.accepted and grant.generation == generation:
            return  # the common case, without the lock: nothing would change
        with self._lock:
            self._state = refresh.accept(self._state, generation)

    def reject(self, generation: int, error: LibrusSdkError) -> None:
        """Report that the server refused this generation."""
        jitter = self._clock.random()
        with self._lock:
            self._state = refresh.reject(self._state, self._clock.monotonic(), generation, error, jitter)

    def offer(self, minted: Minted) -> None:
        """Hand in a credential that came along with another answer."""
        spread = self._clock.random()
        with self._lock:
            self._state = refresh.offer(self._state, minted, spread=spread)

    def reset(self) -> None:
        """Forget latch and cooldown: somebody signed in anew."""
        with self._lock:
            self._state = refresh.reset(self._state)

    # --- ending a flight ---------------------------------------------------------------------------------

    def settle(self, flight: Flight, result: Minted | FlightFailure) -> None:
        """End the flight: every waiter gets that very grant, or an error of their own for that failure."""
        if isinstance(result, Minted):
            self._publish(flight, result)
        else:
            self._fail(flight, result)

    def _publish(self, flight: Flight, minted: Minted) -> None:
        spread, jitter = self._clock.random(), self._clock.random()
        with self._lock:
            self._state, result = refresh.publish(
                self._state, self._clock.monotonic(), flight, minted, spread=spread, jitter=jitter
            )
            if result is None:
                # Dropped meanwhile, but the server has rotated: do not lose what it gave.
                self._state = refresh.offer(self._state, minted, spread=spread)
                return
            waiters = self._waiters_of(flight)
        _wake(waiters, result)

    def _fail(self, flight: Flight, failure: FlightFailure) -> None:
        jitter = self._clock.random()
        with self._lock:
            self._state, result = refresh.fail(
                self._state, self._clock.monotonic(), flight, failure, jitter=jitter
            )
            if result is None:
                return
            waiters = self._waiters_of(flight)
        _wake(waiters, result)

    def release(self, flight: Flight) -> None:
        """Drop the flight if it has not ended, and wake whoever still waits for it to decide again.

        Called in a ``finally`` by whoever may own the flight; after a regular end it does nothing.
        """
        with self._lock:
            self._state = refresh.abandon(self._state, flight)
            waiters = self._waiters_of(flight)
        _wake(waiters, ABANDONED)

    def close(self) -> None:
        """End the slot: the credential is wiped, waiters get SESSION_CLOSED."""
        with self._lock:
            self._state = refresh.close(self._state)
            waiters = list(self._waiters)
        _wake(waiters, ABANDONED)

    def after_fork(self) -> None:
        """Start over in a forked process: new lock, no flight, no waiters; the grant stays."""
        self._lock = threading.Lock()
        self._waiters = {}
        if self._state.flight is not None:
            self._state = refresh.abandon(self._state, self._state.flight)

    def _waiters_of(self, flight: Flight) -> list[Waiter]:
        # They stay listed until they leave by themselves: an interrupt between here and the waking then
        # loses nobody, because release() finds them again.
        return [waiter for waiter, waits_for in self._waiters.items() if waits_for is flight]


def _wake(waiters: list[Waiter], outcome: Outcome) -> None:
    for waiter in waiters:
        waiter.settle(outcome)
