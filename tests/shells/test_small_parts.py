"""The small parts of the shells: the clock, forks, limits, and what is told of a request."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import runpy
import time
from typing import Any

import pytest

from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.core.refresh import Grant, Minted
from librus_sdk.flows.steps import Ports
from librus_sdk.secret import Secret
from librus_sdk.shells import fork
from librus_sdk.shells.clock import Clock
from librus_sdk.shells.limits import MAX_WAIT_S, Limit, new_jar, stamped
from librus_sdk.shells.reports import report_request
from librus_sdk.shells.wire import Jar

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


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr("librus_sdk.shells.limits.time.monotonic", lambda: 1000.0)
    return 1000.0


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("limit", "seconds", "told"),
    [
        (Limit(1500), 1.5, 1500),
        (Limit(1500, deadline=1010.0), 1.5, 1500),
        (Limit(1500, deadline=1001.5), 1.5, 1500),
        (Limit(1500, deadline=1001.0), 1.0, 1000),
        (Limit(1500, deadline=1000.0), 0.0, 1),
        (Limit(1500, deadline=900.0), 0.0, 1),
        (Limit(2**53 - 1), MAX_WAIT_S, 2**53 - 1),
        (Limit(2**53 - 1, deadline=1e18), MAX_WAIT_S, 2**53 - 1),
    ],
)
def test_what_is_left_of_a_limit(limit: Limit, seconds: float, told: int) -> None:
    assert limit.left() == (seconds, told)


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
    assert GET.bearer is None


def test_a_jar_is_not_pickled() -> None:
    jar = new_jar()
    assert isinstance(jar, Jar)
    with pytest.raises(TypeError, match="as good as a password"):
        pickle.dumps(jar)


# --- what is told of a request -----------------------------------------------------------------------------


class Told:
    def __init__(self) -> None:
        self.now = 10.0
        self.events: list[tuple[str, str, dict[str, object]]] = []

    def ports(self) -> Ports:
        def emit(level: str, event: str, fields: dict[str, object]) -> None:
            self.events.append((level, event, fields))

        return Ports(lambda: self.now, lambda: 0.0, lambda: 0.0, emit)


COMMON: dict[str, object] = {
    "endpoint": "https://portal/fresh/REDACTED",
    "method": "GET",
    "path": "/fresh/REDACTED",
}


@pytest.mark.parametrize(
    ("given", "events"),
    [
        (Response(200, b"", {}), [("info", "synergia.request.success", {"status": 200})]),
        (Response(302, b"", {}), [("info", "synergia.request.success", {"status": 302})]),
        (Response(401, b"", {}), [("error", "synergia.request.failure", {"status": 401})]),
        (Response(503, b"", {}), [("error", "synergia.request.failure", {"status": 503})]),
        (
            Failure("network", "connection reset"),
            [("error", "synergia.request.failure", {"error_message": "connection reset"})],
        ),
        (
            Failure("timeout", "timeout", 1500),
            [
                ("warn", "synergia.timeout", {"timeout_ms": 1500}),
                ("error", "synergia.request.failure", {"error_message": "timeout"}),
            ],
        ),
        (
            Failure("too_large", "larger than max_bytes", max_bytes=5, option="max_bytes"),
            [("error", "synergia.request.failure", {"error_message": "larger than max_bytes"})],
        ),
    ],
)
@pytest.mark.parametrize(("by_cookie", "mode"), [(True, "cookie"), (False, "bearer")])
def test_how_a_request_is_told(given: Any, events: list[Any], by_cookie: bool, mode: str) -> None:
    told = Told()
    ended = report_request(told.ports(), GET, by_cookie=by_cookie)
    told.now += 0.25
    ended(given)
    common = {"auth_mode": mode, **COMMON}
    assert told.events == [
        ("debug", "synergia.request.start", common),
        *[(level, name, {**common, "duration_ms": 250, **fields}) for level, name, fields in events],
    ]
