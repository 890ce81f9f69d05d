"""A program that reads a child's grades when it is told to: a process of its own for the tests of stores.

Run as ``python -m tests.heart.store_reader <folder> <child> <shell>``, with the variables of the simulator.
It says ``ready``, waits for a line on its standard input, reads, and says what came of it.
"""

from __future__ import annotations

import asyncio
import sys

from librus_sdk import AsyncLibrusSession, FileStore, LibrusSdkError, LibrusSession


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _ready() -> None:
    say("ready")
    sys.stdin.readline()


def on_threads(folder: str, child: str) -> int:
    with LibrusSession.from_env(store=FileStore(folder)) as session:
        client = session.for_child(child)
        _ready()
        return len(client.grades.list())


async def as_a_task(folder: str, child: str) -> int:
    async with AsyncLibrusSession.from_env(store=FileStore(folder)) as session:
        client = await session.for_child(child)
        _ready()
        return len(await client.grades.list())


def main(folder: str, child: str, shell: str) -> None:
    try:
        count = on_threads(folder, child) if shell == "threads" else asyncio.run(as_a_task(folder, child))
    except LibrusSdkError as error:
        say(error.code)
    else:
        say(f"{count} grades")


if __name__ == "__main__":
    main(*sys.argv[1:])
