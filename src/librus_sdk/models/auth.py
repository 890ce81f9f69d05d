"""What Librus says about a token and its owner: identities, scopes, photos."""

from __future__ import annotations

import base64
import re
from typing import Any, Final

from msgspec import field

from ..errors import LibrusResponseValidationError
from ._fields import OptionalId, OptionalText, OptionalTexts, OptionalWhole
from ._objects import JsonObject
from .rows import Record

__all__ = ["AuthClassroom", "AuthPhoto", "AuthPhotos", "AuthTokenInfo", "AuthUserInfo"]


class AuthTokenInfo(Record, frozen=True, kw_only=True):
    """Whose token it is and what it may read. Confirmed live; any field may be missing.

    Attributes:
        user_identifier: ``LID-AUTH-USER-…``.
        school_node_name: the server the school's data lives on, e.g. ``w2``.
        scopes: names of the families it may read; None when Librus does not say.
    """

    user_identifier: OptionalId = None
    user_type: OptionalText = None
    school_id: OptionalId = None
    school_node_name: OptionalText = None
    scopes: OptionalTexts = None
    identifier_of_student_assigned_with_user: OptionalId = None
    identifier_of_class_of_student_assigned_with_user: OptionalId = None

    def has_scope(self, name: str) -> bool | None:
        """Whether the token has the scope, letter case aside; None when Librus does not list scopes."""
        if self.scopes is None:
            return None
        return name.casefold() in {scope.casefold() for scope in self.scopes}


class AuthUserInfo(Record, frozen=True, kw_only=True):
    """Who an account belongs to. Confirmed live; any field may be missing. Personal data.

    The repr shows the identifier and the type, not the login.

    Attributes:
        user_identifier: ``LID-AUTH-USER-…``.
        login: the Synergia login.
    """

    user_identifier: OptionalId = None
    login: OptionalText = None
    user_numeric_identifier: OptionalId = None
    account_numeric_identifier: OptionalId = None
    school_id: OptionalId = None
    user_type: OptionalText = None
    user_state: OptionalText = None
    user_school_class_id: OptionalId = None
    identifier_of_student_assigned_with_user: OptionalId = None
    identifier_of_class_of_student_assigned_with_user: OptionalId = None
    kindergarten_graduation_year: OptionalWhole = None

    def __repr__(self) -> str:
        return f"AuthUserInfo(user_identifier={self.user_identifier!r}, user_type={self.user_type!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("user_identifier", self.user_identifier), ("user_type", self.user_type)]


# --- photos -----------------------------------------------------------------------------------------------

_DATA_URL: Final = re.compile(
    r"data:(?P<type>[\w.+-]+/[\w.+-]+)?(;[^;,]*)*;base64,", re.ASCII | re.IGNORECASE
)
_SPACE: Final = re.compile(r"\s+")
_TYPES: Final = {
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}


def _bytes_of(text: str) -> bytes:
    """Return what base64 text stands for; nothing when it is none."""
    packed = _SPACE.sub("", text).rstrip("=")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except ValueError:
        return b""


class AuthPhoto(Record, frozen=True, kw_only=True, rename="camel"):
    """A photo of the student or the parent. Confirmed live. Personal data: the repr shows its id only.

    Attributes:
        wire_id: the id under ``id``; Librus also sends it as ``Id``, so use :attr:`id`.
        content: base64, bare or as a ``data:`` URL; use :meth:`image`.
    """

    wire_id: OptionalId = field(name="id", default=None)
    wire_id_capital: OptionalId = field(name="Id", default=None)
    file_name: OptionalText = None
    content: OptionalText = None

    @property
    def id(self) -> str | None:
        """The id, for ``auth.photo(...)``, whichever way it was sent."""
        return self.wire_id or self.wire_id_capital

    def image(self) -> tuple[bytes, str | None]:
        """Return the picture's bytes and its content type, e.g. ``image/jpeg``.

        The type is that of the ``data:`` URL or the one the file's name ends in; None when neither tells.

        Raises:
            LibrusResponseValidationError: there is no picture, or it is no base64.
        """
        content = (self.content or "").strip()
        url = _DATA_URL.match(content)
        kind = url["type"] if url else None
        picture = _bytes_of(content[url.end() :] if url else content)
        if not picture:
            found = "something else" if content else "nothing"
            raise _no_picture(found)
        suffix = (self.file_name or "").rpartition(".")[2]
        return picture, (kind or _TYPES.get(suffix.strip().lower(), "")).lower() or None

    def __repr__(self) -> str:
        return f"AuthPhoto(id={self.id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id)]


def _no_picture(found: str) -> LibrusResponseValidationError:
    return LibrusResponseValidationError(
        "The photo holds no picture: Librus sent nothing in its place, or something else.",
        details={
            "endpoint": "Auth/Photos",
            "issues": [f"$.data.photo.content: expected a picture as base64, got {found}"],
        },
    )


class AuthPhotos(Record, frozen=True, kw_only=True, rename="camel"):
    """The account's photo, and the one that waits for the school's consent. Confirmed live.

    Attributes:
        photo: None when there is none.
        awaiting_photo: None when none waits. That it looks like a photo is a guess.
    """

    status: bool | int | str | None = None
    photo: AuthPhoto | None = None
    awaiting_photo: AuthPhoto | None = None


class AuthClassroom(JsonObject):
    """What Librus says about a class: a mapping with its own keys, ``Resources`` and ``Url`` among them.

    Nobody has seen the answer: on the accounts that were tried there was none (404).
    """

    __slots__ = ()
