"""Events as structlog's and OpenTelemetry's own: names, levels, times, and what lies within what."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from librus_sdk import (
    Event,
    LibrusCredentialsError,
    LibrusSession,
    RetryPolicy,
    Span,
    to_opentelemetry,
    to_structlog,
)
from librus_sdk.errors import LibrusConfigurationError, LibrusSdkError
from librus_sdk.event_adapters import _MOST_KEPT
from librus_sdk.events import format_event
from librus_sdk.simulator import Simulator

AT_ONCE = RetryPolicy(base_delay_ms=0, max_delay_ms=0)


@pytest.mark.parametrize(
    ("make", "module", "extra"),
    [(to_structlog, "structlog", "structlog"), (to_opentelemetry, "opentelemetry", "opentelemetry")],
)
def test_without_the_extra_it_says_what_to_install(
    make: Callable[[], object], module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(LibrusConfigurationError, match=rf'pip install "librus-sdk\[{extra}\]"') as caught:
        make()
    assert caught.value.__suppress_context__


# --- structlog ----------------------------------------------------------------------------------------------


@pytest.fixture
def log() -> Iterator[structlog.testing.LogCapture]:
    capture = structlog.testing.LogCapture()
    structlog.configure(processors=[capture])
    yield capture
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("level", "method"), [("debug", "debug"), ("info", "info"), ("warn", "warning"), ("error", "error")]
)
def test_an_event_is_an_entry(log: structlog.testing.LogCapture, level: str, method: str) -> None:
    span = Span(12, "session.refresh", 1.0)
    hook = to_structlog()
    hook(Event(level, "session.refresh.failure", {"slot": "child", "status": 503}, 2.5, span))
    hook(Event(level, "session.refresh.reused", {"slot": "web"}, 3.0))
    assert log.entries == [
        {
            "event": "session.refresh.failure",
            "log_level": method,
            "slot": "child",
            "status": 503,
            "at": 2.5,
            "span": 12,
        },
        {"event": "session.refresh.reused", "log_level": method, "slot": "web", "at": 3.0},
    ]


def test_every_way_to_write_an_event_says_the_same(log: structlog.testing.LogCapture) -> None:
    outer = Span(12, "session.refresh", 1.0)
    fields = {"auth_mode": "none", "endpoint": "https://a/b", "method": "GET", "path": "/b"}
    event = Event("debug", "synergia.request.start", fields, 2.5, Span(13, "synergia.request", 2.0, outer))
    to_structlog()(event)
    (entry,) = log.entries
    written = {key: value for key, value in entry.items() if key not in {"event", "log_level", "at"}}
    assert written == {**fields, "span": 13, "parent": 12}
    line = " ".join([event.name, *(f"{key}={json.dumps(value)}" for key, value in written.items())])
    assert format_event(event) == line


@pytest.mark.parametrize("logger", [3, "librus", print, object()])
def test_what_is_no_logger_is_refused(logger: Any) -> None:
    with pytest.raises(LibrusConfigurationError, match=r"^logger must be a logger of structlog"):
        to_structlog(logger)


def test_a_logger_of_the_standard_library_is_for_the_other_hook() -> None:
    for logger in (logging.getLogger("a"), logging.LoggerAdapter(logging.getLogger("a"), {})):
        with pytest.raises(LibrusConfigurationError, match=r"is for to_logger\.$"):
            to_structlog(logger)


def test_a_logger_of_ones_own(log: structlog.testing.LogCapture) -> None:
    to_structlog(structlog.get_logger(bot="mine"))(Event("info", "a", {}))
    assert [entry["bot"] for entry in log.entries] == ["mine"]


def test_a_logger_of_the_standard_library_behind_structlog(caplog: pytest.LogCaptureFixture) -> None:
    logger = structlog.wrap_logger(
        logging.getLogger("a.program"),
        processors=[structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    with caplog.at_level(logging.DEBUG):
        to_structlog(logger)(Event("warn", "synergia.retry", {"attempt": 1}))
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.WARNING, "synergia.retry")
    assert record.attempt == 1  # type: ignore[attr-defined]


def test_a_session_writes_to_structlog(
    log: structlog.testing.LogCapture, librus_simulator: Simulator
) -> None:
    heard: list[Event] = []
    sim = librus_simulator
    with LibrusSession(sim.credentials, hosts=sim.hosts, on_event=[to_structlog(), heard.append]) as session:
        session.list_children()
    assert [entry["event"] for entry in log.entries] == [event.name for event in heard]
    assert [entry["at"] for entry in log.entries] == [event.at for event in heard]


# --- OpenTelemetry ------------------------------------------------------------------------------------------


class Telemetry:
    """A tracer and a meter of the real SDK that keep what they get."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self._reader = InMemoryMetricReader()
        self.meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.hook = to_opentelemetry(self.tracers, self.meters)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def named(self, name: str, **attributes: object) -> list[ReadableSpan]:
        wanted = attributes.items()
        named = [span for span in self.spans if span.name == name]
        return [span for span in named if wanted <= dict(span.attributes or {}).items()]

    def one(self, name: str, **attributes: object) -> ReadableSpan:
        (span,) = self.named(name, **attributes)
        return span

    def children(self, parent: ReadableSpan) -> list[ReadableSpan]:
        return [span for span in self.spans if span.parent and span.parent.span_id == _id(parent)]

    def points(self, name: str) -> list[Any]:
        data = self._reader.get_metrics_data()
        assert data is not None
        return [
            point
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]

    def close(self) -> None:
        self.tracers.shutdown()
        self.meters.shutdown()


