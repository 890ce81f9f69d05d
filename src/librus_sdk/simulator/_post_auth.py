"""The ways to a session of messages: a child's token to Synergia's pages, and from there to the messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from ._answers import child_of
from ._call import Call, Route, html, json_answer, page_or, routed
from ._post_api import POST_READ_ROUTES, post_error
from ._post_sending import POST_SEND_ROUTES
from ._post_state import POST_COOKIE
from ._post_wire import unpadded
from ._state import State
from ._web import to_sign_in
from ._web_state import DATA_COOKIE

__all__ = [
    "AUTO_LOGIN_ROUTES",
    "BRIDGE_ROUTES",
    "LOGON_ROUTES",
    "POST_ROUTES",
    "TO_POST_ROUTES",
    "bridge_asker",
    "logon_answer",
    "post_answer",
    "post_asker",
    "post_spoiled",
]

_CENTRE: Final = "uczen/widok/centrum_powiadomien"
_TARGET: Final = "L25vd3k"  # "/nowy"
_FROM: Final = "c3luZXJnaWE"  # "synergia"
_NODES: Final = (12, 28, 31)

_NOTIFICATIONS: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Synergia</title></head>
<body><div id="user-section">jesteś zalogowany jako: rodzic</div><h2>Centrum powiadomień</h2></body></html>
"""
_NO_ACCESS: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Synergia</title></head>
<body><h2 class="inside">Brak dostępu</h2>
<p>Ten moduł nie jest dostępny w wykorzystywanym przez szkołę wariancie rozwiązania LIBRUS Synergia.
</body></html>
"""
_APPLICATION: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Wiadomości</title></head>
<body><div id="root"></div><script src="/static/wiadomosci.js" defer></script></body></html>
"""
_SIGN_IN: Final = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>Wiadomości - logowanie</title></head>
<body><form><input name="login"><input type="password" name="pass"><button>Zaloguj</button></form>
</body></html>
"""


# From a bearer token to Synergia's pages.


def auto_login(state: State, call: Call) -> Response:
    """Give out the token that opens the pages, once."""
    return json_answer({"Token": state.post.bridge(child_of(call))})


def cross(state: State, call: Call) -> Response:
    """Open a session of pages with a token that was given out; it opens no data of the gateway."""
    child = state.post.bridges.pop(call.argument, None)
    if child is None:
        return to_sign_in(state)
    response = html("", 302, {"location": f"{state.hosts.synergia}/{_CENTRE}"})
    return state.web.with_page_cookies(state.web.open(child).page_id, response)


def bridge_asker(state: State, call: Call) -> None:
    """Put on the call whom its token is for."""
    call.child = state.post.bridges.get(call.argument)


def notifications(state: State, call: Call) -> Response:
    """The page where the way across ends."""
    return html(_NOTIFICATIONS) if state.web.session_of(call) is not None else to_sign_in(state)


# From Synergia's pages to the messages.


def to_messages(state: State, call: Call) -> Response:
    """Lead whoever has a session of pages to the messages' host, with a token that works once."""
    session = state.web.session_of(call)
    if session is None:
        return to_sign_in(state)
    child = session.child
    if not state.post.has_module(child):
        return html(_NO_ACCESS)
    node = _NODES[state.world.school.children.index(child) % len(_NODES)]
    login = quote(unpadded(child.login), safe="")
    token = state.post.logon(child)
    path = f"pobierz{node}/MultiDomainLogon/token/{token}/login/{login}/target/{_TARGET}/from/{_FROM}"
    response = html("", 302, {"location": f"{state.hosts.wiadomosci}/{path}"})
    return state.web.with_token(session, response) if DATA_COOKIE in call.request.cookies else response


def logon(state: State, call: Call) -> Response:
    """Open a session of messages with the token of the address."""
    node, token, login, target, origin = call.arguments
    child = state.post.logons.pop(token, None)
    good = node.startswith("pobierz") and (target, origin) == (_TARGET, _FROM)
    if child is None or not good or login != unpadded(child.login):
        return to_sign_in(state)
    response = html("", 302, {"location": "/nowy"})
    response.set_cookie(POST_COOKIE, state.post.open(child).sid, path="/", httponly=True, samesite="lax")
    return response


def application(state: State, call: Call) -> Response:
    """The messages' page: a shell without data."""
    return html(_APPLICATION) if state.post.session_of(call) is not None else to_sign_in(state)


# The messages' host.


def logon_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request for a page of the messages' host."""
    return routed(state, call, page_or("<!DOCTYPE html><title>404</title>"))


def post_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request for data. A dead session is told before anything is done."""
    session = state.post.session_of(call)
    if session is None:
        return _DEAD[state.post.dead_form](state)
    if not state.post.has_module(session.child):
        return post_error(403)
    response = routed(state, call, post_error)
    if call.is_served and call.request.method != "GET" and state.post.spoiled_writes:
        return post_error(state.post.spoiled_writes.pop(0))
    return response


def post_asker(state: State, call: Call) -> None:
    """Put on the call whose session its cookie names, dead or alive, or whom its token is for."""
    session = state.post.named(call)
    if call.endpoint == "wiadomosci.logon":
        call.child = state.post.logons.get(call.arguments[1])
    elif session is not None:
        call.child = session.child


def post_spoiled(_state: State, call: Call, status: int) -> Response:
    """What the messages' host sends with this status when it has trouble."""
    return post_error(status) if call.site.base == "/api/" else html(_SIGN_IN, status)


_DEAD: Final[dict[str, Callable[[State], Response]]] = {
    "401": lambda _state: post_error(401),
    "redirect": to_sign_in,
    "html": lambda _state: html(_SIGN_IN),
    "403": lambda _state: post_error(403),
}


AUTO_LOGIN_ROUTES: Final = (Route("AutoLoginToken", "AutoLoginToken", auto_login, "POST"),)
"""On the API's host, below the path of version 2.0."""
BRIDGE_ROUTES: Final = (Route("web.token", f"{{}}/przenies/{_CENTRE}", cross),)
"""On Synergia, below ``/loguj/token/``."""
TO_POST_ROUTES: Final = (
    Route("web.notifications", _CENTRE, notifications),
    Route("web.messages", "wiadomosci3", to_messages),
    Route("web.messages", "wiadomosci2", to_messages),
)
"""On Synergia."""
LOGON_ROUTES: Final = (
    Route("wiadomosci.logon", "{}/MultiDomainLogon/token/{}/login/{}/target/{}/from/{}", logon),
    Route("wiadomosci.page", "nowy", application),
)
POST_ROUTES: Final = (*POST_READ_ROUTES, *POST_SEND_ROUTES)
