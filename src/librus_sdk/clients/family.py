"""The slots of a family account, and what is done with them: written once, as flows, for both sessions."""

from __future__ import annotations

import threading
from functools import partial
from typing import Final

from ..core.http import join_url
from ..core.refresh import Mark, Minted, Mode
from ..errors import (
    AMBIGUOUS_CHILD,
    CHILD_NOT_FOUND,
    CHILD_REQUIRED,
    LibrusAccountActionRequiredError,
    LibrusChildError,
    LibrusConfigurationError,
)
from ..flows.post import PostFlows
from ..flows.steps import Flow, ask
from ..models.portal import ChildAccount, PortalMe, SynergiaAccounts
from ..models.rows import Rows
from ..secret import Secret
from ..settings import API_V3, ApiBackend, PortalCredentials
from ..shells.fork import renew_after_fork
from ..shells.slots import Slot
from .bound import Bound
from .doors import Doors, bff_door, messages_door, school_door
from .kept import BearerAsText, CookiesAsText, child_name
from .options import ClientOptions, SessionOptions, parts_of
from .portal import PortalCore

__all__ = ["ChildSelector", "Family"]

ChildSelector = ChildAccount | str | int
"""A child: its account object, its id as text or number, or its Synergia login."""

Wanted = ChildAccount | Secret
"""The same without a login in the open."""


