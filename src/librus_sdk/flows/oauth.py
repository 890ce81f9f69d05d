"""The portal by OAuth, as the phone application signs in: a code over redirects, then tokens for tokens.

The sequence is the one people still signed in with in 2026; lifetimes were never confirmed live.  Each
refresh token works once and its answer brings the next, so one goes out once a flight, and where a store
keeps the pair it has the next before anybody may use it.  The password is needed only when no refresh
token works, and is sent by the form of :mod:`.portal_page` like any other sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import parse_qs, urlsplit

from ..core.answers import failure_error
from ..core.headers import APP_HEADERS
from ..core.http import Failure, Request, Response, join_url
from ..core.refresh import Minted, Mode
from ..errors import (
    AUTHENTICATION_FAILED,
    CONFIGURATION_ERROR,
    LibrusAuthenticationError,
    LibrusCredentialsError,
    LibrusMaintenanceError,
    LibrusPortalPageError,
    LibrusResponseValidationError,
    LibrusSdkError,
    LibrusTerminalAuthenticationError,
)
from ..secret import Secret
from ..settings import Hosts, PortalCredentials, RetryPolicy
from .login_page import CSRF_FIELD, hidden_fields
from .portal_page import LOST, PAGE_INVALID, PORTAL_KEY, REFUSED, PortalForm, page_of
from .refused import Refused
from .steps import Exchange, Flow, Jar, NewJar, Ports, SlotPort
from .token_pair import TokenPair, grant_refusal, read_tokens
from .walk import Walked, walk
from .web import REST_AFTER_PASSWORD_S

__all__ = ["ASSUMED_LIFETIME_S", "OAuthFlows", "TokenPair"]

CLIENT_ID: Final = "VaItV6oRutdo8fnjJwysnTjVlvaswf52ZqmXsJGP"
REDIRECT_URI: Final = "app://librus"
ASSUMED_LIFETIME_S: Final = 3600.0
"""How long a token is believed good when Librus does not say; never blocks a call."""

_START: Final = "/konto-librus/redirect/dru"
_HEADERS: Final = (
    ("x-requested-with", "pl.librus.synergiaDru2"),
    ("user-agent", dict(APP_HEADERS)["user-agent"]),
)


class OAuthFlows:
    """The sequences that make and renew the portal's pair of tokens, for one account.

    Args:
        hosts: where Librus is.
        credentials: e-mail and password; None when only kept tokens are there.
        ports: clock and ears.
        retry: for what is harmless: neither the form nor anything for which tokens are given out.
    """

    def __init__(
        self,
        hosts: Hosts,
        credentials: PortalCredentials | None,
        ports: Ports,
        retry: RetryPolicy,
    ) -> None:
        self.hosts: Final = hosts
        self.credentials: Final = credentials
        self.ports: Final = ports
        self._form: Final = PortalForm(hosts, ports, retry)
        self.refused: Final = Refused()
        self._unanswered: Secret | None = None
        self._spent: Secret | None = None
        self._password_worked = False

    # --- what a slot flies -------------------------------------------------------------------------------

    def renew(self, slot: SlotPort, mode: Mode = "need") -> Flow[Minted]:
        """Get the next pair: by refresh token, else by signing in.

        A password that was refused is sent only if somebody asks for it.

        Raises:
            LibrusTerminalAuthenticationError: a person has to sign in, or the library has to be updated.
            LibrusSdkError: the portal has trouble; what is held stays, and a later flight goes on with it.
        """
        held = slot.peek().grant
        if held is not None:
            minted = yield from self._refreshed(held.secret)
            if minted is not None:
                return minted
        return (yield from self.refused.guarded(mode, self.sign_in()))

    def sign_in(self) -> Flow[Minted]:
        """Sign in with e-mail and password, whatever tokens there are.

        Raises:
            LibrusTerminalAuthenticationError: there are no credentials, they are refused, the portal demands
                a captcha, or this version of the library is not accepted any more.
            LibrusSdkError: the portal has trouble.
        """
        if self.credentials is None:
            raise LibrusTerminalAuthenticationError(_SIGN_IN_AGAIN, code=AUTHENTICATION_FAILED)
        started = self.ports.monotonic()
        self.ports.emit("debug", "portal.login.start", {"portal_base_url": self.hosts.portal})
        try:
            minted = yield from self._sign_in(self.credentials)
        except LibrusSdkError as error:
            fields: dict[str, object] = {"duration_ms": self._since(started), "error": error}
            self.ports.emit("error", "portal.login.failure", fields)
            raise
        self.ports.emit("info", "portal.login.success", {"duration_ms": self._since(started)})
        return minted

    def _since(self, started: float) -> int:
        return round((self.ports.monotonic() - started) * 1000)

    # --- tokens for tokens -------------------------------------------------------------------------------

    def _refreshed(self, pair: TokenPair) -> Flow[Minted | None]:
        """Renew the pair; None when its refresh token is refused."""
        if self._spent == pair.refresh:
            return None  # the slot holds it until somebody has signed in
        if self._unanswered == pair.refresh:
            # The answer to it was lost. If it was a new pair, this will be refused, and that is told, too.
            self.ports.emit("warn", "portal.tokens.resent", {})
        request = self._token_request(("grant_type", "refresh_token"), ("refresh_token", pair.refresh))
        self._unanswered = pair.refresh
        asked = self.ports.wall()
        answer = yield Exchange(request, patient=True)
        if isinstance(answer, Failure):
            if not answer.sent:
                self._unanswered = None
            raise failure_error(request, answer)
        assert isinstance(answer, Response)
        if answer.ok:
            minted = self._take(request, answer, asked, pair.refresh)
            self._unanswered = None
            return minted
        if self._is_spent(answer):
            self._spent = pair.refresh
            return None
        raise self._form.trouble(request, answer)

    def _redeemed(self, code: Secret) -> Flow[Minted | None]:
        """Get a pair for the code; None when the code is refused."""
        request = self._token_request(
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT_URI)
        )
        asked = self.ports.wall()
        answer = yield Exchange(request, patient=True)
        if isinstance(answer, Failure):
            raise failure_error(request, answer)
        assert isinstance(answer, Response)
        if answer.ok:
            return self._take(request, answer, asked)
        if self._is_spent(answer):
            return None
        raise self._form.trouble(request, answer)

    def _token_request(self, *fields: tuple[str, str | Secret]) -> Request:
        url = join_url(self.hosts.portal, "/oauth2/access_token")
        return Request(
            "POST",
            url,
            endpoint=url,
            name="portal.token",
            headers=(("accept", "application/json"), *_HEADERS),
            form=(("client_id", CLIENT_ID), *fields),
        )

    def _is_spent(self, answer: Response) -> bool:
        """Whether what was sent is refused. Raises when this program is."""
        refusal = grant_refusal(answer)
        if refusal == "client":
            raise _outdated()
        return refusal == "spent"

    def _take(self, request: Request, answer: Response, asked: float, former: Secret | None = None) -> Minted:
        """Return the pair that came. A refresh token that is not replaced stays good."""
        issued = read_tokens(answer)
        refresh = issued.refresh or former
        lacking = [
            f"$.{name}: expected text"
            for name, token in (("access_token", issued.access), ("refresh_token", refresh))
            if token is None
        ]
        if issued.access is None or refresh is None:
            raise LibrusResponseValidationError(
                "The Librus portal answered the request for tokens in a form this version does not know. Try "
                "again later.",
                details={"endpoint": request.endpoint, "issues": lacking},
            )
        ends = None if issued.lifetime_s is None else asked + issued.lifetime_s
        pair = TokenPair(issued.access, refresh, ends)
        return self._minted(pair)

    def _minted(self, pair: TokenPair) -> Minted:
        now, wall = self.ports.monotonic(), self.ports.wall()
        if pair.expires_at is None:
            return Minted(PORTAL_KEY, pair, now, wall, now + ASSUMED_LIFETIME_S)
        return Minted(PORTAL_KEY, pair, now, wall, now + pair.expires_at - wall, declared=True)

    # --- the password for a code -------------------------------------------------------------------------

    def _sign_in(self, credentials: PortalCredentials) -> Flow[Minted]:
        jar: Jar = yield NewJar()
        door = yield from self._door(jar)
        if isinstance(door, Secret):
            return (yield from self._pair_for(door, jar))
        fields = self._form.fields(door)
        try:
            code = yield from self._past_form(fields, credentials, jar)
            minted = yield from self._pair_for(code, jar)
        except LibrusSdkError as error:
            # Whatever went wrong, the password rests before it is sent again; a refused one does so anyway.
            if not isinstance(error, LibrusTerminalAuthenticationError):
                error.retry_after_s = max(error.retry_after_s or 0.0, REST_AFTER_PASSWORD_S)
            raise
        self._password_worked = True
        return minted

    def _pair_for(self, code: Secret, jar: Jar) -> Flow[Minted]:
        """Get a pair for the code; for another one when the code is refused."""
        minted = yield from self._redeemed(code)
        if minted is not None:
            return minted
        # The jar is signed in, so the portal gives another code without asking. A form is not sent again.
        door = yield from self._door(jar)
        minted = (yield from self._redeemed(door)) if isinstance(door, Secret) else None
        if minted is None:
            raise LibrusAuthenticationError(_CODE_REFUSED, code=AUTHENTICATION_FAILED)
        return minted

    def _past_form(
        self, fields: Mapping[str, Secret], credentials: PortalCredentials, jar: Jar
    ) -> Flow[Secret]:
        """Send the form and return the one-time code it leads to."""
        referer = join_url(self.hosts.portal, _START)
        walked = yield from self._form.send(fields, credentials, referer, jar, _HEADERS)
        code = self._code(referer, walked)
        if code is not None:
            return code
        # What a page says after the form proves nothing; whether the portal gives a code now, does.
        door = yield from self._door(jar)
        if isinstance(door, Secret):
            return door
        self._form.fields(door)
        if self._password_worked and CSRF_FIELD not in hidden_fields(page_of(walked).body):
            # As without OAuth: the portal let us past its form and forgot it. A good password is not latched.
            raise LibrusAuthenticationError(LOST, code=AUTHENTICATION_FAILED)
        raise LibrusCredentialsError(REFUSED)

    def _door(self, jar: Jar) -> Flow[Secret | Response]:
        """Begin as the application does. Returns a code when the jar is signed in, else the page."""
        request = self._form.page(_START, "portal.authorize", _HEADERS)
        # Harmless: each time it asks for a code, and a code that nobody has got is never used.
        walked = yield from walk(request, jar, (self.hosts.portal,), self._form.again)
        code = self._code(request.endpoint, walked)
        if code is not None:
            return code
        if walked.beyond is not None:
            raise LibrusPortalPageError(PAGE_INVALID)
        if not walked.response.ok:
            raise self._form.trouble(request, walked.response)
        return walked.response

    def _code(self, endpoint: str, walked: Walked) -> Secret | None:
        """The code a walk led to, if it did. Raises when the portal sends the application away."""
        told, code = _told(walked.beyond or Secret(walked.response.url))
        if told == "rejected":
            raise _outdated()
        if told == "close":
            details = {"endpoint": endpoint, "status": walked.response.status}
            raise LibrusMaintenanceError(_CLOSED, details=details)
        return code


def _told(address: Secret) -> tuple[Literal["rejected", "close", "code", ""], Secret | None]:
    """Read where the portal led. Never raises: a frame in here knows the code as plain text."""
    if "rejected_client" in address.reveal():
        return "rejected", None
    try:
        parts = urlsplit(address.reveal())
    except ValueError:
        return "", None
    if f"{parts.scheme}://{parts.netloc}" != REDIRECT_URI:
        return "", None
    query = parse_qs(parts.query)
    if "close" in query.get("command", ()):
        return "close", None
    code = query.get("code", [""])[-1]
    return ("code", Secret(code)) if code else ("", None)


def _outdated() -> LibrusTerminalAuthenticationError:
    return LibrusTerminalAuthenticationError(_OUTDATED, code=CONFIGURATION_ERROR)


_SIGN_IN_AGAIN: Final = (
    "No tokens are kept for the Librus portal, or they have ended. Sign in once more with e-mail and "
    "password: a session that is given them keeps the new tokens in its store."
)
_OUTDATED: Final = (
    "The Librus portal no longer accepts the way this version of librus-sdk signs in. Update librus-sdk; if "
    "there is no newer version, sign in without OAuth."
)
_CODE_REFUSED: Final = "The Librus portal gave out codes and refused them. This usually passes; try later."
_CLOSED: Final = "The Librus portal is closed for maintenance. Try again later."
