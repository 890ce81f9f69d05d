"""Whether a failed attempt of a read is tried again, and after how long.

Retrying works inside one read and knows nothing of tokens: a 401 is never retried here. Neither is what would
end the same way: a timeout, an answer that is too large, a disk that takes no more.
"""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from ..settings import RetryPolicy
from .http import Failure, Request, Response

__all__ = ["reason_of", "retry_after_s", "retry_delay_s"]

RETRIABLE_METHODS: Final = frozenset({"GET", "HEAD"})
LONGEST_S: Final = 366 * 86_400.0
"""No wait is told to be longer, whatever a header says, so that its end is a date."""
HONOURS_RETRY_AFTER: Final = frozenset({429, 503})


def retry_delay_s(
    policy: RetryPolicy,
    request: Request,
    answer: Response | Failure,
    *,
    attempt: int,
    jitter: float,
    wall: float,
) -> float | None:
    """Return the seconds to wait before attempt ``attempt + 1``, or None when there is none.

    ``jitter`` is a random number from 0 to 1; ``wall`` is now in seconds since the epoch (for the date form
    of ``Retry-After``). A server that asks for a longer wait than the policy allows gets no further attempt.
    """
    if attempt >= policy.max_attempts or request.method.upper() not in RETRIABLE_METHODS:
        return None
    if isinstance(answer, Failure):
        if answer.kind != "network":
            return None
    elif answer.status not in policy.retriable_statuses:
        return None
    elif (asked := retry_after_s(answer, wall)) is not None:
        return asked if asked * 1000 <= policy.max_retry_after_ms else None
    # The exponent is bounded so that an absurd number of attempts cannot overflow.
    cap_ms: int = min(policy.max_delay_ms, policy.base_delay_ms << min(attempt - 1, 62))
    return cap_ms / 1000 * (jitter if policy.jitter else 1.0)


def retry_after_s(response: Response, wall: float) -> float | None:
    """Return what ``Retry-After`` asks for on 429 and 503: seconds from now, from 0 to a year, or None.

    Decimal seconds and HTTP dates are understood; anything else counts as absent.
    """
    if response.status not in HONOURS_RETRY_AFTER:
        return None
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return min(float(text), LONGEST_S)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        # The second is a zone that lies years away.
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return min(max(0.0, when.timestamp() - wall), LONGEST_S)


def reason_of(answer: Response | Failure) -> str:
    """Name why an attempt is repeated: ``status_503`` or ``network_error``."""
    return "network_error" if isinstance(answer, Failure) else f"status_{answer.status}"
