"""What is served where: each host of Librus, in parts that lie under a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import unquote

from starlette.responses import Response

from ._api import API_ROUTES, api_answer, api_spoiled
from ._bff import BFF_ROUTES, bff_answer, bff_asker, bff_spoiled
from ._call import Call, Handler, Route, Routes, find, routes_of
from ._gateway import GATEWAY, GATEWAY_ROUTES, gateway_answer
from ._gateway_extras import FILE_ROUTES
from ._kindergarten import KINDERGARTEN_ROUTES
from ._portal import PORTAL_ROUTES, portal_answer, portal_asker, portal_spoiled
from ._post_auth import (
    AUTO_LOGIN_ROUTES,
    BRIDGE_ROUTES,
    LOGON_ROUTES,
    POST_ROUTES,
    TO_POST_ROUTES,
    bridge_asker,
    logon_answer,
    post_answer,
    post_asker,
    post_spoiled,
)
from ._sandbox_site import SANDBOX_ROUTES, sandbox_answer, sandbox_asker, sandbox_spoiled
from ._state import Origin, State
from ._web import WEB_ROUTES, web_answer, web_asker
from ._web_form import FORM_ROUTES, form_answer, form_asker, web_spoiled

__all__ = ["SITES", "Site", "site_of"]


def _nobody(_state: State, _call: Call) -> None:
    """What the bearer token says is all there is to know of who asks."""


@dataclass(frozen=True)
class Site:
    """A part of a host.

    Attributes:
        origin: the host.
        base: the path it lies under, with slashes at both ends.
        routes: what there is, below that path.
        answer: decides an answer.
        spoiled: makes the answer with a status when a fault asks for one.
        ask: completes the call by who asks, where no bearer token tells; must not change the state.
        prefix: goes before the name of a path that is no route.
    """

    origin: Origin
    base: str
    routes: tuple[Route, ...]
    answer: Handler
    spoiled: Callable[[State, Call, int], Response]
    ask: Callable[[State, Call], None] = _nobody
    prefix: str = ""

    @cached_property
    def _table(self) -> Routes:
        return routes_of(self.routes)

    def identify(self, raw_path: str, method: str) -> tuple[str, Route | None, tuple[str, ...]]:
        """Return the endpoint's name, its route if there is one, and the values of the placeholders."""
        below = raw_path[len(self.base) :]
        route, arguments = find(self._table, below, method)
        return (route.name if route else self.prefix + unquote(below).strip("/")), route, arguments


def site_of(origin: Origin, raw_path: str) -> Site:
    """Return the part of the host that serves this path."""
    return next(site for site in SITES if site.origin == origin and raw_path.startswith(site.base))


SITES: Final = (
    Site("portal", "/", PORTAL_ROUTES, portal_answer, portal_spoiled, portal_asker),
    Site("api", "/3.0/", API_ROUTES, api_answer, api_spoiled),
    # The older version has the same resources; phones still synchronised with it in 2026.
    Site("api", "/2.0/", (*API_ROUTES, *AUTO_LOGIN_ROUTES), api_answer, api_spoiled),
    Site("api", "/OAuth/", FORM_ROUTES, form_answer, web_spoiled, form_asker),
    Site("api", "/", (), api_answer, api_spoiled),
    Site("synergia", "/gateway/api/2.0/", GATEWAY_ROUTES, gateway_answer, api_spoiled, web_asker, GATEWAY),
    Site(
        "synergia",
        "/gateway/ms/kindergartens/",
        KINDERGARTEN_ROUTES,
        gateway_answer,
        api_spoiled,
        web_asker,
        "kindergarten/",
    ),
    Site("synergia", "/loguj/token/", BRIDGE_ROUTES, web_answer, web_spoiled, bridge_asker),
    Site("synergia", "/", (*WEB_ROUTES, *FILE_ROUTES, *TO_POST_ROUTES), web_answer, web_spoiled, web_asker),
    Site("wiadomosci", "/api/", POST_ROUTES, post_answer, post_spoiled, post_asker, "wiadomosci/"),
    Site("wiadomosci", "/", LOGON_ROUTES, logon_answer, post_spoiled, post_asker),
    Site("sandbox", "/", SANDBOX_ROUTES, sandbox_answer, sandbox_spoiled, sandbox_asker),
    Site("bff", "/v1/", BFF_ROUTES, bff_answer, bff_spoiled, bff_asker, "bff/"),
    Site("bff", "/", (), bff_answer, bff_spoiled, bff_asker, "bff/"),
)
"""Where two parts of one host overlap, the first goes."""
