"""Fetching a file from the file store, step by step, with no network at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given

from librus_sdk.core.http import Failure, Request, Response, origin_of
from librus_sdk.core.refresh import Fail, closed_error
from librus_sdk.core.traffic import Closed
from librus_sdk.errors import (
    LibrusApiError,
    LibrusMaintenanceError,
    LibrusNetworkError,
    LibrusResponseValidationError,
    LibrusSdkError,
    LibrusSessionClosedError,
    LibrusTimeoutError,
)
from librus_sdk.flows.sandbox import MAX_POLLS, Fetched, SandboxFlows
from librus_sdk.flows.steps import Attempt, Sent
from librus_sdk.secret import Secret
from librus_sdk.settings import Hosts, RetryPolicy
from tests.flows.driving import AWAY, Ran, alone, answer, drive, locations, ports, redirect
from tests.safety.evidence import Evidence, Needles

STORE = "https://sandbox.librus.pl"
LOCAL = "http://127.0.0.1:8123"
KEY = "k3y/of+file"
SENT_KEY = "k3y%2Fof%2Bfile"
PAGE = f"{STORE}/GetFile/{SENT_KEY}"
TRY = f"{STORE}/index.php?action=CSTryToDownload&singleUseKey={SENT_KEY}"
CHECK = f"{STORE}/index.php?action=CSCheckKey"
DOWNLOAD = f"{STORE}/index.php?action=CSDownload&singleUseKey={SENT_KEY}"
FAILED = f"{STORE}/index.php?action=CSDownloadFailed"
SHOWN = f"{STORE}/REDACTED"
ASKED_URL = "https://wiadomosci.librus.pl/api/attachments/1/messages/2"
RETRY = RetryPolicy(max_attempts=2, base_delay_ms=100, jitter=False)
LOST = Failure("network", "connection reset")

WAIT = answer(200, b"<p>Trwa przygotowywanie pliku", content_type="text/html; charset=utf-8")
FILE = answer(200, b"%PDF", content_type="application/pdf")
READY = answer(200, {"status": "ready"})
NOT_YET = answer(200, {"status": "not_downloaded_yet"})

Events = list[tuple[str, str, dict[str, object]]]


class Shelf:
    """A sink that takes nothing: which request it goes along with is what counts."""

    max_bytes = 1

    def wants(self, status: int, headers: Any) -> bool:
        raise NotImplementedError

    def begin(self) -> None:
        raise NotImplementedError

    def write(self, part: bytes) -> None:
        raise NotImplementedError


ASKED = Request("GET", ASKED_URL, endpoint=ASKED_URL, sink=Shelf())


def fetch(
    link: str,
    *answers: Any,
    hosts: Hosts | None = None,
    retry: RetryPolicy = RETRY,
    events: Events | None = None,
    late: Failure | None = None,
) -> Ran:
    flows = SandboxFlows(hosts or Hosts(), ports(events), retry)
    return drive(flows.fetch(Secret(link), ASKED), answers, late=late)


def found(ran: Ran, response: Response = FILE) -> Request:
    assert isinstance(ran.result, Fetched), ran
    assert ran.result.response is response
    assert ran.result.request is ran.requests[-1]
    assert ran.result.request.sink is ASKED.sink
    shows_no_key(ran)
    return ran.result.request


def fails(kind: type[LibrusSdkError], ran: Ran) -> LibrusSdkError:
    assert ran.error is not None
    assert type(ran.error) is kind, ran
    shows_no_key(ran)
    return ran.error


def shows_no_key(ran: Ran) -> None:
    seen = Evidence()
    if ran.error is not None:
        seen.take_error(ran.error)
    seen.add("steps", repr(ran.steps), repr(ran.requests), repr(ran.result))
    seen.add("endpoints", *(request.endpoint for request in ran.requests))
    assert seen.leaks(Needles((KEY, SENT_KEY))) == {}


# --- the form with a waiting page --------------------------------------------------------------------------


def test_a_page_and_the_file_behind_it() -> None:
    ran = fetch(PAGE, WAIT, FILE)
    assert ran.sent == [f"GET {PAGE}", f"GET {PAGE}/get"]
    assert ran.pauses == []
    request = found(ran)
    assert request.endpoint == SHOWN
    assert dict(request.headers)["referer"] == PAGE
    assert "referer" not in dict(ran.requests[0].headers)


def test_what_goes_along() -> None:
    ran = fetch(PAGE, WAIT, FILE)
    for request in ran.requests:
        assert (request.bearer, request.form, request.query) == (None, None, ())
        assert dict(request.headers)["accept-encoding"] == "identity"
        assert "Windows NT" in dict(request.headers)["user-agent"]
    assert all(isinstance(step, Attempt) and step.slot is None for step in ran.steps)


def test_a_page_that_says_to_wait() -> None:
    ran = fetch(PAGE, WAIT, WAIT, WAIT, WAIT, FILE)
    assert ran.sent[1:] == [f"GET {PAGE}/get"] * 4
    assert ran.pauses == [5.0, 10.0, 10.0]
    found(ran)


def test_a_page_that_never_says_anything_else() -> None:
    ran = fetch(PAGE, *[WAIT] * (1 + MAX_POLLS))
    error = fails(LibrusApiError, ran)
    assert "few minutes" in error.message
    assert error.details == {"endpoint": SHOWN, "status": 200}
    assert ran.pauses == [5.0, *[10.0] * 13]


@pytest.mark.parametrize(("link", "wait"), [(PAGE, (WAIT, WAIT)), (TRY, (WAIT, NOT_YET))])
def test_a_call_that_has_no_time_to_wait_asks_no_more(link: str, wait: tuple[Response, ...]) -> None:
    late = Failure("timeout", "timeout", 4000, option="timeout_total_ms", sent=False)
    error = fails(LibrusTimeoutError, fetch(link, *wait, late=late))
    assert error.details == {"endpoint": SHOWN, "timeout_ms": 4000}


@pytest.mark.parametrize("link", [f"{PAGE}/", f"{PAGE}/get", f"{PAGE}/get/"])
def test_where_the_file_behind_a_page_is(link: str) -> None:
    ran = fetch(link, WAIT, FILE)
    assert ran.sent[1] == f"GET {PAGE}/get"
    found(ran)


@pytest.mark.parametrize("response", [FILE, answer(404), answer(503), answer(204), replace(WAIT, status=404)])
def test_whatever_is_no_page_that_says_to_wait_is_for_the_caller_to_judge(response: Response) -> None:
    found(fetch(PAGE, response, retry=RetryPolicy.off()), response)
    found(fetch(PAGE, WAIT, response, retry=RetryPolicy.off()), response)


@pytest.mark.parametrize(
    "response",
    [
        answer(200, b"<p>", content_type="text/html", content_disposition='attachment; filename="a.html"'),
        answer(200, b"<p>"),
        answer(200, b"{}", content_type="application/json"),
    ],
)
def test_a_page_that_is_the_file(response: Response) -> None:
    found(fetch(PAGE, WAIT, response), response)


# --- the form with a key -----------------------------------------------------------------------------------


def test_a_key_that_is_ready() -> None:
    ran = fetch(TRY, WAIT, READY, FILE)
    assert ran.sent == [f"GET {TRY}", f"POST {CHECK}", f"GET {DOWNLOAD}"]
    check = ran.requests[1]
    assert check.form == (("singleUseKey", Secret(KEY)),)
    assert (check.sink, check.endpoint) == (None, SHOWN)
    assert ran.pauses == []
    found(ran)


def test_a_key_that_is_not_ready_yet() -> None:
    ran = fetch(TRY, WAIT, NOT_YET, NOT_YET, NOT_YET, READY, FILE)
    assert ran.sent[1:-1] == [f"POST {CHECK}"] * 4
    assert ran.pauses == [5.0, 10.0, 10.0]
    found(ran)


def test_a_key_that_never_gets_ready() -> None:
    ran = fetch(TRY, WAIT, *[NOT_YET] * MAX_POLLS)
    error = fails(LibrusApiError, ran)
    assert "few minutes" in error.message
    assert error.details == {"endpoint": SHOWN, "status": 200}
    assert ran.pauses == [5.0, *[10.0] * 13]


@pytest.mark.parametrize(
    "response",
    [
        answer(200, {"status": "download_failed"}),
        answer(200, {"status": ["ready"]}),
        answer(200, ["ready"]),
        answer(200, b""),
        answer(200, b"[" * 100_000),
        answer(404, {"status": "ready"}),
        WAIT,
    ],
)
def test_a_key_that_has_failed(response: Response) -> None:
    error = fails(LibrusApiError, fetch(TRY, WAIT, response))
    assert "Ask for the attachment again" in error.message
    assert error.details == {"endpoint": SHOWN, "status": response.status}


@pytest.mark.parametrize("status", [429, 503])
def test_an_outage_says_nothing_of_the_key(status: int) -> None:
    ran = fetch(TRY, WAIT, answer(status, retry_after="8"))
    assert isinstance(ran.error, LibrusApiError)
    shows_no_key(ran)
    assert "again" not in ran.error.message or "attachment" not in ran.error.message
    assert ran.error.retry_after_s == 8.0
    assert ran.error.details["status"] == status


def test_maintenance_is_told_as_such() -> None:
    error = fails(
        LibrusMaintenanceError, fetch(TRY, WAIT, answer(503, {"Status": "Maintenance"}, retry_after="8"))
    )
    assert (error.details["status"], error.retry_after_s) == (503, 8.0)


@pytest.mark.parametrize("link", [PAGE, TRY])
def test_maintenance_that_rests_the_store_is_not_asked_again(link: str) -> None:
    """The session notes it, and says for how long."""
    flow = alone(SandboxFlows(Hosts(), ports(), RETRY).fetch(Secret(link), ASKED))
    step: Any = next(flow)
    response = answer(503, {"Status": "Maintenance"})
    assert isinstance(step.judge(step.request, response).error, LibrusMaintenanceError)
    with pytest.raises(LibrusMaintenanceError) as caught:
        flow.send(Sent(response, rest=Closed(30.0, said=False)))
    assert caught.value.retry_after_s == 30.0
    assert set(caught.value.details) == {"endpoint", "status", "until"}


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_what_the_caller_judges_is_no_error_yet(status: int) -> None:
    ran = fetch(f"{STORE}/x", answer(status), retry=RetryPolicy.off())
    assert ran.result.response.status == status


def test_a_key_opens_a_file_only_once() -> None:
    ran = fetch(TRY, WAIT, READY, LOST)
    fails(LibrusNetworkError, ran)
    assert ran.sent[-1] == f"GET {DOWNLOAD}"


def test_a_link_out_of_a_page() -> None:
    ran = fetch(TRY.replace("&", "&amp;"), WAIT, READY, FILE)
    assert ran.sent[0] == f"GET {TRY}"
    found(ran)


# --- redirects ---------------------------------------------------------------------------------------------


def test_a_link_that_leads_on_to_one_of_either_form() -> None:
    link = "https://synergia.librus.pl/homework/x"
    assert found(fetch(link, redirect(PAGE), WAIT, FILE)).url == f"{PAGE}/get"
    assert found(fetch(link, redirect(TRY), WAIT, READY, FILE)).url == DOWNLOAD
    assert found(fetch(link, redirect(DOWNLOAD), FILE)).url == DOWNLOAD


def test_a_link_to_the_file_itself() -> None:
    found(fetch(f"{STORE}/x", FILE))
    found(fetch(f"{STORE}/x", WAIT), WAIT)
    found(fetch(f"{STORE}/index.php?action=CSTryToDownload", WAIT), WAIT)
    found(fetch(f"{STORE}/index.php?action=Other&singleUseKey=a", WAIT), WAIT)


@pytest.mark.parametrize(
    "answers",
    [
        (redirect(FAILED),),
        (redirect("/index.php?action=CSDownloadFailed"),),
        (WAIT, READY, redirect(FAILED)),
    ],
)
def test_a_file_that_is_gone(answers: tuple[Response, ...]) -> None:
    error = fails(LibrusApiError, fetch(TRY, *answers))
    assert "gone" in error.message
    assert error.details == {"endpoint": SHOWN, "status": 404}


def test_a_link_that_says_so_itself() -> None:
    ran = fetch(FAILED)
    fails(LibrusApiError, ran)
    assert ran.requests == []


ELSEWHERE = [
    f"https://evil.example/{KEY}",
    f"https://librus.pl.evil.example/{KEY}",
    f"https://evillibrus.pl/{KEY}",
    f"http://sandbox.librus.pl/{KEY}",
    f"ftp://sandbox.librus.pl/{KEY}",
    f"https://evil.example\\.librus.pl/{KEY}",
    f"https://me@sandbox.librus.pl/{KEY}",
    f"https://sandbox.librus.pl:99999999/{KEY}",
    f"http://[::1/{KEY}",
    f"http://127.0.0.1:8123/{KEY}",
    f"https://sandbox.librus.pl/{KEY}\ud800",
    f"javascript:{KEY}",
]


BROKEN_LINE = f"https://sandbox.librus.pl/{KEY}\n"  # a redirect is read without the end of its line


@pytest.mark.parametrize("link", [*ELSEWHERE, BROKEN_LINE, ""])
def test_a_link_that_leads_away(link: str) -> None:
    ran = fetch(link)
    error = fails(LibrusResponseValidationError, ran)
    assert error.details == {"endpoint": ASKED_URL, "issues": ["$: expected an address at Librus"]}
    assert ran.requests == []


@pytest.mark.parametrize("location", [*ELSEWHERE, "https://synergia.librus.pl/loguj"])
def test_a_redirect_that_leads_away(location: str) -> None:
    ran = fetch(PAGE, WAIT, redirect(location))
    fails(LibrusResponseValidationError, ran)
    assert len(ran.requests) == 2


def test_a_circle_ends() -> None:
    error = fails(LibrusResponseValidationError, fetch(PAGE, *[redirect(PAGE)] * 11))
    assert "circle" in error.message
    found(fetch(PAGE, *[redirect(PAGE)] * 10, FILE))


def test_a_redirect_to_nowhere_is_for_the_caller_to_judge() -> None:
    nowhere = answer(302)
    found(fetch(PAGE, nowhere), nowhere)


@given(locations(STORE))
@example(f"{STORE}/elsewhere")
@example(AWAY)
def test_no_location_makes_it_break_or_leave(location: str) -> None:
    flow = SandboxFlows(Hosts(), ports(), RETRY).fetch(Secret(PAGE), ASKED)
    step: Any = next(flow)
    try:
        step = flow.send(Sent(redirect(location)))
    except LibrusSdkError:
        return
    assert origin_of(step.request.url) == origin_of(STORE)
    flow.close()


# --- where the file store is -------------------------------------------------------------------------------


def test_another_host_of_librus() -> None:
    found(fetch("https://files.librus.pl/GetFile/a", WAIT, FILE))
    found(fetch("https://librus.pl/GetFile/a", WAIT, FILE))


def test_this_machine_when_the_hosts_say_so() -> None:
    hosts = Hosts(sandbox=LOCAL)
    ran = fetch(
        f"{LOCAL}/index.php?action=CSTryToDownload&singleUseKey={SENT_KEY}", WAIT, READY, FILE, hosts=hosts
    )
    assert ran.sent[1] == f"POST {LOCAL}/index.php?action=CSCheckKey"
    assert found(ran).endpoint == f"{LOCAL}/REDACTED"
    fails(LibrusResponseValidationError, fetch("http://127.0.0.1:9/GetFile/a", hosts=hosts))


# --- trouble -----------------------------------------------------------------------------------------------


def test_what_can_be_asked_twice_is_tried_again() -> None:
    events: Events = []
    ran = fetch(PAGE, answer(503), WAIT, LOST, FILE, events=events)
    assert ran.sent == [f"GET {PAGE}"] * 2 + [f"GET {PAGE}/get"] * 2
    assert ran.pauses == [0.1, 0.1]
    found(ran)
    assert [(name, fields["endpoint"]) for _, name, fields in events] == [("synergia.retry", SHOWN)] * 2


@pytest.mark.parametrize("answers", [(LOST, LOST), (WAIT, LOST, LOST)])
@pytest.mark.parametrize("link", [PAGE, f"{PAGE}/"])
def test_no_answer(link: str, answers: tuple[Any, ...]) -> None:
    error = fails(LibrusNetworkError, fetch(link, *answers))
    assert error.details["endpoint"] == SHOWN


def test_no_answer_to_the_key() -> None:
    fails(LibrusNetworkError, fetch(TRY, WAIT, LOST))


def test_a_closed_session() -> None:
    fails(LibrusSessionClosedError, fetch(PAGE, WAIT, Fail(closed_error())))
