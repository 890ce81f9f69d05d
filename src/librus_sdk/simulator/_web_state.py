"""What Synergia remembers: school-issued accounts, sign-ins under way, web sessions by cookie."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote, quote_plus

from ._names import PASSWORD_WORDS
from ._school import Child

if TYPE_CHECKING:
    from starlette.responses import Response

    from ._call import Call
    from ._state import State

__all__ = ["DeadForm", "MaintenanceForm", "SignIn", "ThrottledForm", "WebSession", "WebState"]

DeadForm = Literal["401", "redirect", "html"]
ThrottledForm = Literal["html", "empty"]
MaintenanceForm = Literal["page", "redirect"]

DATA_COOKIE: Final = "oauth_token"
PAGE_COOKIE: Final = "DZIENNIKSID"
PAGE_COMPANION: Final = "SDZIENNIKSID"
STATE_COOKIE: Final = "oauth_state"
DEVICE_COOKIE: Final = "DeviceCookie"
YEAR: Final = 31_536_000
WRONG: Final = "Nieprawidłowy login i/lub hasło."
CAPTCHA: Final = 'Proszę zaznaczyć pole "Nie jestem robotem".'
ACCOUNT_EXPIRED: Final = "Minął termin ważności konta - skontaktuj się z Administratorem Szkoły."
TEN_MINUTES: Final = 600


@dataclass(slots=True, eq=False, repr=False)
class SignIn:
    """A session on api.librus.pl, where the sign-in form is: who signed in, and for which ``oauth_state``."""

    sid: str
    state: str | None = None
    child: Child | None = None


@dataclass(slots=True, eq=False, repr=False)
class WebSession:
    """A session on synergia.librus.pl: one child's data and pages.

    ``data_since`` and ``pages_since`` say when the two lives of the session began; ``expired`` means that
    data is refused, but the session can be extended; ``ended`` that nothing brings it back.
    """

    child: Child
    data_id: str
    page_id: str
    data_since: float
    pages_since: float
    expired: bool = False
    ended: bool = False
    sign_in: SignIn | None = None


@dataclass(eq=False, repr=False)
class WebState:
    """Everything about school-issued logins that changes. Guarded by the lock of ``State``.

    A session of data is named by the part of ``oauth_token`` before the dot; the part behind it is new in
    every answer, and older values stay good as long as the session.
    """

    _state: State
    session_lifetime: float = 86_400.0
    page_lifetime: float = 2_700.0
    passwords: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, WebSession] = field(default_factory=dict)
    pages: dict[str, WebSession] = field(default_factory=dict)
    sign_ins: dict[str, SignIn] = field(default_factory=dict)
    codes: dict[str, SignIn] = field(default_factory=dict)
    states: set[str] = field(default_factory=set)
    devices: set[str] = field(default_factory=set)
    failures: Counter[str] = field(default_factory=Counter)
    expired_accounts: set[str] = field(default_factory=set)
    forced: set[str] = field(default_factory=set)
    kindergarten: set[str] = field(default_factory=set)
    pupils: set[str] = field(default_factory=set)
    throttled: int = 0
    throttled_form: ThrottledForm = "html"
    blocked: bool = False
    maintenance: MaintenanceForm | None = None
    refusal_status: int = 200
    dead_form: DeadForm = "401"
    refresh_revives: bool = True

    def __post_init__(self) -> None:
        for child in self._state.world.school.children:
            self.new_password(child)

    def secret(self, length: int) -> str:
        """Random text that must never be shown: a cookie, a code, a state."""
        text = self._state.random_text(length)
        self._state.ever_secret.add(text)
        return text

    # Accounts.

    def new_password(self, child: Child) -> None:
        """Give the child's school-issued login another password, with characters a form must encode."""
        word = self._state.rng.choice(PASSWORD_WORDS)
        number = self._state.rng.randrange(1000, 9999)
        password = f"{word}{number}&+%= {self._state.random_text(4)}"
        self.passwords[str(child.portal_id)] = password
        self._state.ever_secret |= {password, quote_plus(password), quote(password, safe="")}

    # Sessions.

    def open(self, child: Child) -> WebSession:
        """Start a session of the child, under names nobody had before."""
        now = self._state.clock()
        session = WebSession(child, self.secret(40), self.secret(26), now, now)
        self.sessions[session.data_id] = session
        self.pages[session.page_id] = session
        return session

    def session_of(self, call: Call) -> WebSession | None:
        """The living session that the cookies of a request name.

        Below ``/gateway/`` that is told by ``oauth_token``, on pages by ``DZIENNIKSID``.
        """
        cookies = call.request.cookies
        if call.site.base.startswith("/gateway/"):
            session = self.named(cookies.get(DATA_COOKIE))
            return session if session is not None and self.reads_data(session) else None
        session = self.pages.get(cookies.get(PAGE_COOKIE, ""))
        return session if session is not None and self.reads_pages(session) else None

    def named(self, cookie: str | None) -> WebSession | None:
        """The session an ``oauth_token`` names, dead or alive."""
        return self.sessions.get(cookie.partition(".")[0]) if cookie else None

    def reads_data(self, session: WebSession) -> bool:
        """Whether the gateway answers the session now."""
        return not session.expired and self.lives(session)

    def reads_pages(self, session: WebSession) -> bool:
        """Whether pages open for the session now; they close earlier than the gateway."""
        return not session.ended and self._state.clock() - session.pages_since < self.page_lifetime

    def lives(self, session: WebSession) -> bool:
        """Whether the session has not ended."""
        return not session.ended and self._state.clock() - session.data_since < self.session_lifetime

    def extend(self, session: WebSession) -> bool:
        """Begin the session's life anew, if it has not ended and expired sessions may be revived."""
        if not self.lives(session) or (session.expired and not self.refresh_revives):
            return False
        session.expired = False
        session.data_since = session.pages_since = self._state.clock()
        return True

    def end(self, session: WebSession) -> None:
        """End a session, and the one at the form that it came from: the next one takes the password."""
        session.ended = True
        if session.sign_in is not None:
            session.sign_in.child = None

    def of_child(self, child_id: str | None) -> list[WebSession]:
        """The sessions of the child, or of all children; those that have ended too."""
        return [one for one in self.sessions.values() if child_id in (None, str(one.child.portal_id))]

    # Sign-ins.

    def new_sign_in(self, state: str | None = None, child: Child | None = None) -> SignIn:
        """Start a session at the sign-in form, under a name nobody had before."""
        sign_in = SignIn(self.secret(26), state, child)
        self.sign_ins[sign_in.sid] = sign_in
        return sign_in

    def sign_in_of(self, call: Call) -> SignIn | None:
        """The session at the form that the cookies of a request name."""
        return self.sign_ins.get(call.request.cookies.get(PAGE_COOKIE, ""))

    def refusal(self, login: str, password: str, *, known_device: bool) -> tuple[Child | None, str | None]:
        """Return whose login it is and why the form refuses it; None when it is right.

        From as many wrong passwords in a row on as ``captcha_after`` says, the form wants a captcha. That a
        known device may try once more is invented: clients only believe that its cookie keeps the captcha
        away.
        """
        child = next((one for one in self._state.world.school.children if one.login == login), None)
        limit = self._state.captcha_after and self._state.captcha_after + known_device
        if limit and self.failures[login] >= limit:
            return child, CAPTCHA
        if child is None or password != self.passwords[str(child.portal_id)]:
            self.failures[login] += 1
            return child, CAPTCHA if limit and self.failures[login] >= limit else WRONG
        del self.failures[login]
        return child, ACCOUNT_EXPIRED if str(child.portal_id) in self.expired_accounts else None

    # Cookies. None has a domain: each goes to the host that set it.

    def with_cookies(self, session: WebSession, response: Response) -> Response:
        """Send the cookies of a session that was just opened: for data and for pages."""
        self.with_page_cookies(session.page_id, response)
        return self.with_token(session, response)

    def with_token(self, session: WebSession, response: Response) -> Response:
        """Send ``oauth_token`` anew: another value, the same session."""
        value = f"{session.data_id}.{self.secret(24)}"
        response.set_cookie(DATA_COOKIE, value, max_age=TEN_MINUTES, path="/", httponly=True, samesite="lax")
        return response

    def with_page_cookies(self, value: str, response: Response) -> Response:
        """Send ``DZIENNIKSID`` and its companion, which last as long as the browser is open."""
        response.set_cookie(PAGE_COOKIE, value, path="/", httponly=True, samesite="lax")
        response.set_cookie(PAGE_COMPANION, self.secret(26), path="/", httponly=True, samesite="lax")
        return response
