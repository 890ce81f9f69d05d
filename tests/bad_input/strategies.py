"""What may stand on the wire for a type, and what may not: derived from the models, not written for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st
from msgspec import inspect as wire

from librus_sdk.models import Embedded, HomeworkFile, LessonHours, PortalSubscription, Ref
from librus_sdk.models import _fields as fields
from librus_sdk.models._objects import JsonObject
from librus_sdk.models.extras import LooseTexts
from librus_sdk.models.homework import HomeworkFiles, LooseFiles, LooseIds
from librus_sdk.models.justifications import JustifiedLesson, JustifiedLessons
from librus_sdk.models.lessons import LooseRef
from librus_sdk.models.messages import MessageAttachment, MessageAttachments, OneOrMore, OptionalEpoch
from librus_sdk.models.portal import OptionalSubscription
from librus_sdk.models.post import (
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
from librus_sdk.models.receivers import ReceiverType, ReceiverTypeList
from librus_sdk.models.rows import Refs
from librus_sdk.models.school import Bells
from tests.models.samples import MARKER

__all__ = [
    "DIGITS",
    "JSON",
    "MISSING",
    "NEEDLES",
    "ODD",
    "Change",
    "Kind",
    "Site",
    "changed",
    "changes",
    "example",
    "kind_info",
    "kind_of",
    "records",
    "sites",
    "spread",
    "structs_in",
]

Strategy = st.SearchStrategy[Any]

# --- values that would be recognised wherever they were shown ---------------------------------------------

DIGITS: Final = 4815162342
FRACTION: Final = 48151.62342
NEEDLES: Final = (MARKER, str(DIGITS), str(FRACTION))

# One of each type of JSON. The text is no date, number or flag; the object has no field of any model.
ODD: Final[Mapping[str, Any]] = {
    "null": None,
    "bool": True,
    "int": DIGITS,
    "float": FRACTION,
    "str": MARKER,
    "array": [MARKER],
    "object": {MARKER: MARKER},
}
_ALL: Final = frozenset(ODD)
_NESTED: Final = frozenset({"array", "object"})
_SCALARS: Final = _ALL - _NESTED

_MARKED_TEXT: Final = st.text(max_size=4).map(lambda text: MARKER + text)
_MARKED_NUMBER: Final = st.integers(0, 12).map(lambda power: DIGITS * 10**power)
_USUAL: Final = st.sampled_from(
    [0, 1, -1, 2.0, "", " ", "0", "1", "1,5", "null", "true", "2026-09-14", "2026-02-30", "12:00"]
)
_LEAVES: Final = st.one_of(
    st.none(), st.booleans(), _USUAL, _MARKED_TEXT, _MARKED_NUMBER, _MARKED_NUMBER.map(lambda n: -n / 7)
)
_KEYS: Final = st.one_of(_MARKED_TEXT, st.sampled_from(["Id", "id", "Url", "Name", "state"]))
JSON: Final[Strategy] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=6,
)
"""Any JSON; what is long enough to be recognised can be."""


# --- types ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """What a type reads.

    Attributes:
        example: a value it reads, the same each time.
        valid: values it reads.
        refused: the types of :data:`ODD` it refuses; it reads the others.
        inside: the models that stand in it, though msgspec sees none.
    """

    example: Any
    valid: Strategy
    refused: frozenset[str]
    inside: tuple[type, ...] = ()


_INTS = st.integers(-(2**63), 2**63 - 1)
_WIDE_INTS = st.integers(-(10**40), 10**40)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_SCALAR_VALUES = st.one_of(st.none(), st.booleans(), _WIDE_INTS, _FLOATS, st.text(max_size=8))
_IDS = st.one_of(_WIDE_INTS, st.text(min_size=1, max_size=8))
_NOTHING = st.sampled_from([None, ""])
_DAYS = st.dates().map(str)
_MOMENTS = st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat(" "))
_TIMES = st.times().map(lambda time: time.replace(microsecond=0).isoformat())
_DAY, _MOMENT, _TIME = "2026-09-14", "2026-09-14 08:05:00", "08:05:00"
_POINTERS = st.one_of(
    _IDS,
    st.deferred(lambda: records(kind_info(Embedded))),
    st.builds(lambda item, url: {"Id": item, "Url": url, MARKER: url}, _IDS, st.text(max_size=4)),
)
_PEOPLE = st.one_of(_IDS, st.sampled_from([None, "", {}, {"id": None}]), st.fixed_dictionaries({"id": _IDS}))
_OBJECTS = st.dictionaries(st.text(max_size=8), JSON, max_size=4)


def _members(record: type) -> Strategy:
    member = st.deferred(lambda: records(kind_info(record)))
    return st.lists(st.one_of(member, st.sampled_from([None, []])), max_size=3)


def _or_nothing(values: Strategy) -> Strategy:
    return st.one_of(_NOTHING, values)


_NO_FLAGS = _SCALAR_VALUES.filter(lambda value: not isinstance(value, bool))
_POINTER: Final = {"Id": DIGITS, "Url": MARKER}
_MARKERS: Final[Mapping[Any, Kind]] = {
    fields.Id: Kind(MARKER, _IDS, _ALL - {"str", "int"}),
    fields.WarsawDate: Kind(_DAY, st.one_of(_DAYS, _MOMENTS), _ALL),
    fields.WarsawDateTime: Kind(_MOMENT, st.one_of(_DAYS, _MOMENTS), _ALL),
    fields.Token: Kind(MARKER, st.text(), _ALL - {"str"}),
    fields.OptionalId: Kind(MARKER, _or_nothing(_IDS), _ALL - {"str", "int", "null"}),
    fields.OptionalText: Kind(MARKER, _SCALAR_VALUES, _NESTED),
    fields.OptionalTexts: Kind([MARKER], _or_nothing(st.lists(JSON, max_size=3)), _ALL - {"array", "null"}),
    fields.OptionalDate: Kind(_DAY, st.one_of(_SCALAR_VALUES, _DAYS, _MOMENTS), _NESTED),
    fields.OptionalDateTime: Kind(_MOMENT, st.one_of(_SCALAR_VALUES, _MOMENTS), _NESTED),
    fields.OptionalTime: Kind(_TIME, st.one_of(_SCALAR_VALUES, _TIMES), _NESTED),
    fields.OptionalNumber: Kind("4,50", _NO_FLAGS, _NESTED | {"bool"}),
    fields.OptionalWhole: Kind(3, _NO_FLAGS, _NESTED | {"bool"}),
    fields.OptionalFlag: Kind(True, _SCALAR_VALUES, _NESTED),
    OptionalEpoch: Kind(
        1789365900,
        st.one_of(_SCALAR_VALUES, st.integers(0, 10**13 - 1), _MOMENTS),
        _NESTED,
    ),
    LooseRef: Kind(_POINTER, JSON, frozenset(), (Embedded,)),
    Refs: Kind(
        [_POINTER], _or_nothing(st.lists(_POINTERS, max_size=3)), _ALL - {"array", "null"}, (Ref, Embedded)
    ),
    OneOrMore: Kind(
        _POINTER,
        st.one_of(_NOTHING, _POINTERS, st.lists(_POINTERS, max_size=3)),
        frozenset({"bool", "float"}),
        (Ref, Embedded),
    ),
    LooseFiles: Kind([{"Id": DIGITS, "Name": MARKER, "Url": MARKER}], JSON, frozenset(), (HomeworkFile,)),
    LooseIds: Kind([DIGITS], JSON, frozenset()),
    MessageAttachments: Kind([_POINTER], JSON, frozenset(), (MessageAttachment,)),
    Bells: Kind(
        [{"From": _TIME, "To": _TIME}], _or_nothing(_members(LessonHours)), _ALL - {"null"}, (LessonHours,)
    ),
    HomeworkFiles: Kind(
        [{"Id": DIGITS, "Name": MARKER, "Url": MARKER}],
        _or_nothing(_members(HomeworkFile)),
        _ALL - {"null"},
        (HomeworkFile,),
    ),
    JustifiedLessons: Kind(
        [{"number": 3, "date": _DAY}],
        _or_nothing(_members(JustifiedLesson)),
        _ALL - {"null"},
        (JustifiedLesson,),
    ),
    LooseTexts: Kind([MARKER], JSON, frozenset()),
    MessageId: Kind(MARKER, _or_nothing(_IDS), _ALL - {"str", "int", "null"}),
    MailBody: Kind(MARKER, _SCALAR_VALUES, _NESTED),
    MailPerson: Kind(MARKER, _PEOPLE, _ALL - {"str", "int", "null", "object"}),
    MailPeople: Kind({"id": MARKER}, _PEOPLE, _ALL - {"str", "int", "null", "object"}),
    MailReceivers: Kind(
        [{"receiverId": DIGITS, "name": MARKER}],
        _or_nothing(_members(MailReceiver)),
        _ALL - {"null"},
        (MailReceiver,),
    ),
    MailFiles: Kind([{"id": DIGITS, "filename": MARKER}], JSON, frozenset(), (MessageAttachment,)),
    MailTags: Kind([MARKER], JSON, frozenset()),
    ReceiverTypeList: Kind(
        [{"id": MARKER, "name": MARKER}],
        _or_nothing(_members(ReceiverType)),
        _ALL - {"null"},
        (ReceiverType,),
    ),
    UnreadCounts: Kind(
        {"inbox": DIGITS},
        st.one_of(_OBJECTS, st.just([]), st.integers(0, 10**20), st.integers(0, 10**20).map(str)),
        _ALL - {"object", "int"},
    ),
    JsonObject: Kind({MARKER: MARKER}, st.one_of(_OBJECTS, st.just([])), _ALL - {"object"}),
    OptionalSubscription: Kind({"state": MARKER}, JSON, frozenset(), (PortalSubscription,)),
}


def kind_info(plain: Any) -> Any:
    """Return a type as msgspec describes it."""
    return wire.type_info(plain)


def kind_of(info: Any) -> Kind:
    """Return what is known of a type as msgspec describes it.

    Raises:
        LookupError: a field type is new here: say above what it reads.
    """
    match info:
        case wire.CustomType(cls=marker):
            base = marker if marker in _MARKERS or not issubclass(marker, JsonObject) else JsonObject
            return _MARKERS[base]
        case wire.StructType():
            whole = _ALL - {"object"}
            needs_some = any(field.required for field in info.fields)
            return Kind(example(info), records(info), whole | {"object"} if needs_some else whole)
        case wire.UnionType(types=types):
            kinds = [kind_of(each) for each in types if not isinstance(each, wire.NoneType)]
            refused = frozenset.intersection(*(kind.refused for kind in kinds))
            if len(kinds) < len(types):
                refused -= {"null"}
            valid = [kind.valid for kind in kinds]
            return Kind(
                kinds[-1].example, st.one_of(*valid, *([] if "null" in refused else [st.none()])), refused
            )
        case wire.AnyType():
            return Kind({MARKER: MARKER}, JSON, frozenset())
        case wire.IntType():
            return Kind(7, st.one_of(_INTS, _INTS.map(str)), _ALL - {"int"})
        case wire.BoolType():
            return Kind(
                True, st.sampled_from([True, False, 0, 1, "0", "1", "true", "false"]), _ALL - {"bool"}
            )
        case wire.StrType(pattern=r"^[0-9]+$"):
            return Kind("7", st.integers(0, 2**63 - 1).map(str), _ALL)
        case wire.StrType(min_length=least):
            return Kind(MARKER, st.text(min_size=least or 0, max_size=8), _ALL - {"str"})
        case wire.TimeType():
            return Kind(_TIME, _TIMES, _ALL)
        case _:
            raise LookupError(f"tests/bad_input/strategies.py knows nothing of {info}")


def _on_the_wire(info: Any) -> Iterator[Any]:
    # Names with "@" are set by us; Librus sends none.
    return (field for field in info.fields if not field.encode_name.startswith("@"))


def structs_in(info: Any) -> Iterator[Any]:
    """Yield the description of every model that stands in a type, the type itself included."""
    match info:
        case wire.StructType():
            yield info
            for field in _on_the_wire(info):
                yield from structs_in(field.type)
        case wire.UnionType(types=types):
            for each in types:
                yield from structs_in(each)
        case wire.CustomType():
            for record in kind_of(info).inside:
                yield from structs_in(kind_info(record))
        case _:
            pass


# --- records ----------------------------------------------------------------------------------------------


def example(info: Any, number: int | None = None) -> dict[str, Any]:
    """Return a record with every field; with a number, one that differs from those with other numbers."""
    record = {field.encode_name: kind_of(field.type).example for field in _on_the_wire(info)}
    if number is not None:
        for name in (
            "Id",
            "id",
            "messageId",
            "accountId",
            "teacherIdentifier",
            "senderId",
            "receiverId",
            "LessonNo",
            "gradeId",
            "identifier",
            "title",
        ):
            if name in record:
                record[name] = number
                break
        else:
            raise LookupError(f"nothing tells one {info.cls.__name__} from another")
    return record


def records(info: Any) -> Strategy:
    """Return valid records: any optional field may be missing or, as a rule, null."""
    needed: dict[str, Strategy] = {}
    optional: dict[str, Strategy] = {}
    for field in _on_the_wire(info):
        (needed if field.required else optional)[field.encode_name] = kind_of(field.type).valid
    return st.fixed_dictionaries(needed, optional=optional)


def _struct(info: Any) -> Any:
    """The model in a type that is one, or one or nothing."""
    candidates = info.types if isinstance(info, wire.UnionType) else (info,)
    return next((each for each in candidates if isinstance(each, wire.StructType)), None)


def spread(record: Any, info: Any, extra: Mapping[str, Any]) -> Any:
    """Return the record with the extra fields at every level, where it has none of that name."""
    struct = _struct(info)
    if struct is None or not isinstance(record, dict):
        return record
    types = {field.encode_name: field.type for field in struct.fields}
    known = {name: spread(value, types[name], extra) for name, value in record.items()}
    return {**{name: value for name, value in extra.items() if name not in types}, **known}


# --- changing one field -----------------------------------------------------------------------------------

MISSING: Final = object()


@dataclass(frozen=True)
class Site:
    """A place in a record: the names that lead there, none for the record itself."""

    names: tuple[str, ...]
    kind: Kind
    required: bool

    @property
    def path(self) -> str:
        return "".join(f".{name}" for name in self.names)


def sites(info: Any, names: tuple[str, ...] = ()) -> Iterator[Site]:
    """Yield every field of a type, those of nested models included, but not the type itself."""
    struct = _struct(info)
    for field in _on_the_wire(struct) if struct else ():
        site = Site((*names, field.encode_name), kind_of(field.type), field.required)
        yield site
        yield from sites(field.type, site.names)


def changed(record: Any, site: Site, value: Any) -> Any:
    """Return a copy of the record with another value there, or without the field."""
    if not site.names:
        return value
    first, *rest = site.names
    if rest:
        inner = Site(tuple(rest), site.kind, site.required)
        return {**record, first: changed(record[first], inner, value)}
    if value is MISSING:
        return {name: kept for name, kept in record.items() if name != first}
    return {**record, first: value}


@dataclass(frozen=True)
class Change:
    """A field with another value, and what has to come of it.

    Attributes:
        path: where the record is refused, from the record on; None when it is read nevertheless.
        reason: what the refusal says; None when any known reason will do.
    """

    site: Site
    value: Any
    path: str | None
    reason: str | None = None

    @property
    def name(self) -> str:
        shown = "missing" if self.value is MISSING else type(self.value).__name__
        return f"{self.site.path or 'the whole'}: {shown}"


def changes(info: Any, *, null: bool = True) -> Iterator[Change]:
    """Yield, for every field and the record itself, one value of each type, and the field left out."""
    for site in (Site((), kind_of(info), required=True), *sites(info)):
        for name, value in ODD.items():
            if site.names or null or value is not None:
                yield Change(site, value, site.path if name in site.kind.refused else None)
        if site.names:
            *parents, last = site.names
            above = "".join(f".{parent}" for parent in parents)
            reason = f"Object missing required field `{last}`"
            yield Change(site, MISSING, above if site.required else None, reason if site.required else None)
