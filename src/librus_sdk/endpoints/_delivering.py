"""Sending to people: declared once, sent once, and told by what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.delivery import Delivery, judge_delivery
from ..core.http import Failure, Request, Response
from ._declare import Send
from ._shapes import raw_json

__all__ = ["Delivering", "delivering"]


@dataclass(frozen=True, slots=True)
class Delivering(Send[Delivery]):
    """Something that reaches people.

    Whoever runs it sends it exactly once and gives the one answer, whatever it is,
    to :meth:`judge`: no renewal and no retry comes after it.

    Attributes:
        is_told: see :func:`~librus_sdk.core.delivery.outcome_of`.
    """

    is_told: bool = True

    def judge(self, request: Request, answer: Response | Failure) -> Delivery:
        """Return what became of it.

        Raises:
            LibrusNetworkError: the request never left, so nothing was sent.
        """
        return judge_delivery(request, answer, is_told=self.is_told)


def delivering(path: str, body: object, *, is_told: bool = True, is_put: bool = False) -> Delivering:
    """Return what sends ``body`` to people of the messages' website."""
    return Delivering(
        path,
        raw_json(),  # never asked: see judge
        place="messages",
        body=body,
        method="PUT" if is_put else "POST",
        is_told=is_told,
    )
