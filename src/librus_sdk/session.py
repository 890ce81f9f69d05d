"""A session: sign in once, read every child's data, never see an expired token.

:class:`LibrusSession` is for threads, :class:`AsyncLibrusSession` for asyncio.  Both are thin: what they do
is written once, in :class:`~librus_sdk.clients.family.Family` for a family account and in
:class:`~librus_sdk.clients.gateway.GatewayAccount` for a login issued by the school.  Making a session
performs no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import NoReturn, Self, TypeAlias, Unpack

from .clients.account import Account
from .clients.api import AsyncSynergiaApiClient, SynergiaApiClient
from .clients.bff import AsyncBffApiClient, BffApiClient
from .clients.children import ChildSelector
from .clients.family import Family
from .clients.gateway import GatewayAccount
from .clients.options import ClientOptions, SessionOptions
from .clients.portal import AsyncPortalClient, PortalClient
from .clients.wiadomosci import AsyncWiadomosciClient, WiadomosciClient
from .environment import Environment
from .errors import LibrusConfigurationError
from .models.portal import ChildAccount, PortalMe, SynergiaAccounts
from .models.rows import Rows
from .settings import (
    API_V3,
    DEFAULT_TIMEOUT_MS,
    GATEWAY_API_20,
    ApiBackend,
    GatewayCredentials,
    PortalCredentials,
)
from .shells.fork import renew_after_fork
from .shells.tasks import TaskShell
from .shells.threads import ThreadShell

__all__ = ["AsyncLibrusSession", "ChildSelector", "LibrusSession"]


Credentials: TypeAlias = PortalCredentials | GatewayCredentials


def _credentials_from(environment: Environment, options: SessionOptions) -> Credentials | None:
    if environment.backend() == GATEWAY_API_20:
        return environment.gateway_credentials()
    kept = options.get("store") is not None and options.get("auth") == "oauth"
    if kept and not environment.has_credentials(API_V3):
        return None
    return environment.portal_credentials()


def _account_of(credentials: Credentials | None, options: SessionOptions) -> Account:
    if isinstance(credentials, GatewayCredentials):
        return GatewayAccount(credentials, options)
    return Family(credentials, options)


def _gateway_only(credentials: object) -> GatewayCredentials:
    if isinstance(credentials, GatewayCredentials):
        return credentials
    del credentials  # whatever it is, it may hold a password
    raise LibrusConfigurationError("from_gateway_credentials needs GatewayCredentials(login, password).")


def _options_from(environment: Environment, options: SessionOptions) -> SessionOptions:
    merged: SessionOptions = {"hosts": environment.hosts(), **options}
    if merged.get("timeout_ms") is None:
        merged["timeout_ms"] = environment.timeout_ms() or DEFAULT_TIMEOUT_MS
    return merged


class _Session:
    """What both sessions share that needs no shell."""

    _account: Account

    def get_api_backend(self) -> ApiBackend:
        """Return the back end of this session: ``api_v3`` or ``gateway_api_20``."""
        return self._account.backend

    def __repr__(self) -> str:
        account = getattr(self, "_account", None)  # a traceback may show one that was never finished
        return f"<{type(self).__name__} {account.backend if account else ''}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a session cannot be pickled: it holds credentials and tokens")


class LibrusSession(_Session):
    """A family's session, for threads.

    One session may be used from any number of threads at once: they share one sign-in, one token a child and
    one renewal of it. Close it, or use it as a context manager.

    Args:
        credentials: the family account, or the login issued by the school; may be left out with
            ``auth="oauth"`` and a ``store`` that keeps tokens.
        **options: see :class:`~librus_sdk.clients.options.SessionOptions`.

    Raises:
        LibrusConfigurationError: an option or the environment's ``LIBRUS_TIMEOUT_MS`` is wrong.

    Example:
        >>> with LibrusSession(PortalCredentials(email, password)) as session:  # doctest: +SKIP
        ...     for child in session.list_children():
        ...         print(len(session.for_child(child).grades.list()))
    """

    def __init__(self, credentials: Credentials | None = None, **options: Unpack[SessionOptions]) -> None:
        self._account = _account_of(credentials, options)
        parts = self._account.parts
        self._shell = ThreadShell(parts.settings, parts.clock, parts.ports, parts.emitter)
        renew_after_fork(self._shell)

    @classmethod
    def from_gateway_credentials(
        cls, credentials: GatewayCredentials, **options: Unpack[SessionOptions]
    ) -> Self:
        """Make a session with a login issued by the school (gateway API 2.0): one login, one child.

        ::

            session = LibrusSession.from_gateway_credentials(GatewayCredentials(login, password))
            grades = session.for_child().grades.list()

        Such a login has no family account: what only the portal has raises LibrusUnsupportedBackendError.
        """
        return cls(_gateway_only(credentials), **options)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **options: Unpack[SessionOptions]) -> Self:
        """Make a session from environment variables (of ``environ``, or of the process).

        ``LIBRUS_API_BACKEND`` chooses the account: ``api_v3`` or ``gateway_api_20``. Without it, that is the
        one whose variables are there; of both, the family's. With ``auth="oauth"`` and a ``store`` that keeps
        tokens, the family account's may be missing.

        Raises:
            LibrusConfigurationError: credentials are missing, empty or swapped, or another variable is wrong;
                the message names the variables and shows no value.
        """
        environment = Environment(environ)
        del environ  # a traceback shows the arguments of a frame
        return cls(_credentials_from(environment, options), **_options_from(environment, options))

    @property
    def portal(self) -> PortalClient:
        """The portal of this session; shares its sign-in and tokens, and is closed with it."""
        return PortalClient._of_session(self._account.core, self._shell)  # noqa: SLF001

    @property
    def is_logged_in(self) -> bool:
        """Whether there is a sign-in that is believed alive. No request is made, and no store is asked.

        With a ``store`` one that was kept counts as soon as a call has taken anything of it.
        """
        return self._account.is_logged_in()

    def login(self) -> None:
        """Sign in; does nothing when signed in.

        Calling it is optional: every read signs in when it has to. After a refused sign-in this (or an
        explicit refresh) is what tries again; nothing else does.

        Raises:
            LibrusCredentialsError: the credentials were refused.
            LibrusCaptchaRequiredError: Librus demands a captcha.
            LibrusAccountActionRequiredError: the account has expired, or Librus wants something done first.
            LibrusPortalPageError: the sign-in page is not the expected one.
            LibrusSdkError: the portal is down or out of reach.
        """
        self._shell.run(self._account.login())

    def get_portal_me(self) -> PortalMe:
        """Read the profile of the family account."""
        return self._shell.run(self._account.me())

    def get_synergia_accounts(self, *, reload: bool = False) -> SynergiaAccounts:
        """Return the linked children as the portal lists them; read once, and again with ``reload``."""
        return self._shell.run(self._account.account_list("force" if reload else "need"))

    def list_children(self, reload: bool = False) -> Rows[ChildAccount]:
        """Return the linked children; the list is read once, and again with ``reload``."""
        return self.get_synergia_accounts(reload=reload).accounts

    def resolve_child(self, child: ChildSelector) -> ChildAccount:
        """Return the child with this id, or else with this login; compared exactly.

        Raises:
            LibrusChildError: CHILD_NOT_FOUND, AMBIGUOUS_CHILD, or CHILD_REQUIRED for an empty selector.
        """
        flow = self._account.resolve(self._account.selector(child))
        del child
        return self._shell.run(flow)

    def for_child(
        self, child: ChildSelector | None = None, **options: Unpack[ClientOptions]
    ) -> SynergiaApiClient:
        """Return a client of this child's data. With an account object no request is made.

        Args:
            child: account object, id or login. A login issued by the school has one child: leave it out.
            **options: this client's own limits and strictness, see :class:`ClientOptions`.

        Raises:
            LibrusChildError: CHILD_REQUIRED, CHILD_NOT_FOUND or AMBIGUOUS_CHILD.
        """
        flow = self._account.bound(self._account.selector(child), options)
        del child
        bound = self._shell.run(flow)
        return SynergiaApiClient._of_session(bound, self._shell)  # noqa: SLF001

    def for_child_wiadomosci(
        self, child: ChildSelector | None = None, **options: Unpack[ClientOptions]
    ) -> WiadomosciClient:
        """Return a client whose messages come from the messages' website, where nobody pays for them.

        Everything else it reads like :meth:`for_child`, whose arguments and errors it shares. No request is
        made before the first message is read.
        """
        flow = self._account.messages_bound(self._account.selector(child), options)
        del child
        bound = self._shell.run(flow)
        return WiadomosciClient._of_session(bound, self._shell)  # noqa: SLF001

    def for_child_bff(
        self, child: ChildSelector | None = None, **options: Unpack[ClientOptions]
    ) -> BffApiClient:
        """Return a client of the phone application's own back end, for research: a host of tests by its name.

        Arguments and errors are those of :meth:`for_child`.
        """
        flow = self._account.bff_bound(self._account.selector(child), options)
        del child
        return BffApiClient(self._shell.run(flow), self._shell)

    def refresh_bearer_token(self, child_id: ChildSelector) -> str:
        """Have the portal issue a new token for the child, and return it.

        Always asks the portal, except that it joins a renewal that is already under way. All clients of the
        child use the new token from then on. The result is a secret: do not log it.

        Raises:
            LibrusChildError: no such child.
            LibrusAuthenticationError: the portal refuses the sign-in, or the child is no longer linked.
            LibrusSdkError: the portal is down or out of reach.
        """
        flow = self._account.refresh(self._account.selector(child_id))
        del child_id
        return self._shell.run(flow)

    def close(self) -> None:
        """End the session: tokens are forgotten, later calls raise SESSION_CLOSED. May be called twice."""
        self._shell.close(self._account.slots())

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

    def __init__(self, credentials: Credentials | None = None, **options: Unpack[SessionOptions]) -> None:
        self._account = _account_of(credentials, options)
        parts = self._account.parts
        self._shell = TaskShell(parts.settings, parts.clock, parts.ports, parts.emitter)
        renew_after_fork(self._shell)

    @classmethod
    def from_gateway_credentials(
        cls, credentials: GatewayCredentials, **options: Unpack[SessionOptions]
    ) -> Self:
        """Make a session with a school's login. See :meth:`LibrusSession.from_gateway_credentials`."""
        return cls(_gateway_only(credentials), **options)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **options: Unpack[SessionOptions]) -> Self:
        """Make a session from environment variables. See :meth:`LibrusSession.from_env`."""
        environment = Environment(environ)
        del environ  # a traceback shows the arguments of a frame
        return cls(_credentials_from(environment, options), **_options_from(environment, options))

    @property
    def portal(self) -> AsyncPortalClient:
        """The portal of this session; shares its sign-in and tokens, and is closed with it."""
        return AsyncPortalClient._of_session(self._account.core, self._shell)  # noqa: SLF001

    @property
    def is_logged_in(self) -> bool:
        """Whether there is a sign-in that is believed alive. See :attr:`LibrusSession.is_logged_in`."""
        return self._account.is_logged_in()

    async def login(self) -> None:
        """Sign in; does nothing when signed in. See :meth:`LibrusSession.login`."""
        await self._shell.run(self._account.login())

    async def get_portal_me(self) -> PortalMe:
        """Read the profile of the family account."""
        return await self._shell.run(self._account.me())

    async def get_synergia_accounts(self, *, reload: bool = False) -> SynergiaAccounts:
        """Return the linked children as the portal lists them; read once, and again with ``reload``."""
        return await self._shell.run(self._account.account_list("force" if reload else "need"))

    async def list_children(self, reload: bool = False) -> Rows[ChildAccount]:
        """Return the linked children; the list is read once, and again with ``reload``."""
        return (await self.get_synergia_accounts(reload=reload)).accounts

    async def resolve_child(self, child: ChildSelector) -> ChildAccount:
        """Return the child with this id, or else with this login. See :meth:`LibrusSession.resolve_child`."""
        flow = self._account.resolve(self._account.selector(child))
        del child
        return await self._shell.run(flow)

    async def for_child(
        self, child: ChildSelector | None = None, **options: Unpack[ClientOptions]
    ) -> AsyncSynergiaApiClient:
        """Return a client of this child's data. See :meth:`LibrusSession.for_child`."""
        flow = self._account.bound(self._account.selector(child), options)
        del child
        bound = await self._shell.run(flow)
        return AsyncSynergiaApiClient._of_session(bound, self._shell)  # noqa: SLF001

    async def for_child_wiadomosci(
        self, child: ChildSelector | None = None, **options: Unpack[ClientOptions]
    ) -> AsyncWiadomosciClient:
        """Return a client with free messages. See :meth:`LibrusSession.for_child_wiadomosci`."""
        flow = self._account.messages_bound(self._account.selector(child), options)
        del child
        bound = await self._shell.run(flow)
        return AsyncWiadomosciClient._of_session(bound, self._shell)  # noqa: SLF001

    async def for_child_bff(
        self, child: ChildSelector | None = None, **options: Unpack[ClientOptions]
    ) -> AsyncBffApiClient:
        """Return a client of the phone application's back end. See :meth:`LibrusSession.for_child_bff`."""
        flow = self._account.bff_bound(self._account.selector(child), options)
        del child
        return AsyncBffApiClient(await self._shell.run(flow), self._shell)

    async def refresh_bearer_token(self, child_id: ChildSelector) -> str:
        """Have the portal issue a new token. See :meth:`LibrusSession.refresh_bearer_token`."""
        flow = self._account.refresh(self._account.selector(child_id))
        del child_id
        return await self._shell.run(flow)

    async def close(self) -> None:
        """End the session: tokens are forgotten, later calls raise SESSION_CLOSED. May be called twice."""
        await self._shell.close(self._account.slots())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
