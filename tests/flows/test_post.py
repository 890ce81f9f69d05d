"""Opening the messages, step by step, with no network at all."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from librus_sdk.core.answers import Verdict
from librus_sdk.core.http import Failure, Response, origin_of
from librus_sdk.core.refresh import Fail, FlightFailure, Minted, Mode, SlotState, reject
from librus_sdk.errors import (
    FeatureUnavailableError,
    LibrusApiError,
    LibrusAuthRefreshError,
    LibrusBlockedError,
    LibrusCredentialsError,
    LibrusMaintenanceError,
    LibrusNetworkError,
    LibrusPermissionError,
    LibrusPortalPageError,
    LibrusResponseValidationError,
    LibrusSdkError,
)
from librus_sdk.flows.post import PostFlows
from librus_sdk.flows.steps import Acquire, Acquired, Exchange, Flow, NewJar
from librus_sdk.secret import Secret
from librus_sdk.settings import Hosts
from tests.flows.driving import (
    AWAY,
    FakeSlot,
    Ran,
    TheJar,
    answer,
    drive,
    granted,
    locations,
    ports,
    redirect,
)
from tests.safety.evidence import Evidence, Needles

REGISTER = "https://register.example"
POST_OFFICE = "https://post.example"
HOSTS = Hosts(
    portal="https://portal.example",
    api="https://api.example/3.0",
    synergia=REGISTER,
    wiadomosci=POST_OFFICE,
)
TOKEN = "once/only token"
SENT_TOKEN = "once%2Fonly%20token"
LOGIN = base64.b64encode(b"9876543u").decode().rstrip("=")
HANDED = "handed-over-token"
CHAIN = f"{REGISTER}/loguj/token/{SENT_TOKEN}/przenies/uczen/widok/centrum_powiadomien"
VIEW = f"{REGISTER}/uczen/widok/centrum_powiadomien"
ENTRY = f"{REGISTER}/wiadomosci3"
LOGON = (
    f"{POST_OFFICE}/pobierz12/MultiDomainLogon/token/{HANDED}/login/{LOGIN}/target/L25vd3k/from/c3luZXJnaWE"
)
NEW = f"{POST_OFFICE}/nowy"
SECRETS = ("token-1", "token-2", TOKEN, HANDED, LOGIN, "9876543u")
HTML = {"content_type": "text/html; charset=utf-8"}
LOST = Failure("network", "connection reset")

Events = list[tuple[str, str, dict[str, object]]]


def cookie(response: Response, name: str = "DZIENNIKSID") -> Response:
    return replace(response, cookies_set=frozenset({name}))


def shown(url: str, text: str = "<html><p>strona", status: int = 200) -> Response:
    return answer(status, text.encode(), url, **HTML)


TOKEN_SENT = answer(200, {"Token": TOKEN})
MOVED = cookie(redirect("/uczen/widok/centrum_powiadomien", url=CHAIN))
NOTICES = shown(VIEW)
HAND_OVER = redirect(LOGON, url=ENTRY)
LOGGED_ON = cookie(redirect("/nowy", url=LOGON))
LETTERS = shown(NEW)
ENTERED = (HAND_OVER, LOGGED_ON, LETTERS)
AT_SIGN_IN = (redirect("/loguj", url=ENTRY), shown(f"{REGISTER}/loguj"))


def slot(key: str, *, jar: bool = False, issued: float | None = None) -> FakeSlot:
    """A slot with a grant; ``jar`` makes it the website's."""
    if not jar:
        return granted(key)
    made = FakeSlot(SlotState(key=key))
    made.name = "web"
    made.offer(Minted(key, TheJar({("oauth_token", origin_of(REGISTER))}), issued or 0.0))
    return made


def own() -> FakeSlot:
    return FakeSlot(SlotState(key="101"))


def flows(events: Events | None = None) -> PostFlows:
    return PostFlows(HOSTS, ports(events))


def by_token(*answers: Any, child: FakeSlot | None = None, mode: Mode = "need") -> Ran:
    child = child or slot("101")
    return drive(flows().over_token(child, own(), mode), [child.renewed, *answers])


