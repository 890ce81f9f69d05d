from __future__ import annotations

import re
from typing import Any

import pytest

from librus_sdk import simulator
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Simulator]:
    """The simulators the demo starts, to be asked afterwards."""
    made: list[Simulator] = []

    class Watched(Simulator):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            made.append(self)

    monkeypatch.setattr(simulator, "Simulator", Watched)
    return made


def numbers(out: str) -> dict[str, int]:
    found = re.findall(
        r"^  (reads made|401s met|portal refreshes made|sign-ins made|errors shown) +(\d+)", out, re.MULTILINE
    )
    return {label: int(number) for label, number in found}


def test_the_demo_hides_every_death_and_says_what_it_hid(cli: Cli, started: list[Simulator]) -> None:
    result = cli("demo", "--today", "2026-11-23")
    assert (result.status, result.err) == (0, "")
    (sim,) = started
    said = numbers(result.out)
    read = [request for request in sim.requests if request.origin == "api"]
    assert said == {
        "reads made": sum(1 for request in read if request.status == 200),
        "401s met": sum(1 for request in sim.requests if request.status == 401),
        "portal refreshes made": sum(
            1 for request in sim.requests if request.endpoint == "fresh" and request.status == 200
        ),
        "sign-ins made": sim.counts["login"],
        "errors shown": 0,
    }
    assert said["reads made"] > 300
    assert said["sign-ins made"] == 2
    deaths = int(re.search(r"^  tokens died +(\d+) times", result.out, re.MULTILINE)[1])  # type: ignore[index]
    assert deaths >= 5
    # A death costs one refresh a child at most, and the portal's death one refusal.
    assert said["portal refreshes made"] <= 3 * deaths
    assert said["401s met"] >= said["portal refreshes made"]
    # The figures explain each other.
    told = " ".join(result.out.split())
    shown = said["reads made"] - 360
    refused = [request for request in sim.requests if request.status == 401]
    of_token = sum(1 for request in refused if request.origin == "api")
    dead = {(request.child_id, request.generation) for request in refused if request.origin == "api"}
    assert f"reads made {360 + shown} (360 with 16 in flight, {shown} for the grades shown)" in told
    last = [request.endpoint for request in read if request.status == 200][-shown:]
    assert sorted(last) == ["Grades", "Grades/Categories", "Subjects", "Users"]
    assert f"(refusals: {of_token} of a dead token, {len(refused) - of_token} of the dead portal" in told
    assert len(dead) == said["portal refreshes made"]
    assert (
        f"(for {len(dead)} dead tokens that were used; one for each refused read would be {of_token})" in told
    )


def test_the_demo_shows_a_table_of_grades_at_80_columns(cli: Cli) -> None:
    out = cli("demo", "--today", "2026-03-11").out
    assert max(map(len, out.splitlines())) <= 80
    assert re.search(r"Subject +Grade +Weight +Category( +Teacher)? +Date", out)
    # The year is left out in the school year that the real today is in.
    assert len(re.findall(r" \d\d\.\d\d(\.\d{4})?(  improves.*)?$", out, re.MULTILINE)) == 15


def test_the_demo_needs_no_settings_and_minds_none(cli: Cli) -> None:
    env = {"LIBRUS_PORTAL_EMAIL": "nonsense", "LIBRUS_API_URL": "nonsense", "LIBRUS_LOG_LEVEL": "nonsense"}
    assert cli("demo", env=env).status == 0


def test_a_broken_promise_is_told_and_fails(
    cli: Cli, started: list[Simulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Simulator.start

    def spoilt(sim: Simulator) -> Simulator:
        sim.fail("Notes", status=404, times=2)
        return start(sim)

    monkeypatch.setattr(Simulator, "start", spoilt)
    result = cli("demo")
    assert result.status == 1
    assert numbers(result.out)["errors shown"] == 2
    assert "API_REQUEST_FAILED" in result.out
    assert len(started) == 1


def test_the_demo_can_be_followed_and_shows_no_secret(cli: Cli, started: list[Simulator]) -> None:
    result = cli("demo", "--verbose")
    assert result.status == 0
    assert "session.refresh.success" in result.err
    assert not [secret for secret in started[0].secrets() if secret in result.out + result.err]


@pytest.mark.parametrize("today", ["2026-08-31", "2026-12-25", "2028-02-29"])
def test_the_demo_shows_the_year_around_a_day(cli: Cli, started: list[Simulator], today: str) -> None:
    result = cli("demo", "--today", today)
    assert (result.status, result.err) == (0, "")
    assert started[0].today.isoformat() == today
    assert numbers(result.out)["errors shown"] == 0
    assert re.search(r"the latest 15 of \d+", result.out)


def test_the_demo_of_the_first_school_day_has_no_grades_to_show(cli: Cli) -> None:
    result = cli("demo", "--today", "2026-09-01")
    assert (result.status, result.err) == (0, "")
    assert "None yet: the school year has just begun." in result.out
    assert numbers(result.out)["errors shown"] == 0
