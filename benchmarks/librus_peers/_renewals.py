"""Scenes around a session that is asked for at once, refused, given up, throttled, or belongs to several."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from ._desk import Desk, Spent, Where
from ._finding import Finding
from ._library import Client, Library
from ._steps import all_of, error_of, failures_among, many, name_of, renewals, warm

__all__ = [
    "cancelled", "identical", "one_read", "refused", "scopes", "throttled", "throttled_long", "two_objects",
    "two_objects_sharing", "two_processes", "two_processes_sharing",
]  # fmt: skip

CALLS: Final = 50
ROW: Final = 10
PATIENCE_S: Final = 3.0
ATTENDANCES: Final = "gateway/Attendances"


async def identical(library: Library, desk: Desk) -> Finding:
    """The same read from everybody at once, while the session lives."""
    client = await warm(library, desk)
    told = await all_of([asyncio.ensure_future(client.read()) for _ in range(CALLS)])
    spent = await desk.spent()
    await client.close()
    failures = failures_among(told)
    text = f"{CALLS - failures} answers, {many(spent.requests, 'request')}"
    return Finding(text, [failures, spent.requests])


async def refused(library: Library, desk: Desk) -> Finding:
    """Librus answers 401 to one list for ever, whoever signs in."""
    client = await warm(library, desk)
    await desk.ask("fail", name=ATTENDANCES, status=401, times=None)
    errors = [await error_of(client.read()) for _ in range(ROW)]
    spent = await desk.spent()
    await client.close()
    assert all(errors), "a read succeeded that was refused"
    text = f"{renewals(spent)}, {many(spent.requests, 'request')} in all"
    return Finding(text, [spent.sign_ins, spent.requests])


async def cancelled(library: Library, desk: Desk) -> Finding:
    """All who wait for a sign-in give up when the server has let them in; then somebody comes."""
    client = await warm(library, desk)
    await desk.ask("end_sessions")
    await desk.ask("hold", name="web.login", at="response", times=1)
    asked = [asyncio.ensure_future(client.read()) for _ in range(ROW)]
    await desk.ask("arrived", requests=1)
    for one in asked:
        one.cancel()
    await asyncio.sleep(0.05)  # not awaited yet: a library may need the answer before it can let go
    await desk.ask("release")
    await all_of(asked)
    error = await error_of(client.read())
    spent = await desk.spent()
    await client.close()
    told = "the next read is answered" if error is None else f"the next read fails ({name_of(error)})"
    return Finding(f"{told}; {renewals(spent)}", [int(error is not None), spent.sign_ins])


async def scopes(library: Library, desk: Desk) -> Finding:
    """A list the account may not read, which Librus says with the status of a dead session."""
    client = await warm(library, desk)
    await desk.ask("deny", name="Attendances")
    error = await error_of(client.read())
    spent = await desk.spent()
    await client.close()
    assert error is not None
    return Finding(
        f"{name_of(error)}; {renewals(spent)}, {many(spent.requests, 'request')} in all",
        [spent.sign_ins, spent.requests],
    )


async def throttled(library: Library, desk: Desk) -> Finding:
    """One answer is 429 and asks for a second of patience. Whoever gets an error calls again at once."""
    client = await warm(library, desk)
    await desk.ask("fail", name=ATTENDANCES, status=429, times=1, retry_after=1)
    error, took, spent = await _timed(client, desk)
    if error is None:
        found = Finding(f"answered after {took:.1f} s, {many(spent.requests, 'request')}", [0, 0])
    else:
        again, requests = await _called_again(client, desk)
        text = f"{name_of(error)} after {took:.1f} s, {many(spent.requests, 'request')}; {again}"
        # Asking again before the second is over is worse than an error.
        found = Finding(text, [1, requests])
    await client.close()
    return found


async def throttled_long(library: Library, desk: Desk) -> Finding:
    """Every answer is 429 and asks for two minutes. A program calls again at once all the same."""
    client = await warm(library, desk)
    await desk.ask("fail", name=ATTENDANCES, status=429, times=None, retry_after=120)
    error, took, spent = await _timed(client, desk)
    assert error is not None
    again, requests = await _called_again(client, desk)
    await client.close()
    knows = any(value in (120, 120.0, "120") for value in _attributes(error))
    told = "says 120 s" if knows else "does not say how long"
    text = f"{name_of(error)} after {took:.1f} s, {many(spent.requests, 'request')}; {told}; {again}"
    return Finding(text, [spent.requests + requests, int(not knows)])


async def _timed(client: Client, desk: Desk) -> tuple[Exception | None, float, Spent]:
    started = time.perf_counter()
    error = await error_of(client.read())
    return error, time.perf_counter() - started, await desk.spent()


async def _called_again(client: Client, desk: Desk) -> tuple[str, int]:
    """Say what a second call meets, and how many requests it sends while somebody might look on."""
    call = asyncio.ensure_future(error_of(client.read()))
    done, _ = await asyncio.wait({call}, timeout=PATIENCE_S)
    requests = (await desk.spent()).requests
    sent = many(requests, "request") if requests else "no request"
    if not done:
        call.cancel()
        await all_of([call])
        return f"called again it waits, {sent} within {PATIENCE_S:.0f} s", requests
    error = call.result()
    return f"called again: {'answered' if error is None else name_of(error)}, {sent}", requests


def _attributes(error: Exception) -> list[object]:
    return [getattr(error, name, None) for name in dir(error) if not name.startswith("__")]


# Several of one account.


async def two_objects(library: Library, desk: Desk) -> Finding:
    """Two objects that know nothing of each other make their first read, and meet a dead session later."""
    where = await desk.begin()
    return await _two(desk, [library.open(where, False) for _ in range(2)])


async def two_objects_sharing(library: Library, desk: Desk) -> Finding:
    """The same, with what the library has for sharing a session."""
    sharing = library.sharing()
    opened = sharing.open
    if opened is None:
        return Finding(sharing.how, None)
    where = await desk.begin()
    with tempfile.TemporaryDirectory(prefix="librus-peers-") as folder:
        found = await _two(desk, [opened(where, Path(folder)) for _ in range(2)], shared=True)
    return Finding(f"{sharing.how}: {found.text}", found.score)


async def _two(desk: Desk, clients: Sequence[Client], *, shared: bool = False) -> Finding:
    """Let them read at the same moment, end their sessions, and let them read again."""
    spent = []
    errors = 0
    for _ in range(2):
        errors += failures_among(await all_of([asyncio.ensure_future(client.read()) for client in clients]))
        spent.append(await desk.spent())
        await desk.ask("end_sessions")
    for client in clients:
        await client.close()
    return _both_times(errors, spent, shared=shared)


async def two_processes(library: Library, desk: Desk) -> Finding:
    """Two processes, and later two others."""
    return await _processes(library, desk, None)


async def two_processes_sharing(library: Library, desk: Desk) -> Finding:
    """The same, with what the library has for keeping a session."""
    sharing = library.sharing()
    if sharing.open is None:
        return Finding(sharing.how, None)
    with tempfile.TemporaryDirectory(prefix="librus-peers-") as folder:
        found = await _processes(library, desk, Path(folder))
    return Finding(f"{sharing.how}: {found.text}", found.score)


async def _processes(library: Library, desk: Desk, folder: Path | None) -> Finding:
    where = await desk.begin()
    spent = []
    errors = 0
    for _ in range(2):
        processes = [await _process(library, where, folder) for _ in range(2)]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        statuses = [await process.wait() for process in processes]
        errors += sum(status != 0 for status in statuses)
        spent.append(await desk.spent())
        await desk.ask("end_sessions")
    return _both_times(errors, spent, shared=folder is not None)


async def _process(library: Library, where: Where, folder: Path | None) -> asyncio.subprocess.Process:
    """Start one of the processes; it stands at the line and waits for the word."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.librus_peers", library.name, "one-read",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    told = {"where": asdict(where), "folder": None if folder is None else str(folder)}
    process.stdin.write(json.dumps(told).encode() + b"\n")
    await process.stdout.readline()
    return process


async def one_read(library: Library, where: Where, folder: Path | None) -> None:
    """What one of the processes does."""
    if folder is None:
        client = library.open(where, False)
    else:
        opened = library.sharing().open
        assert opened is not None
        client = opened(where, folder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    await client.read()
    await client.close()


def _both_times(errors: int, spent: Sequence[Spent], *, shared: bool) -> Finding:
    first, later = (one.sign_ins for one in spent)
    failed = f", {many(errors, 'failure')}" if errors else ""
    text = f"{many(first, 'sign-in')} at first, {later} when the session died{failed}"
    # Two sign-ins that go on from one kept session may end it for each other at the simulator's form. Whether
    # they do at Librus nobody has seen, so these failures are told and not held against anybody.
    return Finding(text, [first + later] if shared else [errors, first + later])
