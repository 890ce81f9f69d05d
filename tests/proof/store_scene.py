"""Processes that share what is kept: what each may do next, and what the adversary may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from librus_sdk.core.answers import judge_api
from librus_sdk.core.http import Failure, Response
from librus_sdk.core.keeping import Document, Kept, written
from librus_sdk.core.refresh import Fail, Minted, Published, Start, Use
from librus_sdk.errors import (
    LibrusSdkError,
)
from librus_sdk.flows.call import call
from librus_sdk.flows.shared import PATIENCE_S
from librus_sdk.flows.steps import Acquire, Acquired, Attempt, Exchange, Pause, Sent, Work, ask
from librus_sdk.secret import Secret
from librus_sdk.settings import RetryPolicy
from librus_sdk.shells.flights import failure_of
from librus_sdk.shells.keeping import _Saving
from librus_sdk.shells.slots import ABANDONED, Flight

from .model import ViolationError
from .store_processes import DATA, SERIES, WALL, Actor, Disk, Process, Setup, Waiter
from .store_promises import Promises

Deed = tuple[str, int]
MOST_REQUESTS: Final = 3
OWN: Final = ("step", "orphan", "rested")
"""What happens by itself, without an adversary."""


class Scene(Promises):
    """Everything there is, and what may happen next."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.budget = dict(setup.budget)
        self.disk = Disk()
        self.time = 0
        self.orphans: list[tuple[Process, Any]] = []
        self.graves: list[Any] = []
        self.saved: list[tuple[int, str, Any, int]] = []
        self.failed: list[tuple[int, str, int]] = []
        self.broken: ViolationError | None = None
        self.excused = False
        self.trouble = False
        self.revoked = 0
        self.processes = [Process(self, number) for number in range(1 + max(each[0] for each in setup.who))]
        names = sorted({each[1] for each in setup.who})
        self.names = ["portal tokens"] if setup.pair else [f"child:{number}" for number in names]
        self.serial = dict.fromkeys(self.names, 1)
        self.live = dict.fromkeys(self.names, True)
        self.spent = False
        if setup.warm:
            entries = {name: self._kept(name) for name in self.names}
            self.disk.content = written(Document("owner", SERIES, 0).with_entries(entries))
        self.actors = [self._actor(*each) for each in setup.who]
        for actor in self.actors:
            if setup.warm and not actor.process.held[actor.name]:
                actor.process.hold(actor.name, self.secret(actor.name, 1), (SERIES, 1))
            self._resume(actor, None)
        self._look_after()

    def _actor(self, process: int, child: int, explicit: bool) -> Actor:
        mine = self.processes[process]
        slot = mine.slot(self.names[child])
        flow: Any = (
            ask(slot, mode="force")
            if explicit
            else call(
                DATA,
                slot=slot,
                judge=judge_api,
                decode=lambda _body, _endpoint: None,
                retry=RetryPolicy.off(),
                ports=mine.ports,
            )
        )
        return Actor(mine, self.names[child], flow)

    def _kept(self, name: str) -> Kept:
        return Kept(self.codec(name).payloads(self.secret(name, 1))[name], 0, WALL - 60)

    # --- what may happen next ----------------------------------------------------------------------------

    def deeds(self) -> Iterator[Deed]:
        for number, actor in enumerate(self.actors):
            if actor.ended or (actor.waiter is not None and actor.renewal is None):
                continue
            yield "step", number
            if actor.renewal is not None:
                yield from ((deed, number) for deed in self._troubles(actor) if self.budget.get(deed, 0))
        for number in range(len(self.orphans)):
            yield "orphan", number
        for number, process in enumerate(self.processes):
            if process.alive and not process.closed and any(self._of(process)):
                yield from ((deed, number) for deed in ("kill", "close", "close late") if self._may(deed))
        for number, process in enumerate(self.processes):
            if process.alive and process.rests_until is not None and any(self._of(process)):
                yield "rested", number
        for number, name in enumerate(self.names):
            if self.live[name] and self._may("revoke"):
                yield "revoke", number

    def _may(self, deed: str) -> bool:
        return self.budget.get("close" if deed == "close late" else deed, 0) > 0

    def _of(self, process: Process) -> list[Actor]:
        return [actor for actor in self.actors if actor.process is process and not actor.ended]

    @staticmethod
    def _troubles(actor: Actor) -> tuple[str, ...]:
        work = actor.work
        if isinstance(work, Exchange):
            return "fail", "lost"
        if isinstance(work.do, _Saving):
            return ("save",)
        if work.do == actor.process.keeping.look:
            return "load", "silent"
        return ("impatient", "silent") if not actor.process.keeping._claim and actor.contacts == 0 else ()

    def do(self, deed: Deed) -> None:
        what, number = deed
        self.time += 1
        if what in OWN:
            pass
        elif what == "close late":
            self.budget["close"] -= 1
        else:
            self.budget[what] -= 1
        if what == "revoke":
            self.revoked += 1
            self.live[self.names[number]] = False
        elif what == "orphan":
            self.orphans.pop(number)[1]()
        elif what == "kill":
            self._kill(self.processes[number])
        elif what in ("close", "close late"):
            self._close(self.processes[number], done=what == "close")
        elif what == "rested":
            until = self.processes[number].rests_until
            assert until is not None
            self.processes[number].clock.now = until
        else:
            self._step(self.actors[number], what)
        self._look_after()
        if self.broken is not None:
            raise self.broken

    # --- the adversary -----------------------------------------------------------------------------------

    def _kill(self, process: Process) -> None:
        process.alive = False
        self.trouble = True
        self.orphans = [each for each in self.orphans if each[0] is not process]
        if self.disk.holder is not None and self.disk.holder.process is process:
            self.disk.holder = None
        for actor in self._of(process):
            actor.ended = "killed"
            self.excused |= actor.carried is not None and not self.is_kept(actor.name)
            self.graves.append(actor.renewal)  # or Python would close it, and so run more of it
            actor.renewal = actor.carried = None

    def _close(self, process: Process, *, done: bool) -> None:
        """Flights are cancelled; what they had asked for is done before that or after."""
        process.closed = self.trouble = True
        for actor in self._of(process):
            if actor.renewal is None:
                continue
            work = actor.work
            if isinstance(work, Work) and done:
                work.do()
            elif isinstance(work, Work):
                self.orphans.append((process, work.do))
            elif done:
                self._answered(actor, actor.work)  # and nobody hears the answer
                self.excused = True
            actor.renewal.close()
            actor.renewal = actor.carried = None
            assert actor.flight is not None
            process.slot(actor.name).release(actor.flight)
        for slot in process.slots.values():
            slot.close()
        process.oauth._unanswered = process.oauth._spent = None

    # --- steps -------------------------------------------------------------------------------------------

    def _step(self, actor: Actor, deed: str) -> None:
        if actor.renewal is not None:
            self._fly(actor, deed)
            return
        assert isinstance(actor.step, Attempt)
        slot = actor.process.slot(actor.name)
        decision = slot.acquire(actor.step.ticket, Flight(), mode=actor.step.mode, blocking=False)
        if isinstance(decision, Fail):
            self._resume(actor, decision)
        elif not isinstance(decision, Use):
            self._resume(actor, None)
        else:
            assert not decision.beside
            actor.requests += 1
            if actor.requests > MOST_REQUESTS:
                raise ViolationError("I4", "a call sends a request too many")
            good = self.live[actor.name] and decision.grant.secret == self.secret(
                actor.name, self.serial[actor.name]
            )
            actor.refused |= not good
            answer = Response(200 if good else 401, b"", {})
            self._resume(actor, Sent(answer, decision.grant.generation))

    def _resume(self, actor: Actor, answer: object) -> None:
        """Give the caller its answer, and go on to the next step that others can see."""
        slot = actor.process.slot(actor.name)
        while True:
            try:
                actor.step = actor.flow.send(answer)
            except StopIteration:
                actor.ended = "good"
                return
            except LibrusSdkError as error:
                actor.ended = type(error).__name__
                return
            if isinstance(actor.step, Attempt):
                return
            assert isinstance(actor.step, Acquire)
            flight, waiter = Flight(), Waiter()
            decision = slot.acquire(actor.step.ticket, flight, mode=actor.step.mode, waiter=waiter)
            if isinstance(decision, (Fail, Use)):
                slot.leave(waiter)
                answer = decision if isinstance(decision, Fail) else Acquired(decision.grant, joined=False)
                continue
            actor.waiter, actor.flight = waiter, flight
            if isinstance(decision, Start):
                actor.mode = decision.mode
                actor.renewal = slot.renewal(decision.mode)
                actor.began, actor.contacts, actor.excused = -1, 0, False
                self._next(actor, None)
            return

    def _look_after(self) -> None:
        """Wake who has been told something."""
        for actor in self.actors:
            if actor.ended or actor.waiter is None or actor.waiter.outcome is None:
                continue
            outcome, ticket = actor.waiter.outcome, actor.step.ticket
            slot = actor.process.slot(actor.name)
            slot.leave(actor.waiter)
            actor.waiter = None
            if isinstance(outcome, Published):
                adopted = outcome.grant.minted.adopted
                actor.joined += actor.refused and not adopted
                if actor.joined > 1:
                    raise ViolationError("I4", "a call waits for a flight too many")
                self._resume(actor, Acquired(outcome.grant, joined=not adopted))
            elif outcome is ABANDONED:
                self._again(actor)
            else:
                self._resume(actor, Fail(outcome.error_for_caller(ticket.first)))
        self.check_holdings()

    def _again(self, actor: Actor) -> None:
        slot = actor.process.slot(actor.name)
        decision = slot.acquire(actor.step.ticket, Flight(), mode=actor.step.mode)
        assert isinstance(decision, Fail), decision  # a flight is dropped only by a session that ends
        self._resume(actor, decision)

    # --- a renewal ---------------------------------------------------------------------------------------

    def _fly(self, actor: Actor, deed: str) -> None:
        work = actor.work
        if isinstance(work, Exchange):
            self._ask(actor, work, deed)
            return
        process = actor.process
        if actor.began < 0:
            actor.began = self.time
        if deed == "impatient":
            self.trouble = actor.excused = True
            process.clock.now += PATIENCE_S + 1
        if deed in ("load", "save", "silent"):
            self.trouble = actor.excused = True
            self.excused |= deed == "save"
            process.trouble = deed
        # Whoever cannot ask the store shares nothing.
        actor.excused |= process.rests_until is not None
        try:
            answer = work.do()
        finally:
            process.trouble = ""
        self._next(actor, answer)

    def _ask(self, actor: Actor, step: Exchange, deed: str) -> None:
        self.check_asking(actor)
        actor.contacts += 1
        if deed == "fail":
            self.trouble = True
            self._next(actor, Failure("network", "connection refused", sent=False))
            return
        answer = self._answered(actor, step)
        if deed == "lost":
            self.trouble = self.excused = True
            actor.carried = None
            self._next(actor, Failure("network", "connection reset"))
        else:
            self._next(actor, answer)

    def _answered(self, actor: Actor, step: Exchange) -> Response:
        name = actor.name
        if self.setup.pair:
            sent = dict(step.request.form or ())["refresh_token"]
            assert isinstance(sent, Secret)
            if self.spent or sent != Secret(f"r{self.serial[name]}"):
                self.spent = True  # sent twice: nothing that came of it is good any more
                self.live[name] = False
                if not self.excused:
                    raise ViolationError("S9", "a token that works once is sent twice")
                return Response(400, b'{"error": "invalid_grant"}', {})
        self.serial[name] += 1
        self.live[name] = True
        serial = self.serial[name]
        actor.carried = self.secret(name, serial)
        if self.setup.pair:
            return Response(
                200, f'{{"access_token": "a{serial}", "refresh_token": "r{serial}"}}'.encode(), {}
            )
        return Response(200, actor.carried.reveal().encode(), {})

    def _next(self, actor: Actor, answer: object) -> None:
        slot = actor.process.slot(actor.name)
        assert actor.flight is not None
        try:
            actor.work = actor.renewal.send(answer)
            while isinstance(actor.work, Pause):
                actor.work = actor.renewal.send(None)
        except StopIteration as stop:
            fresh: Minted = stop.value
            if fresh.adopted and any(fresh.secret == each for each in actor.process.held[actor.name]):
                raise ViolationError("S9", "somebody adopts what it has held before") from None
            actor.renewal = actor.carried = None
            slot.settle(actor.flight, fresh)
        except LibrusSdkError as error:
            self.check_failure(actor)
            actor.renewal = actor.carried = None
            slot.settle(actor.flight, failure_of(slot, error))
        except Exception as error:
            raise ViolationError("I5", f"a renewal breaks: {error!r}") from error
