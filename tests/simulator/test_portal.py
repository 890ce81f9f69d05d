"""The portal's side: forms, cookies, refusals, the account list."""

from __future__ import annotations

import httpx2
import pytest

from librus_sdk.simulator import Simulator
from tests.simulator.steps import Browser, csrf_of


def test_signing_in_ends_on_the_shell_page_and_opens_the_json_api(sim: Simulator, browser: Browser) -> None:
    answer = browser.sign_in()
    assert (answer.status_code, answer.url.path) == (200, "/rodzina/home")
    assert [hop.status_code for hop in answer.history] == [302]
    me = browser.portal("Me").json()
    assert me["email"] == sim.credentials.email.reveal()
    assert isinstance(me["identifier"], int)
    assert sim.counts == {"login_page": 1, "login": 1, "home": 1, "me": 1}


def test_without_a_session_the_json_api_says_401(browser: Browser) -> None:
    for path in ("Me", "SynergiaAccounts", f"SynergiaAccounts/fresh/{browser.sim.children[0].login}"):
        answer = browser.portal(path)
        assert answer.status_code == 401
        assert answer.json() == {
            "message": "Access token is invalid",
            "hint": "Error while decoding to JSON",
        }


def test_an_open_form_is_no_session(browser: Browser) -> None:
    browser.open_form()
    assert browser.portal("Me").status_code == 401


@pytest.mark.parametrize("csrf", [None, "", "made-up"])
def test_a_form_without_its_csrf_value_is_refused(browser: Browser, csrf: str | None) -> None:
    browser.open_form()
    answer = browser.send_form(csrf)
    assert answer.status_code == 419
    assert "Sesja logowania wygasła" in answer.text
    assert browser.portal("Me").status_code == 401


def test_a_csrf_value_is_good_once(browser: Browser) -> None:
    csrf = browser.open_form()
    browser.send_form(csrf, password="wrong")
    assert browser.send_form(csrf).status_code == 419


def test_a_csrf_value_belongs_to_its_cookie(sim: Simulator, browser: Browser) -> None:
    csrf = browser.open_form()
    with Browser(sim) as other:
        other.open_form()
        assert other.send_form(csrf).status_code == 419
    with Browser(sim) as without_cookie:
        assert without_cookie.send_form(csrf).status_code == 419


def test_decoys_are_no_csrf_values(browser: Browser) -> None:
    page = browser.http.get(f"{browser.sim.hosts.portal}/konto-librus/login").text
    assert page.count("_token_hint") == 2
    for decoy in ("decoy", "decoy-2", "from-a-script", "from-a-comment"):
        assert decoy in page
        browser.open_form()
        assert browser.send_form(decoy).status_code == 419


def test_two_sign_ins_on_one_jar_make_one_of_them_fail(browser: Browser) -> None:
    first, second = browser.open_form(), browser.open_form()
    assert browser.send_form(first).status_code == 419
    assert browser.send_form(second).status_code == 200
    assert browser.portal("Me").status_code == 200


def test_two_first_visits_at_once_leave_the_cookie_of_the_later_one(sim: Simulator) -> None:
    """Both pages are asked for before either cookie is known, as two threads with one jar do."""
    with Browser(sim) as one, Browser(sim) as two:
        first, second = one.open_form(), two.open_form()
        one.http.cookies = two.http.cookies
        assert one.send_form(first).status_code == 419
        assert one.send_form(second).status_code == 200


def test_the_session_cookie_changes_with_every_answer_and_older_values_stay_good(browser: Browser) -> None:
    browser.sign_in()
    name = "librus_portal_session"
    values = []
    for _ in range(3):
        browser.portal("Me")
        values.append(browser.http.cookies[name])
    assert len(set(values)) == 3
    first = httpx2.get(
        f"{browser.sim.hosts.portal}/api/v3/Me", headers={"cookie": f"{name}={values[0]}"}, trust_env=False
    )
    assert first.status_code == 200


def test_signing_in_renames_the_session_and_voids_the_old_cookie(browser: Browser) -> None:
    csrf = browser.open_form()
    before = browser.http.cookies["librus_portal_session"]
    browser.send_form(csrf)
    old = httpx2.get(
        f"{browser.sim.hosts.portal}/api/v3/Me",
        headers={"cookie": f"librus_portal_session={before}"},
        trust_env=False,
    )
    assert old.status_code == 401
    assert browser.portal("Me").status_code == 200


@pytest.mark.parametrize(
    ("email", "text"),
    [
        (None, "Podany adres e-mail jest nieprawidłowy."),
        ("somebody@example.org", "Podany adres e-mail jest nieprawidłowy."),
        ("1234567u", "Upewnij się, że nie"),
    ],
)
def test_a_refusal_ends_on_a_200_page_with_its_text(browser: Browser, email: str | None, text: str) -> None:
    answer = browser.send_form(browser.open_form(), email=email, password="wrong")
    assert (answer.status_code, answer.url.path) == (200, "/konto-librus/login")
    assert text in answer.text
    assert csrf_of(answer)
    assert browser.portal("Me").status_code == 401


