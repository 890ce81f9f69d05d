"""The sign-in with a login issued by the school: the chain, its cookies, its refusals, how a session ends."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, quote_plus, urlsplit

import httpx2
import pytest

from librus_sdk import GatewayCredentials
from librus_sdk.simulator import Simulator
from librus_sdk.simulator.serve import banner
from tests.simulator.web_steps import CLIENT, WebBrowser

WRONG = "Nieprawidłowy login i/lub hasło."
CAPTCHA = 'Proszę zaznaczyć pole "Nie jestem robotem".'
EXPIRED = "Minął termin ważności konta - skontaktuj się z Administratorem Szkoły."


@pytest.fixture
def web(sim: Simulator) -> Iterator[WebBrowser]:
    with WebBrowser(sim) as opened:
        yield opened


def refusal(answer: httpx2.Response) -> str:
    told = answer.json()
    assert told["status"] == "error"
    assert "goTo" not in told
    (only,) = told["errors"]
    return str(only["message"])


# The chain.


def test_the_chain_goes_where_it_was_recorded_to_go(sim: Simulator, web: WebBrowser) -> None:
    start = web.start()
    assert start.status_code == 302
    target = urlsplit(start.headers["location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == f"{web.api}/OAuth/Authorization"
    query = {name: values[0] for name, values in parse_qs(target.query).items()}
    state = query.pop("state")
    assert query == {"client_id": "46", "response_type": "code", "scope": "mydata"}
    assert state == web.cookie("oauth_state").value
    assert 'type="password"' in web.form(start).text
    answer = web.send()
    assert answer.json() == {"status": "ok", "goTo": "/OAuth/Authorization/2FA?client_id=46"}
    end = web.walk(answer)
    assert [hop.status_code for hop in end.history] == [302, 302, 302, 302]
    assert [hop.url.path for hop in end.history] == [
        "/OAuth/Authorization/2FA",
        "/OAuth/Authorization/PerformLogin",
        "/OAuth/Authorization/Grant",
        "/loguj/portalRodzina",
    ]
    assert (end.status_code, end.url.path) == (200, "/rodzic/index")
    assert "jesteś zalogowany" in end.text
    assert web.data("Auth/TokenInfo")["UserIdentifier"].startswith("LID-AUTH-USER-")
    assert sim.counts == {
        "web.start": 2,
        "web.form": 1,
        "web.login": 1,
        "web.2fa": 1,
        "web.perform_login": 1,
        "web.grant": 1,
        "web.home": 1,
        "gateway/Auth/TokenInfo": 1,
    }


@pytest.mark.parametrize("times", [1, 2])
def test_the_steps_after_the_form_may_be_asked_for_directly(web: WebBrowser, times: int) -> None:
    web.form()
    web.send(multipart=True)
    for _ in range(times):
        assert web.step("PerformLogin", follow=True).status_code == 200
    assert web.step("Grant", follow=True).url.path == "/rodzic/index"
    assert web.data("Me")["Me"]["User"]["FirstName"] == web.child.name.split()[0]


def test_the_form_may_be_opened_again_without_the_state(web: WebBrowser) -> None:
    web.form()
    web.http.get(f"{web.api}/OAuth/Authorization", params=CLIENT)
    web.walk(web.send())
    assert web.read("Me").status_code == 200


@pytest.mark.parametrize("multipart", [False, True])
def test_the_form_is_taken_in_both_encodings(web: WebBrowser, multipart: bool) -> None:
    password = web.sim.gateway_credentials(web.child.id).password.reveal()
    assert quote_plus(password) != password  # else a form that encodes nothing would pass
    web.form()
    assert web.send(multipart=multipart).json()["status"] == "ok"


@pytest.mark.parametrize("multipart", [False, True])
def test_odd_logins_are_taken_in_both_encodings(multipart: bool) -> None:
    with Simulator(odd_logins=True) as sim:
        for child in range(3):
            with WebBrowser(sim, child) as web:
                web.form()
                web.walk(web.send(multipart=multipart))
                assert web.data("Me")["Me"]["User"]["FirstName"] == web.child.name.split()[0]


def test_a_sign_in_that_begins_at_the_form_yields_no_session(web: WebBrowser) -> None:
    web.http.get(f"{web.api}/OAuth/Authorization", params=CLIENT)
    answer = web.send()
    assert answer.json()["status"] == "ok"
    assert web.walk(answer).url.path == "/loguj"
    assert web.cookie("oauth_token") is None
    assert web.read("Me").status_code == 401


def test_the_state_of_another_jar_yields_no_session(sim: Simulator, web: WebBrowser) -> None:
    with WebBrowser(sim) as other:
        foreign = other.start()
    web.start()
    web.form(foreign)
    assert web.walk(web.send()).url.path == "/loguj"
    assert web.cookie("oauth_token") is None


def test_a_code_works_once(web: WebBrowser) -> None:
    web.form()
    web.send()
    back = web.step("Grant").headers["location"]
    assert "oauth_token" in web.http.get(back).cookies
    again = web.http.get(back)
    assert (again.headers["location"], dict(again.cookies)) == (f"{web.synergia}/loguj", {})


def test_without_the_form_every_step_leads_back_to_it(web: WebBrowser) -> None:
    web.form()
    for step in ("2FA", "PerformLogin", "Grant"):
        answer = web.step(step)
        assert (answer.status_code, answer.headers["location"]) == (302, "/OAuth/Authorization?client_id=46")


def test_the_form_knows_one_client(web: WebBrowser) -> None:
    assert web.http.get(f"{web.api}/OAuth/Authorization", params={"client_id": "28"}).status_code == 400
    assert web.http.get(f"{web.api}/OAuth/Authorization").status_code == 400
    assert web.step("Nothing").status_code == 404
    assert web.http.post(f"{web.api}/OAuth/Authorization/Grant", params=CLIENT).status_code == 405


# Cookies.


def test_the_cookies_are_those_recorded(web: WebBrowser) -> None:
    web.form()
    answer = web.send()
    end = web.walk(answer)
    token = web.cookie("oauth_token")
    assert (token.path, "Max-Age=600" in str(end.history[-1].headers.get_list("set-cookie"))) == ("/", True)
    for host in (web.synergia, web.api):
        for name in ("DZIENNIKSID", "SDZIENNIKSID"):
            cookie = web.cookie(name, host)
            assert (cookie.path, cookie.expires) == ("/", None)
    device = web.cookie("DeviceCookie", web.api)
    assert device.path == "/OAuth"
    assert "Max-Age=31536000" in str(answer.headers.get_list("set-cookie"))
    assert web.cookie("DeviceCookie") is None
    assert web.cookie("oauth_state").expires is None


def test_session_ids_change_at_sign_in(web: WebBrowser) -> None:
    web.form()
    before = web.cookie("DZIENNIKSID", web.api).value
    web.walk(web.send())
    after = web.cookie("DZIENNIKSID", web.api).value
    assert after != before
    first = web.cookie("oauth_token").value, web.cookie("DZIENNIKSID").value
    web.sign_in()
    second = web.cookie("oauth_token").value, web.cookie("DZIENNIKSID").value
    assert first[0].partition(".")[0] != second[0].partition(".")[0]
    assert first[1] != second[1]
    assert web.cookie("DZIENNIKSID", web.api).value != after


def test_a_known_device_stays_known(web: WebBrowser) -> None:
    web.sign_in()
    device = web.cookie("DeviceCookie", web.api).value
    web.sign_in()
    assert web.cookie("DeviceCookie", web.api).value == device


def test_the_second_account_of_a_jar_takes_it_over(sim: Simulator, web: WebBrowser) -> None:
    web.sign_in()
    assert web.data("Me")["Me"]["User"]["FirstName"] == sim.children[0].name.split()[0]
    web.child = sim.children[1]
    web.sign_in()
    assert web.data("Me")["Me"]["User"]["FirstName"] == sim.children[1].name.split()[0]


# Refusals.


@pytest.mark.parametrize("status", [200, 403])
def test_a_wrong_password_is_told_by_its_message(sim: Simulator, web: WebBrowser, status: int) -> None:
    sim.web_refusal_status = status
    web.form()
    answer = web.send("wrong")
    assert (answer.status_code, refusal(answer)) == (status, WRONG)
    assert refusal(web.send(login="nobody")) == WRONG
    assert refusal(web.send(login=sim.credentials.email.reveal())) == WRONG
    assert web.step("PerformLogin", follow=True).url.path == "/OAuth/Authorization"
    assert web.send().json()["status"] == "ok"


def test_a_captcha_is_asked_for_after_wrong_passwords_until_it_is_reset(
    sim: Simulator, web: WebBrowser
) -> None:
    web.form()
    told = [refusal(web.send("wrong")) for _ in range(5)]
    assert told == [WRONG] * 4 + [CAPTCHA]
    assert refusal(web.send()) == CAPTCHA
    with WebBrowser(sim, 1) as sibling:
        sibling.form()
        assert sibling.send().json()["status"] == "ok"
    sim.reset_web_captcha(web.child.id)
    assert web.send().json()["status"] == "ok"
    for _ in range(5):
        web.send("wrong", login="somebody")
    assert refusal(web.send(login="somebody")) == CAPTCHA
    sim.reset_web_captcha()
    assert refusal(web.send(login="somebody")) == WRONG


def test_a_known_device_has_one_more_attempt_before_the_captcha(web: WebBrowser) -> None:
    web.sign_in()
    web.form()
    told = [refusal(web.send("wrong")) for _ in range(6)]
    assert told == [WRONG] * 5 + [CAPTCHA]


def test_a_good_password_in_time_forgets_the_wrong_ones(web: WebBrowser) -> None:
    for _ in range(3):
        web.form()
        told = [refusal(web.send("wrong")) for _ in range(4)]
        assert told == [WRONG] * 4
        assert web.send().json()["status"] == "ok"


def test_an_account_runs_out(sim: Simulator, web: WebBrowser) -> None:
    sim.expire_account(web.child.id)
    web.form()
    assert refusal(web.send()) == EXPIRED
    assert refusal(web.send("wrong")) == WRONG
    sim.expire_account(web.child.id, expired=False)
    assert web.send().json()["status"] == "ok"


def test_a_forced_step_ends_the_chain_on_a_page_without_a_session(sim: Simulator, web: WebBrowser) -> None:
    sim.force_step(web.child.id)
    end = web.sign_in()
    assert (end.status_code, end.url.path) == (200, "/OAuth/Authorization/PerformLogin")
    assert "<form" in end.text
    assert web.step("Grant").status_code == 200  # no way around it
    assert web.cookie("oauth_token") is None
    sim.force_step(web.child.id, forced=False)
    assert web.sign_in().url.path == "/rodzic/index"


def test_a_pupils_own_login_lands_on_a_page_that_parents_may_not_see(sim: Simulator, web: WebBrowser) -> None:
    pupils = f"{sim.hosts.synergia}/uczen/index"
    assert web.http.get(pupils).headers["location"].endswith("/loguj")
    web.sign_in()
    assert web.http.get(pupils).status_code == 403
    sim.pupils_login(web.child.id)
    end = web.sign_in()
    assert (end.status_code, end.url.path) == (200, "/uczen/index")
    assert "jesteś zalogowany" in end.text


@pytest.mark.parametrize("form", ["html", "empty"])
def test_a_throttled_form_answers_without_json(sim: Simulator, web: WebBrowser, form: str) -> None:
    sim.throttle_logins(2, "empty" if form == "empty" else "html")
    web.form()
    for _ in range(2):
        answer = web.send()
        assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")
        assert bool(answer.text) == (form == "html")
    assert web.send().json()["status"] == "ok"


def test_a_form_sent_for_something_else_is_shown_again(web: WebBrowser) -> None:
    web.form()
    assert 'type="password"' in web.send(action="remind").text


def test_a_form_that_is_none_is_shown_again(web: WebBrowser) -> None:
    web.form()
    answer = web.http.post(f"{web.api}/OAuth/Authorization", params=CLIENT, json={"action": "login"})
    assert 'type="password"' in answer.text


# Blocks and breaks.


def test_a_blocked_network_is_told_on_every_page(sim: Simulator, web: WebBrowser) -> None:
    sim.network_blocked = True
    for answer in (web.start(), web.step("Grant"), web.read("Me"), web.kindergarten("activities-types")):
        assert answer.status_code == 403
        assert answer.headers["content-type"].startswith("text/html")
        assert "The URL you requested has been blocked" in answer.text
    sim.network_blocked = False
    assert web.sign_in().status_code == 200


def test_a_technical_break_is_told_with_503(sim: Simulator, web: WebBrowser) -> None:
    web.sign_in()
    sim.web_maintenance = "page"
    for answer in (web.start(), web.step("Grant"), web.page("rodzic/index")):
        assert (answer.status_code, "Przerwa techniczna" in answer.text) == (503, True)
    data = web.read("Me")
    assert (data.status_code, data.json()["Status"]) == (503, "Maintenance")
    sim.web_maintenance = None
    assert web.read("Me").status_code == 200


def test_a_technical_break_may_be_a_redirect(sim: Simulator, web: WebBrowser) -> None:
    sim.web_maintenance = "redirect"
    start = web.start()
    assert start.status_code == 302
    assert start.headers["location"].endswith("/przerwa_techniczna")
    assert "Przerwa techniczna" in web.http.get(start.headers["location"]).text
    assert web.step("Grant").status_code == 503


# Sessions.


def test_pages_want_a_session(web: WebBrowser) -> None:
    for path in ("rodzic/index", "uczen/index"):
        answer = web.page(path)
        assert (answer.status_code, answer.headers["location"]) == (302, f"{web.synergia}/loguj")
    web.sign_in()
    assert web.page("rodzic/index").status_code == 200
    assert web.page("uczen/index").status_code == 403  # for pupils
    assert 'type="password"' in web.page("loguj").text
    assert web.page("nowhere").status_code == 404
    assert web.http.post(f"{web.synergia}/rodzic/index").status_code == 405


def test_a_living_session_is_extended_by_a_new_cookie_alone(sim: Simulator, web: WebBrowser) -> None:
    web.sign_in()
    before = web.cookie("oauth_token").value
    answer = web.page("refreshToken")
    assert (answer.status_code, answer.content) == (200, b"")
    assert web.cookie("oauth_token").value == answer.cookies["oauth_token"] != before
    assert web.data("Me")
    assert sim.counts["web.refresh"] == 1


def test_a_jar_that_dropped_the_short_cookie_is_extended_by_the_other(web: WebBrowser) -> None:
    web.sign_in()
    web.http.cookies.delete("oauth_token")
    assert web.read("Me").status_code == 401
    assert "oauth_token" in web.page("refreshToken").cookies
    assert web.read("Me").status_code == 200


def test_without_a_session_nothing_is_extended(sim: Simulator, web: WebBrowser) -> None:
    answer = web.page("refreshToken")
    assert (answer.status_code, answer.content, dict(answer.cookies)) == (200, b"", {})
    sim.web_dead_form = "redirect"
    answer = web.page("refreshToken")
    assert (answer.status_code, answer.headers["location"]) == (302, f"{web.synergia}/loguj")


@pytest.mark.parametrize("revives", [True, False])
def test_whether_an_expired_session_is_extended(sim: Simulator, web: WebBrowser, revives: bool) -> None:
    sim.web_refresh_revives = revives
    web.sign_in()
    sim.expire_web_session(web.child.id)
    assert web.read("Me").status_code == 401
    assert ("oauth_token" in web.page("refreshToken").cookies) is revives
    assert web.read("Me").status_code == (200 if revives else 401)


def of_one(sim: Simulator, child: str) -> None:
    sim.end_web_session(child)


def of_all(sim: Simulator, _child: str) -> None:
    sim.end_web_session()


@pytest.mark.parametrize(("end", "left"), [(of_one, 200), (of_all, 401)])
def test_an_ended_session_needs_the_password(
    sim: Simulator, web: WebBrowser, end: Callable[[Simulator, str], None], left: int
) -> None:
    with WebBrowser(sim, 1) as sibling:
        web.sign_in()
        sibling.sign_in()
        end(sim, web.child.id)
        assert web.read("Me").status_code == 401
        assert dict(web.page("refreshToken").cookies) == {}
        assert web.step("Grant").headers["location"] == "/OAuth/Authorization?client_id=46"
        assert sibling.read("Me").status_code == left
        web.sign_in()
        assert web.read("Me").status_code == 200


def test_a_session_lives_a_day_unless_it_is_extended() -> None:
    now = [1000.0]
    with Simulator(clock=lambda: now[0]) as sim, WebBrowser(sim) as web:
        web.sign_in()
        now[0] += 86_399
        assert web.read("Me").status_code == 200
        web.page("refreshToken")
        now[0] += 86_399
        assert web.read("Me").status_code == 200
        now[0] += 1
        assert web.read("Me").status_code == 401
        assert dict(web.page("refreshToken").cookies) == {}


def test_pages_close_before_the_gateway_does() -> None:
    now = [1000.0]
    with Simulator(clock=lambda: now[0], web_session_lifetime=7200) as sim, WebBrowser(sim) as web:
        web.sign_in()
        now[0] += 2700
        assert web.page("rodzic/index").status_code == 302
        assert web.read("Me").status_code == 200
        web.page("refreshToken")
        assert web.page("rodzic/index").status_code == 200
        sim.close_web_pages(web.child.id)
        assert web.page("rodzic/index").status_code == 302
        assert web.read("Me").status_code == 200


def test_signing_out_ends_the_session_and_keeps_the_device(web: WebBrowser) -> None:
    web.sign_in()
    token = web.cookie("oauth_token")
    assert web.page("wyloguj").headers["location"] == f"{web.synergia}/loguj"
    assert web.cookie("oauth_token") is None
    web.http.cookies.set("oauth_token", token.value, domain=token.domain, path="/")
    assert web.read("Me").status_code == 401
    assert web.cookie("DeviceCookie", web.api) is not None
    assert web.step("Grant").headers["location"] == "/OAuth/Authorization?client_id=46"


def test_another_password_ends_the_sessions_of_that_child(sim: Simulator, web: WebBrowser) -> None:
    old = sim.gateway_credentials(web.child.id).password.reveal()
    with WebBrowser(sim, 1) as sibling:
        web.sign_in()
        sibling.sign_in()
        sim.change_web_password(web.child.id)
        assert web.read("Me").status_code == 401
        assert sibling.read("Me").status_code == 200
    web.form()
    assert refusal(web.send(old)) == WRONG
    assert web.send().json()["status"] == "ok"


# What a test is given.


def test_every_child_has_a_login_and_a_password_of_its_own(sim: Simulator) -> None:
    known = [sim.gateway_credentials(child.id) for child in sim.children]
    assert [one.login.reveal() for one in known] == [child.login for child in sim.children]
    assert len({one.password.reveal() for one in known}) == 3
    assert sim.gateway_credentials().login.reveal() == sim.children[0].login
    assert isinstance(known[0], GatewayCredentials)


def test_the_variables_point_at_the_gateway(sim: Simulator) -> None:
    told = sim.gateway_environ(sim.children[2].id)
    known = sim.gateway_credentials(sim.children[2].id)
    assert told.pop("LIBRUS_API_BACKEND") == "gateway_api_20"
    assert told.pop("LIBRUS_GATEWAY_LOGIN") == known.login.reveal()
    assert told.pop("LIBRUS_GATEWAY_PASSWORD") == known.password.reveal()
    assert told == {name: text for name, text in sim.environ().items() if name.endswith("_URL")}


def test_the_banner_exports_them_in_a_block_of_their_own(sim: Simulator) -> None:
    family, _, school = banner(sim).partition("\nOr, with the school's login")
    assert "LIBRUS_GATEWAY_LOGIN" not in family
    words = (shlex.split(line) for line in school.splitlines() if line.startswith("export "))
    assert dict(word.split("=", 1) for _, word in words) == sim.gateway_environ()


def test_everything_that_was_given_out_is_known_as_secret(sim: Simulator, web: WebBrowser) -> None:
    start = web.start()
    web.form(start)
    answer = web.send()
    web.step("PerformLogin")
    back = web.step("Grant").headers["location"]
    web.http.get(back)
    assert answer.json()["status"] == "ok"
    token = web.cookie("oauth_token").value
    handed = {cookie.value or "" for cookie in web.http.cookies.jar} - {token} | set(token.split("."))
    handed |= {values[0] for values in parse_qs(urlsplit(back).query).values()}
    known = sim.gateway_credentials(web.child.id)
    handed |= {known.login.reveal(), known.password.reveal(), quote_plus(known.password.reveal())}
    assert len(handed) == 12
    assert handed <= sim.secrets()


def test_records_say_whose_session_it_was(sim: Simulator, web: WebBrowser) -> None:
    web.sign_in()
    web.read("Me")
    named = {record.endpoint: record.child_id for record in sim.requests}
    for endpoint in ("web.2fa", "web.perform_login", "web.grant", "web.home", "gateway/Me"):
        assert named[endpoint] == web.child.id
    assert named["web.form"] is named["web.login"] is None  # who signs in stands in the form
    assert web.child.login not in str(sim.requests)


def test_faults_meet_the_steps_of_a_sign_in(sim: Simulator, web: WebBrowser) -> None:
    sim.fail("web.login", status=429, retry_after=30)
    sim.fail("web.grant", status=502)
    web.form()
    answer = web.send()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert web.walk(web.send()).status_code == 502


@pytest.mark.parametrize(
    ("name", "value"),
    [("web_refusal_status", 401), ("web_dead_form", "500"), ("web_maintenance", "html")],
)
def test_a_switch_takes_what_it_knows(sim: Simulator, name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        setattr(sim, name, value)


def test_the_switches_can_be_read(sim: Simulator) -> None:
    assert (sim.web_refusal_status, sim.web_dead_form, sim.web_maintenance) == (200, "401", None)
    assert (sim.web_refresh_revives, sim.network_blocked) == (True, False)


def test_throttling_takes_what_it_knows(sim: Simulator) -> None:
    with pytest.raises(ValueError, match="form"):
        sim.throttle_logins(1, "json")  # type: ignore[arg-type]
