"""Clients of a child whose messages come from the messages' website, where nobody pays for them."""

from __future__ import annotations

from ..endpoints import AsyncCaller, Mailbox, SyncCaller
from .bound import Bound
from .client import AsyncChildClient, ChildClient

__all__ = ["AsyncWiadomosciClient", "WiadomosciClient"]


class WiadomosciClient(ChildClient):
    """One child, for threads: messages from the messages' website, everything else from the register.

    Made by :meth:`LibrusSession.for_child_wiadomosci`. Its web session is opened by the first read of a
    message, shared by all clients of the child, and opened anew, once for everybody, when it has died.
    """

    messages: Mailbox[SyncCaller]
    """The mailboxes, attachments, and sending."""

    def _attach(self, caller: SyncCaller, bound: Bound) -> None:
        super()._attach(caller, bound)
        self.messages = Mailbox(caller)


class AsyncWiadomosciClient(AsyncChildClient):
    """One child, for asyncio. Everything else is as for :class:`WiadomosciClient`."""

    messages: Mailbox[AsyncCaller]

    def _attach(self, caller: AsyncCaller, bound: Bound) -> None:
        super()._attach(caller, bound)
        self.messages = Mailbox(caller)
