"""Trying again what failed in passing: the one place for reads and for what is harmless in a sign-in.

Whether, and after how long, says :func:`~librus_sdk.core.retry.retry_delay_s`; here the pause is taken, and
told as an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from ..core.answers import Judge
from ..core.http import Failure, Request, Response
from ..core.retry import reason_of, retry_delay_s
from ..errors import LibrusMaintenanceError
from ..settings import RetryPolicy
from .steps import Flow, Pause, Ports

__all__ = ["Again", "paused_before_another"]

_REFUSALS: Final = frozenset({401, 403})


def paused_before_another(
    retry: RetryPolicy, ports: Ports, request: Request, answer: Response | Failure, attempt: int
) -> Flow[bool | Failure]:
    """Wait before attempt ``attempt + 1``, and return whether there is one.

    A Failure says that there would be one, had it not been too late for the pause.
    """
    delay = retry_delay_s(retry, request, answer, attempt=attempt, jitter=ports.random(), wall=ports.wall())
    if delay is None:
        return False
    late: Failure | None = yield Pause(delay, partial(_report, ports, request, answer, attempt, delay))
    return True if late is None else late


@dataclass(frozen=True, slots=True)
class Again:
    """How a harmless request of a sign-in is asked again; where one is sent without, it is sent once.

    Harmless is a GET that uses nothing up: neither the password nor anything else that works once.  What is
    refused (401, 403) is not asked again, whatever the policy says, and neither is a maintenance that was
    announced.

    Attributes:
        judge: tells such an announcement.
    """

    retry: RetryPolicy
    ports: Ports
    judge: Judge

    def paused(self, request: Request, answer: Response | Failure, attempt: int) -> Flow[bool]:
        """Wait before the next attempt, and return whether there is one."""
        if isinstance(answer, Response) and self._is_meant(request, answer):
            return False
        # Where it is too late for a pause, the answer that is there says more than that.
        more = yield from paused_before_another(self.retry, self.ports, request, answer, attempt)
        return more is True

    def _is_meant(self, request: Request, answer: Response) -> bool:
        """Whether asking again would be answered the same."""
        if answer.status in _REFUSALS:
            return True
        return isinstance(self.judge(request, answer).error, LibrusMaintenanceError)


def _report(ports: Ports, request: Request, answer: Response | Failure, attempt: int, delay: float) -> None:
    ports.emit(
        "warn",
        "synergia.retry",
        {
            "attempt": attempt,
            "delay_ms": round(delay * 1000),
            "endpoint": request.endpoint,
            "method": request.method,
            "reason": reason_of(answer),
        },
    )
