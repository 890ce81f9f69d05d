"""Identical reads in flight are sent once: on both shells, whatever comes between."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import pytest

from librus_sdk.errors import (
    API_REQUEST_FAILED,
    AUTH_REFRESH_FAILED,
    NETWORK_TIMEOUT,
    LibrusResponseValidationError,
    LibrusSchemaWarning,
    LibrusTimeoutError,
)
from librus_sdk.shells.limits import Limit
from librus_sdk.shells.sharing import Sendings
from tests.heart.conftest import prepared
from tests.heart.drivers import Caller, World
from tests.heart.test_cancellation import ENOUGH, MANY, Steps, cancelled, cut_short
from tests.heart.test_interrupts import ORPHANED_SOCKETS, Interrupt, interrupted, until_arrived_or_done


@pytest.fixture
def alike(make_world: Callable[..., World], shell: str) -> World:
    """A family whose identical reads are identical."""
    return shared(make_world(shell))


def shared(world: World) -> World:
    world.alike = True
    world.again()
    return prepared(world)


def sendings(world: World) -> Sendings:
    found: Sendings = world.session._shell._sendings
    return found


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch, watched: Any) -> None:
    """Who watches is told when somebody comes to wait, or goes."""
    for name in ("enter", "leave", "end"):
        monkeypatch.setattr(Sendings, name, watched._telling(getattr(Sendings, name)))


def waiting(world: World) -> int:
    return sum(len(sending.waiters) for sending in list(sendings(world)._under_way.values()))


def until_sharing(world: World, count: int) -> None:
    """Wait until so many wait for what others have sent."""
    world.watched.until(lambda: waiting(world) == count)


def until_waiting_or_done(world: World, first: Caller) -> None:
    """Wait until somebody waits for what the first has sent, or the first is done."""
    first.future.add_done_callback(lambda _: world.watched.tell())
    world.watched.until(lambda: first.done or waiting(world) == 1)


def crowd(world: World, gate: Any, read: Callable[[], Any], count: int = 5) -> list[Caller]:
    """So many callers of one read: the first stands at the gate, the others wait for it."""
    before = waiting(world)
    callers = [world.start(read)]
    gate.wait_arrived()
    callers += world.start_many(count - 1, read)
    until_sharing(world, before + count - 1)
    return callers


# --- one request for all ------------------------------------------------------------------------------------


def test_five_identical_reads_are_one_request(alike: World) -> None:
    client, gate = alike.client(), alike.sim.hold("Grades")
    callers = crowd(alike, gate, client.grades.list)
    gate.release()
    answers = [caller.result() for caller in callers]
    assert all(list(answer) == list(answers[0]) for answer in answers)
    assert len({id(answer) for answer in answers}) == 5, "each has decoded for itself"
    assert alike.count("Grades") == 1
    assert sendings(alike).idle


def test_one_after_the_other_they_are_sent_each(alike: World) -> None:
    client = alike.client()
    assert all(alike.do(client.grades.list) for _ in range(3))
    assert alike.count("Grades") == 3


def test_clients_of_one_child_share_and_each_decodes_in_its_own_way(alike: World) -> None:
    lax, strict = alike.client(), alike.client(strict=True)
    alike.sim.fail("Grades", body={"Grades": [{"Id": "no number"}]})
    gate = alike.sim.hold("Grades")

    def warned() -> Any:
        with pytest.warns(LibrusSchemaWarning):
            return lax.grades.list()

    async def warned_async() -> Any:
        with pytest.warns(LibrusSchemaWarning):
            return await lax.grades.list()

    first = alike.start(warned if alike.driver.name == "threads" else warned_async)
    gate.wait_arrived()
    second = alike.start(strict.grades.list)
    until_sharing(alike, 1)
    gate.release()
    assert len(first.result().rejected) == 1
    assert isinstance(second.error(), LibrusResponseValidationError)
    assert alike.count("Grades") == 1


def test_the_profile_of_the_family_is_shared_too(alike: World) -> None:
    gate = alike.sim.hold("me")
    callers = crowd(alike, gate, alike.session.get_portal_me, 3)
    gate.release()
    assert len({caller.result().identifier for caller in callers}) == 1
    assert alike.count("me") == 1


# --- what is not the same -----------------------------------------------------------------------------------


def test_other_children_queries_and_options_do_not_share(alike: World) -> None:
    mine = alike.client()
    reads = [
        mine.grades.list,
        alike.client(1).grades.list,
        partial(mine.get, "Grades", {"page": 1}),
        alike.client(timeout_ms=12_345).grades.list,
        alike.client(timeout_total_ms=60_000).grades.list,
    ]
    gate = alike.sim.hold("Grades")
    callers = [alike.start(read) for read in reads]
    gate.wait_arrived(len(reads))
    gate.release()
    assert all(caller.result() for caller in callers)
    assert alike.count("Grades") == len(reads)
    assert alike.generations() == [1] * len(reads)
    tokens = {record.child_id for record in alike.sim.requests if record.endpoint == "Grades"}
    assert tokens == {child.id for child in alike.sim.children}


def test_what_is_sent_is_never_shared(alike: World) -> None:
    client = alike.client()
    gate = alike.sim.hold("ChangeRegister")
    callers = alike.start_many(2, client.changes.register)
    gate.wait_arrived(2)
    gate.release()
    assert len({caller.result().id for caller in callers}) == 2


@pytest.mark.parametrize("when", ["begun", "over"])
def test_a_read_after_a_write_is_not_answered_from_before_it(alike: World, when: str) -> None:
    client = alike.client()
    before, write = alike.sim.hold("Grades"), alike.sim.hold("ChangeRegister")
    early = alike.start(client.grades.list)
    before.wait_arrived()
    writer = alike.start(client.changes.register)
    write.wait_arrived()
    if when == "over":
        write.release()
        assert writer.result()
    late = alike.start(client.grades.list)
    before.wait_arrived(2)
    joined = alike.start(client.grades.list)
    until_sharing(alike, 1)
    write.release()
    before.release()
    assert all(caller.result() for caller in (early, late, joined, writer))
    assert alike.count("Grades") == 2


# --- retries, renewals, failures ---------------------------------------------------------------------------


def test_retries_and_the_renewal_are_shared(alike: World) -> None:
    (client,) = alike.dead()
    alike.sim.fail("Grades", status=503)
    gate = alike.sim.hold("Grades", times=1)
    callers = crowd(alike, gate, client.grades.list)
    gate.release()
    assert all(caller.result() for caller in callers)
    assert alike.statuses("Grades") == [503, 401, 200]
    assert alike.count("fresh") == 1


def test_a_failure_is_everybodys_and_each_has_an_error_of_their_own(alike: World) -> None:
    client = alike.client()
    alike.sim.fail("Grades", status=404)
    gate = alike.sim.hold("Grades")
    callers = crowd(alike, gate, client.grades.list)
    gate.release()
    errors = [caller.error() for caller in callers]
    assert {(error.code, error.details["status"]) for error in errors} == {(API_REQUEST_FAILED, 404)}
    assert len({id(error) for error in errors}) == len({id(error.details) for error in errors}) == 5
    assert alike.count("Grades") == 1
    assert alike.do(client.grades.list), "it is remembered by nobody"


def test_each_error_has_a_cause_of_its_own(alike: World) -> None:
    client = alike.client()
    assert alike.do(client.grades.list)
    alike.sim.reset_counts()
    alike.sim.fail("Grades", status=401, times=None)
    gate = alike.sim.hold("Grades", times=1)
    callers = crowd(alike, gate, client.grades.list, 3)
    gate.release()
    errors = [caller.error() for caller in callers]
    assert {error.code for error in errors} == {AUTH_REFRESH_FAILED}
    causes = [error.__cause__ for error in errors]
    assert [getattr(cause, "status", None) for cause in causes] == [401] * 3
    assert len({id(cause) for cause in causes}) == 3
    assert (alike.count("Grades"), alike.count("fresh")) == (2, 1)


# --- whoever goes -------------------------------------------------------------------------------------------


def test_a_cancelled_waiter_changes_nothing(make_world: Callable[..., World]) -> None:
    tasks = shared(make_world("tasks"))
    client, gate = tasks.client(), tasks.sim.hold("Grades")
    callers = crowd(tasks, gate, client.grades.list)
    callers[2].cancel()
    assert cancelled(callers.pop(2))
    until_sharing(tasks, 3)
    gate.release()
    assert all(caller.result() for caller in callers)
    assert tasks.count("Grades") == 1


def test_when_the_first_is_cancelled_exactly_one_takes_over(make_world: Callable[..., World]) -> None:
    tasks = shared(make_world("tasks"))
    client, gate = tasks.client(), tasks.sim.hold("Grades")
    callers = crowd(tasks, gate, client.grades.list)
    callers[0].cancel()
    assert cancelled(callers.pop(0))
    gate.wait_arrived(2)
    until_sharing(tasks, 3)
    gate.release()
    assert all(caller.result() for caller in callers)
    assert tasks.count("Grades") == 2


@pytest.mark.parametrize("victim", [0, 1, 2])
@pytest.mark.parametrize("dying", [False, True], ids=["alive", "dead token"])
def test_cancelling_one_of_three_anywhere(make_world: Callable[..., World], victim: int, dying: bool) -> None:
    tasks = shared(make_world("tasks"))
    client = tasks.client()
    for at in range(1, MANY):
        assert tasks.do(client.grades.list)
        if dying:
            tasks.sim.expire_child_tokens()
        tasks.sim.reset_counts()
        steps = Steps(at)
        read: Callable[[], Any] = client.grades.list
        started = [
            tasks.start(partial(cut_short, steps, read) if place == victim else read) for place in range(3)
        ]
        assert all(caller.result() for place, caller in enumerate(started) if place != victim)
        over = not cancelled(started[victim])
        assert sendings(tasks).idle
        assert tasks.count("Grades") <= 2 + 2 * dying
        assert tasks.count("fresh") <= 1
        if over and at >= ENOUGH:
            return
    raise AssertionError("it never came to its end")


@ORPHANED_SOCKETS
@pytest.mark.parametrize("part", range(2))
def test_an_interrupt_anywhere_in_the_first(make_world: Callable[..., World], part: int) -> None:
    """Every point in turn: whoever waits is served, and nothing is left behind."""
    threads = shared(make_world("threads"))
    client = threads.client()
    assert client.grades.list()
    shared_at = 0
    for at in range(1 + part, 3000, 2):
        threads.sim.reset_counts()
        gate = threads.sim.hold("Grades", at="response", times=1)
        interrupt = Interrupt(at)
        first = threads.start(partial(interrupt.run, client.grades.list))
        until_arrived_or_done(threads.sim, gate, first)
        second = threads.start(client.grades.list)
        until_waiting_or_done(threads, first)
        shared_at += waiting(threads)
        threads.sim.release("Grades")
        assert second.result(), interrupt.where
        over = not interrupted(first)
        assert threads.count("Grades") <= 2, interrupt.where
        assert sendings(threads).idle, interrupt.where
        assert not sendings(threads)._lock.locked(), interrupt.where
        if over:
            assert shared_at > 5
            return
    raise AssertionError("it never came to its end")


@pytest.mark.parametrize("place", [0, 1])
def test_an_interrupted_wait_changes_nothing(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    from librus_sdk.shells import threads as shell

    threads = shared(make_world("threads"))
    client, gate = threads.client(), threads.sim.hold("Grades")
    first = threads.start(client.grades.list)
    gate.wait_arrived()
    wait, turns = shell._Waiter.wait, iter(range(2))

    def waited(self: Any, seconds: float | None) -> Any:
        if next(turns) == place:
            raise KeyboardInterrupt
        return wait(self, seconds)

    monkeypatch.setattr(shell._Waiter, "wait", waited)
    one = threads.start(client.grades.list)
    threads.watched.until(lambda: one.done or waiting(threads) == 1)
    two = threads.start(client.grades.list)
    threads.watched.until(lambda: (one.done or two.done) and waiting(threads) == 1)
    gate.release()
    assert first.result()
    assert [interrupted(one), interrupted(two)] == [place == 0, place == 1]
    assert threads.count("Grades") == 1


def test_a_read_made_by_whoever_drives_that_very_read_does_not_wait_for_itself(
    make_world: Callable[..., World],
) -> None:
    """A signal handler runs in the middle of things, on the thread it interrupts."""
    threads = shared(make_world("threads"))
    client = threads.client()
    nested: list[Any] = []

    def hook(event: Any) -> None:
        if event.name == "synergia.request.start" and not nested:
            nested.append(None)
            nested[0] = client.grades.list()

    threads.session = threads.new_session(on_event=hook)
    client = threads.client()
    nested.clear()
    assert threads.do(client.grades.list)
    assert nested[0]
    assert sendings(threads).idle


def test_a_waiter_has_no_more_time_than_it_was_given(alike: World) -> None:
    hasty = alike.client(timeout_total_ms=150)
    gate = alike.sim.hold("Grades")
    first = alike.start(hasty.grades.list)
    gate.wait_arrived()
    second = alike.start(hasty.grades.list)
    for caller in (first, second):
        error = caller.error()
        assert isinstance(error, LibrusTimeoutError)
        assert (error.code, error.whole_call, error.details["timeout_ms"]) == (NETWORK_TIMEOUT, True, 150)
    assert sendings(alike).idle
    gate.release()


def test_who_has_no_time_left_hands_over_to_who_has(alike: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each was given as much, and the first has used up most of it."""
    client = alike.client(timeout_total_ms=60_000)
    of_call, calls = Limit.of_call, count()

    def begun(timeout_ms: int, total_ms: int | None) -> Limit:
        limit = of_call(timeout_ms, total_ms)
        return limit if next(calls) else replace(limit, deadline=time.monotonic() + 5)

    monkeypatch.setattr(Limit, "of_call", begun)
    alike.sim.fail("Grades", status=503, retry_after=10)
    gate = alike.sim.hold("Grades", times=1)
    first, *others = crowd(alike, gate, client.grades.list, 3)
    gate.release()
    error = first.error()
    assert isinstance(error, LibrusTimeoutError)
    assert error.whole_call
    assert getattr(error.__cause__, "status", None) == 503
    assert all(caller.result() for caller in others)
    assert alike.count("Grades") == 2


