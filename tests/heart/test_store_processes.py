"""Processes of one account and one folder: one renewal for all, also when the one that renews is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from librus_sdk import FileStore, LibrusSession
from librus_sdk.simulator import Simulator
from tests.heart.readers import Reader, all_meet_the_dead_token, killed_while_renewing


@pytest.fixture
def reader(sim: Simulator, tmp_path: Path) -> Iterator[Callable[[str], Reader]]:
    readers: list[Reader] = []

    def start(shell: str) -> Reader:
        readers.append(Reader(sim, shell, "file", str(tmp_path)))
        return readers[-1]

    with LibrusSession(sim.credentials, hosts=sim.hosts, store=FileStore(tmp_path)) as session:
        session.list_children()
    sim.reset_counts()
    yield start
    for each in readers:
        each.end()


def test_twenty_processes_that_meet_a_dead_token_renew_it_once(
    sim: Simulator, reader: Callable[[str], Reader]
) -> None:
    readers = [reader("threads" if number % 2 else "tasks") for number in range(20)]
    all_meet_the_dead_token(sim, readers)
    said = {each.said() for each in readers}
    assert len(said) == 1, said
    assert said.pop().endswith(" grades")
    assert (sim.counts["fresh"], sim.counts["login"], sim.counts["Grades"]) == (1, 0, 40)


def test_processes_that_start_with_nothing_sign_in_once(sim: Simulator, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    readers = [Reader(sim, "threads", "file", str(folder)) for _ in range(4)]
    try:
        for each in readers:
            each.until_ready()
            each.go()
        assert len({each.said() for each in readers}) == 1
    finally:
        for each in readers:
            each.end()
    assert (sim.counts["login"], sim.counts["accounts"]) == (1, 1)


def test_a_program_that_ends_in_the_middle_keeps_what_works_once(sim: Simulator, tmp_path: Path) -> None:
    """Its session was never closed, and the renewal went on beside its last read."""
    store = FileStore(tmp_path, name="kept")
    with LibrusSession(sim.credentials, hosts=sim.hosts, auth="oauth", store=store) as session:
        session.get_portal_me()
    gate = sim.hold("oauth.token", at="response")
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.heart.forgetful", str(tmp_path)],
        env={**os.environ, **sim.environ()},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ends\n"
    gate.wait_arrived()
    gate.release()
    assert program.wait(60) == 0
    program.stdout.close()
    sim.expire_portal_tokens()
    sim.reset_counts()
    with LibrusSession(hosts=sim.hosts, auth="oauth", store=store) as session:
        assert session.get_portal_me().identifier
    assert (sim.counts["login"], sim.counts["oauth.token"]) == (0, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_when_the_one_that_renews_is_killed_another_takes_over(
    sim: Simulator, reader: Callable[[str], Reader], tmp_path: Path
) -> None:
    first, second = reader("threads"), reader("tasks")
    killed_while_renewing(sim, first, second)
    assert second.said().endswith(" grades")
    assert sim.counts["fresh"] == 2
    assert [each.set_aside for each in FileStore(tmp_path).files()] == [None]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_forked_workers_share_a_renewal(sim: Simulator, tmp_path: Path) -> None:
    session = LibrusSession(sim.credentials, hosts=sim.hosts, store=FileStore(tmp_path))
    client = session.for_child(sim.children[0].id)
    expected = len(client.grades.list())
    sim.expire_child_tokens()
    sim.reset_counts()
    gate = sim.hold("Grades", at="response", times=5)
    workers = []
    for _ in range(5):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                status = 0 if len(client.grades.list()) == expected else 2
            finally:
                os._exit(status)
        workers.append(pid)
    gate.wait_arrived(5)
    gate.release()
    assert [os.waitpid(pid, 0)[1] for pid in workers] == [0] * 5
    assert (sim.counts["fresh"], sim.counts["Grades"]) == (1, 10)
    assert len(client.grades.list()) == expected, "the parent goes on"
    assert sim.counts["fresh"] == 1
    session.close()
