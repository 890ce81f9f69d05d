"""Tokens that renew each other: the next pair is given once, and must not get lost on the way."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from librus_sdk import FileStore, LibrusSession
from librus_sdk.errors import LibrusTimeoutError
from librus_sdk.simulator import Simulator
from tests.ctrl_c import ctrl_c_interrupts
from tests.heart.drivers import SAFETY, World


@pytest.fixture
def kept(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path, name="family")


def without_password(world: World, kept: FileStore, **options: object) -> None:
    """Make the world's session one that has kept tokens only, and let the access token die."""
    world.again(auth="oauth", store=kept)
    world.do(world.session.login)
    world.session = world._kept(
        world.driver.session(None, world.options(auth="oauth", store=kept, **options))
    )
    world.do(world.session.get_portal_me)
    world.sim.expire_portal_tokens()
    world.sim.reset_counts()


@pytest.mark.skipif(sys.platform == "win32", reason="a thread cannot be sent Ctrl-C there")
def test_ctrl_c_during_a_rotation_loses_nothing(kept: FileStore) -> None:
    with Simulator(children=1) as sim:
        with LibrusSession(sim.credentials, hosts=sim.hosts, auth="oauth", store=kept) as session:
            session.login()
        with LibrusSession(hosts=sim.hosts, auth="oauth", store=kept) as session:
            session.get_portal_me()
            sim.expire_portal_tokens()
            sim.reset_counts()
            gate = sim.hold("oauth.token", at="response", times=1)
            main = threading.main_thread().ident
            assert main is not None

            def press() -> None:
                gate.wait_arrived()
                signal.pthread_kill(main, signal.SIGINT)

            pressing = threading.Thread(target=press)
            pressing.start()
            with ctrl_c_interrupts(), pytest.raises(KeyboardInterrupt):
                session.get_portal_me()
            pressing.join(SAFETY)
            gate.release()
            assert session.get_portal_me().identifier
            assert (sim.counts["oauth.token"], sim.counts["login"]) == (1, 0)
            assert len(session.list_children()) == 1


class Interrupting(threading.Thread):
    """A helper in whose start Ctrl-C is pressed, once it has begun or before."""

    begins = True
    left = 1

    def start(self) -> None:
        if type(self).left == 0:
            super().start()
            return
        type(self).left -= 1
        if self.begins:
            super().start()
        raise KeyboardInterrupt


class AtOnce(Interrupting):
    begins = False


class Late(threading.Thread):
    """A helper that comes to its work when the flight has been dropped."""

    def start(self) -> None:
        shell = self._target.__self__  # type: ignore[attr-defined]
        slot, flight, mode = self._args  # type: ignore[attr-defined]
        slot.release(flight)
        shell._fly_apart(slot, flight, mode)
        raise KeyboardInterrupt


@pytest.mark.parametrize("helper", [Interrupting, AtOnce, Late])
def test_ctrl_c_while_the_helper_starts_loses_nothing(
    threads: World, kept: FileStore, monkeypatch: pytest.MonkeyPatch, helper: type[threading.Thread]
) -> None:
    from librus_sdk.shells import threads as shell

    class Module:
        Thread = helper
        Event = threading.Event
        get_ident = staticmethod(threading.get_ident)

    monkeypatch.setattr(Interrupting, "left", 1)
    monkeypatch.setattr(AtOnce, "left", 1, raising=False)
    without_password(threads, kept)
    with monkeypatch.context() as patch:
        patch.setattr(shell, "threading", Module)
        assert isinstance(threads.start(threads.session.get_portal_me).problem(), KeyboardInterrupt)
    slot = threads.account.core.portal
    threads.watched.until(lambda: slot.peek().flight is None)
    assert threads.do(threads.session.get_portal_me).identifier
    assert (threads.count("oauth.token"), threads.count("login")) == (1, 0)


def test_a_caller_who_cannot_wait_costs_no_token(cold: World, kept: FileStore) -> None:
    without_password(cold, kept, timeout_ms=300)
    gate = cold.sim.hold("oauth.token", at="response", times=1)
    error = cold.fails(cold.session.get_portal_me)
    assert isinstance(error, LibrusTimeoutError)
    gate.wait_arrived()
    gate.release()
    slot = cold.account.core.portal
    cold.watched.until(lambda: slot.peek().flight is None)
    assert cold.do(cold.session.get_portal_me).identifier
    assert (cold.count("oauth.token"), cold.count("login")) == (1, 0)


def test_a_cancelled_caller_costs_no_token(make_world: Callable[..., World], kept: FileStore) -> None:
    world = make_world("tasks")
    without_password(world, kept)
    gate = world.sim.hold("oauth.token", at="response", times=1)
    caller = world.start(world.session.get_portal_me)
    gate.wait_arrived()
    caller.cancel()
    gate.release()
    assert world.do(world.session.get_portal_me).identifier
    assert (world.count("oauth.token"), world.count("login")) == (1, 0)
    world.again(auth="oauth", store=kept)
    assert world.do(world.session.get_portal_me).identifier
    assert (world.count("oauth.token"), world.count("login")) == (1, 0)
