"""Fifty reads in flight behind six places, and the token dies: what it costs, as the simulator counts it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from librus_sdk import AsyncLibrusSession, LibrusSession
from librus_sdk.simulator import Simulator

from ._table import Measured

__all__ = ["reads"]

READS: Final = 50
PLACES: Final = 6


def reads() -> Iterator[Measured]:
    """Let the token die while six requests stand at the server's door, with threads and with asyncio."""
    with Simulator(children=1) as sim:
        yield _judged("threads", _with_threads(sim))
    with Simulator(children=1) as sim:
        yield _judged("asyncio", asyncio.run(_with_tasks(sim)))


def _judged(kind: str, spent: Counter[str]) -> Measured:
    refreshes, requests = spent["fresh"], spent["Grades"]
    return Measured(
        f"{READS} concurrent reads, {PLACES} in flight, the token dies on all {PLACES}: {kind}",
        f"1 refresh, <= {READS + PLACES} data requests, {READS} answers",
        f"{refreshes} refresh, {requests} data requests, {spent['answers']} answers",
        refreshes == 1 and requests <= READS + PLACES and spent["answers"] == READS,
    )


def _with_threads(sim: Simulator) -> Counter[str]:
    with (
        LibrusSession(sim.credentials, hosts=sim.hosts, max_concurrency=PLACES) as session,
        ThreadPoolExecutor(READS) as pool,
    ):
        client = session.for_child(sim.children[0].id)
        full = len(client.grades.list())
        sim.reset_counts()
        gate = sim.hold("Grades", times=PLACES)
        asked = [pool.submit(client.grades.list) for _ in range(READS)]
        gate.wait_arrived(PLACES)
        sim.expire_child_tokens()
        gate.release()
        answers = sum(len(future.result()) == full for future in asked)
    return sim.counts + Counter(answers=answers)


async def _with_tasks(sim: Simulator) -> Counter[str]:
    async with AsyncLibrusSession(sim.credentials, hosts=sim.hosts, max_concurrency=PLACES) as session:
        client = await session.for_child(sim.children[0].id)
        full = len(await client.grades.list())
        sim.reset_counts()
        gate = sim.hold("Grades", times=PLACES)
        asked = [asyncio.ensure_future(client.grades.list()) for _ in range(READS)]
        await gate.arrived(PLACES)
        sim.expire_child_tokens()
        gate.release()
        answers = sum(len(rows) == full for rows in await asyncio.gather(*asked))
    return sim.counts + Counter(answers=answers)
