"""The edges as programs meet them: through sessions and clients, against the simulator."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from librus_sdk import (
    AsyncLibrusSession,
    AsyncSynergiaApiClient,
    Event,
    Hosts,
    LibrusApiError,
    LibrusConfigurationError,
    LibrusNetworkError,
    LibrusResponseValidationError,
    LibrusSchemaWarning,
    LibrusSession,
    LibrusTimeoutError,
    RetryPolicy,
    SynergiaApiClient,
)
from librus_sdk.settings import MAX_TIMEOUT_MS
from librus_sdk.shells.clock import Clock
from librus_sdk.simulator import Simulator
from tests.shells.sockets import Server, http

GENEROUS = 5.0
Call = Callable[[Callable[[], Any]], Any]


class Sleepless(Clock):
    """Does not sleep, and remembers for how long it did not. Its time moves as if it had."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return super().monotonic() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def sleep_async(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(children=2, today=date(2026, 3, 11)) as running:
        yield running


@pytest.fixture(params=["threads", "tasks"])
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def call(shell: str) -> Iterator[Call]:
    if shell == "threads":
        yield lambda operation: operation()
        return
    with asyncio.Runner() as runner:

        async def awaited(operation: Callable[[], Any]) -> Any:
            result = operation()
            return await result if inspect.isawaitable(result) else result

        yield lambda operation: runner.run(awaited(operation))


@pytest.fixture
def session(sim: Simulator, shell: str, call: Call) -> Iterator[Any]:
    kind: Any = LibrusSession if shell == "threads" else AsyncLibrusSession
    made = kind(sim.credentials, hosts=sim.hosts, clock=Sleepless())
    yield made
    call(made.close)


@pytest.fixture
def standalone(shell: str, call: Call) -> Iterator[Callable[..., Any]]:
    kind: Any = SynergiaApiClient if shell == "threads" else AsyncSynergiaApiClient
    made: list[Any] = []

    def make(*args: Any, **options: Any) -> Any:
        made.append(kind(*args, **options))
        return made[-1]

    yield make
    for client in made:
        call(client.close)


@pytest.mark.parametrize("fault", [{"stall": True}, {"drip": True}], ids=["stall", "drip"])
def test_a_clients_own_timeout_bounds_the_whole_answer(
    sim: Simulator, session: Any, call: Call, fault: dict[str, Any]
) -> None:
    patient = call(lambda: session.for_child(sim.children[0].id))
    hasty = call(lambda: session.for_child(sim.children[0].id, timeout_ms=250))
    sim.fail("Grades", **fault)
    started = time.monotonic()
    with pytest.raises(LibrusTimeoutError) as caught:
        call(hasty.grades.list)
    assert time.monotonic() - started < GENEROUS
    assert caught.value.details == {"endpoint": f"{sim.hosts.api}/Grades", "timeout_ms": 250}
    assert sim.counts["Grades"] == 1, "a timeout is not retried"
    assert call(patient.grades.list)


def test_a_sign_in_that_stalls_is_told_with_the_sessions_limit(
    sim: Simulator, shell: str, call: Call
) -> None:
    kind: Any = LibrusSession if shell == "threads" else AsyncLibrusSession
    session = kind(sim.credentials, hosts=sim.hosts, timeout_ms=250)
    sim.fail("login_page", stall=True)
    with pytest.raises(LibrusTimeoutError) as caught:
        call(session.login)
    assert caught.value.details == {"endpoint": f"{sim.hosts.portal}/konto-librus/login", "timeout_ms": 250}
    call(session.close)


@pytest.mark.parametrize("drop", ["before", "headers", "body"])
def test_a_lost_connection_is_tried_again_and_then_told(
    sim: Simulator, session: Any, call: Call, drop: Any
) -> None:
    client = call(lambda: session.for_child(sim.children[0].id))
    sim.fail("Grades", drop=drop, times=2)
    assert call(client.grades.list)
    assert sim.counts["Grades"] == 3
    sim.fail("Grades", drop=drop, times=3)
    with pytest.raises(LibrusNetworkError) as caught:
        call(client.grades.list)
    assert caught.value.code == "NETWORK_ERROR"
    assert caught.value.details.keys() == {"endpoint", "reason"}
    assert caught.value.details["endpoint"] == f"{sim.hosts.api}/Grades"
    assert sim.counts["Grades"] == 6


def test_a_redirect_of_the_api_is_an_error_and_the_token_stays(
    sim: Simulator, session: Any, call: Call
) -> None:
    other = Server(lambda peer: peer.send(http()))
    client = call(lambda: session.for_child(sim.children[0].id))
    sim.fail("Grades", status=307, headers={"location": other.url()})
    with pytest.raises(LibrusApiError) as caught:
        call(client.grades.list)
    assert caught.value.details == {"endpoint": f"{sim.hosts.api}/Grades", "status": 307}
    assert other.accepted == 0
    other.close()


def test_a_redirect_of_a_fresh_token_is_an_error_and_the_cookies_stay(
    sim: Simulator, session: Any, call: Call
) -> None:
    other = Server(lambda peer: peer.send(http()))
    call(session.list_children)
    sim.fail("fresh", status=302, headers={"location": other.url()})
    with pytest.raises(LibrusApiError):
        call(lambda: session.refresh_bearer_token(sim.children[0].id))
    assert other.accepted == 0
    other.close()


