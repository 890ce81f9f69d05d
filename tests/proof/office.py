"""A child's slot with the shipped shells around it, and a server in memory behind both.

For tests that steer every step of threads or tasks: a real socket would be a step they cannot steer.  The
server takes one token at a time, and counts.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator
from typing import Any

from librus_sdk.core.answers import judge_api
from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.core.refresh import Minted, Mode
from librus_sdk.errors import LibrusNetworkError, LibrusSdkError
from librus_sdk.events import Emitter
from librus_sdk.flows.call import Answer, call
from librus_sdk.flows.steps import Exchange, Flow, Ports
from librus_sdk.secret import Secret
from librus_sdk.settings import Hosts, RetryPolicy, SessionSettings
from librus_sdk.shells.slots import Slot
from librus_sdk.shells.tasks import TaskShell
from librus_sdk.shells.threads import ThreadShell

from .boxes import Stopped

CHILD = "101"
HOSTS = Hosts()
DATA = Request("GET", f"{HOSTS.api}/Grades", endpoint="Grades")
RENEW = Request("GET", f"{HOSTS.portal}/fresh", endpoint="fresh")


class Server:
    """Takes the newest token it has given out, unless it is revoked; counts what it is asked."""

    def __init__(self, *, portal_up: bool = True) -> None:
        self._lock = threading.Lock()
        self.serial = 1
        self.alive = True
        self.portal_up = portal_up
        self.renewals = 0
        self.sent: Counter[str] = Counter()

    def answer(self, request: Request) -> Response | Failure:
        with self._lock:
            if request.bearer is None:
                self.renewals += 1
                if not self.portal_up:
                    return Failure("network", "connection refused")
                self.serial += 1
                self.alive = True
                return Response(200, str(self.serial).encode(), {})
            token = request.bearer.reveal()
            self.sent[token] += 1
            good = self.alive and token == str(self.serial)
            return Response(200 if good else 401, token.encode(), {})

    def revoke(self) -> None:
        with self._lock:
            self.alive = False


class ThreadEdge:
    """In place of the shell's sockets."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def send(self, request: Request, _s: float, _ms: int, _jar: object = None) -> Response | Failure:
        return self._server.answer(request)

    def close(self) -> None:
        """Nothing to close."""


def renewal(clock: Stopped) -> Any:
    """A renewal of one request."""
    asked = iter(range(1, 1000))

    def renew(_mode: Mode) -> Flow[Minted]:
        at = float(next(asked))
        answer = yield Exchange(RENEW)
        if isinstance(answer, Failure):
            raise LibrusNetworkError("no answer")
        return Minted(CHILD, Secret(answer.body.decode()), at, clock.wall(), at + 1e6)

    return renew


class Office:
    """One slot, one server, one shell of each kind."""

    def __init__(self, *, portal_up: bool = True, age: float = 0.0) -> None:
        self.clock = Stopped()
        self.server = Server(portal_up=portal_up)
        self.slot = Slot(
            key=CHILD,
            name="child",
            endpoint="fresh",
            renewal=renewal(self.clock),
            private=False,
            clock=self.clock,
        )
        # With a high age the first token's assumed expiry is past; with 0 it has none.
        expires = None if age == 0 else 1.0 - age
        self.slot.offer(Minted(CHILD, Secret("1"), -age, 0.0, expires))
        self.ports = Ports(self.clock.monotonic, self.clock.wall, self.clock.random, lambda *_: None)
        self.settings = SessionSettings(max_concurrency=16)
        self.results: list[str] = []

    def threads(self) -> ThreadShell:
        shell = ThreadShell(self.settings, self.clock, self.ports, Emitter(None, self.clock.wall))
        edge: Any = ThreadEdge(self.server)
        shell._data = shell._private = edge
        return shell

    def tasks(self) -> TaskShell:
        shell = TaskShell(self.settings, self.clock, self.ports, Emitter(None, self.clock.wall))
        edge: Any = TaskEdge(self.server)
        home = shell._home()
        home.data = home.private = edge
        return shell

    def read(self) -> Flow[Answer[str]]:
        """One read of the child's data."""
        return call(
            DATA,
            slot=self.slot,
            judge=judge_api,
            decode=lambda body, _endpoint: body.decode(),
            retry=RetryPolicy.off(),
            ports=self.ports,
        )

    def note(self, result: Answer[str] | LibrusSdkError) -> None:
        """Remember how a read ended."""
        self.results.append(result.code if isinstance(result, LibrusSdkError) else result.value)

    def idle(self) -> bool:
        """Whether nothing is left over: no flight, nobody waiting."""
        return self.slot.peek().flight is None and not self.slot._waiters


class Checkpoint:
    """A place where a task lets the others go first."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class TaskEdge:
    """In place of the shell's sockets, for asyncio: the server decides between two checkpoints."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def send(self, request: Request, _s: float, _ms: int, _jar: object = None) -> Response | Failure:
        await Checkpoint()
        answer = self._server.answer(request)
        await Checkpoint()
        return answer

    async def aclose(self) -> None:
        """Nothing to close."""
