"""What is done in one's turn to renew: the turn always given back, and what was given once always kept."""

from __future__ import annotations

from typing import Final, Protocol, TypeVar

from ..core.http import Failure
from ..core.keeping import Document
from ..errors import LibrusSdkError
from .steps import Flow, Pause, Ports, Work

__all__ = ["POLL_S", "Saving", "Turn", "a_moment", "saved", "within"]

POLL_S: Final = 0.05
"""How often somebody who waits looks again, on average."""
T = TypeVar("T")


class Turn(Protocol):
    """One renewal's part in the right to renew, which renewals of one session share.

    Attributes:
        blind: whether the store did not answer when it was taken, so that another may have it as well.
    """

    blind: bool

    def take(self) -> bool:
        """Take it, at once; false while another process or session holds it."""
        ...

    def give_back(self) -> None:
        """Give it back; may be called again, and while :meth:`take` is still at work elsewhere."""
        ...


class Saving(Protocol):
    """A change that is made once, however often this is called, and on whichever thread first."""

    def __call__(self) -> Document | None:
        """Make it. None when that could not be kept, or it has been made, or is being made elsewhere."""
        ...


def within(turn: Turn, flow: Flow[T], patience_s: float) -> Flow[T]:
    """Run the flow, and give the turn back whatever becomes of it.

    ``patience_s`` is how long others wait for it.
    """
    try:
        ended = yield from _ended(_hurried(flow, patience_s / 2))
        yield Work(turn.give_back)
    finally:
        turn.give_back()
    if isinstance(ended, LibrusSdkError):
        raise ended
    return ended


def _hurried(flow: Flow[T], left_s: float) -> Flow[T]:
    """The flow with no time for pauses between attempts but this, in all: half is for the attempts."""
    reply: object = None
    try:
        while True:
            step = flow.send(reply)
            if isinstance(step, Pause) and step.retry is not None:
                if step.seconds > left_s:
                    reply = _TOO_LONG
                    continue
                left_s -= step.seconds
            reply = yield step
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        flow.close()


_TOO_LONG: Final = Failure("timeout", "timeout", option="flight_timeout_s", sent=False)


def _ended(flow: Flow[T]) -> Flow[T | LibrusSdkError]:
    """How the flow ended; an error is returned, for the turn has to be given back first."""
    try:
        return (yield from flow)
    except LibrusSdkError as error:
        return error


def a_moment(ports: Ports) -> Pause:
    """The pause of somebody who waits for their turn."""
    return Pause(POLL_S * (0.5 + ports.random()))


def saved(saving: Saving) -> Flow[Document | None]:
    """Save what was given once, even when this is given up before anybody got round to it."""
    try:
        document: Document | None = yield Work(saving)
    except GeneratorExit:
        saving()
        raise
    return document
