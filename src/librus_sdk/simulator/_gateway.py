"""The gateway: the register's data for a web session, nearly as the child API has it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any, Final

from starlette.responses import Response

from . import _web_pages as pages
from ._answers import api_error, child_of, encoded, error
from ._api import API_ROUTES, data_answer, token_info, unauthorized
from ._call import Call, Handler, Route, html, json_answer
from ._gateway_extras import EXTRA_ROUTES
from ._kindergarten import group_lid
from ._rows import Row
from ._state import State
from ._web import to_sign_in
from ._web_state import DATA_COOKIE

__all__ = ["GATEWAY", "GATEWAY_ROUTES", "gateway_answer"]

GATEWAY: Final = "gateway/"
_MAINTENANCE: Final = {"Status": "Maintenance", "Messages": [{"description": "Przerwa techniczna"}]}
_OF_PHONES: Final = ("ChangeRegister", "PushChanges", "PushChanges/{ids}")
_NOT_IN_SCOPE: Final = ("SchoolInfo", "Duties", "WhatsNew", "Reports", "Indywidualni")
_NOT_FOR_FAMILIES: Final = (
    "Calendars/TeacherFreeDays", "Calendars/TeacherFreeDays/{id}", "TeacherFreeDays", "Substitutions",
    "BehaviourGrades/SystemProposal", "Grades/CategoriesAverages", "PushChanges",
)  # fmt: skip
_NO_METHOD: Final = ("Educators", "PersonalDataAccesses")
_NOT_THERE: Final = ("DescriptiveGrades/Text", "ExamResult")


def averages(handler: Handler) -> Handler:
    """Say that the school shows no averages without the two keys that every other answer has."""

    def answer(state: State, call: Call) -> Response:
        if call.child_id in state.no_averages:
            return json_answer({"Status": "Disabled"})
        return handler(state, call)

    return answer


def timetable(handler: Handler) -> Handler:
    """Refuse a kindergarten's account: its timetable is elsewhere."""

    def answer(state: State, call: Call) -> Response:
        return api_error(403) if call.child_id in state.web.kindergarten else handler(state, call)

    return answer


def lucky_number(handler: Handler) -> Handler:
    """Refuse to tell the number of another day."""

    def answer(state: State, call: Call) -> Response:
        return api_error(403) if "forDay" in call.query else handler(state, call)

    return answer


def justifications(state: State, call: Call) -> Response:
    """The excuses, in an envelope and rows of their own. How one alone is sent is not known: here alike."""
    try:
        first = date.fromisoformat(call.query["dateFrom"]) if "dateFrom" in call.query else date.min
    except ValueError:
        return api_error(400)
    rows = state.world.tables(child_of(call))["Justifications"].rows
    kept = [_excuse(state, row) for row in rows if date.fromisoformat(row["dateFrom"]) >= first]
    if call.argument:
        kept = [row for row in kept if str(row["id"]) == call.argument]
        if not kept:
            return api_error(404)
    return json_answer({"status": "OK", "message": "", "data": kept})


def _excuse(state: State, row: Row) -> Row:
    people = {person.id: f"{person.first} {person.last}" for person in state.world.school.teachers}
    return {
        "id": int(row["Id"]),
        "messageFromParent": row["messageFromParent"],
        "postDate": row["postDate"],
        "justificationStatus": row["justificationStatus"],
        "dateFrom": row["dateFrom"],
        "dateTo": row["dateTo"],
        "lessons": [{"number": item["number"], "date": item["date"]} for item in row["lessons"]],
        "justifiedAbsences": len(row["justifiedAbsences"]),
        "attachment": bool(row["attachment"]),
        "notifiedTeachers": [{"name": people[item["Id"]]} for item in row["notifiedTeachers"]],
    }


def also_at(path: str) -> Handler:
    """The rows of another path: a shorter one than phones use, or the one where they really come from."""

    def answer(state: State, call: Call) -> Response:
        table = state.world.tables(child_of(call))[path]
        return encoded({table.many: list(table.rows)}, call.endpoint, call)

    return answer


def notification_center(_state: State, _call: Call) -> Response:
    """A page where the child API has JSON. It is no sign-in page: the session is well."""
    return html("<!DOCTYPE html><title>Centrum powiadomień</title><div id=app></div>")


