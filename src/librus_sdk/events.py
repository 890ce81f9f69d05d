"""What the SDK tells a program about its own doings: frozen events to hooks, or lines to a logger.

Events hold addresses, statuses, durations and error codes; never a credential, a login, a body or a name.
What may stand in one is decided where it is made, in :class:`Emitter`, by :mod:`librus_sdk.event_catalogue`.
A hook is called on the thread or task the thing happens on.  Events of a renewal or sign-in are held back
until it is over and everybody who waited has been served, so a hook may then call the session; events of a
data request come while the request holds its place, so a hook must not answer those with another request.
A hook that raises breaks nothing, neither the read nor the other hooks.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from inspect import iscoroutinefunction
from types import MappingProxyType
from typing import Any, Final

from .errors import LibrusConfigurationError
from .event_catalogue import facts_of

__all__ = [
    "LEVELS",
    "Emitter",
    "Event",
    "EventHook",
    "Span",
    "facts_in",
    "format_event",
    "hooks_of",
    "to_logger",
]

LEVELS: Final[Mapping[str, int]] = MappingProxyType(
    {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
)
REQUEST: Final = "synergia.request"
RETRY: Final = "synergia.retry"
ENDS: Final = frozenset({"success", "failure", "abandoned"})


@dataclass(frozen=True, slots=True)
class Span:
    """Something that takes time: a request, a renewal, a sign-in. Its events share it.

    Attributes:
        number: tells spans of one process apart. A read that is tried again keeps its number.
        name: what its events begin with, e.g. ``synergia.request``.
        at: when it began, seconds since the epoch.
        parent: what it is part of: the sign-in a request belongs to, the renewal a sign-in belongs to.
        attempt: which attempt of a read this is, from 1.
    """

    number: int
    name: str
    at: float
    parent: Span | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """One event. It can be hashed, copied and pickled, and so be put into a queue of another process.

    Attributes:
        level: ``debug``, ``info``, ``warn`` or ``error``.
        name: e.g. ``synergia.request.success``, ``session.refresh.start``, ``portal.login.failure``;
            ``librus_sdk.event_catalogue.EVENTS`` has all of them.
        fields: facts about it, snake_case; durations in whole milliseconds.
        at: when it happened, seconds since the epoch; a held-back event is delivered later.
        span: what it begins or ends, or what was under way when it happened; None for neither. A retry has
            that of the request that failed.
    """

    level: str
    name: str
    fields: Mapping[str, object] = field(default_factory=dict, hash=False)
    at: float = 0.0
    span: Span | None = None

    def __reduce__(self) -> tuple[Callable[..., Event], tuple[object, ...]]:
        # A read-only view of a mapping cannot be pickled; what arrives has one again.
        return _arrived, (self.level, self.name, dict(self.fields), self.at, self.span)


def _arrived(level: str, name: str, fields: dict[str, object], at: float, span: Span | None) -> Event:
    return Event(level, name, MappingProxyType(fields), at, span)


EventHook = Callable[[Event], None]


def facts_in(event: Event) -> dict[str, object]:
    """Return what is written of an event, in whichever way: its fields, and what it belongs to.

    That is the number of its span, and of what that is part of, as ``span`` and ``parent``.
    """
    facts = dict(event.fields)
    if event.span is not None:
        facts["span"] = event.span.number
        if event.span.parent is not None:
            facts["parent"] = event.span.parent.number
    return facts


def format_event(event: Event) -> str:
    """Return ``name key=value …``; text values are JSON-quoted."""
    parts = [event.name]
    for key, value in facts_in(event).items():
        if value is not None:
            parts.append(f"{key}={json.dumps(value, ensure_ascii=False, default=repr)}")
    return " ".join(parts)


def to_logger(logger: logging.Logger | logging.LoggerAdapter[Any]) -> EventHook:
    """Return a hook that writes each event to the logger, at the event's level.

    Raises:
        LibrusConfigurationError: it is no logger.
    """
    if not isinstance(logger, logging.Logger | logging.LoggerAdapter):
        raise LibrusConfigurationError("logger must be a logging.Logger.")

    def hook(event: Event) -> None:
        level = LEVELS[event.level]
        if logger.isEnabledFor(level):
            logger.log(level, "%s", format_event(event), extra={"librus_event": event.name})

    return hook


def hooks_of(given: object) -> tuple[EventHook, ...]:
    """Return the hooks: one may be given, several, or none.

    Raises:
        LibrusConfigurationError: among them is something that cannot be called, or an ``async def``.
    """
    if given is None:
        return ()
    hooks: tuple[Any, ...] = tuple(given) if isinstance(given, Iterable) and not callable(given) else (given,)
    if not all(map(callable, hooks)):
        raise LibrusConfigurationError("on_event must be a function that takes an Event, or a list of them.")
    if any(iscoroutinefunction(hook) or iscoroutinefunction(type(hook).__call__) for hook in hooks):
        raise LibrusConfigurationError(
            "on_event must be a plain function: nobody awaits an async def. Start a task in it, or put the "
            "event into a queue."
        )
    return hooks


# --- what belongs together ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Here:
    """Where the running flow is: in which span, and what it has sent there.

    Attributes:
        outer: where it was before the span began, and will be when it has ended.
        sent: the last request that ended here.
        again: whether that request is about to be repeated.
    """

    span: Span | None = None
    outer: _Here | None = None
    sent: Span | None = None
    again: bool = False


_NOWHERE: Final = _Here()
_here: ContextVar[_Here] = ContextVar("librus_sdk_event_place", default=_NOWHERE)
_numbers: Final = itertools.count(1)


def _placed(name: str, at: float) -> Span | None:
    """Return the span of an event that happens here and now; a start enters it and an end leaves it."""
    here = _here.get()
    stem, _, ending = name.rpartition(".")
    if ending == "start":
        again = here.sent if here.again and stem == REQUEST else None
        if again is None:
            span = Span(next(_numbers), stem, at, here.span)
        else:
            span = Span(again.number, stem, at, here.span, again.attempt + 1)
        if stem == REQUEST:
            here = replace(here, sent=None, again=False)
        _here.set(_Here(span, here))
        return span
    if ending in ENDS:
        return _left(here, stem)
    if name == RETRY and here.sent is not None:
        _here.set(replace(here, again=True))
        return here.sent
    return here.span


def _left(here: _Here, stem: str) -> Span | None:
    """Leave the innermost span of that name, and what was entered in it and never left (interrupted)."""
    place: _Here | None = here
    while place is not None:
        span, outer = place.span, place.outer
        if span is not None and outer is not None and span.name == stem:
            _here.set(replace(outer, sent=span) if stem == REQUEST else outer)
            return span
        place = outer
    return here.span


# --- making and handing out ---------------------------------------------------------------------------------

_held: ContextVar[list[Event] | None] = ContextVar("librus_sdk_held_events", default=None)


class Emitter:
    """Makes events of what happens and hands them to the hooks; holds them back within :meth:`held`."""

    def __init__(self, hooks: EventHook | Sequence[EventHook] | None, wall: Callable[[], float]) -> None:
        self._hooks: Final = hooks_of(hooks)
        self._wall: Final = wall

    def __call__(self, level: str, name: str, fields: Mapping[str, object]) -> None:
        """Emit one event. Only what the catalogue lists gets out; see :func:`facts_of`."""
        if not self._hooks:
            return
        facts = facts_of(name, fields)
        if facts is None:
            return
        at = self._wall()
        event = Event(level, name, facts, at, _placed(name, at))
        held = _held.get()
        if held is None:
            self._deliver(event)
        else:
            held.append(event)

    @contextlib.contextmanager
    def operation(self) -> Iterator[None]:
        """One call of the session: nothing begun before is part of it, and it leaves nothing begun behind."""
        if not self._hooks:
            yield
            return
        token = _here.set(_NOWHERE)
        try:
            yield
        finally:
            # Of a coroutine that is thrown away, this part runs elsewhere; nothing is to be put right there.
            with contextlib.suppress(ValueError):
                _here.reset(token)

    @contextlib.contextmanager
    def held(self, *, nested: bool = False) -> Iterator[None]:
        """Hold back this block's events until it ends, however it ends.

        With ``nested`` a block inside another one leaves its events to that one. (A task inherits the block
        of whoever started it, without being inside.)
        """
        if not self._hooks or (nested and _held.get() is not None):
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
        for hook in self._hooks:
            with contextlib.suppress(Exception):  # a broken hook must not break a read
                hook(event)
