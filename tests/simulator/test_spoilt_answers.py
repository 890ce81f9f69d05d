"""What a client meets when a fault changes the body or the headers of an answer, or where it leads."""

from __future__ import annotations

import json
import zlib
from urllib.parse import urlsplit

import httpx2
import pytest

from librus_sdk.simulator import Simulator
from tests.simulator.steps import Browser


def grades(browser: Browser, **query: str) -> httpx2.Response:
    """The answer, its body as it was on the wire."""
    headers = {"authorization": f"Bearer {browser.sim.token(browser.sim.children[0].id)}"}
    url = f"{browser.sim.hosts.api}/Grades"
    with browser.http.stream(
        "GET", url, headers=headers, params=query or None, follow_redirects=False
    ) as answer:
        answer._content = b"".join(answer.iter_raw())
    return answer


def test_a_body_can_be_padded_to_a_size(browser: Browser) -> None:
    whole = grades(browser).content
    browser.sim.fail("Grades", size=100_000)
    answer = grades(browser)
    assert (len(answer.content), answer.headers["content-length"]) == (100_000, "100000")
    assert json.loads(answer.content) == json.loads(whole)


def test_a_body_that_is_larger_already_stays_as_it_is(browser: Browser) -> None:
    whole = grades(browser).content
    browser.sim.fail("Grades", size=3)
    assert grades(browser).content == whole


def test_a_small_answer_can_grow(browser: Browser) -> None:
    whole = grades(browser).content
    browser.sim.fail("Grades", size=3 * 2**20 + 1, packed=True)
    answer = grades(browser)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.content) < 20_000 + len(whole)
    grown = zlib.decompress(answer.content, 31)
    assert (len(grown), grown.rstrip()) == (3 * 2**20 + 1, whole)


def test_an_answer_can_be_packed(browser: Browser) -> None:
    whole = grades(browser).content
    browser.sim.fail("Grades", packed=True)
    answer = grades(browser)
    assert answer.headers["content-encoding"] == "gzip"
    assert zlib.decompress(answer.content, 31) == whole


def test_text_can_come_in_another_encoding_than_it_says(browser: Browser) -> None:
    whole = grades(browser)
    browser.sim.fail("Grades", charset="utf-16")
    answer = grades(browser)
    assert answer.content.decode("utf-16") == whole.content.decode()
    assert answer.headers["content-type"] == whole.headers["content-type"]


def test_an_unknown_encoding_is_refused(sim: Simulator) -> None:
    with pytest.raises(ValueError, match="charset must be an encoding"):
        sim.fail("Grades", charset="utf-61")


def cookies(answer: httpx2.Response) -> list[str]:
    return [text.partition(";")[0] for text in answer.headers.get_list("set-cookie")]


def test_cookies_can_come_twice(browser: Browser) -> None:
    browser.sim.fail("login_page", double_cookies=True)
    first, *others = cookies(browser.http.get(f"{browser.sim.hosts.portal}/konto-librus/login"))
    name, _, value = others[0].partition("=")
    assert first == f"{name}=spoilt"
    assert value not in ("", "spoilt")
    assert browser.sign_in().status_code == 200, "the later one of two counts"


def test_an_answer_without_cookies_gets_one_twice(browser: Browser) -> None:
    browser.sim.fail("Grades", double_cookies=True)
    assert cookies(grades(browser)) == ["doubled=spoilt", "doubled=spoilt2"]


def test_a_redirect_can_lead_in_a_circle(browser: Browser) -> None:
    browser.sim.fail("Grades", redirect="here")
    answer = grades(browser, a="b c")
    assert (answer.status_code, answer.headers["location"]) == (302, "/3.0/Grades?a=b+c")
    browser.sim.fail("Grades", redirect="here")
    assert grades(browser).headers["location"] == "/3.0/Grades"


def test_a_redirect_can_lead_anywhere(browser: Browser) -> None:
    browser.sim.fail("Grades", redirect="https://elsewhere.example/", status=307)
    answer = grades(browser)
    assert (answer.status_code, answer.headers["location"]) == (307, "https://elsewhere.example/")


def test_a_time_to_come_back_may_be_any_text(browser: Browser) -> None:
    for asked in (7, 0.5, "soon"):
        browser.sim.fail("Grades", status=429, retry_after=asked)
        assert grades(browser).headers["retry-after"] == str(asked)


def test_a_truncated_answer_keeps_its_headers(browser: Browser) -> None:
    whole = browser.http.get(f"{browser.sim.hosts.portal}/konto-librus/login")
    browser.sim.fail("login_page", truncate=True)
    half = browser.http.get(f"{browser.sim.hosts.portal}/konto-librus/login")
    assert half.headers["content-type"] == whole.headers["content-type"]
    assert len(cookies(half)) == len(cookies(whole)) > 0
    assert len(half.content) == int(half.headers["content-length"]) == len(whole.content) // 2


def test_the_address_is_that_of_the_host_which_was_asked(browser: Browser) -> None:
    browser.sim.fail("login_page", redirect="here")
    answer = browser.http.get(f"{browser.sim.hosts.portal}/konto-librus/login", follow_redirects=False)
    assert urlsplit(answer.headers["location"]).path == "/konto-librus/login"
