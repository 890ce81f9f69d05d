"""From an answer to a verdict: good, "token refused", or one of our errors.

One table a service, read in order: the code in the body, then the message, then the status.  Server codes
and messages are constants of Librus; only known ones (messages) and ones built of known words (codes) are
repeated in ``details``, and nothing else of a body ever is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import (
    FeatureUnavailableError,
    LibrusAccountActionRequiredError,
    LibrusApiError,
    LibrusMaintenanceError,
    LibrusNetworkError,
    LibrusPermissionError,
    LibrusRateLimitedError,
    LibrusResponseValidationError,
    LibrusSdkError,
    LibrusTimeoutError,
)
from .http import Awaited, Failure, Request, Response, json_object

__all__ = [
    "MAINTENANCE",
    "MODULE_OFF",
    "Judge",
    "Verdict",
    "body_object",
    "details_of",
    "error_by_status",
    "failure_error",
    "is_server_code",
    "judge_api",
    "judge_portal",
    "passes",
    "whole_call_error",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means.

    Attributes:
        refused: the credential is dead, and renewing it may help.
        suspect: it may be; see :func:`~librus_sdk.core.refresh.worth_renewing`.
    """

    error: LibrusSdkError | None = None
    refused: bool = False
    suspect: bool = False

    @property
    def ok(self) -> bool:
        """Whether the answer is to be decoded."""
        return self.error is None


Judge = Callable[[Request, Response], Verdict]

_OK: Final = Verdict()

# Messages of Librus that are known constants (seen in public error reports); others are not repeated.
_KNOWN_MESSAGES: Final = frozenset(
    {
        "Access token is invalid",
        "Account not found",
        "Insufficient scopes",
        "Invalid request params",
        "Request is denied",
        "Resource not found",
        "Student timetable is not public",
        "Unable to refresh the account",
        "requires_an_action",
        "Nieprawidłowy węzeł.",
    }
)
# The words Librus builds its codes of. A code of other words may be anything, a child's name included.
_WORD: Final = (
    "(?:Access|Account|Action|Active|Allowed|An|Api|Attendances?|Averages?|Bad|Behaviour|Blocked|Class|Code|Created|Denied|"
    "Deny|Device|Disabled|Does|Empty|Error|Exists?|Expired|Failed|Filter|Forbidden|Found|Get|Grades?|Home|"
    "Incorrect|Insufficient|Internal|Invalid|Is|Lessons?|Limit|Locked|Lucky|Maintenance|Many|Messages?|Method|"
    "Missing|Module|Not|Notes?|Notice|Noticeboard|Numbers?|Offline|Parameters?|Permissions?|Problem|Push|Refresh|"
    "Registered|Requests?|Required|Requires|Resource|School|Scopes?|Server|Service|Session|Status|Student|Subject|"
    "Text|Timetables?|To|Token|Too|Unable|Unauthorized|Unavailable|Unknown|Users?|Value|Works?|Wrong)"
)
_CAMEL_CODE: Final = re.compile(f"{_WORD}{{1,8}}")
_SNAKE_CODE: Final = re.compile(f"{_WORD}(?:_{_WORD}){{1,7}}", re.IGNORECASE)
_INACTIVE: Final = re.compile(r"[A-Za-z]{1,40}IsNotActive")
_NO_DEVICE: Final = "UnableToGetPushDevice"
# Of any parameter; the list of changes has no other than the device.
_BAD_FILTER: Final = "FilterInvalidValue"
_MAX_ERROR_BODY: Final = 64 * 1024
_MAX_CODE: Final = 64
_PASSING: Final = frozenset({408, 425, 429})


def is_server_code(text: str) -> bool:
    """Whether the text is a constant of Librus, like ``TokenIsExpired``: then it is safe to repeat."""
    return len(text) <= _MAX_CODE and bool(_CAMEL_CODE.fullmatch(text) or _SNAKE_CODE.fullmatch(text))


