"""Commands with a login issued by the school, which has one child and no family account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest

from librus_sdk import LibrusSession, SynergiaApiClient
from librus_sdk.simulator import Simulator
from tests.cli.conftest import SCHOOL_DAY, Cli, Result, first, monday, nameless
from tests.cli.reads import GATEWAY_READS, READS, Read

REFUSED: Final = {
    "lucky-number get --for-day": ("API_REQUEST_FAILED", "leave --for-day out"),
    "grades descriptive-text": ("API_REQUEST_FAILED", "Librus knows nothing under this address"),
    "notifications center": ("UNSUPPORTED_BACKEND", "librus notifications center needs the family account"),
    "timetable teacher-free-days": ("API_REQUEST_FAILED", "does not let this account read this"),
}
"""What Librus does not tell such a login, and what the command says then."""


@pytest.fixture(scope="module")
def client(calm: Simulator) -> Iterator[SynergiaApiClient]:
    credentials = calm.gateway_credentials(first(calm))
    with LibrusSession.from_gateway_credentials(credentials, hosts=calm.hosts) as session:
        yield session.for_child()


def run(cli: Cli, sim: Simulator, *argv: str, **env: str) -> Result:
    """Run a command with the eldest child's own login. A family's choice of a child does not matter."""
    environ = {
        **dict.fromkeys(("LIBRUS_PORTAL_EMAIL", "LIBRUS_PORTAL_PASSWORD"), ""),
        **sim.gateway_environ(),
    }
    return cli(*argv, env={**environ, "LIBRUS_CHILD": "nobody", **env})


def words(read: Read, argv: list[str]) -> str:
    return " ".join([read.name, *(word for word in argv if word == "--for-day")])


@pytest.mark.parametrize("read", READS, ids=str)
def test_every_read_is_shown_without_a_name_it_does_not_know(cli: Cli, calm: Simulator, read: Read) -> None:
    argv = read.argv(calm)
    if words(read, argv) in REFUSED:
        code, said = REFUSED[words(read, argv)]
        result = run(cli, calm, *argv, "--format", "json")
        assert (result.status, result.out, result.error["code"]) == (1, "", code)
        assert said in result.error["message"]
        return
    for columns in (80, 140):
        result = run(cli, calm, *argv, COLUMNS=str(columns))
        assert (result.status, result.err) == (0, "")
        assert max(map(len, result.out.splitlines())) <= columns
        assert "None" not in result.out
        assert read.ids or "#" not in result.out
        assert "of the student" not in result.out


@pytest.mark.parametrize("read", [read for read in READS if not read.name.startswith("messages")], ids=str)
def test_json_is_the_answer_as_the_gateway_sent_it(
    cli: Cli, calm: Simulator, client: SynergiaApiClient, read: Read
) -> None:
    argv = read.argv(calm)
    if words(read, argv) in REFUSED:
        return
    options = read.options(calm)
    names = {"--week-start": "weekStart", "--day": "day", "--date-from": "dateFrom"}
    query = {names[name]: value for name, value in options.items() if name in names}
    sent = client.get(read.path.format(id=options.get("--id")), {**read.query, **query})
    before = calm.counts[f"gateway/{read.path}"]
    result = run(cli, calm, *argv, "--format", "json")
    assert (result.status, result.err) == (0, "")
    assert list(result.json) == ["data"]
    assert calm.counts[f"gateway/{read.path}"] == before + (2 if read.path == "Auth/TokenInfo" else 1)
    if read.path == "SystemData":
        assert result.json["data"].keys() == sent.keys()
    else:
        assert result.json["data"] == sent


def test_the_overview(cli: Cli, calm: Simulator) -> None:
    result = run(cli, calm, "overview", "--day", str(SCHOOL_DAY))
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines()[0] == "Overview, pon. 23.11.2026"
    told = run(cli, calm, "overview", "--day", str(SCHOOL_DAY), "--format", "json").json
    assert list(told) == ["data"]
    assert told["data"]["grades"]["state"] == "ok"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["me", "--child", "5"], "--child is for the family account"),
        (["overview", "--child", "5"], "--child is for the family account"),
        (["changes", "register", "--child", "5"], "--child is for the family account"),
        (["overview", "--all"], "--all is for the family account"),
        (["children", "list"], "librus children list needs the family account"),
        (["changes", "register"], "librus changes register needs the family account"),
        (["changes", "list", "--device", "5"], "librus changes list needs the family account"),
        (
            ["changes", "acknowledge", "--device", "5", "--id", "6"],
            "librus changes acknowledge needs the family account",
        ),
    ],
)
def test_what_needs_the_family_account_says_so_and_asks_nobody(
    cli: Cli, sim: Simulator, argv: list[str], said: str
) -> None:
    result = run(cli, sim, *argv, "--format", "json")
    assert (result.status, result.out) == (1, "")
    assert result.error["code"] == "UNSUPPORTED_BACKEND"
    assert result.error["message"].startswith(said)
    assert "LibrusSession" not in result.err
    assert not sim.counts


def test_a_child_that_is_chosen_is_told_to_be_left_out(cli: Cli, calm: Simulator) -> None:
    message = run(cli, calm, "me", "--child", "5", "--format", "json").error["message"]
    assert message.endswith("Such a login has one child: leave --child out.")


def test_an_attachment_is_saved(cli: Cli, calm: Simulator) -> None:
    rows = run(cli, calm, "homework", "assignments", "--format", "json").json["data"]["HomeWorkAssignments"]
    files = [(row["Id"], file) for row in rows for file in row["HomeworkAssigmentFiles"]]
    homework, file = files[0]
    attachment = f"{homework}-{file['Id']}"
    result = run(cli, calm, "homework", "attachment", "--id", attachment, "--output", "a", "--format", "json")
    assert (result.status, result.err) == (0, "")
    assert list(result.json) == ["data"]
    assert result.json["data"]["bytes"] > 0


def test_a_wrong_password_is_told_once_and_tried_once(cli: Cli, sim: Simulator) -> None:
    result = run(cli, sim, "grades", "list", "--format", "json", LIBRUS_GATEWAY_PASSWORD="wrong")
    assert (result.status, result.error["code"]) == (1, "AUTHENTICATION_FAILED")
    assert "wrong" not in result.err
    assert sim.counts["web.login"] == 1


def test_no_secret_is_shown_however_talkative(cli: Cli, sim: Simulator) -> None:
    sim.fail("gateway/Me", status=500, times=None, retry_after=0)
    for read in (*READS[:12], *GATEWAY_READS):
        result = run(cli, sim, *read.argv(sim), "--verbose")
        assert "gateway/" in result.err or "kindergarten" in result.err
        assert not [secret for secret in sim.secrets() if secret in result.out + result.err], read
        assert not [name for name in sim.personal() if name in result.err], read


def test_missing_variables_are_named(cli: Cli, sim: Simulator) -> None:
    message = run(cli, sim, "me", "--format", "json", LIBRUS_GATEWAY_PASSWORD="").error["message"]
    assert "LIBRUS_GATEWAY_PASSWORD is empty" in message
    assert not sim.counts


# --- excuses, of which the gateway tells more --------------------------------------------------------------


def excuse(**other: Any) -> dict[str, Any]:
    return {"id": 7, "dateFrom": "2026-11-09", "dateTo": "2026-11-10", **other}


@pytest.mark.parametrize(
    ("sent", "cells"),
    [
        (excuse(), ["7", "pon. 09.11 - wt. 10.11", "all", "—", "—"]),
        (
            excuse(
                dateTo="2026-11-09",
                lessons=[{"number": 2, "date": "2026-11-09"}, {"number": 1, "date": "2026-11-09"}],
                justificationStatus="accept",
                postDate="2026-11-11 08:30:00",
            ),
            ["7", "pon. 09.11", "2", "accepted", "śr. 11.11 08:30"],
        ),
        (excuse(justificationStatus="odd"), ["7", "pon. 09.11 - wt. 10.11", "all", "odd", "—"]),
    ],
)
def test_the_list_of_excuses(cli: Cli, sim: Simulator, sent: dict[str, Any], cells: list[str]) -> None:
    sim.fail("gateway/Justifications", body={"status": "OK", "data": [sent]}, times=None)
    row = run(cli, sim, "justifications", "list").out.splitlines()[-1]
    assert [part.strip() for part in row.split("  ") if part.strip()] == cells


def test_one_excuse(cli: Cli, calm: Simulator) -> None:
    listed = run(cli, calm, "justifications", "list", "--format", "json").json["data"]["data"]
    out = run(cli, calm, "justifications", "get", "--id", str(listed[0]["id"])).out
    assert out.rstrip().endswith(listed[0]["messageFromParent"])
    assert listed[0]["notifiedTeachers"][0]["name"] in out
    begins = date.fromisoformat(listed[0]["dateFrom"])
    assert f"{begins:%d.%m.%Y}" in out
    assert "accepted" in out


def test_lessons_of_an_excuse_are_told_day_by_day(cli: Cli, sim: Simulator) -> None:
    lessons: list[dict[str, Any]] = [
        {"number": 2, "date": "2026-11-10"},
        {"number": 3, "date": "2026-11-09"},
        {"number": 1, "date": "2026-11-09"},
        {"number": 9},
        {"date": "2026-11-09"},
    ]
    sim.fail("gateway/Justifications/{id}", body={"data": [excuse(lessons=lessons)]}, times=None)
    out = run(cli, sim, "justifications", "get", "--id", "7").out
    assert "lessons pon. 09.11: 1, 3 wt. 10.11: 2 —: 9 state" in " ".join(out.split())


def test_an_excuse_of_which_little_is_known(cli: Cli, sim: Simulator) -> None:
    sim.fail("gateway/Justifications/{id}", body={"data": [excuse(dateTo="2026-11-09")]}, times=None)
    out = run(cli, sim, "justifications", "get", "--id", "7").out
    found = {line[2:19].strip(): line[19:].strip() for line in out.splitlines()[2:9]}
    assert found == {
        "for": "pon. 09.11.2026",
        "lessons": "all",
        "state": "—",
        "absences excused": "—",
        "sent": "—",
        "teachers told": "—",
        "with a file": "—",
    }


def test_a_lookup_that_fails_costs_names(cli: Cli, sim: Simulator) -> None:
    sim.fail("gateway/Users", status=404, times=None)
    result = run(cli, sim, "grades", "list")
    assert (result.status, result.err) == (0, nameless("People"))
    assert "#" in result.out


def test_the_lucky_number_of_a_day_is_refused_in_words(cli: Cli, sim: Simulator) -> None:
    message = run(cli, sim, "lucky-number", "get", "--for-day", monday(sim), "--format", "json").error[
        "message"
    ]
    assert "With a login issued by the school" in message
    sim.fail("LuckyNumbers", status=403, times=None)
    result = cli("lucky-number", "get", "--for-day", monday(sim), "--child", first(sim), sim=sim)
    assert "With a login" not in result.err
    assert json.loads(run(cli, sim, "lucky-number", "get", "--format", "json").out)["data"]
