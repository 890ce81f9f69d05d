"""What is served where: each host of Librus, in parts that lie under a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import unquote

from starlette.responses import Response

from ._api import API_ROUTES, api_answer, api_spoiled
from ._call import Call, Handler, Route, Routes, find, routes_of
from ._portal import PORTAL_ROUTES, portal_answer, portal_asker, portal_spoiled
from ._state import Origin, State

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
    Site("api", "/", (), api_answer, api_spoiled),
)
"""Where two parts of one host overlap, the first goes."""
