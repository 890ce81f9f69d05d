"""Every error the SDK raises.

::

    LibrusSdkError                          any code; what ``except`` catches to catch everything
    ├── LibrusConfigurationError            CONFIGURATION_ERROR, FILE_EXISTS
    ├── LibrusChildError                    CHILD_NOT_FOUND, CHILD_REQUIRED, AMBIGUOUS_CHILD
    ├── LibrusUnsupportedBackendError       UNSUPPORTED_BACKEND
    ├── LibrusSessionClosedError            SESSION_CLOSED
    ├── LibrusNetworkError                  NETWORK_ERROR
    │   └── LibrusTimeoutError              NETWORK_TIMEOUT
    ├── LibrusPortalPageError               PORTAL_LOGIN_PAGE_INVALID
    ├── LibrusResponseValidationError       RESPONSE_VALIDATION_FAILED
    ├── LibrusApiError                      API_REQUEST_FAILED
    │   ├── LibrusPermissionError           API_REQUEST_FAILED (401 ``Insufficient scopes``, 403)
    │   ├── FeatureUnavailableError         FEATURE_UNAVAILABLE
    │   ├── LibrusRateLimitedError          RATE_LIMITED
    │   ├── LibrusBlockedError              NETWORK_BLOCKED
    │   └── LibrusMaintenanceError          SERVICE_MAINTENANCE
    └── LibrusAuthenticationError           what ``except`` catches to catch all of these:
        ├── LibrusTerminalAuthenticationError    (signing in again by itself cannot help)
        │   ├── LibrusCredentialsError      AUTHENTICATION_FAILED
        │   ├── LibrusCaptchaRequiredError  CAPTCHA_REQUIRED
        │   └── LibrusAccountActionRequiredError  ACCOUNT_ACTION_REQUIRED
        └── LibrusAuthRefreshError          AUTH_REFRESH_FAILED (may pass; later calls try again)

Codes are the stable interface: branch on :attr:`LibrusSdkError.code` or on the class, never on the message.
``details`` holds what the code's table in the documentation lists and nothing else; no error of the SDK
carries a password, token, cookie, e-mail, login, request body or response body.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from .secret import Secret

__all__ = [
    "ACCOUNT_ACTION_REQUIRED",
    "AMBIGUOUS_CHILD",
    "API_REQUEST_FAILED",
    "AUTHENTICATION_FAILED",
    "AUTH_REFRESH_FAILED",
    "CAPTCHA_REQUIRED",
    "CHILD_NOT_FOUND",
    "CHILD_REQUIRED",
    "CLI_USAGE_ERROR",
    "CONFIGURATION_ERROR",
    "FEATURE_UNAVAILABLE",
    "FILE_EXISTS",
    "INTERNAL_ERROR",
    "NETWORK_BLOCKED",
    "NETWORK_ERROR",
    "NETWORK_TIMEOUT",
    "PORTAL_LOGIN_PAGE_INVALID",
    "RATE_LIMITED",
    "RESPONSE_VALIDATION_FAILED",
    "SERVICE_MAINTENANCE",
    "SESSION_CLOSED",
    "UNSUPPORTED_BACKEND",
    "FeatureUnavailableError",
    "LibrusAccountActionRequiredError",
    "LibrusApiError",
    "LibrusAuthRefreshError",
    "LibrusAuthenticationError",
    "LibrusBlockedError",
    "LibrusCaptchaRequiredError",
    "LibrusChildError",
    "LibrusConfigurationError",
    "LibrusCredentialsError",
    "LibrusDeprecationWarning",
    "LibrusMaintenanceError",
    "LibrusNetworkError",
    "LibrusPermissionError",
    "LibrusPortalPageError",
    "LibrusRateLimitedError",
    "LibrusResponseValidationError",
    "LibrusSchemaWarning",
    "LibrusSdkError",
    "LibrusSessionClosedError",
    "LibrusStoreWarning",
    "LibrusTerminalAuthenticationError",
    "LibrusTimeoutError",
    "LibrusUnsupportedBackendError",
]

ACCOUNT_ACTION_REQUIRED: Final = "ACCOUNT_ACTION_REQUIRED"
AMBIGUOUS_CHILD: Final = "AMBIGUOUS_CHILD"
API_REQUEST_FAILED: Final = "API_REQUEST_FAILED"
AUTHENTICATION_FAILED: Final = "AUTHENTICATION_FAILED"
AUTH_REFRESH_FAILED: Final = "AUTH_REFRESH_FAILED"
CAPTCHA_REQUIRED: Final = "CAPTCHA_REQUIRED"
CHILD_NOT_FOUND: Final = "CHILD_NOT_FOUND"
CHILD_REQUIRED: Final = "CHILD_REQUIRED"
CLI_USAGE_ERROR: Final = "CLI_USAGE_ERROR"
CONFIGURATION_ERROR: Final = "CONFIGURATION_ERROR"
FEATURE_UNAVAILABLE: Final = "FEATURE_UNAVAILABLE"
FILE_EXISTS: Final = "FILE_EXISTS"
INTERNAL_ERROR: Final = "INTERNAL_ERROR"
NETWORK_BLOCKED: Final = "NETWORK_BLOCKED"
NETWORK_ERROR: Final = "NETWORK_ERROR"
NETWORK_TIMEOUT: Final = "NETWORK_TIMEOUT"
PORTAL_LOGIN_PAGE_INVALID: Final = "PORTAL_LOGIN_PAGE_INVALID"
RATE_LIMITED: Final = "RATE_LIMITED"
RESPONSE_VALIDATION_FAILED: Final = "RESPONSE_VALIDATION_FAILED"
SERVICE_MAINTENANCE: Final = "SERVICE_MAINTENANCE"
SESSION_CLOSED: Final = "SESSION_CLOSED"
UNSUPPORTED_BACKEND: Final = "UNSUPPORTED_BACKEND"


class LibrusSdkError(Exception):
    """The root of all errors of the SDK.

    Attributes:
        code: the stable name of what happened, for programs.
        message: one or two sentences for a person, with the next step; may change between versions.
        details: the facts listed for the code; keys are snake_case.
        retry_after_s: how long to leave Librus alone, seconds: what a 429 or 503 asked for, or what is due
            after a sign-in that failed; None when nothing is known.
    """

    default_code: ClassVar[str] = INTERNAL_ERROR
    retry_after_s: float | None = None

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code: str = code or self.default_code
        self.message: str = message
        self.details: dict[str, Any] = dict(details or {})

    def replicate(self) -> LibrusSdkError:
        """Return an equal error that was never raised: one for each caller that shares one failure."""
        twin = copy.copy(self)
        twin.details = dict(self.details)
        twin.__cause__ = self.__cause__
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        kept = {name: value for name, value in self.__dict__.items() if not isinstance(value, Secret)}
        return (_rebuild, (type(self), self.message, self.code, self.details), kept)

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code}: {self.message})"


def _rebuild(cls: type[LibrusSdkError], message: str, code: str, details: dict[str, Any]) -> LibrusSdkError:
    return cls(message, code=code, details=details)


class LibrusConfigurationError(LibrusSdkError):
    """The program or its environment is set up wrongly; no request was made.

    Saving a file is the exception: during the download a disk may fill up, or others create the file.

    Attributes:
        reason: one word for what is wrong with a store or a disk, as in the events ``store.*``; None for
            everything else.
    """

    default_code = CONFIGURATION_ERROR
    reason: str | None = None


class LibrusChildError(LibrusSdkError):
    """The child selector names no child, several children, or was not given at all."""

    default_code = CHILD_NOT_FOUND


class LibrusUnsupportedBackendError(LibrusSdkError):
    """The operation does not exist on the session's back end. ``details``: ``api_backend``."""

    default_code = UNSUPPORTED_BACKEND


