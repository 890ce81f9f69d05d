"""What a session is told: credentials, hosts, limits.

Nothing here talks to the network. Everything that is wrong is a
:class:`~librus_sdk.errors.LibrusConfigurationError` that names the variable or option, before any request,
and shows no value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from typing import Any, Final, Literal, NoReturn
from urllib.parse import urlsplit

from .errors import LibrusConfigurationError
from .secret import Secret, boxed, is_text

__all__ = [
    "API_V3",
    "GATEWAY_API_20",
    "ApiBackend",
    "GatewayCredentials",
    "Hosts",
    "PortalCredentials",
    "RetryPolicy",
    "SessionSettings",
    "is_loopback",
]

ApiBackend = Literal["api_v3", "gateway_api_20"]
API_V3: Final[ApiBackend] = "api_v3"
GATEWAY_API_20: Final[ApiBackend] = "gateway_api_20"

DEFAULT_TIMEOUT_MS: Final = 30_000
MAX_TIMEOUT_MS: Final = 2**53 - 1
DEFAULT_REQUESTS_PER_SECOND: Final = 10.0
MAX_BURST: Final = 1_000_000
DEFAULT_BURST: Final = 150
MIN_RATE: Final = 0.001
MAX_RATE: Final = 1_000_000
DEFAULT_MAX_ANSWER_BYTES: Final = 64 * 2**20


def is_loopback(host: str | None) -> bool:
    """Whether the host is this machine: the only place plain HTTP is allowed to."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


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
                "(LIBRUS_GATEWAY_LOGIN) is another kind of account: GatewayCredentials."
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

    Attributes:
        portal: the family portal.
        api: the child API 3.0; sign-in with a school-issued login is on the same host.
        synergia: the register's website, with the gateway API 2.0 below it.
        wiadomosci: the messages' website.
        bff: the phone application's own back end.
        sandbox: where attachments are fetched.
    """

    portal: str = "https://portal.librus.pl"
    api: str = "https://api.librus.pl/3.0"
    synergia: str = "https://synergia.librus.pl"
    wiadomosci: str = "https://wiadomosci.librus.pl"
    bff: str = "https://testbff.librus.pl/v1"
    sandbox: str = "https://sandbox.librus.pl"

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

    In a sign-in that goes for what is harmless; what carries a password or works once is sent once. With a
    store, a sign-in or renewal pauses for a quarter of ``flight_timeout_s`` in all, at most 10 seconds: other
    processes may be waiting for it.

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
        if not isinstance(self.jitter, bool):
            raise LibrusConfigurationError("retry.jitter must be True or False.")
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
        timeout_total_ms: limit for one call as a whole, milliseconds: queues, attempts, pauses and renewals.
            ``None`` switches it off.
        strict: raise on rows that do not fit a model instead of setting them aside.
        max_concurrency: data requests in flight at once, for the whole session (on asyncio: for each event
            loop it runs on).
        max_requests_per_second: how fast requests leave in the long run, for the whole session; ``None`` is
            no limit. Who comes too early waits.
        request_burst: how many may leave without waiting after a quiet time.
        assumed_token_lifetime_s: how long a child's token is believed good, seconds; prompts an early
            refresh and never blocks a call. ``None`` switches it off. Librus declares no lifetime; six
            hours is what a long-lived public client assumes. The web session of a school's login is
            extended after two hours at the latest, and earlier if this is less.
        flight_timeout_s: limit for one token refresh or sign-in as a whole, seconds.
        close_grace_s: how long ``close()`` waits for a refresh under way, seconds.
        max_answer_bytes: the largest answer that is held in memory, unpacked, bytes.
        retry: see :class:`RetryPolicy`.
    """

    hosts: Hosts = field(default_factory=Hosts)
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    timeout_total_ms: int | None = None
    strict: bool = False
    max_concurrency: int = 6
    max_requests_per_second: float | None = DEFAULT_REQUESTS_PER_SECOND
    request_burst: int = DEFAULT_BURST
    assumed_token_lifetime_s: float | None = 6 * 3600.0
    flight_timeout_s: float = 30.0
    close_grace_s: float = 5.0
    max_answer_bytes: int = DEFAULT_MAX_ANSWER_BYTES
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        limits: dict[str, Any] = {"timeout_ms": self.timeout_ms}
        if self.timeout_total_ms is not None:
            limits["timeout_total_ms"] = self.timeout_total_ms
        for name, limit in limits.items():
            if not _is_int(limit) or not 1 <= limit <= MAX_TIMEOUT_MS:
                raise LibrusConfigurationError(f"{name} must be a whole number of milliseconds, at least 1.")
        if not _is_int(self.max_concurrency) or self.max_concurrency < 1:
            raise LibrusConfigurationError("max_concurrency must be a whole number of at least 1.")
        rate = self.max_requests_per_second
        if rate is not None and not (_is_seconds(rate) and MIN_RATE <= rate <= MAX_RATE):
            raise LibrusConfigurationError(
                f"max_requests_per_second must be a number from {MIN_RATE} to {MAX_RATE}, or None."
            )
        if not _is_int(self.request_burst) or not 1 <= self.request_burst <= MAX_BURST:
            raise LibrusConfigurationError(f"request_burst must be a whole number from 1 to {MAX_BURST}.")
        if not _is_int(self.max_answer_bytes) or self.max_answer_bytes < 1:
            raise LibrusConfigurationError("max_answer_bytes must be a whole number of bytes, at least 1.")
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
