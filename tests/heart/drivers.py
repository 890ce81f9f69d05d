"""One way to write a scenario, two ways to run it: callers as threads, or callers as tasks of an event loop.

A scenario runs on the test's thread, whichever shell it tries: it starts callers, holds and releases the
simulator's gates, moves the clock and looks at what came in.  Nothing waits for time: every wait ends when
the thing waited for happens, and :data:`SAFETY` only bounds a test that is broken.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from functools import wraps
from itertools import count
from typing import Any, Final

import pytest

from librus_sdk import (
    AsyncLibrusSession,
    AsyncPortalClient,
    AsyncSynergiaApiClient,
    LibrusSession,
    PortalClient,
    SynergiaApiClient,
)
from librus_sdk.errors import LibrusSdkError
from librus_sdk.flows.steps import Once
from librus_sdk.shells.clock import Clock
from librus_sdk.shells.limits import Limit
from librus_sdk.shells.sharing import Sendings
from librus_sdk.shells.slots import Slot
from librus_sdk.simulator import Simulator

__all__ = ["SAFETY", "Caller", "Driver", "ManualClock", "TaskDriver", "ThreadDriver", "Watched", "World"]

SAFETY: Final = 20.0


class ManualClock(Clock):
    """Time that moves when the test says so, or when somebody means to sleep. Chance is fixed."""

    def __init__(self, chance: float = 0.0) -> None:
        self.now = 1_000.0
        self.chance = chance
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def advance(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return 1_700_000_000.0 + self.now

    def random(self) -> float:
        return self.chance

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


class Caller:
    """Somebody who called the SDK and has perhaps not been answered yet."""

    def __init__(self) -> None:
        self.future: Future[Any] = Future()
        self.cancel: Callable[[], None] = _uncancellable
        self.join: Callable[[], None] = lambda: None

    @property
    def done(self) -> bool:
        return self.future.done()

    def result(self) -> Any:
        """What the caller got; raises what it met."""
        return self.future.result(SAFETY)

    def problem(self) -> BaseException:
        """What the caller met; it must have met something."""
        error = self.future.exception(SAFETY)
        assert error is not None, "this caller was expected to fail"
        return error

    def error(self) -> LibrusSdkError:
        """The SDK's error the caller met."""
        error = self.problem()
        assert isinstance(error, LibrusSdkError), repr(error)
        return error


def _uncancellable() -> None:
    raise AssertionError("threads cannot be cancelled")


class Driver(ABC):
    """A shell, and how callers of it are started."""

    name: str

    @abstractmethod
    def spawn(self, operation: Callable[[], Any]) -> Caller:
        """Start a caller; ``operation`` is called on its thread or task, and awaited where need be."""

    @abstractmethod
    def session(self, credentials: Any, options: dict[str, Any]) -> Any: ...

    @abstractmethod
    def portal(self, sim: Simulator, options: dict[str, Any]) -> Any: ...

    @abstractmethod
    def standalone(self, token: str, options: dict[str, Any]) -> Any: ...

    @abstractmethod
    def stop(self) -> None: ...


class ThreadDriver(Driver):
    name = "threads"

    def spawn(self, operation: Callable[[], Any]) -> Caller:
        caller = Caller()

        def body() -> None:
            try:
                result = operation()
            except BaseException as error:  # noqa: BLE001  (KeyboardInterrupt too is an outcome)
                caller.future.set_exception(error)
            else:
                caller.future.set_result(result)

        thread = threading.Thread(target=body, name="caller", daemon=True)
        caller.join = lambda: _joined(thread)
        thread.start()
        return caller

    def session(self, credentials: Any, options: dict[str, Any]) -> Any:
        return LibrusSession(credentials, **options)

    def portal(self, sim: Simulator, options: dict[str, Any]) -> Any:
        return PortalClient(sim.credentials, **options)

    def standalone(self, token: str, options: dict[str, Any]) -> Any:
        return SynergiaApiClient(token, **options)

    def stop(self) -> None:
        return


def _joined(thread: threading.Thread) -> None:
    thread.join(SAFETY)
    assert not thread.is_alive(), "a caller hangs"


