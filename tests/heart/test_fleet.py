"""Hosts that share one account by Redis: one renewal for all, also when the host that renews it dies."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import astuple
from typing import Final

import pytest

from librus_sdk import LibrusSession, RedisStore
from librus_sdk.simulator import Simulator
from tests.heart.namespaces import Namespace
from tests.heart.readers import Reader, all_meet_the_dead_token, killed_while_renewing
from tests.shells.redis_at_hand import RedisAtHand

if sys.platform == "win32":
    pytest.skip("there is no Redis server for Windows", allow_module_level=True)

SHORT_LEASE: Final = "1"


@pytest.fixture
def redis_here() -> Iterator[RedisAtHand]:
    server = RedisAtHand()
    yield server
    server.stop()


@pytest.fixture
def host(sim: Simulator) -> Iterator[Callable[..., Reader]]:
    hosts: list[Reader] = []

    def start(url: str, shell: str, lease_s: str = "10", where: Namespace | None = None) -> Reader:
        before = where.before if where else ()
        hosts.append(Reader(sim, shell, "redis", url, lease_s, before=before))
        return hosts[-1]

    yield start
    for each in hosts:
        each.end()


def signed_in(sim: Simulator, server: RedisAtHand) -> int:
    """Sign in once, for all; how many grades there are."""
    with LibrusSession(sim.credentials, hosts=sim.hosts, store=RedisStore(server.url)) as session:
        found = len(session.for_child(sim.children[0].id).grades.list())
    sim.reset_counts()
    return found


@pytest.mark.parametrize("count", [2, 20])
def test_hosts_that_meet_a_dead_token_renew_it_once(
    sim: Simulator, redis_here: RedisAtHand, host: Callable[..., Reader], count: int
) -> None:
    expected = signed_in(sim, redis_here)
    url = redis_here.tcp_url
    hosts = [host(url, "threads" if number % 2 else "tasks") for number in range(count)]
    all_meet_the_dead_token(sim, hosts)
    assert {each.said() for each in hosts} == {f"{expected} grades"}
    assert (sim.counts["fresh"], sim.counts["login"], sim.counts["Grades"]) == (1, 0, 2 * count)


def test_hosts_that_start_with_nothing_sign_in_once(
    sim: Simulator, redis_here: RedisAtHand, host: Callable[..., Reader]
) -> None:
    hosts = [host(redis_here.url, shell) for shell in ("threads", "tasks", "threads")]
    for each in hosts:
        each.until_ready()
        each.go()
    (said,) = {each.said() for each in hosts}
    assert said.endswith(" grades")
    assert (sim.counts["login"], sim.counts["accounts"]) == (1, 1)


def test_when_the_host_that_renews_is_killed_another_takes_over(
    sim: Simulator, redis_here: RedisAtHand, host: Callable[..., Reader]
) -> None:
    expected = signed_in(sim, redis_here)
    first, second = (host(redis_here.url, shell, lease_s=SHORT_LEASE) for shell in ("threads", "tasks"))
    killed_while_renewing(sim, first, second)
    assert second.said() == f"{expected} grades"
    assert (sim.counts["fresh"], sim.counts["login"]) == (2, 0)


def test_a_host_that_was_stopped_does_not_put_its_dead_token_over_the_new_one(
    sim: Simulator, redis_here: RedisAtHand, host: Callable[..., Reader]
) -> None:
    expected = signed_in(sim, redis_here)
    first, second, third = (host(redis_here.url, "threads", lease_s=SHORT_LEASE) for _ in range(3))
    for each in (first, second, third):
        each.until_ready()
    sim.expire_child_tokens()
    gate = sim.hold("fresh", at="response", times=1)
    first.go()
    gate.wait_arrived()
    first.stop()
    second.go()
    assert second.said() == f"{expected} grades"
    # Librus has answered the first one, too; the second one's token has outdated that.
    gate.release()
    first.process.send_signal(signal.SIGCONT)
    assert first.said() == f"{expected} grades store.unsaved"
    third.go()
    assert third.said() == f"{expected} grades"
    assert (sim.counts["fresh"], sim.counts["login"]) == (2, 0)


def test_without_the_server_a_host_goes_on_alone(
    sim: Simulator, redis_here: RedisAtHand, host: Callable[..., Reader]
) -> None:
    expected = signed_in(sim, redis_here)
    alone = host(redis_here.tcp_url, "tasks")
    alone.until_ready()
    redis_here.stop()
    sim.expire_child_tokens()
    alone.go()
    assert alone.said() == f"{expected} grades store.unread", "it is asked once"
    # The portal's session was in the store: it has to sign in itself.
    assert (sim.counts["fresh"], sim.counts["login"]) == (1, 1)


# --- hosts with networks of their own ---------------------------------------------------------------------


@pytest.fixture
def networks(sim: Simulator) -> Iterator[list[Namespace]]:
    made: list[Namespace] = []
    try:
        for number in range(2):
            made.append(Namespace(number))
            made[-1].pass_on(astuple(sim.hosts))
        yield made
    finally:
        for each in made:
            each.end()


@pytest.fixture
def redis_between(networks: list[Namespace]) -> Iterator[RedisAtHand]:
    server = RedisAtHand(bind=[each.gateway for each in networks])
    yield server
    server.stop()


def urls_of(server: RedisAtHand, networks: list[Namespace]) -> list[str]:
    return [f"redis://{each.gateway}:{server.port}" for each in networks]


def test_two_networks_one_renewal(
    sim: Simulator, networks: list[Namespace], redis_between: RedisAtHand, host: Callable[..., Reader]
) -> None:
    expected = signed_in(sim, redis_between)
    hosts = [
        host(url, shell, where=where)
        for url, shell, where in zip(
            urls_of(redis_between, networks), ("threads", "tasks"), networks, strict=True
        )
    ]
    all_meet_the_dead_token(sim, hosts)
    assert [each.said() for each in hosts] == [f"{expected} grades"] * 2
    assert (sim.counts["fresh"], sim.counts["login"], sim.counts["Grades"]) == (1, 0, 4)


def test_a_host_killed_in_one_network_is_succeeded_from_the_other(
    sim: Simulator, networks: list[Namespace], redis_between: RedisAtHand, host: Callable[..., Reader]
) -> None:
    expected = signed_in(sim, redis_between)
    first, second = (
        host(url, "threads", lease_s=SHORT_LEASE, where=where)
        for url, where in zip(urls_of(redis_between, networks), networks, strict=True)
    )
    killed_while_renewing(sim, first, second)
    assert second.said() == f"{expected} grades"
    assert (sim.counts["fresh"], sim.counts["login"]) == (2, 0)
