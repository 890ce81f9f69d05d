"""The other side of ``tools/soak.py``: the simulated Librus, and what goes wrong there."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from librus_sdk.shells.clock import Clock
from librus_sdk.simulator import Fault, Simulator

__all__ = ["CHILDREN", "MONDAY", "TIMEOUT_MS", "FastClock", "serving"]

MONDAY: Final = date(2026, 3, 9)
CHILDREN: Final = 3
FASTER: Final = 60.0
EVERY_S: Final = 0.15
LIFETIME_S: Final = 360.0
"""How long tokens and sessions live, by the fast clock: six real seconds."""
TIMEOUT_MS: Final = 1_000


class FastClock(Clock):
    """A clock that runs faster, and sleeps as much shorter."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._wall = time.time()

    def monotonic(self) -> float:
        """Seconds, the faster ones."""
        return (time.monotonic() - self._began) * FASTER

    def wall(self) -> float:
        """Seconds since the epoch, the faster ones."""
        return self._wall + self.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread, for a shorter time."""
        time.sleep(seconds / FASTER)

    async def sleep_async(self, seconds: float) -> None:
        """Suspend this task, for a shorter time."""
        await asyncio.sleep(seconds / FASTER)


DATA: Final = (
    "Grades",
    "Attendances",
    "Timetables",
    "HomeWorks",
    "LuckyNumbers",
    "gateway/Grades",
    "gateway/Attendances",
    "wiadomosci/inbox/messages",
    "wiadomosci/inbox/unreadMessagesCount",
    "bff/Messages",
)
WAYS: Final = (
    "fresh",
    "accounts",
    "me",
    "login_page",
    "login",
    "oauth.token",
    "oauth.redirect",
    "AutoLoginToken",
    "web.token",
    "web.messages",
    "wiadomosci.logon",
    "web.refresh",
    "web.start",
    "web.form",
    "web.login",
    "web.grant",
    "gateway/Auth/TokenInfo",
)
ANYWHERE: Final[dict[str, dict[str, Any]]] = {
    "500": {"status": 500},
    "502": {"status": 502},
    "503": {"status": 503},
    "504": {"status": 504},
    "408": {"status": 408},
    "429": {"status": 429},
    "429 with Retry-After": {"status": 429, "retry_after": "20"},
    "maintenance": {"maintenance": True},
    "reset before headers": {"drop": "before"},
    "reset after headers": {"drop": "headers"},
    "reset in the body": {"drop": "body"},
    "stalled": {"stall": True},
    "silence": {"delay": 2 * TIMEOUT_MS / 1000},
    "late": {"delay": 0.2},
    "packed": {"packed": True},
    "cookies twice": {"double_cookies": True},
}
ON_DATA: Final[dict[str, dict[str, Any]]] = {
    "truncated": {"truncate": True},
    "html": {"html": True},
    "megabytes": {"size": 2_000_000},
    "packed megabytes": {"size": 8_000_000, "packed": True},
    "another encoding": {"charset": "utf-16"},
    "a circle": {"redirect": "here"},
}
# A redirect in place of data means a dead session to whoever lives by cookies, and a second one a 401.
NOT_THERE: Final = {"a circle": ("gateway/", "wiadomosci/")}
HOSTS: Final = ("portal", "api", "synergia", "wiadomosci", "bff")


class Chaos:
    """Spoils answers, takes hosts down and ends sign-ins, until told to stop."""

    def __init__(self, sim: Simulator, seed: int) -> None:
        self._sim = sim
        self._random = random.Random(seed)  # noqa: S311
        self._ordered: list[tuple[str, Fault]] = []
        self._hits: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._signing_in = time.monotonic()
        self._next_death = time.monotonic() + 5
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._sim.reset_counts()
        self._thread.start()

    def stop(self) -> dict[str, Counter[str]]:
        """End it, and return what was asked and what went wrong."""
        self._stop.set()
        self._thread.join()
        self._count()
        return {"asked": self._asked, "faults": self._hits}

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self._spoil()
            if self._random.random() < 0.01:
                self._take_down()
            self._count()
            self._end_sign_in()
        self._sim.clear_faults()

    def _spoil(self) -> None:
        name = self._random.choice(DATA if self._random.random() < 0.7 else WAYS)
        kinds = {**ANYWHERE, **ON_DATA} if name in DATA else ANYWHERE
        kind = self._random.choice(list(kinds))
        if name.startswith(NOT_THERE.get(kind, ("-",))):
            return
        self._ordered.append((kind, self._sim.fail(name, times=self._random.randint(1, 3), **kinds[kind])))

    def _take_down(self) -> None:
        host: Any = self._random.choice(HOSTS)
        self._sim.take_down(host)
        self._hits["host down"] += 1
        self._stop.wait(self._random.uniform(0.05, 0.5))
        self._sim.bring_up(host)

    def _end_sign_in(self) -> None:
        """End the portal's cookies, which do not end by themselves; not while somebody gets new ones."""
        now = time.monotonic()
        if now > self._next_death and now - self._signing_in > 1.5:
            self._sim.expire_portal_session()
            self._hits["(the portal's session ended)"] += 1
            self._next_death = now + self._random.uniform(4, 8)

    def _count(self) -> None:
        counts = self._sim.counts
        self._sim.reset_counts()
        self._asked += counts
        if any(counts[name] for name in ("login_page", "login", "oauth.redirect")):
            self._signing_in = time.monotonic()
        if len(self._ordered) > 40:
            # Not to let them pile up: what is hardly ever asked would have nothing but faults in the end.
            self._sim.clear_faults()
            self._forget()
        elif self._stop.is_set():
            self._forget()

    def _forget(self) -> None:
        for kind, fault in self._ordered:
            self._hits[kind] += fault.hits
        self._ordered.clear()


def serve(seed: int) -> None:
    """Be Librus until standard input ends. The first line begins the faults, the second ends them."""
    clock = FastClock()
    with Simulator(
        children=CHILDREN,
        today=MONDAY,
        clock=clock.monotonic,
        token_lifetime=LIFETIME_S,
        web_session_lifetime=LIFETIME_S,
        captcha_after=0,
        # Several sessions read for the same children: none may end what another has just got.
        revoke_on_refresh=False,
    ) as sim:
        sim.portal_token_lifetime = LIFETIME_S
        sim.messages_session_lifetime = LIFETIME_S
        print(json.dumps({**sim.environ(), **sim.gateway_environ()}), flush=True)
        chaos = Chaos(sim, seed)
        sys.stdin.readline()
        chaos.start()
        sys.stdin.readline()
        print(json.dumps(chaos.stop()), flush=True)
        sys.stdin.read()


@contextmanager
def serving(seed: int) -> Iterator[tuple[dict[str, str], Callable[[str], None], Callable[[], Any]]]:
    """Run the other process: its variables, a way to tell it something, and a way to hear it."""
    command = [sys.executable, "-m", "tools.soak_librus", str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def tell(word: str) -> None:
            stdin.write(f"{word}\n")
            stdin.flush()

        try:
            yield json.loads(stdout.readline()), tell, lambda: json.loads(stdout.readline())
        finally:
            stdin.close()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
