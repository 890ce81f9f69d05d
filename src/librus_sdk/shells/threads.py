"""The shell for threads: drives flows, flies flights inline, waits on handles.

The thread that starts a flight flies it; the others wait, each on its own handle and with its own timeout.
A renewal that starts beside a grant that is still good is flown by a short-lived helper thread, so that
nobody waits for it; so is one whose result must survive an interrupt of whoever asked for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final, TypeVar, assert_never

from ..core.http import Failure, Request, Response
from ..core.refresh import (
    Fail,
    FlightFailure,
    Join,
    Minted,
    Mode,
    Published,
    Start,
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
    from .edge_threads import ThreadEdge

__all__ = ["ThreadShell"]

T = TypeVar("T")


class _Waiter:
    """A handle one thread waits on."""

    __slots__ = ("_event", "outcome")

    def __init__(self) -> None:
        self._event = threading.Event()
        self.outcome: Outcome | None = None

    def settle(self, outcome: Outcome) -> None:
        if not self._event.is_set():
            self.outcome = outcome
            self._event.set()

    def wait(self, seconds: float) -> Outcome | None:
        """Return the outcome, or None when the time ran out."""
        self._event.wait(seconds)
        return self.outcome


class _Guest:
    """One request that wants a place."""

    __slots__ = ("_entered",)

    def __init__(self) -> None:
        self._entered = threading.Event()

    def enter(self) -> None:
        self._entered.set()

    def wait(self) -> None:
        self._entered.wait()


class ThreadShell:
    """Drives flows on the calling thread. Safe to use from many threads at once."""

    def __init__(self, settings: SessionSettings, clock: Clock, ports: Ports, emitter: Emitter) -> None:
        self._settings: Final = settings
        self._clock: Final = clock
        self._ports: Final = ports
        self._emitter: Final = emitter
        self._closed = False
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew with locks and connections; sockets of the parent process are left to it."""
        self._opening = threading.Lock()
        self._places = Places(self._settings.max_concurrency)
        self._data: ThreadEdge | None = None
        self._private: ThreadEdge | None = None

    # --- driving -----------------------------------------------------------------------------------------

    def run(self, flow: Flow[T], *, timeout_ms: int | None = None) -> T:
        """Run the flow to its end on this thread. Raises what the flow raises, and SESSION_CLOSED."""
        if self._closed:
            flow.close()
            raise closed_error()
        return self._drive(flow, Limit(timeout_ms or self._settings.timeout_ms))

    def _drive(self, flow: Flow[T], limit: Limit) -> T:
        try:
            step: Step = next(flow)
            while True:
                step = flow.send(self._answer(step, limit))
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            flow.close()

    def _answer(self, step: Step, limit: Limit) -> object:
        match step:
            case Attempt():
                return self._attempt(step, limit)
            case Acquire():
                return self._acquire(step, limit)
            case Exchange():
                return self._send(
                    step.request, limit.patient() if step.patient else limit, private=True, jar=step.jar
                )
            case NewJar():
                return new_jar(step.like, step.only)
            case Pause():
                self._clock.sleep(step.seconds)
                return None
            case _:
                assert_never(step)

    # --- sending -----------------------------------------------------------------------------------------

    def _attempt(self, step: Attempt, limit: Limit) -> Sent | Fail | None:
        slot = step.slot
        if isinstance(slot, Slot) and slot.private:
            return self._send_stamped(step, slot, limit)
        places, guest = self._places, _Guest()
        try:
            places.ask(guest, replay=step.ticket.first is not None)
            guest.wait()
            if self._closed:  # while this stood in line
                return Fail(closed_error())
            if slot is None:
                return Sent(self._send(step.request, limit, private=False))
            assert isinstance(slot, Slot)
            return self._send_stamped(step, slot, limit)
        finally:
            try:
                places.leave(guest)
            finally:
                places.leave(guest)  # an interrupt may have cut the first short; otherwise this does nothing

    def _send_stamped(self, step: Attempt, slot: Slot, limit: Limit) -> Sent | Fail | None:
        flight = self._flight()
        try:
            decision = slot.acquire(step.ticket, flight, mode=step.mode, blocking=False)
            if isinstance(decision, Fail):
                return decision
            if not isinstance(decision, Use):
                return None
            if decision.beside:
                flight = self._fly_beside(slot, flight)
        finally:
            slot.release(flight)
        request, jar = stamped(step.request, decision.grant)
        answer = self._send(request, limit, private=slot.private, jar=jar)
        return Sent(answer, decision.grant.generation)

    def _send(self, request: Request, limit: Limit, *, private: bool, jar: Any = None) -> Response | Failure:
        seconds, reported_ms = limit.left()
        report = report_request(self._ports, request, by_cookie=jar is not None)
        answer = self._edge(private=private).send(request, seconds, reported_ms, jar)
        report(answer)
        return answer

    def _edge(self, *, private: bool) -> ThreadEdge:
        edge = self._private if private else self._data
        if edge is not None:
            return edge
        from .edge_threads import ThreadEdge
        from .wire import ssl_context_for

        with self._opening:
            hosts, most = self._settings.hosts, self._settings.max_answer_bytes
            if private:
                self._private = self._private or ThreadEdge(ssl_context_for(*astuple(hosts)), most)
                return self._private
            self._data = self._data or ThreadEdge(ssl_context_for(*astuple(hosts)), most)
            return self._data

    # --- waiting and flying ------------------------------------------------------------------------------

    def _acquire(self, step: Acquire, limit: Limit) -> Acquired | Fail:
        slot = step.slot
        assert isinstance(slot, Slot)
        patience = limit.waiting()
        while True:
            flight, waiter = self._flight(), _Waiter()
            try:
                decision = slot.acquire(step.ticket, flight, mode=step.mode, waiter=waiter)
                if isinstance(decision, Fail):
                    return decision
                if isinstance(decision, Use):
                    if decision.beside:
                        flight = self._fly_beside(slot, flight)
                    return Acquired(decision.grant, joined=False)
                if isinstance(decision, Start):
                    if slot.apart:
                        flight = self._fly_beside(slot, flight, decision.mode)
                    if slot.peek().flight is flight:
                        self._fly(slot, flight, decision.mode)
                assert isinstance(decision, (Start, Join))
                seconds, reported_ms = patience.left()
                outcome = waiter.wait(seconds)
            finally:
                try:
                    slot.leave(waiter)
                finally:
                    slot.leave(waiter)  # as with the places: the first may have been cut short
                    slot.release(flight)
            if outcome is None:
                return Fail(wait_timeout(slot, reported_ms, step.ticket.first))
            if isinstance(outcome, Published):
                return Acquired(outcome.grant, joined=True)
            if outcome is not ABANDONED:
                return Fail(outcome.error_for_caller(step.ticket.first))

    def _flight(self) -> Flight:
        return Flight(self._settings.flight_timeout_s)

    def _fly(self, slot: Slot, flight: Flight, mode: Mode) -> None:
        """Fly the renewal on this thread and settle everybody, whatever happens."""
        flight_limit = Limit(
            self._settings.timeout_ms, deadline=time.monotonic() + self._settings.flight_timeout_s
        )
        with self._emitter.held(nested=True):
            report = FlightReport(slot, self._ports)
            try:
                try:
                    result: Minted | FlightFailure = self._drive(slot.renewal(mode), flight_limit)
                except Exception as error:  # noqa: BLE001  (a waiter must never wait for a bug)
                    result = failure_of(slot, error)
                slot.settle(flight, result)
                report.ended(result)
            finally:
                slot.release(flight)

    def _fly_beside(self, slot: Slot, flight: Flight, mode: Mode = "need") -> Flight:
        """Have a helper thread fly; returns a flight of no meaning, for the caller to release instead."""
        helper = threading.Thread(
            target=self._fly, args=(slot, flight, mode), name="librus-refresh", daemon=True
        )
        try:
            helper.start()
        except RuntimeError:
            # No more threads to be had. The grant is still good and somebody else will renew it; where there
            # is none, the caller flies.
            return flight
        return self._flight()

    # --- the end -----------------------------------------------------------------------------------------

    def close(self, slots: Iterable[Slot]) -> None:
        """Refuse new calls, wait for flights under way up to the grace period, then end everything."""
        self._closed = True
        slots = list(slots)
        try:
            ends = time.monotonic() + self._settings.close_grace_s
            for slot in slots:
                waiter = _Waiter()
                try:
                    if slot.attend(waiter):
                        waiter.wait(max(0.0, ends - time.monotonic()))
                finally:
                    slot.leave(waiter)
        finally:
            for slot in slots:
                slot.close()
            for edge in (self._data, self._private):
                if edge is not None:
                    edge.close()
