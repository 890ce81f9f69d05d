"""From an answer to a verdict, row by row; and what of an answer may be repeated."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from librus_sdk.core.answers import failure_error, is_server_code, judge_api, judge_portal
from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.errors import (
    ACCOUNT_ACTION_REQUIRED,
    API_REQUEST_FAILED,
    FEATURE_UNAVAILABLE,
    RATE_LIMITED,
    SERVICE_MAINTENANCE,
    FeatureUnavailableError,
    LibrusAccountActionRequiredError,
    LibrusApiError,
    LibrusConfigurationError,
    LibrusMaintenanceError,
    LibrusNetworkError,
    LibrusPermissionError,
    LibrusRateLimitedError,
    LibrusResponseValidationError,
    LibrusSdkError,
    LibrusTimeoutError,
)

REQUEST = Request(
    "GET", "https://api.example/3.0/Grades?who=6521091r", endpoint="https://api.example/3.0/Grades"
)


def answer(status: int, body: object = None) -> Response:
    if isinstance(body, bytes):
        return Response(status, body, {})
    return Response(status, b"" if body is None else json.dumps(body, ensure_ascii=False).encode(), {})


def error(**body: Any) -> dict[str, Any]:
    return {"Status": "Error", **body}


API: list[tuple[int, object, type[LibrusSdkError], str, bool, dict[str, str]]] = [
    (
        400,
        error(Code="InvalidRequest"),
        LibrusApiError,
        API_REQUEST_FAILED,
        False,
        {"server_code": "InvalidRequest"},
    ),
    (400, None, LibrusApiError, API_REQUEST_FAILED, False, {}),
    (
        401,
        error(Code="TokenIsExpired", Message="Request is denied"),
        LibrusApiError,
        API_REQUEST_FAILED,
        True,
        {"server_code": "TokenIsExpired", "server_message": "Request is denied"},
    ),
    (
        401,
        error(Message="Request is denied"),
        LibrusApiError,
        API_REQUEST_FAILED,
        True,
        {"server_message": "Request is denied"},
    ),
    (401, None, LibrusApiError, API_REQUEST_FAILED, True, {}),
    (401, b"<html>", LibrusApiError, API_REQUEST_FAILED, True, {}),
    (
        401,
        error(Message="Insufficient scopes"),
        LibrusPermissionError,
        API_REQUEST_FAILED,
        False,
        {"server_message": "Insufficient scopes"},
    ),
    (401, error(Code="Insufficient scopes"), LibrusPermissionError, API_REQUEST_FAILED, False, {}),
    (401, {"Status": "Insufficient scopes"}, LibrusPermissionError, API_REQUEST_FAILED, False, {}),
    (
        403,
        error(Message="Request is denied"),
        LibrusPermissionError,
        API_REQUEST_FAILED,
        False,
        {"server_message": "Request is denied"},
    ),
    (
        403,
        error(Code="AccessDeny", Message="Student timetable is not public"),
        FeatureUnavailableError,
        FEATURE_UNAVAILABLE,
        False,
        {"server_code": "AccessDeny", "server_message": "Student timetable is not public"},
    ),
    (
        403,
        error(Code="AccessDeny"),
        LibrusPermissionError,
        API_REQUEST_FAILED,
        False,
        {"server_code": "AccessDeny"},
    ),
    (
        403,
        error(Message="Account not have access to Messages. Buy"),
        LibrusPermissionError,
        API_REQUEST_FAILED,
        False,
        {},
    ),
    (403, b"", LibrusPermissionError, API_REQUEST_FAILED, False, {}),
    (
        403,
        error(Code="NotesIsNotActive"),
        FeatureUnavailableError,
        FEATURE_UNAVAILABLE,
        False,
        {"server_code": "NotesIsNotActive"},
    ),
    (
        400,
        error(Code="LuckyNumberIsNotActive", Message="Lucky number is not active."),
        FeatureUnavailableError,
        FEATURE_UNAVAILABLE,
        False,
        {"server_code": "LuckyNumberIsNotActive"},
    ),
    (
        404,
        error(Code="NoticeboardProblem"),
        FeatureUnavailableError,
        FEATURE_UNAVAILABLE,
        False,
        {"server_code": "NoticeboardProblem"},
    ),
    (
        404,
        error(Code="NotFound", Message="Resource not found"),
        LibrusApiError,
        API_REQUEST_FAILED,
        False,
        {"server_code": "NotFound", "server_message": "Resource not found"},
    ),
    (
        404,
        error(Message="Nieprawidłowy węzeł."),
        LibrusApiError,
        API_REQUEST_FAILED,
        False,
        {"server_message": "Nieprawidłowy węzeł."},
    ),
    (404, "Nieprawidłowy węzeł.".encode(), LibrusApiError, API_REQUEST_FAILED, False, {}),
    (405, None, LibrusApiError, API_REQUEST_FAILED, False, {}),
    (302, None, LibrusApiError, API_REQUEST_FAILED, False, {}),
    *[
        (status, None, LibrusApiError, API_REQUEST_FAILED, False, {})
        for status in (408, 425, 500, 502, 503, 504)
    ],
    (429, None, LibrusRateLimitedError, RATE_LIMITED, False, {}),
    (503, {"Status": "Maintenance"}, LibrusMaintenanceError, SERVICE_MAINTENANCE, False, {}),
    (
        503,
        {"Status": "Maintenance", "Message": [{"description": "Przerwa"}]},
        LibrusMaintenanceError,
        SERVICE_MAINTENANCE,
        False,
        {},
    ),
    (
        500,
        {"Code": "Maintenance"},
        LibrusMaintenanceError,
        SERVICE_MAINTENANCE,
        False,
        {"server_code": "Maintenance"},
    ),
    (503, b"<h1>Przerwa techniczna</h1>", LibrusApiError, API_REQUEST_FAILED, False, {}),
]


@pytest.mark.parametrize(("status", "body", "kind", "code", "refused", "facts"), API)
def test_the_child_api(
    status: int, body: object, kind: type[LibrusSdkError], code: str, refused: bool, facts: dict[str, str]
) -> None:
    verdict = judge_api(REQUEST, answer(status, body))
    assert verdict.error is not None
    assert type(verdict.error) is kind
    assert verdict.error.code == code
    assert verdict.refused is refused
    assert not verdict.ok
    assert verdict.error.details == {"endpoint": REQUEST.endpoint, "status": status, **facts}
    assert isinstance(verdict.error, LibrusApiError)
    assert verdict.error.status == status


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.parametrize(
    ("code", "path", "is_device"),
    [
        ("UnableToGetPushDevice", "PushChanges", True),
        ("UnableToGetPushDevice", "PushChanges/1,2", True),
        ("FilterInvalidValue", "PushChanges", True),
        ("FilterInvalidValue", "Grades", False),
        ("InvalidRequest", "PushChanges", False),
    ],
)
def test_a_device_that_librus_does_not_know(status: int, code: str, path: str, is_device: bool) -> None:
    request = Request("GET", f"https://api.example/3.0/{path}", endpoint="https://api.example/", name=path)
    verdict = judge_api(request, answer(status, error(Code=code)))
    assert isinstance(verdict.error, LibrusApiError)
    assert verdict.error.details == {
        "endpoint": "https://api.example/",
        "status": status,
        "server_code": code,
    }
    assert ("Register again" in verdict.error.message) is is_device
    assert not verdict.refused
    assert not verdict.suspect


PORTAL: list[tuple[int, object, type[LibrusSdkError], str, bool, dict[str, str]]] = [
    (
        401,
        {"message": "Access token is invalid", "hint": "Error while decoding to JSON"},
        LibrusApiError,
        API_REQUEST_FAILED,
        True,
        {"server_message": "Access token is invalid"},
    ),
    (401, None, LibrusApiError, API_REQUEST_FAILED, True, {}),
    (401, b"<html>", LibrusApiError, API_REQUEST_FAILED, True, {}),
    *[
        (
            status,
            {"reason": "requires_an_action"},
            LibrusAccountActionRequiredError,
            ACCOUNT_ACTION_REQUIRED,
            False,
            {"server_message": "requires_an_action"},
        )
        for status in (401, 403, 410, 424)
    ],
    (
        403,
        {"Code": "requires_an_action"},
        LibrusAccountActionRequiredError,
        ACCOUNT_ACTION_REQUIRED,
        False,
        {"server_code": "requires_an_action"},
    ),
    (
        404,
        {"message": "Account not found"},
        LibrusAccountActionRequiredError,
        ACCOUNT_ACTION_REQUIRED,
        False,
        {"server_message": "Account not found"},
    ),
    (404, b"<html>", LibrusApiError, API_REQUEST_FAILED, False, {}),
    (
        424,
        {"message": "Unable to refresh the account"},
        LibrusApiError,
        API_REQUEST_FAILED,
        False,
        {"server_message": "Unable to refresh the account"},
    ),
    (400, {"Code": "ApiDisabled"}, LibrusApiError, API_REQUEST_FAILED, False, {"server_code": "ApiDisabled"}),
    (403, None, LibrusApiError, API_REQUEST_FAILED, False, {}),
    (419, b"<html>", LibrusApiError, API_REQUEST_FAILED, False, {}),
    (429, None, LibrusRateLimitedError, RATE_LIMITED, False, {}),
    (502, None, LibrusApiError, API_REQUEST_FAILED, False, {}),
    (503, {"Status": "Maintenance"}, LibrusMaintenanceError, SERVICE_MAINTENANCE, False, {}),
]


@pytest.mark.parametrize(("status", "body", "kind", "code", "refused", "facts"), PORTAL)
def test_the_portal(
    status: int, body: object, kind: type[LibrusSdkError], code: str, refused: bool, facts: dict[str, str]
) -> None:
    verdict = judge_portal(REQUEST, answer(status, body))
    assert verdict.error is not None
    assert type(verdict.error) is kind
    assert verdict.error.code == code
    assert verdict.refused is refused
    assert verdict.error.details == {"endpoint": REQUEST.endpoint, "status": status, **facts}


@pytest.mark.parametrize("judge", [judge_api, judge_portal])
@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_good_answer_is_left_to_the_decoder(judge: Any, status: int) -> None:
    verdict = judge(REQUEST, answer(status, b"\xff not json"))
    assert verdict.ok
    assert not verdict.refused


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "knows nothing under this address"),
        (429, "asks for fewer requests"),
        (500, "has trouble at the moment (status 500)"),
        (405, "did not accept the request (status 405)"),
    ],
)
def test_the_message_says_what_to_do(status: int, words: str) -> None:
    assert words in str(judge_api(REQUEST, answer(status)).error)
    assert words in str(judge_portal(REQUEST, answer(status)).error)


# --- bodies nobody can read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"{",
        b"null",
        b'"Maintenance"',
        b'["Maintenance"]',
        b"[" * 100_000,
        b'{"Code":' * 20_000,
        b'{"Code": {"Status": "Maintenance"}, "Message": ["Insufficient scopes"]}',
        b'{"Code": null, "Message": 12}',
        b'{"Status": "Maintenance"' + b" " * 70_000 + b"}",
    ],
)
@pytest.mark.parametrize("status", [401, 403, 503])
def test_a_body_that_is_no_error_body_leaves_the_status_to_decide(body: bytes, status: int) -> None:
    for judge in (judge_api, judge_portal):
        verdict = judge(REQUEST, answer(status, body))
        assert verdict.refused is (status == 401)
        assert verdict.error is not None
        assert verdict.error.code == API_REQUEST_FAILED
        assert verdict.error.details == {"endpoint": REQUEST.endpoint, "status": status}


@given(st.integers(300, 599), st.binary(max_size=200))
@example(503, b'{"Status": "\xff"}')
def test_no_body_raises(status: int, body: bytes) -> None:
    for judge in (judge_api, judge_portal):
        assert not judge(REQUEST, answer(status, body)).ok


# --- what may be repeated -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "TokenIsExpired", "AccessDeny", "InvalidRequest", "NotFound", "NotesIsNotActive", "NoticeNotFound",
        "LuckyNumberIsNotActive", "NoticeboardProblem", "ApiDisabled", "DeviceRegistered",
        "FilterInvalidValue", "UnableToGetPushDevice", "requires_an_action",
        "AttendanceIsNotActive", "internal_server_error",
    ],
)  # fmt: skip
def test_codes_of_librus_are_repeated(code: str) -> None:
    assert is_server_code(code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kowalska",
        "JanKowalski",
        "AnnaIsNotActive",
        "anna_kowalska",
        "token_kowalska",
        "AbCdEfGhIjKl",
        "6521091r",
        "Token6521091",
        "joanna@example.org",
        "Access Deny",
        "AccessDeny\n",
        "AccessDenyŁ",
        "eyJhbGciOiJIUzI1NiJ9",
        "Error" * 20,
        "_",
        "token__error",
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_server_code(text)


LETTERS = st.text(string.ascii_letters + string.digits, min_size=6, max_size=40)
# With a digit, as a token of any length has; letters alone could be the very words that are looked for.
TOKENS = st.builds("{}{}{}".format, LETTERS, st.integers(0, 9), LETTERS)
NAMES = st.text(string.ascii_lowercase + "ąćęłńóśźż", min_size=3, max_size=12).map(str.capitalize)
EMAILS = st.builds(lambda user, host: f"{user}@{host}.pl", TOKENS, NAMES)
KEYS = (
    "Code",
    "code",
    "Message",
    "message",
    "MessagePL",
    "reason",
    "hint",
    "Status",
    "error",
    "Url",
    "Resources",
)


@given(
    st.integers(300, 599),
    st.dictionaries(
        st.sampled_from(KEYS), st.one_of(TOKENS, NAMES, st.builds("{} {}".format, NAMES, NAMES), EMAILS)
    ),
)
def test_nothing_a_server_may_put_into_an_error_is_repeated(status: int, body: dict[str, str]) -> None:
    for judge in (judge_api, judge_portal):
        verdict = judge(REQUEST, answer(status, body))
        assert verdict.error is not None
        if not any(is_server_code(text) for text in body.values()):
            assert verdict.error.details == {"endpoint": REQUEST.endpoint, "status": status}
        assert not any(text in str(verdict.error) for text in body.values() if len(text) > 11)


@given(TOKENS)
def test_a_random_token_is_no_code(token: str) -> None:
    assert not is_server_code(token)


# --- no answer ----------------------------------------------------------------------------------------------


def test_a_timeout_tells_the_address_and_the_limit_and_nothing_else() -> None:
    failed = failure_error(REQUEST, Failure("timeout", "timeout", 1500))
    assert type(failed) is LibrusTimeoutError
    assert failed.code == "NETWORK_TIMEOUT"
    assert failed.details == {"endpoint": REQUEST.endpoint, "timeout_ms": 1500}
    assert "1500 ms" in failed.message


def test_a_timeout_of_a_flight_names_the_limit_that_allows_more() -> None:
    failed = failure_error(REQUEST, Failure("timeout", "timeout", 800, option="flight_timeout_s"))
    assert (type(failed), failed.code) == (LibrusTimeoutError, "NETWORK_TIMEOUT")
    assert failed.details == {"endpoint": REQUEST.endpoint, "timeout_ms": 800}
    assert "(flight_timeout_s)" in failed.message
    assert "timeout_ms" not in failed.message


@pytest.mark.parametrize(
    ("waited_for", "words"),
    [
        ("concurrency", "(max_concurrency)"),
        ("rate", "(max_requests_per_second)"),
        ("throttle", "Librus wants no request"),
    ],
)
def test_a_call_that_had_no_time_for_its_turn_says_what_it_waited_for(waited_for: Any, words: str) -> None:
    failure = Failure("timeout", "timeout", 900, option="timeout_total_ms", waited_for=waited_for)
    failed = failure_error(REQUEST, failure)
    assert isinstance(failed, LibrusTimeoutError)
    assert failed.whole_call
    expected = {"endpoint": REQUEST.endpoint, "timeout_ms": 900, "waited_for": waited_for}
    assert failed.details == expected
    assert words in failed.message
    assert "900 ms" in failed.message
    assert failed.message.endswith("allow more time (timeout_total_ms).")


def test_a_network_failure_tells_the_address_and_the_reason() -> None:
    failed = failure_error(REQUEST, Failure("network", "connection refused"))
    assert type(failed) is LibrusNetworkError
    assert failed.code == "NETWORK_ERROR"
    assert failed.details == {"endpoint": REQUEST.endpoint, "reason": "connection refused"}
    assert "connection refused" in failed.message


@pytest.mark.parametrize("option", ["max_answer_bytes", "max_bytes"])
def test_what_is_too_large_tells_the_limit_and_what_allows_more(option: Any) -> None:
    failed = failure_error(REQUEST, Failure("too_large", "larger", max_bytes=1500, option=option))
    assert type(failed) is LibrusResponseValidationError
    assert failed.code == "RESPONSE_VALIDATION_FAILED"
    issues = [f"$: expected at most 1500 bytes ({option})"]
    assert failed.details == {"endpoint": REQUEST.endpoint, "issues": issues}
    assert "1500 bytes" in failed.message
    assert f"allow more with {option}" in failed.message
    assert ("client.save" in failed.message) is (option == "max_answer_bytes")


def test_what_a_sink_raised_is_the_error() -> None:
    problem = LibrusConfigurationError("full")
    assert failure_error(REQUEST, Failure("sink", "full", error=problem)) is problem
