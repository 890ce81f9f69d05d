"""From an answer to a verdict where the credential is a cookie: the gateway, the messages, the sign-in form.

A web session that has died is answered with a page or a redirect as often as with a 401, and so are
maintenance and a blocked network.  What a page says is looked for in markers other public clients have met;
nothing of a page is ever repeated in an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from ..errors import (
    AUTHENTICATION_FAILED,
    FeatureUnavailableError,
    LibrusAccountActionRequiredError,
    LibrusApiError,
    LibrusBlockedError,
    LibrusCaptchaRequiredError,
    LibrusCredentialsError,
    LibrusMaintenanceError,
    LibrusPermissionError,
    LibrusRateLimitedError,
    LibrusSdkError,
    LibrusTerminalAuthenticationError,
)
from ..secret import Secret, boxed
from .answers import (
    MAINTENANCE,
    MODULE_OFF,
    Verdict,
    body_object,
    details_of,
    error_by_status,
    judge_api,
    passes,
)
from .http import Request, Response, json_object

__all__ = [
    "BREAK_PAGE",
    "NO_MODULE_PAGE",
    "go_to",
    "interruption_of_web_login",
    "is_page",
    "is_sign_in",
    "judge_gateway",
    "judge_messages",
    "judge_website",
    "refusal_of_web_login",
    "trouble_at_web_login",
]

# How the addresses end where the website sends everybody during a break, and from a module that is off.
BREAK_PAGE: Final = "przerwa_techniczna"
NO_MODULE_PAGE: Final = "modul_niedostepny"

_MAX_PAGE: Final = 2 * 1024 * 1024
_MAX_SAID: Final = 1000
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_DATA: Final = frozenset({"", "application/json", "text/json"})
_SIGN_IN: Final = ("/loguj", "/oauth/", "/oauth2/", "/konto-librus/")

# Texts and markers other public clients have met, in lower case.
_TECHNICAL_BREAK: Final = "przerwa techniczna"
_BLOCKED: Final = "the url you requested has been blocked"
_CAPTCHA: Final = ("captcha", "robotem")
_PASSWORD_FIELD: Final = re.compile(r"type\s*=\s*[\"']?\s*password")
_WRONG: Final = "nieprawidłowy login"
_ACCOUNT_OVER: Final = "minął termin ważności konta"


def is_page(response: Response) -> bool:
    """Whether this is a web page, and neither data nor a file; a page that is a file has a disposition."""
    if "content-disposition" in response.headers:
        return False
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    start = response.body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if media in _PAGES:
        return start not in (b"", b"{", b"[")
    return media in _DATA and start == b"<"


def is_sign_in(path: str) -> bool:
    """Whether an address with this path is one to sign in at: the website's, the API's or the portal's."""
    return path.lower().startswith(_SIGN_IN)


# --- data ------------------------------------------------------------------------------------------------


def judge_gateway(request: Request, response: Response) -> Verdict:
    """Judge an answer of the gateway API 2.0.

    As of the child API 3.0, but a page or a redirect in place of data means a dead session too, unless it
    speaks of maintenance, a blocked network or a module that is off.
    """
    return _judge(request, response, _SESSION_OVER)


def judge_website(request: Request, response: Response) -> Verdict:
    """Judge what the register's website answers where it should lead to a file.

    As of the gateway, but not every page is a sign-in page: one that asks for no password, or a redirect to
    one, is the answer for a file that there is not, and for a dead session too, so it is ``suspect``.
    """
    verdict = judge_gateway(request, response)
    if not verdict.refused or response.status >= 400:
        return verdict
    if response.ok:
        sure = _PASSWORD_FIELD.search(_text(response)) is not None
    else:
        sure = is_sign_in(_led_to(request, response))
    if sure:
        return verdict
    return Verdict(LibrusApiError(_NO_FILE, details=_facts(request, response)), suspect=True)


def judge_messages(request: Request, response: Response) -> Verdict:
    """Judge an answer of the messages' own service.

    Its session is short and ends in many ways. It says 403 for a dead one and for an account without messages
    alike, so a 403 is ``suspect``; a 404 says nothing of the session.
    """
    verdict = _judge(request, response, _MESSAGES_OVER)
    error = verdict.error
    if isinstance(error, LibrusPermissionError):
        error = LibrusPermissionError(_NO_MESSAGES, details=error.details)
        return Verdict(error, suspect=response.status == 403)
    if verdict.refused or type(error) not in (LibrusApiError, LibrusRateLimitedError):
        return verdict
    assert error is not None
    if response.status == 404:
        return Verdict(LibrusApiError(_NO_SUCH_MESSAGE, details=error.details))
    return Verdict(error_by_status("The messages service of Librus", response.status, error.details))


