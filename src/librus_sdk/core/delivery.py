"""What became of something that was sent to people: accepted, rejected, or unknown.

It is sent once. Only an answer that says so makes it accepted, and only a refusal in Librus's own words makes
it rejected; whatever else happens after the request may have left is unknown, because a message that was
delivered and is sent again reaches people twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .answers import failure_error, is_server_code
from .http import Failure, Request, Response, json_object

__all__ = ["Delivery", "judge_delivery", "outcome_of"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message, a reply, or a withdrawal.

    Attributes:
        outcome: ``accepted``: Librus has it. ``rejected``: it has refused it, nobody got anything.
            ``unknown``: it may have been delivered; look into the outbox before it is sent again.
        message_id: the new message's, where Librus says.
        reason: why it was rejected, or why it is unknown: a constant of Librus like ``DUPLICATED_RECEIVERS``,
            or ``timeout``, ``network``, or ``too_large`` (an answer over ``max_answer_bytes``); None without
            one.
        status: of the answer; None when there was none.
    """

    outcome: Literal["accepted", "rejected", "unknown"]
    message_id: str | None = field(default=None, repr=False)
    reason: str | None = None
    status: int | None = None


# The statuses with which Librus refuses a request it has read.
_REFUSALS: Final = frozenset({400, 403, 404, 409, 413, 422})
_DONE: Final = frozenset({"sent", "ok"})
_KNOWN: Final = frozenset({"DUPLICATED_RECEIVERS", "THE_RECEIVER_CANNOT_RECEIVE_A_NOTE_COPY"})
_LARGEST: Final = 64 * 1024
_DEEPEST: Final = 5


def outcome_of(answer: Response | Failure, *, is_told: bool = True) -> Delivery:
    """Return what became of a request that may have left.

    Args:
        answer: what came of the one request.
        is_told: whether a success says that it is one, with the status ``sent``. A reply has been seen to
            succeed without a word.
    """
    if isinstance(answer, Failure):
        return Delivery("unknown", reason=answer.kind)
    said = _object(answer.body)
    if said is None:
        # Status 204 says that there is nothing to say.
        done = answer.status == 204 and not is_told
        return Delivery("accepted" if done else "unknown", status=answer.status)
    if answer.status in _REFUSALS:
        return Delivery("rejected", reason=_code_in(said), status=answer.status)
    if answer.ok and _is_done(said, is_told=is_told):
        return Delivery("accepted", message_id=_message_id(said), status=answer.status)
    return Delivery("unknown", reason=_code_in(said), status=answer.status)


def judge_delivery(request: Request, answer: Response | Failure, *, is_told: bool = True) -> Delivery:
    """Return what became of it.

    Raises:
        LibrusNetworkError: the request never left, so nothing was sent.
    """
    if isinstance(answer, Failure) and not answer.sent:
        raise failure_error(request, answer)
    return outcome_of(answer, is_told=is_told)


def _object(body: bytes) -> dict[str, Any] | None:
    return None if len(body) > _LARGEST else json_object(body)


def _data(said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    return data if isinstance(data, dict) else {}


def _is_done(said: dict[str, Any], *, is_told: bool) -> bool:
    status = _data(said).get("status", said.get("status"))
    if status is None:
        return not (is_told or "error" in said or "errors" in said)
    return isinstance(status, str) and status.lower() in _DONE


def _message_id(said: dict[str, Any]) -> str | None:
    found = _data(said).get("messageId")
    return str(found) if (type(found) is int or isinstance(found, str)) and found != "" else None


def _code_in(said: object, depth: int = 0) -> str | None:
    """Return the first constant of Librus in an answer; nothing else of it is ever repeated."""
    if isinstance(said, str):
        return said if said in _KNOWN or is_server_code(said) else None
    members = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    if depth == _DEEPEST:
        return None
    return next((code for member in members if (code := _code_in(member, depth + 1))), None)
