"""Field types: how one value on the wire becomes one Python value.

Librus sends ids as numbers here and as text there, dates without a zone, ``""`` for "nothing". Each field
type below is a plain Python type to a type checker (``Id`` is ``str``, ``OptionalDate`` is ``date | None``).
At run time it is a marker class that msgspec does not know, so msgspec hands the value to :func:`dec_hook`,
the only place that reads values; the marker's metaclass then answers that a plain value is its instance.

Two families. A **required** type refuses what it cannot read, and the row it stands in is set aside. An
**optional** one turns ``null``, ``""`` and text it cannot read into ``None``, because a field that may be
absent must not cost the row. Both refuse a list or an object where one value belongs.

No reason given here contains the value that was refused, and no exception raised here carries it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Meta

from ..secret import Secret

__all__ = [
    "REASONS",
    "WANT_REFS",
    "WARSAW",
    "Id",
    "OptionalDate",
    "OptionalDateTime",
    "OptionalFlag",
    "OptionalId",
    "OptionalNumber",
    "OptionalText",
    "OptionalTexts",
    "OptionalTime",
    "OptionalWhole",
    "Token",
    "WarsawDate",
    "WarsawDateTime",
    "WireId",
    "accepts",
    "dec_hook",
    "read_date",
    "read_id",
    "reads",
]

WARSAW: Final = ZoneInfo("Europe/Warsaw")
"""Every date and time Librus sends is the wall clock of Warsaw."""

WireId: TypeAlias = int | Annotated[str, Meta(min_length=1)]
"""An id as it was sent. Read natively, which matters where there are thousands; show it as text."""

_WANT_ID: Final = "Expected an id (number or text)"
_WANT_DATE: Final = "Expected a date `YYYY-MM-DD`"
_WANT_DATETIME: Final = "Expected a date and time `YYYY-MM-DD HH:MM:SS`"
_WANT_TIME: Final = "Expected a time `HH:MM` or `HH:MM:SS`"
_WANT_NUMBER: Final = "Expected a number"
_WANT_WHOLE: Final = "Expected a whole number"
_WANT_FLAG: Final = "Expected true or false"
_WANT_TEXT: Final = "Expected text or a number"
_WANT_TEXTS: Final = "Expected a list of texts"
WANT_REFS: Final = "Expected a list of pointers"
_WANT_TOKEN: Final = "Expected a token"  # noqa: S105  (a reason, not a token)

REASONS: Final = frozenset(
    {
        _WANT_ID,
        _WANT_DATE,
        _WANT_DATETIME,
        _WANT_TIME,
        _WANT_NUMBER,
        _WANT_WHOLE,
        _WANT_FLAG,
        _WANT_TEXT,
        _WANT_TEXTS,
        _WANT_TOKEN,
        WANT_REFS,
    }
)
"""Every reason :func:`dec_hook` gives; safe to show."""


def accepts(plain: Any) -> type:
    """Return a metaclass whose ``isinstance`` check is that of ``plain``, a class or a union.

    A class lends its own built-in method: a check written in Python would cost more than reading the field.
    """

    def check(_marker: type, value: object) -> bool:
        return isinstance(value, plain)

    members = {"__instancecheck__": plain.__instancecheck__ if isinstance(plain, type) else check}
    return type("_Accepts", (type,), members)


if TYPE_CHECKING:
    Id: TypeAlias = str
    WarsawDate: TypeAlias = date
    WarsawDateTime: TypeAlias = datetime
    Token: TypeAlias = Secret
    OptionalId: TypeAlias = str | None
    OptionalText: TypeAlias = str | None
    OptionalTexts: TypeAlias = tuple[str, ...] | None
    OptionalDate: TypeAlias = date | None
    OptionalDateTime: TypeAlias = datetime | None
    OptionalTime: TypeAlias = time | None
    OptionalNumber: TypeAlias = Decimal | None
    OptionalWhole: TypeAlias = int | None
    OptionalFlag: TypeAlias = bool | None
else:

    class Id(metaclass=accepts(str)):
        """An id. Librus sends numbers and texts, sometimes in one list; here it is always text."""

    class WarsawDate(metaclass=accepts(date)):
        """A day, ``YYYY-MM-DD``."""

    class WarsawDateTime(metaclass=accepts(datetime)):
        """A moment, ``YYYY-MM-DD HH:MM:SS`` on the wall clock of Warsaw."""

    class Token(metaclass=accepts(Secret)):
        """A bearer token, boxed the moment it is read."""

    class OptionalId(metaclass=accepts(str | None)):
        """An id, or nothing."""

    class OptionalText(metaclass=accepts(str | None)):
        """Text, or a number as text, or nothing. ``""`` stays ``""``: an empty text is a text."""

    class OptionalTexts(metaclass=accepts(tuple | None)):
        """A list of texts, or nothing; members that are no text are left out."""

    class OptionalDate(metaclass=accepts(date | None)):
        """A day, or nothing. ``"0000-00-00"`` is nothing."""

    class OptionalDateTime(metaclass=accepts(datetime | None)):
        """A moment, or nothing."""

    class OptionalTime(metaclass=accepts(time | None)):
        """A time of day, ``HH:MM`` or ``HH:MM:SS``, or nothing."""

    class OptionalNumber(metaclass=accepts(Decimal | None)):
        """A number, also as text and with a decimal comma, exactly as it was written; or nothing."""

    class OptionalWhole(metaclass=accepts(int | None)):
        """A whole number, also as text, or nothing."""

    class OptionalFlag(metaclass=accepts(bool | None)):
        """True or false, also as ``0``/``1`` or as text, or nothing."""


# --- required ---------------------------------------------------------------------------------------------
#
# Failures are raised outside ``except`` blocks: an error of the standard library quotes the value, and as
# ``__context__`` it would travel along.


def read_id(value: object) -> str:
    """Return an id as text. Raises ValueError for what is no id; true and false are none."""
    if type(value) is int or (type(value) is str and value):
        return str(value)
    raise ValueError(_WANT_ID)


_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII)


def read_date(text: str) -> date | None:
    """Return the day a text ``YYYY-MM-DD`` names, or None when it names none."""
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    return None


def _date(value: object) -> date:
    day = read_date(value) if isinstance(value, str) else None
    if day is None and isinstance(value, str):
        # A day sent with its midnight, as some clients of older versions saw.
        moment = _read_moment(value)
        day = moment.date() if moment else None
    if day is None:
        raise ValueError(_WANT_DATE)
    return day


def _read_moment(text: str) -> datetime | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(WARSAW)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(moment, moment.time(), WARSAW)


def _datetime(value: object) -> datetime:
    moment = _read_moment(value) if isinstance(value, str) else None
    if moment is None:
        raise ValueError(_WANT_DATETIME)
    return moment


def _token(value: object) -> Secret:
    if type(value) is str:
        return Secret(value)
    raise ValueError(_WANT_TOKEN)


# --- optional ---------------------------------------------------------------------------------------------


_NESTED: Final = (list, dict)  # a union would be made anew for each field


def _refuse_nesting(value: object, reason: str) -> None:
    if isinstance(value, _NESTED):
        raise ValueError(reason)  # noqa: TRY004  (msgspec adds the path to a ValueError)


def _optional_id(value: object) -> str | None:
    return None if value is None or value == "" else read_id(value)


def _optional_text(value: object) -> str | None:
    if type(value) is str:  # as most are
        return value
    _refuse_nesting(value, _WANT_TEXT)
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _optional_texts(value: object) -> tuple[str, ...] | None:
    if value is None or value == "":
        return None
    if not isinstance(value, list):
        raise ValueError(_WANT_TEXTS)  # noqa: TRY004
    return tuple(item for item in value if isinstance(item, str))


def _optional_date(value: object) -> date | None:
    _refuse_nesting(value, _WANT_DATE)
    try:
        return _date(value)
    except ValueError:
        return None


def _optional_datetime(value: object) -> datetime | None:
    _refuse_nesting(value, _WANT_DATETIME)
    return _read_moment(value) if isinstance(value, str) else None


def _optional_time(value: object) -> time | None:
    _refuse_nesting(value, _WANT_TIME)
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


_NUMBER: Final = re.compile(r"[+-]?\d{1,30}([.,]\d{1,30})?", re.ASCII)


def _optional_number(value: object) -> Decimal | None:
    _refuse_nesting(value, _WANT_NUMBER)
    if isinstance(value, bool):
        raise ValueError(_WANT_NUMBER)  # noqa: TRY004
    # The shortest text of a float is what was on the wire, so the decimal is exact.
    text = value.strip() if isinstance(value, str) else repr(value)
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _optional_whole(value: object) -> int | None:
    _refuse_nesting(value, _WANT_WHOLE)
    if isinstance(value, bool):
        raise ValueError(_WANT_WHOLE)  # noqa: TRY004
    number = _optional_number(value)
    return int(number) if number is not None and number == int(number) else None


_FLAGS: Final[Mapping[object, bool]] = {"1": True, "0": False, "true": True, "false": False}


def _optional_flag(value: object) -> bool | None:
    _refuse_nesting(value, _WANT_FLAG)
    return value if isinstance(value, bool) else _FLAGS.get(str(value).strip().lower())


_READERS: Final[dict[Any, Callable[[Any], object]]] = {
    WarsawDateTime: _datetime,
    WarsawDate: _date,
    Token: _token,
    OptionalId: _optional_id,
    OptionalText: _optional_text,
    OptionalTexts: _optional_texts,
    OptionalDate: _optional_date,
    OptionalDateTime: _optional_datetime,
    OptionalTime: _optional_time,
    OptionalNumber: _optional_number,
    OptionalWhole: _optional_whole,
    OptionalFlag: _optional_flag,
}


def reads(marker: Any, reader: Callable[[Any], object]) -> None:
    """Register the reader of a field type that a model module defines for itself."""
    _READERS[marker] = reader


_day_from_iso = date.fromisoformat
_from_iso = datetime.fromisoformat
_combine = datetime.combine


def dec_hook(kind: Any, value: Any) -> Any:
    """Read one value for a marker class; msgspec calls this and adds the path to what is raised.

    The kinds that stand in every row of a long list are read inline, in their usual form.

    Raises:
        ValueError: the value does not fit; the text is one of :data:`REASONS`.
    """
    if kind is Id:
        return value if type(value) is str and value else read_id(value)
    if kind is WarsawDateTime and type(value) is str and len(value) == 19:
        try:
            moment = _from_iso(value)
            if moment.tzinfo is None:
                # Not ``replace(tzinfo=...)``: it takes six times as long on Python 3.11. A time that occurs
                # twice (one hour in autumn) is the first of the two: fold stays 0.
                return _combine(moment, moment.time(), WARSAW)
        except ValueError:
            pass
    elif kind is WarsawDate and type(value) is str and len(value) == 10:
        try:
            return _day_from_iso(value)
        except ValueError:
            pass
    reader = _READERS.get(kind)
    if reader is None:
        raise NotImplementedError
    return reader(value)
