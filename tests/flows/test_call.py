"""One call: retry and renewal, apart and together, with no network at all."""

from __future__ import annotations

from typing import Any

import pytest

from librus_sdk.core.answers import Verdict, judge_api
from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.core.refresh import SUSPECT_AFTER_S, Fail, SlotState, closed_error
from librus_sdk.errors import (
    LibrusApiError,
    LibrusAuthRefreshError,
    LibrusMaintenanceError,
    LibrusNetworkError,
    LibrusPermissionError,
    LibrusRateLimitedError,
    LibrusResponseValidationError,
    LibrusSdkError,
    LibrusSessionClosedError,
    LibrusTimeoutError,
)
from librus_sdk.flows.call import call, deliver
from librus_sdk.flows.steps import Acquire, ask
from librus_sdk.models.decoding import decode_portal_me
from librus_sdk.settings import RetryPolicy
from tests.flows.driving import FakeSlot, Ran, answer, drive, granted, ports

URL = "https://api.example/3.0/Grades"
GET = Request("GET", URL, endpoint=URL)
POST = Request("POST", URL, endpoint=URL)
OK = answer(200, b"the body")
LOST = Failure("network", "connection reset")
LATE = Failure("timeout", "timeout", 1000)
POLICY = RetryPolicy(max_attempts=3, base_delay_ms=100, jitter=False)
Events = list[tuple[str, str, dict[str, object]]]


def text_of(body: bytes, _endpoint: str) -> str:
    return body.decode()


def run(
    slot: FakeSlot | None,
    *answers: Any,
    request: Request = GET,
    retry: RetryPolicy = POLICY,
    events: Events | None = None,
    decode: Any = text_of,
) -> Ran:
    flow = call(request, slot=slot, judge=judge_api, decode=decode, retry=retry, ports=ports(events))
    return drive(flow, answers)


def failed(ran: Ran, kind: type[LibrusSdkError]) -> LibrusSdkError:
    assert ran.error is not None
    assert type(ran.error) is kind, ran
    return ran.error


# --- one request -------------------------------------------------------------------------------------------


def test_a_good_answer_is_decoded_and_accepted() -> None:
    slot = granted()
    ran = run(slot, OK)
    assert ran.result.value == "the body"
    assert ran.result.generation == 1
    assert slot.accepted == [1]
    assert len(ran.requests) == 1


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer(403), LibrusPermissionError),
        (answer(404), LibrusApiError),
        (answer(401, {"Message": "Insufficient scopes"}), LibrusPermissionError),
        (answer(302, location="https://elsewhere.example"), LibrusApiError),
    ],
)
def test_an_error_that_is_no_expiry_is_raised_and_the_token_was_good(
    given: Any, kind: type[LibrusSdkError]
) -> None:
    slot = granted()
    error = failed(run(slot, given), kind)
    assert error.__cause__ is None
    assert slot.accepted == [1]
    assert slot.rejected == []


def test_no_answer_says_nothing_of_the_token() -> None:
    slot = granted()
    failed(run(slot, LATE), LibrusTimeoutError)
    assert (slot.accepted, slot.rejected) == ([], [])


def test_a_body_that_does_not_decode_is_neither_retried_nor_renewed() -> None:
    ran = run(granted(), answer(200, b"<html>"), decode=decode_portal_me)
    failed(ran, LibrusResponseValidationError)
    assert len(ran.requests) == 1


def test_without_a_slot_a_401_is_raised_after_one_request() -> None:
    ran = run(None, answer(401, {"Code": "TokenIsExpired"}))
    error = failed(ran, LibrusApiError)
    assert error.details == {"endpoint": URL, "status": 401, "server_code": "TokenIsExpired"}
    assert error.__cause__ is None
    assert len(ran.requests) == 1
    assert run(None, OK).result.value == "the body"


# --- retry -------------------------------------------------------------------------------------------------


def test_passing_trouble_is_waited_out() -> None:
    ran = run(granted(), answer(503), LOST, OK)
    assert ran.result.value == "the body"
    assert ran.pauses == [0.1, 0.2]


