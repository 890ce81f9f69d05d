"""Refreshes that fail: who hears of it, what is remembered, what ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from librus_sdk.errors import (
    ACCOUNT_ACTION_REQUIRED,
    API_REQUEST_FAILED,
    AUTH_REFRESH_FAILED,
    CAPTCHA_REQUIRED,
    NETWORK_ERROR,
    PORTAL_LOGIN_PAGE_INVALID,
    RESPONSE_VALIDATION_FAILED,
    SERVICE_MAINTENANCE,
    LibrusSdkError,
)
from librus_sdk.simulator import Simulator
from tests.heart.drivers import World, reachable


def row(sim: Simulator, child: int, token: str) -> dict[str, Any]:
    """An answer of ``fresh`` for the child with this token."""
    who = sim.children[child]
    return {
        "id": int(who.id),
        "accountIdentifier": "abc",
        "group": "parent",
        "login": who.login,
        "studentName": who.name,
        "accessToken": token,
        "state": "active",
    }


# What goes wrong, what it is called, and how often the one renewal asks.
BAD_PORTALS: dict[str, tuple[dict[str, Any], str, int]] = {
    "503": ({"status": 503}, API_REQUEST_FAILED, 3),
    "500": ({"status": 500}, API_REQUEST_FAILED, 3),
    "424": ({"status": 424}, API_REQUEST_FAILED, 1),
    "maintenance": ({"maintenance": True}, SERVICE_MAINTENANCE, 1),
    "page": ({"html": True}, RESPONSE_VALIDATION_FAILED, 1),
    "half": ({"truncate": True}, RESPONSE_VALIDATION_FAILED, 1),
    "no token": ({"body": {"id": 1}}, RESPONSE_VALIDATION_FAILED, 1),
    "reset": ({"drop": "before"}, NETWORK_ERROR, 3),
    "cut": ({"drop": "body"}, NETWORK_ERROR, 3),
}


@pytest.mark.parametrize("kind", list(BAD_PORTALS))
def test_a_portal_that_fails_is_told_to_every_waiter_with_the_401_behind_it(
    world: World, refusals: list[LibrusSdkError], kind: str
) -> None:
    fault, code, attempts = BAD_PORTALS[kind]
    (client,) = world.dead()
    world.sim.fail("fresh", times=None, **fault)
    fresh = world.sim.hold("fresh")
    leader = world.start(client.grades.list)
    fresh.wait_arrived()
    callers = [leader, *world.start_many(3, client.grades.list)]
    world.until_waiting(4)
    fresh.release()
    errors = [caller.error() for caller in callers]
    assert [error.code for error in errors] == [code] * 4
    assert len({id(error) for error in errors}) == 4
    assert len(refusals) == 1
    assert all(any(found is refusals[0] for found in reachable(error)) for error in errors)
    assert (world.count("fresh"), world.count("Grades"), world.count("login")) == (attempts, 1, 0)

    world.sim.clear_faults()
    world.clock.advance(60)
    assert world.do(client.grades.list)


def test_the_401_stays_reachable_from_within_a_handler_of_another_error(
    world: World, refusals: list[LibrusSdkError]
) -> None:
    (client,) = world.dead()
    world.sim.fail("fresh", status=503, times=3)

    def blocking() -> object:
        try:
            raise KeyError
        except KeyError:
            return client.grades.list()

    async def awaiting() -> object:
        try:
            raise KeyError
        except KeyError:
            return await client.grades.list()

    error = world.fails(blocking if world.driver.name == "threads" else awaiting)
    assert any(found is refusals[0] for found in reachable(error))


def test_a_portal_that_says_when_to_come_back_is_taken_at_its_word(world: World) -> None:
    (client,) = world.dead()
    world.sim.fail("fresh", status=503, retry_after=300)
    assert world.fails(client.grades.list).code == API_REQUEST_FAILED
    world.sim.reset_counts()
    world.clock.advance(299)
    assert world.fails(client.grades.list).code == API_REQUEST_FAILED
    assert not world.sim.counts
    world.clock.advance(1)
    assert world.do(client.grades.list)


def test_failures_in_a_row_are_answered_with_longer_and_longer_pauses(world: World) -> None:
    (client,) = world.dead()
    world.clock.chance = 1.0
    world.sim.fail("fresh", status=503, times=None)
    world.fails(client.grades.list)
    for pause in (2, 4, 8, 16, 32, 60, 60):
        world.sim.reset_counts()
        world.clock.advance(pause - 0.5)
        world.fails(client.grades.list)
        assert not world.sim.counts
        world.clock.advance(0.5)
        world.fails(client.grades.list)
        assert dict(world.sim.counts) == {"fresh": 3}


def test_the_explicit_refresh_does_not_mind_the_pause(world: World) -> None:
    (client,) = world.dead()
    world.sim.fail("fresh", status=503, times=3)
    world.fails(client.grades.list)
    world.do(lambda: world.session.refresh_bearer_token(world.sim.children[0].id))
    assert world.do(client.grades.list)
    assert (world.count("fresh"), world.generations()) == (4, [1, 2])


# --- what only a person can mend ---------------------------------------------------------------------------


def test_a_captcha_is_reported_and_not_run_into_again(make_world: Callable[..., World], shell: str) -> None:
    world = make_world(shell, captcha_after=1)
    world.sim.change_password()
    assert world.fails(world.session.list_children).code == CAPTCHA_REQUIRED
    world.sim.reset_counts()
    world.clock.advance(1_000_000)
    assert world.fails(world.session.list_children).code == CAPTCHA_REQUIRED
    assert not world.sim.counts
    assert world.fails(world.session.login).code == CAPTCHA_REQUIRED
    assert world.count("login") == 1


def test_every_caller_of_a_latched_sign_in_has_an_error_of_their_own(
    make_world: Callable[..., World], shell: str
) -> None:
    world = make_world(shell, captcha_after=1)
    world.sim.change_password()
    page = world.sim.hold("login_page")
    callers = world.start_many(4, world.session.list_children)
    callers += world.start_many(4, world.session.get_portal_me)
    world.until_waiting(5, "portal")  # those who want the list share one flight, which waits once
    page.release()
    errors = [caller.error() for caller in callers]
    assert {error.code for error in errors} == {CAPTCHA_REQUIRED}
    assert len({id(error) for error in errors}) == 8
    assert world.count("login") == 1


@pytest.mark.parametrize("how", ["unlink", "remove"])
def test_a_child_whose_link_is_broken_needs_a_person(world: World, how: str) -> None:
    client, sibling = world.client(0), world.client(1)
    child = world.sim.children[0]
    getattr(world.sim, how)(child.id)
    assert world.fails(client.grades.list).code == ACCOUNT_ACTION_REQUIRED
    assert dict(world.sim.counts) == {"Grades": 1, "fresh": 1}
    world.sim.reset_counts()
    world.clock.advance(1_000_000)
    assert world.fails(client.grades.list).code == ACCOUNT_ACTION_REQUIRED
    assert not world.sim.counts
    assert world.do(sibling.grades.list), "the other child is not concerned"

    refresh = lambda: world.session.refresh_bearer_token(child.id)  # noqa: E731
    assert world.fails(refresh).code == ACCOUNT_ACTION_REQUIRED
    assert world.count("fresh") >= 1
    world.sim.link(child.id)
    world.do(refresh)
    assert world.do(client.grades.list)


def test_a_redesigned_sign_in_page_is_named_and_tried_again_later(cold: World) -> None:
    cold.sim.fail("login_page", body="<html><p>Witamy</p></html>")
    assert cold.fails(cold.session.list_children).code == PORTAL_LOGIN_PAGE_INVALID
    cold.clock.advance(60)
    assert cold.do(cold.session.list_children)


# --- answers of the portal that do not help ----------------------------------------------------------------


def test_the_refused_token_again_leads_to_one_sign_in_and_then_to_an_error(
    world: World, refusals: list[LibrusSdkError]
) -> None:
    (client,) = world.dead()
    same = row(world.sim, 0, world.sim.token(world.sim.children[0].id, 1))
    world.sim.fail("fresh", body=same, times=None)
    error = world.fails(client.grades.list)
    assert error.code == AUTH_REFRESH_FAILED
    assert any(found is refusals[0] for found in reachable(error))
    assert (world.count("fresh"), world.count("login")) == (2, 1)
    assert world.generations() == [1], "it is not sent again"


def test_the_refused_token_again_is_cured_when_signing_in_helps(world: World) -> None:
    (client,) = world.dead()
    same = row(world.sim, 0, world.sim.token(world.sim.children[0].id, 1))
    world.sim.fail("fresh", body=same)
    assert world.do(client.grades.list)
    assert (world.count("fresh"), world.count("login")) == (2, 1)
    assert world.generations() == [1, 2]


def test_another_childs_account_is_not_taken(world: World) -> None:
    (client,) = world.dead()
    sibling = world.sim.children[1]
    world.sim.fail("fresh", body=row(world.sim, 1, world.sim.token(sibling.id)))
    error = world.fails(client.grades.list)
    assert error.code == AUTH_REFRESH_FAILED
    assert world.count("fresh") == 1
    assert {record.child_id for record in world.sim.requests if record.endpoint == "Grades"} == {
        world.sim.children[0].id
    }
    world.clock.advance(60)
    assert world.do(client.grades.list)


def test_a_bug_in_a_renewal_fails_its_waiters_and_nobody_hangs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (client,) = world.dead()

    def broken(_mode: str) -> Iterator[Any]:
        yield from ()
        raise ZeroDivisionError("secret-text")

    with monkeypatch.context() as patch:
        patch.setattr(world.slot(), "renewal", broken)
        error = world.fails(client.grades.list)
    assert error.code == "INTERNAL_ERROR"
    assert "secret-text" not in str(error)
    world.clock.advance(60)
    assert world.do(client.grades.list)
