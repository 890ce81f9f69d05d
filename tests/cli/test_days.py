"""What is read for a day or a week: the timetable and the lucky number."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from librus_sdk.cli import _coming
from librus_sdk.cli._days import from_now, today
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, as_sent, first, monday


def test_a_week_says_what_is_cancelled_and_substituted(cli: Cli, calm: Simulator) -> None:
    wide = {"COLUMNS": "200", "LIBRUS_CHILD": first(calm)}
    mondays = [date.fromisoformat(monday(calm)) + timedelta(weeks=week) for week in range(-8, 1)]
    seen = "".join(
        cli("timetable", "week", "--week-start", str(day), sim=calm, env=wide).out for day in mondays
    )
    teachers = {str(row["Id"]): row["LastName"] for row in as_sent(calm, "Users", {})["Users"]}
    rooms = {str(row["Id"]): row["Symbol"] for row in as_sent(calm, "Classrooms", {})["Classrooms"]}
    kinds = set()
    for day in mondays:
        sent = as_sent(calm, "Timetables", {"weekStart": str(day)})["Timetable"]
        for on, held in ((on, held) for on, slots in sent.items() for slot in slots for held in slot):
            if held["IsCanceled"]:
                kinds.add("moved to" if held["IsSubstitutionClass"] else "cancelled")
            elif held["IsSubstitutionClass"] and held["OrgDate"] != on:
                kinds.add(f"moved from .* {date.fromisoformat(held['OrgDate']):%d.%m}")
            elif held["IsSubstitutionClass"] and held["OrgTeacher"]["Id"] == held["Teacher"]["Id"]:
                kinds.add(f"planned in room {rooms[str(held['OrgClassroom']['Id'])]}")
            elif held["IsSubstitutionClass"]:
                kinds.add(f"substitution for .*{teachers[str(held['OrgTeacher']['Id'])]}")
    assert len(kinds) > 1
    for kind in kinds:
        assert re.search(kind, seen), kind


def lesson(**fields: Any) -> dict[str, Any]:
    base = {"LessonNo": "3", "HourFrom": "09:50", "HourTo": "10:35", "Subject": {"Id": 1, "Name": "Fizyka"}}
    return base | fields


PLAIN = "3 09:50-10:35 Fizyka — —"
OTHER = {"Id": 2, "Name": "WF"}


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (lesson(), PLAIN),
        (lesson(IsCanceled=True), f"{PLAIN} cancelled"),
        (
            lesson(IsCanceled=True, IsSubstitutionClass=True, NewDate="2026-09-15", NewLessonNo="1"),
            f"{PLAIN} moved to wt. 15.09 lesson 1",
        ),
        (lesson(IsCanceled=True, IsSubstitutionClass=True), f"{PLAIN} moved"),
        (
            lesson(IsSubstitutionClass=True, OrgDate="2026-09-11", OrgLessonNo="2"),
            f"{PLAIN} moved from pt. 11.09 lesson 2",
        ),
        (
            lesson(IsSubstitutionClass=True, OrgSubject={"Id": 1}, SubstitutionNote="w sali 5"),
            f"{PLAIN} substitution; w sali 5",
        ),
        (
            lesson(IsSubstitutionClass=True, OrgSubject=OTHER, SubstitutionNote="zastępstwo"),
            f"{PLAIN} substitution for WF",
        ),
        (
            lesson(
                IsSubstitutionClass=True,
                Classroom={"Id": 1},
                OrgClassroom={"Id": 2, "Symbol": "5"},
                OrgSubject=OTHER,
            ),
            "3 09:50-10:35 Fizyka — #1 substitution for WF; planned in room 5",
        ),
        ({"Teacher": {"Id": 9}, "Classroom": {"Id": 8}}, "0 — #9 #8"),
    ],
)
def test_what_is_said_about_a_lesson(cli: Cli, sim: Simulator, sent: dict[str, Any], line: str) -> None:
    sim.fail("Timetables", body={"Timetable": {"2026-09-14": [[sent]]}}, times=None)
    env = {"LIBRUS_CHILD": first(sim), "COLUMNS": "150"}
    result = cli("timetable", "day", "--day", "2026-09-14", sim=sim, env=env)
    assert (result.status, result.err) == (0, "")
    # The year is told of other school years only.
    assert " ".join(result.out.splitlines()[-1].split()).replace(".2026", "") == line


def test_a_day_without_lessons_says_so(cli: Cli, calm: Simulator) -> None:
    sunday = (date.fromisoformat(monday(calm)) - timedelta(days=1)).isoformat()
    assert "No lessons." in cli("timetable", "day", "--day", sunday, "--child", first(calm), sim=calm).out


def test_a_week_is_headed_by_its_monday_and_its_days(cli: Cli, calm: Simulator) -> None:
    start = date.fromisoformat(monday(calm))
    out = cli("timetable", "week", "--week-start", str(start), "--child", first(calm), sim=calm).out
    headings = [line for line in out.splitlines() if line and not line.startswith(" ")]
    names = ("pon.", "wt.", "śr.", "czw.", "pt.")
    days = [start + timedelta(days=number) for number in range(5)]
    assert headings == [
        f"Timetable of {calm.children[0].name}, week of pon. {start:%d.%m.%Y}",
        *(
            f"{name} {day:%d.%m.%Y}{', today' if day == today() else ''}"
            for name, day in zip(names, days, strict=True)
        ),
    ]
    day = cli("timetable", "day", "--day", str(start), "--child", first(calm), sim=calm).out
    assert day.startswith(f"Timetable of {calm.children[0].name}: pon. {start:%d.%m.%Y}")


def test_a_week_without_lessons_says_so_once(cli: Cli, sim: Simulator) -> None:
    body: dict[str, Any] = {"Timetable": {f"2026-07-{day:02}": [[]] for day in range(6, 13)}}
    sim.fail("Timetables", body=body, times=None)
    result = cli("timetable", "week", "--week-start", "2026-07-06", "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, "")
    assert result.out == (
        f"Timetable of {sim.children[0].name}, week of pon. 06.07.2026\n\n  No lessons this week.\n"
    )


def test_a_week_with_one_lesson_says_which_days_are_empty(cli: Cli, sim: Simulator) -> None:
    sim.fail("Timetables", body={"Timetable": {"2026-07-11": [[lesson()]]}}, times=None)
    out = cli("timetable", "week", "--week-start", "2026-07-06", "--child", first(sim), sim=sim).out
    assert out.count("No lessons.") == 5
    assert "No lessons this week." not in out
    assert "\nsob. 11.07.2026\n" in out


ASKED = "than the one asked for, śr. 01.01.2020."


@pytest.mark.parametrize(
    ("number", "asked", "said"),
    [
        (7, "2026-09-14", "7, for pon. 14.09.2026."),
        (
            7,
            "2020-01-01",
            f"7, for pon. 14.09.2026. Librus answered for another day {ASKED}",
        ),
        (
            None,
            "2020-01-01",
            f"None was drawn. Librus answered for another day, pon. 14.09.2026, {ASKED}",
        ),
    ],
)
def test_a_lucky_number_of_another_day_is_told(
    cli: Cli, sim: Simulator, number: int | None, asked: str, said: str
) -> None:
    drawn = {"LuckyNumber": number, "LuckyNumberDay": "2026-09-14"}
    sim.fail("LuckyNumbers", body={"LuckyNumber": drawn}, times=None)
    sim.fail("Users", status=403, times=None)
    argv = ["lucky-number", "get", "--for-day", asked, "--child", first(sim)]
    result = cli(*argv, sim=sim, env={"COLUMNS": "200"})
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines()[-1] == f"  {said}"


def test_the_lucky_number_is_compared_with_the_childs_own(cli: Cli, sim: Simulator) -> None:
    users = as_sent(sim, "Users", {})["Users"]
    (own,) = [user["ClassRegisterNumber"] for user in users if user.get("ClassRegisterNumber")]
    for number, said in {
        own: "It is the child's own number.",
        own + 1: f"The child's own number is {own}.",
    }.items():
        drawn = {"LuckyNumber": number, "LuckyNumberDay": str(sim.today)}
        sim.fail("LuckyNumbers", body={"LuckyNumber": drawn}, times=1)
        out = cli("lucky-number", "get", "--child", first(sim), sim=sim).out
        assert out.splitlines()[-1].endswith(f"{number}, for pon. 23.11.2026. {said}")
    sim.fail("Users", body={"Users": [*users, users[-1]]}, times=None)
    out = cli("lucky-number", "get", "--no-store", "--child", first(sim), sim=sim).out
    assert "own number" not in out


def test_the_lucky_number_comes_with_its_day(cli: Cli, calm: Simulator) -> None:
    drawn = as_sent(calm, "LuckyNumbers", {})["LuckyNumber"]
    out = cli("lucky-number", "get", "--child", first(calm), sim=calm).out
    assert str(drawn["LuckyNumber"]) in out
    assert f"{date.fromisoformat(drawn['LuckyNumberDay']):%d.%m.%Y}" in out


def test_what_is_over_at_midnight_is_either_coming_or_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monday = date(2026, 11, 23)
    days = iter([monday])
    monkeypatch.setattr(_coming, "today", lambda: next(days, monday + timedelta(days=1)))
    assert _coming.coming_and_past([monday], lambda day: (day, day)) == ([monday], [])


HOUR = 3600.0
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (0, "just now"),
        (-59.9, "just now"),
        (59.9, "just now"),
        (-60, "1 minute ago"),
        (-119, "1 minute ago"),
        (-120, "2 minutes ago"),
        (-(HOUR - 1), "59 minutes ago"),
        (-HOUR, "1 hour ago"),
        (HOUR, "in 1 hour"),
        (24 * HOUR - 1, "in 23 hours"),
        (-(2 * DAY - 1), "47 hours ago"),
        (-2 * DAY, "2 days ago"),
        (400 * DAY, "in 400 days"),
        (1e300, "—"),
        (float("inf"), "—"),
        (float("nan"), "—"),
        (-200 * 365 * DAY, "—"),
    ],
)
def test_how_long_ago(away: float, said: str) -> None:
    assert from_now(1_800_000_000.0 + away, 1_800_000_000.0) == said
