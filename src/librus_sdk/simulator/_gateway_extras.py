"""What only the gateway is known to have: the grading system, the new descriptive grading, school files.

The fields are those that clients read; where nothing is known of a value, it is invented.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from starlette.responses import Response

from . import _web_pages as pages
from ._answers import api_error, child_of, encoded
from ._call import Call, Route, html
from ._curriculum import YOUNG
from ._files import File, make_file
from ._kindergarten import student_lid
from ._office import assignment_file
from ._rows import Row, stamp, user_row
from ._sandbox import LinkForm
from ._state import State
from ._web import to_sign_in
from ._web_state import WebSession

__all__ = ["EXTRA_ROUTES", "FILE_ROUTES", "subject_lid"]

_ACTIVITIES: Final = ("Koło szachowe", "Zajęcia rozwijające", "Chór szkolny", "Robotyka")
# On the scale of the first classes; what the scale is differs from school to school.
_SCALE: Final = ((1, "Wspaniale"), (2, "Dobrze"), (3, "Pracuj więcej"))
_AREAS: Final = ((1, "Czytanie", "87CEEB"), (2, "Liczenie", "FFD700"), (3, "Współpraca", None))
_REQUIREMENTS: Final = ("czyta ze zrozumieniem", "liczy w pamięci", "słucha poleceń")
_FILES: Final = ("Statut szkoły.pdf", "Kalendarz roku szkolnego.pdf", "Zgoda na wycieczkę.txt")
_BOOKS: Final = (
    ("Elementarz odkrywców", "praca zbiorowa", "podręcznik"),
    ("Akademia pana Kleksa", "Jan Brzechwa", "książka"),
)


def subject_lid(subject_id: int) -> str:
    """The identifier of a subject in rows of ``Auth``."""
    return f"LID-SUBJECT-{subject_id}"


def grading_system(state: State, call: Call) -> Response:
    """What plus and minus are worth; a root object. Each second child's school sends texts."""
    place = state.world.school.children.index(child_of(call))
    told: Row = {"countZero": False, "plusValue": 0.5, "minusValue": 0.25}
    if place % 2:
        told |= {"plusValue": "0.5", "minusValue": "0.25"}
    return encoded(told, "GradingSystem", call)


def subjects(state: State, call: Call) -> Response:
    """The subjects with both their identifiers."""
    rows: list[Row] = [
        {"identifier": subject_lid(row["Id"]), "numericIdentifier": row["Id"], "name": row["Name"]}
        for row in state.world.tables(child_of(call))["Subjects"].rows
    ]
    return encoded({"data": rows}, "Auth/Subjects", call)


def partial_grades(state: State, call: Call) -> Response:
    """The new descriptive grading, which first classes have: older children have none."""
    child = child_of(call)
    if call.argument != student_lid(child):
        return api_error(404)
    try:
        asked: Any = json.loads(call.body)
    except ValueError:
        return api_error(400)
    if not isinstance(asked, dict):
        return api_error(400)
    rows = list(_partial(state, call)) if child.school_class.level <= YOUNG else []
    told = {"data": rows, "pagination": {"page": 1, "limit": 100, "total": len(rows)}}
    return encoded(told, f"Auth/DescriptiveGradingSystem/PartialGrades/Student/{call.argument}", call)


def _partial(state: State, call: Call) -> Iterator[Row]:
    child, world = child_of(call), state.world
    rng = random.Random(f"librus-simulator partial grades {world.seed} {child.portal_id}")
    grade_id = rng.randrange(1000, 9000)
    for day in world.year.school_days(world.year.start + timedelta(days=10), state.today()):
        held = world.planner.attended(child, day)
        if not held or rng.random() > 0.06:
            continue
        lesson = rng.choice(held).lesson
        grade_id += rng.randrange(1, 40)
        teacher = user_row(lesson.teacher, world.school)["AccountId"]
        area, name, color = rng.choice(_AREAS)
        scale, value = rng.choice(_SCALE)
        yield {
            "gradeId": grade_id,
            "studentId": call.argument,
            "teacherId": teacher,
            "addedBy": teacher,
            "subjectId": subject_lid(lesson.subject_id),
            "lessonAssignmentId": lesson.id,
            "area": {"id": area, "name": name, "color": color},
            "scaleValue": {"id": scale, "value": value},
            "content": rng.choice((None, "Zadanie wykonane samodzielnie.")),
            "comments": rng.choice((None, "", "Brawo!")),
            "implementedRequirements": [{"name": rng.choice(_REQUIREMENTS)}],
            "date": day.isoformat(),
            "addDate": stamp(day, 840),
            "semester": world.year.semester(day),
        }


