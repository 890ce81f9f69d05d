"""Every kind of credential, described so that one scenario serves them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from librus_sdk.shells.slots import Slot
from librus_sdk.simulator import Simulator
from tests.heart.drivers import World

__all__ = ["DOORS", "Door", "Way"]


class Way:
    """A world with a session and a client of one kind, ready to read; nothing is counted yet."""

    def __init__(self, door: Door, world: World) -> None:
        self.door = door
        self.world = world
        self.sim = world.sim
        self.read: Callable[[], Any] = door.open(world)
        world.do(self.read)
        # Old enough not to be taken for one that was just made.
        world.clock.advance(600.0)
        world.sim.reset_counts()

    def die(self) -> None:
        """Let the credential die at Librus."""
        self.door.kill(self.sim)

    @property
    def slot(self) -> Slot:
        """The slot of the credential."""
        return self.door.slot(self.world)

    def renewals(self) -> int:
        """How often it was renewed, as Librus saw it."""
        return self.world.count(self.door.renewal)

    def reads(self) -> int:
        """How many reads came in."""
        return self.world.count(self.door.data)

    def until_waiting(self, count: int) -> None:
        """Wait until so many wait for the renewal under way."""
        self.world.watched.until(lambda: len(self.slot._waiters) >= count)


@dataclass(frozen=True)
class Door:
    """A kind of credential.

    Attributes:
        open: makes the session and returns the read.
        data: the endpoint of the read.
        kill: ends the credential at Librus.
        renewal: the endpoint that stands for one renewal.
        password: the endpoint the password goes to.
        slot: where the credential is kept.
        lose_password: makes Librus refuse the password, and everything that would spare it.
        at_most: how often it is renewed for a server that refuses everything, before it is left alone.
    """

    name: str
    open: Callable[[World], Callable[[], Any]]
    data: str
    kill: Callable[[Simulator], None]
    renewal: str
    password: str
    slot: Callable[[World], Slot]
    lose_password: Callable[[Simulator], None]
    at_most: int = 1

    def __str__(self) -> str:
        return self.name


def _first(world: World) -> str:
    return world.sim.children[0].id


def _gateway(world: World) -> Callable[[], Any]:
    world.gateway()
    client = world.do(world.session.for_child)
    return cast("Callable[[], Any]", client.grades.list)


def _messages(world: World) -> Callable[[], Any]:
    client = world.do(lambda: world.session.for_child_wiadomosci(_first(world)))
    return cast("Callable[[], Any]", client.messages.list)


def _messages_over_web(world: World) -> Callable[[], Any]:
    world.gateway()
    client = world.do(world.session.for_child_wiadomosci)
    return cast("Callable[[], Any]", client.messages.list)


def _bff(world: World) -> Callable[[], Any]:
    client = world.do(lambda: world.session.for_child_bff(_first(world)))
    return cast("Callable[[], Any]", client.messages.list)


def _oauth(world: World) -> Callable[[], Any]:
    world.again(auth="oauth")
    return cast("Callable[[], Any]", world.session.get_portal_me)


def _lose_portal(sim: Simulator) -> None:
    sim.change_password()
    sim.expire_child_tokens()


def _lose_web(sim: Simulator) -> None:
    sim.change_web_password(sim.children[0].id)


DOORS: Final = (
    Door(
        "gateway",
        _gateway,
        "gateway/Grades",
        lambda sim: sim.end_web_session(),
        "web.login",
        "web.login",
        lambda world: world.account.web,
        _lose_web,
    ),
    Door(
        "gateway that is extended",
        _gateway,
        "gateway/Grades",
        lambda sim: sim.expire_web_session(),
        "web.refresh",
        "web.login",
        lambda world: world.account.web,
        _lose_web,
        at_most=2,
    ),
    Door(
        "messages",
        _messages,
        "wiadomosci/inbox/messages",
        lambda sim: sim.expire_messages_session(),
        "AutoLoginToken",
        "login",
        lambda world: world.account._posts[_first(world)],
        _lose_portal,
    ),
    Door(
        "messages over gateway",
        _messages_over_web,
        "wiadomosci/inbox/messages",
        lambda sim: sim.expire_messages_session(),
        "web.messages",
        "web.login",
        lambda world: world.account.post,
        _lose_web,
    ),
    Door(
        "bff",
        _bff,
        "bff/Messages",
        lambda sim: sim.expire_child_tokens(),
        "fresh",
        "login",
        lambda world: world.account.core.children[_first(world)],
        _lose_portal,
        at_most=2,
    ),
    Door(
        "oauth",
        _oauth,
        "me",
        lambda sim: sim.expire_portal_tokens(),
        "oauth.token",
        "login",
        lambda world: world.account.core.portal,
        _lose_portal,
        at_most=2,
    ),
)
