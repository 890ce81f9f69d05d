"""The child API 3.0: a bearer token in, one child's data out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.responses import Response

from ._call import JSON, Call, Route, json_answer
from ._rows import API, Row, ref
from ._school import Child
from ._state import State
from ._world import encode

__all__ = ["API_ROUTES", "api_answer", "api_error", "unauthorized"]

WARSAW: Final = ZoneInfo("Europe/Warsaw")
_TWO_LEVELS: Final = (
    "Grades/Averages",
    "Grades/Categories",
    "Grades/Comments",
    "Attendances/Types",
    "HomeWorks/Categories",
    "Notes/Categories",
    "Calendars/SchoolFreeDays",
)
_COLLECTIONS: Final = (
    "Grades", "Attendances", "HomeWorks", "Notes", "SchoolNotices", "Subjects", "Users", "Lessons",
    "Classrooms", "VirtualClasses", "Units", "Colors", "TimetableEntries", "SchoolTrips", *_TWO_LEVELS,
)  # fmt: skip
_NOT_ACTIVE: Final = {
    "LuckyNumbers": "LuckyNumberIsNotActive",
    "Notes": "NotesIsNotActive",
    "SchoolNotices": "NoticeboardProblem",
}
_MESSAGES: Final = {
    400: ("InvalidRequest", "Invalid request"),
    403: ("AccessDeny", "Access deny"),
    404: ("NotFound", "Resource not found"),
    405: ("MethodNotAllowed", "Method not allowed"),
}


def api_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request that came to the API's listener."""
    token = call.token
    if token is None or not state.is_live(token) or call.child is None:
        return unauthorized(state)
    scope = _switch(state.denied_scopes, call)
    if scope is not None:
        return _error(401, **{"Status": "Error"} | {scope.capitalize(): "Insufficient scopes"})
    if _switched(state.switched_off, call):
        module = call.endpoint.partition("/")[0]
        return _error(403, Status="Error", Code=_NOT_ACTIVE.get(module, "AccessDeny"), Message="Access deny")
    if call.route is None:
        return api_error(404)
    if call.request.method != call.route.method:
        response = api_error(405)
        response.headers["allow"] = call.route.method
        return response
    return call.route.handler(state, call)


def unauthorized(state: State) -> Response:
    """The answer to a dead or unknown token, in the form that was chosen."""
    if state.unauthorized_form == "empty":
        return Response(b"", 401)
    body = {"Status": "Error", "Code": "TokenIsExpired", "Message": "Request is denied"}
    if state.unauthorized_form == "message":
        del body["Code"]
    return _error(401, **body)


def api_error(status: int) -> Response:
    """The usual error body of a status."""
    code, message = _MESSAGES.get(status, ("", "Request failed"))
    return _error(status, **{"Status": "Error"} | ({"Code": code} if code else {}), Message=message)


def _error(status: int, **body: Any) -> Response:
    return json_answer(body, status)


def collection(state: State, call: Call) -> Response:
    """A list of rows."""
    return Response(_placed(state.world.body(_child(call), call.endpoint), call), 200, media_type=JSON)


def one(state: State, call: Call) -> Response:
    """One row by its id; several by ids joined with commas."""
    path = call.endpoint.removesuffix("/{id}")
    table = state.world.tables(_child(call))[path]
    wanted = call.argument.split(",")
    rows = [row for row in table.rows if str(row["Id"]) in wanted]
    if not rows:
        return api_error(404)
    payload: dict[str, Any] = {table.many: rows} if len(wanted) > 1 else {table.one: rows[0]}
    return _encoded(payload, f"{path}/{call.argument}", call)


def averages(state: State, call: Call) -> Response:
    """The school's averages; a school can switch them off, and says so with status 200."""
    child = _child(call)
    if str(child.portal_id) in state.no_averages:
        return _encoded({"Status": "Disabled"}, call.endpoint, call)
    subject = call.query.get("subject")
    if subject is None:
        return collection(state, call)
    rows = state.world.tables(child)[call.endpoint].rows
    return _encoded(
        {"Averages": [r for r in rows if str(r["Subject"]["Id"]) == subject]}, call.endpoint, call
    )


