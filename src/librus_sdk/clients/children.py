"""The children of a family: which one is meant, and the one slot each has for its token."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from ..core.http import join_url
from ..core.refresh import Minted, Mode
from ..errors import (
    AMBIGUOUS_CHILD,
    CHILD_REQUIRED,
    LibrusAccountActionRequiredError,
    LibrusChildError,
    LibrusConfigurationError,
)
from ..flows.refused import Refused
from ..flows.shared import Shared
from ..flows.steps import Flow
from ..models.portal import ChildAccount
from ..models.rows import Rows
from ..secret import Secret
from ..shells.slots import Slot
from .kept import BearerAsText, child_name
from .options import Parts

__all__ = ["ChildSelector", "Children", "Wanted", "boxed_selector", "select"]

ChildSelector = ChildAccount | str | int
"""A child: its account object, its id as text or number, or its Synergia login."""

Wanted = ChildAccount | Secret
"""The same without a login in the open."""


class Children:
    """The slots of one family's children: one for each child, whatever it is called by.

    Args:
        parts: what the session is made of.
        shared: how the account's renewals are shared.
        refused: what is known of the password a renewal may send.
        renew: gets a new token into a child's slot, given its login.
    """

    def __init__(
        self,
        parts: Parts,
        shared: Shared,
        refused: Refused,
        renew: Callable[[Slot, Secret, Mode], Flow[Minted]],
    ) -> None:
        self._parts: Final = parts
        self._shared: Final = shared
        self._refused: Final = refused
        self._renew: Final = renew
        self._slots: dict[str, Slot] = {}
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew in a forked process."""
        self._lock = threading.Lock()
        for slot in self._slots.values():
            slot.after_fork()

    def __getitem__(self, child_id: str) -> Slot:
        """The slot of a child that has one."""
        return self._slots[child_id]

    def get(self, child_id: str) -> Slot | None:
        """Return the slot of the child with this id, if it has one."""
        with self._lock:
            return self._slots.get(child_id)

    def slots(self) -> list[Slot]:
        """Return all of them."""
        with self._lock:
            return list(self._slots.values())

    def slot(self, account: ChildAccount) -> Slot:
        """Return the slot of this child; an empty one is filled from the account."""
        slot = self._of(account)
        slot.offer(Minted(account.id, account.access_token, issued_at=float("-inf")))
        return slot

    def learn(self, account: ChildAccount, asked: float) -> None:
        """Hear of a token that came with an account list, and of when that was asked for."""
        lifetime = self._parts.settings.assumed_token_lifetime_s
        expires = None if lifetime is None else asked + lifetime
        wall = self._parts.clock.wall()
        self._of(account).offer(Minted(account.id, account.access_token, asked, wall, expires))

    def _of(self, account: ChildAccount) -> Slot:
        with self._lock:
            slot = self._slots.get(account.id)
            if slot is None:
                slot = self._slots[account.id] = self._new(account.id, Secret(account.login))
            return slot

    def _new(self, child_id: str, login: Secret) -> Slot:
        settings = self._parts.settings
        return Slot(
            key=child_id,
            name="child",
            endpoint=join_url(settings.hosts.portal, "/api/v3/SynergiaAccounts/fresh/REDACTED"),
            renewal=self._shared.renewal(
                lambda: self._slots[child_id],
                BearerAsText(child_name(child_id)),
                lambda mode: self._renew(self._slots[child_id], login, mode),
                settings.assumed_token_lifetime_s,
                self._refused,
            ),
            private=False,
            clock=self._parts.clock,
            latches=(LibrusAccountActionRequiredError,),
        )


def boxed_selector(selector: ChildSelector | None) -> Wanted:
    """Box what a child was named by: it may be a login, and a traceback shows the variables of each frame."""
    if isinstance(selector, ChildAccount):
        return selector
    if selector is None or selector == "":
        raise LibrusChildError(
            "Which child? Pass an id or login; list_children() shows the children of the family.",
            code=CHILD_REQUIRED,
        )
    if isinstance(selector, bool) or not isinstance(selector, (str, int)):
        raise LibrusConfigurationError("A child is selected by its account object, id or login.")
    return Secret(str(selector))


def select(wanted: Secret, accounts: Rows[ChildAccount]) -> ChildAccount:
    """Return the account with this id, or else this login. Raises LibrusChildError: none, or several."""
    for account in accounts:
        if account.id == wanted.reveal():
            return account
    matches = [account for account in accounts if account.login == wanted.reveal()]
    if len(matches) > 1:
        raise LibrusChildError(
            "Several linked children have this login; use the id.",
            code=AMBIGUOUS_CHILD,
            details={
                "matches": [
                    {"id": match.id, "login": match.login, "group": match.group, "state": match.state}
                    for match in matches
                ]
            },
        )
    if not matches:
        known = ", ".join(account.id for account in accounts) or "none"
        raise LibrusChildError(f"No linked child has this id or login. Ids of the linked children: {known}.")
    return matches[0]
