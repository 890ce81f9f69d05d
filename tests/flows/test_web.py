"""The website's sign-in and its renewal, step by step, with no network at all."""

from __future__ import annotations

import traceback
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import example, given

from librus_sdk.core import refresh
from librus_sdk.core.http import Failure, Request, Response, origin_of
from librus_sdk.core.refresh import Minted, Mode, SlotState
from librus_sdk.errors import (
    LibrusAccountActionRequiredError,
    LibrusApiError,
    LibrusAuthenticationError,
    LibrusAuthRefreshError,
    LibrusBlockedError,
    LibrusCaptchaRequiredError,
    LibrusCredentialsError,
    LibrusMaintenanceError,
    LibrusNetworkError,
    LibrusPermissionError,
    LibrusPortalPageError,
    LibrusRateLimitedError,
    LibrusResponseValidationError,
    LibrusSdkError,
    LibrusTerminalAuthenticationError,
    LibrusTimeoutError,
)
from librus_sdk.flows.steps import Exchange, NewJar
from librus_sdk.flows.web import WebFlows
from librus_sdk.models.decoding import decode_portal_me
from librus_sdk.secret import Secret
from librus_sdk.settings import GatewayCredentials, Hosts, RetryPolicy
from tests.flows.driving import AWAY, ONCE, FakeSlot, Ran, TheJar, answer, drive, locations, ports, redirect

API: Final = "https://api.example"
WEB: Final = "https://synergia.example"
HOSTS: Final = Hosts(portal="https://portal.example", api=f"{API}/3.0", synergia=WEB)
LOGIN: Final = "6521091r"
PASSWORD: Final = "open&sesame+%"
CODE: Final = "one-time-code-77"
STATE: Final = "state-4711"
Events = list[tuple[str, str, dict[str, object]]]

START = f"GET {WEB}/loguj/portalRodzina"
FORM = f"GET {API}/OAuth/Authorization?client_id=46&response_type=code&scope=mydata&state={STATE}"
SEND = f"POST {API}/OAuth/Authorization?client_id=46"
INFO = f"GET {WEB}/gateway/api/2.0/Auth/TokenInfo"
EXTEND = f"GET {WEB}/refreshToken"
CHAIN = [
    f"GET {API}/OAuth/Authorization/2FA?client_id=46",
    f"GET {API}/OAuth/Authorization/PerformLogin?client_id=46",
    f"GET {API}/OAuth/Authorization/Grant?client_id=46",
    f"GET {WEB}/loguj/portalRodzina?code={CODE}&state={STATE}",
    f"GET {WEB}/rodzic/index",
]


def sets(response: Response, *names: str) -> Response:
    return replace(response, cookies_set=frozenset(names))


STARTED = sets(redirect(FORM.removeprefix("GET ")), "oauth_state")
FORM_PAGE = sets(answer(200, b"<form><input type=password name=pass>"), "DeviceCookie", "DZIENNIKSID")
TAKEN = answer(200, {"status": "ok", "goTo": "/OAuth/Authorization/2FA?client_id=46"})
LANDED = sets(redirect("/rodzic/index"), "oauth_token", "DZIENNIKSID")
HOME = answer(200, b"<h1>Synergia")
INFO_OK = answer(200, {"identifier": 7, "email": "joanna@example.org"})
ON = (
    redirect("PerformLogin?client_id=46", url=f"{API}/OAuth/Authorization/2FA?client_id=46"),
    redirect("/OAuth/Authorization/Grant?client_id=46"),
    redirect(CHAIN[3].removeprefix("GET ")),
)
TO_FORM = (STARTED, FORM_PAGE)
CHAINED = (*TO_FORM, TAKEN, *ON, LANDED, HOME)
WHOLE = (*CHAINED, INFO_OK)
EXTENDED = sets(answer(200), "oauth_token")
WRONG = answer(200, {"status": "error", "errors": [{"message": "Nieprawidłowy login i/lub hasło."}]})
DEAD = answer(401)


