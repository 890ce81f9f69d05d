"""Clients of the child API 3.0, and of the gateway: every read of one child, typed, blocking or awaited."""

from __future__ import annotations

from typing import Unpack

from ..endpoints import AsyncCaller, Messages, SyncCaller
from ..errors import LibrusConfigurationError
from ..secret import Secret, boxed, is_text
from ..settings import API_V3
from ..shells.fork import renew_after_fork
from ..shells.tasks import TaskShell
from ..shells.threads import ThreadShell
from .bound import Bound
from .client import AsyncChildClient, ChildClient
from .doors import school_door
from .options import SessionOptions, parts_of

__all__ = ["AsyncSynergiaApiClient", "SynergiaApiClient"]


def _standalone(token: Secret, options: SessionOptions) -> Bound:
    if not is_text(token):
        raise LibrusConfigurationError("The access token must be text (str).")
    if not token:
        raise LibrusConfigurationError("The access token is empty. Pass a child's bearer token.")
    if not _header_safe(token):
        raise LibrusConfigurationError(
            "The access token holds characters that no token has (space, line break)."
        )
    parts = parts_of(options)
    if parts.store is not None:
        raise LibrusConfigurationError(
            "A bare token cannot be renewed, so there is nothing for a store to keep."
        )
    return Bound.to("token", parts, API_V3, {"school": school_door(parts.settings.hosts, bearer=token)})


def _header_safe(token: Secret) -> bool:
    return all("!" <= character <= "~" for character in token.reveal())


class SynergiaApiClient(ChildClient):
    """The API 3.0 of one child, for threads.

    Made by :meth:`LibrusSession.for_child`, it never shows an expired token. Made from a bare token, it
    cannot renew it: a 401 is raised as it is, after exactly one request.

    Args:
        token: a child's bearer token.
        **options: see :class:`SessionOptions`.

    Raises:
        LibrusConfigurationError: the token is empty, or an option is wrong.
    """

    messages: Messages[SyncCaller]
    """Messages, where the account has the paid subscription."""

    def __init__(self, token: str | Secret, **options: Unpack[SessionOptions]) -> None:
        token = boxed(token)  # a traceback shows the arguments of a frame
        bound = _standalone(token, options)
        shell = ThreadShell(bound.parts.settings, bound.parts.clock, bound.parts.ports, bound.parts.emitter)
        renew_after_fork(shell)
        self._own_shell = shell
        self._open(bound, shell)

    def _attach(self, caller: SyncCaller, bound: Bound) -> None:
        super()._attach(caller, bound)
        self.messages = Messages(caller)


class AsyncSynergiaApiClient(AsyncChildClient):
    """The API 3.0 of one child, for asyncio. Everything else is as for :class:`SynergiaApiClient`."""

    messages: Messages[AsyncCaller]

    def __init__(self, token: str | Secret, **options: Unpack[SessionOptions]) -> None:
        token = boxed(token)  # a traceback shows the arguments of a frame
        bound = _standalone(token, options)
        shell = TaskShell(bound.parts.settings, bound.parts.clock, bound.parts.ports, bound.parts.emitter)
        renew_after_fork(shell)
        self._own_shell = shell
        self._open(bound, shell)

    def _attach(self, caller: AsyncCaller, bound: Bound) -> None:
        super()._attach(caller, bound)
        self.messages = Messages(caller)
