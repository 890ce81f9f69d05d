"""Events: frozen, handed to hooks, held back while something is under way, never in the way."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import dataclasses
import logging
import multiprocessing
import pickle
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from types import MappingProxyType
from typing import Any

import pytest

from librus_sdk import AsyncLibrusSession, Event, LibrusSession, to_logger
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.events import Emitter, EventHook, Span, format_event
from librus_sdk.secret import Secret
from librus_sdk.simulator import Simulator

AT = 1_774_600_000.0
REUSED = "session.refresh.reused"


def emitting(hooks: EventHook | Sequence[EventHook] | None) -> Emitter:
    return Emitter(hooks, lambda: AT)


def tell(emitter: Emitter, slot: str) -> None:
    emitter("debug", REUSED, {"slot": slot})


def slots_to(seen: list[object]) -> EventHook:
    return lambda event: seen.append(event.fields["slot"])


def test_an_event_reaches_the_hook_at_once() -> None:
    seen: list[Event] = []
    tell(emitting(seen.append), "child")
    assert seen == [Event("debug", REUSED, {"slot": "child"}, at=AT)]


def test_an_event_is_frozen_with_its_fields() -> None:
    seen: list[Event] = []
    fields: dict[str, object] = {"slot": "child"}
    emitting(seen.append)("debug", REUSED, fields)
    fields["slot"] = "web"
    (event,) = seen
    assert event.fields == {"slot": "child"}
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.name = "c"  # type: ignore[misc]
    with pytest.raises(TypeError):
        event.fields["slot"] = 1  # type: ignore[index]


@pytest.mark.parametrize("nobody", [None, (), []])
def test_nobody_listens(nobody: Any) -> None:
    emitter = emitting(nobody)
    with emitter.operation(), emitter.held():
        tell(emitter, "child")


def test_several_hooks_hear_the_same() -> None:
    first, second = list[Event](), list[Event]()
    tell(emitting([first.append, second.append]), "child")
    assert first == second
    assert first[0] is second[0]


def test_a_hook_that_raises_is_not_in_the_way() -> None:
    before, after = list[object](), list[object]()

    def broken(event: Event) -> None:
        before.append(event.fields["slot"])
        raise RuntimeError("broken")

    emitter = emitting((broken, slots_to(after)))
    tell(emitter, "web")
    with emitter.held():
        tell(emitter, "child")
        tell(emitter, "portal")
    assert before == after == ["web", "child", "portal"]


def test_a_broken_hook_breaks_neither_the_read_nor_the_other_hooks(librus_simulator: Simulator) -> None:
    heard: list[str] = []

    def broken(_event: Event) -> None:
        raise ZeroDivisionError

    hooks = [broken, lambda event: heard.append(event.name)]
    with LibrusSession(librus_simulator.credentials, hosts=librus_simulator.hosts, on_event=hooks) as session:
        assert session.list_children()
    assert {"portal.login.success", "session.refresh.success"} <= set(heard)


@pytest.mark.parametrize("hooks", ["no", 5, [print, None], [[print]]])
def test_what_is_no_hook_is_refused_before_anything_is_sent(hooks: Any, librus_simulator: Simulator) -> None:
    with pytest.raises(LibrusConfigurationError, match=r"^on_event must be a function"):
        LibrusSession(librus_simulator.credentials, hosts=librus_simulator.hosts, on_event=hooks)


async def _written_for_asyncio(_event: Event) -> None: ...


class _AwaitedWhenCalled:
    async def __call__(self, _event: Event) -> None: ...


@pytest.mark.parametrize(
    "hook",
    [
        _written_for_asyncio,
        partial(_written_for_asyncio),
        _AwaitedWhenCalled(),
        [print, _written_for_asyncio],
    ],
    ids=["function", "partial", "object", "in a list"],
)
def test_a_hook_that_nobody_would_await_is_refused(hook: Any, librus_simulator: Simulator) -> None:
    for session in (LibrusSession, AsyncLibrusSession):
        with pytest.raises(LibrusConfigurationError, match="nobody awaits an async def"):
            session(librus_simulator.credentials, hosts=librus_simulator.hosts, on_event=hook)


def test_an_interrupt_in_a_hook_is_no_broken_hook() -> None:
    def hook(_event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tell(emitting(hook), "child")


def test_events_of_a_block_come_when_it_is_over() -> None:
    seen: list[object] = []
    emitter = emitting(slots_to(seen))
    with emitter.held():
        tell(emitter, "portal")
        with emitter.held():
            tell(emitter, "web")
            assert seen == []
        assert seen == ["web"], "the inner block is over"
        tell(emitter, "child")
    assert seen == ["web", "portal", "child"]


def test_a_nested_block_leaves_its_events_to_the_outer_one() -> None:
    seen: list[object] = []
    emitter = emitting(slots_to(seen))
    with emitter.held():
        tell(emitter, "portal")
        with emitter.held(nested=True):
            tell(emitter, "web")
        assert seen == []
    assert seen == ["portal", "web"]


def test_they_come_even_when_the_block_fails() -> None:
    seen: list[object] = []
    emitter = emitting(slots_to(seen))

    def fail() -> None:
        with emitter.held():
            tell(emitter, "web")
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    assert seen == ["web"]
    tell(emitter, "child")
    assert seen == ["web", "child"]


def test_a_block_holds_back_its_own_threads_events_only() -> None:
    seen: list[object] = []
    emitter = emitting(slots_to(seen))
    with emitter.held():
        other = threading.Thread(target=tell, args=(emitter, "web"))
        other.start()
        other.join()
        assert seen == ["web"]


# --- what belongs together ----------------------------------------------------------------------------------


class Told:
    """Events of something that happens, with a clock that counts them."""

    def __init__(self) -> None:
        self.seen: list[Event] = []
        self.now = 0.0
        self.emitter = Emitter(self.seen.append, self._wall)

    def _wall(self) -> float:
        self.now += 1.0
        return self.now

    def tell(self, name: str) -> Event:
        """Tell it, and return the event."""
        self.emitter("debug", name, {})
        return self.seen[-1]

    def span(self, name: str) -> Span:
        span = self.tell(name).span
        assert span is not None
        return span


@pytest.fixture
def told() -> Told:
    return Told()


def apart(test: Callable[[], object]) -> None:
    """Run it where nothing has begun: what a test begins is no other test's business."""
    contextvars.Context().run(test)


