"""Runs what a family declares, for one child: on threads and on asyncio."""

from __future__ import annotations

from typing import TypeVar

from ..endpoints import Get
from ..models.rows import Rows
from ..shells.tasks import TaskShell
from ..shells.threads import ThreadShell
from .bound import Bound
from .lookup import Pointer

__all__ = ["ChildCaller", "ChildCallerAsync"]

T = TypeVar("T")


class ChildCaller:
    """Waits for its answers."""

    def __init__(self, bound: Bound, shell: ThreadShell) -> None:
        self._bound = bound
        self._shell = shell

    def call(self, get: Get[T], /) -> T:
        """Return the answer to a declared read."""
        return self._shell.run(self._bound.read(get), timeout_ms=self._bound.timeout_ms)

    def find(self, get: Get[Rows[T]], pointer: Pointer, /) -> T | None:
        """Look a record up in a table."""
        known = self._bound.tables.known(get, pointer)
        if known is not None:
            return known
        flow = self._bound.tables.find(get, pointer)
        return self._shell.run(flow, timeout_ms=self._bound.timeout_ms)


class ChildCallerAsync:
    """Awaits its answers."""

    def __init__(self, bound: Bound, shell: TaskShell) -> None:
        self._bound = bound
        self._shell = shell

    async def call(self, get: Get[T], /) -> T:
        """Return the answer to a declared read."""
        return await self._shell.run(self._bound.read(get), timeout_ms=self._bound.timeout_ms)

    async def find(self, get: Get[Rows[T]], pointer: Pointer, /) -> T | None:
        """Look a record up in a table."""
        known = self._bound.tables.known(get, pointer)
        if known is not None:
            return known
        flow = self._bound.tables.find(get, pointer)
        return await self._shell.run(flow, timeout_ms=self._bound.timeout_ms)
