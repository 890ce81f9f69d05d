"""What Librus says about the token and its owner."""

from __future__ import annotations

from typing import ClassVar

from ..models._fields import Id
from ..models.auth import AuthClassroom, AuthPhotos, AuthTokenInfo, AuthUserInfo
from ._declare import C, Family, Get, endpoint, id_segment
from ._shapes import one, root, root_or_one

__all__ = ["Auth"]


class Auth(Family[C]):
    """What Librus says about the token and its owner."""

    family: ClassVar[str] = "auth"

    @endpoint("listAuthPhotos", tag="auth")
    def photos(self) -> Get[AuthPhotos]:
        """Read the account's photo. Personal data."""
        return Get("Auth/Photos", one("data", AuthPhotos))

    @endpoint("getAuthPhoto", tag="auth")
    def photo(self, photo_id: Id | int) -> Get[AuthPhotos]:
        """Read a photo by its id. Personal data."""
        return Get(f"Auth/Photos/{id_segment(photo_id, 'photo_id')}", one("data", AuthPhotos))

    @endpoint("getAuthUserInfo", tag="auth")
    def user_info(self, user_id: Id | int) -> Get[AuthUserInfo]:
        """Read who an account belongs to; ``user_identifier`` of the token info is such an id."""
        path = f"Auth/UserInfo/{id_segment(user_id, 'user_id')}"
        # Public clients saw both forms on the gateway; on API 3.0 only the first.
        return Get(path, root(AuthUserInfo), on_gateway=root_or_one(AuthUserInfo, "UserInfo"))

    @endpoint("getAuthTokenInfo", tag="auth")
    def token_info(self) -> Get[AuthTokenInfo]:
        """Read whose token it is and which scopes it has."""
        return Get("Auth/TokenInfo", root(AuthTokenInfo))

    @endpoint("getAuthClassroom", tag="auth")
    def classroom(self, classroom_id: Id | int) -> Get[AuthClassroom]:
        """Read what Librus says about a class; the token info names one.

        Raises:
            LibrusApiError: with status 404 on all accounts that were tried.
        """
        return Get(f"Auth/Classrooms/{id_segment(classroom_id, 'classroom_id')}", root(AuthClassroom))
