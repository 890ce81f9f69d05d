"""One call: send a request with a slot's credential; renew it and repeat once when it was refused.

This is section "one call" of the refresh protocol, written once for threads and for asyncio, for the data
of a child and for the portal's own reads.  Retries (a 503, a reset connection) happen inside one sending;
a refusal (401) ends the sending and is answered by a renewal.  The two compose and know nothing of each
other: a 401 is never retried, a 503 never renews.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from ..core.answers import Judge, failure_error
from ..core.http import Failure, Request, Response
from ..core.refresh import Fail, Mode, Ticket, after_refusal, worth_renewing
from ..core.retry import reason_of, retry_after_s, retry_delay_s
from ..errors import LibrusApiError, LibrusSdkError
from ..secret import Secret
from ..settings import RetryPolicy
from .steps import Acquire, Acquired, Attempt, Flow, Pause, Ports, Sent, SlotPort
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
) -> Flow[Answer[T]]:
    """Send the request and return its decoded answer.

    Only a GET is retried, and only what is repeatable is sent again after a renewal. Without a slot a 401 is
    an error like any other. Raises the SDK error the answer means; after a refusal that renewing did not cure
    it is AUTH_REFRESH_FAILED, and its cause is the first 401.
    """
    ticket = Ticket()
    while True:
        ticket, sent = yield from _send(request, slot, ticket, mode, retry, ports)
        error, refused = _outcome(request, sent, judge, ports, slot)
        if slot is not None and ticket.first is not None and not ticket.contacted:
            ports.emit("debug", "session.refresh.reused", {"slot": slot.name})
        if not refused:
            if slot is not None and isinstance(sent.answer, Response):
                slot.accept(sent.generation)
            if error is not None:
                if ticket.first is not None:
                    # Whatever goes wrong after a refusal, the refusal stays reachable. As the cause, because
                    # the context is overwritten when the caller is handling an exception of its own.
                    error.__cause__ = ticket.first
                raise error
            assert isinstance(sent.answer, Response)
            value = decode(sent.answer.body, request.endpoint)
            headers = {name: text for name, text in sent.answer.headers.items() if name in _OF_FILES}
            return Answer(value, sent.generation, headers, redirect_of(request, sent.answer))

        assert error is not None
        if slot is None:
            raise error
        slot.reject(sent.generation, error)
        if not request.repeatable:
            raise error
        after = after_refusal(ticket, sent.generation, error)
        if isinstance(after, LibrusSdkError):
            raise after
        ticket = after


def deliver(
    request: Request, *, slot: SlotPort | None, judge: Judge, ports: Ports
) -> Flow[Response | Failure]:
    """Send what people will see, exactly once, and return whatever came back.

    A credential is got first where none is held. One that is refused is not sent again, and neither is this:
    a server that says 401 may have done what it was asked. Raises the SDK error of a credential that is not
    to be had; then nothing was sent.
    """
    _, sent = yield from _send(request, slot, Ticket(), "need", RetryPolicy.off(), ports)
    error, refused = _outcome(request, sent, judge, ports, slot)
    if slot is not None and isinstance(sent.answer, Response):
        if refused and error is not None:
            slot.reject(sent.generation, error)
        else:
            slot.accept(sent.generation)
    return sent.answer


def _send(
    request: Request, slot: SlotPort | None, ticket: Ticket, mode: Mode, retry: RetryPolicy, ports: Ports
) -> Flow[tuple[Ticket, Sent]]:
    """One sending, its retries included: every attempt with the slot's grant of that moment."""
    attempt = 1
    while True:
        sent = yield Attempt(request, slot, ticket, mode)
        if sent is None:
            assert slot is not None
            sent = yield Acquire(slot, ticket, mode)
            if isinstance(sent, Acquired):
                ticket = ticket.joined() if sent.joined else ticket
                continue
        if isinstance(sent, Fail):
            raise sent.error
        assert isinstance(sent, Sent)
        delay = retry_delay_s(
            retry, request, sent.answer, attempt=attempt, jitter=ports.random(), wall=ports.wall()
        )
        if delay is None:
            return ticket, sent
        _report_retry(ports, request, sent.answer, attempt, delay)
        yield Pause(delay)
        attempt += 1


def _outcome(
    request: Request, sent: Sent, judge: Judge, ports: Ports, slot: SlotPort | None
) -> tuple[LibrusSdkError | None, bool]:
    if isinstance(sent.answer, Failure):
        return failure_error(request, sent.answer), False
    verdict = judge(request, sent.answer)
    if isinstance(verdict.error, LibrusApiError):
        verdict.error.retry_after_s = retry_after_s(sent.answer, ports.wall())
    if verdict.suspect and slot is not None:
        return verdict.error, worth_renewing(slot.peek(), ports.monotonic(), sent.generation)
    return verdict.error, verdict.refused


def _report_retry(
    ports: Ports, request: Request, answer: Response | Failure, attempt: int, delay: float
) -> None:
    ports.emit(
        "warn",
        "synergia.retry",
        {
            "attempt": attempt,
            "delay_ms": round(delay * 1000),
            "endpoint": request.endpoint,
            "method": request.method,
            "reason": reason_of(answer),
        },
    )