class TaskDriver(Driver):
    """The loop has a thread of its own, so that the scenario can block while the callers go on."""

    name = "tasks"

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="loop", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def spawn(self, operation: Callable[[], Any]) -> Caller:
        caller = Caller()

        async def body() -> None:
            try:
                result = operation()
                if inspect.isawaitable(result):
                    result = await result
            except BaseException as error:  # noqa: BLE001  (being cancelled too is an outcome)
                caller.future.set_exception(error)
            else:
                caller.future.set_result(result)

        def begin() -> None:
            task = self.loop.create_task(body())
            caller.cancel = lambda: self.call(task.cancel)

        self.call(begin)
        return caller

    def call(self, function: Callable[[], object]) -> None:
        """Have the loop call it, and wait until it has."""
        called: Future[None] = Future()

        def body() -> None:
            function()
            called.set_result(None)

        self.loop.call_soon_threadsafe(body)
        called.result(SAFETY)

    def session(self, credentials: Any, options: dict[str, Any]) -> Any:
        return AsyncLibrusSession(credentials, **options)

    def portal(self, sim: Simulator, options: dict[str, Any]) -> Any:
        return AsyncPortalClient(sim.credentials, **options)

    def standalone(self, token: str, options: dict[str, Any]) -> Any:
        return AsyncSynergiaApiClient(token, **options)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        _joined(self._thread)
        leftover = asyncio.all_tasks(self.loop)
        self.loop.close()
        assert not leftover, f"tasks outlived their session: {leftover}"


