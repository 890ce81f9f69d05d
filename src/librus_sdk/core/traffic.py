"""How a session keeps its requests polite: a rate, a pause after "too many", a rest during maintenance.

Everything is a function ``(state, …, now) -> (state, decision)``, free of I/O, threads and event loops.  A
shell holds one state for each session, asks :func:`ask` before a request leaves and tells :func:`answered`
what came back.  Three rules:

* *Rate*: requests leave at so many a second, after a burst that is free (the "generic cell rate algorithm":
  one number, the time at which the bucket would be full again).  Who comes too early is given a time of their
  own, in the order they came; nobody is refused.
* *Pause*: Librus asked for fewer requests, so the whole session waits until it allows more, instead of every
  request running into an answer of its own.  Who would wait longer than their patience is refused at once.
* *Circuit*: a part of Librus (an origin) announced maintenance.  Requests to it are refused at once until a
  time that is said; then one goes through, and the others go on when it has been answered.

Requests are told apart by the number they left with, not by time: an answer to what left before a pause or a
circuit began is old news, and six of those are one piece of news.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

__all__ = [
    "Call",
    "Circuit",
    "Closed",
    "Decision",
    "Go",
    "News",
    "Part",
    "Refusal",
    "Rules",
    "Throttled",
    "TrafficState",
    "Wait",
    "answered",
    "ask",
    "closed_for",
    "orphaned",
    "refusal",
    "unanswered",
    "unused",
]

Part: TypeAlias = tuple[str, str, int | None]
"""A part of Librus: scheme, host and port of an address."""

BRIEF_S: Final = 1.0
"""The first pause where Librus does not say how long; doubled while it goes on."""
BRIEF_MAX_S: Final = 30.0
PAUSE_MAX_S: Final = 3600.0
"""No pause and no rest is longer, whatever a header says."""
REST_S: Final = 30.0
"""The first rest of a part under maintenance; doubled while it goes on."""
REST_MAX_S: Final = 300.0
REST_LEAST_S: Final = 1.0
"""The shortest rest that is believed when Librus asks for it."""
PROBE_S: Final = 1.0
"""When to come back while somebody is just asking whether the maintenance is over."""
PROBE_MAX_S: Final = 60.0
"""A request that asks for longer is taken for lost: whoever sent it may have been stopped anywhere."""

SLACK_S: Final = 1e-6
"""Nobody sleeps for so little: it is the error of adding up times."""

Reason = Literal["rate", "throttle"]
News = Literal["fine", "trouble", "too_many", "maintenance"]
"""What an answer says: ``trouble`` is an outage that says nothing of the rate."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a session is told.

    Attributes:
        per_second: requests a second in the long run; None is no limit.
        burst: how many may leave at once after a quiet time.
        patience_s: the longest a request waits for pauses, all of them together.
    """

    per_second: float | None
    burst: int
    patience_s: float

    @property
    def step_s(self) -> float:
        """The time one request uses up."""
        return 0.0 if self.per_second is None else 1 / self.per_second

    @property
    def ahead_s(self) -> float:
        """How far ahead of the rate a burst may be."""
        return (self.burst - 1) * self.step_s


@dataclass(frozen=True, slots=True)
class Call:
    """A request that wants to leave.

    Attributes:
        part: where to.
        since: when it began to wait, monotonic seconds.
        urgent: part of a sign-in or renewal: counted, and waits for nothing.
        explicit: a person asked for it just now: not refused because of a maintenance.
    """

    part: Part
    since: float
    urgent: bool = False
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Circuit:
    """A part of Librus that announced maintenance.

    Attributes:
        until: requests are refused until then; after that one goes through.
        said: Librus has named that time.
        after: the number of the last request that had left when it began.
        openings: how often in a row maintenance was the answer.
        probe: the number of the request that is asking whether it is over; 0 when none is.
        probe_until: that one is not waited for any longer.
    """

    until: float
    said: bool
    after: int
    openings: int = 1
    probe: int = 0
    probe_until: float = -math.inf


@dataclass(frozen=True, slots=True)
class TrafficState:
    """Everything that is remembered of a session's requests.

    Attributes:
        due: when the bucket is full again.
        left: how many requests have left; also the number of the last one.
        paused_until: nothing but what is urgent leaves before then.
        paused_after: the number of the last request that had left when the pause began.
        pauses: how often a pause began or was prolonged.
        brief: pauses in a row for which Librus gave no time.
        circuits: the parts under maintenance.
    """

    due: float = -math.inf
    left: int = 0
    paused_until: float = -math.inf
    paused_after: int = 0
    pauses: int = 0
    brief: int = 0
    circuits: Mapping[Part, Circuit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Go:
    """Leave now, with this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Sleep so long, then ask again with this in hand: the time is yours unless a new pause has begun."""

    seconds: float
    reason: Reason
    pauses: int


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not to be sent: Librus asked for a longer pause than anybody waits. Seconds until it is over."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Closed:
    """Not to be sent: that part of Librus is under maintenance.

    Attributes:
        seconds: until it is asked again.
        said: Librus has named that time.
    """

    seconds: float
    said: bool


Refusal = Throttled | Closed
Decision = Go | Wait | Throttled | Closed


# --- before a request leaves -----------------------------------------------------------------------------


def refusal(state: TrafficState, rules: Rules, call: Call, now: float) -> Refusal | None:
    """Return why the request is not to be sent and need not stand in line; None when there is no reason."""
    circuit = state.circuits.get(call.part)
    if circuit is not None and not call.explicit:
        if now < circuit.until:
            return Closed(circuit.until - now, circuit.said)
        if circuit.probe and now < circuit.probe_until:
            return Closed(PROBE_S, said=False)
    if not call.urgent and now < state.paused_until and state.paused_until - call.since > rules.patience_s:
        return Throttled(state.paused_until - now)
    return None


def ask(
    state: TrafficState, rules: Rules, call: Call, now: float, waited: Wait | None = None
) -> tuple[TrafficState, Decision]:
    """Decide about one request; ``waited`` is what it was told the last time, if it has slept since."""
    refused = refusal(state, rules, call, now)
    if refused is not None:
        return state, refused
    if call.urgent:
        return _leave(replace(state, due=max(state.due, now) + rules.step_s), call, now)
    if waited is not None and waited.pauses == state.pauses:
        return _leave(state, call, now)
    paused = now < state.paused_until
    at = max(now, state.paused_until, state.due - rules.ahead_s)
    state = replace(state, due=max(state.due, at) + rules.step_s)
    if at - now > SLACK_S:
        return state, Wait(at - now, "throttle" if paused else "rate", state.pauses)
    return _leave(state, call, now)


def _leave(state: TrafficState, call: Call, now: float) -> tuple[TrafficState, Go]:
    number = state.left + 1
    state = replace(state, left=number)
    circuit = state.circuits.get(call.part)
    if circuit is not None and not call.explicit:
        state = _with(state, call.part, replace(circuit, probe=number, probe_until=now + PROBE_MAX_S))
    return state, Go(number)


def unused(state: TrafficState, rules: Rules, call: Call, go: Go) -> TrafficState:
    """Take back that the request left: it had no credential to go with."""
    return unanswered(replace(state, due=state.due - rules.step_s), call, go)


# --- when it came back -----------------------------------------------------------------------------------


def unanswered(state: TrafficState, call: Call, go: Go) -> TrafficState:
    """Note that no answer will come: whoever asks next finds out whether the maintenance is over."""
    circuit = state.circuits.get(call.part)
    if circuit is None or circuit.probe != go.number:
        return state
    return _with(state, call.part, replace(circuit, probe=0))


def orphaned(state: TrafficState) -> TrafficState:
    """Forget the requests under way: they belong to another process."""
    circuits = {part: replace(circuit, probe=0) for part, circuit in state.circuits.items()}
    return replace(state, circuits=circuits)


def answered(
    state: TrafficState,
    rules: Rules,
    call: Call,
    go: Go,
    news: News,
    now: float,
    asked_s: float | None = None,
) -> TrafficState:
    """Note what an answer says; ``asked_s`` is the time Librus asked for, seconds."""
    if news == "maintenance":
        return _closed(state, call.part, go.number, now, asked_s)
    if news == "too_many":
        state = _paused(state, rules, go.number, now, asked_s)
    elif news == "fine" and go.number > state.paused_after:
        state = replace(state, brief=0)
    circuit = state.circuits.get(call.part)
    if circuit is not None and go.number > circuit.after:
        return replace(
            state, circuits={part: other for part, other in state.circuits.items() if part != call.part}
        )
    return state


def _paused(
    state: TrafficState, rules: Rules, number: int, now: float, asked_s: float | None
) -> TrafficState:
    news = number > state.paused_after
    brief = state.brief
    if asked_s is not None:
        seconds = min(asked_s, PAUSE_MAX_S)
    elif news:
        seconds = _doubled(BRIEF_S, brief, BRIEF_MAX_S)
        brief += 1
    else:
        return state
    until = max(state.paused_until, now + seconds)
    if not news and until == state.paused_until:
        return state
    return replace(
        state,
        paused_until=until,
        paused_after=state.left,
        pauses=state.pauses + 1,
        brief=brief,
        # No burst afterwards: the first leaves when the pause is over, the others at the rate.
        due=max(state.due, until + rules.ahead_s),
    )


def _closed(state: TrafficState, part: Part, number: int, now: float, asked_s: float | None) -> TrafficState:
    circuit = state.circuits.get(part)
    if circuit is not None and (number <= circuit.after or now < circuit.until):
        return state
    openings = 0 if circuit is None else circuit.openings
    rest = closed_for(asked_s, openings)
    return _with(state, part, Circuit(now + rest.seconds, rest.said, state.left, openings + 1))


def closed_for(asked_s: float | None, before: int) -> Closed:
    """How long a part under maintenance rests: as asked, else longer with every time ``before``."""
    if asked_s is not None and asked_s >= REST_LEAST_S:
        return Closed(min(asked_s, PAUSE_MAX_S), said=True)
    return Closed(_doubled(REST_S, before, REST_MAX_S), said=False)


def _with(state: TrafficState, part: Part, circuit: Circuit) -> TrafficState:
    return replace(state, circuits={**state.circuits, part: circuit})


def _doubled(seconds: float, times: int, most: float) -> float:
    # The exponent is bounded, as the number of times is not.
    return min(most, math.ldexp(seconds, min(times, 16)))
