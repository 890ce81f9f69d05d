"""One request on its way through the simulator, and the table of what exists."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from starlette.requests import Request
from starlette.responses import Response

from ._rows import API
from ._school import Child
from ._state import Origin, State, Token

__all__ = ["Call", "Handler", "Route", "find", "html", "json_answer"]

JSON: Final = "application/json; charset=utf-8"


@dataclass(slots=True, eq=False)
class Call:
    """A request, named and with its token looked up."""

    request: Request = field(repr=False)
    origin: Origin
    endpoint: str
    route: Route | None
    argument: str
    token: Token | None = field(repr=False)
    child: Child | None = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def child_id(self) -> str | None:
        """The child concerned, as text."""
        return str(self.child.portal_id) if self.child else None

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; of repeated ones the last."""
        text = self.request.scope["query_string"].decode("latin-1")
        return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}


Handler = Callable[[State, Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A path with at most one placeholder, which is its last segment."""

    name: str
    pattern: str
    handler: Handler
    method: str = "GET"


def find(routes: Mapping[str, Route], raw_path: str) -> tuple[Route | None, str]:
    """Return the route of a path as it was on the wire, and the decoded value of its placeholder.

    The path is split before it is decoded: an encoded slash belongs to an id and splits nothing.
    """
    path = raw_path.strip("/")
    if path in routes:
        return routes[path], ""
    parent, _, last = path.rpartition("/")
    route = routes.get(f"{parent}/{{}}")
    return (route, unquote(last)) if route and last else (None, "")


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
