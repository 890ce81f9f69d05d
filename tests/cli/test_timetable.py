"""What ``librus timetable`` says besides the lessons of a week: changes, the standing plan, free days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from librus_sdk.cli._days import short_day, this_monday, today, with_weekday
from librus_sdk.cli._names import polish_order
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Result, Terminal, as_sent, first, monday, nameless

LESSON = {"LessonNo": "3", "Subject": {"Id": 1, "Name": "Fizyka"}, "Teacher": {"Id": 2, "LastName": "Bąk"}}
URL = "https://api.librus.pl/3.0/Calendars/Substitutions/77/"


def show(cli: Cli, sim: Simulator, *argv: str, width: int = 140) -> Result:
    result = cli("timetable", *argv, "--child", first(sim), sim=sim, env={"COLUMNS": str(width)})
    assert (result.status, result.err) == (0, "")
    return result


def fields(out: str) -> dict[str, str]:
    lines = (line.strip().partition("  ") for line in out.splitlines() if line.startswith("  "))
    return {label: value.strip() for label, _, value in lines}


# --- changes ----------------------------------------------------------------------------------------------


def week_with(sim: Simulator, **lessons: list[dict[str, Any]]) -> None:
    this = date.fromisoformat(monday(sim))
    days: dict[str, Any] = {str(this + timedelta(days=n)): [] for n in range(7)}
    for name, sent in lessons.items():
        days[str(this + timedelta(days=int(name[3:])))] = [[lesson] for lesson in sent]
    sim.fail("Timetables", body={"Timetable": days}, times=None)


def test_substitutions_are_the_changed_lessons_of_the_week_by_day(cli: Cli, sim: Simulator) -> None:
    this = date.fromisoformat(monday(sim))
    week_with(
        sim,
        day0=[LESSON],
        day1=[{**LESSON, "LessonNo": "5", "IsCanceled": True, "SubstitutionClassUrl": URL}, LESSON],
        day3=[
            {
                **LESSON,
                "IsSubstitutionClass": True,
                "SubstitutionNote": "zastępstwo",
                "OrgTeacher": {"Id": 9, "LastName": "Kos"},
            }
        ],
    )
    out = show(cli, sim, "substitutions", "--week-start", monday(sim)).out
    headings = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert [heading.partition(",")[0] for heading in headings[1:]] == [
        with_weekday(this + timedelta(days=n)) for n in (1, 3)
    ]
    (cancelled,) = [line for line in out.splitlines() if "cancelled" in line]
    assert cancelled.split() == ["5", "Fizyka", "Bąk", "—", "cancelled", "77"]
    assert "substitution for Kos" in out
    assert "zastępstwo" not in out
    assert out.count("Fizyka") == 2


def test_substitutions_agree_with_what_librus_sent(cli: Cli, sim: Simulator) -> None:
    this = date.fromisoformat(monday(sim))
    seen = 0
    for number in range(-10, 11):
        week = str(this + timedelta(days=7 * number))
        sent = as_sent(sim, "Timetables", {"weekStart": week})["Timetable"]
        lessons = [lesson for day in sent.values() for slot in day for lesson in slot]
        urls = [lesson["SubstitutionClassUrl"] for lesson in lessons if lesson.get("SubstitutionClassUrl")]
        if not urls:
            continue
        seen += 1
        rows = show(cli, sim, "substitutions", "--week-start", week).out.splitlines()
        ids = [row.split()[-1] for row in rows if row.startswith("  ") and row.split()[-1].isdigit()]
        assert ids == [url.rpartition("/")[2] for url in urls]
        if seen == 3:
            return
    pytest.fail(f"changes in {seen} weeks only")


@pytest.mark.parametrize(
    ("lessons", "said"), [([LESSON], "Nothing is changed."), ([], "No lessons this week.")]
)
def test_a_week_without_changes(cli: Cli, sim: Simulator, lessons: list[dict[str, Any]], said: str) -> None:
    week_with(sim, day2=lessons)
    out = show(cli, sim, "substitutions", "--week-start", monday(sim)).out
    assert out.splitlines()[2:] == [f"  {said}"]


def test_a_note_is_told_though_nothing_else_is_changed(cli: Cli, sim: Simulator) -> None:
    week_with(
        sim, day2=[{**LESSON, "SubstitutionNote": "Zastępstwo"}, {**LESSON, "SubstitutionNote": "test"}]
    )
    rows = show(cli, sim, "substitutions", "--week-start", monday(sim)).out.splitlines()[-2:]
    assert [row.split()[-1] for row in rows] == ["Zastępstwo", "test"]


def test_a_cancelled_lesson_is_struck_out_among_the_changes(sim: Simulator, terminal: Terminal) -> None:
    week_with(sim, day2=[{**LESSON, "IsCanceled": True}])
    argv = ["timetable", "substitutions", "--week-start", monday(sim), "--child", first(sim)]
    drawn = terminal(*argv, sim=sim)
    assert "\x1b[9mFizyka\x1b[0m" in drawn
    assert "\x1b[31mcancelled\x1b[0m" in drawn


SUBSTITUTION = {
    "Id": 77,
    "OrgDate": "2026-10-20",
    "OrgLessonNo": "6",
    "OrgSubject": {"Id": 1, "Name": "Fizyka"},
    "OrgTeacher": {"Id": 2, "LastName": "Bąk"},
}
PLANNED = "wt. 20.10.2026, lesson 6, Fizyka, Bąk"


@pytest.mark.parametrize(
    ("more", "change", "held"),
    [
        ({}, "substitution", PLANNED),
        ({"IsCancelled": True, "Date": "2026-10-20"}, "cancelled", None),
        (
            {"IsShifted": True, "Date": "2026-10-19", "LessonNo": "8", "ClassroomSymbol": "12"},
            "moved",
            "pon. 19.10.2026, lesson 8, Fizyka, Bąk, room 12",
        ),
        (
            {
                "Teacher": {"Id": 3, "LastName": "Kos"},
                "Classroom": {"Id": 4, "Symbol": "7", "Name": "sala 7"},
            },
            "substitution",
            "wt. 20.10.2026, lesson 6, Fizyka, Kos, room 7",
        ),
    ],
)
def test_a_substitution_tells_what_was_planned_and_what_is_held(
    cli: Cli, sim: Simulator, more: dict[str, Any], change: str, held: str | None
) -> None:
    sim.fail("Calendars/Substitutions/{id}", body={"Substitution": SUBSTITUTION | more}, times=None)
    expected = {"change": change, "planned": PLANNED} | ({"held": held} if held else {})
    found = fields(show(cli, sim, "substitution", "--id", "77").out)
    # The year is told of other school years only.
    assert {label: value.replace(".2026", "") for label, value in found.items()} == {
        label: value.replace(".2026", "") for label, value in expected.items()
    }


def test_what_librus_does_not_tell_is_a_dash(cli: Cli, sim: Simulator) -> None:
    sim.fail("Calendars/Substitutions/{id}", body={"Substitution": {"Id": 77}}, times=None)
    sim.fail("TimetableEntries/{id}", body={"TimetableEntry": {"Id": 5, "DayOfTheWeek": 9}}, times=None)
    out = show(cli, sim, "substitution", "--id", "77").out
    assert fields(out) == {"change": "substitution", "planned": "—", "held": "—"}
    names = ["subject", "teacher", "when", "room", "valid from", "valid to"]
    assert fields(show(cli, sim, "entry", "--id", "5").out) == dict.fromkeys(names, "—")


@pytest.mark.parametrize("name", ["substitution", "entry"])
def test_an_unknown_id_is_an_error(cli: Cli, calm: Simulator, name: str) -> None:
    result = cli("timetable", name, "--id", "0", "--child", first(calm), sim=calm)
    assert (result.status, result.out) == (1, "")
    assert "the record does not exist" in result.err


def test_an_entry_is_the_lesson_of_every_such_day(cli: Cli, calm: Simulator) -> None:
    row = as_sent(calm, "TimetableEntries", {})["TimetableEntries"][0]
    lesson = next(
        found for found in as_sent(calm, "Lessons", {})["Lessons"] if found["Id"] == int(row["Lesson"]["Id"])
    )
    subject = next(
        found for found in as_sent(calm, "Subjects", {})["Subjects"] if found["Id"] == lesson["Subject"]["Id"]
    )
    days = ("pon.", "wt.", "śr.", "czw.", "pt.")
    found = fields(show(cli, calm, "entry", "--id", str(row["Id"])).out)
    assert found["subject"] == subject["Name"]
    assert found["when"] == f"every {days[int(row['DayOfTheWeek']) - 1]}, lesson {row['LessonNo']}"
    assert found["valid from"] == with_weekday(date.fromisoformat(row["DateFrom"]))
    assert found["room"] == row["Classroom"]["Symbol"]


# --- free days --------------------------------------------------------------------------------------------


def ahead(days: int) -> date:
    return today() + timedelta(days=days)


def free(first_day: int, last: int, **more: Any) -> dict[str, Any]:
    return {"Id": 1, "DateFrom": str(ahead(first_day)), "DateTo": str(ahead(last)), **more}


def sections(out: str) -> tuple[list[str], list[str]]:
    """The rows of what is coming, and of what is past."""
    coming, past = out.split("\nPast\n")
    return coming.splitlines()[4:], past.splitlines()[3:]


def test_free_days_are_parted_at_today(cli: Cli, sim: Simulator) -> None:
    body = [
        free(-9, -9, Name="old"),
        free(-30, -20, Name="older"),
        free(5, 5, Name="later"),
        free(-1, 1, Name="running"),
        free(0, 0, Name="just today"),
        {"Id": 9},
    ]
    sim.fail("Calendars/SchoolFreeDays", body={"SchoolFreeDays": body}, times=None)
    coming, past = sections(show(cli, sim, "free-days").out)
    assert [" ".join(line.split()) for line in coming] == [
        f"{short_day(ahead(-1))} - {short_day(ahead(1))}, now running",
        f"today {today():%d.%m} just today",
        f"{short_day(ahead(5))} later",
        "— —",
    ]
    assert [" ".join(line.split()) for line in past] == [
        f"{short_day(ahead(-9))} old",
        f"{short_day(ahead(-30))} - {short_day(ahead(-20))} older",
    ]


def test_only_the_free_days_of_the_own_class_are_shown(cli: Cli, sim: Simulator) -> None:
    own = as_sent(sim, "Classes", {})["Class"]
    kinds = as_sent(sim, "Calendars/ClassFreeDays/Types", {})["Types"]
    mine, other = {"Class": {"Id": own["Id"]}}, {"Class": {"Id": 1}}
    kind = {"Type": {"Id": kinds[0]["Id"]}}
    body = [
        free(1, 1, **mine, **kind),
        free(2, 2, **mine, **kind, Name="Rajd", LessonNoFrom=2, LessonNoTo="4"),
        free(3, 3, Name="Wszyscy", LessonNoTo=3),
        free(4, 4, **mine, LessonNoFrom=5),
        free(5, 5, **mine, LessonNoFrom=6, LessonNoTo=6),
        free(1, 1, **other, Name="Obcy"),
    ]
    sim.fail("Calendars/ClassFreeDays", body={"ClassFreeDays": body}, times=None)
    out = show(cli, sim, "class-free-days").out
    coming, past = sections(out)
    assert out.startswith(
        f"Free days of class {own['Number']}{own['Symbol']} of {sim.children[0].name}: coming"
    )
    assert [" ".join(line.split()[2:]) for line in coming if line.strip()] == [
        f"all {kinds[0]['Name']}",
        "2-4 Rajd",
        "to 3 Wszyscy",
        "from 5 —",
        "6 —",
    ]
    assert past[-1] == "  Left out: 1 entry of other classes; --format json shows them."
    sim.fail("Classes", status=403, times=None)
    result = cli("timetable", "class-free-days", "--no-store", "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, nameless("Classes"))
    out = result.out
    assert "Obcy" in out
    assert "Left out" not in out
    assert f"#{own['Id']}" in out


def test_no_free_days_of_the_own_class(cli: Cli, sim: Simulator) -> None:
    body = {"ClassFreeDays": [free(1, 1, Class={"Id": 1})]}
    sim.fail("Calendars/ClassFreeDays", body=body, times=None)
    out = show(cli, sim, "class-free-days").out
    assert "None entered for this class." in out
    assert "Left out: 1 entry of other classes" in out


def test_absent_teachers_are_named_with_their_hours(cli: Cli, sim: Simulator) -> None:
    teacher = as_sent(sim, "Users", {})["Users"][0]
    body = [
        free(2, 2, Teacher={"Id": teacher["Id"]}, TimeFrom="08:00:00", TimeTo="08:45:00"),
        free(3, 4, Teacher={"Id": teacher["Id"]}, Name="szkolenie"),
    ]
    sim.fail("Calendars/TeacherFreeDays", body={"TeacherFreeDays": body}, times=None)
    one, two = sections(show(cli, sim, "teacher-free-days").out)[0]
    name = " ".join(filter(None, (teacher["FirstName"], teacher["LastName"])))
    assert " ".join(one.split()) == f"{short_day(ahead(2))} 08:00-08:45 {name}"
    assert " ".join(two.split()) == f"{short_day(ahead(3))} - {short_day(ahead(4))} all day {name} szkolenie"


def test_absent_teachers_are_in_order_and_the_past_is_cut(cli: Cli, sim: Simulator) -> None:
    one, two = sorted(as_sent(sim, "Users", {})["Users"][:2], key=lambda row: polish_order(row["FirstName"]))
    late = {"TimeFrom": "11:00:00", "TimeTo": "12:00:00"}
    body = [
        free(2, 2, Teacher={"Id": one["Id"]}, **late),
        free(2, 2, Teacher={"Id": two["Id"]}),
        free(2, 2, Teacher={"Id": one["Id"]}),
        free(1, 1, Teacher={"Id": two["Id"]}),
        *(free(-number, -number, Teacher={"Id": one["Id"]}) for number in range(1, 26)),
    ]
    sim.fail("Calendars/TeacherFreeDays", body={"TeacherFreeDays": body}, times=None)
    coming, past = sections(show(cli, sim, "teacher-free-days").out)
    shown = [line for line in coming if line.strip()]
    assert [line.split()[1] for line in shown] == [f"{ahead(n):%d.%m}" for n in (1, 2, 2, 2)]
    assert [one["FirstName"] in line for line in shown] == [False, True, False, True]
    assert "11:00-12:00" in shown[-1]
    assert len([line for line in past[:-1] if line.strip()]) == 10
    assert past[-1] == "  And 15 earlier ones; --format json shows all."


def test_a_school_that_hides_absent_teachers_says_so(cli: Cli, sim: Simulator) -> None:
    sim.fail("Calendars/TeacherFreeDays", status=403, times=None)
    result = cli("timetable", "teacher-free-days", "--child", first(sim), sim=sim)
    assert (result.status, result.out) == (1, "")
    assert "does not let this account read this" in result.err


@pytest.mark.parametrize(
    ("name", "path", "wrapper", "said"),
    [
        ("free-days", "Calendars/SchoolFreeDays", "SchoolFreeDays", "The school has entered none."),
        ("class-free-days", "Calendars/ClassFreeDays", "ClassFreeDays", "None entered for this class."),
        ("teacher-free-days", "Calendars/TeacherFreeDays", "TeacherFreeDays", "None are entered."),
        ("calendars", "Calendars", "Calendars", "There are none."),
        ("virtual-classes", "VirtualClasses", "VirtualClasses", "There are none."),
    ],
)
def test_an_empty_list_is_said_in_words(
    cli: Cli, sim: Simulator, name: str, path: str, wrapper: str, said: str
) -> None:
    sim.fail(path, body={wrapper: []}, times=None)
    assert show(cli, sim, name).out.splitlines()[2:] == [f"  {said}"]


# --- classes and groups -----------------------------------------------------------------------------------


def test_calendars_are_named_by_class(cli: Cli, sim: Simulator) -> None:
    own = as_sent(sim, "Classes", {})["Class"]
    sim.fail("Calendars", body={"Calendars": [{"Id": own["Id"]}, {"Id": 1}, {}]}, times=None)
    rows = show(cli, sim, "calendars").out.splitlines()[4:]
    assert [row.strip() for row in rows] == [f"{own['Number']}{own['Symbol']}", "another class", "—"]


def test_groups_are_named(cli: Cli, sim: Simulator) -> None:
    subject = as_sent(sim, "Subjects", {})["Subjects"][0]
    body = [
        {"Id": 1, "Name": "żagle", "Subject": {"Id": subject["Id"]}},
        {"Id": 2, "Number": 3, "Symbol": "x"},
        {"Id": 3},
    ]
    sim.fail("VirtualClasses", body={"VirtualClasses": body}, times=None)
    rows = [" ".join(row.split()) for row in show(cli, sim, "virtual-classes").out.splitlines()[4:]]
    assert sorted(rows) == sorted(["3x —", f"żagle {subject['Name']} —", "— —"])


# --- this week, free days, one look -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "option", "day"),
    [("week", "weekStart", this_monday), ("substitutions", "weekStart", this_monday), ("day", "day", today)],
)
def test_without_a_day_it_is_this_week_or_today(
    cli: Cli, sim: Simulator, name: str, option: str, day: Callable[[], date]
) -> None:
    expected = as_sent(sim, "Timetables", {option: str(day())})
    result = cli("timetable", name, "--child", first(sim), "--format", "json", sim=sim)
    assert (result.status, result.err) == (0, "")
    assert result.json["data"] == expected


def test_a_week_that_begins_on_another_day_is_refused_with_its_monday(cli: Cli, sim: Simulator) -> None:
    result = cli("timetable", "week", "--week-start", "2026-11-25", "--child", first(sim), sim=sim)
    assert result.status == 1
    assert "here 2026-11-23" in " ".join(result.err.split())


def test_a_week_of_lessons_asks_for_no_free_days(cli: Cli, sim: Simulator) -> None:
    this = date.fromisoformat(monday(sim))
    asked = sim.counts["Calendars/SchoolFreeDays"]
    week_with(sim, day0=[LESSON], day1=[LESSON], day2=[LESSON], day3=[LESSON], day4=[LESSON])
    show(cli, sim, "week", "--week-start", str(this))
    assert sim.counts["Calendars/SchoolFreeDays"] == asked


def test_a_week_without_lessons_is_told_with_the_schools_free_days(cli: Cli, sim: Simulator) -> None:
    this = date.fromisoformat(monday(sim))
    week_with(sim, day0=[LESSON])
    free = [
        {
            "Id": 1,
            "DateFrom": str(this + timedelta(days=1)),
            "DateTo": str(this + timedelta(days=2)),
            "Name": "Ferie",
        },
        {"Id": 2, "DateFrom": str(this + timedelta(days=4)), "Name": "Święto"},
    ]
    sim.fail("Calendars/SchoolFreeDays", body={"SchoolFreeDays": free}, times=None)
    lines = show(cli, sim, "week", "--week-start", str(this)).out.splitlines()
    said = [line.strip() for line in lines if line.startswith("  No lessons")]
    assert said == ["No lessons: Ferie.", "No lessons: Ferie.", "No lessons.", "No lessons: Święto."]
    out = show(cli, sim, "day", "--day", str(this + timedelta(days=2))).out
    assert out.splitlines()[-1] == "  No lessons: Ferie."


def test_a_whole_week_of_holidays_is_named_once(cli: Cli, sim: Simulator) -> None:
    week_with(sim)
    this = date.fromisoformat(monday(sim))
    free = {"Id": 1, "DateFrom": str(this), "DateTo": str(this + timedelta(days=9)), "Name": "Ferie"}
    sim.fail("Calendars/SchoolFreeDays", body={"SchoolFreeDays": [free]}, times=1)
    out = show(cli, sim, "week", "--week-start", str(this)).out
    assert out.splitlines()[-1] == "  No lessons this week: Ferie."
    sim.fail("Calendars/SchoolFreeDays", status=403, times=None)
    out = show(cli, sim, "week", "--week-start", str(this)).out
    assert out.splitlines()[-1] == "  No lessons this week."


def test_all_days_of_a_week_have_the_same_columns(cli: Cli, sim: Simulator) -> None:
    out = show(cli, sim, "week", "--week-start", monday(sim), width=80).out
    rules = {line for line in out.splitlines() if line.startswith("  --")}
    assert len(rules) == 1
    assert "Teacher" in out
    narrow = show(cli, sim, "week", "--week-start", monday(sim), width=50).out
    assert len({line for line in narrow.splitlines() if line.startswith("  --")}) == 1
    assert "No room here for: Teacher." in narrow
