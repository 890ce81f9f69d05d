"""What the messages' website answers with: pages, lists with or without a wrapper, people in groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final, Generic, TypeVar, cast

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from ..models._decode import (
    BROKEN,
    ENVELOPE,
    Misfit,
    decoder,
    explain,
    misfit_of,
    open_envelope,
    set_aside,
    split,
)
from ..models._objects import loose_text
from ..models.page import Page
from ..models.post import MailMessage, normalised
from ..models.receivers import Receiver
from ..models.rows import Rejected, Rows
from ._sent import Sent
from ._shapes import Decode, Shape

__all__ = ["messages_page", "opened", "page_of", "people", "rows_or_bare"]

T = TypeVar("T")

_decoder: Final[Callable[[Any], msgspec.json.Decoder[Any]]] = cache(decoder)
_DATA: Final = "data"


def _starts_with(body: bytes | Raw, sign: bytes) -> bool:
    return bytes(body).lstrip().startswith(sign)


def _as_sent(row: Raw) -> Raw | bytes:
    return row


@dataclass(frozen=True)
class _ListShape(Shape[Rows[T]], Generic[T]):
    """A list, under a wrapper or bare.

    Attributes:
        prepare: what is done to a row's JSON before it is decoded.
    """

    row: type[T]
    prepare: Callable[[Raw], Raw | bytes] = field(default=_as_sent, compare=False, kw_only=True)

    def sent(self) -> Sent:
        return Sent(_DATA, tuple[self.row, ...])  # type: ignore[name-defined]

    def _read(self, body: bytes) -> Rows[T] | Misfit:
        if _starts_with(body, b"["):
            members, path = split(Raw(body), "$"), "$"
            if isinstance(members, Misfit):
                return misfit_of(body, ValueError())
        else:
            member = open_envelope(body, _DATA)
            if isinstance(member, Misfit):
                return member
            path = f"$.{_DATA}"
            members = split(member, path)
            if isinstance(members, Misfit):
                return members
        fitting: list[T] = []
        odd: list[Rejected] = []
        for index, row in enumerate(members):
            try:
                fitting.append(_decoder(self.row).decode(self.prepare(row)))
            except BROKEN as error:
                odd.append(set_aside(f"{path}[{index}]", row, error))
        return self._listed(fitting, odd, body)

    def _listed(self, fitting: list[T], odd: list[Rejected], body: bytes) -> Rows[T]:
        return Rows(fitting, rejected=odd, raw=body)


@dataclass(frozen=True)
class _PageShape(_ListShape[T]):
    """One page of such a list."""

    page: int
    limit: int

    def _listed(self, fitting: list[T], odd: list[Rejected], body: bytes) -> Page[T]:
        total = _total(body)
        return Page(fitting, rejected=odd, raw=body, page=self.page, limit=self.limit, total=total)


def _total(body: bytes) -> int | None:
    try:
        found: int = _decoder(int).decode(ENVELOPE.decode(body)["total"])
    except (*BROKEN, KeyError):
        return None
    return found if found >= 0 else None


def page_of(row: type[T], page: int, limit: int) -> Decode[Page[T]]:
    """Return the decoder of a page of ``row``."""
    return cast("Decode[Page[T]]", _PageShape(row, page, limit))


def rows_or_bare(row: type[T]) -> Decode[Rows[T]]:
    """Return the decoder of a list of ``row``, under ``data`` or bare."""
    return _ListShape(row)


def messages_page(mailbox: str, page: int, limit: int) -> Decode[Page[MailMessage]]:
    """Return the decoder of a page of messages."""
    shape = _PageShape(MailMessage, page, limit, prepare=partial(normalised, mailbox=mailbox))
    return cast("Decode[Page[MailMessage]]", shape)


@dataclass(frozen=True)
class _OpenedShape(Shape[MailMessage]):
    """One message."""

    mailbox: str = field(compare=False)

    @staticmethod
    def sent() -> Sent:
        return Sent(_DATA, MailMessage)

    def _read(self, body: bytes) -> MailMessage | Misfit:
        member = open_envelope(body, _DATA)
        if isinstance(member, Misfit):
            return member
        try:
            found: MailMessage = _decoder(MailMessage).decode(normalised(member, self.mailbox))
        except BROKEN as error:
            tail, what = explain(error)
            return Misfit("shape", (f"$.{_DATA}{tail}: {what}",))
        return found


def opened(mailbox: str) -> Decode[MailMessage]:
    """Return the decoder of a message that was opened."""
    return _OpenedShape(mailbox)


# --- people in groups -------------------------------------------------------------------------------------

_LISTS: Final = ("receivers", "classes", _DATA)
_DEEPEST: Final = 6
_Leaf = tuple[str, Raw, str | None]


@dataclass(frozen=True)
class _PeopleShape(Shape[Rows[Receiver]]):
    """People who can be written to: a list, or lists in groups; a family may be a list in a list.

    Attributes:
        type: the kind of receivers that was asked for.
    """

    type: str = field(compare=False)

    @staticmethod
    def sent() -> Sent:
        return Sent(_LISTS[0], tuple[Receiver, ...])

    def _read(self, body: bytes) -> Rows[Receiver] | Misfit:
        if _starts_with(body, b"["):
            found, path = Raw(body), "$"
        else:
            opened_at = _list_in(body, "$")
            if isinstance(opened_at, Misfit):
                return opened_at
            found, path = opened_at
        members = split(found, path)
        if isinstance(members, Misfit):
            return misfit_of(body, ValueError()) if path == "$" else members
        fitting: list[Receiver] = []
        odd: list[Rejected] = []
        for at, row, group in _leaves(members, path, None, 0):
            try:
                found_here = [replace(one, group=group, type=self.type) for one in _persons(row)]
            except BROKEN as error:
                odd.append(set_aside(at, row, error))
            else:
                fitting += found_here
        return Rows(fitting, rejected=odd, raw=body)


def _list_in(body: bytes | Raw, path: str) -> tuple[Raw, str] | Misfit:
    """Return the list of an answer and where it stands; it was seen under three names."""
    missing: Misfit | None = None
    for name in _LISTS:
        member = open_envelope(bytes(body), name)
        if not isinstance(member, Misfit):
            at = f"{path}.{name}"
            deeper = name == _DATA and path == "$" and _starts_with(member, b"{")
            return _list_in(member, at) if deeper else (member, at)
        missing = missing or member
    assert missing is not None
    return missing


def _leaves(members: Iterable[Raw], path: str, group: str | None, depth: int) -> Iterator[_Leaf]:
    """Yield what should be people, each with its place and the group it stands in."""
    for index, row in enumerate(members):
        at = f"{path}[{index}]"
        inside = _group(row) if depth < _DEEPEST else None
        if inside is None:
            yield at, row, group
            continue
        label, below = inside
        people_below = split(below, at)
        if isinstance(people_below, Misfit):
            yield at, row, group
        else:
            yield from _leaves(people_below, f"{at}.{_LISTS[0]}", label or group, depth + 1)


def _group(row: Raw) -> tuple[str | None, Raw] | None:
    """Return the name of a group and its members, where this is one."""
    try:
        members = ENVELOPE.decode(row)
    except BROKEN:
        return None
    if _LISTS[0] not in members:
        return None
    label = loose_text(_plain(members.get("label")))
    return label, members[_LISTS[0]]


def _plain(member: Raw | None) -> object:
    try:
        return None if member is None else msgspec.json.decode(member)
    except BROKEN:
        return None


def _persons(row: Raw) -> tuple[Receiver, ...]:
    """Return the person, or those of one family, who stand in a list of their own."""
    family = split(row, "")
    if not isinstance(family, Misfit) and family and all(_starts_with(one, b"{") for one in family):
        return tuple(_decoder(Receiver).decode(one) for one in family)
    return (_decoder(Receiver).decode(row),)


def people(receiver_type: str) -> Decode[Rows[Receiver]]:
    """Return the decoder of people who can be written to."""
    return _PeopleShape(receiver_type)