class LibrusSessionClosedError(LibrusSdkError):
    """The session was closed; make a new one."""

    default_code = SESSION_CLOSED


class LibrusNetworkError(LibrusSdkError):
    """No answer came: refused, reset, name not found, TLS failure. ``details``: ``endpoint``, ``reason``."""

    default_code = NETWORK_ERROR


class LibrusTimeoutError(LibrusNetworkError):
    """The whole answer did not arrive in time. ``details``: ``endpoint``, ``timeout_ms``, nothing else.

    Attributes:
        whole_call: whether that is the limit of the whole call (``timeout_total_ms``), not of one attempt.
    """

    default_code = NETWORK_TIMEOUT
    whole_call: bool = False


class LibrusPortalPageError(LibrusSdkError):
    """The portal's sign-in page is not the page we know (redesign, captcha, maintenance)."""

    default_code = PORTAL_LOGIN_PAGE_INVALID


class LibrusResponseValidationError(LibrusSdkError):
    """A 2xx answer is not what it should be, or any answer is larger than allowed.

    ``details``: ``endpoint``, ``issues`` (at most 3, no values).
    """

    default_code = RESPONSE_VALIDATION_FAILED


class LibrusApiError(LibrusSdkError):
    """The server answered with an error status.

    ``details``: ``endpoint``, ``status`` and, when Librus sent ones that are safe to show, ``server_code``
    and ``server_message``.
    """

    default_code = API_REQUEST_FAILED

    @property
    def status(self) -> int | None:
        """The HTTP status of the answer."""
        value = self.details.get("status")
        return value if isinstance(value, int) else None


