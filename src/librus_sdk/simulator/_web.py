"""The pages of synergia.librus.pl around a session: where it begins, is extended and ends."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from . import _web_pages as pages
from ._call import Call, Route, html, page_or, routed
from ._state import State
from ._web_state import DATA_COOKIE, PAGE_COOKIE, STATE_COOKIE, WebSession

__all__ = ["WEB_ROUTES", "to_sign_in", "web_answer", "web_asker"]

_BREAK: Final = "web.maintenance"


def start(state: State, call: Call) -> Response:
    """Where a sign-in begins, and where it ends: with a code in the address, which works once.

    Without the ``oauth_state`` it began with, it ends without a session.
    """
    if "code" in call.query:
        return _finish(state, call)
    value = state.web.secret(32)
    state.web.states.add(value)
    query = {"client_id": "46", "response_type": "code", "scope": "mydata", "state": value}
    api = urlsplit(state.hosts.api)
    form = f"{api.scheme}://{api.netloc}/OAuth/Authorization?{urlencode(query)}"
    response = html("", 302, {"location": form})
    response.set_cookie(STATE_COOKIE, value, path="/", httponly=True, samesite="lax")
    return response


def _finish(state: State, call: Call) -> Response:
    web, given = state.web, call.query.get("state", "")
    sign_in = web.codes.pop(call.query["code"], None)
    mine = given in web.states and call.request.cookies.get(STATE_COOKIE) == given
    if sign_in is None or sign_in.child is None or not mine or sign_in.state != given:
        return to_sign_in(state)
    session = web.open(sign_in.child)
    session.sign_in = sign_in
    call.child = session.child
    landing = "/uczen/index" if _is_pupil(state, session) else "/rodzic/index"
    return web.with_cookies(session, html("", 302, {"location": landing}))


def signed_out(_state: State, _call: Call) -> Response:
    """The page that leads back to the sign-in."""
    return html(pages.SIGN_IN)


def home(state: State, call: Call) -> Response:
    """The page a parent lands on."""
    session = state.web.session_of(call)
    if session is None:
        return to_sign_in(state)
    return state.web.with_token(session, html(pages.HOME))


def pupils_home(state: State, call: Call) -> Response:
    """The page a student lands on; parents may not see it."""
    session = state.web.session_of(call)
    if session is None:
        return to_sign_in(state)
    if not _is_pupil(state, session):
        return html(pages.NOT_FOUND, 403)
    return state.web.with_token(session, html(pages.HOME.replace("rodzic", "uczeń")))


def _is_pupil(state: State, session: WebSession) -> bool:
    return str(session.child.portal_id) in state.web.pupils


def refresh(state: State, call: Call) -> Response:
    """Extend the session: an empty answer, which tells by its cookie alone whether that worked."""
    web, cookies = state.web, call.request.cookies
    session = web.named(cookies.get(DATA_COOKIE)) or web.pages.get(cookies.get(PAGE_COOKIE, ""))
    if session is not None and web.extend(session):
        return web.with_token(session, html(""))
    return to_sign_in(state) if web.dead_form == "redirect" else html("")


def logout(state: State, call: Call) -> Response:
    """End the session."""
    web, cookies = state.web, call.request.cookies
    for session in (web.named(cookies.get(DATA_COOKIE)), web.pages.get(cookies.get(PAGE_COOKIE, ""))):
        if session is not None:
            web.end(session)
    response = to_sign_in(state)
    response.delete_cookie(DATA_COOKIE, path="/")
    return response


def technical_break(_state: State, _call: Call) -> Response:
    """Where every page leads during a technical break."""
    return html(pages.BREAK)


def to_sign_in(state: State) -> Response:
    """What a page says to whoever has no session."""
    return html("", 302, {"location": f"{state.hosts.synergia}/loguj"})


WEB_ROUTES: Final = (
    Route("web.start", "loguj/portalRodzina", start),
    Route("web.signed_out", "loguj", signed_out),
    Route("web.home", "rodzic/index", home),
    Route("web.home", "uczen/index", pupils_home),
    Route("web.refresh", "refreshToken", refresh),
    Route("web.logout", "wyloguj", logout),
    Route(_BREAK, "przerwa_techniczna", technical_break),
)


def web_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request for a page of Synergia."""
    if state.web.blocked:
        return html(pages.BLOCKED, 403)
    if state.web.maintenance == "page":
        return html(pages.BREAK, 503)
    if state.web.maintenance == "redirect" and call.endpoint != _BREAK:
        return html("", 302, {"location": f"{state.hosts.synergia}/przerwa_techniczna"})
    return routed(state, call, page_or(pages.NOT_FOUND))


def web_asker(state: State, call: Call) -> None:
    """Put on the call whose session its cookies name, dead or alive."""
    web, cookies = state.web, call.request.cookies
    session = web.named(cookies.get(DATA_COOKIE)) or web.pages.get(cookies.get(PAGE_COOKIE, ""))
    if session is not None:
        call.child = session.child