def _judge(request: Request, response: Response, over: str) -> Verdict:
    if response.ok and not is_page(response):
        return Verdict()
    told = _told_by_page(request, response)
    if told is not None:
        return Verdict(told)
    if response.status < 400:
        return Verdict(LibrusApiError(over, details=_facts(request, response)), refused=True)
    verdict = judge_api(request, response)
    if verdict.refused:
        return Verdict(LibrusApiError(over, details=_facts(request, response)), refused=True)
    return verdict


def _told_by_page(request: Request, response: Response) -> LibrusApiError | None:
    """What a page, or the address of a redirect, says that has nothing to do with any session."""
    details = _facts(request, response)
    if 300 <= response.status < 400:
        place = _last_segment(response.headers.get("location", ""))
        if place == BREAK_PAGE:
            return LibrusMaintenanceError(MAINTENANCE, details=details)
        if place == NO_MODULE_PAGE:
            return FeatureUnavailableError(MODULE_OFF, details=details)
    if not is_page(response):
        return None
    text = _text(response)
    if _BLOCKED in text:
        return LibrusBlockedError(_NETWORK_BLOCKED, details=details)
    # A sign-in page may announce the next break; where it asks for a password there is none yet.
    if _TECHNICAL_BREAK in text and not _PASSWORD_FIELD.search(text):
        return LibrusMaintenanceError(MAINTENANCE, details=details)
    return None


# --- signing in ------------------------------------------------------------------------------------------


def trouble_at_web_login(request: Request, response: Response) -> LibrusApiError | None:
    """Return the error of an answer that says nothing of login, password or account; None for any other.

    That is maintenance, an outage, a demand for fewer requests, and a network Librus does not let in.
    """
    told = _told_by_page(request, response)
    if told is not None:
        return told
    details, status = _facts(request, response), response.status
    if status == 503 or "Maintenance" in _said_by(body_object(response)):
        return LibrusMaintenanceError(MAINTENANCE, details=details)
    if passes(status):
        return error_by_status("The sign-in of Librus", status, details)
    if status == 403 and is_page(response):
        return LibrusBlockedError(_NETWORK_BLOCKED, details=details)
    return None


def go_to(response: Response) -> Secret | None:
    """Return where the form, satisfied, leads on to; None when it is not satisfied."""
    body = _form_object(response)
    target = boxed(body.get("goTo") if body is not None and body.get("status") == "ok" else None)
    return target if response.ok and target else None


def refusal_of_web_login(request: Request, response: Response) -> LibrusSdkError:
    """Return what an answer to the sign-in form means that leads nowhere (see :func:`go_to`).

    The body counts before the status: public clients have met refusals with 200, 401 and 403.
    """
    body = _form_object(response)
    said = [] if body is None else _messages_in(body)
    lowered = [text.lower() for text in said]
    status, details = response.status, _facts(request, response)

    captcha = _captcha_in(_text(response)) if body is None else _captcha_in_object(body, lowered)
    if captcha and status < 500:
        return LibrusCaptchaRequiredError(_CAPTCHA_DEMANDED)
    if not passes(status) and any(text.startswith(_WRONG) for text in lowered):
        return LibrusCredentialsError(_REFUSED)
    if not passes(status) and any(text.startswith(_ACCOUNT_OVER) for text in lowered):
        return LibrusAccountActionRequiredError(_EXPIRED, details={"reason": "account_expired"})
    if any(_TECHNICAL_BREAK in text for text in lowered):
        return LibrusMaintenanceError(MAINTENANCE, details=details)
    trouble = trouble_at_web_login(request, response)
    if trouble is not None:
        return trouble
    refused = status in (401, 403) if body is None else bool(response.ok or said or status in (401, 403))
    if refused:
        error = LibrusTerminalAuthenticationError(_REFUSED_SOMEHOW, code=AUTHENTICATION_FAILED)
        error.said = Secret("\n".join(said)[:_MAX_SAID]) if said else None
        return error
    if response.ok:
        return LibrusRateLimitedError(_THROTTLED, details=details)
    return error_by_status("The sign-in of Librus", status, details)


