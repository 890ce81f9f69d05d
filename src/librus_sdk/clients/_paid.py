"""Why messages are refused: what the token may do tells a missing scope from a missing subscription."""

from __future__ import annotations

from typing import Final

from ..errors import LibrusPermissionError
from ..models.auth import AuthTokenInfo

__all__ = ["explained", "is_puzzling"]

_FEATURE: Final = "messages"
_HINT: Final = (
    "On this API Librus opens messages to accounts with its paid subscription only. On the messages' website "
    "they are free: session.for_child_wiadomosci, or librus messages with --backend wiadomosci."
)


def is_puzzling(error: LibrusPermissionError, path: str) -> bool:
    """Whether it is a 403 of the messages, of which the answer alone does not say why."""
    return error.status == 403 and path.partition("/")[0] == "Messages"


def explained(error: LibrusPermissionError, info: AuthTokenInfo | None) -> LibrusPermissionError:
    """Return the error with what the token information adds; None where it could not be read.

    ``details`` gets ``feature``, ``required_scope`` and ``hint``; and ``token_scopes`` and ``scope_present``
    where Librus lists the token's scopes. That such accounts have the scope and are refused all the same was
    confirmed live.
    """
    present = None if info is None else info.has_scope(_FEATURE)
    details = {**error.details, "feature": _FEATURE, "required_scope": _FEATURE, "hint": _HINT}
    if info is not None and info.scopes is not None:
        details |= {"token_scopes": list(info.scopes), "scope_present": present}
    return LibrusPermissionError(_SAID[present], details=details)


_SAID: Final = {
    True: "Librus does not let this account read messages (status 403), although the token covers them: the "
    f"account has no paid subscription. {_HINT}",
    False: f"The token does not cover messages (status 403). {_HINT}",
    None: f"Librus does not let this account read messages (status 403). {_HINT}",
}
