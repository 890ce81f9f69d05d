"""What list endpoints return, and how one record points at another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, overload

from msgspec import Struct, convert, field

from ._fields import WANT_REFS, Id, OptionalId, OptionalText, WireId, accepts, dec_hook, read_id, reads

__all__ = ["Embedded", "Record", "Ref", "Refs", "Rejected", "Rows"]

T_co = TypeVar("T_co", covariant=True)


class Record(Struct, frozen=True, kw_only=True, gc=False, rename="pascal"):
    """The base of the models: immutable, snake_case here and PascalCase on the wire, unknown keys ignored.

    Models are not tracked by the garbage collector: they hold values and other models, never themselves.
    """


class Ref(Record, frozen=True, kw_only=False, eq=False):
    """A pointer to another record.

    Confirmed live. Ids are compared as text, because Librus sends the same id as a number here and as text
    there; a list of grades holds thousands of pointers, so the text is made when it is asked for.

    Attributes:
        wire_id: the id as it was sent; use :attr:`id`.
        url: the address of the record on the API, where Librus sent one.
    """

    wire_id: WireId = field(name="Id")
    url: str | None = None

    @property
    def id(self) -> Id:
        """The id, always text."""
        return str(self.wire_id)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ref):
            return NotImplemented
        return self.id == other.id and self.url == other.url

    def __hash__(self) -> int:
        return hash((self.id, self.url))

    def __repr__(self) -> str:
        return f"Ref(id={self.id!r}, url={self.url!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id), ("url", self.url)]


class Embedded(Record, frozen=True, kw_only=True):
    """A pointer that may carry the record's names along, or be nothing but names.

    Timetable lessons and agenda entries use it for subject, teacher, class and classroom. That an object
    stands there is confirmed live; which names it carries was seen on the sibling API.

    Attributes:
        text: what a comment says, where the comment itself stands in place of a pointer (seen on the sibling
            API). Personal data.
    """

    id: OptionalId = None
    url: OptionalText = None
    name: OptionalText = None
    short: OptionalText = None
    symbol: OptionalText = None
    number: OptionalText = None
    first_name: OptionalText = None
    last_name: OptionalText = None
    text: OptionalText = None

    @property
    def label(self) -> str | None:
        """The name to show: a name, else a person's first and last name, else a symbol; None without any."""
        person = " ".join(part for part in (self.first_name, self.last_name) if part)
        return self.name or person or self.symbol or self.short or None


if TYPE_CHECKING:
    Refs: TypeAlias = tuple[Ref | Embedded, ...]
else:

    class Refs(metaclass=accepts(tuple)):
        """Pointers sent as a list of objects or of bare ids; ``null`` and ``""`` are none at all.

        An object without an id is no pointer but the record itself, and is kept as that.
        """


def _read_refs(value: object) -> tuple[Ref | Embedded, ...]:
    if value is None or value == "":
        return ()
    if not isinstance(value, list):
        raise ValueError(WANT_REFS)  # noqa: TRY004  (msgspec adds the path to a ValueError)
    return tuple(_read_ref(item) for item in value)


def _read_ref(item: Any) -> Ref | Embedded:
    if type(item) is dict:
        sent, url = item.get("Id"), item.get("Url")
        if sent is None or sent == "":
            return _read_embedded(item)
    else:
        sent, url = item, None
    return Ref(sent if type(sent) is int else read_id(sent), url if type(url) is str else None)


def _read_embedded(item: dict[str, Any]) -> Embedded:
    try:
        return convert(item, Embedded, strict=False, dec_hook=dec_hook)
    except ValueError:
        pass
    # Not the error msgspec raised: it would tell a path without its beginning.
    raise ValueError(WANT_REFS)


reads(Refs, _read_refs)


class Rejected(Struct, frozen=True, kw_only=True, gc=False):
    """A row that does not fit its model.

    Attributes:
        path: where it stands in the answer, e.g. ``$.Grades[7].Subject.Id``.
        reason: what was expected there; never the value that was found.
        raw: the row as Librus sent it, JSON. Personal data: it is not in the repr. Empty for rows that hold
            a token.
    """

    path: str
    reason: str
    raw: bytes = b""

    def __repr__(self) -> str:
        return f"Rejected(path={self.path!r}, reason={self.reason!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("path", self.path), ("reason", self.reason)]


class Rows(Sequence[T_co], Generic[T_co]):
    """An immutable list of records, with what did not fit and the answer it came from.

    It compares by its records. A slice is a plain ``tuple``: it is no longer the answer to a request.

    >>> rows = Rows(["a", "b"], raw=b'["a", "b"]')
    >>> rows, rows[0], rows[1:]
    (<Rows: 2 rows>, 'a', ('b',))
    """

    __slots__ = ("_by_id", "_items", "_raw", "_rejected")

    def __init__(self, items: Iterable[T_co], *, rejected: Iterable[Rejected] = (), raw: bytes = b"") -> None:
        self._items = tuple(items)
        self._by_id: dict[str, T_co] | None = None
        self._rejected = tuple(rejected)
        self._raw = raw

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """The rows that do not fit the model: where they stand and why. They are not among the items."""
        return self._rejected

    @property
    def raw(self) -> bytes:
        """The undecoded answer, with every field the models do not know. Personal data: not in the repr.

        Only what no JSON parser would take is mended: a byte order mark is gone, half a character is U+FFFD.
        """
        return self._raw

    def by_id(self, wanted: Id | int | Ref | Embedded | None) -> T_co | None:
        """Return the record with this id, or the one a pointer points at; None when there is none.

        Ids are compared as text. Of several records with one id it is the first.
        """
        if isinstance(wanted, (Ref, Embedded)):
            wanted = wanted.id
        if self._by_id is None:
            index: dict[str, T_co] = {}
            for item in self._items:
                key = getattr(item, "id", None)
                if key is not None:
                    index.setdefault(str(key), item)
            self._by_id = index
        return None if wanted is None else self._by_id.get(str(wanted))

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T_co, ...]: ...
    def __getitem__(self, index: int | slice) -> T_co | tuple[T_co, ...]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._items)

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __reversed__(self) -> Iterator[T_co]:
        return reversed(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows):
            return NotImplemented
        return self._items == other._items

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        rows = "1 row" if len(self) == 1 else f"{len(self)} rows"
        return f"<Rows: {rows}, {len(self._rejected)} rejected>" if self._rejected else f"<Rows: {rows}>"

    def _besides(self) -> dict[str, Any]:
        """Return what a twin is made with besides the items."""
        return {"rejected": self._rejected, "raw": self._raw}

    def __reduce__(self) -> tuple[Any, ...]:
        return (partial(type(self), **self._besides()), (self._items,))
