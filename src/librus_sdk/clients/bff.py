"""Clients of the phone application's own back end (BFF)."""

from __future__ import annotations

from typing import Any

from ..endpoints import AsyncCaller, BffMessages, Get, SyncCaller
from ..shells.tasks import TaskShell
from ..shells.threads import ThreadShell
from .bound import Bound
from .callers import ChildCaller, ChildCallerAsync, undecoded

__all__ = ["AsyncBffApiClient", "BffApiClient"]


class BffApiClient:
    """One child on the back end of the phone application, for threads.

    Made by :meth:`LibrusSession.for_child_bff`. It is a test host of Librus by its name and may vanish; only
    its list of messages is known. The child's token is the one all clients share, renewed like everywhere.

    Attributes:
        messages: the received messages.
    """

    def __init__(self, bound: Bound, shell: ThreadShell) -> None:
        self._caller = ChildCaller(bound, shell)
        self.messages: BffMessages[SyncCaller] = BffMessages(self._caller)

    def as_sent(self, get: Get[Any]) -> Any:
        """Return the JSON as Librus sent it. See :meth:`ChildClient.as_sent`."""
        return self._caller.call(undecoded(get))

    def __repr__(self) -> str:
        return "<BffApiClient>"


class AsyncBffApiClient:
    """The same for asyncio. See :class:`BffApiClient`."""

    def __init__(self, bound: Bound, shell: TaskShell) -> None:
        self._caller = ChildCallerAsync(bound, shell)
        self.messages: BffMessages[AsyncCaller] = BffMessages(self._caller)

    async def as_sent(self, get: Get[Any]) -> Any:
        """Return the JSON as Librus sent it. See :meth:`ChildClient.as_sent`."""
        return await self._caller.call(undecoded(get))

    def __repr__(self) -> str:
        return "<AsyncBffApiClient>"
