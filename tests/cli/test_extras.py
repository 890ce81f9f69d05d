"""Commands that only a login issued by the school can run."""

from __future__ import annotations

import os
import stat
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from librus_sdk import LibrusSession
from librus_sdk.cli._days import today
from librus_sdk.simulator import Simulator
from tests.cli.conftest import SCHOOL_DAY, Cli, Result, first
from tests.cli.reads import GATEWAY_READS, Read

PARTIAL = "gateway/Auth/DescriptiveGradingSystem/PartialGrades/Student/{id}"


def youngest(sim: Simulator) -> str:
    """The id of a child of the first classes."""
    return min(sim.children, key=lambda child: child.class_name).id


def run(cli: Cli, sim: Simulator, *argv: str, child: str | None = None, **env: str) -> Result:
    return cli(*argv, env={**sim.gateway_environ(child), **env})


def sent(sim: Simulator, path: str, query: dict[str, str] | None = None) -> Any:
    credentials = sim.gateway_credentials(first(sim))
    with LibrusSession.from_gateway_credentials(credentials, hosts=sim.hosts) as session:
        return session.for_child().get(path, query)


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def kindergarten(sim: Simulator) -> Simulator:
    sim.kindergarten(first(sim))
    return sim


@pytest.mark.parametrize("read", GATEWAY_READS, ids=str)
def test_the_family_account_is_told_what_is_needed_before_anybody_signs_in(
    cli: Cli, sim: Simulator, read: Read
) -> None:
    for env in (sim.environ(), {}):
        result = cli(*read.name.split(), "--format", "json", env=env)
        assert (result.status, result.out, result.error["code"]) == (1, "", "UNSUPPORTED_BACKEND")
        assert result.error["message"].startswith(f"librus {read.name} needs a login issued by the school")
        assert "LIBRUS_GATEWAY_LOGIN" in result.error["message"]
    assert not sim.counts


@pytest.mark.parametrize("read", GATEWAY_READS, ids=str)
def test_text_fits_and_json_is_what_was_sent(cli: Cli, sim: Simulator, read: Read) -> None:
    if read.name == "timetable kindergarten":
        sim.kindergarten(first(sim))
    argv = read.argv(sim)
    for columns in (80, 140):
        result = run(cli, sim, *argv, COLUMNS=str(columns))
        assert (result.status, result.err) == (0, "")
        assert max(map(len, result.out.splitlines())) <= columns
        assert "None " not in result.out.replace("None yet", "")
        assert "#" not in result.out
        assert "LID-" not in result.out
    result = run(cli, sim, *argv, "--format", "json")
    assert (result.status, result.err) == (0, "")
    assert list(result.json) == ["data"]
    if "{" not in read.path and not read.options(sim):
        assert result.json["data"] == sent(sim, read.path)


def test_an_option_of_a_child_is_none_of_theirs(cli: Cli, sim: Simulator) -> None:
    assert run(cli, sim, "school", "units", "--child", "5", "--format", "json").error["code"] == (
        "CLI_USAGE_ERROR"
    )


# --- the school -------------------------------------------------------------------------------------------


def test_the_parts_of_the_school(cli: Cli, sim: Simulator) -> None:
    unit = sent(sim, "Units")["Units"][0]
    out = run(cli, sim, "school", "units").out
    assert out.startswith(f"{unit['Name']}\n")
    assert "marks, points, skill by skill, in words" in out
    assert "100 in semester 1, 100 in semester 2" in out
    assert "08:00-08:45" in out


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "The school shows none."),
        ([{}], "A unit without a name short — grades —"),
        ([{"Name": "SP", "GradesSettings": {}}], "SP short — grades —"),
        ([{"GradesSettings": {"AllowOverrangePointGrades": True}}], "points above the most yes"),
        (
            [{"BehaviourGradesSettings": {"StartPoints": {"Semester1": 50, "Semester2": 20.5}}}],
            "behaviour starts with 50 in semester 1, 20.5 in semester 2",
        ),
    ],
)
def test_units_of_which_little_is_known(cli: Cli, sim: Simulator, body: list[Any], said: str) -> None:
    sim.fail("gateway/Units", body={"Units": body}, times=None)
    assert said in plain(run(cli, sim, "school", "units").out)


def test_trips_that_are_coming_stand_apart(cli: Cli, sim: Simulator) -> None:
    day = today()
    trips = [
        {
            "destination": "Morze", "locomotion": "pociąg", "coordinatorName": "Jan Nowak",
            "termFrom": str(day + timedelta(days=3)), "termTo": str(day + timedelta(days=5)),
        },
        {"route": "Tam i z powrotem", "creatorName": "Ola", "creatorLastName": "Kos", "termTo": "2020-01-07"},
        {},
    ]  # fmt: skip
    sim.fail("gateway/SchoolTrips", body={"Data": trips}, times=1)
    coming, past = run(cli, sim, "school", "trips").out.split("\nPast\n")
    assert "Morze" in coming
    assert "pociąg" in coming
    assert "Jan Nowak" in coming
    assert "Tam i z powrotem" in past
    assert "Ola Kos" in past
    sim.fail("gateway/SchoolTrips", body={"Data": []}, times=1)
    assert "There are none." in run(cli, sim, "school", "trips").out


