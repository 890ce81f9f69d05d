"""Clients of the phone application's own back end (BFF)."""

from __future__ import annotations

from ..endpoints import AsyncCaller, BffMessages, SyncCaller
from ..shells.tasks import TaskShell
from ..shells.threads import ThreadShell
from .bound import Bound
from .callers import ChildCaller, ChildCallerAsync

__all__ = ["AsyncBffApiClient", "BffApiClient"]


class BffApiClient:
    """One child on the back end of the phone application, for threads.

    Made by :meth:`LibrusSession.for_child_bff`. It is a test host of Librus by its name and may vanish; only
    its list of messages is known. The child's token is the one all clients share, renewed like everywhere.

    Attributes:
        messages: the received messages.
    """

    def __init__(self, bound: Bound, shell: ThreadShell) -> None:
        self.messages: BffMessages[SyncCaller] = BffMessages(ChildCaller(bound, shell))

    def __repr__(self) -> str:
        return "<BffApiClient>"


class AsyncBffApiClient:
    """The same for asyncio. See :class:`BffApiClient`."""

    def __init__(self, bound: Bound, shell: TaskShell) -> None:
        self.messages: BffMessages[AsyncCaller] = BffMessages(ChildCallerAsync(bound, shell))

    def __repr__(self) -> str:
        return "<AsyncBffApiClient>"
