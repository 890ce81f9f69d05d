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
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, assert_never

from ..core.answers import Judge, failure_error
from ..core.http import Failure, Request, Response
from ..core.refresh import Fail, FlightFailure, Join, Minted, Mode, Published, Start, Use, closed_error
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
from .chores import done
from .clock import Clock
from .flights import FlightReport, failure_of, wait_timeout
from .limits import Limit, new_jar, stamped
from .places import Places
from .reports import RequestReport
from .sharing import Sending, Sendings, Shared, own
from .slots import ABANDONED, Flight, Outcome, Slot
from .traffic import Departure, Traffic

if TYPE_CHECKING:
    from .edge_threads import ThreadEdge

__all__ = ["ThreadShell"]

T = TypeVar("T")
OutcomeT = TypeVar("OutcomeT", Outcome, Shared)


class _Waiter(Generic[OutcomeT]):
    """A handle one thread waits on."""

    __slots__ = ("_event", "outcome")

    def __init__(self) -> None:
        self._event = threading.Event()
        self.outcome: OutcomeT | None = None

    def settle(self, outcome: OutcomeT) -> None:
        if not self._event.is_set():
            self.outcome = outcome
            self._event.set()

    def wait(self, seconds: float | None) -> OutcomeT | None:
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

    def wait(self, seconds: float | None) -> bool:
        """Return whether there is a place; not, when the time ran out."""
        return self._entered.wait(seconds)


