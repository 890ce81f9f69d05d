"""One family, one simulated Librus, and calls that go wrong, on either shell."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Final, Literal

from librus_sdk import (
    AsyncLibrusSession,
    AsyncPortalClient,
    AsyncSynergiaApiClient,
    LibrusSession,
    PortalClient,
    RetryPolicy,
    SynergiaApiClient,
)
from librus_sdk.shells.clock import Clock
from librus_sdk.simulator import Simulator
from tests.ctrl_c import ctrl_c_interrupts
from tests.safety.evidence import Evidence, Needles

__all__ = ["WEDNESDAY", "Scene", "Shell"]

WEDNESDAY: Final = date(2026, 3, 11)
AT_ONCE: Final = RetryPolicy(base_delay_ms=0, max_delay_ms=0)
Shell = Literal["threads", "tasks"]


class Hurried(Clock):
    """The real time, but nobody sleeps: it moves on at once by what they meant to."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def wall(self) -> float:
        return time.time() + self._ahead

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._ahead += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


class Scene:
    """What a case needs; :meth:`call` runs an operation, awaited on the asyncio shell."""

    def __init__(self, shell: Shell, **simulator: Any) -> None:
        self.shell = shell
        options: dict[str, Any] = {"children": 2, "today": WEDNESDAY, **simulator}
        self.sim = Simulator(**options).start()
        self.evidence = Evidence()
        self.more_secrets: set[str] = set()
        self.may_show: set[str] = set()
        self.kept: list[Any] = []
        self._closing: list[Any] = []
        self._runner = asyncio.Runner(debug=True) if shell == "tasks" else None

    # --- whom there is to call ---------------------------------------------------------------------------

    def options(self, **more: Any) -> dict[str, Any]:
        usual = {
            "hosts": self.sim.hosts,
            "on_event": self.evidence.hook,
            "retry": AT_ONCE,
            "clock": Hurried(),
        }
        return {**usual, **more}

    def session(self, credentials: Any = None, **options: Any) -> Any:
        make = LibrusSession if self.shell == "threads" else AsyncLibrusSession
        return self.keep(make(credentials or self.sim.credentials, **self.options(**options)))

    def portal(self, credentials: Any = None, **options: Any) -> Any:
        make = PortalClient if self.shell == "threads" else AsyncPortalClient
        return self.keep(make(credentials or self.sim.credentials, **self.options(**options)))

    def standalone(self, token: Any, **options: Any) -> Any:
        make = SynergiaApiClient if self.shell == "threads" else AsyncSynergiaApiClient
        return self.keep(make(token, **self.options(**options)))

    def client(self, child: int = 0, **options: Any) -> Any:
        """A client of the n-th child, of a new session that has listed the children."""
        session = self.session(**options)
        self.kept.append(self.call(session.list_children))
        return self.remember(self.call(lambda: session.for_child(self.sim.children[child].id)))

    def keep(self, thing: Any) -> Any:
        self._closing.append(thing)
        return self.remember(thing)

    def remember(self, thing: Any) -> Any:
        """Have the thing looked at when all is over."""
        self.kept.append(thing)
        return thing

    # --- calling -----------------------------------------------------------------------------------------

    def call(self, operation: Callable[[], Any]) -> Any:
        if self._runner is None:
            return operation()
        return self._runner.run(_awaited(operation))

    @contextmanager
    def interrupted(self, endpoint: str) -> Iterator[None]:
        """Press Ctrl-C as soon as a request to the endpoint has come in; it is never answered before."""
        gate = self.sim.hold(endpoint)
        main = threading.get_ident()

        def press() -> None:
            gate.wait_arrived()
            signal.pthread_kill(main, signal.SIGINT)

        presser = threading.Thread(target=press, daemon=True)
        with ctrl_c_interrupts():
            presser.start()
            try:
                yield
            finally:
                presser.join(10)
                gate.release()

    def cancelled(self, endpoint: str, operation: Callable[[], Any]) -> Any:
        """Run the operation as a task that is cancelled as soon as a request to the endpoint has come in."""

        async def body() -> Any:
            gate = self.sim.hold(endpoint)
            task = asyncio.ensure_future(_awaited(operation))
            await gate.arrived()
            task.cancel()
            try:
                return await task
            finally:
                gate.release()

        assert self._runner is not None
        return self._runner.run(body())

    # --- the end -----------------------------------------------------------------------------------------

    def needles(self) -> Needles:
        texts = self.sim.secrets() | self.sim.personal() | self.more_secrets
        assert len(texts) > 8
        return Needles(texts - self.may_show)

    def look(self) -> None:
        """Look at everything the program holds."""
        for thing in self.kept:
            self.evidence.take_object(thing)

    def close(self) -> None:
        try:
            for thing in self._closing:
                self.call(thing.close)
        finally:
            self.sim.stop()
            if self._runner is not None:
                self._runner.close()


async def _awaited(operation: Callable[[], Any]) -> Any:
    result = operation()
    return await result if inspect.isawaitable(result) else result


assert os.name == "posix", "interrupts are sent with pthread_kill"
