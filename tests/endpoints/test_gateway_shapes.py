"""Where the gateway answers otherwise than API 3.0, or not at all."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, cast

import pytest

from librus_sdk.endpoints import Auth, Get, Grades, Justifications, Notifications, catalogue, root_or_one
from librus_sdk.errors import FeatureUnavailableError, LibrusResponseValidationError, LibrusSchemaWarning
from librus_sdk.models import WARSAW, AuthUserInfo, Justification, JustifiedLesson
from librus_sdk.settings import API_V3
from tests.models.samples import MARKER, everything_shown

ANY = cast("Any", object())
ROW = {
    "id": 5,
    "messageFromParent": MARKER,
    "postDate": "2026-10-05 18:20:00",
    "justificationStatus": "accept",
    "dateFrom": "2026-10-01",
    "dateTo": "2026-10-02",
    "lessons": [{"number": 3, "date": "2026-10-01"}, None],
    "justifiedAbsences": 2,
    "attachment": False,
    "notifiedTeachers": [{"name": "Ewa Wymyślona"}, {"name": None}],
}


def there(get: Get[Any], sent: Any, *, strict: bool = True) -> Any:
    """The answer as it is read on the gateway."""
    decode = get.decode if get.on_gateway is None else get.on_gateway
    return decode(json.dumps(sent).encode(), "Some/Endpoint", strict)


def test_justifications_have_another_envelope_and_other_names() -> None:
    get = Justifications.list(ANY)
    (found,) = there(get, {"status": "OK", "message": None, "data": [ROW]})
    assert isinstance(found, Justification)
    assert (found.id, found.message_from_parent, found.justification_status) == ("5", MARKER, "accept")
    assert found.post_date == datetime(2026, 10, 5, 18, 20, tzinfo=WARSAW)
    assert (found.date_from, found.date_to) == (date(2026, 10, 1), date(2026, 10, 2))
    assert found.lessons == (JustifiedLesson(number=3, date=date(2026, 10, 1)), JustifiedLesson())
    assert (found.justified_absences, found.attachment) == (2, False)
    assert found.notified_teachers == ("Ewa Wymyślona",)
    assert repr(found) == "Justification(id='5')"
    # The envelope of API 3.0 is none there, and the other way round.
    with pytest.raises(LibrusResponseValidationError):
        there(get, {"Justifications": [ROW]})
    with pytest.raises(LibrusResponseValidationError):
        get.decode(json.dumps({"data": [ROW]}).encode(), "Some/Endpoint", True)


def test_what_librus_calls_them_elsewhere_is_not_known() -> None:
    """On API 3.0 the fields stay unset, whatever stands in the row; it is in ``rows.raw``."""
    sent = json.dumps({"Justifications": [{"Id": 5, **ROW}]}).encode()
    (found,) = Justifications.list(ANY).decode(sent, "Justifications", True)
    assert found == Justification(id="5")


def test_one_justification() -> None:
    get = Justifications.get(ANY, 5)
    assert there(get, {"status": "OK", "data": {"id": "5", "addedBy": 7, "student": {"Id": 8}}}).id == "5"
    assert there(get, {"status": "OK", "data": [ROW]}) == there(get, {"data": ROW})
    for odd, issue in {
        "[]": "$.data: expected one record",
        "[1, 2]": "$.data: expected one record",
        "[{}]": "$.data[0]: Object missing required field `id`",
    }.items():
        with pytest.raises(LibrusResponseValidationError) as refused:
            there(get, {"data": json.loads(odd)})
        assert refused.value.details["issues"] == [issue]
    with pytest.raises(LibrusResponseValidationError) as refused:
        there(get, {"status": MARKER, "data": {"messageFromParent": MARKER}})
    assert MARKER not in everything_shown(refused.value)


def test_an_odd_justification_is_set_aside() -> None:
    with pytest.warns(LibrusSchemaWarning):
        found = there(
            Justifications.list(ANY), {"data": [ROW, {"id": None}, ROW | {"lessons": 7}]}, strict=False
        )
    assert (len(found), len(found.rejected)) == (1, 2)


@pytest.mark.parametrize("get", [Grades.averages(ANY), Grades.point_averages(ANY)], ids=["marks", "points"])
def test_averages_may_be_nothing_but_a_status(get: Get[Any]) -> None:
    with pytest.raises(FeatureUnavailableError):
        there(get, {"Status": "Disabled"})
    with pytest.raises(FeatureUnavailableError):
        there(get, {"Status": "Disabled", "Resources": {}, "Url": "x"})


@pytest.mark.parametrize("sent", [{"UserIdentifier": "LID-1"}, {"UserInfo": {"UserIdentifier": "LID-1"}}])
def test_who_an_account_belongs_to_comes_in_two_forms(sent: Any) -> None:
    assert there(Auth.user_info(ANY, "LID-1"), sent) == AuthUserInfo(user_identifier="LID-1")


def test_what_stands_under_the_wrapper_has_to_fit() -> None:
    decode = root_or_one(AuthUserInfo, "UserInfo")
    for body, issue in {
        b'{"UserInfo": null}': "$.UserInfo: Expected `object`, got `null`",
        b'{"UserInfo": {"Login": ["x"]}}': "$.UserInfo.Login: Expected text or a number",
        b'{"Login": ["x"]}': "$.Login: Expected text or a number",
        b"[]": "$: Expected `object`, got `array`",
        b"": "$: expected JSON, got an empty body",
    }.items():
        with pytest.raises(LibrusResponseValidationError) as refused:
            decode(body, "Auth/UserInfo/{id}", False)
        assert refused.value.details["issues"] == [issue]
    with pytest.raises(FeatureUnavailableError):
        decode(b'{"Status": "Disabled"}', "Auth/UserInfo/{id}", False)


def test_the_notification_centre_is_not_asked_for_there() -> None:
    assert Notifications.center(ANY).backends == {API_V3}


def test_nothing_else_differs() -> None:
    elsewhere = {operation.operation_id for operation in catalogue() if operation.get.on_gateway is not None}
    assert elsewhere == {"listJustifications", "getJustification", "getAuthUserInfo"}
