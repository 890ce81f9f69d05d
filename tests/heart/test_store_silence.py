"""A server that takes connections and never answers costs one call of a store, not one for each."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from librus_sdk import Event, LibrusStoreWarning, RedisStore
from tests.heart.drivers import World
from tests.shells.redis_at_hand import RedisAtHand
from tests.shells.sockets import Peer, Server

A_CALL = 2
"""Each command is tried twice, on a connection of its own."""


@pytest.fixture
def silent() -> Iterator[Server]:
    server = Server(Peer.wait_until_gone)
    yield server
    server.close()


def listening(world: World, url: str, **options: Any) -> list[Event]:
    heard: list[Event] = []
    store = RedisStore(f"{url}?socket_timeout=0.05")
    world.again(store=store, on_event=heard.append, **options)
    return heard


def of_store(heard: list[Event]) -> list[tuple[str, object]]:
    return [(event.name, event.fields.get("reason")) for event in heard if event.name.startswith("store.")]


@pytest.mark.parametrize("school", [False, True], ids=["family", "school"])
def test_a_sign_in_waits_for_it_once(cold: World, silent: Server, school: bool) -> None:
    heard = listening(cold, f"redis://127.0.0.1:{silent.port}")
    if school:
        cold.gateway(store=RedisStore(f"redis://127.0.0.1:{silent.port}?socket_timeout=0.05"))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        client = cold.do(cold.session.for_child) if school else cold.client()
        assert cold.do(client.grades.list) is not None
    assert silent.accepted == A_CALL
    (warning,) = (each.message for each in told if isinstance(each.message, LibrusStoreWarning))
    assert warning.reason == "timeout"
    assert "it does not answer in time" in str(warning)
    if not school:
        assert of_store(heard) == [("store.unread", "timeout"), ("store.resting", "timeout")]


def test_later_renewals_ask_it_once_in_a_while(cold: World, silent: Server) -> None:
    heard = listening(cold, f"redis://127.0.0.1:{silent.port}")
    client = cold.client()
    for number in range(1, 4):
        cold.sim.expire_child_tokens()
        cold.sim.expire_portal_session()
        assert cold.do(client.grades.list) is not None
        assert silent.accepted == number * A_CALL
        cold.clock.advance(120.0)
    assert len(of_store(heard)) == 2


@pytest.fixture
def server() -> Iterator[RedisAtHand]:
    running = RedisAtHand()
    yield running
    running.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Redis server for Windows")
def test_a_server_that_comes_back_is_used_again(cold: World, server: RedisAtHand) -> None:
    number = server.client().info("server")["process_id"]
    os.kill(number, signal.SIGSTOP)
    try:
        heard = listening(cold, server.tcp_url)
        client = cold.client()
    finally:
        os.kill(number, signal.SIGCONT)
    cold.clock.advance(60.0)
    cold.sim.expire_child_tokens()
    assert cold.do(client.grades.list) is not None
    names = [name for name, _ in of_store(heard)]
    assert names == ["store.unread", "store.resting", "store.back", "store.saved"]
    assert len(server.client().keys("librus:*:session")) == 1


def test_tokens_that_work_once_are_waited_for_as_long_as_others_may_take(cold: World, silent: Server) -> None:
    heard = listening(cold, f"redis://127.0.0.1:{silent.port}", auth="oauth")
    began = cold.clock.monotonic()
    assert cold.client() is not None
    assert cold.clock.monotonic() == began, "who begins with the password waits for nobody"
    cold.sim.expire_portal_tokens()
    assert cold.do(partial(cold.session.list_children, reload=True))
    assert 15 <= cold.clock.monotonic() - began < 60
    assert silent.accepted <= 3 * A_CALL
    assert len(of_store(heard)) == 2
