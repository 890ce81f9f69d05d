"""The messages' own website: a session of its own for each child, opened through the register's website.

The chain from a child's token is the one confirmed live in spring 2026; the signs of a dead session and of a
school without messages are what other public clients report.  No password is sent on the way.  Two addresses
are as good as a key for a moment: the one with the one-time token, and the one the register's website hands
over to the messages with.  Neither is ever shown.  So each request is sent once: the first makes a one-time
token, the second uses it up, and those to hand over do both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ..core.answers import MAINTENANCE, Verdict, details_of, judge_api
from ..core.headers import APP_AGENT, BROWSER_AGENT
from ..core.http import Request, Response, join_url, json_object, origin_of, origin_text, segment
from ..core.refresh import Minted, Mode, Ticket, exhausted_error, just_made, worth_renewing
from ..core.retry import retry_after_s
from ..core.web_answers import BREAK_PAGE, NO_MODULE_PAGE, is_sign_in, judge_gateway
from ..errors import (
    FeatureUnavailableError,
    LibrusApiError,
    LibrusAuthRefreshError,
    LibrusMaintenanceError,
    LibrusResponseValidationError,
    LibrusSdkError,
)
from ..secret import Secret, is_text
from ..settings import Hosts
from .steps import Flow, Jar, NewJar, Ports, SlotPort, ask
from .walk import Walked, exchange, walk

__all__ = ["PostFlows"]

REST_UNOPENED_S: Final = 15 * 60.0
"""How long messages are left alone that do not open and that a renewal does not open either: the school may
have none. A client may ask every minute."""
SESSION_COOKIE: Final = "DZIENNIKSID"
_VIEW: Final = "centrum_powiadomien"
# Read from bytes: a page is not worth decoding for this. Polish for "no access", which is also what the
# register's website says to somebody it no longer knows; the other two are on pages of a session that lives.
_NO_ACCESS: Final = "Brak dostępu".encode()
_ALIVE: Final = ("jesteś zalogowany".encode(), "Ten moduł nie jest dostępny".encode())


@dataclass(frozen=True, slots=True)
class PostFlows:
    """How a session of the messages is opened.

    One is believed good until it is refused: it can end within the hour, and opening one takes several
    requests, so none is opened ahead of time.
    """

    hosts: Hosts
    ports: Ports

    def over_token(self, child: SlotPort, own: SlotPort, mode: Mode) -> Flow[Minted]:
        """Open a session for a child of a family account, with a new token of the child.

        The token is asked for at the child's slot, so that everybody who waits for it has it too.

        Raises:
            LibrusAuthRefreshError: Librus refused the new token, or a session made a moment ago.
            FeatureUnavailableError: the school has no messages module, or does not show it now.
            LibrusMaintenanceError: Librus is under maintenance.
            LibrusSdkError: no token is to be had, or Librus is down or out of reach.
        """
        return self._opened(self._over_token(child, _below(mode)), own)

    def over_web(self, web: SlotPort, own: SlotPort, mode: Mode) -> Flow[Minted]:
        """Open a session for a school-issued login, with the session of the register's website.

        That one is renewed once when it turns out to be dead. It is not changed: the messages have a copy.

        Raises:
            LibrusAuthRefreshError: the renewed session was refused too, or a session made a moment ago.
            FeatureUnavailableError: the school has no messages module, or does not show it now.
            LibrusMaintenanceError: Librus is under maintenance.
            LibrusSdkError: the sign-in failed, or Librus is down or out of reach.
        """
        return self._opened(self._over_web(web, _below(mode)), own)

    def _opened(self, way: Flow[Jar], own: SlotPort) -> Flow[Minted]:
        state, started = own.peek(), self.ports.monotonic()
        if just_made(state, started):
            # Whatever is wrong, it is not the session's age: another one would be refused as well.
            raise LibrusAuthRefreshError(_JUST_MADE) from state.refused_by
        self.ports.emit("debug", "messages.login.start", {"messages_base_url": self.hosts.wiadomosci})
        try:
            jar = yield from way
        except LibrusSdkError as error:
            fields: dict[str, object] = {"duration_ms": self._since(started), "error": error}
            self.ports.emit("error", "messages.login.failure", fields)
            raise
        self.ports.emit("info", "messages.login.success", {"duration_ms": self._since(started)})
        return Minted(state.key, jar, self.ports.monotonic(), self.ports.wall())

    def _since(self, started: float) -> int:
        return round((self.ports.monotonic() - started) * 1000)

    # --- from a child's token ----------------------------------------------------------------------------

    def _over_token(self, child: SlotPort, mode: Mode) -> Flow[Jar]:
        token = yield from self._one_time_token(child, mode)
        jar = yield from self._website(token)
        verdict = yield from self._enter(jar)
        if verdict.error is not None:
            raise verdict.error
        return jar

    def _one_time_token(self, child: SlotPort, mode: Mode) -> Flow[Secret]:
        ticket = Ticket(need=child.peek().generation + 1)
        grant = (yield from ask(child, ticket=ticket, mode=mode)).grant
        url = f"{origin_text(self.hosts.api)}/2.0/AutoLoginToken"
        request = Request(
            "POST",
            url,
            endpoint=url,
            name="AutoLoginToken",
            headers=(("accept", "application/json"), APP_AGENT),
            bearer=grant.secret,
        )
        response = yield from exchange(request)
        verdict = judge_api(request, response)
        if verdict.refused:
            assert verdict.error is not None
            child.reject(grant.generation, verdict.error)
            raise LibrusAuthRefreshError(_REFUSED_AT_ONCE) from verdict.error
        child.accept(grant.generation)
        if verdict.error is not None:
            raise self._later(verdict.error, response)
        token = _token_in(response.body)
        if token is None:
            raise LibrusResponseValidationError(
                "Librus sent no one-time token for the messages: the response is invalid. Try again later.",
                details={"endpoint": url, "issues": ["$.Token: expected a text that is not empty"]},
            )
        return token

    def _website(self, token: Secret) -> Flow[Jar]:
        """Sign in to the register's website with the one-time token."""
        jar: Jar = yield NewJar()
        base = join_url(self.hosts.synergia, "/loguj/token")
        rest = f"przenies/uczen/widok/{_VIEW}"
        request = Request(
            "GET",
            f"{base}/{segment(token.reveal())}/{rest}",
            endpoint=f"{base}/REDACTED/{rest}",
            name="messages.website",
            headers=(APP_AGENT,),
        )
        walked = yield from walk(request, jar, (self.hosts.synergia,))
        # The address that was asked for ends like the one to get to.
        arrived = walked.response.ok and _leads_to(walked, _VIEW) and not _at_sign_in(walked)
        if not arrived or not jar.has(SESSION_COOKIE, self.hosts.synergia):
            raise self._trouble(request, walked, _NOT_TAKEN)
        return jar

    # --- from the website's session ----------------------------------------------------------------------

    def _over_web(self, web: SlotPort, mode: Mode) -> Flow[Jar]:
        grant = (yield from ask(web, mode=mode)).grant
        jar: Jar = yield NewJar(like=grant.secret)
        verdict = yield from self._enter(jar)
        first = verdict.error
        if first is None:
            web.accept(grant.generation)
            return jar
        now = self.ports.monotonic()
        if not verdict.refused and not (
            verdict.suspect and worth_renewing(web.peek(), now, grant.generation)
        ):
            raise first
        web.reject(grant.generation, first)
        ticket = Ticket(need=grant.generation + 1, refusals=1, first=first)
        grant = (yield from ask(web, ticket=ticket, mode=mode)).grant
        jar = yield NewJar(like=grant.secret)
        verdict = yield from self._enter(jar)
        error = exhausted_error(first) if verdict.refused else verdict.error
        if error is None:
            web.accept(grant.generation)
            return jar
        # Another sign-in is not the cure, and somebody who asks every minute shall not cause one each time.
        error.retry_after_s = REST_UNOPENED_S
        raise error from first

    # --- the last step of both ---------------------------------------------------------------------------

    def _enter(self, jar: Jar) -> Flow[Verdict]:
        """Have the website hand the jar over to the messages; no error when that worked.

        ``refused`` means that the website's session is dead, ``suspect`` that it may be. What has nothing to
        do with it is raised.
        """
        url = join_url(self.hosts.synergia, "/wiadomosci3")
        request = Request("GET", url, endpoint=url, name="messages.enter", headers=(BROWSER_AGENT,))
        walked = yield from walk(request, jar, (self.hosts.synergia, self.hosts.wiadomosci))
        response = walked.response
        handed_over = bool(response.url) and origin_of(response.url) == origin_of(self.hosts.wiadomosci)
        shut = response.ok and _NO_ACCESS in response.body
        if shut or _leads_to(walked, NO_MODULE_PAGE):
            error = FeatureUnavailableError(_NO_MODULE, details=details_of(request, response, {}))
            error.retry_after_s = REST_UNOPENED_S
            known = handed_over or not shut or any(sign in response.body for sign in _ALIVE)
            return Verdict(error, suspect=not known)
        if response.ok and handed_over and jar.has(SESSION_COOKIE, self.hosts.wiadomosci):
            return Verdict()
        trouble = self._trouble(request, walked, _NOT_OPENED)
        if handed_over or not judge_gateway(request, response).refused or _leads_to(walked, BREAK_PAGE):
            raise trouble
        # The website refuses, sends away to sign in, or leads to a page of its own. The last proves nothing.
        dead = response.status >= 400 or _at_sign_in(walked)
        return Verdict(trouble, refused=dead, suspect=not dead)

    def _trouble(self, request: Request, walked: Walked, otherwise: str) -> LibrusSdkError:
        """What the end of a walk means that was not the right one."""
        response = walked.response
        details = details_of(request, response, {})
        if _leads_to(walked, BREAK_PAGE):
            return LibrusMaintenanceError(MAINTENANCE, details=details)
        verdict = judge_gateway(request, response)
        if verdict.error is None or verdict.refused:
            return LibrusApiError(otherwise, details=details)
        return self._later(verdict.error, response)

    def _later(self, error: LibrusSdkError, response: Response) -> LibrusSdkError:
        error.retry_after_s = retry_after_s(response, self.ports.wall())
        return error


