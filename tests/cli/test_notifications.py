"""The notification centre and what is pushed: objects with keys that nobody has written down."""

from __future__ import annotations

from typing import Any

import pytest

from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, as_sent, first


def cells(out: str) -> list[list[str]]:
    """The rows of the only table, below its titles."""
    lines = out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("  --")) + 1
    return [[part for part in line.strip().split("  ") if part] for line in lines[start:] if line]


def center(cli: Cli, sim: Simulator, value: Any) -> str:
    sim.fail("NotificationCenter", body={"NotificationCenter": value}, times=1)
    result = cli("notifications", "center", "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, "")
    return result.out


def test_the_centre_as_the_simulator_sends_it(cli: Cli, sim: Simulator) -> None:
    sent = as_sent(sim, "NotificationCenter", {})["NotificationCenter"]
    out = cli("notifications", "center", "--child", first(sim), sim=sim).out
    found = {label: value.strip() for label, value in cells(out)}
    assert found["the centre itself: shown"] == "yes"
    assert found["lucky number: shown"] == "yes"
    assert found["lucky number: number"] == sent["SczesliwyNumerek"]["Number"]


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        ({"Show": False, "Nowe": None}, [["Nowe", "  —"], ["the centre itself: shown", "no"]]),
        ({"A": [1, {"B": "x"}], "C": {}}, [["A: 1", "   1"], ["A: 2: B", "x"], ["C", "      —"]]),
    ],
)
def test_every_value_is_shown_with_the_way_to_it(
    cli: Cli, sim: Simulator, value: Any, rows: list[list[str]]
) -> None:
    found = [[label, said.strip()] for label, said in cells(center(cli, sim, value))]
    assert found == [[label, said.strip()] for label, said in rows]


@pytest.mark.parametrize("value", [{}, []])
def test_an_empty_centre(cli: Cli, sim: Simulator, value: Any) -> None:
    assert center(cli, sim, value).splitlines()[-1] == "  Librus says nothing here."


def push(cli: Cli, sim: Simulator, settings: Any, version: int | str = 3) -> str:
    sim.fail("PushConfigurations", body={"settings": settings, "version": version}, times=1)
    result = cli("notifications", "push-configurations", "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, "")
    return result.out


def test_what_is_pushed_as_the_simulator_sends_it(cli: Cli, sim: Simulator) -> None:
    sent = as_sent(sim, "PushConfigurations", {})
    out = cli("notifications", "push-configurations", "--child", first(sim), sim=sim).out
    words = {"Grades": "grades", "HomeWorks": "agenda", "SchoolNotices": "announcements"}
    for kind, said in words.items():
        line = next(line for line in out.splitlines() if line.strip().startswith(said))
        switches = ["yes" if on else "no" for on in sent["settings"][kind].values()]
        assert line.split()[-3:] == switches
    assert f"Version of the settings: {sent['version']}." in out


def test_kinds_and_switches_nobody_has_seen(cli: Cli, sim: Simulator) -> None:
    out = push(cli, sim, {"Surveys": {"add": True, "Blink": {"x": 1}}, "Grades": False, "Notes": {}}, "x-4")
    lines = [line.split() for line in out.splitlines() if line]
    assert ["What", "New", "Blink", "pushed"] in lines
    assert ["Surveys", "yes", "—", "—"] in lines
    assert ["grades", "—", "—", "no"] in lines
    assert ["notes", "—", "—", "—"] in lines
    assert "Version of the settings: x-4." in out


def test_no_settings(cli: Cli, sim: Simulator) -> None:
    assert "\n  Librus names no settings.\n" in push(cli, sim, {})
