"""What Librus says about a token."""

from __future__ import annotations

from ._fields import OptionalId, OptionalText, OptionalTexts
from .rows import Record

__all__ = ["AuthTokenInfo"]


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
