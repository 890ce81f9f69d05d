"""The slots of a family account, and what is done with them: written once, as flows, for both sessions."""

from __future__ import annotations

import threading
from functools import partial
from typing import Final

from ..core.http import join_url
from ..core.refresh import Minted, Mode
from ..flows.post import PostFlows
from ..flows.steps import Flow, ask
from ..models.portal import ChildAccount, PortalMe, SynergiaAccounts
from ..secret import Secret
from ..settings import API_V3, ApiBackend, PortalCredentials
from ..shells.fork import renew_after_fork
from ..shells.slots import Slot
from .bound import Bound
from .children import ChildSelector, Wanted, boxed_selector
from .doors import Doors, bff_door, messages_door, school_door
from .kept import CookiesAsText
from .options import ClientOptions, SessionOptions, parts_of
from .portal import PortalCore, is_believed_alive

__all__ = ["Family"]


class Family:
    """The slots of one family and what is done with them, as flows without a shell."""

    backend: ApiBackend = API_V3

    def __init__(self, credentials: PortalCredentials | None, options: SessionOptions) -> None:
        self.parts: Final = parts_of(options)
        self.core: Final = PortalCore(credentials, self.parts)
        self._posts: dict[str, Slot] = {}
        self._post_flows: Final = PostFlows(self.parts.settings.hosts, self.parts.ports)
        self._bounds: dict[str, Bound] = {}
        self.after_fork()
        renew_after_fork(self)

    # --- slots -------------------------------------------------------------------------------------------

    def slots(self) -> list[Slot]:
        """All slots, those that wait for others first."""
        with self._lock:
            posts = list(self._posts.values())
            tables = [slot for bound in self._bounds.values() for slot in bound.tables.slots()]
        return [*tables, *posts, *self.core.slots()]

    def after_fork(self) -> None:
        """Begin anew in a forked process. What is the portal's or the look-ups' renews itself."""
        self._lock = threading.Lock()
        for slot in self._posts.values():
            slot.after_fork()

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
        return self._post_flows.over_token(self.core.children[key], self._posts[key], mode)

    # --- what the sessions offer -------------------------------------------------------------------------

    def selector(self, child: ChildSelector | None) -> Wanted:
        """Box what a child was named by; see :func:`~librus_sdk.clients.children.boxed_selector`."""
        return boxed_selector(child)

    def is_logged_in(self) -> bool:
        """Whether there is a sign-in that is believed alive and not being replaced."""
        return is_believed_alive(self.core.portal, self.slots())

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

    def resolve(self, wanted: Wanted) -> Flow[ChildAccount]:
        """Return the account that is meant; the list is read where it is needed."""
        return self.core.resolve(wanted)

    def child(self, wanted: Wanted, mode: Mode = "need") -> Flow[Slot]:
        """Return the slot of the child that is meant."""
        account = yield from self.core.resolve(wanted, mode)
        return self.core.children.slot(account)

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
        slot = self.core.children.get(wanted.reveal()) if isinstance(wanted, Secret) else None
        if slot is None:
            slot = yield from self.child(wanted, "insist")
        acquired = yield from ask(slot, mode="force")
        token: str = acquired.grant.secret.reveal()
        return token
