"""The shipped flows as automata, so that a search may stop, copy and resume them.

A generator cannot be copied, but it is a function of what it was sent.  A :class:`Machine` numbers the points
a flow may stand at, keeps for each one way to get there, and finds out what comes next by running the shipped
generator again from the start.  The flows themselves are :func:`librus_sdk.flows.call.call`,
:meth:`PortalFlows.renew_child` and :func:`librus_sdk.flows.steps.ask`; nothing of them is written here again.

Two ways that lead to the same program counters with the same pending step are the same point: a flow's only
other memory is its ticket (which is in the step), and the credential that ``renew_child`` looks at again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final

from librus_sdk.core.answers import Verdict, judge_api
from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.core.refresh import Fail, Grant, Minted, Mode, SlotState
from librus_sdk.errors import (
    LibrusAccountActionRequiredError,
    LibrusCredentialsError,
    LibrusNetworkError,
    LibrusSdkError,
)
from librus_sdk.flows.call import call
from librus_sdk.flows.portal import PORTAL_KEY, PortalFlows
from librus_sdk.flows.steps import Acquire, Acquired, Attempt, Exchange, Flow, Ports, Sent, Step, ask
from librus_sdk.secret import Secret
from librus_sdk.settings import Hosts, PortalCredentials, RetryPolicy

Effect = tuple[str, int, int]
"""``accept`` or ``reject``, the slot's number, the generation."""

PORTS: Final = Ports(lambda: 0.0, lambda: 0.0, lambda: 0.0, lambda *_: None)
GET: Final = Request("GET", "https://api.librus.invalid/Grades", endpoint="Grades")
SIGN_IN: Final = Request("POST", "https://portal.librus.invalid/login", endpoint="login")
LIFETIME: Final = 1000.0


class Port:
    """A slot as a flow sees it: writes down what is reported, shows the state the search has put there."""

    def __init__(self, number: int, log: list[Effect]) -> None:
        self.name = f"slot {number}"
        self.number = number
        self.state = SlotState()
        self._log = log

    def peek(self) -> SlotState:
        return self.state

    def accept(self, generation: int) -> None:
        self._log.append(("accept", self.number, generation))

    def reject(self, generation: int, error: LibrusSdkError) -> None:
        self._log.append(("reject", self.number, generation))

    def offer(self, minted: Minted) -> None:
        raise AssertionError("no flow of the explorer offers a credential by itself")


@dataclass(frozen=True, slots=True)
class Finished:
    """How a flow ended."""

    minted: Minted | None = None
    error: LibrusSdkError | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """What a flow did when it was resumed: what it reported, and where it stands or how it ended."""

    effects: tuple[Effect, ...]
    point: int
    finished: Finished | None


@dataclass(slots=True)
class _Run:
    generator: Flow[Any]
    ports: tuple[Port, ...]
    log: list[Effect]
    refusals: list[LibrusSdkError]
    """The 401s this run has met, in order."""


class Machine:
    """One flow, as an automaton that grows as it is asked."""

    def __init__(
        self, make: Callable[[tuple[Port, ...], list[LibrusSdkError]], Flow[Any]], slots: int
    ) -> None:
        self._make = make
        self._slots = slots
        self.steps: list[Step] = []
        self._ways: list[tuple[tuple[object, SlotState], ...]] = []
        self._points: dict[Hashable, int] = {}
        self._memo: dict[Hashable, Next] = {}
        run = self._run(())
        self._point(run, self._first, ())

    def _run(self, way: tuple[tuple[object, SlotState], ...]) -> _Run:
        log: list[Effect] = []
        refusals: list[LibrusSdkError] = []
        ports = tuple(Port(number, log) for number in range(self._slots))
        generator = self._make(ports, refusals)
        self._first: Step = next(generator)
        run = _Run(generator, ports, log, refusals)
        for answer, seen in way:
            self._send(run, answer, seen)
        return run

    @staticmethod
    def _send(run: _Run, answer: object, seen: SlotState) -> Step:
        for port in run.ports:
            port.state = seen
        run.log.clear()
        step: Step = run.generator.send(answer)
        return step

    def _point(self, run: _Run, step: Step, way: tuple[tuple[object, SlotState], ...]) -> int:
        counters = []
        generator: Any = run.generator
        while generator is not None and hasattr(generator, "gi_frame"):
            counters.append(generator.gi_frame.f_lasti)
            generator = generator.gi_yieldfrom
        key = (tuple(counters), _step_key(step))
        point = self._points.setdefault(key, len(self.steps))
        if point == len(self.steps):
            self.steps.append(step)
            self._ways.append(way)
        return point

    def resume(self, point: int, key: Hashable, answer: object, seen: SlotState) -> Next:
        """Send the answer. ``key`` is equal for equal answers; ``seen`` is what a slot shows meanwhile."""
        memo_key = (point, key, seen)
        known = self._memo.get(memo_key)
        if known is None:
            known = self._memo[memo_key] = self._resume(point, answer, seen)
        return known

    def _resume(self, point: int, answer: object, seen: SlotState) -> Next:
        way = (*self._ways[point], (answer, seen))
        run = self._run(way[:-1])
        try:
            step = self._send(run, answer, seen)
        except StopIteration as stop:
            minted = stop.value if isinstance(stop.value, Minted) else None
            return Next(tuple(run.log), -1, Finished(minted=minted))
        except LibrusSdkError as error:
            handed_in = isinstance(answer, Fail) and error is answer.error  # the slot's doing: judged there
            if run.refusals and not handed_in and error.__cause__ is not run.refusals[0]:
                raise LostRefusalError from error
            return Next(tuple(run.log), -1, Finished(error=error))
        return Next(tuple(run.log), self._point(run, step, way), None)


