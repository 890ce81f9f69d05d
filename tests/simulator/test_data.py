"""The invented school year holds together, for many families and days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from librus_sdk.simulator import Simulator
from librus_sdk.simulator._world import World, build_world
from librus_sdk.simulator._year import easter, school_year
from tests.simulator.steps import Browser

COLLECTIONS = (
    "Grades", "Grades/Categories", "Grades/Comments", "Grades/Averages", "Attendances", "Attendances/Types",
    "HomeWorks", "HomeWorks/Categories", "Notes", "Notes/Categories", "SchoolNotices", "Subjects", "Users",
    "Lessons", "Classrooms", "VirtualClasses", "Units", "Colors", "TimetableEntries", "SchoolTrips",
    "Calendars/SchoolFreeDays", "Me", "Classes", "Schools", "BehaviourGrades", "BehaviourGrades/Types",
    "BehaviourGrades/Points", "BehaviourGrades/Points/Categories", "BehaviourGrades/Points/Comments",
    "DescriptiveGrades", "DescriptiveGrades/Comments", "DescriptiveGrades/Skills", "DescriptiveGrades/Text",
    "DescriptiveGrades/Text/Categories", "DescriptiveTextGrades", "DescriptiveTextGrades/Skills",
    "PointGrades", "PointGrades/Averages", "PointGrades/Categories", "PointGrades/Comments", "TextGrades",
    "Calendars", "Calendars/ClassFreeDays", "Calendars/ClassFreeDays/Types", "Calendars/TeacherFreeDays",
    "Realizations",
)  # fmt: skip


def refs(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Id" in value and "Url" in value:
            yield value
        for inner in value.values():
            yield from refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from refs(inner)


def rows(world: World, path: str, child: int = 0) -> tuple[dict[str, Any], ...]:
    return world.tables(world.school.children[child])[path].rows


@pytest.mark.parametrize("child", [0, 2])
def test_every_reference_leads_to_a_row_with_that_id(browser: Browser, child: int) -> None:
    sim = browser.sim
    payloads = [browser.data(path, child) for path in COLLECTIONS]
    payloads.append(browser.data("Timetables?weekStart=2026-03-09", child))
    found = {ref["Url"]: str(ref["Id"]) for payload in payloads for ref in refs(payload)}
    assert len(found) > 150
    for url, row_id in found.items():
        assert url.startswith(f"{sim.hosts.api}/")
        path = urlsplit(url).path.removeprefix("/3.0/")
        row = next(iter(browser.data(path, child).values()))
        assert str(row["Id"]) == row_id


def test_every_answer_has_its_envelope(browser: Browser) -> None:
    for path in (*COLLECTIONS, "LuckyNumbers", "Auth/TokenInfo", "SystemData", "Timetables"):
        answer = browser.data(path)
        assert isinstance(answer["Resources"], dict)
        assert answer["Url"] == f"{browser.sim.hosts.api}/{path}"


def test_several_rows_come_by_ids_joined_with_commas(browser: Browser) -> None:
    ids = [str(row["Id"]) for row in browser.data("Subjects")["Subjects"]][:3]
    joined = browser.data(f"Subjects/{','.join(ids)}")["Subjects"]
    assert [str(row["Id"]) for row in joined] == ids


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "today", [date(2026, 3, 11), date(2025, 11, 23), date(2026, 6, 25), date(2024, 9, 2)]
)
def test_attendance_falls_on_lessons_that_were_held(seed: int, today: date) -> None:
    world = build_world(seed, 2, today)
    for number, child in enumerate(world.school.children):
        held = {
            (day.isoformat(), one.number, str(one.lesson.id))
            for day in world.year.school_days(world.year.start, today - timedelta(days=1))
            for one in world.planner.attended(child, day)
        }
        recorded = [
            (row["Date"], row["LessonNo"], str(row["Lesson"]["Id"]))
            for row in rows(world, "Attendances", number)
        ]
        assert set(recorded) == held
        assert len(recorded) == len(held)
        slots = [(day, lesson_no) for day, lesson_no, _ in recorded]
        assert len(slots) == len(set(slots))


def test_free_days_have_no_lessons_marks_or_tests() -> None:
    world = build_world(3, 3, date(2026, 6, 20))
    child = world.school.children[0]
    for day in world.year.closed:
        assert world.planner.day(child.school_class, day) == ()
        assert world.timetable(child, [day]) == {day.isoformat(): []}
    closed = {day.isoformat() for day in world.year.closed}
    for number in range(3):
        tests = [row for row in rows(world, "HomeWorks", number) if row["LessonNo"] is not None]
        marks = [row for row in rows(world, "Grades", number) if row["IsConstituent"]]
        assert tests
        assert marks
        assert not closed & {row["Date"] for row in (*tests, *marks, *rows(world, "Attendances", number))}
    listed = {
        row["Name"]: (row["DateFrom"], row["DateTo"]) for row in rows(world, "Calendars/SchoolFreeDays")
    }
    assert listed["Święto Konstytucji 3 Maja"] == ("2026-05-03", "2026-05-03")
    assert listed["Wiosenna przerwa świąteczna"] == ("2026-04-02", "2026-04-07")


def test_easter_and_the_year_around_a_day() -> None:
    # Dates from the published tables of Easter, the earliest and latest of the century's start among them.
    known = {
        2008: (3, 23),
        2011: (4, 24),
        2024: (3, 31),
        2025: (4, 20),
        2026: (4, 5),
        2027: (3, 28),
        2038: (4, 25),
    }
    assert {year: (easter(year).month, easter(year).day) for year in known} == known
    for year in range(2000, 2060):
        assert easter(year).weekday() == 6
        school = school_year(date(year, 8, 31))
        assert school.start.year == year - 1
        assert school == school_year(date(year - 1, 9, 1))
        assert school.start.weekday() < 5
        assert school.end.weekday() == 4
        assert school.is_school_day(school.end_first_semester)
        assert 150 < len(list(school.school_days(school.start, school.end))) < 200


def test_marks_are_coherent() -> None:
    for seed in range(3):
        world = build_world(seed, 3, date(2026, 6, 26))
        categories = {row["Id"]: row for row in rows(world, "Grades/Categories")}
        weights = [row.get("Weight", "absent") for row in categories.values()]
        assert {None, "absent", "2,5", 0} < set(weights)
        improved = 0
        for number, child in enumerate(world.school.children):
            marks = rows(world, "Grades", number)
            by_id = {row["Id"]: row for row in marks}
            attended = {
                (day.isoformat(), one.lesson.id)
                for day in world.year.school_days(world.year.start, world.today)
                for one in world.planner.attended(child, day)
            }
            for row in marks:
                flags = [key for key in row if key.startswith("Is") and row[key]]
                assert len(flags) == 1
                assert row["AddDate"].startswith(row["Date"])
                assert row["Date"] <= world.today.isoformat()
                if flags == ["IsConstituent"]:
                    assert (row["Date"], row["Lesson"]["Id"]) in attended
                if "Improvement" in row:
                    improved += 1
                    before = by_id[row["Improvement"]["Id"]]
                    assert before["Subject"] == row["Subject"]
                    assert before["Date"] < row["Date"]
            assert {"IsSemester", "IsSemesterProposition", "IsFinal", "IsFinalProposition"} <= {
                key for row in marks for key in row if row[key] is True
            }
        assert improved
        comments = [row["Comments"] for row in rows(world, "Grades") if "Comments" in row]
        assert {type(item) for group in comments for item in group} == {dict, int}


def test_the_schools_averages_are_those_of_the_marks() -> None:
    world = build_world(7, 1, date(2026, 3, 11))
    categories = {row["Id"]: row for row in rows(world, "Grades/Categories")}
    plus = {"": 0.0, "+": 0.5, "-": -0.25}
    for average in rows(world, "Grades/Averages"):
        total = weights = 0.0
        for mark in rows(world, "Grades"):
            category = categories[mark["Category"]["Id"]]
            counts = (
                category.get("CountToTheAverage", True)
                and mark["IsConstituent"]
                and mark["Grade"][0].isdigit()
            )
            same = mark["Subject"]["Id"] == average["Id"] and mark["Semester"] == average["Semester"]
            if counts and same:
                raw = category.get("Weight")
                weight = 1.0 if raw is None else float(str(raw).replace(",", "."))
                total += (int(mark["Grade"][0]) + plus[mark["Grade"][1:]]) * weight
                weights += weight
        assert float(average["Average"]) == pytest.approx(total / weights, abs=0.00501)


def test_a_week_has_a_substitution_a_cancelled_lesson_and_split_groups(browser: Browser) -> None:
    for child in range(3):
        week = browser.data("Timetables?weekStart=2026-03-09", child)["Timetable"]
        assert list(week) == [f"2026-03-{day:02d}" for day in range(9, 16)]
        assert week["2026-03-14"] == week["2026-03-15"] == []
        slots = [slot for day in week.values() for slot in day]
        lessons = [lesson for slot in slots for lesson in slot]
        assert sum(lesson["IsCanceled"] for lesson in lessons) >= 1
        assert [slot for slot in slots if len(slot) == 2]
        assert all(isinstance(lesson["Lesson"]["Id"], str) for lesson in lessons)
        for day in week.values():
            for number, slot in enumerate(day):
                assert {lesson["LessonNo"] for lesson in slot} <= {str(number)}
        changed = [lesson for lesson in lessons if "OrgTeacher" in lesson]
        assert all(lesson["IsSubstitutionClass"] for lesson in changed)
        assert sum(lesson["OrgTeacher"]["Id"] != lesson["Teacher"]["Id"] for lesson in changed) == 1


def test_a_day_is_the_day_of_its_week(browser: Browser) -> None:
    week = browser.data("Timetables?weekStart=2026-03-09")["Timetable"]
    for day, slots in week.items():
        assert browser.data(f"Timetables?day={day}")["Timetable"] == {day: slots}


def test_ids_and_numbers_come_in_every_recorded_type() -> None:
    world = build_world(7, 3, date(2026, 3, 11))
    ids = [row["Id"] for number in range(3) for row in rows(world, "Attendances", number)]
    texts = [row_id for row_id in ids if isinstance(row_id, str)]
    assert all(text.startswith("t") for text in texts)
    assert 0.01 < len(texts) / len(ids) < 0.1
    agenda = [row for number in range(3) for row in rows(world, "HomeWorks", number)]
    assert {type(row["LessonNo"]) for row in agenda} == {int, str, type(None)}
    assert {type(row.get("Subject", "absent")) for row in agenda} == {dict, type(None), str}
    assert any(row["FirstName"] is None for row in rows(world, "Users"))
    assert {type(row["Id"]) for row in rows(world, "TimetableEntries")} == {int, str}


def test_the_lucky_number_is_of_the_next_school_day(browser: Browser) -> None:
    assert browser.data("LuckyNumbers")["LuckyNumber"]["LuckyNumberDay"] == "2026-03-11"
    saturday = browser.data("LuckyNumbers?forDay=2026-03-14")["LuckyNumber"]
    assert saturday["LuckyNumberDay"] == "2026-03-16"
    assert 1 <= int(saturday["LuckyNumber"]) <= 28
    assert browser.data("LuckyNumbers?forDay=2026-08-01")["LuckyNumber"]["LuckyNumber"] is None


def everything(world: World) -> str:
    return json.dumps(
        [{path: table.rows for path, table in world.tables(child).items()} for child in world.school.children]
    )


def test_the_same_arguments_give_the_same_year_and_others_another() -> None:
    today = date(2026, 3, 11)
    first = everything(build_world(11, 2, today))
    build_world.cache_clear()
    assert everything(build_world(11, 2, today)) == first
    assert everything(build_world(12, 2, today)) != first
    with (
        Simulator(children=2, seed=11, today=today) as one,
        Simulator(children=2, seed=11, today=today) as two,
    ):
        assert one.children == two.children
        assert one.credentials.password == two.credentials.password


@pytest.mark.parametrize("children", [1, 2, 5, 8])
def test_a_family_has_one_surname_and_a_class_for_each_child(children: int) -> None:
    for seed in range(5):
        school = build_world(seed, children, date(2026, 3, 11)).school
        assert len({child.school_class.name for child in school.children}) == children
        assert len({child.first for child in school.children}) == children
        assert len({child.last.rstrip("aiy") for child in school.children}) == 1
        logins = {child.login for child in school.children}
        ids = {child.portal_id for child in school.children}
        assert len(logins) == len(ids) == children


def test_school_people_and_ids_never_collide() -> None:
    school = build_world(7, 3, date(2026, 3, 11)).school
    ids = [person.id for person in (*school.teachers, school.office)]
    ids += [child.user_id for child in school.children]
    assert len(ids) == len(set(ids))
