"""The sign-in, step by step, with no network at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from librus_sdk.core.http import Failure, Request, Response, origin_of
from librus_sdk.core.refresh import Minted
from librus_sdk.errors import (
    LibrusApiError,
    LibrusCaptchaRequiredError,
    LibrusCredentialsError,
    LibrusMaintenanceError,
    LibrusNetworkError,
    LibrusPortalPageError,
    LibrusRateLimitedError,
    LibrusResponseValidationError,
    LibrusSdkError,
    LibrusTimeoutError,
)
from librus_sdk.flows.steps import NewJar
from librus_sdk.secret import Secret
from tests.flows.driving import (
    AWAY,
    EMAIL,
    LOGIN_PAGE,
    ME,
    PASSWORD,
    PORTAL,
    Ran,
    TheJar,
    answer,
    drive,
    locations,
    page,
    portal_flows,
    redirect,
)

LOGIN = f"GET {PORTAL}/konto-librus/login"
FORM = f"POST {PORTAL}/konto-librus/login/action"
HOME = f"GET {PORTAL}/rodzina/home"
PROFILE = f"GET {PORTAL}/api/v3/Me"
HOME_PAGE = page("<h1>Konto LIBRUS</h1>")


def sign_in(*answers: Any) -> Ran:
    return drive(portal_flows().sign_in(), answers)


def form_of(ran: Ran) -> dict[str, str]:
    (request,) = [request for request in ran.requests if request.method == "POST"]
    return revealed(request)


def revealed(request: Request) -> dict[str, str]:
    assert request.form is not None
    return {name: box.reveal() if isinstance(box, Secret) else box for name, box in request.form}


def fails(kind: type[LibrusSdkError], *answers: Any) -> LibrusSdkError:
    ran = sign_in(*answers)
    assert ran.error is not None
    assert type(ran.error) is kind, ran
    assert_the_password_went_nowhere_else(ran)
    return ran.error


def assert_the_password_went_nowhere_else(ran: Ran) -> None:
    forms = [request for request in ran.requests if request.form is not None]
    assert len(forms) <= 1
    for request in ran.requests:
        assert request.url.startswith(f"{PORTAL}/")
        assert request.bearer is None
        assert PASSWORD not in request.url
        if request.form is not None:
            assert (request.method, request.url) == ("POST", FORM.removeprefix("POST "))


# --- when all is well --------------------------------------------------------------------------------------


def test_the_four_steps() -> None:
    ran = sign_in(LOGIN_PAGE, redirect("/rodzina/home"), HOME_PAGE, ME)
    assert ran.sent == [LOGIN, FORM, HOME, PROFILE]
    assert isinstance(ran.steps[0], NewJar)
    assert {type(step.jar) for step in ran.steps if not isinstance(step, NewJar)} == {TheJar}  # type: ignore[union-attr]
    assert isinstance(ran.result, Minted)
    assert ran.result.owner == "portal"
    assert isinstance(ran.result.secret, TheJar)
    assert ran.result.expires_at is None


def test_the_form_carries_the_account_the_csrf_value_and_every_hidden_field() -> None:
    html = '<input type=hidden name=redirectTo value="/x"><input type=hidden name=_token value="a&amp;b">'
    ran = sign_in(page(html), HOME_PAGE, ME)
    assert form_of(ran) == {"redirectTo": "/x", "_token": "a&b", "email": EMAIL, "password": PASSWORD}
    assert dict(ran.requests[1].headers) == {"referer": f"{PORTAL}/konto-librus/login"}
    assert dict(ran.requests[2].headers) == {"accept": "application/json"}


def test_no_hidden_field_takes_the_place_of_the_account() -> None:
    html = "".join(f"<input type=hidden name={name} value=decoy>" for name in ("_token", "email", "password"))
    assert form_of(sign_in(page(html), HOME_PAGE, ME)) == {
        "_token": "decoy",
        "email": EMAIL,
        "password": PASSWORD,
    }


def test_the_status_after_the_form_proves_nothing_the_profile_does() -> None:
    assert sign_in(LOGIN_PAGE, HOME_PAGE, ME).error is None
    fails(LibrusCredentialsError, LOGIN_PAGE, HOME_PAGE, answer(401))


def test_events_tell_of_it() -> None:
    events: list[tuple[str, str, dict[str, object]]] = []
    drive(portal_flows(events).sign_in(), [LOGIN_PAGE, HOME_PAGE, ME])
    assert events == [
        ("debug", "portal.login.start", {"portal_base_url": PORTAL}),
        ("info", "portal.login.success", {"duration_ms": 0}),
    ]
    events.clear()
    ran = drive(portal_flows(events).sign_in(), [page("<h1>")])
    assert events[1] == ("error", "portal.login.failure", {"duration_ms": 0, "error": ran.error})
    assert isinstance(ran.error, LibrusPortalPageError)


# --- redirects ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_the_form_is_followed_as_a_get(status: int) -> None:
    ran = sign_in(LOGIN_PAGE, redirect("/rodzina/home", status), HOME_PAGE, ME)
    assert ran.sent == [LOGIN, FORM, HOME, PROFILE]
    assert ran.requests[2].form is None
    assert_the_password_went_nowhere_else(ran)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (f"{PORTAL}/a", f"{PORTAL}/a"),
        ("/a?b=c", f"{PORTAL}/a?b=c"),
        ("a", f"{PORTAL}/konto-librus/a"),
        ("https://PORTAL.example:443/a", "https://PORTAL.example:443/a"),
        ("//portal.example/a", f"{PORTAL}/a"),
        ("?again", f"{PORTAL}/konto-librus/login?again"),
    ],
)
def test_where_a_redirect_of_the_portal_leads(location: str, target: str) -> None:
    ran = sign_in(redirect(location), LOGIN_PAGE, HOME_PAGE, ME)
    assert ran.sent == [LOGIN, f"GET {target}", FORM, PROFILE]
    assert ran.requests[1].endpoint == PORTAL


def test_a_relative_redirect_starts_from_where_the_answer_came_from() -> None:
    ran = sign_in(redirect("b", url=f"{PORTAL}/x/y/a"), LOGIN_PAGE, HOME_PAGE, ME)
    assert ran.sent[1] == f"GET {PORTAL}/x/y/b"


ELSEWHERE = [
    "https://evil.example/rodzina/home",
    "http://portal.example/rodzina/home",
    "https://portal.example:8443/",
    "//evil.example/",
    "https://portal.example@evil.example/",
    "https://portal.example.evil.example/",
    "javascript:alert(1)",
    "http://[::1",
    "https://portal.example:abc/",
    "https://portal.example:99999999/",
    "data:text/html,<input name=_token value=x>",
]


@pytest.mark.parametrize("location", ELSEWHERE)
def test_nothing_is_ever_sent_elsewhere(location: str) -> None:
    ran = sign_in(LOGIN_PAGE, redirect(location, 307), ME)
    assert ran.sent == [LOGIN, FORM, PROFILE]
    assert ran.error is None
    assert_the_password_went_nowhere_else(ran)


@pytest.mark.parametrize("location", ELSEWHERE)
def test_a_sign_in_page_that_is_elsewhere_is_none(location: str) -> None:
    fails(LibrusPortalPageError, redirect(location))


def test_a_circle_ends() -> None:
    error = fails(LibrusPortalPageError, *[redirect("/konto-librus/login")] * 11)
    assert "circle" in error.message
    fails(LibrusPortalPageError, LOGIN_PAGE, *[redirect("/a")] * 11)


def test_ten_redirects_are_no_circle() -> None:
    assert sign_in(*[redirect("/a")] * 10, LOGIN_PAGE, HOME_PAGE, ME).error is None


@given(locations(PORTAL), st.sampled_from([301, 302, 307]))
@example(f"{PORTAL}/elsewhere", 302)
@example(AWAY, 302)
def test_no_location_makes_the_sign_in_leave_the_portal_or_break(location: str, status: int) -> None:
    flow = portal_flows().sign_in()
    next(flow)
    flow.send(TheJar())
    flow.send(LOGIN_PAGE)
    step: Any = flow.send(redirect(location, status))
    assert step.request.method == "GET"
    assert step.request.form is None
    assert origin_of(step.request.url) == origin_of(PORTAL)
    flow.close()


# --- the page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("html", ["", "<h1>Przerwa techniczna</h1>", '<input name="_token_hint" value="x">'])
def test_a_page_without_the_csrf_field(html: str) -> None:
    error = fails(LibrusPortalPageError, page(html))
    assert error.code == "PORTAL_LOGIN_PAGE_INVALID"
    assert error.details == {}


def test_a_captcha_instead_of_the_form() -> None:
    fails(LibrusCaptchaRequiredError, page('<div class="g-recaptcha"></div>'))


def test_a_captcha_beside_the_form_does_not_hinder_the_attempt() -> None:
    html = '<div class="g-recaptcha"></div><input name="_token" value="x">'
    assert sign_in(page(html), HOME_PAGE, ME).error is None


@given(st.binary(max_size=100))
def test_no_page_breaks_the_sign_in(data: bytes) -> None:
    flow = portal_flows().sign_in()
    next(flow)
    flow.send(TheJar())
    try:
        step: Any = flow.send(Response(200, data, {}))
    except LibrusSdkError:
        return
    assert step.request.method == "POST"
    flow.close()


# --- refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "refusal",
    [
        page("<p>Upewnij się, że nie próbujesz"),
        page("<p>Podany adres e-mail jest nieprawidłowy."),
        answer(200, {"errors": ["x"], "captchaRequired": False}),
        answer(403, {"errors": ["x"]}),
        answer(422, {"errors": {"email": ["x"]}}),
        answer(401),
        answer(401, b"<html>"),
    ],
)
def test_a_refused_password(refusal: Response) -> None:
    error = fails(LibrusCredentialsError, LOGIN_PAGE, refusal)
    assert error.code == "AUTHENTICATION_FAILED"
    assert error.details == {}


def test_a_refused_password_told_on_the_sign_in_page_again() -> None:
    refusal = page('<p>Podany adres e-mail jest nieprawidłowy.<input name="_token" value="csrf-2">')
    fails(LibrusCredentialsError, LOGIN_PAGE, redirect("/konto-librus/login"), refusal)


@pytest.mark.parametrize(
    "demand",
    [
        page('<div class="g-recaptcha">'),
        page("<p>nie jesteś robotem", 429),
        answer(403, {"errors": ["x"], "captchaRequired": True}),
    ],
)
def test_a_captcha_after_the_form(demand: Response) -> None:
    error = fails(LibrusCaptchaRequiredError, LOGIN_PAGE, demand)
    assert error.code == "CAPTCHA_REQUIRED"


# --- trouble is no refusal ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 419, 429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    "before", [(), (LOGIN_PAGE,), (LOGIN_PAGE, HOME_PAGE)], ids=["page", "form", "profile"]
)
def test_a_failing_step_is_told_with_its_status(before: tuple[Response, ...], status: int) -> None:
    if status == 401 and before:
        fails(LibrusCredentialsError, *before, answer(status, b"<h1>"))
        return
    limited = status == 429
    error = fails(LibrusRateLimitedError if limited else LibrusApiError, *before, answer(status, b"<h1>"))
    assert error.code == ("RATE_LIMITED" if limited else "API_REQUEST_FAILED")
    endpoint = ["/konto-librus/login", "/konto-librus/login/action", "/api/v3/Me"][len(before)]
    assert error.details == {"endpoint": f"{PORTAL}{endpoint}", "status": status}


@pytest.mark.parametrize(
    "before", [(), (LOGIN_PAGE,), (LOGIN_PAGE, HOME_PAGE)], ids=["page", "form", "profile"]
)
def test_maintenance_at_each_step(before: tuple[Response, ...]) -> None:
    fails(LibrusMaintenanceError, *before, answer(503, {"Status": "Maintenance"}))


@pytest.mark.parametrize(
    "before", [(), (LOGIN_PAGE,), (LOGIN_PAGE, HOME_PAGE)], ids=["page", "form", "profile"]
)
def test_no_answer_at_each_step(before: tuple[Response, ...]) -> None:
    fails(LibrusNetworkError, *before, Failure("network", "connection reset"))
    fails(LibrusTimeoutError, *before, Failure("timeout", "timeout", 1000))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_an_outage_that_lists_errors_says_nothing_of_the_password(status: int) -> None:
    kind = LibrusRateLimitedError if status == 429 else LibrusApiError
    error = fails(kind, LOGIN_PAGE, answer(status, {"errors": ["Server Error"]}))
    assert error.details["status"] == status


def test_an_expired_csrf_value() -> None:
    for status in (200, 419):
        error = fails(LibrusApiError, LOGIN_PAGE, page("Sesja logowania wygasła", status))
        assert error.details["status"] == status


def test_retry_after_is_kept() -> None:
    error = fails(LibrusApiError, answer(503, b"", retry_after="7"))
    assert isinstance(error, LibrusApiError)
    assert error.retry_after_s == 7
    error = fails(LibrusRateLimitedError, LOGIN_PAGE, answer(429, b"", retry_after="8"))
    assert isinstance(error, LibrusApiError)
    assert error.retry_after_s == 8


def test_maintenance_keeps_it_too() -> None:
    error = fails(LibrusMaintenanceError, answer(503, {"Status": "Maintenance"}, retry_after="7"))
    assert isinstance(error, LibrusApiError)
    assert error.retry_after_s == 7


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"identifier":', b'{"email": "x"}', b"[]"])
def test_a_profile_that_is_none(body: bytes) -> None:
    error = fails(LibrusResponseValidationError, LOGIN_PAGE, HOME_PAGE, answer(200, body))
    assert error.details["endpoint"] == f"{PORTAL}/api/v3/Me"


def test_a_profile_that_needs_an_action() -> None:
    ran = sign_in(LOGIN_PAGE, HOME_PAGE, answer(403, {"reason": "requires_an_action"}))
    assert ran.error is not None
    assert ran.error.code == "ACCOUNT_ACTION_REQUIRED"
