"""One child's day on one screen; every child's; and what stands where something cannot be read."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from librus_sdk.cli._days import short_day, today, with_weekday
from librus_sdk.cli.commands import overview as module
from librus_sdk.simulator import Simulator
from tests.cli.conftest import SCHOOL_DAY, Cli, Terminal, as_sent, first, nameless

TITLES = [
    "Lessons",
    "New grades of the last 7 days",
    "Absences and late arrivals of the last 7 days",
    "Tests, events and homework of the next 14 days",
]
MONDAY = date(2026, 11, 23)


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


def test_the_lessons_of_today_and_tomorrow_stand_side_by_side(cli: Cli) -> None:
    with Simulator(today=MONDAY) as sim:
        lines = overview(cli, sim, "--day", str(MONDAY))["Lessons"].splitlines()
        plan = as_sent(sim, "Timetables", {"weekStart": str(MONDAY)})["Timetable"]
    tuesday = MONDAY + timedelta(days=1)
    assert re.split("  +", lines[1].strip())[2:] == [
        f"Today, {short_day(MONDAY)}", f"Tomorrow, {short_day(tuesday)}"
    ]  # fmt: skip
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


def test_on_friday_the_next_school_day_is_in_the_next_week(cli: Cli) -> None:
    friday = date(2026, 11, 20)
    with Simulator(today=friday) as sim:
        lessons = overview(cli, sim, "--day", str(friday))["Lessons"]
        assert sim.counts["Timetables"] == 2
    assert "No lessons tomorrow." in lessons
    assert re.search(rf"Today, {short_day(friday)} +{short_day(MONDAY)}", lessons)


def test_on_saturday_there_are_none_today_nor_tomorrow(cli: Cli) -> None:
    saturday = date(2026, 11, 21)
    with Simulator(today=saturday) as sim:
        lessons = overview(cli, sim, "--day", str(saturday))["Lessons"]
    assert "No lessons today." in lessons
    assert "No lessons tomorrow." in lessons
    assert "Today" not in lessons
    assert "pon. 23.11" in lessons


def test_in_the_holidays_it_says_that_there_are_no_lessons(cli: Cli) -> None:
    july = date(2026, 7, 17)
    with Simulator(today=july) as sim:
        found = overview(cli, sim, "--day", str(july))
    assert "No lessons today." in found["Lessons"]
    assert "No lessons tomorrow, and none until the end of next week." in found["Lessons"]
    assert found[TITLES[1]].strip() == "None."
    assert found[TITLES[3]].strip() == "Nothing."


def test_it_is_of_one_day_though_midnight_passes_in_between(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    thursday = date(2026, 11, 26)
    for argv in (["--child"], ["--all"]):
        days = iter([thursday])
        monkeypatch.setattr(module, "today", lambda days=days: next(days, thursday + timedelta(days=1)))
        with Simulator(today=thursday, children=1) as sim:
            child = [first(sim)] if argv == ["--child"] else []
            found = parts(cli("overview", *argv, *child, sim=sim, env={"COLUMNS": "200"}).out)
        assert next(iter(found)) == f"{sim.children[0].name}, {with_weekday(thursday)}"
        assert f"Today, {short_day(thursday)}" in found["Lessons"]


def lesson(day: date, number: int, **more: Any) -> dict[str, Any]:
    return {
        "LessonNo": str(number), "HourFrom": "08:00", "HourTo": "08:45", "Date": str(day),
        "Subject": {"Id": 1, "Name": f"Lekcja {number}"}, **more,
    }  # fmt: skip


def test_lessons_that_do_not_take_place_are_struck_out_or_pale(sim: Simulator, terminal: Terminal) -> None:
    day = today()
    slots = [
        [lesson(day, 1, IsCanceled=True)],
        [lesson(day, 2, IsCanceled=True, IsSubstitutionClass=True)],
        [lesson(day, 3, IsSubstitutionClass=True, Teacher={"Id": 1}, OrgTeacher={"Id": 2})],
        [lesson(day, 4), lesson(day, 4, IsCanceled=True)],
    ]
    sim.fail("Timetables", body={"Timetable": {str(day): slots}}, times=None)
    drawn = terminal("overview", "--child", first(sim), sim=sim)
    assert "\x1b[9mLekcja 1: cancelled\x1b[0m" in drawn
    assert "\x1b[2mLekcja 2: moved away\x1b[0m" in drawn
    assert "\x1b[1mLekcja 3: changed\x1b[0m" in drawn
    assert re.search(r"(?<!m)Lekcja 4\s", drawn)
    assert "Lekcja 4: cancelled" in drawn


def test_a_substitution_says_what_is_different(cli: Cli, sim: Simulator) -> None:
    day = today()
    anna, jan = ({"Id": 1, "FirstName": "Anna", "LastName": "Lis"}, {"Id": 2, "LastName": "Bąk"})
    changes: list[dict[str, Any]] = [
        {"Teacher": anna, "OrgTeacher": jan},
        {"Teacher": jan, "OrgTeacher": jan, "OrgSubject": {"Id": 9, "Name": "Chemia"}},
        {"Classroom": {"Id": 1, "Symbol": "5"}, "OrgClassroom": {"Id": 2, "Symbol": "6"}},
    ]
    slots = [
        [lesson(day, number, IsSubstitutionClass=True, **change)]
        for number, change in enumerate(changes, start=1)
    ]
    sim.fail("Timetables", body={"Timetable": {str(day): slots}}, times=None)
    said = [re.split("  +", line)[-1] for line in overview(cli, sim)["Lessons"].splitlines()[-3:]]
    assert said == ["Lekcja 1: with Anna Lis", "Lekcja 2: instead of Chemia", "Lekcja 3 (5): other room"]


def test_the_next_school_day_is_found_behind_free_days(cli: Cli, sim: Simulator) -> None:
    monday = today() - timedelta(days=today().weekday())
    later = monday + timedelta(days=9)
    sim.fail("Timetables", body={"Timetable": {str(later): [[lesson(later, 1)]]}}, times=None)
    assert short_day(later) in overview(cli, sim, "--day", str(monday))["Lessons"]


def test_homework_stands_among_the_tests_on_the_day_it_is_due(cli: Cli, sim: Simulator) -> None:
    row = as_sent(sim, "HomeWorkAssignments", {})["HomeWorkAssignments"][0]
    offsets = {"Dawne": -1, "Na dziś": 0, "Na później": 14, "Dalekie": 15}
    sent = [
        {**row, "Topic": topic, "DueDate": str(today() + timedelta(days=days))}
        for topic, days in offsets.items()
    ] + [{"Id": 1, "Topic": "Bez terminu"}]
    sim.fail("HomeWorkAssignments", body={"HomeWorkAssignments": sent}, times=None)
    sim.fail("HomeWorks", body={"HomeWorks": []}, times=None)
    rows = overview(cli, sim)[TITLES[3]].splitlines()[3:]
    assert [re.split("  +", line.strip())[0] for line in rows] == [
        f"today {today():%d.%m}",
        short_day(today() + timedelta(days=14)),
    ]
    assert [re.split("  +", line.strip())[1:3] for line in rows] == [["due", "homework"]] * 2
    assert "Na dziś" in rows[0]
    assert "Na później" in rows[1]


@pytest.mark.parametrize(("state", "said"), [(403, ""), (500, "Homework: Could not be read.")])
def test_homework_that_cannot_be_read(cli: Cli, sim: Simulator, state: int, said: str) -> None:
    sim.fail("HomeWorkAssignments", status=state, body={}, times=None, retry_after=0)
    sim.fail("HomeWorks", body={"HomeWorks": []}, times=None)
    part = overview(cli, sim)[TITLES[3]]
    assert ("Homework" in part) == bool(said)
    assert said in part
    assert ("Nothing." in part) == (state == 403)


def test_more_than_fits_a_screen_is_counted(cli: Cli, sim: Simulator) -> None:
    row = as_sent(sim, "HomeWorks", {})["HomeWorks"][0]
    sent = [{**row, "Id": n, "Date": str(today()), "LessonNo": n, "Content": f"Nr {n}."} for n in range(13)]
    sim.fail("HomeWorks", body={"HomeWorks": sent}, times=None)
    sim.fail("HomeWorkAssignments", body={"HomeWorkAssignments": []}, times=None)
    part = overview(cli, sim)[TITLES[3]]
    assert part.count("Nr ") == 10
    assert "And 3 more: librus homework list, librus homework assignments." in part


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ([], "none in the last 7 days"),
        ([0, 1, 1], "3 in the last 7 days (1 blame, 2 praise)"),
        ([2, None], "2 in the last 7 days"),
    ],
)
def test_new_notes_are_counted(cli: Cli, sim: Simulator, kinds: list[int | None], said: str) -> None:
    notes = [{"Id": n, "Date": str(today()), "Positive": kind} for n, kind in enumerate(kinds)]
    old = {"Id": 99, "Date": str(today() - timedelta(days=7)), "Positive": 0}
    sim.fail("Notes", body={"Notes": [*notes, old, {"Id": 98}]}, times=None)
    assert fields(next(iter(overview(cli, sim).values())))["new notes"] == said


def test_a_proposed_grade_is_called_so(cli: Cli, sim: Simulator) -> None:
    row = as_sent(sim, "Grades", {})["Grades"][0]
    sent = {**row, "AddDate": f"{today()} 10:00:00", "IsSemesterProposition": True, "IsConstituent": False}
    sim.fail("Grades", body={"Grades": [sent]}, times=None)
    assert "proposed for the semester" in overview(cli, sim)[TITLES[1]]


def test_groups_that_are_taught_at_once_are_told_apart(cli: Cli, sim: Simulator) -> None:
    day = today()
    groups = [
        lesson(day, 1, VirtualClassName=name, Classroom={"Id": number, "Symbol": room})
        for number, (name, room) in enumerate([("gr. 1", "12"), ("gr. 2", "14"), ("gr. 3", "")])
    ]
    sim.fail("Timetables", body={"Timetable": {str(day): [groups]}}, times=None)
    lines = overview(cli, sim)["Lessons"].splitlines()[-3:]
    assert [line.strip().removeprefix("1  08:00-08:45").strip() for line in lines] == [
        "Lekcja 1 (gr. 1, 12)", "Lekcja 1 (gr. 2, 14)", "Lekcja 1 (gr. 3)",
    ]  # fmt: skip


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


def described(day: date, subject: int) -> dict[str, Any]:
    return {"Id": subject, "Map": "B", "AddDate": f"{day} 10:00:00", "Subject": {"Id": subject}}


def test_descriptive_grades_of_the_youngest_are_counted_by_subject(cli: Cli, sim: Simulator) -> None:
    subjects = as_sent(sim, "Subjects", {})["Subjects"][:3]
    days = [today(), today() - timedelta(days=6), today() - timedelta(days=7)]
    rows = [described(day, int(row["Id"])) for day, row in zip(days, subjects, strict=True)]
    sim.fail("DescriptiveGrades", body={"Grades": [rows[0], *rows]}, times=None)
    sim.fail("Grades", body={"Grades": []}, times=1)
    only = " ".join(overview(cli, sim)[TITLES[1]].split())
    assert only.startswith("3 descriptive grades (")
    assert only.endswith("); to see what they say, run: librus grades descriptive.")
    assert [row["Name"] in only for row in subjects] == [True, True, False]
    # Beside ordinary ones they stand below their table.
    grade = as_sent(sim, "Grades", {})["Grades"][0] | {"AddDate": f"{today()} 10:00:00"}
    sim.fail("Grades", body={"Grades": [grade]}, times=None)
    both = overview(cli, sim)[TITLES[1]]
    assert both.index("Category") < both.index("3 descriptive grades (")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 404, "body": {"Code": "DescriptiveGradesIsNotActive"}}, "None."),
        ({"status": 403, "body": {}}, "None."),
        ({"body": {"Grades": []}}, "None."),
        ({"status": 400, "body": {}}, "None. Descriptive grades: Could not be read. Librus did not accept"),
    ],
)
def test_nobody_misses_descriptive_grades_where_there_are_none(
    cli: Cli, sim: Simulator, fault: dict[str, Any], said: str
) -> None:
    sim.fail("Grades", body={"Grades": []}, times=None)
    sim.fail("DescriptiveGrades", times=None, **fault)
    told = " ".join(overview(cli, sim)[TITLES[1]].split())
    assert told.startswith(said)
    assert told == said or "Could not be read" in said


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
            "1 unread, no longer on the board",
        ),
        ("Attendances", {"Attendances": []}, "not excused", "none this school year"),
    ],
)  # fmt: skip
def test_the_summary(cli: Cli, sim: Simulator, path: str, body: Any, label: str, said: str) -> None:
    sim.fail(path, body=body, times=None)
    assert fields(next(iter(overview(cli, sim).values())))[label] == said


def test_of_the_lucky_number_of_today_the_day_is_not_told(cli: Cli, sim: Simulator) -> None:
    drawn = {"LuckyNumber": 7, "LuckyNumberDay": str(today())}
    sim.fail("LuckyNumbers", body={"LuckyNumber": drawn}, times=None)
    assert fields(next(iter(overview(cli, sim).values())))["lucky number"] == "7"


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
    ("path", "lost"),
    [
        ("Grades/Categories", "Categories"),
        ("HomeWorks/Categories", "Kinds"),
        # Standard kinds are known without their list.
        ("Attendances/Types", None),
    ],
)
def test_a_list_of_names_that_fails_costs_names_only(
    cli: Cli, sim: Simulator, path: str, lost: str | None
) -> None:
    sim.fail(path, status=403, body={}, times=None)
    argv = ["overview", "--day", str(SCHOOL_DAY), "--child", first(sim)]
    result = cli(*argv, sim=sim)
    assert list(parts(result.out))[1:] == TITLES
    assert (result.status, result.err) == (0, nameless(lost) if lost else "")


def test_without_subjects_and_lessons_it_is_all_there(cli: Cli, sim: Simulator) -> None:
    sim.fail("Lessons", status=403, body={}, times=None)
    sim.fail("Subjects", status=403, body={}, times=None)
    result = cli("overview", "--day", str(SCHOOL_DAY), "--child", first(sim), sim=sim)
    assert list(parts(result.out))[1:] == TITLES
    assert (result.status, result.err) == (0, nameless("Subjects"))


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