def _below(mode: Mode) -> Mode:
    """How the slot below is asked: what has to be new is said by the ticket, not by force."""
    return "need" if mode == "need" else "insist"


def _token_in(body: bytes) -> Secret | None:
    # Nothing is raised here: a traceback would show the body.
    text = (json_object(body) or {}).get("Token")
    token = Secret(text) if isinstance(text, str) else Secret("")
    return token if token and is_text(token) else None


def _leads_to(walked: Walked, place: str) -> bool:
    """Whether the walk ended at an address with this last segment, or at one that leads there."""
    return _path_of(walked).rstrip("/").endswith(f"/{place}")


def _at_sign_in(walked: Walked) -> bool:
    return is_sign_in(_path_of(walked))


def _path_of(walked: Walked) -> str:
    address = walked.response.url if walked.beyond is None else walked.beyond.reveal()
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


_JUST_MADE: Final = (
    "Librus refused a session of the messages that it had made a moment before, so another one is not the "
    "cure. This usually passes; try again later."
)
_REFUSED_AT_ONCE: Final = (
    "Librus refused a token that it had just issued, so the messages cannot be opened. This usually passes; "
    "try again later."
)
_NOT_TAKEN: Final = (
    "The register's website did not take the one-time token, so the messages cannot be opened. Try again "
    "later."
)
_NOT_OPENED: Final = "The register's website did not open the messages. Try again later."
_NO_MODULE: Final = (
    "Librus does not open the messages for this account. The school has probably no messages module; now and "
    "then this passes."
)
