"""A small world around the shipped code: callers, flights, a server, and an adversary with a budget.

Callers and flights are driven by the shipped flows (:mod:`.machines`) and ask the shipped slots
(:mod:`.boxes`).  What a shell adds (waiting, flying, being cancelled) is here, one atomic step at a time.
The server decides about a request when it is sent; the answer arrives in a step of its own, so a 401 may be
late, and a token may be minted long before the client has it.  Deciding at once loses nothing: that a token
died between sending and arriving looks to the client like one that had died just before.

What really happened is kept apart from the slots (:class:`Truth`), and the invariants compare the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from librus_sdk.core.refresh import Grant, Start, Use
from librus_sdk.flows.steps import Acquire, Attempt, Exchange

from .boxes import DECIDE_AGAIN, News, Who
from .cast import Cast
from .draft import Draft
from .machines import LIFETIME, PORTAL_KEY, acquired, failed, minted_of, response_for, sent
from .model import (
    IDLE,
    MOST_WAITS,
    Actor,
    Airborne,
    Setup,
    State,
    Truth,
    ViolationError,
    former_serial,
    is_minted,
    one_more,
)

Options = Iterator[tuple[tuple[Any, ...], tuple[tuple[int, int], ...], str | None]]
"""Outcome, server afterwards, what it costs the adversary."""


class World:
    """All that may happen, given a setup.

    Args:
        setup: the world.
        retry_failures: a planted fault: a waiter that is told of a failure asks again.
    """

    def __init__(self, setup: Setup, *, retry_failures: bool = False) -> None:
        self.setup = setup
        self.retry_failures = retry_failures
        self.deeds = tuple(setup.budget)
        self.cast = Cast(setup)
        self.boxes, self.keys, self.machines = self.cast.boxes, self.cast.keys, self.cast.machines

    def start(self) -> State:
        """Return how it begins."""
        draft = Draft(
            self.cast,
            State(
                ((0, 0),) * len(self.boxes),
                (0,) * len(self.boxes),
                (Truth(),) * len(self.boxes),
                tuple(self.cast.caller(child, explicit=explicit) for child, explicit in self.setup.callers),
                (),
                tuple(self.setup.budget.values()),
            ),
        )
        if self.setup.warm:
            for slot, key in enumerate(self.keys):
                draft.server[slot] = (1, 1)
                minted = minted_of(f"{key}:1:0".encode(), None if key == PORTAL_KEY else self.setup.declared)
                if self.setup.portal:
                    minted = replace(minted, issued_at=-1.0)
                draft.report("offer", slot, minted)
        return draft.frozen()

    # --- what may happen next ----------------------------------------------------------------------------

    def successors(self, state: State) -> Iterator[tuple[str, State]]:
        """Every step anybody may take. Raises ViolationError when one breaks an invariant."""
        before = None
        for index, actor in enumerate(state.callers):
            if actor == before or actor.status in IDLE:
                continue  # the same as its neighbour: one of them stands for both
            before = actor
            who = ("c", index, 0)
            yield from self._steps(state, who, actor)
            if self._may(state, "cancel"):
                yield f"caller {index} is cancelled", self._cancelled(state, who)
        for flight in state.flights:
            who = ("f", flight.slot, flight.number)
            yield from self._steps(state, who, flight.actor)
            if flight.current and self._may(state, "abandon"):
                yield f"{who} is abandoned", self._abandoned(state, flight)
            if flight.current and self._may(state, "drop"):
                draft = self._draft(state, "drop")
                draft.drop(flight)
                yield f"{who} is dropped, its answer still comes", draft.frozen()
        yield from self._deeds(state)

    def _may(self, state: State, deed: str) -> bool:
        return deed in self.setup.budget and state.budget[self.deeds.index(deed)] > 0

    def _draft(self, state: State, deed: str | None = None) -> Draft:
        draft = Draft(self.cast, state)
        if deed is not None:
            draft.budget[self.deeds.index(deed)] -= 1
        return draft

    def _cancelled(self, state: State, who: Who) -> State:
        draft = self._draft(state, "cancel")
        actor = draft.callers[who[1]]
        if actor.status in {"wait", "woken"}:
            slot = self.cast.slot_of(actor)
            reply = draft.ask(
                slot, "leave", self.boxes[slot].leave(draft.boxes[slot], draft.waiting(slot), who)
            )
            if reply.changed or reply.woken:
                raise ViolationError("I9", "cancelling a caller changed the slot or woke another caller")
        draft.callers[who[1]] = Actor(0, 0, "gone", None)
        return draft.frozen()

    def _abandoned(self, state: State, flight: Airborne) -> State:
        draft = self._draft(state, "abandon")
        draft.end(flight)
        draft.report("release", flight.slot, self.boxes[flight.slot].flight(flight.number))
        return draft.frozen()

    def _deeds(self, state: State) -> Iterator[tuple[str, State]]:
        for slot, (live, last) in enumerate(state.server):
            key = self.keys[slot]
            deed = "kill" if key == PORTAL_KEY else "revoke"
            if live and self._may(state, deed):
                draft = self._draft(state, deed)
                draft.server[slot] = (0, last)
                yield f"{key}: the server {deed}s", draft.frozen()
            yield from self._clock(state, slot)
            if key == PORTAL_KEY:
                continue
            for deed, owner, serial in (
                ("offer", key, last + 1),
                ("old offer", key, max(1, last - 1)),
                ("foreign offer", "somebody else", last + 1),
                ("stale offer", key, former_serial(self.boxes[slot].states[state.boxes[slot]])),
            ):
                if not serial or not self._may(state, deed):
                    continue
                draft = self._draft(state, deed)
                if deed == "offer":
                    draft.server[slot] = (serial, serial)
                minted = minted_of(f"{owner}:{serial}:0".encode(), self.setup.declared)
                if deed == "stale offer":
                    minted = replace(minted, issued_at=last + 0.5)  # a list that is asked late and is behind
                draft.report("offer", slot, minted)
                yield f"{key}: {deed}", draft.frozen()
        for deed in ("reset", "close"):
            if self._may(state, deed):
                draft = self._draft(state, deed)
                for slot in range(len(self.boxes)):
                    draft.report(deed, slot)
                if deed == "close":
                    draft.flights = [flight._replace(current=False) for flight in draft.flights]
                yield deed, draft.frozen()

    def _clock(self, state: State, slot: int) -> Iterator[tuple[str, State]]:
        box = self.boxes[slot]
        now = box.states[state.boxes[slot]]
        bounds: dict[float, str | None] = {}
        if now.cooldown_until > 0:
            bounds[now.cooldown_until] = None
        if self.setup.declared is not None:
            ages = {f.actor.payload[2][3] for f in state.flights if f.slot == slot and is_minted(f.actor)}
            if now.grant is not None:
                ages.add(-now.grant.minted.issued_at)
            for age in ages:
                for left in (min(900.0, LIFETIME / 5), min(30.0, LIFETIME / 10), 0.0):
                    bounds.setdefault(LIFETIME - left - age, "age")
        for seconds, deed in bounds.items():
            if seconds > 0 and (deed is None or self._may(state, deed)):
                draft = self._draft(state, deed)
                draft.pass_time(slot, seconds)
                yield f"{box.slot.name}: {seconds:g} s pass", draft.frozen()

    # --- one actor's next step ---------------------------------------------------------------------------

    def _steps(self, state: State, who: Who, actor: Actor) -> Iterator[tuple[str, State]]:
        step = self.machines[actor.machine].steps[actor.point]
        if actor.status == "sent":
            draft = self._draft(state)
            generation, epoch, outcome = actor.payload
            answer = response_for(outcome) if isinstance(step, Exchange) else sent(generation, outcome)
            after = actor._replace(refused=actor.refused or outcome[0] == "401")
            draft.resume(who, after, (generation, outcome), answer, epoch)
            yield f"{who} gets {outcome}", draft.frozen()
        elif actor.status == "woken":
            yield f"{who} wakes up", self._woken(state, who, actor)
        elif actor.status == "run" and isinstance(step, Attempt):
            yield from self._attempt(state, who, actor, step)
        elif actor.status == "run" and isinstance(step, Acquire):
            yield f"{who} asks, to wait", self._acquire(state, who, actor)
        elif actor.status == "run":
            assert isinstance(step, Exchange)
            slot = who[1]
            for outcome, server, cost in self._renewed(state, slot, slot, "terminal sign-in"):
                draft = self._draft(state, cost)
                draft.server = list(server)
                draft.put(who, actor._replace(status="sent", payload=(0, 0, outcome)))
                yield f"{who} exchanges: {outcome}", draft.frozen()

    def _attempt(self, state: State, who: Who, actor: Actor, step: Attempt) -> Iterator[tuple[str, State]]:
        draft = self._draft(state)
        slot = self.cast.slot_of(actor)
        reply = draft.acquire(slot, step.ticket, step.mode, None)
        decision = reply.decision
        if not isinstance(decision, Use):
            draft.answer_decision(who, actor, decision)
            yield f"{who} asks", draft.frozen()
            return
        base = draft.frozen()
        epoch = state.truths[slot].epoch
        for outcome, server, cost in self._judged(base, slot, who, decision.grant):
            draft = self._draft(base, cost)
            draft.server = list(server)
            requests = one_more(actor) if who[0] == "c" else 0
            payload = (decision.grant.generation, epoch, outcome)
            draft.put(who, actor._replace(status="sent", payload=payload, requests=requests))
            yield f"{who} sends generation {decision.grant.generation}: {outcome}", draft.frozen()

    def _judged(self, state: State, slot: int, who: Who, grant: Grant) -> Options:
        owner, serial = grant.secret
        alive = owner == self.keys[slot] and serial == state.server[slot][0]
        if not alive:
            yield ("401",), state.server, None
        elif self.keys[slot] == PORTAL_KEY:
            yield from self._renewed(state, who[1], who[1], "terminal child")
        else:
            yield ("200",), state.server, None

    def _renewed(self, state: State, slot: int, child: int, terminal: str) -> Options:
        """What a server may answer to the request for a new credential of this slot."""
        key = self.keys[slot]
        live, last = state.server[slot]

        def server(alive: int, newest: int) -> tuple[tuple[int, int], ...]:
            changed = list(state.server)
            changed[slot] = (alive, newest)
            return tuple(changed)

        yield ("mint", key, last + 1, 0.0), server(last + 1, last + 1), None
        if self._may(state, "fail"):
            yield ("unreachable",), state.server, "fail"
        if self._may(state, "terminal"):
            yield (terminal if key == PORTAL_KEY else "terminal child",), state.server, "terminal"
        if key == PORTAL_KEY or not self._may(state, "odd"):
            return
        if "foreign" in self.setup.odd:
            yield ("mint", "somebody else", last + 1, 0.0), state.server, "odd"
        if "same" in self.setup.odd and last:
            yield ("mint", key, last, 0.0), server(last, last), "odd"
        if "dead" in self.setup.odd and last and not live:
            yield ("mint", key, last, 0.0), state.server, "odd"

    def _acquire(self, state: State, who: Who, actor: Actor) -> State:
        draft = self._draft(state)
        step = self.machines[actor.machine].steps[actor.point]
        assert isinstance(step, Acquire)
        slot = self.cast.slot_of(actor)
        reply = draft.acquire(slot, step.ticket, step.mode, who)
        decision = reply.decision
        if decision is None or isinstance(decision, Start):
            if actor.failed:
                raise ViolationError("I6", "a call that was told of a failure waits for another flight")
            if who[0] == "c" and (actor.after or actor.waits >= MOST_WAITS):
                raise ViolationError("I4", "a call waits for a flight too many")
            number = self.cast.flight_number(slot, draft.boxes[slot])
            draft.put(who, actor._replace(status="wait", payload=number))
        else:
            draft.answer_decision(who, actor, decision)
        return draft.frozen()

    def _woken(self, state: State, who: Who, actor: Actor) -> State:
        draft = self._draft(state)
        slot = self.cast.slot_of(actor)
        draft.ask(slot, "leave", self.boxes[slot].leave(draft.boxes[slot], draft.waiting(slot), who))
        news: News = actor.payload[1]
        if news.grant is not None:
            grant = news.grant
            after = actor._replace(waits=actor.waits + 1, after=actor.after + actor.refused)
            draft.resume(who, after, ("joined", grant.generation), acquired(grant, joined=True), 0)
        elif news.error is not None and self.retry_failures:
            draft.put(who, actor._replace(status="run", payload=None, failed=True))
        elif news.error is not None:
            failure = ("failed", type(news.error), news.error.code)
            draft.resume(who, actor._replace(failed=True), failure, failed(news.error), 0)
        else:
            assert news is DECIDE_AGAIN
            draft.put(who, actor._replace(status="run", payload=None))
        return draft.frozen()
