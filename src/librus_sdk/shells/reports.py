"""Events of one request."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from ..core.http import Failure, Request, Response
from ..flows.steps import Ports

__all__ = ["report_request"]


def report_request(
    ports: Ports, request: Request, *, by_cookie: bool
) -> Callable[[Response | Failure], None]:
    """Report that the request starts; the returned function reports how it ended."""
    started = ports.monotonic()
    fields: dict[str, object] = {
        "auth_mode": "cookie" if by_cookie else "bearer",
        "endpoint": request.endpoint,
        "method": request.method,
        "path": urlsplit(request.endpoint).path,
    }
    ports.emit("debug", "synergia.request.start", fields)

    def ended(answer: Response | Failure) -> None:
        more = {**fields, "duration_ms": round((ports.monotonic() - started) * 1000)}
        if isinstance(answer, Response):
            done = answer.ok or 300 <= answer.status < 400
            level, event = ("info", "success") if done else ("error", "failure")
            ports.emit(level, f"synergia.request.{event}", {**more, "status": answer.status})
            return
        if answer.kind == "timeout":
            ports.emit("warn", "synergia.timeout", {**more, "timeout_ms": answer.timeout_ms})
        ports.emit("error", "synergia.request.failure", {**more, "error_message": answer.reason})

    return ended
