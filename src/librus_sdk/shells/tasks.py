"""The shell for asyncio: drives flows, flies flights as tasks of the session, waits on futures.

A flight is a task the session owns: cancelling any caller, the one that started it included, ends only that
caller's wait.  Nothing is tied to an event loop before a request is made; a session may live through several
loops, one after the other or side by side.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable
from contextvars import copy_context
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, assert_never
from weakref import WeakKeyDictionary

from ..core.answers import Judge, failure_error
from ..core.http import Failure, Request, Response
from ..core.refresh import Fail, FlightFailure, Minted, Mode, Published, Use, closed_error
from ..core.until import dated
from ..events import Emitter
from ..flows.steps import (
    Acquire,
    Acquired,
    Attempt,
    Exchange,
    Flow,
    NewJar,
    Once,
    Pause,
    Ports,
    Sent,
    Settled,
    Step,
    Work,
)
from ..settings import SessionSettings
from .clock import Clock
from .flights import FlightReport, failure_of, wait_timeout
from .homes import Home
from .limits import Limit, new_jar, stamped
from .reports import RequestReport
from .sharing import Sending, Sendings, Shared, own
from .slots import ABANDONED, Flight, Outcome, Slot
from .traffic import Departure, Traffic

if TYPE_CHECKING:
    from .edge_tasks import TaskEdge

__all__ = ["TaskShell"]

T = TypeVar("T")
OutcomeT = TypeVar("OutcomeT", Outcome, Shared)


class _Waiter(Generic[OutcomeT]):
    """A future of one task's loop, settled from whichever thread the flight ends on."""

    __slots__ = ("future",)

    def __init__(self) -> None:
        self.future: asyncio.Future[OutcomeT] = asyncio.get_running_loop().create_future()

    def settle(self, outcome: OutcomeT) -> None:
        loop = self.future.get_loop()
        if asyncio._get_running_loop() is loop:  # noqa: SLF001  (the one that answers None instead of raising)
            self._take(outcome)
        else:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                loop.call_soon_threadsafe(self._take, outcome)

    def _take(self, outcome: OutcomeT) -> None:
        if not self.future.done():
            self.future.set_result(outcome)

    async def wait(self, seconds: float | None) -> OutcomeT | None:
        """Return the outcome, or None when the time ran out."""
        await asyncio.wait((self.future,), timeout=seconds)
        return self.future.result() if self.future.done() else None


class _Guest:
    """One request that wants a place."""

    __slots__ = ("_entered",)

    def __init__(self) -> None:
        self._entered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def enter(self) -> None:
        # Places belong to one loop, so this runs on it.
        if not self._entered.done():
            self._entered.set_result(None)

    async def wait(self, seconds: float | None) -> bool:
        """Return whether there is a place; not, when the time ran out."""
        if seconds is None:
            await self._entered
        else:
            await asyncio.wait((self._entered,), timeout=seconds)
        return self._entered.done()


