"""The family portal: sign-in by form, sessions by cookie, the account list and fresh tokens."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from . import _pages as pages
from ._call import Call, Handler, Route, bearer_in, html, json_answer, page_or, routed
from ._oauth import (
    AUTHORIZE,
    AUTHORIZE_PATH,
    REDIRECT_PATH,
    app_redirect,
    oauth_error,
    to_app,
    token_route,
)
from ._office_api import download
from ._school import Child
from ._state import PortalSession, State

__all__ = ["PORTAL_ROUTES", "portal_answer", "portal_asker", "portal_error", "portal_spoiled"]

SESSION_COOKIE: Final = "librus_portal_session"
CSRF_COOKIE: Final = "XSRF-TOKEN"
LOGIN_PATH: Final = "/konto-librus/login"

_SCOPES: Final = (
    "",
    None,
    ["grades", "attendances", "timetables", "homeworks", "lucky_numbers", "mobile_student"],
)


def login_page(state: State, call: Call) -> Response:
    """The sign-in page, with a CSRF value bound to the session of the cookie."""
    return _form(state, call)


def oauth_redirect(state: State, call: Call) -> Response:
    """Where the application begins: the form, or the way to a code for a browser that is signed in."""
    refused = app_redirect(state)
    if refused is not None:
        return refused
    session = _signed_in(state, call)
    if session is None:
        return _form(state, call, REDIRECT_PATH)
    return _redirect(state, session, call, AUTHORIZE)


def oauth_authorize(state: State, call: Call) -> Response:
    """A one-time code for the application, or the way to the form."""
    refused = app_redirect(state)
    if refused is not None:
        return refused
    session = _signed_in(state, call)
    if session is None:
        return _redirect(state, _session(state, call) or state.new_session(), call, REDIRECT_PATH)
    return _with_cookies(state, session, to_app(code=state.oauth.new_code()))


def _form(state: State, call: Call, target: str = "") -> Response:
    session = _session(state, call) or state.new_session()
    flash, session.flash = session.flash, None
    crc = state.oauth.crc(target) if target else ""
    return _with_cookies(state, session, html(pages.login_page(state.new_csrf(session), flash, target, crc)))


def login(state: State, call: Call) -> Response:
    """The form. A CSRF value is good once, and only with the cookie it was given out with.

    Where it leads is told by the form itself, as far as the check value beside the address is right.
    """
    given = call.form
    session = _session(state, call)
    if session is None or session.csrf is None or given.get("_token") != session.csrf:
        return html(pages.EXPIRED, 419)
    session.csrf = None
    asked = given.get("redirectTo", "")
    target = asked if asked and given.get("redirectCrc") == state.oauth.crc(asked) else None
    flash = _refusal(state, given.get("email", ""), given.get("password", ""))
    if flash is not None:
        session.flash = flash
        return _redirect(state, session, call, target or LOGIN_PATH)
    # The session gets another name when somebody signs in, and the old name is worth nothing.
    del state.sessions[session.sid]
    renewed = state.new_session()
    renewed.signed_in = True
    return _redirect(state, renewed, call, target or "/rodzina/home")


def _refusal(state: State, email: str, password: str) -> str | None:
    """Why the form is refused; None when it is right."""
    if state.captcha_after and state.failures >= state.captcha_after:
        return pages.CAPTCHA
    if email.lower() == state.world.school.email and password == state.password:
        state.failures = 0
        return None
    state.failures += 1
    if state.captcha_after and state.failures >= state.captcha_after:
        return pages.CAPTCHA
    return pages.WRONG_EMAIL if "@" in email else pages.WRONG_LOGIN


def home(state: State, call: Call) -> Response:
    """The page a browser lands on: a shell without data; without a session it leads to the sign-in page."""
    session = _session(state, call)
    if session is None or not session.signed_in:
        return _redirect(state, session or state.new_session(), call, LOGIN_PATH)
    return _with_cookies(state, session, html(pages.HOME))


def admitted(handler: Handler) -> Handler:
    """Let in those with a session by cookie, or with a portal token; the token counts when there is one."""

    def answer(state: State, call: Call) -> Response:
        access = bearer_in(call.request)
        if access is not None:
            pair = state.oauth.by_access.get(access)
            if pair is None:
                return portal_error(401)
            if not state.oauth.is_live(pair):
                return json_answer({"message": "Access token is invalid"}, 401)
            return handler(state, call)
        session = _signed_in(state, call)
        if session is None:
            return portal_error(401)
        return _with_cookies(state, session, handler(state, call))

    return answer


def me(state: State, _call: Call) -> Response:
    """``/api/v3/Me``."""
    school = state.world.school
    return json_answer(
        {
            "identifier": 1_000_000 + school.parent.id,
            "email": school.email,
            "subscription": {"state": "inactive", "purchase": None, "slots": None, "trialAvailable": True},
            "newsletter": False,
        }
    )


def accounts(state: State, _call: Call) -> Response:
    """``/api/v3/SynergiaAccounts``: the linked children, each with its latest token, dead or not."""
    rows = [_account(state, child) for child in state.linked()]
    return json_answer({"lastModification": state.last_modification, "accounts": rows})


def fresh(state: State, call: Call) -> Response:
    """``/api/v3/SynergiaAccounts/fresh/{login}``: one bare account with a new token."""
    child = state.by_login(call.argument)
    if child is None:
        return portal_error(404)
    if str(child.portal_id) in state.unlinked:
        return portal_error(403)
    state.mint(child)
    return json_answer(_account(state, child))


def _account(state: State, child: Child) -> dict[str, Any]:
    """An account row. The children of a family differ in the shape of ``scopes``, as live ones do."""
    child_id = str(child.portal_id)
    place = state.world.school.children.index(child)
    row: dict[str, Any] = {
        "id": child.portal_id,
        "accountIdentifier": f"{child.account_id:x}{child.user_id:x}",
        "group": "parent",
        "login": child.login,
        "studentName": f"{child.first} {child.last}",
        "accessToken": state.minted[child_id][-1].text,
        "state": "requires_an_action" if child_id in state.unlinked else "active",
        "isPremium": state.has_messages(child),
        "expiryMarker": None,
    }
    scopes = _SCOPES[place % len(_SCOPES)]
    if scopes is not None:
        row["scopes"] = scopes
    return row


def portal_error(status: int) -> Response:
    """The portal's error body for a status."""
    known: dict[int, dict[str, str]] = {
        401: {"message": "Access token is invalid", "hint": "Error while decoding to JSON"},
        403: {"reason": "requires_an_action", "message": "The account requires an action"},
        404: {"message": "Account not found"},
        410: {"reason": "requires_an_action", "message": "The account requires an action"},
        424: {"message": "Unable to refresh the account"},
    }
    return json_answer(known.get(status, {"message": "Server Error"}), status)


