"""How much time an attempt has, or a whole call, and which credential goes on a request."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NamedTuple, Self, TypedDict

from ..core.http import Awaited, Failure, Request, Response
from ..core.refresh import Grant
from ..flows.steps import Pause
from ..flows.token_pair import TokenPair
from ..secret import Secret

__all__ = ["Left", "Limit", "Limits", "new_jar", "stamped"]

# The longest wait that every system call and lock understands, seconds (23 days).
MAX_WAIT_S: Final = 2_000_000.0


class Limits(TypedDict):
    """The limits of a call, milliseconds: of one attempt, and of the whole."""

    timeout_ms: int
    timeout_total_ms: int | None


class Left(NamedTuple):
    """What is left for one wait.

    Attributes:
        seconds: how long it may take.
        reported_ms: the milliseconds to name if they run out.
        option: the limit that runs out, if it is not that of one attempt: the whole call's, or the flight's.
    """

    seconds: float
    reported_ms: int
    option: Literal["", "timeout_total_ms", "flight_timeout_s"] = ""

    @property
    def whole(self) -> bool:
        """Whether it is the limit of the whole call that runs out."""
        return self.option == "timeout_total_ms"

    @property
    def is_over(self) -> bool:
        """Whether the whole call has no time left."""
        return self.whole and self.seconds <= 0

    def named(self, answer: Response | Failure) -> Response | Failure:
        """The answer of an attempt that had so long: a timeout is said to be the limit's that ran out."""
        if self.option and isinstance(answer, Failure) and answer.kind == "timeout":
            return replace(answer, option=self.option)
        return answer


@dataclass(frozen=True, slots=True)
class Limit:
    """The time one attempt may take, and when all must be over: the flight it is in, or the whole call.

    Measured on the real clock even when a test replaces the session's: sockets know no other.

    Attributes:
        timeout_ms: for one attempt.
        deadline: when the flight or the call must be over; None for a call without such a limit.
        total_ms: what the whole call was given; None inside a flight.
    """

    timeout_ms: int
    deadline: float | None = None
    total_ms: int | None = None

    @classmethod
    def of_call(cls, timeout_ms: int, total_ms: int | None) -> Self:
        """The limit of a call that begins now."""
        if total_ms is None:
            return cls(timeout_ms)
        return cls(timeout_ms, time.monotonic() + total_ms / 1000, total_ms)

    @property
    def in_flight(self) -> bool:
        """Whether this is a flight's."""
        return self.deadline is not None and self.total_ms is None

    def left(self) -> Left:
        """Return what an attempt has now."""
        seconds = min(self.timeout_ms / 1000, MAX_WAIT_S)
        if self.deadline is None:
            return Left(seconds, self.timeout_ms)
        rest = max(0.0, self.deadline - time.monotonic())
        if seconds <= rest:
            return Left(seconds, self.timeout_ms)
        if self.total_ms is not None:
            return Left(rest, self.total_ms, "timeout_total_ms")
        return Left(rest, max(1, round(rest * 1000)), "flight_timeout_s")

    def queueing(self) -> float | None:
        """Return the seconds a call may stand in line from now on; None for as long as it takes."""
        if self.deadline is None or self.total_ms is None:
            return None
        return min(max(0.0, self.deadline - time.monotonic()), MAX_WAIT_S)

    def refuses(self, pause: Pause) -> bool:
        """Whether there is no time for the pause: it would end when all must be over."""
        return not (self.in_flight and pause.retry is None) and self.outlasted_by(pause.seconds)

    def outlasted_by(self, seconds: float) -> bool:
        """Whether so long a wait would end when all must be over."""
        return self.deadline is not None and time.monotonic() + seconds >= self.deadline

    def ran_out(self, waited_for: Awaited | None = None) -> Failure:
        """Why an attempt was not made: there was no time left for it, or for what it has to wait for."""
        if self.total_ms is None:
            return Failure("timeout", "timeout", self.timeout_ms, option="flight_timeout_s", sent=False)
        return Failure(
            "timeout",
            "timeout",
            self.total_ms,
            option="timeout_total_ms",
            sent=False,
            waited_for=waited_for,
        )

    def patient(self) -> Limit:
        """The limit for what must not be cut short: inside a flight, the rest of it."""
        return self if self.deadline is None else Limit(round(MAX_WAIT_S * 1000), self.deadline)

    def waiting(self) -> Limit:
        """The limit for waiting from now on: one timeout in all, or, inside a flight, what is left of it.

        What is left of a call counts where that is less than one timeout.
        """
        now = time.monotonic()
        ends = now + self.timeout_ms / 1000
        if self.deadline is None:
            return Limit(self.timeout_ms, ends)
        if self.total_ms is not None:
            return self if self.deadline <= ends else Limit(self.timeout_ms, ends)
        return Limit(max(self.timeout_ms, math.ceil((self.deadline - now) * 1000)), self.deadline)


def stamped(request: Request, grant: Grant) -> tuple[Request, Any]:
    """Put the credential on the request: a bearer token on it, a cookie jar beside it."""
    secret = grant.secret.access if isinstance(grant.secret, TokenPair) else grant.secret
    if isinstance(secret, Secret):
        return replace(request, bearer=secret), None
    return request, secret


def new_jar(like: Any = None, only: frozenset[str] | None = None) -> Any:
    """Return a cookie jar, empty or a copy (the HTTP library is imported with it)."""
    from .wire import Jar

    return Jar() if like is None else like.copy(only)
