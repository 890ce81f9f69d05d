"""One promise for every kind of credential: renewed once, shared by everybody, never a storm."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from librus_sdk.errors import (
    AUTH_REFRESH_FAILED,
    LibrusAuthRefreshError,
    LibrusCredentialsError,
    LibrusMaintenanceError,
)
from tests.heart.doors import DOORS, Door, Way
from tests.heart.drivers import World, reachable

CROWD = 50


@pytest.fixture(params=DOORS, ids=str)
def door(request: pytest.FixtureRequest) -> Door:
    found: Door = request.param
    return found


@pytest.fixture
def way(door: Door, cold: World) -> Way:
    """A warm session of each kind, on each shell."""
    return Way(door, cold)


@pytest.fixture
def task_way(door: Door, make_world: Callable[..., World]) -> Way:
    """The same on asyncio only."""
    return Way(door, make_world("tasks"))


def test_a_credential_that_dies_is_renewed_unseen(way: Way) -> None:
    way.die()
    assert way.world.do(way.read)
    assert (way.reads(), way.renewals()) == (2, 1)


def test_fifty_reads_at_expiry_cost_one_renewal(way: Way) -> None:
    way.die()
    callers = way.world.start_many(CROWD, way.read)
    for caller in callers:
        assert caller.result()
    assert way.renewals() == 1


def test_whoever_comes_during_a_renewal_shares_it(way: Way) -> None:
    way.die()
    gate = way.sim.hold(way.door.renewal)
    callers = way.world.start_many(5, way.read)
    way.until_waiting(5)
    gate.wait_arrived()
    gate.release()
    for caller in callers:
        assert caller.result()
    assert way.renewals() == 1


def test_a_late_refusal_uses_what_somebody_else_has_renewed(way: Way) -> None:
    way.die()
    refused = way.sim.hold(way.door.data, at="response", times=2)
    one = way.world.start(way.read)
    refused.wait_arrived(1)
    other = way.world.start(way.read)
    refused.wait_arrived(2)
    refused.release(1)
    assert one.result()
    refused.release()
    assert other.result()
    assert (way.reads(), way.renewals()) == (4, 1)


def test_one_that_is_superseded_and_dead_as_well_costs_one_real_renewal(way: Way) -> None:
    way.die()
    late = way.sim.hold(way.door.data, at="response", times=1)
    caller = way.world.start(way.read)
    late.wait_arrived()
    assert way.world.do(way.read)
    way.world.clock.advance(600.0)
    way.die()
    late.release()
    assert caller.result()
    assert way.renewals() == 2


def test_a_refused_password_is_remembered(way: Way) -> None:
    way.door.lose_password(way.sim)
    way.die()
    first = way.world.fails(way.read)
    assert isinstance(first, LibrusCredentialsError)
    assert way.world.count(way.door.password) == 1
    asked = sum(way.sim.counts.values())
    second = way.world.fails(way.read)
    assert isinstance(second, LibrusCredentialsError)
    assert second is not first
    assert sum(way.sim.counts.values()) <= asked + 1, "nothing is sent that could be refused again"
    assert way.world.count(way.door.password) == 1


def test_ten_calls_that_are_always_refused_cost_one_sign_in_at_most(way: Way) -> None:
    way.sim.fail(way.door.data, status=401, times=None)
    errors = [way.world.fails(way.read) for _ in range(10)]
    assert {error.code for error in errors} == {AUTH_REFRESH_FAILED}
    assert all(isinstance(error, LibrusAuthRefreshError) for error in errors)
    assert way.renewals() <= way.door.at_most
    assert way.world.count(way.door.password) <= 1
    assert way.reads() <= 3
    causes = [error.__cause__ for error in errors]
    assert all(getattr(cause, "status", None) == 401 for cause in causes)


def test_a_cancelled_caller_takes_nothing_from_the_others(task_way: Way) -> None:
    way = task_way
    way.die()
    gate = way.sim.hold(way.door.renewal)
    first, second = way.world.start_many(2, way.read)
    way.until_waiting(2)
    gate.wait_arrived()
    first.cancel()
    gate.release()
    assert second.result()
    assert way.renewals() == 1


def test_maintenance_during_a_renewal_is_said_and_heals(way: Way) -> None:
    way.die()
    way.sim.fail(way.door.renewal, maintenance=True)
    error = way.world.fails(way.read)
    assert isinstance(error, LibrusMaintenanceError), repr(error)
    assert any(getattr(found, "status", None) == 401 for found in reachable(error))
    way.world.clock.advance(120.0)
    assert way.world.do(way.read)
    # Where the renewal is a sign-in, the first one was not judged, and the second is what heals.
    assert way.world.count(way.door.password) <= 1 + (way.door.renewal == way.door.password)
