"""Each way in which Librus's answers differ from one another occurs in what the usual family is served."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from librus_sdk.simulator import Simulator
from tests.simulator.steps import Browser

DAYS = (date(2026, 3, 11), date(2026, 11, 23))


@pytest.fixture(scope="module", params=DAYS, ids=str)
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The usual family on two days; nothing of it is changed here."""
    with Simulator(today=request.param) as sim, Browser(sim) as opened:
        yield opened


def family(browser: Browser, path: str, wrapper: str) -> list[dict[str, Any]]:
    """The rows of all three children."""
    return [row for child in range(3) for row in browser.data(path, child)[wrapper]]


def forms(rows: list[dict[str, Any]], key: str) -> set[str]:
    """The types a field comes in; "absent" for no key at all."""
    return {type(row[key]).__name__ if key in row else "absent" for row in rows}


def test_ids_are_numbers_and_texts_within_one_list(browser: Browser) -> None:
    for path, wrapper in (
        ("Attendances", "Attendances"),
        ("Messages", "Messages"),
        ("TimetableEntries", "TimetableEntries"),
        ("SchoolNotices", "SchoolNotices"),
        ("Messages/ReceiversGroup", "ReceiversGroup"),
    ):
        assert forms(browser.data(path)[wrapper], "Id") == {"int", "str"}, path


def test_ids_begin_with_a_letter(browser: Browser) -> None:
    attendances = family(browser, "Attendances", "Attendances")
    texts = [row["Id"] for row in attendances if isinstance(row["Id"], str)]
    assert texts
    assert all(text[0] == "t" and text[1:].isdigit() for text in texts)
    one = browser.data(f"Attendances/{next(x for x in texts if served(browser, x))}")["Attendance"]
    assert one["Id"] in texts
    assert all(row["Id"][0] == "t" for row in family(browser, "Realizations", "Realizations"))


def served(browser: Browser, row_id: str) -> bool:
    token = browser.sim.token(browser.sim.children[0].id)
    return browser.read(f"Attendances/{row_id}", token).status_code == 200


def test_somebody_has_no_first_name(browser: Browser) -> None:
    assert forms(browser.data("Users")["Users"], "FirstName") == {"str", "NoneType"}


def test_the_subject_of_an_event_is_there_or_null_or_missing(browser: Browser) -> None:
    rows = browser.data("HomeWorks")["HomeWorks"]
    assert forms(rows, "Subject") == {"dict", "NoneType", "absent"}


def test_the_number_of_a_lesson_is_a_number_a_text_or_null(browser: Browser) -> None:
    assert forms(family(browser, "HomeWorks", "HomeWorks"), "LessonNo") == {"int", "str", "NoneType"}
    assert forms(browser.data("Attendances")["Attendances"], "LessonNo") == {"int"}
    monday = browser.sim.today.fromordinal(browser.sim.today.toordinal() - browser.sim.today.weekday())
    week = browser.data(f"Timetables?weekStart={monday}")["Timetable"]
    lessons = [lesson for slots in week.values() for slot in slots for lesson in slot]
    assert forms(lessons, "LessonNo") == {"str"}
    assert {type(lesson[key]["Id"]) for lesson in lessons for key in ("Lesson", "Subject", "Teacher")} == {
        str
    }


def test_a_status_stands_in_place_of_a_list(browser: Browser) -> None:
    assert browser.data("Grades/Averages", 1)["Status"] == "Disabled"
    assert "Averages" not in browser.data("Grades/Averages", 1)
    averages = browser.data("Grades/Averages", 0)["Averages"]
    assert forms(averages, "Average") == {"str"}


def test_objects_are_embedded_where_references_are_expected(browser: Browser) -> None:
    entry = browser.data("TimetableEntries")["TimetableEntries"][0]
    assert "Url" not in entry["Classroom"]
    assert entry["Classroom"]["Name"]
    added = [row["AddedBy"] for row in family(browser, "Justifications", "Justifications")]
    assert any(by is not None and "LastName" in by and "Url" not in by for by in added)
    assert any(by is None or "Url" in by for by in added)


def test_a_plural_path_answers_one_object(browser: Browser) -> None:
    assert isinstance(browser.data("Schools")["School"], dict)
    assert isinstance(browser.data("Classes")["Class"], dict)


def test_the_unread_count_is_a_number_or_a_text(browser: Browser) -> None:
    counts = [browser.data("Messages/Unread", child)["UnreadMessages"] for child in range(3)]
    assert [type(count) for count in counts] == [int, str, int]


def test_moments_of_messages_have_10_or_13_digits(browser: Browser) -> None:
    sent = [row["SendDate"] for row in browser.data("Messages")["Messages"]]
    assert {(type(moment), len(str(moment))) for moment in sent} == {
        (int, 10), (str, 10), (int, 13), (str, 13),
    }  # fmt: skip


