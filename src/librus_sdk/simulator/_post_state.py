"""What the messages' host remembers: sessions, one-time tokens, who has read what, what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote

from ._post_boxes import Post, fill
from ._post_wire import unpadded
from ._school import Child
from ._year import WARSAW

if TYPE_CHECKING:
    from ._call import Call
    from ._state import State

__all__ = ["MessagesDeadForm", "PostSession", "PostState", "SentMessage", "UnreadForm"]

MessagesDeadForm = Literal["401", "redirect", "html", "403"]
UnreadForm = Literal["number", "digits", "object"]
POST_COOKIE: Final = "DZIENNIKSID"


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that was sent through the simulator.

    Attributes:
        child_id: from whose account it went.
        message_id: the id it got.
        recipients: the accounts it went to.
        subject: as it arrived.
        body: as it arrived: HTML.
        reply_to: the message it answers; None for a new one.
        withdrawn: whether it was taken back.
    """

    child_id: str
    message_id: int
    recipients: tuple[str, ...] = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    reply_to: int | None = None
    withdrawn: bool = False


@dataclass(slots=True, eq=False, repr=False)
class PostSession:
    """A session on wiadomosci.librus.pl: one child's messages."""

    sid: str
    child: Child
    since: float
    ended: bool = False


@dataclass(eq=False, repr=False)
class PostState:
    """Everything about messages that changes. Guarded by the lock of ``State``."""

    _state: State
    lifetime: float = 2_700.0
    dead_form: MessagesDeadForm = "401"
    unread_form: UnreadForm = "object"
    no_module: set[str | None] = field(default_factory=set)
    spoiled_writes: list[int] = field(default_factory=list)
    bridges: dict[str, Child] = field(default_factory=dict)
    logons: dict[str, Child] = field(default_factory=dict)
    sessions: dict[str, PostSession] = field(default_factory=dict)
    sent: list[SentMessage] = field(default_factory=list)
    _boxes: dict[int, dict[str, list[Post]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for child in self._state.world.school.children:
            packed = unpadded(child.login)
            self._state.ever_secret |= {packed, quote(packed, safe="")}

    # Signing in.

    def bridge(self, child: Child) -> str:
        """Give out a token that opens Synergia's pages for the child, once."""
        token = self._secret(48)
        self.bridges[token] = child
        return token

    def logon(self, child: Child) -> str:
        """Give out a token that opens a session here for the child, once."""
        token = self._secret(32)
        self.logons[token] = child
        return token

    def open(self, child: Child) -> PostSession:
        """Start a session of the child."""
        session = PostSession(self._secret(26), child, self._state.clock())
        self.sessions[session.sid] = session
        return session

    def named(self, call: Call) -> PostSession | None:
        """The session that the cookie of a request names, dead or alive."""
        return self.sessions.get(call.request.cookies.get(POST_COOKIE, ""))

    def session_of(self, call: Call) -> PostSession | None:
        """The living session that the cookie of a request names."""
        session = self.named(call)
        if session is None or session.ended or self._state.clock() - session.since >= self.lifetime:
            return None
        return session

    def end(self, child_id: str | None = None) -> None:
        """End every session of the child, or of all."""
        for session in self.sessions.values():
            if child_id in (None, str(session.child.portal_id)):
                session.ended = True

    def has_module(self, child: Child) -> bool:
        """Whether the child's school has messages at all."""
        return self.no_module.isdisjoint((None, str(child.portal_id)))

    def _secret(self, length: int) -> str:
        text = self._state.random_text(length)
        self._state.ever_secret.add(text)
        return text

    # Messages.

    def boxes(self, child: Child) -> dict[str, list[Post]]:
        """The child's boxes, the newest message first in each."""
        found = self._boxes.get(child.portal_id)
        if found is None:
            found = self._boxes[child.portal_id] = fill(self._state.world, child)
        return found

    def now(self) -> datetime:
        """The simulator's day at the time that it is in Poland."""
        return datetime.combine(self._state.today(), datetime.now(WARSAW).time(), WARSAW).replace(
            microsecond=0
        )

    def next_id(self, child: Child) -> int:
        """An id for a new message, above all others of the child."""
        ids = [post.id for posts in self.boxes(child).values() for post in posts]
        return max(ids, default=20_000_000) + 7
