"""Leave sessions running while everything around them breaks, and look at what comes out.

``python -m tools.soak`` runs for ``MINUTES`` (20 unless the variable says otherwise): programs for a family
of three children in this process, the simulated Librus in another. Threads and asyncio tasks read through
cookies (which both share in a store), through OAuth and with a school's login, while tokens die every few
seconds and answers are spoiled at random. What is answered must be the very data; no 401 may reach a program;
memory and open files must not grow. Prints its figures and returns 1 when a bound is missed.
``SEED`` chooses the faults.

``make soak`` uses the system's allocator (``PYTHONMALLOC=malloc``): Python's own keeps what is freed in
pieces, which looks like growth.

Time runs sixty times as fast for both sides, so that minutes of a credential's life are seconds here; network
and deadlines keep the real clock.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import inspect
import os
import random
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from librus_sdk import (
    AsyncLibrusSession,
    Event,
    FileStore,
    Hosts,
    LibrusApiError,
    LibrusSchemaWarning,
    LibrusSdkError,
    LibrusSession,
    PortalCredentials,
)
from librus_sdk.settings import GatewayCredentials
from tools.soak_librus import CHILDREN, MONDAY, TIMEOUT_MS, FastClock, serving

THREADS: Final = 6
TASKS: Final = 9
PAUSE_S: Final = 0.12
SAMPLE_S: Final = 1.0
WARM_SHARE: Final = 0.3
"""The share of the run after which memory and files must not grow any more."""
LEAST_ANSWERED: Final = 0.8
MOST_GROWTH_KIB: Final = 8 * 1024
MOST_MORE_FILES: Final = 12

PASSES: Final = frozenset(
    {
        "NETWORK_ERROR",
        "NETWORK_TIMEOUT",
        "API_REQUEST_FAILED",
        "RATE_LIMITED",
        "SERVICE_MAINTENANCE",
        "RESPONSE_VALIDATION_FAILED",
        "PORTAL_LOGIN_PAGE_INVALID",
    }
)
"""What a program may see while Librus is spoiled like this."""

Operation: TypeAlias = tuple[str, Callable[[], Any], Callable[[Any], object]]
"""Its name, the read, and what of its result must always be the same."""


@dataclass
class Tally:
    """What happened; written from many threads, each entry by one statement."""

    calls: Counter[str] = field(default_factory=Counter)
    good: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unforeseen: list[str] = field(default_factory=list)
    began: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, event: Event) -> None:
        """Note an event."""
        with self.lock:
            self.events[event.name] += 1

    def take(self, name: str, result: object, expected: object) -> None:
        """Note an answer, and whether it is the right one."""
        with self.lock:
            self.calls[name] += 1
            self.good[name] += 1
            if result != expected:
                self.wrong.append(name)

    def take_error(self, name: str, error: BaseException) -> None:
        """Note an error, and whether a program may see it."""
        with self.lock:
            self.calls[name] += 1
            code = error.code if isinstance(error, LibrusSdkError) else type(error).__name__
            self.errors[code] += 1
            status = error.status if isinstance(error, LibrusApiError) else None
            if status == 401 or code == "AUTH_REFRESH_FAILED":
                self.refused.append(f"{name}: {error!r}")
            elif code not in PASSES:
                self.unforeseen.append(f"{name}: {error!r}")


def _ids(rows: Any) -> object:
    return [row.id for row in rows]


def _itself(result: Any) -> object:
    return result


def _of_child(session: Any, name: str, client: Any, mail: Any, bff: Any) -> list[Operation]:
    return [
        (f"{name} grades", client.grades.list, _itself),
        (f"{name} attendance", client.attendance.list, _itself),
        (f"{name} timetable", lambda: client.timetable.week(MONDAY), _itself),
        (f"{name} homework", client.homework.list, _itself),
        (f"{name} lucky number", client.lucky_number.get, _itself),
        (f"{name} inbox", mail.messages.list, _itself),
        (f"{name} unread", mail.messages.unread, _itself),
        (f"{name} bff", bff.messages.list, _itself),
        ("portal me", session.get_portal_me, _itself),
        ("portal children", lambda: session.list_children(reload=True), _ids),
    ]


class Programs:
    """Three sessions on one of the shells, and all that is read through them.

    The one by cookies keeps them in the store, which it shares with the one on the other shell. (Not the one
    by OAuth: whoever waits for another process waits by the fast clock, which is too short for tokens that
    work once.)
    """

    def __init__(self, kind: Any, environ: dict[str, str], tally: Tally, store: FileStore) -> None:
        names = {name: url for name, url in environ.items() if name.endswith("_URL")}
        hosts = {
            name.removeprefix("LIBRUS_").removesuffix("_URL").lower(): url for name, url in names.items()
        }
        family = PortalCredentials(environ["LIBRUS_PORTAL_EMAIL"], environ["LIBRUS_PORTAL_PASSWORD"])
        school = GatewayCredentials(environ["LIBRUS_GATEWAY_LOGIN"], environ["LIBRUS_GATEWAY_PASSWORD"])
        options: dict[str, Any] = {
            "hosts": Hosts(**hosts),
            "timeout_ms": TIMEOUT_MS,
            "flight_timeout_s": 5,
            "clock": FastClock(),
            "on_event": tally.hear,
        }
        self.tally = tally
        self.families = [kind(family, store=store, **options), kind(family, auth="oauth", **options)]
        self.school = kind(school, **options)
        self.operations: list[Operation] = []
        self.expected: dict[int, object] = {}

    async def prepare(self) -> None:
        """Make the clients, and read everything once while all is well."""
        for way, session in zip(("cookies", "oauth"), self.families, strict=True):
            for number, account in enumerate(await _got(session.list_children())):
                clients = [
                    await _got(make(account))
                    for make in (session.for_child, session.for_child_wiadomosci, session.for_child_bff)
                ]
                self.operations += _of_child(session, f"{way} {number + 1}", *clients)
        client, mail = await _got(self.school.for_child()), await _got(self.school.for_child_wiadomosci())
        self.operations += [
            ("school grades", client.grades.list, _itself),
            ("school attendance", client.attendance.list, _itself),
            ("school inbox", mail.messages.list, _itself),
        ]
        for place, (_, read, look) in enumerate(self.operations):
            self.expected[place] = look(await _got(read()))

    async def step(self, chance: random.Random) -> None:
        """Read something, and look whether it is right."""
        place = chance.randrange(len(self.operations))
        name, read, look = self.operations[place]
        try:
            result = look(await _got(read()))
        except Exception as error:  # noqa: BLE001  (whatever comes is what this is about)
            self.tally.take_error(name, error)
        else:
            self.tally.take(name, result, self.expected[place])

    async def close(self) -> None:
        """Close the sessions."""
        for session in (*self.families, self.school):
            await _got(session.close())


async def _got(result: Any) -> Any:
    """The result, waited for on asyncio; on threads it is there already."""
    return await result if inspect.isawaitable(result) else result


def on_threads(programs: Programs, stop: threading.Event, seed: int) -> list[threading.Thread]:
    """Start the threads that read. None of them has an event loop: what they await never suspends."""

    def work(number: int) -> None:
        chance = random.Random(f"{seed} thread {number}")  # noqa: S311
        while not stop.wait(chance.uniform(0, PAUSE_S)):
            _driven(programs.step(chance))

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    return threads


def _driven(coroutine: Any) -> None:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("the blocking session returned something to wait for")


def on_tasks(
    programs: Programs, stop: threading.Event, seed: int, ready: threading.Event
) -> threading.Thread:
    """Start the event loop whose tasks read, on a thread of its own."""

    async def work(number: int) -> None:
        chance = random.Random(f"{seed} task {number}")  # noqa: S311
        while not stop.is_set():
            await programs.step(chance)
            await asyncio.sleep(chance.uniform(0, PAUSE_S))

    async def body() -> None:
        await programs.prepare()
        ready.set()
        await asyncio.to_thread(began.wait)
        await asyncio.gather(*map(work, range(TASKS)))
        await programs.close()

    began = programs.tally.began
    thread = threading.Thread(target=lambda: asyncio.run(body()), daemon=True)
    thread.start()
    return thread


# --- figures ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """What the process holds at a moment, seconds after the beginning."""

    at: float
    rss_kib: int
    files: int


def sample(began: float) -> Sample:
    """Look at this process: what it uses, not what the allocator keeps for later. Needs /proc."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return Sample(time.monotonic() - began, rss, sum(1 for _ in Path("/proc/self/fd").iterdir()))


