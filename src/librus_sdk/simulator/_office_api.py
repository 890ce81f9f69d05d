"""The paths around the office: messages, attachments, excuses, notifications, who the token belongs to."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any, Final

from starlette.responses import Response

from ._answers import api_error, child_of, collection, encoded, error, one
from ._call import Call, Handler, Route, html, json_answer
from ._files import File, disposition, portrait
from ._mailbox import concerns, group_members, message_file, unread
from ._office import assignment_file
from ._rows import Row, student_row
from ._school import Child
from ._state import State

__all__ = ["OFFICE_ROUTES", "download"]

_PUSHED: Final = (
    "Grades", "Attendances", "HomeWorks", "HomeWorkAssignments", "Notes", "SchoolNotices", "Messages",
    "ParentTeacherConferences",
)  # fmt: skip


def paid(handler: Handler) -> Handler:
    """Refuse the account that has not paid for messages, whatever the scopes of its token say."""

    def answer(state: State, call: Call) -> Response:
        if not state.has_messages(child_of(call)):
            text = "Account not have access to Messages"
            return error(403, Status="Error", Code="AccessDeny", Message=text)
        return handler(state, call)

    return answer


def messages(state: State, call: Call) -> Response:
    """A page of the messages, the newest first; ``afterId`` leaves only those that came later."""
    rows = _messages(state, call)
    query = call.query
    try:
        if "afterId" in query:
            after = int(query["afterId"])
            rows = [row for row in rows if int(row["Id"]) > after]
        page, limit = int(query.get("page", 1)), int(query.get("limit", 300))
    except ValueError:
        return api_error(400)
    if page < 1 or limit < 1:
        return api_error(400)
    shown = rows[(page - 1) * limit : page * limit]
    return encoded({"Messages": shown}, "Messages", call)


def unread_messages(state: State, call: Call) -> Response:
    """How many are unread. The second child's school writes the number as a text."""
    count = unread(_messages(state, call))
    told = str(count) if _place(state, child_of(call)) % 2 else count
    return encoded({"UnreadMessages": told}, "Messages/Unread", call)


def messages_of_user(state: State, call: Call) -> Response:
    """The messages that a person of the school sent or got."""
    known = state.world.tables(child_of(call))["Users"].rows
    if not any(str(row["Id"]) == call.argument for row in known):
        return api_error(404)
    rows = [row for row in _messages(state, call) if concerns(row, call.argument)]
    return encoded({"Messages": rows}, f"Messages/User/{call.argument}", call)


def receiver_group(state: State, call: Call) -> Response:
    """Who is in the group: an object, a list, or null."""
    child = child_of(call)
    groups = state.world.tables(child)["Messages/ReceiversGroup"].rows
    place = next((n for n, row in enumerate(groups) if str(row["Id"]) == call.argument), None)
    if place is None:
        return api_error(404)
    members = group_members(state.world, child, place)
    return encoded({"ReceiversGroup": members}, f"Messages/ReceiversGroup/{call.argument}", call)


def message_attachment(state: State, call: Call) -> Response:
    """A file that came with a message.

    What the headers say changes from file to file, as it is not known of API 3.0: the name in both forms, in
    the newer one alone, or nothing.
    """
    file = message_file(_messages(state, call), call.argument)
    if file is None:
        return api_error(404)
    form = int(call.argument) % 3
    if form == 2:
        return Response(file.content, 200, media_type="application/octet-stream")
    return _file(file, ascii_too=form == 0)


def homework_attachment(state: State, call: Call) -> Response:
    """A file of a piece of homework, by ``<homework id>-<file id>``; the file id alone is refused.

    A PDF lies elsewhere: the answer is a JSON document with an address that works once, for whoever knows it.
    """
    homework_id, dash, file_id = call.argument.partition("-")
    if not (dash and homework_id and file_id):
        return api_error(400)
    rows = state.world.tables(child_of(call))["HomeWorkAssignments"].rows
    row = next((row for row in rows if str(row["Id"]) == homework_id), None)
    files: list[Row] = row["HomeworkAssigmentFiles"] if row else []
    item = next((item for item in files if str(item["Id"]) == file_id), None)
    if row is None or item is None:
        return api_error(404)
    file = assignment_file(row, item["Name"])
    if file.media != "application/pdf":
        return _file(file)
    url = f"{state.hosts.portal}/pobierz/{state.offer(file)}"
    return json_answer({"Id": item["Id"], "Name": file.name, "DownloadUrl": url})


def download(state: State, call: Call) -> Response:
    """The file behind a one-time address; needs no token."""
    file = state.offered.pop(call.argument, None)
    if file is None:
        return html("<!DOCTYPE html><title>404</title><p>Plik nie istnieje lub link wygasł", 404)
    return _file(file)


def justifications(state: State, call: Call) -> Response:
    """The excuses, those from ``dateFrom`` on when it is given."""
    try:
        first = date.fromisoformat(call.query["dateFrom"]) if "dateFrom" in call.query else date.min
    except ValueError:
        return api_error(400)
    rows = state.world.tables(child_of(call))["Justifications"].rows
    kept = [row for row in rows if date.fromisoformat(row["dateFrom"]) >= first]
    return encoded({"Justifications": kept}, "Justifications", call)