class LibrusPermissionError(LibrusApiError):
    """This account may not read this; a new token or another sign-in does not help."""


class FeatureUnavailableError(LibrusApiError):
    """The school has switched this module off, or has not published it yet."""

    default_code = FEATURE_UNAVAILABLE


class LibrusRateLimitedError(LibrusApiError):
    """Librus asks for fewer requests, or for fewer sign-ins; wait some minutes.

    One that was not sent because of what Librus said before has ``details``: ``endpoint``, ``until``.
    """

    default_code = RATE_LIMITED


class LibrusBlockedError(LibrusApiError):
    """Librus refuses the network this machine is in, as it does with some data centres and VPNs."""

    default_code = NETWORK_BLOCKED


class LibrusMaintenanceError(LibrusApiError):
    """Librus announced maintenance (often at night); try again later.

    ``details`` of a read hold ``until``: when the session asks Librus again, in Polish time (ISO 8601).
    """

    default_code = SERVICE_MAINTENANCE


class LibrusAuthenticationError(LibrusSdkError):
    """Signing in, or renewing a token, failed."""

    default_code = "AUTHENTICATION_FAILED"


class LibrusTerminalAuthenticationError(LibrusAuthenticationError):
    """A person has to act. The session remembers it and does not ask Librus again by itself.

    Attributes:
        said: what Librus told the person, where that is not known to this version; never shown by itself.
    """

    said: Secret | None = None


class LibrusCredentialsError(LibrusTerminalAuthenticationError):
    """The password, or the name it goes with, was refused. They are not sent again by themselves."""

    default_code = AUTHENTICATION_FAILED


class LibrusCaptchaRequiredError(LibrusTerminalAuthenticationError):
    """Librus demands a captcha: sign in once in a browser, then try again."""

    default_code = CAPTCHA_REQUIRED


class LibrusAccountActionRequiredError(LibrusTerminalAuthenticationError):
    """Librus wants something done first: a child is no longer linked, an account has expired, rules are new.

    ``details``: ``reason`` where a sign-in met it: ``account_expired`` or ``interrupted_sign_in``.
    """

    default_code = ACCOUNT_ACTION_REQUIRED


class LibrusAuthRefreshError(LibrusAuthenticationError):
    """A 401 persisted after the token was renewed. ``__cause__`` is the first 401."""

    default_code = AUTH_REFRESH_FAILED


class LibrusSchemaWarning(UserWarning):
    """Librus sent rows that do not fit the model; they are in ``Rows.rejected``."""


class LibrusStoreWarning(UserWarning):
    """Something is wrong with a store: what it kept was put aside, or nothing can be kept or shared just now.

    Attributes:
        reason: one word: ``damaged``, ``foreign`` or ``newer`` for what was put aside; ``open_folder`` for a
            folder that others may change; else the one the events ``store.*`` have.
    """

    reason: str | None = None


class LibrusDeprecationWarning(DeprecationWarning):
    """A legacy name was used."""


# Shown once in a process per code, wherever it comes from.
_warned: set[str] = set()


def warn_deprecated(code: str, message: str, *, stacklevel: int = 3) -> None:
    """Warn about a legacy name, once per code and process. The message never holds a value."""
    if code in _warned:
        return
    _warned.add(code)
    warnings.warn(f"{code}: {message}", LibrusDeprecationWarning, stacklevel=stacklevel)