class Family:
    """The slots of one family and what is done with them, as flows without a shell."""

    backend: ApiBackend = API_V3

    def __init__(self, credentials: PortalCredentials | None, options: SessionOptions) -> None:
        self.parts: Final = parts_of(options)
        self.core: Final = PortalCore(credentials, self.parts, self._learn)
        self._children: dict[str, Slot] = {}
        self._posts: dict[str, Slot] = {}
        self._post_flows: Final = PostFlows(self.parts.settings.hosts, self.parts.ports)
        self._bounds: dict[str, Bound] = {}
        self.after_fork()
        renew_after_fork(self)

    # --- slots -------------------------------------------------------------------------------------------

    def slots(self) -> list[Slot]:
        """All slots, those that wait for others first."""
        with self._lock:
            children = [*self._posts.values(), *self._children.values()]
            tables = [slot for bound in self._bounds.values() for slot in bound.tables.slots()]
        return [*tables, *children, self.core.accounts, self.core.portal]

    def after_fork(self) -> None:
        """Begin anew in a forked process. What is the portal's or the look-ups' renews itself."""
        self._lock = threading.Lock()
        for slot in (*self._posts.values(), *self._children.values()):
            slot.after_fork()

    def child_slot(self, account: ChildAccount) -> Slot:
        """The one slot of this child, whatever it is called by; an empty one is filled from the account."""
        with self._lock:
            slot = self._children.get(account.id)
            if slot is None:
                slot = self._children[account.id] = self._new_slot(account.id, Secret(account.login))
        slot.offer(Minted(account.id, account.access_token, issued_at=float("-inf")))
        return slot

    def _new_slot(self, child_id: str, login: Secret) -> Slot:
        return Slot(
            key=child_id,
            name="child",
            endpoint=join_url(self.parts.settings.hosts.portal, "/api/v3/SynergiaAccounts/fresh/REDACTED"),
            renewal=self.core.shared.renewal(
                lambda: self._children[child_id],
                BearerAsText(child_name(child_id)),
                partial(self._renew, child_id, login),
                self.parts.settings.assumed_token_lifetime_s,
                self.core.refused,
            ),
            private=False,
            clock=self.parts.clock,
            latches=(LibrusAccountActionRequiredError,),
        )

    def _post_slot(self, child: Slot) -> Slot:
        """The one slot of this child's session on the messages' website."""
        key = child.peek().key
        with self._lock:
            if key not in self._posts:
                self._posts[key] = Slot(
                    key=f"{key} messages",
                    name="messages",
                    endpoint=join_url(self.parts.settings.hosts.synergia, "/wiadomosci3"),
                    renewal=self.core.shared.renewal(
                        lambda: self._posts[key],
                        CookiesAsText(f"messages:{key}"),
                        partial(self._open_messages, key),
                        refused=self.core.refused,
                    ),
                    private=False,
                    clock=self.parts.clock,
                )
            return self._posts[key]

    def _open_messages(self, key: str, mode: Mode) -> Flow[Minted]:
        return self._post_flows.over_token(self._children[key], self._posts[key], mode)

    def _renew(self, child_id: str, login: Secret, mode: Mode) -> Flow[Minted]:
        lifetime = self.parts.settings.assumed_token_lifetime_s
        minted, account = yield from self.core.flows.renew_child(
            self.core.portal, self._children[child_id], login, lifetime, mode
        )
        self.core.learn(account)
        return minted

    def _learn(self, account: ChildAccount, asked: float, mark: Mark | None) -> None:
        """Hear of a token that came with an account list or a fresh account."""
        lifetime = self.parts.settings.assumed_token_lifetime_s
        expires = None if lifetime is None else asked + lifetime
        wall = self.parts.clock.wall()
        minted = Minted(account.id, account.access_token, asked, wall, expires, mark=mark)
        with self._lock:
            slot = self._children.get(account.id)
            if slot is None:
                slot = self._children[account.id] = self._new_slot(account.id, Secret(account.login))
        slot.offer(minted)

    # --- what the sessions offer -------------------------------------------------------------------------

    def selector(self, child: ChildSelector | None) -> Wanted:
        """Box what a child was named by; see :func:`boxed_selector`."""
        return boxed_selector(child)

    def is_logged_in(self) -> bool:
        """Whether there is a portal session that is believed alive."""
        return self.core.is_logged_in()

    def me(self) -> Flow[PortalMe]:
        """Read the portal profile."""
        return self.core.me()

    def account_list(self, mode: Mode) -> Flow[SynergiaAccounts]:
        """Return the account list; ``force`` reads it anew."""
        return self.core.account_list(mode)

    def login(self) -> Flow[None]:
        """Sign in unless signed in; what was remembered of failures is forgotten."""
        yield from self.core.login()
        for slot in self.slots():
            slot.reset()

    def resolve(self, wanted: Wanted, mode: Mode = "need") -> Flow[ChildAccount]:
        """Return the account that is meant; the list is read where it is needed."""
        if isinstance(wanted, ChildAccount):
            return wanted
        accounts = yield from self.core.account_list(mode)
        try:
            return _select(wanted, accounts.accounts)
        except LibrusChildError as error:
            if error.code != CHILD_NOT_FOUND or not self.core.list_is_adopted():
                raise
        # An earlier run has read this list; the child may have been linked since.
        accounts = yield from self.core.account_list("force")
        return _select(wanted, accounts.accounts)

    def child(self, wanted: Wanted, mode: Mode = "need") -> Flow[Slot]:
        """Return the slot of the child that is meant."""
        account = yield from self.resolve(wanted, mode)
        return self.child_slot(account)

    def bound(self, wanted: Wanted, options: ClientOptions) -> Flow[Bound]:
        """Return what a client of this child is made of, with its own options."""
        slot = yield from self.child(wanted)
        return self._bound_to(slot).with_options(options)

    def messages_bound(self, wanted: Wanted, options: ClientOptions) -> Flow[Bound]:
        """The same, with a door to the messages' website."""
        slot = yield from self.child(wanted)
        door = messages_door(self.parts.settings.hosts, self._post_slot(slot))
        return self._bound_to(slot).through("messages", door).with_options(options)

    def bff_bound(self, wanted: Wanted, options: ClientOptions) -> Flow[Bound]:
        """The same, with a door to the phone application's back end."""
        slot = yield from self.child(wanted)
        door = bff_door(self.parts.settings.hosts, slot)
        return self._bound_to(slot).through("bff", door).with_options(options)

    def _bound_to(self, slot: Slot) -> Bound:
        """The child's own, which its clients share: its token and what its look-ups have read."""
        key = slot.peek().key
        with self._lock:
            if key not in self._bounds:
                doors: Doors = {"school": school_door(self.parts.settings.hosts, slot=slot)}
                self._bounds[key] = Bound.to(key, self.parts, API_V3, doors)
            return self._bounds[key]

    def refresh(self, wanted: Wanted) -> Flow[str]:
        """Have a new token issued for the child, and return it."""
        slot = None
        if isinstance(wanted, Secret):
            with self._lock:
                slot = self._children.get(wanted.reveal())
        if slot is None:
            slot = yield from self.child(wanted, "insist")
        acquired = yield from ask(slot, mode="force")
        token: str = acquired.grant.secret.reveal()
        return token


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


def _select(wanted: Secret, accounts: Rows[ChildAccount]) -> ChildAccount:
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
