"""Every transition a slot can make: all states that any order of any events leads to, callers or no callers.

Where the explorer asks what real callers bring about, this asks the decision functions everything they can
be asked, sensible or not, so that the table in :mod:`librus_sdk.core.transitions` can be held to be complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from librus_sdk.core import refresh
from librus_sdk.core.refresh import FlightFailure, Minted, Mode, Phase, SlotState, Start, Ticket, Use
from librus_sdk.errors import LibrusSdkError

KEY = "key"
LIFETIME = 1000.0
AGE_IN = {Phase.FRESH: 0.1, Phase.AGEING: 0.85, Phase.DUE: 0.98}  # in lifetimes
# Age and lifetime of what a server may send: new, late, short-lived and late.
LIVES = ((0.0, 1000.0), (850.0, 1000.0), (980.0, 1000.0), (1000.0, 1000.0), (85.0, 100.0), (95.0, 100.0))
MOST = 3  # generations
ERROR = LibrusSdkError("refused")
TRANSIENT = FlightFailure(ERROR, "transient")
TERMINAL = FlightFailure(ERROR, "terminal")
PASSING = FlightFailure(ERROR, "passing")
Move = tuple[str, SlotState]


def seen_transitions() -> set[tuple[Phase, str, Phase]]:
    """Return phase, event and phase of every change there can be."""
    start = SlotState(key=KEY)
    known = {_key(start)}
    todo = [start]
    seen = set()
    while todo:
        state = todo.pop()
        before = refresh.phase_of(state, 0.0)
        for event, raw in _moves(state):
            if raw == state:
                continue
            seen.add((before, event, refresh.phase_of(raw, 0.0)))
            after = _canonical(raw)
            key = _key(after)
            if key not in known and after.generation <= MOST:
                known.add(key)
                todo.append(after)
    return seen


def _moves(state: SlotState) -> Iterator[Move]:
    modes: tuple[Mode, ...] = ("need", "insist", "force")
    for mode in modes:
        for ticket in (Ticket(), Ticket(need=state.refused + 1), Ticket(contacted=True)):
            after, decision = refresh.acquire(state, 0.0, ticket, "flight", mode=mode)
            if isinstance(decision, Start):
                yield ("start" if mode == "need" else "start anyway"), after
            elif isinstance(decision, Use) and decision.beside:
                yield "start beside", after
    current = state.generation
    yield "reject", refresh.reject(state, 0.0, current, ERROR)
    yield "accept", refresh.accept(state, current)
    for generation in (0, current - 1, current + 1):
        assert refresh.reject(state, 0.0, generation, ERROR) == state, "a late 401 changes something"
        assert refresh.accept(state, generation) == state
    for event, minted in _news(state):
        if state.flight is not None:
            yield event, refresh.publish(state, 0.0, "flight", minted)[0]
        yield "offer", refresh.offer(state, minted)
        assert refresh.publish(state, 0.0, "another flight", minted) == (state, None)
    for failure in (TRANSIENT, TERMINAL, PASSING):
        if state.flight is not None:
            yield f"fail ({failure.kind})", refresh.fail(state, 0.0, "flight", failure)[0]
    yield "abandon", refresh.abandon(state, "flight")
    yield "reset", refresh.reset(state)
    yield "close", refresh.close(state)
    yield from (
        move for move in _later(state) if refresh.phase_of(move[1], 0.0) is not refresh.phase_of(state, 0.0)
    )


def _news(state: SlotState) -> Iterator[tuple[str, Minted]]:
    """What a server may send, and what publishing it would be called."""
    grant = state.grant
    held = grant.minted if grant is not None else None
    for declared in (True, False):
        for age, lifetime in LIVES:
            secret = "b" if held is not None and held.secret == "a" else "a"
            minted = Minted(KEY, secret, -age, 0.0, lifetime - age, declared)
            late = held is not None and held.issued_at > minted.issued_at and current_good(state)
            dead = declared and age >= lifetime
            yield ("superseded" if late else "publish failure" if dead else "publish"), minted
    kept = held is not None and held.issued_at > 0 and current_good(state)
    yield ("superseded" if kept else "publish failure"), Minted("somebody else", "x", 0.0)
    if held is not None and not current_good(state):
        yield "publish failure", held


def current_good(state: SlotState) -> bool:
    return state.grant is not None and state.grant.generation > state.refused


def _later(state: SlotState) -> Iterator[Move]:
    bounds: set[float] = {state.cooldown_until}
    if state.grant is not None and state.grant.minted.expires_at is not None:
        expires, issued = state.grant.minted.expires_at, state.grant.minted.issued_at
        bounds |= {
            expires - left for left in ((expires - issued) / 5, min(30.0, (expires - issued) / 10), 0.0)
        }
    for seconds in bounds:
        if seconds > 0:
            yield "clock", shifted(state, seconds)


def shifted(state: SlotState, seconds: float) -> SlotState:
    """The same state seen so much later: the clock stands at zero here, and the past moves away."""
    grant = state.grant
    if grant is not None and grant.minted.expires_at is not None:
        minted = grant.minted
        issued, expires = minted.issued_at - seconds, minted.expires_at
        grant = replace(
            grant, minted=replace(minted, issued_at=issued, expires_at=expires and expires - seconds)
        )
    return replace(state, grant=grant, cooldown_until=max(0.0, state.cooldown_until - seconds))


def _canonical(state: SlotState) -> SlotState:
    """Take states for one that no event tells apart: the same windows, cooling or not, many failures."""
    grant = state.grant
    if grant is not None and grant.minted.expires_at is not None:
        lifetime = grant.minted.expires_at - grant.minted.issued_at
        age = AGE_IN[grant.phase(0.0)] * lifetime if grant.minted.issued_at < 0 else 0.0
        grant = replace(grant, minted=replace(grant.minted, issued_at=-age, expires_at=lifetime - age))
    return replace(
        state,
        grant=grant,
        former=(),
        failures=0,
        refusals=min(state.refusals, 1),
        cooldown_until=30.0 if state.cooldown_until > 0 else 0.0,
    )


def _key(state: SlotState) -> object:
    kinds = (state.cooldown and state.cooldown.kind, state.latch and state.latch.kind)
    return replace(state, cooldown=None, latch=None, refused_by=None), kinds
