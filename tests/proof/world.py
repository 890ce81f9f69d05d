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
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from librus_sdk.core.refresh import Grant, Minted, Mode, Phase, Start, Ticket, Use
from librus_sdk.errors import LibrusAccountActionRequiredError, LibrusTerminalAuthenticationError
from librus_sdk.flows.steps import Acquire, Attempt, Exchange
from librus_sdk.shells.flights import failure_of

from .boxes import DECIDE_AGAIN, Box, Canon, News, Reply, Waiting, Who, phase
from .machines import (
    LIFETIME,
    PORTAL_KEY,
    Machine,
    Next,
    Port,
    acquired,
    child_renewal,
    data_call,
    explicit_refresh,
    failed,
    minted_of,
    one_exchange,
    response_for,
    sent,
)


class ViolationError(AssertionError):
    """An invariant does not hold. ``invariant`` is its name in the protocol page."""

    def __init__(self, invariant: str, what: str) -> None:
        super().__init__(f"{invariant}: {what}")
        self.invariant = invariant


@dataclass(frozen=True, slots=True)
class Setup:
    """One world: who is in it, how it starts, and what the adversary may do how often.

    Attributes:
        callers: for each caller its child (0 or 1) and whether it is an explicit refresh.
        portal: whether the children's renewals go through a portal slot of their own.
        warm: whether everybody starts with a good credential.
        declared: whether tokens have a declared (True) or assumed (False) lifetime, or none.
        odd: what else a server may answer to a renewal.
        budget: how often the adversary may do each of its deeds.
    """

    name: str
    callers: tuple[tuple[int, bool], ...]
    portal: bool = False
    warm: bool = True
    declared: bool | None = None
    odd: frozenset[str] = frozenset()
    budget: dict[str, int] = field(default_factory=dict)


class Actor(NamedTuple):
    """A caller or a flight. ``status``: run, sent, wait, woken, done, gone."""

    machine: int
    point: int
    status: str
    payload: Any
    requests: int
    told: int
    """How a flight it waited for ended: 0 none did, 1 published, 2 failed."""


class Airborne(NamedTuple):
    """A flight. ``current`` is false once the slot has dropped it, although its answer may still come."""

    slot: int
    number: int
    current: bool
    actor: Actor


class Truth(NamedTuple):
    """What really happened to a slot."""

    epoch: int = 0
    """Credentials put into the slot so far."""
    refused: bool = False
    """The client was told that the server refuses the current one."""
    taken: bool = False
    """The server was seen to take the current one."""
    streak: int = 0
    """Credentials refused in a row without one of them having been taken."""
    cooling: bool = False
    latched: bool = False


class State(NamedTuple):
    """Everything there is."""

    server: tuple[tuple[int, int], ...]
    """For each slot the serial the server takes now (0: none) and the newest it has given out."""
    boxes: tuple[int, ...]
    truths: tuple[Truth, ...]
    callers: tuple[Actor, ...]
    flights: tuple[Airborne, ...]
    budget: tuple[int, ...]


Options = Iterator[tuple[tuple[Any, ...], tuple[tuple[int, int], ...], str | None]]
"""Outcome, server afterwards, what it costs the adversary."""

IDLE: Final = frozenset({"done", "gone"})