def by_web(web: FakeSlot, *answers: Any, mode: Mode = "need") -> Ran:
    return drive(flows().over_web(web, own(), mode), [lambda: held(web), *answers])


def held(web: FakeSlot) -> Any:
    assert web.state.grant is not None
    return Acquired(web.state.grant, joined=False)


def renewed(web: FakeSlot) -> Any:
    """What the website's slot has after another sign-in."""
    web.offer(Minted(web.state.key, TheJar({("second", origin_of(REGISTER))}), web.state.generation + 200.0))
    return held(web)


def fails(kind: type[LibrusSdkError], ran: Ran) -> LibrusSdkError:
    assert ran.error is not None
    assert type(ran.error) is kind, ran
    found = Evidence()
    found.take_error(ran.error)
    found.add("steps", repr(ran.steps), repr(ran.requests))
    assert found.leaks(Needles(SECRETS)) == {}
    return ran.error


# --- from a child's token: when all is well ----------------------------------------------------------------


def test_the_chain() -> None:
    child = slot("101")
    ran = by_token(TOKEN_SENT, MOVED, NOTICES, *ENTERED, child=child)
    assert ran.error is None
    assert ran.sent == [
        "POST https://api.example/2.0/AutoLoginToken",
        f"GET {CHAIN}",
        f"GET {VIEW}",
        f"GET {ENTRY}",
        f"GET {LOGON}",
        f"GET {NEW}",
    ]
    assert isinstance(ran.result, Minted)
    assert (ran.result.owner, ran.result.expires_at, ran.result.declared) == ("101", None, False)
    assert (ran.result.issued_at, ran.result.issued_wall) == (100.0, 1_774_600_000.0)
    assert ran.result.secret.has("DZIENNIKSID", POST_OFFICE)
    assert (child.accepted, child.rejected) == ([2], [])


def test_what_goes_along() -> None:
    ran = by_token(TOKEN_SENT, MOVED, NOTICES, *ENTERED)
    token, website, _, entry, *_ = ran.requests
    assert token.bearer == Secret("token-2")
    assert (token.form, token.json, token.query) == (None, None, ())
    assert dict(token.headers)["accept"] == "application/json"
    assert "LibrusMobileApp" in dict(token.headers)["user-agent"]
    assert "LibrusMobileApp" in dict(website.headers)["user-agent"]
    assert "Windows NT" in dict(entry.headers)["user-agent"]
    assert [request.bearer for request in ran.requests[1:]] == [None] * 5
    exchanges = [step for step in ran.steps if isinstance(step, Exchange)]
    assert exchanges[0].jar is None
    assert len({id(step.jar) for step in exchanges[1:]}) == 1
    assert [step.like for step in ran.steps if isinstance(step, NewJar)] == [None]


def test_addresses_that_are_keys_are_not_shown() -> None:
    ran = by_token(TOKEN_SENT, MOVED, NOTICES, *ENTERED)
    assert [request.endpoint for request in ran.requests] == [
        "https://api.example/2.0/AutoLoginToken",
        f"{REGISTER}/loguj/token/REDACTED/przenies/uczen/widok/centrum_powiadomien",
        REGISTER,
        ENTRY,
        POST_OFFICE,
        POST_OFFICE,
    ]
    assert all(secret not in repr(ran.steps) for secret in SECRETS)


@pytest.mark.parametrize(("mode", "below"), [("need", "need"), ("insist", "insist"), ("force", "insist")])
def test_the_token_is_a_new_one_of_the_childs_slot(mode: Mode, below: Mode) -> None:
    child = slot("101")
    ran = by_token(TOKEN_SENT, MOVED, NOTICES, *ENTERED, child=child, mode=mode)
    step = ran.steps[0]
    assert isinstance(step, Acquire)
    assert step.slot is child
    assert (step.ticket.need, step.mode) == (2, below)


