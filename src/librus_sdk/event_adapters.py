"""Hooks that pass events on to other libraries: structlog and OpenTelemetry.

Both are optional, and imported when a hook for them is made.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ._version import __version__
from .errors import LibrusConfigurationError
from .events import ENDS, REQUEST, Event, EventHook, Span, facts_in

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter, MeterProvider
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import Tracer, TracerProvider

__all__ = ["to_opentelemetry", "to_structlog"]


def _missing(library: str, extra: str) -> LibrusConfigurationError:
    return LibrusConfigurationError(f'{library} is not installed. pip install "librus-sdk[{extra}]"')


# --- structlog ----------------------------------------------------------------------------------------------

_METHODS: Final[Mapping[str, str]] = {"debug": "debug", "info": "info", "warn": "warning", "error": "error"}


def to_structlog(logger: Any = None) -> EventHook:
    """Return a hook that writes each event to a structlog logger, at the event's level.

    The event's name is the ``event``; its fields are the keys, and beside them stand ``at``, when it happened
    (seconds since the epoch; held-back events are written later), ``span``, a number that the events of one
    request, renewal or sign-in share, and ``parent``, the number of what that is part of.

    Args:
        logger: where to; structlog's own by default.

    Raises:
        LibrusConfigurationError: structlog is not installed, or this is no logger of its.
    """
    try:
        import structlog
    except ImportError:
        raise _missing("structlog", "structlog") from None
    if isinstance(logger, logging.Logger | logging.LoggerAdapter):
        raise LibrusConfigurationError("logger must be structlog's; one of logging is for to_logger.")
    if logger is not None and not all(callable(getattr(logger, name, None)) for name in _METHODS.values()):
        raise LibrusConfigurationError("logger must be a logger of structlog: structlog.get_logger().")
    target = structlog.get_logger("librus_sdk") if logger is None else logger

    def hook(event: Event) -> None:
        write = getattr(target, _METHODS[event.level])
        write(event.name, **facts_in(event), at=event.at)

    return hook


# --- OpenTelemetry ------------------------------------------------------------------------------------------

_MOST_KEPT: Final = 1_000
"""How much is remembered of what is, or was, under way; what is interrupted may never end."""

_DURATIONS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
_OF_METRICS: Final = (
    "http.request.method",
    "server.address",
    "server.port",
    "url.scheme",
    "http.response.status_code",
    "error.type",
    "librus.slot",
    "librus.table",
)
_NAMES: Final[Mapping[str, str]] = {
    "method": "http.request.method",
    "path": "url.path",
    "status": "http.response.status_code",
}
_ADDRESSES: Final = ("endpoint", "host", "portal_base_url", "synergia_base_url", "messages_base_url")


def to_opentelemetry(
    tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
) -> EventHook:
    """Return a hook that makes spans and metrics of events, with OpenTelemetry's names for HTTP.

    Spans: one for each request (each attempt of a read is one), renewal and sign-in, begun and ended when it
    happened. A request of a sign-in lies within the sign-in's span, that within the renewal's; the outermost
    within whatever span is current where the call is made. A retry is an event of the attempt it led to.
    Metrics: ``http.client.request.duration``, ``librus.step.duration`` (renewals and sign-ins), seconds, and
    ``librus.events``, a count of what happened.

    Args:
        tracer_provider: where spans go; OpenTelemetry's global one by default.
        meter_provider: where metrics go; the global one by default.

    Raises:
        LibrusConfigurationError: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry import metrics, trace
    except ImportError:
        raise _missing("OpenTelemetry", "opentelemetry") from None
    traced = _Traces(trace.get_tracer("librus_sdk", __version__, tracer_provider))
    measured = _Measures(metrics.get_meter("librus_sdk", __version__, meter_provider))

    def hook(event: Event) -> None:
        attributes = _attributes(event)
        traced.take(event, attributes)
        measured.take(event, attributes)

    return hook