class World:
    """All that may happen, given a setup.

    Args:
        setup: the world.
        retry_failures: a planted fault: a waiter that is told of a failure asks again.
    """

    def __init__(self, setup: Setup, *, retry_failures: bool = False) -> None:
        self.setup = setup
        self.retry_failures = retry_failures
        self.seen: set[tuple[Phase, str, Phase]] = set()
        self.deeds = tuple(setup.budget)
        children = 1 + max(child for child, _ in setup.callers)
        self.children = children
        slots = children + 1 if setup.portal else children
        canon = Canon()
        self.keys = [f"child {number}" for number in range(children)] + [PORTAL_KEY] * setup.portal
        self.boxes = [
            Box.make(
                canon,
                key,
                lambda _mode: iter(()),  # type: ignore[arg-type, return-value]  # flown by the model
                (LibrusTerminalAuthenticationError,) if key == PORTAL_KEY else (LibrusAccountActionRequiredError,),
            )
            for key in self.keys
        ]
        self.machines: list[Machine] = []
        self._number: dict[tuple[str, int, str], int] = {}
        for child in range(children):
            self._add("call", child, "", data_call(slots, child))
            self._add("refresh", child, "", explicit_refresh(slots, child))
            modes: tuple[Mode, ...] = ("need", "insist", "force")
            for mode in modes:
                machine = (
                    child_renewal(slots, children, child, mode)
                    if setup.portal
                    else one_exchange(slots, setup.declared)
                )
                self._add("renewal", child, mode, machine)
        if setup.portal:
            machine = one_exchange(slots, None)
            for mode in ("need", "insist", "force"):
                self._add("renewal", children, mode, machine)

    def _add(self, what: str, slot: int, mode: str, machine: Machine) -> None:
        self._number[what, slot, mode] = len(self.machines)
        self.machines.append(machine)

    def start(self) -> State:
        """Return how it begins."""
        draft = Draft(
            self,
            State(
                ((0, 0),) * len(self.boxes),
                (0,) * len(self.boxes),
                (Truth(),) * len(self.boxes),
                tuple(
                    Actor(self._number["refresh" if explicit else "call", child, ""], 0, "run", None, 0, 0)
                    for child, explicit in self.setup.callers
                ),
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
        draft = Draft(self, state)
        if deed is not None:
            draft.budget[self.deeds.index(deed)] -= 1
        return draft

    def _cancelled(self, state: State, who: Who) -> State:
        draft = self._draft(state, "cancel")
        actor = draft.callers[who[1]]
        if actor.status in {"wait", "woken"}:
            slot = self.slot_of(actor)
            reply = draft.ask(slot, "leave", self.boxes[slot].leave(draft.boxes[slot], draft.waiting(slot), who))
            if reply.changed or reply.woken:
                raise ViolationError("I9", "cancelling a caller changed the slot or woke another caller")
        draft.callers[who[1]] = Actor(0, 0, "gone", None, 0, 0)
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
            ):
                if not self._may(state, deed):
                    continue
                draft = self._draft(state, deed)
                if deed == "offer":
                    draft.server[slot] = (serial, serial)
                draft.report("offer", slot, minted_of(f"{owner}:{serial}:0".encode(), self.setup.declared))
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
        bounds = set()
        if now.cooldown_until > 0:
            bounds.add((now.cooldown_until, None))
        if self.setup.declared is not None:
            ages = {f.actor.payload[2][3] for f in state.flights if f.slot == slot and _minted(f.actor)}
            if now.grant is not None:
                ages.add(-now.grant.minted.issued_at)
            for age in ages:
                for left in (min(900.0, LIFETIME / 5), min(30.0, LIFETIME / 10), 0.0):
                    bounds.add((LIFETIME - left - age, "age"))
        for seconds, deed in bounds:
            if seconds > 0 and (deed is None or self._may(state, deed)):
                draft = self._draft(state, deed)
                draft.pass_time(slot, seconds)
                yield f"{box.slot.name}: {seconds:g} s pass", draft.frozen()

    # --- one actor's next step ---------------------------------------------------------------------------

    def slot_of(self, actor: Actor) -> int:
        step = self.machines[actor.machine].steps[actor.point]
        assert isinstance(step, (Attempt, Acquire))
        assert isinstance(step.slot, Port)
        return step.slot.number

    def _steps(self, state: State, who: Who, actor: Actor) -> Iterator[tuple[str, State]]:
        step = self.machines[actor.machine].steps[actor.point]
        if actor.status == "sent":
            draft = self._draft(state)
            generation, epoch, outcome = actor.payload
            answer = response_for(outcome) if isinstance(step, Exchange) else sent(generation, outcome)
            draft.resume(who, actor, (generation, outcome), answer, epoch)
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
        slot = self.slot_of(actor)
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
            requests = actor.requests + 1 if who[0] == "c" else 0
            if requests > 3:
                raise ViolationError("I4", "a call sends a fourth request")
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
        slot = self.slot_of(actor)
        reply = draft.acquire(slot, step.ticket, step.mode, who)
        decision = reply.decision
        if decision is None or isinstance(decision, Start):
            if who[0] == "c" and actor.told:
                name = "I6" if actor.told == 2 else "I4"
                raise ViolationError(name, "a call waits for a second flight, although one came to a result")
            number = self.flight_number(draft, slot)
            draft.put(who, actor._replace(status="wait", payload=number))
        else:
            draft.answer_decision(who, actor, decision)
        return draft.frozen()

    def flight_number(self, draft: Draft, slot: int) -> int:
        """The number of the slot's flight under way."""
        box = self.boxes[slot]
        flight = box.states[draft.boxes[slot]].flight
        return next((n for n in range(16) if box.flight(n) is flight), -1)

    def renewal(self, slot: int, mode: Mode) -> int:
        return self._number["renewal", slot, mode]

    def _woken(self, state: State, who: Who, actor: Actor) -> State:
        draft = self._draft(state)
        slot = self.slot_of(actor)
        draft.ask(slot, "leave", self.boxes[slot].leave(draft.boxes[slot], draft.waiting(slot), who))
        news: News = actor.payload[1]
        if news.grant is not None:
            grant = news.grant
            after = actor._replace(told=1)
            draft.resume(who, after, ("joined", grant.generation), acquired(grant, joined=True), 0)
        elif news.error is not None and self.retry_failures:
            draft.put(who, actor._replace(status="run", payload=None, told=2))
        elif news.error is not None:
            failure = ("failed", type(news.error), news.error.code)
            draft.resume(who, actor._replace(told=2), failure, failed(news.error), 0)
        else:
            assert news is DECIDE_AGAIN
            draft.put(who, actor._replace(status="run", payload=None))
        return draft.frozen()


class Draft:
    """The state after a step, in the making."""

    def __init__(self, world: World, state: State) -> None:
        self.world = world
        self.server = list(state.server)
        self.boxes = list(state.boxes)
        self.truths = list(state.truths)
        self.callers = list(state.callers)
        self.flights = list(state.flights)
        self.budget = list(state.budget)

    def frozen(self) -> State:
        """The finished state, the same for all orders of equal callers. Checks I1 and I5."""
        if len(self.callers) > 1:
            self.callers.sort(key=_order)
        if len(self.flights) > 1:
            self.flights.sort(key=_order)
        for actor in self.callers:
            self._check_waits(actor)
        for flight in self.flights:
            self._check_waits(flight.actor)
        return State(
            tuple(self.server),
            tuple(self.boxes),
            tuple(self.truths),
            tuple(self.callers),
            tuple(self.flights),
            tuple(self.budget),
        )

    def _check_waits(self, actor: Actor) -> None:
        if actor.status != "wait":
            return
        slot = self.world.slot_of(actor)
        flown = any(f.slot == slot and f.number == actor.payload and f.current for f in self.flights)
        if not flown or self.world.flight_number(self, slot) != actor.payload:
            raise ViolationError("I5", "somebody waits for a flight that is not under way any more")

    # --- actors ------------------------------------------------------------------------------------------

    def put(self, who: Who, actor: Actor) -> None:
        if who[0] == "c":
            self.callers[who[1]] = actor
            return
        for index, flight in enumerate(self.flights):
            if (flight.slot, flight.number) == who[1:]:
                self.flights[index] = flight._replace(actor=actor)

    def end(self, flight: Airborne) -> None:
        """Take the flight out of the world; it stops waiting for whatever it waited for."""
        actor = flight.actor
        if actor.status in {"wait", "woken"}:
            slot = self.world.slot_of(actor)
            box = self.world.boxes[slot]
            who = ("f", flight.slot, flight.number)
            self.ask(slot, "leave", box.leave(self.boxes[slot], self.waiting(slot), who))
        self.flights = [f for f in self.flights if (f.slot, f.number) != (flight.slot, flight.number)]

    def drop(self, flight: Airborne) -> None:
        """The slot forgets the flight, but its answer may still come."""
        self.flights[self.flights.index(flight)] = flight._replace(current=False)
        self.report("release", flight.slot, self.world.boxes[flight.slot].flight(flight.number))

    def answer_decision(self, who: Who, actor: Actor, decision: Use | Start | News | None) -> None:
        """Hand the slot's decision to the flow, when there was nothing to wait for."""
        if isinstance(decision, Use):
            grant = decision.grant
            self.resume(who, actor, ("got", grant.generation), acquired(grant, joined=False), 0)
        elif isinstance(decision, News):
            assert decision.error is not None
            key = ("failed", type(decision.error), decision.error.code)
            self.resume(who, actor, key, failed(decision.error), 0)
        else:
            self.resume(who, actor, "nothing to send", None, 0)

    def resume(self, who: Who, actor: Actor, key: Any, answer: object, epoch: int) -> None:
        """Send the answer into the flow and do what it says."""
        world = self.world
        own = who[1] if who[0] == "f" else 0
        seen = world.boxes[own].states[self.boxes[own]]
        nxt: Next = world.machines[actor.machine].resume(actor.point, key, answer, seen)
        for what, slot, generation in nxt.effects:
            self._effect(what, slot, generation, epoch)
        if nxt.finished is None:
            self.put(who, actor._replace(point=nxt.point, status="run", payload=None))
        elif who[0] == "c":
            self.callers[who[1]] = Actor(0, 0, "done", None, 0, 0)
        else:
            self._landed(next(f for f in self.flights if (f.slot, f.number) == who[1:]), nxt)

    def _effect(self, what: str, slot: int, generation: int, epoch: int) -> None:
        truth = self.truths[slot]
        if epoch == truth.epoch:
            if what == "accept":
                truth = truth._replace(taken=True, streak=0)
            elif not truth.refused:
                grant = self._grant(slot)
                new = grant is not None and grant.minted.issued_at >= -900.0
                streak = 0 if truth.taken else truth.streak + new
                cooling = truth.cooling or (new and streak > 1)
                truth = truth._replace(refused=True, streak=streak, cooling=cooling)
        self.truths[slot] = truth
        if what == "accept":
            self.report("accept", slot, generation)
        else:
            self.report("reject", slot, generation, REFUSAL)

    # --- flights -----------------------------------------------------------------------------------------

    def _launch(self, slot: int, number: int, mode: Mode) -> None:
        if any(f.slot == slot and f.current for f in self.flights):
            raise ViolationError("I1", "a second flight of one slot")
        machine = self.world.renewal(slot, mode)
        self.flights.append(Airborne(slot, number, True, Actor(machine, 0, "run", None, 0, 0)))

    def _landed(self, flight: Airborne, nxt: Next) -> None:
        world, slot = self.world, flight.slot
        box, before = world.boxes[slot], world.boxes[slot].states[self.boxes[slot]]
        truth, waiting = self.truths[slot], self.waiting(slot)
        assert nxt.finished is not None
        minted, error = nxt.finished.minted, nxt.finished.error
        self.flights = [f for f in self.flights if f is not flight]
        if error is not None:
            box.slot._state = before
            failure = failure_of(box.slot, error)
            reply = box.settle(self.boxes[slot], waiting, flight.number, failure)
            self.ask(slot, f"fail ({failure.kind})", reply)
            if flight.current and failure.kind != "passing":
                cooling, latched = failure.kind == "transient", failure.kind == "terminal"
                self.truths[slot] = truth._replace(
                    cooling=cooling, latched=truth.latched or latched
                )
        else:
            assert minted is not None
            useless = minted.owner != world.keys[slot] or _expired(minted)
            useless |= truth.refused and before.grant is not None and before.grant.secret == minted.secret
            held = before.grant
            superseded = held is not None and not truth.refused and held.secret[1] > minted.secret[1]
            useless &= not superseded
            event = "superseded" if superseded else "publish failure" if useless else "publish"
            reply = box.settle(self.boxes[slot], waiting, flight.number, minted)
            self.ask(slot, event if flight.current else "offer", reply)
            after = box.states[self.boxes[slot]]
            if useless and flight.current:
                if after.generation != before.generation:
                    raise ViolationError("I2", "a credential known to be useless was published")
                self.truths[slot] = truth._replace(cooling=True)
            elif not useless and not after.closed:
                if after.grant is None or after.grant.secret[1] < minted.secret[1]:
                    raise ViolationError("I7", "the server rotated, and the client does not hold the new token")
        told = {who for who, _ in reply.woken}
        if flight.current and any(n == flight.number and who not in told for who, n in waiting):
            raise ViolationError("I5", "a flight ended, and not everybody who waited was told")

    # --- slots -------------------------------------------------------------------------------------------

    def waiting(self, slot: int) -> Waiting:
        """Who is listed as waiting at the slot, for which flight; who was told and has not left yet, too."""
        found = []
        for index, actor in enumerate(self.callers):
            if actor.status in {"wait", "woken"} and self.world.slot_of(actor) == slot:
                number = actor.payload if actor.status == "wait" else actor.payload[0]
                found.append((("c", index, 0), number))
        for flight in self.flights:
            actor = flight.actor
            if actor.status in {"wait", "woken"} and self.world.slot_of(actor) == slot:
                number = actor.payload if actor.status == "wait" else actor.payload[0]
                found.append((("f", flight.slot, flight.number), number))
        return tuple(found)

    def acquire(self, slot: int, ticket: Ticket, mode: Mode, who: Who | None) -> Reply:
        """Ask the slot, and judge what it decides."""
        box, waiting = self.world.boxes[slot], self.waiting(slot)
        before, truth = self.boxes[slot], self.truths[slot]
        taken = {n for _, n in waiting} | {f.number for f in self.flights if f.slot == slot}
        number = next(n for n in range(16) if n not in taken)
        reply = box.acquire(before, waiting, ticket, mode, who, number)
        decision = reply.decision
        beside = isinstance(decision, Use) and decision.beside
        if isinstance(decision, Start) or beside:
            self._check_start(slot, mode, beside=beside)
            self._launch(slot, number, mode if isinstance(decision, Start) else "need")
        self.ask(slot, "start beside" if beside else "start" if mode == "need" else "start anyway", reply)
        if isinstance(decision, Use):
            self._check_use(slot, decision.grant)
        elif isinstance(decision, News):
            self._check_failure(slot, ticket)
        else:
            self._check_blocking(slot, ticket, mode)
        assert truth is self.truths[slot]
        return reply

    def report(self, what: str, slot: int, *arguments: Any) -> Reply:
        """Tell the slot something."""
        box = self.world.boxes[slot]
        reply = box.report(what, self.boxes[slot], self.waiting(slot), *arguments)
        return self.ask(slot, "abandon" if what == "release" else what, reply)

    def ask(self, slot: int, event: str, reply: Reply) -> Reply:
        """Take over what the slot replied, and keep the truth."""
        if reply.changed:
            states = self.world.boxes[slot].states
            before, after = states[self.boxes[slot]], states[reply.state]
            self.world.seen.add((phase(before), event, phase(after)))
            self.boxes[slot] = reply.state
            old, new = before.grant, after.grant
            if event in {"reset", "close"}:
                self.truths[slot] = self.truths[slot]._replace(streak=0, cooling=False, latched=False)
            elif new is None and old is not None:
                raise ViolationError("I7", f"{event} lost the credential")
            news = event == "publish" or after.generation != before.generation
            if new is not None and (old is None or news or old.minted != new.minted):
                self._check_adopted(slot, event, old, new, closed=before.closed)
                self.truths[slot] = Truth(self.truths[slot].epoch + 1, streak=self.truths[slot].streak)
        for who, news in reply.woken:
            self._wake(who, news)
        return reply

    def _wake(self, who: Who, news: News) -> None:
        actor = (
            self.callers[who[1]]
            if who[0] == "c"
            else next(f.actor for f in self.flights if (f.slot, f.number) == who[1:])
        )
        if actor.status == "wait":
            self.put(who, actor._replace(status="woken", payload=(actor.payload, news)))

    def pass_time(self, slot: int, seconds: float) -> None:
        box = self.world.boxes[slot]
        before = self.boxes[slot]
        self.boxes[slot] = box.later(before, seconds)
        after = box.states[self.boxes[slot]]
        old, new = phase(box.states[before]), phase(after)
        if old is not new:
            self.world.seen.add((old, "clock", new))
        if self.world.setup.declared is not None:
            self.flights = [_older(f, seconds) if f.slot == slot else f for f in self.flights]
        if after.cooldown_until <= 0:
            self.truths[slot] = self.truths[slot]._replace(cooling=False)

    # --- judgements --------------------------------------------------------------------------------------

    def _grant(self, slot: int) -> Grant | None:
        return self.world.boxes[slot].states[self.boxes[slot]].grant

    def _check_start(self, slot: int, mode: Mode, *, beside: bool) -> None:
        truth, grant = self.truths[slot], self._grant(slot)
        if self.world.boxes[slot].states[self.boxes[slot]].closed:
            raise ViolationError("CLOSED", "a flight started in a closed slot")
        if mode != "need" and not beside:
            return
        if truth.latched:
            raise ViolationError("I11", "a flight started after a terminal failure")
        if truth.cooling:
            raise ViolationError("I6", "a flight started during the cooldown")
        if grant is not None and not truth.refused and _window(grant) == "outside":
            raise ViolationError("I3", "a flight started although the credential is good")

    def _check_use(self, slot: int, grant: Grant) -> None:
        if self.truths[slot].refused:
            raise ViolationError("I2", "a credential known to be refused is sent again")
        if grant.secret[0] != self.world.keys[slot]:
            raise ViolationError("I10", "a credential goes to somebody else's request")
        if self.world.boxes[slot].states[self.boxes[slot]].closed:
            raise ViolationError("CLOSED", "a closed slot hands out a credential")

    def _check_failure(self, slot: int, ticket: Ticket) -> None:
        truth = self.truths[slot]
        closed = self.world.boxes[slot].states[self.boxes[slot]].closed
        if not (closed or truth.latched or truth.cooling or truth.refused or ticket.refusals):
            raise ViolationError("I8", "an error without refusal, failed refresh or latch behind it")

    def _check_blocking(self, slot: int, ticket: Ticket, mode: Mode) -> None:
        grant = self._grant(slot)
        usable = grant is not None and not self.truths[slot].refused and ticket.need <= grant.generation
        if mode == "need" and grant is not None and usable and _window(grant) != "mandatory":
            raise ViolationError("I3", "a usable credential is held back")

    def _check_adopted(
        self, slot: int, event: str, old: Grant | None, new: Grant, *, closed: bool
    ) -> None:
        if closed:
            raise ViolationError("CLOSED", "a credential was put into a closed slot")
        if new.minted.owner != self.world.keys[slot]:
            raise ViolationError("I10", "somebody else's credential was put into the slot")
        if old is None:
            return
        if new.generation <= old.generation:
            raise ViolationError("GENERATION", "a new credential without a higher generation")
        newer_lost = new.secret[1] < old.secret[1] and not self.truths[slot].refused
        if newer_lost or (event == "offer" and new.secret == old.secret):
            raise ViolationError("I7", f"{event} replaced a newer credential")


def _window(grant: Grant) -> str:
    """Which window the clock says, worked out here from the protocol page."""
    minted = grant.minted
    if minted.expires_at is None:
        return "outside"
    if minted.declared and minted.expires_at <= min(30.0, LIFETIME / 10):
        return "mandatory"
    return "advisory" if minted.expires_at <= min(900.0, LIFETIME / 5) else "outside"


def _minted(actor: Actor) -> bool:
    return actor.status == "sent" and actor.payload[2][0] == "mint"


def _older(flight: Airborne, seconds: float) -> Airborne:
    """The flight, with the answer under way some seconds older."""
    if not _minted(flight.actor):
        return flight
    generation, epoch, (kind, owner, serial, age) = flight.actor.payload
    payload = (generation, epoch, (kind, owner, serial, age + seconds))
    return flight._replace(actor=flight.actor._replace(payload=payload))


def _expired(minted: Minted) -> bool:
    return bool(minted.declared) and minted.expires_at is not None and minted.expires_at <= 0


def _order(item: object) -> int:
    return hash(item)


from librus_sdk.errors import LibrusApiError  # noqa: E402

REFUSAL: Final = LibrusApiError("refused")
