"""Places, deadlines, the end of a session, and hooks that misbehave."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from librus_sdk.errors import NETWORK_TIMEOUT, SESSION_CLOSED
from librus_sdk.events import Event
from tests.heart.conftest import prepared
from tests.heart.drivers import World, first_done

# --- places -----------------------------------------------------------------------------------------------


def test_six_data_requests_are_in_flight_at_most(world: World) -> None:
    clients = [world.client(0), world.client(1)]
    gate = world.sim.hold("Grades")
    callers = [world.start(clients[number % 2].grades.list) for number in range(14)]
    for answered in range(len(callers) - 6):
        gate.wait_arrived(6 + answered)
        world.do(world.session.get_portal_me)  # goes its own way, and gives a seventh the time to arrive
        assert gate.held == 6
        gate.release(1)
    gate.release()
    assert all(caller.result() for caller in callers)
    assert world.count("Grades") == 14


def test_who_waits_for_a_refresh_takes_no_place_of_another_childs_reads(world: World) -> None:
    world.again(max_concurrency=2)
    mine, sibling = world.client(0), world.client(1)
    world.sim.expire_child_tokens(world.sim.children[0].id)
    fresh = world.sim.hold("fresh")
    callers = world.start_many(6, mine.grades.list)
    world.until_waiting(6)
    assert world.do(sibling.grades.list)
    assert not any(caller.done for caller in callers)
    fresh.release()
    assert all(caller.result() for caller in callers)


# --- time -------------------------------------------------------------------------------------------------


def test_a_flight_has_a_deadline_of_its_own(world: World) -> None:
    client = world.client()
    # Signing in was a flight too, and must not be hurried. From here on they are.
    world.sim.expire_child_tokens()
    object.__setattr__(world.session._account.parts.settings, "flight_timeout_s", 0.05)
    fresh = world.sim.hold("fresh")
    callers = world.start_many(3, client.grades.list)
    errors = [caller.error() for caller in callers]
    assert {error.code for error in errors} == {NETWORK_TIMEOUT}
    for error in errors:
        assert set(error.details) == {"endpoint", "timeout_ms"}
        assert error.details["endpoint"].endswith("/fresh/REDACTED")
        assert 0 < error.details["timeout_ms"] <= 50
    assert world.count("fresh") == 1
    fresh.release()


def test_a_callers_own_time_bounds_its_wait_and_not_the_flight(world: World) -> None:
    (patient,) = world.dead()
    hasty = world.client(timeout_ms=30)
    fresh = world.sim.hold("fresh")
    leader = world.start(patient.grades.list)
    fresh.wait_arrived()
    error = world.fails(hasty.grades.list)
    assert error.code == NETWORK_TIMEOUT
    assert error.details["endpoint"].endswith("/fresh/REDACTED")
    assert 0 < error.details["timeout_ms"] <= 30
    assert not leader.done
    fresh.release()
    assert leader.result()
    assert (world.count("fresh"), world.generations()) == (1, [1, 2])


def test_a_task_that_started_the_flight_may_run_out_of_time_too(tasks: World) -> None:
    (client,) = tasks.dead()
    refused = tasks.do(client.lucky_number.get)
    assert refused is not None
    tasks.sim.expire_child_tokens()
    fresh = tasks.sim.hold("fresh")
    other = tasks.start(client.grades.list)
    fresh.wait_arrived()
    hasty = tasks.client(timeout_ms=30)
    assert tasks.fails(hasty.grades.list).code == NETWORK_TIMEOUT
    fresh.release()
    assert other.result()


# --- the end ----------------------------------------------------------------------------------------------


def test_closing_waits_for_the_flight(world: World) -> None:
    (client,) = world.dead()
    minted = world.sim.hold("fresh", at="response")
    caller = world.start(client.grades.list)
    minted.wait_arrived()
    closing = world.start(world.session.close)
    world.until_waiting(2)
    assert not closing.done
    assert world.fails(client.lucky_number.get).code == SESSION_CLOSED, "no new call begins"
    minted.release()
    closing.result()
    # The waiter has its token, and either its data or the news that the session is closed.
    error = caller.future.exception(10)
    assert error is None or getattr(error, "code", "") == SESSION_CLOSED
    for operation in (
        client.grades.list,
        world.session.login,
        world.session.list_children,
        lambda: world.session.refresh_bearer_token(world.sim.children[0].id),
    ):
        assert world.fails(operation).code == SESSION_CLOSED
    assert world.count("fresh") == 1
    world.do(world.session.close)


def test_closing_without_patience_tells_the_waiters(world: World) -> None:
    world.again(close_grace_s=0)
    (client,) = world.dead()
    fresh = world.sim.hold("fresh")
    leader = world.start(client.grades.list)
    fresh.wait_arrived()
    waiters = world.start_many(3, client.grades.list)
    world.until_waiting(4)
    world.do(world.session.close)
    assert [waiter.error().code for waiter in waiters] == [SESSION_CLOSED] * 3
    fresh.release()
    assert leader.error().code == SESSION_CLOSED


def test_closing_a_session_that_was_never_used_does_nothing(cold: World) -> None:
    cold.do(cold.session.close)
    cold.do(cold.session.close)
    assert cold.fails(cold.session.list_children).code == SESSION_CLOSED
    assert not cold.sim.counts
    assert "CLOSED" in repr(cold.slot("portal"))


def test_closing_twice_at_once_is_closing(world: World) -> None:
    (client,) = world.dead()
    fresh = world.sim.hold("fresh")
    caller = world.start(client.grades.list)
    fresh.wait_arrived()
    closings = world.start_many(2, world.session.close)
    world.until_waiting(3)
    fresh.release()
    for closing in closings:
        closing.result()
    error = caller.future.exception(10)
    assert error is None or getattr(error, "code", "") == SESSION_CLOSED


# --- hooks ------------------------------------------------------------------------------------------------


def test_a_hook_that_raises_breaks_nothing(world: World) -> None:
    heard: list[str] = []

    def hook(event: Event) -> None:
        heard.append(event.name)
        raise ZeroDivisionError

    world.again(on_event=hook)
    (client,) = world.dead()
    assert world.do(client.grades.list)
    assert {"portal.login.success", "session.refresh.start", "session.refresh.success"} <= set(heard)


def test_a_hook_that_calls_the_session_after_a_refresh_does_not_deadlock(world: World) -> None:
    more: list[Any] = []
    inner: dict[str, Any] = {}

    def hook(event: Event) -> None:
        assert repr(world.session)
        inner["in"] = world.session.is_logged_in
        if event.name != "session.refresh.success" or event.fields["slot"] != "child" or more:
            return
        if world.driver.name == "threads":
            more.append(inner["client"].lucky_number.get())
        else:
            more.append(asyncio.get_running_loop().create_task(inner["client"].lucky_number.get()))

    world.again(on_event=hook, max_concurrency=1)
    (inner["client"],) = world.dead()
    callers = world.start_many(4, inner["client"].grades.list)
    assert all(caller.result() for caller in callers)
    assert len(more) == 1
    if world.driver.name == "tasks":
        more[0] = world.do(lambda: more[0])
    assert more[0] is not None
    assert world.count("fresh") == 1


def test_a_hook_is_told_who_could_use_a_refresh_it_had_not_asked_for(world: World) -> None:
    heard: list[Event] = []
    world.again(on_event=heard.append)
    (client,) = world.dead()
    refused = world.sim.hold("Grades", at="response", times=2)
    callers = world.start_many(2, client.grades.list)
    refused.wait_arrived(2)
    refused.release(1)
    first_done(callers).result()
    refused.release()
    for caller in callers:
        caller.result()
    names = [event.name for event in heard if event.fields.get("slot") == "child"]
    assert sorted(names) == ["session.refresh.reused", "session.refresh.start", "session.refresh.success"]


def test_a_hook_hears_nothing_of_a_refresh_before_its_waiters_are_served(world: World) -> None:
    """A hook that stops to think holds up nobody but its own thread."""
    thinking, think_on = threading.Event(), threading.Event()

    def hook(event: Event) -> None:
        if event.name == "session.refresh.success" and event.fields["slot"] == "child":
            assert world.slot().peek().flight is None
            assert world.slot().peek().generation == 2
            thinking.set()
            if world.driver.name == "threads":
                assert think_on.wait(10)

    world.again(on_event=hook)
    (client,) = world.dead()
    fresh = world.sim.hold("fresh")
    leader = world.start(client.grades.list)
    fresh.wait_arrived()
    waiter = world.start(client.grades.list)
    world.until_waiting(2)
    fresh.release()
    assert thinking.wait(10)
    assert waiter.result()
    think_on.set()
    assert leader.result()


def test_standalone_clients_keep_to_the_limit_too(world: World) -> None:
    client = world.standalone(world.sim.token(world.sim.children[0].id), max_concurrency=2)
    gate = world.sim.hold("Grades")
    callers = world.start_many(3, client.grades.list)
    gate.wait_arrived(2)
    world.do(world.session.get_portal_me)
    assert gate.held == 2
    gate.release()
    assert all(caller.result() for caller in callers)


@pytest.mark.parametrize("what", ["session", "portal", "standalone"])
def test_everything_that_opens_connections_is_a_context_manager(
    make_world: Callable[..., World], shell: str, what: str
) -> None:
    world = prepared(make_world(shell))
    if what == "session":
        thing = world.new_session()
        read = thing.get_portal_me
    elif what == "portal":
        thing = world.portal()
        read = thing.get_me
    else:
        thing = world.standalone(world.sim.token(world.sim.children[0].id))
        read = partial(thing.get, "Grades")

    def blocking() -> object:
        with thing as entered:
            assert entered is thing
            return read()

    async def awaiting() -> object:
        async with thing as entered:
            assert entered is thing
            return await read()

    assert world.do(blocking if shell == "threads" else awaiting)
    assert world.fails(read).code == SESSION_CLOSED
