"""What one typed read costs: processor time against a bare GET, and memory."""

from __future__ import annotations

import asyncio
import gc
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median
from typing import Final

import httpx2

from librus_sdk import AsyncLibrusSession, LibrusSession, SynergiaApiClient
from librus_sdk.models import Grade, Rows

from ._payload import GRADES, grades_answer
from ._server import Served, serving
from ._table import Measured

__all__ = ["cost"]

ROUNDS: Final = 40
READS: Final = 5  # in a row, by each side in each round
WARM_UP: Final = 5
BOUND: Final = 1.0


def cost() -> Iterator[Measured]:
    """Measure the processor time of one read, blocking and awaited, and the memory its result takes."""
    with serving() as served:
        ours, bare = _blocking(served)
        yield _ratio("blocking", "httpx2.Client", ours, bare)
        ours, bare = _awaited(served)
        yield _ratio("asyncio", "httpx2.AsyncClient", ours, bare)
        yield _memory(served)


def _ratio(kind: str, baseline: str, ours: list[float], bare: list[float]) -> Measured:
    # The machine's mood changes from round to round; both sides of one round share it.
    ratio = median(one / other for one, other in zip(ours, bare, strict=True))
    size = round(len(grades_answer()) / 1000)
    return Measured(
        f"CPU of grades.list(), {kind}: {GRADES} grades, {size} kB, typed, whole stack ÷ "
        f"{baseline}.get() + json.loads",
        f"<= {BOUND:.2f}",
        f"{ratio:.2f} ({median(ours) * 1000:.2f} ms ÷ {median(bare) * 1000:.2f} ms)",
        ratio <= BOUND,
    )


def _blocking(served: Served) -> tuple[list[float], list[float]]:
    with (
        LibrusSession(served.credentials, hosts=served.hosts) as session,
        httpx2.Client(headers=_bearer(served), trust_env=False) as bare,
    ):
        client = session.for_child(served.child)

        def typed() -> float:
            started = time.process_time()
            for _ in range(READS):
                assert len(client.grades.list()) == GRADES
            return (time.process_time() - started) / READS

        def untyped() -> float:
            started = time.process_time()
            for _ in range(READS):
                assert _grades(bare.get(served.grades_url)) == GRADES
            return (time.process_time() - started) / READS

        return _in_turns(typed, untyped)


def _awaited(served: Served) -> tuple[list[float], list[float]]:
    session = AsyncLibrusSession(served.credentials, hosts=served.hosts)
    bare = httpx2.AsyncClient(headers=_bearer(served), trust_env=False)
    with asyncio.Runner() as loop:
        client = loop.run(session.for_child(served.child))

        async def typed() -> float:
            started = time.process_time()
            for _ in range(READS):
                assert len(await client.grades.list()) == GRADES
            return (time.process_time() - started) / READS

        async def untyped() -> float:
            started = time.process_time()
            for _ in range(READS):
                assert _grades(await bare.get(served.grades_url)) == GRADES
            return (time.process_time() - started) / READS

        try:
            return _in_turns(lambda: loop.run(typed()), lambda: loop.run(untyped()))
        finally:
            loop.run(session.close())
            loop.run(bare.aclose())


def _bearer(served: Served) -> dict[str, str]:
    return {"authorization": f"Bearer {served.token}"}


def _grades(answer: httpx2.Response) -> int:
    return len(json.loads(answer.raise_for_status().content)["Grades"])


def _in_turns(ours: Callable[[], float], bare: Callable[[], float]) -> tuple[list[float], list[float]]:
    """Measure in turns, each side first in every other round; the collector starts clean for both."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(WARM_UP + ROUNDS):
        for mine in (True, False) if number % 2 else (False, True):
            gc.collect()
            times[mine].append(ours() if mine else bare())
    return times[True][WARM_UP:], times[False][WARM_UP:]


def _memory(served: Served) -> Measured:
    _session_with_grades(served)[
        0
    ].close()  # what is loaded and cached once for the process is nobody's in particular
    gc.collect()
    tracemalloc.start()
    try:
        kept = _session_with_grades(served)
        gc.collect()
        whole = tracemalloc.get_traced_memory()[0]
        raw = kept[2].raw
        tracemalloc.clear_traces()
        document = json.loads(raw)
        plain = tracemalloc.get_traced_memory()[0]
        assert len(document["Grades"]) == GRADES
    finally:
        tracemalloc.stop()
    kept[0].close()
    return Measured(
        f"memory of a session with its connections, a client and {GRADES} decoded grades (tracemalloc)",
        "",
        f"{whole / 1000:.0f} kB, {len(raw) / 1000:.0f} kB of it the answer as it came; "
        f"the same rows from json.loads: {plain / 1000:.0f} kB",
    )


def _session_with_grades(served: Served) -> tuple[LibrusSession, SynergiaApiClient, Rows[Grade]]:
    session = LibrusSession(served.credentials, hosts=served.hosts)
    client = session.for_child(served.child)
    return session, client, client.grades.list()