def test_the_last_answer_counts() -> None:
    ran = run(granted(), LOST, answer(502), answer(503, {"Status": "Maintenance"}))
    failed(ran, LibrusMaintenanceError)
    ran = run(granted(), answer(503), answer(503), LOST)
    failed(ran, LibrusNetworkError)
    assert len(ran.requests) == 3


def test_a_timeout_is_not_retried() -> None:
    ran = run(granted(), LATE)
    failed(ran, LibrusTimeoutError)
    assert ran.pauses == []


@pytest.mark.parametrize(("given", "kind"), [(answer(503), LibrusApiError), (LOST, LibrusNetworkError)])
def test_what_is_not_a_get_is_not_retried(given: Any, kind: type[LibrusSdkError]) -> None:
    ran = run(granted(), given, request=POST)
    failed(ran, kind)
    assert ran.pauses == []


def test_retry_after_is_waited_and_kept_on_the_error() -> None:
    ran = run(
        granted(), answer(429, retry_after="7"), answer(503, retry_after="0"), answer(429, retry_after="9")
    )
    error = failed(ran, LibrusRateLimitedError)
    assert ran.pauses == [7.0, 0.0]
    assert isinstance(error, LibrusApiError)
    assert error.retry_after_s == 9.0


def test_a_wait_beyond_reason_ends_the_call_at_once() -> None:
    ran = run(granted(), answer(503, retry_after="86400"))
    error = failed(ran, LibrusApiError)
    assert ran.pauses == []
    assert isinstance(error, LibrusApiError)
    assert error.retry_after_s == 86_400.0


def test_each_wait_is_told() -> None:
    events: Events = []
    run(granted(), answer(503), LOST, OK, events=events)
    common = {"endpoint": URL, "method": "GET"}
    assert events == [
        ("warn", "synergia.retry", {"attempt": 1, "delay_ms": 100, "reason": "status_503", **common}),
        ("warn", "synergia.retry", {"attempt": 2, "delay_ms": 200, "reason": "network_error", **common}),
    ]


# --- renewal -----------------------------------------------------------------------------------------------


def test_a_401_is_renewed_and_repeated_once() -> None:
    slot = granted()
    ran = run(slot, answer(401), slot.renewed, OK)
    assert ran.result.value == "the body"
    assert ran.result.generation == 2
    assert slot.accepted == [2]
    assert [generation for generation, _ in slot.rejected] == [1]
    assert len(ran.requests) == 2


def test_a_persisting_401_has_the_very_first_one_as_its_cause() -> None:
    slot = granted()
    ran = run(slot, answer(401), slot.renewed, answer(401))
    error = failed(ran, LibrusAuthRefreshError)
    assert error.__cause__ is slot.rejected[0][1]
    assert len(ran.requests) == 2


def test_a_token_somebody_else_had_fetched_earns_one_more_renewal() -> None:
    slot = granted()
    ran = run(slot, answer(401), slot.renewed_by_another, answer(401), slot.renewed, OK)
    assert ran.result.generation == 3
    slot = granted()
    ran = run(slot, answer(401), slot.renewed_by_another, answer(401), slot.renewed, answer(401))
    assert failed(ran, LibrusAuthRefreshError).__cause__ is slot.rejected[0][1]
    assert len(ran.requests) == 3


def test_a_renewal_that_fails_ends_the_call_with_its_error() -> None:
    closed = closed_error()
    ran = run(granted(), answer(401), Fail(closed))
    assert failed(ran, LibrusSessionClosedError) is closed
    assert failed(run(granted(), Fail(closed)), LibrusSessionClosedError) is closed


def test_what_is_not_a_get_is_not_repeated_after_a_401() -> None:
    slot = granted()
    ran = run(slot, answer(401), request=POST)
    error = failed(ran, LibrusApiError)
    assert error.details["status"] == 401
    assert [generation for generation, _ in slot.rejected] == [1]
    assert len(ran.requests) == 1


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer(404), LibrusApiError),
        (answer(403), LibrusPermissionError),
        (answer(503, {"Status": "Maintenance"}), LibrusMaintenanceError),
        (LOST, LibrusNetworkError),
        (LATE, LibrusTimeoutError),
    ],
)
def test_whatever_goes_wrong_after_a_401_the_401_stays_reachable(
    given: Any, kind: type[LibrusSdkError]
) -> None:
    slot = granted()
    ran = run(slot, answer(401), slot.renewed, given, retry=RetryPolicy.off())
    assert failed(ran, kind).__cause__ is slot.rejected[0][1]