class TaskShell:
    """Drives flows on the running event loop."""

    def __init__(self, settings: SessionSettings, clock: Clock, ports: Ports, emitter: Emitter) -> None:
        self._settings: Final = settings
        self._clock: Final = clock
        self._ports: Final = ports
        self._emitter: Final = emitter
        self._closed = False
        self._traffic: Final = Traffic(settings, ports)
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew; connections and tasks of the parent process are left to it."""
        self._sendings = Sendings()
        self._traffic.after_fork()
        self._homes: WeakKeyDictionary[asyncio.AbstractEventLoop, Home] = WeakKeyDictionary()

    def _home(self) -> Home:
        loop = asyncio.get_running_loop()
        home = self._homes.get(loop)
        if home is None:
            home = self._homes[loop] = Home(self._settings.max_concurrency)
        return home

    # --- driving -----------------------------------------------------------------------------------------

    async def run(
        self, flow: Flow[T], *, timeout_ms: int | None = None, timeout_total_ms: int | None = None
    ) -> T:
        """Run the flow to its end. Raises what the flow raises, and SESSION_CLOSED.

        The limits are those of one attempt and of the whole; the session's by default.
        """
        if self._closed:
            flow.close()
            raise closed_error()
        await self._home().settle_in()
        with self._emitter.operation():
            total_ms = timeout_total_ms or self._settings.timeout_total_ms
            limit = Limit.of_call(timeout_ms or self._settings.timeout_ms, total_ms)
            return await self._drive(flow, limit)

    async def _drive(self, flow: Flow[T], limit: Limit) -> T:
        try:
            step: Step = next(flow)
            while True:
                step = flow.send(await self._answer(step, limit))
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            flow.close()

    async def _answer(self, step: Step, limit: Limit) -> object:
        match step:
            case Attempt():
                if step.request.method == "GET":
                    return await self._attempt(step, limit)
                with self._sendings.write():
                    return await self._attempt(step, limit)
            case Once():
                return await self._once(step, limit)
            case Acquire():
                return await self._acquire(step, limit)
            case Exchange():
                self._traffic.count(step.request)
                return await self._send(
                    step.request, limit.patient() if step.patient else limit, private=True, jar=step.jar
                )
            case NewJar():
                return new_jar(step.like, step.only)
            case Pause():
                if limit.refuses(step):
                    return limit.ran_out()
                if step.retry is not None:
                    step.retry()
                await self._clock.sleep_async(step.seconds)
                return None
            case Work():
                return await self._work(step, limit.queueing())
            case _:
                assert_never(step)

    async def _work(self, step: Work, seconds: float | None) -> object:
        loop = asyncio.get_running_loop()
        try:
            done = loop.run_in_executor(None, copy_context().run, step.do)
        except RuntimeError:
            return step.do()  # the loop is ending and has no more threads
        # Unlike awaiting it, this leaves it alone when the flight is cancelled.
        await asyncio.wait((done,), timeout=seconds)
        return done.result() if done.done() else step.late

    # --- sharing -----------------------------------------------------------------------------------------

    async def _once(self, step: Once, limit: Limit) -> Settled:
        """Send for everybody who asks for the same meanwhile, or wait for somebody who does."""
        if limit.in_flight:  # a flight has waiters of its own, and must not depend on another caller
            return await self._drive(step.flow, limit)
        sendings, key = self._sendings, self._sendings.key(step, limit, self._home().name)
        while True:
            mine, waiter = Sending(key), _Waiter[Shared]()
            try:
                if sendings.enter(mine, waiter):
                    settled = await self._drive(step.flow, limit)
                    sendings.end(mine, settled)
                    return settled
                outcome = await waiter.wait(limit.queueing())
            finally:
                sendings.leave(mine, waiter)
            if outcome is None:
                return Fail(failure_error(step.request, limit.ran_out()))
            if outcome is not ABANDONED:
                return own(outcome)

    # --- sending -----------------------------------------------------------------------------------------

    async def _attempt(self, step: Attempt, limit: Limit) -> Sent | Fail | None:
        slot = step.slot
        private = isinstance(slot, Slot) and slot.private
        departure = self._traffic.departure(step, urgent=private and limit.in_flight)
        if private:
            return await self._depart(step, departure, limit)
        refused = self._traffic.refusal(departure)
        if refused is not None:
            return refused
        places, guest = self._home().places, _Guest()
        try:
            places.ask(guest, replay=step.ticket.first is not None)
            if not await guest.wait(limit.queueing()):
                return Sent(limit.ran_out("concurrency"))
            return await self._depart(step, departure, limit)
        finally:
            places.leave(guest)

    async def _depart(self, step: Attempt, departure: Departure, limit: Limit) -> Sent | Fail | None:
        """Send when the session's traffic allows it."""
        slot, traffic = step.slot, self._traffic
        try:
            while departure.go is None:
                if self._closed and not departure.urgent:  # while this stood in line
                    return Fail(closed_error())
                told = traffic.ask(departure)
                if isinstance(told, Fail):
                    return told
                if told and limit.outlasted_by(told):
                    return Sent(limit.ran_out(departure.waits_for))
                if told:
                    await self._clock.sleep_async(told)
            if slot is None:
                answer = await self._send(step.request, limit, private=False, judge=step.judge)
                return traffic.returned(departure, Sent(answer))
            assert isinstance(slot, Slot)
            return traffic.returned(departure, await self._send_stamped(step, slot, limit))
        finally:
            traffic.leave(departure)

    async def _send_stamped(self, step: Attempt, slot: Slot, limit: Limit) -> Sent | Fail | None:
        flight = self._flight()
        decision = slot.acquire(step.ticket, flight, mode=step.mode, blocking=False)
        if isinstance(decision, Fail):
            return None if slot.may_hear(step.mode) else decision
        if not isinstance(decision, Use):
            return None
        if decision.beside:
            self._launch(slot, flight, "need")
        request, jar = stamped(step.request, decision.grant)
        answer = await self._send(request, limit, private=slot.private, jar=jar, judge=step.judge)
        return Sent(answer, decision.grant.generation)

    async def _send(
        self, request: Request, limit: Limit, *, private: bool, jar: Any = None, judge: Judge | None = None
    ) -> Response | Failure:
        left = limit.left()
        if left.is_over:
            return limit.ran_out()
        edge = self._edge(private=private)
        report = RequestReport(self._ports, request, jar, judge)
        try:
            answer = left.named(await edge.send(request, left.seconds, left.reported_ms, jar))
        except BaseException:
            report.abandoned()
            raise
        report.ended(answer)
        return answer

    def _edge(self, *, private: bool) -> TaskEdge:
        home = self._home()
        edge = home.private if private else home.data
        if edge is not None:
            return edge
        from .edge_tasks import TaskEdge
        from .wire import ssl_context_for

        tls = ssl_context_for(*astuple(self._settings.hosts))
        edge = TaskEdge(tls, self._settings.max_answer_bytes)
        if private:
            home.private = edge
        else:
            home.data = edge
        return edge

    # --- waiting and flying ------------------------------------------------------------------------------

    async def _acquire(self, step: Acquire, limit: Limit) -> Acquired | Fail:
        slot = step.slot
        assert isinstance(slot, Slot)
        patience = limit.waiting()
        await self._drive(slot.hearing(step.mode), limit)
        while True:
            if patience.left().is_over:
                return Fail(wait_timeout(slot, patience.left(), step.ticket.first))
            flight, waiter = self._flight(), _Waiter[Outcome]()
            # From the decision to the launch nothing suspends: no cancellation can come between.
            decision = slot.acquire(step.ticket, flight, mode=step.mode, waiter=waiter)
            if isinstance(decision, Fail):
                return decision
            if isinstance(decision, Use):
                if decision.beside:
                    self._launch(slot, flight, "need")
                return Acquired(decision.grant, joined=False)
            if slot.peek().flight is flight:
                self._launch(slot, flight, step.mode)
            try:
                left = patience.left()
                outcome = await waiter.wait(left.seconds)
            finally:
                slot.leave(waiter)
            if outcome is None:
                return Fail(wait_timeout(slot, left, step.ticket.first))
            if isinstance(outcome, Published):
                return Acquired(outcome.grant, joined=not outcome.grant.minted.adopted)
            if outcome is not ABANDONED:
                return Fail(outcome.error_for_caller(step.ticket.first))

    def _flight(self) -> Flight:
        loop = asyncio.get_running_loop()
        return Flight(self._settings.flight_timeout_s, alive=lambda: not loop.is_closed())

    def _launch(self, slot: Slot, flight: Flight, mode: Mode) -> None:
        """Start the flight as a task of the session; whatever becomes of the task, nobody waits for ever."""
        flights = self._home().flights
        task = asyncio.get_running_loop().create_task(self._fly(slot, flight, mode))
        flights.add(task)

        def landed(done: asyncio.Task[None]) -> None:
            flights.discard(done)
            slot.release(flight)

        task.add_done_callback(landed)

    async def _fly(self, slot: Slot, flight: Flight, mode: Mode) -> None:
        flight_limit = Limit(
            self._settings.timeout_ms, deadline=time.monotonic() + self._settings.flight_timeout_s
        )
        with self._emitter.held():
            report = FlightReport(slot, self._ports)
            try:
                result: Minted | FlightFailure = await self._drive(slot.renewal(mode), flight_limit)
            except Exception as error:  # noqa: BLE001  (a waiter must never wait for a bug)
                result = failure_of(slot, dated(error, self._ports.wall(), slot.peek().failures))
            except BaseException:
                report.abandoned()
                raise
            slot.settle(flight, result)
            report.ended(result)

    # --- the end -----------------------------------------------------------------------------------------

    async def close(self, slots: Iterable[Slot]) -> None:
        """Refuse new calls, wait for flights under way up to the grace period, then end everything."""
        self._closed = True
        slots = list(slots)
        try:
            ends = time.monotonic() + self._settings.close_grace_s
            for slot in slots:
                waiter = _Waiter[Outcome]()
                try:
                    if slot.attend(waiter):
                        await waiter.wait(max(0.0, ends - time.monotonic()))
                finally:
                    slot.leave(waiter)
        finally:
            for slot in slots:
                slot.close()
            await self._home().move_out()
