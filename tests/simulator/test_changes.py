"""The change feed: registering, asking, confirming, and what an entry points at."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.simulator import Simulator
from tests.simulator.steps import Browser


class Feed:
    """A program that asks for the changes of one child."""

    def __init__(self, browser: Browser, child: int = 0, base: str = "/3.0") -> None:
        self.browser = browser
        self.child = browser.sim.children[child].id
        self.api = browser.sim.hosts.api.removesuffix("/3.0") + base
        self.device = ""

    def ask(self, method: str, path: str, **options: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.browser.sim.token(self.child)}"}
        return self.browser.http.request(method, f"{self.api}/{path}", headers=headers, **options)

    def register(self, **more: Any) -> Feed:
        answer = self.ask("POST", "ChangeRegister", json={"sendPush": 0, "appVersion": "7.0.0", **more})
        assert answer.status_code == 200, answer.json()
        self.device = str(answer.json()["ChangeRegister"]["Id"])
        return self

    def poll(self) -> dict[str, Any]:
        answer = self.ask("GET", f"PushChanges?pushDevice={self.device}")
        assert answer.status_code == 200, answer.json()
        return dict(answer.json())

    @property
    def changes(self) -> list[dict[str, Any]]:
        return list(self.poll()["Changes"])

    def confirm(self, *ids: object) -> httpx2.Response:
        listed = ",".join(map(str, ids))
        return self.ask("DELETE", f"PushChanges/{listed}?pushDevice={self.device}")

    def read(self, url: str) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.browser.sim.token(self.child)}"}
        return self.browser.http.get(url, headers=headers)


@pytest.fixture
def feed(browser: Browser) -> Feed:
    return Feed(browser).register()


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["Code"]


# --- registering -------------------------------------------------------------------------------------------


def test_registering_gives_a_device(browser: Browser) -> None:
    answer = Feed(browser).ask("POST", "ChangeRegister", json={"sendPush": 0, "appVersion": "5.9.0"})
    row = answer.json()["ChangeRegister"]
    assert row["Url"] == f"{browser.sim.hosts.api}/ChangeRegister/{row['Id']}"
    assert browser.sim.counts == {"ChangeRegister": 1}


def test_a_form_registers_as_well(browser: Browser) -> None:
    form = {"provider": "FCM", "device": "a-telephone", "sendPush": "1", "appVersion": "4"}
    assert Feed(browser).ask("POST", "ChangeRegister", data=form).status_code == 200
    # The same telephone once more is known already; another child's is another one.
    again = Feed(browser).ask("POST", "ChangeRegister", data=form)
    assert refusal(again) == (400, "DeviceRegistered")
    assert Feed(browser, 1).ask("POST", "ChangeRegister", data=form).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[1]",
        b"{",
        b'{"sendPush": 0}',
        b'{"appVersion": "7.0.0"}',
        b'{"sendPush": 2, "appVersion": "7.0.0"}',
        b'{"sendPush": [], "appVersion": "7.0.0"}',
    ],
)
def test_a_body_that_lacks_something_is_refused(browser: Browser, body: bytes) -> None:
    answer = Feed(browser).ask("POST", "ChangeRegister", content=body)
    assert refusal(answer) == (400, "InvalidRequest")


def test_reading_the_register_is_an_invalid_request(feed: Feed) -> None:
    assert refusal(feed.ask("GET", "ChangeRegister")) == (400, "InvalidRequest")
    assert feed.ask("PUT", "PushChanges").status_code == 405


# --- asking ------------------------------------------------------------------------------------------------


def test_a_new_device_has_nothing_to_tell(feed: Feed) -> None:
    answer = feed.poll()
    assert answer["Changes"] == []
    assert isinstance(answer["ChangesTimestamp"], int)


def test_an_entry_points_at_a_row_that_is_there(sim: Simulator, feed: Feed) -> None:
    row_id = sim.change(feed.child)
    (entry,) = feed.changes
    assert set(entry) == {"Id", "Resource", "Type", "AddDate", "extraData"}
    assert (entry["Type"], entry["Resource"]["Type"], str(entry["Resource"]["Id"])) == (
        "Add",
        "Grades",
        row_id,
    )
    assert entry["AddDate"].startswith(sim.today.isoformat())
    row = feed.read(entry["Resource"]["Url"])
    assert row.status_code == 200
    assert str(row.json()["Grade"]["Id"]) == row_id


@pytest.mark.parametrize(
    "resource",
    ["Grades", "Attendances", "HomeWorks", "Notes", "SchoolNotices", "Messages", "Calendars/Substitutions"],
)
def test_entries_of_all_kinds_can_be_read(sim: Simulator, feed: Feed, resource: str) -> None:
    sim.change(feed.child, resource, "Edit")
    (entry,) = feed.changes
    assert feed.read(entry["Resource"]["Url"]).status_code == 200


def test_ids_are_numbers_and_texts(sim: Simulator, feed: Feed) -> None:
    for _ in range(4):
        sim.change(feed.child)
    entries = feed.changes
    assert [type(entry["Id"]) for entry in entries] == [int, str, int, str]
    assert len({str(entry["Id"]) for entry in entries}) == 4


def test_asking_takes_nothing_away(sim: Simulator, feed: Feed) -> None:
    sim.change(feed.child)
    assert feed.changes == feed.changes != []


def test_every_device_of_the_child_gets_what_happens_after_it_came(
    sim: Simulator, browser: Browser, feed: Feed
) -> None:
    sim.change(feed.child)
    second, sibling = Feed(browser).register(), Feed(browser, 1).register()
    sim.change(feed.child, "Notes")
    assert [entry["Resource"]["Type"] for entry in feed.changes] == ["Grades", "Notes"]
    assert [entry["Resource"]["Type"] for entry in second.changes] == ["Notes"]
    assert sibling.changes == []


@pytest.mark.parametrize(
    ("device", "code"),
    [
        ("?pushDevice=123", "UnableToGetPushDevice"),
        ("?pushDevice=abc", "FilterInvalidValue"),
        ("?pushDevice=", "FilterInvalidValue"),
        ("?pushDevice=-1", "FilterInvalidValue"),
        ("", "FilterInvalidValue"),
    ],
)
def test_a_device_that_is_none(feed: Feed, device: str, code: str) -> None:
    assert refusal(feed.ask("GET", f"PushChanges{device}")) == (400, code)
    assert refusal(feed.ask("DELETE", f"PushChanges/1{device}")) == (400, code)


def test_a_siblings_device_is_refused(browser: Browser, feed: Feed) -> None:
    sibling = Feed(browser, 1)
    sibling.device = feed.device
    answer = sibling.ask("GET", f"PushChanges?pushDevice={feed.device}")
    assert refusal(answer) == (400, "UnableToGetPushDevice")
    assert refusal(sibling.confirm(1)) == (400, "UnableToGetPushDevice")


def test_without_a_token_there_is_no_feed(browser: Browser, feed: Feed) -> None:
    url = f"{browser.sim.hosts.api}/PushChanges?pushDevice={feed.device}"
    assert browser.http.get(url).status_code == 401


# --- confirming --------------------------------------------------------------------------------------------


def test_confirmed_entries_do_not_come_back(sim: Simulator, browser: Browser, feed: Feed) -> None:
    second = Feed(browser).register()
    for _ in range(3):
        sim.change(feed.child)
    first, middle, last = (entry["Id"] for entry in feed.changes)
    assert feed.confirm(first, last).status_code == 200
    assert [entry["Id"] for entry in feed.changes] == [middle]
    assert feed.confirm(first, last).status_code == 200
    assert len(second.changes) == 3
    assert sim.counts["PushChanges/{ids}"] == 2


def test_at_most_thirty_are_confirmed_at_once(sim: Simulator, feed: Feed) -> None:
    for _ in range(31):
        sim.change(feed.child)
    ids = [entry["Id"] for entry in feed.changes]
    assert refusal(feed.confirm(*ids)) == (400, "InvalidRequest")
    assert len(feed.changes) == 31
    assert feed.confirm(*ids[:30]).status_code == 200
    assert [entry["Id"] for entry in feed.changes] == ids[30:]
    assert refusal(feed.confirm("abc")) == (400, "InvalidRequest")


# --- what is gone ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("resource", "code"), [("SchoolNotices", "NoticeNotFound"), ("Grades", "NotFound")])
def test_a_row_that_was_deleted_is_gone(
    sim: Simulator, browser: Browser, feed: Feed, resource: str, code: str
) -> None:
    before = {str(row["Id"]) for row in browser.data(resource)[resource]}
    row_id = sim.change(feed.child, resource, "Delete")
    (entry,) = feed.changes
    assert entry["Type"] == "Delete"
    assert feed.read(entry["Resource"]["Url"]).json()["Code"] == code
    assert before - {str(row["Id"]) for row in browser.data(resource)[resource]} == {row_id}
    # It is the child's row that is gone, and it can come back.
    assert sim.change(feed.child, resource, "Delete") != row_id
    sim.change(feed.child, resource, "Add", row_id)
    assert feed.read(entry["Resource"]["Url"]).status_code == 200


def test_a_siblings_notice_stays(sim: Simulator, browser: Browser, feed: Feed) -> None:
    row_id = sim.change(feed.child, "SchoolNotices", "Delete")
    assert browser.data(f"SchoolNotices/{row_id}", 1)["SchoolNotice"]["Id"] == row_id


def test_what_cannot_have_changed(sim: Simulator) -> None:
    child = sim.children[0].id
    with pytest.raises(KeyError, match="no child"):
        sim.change("0")
    with pytest.raises(KeyError, match="no such row"):
        sim.change(child, resource_id="0")
    with pytest.raises(LibrusConfigurationError, match="no list 'Timetables'"):
        sim.change(child, "Timetables")
    with pytest.raises(ValueError, match="kind must be"):
        sim.change(child, kind="Remove")  # type: ignore[arg-type]


# --- the older version -------------------------------------------------------------------------------------


def test_the_older_version_works_alike(sim: Simulator, browser: Browser) -> None:
    older = Feed(browser, base="/2.0").register()
    newer = Feed(browser)
    newer.device = older.device
    row_id = sim.change(older.child)
    (entry,), (same,) = older.changes, newer.changes
    assert entry["Id"] == same["Id"]
    assert entry["Resource"]["Url"] == f"{older.api}/Grades/{row_id}"
    assert same["Resource"]["Url"] == f"{newer.api}/Grades/{row_id}"
    assert older.read(entry["Resource"]["Url"]).json()["Grade"] is not None
    assert older.confirm(entry["Id"]).status_code == 200
    assert newer.changes == []
    assert refusal(older.ask("GET", "ChangeRegister")) == (400, "InvalidRequest")
