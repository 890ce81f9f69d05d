"""The data of wiadomosci.librus.pl: mailboxes, single messages, counters, correspondents, attachments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from starlette.responses import Response

from ._answers import child_of
from ._call import JSON, Call, Handler, Route, json_answer
from ._files import disposition
from ._post_boxes import BARE, BOXES, SYSTEM, Post, file_of
from ._post_people import account_of, full_name, group_of
from ._post_wire import body, flag, moment, preview
from ._rows import Row
from ._school import Child
from ._state import State

__all__ = ["POST_READ_ROUTES", "find_post", "post_error"]

MAX_LIMIT: Final = 300
_PERSON: Final = 1
_SYSTEM: Final = 6
_COUNTED: Final = ("inbox", "notes", "alerts", "substitutions", "absences", "justifications", "trash")
_TEXTS: Final = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Access denied",
    404: "Not found",
    405: "Method not allowed",
    422: "Unprocessable entity",
}


def post_error(status: int, code: str | None = None) -> Response:
    """An error of the messages' host. Only the codes were recorded; what is around them is invented."""
    told: Row = {"status": "error", "message": _TEXTS.get(status, "Server error")}
    return json_answer(told | ({"code": code} if code else {}), status)


def find_post(state: State, child: Child, box: str, post_id: str) -> Post | None:
    """The message with that id in the box."""
    posts = state.post.boxes(child).get(box, ())
    return next((post for post in posts if str(post.id) == post_id), None)


def listing(box: str) -> Handler:
    """A page of a box, the newest message first. Looking at it marks nothing as read."""

    def answer(state: State, call: Call) -> Response:
        child = child_of(call)
        posts = state.post.boxes(child).get(box)
        if posts is None:
            return post_error(404)
        try:
            shown, total = _page(_filtered(posts, call.query), call.query)
        except ValueError:
            return post_error(400)
        items = [_item(child, box, post) for post in shown]
        if box == BARE:
            return _bare(items)
        payload: Row = {"data": items, "total": total}
        if box.startswith("archive"):
            payload["archivingInProgress"] = state.world.school.children.index(child) % 2 == 0
        return json_answer(payload)

    return answer


def detail(box: str) -> Handler:
    """One message. In the inbox, and there only, opening it marks it read."""

    def answer(state: State, call: Call) -> Response:
        child = child_of(call)
        post = find_post(state, child, box, call.argument)
        if post is None:
            return post_error(404)
        if box == "inbox" and post.read is None:
            post.read = state.post.now()
        return json_answer({"data": _detail(child, box, post)})

    return answer


def unread_count(state: State, call: Call) -> Response:
    """How many messages are unread: a number, a text of digits, or a number for each box, as was chosen."""
    boxes = state.post.boxes(child_of(call))
    counts = {box: sum(post.read is None for post in boxes.get(box, ())) for box in BOXES}
    if state.post.unread_form == "object":
        named = {box: counts[box] for box in _COUNTED}
        return json_answer({"data": {**named, "archiveInbox": counts["archive/inbox"], "archiveOutbox": 0}})
    told = counts["inbox"] if state.post.unread_form == "number" else str(counts["inbox"])
    return json_answer({"data": told})


def me(state: State, call: Call) -> Response:
    """Whose account it is: the parent's, though messages are about the child."""
    child, parent = child_of(call), state.world.school.parent
    place = state.world.school.children.index(child)
    return json_answer(
        {
            "data": {
                "accountId": child.account_id if place % 2 else str(child.account_id),
                "firstName": parent.first,
                "lastName": parent.last,
                "groupId": "5",
                "groupName": "rodzic",
                "originSystem": "synergia",
                "accessToAttachments": flag(True, place),
            }
        }
    )


def tags(_state: State, _call: Call) -> Response:
    """The labels the family has made for messages."""
    return json_answer({"data": [{"id": 1, "name": "Ważne"}, {"id": "2", "name": "Wycieczki"}]})


def signatures(_state: State, _call: Call) -> Response:
    """The texts the family signs with: none."""
    return json_answer({"data": []})


def senders(state: State, call: Call) -> Response:
    """Who has written to the family."""
    people = {
        post.sender.id: post.sender for post in state.post.boxes(child_of(call))["inbox"] if post.sender
    }
    rows = [
        {"senderId": account_of(person), "senderFirstName": person.first, "senderLastName": person.last}
        for person in people.values()
    ]
    return _paged(rows, call)


def receivers(state: State, call: Call) -> Response:
    """Whom the family has written to."""
    people = {
        who: name for post in state.post.boxes(child_of(call))["outbox"] for who, name in post.receivers
    }
    rows: list[Row] = []
    for account, name in people.items():
        last, _, first = name.partition(" ")
        rows.append({"receiverId": account, "receiverFirstName": first or None, "receiverLastName": last})
    return _paged(rows, call)


def attachment(*boxes: str) -> Handler:
    """Where a file of a message can be fetched; one in four comes at once. Opens no message."""

    def answer(state: State, call: Call) -> Response:
        child = child_of(call)
        file_id, post_id = call.arguments
        found = (find_post(state, child, box, post_id) for box in boxes)
        post = next((post for post in found if post is not None), None)
        file = file_of(post, file_id) if post is not None else None
        if file is None:
            return post_error(404)
        form = int(file_id) % 4
        if form == 3:
            headers = {"content-disposition": disposition(file.name), "content-type": file.media}
            return Response(file.content, 200, headers)
        link = state.sandbox.offer(file, child=child, form="page" if form == 0 else "key")
        told = escape(link) if form == 1 else link
        return json_answer({"data": {"status": "ok", "downloadLink": told}})

    return answer


