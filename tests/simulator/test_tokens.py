"""The life of a token, and what the API makes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from librus_sdk import FeatureUnavailableError, LibrusSession
from librus_sdk.clients.api import SynergiaApiClient
from librus_sdk.simulator import Simulator
from tests.simulator.steps import Browser


def test_a_token_reaches_its_own_child_only(browser: Browser) -> None:
    seen = {browser.data("Me", child)["Me"]["User"]["FirstName"] for child in range(3)}
    assert seen == {child.name.split()[0] for child in browser.sim.children}
    own, other = (browser.data("Me", child)["Me"]["Account"]["UserId"] for child in (0, 1))
    token = browser.sim.token(browser.sim.children[0].id)
    assert browser.read(f"Users/{own}", token).status_code == 200
    assert browser.read(f"Users/{other}", token).status_code == 404


def test_all_tokens_die_on_command_and_one_childs_alone(browser: Browser) -> None:
    sim = browser.sim
    first, second, _ = sim.children
    sim.expire_child_tokens(first.id)
    assert browser.read("Grades", sim.token(first.id)).status_code == 401
    assert browser.read("Grades", sim.token(second.id)).status_code == 200
    sim.expire_child_tokens()
    assert browser.read("Grades", sim.token(second.id)).status_code == 401
    browser.sign_in()
    fresh = browser.fresh(second.login).json()["accessToken"]
    assert browser.read("Grades", fresh).status_code == 200


@pytest.mark.parametrize("revoke", [True, False])
def test_whether_a_fresh_token_kills_the_older_one(revoke: bool) -> None:
    with Simulator(revoke_on_refresh=revoke) as sim, Browser(sim) as browser:
        child, other = sim.children[:2]
        browser.sign_in()
        browser.fresh(child.login)
        assert sim.token(child.id, 1) != sim.token(child.id, 2) == sim.token(child.id)
        assert browser.read("Grades", sim.token(child.id, 1)).status_code == (401 if revoke else 200)
        assert browser.read("Grades", sim.token(child.id, 2)).status_code == 200
        assert browser.read("Grades", sim.token(other.id, 1)).status_code == 200


def test_tokens_die_of_age_by_the_given_clock() -> None:
    now = [1000.0]
    with (
        Simulator(token_lifetime=timedelta(minutes=30), clock=lambda: now[0]) as sim,
        Browser(sim) as browser,
    ):
        token = sim.token(sim.children[0].id)
        now[0] += 1799
        assert browser.read("Grades", token).status_code == 200
        now[0] += 1
        assert browser.read("Grades", token).status_code == 401
        assert [record.at for record in sim.requests] == [2799.0, 2800.0]


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer made-up"}, {"authorization": "Basic x"}])
def test_no_token_and_an_unknown_one_are_unauthorized(browser: Browser, header: dict[str, str]) -> None:
    answer = browser.http.get(f"{browser.sim.hosts.api}/Grades", headers=header)
    assert answer.status_code == 401
    assert answer.json() == {"Status": "Error", "Code": "TokenIsExpired", "Message": "Request is denied"}
    assert browser.sim.requests[-1].generation is None


def test_the_recorded_forms_of_a_401(browser: Browser) -> None:
    sim = browser.sim
    sim.expire_child_tokens()
    token = sim.token(sim.children[0].id)
    sim.unauthorized_form = "message"
    assert browser.read("Me", token).json() == {"Status": "Error", "Message": "Request is denied"}
    sim.unauthorized_form = "empty"
    assert browser.read("Me", token).content == b""
    with pytest.raises(ValueError, match="unauthorized_form"):
        sim.unauthorized_form = "other"  # type: ignore[assignment]


@pytest.mark.parametrize(("form", "key"), [("message", "Message"), ("code", "Code"), ("status", "Status")])
def test_a_denied_scope_is_a_401_with_a_live_token(browser: Browser, form: str, key: str) -> None:
    sim = browser.sim
    first, second, _ = sim.children
    sim.deny_scope("Grades", first.id, form=form)  # type: ignore[arg-type]
    for path in ("Grades", "Grades/Categories"):
        answer = browser.read(path, sim.token(first.id))
        assert answer.status_code == 401
        assert answer.json()[key] == "Insufficient scopes"
    assert sim.requests[-1].token_live
    assert browser.read("Grades", sim.token(second.id)).status_code == 200
    sim.allow_all()
    assert browser.read("Grades", sim.token(first.id)).status_code == 200


@pytest.mark.parametrize(
    ("module", "path", "code", "message"),
    [
        ("LuckyNumbers", "LuckyNumbers", "LuckyNumberIsNotActive", "Lucky number is not active."),
        ("Notes", "Notes/Categories", "NotesIsNotActive", "Access deny"),
        ("SchoolNotices", "SchoolNotices", "NoticeboardProblem", "Access deny"),
        ("Timetables", "Timetables?day=2026-03-11", "AccessDeny", "Student timetable is not public"),
        ("Messages", "Messages/Unread", "AccessDeny", "Access deny"),
        ("Attendances", "Attendances", "AccessDeny", "Access deny"),
        ("Auth", "Auth/Photos", "AccessDeny", "Access deny"),
    ],
)
def test_a_module_that_is_switched_off_has_its_code(
    browser: Browser, module: str, path: str, code: str, message: str
) -> None:
    sim = browser.sim
    sim.switch_off(module)
    answer = browser.read(path, sim.token(sim.children[0].id))
    assert (answer.status_code, answer.json()["Code"], answer.json()["Message"]) == (403, code, message)


@pytest.mark.parametrize("path", ["Grades/Averages", "PointGrades/Averages"])
def test_averages_that_are_switched_off_are_no_error(browser: Browser, path: str) -> None:
    assert "Status" not in browser.data(path)
    browser.sim.switch_off(path)
    answer = browser.data(path)
    assert (answer["Status"], "Averages" in answer) == ("Disabled", False)
    assert browser.data("Grades")["Grades"]


@pytest.mark.parametrize(
    ("module", "read"),
    [
        ("LuckyNumbers", lambda client: client.lucky_number.get()),
        ("Notes", lambda client: client.notes.list()),
        ("SchoolNotices", lambda client: client.announcements.list()),
        ("Timetables", lambda client: client.timetable.day(date(2026, 3, 11))),
        ("Grades/Averages", lambda client: client.grades.averages()),
        ("PointGrades/Averages", lambda client: client.grades.point_averages()),
    ],
)
def test_what_librus_reports_as_off_is_unavailable_to_a_client(
    sim: Simulator, module: str, read: Callable[[SynergiaApiClient], object]
) -> None:
    with LibrusSession(sim.credentials, hosts=sim.hosts) as session:
        client = session.for_child(sim.children[0].id)
        assert read(client) is not None
        sim.switch_off(module)
        with pytest.raises(FeatureUnavailableError):
            read(client)


def test_a_hidden_timetable_is_a_403_of_its_own(browser: Browser) -> None:
    sim = browser.sim
    sim.hide_timetable(sim.children[0].id)
    answer = browser.read("Timetables?weekStart=2026-03-09", sim.token(sim.children[0].id))
    assert answer.status_code == 403
    assert answer.json()["Message"] == "Student timetable is not public"
    assert browser.data("Timetables?weekStart=2026-03-09", 1)["Timetable"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("Grades/0", 404, "NotFound"),
        ("Nowhere", 404, "NotFound"),
        ("Timetables?weekStart=2026-03-10", 400, "InvalidRequest"),
        ("Timetables?weekStart=2026-03-9", 400, "InvalidRequest"),
        ("Timetables?day=yesterday", 400, "InvalidRequest"),
        ("Timetables?day=2026-03-10&weekStart=2026-03-09", 400, "InvalidRequest"),
        ("Timetables?weekStart=9999-12-27", 400, "InvalidRequest"),
        ("LuckyNumbers?forDay=soon", 400, "InvalidRequest"),
    ],
)
def test_bad_requests_have_their_codes(browser: Browser, path: str, status: int, code: str) -> None:
    answer = browser.read(path, browser.sim.token(browser.sim.children[0].id))
    assert (answer.status_code, answer.json()["Code"]) == (status, code)


def test_a_write_is_refused_by_its_method(browser: Browser) -> None:
    sim = browser.sim
    headers = {"authorization": f"Bearer {sim.token(sim.children[0].id)}"}
    answer = browser.http.post(f"{sim.hosts.api}/Grades", headers=headers, json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_averages_can_be_disabled_with_status_200(browser: Browser) -> None:
    sim = browser.sim
    assert browser.data("Grades/Averages", 0)["Averages"]
    off = browser.data("Grades/Averages", 1)
    assert off["Status"] == "Disabled"
    assert "Averages" not in off
    sim.set_averages(sim.children[1].id, shown=True)
    rows = browser.data("Grades/Averages", 1)["Averages"]
    subject = rows[0]["Subject"]["Id"]
    one = browser.data(f"Grades/Averages?subject={subject}", 1)["Averages"]
    assert {row["Subject"]["Id"] for row in one} == {subject}
    assert 0 < len(one) < len(rows)


def test_what_came_in_is_written_down(browser: Browser) -> None:
    sim = browser.sim
    child = sim.children[0]
    browser.read("Users/123?x=1", sim.token(child.id))
    record = sim.requests[-1]
    assert (record.endpoint, record.origin, record.method, record.path, record.query) == (
        "Users/{id}",
        "api",
        "GET",
        "/3.0/Users/123",
        "x=1",
    )
    assert (record.child_id, record.generation, record.token_live, record.status) == (child.id, 1, True, 404)
    assert record.headers["authorization"] == "<present>"
    assert sim.counts["Users/{id}"] == 1
    assert "token" not in repr(record).replace("token_live", "")
    assert child.login not in repr(sim.children)
    sim.reset_counts()
    assert not sim.counts
    assert not sim.requests


def test_the_list_of_secrets_has_everything_that_must_not_leak(browser: Browser) -> None:
    sim = browser.sim
    csrf = browser.open_form()
    browser.send_form(csrf)
    first = sim.token(sim.children[0].id)
    browser.fresh(sim.children[0].login)
    cookies = [cookie.value or "" for cookie in browser.http.cookies.jar]
    secrets = sim.secrets()
    assert {csrf, first, sim.token(sim.children[0].id), sim.credentials.password.reveal()} <= secrets
    assert {sim.credentials.email.reveal(), *(child.login for child in sim.children)} <= secrets
    assert len(cookies) == 2
    for cookie in cookies:
        assert any(secret in cookie for secret in secrets)
    assert {child.name for child in sim.children} < sim.personal()
    assert all(len(secret) > 6 for secret in secrets)


def test_the_environment_points_at_the_simulator(sim: Simulator) -> None:
    assert sim.environ() == {
        "LIBRUS_PORTAL_EMAIL": sim.credentials.email.reveal(),
        "LIBRUS_PORTAL_PASSWORD": sim.credentials.password.reveal(),
        "LIBRUS_PORTAL_URL": sim.hosts.portal,
        "LIBRUS_API_URL": sim.hosts.api,
        "LIBRUS_SYNERGIA_URL": sim.hosts.synergia,
        "LIBRUS_WIADOMOSCI_URL": sim.hosts.wiadomosci,
        "LIBRUS_BFF_URL": sim.hosts.bff,
        "LIBRUS_SANDBOX_URL": sim.hosts.sandbox,
    }


def test_an_unknown_child_is_named_as_such(sim: Simulator) -> None:
    for call in (sim.token, sim.unlink, sim.remove, sim.expire_child_tokens):
        with pytest.raises(KeyError, match="no child"):
            call("0")
    assert sim.today == date(2026, 3, 11)
