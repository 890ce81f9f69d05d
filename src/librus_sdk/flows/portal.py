"""The family portal: signing in, and the three reads that everything else starts from.

Sequence and signs of failure are those confirmed live in spring 2026, where not said otherwise.  A status
after the form proves nothing: only ``GET /api/v3/Me`` tells whether the sign-in worked.  The password is sent
in one request a sign-in, to the portal's own origin, and never again by itself once refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from ..core.answers import judge_portal
from ..core.http import Request, join_url, segment
from ..core.refresh import Minted, Mode, makes_no_progress
from ..errors import (
    AUTHENTICATION_FAILED,
    LibrusAuthenticationError,
    LibrusAuthRefreshError,
    LibrusCredentialsError,
    LibrusSdkError,
)
from ..secret import Secret
from ..settings import Hosts, PortalCredentials, RetryPolicy
from .call import Answer, call
from .login_page import CSRF_FIELD, hidden_fields
from .portal_page import LOST, PORTAL_KEY, REFUSED, PortalForm, page_of
from .refused import Refused
from .steps import Flow, Jar, NewJar, Ports, SlotPort
from .walk import exchange

__all__ = ["PORTAL_KEY", "Account", "PortalFlows"]

_LOGIN_PATH: Final = "/konto-librus/login"
_JSON: Final = (("accept", "application/json"),)


class Account(Protocol):
    """What the token renewal needs of an account row."""

    @property
    def id(self) -> str:
        """The child's key."""
        ...

    @property
    def access_token(self) -> Secret:
        """The bearer token."""
        ...


MeT = TypeVar("MeT")
ListT = TypeVar("ListT")
AccountT = TypeVar("AccountT", bound=Account)


@dataclass(frozen=True, slots=True)
class PortalFlows(Generic[MeT, ListT, AccountT]):
    """The portal's sequences, for one account.

    The three decoders turn bodies into models; ``has_worked`` tells whether a sign-in with these credentials
    has succeeded before; ``retry`` is for the reads, and for what is harmless in a sign-in, not for its form.
    """

    hosts: Hosts
    credentials: PortalCredentials | None
    ports: Ports
    decode_me: Callable[[bytes, str], MeT]
    decode_accounts: Callable[[bytes, str], ListT]
    decode_account: Callable[[bytes, str], AccountT]
    has_worked: Callable[[], bool] = lambda: False
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    refused: Refused = field(default_factory=Refused)

    # --- signing in --------------------------------------------------------------------------------------

    def sign_in(self, mode: Mode = "need") -> Flow[Minted]:
        """Sign in and return the cookie jar as a credential.

        A password that was refused is sent only if somebody asks for it.
        """
        return self.refused.guarded(mode, self._told_sign_in())

    def _told_sign_in(self) -> Flow[Minted]:
        started = self.ports.monotonic()
        self.ports.emit("debug", "portal.login.start", {"portal_base_url": self.hosts.portal})
        try:
            jar = yield from self._sign_in()
        except LibrusSdkError as error:
            fields: dict[str, object] = {"duration_ms": self._since(started), "error": error}
            self.ports.emit("error", "portal.login.failure", fields)
            raise
        self.ports.emit("info", "portal.login.success", {"duration_ms": self._since(started)})
        return Minted(PORTAL_KEY, jar, self.ports.monotonic(), self.ports.wall())

    def _since(self, started: float) -> int:
        return round((self.ports.monotonic() - started) * 1000)

    def _sign_in(self) -> Flow[Jar]:
        assert self.credentials is not None  # only kept tokens go without, and they are renewed elsewhere
        jar: Jar = yield NewJar()
        form = PortalForm(self.hosts, self.ports, self.retry)
        page = yield from form.open(_LOGIN_PATH, "portal.login_page", jar)
        referer = join_url(self.hosts.portal, _LOGIN_PATH)
        final = page_of((yield from form.send(form.fields(page), self.credentials, referer, jar)))

        me_request = self._api("/api/v3/Me", "portal.me")
        # Harmless: it only looks. Given up too early, it would cost the password another time.
        me = yield from exchange(me_request, jar, form.again)
        verdict = judge_portal(me_request, me)
        if verdict.refused:
            if self.has_worked() and CSRF_FIELD not in hidden_fields(final.body):
                # The portal let us past its form, and these credentials have worked before: its session was
                # lost on the way. That passes, and must not latch a good password.
                raise LibrusAuthenticationError(LOST, code=AUTHENTICATION_FAILED)
            raise LibrusCredentialsError(REFUSED)
        if not me.ok:
            raise form.trouble(me_request, me)
        self.decode_me(me.body, me_request.endpoint)
        return jar

    # --- reads -------------------------------------------------------------------------------------------

    def me(self, slot: SlotPort, mode: Mode = "need") -> Flow[Answer[MeT]]:
        """Read the portal profile."""
        return self._read(self._api("/api/v3/Me", "portal.me"), slot, self.decode_me, mode, once=True)

    def accounts(self, slot: SlotPort, mode: Mode = "need") -> Flow[Answer[ListT]]:
        """Read the list of linked children."""
        request = self._api("/api/v3/SynergiaAccounts", "portal.accounts")
        return self._read(request, slot, self.decode_accounts, mode)

    def fresh(self, slot: SlotPort, login: Secret, mode: Mode = "need") -> Flow[Answer[AccountT]]:
        """Have the portal issue a new bearer token for the child with this login."""
        base = join_url(self.hosts.portal, "/api/v3/SynergiaAccounts/fresh")
        request = Request(
            "GET",
            f"{base}/{segment(login.reveal())}",
            endpoint=f"{base}/REDACTED",
            name="portal.fresh",
            headers=_JSON,
        )
        return self._read(request, slot, self.decode_account, mode)

    def renew_child(
        self, portal: SlotPort, child: SlotPort, login: Secret, lifetime_s: float | None, mode: Mode
    ) -> Flow[tuple[Minted, AccountT]]:
        """Get a child's new token: one portal request when all is well.

        A portal that hands out the refused token again is signed in to once more and asked again.
        """
        portal_mode: Mode = "need" if mode == "need" else "insist"
        asked = self.ports.monotonic()
        answer = yield from self.fresh(portal, login, portal_mode)
        if makes_no_progress(child.peek(), answer.value.access_token):
            portal.reject(
                answer.generation,
                LibrusAuthRefreshError("The portal handed out a token that Librus had refused before."),
            )
            asked = self.ports.monotonic()
            answer = yield from self.fresh(portal, login, portal_mode)
        account = answer.value
        # Issued when the answer is here: a list asked for before then cannot hold a newer token.
        issued = self.ports.monotonic()
        expires = None if lifetime_s is None else asked + lifetime_s
        return Minted(account.id, account.access_token, issued, self.ports.wall(), expires), account

    def _read(
        self,
        request: Request,
        slot: SlotPort,
        decode: Callable[[bytes, str], _T],
        mode: Mode,
        *,
        once: bool = False,
    ) -> Flow[Answer[_T]]:
        return call(
            request,
            slot=slot,
            judge=judge_portal,
            decode=decode,
            retry=self.retry,
            ports=self.ports,
            mode=mode,
            once=once,
        )

    def _api(self, path: str, name: str) -> Request:
        url = join_url(self.hosts.portal, path)
        return Request("GET", url, endpoint=url, name=name, headers=_JSON)


_T = TypeVar("_T")
