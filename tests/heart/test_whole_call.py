"""The limit of a whole call: it holds in every queue and pause, and ends no renewal that others wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from librus_sdk.errors import NETWORK_TIMEOUT, LibrusCredentialsError, LibrusSdkError, LibrusTimeoutError
from librus_sdk.settings import RetryPolicy
from librus_sdk.shells.clock import Clock
from tests.heart.drivers import World
from tests.heart.letters import SEND, Letters
from tests.heart.stores import MemoryStore

SHORT_MS = 150
LONG_MS = 60_000


def is_over(
    error: LibrusSdkError, total_ms: int = SHORT_MS, waited_for: str | None = None
) -> LibrusTimeoutError:
    """The error, which must be that of the whole call; ``waited_for`` where its turn did not come."""
    assert isinstance(error, LibrusTimeoutError)
    assert (error.code, error.whole_call) == (NETWORK_TIMEOUT, True)
    assert set(error.details) - {"waited_for"} == {"endpoint", "timeout_ms"}
    assert error.details.get("waited_for") == waited_for
    assert error.details["timeout_ms"] == total_ms
    assert "timeout_total_ms" in error.message
    return error


def test_it_bounds_an_attempt_that_has_more_time_of_its_own(world: World) -> None:
    client, gate = world.client(timeout_total_ms=SHORT_MS), world.sim.hold("Grades")
    error = is_over(world.fails(client.grades.list))
    assert error.details["endpoint"].endswith("/Grades")
    gate.release()


def test_an_attempt_that_has_less_ends_as_ever(world: World) -> None:
    client, gate = world.client(timeout_ms=30, timeout_total_ms=LONG_MS), world.sim.hold("Grades")
    error = world.fails(client.grades.list)
    assert isinstance(error, LibrusTimeoutError)
    assert (error.whole_call, error.details["timeout_ms"]) == (False, 30)
    gate.release()


def test_the_session_can_set_it_for_all(world: World) -> None:
    world.again(timeout_total_ms=SHORT_MS, flight_timeout_s=20.0)
    gate = world.sim.hold("login")
    is_over(world.fails(world.session.list_children))
    gate.release()
    world.until_settled("portal")
    assert world.slot("portal").peek().grant is not None, "the sign-in went on"


def test_it_bounds_standing_in_line(world: World) -> None:
    world.again(max_concurrency=1)
    patient, hasty = world.client(), world.client(timeout_total_ms=SHORT_MS)
    gate = world.sim.hold("Grades")
    first = world.start(patient.grades.list)
    gate.wait_arrived()
    error = is_over(world.fails(hasty.grades.list), waited_for="concurrency")
    assert "(max_concurrency)" in error.message
    gate.release()
    assert first.result()
    assert world.count("Grades") == 1
    assert world.do(hasty.grades.list), "the place is free again"


@pytest.mark.parametrize("refused", [False, True], ids=["first", "after a refusal"])
def test_a_pause_it_has_no_time_for_is_not_begun(world: World, refused: bool) -> None:
    client = world.client(timeout_total_ms=20_000)
    if refused:
        world.sim.expire_child_tokens()
    world.sim.fail("Grades", status=503, retry_after=25, skip=int(refused))
    error = is_over(world.fails(client.grades.list), 20_000)
    assert not world.clock.slept
    assert getattr(error.__cause__, "status", None) == 503
    assert getattr(error.__cause__, "retry_after_s", None) == 25
    behind = None if error.__cause__ is None else error.__cause__.__cause__
    assert getattr(behind, "status", None) == (401 if refused else None)
    assert world.statuses("Grades") == ([401, 503] if refused else [503])


def test_a_retry_that_is_not_made_is_not_told_of(world: World) -> None:
    heard: list[str] = []
    world.again(on_event=lambda event: heard.append(event.name))
    client = world.client(timeout_total_ms=20_000)
    world.sim.fail("Grades", status=503, retry_after=25, times=2)
    world.fails(client.grades.list)
    assert "synergia.retry" not in heard
    world.clock.advance(60)
    assert world.do(world.client().grades.list)
    assert "synergia.retry" in heard


def test_a_flight_that_would_be_over_by_then_begins_no_pause(world: World) -> None:
    world.again(flight_timeout_s=20.0)
    (client,) = world.dead()
    world.sim.fail("fresh", status=503, retry_after=25, times=None)
    error = world.fails(client.grades.list)
    assert getattr(error, "status", None) == 503
    assert (world.count("fresh"), world.clock.slept) == (1, [])


def test_it_bounds_the_wait_for_a_renewal_and_not_the_renewal(world: World) -> None:
    """Also of who began it; the others get what it brings."""
    world.dead()
    hasty, patient = world.client(timeout_total_ms=SHORT_MS), world.client()
    fresh = world.sim.hold("fresh")
    first = world.start(hasty.grades.list)
    fresh.wait_arrived()
    other = world.start(patient.grades.list)
    error = is_over(first.error())
    assert error.details["endpoint"].endswith("/fresh/REDACTED")
    assert getattr(error.__cause__, "status", None) == 401
    assert not other.done
    fresh.release()
    assert other.result()
    assert world.count("fresh") == 1
    assert world.do(hasty.grades.list)


def test_with_it_a_helper_thread_flies(threads: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from librus_sdk.shells.threads import ThreadShell

    fly, flown_by = ThreadShell._fly, list[str]()

    def noted(self: ThreadShell, *flight: Any) -> None:
        flown_by.append(threading.current_thread().name)
        fly(self, *flight)

    monkeypatch.setattr(ThreadShell, "_fly", noted)
    (client,) = threads.dead()
    assert threads.do(client.grades.list)
    threads.sim.expire_child_tokens()
    assert threads.do(threads.client(timeout_total_ms=LONG_MS).grades.list)
    assert flown_by == ["caller", "librus-refresh"]


def test_nothing_is_renewed_for_a_call_that_is_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal came as the time ran out."""
    from librus_sdk.shells.limits import Left, Limit

    (client,) = world.dead()
    asked = iter([True])
    left = Limit.left

    def running_out(self: Limit) -> Left:
        found = left(self)
        return (
            found
            if next(asked, False) or self.total_ms is None
            else Left(0.0, self.total_ms, "timeout_total_ms")
        )

    hasty = world.client(timeout_total_ms=20_000, timeout_ms=30_000)
    monkeypatch.setattr(Limit, "left", running_out)
    error = is_over(world.fails(hasty.grades.list), 20_000)
    assert getattr(error.__cause__, "status", None) == 401
    assert (world.count("Grades"), world.count("fresh")) == (1, 0)
    del client