def test_events_tell_of_it() -> None:
    events: Events = []
    child = slot("101")
    answers = [child.renewed, TOKEN_SENT, MOVED, NOTICES, *ENTERED]
    drive(flows(events).over_token(child, own(), "need"), answers)
    start = ("debug", "messages.login.start", {"messages_base_url": POST_OFFICE})
    assert events == [start, ("info", "messages.login.success", {"duration_ms": 0})]
    events.clear()
    ran = drive(flows(events).over_token(child, own(), "need"), [child.renewed, LOST])
    assert isinstance(ran.error, LibrusNetworkError)
    assert events == [start, ("error", "messages.login.failure", {"duration_ms": 0, "error": ran.error})]


# --- from a child's token: the token -----------------------------------------------------------------------


def test_no_token_of_the_child() -> None:
    reason = LibrusCredentialsError("refused")
    child = slot("101")
    ran = drive(flows().over_token(child, own(), "need"), [Fail(reason)])
    assert ran.error is reason
    assert ran.requests == []


def test_a_new_token_that_is_refused_at_once() -> None:
    child = slot("101")
    error = fails(LibrusAuthRefreshError, by_token(answer(401), child=child))
    ((generation, cause),) = child.rejected
    assert generation == 2
    assert error.__cause__ is cause
    assert cause.details == {"endpoint": "https://api.example/2.0/AutoLoginToken", "status": 401}
    assert child.accepted == []


def test_an_answer_that_has_nothing_to_do_with_the_token() -> None:
    child = slot("101")
    error = fails(LibrusPermissionError, by_token(answer(401, {"Code": "Insufficient scopes"}), child=child))
    assert error.details["status"] == 401
    error = fails(LibrusApiError, by_token(answer(503, retry_after="7"), child=child))
    assert isinstance(error, LibrusApiError)
    assert error.retry_after_s == 7.0
    assert (child.accepted, child.rejected) == ([2, 3], [])


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>", b"[" * 100_000, b'{"Token": "\\ud800"}'),
        *([], {}, "x", {"Token": None}, {"Token": ""}, {"Token": 7}),
    ],
)
def test_an_answer_without_a_usable_token(body: object) -> None:
    error = fails(LibrusResponseValidationError, by_token(answer(200, body)))
    assert "response is invalid" in error.message
    assert error.details["endpoint"] == "https://api.example/2.0/AutoLoginToken"


def test_no_answer() -> None:
    fails(LibrusNetworkError, by_token(LOST))
    fails(LibrusNetworkError, by_token(TOKEN_SENT, LOST))


# --- from a child's token: the website ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        (shown(CHAIN),),  # the address that was asked for ends like the right one
        (cookie(shown(CHAIN)),),
        (redirect("/uczen/widok/centrum_powiadomien", url=CHAIN), NOTICES),  # no cookie
        (cookie(redirect("/loguj", url=CHAIN)), shown(f"{REGISTER}/loguj")),
        (cookie(redirect("/uczen/index", url=CHAIN)), shown(f"{REGISTER}/uczen/index")),
        (cookie(redirect("https://api.example/OAuth/Authorization", url=CHAIN)),),
        (cookie(redirect("http://[::1", url=CHAIN)),),
        (answer(401, url=CHAIN),),
        (answer(204, url=VIEW),),
    ],
)
def test_a_token_that_is_not_taken(answers: tuple[Response, ...]) -> None:
    error = fails(LibrusApiError, by_token(TOKEN_SENT, *answers))
    assert "one-time token" in error.message
    assert error.details == {
        "endpoint": f"{REGISTER}/loguj/token/REDACTED/przenies/uczen/widok/centrum_powiadomien",
        "status": answers[-1].status,
    }


@pytest.mark.parametrize(
    "answers",
    [
        (redirect("/przerwa_techniczna", url=CHAIN), shown(f"{REGISTER}/przerwa_techniczna")),
        (redirect("https://elsewhere.example/przerwa_techniczna", url=CHAIN),),
        (shown(CHAIN, "<h1>Przerwa techniczna</h1>", 503),),
        (shown(CHAIN, "<h1>Przerwa techniczna</h1>"),),
    ],
)
def test_maintenance_of_the_website(answers: tuple[Response, ...]) -> None:
    fails(LibrusMaintenanceError, by_token(TOKEN_SENT, *answers))


