"""Scenes around a session that dies, is refused, or belongs to several."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ._desk import Desk, Spent, Where
from ._finding import Finding
from ._library import Client, Library

__all__ = [
    "cancelled", "dying", "identical", "one_read", "refused", "scopes", "throttled", "throttled_long",
    "two_objects", "two_objects_sharing", "two_processes", "two_processes_sharing",
]  # fmt: skip

CALLS: Final = 50
ROW: Final = 10
A_MINUTE_S: Final = 61.0
ATTENDANCES: Final = "gateway/Attendances"


async def dying(library: Library, desk: Desk) -> Finding:
    """Reads of different things are under way when the session ends for good."""
    if library.refuses_above is None:
        return await _dying(library, desk, raised=False)
    usual = await _dying(library, desk, raised=False)
    raised = await _dying(library, desk, raised=True)
    return Finding(f"{usual.text}; with its limits raised: {raised.text}", raised.score)


async def _dying(library: Library, desk: Desk, *, raised: bool) -> Finding:
    client = await _warm(library, desk, raised=raised)
    await desk.ask("hold", name=library.another, at="request", times=library.in_flight)
    asked = [asyncio.ensure_future(client.read_another(number)) for number in range(CALLS)]
    await desk.ask("arrived", requests=library.in_flight)
    await desk.ask("end_sessions")
    started = time.perf_counter()
    await desk.ask("release")
    told = await _all(asked)
    took = time.perf_counter() - started
    spent = await desk.spent()
    await client.close()
    failures = _failures(told)
    return Finding(
        f"{CALLS - failures} answers, {_many(failures, 'failure')}; {_renewals(spent)}, "
        f"{_many(spent.requests, 'request')} in all, {took:.1f} s",
        [failures, spent.sign_ins, spent.requests],
    )


async def identical(library: Library, desk: Desk) -> Finding:
    """The same read from everybody at once, while the session lives."""
    client = await _warm(library, desk)
    told = await _all([asyncio.ensure_future(client.read()) for _ in range(CALLS)])
    spent = await desk.spent()
    await client.close()
    failures = _failures(told)
    text = f"{CALLS - failures} answers, {_many(spent.requests, 'request')}"
    return Finding(text, [failures, spent.requests])


async def refused(library: Library, desk: Desk) -> Finding:
    """Librus answers 401 to one list for ever, whoever signs in."""
    client = await _warm(library, desk)
    await desk.ask("fail", name=ATTENDANCES, status=401, times=None)
    errors = [await _error(client.read()) for _ in range(ROW)]
    spent = await desk.spent()
    await client.close()
    assert all(errors), "a read succeeded that was refused"
    text = f"{_renewals(spent)}, {_many(spent.requests, 'request')} in all"
    return Finding(text, [spent.sign_ins, spent.requests])


async def cancelled(library: Library, desk: Desk) -> Finding:
    """All who wait for a sign-in give up when the server has let them in; then somebody comes."""
    client = await _warm(library, desk)
    await desk.ask("end_sessions")
    await desk.ask("hold", name="web.login", at="response", times=1)
    asked = [asyncio.ensure_future(client.read()) for _ in range(ROW)]
    await desk.ask("arrived", requests=1)
    for one in asked:
        one.cancel()
    await asyncio.sleep(0.05)  # not awaited yet: a library may need the answer before it can let go
    await desk.ask("release")
    await _all(asked)
    error = await _error(client.read())
    spent = await desk.spent()
    await client.close()
    told = "the next read is answered" if error is None else f"the next read fails ({_name(error)})"
    return Finding(f"{told}; {_renewals(spent)}", [int(error is not None), spent.sign_ins])


async def scopes(library: Library, desk: Desk) -> Finding:
    """A list the account may not read, which Librus says with the status of a dead session."""
    client = await _warm(library, desk)
    await desk.ask("deny", name="Attendances")
    error = await _error(client.read())
    spent = await desk.spent()
    await client.close()
    assert error is not None
    return Finding(
        f"{_name(error)}; {_renewals(spent)}, {_many(spent.requests, 'request')} in all",
        [spent.sign_ins, spent.requests],
    )


async def throttled(library: Library, desk: Desk) -> Finding:
    """One answer is 429 and asks for a second of patience."""
    client = await _warm(library, desk)
    await desk.ask("fail", name=ATTENDANCES, status=429, times=1, retry_after=1)
    started = time.perf_counter()
    error = await _error(client.read())
    took = time.perf_counter() - started
    spent = await desk.spent()
    await client.close()
    told = "answered" if error is None else f"{_name(error)}, the program has to try again"
    text = f"{told}; after {took:.1f} s, {_many(spent.requests, 'request')}"
    return Finding(text, [int(error is not None), spent.requests])


async def throttled_long(library: Library, desk: Desk) -> Finding:
    """Every answer is 429 and asks for two minutes."""
    client = await _warm(library, desk)
    await desk.ask("fail", name=ATTENDANCES, status=429, times=None, retry_after=120)
    started = time.perf_counter()
    error = await _error(client.read())
    took = time.perf_counter() - started
    spent = await desk.spent()
    await client.close()
    assert error is not None
    knows = any(value in (120, 120.0, "120") for value in _attributes(error))
    told = "says 120 s" if knows else "does not say how long"
    return Finding(
        f"{_name(error)} after {took:.1f} s, {_many(spent.requests, 'request')}; {told}",
        [spent.requests, int(not knows)],
    )


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
        found = await _two(desk, [opened(where, Path(folder)) for _ in range(2)])
    return Finding(f"{sharing.how}: {found.text}", found.score)


async def _two(desk: Desk, clients: Sequence[Client]) -> Finding:
    """Let them read at the same moment, end their sessions, and let them read again."""
    spent = []
    errors = 0
    for _ in range(2):
        errors += _failures(await _all([asyncio.ensure_future(client.read()) for client in clients]))
        spent.append(await desk.spent())
        await desk.ask("end_sessions")
    for client in clients:
        await client.close()
    return _both_times(errors, spent)


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
    for later in (False, True):
        if later and folder is not None:
            # What is kept would die within its first minute, which is no life of a session: one of the
            # libraries takes that for a refusal whose cause is another.
            await asyncio.sleep(A_MINUTE_S)
        processes = [await _process(library, where, folder) for _ in range(2)]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        statuses = [await process.wait() for process in processes]
        errors += sum(status != 0 for status in statuses)
        spent.append(await desk.spent())
        await desk.ask("end_sessions")
    return _both_times(errors, spent)


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


def _both_times(errors: int, spent: Sequence[Spent]) -> Finding:
    first, later = (one.sign_ins for one in spent)
    failed = f", {_many(errors, 'failure')}" if errors else ""
    return Finding(
        f"{_many(first, 'sign-in')} at first, {later} when the session died{failed}", [errors, first + later]
    )


# What the scenes share.


async def _warm(library: Library, desk: Desk, *, raised: bool = True) -> Client:
    """A client whose session has worked; nothing counted yet."""
    client = library.open(await desk.begin(), raised)
    assert await client.read() > 0
    await desk.spent()
    return client


async def _all(asked: Sequence[asyncio.Future[Any]]) -> list[Any]:
    return await asyncio.gather(*asked, return_exceptions=True)


async def _error(read: Awaitable[object]) -> Exception | None:
    try:
        await read
    except Exception as error:  # noqa: BLE001  (every library has its own)
        return error
    return None


def _attributes(error: Exception) -> list[object]:
    return [getattr(error, name, None) for name in dir(error) if not name.startswith("__")]


def _failures(told: Sequence[object]) -> int:
    return sum(isinstance(one, BaseException) for one in told)


def _name(error: Exception) -> str:
    return type(error).__name__


def _renewals(spent: Spent) -> str:
    extended = f" ({_many(spent.extensions, 'extension')} tried)" if spent.extensions else ""
    return _many(spent.sign_ins, "sign-in") + extended


def _many(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
