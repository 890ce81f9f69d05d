"""Eight experiments on renewing a token, our column: each drives the shipped SDK against the simulator.

The simulator's gates bring the awkward moment about, so a run needs no luck and no waiting; its counters say
what the moment cost.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

from librus_sdk import (
    AUTH_REFRESH_FAILED,
    AsyncLibrusSession,
    LibrusSdkError,
    LibrusSession,
    RetryPolicy,
    SynergiaApiClient,
)
from librus_sdk.shells.clock import Clock
from librus_sdk.simulator import Simulator

from ._table import Measured

__all__ = ["EXPERIMENTS", "experiments"]

HOUR: Final = 3600.0


class _SteppedClock(Clock):
    """Time that moves when told to, and chance that always says 0."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """The told time."""
        return self.now

    def random(self) -> float:
        """No jitter, no spread."""
        return 0.0


@contextmanager
def _warm(clock: Clock | None = None) -> Iterator[tuple[Simulator, LibrusSession, SynergiaApiClient]]:
    """A simulator, a session on it and a client whose token has worked; nothing counted yet."""
    with (
        Simulator(children=1) as sim,
        LibrusSession(
            sim.credentials,
            hosts=sim.hosts,
            max_concurrency=16,
            retry=RetryPolicy.off(),
            clock=clock or Clock(),
        ) as session,
    ):
        client = session.for_child(sim.children[0].id)
        client.grades.list()
        sim.reset_counts()
        yield sim, session, client


def _all_refused_at_once(sim: Simulator, client: SynergiaApiClient, callers: int) -> list[Future[int]]:
    """Have so many threads read with a dead token, and hand out their refusals only when all are decided."""
    sim.expire_child_tokens()
    gate = sim.hold("Grades", at="response", times=callers)
    with ThreadPoolExecutor(callers) as pool:
        asked = [pool.submit(_read, client, number) for number in range(callers)]
        gate.wait_arrived(callers)
        gate.release()
    return asked


def _read(client: SynergiaApiClient, number: int) -> int:
    """Read the grades in words of one's own: identical reads would be sent once."""
    return len(client.get("Grades", {"reader": number})["Grades"])


def failing_refresh() -> Measured:
    """16 threads hold a dead token, and the portal answers every renewal with 503."""
    with _warm() as (sim, _session, client):
        sim.fail("fresh", status=503, times=None)
        asked = _all_refused_at_once(sim, client, 16)
        errors = {
            id(future.exception()) for future in asked if isinstance(future.exception(), LibrusSdkError)
        }
        attempts = sim.counts["fresh"]
    return Measured(
        "16 threads, dead token, renewal failing: attempts",
        "1 attempt, an error for each",
        f"{attempts} attempt, {len(errors)} errors",
        attempts == 1 and len(errors) == 16,
    )


def shared_revoked() -> Measured:
    """8 threads share one token that has been revoked."""
    with _warm() as (sim, _session, client):
        asked = _all_refused_at_once(sim, client, 8)
        answers = sum(future.result() > 0 for future in asked)
        refreshes = sim.counts["fresh"]
    return Measured(
        "8 threads share one revoked token: renewals",
        "1 renewal, 8 answers",
        f"{refreshes} renewal, {answers} answers",
        refreshes == 1 and answers == 8,
    )


def late_refusal() -> Measured:
    """A refusal of the old token arrives when the new one is already in use."""
    with _warm() as (sim, _session, client):
        sim.expire_child_tokens()
        gate = sim.hold("Grades", at="response", times=1)
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(client.grades.list)
            gate.wait_arrived()
            client.lucky_number.get()  # meets the dead token, renews it and uses the new one
            gate.release()
            answered = len(late.result()) > 0
        client.grades.list()
        refreshes = sim.counts["fresh"]
        sent = [record.generation for record in sim.requests if record.endpoint == "Grades"]
    return Measured(
        "late 401 for the old token: renewals",
        "1 renewal, the new token kept",
        f"{refreshes} renewal, token generations sent {sent}",
        refreshes == 1 and answered and sent == [1, 2, 2],
    )


def cancelled_leader() -> Measured:
    """The task that started the renewal is cancelled when the server has already changed the token."""
    return asyncio.run(_cancelled_leader())


async def _cancelled_leader() -> Measured:
    async with (
        Simulator(children=1) as sim,
        AsyncLibrusSession(sim.credentials, hosts=sim.hosts) as session,
    ):
        client = await session.for_child(sim.children[0].id)
        await client.grades.list()
        sim.reset_counts()
        sim.expire_child_tokens()
        gate = sim.hold("fresh", at="response", times=1)
        leader = asyncio.ensure_future(client.grades.list())
        await gate.arrived()
        leader.cancel()
        await asyncio.wait([leader])
        gate.release()
        answered = len(await client.grades.list()) > 0
        spent = sim.counts
    return Measured(
        "the caller that started the renewal is cancelled after the server rotated: what the next one meets",
        "its answer; no second renewal or sign-in",
        f"{'its answer' if answered else 'no answer'}; {spent['fresh'] - 1} more renewals, "
        f"{spent['login']} sign-ins",
        leader.cancelled() and answered and spent["fresh"] == 1 and spent["login"] == 0,
    )


def crowd() -> Measured:
    """200 tasks wait for one renewal."""
    return asyncio.run(_crowd())


