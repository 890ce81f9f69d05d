"""Addresses, parameters, and what a request or an answer shows of itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.core.http import Request, Response, join_url, origin_of, query_items, segment
from librus_sdk.secret import Secret


@pytest.mark.parametrize(
    "base", ["https://api.librus.pl/3.0", "https://api.librus.pl/3.0/", "https://api.librus.pl/3.0//"]
)
@pytest.mark.parametrize("path", ["Grades", "/Grades", "///Grades"])
def test_the_last_segment_of_the_base_stays(base: str, path: str) -> None:
    assert join_url(base, path) == "https://api.librus.pl/3.0/Grades"


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("a/b", "a%2Fb"),
        (7, "7"),
        ("t41685", "t41685"),
        ("Łoś 1", "%C5%81o%C5%9B%201"),
        ("..", ".."),
        ("?#%", "%3F%23%25"),
    ],
)
def test_a_value_is_one_segment(value: object, encoded: str) -> None:
    assert segment(value) == encoded


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_segment_comes_back_as_it_was(text: str) -> None:
    path = urlsplit(f"https://host/before/{segment(text)}/after").path
    assert [unquote(part) for part in path.split("/")] == ["", "before", text, "after"]


@pytest.mark.parametrize(
    ("query", "items"),
    [
        (None, ()),
        ({}, ()),
        ({"a": None}, ()),
        ({"b": 0, "a": False, "c": ""}, (("b", "0"), ("a", "false"), ("c", ""))),
        (
            {"page": 1, "all": True, "none": None, "name": "ż"},
            (("page", "1"), ("all", "true"), ("name", "ż")),
        ),
    ],
)
def test_parameters_are_sent_in_order_and_only_none_is_dropped(
    query: dict[str, Any] | None, items: tuple[tuple[str, str], ...]
) -> None:
    assert query_items(query) == items


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://portal.librus.pl/a", "https://PORTAL.librus.pl:443/b?c", True),
        ("http://127.0.0.1/a", "http://127.0.0.1:80/", True),
        ("http://127.0.0.1:1/a", "http://127.0.0.1:2/a", False),
        ("https://portal.librus.pl/", "http://portal.librus.pl/", False),
        ("https://portal.librus.pl/", "https://portal.librus.pl.evil.example/", False),
        ("https://portal.librus.pl/", "https://portal.librus.pl@evil.example/", False),
        ("https://portal.librus.pl/", "//portal.librus.pl/", False),
        ("https://portal.librus.pl/", "javascript:alert(1)", False),
    ],
)
def test_origins(one: str, other: str, same: bool) -> None:
    assert (origin_of(one) == origin_of(other)) is same


@pytest.mark.parametrize(
    ("status", "good"), [(199, False), (200, True), (299, True), (300, False), (401, False)]
)
def test_which_answers_are_good(status: int, good: bool) -> None:
    assert Response(status, b"", {}).ok is good


def test_a_request_shows_no_secret_and_no_login() -> None:
    request = Request(
        "POST",
        "https://portal/fresh/6521091r",
        endpoint="https://portal/fresh/REDACTED",
        query=(("who", "6521091r"),),
        form=(("password", "open-sesame"), ("email", Secret("me@example.org"))),
        bearer=Secret("the-token"),
    )
    assert not any(word in repr(request) for word in ("6521091r", "sesame", "example.org", "the-token"))


def test_an_answer_shows_its_status_alone() -> None:
    answer = Response(200, b"body", {"x": "header"}, "https://portal/fresh/6521091r")
    assert repr(answer) == "Response(status=200)"
