"""Whether a session counts as signed in while it lives on what an earlier run has kept."""

from __future__ import annotations

from functools import partial

import pytest

from librus_sdk.errors import LibrusCredentialsError
from tests.heart.doors import DOORS, Door, Way
from tests.heart.drivers import World
from tests.heart.stores import MemoryStore

EVERY_WAY = pytest.mark.parametrize("auth", ["cookies", "oauth"])


@pytest.fixture
def shared(cold: World) -> World:
    """A world whose sessions share a store."""
    cold.common["store"] = MemoryStore()
    cold.again()
    return cold


def next_run(world: World, auth: str) -> None:
    """Begin a session after another one has signed in, listed the children and read grades."""
    world.again(auth=auth)
    world.do(world.client().grades.list)
    world.again(auth=auth)
    world.sim.reset_counts()


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_whatever_was_kept_counts_once_a_call_has_taken_it(shared: World, door: Door) -> None:
    way = Way(door, shared)
    shared.again()
    assert not shared.session.is_logged_in
    shared.do(door.open(shared))
    assert shared.session.is_logged_in
    assert shared.sim.counts == {way.door.data: 1}


@EVERY_WAY
def test_the_list_of_children_is_enough(shared: World, auth: str) -> None:
    next_run(shared, auth)
    session = shared.session
    assert not session.is_logged_in, "nothing was asked yet, not even the store"
    shared.do(session.list_children)
    assert session.is_logged_in
    assert session.portal.is_logged_in
    shared.do(session.login)
    assert session.is_logged_in
    assert not shared.sim.counts
    shared.do(session.close)
    assert not session.is_logged_in


@EVERY_WAY
def test_a_child_s_token_is_enough(shared: World, auth: str) -> None:
    next_run(shared, auth)
    child = shared.do(shared.session.list_children)[0]
    shared.again(auth=auth)
    client = shared.do(partial(shared.session.for_child, child))
    assert not shared.session.is_logged_in, "a token that somebody hands in is no sign-in"
    shared.sim.expire_child_tokens()
    other = shared.new_session(auth=auth)
    shared.do(shared.do(partial(other.for_child, child)).grades.list)
    shared.sim.reset_counts()
    shared.do(client.grades.list)
    assert shared.session.is_logged_in
    assert (shared.count("fresh"), shared.count("me")) == (0, 0)


def test_a_token_that_was_handed_in_is_no_sign_in(shared: World) -> None:
    child = shared.do(shared.session.list_children)[0]
    shared.common.clear()
    shared.again()
    client = shared.do(partial(shared.session.for_child, child))
    shared.do(client.grades.list)
    assert not shared.session.is_logged_in


def test_a_sign_in_that_librus_refuses_is_none_whatever_else_was_kept(shared: World) -> None:
    next_run(shared, "cookies")
    session = shared.session
    shared.do(session.list_children)
    shared.sim.expire_portal_session()
    shared.sim.change_password()
    assert session.is_logged_in, "nobody has been told yet"
    assert isinstance(shared.fails(session.get_portal_me), LibrusCredentialsError)
    assert not session.is_logged_in
    assert not session.portal.is_logged_in
    shared.do(session.list_children)
    assert not session.is_logged_in, "the list is still good, the sign-in is not"


def test_a_first_sign_in_that_fails_is_none_whatever_else_was_kept(shared: World) -> None:
    """Nothing of the portal's is kept any more, and the portal is down."""
    store = shared.common["store"]
    next_run(shared, "cookies")
    session = shared.session
    shared.do(session.list_children)
    store.place.content = None
    shared.sim.fail("login_page", status=503, times=None)
    shared.fails(session.login)
    assert not session.is_logged_in
    shared.clock.advance(3600.0)
    assert not session.is_logged_in


def test_while_it_signs_in_again_it_is_not_signed_in(shared: World) -> None:
    next_run(shared, "cookies")
    session = shared.session
    shared.do(session.list_children)
    shared.sim.expire_portal_session()
    gate = shared.sim.hold("login", at="request", times=1)
    caller = shared.start(session.get_portal_me)
    gate.wait_arrived()
    assert not session.is_logged_in
    gate.release()
    assert caller.result().identifier
    assert session.is_logged_in