def test_cookies_of_two_sessions_do_not_mix(sim: Simulator, session: Any, shell: str, call: Call) -> None:
    kind: Any = LibrusSession if shell == "threads" else AsyncLibrusSession
    other = kind(sim.credentials, hosts=sim.hosts)
    call(session.login)
    call(other.login)
    for one in (session, other):
        call(one.get_portal_me)
    assert sim.counts["login"] == 2
    assert {record.status for record in sim.requests if record.endpoint == "me"} == {200}
    call(other.close)


def test_bearer_and_cookies_go_where_they_belong(sim: Simulator, session: Any, call: Call) -> None:
    client = call(lambda: session.for_child(sim.children[0].id))
    sim.expire_child_tokens()
    call(client.grades.list)
    for record in sim.requests:
        assert ("authorization" in record.headers) is (record.origin == "api"), record
        assert ("cookie" in record.headers) is (record.origin == "portal" and record.endpoint != "login_page")
    app = next(record for record in sim.requests if record.endpoint == "Grades")
    assert app.headers["origin"] == "app://librus"
    assert "LibrusMobileApp" in app.headers["user-agent"]


def test_the_longest_limit_there_is(sim: Simulator, shell: str, call: Call) -> None:
    kind: Any = LibrusSession if shell == "threads" else AsyncLibrusSession
    session = kind(sim.credentials, hosts=sim.hosts, timeout_ms=MAX_TIMEOUT_MS, flight_timeout_s=1e15)
    client = call(lambda: session.for_child(sim.children[0].id))
    sim.expire_child_tokens()
    assert call(client.grades.list)
    call(session.close)


def test_a_refused_connection_is_told_with_the_address(standalone: Callable[..., Any], call: Call) -> None:
    server = Server(lambda peer: None)
    server.close()
    hosts = Hosts(api=server.url("/3.0"))
    with pytest.raises(LibrusNetworkError) as caught:
        call(standalone("a-token", hosts=hosts, clock=Sleepless()).me.get)
    assert caught.value.details == {"endpoint": server.url("/3.0/Me"), "reason": "connection refused"}


def test_waits_are_slept_on_the_clock(sim: Simulator, standalone: Callable[..., Any], call: Call) -> None:
    clock = Sleepless()
    token = sim.token(sim.children[0].id)
    client = standalone(token, hosts=sim.hosts, clock=clock, retry=RetryPolicy(jitter=False))
    sim.fail("Grades", status=503, times=1)
    sim.fail("Grades", status=429, retry_after=7, times=1)
    assert call(client.grades.list)
    assert clock.slept == [0.25, 7.0]


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "https://elsewhere.example/Grades", "//elsewhere.example/../x", "../2.0/Grades",
        "Grades/../Me", "Grades/.", "%2e%2e/2.0/Grades", "Grades/%2E%2e/Me", "Grades?a=b", "Grades#a",
        "Grades\r\nx: y", "Grades\x00", "Gra\udc80des", "..\\2.0", None, 7, b"Grades",
    ],
)  # fmt: skip
def test_a_path_stays_on_the_api(
    sim: Simulator, standalone: Callable[..., Any], call: Call, path: Any
) -> None:
    client = standalone("a-token", hosts=sim.hosts)
    with pytest.raises(LibrusConfigurationError):
        call(lambda: client.get(path))
    assert not sim.requests


def test_a_parameter_that_cannot_be_sent(sim: Simulator, standalone: Callable[..., Any], call: Call) -> None:
    client = standalone("a-token", hosts=sim.hosts)
    for attempt in (lambda: client.get("Grades", {"a": "\udc80"}), lambda: client.school.user("\udc80")):
        with pytest.raises(LibrusConfigurationError):
            call(attempt)
    assert not sim.requests


def test_any_other_path_is_read_as_it_is(sim: Simulator, standalone: Callable[..., Any], call: Call) -> None:
    client = standalone(sim.token(sim.children[0].id), hosts=sim.hosts)
    assert call(lambda: client.get("//Grades", {"a": None, "b": 0, "c": "ż"}))["Grades"]
    assert sim.requests[0].query == "b=0&c=%C5%BC"
    with pytest.raises(LibrusApiError) as caught:
        call(lambda: client.get("Nothing/Łoś%2F1"))
    assert caught.value.details["status"] == 404


def test_events_go_to_a_logger_with_or_without_a_hook(
    sim: Simulator, standalone: Callable[..., Any], call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    token, logger = sim.token(sim.children[0].id), logging.getLogger("a.program")
    seen: list[Event] = []
    with caplog.at_level(logging.DEBUG, "a.program"):
        call(standalone(token, hosts=sim.hosts, logger=logger).me.get)
        call(standalone(token, hosts=sim.hosts, logger=logger, on_event=seen.append).me.get)
    assert [record.message.split()[0] for record in caplog.records] == 2 * [event.name for event in seen]
    assert [event.name for event in seen] == ["synergia.request.start", "synergia.request.success"]


def test_a_client_has_its_own_strictness_and_is_closed_with_its_session(
    sim: Simulator, session: Any, call: Call
) -> None:
    strict = call(lambda: session.for_child(sim.children[0].id, strict=True))
    lenient = call(lambda: session.for_child(sim.children[0].id))
    call(strict.close)
    sim.fail("Grades", body={"Grades": [{"Id": []}]}, times=2)
    with pytest.raises(LibrusResponseValidationError):
        call(strict.grades.list)
    with pytest.warns(LibrusSchemaWarning):
        assert len(call(lenient.grades.list).rejected) == 1
