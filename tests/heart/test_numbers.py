"""What a refresh costs, in requests, in waiting and in threads; however many callers there are."""

from __future__ import annotations

import threading

import pytest

from librus_sdk.errors import API_REQUEST_FAILED, AUTH_REFRESH_FAILED, LibrusSdkError
from librus_sdk.settings import RetryPolicy
from tests.heart.conftest import prepared
from tests.heart.drivers import World, reachable

HOUR = 3600.0


@pytest.mark.parametrize(("retry", "attempts"), [(RetryPolicy.off(), 1), (RetryPolicy(), 3)])
def test_sixteen_callers_of_a_failing_refresh_make_one(
    world: World, refusals: list[LibrusSdkError], retry: RetryPolicy, attempts: int
) -> None:
    """One renewal fails for all; how often it asks is the retry policy's."""
    world.again(max_concurrency=16, retry=retry)
    (client,) = world.dead()
    world.sim.reset_counts()
    refused = world.sim.hold("Grades", at="response")
    fresh = world.sim.hold("fresh")
    world.sim.fail("fresh", status=503, times=None)
    callers = world.start_many(16, client.grades.list)
    refused.wait_arrived(16)
    refused.release()
    world.until_waiting(16)
    fresh.release()

    errors = [caller.error() for caller in callers]
    assert world.count("fresh") == attempts
    assert world.generations() == [1] * 16
    assert {(error.code, error.details["status"]) for error in errors} == {(API_REQUEST_FAILED, 503)}
    assert len({id(error) for error in errors}) == 16, "everybody has an exception object of their own"
    assert len(refusals) == 16
    behind = [[id(found) for found in reachable(error)] for error in errors]
    own = [[place for place, refusal in enumerate(refusals) if id(refusal) in ids] for ids in behind]
    # The portal's failure has the refusal that started the flight behind it, and each caller's own.
    started = {place for places in own for place in places if all(place in others for others in own)}
    assert len(started) == 1
    assert {place for places in own for place in places} == set(range(16))


def test_eight_callers_of_one_revoked_token_make_one_refresh(world: World) -> None:
    world.again(max_concurrency=8)
    (client,) = world.dead()
    world.sim.reset_counts()
    refused = world.sim.hold("Grades", at="response", times=8)
    callers = world.start_many(8, client.grades.list)
    refused.wait_arrived(8)
    refused.release()
    assert all(caller.result() for caller in callers)
    assert world.generations() == [1] * 8 + [2] * 8
    assert world.count("fresh") == 1


def test_a_late_401_does_not_spoil_the_fresh_token(world: World) -> None:
    (client,) = world.dead()
    refused = world.sim.hold("Grades", at="response", times=1)
    late = world.start(client.grades.list)
    refused.wait_arrived()
    assert world.do(client.lucky_number.get) is not None
    refused.release()
    assert late.result()
    assert world.do(client.grades.list)
    assert world.count("fresh") == 1
    assert world.generations() == [1, 2, 2]
    assert world.generations("LuckyNumbers") == [1, 2]


def test_a_token_the_server_rotated_is_kept_when_its_caller_is_gone(tasks: World) -> None:
    (client,) = tasks.dead()
    minted = tasks.sim.hold("fresh", at="response")
    caller = tasks.start(client.grades.list)
    minted.wait_arrived()
    caller.cancel()
    assert type(caller.problem()).__name__ == "CancelledError"
    assert tasks.slot().peek().generation == 1
    minted.release()
    tasks.until_generation(2)
    assert tasks.do(client.grades.list)
    assert tasks.generations() == [1, 2]
    assert tasks.count("fresh") == 1


def test_two_hundred_callers_behind_one_refresh_need_no_thread(tasks: World) -> None:
    (client,) = tasks.dead()
    fresh = tasks.sim.hold("fresh")
    before = threading.active_count()
    callers = tasks.start_many(200, client.grades.list)
    tasks.until_waiting(200)
    assert threading.active_count() == before
    fresh.release()
    assert all(caller.result() for caller in callers)
    assert threading.active_count() == before
    assert tasks.count("fresh") == 1
    assert tasks.count("Grades") <= 200 + 6


