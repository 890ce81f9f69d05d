"""What became of something that was sent: accepted and rejected need Librus's word, the rest is unknown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.core.delivery import Delivery, judge_delivery, outcome_of
from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.errors import LibrusNetworkError, LibrusTimeoutError
from tests.models.samples import MARKER

REQUEST = Request("POST", "https://wiadomosci.librus.pl/api/messages", endpoint="messages")


def response(status: int, body: object = b"") -> Response:
    return Response(status, body if isinstance(body, bytes) else json.dumps(body).encode(), {})


SENT = {"data": {"messageId": 7, "status": "sent"}}


@pytest.mark.parametrize("status", [200, 201])
def test_a_message_that_was_sent(status: int) -> None:
    assert outcome_of(response(status, SENT)) == Delivery("accepted", "7", None, status)


@pytest.mark.parametrize(
    ("body", "is_told", "outcome"),
    [
        ({"data": {"status": "sent"}}, True, "accepted"),
        ({"data": {"status": "OK"}}, True, "accepted"),
        ({"status": "ok", "data": []}, True, "accepted"),
        ({"data": {"messageId": 7}}, True, "unknown"),
        ({"data": {"status": "queued"}}, True, "unknown"),
        ({"data": {"status": 1}}, False, "unknown"),
        ({"data": {"status": "error"}}, False, "unknown"),
        ({}, True, "unknown"),
        ({}, False, "accepted"),
        ({"data": []}, False, "accepted"),
        ({"errors": []}, False, "unknown"),
        ({"error": "x"}, False, "unknown"),
        ([], False, "unknown"),
        (b"", False, "unknown"),
        (b"<html>", False, "unknown"),
        (b"{" * 100_000, False, "unknown"),
        (json.dumps(SENT).encode() + b" " * 70_000, True, "unknown"),
    ],
)
def test_what_a_good_status_is_worth(body: object, is_told: bool, outcome: str) -> None:
    assert outcome_of(response(201, body), is_told=is_told).outcome == outcome


def test_an_answer_that_says_nothing_on_purpose() -> None:
    assert outcome_of(response(204), is_told=False).outcome == "accepted"
    assert outcome_of(response(204)).outcome == "unknown"


@pytest.mark.parametrize("sent", [7, "7", "", None, True, 7.5, [7], {"id": 7}])
def test_the_id_of_the_message(sent: object) -> None:
    found = outcome_of(response(201, {"data": {"messageId": sent, "status": "sent"}}))
    assert found.outcome == "accepted"
    assert found.message_id == ("7" if sent in (7, "7") and sent is not True else None)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422])
def test_a_refusal_is_one_when_librus_says_so(status: int) -> None:
    said = response(status, {"status": "error", "code": "DUPLICATED_RECEIVERS"})
    assert outcome_of(said) == Delivery("rejected", None, "DUPLICATED_RECEIVERS", status)
    assert outcome_of(response(status, {"status": "error"})) == Delivery("rejected", status=status)
    for page in (b"<html>Access denied</html>", b"", b"[]"):
        assert outcome_of(response(status, page)) == Delivery("unknown", status=status)


@pytest.mark.parametrize("status", [100, 202, 206, 301, 302, 401, 405, 408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"status": "error", "code": "Maintenance"}'])
def test_everything_else_is_unknown(status: int, body: bytes) -> None:
    found = outcome_of(response(status, body))
    assert (found.outcome, found.message_id, found.status) == ("unknown", None, status)


@pytest.mark.parametrize("kind", ["timeout", "network", "too_large", "sink"])
def test_no_answer_is_unknown(kind: Any) -> None:
    assert outcome_of(Failure(kind, MARKER)) == Delivery("unknown", reason=kind)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"errors": [{"code": "THE_RECEIVER_CANNOT_RECEIVE_A_NOTE_COPY"}]}, True),
        ({"data": {"errors": {"receivers": ["DUPLICATED_RECEIVERS"]}}}, True),
        ({"message": f"{MARKER} cannot be written to"}, False),
        ({"code": "JAN_KOWALSKI"}, False),
        ({"code": {"a": {"a": {"a": {"a": {"a": "DUPLICATED_RECEIVERS"}}}}}}, False),
        ({"code": 7, "receivers": None}, False),
    ],
)
def test_only_constants_of_librus_are_repeated(said: object, reason: bool) -> None:
    found = outcome_of(response(422, said))
    assert (found.outcome, found.reason is not None) == ("rejected", reason)
    assert MARKER not in repr(found)


def test_what_never_left_is_an_error() -> None:
    for is_told in (True, False):
        with pytest.raises(LibrusNetworkError):
            judge_delivery(REQUEST, Failure("network", "refused", sent=False), is_told=is_told)
    with pytest.raises(LibrusTimeoutError):
        judge_delivery(REQUEST, Failure("timeout", "limit", timeout_ms=5, sent=False))
    assert judge_delivery(REQUEST, Failure("timeout", "limit")).outcome == "unknown"
    assert judge_delivery(REQUEST, response(201, SENT)).outcome == "accepted"
    assert judge_delivery(REQUEST, response(201, {}), is_told=False).outcome == "accepted"


@given(status=st.integers(100, 599), body=st.binary(), is_told=st.booleans())
def test_any_bytes_never_make_it_accepted_or_rejected(status: int, body: bytes, is_told: bool) -> None:
    found = outcome_of(response(status, body), is_told=is_told)
    assert found.status == status
    if not body.lstrip().startswith(b"{"):
        assert found.outcome == ("accepted" if status == 204 and not is_told else "unknown")
