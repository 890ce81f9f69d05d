"""Events of one request."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from ..core.answers import Judge, failure_error
from ..core.http import Failure, Request, Response
from ..flows.steps import Ports

__all__ = ["RequestReport"]


class RequestReport:
    """Reports that a request starts, and how it ends.

    Args:
        ports: clock and ears.
        request: what is sent.
        jar: the cookies that go along, if a jar does.
        judge: says which error a bad answer means, where that is known.
    """

    def __init__(self, ports: Ports, request: Request, jar: Any, judge: Judge | None = None) -> None:
        self._ports: Final = ports
        self._request: Final = request
        self._judge: Final = judge
        self._started: Final = ports.monotonic()
        self._fields: Final[dict[str, object]] = {
            "auth_mode": _auth_mode(request, jar),
            "endpoint": request.endpoint,
            "method": request.method,
            "path": urlsplit(request.endpoint).path,
        }
        ports.emit("debug", "synergia.request.start", self._fields)

    def ended(self, answer: Response | Failure) -> None:
        """Report what came back."""
        if isinstance(answer, Response):
            self._answered(answer)
            return
        if answer.kind == "timeout":
            self._say("warn", "synergia.timeout", timeout_ms=answer.timeout_ms)
        self._say("error", "synergia.request.failure", error=failure_error(self._request, answer))

    def abandoned(self) -> None:
        """Report that nobody waits for it any more."""
        self._say("debug", "synergia.request.abandoned")

    def _answered(self, answer: Response) -> None:
        if answer.ok or 300 <= answer.status < 400:
            self._say("info", "synergia.request.success", status=answer.status)
            return
        error = None if self._judge is None else self._judge(self._request, answer).error
        self._say("error", "synergia.request.failure", status=answer.status, error=error)

    def _say(self, level: str, event: str, **more: object) -> None:
        lasted = round((self._ports.monotonic() - self._started) * 1000)
        self._ports.emit(level, event, {**self._fields, "duration_ms": lasted, **more})


def _auth_mode(request: Request, jar: Any) -> str:
    """What says whose request this is. A sign-in begins with nothing: its jar is empty, or it has none."""
    if request.bearer is not None:
        return "bearer"
    return "cookie" if jar is not None and _holds_any(jar) else "none"


def _holds_any(jar: Any) -> bool:
    try:
        return next(iter(jar.cookies), None) is not None
    except RuntimeError:  # a cookie was being added by another thread
        return True