def _id(span: ReadableSpan) -> int:
    assert span.context is not None
    number: int = span.context.span_id
    return number


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    made = Telemetry()
    yield made
    made.close()


def test_a_cold_read_as_spans(telemetry: Telemetry, librus_simulator: Simulator) -> None:
    sim, heard = librus_simulator, list[Event]()
    with (
        telemetry.tracers.get_tracer("a.program").start_as_current_span("morning"),
        LibrusSession(sim.credentials, hosts=sim.hosts, on_event=[telemetry.hook, heard.append]) as session,
    ):
        session.for_child(sim.children[0].id).grades.list()
    morning = telemetry.one("morning")
    accounts = telemetry.one("session.refresh", **{"librus.slot": "accounts"})
    portal = telemetry.one("session.refresh", **{"librus.slot": "portal"})
    login = telemetry.one("portal.login")
    profile = telemetry.one("GET", **{"url.path": "/api/v3/Me"})
    grades = telemetry.one("GET", **{"url.path": "/3.0/Grades"})
    parents = [(span.parent and span.parent.span_id) for span in (accounts, portal, login, profile, grades)]
    assert parents == [_id(span) for span in (morning, accounts, portal, login, morning)]
    assert [span.kind for span in (accounts, login)] == [SpanKind.INTERNAL] * 2
    assert grades.kind is SpanKind.CLIENT
    api = sim.hosts.api.removesuffix("/3.0")
    assert dict(grades.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": int(api.rpartition(":")[2]),
        "url.scheme": "http",
        "url.full": f"{api}/3.0/Grades",
        "url.path": "/3.0/Grades",
        "librus.auth_mode": "bearer",
    }
    assert dict(login.attributes or {})["server.address"] == "127.0.0.1"
    # Held-back events are told later; a span has the times at which it happened.
    times = {event.name: event.at for event in heard if event.name.startswith("portal.login")}
    assert login.start_time == round(times["portal.login.start"] * 1e9)
    assert login.end_time == round(times["portal.login.success"] * 1e9)
    assert {span.status.status_code for span in telemetry.spans} == {StatusCode.UNSET}


