"""The document: every operation of the catalogue, with what it takes and what Librus answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from .._version import __version__
from ..endpoints import Operation, catalogue
from ..endpoints._sent import Describes, Sent
from ..models._fields import read_date
from ..settings import API_V3, GATEWAY_API_20
from ._apis import Api, DocumentBackend, api_of
from ._prose import prose, summary
from ._schemas import answer_schema, components, reached

__all__ = ["generate_openapi_document"]

_ID: Final = {"type": ["string", "integer"]}
_DAY: Final = {"type": "string", "format": "date"}
_NAMED: Final = re.compile(r"\{(\w+)\}")


class _Merged(NamedTuple):
    """What operations that share a path are called together."""

    operation_id: str
    summary: str
    description: str


_MERGED: Final[Mapping[str, _Merged]] = {
    "Timetables": _Merged(
        "getTimetables",
        "Read the timetable of a week or of a day",
        "Send either `weekStart`, a Monday, or `day`.",
    )
}


def generate_openapi_document(
    *,
    backend: DocumentBackend = API_V3,
    title: str | None = None,
    version: str = __version__,
    server_url: str | None = None,
) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document of the child API, ready for ``json.dumps``.

    Args:
        backend: which API: ``"api_v3"``, ``"gateway_api_20"``, or ``"wiadomosci"`` for the messages' website.
        title: the document's title; one that fits unless given.
        version: the document's version; this package's own unless given.
        server_url: where the API is; Librus's own address unless given. What the gateway has for
            kindergartens lies elsewhere and keeps its address.

    Raises:
        LibrusConfigurationError: there is no such API.
    """
    api = api_of(backend)
    operations = sorted(filter(api.describes, catalogue()), key=lambda one: (one.path, one.operation_id))
    sent = {operation.operation_id: _sent(operation, api) for operation in operations}
    schemas, named = components(answer.kind for answer in sent.values() if answer.kind is not bytes)
    paths: dict[str, Any] = {}
    for path, sharing in groupby(operations, key=lambda operation: operation.path):
        together = list(sharing)
        answer = sent[together[0].operation_id]
        if any(sent[other.operation_id] != answer for other in together):
            raise ValueError(f"the operations of {path} answer differently")
        item: dict[str, Any] = {_method(together[0]): _operation(path, together, _response(answer, schemas))}
        if (elsewhere := api.elsewhere.get(together[0].get.place)) is not None:
            item["servers"] = [{"url": elsewhere}]
        paths[f"/{path}"] = item
    return {
        "openapi": "3.1.0",
        "info": {
            "title": api.title if title is None else title,
            "version": version,
            "description": api.about,
        },
        "servers": [{"url": api.server if server_url is None else server_url}],
        "security": [{name: []} for name in api.security],
        "tags": [{"name": tag} for tag in sorted({operation.tag for operation in operations})],
        "paths": paths,
        "components": {
            "securitySchemes": {name: dict(scheme) for name, scheme in api.security.items()},
            "schemas": reached(paths, named),
        },
    }


def _method(operation: Operation) -> str:
    return "get" if operation.get.body is None else "post"


def _sent(operation: Operation, api: Api) -> Sent:
    decode = operation.get.decode
    if api.backend == GATEWAY_API_20 and operation.get.on_gateway is not None:
        decode = operation.get.on_gateway
    if not isinstance(decode, Describes):
        raise TypeError(f"the decoder of {operation.operation_id} does not say what it decodes")
    return decode.sent()


def _response(answer: Sent, schemas: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    if answer.kind is bytes:
        return {"description": "The file.", "content": {"application/octet-stream": {}}}
    schema = answer_schema(answer, schemas[answer.kind])
    return {"description": "What Librus keeps.", "content": {"application/json": {"schema": schema}}}


def _operation(path: str, sharing: Sequence[Operation], response: Mapping[str, Any]) -> dict[str, Any]:
    first = sharing[0]
    name, short, said = first.operation_id, summary(first.doc), prose(first.doc)
    if len(sharing) > 1:
        if path not in _MERGED:
            raise ValueError(f"several operations share the path {path}, which has no name for all of them")
        name, short, said = _MERGED[path]
    found: dict[str, Any] = {
        "operationId": name,
        "summary": short,
        "description": said,
        "tags": [first.tag],
    }
    parameters = [*_in_path(path), *_in_query(sharing)]
    if parameters:
        found["parameters"] = parameters
    if first.get.body is not None:
        sent = {"schema": {"type": "object"}, "example": first.get.body}
        found["requestBody"] = {"required": True, "content": {"application/json": sent}}
    return {**found, "responses": {"200": response}}


def _in_path(path: str) -> Iterable[dict[str, Any]]:
    for name in _NAMED.findall(path):
        yield {"name": name, "in": "path", "required": True, "schema": _ID}


def _in_query(sharing: Sequence[Operation]) -> Iterable[dict[str, Any]]:
    """Yield the query parameters. One that only some of the operations take can be left out."""
    for operation in sharing:
        for name, full in operation.get.query.items():
            alone = operation.least.query.get(name)
            # What is sent for no argument is a default; what is sent for a needed argument is none.
            needed = alone is not None and alone == full and _is_placeholder(full)
            schema = _query_schema(full)
            if alone is not None and not needed:
                schema = {**_query_schema(alone), "default": alone}
            yield {
                "name": name,
                "in": "query",
                "required": needed and all(name in other.query for other in sharing),
                "schema": schema,
            }


def _is_placeholder(value: object) -> bool:
    text = str(value)
    return bool(_NAMED.fullmatch(text)) or read_date(text) is not None


def _query_schema(value: object) -> dict[str, Any]:
    """Return the schema of a parameter by what is sent in it."""
    if value is None:
        # Left out for a placeholder, so nothing is known of its form.
        return dict(_ID)
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        return {"type": "integer"}
    if read_date(str(value)) is not None:
        return dict(_DAY)
    return dict(_ID) if _is_placeholder(value) else {"type": "string"}