def notification_center(state: State, call: Call) -> Response:
    """What the start page shows; the lucky number of the day is in it."""
    number: Any = state.world.lucky_number(state.today())["LuckyNumber"]
    shown = {"SczesliwyNumerek": {"Show": number is not None, "Number": number}, "Show": True}
    return encoded({"NotificationCenter": shown}, "NotificationCenter", call)


def push_configurations(state: State, call: Call) -> Response:
    """Which changes the family wants to be told of; a root object. The version is a number or a text."""
    place = _place(state, child_of(call))
    settings = {name: {"Add": True, "Edit": n % 2 == 0, "Delete": False} for n, name in enumerate(_PUSHED)}
    version = "3" if place % 2 else 3
    return encoded({"settings": settings, "version": version}, "PushConfigurations", call)


def photos(state: State, call: Call) -> Response:
    """The child's photo. The first child's is approved, the second's too in another form; others wait."""
    return encoded({"data": _photo(state, child_of(call), listed=True)}, "Auth/Photos", call)


def photo(state: State, call: Call) -> Response:
    """One photo by its id; a photo that waits for approval can be seen this way only."""
    child = child_of(call)
    if call.argument != str(_photo_id(child)):
        return api_error(404)
    return encoded({"data": _photo(state, child, listed=False)}, f"Auth/Photos/{call.argument}", call)


def _photo(state: State, child: Child, *, listed: bool) -> Row:
    photo_id = _photo_id(child)
    content = base64.b64encode(portrait(child.user_id * 7919)).decode()
    name = f"{child.first}.png"
    match _place(state, child) % 3:
        case 0:
            shown: Row = {"id": photo_id, "fileName": name, "content": content}
            return {"status": True, "photo": shown, "awaitingPhoto": None}
        case 1:
            shown = {"Id": str(photo_id), "fileName": name, "content": f"data:image/png;base64,{content}"}
            return {"status": "1", "photo": shown, "awaitingPhoto": None}
        case _:
            waiting: Row = {"id": photo_id, "fileName": name}
            if listed:
                return {"status": None, "photo": None, "awaitingPhoto": waiting}
            return {"status": 0, "photo": {**waiting, "content": content}, "awaitingPhoto": waiting}


def _photo_id(child: Child) -> int:
    return 50_000 + child.user_id


def user_info(state: State, call: Call) -> Response:
    """The token's own user, by the identifier that token info names or by its number; a root object."""
    child, school = child_of(call), state.world.school
    identifier = student_row(child, school)["AccountId"]
    if call.argument not in (identifier, str(child.user_id)):
        return api_error(404)
    return encoded(
        {
            "UserIdentifier": identifier,
            "Login": child.login,
            "UserNumericIdentifier": child.user_id,
            "AccountNumericIdentifier": str(child.account_id),
            "SchoolId": school.id,
            "UserType": "5",
            "UserState": 1,
            "UserSchoolClassId": None,
            "IdentifierOfStudentAssignedWithUser": f"LID-STUDENT-{child.user_id}",
            "IdentifierOfClassOfStudentAssignedWithUser": None,
            "KindergartenGraduationYear": None,
        },
        f"Auth/UserInfo/{call.argument}",
        call,
    )


def no_such_row(_state: State, _call: Call) -> Response:
    """Not found, as every known account was told about its class's identifier."""
    return api_error(404)


def _file(file: File, *, ascii_too: bool = True) -> Response:
    named = disposition(file.name, ascii_too=ascii_too)
    return Response(file.content, 200, {"content-disposition": named, "content-type": file.media})


def _messages(state: State, call: Call) -> list[Row]:
    return list(state.world.tables(child_of(call))["Messages"].rows)


def _place(state: State, child: Child) -> int:
    return state.world.school.children.index(child)


def _route(pattern: str, handler: Handler) -> Route:
    return Route(pattern.replace("{}", "{id}"), pattern, handler)


OFFICE_ROUTES: Final = tuple(
    _route(pattern, handler)
    for pattern, handler in {
        "HomeWorkAssignments": collection,
        "HomeWorkAssignments/{}": one,
        "HomeWorkAssignments/Categories": collection,
        "HomeWorkAssignments/Categories/{}": one,
        "HomeWorkAssignments/Attachment/{}": homework_attachment,
        "Messages": paid(messages),
        "Messages/{}": paid(one),
        "Messages/Unread": paid(unread_messages),
        "Messages/User/{}": paid(messages_of_user),
        "Messages/ReceiversGroup": paid(collection),
        "Messages/ReceiversGroup/{}": paid(receiver_group),
        "Messages/Attachment/{}": paid(message_attachment),
        "Justifications": justifications,
        "Justifications/{}": one,
        "ParentTeacherConferences": collection,
        "ParentTeacherConferences/{}": one,
        "NotificationCenter": notification_center,
        "PushConfigurations": push_configurations,
        "Auth/Photos": photos,
        "Auth/Photos/{}": photo,
        "Auth/UserInfo/{}": user_info,
        "Auth/Classrooms/{}": no_such_row,
    }.items()
)
