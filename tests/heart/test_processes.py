"""Sessions that outlive an event loop, serve several, or find themselves in a forked process."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from librus_sdk import AsyncLibrusSession, AsyncSynergiaApiClient
from librus_sdk.simulator import Simulator
from tests.heart.conftest import prepared
from tests.heart.drivers import SAFETY, TaskDriver, Watched, World

ROOT: Final = Path(__file__).parents[2]


async def first_client(session: AsyncLibrusSession, sim: Simulator) -> AsyncSynergiaApiClient:
    return await session.for_child(sim.children[0].id)


# --- event loops ------------------------------------------------------------------------------------------


def test_one_session_under_one_loop_after_another(sim: Simulator) -> None:
    session = AsyncLibrusSession(sim.credentials, hosts=sim.hosts)

    async def program() -> int:
        client = await first_client(session, sim)
        sim.expire_child_tokens()
        return len(await client.grades.list())

    lengths = {asyncio.run(program()) for _ in range(3)}
    assert len(lengths) == 1
    assert (sim.counts["login"], sim.counts["accounts"], sim.counts["fresh"]) == (1, 1, 3)
    asyncio.run(session.close())


def test_a_flight_cancelled_with_its_loop_leaves_nobody_waiting(sim: Simulator) -> None:
    """``asyncio.run`` cancels the tasks that are left when the program ends, flights among them."""
    session = AsyncLibrusSession(sim.credentials, hosts=sim.hosts)
    gate = sim.hold("fresh", times=1)

    async def impatient() -> None:
        client = await first_client(session, sim)
        sim.expire_child_tokens()
        reading = asyncio.create_task(client.grades.list())
        await gate.arrived()
        reading.cancel()
        await asyncio.wait([reading])
        assert reading.cancelled()

    asyncio.run(impatient())
    assert [slot.peek().flight for slot in session._account.slots()] == [None] * 4
    gate.release()

    async def patient() -> int:
        async with session:
            return len(await (await first_client(session, sim)).grades.list())

    assert asyncio.run(patient())
    assert sim.counts["fresh"] == 2


def test_a_loop_closed_over_its_flight_leaves_nobody_waiting() -> None:
    # In a process of its own: what such a loop leaves behind is swept up by Python whenever it likes to, with
    # complaints that would be another test's.
    command = [sys.executable, "-m", "tests.heart.abandoned"]
    run = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, encoding="utf-8")
    assert (run.returncode, run.stdout) == (0, "ok\n"), run.stderr


def two_loops(make_world: Callable[..., World]) -> tuple[World, TaskDriver]:
    return prepared(make_world("tasks")), TaskDriver()


def test_callers_of_two_loops_share_one_flight(make_world: Callable[..., World]) -> None:
    world, elsewhere = two_loops(make_world)
    (client,) = world.dead()
    fresh = world.sim.hold("fresh")
    here = world.start(client.grades.list)
    fresh.wait_arrived()
    there = elsewhere.spawn(client.grades.list)
    world.until_waiting(2)
    fresh.release()
    assert len(here.result()) == len(there.result())
    assert world.count("fresh") == 1
    elsewhere.spawn(world.session.close).result()
    elsewhere.stop()


def test_a_waiter_whose_loop_is_gone_holds_nobody_up(make_world: Callable[..., World]) -> None:
    world, elsewhere = two_loops(make_world)
    (client,) = world.dead()
    fresh = world.sim.hold("fresh")
    here = world.start(client.grades.list)
    fresh.wait_arrived()
    there = elsewhere.spawn(client.grades.list)
    world.until_waiting(2)
    # The loop stops for good with a waiter on it; what it holds open is closed from within it first.
    slot = world.slot()
    gone = [waiter for waiter in slot._waiters if waiter.future.get_loop() is elsewhere.loop]  # type: ignore[attr-defined]
    there.cancel()
    assert isinstance(there.problem(), asyncio.CancelledError)
    elsewhere.spawn(lambda: world.session._shell._home().move_out()).result()
    elsewhere.stop()
    slot._waiters[gone[0]] = slot.peek().flight
    fresh.release()
    assert here.result()
    slot.leave(gone[0])
    assert world.count("fresh") == 1


# --- fork -------------------------------------------------------------------------------------------------


def forked(program: Callable[[], Any]) -> Callable[[], Any]:
    """Run the program in a forked process; the function returned waits for what it returned."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python warns that a process with threads is forked: which is what this is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reading)
            try:
                answer = json.dumps(program())
            except BaseException as error:  # noqa: BLE001  (told to the parent)
                answer = json.dumps(f"{type(error).__name__}: {error}")
            os.write(writing, answer.encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)

    def outcome() -> Any:
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        os.waitpid(pid, 0)
        return json.loads(told)

    return outcome


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_fork_during_a_flight(world: World, watched: Watched) -> None:
    """The child process reads with a flight of its own; the parent's flight ends as if nothing had been."""
    (client,) = world.dead()
    fresh = world.sim.hold("fresh", times=1)
    leader = world.start(client.grades.list)
    fresh.wait_arrived()
    waiter = world.start(client.grades.list)
    world.until_waiting(2)
    flight = world.slot().peek().flight

    if world.driver.name == "threads":
        blocking = lambda: len(client.grades.list())  # noqa: E731
    else:

        async def reads() -> int:
            return len(await client.grades.list())

        blocking = lambda: asyncio.run(reads())  # noqa: E731

    # Nobody may hold the test's own lock in the moment of the fork.
    with watched.quiet():
        outcome = forked(blocking)
    answer = outcome()
    assert isinstance(answer, int), answer
    assert world.count("fresh") == 2
    assert world.slot().peek().flight is flight
    assert not leader.done
    assert not waiter.done

    fresh.release()
    assert len(leader.result()) == len(waiter.result()) == answer
    assert world.count("fresh") == 2
    assert world.slot().peek().flight is None


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.parametrize("what", ["standalone", "portal"])
def test_fork_with_a_client_of_its_own(world: World, watched: Watched, what: str) -> None:
    token = world.sim.token(world.sim.children[0].id)
    client = world.standalone(token) if what == "standalone" else world.portal()
    read = client.grades.list if what == "standalone" else client.get_me
    assert world.do(read)

    async def reads() -> bool:
        return bool(await read())

    with watched.quiet():
        outcome = forked(
            (lambda: bool(read())) if world.driver.name == "threads" else (lambda: asyncio.run(reads()))
        )
    assert outcome() is True
    assert world.do(read)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_lock_held_during_the_fork_is_not_held_in_the_child(threads: World, watched: Watched) -> None:
    client = threads.client()
    slot = threads.slot()
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with slot._lock, threads.session._account._lock:
            held.set()
            let_go.wait(SAFETY)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(SAFETY)

    def program() -> int:
        client_too = threads.session.for_child(threads.sim.children[0].id)
        return len(client.grades.list()) + len(client_too.grades.list())

    with watched.quiet():
        outcome = forked(program)
    answer = outcome()
    let_go.set()
    holder.join(SAFETY)
    assert answer == 2 * len(client.grades.list())
