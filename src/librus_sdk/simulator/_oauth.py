"""Portal OAuth, by which the phone application signs in: codes over redirects, codes and tokens for tokens.

No secret of the application and no PKCE are involved. What leads to the application is a redirect to an
address of its own (``app://librus``), which a client must read and not follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from ._call import Call, Route, html, json_answer
from ._oauth_state import TokenPairRecord
from ._state import State

__all__ = ["CLIENT_ID", "REDIRECT_PATH", "app_redirect", "oauth_error", "token", "token_route"]

CLIENT_ID: Final = "VaItV6oRutdo8fnjJwysnTjVlvaswf52ZqmXsJGP"
REDIRECT_URI: Final = "app://librus"
REDIRECT_PATH: Final = "/konto-librus/redirect/dru"
AUTHORIZE_PATH: Final = "/oauth2/authorize"
AUTHORIZE: Final = f"{AUTHORIZE_PATH}?" + urlencode(
    {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "response_type": "code"}
)


def app_redirect(state: State) -> Response | None:
    """The redirect of those whom the sign-in does not serve; None for all others."""
    if state.oauth.closed:
        return to_app(command="close")
    return to_app(error="rejected_client") if state.oauth.rejects_client else None


def to_app(**query: str) -> Response:
    """A redirect into the application."""
    return html("", 302, {"location": f"{REDIRECT_URI}?{urlencode(query)}"})


def token(state: State, call: Call) -> Response:
    """``/oauth2/access_token``: a one-time code or a refresh token for a pair of tokens."""
    form = call.form
    if "client_id" not in form:
        return missing("client_id")
    if form["client_id"] != CLIENT_ID or state.oauth.rejects_client:
        return oauth_error("invalid_client", "Client authentication failed")
    match form.get("grant_type"):
        case "authorization_code":
            return _by_code(state, form)
        case "refresh_token":
            return _by_refresh_token(state, form)
        case _:
            return oauth_error(
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server.",
                "Check that all required parameters have been provided",
            )


def _by_code(state: State, form: Mapping[str, str]) -> Response:
    code = state.oauth.codes.get(form.get("code", ""))
    if form.get("redirect_uri") != REDIRECT_URI:
        return missing("redirect_uri")
    if code is None:
        return missing("code")
    if code.used:
        return dead("Authorization code has been revoked")
    if state.oauth.code_is_late(code):
        return dead("Authorization code has expired")
    code.used = True
    return _issue(state)


def _by_refresh_token(state: State, form: Mapping[str, str]) -> Response:
    """A new pair ends the old one. Whether Librus ends the access token, too, is not known; here it does."""
    if not form.get("refresh_token"):
        return missing("refresh_token")
    pair = state.oauth.by_refresh.get(form["refresh_token"])
    if pair is None:
        return dead("Cannot decrypt the refresh token")
    if pair.refresh_revoked:
        return dead("Token has been revoked")
    pair.refresh_revoked = pair.access_revoked = True
    return _issue(state)


def _issue(state: State) -> Response:
    pair: TokenPairRecord = state.oauth.new_pair()
    told = {"expires_in": round(pair.lifetime)} if state.oauth.tells_lifetime else {}
    return json_answer(
        {"token_type": "Bearer", **told, "access_token": pair.access, "refresh_token": pair.refresh}
    )


def missing(parameter: str) -> Response:
    """The error for a parameter that is missing or not the right one."""
    return oauth_error(
        "invalid_request",
        "The request is missing a required parameter, includes an invalid parameter value, includes a "
        "parameter more than once, or is otherwise malformed.",
        f"Check the `{parameter}` parameter",
    )


def dead(hint: str) -> Response:
    """The error for a code or token that is worth nothing."""
    return oauth_error("invalid_request", "The refresh token or code is invalid.", hint)


def oauth_error(error: str, description: str, hint: str | None = None, status: int = 401) -> Response:
    """An error of the token endpoint."""
    body = {"error": error, "error_description": description, "message": description}
    return json_answer(body | ({} if hint is None else {"hint": hint}), status)


token_route: Final = Route("oauth.token", "oauth2/access_token", token, "POST")