def test_a_call_that_is_over_sends_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from librus_sdk.shells.limits import Left, Limit

    client = world.client(timeout_total_ms=20_000)
    monkeypatch.setattr(Limit, "left", lambda _self: Left(0.0, 20_000, "timeout_total_ms"))
    is_over(world.fails(client.grades.list), 20_000)
    assert world.count("Grades") == 0


def test_it_counts_all_attempts_together(world: World) -> None:
    world.again(retry=RetryPolicy(max_attempts=3, base_delay_ms=0, max_delay_ms=0))
    client = world.client(timeout_total_ms=400)
    world.sim.fail("Grades", status=503, times=1)
    gate = world.sim.hold("Grades", times=2)
    caller = world.start(client.grades.list)
    gate.wait_arrived()
    gate.release(1)
    gate.wait_arrived(2)
    is_over(caller.error(), 400)
    gate.release()


# --- a store that hangs ------------------------------------------------------------------------------------


def latched(world: World, store: MemoryStore) -> Callable[..., Any]:
    """Return what opens clients of a session whose password was refused."""
    world.gateway(store=store)
    read = world.do(world.session.for_child).grades.list
    world.sim.change_web_password(world.sim.children[0].id)
    world.clock.advance(600.0)
    world.sim.end_web_session()
    assert isinstance(world.fails(read), LibrusCredentialsError)
    return lambda **options: world.do(lambda: world.session.for_child(**options)).grades.list


def test_it_bounds_the_look_whether_somebody_has_signed_in_elsewhere(cold: World) -> None:
    store = MemoryStore()
    reads = latched(cold, store)
    hasty, patient = reads(timeout_total_ms=SHORT_MS), reads(timeout_total_ms=LONG_MS)
    store.hangs["load"] = threading.Event()
    error = cold.fails(hasty)
    assert isinstance(error, LibrusTimeoutError)
    assert error.whole_call
    # Once that has hung for long no more looks are sent after it.
    asked = store.asked
    cold.clock.advance(60)
    assert isinstance(cold.fails(patient), LibrusCredentialsError)
    assert store.asked == asked
    store.hangs.pop("load").set()
    assert isinstance(cold.fails(reads()), LibrusCredentialsError)


def test_without_a_thread_to_be_had_the_call_looks_itself(
    cold: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    read = latched(cold, store)(timeout_total_ms=LONG_MS)
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "librus-store":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    asked = store.asked
    assert isinstance(cold.fails(read), LibrusCredentialsError)
    assert store.asked > asked


@pytest.mark.parametrize("what", ["claim", "load"])
def test_it_bounds_the_keeping_of_what_was_asked_for(cold: World, what: str) -> None:
    store, login = MemoryStore(), cold.sim.children[0].login
    hasty = cold.portal(store=store, timeout_total_ms=SHORT_MS, clock=Clock())
    store.hangs[what] = threading.Event()
    is_over(cold.fails(lambda: hasty.get_fresh_synergia_account(login)))
    assert not cold.sim.counts
    store.hangs.pop(what).set()
    # Its turn is given back.
    patient = cold.portal(store=store, clock=Clock())
    assert cold.do(lambda: patient.get_fresh_synergia_account(login)).login == login
    assert f"child:{cold.sim.children[0].id}" in store.document.entries


# --- what is sent once -------------------------------------------------------------------------------------


def test_a_message_that_may_have_left_is_unknown(cold: World) -> None:
    letters = Letters(cold)
    child = letters.sim.children[0].id
    hasty = cold.do(lambda: cold.session.for_child_wiadomosci(child, timeout_total_ms=1_500)).messages
    prepared = letters.prepared()
    letters.sim.fail(SEND, stall=True)
    delivery = cold.do(lambda: hasty.confirm(prepared))
    assert (delivery.outcome, delivery.reason) == ("unknown", "timeout")
    assert (letters.asked, len(letters.sent)) == (1, 1)


def test_a_message_that_stood_in_line_to_the_end_was_not_sent(cold: World) -> None:
    letters = Letters(cold, max_concurrency=1)
    child = letters.sim.children[0].id
    hasty = cold.do(lambda: cold.session.for_child_wiadomosci(child, timeout_total_ms=SHORT_MS)).messages
    prepared = letters.prepared()
    gate = letters.sim.hold("Grades")
    reading = cold.start(letters.client.grades.list)
    gate.wait_arrived()
    is_over(cold.fails(lambda: hasty.confirm(prepared)), waited_for="concurrency")
    gate.release()
    assert reading.result()
    assert (letters.asked, letters.sent) == (0, [])
