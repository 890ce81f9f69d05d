"""The back end of the phone application: the messages, in one list, for accounts that pay."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from starlette.responses import Response

from ._answers import api_error, child_of
from ._call import Call, Route, bearer_in, json_answer, routed
from ._mailbox import Letter, letters
from ._post_boxes import SYSTEM
from ._rows import Row
from ._state import State

__all__ = ["BFF_ROUTES", "bff_answer", "bff_asker", "bff_spoiled"]

HEADER: Final = "x-zse-authorization"
_COLORS: Final = (16_711_680, 3_381_759, None)


def messages(state: State, call: Call) -> Response:
    """What the family got, the newest first: the same messages as the API shows."""
    child = child_of(call)
    if not state.has_messages(child):
        return api_error(403)
    every = letters(state.world, child, state.world.tables(child)["Justifications"].rows)
    return json_answer({"inboxMessages": [_row(one) for one in reversed(every) if not one.receivers]})


def _row(letter: Letter) -> Row:
    number, sender = letter.number, letter.sender
    row: Row = {
        "id": str(letter.id) if number % 3 == 1 else letter.id,
        "subject": letter.subject,
        "body": letter.body.replace("\n", "<br>") if number % 2 else letter.body,
        "sendDate": _written(letter.sent),
        "senderColor": _COLORS[number % 3],
    }
    if sender is None:
        return row | {"senderName": SYSTEM, "senderSurname": None, "senderId": None}
    named: Row = {"senderName": sender.first, "senderSurname": sender.last}
    return row | named | {"senderId": sender.id if number % 2 else str(sender.id)}


def _written(sent: datetime) -> str:
    return sent.strftime("%Y-%m-%d %H:%M:%S")


BFF_ROUTES: Final = (Route("bff/Messages", "Messages", messages),)


def bff_asker(state: State, call: Call) -> None:
    """Put the token of the header that this host reads on the call; it does not read the usual one."""
    call.token = state.tokens.get(bearer_in(call.request, HEADER) or "")
    call.child = state.world.child(call.token.child_id) if call.token else None


def bff_answer(state: State, call: Call) -> Response:
    """Decide the answer to a request that came to the back end of the phone application."""
    if call.token is None or not state.is_live(call.token):
        return bff_spoiled(state, call, 401)
    return routed(state, call, api_error)


def bff_spoiled(_state: State, _call: Call, status: int) -> Response:
    """What this host sends with this status when it has trouble. How it says so is not known."""
    return json_answer({"message": "Unauthorized"}, 401) if status == 401 else api_error(status)
