"""A simulated Librus and a session with the limits of a fault, on either shell."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from librus_sdk import LibrusTimeoutError
from librus_sdk.shells.tasks import TaskShell
from librus_sdk.simulator import Simulator
from tests.faults.faults import LIMIT, Fault
from tests.heart.drivers import Driver, TaskDriver, ThreadDriver, Watched, World
from tests.safety.evidence import Evidence, _is_ours

__all__ = ["Scenery", "scenery"]

WEDNESDAY: Final = date(2026, 3, 11)
HOSTS: Final = 6
GOES: Final = 9
# How a pool of the HTTP library describes itself when nothing is under way.
_IDLE: Final = re.compile(r"Requests: 0 active, 0 queued \| Connections: 0 active, (\d+) idle")


class _Shown(Evidence):
    """What is printed and logged. What lies deep inside variables is searched by ``tests/safety``."""

    def _take_traceback(self, error: BaseException) -> None:
        ours = [frame for frame in traceback.walk_tb(error.__traceback__) if _is_ours(frame[0])]
        summary = traceback.StackSummary.extract(iter(ours), capture_locals=True)
        self.add("frames", "".join(summary.format()))


class Scenery(World):
    """A world whose session has the limits of a fault, and whatever it lets out is put down."""

    def __init__(self, driver: Driver, sim: Simulator, watched: Watched, fault: Fault) -> None:
        self.evidence = _Shown()
        self.fault = fault
        super().__init__(driver, sim, watched)

    @property
    def session_limit(self) -> int | None:
        return LIMIT if self.fault.small else None

    def options(self, **more: Any) -> dict[str, Any]:
        return super().options(on_event=self.evidence.hook, **self.fault.options, **more)

    def busy_pools(self) -> list[str]:
        """The pools in which something is still under way, or more connections than there are hosts."""
        found: list[str] = self.do(self._pools)
        idle = [_IDLE.search(text) for text in found]
        return [
            text
            for text, match in zip(found, idle, strict=True)
            if match is None or int(match.group(1)) > HOSTS
        ]

    def _pools(self) -> list[str]:
        shell = self.session._shell
        if isinstance(shell, TaskShell):
            home = shell._home()
            edges = (home.data, home.private)
        else:
            edges = (shell._data, shell._private)
        found = [repr(edge._transport._pool) for edge in edges if edge is not None]
        assert found
        return found

    def patiently(self, operation: Callable[[], Any]) -> Any:
        """Do what must work, in the time the fault leaves: on a busy machine that may take some goes."""
        for _ in range(GOES):
            try:
                return operation()
            except LibrusTimeoutError:
                if not self.fault.slow:
                    raise
                self.pass_time()
        return operation()

    def pass_time(self) -> None:
        """Let everything be over that the session has under way or remembers."""
        self.until_landed()
        self.clock.advance(3_600)

    def close_sessions(self) -> None:
        """Close every session; the simulator must see each connection end."""
        for thing in self._closing:
            self.do(thing.close)
        self.sim.wait_for_connections(0)

    def until_landed(self) -> None:
        """Wait until no renewal is under way."""
        self.watched.until(lambda: all(slot.peek().flight is None for slot in self.account.slots()))


@contextmanager
def scenery(shell: str, fault: Fault) -> Iterator[Scenery]:
    watched = Watched()
    with watched.patched(), Simulator(children=1, today=WEDNESDAY) as sim:
        driver: Driver = ThreadDriver() if shell == "threads" else TaskDriver()
        scene = Scenery(driver, sim, watched, fault)
        try:
            yield scene
        finally:
            scene.close()