def other_activities(state: State, call: Call) -> Response:
    """Activities after the lessons, which stand in no timetable: once a week, now and then cancelled."""
    query = call.query
    try:
        first, last = date.fromisoformat(query["dateFrom"]), date.fromisoformat(query["dateTo"])
    except (KeyError, ValueError):
        return api_error(400)
    if query.get("hideOutdatedEntries") == "true":
        first = max(first, state.today())
    world, child = state.world, child_of(call)
    place = world.school.children.index(child)
    teacher = child.school_class.tutor
    room = sorted(world.school.rooms)[place % len(world.school.rooms)]
    rows: list[Row] = [
        {
            "date": day.isoformat(),
            "startTime": "15:30",
            "endTime": "16:15",
            "title": _ACTIVITIES[place % len(_ACTIVITIES)],
            "teacherName": f"{teacher.last} {teacher.first}",
            "classroom": {"name": f"sala {room}", "symbol": room},
            "status": "CANCELLED" if day.day > 28 else "ACTUAL",
        }
        for day in world.year.school_days(first, last)
        if day.weekday() == place % 4
    ]
    return encoded({"data": rows}, "Timetables/OtherActivitiesRegister", call)


def school_trips(state: State, call: Call) -> Response:
    """The trips, in rows of small letters."""
    child = child_of(call)
    tutor = child.school_class.tutor
    rows: list[Row] = [
        {
            "id": row["id"],
            "destination": row["destination"],
            "route": f"{state.world.school.town} - {row['destination']}",
            "locomotion": "autokar",
            "termFrom": row["termFrom"],
            "termTo": row["termTo"],
            "coordinatorName": f"{tutor.first} {tutor.last}",
            "creatorName": tutor.first,
            "creatorLastName": tutor.last,
        }
        for row in state.world.tables(child)["SchoolTrips"].rows
    ]
    return encoded({"Data": rows}, "SchoolTrips", call)


@dataclass(frozen=True, slots=True)
class _SchoolFile:
    id: int
    file: File


def _school_files(state: State) -> list[_SchoolFile]:
    first = 5_000 + state.world.seed % 1000
    school = state.world.school
    return [_SchoolFile(first + 7 * n, make_file(name, (school.name, name))) for n, name in enumerate(_FILES)]


def school_files(state: State, call: Call) -> Response:
    """The school's documents. The address is a page of Synergia, and only its path is told."""
    added = state.world.year.start.isoformat()
    rows: list[Row] = [
        {
            "id": found.id,
            "displayName": found.file.name,
            "addedOnDate": added,
            "downloadUrl": f"/pliki_szkoly/pobierz/{found.id}",
            "failed": False,
        }
        for found in _school_files(state)
    ]
    return encoded({"Data": rows}, "SchoolFiles", call)


def ebiblio_lendings(state: State, call: Call) -> Response:
    """Books lent from the school's library. A textbook's date of return is nominal: two weeks later."""
    lent = state.world.year.start + timedelta(days=3)
    place = state.world.school.children.index(child_of(call))
    rows: list[Row] = [
        {
            "identifier": f"LID-LENDING-{700 + 10 * place + n}",
            "title": title,
            "author": author,
            "type": kind,
            "lendedAt": lent.isoformat(),
            "dueDate": (lent + timedelta(days=14)).isoformat(),
            "isExtendable": kind == "książka",
        }
        for n, (title, author, kind) in enumerate(_BOOKS)
    ]
    return encoded({"lendings": rows}, "EbiblioLendings", call)


def school_file(state: State, call: Call) -> Response:
    """The page of a school document: on to the store."""
    session = state.web.session_of(call)
    if session is None:
        return _no_session(state)
    found = next((item for item in _school_files(state) if str(item.id) == call.argument), None)
    return _to_store(state, session, found.file, "page") if found is not None else html(pages.NO_FILE)


def homework_file(state: State, call: Call) -> Response:
    """The page of a file of a piece of homework: on to the store, where it is asked for by its key."""
    session = state.web.session_of(call)
    if session is None:
        return _no_session(state)
    for row in state.world.tables(session.child)["HomeWorkAssignments"].rows:
        for item in row["HomeworkAssigmentFiles"]:
            if str(item["Id"]) == call.argument:
                return _to_store(state, session, assignment_file(row, item["Name"]), "key")
    return html(pages.NO_FILE)


def _no_session(state: State) -> Response:
    """A page instead of a redirect to the store, or the redirect that other pages answer with."""
    return to_sign_in(state) if state.web.dead_form == "redirect" else html(pages.SIGN_IN)


def _to_store(state: State, session: WebSession, file: File, form: LinkForm) -> Response:
    return html("", 302, {"location": state.sandbox.offer(file, child=session.child, form=form)})


_PARTIAL: Final = "Auth/DescriptiveGradingSystem/PartialGrades/Student"

EXTRA_ROUTES: Final = (
    Route("GradingSystem", "GradingSystem", grading_system),
    Route("Auth/Subjects", "Auth/Subjects", subjects),
    Route(f"{_PARTIAL}/{{id}}", f"{_PARTIAL}/{{}}", partial_grades, "POST"),
    Route("Timetables/OtherActivitiesRegister", "Timetables/OtherActivitiesRegister", other_activities),
    Route("SchoolTrips", "SchoolTrips", school_trips),
    Route("SchoolFiles", "SchoolFiles", school_files),
    Route("EbiblioLendings", "EbiblioLendings", ebiblio_lendings),
)
FILE_ROUTES: Final = (
    Route("web.school_file", "pliki_szkoly/pobierz/{}", school_file),
    Route("web.homework_file", "homework/downloadFile/{}", homework_file),
)
