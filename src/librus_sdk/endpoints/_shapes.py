"""What an endpoint answers with: a list, one object, a number, fields at the top level, or any JSON.

``rows``, ``rows_or_one``, ``one``, ``number``, ``root``, ``root_or_one`` and ``raw_json`` return decoders.
Called with a body, the endpoint's name for messages and the strict flag, a decoder returns the models or
raises one of our errors. Decoding everything at once is the fast way, and a list is only taken apart when
that fails.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Final, Generic, Protocol, TypeVar, cast

import msgspec

from ..models._decode import (
    BROKEN,
    ENVELOPE,
    Misfit,
    decoder,
    explain,
    finish,
    misfit_of,
    open_envelope,
    read,
    set_aside,
    sift,
    split,
    switched_off,
)
from ..models.rows import Rows
from ._sent import Digits, Sent

__all__ = ["Decode", "Shape", "number", "one", "raw_json", "root", "root_or_one", "rows", "rows_or_one"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Decode(Protocol[T_co]):
    """Turns a body into models; the endpoint is its name as errors may show it.

    To fix ``strict`` beforehand use ``functools.partial``: a function around this would be a frame that holds
    the body when an error passes through it, and crash reports show the locals of frames.
    """

    def __call__(self, body: bytes, endpoint: str, strict: bool) -> T_co:
        """Return the models. Odd rows are an error when ``strict`` is set, else they are set aside."""
        ...


class Shape(Generic[T_co]):
    """A decoder that reads a body to what is wanted, or says why not."""

    def _read(self, body: bytes) -> T_co | Misfit:
        """Return what the body holds. It is called once more when a body that was no JSON could be mended."""
        raise NotImplementedError

    def __call__(self, body: bytes, endpoint: str, strict: bool) -> T_co:
        """Return the models, as :class:`Decode` says."""
        outcome = read(body, self._read)
        del body
        # Of what is set aside row by row there is a list; of anything else there is nothing to set aside.
        return finish(outcome, getattr(outcome, "rejected", ()), endpoint, strict=strict)


_STATUS_KEYS: Final = frozenset({"Status", "Resources", "Url", "Code", "Message", "MessagePL"})


class _RowsShape(Shape[Rows[T]], Generic[T]):
    """A list under a wrapper."""

    def __init__(self, wrapper: str, row: type[T]) -> None:
        self.wrapper = wrapper
        self.row = row

    def sent(self) -> Sent:
        return Sent(self.wrapper, tuple[self.row, ...])  # type: ignore[name-defined]

    @cached_property
    def _whole(self) -> msgspec.json.Decoder[Any]:
        items = ("items", tuple[self.row, ...], msgspec.field(name=self.wrapper))  # type: ignore[name-defined]
        return decoder(msgspec.defstruct("Envelope", [items], gc=False))

    @cached_property
    def _single(self) -> msgspec.json.Decoder[T]:
        return decoder(self.row)

    def _read(self, body: bytes) -> Rows[T] | Misfit:
        try:
            return Rows(self._whole.decode(body).items, raw=body)
        except BROKEN:
            pass
        member = open_envelope(body, self.wrapper)
        if isinstance(member, Misfit):
            return member
        path = f"$.{self.wrapper}"
        members = split(member, path)
        if isinstance(members, Misfit):
            return members
        fitting, odd = sift(members, path, self._single)
        return Rows(fitting, rejected=odd, raw=body)


class _RowsOrOneShape(_RowsShape[T]):
    """A list under a wrapper, where Librus also sends one object, or null for none."""

    def sent(self) -> Sent:
        return Sent(self.wrapper, tuple[self.row, ...] | self.row | None)  # type: ignore[name-defined]

    def _read(self, body: bytes) -> Rows[T] | Misfit:
        try:
            member = ENVELOPE.decode(body).get(self.wrapper)
        except BROKEN:
            member = None
        sent = b"" if member is None else bytes(member).strip()
        if sent == b"null":
            return Rows((), raw=body)
        if member is None or not sent.startswith(b"{"):
            return super()._read(body)
        try:
            return Rows((self._single.decode(member),), raw=body)
        except BROKEN as error:
            odd = set_aside(f"$.{self.wrapper}", member, error)
        return Rows((), rejected=(odd,), raw=body)


class _NumberShape(Shape[int]):
    """A whole number under a wrapper, sent as a number or as digits."""

    def __init__(self, wrapper: str) -> None:
        self.wrapper = wrapper

    def sent(self) -> Sent:
        return Sent(self.wrapper, int | Digits)

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[int]:
        return decoder(int)

    def _read(self, body: bytes) -> int | Misfit:
        member = open_envelope(body, self.wrapper)
        if isinstance(member, Misfit):
            return member
        try:
            return self._decoder.decode(member)
        except BROKEN as error:
            tail, what = explain(error)
            return Misfit("shape", (f"$.{self.wrapper}{tail}: {what}",))


class _OneShape(Shape[T]):
    """One object under a wrapper, where Librus may also send it as a list of one."""

    def __init__(self, wrapper: str, kind: type[T], *, null_is_off: bool, may_be_listed: bool) -> None:
        self.wrapper = wrapper
        self.kind = kind
        self.null_is_off = null_is_off
        self.may_be_listed = may_be_listed

    def sent(self) -> Sent:
        return Sent(self.wrapper, self.kind | None if self.null_is_off else self.kind)

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[T]:
        return decoder(self.kind)

    def _read(self, body: bytes) -> T | Misfit:
        member = open_envelope(body, self.wrapper)
        if isinstance(member, Misfit):
            null = member.issues == (f"$.{self.wrapper}: expected data, got null",)
            return Misfit("disabled") if null and self.null_is_off else member
        path = f"$.{self.wrapper}"
        if self.may_be_listed and bytes(member).lstrip().startswith(b"["):
            members = split(member, path)
            if isinstance(members, Misfit) or len(members) != 1:
                return Misfit("shape", (f"{path}: expected one record",))
            member, path = members[0], f"{path}[0]"
        try:
            return self._decoder.decode(member)
        except BROKEN as error:
            tail, what = explain(error)
            return Misfit("shape", (f"{path}{tail}: {what}",))


class _RootShape(Shape[T]):
    """An object whose fields stand at the top level."""

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind

    def sent(self) -> Sent:
        return Sent(None, self.kind)

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[T]:
        return decoder(self.kind)

    def _read(self, body: bytes) -> T | Misfit:
        try:
            off = switched_off(ENVELOPE.decode(body))
            return off or self._decoder.decode(body)
        except BROKEN as error:
            return misfit_of(body, error)


class _RootOrOneShape(_RootShape[T]):
    """An object whose fields stand at the top level, or under a wrapper."""

    def __init__(self, kind: type[T], wrapper: str) -> None:
        super().__init__(kind)
        self.wrapper = wrapper

    def sent(self) -> Sent:
        return Sent(None, self.kind, or_under=self.wrapper)

    def _read(self, body: bytes) -> T | Misfit:
        try:
            member = ENVELOPE.decode(body).get(self.wrapper)
        except BROKEN:
            member = None
        if member is None:
            return super()._read(body)
        try:
            return self._decoder.decode(member)
        except BROKEN as error:
            tail, what = explain(error)
            return Misfit("shape", (f"$.{self.wrapper}{tail}: {what}",))


class _JsonShape(Shape[Any]):
    """Any JSON, decoded to plain Python values."""

    @staticmethod
    def sent() -> Sent:
        return Sent(None, Any)

    def _read(self, body: bytes) -> Any:
        try:
            value = msgspec.json.decode(body)
        except BROKEN as error:
            return misfit_of(body, error)
        if isinstance(value, dict) and value.get("Status") == "Disabled" and _STATUS_KEYS.issuperset(value):
            return switched_off(ENVELOPE.decode(body))
        return value


_made: Final[dict[tuple[Any, ...], Any]] = {}


def _shared(shape: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Make a decoder once: its parts are built when it is first used and kept."""
    key = (shape, *args, *options.items())
    if key not in _made:
        _made[key] = shape(*args, **options)
    return _made[key]


