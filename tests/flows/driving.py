"""Drives a flow by hand: the steps it yields are put down, the answers come from a list. No network."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st

from librus_sdk.core import refresh
from librus_sdk.core.http import Failure, Request, Response, origin_of
from librus_sdk.core.refresh import Fail, Grant, Minted, SlotState
from librus_sdk.errors import LibrusSdkError
from librus_sdk.flows.portal import PortalFlows
from librus_sdk.flows.steps import (
    Acquire,
    Acquired,
    Attempt,
    Exchange,
    Flow,
    NewJar,
    Once,
    Pause,
    Ports,
    Sent,
    Step,
    Work,
)
from librus_sdk.models.decoding import decode_account, decode_accounts, decode_portal_me
from librus_sdk.secret import Secret
from librus_sdk.settings import Hosts, PortalCredentials, RetryPolicy

__all__ = [
    "EMAIL",
    "HOSTS",
    "LOGIN_PAGE",
    "ME",
    "ONCE",
    "PASSWORD",
    "PORTAL",
    "FakeSlot",
    "Ran",
    "alone",
    "answer",
    "drive",
    "granted",
    "page",
    "portal_flows",
    "ports",
    "redirect",
]

PORTAL: Final = "https://portal.example"
HOSTS: Final = Hosts(portal=PORTAL, api="https://api.example/3.0")
EMAIL: Final = "joanna@example.org"
PASSWORD: Final = "open&sesame+%"
ONCE: Final = RetryPolicy.off()


@dataclass(eq=False)
class TheJar:
    """A cookie jar that knows names and origins only."""

    cookies: set[tuple[str, tuple[str, str, int | None]]] = field(default_factory=set)

    def has(self, name: str, url: str) -> bool:
        return (name, origin_of(url)) in self.cookies


@dataclass
class Ran:
    """A flow that has ended: what it asked for, and how it ended."""

    steps: list[Step] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    result: Any = None
    error: LibrusSdkError | None = None

    @property
    def sent(self) -> list[str]:
        return [f"{request.method} {request.url}" for request in self.requests]

    @property
    def pauses(self) -> list[float]:
        return [step.seconds for step in self.steps if isinstance(step, Pause)]


def drive(flow: Flow[Any], answers: Iterable[Any], *, late: Failure | None = None) -> Ran:
    """Run the flow to its end. All answers must be used, and no other needed.

    A request is answered by a Response or Failure. When a credential is asked for, the next in the list is
    the answer; it is called if it can be. ``late`` is why there is no time for a pause.
    """
    flow = alone(flow)
    left = list(answers)
    ran = Ran()
    reply: Any = None
    try:
        while True:
            step = flow.send(reply)
            ran.steps.append(step)
            reply = late if isinstance(step, Pause) and late is not None else _reply(step, left, ran)
    except StopIteration as stop:
        ran.result = stop.value
    except LibrusSdkError as error:
        ran.error = error
    assert not left, f"not asked for: {left}"
    return ran


def alone(flow: Flow[Any]) -> Flow[Any]:
    """The flow where nobody else asks for the same: what is sent once for all is sent by this one."""
    reply: Any = None
    try:
        while True:
            step = flow.send(reply)
            reply = (yield from step.flow) if isinstance(step, Once) else (yield step)
    except StopIteration as stop:
        return stop.value
    finally:
        flow.close()


def _reply(step: Step, left: list[Any], ran: Ran) -> Any:
    if isinstance(step, NewJar):
        like = step.like.cookies if isinstance(step.like, TheJar) else set()
        return TheJar({cookie for cookie in like if step.only is None or cookie[0] in step.only})
    if isinstance(step, Pause):
        if step.retry is not None:
            step.retry()
        return None
    if isinstance(step, Acquire):
        reply = left.pop(0)
        return reply() if callable(reply) else reply
    if isinstance(step, Work):
        return step.do()
    slot = step.slot if isinstance(step, Attempt) else None
    generation = 0
    if slot is not None:
        state = slot.peek()
        generation = state.generation
        if state.refused >= generation:
            return None  # there is nothing to send now
    assert left, f"one answer more is wanted: {step}"
    ran.requests.append(step.request)
    reply = left.pop(0)
    if isinstance(step, Exchange) and isinstance(step.jar, TheJar) and isinstance(reply, Response):
        place = origin_of(step.request.url)
        step.jar.cookies |= {(name, place) for name in reply.cookies_set}
    return Sent(reply, generation) if isinstance(step, Attempt) and not isinstance(reply, Fail) else reply


def ports(events: list[tuple[str, str, dict[str, object]]] | None = None, chance: float = 1.0) -> Ports:
    def emit(level: str, event: str, fields: dict[str, object]) -> None:
        if events is not None:
            events.append((level, event, fields))

    return Ports(monotonic=lambda: 100.0, wall=lambda: 1_774_600_000.0, random=lambda: chance, emit=emit)


def portal_flows(
    events: list[tuple[str, str, dict[str, object]]] | None = None, retry: RetryPolicy = ONCE
) -> PortalFlows[Any, Any, Any]:
    return PortalFlows(
        HOSTS,
        PortalCredentials(EMAIL, PASSWORD),
        ports(events),
        decode_portal_me,
        decode_accounts,
        decode_account,
        retry=retry,
    )


class FakeSlot:
    """A slot without a lock: the protocol's own functions over one state."""

    name = "child"

    def __init__(self, state: SlotState) -> None:
        self.state = state
        self.accepted: list[int] = []
        self.rejected: list[tuple[int, LibrusSdkError]] = []

    def peek(self) -> SlotState:
        return self.state

    def accept(self, generation: int) -> None:
        self.accepted.append(generation)
        self.state = refresh.accept(self.state, generation)

    def reject(self, generation: int, error: LibrusSdkError) -> None:
        self.rejected.append((generation, error))
        self.state = refresh.reject(self.state, 100.0, generation, error)

    def offer(self, minted: Minted) -> None:
        self.state = refresh.offer(self.state, minted)

    def renewed(self) -> Acquired:
        """Publish the next grant, as a flight that was waited for does."""
        return Acquired(self.renew(), joined=True)

    def renewed_by_another(self) -> Acquired:
        """The same, but it was there already."""
        return Acquired(self.renew(), joined=False)

    def renew(self) -> Grant:
        number = self.state.generation + 1
        self.offer(Minted(self.state.key, Secret(f"token-{number}"), float(number)))
        assert self.state.grant is not None
        return self.state.grant