class ThreadShell:
    """Drives flows on the calling thread. Safe to use from many threads at once."""

    def __init__(self, settings: SessionSettings, clock: Clock, ports: Ports, emitter: Emitter) -> None:
        self._settings: Final = settings
        self._clock: Final = clock
        self._ports: Final = ports
        self._emitter: Final = emitter
        self._closed = False
        self._ended = False
        self._traffic: Final = Traffic(settings, ports)
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew with locks and connections; sockets of the parent process are left to it."""
        self._opening = threading.Lock()
        self._sendings = Sendings()
        self._traffic.after_fork()
        self._places = Places(self._settings.max_concurrency)
        self._data: ThreadEdge | None = None
        self._private: ThreadEdge | None = None

    # --- driving -----------------------------------------------------------------------------------------

    def run(self, flow: Flow[T], *, timeout_ms: int | None = None, timeout_total_ms: int | None = None) -> T:
        """Run the flow to its end on this thread. Raises what the flow raises, and SESSION_CLOSED.

        The limits are those of one attempt and of the whole; the session's by default.
        """
        if self._closed:
            flow.close()
            raise closed_error()
        with self._emitter.operation():
            total_ms = timeout_total_ms or self._settings.timeout_total_ms
            return self._drive(flow, Limit.of_call(timeout_ms or self._settings.timeout_ms, total_ms))

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
                if step.request.method == "GET":
                    return self._attempt(step, limit)
                with self._sendings.write():
                    return self._attempt(step, limit)
            case Once():
                return self._once(step, limit)
            case Acquire():
                return self._acquire(step, limit)
            case Exchange():
                if self._ended:  # while this was between two steps: no password is sent any more
                    raise closed_error()
                self._traffic.count(step.request)
                return self._send(
                    step.request, limit.patient() if step.patient else limit, private=True, jar=step.jar
                )
            case NewJar():
                return new_jar(step.like, step.only)
            case Pause():
                if limit.refuses(step):
                    return limit.ran_out()
                if step.retry is not None:
                    step.retry()
                self._clock.sleep(step.seconds)
                return None
            case Work():
                return done(step, limit.queueing())
            case _:
                assert_never(step)

    # --- sharing -----------------------------------------------------------------------------------------

    def _once(self, step: Once, limit: Limit) -> Settled:
        """Send for everybody who asks for the same meanwhile, or wait for somebody who does."""
        if limit.in_flight:  # a flight has waiters of its own, and must not depend on another caller
            return self._drive(step.flow, limit)
        sendings, key = self._sendings, self._sendings.key(step, limit)
        while True:
            mine, waiter = Sending(key, threading.get_ident()), _Waiter[Shared]()
            try:
                if sendings.enter(mine, waiter):
                    settled = self._drive(step.flow, limit)
                    sendings.end(mine, settled)
                    return settled
                outcome = waiter.wait(limit.queueing())
            finally:
                try:
                    sendings.leave(mine, waiter)
                finally:
                    sendings.leave(mine, waiter)  # as with the places: the first may have been cut short
            if outcome is None:
                return Fail(failure_error(step.request, limit.ran_out()))
            if outcome is not ABANDONED:
                return own(outcome)

    # --- sending -----------------------------------------------------------------------------------------

    def _attempt(self, step: Attempt, limit: Limit) -> Sent | Fail | None:
        slot = step.slot
        private = isinstance(slot, Slot) and slot.private
        departure = self._traffic.departure(step, urgent=private and limit.in_flight)
        if private:
            return self._depart(step, departure, limit)
        refused = self._traffic.refusal(departure)
        if refused is not None:
            return refused
        places, guest = self._places, _Guest()
        try:
            places.ask(guest, replay=step.ticket.first is not None)
            if not guest.wait(limit.queueing()):
                return Sent(limit.ran_out("concurrency"))
            return self._depart(step, departure, limit)
        finally:
            try:
                places.leave(guest)
            finally:
                places.leave(guest)  # an interrupt may have cut the first short; otherwise this does nothing

    def _depart(self, step: Attempt, departure: Departure, limit: Limit) -> Sent | Fail | None:
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
                    self._clock.sleep(told)
            if slot is None:
                answer = self._send(step.request, limit, private=False, judge=step.judge)
                return traffic.returned(departure, Sent(answer))
            assert isinstance(slot, Slot)
            return traffic.returned(departure, self._send_stamped(step, slot, limit))
        finally:
            traffic.leave(departure)

    def _send_stamped(self, step: Attempt, slot: Slot, limit: Limit) -> Sent | Fail | None:
        flight = self._flight()
        try:
            decision = slot.acquire(step.ticket, flight, mode=step.mode, blocking=False)
            if isinstance(decision, Fail):
                return None if slot.may_hear(step.mode) else decision
            if not isinstance(decision, Use):
                return None
            if decision.beside:
                self._fly_beside(slot, flight)
        finally:
            self._drop(slot, flight)
        request, jar = stamped(step.request, decision.grant)
        answer = self._send(request, limit, private=slot.private, jar=jar, judge=step.judge)
        return Sent(answer, decision.grant.generation)

    def _send(
        self, request: Request, limit: Limit, *, private: bool, jar: Any = None, judge: Judge | None = None
    ) -> Response | Failure:
        left = limit.left()
        if left.is_over:
            return limit.ran_out()
        edge = self._edge(private=private)
        report = RequestReport(self._ports, request, jar, judge)
        try:
            answer = left.named(edge.send(request, left.seconds, left.reported_ms, jar))
        except BaseException:
            report.abandoned()
            raise
        report.ended(answer)
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
        self._drive(slot.hearing(step.mode), limit)
        while True:
            if patience.left().is_over:
                return Fail(wait_timeout(slot, patience.left(), step.ticket.first))
            flight, waiter = self._flight(), _Waiter[Outcome]()
            try:
                decision = slot.acquire(step.ticket, flight, mode=step.mode, waiter=waiter)
                if isinstance(decision, Fail):
                    return decision
                if isinstance(decision, Use):
                    if decision.beside:
                        self._fly_beside(slot, flight)
                    return Acquired(decision.grant, joined=False)
                if isinstance(decision, Start):
                    # With a limit for the whole call its own wait ends before the flight may.
                    if slot.apart or limit.total_ms is not None:
                        self._fly_beside(slot, flight, decision.mode)
                    if not flight.handed_over and slot.peek().flight is flight:
                        self._fly(slot, flight, decision.mode)
                assert isinstance(decision, (Start, Join))
                left = patience.left()
                outcome = waiter.wait(left.seconds)
            finally:
                try:
                    slot.leave(waiter)
                finally:
                    slot.leave(waiter)  # as with the places: the first may have been cut short
                    self._drop(slot, flight)
            if outcome is None:
                return Fail(wait_timeout(slot, left, step.ticket.first))
            if isinstance(outcome, Published):
                return Acquired(outcome.grant, joined=not outcome.grant.minted.adopted)
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
                    result = failure_of(slot, dated(error, self._ports.wall(), slot.peek().failures))
                slot.settle(flight, result)
                report.ended(result)
            except BaseException:
                report.abandoned()
                raise
            finally:
                slot.release(flight)

    def _fly_beside(self, slot: Slot, flight: Flight, mode: Mode = "need") -> None:
        """Have a helper thread fly; where there is none to be had, it stays with the caller."""
        helper = threading.Thread(
            target=self._fly_apart, args=(slot, flight, mode), name="librus-refresh", daemon=not slot.apart
        )  # what works once is still kept when the program ends meanwhile
        try:
            flight.handed_over = True
            helper.start()
        except RuntimeError:
            # No more threads to be had. The grant is still good and somebody else will renew it; where there
            # is none, the caller flies.
            flight.handed_over = False
        except BaseException:
            # An interrupt: if the helper is there already, the flight is the helper's.
            flight.handed_over = helper.ident is not None
            raise

    def _fly_apart(self, slot: Slot, flight: Flight, mode: Mode) -> None:
        if slot.peek().flight is flight:  # not when it was dropped before this thread came to it
            self._fly(slot, flight, mode)

    @staticmethod
    def _drop(slot: Slot, flight: Flight) -> None:
        """Drop the flight if this thread began it and nobody flies it."""
        if not flight.handed_over:
            slot.release(flight)

    # --- the end -----------------------------------------------------------------------------------------

    def close(self, slots: Iterable[Slot]) -> None:
        """Refuse new calls, wait for flights under way up to the grace period, then end everything."""
        self._closed = True
        slots = list(slots)
        try:
            ends = time.monotonic() + self._settings.close_grace_s
            for slot in slots:
                waiter = _Waiter[Outcome]()
                try:
                    if slot.attend(waiter):
                        waiter.wait(max(0.0, ends - time.monotonic()))
                finally:
                    slot.leave(waiter)
        finally:
            self._ended = True
            for slot in slots:
                slot.close()
            for edge in (self._data, self._private):
                if edge is not None:
                    edge.close()
