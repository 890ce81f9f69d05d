"""A mailbox on either shell, for the families' accounts and for those of the school."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from librus_sdk.models import Delivery
from librus_sdk.simulator import SentMessage
from tests.heart.drivers import World

__all__ = ["LETTERS", "SEND", "Letters"]

SEND: Final = "wiadomosci/messages"
ME: Final = "wiadomosci/me"
LETTERS: Final = ("family", "school")
SUBJECT: Final = "Wycieczka"
BODY: Final = "Dzień dobry,\nHania jedzie & wraca."


class Letters:
    """A client of the messages' website that is signed in; nothing is counted yet."""

    def __init__(self, world: World, kind: str = "family", **options: Any) -> None:
        self.world = world
        self.sim = world.sim
        child: tuple[str, ...] = (world.sim.children[0].id,)
        if kind == "school":
            world.gateway(**options)
            child = ()
        elif options:
            world.again(**options)
        self.kind = kind
        self.client: Any = self._client(*child)
        self.mail: Any = self.client.messages
        teachers = world.do(lambda: self.mail.receivers_of("teachers"))
        self.teachers = [person for person in teachers if person.is_available]
        # Old enough not to be taken for a session that was just made.
        world.clock.advance(600.0)
        world.sim.reset_counts()

    def _client(self, *child: str, **options: Any) -> Any:
        return self.world.do(lambda: self.world.session.for_child_wiadomosci(*child, **options))

    def hurried(self) -> Any:
        """The mailbox of a client that does not wait long."""
        child = () if self.kind == "school" else (self.sim.children[0].id,)
        return self._client(*child, timeout_ms=1_500).messages

    @property
    def slot(self) -> Any:
        """Where the session of the messages is kept."""
        account = self.world.account
        return account.post if self.kind == "school" else account._posts[self.sim.children[0].id]

    @property
    def sent(self) -> list[SentMessage]:
        return self.sim.sent_messages

    @property
    def asked(self) -> int:
        """How often Librus was asked to send."""
        return self.sim.counts[SEND]

    @property
    def chains(self) -> int:
        """How often a session of the messages was opened."""
        return self.sim.counts["wiadomosci.logon"]

    def prepared(self) -> Any:
        """A message to a teacher, ready."""
        return self.world.do(lambda: self.mail.prepare([self.teachers[0]], SUBJECT, BODY))

    def confirm(self, prepared: Any) -> Delivery:
        found: Delivery = self.world.do(self.confirming(prepared))
        return found

    def confirming(self, prepared: Any) -> Callable[[], Any]:
        return lambda: self.mail.confirm(prepared)

    def sending(self) -> Callable[[], Any]:
        return lambda: self.mail.send([self.teachers[0]], SUBJECT, BODY)

    def send(self) -> Delivery:
        """Send a message to a teacher."""
        found: Delivery = self.world.do(self.sending())
        return found
