"""Ctrl-C in a thread: whoever it hits goes, the others go on."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import librus_sdk
from librus_sdk.simulator import Simulator
from tests.ctrl_c import ctrl_c_interrupts
from tests.heart.conftest import prepared
from tests.heart.drivers import Caller, World

# A socket that was just opened when the interrupt came belongs to nobody yet; Python closes it, and says so.
ORPHANED_SOCKETS = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
PACKAGE = str(Path(librus_sdk.__file__).parent)
TRACED = tuple(f"{PACKAGE}/{floor}/" for floor in ("shells", "flows", "core"))
MANY = 3000


class Interrupt:
    """Runs an operation and raises KeyboardInterrupt at the n-th point of our code where one can arise.

    A real one arises where the interpreter looks for signals: when a function of ours is entered, and when a
    function written in C has returned to ours (a lock has been taken). The profiler's hook is called at just
    these points; what it raises there comes out of the call.
    """

    def __init__(self, at: int) -> None:
        self.at = at
        self.points = 0
        self.where = ""

    def run(self, operation: Callable[[], Any]) -> Any:
        sys.setprofile(self._profile)
        try:
            return operation()
        finally:
            sys.setprofile(None)

    def _profile(self, frame: FrameType, event: str, _argument: object) -> None:
        if event not in ("call", "c_return") or not frame.f_code.co_filename.startswith(TRACED):
            return
        self.points += 1
        if self.points == self.at:
            self.where = f"{event} in {frame.f_code.co_qualname}:{frame.f_lineno}"
            sys.setprofile(None)
            raise KeyboardInterrupt


def interrupted(caller: Caller) -> bool:
    error = caller.future.exception(20)
    assert error is None or type(error) is KeyboardInterrupt, repr(error)
    return error is not None


def until_arrived_or_done(sim: Simulator, gate: Any, caller: Caller) -> bool:
    """Wait until the caller stands at the gate, or is done without having come there."""
    caller.future.add_done_callback(lambda _: sim._watch.changed())
    sim._watch.wait(lambda: gate._arrived > 0 or caller.done, 20, lambda: "the caller")
    return bool(gate.arrived_count)


def until_two_wait_or_done(world: World, caller: Caller) -> bool:
    """Wait until two wait for the child's flight (the leader is one), or the caller is done."""
    slot = world.slot()
    caller.future.add_done_callback(lambda _: world.watched.tell())
    world.watched.until(lambda: caller.done or len(slot._waiters) == 2)
    return len(slot._waiters) == 2


@ORPHANED_SOCKETS
@pytest.mark.parametrize("part", range(4))
def test_an_interrupt_anywhere_in_the_leader(make_world: Callable[..., World], part: int) -> None:
    """Every point in turn, in four parts so that they can run side by side.

    A refresh whose sender is gone may reach Librus at any time: here it does not end the tokens of others.
    """
    threads = prepared(make_world("threads", revoke_on_refresh=False))
    client = threads.client()
    led = 0
    for at in range(1 + part, MANY, 4):
        threads.sim.expire_child_tokens()
        threads.sim.reset_counts()
        fresh = threads.sim.hold("fresh", at="response", times=1)
        interrupt = Interrupt(at)
        leader = threads.start(partial(interrupt.run, client.grades.list))
        arrived = until_arrived_or_done(threads.sim, fresh, leader)
        waiter = threads.start(client.grades.list)
        if arrived:
            led += until_two_wait_or_done(threads, leader)
        threads.sim.release("fresh")
        assert waiter.result(), interrupt.where
        over = not interrupted(leader)
        assert threads.count("fresh") <= 2, interrupt.where
        assert_nothing_is_left_behind(threads, interrupt.where)
        if over:
            assert led > 5
            return
    raise AssertionError("it never came to its end")


@ORPHANED_SOCKETS
@pytest.mark.parametrize("part", range(2))
def test_an_interrupt_anywhere_in_a_waiter(threads: World, part: int) -> None:
    client = threads.client()
    for at in range(1 + part, MANY, 2):
        threads.sim.expire_child_tokens()
        threads.sim.reset_counts()
        fresh = threads.sim.hold("fresh", times=1)
        leader = threads.start(client.grades.list)
        fresh.wait_arrived()
        interrupt = Interrupt(at)
        waiter = threads.start(partial(interrupt.run, client.grades.list))
        until_two_wait_or_done(threads, waiter)
        threads.sim.release("fresh")
        assert leader.result(), interrupt.where
        over = not interrupted(waiter)
        assert threads.count("fresh") == 1
        assert_nothing_is_left_behind(threads, interrupt.where)
        if over:
            assert at > 50
            return
    raise AssertionError("it never came to its end")