def timetable(state: State, call: Call) -> Response:
    """A week from its Monday, or one day."""
    child_id = call.child_id
    if child_id in state.hidden_timetable or None in state.hidden_timetable:
        return _error(403, Status="Error", Code="AccessDeny", Message="Student timetable is not public")
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
    answer = state.world.timetable(_child(call), days)
    return _encoded({"Timetable": answer}, "Timetables", call)


def lucky_number(state: State, call: Call) -> Response:
    """The lucky number of a day; an object under a key of the same name."""
    try:
        day = date.fromisoformat(call.query["forDay"]) if "forDay" in call.query else state.today()
    except ValueError:
        return api_error(400)
    return _encoded({"LuckyNumber": state.world.lucky_number(day)}, "LuckyNumbers", call)


def api_me(state: State, call: Call) -> Response:
    """Who the token belongs to: ``Account`` is the parent, ``User`` the student."""
    child, parent = _child(call), state.world.school.parent
    return _encoded(
        {
            "Me": {
                "Account": {
                    "Id": child.account_id,
                    "UserId": child.user_id,
                    "FirstName": parent.first,
                    "LastName": parent.last,
                    "GroupId": 5,
                    "IsActive": True,
                    "IsPremium": False,
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
    child = _child(call)
    scopes = ["Grades", "Attendances", "Timetables", "HomeWorks", "LuckyNumbers", "Messages"]
    return _encoded(
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
    child = _child(call)
    table = state.world.tables(child)[call.endpoint]
    own = child.school_class.id if call.endpoint == "Classes" else state.world.school.id
    row: Row = next(row for row in table.rows if row["Id"] == own)
    return _encoded({table.one: row}, call.endpoint, call)


def system_data(state: State, call: Call) -> Response:
    """The server's date and time; a root object."""
    now = datetime.now(WARSAW)
    return _encoded({"Date": state.today().isoformat(), "Time": f"{now:%H:%M:%S}"}, "SystemData", call)


def _child(call: Call) -> Child:
    assert call.child is not None  # api_answer refused the others
    return call.child


def _placed(body: bytes, call: Call) -> bytes:
    base = f"{call.request.url.scheme}://{call.request.headers.get('host', '')}/3.0"
    return body.replace(API.encode(), base.encode())


def _encoded(payload: dict[str, Any], path: str, call: Call) -> Response:
    return Response(_placed(encode(payload, path), call), 200, media_type=JSON)


def _switch(switches: dict[tuple[str, str | None], Any], call: Call) -> Any:
    return next((value for key, value in switches.items() if _meant(key, call)), None)


def _switched(switches: set[tuple[str, str | None]], call: Call) -> bool:
    return any(_meant(key, call) for key in switches)


def _meant(key: tuple[str, str | None], call: Call) -> bool:
    """A switch on ``Notes`` is also one on ``Notes/Categories``."""
    name, child = key
    same = call.endpoint == name or call.endpoint.startswith(f"{name}/")
    return same and child in (None, call.child_id)


def _routes() -> dict[str, Route]:
    special = {
        "Grades/Averages": averages,
        "Timetables": timetable,
        "LuckyNumbers": lucky_number,
        "Me": api_me,
        "Auth/TokenInfo": token_info,
        "Classes": single,
        "Schools": single,
        "SystemData": system_data,
    }
    routes = {path: Route(path, path, collection) for path in _COLLECTIONS}
    routes |= {path: Route(path, path, handler) for path, handler in special.items()}
    for path in (*_COLLECTIONS, "Classes", "Schools"):
        routes[f"{path}/{{}}"] = Route(f"{path}/{{id}}", f"{path}/{{}}", one)
    return routes


API_ROUTES: Final[dict[str, Route]] = _routes()
