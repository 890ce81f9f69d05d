"""The answers every family of the child API shares: a list, one row, an error."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from ._call import JSON, Call, json_answer
from ._rows import API
from ._school import Child
from ._state import State
from ._tables import encode

__all__ = ["api_error", "child_of", "collection", "encoded", "error", "one"]

_MESSAGES: Final = {
    400: ("InvalidRequest", "Invalid request"),
    403: ("AccessDeny", "Access deny"),
    404: ("NotFound", "Resource not found"),
    405: ("MethodNotAllowed", "Method not allowed"),
}


def child_of(call: Call) -> Child:
    """The child whose token or session the request carries."""
    assert call.child is not None  # the others were refused
    return call.child


def api_error(status: int) -> Response:
    """The usual error body of a status."""
    code, message = _MESSAGES.get(status, ("", "Request failed"))
    return error(status, **{"Status": "Error"} | ({"Code": code} if code else {}), Message=message)


def error(status: int, **body: Any) -> Response:
    """An error with this body."""
    return json_answer(body, status)


def encoded(payload: dict[str, Any], path: str, call: Call) -> Response:
    """The document as the answer to a call; the placeholder in addresses becomes the API's address."""
    return Response(_placed(encode(payload, path), call), 200, media_type=JSON)


def collection(state: State, call: Call) -> Response:
    """A list of rows, without those that were deleted."""
    child, path = child_of(call), call.endpoint
    table = state.world.tables(child)[path]
    left = state.changes.kept(child, path, table.rows)
    if len(left) < len(table.rows):
        return encoded({table.many: left}, path, call)
    return Response(_placed(state.world.body(child, path), call), 200, media_type=JSON)


def one(state: State, call: Call) -> Response:
    """One row by its id; several by ids joined with commas."""
    path = call.endpoint.removesuffix("/{id}")
    child = child_of(call)
    table = state.world.tables(child)[path]
    wanted = call.argument.split(",")
    known = tuple(row for row in table.rows if str(row["Id"]) in wanted)
    rows = state.changes.kept(child, path, known)
    if not rows:
        if known and path == "SchoolNotices":
            return error(404, Status="Error", Code="NoticeNotFound", Message="Notice not found")
        return api_error(404)
    payload: dict[str, Any] = {table.many: rows} if len(wanted) > 1 else {table.one: rows[0]}
    return encoded(payload, f"{path}/{call.argument}", call)


def _placed(body: bytes, call: Call) -> bytes:
    where = call.site.base.rstrip("/")  # the gateway has the same rows
    base = f"{call.request.url.scheme}://{call.request.headers.get('host', '')}{where}"
    return body.replace(API.encode(), base.encode())
