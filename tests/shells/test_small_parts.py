"""The small parts of the shells: the clock, forks, limits, and what is told of a request."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import runpy
import time
from dataclasses import replace
from typing import Any, Final

import httpx2
import pytest

from librus_sdk.core.answers import Verdict
from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.core.refresh import FlightFailure, Grant, Minted, Mode, Ticket
from librus_sdk.errors import (
    LibrusMaintenanceError,
    LibrusNetworkError,
    LibrusResponseValidationError,
    LibrusSdkError,
    LibrusTimeoutError,
)
from librus_sdk.flows.steps import Flow, Pause, Ports
from librus_sdk.flows.token_pair import TokenPair
from librus_sdk.secret import Secret
from librus_sdk.shells import fork
from librus_sdk.shells.clock import Clock
from librus_sdk.shells.limits import MAX_WAIT_S, Left, Limit, new_jar, stamped
from librus_sdk.shells.reports import RequestReport
from librus_sdk.shells.slots import Flight, Slot
from librus_sdk.shells.wire import Jar

# --- a slot -------------------------------------------------------------------------------------------------


class _Watch(Clock):
    now = 0.0

    def monotonic(self) -> float:
        return self.now


def test_a_slot_is_good_while_its_credential_is_and_nobody_replaces_it() -> None:
    watch = _Watch()
    slot = Slot(key="7", name="child", endpoint="x", renewal=_no_renewal, private=False, clock=watch)
    assert not slot.is_good()
    slot.offer(Minted("7", Secret("a"), 0.0, expires_at=1000.0))
    assert slot.is_good()
    watch.now = 2000.0
    assert slot.is_good()  # an assumed end is a guess
    flight = Flight()
    slot.acquire(Ticket(), flight, mode="force")
    assert not slot.is_good()
    slot.settle(flight, FlightFailure(LibrusSdkError("no", code="X"), "transient", 60.0))
    assert not slot.is_good()
    watch.now = 2061.0
    assert slot.is_good()
    slot.reject(1, LibrusSdkError("401", code="X"))
    assert not slot.is_good()
    slot.offer(Minted("7", Secret("b"), 2061.0))
    assert slot.is_good()
    slot.close()
    assert not slot.is_good()


def _no_renewal(_mode: Mode) -> Flow[Minted]:
    raise AssertionError("nobody flies here")


# --- the clock ---------------------------------------------------------------------------------------------


def test_the_clock_tells_the_time() -> None:
    clock = Clock()
    before, wall = time.monotonic(), time.time()
    assert before <= clock.monotonic() <= time.monotonic()
    assert wall <= clock.wall() <= time.time()
    assert len({clock.random() for _ in range(5)}) > 1
    assert all(0 <= clock.random() < 1 for _ in range(100))


def test_the_clock_sleeps_for_the_time_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    Clock().sleep(1.5)

    async def napping(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", napping)
    asyncio.run(Clock().sleep_async(2.5))
    assert slept == [1.5, 2.5]


# --- forks -------------------------------------------------------------------------------------------------


class Forkable:
    forks = 0

    def after_fork(self) -> None:
        self.forks += 1


def test_a_fork_renews_what_lives() -> None:
    thing, gone = Forkable(), Forkable()
    fork.renew_after_fork(thing)
    fork.renew_after_fork(thing)
    fork.renew_after_fork(gone)
    del gone
    gc.collect()
    fork._after_fork()
    assert thing.forks == 1
    assert thing in fork._living


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_real_fork_calls_it_in_the_child_only() -> None:
    thing = Forkable()
    fork.renew_after_fork(thing)
    child = os.fork()
    if not child:
        os._exit(0 if thing.forks == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert thing.forks == 0


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_system_without_fork_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "register_at_fork")
    module = runpy.run_path(fork.__file__)
    module["renew_after_fork"](Forkable())


# --- limits ------------------------------------------------------------------------------------------------


WHOLE: Final = "timeout_total_ms"
FLIGHT: Final = "flight_timeout_s"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr("librus_sdk.shells.limits.time.monotonic", lambda: 1000.0)
    return 1000.0


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("limit", "seconds", "told", "option"),
    [
        (Limit(1500), 1.5, 1500, ""),
        (Limit(1500, deadline=1010.0), 1.5, 1500, ""),
        (Limit(1500, deadline=1001.5), 1.5, 1500, ""),
        (Limit(1500, deadline=1001.0), 1.0, 1000, FLIGHT),
        (Limit(1500, deadline=1000.0), 0.0, 1, FLIGHT),
        (Limit(1500, deadline=900.0), 0.0, 1, FLIGHT),
        (Limit(2**53 - 1), MAX_WAIT_S, 2**53 - 1, ""),
        (Limit(2**53 - 1, deadline=1e18), MAX_WAIT_S, 2**53 - 1, ""),
        (Limit(1500, deadline=1001.5, total_ms=4000), 1.5, 1500, ""),
        (Limit(1500, deadline=1001.0, total_ms=4000), 1.0, 4000, WHOLE),
        (Limit(1500, deadline=900.0, total_ms=4000), 0.0, 4000, WHOLE),
    ],
)
def test_what_is_left_of_a_limit(limit: Limit, seconds: float, told: int, option: str) -> None:
    left = limit.left()
    assert left == (seconds, told, option)
    assert left.whole is (option == WHOLE)
    assert left.is_over is (left.whole and not seconds)


def test_the_limit_of_a_call(now: float) -> None:
    assert Limit.of_call(1500, None) == Limit(1500)
    call = Limit.of_call(1500, 4000)
    assert call == Limit(1500, now + 4, 4000)
    assert [Limit(1500).in_flight, call.in_flight, Limit(1500, now).in_flight] == [False, False, True]
    assert [Limit(1500).queueing(), call.queueing(), Limit(1500, now).queueing()] == [None, 4.0, None]
    assert Limit(1500, now - 1, 4000).queueing() == 0.0
    assert Limit(1500, 1e18, 4000).queueing() == MAX_WAIT_S
    # Waiting for a renewal takes one timeout at most, and no longer than the call has.
    assert call.waiting() == Limit(1500, now + 1.5)
    assert Limit(1500, now + 1, 4000).waiting() == Limit(1500, now + 1, 4000)


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("limit", "plain", "retry"),
    [
        (Limit(1500), False, False),
        (Limit(1500, 1002.0), False, True),
        (Limit(1500, 1002.1), False, False),
        (Limit(1500, 1002.0, 4000), True, True),
        (Limit(1500, 1002.1, 4000), False, False),
    ],
)
def test_which_pauses_there_is_no_time_for(limit: Limit, plain: bool, retry: bool) -> None:
    assert limit.refuses(Pause(2.0)) is plain
    assert limit.refuses(Pause(2.0, lambda: None)) is retry


def test_what_ran_out() -> None:
    whole, flight = Limit(1500, 1.0, 4000).ran_out(), Limit(1500, 1.0).ran_out()
    assert (whole.timeout_ms, whole.option, whole.sent) == (4000, "timeout_total_ms", False)
    assert (flight.timeout_ms, flight.option, flight.sent) == (1500, FLIGHT, False)
    assert Limit(1500, 1.0, 4000).ran_out("rate").waited_for == "rate"
    short, own, flying = Left(1.0, 4000, WHOLE), Left(1.0, 1500), Left(1.0, 1000, FLIGHT)
    timeout, reset = Failure("timeout", "timeout", 4000), Failure("network", "reset")
    assert short.named(timeout) == replace(timeout, option="timeout_total_ms")
    assert flying.named(timeout) == replace(timeout, option=FLIGHT)
    assert (short.named(reset), own.named(timeout)) == (reset, timeout)


def test_limits_within_limits(now: float) -> None:
    assert Limit(1500).waiting() == Limit(1500, now + 1.5)
    # Inside a flight the flight's deadline is the patience, not the timeout of one attempt.
    assert Limit(1500, now + 1).waiting() == Limit(1500, now + 1)
    assert Limit(1500, now + 9).waiting() == Limit(9000, now + 9)


# --- credentials on requests -------------------------------------------------------------------------------

GET = Request(
    "GET", "https://portal/fresh/6521091r", endpoint="https://portal/fresh/REDACTED", name="portal.fresh"
)


def test_a_token_goes_on_the_request_and_a_jar_beside_it() -> None:
    token, jar = Secret("tok-1"), new_jar()
    request, beside = stamped(GET, Grant(Minted("101", token, 0.0), 1))
    assert (request.bearer, beside) == (token, None)
    request, beside = stamped(GET, Grant(Minted("portal", jar, 0.0), 1))
    assert (request, beside) == (GET, jar)
    pair = TokenPair(Secret("tok-2"), Secret("refresh-2"))
    request, beside = stamped(GET, Grant(Minted("portal", pair, 0.0), 1))
    assert (request.bearer, beside) == (pair.access, None)
    assert GET.bearer is None


def test_a_jar_is_not_pickled() -> None:
    jar = new_jar()
    assert isinstance(jar, Jar)
    with pytest.raises(TypeError, match="as good as a password"):
        pickle.dumps(jar)


def jar_with(*cookies: str, url: str = "https://web.example/a/b", into: Jar | None = None) -> Jar:
    jar = into or new_jar()
    request = httpx2.Request("GET", url)
    headers = [("set-cookie", cookie) for cookie in cookies]
    httpx2.Cookies(jar.cookies).extract_cookies(httpx2.Response(200, headers=headers, request=request))
    assert isinstance(jar, Jar)
    return jar


def test_a_jar_tells_which_cookies_it_would_send_where() -> None:
    jar = jar_with("one=1; Path=/", "two=2; Path=/OAuth", "three=3; Path=/; Secure")
    assert jar.has("one", "https://web.example/x")
    assert not jar.has("one", "https://other.example/x")
    assert not jar.has("two", "https://web.example/x")
    assert jar.has("two", "https://web.example/OAuth/Authorization")
    assert not jar.has("three", "http://web.example/")
    assert not jar.has("on", "https://web.example/x")


def test_a_copied_jar_goes_its_own_way() -> None:
    jar = jar_with("one=1; Path=/", "two=2; Path=/")
    twin, part = new_jar(jar), new_jar(jar, frozenset({"two"}))
    jar.cookies.clear()
    assert twin.has("one", "https://web.example/")
    assert twin.has("two", "https://web.example/")
    assert not part.has("one", "https://web.example/")
    assert part.has("two", "https://web.example/")


def test_the_cookie_of_the_gateway_outlives_its_ten_minutes_and_no_other_does() -> None:
    jar = jar_with("oauth_token=t; Path=/; Max-Age=600", "other=o; Path=/; Max-Age=600")
    expiries = {cookie.name: cookie.expires for cookie in jar.cookies}
    assert expiries["oauth_token"] is None
    assert expiries["other"] is not None
    copied = {cookie.name: cookie.expires for cookie in new_jar(jar).cookies}
    assert copied == expiries


def test_a_forked_jar_has_its_cookies_whoever_held_their_lock() -> None:
    jar = jar_with("one=1; Path=/")
    held = jar.cookies
    jar.after_fork()
    assert jar.cookies is not held
    assert jar.has("one", "https://web.example/")


def test_a_cookie_that_is_taken_back_is_gone() -> None:
    jar = jar_with("oauth_token=t; Path=/; Max-Age=600")
    jar_with("oauth_token=; Path=/; Max-Age=0", into=jar)
    assert not jar.has("oauth_token", "https://web.example/")


# --- what is told of a request -----------------------------------------------------------------------------


class Told:
    def __init__(self) -> None:
        self.now = 10.0
        self.events: list[tuple[str, str, dict[str, object]]] = []

    def ports(self) -> Ports:
        def emit(level: str, event: str, fields: dict[str, object]) -> None:
            self.events.append((level, event, fields))

        return Ports(lambda: self.now, lambda: 0.0, lambda: 0.0, emit)


FRESH: dict[str, object] = {
    "endpoint": "https://portal/fresh/REDACTED",
    "method": "GET",
    "path": "/fresh/REDACTED",
}
FULL = LibrusResponseValidationError("no room")


def maintenance(_request: Request, _answer: Response) -> Verdict:
    return Verdict(LibrusMaintenanceError("closed"))


@pytest.mark.parametrize(
    ("given", "events"),
    [
        (Response(200, b"", {}), [("info", "synergia.request.success", {"status": 200})]),
        (Response(302, b"", {}), [("info", "synergia.request.success", {"status": 302})]),
        (Response(401, b"", {}), [("error", "synergia.request.failure", {"status": 401, "error": None})]),
        (Failure("sink", "full", error=FULL), [("error", "synergia.request.failure", {"error": FULL})]),
    ],
)
def test_how_a_request_is_told(given: Any, events: list[Any]) -> None:
    told = Told()
    report = RequestReport(told.ports(), GET, None)
    told.now += 0.25
    report.ended(given)
    common = {"auth_mode": "none", **FRESH}
    assert told.events == [
        ("debug", "synergia.request.start", common),
        *[(level, name, {**common, "duration_ms": 250, **fields}) for level, name, fields in events],
    ]


@pytest.mark.parametrize(
    ("given", "kind", "names"),
    [
        (Failure("network", "connection reset"), LibrusNetworkError, ["synergia.request.failure"]),
        (
            Failure("timeout", "timeout", 1500),
            LibrusTimeoutError,
            ["synergia.timeout", "synergia.request.failure"],
        ),
        (Response(503, b"", {}), LibrusMaintenanceError, ["synergia.request.failure"]),
    ],
)
def test_a_request_that_fails_is_told_with_its_error(given: Any, kind: type, names: list[str]) -> None:
    told = Told()
    RequestReport(told.ports(), GET, None, maintenance).ended(given)
    assert [name for _, name, _ in told.events[1:]] == names
    assert type(told.events[-1][2]["error"]) is kind
    timeouts = [fields["timeout_ms"] for _, name, fields in told.events if name == "synergia.timeout"]
    assert timeouts == ([1500] if len(names) == 2 else [])


def test_a_request_nobody_waits_for_is_told() -> None:
    told = Told()
    RequestReport(told.ports(), GET, None).abandoned()
    assert told.events[1][:2] == ("debug", "synergia.request.abandoned")


class ChangingJar:
    """A jar to which another thread is adding a cookie."""

    @property
    def cookies(self) -> list[object]:
        raise RuntimeError("dictionary changed size during iteration")


@pytest.mark.parametrize(
    ("bearer", "jar", "mode"),
    [
        (Secret("token"), None, "bearer"),
        (Secret("token"), jar_with("a=b; Path=/"), "bearer"),
        (None, jar_with("a=b; Path=/"), "cookie"),
        (None, Jar(), "none"),
        (None, None, "none"),
        (None, ChangingJar(), "cookie"),
    ],
)
def test_what_says_whose_request_it_is(bearer: Secret | None, jar: Any, mode: str) -> None:
    told = Told()
    RequestReport(told.ports(), replace(GET, bearer=bearer), jar)
    assert told.events[0][2]["auth_mode"] == mode
