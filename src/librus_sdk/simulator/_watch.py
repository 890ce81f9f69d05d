"""Waiting for something to happen inside the simulator, from a thread or from a coroutine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

__all__ = ["Watch", "settle"]


class Watch:
    """One lock for all state, and a way to wait until a condition on that state holds.

    A coroutine waits without a helper thread: the server's thread wakes its event loop.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._waiters: list[tuple[Callable[[], bool], asyncio.AbstractEventLoop, asyncio.Future[None]]] = []

    def changed(self) -> None:
        """Wake everybody whose condition may hold now. Call after each change of state."""
        with self.lock:
            self._changed.notify_all()
            still: list[tuple[Callable[[], bool], asyncio.AbstractEventLoop, asyncio.Future[None]]] = []
            for waiter in self._waiters:
                predicate, loop, future = waiter
                if predicate():
                    settle(loop, future)
                else:
                    still.append(waiter)
            self._waiters = still

    def wait(self, predicate: Callable[[], bool], timeout: float, describe: Callable[[], str]) -> None:
        """Block until the predicate holds.

        Raises:
            TimeoutError: it did not hold in time; the text says what was waited for.
        """
        with self.lock:
            if not self._changed.wait_for(predicate, timeout):
                raise TimeoutError(f"Waited {timeout} s for {describe()}.")

    async def wait_async(
        self,
        predicate: Callable[[], bool],
        timeout: float,  # noqa: ASYNC109  (the text of the error is ours)
        describe: Callable[[], str],
    ) -> None:
        """Wait until the predicate holds, as :meth:`wait` does, without blocking the event loop."""
        loop = asyncio.get_running_loop()
        with self.lock:
            if predicate():
                return
            waiter = (predicate, loop, loop.create_future())
            self._waiters.append(waiter)
        try:
            async with asyncio.timeout(timeout):
                await waiter[2]
        except TimeoutError:
            raise TimeoutError(f"Waited {timeout} s for {describe()}.") from None
        finally:
            with self.lock:
                self._waiters = [other for other in self._waiters if other is not waiter]


def settle(loop: asyncio.AbstractEventLoop, future: asyncio.Future[None]) -> None:
    """Let a future of another thread's event loop be done; a closed loop has nobody left to tell."""

    def finish() -> None:
        if not future.done():
            future.set_result(None)

    try:
        loop.call_soon_threadsafe(finish)
    except RuntimeError:
        if not loop.is_closed():
            raise
