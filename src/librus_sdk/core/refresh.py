"""The refresh protocol: what a slot does when a credential is asked for, refused, renewed or lost.

A *slot* is one credential: the portal session of an account, or the bearer token of one child.  Everything
that may happen to it is a function of this module, ``(state, now, …) -> new state``, free of I/O, threads
and event loops.  Rules for whoever edits it:

* Nothing outside this module builds a changed :class:`SlotState`; the shells hold one and replace it by
  what a function here returned, in one step, under their lock.
* A phase (:func:`phase_of`) is derived from state and clock; it is never stored.
* The comparison for "is this token stale" is by *generation*, an integer that only grows.  Two grants with
  equal secrets are two generations.
* Every transition a function makes stands in :data:`librus_sdk.core.transitions.TRANSITIONS`; the test suite
  explores all interleavings of three callers over these very functions and fails on one that does not, and
  the diagram in the documentation is generated from the table.

Words: a *grant* is a credential with its generation; a *flight* is the one renewal a slot may have under way;
a *ticket* is what one call remembers.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Literal

from ..errors import LibrusAuthRefreshError, LibrusSdkError, LibrusSessionClosedError
from .traffic import PAUSE_MAX_S

__all__ = [
    "Blocked",
    "Fail",
    "FlightFailure",
    "Grant",
    "Join",
    "Mark",
    "Minted",
    "Mode",
    "Phase",
    "Published",
    "SlotState",
    "Start",
    "Ticket",
    "Use",
    "abandon",
    "accept",
    "acquire",
    "after_refusal",
    "close",
    "fail",
    "just_made",
    "makes_no_progress",
    "offer",
    "phase_of",
    "publish",
    "reject",
    "reset",
    "worth_renewing",
]

ADVISORY_MAX_S: Final = 15 * 60.0
ADVISORY_SHARE: Final = 1 / 5
MANDATORY_MAX_S: Final = 30.0
MANDATORY_SHARE: Final = 1 / 10
BACKOFF_MIN_S: Final = 1.0
BACKOFF_MAX_S: Final = 60.0
REFUSAL_BACKOFF_MIN_S: Final = 30.0
REFUSAL_BACKOFF_MAX_S: Final = 15 * 60.0
REFUSALS_BEFORE_COOLDOWN: Final = 2
NEW_FOR_S: Final = 15 * 60.0
SUSPECT_AFTER_S: Final = 5 * 60.0
JUST_MADE_S: Final = 60.0
WAITS_BEFORE_SENDING: Final = 3
FORMER_SECRETS: Final = 4

FailureKind = Literal["transient", "terminal", "passing"]
Mark = tuple[str, int]
"""Where a credential stands in what is kept between runs: which document, and with which change it came."""
Mode = Literal["need", "insist", "force"]
"""How a credential is asked for: ``need`` obeys cooldown and latch, ``insist`` ignores them (a person signs
in again), ``force`` also starts a renewal although the grant looks good (the explicit refresh)."""


class Phase(StrEnum):
    """What a slot is in. COOLING and LATCHED stand above the phase the grant alone would give."""

    EMPTY = "EMPTY"
    FRESH = "FRESH"
    AGEING = "AGEING"
    DUE = "DUE"
    REJECTED = "REJECTED"
    COOLING = "COOLING"
    LATCHED = "LATCHED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Minted:
    """A credential as it came from the server, before it has a generation.

    Attributes:
        owner: whose it is; must equal the slot's key.
        secret: the credential itself, opaque here; must not show itself in ``repr``.
        issued_at: since when the server must have issued it, monotonic seconds; for news from elsewhere,
            when that was asked for.
        issued_wall: the same, seconds since the epoch.
        expires_at: monotonic seconds, or None when nothing is known.
        declared: whether the server stated the expiry; otherwise it is our assumption and never blocks.
        adopted: whether another process or an earlier run got it, so that Librus was not asked for it now.
        mark: where it stands in what is kept; None when it is not kept.
    """

    owner: str
    secret: Any
    issued_at: float
    issued_wall: float = 0.0
    expires_at: float | None = None
    declared: bool = False
    adopted: bool = False
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A published credential. ``spread`` (0 to 1) shortens its advisory window by up to half."""

    minted: Minted
    generation: int
    spread: float = 0.0
    accepted: bool = False

    @property
    def secret(self) -> Any:
        """The credential itself."""
        return self.minted.secret

    def expired(self, now: float) -> bool:
        """Whether the known expiry, declared or assumed, has passed."""
        return self.minted.expires_at is not None and now >= self.minted.expires_at

    def phase(self, now: float) -> Phase:
        """FRESH, AGEING or DUE: what the clock alone says."""
        expires = self.minted.expires_at
        if expires is None:
            return Phase.FRESH
        lifetime = max(0.0, expires - self.minted.issued_at)
        mandatory = min(MANDATORY_MAX_S, lifetime * MANDATORY_SHARE)
        if self.minted.declared and now >= expires - mandatory:
            return Phase.DUE
        advisory = min(ADVISORY_MAX_S, lifetime * ADVISORY_SHARE) * (1 - self.spread / 2)
        return Phase.AGEING if now >= expires - advisory else Phase.FRESH