def pickled(event: Event, protocol: int) -> Event:
    arrived = pickle.loads(pickle.dumps(event, protocol))
    assert isinstance(arrived, Event)
    return arrived


TRIPS: dict[str, Callable[[Event], Event]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{
        f"pickle_{number}": partial(pickled, protocol=number) for number in range(pickle.HIGHEST_PROTOCOL + 1)
    },
}


@pytest.mark.parametrize("trip", TRIPS)
def test_an_event_can_be_copied_and_pickled(trip: str, told: Told) -> None:
    """Its fields are read-only afterwards, too."""

    def scenario() -> None:
        told.tell("session.refresh.start")
        told.emitter("info", "store.adopted", {"slot": "child"})
        event = told.seen[-1]
        assert event.span is not None
        arrived = TRIPS[trip](event)
        assert arrived is not event
        assert (arrived, arrived.fields, arrived.span) == (event, {"slot": "child"}, event.span)
        assert hash(arrived) == hash(event)
        with pytest.raises(TypeError):
            arrived.fields["slot"] = 1  # type: ignore[index]
        plain = Event("info", "a.b", {"slot": "child"})
        assert TRIPS[trip](plain) == plain

    apart(scenario)


def test_an_event_goes_through_a_queue_of_processes() -> None:
    seen: list[Event] = []
    queue: Any = multiprocessing.get_context("spawn").SimpleQueue()
    with closing(queue):
        tell(emitting([seen.append, queue.put]), "child")
        assert not queue.empty()
        assert queue.get() == seen[0]


def test_equal_events_have_the_same_hash() -> None:
    one, same = (Event("info", "a.b", MappingProxyType({"slot": "child"}), AT) for _ in range(2))
    other = Event("info", "a.b", {"slot": "web"}, AT)
    assert {one, same, other, Event("info", "a.b", {"slot": "child"}, AT)} == {one, other}


def test_start_and_end_share_a_span_and_what_is_within_knows_it(told: Told) -> None:
    def scenario() -> None:
        renewal = told.span("session.refresh.start")
        assert renewal == Span(renewal.number, "session.refresh", 1.0, parent=None, attempt=1)
        login = told.span("portal.login.start")
        assert login.parent == renewal
        request = told.span("synergia.request.start")
        assert request.parent == login
        assert told.span("synergia.timeout") == request
        assert told.span("synergia.request.failure") == request
        assert told.span("portal.tokens.resent") == login
        assert told.span("portal.login.failure") == login
        assert told.span("session.refresh.failure") == renewal
        assert told.tell(REUSED).span is None
        assert len({span.number for span in (renewal, login, request)}) == 3

    apart(scenario)


def test_attempts_of_one_read_share_a_number(told: Told) -> None:
    def scenario() -> None:
        first = told.span("synergia.request.start")
        assert told.span("synergia.request.failure") == first
        assert told.span("synergia.retry") == first
        # Between two attempts a credential may have to be renewed.
        told.span("session.refresh.start")
        inner = told.span("synergia.request.start")
        told.span("synergia.request.success")
        told.span("session.refresh.success")
        second = told.span("synergia.request.start")
        assert (second.number, second.attempt, second.at) == (first.number, 2, 7.0 + 1.0)
        assert told.span("synergia.request.success") == second
        other = told.span("synergia.request.start")
        assert len({first.number, inner.number, other.number}) == 3
        assert other.attempt == 1

    apart(scenario)


def test_a_retry_of_nothing_belongs_to_nothing(told: Told) -> None:
    def scenario() -> None:
        assert told.tell("synergia.retry").span is None

    apart(scenario)


def test_what_was_broken_off_is_left_with_what_it_was_in(told: Told) -> None:
    def scenario() -> None:
        renewal = told.span("session.refresh.start")
        told.tell("portal.login.start")
        told.tell("synergia.request.start")
        assert told.span("session.refresh.abandoned") == renewal
        assert told.span("synergia.request.start").parent is None

    apart(scenario)