@pytest.mark.parametrize("age", [0.95 * HOUR, 10 * HOUR], ids=["ageing", "past the assumed end"])
def test_a_bystander_does_not_wait_while_a_usable_token_is_renewed(world: World, age: float) -> None:
    world.again(assumed_token_lifetime_s=HOUR)
    prepared(world)
    client = world.client()
    fresh = world.sim.hold("fresh")
    world.clock.advance(age)
    assert world.do(client.grades.list)
    fresh.wait_arrived()
    assert [bool(world.do(client.grades.list)) for _ in range(3)] == [True] * 3
    assert world.generations() == [1] * 4
    assert world.count("fresh") == 1
    fresh.release()
    world.until_generation(2)
    assert world.do(client.grades.list)
    assert world.generations() == [1, 1, 1, 1, 2]
    assert world.count("fresh") == 1


def test_a_renewal_beside_a_good_token_that_fails_troubles_nobody(world: World) -> None:
    world.again(assumed_token_lifetime_s=HOUR)
    prepared(world)
    client = world.client()
    world.sim.fail("fresh", status=503, times=3)
    world.clock.advance(2 * HOUR)
    assert world.do(client.grades.list)
    world.until_settled()
    assert world.do(client.grades.list), "the slot cools down, and its token is still good"
    assert (world.count("fresh"), world.generations()) == (3, [1, 1]), "one renewal, tried three times"
    world.clock.advance(60)
    assert world.do(client.grades.list)
    world.until_generation(2)
    assert world.count("fresh") == 4


def test_without_an_assumed_lifetime_a_token_is_used_until_it_is_refused(world: World) -> None:
    world.again(assumed_token_lifetime_s=None)
    prepared(world)
    client = world.client()
    world.clock.advance(1000 * HOUR)
    assert world.do(client.grades.list)
    assert dict(world.sim.counts) == {"Grades": 1}


def test_eight_callers_of_a_cold_session_sign_in_once(cold: World) -> None:
    page = cold.sim.hold("login_page")
    callers = [
        cold.start(operation)
        for operation in (cold.session.login, cold.session.list_children, cold.session.get_portal_me)
        for _ in range(3)
    ]
    cold.until_waiting(7, "portal")
    page.release()
    for caller in callers:
        caller.result()
    assert cold.count("login") == cold.count("login_page") == 1
    assert cold.count("accounts") == 1


def test_a_server_that_always_says_401_is_left_alone_longer_and_longer(world: World) -> None:
    (client,) = world.dead()
    refusing = world.sim.fail("Grades", status=401, times=None)
    error = world.fails(client.grades.list)
    assert error.code == AUTH_REFRESH_FAILED
    assert dict(world.sim.counts) == {"Grades": 2, "fresh": 1}
    for pause in (30, 60, 120, 240, 480, 900, 900):
        world.sim.reset_counts()
        world.clock.advance(pause - 1)
        assert world.fails(client.grades.list).code == AUTH_REFRESH_FAILED
        assert not world.sim.counts
        world.clock.advance(1)
        assert world.fails(client.grades.list).code == AUTH_REFRESH_FAILED
        assert dict(world.sim.counts) == {"Grades": 1, "fresh": 1}
    refusing.cancel()
    world.clock.advance(900)
    assert world.do(client.grades.list), "it heals by itself when the server does"


def test_fifty_reads_at_the_death_of_the_token_cost_one_refresh(world: World) -> None:
    client = world.client()
    assert world.do(client.grades.list)
    world.sim.expire_child_tokens()
    world.sim.reset_counts()
    refused = world.sim.hold("Grades", at="response", times=6)
    callers = world.start_many(50, client.grades.list)
    refused.wait_arrived(6)
    refused.release()
    assert all(caller.result() for caller in callers)
    assert world.count("fresh") == 1
    assert world.count("Grades") <= 56
    assert world.count("login") == world.count("accounts") == 0
