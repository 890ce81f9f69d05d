"""The family portal as a client: sign in, profile, linked children, a fresh token."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import partial
from types import TracebackType
from typing import Final, Self, Unpack

import msgspec

from ..core.http import join_url
from ..core.refresh import Minted, Mode, SlotState
from ..errors import (
    CHILD_NOT_FOUND,
    LibrusChildError,
    LibrusConfigurationError,
    LibrusTerminalAuthenticationError,
)
from ..flows.oauth import ASSUMED_LIFETIME_S, OAuthFlows
from ..flows.portal import PORTAL_KEY, PortalFlows
from ..flows.refused import Refused
from ..flows.shared import Codec, News
from ..flows.steps import Flow, Renewal, ask
from ..models.decoding import decode_account, decode_accounts, decode_portal_me
from ..models.portal import ChildAccount, PortalMe, SynergiaAccounts
from ..models.rows import Rows
from ..secret import Secret
from ..settings import GATEWAY_API_20, GatewayCredentials, PortalCredentials
from ..shells.fork import renew_after_fork
from ..shells.slots import Slot
from ..shells.tasks import TaskShell
from ..shells.threads import ThreadShell
from .children import Children, ChildSelector, Wanted, boxed_selector, select
from .doors import unsupported
from .kept import AccountsAsText, CookiesAsText, TokensAsText, shared_by
from .options import Parts, SessionOptions, parts_of

__all__ = ["AsyncPortalClient", "PortalClient", "PortalCore", "is_believed_alive", "require_portal"]

ACCOUNTS_KEY: Final = "accounts"


def require_portal(credentials: object) -> None:
    """Raise unless these are credentials of the family portal."""
    if isinstance(credentials, PortalCredentials):
        return
    if isinstance(credentials, GatewayCredentials):
        raise unsupported(GATEWAY_API_20, "The portal")
    del credentials  # whatever it is, it may hold a password
    raise LibrusConfigurationError(
        "Signing in needs PortalCredentials(email, password) or GatewayCredentials(login, password)."
    )


def is_believed_alive(sign_in: Slot, others: Iterable[Slot]) -> bool:
    """Whether a sign-in is believed alive and not being replaced. Without I/O.

    That is what its own slot says; while nobody has needed that one yet, whether anything that was kept of an
    earlier sign-in is in use.
    """
    if sign_in.is_good():
        return True
    state = sign_in.peek()
    return state == SlotState(state.key) and any(slot.is_good() and _is_adopted(slot) for slot in others)


def _is_adopted(slot: Slot) -> bool:
    grant = slot.peek().grant
    return grant is not None and grant.minted.adopted


class _AccountBook:
    """The account list as last read, kept up to date with accounts that are renewed one by one."""

    __slots__ = ("__weakref__", "_lock", "accounts")

    def __init__(self, accounts: SynergiaAccounts) -> None:
        self.accounts = accounts
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        self._lock = threading.Lock()

    def find(self, child_id: str) -> ChildAccount | None:
        return next((row for row in self.accounts.accounts if row.id == child_id), None)

    def learn(self, account: ChildAccount) -> None:
        with self._lock:
            rows = self.accounts.accounts
            if any(row.id == account.id for row in rows):
                self.accounts = SynergiaAccounts(
                    last_modification=self.accounts.last_modification,
                    accounts=Rows(
                        (account if row.id == account.id else row for row in rows), rejected=rows.rejected
                    ),
                )


class PortalCore:
    """The portal's and the children's slots and flows, without a shell.

    That is what both clients and both sessions are made of.
    """

    def __init__(self, credentials: PortalCredentials | None, parts: Parts) -> None:
        if credentials is not None or parts.store is None or parts.auth != "oauth":
            require_portal(credentials)
        self.parts: Final = parts
        self.shared: Final = shared_by("family", None if credentials is None else credentials.email, parts)
        settings, clock = parts.settings, parts.clock
        self.flows: Final = PortalFlows(
            settings.hosts,
            credentials,
            parts.ports,
            decode_portal_me,
            partial(decode_accounts, strict=settings.strict),
            decode_account,
            has_worked=lambda: self.portal.peek().generation > 0,
            retry=settings.retry,
        )
        renewal, news, refused = self._sign_in_with(credentials)
        self.refused: Final = refused
        self.portal: Final = Slot(
            key=PORTAL_KEY,
            name="portal",
            endpoint=join_url(settings.hosts.portal, "/konto-librus/login"),
            renewal=renewal,
            private=True,
            clock=clock,
            latches=(LibrusTerminalAuthenticationError,),
            apart=parts.auth == "oauth",
            news=news,
        )
        self.accounts: Final = Slot(
            key=ACCOUNTS_KEY,
            name="accounts",
            endpoint=join_url(settings.hosts.portal, "/api/v3/SynergiaAccounts"),
            renewal=self.shared.renewal(
                lambda: self.accounts,
                AccountsAsText("accounts", _AccountBook),
                self._fetch_accounts,
                refused=refused,
            ),
            private=True,
            clock=clock,
            cools=False,
        )
        self.children: Final = Children(parts, self.shared, refused, self._renew_child)
        renew_after_fork(self)

    def _sign_in_with(self, credentials: PortalCredentials | None) -> tuple[Renewal, News, Refused]:
        """Return how the portal's slot is renewed, how it hears of others' sign-ins, and what was refused."""
        settings = self.parts.settings
        codec: Codec
        renewal: Renewal
        if self.parts.auth == "cookies":
            codec, renewal, lifetime = CookiesAsText("portal"), self.flows.sign_in, None
            refused = self.flows.refused
        else:
            oauth = OAuthFlows(settings.hosts, credentials, self.parts.ports, settings.retry)
            codec = TokensAsText("portal tokens", only_kept=credentials is None)
            renewal, lifetime = lambda mode: oauth.renew(self.portal, mode), ASSUMED_LIFETIME_S
            refused = oauth.refused
        return (
            self.shared.renewal(lambda: self.portal, codec, renewal, lifetime, refused),
            self.shared.news(lambda: self.portal, codec, refused, lifetime),
            refused,
        )

    def after_fork(self) -> None:
        """Begin anew in a forked process."""
        self.children.after_fork()
        for slot in (self.accounts, self.portal):
            slot.after_fork()

    def slots(self) -> list[Slot]:
        """Return all slots, those that wait for others first."""
        return [*self.children.slots(), self.accounts, self.portal]

    def is_logged_in(self) -> bool:
        """Whether there is a sign-in that is believed alive and not being replaced."""
        return is_believed_alive(self.portal, self.slots())

    def login(self) -> Flow[None]:
        """Sign in unless signed in; after a refusal this is what tries again."""
        yield from ask(self.portal, mode="insist")

    def me(self) -> Flow[PortalMe]:
        """Read the portal profile."""
        answer = yield from self.flows.me(self.portal)
        return answer.value

    def account_list(self, mode: Mode = "need") -> Flow[SynergiaAccounts]:
        """Return the account list, read once and kept; ``force`` reads it anew."""
        acquired = yield from ask(self.accounts, mode=mode)
        book: _AccountBook = acquired.grant.secret
        return book.accounts

    def _fetch_accounts(self, mode: Mode) -> Flow[Minted]:
        asked = self.parts.clock.monotonic()
        # A reload is no sign-in: only an explicit refresh, which insists, may send a refused password again.
        answer = yield from self.flows.accounts(self.portal, "insist" if mode == "insist" else "need")
        for account in answer.value.accounts:
            self.children.learn(account, asked)
        return Minted(ACCOUNTS_KEY, _AccountBook(answer.value), asked, self.parts.clock.wall())

    def resolve(self, wanted: Wanted, mode: Mode = "need") -> Flow[ChildAccount]:
        """Return the account that is meant; the list is read where it is needed."""
        if isinstance(wanted, ChildAccount):
            return wanted
        accounts = yield from self.account_list(mode)
        try:
            return select(wanted, accounts.accounts)
        except LibrusChildError as error:
            if error.code != CHILD_NOT_FOUND or not _is_adopted(self.accounts):
                raise
        # An earlier run has read this list; the child may have been linked since.
        accounts = yield from self.account_list("force")
        return select(wanted, accounts.accounts)

    def fresh(self, wanted: Wanted) -> Flow[ChildAccount]:
        """Have a new token issued for the child that is meant; return its account, as it is now."""
        account = yield from self.resolve(wanted, "insist")
        acquired = yield from ask(self.children.slot(account), mode="force")
        grant = self.accounts.peek().grant
        known = account if grant is None else grant.secret.find(account.id) or account
        found = msgspec.structs.replace(known, access_token=acquired.grant.secret)
        self._learn(found)
        return found

    def _renew_child(self, slot: Slot, login: Secret, mode: Mode) -> Flow[Minted]:
        lifetime = self.parts.settings.assumed_token_lifetime_s
        minted, account = yield from self.flows.renew_child(self.portal, slot, login, lifetime, mode)
        self._learn(account)
        return minted

    def _learn(self, account: ChildAccount) -> None:
        """Put a renewed account in its place in the list, if there is a list."""
        grant = self.accounts.peek().grant
        if grant is not None:
            grant.secret.learn(account)


class PortalClient:
    """The portal of a family account ("Konto LIBRUS"), for threads.

    A portal session that has died is renewed unseen, once, for all callers. Nothing is read before the first
    call.

    Args:
        credentials: the family account; may be left out with ``auth="oauth"`` and a ``store`` that keeps
            tokens.
        **options: see :class:`SessionOptions`.

    Raises:
        LibrusConfigurationError: an option is wrong.
    """

    def __init__(
        self, credentials: PortalCredentials | None = None, **options: Unpack[SessionOptions]
    ) -> None:
        parts = parts_of(options)
        shell = ThreadShell(parts.settings, parts.clock, parts.ports, parts.emitter)
        self._open(PortalCore(credentials, parts), shell, owned=True)
        renew_after_fork(shell)

    def _open(self, core: PortalCore, shell: ThreadShell, *, owned: bool) -> None:
        self._core = core
        self._shell = shell
        self._owned = owned

    @classmethod
    def _of_session(cls, core: PortalCore, shell: ThreadShell) -> Self:
        client = cls.__new__(cls)
        client._open(core, shell, owned=False)  # noqa: SLF001
        return client

    @property
    def is_logged_in(self) -> bool:
        """Whether there is a sign-in that is believed alive. No request is made, and no store is asked.

        With a ``store`` one that was kept counts as soon as a call has taken anything of it.
        """
        return self._core.is_logged_in()

    def login(self) -> None:
        """Sign in; does nothing when signed in. Overlapping calls share one sign-in.

        Raises:
            LibrusCredentialsError: e-mail or password refused; remembered until the next call of this method.
            LibrusCaptchaRequiredError: the portal demands a captcha.
            LibrusPortalPageError: the sign-in page is not the expected one.
            LibrusSdkError: the portal is down or out of reach.
        """
        self._shell.run(self._core.login())

    def get_me(self) -> PortalMe:
        """Read the profile of the family account."""
        return self._shell.run(self._core.me())

    def get_synergia_accounts(self, *, reload: bool = False) -> SynergiaAccounts:
        """Return the linked children; read once, and again with ``reload``."""
        return self._shell.run(self._core.account_list("force" if reload else "need"))

    def get_fresh_synergia_account(self, login: ChildSelector) -> ChildAccount:
        """Have the portal issue a new bearer token for the child with this Synergia login, or id.

        It is the token's renewal like any other: overlapping ones are one, and all clients of the child, and
        other programs with the same ``store``, go on with what it brings.

        Raises:
            LibrusChildError: no child with this login or id is linked, or several with this login.
            LibrusAccountActionRequiredError: the link to the child needs attention.
        """
        wanted = boxed_selector(login)
        del login  # a traceback shows the arguments of a frame
        return self._shell.run(self._core.fresh(wanted))

    def close(self) -> None:
        """End the client; later calls raise SESSION_CLOSED. A session's portal is closed with its session."""
        if self._owned:
            self._shell.close(self._core.slots())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncPortalClient:
    """The portal of a family account, for asyncio. Everything else is as for :class:`PortalClient`."""

    def __init__(
        self, credentials: PortalCredentials | None = None, **options: Unpack[SessionOptions]
    ) -> None:
        parts = parts_of(options)
        shell = TaskShell(parts.settings, parts.clock, parts.ports, parts.emitter)
        self._open(PortalCore(credentials, parts), shell, owned=True)
        renew_after_fork(shell)

    def _open(self, core: PortalCore, shell: TaskShell, *, owned: bool) -> None:
        self._core = core
        self._shell = shell
        self._owned = owned

    @classmethod
    def _of_session(cls, core: PortalCore, shell: TaskShell) -> Self:
        client = cls.__new__(cls)
        client._open(core, shell, owned=False)  # noqa: SLF001
        return client

    @property
    def is_logged_in(self) -> bool:
        """Whether there is a sign-in that is believed alive. See :attr:`PortalClient.is_logged_in`."""
        return self._core.is_logged_in()

    async def login(self) -> None:
        """Sign in; does nothing when signed in. See :meth:`PortalClient.login`."""
        await self._shell.run(self._core.login())

    async def get_me(self) -> PortalMe:
        """Read the profile of the family account."""
        return await self._shell.run(self._core.me())

    async def get_synergia_accounts(self, *, reload: bool = False) -> SynergiaAccounts:
        """Return the linked children; read once, and again with ``reload``."""
        return await self._shell.run(self._core.account_list("force" if reload else "need"))

    async def get_fresh_synergia_account(self, login: ChildSelector) -> ChildAccount:
        """Have the portal issue a new bearer token. See :meth:`PortalClient.get_fresh_synergia_account`."""
        wanted = boxed_selector(login)
        del login  # a traceback shows the arguments of a frame
        return await self._shell.run(self._core.fresh(wanted))

    async def close(self) -> None:
        """End the client; later calls raise SESSION_CLOSED. A session's portal is closed with its session."""
        if self._owned:
            await self._shell.close(self._core.slots())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
