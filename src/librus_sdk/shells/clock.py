"""Time, chance and sleep: the part of the outside world that tests replace."""

from __future__ import annotations

import asyncio
import random
import time

__all__ = ["Clock"]


class Clock:
    """The real clock. A test passes a subclass whose time moves when the test says so."""

    def monotonic(self) -> float:
        """Seconds that only grow; what lifetimes and cooldowns are measured in."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def random(self) -> float:
        """A number from 0 up to 1, for jitter."""
        return random.random()  # noqa: S311  (spreads load, protects nothing)

    def sleep(self, seconds: float) -> None:
        """Block this thread."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Suspend this task."""
        await asyncio.sleep(seconds)
