"""The sign-in form on api.librus.pl: school-issued login and password in, a one-time code out."""

from __future__ import annotations

from email import message_from_bytes
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from . import _web_pages as pages
from ._call import Call, Route, html, json_answer, page_or, routed
from ._state import State
from ._web_state import DEVICE_COOKIE, YEAR, SignIn

__all__ = ["FORM_ROUTES", "form_answer", "form_asker", "web_spoiled"]

CLIENT: Final = "46"
_AUTHORIZATION: Final = "/OAuth/Authorization"


def form(state: State, call: Call) -> Response:
    """The form. It remembers the ``state`` of the address, or the one it was opened with before."""
    before = state.web.sign_in_of(call)
    if before is None:
        sign_in = state.web.new_sign_in(call.query.get("state"))
    else:
        sign_in = before
        sign_in.state = call.query.get("state", sign_in.state)
        sign_in.child = None
    return state.web.with_page_cookies(sign_in.sid, html(pages.SIGN_IN_FORM))


def login(state: State, call: Call) -> Response:
    """The form sent back. It is JSON that says where to go on, or why not."""
    web = state.web
    if web.throttled > 0:
        web.throttled -= 1
        return html(pages.THROTTLED if web.throttled_form == "html" else "")
    given = _fields(call)
    if given.get("action") != "login":
        return html(pages.SIGN_IN_FORM)
    device = call.request.cookies.get(DEVICE_COOKIE, "")
    known = device in web.devices
    child, refusal = web.refusal(given.get("login", ""), given.get("pass", ""), known_device=known)
    if refusal is not None:
        return json_answer({"status": "error", "errors": [{"message": refusal}]}, web.refusal_status)
    # The session gets another name when somebody signs in, and the old name is worth nothing.
    before = web.sign_in_of(call)
    if before is not None:
        del web.sign_ins[before.sid]
    sign_in = web.new_sign_in(before.state if before is not None else None, child)
    call.child = child
    response = json_answer({"status": "ok", "goTo": f"{_AUTHORIZATION}/2FA?client_id={CLIENT}"})
    if not known:
        device = web.secret(48)
        web.devices.add(device)
    response.set_cookie(DEVICE_COOKIE, device, max_age=YEAR, path="/OAuth", httponly=True, samesite="lax")
    return web.with_page_cookies(sign_in.sid, response)


def second_factor(state: State, call: Call) -> Response:
    """A page of that name which asks a family for nothing."""
    return _on(call, f"{_AUTHORIZATION}/PerformLogin", _signed_in(state, call))


def perform_login(state: State, call: Call) -> Response:
    """A step on the way; here a forced step stands in it."""
    sign_in = _signed_in(state, call)
    return _rules(state, sign_in) or _on(call, f"{_AUTHORIZATION}/Grant", sign_in)


def grant(state: State, call: Call) -> Response:
    """Back to Synergia with a code, which works once."""
    sign_in = _signed_in(state, call)
    rules = _rules(state, sign_in)
    if rules is not None:
        return rules
    if sign_in is None:
        return _on(call, "", None)
    code = state.web.secret(40)
    state.web.codes[code] = sign_in
    query = {"code": code} | ({"state": sign_in.state} if sign_in.state is not None else {})
    return _redirect(f"{state.hosts.synergia}/loguj/portalRodzina?{urlencode(query)}")


def _signed_in(state: State, call: Call) -> SignIn | None:
    sign_in = state.web.sign_in_of(call)
    return sign_in if sign_in is not None and sign_in.child is not None else None


def _rules(state: State, sign_in: SignIn | None) -> Response | None:
    """The page somebody who signed in has to get past, if there is one."""
    child = sign_in.child if sign_in is not None else None
    return html(pages.RULES) if child is not None and str(child.portal_id) in state.web.forced else None


def _on(call: Call, path: str, sign_in: SignIn | None) -> Response:
    """The next step, by its path alone; back to the form for whoever has not signed in."""
    target = path if sign_in is not None else _AUTHORIZATION
    return _redirect(f"{target}?client_id={call.query.get('client_id', CLIENT)}")


def _redirect(target: str) -> Response:
    return html("", 302, {"location": target})


def _fields(call: Call) -> dict[str, str]:
    """The fields of a form, sent in either of the two ways."""
    if call.media != "multipart/form-data":
        return call.form
    content_type = call.request.headers["content-type"]
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    fields: dict[str, str] = {}
    for part in message_from_bytes(head + call.body).walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name] = content.decode("utf-8", "replace")
    return fields


FORM_ROUTES: Final = (
    Route("web.form", "Authorization", form),
    Route("web.login", "Authorization", login, "POST"),
    Route("web.2fa", "Authorization/2FA", second_factor),
    Route("web.perform_login", "Authorization/PerformLogin", perform_login),
    Route("web.grant", "Authorization/Grant", grant),
)


def form_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request for a page of the sign-in."""
    if state.web.blocked:
        return html(pages.BLOCKED, 403)
    if state.web.maintenance is not None:
        return html(pages.BREAK, 503)
    if call.is_served and call.query.get("client_id") != CLIENT:
        return html("<!DOCTYPE html><title>400</title><p>Unknown client", 400)
    return routed(state, call, page_or(pages.NOT_FOUND))


def form_asker(state: State, call: Call) -> None:
    """Put on the call who signed in; whoever is about to is in the form, which is not read yet."""
    sign_in = state.web.sign_in_of(call)
    call.child = sign_in.child if sign_in is not None else None


def web_spoiled(_state: State, _call: Call, status: int) -> Response:
    """What a page sends with this status when it has trouble."""
    return html(pages.BREAK if status >= 500 else pages.SIGN_IN, status)
