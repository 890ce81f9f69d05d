"""Writing messages: the address book, sending, answering, taking back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.responses import Response

from ._answers import child_of
from ._call import JSON, Call, Route, json_answer
from ._post_api import find_post, post_error
from ._post_boxes import Post
from ._post_people import (
    FAMILIES,
    account_of,
    employees,
    full_name,
    group_names,
    guardians,
    student_subjects,
    writable,
)
from ._post_state import SentMessage
from ._post_wire import unpacked
from ._rows import Row
from ._school import Child
from ._state import State

__all__ = ["POST_SEND_ROUTES"]

MAX_RECEIVERS: Final = 50
MAX_TOPIC: Final = 200
MAX_CONTENT: Final = 15_000


# The address book.


def receiver_types(_state: State, call: Call) -> Response:
    """The groups that can be written to; those of the class only when asked for."""
    names = group_names()
    if call.query.get("includeClass") != "true":
        names = {key: name for key, name in names.items() if key not in FAMILIES}
    rows = [{"id": key, "name": name} for key, name in names.items()]
    return json_answer({"data": {"defaultGroup": "tutors", "list": rows}})


def school_employees(state: State, call: Call) -> Response:
    """Who is in a group of the staff. The head is away, which keeps nobody from writing."""
    people = employees(state.world, child_of(call), call.query.get("receiverType", ""))
    if people is None:
        return post_error(400)
    head = state.world.school.head
    rows: list[Row] = []
    for person in people:
        away: Row = {"isAvailable": False, "returnAt": f"{state.today().year + 1}-01-07"}
        here: Row = {"isAvailable": True, "returnAt": None}
        rows.append(
            {
                "accountId": str(account_of(person)),
                "label": full_name(person),
                "availabilityStatus": away if person == head else here,
            }
        )
    return json_answer({"receivers": rows})


def families(state: State, call: Call) -> Response:
    """The parents in a group, by class. The council's list has another name than the others."""
    child = child_of(call)
    group = call.query.get("receiverType", "classParents")
    found = guardians(state.world, child, group)
    if found is None:
        return post_error(400)
    people = [
        [
            {"accountId": one.account_id, "userId": one.user_id, "name": f"{one.last} {one.first}"}
            for one in family
        ]
        for family in found
    ]
    key = "data" if group == "parentsCouncil" else "classes"
    return json_answer({key: [{"label": child.school_class.name, "receivers": people}]})


def subjects(state: State, call: Call) -> Response:
    """Which teacher teaches the child what. The first child's school does not wrap the list."""
    child = child_of(call)
    rows = student_subjects(child)
    wrapped = state.world.school.children.index(child) > 0
    return Response(json.dumps({"data": rows} if wrapped else rows), 200, media_type=JSON)


# Sending.


class _RefusalError(Exception):
    """Why a message is not sent."""

    def __init__(self, status: int, code: str | None = None) -> None:
        super().__init__(status, code)
        self.response = post_error(status, code)


@dataclass(frozen=True, slots=True)
class _Letter:
    recipients: tuple[str, ...]
    topic: str
    content: str


def send(state: State, call: Call) -> Response:
    """Send a message; the answer names it."""
    try:
        letter = _letter(state, call, _document(call))
    except _RefusalError as refusal:
        return refusal.response
    post = _deliver(state, child_of(call), letter, None)
    return json_answer({"data": {"messageId": post.id, "status": "sent"}}, 201)


def reply(state: State, call: Call) -> Response:
    """Answer a message of the inbox; what is sent back does not name the new message."""
    child = child_of(call)
    try:
        document = _document(call)
        original = document.get("originalMessageId")
        if not isinstance(original, int) or isinstance(original, bool):
            raise _RefusalError(400)
        answered = find_post(state, child, "inbox", str(original))
        if answered is None:
            raise _RefusalError(404)
        if answered.sender is None:
            raise _RefusalError(422)
        letter = _letter(state, call, document)
    except _RefusalError as refusal:
        return refusal.response
    _deliver(state, child, letter, original)
    return json_answer({"data": {"status": "sent"}}, 201)


def withdraw(state: State, call: Call) -> Response:
    """Take a message back, which works until somebody has read it."""
    child = child_of(call)
    post = find_post(state, child, "outbox", call.argument)
    if post is None:
        return post_error(404)
    if not post.withdrawable or post.withdrawn:
        return post_error(422)
    post.withdrawn = True
    state.post.sent = [
        replace(one, withdrawn=True) if one.message_id == post.id else one for one in state.post.sent
    ]
    return json_answer({"data": {"status": "ok"}})


def _document(call: Call) -> dict[str, Any]:
    try:
        document = json.loads(call.body)
    except ValueError:
        raise _RefusalError(400) from None
    if not isinstance(document, dict):
        raise _RefusalError(400)
    return document


def _letter(state: State, call: Call, document: dict[str, Any]) -> _Letter:
    """The message in a document. Raises _RefusalError when it cannot be sent.

    Two of the codes are recorded; for the other refusals none is known, so they have none.
    """
    receivers = document.get("receivers")
    rows = receivers.get("schoolReceivers") if isinstance(receivers, dict) else None
    topic, content = unpacked(document.get("topic")), unpacked(document.get("content"))
    if topic is None or content is None or not isinstance(rows, list):
        raise _RefusalError(400)
    accounts = [str(row["accountId"]) for row in rows if isinstance(row, dict) and "accountId" in row]
    if not accounts or len(accounts) != len(rows) or document.get("category") != "normal":
        raise _RefusalError(400)
    _check_receivers(state, child_of(call), accounts)
    if not topic.strip() or len(topic) > MAX_TOPIC or not content.strip() or len(content) > MAX_CONTENT:
        raise _RefusalError(422)
    return _Letter(tuple(accounts), topic, content)


def _check_receivers(state: State, child: Child, accounts: Sequence[str]) -> None:
    if len(set(accounts)) < len(accounts):
        raise _RefusalError(422, "DUPLICATED_RECEIVERS")
    if len(accounts) > MAX_RECEIVERS or not set(accounts) <= writable(state.world, child).keys():
        raise _RefusalError(422)


def _deliver(state: State, child: Child, letter: _Letter, answered: int | None) -> Post:
    """Put the message into the outbox and on the list of what was sent."""
    names = writable(state.world, child)
    outbox = state.post.boxes(child)["outbox"]
    post = Post(
        state.post.next_id(child),
        len(state.post.sent),
        state.post.now(),
        None,
        None,
        letter.topic,
        letter.content,
        tuple((account, names[account]) for account in letter.recipients),
        withdrawable=True,
    )
    outbox.insert(0, post)
    state.post.sent.append(
        SentMessage(str(child.portal_id), post.id, letter.recipients, letter.topic, letter.content, answered)
    )
    return post


POST_SEND_ROUTES: Final = (
    Route("wiadomosci/receivers/types", "receivers/types", receiver_types),
    Route(
        "wiadomosci/receivers/groups/school-employees", "receivers/groups/school-employees", school_employees
    ),
    Route(
        "wiadomosci/receivers/groups/students-and-attendants",
        "receivers/groups/students-and-attendants",
        families,
    ),
    Route("wiadomosci/receivers/groups/class-parents", "receivers/groups/class-parents", families),
    Route("wiadomosci/receivers/student-subjects", "receivers/student-subjects", subjects),
    Route("wiadomosci/messages", "messages", send, "POST"),
    Route("wiadomosci/messages/reply", "messages/reply", reply, "POST"),
    Route("wiadomosci/messages/{id}/withdrawal", "messages/{}/withdrawal", withdraw, "PUT"),
)
