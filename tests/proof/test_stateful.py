"""Random histories of one slot, against what the protocol says about clocks, windows and cooldowns.

What a slot should be is worked out here a second time, from the words of the protocol and from the facts a
test can know: what was issued when, what was refused, what failed.
"""

from __future__ import annotations

import math
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from librus_sdk.core import refresh
from librus_sdk.core.refresh import (
    Blocked,
    Fail,
    FlightFailure,
    Grant,
    Join,
    Minted,
    Mode,
    Phase,
    Published,
    SlotState,
    Start,
    Ticket,
    Use,
)
from librus_sdk.errors import LibrusSdkError

KEY = "101"
WALL = 1_700_000_000.0
shares = st.floats(0.0, 1.0, allow_nan=False)
lifetimes = st.one_of(
    st.none(), st.floats(0.5, 30.0), st.floats(30.0, 5000.0), st.floats(5000.0, 30 * 86400.0)
)
steps = st.one_of(st.floats(0.001, 0.9), st.floats(0.9, 50.0), st.floats(50.0, 40_000.0))
modes = st.sampled_from(["need", "insist", "force"])


def windows(lifetime: float, spread: float) -> tuple[float, float]:
    """How long before the expiry the advisory and the mandatory window begin."""
    return min(15 * 60, lifetime / 5) * (1 - spread / 2), min(30, lifetime / 10)


