"""Every way an answer can go wrong, as a client meets it."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from librus_sdk.simulator import Simulator
from tests.simulator.steps import Browser


def grades(browser: Browser, child: int = 0) -> httpx2.Response:
    return browser.read("Grades", browser.sim.token(browser.sim.children[child].id))


def test_a_status_comes_as_often_as_ordered(browser: Browser) -> None:
    fault = browser.sim.fail("Grades", status=503, times=2)
    assert [grades(browser).status_code for _ in range(3)] == [503, 503, 200]
    assert fault.hits == 2
    assert [record.status for record in browser.sim.requests] == [503, 503, 200]


def test_skip_and_child_choose_who_is_met(browser: Browser) -> None:
    sim = browser.sim
    sim.fail("Grades", status=500, times=None, skip=1, child=sim.children[0].id)
    assert [grades(browser).status_code for _ in range(3)] == [200, 500, 500]
    assert grades(browser, 1).status_code == 200


def test_a_fault_can_be_taken_back(browser: Browser) -> None:
    sim = browser.sim
    fault = sim.fail("*", status=500, times=None)
    assert grades(browser).status_code == 500
    fault.cancel()
    assert grades(browser).status_code == 200
    sim.fail("Grades", status=500, times=None)
    sim.fail("Subjects", status=500, times=None)
    sim.clear_faults("Subjects")
    assert grades(browser).status_code == 500
    sim.clear_faults()
    assert grades(browser).status_code == 200


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"message": "Access token is invalid", "hint": "Error while decoding to JSON"}),
        (403, {"reason": "requires_an_action", "message": "The account requires an action"}),
        (404, {"message": "Account not found"}),
        (410, {"reason": "requires_an_action", "message": "The account requires an action"}),
        (424, {"message": "Unable to refresh the account"}),
        (500, {"message": "Server Error"}),
    ],
)
def test_portal_errors_have_the_recorded_bodies(browser: Browser, status: int, body: dict[str, str]) -> None:
    browser.sign_in()
    browser.sim.fail("fresh", status=status)
    answer = browser.fresh(browser.sim.children[0].login)
    assert (answer.status_code, answer.json()) == (status, body)
    assert browser.sim.token(browser.sim.children[0].id) == browser.sim.token(browser.sim.children[0].id, 1)


def test_api_errors_have_the_recorded_bodies(browser: Browser) -> None:
    browser.sim.fail("Grades", status=401)
    browser.sim.fail("Grades", status=403)
    assert grades(browser).json()["Code"] == "TokenIsExpired"
    assert grades(browser).json()["Code"] == "AccessDeny"


def test_pages_fail_with_pages(browser: Browser) -> None:
    browser.sim.fail("login_page", status=503)
    page = browser.http.get(f"{browser.sim.hosts.portal}/konto-librus/login")
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    csrf = browser.open_form()
    browser.sim.fail("login", status=419)
    assert "wygasła" in browser.send_form(csrf).text


def test_maintenance_and_a_time_to_come_back(browser: Browser) -> None:
    browser.sim.fail("Grades", maintenance=True, retry_after=7)
    answer = grades(browser)
    assert (answer.status_code, answer.json()["Status"]) == (503, "Maintenance")
    assert answer.headers["retry-after"] == "7"


def test_a_page_instead_of_a_document(browser: Browser) -> None:
    browser.sim.fail("Grades", html=True)
    answer = grades(browser)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"Grades": []}, b'{"Grades": []}'),
        ([], b"[]"),
        ("", b""),
        ("no json", b"no json"),
        (b"\xff", b"\xff"),
    ],
)
def test_a_body_of_ones_own(browser: Browser, body: Any, sent: bytes) -> None:
    browser.sim.fail("Grades", body=body, headers={"x-extra": "1"})
    answer = grades(browser)
    assert (answer.status_code, answer.content, answer.headers["x-extra"]) == (200, sent, "1")


def test_a_truncated_document_arrives_whole_and_cannot_be_read(browser: Browser) -> None:
    whole = grades(browser).content
    browser.sim.fail("Grades", truncate=True)
    answer = grades(browser)
    assert answer.content == whole[: len(whole) // 2]
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("drop", ["before", "headers", "body"])
def test_a_dropped_connection_is_reset(browser: Browser, drop: Any) -> None:
    browser.sim.fail("Grades", drop=drop)
    with pytest.raises(httpx2.ReadError):
        grades(browser)
    assert browser.sim.requests[-1].status == (None if drop == "before" else 200)
    assert grades(browser).status_code == 200


def until_reset(port: int | None, request: bytes) -> bytes:
    """Send the request and return what came before the connection was reset; a tidy end is a failure."""
    got = b""
    with socket.create_connection(("127.0.0.1", port or 0), timeout=10) as wire:
        wire.sendall(request)
        try:
            while piece := wire.recv(65536):
                got += piece
        except ConnectionResetError:
            return got
    pytest.fail("the connection was closed, not reset")


def test_what_the_client_sees_of_a_drop(sim: Simulator) -> None:
    """On the wire: nothing; the headers; the headers and half of the body. Then a reset, not an end."""
    seen: dict[str, bytes] = {}
    token = sim.token(sim.children[0].id)
    port = urlsplit(sim.hosts.api).port
    for drop in ("before", "headers", "body"):
        sim.fail("Grades", drop=drop)
        request = f"GET /3.0/Grades HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"
        seen[drop] = until_reset(port, request.encode())
    assert seen["before"] == b""
    head, body = seen["headers"].split(b"\r\n\r\n", 1)
    assert (head.splitlines()[0], body) == (b"HTTP/1.1 200 OK", b"")
    body = seen["body"].split(b"\r\n\r\n", 1)[1]
    length = int(head.lower().split(b"content-length: ")[1].split()[0])
    assert len(body) == length // 2


def test_a_lost_answer_has_minted_its_token_and_a_lost_request_has_not(browser: Browser) -> None:
    sim = browser.sim
    child = sim.children[0]
    browser.sign_in()
    sim.fail("fresh", drop="before")
    with pytest.raises(httpx2.ReadError):
        browser.fresh(child.login)
    assert sim.token(child.id) == sim.token(child.id, 1)
    sim.fail("fresh", drop="headers")
    with pytest.raises(httpx2.ReadError):
        browser.fresh(child.login)
    assert sim.token(child.id) == sim.token(child.id, 2)


def until_impatient(browser: Browser, enough: int | None = None, patience: float = 0.2) -> int:
    """Read until nothing came for so long, or enough bytes did; return how many bytes came."""
    headers = {"authorization": f"Bearer {browser.sim.token(browser.sim.children[0].id)}"}
    got = 0
    try:
        with browser.http.stream(
            "GET", f"{browser.sim.hosts.api}/Grades", headers=headers, timeout=patience
        ) as answer:
            for piece in answer.iter_raw():
                got += len(piece)
                if enough is not None and got >= enough:
                    return got
    except httpx2.ReadTimeout:
        return got
    pytest.fail("the answer was complete")


def test_slow_answers_run_into_the_clients_patience(browser: Browser) -> None:
    whole = len(grades(browser).content)
    browser.sim.fail("Grades", stall=True)
    assert until_impatient(browser) == whole // 2
    browser.sim.fail("Grades", drip=5.0)
    assert until_impatient(browser) == 1
    browser.sim.fail("Grades", delay=60.0)
    assert until_impatient(browser) == 0


def test_a_dripping_answer_renews_the_patience_with_every_byte(browser: Browser) -> None:
    """Only a limit for the whole answer ends this one."""
    browser.sim.fail("Grades", drip=True)
    assert until_impatient(browser, enough=6, patience=5) == 6


def test_a_dripping_answer_is_complete_in_the_end(browser: Browser) -> None:
    browser.sim.fail("LuckyNumbers", drip=0.0001)
    token = browser.sim.token(browser.sim.children[0].id)
    assert browser.read("LuckyNumbers", token).json()["LuckyNumber"]


def test_a_delay_is_only_late(browser: Browser) -> None:
    browser.sim.fail("Grades", delay=0.01)
    assert grades(browser).status_code == 200


def test_one_can_wait_for_a_fault_to_be_met(browser: Browser) -> None:
    fault = browser.sim.fail("Grades", status=500)
    with pytest.raises(TimeoutError, match=r"1 hit\(s\) of the fault on 'Grades'"):
        fault.wait_hit(timeout=0.01)
    grades(browser)
    fault.wait_hit()


def test_an_unknown_way_to_drop_is_refused(sim: Simulator) -> None:
    with pytest.raises(ValueError, match="drop must be"):
        sim.fail("Grades", drop="after")  # type: ignore[arg-type]
