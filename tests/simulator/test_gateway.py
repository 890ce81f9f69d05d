"""The gateway: the register's data by cookies, where it differs from the child API, and what only it has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest

from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.simulator import Simulator
from librus_sdk.simulator._api import API_ROUTES
from librus_sdk.simulator._gateway import GATEWAY_ROUTES
from tests.simulator.steps import Browser
from tests.simulator.web_steps import WebBrowser

PARTIAL = "Auth/DescriptiveGradingSystem/PartialGrades/Student"
ELDEST, MIDDLE, YOUNGEST = range(3)


@pytest.fixture
def web(sim: Simulator) -> Iterator[WebBrowser]:
    with WebBrowser(sim) as opened:
        opened.sign_in()
        yield opened


@pytest.fixture
def youngest(sim: Simulator) -> Iterator[WebBrowser]:
    with WebBrowser(sim, YOUNGEST) as opened:
        opened.sign_in()
        yield opened


def code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["Code"]


# Who is let in.


def test_cookies_alone_are_let_in(sim: Simulator, web: WebBrowser) -> None:
    headers = {"authorization": f"Bearer {sim.token(web.child.id)}"}
    with httpx2.Client(trust_env=False) as bare:
        url = f"{sim.hosts.synergia}/gateway/api/2.0/Me"
        assert bare.get(url).status_code == 401
        assert bare.get(url, headers=headers).status_code == 401
        sim.web_dead_form = "html"
        assert bare.get(url, headers=headers).status_code == 401
    assert web.read("Me").status_code == 200


def test_every_answer_brings_another_cookie_for_the_same_session(web: WebBrowser) -> None:
    tokens = [web.cookie("oauth_token").value]
    for path in ("Me", "Grades", "Surveys", "SchoolInfo"):
        answer = web.read(path)
        (header,) = answer.headers.get_list("set-cookie")
        assert "Max-Age=600" in header
        assert "Path=/;" in header
        tokens.append(answer.cookies["oauth_token"])
    assert len(set(tokens)) == 5
    web.http.cookies.set("oauth_token", tokens[0], domain=web.cookie("oauth_token").domain, path="/")
    assert web.read("Me").status_code == 200


@pytest.mark.parametrize("form", ["401", "redirect", "html"])
def test_a_dead_session_is_told_in_the_form_that_was_chosen(
    sim: Simulator, web: WebBrowser, form: Any
) -> None:
    sim.web_dead_form = form
    sim.end_web_session()
    answer = web.read("Grades")
    assert dict(answer.cookies) == {}
    if form == "401":
        assert code(answer) == (401, "TokenIsExpired")
        sim.unauthorized_form = "empty"
        assert (web.read("Grades").status_code, web.read("Grades").content) == (401, b"")
    elif form == "redirect":
        assert (answer.status_code, answer.headers["location"]) == (302, f"{web.synergia}/loguj")
    else:
        assert (answer.status_code, 'type="password"' in answer.text) == (200, True)
        assert answer.headers["content-type"].startswith("text/html")


# The same data as the child API.


def without_addresses(told: Any, base: str) -> Any:
    if isinstance(told, dict):
        return {key: without_addresses(value, base) for key, value in told.items()}
    if isinstance(told, list):
        return [without_addresses(value, base) for value in told]
    if isinstance(told, str) and told.startswith(f"{base}/"):
        return told.removeprefix(base)
    assert not (isinstance(told, str) and told.startswith("http://127")), told
    return told


@pytest.mark.parametrize(
    "path",
    ["Me", "Grades", "Grades/Categories", "Subjects", "Attendances", "HomeWorks", "Timetables", "Units",
     "LuckyNumbers", "Users", "SchoolNotices", "Notes", "Lessons", "HomeWorkAssignments", "Classes",
     "Auth/Photos"],
)  # fmt: skip
def test_the_rows_are_those_of_the_child_api_with_addresses_of_the_gateway(
    sim: Simulator, web: WebBrowser, path: str
) -> None:
    with Browser(sim) as bearer:
        told = without_addresses(bearer.data(path), sim.hosts.api)
    assert without_addresses(web.data(path), f"{sim.hosts.synergia}/gateway/api/2.0") == told


@pytest.mark.parametrize(
    ("path", "same", "wrapper"),
    [
        ("SchoolFreeDays", "Calendars/SchoolFreeDays", "SchoolFreeDays"),
        ("ClassFreeDays", "Calendars/ClassFreeDays", "ClassFreeDays"),
        ("BaseTextGrades", "TextGrades", "Grades"),
        ("TextGrades/Categories", "Grades/Categories", "Categories"),
    ],
)
def test_some_rows_are_at_two_places(sim: Simulator, path: str, same: str, wrapper: str) -> None:
    with WebBrowser(sim, MIDDLE) as web:
        web.sign_in()
        there = web.data(path)
        assert there[wrapper] == web.data(same)[wrapper] != []
    assert there["Url"].endswith(f"/gateway/api/2.0/{path}")


def test_the_changes_of_the_whole_year_are_one_list(web: WebBrowser) -> None:
    rows = web.data("Calendars/Substitutions")["Substitutions"]
    assert len({row["OrgDate"] for row in rows}) > 1
    assert web.data(f"Calendars/Substitutions/{rows[0]['Id']}")["Substitution"] == rows[0]


def test_one_row_and_several_are_the_same_too(web: WebBrowser) -> None:
    rows = web.data("Subjects")["Subjects"]
    first, second = rows[0]["Id"], rows[1]["Id"]
    assert web.data(f"Subjects/{first}")["Subject"] == rows[0]
    assert web.data(f"Subjects/{first},{second}")["Subjects"] == rows[:2]
    own = web.data("Me")["Me"]["Account"]
    assert web.data(f"Users/{own['UserId']}")["User"]["ClassRegisterNumber"]
    assert web.read(f"Users/{own['Id']}").status_code == 404


def test_a_week_of_the_timetable_is_asked_for_by_its_monday(web: WebBrowser) -> None:
    assert len(web.data("Timetables", weekStart="2026-03-09")["Timetable"]) == 7
    assert web.read("Timetables", weekStart="2026-03-10").status_code == 400


def test_switches_of_the_register_work_here_as_well(sim: Simulator, web: WebBrowser) -> None:
    sim.switch_off("Notes", web.child.id)
    sim.hide_timetable()
    sim.deny_scope("EbiblioLendings")
    assert code(web.read("Notes")) == (403, "NotesIsNotActive")
    assert web.read("Timetables").json()["Message"] == "Student timetable is not public"
    assert web.read("EbiblioLendings").json()["Message"] == "Insufficient scopes"
    sim.allow_all()
    assert web.read("Notes").status_code == 200
    with pytest.raises(LibrusConfigurationError, match="EbiblioLendings"):
        sim.switch_off("EbiblioLending")


def test_it_has_what_the_child_api_has_but_the_feed_of_changes() -> None:
    here = {(route.name.removeprefix("gateway/"), route.method) for route in GATEWAY_ROUTES}
    there = {(route.name, route.method) for route in API_ROUTES}
    assert there - here == {("ChangeRegister", "POST"), ("PushChanges/{ids}", "DELETE")}


# Where it differs.


def test_excuses_have_an_envelope_and_rows_of_their_own(web: WebBrowser) -> None:
    told = web.data("Justifications")
    assert told.keys() == {"status", "message", "data"}
    assert told["status"] == "OK"
    rows = told["data"]
    assert len(rows) > 3
    for row in rows:
        assert row.keys() == {
            "id", "messageFromParent", "postDate", "justificationStatus", "dateFrom", "dateTo", "lessons",
            "justifiedAbsences", "attachment", "notifiedTeachers",
        }  # fmt: skip
        assert isinstance(row["id"], int)
        assert isinstance(row["justifiedAbsences"], int)
        assert row["justifiedAbsences"] == len(row["lessons"]) > 0
        assert row["attachment"] is False
        assert [teacher.keys() for teacher in row["notifiedTeachers"]] == [{"name"}]
    later = web.data("Justifications", dateFrom=rows[-1]["dateFrom"])["data"]
    assert rows[-1] in later
    assert len(later) < len(rows)
    assert web.data(f"Justifications/{rows[1]['id']}")["data"] == [rows[1]]
    assert web.read("Justifications/1").status_code == 404
    assert web.read("Justifications", dateFrom="today").status_code == 400


def test_the_notification_center_is_a_page(web: WebBrowser) -> None:
    answer = web.read("NotificationCenter")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")
    assert "password" not in answer.text
    assert "oauth_token" in answer.cookies  # the session is well


@pytest.mark.parametrize("path", ["Grades/Averages", "PointGrades/Averages"])
def test_averages_that_are_not_shown_are_told_without_the_usual_keys(
    sim: Simulator, web: WebBrowser, path: str
) -> None:
    assert "Averages" in web.data(path)
    with WebBrowser(sim, MIDDLE) as sibling:
        sibling.sign_in()
        assert sibling.data(path) == {"Status": "Disabled"}


@pytest.mark.parametrize(
    "path",
    ["Calendars/TeacherFreeDays", "Calendars/TeacherFreeDays/1", "TeacherFreeDays", "Substitutions",
     "BehaviourGrades/SystemProposal", "Grades/CategoriesAverages", "PushChanges"],
)  # fmt: skip
def test_families_may_not_read_it(web: WebBrowser, path: str) -> None:
    assert code(web.read(path)) == (403, "AccessDeny")


@pytest.mark.parametrize("path", ["SchoolInfo", "Duties", "WhatsNew", "Reports", "Indywidualni"])
def test_what_is_out_of_scope_has_the_status_of_a_dead_session(web: WebBrowser, path: str) -> None:
    answer = web.read(path)
    assert answer.status_code == 401
    assert answer.json() == {"Status": "Error", "Message": "Insufficient scopes"}
    assert web.read("Me").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("ChangeRegister", 400), ("AttendanceTypes", 404), ("Surveys", 404), ("ExamResult", 404),
     ("DescriptiveGrades/Text", 404), ("Educators", 405), ("PersonalDataAccesses", 405)],
)  # fmt: skip
def test_other_refusals_are_those_recorded(web: WebBrowser, path: str, status: int) -> None:
    assert web.read(path).status_code == status


def test_the_lucky_number_of_another_day_is_refused(web: WebBrowser) -> None:
    assert web.read("LuckyNumbers", forDay="2026-03-12").status_code == 403
    assert web.read("LuckyNumbers").status_code == 200


def test_a_file_of_homework_is_told_by_its_address(sim: Simulator, web: WebBrowser) -> None:
    rows = web.data("HomeWorkAssignments")["HomeWorkAssignments"]
    row = next(row for row in rows if row["HomeworkAssigmentFiles"])
    item = row["HomeworkAssigmentFiles"][0]
    told = web.data(f"HomeWorkAssignments/Attachment/{row['Id']}-{item['Id']}")
    assert told.keys() == {"Id", "Name", "DownloadUrl"}
    assert (told["Id"], told["Name"]) == (item["Id"], item["Name"])
    assert told["DownloadUrl"] == f"{web.synergia}/homework/downloadFile/{item['Id']}"
    away = web.http.get(told["DownloadUrl"])
    assert away.status_code == 302
    stored = f"{sim.hosts.sandbox}/index.php?action=CSTryToDownload&singleUseKey="
    assert away.headers["location"].startswith(stored)
    assert web.read(f"HomeWorkAssignments/Attachment/{item['Id']}").status_code == 400
    assert web.read(f"HomeWorkAssignments/Attachment/{row['Id']}-1").status_code == 404
    assert web.read(f"HomeWorkAssignments/Attachment/1-{item['Id']}").status_code == 404


# What only the gateway has.


def test_the_grading_system_has_numbers_or_texts(sim: Simulator, web: WebBrowser) -> None:
    told = web.data("GradingSystem")
    assert (told["plusValue"], told["minusValue"], told["countZero"]) == (0.5, 0.25, False)
    with WebBrowser(sim, MIDDLE) as sibling:
        sibling.sign_in()
        told = sibling.data("GradingSystem")
        assert (told["plusValue"], told["minusValue"]) == ("0.5", "0.25")


def test_units_tell_how_a_school_grades(web: WebBrowser) -> None:
    (unit,) = web.data("Units")["Units"]
    assert unit["GradesSettings"]["PointGradesEnabled"] is True
    assert unit["BehaviourGradesSettings"]["StartPoints"]["Semester1"] == 100
    assert unit["LessonsRange"][1] == {"From": "08:00", "To": "08:45"}


def test_subjects_have_two_identifiers(web: WebBrowser) -> None:
    names = {row["Id"]: row["Name"] for row in web.data("Subjects")["Subjects"]}
    told = web.data("Auth/Subjects")["data"]
    assert {row["numericIdentifier"]: row["name"] for row in told} == names
    assert len({row["identifier"] for row in told}) == len(names)


def test_partial_grades_of_a_young_child_are_asked_for_by_post(web: WebBrowser, youngest: WebBrowser) -> None:
    def ask(who: WebBrowser, lid: str | None = None, **given: Any) -> httpx2.Response:
        own = lid or who.data("Auth/TokenInfo")["IdentifierOfStudentAssignedWithUser"]
        url = f"{who.synergia}/gateway/api/2.0/{PARTIAL}/{own}"
        return who.http.post(url, **(given or {"json": {}}))

    own = youngest.data("Auth/TokenInfo")["IdentifierOfStudentAssignedWithUser"]
    assert youngest.read(f"{PARTIAL}/{own}").status_code == 405
    told = ask(youngest).json()
    assert "pagination" in told
    subjects = {row["identifier"] for row in youngest.data("Auth/Subjects")["data"]}
    teachers = {row["AccountId"] for row in youngest.data("Users")["Users"]}
    assert len(told["data"]) > 3
    for row in told["data"]:
        assert row["studentId"] == own
        assert row["subjectId"] in subjects
        assert row["teacherId"] in teachers
        assert row["date"] <= "2026-03-11"
        assert row["scaleValue"].keys() == {"id", "value"}
        assert row["area"].keys() == {"id", "name", "color"}
        assert row["implementedRequirements"][0]["name"]
    assert ask(web).json()["data"] == []
    assert ask(web, own).status_code == 404
    assert ask(youngest, content=b"").status_code == 400
    assert ask(youngest, json=[]).status_code == 400


def test_other_activities_come_by_dates(web: WebBrowser) -> None:
    path = "Timetables/OtherActivitiesRegister"
    rows = web.data(path, dateFrom="2026-03-01", dateTo="2026-03-31")["data"]
    assert {row["status"] for row in rows} == {"ACTUAL", "CANCELLED"}
    for row in rows:
        assert "2026-03-01" <= row["date"] <= "2026-03-31"
        assert row["classroom"].keys() == {"name", "symbol"}
        lessons = web.data("Timetables", day=row["date"])["Timetable"][row["date"]]
        ends = [lesson["HourTo"] for slot in lessons for lesson in slot]
        assert all(end < row["startTime"] for end in ends)
    people = {f"{row['LastName']} {row['FirstName']}" for row in web.data("Users")["Users"]}
    assert {row["teacherName"] for row in rows} <= people
    left = web.data(path, dateFrom="2026-03-01", dateTo="2026-03-31", hideOutdatedEntries="true")["data"]
    assert left == [row for row in rows if row["date"] >= "2026-03-11"]
    assert web.read(path, dateFrom="2026-03-01").status_code == 400
    assert web.read(path, dateFrom="1", dateTo="2").status_code == 400


def test_trips_and_documents_have_rows_of_small_letters(web: WebBrowser) -> None:
    (trip,) = web.data("SchoolTrips")["Data"]
    assert trip.keys() == {
        "id", "destination", "route", "locomotion", "termFrom", "termTo", "coordinatorName", "creatorName",
        "creatorLastName",
    }  # fmt: skip
    files = web.data("SchoolFiles")["Data"]
    assert len(files) == 3
    for row in files:
        assert row["downloadUrl"] == f"/pliki_szkoly/pobierz/{row['id']}"
        assert row["displayName"]


def test_a_document_is_fetched_through_a_page(sim: Simulator, web: WebBrowser) -> None:
    row = web.data("SchoolFiles")["Data"][2]
    answer = web.page(row["downloadUrl"].lstrip("/"))
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{sim.hosts.sandbox}/GetFile/")
    assert answer.headers["location"].rpartition("/")[2] in sim.secrets()
    assert "nie istnieje" in web.page("pliki_szkoly/pobierz/1").text
    assert "nie istnieje" in web.page("homework/downloadFile/1").text
    assert sim.counts["web.school_file"] == 2
    sim.close_web_pages()
    assert web.read("SchoolFiles").status_code == 200
    for path in (row["downloadUrl"].lstrip("/"), "homework/downloadFile/1"):
        closed = web.page(path)
        assert (closed.status_code, 'type="password"' in closed.text) == (200, True)
    sim.web_dead_form = "redirect"
    assert web.page(row["downloadUrl"].lstrip("/")).headers["location"] == f"{web.synergia}/loguj"


def test_books_are_lent_for_two_weeks(web: WebBrowser) -> None:
    lent = web.data("EbiblioLendings")["lendings"]
    assert lent
    for row in lent:
        due = date.fromisoformat(row["dueDate"])
        assert due - date.fromisoformat(row["lendedAt"]) == timedelta(days=14)
        assert row["title"]
        assert isinstance(row["isExtendable"], bool)


# Kindergartens.


def test_a_kindergarten_has_a_timetable_elsewhere(sim: Simulator, youngest: WebBrowser) -> None:
    assert youngest.kindergarten("activities-types").status_code == 403
    sim.kindergarten(youngest.child.id)
    assert youngest.read("Timetables").status_code == 403
    me = youngest.data("Auth/TokenInfo")
    own = me["IdentifierOfStudentAssignedWithUser"]
    assert (
        youngest.data(f"Auth/UserInfo/{me['UserIdentifier']}")["IdentifierOfStudentAssignedWithUser"] == own
    )
    path = f"timetable/kindergarteners/{own}"
    entries = youngest.kindergarten(path, dateFrom="2026-03-09", dateTo="2026-03-15").json()[
        "timetableEntries"
    ]
    assert {row["date"] for row in entries} == {f"2026-03-{day:02}" for day in range(9, 14)}
    named = {row["identifier"] for row in youngest.kindergarten("activities-types").json()["activitiesTypes"]}
    teachers = {row["AccountId"] for row in youngest.data("Users")["Users"]}
    for row in entries:
        assert row["activityTypeIdentifier"] in named
        assert set(row["teachers"]) <= teachers
        assert row["startTime"] < row["endTime"]
    kinds = {row["identifier"]: row for row in entries}
    assert len(kinds) == len(entries)
    assert {row["type"] for row in entries} == {"planned", "cancelled", "substituted", "substitution"}
    gone = next(row for row in entries if row["type"] == "substituted")
    instead = kinds[gone["substitutions"][0]["identifier"]]
    assert instead["substitutedLesson"]["identifier"] == gone["identifier"]
    group = me["IdentifierOfClassOfStudentAssignedWithUser"]
    told = youngest.kindergarten(f"groups/{group}").json()
    assert told["name"]
    assert set(told["tutors"]) <= teachers
    assert sim.counts["kindergarten/timetable/kindergarteners/{id}"] == 1


def test_a_kindergarten_refuses_what_it_does_not_know(sim: Simulator, web: WebBrowser) -> None:
    sim.kindergarten(web.child.id)
    own = web.data("Auth/TokenInfo")["IdentifierOfStudentAssignedWithUser"]
    path = f"timetable/kindergarteners/{own}"
    for query in ({}, {"dateFrom": "2026-03-09"}, {"dateFrom": "1", "dateTo": "2"}):
        assert web.kindergarten(path, **query).status_code == 400
    assert web.kindergarten(path, dateFrom="2020-01-01", dateTo="2026-01-01").status_code == 400
    week = {"dateFrom": "2026-03-09", "dateTo": "2026-03-15"}
    assert web.kindergarten("timetable/kindergarteners/LID-1", **week).status_code == 404
    assert web.kindergarten("groups/LID-1").status_code == 404
    assert web.kindergarten("nothing").status_code == 404
    sim.end_web_session()
    assert web.kindergarten(path, **week).status_code == 401


# Faults, gates, counts.


def test_counts_gates_and_faults_are_per_child(sim: Simulator, web: WebBrowser, youngest: WebBrowser) -> None:
    sim.fail("gateway/Grades", status=401, child=web.child.id)
    sim.fail("gateway/Grades/{id}", status=503, child=web.child.id)
    assert youngest.read("Grades").status_code == 200
    assert code(web.read("Grades")) == (401, "TokenIsExpired")
    assert web.read("Grades/1").status_code == 503
    assert web.read("Surveys").status_code == 404
    sim.fail("gateway/Surveys", status=500)
    assert web.read("Surveys").status_code == 500
    assert sim.counts["gateway/Grades"] == 2
    assert sim.counts["gateway/Grades/{id}"] == 1
    assert sim.counts["gateway/Surveys"] == 2
    seen = [record.child_id for record in sim.requests if record.endpoint == "gateway/Grades"]
    assert seen == [youngest.child.id, web.child.id]
    with pytest.raises(LibrusConfigurationError, match="gateway/Grades"):
        sim.fail("gateway/Grade")


@pytest.mark.parametrize(
    ("day", "has_marks"), [(date(2026, 9, 1), False), (date(2026, 7, 15), True), (date(2024, 2, 29), True)]
)
def test_the_extra_reads_answer_on_any_day(day: date, has_marks: bool) -> None:
    with Simulator(today=day) as sim, WebBrowser(sim, YOUNGEST) as web:
        web.sign_in()
        for path in ("Justifications", "SchoolTrips", "SchoolFiles", "EbiblioLendings", "GradingSystem"):
            assert web.read(path).status_code == 200
        own = web.data("Auth/TokenInfo")["IdentifierOfStudentAssignedWithUser"]
        answer = web.http.post(f"{web.synergia}/gateway/api/2.0/{PARTIAL}/{own}", json={})
        marks = answer.json()["data"]
        assert bool(marks) is has_marks
        assert all(row["date"] <= day.isoformat() for row in marks)