class WebSlot(FakeSlot):
    """A slot of the website, whose secret is a jar."""

    name = "web"

    def __init__(self, age_s: float | None = None, *, refused: bool = False, accepted: bool = True) -> None:
        super().__init__(SlotState(key="gateway"))
        self.jar = TheJar({(name, origin_of(WEB)) for name in ("oauth_token", "DZIENNIKSID")})
        self.jar.cookies.add(("DeviceCookie", origin_of(API)))
        if age_s is not None:
            self.offer(Minted("gateway", self.jar, 100.0 - age_s))
            if accepted:
                self.accept(1)
            if refused:
                self.reject(1, LibrusApiError("401"))


def old(*, refused: bool = True) -> WebSlot:
    return WebSlot(3600.0, refused=refused)


def flows(
    events: Events | None = None, lifetime_s: float | None = None, retry: RetryPolicy = ONCE
) -> WebFlows:
    credentials = GatewayCredentials(LOGIN, PASSWORD)
    return WebFlows(HOSTS, credentials, ports(events), decode_portal_me, lifetime_s, retry)


def renew(slot: WebSlot, *answers: Any, mode: Mode = "need", events: Events | None = None) -> Ran:
    told: Events = [] if events is None else events
    ran = drive(flows(told).renew(slot, mode), answers)
    assert_the_password_went_nowhere_else(ran)
    assert_nothing_is_told(ran, told)
    return ran


def fails(kind: type[LibrusSdkError], *answers: Any, slot: WebSlot | None = None) -> LibrusSdkError:
    ran = renew(slot or WebSlot(), *answers)
    assert ran.error is not None, ran.sent
    assert type(ran.error) is kind, (ran.error, ran.sent)
    return ran.error


def assert_the_password_went_nowhere_else(ran: Ran) -> None:
    forms = [request for request in ran.requests if request.form is not None]
    assert len(forms) <= 1
    for request in forms:
        assert f"{request.method} {request.url}" == SEND
    for request in ran.requests:
        assert origin_of(request.url) in {origin_of(API), origin_of(WEB)}
        assert request.bearer is None
        assert PASSWORD not in f"{request.url} {request.query} {request.headers}"


def assert_nothing_is_told(ran: Ran, events: Events) -> None:
    error = ran.error
    shown = f"{events!r} {ran.steps!r} {error!r} {error} {vars(error) if error else ''}"
    if error is not None:
        shown += "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        shown += repr(error.details)
    shown += " ".join(f"{request.endpoint} {request.name}" for request in ran.requests)
    for secret in (PASSWORD, LOGIN, STATE, CODE):
        assert secret not in shown
    for request in ran.requests:
        assert "?" not in request.endpoint
        assert CODE not in request.endpoint


def sent_the_password(ran: Ran) -> bool:
    return SEND in ran.sent


def form_of(ran: Ran) -> Request:
    (request,) = [request for request in ran.requests if request.method == "POST"]
    return request


def jars(ran: Ran) -> list[Any]:
    return [step.jar for step in ran.steps if isinstance(step, Exchange)]


# --- signing in, when all is well --------------------------------------------------------------------------


def test_the_whole_way() -> None:
    ran = renew(WebSlot(), *WHOLE)
    assert ran.sent == [START, FORM, SEND, *CHAIN, INFO]
    assert ran.requests[0].query == (("v", "1774600000.000"),)
    assert isinstance(ran.result, Minted)
    assert ran.result.owner == "gateway"
    assert (ran.result.issued_at, ran.result.issued_wall) == (100.0, 1_774_600_000.0)
    assert (ran.result.expires_at, ran.result.declared) == (None, False)
    assert ran.result.secret.has("oauth_token", WEB)
    assert set(map(id, jars(ran))) == {id(ran.result.secret)}, "one jar for all of it"


