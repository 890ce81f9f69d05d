"""``librus simulator --today``: the day it has there, and what that changes."""

from __future__ import annotations

import io
import json
import re
import shlex
import signal
import threading
from datetime import date
from pathlib import Path

import httpx2
import pytest

from librus_sdk.simulator import Simulator
from librus_sdk.simulator.serve import banner, serve
from tests.cli.conftest import Cli, first, spawn

LEAP_DAY = date(2024, 2, 29)
"""Never the real one: of that nothing is said."""


def told(out: str, *, school: bool = False) -> dict[str, str]:
    """The variables a banner exports: of the family account, or of the school's login."""
    family, _, school_login = out.partition("\nOr, with the school's login")
    block = school_login if school else family
    words = (shlex.split(line) for line in block.splitlines() if line.startswith("export "))
    return dict(word.split("=", 1) for _, word in words)


def test_the_day_decides_what_has_happened(tmp_path: Path) -> None:
    run = spawn("simulator", "--port", "0", "--today", "2024-02-29", cwd=tmp_path)
    assert run.stdout is not None
    out = ""
    while "Ctrl-C" not in out:
        line = run.stdout.readline()
        assert line, run.communicate(timeout=20)
        out += line
    try:
        assert "There it is 2024-02-29, and stays so, whatever the real date." in out
        child = re.findall(r"^  (\d+)  ", out, re.MULTILINE)[0]
        env = {**told(out), "LIBRUS_CHILD": child}
        reads: dict[str, str] = {}
        for argv in (["grades", "list"], ["attendance", "list"], ["lucky-number", "get"]):
            done = spawn(*argv, "--format", "json", cwd=tmp_path, env=env)
            reads[argv[0]], err = done.communicate(timeout=20)
            assert (done.returncode, err) == (0, "")
        grades = json.loads(reads["grades"])["data"]["Grades"]
        days = [row["Date"] for row in grades]
        assert "2023-09-01" < min(days) < max(days) <= "2024-02-29"
        register = json.loads(reads["attendance"])["data"]["Attendances"]
        assert max(row["Date"] for row in register) == "2024-02-28"
        lucky = json.loads(reads["lucky-number"])["data"]["LuckyNumber"]
        assert lucky["LuckyNumberDay"] == "2024-02-29"
    finally:
        run.send_signal(signal.SIGINT)
        assert run.communicate(timeout=20)[1] == ""


def test_the_real_day_is_not_told() -> None:
    with Simulator() as sim:
        assert "There it is" not in banner(sim)
        assert "overview" not in banner(sim)
        assert "paid" not in banner(sim)
    with Simulator(today=LEAP_DAY) as sim:
        assert f"There it is {LEAP_DAY}" in banner(sim)
        assert f"librus overview --day {LEAP_DAY}\n" in banner(sim)


def test_there_is_a_block_of_variables_for_each_way_in(cli: Cli, calm: Simulator) -> None:
    out = banner(calm)
    assert told(out) == calm.environ()
    assert told(out, school=True) == calm.gateway_environ()
    (said,) = [line for line in out.splitlines() if line.startswith("Or, with the school's login")]
    assert calm.children[0].name in said
    assert "instead of the above" in said
    for school, way in ((False, "family account"), (True, "school login")):
        env = told(out, school=school)
        found = cli("auth", "status", "--format", "json", env=env).json
        assert (found["signsInWith"], found["ready"]) == (way, True)
        assert cli("me", env={**env, "LIBRUS_CHILD": "" if school else first(calm)}).status == 0


def test_serving_takes_the_day_too() -> None:
    stop, seen = threading.Event(), []

    def started(sim: Simulator) -> None:
        seen.append(sim.today)
        stop.set()

    serve(0, 1, 3, io.StringIO(), today=LEAP_DAY, stop=stop, started=started)
    assert seen == [LEAP_DAY]


@pytest.mark.parametrize("command", ["simulator", "demo"])
def test_what_is_no_day_is_refused_unquoted(cli: Cli, command: str) -> None:
    result = cli(command, "--today", "2026-02-30")
    assert (result.status, result.out) == (1, "")
    assert "There is no such day in the calendar." in " ".join(result.err.split())
    assert "2026-02-30" not in result.err


@pytest.mark.parametrize("command", [["simulator", "--port", "0"], ["demo"]])
@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_a_day_far_away_is_refused(cli: Cli, command: list[str], day: str) -> None:
    result = cli(*command, "--today", day)
    assert (result.status, result.out) == (1, "")
    assert "CONFIGURATION_ERROR" in result.err
    assert "years 2000 to 2099" in " ".join(result.err.split())


def test_modules_are_switched_off_for_the_youngest() -> None:
    stop, answers = threading.Event(), {}

    def started(sim: Simulator) -> None:
        for child in sim.children:
            headers = {"authorization": f"Bearer {sim.token(child.id)}"}
            for path in ("Notes", "LuckyNumbers", "Grades"):
                answer = httpx2.get(f"{sim.hosts.api}/{path}", headers=headers, trust_env=False)
                answers[child.class_name, path] = answer.status_code
        stop.set()

    out = io.StringIO()
    serve(0, 2, 7, out, switched_off=("Notes", "LuckyNumbers"), stop=stop, started=started)
    assert re.search(r"^Switched off for .+: Notes, LuckyNumbers\.$", out.getvalue(), re.MULTILINE)
    assert list(answers.values()) == [200, 200, 200, 403, 403, 200]


def test_a_module_that_does_not_exist_is_refused(cli: Cli) -> None:
    result = cli("simulator", "--port", "0", "--switch-off", "Note")
    assert (result.status, result.out) == (1, "")
    assert "Did you mean one of: Notes" in " ".join(result.err.split())


@pytest.mark.parametrize(
    ("name", "meant"),
    [("Foo", "These it has"), ("*", "These it has"), ("Averages", "Grades/Averages, Point")],
)
def test_only_what_the_api_has_is_switched_off(cli: Cli, name: str, meant: str) -> None:
    result = cli("simulator", "--port", "0", "--switch-off", name)
    assert (result.status, result.out) == (1, "")
    assert meant in " ".join(result.err.split())


def test_messages_may_be_unpaid(tmp_path: Path) -> None:
    run = spawn("simulator", "--port", "0", "--children", "2", "--messages-unpaid", cwd=tmp_path)
    assert run.stdout is not None
    out = ""
    while "Ctrl-C" not in out:
        line = run.stdout.readline()
        assert line, run.communicate(timeout=20)
        out += line
    try:
        assert "Messages are not paid for, for no child: they are refused." in out
        for child in re.findall(r"^  (\d+)  ", out, re.MULTILINE):
            env = {**told(out), "LIBRUS_CHILD": child}
            done = spawn("messages", "unread", cwd=tmp_path, env=env)
            shown, err = done.communicate(timeout=20)
            assert (done.returncode != 0, shown) == (True, "")
            assert "paid" in err
    finally:
        run.send_signal(signal.SIGINT)
        assert run.communicate(timeout=20)[1] == ""
