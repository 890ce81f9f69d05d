"""The portal's tokens in a file, so that the next run needs no password.

The file holds two tokens and when the first ends; no password, no e-mail, no name.  Only its owner may read
it.  Whoever can read it can read the register, so it deserves the care of a password.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from ..errors import LibrusConfigurationError
from ..flows.token_pair import TokenPair
from ..secret import Secret, is_text
from .disk import save

__all__ = ["KeptTokens", "TokenFile"]

FORMAT: Final = 1
_MAX_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeptTokens:
    """What a file of tokens holds.

    Attributes:
        pair: the tokens.
        saved_at: when they were written, seconds since the epoch.
    """

    pair: TokenPair = field(repr=False)
    saved_at: float


class TokenFile:
    """Keeps the tokens of one family account in a file, for ``auth="oauth"``.

    ::

        tokens = TokenFile("librus-tokens.json")
        LibrusSession(PortalCredentials(email, password), auth="oauth", tokens=tokens).login()
        # from then on, without the password:
        session = LibrusSession(auth="oauth", tokens=tokens)

    The file appears whole or not at all and is readable by its owner only (mode 0600). Every renewal replaces
    it before anybody uses the new tokens.

    Args:
        path: the file; its folder must be there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path: Final = Path(path)

    def __repr__(self) -> str:
        return "<TokenFile>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a file of tokens cannot be pickled; make a TokenFile where it is used")

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def read(self) -> KeptTokens | None:
        """Return what the file holds; None when there is none.

        Raises:
            LibrusConfigurationError: it cannot be read, or it is no file of tokens of this version.
        """
        try:
            content = _content_of(self._path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            problem = LibrusConfigurationError("The file of tokens cannot be read; see to who may read it.")
        else:
            found = _read(content)
            del content  # a traceback shows the variables of a frame
            if found is not None:
                return found
            problem = LibrusConfigurationError(
                "The file of tokens is damaged, or of another version. Move it away and sign in again."
            )
        raise problem

    def load(self) -> TokenPair | None:
        """Return the pair that is kept; None when there is none. Raises as :meth:`read` does."""
        kept = self.read()
        return None if kept is None else kept.pair

    def save(self, pair: TokenPair) -> None:
        """Keep this pair instead of any other.

        Raises:
            LibrusConfigurationError: the folder or the disk does not allow it.
        """
        save(_written(pair), self._path, overwrite=True)

    def forget(self, pair: TokenPair | None = None, /) -> None:
        """Remove the file; when there is none this does nothing.

        Args:
            pair: what the file has to hold to be removed: another process may have put its own there. Left
                out, the file is removed whatever it holds.

        Raises:
            LibrusConfigurationError: the folder does not allow it, or there is no telling what it holds.
        """
        if pair is not None and self.load() != pair:
            return
        try:
            self._path.unlink(missing_ok=True)
        except (OSError, ValueError):
            problem = LibrusConfigurationError("The file of tokens cannot be removed; see to its folder.")
        else:
            return
        raise problem


def _content_of(path: Path) -> bytes:
    # A frame of its own as well: an open file shows where it is.
    with path.open("rb") as file:
        return file.read(_MAX_BYTES + 1)


def _written(pair: TokenPair) -> bytes:
    # A frame of its own, which no traceback shows.
    document = {
        "format": FORMAT,
        "access_token": pair.access.reveal(),
        "refresh_token": pair.refresh.reveal(),
        "expires_at": pair.expires_at,
        "saved_at": time.time(),
    }
    return json.dumps(document).encode()


def _read(content: bytes) -> KeptTokens | None:
    try:
        document: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        return None
    access, refresh = document.get("access_token"), document.get("refresh_token")
    ends, saved = document.get("expires_at"), document.get("saved_at")
    if not (isinstance(access, str) and isinstance(refresh, str) and access and refresh):
        return None
    pair = TokenPair(Secret(access), Secret(refresh), _number(ends))
    return KeptTokens(pair, _number(saved) or 0.0) if is_text(pair.access) and is_text(pair.refresh) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
