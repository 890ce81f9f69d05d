"""A family's session: sign in once, read every child's data, never see an expired token.

:class:`LibrusSession` is for threads, :class:`AsyncLibrusSession` for asyncio.  Both are thin: what they do
is written once, in :class:`~librus_sdk.clients.family.Family`.  Making a session performs no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import NoReturn, Self, Unpack

from .clients.api import AsyncSynergiaApiClient, SynergiaApiClient
from .clients.family import ChildSelector, Family, boxed_selector
from .clients.options import SessionOptions
from .clients.portal import AsyncPortalClient, PortalClient, require_portal
from .environment import Environment
from .models.portal import ChildAccount, PortalMe, SynergiaAccounts
from .models.rows import Rows
from .settings import API_V3, DEFAULT_TIMEOUT_MS, ApiBackend, PortalCredentials
from .shells.fork import renew_after_fork
from .shells.tasks import TaskShell
from .shells.threads import ThreadShell

__all__ = ["AsyncLibrusSession", "ChildSelector", "LibrusSession"]


def _credentials_from(environment: Environment) -> PortalCredentials:
    if environment.backend() != API_V3:
        require_portal(environment.gateway_credentials())
    return environment.portal_credentials()


def _options_from(environment: Environment, options: SessionOptions) -> SessionOptions:
    merged: SessionOptions = {"hosts": environment.hosts(), **options}
    if merged.get("timeout_ms") is None:
        merged["timeout_ms"] = environment.timeout_ms() or DEFAULT_TIMEOUT_MS
    return merged


class _Session:
    """What both sessions share that needs no shell."""

    _family: Family

    def get_api_backend(self) -> ApiBackend:
        """Return the back end of this session: ``api_v3``."""
        return API_V3

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {API_V3}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a session cannot be pickled: it holds credentials and tokens")


class LibrusSession(_Session):
    """A family's session, for threads.

    One session may be used from any number of threads at once: they share one sign-in, one token a child and
    one renewal of it. Close it, or use it as a context manager.

    Args:
        credentials: the family account.
        **options: see :class:`~librus_sdk.clients.options.SessionOptions`.

    Raises:
        LibrusConfigurationError: an option or the environment's ``LIBRUS_TIMEOUT_MS`` is wrong.

    Example:
        >>> with LibrusSession(PortalCredentials(email, password)) as session:  # doctest: +SKIP
        ...     for child in session.list_children():
        ...         print(len(session.for_child(child).grades.list()))
    """

    def __init__(self, credentials: PortalCredentials, **options: Unpack[SessionOptions]) -> None:
        self._family = Family(credentials, options)
        parts = self._family.parts
        self._shell = ThreadShell(parts.settings, parts.clock, parts.ports, parts.emitter)
        renew_after_fork(self._shell)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **options: Unpack[SessionOptions]) -> Self:
        """Make a session from environment variables (of ``environ``, or of the process).

        Raises:
            LibrusConfigurationError: credentials are missing, empty or swapped, or another variable is wrong;
                the message names the variables and shows no value.
        """
        environment = Environment(environ)
        del environ  # a traceback shows the arguments of a frame
        return cls(_credentials_from(environment), **_options_from(environment, options))

    @property
    def portal(self) -> PortalClient:
        """The portal of this session; shares its sign-in and tokens, and is closed with it."""
        return PortalClient._of_session(self._family.core, self._shell)  # noqa: SLF001

    @property
    def is_logged_in(self) -> bool:
        """Whether there is a portal session that is believed alive. No request is made."""
        return self._family.core.is_logged_in()

    def login(self) -> None:
        """Sign in to the portal; does nothing when signed in.

        Calling it is optional: every read signs in when it has to. After a refused sign-in this (or an
        explicit refresh) is what tries again; nothing else does.

        Raises:
            LibrusCredentialsError: e-mail or password refused.
            LibrusCaptchaRequiredError: the portal demands a captcha.
            LibrusPortalPageError: the sign-in page is not the expected one.
            LibrusSdkError: the portal is down or out of reach.
        """
        self._shell.run(self._family.login())

    def get_portal_me(self) -> PortalMe:
        """Read the profile of the family account."""
        return self._shell.run(self._family.core.me())

    def get_synergia_accounts(self, *, reload: bool = False) -> SynergiaAccounts:
        """Return the linked children as the portal lists them; read once, and again with ``reload``."""
        return self._shell.run(self._family.core.account_list("force" if reload else "need"))

    def list_children(self, reload: bool = False) -> Rows[ChildAccount]:
        """Return the linked children; the list is read once, and again with ``reload``."""
        return self.get_synergia_accounts(reload=reload).accounts

    def resolve_child(self, child: ChildSelector) -> ChildAccount:
        """Return the child with this id, or else with this login; compared exactly.

        Raises:
            LibrusChildError: CHILD_NOT_FOUND, AMBIGUOUS_CHILD, or CHILD_REQUIRED for an empty selector.
        """
        flow = self._family.resolve(boxed_selector(child))
        del child
        return self._shell.run(flow)

    def for_child(
        self, child: ChildSelector | None = None, *, timeout_ms: int | None = None, strict: bool | None = None
    ) -> SynergiaApiClient:
        """Return a client of this child's data. With an account object no request is made.

        Args:
            child: account object, id or login.
            timeout_ms: this client's own limit for one attempt, milliseconds.
            strict: this client's own strictness.

        Raises:
            LibrusChildError: CHILD_REQUIRED, CHILD_NOT_FOUND or AMBIGUOUS_CHILD.
        """
        flow = self._family.bound(boxed_selector(child), timeout_ms, strict)
        del child
        bound = self._shell.run(flow)
        return SynergiaApiClient._of_session(bound, self._shell)  # noqa: SLF001

    def refresh_bearer_token(self, child_id: ChildSelector) -> str:
        """Have the portal issue a new token for the child, and return it.

        Always asks the portal, except that it joins a renewal that is already under way. All clients of the
        child use the new token from then on. The result is a secret: do not log it.

        Raises:
            LibrusChildError: no such child.
            LibrusAuthenticationError: the portal refuses the sign-in, or the child is no longer linked.
            LibrusSdkError: the portal is down or out of reach.
        """
        flow = self._family.refresh(boxed_selector(child_id))
        del child_id
        return self._shell.run(flow)

    def close(self) -> None:
        """End the session: tokens are forgotten, later calls raise SESSION_CLOSED. May be called twice."""
        self._shell.close(self._family.slots())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncLibrusSession(_Session):
    """A family's session, for asyncio. Everything else is as for :class:`LibrusSession`.

    A token renewal belongs to the session: cancelling a task that waits for it, even the one that started it,
    ends only that task's wait. A session may be used under one ``asyncio.run`` after the other.
    """

    def __init__(self, credentials: PortalCredentials, **options: Unpack[SessionOptions]) -> None:
        self._family = Family(credentials, options)
        parts = self._family.parts
        self._shell = TaskShell(parts.settings, parts.clock, parts.ports, parts.emitter)
        renew_after_fork(self._shell)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **options: Unpack[SessionOptions]) -> Self:
        """Make a session from environment variables. See :meth:`LibrusSession.from_env`."""
        environment = Environment(environ)
        del environ  # a traceback shows the arguments of a frame
        return cls(_credentials_from(environment), **_options_from(environment, options))

    @property
    def portal(self) -> AsyncPortalClient:
        """The portal of this session; shares its sign-in and tokens, and is closed with it."""
        return AsyncPortalClient._of_session(self._family.core, self._shell)  # noqa: SLF001

    @property
    def is_logged_in(self) -> bool:
        """Whether there is a portal session that is believed alive. No request is made."""
        return self._family.core.is_logged_in()

    async def login(self) -> None:
        """Sign in to the portal; does nothing when signed in. See :meth:`LibrusSession.login`."""
        await self._shell.run(self._family.login())

    async def get_portal_me(self) -> PortalMe:
        """Read the profile of the family account."""
        return await self._shell.run(self._family.core.me())

    async def get_synergia_accounts(self, *, reload: bool = False) -> SynergiaAccounts:
        """Return the linked children as the portal lists them; read once, and again with ``reload``."""
        return await self._shell.run(self._family.core.account_list("force" if reload else "need"))

    async def list_children(self, reload: bool = False) -> Rows[ChildAccount]:
        """Return the linked children; the list is read once, and again with ``reload``."""
        return (await self.get_synergia_accounts(reload=reload)).accounts

    async def resolve_child(self, child: ChildSelector) -> ChildAccount:
        """Return the child with this id, or else with this login. See :meth:`LibrusSession.resolve_child`."""
        flow = self._family.resolve(boxed_selector(child))
        del child
        return await self._shell.run(flow)

    async def for_child(
        self, child: ChildSelector | None = None, *, timeout_ms: int | None = None, strict: bool | None = None
    ) -> AsyncSynergiaApiClient:
        """Return a client of this child's data. See :meth:`LibrusSession.for_child`."""
        flow = self._family.bound(boxed_selector(child), timeout_ms, strict)
        del child
        bound = await self._shell.run(flow)
        return AsyncSynergiaApiClient._of_session(bound, self._shell)  # noqa: SLF001

    async def refresh_bearer_token(self, child_id: ChildSelector) -> str:
        """Have the portal issue a new token. See :meth:`LibrusSession.refresh_bearer_token`."""
        flow = self._family.refresh(boxed_selector(child_id))
        del child_id
        return await self._shell.run(flow)

    async def close(self) -> None:
        """End the session: tokens are forgotten, later calls raise SESSION_CLOSED. May be called twice."""
        await self._shell.close(self._family.slots())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