def test_retries_and_errors_as_spans(telemetry: Telemetry, librus_simulator: Simulator) -> None:
    sim = librus_simulator
    with LibrusSession(sim.credentials, hosts=sim.hosts, on_event=telemetry.hook, retry=AT_ONCE) as session:
        client = session.for_child(sim.children[0].id)
        sim.fail("Grades", status=503, times=2)
        client.grades.list()
        sim.fail("LuckyNumbers", drop="before", times=None)
        with pytest.raises(LibrusSdkError):
            client.lucky_number.get()
    first, second, third = telemetry.named("GET", **{"url.path": "/3.0/Grades"})
    assert (first.status.status_code, first.status.description) == (StatusCode.ERROR, None)
    assert dict(first.attributes or {})["error.type"] == "503"
    assert dict(first.attributes or {})["librus.error_name"] == "LibrusApiError"
    assert "http.request.resend_count" not in (first.attributes or {})
    for count, span in enumerate((second, third), 1):
        assert dict(span.attributes or {})["http.request.resend_count"] == count
        (retry,) = span.events
        assert retry.name == "synergia.retry"
        told = dict(retry.attributes or {})
        assert (told["librus.attempt"], told["librus.reason"]) == (count, "status_503")
        assert first.end_time is not None
        assert first.end_time <= retry.timestamp <= (span.start_time or 0)
    lost = telemetry.named("GET", **{"url.path": "/3.0/LuckyNumbers"})
    assert [dict(span.attributes or {})["error.type"] for span in lost] == ["NETWORK_ERROR"] * 3
    assert {(span.status.description or "").split()[0] for span in lost} == {"No"}


def test_a_renewal_that_fails_as_spans(telemetry: Telemetry, librus_simulator: Simulator) -> None:
    sim = librus_simulator
    with LibrusSession(sim.credentials, hosts=sim.hosts, on_event=telemetry.hook) as session:
        client = session.for_child(sim.children[0].id)
        sim.change_password()
        sim.expire_portal_session()
        sim.expire_child_tokens()
        with pytest.raises(LibrusCredentialsError):
            client.grades.list()
    failed = telemetry.one("session.refresh", **{"librus.slot": "child"})
    assert failed.status.status_code is StatusCode.ERROR
    assert dict(failed.attributes or {})["error.type"] == "AUTHENTICATION_FAILED"
    (portal,) = [span for span in telemetry.children(failed) if span.name == "session.refresh"]
    (login,) = telemetry.children(portal)
    assert (login.name, login.status.status_code) == ("portal.login", StatusCode.ERROR)
    kinds = [point.attributes.get("error.type") for point in telemetry.points("librus.step.duration")]
    assert kinds.count("AUTHENTICATION_FAILED") == 3


def test_metrics(telemetry: Telemetry, librus_simulator: Simulator) -> None:
    sim = librus_simulator
    with LibrusSession(sim.credentials, hosts=sim.hosts, on_event=telemetry.hook, retry=AT_ONCE) as session:
        client = session.for_child(sim.children[0].id)
        sim.fail("Grades", status=503)
        client.grades.list()
    port = int(sim.hosts.api.removesuffix("/3.0").rpartition(":")[2])
    of_api = {
        (point.attributes["http.response.status_code"], point.attributes.get("error.type")): point.count
        for point in telemetry.points("http.client.request.duration")
        if point.attributes["server.port"] == port
    }
    assert of_api == {(200, None): 1, (503, "503"): 1}
    steps = {
        (point.attributes["librus.step"], point.attributes.get("librus.slot"))
        for point in telemetry.points("librus.step.duration")
    }
    assert steps == {
        ("session.refresh", "accounts"),
        ("session.refresh", "portal"),
        ("portal.login", None),
    }
    counted = {point.attributes["librus.event"]: point.value for point in telemetry.points("librus.events")}
    assert counted["synergia.retry"] == 1
    assert counted["portal.login.success"] == 1
    assert not [name for name in counted if name.endswith(".start")]


# A program of its own: the providers of a process are set once and for all.
OF_A_PROGRAM = """
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from librus_sdk import Event, Span, to_opentelemetry

exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
tracers = TracerProvider()
tracers.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(tracers)
metrics.set_meter_provider(MeterProvider([reader]))
hook = to_opentelemetry()
hook(Event("info", "synergia.request.success", {"method": "GET"}, 2.0, Span(1, "synergia.request", 1.0)))
found = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
print(*[span.name for span in exporter.get_finished_spans()], *sorted(metric.name for metric in found))
"""


