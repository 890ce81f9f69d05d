"""What people and machines do to a store in use: other clocks, other accounts, ends in the middle."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from librus_sdk import AsyncLibrusSession, FileStore
from librus_sdk.clients import kept
from librus_sdk.clients.options import parts_of
from librus_sdk.errors import LibrusStoreWarning, LibrusTerminalAuthenticationError
from librus_sdk.secret import Secret
from librus_sdk.shells.keeping import Keeping
from librus_sdk.shells.store import StoreKey
from tests.heart.drivers import ManualClock, World
from tests.heart.stores import MemoryStore
from tests.heart.test_processes import forked
from tests.shells.claims import claimed

DAY = 86_400.0


class PutRight(ManualClock):
    """A clock on the wall that somebody puts right."""

    ahead = 0.0

    def wall(self) -> float:
        return super().wall() + self.ahead


def without_password(world: World, store: MemoryStore, **options: Any) -> Any:
    """A session that has nothing but what is kept."""
    nobody = StoreKey.of("family", None, astuple(world.sim.hosts), usual_hosts=False)
    store.places[f"family {nobody.hosts}"] = store.place
    return world._kept(world.driver.session(None, world.options(auth="oauth", **options)))


def test_a_clock_that_is_put_right_loses_no_sign_in(cold: World) -> None:
    """As on a small computer without a battery: it starts in the past, and hears of the time later.

    What another process has renewed before that looks older then than what this one holds from before.
    """
    store, clock = MemoryStore(), PutRight()
    cold.common = {"store": store, "clock": clock}
    cold.again(auth="oauth")
    cold.do(cold.session.login)
    first, other = (without_password(cold, store) for _ in range(2))
    cold.do(first.get_portal_me)
    clock.advance(2 * DAY)
    cold.do(other.get_portal_me)
    clock.ahead = 30 * DAY
    cold.sim.reset_counts()
    assert cold.do(first.get_portal_me).identifier
    assert cold.sim.counts == {"oauth.token": 1, "me": 1}


def test_who_finds_nothing_leaves_nothing_behind(cold: World, tmp_path: Path) -> None:
    """A session without credentials, before anybody has signed in, begins no document that is in the way."""
    cold.common = {"store": FileStore(tmp_path, name="home")}
    session = cold._kept(cold.driver.session(None, cold.options(auth="oauth")))
    assert isinstance(cold.fails(session.get_portal_me), LibrusTerminalAuthenticationError)
    cold.again(auth="oauth")
    cold.do(cold.session.login)  # a warning would be an error
    cold.do(session.login)
    assert cold.do(session.get_portal_me).identifier
    assert [each.set_aside for each in FileStore(tmp_path).files()] == [None]


def test_accounts_under_one_name_put_each_other_aside_and_never_mix(cold: World, tmp_path: Path) -> None:
    cold.common = {"store": FileStore(tmp_path, name="home")}
    cold.again()
    family = cold.client()
    expected = cold.do(family.grades.list)
    cold.gateway(cold.sim.children[1].id)
    child = cold.do(cold.session.for_child)
    with pytest.warns(LibrusStoreWarning, match="belongs to another account"):
        other = cold.do(child.grades.list)
    assert [each.set_aside for each in FileStore(tmp_path).files()] == ["foreign", None]
    cold.sim.expire_child_tokens()
    with pytest.warns(LibrusStoreWarning, match="belongs to another account"):
        assert cold.do(family.grades.list) == expected
    cold.again()
    assert cold.do(cold.client().grades.list) == expected != other


def test_patience_leaves_time_to_renew(cold: World) -> None:
    options: Any = cold.options(store=MemoryStore(), flight_timeout_s=10.0)
    assert kept.shared_by("family", Secret("joanna@example.org"), parts_of(options)).patience_s == 5.0
    options = cold.options(store=MemoryStore(), flight_timeout_s=600.0)
    assert kept.shared_by("family", Secret("joanna@example.org"), parts_of(options)).patience_s == 20.0


def test_what_came_is_kept_when_a_session_ends_before_anybody_gets_round_to_it(
    make_world: Callable[..., World],
) -> None:
    """The loop's own threads are busy with something else when the session ends."""
    cold, store = make_world("tasks"), MemoryStore()
    cold.common = {"store": store}
    cold.again(auth="oauth")
    cold.do(cold.session.login)
    cold.clock.advance(2 * DAY)
    cold.sim.reset_counts()
    gate = cold.sim.hold("oauth.token", at="response", times=1)
    over = threading.Event()

    async def scenario() -> None:
        loop, saves = asyncio.get_running_loop(), asyncio.Event()
        loop.set_default_executor(ThreadPoolExecutor(1))
        session = AsyncLibrusSession(cold.sim.credentials, **cold.options(auth="oauth", close_grace_s=0.0))
        keeping = session._account.core.shared.keeping
        assert isinstance(keeping, Keeping)
        saving = keeping.saving

        def told(change: Any) -> Any:
            saves.set()
            return saving(change)

        keeping.saving = told  # type: ignore[method-assign]
        call = asyncio.ensure_future(session.get_portal_me())
        with ThreadPoolExecutor(1) as aside:
            await loop.run_in_executor(aside, gate.wait_arrived)
        working = loop.run_in_executor(None, over.wait, 20)
        gate.release()
        await saves.wait()
        await session.close()
        over.set()
        await asyncio.gather(call, working, return_exceptions=True)

    asyncio.run(scenario())
    session = without_password(cold, store)
    assert cold.do(session.get_portal_me).identifier
    assert (cold.count("oauth.token"), cold.count("login")) == (1, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_the_end_of_a_forked_process_gives_nobody_else_s_right_back(tmp_path: Path) -> None:
    key = StoreKey.of("family", Secret("joanna@example.org"), ("https://portal.example",), usual_hosts=True)
    mine = [claimed(FileStore(tmp_path).shelf(key))]

    def child() -> str:
        mine.pop().release()  # the last there is of it
        return "given back"

    assert forked(child)() == "given back"
    assert FileStore(tmp_path).shelf(key).claim() is None
    mine[0].release()
    claimed(FileStore(tmp_path).shelf(key)).release()


def test_a_loop_that_has_no_threads_left_does_the_work_itself(make_world: Callable[..., World]) -> None:
    cold, store = make_world("tasks"), MemoryStore()

    async def scenario() -> None:
        async with AsyncLibrusSession(cold.sim.credentials, **cold.options(store=store)) as session:
            await asyncio.get_running_loop().shutdown_default_executor()
            assert len(await session.list_children()) == 2

    asyncio.run(scenario())
    assert store.place.saves == 2
