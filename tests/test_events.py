"""Events: frozen, handed to one hook, held back while something is under way, never in the way."""

from __future__ import annotations

import dataclasses
import logging
import threading
from typing import Any

import pytest

from librus_sdk import Event, to_logger
from librus_sdk.events import Emitter, EventHook, format_event
from librus_sdk.secret import Secret


def emitting(hook: EventHook | None) -> Emitter:
    return Emitter(hook, lambda: 1_774_600_000.0)


def test_an_event_reaches_the_hook_at_once() -> None:
    seen: list[Event] = []
    emitting(seen.append)("info", "a.b", {"status": 200})
    assert seen == [Event("info", "a.b", {"status": 200}, at=1_774_600_000.0)]


def test_an_event_is_frozen_with_its_fields() -> None:
    seen: list[Event] = []
    fields: dict[str, object] = {"status": 200}
    emitting(seen.append)("info", "a.b", fields)
    fields["status"] = 500
    (event,) = seen
    assert event.fields == {"status": 200}
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.name = "c"  # type: ignore[misc]
    with pytest.raises(TypeError):
        event.fields["status"] = 1  # type: ignore[index]


def test_nobody_listens() -> None:
    emitter = emitting(None)
    with emitter.held():
        emitter("info", "a", {})


def test_a_hook_that_raises_is_not_in_the_way() -> None:
    seen: list[str] = []

    def hook(event: Event) -> None:
        seen.append(event.name)
        raise RuntimeError("broken")

    emitter = emitting(hook)
    emitter("info", "a", {})
    with emitter.held():
        emitter("info", "b", {})
        emitter("info", "c", {})
    assert seen == ["a", "b", "c"]


def test_an_interrupt_in_a_hook_is_no_broken_hook() -> None:
    def hook(_event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        emitting(hook)("info", "a", {})


def test_events_of_a_block_come_when_it_is_over() -> None:
    seen: list[str] = []
    emitter = emitting(lambda event: seen.append(event.name))
    with emitter.held():
        emitter("info", "a", {})
        with emitter.held():
            emitter("info", "b", {})
            assert seen == []
        assert seen == ["b"], "the inner block is over"
        emitter("info", "c", {})
    assert seen == ["b", "a", "c"]


def test_they_come_even_when_the_block_fails() -> None:
    seen: list[str] = []
    emitter = emitting(lambda event: seen.append(event.name))

    def fail() -> None:
        with emitter.held():
            emitter("info", "a", {})
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    assert seen == ["a"]
    emitter("info", "b", {})
    assert seen == ["a", "b"]


def test_a_block_holds_back_its_own_threads_events_only() -> None:
    seen: list[str] = []
    emitter = emitting(lambda event: seen.append(event.name))
    with emitter.held():
        other = threading.Thread(target=emitter, args=("info", "other", {}))
        other.start()
        other.join()
        assert seen == ["other"]


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "a.b"),
        ({"status": 200, "ok": True, "delay": 1.5}, "a.b status=200 ok=true delay=1.5"),
        ({"message": 'żółw "x"\n'}, 'a.b message="żółw \\"x\\"\\n"'),
        ({"missing": None, "empty": ""}, 'a.b empty=""'),
        ({"list": [1, "x"]}, 'a.b list=[1, "x"]'),
        ({"box": Secret("open&sesame")}, "a.b box=\"Secret('********')\""),
    ],
)
def test_an_event_as_a_line(fields: dict[str, Any], line: str) -> None:
    assert format_event(Event("info", "a.b", fields)) == line


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
