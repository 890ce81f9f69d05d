"""What a flow may ask of the shell that drives it, and what it is told.

A flow is a generator: it yields one of these steps, is sent the answer, and returns its result.  A shell
answers every step with a value; it never throws into a flow, except that an interrupted flow is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from ..core.http import Failure, Request, Response
from ..core.refresh import Fail, Grant, Minted, Mode, SlotState, Ticket
from ..errors import LibrusSdkError

__all__ = [
    "Acquire",
    "Acquired",
    "Attempt",
    "Exchange",
    "Flow",
    "Jar",
    "NewJar",
    "Pause",
    "Ports",
    "Renewal",
    "Sent",
    "SlotPort",
    "Step",
    "ask",
]


class Jar(Protocol):
    """A cookie jar of the shell's HTTP library; opaque to flows."""

    def has(self, name: str, url: str) -> bool:
        """Whether a cookie of this name would go to this address."""
        ...


class SlotPort(Protocol):
    """What a flow may do with a slot: look at it, and report what the server said."""

    name: str

    def peek(self) -> SlotState:
        """Return the current state."""
        ...

    def accept(self, generation: int) -> None:
        """Report that the server took this generation."""
        ...

    def reject(self, generation: int, error: LibrusSdkError) -> None:
        """Report that the server refused this generation."""
        ...

    def offer(self, minted: Minted) -> None:
        """Hand in a credential that came along with another answer."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """Send the request once, with the slot's current credential; wait for nothing but a free place.

    Answered by :class:`Sent`, by :class:`~librus_sdk.core.refresh.Fail`, or by None when there is no
    credential to send now: then :class:`Acquire` first. Without a slot the request goes out as it is.
    """

    request: Request
    slot: SlotPort | None = None
    ticket: Ticket = field(default_factory=Ticket)
    mode: Mode = "need"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back, and which generation was on it (0 without a slot)."""

    answer: Response | Failure
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Acquire:
    """Get a credential, waiting for or flying its renewal. Answered by Acquired or Fail."""

    slot: SlotPort
    ticket: Ticket = field(default_factory=Ticket)
    mode: Mode = "need"


@dataclass(frozen=True, slots=True)
class Acquired:
    """The grant; ``joined`` tells whether a flight came to a result while this was waited for."""

    grant: Grant
    joined: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """Send one request of a sign-in, with its jar if it has one. Answered by Response or Failure.

    ``patient``: its answer must not be lost, so it may take as long as the whole renewal may.
    """

    request: Request
    jar: Jar | None = None
    patient: bool = False


@dataclass(frozen=True, slots=True)
class NewJar:
    """Make a cookie jar. Answered by it.

    Attributes:
        like: the jar it is a copy of; None makes an empty one.
        only: the names of the cookies that are copied; None copies all.
    """

    like: Jar | None = None
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait some seconds between two attempts."""

    seconds: float


Step = Attempt | Acquire | Exchange | NewJar | Pause
T = TypeVar("T")
Flow = Generator[Step, Any, T]
Renewal = Callable[[Mode], Flow[Minted]]
"""How a slot gets a new credential; told how the flight was asked for."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What a flow needs from outside that is neither a step nor pure: clock, chance, and ears.

    ``emit(level, event, fields)`` reports an event; it never raises.
    """

    monotonic: Callable[[], float]
    wall: Callable[[], float]
    random: Callable[[], float]
    emit: Callable[[str, str, dict[str, object]], None]


def ask(slot: SlotPort, *, mode: Mode = "need", ticket: Ticket | None = None) -> Flow[Acquired]:
    """Acquire from the slot, or raise the reason why not."""
    answer = yield Acquire(slot, ticket or Ticket(), mode)
    if isinstance(answer, Fail):
        raise answer.error
    assert isinstance(answer, Acquired)
    return answer
