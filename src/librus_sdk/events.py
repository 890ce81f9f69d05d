"""What the SDK tells a program about its own doings: frozen events to one hook, or lines to a logger.

Events hold addresses, statuses, durations and error codes; never a credential, a login, a body or a name.
The hook is called on the thread or task the thing happens on.  Events of a renewal or sign-in are held back
until it is over and everybody who waited has been served, so a hook may then call the session; events of a
data request come while the request holds its place, so a hook must not answer those with another request.
A hook that raises breaks nothing.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

__all__ = ["Emitter", "Event", "EventHook", "format_event", "to_logger"]

LEVELS: Final[Mapping[str, int]] = MappingProxyType(
    {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        level: ``debug``, ``info``, ``warn`` or ``error``.
        name: e.g. ``synergia.request.success``, ``session.refresh.start``, ``portal.login.failure``;
            ``lookup.read.start`` and its end when a look-up table is read.
        fields: facts about it, snake_case; durations in whole milliseconds.
        at: when it happened, seconds since the epoch; a held-back event is delivered later.
    """

    level: str
    name: str
    fields: Mapping[str, object] = field(default_factory=dict)
    at: float = 0.0


EventHook = Callable[[Event], None]


def format_event(event: Event) -> str:
    """Return ``name key=value …``; text values are JSON-quoted."""
    parts = [event.name]
    for key, value in event.fields.items():
        if value is not None:
            parts.append(f"{key}={json.dumps(value, ensure_ascii=False, default=repr)}")
    return " ".join(parts)


def to_logger(logger: logging.Logger) -> EventHook:
    """Return a hook that writes each event to the logger, at the event's level."""

    def hook(event: Event) -> None:
        level = LEVELS[event.level]
        if logger.isEnabledFor(level):
            logger.log(level, "%s", format_event(event), extra={"librus_event": event.name})

    return hook


_held: ContextVar[list[Event] | None] = ContextVar("librus_sdk_held_events", default=None)


class Emitter:
    """Hands events to the hook; holds them back while :meth:`held` is entered."""

    def __init__(self, hook: EventHook | None, wall: Callable[[], float]) -> None:
        self._hook: Final = hook
        self._wall: Final = wall

    def __call__(self, level: str, name: str, fields: Mapping[str, object]) -> None:
        """Emit one event."""
        if self._hook is None:
            return
        event = Event(level, name, MappingProxyType(dict(fields)), self._wall())
        held = _held.get()
        if held is None:
            self._deliver(event)
        else:
            held.append(event)

    @contextlib.contextmanager
    def held(self, *, nested: bool = False) -> Iterator[None]:
        """Hold back this block's events until it ends, however it ends.

        With ``nested`` a block inside another one leaves its events to that one. (A task inherits the block
        of whoever started it, without being inside.)
        """
        if self._hook is None or (nested and _held.get() is not None):
            yield
            return
        events: list[Event] = []
        token = _held.set(events)
        try:
            yield
        finally:
            _held.reset(token)
            for event in events:
                self._deliver(event)

    def _deliver(self, event: Event) -> None:
        assert self._hook is not None
        with contextlib.suppress(Exception):  # a broken hook must not break a read
            self._hook(event)
