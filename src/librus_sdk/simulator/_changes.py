"""The change feed of the child API: register, ask what is new, confirm.

Shapes and codes are those that notification programs relied on; the statuses of the codes are not recorded.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final

from starlette.responses import Response

from ._answers import api_error, child_of, encoded, error
from ._call import FORM, Call, Route
from ._change_log import Device
from ._rows import ref
from ._state import State

__all__ = ["CHANGE_ROUTES"]

MAX_CONFIRMED: Final = 30


def register(state: State, call: Call) -> Response:
    """Register a device for the child; without a telephone's address it is one that only asks."""
    given = _body(call)
    if given is None or _text(given.get("sendPush")) not in ("0", "1") or not _text(given.get("appVersion")):
        return api_error(400)
    address = given.get("device")
    device = state.changes.register(str(child_of(call).portal_id), _text(address) or None)
    if device is None:
        told = "This device is alerdy registered."  # spelled so
        return error(400, Status="Error", Code="DeviceRegistered", Message=told)
    return encoded({"ChangeRegister": ref("ChangeRegister", device.id)}, "ChangeRegister", call)


def not_to_be_read(_state: State, _call: Call) -> Response:
    """What a GET is told: only POST makes sense there."""
    return api_error(400)


def changes(state: State, call: Call) -> Response:
    """What has happened and is not confirmed, the oldest first."""
    device = _device(state, call)
    if isinstance(device, Response):
        return device
    answer = {"Changes": list(device.pending.values()), "ChangesTimestamp": int(time.time())}
    return encoded(answer, "PushChanges", call)


def confirm(state: State, call: Call) -> Response:
    """Take entries off the list; confirming what is not on it is no error."""
    device = _device(state, call)
    if isinstance(device, Response):
        return device
    ids = call.argument.split(",")
    if len(ids) > MAX_CONFIRMED or not all(_is_number(item) for item in ids):
        return api_error(400)
    state.changes.confirm(device, ids)
    return encoded({}, f"PushChanges/{call.argument}", call)


def _device(state: State, call: Call) -> Device | Response:
    """The device the query names, or the refusal. One of another child is as good as none."""
    wanted = call.query.get("pushDevice", "")
    if not _is_number(wanted):
        return error(400, Status="Error", Code="FilterInvalidValue", Message="Filter has invalid value")
    device = state.changes.device_of(str(child_of(call).portal_id), wanted)
    if device is None:
        told = "Unable to get push device"
        return error(400, Status="Error", Code="UnableToGetPushDevice", Message=told)
    return device


def _body(call: Call) -> dict[str, Any] | None:
    """The fields of the body, JSON or form; None when it is neither."""
    if call.media == FORM:
        return dict(call.form)
    try:
        body = json.loads(call.body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _text(value: object) -> str:
    """A number or text as text; booleans count as 0 and 1, anything else as nothing."""
    if isinstance(value, bool):
        return str(int(value))
    return str(value) if isinstance(value, int | float | str) else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


CHANGE_ROUTES: Final = (
    Route("ChangeRegister", "ChangeRegister", not_to_be_read),
    Route("ChangeRegister", "ChangeRegister", register, "POST"),
    Route("PushChanges", "PushChanges", changes),
    Route("PushChanges/{ids}", "PushChanges/{}", confirm, "DELETE"),
)
