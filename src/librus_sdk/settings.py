"""What a session is told: credentials, hosts, limits; and how they are read from the environment.

Nothing here talks to the network. Everything that is wrong is a
:class:`~librus_sdk.errors.LibrusConfigurationError` that names the variable or option, before any request,
and shows no value.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, NoReturn
from urllib.parse import urlsplit

from .errors import LibrusConfigurationError, warn_deprecated
from .secret import Secret, boxed, is_text

__all__ = [
    "API_V3",
    "GATEWAY_API_20",
    "ApiBackend",
    "Environment",
    "GatewayCredentials",
    "Hosts",
    "PortalCredentials",
    "RetryPolicy",
    "SessionSettings",
    "get_api_backend",
    "is_loopback",
]

ApiBackend = Literal["api_v3", "gateway_api_20"]
API_V3: Final[ApiBackend] = "api_v3"
GATEWAY_API_20: Final[ApiBackend] = "gateway_api_20"

DEFAULT_TIMEOUT_MS: Final = 30_000
MAX_TIMEOUT_MS: Final = 2**53 - 1
LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def is_loopback(host: str | None) -> bool:
    """Whether the host is this machine: the only place plain HTTP is allowed to."""
    return host in LOOPBACK_HOSTS


class PortalCredentials:
    """E-mail address and password of a family account on the Librus portal ("Konto LIBRUS").

    Raises:
        LibrusConfigurationError: a value is missing or empty, or a school-issued login stands where the
            e-mail address belongs.
    """

    __slots__ = ("email", "password")

    def __init__(self, email: str | Secret, password: str | Secret) -> None:
        # Boxed before anything can go wrong: a traceback shows the arguments of a frame.
        email, password = boxed(email), boxed(password)
        self.email: Secret = _filled(email, "email")
        self.password: Secret = _filled(password, "password")
        if "@" not in self.email.reveal():
            advice = (
                "It looks as if e-mail and password were swapped."
                if "@" in self.password.reveal()
                else "The family account signs in with an e-mail address; a login issued by the school "
                "(LIBRUS_GATEWAY_LOGIN) is another kind of account, which this version does not support yet."
            )
            raise LibrusConfigurationError(
                f"The portal e-mail (LIBRUS_PORTAL_EMAIL) is not an e-mail address. {advice}"
            )

    def __repr__(self) -> str:
        return "PortalCredentials(email=********, password=********)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("credentials cannot be pickled")


class GatewayCredentials:
    """Login and password issued by the school, for the gateway back end.

    Raises:
        LibrusConfigurationError: a value is missing or empty, or an e-mail address stands where the login
            belongs.
    """

    __slots__ = ("login", "password")

    def __init__(self, login: str | Secret, password: str | Secret) -> None:
        login, password = boxed(login), boxed(password)
        self.login: Secret = _filled(login, "login")
        self.password: Secret = _filled(password, "password")
        if "@" in self.login.reveal():
            raise LibrusConfigurationError(
                "The gateway login (LIBRUS_GATEWAY_LOGIN) is an e-mail address. The family account's e-mail "
                "belongs in LIBRUS_PORTAL_EMAIL; the gateway takes the login issued by the school."
            )

    def __repr__(self) -> str:
        return "GatewayCredentials(login=********, password=********)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("credentials cannot be pickled")


def _filled(box: Secret, name: str) -> Secret:
    if not is_text(box):
        raise LibrusConfigurationError(f"The credential {name!r} must be text (str), all of it readable.")
    if not box:
        raise LibrusConfigurationError(f"The credential {name!r} is empty. Pass the real value.")
    return box


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where Librus is. The defaults are the real hosts; tests and the simulator give their own.

    Plain ``http`` is accepted on loopback only, because every request carries a credential.
    """

    portal: str = "https://portal.librus.pl"
    api: str = "https://api.librus.pl/3.0"

    def __post_init__(self) -> None:
        for item in fields(self):
            self._check(item.name, getattr(self, item.name))

    @staticmethod
    def _check(name: str, url: object) -> None:
        where = f"hosts.{name} (environment: LIBRUS_{name.upper()}_URL)"
        scheme, host = _scheme_and_host(url) if isinstance(url, str) else ("", None)
        if scheme not in ("https", "http") or not host:
            raise LibrusConfigurationError(
                f"{where} must be an address like https://host/path, without user, query or fragment."
            )
        if scheme == "http" and not is_loopback(host):
            raise LibrusConfigurationError(
                f"{where} uses plain http. Tokens travel only over https, except to this machine itself."
            )


