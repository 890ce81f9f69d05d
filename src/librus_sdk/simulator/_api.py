"""The child API 3.0: a bearer token in, one child's data out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from starlette.responses import Response

from ._answers import api_error, child_of, collection, encoded, error, one
from ._call import Call, Handler, Route, routed
from ._changes import CHANGE_ROUTES
from ._files import disposition
from ._lessons_taught import planned_file
from ._office_api import OFFICE_ROUTES
from ._rows import Row, ref
from ._state import State
from ._year import WARSAW

__all__ = ["API_ROUTES", "api_answer", "api_spoiled", "data_answer", "unauthorized"]

_DEEPER: Final = (
    "Grades/Averages",
    "Grades/Categories",
    "Grades/Comments",
    "Attendances/Types",
    "HomeWorks/Categories",
    "Notes/Categories",
    "Calendars/SchoolFreeDays",
    "Calendars/ClassFreeDays",
    "Calendars/ClassFreeDays/Types",
    "Calendars/TeacherFreeDays",
    "BehaviourGrades/Types",
    "BehaviourGrades/Points",
    "BehaviourGrades/Points/Categories",
    "BehaviourGrades/Points/Comments",
    "DescriptiveGrades/Comments",
    "DescriptiveGrades/Skills",
    "DescriptiveGrades/Text/Categories",
    "DescriptiveTextGrades/Skills",
    "PointGrades/Categories",
    "PointGrades/Comments",
)
_COLLECTIONS: Final = (
    "Grades", "Attendances", "HomeWorks", "Notes", "SchoolNotices", "Subjects", "Users", "Lessons",
    "Classrooms", "VirtualClasses", "Units", "Colors", "TimetableEntries", "SchoolTrips", "BehaviourGrades",
    "DescriptiveGrades", "DescriptiveTextGrades", "TextGrades", "Calendars", "PlannedLessons", "Realizations",
    *_DEEPER,
)  # fmt: skip
_AVERAGES: Final = ("Grades/Averages", "PointGrades/Averages")
# Their list answers in a way of its own, or there is none.
_ROWS_ONLY: Final = (
    "Classes", "Schools", "PointGrades", "PointGrades/Averages", "DescriptiveGrades/Text",
    "Calendars/Substitutions",
)  # fmt: skip
# Code and message of a module that is switched off, where they are known; the messages but two are not.
_REFUSED: Final = ("AccessDeny", "Access deny")
_NOT_ACTIVE: Final = {
    "LuckyNumbers": ("LuckyNumberIsNotActive", "Lucky number is not active."),
    "Notes": ("NotesIsNotActive", "Access deny"),
    "SchoolNotices": ("NoticeboardProblem", "Access deny"),
    "Timetables": ("AccessDeny", "Student timetable is not public"),
}


def api_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request that came to the API's listener."""
    token = call.token
    if token is None or not state.is_live(token) or call.child is None:
        return unauthorized(state)
    return data_answer(state, call)


def data_answer(state: State, call: Call) -> Response:
    """Decide the answer to whoever was let in, by a bearer token here and by cookies on the gateway."""
    scope = _switch(state.denied_scopes, call)
    if scope is not None:
        return error(401, **{"Status": "Error"} | {scope.capitalize(): "Insufficient scopes"})
    if _switched(state.switched_off, call):
        return _not_active(call)
    return routed(state, call, api_error)


def api_spoiled(state: State, _call: Call, status: int) -> Response:
    """What the API sends with this status when it has trouble."""
    return unauthorized(state) if status == 401 else api_error(status)


def unauthorized(state: State) -> Response:
    """The answer to a dead or unknown token, in the form that was chosen."""
    if state.unauthorized_form == "empty":
        return Response(b"", 401)
    body = {"Status": "Error", "Code": "TokenIsExpired", "Message": "Request is denied"}
    if state.unauthorized_form == "message":
        del body["Code"]
    return error(401, **body)


def _not_active(call: Call) -> Response:
    """The answer for a module that the school has switched off."""
    if call.endpoint in _AVERAGES:
        return _disabled(call)
    code, message = _NOT_ACTIVE.get(call.endpoint.partition("/")[0], _REFUSED)
    return error(403, Status="Error", Code=code, Message=message)


def _disabled(call: Call) -> Response:
    return encoded({"Status": "Disabled"}, call.endpoint, call)


def averages(state: State, call: Call) -> Response:
    """The school's averages; a school can switch them off, and says so with status 200."""
    if call.child_id in state.no_averages:
        return _disabled(call)
    return filtered("subject", "Subject")(state, call)


def filtered(parameter: str, field: str) -> Handler:
    """A list, or those of its rows whose reference has the id in the query."""

    def answer(state: State, call: Call) -> Response:
        wanted = call.query.get(parameter)
        if wanted is None:
            return collection(state, call)
        table = state.world.tables(child_of(call))[call.endpoint]
        rows = [row for row in table.rows if str(row[field]["Id"]) == wanted]
        return encoded({table.many: rows}, call.endpoint, call)

    return answer


def refused(_state: State, _call: Call) -> Response:
    """What only teachers may read."""
    return api_error(403)


