"""A program that closes an event loop over a renewal under way, and goes on with another loop."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from librus_sdk import AsyncLibrusSession
from librus_sdk.simulator import Simulator


def main() -> None:
    """Say ``ok`` when the second loop is not held up by what the first one left."""
    with Simulator(children=2) as sim:
        child = sim.children[0].id
        session = AsyncLibrusSession(sim.credentials, hosts=sim.hosts)
        gate = sim.hold("fresh", times=1)
        loop = asyncio.new_event_loop()
        client = loop.run_until_complete(session.for_child(child))
        sim.expire_child_tokens()
        reading = loop.create_task(client.grades.list())
        loop.run_until_complete(gate.arrived())
        loop.close()
        slots: Any = session._account
        assert slots.core.children[child].peek().flight is not None

        async def program() -> None:
            assert await client.grades.list()

        asyncio.run(program())
        assert sim.counts["fresh"] == 2
        gate.release()
        # Some of what was abandoned is let go of only now.
        del reading, loop
        asyncio.run(program())
        asyncio.run(session.close())
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()