def _filtered(posts: Sequence[Post], query: dict[str, str]) -> list[Post]:
    """The messages that the parameters leave. Raises ValueError when one is no number."""
    kept = list(posts)
    if "afterId" in query:
        after = int(query["afterId"])
        kept = [post for post in kept if post.id > after]
    if query.get("unreadOnly") in ("1", "true"):
        kept = [post for post in kept if post.read is None]
    if "senderId" in query:
        sender = int(query["senderId"])
        kept = [post for post in kept if post.sender and account_of(post.sender) == sender]
    if "receiverId" in query:
        kept = [post for post in kept if any(who == query["receiverId"] for who, _ in post.receivers)]
    if "category" in query:
        kinds = set(map(int, query["category"].split(",")))
        kept = [post for post in kept if _category(post) in kinds]
    return kept


def _page(rows: Sequence[Any], query: dict[str, str]) -> tuple[Sequence[Any], int]:
    """The part that was asked for, and how many there are. Raises ValueError for a page that cannot be."""
    page, limit = int(query.get("page", 1)), int(query.get("limit", 50))
    if page < 1 or not 1 <= limit <= MAX_LIMIT:
        raise ValueError("no such page")
    return rows[(page - 1) * limit : page * limit], len(rows)


def _paged(rows: Sequence[Row], call: Call) -> Response:
    try:
        shown, total = _page(rows, call.query)
    except ValueError:
        return post_error(400)
    return json_answer({"data": shown, "total": total})


def _bare(items: Sequence[Row]) -> Response:
    return Response(json.dumps(items, ensure_ascii=False), 200, media_type=JSON)


def _category(post: Post) -> int:
    return _PERSON if post.sender or post.receivers else _SYSTEM


def _item(child: Child, box: str, post: Post) -> Row:
    """A message as a list shows it."""
    number = post.number
    row: Row = {
        "messageId": str(post.id) if number % 2 else post.id,
        "topic": post.topic,
        "content": preview(post.text, number),
        "sendDate": moment(post.sent),
        "isAnyFileAttached": flag(bool(post.attachments), number),
        "tags": [],
        "category": _category(post),
    }
    if box.endswith("outbox"):
        account, name = post.receivers[0]
        last, _, first = name.partition(" ")
        row |= {"receiverId": account, "receiverFirstName": first, "receiverLastName": last}
        return row | ({"receiverName": name} if number % 2 else {})
    row["readDate"] = moment(post.read) if post.read else None
    return row | _sender(post) | _receiver(child, number)


def _sender(post: Post) -> Row:
    """Who wrote: under one name, or under two."""
    person, number = post.sender, post.number
    if person is None:
        return {"senderId": None, "senderName": SYSTEM}
    account = account_of(person)
    row: Row = {"senderId": str(account) if number % 3 == 1 else account}
    if number % 2:
        return row | {"senderFirstName": person.first, "senderLastName": person.last}
    return row | {"senderName": full_name(person)}


def _receiver(child: Child, number: int) -> Row:
    if number % 2:
        return {"receiver": {"id": child.account_id}}
    return {"receiverId": str(child.account_id)}


def _detail(child: Child, box: str, post: Post) -> Row:
    number, out = post.number, box.endswith("outbox")
    row: Row = {
        "messageId": str(post.id) if number % 2 else post.id,
        "topic": post.topic,
        "Message": body(post.text, number),
        "sendDate": moment(post.sent),
        "attachments": [{"id": file_id, "filename": name} for file_id, name in post.attachments],
        "attachementInfo": None,
        "tags": [],
        "category": _category(post),
        "noReply": flag(post.sender is None and not out, number),
        "archive": flag(box.startswith("archive"), number + 1),
        "spam": flag(False, number + 2),
        "isMessageWithdrawn": flag(post.withdrawn, number),
        "enableMessageWithdrawn": flag(post.withdrawable and not post.withdrawn, number + 1),
        "individualRecipients": flag(False, number),
    }
    if not out:
        group = "System" if post.sender is None else group_of(str(account_of(post.sender)))
        row |= _sender(post) | _receiver(child, number)
        return row | {"senderGroup": group, "readDate": moment(post.read) if post.read else None}
    read = not post.withdrawable  # nobody at school reads while the simulator runs
    return row | {
        "senderId": child.account_id,
        "receivers": [_addressee(account, name, number, read=read) for account, name in post.receivers],
        "receiversCount": len(post.receivers),
        "readedCount": len(post.receivers) if read else 0,
    }


def _addressee(account: str, name: str, number: int, *, read: bool) -> Row:
    last, _, first = name.partition(" ")
    return {
        "receiverId": account,
        "firstName": first,
        "lastName": last,
        "name": name,
        "className": None,
        "pupilFirstName": None,
        "pupilLastName": None,
        "group": group_of(account),
        "readed": flag(read, number),
        "isCc": flag(False, number),
        "isBcc": flag(False, number + 1),
    }


def _routes() -> tuple[Route, ...]:
    found: dict[str, Handler] = {}
    for box in BOXES:
        found |= {f"{box}/messages": listing(box), f"{box}/messages/{{}}": detail(box)}
    found |= {
        "inbox/unreadMessagesCount": unread_count,
        "me": me,
        "tags": tags,
        "signatures": signatures,
        "inbox/messages/senders": senders,
        "outbox/messages/receivers": receivers,
        "attachments/{}/messages/{}": attachment("inbox", "outbox", "trash"),
        "archive/attachments/{}/messages/{}": attachment("archive/inbox", "archive/outbox"),
    }
    return tuple(
        Route("wiadomosci/" + pattern.replace("{}", "{id}"), pattern, handler)
        for pattern, handler in found.items()
    )


POST_READ_ROUTES: Final = _routes()