def test_an_outage_of_the_website() -> None:
    error = fails(LibrusApiError, by_token(TOKEN_SENT, answer(503, url=CHAIN, retry_after="9")))
    assert isinstance(error, LibrusApiError)
    assert error.retry_after_s == 9.0
    assert error.details["status"] == 503


def test_a_break_that_is_only_announced() -> None:
    notices = shown(VIEW, "<p>W sobotę przerwa techniczna.</p>")
    assert by_token(TOKEN_SENT, MOVED, notices, *ENTERED).error is None


def test_a_website_that_goes_round_in_circles() -> None:
    circle = redirect("/uczen/widok/centrum_powiadomien", url=VIEW)
    fails(LibrusPortalPageError, by_token(TOKEN_SENT, *[circle] * 11))


@pytest.mark.parametrize("answers", [AT_SIGN_IN, (shown(ENTRY),)])
def test_a_website_that_has_forgotten_the_child_at_once(answers: tuple[Response, ...]) -> None:
    child = slot("101")
    error = fails(LibrusApiError, by_token(TOKEN_SENT, MOVED, NOTICES, *answers, child=child))
    assert error.details == {"endpoint": ENTRY, "status": 200}
    assert child.rejected == []


def test_a_school_without_messages() -> None:
    error = fails(
        FeatureUnavailableError, by_token(TOKEN_SENT, MOVED, NOTICES, shown(ENTRY, "<h2>Brak dostępu</h2>"))
    )
    assert error.details == {"endpoint": ENTRY, "status": 200}


# --- the last step -----------------------------------------------------------------------------------------


def entering(*answers: Any) -> tuple[Verdict | None, Ran]:
    ran = drive(flows()._enter(TheJar()), answers)
    return ran.result, ran


@pytest.mark.parametrize(
    ("answers", "refused", "suspect"),
    [
        (ENTERED, False, False),
        # The website does not know the session any more.
        (AT_SIGN_IN, True, False),
        (
            (redirect("/loguj/portalRodzina?v=1", url=ENTRY), shown(f"{REGISTER}/loguj/portalRodzina")),
            True,
            False,
        ),
        ((redirect("https://api.example/OAuth/Authorization", url=ENTRY),), True, False),
        ((redirect("https://portal.example/konto-librus/login", url=ENTRY),), True, False),
        # It leads somewhere else, which proves nothing.
        ((redirect("https://portal.example/", url=ENTRY),), False, True),
        ((redirect("http://[::1", url=ENTRY),), False, True),
        ((redirect("/uczen/index", url=ENTRY), shown(f"{REGISTER}/uczen/index")), False, True),
        ((answer(304, url=ENTRY),), False, True),
        ((answer(401, url=ENTRY),), True, False),
        ((shown(ENTRY, "<input type=password>"),), False, True),
        # It says "no access", which may mean the same.
        ((shown(ENTRY, "<h2 class=inside>Brak dostępu</h2>"),), False, True),
        ((shown(ENTRY, "<h2>Brak dostępu</h2> jesteś zalogowany jako"),), False, False),
        ((shown(ENTRY, "<h2>Brak dostępu</h2> Ten moduł nie jest dostępny w"),), False, False),
        ((redirect("/modul_niedostepny", url=ENTRY), shown(f"{REGISTER}/modul_niedostepny")), False, False),
        ((HAND_OVER, LOGGED_ON, shown(NEW, "<p>Brak dostępu")), False, False),
    ],
)
def test_what_the_last_step_says_of_the_websites_session(
    answers: tuple[Response, ...], refused: bool, suspect: bool
) -> None:
    verdict, ran = entering(*answers)
    assert verdict is not None, ran
    assert (verdict.refused, verdict.suspect) == (refused, suspect)
    assert (verdict.error is None) == (answers is ENTERED)


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        (
            LibrusMaintenanceError,
            (redirect("/przerwa_techniczna", url=ENTRY), shown(f"{REGISTER}/przerwa_techniczna")),
        ),
        (LibrusMaintenanceError, (redirect("https://x.example/przerwa_techniczna", url=ENTRY),)),
        (LibrusMaintenanceError, (shown(ENTRY, "<p>Przerwa techniczna"),)),
        (LibrusBlockedError, (shown(ENTRY, "<p>The URL you requested has been blocked", 403),)),
        (LibrusPermissionError, (answer(403, url=ENTRY),)),
        (LibrusApiError, (answer(502, url=ENTRY),)),
        (LibrusApiError, (answer(200, b"", ENTRY),)),
        # The messages themselves did not take it; the website's session is not to blame.
        (LibrusApiError, (HAND_OVER, answer(401, url=LOGON))),
        (LibrusApiError, (HAND_OVER, shown(LOGON))),
        (LibrusApiError, (HAND_OVER, redirect("/nowy", url=LOGON), LETTERS)),
        (LibrusApiError, (HAND_OVER, answer(500, url=LOGON))),
        (LibrusNetworkError, (LOST,)),
        (LibrusPortalPageError, (redirect("/wiadomosci3", url=ENTRY),) * 11),
    ],
)
def test_what_has_nothing_to_do_with_the_websites_session(
    kind: type[LibrusSdkError], answers: tuple[Any, ...]
) -> None:
    _, ran = entering(*answers)
    error = fails(kind, ran)
    assert error.details.get("endpoint", ENTRY) == ENTRY


