"""The errors: one tree, stable codes, equal copies for each caller, whole after a trip through a pickle."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator

import pytest

from librus_sdk import errors
from librus_sdk.errors import (
    LibrusApiError,
    LibrusAuthenticationError,
    LibrusDeprecationWarning,
    LibrusSchemaWarning,
    LibrusSdkError,
    warn_deprecated,
)

KINDS = sorted(
    (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, LibrusSdkError)),
    key=lambda kind: kind.__name__,
)
CODES = {
    "FeatureUnavailableError": "FEATURE_UNAVAILABLE",
    "LibrusAccountActionRequiredError": "ACCOUNT_ACTION_REQUIRED",
    "LibrusApiError": "API_REQUEST_FAILED",
    "LibrusAuthRefreshError": "AUTH_REFRESH_FAILED",
    "LibrusAuthenticationError": "AUTHENTICATION_FAILED",
    "LibrusBlockedError": "NETWORK_BLOCKED",
    "LibrusCaptchaRequiredError": "CAPTCHA_REQUIRED",
    "LibrusChildError": "CHILD_NOT_FOUND",
    "LibrusConfigurationError": "CONFIGURATION_ERROR",
    "LibrusCredentialsError": "AUTHENTICATION_FAILED",
    "LibrusMaintenanceError": "SERVICE_MAINTENANCE",
    "LibrusNetworkError": "NETWORK_ERROR",
    "LibrusPermissionError": "API_REQUEST_FAILED",
    "LibrusPortalPageError": "PORTAL_LOGIN_PAGE_INVALID",
    "LibrusRateLimitedError": "RATE_LIMITED",
    "LibrusResponseValidationError": "RESPONSE_VALIDATION_FAILED",
    "LibrusSdkError": "INTERNAL_ERROR",
    "LibrusSessionClosedError": "SESSION_CLOSED",
    "LibrusTerminalAuthenticationError": "AUTHENTICATION_FAILED",
    "LibrusTimeoutError": "NETWORK_TIMEOUT",
    "LibrusUnsupportedBackendError": "UNSUPPORTED_BACKEND",
}


def test_the_code_of_each_class() -> None:
    assert {kind.__name__: kind("x").code for kind in KINDS} == CODES


def test_every_code_is_a_constant_of_its_own_name() -> None:
    constants = {name for name in errors.__all__ if name.isupper()}
    assert {getattr(errors, name) for name in constants} == constants
    assert set(CODES.values()) <= constants


def test_one_except_catches_all_authentication_failures() -> None:
    caught = {kind.__name__ for kind in KINDS if issubclass(kind, LibrusAuthenticationError)}
    assert caught == {
        "LibrusAccountActionRequiredError",
        "LibrusAuthRefreshError",
        "LibrusAuthenticationError",
        "LibrusCaptchaRequiredError",
        "LibrusCredentialsError",
        "LibrusTerminalAuthenticationError",
    }


def test_the_picture_at_the_top_shows_every_class_under_its_parent() -> None:
    picture = (errors.__doc__ or "").split("::", 1)[1].split("Codes are", 1)[0]
    parents: list[tuple[int, str]] = []
    drawn = {}
    for line in picture.splitlines():
        words = line.replace("│", " ").replace("├── ", "    ").replace("└── ", "    ").split()
        name = next((word for word in words if word.endswith("Error")), None)
        if name is None:
            continue
        depth = line.index(name)
        while parents and parents[-1][0] >= depth:
            parents.pop()
        drawn[name] = parents[-1][1] if parents else "Exception"
        parents.append((depth, name))
    assert drawn == {kind.__name__: kind.__base__.__name__ for kind in KINDS if kind.__base__}


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_whole(kind: type[LibrusSdkError]) -> None:
    details = {"endpoint": "https://x", "status": 503, "issues": ["a"]}
    error = kind("what happened", code="OTHER", details=details)
    assert str(error) == error.message == "what happened"
    assert repr(error) == f"{kind.__name__}(OTHER: what happened)"
    assert error.details == details
    assert error.details is not details
    assert kind("x").details == {}
    assert kind.__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_a_pickle(kind: type[LibrusSdkError]) -> None:
    error = kind("what happened", code="OTHER", details={"status": 503})
    error.add_note("a note")
    if isinstance(error, LibrusApiError):
        error.retry_after_s = 7.0
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps(error, protocol))
        assert type(twin) is kind
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


def test_a_twin_is_equal_was_never_raised_and_shares_the_cause() -> None:
    error = LibrusApiError("x", details={"status": 503})
    error.retry_after_s = 7.0
    error.__cause__ = ValueError("first")
    try:
        raise error
    except LibrusApiError:
        twin = error.replicate()
    assert isinstance(twin, LibrusApiError)
    assert (twin.code, twin.message, twin.details, twin.retry_after_s) == (
        error.code,
        "x",
        {"status": 503},
        7.0,
    )
    assert twin.details is not error.details
    assert twin.__cause__ is error.__cause__
    assert twin.__traceback__ is None
    assert twin.__context__ is None


@pytest.mark.parametrize(
    ("details", "status"), [({}, None), ({"status": 404}, 404), ({"status": "404"}, None)]
)
def test_the_status_of_an_answer(details: dict[str, object], status: int | None) -> None:
    assert LibrusApiError("x", details=details).status == status


@pytest.fixture
def _nothing_warned_yet() -> Iterator[None]:
    before = set(errors._warned)
    errors._warned.clear()
    yield
    errors._warned.clear()
    errors._warned.update(before)


@pytest.mark.usefixtures("_nothing_warned_yet")
def test_a_deprecation_is_told_once_a_process() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            warn_deprecated("ONE_DEPRECATED", "use another")
        warn_deprecated("TWO_DEPRECATED", "use another")
    assert [str(warning.message) for warning in caught] == [
        "ONE_DEPRECATED: use another",
        "TWO_DEPRECATED: use another",
    ]
    assert {warning.category for warning in caught} == {LibrusDeprecationWarning}


def test_the_warnings_are_what_programs_filter_by() -> None:
    assert issubclass(LibrusDeprecationWarning, DeprecationWarning)
    assert issubclass(LibrusSchemaWarning, UserWarning)
