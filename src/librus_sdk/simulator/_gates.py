"""Gates: places where requests stop until the test lets them go."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Literal

from ._watch import Watch, settle

__all__ = ["Gate", "Gates"]

Point = Literal["request", "response"]


class Gate:
    """A place where requests to one endpoint stop.

    Attributes:
        name: the endpoint, named as in ``counts``; ``*`` is any.
        at: ``request`` stops before the simulator has decided anything; ``response`` stops when the answer is
            decided (a token is already minted, a 401 already settled) but nothing of it is sent.
    """

    def __init__(
        self,
        watch: Watch,
        name: str,
        *,
        at: Point = "request",
        skip: int = 0,
        times: int | None = None,
        child: str | None = None,
    ) -> None:
        if at not in ("request", "response"):
            raise ValueError("at must be 'request' or 'response'")
        self.name = name
        self.at = at
        self._watch = watch
        self._skip = skip
        self._left = times
        self._child = child
        self._open = False
        self._permits = 0
        self._arrived = 0
        self._held: deque[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = deque()

    def __repr__(self) -> str:
        return f"Gate({self.name!r}, at={self.at!r}, arrived={self.arrived_count}, held={self.held})"

    @property
    def arrived_count(self) -> int:
        """How many requests have come to the gate, those already let go included."""
        with self._watch.lock:
            return self._arrived

    @property
    def held(self) -> int:
        """How many requests stand at the gate now."""
        with self._watch.lock:
            return sum(not future.done() for _, future in self._held)

    def wait_arrived(self, n: int = 1, timeout: float = 10) -> None:
        """Block until n requests have come to the gate.

        Raises:
            TimeoutError: they did not come in time.
        """
        self._watch.wait(lambda: self._arrived >= n, timeout, lambda: self._describe(n))

    async def arrived(self, n: int = 1, timeout: float = 10) -> None:  # noqa: ASYNC109  (no thread is involved)
        """Wait until n requests have come to the gate. Raises TimeoutError when they do not in time."""
        await self._watch.wait_async(lambda: self._arrived >= n, timeout, lambda: self._describe(n))

    def release(self, n: int | None = None) -> None:
        """Let n requests go, the oldest first; without n, all of them, and the gate stays open.

        When fewer than n stand at the gate, the next ones to come pass it.
        """
        with self._watch.lock:
            if n is None:
                self._open = True
            going = len(self._held) if n is None else n
            while going and self._held:
                loop, future = self._held.popleft()
                if not future.done():
                    settle(loop, future)
                    going -= 1
            if n is not None:
                self._permits += going
        self._watch.changed()

    def _describe(self, n: int) -> str:
        return f"{n} request(s) at the gate of {self.name!r} ({self.at}); {self._arrived} came"

    def _stop(self, endpoint: str, point: Point, child: str | None) -> asyncio.Future[None] | None:
        """On the server's loop: the future to wait for, or None when the request may pass."""
        with self._watch.lock:
            if self._open or point != self.at or self.name not in (endpoint, "*"):
                return None
            if self._child is not None and child != self._child:
                return None
            if self._skip > 0:
                self._skip -= 1
                return None
            if self._left is not None:
                if self._left == 0:
                    return None
                self._left -= 1
            self._arrived += 1
            future: asyncio.Future[None] | None = None
            if self._permits:
                self._permits -= 1
            else:
                loop = asyncio.get_running_loop()
                future = loop.create_future()
                self._held.append((loop, future))
        self._watch.changed()
        return future


class Gates:
    """All gates of one simulator."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._gates: list[Gate] = []

    def add(self, gate: Gate) -> Gate:
        """Put up a gate."""
        with self._watch.lock:
            self._gates.append(gate)
        return gate

    def release(self, name: str) -> None:
        """Open every gate of that name for good. Raises KeyError when there is none."""
        with self._watch.lock:
            gates = [gate for gate in self._gates if gate.name == name]
            self._gates = [gate for gate in self._gates if gate.name != name]
        if not gates:
            raise KeyError(f"no gate named {name!r} is up")
        for gate in gates:
            gate.release()

    async def stop_at(self, point: Point, endpoint: str, child: str | None) -> None:
        """Hold the request at every gate that wants it, one after another."""
        with self._watch.lock:
            gates = list(self._gates)
        for gate in gates:
            future = gate._stop(endpoint, point, child)  # noqa: SLF001  (one concept, two classes)
            if future is not None:
                await future