@given(locations(REGISTER, POST_OFFICE), st.sampled_from([301, 302, 307]))
@example(f"{POST_OFFICE}/elsewhere", 302)
@example(AWAY, 302)
def test_no_location_makes_the_last_step_break_or_leave(location: str, status: int) -> None:
    flow: Flow[Verdict] = flows()._enter(TheJar())
    next(flow)
    try:
        step: Any = flow.send(redirect(location, status, ENTRY))
    except (StopIteration, LibrusSdkError):
        return
    assert origin_of(step.request.url) in (origin_of(REGISTER), origin_of(POST_OFFICE))
    flow.close()


# --- from the website's session ----------------------------------------------------------------------------


def test_the_website_hands_over_a_copy() -> None:
    web = slot("gateway", jar=True)
    assert web.state.grant is not None
    kept = web.state.grant.secret
    ran = by_web(web, *ENTERED)
    assert ran.error is None
    assert ran.sent == [f"GET {ENTRY}", f"GET {LOGON}", f"GET {NEW}"]
    assert ran.result.owner == "101"
    assert ran.result.secret is not kept
    assert ran.result.secret.has("oauth_token", REGISTER)
    assert not kept.has("DZIENNIKSID", POST_OFFICE)
    assert (web.accepted, web.rejected) == ([1], [])


@pytest.mark.parametrize("mode", ["need", "insist", "force"])
def test_a_dead_session_of_the_website_is_renewed_once(mode: Mode) -> None:
    web = slot("gateway", jar=True, issued=99.0)
    ran = by_web(web, *AT_SIGN_IN, lambda: renewed(web), *ENTERED, mode=mode)
    assert ran.error is None
    assert [generation for generation, _ in web.rejected] == [1]
    first, second = [step for step in ran.steps if isinstance(step, Acquire)]
    below = "need" if mode == "need" else "insist"
    assert (first.mode, second.mode) == (below, below)
    assert (first.ticket.need, second.ticket.need) == (0, 2)
    assert second.ticket.first is web.rejected[0][1]
    assert ran.result.secret.has("second", REGISTER)
    assert web.accepted == [2]


def test_a_renewed_session_that_is_dead_too() -> None:
    web = slot("gateway", jar=True)
    error = fails(LibrusAuthRefreshError, by_web(web, *AT_SIGN_IN, lambda: renewed(web), *AT_SIGN_IN))
    assert [generation for generation, _ in web.rejected] == [1]
    assert error.__cause__ is web.rejected[0][1]
    # Somebody who asks every minute must not cause a sign-in each time.
    assert error.retry_after_s == 900.0
    assert web.accepted == []


