"""One child's day on one screen; every child's; and what stands where something cannot be read."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from librus_sdk.cli._days import short_day, today, with_weekday
from librus_sdk.cli.commands import overview as module
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, as_sent, first
from tests.cli.test_processes import terminal_output

TITLES = [
    "Lessons",
    "New grades of the last 7 days",
    "Absences and late arrivals of the last 7 days",
    "Tests and events of the next 14 days",
]
MONDAY = date(2026, 11, 23)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Lets the command believe that it is another day."""

    def set_to(day: date) -> None:
        monkeypatch.setattr(module, "today", lambda: day)

    return set_to


def parts(out: str) -> dict[str, str]:
    """The text below each title; the first title is the child's."""
    found = re.split(r"^(?=\S)", out, flags=re.MULTILINE)
    return {part.partition("\n")[0]: part.partition("\n")[2].rstrip() for part in found if part.strip()}


def overview(cli: Cli, sim: Simulator, *argv: str, child: int = 0, width: int = 200) -> dict[str, str]:
    env = {"COLUMNS": str(width)}
    result = cli("overview", *argv, "--child", sim.children[child].id, sim=sim, env=env)
    assert (result.status, result.err) == (0, "")
    return parts(result.out)


def fields(part: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\S+(?: \S+)*)  +(\S.*)$", part, re.MULTILINE))


def test_a_child_has_a_title_with_the_day_and_its_parts_in_order(cli: Cli, calm: Simulator) -> None:
    for child, it in enumerate(calm.children):
        found = overview(cli, calm, child=child)
        assert list(found) == [f"{it.name}, {with_weekday(today())}", *TITLES]


@pytest.mark.parametrize("width", [80, 140])
def test_it_fits_the_terminal_and_shows_no_id(cli: Cli, calm: Simulator, width: int) -> None:
    for child in calm.children:
        out = cli("overview", "--child", child.id, sim=calm, env={"COLUMNS": str(width)}).out
        assert max(map(len, out.splitlines())) <= width
        assert not re.search(r"#\d|None(?!\.)", out)


def test_the_lessons_of_today_and_tomorrow_stand_side_by_side(cli: Cli, on: Callable[[date], None]) -> None:
    on(MONDAY)
    with Simulator(today=MONDAY) as sim:
        lines = overview(cli, sim)["Lessons"].splitlines()
        plan = as_sent(sim, "Timetables", {"weekStart": str(MONDAY)})["Timetable"]
    assert re.search(r"Today, pon\. 23\.11 +Tomorrow, wt\. 24\.11", lines[1])
    numbers = {
        int(lesson["LessonNo"])
        for day in ("2026-11-23", "2026-11-24")
        for slot in plan[day]
        for lesson in slot
    }
    assert [int(line.split()[0]) for line in lines if re.match(r" +\d+ ", line)] == sorted(numbers)
    for day in ("2026-11-23", "2026-11-24"):
        for lesson in (lesson for slot in plan[day] for lesson in slot):
            assert any(lesson["Subject"]["Name"] in line for line in lines)


def test_on_friday_the_next_school_day_is_in_the_next_week(cli: Cli, on: Callable[[date], None]) -> None:
    friday = date(2026, 11, 20)
    on(friday)
    with Simulator(today=friday) as sim:
        lessons = overview(cli, sim)["Lessons"]
        assert sim.counts["Timetables"] == 2
    assert "No lessons tomorrow." in lessons
    assert re.search(r"Today, pt\. 20\.11 +pon\. 23\.11", lessons)


def test_on_saturday_there_are_none_today_nor_tomorrow(cli: Cli, on: Callable[[date], None]) -> None:
    saturday = date(2026, 11, 21)
    on(saturday)
    with Simulator(today=saturday) as sim:
        lessons = overview(cli, sim)["Lessons"]
    assert "No lessons today." in lessons
    assert "No lessons tomorrow." in lessons
    assert "Today" not in lessons
    assert "pon. 23.11" in lessons


def test_in_the_holidays_it_says_that_there_are_no_lessons(cli: Cli, on: Callable[[date], None]) -> None:
    july = date(2026, 7, 17)
    on(july)
    with Simulator(today=july) as sim:
        found = overview(cli, sim)
    assert "No lessons today." in found["Lessons"]
    assert "No lessons tomorrow and none next week." in found["Lessons"]
    assert found[TITLES[1]].strip() == "None."
    assert found[TITLES[3]].strip() == "Nothing."


