"""What the simulator says about lessons, free days and other kinds of grades fits together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from librus_sdk.simulator import Simulator
from librus_sdk.simulator._rows import API
from librus_sdk.simulator._world import World, build_world
from tests.simulator.steps import Browser

PATHS = (
    "Grades", "Grades/Comments", "Grades/Averages", "Attendances", "BehaviourGrades", "BehaviourGrades/Types",
    "BehaviourGrades/Points", "BehaviourGrades/Points/Categories", "BehaviourGrades/Points/Comments",
    "DescriptiveGrades", "DescriptiveGrades/Comments", "DescriptiveGrades/Skills", "DescriptiveGrades/Text",
    "DescriptiveGrades/Text/Categories", "DescriptiveTextGrades", "DescriptiveTextGrades/Skills",
    "PointGrades", "PointGrades/Averages", "PointGrades/Categories", "PointGrades/Comments", "TextGrades",
    "Calendars", "Calendars/ClassFreeDays", "Calendars/ClassFreeDays/Types", "Calendars/SchoolFreeDays",
    "Calendars/TeacherFreeDays", "Calendars/Substitutions", "VirtualClasses", "TimetableEntries", "Lessons",
    "PlannedLessons", "Realizations",
)  # fmt: skip
DAYS = (
    date(2025, 9, 1), date(2025, 10, 15), date(2025, 12, 26), date(2026, 3, 11), date(2026, 6, 26),
    date(2026, 8, 31),
)  # fmt: skip
JUNE = date(2026, 6, 26)
ATTACHMENT = "PlannedLessons/Attachment"


def rows(world: World, path: str, child: int = 0) -> tuple[dict[str, Any], ...]:
    return world.tables(world.school.children[child])[path].rows


def refs(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Id" in value and "Url" in value:
            yield value
        for inner in value.values():
            yield from refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from refs(inner)


def year_of_lessons(world: World, child: int) -> Iterator[tuple[date, dict[str, Any]]]:
    days = world.year.school_days(world.year.start, world.year.end)
    for day, slots in world.timetable(world.school.children[child], days).items():
        for slot in slots:
            for lesson in slot:
                yield date.fromisoformat(day), lesson


@pytest.mark.parametrize("today", DAYS, ids=str)
@pytest.mark.parametrize("children", [1, 4])
def test_every_reference_is_to_a_row_on_any_day(today: date, children: int) -> None:
    world = build_world(today.day, children, today)
    for number, child in enumerate(world.school.children):
        tables = world.tables(child)
        known = {path: {str(row["Id"]) for row in table.rows} for path, table in tables.items()}
        for path in PATHS:
            ids = [str(row["Id"]) for row in tables[path].rows]
            # An average has its subject's id, once for each semester.
            assert len(set(ids)) == len(ids) or path == "Grades/Averages", path
            for ref in (ref for row in rows(world, path, number) for ref in refs(row)):
                target, _, row_id = ref["Url"].removeprefix(f"{API}/").rpartition("/")
                assert row_id == str(ref["Id"])
                assert target == ATTACHMENT or row_id in known[target], (path, ref)


def test_every_week_of_the_year_has_its_world() -> None:
    today = date(2025, 9, 1)
    while today < date(2026, 9, 1):
        world = build_world(5, 1, today)
        child = world.school.children[0]
        for path, table in world.tables(child).items():
            assert world.body(child, path)
            dated = [row for row in table.rows if "Grade" in path and "AddDate" in row]
            assert all(row["AddDate"][:10] <= today.isoformat() for row in dated), path
        today += timedelta(days=7)


@pytest.mark.parametrize("seed", range(3))
def test_changes_of_the_year_come_in_every_kind_and_their_two_ends_agree(seed: int) -> None:
    world = build_world(seed, 3, JUNE)
    for number in range(3):
        substitutions = {row["Id"]: row for row in rows(world, "Calendars/Substitutions", number)}
        lessons = list(year_of_lessons(world, number))
        places = {(str(day), held["LessonNo"], held["Lesson"]["Id"]): held for day, held in lessons}
        kinds: dict[str, int] = {}
        used = set()
        for day, held in lessons:
            url = held.get("SubstitutionClassUrl")
            changed = held["IsSubstitutionClass"] or held["IsCanceled"]
            assert (url is not None) == changed
            if url is None:
                assert not any(key.startswith(("Org", "New")) for key in held)
                continue
            found = substitutions[int(url.rpartition("/")[2])]
            used.add(found["Id"])
            assert str(found["Lesson"]["Id"]) == held["Lesson"]["Id"]
            assert found["IsCancelled"] == (held["IsCanceled"] and not held["IsSubstitutionClass"])
            if held["IsCanceled"] and held["IsSubstitutionClass"]:
                kind = "moved away"
                there = places[held["NewDate"], held["NewLessonNo"], held["Lesson"]["Id"]]
                assert (there["OrgDate"], there["OrgLessonNo"]) == (str(day), held["LessonNo"])
                assert there["HourFrom"] == held["NewHourFrom"]
                assert there["SubstitutionClassUrl"] == url
                assert (found["Date"], found["LessonNo"]) == (held["NewDate"], held["NewLessonNo"])
                assert found["IsShifted"]
            elif held["IsCanceled"]:
                kind = "cancelled"
                assert found["LessonNo"] is found["Teacher"] is None
            elif (held["OrgDate"], held["OrgLessonNo"]) != (str(day), held["LessonNo"]):
                kind = "moved here"
                assert places[held["OrgDate"], held["OrgLessonNo"], held["Lesson"]["Id"]]["IsCanceled"]
            elif held["OrgTeacher"]["Id"] != held["Teacher"]["Id"]:
                kind = "substitution"
                assert str(found["Teacher"]["Id"]) == held["Teacher"]["Id"]
                assert str(found["OrgTeacher"]["Id"]) == held["OrgTeacher"]["Id"]
            else:
                kind = "room"
                assert held["OrgClassroom"]["Id"] != held["Classroom"]["Id"]
                assert str(found["Classroom"]["Id"]) == held["Classroom"]["Id"]
                assert held["OrgSubject"]["Id"] == held["Subject"]["Id"]
            kinds[kind] = kinds.get(kind, 0) + 1
        assert used == set(substitutions)
        assert kinds["moved away"] == kinds["moved here"] > 1
        assert kinds["room"] > 3
        assert min(kinds["substitution"], kinds["cancelled"]) > 25


def test_a_substitution_is_reached_by_the_address_in_the_timetable(browser: Browser) -> None:
    week = browser.data("Timetables?weekStart=2026-03-09")["Timetable"]
    held = next(
        lesson
        for slots in week.values()
        for slot in slots
        for lesson in slot
        if lesson["IsSubstitutionClass"]
    )
    url = held["SubstitutionClassUrl"]
    assert url.startswith(f"{browser.sim.hosts.api}/Calendars/Substitutions/")
    found = browser.data(url.removeprefix(f"{browser.sim.hosts.api}/"))["Substitution"]
    assert str(found["Teacher"]["Id"]) == held["Teacher"]["Id"]
    token = browser.sim.token(browser.sim.children[0].id)
    assert browser.read("Calendars/Substitutions/1", token).status_code == 404


def test_a_teacher_who_stands_in_has_no_lesson_then_and_the_other_is_away() -> None:
    world = build_world(2, 3, JUNE)
    busy = {
        (lesson.teacher.id, place.weekday, place.number)
        for item in world.school.classes
        for place in item.plan
        for _, lesson in place.entries
    }
    away = {
        (row["DateFrom"], row["TimeFrom"][:5], str(row["Teacher"]["Id"]))
        for row in rows(world, "Calendars/TeacherFreeDays")
    }
    taken = set()
    for number in range(3):
        for day, held in year_of_lessons(world, number):
            if held["SubstitutionNote"] == "zastępstwo":
                assert (int(held["Teacher"]["Id"]), day.weekday(), int(held["LessonNo"])) not in busy
                taken.add((str(day), held["HourFrom"], held["OrgTeacher"]["Id"]))
    assert taken == away
    assert taken


@pytest.mark.parametrize("seed", range(3))
def test_a_class_has_no_lessons_on_its_free_days_and_hours(seed: int) -> None:
    world = build_world(seed, 2, JUNE)
    free_days = rows(world, "Calendars/ClassFreeDays")
    assert len({row["Class"]["Id"] for row in free_days}) == 2 + 3
    assert {type(row.get("LessonNoFrom")) for row in free_days} == {str, type(None)}
    for number, child in enumerate(world.school.children):
        own = [row for row in free_days if row["Class"]["Id"] == child.school_class.id]
        assert len(own) == 3
        for row in own:
            first, last = date.fromisoformat(row["DateFrom"]), date.fromisoformat(row["DateTo"])
            taught = [held for held in year_of_lessons(world, number) if first <= held[0] <= last]
            attended = [
                record
                for path in ("Attendances", "Realizations")
                for record in rows(world, path, number)
                if row["DateFrom"] <= record["Date"] <= row["DateTo"]
            ]
            if "LessonNoFrom" not in row:
                assert not taught
                assert not attended
                continue
            hours = range(int(row["LessonNoFrom"]), int(row["LessonNoTo"]) + 1)
            assert taught
            assert not any(int(held["LessonNo"]) in hours for _, held in taught)
            assert not any(record["LessonNo"] in hours for record in attended)


def test_realizations_are_the_lessons_of_the_attendance_register() -> None:
    for today in (date(2025, 11, 3), JUNE):
        world = build_world(4, 2, today)
        for number in range(2):
            taught = rows(world, "Realizations", number)
            assert all(re.fullmatch(r"t\d+", row["Id"]) for row in taught)
            register = {
                (row["Date"], row["LessonNo"], row["Lesson"]["Id"], row["AddedBy"]["Id"], "Trip" in row)
                for row in rows(world, "Attendances", number)
            }
            assert register == {
                (row["Date"], row["LessonNo"], row["Lesson"]["Id"], row["Teacher"]["Id"], row["IsTrip"])
                for row in taught
            }
            assert max(row["Date"] for row in taught) < today.isoformat()
            assert any(row["IsTrip"] for row in taught)
            assert sum(row["Topic"] is None for row in taught) < len(taught) / 20
            assert any("Subject" not in row for row in taught)
            lessons = {row["Id"]: row for row in rows(world, "Lessons", number)}
            for row in taught:
                assert (
                    row.get("Subject", lessons[row["Lesson"]["Id"]]["Subject"])
                    == (lessons[row["Lesson"]["Id"]]["Subject"])
                )


def test_planned_lessons_are_ahead_and_their_files_can_be_had(browser: Browser) -> None:
    forms: set[str] = set()
    kinds: set[str] = set()
    for child in range(3):
        token = browser.sim.token(browser.sim.children[child].id)
        planned = browser.data("PlannedLessons", child)["PlannedLessons"]
        assert planned
        week = browser.data("Timetables?weekStart=2026-03-16", child)["Timetable"]
        held = {
            (day, lesson["LessonNo"], lesson["Lesson"]["Id"])
            for day, slots in week.items()
            for slot in slots
            for lesson in slot
            if not lesson["IsCanceled"]
        }
        for row in planned:
            assert "2026-03-11" <= row["Date"] <= "2026-03-25"
            if row["Date"] in week:
                assert (row["Date"], row["LessonNo"], str(row["Lesson"]["Id"])) in held
            attached = row.get("Attachment", "absent")
            forms.add("absent" if attached == "absent" else type(attached).__name__)
            if attached in ("absent", None):
                continue
            file_id = attached["Id"] if isinstance(attached, dict) else attached
            answer = browser.read(f"{ATTACHMENT}/{file_id}", token)
            assert answer.status_code == 200
            assert answer.headers["content-disposition"].startswith("attachment; filename=")
            kind = answer.headers["content-type"].partition(";")[0]
            kinds.add(kind)
            if kind == "application/pdf":
                start = int(answer.content.split()[-2])
                assert answer.content[start:].startswith(b"xref")
            else:
                assert row["Topic"] in answer.text
        row = browser.data(f"PlannedLessons/{planned[0]['Id']}", child)["PlannedLesson"]
        assert row == planned[0]
        assert browser.read(f"{ATTACHMENT}/1", token).json()["Code"] == "NotFound"
    assert forms == {"dict", "int", "str", "NoneType", "absent"}
    assert kinds == {"application/pdf", "text/plain"}


def test_behaviour_has_marks_points_and_no_proposal_for_parents(browser: Browser) -> None:
    types = browser.data("BehaviourGrades/Types")["Types"]
    assert [row["Id"] for row in types] == ["1", "2", "3", "4", "5", "6"]
    categories = {row["Id"]: row for row in browser.data("BehaviourGrades/Points/Categories")["Categories"]}
    comments: set[type] = set()
    values = []
    for child in range(3):
        marks = browser.data("BehaviourGrades", child)["Grades"]
        assert [bool(row["IsProposal"]) for row in marks] == [True, False]
        points = browser.data("BehaviourGrades/Points", child)["Grades"]
        for row in points:
            assert ("Value" in row) != ("BehaviourGrade" in row)
            if "Value" in row:
                kind = categories[row["Category"]["Id"]]
                assert kind["ValueFrom"] <= row["Value"] <= kind["ValueTo"]
                values.append(row["Value"])
            comments |= {type(item) for item in row.get("Comments", ())}
    assert min(values) < 0 < max(values)
    assert comments == {dict, int}
    answer = browser.read("BehaviourGrades/SystemProposal", browser.sim.token(browser.sim.children[0].id))
    assert (answer.status_code, answer.json()["Code"]) == (403, "AccessDeny")


def test_the_teachers_absences_can_be_refused(browser: Browser) -> None:
    assert browser.data("Calendars/TeacherFreeDays")["TeacherFreeDays"]
    browser.sim.switch_off("Calendars/TeacherFreeDays")
    answer = browser.read("Calendars/TeacherFreeDays", browser.sim.token(browser.sim.children[0].id))
    assert (answer.status_code, answer.json()["Code"]) == (403, "AccessDeny")
    assert browser.data("Calendars/SchoolFreeDays")["SchoolFreeDays"]


def test_only_a_young_child_is_described() -> None:
    with Simulator(today=JUNE) as sim, Browser(sim) as browser:
        for path in ("DescriptiveGrades", "DescriptiveGrades/Text", "DescriptiveTextGrades"):
            assert browser.data(path, 0)["Grades"] == []
            assert browser.data(path, 2)["Grades"]
        assert browser.data("Classes", 2)["Class"]["Number"] == 2
        assert browser.data("Grades", 2)["Grades"], "English and religion have marks"
        skills = {row["Id"]: row for row in browser.data("DescriptiveGrades/Skills", 2)["Skills"]}
        for row in browser.data("DescriptiveGrades", 2)["Grades"]:
            assert skills[row["Skill"]["Id"]]["Subject"] == row["Subject"]
            assert row["Map"] in "ABCD"
            assert row["Grade"] != row["RealGradeValue"]
        texts = browser.data("DescriptiveGrades/Text", 2)["Grades"]
        group = texts[0]["Category"]["Id"]
        asked = browser.data(f"DescriptiveGrades/Text?gradeGroupId={group}", 2)["Grades"]
        assert asked == [row for row in texts if row["Category"]["Id"] == group]
        assert len(asked) < len(texts)


def test_points_and_their_averages() -> None:
    found = 0
    for seed in range(4):
        world = build_world(seed, 3, JUNE)
        categories = {row["Id"]: row for row in rows(world, "PointGrades/Categories")}
        for number in range(3):
            grades = rows(world, "PointGrades", number)
            for average in rows(world, "PointGrades/Averages", number):
                got = most = 0.0
                for row in grades:
                    kind = categories[row["Category"]["Id"]]
                    assert float(row["Grade"].replace(",", ".")) == row["GradeValue"]
                    if (
                        row["Subject"] == average["Subject"]
                        and kind["CountToTheAverage"]
                        and kind["ValueTo"] is not None
                    ):
                        got += row["GradeValue"] * int(kind["Weight"])
                        most += kind["ValueTo"] * int(kind["Weight"])
                assert average["Average"] == pytest.approx(100 * got / most, abs=0.00501)
                found += 1
    assert found > 4


def test_points_are_asked_for_by_subject_and_averages_switched_off(browser: Browser) -> None:
    grades = browser.data("PointGrades")["Grades"]
    assert len({row["Subject"]["Id"] for row in grades}) > 0
    subject = grades[0]["Subject"]["Id"]
    asked = browser.data(f"PointGrades?subject={subject}")["Grades"]
    assert asked == [row for row in grades if row["Subject"]["Id"] == subject]
    assert browser.data("PointGrades?subject=1")["Grades"] == []
    assert [row["Id"] for row in browser.data(f"PointGrades/Averages?subject={subject}")["Averages"]] == [
        subject
    ]
    browser.sim.set_averages(browser.sim.children[0].id, shown=False)
    assert browser.data("PointGrades/Averages")["Status"] == "Disabled"


def test_some_subjects_are_marked_in_words() -> None:
    texts = [
        row
        for seed in range(4)
        for number in range(3)
        for row in rows(build_world(seed, 3, JUNE), "TextGrades", number)
    ]
    assert any("\n" in row["Grade"] for row in texts)
    assert {row["ShowInGradesView"] for row in texts} == {True, False}


def test_ids_and_rows_of_the_past_stay_as_the_days_go_by() -> None:
    today = date(2026, 3, 11)
    before, after = build_world(6, 2, today), build_world(6, 2, today + timedelta(days=5))
    for path in ("Realizations", "BehaviourGrades/Points", "PointGrades", "Calendars/Substitutions"):
        for number in range(2):
            known = {row["Id"]: row for row in rows(after, path, number)}
            for row in rows(before, path, number):
                assert json.dumps(known[row["Id"]]) == json.dumps(row)
