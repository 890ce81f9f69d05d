"""What an adversary found: crowds in line, nested sign-ins, latches, ends, and flights nobody can end."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from librus_sdk.core.refresh import Join, Start, Ticket
from librus_sdk.errors import (
    AUTHENTICATION_FAILED,
    NETWORK_TIMEOUT,
    SESSION_CLOSED,
    LibrusSdkError,
    LibrusTerminalAuthenticationError,
)
from librus_sdk.events import Event
from librus_sdk.shells import fork, slots, tasks, threads
from librus_sdk.shells.clock import Clock
from librus_sdk.shells.places import Places
from librus_sdk.shells.slots import ABANDONED, Flight, Slot
from tests.heart.conftest import prepared
from tests.heart.drivers import TaskDriver, World

REFUSED_FORM = '<div class="alert">Nieprawidłowy email lub hasło</div>'


def places_of(world: World, shell: Any) -> Places:
    found = shell._places if world.driver.name == "threads" else next(iter(shell._homes.values())).places
    assert isinstance(found, Places)
    return found


def until_in_line(world: World, shell: Any, count: int) -> None:
    """Wait until so many requests stand in line for a place; needs ``telling_places``."""
    places = places_of(world, shell)
    world.watched.until(lambda: len(places._replays) + len(places._first) == count)


@pytest.fixture
def telling_places(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Places, "ask", world.watched._telling(Places.ask))
    monkeypatch.setattr(Places, "leave", world.watched._telling(Places.leave))


# --- crowds -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("telling_places")
def test_a_crowd_outlasts_a_token_that_dies_again_while_it_stands_in_line(world: World) -> None:
    (client,) = world.dead()
    first = world.sim.hold("Grades", at="response")
    fresh = world.sim.hold("fresh")
    # Six have met a 401 (five of them tell so last of all), the others only hear that there is one.
    callers = world.start_many(6, client.grades.list)
    first.wait_arrived(6)
    first.release(1)
    fresh.wait_arrived()
    callers += world.start_many(44, client.grades.list)
    world.until_waiting(45)
    first.release()
    world.until_waiting(50)
    assert world.generations() == [1] * 6

    second = world.sim.hold("Grades", at="response")
    fresh.release()
    second.wait_arrived(6)
    until_in_line(world, world.session._shell, 44)
    second.release(6)
    second.wait_arrived(12)
    # Replays go first, so whoever met the first 401 is answered by now: nobody is to meet two.
    world.sim.expire_child_tokens()
    second.release()
    assert all(caller.result() for caller in callers)
    assert world.count("fresh") == 2
    assert world.generations()[:18] == [1] * 6 + [2] * 12
    assert world.generations().count(3) == 38
    assert world.count("login") == 0


# --- a sign-in that is lost on the way ---------------------------------------------------------------------


def test_a_401_after_a_form_that_was_accepted_does_not_latch_credentials_that_have_worked(
    world: World,
) -> None:
    (client,) = world.dead()
    world.sim.expire_portal_session()
    world.sim.fail("me", status=401)
    error = world.fails(client.grades.list)
    assert error.code == AUTHENTICATION_FAILED
    assert not isinstance(error, LibrusTerminalAuthenticationError)
    assert world.slot("portal").peek().latch is None
    before = world.sim.counts
    assert world.fails(client.grades.list).code == AUTHENTICATION_FAILED
    assert world.sim.counts == before, "a moment's rest first"
    world.clock.advance(60)
    assert world.do(client.grades.list)
    assert world.do(world.session.get_portal_me).identifier
    assert world.count("login") == 2


def test_a_401_after_the_form_at_the_very_first_sign_in_stays_latched(cold: World) -> None:
    cold.sim.fail("me", status=401)
    error = cold.fails(cold.session.list_children)
    assert error.code == AUTHENTICATION_FAILED
    assert isinstance(error, LibrusTerminalAuthenticationError)
    before = cold.sim.counts
    cold.clock.advance(1_000_000)
    assert cold.fails(cold.session.list_children).code == AUTHENTICATION_FAILED
    assert cold.sim.counts == before
    cold.do(cold.session.login)
    assert len(cold.do(cold.session.list_children)) == 2


@pytest.mark.parametrize("asked", [90, 86_400], ids=["short", "longer than anybody waits"])
def test_how_long_to_wait_grows_less(world: World, asked: int) -> None:
    (client,) = world.dead()
    world.sim.fail("fresh", status=429, retry_after=asked, times=None)
    first = world.fails(client.grades.list)
    assert first.retry_after_s == asked
    world.clock.advance(60)
    error = world.fails(client.grades.list)
    assert error.retry_after_s == pytest.approx(asked - 60, abs=1)
    assert error.details["until"] == first.details["until"]
    assert world.count("fresh") == 1


# --- patience ---------------------------------------------------------------------------------------------


def test_a_childs_flight_waits_for_the_sign_in_as_long_as_a_flight_may_take(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = prepared(make_world("tasks"))
    world.again(timeout_ms=10_000, flight_timeout_s=1_000)
    (client,) = world.dead()
    world.sim.expire_portal_session()
    world.sim.reset_counts()
    # Time is up for every wait of one timeout when the test says so, and never for longer ones.
    time_is_up: list[asyncio.Future[None]] = []
    waiting = tasks._Waiter.wait

    async def wait(waiter: tasks._Waiter[Any], seconds: float) -> Any:
        if seconds > 10:
            return await waiting(waiter, seconds)
        expired: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        time_is_up.append(expired)
        await asyncio.wait((waiter.future, expired), return_when=asyncio.FIRST_COMPLETED)
        return waiter.future.result() if waiter.future.done() else None

    def expire() -> None:
        for expired in time_is_up:
            if not expired.done():
                expired.set_result(None)

    monkeypatch.setattr(tasks._Waiter, "wait", wait)
    page = world.sim.hold("login_page")
    early = world.start(client.grades.list)
    page.wait_arrived()
    world.until_waiting(1, "portal")
    assert isinstance(world.driver, TaskDriver)
    world.driver.call(expire)
    assert early.error().code == NETWORK_TIMEOUT
    assert world.slot("portal").peek().flight is not None
    assert world.slot().peek().flight is not None, "the flight goes on without those who gave up"
    late = world.start(client.grades.list)
    world.until_waiting(1)
    page.release()
    assert late.result()
    assert (world.count("login"), world.count("fresh")) == (1, 2)


def test_a_wait_that_took_too_long_leads_to_the_401_that_made_it_necessary(
    world: World, refusals: list[LibrusSdkError], monkeypatch: pytest.MonkeyPatch
) -> None:
    (patient,) = world.dead()
    hasty = world.client(timeout_ms=10_000)
    on_a_future, on_a_handle = tasks._Waiter.wait, threads._Waiter.wait

    async def awaiting(waiter: tasks._Waiter[Any], seconds: float) -> Any:
        return None if seconds <= 10 else await on_a_future(waiter, seconds)

    def blocking(waiter: threads._Waiter[Any], seconds: float) -> Any:
        return None if seconds <= 10 else on_a_handle(waiter, seconds)

    monkeypatch.setattr(tasks._Waiter, "wait", awaiting)
    monkeypatch.setattr(threads._Waiter, "wait", blocking)
    refused = world.sim.hold("Grades", at="response", times=2)
    fresh = world.sim.hold("fresh")
    leader = world.start(patient.grades.list)
    refused.wait_arrived(1)
    other = world.start(hasty.grades.list)
    refused.wait_arrived(2)
    refused.release(1)
    fresh.wait_arrived()
    refused.release()
    error = other.error()
    assert error.code == NETWORK_TIMEOUT
    assert error.details["endpoint"].endswith("/fresh/REDACTED")
    assert len(refusals) == 2
    assert error.__cause__ is refusals[1], "its own refusal, not the leader's"
    fresh.release()
    assert leader.result()


# --- flights nobody can end --------------------------------------------------------------------------------


class Witness:
    def __init__(self) -> None:
        self.heard: list[object] = []

    def settle(self, outcome: object) -> None:
        self.heard.append(outcome)


def never(_mode: object) -> Any:
    raise AssertionError("nobody flies here")


@pytest.mark.parametrize("by", ["acquire", "attend"])
def test_a_flight_long_past_its_limit_counts_as_dead(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = SimpleNamespace(value=1_000.0)
    monkeypatch.setattr(slots, "time", SimpleNamespace(monotonic=lambda: now.value))
    slot = Slot(key="k", name="child", endpoint="x", renewal=never, private=False, clock=Clock())
    stuck, waiter, other = Flight(30.0), Witness(), Witness()
    assert isinstance(slot.acquire(Ticket(), stuck, waiter=waiter), Start)
    now.value += 90
    # It may contain one of the child, and that one of the portal; each has a limit of its own.
    assert isinstance(slot.acquire(Ticket(), Flight(30.0), waiter=other), Join)
    slot.leave(other)
    assert slot.attend(other)
    slot.leave(other)
    assert slot.peek().flight is stuck
    assert waiter.heard == []

    now.value += 10
    if by == "acquire":
        new = Flight(30.0)
        assert isinstance(slot.acquire(Ticket(), new, waiter=other), Start)
        assert slot.peek().flight is new
    else:
        assert not slot.attend(other)
        assert slot.peek().flight is None
    assert waiter.heard == [ABANDONED], "who waited for it decides again"
    assert other.heard == []


# --- hooks ------------------------------------------------------------------------------------------------


def test_a_hook_may_read_when_a_sign_in_within_a_renewal_is_done(
    make_world: Callable[..., World],
) -> None:
    world = prepared(make_world("threads"))
    inner: dict[str, Any] = {}
    under_way: list[str] = []
    read: list[object] = []

    def hook(event: Event) -> None:
        if event.name != "portal.login.success" or "client" not in inner:
            return
        client = inner.pop("client")
        flying = [slot.name for slot in world.session._account.slots() if slot.peek().flight is not None]
        under_way.extend(flying)
        if not flying:  # else this thread would wait for itself
            read.append(client.lucky_number.get())

    world.again(on_event=hook)
    (client,) = world.dead()
    world.sim.expire_portal_session()
    world.sim.reset_counts()
    inner["client"] = client
    assert world.do(client.grades.list)
    assert under_way == []
    assert len(read) == 1
    assert world.count("login") == 1


# --- the end ----------------------------------------------------------------------------------------------


def test_the_portal_of_a_session_does_not_close_the_session(world: World) -> None:
    (client,) = world.dead()

    def blocking() -> object:
        with world.session.portal as portal:
            return portal.get_me()

    async def awaiting() -> object:
        async with world.session.portal as portal:
            return await portal.get_me()

    assert world.do(blocking if world.driver.name == "threads" else awaiting)
    world.do(world.session.portal.close)
    assert world.do(client.grades.list)
    assert world.do(world.session.portal.get_me)
    assert world.count("login") == 0


def test_closing_a_portal_client_of_its_own_ends_it(world: World) -> None:
    portal = world.portal()
    assert world.do(portal.get_me)
    world.do(portal.close)
    for operation in (portal.get_me, portal.login, portal.get_synergia_accounts):
        assert world.fails(operation).code == SESSION_CLOSED
    assert world.do(world.session.get_portal_me), "another family's business"


@pytest.mark.usefixtures("telling_places")
def test_what_stands_in_line_when_a_client_is_closed_is_not_sent(world: World) -> None:
    client = world.standalone(world.sim.token(world.sim.children[0].id), max_concurrency=1)
    gate = world.sim.hold("Grades")
    sent = world.start(client.grades.list)
    gate.wait_arrived()
    queued = world.start_many(4, client.grades.list)
    until_in_line(world, client._caller._shell, 4)
    world.do(client.close)
    gate.release()
    assert [caller.error().code for caller in queued] == [SESSION_CLOSED] * 4
    sent.future.exception(10)  # it may be answered or cut off, but ends
    assert world.count("Grades") == 1


@pytest.mark.usefixtures("telling_places")
def test_what_stands_in_line_while_a_session_waits_for_a_flight_is_not_sent(world: World) -> None:
    world.again(max_concurrency=1, close_grace_s=60)
    mine, sibling = world.client(0), world.client(1)
    world.sim.expire_child_tokens(world.sim.children[0].id)
    minted = world.sim.hold("fresh", at="response")
    leader = world.start(mine.lucky_number.get)
    minted.wait_arrived()
    gate = world.sim.hold("Grades")
    sent = world.start(sibling.grades.list)
    gate.wait_arrived()
    queued = world.start_many(4, sibling.grades.list)
    until_in_line(world, world.session._shell, 4)
    closing = world.start(world.session.close)
    world.until_waiting(2)
    gate.release()
    assert [caller.error().code for caller in queued] == [SESSION_CLOSED] * 4
    assert sent.result()
    assert not closing.done
    assert world.count("Grades") == 1
    minted.release()
    closing.result()
    leader.future.exception(10)


def test_a_closing_that_is_cancelled_closes_all_the_same(make_world: Callable[..., World]) -> None:
    world = prepared(make_world("tasks"))
    world.again(close_grace_s=60)
    (client,) = world.dead()
    fresh = world.sim.hold("fresh")
    leader = world.start(client.grades.list)
    fresh.wait_arrived()
    (home,) = world.session._shell._homes.values()
    assert home.data is not None
    assert home.private is not None
    assert len(home.flights) == 1
    closing = world.start(world.session.close)
    world.until_waiting(2)
    closing.cancel()
    assert isinstance(closing.problem(), asyncio.CancelledError)
    assert (home.data, home.private, home.flights) == (None, None, set())
    assert all(slot.peek().closed for slot in world.session._account.slots())
    assert leader.error().code == SESSION_CLOSED
    fresh.release()


# --- the latch --------------------------------------------------------------------------------------------


def latch(world: World, operation: Callable[[], Any]) -> None:
    form = world.sim.fail("login", body=REFUSED_FORM, times=None)
    assert world.fails(operation).code == AUTHENTICATION_FAILED
    form.cancel()
    world.sim.reset_counts()


def test_an_explicit_refresh_on_a_cold_latched_session_asks_the_portal_again(cold: World) -> None:
    child = cold.sim.children[0]
    latch(cold, cold.session.list_children)
    for reload in (False, True):
        error = cold.fails(partial(cold.session.list_children, reload=reload))
        assert error.code == AUTHENTICATION_FAILED
    assert not cold.sim.counts, "a list is no reason to send a refused password again"
    token = cold.do(lambda: cold.session.refresh_bearer_token(child.id))
    assert token == cold.sim.token(child.id)
    assert cold.count("login") == 1
    assert len(cold.do(cold.session.list_children)) == 2


def test_an_explicit_fresh_account_of_a_latched_portal_client_asks_the_portal_again(cold: World) -> None:
    portal, child = cold.portal(), cold.sim.children[0]
    latch(cold, portal.get_me)
    assert cold.fails(partial(portal.get_synergia_accounts, reload=True)).code == AUTHENTICATION_FAILED
    assert not cold.sim.counts
    account = cold.do(lambda: portal.get_fresh_synergia_account(child.login))
    assert account.access_token.reveal() == cold.sim.token(child.id)
    assert cold.count("login") == 1


# --- processes --------------------------------------------------------------------------------------------


def test_after_a_fork_the_kept_account_list_can_be_brought_up_to_date(
    cold: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens in the child process, done here: somebody held the lock of the list."""
    cold.do(cold.session.list_children)
    grant = cold.slot("accounts").peek().grant
    assert grant is not None
    book = grant.secret
    assert book in fork._living
    # Only the list is renewed here; the session's connections are still wanted by this process.
    monkeypatch.setattr(fork, "_living", weakref.WeakSet([book]))
    held = book._lock
    assert held.acquire(timeout=1)
    fork._after_fork()
    assert book._lock is not held
    assert not book._lock.locked()
    first, second = book.accounts.accounts
    renewed = msgspec.structs.replace(first, state="requires_an_action")
    book.learn(renewed)
    assert list(book.accounts.accounts) == [renewed, second]
    assert [row.state for row in cold.do(cold.session.list_children)] == [renewed.state, second.state]


# --- old news ---------------------------------------------------------------------------------------------


def test_a_list_that_shows_a_token_that_was_replaced_does_not_bring_it_back(world: World) -> None:
    (client,) = world.dead()
    child = world.sim.children[0]
    account = world.do(lambda: world.session.resolve_child(child.id))
    stale = {**account.summary(), "accessToken": world.sim.token(child.id, 1), "scopes": ""}
    assert world.do(client.grades.list)
    world.sim.fail("accounts", body={"lastModification": 1, "accounts": [stale]}, times=None)
    for _ in range(3):
        world.clock.advance(1)
        world.do(lambda: world.session.list_children(reload=True))
        assert world.do(client.grades.list)
    assert world.generations() == [1, 2, 2, 2, 2]
    assert world.count("fresh") == 1
