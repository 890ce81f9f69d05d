"""The shipped :class:`~librus_sdk.shells.slots.Slot`, put into any state and asked once.

Everything a slot does is a function of its state, its waiters and the request; so each question is put to the
shipped code once, and its answer remembered.  The model's clock stands at zero: time passes by moving the
state's own times back, which is the same thing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from librus_sdk.core import refresh
from librus_sdk.core.refresh import (
    Fail,
    FlightFailure,
    Grant,
    Minted,
    Mode,
    Published,
    SlotState,
    Start,
    Ticket,
    Use,
)
from librus_sdk.errors import LibrusSdkError, LibrusSessionClosedError
from librus_sdk.flows.steps import Flow
from librus_sdk.shells.clock import Clock
from librus_sdk.shells.slots import ABANDONED, Flight, Outcome, Slot

from .machines import reaches

Who = tuple[str, int, int]
"""Who waits: a caller (``c``, its index, 0) or a flight (``f``, its slot, its number)."""
Waiting = tuple[tuple[Who, int], ...]
Woken = tuple[tuple[Who, "News"], ...]


@dataclass(frozen=True, slots=True)
class News:
    """What a waiter is told: a grant, an error, or to decide again."""

    grant: Grant | None = None
    error: LibrusSdkError | None = None


DECIDE_AGAIN: Final = News()


@dataclass(frozen=True, slots=True)
class Reply:
    """What one question came to."""

    state: int
    decision: Use | Start | News | None
    woken: Woken
    changed: bool


class Stopped(Clock):
    """A clock that stands at zero, and the least of chance."""

    def monotonic(self) -> float:
        return 0.0

    def wall(self) -> float:
        return 0.0

    def random(self) -> float:
        return 0.0


class _Waiter:
    def __init__(self, who: Who) -> None:
        self.who = who
        self.outcome: Outcome | None = None

    def settle(self, outcome: Outcome) -> None:
        if self.outcome is None:
            self.outcome = outcome


class Canon:
    """One object for all errors that differ in nothing a program could branch on."""

    def __init__(self) -> None:
        self._errors: dict[Hashable, LibrusSdkError] = {}

    def error(self, error: LibrusSdkError) -> LibrusSdkError:
        return self._errors.setdefault((type(error), error.code), error)


@dataclass(slots=True)
class Box:
    """One slot of the model, and everything that was ever asked of it."""

    slot: Slot
    canon: Canon
    states: list[SlotState] = field(default_factory=list)
    _ids: dict[Hashable, int] = field(default_factory=dict)
    _memo: dict[Hashable, Reply] = field(default_factory=dict)
    _flights: list[Flight] = field(default_factory=list)

    @classmethod
    def make(
        cls,
        canon: Canon,
        key: str,
        renewal: Callable[[Mode], Flow[Minted]],
        latches: tuple[type[LibrusSdkError], ...],
    ) -> Box:
        """A box around an empty slot; its state has the number 0."""
        slot = Slot(
            key=key,
            name=key,
            endpoint=key,
            renewal=renewal,
            private=False,
            clock=Stopped(),
            latches=latches,
        )
        box = cls(slot, canon)
        box.intern(SlotState(key=key))
        return box

    # --- states and flights, by number -------------------------------------------------------------------

    def flight(self, number: int) -> Flight:
        while len(self._flights) <= number:
            self._flights.append(Flight(1e9))
        return self._flights[number]

    def intern(self, state: SlotState) -> int:
        """Return the number of the state, taking equal errors for one."""
        key = (
            state.grant,
            state.generation,
            state.refused,
            state.refused_by is None,
            state.refusals,
            state.flight,
            state.failures,
            max(0.0, state.cooldown_until),
            _failure_key(state.cooldown),
            _failure_key(state.latch),
            state.former,
            state.closed,
        )
        number = self._ids.setdefault(key, len(self.states))
        if number == len(self.states):
            self.states.append(self._canonical(state))
        return number

    def _canonical(self, state: SlotState) -> SlotState:
        by = None if state.refused_by is None else self.canon.error(state.refused_by)
        return replace(
            state,
            refused_by=by,
            cooldown=self._canonical_failure(state.cooldown),
            latch=self._canonical_failure(state.latch),
            cooldown_until=max(0.0, state.cooldown_until),
        )

    def _canonical_failure(self, failure: FlightFailure | None) -> FlightFailure | None:
        return failure and FlightFailure(self.canon.error(failure.error), failure.kind, failure.retry_after_s)

    def later(self, state: int, seconds: float) -> int:
        """Return the state as it is some seconds later."""
        old = self.states[state]
        grant = old.grant
        if grant is not None and grant.minted.expires_at is not None:
            minted = grant.minted
            issued, expires = minted.issued_at - seconds, grant.minted.expires_at
            minted = replace(minted, issued_at=issued, expires_at=expires - seconds)
            grant = replace(grant, minted=minted)
        return self.intern(replace(old, grant=grant, cooldown_until=old.cooldown_until - seconds))

    # --- questions ---------------------------------------------------------------------------------------

    def acquire(
        self, state: int, waiting: Waiting, ticket: Ticket, mode: Mode, who: Who | None, number: int
    ) -> Reply:
        """Ask for a grant: without ``who``, for one to send at once."""
        memory = (ticket.need, ticket.refusals, ticket.waits, ticket.contacted, ticket.first is not None)
        key = ("acquire", state, waiting, memory, mode, who, number)

        def ask(slot: Slot) -> object:
            flight = self.flight(number)
            if who is None:
                return slot.acquire(ticket, flight, mode=mode, blocking=False)
            return slot.acquire(ticket, flight, mode=mode, waiter=_Waiter(who))

        return self._ask(key, state, waiting, ask, ticket.first)

    def report(self, what: str, state: int, waiting: Waiting, *arguments: Hashable) -> Reply:
        """Tell the slot something that has no answer: ``accept``, ``reject``, ``offer``, ``close`` …"""
        method = getattr(self.slot, what)
        return self._ask(
            (what, state, waiting, *arguments), state, waiting, lambda _: method(*arguments), None
        )

    def settle(self, state: int, waiting: Waiting, number: int, result: Minted | FlightFailure) -> Reply:
        """End a flight the way the shells do."""
        if isinstance(result, FlightFailure):
            result = FlightFailure(self.canon.error(result.error), result.kind)

        def ask(slot: Slot) -> None:
            slot.settle(self.flight(number), result)
            slot.release(self.flight(number))

        return self._ask(("settle", state, waiting, number, result), state, waiting, ask, None)

    def leave(self, state: int, waiting: Waiting, who: Who) -> Reply:
        """Have one waiter stop waiting."""

        def ask(slot: Slot) -> None:
            waiters: Any = slot._waiters
            slot.leave(next(waiter for waiter in waiters if waiter.who == who))

        return self._ask(("leave", state, waiting, who), state, waiting, ask, None)

    def _ask(
        self,
        key: Hashable,
        state: int,
        waiting: Waiting,
        question: Callable[[Slot], object],
        first: LibrusSdkError | None,
    ) -> Reply:
        reply = self._memo.get(key)
        if reply is None:
            reply = self._memo[key] = self._put(state, waiting, question, first)
        return reply

    def _put(
        self,
        state: int,
        waiting: Waiting,
        question: Callable[[Slot], object],
        first: LibrusSdkError | None,
    ) -> Reply:
        slot = self.slot
        slot._state = self.states[state]
        waiters = {_Waiter(who): self.flight(number) for who, number in waiting}
        slot._waiters = dict(waiters.items())
        answer = question(slot)
        after = self.intern(slot._state)
        woken = tuple((w.who, self._news(w.outcome)) for w in waiters if w.outcome is not None)
        return Reply(after, self._decision(answer, first), woken, after != state)

    def _news(self, outcome: Outcome) -> News:
        if outcome is ABANDONED:
            return DECIDE_AGAIN
        if isinstance(outcome, Published):
            return News(grant=outcome.grant)
        assert isinstance(outcome, FlightFailure)
        return News(error=self.canon.error(outcome.error_for_caller()))

    def _decision(self, answer: object, first: LibrusSdkError | None) -> Use | Start | News | None:
        if isinstance(answer, (Use, Start)):
            return answer
        if isinstance(answer, Fail):
            if not isinstance(answer.error, LibrusSessionClosedError) and not reaches(answer.error, first):
                raise AssertionError("the first 401 is lost")
            return News(error=self.canon.error(answer.error))
        return None


def _failure_key(failure: FlightFailure | None) -> Hashable:
    return failure and (type(failure.error), failure.error.code, failure.kind, failure.retry_after_s)


def phase(state: SlotState) -> refresh.Phase:
    """The phase, at the model's one time."""
    return refresh.phase_of(state, 0.0)
