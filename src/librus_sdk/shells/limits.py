"""How much time an attempt has, and which credential goes on a request."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any, Final

from ..core.http import Request
from ..core.refresh import Grant
from ..flows.token_pair import TokenPair
from ..secret import Secret

__all__ = ["Limit", "new_jar", "stamped"]

# The longest wait that every system call and lock understands, seconds (23 days).
MAX_WAIT_S: Final = 2_000_000.0


@dataclass(frozen=True, slots=True)
class Limit:
    """The time one attempt may take, and, inside a flight, when the flight must be over.

    Measured on the real clock even when a test replaces the session's: sockets know no other.
    """

    timeout_ms: int
    deadline: float | None = None

    def left(self) -> tuple[float, int]:
        """Return the seconds an attempt has now, and the milliseconds to name if they run out."""
        seconds = min(self.timeout_ms / 1000, MAX_WAIT_S)
        if self.deadline is None:
            return seconds, self.timeout_ms
        rest = max(0.0, self.deadline - time.monotonic())
        return (seconds, self.timeout_ms) if seconds <= rest else (rest, max(1, round(rest * 1000)))

    def patient(self) -> Limit:
        """The limit for what must not be cut short: inside a flight, the rest of it."""
        return self if self.deadline is None else Limit(round(MAX_WAIT_S * 1000), self.deadline)

    def waiting(self) -> Limit:
        """The limit for waiting from now on: one timeout in all, or, inside a flight, what is left of it."""
        now = time.monotonic()
        if self.deadline is None:
            return Limit(self.timeout_ms, now + self.timeout_ms / 1000)
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
