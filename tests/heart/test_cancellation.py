"""Cancelling any caller at any point: the others are served, nothing hangs, the newest token is kept."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from librus_sdk.shells.slots import Slot
from tests.heart.drivers import Caller, World

MANY = 200
# An answer may come in one piece or in two, so the number of suspensions differs from run to run.
ENOUGH = 15


@dataclass
class Steps:
    """Runs a coroutine and cancels its task where it suspends for the n-th time."""

    at: int
    taken: int = 0

    @types.coroutine
    def run(self, inner: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
        task = asyncio.current_task()
        assert task is not None
        resume: Callable[[], Any] = partial(inner.send, None)
        while True:
            try:
                suspended = resume()
            except StopIteration as stop:
                return stop.value
            self.taken += 1
            if self.taken == self.at:
                task.cancel()
            try:
                sent = yield suspended
            except BaseException as error:  # noqa: BLE001  (thrown on, to be answered inside)
                resume = partial(inner.throw, error)
            else:
                resume = partial(inner.send, sent)


def cut_short(steps: Steps, operation: Callable[[], Any]) -> Any:
    return steps.run(operation())


def cancelled(caller: Caller) -> bool:
    error = caller.future.exception(20)
    assert error is None or isinstance(error, asyncio.CancelledError), repr(error)
    return error is not None


def sweep(
    world: World, callers: int, victim: int, begin: Callable[[], Callable[[], Any]], refreshes: int = 1
) -> None:
    """Cancel the victim at its 1st, 2nd, … suspension, until it is done before."""
    for at in range(1, MANY):
        operation = begin()
        steps = Steps(at)
        started = [
            world.start(partial(cut_short, steps, operation) if place == victim else operation)
            for place in range(callers)
        ]
        others = [caller for place, caller in enumerate(started) if place != victim]
        assert all(caller.result() for caller in others)
        if not cancelled(started[victim]):
            assert steps.taken < at
            if at >= ENOUGH:
                return
        check(world, refreshes)
    raise AssertionError("it never came to its end")


def quiet(slot: Slot) -> bool:
    return slot.peek().flight is None and not slot._waiters


def check(world: World, refreshes: int) -> None:
    """The flight comes to its end without its caller, and the session has what the server gave last."""
    for slot in world.session._account.slots():
        world.watched.until(partial(quiet, slot))
    assert world.count("fresh") <= refreshes
    if world.count("fresh"):
        grant = world.slot().peek().grant
        assert grant is not None
        assert grant.secret.reveal() == world.sim.token(world.sim.children[0].id)


@pytest.mark.parametrize(("callers", "victim"), [(1, 0), (3, 0), (3, 1), (3, 2)])
def test_cancelling_a_reader_anywhere_while_the_token_is_renewed(
    tasks: World, callers: int, victim: int
) -> None:
    client = tasks.client()

    def begin() -> Callable[[], Any]:
        # A token that died without ever having worked would count towards a cooldown.
        assert tasks.do(client.grades.list)
        tasks.sim.expire_child_tokens()
        tasks.sim.reset_counts()
        reading: Callable[[], Any] = client.grades.list
        return reading

    sweep(tasks, callers, victim, begin)
    assert_all_places_are_free(tasks, client)


@pytest.mark.parametrize("victim", [0, 1, 2])
def test_cancelling_a_caller_anywhere_while_the_session_signs_in(tasks: World, victim: int) -> None:
    def begin() -> Callable[[], Any]:
        tasks.again()
        tasks.sim.reset_counts()
        listing: Callable[[], Any] = tasks.session.list_children
        return listing

    sweep(tasks, 3, victim, begin)
    assert tasks.count("login") == tasks.count("accounts") == 1


def test_cancelling_the_explicit_refresh_anywhere(tasks: World) -> None:
    child = tasks.sim.children[0]

    def begin() -> Callable[[], Any]:
        tasks.sim.reset_counts()
        return lambda: tasks.session.refresh_bearer_token(child.id)

    # Who comes when the first one's flight is over has one of their own.
    sweep(tasks, 2, 0, begin, refreshes=2)


def test_cancelling_everybody_leaves_the_flight_alone(tasks: World) -> None:
    (client,) = tasks.dead()
    fresh = tasks.sim.hold("fresh")
    callers = tasks.start_many(5, client.grades.list)
    tasks.until_waiting(5)
    fresh.wait_arrived()
    for caller in callers:
        caller.cancel()
    assert all(cancelled(caller) for caller in callers)
    assert not tasks.slot()._waiters
    fresh.release()
    tasks.until_generation(2)
    assert tasks.do(client.grades.list)
    assert tasks.count("fresh") == 1


def test_a_cancelled_pause_between_two_attempts_ends_at_once(
    tasks: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A retry waits on the clock; here the clock waits for ever."""
    pausing = asyncio.Event()

    async def for_ever(_seconds: float) -> None:
        tasks.watched.tell()
        pausing.set()
        await asyncio.Event().wait()

    client = tasks.client()
    monkeypatch.setattr(tasks.clock, "sleep_async", for_ever)
    tasks.sim.fail("Grades", status=503)
    caller = tasks.start(client.grades.list)
    tasks.watched.until(pausing.is_set)
    caller.cancel()
    assert cancelled(caller)
    assert tasks.count("Grades") == 1
    assert_all_places_are_free(tasks, client)


def test_closing_cancelled_while_it_waits_still_closes(tasks: World) -> None:
    (client,) = tasks.dead()
    fresh = tasks.sim.hold("fresh")
    waiter = tasks.start(client.grades.list)
    fresh.wait_arrived()
    closing = tasks.start(tasks.session.close)
    tasks.until_waiting(2)
    closing.cancel()
    assert cancelled(closing)
    assert waiter.error().code == "SESSION_CLOSED"


def assert_all_places_are_free(world: World, client: Any) -> None:
    gate = world.sim.hold("LuckyNumbers")
    callers = world.start_many(6, client.lucky_number.get)
    gate.wait_arrived(6)
    gate.release()
    for caller in callers:
        caller.result()
