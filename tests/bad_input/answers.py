"""Every answer the SDK decodes: how a record is framed in it, and what came of reading it."""

from __future__ import annotations

import json
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from msgspec import inspect as wire

from librus_sdk.endpoints import Decode, catalogue
from librus_sdk.endpoints._sent import Describes, Sent
from librus_sdk.errors import LibrusResponseValidationError, LibrusSchemaWarning, LibrusSdkError
from librus_sdk.models import ChildAccount, PortalMe, Rejected, Rows, SynergiaAccounts, Timetable
from librus_sdk.models.decoding import decode_account, decode_accounts, decode_portal_me
from tests.bad_input.strategies import NEEDLES, kind_info
from tests.models.samples import everything_shown

__all__ = ["ANSWERS", "FILES", "LISTS", "Answer", "Outcome", "read"]

DAY: Final = "2026-09-14"
Frame = Literal["list", "lone row", "one", "root", "slot"]


@dataclass(frozen=True)
class Answer:
    """An answer with records in it.

    Attributes:
        info: the type of one record, as msgspec describes it.
        nullable: whether null in its place means something of its own.
    """

    name: str
    decode: Decode[Any] = field(repr=False)
    frame: Frame
    wrapper: str | None
    info: Any = field(repr=False)
    nullable: bool = False

    @property
    def may_be_listed(self) -> bool:
        """Whether a list of one record stands for the record."""
        return bool(getattr(self.decode, "may_be_listed", False))

    @property
    def holds_many(self) -> bool:
        return self.frame in {"list", "slot"}

    @property
    def sets_aside(self) -> bool:
        """Whether a record that does not fit is set aside; else it is an error."""
        return self.frame in {"list", "slot", "lone row"}

    def body(self, records: Sequence[Any], /, **beside: Any) -> bytes:
        return json.dumps(self.document(records, **beside), ensure_ascii=False).encode()

    def document(self, records: Sequence[Any], /, **beside: Any) -> Any:
        if self.holds_many:
            sent: Any = list(records)
        else:
            (sent,) = records
        if self.frame == "root":
            return sent
        if self.frame == "slot":
            sent = {DAY: [[], sent]}
        assert self.wrapper is not None
        return {self.wrapper: sent, **beside}

    def path(self, index: int) -> str:
        """Where a record stands."""
        at = {"slot": f'["{DAY}"][1][{index}]', "list": f"[{index}]"}.get(self.frame, "")
        return f"${'' if self.wrapper is None else '.'}{self.wrapper or ''}{at}"

    @staticmethod
    def records(value: Any) -> tuple[Any, ...]:
        """The records of what was decoded."""
        value = value.accounts if isinstance(value, SynergiaAccounts) else value
        return tuple(value) if isinstance(value, Rows | Timetable) else (value,)

    @staticmethod
    def rejected(value: Any) -> tuple[Rejected, ...]:
        value = value.accounts if isinstance(value, SynergiaAccounts) else value
        return value.rejected if isinstance(value, Rows | Timetable) else ()


def _described(name: str, decode: Any) -> Iterator[Answer]:
    sent: Sent = decode.sent()
    info = kind_info(sent.kind)
    types = info.types if isinstance(info, wire.UnionType) else (info,)
    nullable = any(isinstance(each, wire.NoneType) for each in types)
    for each in types:
        match each:
            case wire.VarTupleType(max_length=0):
                pass
            case wire.VarTupleType(item_type=row):
                yield Answer(name, decode, "list", sent.wrapper, row)
            case wire.DictType(value_type=day):
                yield Answer(name, decode, "slot", sent.wrapper, _innermost(day))
            case wire.StructType() if len(types) > 1 and not nullable:
                raise LookupError(f"an answer of a new shape: {name}")
            case wire.StructType() | wire.CustomType() if any(
                isinstance(other, wire.VarTupleType) for other in types
            ):
                yield Answer(f"{name}, one row", decode, "lone row", sent.wrapper, each, nullable=True)
            case wire.StructType() | wire.CustomType():
                frame: Frame = "root" if sent.wrapper is None else "one"
                yield Answer(name, decode, frame, sent.wrapper, each, nullable=nullable)
            case _:
                pass
    if sent.or_under is not None:
        yield Answer(f"{name}, wrapped", decode, "one", sent.or_under, info)
    if all(isinstance(each, wire.IntType | wire.StrType) for each in types):
        yield Answer(name, decode, "one", sent.wrapper, info)


def _innermost(day: Any) -> Any:
    """The record in lists of lists that may be null."""
    while not isinstance(day, wire.StructType):
        if isinstance(day, wire.UnionType):
            (day,) = (each for each in day.types if not isinstance(each, wire.NoneType))
        else:
            day = day.item_type
    return day


def _found() -> Iterator[Answer]:
    for operation in catalogue():
        yield from _described(operation.operation_id, operation.get.decode)
        if operation.get.on_gateway is not None:
            yield from _described(f"{operation.operation_id}, on the gateway", operation.get.on_gateway)
    yield Answer("portal accounts", decode_accounts, "list", "accounts", kind_info(ChildAccount))
    yield Answer("portal account", decode_account, "root", None, kind_info(ChildAccount))
    yield Answer("portal me", decode_portal_me, "root", None, kind_info(PortalMe))


ANSWERS: Final = {answer.name: answer for answer in _found()}
LISTS: Final = [name for name, answer in ANSWERS.items() if answer.holds_many]
FILES: Final = {
    operation.operation_id: operation.get.decode
    for operation in catalogue()
    if isinstance(operation.get.decode, Describes) and operation.get.decode.sent().kind is bytes
}


# --- reading ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What came of a body: a value, or one of our errors; whatever else comes fails the test."""

    value: Any = field(default=None, repr=False)
    error: LibrusSdkError | None = None
    shown: str = field(default="", repr=False)

    @property
    def issues(self) -> list[str]:
        """What is said to be wrong."""
        if self.error is not None:
            return list(self.error.details.get("issues", ()))
        return [f"{row.path}: {row.reason}" for row in Answer.rejected(self.value)]


def read(decode: Decode[Any], body: bytes, *, strict: bool = False) -> Outcome:
    """Decode, and look at all that is shown: no value may be among it.

    Raises:
        AssertionError: a value is shown, or there is a warning where none belongs or none where one does.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            outcome = _good(decode(body, "Some/Endpoint", strict))
        except LibrusSdkError as error:
            outcome = _bad(error)
    said = [str(warning.message) for warning in caught]
    assert all(warning.category is LibrusSchemaWarning for warning in caught), said
    assert len(said) == bool(outcome.error is None and outcome.issues), said
    shown = outcome.shown + "\n".join(said)
    leaks = [needle for needle in NEEDLES if needle in shown]
    assert not leaks, f"{leaks} in {shown}"
    return outcome


def _good(value: Any) -> Outcome:
    parts: list[Any] = [value] if isinstance(value, Rows | Timetable | SynergiaAccounts) else []
    for row in Answer.rejected(value):
        parts += [row, row.path, row.reason, row.__rich_repr__()]
    return Outcome(value=value, shown="\n".join(f"{part!r} {part}" for part in parts))


def _bad(error: LibrusSdkError) -> Outcome:
    assert error.__cause__ is None
    assert error.__context__ is None
    if isinstance(error, LibrusResponseValidationError):
        assert error.details["endpoint"] == "Some/Endpoint"
        assert 1 <= len(error.details["issues"]) <= 3
    printed = "".join(traceback.format_exception(error))
    return Outcome(error=error, shown=f"{everything_shown(error)}\n{printed}\n{error.args}")
