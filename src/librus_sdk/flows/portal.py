"""The family portal: signing in, and the three reads that everything else starts from.

Sequence and signs of failure are those confirmed live in spring 2026, where not said otherwise.  A status
after the form proves nothing: only ``GET /api/v3/Me`` tells whether the sign-in worked.  The password is sent
in one request a sign-in, to the portal's own origin, and never again by itself once refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from ..core.answers import judge_portal
from ..core.http import Request, Response, join_url, segment
from ..core.refresh import Minted, Mode, makes_no_progress
from ..core.retry import retry_after_s
from ..errors import (
    AUTHENTICATION_FAILED,
    LibrusApiError,
    LibrusAuthenticationError,
    LibrusAuthRefreshError,
    LibrusCaptchaRequiredError,
    LibrusCredentialsError,
    LibrusPortalPageError,
    LibrusSdkError,
)
from ..secret import Secret
from ..settings import Hosts, PortalCredentials, RetryPolicy
from .call import Answer, call
from .login_page import CSRF_FIELD, captcha_demanded, hidden_fields, refusal_of
from .steps import Flow, Jar, NewJar, Ports, SlotPort
from .walk import exchange, walk

__all__ = ["Account", "PortalFlows"]

PORTAL_KEY: Final = "portal"
_JSON: Final = (("accept", "application/json"),)
_NO_RETRY: Final = RetryPolicy.off()


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
    has succeeded before.
    """

    hosts: Hosts
    credentials: PortalCredentials
    ports: Ports
    decode_me: Callable[[bytes, str], MeT]
    decode_accounts: Callable[[bytes, str], ListT]
    decode_account: Callable[[bytes, str], AccountT]
    has_worked: Callable[[], bool] = lambda: False

    # --- signing in --------------------------------------------------------------------------------------

    def sign_in(self, _mode: Mode = "need") -> Flow[Minted]:
        """Sign in and return the cookie jar as a credential."""
        started = self.ports.monotonic()
        self.ports.emit("debug", "portal.login.start", {"portal_base_url": self.hosts.portal})
        try:
            jar = yield from self._sign_in()
        except LibrusSdkError as error:
            fields: dict[str, object] = {"duration_ms": self._since(started), "error_code": error.code}
            self.ports.emit("error", "portal.login.failure", fields)
            raise
        self.ports.emit("info", "portal.login.success", {"duration_ms": self._since(started)})
        return Minted(PORTAL_KEY, jar, self.ports.monotonic(), self.ports.wall())

    def _since(self, started: float) -> int:
        return round((self.ports.monotonic() - started) * 1000)

    def _sign_in(self) -> Flow[Jar]:
        jar: Jar = yield NewJar()
        page_request = self._page("/konto-librus/login", "login_page")
        page = yield from self._follow(page_request, jar)
        if not page.ok:
            raise self._trouble(page_request, page)
        fields = hidden_fields(page.body)
        if CSRF_FIELD not in fields:
            if captcha_demanded(page.body):
                raise LibrusCaptchaRequiredError(_CAPTCHA)
            raise LibrusPortalPageError(_PAGE_INVALID)

        form_request = Request(
            "POST",
            join_url(self.hosts.portal, "/konto-librus/login/action"),
            endpoint=join_url(self.hosts.portal, "/konto-librus/login/action"),
            name="portal.login",
            headers=(("referer", page_request.url),),
            form=(
                *fields.items(),
                # Last, so that no hidden field of the page takes their place.
                ("email", self.credentials.email),
                ("password", self.credentials.password),
            ),
        )
        final = yield from self._follow(form_request, jar)
        refusal = refusal_of(final.body)
        # An outage that lists its "errors" says nothing of the password.
        judged = final.status < 500 and final.status not in (408, 425, 429)
        if (refusal == "credentials" and judged) or final.status == 401:
            raise LibrusCredentialsError(_REFUSED)
        if refusal == "captcha":
            raise LibrusCaptchaRequiredError(_CAPTCHA)
        if not final.ok or refusal == "expired":
            raise self._trouble(form_request, final)

        me_request = self._api("/api/v3/Me", "portal.me")
        me = yield from exchange(me_request, jar)
        verdict = judge_portal(me_request, me)
        if verdict.refused:
            if self.has_worked() and CSRF_FIELD not in hidden_fields(final.body):
                # The portal let us past its form, and these credentials have worked before: its session was
                # lost on the way. That passes, and must not latch a good password.
                raise LibrusAuthenticationError(_LOST, code=AUTHENTICATION_FAILED)
            raise LibrusCredentialsError(_REFUSED)
        if not me.ok:
            raise self._trouble(me_request, me)
        self.decode_me(me.body, me_request.endpoint)
        return jar

    def _follow(self, request: Request, jar: Jar) -> Flow[Response]:
        """Send and follow redirects, on the portal's own origin only."""
        walked = yield from walk(request, jar, (self.hosts.portal,))
        if walked.beyond is not None:
            # Another host has no business in a sign-in; the profile read decides how it stands.
            return Response(200, b"", {}, walked.response.url)
        return walked.response

    def _trouble(self, request: Request, response: Response) -> LibrusSdkError:
        """A step that failed for another reason than the credentials."""
        error = judge_portal(request, response).error
        if error is None or isinstance(error, LibrusApiError):
            status = response.status
            error = (
                error
                if error is not None and status != 401
                else LibrusApiError(
                    f"The Librus portal did not complete the sign-in (status {status}). Try again later.",
                    details={"endpoint": request.endpoint, "status": status},
                )
            )
            error.retry_after_s = retry_after_s(response, self.ports.wall())
        return error

    # --- reads -------------------------------------------------------------------------------------------

    def me(self, slot: SlotPort, mode: Mode = "need") -> Flow[Answer[MeT]]:
        """Read the portal profile."""
        return self._read(self._api("/api/v3/Me", "portal.me"), slot, self.decode_me, mode)

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
        self, request: Request, slot: SlotPort, decode: Callable[[bytes, str], _T], mode: Mode
    ) -> Flow[Answer[_T]]:
        return call(
            request,
            slot=slot,
            judge=judge_portal,
            decode=decode,
            retry=_NO_RETRY,
            ports=self.ports,
            mode=mode,
        )

    def _api(self, path: str, name: str) -> Request:
        url = join_url(self.hosts.portal, path)
        return Request("GET", url, endpoint=url, name=name, headers=_JSON)

    def _page(self, path: str, name: str) -> Request:
        url = join_url(self.hosts.portal, path)
        return Request("GET", url, endpoint=url, name=f"portal.{name}")


_T = TypeVar("_T")


_REFUSED: Final = (
    "The Librus portal refused the e-mail and password. Check LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD "
    "by signing in on the portal in a browser. They are not sent again until you sign in anew."
)
_LOST: Final = "The Librus portal forgot the sign-in at once. This usually passes; try again later."
_CAPTCHA: Final = (
    "The Librus portal demands a captcha, usually after several failed sign-ins. Sign in once on the portal "
    "in a browser, then try again."
)
_PAGE_INVALID: Final = (
    "The sign-in page of the Librus portal is not the expected one (maintenance or a redesign). Try again "
    "later."
)
