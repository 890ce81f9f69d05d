"""Whose token it is."""

from __future__ import annotations

from typing import ClassVar

from ..models.account import Me
from ._declare import C, Family, Get, endpoint
from ._shapes import one

__all__ = ["Profile"]


class Profile(Family[C]):
    """The account behind the token."""

    family: ClassVar[str] = "me"

    @endpoint("getMe", tag="account")
    def get(self) -> Get[Me]:
        """Read the parent's account and the student it belongs to. Personal data."""
        return Get("Me", one("Me", Me))
