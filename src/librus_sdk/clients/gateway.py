"""The slots of a login issued by the school, and what is done with them: the counterpart of a family."""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NoReturn, cast

from ..core.http import join_url
from ..core.refresh import Minted, Mode
from ..endpoints import Auth
from ..errors import LibrusConfigurationError, LibrusTerminalAuthenticationError
from ..flows.post import PostFlows
from ..flows.steps import Flow, ask
from ..flows.web import WebFlows
from ..settings import GATEWAY_API_20, ApiBackend, GatewayCredentials
from ..shells.fork import renew_after_fork
from ..shells.slots import Slot
from .bound import Bound
from .children import ChildSelector
from .doors import gateway_doors, messages_door, unsupported
from .kept import CookiesAsText, shared_by
from .options import ClientOptions, SessionOptions, parts_of
from .portal import PortalCore, is_believed_alive

__all__ = ["GatewayAccount"]

EXTENDED_AFTER_S: Final = 2 * 3600.0
"""How long a web session is believed good before it is extended; public clients that do so after two hours
keep one sign-in for days."""
_TOKEN_INFO: Final = partial(Auth.token_info(cast("Any", None)).decode, strict=False)


class GatewayAccount:
    """One login, one child: the web session and the messages' session that hangs on it."""

    backend: ApiBackend = GATEWAY_API_20

    def __init__(self, credentials: GatewayCredentials, options: SessionOptions) -> None:
        self.parts: Final = parts_of(options)
        if self.parts.auth != "cookies":
            raise LibrusConfigurationError(
                "auth='oauth' signs in to a family account; a school's login has none."
            )
        settings, clock, ports = self.parts.settings, self.parts.clock, self.parts.ports
        assumed = settings.assumed_token_lifetime_s
        lifetime = None if assumed is None else min(assumed, EXTENDED_AFTER_S)
        self._shared: Final = shared_by("school", credentials.login, self.parts)
        self._flows: Final = WebFlows(
            settings.hosts, credentials, ports, _TOKEN_INFO, lifetime, settings.retry
        )
        self._post_flows: Final = PostFlows(settings.hosts, ports)
        codec, refused = CookiesAsText("web"), self._flows.refused
        self.web: Final = Slot(
            key="gateway",
            name="web",
            endpoint=join_url(settings.hosts.synergia, "/loguj/portalRodzina"),
            renewal=self._shared.renewal(lambda: self.web, codec, self._renew, lifetime, refused),
            news=self._shared.news(lambda: self.web, codec, refused, lifetime),
            private=False,
            clock=clock,
            latches=(LibrusTerminalAuthenticationError,),
        )
        self.post: Final = Slot(
            key="gateway messages",
            name="messages",
            endpoint=join_url(settings.hosts.synergia, "/wiadomosci3"),
            renewal=self._shared.renewal(
                lambda: self.post, CookiesAsText("messages"), self._open_messages, refused=refused
            ),
            private=False,
            clock=clock,
        )
        doors = gateway_doors(settings.hosts, self.web)
        self._bound: Final = Bound.to("gateway", self.parts, GATEWAY_API_20, doors)
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Begin anew in a forked process."""
        for slot in (self.post, self.web):
            slot.after_fork()

    def _renew(self, mode: Mode) -> Flow[Minted]:
        return self._flows.renew(self.web, mode)

    def _open_messages(self, mode: Mode) -> Flow[Minted]:
        return self._post_flows.over_web(self.web, self.post, mode)

    def slots(self) -> list[Slot]:
        """All slots, those that wait for others first."""
        return [*self._bound.tables.slots(), self.post, self.web]

    # --- what the sessions offer -------------------------------------------------------------------------

    def is_logged_in(self) -> bool:
        """Whether there is a sign-in that is believed alive and not being replaced."""
        return is_believed_alive(self.web, self.slots())

    def login(self) -> Flow[None]:
        """Sign in unless signed in; what was remembered of failures is forgotten."""
        yield from ask(self.web, mode="insist")
        for slot in self.slots():
            slot.reset()

    def selector(self, child: ChildSelector | None) -> bool:
        """Return whether a child was chosen; refused later, where no frame holds what it was named by."""
        return child is not None

    def bound(self, chosen: bool, options: ClientOptions) -> Flow[Bound]:
        """Return what the client of the child is made of, with its own options."""
        yield from ()
        _check_nobody(chosen)
        return self._bound.with_options(options)

    def messages_bound(self, chosen: bool, options: ClientOptions) -> Flow[Bound]:
        """The same, with a door to the messages' website."""
        yield from ()
        _check_nobody(chosen)
        door = messages_door(self.parts.settings.hosts, self.post)
        return self._bound.through("messages", door).with_options(options)

    # --- what only the portal has ------------------------------------------------------------------------

    @property
    def core(self) -> PortalCore:
        """There is no portal behind such a login."""
        raise unsupported(GATEWAY_API_20, "The portal")

    def me(self) -> NoReturn:
        """There is no profile of a family account."""
        raise unsupported(GATEWAY_API_20, "The profile of the family account")

    def account_list(self, _mode: Mode) -> NoReturn:
        """There is no list of children."""
        raise unsupported(GATEWAY_API_20, "The list of children")

    def resolve(self, _chosen: bool) -> Flow[NoReturn]:
        """There is no account of a child."""
        yield from ()
        raise unsupported(GATEWAY_API_20, "Choosing a child")

    def refresh(self, _chosen: bool) -> Flow[NoReturn]:
        """There is no bearer token."""
        yield from ()
        raise unsupported(GATEWAY_API_20, "Renewing a bearer token")

    def bff_bound(self, _chosen: bool, _options: ClientOptions) -> Flow[NoReturn]:
        """The phone application's back end takes bearer tokens only."""
        yield from ()
        raise unsupported(GATEWAY_API_20, "The back end of the phone application")


def _check_nobody(chosen: bool) -> None:
    """Refuse to choose: a login issued by the school has one child."""
    if chosen:
        raise unsupported(GATEWAY_API_20, "Choosing a child")
