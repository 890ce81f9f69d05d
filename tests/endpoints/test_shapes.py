"""Decoders: odd rows are set aside and told, unusable answers are errors, and no value is ever shown."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.endpoints import Decode, number, one, raw_json, root, rows, rows_or_one
from librus_sdk.endpoints._timetable import timetable
from librus_sdk.errors import (
    FeatureUnavailableError,
    LibrusResponseValidationError,
    LibrusSchemaWarning,
    LibrusSdkError,
)
from librus_sdk.models import AuthTokenInfo, Grade, GradeAverage, LuckyNumber, Me, Rows, SystemData
from librus_sdk.models.decoding import decode_account, decode_accounts, decode_portal_me
from tests.models.samples import MARKER, answer, everything_shown, fixture, grade_row, ref

GRADES = rows("Grades", Grade)
DECODERS: dict[str, Decode[Any]] = {
    "rows": GRADES,
    "rows_or_one": rows_or_one("Grades", Grade),
    "number": number("UnreadMessages"),
    "one": one("Me", Me),
    "root": root(AuthTokenInfo),
    "raw_json": raw_json(),
    "timetable": timetable(),
    "accounts": decode_accounts,
    "account": decode_account,
    "portal_me": decode_portal_me,
}


def read(*sent: Any, strict: bool = False) -> Rows[Grade]:
    return GRADES(answer(Grades=list(sent)), "Grades", strict)


# --- odd rows ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("odd", "path", "reason"),
    [
        (MARKER, "", "Expected `object`, got `str`"),
        (None, "", "Expected `object`, got `null`"),
        ([], "", "Expected `object`, got `array`"),
        ({}, "", "Object missing required field `Id`"),
        (grade_row(Id=None), ".Id", "Expected an id (number or text)"),
        (grade_row(Id=""), ".Id", "Expected an id (number or text)"),
        (grade_row(Subject={"Id": [MARKER]}), ".Subject.Id", "Expected `int | str`, got `array`"),
        (grade_row(Subject={"Id": ""}), ".Subject.Id", "Expected `str` of length >= 1"),
        (grade_row(Subject={"Id": True}), ".Subject.Id", "Expected `int | str`, got `bool`"),
        (grade_row(Subject=None), ".Subject", "Expected `object`, got `null`"),
        (grade_row(Grade=5), ".Grade", "Expected `str`, got `int`"),
        (grade_row(Date=""), ".Date", "Expected a date `YYYY-MM-DD`"),
        (grade_row(Date=MARKER[:10]), ".Date", "Expected a date `YYYY-MM-DD`"),
        (grade_row(AddDate=MARKER), ".AddDate", "Expected a date and time `YYYY-MM-DD HH:MM:SS`"),
        (grade_row(AddDate=MARKER[:19]), ".AddDate", "Expected a date and time `YYYY-MM-DD HH:MM:SS`"),
        (grade_row(Semester=MARKER), ".Semester", "Expected `int`, got `str`"),
        (grade_row(IsFinal=MARKER), ".IsFinal", "Expected `bool`, got `str`"),
        (grade_row(Comments=MARKER), ".Comments", "Expected a list of pointers"),
        (grade_row(Comments=[{"Id": False}]), ".Comments", "Expected an id (number or text)"),
        (grade_row(Comments=[True]), ".Comments", "Expected an id (number or text)"),
    ],
)
def test_an_odd_row_is_set_aside(odd: Any, path: str, reason: str) -> None:
    with pytest.warns(LibrusSchemaWarning) as caught:
        grades = read(grade_row(Id=1), odd, grade_row(Id=3))
    assert [grade.id for grade in grades] == ["1", "3"]
    (rejected,) = grades.rejected
    assert (rejected.path, rejected.reason) == (f"$.Grades[1]{path}", reason)
    assert json.loads(rejected.raw) == odd
    assert [str(warning.message) for warning in caught] == [
        (
            "Grades: Librus sent 1 row that does not fit the model, kept in .rejected; "
            f"the first: $.Grades[1]{path}: {reason}"
        )
    ]
    assert MARKER not in repr(grades) + repr(rejected)


def test_the_warning_points_at_the_line_that_asked() -> None:
    with pytest.warns(LibrusSchemaWarning) as caught:
        read({})
    assert caught[0].filename == __file__


def test_one_warning_a_call_and_each_call() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            read({}, {}, {}, {}, {})
    assert len(caught) == 2


def test_strict_raises_with_at_most_three_issues() -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        read(*[grade_row(Grade=[MARKER])] * 5, strict=True)
    assert refused.value.details == {
        "endpoint": "Grades",
        "issues": [f"$.Grades[{index}].Grade: Expected `str`, got `array`" for index in range(3)],
    }
    assert MARKER not in everything_shown(refused.value)


def test_a_warning_made_an_error_shows_no_value_either() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(LibrusSchemaWarning) as refused:
            read(grade_row(Grade=[MARKER]))
    assert MARKER not in everything_shown(refused.value)


def test_invalid_utf8_costs_one_row() -> None:
    body = answer(Grades=[grade_row(Id=1), grade_row(Id=2, Grade="QQ"), grade_row(Id=3)]).replace(
        b"QQ", b"\xff\xfe"
    )
    with pytest.warns(LibrusSchemaWarning):
        grades = GRADES(body, "Grades", False)
    assert [grade.id for grade in grades] == ["1", "3"]
    assert grades.rejected[0].reason == "does not fit the expected type"


def test_a_number_out_of_range_costs_one_row() -> None:
    body = answer(Grades=[grade_row(Id=1), grade_row(Id=2, Semester=4)])
    with pytest.warns(LibrusSchemaWarning):
        grades = GRADES(body.replace(b'"Semester": 4', b'"Semester": ' + b"9" * 6000), "Grades", False)
    assert [grade.id for grade in grades] == ["1"]
    assert grades.rejected[0].reason == "Integer value out of range"


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=5,
)
ROWS = st.builds(
    lambda changes: grade_row(Id="good") if changes is None else grade_row(**changes),
    st.one_of(
        st.none(),
        st.dictionaries(st.sampled_from(sorted(grade_row())), JSON, min_size=1, max_size=3),
    ),
)


@given(sent=st.lists(st.one_of(ROWS, JSON, st.just({"Subject": ref(MARKER)})), max_size=8))
def test_no_row_costs_another_and_none_vanishes(sent: list[Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LibrusSchemaWarning)
        grades = read(*sent)
        alone = [bool(len(read(row))) for row in sent]
    # What fits alone fits in company, in its place; everything else is told, in order, whole.
    assert len(grades) + len(grades.rejected) == len(sent)
    assert len(grades) == sum(alone)
    odd = [index for index, fits in enumerate(alone) if not fits]
    assert [row.path.split("]")[0] for row in grades.rejected] == [f"$.Grades[{index}" for index in odd]
    assert [json.loads(row.raw) for row in grades.rejected] == [sent[index] for index in odd]
    good = [row for row in sent if isinstance(row, dict) and row.get("Id") == "good"]
    assert sum(grade.id == "good" for grade in grades) >= sum(row == grade_row(Id="good") for row in good)


@given(sent=st.lists(st.one_of(ROWS, JSON), max_size=5))
def test_strict_and_lenient_agree(sent: list[Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LibrusSchemaWarning)
        lenient = read(*sent)
    if lenient.rejected:
        with pytest.raises(LibrusResponseValidationError):
            read(*sent, strict=True)
    else:
        assert read(*sent, strict=True) == lenient


# --- unusable answers -------------------------------------------------------------------------------------

SECRET = MARKER.encode()
GOOD = answer(Grades=[grade_row(Grade=MARKER)])


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "nothing at all"),
        (b" \r\n\t", "nothing at all"),
        (b"<!DOCTYPE html><p>" + SECRET, "web page"),
        (b"\n  <html>" + SECRET, "web page"),
        (GOOD[: len(GOOD) // 2], "damaged"),
        (GOOD + b"}", "damaged"),
        (b"{" + SECRET, "damaged"),
        (SECRET, "damaged"),
        (b'{"a":' + b"[" * 100_000, "damaged"),
        (b'{"\xff\xff' + SECRET + b'": 1}', ""),
    ],
)
def test_what_is_no_json(name: str, body: bytes, word: str) -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        DECODERS[name](body, "Some/Endpoint", False)
    error = refused.value
    assert word in error.message
    assert error.details["endpoint"] == "Some/Endpoint"
    assert len(error.details["issues"]) == 1
    assert error.__cause__ is None
    assert error.__context__ is None
    assert MARKER not in everything_shown(error)


@pytest.mark.parametrize("name", sorted(DECODERS.keys() - {"raw_json"}))
@pytest.mark.parametrize("body", [b"[]", b"5", b'"' + SECRET + b'"', b"null", b"true", b"[" + GOOD + b"]"])
def test_what_is_no_object(name: str, body: bytes) -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        DECODERS[name](body, "Some/Endpoint", False)
    (issue,) = refused.value.details["issues"]
    assert issue.startswith("$: Expected `object`, got ")
    assert MARKER not in everything_shown(refused.value)


@pytest.mark.parametrize(
    ("members", "issue"),
    [
        ({}, "$.Grades: expected data, got nothing"),
        ({"Grades": None}, "$.Grades: expected data, got null"),
        ({"Grades": {"a": MARKER}}, "$.Grades: Expected `array`, got `object`"),
        ({"Grades": MARKER}, "$.Grades: Expected `array`, got `str`"),
        ({"grades": [MARKER]}, "$.Grades: expected data, got nothing"),
        ({"Status": MARKER}, "$.Grades: expected data, got nothing"),
        ({"Status": {"Disabled": True}}, "$.Grades: expected data, got nothing"),
    ],
)
def test_the_wrong_envelope(members: dict[str, Any], issue: str) -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        GRADES(answer(**members), "Grades", False)
    assert refused.value.details == {"endpoint": "Grades", "issues": [issue]}
    assert "newer version" in refused.value.message
    assert MARKER not in everything_shown(refused.value)


@pytest.mark.parametrize(
    ("sent", "issue"),
    [
        (MARKER, "$.Me: Expected `object`, got `str`"),
        ({"Account": {}, "Refresh": 1}, "$.Me: Object missing required field `User`"),
        ({"Account": [MARKER]}, "$.Me.Account: Expected `object`, got `array`"),
        ({"Account": {"Id": [MARKER]}}, "$.Me.Account.Id: Expected an id (number or text)"),
    ],
)
def test_the_wrong_object(sent: Any, issue: str) -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        one("Me", Me)(answer(Me=sent), "Me", False)
    assert refused.value.details["issues"] == [issue]
    assert MARKER not in everything_shown(refused.value)


def test_the_wrong_field_at_the_top_level() -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        root(AuthTokenInfo)(answer(Scopes={"a": MARKER}), "Auth/TokenInfo", False)
    assert refused.value.details["issues"] == ["$.Scopes: Expected a list of texts"]
    assert MARKER not in everything_shown(refused.value)


def test_a_time_that_is_none_is_told_with_its_place() -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        root(SystemData)(answer(Date="2026-09-14", Time=MARKER), "SystemData", False)
    assert refused.value.details["issues"] == ["$.Time: Invalid RFC3339 encoded time"]
    assert MARKER not in everything_shown(refused.value)


# --- switched off -----------------------------------------------------------------------------------------


def test_averages_that_are_switched_off() -> None:
    with pytest.raises(FeatureUnavailableError) as refused:
        rows("Averages", GradeAverage)(fixture("GradesAverages", "disabled"), "Grades/Averages", False)
    assert refused.value.details == {
        "endpoint": "Grades/Averages",
        "status": 200,
        "server_code": "AveragesDisabled",
    }
    assert refused.value.status == 200
    assert refused.value.__context__ is None


@pytest.mark.parametrize("code", [None, 5, "", f"{MARKER} with a space", "a" * 65, "żółw", {"x": MARKER}])
@pytest.mark.parametrize("name", ["rows", "one", "root", "raw_json", "timetable"])
def test_a_code_that_is_no_code_is_not_shown(name: str, code: object) -> None:
    with pytest.raises(FeatureUnavailableError) as refused:
        DECODERS[name](answer(Status="Disabled", Code=code, Message=MARKER), "E", False)
    assert refused.value.details == {"endpoint": "E", "status": 200}
    assert MARKER not in everything_shown(refused.value)


def test_data_beside_a_status_is_data() -> None:
    body = answer(Status="Disabled", Grades=[grade_row()])
    assert len(GRADES(body, "Grades", True)) == 1


def test_null_beside_the_status_is_switched_off() -> None:
    with pytest.raises(FeatureUnavailableError):
        GRADES(answer(Status="Disabled", Grades=None), "Grades", False)


def test_a_lucky_number_of_null_is_a_module_switched_off() -> None:
    decode = one("LuckyNumber", LuckyNumber, null_is_off=True)
    with pytest.raises(FeatureUnavailableError):
        decode(answer(LuckyNumber=None), "LuckyNumbers", False)
    with pytest.raises(LibrusResponseValidationError):
        decode(answer(), "LuckyNumbers", False)


# --- any JSON ---------------------------------------------------------------------------------------------


@given(JSON)
def test_raw_json_returns_what_was_sent(sent: Any) -> None:
    assert raw_json()(json.dumps(sent).encode(), "Any", False) == sent


def test_raw_json_keeps_a_status_that_has_company() -> None:
    sent = {"Status": "Disabled", "Url": "x", "Devices": []}
    assert raw_json()(json.dumps(sent).encode(), "Any", False) == sent


# --- all of them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DECODERS)
@given(body=st.one_of(st.binary(), JSON.map(lambda value: json.dumps(value).encode())))
def test_only_our_errors_come_out(name: str, body: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LibrusSchemaWarning)
        try:
            DECODERS[name](body, "Some/Endpoint", False)
        except LibrusSdkError as error:
            assert error.__context__ is None  # noqa: PT017


def test_decoders_are_made_once() -> None:
    assert rows("Grades", Grade) is GRADES
    assert one("Me", Me) is one("Me", Me)
    assert one("Me", Me) is not one("Me", Me, null_is_off=True)


# --- one object where a list belongs, and numbers ---------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "ids"),
    [([grade_row(Id=1), grade_row(Id="2")], ["1", "2"]), (grade_row(Id=7), ["7"]), (None, []), ([], [])],
)
def test_a_list_may_come_as_one_object_or_null(sent: Any, ids: list[str]) -> None:
    body = answer(Grades=sent)
    found = rows_or_one("Grades", Grade)(body, "Grades", True)
    assert [grade.id for grade in found] == ids
    assert found.raw == body


def test_one_odd_object_is_set_aside() -> None:
    with pytest.warns(LibrusSchemaWarning):
        found = rows_or_one("Grades", Grade)(answer(Grades=grade_row(Id=None)), "Grades", False)
    assert not found
    assert [(odd.path, odd.reason) for odd in found.rejected] == [
        ("$.Grades.Id", "Expected an id (number or text)")
    ]
    assert json.loads(found.rejected[0].raw) == grade_row(Id=None)
    with pytest.raises(LibrusResponseValidationError) as refused:
        rows_or_one("Grades", Grade)(answer(Grades=grade_row(Id=None)), "Grades", True)
    assert refused.value.details["issues"] == ["$.Grades.Id: Expected an id (number or text)"]


def test_a_list_that_is_not_there_is_no_empty_list() -> None:
    with pytest.raises(LibrusResponseValidationError) as caught:
        rows_or_one("Grades", Grade)(answer(Other=[]), "Grades", False)
    assert caught.value.details["issues"] == ["$.Grades: expected data, got nothing"]


@pytest.mark.parametrize(("sent", "count"), [(3, 3), (0, 0), ("12", 12)])
def test_a_number_may_be_text(sent: Any, count: int) -> None:
    assert number("UnreadMessages")(answer(UnreadMessages=sent), "Messages/Unread", True) == count


@pytest.mark.parametrize("sent", [MARKER, [3], {"inbox": 3}, 1.5])
def test_what_is_no_number_is_an_error_without_the_value(sent: Any) -> None:
    with pytest.raises(LibrusResponseValidationError) as caught:
        number("UnreadMessages")(answer(UnreadMessages=sent), "Messages/Unread", False)
    assert caught.value.details["issues"][0].startswith("$.UnreadMessages: Expected `int`")
    assert MARKER not in everything_shown(caught.value)