def test_the_providers_of_the_program_are_the_default() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", OF_A_PROGRAM], capture_output=True, text=True, check=False
    )
    assert (run.stdout, run.stderr) == ("GET librus.events\n", "")


# --- odd orders ---------------------------------------------------------------------------------------------

RENEWAL = Span(1, "session.refresh", 1.0)
LOGIN = Span(2, "portal.login", 2.0, RENEWAL)
REQUEST = Span(3, "synergia.request", 3.0, LOGIN)


def test_what_lies_within_is_told_before_it(telemetry: Telemetry) -> None:
    telemetry.hook(Event("info", "synergia.request.success", {"method": "GET"}, 4.0, REQUEST))
    telemetry.hook(Event("info", "portal.login.success", {}, 5.0, LOGIN))
    telemetry.hook(Event("debug", "session.refresh.start", {"slot": "portal"}, 1.0, RENEWAL))
    telemetry.hook(Event("info", "session.refresh.success", {"slot": "portal"}, 6.0, RENEWAL))
    request, login, renewal = telemetry.spans
    assert [span.parent and span.parent.span_id for span in (request, login, renewal)] == [
        _id(login),
        _id(renewal),
        None,
    ]
    assert [(span.start_time, span.end_time) for span in (request, login, renewal)] == [
        (3_000_000_000, 4_000_000_000),
        (2_000_000_000, 5_000_000_000),
        (1_000_000_000, 6_000_000_000),
    ]


def test_what_was_broken_off_ends_with_what_it_was_in(telemetry: Telemetry) -> None:
    other = Span(9, "web.login", 2.0)
    for span in (other, RENEWAL, LOGIN):
        telemetry.hook(Event("debug", f"{span.name}.start", {}, span.at, span))
    telemetry.hook(Event("debug", "session.refresh.abandoned", {}, 1.5, RENEWAL))
    renewal, login = telemetry.spans
    assert (renewal.name, dict(renewal.attributes or {})) == ("session.refresh", {"error.type": "abandoned"})
    assert (login.name, login.start_time, login.end_time) == ("portal.login", 2_000_000_000, 2_000_000_000)


def test_what_happens_meanwhile_is_an_event_of_the_span(telemetry: Telemetry) -> None:
    telemetry.hook(Event("warn", "portal.tokens.resent", {}, 1.5, RENEWAL))
    telemetry.hook(Event("debug", "session.refresh.reused", {"slot": "web"}, 1.6))
    telemetry.hook(Event("info", "session.refresh.success", {}, 2.0, RENEWAL))
    telemetry.hook(Event("warn", "portal.tokens.resent", {}, 3.0, RENEWAL))
    (renewal,) = telemetry.spans
    assert [(event.name, event.timestamp) for event in renewal.events] == [
        ("portal.tokens.resent", 1_500_000_000)
    ]


def test_a_failure_of_unknown_cause_has_the_type_for_that(telemetry: Telemetry) -> None:
    telemetry.hook(Event("warn", "web.extend.failure", {}, 2.0, Span(1, "web.extend", 1.0)))
    (span,) = telemetry.spans
    assert dict(span.attributes or {}) == {"error.type": "_OTHER"}


def test_what_never_ends_is_forgotten_one_day(telemetry: Telemetry) -> None:
    def begin(number: int) -> None:
        telemetry.hook(Event("debug", "session.refresh.start", {}, 1.0, Span(number, "session.refresh", 1.0)))
        request = Span(-number, "synergia.request", 1.0)
        telemetry.hook(Event("warn", "synergia.retry", {}, 1.0, request))

    for number in range(1, _MOST_KEPT + 2):
        begin(number)
    telemetry.hook(Event("info", "synergia.request.success", {}, 2.0, Span(-1, "synergia.request", 1.0)))
    telemetry.hook(Event("info", "synergia.request.success", {}, 2.0, Span(-2, "synergia.request", 1.0)))
    assert [len(span.events) for span in telemetry.spans] == [0, 1]
