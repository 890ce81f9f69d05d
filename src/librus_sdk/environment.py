"""How a session's options are read from environment variables, the legacy names included.

Everything that is wrong is a :class:`~librus_sdk.errors.LibrusConfigurationError` that names the variable and
shows no value.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, NoReturn

from .errors import LibrusConfigurationError, warn_deprecated
from .secret import Secret
from .settings import (
    API_V3,
    GATEWAY_API_20,
    MAX_TIMEOUT_MS,
    ApiBackend,
    GatewayCredentials,
    Hosts,
    PortalCredentials,
)

__all__ = ["Environment", "get_api_backend"]


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
# In the order in which they count.
_NAMES: Final[Mapping[ApiBackend, tuple[str, str]]] = {
    API_V3: ("LIBRUS_PORTAL_EMAIL", "LIBRUS_PORTAL_PASSWORD"),
    GATEWAY_API_20: ("LIBRUS_GATEWAY_LOGIN", "LIBRUS_GATEWAY_PASSWORD"),
}
_LEGACY_MODES: Final[Mapping[str, ApiBackend]] = {"portal": API_V3, "synergia": GATEWAY_API_20}


class Environment:
    """Reads the session's variables from a mapping (``os.environ`` unless another is given).

    A primary name wins whenever it is set, even to the empty text; its legacy alias then does not count.
    """

    __slots__ = ("_values",)

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
        for backend in _NAMES:
            if self.has_credentials(backend):
                return backend
        return API_V3

    def has_credentials(self, backend: ApiBackend) -> bool:
        """Whether both values of that account are there, and not empty. It only looks, and never warns."""
        return not any(map(self._problem, _NAMES[backend]))

    def portal_credentials(self) -> PortalCredentials:
        """The family account. Raises LibrusConfigurationError naming each variable that is missing."""
        email, password = self._pair(API_V3)
        return PortalCredentials(email, password)

    def gateway_credentials(self) -> GatewayCredentials:
        """The school-issued login. Raises LibrusConfigurationError naming each variable that is missing."""
        login, password = self._pair(GATEWAY_API_20)
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
        """The real hosts, each replaced by its variable: ``LIBRUS_PORTAL_URL``, ``LIBRUS_API_URL`` ..."""
        given = {item.name: self._values.get(f"LIBRUS_{item.name.upper()}_URL") for item in fields(Hosts)}
        return Hosts(**{name: url for name, url in given.items() if url})

    def _found(self, name: str) -> str | None:
        """The primary name if set at all, else the alias."""
        primary = self._values.get(name)
        return primary if primary is not None else self._values.get(_ALIASES[name].name)

    def _taken(self, name: str) -> Secret:
        """The value to use, with the one warning of an alias."""
        if name not in self._values:
            alias = _ALIASES[name]
            warn_deprecated(alias.code, f"{alias.name} is a legacy name; set {name} instead.")
        return Secret(self._found(name) or "")

    def _pair(self, backend: ApiBackend) -> tuple[Secret, Secret]:
        first, second = _NAMES[backend]
        problems = [text for text in (self._problem(first), self._problem(second)) if text]
        if problems:
            raise LibrusConfigurationError(
                f"Credentials of {_WHOSE[backend]} are missing: {'; '.join(problems)}. "
                "Set both variables, in the environment or (for the command line) in a .env file."
            )
        return self._taken(first), self._taken(second)

    def _problem(self, name: str) -> str | None:
        if self._found(name):
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