def _scheme_and_host(url: str) -> tuple[str, str | None]:
    """Return both; no host when the address has a part that an address of Librus does not have."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises ValueError when the port is no number)
    except ValueError:
        return "", None
    plain = url.isprintable() and not any(sign in url for sign in " @?#\\")
    return parts.scheme, parts.hostname if plain else None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed read is tried again, and after how long.

    The wait before attempt *n + 1* is random between 0 and ``min(max_delay_ms, base_delay_ms * 2**(n-1))``
    (full jitter). ``Retry-After`` on 429 and 503 replaces it; when it asks for more than
    ``max_retry_after_ms`` the read fails at once instead of sleeping for long.
    Timeouts are not retried, and 401 is never retriable: renewing the token is another mechanism.

    Attributes:
        max_attempts: attempts in all, the first included; 1 switches retrying off.
        base_delay_ms: the first cap, milliseconds.
        max_delay_ms: no cap is larger, milliseconds.
        retriable_statuses: statuses worth another attempt.
        jitter: off means waiting exactly the cap.
        max_retry_after_ms: the longest ``Retry-After`` that is waited for, milliseconds.
    """

    max_attempts: int = 3
    base_delay_ms: int = 250
    max_delay_ms: int = 5_000
    retriable_statuses: frozenset[int] = frozenset({408, 425, 429, 500, 502, 503, 504})
    jitter: bool = True
    max_retry_after_ms: int = 30_000

    def __post_init__(self) -> None:
        def whole(name: str, least: int) -> None:
            value: Any = getattr(self, name)
            if not _is_int(value) or value < least:
                raise LibrusConfigurationError(f"retry.{name} must be a whole number of at least {least}.")

        whole("max_attempts", 1)
        whole("base_delay_ms", 0)
        whole("max_delay_ms", 0)
        whole("max_retry_after_ms", 0)
        if self.max_delay_ms < self.base_delay_ms:
            raise LibrusConfigurationError("retry.max_delay_ms must not be less than retry.base_delay_ms.")
        given: object = self.retriable_statuses
        statuses: list[Any] = list(given) if isinstance(given, Iterable) else [given]
        if any(not _is_int(status) or status < 1 for status in statuses):
            raise LibrusConfigurationError("retry.retriable_statuses must be positive whole numbers.")
        if 401 in statuses:
            raise LibrusConfigurationError(
                "retry.retriable_statuses must not contain 401: an expired token is renewed, not retried."
            )
        object.__setattr__(self, "retriable_statuses", frozenset(statuses))

    @classmethod
    def off(cls) -> RetryPolicy:
        """One attempt, no waiting."""
        return cls(max_attempts=1)


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """The options of a session, checked.

    Attributes:
        hosts: where Librus is.
        timeout_ms: limit for one attempt, the whole body included, milliseconds.
        strict: raise on rows that do not fit a model instead of setting them aside.
        max_concurrency: data requests in flight at once, for the whole session (on asyncio: for each event
            loop it runs on).
        assumed_token_lifetime_s: how long a child's token is believed good, seconds; prompts an early
            refresh and never blocks a call. ``None`` switches it off. Librus declares no lifetime; six
            hours is what a long-lived public client assumes.
        flight_timeout_s: limit for one token refresh or sign-in as a whole, seconds.
        close_grace_s: how long ``close()`` waits for a refresh under way, seconds.
        retry: see :class:`RetryPolicy`.
    """

    hosts: Hosts = field(default_factory=Hosts)
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    strict: bool = False
    max_concurrency: int = 6
    assumed_token_lifetime_s: float | None = 6 * 3600.0
    flight_timeout_s: float = 30.0
    close_grace_s: float = 5.0
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        if not _is_int(self.timeout_ms) or not 1 <= self.timeout_ms <= MAX_TIMEOUT_MS:
            raise LibrusConfigurationError("timeout_ms must be a whole number of milliseconds, at least 1.")
        if not _is_int(self.max_concurrency) or self.max_concurrency < 1:
            raise LibrusConfigurationError("max_concurrency must be a whole number of at least 1.")
        given: tuple[tuple[object, type, str], ...] = (
            (self.hosts, Hosts, "hosts must be a Hosts."),
            (self.retry, RetryPolicy, "retry must be a RetryPolicy (RetryPolicy.off() for one attempt)."),
            (self.strict, bool, "strict must be True or False."),
        )
        for value, kind, problem in given:
            if not isinstance(value, kind):
                raise LibrusConfigurationError(problem)
        lifetime = self.assumed_token_lifetime_s
        if lifetime is not None and (not _is_seconds(lifetime) or lifetime <= 0):
            raise LibrusConfigurationError("assumed_token_lifetime_s must be positive seconds, or None.")
        if not all(map(_is_seconds, (self.flight_timeout_s, self.close_grace_s))) or (
            self.flight_timeout_s <= 0 or self.close_grace_s < 0
        ):
            raise LibrusConfigurationError(
                "flight_timeout_s must be positive and close_grace_s not negative."
            )


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_seconds(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True, slots=True)
class _Alias:
    name: str
    code: str


