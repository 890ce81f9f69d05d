"""The family portal: sign-in by form, sessions by cookie, the account list and fresh tokens."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs

from starlette.responses import Response

from . import _pages as pages
from ._call import Call, Route, html, json_answer
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
    session = _session(state, call) or state.new_session()
    flash, session.flash = session.flash, None
    return _with_cookies(state, session, html(pages.login_page(state.new_csrf(session), flash)))


def login(state: State, call: Call) -> Response:
    """The form. A CSRF value is good once, and only with the cookie it was given out with."""
    form = parse_qs(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    given = {name: values[-1] for name, values in form.items()}
    session = _session(state, call)
    media = call.request.headers.get("content-type", "").partition(";")[0]
    if media != "application/x-www-form-urlencoded":
        given = {}
    if session is None or session.csrf is None or given.get("_token") != session.csrf:
        return html(pages.EXPIRED, 419)
    session.csrf = None
    flash = _refusal(state, given.get("email", ""), given.get("password", ""))
    if flash is not None:
        session.flash = flash
        return _redirect(state, session, call, LOGIN_PATH)
    # The session gets another name when somebody signs in, and the old name is worth nothing.
    del state.sessions[session.sid]
    renewed = state.new_session()
    renewed.signed_in = True
    return _redirect(state, renewed, call, "/rodzina/home")


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


def me(state: State, call: Call) -> Response:
    """``/api/v3/Me``."""
    session = _signed_in(state, call)
    if session is None:
        return portal_error(401)
    school = state.world.school
    return _json(
        state,
        session,
        {
            "identifier": 1_000_000 + school.parent.id,
            "email": school.email,
            "subscription": {"state": "inactive", "purchase": None, "slots": None, "trialAvailable": True},
            "newsletter": False,
        },
    )


def accounts(state: State, call: Call) -> Response:
    """``/api/v3/SynergiaAccounts``: the linked children, each with its latest token, dead or not."""
    session = _signed_in(state, call)
    if session is None:
        return portal_error(401)
    rows = [_account(state, child) for child in state.linked()]
    return _json(state, session, {"lastModification": state.last_modification, "accounts": rows})


def fresh(state: State, call: Call) -> Response:
    """``/api/v3/SynergiaAccounts/fresh/{login}``: one bare account with a new token."""
    session = _signed_in(state, call)
    if session is None:
        return portal_error(401)
    child = state.by_login(call.argument)
    if child is None:
        return portal_error(404)
    if str(child.portal_id) in state.unlinked:
        return portal_error(403)
    state.mint(child)
    return _json(state, session, _account(state, child))


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


def _json(state: State, session: PortalSession, payload: dict[str, Any]) -> Response:
    return _with_cookies(state, session, json_answer(payload))


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
    Route("me", "api/v3/Me", me),
    Route("accounts", "api/v3/SynergiaAccounts", accounts),
    Route("fresh", "api/v3/SynergiaAccounts/fresh/{}", fresh),
    Route("download", "pobierz/{}", download),
)


def portal_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request that came to the portal's listener."""
    if call.route is None:
        return html("<!DOCTYPE html><title>404</title><p>Nie znaleziono strony", 404)
    if call.request.method != call.route.method:
        return html("<!DOCTYPE html><title>405</title>", 405, {"allow": call.route.method})
    return call.route.handler(state, call)


def portal_spoiled(_state: State, call: Call, status: int) -> Response:
    """What the portal sends with this status when it has trouble."""
    if call.endpoint in ("login_page", "login", "home"):
        return html(pages.MAINTENANCE if status >= 500 else pages.EXPIRED, status)
    return portal_error(status)


def portal_asker(state: State, call: Call) -> None:
    """Put on the call which child it concerns."""
    if call.endpoint == "fresh":
        call.child = state.by_login(call.argument) or call.child
