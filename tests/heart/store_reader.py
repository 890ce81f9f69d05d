"""A program that reads a child's grades when it is told to: a process of its own for the tests of stores.

Run as ``python -m tests.heart.store_reader <child> <shell> <store> …`` with the variables of the simulator;
the store is ``file <folder>`` or ``redis <url> <lease>``. It says ``ready``, waits for a line on its standard
input, reads, and says what came of it and which troubles with the store it met.
"""

from __future__ import annotations

import asyncio
import sys

from librus_sdk import AsyncLibrusSession, Event, FileStore, LibrusSdkError, LibrusSession, RedisStore
from librus_sdk.shells.store import SessionStore

TROUBLES = {"store.unread", "store.unclaimed", "store.unsaved", "store.unreleased"}


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _ready() -> None:
    say("ready")
    sys.stdin.readline()


class Reader:
    """What it does, and which troubles with the store it met."""

    def __init__(self, child: str, store: SessionStore) -> None:
        self.store = store
        self.child = child
        self.troubles: set[str] = set()

    def hook(self, event: Event) -> None:
        self.troubles |= {event.name} & TROUBLES

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


def main(child: str, shell: str, kind: str, place: str, lease_s: str = "10") -> None:
    in_redis = kind == "redis"
    store = RedisStore(place, lease_s=float(lease_s), allow_plaintext=True) if in_redis else FileStore(place)
    reader = Reader(child, store)
    try:
        count = reader.on_threads() if shell == "threads" else asyncio.run(reader.as_a_task())
    except LibrusSdkError as error:
        say(error.code)
    else:
        say(" ".join([f"{count} grades", *sorted(reader.troubles)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