def homework_attachment(state: State, call: Call) -> Response:
    """Where a file of a piece of homework is; the file id alone is refused.

    That the address is the page which leads to the store is what the two known ways to a file suggest.
    """
    homework_id, dash, file_id = call.argument.partition("-")
    if not (dash and homework_id and file_id):
        return api_error(400)
    rows = state.world.tables(child_of(call))["HomeWorkAssignments"].rows
    files: list[Row] = next(
        (row["HomeworkAssigmentFiles"] for row in rows if str(row["Id"]) == homework_id), []
    )
    item = next((item for item in files if str(item["Id"]) == file_id), None)
    if item is None:
        return api_error(404)
    url = f"{state.hosts.synergia}/homework/downloadFile/{file_id}"
    return json_answer({"Id": item["Id"], "Name": item["Name"], "DownloadUrl": url})


def gateway_token_info(state: State, call: Call) -> Response:
    """What the session may do. At a kindergarten it names the group; that it does so is invented."""
    response = token_info(state, call)
    if call.child_id not in state.web.kindergarten:
        return response
    told: dict[str, Any] = json.loads(bytes(response.body))
    told["IdentifierOfClassOfStudentAssignedWithUser"] = group_lid(child_of(call))
    return json_answer(told)


def out_of_scope(_state: State, _call: Call) -> Response:
    """What a family's session may not read, said with the status of a dead session."""
    return error(401, Status="Error", Message="Insufficient scopes")


def _answering(status: int) -> Handler:
    def answer(_state: State, _call: Call) -> Response:
        return api_error(status)

    return answer


def _inside(name: str, handler: Handler) -> Handler:
    """Let a handler of the child API see the name that the path has there."""

    def answer(state: State, call: Call) -> Response:
        return handler(state, replace(call, endpoint=name))

    return answer


def _routes() -> tuple[Route, ...]:
    found = {
        (route.name, route.method): route
        for route in (*API_ROUTES, *EXTRA_ROUTES)
        if route.name not in _OF_PHONES
    }
    for name in ("Grades/Averages", "PointGrades/Averages"):
        _change(found, name, averages(found[name, "GET"].handler))
    _change(found, "Timetables", timetable(found["Timetables", "GET"].handler))
    _change(found, "LuckyNumbers", lucky_number(found["LuckyNumbers", "GET"].handler))
    own: dict[str, Handler] = {
        "Justifications": justifications,
        "Justifications/{id}": justifications,
        "NotificationCenter": notification_center,
        "HomeWorkAssignments/Attachment/{id}": homework_attachment,
        "Auth/TokenInfo": gateway_token_info,
        "SchoolFreeDays": also_at("Calendars/SchoolFreeDays"),
        "ClassFreeDays": also_at("Calendars/ClassFreeDays"),
        "Calendars/Substitutions": also_at("Calendars/Substitutions"),
        "BaseTextGrades": also_at("TextGrades"),
        "TextGrades/Categories": also_at("Grades/Categories"),
        "ChangeRegister": _answering(400),
        **dict.fromkeys(_NOT_IN_SCOPE, out_of_scope),
        **dict.fromkeys(_NOT_FOR_FAMILIES, _answering(403)),
        **dict.fromkeys(_NO_METHOD, _answering(405)),
        **dict.fromkeys(_NOT_THERE, _answering(404)),
    }
    for name, handler in own.items():
        _change(found, name, handler)
    return tuple(
        Route(GATEWAY + route.name, route.pattern, _inside(route.name, route.handler), route.method)
        for route in found.values()
    )


def _change(found: dict[tuple[str, str], Route], name: str, handler: Handler) -> None:
    found[name, "GET"] = Route(name, name.replace("{id}", "{}"), handler)


GATEWAY_ROUTES: Final = _routes()


def gateway_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request for data. The session's cookie comes anew with whatever is told."""
    web = state.web
    if web.blocked:
        return html(pages.BLOCKED, 403)
    if web.maintenance is not None:
        return json_answer(_MAINTENANCE, 503)
    session = web.session_of(call)
    if session is None:
        return _dead(state, call)
    name = call.endpoint.removeprefix(GATEWAY)
    return web.with_token(session, data_answer(state, replace(call, child=session.child, endpoint=name)))


def _dead(state: State, call: Call) -> Response:
    """What a dead session is told, in the form that was chosen. A bearer token is worth nothing here."""
    bearer_alone = DATA_COOKIE not in call.request.cookies and "authorization" in call.request.headers
    if bearer_alone or state.web.dead_form == "401":
        return unauthorized(state)
    return html(pages.SIGN_IN) if state.web.dead_form == "html" else to_sign_in(state)