def rows(wrapper: str, row: type[T]) -> Decode[Rows[T]]:
    """Return the decoder of a list of ``row`` under ``wrapper``."""
    return cast("Decode[Rows[T]]", _shared(_RowsShape, wrapper, row))


def rows_or_one(wrapper: str, row: type[T]) -> Decode[Rows[T]]:
    """Return the decoder of a list of ``row`` under ``wrapper``, which may also be one object or null."""
    return cast("Decode[Rows[T]]", _shared(_RowsOrOneShape, wrapper, row))


def number(wrapper: str) -> Decode[int]:
    """Return the decoder of a whole number under ``wrapper``."""
    return cast("Decode[int]", _shared(_NumberShape, wrapper))


def one(wrapper: str, kind: type[T], *, null_is_off: bool = False, may_be_listed: bool = False) -> Decode[T]:
    """Return the decoder of one ``kind`` under ``wrapper``.

    With ``null_is_off`` null is "switched off"; with ``may_be_listed`` a list of one is that one.
    """
    shape = _shared(_OneShape, wrapper, kind, null_is_off=null_is_off, may_be_listed=may_be_listed)
    return cast("Decode[T]", shape)


def root(kind: type[T]) -> Decode[T]:
    """Return the decoder of a ``kind`` whose fields stand at the top level."""
    return cast("Decode[T]", _shared(_RootShape, kind))


def root_or_one(kind: type[T], wrapper: str) -> Decode[T]:
    """Return the decoder of a ``kind`` whose fields stand at the top level or under ``wrapper``."""
    return cast("Decode[T]", _shared(_RootOrOneShape, kind, wrapper))


def raw_json() -> Decode[Any]:
    """Return the decoder that gives JSON as plain Python values."""
    return cast("Decode[Any]", _shared(_JsonShape))