def body_object(response: Response) -> Mapping[str, Any]:
    """Return the JSON object the body is; an empty one when it is none, or larger than errors are."""
    if len(response.body) > _MAX_ERROR_BODY:
        return {}
    return json_object(response.body) or {}


def _texts(body: Mapping[str, Any], *keys: str) -> list[str]:
    return [value for key in keys if isinstance(value := body.get(key), str)]


def _server_facts(body: Mapping[str, Any]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for code in _texts(body, "Code", "code"):
        if is_server_code(code):
            facts["server_code"] = code
    for message in _texts(body, "Message", "message", "reason", "hint"):
        if message in _KNOWN_MESSAGES:
            facts.setdefault("server_message", message)
    return facts


def details_of(request: Request, response: Response, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an error may tell of the answer: address, status, and constants of Librus in its body."""
    return {"endpoint": request.endpoint, "status": response.status, **_server_facts(body)}


def judge_api(request: Request, response: Response) -> Verdict:
    """Judge an answer of the child API 3.0."""
    if response.ok:
        return _OK
    body = body_object(response)
    said = _texts(body, "Code", "Message", "Status")
    details = details_of(request, response, body)
    status = response.status

    if status == 401:
        if "Insufficient scopes" in said:
            return Verdict(LibrusPermissionError(_NOT_FOR_THIS_ACCOUNT, details=details))
        return Verdict(LibrusApiError(_BEARER_REFUSED, details=details), refused=True)
    if "Maintenance" in said:
        return Verdict(LibrusMaintenanceError(MAINTENANCE, details=details))
    if "Student timetable is not public" in said:
        return Verdict(FeatureUnavailableError(_TIMETABLE_NOT_PUBLIC, details=details))
    if "NoticeboardProblem" in said or any(_INACTIVE.fullmatch(text) for text in said):
        return Verdict(FeatureUnavailableError(MODULE_OFF, details=details))
    if _NO_DEVICE in said or (_BAD_FILTER in said and request.name.startswith("PushChanges")):
        return Verdict(LibrusApiError(_DEVICE_UNKNOWN, details=details))
    if status == 403:
        return Verdict(LibrusPermissionError(_FORBIDDEN, details=details))
    return Verdict(error_by_status("Librus", status, details))


def judge_portal(request: Request, response: Response) -> Verdict:
    """Judge an answer of the portal's JSON API; ``refused`` means the portal session is dead."""
    if response.ok:
        return _OK
    body = body_object(response)
    said = _texts(body, "Code", "code", "reason", "message", "hint", "Message", "Status")
    details = details_of(request, response, body)
    status = response.status

    if "requires_an_action" in said:
        return Verdict(LibrusAccountActionRequiredError(_ACTION_REQUIRED, details=details))
    if status == 401:
        return Verdict(LibrusApiError(_PORTAL_REFUSED, details=details), refused=True)
    if "Maintenance" in said:
        return Verdict(LibrusMaintenanceError(MAINTENANCE, details=details))
    if "Account not found" in said:
        return Verdict(LibrusAccountActionRequiredError(_NOT_LINKED, details=details))
    return Verdict(error_by_status("The Librus portal", status, details))


def failure_error(request: Request, failure: Failure) -> LibrusSdkError:
    """Return the error for an attempt that brought no complete answer."""
    if failure.error is not None:
        return failure.error
    if failure.kind == "too_large":
        advice = _FILE_LIMIT if failure.option == "max_bytes" else _MEMORY_LIMIT
        return LibrusResponseValidationError(
            f"The answer of Librus is larger than {failure.max_bytes} bytes. {advice}",
            details={
                "endpoint": request.endpoint,
                "issues": [f"$: expected at most {failure.max_bytes} bytes ({failure.option})"],
            },
        )
    if failure.kind == "timeout":
        return _timeout_error(request.endpoint, failure)
    return LibrusNetworkError(
        f"No connection to Librus ({failure.reason}). Check the network and the address, then try again.",
        details={"endpoint": request.endpoint, "reason": failure.reason},
    )


def _timeout_error(endpoint: str, failure: Failure) -> LibrusTimeoutError:
    """Return the error of a limit that ran out, which names it."""
    if failure.option == "timeout_total_ms":
        return whole_call_error(endpoint, failure.timeout_ms, failure.waited_for)
    details = {"endpoint": endpoint, "timeout_ms": failure.timeout_ms}
    if failure.option == "flight_timeout_s":
        return LibrusTimeoutError(
            "The sign-in or renewal at Librus took longer than it may. Try again, or allow more time "
            "(flight_timeout_s).",
            details=details,
        )
    return LibrusTimeoutError(
        f"Librus did not answer within {failure.timeout_ms} ms. Try again, or allow more time "
        "(timeout_ms, LIBRUS_TIMEOUT_MS).",
        details=details,
    )


def whole_call_error(endpoint: str, total_ms: int, waited_for: Awaited | None = None) -> LibrusTimeoutError:
    """Return the error of a call that has no time left, of what it had in all."""
    details: dict[str, Any] = {"endpoint": endpoint, "timeout_ms": total_ms}
    if waited_for is None:
        what = f"The whole call took longer than {total_ms} ms, retries and renewals included."
    else:
        details["waited_for"] = waited_for
        what = f"The whole call may take {total_ms} ms, and {_WAITING[waited_for]}."
    error = LibrusTimeoutError(f"{what} Try again, or allow more time (timeout_total_ms).", details=details)
    error.whole_call = True
    return error


def passes(status: int) -> bool:
    """Whether a status says that Librus cannot answer at the moment, and nothing of what was asked."""
    return status >= 500 or status in _PASSING


def error_by_status(who: str, status: int, details: dict[str, Any]) -> LibrusApiError:
    """Return the error of an answer whose body says nothing known; ``who`` begins the message."""
    if status == 429:
        return LibrusRateLimitedError(f"{who} asks for fewer requests. Wait a few minutes.", details=details)
    if status == 404:
        message = f"{who} knows nothing under this address: the record does not exist, or not for this child."
    elif status >= 500:
        message = f"{who} has trouble at the moment (status {status}). Try again later."
    else:
        message = f"{who} did not accept the request (status {status})."
    return LibrusApiError(message, details=details)


_WAITING: Final[Mapping[Awaited, str]] = {
    "concurrency": "other requests of this session were before it for all of that time (max_concurrency)",
    "rate": "its turn would have come later than that (max_requests_per_second)",
    "throttle": "Librus wants no request before that is over",
}
_MEMORY_LIMIT: Final = (
    "If it is meant to be that large, allow more with max_answer_bytes; client.save writes a file to disk "
    "without holding it in memory."
)
_FILE_LIMIT: Final = "If the file is meant to be that large, allow more with max_bytes."
_BEARER_REFUSED: Final = (
    "Librus refused the access token (status 401); it has probably expired. A session renews tokens by "
    "itself (for_child); a bare token has to be replaced by a new one."
)
_PORTAL_REFUSED: Final = "The portal no longer knows this sign-in (status 401)."
_NOT_FOR_THIS_ACCOUNT: Final = (
    "This kind of data is not open to this account at Librus. A new token or sign-in does not change that."
)
_FORBIDDEN: Final = (
    "Librus does not let this account read this (status 403). The school may not share it, or the address "
    "you connect from may be blocked."
)
MAINTENANCE: Final = "Librus is under maintenance (this often happens at night). Try again later."
_TIMETABLE_NOT_PUBLIC: Final = "The school has not published this timetable yet."
_DEVICE_UNKNOWN: Final = (
    "Librus does not know this device id for this child, or not any more. Register again "
    "(client.changes.register), keep the new id, and read everything once: its list begins then."
)
MODULE_OFF: Final = "The school has switched this module off."
_ACTION_REQUIRED: Final = (
    "The link to this child needs attention: sign in on the Librus portal in a browser and follow what it "
    "asks for."
)
_NOT_LINKED: Final = (
    "This child is not linked to the family account (any more). Check the linked accounts on the Librus "
    "portal."
)
