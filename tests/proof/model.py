"""What the model of the world is made of, and the words to judge it by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from librus_sdk.core.refresh import Grant, Minted, SlotState

from .machines import LIFETIME


class ViolationError(AssertionError):
    """An invariant does not hold. ``invariant`` is its name in the protocol page."""

    def __init__(self, invariant: str, what: str) -> None:
        super().__init__(f"{invariant}: {what}")
        self.invariant = invariant


@dataclass(frozen=True, slots=True)
class Setup:
    """One world: who is in it, how it starts, and what the adversary may do how often.

    Attributes:
        callers: for each caller its child (0 or 1) and whether it is an explicit refresh.
        portal: whether the children's renewals go through a portal slot of their own.
        warm: whether everybody starts with a good credential.
        declared: whether tokens have a declared (True) or assumed (False) lifetime, or none.
        odd: what else a server may answer to a renewal.
        budget: how often the adversary may do each of its deeds.
    """

    name: str
    callers: tuple[tuple[int, bool], ...]
    portal: bool = False
    warm: bool = True
    declared: bool | None = None
    odd: frozenset[str] = frozenset()
    budget: dict[str, int] = field(default_factory=dict)


class Actor(NamedTuple):
    """A caller or a flight. ``status``: run, sent, wait, woken, done, gone."""

    machine: int
    point: int
    status: str
    payload: Any
    requests: int = 0
    refused: bool = False
    """It has met a 401."""
    waits: int = 0
    """Flights it has waited for that brought a credential."""
    after: int = 0
    """Those of them after its first 401."""
    failed: bool = False
    """A flight it has waited for failed."""


class Airborne(NamedTuple):
    """A flight. ``current`` is false once the slot has dropped it, although its answer may still come."""

    slot: int
    number: int
    current: bool
    actor: Actor


class Truth(NamedTuple):
    """What really happened to a slot."""

    epoch: int = 0
    """Credentials put into the slot so far."""
    refused: bool = False
    """The client was told that the server refuses the current one."""
    taken: bool = False
    """The server was seen to take the current one."""
    streak: int = 0
    """Credentials refused in a row without one of them having been taken."""
    cooling: bool = False
    latched: bool = False


class State(NamedTuple):
    """Everything there is."""

    server: tuple[tuple[int, int], ...]
    """For each slot the serial the server takes now (0: none) and the newest it has given out."""
    boxes: tuple[int, ...]
    truths: tuple[Truth, ...]
    callers: tuple[Actor, ...]
    flights: tuple[Airborne, ...]
    budget: tuple[int, ...]


MOST_WAITS: Final = 3
IDLE: Final = frozenset({"done", "gone"})


def one_more(actor: Actor) -> int:
    """Count a request: the third is for a call whose second went out before it had waited for any flight."""
    if actor.requests >= 3:
        raise ViolationError("I4", "a call sends a request too many")
    return 3 if actor.requests == 1 and actor.after else actor.requests + 1


def window_of(grant: Grant) -> str:
    """Which window the clock says, worked out here from the protocol page."""
    minted = grant.minted
    if minted.expires_at is None:
        return "outside"
    if minted.declared and minted.expires_at <= min(30.0, LIFETIME / 10):
        return "mandatory"
    return "advisory" if minted.expires_at <= min(900.0, LIFETIME / 5) else "outside"


def former_serial(state: SlotState) -> int:
    """The serial of the last credential the slot held before, or 0."""
    return int(state.former[-1][1]) if state.former else 0


def is_minted(actor: Actor) -> bool:
    return actor.status == "sent" and actor.payload[2][0] == "mint"


def aged(flight: Airborne, seconds: float) -> Airborne:
    """The flight, with the answer under way some seconds older."""
    if not is_minted(flight.actor):
        return flight
    generation, epoch, (kind, owner, serial, age) = flight.actor.payload
    payload = (generation, epoch, (kind, owner, serial, age + seconds))
    return flight._replace(actor=flight.actor._replace(payload=payload))


def is_expired(minted: Minted) -> bool:
    return bool(minted.declared) and minted.expires_at is not None and minted.expires_at <= 0


def canonical_order(item: object) -> int:
    return hash(item)
