"""What answers of the website mean: data by cookie, and the sign-in form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.core.answers import judge_api
from librus_sdk.core.http import Request, Response
from librus_sdk.core.web_answers import (
    go_to,
    interruption_of_web_login,
    is_page,
    judge_gateway,
    judge_messages,
    judge_website,
    refusal_of_web_login,
    trouble_at_web_login,
)
from librus_sdk.errors import (
    FeatureUnavailableError,
    LibrusAccountActionRequiredError,
    LibrusApiError,
    LibrusAuthenticationError,
    LibrusBlockedError,
    LibrusCaptchaRequiredError,
    LibrusCredentialsError,
    LibrusMaintenanceError,
    LibrusPermissionError,
    LibrusRateLimitedError,
    LibrusSdkError,
    LibrusTerminalAuthenticationError,
)
from librus_sdk.secret import Secret

URL = "https://synergia.example/gateway/api/2.0/Grades"
REQUEST = Request("GET", URL, endpoint=URL)
HTML = "text/html; charset=UTF-8"
LOGIN_PAGE = '<!DOCTYPE html><form><input type="password" name="pass"></form>'
BREAK = "<html><h1>Przerwa techniczna</h1>"
BLOCKED = "<html>The URL you requested has been blocked</html>"
MODULE_OFF = "https://synergia.example/modul_niedostepny"


def answer(status: int = 200, body: object = b"", **headers: str) -> Response:
    data = (
        body
        if isinstance(body, bytes)
        else body.encode()
        if isinstance(body, str)
        else json.dumps(body).encode()
    )
    return Response(status, data, {name.replace("_", "-"): value for name, value in headers.items()})


# --- what is a page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "page"),
    [
        (answer(200, "<html>", content_type=HTML), True),
        (answer(200, "\ufeff  <html>", content_type="TEXT/HTML"), True),
        (answer(200, "jesteś wylogowany", content_type=HTML), True),
        (answer(200, "<html>", content_type="application/xhtml+xml"), True),
        (answer(200, "<html>"), True),
        (answer(200, "<html>", content_type="application/json"), True),
        (answer(200, {"Grades": []}, content_type=HTML), False),
        (answer(200, [], content_type=HTML), False),
        (answer(200, b"", content_type=HTML), False),
        (answer(200, {"Content": "<html>"}, content_type="application/json"), False),
        (answer(200, "<svg>", content_type="image/svg+xml"), False),
        (answer(200, "<html>", content_type=HTML, content_disposition="attachment"), False),
        (answer(200), False),
        (answer(200, "OK"), False),
    ],
)
def test_a_page_is_told_from_data_and_from_a_file(found: Response, page: bool) -> None:
    assert is_page(found) is page


# --- data --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "good", "refused", "suspect"),
    [
        (answer(200, b"%PDF-", content_type="application/pdf"), True, False, False),
        (answer(200, LOGIN_PAGE, content_type=HTML), False, True, False),
        (answer(302, location="/loguj"), False, True, False),
        (answer(303, location="https://synergia.example/loguj/portalRodzina?v=1"), False, True, False),
        (answer(302, location="https://api.example/OAuth/Authorization?client_id=46"), False, True, False),
        (answer(302, location="https://portal.example/oauth2/authorize"), False, True, False),
        (answer(302, location="https://portal.example/konto-librus/redirect/dru"), False, True, False),
        # It leads elsewhere: there may be no such file.
        (answer(302, location="/rodzic/index"), False, False, True),
        (answer(302, location="https://portal.example/"), False, False, True),
        (answer(302, location="loguj"), False, False, True),
        (answer(302, location="/pliki?to=/loguj"), False, False, True),
        (answer(302, location="http://[::1"), False, False, True),
        (answer(302), False, False, True),
        (answer(401), False, True, False),
        (answer(200, "<html>Plik nie istnieje", content_type=HTML), False, False, True),
        (answer(200, BREAK, content_type=HTML), False, False, False),
        (answer(302, location="/przerwa_techniczna"), False, False, False),
        (answer(404), False, False, False),
    ],
)
def test_what_the_website_says_where_a_file_should_be(
    found: Response, good: bool, refused: bool, suspect: bool
) -> None:
    verdict = judge_website(REQUEST, found)
    assert (verdict.ok, verdict.refused, verdict.suspect) == (good, refused, suspect)


@pytest.mark.parametrize("judge", [judge_gateway, judge_messages])
@pytest.mark.parametrize(
    "good",
    [
        answer(200, {"Grades": []}),
        answer(200),
        answer(204),
        answer(201, {"data": {"Content": "Przerwa techniczna, captcha"}}),
        answer(200, "<html>Przerwa techniczna", content_type=HTML, content_disposition="attachment"),
    ],
)
def test_data_and_nothing_at_all_are_left_to_the_decoder(judge: Any, good: Response) -> None:
    verdict = judge(REQUEST, good)
    assert verdict.ok
    assert not verdict.refused
    assert not verdict.suspect


@pytest.mark.parametrize("judge", [judge_gateway, judge_messages])
@pytest.mark.parametrize(
    "dead",
    [
        answer(401),
        answer(401, "<html>", content_type=HTML),
        answer(401, {"Code": "TokenIsExpired"}),
        answer(200, LOGIN_PAGE, content_type=HTML),
        answer(200, LOGIN_PAGE + "<p>Przerwa techniczna w sobotę", content_type=HTML),
        answer(302, location="https://synergia.example/loguj"),
        answer(302, location="https://[::1"),
        answer(307),
    ],
)
def test_a_dead_session_has_many_faces(judge: Any, dead: Response) -> None:
    verdict = judge(REQUEST, dead)
    assert verdict.refused
    assert not verdict.suspect
    assert type(verdict.error) is LibrusApiError
    assert "no longer knows this sign-in" in verdict.error.message
    assert ("messages" in verdict.error.message) is (judge is judge_messages)
    assert verdict.error.details["endpoint"] == URL
    assert verdict.error.details["status"] == dead.status


@pytest.mark.parametrize("judge", [judge_gateway, judge_messages])
@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (answer(200, BREAK, content_type=HTML), LibrusMaintenanceError),
        (answer(503, BREAK, content_type=HTML), LibrusMaintenanceError),
        (answer(503, {"Status": "Maintenance"}), LibrusMaintenanceError),
        (answer(302, location="/przerwa_techniczna"), LibrusMaintenanceError),
        (answer(302, location="https://x.example/a/przerwa_techniczna/?b#c"), LibrusMaintenanceError),
        (answer(302, location=MODULE_OFF), FeatureUnavailableError),
        (answer(403, {"Code": "NotesIsNotActive"}), FeatureUnavailableError),
        (answer(403, BLOCKED, content_type=HTML), LibrusBlockedError),
        (answer(200, BLOCKED, content_type=HTML), LibrusBlockedError),
        (answer(429), LibrusRateLimitedError),
        (answer(404), LibrusApiError),
        (answer(404, "<html>", content_type=HTML), LibrusApiError),
        (answer(400, {"Code": "InvalidRequest"}), LibrusApiError),
        (answer(500), LibrusApiError),
        (answer(503), LibrusApiError),
        (answer(401, {"Message": "Insufficient scopes"}), LibrusPermissionError),
    ],
)
def test_what_no_new_sign_in_would_cure(judge: Any, found: Response, kind: type[LibrusSdkError]) -> None:
    verdict = judge(REQUEST, found)
    assert type(verdict.error) is kind
    assert not verdict.refused
    assert not verdict.suspect
    assert verdict.error.details["status"] == found.status


def test_a_403_of_the_gateway_is_what_it_says() -> None:
    verdict = judge_gateway(REQUEST, answer(403, {"Code": "AccessDeny"}))
    assert type(verdict.error) is LibrusPermissionError
    assert not verdict.suspect
    assert verdict.error.details == {"endpoint": URL, "status": 403, "server_code": "AccessDeny"}


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_the_gateway_is_judged_as_the_child_api(status: int) -> None:
    found = answer(status, {"Code": "InvalidRequest"})
    assert repr(judge_gateway(REQUEST, found)) == repr(judge_api(REQUEST, found))


@pytest.mark.parametrize("body", [b"", {"Code": "AccessDeny"}, "<html>"])
def test_a_403_of_the_messages_may_be_a_dead_session(body: object) -> None:
    verdict = judge_messages(REQUEST, answer(403, body))
    assert type(verdict.error) is LibrusPermissionError
    assert (verdict.suspect, verdict.refused) == (True, False)
    assert "messages" in verdict.error.message


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_the_messages_speak_of_themselves(status: int) -> None:
    error = judge_messages(REQUEST, answer(status)).error
    assert error is not None
    assert error.message.startswith("The messages service of Librus ")
    assert error.message != str(judge_gateway(REQUEST, answer(status)).error)
    assert error.details == {"endpoint": URL, "status": status}


# --- the sign-in form

WRONG = "Nieprawidłowy login i/lub hasło."
ROBOT = 'Proszę zaznaczyć pole "Nie jestem robotem".'
ACCOUNT_OVER = "Minął termin ważności konta - skontaktuj się z Administratorem Szkoły."


def refused(*messages: str, **more: object) -> dict[str, object]:
    return {"status": "error", "errors": [{"code": 1, "message": text} for text in messages], **more}


def test_the_form_leads_on() -> None:
    target = go_to(answer(200, {"status": "ok", "goTo": "/OAuth/Authorization/2FA"}))
    assert target == Secret("/OAuth/Authorization/2FA")


@pytest.mark.parametrize(
    "body",
    [
        {"status": "ok"},
        {"status": "ok", "goTo": ""},
        {"status": "ok", "goTo": 7},
        {"status": "error", "goTo": "/x"},
        {"goTo": "/x"},
        [],
        None,
        b"",
        "<html>",
        b"[" * 100_000,
    ],
)
def test_the_form_leads_nowhere(body: object) -> None:
    assert go_to(answer(200, body)) is None
    assert go_to(answer(500, {"status": "ok", "goTo": "/x"})) is None


FORM: list[tuple[Response, type[LibrusSdkError]]] = [
    *[(answer(status, refused(WRONG)), LibrusCredentialsError) for status in (200, 400, 401, 403)],
    (answer(403, {"errors": [WRONG]}), LibrusCredentialsError),
    (answer(403, {"errors": WRONG}), LibrusCredentialsError),
    (answer(403, {"errors": [None, 7, {}, {"message": 7}, {"message": WRONG}]}), LibrusCredentialsError),
    (answer(200, {"status": "error", "message": WRONG}), LibrusCredentialsError),
    (answer(200, refused(WRONG, captchaRequired=False)), LibrusCredentialsError),
    (answer(403, refused(ACCOUNT_OVER)), LibrusAccountActionRequiredError),
    (answer(200, refused(ROBOT)), LibrusCaptchaRequiredError),
    (answer(403, refused(WRONG, ROBOT)), LibrusCaptchaRequiredError),
    (answer(429, refused(ROBOT)), LibrusCaptchaRequiredError),
    (answer(200, refused(WRONG, captchaRequired=True)), LibrusCaptchaRequiredError),
    (answer(200, refused("?", html='<div class="g-ReCaptcha">')), LibrusCaptchaRequiredError),
    (answer(200, '<div class="h-captcha">'), LibrusCaptchaRequiredError),
    (answer(403, '<html><div class="g-recaptcha">'), LibrusCaptchaRequiredError),
    (answer(200, refused("Konto zawieszone.")), LibrusTerminalAuthenticationError),
    (answer(200, refused("Konto zawieszone.", captchaRequired=False)), LibrusTerminalAuthenticationError),
    (answer(400, refused("Konto zawieszone.")), LibrusTerminalAuthenticationError),
    (answer(200, {}), LibrusTerminalAuthenticationError),
    (answer(200, {"status": "ok"}), LibrusTerminalAuthenticationError),
    (answer(401), LibrusTerminalAuthenticationError),
    (answer(401, "<html>"), LibrusTerminalAuthenticationError),
    (answer(401, {}), LibrusTerminalAuthenticationError),
    (answer(403), LibrusTerminalAuthenticationError),
    (answer(403, {}), LibrusTerminalAuthenticationError),
    (answer(200), LibrusRateLimitedError),
    (answer(200, "<html>"), LibrusRateLimitedError),
    (answer(200, "zaraz wracamy"), LibrusRateLimitedError),
    (answer(200, []), LibrusRateLimitedError),
    (answer(429), LibrusRateLimitedError),
    (answer(429, refused(WRONG)), LibrusRateLimitedError),
    (answer(403, BLOCKED), LibrusBlockedError),
    (answer(200, BLOCKED), LibrusBlockedError),
    (answer(403, "<html>"), LibrusBlockedError),
    (answer(503), LibrusMaintenanceError),
    (answer(503, "<html>"), LibrusMaintenanceError),
    (answer(503, refused(WRONG)), LibrusMaintenanceError),
    (answer(503, refused(ROBOT)), LibrusMaintenanceError),
    (answer(200, BREAK), LibrusMaintenanceError),
    (answer(200, refused("Przerwa techniczna do 6:00")), LibrusMaintenanceError),
    (answer(500, {"Status": "Maintenance"}), LibrusMaintenanceError),
    (answer(302, location="/przerwa_techniczna"), LibrusMaintenanceError),
    *[(answer(status, refused(WRONG)), LibrusApiError) for status in (408, 425, 500, 502, 504)],
    (answer(500, refused(ACCOUNT_OVER)), LibrusApiError),
    (answer(500, "g-recaptcha"), LibrusApiError),
    (answer(302, location="/loguj"), LibrusApiError),
    (answer(400), LibrusApiError),
    (answer(400, {}), LibrusApiError),
    (answer(404, "<html>"), LibrusApiError),
]


@pytest.mark.parametrize(("found", "kind"), FORM)
def test_what_the_form_says(found: Response, kind: type[LibrusSdkError]) -> None:
    error = refusal_of_web_login(REQUEST, found)
    assert type(error) is kind
    if isinstance(error, LibrusApiError):
        assert error.details == {"endpoint": URL, "status": found.status}
    elif kind is LibrusAccountActionRequiredError:
        assert error.details == {"reason": "account_expired"}
    else:
        assert error.details == {}


def test_a_refused_password_tells_what_to_look_at() -> None:
    message = refusal_of_web_login(REQUEST, answer(403, refused(WRONG))).message
    assert "LIBRUS_GATEWAY_LOGIN" in message
    assert "LIBRUS_GATEWAY_PASSWORD" in message
    assert "not sent again by itself" in message


def test_an_unknown_refusal_keeps_the_words_and_does_not_show_them() -> None:
    error = refusal_of_web_login(REQUEST, answer(403, refused("Konto Jana K. zawieszone.", " Zadzwoń. ", "")))
    assert isinstance(error, LibrusTerminalAuthenticationError)
    assert error.code == "AUTHENTICATION_FAILED"
    assert error.said is not None
    assert error.said.reveal() == "Konto Jana K. zawieszone.\nZadzwoń."
    assert "Jana" not in f"{error!r} {error} {error.details} {error.said!r} {vars(error)}"
    silent = refusal_of_web_login(REQUEST, answer(200, {}))
    assert isinstance(silent, LibrusTerminalAuthenticationError)
    assert silent.said is None
    long = refusal_of_web_login(REQUEST, answer(200, refused("a" * 5000)))
    assert isinstance(long, LibrusTerminalAuthenticationError)
    assert long.said is not None
    assert len(long.said.reveal()) == 1000


@given(st.sampled_from([408, 425, 429, *range(500, 512)]), st.sampled_from([WRONG, ACCOUNT_OVER, "Inne"]))
def test_an_outage_never_blames_the_account(status: int, text: str) -> None:
    error = refusal_of_web_login(REQUEST, answer(status, refused(text)))
    assert not isinstance(error, LibrusAuthenticationError)


@given(
    st.integers(200, 599),
    st.one_of(
        st.binary(max_size=60),
        st.dictionaries(
            st.sampled_from(["status", "errors", "goTo", "message", "captcha"]),
            st.recursive(
                st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
                lambda inner: st.lists(inner) | st.dictionaries(st.just("message"), inner),
                max_leaves=5,
            ),
        ).map(lambda body: json.dumps(body).encode()),
    ),
)
def test_no_answer_breaks_the_reading(status: int, body: bytes) -> None:
    found = answer(status, body)
    target = go_to(found)
    assert target is None or isinstance(target, Secret)
    for read in (refusal_of_web_login, interruption_of_web_login):
        assert isinstance(read(REQUEST, found), LibrusSdkError)
    for judge in (judge_gateway, judge_messages):
        verdict = judge(REQUEST, found)
        assert not (verdict.refused and verdict.suspect)


# --- where a sign-in ended


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (answer(200, "<h1>Zaakceptuj regulamin"), LibrusAccountActionRequiredError),
        (answer(200), LibrusAccountActionRequiredError),
        (answer(200, LOGIN_PAGE), LibrusAccountActionRequiredError),
        (answer(302, location="https://elsewhere.example/"), LibrusAccountActionRequiredError),
        (answer(200, '<div class="g-recaptcha">'), LibrusCaptchaRequiredError),
        (answer(200, BREAK), LibrusMaintenanceError),
        (answer(302, location="/przerwa_techniczna"), LibrusMaintenanceError),
        (answer(503), LibrusMaintenanceError),
        (answer(500, '<div class="g-recaptcha">'), LibrusApiError),
        (answer(404, "<html>"), LibrusApiError),
        (answer(403, "<html>"), LibrusBlockedError),
        (answer(429), LibrusRateLimitedError),
    ],
)
def test_why_there_is_no_session(found: Response, kind: type[LibrusSdkError]) -> None:
    error = interruption_of_web_login(REQUEST, found)
    assert type(error) is kind
    if kind is LibrusAccountActionRequiredError:
        assert error.details == {"reason": "interrupted_sign_in"}
        assert "browser" in error.message


@pytest.mark.parametrize(
    "found", [answer(200, LOGIN_PAGE), answer(302), answer(403), answer(404), answer(401)]
)
def test_what_is_no_trouble_of_the_service(found: Response) -> None:
    assert trouble_at_web_login(REQUEST, found) is None
