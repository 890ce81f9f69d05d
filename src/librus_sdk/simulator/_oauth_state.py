"""What the portal remembers of applications that sign people in: one-time codes, pairs of tokens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ._state import State

__all__ = ["CodeRecord", "OAuthControls", "OAuthState", "TokenPairRecord"]

CODE_LIFETIME_S: Final = 600.0


@dataclass(slots=True, eq=False, repr=False)
class CodeRecord:
    """A one-time code; how long one lives is not known."""

    made_at: float
    used: bool = False
    expired: bool = False


@dataclass(slots=True, eq=False, repr=False)
class TokenPairRecord:
    """A portal token and the one it is renewed with, which have fates of their own."""

    access: str
    refresh: str
    made_at: float
    lifetime: float
    access_revoked: bool = False
    refresh_revoked: bool = False


@dataclass(eq=False, repr=False)
class OAuthState:
    """Everything about portal tokens that changes. Guarded by the lock of ``State``.

    Attributes:
        lifetime: how long an access token lives, seconds.
        tells_lifetime: whether an answer says so.
        rejects_client: the application's id is not accepted any more.
        closed: the portal tells the application to close: maintenance.
    """

    _state: State
    lifetime: float = 86_400.0
    tells_lifetime: bool = True
    rejects_client: bool = False
    closed: bool = False
    codes: dict[str, CodeRecord] = field(default_factory=dict)
    by_access: dict[str, TokenPairRecord] = field(default_factory=dict)
    by_refresh: dict[str, TokenPairRecord] = field(default_factory=dict)
    _seal: str = ""

    def __post_init__(self) -> None:
        self._seal = self._secret(32)

    def crc(self, target: str) -> str:
        """The check value of an address a form may lead to."""
        return hashlib.sha256(f"{self._seal} {target}".encode()).hexdigest()

    def new_code(self) -> str:
        """Give out a one-time code."""
        code = self._secret(96)
        self.codes[code] = CodeRecord(self._state.clock())
        return code

    def code_is_late(self, code: CodeRecord) -> bool:
        """Whether the code came too late."""
        return code.expired or self._state.clock() - code.made_at >= CODE_LIFETIME_S

    def new_pair(self) -> TokenPairRecord:
        """Issue a pair of tokens."""
        pair = TokenPairRecord(self._secret(240), self._secret(240), self._state.clock(), self.lifetime)
        self.by_access[pair.access] = pair
        self.by_refresh[pair.refresh] = pair
        return pair

    def is_live(self, pair: TokenPairRecord) -> bool:
        """Whether the portal accepts the pair's access token now."""
        return not pair.access_revoked and self._state.clock() - pair.made_at < pair.lifetime

    def pairs(self) -> list[TokenPairRecord]:
        """All pairs ever issued, the oldest first."""
        return list(self.by_access.values())

    def revoke_all(self) -> None:
        """End every code and token: somebody changed the password."""
        for code in self.codes.values():
            code.used = True
        for pair in self.pairs():
            pair.access_revoked = pair.refresh_revoked = True

    def _secret(self, length: int) -> str:
        text = self._state.random_text(length)
        self._state.ever_secret.add(text)
        return text


class OAuthControls:
    """What a test does to portal tokens."""

    _state: State

    @property
    def portal_token_lifetime(self) -> float | None:
        """Seconds a portal token lives that is issued from now on; a day at first.

        Set None, and answers do not say how long: a day then.
        """
        oauth = self._state.oauth
        return oauth.lifetime if oauth.tells_lifetime else None

    @portal_token_lifetime.setter
    def portal_token_lifetime(self, seconds: float | None) -> None:
        with self._state.watch.lock:
            self._state.oauth.tells_lifetime = seconds is not None
            self._state.oauth.lifetime = 86_400.0 if seconds is None else seconds

    def portal_tokens(self, place: int = -1) -> tuple[str, str]:
        """Access and refresh token of a pair: of the latest, or of the n-th one issued (1 is the first)."""
        with self._state.watch.lock:
            pair = self._state.oauth.pairs()[place if place < 0 else place - 1]
            return pair.access, pair.refresh

    def expire_portal_tokens(self) -> None:
        """Let every portal token die now; the ones they are renewed with stay good."""
        with self._state.watch.lock:
            for pair in self._state.oauth.pairs():
                pair.access_revoked = True

    def revoke_portal_refresh_tokens(self) -> None:
        """Let nothing renew a portal token any more: the form has to be sent again."""
        with self._state.watch.lock:
            for pair in self._state.oauth.pairs():
                pair.refresh_revoked = True

    def expire_oauth_codes(self) -> None:
        """Let the one-time codes given out so far be too old."""
        with self._state.watch.lock:
            for code in self._state.oauth.codes.values():
                code.expired = True

    def reject_oauth_client(self, rejected: bool = True) -> None:
        """Accept the application's id no longer, at the sign-in and for tokens; or accept it again."""
        with self._state.watch.lock:
            self._state.oauth.rejects_client = rejected

    def close_portal(self, closed: bool = True) -> None:
        """Tell the application at the sign-in to close (maintenance); or open again."""
        with self._state.watch.lock:
            self._state.oauth.closed = closed
