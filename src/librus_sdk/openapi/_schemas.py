"""JSON Schemas of the answers: msgspec's view of the models, as Librus writes them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from ..endpoints._sent import Sent
from ..models._wire import RECORDS, REFERENCE, wire_schema
from ._prose import attributes, prose

__all__ = ["answer_schema", "components", "reached"]

# What stands beside the data. A server that writes an empty mapping as a list may do so here, too.
_BESIDE: Final = {
    "Resources": {"type": ["object", "array", "null"], "description": "Addresses of related reads."},
    "Url": {"type": ["string", "null"], "description": "The address of this read."},
}

_POINTED: Final = REFERENCE.format(name="")

# Seen where a school publishes no averages; the client understands it everywhere.
_STATUS: Final = "StatusAnswer"
_WITH_STATUS: Final = frozenset({"Averages"})
_STATUS_SCHEMA: Final = {
    "type": "object",
    "description": "The school has switched off what is read: no data, and yet status 200.",
    "properties": {
        "Status": {"type": "string", "examples": ["Disabled"]},
        "Code": {"type": ["string", "null"]},
        "Message": {"type": ["string", "null"]},
        **_BESIDE,
    },
    "required": ["Status"],
    "additionalProperties": True,
}


def components(kinds: Iterable[Any]) -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    """Return the schema of each type, and the named schemas they point at, sorted by name."""
    wanted = tuple(dict.fromkeys((*kinds, *RECORDS)))
    schemas, named = msgspec.json.schema_components(wanted, schema_hook=wire_schema, ref_template=REFERENCE)
    structs = {struct.__name__: struct for struct in _structs(wanted)}
    found = {
        name: _record(schema, structs[name]) if name in structs else schema for name, schema in named.items()
    }
    found[_STATUS] = _STATUS_SCHEMA
    return dict(zip(wanted, schemas, strict=True)), dict(sorted(found.items()))


def reached(start: Any, named: Mapping[str, Any]) -> dict[str, Any]:
    """Return the named schemas that a document uses, those that other schemas point at included."""
    found: set[str] = set()
    waiting: list[Any] = [start]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str) and part.startswith(_POINTED):
            name = part.removeprefix(_POINTED)
            if name not in found:
                found.add(name)
                waiting.append(named[name])
        elif isinstance(part, Mapping):
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return {name: schema for name, schema in named.items() if name in found}


def answer_schema(sent: Sent, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a whole answer; ``data`` is that of its data."""
    if sent.wrapper is None:
        bare = {"allOf": [dict(data), {"properties": dict(_BESIDE)}]} if data else {}
        if sent.or_under is None:
            return bare
        return {"anyOf": [answer_schema(Sent(sent.or_under, sent.kind), data), bare]}
    envelope = {
        "type": "object",
        "properties": {sent.wrapper: dict(data), **_BESIDE},
        "required": [sent.wrapper],
        "additionalProperties": True,
    }
    if sent.wrapper in _WITH_STATUS:
        return {"anyOf": [envelope, {"$ref": REFERENCE.format(name=_STATUS)}]}
    return envelope


def _structs(kinds: Iterable[Any]) -> Iterator[type[msgspec.Struct]]:
    """Yield every model that is reachable from the types."""
    seen: set[int] = set()
    waiting: list[Any] = list(msgspec.inspect.multi_type_info(kinds))
    while waiting:
        info = waiting.pop()
        if id(info) in seen:
            continue
        seen.add(id(info))
        if isinstance(info, msgspec.inspect.StructType):
            yield info.cls
            waiting.extend(field.type for field in info.fields)
        single = ("item_type", "key_type", "value_type", "type")
        waiting.extend(getattr(info, name) for name in single if hasattr(info, name))
        waiting.extend(getattr(info, "item_types", ()))
        waiting.extend(getattr(info, "types", ()))


def _record(schema: Mapping[str, Any], struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the schema of a model as it is on the wire: open, without our defaults, with its words."""
    names = {field.name: field.encode_name for field in msgspec.structs.fields(struct)}

    def wired(text: str) -> str:
        """Call the fields what Librus calls them."""
        text = re.sub(r"`(\w+)`", lambda found: f"`{names.get(found[1], found[1])}`", text)
        return re.sub(r"\bNone\b", "null", text[:1].upper() + text[1:])

    said = {names[name]: wired(text) for name, text in attributes(struct).items() if name in names}
    properties: dict[str, Any] = {}
    for key, sent in schema["properties"].items():
        if key.startswith("@"):
            # Ours: Librus sends no such name.
            continue
        field = {word: value for word, value in sent.items() if word != "default"}
        if key in said:
            field["description"] = "\n\n".join(filter(None, (said[key], field.get("description"))))
        properties[key] = field
    record = {
        "type": "object",
        "description": wired(prose(inspect.cleandoc(struct.__doc__ or ""))),
        "properties": properties,
    }
    if schema.get("required"):
        record["required"] = schema["required"]
    return {**record, "additionalProperties": True}
