"""One call: send a request with a slot's credential; renew it and repeat once when it was refused.

This is section "one call" of the refresh protocol, written once for threads and for asyncio, for the data
of a child and for the portal's own reads.  Retries (a 503, a reset connection) happen inside one sending;
a refusal (401) ends the sending and is answered by a renewal.  The two compose and know nothing of each
other: a 401 is never retried, a 503 never renews.  What callers can share is the sending until it is settled;
decoding is each one's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from ..core.answers import Judge, failure_error
from ..core.http import Failure, Request, Response
from ..core.refresh import Fail, Mode, Ticket, after_refusal, worth_renewing
from ..core.retry import retry_after_s
from ..core.until import asked_to_wait, maintenance_error
from ..errors import LibrusApiError, LibrusMaintenanceError, LibrusRateLimitedError, LibrusSdkError
from ..secret import Secret
from ..settings import RetryPolicy
from .again import paused_before_another
from .steps import Acquire, Acquired, Attempt, Flow, Once, Ports, Sent, Settled, SlotPort
from .walk import redirect_of

__all__ = ["Answer", "call", "deliver"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A good, decoded answer.

    Attributes:
        generation: of the credential that brought it.
        headers: those that say what a file is, and no others: the rest may hold anything.
        target: where it redirects to, if it does.
    """

    value: T
    generation: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    target: Secret | None = None


_OF_FILES: Final = ("content-type", "content-disposition")


def call(
    request: Request,
    *,
    slot: SlotPort | None,
    judge: Judge,
    decode: Callable[[bytes, str], T],
    retry: RetryPolicy,
    ports: Ports,
    mode: Mode = "need",
    once: bool = False,
) -> Flow[Answer[T]]:
    """Send the request and return its decoded answer.

    Only a GET is retried, and only what is repeatable is sent again after a renewal. Without a slot a 401 is
    an error like any other. With ``once`` a GET that somebody else is asking at this moment is not sent a
    second time; the judge then judges for everybody, and must be the same object for all of them. Raises the
    SDK error the answer means; after a refusal that renewing did not cure it is AUTH_REFRESH_FAILED, and its
    cause is the first 401.
    """
    flow = _settled(request, slot, judge, retry, ports, mode)
    if once and request.method == "GET" and request.sink is None:
        settled = yield Once(request, (slot, judge, retry, mode), flow)
    else:
        settled = yield from flow
    if isinstance(settled, Fail):
        raise settled.error
    assert isinstance(settled, Sent)
    assert isinstance(settled.answer, Response)
    value = decode(settled.answer.body, request.endpoint)
    headers = {name: text for name, text in settled.answer.headers.items() if name in _OF_FILES}
    return Answer(value, settled.generation, headers, redirect_of(request, settled.answer))


def _settled(
    request: Request, slot: SlotPort | None, judge: Judge, retry: RetryPolicy, ports: Ports, mode: Mode
) -> Flow[Settled]:
    """Send until there is an answer to decode, or an error; raises nothing, for others may share it."""
    ticket = Ticket()
    while True:
        ticket, sent, late = yield from _send(request, slot, judge, ticket, mode, retry, ports)
        if isinstance(sent, Fail):
            return sent
        error, refused = _outcome(request, sent, judge, ports, slot)
        if slot is not None and ticket.first is not None and not ticket.contacted:
            ports.emit("debug", "session.refresh.reused", {"slot": slot.name})
        if not refused or late is not None:
            if slot is not None and isinstance(sent.answer, Response) and not refused:
                slot.accept(sent.generation)
            if error is None:
                return sent
            if ticket.first is not None:
                # Whatever goes wrong after a refusal, the refusal stays reachable. As the cause, because
                # the context is overwritten when the caller is handling an exception of its own.
                error.__cause__ = ticket.first
            return Fail(error if late is None else _too_late(request, late, error))

        assert error is not None
        if slot is None:
            return Fail(error)
        slot.reject(sent.generation, error)
        if not request.repeatable:
            return Fail(error)
        after = after_refusal(ticket, sent.generation, error)
        if isinstance(after, LibrusSdkError):
            return Fail(after)
        ticket = after


def deliver(
    request: Request, *, slot: SlotPort | None, judge: Judge, ports: Ports
) -> Flow[Response | Failure]:
    """Send what people will see, exactly once, and return whatever came back.

    A credential is got first where none is held. One that is refused is not sent again, and neither is this:
    a server that says 401 may have done what it was asked. Raises the SDK error of a credential that is not
    to be had; then nothing was sent.
    """
    _, sent, _ = yield from _send(request, slot, judge, Ticket(), "need", RetryPolicy.off(), ports)
    if isinstance(sent, Fail):
        raise sent.error
    error, refused = _outcome(request, sent, judge, ports, slot)
    if slot is not None and isinstance(sent.answer, Response):
        if refused and error is not None:
            slot.reject(sent.generation, error)
        else:
            slot.accept(sent.generation)
    return sent.answer


def _send(
    request: Request,
    slot: SlotPort | None,
    judge: Judge,
    ticket: Ticket,
    mode: Mode,
    retry: RetryPolicy,
    ports: Ports,
) -> Flow[tuple[Ticket, Settled, Failure | None]]:
    """One sending, its retries included: every attempt with the slot's grant of that moment.

    The last part of the result says that there was no time left for another attempt.
    """
    attempt = 1
    while True:
        sent = yield Attempt(request, slot, ticket, mode, judge)
        if sent is None:
            assert slot is not None
            sent = yield Acquire(slot, ticket, mode)
            if isinstance(sent, Acquired):
                ticket = ticket.joined() if sent.joined else ticket
                continue
        if isinstance(sent, Fail):
            return ticket, sent, None
        assert isinstance(sent, Sent)
        if sent.rest is not None:
            return ticket, sent, None
        more = yield from paused_before_another(retry, ports, request, sent.answer, attempt)
        if more is not True:
            return ticket, sent, more or None
        attempt += 1


def _too_late(request: Request, late: Failure, error: LibrusSdkError) -> LibrusSdkError:
    """The error when there is no time for another attempt: of a whole call, caused by the last attempt's.

    In a flight it is the last attempt's, which says more.
    """
    if late.option != "timeout_total_ms":
        return error
    over = failure_error(request, late)
    over.__cause__ = error
    return over


def _outcome(
    request: Request, sent: Sent, judge: Judge, ports: Ports, slot: SlotPort | None
) -> tuple[LibrusSdkError | None, bool]:
    if isinstance(sent.answer, Failure):
        return failure_error(request, sent.answer), False
    verdict = judge(request, sent.answer)
    if isinstance(verdict.error, LibrusApiError):
        asked = verdict.error.retry_after_s = retry_after_s(sent.answer, ports.wall())
        if asked and isinstance(verdict.error, LibrusRateLimitedError):
            asked_to_wait(verdict.error, asked, ports.wall())
    if sent.rest is not None and isinstance(verdict.error, LibrusMaintenanceError):
        return maintenance_error(verdict.error.details, sent.rest, ports.wall()), False
    if verdict.suspect and slot is not None:
        return verdict.error, worth_renewing(slot.peek(), ports.monotonic(), sent.generation)
    return verdict.error, verdict.refused