def test_what_is_sent() -> None:
    ran = renew(WebSlot(), *WHOLE)
    assert dict(ran.requests[0].headers) == {"referer": "https://portal.example/"}
    assert dict(ran.requests[1].headers) == {"referer": "https://portal.example/"}
    form = form_of(ran)
    assert form.form is not None
    fields = {name: box.reveal() if isinstance(box, Secret) else box for name, box in form.form}
    assert fields == {"action": "login", "login": LOGIN, "pass": PASSWORD}
    assert dict(form.headers) == {
        "accept": "application/json",
        "x-requested-with": "XMLHttpRequest",
        "origin": API,
        "referer": f"{API}/OAuth/Authorization?client_id=46",
    }
    assert not form.repeatable
    assert dict(ran.requests[-1].headers) == {"accept": "application/json"}
    assert [request.endpoint for request in ran.requests[3:-1]] == [API, API, API, WEB, WEB]


def test_an_assumed_lifetime_becomes_an_expiry_that_librus_did_not_declare() -> None:
    minted = drive(flows(lifetime_s=7200.0).renew(WebSlot(), "need"), WHOLE).result
    assert (minted.expires_at, minted.declared) == (7300.0, False)


def test_events_tell_of_it() -> None:
    events: Events = []
    renew(WebSlot(), *WHOLE, events=events)
    assert events == [
        ("debug", "web.login.start", {"synergia_base_url": WEB}),
        ("info", "web.login.success", {"duration_ms": 0}),
    ]
    events.clear()
    ran = renew(WebSlot(), *TO_FORM, WRONG, events=events)
    assert events[1:] == [("error", "web.login.failure", {"duration_ms": 0, "error": ran.error})]


@pytest.mark.parametrize("mode", ["insist", "force"])
@pytest.mark.parametrize("refused", [True, False])
def test_a_person_who_signs_in_anew_is_asked_no_questions(mode: Mode, refused: bool) -> None:
    ran = renew(old(refused=refused), *WHOLE, mode=mode)
    assert ran.sent == [START, FORM, SEND, *CHAIN, INFO]


def test_of_an_old_session_only_the_mark_of_the_device_stays() -> None:
    slot = old()
    ran = renew(slot, *WHOLE, mode="insist")
    assert ran.steps[0] == NewJar(slot.jar, frozenset({"DeviceCookie"}))
    assert slot.jar.has("oauth_token", WEB), "the old jar is left alone"
    # Without a cookie of this sign-in there is no session, whatever the old jar held.
    found = renew(slot, *TO_FORM, TAKEN, HOME, mode="insist")
    assert isinstance(found.error, LibrusAccountActionRequiredError)


def test_what_comes_behind_the_session_does_not_matter() -> None:
    before = (*TO_FORM, TAKEN, *ON, LANDED)
    for end in (
        answer(403, b"<html>"),
        answer(500),
        Failure("timeout", "timeout", 1000),
        redirect("https://x.example"),
    ):
        assert renew(WebSlot(), *before, end, INFO_OK).error is None
    circle = [redirect("/rodzic/index")] * 7
    assert renew(WebSlot(), *before, *circle, INFO_OK).error is None


# --- on the way to the form --------------------------------------------------------------------------------

ELSEWHERE = [
    "https://evil.example/OAuth/Authorization",
    "http://api.example/OAuth/Authorization",
    "https://api.example:8443/",
    "https://api.example@evil.example/",
    "/loguj",
    f"{WEB}/OAuth/Authorization",
    "javascript:alert(1)",
    "http://[::1",
    "https://api.example:abc/",
]


@pytest.mark.parametrize("location", ELSEWHERE)
def test_the_start_leads_to_the_api_or_nowhere(location: str) -> None:
    ran = renew(WebSlot(), redirect(location))
    assert type(ran.error) is LibrusPortalPageError
    assert ran.sent == [START]


