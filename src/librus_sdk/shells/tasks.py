"""The shell for asyncio: drives flows, flies flights as tasks of the session, waits on futures.

A flight is a task the session owns: cancelling any caller, the one that started it included, ends only that
caller's wait.  Nothing is tied to an event loop before a request is made; a session may live through several
loops, one after the other or side by side.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Iterable
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final, TypeVar, assert_never
from weakref import WeakKeyDictionary

from ..core.http import Failure, Request, Response
from ..core.refresh import (
    Fail,
    FlightFailure,
    Minted,
    Mode,
    Published,
    Use,
    closed_error,
)
from ..events import Emitter
from ..flows.steps import Acquire, Acquired, Attempt, Exchange, Flow, NewJar, Pause, Ports, Sent, Step
from ..settings import SessionSettings
from .clock import Clock
from .flights import FlightReport, failure_of, wait_timeout
from .limits import Limit, new_jar, stamped
from .places import Places
from .reports import report_request
from .slots import ABANDONED, Flight, Outcome, Slot

if TYPE_CHECKING:
    from .edge_tasks import TaskEdge

__all__ = ["TaskShell"]

T = TypeVar("T")


class _Waiter:
    """A future of one task's loop, settled from whichever thread the flight ends on."""

    __slots__ = ("future",)

    def __init__(self) -> None:
        self.future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def settle(self, outcome: Outcome) -> None:
        loop = self.future.get_loop()
        if asyncio._get_running_loop() is loop:  # noqa: SLF001  (the one that answers None instead of raising)
            self._take(outcome)
        else:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                loop.call_soon_threadsafe(self._take, outcome)

    def _take(self, outcome: Outcome) -> None:
        if not self.future.done():
            self.future.set_result(outcome)

    async def wait(self, seconds: float) -> Outcome | None:
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

    async def wait(self) -> None:
        await self._entered


class _Home:
    """What belongs to one event loop: places, connections, flights."""

    def __init__(self, places: int) -> None:
        self.places = Places(places)
        self.data: TaskEdge | None = None
        self.private: TaskEdge | None = None
        self.flights: set[asyncio.Task[None]] = set()
        self._keeper: AsyncGenerator[None, None] | None = None

    async def settle_in(self) -> None:
        """See to it that the connections do not outlive the loop.

        A loop that shuts down closes the asynchronous generators that were begun on it (``asyncio.run`` does
        so); ours is suspended in front of closing the connections.
        """
        if self._keeper is None:
            self._keeper = self._keep()
            await anext(self._keeper)

    async def _keep(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            for edge in (self.data, self.private):
                if edge is not None:
                    await edge.aclose()
            self.data = self.private = None

    async def move_out(self) -> None:
        """Cancel the flights and close the connections."""
        for task in self.flights:
            task.cancel()
        if self.flights:
            await asyncio.wait(self.flights)
        # Two closings may come here at once, and a generator can be closed by one only.
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            await keeper.aclose()


class TaskShell:
    """Drives flows on the running event loop."""

    def __init__(self, settings: SessionSettings, clock: Clock, ports: Ports, emitter: Emitter) -> None:
        self._settings: Final = settings
        self._clock: Final = clock
        self._ports: Final = ports
        self._emitter: Final = emitter
        self._closed = False
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew; connections and tasks of the parent process are left to it."""
        self._homes: WeakKeyDictionary[asyncio.AbstractEventLoop, _Home] = WeakKeyDictionary()

    def _home(self) -> _Home:
        loop = asyncio.get_running_loop()
        home = self._homes.get(loop)
        if home is None:
            home = self._homes[loop] = _Home(self._settings.max_concurrency)
        return home

    # --- driving -----------------------------------------------------------------------------------------

    async def run(self, flow: Flow[T], *, timeout_ms: int | None = None) -> T:
        """Run the flow to its end. Raises what the flow raises, and SESSION_CLOSED."""
        if self._closed:
            flow.close()
            raise closed_error()
        await self._home().settle_in()
        return await self._drive(flow, Limit(timeout_ms or self._settings.timeout_ms))

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
                return await self._attempt(step, limit)
            case Acquire():
                return await self._acquire(step, limit)
            case Exchange():
                return await self._send(
                    step.request, limit.patient() if step.patient else limit, private=True, jar=step.jar
                )
            case NewJar():
                return new_jar(step.like, step.only)
            case Pause():
                await self._clock.sleep_async(step.seconds)
                return None
            case _:
                assert_never(step)

    # --- sending -----------------------------------------------------------------------------------------

    async def _attempt(self, step: Attempt, limit: Limit) -> Sent | Fail | None:
        slot = step.slot
        if isinstance(slot, Slot) and slot.private:
            return await self._send_stamped(step, slot, limit)
        places, guest = self._home().places, _Guest()
        try:
            places.ask(guest, replay=step.ticket.first is not None)
            await guest.wait()
            if self._closed:  # while this stood in line
                return Fail(closed_error())
            if slot is None:
                return Sent(await self._send(step.request, limit, private=False))
            assert isinstance(slot, Slot)
            return await self._send_stamped(step, slot, limit)
        finally:
            places.leave(guest)

    async def _send_stamped(self, step: Attempt, slot: Slot, limit: Limit) -> Sent | Fail | None:
        flight = self._flight()
        decision = slot.acquire(step.ticket, flight, mode=step.mode, blocking=False)
        if isinstance(decision, Fail):
            return decision
        if not isinstance(decision, Use):
            return None
        if decision.beside:
            self._launch(slot, flight, "need")
        request, jar = stamped(step.request, decision.grant)
        answer = await self._send(request, limit, private=slot.private, jar=jar)
        return Sent(answer, decision.grant.generation)

    async def _send(
        self, request: Request, limit: Limit, *, private: bool, jar: Any = None
    ) -> Response | Failure:
        seconds, reported_ms = limit.left()
        report = report_request(self._ports, request, by_cookie=jar is not None)
        answer = await self._edge(private=private).send(request, seconds, reported_ms, jar)
        report(answer)
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
        while True:
            flight, waiter = self._flight(), _Waiter()
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
                seconds, reported_ms = patience.left()
                outcome = await waiter.wait(seconds)
            finally:
                slot.leave(waiter)
            if outcome is None:
                return Fail(wait_timeout(slot, reported_ms, step.ticket.first))
            if isinstance(outcome, Published):
                return Acquired(outcome.grant, joined=True)
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
                result = failure_of(slot, error)
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
                waiter = _Waiter()
                try:
                    if slot.attend(waiter):
                        await waiter.wait(max(0.0, ends - time.monotonic()))
                finally:
                    slot.leave(waiter)
        finally:
            for slot in slots:
                slot.close()
            await self._home().move_out()