def lesson(day: date, number: int, **more: Any) -> dict[str, Any]:
    return {
        "LessonNo": str(number), "HourFrom": "08:00", "HourTo": "08:45", "Date": str(day),
        "Subject": {"Id": 1, "Name": f"Lekcja {number}"}, **more,
    }  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are made differently there")
def test_lessons_that_do_not_take_place_are_struck_out_or_pale(sim: Simulator, tmp_path: Path) -> None:
    day = today()
    slots = [
        [lesson(day, 1, IsCanceled=True)],
        [lesson(day, 2, IsCanceled=True, IsSubstitutionClass=True)],
        [lesson(day, 3, IsSubstitutionClass=True, Teacher={"Id": 1}, OrgTeacher={"Id": 2})],
        [lesson(day, 4), lesson(day, 4, IsCanceled=True)],
    ]
    sim.fail("Timetables", body={"Timetable": {str(day): slots}}, times=None)
    env = {"LIBRUS_CHILD": first(sim)}
    drawn = terminal_output("overview", sim=sim, cwd=tmp_path, columns=120, env=env)
    assert "\x1b[9mLekcja 1: cancelled\x1b[0m" in drawn
    assert "\x1b[2mLekcja 2: moved away\x1b[0m" in drawn
    assert "\x1b[1mLekcja 3: changed\x1b[0m" in drawn
    assert re.search(r"(?<!m)Lekcja 4\s", drawn)
    assert "Lekcja 4: cancelled" in drawn


def test_only_grades_that_were_entered_lately_are_new(cli: Cli, sim: Simulator) -> None:
    sent = as_sent(sim, "Grades", {})
    names = {str(row["Id"]): row["Name"] for row in as_sent(sim, "Subjects", {})["Subjects"]}
    grades = sent["Grades"][:3]
    days = [today(), today() - timedelta(days=6), today() - timedelta(days=7)]
    for grade, mark, day in zip(grades, ("1+", "2-", "6-"), days, strict=True):
        grade |= {"Grade": mark, "AddDate": f"{day} 10:00:00", "Date": "2026-09-02"}
    sim.fail("Grades", body={"Grades": grades}, times=None)
    rows = overview(cli, sim)[TITLES[1]].splitlines()[3:]
    assert [row.split()[:2] for row in rows] == [
        ["today", f"{days[0]:%d.%m}"],
        short_day(days[1]).split(),
    ]
    for row, grade in zip(rows, grades, strict=False):
        assert grade["Grade"] in row
        assert names[str(grade["Subject"]["Id"])] in row


def test_absences_of_a_day_stand_together_and_those_not_excused_are_counted(cli: Cli, sim: Simulator) -> None:
    row = as_sent(sim, "Attendances", {})["Attendances"][0]
    entries = [
        (today(), 1, 1), (today(), 2, 1), (today(), 4, 1), (today(), 3, 2), (today(), 5, 100),
        (today() - timedelta(days=1), 2, 3), (today() - timedelta(days=30), 2, 1),
    ]  # fmt: skip
    sent = [
        {**row, "Id": number, "Date": str(day), "LessonNo": no, "Type": {"Id": kind}}
        for number, (day, no, kind) in enumerate(entries)
    ]
    sim.fail("Attendances", body={"Attendances": sent}, times=None)
    found = overview(cli, sim)
    rows = [re.split(r"  +", line.strip()) for line in found[TITLES[2]].splitlines()[3:]]
    yesterday = today() - timedelta(days=1)
    assert [row[:3] for row in rows] == [
        [f"today {today():%d.%m}", "1-2, 4", "absent"],
        [f"today {today():%d.%m}", "3", "late"],
        [short_day(yesterday), "2", "absent, excused"],
    ]
    assert fields(next(iter(found.values())))["not excused"] == "4 lessons this school year"