@pytest.mark.parametrize(
    "start", [HOME, answer(302), answer(200, b"", location=f"{API}/OAuth/Authorization"), answer(404)]
)
def test_a_start_that_leads_nowhere(start: Response) -> None:
    error = fails(LibrusPortalPageError, start)
    assert "was not sent" in error.message


@pytest.mark.parametrize("location", ["https://evil.example/form", "http://[::1"])
def test_a_form_that_is_elsewhere_is_none(location: str) -> None:
    fails(LibrusPortalPageError, STARTED, redirect(location))


def test_a_form_must_end_up_at_the_api() -> None:
    fails(LibrusPortalPageError, STARTED, redirect(f"{WEB}/loguj"), replace(HOME, url=f"{WEB}/loguj"))
    page = replace(FORM_PAGE, url=f"{API}/OAuth/Authorization")
    assert renew(WebSlot(), STARTED, redirect("/OAuth/Authorization"), page, *WHOLE[2:]).error is None


def test_a_circle_ends() -> None:
    fails(LibrusPortalPageError, STARTED, *[redirect("/OAuth/Authorization")] * 11)
    fails(LibrusPortalPageError, *TO_FORM, TAKEN, *[redirect("/OAuth/Authorization/2FA")] * 11)


def test_ten_redirects_are_no_circle() -> None:
    assert renew(WebSlot(), STARTED, *[redirect("/OAuth/Authorization")] * 10, *WHOLE[1:]).error is None


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_form_that_is_not_there(status: int) -> None:
    fails(LibrusPortalPageError, STARTED, answer(status))


TROUBLE: Final[list[tuple[Response, type[LibrusSdkError], str]]] = [
    (answer(429), LibrusRateLimitedError, "RATE_LIMITED"),
    (answer(500), LibrusApiError, "API_REQUEST_FAILED"),
    (answer(502, b"<html>"), LibrusApiError, "API_REQUEST_FAILED"),
    (answer(503, {"Status": "Maintenance"}), LibrusMaintenanceError, "SERVICE_MAINTENANCE"),
    (answer(200, b"<h1>Przerwa techniczna"), LibrusMaintenanceError, "SERVICE_MAINTENANCE"),
    (redirect(f"{WEB}/przerwa_techniczna"), LibrusMaintenanceError, "SERVICE_MAINTENANCE"),
    (answer(403, b"<h1>The URL you requested has been blocked"), LibrusBlockedError, "NETWORK_BLOCKED"),
]
STEPS: Final[dict[str, tuple[Response, ...]]] = {
    "start": (),
    "form": (STARTED,),
    "send": TO_FORM,
    "chain": (*TO_FORM, TAKEN, *ON),
    "info": CHAINED,
}


@pytest.mark.parametrize("step", list(STEPS))
@pytest.mark.parametrize(("found", "kind", "code"), TROUBLE)
def test_trouble_at_each_step(step: str, found: Response, kind: type[LibrusSdkError], code: str) -> None:
    more: tuple[Response, ...] = ()
    if found.status == 302 and step in ("form", "chain"):
        more = (answer(200, b"<h1>Przerwa techniczna"),)
    error = fails(kind, *STEPS[step], found, *more)
    assert error.code == code
    assert not isinstance(error, LibrusAuthenticationError)
    assert error.details["endpoint"].startswith((API, WEB))


@pytest.mark.parametrize("step", list(STEPS))
def test_no_answer_at_each_step(step: str) -> None:
    fails(LibrusNetworkError, *STEPS[step], Failure("network", "connection reset"))
    fails(LibrusTimeoutError, *STEPS[step], Failure("timeout", "timeout", 1000))