def test_an_end_without_a_start_belongs_to_what_is_under_way(told: Told) -> None:
    def scenario() -> None:
        assert told.tell("web.login.success").span is None
        renewal = told.span("session.refresh.start")
        assert told.span("web.login.success") == renewal

    apart(scenario)


def test_an_operation_leaves_nothing_begun_behind(told: Told) -> None:
    def scenario() -> None:
        outer = told.span("session.refresh.start")
        with told.emitter.operation():
            assert told.span("synergia.request.start").parent is None
        assert told.span("synergia.request.start").parent == outer

    apart(scenario)


def test_a_coroutine_that_is_thrown_away_is_no_trouble(told: Told) -> None:
    class Answer:
        def __await__(self) -> Generator[None, None, None]:
            yield

    async def call() -> None:
        with told.emitter.operation():
            await Answer()

    coroutine = call()
    contextvars.Context().run(coroutine.send, None)
    coroutine.close()
    assert told.tell(REUSED).span is None


def test_a_renewal_flown_as_a_task_is_part_of_what_needed_it(told: Told) -> None:
    async def inner() -> Span:
        span = told.span("session.refresh.start")
        told.tell("session.refresh.success")
        return span

    async def scenario() -> None:
        outer = told.span("session.refresh.start")
        assert (await asyncio.create_task(inner())).parent == outer
        assert told.span("session.refresh.success") == outer

    asyncio.run(scenario())


# --- as a line ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "a.b"),
        ({"status": 200, "ok": True, "delay": 1.5}, "a.b status=200 ok=true delay=1.5"),
        ({"message": 'żółw "x"\n'}, 'a.b message="żółw \\"x\\"\\n"'),
        ({"missing": None, "empty": ""}, 'a.b empty=""'),
        ({"list": [1, "x"]}, 'a.b list=[1, "x"]'),
        ({"box": Secret("open&sesame")}, "a.b box=\"Secret('********')\""),
        ({"endpoint": "https://a/b", "path": "/b"}, 'a.b endpoint="https://a/b" path="/b"'),
    ],
)
def test_an_event_as_a_line(fields: dict[str, Any], line: str) -> None:
    assert format_event(Event("info", "a.b", fields)) == line


def test_a_line_says_what_the_event_belongs_to() -> None:
    outer = Span(7, "session.refresh", 1.0)
    inner = Span(8, "portal.login", 2.0, outer)
    assert format_event(Event("info", "a.b", {"status": 200}, 2.5, outer)) == "a.b status=200 span=7"
    assert format_event(Event("info", "a.b", {}, 2.5, inner)) == "a.b span=8 parent=7"


@pytest.mark.parametrize("logger", [3, None, "a.program", print, logging])
def test_what_is_no_logger_is_refused(logger: Any) -> None:
    with pytest.raises(LibrusConfigurationError, match=r"^logger must be a logging\.Logger\.$"):
        to_logger(logger)


def test_an_adapter_is_a_logger_too(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        to_logger(logging.LoggerAdapter(logging.getLogger("a.program"), {}))(Event("info", "a.b", {}))
    assert [record.getMessage() for record in caplog.records] == ["a.b"]


@pytest.mark.parametrize(
    ("level", "number"),
    [("debug", logging.DEBUG), ("info", logging.INFO), ("warn", logging.WARNING), ("error", logging.ERROR)],
)
def test_a_logger_gets_each_event_at_its_level(
    level: str, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        to_logger(logging.getLogger("a.program"))(Event(level, "a.b", {"share": "100%"}))
    (record,) = caplog.records
    assert (record.levelno, record.getMessage(), record.name) == (number, 'a.b share="100%"', "a.program")
    assert record.librus_event == "a.b"  # type: ignore[attr-defined]


def test_a_logger_that_does_not_listen_is_not_bothered(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_event: Event) -> str:
        raise AssertionError("formatted for nobody")

    monkeypatch.setattr("librus_sdk.events.format_event", never)
    logger = logging.getLogger("a.quiet.program")
    logger.setLevel(logging.ERROR)
    to_logger(logger)(Event("info", "a.b", {}))


def test_a_logger_is_told_besides_and_after_the_hooks(
    librus_simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[str, int]] = []
    sim = librus_simulator

    def heard(event: Event) -> None:
        seen.append((event.name, len(caplog.records)))

    logger = logging.getLogger("a.program")
    with caplog.at_level(logging.DEBUG, "a.program"):
        for hooks in (heard, [heard]):
            seen.clear()
            caplog.clear()
            with LibrusSession(sim.credentials, hosts=sim.hosts, on_event=hooks, logger=logger) as session:
                session.list_children()
            names = [record.librus_event for record in caplog.records]  # type: ignore[attr-defined]
            assert names
            assert seen == [(name, before) for before, name in enumerate(names)]
    with pytest.raises(LibrusConfigurationError, match="logger must be"):
        LibrusSession(sim.credentials, hosts=sim.hosts, on_event=heard, logger="a.program")  # type: ignore[arg-type]