def _session(state: State, call: Call) -> PortalSession | None:
    return state.session_of(call.request.cookies.get(SESSION_COOKIE))


def _signed_in(state: State, call: Call) -> PortalSession | None:
    session = _session(state, call)
    return session if session is not None and session.signed_in else None


def _redirect(state: State, session: PortalSession, call: Call, path: str) -> Response:
    base = f"{call.request.url.scheme}://{call.request.headers.get('host', '')}"
    page = f'<!DOCTYPE html><meta http-equiv="refresh" content="0;url={path}"><title>Redirecting</title>'
    return _with_cookies(state, session, html(page, 302, {"location": base + path}))


def _with_cookies(state: State, session: PortalSession, response: Response) -> Response:
    """Send the session's cookie anew: its value differs in every answer, its session is the same."""
    for name, text, hidden in ((SESSION_COOKIE, session.sid, True), (CSRF_COOKIE, session.xsrf, False)):
        value = f"{text}.{state.random_text(24)}"
        response.set_cookie(name, value, max_age=7200, path="/", httponly=hidden, samesite="lax")
    return response


PORTAL_ROUTES: Final = (
    Route("login_page", "konto-librus/login", login_page),
    Route("login", "konto-librus/login/action", login, "POST"),
    Route("home", "rodzina/home", home),
    Route("me", "api/v3/Me", admitted(me)),
    Route("accounts", "api/v3/SynergiaAccounts", admitted(accounts)),
    Route("fresh", "api/v3/SynergiaAccounts/fresh/{}", admitted(fresh)),
    Route("oauth.redirect", REDIRECT_PATH.strip("/"), oauth_redirect),
    Route("oauth.authorize", AUTHORIZE_PATH.strip("/"), oauth_authorize),
    token_route,
    Route("download", "pobierz/{}", download),
)


def portal_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request that came to the portal's listener."""
    return routed(state, call, page_or("<!DOCTYPE html><title>404</title><p>Nie znaleziono strony"))


def portal_spoiled(_state: State, call: Call, status: int) -> Response:
    """What the portal sends with this status when it has trouble."""
    if call.endpoint == "oauth.token":
        hint = "Token has been revoked" if status in (400, 401) else None
        return oauth_error("invalid_request" if hint else "server_error", "Server Error", hint, status)
    if call.endpoint in ("login_page", "login", "home", "oauth.redirect", "oauth.authorize"):
        return html(pages.MAINTENANCE if status >= 500 else pages.EXPIRED, status)
    return portal_error(status)


def portal_asker(state: State, call: Call) -> None:
    """Put on the call which child it concerns."""
    if call.endpoint == "fresh":
        call.child = state.by_login(call.argument) or call.child
