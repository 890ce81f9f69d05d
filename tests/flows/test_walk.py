"""Redirects, walked one request at a time."""

from __future__ import annotations

from typing import Any, Final

import pytest

from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.errors import LibrusNetworkError, LibrusPortalPageError
from librus_sdk.flows.walk import MAX_REDIRECTS, walk
from tests.flows.driving import Ran, TheJar, drive

HERE: Final = "https://web.example"
THERE: Final = "https://mail.example:8443"
START: Final = Request("GET", f"{HERE}/a?key=k-1", endpoint=f"{HERE}/a", name="web.a")


def leads_to(location: str, status: int = 302) -> Response:
    return Response(status, b"", {"location": location})


PAGE: Final = Response(200, b"page", {})


def walked(*answers: Any) -> Ran:
    return drive(walk(START, TheJar(), (HERE, f"{THERE}/somewhere")), answers)


def test_redirects_are_followed_on_the_named_origins() -> None:
    ran = walked(leads_to("/b?x=1"), leads_to(f"{THERE}/c"), PAGE)
    assert ran.sent == [f"GET {START.url}", f"GET {HERE}/b?x=1", f"GET {THERE}/c"]
    assert ran.result.response is PAGE
    assert ran.result.beyond is None


def test_what_is_shown_of_a_redirect_is_its_origin() -> None:
    ran = walked(leads_to("/b?token=t-9"), leads_to(f"{THERE}/token/t-9"), PAGE)
    assert [request.endpoint for request in ran.requests] == [f"{HERE}/a", HERE, THERE]
    assert [request.name for request in ran.requests] == ["web.a", "web.a.redirect", "web.a.redirect"]
    assert "t-9" not in repr(ran.requests)


@pytest.mark.parametrize(
    "location",
    ["https://other.example/c?code=c-1", "http://web.example/c", "app://librus?code=c-1", "https://[bad/"],
)
def test_it_stops_before_any_other_origin(location: str) -> None:
    ran = walked(leads_to(location))
    assert len(ran.requests) == 1
    assert ran.result.beyond.reveal() == location
    assert "c-1" not in repr(ran.result)


@pytest.mark.parametrize("answer", [Response(302, b"", {}), Response(404, b"", {"location": "/b"})])
def test_what_leads_nowhere_is_the_end(answer: Response) -> None:
    assert walked(answer).result.response is answer


def test_a_circle_ends() -> None:
    ran = walked(*[leads_to("/a")] * (MAX_REDIRECTS + 1))
    assert isinstance(ran.error, LibrusPortalPageError)


def test_a_failure_on_the_way_is_the_error_of_the_walk() -> None:
    ran = walked(leads_to("/b"), Failure("network", "connection reset"))
    assert isinstance(ran.error, LibrusNetworkError)