async def _crowd() -> Measured:
    callers = 200
    async with (
        Simulator(children=1) as sim,
        AsyncLibrusSession(sim.credentials, hosts=sim.hosts) as session,
    ):
        client = await session.for_child(sim.children[0].id)
        await client.grades.list()
        sim.reset_counts()
        before = threading.active_count()
        sim.expire_child_tokens()
        gate = sim.hold("fresh", times=1)
        asked = [asyncio.ensure_future(client.grades.list())]
        await gate.arrived()
        # The renewal stands at the gate: these find the token refused and wait within their first step.
        # Each in words of its own: identical reads would be sent once.
        asked += [asyncio.ensure_future(client.get("Grades", {"reader": n})) for n in range(callers - 1)]
        await asyncio.sleep(0)
        threads = threading.active_count() - before
        waiting = sum(not one.done() for one in asked)
        gate.release()
        answers = sum(len(rows) > 0 for rows in await asyncio.gather(*asked))
        refreshes = sim.counts["fresh"]
        refused = sum(record.status == 401 for record in sim.requests)
    return Measured(
        f"{callers} asyncio callers behind one renewal: threads added while they wait",
        f"0 threads, 1 renewal, {callers} answers",
        f"{threads} threads, {refreshes} renewal, {answers} answers",
        threads == 0 and refreshes == 1 and refused == 1 and waiting == answers == callers,
    )


def bystander() -> Measured:
    """A read while a token that still works is being renewed early."""
    clock = _SteppedClock()
    with _warm(clock) as (sim, _session, client):
        usual = min(_timed(client.grades.list) for _ in range(5))
        clock.now += 6 * HOUR - 60  # a minute before the token's assumed end: early renewal, token good
        gate = sim.hold("fresh", times=1)
        client.grades.list()  # starts the renewal
        gate.wait_arrived()
        took = _timed(client.grades.list)
        under_way = gate.held == 1
        gate.release()
        refused = sum(record.status == 401 for record in sim.requests)
    return Measured(
        "a bystander while a still usable token is being renewed: its wait",
        "0: answered while the renewal is held at the server",
        f"{'0' if under_way else 'until the renewal ended'}: a read took {took * 1000:.0f} ms, "
        f"{usual * 1000:.0f} ms without a renewal",
        under_way and not refused,
    )


def _timed(read: Callable[[], Sequence[object]]) -> float:
    started = time.perf_counter()
    assert len(read()) > 0
    return time.perf_counter() - started


def cold_start() -> Measured:
    """8 threads make the first calls of a new session at once."""
    callers = 8
    with (
        Simulator(children=1) as sim,
        LibrusSession(sim.credentials, hosts=sim.hosts) as session,
        ThreadPoolExecutor(callers) as pool,
    ):
        together = threading.Barrier(callers)
        child = sim.children[0].id

        def first() -> int:
            together.wait()
            return len(session.for_child(child).grades.list())

        answers = sum(rows > 0 for rows in pool.map(lambda _: first(), range(callers)))
        spent = sim.counts
    return Measured(
        f"cold start, {callers} callers: sign-ins",
        f"1 sign-in, 1 account list, {callers} answers",
        f"{spent['login']} sign-in, {spent['accounts']} account list, {answers} answers",
        spent["login"] == spent["accounts"] == 1 and answers == callers,
    )


def refused_for_ever() -> Measured:
    """Librus answers 401 to everything from now on, whatever the token."""
    clock = _SteppedClock()
    with _warm(clock) as (sim, _session, client):
        sim.fail("Grades", status=401, times=None)
        first = _refused(sim, client)
        second = _refused(sim, client)
        pauses: list[float] = []
        while len(pauses) < 3:
            began, spent = clock.now, Counter[str]()
            while not spent:
                clock.now += 1
                spent = _refused(sim, client)
            pauses.append(clock.now - began)
    growing = all(earlier < later for earlier, later in pairwise(pauses))
    return Measured(
        "server answers 401 for ever: a call's requests + renewals, then the pauses",
        "2 + 1, then no I/O for a growing while",
        f"{first['Grades']} + {first['fresh']}, next call {second['Grades']} + {second['fresh']}, then "
        f"nothing for {', '.join(f'{pause:.0f}' for pause in pauses)} s",
        first["Grades"] == 2 and first["fresh"] == 1 and growing and pauses[0] > 1,
    )


def _refused(sim: Simulator, client: SynergiaApiClient) -> Counter[str]:
    """What one refused call cost."""
    sim.reset_counts()
    try:
        client.grades.list()
    except LibrusSdkError as error:
        if error.code != AUTH_REFRESH_FAILED:
            raise
        return sim.counts
    raise AssertionError("the simulator refuses everything, yet the read succeeded")


EXPERIMENTS: Final[dict[str, Callable[[], Measured]]] = {
    "failing": failing_refresh,
    "shared": shared_revoked,
    "late": late_refusal,
    "cancelled": cancelled_leader,
    "crowd": crowd,
    "bystander": bystander,
    "cold": cold_start,
    "for_ever": refused_for_ever,
}
"""The experiments, by the names the peers' adapters know them by."""


def experiments() -> Iterator[tuple[str, Measured]]:
    """Run them one after another."""
    for name, experiment in EXPERIMENTS.items():
        yield name, experiment()