def test_who_waits_goes_when_its_own_time_is_over(alike: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = alike.client(timeout_total_ms=60_000)
    of_call, calls = Limit.of_call, count()

    def begun(timeout_ms: int, total_ms: int | None) -> Limit:
        limit = of_call(timeout_ms, total_ms)
        return replace(limit, deadline=time.monotonic() + 0.1) if next(calls) == 1 else limit

    monkeypatch.setattr(Limit, "of_call", begun)
    gate = alike.sim.hold("Grades")
    first = alike.start(client.grades.list)
    gate.wait_arrived()
    error = alike.fails(client.grades.list)
    assert isinstance(error, LibrusTimeoutError)
    assert (error.whole_call, error.details["timeout_ms"]) == (True, 60_000)
    assert not first.done
    gate.release()
    assert first.result()
    assert alike.count("Grades") == 1


def test_closing_ends_the_first_and_with_it_all(alike: World) -> None:
    (client,) = alike.dead()
    fresh = alike.sim.hold("fresh")
    first = alike.start(client.grades.list)
    fresh.wait_arrived()
    others = alike.start_many(2, client.grades.list)
    until_sharing(alike, 2)
    closing = alike.start(alike.session.close)
    fresh.release()
    closing.result()
    outcomes = [caller.future.exception(20) for caller in (first, *others)]
    # The first has its token, and either its data or the news that the session is closed; so have the others.
    assert len({getattr(error, "code", None) for error in outcomes}) == 1
    assert sendings(alike).idle


def test_loops_do_not_wait_for_each_other(make_world: Callable[..., World]) -> None:
    tasks = shared(make_world("tasks"))
    client, gate = tasks.client(), tasks.sim.hold("Grades")
    here = tasks.start(client.grades.list)
    gate.wait_arrived()
    there: list[Any] = []
    other = threading.Thread(target=lambda: there.append(asyncio.run(client.grades.list())))
    other.start()
    gate.wait_arrived(2)
    gate.release()
    other.join(20)
    assert there[0]
    assert here.result()
