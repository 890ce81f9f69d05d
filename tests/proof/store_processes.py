"""Processes that share what is kept of one account: every order of their steps, and an adversary.

Each process has the shipped slots, the shipped calls and the shipped renewal
(:class:`librus_sdk.flows.shared.Shared` over :class:`librus_sdk.shells.keeping.Keeping`), and in the world of
tokens that work once the shipped :class:`librus_sdk.flows.oauth.OAuthFlows`.  Only disk and server are made
up.  A generator cannot be copied, so each way is replayed from its beginning; two ways lead to the same state
when everything that any frame, slot, document or server remembers is the same.

A step is whatever others can see: a look at what is kept, the right to renew taken or given back, a change
saved, a request answered.  What a process does between two of those nobody sees, so it is done at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from librus_sdk.clients.kept import BearerAsText, TokensAsText
from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.core.keeping import Kept, minted
from librus_sdk.core.refresh import Minted, Mode
from librus_sdk.errors import (
    LibrusAccountActionRequiredError,
    LibrusNetworkError,
    LibrusTerminalAuthenticationError,
)
from librus_sdk.flows.oauth import OAuthFlows
from librus_sdk.flows.portal import PORTAL_KEY
from librus_sdk.flows.shared import Shared
from librus_sdk.flows.steps import Exchange, Flow, Ports
from librus_sdk.secret import Secret
from librus_sdk.settings import Hosts, RetryPolicy
from librus_sdk.shells.clock import Clock
from librus_sdk.shells.keeping import Keeping
from librus_sdk.shells.slots import Flight, Outcome, Slot
from librus_sdk.shells.store import StoreKey

from .model import ViolationError

if TYPE_CHECKING:
    from .store_scene import Scene

__all__ = ["DATA", "SERIES", "WALL", "Actor", "Disk", "Process", "Setup", "Waiter", "codec_of"]

HOSTS: Final = Hosts()
KEY: Final = StoreKey("family", "owner", "hosts", usual_hosts=True)
DATA: Final = Request("GET", f"{HOSTS.api}/Grades", endpoint="Grades")
RENEW: Final = Request("GET", f"{HOSTS.portal}/fresh", endpoint="fresh")
SERIES: Final = "series"
WALL: Final = 50_000.0


@dataclass(frozen=True, slots=True)
class Setup:
    """One world.

    Attributes:
        pair: whether the credential is the portal's pair of tokens, each of which works once.
        who: for each caller its process, its child, and whether it is an explicit refresh.
        warm: whether everybody starts with the credential that is kept.
        budget: how often the adversary may do each of its deeds.
    """

    name: str
    who: tuple[tuple[int, int, bool], ...] = ((0, 0, False), (1, 0, False))
    pair: bool = False
    warm: bool = True
    budget: dict[str, int] = field(default_factory=dict)


class Disk:
    """What is kept, and who has the right to renew it."""

    def __init__(self) -> None:
        self.content: Secret | None = None
        self.holder: _Claim | None = None


class _Shelf:
    def __init__(self, process: Process) -> None:
        self._process = process

    def load(self) -> Secret | None:
        if self._process.trouble == "load":
            raise OSError("trouble")
        self._answers()
        return self._process.scene.disk.content

    def _answers(self) -> None:
        if self._process.trouble == "silent":
            raise TimeoutError

    def claim(self) -> _Claim | None:
        self._answers()
        disk = self._process.scene.disk
        if disk.holder is not None:
            return None
        disk.holder = _Claim(self._process)
        return disk.holder


class _Claim:
    def __init__(self, process: Process) -> None:
        self.process = process

    def save(self, content: Secret) -> None:
        disk = self.process.scene.disk
        if disk.holder is not self:
            self.process.scene.broken = ViolationError("S9", "somebody saves without the right to")
            return
        if self.process.trouble == "save":
            raise OSError("trouble")
        before, disk.content = disk.content, content
        try:
            self.process.scene.check_document(before, self.process.number)
        except ViolationError as violation:
            self.process.scene.broken = violation  # or the session would take it for trouble of the store

    def set_aside(self, reason: str) -> str:
        raise AssertionError(reason)

    def remove(self) -> None:
        raise AssertionError

    def release(self) -> None:
        disk = self.process.scene.disk
        if disk.holder is self:
            disk.holder = None


class _Clock(Clock):
    def __init__(self, wall: float) -> None:
        self.now = 1_000.0
        self.offset = wall - self.now

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now + self.offset

    def random(self) -> float:
        return 0.0


class Waiter:
    def __init__(self) -> None:
        self.outcome: Outcome | None = None

    def settle(self, outcome: Outcome) -> None:
        self.outcome = self.outcome or outcome


class Process:
    """One process: its clock, its slots, its session's side of the store.  Clocks differ by an hour each."""

    def __init__(self, scene: Scene, number: int) -> None:
        self.scene = scene
        self.number = number
        self.alive = True
        self.closed = False
        self.trouble = ""
        self.clock = _Clock(WALL - 3_600.0 * number)
        self.ports = Ports(self.clock.monotonic, self.clock.wall, self.clock.random, lambda *_: None)
        self.keeping = Keeping(_Shelf(self), KEY, self.ports)
        self.slots: dict[str, Slot] = {}
        self.held: dict[str, list[Any]] = {}
        self.oauth = OAuthFlows(HOSTS, None, self.ports, RetryPolicy.off())

    @property
    def rests_until(self) -> float | None:
        """Until when this process does not ask the store, which did not answer; None when it does."""
        until = self.keeping._calls._rests_until
        return None if until is None or until <= self.clock.now else until

    def slot(self, name: str) -> Slot:
        if name in self.slots:
            return self.slots[name]
        shared, codec = Shared(self.keeping, self.ports), codec_of(name, pair=self.scene.setup.pair)
        inner = (
            (lambda _mode: self.oauth.renew(self.slots[name]))
            if self.scene.setup.pair
            else self._renewal(name)
        )
        key = PORTAL_KEY if self.scene.setup.pair else name
        latches = (
            LibrusTerminalAuthenticationError if self.scene.setup.pair else LibrusAccountActionRequiredError
        )
        slot = self.slots[name] = Slot(
            key=key,
            name=name,
            endpoint=name,
            renewal=shared.renewal(lambda: self.slots[name], codec, inner),
            private=False,
            clock=self.clock,
            latches=(latches,),
        )
        self.held[name] = []
        return slot

    def _renewal(self, name: str) -> Any:
        def renew(_mode: Mode) -> Flow[Minted]:
            answer = yield Exchange(RENEW)
            if isinstance(answer, Failure):
                raise LibrusNetworkError("no answer")
            assert isinstance(answer, Response)
            now, wall = self.clock.monotonic(), self.clock.wall()
            return Minted(name, Secret(answer.body.decode()), now, wall)

        return renew

    def hold(self, name: str, secret: Any, mark: tuple[str, int]) -> None:
        slot = self.slot(name)
        kept = Kept(Secret(""), mark[1], WALL - 60)
        slot.offer(
            minted(slot.peek().key, kept, mark, secret, now=1_000.0, wall=self.clock.wall(), lifetime_s=None)
        )
        self.held[name].append(secret)


def codec_of(name: str, *, pair: bool) -> BearerAsText | TokensAsText:
    """How the credential is written down."""
    return TokensAsText(name) if pair else BearerAsText(name)


@dataclass(eq=False)
class Actor:
    """A call or explicit refresh, and the renewal it flies when it comes to that."""

    process: Process
    name: str
    flow: Any
    step: Any = None
    waiter: Waiter | None = None
    flight: Flight | None = None
    renewal: Any = None
    work: Any = None
    """What the renewal asks for next."""
    began: int = -1
    contacts: int = 0
    excused: bool = False
    mode: Mode = "need"
    carried: Any = None
    """What the server has given to this renewal, which is not published yet."""
    ended: str = ""
    requests: int = 0
    refused: bool = False
    joined: int = 0
