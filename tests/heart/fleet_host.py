"""A host of a fleet: a process that reads a child's grades when it is told to, with a store in Redis.

Run as ``python -m tests.heart.fleet_host <redis> <lease> <child> <shell>``, with the variables of the
simulator. It says ``ready``, waits for a line on its standard input, reads, and says what came of it.
"""

from __future__ import annotations

import asyncio
import sys

from librus_sdk import AsyncLibrusSession, Event, LibrusSdkError, LibrusSession, RedisStore


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _ready() -> None:
    say("ready")
    sys.stdin.readline()


class Host:
    """What it does, and which troubles with the store it met."""

    def __init__(self, url: str, lease_s: str, child: str) -> None:
        self.store = RedisStore(url, lease_s=float(lease_s), allow_plaintext=True)
        self.child = child
        self.troubles: set[str] = set()

    def hook(self, event: Event) -> None:
        if event.name in {"store.unread", "store.unclaimed", "store.unsaved", "store.unreleased"}:
            self.troubles.add(event.name)

    def on_threads(self) -> int:
        with LibrusSession.from_env(store=self.store, on_event=self.hook) as session:
            client = session.for_child(self.child)
            _ready()
            return len(client.grades.list())

    async def as_a_task(self) -> int:
        async with AsyncLibrusSession.from_env(store=self.store, on_event=self.hook) as session:
            client = await session.for_child(self.child)
            _ready()
            return len(await client.grades.list())


def main(url: str, lease_s: str, child: str, shell: str) -> None:
    host = Host(url, lease_s, child)
    try:
        count = host.on_threads() if shell == "threads" else asyncio.run(host.as_a_task())
    except LibrusSdkError as error:
        say(error.code)
    else:
        say(" ".join([f"{count} grades", *sorted(host.troubles)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
