"""Corners of the shells that a scenario comes to by luck only; here they are forced."""

from __future__ import annotations

import asyncio
import socket
import threading
import weakref
from typing import Any

import pytest

from librus_sdk.clients.bound import Bound
from librus_sdk.clients.doors import school_door
from librus_sdk.core.refresh import Start, Ticket
from librus_sdk.errors import INTERNAL_ERROR, NETWORK_ERROR, NETWORK_TIMEOUT
from librus_sdk.flows.steps import ask
from librus_sdk.settings import Hosts
from librus_sdk.shells import edge_tasks, edge_threads, fork
from librus_sdk.shells.clock import Clock
from librus_sdk.shells.slots import Flight
from tests.heart.drivers import SAFETY, World


def test_a_flight_that_was_dropped_meanwhile_still_hands_in_what_the_server_gave(world: World) -> None:
    (client,) = world.dead()
    world.clock.advance(1)
    minted = world.sim.hold("fresh", at="response")
    leader = world.start(client.grades.list)
    minted.wait_arrived()
    slot = world.slot()
    flight: Any = slot.peek().flight
    slot.release(flight)
    if world.driver.name == "tasks":
        # Its waiter decides again at once, and flies itself.
        minted.wait_arrived(2)
    minted.release()
    assert leader.result()
    world.until_settled()
    # A thread comes back to what it got; a task's waiter had not waited for that.
    assert world.count("fresh") == (1 if world.driver.name == "threads" else 2)
    assert slot.peek().grant.secret.reveal() == world.sim.token(world.sim.children[0].id)  # type: ignore[union-attr]


def test_a_failure_of_a_flight_that_was_dropped_meanwhile_is_nobodys(threads: World) -> None:
    (client,) = threads.dead()
    fresh = threads.sim.hold("fresh", times=1)
    threads.sim.fail("fresh", status=503, times=3)
    leader = threads.start(client.grades.list)
    fresh.wait_arrived()
    slot = threads.slot()
    flight: Any = slot.peek().flight
    slot.release(flight)
    fresh.release()
    assert leader.result(), "its own waiter decided again"
    assert threads.count("fresh") == 4, "three attempts of the first flight, and the second one's"


def test_asking_for_an_ageing_token_starts_its_renewal_too(world: World) -> None:
    client = world.client()
    world.clock.advance(7 * 3600)
    fresh = world.sim.hold("fresh")
    acquired = world.do(lambda: world.session._shell.run(ask(world.slot())))
    assert acquired.grant.generation == 1
    fresh.wait_arrived()
    fresh.release()
    world.until_generation(2)
    assert world.do(client.grades.list)
    assert world.count("fresh") == 1


def test_asking_for_an_ageing_token_when_no_thread_is_to_be_had(
    threads: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Exhausted(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    threads.clock.advance(7 * 3600)
    with monkeypatch.context() as patch:
        patch.setattr(threading, "Thread", Exhausted)
        acquired = threads.session._shell.run(ask(threads.slot()))
    assert acquired.grant.generation == 1
    assert threads.slot().peek().flight is None
    assert threads.count("fresh") == 0


def test_a_flight_whose_time_is_up_sends_nothing(cold: World) -> None:
    cold.again(flight_timeout_s=1e-9)
    error = cold.fails(cold.session.list_children)
    assert error.code == NETWORK_TIMEOUT
    assert error.details["timeout_ms"] == 1
    assert not cold.sim.counts


def test_nobody_answers_at_the_address(cold: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        cold.again(hosts=Hosts(portal=address, api=address))
        error = cold.fails(cold.session.list_children)
    assert error.code == NETWORK_ERROR
    assert error.details["reason"] == "connection refused"


def test_what_no_library_should_raise_does_not_leave_the_sdk_as_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.client()

    def broken(*_args: object) -> object:
        raise ZeroDivisionError("secret-text")

    for edge in (edge_threads, edge_tasks):
        monkeypatch.setattr(edge, "response_of", broken)
    error = world.fails(client.grades.list)
    assert error.code == INTERNAL_ERROR
    assert "ZeroDivisionError" in str(error)
    assert "secret-text" not in str(error)
    assert error.__cause__ is None


def test_an_interrupt_within_the_http_library_goes_on_without_its_frames(
    threads: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = threads.client()

    def pressed(*_args: object) -> object:
        raise KeyboardInterrupt from ValueError("secret-text")

    with monkeypatch.context() as patch:
        patch.setattr(edge_threads, "response_of", pressed)
        error = threads.start(client.grades.list).problem()
    assert type(error) is KeyboardInterrupt
    assert error.__cause__ is None
    assert error.__context__ is None
    assert threads.do(client.grades.list)


class _Witness:
    """Somebody who waits, and is never to hear of it."""

    def settle(self, outcome: object) -> None:
        raise AssertionError(outcome)


def test_after_a_fork_lock_flight_and_waiters_are_gone_and_the_grant_stays(world: World) -> None:
    """What happens in the child process, done here: the lock is held, and a flight is under way."""
    slot = world.slot()
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with slot._lock:
            held.set()
            let_go.wait(SAFETY)

    assert isinstance(slot.acquire(Ticket(), Flight(), mode="force", waiter=_Witness()), Start)
    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(SAFETY)
    grant = slot.peek().grant
    slot.after_fork()
    assert (slot.peek().flight, slot._waiters, slot.peek().grant) == (None, {}, grant)
    assert not slot._lock.locked()
    let_go.set()
    holder.join(SAFETY)
    slot.after_fork()
    assert slot.peek().grant is grant


def test_after_a_fork_everything_that_is_used_begins_anew(
    cold: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fork, "_living", weakref.WeakSet())
    session, portal, standalone = cold.new_session(), cold.portal(), cold.standalone("abc")
    assert len(fork._living) == 7, "three shells, a family, two portals, the look-ups of the lone client"
    assert not any(hasattr(thing, "after_fork") for thing in (session, portal, standalone)), "not for users"
    door = school_door(cold.sim.hosts)
    bound = Bound.to("a child's", session._account.parts, "api_v3", {"school": door})
    session._account._bounds["a child"] = bound
    locks = [session._account._lock, bound.tables._lock, standalone._bound.tables._lock]
    for lock in locks:
        lock.acquire()
    fork._after_fork()
    assert bound.tables.slots() == standalone._bound.tables.slots() == []
    assert session._account._lock is not locks[0]
    assert len(cold.do(session.list_children)) == 2
    assert cold.do(portal.get_me).identifier
    assert cold.fails(standalone.grades.list).details["status"] == 401


def test_after_a_fork_slots_keep_what_they_hold(world: World) -> None:
    client = world.client()
    subject = world.do(client.grades.list)[0].subject
    found = world.do(lambda: client.lookup.subject(subject))
    family = world.session._account
    slots = family.slots()
    grants = [slot.peek().grant for slot in slots]
    assert {slot.name for slot in slots} == {"Subjects", "child", "accounts", "portal"}
    for slot in slots:
        slot._lock.acquire()
    for owner in (family, family.core, client._bound.tables):
        owner.after_fork()
    assert not any(slot._lock.locked() for slot in slots)
    assert [slot.peek().grant for slot in slots] == grants
    assert world.do(lambda: client.lookup.subject(subject)) is found
    assert world.do(client.grades.list)


def test_the_real_clock_is_real() -> None:
    clock = Clock()
    before = clock.monotonic()
    clock.sleep(0)
    asyncio.run(clock.sleep_async(0))
    assert clock.monotonic() >= before
    assert clock.wall() > 1_700_000_000
    assert 0 <= clock.random() < 1
