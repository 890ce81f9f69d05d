"""What Librus may send where a field type stands, as JSON Schema.

A field type is a marker class that no library can describe. A form listed here is always one that the type's
reader accepts; the readers forgive some more, which nobody should rely on.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any, Final

from . import _fields as fields
from ._objects import JsonObject
from .extras import LooseTexts
from .homework import HomeworkFile, HomeworkFiles, LooseFiles, LooseIds
from .justifications import JustifiedLesson, JustifiedLessons
from .lessons import LooseRef
from .messages import MessageAttachment, MessageAttachments, OneOrMore, OptionalEpoch
from .post import (
    MailBody,
    MailFiles,
    MailPeople,
    MailPerson,
    MailReceiver,
    MailReceivers,
    MailTags,
    MessageId,
    UnreadCounts,
)
from .receivers import ReceiverType, ReceiverTypeList
from .rows import Embedded, Ref, Refs
from .school import Bells, LessonHours

__all__ = ["RECORDS", "REFERENCE", "SCHEMAS", "wire_schema"]

REFERENCE: Final = "#/components/schemas/{name}"
"""Where a document keeps the schema of a model."""


_DAY: Final = r"^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_MAYBE_TEXT: Final = ["string", "null"]
_NONE: Final = ({"type": "null"}, {"const": ""})
_EMPTY: Final = {"type": "array", "maxItems": 0}


def _pointed(record: type) -> dict[str, Any]:
    return {"$ref": REFERENCE.format(name=record.__name__)}


_POINTER: Final = (_pointed(Ref), _pointed(Embedded), {"type": ["string", "integer"], "minLength": 1})


def _listed(record: type) -> dict[str, Any]:
    """Return the schema of a list whose members may be empty."""
    member = {"anyOf": [_pointed(record), {"type": "null"}, _EMPTY]}
    return {"anyOf": [{"type": "array", "items": member}, *_NONE]}


_SAID: Final = ({"type": ["string", "integer"]}, {"type": "object"})
_PERSON: Final = {
    "type": ["string", "integer", "object", "null"],
    "properties": {"id": {"type": ["string", "integer", "null"]}},
    "description": "The id of a person, bare or in an object; or nothing.",
}
_MAIL_FILE: Final = {"id": {"type": ["string", "integer", "null"]}, "filename": {"type": _MAYBE_TEXT}}
_FILE: Final = (_pointed(MessageAttachment), {"type": ["string", "integer"]})


SCHEMAS: Final[Mapping[Any, Mapping[str, Any]]] = {
    fields.Id: {
        "type": ["string", "integer"],
        "minLength": 1,
        "description": "An id; numbers and texts mix.",
    },
    fields.OptionalId: {"type": ["string", "integer", "null"], "description": "An id, or nothing."},
    fields.Token: {"type": "string", "description": "A bearer token."},
    fields.WarsawDate: {
        "type": "string",
        "pattern": rf"{_DAY}$",
        "description": "A day in Warsaw, `YYYY-MM-DD`.",
        "examples": ["2026-09-14"],
    },
    fields.WarsawDateTime: {
        "type": "string",
        "pattern": rf"{_DAY}[ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$",
        "description": "A moment in Warsaw, `YYYY-MM-DD HH:MM:SS`, without a zone.",
        "examples": ["2026-09-14 08:05:00"],
    },
    fields.OptionalDate: {
        "type": _MAYBE_TEXT,
        "description": "A day in Warsaw, `YYYY-MM-DD`; `0000-00-00`, an empty text and null are none.",
        "examples": ["2026-09-14"],
    },
    fields.OptionalDateTime: {
        "type": _MAYBE_TEXT,
        "description": "A moment in Warsaw, `YYYY-MM-DD HH:MM:SS`; an empty text and null are none.",
        "examples": ["2026-09-14 08:05:00"],
    },
    fields.OptionalTime: {
        "type": _MAYBE_TEXT,
        "description": "A time of day, `HH:MM` or `HH:MM:SS`; an empty text and null are none.",
        "examples": ["08:05"],
    },
    fields.OptionalText: {"type": ["string", "number", "boolean", "null"]},
    fields.OptionalTexts: {
        "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}, {"const": ""}],
        "description": "A list of texts; null and an empty text are none.",
    },
    fields.OptionalNumber: {
        "type": ["number", "string", "null"],
        "description": "A number, also as text and with a decimal comma; other text is none.",
        "examples": ["4,50"],
    },
    fields.OptionalWhole: {
        "type": ["number", "string", "null"],
        "description": "A whole number, also as text; other text is none.",
    },
    fields.OptionalFlag: {
        "type": ["boolean", "integer", "string", "null"],
        "description": "True or false, also as 0 or 1, or as text.",
    },
    OptionalEpoch: {
        "type": ["integer", "string", "null"],
        "description": "A moment in seconds (10 digits) or milliseconds (13) from 1970, or as text.",
        "examples": [1789365900],
    },
    LooseRef: {
        "type": ["object", "string", "integer", "null"],
        "properties": {"Id": {"type": ["string", "integer", "null"]}, "Url": {"type": _MAYBE_TEXT}},
        "description": "A pointer: an object, a bare id, or nothing.",
    },
    Refs: {
        "anyOf": [{"type": "array", "items": {"anyOf": list(_POINTER)}}, *_NONE],
        "description": "Pointers (objects, bare ids) or records; null and an empty text are none.",
    },
    OneOrMore: {
        "anyOf": [{"type": "array", "items": {"anyOf": list(_POINTER)}}, *_POINTER, *_NONE],
        "description": 'One or several pointers (objects, bare ids) or records; null and "" are none.',
    },
    Bells: _listed(LessonHours),
    HomeworkFiles: _listed(HomeworkFile),
    JustifiedLessons: _listed(JustifiedLesson),
    LooseFiles: {
        "anyOf": [{"type": "array", "items": {"anyOf": [_pointed(HomeworkFile), {"type": "null"}]}}, *_NONE],
        "description": "Files, if any; in which form is not known.",
    },
    LooseIds: {
        "anyOf": [{"type": "array", "items": {"anyOf": list(_POINTER)}}, *_NONE],
        "description": "Ids or pointers, if any; in which form is not known.",
    },
    LooseTexts: {
        "anyOf": [{"type": "array", "items": {"anyOf": list(_SAID)}}, *_SAID, *_NONE],
        "description": "A text, texts, or objects with a name; in which form is not known.",
    },
    MessageAttachments: {
        "anyOf": [
            {"type": "array", "items": {"anyOf": [*_FILE, {"type": "null"}, _EMPTY]}},
            *_FILE,
            *_NONE,
        ],
        "description": "Files, if any; in which form is not known.",
    },
    MessageId: {"type": ["string", "integer", "null"], "description": "An id, or nothing."},
    MailBody: {
        "type": ["string", "null"],
        "description": "HTML: bare, as base64, or as base64 of XML with a CDATA section; lists cut it.",
    },
    MailPerson: _PERSON,
    MailPeople: _PERSON,
    MailReceivers: _listed(MailReceiver),
    MailFiles: {
        "anyOf": [{"type": "array", "items": {"type": "object", "properties": _MAIL_FILE}}, *_NONE],
        "description": "The files of a message.",
    },
    MailTags: {
        "anyOf": [{"type": "array", "items": {"anyOf": list(_SAID)}}, *_NONE],
        "description": "Tags, if any; in which form is not known.",
    },
    ReceiverTypeList: _listed(ReceiverType),
    UnreadCounts: {
        "anyOf": [
            {"type": "object", "additionalProperties": {"type": ["integer", "string", "null"]}},
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": "^[0-9]+$"},
            _EMPTY,
        ],
        "description": "Unread messages: a number for each mailbox, or one for the inbox.",
    },
    JsonObject: {
        "anyOf": [{"type": "object", "additionalProperties": True}, _EMPTY],
        "description": "An object with Librus's own keys; an empty one may come as an empty list.",
    },
}
"""The schema of every field type that the models of these documents use."""

RECORDS: Final = (
    Ref,
    Embedded,
    LessonHours,
    HomeworkFile,
    JustifiedLesson,
    MessageAttachment,
    MailReceiver,
    ReceiverType,
)
"""The models these schemas point at; a document has to contain those it uses."""


def wire_schema(marker: Any) -> dict[str, Any]:
    """Return what may stand on the wire for a field type; the hook of ``msgspec.json.schema_components``.

    Raises:
        NotImplementedError: nothing is known of the type.
    """
    described = marker in SCHEMAS and marker is not JsonObject
    if not described and isinstance(marker, type) and issubclass(marker, JsonObject):
        first = cleandoc(marker.__doc__ or "").partition("\n\n")[0]
        return {**SCHEMAS[JsonObject], "description": " ".join(first.split())}
    if marker not in SCHEMAS:
        raise NotImplementedError
    return dict(SCHEMAS[marker])
