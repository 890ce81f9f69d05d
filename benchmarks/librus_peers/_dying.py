"""Scenes about calls under way when their session ends for good."""

from __future__ import annotations

import asyncio
import gc
import time
from dataclasses import dataclass
from typing import Final

from ._desk import Desk, Spent
from ._finding import Finding
from ._library import Library
from ._steps import all_of, failures_among, many, renewals, warm

__all__ = ["dying", "dying_cpu", "dying_wall"]

CALLS: Final = 50
TIMES: Final = 3
LATENCY_S: Final = 0.1


@dataclass(frozen=True)
class _Death:
    """What one of them cost, from the moment the server goes on."""

    failures: int
    spent: Spent
    wall: float
    processor: float


async def dying(library: Library, desk: Desk) -> Finding:
    """Reads of different things are under way: what is renewed, sent and lost."""
    raised = await _die(library, desk)
    if library.refuses_above is None:
        return Finding(_counted(raised), _score(raised))
    usual = await _die(library, desk, raised=False)
    return Finding(f"{_counted(usual)}; with its limits raised: {_counted(raised)}", _score(raised))


async def dying_wall(library: Library, desk: Desk) -> Finding:
    """The same over a slow network: how long until everybody has an answer."""
    deaths = [await _die(library, desk, latency_s=LATENCY_S) for _ in range(TIMES)]
    wall = min(death.wall for death in deaths)
    return _timed(deaths, f"{wall:.2f} s{library.pace}", wall)


async def dying_cpu(library: Library, desk: Desk) -> Finding:
    """The same for the processor's sake."""
    deaths = [await _die(library, desk) for _ in range(TIMES)]
    processor = min(death.processor for death in deaths)
    requests = many(deaths[-1].spent.requests, "request")
    return _timed(deaths, f"{processor * 1000:.0f} ms for {requests}", processor)


def _timed(deaths: list[_Death], text: str, number: float) -> Finding:
    """Whoever lost calls has done less, so their time says nothing."""
    failures = sum(death.failures for death in deaths)
    return Finding(f"{text}, {many(failures, 'failure')}", None) if failures else Finding(text, [number])


async def _die(library: Library, desk: Desk, *, raised: bool = True, latency_s: float = 0.0) -> _Death:
    client = await warm(library, desk, raised=raised)
    if latency_s:
        await desk.ask("fail", name="*", times=None, delay=latency_s)
    await desk.ask("hold", name=library.another, at="request", times=library.in_flight)
    asked = [asyncio.ensure_future(client.read_another(number)) for number in range(CALLS)]
    await desk.ask("arrived", requests=library.in_flight)
    await desk.ask("end_sessions")
    gc.collect()
    started, before = time.perf_counter(), time.process_time()
    await desk.ask("release")
    told = await all_of(asked)
    wall, processor = time.perf_counter() - started, time.process_time() - before
    spent = await desk.spent()
    await client.close()
    return _Death(failures_among(told), spent, wall, processor)


def _counted(death: _Death) -> str:
    return (
        f"{CALLS - death.failures} answers, {many(death.failures, 'failure')}; {renewals(death.spent)}, "
        f"{many(death.spent.requests, 'request')} in all"
    )


def _score(death: _Death) -> list[float]:
    return [death.failures, death.spent.sign_ins, death.spent.requests]
