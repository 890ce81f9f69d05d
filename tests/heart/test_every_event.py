"""Every event of the catalogue comes about, and says what the catalogue says, no more and no less."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from librus_sdk import Event, RetryPolicy
from librus_sdk.errors import LibrusSdkError, LibrusStoreWarning
from librus_sdk.event_catalogue import EVENTS
from librus_sdk.secret import Secret
from librus_sdk.shells.clock import Clock
from tests.heart.drivers import World
from tests.heart.stores import MemoryStore

AT_ONCE = RetryPolicy(base_delay_ms=0, max_delay_ms=0)
MakeWorld = Callable[..., World]
Scenario = Callable[[World, list[Event]], object]

SCENARIOS: list[Scenario] = []
ON_TASKS: list[Scenario] = []
"""What only an event loop can do: cancel one caller."""


def listening(world: World, heard: list[Event], **options: Any) -> None:
    world.again(on_event=heard.append, retry=AT_ONCE, **options)


def scenario(told: Scenario) -> Scenario:
    SCENARIOS.append(told)
    return told


def on_tasks(told: Scenario) -> Scenario:
    ON_TASKS.append(told)
    return told


@scenario
def reads_and_renewals(world: World, heard: list[Event]) -> None:
    listening(world, heard)
    (client,) = world.dead()
    world.do(client.grades.list)


@scenario
def two_are_refused_and_one_renews(world: World, heard: list[Event]) -> None:
    listening(world, heard)
    (client,) = world.dead()
    first = world.sim.hold("Grades", at="response", times=1)
    second = world.sim.hold("LuckyNumbers", at="response", times=1)
    callers = [world.start(client.grades.list), world.start(client.lucky_number.get)]
    for gate in (first, second):
        gate.wait_arrived()
    for gate, caller in zip((first, second), callers, strict=True):
        gate.release()
        caller.result()


@scenario
def an_answer_is_bad_and_then_none_comes(world: World, heard: list[Event]) -> None:
    listening(world, heard)
    client = world.client()
    world.sim.fail("Grades", status=503)
    world.sim.fail("Grades", drop="before")
    world.do(client.grades.list)
    world.sim.fail("Grades", status=404)
    world.fails(client.grades.list)


@scenario
def an_answer_takes_too_long(world: World, heard: list[Event]) -> None:
    listening(world, heard)
    client = world.client(timeout_ms=20)
    gate = world.sim.hold("Grades", times=1)
    world.fails(client.grades.list)
    gate.release()


@scenario
def a_table_is_read_and_another_is_not(world: World, heard: list[Event]) -> None:
    listening(world, heard)
    client = world.client()
    world.do(lambda: client.lookup.subject(1))
    world.sim.switch_off("Users")
    world.fails(lambda: client.lookup.user(5))


@scenario
def the_password_is_wrong(world: World, heard: list[Event]) -> None:
    listening(world, heard)
    world.sim.change_password()
    world.fails(world.session.list_children)


@scenario
def a_schools_login(world: World, heard: list[Event]) -> None:
    world.gateway(on_event=heard.append)
    client = world.do(world.session.for_child)
    world.do(client.grades.list)
    world.clock.advance(600.0)
    world.sim.expire_web_session()
    world.do(client.grades.list)
    world.clock.advance(600.0)
    world.sim.end_web_session()
    world.sim.change_web_password(world.sim.children[0].id)
    world.fails(client.grades.list)


@scenario
def the_messages_website(world: World, heard: list[Event]) -> None:
    listening(world, heard)
    client = world.do(lambda: world.session.for_child_wiadomosci(world.sim.children[0].id))
    world.do(client.messages.list)
    world.clock.advance(600.0)
    world.sim.expire_messages_session()
    world.sim.fail("AutoLoginToken", status=500, times=None)
    world.fails(client.messages.list)


@scenario
def an_answer_with_new_tokens_gets_lost(world: World, heard: list[Event]) -> None:
    listening(world, heard, auth="oauth")
    world.do(world.session.get_portal_me)
    world.sim.expire_portal_tokens()
    world.sim.fail("oauth.token", drop="headers")
    world.fails(world.session.get_portal_me)
    world.clock.advance(600.0)
    world.do(world.session.get_portal_me)


@scenario
def polite_traffic(world: World, heard: list[Event]) -> None:
    listening(world, heard, max_requests_per_second=10, request_burst=1)
    client = world.client()
    world.do(client.me.get)
    world.do(client.grades.list)
    world.sim.fail("Grades", status=429, retry_after=7)
    world.do(client.grades.list)
    world.sim.fail("Grades", maintenance=True)
    world.fails(client.grades.list)
    world.clock.advance(60.0)
    world.do(client.grades.list)


@scenario
def a_store_serves_the_next_run(world: World, heard: list[Event]) -> None:
    store = MemoryStore()
    listening(world, heard, store=store)
    world.client()
    listening(world, heard, store=store)
    client = world.client()
    world.do(client.grades.list)
    store.place.claimed = True  # by somebody who never comes back
    world.sim.expire_child_tokens()
    world.do(client.grades.list)


@scenario
def a_store_is_in_trouble(world: World, heard: list[Event]) -> None:
    for trouble in ("load", "claim", "save", "release"):
        store = MemoryStore()
        store.fails = {trouble}
        listening(world, heard, store=store)
        world.client()
    store = MemoryStore()
    store.fails, store.trouble = {"load"}, TimeoutError()
    listening(world, heard, store=store)
    client = world.client()
    store.fails = set()
    world.clock.advance(60.0)
    world.sim.expire_child_tokens()
    world.do(client.grades.list)
    store = MemoryStore()
    listening(world, heard, store=store)
    world.client()
    store.place.content = Secret("half a docu")
    listening(world, heard, store=store)
    with pytest.warns(LibrusStoreWarning):
        world.client()


@scenario
def a_failure_is_shared_through_a_store(world: World, heard: list[Event]) -> None:
    store = MemoryStore()
    reads: list[Any] = []
    for _ in range(2):
        # Whoever waits for another process looks again and again: a clock that jumps would be no wait.
        listening(world, heard, store=store, clock=Clock())
        client = world.client()
        world.do(client.grades.list)
        reads.append(client.grades.list)
    world.sim.expire_child_tokens()
    world.sim.fail("fresh", status=500, times=None)
    gate = world.sim.hold("fresh", at="response", times=1)
    leading = world.start(reads[0])
    gate.wait_arrived()
    waiting = world.start(reads[1])
    store.until_loaded(store.place.loads + 4)
    gate.release()
    for caller in (leading, waiting):
        caller.error()


@on_tasks
def callers_are_cancelled(world: World, heard: list[Event]) -> None:
    listening(world, heard)
    client = world.client()
    gate = world.sim.hold("Grades", times=1)
    caller = world.start(client.grades.list)
    gate.wait_arrived()
    caller.cancel()
    caller.problem()
    gate.release()


@on_tasks
def a_session_is_closed_over_what_is_under_way(world: World, heard: list[Event]) -> None:
    listening(world, heard, close_grace_s=0.0)
    (client,) = world.dead()
    subjects, fresh = world.sim.hold("Subjects"), world.sim.hold("fresh")
    callers = [world.start(lambda: client.lookup.subject(1)), world.start(client.grades.list)]
    subjects.wait_arrived()
    fresh.wait_arrived()
    world.do(world.session.close)
    for caller in callers:
        caller.error()
    subjects.release()
    fresh.release()


def checked(heard: list[Event]) -> set[str]:
    """The names of the events, each of which says what the catalogue says."""
    for event in heard:
        kind = EVENTS[event.name]
        assert event.level == kind.level, event
        said = set(event.fields)
        assert set(kind.fields) <= said, event
        assert said <= {*kind.fields, *kind.optional}, event
        assert event.at
    return {event.name for event in heard}


@pytest.mark.parametrize("told", SCENARIOS, ids=lambda told: told.__name__)
def test_what_is_told_is_as_listed(told: Scenario, make_world: MakeWorld, shell: str) -> None:
    heard: list[Event] = []
    told(make_world(shell), heard)
    assert len(checked(heard)) > 2
    begun = [event.span for event in heard if event.name.endswith(".start")]
    ended = [event.span for event in heard if re.search(r"\.(success|failure|abandoned)$", event.name)]
    assert None not in begun
    assert sorted(map(repr, begun)) == sorted(map(repr, ended)), "what begins ends"


def test_every_event_comes_about(make_world: MakeWorld) -> None:
    heard: list[Event] = []
    for told in (*SCENARIOS, *ON_TASKS):
        told(make_world("tasks"), heard)
    assert set(EVENTS) - checked(heard) == set()


def test_an_error_says_what_the_caller_was_told(make_world: MakeWorld, shell: str) -> None:
    heard: list[Event] = []
    world = make_world(shell)
    listening(world, heard)
    client = world.client()
    world.sim.fail("Grades", maintenance=True, times=None)
    error: LibrusSdkError = world.fails(client.grades.list)
    told = [event.fields for event in heard if event.name == "synergia.request.failure"][-1]
    assert (told["error_name"], told["error_code"]) == (type(error).__name__, error.code)
    assert told["status"] == error.details["status"]


def test_the_way_a_request_is_signed(make_world: MakeWorld, shell: str) -> None:
    heard: list[Event] = []
    world = make_world(shell)
    listening(world, heard)
    (client,) = world.dead()
    world.do(client.grades.list)
    modes = {
        event.fields["path"]: event.fields["auth_mode"] for event in reversed(heard) if "path" in event.fields
    }
    assert modes["/konto-librus/login"] == "none", "a sign-in begins with nothing"
    assert modes["/konto-librus/login/action"] == "cookie"
    assert modes["/api/v3/SynergiaAccounts"] == "cookie"
    assert modes["/3.0/Grades"] == "bearer"