@pytest.mark.parametrize(
    ("step", "found", "wait"),
    [
        ("start", answer(503), None),
        ("start", answer(503, retry_after="7"), 7.0),
        ("form", answer(429), 300.0),
        ("form", answer(429, retry_after="900"), 900.0),
        ("send", answer(503), 60.0),
        ("send", answer(503, retry_after="7"), 60.0),
        ("send", answer(200, b"<html>"), 300.0),
        ("send", answer(429), 300.0),
        ("send", answer(429, retry_after="90"), 90.0),
        ("chain", answer(500), 60.0),
        ("info", answer(500), 60.0),
        ("info", answer(503, retry_after="90"), 90.0),
    ],
)
def test_a_password_that_was_sent_rests_for_a_while(step: str, found: Response, wait: float | None) -> None:
    ran = renew(WebSlot(), *STEPS[step], found)
    assert isinstance(ran.error, LibrusApiError)
    assert ran.error.retry_after_s == wait


# --- what the form says ------------------------------------------------------------------------------------


def test_a_refused_password() -> None:
    error = fails(LibrusCredentialsError, *TO_FORM, WRONG)
    assert error.code == "AUTHENTICATION_FAILED"
    assert "LIBRUS_GATEWAY_PASSWORD" in error.message


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (
            answer(403, {"errors": [{"message": "Minął termin ważności konta"}]}),
            LibrusAccountActionRequiredError,
        ),
        (answer(200, {"errors": [{"message": "Nie jestem robotem"}]}), LibrusCaptchaRequiredError),
        (answer(200, {"errors": [{"message": f"Inne, {PASSWORD}"}]}), LibrusTerminalAuthenticationError),
        (answer(200, {"status": "ok"}), LibrusTerminalAuthenticationError),
        (answer(200, b""), LibrusRateLimitedError),
        (answer(403, b"<html>"), LibrusBlockedError),
        (redirect("/OAuth/Authorization"), LibrusApiError),
    ],
)
def test_other_words_of_the_form(found: Response, kind: type[LibrusSdkError]) -> None:
    fails(kind, *TO_FORM, found)


@pytest.mark.parametrize("target", [*ELSEWHERE[:4], *ELSEWHERE[5:], "//evil.example/2FA"])
def test_the_form_leads_on_within_the_api_only(target: str) -> None:
    ran = renew(WebSlot(), *TO_FORM, answer(200, {"status": "ok", "goTo": target}))
    assert type(ran.error) is LibrusPortalPageError
    assert ran.sent[-1] == SEND


@pytest.mark.parametrize(
    "answers",
    [
        (STARTED, answer(500)),
        (STARTED, Failure("network", "connection reset")),
        (*TO_FORM, answer(200, {"status": "ok", "goTo": f"/OAuth/x?state={STATE}"}), answer(500)),
        (*TO_FORM, answer(200, {"status": "ok", "goTo": f"https://evil.example/?state={STATE}"})),
    ],
)
def test_where_a_sign_in_that_fails_was_led_to_is_in_no_frame(answers: tuple[Any, ...]) -> None:
    # What ties the sign-in to us is looked for in the variables of each frame.
    assert renew(WebSlot(), *answers).error is not None


@given(locations(API))
@example(f"{API}/elsewhere")
@example(AWAY)
def test_no_lead_of_the_form_breaks_or_leaves(target: str) -> None:
    flow = flows().renew(WebSlot(), "need")
    next(flow)
    flow.send(TheJar())
    flow.send(STARTED)
    flow.send(FORM_PAGE)
    try:
        step: Any = flow.send(answer(200, {"status": "ok", "goTo": target}))
    except LibrusSdkError:
        return
    assert origin_of(step.request.url) == origin_of(API)
    assert (step.request.method, step.request.form) == ("GET", None)
    flow.close()


# --- where it ends -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end",
    [
        (answer(200, b"<h1>Zaakceptuj regulamin"),),
        (redirect(f"{API}/OAuth/ChangePassword"), answer(200, b"<form><input type=password>")),
        (redirect("https://konto.elsewhere.example/zgody"),),
    ],
)
def test_a_step_that_is_left_to_a_person(end: tuple[Response, ...]) -> None:
    error = fails(LibrusAccountActionRequiredError, *TO_FORM, TAKEN, *end)
    assert error.details == {"reason": "interrupted_sign_in"}


