"""Lists of names that commands keep between runs: what that spares, and when they are read again."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from librus_sdk.cli._account import names_shelf
from librus_sdk.simulator import Simulator
from tests.cli.conftest import SCHOOL_DAY, Cli, Result, as_sent, first, nameless, spawn
from tests.cli.reads import GATEWAY_READS, READS, Read

GRADES: Final = ("grades", "list")
LISTS: Final = {"Subjects", "Users", "Grades/Categories", "Grades/Comments"}
"""The lists of names that the text of grades shows."""
HOUR: Final = 3600.0

MORE: Final = {"grades comments": ["Grades"], "grades partial": ["Auth/TokenInfo"]}
"""What the text of a command reads anew besides, since it is no list of names."""
REFUSED: Final = {
    "lucky-number get --for-day",
    "grades descriptive-text",
    "notifications center",
    "timetable teacher-free-days",
    "timetable kindergarten",
}
"""What Librus does not tell such a login of a school."""


def family(sim: Simulator, **more: str) -> dict[str, str]:
    return {**sim.environ(), "LIBRUS_CHILD": first(sim), **more}


def asked(sim: Simulator) -> list[str]:
    """What was asked of Librus since it was looked at last, in no order."""
    found = sorted(request.endpoint.removeprefix("gateway/") for request in sim.requests)
    sim.reset_counts()
    return found


def warmed(cli: Cli, sim: Simulator, *argv: str, **more: str) -> Result:
    """Run a command for the first time."""
    result = cli(*(argv or GRADES), env=family(sim, **more))
    assert (result.status, result.err) == (0, "")
    asked(sim)
    return result


def file_of(state: Path) -> Path:
    (path,) = state.glob("names-*.json")
    return path


def document(state: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file_of(state).read_text(encoding="utf-8"))
    return found


def lists_of(state: Path, child: str) -> dict[str, Any]:
    found: dict[str, Any] = document(state)["children"].get(child, {})
    return found


def aged(state: Path, seconds: float) -> None:
    """Let time pass for what is kept."""
    whole = document(state)
    for lists in whole["children"].values():
        for kept in lists.values():
            kept["readAt"] -= seconds
    file_of(state).write_text(json.dumps(whole), encoding="utf-8")


# --- what it spares -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", READS, ids=str)
def test_a_warm_text_is_one_request_and_the_same(cli: Cli, calm: Simulator, read: Read) -> None:
    argv = read.argv(calm)
    cold = warmed(cli, calm, *argv)
    for _ in range(2):
        warm = cli(*argv, env=family(calm))
        assert (warm.status, warm.err) == (0, "")
        # The server's clock goes on from one answer to the next.
        assert warm.out == cold.out or read.path == "SystemData"
        assert asked(calm) == sorted([read.path, *MORE.get(read.name, [])])


@pytest.mark.parametrize("read", [*READS, *GATEWAY_READS], ids=str)
def test_so_it_is_with_a_login_issued_by_the_school(cli: Cli, calm: Simulator, read: Read) -> None:
    argv, env = read.argv(calm), calm.gateway_environ()
    cold = cli(*argv, env=env)
    asked(calm)
    warm = cli(*argv, env=env)
    assert warm.out == cold.out or read.path == "SystemData"
    refused = " ".join([read.name, *(word for word in argv if word == "--for-day")]) in REFUSED
    assert (warm.status, warm.err) == ((1, cold.err) if refused else (0, ""))
    if not refused:
        assert len(asked(calm)) == 1 + len(MORE.get(read.name, []))


def test_so_it_is_at_a_kindergarten(cli: Cli, sim: Simulator) -> None:
    sim.kindergarten(first(sim))
    argv = ("timetable", "kindergarten", "--date-from", "2026-11-23")
    cold = cli(*argv, env=sim.gateway_environ())
    assert (cold.status, cold.err) == (0, "")
    asked(sim)
    assert cli(*argv, env=sim.gateway_environ()) == cold
    assert asked(sim) == ["Auth/TokenInfo", "kindergarten/timetable/kindergarteners/{id}"]


def test_the_overview_reads_no_list_of_names_again(cli: Cli, sim: Simulator) -> None:
    argv = ("overview", "--all", "--day", str(SCHOOL_DAY))
    cold = cli(*argv, env=sim.environ())
    assert (cold.status, cold.err) == (0, "")
    asked(sim)
    assert cli(*argv, env=sim.environ()) == cold
    found = asked(sim)
    lists = {"Grades/Categories", "Attendances/Types", "Lessons", "HomeWorks/Categories", "Subjects"}
    assert not lists & set(found)
    assert found.count("Grades") == len(sim.children)


def test_an_overview_of_names_alone_is_none(cli: Cli, sim: Simulator) -> None:
    argv = ("overview", "--day", str(SCHOOL_DAY))
    warmed(cli, sim, *argv)
    sim.fail("*", status=404, times=None)
    result = cli(*argv, "--format", "text", env=family(sim))
    assert (result.status, result.out) == (1, "")


def test_what_a_command_is_about_is_read_anew(cli: Cli, sim: Simulator) -> None:
    warmed(cli, sim)
    body = as_sent(sim, "Subjects", {})
    body["Subjects"][0]["Name"] = "Szydełkowanie"
    sim.fail("Subjects", body=body, times=None)
    asked(sim)
    assert "Szydełkowanie" in cli("school", "subjects", env=family(sim)).out
    assert asked(sim) == ["Subjects"]


def test_free_days_are_no_names(cli: Cli, sim: Simulator) -> None:
    sim.fail("Timetables", body={"Timetable": {}}, times=None)
    argv = ("timetable", "week", "--week-start", "2026-12-21")
    warmed(cli, sim, *argv)
    assert cli(*argv, env=family(sim)).status == 0
    assert asked(sim) == ["Calendars/SchoolFreeDays", "Timetables"]


def test_after_librus_login_as_well(cli: Cli, sim: Simulator, state: Path) -> None:
    assert cli("login", sim=sim).status == 0
    env = family(sim, LIBRUS_PORTAL_EMAIL="", LIBRUS_PORTAL_PASSWORD="")
    cold = cli(*GRADES, env=env)
    assert file_of(state).name.startswith("names-login-")
    asked(sim)
    assert cli(*GRADES, env=env) == cold
    assert asked(sim) == ["Grades"]


def test_json_asks_for_no_names_and_keeps_none(sim: Simulator, state: Path, tmp_path: Path) -> None:
    program = tmp_path / "json_only.py"
    program.write_text(
        "import sys\n"
        "from librus_sdk.cli.__main__ import main\n"
        "status = main(['grades', 'list', '--format', 'json'])\n"
        "found = [name for name in sys.modules if name.endswith(('._tables', '._kept_tables'))]\n"
        "sys.exit(status or len(found))\n",
        encoding="utf-8",
    )
    run = spawn_program(program, sim, tmp_path)
    assert run == (0, "")
    assert not [*state.glob("names-*")]


def spawn_program(program: Path, sim: Simulator, cwd: Path) -> tuple[int, str]:
    import subprocess
    import sys

    environ = {**os.environ, "PYTHONUTF8": "1", **family(sim)}
    done = subprocess.run(
        [sys.executable, str(program)], env=environ, cwd=cwd, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


# --- when a name is missing ---------------------------------------------------------------------------------


def pointing(path: str, wrapper: str, member: str, new: Mapping[str, Any]) -> Callable[[Simulator], None]:
    """Have the first record of a list point at something new."""

    def change(sim: Simulator) -> None:
        body = as_sent(sim, path, {})
        body[wrapper][0][member] = new
        sim.fail(path, body=body, times=None)

    return change


def listing(path: str, wrapper: str, row: Mapping[str, Any]) -> Callable[[Simulator], None]:
    """Have a list hold one more record."""

    def change(sim: Simulator) -> None:
        body = as_sent(sim, path, {})
        body[wrapper].append(dict(row))
        sim.fail(path, body=body, times=None)

    return change


NEW: Final = {"Id": 999}
TEACHER: Final = {**NEW, "FirstName": "Zofia", "LastName": "Nowa"}

MISSES: Final = (
    (
        GRADES,
        pointing("Grades", "Grades", "AddedBy", NEW),
        "Users",
        listing("Users", "Users", TEACHER),
        "Zofia",
    ),
    (
        GRADES,
        pointing("Grades", "Grades", "Subject", NEW),
        "Subjects",
        listing("Subjects", "Subjects", {**NEW, "Name": "Szachy"}),
        "Szachy",
    ),
    (
        GRADES,
        pointing("Grades", "Grades", "Category", NEW),
        "Grades/Categories",
        listing("Grades/Categories", "Categories", {**NEW, "Name": "Turniej", "Weight": 7}),
        "Turniej",
    ),
    (
        GRADES,
        pointing("Grades", "Grades", "Comments", [NEW]),  # type: ignore[arg-type]
        "Grades/Comments",
        listing("Grades/Comments", "Comments", {**NEW, "Text": "Brawo!"}),
        "Brawo!",
    ),
    (
        ("attendance", "list"),
        pointing("Attendances", "Attendances", "Type", NEW),
        "Attendances/Types",
        listing("Attendances/Types", "Types", {**NEW, "Name": "na zawodach", "Short": "zaw"}),
        "na zawodach",
    ),
    (
        ("notes", "list"),
        pointing("Notes", "Notes", "Category", NEW),
        "Notes/Categories",
        listing(
            "Notes/Categories",
            "Categories",
            {**NEW, "Name": "Kultura słowa", "CategoryName": "Kultura słowa"},
        ),
        "Kultura słowa",
    ),
)


@pytest.mark.parametrize(
    ("argv", "point", "path", "enlist", "shown"), MISSES, ids=[each[2] for each in MISSES]
)
def test_a_list_in_which_an_id_is_missing_is_read_again_and_nothing_else(
    cli: Cli,
    sim: Simulator,
    argv: tuple[str, ...],
    point: Callable[[Simulator], None],
    path: str,
    enlist: Callable[[Simulator], None],
    shown: str,
) -> None:
    warmed(cli, sim, *argv, COLUMNS="200")
    point(sim)
    enlist(sim)
    main = "Grades" if argv == GRADES else argv[0].capitalize() + ("s" if argv[0] == "attendance" else "")
    asked(sim)
    for expected in ([main, path], [main]):
        result = cli(*argv, env=family(sim, COLUMNS="200"))
        assert (result.status, result.err) == (0, "")
        assert shown in result.out
        assert "#" not in result.out
        assert asked(sim) == sorted(expected)


def test_one_list_may_lead_to_the_next(cli: Cli, sim: Simulator) -> None:
    argv = ("attendance", "list")
    warmed(cli, sim, *argv)
    absent = as_sent(sim, "Attendances", {})["Attendances"][0] | {"Type": {"Id": 1}, "Lesson": {"Id": 998}}
    sim.fail("Attendances", body={"Attendances": [absent]}, times=None)
    listing("Lessons", "Lessons", {"Id": 998, "Subject": NEW})(sim)
    listing("Subjects", "Subjects", {**NEW, "Name": "Szachy"})(sim)
    asked(sim)
    assert "Szachy" in cli(*argv, env=family(sim)).out
    assert asked(sim) == ["Attendances", "Lessons", "Subjects"]


def test_a_lesson_that_is_looked_up(cli: Cli, sim: Simulator) -> None:
    rows = as_sent(sim, "TimetableEntries", {})["TimetableEntries"]
    argv = ("timetable", "entry", "--id", str(rows[0]["Id"]))
    warmed(cli, sim, *argv)
    body = as_sent(sim, f"TimetableEntries/{rows[0]['Id']}", {})
    (entry,) = (value for value in body.values() if isinstance(value, dict) and "Lesson" in value)
    entry["Lesson"], entry["Subject"], entry["Classroom"] = {"Id": 998}, None, {"Id": 997}
    sim.fail("TimetableEntries/{id}", body=body, times=None)
    teacher = as_sent(sim, "Users", {})["Users"][0]
    listing("Lessons", "Lessons", {"Id": 998, "Teacher": {"Id": teacher["Id"]}})(sim)
    listing("Classrooms", "Classrooms", {"Id": 997, "Symbol": "basen"})(sim)
    asked(sim)
    out = cli(*argv, env=family(sim)).out
    assert "basen" in out
    assert teacher["LastName"] in out
    assert asked(sim) == ["Classrooms", "Lessons", "TimetableEntries/{id}"]


def test_the_class_of_another_school_year(cli: Cli, sim: Simulator) -> None:
    warmed(cli, sim, "me")
    me = {"Account": {"FirstName": "Jan"}, "User": {}, "Refresh": 900, "Class": {"Id": 5}}
    sim.fail("Me", body={"Me": me}, times=None)
    sim.fail("Classes", body={"Class": {"Id": 5, "Number": 6, "Symbol": "a"}}, times=None)
    for expected in (["Classes", "Me"], ["Me"]):
        assert "6a" in cli("me", env=family(sim)).out
        assert asked(sim) == expected


def test_free_days_are_those_of_the_class_of_now(cli: Cli, sim: Simulator, state: Path) -> None:
    argv = ("timetable", "class-free-days")
    before = warmed(cli, sim, *argv)
    body = as_sent(sim, "Calendars/ClassFreeDays", {})
    own = as_sent(sim, "Classes", {})["Class"]["Id"]
    for row in body["ClassFreeDays"]:
        row["Class"]["Id"] = 5 if row["Class"]["Id"] == own else own
    sim.fail("Calendars/ClassFreeDays", body=body, times=None)
    sim.fail("Classes", body={"Class": {"Id": 5, "Number": 6, "Symbol": "a"}}, times=None)
    asked(sim)
    for expected in (["Calendars/ClassFreeDays", "Classes"], ["Calendars/ClassFreeDays"]):
        result = cli(*argv, env=family(sim))
        assert result.out.partition("\n\n")[2] == before.out.partition("\n\n")[2]
        assert "Free days of class 6a" in result.out
        assert asked(sim) == expected
    aged(state, HOUR)
    assert "Free days of class 6a" in cli(*argv, env=family(sim)).out
    assert asked(sim) == ["Calendars/ClassFreeDays", "Classes"], "another class may be it an hour later"


def test_an_id_that_nobody_knows_costs_a_request_an_hour(cli: Cli, sim: Simulator, state: Path) -> None:
    warmed(cli, sim)
    pointing("Grades", "Grades", "AddedBy", NEW)(sim)
    asked(sim)

    def read(*expected: str) -> None:
        result = cli(*GRADES, env=family(sim))
        assert (result.status, result.err) == (0, "")
        assert "#999" in result.out
        assert asked(sim) == ["Grades", *expected]

    read("Users")
    read()
    aged(state, HOUR - 60)
    read()
    aged(state, 61)
    read("Users")
    read()


def test_commands_do_not_forget_what_others_have_missed(cli: Cli, sim: Simulator, state: Path) -> None:
    pointing("Grades", "Grades", "AddedBy", NEW)(sim)
    note = as_sent(sim, "Notes", {})["Notes"][0] | {"AddedBy": {"Id": 998}, "Teacher": {"Id": 998}}
    sim.fail("Notes", body={"Notes": [note]}, times=None)
    warmed(cli, sim)
    assert "#998" in cli("notes", "list", env=family(sim)).out
    assert "Users" in asked(sim)
    for argv, path in ((GRADES, "Grades"), (("notes", "list"), "Notes")):
        assert cli(*argv, env=family(sim)).status == 0
        assert asked(sim) == [path]
    assert set(lists_of(state, first(sim))["Users"]["missing"]) == {"998", "999"}


def test_a_list_that_was_just_read_is_not_read_again(cli: Cli, sim: Simulator) -> None:
    pointing("Grades", "Grades", "AddedBy", NEW)(sim)
    asked(sim)
    assert "#999" in cli(*GRADES, env=family(sim)).out
    assert asked(sim).count("Users") == 1


def test_a_message_is_opened_once(cli: Cli, sim: Simulator) -> None:
    message = {"Id": 7, "Sender": NEW, "Subject": "Zebranie", "Body": "Zapraszam", "ReadDate": None}
    rows = [{"Id": 8, "Sender": {"Id": as_sent(sim, "Users", {})["Users"][0]["Id"]}}]
    sim.fail("Messages", body={"Messages": rows}, times=None)
    warmed(cli, sim, "messages", "list")
    sim.fail("Messages/{id}", body={"Message": message}, times=1)
    # Had it been opened before, it would have been read.
    sim.fail("Messages/{id}", body={"Message": {**message, "ReadDate": 1795183150}}, times=None)
    listing("Users", "Users", TEACHER)(sim)
    asked(sim)
    out = cli("messages", "get", "--id", "7", env=family(sim)).out
    assert "Zofia Nowa" in out
    assert "not yet" in out
    assert asked(sim) == ["Messages/{id}", "Users"]


def test_what_is_left_out_is_told_once_however_often_the_text_is_made(cli: Cli, sim: Simulator) -> None:
    warmed(cli, sim)
    body = as_sent(sim, "Grades", {})
    body["Grades"][0]["AddedBy"] = NEW
    body["Grades"][1]["Grade"] = {"odd": "thing"}
    sim.fail("Grades", body=body, times=None)
    listing("Users", "Users", TEACHER)(sim)
    result = cli(*GRADES, env=family(sim))
    assert "Zofia" in result.out
    assert result.err == (
        "Note: 1 row has an unknown form and is left out here; --format json shows everything.\n"
    )


def test_a_list_that_cannot_be_read_again_is_told_of(cli: Cli, sim: Simulator) -> None:
    warmed(cli, sim)
    pointing("Grades", "Grades", "AddedBy", NEW)(sim)
    sim.fail("Users", status=400, times=None)
    for _ in range(2):
        result = cli(*GRADES, env=family(sim))
        assert (result.status, result.err) == (0, nameless("People"))
        assert "#999" in result.out
        assert result.out.count("#") == result.out.count("#999"), "the kept list still names the others"


def test_what_cannot_be_read_again_is_asked_for_once(cli: Cli, sim: Simulator) -> None:
    youngest = min(sim.children, key=lambda child: child.class_name)
    env = {**sim.gateway_environ(youngest.id), "COLUMNS": "200"}
    argv = ("grades", "partial", "--format")
    assert "Edukacja " in cli(*argv, "text", env=env).out
    body = cli(*argv, "json", env=env).json["data"]
    for row in body["data"]:
        row["subjectId"] = "another"
    sim.fail("gateway/Auth/DescriptiveGradingSystem/PartialGrades/Student/{id}", body=body, times=None)
    sim.fail("gateway/Auth/Subjects", status=400, times=None)
    asked(sim)
    result = cli(*argv, "text", env=env)
    assert (result.status, result.err) == (0, "")
    assert "Edukacja " not in result.out
    assert asked(sim).count("Auth/Subjects") == 1


def test_a_list_that_failed_is_not_asked_for_again_when_the_text_is_made_anew(
    cli: Cli, sim: Simulator, state: Path
) -> None:
    warmed(cli, sim, "grades", "averages")
    pointing("Grades", "Grades", "Subject", NEW)(sim)
    listing("Subjects", "Subjects", {**NEW, "Name": "Szydełkowanie"})(sim)
    sim.fail("Users", status=400, times=1)
    asked(sim)
    result = cli(*GRADES, env=family(sim))
    assert (result.status, result.err) == (0, nameless("People"))
    assert "Szydełkowanie" in result.out
    assert "#" in result.out, "what is noted is true"
    assert asked(sim) == sorted(["Grades", *LISTS])


def test_an_odd_row_of_a_list_of_names_is_no_news(cli: Cli, sim: Simulator) -> None:
    body = as_sent(sim, "Subjects", {})
    body["Subjects"].append({"Id": {"odd": 1}})
    sim.fail("Subjects", body=body, times=None)
    argv = ("overview", "--day", str(SCHOOL_DAY))
    warmed(cli, sim, *argv)
    body = as_sent(sim, "Grades", {})
    for row in body["Grades"]:
        row["Subject"] = NEW
    sim.fail("Grades", body=body, times=None)
    asked(sim)
    result = cli(*argv, env=family(sim))
    assert (result.status, result.err) == (0, "")
    assert "#999" in result.out
    assert asked(sim).count("Subjects") == 1


# --- how long -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed", "again"), [(12 * HOUR - 60, False), (12 * HOUR + 1, True), (-HOUR, True)], ids=str
)
def test_lists_are_used_for_twelve_hours(
    cli: Cli, sim: Simulator, state: Path, passed: float, again: bool
) -> None:
    cold = warmed(cli, sim)
    aged(state, passed)
    assert cli(*GRADES, env=family(sim)) == cold
    assert set(asked(sim)) == {"Grades"} | (LISTS if again else set())
    assert cli(*GRADES, env=family(sim)) == cold
    assert asked(sim) == ["Grades"]


def test_what_is_too_old_goes_with_the_next_list_that_is_kept(cli: Cli, sim: Simulator, state: Path) -> None:
    warmed(cli, sim)
    aged(state, 12 * HOUR + 1)
    assert cli("timetable", "class-free-days", env=family(sim)).status == 0
    assert set(lists_of(state, first(sim))) == {"Classes", "Calendars/ClassFreeDays/Types"}


@pytest.mark.parametrize("status", [403, 404])
def test_a_list_that_was_refused_is_not_asked_for_again_within_the_hour(
    cli: Cli, sim: Simulator, state: Path, status: int
) -> None:
    sim.fail("Users", status=status, times=None)
    cold = cli(*GRADES, env=family(sim))
    assert cold.err == nameless("People")
    asked(sim)
    for passed, expected in ((0.0, ["Grades"]), (HOUR - 60, ["Grades"]), (61.0, ["Grades", "Users"])):
        aged(state, passed)
        assert cli(*GRADES, env=family(sim)) == cold
        assert asked(sim) == expected


def test_so_is_what_the_school_has_switched_off(cli: Cli, sim: Simulator) -> None:
    sim.fail("Grades/Comments", body={"Status": "Disabled"}, times=None)
    cold = warmed(cli, sim)
    assert cli(*GRADES, env=family(sim)) == cold
    assert asked(sim) == ["Grades"]


@pytest.mark.parametrize("body", [{"Nothing": [1]}, "no JSON"], ids=["shape", "text"])
def test_what_is_no_list_is_not_kept(cli: Cli, sim: Simulator, state: Path, body: Any) -> None:
    sim.fail("Users", body=body, times=None)
    for _ in range(2):
        assert cli(*GRADES, env=family(sim)).err == nameless("People")
        assert "Users" in asked(sim)
    assert set(lists_of(state, first(sim))) == LISTS - {"Users"}


# --- what the file may be -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"half a",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"kind": "librus-sdk names", "format": 1}',
        b" " * (8 * 2**20 + 1),
    ],
    ids=["empty", "half", "no text", "deep", "members missing", "long"],
)
def test_a_damaged_file_costs_the_reading_and_is_replaced(
    cli: Cli, sim: Simulator, state: Path, content: bytes
) -> None:
    cold = warmed(cli, sim)
    file_of(state).write_bytes(content)
    assert cli(*GRADES, env=family(sim)) == cold
    assert set(asked(sim)) == {"Grades", *LISTS}
    assert cli(*GRADES, env=family(sim)) == cold
    assert asked(sim) == ["Grades"]


@pytest.mark.parametrize(
    "content",
    [b'{"kind": "a diary", "format": 1}', b'{"kind": "librus-sdk names", "format": 99}'],
    ids=["foreign", "newer"],
)
def test_what_others_have_written_is_left_alone(
    cli: Cli, sim: Simulator, state: Path, content: bytes
) -> None:
    cold = warmed(cli, sim)
    file_of(state).write_bytes(content)
    for _ in range(2):
        assert cli(*GRADES, env=family(sim)) == cold
        assert set(asked(sim)) == {"Grades", *LISTS}
    assert file_of(state).read_bytes() == content


def test_the_lists_of_another_account_are_none(cli: Cli, sim: Simulator, state: Path) -> None:
    cold = warmed(cli, sim)
    whole = document(state)
    file_of(state).write_text(json.dumps({**whole, "owner": "another"}), encoding="utf-8")
    assert cli(*GRADES, env=family(sim)) == cold
    assert set(asked(sim)) == {"Grades", *LISTS}
    assert document(state)["owner"] == whole["owner"]


def test_one_list_that_is_damaged_costs_that_list(cli: Cli, sim: Simulator, state: Path) -> None:
    cold = warmed(cli, sim)
    whole = document(state)
    whole["children"][first(sim)]["Users"]["answer"] = {"Users": "nobody"}
    file_of(state).write_text(json.dumps(whole), encoding="utf-8")
    assert cli(*GRADES, env=family(sim)) == cold
    assert asked(sim) == ["Grades", "Users"]
    assert cli(*GRADES, env=family(sim)) == cold
    assert asked(sim) == ["Grades"]


def test_a_folder_in_its_place_stops_nobody(cli: Cli, sim: Simulator, state: Path) -> None:
    cold = warmed(cli, sim)
    path = file_of(state)
    path.unlink()
    path.mkdir()
    for _ in range(2):
        assert cli(*GRADES, env=family(sim)) == cold
        assert set(asked(sim)) == {"Grades", *LISTS}


def test_while_another_run_writes_nothing_is_kept(cli: Cli, sim: Simulator, state: Path) -> None:
    claim = names_shelf({**os.environ, **family(sim)}, "family account").claim()
    assert claim is not None
    try:
        warmed(cli, sim)
    finally:
        claim.release()
    assert not [*state.glob("names-*.json")]
    warmed(cli, sim)
    assert file_of(state).exists()


def test_what_is_too_long_is_not_kept(cli: Cli, sim: Simulator, state: Path) -> None:
    body = as_sent(sim, "Subjects", {})
    body["Subjects"].append({"Id": 999, "Name": "x" * 2**22})
    sim.fail("Subjects", body=body, times=None)
    for _ in range(2):
        warmed(cli, sim)
    assert not [*state.glob("names-*.json")]


@pytest.mark.parametrize("name", ["Chór \\ud83c", "Chór"], ids=["half a character", "byte order mark"])
def test_a_text_that_has_to_be_mended_is_kept(cli: Cli, sim: Simulator, name: str) -> None:
    row = f'{{"Id": 999, "Name": "{name}"}}'
    sim.fail("Subjects", body=f'\ufeff{{"Subjects": [{row}]}}', times=None)
    pointing("Grades", "Grades", "Subject", NEW)(sim)
    cold = warmed(cli, sim)
    assert "Chór" in cold.out
    assert cli(*GRADES, env=family(sim)) == cold
    assert asked(sim) == ["Grades"]


def test_what_has_no_end_is_shown_and_not_kept(cli: Cli, sim: Simulator, state: Path) -> None:
    body = json.dumps(as_sent(sim, "Subjects", {}))
    sim.fail("Subjects", body=f'{body[:-1]}, "Deep": {"[" * 600}{"]" * 600}}}', times=None)
    warmed(cli, sim)
    kept = lists_of(state, first(sim))
    assert set(kept) in (LISTS, LISTS - {"Subjects"})


# --- whose --------------------------------------------------------------------------------------------------


def test_each_child_has_lists_of_its_own(cli: Cli, sim: Simulator, state: Path) -> None:
    one, other = sim.children[0].id, sim.children[1].id
    shown = {}
    for child in (one, other):
        shown[child] = warmed(cli, sim, LIBRUS_CHILD=child)
    assert set(document(state)["children"]) == {one, other}
    for child in (one, other):
        assert cli(*GRADES, env=family(sim, LIBRUS_CHILD=child)) == shown[child]
        assert asked(sim) == ["Grades"]


def test_each_account_and_each_librus_has_lists_of_its_own(cli: Cli, state: Path) -> None:
    with Simulator(seed=1) as one, Simulator(seed=1) as other:
        shown = warmed(cli, one)
        assert set(asked(one)) == set()
        # The same people and the same ids, at another address.
        assert cli(*GRADES, env=family(other)) == shown
        assert set(asked(other)) >= LISTS
        assert cli(*GRADES, env=one.gateway_environ()).status == 0
        assert set(asked(one)) >= LISTS
    assert len([*state.glob("names-*.json")]) == 3


@pytest.mark.parametrize("warm", [True, False])
def test_without_a_store_nothing_is_kept_and_nothing_used(
    cli: Cli, sim: Simulator, state: Path, warm: bool
) -> None:
    if warm:
        warmed(cli, sim)
    before = document(state) if warm else None
    assert cli(*GRADES, "--no-store", env=family(sim)).status == 0
    assert set(asked(sim)) >= LISTS
    assert (document(state) if warm else None) == before
    assert warm or not state.exists()


# --- what is told of it -------------------------------------------------------------------------------------


@pytest.fixture
def titled(sim: Simulator) -> str:
    """A name that stands in a kept list and nowhere else."""
    body = as_sent(sim, "Subjects", {})
    body["Subjects"].append({"Id": 999, "Name": "Szydełkowanie"})
    sim.fail("Subjects", body=body, times=None)
    return "Szydełkowanie"


@pytest.mark.skipif(os.name != "posix", reason="no modes there")
def test_it_is_for_its_owner_only(cli: Cli, sim: Simulator, state: Path) -> None:
    before = os.umask(0)
    try:
        warmed(cli, sim)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()} == {0o600}
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_no_address_and_no_login_is_kept(cli: Cli, sim: Simulator, state: Path) -> None:
    me = as_sent(sim, "Me", {})
    me["Me"]["Account"] |= {"Email": "jan@example.org", "Login": "1234567u"}
    sim.fail("Me", body=me, times=None)
    warmed(cli, sim, "messages", "list")
    written = file_of(state).read_text(encoding="utf-8")
    assert set(lists_of(state, first(sim))) == {"Users", "Me"}
    assert "jan@example.org" not in written
    assert "1234567u" not in written
    assert not [secret for secret in sim.secrets() if secret in written]


def test_the_status_tells_of_the_file_and_of_nothing_in_it(
    cli: Cli, sim: Simulator, state: Path, titled: str
) -> None:
    warmed(cli, sim)
    assert titled in file_of(state).read_text(encoding="utf-8")
    text = cli("auth", "status", env=family(sim, COLUMNS="200"))
    (line,) = (line for line in text.out.splitlines() if file_of(state).name in line)
    assert line.endswith("names of subjects, people and the like")
    assert "just now" in line
    as_json = cli("auth", "status", "--format", "json", env=family(sim))
    assert str(file_of(state)) in [each["path"] for each in as_json.json["store"]["files"]]
    assert titled not in text.out + text.err + as_json.out + as_json.err
    talkative = cli(*GRADES, "--verbose", env=family(sim))
    assert titled not in talkative.err


@pytest.mark.parametrize("way", ["family", "school", "login"])
def test_logout_removes_it(cli: Cli, sim: Simulator, state: Path, way: str) -> None:
    env = sim.gateway_environ() if way == "school" else family(sim)
    if way == "login":
        assert cli("login", sim=sim).status == 0
        env |= {"LIBRUS_PORTAL_EMAIL": "", "LIBRUS_PORTAL_PASSWORD": ""}
    assert cli(*GRADES, env=env).status == 0
    assert file_of(state).exists()
    assert cli("logout", "--format", "json", env=env).json == {
        "store": str(state),
        "removed": True,
        "left": [],
    }
    assert not [*state.glob("*.json")]


def test_the_lists_of_other_accounts_go_with_all(cli: Cli, sim: Simulator, state: Path) -> None:
    warmed(cli, sim)
    env = sim.gateway_environ()
    assert cli("logout", "--format", "json", env=env).json["removed"] is False
    assert file_of(state).exists()
    assert cli("logout", "--all", "--format", "json", env=env).json["removed"] is True
    assert not [*state.glob("*.json")]


@pytest.mark.skipif(os.name != "posix", reason="such processes are started differently there")
def test_two_commands_at_once_lose_nothing(cli: Cli, sim: Simulator, state: Path, tmp_path: Path) -> None:
    warmed(cli, sim, "me")
    gate = sim.hold("Users")
    runs = [spawn("announcements", "list", cwd=tmp_path, env=family(sim))]
    gate.wait_arrived()
    runs += [spawn("grades", "averages", cwd=tmp_path, env=family(sim))]
    assert runs[1].communicate(timeout=60)[1] == ""
    gate.release()
    assert runs[0].communicate(timeout=60)[1] == ""
    assert set(lists_of(state, first(sim))) == {"Classes", "Users", "Subjects"}