def interruption_of_web_login(request: Request, response: Response) -> LibrusSdkError:
    """Return why there is no session where a sign-in ended, the form having been satisfied."""
    if response.status < 500 and _captcha_in(_text(response)):
        return LibrusCaptchaRequiredError(_CAPTCHA_DEMANDED)
    trouble = trouble_at_web_login(request, response)
    if trouble is not None:
        return trouble
    if response.status < 400:
        return LibrusAccountActionRequiredError(_INTERRUPTED, details={"reason": "interrupted_sign_in"})
    return error_by_status("The sign-in of Librus", response.status, _facts(request, response))


# --- reading ---------------------------------------------------------------------------------------------


def _facts(request: Request, response: Response) -> dict[str, Any]:
    return details_of(request, response, body_object(response))


def _text(response: Response) -> str:
    return response.body[:_MAX_PAGE].decode("utf-8", "replace").lower()


def _captcha_in(text: str) -> bool:
    return any(marker in text for marker in _CAPTCHA)


def _captcha_in_object(body: Mapping[str, Any], lowered: list[str]) -> bool:
    """Whether the form's answer demands a captcha: a text says so, or a flag named like one is set."""
    texts = [*lowered, *(value.lower() for value in body.values() if isinstance(value, str))]
    flagged = any(value is True for key, value in body.items() if _captcha_in(key.lower()))
    return flagged or any(map(_captcha_in, texts))


def _led_to(request: Request, response: Response) -> str:
    """The path a redirect leads to. Never raises: a frame in here knows an address that may be a key."""
    try:
        return urlsplit(urljoin(response.url or request.url, response.headers.get("location", ""))).path
    except ValueError:
        return ""


def _last_segment(location: str) -> str:
    try:
        path = urlsplit(location).path
    except ValueError:
        return ""
    return path.rstrip("/").rpartition("/")[2]


def _form_object(response: Response) -> Mapping[str, Any] | None:
    """The form's answer; None when it is no JSON object, so none of the form's own."""
    return json_object(response.body[:_MAX_PAGE])


def _said_by(body: Mapping[str, Any]) -> list[str]:
    return [text for key in ("Code", "Message", "Status") if isinstance(text := body.get(key), str)]


def _messages_in(body: Mapping[str, Any]) -> list[str]:
    """The texts of a refusal, in whichever form it lists them."""
    listed = body.get("errors")
    items: list[Any] = [*listed] if isinstance(listed, list) else [listed]
    items += [body.get("message"), body.get("Message")]
    texts = [item.get("message") if isinstance(item, dict) else item for item in items]
    return [text.strip() for text in texts if isinstance(text, str) and text.strip()]


_NO_FILE: Final = (
    "Librus shows a page in place of this file: there is no such file, or this account may not read it."
)
_SESSION_OVER: Final = (
    "Librus no longer knows this sign-in; it has probably expired. A session signs in again by itself."
)
_MESSAGES_OVER: Final = (
    "The messages service of Librus no longer knows this sign-in. A session opens it again by itself."
)
_NO_SUCH_MESSAGE: Final = (
    "The messages service of Librus has nothing there: it does not exist, or lies in another mailbox. The "
    "list of a mailbox shows what there is; some accounts lack a mailbox."
)
_NO_MESSAGES: Final = (
    "Librus does not let this account read these messages. The school may not have given it any, or not this "
    "folder; a new sign-in does not change that."
)
_NETWORK_BLOCKED: Final = (
    "Librus does not let in the network this machine is in, as happens with data centres and VPNs. Try again "
    "from another network."
)
_THROTTLED: Final = (
    "Librus did not read the sign-in, as happens after many of them. Wait some minutes, and sign in less "
    "often."
)
_REFUSED: Final = (
    "Librus refused the login and password. Check LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD by "
    "signing in at synergia.librus.pl in a browser. The password is not sent again by itself until you sign "
    "in anew."
)
_REFUSED_SOMEHOW: Final = (
    "Librus refused the sign-in, for a reason this version does not know. Sign in at synergia.librus.pl in a "
    "browser and read what it says. The password is not sent again by itself until you sign in anew."
)
_EXPIRED: Final = (
    "The school account has expired at Librus. Ask the school's Librus administrator to prolong it, then "
    "sign in anew."
)
_CAPTCHA_DEMANDED: Final = (
    "Librus demands a captcha, usually after many or failed sign-ins. Sign in once at synergia.librus.pl in "
    "a browser, then try again."
)
_INTERRUPTED: Final = (
    "Librus took the password, but wants something done before it lets you in: accepting rules, or a new "
    "password. Sign in at synergia.librus.pl in a browser and follow what it asks for, then sign in anew."
)
