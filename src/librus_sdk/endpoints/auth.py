"""What Librus says about the token."""

from __future__ import annotations

from typing import ClassVar

from ..models.auth import AuthTokenInfo
from ._declare import C, Family, Get, endpoint
from ._shapes import root

__all__ = ["Auth"]


class Auth(Family[C]):
    """What Librus says about the token."""

    family: ClassVar[str] = "auth"

    @endpoint("getAuthTokenInfo", tag="auth")
    def token_info(self) -> Get[AuthTokenInfo]:
        """Read whose token it is and which scopes it has."""
        return Get("Auth/TokenInfo", root(AuthTokenInfo))
