"""Which account the commands sign in with, and where the tokens of ``librus login`` are kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ..environment import Environment
from ..errors import LibrusConfigurationError, LibrusSdkError
from ..settings import API_V3, GATEWAY_API_20, ApiBackend

if TYPE_CHECKING:
    from ..shells.token_file import KeptTokens, TokenFile

__all__ = ["TOKENS_VARIABLE", "Way", "half_set", "kept_in", "session_options", "token_file", "way_of"]

TOKENS_VARIABLE: Final = "LIBRUS_TOKENS_FILE"
_FOLDER: Final = "librus-sdk"
_FILE: Final = "tokens.json"
_MISSED: Final[Mapping[str, ApiBackend]] = {
    "LIBRUS_PORTAL_EMAIL": API_V3,
    "LIBRUS_GATEWAY_LOGIN": GATEWAY_API_20,
    "LIBRUS_GATEWAY_PASSWORD": GATEWAY_API_20,
}
Way = Literal["family account", "school login", "kept tokens", "nothing"]
"""How commands sign in: with the variables of either account, with what ``librus login`` has kept, or not."""


def token_file(environ: Mapping[str, str]) -> TokenFile:
    """Return the file of tokens: where ``LIBRUS_TOKENS_FILE`` says, else among the user's own data.

    Raises:
        LibrusConfigurationError: it is not known where that is.
    """
    from ..shells.token_file import TokenFile

    named = environ.get(TOKENS_VARIABLE)
    # In a file .env no shell has read the sign for one's home.
    return TokenFile(os.path.expanduser(named) if named else _state_folder(environ) / _FOLDER / _FILE)  # noqa: PTH111


def _state_folder(environ: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local")
    state = environ.get("XDG_STATE_HOME")
    # By its rules a path that is not absolute does not count.
    return Path(state) if state and os.path.isabs(state) else _home() / ".local" / "state"  # noqa: PTH117


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise LibrusConfigurationError(
            f"It is not known where your own files are kept; {TOKENS_VARIABLE} can name the file of tokens."
        ) from None


def way_of(environ: Mapping[str, str]) -> Way:
    """Return how commands sign in: variables come before kept tokens. Raises LibrusConfigurationError."""
    environment = Environment(environ)
    if environment.backend() == GATEWAY_API_20:
        return "school login"
    if environment.has_credentials(API_V3):
        return "family account"
    # Unlike a Path's, this stands folders that may not be looked into.
    return "kept tokens" if os.path.exists(token_file(environ).path) else "nothing"  # noqa: PTH110


def half_set(environ: Mapping[str, str]) -> str | None:
    """Return what to tell somebody whose kept tokens are used because of an account one variable is missing.

    The family account's address alone is nothing to tell: ``librus login`` takes it from there.
    """
    if way_of(environ) != "kept tokens":
        return None
    missing = [
        name
        for name, backend in _MISSED.items()
        if Environment({**environ, name: "given"}).has_credentials(backend)
    ]
    if not missing:
        return None
    lacks = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'}"
    return f"{lacks} missing, so commands use the tokens librus login has kept."


def session_options(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what a session is told about signing in.

    Raises:
        LibrusConfigurationError: there is nothing to sign in with, or what is kept cannot be used.
    """
    way = way_of(environ)
    if way == "kept tokens":
        tokens = token_file(environ)
        # The session would take a file it cannot read for none, and say that the sign-in has ended.
        kept_in(tokens)
        return {"auth": "oauth", "tokens": tokens}
    if way == "nothing":
        raise _nothing(Environment(environ))
    return {}


def kept_in(tokens: TokenFile) -> KeptTokens | None:
    """Return what is kept. Raises LibrusConfigurationError that says what to run."""
    try:
        return tokens.read()
    except LibrusConfigurationError as error:
        problem = error.replicate()
    problem.message = (
        "The tokens that librus login has kept cannot be read: their file is damaged, of another version, or "
        "not yours to read. Run librus logout, then librus login; librus auth status tells where the file is."
    )
    raise problem


def _nothing(environment: Environment) -> LibrusSdkError:
    """Return the error of what is missing, with the way that needs no variables."""
    try:
        environment.portal_credentials()
    except LibrusConfigurationError as error:
        problem = error.replicate()
        problem.message = f"{error.message} Or run librus login, which asks for them and keeps you signed in."
        return problem
    raise AssertionError("there are credentials after all")