def test_documents_and_one_of_them_saved(cli: Cli, sim: Simulator) -> None:
    rows = sent(sim, "SchoolFiles")["Data"]
    out = run(cli, sim, "school", "files").out
    assert all(f"{row['id']}  {row['displayName']}" in out for row in rows)
    number = str(rows[0]["id"])
    result = run(cli, sim, "school", "file", "--id", number, "--output", "a.pdf")
    assert (result.status, result.err) == (0, "")
    assert rows[0]["displayName"] in result.out
    saved = Path("a.pdf")
    if os.name == "posix":
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    again = run(cli, sim, "school", "file", "--id", number, "--output", "a.pdf", "--format", "json")
    assert again.error["message"] == "The file that --output names exists; --force replaces it."
    forced = run(
        cli, sim, "school", "file", "--id", number, "--output", "a.pdf", "--force", "--format", "json"
    )
    assert list(forced.json) == ["data"]
    assert forced.json["data"]["bytes"] == saved.stat().st_size


def test_a_document_nobody_knows(cli: Cli, sim: Simulator) -> None:
    result = run(cli, sim, "school", "file", "--id", "1", "--output", "a.pdf")
    assert (result.status, result.out) == (1, "")
    assert "there is no such file" in plain(result.err)
    assert sim.counts["web.login"] == 1
    assert not Path("a.pdf").exists()


def test_a_document_needs_the_schools_login(cli: Cli, sim: Simulator) -> None:
    result = cli("school", "file", "--id", "1", "--output", "a.pdf", "--format", "json", sim=sim)
    assert result.error["message"].startswith("librus school file needs a login issued by the school")
    assert not sim.counts


def test_no_documents_and_odd_ones(cli: Cli, sim: Simulator) -> None:
    sim.fail("gateway/SchoolFiles", body={"Data": []}, times=1)
    assert "The school shares none." in run(cli, sim, "school", "files").out
    sim.fail("gateway/SchoolFiles", body={"Data": [{}, {"displayName": "a.pdf", "failed": True}]}, times=1)
    out = run(cli, sim, "school", "files").out
    assert "a.pdf (damaged at Librus)" in out


def test_what_was_borrowed(cli: Cli, sim: Simulator) -> None:
    day = today()
    rows = [
        {
            "title": "Lalka",
            "lendedAt": str(day),
            "dueDate": str(day - timedelta(days=1)),
            "isExtendable": True,
        },
        {"title": "Quo vadis", "author": "Henryk Sienkiewicz", "dueDate": str(day)},
        {},
    ]
    sim.fail("gateway/EbiblioLendings", body={"lendings": rows}, times=1)
    lines = run(cli, sim, "school", "lendings").out.splitlines()
    assert ", over" in next(line for line in lines if "Lalka" in line)
    second = next(line for line in lines if "Quo vadis" in line)
    assert "today" in second
    assert "over" not in second
    sim.fail("gateway/EbiblioLendings", body={"lendings": []}, times=1)
    assert "Nothing is borrowed." in run(cli, sim, "school", "lendings").out


# --- grades -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"plusValue": 0.5, "minusValue": "0.25", "countZero": True},
            "plus adds 0.5: 4+ counts as 4.5 minus takes 0.25: 4- counts as 3.75 0 counts to averages yes",
        ),
        ({}, "plus — minus — 0 counts to averages —"),
    ],
)
def test_what_plus_and_minus_are_worth(cli: Cli, sim: Simulator, body: Any, said: str) -> None:
    sim.fail("gateway/GradingSystem", body=body, times=None)
    assert said in plain(run(cli, sim, "grades", "system").out)


def test_marks_of_descriptive_grading_with_names(cli: Cli, sim: Simulator) -> None:
    child = youngest(sim)
    rows = run(cli, sim, "grades", "partial", "--format", "json", child=child).json["data"]["data"]
    assert rows
    out = run(cli, sim, "grades", "partial", child=child, COLUMNS="200").out
    assert "semester 1" in out
    for row in rows:
        assert f"{date.fromisoformat(row['date']):%d.%m}" in out
        assert row["scaleValue"]["value"] in out
        assert row["implementedRequirements"][0]["name"] in out
    assert "LID-" not in out
    assert "#" not in out
    assert " —" not in out


def test_marks_without_names(cli: Cli, sim: Simulator) -> None:
    sim.fail(
        PARTIAL,
        body={"data": [{"date": "2026-11-02", "subjectId": "LID-1", "teacherId": "LID-2"}]},
        times=None,
    )
    bodies: list[Any] = [{"data": None}, [], {"data": [5, {"identifier": "LID-1"}]}]
    for body in bodies:
        sim.fail("gateway/Auth/Subjects", body=body, times=1)
        sim.fail("gateway/Users", status=404, times=1)
        result = run(cli, sim, "grades", "partial")
        assert (result.status, result.err) == (0, "")
        assert result.out.splitlines()[-1].split() == ["pon.", "02.11", "—", "—", "—", "—"]