_ALIASES: Final[Mapping[str, _Alias]] = {
    "LIBRUS_PORTAL_EMAIL": _Alias("LIBRUS_EMAIL", "LIBRUS_EMAIL_ENV_DEPRECATED"),
    "LIBRUS_PORTAL_PASSWORD": _Alias("LIBRUS_PASSWORD", "LIBRUS_PASSWORD_ENV_DEPRECATED"),
    "LIBRUS_GATEWAY_LOGIN": _Alias("SYNERGIA_ID", "SYNERGIA_ID_ENV_DEPRECATED"),
    "LIBRUS_GATEWAY_PASSWORD": _Alias("SYNERGIA_PASSWORD", "SYNERGIA_PASSWORD_ENV_DEPRECATED"),
}
_WHOSE: Final[Mapping[ApiBackend, str]] = {
    API_V3: "the family account",
    GATEWAY_API_20: "the login issued by the school",
}
_LEGACY_MODES: Final[Mapping[str, ApiBackend]] = {"portal": API_V3, "synergia": GATEWAY_API_20}


class Environment:
    """Reads the session's variables from a mapping (``os.environ`` unless another is given).

    A primary name wins whenever it is set, even to the empty text; its legacy alias then does not count.
    """

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        given: object = values
        if given is not None and not isinstance(given, Mapping):
            del values, given  # whatever it is, it may hold a password
            raise LibrusConfigurationError("environ must be a mapping of variable names to values.")
        self._values: Mapping[str, str] = os.environ if values is None else values

    def __repr__(self) -> str:
        return "Environment(********)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an environment cannot be pickled: it holds credentials")

    def backend(self) -> ApiBackend:
        """Which back end the variables ask for; ``api_v3`` when they say nothing.

        Raises:
            LibrusConfigurationError: ``LIBRUS_API_BACKEND`` or ``LIBRUS_AUTH_MODE`` has an unknown value.
        """
        chosen = self._values.get("LIBRUS_API_BACKEND")
        if chosen is not None:
            for backend in (API_V3, GATEWAY_API_20):
                if chosen == backend:
                    return backend
            raise LibrusConfigurationError(
                f"LIBRUS_API_BACKEND must be {API_V3} or {GATEWAY_API_20}; it is set to something else."
            )
        mode = self._values.get("LIBRUS_AUTH_MODE")
        if mode is not None:
            warn_deprecated(
                "LIBRUS_AUTH_MODE_ENV_DEPRECATED",
                f"LIBRUS_AUTH_MODE is a legacy name; set LIBRUS_API_BACKEND to {API_V3} or {GATEWAY_API_20}.",
            )
            if mode in _LEGACY_MODES:
                return _LEGACY_MODES[mode]
            raise LibrusConfigurationError(
                "LIBRUS_AUTH_MODE must be portal or synergia; better, set LIBRUS_API_BACKEND instead."
            )
        if self._value("LIBRUS_PORTAL_EMAIL") and self._value("LIBRUS_PORTAL_PASSWORD"):
            return API_V3
        if self._value("LIBRUS_GATEWAY_LOGIN") and self._value("LIBRUS_GATEWAY_PASSWORD"):
            return GATEWAY_API_20
        return API_V3

    def portal_credentials(self) -> PortalCredentials:
        """The family account. Raises LibrusConfigurationError naming each variable that is missing."""
        email, password = self._pair("LIBRUS_PORTAL_EMAIL", "LIBRUS_PORTAL_PASSWORD", API_V3)
        return PortalCredentials(email, password)

    def gateway_credentials(self) -> GatewayCredentials:
        """The school-issued login. Raises LibrusConfigurationError naming each variable that is missing."""
        login, password = self._pair("LIBRUS_GATEWAY_LOGIN", "LIBRUS_GATEWAY_PASSWORD", GATEWAY_API_20)
        return GatewayCredentials(login, password)

    def timeout_ms(self) -> int | None:
        """``LIBRUS_TIMEOUT_MS``, or None when it is not set.

        Raises:
            LibrusConfigurationError: it is not a whole number of milliseconds from 1 to 2**53 - 1.
        """
        text = self._values.get("LIBRUS_TIMEOUT_MS")
        if text is None:
            return None
        text = text.strip()
        if not (
            text.isascii()
            and text.isdigit()
            and len(text.lstrip("0")) <= 16
            and 1 <= int(text) <= MAX_TIMEOUT_MS
        ):
            raise LibrusConfigurationError(
                "LIBRUS_TIMEOUT_MS must be a whole number of milliseconds between 1 and 9007199254740991."
            )
        return int(text)

    def hosts(self) -> Hosts:
        """The real hosts, each replaced by its variable (``LIBRUS_PORTAL_URL``, ``LIBRUS_API_URL``)."""
        given = {item.name: self._values.get(f"LIBRUS_{item.name.upper()}_URL") for item in fields(Hosts)}
        return Hosts(**{name: url for name, url in given.items() if url})

    def _value(self, name: str) -> str | None:
        """The primary name if set at all, else the alias (with its one warning when it is used)."""
        primary = self._values.get(name)
        if primary is not None:
            return primary
        alias = _ALIASES[name]
        value = self._values.get(alias.name)
        if value:
            warn_deprecated(alias.code, f"{alias.name} is a legacy name; set {name} instead.")
        return value

    def _pair(self, first: str, second: str, backend: ApiBackend) -> tuple[Secret, Secret]:
        problems = [text for text in (self._problem(first), self._problem(second)) if text]
        if problems:
            raise LibrusConfigurationError(
                f"Credentials of {_WHOSE[backend]} are missing: {'; '.join(problems)}. "
                "Set both variables, in the environment or (for the command line) in a .env file."
            )
        return Secret(self._value(first) or ""), Secret(self._value(second) or "")

    def _problem(self, name: str) -> str | None:
        if self._value(name):
            return None
        alias = _ALIASES[name].name
        state = "unset" if name not in self._values else "empty"
        if alias not in self._values:
            note = "unset"
        elif state == "empty":
            note = "ignored, because the first name is set"
        else:
            note = "empty"
        return f"{name} is {state} (legacy name {alias}: {note})"


def get_api_backend(environ: Mapping[str, str] | None = None) -> ApiBackend:
    """Return the back end the environment asks for: ``api_v3`` or ``gateway_api_20``.

    Raises:
        LibrusConfigurationError: a back-end variable has an unknown value.

    >>> get_api_backend({"LIBRUS_API_BACKEND": "gateway_api_20"})
    'gateway_api_20'
    """
    environment = Environment(environ)
    del environ  # a traceback shows the arguments of a frame
    return environment.backend()