def test_a_renewed_session_that_is_led_elsewhere_rests_too() -> None:
    web = slot("gateway", jar=True, issued=-1000.0)
    elsewhere = redirect("https://portal.example/", url=ENTRY)
    error = fails(LibrusApiError, by_web(web, elsewhere, lambda: renewed(web), elsewhere))
    assert error.__cause__ is web.rejected[0][1]
    assert (error.retry_after_s, web.accepted) == (900.0, [])


def test_a_renewed_session_that_meets_another_obstacle() -> None:
    web = slot("gateway", jar=True)
    refusal = shown(ENTRY, "<p>Brak dostępu")
    error = fails(FeatureUnavailableError, by_web(web, *AT_SIGN_IN, lambda: renewed(web), refusal))
    assert error.__cause__ is web.rejected[0][1]


def test_a_website_that_cannot_be_signed_in_to() -> None:
    web = slot("gateway", jar=True)
    reason = LibrusCredentialsError("refused")
    ran = by_web(web, *AT_SIGN_IN, Fail(reason))
    assert ran.error is reason
    ran = drive(flows().over_web(web, own(), "need"), [Fail(reason)])
    assert ran.error is reason
    assert ran.requests == []


def test_no_access_is_a_dead_session_only_when_that_is_old_enough_to_have_died() -> None:
    refusal = shown(ENTRY, "<p>Brak dostępu")
    young = slot("gateway", jar=True, issued=99.0)
    fails(FeatureUnavailableError, by_web(young, refusal))
    assert (young.accepted, young.rejected) == ([], [])
    old = slot("gateway", jar=True, issued=-1000.0)
    assert by_web(old, refusal, lambda: renewed(old), *ENTERED).error is None
    assert [generation for generation, _ in old.rejected] == [1]


def test_no_access_for_somebody_who_is_signed_in_renews_nothing() -> None:
    old = slot("gateway", jar=True, issued=-1000.0)
    fails(FeatureUnavailableError, by_web(old, shown(ENTRY, "<p>Brak dostępu, jesteś zalogowany")))
    assert old.rejected == []


def test_maintenance_renews_nothing() -> None:
    old = slot("gateway", jar=True, issued=-1000.0)
    fails(LibrusMaintenanceError, by_web(old, shown(ENTRY, "<p>Przerwa techniczna")))
    assert old.rejected == []


# --- a server that refuses everything ----------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["need", "insist", "force"])
def test_a_session_refused_a_moment_after_it_was_made_is_not_made_again(mode: Mode) -> None:
    events: Events = []
    refusal = LibrusApiError("refused")
    made = own()
    made.offer(Minted("101", TheJar(), 99.0))
    made.state = reject(made.state, 100.0, 1, refusal)
    child, web = slot("101"), slot("gateway", jar=True)
    for flow in (flows(events).over_token(child, made, mode), flows(events).over_web(web, made, mode)):
        ran = drive(flow, [])
        error = fails(LibrusAuthRefreshError, ran)
        assert error.__cause__ is refusal
        assert ran.steps == []
    assert events == []


def test_a_session_that_was_accepted_or_is_older_is_made_again() -> None:
    for issued, accepted in ((99.0, True), (30.0, False)):
        made = own()
        made.offer(Minted("101", TheJar(), issued))
        if accepted:
            made.accept(1)
        made.reject(1, LibrusApiError("refused"))
        child = slot("101")
        answers = [child.renewed, TOKEN_SENT, MOVED, NOTICES, *ENTERED]
        assert drive(flows().over_token(child, made, "need"), answers).error is None


# --- what is let out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", range(6))
def test_whatever_breaks_off_shows_no_secret(after: int) -> None:
    answers = [TOKEN_SENT, MOVED, NOTICES, *ENTERED][:after]
    error = fails(LibrusNetworkError, by_token(*answers, LOST))
    assert FlightFailure(error).error_for_caller().code == "NETWORK_ERROR"