def test_a_captcha_at_the_end() -> None:
    fails(LibrusCaptchaRequiredError, *TO_FORM, TAKEN, answer(200, b'<div class="g-recaptcha">'))


def test_a_session_cookie_counts_where_it_is_needed_only() -> None:
    elsewhere = sets(answer(200, b"<h1>"), "oauth_token")
    fails(LibrusAccountActionRequiredError, *TO_FORM, TAKEN, elsewhere)


@pytest.mark.parametrize("found", [DEAD, answer(200, b"<html>"), redirect(f"{WEB}/loguj")])
def test_a_session_that_is_forgotten_at_once_is_no_wrong_password(found: Response) -> None:
    fails(LibrusAuthRefreshError, *CHAINED, found)


@pytest.mark.parametrize("body", [b"", b'{"identifier":', b"[]"])
def test_a_token_info_that_is_none(body: bytes) -> None:
    error = fails(LibrusResponseValidationError, *CHAINED, answer(200, body))
    assert error.details["endpoint"] == INFO.removeprefix("GET ")


def test_a_token_info_that_is_not_for_this_account() -> None:
    fails(LibrusPermissionError, *CHAINED, answer(401, {"Message": "Insufficient scopes"}))


# --- extending ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refused", [True, False])
def test_a_session_is_extended_without_the_password(refused: bool) -> None:
    slot = old(refused=refused)
    events: Events = []
    ran = renew(slot, EXTENDED, INFO_OK, events=events)
    assert ran.sent == [EXTEND, INFO]
    assert ran.steps[0] == NewJar(slot.jar)
    assert isinstance(ran.result, Minted)
    assert ran.result.secret is not slot.jar
    assert ran.result.secret.cookies == slot.jar.cookies
    assert set(map(id, jars(ran))) == {id(ran.result.secret)}
    assert (ran.result.owner, ran.result.issued_at, ran.result.expires_at) == ("gateway", 100.0, None)
    assert events == [
        ("debug", "web.extend.start", {}),
        ("info", "web.extend.success", {"duration_ms": 0}),
    ]


NOT_EXTENDED: Final[dict[str, tuple[Response, ...]]] = {
    "no cookie": (answer(200),),
    "another cookie": (sets(answer(200), "DZIENNIKSID"),),
    "refused": (DEAD,),
    "a page": (answer(200, b"<form><input type=password>"),),
    "a redirect": (redirect(f"{WEB}/loguj"),),
    "not found": (answer(404),),
    "extended and still dead": (EXTENDED, DEAD),
    "extended and still a page": (EXTENDED, answer(200, b"<html>")),
}


@pytest.mark.parametrize("how", list(NOT_EXTENDED))
def test_a_dead_session_that_is_not_extended_is_signed_in_to_once(how: str) -> None:
    events: Events = []
    ran = renew(old(), *NOT_EXTENDED[how], *WHOLE, events=events)
    assert ran.error is None
    assert ran.sent.count(SEND) == 1
    assert ran.sent[0] == EXTEND
    assert [event for _, event, _ in events] == [
        "web.extend.start",
        "web.extend.failure",
        "web.login.start",
        "web.login.success",
    ]
    assert events[1] == ("warn", "web.extend.failure", {"duration_ms": 0})


@pytest.mark.parametrize("how", list(NOT_EXTENDED))
def test_for_a_session_that_only_ages_the_password_is_not_sent(how: str) -> None:
    error = fails(LibrusAuthRefreshError, *NOT_EXTENDED[how], INFO_OK, slot=old(refused=False))
    assert "still good" in error.message


@pytest.mark.parametrize("how", list(NOT_EXTENDED))
def test_a_session_that_ages_and_turns_out_dead_is_signed_in_to(how: str) -> None:
    ran = renew(old(refused=False), *NOT_EXTENDED[how], DEAD, *WHOLE)
    assert ran.error is None
    assert ran.sent.count(SEND) == 1