def test_messages_name_who_got_them_in_every_way_and_escape_twice(browser: Browser) -> None:
    rows = family(browser, "Messages", "Messages")
    assert forms(rows, "Receiver") == {"dict", "list", "NoneType", "absent"}
    assert forms(rows, "Receivers") == {"list", "NoneType", "absent"}
    assert any("\\u" in row["Body"] for row in rows)
    assert any("<br>" in row["Body"] for row in rows)
    assert any("\n" in row["Body"] for row in rows)


def test_the_members_of_a_group_are_a_list_an_object_or_null(browser: Browser) -> None:
    groups = browser.data("Messages/ReceiversGroup")["ReceiversGroup"]
    members = [browser.data(f"Messages/ReceiversGroup/{row['Id']}")["ReceiversGroup"] for row in groups]
    assert {type(found) for found in members} == {list, dict, type(None)}


def test_comments_of_a_mark_are_references_or_bare_ids(browser: Browser) -> None:
    rows = family(browser, "Grades", "Grades")
    assert {type(item) for row in rows for item in row.get("Comments", ())} == {dict, int}


def test_weights_come_in_every_form(browser: Browser) -> None:
    rows = browser.data("Grades/Categories")["Categories"]
    assert forms(rows, "Weight") == {"int", "str", "NoneType", "absent"}
    assert any("," in row["Weight"] for row in rows if isinstance(row.get("Weight"), str))


def test_the_lucky_number_lies_in_an_object_of_its_name(browser: Browser) -> None:
    days = [f"{browser.sim.today.replace(day=day)}" for day in range(1, 28)]
    numbers = [browser.data(f"LuckyNumbers?forDay={day}")["LuckyNumber"]["LuckyNumber"] for day in days]
    assert {type(number) for number in numbers} >= {int, str}


def test_a_file_is_sent_as_a_document_that_says_where_it_lies(browser: Browser) -> None:
    kinds: set[str] = set()
    for child in range(3):
        token = browser.sim.token(browser.sim.children[child].id)
        for row in browser.data("HomeWorkAssignments", child)["HomeWorkAssignments"]:
            for item in row["HomeworkAssigmentFiles"]:
                answer = browser.http.get(item["Url"], headers={"authorization": f"Bearer {token}"})
                kinds.add(answer.headers["content-type"].partition(";")[0])
    assert "application/json" in kinds
    assert kinds - {"application/json"}


def test_photos_come_in_each_form(browser: Browser) -> None:
    told = [browser.data("Auth/Photos", child)["data"] for child in range(3)]
    assert len({type(data["status"]) for data in told}) == 3
    assert told[1]["photo"]["content"].startswith("data:image/png;base64,")
    assert "id" in told[0]["photo"]
    assert "Id" in told[1]["photo"]


def test_what_is_only_for_teachers_is_refused(browser: Browser) -> None:
    token = browser.sim.token(browser.sim.children[0].id)
    assert browser.read("BehaviourGrades/SystemProposal", token).status_code == 403


def test_every_child_has_something_of_each_kind_of_mark_in_the_family(browser: Browser) -> None:
    for path, child in (
        ("PointGrades", 0),
        ("PointGrades", 1),
        ("TextGrades", 1),
        ("DescriptiveGrades", 2),
        ("DescriptiveGrades/Text", 2),
        ("DescriptiveTextGrades", 2),
    ):
        assert browser.data(path, child)["Grades"], path


def test_an_empty_answer_a_page_and_maintenance_can_be_had() -> None:
    with Simulator(children=1) as sim, Browser(sim) as browser:
        token = sim.token(sim.children[0].id)
        sim.fail("NotificationCenter", status=200, body=b"")
        answer = browser.read("NotificationCenter", token)
        assert (answer.status_code, answer.content) == (200, b"")
        sim.fail("Grades", html=True)
        assert browser.read("Grades", token).headers["content-type"].startswith("text/html")
        sim.fail("Grades", maintenance=True)
        answer = browser.read("Grades", token)
        assert (answer.status_code, answer.json()["Status"]) == (503, "Maintenance")
        sim.fail("Grades", body={"Grades": []})
        assert browser.read("Grades", token).json() == {"Grades": []}, "no Resources, no Url"


@pytest.mark.parametrize(
    ("module", "path", "code"),
    [
        ("Notes", "Notes", "NotesIsNotActive"),
        ("Notes", "Notes/Categories", "NotesIsNotActive"),
        ("LuckyNumbers", "LuckyNumbers", "LuckyNumberIsNotActive"),
        ("SchoolNotices", "SchoolNotices", "NoticeboardProblem"),
        ("Justifications", "Justifications", "AccessDeny"),
        ("Messages", "Messages/Unread", "AccessDeny"),
    ],
)
def test_a_module_can_be_switched_off_for_one_child_alone(module: str, path: str, code: str) -> None:
    with Simulator(children=2) as sim, Browser(sim) as browser:
        sim.switch_off(module, child=sim.children[1].id)
        answer = browser.read(path, sim.token(sim.children[1].id))
        assert (answer.status_code, answer.json()["Code"]) == (403, code)
        assert browser.data(path, 0)
        assert browser.data("Grades", 1), "the child's other modules stay on"
        sim.allow_all()
        assert browser.data(path, 1)
