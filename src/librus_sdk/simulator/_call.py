"""One request on its way through the simulator, and the table of what exists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote

from starlette.requests import Request
from starlette.responses import Response

from ._rows import API
from ._school import Child
from ._state import State, Token

if TYPE_CHECKING:
    from ._sites import Site

__all__ = [
    "FORM",
    "Call",
    "Handler",
    "Route",
    "Routes",
    "bearer_in",
    "find",
    "html",
    "json_answer",
    "page_or",
    "routed",
    "routes_of",
]

JSON: Final = "application/json; charset=utf-8"
FORM: Final = "application/x-www-form-urlencoded"


@dataclass(slots=True, eq=False)
class Call:
    """A request, named and with its token looked up."""

    request: Request = field(repr=False)
    site: Site
    endpoint: str
    route: Route | None
    arguments: tuple[str, ...] = field(repr=False)
    token: Token | None = field(repr=False)
    child: Child | None = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def argument(self) -> str:
        """The value of the path's first placeholder; empty when it has none."""
        return self.arguments[0] if self.arguments else ""

    @property
    def child_id(self) -> str | None:
        """The child concerned, as text."""
        return str(self.child.portal_id) if self.child else None

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; of repeated ones the last."""
        return _last_of_each(self.request.scope["query_string"].decode("latin-1"))

    @property
    def is_served(self) -> bool:
        """Whether there is such a path, with this method."""
        return self.route is not None and self.route.method == self.request.method

    @property
    def media(self) -> str:
        """The content type of the body, without parameters."""
        return self.request.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form; of repeated ones the last. What is no form has none."""
        return _last_of_each(self.body.decode("utf-8", "replace")) if self.media == FORM else {}


def _last_of_each(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}


def bearer_in(request: Request, header: str = "authorization") -> str | None:
    """Return the bearer token of a header; None when it holds none."""
    kind, _, text = request.headers.get(header, "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else None


Handler = Callable[[State, Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A path with placeholders (``{}``), each a whole segment."""

    name: str
    pattern: str
    handler: Handler
    method: str = "GET"


Routes = Mapping[int, Sequence[Route]]
"""Routes by the number of segments of their paths."""


def routes_of(routes: Iterable[Route]) -> Routes:
    """Return the routes as a table for :func:`find`."""
    table: dict[int, list[Route]] = {}
    for route in routes:
        table.setdefault(route.pattern.count("/"), []).append(route)
    return table


def find(routes: Routes, raw_path: str, method: str) -> tuple[Route | None, tuple[str, ...]]:
    """Return the route of a path as it was on the wire, and the decoded values of its placeholders.

    The path is split before it is decoded: an encoded slash belongs to an id and splits nothing. A plain
    path goes before one with placeholders, and the right method before another one.
    """
    parts = raw_path.strip("/").split("/")
    found = [
        (route, arguments)
        for route in routes.get(len(parts) - 1, ())
        if (arguments := _match(route.pattern, parts)) is not None
    ]
    found.sort(key=lambda item: (len(item[1]), item[0].method != method))
    return found[0] if found else (None, ())


def _match(pattern: str, parts: list[str]) -> tuple[str, ...] | None:
    arguments = []
    for wanted, part in zip(pattern.split("/"), parts, strict=True):
        if wanted == "{}" and part:
            arguments.append(unquote(part))
        elif wanted != part:
            return None
    return tuple(arguments)


def routed(state: State, call: Call, absent: Callable[[int], Response]) -> Response:
    """Answer by the route; where there is none ``absent`` makes the answer: 404, or 405 for the method."""
    if call.route is None:
        return absent(404)
    if call.is_served:
        return call.route.handler(state, call)
    response = absent(405)
    response.headers["allow"] = call.route.method
    return response


def page_or(not_found: str) -> Callable[[int], Response]:
    """Return what makes this page for 404, and an empty one for any other status."""
    return lambda status: html(not_found if status == 404 else "", status)


def html(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A page."""
    return Response(text, status, headers, media_type="text/html; charset=utf-8")


def json_answer(payload: Mapping[str, Any] | bytes, status: int = 200, *, api_url: str = "") -> Response:
    """A JSON document; the placeholder in addresses becomes the address of the API."""
    if not isinstance(payload, bytes):
        payload = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    if api_url:
        payload = payload.replace(API.encode(), api_url.encode())
    return Response(payload, status, media_type=JSON)