def test_a_session_refused_while_it_is_extended_is_signed_in_to() -> None:
    slot = old(refused=False)
    flow = flows().renew(slot, "need")
    next(flow)
    flow.send(TheJar())
    slot.reject(1, LibrusApiError("401"))
    step: Any = flow.send(DEAD)
    assert isinstance(step, NewJar), "on the way to the form"
    flow.close()


def refused_page() -> WebSlot:
    """A session whose pages are refused while the gateway still takes it."""
    slot = old(refused=False)
    slot.reject(1, LibrusApiError("sign in", details={"endpoint": f"{WEB}/wiadomosci3", "status": 302}))
    return slot


PAGE = f"GET {WEB}/rodzic/index"


@pytest.mark.parametrize("page", [HOME, answer(403), redirect("/uczen/index"), redirect("https://[bad/")])
def test_where_pages_were_refused_an_extension_counts_when_they_open(page: Response) -> None:
    ran = renew(refused_page(), EXTENDED, INFO_OK, page)
    assert ran.error is None
    assert ran.sent == [EXTEND, INFO, PAGE]


def test_where_pages_stay_refused_there_is_one_sign_in() -> None:
    ran = renew(refused_page(), EXTENDED, INFO_OK, redirect("/loguj/portalRodzina"), *WHOLE)
    assert ran.error is None
    assert ran.sent[:4] == [EXTEND, INFO, PAGE, START]


def test_a_session_that_vanished_from_a_jar_is_not_extended() -> None:
    flow = flows().renew(old(refused=False), "need")
    next(flow)
    flow.send(TheJar())  # the answer named the cookie, and took it away
    flow.send(EXTENDED)  # so the old one is looked at
    with pytest.raises(LibrusAuthRefreshError):
        flow.send(INFO_OK)


@pytest.mark.parametrize(
    ("age_s", "accepted", "signs_in"),
    [(1.0, False, False), (59.0, False, False), (61.0, False, True), (1.0, True, True)],
)
def test_a_session_refused_as_soon_as_it_was_made_is_not_made_again(
    age_s: float, accepted: bool, signs_in: bool
) -> None:
    slot = WebSlot(age_s, refused=True, accepted=accepted)
    assert refresh.just_made(slot.peek(), 100.0) is not signs_in
    ran = renew(slot, DEAD, *(WHOLE if signs_in else ()))
    assert sent_the_password(ran) is signs_in
    if not signs_in:
        assert type(ran.error) is LibrusAuthRefreshError
        assert "not the cause" in ran.error.message


@pytest.mark.parametrize("before", [(), (EXTENDED,)], ids=["extension", "info"])
@pytest.mark.parametrize(("found", "kind", "code"), TROUBLE)
@pytest.mark.parametrize("refused", [True, False])
def test_an_outage_while_extending_costs_no_sign_in(
    before: tuple[Response, ...], found: Response, kind: type[LibrusSdkError], code: str, refused: bool
) -> None:
    events: Events = []
    ran = renew(old(refused=refused), *before, found, events=events)
    assert ran.error is not None
    assert (type(ran.error), ran.error.code) == (kind, code)
    assert not sent_the_password(ran)
    assert events[1:] == [("warn", "web.extend.failure", {"duration_ms": 0, "error": ran.error})]


@pytest.mark.parametrize("before", [(), (EXTENDED,)], ids=["extension", "info"])
def test_no_answer_while_extending(before: tuple[Response, ...]) -> None:
    fails(LibrusNetworkError, *before, Failure("network", "connection reset"), slot=old())
    fails(LibrusTimeoutError, *before, Failure("timeout", "timeout", 1000), slot=old())


def test_what_an_outage_asks_for_is_kept() -> None:
    error = fails(LibrusMaintenanceError, answer(503, retry_after="7"), slot=old())
    assert isinstance(error, LibrusApiError)
    assert error.retry_after_s == 7.0