class SlotHistory(RuleBasedStateMachine):
    """One slot, one clock, whatever may happen to it."""

    @initialize(start=st.floats(0.0, 1e7))
    def begin(self, start: float) -> None:
        self.now = start
        self.state = SlotState(key=KEY)
        self.serial = 0
        self.flights = 0
        # The facts.
        self.rejected: set[int] = set()
        self.cool_until = -math.inf
        self.latched = False
        self.closed = False
        self.most_generation = 0
        self.cooldowns: list[float] = []

    # --- facts -------------------------------------------------------------------------------------------

    @property
    def grant(self) -> Grant | None:
        return self.state.grant

    @property
    def alive(self) -> bool:
        return not self.closed

    def good(self) -> bool:
        return self.grant is not None and self.grant.generation not in self.rejected

    def minted(self, lifetime: float | None, declared: bool, skew: float, owner: str = KEY) -> Minted:
        """A new credential; its clock on the wall is off by the skew, which must not matter."""
        self.serial += 1
        expires = None if lifetime is None else self.now + lifetime
        return Minted(owner, f"token {self.serial}", self.now, WALL + skew, expires, declared)

    def expected_phase(self) -> Phase:
        if self.closed:
            return Phase.CLOSED
        if self.latched:
            return Phase.LATCHED
        return Phase.COOLING if self.now < self.cool_until else self.expected_below()

    def expected_below(self) -> Phase:
        grant = self.grant
        if grant is None:
            return Phase.EMPTY
        if not self.good():
            return Phase.REJECTED
        expires = grant.minted.expires_at
        if expires is None:
            return Phase.FRESH
        advisory, mandatory = windows(expires - grant.minted.issued_at, grant.spread)
        if grant.minted.declared and self.now >= expires - mandatory:
            return Phase.DUE
        return Phase.AGEING if self.now >= expires - advisory else Phase.FRESH

    def published(self, minted: Minted) -> None:
        assert self.state.grant is not None
        assert self.state.grant.minted is minted
        assert self.state.generation == self.state.grant.generation > self.most_generation
        self.cool_until = -math.inf
        self.latched = False

    def cooled(self, least: float, most: float) -> None:
        delay = self.state.cooldown_until - self.now
        assert least - 1e-6 <= delay <= most + 1e-6, delay
        self.cool_until = self.state.cooldown_until

    # --- what happens ------------------------------------------------------------------------------------

    @rule(seconds=steps)
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(
        mode=modes,
        blocking=st.booleans(),
        need=st.sampled_from(["any", "not the refused one"]),
        contacted=st.booleans(),
    )
    def somebody_asks(self, mode: Mode, blocking: bool, need: str, contacted: bool) -> None:
        least = 0 if need == "any" else self.state.refused + 1
        ticket = Ticket(need=least, contacted=contacted)
        before, below = self.state, self.expected_below()
        flight = f"flight {self.flights + 1}"
        after, decision = refresh.acquire(before, self.now, ticket, flight, mode=mode, blocking=blocking)
        self.state = after
        cooling = self.now < self.cool_until and mode == "need"
        if self.closed or (self.latched and mode == "need"):
            assert isinstance(decision, Fail)
        elif mode == "force":
            assert isinstance(decision, (Start, Join) if blocking else Blocked)
        elif below is Phase.FRESH:
            assert isinstance(decision, Use)
        elif below is Phase.AGEING:
            # An assumed expiry, however long past, never blocks.
            assert isinstance(decision, Use)
            assert decision.beside == (before.flight is None and not cooling and not contacted)
        elif below is Phase.DUE and contacted:
            assert isinstance(decision, Use)
        elif contacted:
            assert isinstance(decision, Fail)
        elif cooling and below is Phase.DUE and self.grant is not None and not self.grant.expired(self.now):
            assert isinstance(decision, Use)
        elif cooling and before.flight is None:
            assert isinstance(decision, Fail)
        else:
            assert isinstance(decision, (Start, Join) if blocking else Blocked)
        if isinstance(decision, Use):
            assert self.good()
        beside = isinstance(decision, Use) and decision.beside
        if isinstance(decision, Start) or beside:
            assert before.flight is None
            self.flights += 1
            assert after.flight == flight
        else:
            assert after == before
        if isinstance(decision, Join):
            assert before.flight is not None

    @precondition(lambda self: self.state.flight is not None)
    @rule(lifetime=lifetimes, declared=st.booleans(), skew=st.floats(-1e6, 1e6), spread=shares)
    def the_flight_brings(self, lifetime: float | None, declared: bool, skew: float, spread: float) -> None:
        minted = self.minted(lifetime, declared, skew)
        self.state, result = refresh.publish(self.state, self.now, self.state.flight, minted, spread=spread)
        assert isinstance(result, Published)
        assert result.grant is self.state.grant
        assert self.state.flight is None
        self.published(minted)

    @precondition(lambda self: self.state.flight is None and self.alive)
    @rule(lifetime=lifetimes, declared=st.booleans(), spread=shares)
    def somebody_refreshes(self, lifetime: float | None, declared: bool, spread: float) -> None:
        """An explicit refresh from its start to its end, so that histories get somewhere."""
        self.somebody_asks(mode="force", blocking=True, need="any", contacted=False)
        self.the_flight_brings(lifetime=lifetime, declared=declared, skew=0.0, spread=spread)

    @precondition(lambda self: self.state.flight is not None and self.good())
    @rule(older=st.booleans(), spread=shares)
    def the_flight_brings_what_is_known(self, older: bool, spread: float) -> None:
        held = self.grant
        assert held is not None
        if older:
            minted = Minted(KEY, "asked for earlier", held.minted.issued_at - 1.0)
        else:
            minted = Minted(KEY, held.secret, self.now)
        self.state, result = refresh.publish(self.state, self.now, self.state.flight, minted, spread=spread)
        assert isinstance(result, Published)
        assert result.grant is self.state.grant
        if older:
            assert result.grant is held
        else:
            self.published(minted)

    @precondition(lambda self: self.state.flight is not None)
    @rule(what=st.sampled_from(["foreign", "expired", "refused"]), jitter=shares)
    def the_flight_brings_nothing_of_use(self, what: str, jitter: float) -> None:
        before = self.state
        if what == "foreign":
            minted = self.minted(100.0, declared=True, skew=0.0, owner="somebody else")
        elif what == "expired":
            minted = self.minted(0.0, declared=True, skew=0.0)
        elif self.grant is not None and not self.good():
            minted = Minted(KEY, self.grant.secret, self.now)
        else:
            return
        self.state, result = refresh.publish(self.state, self.now, self.state.flight, minted, jitter=jitter)
        assert isinstance(result, FlightFailure)
        assert self.state.grant is before.grant
        self.cooled(1.0, 60.0)

    @precondition(lambda self: self.state.flight is not None)
    @rule(
        kind=st.sampled_from(["transient", "terminal", "passing"]),
        retry_after=st.one_of(st.none(), st.floats(0.0, 1e5)),
        jitter=shares,
    )
    def the_flight_fails(self, kind: Any, retry_after: float | None, jitter: float) -> None:
        before = self.state
        failure = FlightFailure(LibrusSdkError("no"), kind, retry_after)
        self.state, result = refresh.fail(before, self.now, before.flight, failure, jitter=jitter)
        assert result is failure
        assert self.state.flight is None
        assert self.state.grant is before.grant
        if kind == "terminal":
            self.latched = True
            self.cool_until = -math.inf
        elif kind == "transient":
            if retry_after is None:
                most = min(60.0, 2.0 ** (before.failures + 1))
                self.cooled(1.0, most)
            else:
                asked = min(retry_after, 3600.0)
                self.cooled(asked, asked)

    @precondition(lambda self: self.good() and self.alive)
    @rule(jitter=shares)
    def the_server_refuses(self, jitter: float) -> None:
        before, grant = self.state, self.grant
        assert grant is not None
        new = self.now - grant.minted.issued_at <= 15 * 60
        self.state = refresh.reject(before, self.now, grant.generation, LibrusSdkError("401"), jitter)
        self.rejected.add(grant.generation)
        if not grant.accepted and new and before.refusals >= 1:
            longest = min(900.0, 30.0 * 2 ** (before.refusals - 1))
            self.cooled(longest / 2, longest)
        else:
            assert self.state.cooldown_until == before.cooldown_until

    @precondition(lambda self: self.grant is not None)
    @rule(age=st.integers(1, 5), jitter=shares)
    def a_late_refusal_arrives(self, age: int, jitter: float) -> None:
        late = self.state.generation - age
        error = LibrusSdkError("401")
        assert refresh.reject(self.state, self.now, late, error, jitter) is self.state

    @precondition(lambda self: self.grant is not None and (self.state.refusals or not self.grant.accepted))
    @rule()
    def the_server_accepts(self) -> None:
        before = self.state
        self.state = refresh.accept(before, before.generation)
        if self.grant is not None:
            assert self.state.refusals == 0
            assert self.grant.accepted
        assert refresh.accept(self.state, before.generation - 1) is self.state

    @rule(
        lifetime=lifetimes, declared=st.booleans(), older=st.booleans(), foreign=st.booleans(), spread=shares
    )
    def somebody_offers(
        self, lifetime: float | None, declared: bool, older: bool, foreign: bool, spread: float
    ) -> None:
        minted = self.minted(lifetime, declared, 0.0, owner="somebody else" if foreign else KEY)
        before = self.state
        if older and self.grant is not None:
            minted = Minted(minted.owner, minted.secret, self.grant.minted.issued_at - 1.0)
        newer = self.grant is None or minted.issued_at > self.grant.minted.issued_at
        self.state = refresh.offer(before, minted, spread=spread)
        if self.closed or foreign or not newer:
            assert self.state is before
        else:
            assert self.state.flight == before.flight
            self.published(minted)

    @precondition(lambda self: bool(self.state.former))
    @rule(which=st.integers(0, 3))
    def old_news_arrives(self, which: int) -> None:
        secret = self.state.former[which % len(self.state.former)]
        assert refresh.offer(self.state, Minted(KEY, secret, self.now + 1.0)) is self.state

    @precondition(lambda self: self.state.flight is not None)
    @rule()
    def the_flight_is_abandoned(self) -> None:
        before = self.state
        self.state = refresh.abandon(before, before.flight)
        assert self.state.flight is None
        assert self.state.grant is before.grant
        late = self.minted(None, declared=False, skew=0.0)
        assert refresh.publish(self.state, self.now, before.flight, late) == (self.state, None)

    @precondition(lambda self: self.latched or self.state.cooldown is not None or self.state.refusals)
    @rule()
    def somebody_signs_in(self) -> None:
        before = self.state
        self.state = refresh.reset(before)
        assert self.state.grant is before.grant
        assert self.state.flight == before.flight
        if self.alive:
            self.latched = False
            self.cool_until = -math.inf

    @precondition(lambda self: self.serial > 8 and self.alive)
    @rule()
    def the_session_is_closed(self) -> None:
        self.state = refresh.close(self.state)
        self.closed = True
        self.latched = False
        self.cool_until = -math.inf

    # --- what holds always -------------------------------------------------------------------------------

    @invariant()
    def the_phase_is_what_the_facts_say(self) -> None:
        if hasattr(self, "state"):
            assert refresh.phase_of(self.state, self.now) is self.expected_phase()

    @invariant()
    def generations_only_grow(self) -> None:
        if hasattr(self, "state"):
            assert self.state.generation >= self.most_generation
            assert self.state.refused <= self.state.generation
            self.most_generation = self.state.generation

    @invariant()
    def a_closed_slot_holds_nothing(self) -> None:
        if hasattr(self, "state") and self.closed:
            assert self.state.grant is None
            assert self.state.flight is None


TestSlotHistory = SlotHistory.TestCase
TestSlotHistory.settings = settings(max_examples=250, stateful_step_count=40)
