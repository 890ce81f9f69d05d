"""The portal's two tokens, and how an answer with them is read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NoReturn

from ..core.http import Response
from ..secret import Secret, boxed, is_text

__all__ = ["GrantRefusal", "Issued", "TokenPair", "grant_refusal", "read_tokens"]

MAX_BODY: Final = 64 * 1024
GrantRefusal = Literal["spent", "client"]

# What the portal says, as public clients have met it: first the hint counts, then the error.
_SPENT_HINTS: Final = frozenset(
    {
        "Authorization code has expired",
        "Authorization code has been revoked",
        "Cannot decrypt the refresh token",
        "Token has been revoked",
        "Token has expired",
        "Check the `code` parameter",
        "Check the `refresh_token` parameter",
    }
)
_CLIENT_HINTS: Final = frozenset({"Check the `client_id` parameter", "Check the `redirect_uri` parameter"})
_CLIENT_ERRORS: Final = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type"})
_SPENT_ERRORS: Final = frozenset({"invalid_grant", "invalid_request"})


@dataclass(frozen=True, slots=True)
class TokenPair:
    """A portal token and the one it is renewed with. Each refresh token works once.

    Attributes:
        access: the bearer token of the portal's JSON API.
        refresh: what the next pair is got with.
        expires_at: when the access token ends, seconds since the epoch; None when Librus did not say.
    """

    access: Secret
    refresh: Secret
    expires_at: float | None = field(default=None, compare=False)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("portal tokens cannot be pickled: they are as good as a password")


@dataclass(frozen=True, slots=True)
class Issued:
    """What a good answer of the token endpoint holds; None is what it does not say."""

    access: Secret | None
    refresh: Secret | None
    lifetime_s: float | None


def read_tokens(response: Response) -> Issued:
    """Read a good answer of the token endpoint. Never raises: a frame in here knows tokens as plain text."""
    body = _object(response)
    return Issued(
        _token(body.get("access_token")), _token(body.get("refresh_token")), _seconds(body.get("expires_in"))
    )


def grant_refusal(response: Response) -> GrantRefusal | None:
    """Return what a refusal is about: the code or refresh token is spent, or this program is not accepted.

    None: the portal has trouble of another kind, and the token may still be good.
    """
    if response.status not in (400, 401):
        return None
    body = _object(response)
    hint, error = str(body.get("hint")), str(body.get("error"))
    if hint in _CLIENT_HINTS:
        return "client"
    if hint in _SPENT_HINTS:
        return "spent"
    if error in _CLIENT_ERRORS:
        return "client"
    return "spent" if error in _SPENT_ERRORS else None


def _object(response: Response) -> Mapping[str, Any]:
    try:
        body = json.loads(response.body[:MAX_BODY])
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _token(value: object) -> Secret | None:
    token = boxed(value)
    return token if token and is_text(token) else None


def _seconds(value: object) -> float | None:
    """A number of seconds, written as a number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None
