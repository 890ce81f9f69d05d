"""The box around a session's traffic: one lock, one state, and what is told of it.

Shared by both shells.  Every change is one call of :mod:`librus_sdk.core.traffic` under the lock, and the
lock is never held while anybody sleeps or sends.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Final

from ..core import traffic
from ..core.answers import Judge
from ..core.http import Awaited, Request, Response, origin_of, origin_text
from ..core.refresh import Fail
from ..core.retry import retry_after_s
from ..core.traffic import Call, Closed, Go, News, Rules, TrafficState, Wait
from ..core.until import maintenance_error, throttled_error
from ..errors import LibrusMaintenanceError
from ..flows.steps import Attempt, Ports, Sent
from ..settings import SessionSettings

__all__ = ["Departure", "Traffic"]


class Departure:
    """One request on its way out: what it is, and what it was told so far. Used by one thread or task."""

    __slots__ = ("call", "go", "judge", "request", "waited")

    def __init__(self, request: Request, judge: Judge | None, call: Call) -> None:
        self.request: Final = request
        self.judge: Final = judge
        self.call: Final = call
        self.waited: Wait | None = None
        self.go: Go | None = None

    @property
    def waits_for(self) -> Awaited | None:
        """What it was told last to wait for."""
        return None if self.waited is None else self.waited.reason

    @property
    def urgent(self) -> bool:
        """Whether it is part of a renewal."""
        return self.call.urgent


class Traffic:
    """What a session remembers of its requests."""

    def __init__(self, settings: SessionSettings, ports: Ports) -> None:
        self._ports: Final = ports
        self._rules: Final = Rules(
            settings.max_requests_per_second, settings.request_burst, settings.retry.max_retry_after_ms / 1000
        )
        self._state = TrafficState()
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew with the lock; a request that asks whether a maintenance is over is the parent's."""
        self._lock = threading.Lock()
        self._state = traffic.orphaned(self._state)

    # --- leaving -----------------------------------------------------------------------------------------

    def departure(self, step: Attempt, *, urgent: bool) -> Departure:
        """A request that is going to leave; ``urgent`` is what a renewal sends."""
        call = Call(
            origin_of(step.request.url),
            self._ports.monotonic(),
            urgent=urgent,
            explicit=step.mode != "need",
        )
        return Departure(step.request, step.judge, call)

    def count(self, request: Request) -> None:
        """Count a request of a sign-in, which waits for nothing."""
        now = self._ports.monotonic()
        call = Call(origin_of(request.url), now, urgent=True, explicit=True)
        with self._lock:
            self._state, _ = traffic.ask(self._state, self._rules, call, now)

    def refusal(self, departure: Departure) -> Fail | None:
        """Return why the request need not even stand in line."""
        refused = traffic.refusal(self._state, self._rules, departure.call, self._ports.monotonic())
        return None if refused is None else self._refused(departure, refused)

    def ask(self, departure: Departure) -> Fail | float:
        """Return the seconds to sleep before this is asked again, 0 when it goes, or why it does not go."""
        with self._lock:
            now = self._ports.monotonic()
            self._state, decision = traffic.ask(
                self._state, self._rules, departure.call, now, departure.waited
            )
            if isinstance(decision, Go):
                departure.go = decision
        waited = departure.waited
        if isinstance(decision, Wait):
            departure.waited = decision
            return decision.seconds
        if waited is not None:
            fields: dict[str, object] = {
                "endpoint": departure.request.endpoint,
                "reason": waited.reason,
                "waited_ms": round((now - departure.call.since) * 1000),
            }
            self._ports.emit("debug", "traffic.waited", fields)
        return 0.0 if isinstance(decision, Go) else self._refused(departure, decision)

    def _refused(self, departure: Departure, refused: traffic.Refusal) -> Fail:
        wall, endpoint = self._ports.wall(), departure.request.endpoint
        if isinstance(refused, Closed):
            return Fail(maintenance_error({"endpoint": endpoint}, refused, wall))
        return Fail(throttled_error(endpoint, refused.seconds, wall))

    # --- coming back -------------------------------------------------------------------------------------

    def returned(self, departure: Departure, sent: Sent | Fail | None) -> Sent | Fail | None:
        """Note what became of it; an answer that announces maintenance is told for how long."""
        go, call = departure.go, departure.call
        assert go is not None
        answer = sent.answer if isinstance(sent, Sent) else None
        if not isinstance(answer, Response):
            self.leave(departure, sent=answer is not None and answer.sent)
            return sent
        assert isinstance(sent, Sent)
        wall = self._ports.wall()
        news, asked = self._news(departure, answer, wall), retry_after_s(answer, wall)
        with self._lock:
            now, before = self._ports.monotonic(), self._state
            self._state = after = traffic.answered(before, self._rules, call, go, news, now, asked)
            departure.go = None
        self._tell(departure, before, after, now)
        circuit = after.circuits.get(call.part)
        if news != "maintenance" or circuit is None:
            return sent
        return replace(sent, rest=Closed(max(0.0, circuit.until - now), circuit.said))

    def _news(self, departure: Departure, answer: Response, wall: float) -> News:
        judge = departure.judge
        if judge is not None and isinstance(judge(departure.request, answer).error, LibrusMaintenanceError):
            return "maintenance"
        # What a sign-in or renewal is answered is remembered by its credential, and holds up nobody else.
        if not departure.call.urgent and (answer.status == 429 or retry_after_s(answer, wall) is not None):
            return "too_many"
        return "fine" if answer.status != 429 and answer.status < 500 else "trouble"

    def _tell(self, departure: Departure, before: TrafficState, after: TrafficState, now: float) -> None:
        request, part = departure.request, departure.call.part
        if after.pauses != before.pauses:
            pause_ms = round((after.paused_until - now) * 1000)
            self._ports.emit(
                "warn", "traffic.throttled", {"endpoint": request.endpoint, "pause_ms": pause_ms}
            )
        was, circuit = before.circuits.get(part), after.circuits.get(part)
        if circuit is not None and (was is None or circuit.openings != was.openings):
            fields: dict[str, object] = {
                "host": origin_text(request.url),
                "rest_ms": round((circuit.until - now) * 1000),
            }
            self._ports.emit("warn", "traffic.circuit.open", fields)
        elif was is not None and circuit is None:
            self._ports.emit("info", "traffic.circuit.closed", {"host": origin_text(request.url)})

    def leave(self, departure: Departure, *, sent: bool = True) -> None:
        """End a departure without an answer; ``sent`` tells whether it left at all. Otherwise do nothing."""
        with self._lock:
            go, departure.go = departure.go, None
            if go is None:
                return
            if sent:
                self._state = traffic.unanswered(self._state, departure.call, go)
            else:
                self._state = traffic.unused(self._state, self._rules, departure.call, go)