class _Traces:
    """Spans of what is under way.

    A request is made into a span when it has ended. What requests lie within has to be there before: it is
    begun by the first that is heard of it, which need not be its own start, as renewals tell of themselves
    when they are over, and the inner ones are over first. Spans are ended without the lock: that may send
    them.
    """

    def __init__(self, tracer: Tracer) -> None:
        self._tracer: Final = tracer
        self._lock: Final = threading.Lock()
        self._steps: Final[OrderedDict[int, tuple[Span, OtelSpan]]] = OrderedDict()
        self._notes: Final[OrderedDict[int, list[tuple[Event, dict[str, Any]]]]] = OrderedDict()

    def take(self, event: Event, attributes: dict[str, Any]) -> None:
        span = event.span
        if span is None:
            return
        if _is_end(event):
            made = self._request(span, attributes) if span.name == REQUEST else self._step(span)
            made.set_attributes(attributes)
            if event.name.endswith(".failure"):
                _fail(made, event)
            made.end(_end_of(span, event.at))
            if span.name != REQUEST:
                self._end_within(span, event.at)
        elif span.name != REQUEST:
            step = self._step(span)
            if event.name == f"{span.name}.start":
                step.set_attributes(attributes)
            elif step.is_recording():
                step.add_event(event.name, attributes, _ns(event.at))
        elif event.name != f"{span.name}.start":
            self._note(span, event, attributes)

    # --- requests ----------------------------------------------------------------------------------------

    def _note(self, span: Span, event: Event, attributes: dict[str, Any]) -> None:
        """Keep what is told of a request until it, or its next attempt, has ended."""
        with self._lock:
            self._notes.setdefault(span.number, []).append((event, attributes))
            if len(self._notes) > _MOST_KEPT:
                self._notes.popitem(last=False)

    def _request(self, span: Span, attributes: dict[str, Any]) -> OtelSpan:
        with self._lock:
            notes = self._notes.pop(span.number, ())
            made = self._begun(span, str(attributes.get("http.request.method", "HTTP")), client=True)
        if span.attempt > 1:
            made.set_attribute("http.request.resend_count", span.attempt - 1)
        for note, of_note in notes:
            made.add_event(note.name, of_note, _ns(note.at))
        return made

    # --- what they lie within ----------------------------------------------------------------------------

    def _step(self, span: Span) -> OtelSpan:
        with self._lock:
            return self._found(span)

    def _found(self, span: Span) -> OtelSpan:
        """Return the span made of it, which may have ended; begin it when this is the first of it."""
        known = self._steps.get(span.number)
        if known is not None:
            return known[1]
        made = self._begun(span, span.name, client=False)
        self._steps[span.number] = (span, made)
        if len(self._steps) > _MOST_KEPT:
            self._steps.popitem(last=False)
        return made

    def _begun(self, span: Span, name: str, *, client: bool) -> OtelSpan:
        from opentelemetry import trace

        # Without a parent of ours: whatever span is current where the event is told.
        within = None if span.parent is None else trace.set_span_in_context(self._found(span.parent))
        kind = trace.SpanKind.CLIENT if client else trace.SpanKind.INTERNAL
        return self._tracer.start_span(name, within, kind, start_time=_ns(span.at))

    def _end_within(self, span: Span, at: float) -> None:
        """End what began within the span and was broken off: it has no end of its own."""
        with self._lock:
            inside = [(inner, made) for inner, made in self._steps.values() if _lies_in(inner, span)]
        for inner, made in inside:
            if made.is_recording():
                made.end(_end_of(inner, at))


def _fail(made: OtelSpan, event: Event) -> None:
    from opentelemetry.trace import Status, StatusCode

    message = event.fields.get("error_message")
    # A status says by itself what is wrong.
    told = None if "status" in event.fields or message is None else str(message)
    made.set_status(Status(StatusCode.ERROR, told))


class _Measures:
    """Metrics of what has ended."""

    def __init__(self, meter: Meter) -> None:
        self._requests: Final = meter.create_histogram(
            "http.client.request.duration",
            "s",
            "Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_DURATIONS_S,
        )
        self._steps: Final = meter.create_histogram(
            "librus.step.duration",
            "s",
            "Duration of renewals and sign-ins.",
            explicit_bucket_boundaries_advisory=_DURATIONS_S,
        )
        self._events: Final = meter.create_counter("librus.events", "{event}", "What happened, by name.")

    def take(self, event: Event, attributes: dict[str, Any]) -> None:
        span, lasted_ms = event.span, event.fields.get("duration_ms")
        if span is not None and _is_end(event) and isinstance(lasted_ms, int):
            kept: dict[str, Any] = {name: attributes[name] for name in _OF_METRICS if name in attributes}
            if span.name == REQUEST:
                self._requests.record(lasted_ms / 1000, kept)
            else:
                self._steps.record(lasted_ms / 1000, {"librus.step": span.name, **kept})
        if not event.name.endswith(".start"):
            self._events.add(1, {"librus.event": event.name, "librus.level": event.level})


def _is_end(event: Event) -> bool:
    """Whether the event ends its span."""
    stem, _, ending = event.name.rpartition(".")
    return event.span is not None and ending in ENDS and stem == event.span.name


def _lies_in(inner: Span, outer: Span) -> bool:
    above = inner.parent
    while above is not None and above.number != outer.number:
        above = above.parent
    return above is not None


def _end_of(span: Span, at: float) -> int:
    """When it ended; not before it began, though the clock was set back meanwhile."""
    return _ns(max(span.at, at))


def _ns(at: float) -> int:
    return round(at * 1_000_000_000)


def _attributes(event: Event) -> dict[str, Any]:
    """The fields under OpenTelemetry's names, or below ``librus.`` where it has none."""
    named: dict[str, Any] = {}
    for field, value in event.fields.items():
        if field in _ADDRESSES:
            named |= _of_address(str(value), whole=field == "endpoint")
        elif field != "duration_ms":
            named[_NAMES.get(field, f"librus.{field}")] = value
    if event.name.endswith(".failure"):
        status = event.fields.get("status")
        named["error.type"] = str(status or event.fields.get("error_code") or "_OTHER")
    elif event.name.endswith(".abandoned"):
        named["error.type"] = "abandoned"
    return named


def _of_address(url: str, *, whole: bool) -> dict[str, Any]:
    parts = urlsplit(url)
    named: dict[str, Any] = {
        "server.address": parts.hostname or "",
        "server.port": parts.port or (80 if parts.scheme == "http" else 443),
        "url.scheme": parts.scheme,
    }
    if whole:
        named["url.full"] = url
    return named