def test_the_page_after_a_refusal_is_a_form_that_works(browser: Browser) -> None:
    refused = browser.send_form(browser.open_form(), password="wrong")
    assert browser.send_form(csrf_of(refused)).url.path == "/rodzina/home"


def test_repeated_wrong_passwords_bring_a_captcha_that_the_right_one_does_not_pass(browser: Browser) -> None:
    pages = [browser.send_form(browser.open_form(), password="wrong").text for _ in range(5)]
    assert ["g-recaptcha" in page for page in pages] == [False] * 4 + [True]
    right = browser.sign_in()
    assert right.status_code == 200
    assert "captchaValidate" in right.text
    assert "robotem" in right.text
    assert browser.portal("Me").status_code == 401
    browser.sim.reset_captcha()
    assert browser.sign_in().url.path == "/rodzina/home"


def test_a_right_password_forgives_the_wrong_ones(browser: Browser) -> None:
    for _ in range(2):
        for _ in range(4):
            browser.send_form(browser.open_form(), password="wrong")
        assert browser.sign_in().url.path == "/rodzina/home"


def test_a_changed_password_ends_the_session_and_the_old_one_is_refused(browser: Browser) -> None:
    sim = browser.sim
    old = sim.credentials.password.reveal()
    browser.sign_in()
    sim.change_password()
    assert sim.credentials.password.reveal() != old
    assert browser.portal("Me").status_code == 401
    assert browser.send_form(browser.open_form(), password=old).url.path == "/konto-librus/login"
    assert browser.sign_in().url.path == "/rodzina/home"


def test_expired_portal_sessions_need_a_new_sign_in(browser: Browser) -> None:
    browser.sign_in()
    browser.sim.expire_portal_session()
    assert browser.portal("SynergiaAccounts").status_code == 401
    browser.sign_in()
    assert browser.portal("SynergiaAccounts").status_code == 200


def test_account_rows_differ_as_live_ones_do(browser: Browser) -> None:
    browser.sign_in()
    answer = browser.portal("SynergiaAccounts").json()
    assert isinstance(answer["lastModification"], int)
    rows = answer["accounts"]
    assert [row.get("scopes", "absent") for row in rows][:2] == ["", "absent"]
    assert isinstance(rows[2]["scopes"], list)
    for row, child in zip(rows, browser.sim.children, strict=True):
        assert row["id"] == int(child.id)
        assert row["accessToken"] == browser.sim.token(child.id)
        assert (row["login"], row["studentName"]) == (child.login, child.name)
        assert row["state"] == "active"


def test_fresh_answers_one_bare_account_with_a_new_token(browser: Browser) -> None:
    browser.sign_in()
    child = browser.sim.children[1]
    before = browser.sim.token(child.id)
    answer = browser.fresh(child.login).json()
    assert answer["id"] == int(child.id)
    assert answer["accessToken"] == browser.sim.token(child.id) != before
    listed = browser.portal("SynergiaAccounts").json()["accounts"]
    assert answer["accessToken"] in [row["accessToken"] for row in listed]


def test_an_unlinked_child_asks_for_an_action_and_a_removed_one_is_unknown(browser: Browser) -> None:
    sim = browser.sim
    first, second, _ = sim.children
    browser.sign_in()
    sim.unlink(first.id)
    sim.remove(second.id)
    assert browser.read("Grades", sim.token(first.id)).status_code == 401
    assert browser.fresh(first.login).status_code == 403
    assert browser.fresh(first.login).json()["reason"] == "requires_an_action"
    assert browser.fresh(second.login).status_code == 404
    assert browser.fresh(second.login).json() == {"message": "Account not found"}
    rows = {str(row["id"]): row["state"] for row in browser.portal("SynergiaAccounts").json()["accounts"]}
    assert rows == {first.id: "requires_an_action", sim.children[2].id: "active"}
    sim.link(first.id)
    assert browser.fresh(first.login).status_code == 200


def test_a_login_is_one_encoded_segment_whatever_is_in_it() -> None:
    with Simulator(children=2, odd_logins=True) as sim, Browser(sim) as browser:
        browser.sign_in()
        for child in sim.children:
            assert "/" in child.login
            assert browser.fresh(child.login).json()["id"] == int(child.id)
        assert [record.child_id for record in sim.requests if record.endpoint == "fresh"] == [
            child.id for child in sim.children
        ]


def test_the_portal_and_the_api_are_two_origins(browser: Browser) -> None:
    sim = browser.sim
    token = sim.token(sim.children[0].id)
    portal = httpx2.get(
        f"{sim.hosts.portal}/3.0/Me", headers={"authorization": f"Bearer {token}"}, trust_env=False
    )
    assert portal.status_code == 404
    astray = sim.requests[-1]
    assert (astray.origin, astray.headers["authorization"]) == ("portal", "<present>")
    assert browser.read("../konto-librus/login", token).status_code == 404


def test_a_wrong_method_is_refused(browser: Browser) -> None:
    assert browser.http.post(f"{browser.sim.hosts.portal}/api/v3/Me").status_code == 405
