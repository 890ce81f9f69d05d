"""What both shells do around a flight that is neither waiting nor sending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..core.answers import whole_call_error
from ..core.refresh import FailureKind, FlightFailure, Minted
from ..errors import (
    INTERNAL_ERROR,
    LibrusSdkError,
    LibrusTerminalAuthenticationError,
    LibrusTimeoutError,
)
from ..flows.steps import Ports
from .limits import Left
from .slots import Slot, SlotKind

__all__ = ["FlightReport", "failure_of", "wait_timeout"]

_DOING: Final[Mapping[SlotKind, str]] = {
    "credential": "Renewing the sign-in at Librus",
    "table": "Reading a look-up table at Librus",
}
_EVENTS: Final[Mapping[SlotKind, tuple[str, str]]] = {
    "credential": ("session.refresh", "slot"),
    "table": ("lookup.read", "table"),
}
"""What the events of a flight are called, and the field that names the slot."""


def failure_of(slot: Slot, error: Exception) -> FlightFailure:
    """Turn the error a flight ended with into the failure its waiters share.

    The kept error is a copy that was never raised: no traceback, so no frames, are kept alive with it. Its
    cause is the refusal that made the flight necessary.
    """
    if not isinstance(error, LibrusSdkError):
        error = LibrusSdkError(
            f"{_DOING[slot.kind]} failed unexpectedly ({type(error).__name__}). This is a bug of the SDK.",
            code=INTERNAL_ERROR,
        )
    kind: FailureKind = "transient"
    if isinstance(error, slot.latches):
        kind = "terminal"
    elif not slot.cools or isinstance(error, LibrusTerminalAuthenticationError):
        kind = "passing"
    kept = error.replicate()
    if kept.__cause__ is None:
        state = slot.peek()
        if state.grant is not None and state.grant.generation <= state.refused:
            kept.__cause__ = state.refused_by
    return FlightFailure(kept, kind, error.retry_after_s)


def wait_timeout(slot: Slot, left: Left, refusal: LibrusSdkError | None) -> LibrusTimeoutError:
    """The caller's time ran out while a flight was still under way; ``refusal`` is the 401 it met before."""
    if left.whole:
        error = whole_call_error(slot.endpoint, left.reported_ms)
    else:
        error = LibrusTimeoutError(
            f"{_DOING[slot.kind]} took longer than {left.reported_ms} ms. It goes on; try again.",
            details={"endpoint": slot.endpoint, "timeout_ms": left.reported_ms},
        )
    error.__cause__ = refusal
    return error


class FlightReport:
    """Events of one flight."""

    def __init__(self, slot: Slot, ports: Ports) -> None:
        self._slot = slot
        self._ports = ports
        self._started = ports.monotonic()
        self._say("debug", "start")

    def ended(self, result: Minted | FlightFailure) -> None:
        """Report how it ended."""
        if isinstance(result, Minted):
            self._say("info", "success")
        else:
            self._say("error", "failure", error=result.error)

    def abandoned(self) -> None:
        """Report that it came to no result: it was cancelled or interrupted."""
        self._say("debug", "abandoned")

    def _say(self, level: str, what: str, **more: object) -> None:
        event, named = _EVENTS[self._slot.kind]
        fields: dict[str, object] = {named: self._slot.name, **more}
        if what != "start":
            fields["duration_ms"] = round((self._ports.monotonic() - self._started) * 1000)
        self._ports.emit(level, f"{event}.{what}", fields)
