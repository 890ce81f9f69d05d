"""Field types: what each reads, what each refuses, and what it says then."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.models._decode import decoder
from librus_sdk.models._fields import (
    REASONS,
    WARSAW,
    Id,
    OptionalDate,
    OptionalDateTime,
    OptionalFlag,
    OptionalId,
    OptionalNumber,
    OptionalText,
    OptionalTexts,
    OptionalTime,
    OptionalWhole,
    Token,
    WarsawDate,
    WarsawDateTime,
    read_date,
)
from librus_sdk.secret import Secret

OPTIONAL = (
    OptionalId,
    OptionalText,
    OptionalTexts,
    OptionalDate,
    OptionalDateTime,
    OptionalTime,
    OptionalNumber,
    OptionalWhole,
    OptionalFlag,
)
REQUIRED = (Id, WarsawDate, WarsawDateTime, Token)


def read(kind: Any, value: object) -> Any:
    return decoder(kind).decode(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("kind", "sent", "expected"),
    [
        (Id, 123, "123"),
        (Id, "123", "123"),
        (Id, "t41685", "t41685"),
        (Id, 0, "0"),
        (Id, 10**25, "1" + "0" * 25),
        (WarsawDate, "2026-09-21", date(2026, 9, 21)),
        (WarsawDate, "2026-09-21 00:00:00", date(2026, 9, 21)),
        (OptionalId, None, None),
        (OptionalId, "", None),
        (OptionalId, 7, "7"),
        (OptionalText, 5, "5"),
        (OptionalText, "", ""),
        (OptionalText, None, None),
        (OptionalText, True, "true"),
        (OptionalText, False, "false"),
        (OptionalTexts, "", None),
        (OptionalTexts, None, None),
        (OptionalTexts, [], ()),
        (OptionalTexts, ["a", 5, None, "b"], ("a", "b")),
        (OptionalDate, "2026-09-21", date(2026, 9, 21)),
        (OptionalDate, "0000-00-00", None),
        (OptionalDate, "", None),
        (OptionalDate, None, None),
        (OptionalDate, "wkrótce", None),
        (OptionalDate, "2026-02-30", None),
        (OptionalDate, 20260921, None),
        (OptionalDateTime, "", None),
        (OptionalDateTime, "0000-00-00 00:00:00", None),
        (OptionalDateTime, None, None),
        (OptionalDateTime, 5, None),
        (OptionalTime, "08:00", time(8)),
        (OptionalTime, "8:05", time(8, 5)),
        (OptionalTime, "08:00:30", time(8, 0, 30)),
        (OptionalTime, "24:00", None),
        (OptionalTime, "", None),
        (OptionalTime, None, None),
        (OptionalTime, 8, None),
        (OptionalNumber, 2, Decimal(2)),
        (OptionalNumber, 0, Decimal(0)),
        (OptionalNumber, 0.1, Decimal("0.1")),
        (OptionalNumber, "4.50", Decimal("4.50")),
        (OptionalNumber, "1,5", Decimal("1.5")),
        (OptionalNumber, " -3 ", Decimal(-3)),
        (OptionalNumber, "-", None),
        (OptionalNumber, "NaN", None),
        (OptionalNumber, "Infinity", None),
        (OptionalNumber, "", None),
        (OptionalNumber, None, None),
        (OptionalNumber, "٣", None),
        (OptionalWhole, "3", 3),
        (OptionalWhole, 3, 3),
        (OptionalWhole, "3.0", 3),
        (OptionalWhole, "3,5", None),
        (OptionalWhole, "", None),
        (OptionalWhole, None, None),
        (OptionalFlag, True, True),
        (OptionalFlag, 0, False),
        (OptionalFlag, 1, True),
        (OptionalFlag, "1", True),
        (OptionalFlag, "False", False),
        (OptionalFlag, "", None),
        (OptionalFlag, 2, None),
        (OptionalFlag, None, None),
    ],
)
def test_what_each_type_reads(kind: Any, sent: object, expected: object) -> None:
    value = read(kind, sent)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (Id, True),
        (Id, 1.5),
        (Id, ""),
        (Id, None),
        (Id, {"Id": 5}),
        (OptionalId, False),
        (OptionalId, [1]),
        (WarsawDate, ""),
        (WarsawDate, "0000-00-00"),
        (WarsawDate, "2026-02-30"),
        (WarsawDate, "21.09.2026"),
        (WarsawDate, 20260921),
        (WarsawDate, None),
        (WarsawDateTime, ""),
        (WarsawDateTime, "2026-09-21 25:00:00"),
        (WarsawDateTime, "yesterday at noon!!"),
        (WarsawDateTime, "0001-01-01T00:00:00+10:00"),
        (WarsawDateTime, 1774600000),
        (WarsawDateTime, None),
        (Token, None),
        (Token, 5),
        (OptionalTexts, 5),
        (OptionalNumber, True),
        (OptionalWhole, False),
    ],
)
def test_what_each_type_refuses(kind: Any, sent: object) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        read(kind, sent)
    assert str(refused.value) in REASONS


@pytest.mark.parametrize("kind", OPTIONAL)
@pytest.mark.parametrize("sent", [{"a": 1}, [[1]]])
def test_an_optional_type_refuses_what_is_no_single_value(kind: Any, sent: object) -> None:
    if kind is OptionalTexts and isinstance(sent, list):
        assert read(kind, sent) == ()
        return
    with pytest.raises(msgspec.ValidationError) as refused:
        read(kind, sent)
    assert str(refused.value) in REASONS


@pytest.mark.parametrize(
    "sent",
    ["2026-09-21 11:42:07", "2026-09-21T11:42:07", "2026-09-21T11:42:07+02:00", "2026-09-21T09:42:07Z"],
)
def test_a_moment_is_the_wall_clock_of_warsaw(sent: str) -> None:
    moment = read(WarsawDateTime, sent)
    assert moment == datetime(2026, 9, 21, 9, 42, 7, tzinfo=UTC)
    assert moment.tzinfo is WARSAW
    assert (moment.hour, moment.minute) == (11, 42)


def test_a_moment_without_seconds_or_time() -> None:
    assert read(WarsawDateTime, "2026-12-01 08:05") == datetime(2026, 12, 1, 8, 5, tzinfo=WARSAW)
    assert read(WarsawDateTime, "2026-12-01") == datetime(2026, 12, 1, tzinfo=WARSAW)
    assert read(OptionalDateTime, "2026-12-01 08:05:01") == datetime(2026, 12, 1, 8, 5, 1, tzinfo=WARSAW)


def test_the_hour_that_occurs_twice_is_the_first() -> None:
    moment = read(WarsawDateTime, "2026-10-25 02:30:00")
    assert moment.fold == 0
    assert moment.utcoffset() == timedelta(hours=2)


def test_an_offset_is_not_lost_when_the_text_has_the_usual_length() -> None:
    """As long as the usual form, but with an offset: the short way must not read it as Warsaw time."""
    odd = "2026-09-21T09:42+00"
    assert len(odd) == len("2026-09-21 11:42:07")
    with pytest.raises(msgspec.ValidationError):
        read(WarsawDateTime, odd)
    assert read(WarsawDateTime, "2026-09-21T09:42+00:00") == datetime(2026, 9, 21, 9, 42, tzinfo=UTC)


def test_a_token_is_boxed_at_once() -> None:
    token = read(Token, "abc")
    assert isinstance(token, Secret)
    assert token.reveal() == "abc"
    assert "abc" not in repr(token)


def test_types_are_their_plain_types_to_isinstance() -> None:
    assert isinstance("5", Id)
    assert not isinstance(5, Id)
    assert isinstance(date(2026, 1, 1), WarsawDate)


def test_an_unknown_marker_is_a_programming_error() -> None:
    class Unknown:
        pass

    with pytest.raises(NotImplementedError):
        read(Unknown, 5)


@given(st.one_of(st.text(), st.dates().map(str)))
def test_read_date_never_raises(text: str) -> None:
    day = read_date(text)
    assert day is None or day.isoformat() == text


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=5,
)


@given(sent=JSON, kind=st.sampled_from(OPTIONAL + REQUIRED))
def test_any_json_is_read_or_refused_with_a_known_reason(sent: Any, kind: Any) -> None:
    try:
        value = read(kind, sent)
    except msgspec.ValidationError as error:
        assert str(error) in REASONS or str(error).endswith("out of range")  # noqa: PT017
        cause = error.__cause__
        assert cause is None or (cause.__context__ is None and cause.__cause__ is None)
    else:
        assert isinstance(value, kind)
