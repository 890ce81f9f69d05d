"""The behaviour contract of the transparent refresh, test by test."""

from __future__ import annotations

import traceback
from functools import partial

from librus_sdk.errors import (
    API_REQUEST_FAILED,
    AUTH_REFRESH_FAILED,
    LibrusApiError,
    LibrusAuthRefreshError,
    LibrusSdkError,
)
from tests.heart.drivers import World


def test_4_9_1_a_stale_token_becomes_fresh_unseen(world: World) -> None:
    (client,) = world.dead()
    assert len(world.do(client.grades.list)) > 0
    assert world.generations() == [1, 2]
    assert world.statuses("Grades") == [401, 200]
    (fresh,) = [record for record in world.sim.requests if record.endpoint == "fresh"]
    assert fresh.child_id == world.sim.children[0].id
    assert fresh.path.endswith(f"/fresh/{world.sim.children[0].login}")
    assert world.count("login") == world.count("accounts") == 0


def test_4_9_2_concurrent_refreshes_by_any_name_are_one(world: World) -> None:
    child = world.sim.children[0]
    gate = world.sim.hold("fresh")
    names: list[int | str] = [int(child.id), int(child.id), child.id, child.login]
    callers = [world.start(partial(world.session.refresh_bearer_token, name)) for name in names]
    world.until_waiting(len(names))
    gate.wait_arrived()
    gate.release()
    assert {caller.result() for caller in callers} == {world.sim.token(child.id, 2)}
    assert world.count("fresh") == 1


def test_4_9_2_a_token_asked_for_at_the_portal_is_that_refresh_too(world: World) -> None:
    """Of two requests to the portal that cross, nobody knows whose token killed the other's."""
    child, portal = world.sim.children[0], world.session.portal
    (client,) = world.dead()
    gate = world.sim.hold("fresh", at="response")
    reading = world.start(client.grades.list)
    gate.wait_arrived()
    askers = [world.start(lambda: portal.get_fresh_synergia_account(child.login)) for _ in range(3)]
    askers += [world.start(partial(world.session.refresh_bearer_token, child.id))]
    world.until_waiting(1 + len(askers))
    gate.release()
    assert reading.result()
    accounts = [asker.result() for asker in askers[:3]]
    assert {account.access_token.reveal() for account in accounts} == {world.sim.token(child.id, 2)}
    assert {account.id for account in accounts} == {child.id}
    assert askers[3].result() == world.sim.token(child.id, 2)
    assert (world.count("fresh"), world.statuses("Grades")) == (1, [401, 200])


def test_4_9_3_a_late_401_of_another_client_uses_what_the_first_fetched(world: World) -> None:
    first, second = world.dead(0, 0)
    refused = world.sim.hold("Grades", at="response", times=2)
    one = world.start(first.grades.list)
    refused.wait_arrived(1)
    other = world.start(second.grades.list)
    refused.wait_arrived(2)
    refused.release(1)
    assert one.result()
    assert not other.done
    refused.release()
    assert other.result() == one.result()
    assert world.generations() == [1, 1, 2, 2]
    assert world.count("fresh") == 1


def test_4_9_4_a_client_of_a_stale_account_object_starts_fresh(world: World) -> None:
    stale = world.do(lambda: world.session.resolve_child(world.sim.children[0].id))
    token = world.do(lambda: world.session.refresh_bearer_token(stale.id))
    assert token != stale.access_token.reveal()
    client = world.do(lambda: world.session.for_child(stale))
    assert world.do(client.grades.list)
    assert world.generations() == [2]
    assert world.count("fresh") == 1


def test_4_9_5_a_401_that_persists_costs_one_refresh_and_keeps_the_first_401(
    world: World, refusals: list[LibrusSdkError]
) -> None:
    client = world.client()
    world.sim.fail("Grades", status=401, times=None)
    error = world.fails(client.grades.list)
    assert isinstance(error, LibrusAuthRefreshError)
    assert error.code == AUTH_REFRESH_FAILED
    assert len(refusals) == 2
    assert error.__cause__ is refusals[0]
    assert isinstance(error.__cause__, LibrusApiError)
    assert error.__cause__.status == 401
    assert world.generations() == [1, 2]
    assert world.count("fresh") == 1


def test_4_9_6_a_standalone_client_shows_the_401_after_one_request(world: World) -> None:
    client = world.standalone(world.sim.token(world.sim.children[0].id))
    assert world.do(client.grades.list)
    world.sim.expire_child_tokens()
    world.sim.reset_counts()
    error = world.fails(client.grades.list)
    assert (error.code, error.details["status"]) == (API_REQUEST_FAILED, 401)
    assert error.__cause__ is None
    assert dict(world.sim.counts) == {"Grades": 1}


def test_4_9_7_a_dead_portal_session_is_renewed_once(world: World) -> None:
    (client,) = world.dead()
    world.sim.expire_portal_session()
    assert world.do(client.grades.list)
    assert (world.count("fresh"), world.count("login")) == (2, 1)
    assert world.statuses("fresh") == [401, 200]
    assert world.generations() == [1, 2]


def test_4_9_7_a_portal_that_refuses_again_is_an_error_after_one_sign_in(
    world: World, refusals: list[LibrusSdkError]
) -> None:
    (client,) = world.dead()
    world.sim.fail("fresh", status=401, times=None)
    error = world.fails(client.grades.list)
    assert error.code == AUTH_REFRESH_FAILED
    assert (world.count("fresh"), world.count("login")) == (2, 1)
    assert world.generations() == [1]
    assert error.__cause__ is refusals[0]


def test_4_9_9_a_failed_refresh_is_over_and_the_next_401_starts_another(world: World) -> None:
    (client,) = world.dead()
    world.sim.fail("fresh", status=503, times=3)
    error = world.fails(client.grades.list)
    assert (error.code, error.details["status"]) == (API_REQUEST_FAILED, 503)
    assert world.slot().peek().flight is None

    world.sim.reset_counts()
    again = world.fails(client.grades.list)
    assert (again.code, again.details) == (error.code, error.details)
    assert again is not error
    assert not world.sim.counts, "there is nothing to ask while the slot cools down"

    world.clock.advance(60)
    assert world.do(client.grades.list)
    assert (world.count("fresh"), world.generations()) == (1, [2])


def test_4_9_10_no_error_shows_a_secret(world: World) -> None:
    (client,) = world.dead()
    world.sim.fail("fresh", status=503, times=3)
    errors = [world.fails(client.grades.list)]
    world.clock.advance(60)
    world.sim.fail("Grades", status=401, times=2)
    errors.append(world.fails(client.grades.list))
    world.clock.advance(60)
    world.sim.change_password()
    world.sim.expire_child_tokens()
    errors.append(world.fails(client.grades.list))
    assert {error.code for error in errors} == {
        API_REQUEST_FAILED,
        AUTH_REFRESH_FAILED,
        "AUTHENTICATION_FAILED",
    }
    secrets = world.sim.secrets()
    for error in errors:
        shown = "".join(traceback.format_exception(error)) + repr(error) + str(error) + str(error.details)
        assert not [secret for secret in secrets if secret in shown]
