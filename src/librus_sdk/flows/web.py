"""The register's website: signing in with a school-issued login, and keeping that sign-in alive.

The sequence is the one confirmed live in spring 2026; the signs of refusal and the extension without a
password are what other public clients report since.  The password is sent in one request a sign-in, to the
origin of the API only, and never again by itself once refused.  A session that merely grows old is extended
without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urljoin

from ..core.http import GATEWAY, Request, Response, join_url, origin_of, origin_text
from ..core.refresh import Grant, Minted, Mode, SlotState, just_made
from ..core.retry import retry_after_s
from ..core.web_answers import (
    go_to,
    interruption_of_web_login,
    judge_gateway,
    refusal_of_web_login,
    trouble_at_web_login,
)
from ..errors import (
    LibrusAuthRefreshError,
    LibrusPortalPageError,
    LibrusRateLimitedError,
    LibrusSdkError,
)
from ..secret import Secret
from ..settings import GatewayCredentials, Hosts, RetryPolicy
from .again import Again
from .refused import Refused
from .steps import Flow, Jar, NewJar, Ports, SlotPort
from .walk import exchange, redirect_of, walk

__all__ = ["WebFlows"]

SESSION_COOKIE: Final = "oauth_token"
DEVICE_COOKIES: Final = frozenset({"DeviceCookie"})
REST_AFTER_PASSWORD_S: Final = 60.0
"""How long a password rests after a sign-in that failed once it was sent, with OAuth as well."""
REST_WHEN_THROTTLED_S: Final = 5 * 60.0
_FORM: Final = "/OAuth/Authorization"
_CLIENT: Final = "client_id=46"
_JSON: Final = ("accept", "application/json")


@dataclass(frozen=True, slots=True)
class WebFlows:
    """The website's sequences, for one account. Renewing keeps the device cookie across sign-ins.

    ``lifetime_s`` is how long a session is believed good; ``decode_token_info`` raises when an answer says
    nothing of a token. ``retry`` is for what is harmless: neither the form nor what it leads on to.
    """

    hosts: Hosts
    credentials: GatewayCredentials
    ports: Ports
    decode_token_info: Callable[[bytes, str], object]
    lifetime_s: float | None
    retry: RetryPolicy
    refused: Refused = field(default_factory=Refused)

    def renew(self, slot: SlotPort, mode: Mode) -> Flow[Minted]:
        """Return a jar with a living session: the old one extended if that will do, else a new sign-in.

        A password that was refused is sent only if somebody asks for it.

        Raises:
            LibrusCredentialsError: login or password refused.
            LibrusCaptchaRequiredError: a captcha is demanded.
            LibrusAccountActionRequiredError: the account has expired, or a step is left to a person.
            LibrusTerminalAuthenticationError: refused for another reason; ``said`` holds Librus's words.
            LibrusAuthRefreshError: there is no good session, and the password would not help now.
            LibrusSdkError: Librus is down, out of reach, or wants to be left alone.
        """
        held = slot.peek().grant
        if held is not None and mode == "need":
            extended = yield from self._extend(held, _pages_are_dead(slot.peek()))
            if extended is not None:
                return self._minted(slot, extended)
            # Looked at again: what was good may have been refused meanwhile. Otherwise it may be dead all the
            # same, and whoever finds out waits for this very renewal: so Librus is asked.
            state = slot.peek()
            if state.refused < held.generation and (yield from self._is_alive(held.secret)):
                raise LibrusAuthRefreshError(_NOT_EXTENDED)
            if just_made(state, self.ports.monotonic()):
                raise LibrusAuthRefreshError(_JUST_MADE)
        jar = yield from self.refused.guarded(mode, self._sign_in(held))
        return self._minted(slot, jar)

    def _minted(self, slot: SlotPort, jar: Jar) -> Minted:
        now = self.ports.monotonic()
        expires = None if self.lifetime_s is None else now + self.lifetime_s
        return Minted(slot.peek().key, jar, now, self.ports.wall(), expires)

    # --- extending ---------------------------------------------------------------------------------------

    def _extend(self, held: Grant, pages: bool) -> Flow[Jar | None]:
        started = self.ports.monotonic()
        self.ports.emit("debug", "web.extend.start", {})
        try:
            jar = yield from self._extended(held)
            if jar is not None and pages and not (yield from self._pages_open(jar)):
                jar = None
        except LibrusSdkError as error:
            self._ended("warn", "web.extend.failure", started, error)
            raise
        if jar is None:
            self._ended("warn", "web.extend.failure", started)
        else:
            self._ended("info", "web.extend.success", started)
        return jar

    def _extended(self, held: Grant) -> Flow[Jar | None]:
        """Return a copy of the session that was prolonged; None when Librus did not prolong it."""
        jar: Jar = yield NewJar(like=held.secret)
        request = _get(join_url(self.hosts.synergia, "/refreshToken"), "web.refresh")
        # Harmless: it goes out with the cookies that are held, as it would at the next renewal.
        response = yield from exchange(request, jar, self._again)
        trouble = trouble_at_web_login(request, response)
        if trouble is not None:
            raise self._later(trouble, response)
        # A session that cannot be prolonged is answered in many ways; only the cookie tells.
        prolonged = SESSION_COOKIE in response.cookies_set and self._is_in(jar)
        if not prolonged or not (yield from self._is_alive(jar)):
            return None
        return jar

    def _is_in(self, jar: Jar) -> bool:
        return jar.has(SESSION_COOKIE, self.hosts.synergia)

    def _is_alive(self, jar: Jar) -> Flow[bool]:
        """Whether Librus takes the session. Raises the error of an answer that does not tell."""
        url = join_url(self.hosts.synergia, f"{GATEWAY}/Auth/TokenInfo")
        request = _get(url, "Auth/TokenInfo", (_JSON,))
        # Harmless: it only looks. Given up too early, it would cost the password another time.
        response = yield from exchange(request, jar, self._again)
        verdict = judge_gateway(request, response)
        if verdict.refused:
            return False
        if verdict.error is not None:
            raise self._later(verdict.error, response)
        self.decode_token_info(response.body, request.endpoint)
        return True

    def _pages_open(self, jar: Jar) -> Flow[bool]:
        """Whether pages of the website open, too. Their cookie dies by itself, in about 45 minutes.

        Whether prolonging the session prolongs that cookie is not known.
        """
        request = _get(join_url(self.hosts.synergia, "/rodzic/index"), "web.home")
        # Harmless: it only looks.
        target = redirect_of(request, (yield from exchange(request, jar, self._again)))
        return target is None or "/loguj" not in target.reveal()

    # --- signing in --------------------------------------------------------------------------------------

    def _sign_in(self, held: Grant | None) -> Flow[Jar]:
        started = self.ports.monotonic()
        self.ports.emit("debug", "web.login.start", {"synergia_base_url": self.hosts.synergia})
        try:
            # A device that is known is less often asked for a captcha.
            jar: Jar = yield NewJar() if held is None else NewJar(like=held.secret, only=DEVICE_COOKIES)
            yield from self._open_form(jar)
            yield from self._with_password(jar)
        except LibrusSdkError as error:
            self._ended("error", "web.login.failure", started, error)
            raise
        self._ended("info", "web.login.success", started)
        return jar

    def _open_form(self, jar: Jar) -> Flow[None]:
        """Begin where a browser does, which ties the sign-in to the website, and go to the form."""
        referer = (("referer", f"{self.hosts.portal.rstrip('/')}/"),)
        url = join_url(self.hosts.synergia, "/loguj/portalRodzina")
        start = replace(_get(url, "web.start", referer), query=(("v", f"{self.ports.wall():.3f}"),))
        # This and the form are harmless: a browser asks for them before anybody has typed anything.
        response = yield from exchange(start, jar, self._again)
        target = self._on_api(start.url, redirect_of(start, response))
        if target is None:
            raise self._no_form(start, response)
        form = _get(target.reveal(), "web.form", referer, self._api)
        walked = yield from walk(form, jar, (self._api, self.hosts.synergia), self._again)
        page = walked.response
        if trouble_at_web_login(form, page) is not None or not page.ok:
            raise self._no_form(form, page)
        if page.url and origin_of(page.url) != origin_of(self._api):
            raise LibrusPortalPageError(_NO_FORM)

    def _with_password(self, jar: Jar) -> Flow[None]:
        """Do what the password is needed for; whatever goes wrong there, it rests before it is sent again."""
        try:
            target = yield from self._send_form(jar)
            yield from self._finish(target, jar)
        except LibrusSdkError as error:
            error.retry_after_s = max(error.retry_after_s or 0.0, REST_AFTER_PASSWORD_S)
            raise

    def _send_form(self, jar: Jar) -> Flow[Secret]:
        """Send login and password, once, and return where the form leads on to."""
        url = f"{self._api}{_FORM}?{_CLIENT}"
        request = Request(
            "POST",
            url,
            endpoint=f"{self._api}{_FORM}",
            name="web.login",
            headers=(_JSON, ("x-requested-with", "XMLHttpRequest"), ("origin", self._api), ("referer", url)),
            form=(
                ("action", "login"),
                ("login", self.credentials.login),
                ("pass", self.credentials.password),
            ),
        )
        response = yield from exchange(request, jar)
        where = go_to(response)
        if where is None:
            error = refusal_of_web_login(request, response)
            raise self._later(error, response)
        target = self._on_api(url, where)
        if target is None:
            raise LibrusPortalPageError(_LED_ASTRAY)
        return target

    def _finish(self, target: Secret, jar: Jar) -> Flow[None]:
        """Follow the form's lead until there is a session, and see whether it lives.

        Each step of the lead is sent once: it hands in what the one before was given, down to a code.
        """
        request = _get(target.reveal(), "web.chain", endpoint=self._api)
        try:
            walked = yield from walk(request, jar, (self._api, self.hosts.synergia))
        except LibrusSdkError:
            # Behind the session comes only the page a browser would show.
            if not self._is_in(jar):
                raise
        else:
            if not self._is_in(jar):
                error = interruption_of_web_login(request, walked.response)
                raise self._later(error, walked.response)
        if not (yield from self._is_alive(jar)):
            raise LibrusAuthRefreshError(_FORGOTTEN)

    # --- small parts -------------------------------------------------------------------------------------

    @property
    def _again(self) -> Again:
        return Again(self.retry, self.ports, judge_gateway)

    @property
    def _api(self) -> str:
        return origin_text(self.hosts.api)

    def _on_api(self, base: str, location: Secret | None) -> Secret | None:
        """Return where this leads, if it is an address of the API. It holds what ties the sign-in to us."""
        if location is None:
            return None
        try:
            target = Secret(urljoin(base, location.reveal()))
            return target if origin_of(target.reveal()) == origin_of(self._api) else None
        except ValueError:
            return None

    def _no_form(self, request: Request, response: Response) -> LibrusSdkError:
        """The form is not to be had; the password has not been sent."""
        trouble = trouble_at_web_login(request, response)
        return LibrusPortalPageError(_NO_FORM) if trouble is None else self._later(trouble, response)

    def _later(self, error: LibrusSdkError, response: Response) -> LibrusSdkError:
        """Note how long Librus asks to wait before the next attempt."""
        asked = retry_after_s(response, self.ports.wall())
        if asked is None and isinstance(error, LibrusRateLimitedError):
            asked = REST_WHEN_THROTTLED_S
        error.retry_after_s = asked
        return error

    def _ended(self, level: str, event: str, started: float, error: LibrusSdkError | None = None) -> None:
        fields: dict[str, object] = {"duration_ms": round((self.ports.monotonic() - started) * 1000)}
        if error is not None:
            fields["error"] = error
        self.ports.emit(level, event, fields)


def _pages_are_dead(state: SlotState) -> bool:
    """Whether a page of the website was refused, not the gateway."""
    if state.grant is None or state.grant.generation > state.refused or state.refused_by is None:
        return False
    endpoint = state.refused_by.details.get("endpoint")
    return isinstance(endpoint, str) and "/gateway/" not in endpoint


def _get(
    url: str, name: str, headers: tuple[tuple[str, str], ...] = (), endpoint: str | None = None
) -> Request:
    return Request("GET", url, endpoint=url if endpoint is None else endpoint, name=name, headers=headers)


_NOT_EXTENDED: Final = (
    "Librus did not prolong the sign-in. It is still good, so the password was not sent; this is tried again "
    "later."
)
_JUST_MADE: Final = (
    "Librus refused a sign-in it had made a moment before, so the sign-in is not the cause and the password "
    "was not sent again. This usually passes; try again later."
)
_FORGOTTEN: Final = "Librus forgot the sign-in at once. This usually passes; try again later."
_NO_FORM: Final = (
    "The sign-in page of Librus is not the expected one (maintenance or a redesign). The password was not "
    "sent; try again later."
)
_LED_ASTRAY: Final = "Librus took the password but leads on to an unknown place. Try again later."