class Watched:
    """Tells when something happened to any slot. Every change goes through the slots' own methods."""

    METHODS: Final = ("acquire", "attend", "leave", "settle", "release", "offer", "reject", "close")

    def __init__(self) -> None:
        self._changed = threading.Condition()

    def until(self, predicate: Callable[[], bool]) -> None:
        """Wait until it holds."""
        with self._changed:
            assert self._changed.wait_for(predicate, SAFETY), "it never came to that"

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Nobody else changes anything while this is entered; used around a fork, which copies locks."""
        with self._changed:
            yield

    def tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    @contextmanager
    def patched(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in self.METHODS:
                patch.setattr(Slot, name, self._telling(getattr(Slot, name)))
            yield

    def _telling(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def telling(*args: Any, **kwargs: Any) -> Any:
            try:
                return method(*args, **kwargs)
            finally:
                self.tell()

        return telling


class Distinct(Sendings):
    """Takes every read for another than all before, as if each asked for something else.

    What many calls do to one credential is a matter of many requests; how identical reads become one of them
    is in test_sharing.py.
    """

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count()

    def key(self, step: Once, limit: Limit, home: Hashable = None) -> Hashable:
        return super().key(step, limit, home), next(self._numbers)


class World:
    """A simulated Librus, a session on one of the shells, and its callers.

    ``alike`` is whether calls that ask for the same share a request, as they do for everybody else.
    """

    def __init__(self, driver: Driver, sim: Simulator, watched: Watched, *, alike: bool = False) -> None:
        self.alike = alike
        self.driver = driver
        self.sim = sim
        self.watched = watched
        self.clock = ManualClock()
        self.common: dict[str, Any] = {}
        self._callers: list[Caller] = []
        self._closing: list[Any] = []
        self.session: Any = self.new_session()

    # --- whom there is to call ---------------------------------------------------------------------------

    def options(self, **more: Any) -> dict[str, Any]:
        return {"hosts": self.sim.hosts, "clock": self.clock, **self.common, **more}

    def new_session(self, **options: Any) -> Any:
        """Another session of the same family."""
        return self._kept(self.driver.session(self.sim.credentials, self.options(**options)))

    def gateway(self, child: str | None = None, **options: Any) -> None:
        """Make the world's session one with a login issued by the school."""
        credentials = self.sim.gateway_credentials(child)
        self.session = self._kept(self.driver.session(credentials, self.options(**options)))

    @property
    def account(self) -> Any:
        """The slots of the world's session."""
        return self.session._account

    def again(self, **options: Any) -> None:
        """Make the world's session anew, with options."""
        self.session = self.new_session(**options)

    def portal(self, **options: Any) -> Any:
        return self._kept(self.driver.portal(self.sim, self.options(**options)))

    def standalone(self, token: str, **options: Any) -> Any:
        return self._kept(self.driver.standalone(token, self.options(**options)))

    def _kept(self, thing: Any) -> Any:
        self._closing.append(thing)
        if not self.alike:
            thing._shell._sendings = Distinct()
        return thing

    def client(self, child: int = 0, **options: Any) -> Any:
        """A client of the n-th child."""
        return self.do(lambda: self.session.for_child(self.sim.children[child].id, **options))

    def dead(self, *children: int) -> list[Any]:
        """Clients of these children (of the first, if none is named) whose tokens have died."""
        clients = [self.client(child) for child in children or (0,)]
        self.sim.expire_child_tokens()
        return clients

    # --- calling -----------------------------------------------------------------------------------------

    def start(self, operation: Callable[[], Any]) -> Caller:
        """Start a caller and go on."""
        caller = self.driver.spawn(operation)
        self._callers.append(caller)
        return caller

    def start_many(self, count: int, operation: Callable[[], Any]) -> list[Caller]:
        return [self.start(operation) for _ in range(count)]

    def do(self, operation: Callable[[], Any]) -> Any:
        """Call and wait for the answer."""
        return self.start(operation).result()

    def fails(self, operation: Callable[[], Any]) -> LibrusSdkError:
        """Call and wait for the error."""
        return self.start(operation).error()

    # --- what is going on --------------------------------------------------------------------------------

    def slot(self, which: int | str = 0) -> Slot:
        """The slot of the n-th child, or ``portal`` or ``accounts``."""
        family = self.session._account
        if which == "portal":
            slot = family.core.portal
        elif which == "accounts":
            slot = family.core.accounts
        else:
            slot = family.core.children[self.sim.children[int(which)].id]
        assert isinstance(slot, Slot)
        return slot

    def until_waiting(self, count: int, which: int | str = 0) -> None:
        """Wait until so many wait for the slot's flight; a thread that flies it counts as one."""
        slot = self.slot(which)
        self.watched.until(lambda: len(slot._waiters) >= count)

    def until_generation(self, generation: int, which: int | str = 0) -> None:
        """Wait until the slot holds that generation."""
        slot = self.slot(which)
        self.watched.until(lambda: slot.peek().generation >= generation)

    def until_settled(self, which: int | str = 0) -> None:
        """Wait until no flight of the slot is under way."""
        slot = self.slot(which)
        self.watched.until(lambda: slot.peek().flight is None)

    def generations(self, endpoint: str = "Grades") -> list[int | None]:
        """Which mint of the token each request to the endpoint carried, in the order they came."""
        return [record.generation for record in self.sim.requests if record.endpoint == endpoint]

    def statuses(self, endpoint: str) -> list[int | None]:
        return [record.status for record in self.sim.requests if record.endpoint == endpoint]

    def count(self, endpoint: str) -> int:
        return self.sim.counts[endpoint]

    # --- the end -----------------------------------------------------------------------------------------

    def close(self) -> None:
        """End everything; a caller that is still waiting when Librus has gone hangs."""
        self.sim.stop()
        try:
            done, waiting = wait([caller.future for caller in self._callers], SAFETY)
            assert not waiting, f"{len(waiting)} caller(s) hang; {len(done)} do not"
            for caller in self._callers:
                caller.join()
            for thing in self._closing:
                self.do(thing.close)
        finally:
            self.driver.stop()


def first_done(callers: list[Caller]) -> Caller:
    """The caller that is answered first."""
    wait([caller.future for caller in callers], SAFETY, FIRST_COMPLETED)
    return next(caller for caller in callers if caller.done)


def reachable(error: BaseException) -> list[BaseException]:
    """The error and everything behind it, causes and contexts."""
    found: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        current = todo.pop()
        if current is not None and not any(current is known for known in found):
            found.append(current)
            todo += [current.__cause__, current.__context__]
    return found