@dataclass(frozen=True, slots=True)
class FlightFailure:
    """Why a flight failed, kept as an error that was never raised.

    ``transient`` cools the slot down, ``terminal`` latches it, ``passing`` does neither: the reason lies in
    a slot below, which remembers it itself.
    """

    error: LibrusSdkError
    kind: FailureKind = "transient"
    retry_after_s: float | None = None

    def error_for_caller(self, own: BaseException | None = None) -> LibrusSdkError:
        """Return the caller's own copy; ``own`` (the 401 this caller met) stays reachable from it."""
        twin = self.error.replicate()
        if twin.__cause__ is None or (own is not None and isinstance(twin, LibrusAuthRefreshError)):
            twin.__cause__ = own
        elif own is not None and twin.__cause__ is not own:
            twin.__context__ = own
        return twin


@dataclass(frozen=True, slots=True)
class SlotState:
    """Everything a slot remembers.

    Attributes:
        key: whose credential this is.
        grant: the current grant, if any.
        generation: the highest generation ever published.
        refused: the highest generation the server has refused.
        refused_by: the refusal (an error that may never have been raised), for those it hits second hand.
        refusals: new generations refused in a row without ever having been accepted.
        flight: identity of the renewal under way.
        failures: transient failures in a row.
        cooldown_until: monotonic seconds.
        cooldown: the failure that is answered until then.
        latch: the terminal failure that is answered until a person acts.
        former: the last secrets the slot held before, so that old news does not bring one back.
        closed: the end.
    """

    key: str = ""
    grant: Grant | None = None
    generation: int = 0
    refused: int = 0
    refused_by: LibrusSdkError | None = None
    refusals: int = 0
    flight: Hashable | None = None
    failures: int = 0
    cooldown_until: float = 0.0
    cooldown: FlightFailure | None = None
    latch: FlightFailure | None = None
    former: tuple[Any, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one call remembers.

    Attributes:
        need: the least generation this call may still use.
        refusals: 401s it has met.
        waits: flights it has waited for, or led, before its first 401.
        contacted: whether it has used up the flights a call may have: one after its first 401, or
            ``WAITS_BEFORE_SENDING`` before it. A call that stood in line while a sibling's token died is not
            charged for the sibling's bad luck.
        first: the first 401, which becomes the cause when the call fails for good.
    """

    need: int = 0
    refusals: int = 0
    waits: int = 0
    contacted: bool = False
    first: LibrusSdkError | None = None

    def joined(self) -> Ticket:
        """The ticket after a flight it waited for has published."""
        if self.first is not None:
            return replace(self, contacted=True)
        waits = self.waits + 1
        return replace(self, waits=waits, contacted=waits >= WAITS_BEFORE_SENDING)


@dataclass(frozen=True, slots=True)
class Use:
    """Send this grant. ``beside``: a renewal was started beside it and somebody has to fly it."""

    grant: Grant
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """The flight is yours: fly it."""

    mode: Mode


@dataclass(frozen=True, slots=True)
class Join:
    """A flight is under way: wait for its result."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """There is nothing to send now; come back with ``blocking=True``."""


@dataclass(frozen=True, slots=True)
class Fail:
    """No grant, for this reason; no I/O."""

    error: LibrusSdkError


@dataclass(frozen=True, slots=True)
class Published:
    """A flight's result: every waiter gets this very grant."""

    grant: Grant


Decision = Use | Start | Join | Blocked | Fail


# --- what phase a slot is in -----------------------------------------------------------------------------


def _grant_phase(state: SlotState, now: float) -> Phase:
    grant = state.grant
    if grant is None:
        return Phase.EMPTY
    if grant.generation <= state.refused:
        return Phase.REJECTED
    return grant.phase(now)


def _cooling(state: SlotState, now: float) -> bool:
    return state.cooldown is not None and now < state.cooldown_until


def phase_of(state: SlotState, now: float) -> Phase:
    """Return the phase, derived from state and clock."""
    if state.closed:
        return Phase.CLOSED
    if state.latch is not None:
        return Phase.LATCHED
    if _cooling(state, now):
        return Phase.COOLING
    return _grant_phase(state, now)


# --- one call asks ---------------------------------------------------------------------------------------


def acquire(
    state: SlotState,
    now: float,
    ticket: Ticket,
    flight: Hashable,
    *,
    mode: Mode = "need",
    blocking: bool = True,
) -> tuple[SlotState, Decision]:
    """Answer one request for a grant; ``flight`` becomes the flight's identity if one starts.

    With ``blocking=False`` nothing that has to be waited for is started or joined: the answer is
    :class:`Blocked` instead, and the state stays as it is.
    """
    if state.closed:
        return state, Fail(closed_error())
    if state.latch is not None and mode == "need":
        return state, Fail(state.latch.error_for_caller(ticket.first))
    if mode == "force":
        return _start_or_join(state, flight, mode, blocking)

    cooling = _cooling(state, now) and mode == "need"
    phase = _grant_phase(state, now)
    grant = state.grant
    if grant is not None and grant.generation >= ticket.need:
        if phase is Phase.FRESH:
            return state, Use(grant)
        if phase is Phase.AGEING:
            if state.flight is None and not cooling and not ticket.contacted:
                return replace(state, flight=flight), Use(grant, beside=True)
            return state, Use(grant)
        # A usable grant in its mandatory window: wait for a new one, unless there is none to be had. A call
        # that has waited already sends even what expired since: the server has the last word.
        if phase is Phase.DUE and (ticket.contacted or (cooling and not grant.expired(now))):
            return state, Use(grant)
    if ticket.contacted:
        # One flight that asked the portal is all a call may cost. The grant it brought is refused already.
        return state, Fail(exhausted_error(ticket.first or state.refused_by))
    if state.flight is None and cooling and state.cooldown is not None:
        return state, Fail(_remembered(state.cooldown, state.cooldown_until - now, ticket))
    return _start_or_join(state, flight, mode, blocking)


def _start_or_join(
    state: SlotState, flight: Hashable, mode: Mode, blocking: bool
) -> tuple[SlotState, Decision]:
    if not blocking:
        return state, Blocked()
    if state.flight is not None:
        return state, Join()
    return replace(state, flight=flight), Start(mode)


def after_refusal(ticket: Ticket, generation: int, error: LibrusSdkError) -> Ticket | LibrusSdkError:
    """Return the ticket to go on with after a 401 for ``generation``, or the error to end with.

    A call sends its request at most three times: the first, one replay, and, when the first replay went out
    with a generation somebody else had fetched before (so this call has asked nobody yet), one more.
    """
    first = ticket.first or error
    refusals = ticket.refusals + 1
    if refusals > 2 or (refusals == 2 and ticket.contacted):
        return exhausted_error(first)
    return replace(ticket, need=generation + 1, refusals=refusals, first=first)


# --- what the server said about a generation -------------------------------------------------------------


def reject(
    state: SlotState, now: float, generation: int, error: LibrusSdkError, jitter: float = 0.0
) -> SlotState:
    """Note that the server refused this generation. A late refusal of an older one changes nothing.

    From the second generation in a row that was refused while new and without ever having been accepted, the
    slot cools down, longer each time: a server that refuses everything gets no refresh storm, and an
    unattended program heals by itself when the server does. A token that died of old age before anybody used
    it says nothing about the server.
    """
    grant = state.grant
    if state.closed or grant is None or grant.generation != generation or generation <= state.refused:
        return state
    new = now - grant.minted.issued_at <= NEW_FOR_S
    refusals = 0 if grant.accepted else state.refusals + new
    state = replace(state, refused=generation, refused_by=error, refusals=refusals)
    if grant.accepted or not new or refusals < REFUSALS_BEFORE_COOLDOWN:
        return state
    cap = _doubled(REFUSAL_BACKOFF_MIN_S, refusals - REFUSALS_BEFORE_COOLDOWN, REFUSAL_BACKOFF_MAX_S)
    return replace(
        state,
        cooldown=FlightFailure(exhausted_error(error)),
        cooldown_until=now + cap * (1 - jitter / 2),
    )


def worth_renewing(state: SlotState, now: float, generation: int) -> bool:
    """Whether an answer that may mean a dead credential is taken for one.

    A server that says "not allowed" for a dead session and for a forbidden page alike is believed while the
    session is young: only one that is older may have died. So a page that is always forbidden costs one
    renewal in ``SUSPECT_AFTER_S``, not one for each call.
    """
    grant = state.grant
    return (
        grant is not None
        and grant.generation == generation
        and now - grant.minted.issued_at >= SUSPECT_AFTER_S
    )


def just_made(state: SlotState, now: float) -> bool:
    """Whether what the server refuses was made a moment ago and never accepted.

    Then the cause is not the credential, and making another with a password would be hammering.
    """
    grant = state.grant
    return (
        grant is not None
        and grant.generation <= state.refused
        and not grant.accepted
        and now - grant.minted.issued_at < JUST_MADE_S
    )


def accept(state: SlotState, generation: int) -> SlotState:
    """Note that the server took this generation: its bearer works, whatever else the answer said."""
    grant = state.grant
    if grant is None or grant.generation != generation or (grant.accepted and not state.refusals):
        return state
    return replace(state, grant=replace(grant, accepted=True), refusals=0)


# --- how a flight ends -----------------------------------------------------------------------------------


def makes_no_progress(state: SlotState, secret: Any) -> bool:
    """Whether this secret is the very one the server has refused."""
    return (
        state.grant is not None
        and state.grant.generation <= state.refused
        and bool(state.grant.secret == secret)
    )


def publish(
    state: SlotState,
    now: float,
    flight: Hashable,
    minted: Minted,
    *,
    spread: float = 0.0,
    jitter: float = 0.0,
) -> tuple[SlotState, Published | FlightFailure | None]:
    """End the flight with a new credential; None when the flight is no longer the current one.

    A credential that is not the slot's, is already expired or is the refused one again is a failure. One that
    was asked for before the good one the slot holds by now does not replace it: the waiters get that one.
    """
    if state.closed or state.flight != flight:
        return state, None
    held = state.grant
    if held is not None and held.generation > state.refused and held.minted.issued_at > minted.issued_at:
        # A newer one was offered meanwhile; the server may have ended this one with it.
        return replace(state, flight=None), Published(held)
    problem = None
    if minted.owner != state.key:
        problem = "The portal answered a token renewal with another child's account."
    elif minted.declared and minted.expires_at is not None and now >= minted.expires_at:
        problem = "The portal issued a token that has already expired."
    elif makes_no_progress(state, minted.secret):
        problem = "The portal keeps issuing the token that Librus refuses."
    if problem is not None:
        failure = FlightFailure(LibrusAuthRefreshError(f"{problem} Try again later."))
        failure.error.__cause__ = state.refused_by
        return fail(state, now, flight, failure, jitter=jitter)
    state = _published(state, minted, spread)
    state = replace(state, flight=None)
    assert state.grant is not None
    return state, Published(state.grant)


def _published(state: SlotState, minted: Minted, spread: float) -> SlotState:
    generation = state.generation + 1
    former = state.former
    if state.grant is not None and state.grant.secret != minted.secret:
        former = (*former, state.grant.secret)[-FORMER_SECRETS:]
    return replace(
        state,
        # One taken from elsewhere has been good there; that nobody here has used it yet says nothing.
        grant=Grant(minted, generation, spread, accepted=minted.adopted),
        generation=generation,
        former=former,
        cooldown=None,
        cooldown_until=0.0,
        failures=0,
        latch=None,
    )


def fail(
    state: SlotState, now: float, flight: Hashable, failure: FlightFailure, *, jitter: float = 0.0
) -> tuple[SlotState, FlightFailure | None]:
    """End the flight with a failure that all its waiters share; None when it is not the current flight."""
    if state.closed or state.flight != flight:
        return state, None
    state = replace(state, flight=None)
    if failure.kind == "terminal":
        return replace(state, latch=failure, cooldown=None, cooldown_until=0.0), failure
    if failure.kind == "passing":
        return state, failure
    failures = state.failures + 1
    if failure.retry_after_s is not None:
        delay = min(failure.retry_after_s, PAUSE_MAX_S)
    else:
        cap = _doubled(BACKOFF_MIN_S, failures, BACKOFF_MAX_S)
        delay = BACKOFF_MIN_S + (cap - BACKOFF_MIN_S) * jitter
    state = replace(state, failures=failures, cooldown=failure, cooldown_until=now + delay)
    return state, failure


def abandon(state: SlotState, flight: Hashable) -> SlotState:
    """Drop the flight (its owner was interrupted, its loop closed, the process forked). Grants stay."""
    if state.flight is None or state.flight != flight:
        return state
    return replace(state, flight=None)


def _remembered(failure: FlightFailure, left_s: float, ticket: Ticket) -> LibrusSdkError:
    """The failure again; where it said how long to wait, it says how long that still is."""
    error = failure.error_for_caller(ticket.first)
    if failure.retry_after_s is not None:
        error.retry_after_s = left_s + max(0.0, failure.retry_after_s - PAUSE_MAX_S)
    return error


def _doubled(base: float, times: int, most: float) -> float:
    # Bounded before the power is taken: an outage of a day counts further than a float reaches.
    return min(most, base * float(1 << min(times, 16)))


# --- news from elsewhere ---------------------------------------------------------------------------------


def offer(state: SlotState, minted: Minted, *, spread: float = 0.0) -> SlotState:
    """Take a sibling's newer credential: issued after the current one, never held before, the right owner."""
    grant = state.grant
    if state.closed or minted.owner != state.key:
        return state
    if grant is not None and (minted.issued_at <= grant.minted.issued_at or grant.secret == minted.secret):
        return state
    if minted.secret in state.former:
        return state
    return _published(state, minted, spread)


def reset(state: SlotState) -> SlotState:
    """Forget latch and cooldown: a person has signed in again. Grant and flight stay."""
    if state.closed:
        return state
    return replace(state, latch=None, cooldown=None, cooldown_until=0.0, failures=0, refusals=0)


def close(state: SlotState) -> SlotState:
    """End the slot and wipe its credential."""
    return SlotState(key=state.key, generation=state.generation, refused=state.generation, closed=True)


# --- the two errors the protocol itself makes ------------------------------------------------------------


def closed_error() -> LibrusSessionClosedError:
    """The error of every call on a closed session."""
    return LibrusSessionClosedError("This session is closed. Make a new session and sign in again.")


def exhausted_error(first: LibrusSdkError | None) -> LibrusAuthRefreshError:
    """AUTH_REFRESH_FAILED, with the first 401 as its cause (the very object)."""
    error = LibrusAuthRefreshError(
        "Librus kept refusing access although the token was renewed. This usually passes; try again later. "
        "If it does not, open the child's register once on the Librus portal in a browser."
    )
    error.__cause__ = first
    return error
