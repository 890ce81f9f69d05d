"""Runs what a family declares, for one child: on threads and on asyncio."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from ..endpoints import Get, download, raw_json
from ..endpoints._delivering import Delivering
from ..errors import LibrusConfigurationError
from ..models.rows import Rows
from ..shells.tasks import TaskShell
from ..shells.threads import ThreadShell
from .bound import Bound
from .lookup import Pointer

__all__ = ["ChildCaller", "ChildCallerAsync", "undecoded"]

T = TypeVar("T")


def undecoded(get: Get[Any]) -> Get[Any]:
    """Return the same read, answered with the JSON as Librus sent it.

    Raises:
        LibrusConfigurationError: what it answers with is no JSON, or it reaches people.
    """
    if isinstance(get, Delivering):
        raise LibrusConfigurationError("as_sent is for reads; this would send something to people.")
    if get.decode is download():
        raise LibrusConfigurationError("as_sent is for JSON, and this is a file; save() writes it to disk.")
    return replace(get, decode=raw_json(), on_gateway=None)


class ChildCaller:
    """Waits for its answers."""

    def __init__(self, bound: Bound, shell: ThreadShell) -> None:
        self._bound = bound
        self._shell = shell

    def call(self, get: Get[T], /) -> T:
        """Return the answer to a declared read."""
        return self._shell.run(self._bound.read(get), **self._bound.limits)

    def find(self, get: Get[Rows[T]], pointer: Pointer, /) -> T | None:
        """Look a record up in a table."""
        known = self._bound.tables.known(get, pointer)
        if known is not None:
            return known
        flow = self._bound.tables.find(get, pointer)
        return self._shell.run(flow, **self._bound.limits)


class ChildCallerAsync:
    """Awaits its answers."""

    def __init__(self, bound: Bound, shell: TaskShell) -> None:
        self._bound = bound
        self._shell = shell

    async def call(self, get: Get[T], /) -> T:
        """Return the answer to a declared read."""
        return await self._shell.run(self._bound.read(get), **self._bound.limits)

    async def find(self, get: Get[Rows[T]], pointer: Pointer, /) -> T | None:
        """Look a record up in a table."""
        known = self._bound.tables.known(get, pointer)
        if known is not None:
            return known
        flow = self._bound.tables.find(get, pointer)
        return await self._shell.run(flow, **self._bound.limits)
