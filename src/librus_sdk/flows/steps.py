"""What a flow may ask of the shell that drives it, and what it is told.

A flow is a generator: it yields one of these steps, is sent the answer, and returns its result.  A shell
answers every step with a value; it never throws into a flow, except that an interrupted flow is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from ..core.answers import Judge
from ..core.http import Failure, Request, Response
from ..core.refresh import Fail, Grant, Minted, Mode, SlotState, Ticket
from ..core.traffic import Closed
from ..errors import LibrusSdkError

__all__ = [
    "Acquire",
    "Acquired",
    "Attempt",
    "Exchange",
    "Flow",
    "Jar",
    "NewJar",
    "Once",
    "Pause",
    "Ports",
    "Renewal",
    "Sent",
    "Settled",
    "SlotPort",
    "Step",
    "Work",
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
    """Send the request once, with the slot's current credential; wait for nothing but its turn.

    Answered by :class:`Sent`, by :class:`~librus_sdk.core.refresh.Fail`, or by None when there is no
    credential to send now: then :class:`Acquire` first. Without a slot the request goes out as it is.
    The judge says which error a bad answer means, for events and for what is remembered of Librus's state.
    """

    request: Request
    slot: SlotPort | None = None
    ticket: Ticket = field(default_factory=Ticket)
    mode: Mode = "need"
    judge: Judge | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back, and which generation was on it (0 without a slot).

    Attributes:
        rest: after an answer that announces maintenance: how long that part of Librus is left alone.
    """

    answer: Response | Failure
    generation: int = 0
    rest: Closed | None = None


@dataclass(frozen=True, slots=True)
class Acquire:
    """Get a credential, waiting for or flying its renewal. Answered by Acquired or Fail."""

    slot: SlotPort
    ticket: Ticket = field(default_factory=Ticket)
    mode: Mode = "need"


@dataclass(frozen=True, slots=True)
class Acquired:
    """The grant; ``joined`` tells whether a flight that asked Librus brought it while this was waited for."""

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


Settled = Sent | Fail
"""How a sending ended, its retries and renewals included: with the answer to decode, or with an error."""


@dataclass(frozen=True, slots=True)
class Once:
    """Drive ``flow``, or wait for somebody who is driving the same at this moment.

    Answered by what that flow returned; whoever waited gets an error of their own. Who drives it may be
    interrupted, or have no time left: then one of those who wait drives their own.

    Attributes:
        request: what is asked.
        alike: what else must be equal for two to be the same.
    """

    request: Request
    alike: tuple[object, ...]
    flow: Generator[Step, Any, Settled]


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait some seconds between two attempts. Answered by None.

    Answered at once by a timeout :class:`~librus_sdk.core.http.Failure` where a call would have used up its
    time by then. ``retry`` is called when a wait before another attempt begins; such a wait is refused in a
    flight, too.
    """

    seconds: float
    retry: Callable[[], None] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Work:
    """Do something that may take a moment and must not hold up an event loop: a disk, a store.

    Answered by what ``do`` returns; it raises nothing. Once begun it is done, even when the flow is closed
    before it has the answer. Where a whole call has no time left for it, ``late`` is the answer; a flight
    waits for it: what it changes must be known to be done.
    """

    do: Callable[[], Any]
    late: Any = None


Step = Attempt | Acquire | Exchange | NewJar | Once | Pause | Work
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