def assert_nothing_is_left_behind(world: World, where: str = "") -> None:
    for slot in world.session._account.slots():
        state = slot.peek()
        assert state.flight is None, where
        assert not slot._waiters, where
        assert not slot._lock.locked(), where
    grant = world.slot().peek().grant
    assert grant is not None
    assert grant.secret.reveal() in {world.sim.token(world.sim.children[0].id, n) for n in (-1, -2)}
    assert world.session._shell._places.free == 6, where


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a thread here")
def test_ctrl_c_in_the_main_thread_that_flies(threads: World) -> None:
    """The real signal: the main thread flies, another waits and takes over with a flight of its own."""
    (client,) = threads.dead()
    fresh = threads.sim.hold("fresh", at="response", times=1)
    took_over: list[Caller] = []

    def press() -> None:
        fresh.wait_arrived()
        took_over.append(threads.start(client.grades.list))
        threads.until_waiting(2)
        signal.pthread_kill(main, signal.SIGINT)

    main = threading.get_ident()
    assert threading.current_thread() is threading.main_thread()
    user = threading.Thread(target=press)
    with ctrl_c_interrupts():
        user.start()
        with pytest.raises(KeyboardInterrupt):
            client.grades.list()
    user.join(20)
    assert took_over[0].result()
    assert threads.generations() == [1, 3]
    assert threads.count("fresh") == 2, "exactly one takes over"
    assert_nothing_is_left_behind(threads)


def test_closing_interrupted_while_it_waits_still_closes(
    threads: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from librus_sdk.shells import threads as shell

    (client,) = threads.dead()
    fresh = threads.sim.hold("fresh")
    leader = threads.start(client.grades.list)
    fresh.wait_arrived()

    wait, presses = shell._Waiter.wait, [KeyboardInterrupt()]

    def waiting(self: shell._Waiter[Any], seconds: float) -> object:
        if presses:
            raise presses.pop()
        return wait(self, seconds)

    with monkeypatch.context() as patch:
        patch.setattr(shell._Waiter, "wait", waiting)
        assert interrupted(threads.start(threads.session.close))
    assert "CLOSED" in repr(threads.slot())
    assert "CLOSED" in repr(threads.slot("portal"))
    fresh.release()
    assert leader.error().code == "SESSION_CLOSED"


@pytest.mark.parametrize("waiting", [1, 5])
def test_of_many_waiters_exactly_one_takes_over(
    threads: World, monkeypatch: pytest.MonkeyPatch, waiting: int
) -> None:
    from librus_sdk.shells.edge_threads import ThreadEdge

    (client,) = threads.dead()
    send = ThreadEdge.send
    fresh = threads.sim.hold("fresh", at="response", times=1)

    def sending(self: ThreadEdge, request: Any, *rest: Any) -> Any:
        answer = send(self, request, *rest)
        if request.name == "portal.fresh" and threads.count("fresh") == 1:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(ThreadEdge, "send", sending)
    leader = threads.start(client.grades.list)
    fresh.wait_arrived()
    waiters = threads.start_many(waiting, client.grades.list)
    threads.until_waiting(1 + waiting)
    fresh.release()
    assert interrupted(leader)
    assert all(waiter.result() for waiter in waiters)
    assert threads.count("fresh") == 2
    assert threads.generations() == [1] + [3] * waiting
    assert_nothing_is_left_behind(threads)


def test_no_more_threads_to_be_had_leaves_the_renewal_to_somebody_else(
    threads: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from librus_sdk.shells import threads as shell

    client = threads.client()
    threads.clock.advance(7 * 3600)

    class Exhausted(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    class NoThreads:
        Thread = Exhausted
        Event = threading.Event
        get_ident = staticmethod(threading.get_ident)

    with monkeypatch.context() as patch:
        patch.setattr(shell, "threading", NoThreads)
        assert client.grades.list()
    assert threads.count("fresh") == 0
    assert threads.slot().peek().flight is None
    assert client.grades.list()
    threads.until_generation(2)
    assert threads.count("fresh") == 1
