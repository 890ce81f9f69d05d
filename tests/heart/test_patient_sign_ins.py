"""One bad moment in a sign-in does not cost the password another time: on both shells, with a real server.

The simulator counts how often the password came.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from librus_sdk import FileStore, RetryPolicy
from librus_sdk.errors import (
    API_REQUEST_FAILED,
    NETWORK_ERROR,
    NETWORK_TIMEOUT,
    RATE_LIMITED,
    SERVICE_MAINTENANCE,
    SESSION_CLOSED,
)
from librus_sdk.events import Event
from tests.heart.drivers import SAFETY, World


class Way(NamedTuple):
    """A way to sign in: where the password goes, and what can be asked again."""

    password: str
    begin: Callable[..., None]
    harmless: tuple[str, ...]


def by_cookies(world: World, _tmp: Path, **options: Any) -> None:
    world.again(**options)


def by_oauth(world: World, tmp: Path, **options: Any) -> None:
    world.again(auth="oauth", store=FileStore(tmp / "kept"), **options)


def by_website(world: World, _tmp: Path, **options: Any) -> None:
    world.gateway(**options)


WAYS: Final = {
    "cookies": Way("login", by_cookies, ("login_page", "home", "me")),
    "oauth": Way("login", by_oauth, ("oauth.redirect", "oauth.authorize")),
    "website": Way("web.login", by_website, ("web.start", "web.form", "gateway/Auth/TokenInfo")),
}
CASES: Final = [(name, step) for name, way in WAYS.items() for step in way.harmless]
# A page of the website with a status of 5xx announces maintenance; without a page it is a bad moment.
FAULTS: Final[dict[str, dict[str, Any]]] = {
    "503": {"status": 503, "body": ""},
    "reset": {"drop": "before"},
    "429": {"status": 429, "retry_after": 7},
}


def heard_retries(events: list[Event]) -> list[dict[str, Any]]:
    return [dict(event.fields) for event in events if event.name == "synergia.retry"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("name", "step"), CASES)
def test_a_bad_moment_costs_a_pause(cold: World, tmp_path: Path, name: str, step: str, fault: str) -> None:
    way, events = WAYS[name], list[Event]()
    way.begin(cold, tmp_path, on_event=events.append)
    met = cold.sim.fail(step, **FAULTS[fault])
    cold.do(cold.session.login)
    assert cold.session.is_logged_in
    assert met.hits == 1
    assert cold.count(way.password) == 1
    (retry,) = heard_retries(events)
    assert (retry["attempt"], retry["method"]) == (1, "GET")
    assert cold.clock.slept[-1:] == [7.0 if fault == "429" else 0.0]


CODES: Final = {"503": API_REQUEST_FAILED, "reset": NETWORK_ERROR, "429": RATE_LIMITED}


@pytest.mark.parametrize("fault", CODES)
@pytest.mark.parametrize(("name", "step"), [("cookies", "me"), ("website", "gateway/Auth/TokenInfo")])
def test_an_outage_that_lasts_is_given_up_after_the_policys_attempts(
    cold: World, tmp_path: Path, name: str, step: str, fault: str
) -> None:
    way = WAYS[name]
    way.begin(cold, tmp_path)
    met = cold.sim.fail(step, times=None, **FAULTS[fault])
    error = cold.fails(cold.session.login)
    assert error.code == CODES[fault]
    assert (met.hits, cold.count(way.password)) == (3, 1)
    # And a session that did nothing wrong is not taken for a refused one.
    met.cancel()
    cold.clock.advance(100)
    cold.do(cold.session.login)
    assert cold.count(way.password) == 2


@pytest.mark.parametrize(("name", "step"), CASES)
def test_without_retries_there_are_none(cold: World, tmp_path: Path, name: str, step: str) -> None:
    way = WAYS[name]
    way.begin(cold, tmp_path, retry=RetryPolicy.off())
    met = cold.sim.fail(step, times=None, status=500, body="")
    assert cold.fails(cold.session.login).code == API_REQUEST_FAILED
    assert met.hits == 1
    assert cold.count(way.password) <= 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_not_asked_again(cold: World, tmp_path: Path, status: int) -> None:
    WAYS["cookies"].begin(cold, tmp_path)
    met = cold.sim.fail("me", times=None, status=status)
    cold.fails(cold.session.login)
    assert (met.hits, cold.count("login")) == (1, 1)


def test_an_announced_maintenance_is_left_alone(cold: World, tmp_path: Path) -> None:
    WAYS["cookies"].begin(cold, tmp_path)
    met = cold.sim.fail("me", maintenance=True, times=None)
    assert cold.fails(cold.session.login).code == SERVICE_MAINTENANCE
    assert (met.hits, cold.count("login")) == (1, 1)


FORMS: Final = [("cookies", "login"), ("oauth", "login"), ("website", "web.login")]
ONCE: Final = [*FORMS, ("oauth", "oauth.token"), ("website", "web.2fa"), ("website", "web.grant")]


@pytest.mark.parametrize("fault", ["503", "reset"])
@pytest.mark.parametrize(("name", "step"), ONCE)
def test_what_works_once_is_sent_once(cold: World, tmp_path: Path, name: str, step: str, fault: str) -> None:
    way = WAYS[name]
    way.begin(cold, tmp_path)
    met = cold.sim.fail(step, times=None, **FAULTS[fault])
    cold.fails(cold.session.login)
    assert (met.hits, cold.count(step)) == (1, 1)
    assert cold.count(way.password) <= 1


def test_a_flight_does_not_wait_for_longer_than_it_may_take(cold: World, tmp_path: Path) -> None:
    WAYS["cookies"].begin(cold, tmp_path, flight_timeout_s=5)
    met = cold.sim.fail("me", times=None, status=429, retry_after=7)
    error = cold.fails(cold.session.login)
    assert (error.code, error.retry_after_s) == (RATE_LIMITED, 7.0)
    assert (met.hits, cold.count("login"), cold.clock.slept) == (1, 1, [])


def test_an_extension_that_meets_a_bad_moment_costs_no_password(cold: World) -> None:
    cold.gateway()
    client = cold.do(cold.session.for_child)
    cold.do(client.grades.list)
    cold.clock.advance(600)
    cold.sim.expire_web_session()
    cold.sim.reset_counts()
    cold.sim.fail("web.refresh", status=503, body="")
    cold.sim.fail("gateway/Auth/TokenInfo", drop="before")
    assert cold.do(client.grades.list)
    assert (cold.count("web.login"), cold.count("web.refresh")) == (0, 2)


@pytest.mark.parametrize("name", WAYS)
def test_a_sign_in_that_takes_too_long_names_the_limit_that_allows_more(
    cold: World, tmp_path: Path, name: str
) -> None:
    way = WAYS[name]
    way.begin(cold, tmp_path, flight_timeout_s=0.2)
    gate = cold.sim.hold(way.harmless[0])
    error = cold.fails(cold.session.login)
    gate.release()
    assert error.code == NETWORK_TIMEOUT
    assert "(flight_timeout_s)" in error.message
    assert "timeout_ms" not in error.message
    assert error.details["timeout_ms"] <= 200


@pytest.mark.parametrize("name", WAYS)
def test_a_session_that_is_closed_meanwhile_sends_no_password(
    make_world: Callable[..., World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """On threads: tasks of a closed session are cancelled."""
    world, way = make_world("threads"), WAYS[name]
    way.begin(world, tmp_path, close_grace_s=0.0)
    first = way.harmless[0]
    world.sim.fail(first, status=503, body="")
    monkeypatch.setattr(world.clock, "sleep", lambda _seconds: world.session.close())
    error = world.fails(world.session.login)
    assert error.code == SESSION_CLOSED
    for thread in threading.enumerate():
        if thread.name == "librus-refresh":
            thread.join(SAFETY)
    assert world.sim.counts == {first: 1}