def granted(key: str = "101") -> FakeSlot:
    slot = FakeSlot(SlotState(key=key))
    slot.renew()
    return slot


def answer(status: int = 200, body: object = b"", url: str = "", **headers: str) -> Response:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, data, {name.replace("_", "-"): value for name, value in headers.items()}, url)


def page(html: str, status: int = 200) -> Response:
    return answer(status, html.encode())


def locations(*ours: str) -> st.SearchStrategy[str]:
    """What an answer may lead to: any text, our own addresses, and those that only begin or end like them."""
    starts = ["/", "//", "///", "\\\\", "?", "https://", AWAY, AWAY.removeprefix("https:")]
    for url in ours:
        host = url.partition("//")[2]
        starts += [url, url.upper(), f"//{host}", f"{url}/", f"{url}:8443/", f"http://{host}/"]
        starts += [f"{url}.elsewhere.example/", f"{url}@elsewhere.example/", f"https://not{host}/"]
    ends = st.text(st.sampled_from("/?#@:.%\\ax1é \t["), max_size=12)
    return st.one_of(st.text(min_size=1, max_size=60), st.builds(str.__add__, st.sampled_from(starts), ends))


AWAY: Final = "https://elsewhere.example/"


def redirect(location: str, status: int = 302, url: str = "") -> Response:
    return answer(status, b"", url, location=location)


LOGIN_PAGE: Final = page('<form><input type="hidden" name="_token" value="csrf-1"></form>')
ME: Final = answer(200, {"identifier": 7, "email": EMAIL})