def slope(samples: list[Sample], of: Callable[[Sample], float]) -> float:
    """By how much it grows in a minute: the line that fits best."""
    mean_at = sum(one.at for one in samples) / len(samples)
    mean = sum(of(one) for one in samples) / len(samples)
    spread = sum((one.at - mean_at) ** 2 for one in samples)
    return 60 * sum((one.at - mean_at) * (of(one) - mean) for one in samples) / spread if spread else 0.0


def _most(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common()) or "none"


def report(tally: Tally, told: dict[str, dict[str, int]], samples: list[Sample], minutes: float) -> list[str]:
    """Print the figures; return the bounds that were missed."""
    warm = [one for one in samples if one.at >= samples[-1].at * WARM_SHARE]
    rss, files = slope(warm, lambda one: one.rss_kib), slope(warm, lambda one: one.files)
    left = (warm[-1].at - warm[0].at) / 60
    asked, faults = Counter(told["asked"]), Counter(told["faults"])
    calls, good = tally.calls.total(), tally.good.total()
    by_name: Counter[str] = Counter()
    for name, count in tally.calls.items():
        by_name[name.partition(" ")[0]] += count
    renewals = ("fresh", "login", "oauth.token", "web.refresh", "web.login", "wiadomosci.logon")
    print(f"{minutes:g} minute(s), {THREADS} threads and {TASKS} tasks, {CHILDREN} children")
    print(f"calls: {calls}, answered {good} ({good / max(1, calls):.1%}), by account: {_most(by_name)}")
    print(f"requests: {asked.total()}; renewals: {', '.join(f'{name} {asked[name]}' for name in renewals)}")
    stored = ("store.adopted", "store.saved")
    print(f"store: {', '.join(f'{name} {tally.events[name]}' for name in stored)}")
    print(f"faults: {faults.total()} that were met: {_most(faults)}")
    print(f"errors: {_most(tally.errors)}")
    print(f"wrong answers: {len(tally.wrong)}; 401s that a program saw: {len(tally.refused)}")
    first, then, last = samples[0], warm[0], samples[-1]
    memory = f"{first.rss_kib} at first, {then.rss_kib} warm, {last.rss_kib} at last"
    print(f"memory, KiB: {memory}; {rss:+.0f} a minute")
    print(
        f"open files: {first.files} at first, {then.files} warm, {last.files} at last; {files:+.1f} a minute"
    )
    missed = [
        *(f"wrong answer: {name}" for name in tally.wrong[:10]),
        *(f"a 401: {text}" for text in tally.refused[:10]),
        *(f"not foreseen: {text}" for text in tally.unforeseen[:10]),
    ]
    if good < LEAST_ANSWERED * calls:
        missed.append(f"only {good} of {calls} calls were answered, at least {LEAST_ANSWERED:.0%} should be")
    if rss * left > MOST_GROWTH_KIB:
        missed.append(f"memory grows: {rss * left:.0f} KiB when warm, at most {MOST_GROWTH_KIB}")
    if max(one.files for one in warm) > max(one.files for one in samples[: -len(warm)]) + MOST_MORE_FILES:
        missed.append("more files are open than when it began")
    if files * left > MOST_MORE_FILES:
        missed.append(f"open files grow: {files * left:.1f} when warm")
    if not (good and asked["fresh"] and asked["login"] and asked["web.login"] + asked["web.refresh"]):
        missed.append("nothing was renewed: this shows nothing")
    return missed


