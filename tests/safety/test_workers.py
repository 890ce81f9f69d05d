"""Workers that are forked from a program with a session, or started beside it: all read, renew, and go on."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import keyring
import pytest

from librus_sdk import (
    AsyncLibrusSession,
    FileStore,
    Hosts,
    KeyringStore,
    LibrusSession,
    PortalCredentials,
    RedisStore,
)
from librus_sdk.simulator import Simulator
from tests.heart.conftest import WEDNESDAY
from tests.heart.test_processes import forked
from tests.shells.redis_at_hand import RedisAtHand
from tests.shells.test_keyring_store import FileRing

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

WORKERS: Final = 3
STORES: Final = ("none", "file", "keyring", "redis")


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(children=2, today=WEDNESDAY) as running:
        yield running


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with ExitStack() as stack:
        if request.param == "none":
            yield None
        elif request.param == "file":
            yield FileStore(tmp_path)
        elif request.param == "keyring":
            before = keyring.get_keyring()
            keyring.set_keyring(FileRing(tmp_path / "ring"))
            stack.callback(keyring.set_keyring, before)
            yield KeyringStore(tmp_path / "kept")
        else:
            server = RedisAtHand()
            stack.callback(server.stop)
            yield RedisStore(server.url)


class Master:
    """A program that has read once; its workers read the same, and look at a second child, too."""

    def __init__(self, shell: str, sim: Simulator, store: Any) -> None:
        self.shell, self.sim = shell, sim
        make = LibrusSession if shell == "threads" else AsyncLibrusSession
        self.session: Any = make(sim.credentials, hosts=sim.hosts, store=store)
        self.expected = self.read()

    def read(self) -> list[int]:
        """How many grades the children have."""
        ids = [child.id for child in self.sim.children]
        if self.shell == "threads":
            return [len(self.session.for_child(each).grades.list()) for each in ids]

        async def reading() -> list[int]:
            clients = [await self.session.for_child(each) for each in ids]
            return [len(await client.grades.list()) for client in clients]

        return asyncio.run(reading())

    def close(self) -> None:
        if self.shell == "threads":
            self.session.close()
        else:
            asyncio.run(self.session.close())


@pytest.fixture(params=["threads", "tasks"])
def master(request: pytest.FixtureRequest, sim: Simulator, store: Any) -> Iterator[Master]:
    master = Master(request.param, sim, store)
    yield master
    master.close()


def test_workers_forked_from_a_warm_program(master: Master, sim: Simulator, store: Any) -> None:
    """As a web server with workers does. With a store they share a renewal, without each has its own."""
    sim.expire_child_tokens()
    sim.reset_counts()
    if store:
        # Every worker is refused before anybody renews.
        gate = sim.hold("Grades", at="response", times=WORKERS)
        outcomes = [forked(master.read) for _ in range(WORKERS)]
        gate.wait_arrived(WORKERS)
        gate.release()
        told = [outcome() for outcome in outcomes]
    else:
        # One after the other: the token one of them gets ends that of the last, which nobody can know of.
        told = [forked(master.read)() for _ in range(WORKERS)]
    assert told == [master.expected] * WORKERS
    renewals = 2 if store else 2 * WORKERS
    assert (sim.counts["fresh"], sim.counts["login"]) == (renewals, 0)

    # The program goes on; what its workers renewed it takes over, where it can know of it.
    assert master.read() == master.expected
    assert sim.counts["fresh"] == renewals + (0 if store else 2)
    sim.expire_child_tokens()
    assert master.read() == master.expected
    assert sim.counts["login"] == 0


def test_a_worker_forked_before_anything_was_read(sim: Simulator, store: Any) -> None:
    session = LibrusSession(sim.credentials, hosts=sim.hosts, store=store)

    def program() -> int:
        with session:
            return len(session.for_child(sim.children[0].id).grades.list())

    first, second = forked(program), forked(program)
    told = first()
    assert isinstance(told, int), told
    assert told > 0
    assert second() == told
    assert sim.counts["login"] == (1 if store else 2)
    assert len(session.for_child(sim.children[0].id).grades.list()) == told, "a worker closed its own only"
    session.close()


@pytest.mark.parametrize("master", ["threads"], indirect=True)  # a loop that runs is not forked
def test_a_fork_while_the_program_renews(master: Master, sim: Simulator, store: Any) -> None:
    """The right to renew is the parent's: neither does the child have it, nor take it away by ending."""
    sim.expire_child_tokens()
    sim.reset_counts()
    gate = sim.hold("fresh", times=1)
    read: list[list[int]] = []
    reader = threading.Thread(target=lambda: read.append(master.read()))
    reader.start()
    gate.wait_arrived()
    # One that ends at once, and so gives everything back that is its own.
    assert forked(lambda: 1)() == 1
    outcome = forked(master.read)
    if store:  # else the child has no reason to wait for anybody
        gate.release()
    assert outcome() == master.expected
    gate.release()
    reader.join(20)
    assert read == [master.expected]
    assert sim.counts["fresh"] == (2 if store else 4)
    assert sim.counts["login"] == 0


# --- the words of multiprocessing -------------------------------------------------------------------------

_here: list[Master] = []


def _inherited(results: Any) -> None:
    results.put(_here[0].read())


def _of_its_own(told: str, folder: str, results: Any) -> None:
    """What the documentation says of ``spawn``: a session in each process, a store for all."""
    known = json.loads(told)
    credentials = PortalCredentials(known["email"], known["password"])
    with LibrusSession(credentials, hosts=Hosts(**known["hosts"]), store=FileStore(folder)) as session:
        results.put([len(session.for_child(each).grades.list()) for each in known["children"]])


def test_a_process_of_multiprocessing_that_is_forked(master: Master, sim: Simulator, store: Any) -> None:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    sim.expire_child_tokens()
    sim.reset_counts()
    _here[:] = [master]
    try:
        with pytest.warns() if sys.version_info >= (3, 12) else ExitStack():
            process = context.Process(target=_inherited, args=(results,))
            process.start()
        assert results.get(timeout=20) == master.expected
        process.join(20)
        assert process.exitcode == 0
    finally:
        _here.clear()
        results.close()
        results.join_thread()
    assert master.read() == master.expected
    assert sim.counts["fresh"] == (2 if store else 4)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_process_that_begins_with_nothing(method: str, sim: Simulator, tmp_path: Path) -> None:
    context: Any = multiprocessing.get_context(method)
    results = context.Queue()
    master = Master("threads", sim, FileStore(tmp_path))
    sim.expire_child_tokens()
    sim.reset_counts()
    known = sim.credentials
    told = json.dumps(
        {
            "email": known.email.reveal(),
            "password": known.password.reveal(),
            "hosts": {name: getattr(sim.hosts, name) for name in Hosts.__dataclass_fields__},
            "children": [child.id for child in sim.children],
        }
    )
    process = context.Process(target=_of_its_own, args=(told, str(tmp_path), results))
    process.start()
    assert results.get(timeout=60) == master.expected
    process.join(60)
    assert process.exitcode == 0
    results.close()
    results.join_thread()
    assert master.read() == master.expected
    assert (sim.counts["fresh"], sim.counts["login"]) == (2, 0)
    master.close()


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_session_is_not_sent_to_another_process(method: str, master: Master) -> None:
    context: Any = multiprocessing.get_context(method)
    sending: list[Callable[[], Any]] = [
        lambda: pickle.dumps(master.session),
        lambda: context.Process(target=print, args=(master.session,)).start(),
        lambda: context.Process(target=master.session.close).start(),
    ]
    for send in sending:
        with pytest.raises(TypeError, match="cannot be pickled"):
            send()