def test_older_children_have_no_such_marks(cli: Cli, sim: Simulator) -> None:
    assert "None yet this school year" in run(cli, sim, "grades", "partial").out


@pytest.mark.parametrize("argv", [["grades", "partial"], ["timetable", "kindergarten"]])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_login_that_is_for_nobody(cli: Cli, sim: Simulator, argv: list[str], form: str) -> None:
    sim.fail("gateway/Auth/TokenInfo", body={"UserIdentifier": "LID-1"}, times=None)
    result = run(cli, sim, *argv, "--format", form)
    assert (result.status, result.out) == (1, "")
    assert "Librus does not say which" in plain(result.err)


# --- the timetable ----------------------------------------------------------------------------------------


def test_extra_activities_of_this_week(cli: Cli, sim: Simulator) -> None:
    out = run(cli, sim, "timetable", "extra", "--date-from", str(SCHOOL_DAY)).out
    assert out.splitlines()[0] == "Extra activities, pon. 23.11 - niedz. 29.11"
    query = {"dateFrom": "2026-11-23", "dateTo": "2026-11-29", "hideOutdatedEntries": "false"}
    (row,) = sent(sim, "Timetables/OtherActivitiesRegister", query)["data"]
    assert row["title"] in out
    assert row["teacherName"] in out
    assert "15:30-16:15" in out


def test_extra_activities_that_are_cancelled_and_odd_ones(cli: Cli, sim: Simulator) -> None:
    rows = [{"title": "Chór"}, {"date": "2026-11-24", "title": "Szachy", "status": "CANCELLED"}]
    sim.fail("gateway/Timetables/OtherActivitiesRegister", body={"data": rows}, times=1)
    out = run(cli, sim, "timetable", "extra").out
    known, unknown = out.split("\nOn an unknown day\n")
    assert "cancelled" in known
    assert "Chór" in unknown
    assert "cancelled" not in unknown
    sim.fail("gateway/Timetables/OtherActivitiesRegister", body={"data": []}, times=1)
    assert "There is nothing on these days." in run(cli, sim, "timetable", "extra").out


@pytest.mark.parametrize(
    ("argv", "days"),
    [
        (["--date-from", "2026-11-02"], ("2026-11-02", "2026-11-08")),
        (["--date-from", "2026-11-02", "--date-to", "2026-11-03"], ("2026-11-02", "2026-11-03")),
        (["--date-to", "2020-01-01"], ("2020-01-01", "2020-01-01")),
    ],
)
def test_the_days_that_are_asked_for(
    cli: Cli, sim: Simulator, argv: list[str], days: tuple[str, str]
) -> None:
    run(cli, sim, "timetable", "extra", *argv)
    asked = [record for record in sim.requests if record.endpoint.endswith("OtherActivitiesRegister")]
    query = parse_qs(asked[-1].query)
    assert (query["dateFrom"], query["dateTo"]) == ([days[0]], [days[1]])


def test_days_that_run_backwards_are_refused(cli: Cli, sim: Simulator) -> None:
    argv = ["--date-from", "2026-11-03", "--date-to", "2026-11-02", "--format", "json"]
    for name in ("extra", "kindergarten"):
        assert run(cli, sim, "timetable", name, *argv).error["code"] == "CLI_USAGE_ERROR"
    assert not sim.counts


def test_the_days_of_a_kindergarten(cli: Cli, kindergarten: Simulator) -> None:
    out = run(cli, kindergarten, "timetable", "kindergarten", "--date-from", "2026-11-23", COLUMNS="120").out
    wednesday = out.partition("śr. 25.11.2026")[2].partition("czw. 26.11.2026")[0]
    assert "cancelled" in wednesday
    assert "Zajęcia odwołane" in wednesday
    friday = out.partition("pt. 27.11.2026")[2]
    assert "replaced" in friday
    assert "instead of another" in friday
    assert "Śniadanie" in out
    assert " —" not in out


def test_a_kindergarten_without_names(cli: Cli, kindergarten: Simulator) -> None:
    kindergarten.fail("kindergarten/activities-types", status=404, times=None)
    kindergarten.fail("gateway/Users", status=404, times=None)
    result = run(cli, kindergarten, "timetable", "kindergarten", "--date-from", "2026-11-23")
    assert (result.status, result.err) == (0, "")
    assert "—" in result.out
    assert "LID-" not in result.out


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_school_child_has_no_kindergarten(cli: Cli, sim: Simulator, form: str) -> None:
    result = run(cli, sim, "timetable", "kindergarten", "--format", form)
    assert (result.status, result.out) == (1, "")
    assert "lessons of a school are in librus timetable week" in plain(result.err)