def planned_attachment(state: State, call: Call) -> Response:
    """The file of a planned lesson. How the API sends it is not known; here as other files are sent."""
    rows = state.world.tables(child_of(call))["PlannedLessons"].rows
    file = planned_file(rows, call.argument)
    if file is None:
        return api_error(404)
    headers = {"content-type": file.media, "content-disposition": disposition(file.name)}
    return Response(file.content, 200, headers)


def timetable(state: State, call: Call) -> Response:
    """A week from its Monday, or one day."""
    query = call.query
    try:
        if "day" in query and "weekStart" in query:
            return api_error(400)
        if "day" in query:
            days = [date.fromisoformat(query["day"])]
        else:
            today = state.today()
            asked = query.get("weekStart")
            monday = today - timedelta(days=today.weekday()) if asked is None else date.fromisoformat(asked)
            if monday.weekday() != 0:
                return api_error(400)
            days = [monday + timedelta(days=n) for n in range(7)]
    except (ValueError, OverflowError):
        return api_error(400)
    answer = state.world.timetable(child_of(call), days)
    return encoded({"Timetable": answer}, "Timetables", call)


def lucky_number(state: State, call: Call) -> Response:
    """The lucky number of a day; an object under a key of the same name."""
    try:
        day = date.fromisoformat(call.query["forDay"]) if "forDay" in call.query else state.today()
    except ValueError:
        return api_error(400)
    return encoded({"LuckyNumber": state.world.lucky_number(day)}, "LuckyNumbers", call)


def api_me(state: State, call: Call) -> Response:
    """Who the token belongs to: ``Account`` is the parent, ``User`` the student."""
    child, parent = child_of(call), state.world.school.parent
    return encoded(
        {
            "Me": {
                "Account": {
                    "Id": child.account_id,
                    "UserId": child.user_id,
                    "FirstName": parent.first,
                    "LastName": parent.last,
                    "GroupId": 5,
                    "IsActive": True,
                    "IsPremium": state.has_messages(child),
                    "IsPremiumDemo": False,
                },
                "Refresh": 900,
                "User": {"FirstName": child.first, "LastName": child.last},
                "Class": ref("Classes", child.school_class.id),
            }
        },
        "Me",
        call,
    )


def token_info(state: State, call: Call) -> Response:
    """What the token may do; a root object."""
    child = child_of(call)
    scopes = ["Grades", "Attendances", "Timetables", "HomeWorks", "LuckyNumbers", "Messages"]
    return encoded(
        {
            "UserIdentifier": f"LID-AUTH-USER-{child.user_id * 7919:08x}",
            "UserType": "5",
            "SchoolId": state.world.school.id,
            "SchoolNodeName": "w2",
            "Scopes": scopes,
            "IdentifierOfStudentAssignedWithUser": f"LID-STUDENT-{child.user_id}",
            "IdentifierOfClassOfStudentAssignedWithUser": None,
        },
        "Auth/TokenInfo",
        call,
    )


def single(state: State, call: Call) -> Response:
    """``Classes`` and ``Schools``: a plural path that answers one object, the child's own."""
    child = child_of(call)
    table = state.world.tables(child)[call.endpoint]
    own = child.school_class.id if call.endpoint == "Classes" else state.world.school.id
    row: Row = next(row for row in table.rows if row["Id"] == own)
    return encoded({table.one: row}, call.endpoint, call)


def system_data(state: State, call: Call) -> Response:
    """The server's date and time; a root object."""
    now = datetime.now(WARSAW)
    return encoded({"Date": state.today().isoformat(), "Time": f"{now:%H:%M:%S}"}, "SystemData", call)


def _switch(switches: dict[tuple[str, str | None], Any], call: Call) -> Any:
    return next((value for key, value in switches.items() if _meant(key, call)), None)


def _switched(switches: set[tuple[str, str | None]], call: Call) -> bool:
    return any(_meant(key, call) for key in switches)


def _meant(key: tuple[str, str | None], call: Call) -> bool:
    """A switch on ``Notes`` is also one on ``Notes/Categories``."""
    name, child = key
    same = call.endpoint == name or call.endpoint.startswith(f"{name}/")
    return same and child in (None, call.child_id)


def _routes() -> tuple[Route, ...]:
    special = {
        **dict.fromkeys(_AVERAGES, averages),
        "PointGrades": filtered("subject", "Subject"),
        "DescriptiveGrades/Text": filtered("gradeGroupId", "Category"),
        "BehaviourGrades/SystemProposal": refused,
        "Timetables": timetable,
        "LuckyNumbers": lucky_number,
        "Me": api_me,
        "Auth/TokenInfo": token_info,
        "Classes": single,
        "Schools": single,
        "SystemData": system_data,
    }
    lists = dict.fromkeys(_COLLECTIONS, collection) | special
    found = [Route(path, path, handler) for path, handler in lists.items()]
    rows = dict.fromkeys((*_COLLECTIONS, *_ROWS_ONLY), one) | {
        "PlannedLessons/Attachment": planned_attachment
    }
    found += [Route(f"{path}/{{id}}", f"{path}/{{}}", handler) for path, handler in rows.items()]
    return (*found, *OFFICE_ROUTES, *CHANGE_ROUTES)


API_ROUTES: Final = _routes()
