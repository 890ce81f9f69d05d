"""Scenes about what reading and decoding cost."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal

from ._desk import Desk
from ._finding import Finding
from ._http import BARE
from ._library import Library

__all__ = [
    "bare_http", "decode_attendances", "decode_grades", "memory", "odd_date", "odd_id", "read_attendances",
    "read_grades", "same_lists", "same_lists_cpu", "snapshot",
]  # fmt: skip

ROWS: Final = 500
REQUESTS: Final = 50
ROUNDS: Final = 25
WARM_UP: Final = 5
IN_A_ROW: Final = 5
LATENCY_S: Final = 0.1


# A snapshot.


async def snapshot(library: Library, desk: Desk) -> Finding:
    """Everything the library has a name for."""
    return await _photographed(library, desk, library.snapshot, by="wall")


async def same_lists(library: Library, desk: Desk) -> Finding:
    """The lists of librus-synergia's snapshot."""
    return await _photographed(library, desk, library.same_lists, by="wall")


async def same_lists_cpu(library: Library, desk: Desk) -> Finding:
    """The same without latency, for the processor's sake."""
    return await _photographed(library, desk, library.same_lists, by="processor")


async def _photographed(
    library: Library,
    desk: Desk,
    take: Callable[[Any], Any] | None,
    *,
    by: Literal["wall", "processor"],
) -> Finding:
    if take is None:
        return Finding(library.no_snapshot, None)
    walls, processors, requests = [], [], 0
    for _ in range(5):
        # A new client each time: some hurry in the beginning and are slower later, to be polite.
        client = library.open(await desk.begin(ordinary_week=False), True)
        await client.read()
        if by == "wall":
            await desk.ask("fail", name="*", times=None, delay=LATENCY_S)
        await desk.spent()
        gc.collect()
        started, before = time.perf_counter(), time.process_time()
        await take(client)
        walls.append(time.perf_counter() - started)
        processors.append(time.process_time() - before)
        requests = (await desk.spent()).requests
        await client.close()
    # Whatever else the machine does makes a reading slower and never faster.
    wall, processor = min(walls), min(processors)
    if by == "wall":
        return Finding(f"{wall:.2f} s, {requests} requests, CPU {processor * 1000:.0f} ms", [wall])
    return Finding(f"{processor * 1000:.0f} ms for {requests} requests", [processor])


async def bare_http(library: Library, desk: Desk) -> Finding:
    """What is below: the HTTP library alone, a short answer."""
    address = f"{(await desk.begin()).synergia}/gateway/api/2.0/LuckyNumbers"
    await desk.ask("serve", kind="little")
    spent: list[float] = []
    async with BARE[library.http]() as ask:
        for _ in range(WARM_UP + ROUNDS):
            gc.collect()
            started = time.process_time()
            await asyncio.gather(*(ask(address) for _ in range(REQUESTS)))
            spent.append((time.process_time() - started) / REQUESTS)
    best = min(spent[WARM_UP:])
    return Finding(f"{library.http}: {best * 1000:.2f} ms", [best])


# Decoding.


async def decode_grades(library: Library, desk: Desk) -> Finding:
    """From bytes to records."""
    return await _decoded(library, desk, "grades")


async def decode_attendances(library: Library, desk: Desk) -> Finding:
    """From bytes to records."""
    return await _decoded(library, desk, "attendances")


async def _decoded(library: Library, desk: Desk, kind: str) -> Finding:
    if kind not in library.typed:
        return Finding(library.untyped, None)
    body = (await desk.ask("body", kind=kind)).encode()
    decode = library.typed[kind]()

    def typed() -> float:
        started = time.process_time()
        for _ in range(IN_A_ROW):
            assert len(decode(body)) == ROWS
        return (time.process_time() - started) / IN_A_ROW

    ours, bare = _in_turns(typed, lambda: _plain(body))
    return _ratio(ours, bare)


async def read_grades(library: Library, desk: Desk) -> Finding:
    """A whole call: everything a library does in this process for one answer."""
    return await _read(library, desk, "grades")


async def read_attendances(library: Library, desk: Desk) -> Finding:
    """The same."""
    return await _read(library, desk, "attendances")


async def _read(library: Library, desk: Desk, kind: str) -> Finding:
    if kind not in library.asked_for:
        return Finding(library.untyped, None)
    client = library.open(await desk.begin(), True)
    await client.read()
    body = (await desk.ask("serve", kind=kind)).encode()
    read = library.asked_for[kind]
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(WARM_UP + ROUNDS):
        gc.collect()
        bare.append(_plain(body))
        gc.collect()
        started = time.process_time()
        assert len(await read(client)) == ROWS
        ours.append(time.process_time() - started)
    await client.close()
    return _ratio(ours[WARM_UP:], bare[WARM_UP:])


def _plain(body: bytes) -> float:
    started = time.process_time()
    for _ in range(IN_A_ROW):
        json.loads(body)
    return (time.process_time() - started) / IN_A_ROW


def _in_turns(one: Callable[[], float], other: Callable[[], float]) -> tuple[list[float], list[float]]:
    pairs = []
    for number in range(WARM_UP + ROUNDS):
        gc.collect()
        pairs.append((one(), other()) if number % 2 else (other(), one())[::-1])
    kept = pairs[WARM_UP:]
    return [first for first, _ in kept], [second for _, second in kept]


def _ratio(ours: list[float], bare: list[float]) -> Finding:
    ratio = median(one / other for one, other in zip(ours, bare, strict=True))
    return Finding(f"{ratio:.2f} ({median(ours) * 1000:.1f} ms)", [round(ratio, 2)])


# Odd rows.


async def odd_id(library: Library, desk: Desk) -> Finding:
    """A row of a class trip: its id begins with a letter, as Librus sends it."""
    return await _odd(library, desk, "trip")


async def odd_date(library: Library, desk: Desk) -> Finding:
    """A row whose date is a word and whose lesson is no object."""
    return await _odd(library, desk, "odd")


async def _odd(library: Library, desk: Desk, kind: str) -> Finding:
    body = (await desk.ask("body", kind=kind)).encode()
    decode = library.typed["attendances"]()
    try:
        found = decode(body)
    except Exception as error:  # noqa: BLE001  (every library has its own)
        return Finding(f"{type(error).__name__}: all {ROWS} rows are lost", [ROWS])
    rejected = getattr(found, "rejected", None)
    unread = [row for row in found if "wkrótce" in (getattr(row, "date", None), getattr(row, "day", None))]
    text = f"{len(found)} rows"
    if rejected:
        text += f", {len(rejected)} set aside with its place and reason (strict=True raises)"
    elif unread:
        text += ", the odd one among them with the word for its date"
    # A row that is believed is worse than one set aside: nobody learns of it.
    return Finding(text, [ROWS - len(found) - len(rejected or ()), len(unread)])


# Memory.


async def memory(library: Library, desk: Desk) -> Finding:
    """What the process grows by: the import, then an object with an open session and 500 rows."""
    empty = _resident()
    library.load()
    loaded = _resident()
    client = library.open(await desk.begin(), True)
    await client.read()
    await desk.ask("serve", kind="attendances")
    kept = await library.asked_for["attendances"](client)
    gc.collect()
    full = _resident()
    assert len(kept) == ROWS
    await client.close()
    return Finding(f"{full - empty:.0f} MB, {loaded - empty:.0f} of it the import", [round(full - empty)])


def _resident() -> float:
    """What the process has in memory now, MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
