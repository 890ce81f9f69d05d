"""The family portal's accounts: one parent, many linked children.

Everything here is personal, so none of it is shown by ``repr``; tokens are boxed and neither pickled nor
encoded. The undecoded answers hold tokens too and are therefore not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import field

from ._fields import Id, OptionalText, OptionalTexts, OptionalWhole, Token, WireId, accepts, reads
from .rows import Record, Rows

__all__ = ["ChildAccount", "PortalMe", "PortalSubscription", "SynergiaAccounts"]


class ChildAccount(Record, frozen=True, kw_only=True, rename="camel"):
    """A child linked to the family account, with a bearer token for the child's data. Confirmed live.

    The repr shows id, group and state. It cannot be pickled or encoded, because it holds a token.

    Attributes:
        wire_id: the id as it was sent; use :attr:`id`.
        group: ``parent`` for a parent's link.
        login: the Synergia login of the link. Personal data.
        student_name: Personal data.
        access_token: good for hours; the session renews it.
        state: ``active``, or e.g. ``requires_an_action`` when the link is broken.
        scopes: None when Librus sends none; it sends ``""`` for that.
    """

    wire_id: WireId = field(name="id")
    account_identifier: str
    group: str
    login: str
    student_name: str
    access_token: Token
    state: str
    scopes: OptionalTexts = None

    @property
    def id(self) -> Id:
        """The child's key throughout the SDK, always text."""
        return str(self.wire_id)

    def summary(self) -> dict[str, Any]:
        """Return the account under Librus's own names, without the token. Personal data."""
        return {
            "id": self.wire_id,
            "accountIdentifier": self.account_identifier,
            "group": self.group,
            "login": self.login,
            "studentName": self.student_name,
            "state": self.state,
            "scopes": None if self.scopes is None else list(self.scopes),
        }

    def __repr__(self) -> str:
        return f"ChildAccount(id={self.id!r}, group={self.group!r}, state={self.state!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id), ("group", self.group), ("state", self.state)]


class SynergiaAccounts(Record, frozen=True, kw_only=True, rename="camel"):
    """The children linked to the family account. Confirmed live.

    Attributes:
        last_modification: when the list changed, seconds since 1970.
        accounts: the children; a row that does not fit is in ``accounts.rejected``, without its content.
    """

    last_modification: OptionalWhole = None
    accounts: Rows[ChildAccount]


class PortalSubscription(Record, frozen=True, kw_only=True, rename="camel"):
    """What the family pays for. Confirmed live as an object; its fields may all be missing."""

    state: OptionalText = None


if TYPE_CHECKING:
    OptionalSubscription: TypeAlias = PortalSubscription | None
else:

    class OptionalSubscription(metaclass=accepts(PortalSubscription | None)):
        """A subscription, or nothing: what a family pays for must not decide whether it can sign in."""


def _read_subscription(value: object) -> PortalSubscription | None:
    if not isinstance(value, dict):
        return None
    state = value.get("state")
    return PortalSubscription(state=state if isinstance(state, str) else None)


reads(OptionalSubscription, _read_subscription)


class PortalMe(Record, frozen=True, kw_only=True, rename="camel"):
    """The parent who signed in to the portal. Confirmed live. The repr shows none of it.

    Attributes:
        identifier: the parent's id on the portal.
        email: Personal data.
    """

    identifier: Id
    email: str
    subscription: OptionalSubscription = None

    def __repr__(self) -> str:
        return "PortalMe(********)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []
