"""One step of the world: what it changes, and whether that is right."""

from __future__ import annotations

from typing import Any, Final

from librus_sdk.core.refresh import Grant, Mode, Start, Ticket, Use
from librus_sdk.errors import LibrusApiError
from librus_sdk.shells.flights import failure_of

from .boxes import News, Reply, Waiting, Who, phase
from .cast import Cast
from .machines import Next, acquired, failed
from .model import Actor, Airborne, State, Truth, ViolationError, aged, canonical_order, is_expired, window_of

REFUSAL: Final = LibrusApiError("refused")


class Draft:
    """The state after a step, in the making."""

    def __init__(self, cast: Cast, state: State) -> None:
        self.cast = cast
        self.server = list(state.server)
        self.boxes = list(state.boxes)
        self.truths = list(state.truths)
        self.callers = list(state.callers)
        self.flights = list(state.flights)
        self.budget = list(state.budget)

    def frozen(self) -> State:
        """The finished state, the same for all orders of equal callers. Checks I1 and I5."""
        if len(self.callers) > 1:
            self.callers.sort(key=canonical_order)
        if len(self.flights) > 1:
            self.flights.sort(key=canonical_order)
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
        slot = self.cast.slot_of(actor)
        flown = any(f.slot == slot and f.number == actor.payload and f.current for f in self.flights)
        if not flown or self.cast.flight_number(slot, self.boxes[slot]) != actor.payload:
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
            slot = self.cast.slot_of(actor)
            box = self.cast.boxes[slot]
            who = ("f", flight.slot, flight.number)
            self.ask(slot, "leave", box.leave(self.boxes[slot], self.waiting(slot), who))
        self.flights = [f for f in self.flights if (f.slot, f.number) != (flight.slot, flight.number)]

    def drop(self, flight: Airborne) -> None:
        """The slot forgets the flight, but its answer may still come."""
        self.flights[self.flights.index(flight)] = flight._replace(current=False)
        self.report("release", flight.slot, self.cast.boxes[flight.slot].flight(flight.number))

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
        cast = self.cast
        own = who[1] if who[0] == "f" else 0
        seen = cast.boxes[own].states[self.boxes[own]]
        nxt: Next = cast.machines[actor.machine].resume(actor.point, key, answer, seen)
        for what, slot, generation in nxt.effects:
            self._effect(what, slot, generation, epoch)
        if nxt.finished is None:
            self.put(who, actor._replace(point=nxt.point, status="run", payload=None))
        elif who[0] == "c":
            self.callers[who[1]] = Actor(0, 0, "done", None)
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
        machine = self.cast.renewal(slot, mode)
        self.flights.append(Airborne(slot, number, True, Actor(machine, 0, "run", None)))

    def _landed(self, flight: Airborne, nxt: Next) -> None:
        cast, slot = self.cast, flight.slot
        box, before = cast.boxes[slot], cast.boxes[slot].states[self.boxes[slot]]
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
                self.truths[slot] = truth._replace(cooling=cooling, latched=truth.latched or latched)
            useless = False
        else:
            assert minted is not None
            useless = minted.owner != cast.keys[slot] or is_expired(minted)
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
            held = after.grant
            lost = held is None or held.secret[1] < minted.secret[1]
            if lost and not useless and not after.closed:
                raise ViolationError("I7", "the server rotated, and the client does not hold the new token")
        told = dict(reply.woken)
        for who, number in waiting:
            news = told.get(who) if flight.current and number == flight.number else None
            if flight.current and number == flight.number and news is None:
                raise ViolationError("I5", "a flight ended, and not everybody who waited was told")
            if news is not None and (news.error is None) == (error is not None or useless):
                raise ViolationError("I6", "a failure is not shared with everybody who waited for it")

    # --- slots -------------------------------------------------------------------------------------------

    def waiting(self, slot: int) -> Waiting:
        """Who is listed as waiting at the slot, for which flight; who was told and has not left yet, too."""
        found = []
        for index, actor in enumerate(self.callers):
            if actor.status in {"wait", "woken"} and self.cast.slot_of(actor) == slot:
                number = actor.payload if actor.status == "wait" else actor.payload[0]
                found.append((("c", index, 0), number))
        for flight in self.flights:
            actor = flight.actor
            if actor.status in {"wait", "woken"} and self.cast.slot_of(actor) == slot:
                number = actor.payload if actor.status == "wait" else actor.payload[0]
                found.append((("f", flight.slot, flight.number), number))
        return tuple(found)

    def acquire(self, slot: int, ticket: Ticket, mode: Mode, who: Who | None) -> Reply:
        """Ask the slot, and judge what it decides."""
        box, waiting = self.cast.boxes[slot], self.waiting(slot)
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
        box = self.cast.boxes[slot]
        reply = box.report(what, self.boxes[slot], self.waiting(slot), *arguments)
        return self.ask(slot, "abandon" if what == "release" else what, reply)

    def ask(self, slot: int, event: str, reply: Reply) -> Reply:
        """Take over what the slot replied, and keep the truth."""
        if reply.changed:
            states = self.cast.boxes[slot].states
            before, after = states[self.boxes[slot]], states[reply.state]
            self.cast.seen.add((phase(before), event, phase(after)))
            self.boxes[slot] = reply.state
            old, new = before.grant, after.grant
            if event in {"reset", "close"}:
                self.truths[slot] = self.truths[slot]._replace(streak=0, cooling=False, latched=False)
            elif new is None and old is not None:
                raise ViolationError("I7", f"{event} lost the credential")
            published = event == "publish" or after.generation != before.generation
            if new is not None and (old is None or published or old.minted != new.minted):
                if event == "offer" and new.secret in before.former:
                    raise ViolationError("I7", "old news brought a former credential back")
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
        box = self.cast.boxes[slot]
        before = self.boxes[slot]
        self.boxes[slot] = box.later(before, seconds)
        after = box.states[self.boxes[slot]]
        old, new = phase(box.states[before]), phase(after)
        if old is not new:
            self.cast.seen.add((old, "clock", new))
        if self.cast.setup.declared is not None:
            self.flights = [aged(f, seconds) if f.slot == slot else f for f in self.flights]
        if after.cooldown_until <= 0:
            self.truths[slot] = self.truths[slot]._replace(cooling=False)

    # --- judgements --------------------------------------------------------------------------------------

    def _grant(self, slot: int) -> Grant | None:
        return self.cast.boxes[slot].states[self.boxes[slot]].grant

    def _check_start(self, slot: int, mode: Mode, *, beside: bool) -> None:
        truth, grant = self.truths[slot], self._grant(slot)
        if self.cast.boxes[slot].states[self.boxes[slot]].closed:
            raise ViolationError("CLOSED", "a flight started in a closed slot")
        if mode != "need" and not beside:
            return
        if truth.latched:
            raise ViolationError("I11", "a flight started after a terminal failure")
        if truth.cooling:
            raise ViolationError("I6", "a flight started during the cooldown")
        if grant is not None and not truth.refused and window_of(grant) == "outside":
            raise ViolationError("I3", "a flight started although the credential is good")

    def _check_use(self, slot: int, grant: Grant) -> None:
        if self.truths[slot].refused:
            raise ViolationError("I2", "a credential known to be refused is sent again")
        if grant.secret[0] != self.cast.keys[slot]:
            raise ViolationError("I10", "a credential goes to somebody else's request")
        if self.cast.boxes[slot].states[self.boxes[slot]].closed:
            raise ViolationError("CLOSED", "a closed slot hands out a credential")

    def _check_failure(self, slot: int, ticket: Ticket) -> None:
        truth = self.truths[slot]
        closed = self.cast.boxes[slot].states[self.boxes[slot]].closed
        grant = self._grant(slot)
        usable = grant is not None and not truth.refused and ticket.need <= grant.generation
        if grant is not None and usable and not (closed or truth.latched or window_of(grant) == "mandatory"):
            raise ViolationError("I8", "an error although there is a usable credential")
        if not (closed or truth.latched or truth.cooling or truth.refused or ticket.refusals):
            raise ViolationError("I8", "an error without refusal, failed refresh or latch behind it")

    def _check_blocking(self, slot: int, ticket: Ticket, mode: Mode) -> None:
        grant = self._grant(slot)
        usable = grant is not None and not self.truths[slot].refused and ticket.need <= grant.generation
        if mode == "need" and grant is not None and usable and window_of(grant) != "mandatory":
            raise ViolationError("I3", "a usable credential is held back")

    def _check_adopted(self, slot: int, event: str, old: Grant | None, new: Grant, *, closed: bool) -> None:
        if closed:
            raise ViolationError("CLOSED", "a credential was put into a closed slot")
        if new.minted.owner != self.cast.keys[slot]:
            raise ViolationError("I10", "somebody else's credential was put into the slot")
        if old is None:
            return
        if new.generation <= old.generation:
            raise ViolationError("GENERATION", "a new credential without a higher generation")
        newer_lost = new.secret[1] < old.secret[1] and not self.truths[slot].refused
        if newer_lost or (event == "offer" and new.secret == old.secret):
            raise ViolationError("I7", f"{event} replaced a newer credential")