def test_it_stays_reachable_for_a_caller_that_is_handling_an_exception() -> None:
    slot = granted()
    try:
        raise ValueError("the program's own")
    except ValueError:
        ran = run(slot, answer(401), slot.renewed, answer(404))
    assert failed(ran, LibrusApiError).__cause__ is slot.rejected[0][1]


def test_using_what_another_call_had_fetched_is_told() -> None:
    events: Events = []
    slot = granted()
    run(slot, answer(401), slot.renewed_by_another, OK, events=events)
    assert ("debug", "session.refresh.reused", {"slot": "child"}) in events
    events.clear()
    slot = granted()
    run(slot, answer(401), slot.renewed, OK, events=events)
    assert events == []


# --- both --------------------------------------------------------------------------------------------------


def test_503_then_401_then_200_costs_one_renewal() -> None:
    slot = granted()
    ran = run(slot, answer(503), answer(401), slot.renewed, OK)
    assert ran.result.value == "the body"
    assert ran.pauses == [0.1]
    assert sum(isinstance(step, Acquire) for step in ran.steps) == 1


def test_after_a_renewal_the_attempts_are_counted_anew() -> None:
    slot = granted()
    ran = run(slot, answer(503), answer(503), answer(401), slot.renewed, answer(503), answer(503), OK)
    assert ran.result.value == "the body"
    assert ran.pauses == [0.1, 0.2, 0.1, 0.2]
    assert len(ran.requests) == 6


def test_a_401_is_not_in_the_way_of_the_last_error() -> None:
    slot = granted()
    ran = run(slot, answer(401), slot.renewed, answer(503), answer(503), answer(503))
    assert failed(ran, LibrusApiError).details["status"] == 503


# --- asking ------------------------------------------------------------------------------------------------


def test_asking_returns_the_grant_or_raises() -> None:
    slot = granted()
    assert drive(ask(slot), [slot.renewed]).result.grant.generation == 2
    assert isinstance(drive(ask(slot), [Fail(closed_error())]).error, LibrusSessionClosedError)


# --- what may be a dead credential -------------------------------------------------------------------------


def suspicious(request: Request, response: Response) -> Verdict:
    verdict = judge_api(request, response)
    return Verdict(verdict.error, suspect=True) if response.status == 403 else verdict


FORBIDDEN = answer(403, b"{}")


def suspected(slot: FakeSlot | None, *answers: Any, age: float) -> Ran:
    clock = ports()
    now = 0.0 if slot is None else slot.state.grant.minted.issued_at + age  # type: ignore[union-attr]
    aged = type(clock)(lambda: now, clock.wall, clock.random, clock.emit)
    flow = call(GET, slot=slot, judge=suspicious, decode=text_of, retry=POLICY, ports=aged)
    return drive(flow, answers)


def test_a_suspicious_answer_of_an_old_session_is_renewed_and_repeated() -> None:
    slot = granted()
    ran = suspected(slot, FORBIDDEN, slot.renewed, OK, age=SUSPECT_AFTER_S)
    assert ran.result.value == "the body"
    assert [generation for generation, _ in slot.rejected] == [1]


def test_a_suspicious_answer_of_a_young_session_is_what_it_says() -> None:
    slot = granted()
    error = failed(suspected(slot, FORBIDDEN, age=SUSPECT_AFTER_S - 1), LibrusPermissionError)
    assert error.__cause__ is None
    assert slot.rejected == []
    assert slot.accepted == [1]


def test_without_a_slot_a_suspicious_answer_is_what_it_says() -> None:
    failed(suspected(None, FORBIDDEN, age=0), LibrusPermissionError)


def test_nothing_is_delivered_without_a_credential() -> None:
    request = Request("POST", "https://api.example/3.0/Messages", endpoint="Messages")
    down = LibrusApiError("The portal is down.")
    flow = deliver(request, slot=FakeSlot(SlotState(key="101")), judge=judge_api, ports=ports())
    ran = drive(flow, [Fail(down)])
    assert ran.error is down
    assert not ran.requests