def test_the_agenda_looks_two_weeks_ahead(cli: Cli, sim: Simulator) -> None:
    row = as_sent(sim, "HomeWorks", {})["HomeWorks"][0]
    offsets = {"dawno": -1, "dziś": 0, "jeszcze": 14, "za daleko": 15}
    sent = [
        {**row, "Date": str(today() + timedelta(days=days)), "Content": name}
        for name, days in offsets.items()
    ]
    sim.fail("HomeWorks", body={"HomeWorks": sent}, times=None)
    part = overview(cli, sim)[TITLES[3]]
    assert "dziś" in part
    assert "jeszcze" in part
    assert "dawno" not in part
    assert "daleko" not in part


def test_a_long_text_of_the_agenda_is_shortened_at_a_word(cli: Cli, sim: Simulator) -> None:
    row = as_sent(sim, "HomeWorks", {})["HomeWorks"][0]
    sent = [{**row, "Date": str(today()), "Content": "powtórzenie " * 30}]
    sim.fail("HomeWorks", body={"HomeWorks": sent}, times=None)
    part = overview(cli, sim, width=200)[TITLES[3]]
    assert part.count("powtórzenie") == 8
    assert "powtórzenie …" in part


def notice(number: int, **more: Any) -> dict[str, Any]:
    return {"Id": number, "Subject": f"Ogłoszenie {number}", "WasRead": False} | more


@pytest.mark.parametrize(
    ("path", "body", "label", "said"),
    [
        (
            "LuckyNumbers",
            {"LuckyNumber": {"LuckyNumber": 7, "LuckyNumberDay": str(today())}},
            "lucky number",
            "7",
        ),
        (
            "LuckyNumbers",
            {"LuckyNumber": {"LuckyNumber": 7, "LuckyNumberDay": "2020-01-08"}},
            "lucky number",
            "7, for śr. 08.01.2020",
        ),
        ("LuckyNumbers", {"LuckyNumber": {}}, "lucky number", "none was drawn"),
        ("Messages/Unread", {"UnreadMessages": 0}, "unread messages", "none"),
        ("Messages/Unread", {"UnreadMessages": "12"}, "unread messages", "12"),
        ("SchoolNotices", {"SchoolNotices": [notice(1, WasRead=True)]}, "announcements", "none unread"),
        (
            "SchoolNotices",
            {"SchoolNotices": [notice(1, EndDate="2020-01-01")]},
            "announcements",
            "none unread",
        ),
        ("Attendances", {"Attendances": []}, "not excused", "no lesson this school year"),
    ],
)  # fmt: skip
def test_the_summary(cli: Cli, sim: Simulator, path: str, body: Any, label: str, said: str) -> None:
    sim.fail(path, body=body, times=None)
    assert fields(next(iter(overview(cli, sim).values())))[label] == said


def test_unread_announcements_are_named_the_latest_first(cli: Cli, sim: Simulator) -> None:
    notices = [notice(number, StartDate=f"2026-09-0{number}") for number in range(1, 6)]
    sim.fail("SchoolNotices", body={"SchoolNotices": notices}, times=None)
    summary = next(iter(overview(cli, sim).values()))
    said = [line.removeprefix("  announcements").strip() for line in summary.splitlines()[3:8]]
    assert said == ["5 unread:", "Ogłoszenie 5", "Ogłoszenie 4", "Ogłoszenie 3", "and 2 more"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 404, "body": {"Code": "LuckyNumberIsNotActive"}}, "The school has switched this off"),
        ({"status": 403, "body": {}}, "Not open to this account."),
        ({"status": 400, "body": {}}, "Could not be read. Librus did not accept the request"),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "LuckyNumbers",
        "Messages/Unread",
        "SchoolNotices",
        "Attendances",
        "Timetables",
        "Grades",
        "HomeWorks",
    ],
)
def test_what_cannot_be_read_says_why_in_its_place(
    cli: Cli, sim: Simulator, fault: dict[str, Any], said: str, path: str
) -> None:
    sim.fail(path, times=None, **fault)
    result = cli("overview", "--child", first(sim), sim=sim, env={"COLUMNS": "200"})
    assert (result.status, result.err) == (0, "")
    assert said in result.out
    assert "Could not be read" not in result.out.replace(said, "")


@pytest.mark.parametrize(
    "path", ["Grades/Categories", "Attendances/Types", "Lessons", "HomeWorks/Categories"]
)
def test_a_list_of_names_that_fails_costs_names_only(cli: Cli, sim: Simulator, path: str) -> None:
    sim.fail(path, status=403, body={}, times=None)
    assert list(overview(cli, sim))[1:] == TITLES