class LostRefusalError(AssertionError):
    """A call failed after a 401, and that very 401 is not reachable from its error."""


def reaches(error: BaseException, goal: BaseException | None) -> bool:
    """Whether the caller's first 401 is the error's cause or context, by identity."""
    return goal is None or error.__cause__ is goal or error.__context__ is goal


def _step_key(step: Step) -> Hashable:
    if isinstance(step, (Attempt, Acquire)):
        port = step.slot
        assert isinstance(port, Port)
        ticket = step.ticket
        memory = (ticket.need, ticket.refusals, ticket.waits, ticket.contacted, ticket.first is not None)
        return (type(step).__name__, port.number, step.mode, memory)
    return type(step).__name__


# --- the flows -------------------------------------------------------------------------------------------


def data_call(slots: int, slot: int) -> Machine:
    """A read of a child's data."""

    def make(ports: tuple[Port, ...], refusals: list[LibrusSdkError]) -> Flow[Any]:
        def judge(request: Request, response: Response) -> Verdict:
            verdict = judge_api(request, response)
            if verdict.refused and verdict.error is not None:
                refusals.append(verdict.error)
            return verdict

        return call(
            GET,
            slot=ports[slot],
            judge=judge,
            decode=lambda _body, _endpoint: None,
            retry=RetryPolicy.off(),
            ports=PORTS,
        )

    return Machine(make, slots)


def explicit_refresh(slots: int, slot: int) -> Machine:
    """``refresh_bearer_token``."""
    return Machine(lambda ports, _: ask(ports[slot], mode="force"), slots)


def minted_of(text: bytes, declared: bool | None) -> Minted:
    """Return the credential an answer of the model server stands for: ``owner:serial:age in seconds``."""
    owner, serial, age = text.decode().split(":")
    secret = (owner, int(serial))
    if declared is None:
        return Minted(owner, secret, issued_at=float(serial))
    born = -float(age)
    return Minted(owner, secret, issued_at=born, expires_at=born + LIFETIME, declared=declared)


def one_exchange(slots: int, declared: bool | None) -> Machine:
    """A renewal of one request: the portal as a whole, or its sign-in."""

    def make(_ports: tuple[Port, ...], _refusals: list[LibrusSdkError]) -> Flow[Any]:
        answer = yield Exchange(SIGN_IN)
        if isinstance(answer, Failure):
            raise LibrusNetworkError("no answer")
        assert isinstance(answer, Response)
        if answer.status == 403:
            raise LibrusCredentialsError("refused")
        if answer.status == 404:
            raise LibrusAccountActionRequiredError("not linked")
        return minted_of(answer.body, declared)

    return Machine(make, slots)


@dataclass(frozen=True, slots=True)
class _Account:
    id: str
    access_token: Any


def _decode_account(body: bytes, _endpoint: str) -> _Account:
    minted = minted_of(body, None)
    return _Account(minted.owner, minted.secret)


def child_renewal(slots: int, portal: int, child: int, mode: Mode) -> Machine:
    """The shipped renewal of a child's token, above the portal's slot."""
    flows = PortalFlows(
        Hosts(),
        PortalCredentials("parent@example.invalid", "invented"),
        PORTS,
        lambda *_: None,
        lambda *_: None,
        _decode_account,
        retry=RetryPolicy.off(),
    )

    def make(ports: tuple[Port, ...], _refusals: list[LibrusSdkError]) -> Flow[Any]:
        renewed = yield from flows.renew_child(ports[portal], ports[child], Secret("login"), None, mode)
        return renewed[0]

    return Machine(make, slots)


# --- answers ---------------------------------------------------------------------------------------------

OK: Final = Response(200, b"", {})
UNAUTHORIZED: Final = Response(401, b"", {})


def response_for(outcome: tuple[Any, ...]) -> Response | Failure:
    """Return the answer for an outcome of the model server."""
    kind = outcome[0]
    if kind == "mint":
        _, owner, serial, age = outcome
        return Response(200, f"{owner}:{serial}:{age}".encode(), {})
    if kind == "unreachable":
        return Failure("network", "connection refused")
    if kind == "terminal child":
        return Response(404, b'{"message": "Account not found"}', {})
    if kind == "terminal sign-in":
        return Response(403, b"", {})
    return OK if kind == "200" else UNAUTHORIZED


def sent(generation: int, outcome: tuple[Any, ...]) -> Sent:
    """The answer to an Attempt."""
    return Sent(response_for(outcome), generation)


def acquired(grant: Grant, joined: bool) -> Acquired:
    """The answer to an Acquire."""
    return Acquired(grant, joined)


def failed(error: LibrusSdkError) -> Fail:
    """The answer to either when there is no credential."""
    return Fail(error)


__all__ = [
    "PORTAL_KEY",
    "Finished",
    "LostRefusalError",
    "Machine",
    "Next",
    "acquired",
    "child_renewal",
    "data_call",
    "explicit_refresh",
    "failed",
    "minted_of",
    "one_exchange",
    "reaches",
    "response_for",
    "sent",
]
