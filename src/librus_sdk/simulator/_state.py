"""What the invented Librus remembers: passwords, portal sessions, tokens, switches, and what was asked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal
from urllib.parse import quote, quote_plus

from ..settings import Hosts
from ._change_log import ChangeLog
from ._files import File
from ._names import PASSWORD_WORDS
from ._oauth_state import OAuthState
from ._post_state import PostState
from ._sandbox import Sandbox
from ._school import Child
from ._watch import Watch
from ._web_state import WebState
from ._world import World

__all__ = ["PortalSession", "RequestRecord", "State", "Token"]

UnauthorizedForm = Literal["code", "message", "empty"]
ScopeForm = Literal["message", "code", "status"]
Origin = Literal["portal", "api", "synergia", "wiadomosci", "bff", "sandbox"]
"""The hosts of Librus, each a listener of its own."""
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(slots=True, eq=False, repr=False)
class Token:
    """A child's bearer token. ``generation`` 1 is the one in the first account list."""

    text: str
    child_id: str
    generation: int
    minted_at: float
    revoked: bool = False


@dataclass(slots=True, eq=False, repr=False)
class PortalSession:
    """A server-side session of the portal, which one cookie names."""

    sid: str
    xsrf: str
    csrf: str | None = None
    signed_in: bool = False
    flash: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class RequestRecord:
    """One request that came in.

    Attributes:
        endpoint: the name used in ``counts``.
        origin: which listener it came to, e.g. ``portal`` or ``api``.
        method: the HTTP method.
        path: the path as it was on the wire; for ``fresh`` it holds a child's login.
        query: the query string as it was on the wire; at a web sign-in it holds a one-time code.
        child_id: the child whose token it carried, or whom ``fresh`` named.
        generation: which mint of that child's token it carried; None without a known token.
        token_live: whether that token was good when the answer was decided.
        status: the status of the answer; None until it is decided, and for a connection dropped before.
        at: when it came, by the simulator's clock, seconds.
        headers: the headers, names in lower case; credentials are replaced by ``<present>``.
    """

    endpoint: str
    origin: Origin
    method: str
    path: str
    query: str
    child_id: str | None
    generation: int | None
    token_live: bool
    status: int | None
    at: float
    headers: dict[str, str]

    def __repr__(self) -> str:
        return (
            f"RequestRecord({self.method} {self.endpoint}, child_id={self.child_id}, "
            f"generation={self.generation}, token_live={self.token_live}, status={self.status})"
        )


@dataclass
class State:
    """Everything that changes while the simulator runs. Guarded by ``watch.lock``."""

    watch: Watch
    world: World
    clock: Callable[[], float]
    token_lifetime: float
    revoke_on_refresh: bool
    captcha_after: int
    rng: random.Random
    today: Callable[[], date]
    password: str = ""
    failures: int = 0
    unauthorized_form: UnauthorizedForm = "code"
    sessions: dict[str, PortalSession] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    minted: dict[str, list[Token]] = field(default_factory=dict)
    unlinked: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    no_averages: set[str] = field(default_factory=set)
    denied_scopes: dict[tuple[str, str | None], ScopeForm] = field(default_factory=dict)
    switched_off: set[tuple[str, str | None]] = field(default_factory=set)
    unpaid_messages: set[str | None] = field(default_factory=set)
    hosts: Hosts = field(default_factory=Hosts)
    offered: dict[str, File] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    records: dict[int, RequestRecord] = field(default_factory=dict)
    arrivals: int = 0
    ever_secret: set[str] = field(default_factory=set)
    last_modification: int = 1_774_600_000
    web: WebState = field(init=False)
    post: PostState = field(init=False)
    sandbox: Sandbox = field(init=False)
    oauth: OAuthState = field(init=False)
    changes: ChangeLog = field(init=False)

    def __post_init__(self) -> None:
        self.new_password()
        for child in self.world.school.children:
            self.ever_secret |= {child.login, quote(child.login, safe="")}
            self.mint(child)
        email = self.world.school.email
        self.ever_secret |= {email, quote_plus(email)}
        self.web = WebState(self)
        self.post = PostState(self)
        self.sandbox = Sandbox(self)
        self.oauth = OAuthState(self)
        self.changes = ChangeLog(self)

    def random_text(self, length: int) -> str:
        """Random letters and digits: tokens, cookies, CSRF values."""
        return "".join(self.rng.choices(_ALPHABET, k=length))

    def new_password(self) -> None:
        """Give the family another password, with characters a form must encode."""
        word = self.rng.choice(PASSWORD_WORDS)
        self.password = f"{word}-{self.rng.randrange(10_000, 99_999)}&{self.random_text(4)}+%="
        self.ever_secret |= {self.password, quote_plus(self.password)}

    # Tokens.

    def mint(self, child: Child) -> Token:
        """Issue the child's next token; the older ones die when the simulator revokes on refresh."""
        child_id = str(child.portal_id)
        older = self.minted.setdefault(child_id, [])
        if self.revoke_on_refresh:
            for token in older:
                token.revoked = True
        token = Token(self.random_text(64), child_id, len(older) + 1, self.clock())
        older.append(token)
        self.tokens[token.text] = token
        self.ever_secret.add(token.text)
        return token

    def is_live(self, token: Token) -> bool:
        """Whether the API accepts the token now."""
        return not token.revoked and self.clock() - token.minted_at < self.token_lifetime

    def expire_tokens(self, child_id: str | None = None) -> None:
        """Make every token of the child, or of all children, invalid from now on."""
        for token in self.tokens.values():
            if child_id is None or token.child_id == child_id:
                token.revoked = True

    # Portal sessions.

    def new_session(self) -> PortalSession:
        """Start a server-side session."""
        session = PortalSession(self.random_text(32), self.random_text(32))
        self.sessions[session.sid] = session
        self.ever_secret |= {session.sid, session.xsrf}
        return session

    def session_of(self, cookie: str | None) -> PortalSession | None:
        """The session the cookie names; its value changes with every answer, its session does not."""
        return self.sessions.get(cookie.partition(".")[0]) if cookie else None

    def new_csrf(self, session: PortalSession) -> str:
        """Put a new CSRF value on the session; the one before is void."""
        session.csrf = self.random_text(40)
        self.ever_secret.add(session.csrf)
        return session.csrf

    # Files.

    def offer(self, file: File) -> str:
        """Put a file where whoever knows the key can fetch it, once; returns the key."""
        key = self.random_text(40)
        self.offered[key] = file
        self.ever_secret.add(key)
        return key

    # Who is who.

    def has_messages(self, child: Child) -> bool:
        """Whether messages are paid for, which is what makes an account a premium one."""
        return self.unpaid_messages.isdisjoint((None, str(child.portal_id)))

    def linked(self) -> list[Child]:
        """The children the portal lists."""
        return [child for child in self.world.school.children if str(child.portal_id) not in self.removed]

    def by_login(self, login: str) -> Child | None:
        """The linked child with that login."""
        return next((child for child in self.linked() if child.login == login), None)

    # What was asked.

    def arrive(self, record: RequestRecord) -> int:
        """Write down a request; returns its place in the record."""
        with self.watch.lock:
            self.counts[record.endpoint] += 1
            self.arrivals += 1
            place = self.arrivals
            self.records[place] = record
        self.watch.changed()
        return place

    def answered(self, place: int, status: int, token_live: bool) -> None:
        """Write down how the request was answered."""
        with self.watch.lock:
            if place in self.records:  # else it was forgotten meanwhile
                self.records[place] = replace(self.records[place], status=status, token_live=token_live)
        self.watch.changed()