def test_when_nothing_can_be_read_it_is_an_error(cli: Cli, sim: Simulator) -> None:
    sim.fail("*", status=403, body={}, times=None)
    sim.fail("Timetables", status=503, body={"Status": "Maintenance"}, times=None)
    for argv in (["--child", first(sim)], ["--all"]):
        result = cli("overview", *argv, sim=sim)
        assert (result.status, result.out) == (1, "")
        assert "Error" in result.err


def test_all_children_stand_one_below_the_other(cli: Cli, calm: Simulator) -> None:
    before = calm.counts["login"]
    out = cli("overview", "--all", sim=calm).out
    titles = [line for line in out.splitlines() if re.fullmatch(r"\S.*\d{4}", line)]
    assert titles == [f"{child.name}, {with_weekday(today())}" for child in calm.children]
    assert calm.counts["login"] == before + 1
    for child in calm.children:
        assert cli("overview", "--child", child.id, sim=calm).out in out


def test_one_child_that_fails_does_not_cost_the_others(cli: Cli, sim: Simulator) -> None:
    gone = sim.children[1]
    sim.fail("fresh", status=404, body={"reason": "Account not found"}, times=None)
    sim.expire_child_tokens(gone.id)
    text = cli("overview", "--all", sim=sim)
    assert text.status == 0
    assert f"Overview of {gone.name}" in text.out
    assert sim.children[0].name in text.out
    sim.expire_child_tokens(gone.id)
    found = cli("overview", "--all", "--format=json", sim=sim).json["children"]
    assert [("data" in part, "error" in part) for part in found] == [
        (True, False),
        (False, True),
        (True, False),
    ]


def test_as_json_every_part_is_as_librus_sent_it_or_says_why_not(cli: Cli, sim: Simulator) -> None:
    sim.fail("LuckyNumbers", status=404, body={"Code": "LuckyNumberIsNotActive"}, times=None)
    found = cli("overview", "--child", first(sim), "--format", "json", sim=sim).json
    assert list(found) == ["child", "data"]
    assert found["data"]["grades"] == {"state": "ok", "data": as_sent(sim, "Grades", {})}
    assert found["data"]["agenda"] == {"state": "ok", "data": as_sent(sim, "HomeWorks", {})}
    lucky = found["data"]["lucky_number"]
    assert (lucky["state"], lucky["error"]["code"]) == ("off", "FEATURE_UNAVAILABLE")
    everybody = cli("overview", "--all", "--format", "json", sim=sim).json
    assert list(everybody) == ["children"]
    assert everybody["children"][0] == found


def test_one_child_or_all_of_them(cli: Cli, calm: Simulator) -> None:
    result = cli("overview", "--all", "--child", first(calm), sim=calm)
    assert result.status == 1
    assert "CLI_USAGE_ERROR" in result.err
    assert "leave out --child, or leave out --all" in " ".join(result.err.split())
    # The variable names the usual child; --all asks for all the same.
    env = {"LIBRUS_CHILD": first(calm)}
    assert calm.children[2].name in cli("overview", "--all", sim=calm, env=env).out


def test_an_account_without_children(cli: Cli, sim: Simulator) -> None:
    for child in sim.children:
        sim.remove(child.id)
    assert "No child is linked to this account." in cli("overview", "--all", sim=sim).out
    assert cli("overview", "--all", "--format=json", sim=sim).json == {"children": []}


def test_an_odd_row_costs_itself_and_is_told_of(cli: Cli, sim: Simulator) -> None:
    body = as_sent(sim, "Grades", {})
    body["Grades"][0]["Grade"] = {"odd": 1}
    sim.fail("Grades", body=body, times=None)
    result = cli("overview", "--child", first(sim), sim=sim)
    assert result.status == 0
    assert "1 row has an unknown form" in result.err


def test_nothing_is_read_twice(cli: Cli, sim: Simulator) -> None:
    cli("overview", "--child", first(sim), sim=sim)
    paths = [request.endpoint for request in sim.requests if request.origin == "api"]
    assert len(paths) == len(set(paths)) + max(0, paths.count("Timetables") - 1)
