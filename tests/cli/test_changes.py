from __future__ import annotations

import re
from typing import Any

import pytest

from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Result, first


def run(cli: Cli, sim: Simulator, *argv: str) -> Result:
    return cli("changes", *argv, "--child", first(sim), sim=sim)


def register(cli: Cli, sim: Simulator) -> str:
    """Register the eldest child, and return the id."""
    answer = run(cli, sim, "register", "--format", "json").json["data"]
    return str(answer["ChangeRegister"]["Id"])


def listed(cli: Cli, sim: Simulator, device: str) -> Any:
    return run(cli, sim, "list", "--device", device, "--format", "json").json["data"]["Changes"]


def plain(text: str) -> str:
    return " ".join(text.split())


def test_registering_shows_the_id_to_keep(cli: Cli, sim: Simulator) -> None:
    result = run(cli, sim, "register")
    assert (result.status, result.err) == (0, "")
    found = re.search(r"^  device  (\d+)$", result.out, re.MULTILINE)
    assert found
    assert result.out.startswith(f"Registered for the changes of {sim.children[0].name}\n")
    assert "Keep this id: it is this child's only." in plain(result.out)
    assert listed(cli, sim, found[1]) == []
    answer = run(cli, sim, "register", "--format", "json").json
    assert list(answer) == ["child", "data"]
    assert sim.counts["ChangeRegister"] == 2


def test_changes_are_listed_until_they_are_acknowledged(cli: Cli, sim: Simulator) -> None:
    device = register(cli, sim)
    empty = run(cli, sim, "list", "--device", device)
    assert "Nothing that was not acknowledged." in empty.out
    assert "A hint only" in empty.out
    child = first(sim)
    records = [
        (sim.change(child, "Grades", "Add"), "Grades", "added"),
        (sim.change(child, "HomeWorks", "Edit"), "HomeWorks", "changed"),
        (sim.change(child, "SchoolNotices", "Delete"), "SchoolNotices", "deleted"),
    ]
    result = run(cli, sim, "list", "--device", device)
    assert (result.status, result.err) == (0, "")
    assert max(map(len, result.out.splitlines())) <= 80
    rows = [line.split() for line in result.out.splitlines() if re.match(r" +\d{8} ", line)]
    assert [(row[3], row[2], row[1]) for row in rows] == records
    ids = [row[0] for row in rows]
    assert [str(row["Id"]) for row in listed(cli, sim, device)] == ids
    said = run(cli, sim, "acknowledge", "--device", device, "--id", ids[0], "--id", ids[1])
    assert (said.status, said.err) == (0, "")
    assert said.out.endswith("\n\n  Librus was told of 2 changes.\n")
    assert [str(row["Id"]) for row in listed(cli, sim, device)] == ids[2:]
    answer = run(cli, sim, "acknowledge", "--device", device, "--id", ids[2], "--format", "json").json
    assert list(answer) == ["child", "data"]
    assert answer["data"] == {"acknowledged": 1}
    assert listed(cli, sim, device) == []


def test_a_change_of_which_little_is_known(cli: Cli, sim: Simulator) -> None:
    change = {"Id": 5, "Type": "Moved"}
    sim.fail("PushChanges", body={"Changes": [change, {"Id": 6}, {}]}, times=None)
    result = run(cli, sim, "list", "--device", "7")
    assert result.err == (
        "Note: 1 row has an unknown form and is left out here; --format json shows everything.\n"
    )
    rows = [line.split() for line in result.out.splitlines() if re.match(r" +\d ", line)]
    assert rows == [["5", "Moved", "—", "—", "—"], ["6", "—", "—", "—", "—"]]


@pytest.mark.parametrize("argv", [["list"], ["acknowledge", "--id", "5"]])
def test_an_unknown_device_is_told_in_words_of_the_command_line(
    cli: Cli, sim: Simulator, argv: list[str]
) -> None:
    result = run(cli, sim, *argv, "--device", "5", "--format", "json")
    assert (result.status, result.out) == (1, "")
    assert result.error["message"].startswith("Librus does not know this --device for this child")
    assert "librus changes register gives a new one" in result.error["message"]
    assert result.error["details"]["status"] == 400


def test_a_device_is_one_childs_only(cli: Cli, sim: Simulator) -> None:
    device = register(cli, sim)
    other = cli("changes", "list", "--device", device, "--child", sim.children[1].id, sim=sim)
    assert "does not know this --device" in plain(other.err)


def test_other_failures_stay_what_they_are(cli: Cli, sim: Simulator) -> None:
    sim.fail("PushChanges", status=403, times=None)
    assert "--device" not in run(cli, sim, "list", "--device", "5").err


@pytest.mark.parametrize(
    ("argv", "missing"),
    [
        (["list"], "--device"),
        (["acknowledge", "--device", "5"], "--id"),
        (["acknowledge", "--id", "5"], "--device"),
    ],
)
def test_what_must_be_given(cli: Cli, sim: Simulator, argv: list[str], missing: str) -> None:
    result = run(cli, sim, *argv, "--format", "json")
    assert result.error["code"] == "CLI_USAGE_ERROR"
    assert missing in result.error["message"]
    assert not sim.counts


@pytest.mark.parametrize("argv", [["list", "--device", " "], ["acknowledge", "--device", "5", "--id", " "]])
def test_what_is_no_id_is_not_sent(cli: Cli, sim: Simulator, argv: list[str]) -> None:
    result = run(cli, sim, *argv, "--format", "json")
    assert (result.status, result.out) == (1, "")
    assert "PushChanges" not in sim.counts


def test_the_help_says_that_it_is_a_hint(cli: Cli) -> None:
    assert "for programs, and a hint only" in plain(cli("changes", "--help").out)
    assert "a hint only, never all there is to know" in plain(cli("changes", "list", "--help").out)