def main() -> int:
    """Run it. Returns the exit status."""
    minutes, seed = float(os.environ.get("MINUTES", "20")), int(os.environ.get("SEED", str(os.getpid())))
    print(f"SEED={seed}", flush=True)
    warnings.simplefilter("error", LibrusSchemaWarning)
    tally, stop, ready = Tally(), threading.Event(), threading.Event()
    with serving(seed) as (environ, tell, hear), TemporaryDirectory(prefix="librus-soak-") as folder:
        store = FileStore(folder)
        programs = Programs(LibrusSession, environ, tally, store)
        _driven(programs.prepare())
        loop = on_tasks(Programs(AsyncLibrusSession, environ, tally, store), stop, seed, ready)
        if not ready.wait(60):
            return _ended(["the sessions on asyncio could not be prepared"])
        tally.calls.clear()
        tell("begin")
        tally.began.set()
        threads = on_threads(programs, stop, seed)
        began = time.monotonic()
        samples: list[Sample] = []
        while not samples or time.monotonic() - began < minutes * 60:
            samples.append(sample(began))
            time.sleep(SAMPLE_S)
        stop.set()
        for thread in (*threads, loop):
            thread.join(60)
        hangs = [thread.name for thread in (*threads, loop) if thread.is_alive()]
        tell("end")
        missed = report(tally, hear(), samples, minutes)
        _driven(programs.close())
    return _ended([*missed, *(f"hangs: {name}" for name in hangs)])


def _ended(missed: list[str]) -> int:
    for text in missed:
        print(f"MISSED  {text}")
    print("failed" if missed else "every bound was kept")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
