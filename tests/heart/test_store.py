"""What a store keeps serves the next run, and processes that share it renew once for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pytest

from librus_sdk.core.keeping import Document
from librus_sdk.errors import (
    AUTHENTICATION_FAILED,
    CHILD_NOT_FOUND,
    LibrusAuthRefreshError,
    LibrusChildError,
    LibrusConfigurationError,
    LibrusCredentialsError,
    LibrusSdkError,
    LibrusStoreWarning,
    LibrusTerminalAuthenticationError,
)
from librus_sdk.events import Event
from librus_sdk.secret import Secret
from librus_sdk.shells.clock import Clock
from tests.heart.doors import DOORS, Door, Way
from tests.heart.drivers import World
from tests.heart.stores import MemoryStore

EVERY_KIND = pytest.mark.parametrize("door", DOORS, ids=str)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def shared(cold: World, store: MemoryStore) -> World:
    """A world whose sessions share a store."""
    cold.common["store"] = store
    cold.again()
    return cold


def again(way: Way) -> Callable[[], Any]:
    """The read of another session, as of the next run or of another process."""
    way.world.again()
    return way.door.open(way.world)


# --- the next run ----------------------------------------------------------------------------------------


@EVERY_KIND
def test_the_next_run_signs_in_to_nothing(shared: World, door: Door) -> None:
    way = Way(door, shared)
    read = again(way)
    assert shared.do(read) is not None
    assert shared.sim.counts == {door.data: 1}


@EVERY_KIND
def test_a_run_after_the_credential_has_died_renews_once(shared: World, door: Door) -> None:
    way = Way(door, shared)
    way.die()
    assert shared.do(again(way)) is not None
    assert (way.reads(), way.renewals()) == (2, 1)
    shared.sim.reset_counts()
    assert shared.do(again(way)) is not None
    assert shared.sim.counts == {door.data: 1}


@EVERY_KIND
def test_what_another_has_renewed_is_taken_without_asking(shared: World, door: Door) -> None:
    way = Way(door, shared)
    first, mine = way.read, again(way)
    assert shared.do(mine) is not None
    way.die()
    shared.clock.advance(600.0)
    shared.sim.reset_counts()
    assert shared.do(first) is not None
    assert way.renewals() == 1
    assert shared.do(mine) is not None
    assert way.renewals() == 1


@EVERY_KIND
def test_no_password_and_no_name_is_kept(shared: World, store: MemoryStore, door: Door) -> None:
    Way(door, shared)
    content = store.place.content
    assert content is not None
    for secret in (shared.sim.credentials.email.reveal(), shared.sim.credentials.password.reveal()):
        assert secret not in content.reveal()
    if door.name.endswith("gateway"):
        credentials = shared.sim.gateway_credentials()
        assert credentials.password.reveal() not in content.reveal()
        assert credentials.login.reveal() not in content.reveal()


@EVERY_KIND
def test_a_kept_credential_that_dies_young_is_renewed(shared: World, door: Door) -> None:
    """It may be seconds old, and no process but the one that made it has used it yet."""
    door.open(shared)
    way = Way(door, shared)
    shared.clock.advance(-595.0)
    read = again(way)
    way.die()
    assert shared.do(read) is not None
    assert way.renewals() == 1


# --- at the same time ------------------------------------------------------------------------------------


@pytest.fixture
def in_real_time(shared: World) -> World:
    """Whoever waits for another process looks again and again, in real time."""
    shared.common["clock"] = Clock()
    return shared


@EVERY_KIND
def test_whoever_waits_for_another_process_shares_its_renewal(
    in_real_time: World, store: MemoryStore, door: Door
) -> None:
    world = in_real_time
    world.again()
    first = door.open(world)
    world.do(first)
    world.again()
    second = door.open(world)
    world.do(second)
    door.kill(world.sim)
    world.sim.reset_counts()
    gate = world.sim.hold(door.renewal, at="request", times=1)
    leading = world.start(first)
    gate.wait_arrived()
    waiting = world.start(second)
    store.until_loaded(store.place.loads + 4)
    assert not waiting.done
    gate.release()
    assert leading.result() is not None
    assert waiting.result() is not None
    assert world.count(door.renewal) == 1


def two_readers(world: World) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Reads of one child by two sessions, as of two processes, whose tokens are good."""
    reads: list[Callable[[], Any]] = []
    for _ in range(2):
        world.again()
        client = world.client()
        world.do(client.grades.list)
        reads.append(client.grades.list)
    return reads[0], reads[1]


def test_whoever_waits_shares_a_failure_too(in_real_time: World, store: MemoryStore) -> None:
    world = in_real_time
    first, second = two_readers(world)
    world.sim.expire_child_tokens()
    world.sim.fail("fresh", status=500, times=None)
    world.sim.reset_counts()
    gate = world.sim.hold("fresh", at="response", times=1)
    leading = world.start(first)
    gate.wait_arrived()
    waiting = world.start(second)
    store.until_loaded(store.place.loads + 4)
    gate.release()
    errors = [leading.error(), waiting.error()]
    assert [error.code for error in errors] == ["API_REQUEST_FAILED"] * 2
    assert errors[0].message == errors[1].message
    assert errors[0] is not errors[1]
    assert all(isinstance(error.__cause__, LibrusSdkError) for error in errors)
    fresh = world.count("fresh")
    # Who comes later tries again.
    world.sim.clear_faults()
    world.again()
    assert world.do(world.client().grades.list) is not None
    assert world.count("fresh") == fresh + 1


def test_a_refused_password_is_sent_once_by_those_who_start_together(
    in_real_time: World, store: MemoryStore
) -> None:
    world = in_real_time
    sessions = [world.new_session() for _ in range(3)]
    world.sim.change_password()
    gate = world.sim.hold("login", at="response", times=1)
    leading = world.start(sessions[0].login)
    gate.wait_arrived()
    others = [world.start(session.login) for session in sessions[1:]]
    store.until_loaded(store.place.loads + 8)
    gate.release()
    assert {type(caller.error()) for caller in (leading, *others)} == {LibrusCredentialsError}
    assert world.count("login") == 1
    # It is refused for those others as if they had sent it themselves: no I/O until somebody signs in again.
    for session in sessions:
        assert isinstance(world.fails(session.list_children), LibrusCredentialsError)
    assert world.count("login") == 1


def test_an_explicit_refresh_asks_although_another_process_has_the_newest(
    shared: World, store: MemoryStore
) -> None:
    first, _ = two_readers(shared)
    child = shared.sim.children[0].id
    before = store.document.entries[f"child:{child}"].payload
    shared.sim.reset_counts()
    token = shared.do(lambda: shared.session.refresh_bearer_token(child))
    assert shared.count("fresh") == 1
    assert store.document.entries[f"child:{child}"].payload == Secret(token) != before
    # The other session's token may be dead by that; it takes the new one.
    shared.sim.reset_counts()
    assert shared.do(first) is not None
    assert shared.count("fresh") == 0


def test_an_explicit_refresh_joins_one_in_another_process(in_real_time: World, store: MemoryStore) -> None:
    world = in_real_time
    two_readers(world)
    child = world.sim.children[0].id
    sessions = [world.new_session(), world.new_session()]
    world.sim.reset_counts()
    gate = world.sim.hold("fresh", at="response", times=1)
    leading = world.start(lambda: sessions[0].refresh_bearer_token(child))
    gate.wait_arrived()
    waiting = world.start(lambda: sessions[1].refresh_bearer_token(child))
    store.until_loaded(store.place.loads + 4)
    gate.release()
    assert leading.result() == waiting.result()
    assert world.count("fresh") == 1


def test_a_process_that_was_stopped_in_the_middle_is_not_waited_for_for_ever(
    shared: World, store: MemoryStore
) -> None:
    first, _ = two_readers(shared)
    shared.sim.expire_child_tokens()
    store.place.claimed = True  # by somebody who never comes back
    saves = store.place.saves
    shared.sim.reset_counts()
    began = shared.clock.monotonic()
    assert shared.do(first) is not None
    assert 15 < shared.clock.monotonic() - began < 30
    assert (shared.count("fresh"), store.place.saves) == (1, saves)


# --- a store in trouble ----------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["load", "claim", "save", "release"])
def test_a_store_in_trouble_costs_nothing_but_the_sharing(
    shared: World, store: MemoryStore, trouble: str
) -> None:
    told: list[Any] = []
    store.fails = {trouble}
    shared.again(on_event=told.append)
    client = shared.client()
    assert shared.do(client.grades.list) is not None
    shared.sim.expire_child_tokens()
    shared.sim.reset_counts()
    assert shared.do(client.grades.list) is not None
    assert (shared.count("fresh"), shared.count("login")) == (1, 0)
    names = {event.name for event in told}
    wanted = {"load": "unread", "claim": "unclaimed", "save": "unsaved", "release": "unreleased"}[trouble]
    assert f"store.{wanted}" in names
    assert "secret-place" not in repr(told)


UNUSABLE = {
    "damaged": "half a docu",
    "foreign": '{"kind": "something else", "format": 1}',
    "newer": '{"kind": "librus-sdk session", "format": 99, "more": {}}',
}


@pytest.mark.parametrize("reason", UNUSABLE)
def test_a_document_nobody_can_read_is_put_aside(shared: World, store: MemoryStore, reason: str) -> None:
    shared.client()
    store.place.content = Secret(UNUSABLE[reason])
    shared.again()
    with pytest.warns(LibrusStoreWarning, match=r"put aside \(aside 1\)"):
        client = shared.client()
    assert shared.do(client.grades.list) is not None
    assert [(why, kept.reveal()) for why, kept in store.place.aside] == [(reason, UNUSABLE[reason])]
    assert "portal" in store.document.entries


def test_a_document_that_cannot_be_put_aside_is_left_alone(shared: World, store: MemoryStore) -> None:
    shared.client()
    store.place.content = Secret("half a docu")
    store.fails = {"set_aside"}
    shared.again()
    assert shared.do(shared.client().grades.list) is not None
    assert store.place.content.reveal() == "half a docu"


def test_entries_that_make_no_sense_are_renewed(shared: World, store: MemoryStore) -> None:
    shared.client()
    broken = store.place.content
    assert broken is not None
    text = broken.reveal()
    for name in ("portal", "accounts"):
        payload = store.document.entries[name].payload.reveal()
        text = text.replace(payload.replace('"', '\\"'), "nonsense")
    assert text.count("nonsense") == 2
    store.place.content = Secret(text)
    shared.again()
    shared.sim.reset_counts()
    assert shared.do(shared.client().grades.list) is not None
    assert (shared.count("login"), shared.count("accounts")) == (1, 1)
    assert not store.place.aside


# --- whose it is -----------------------------------------------------------------------------------------


def test_a_child_that_is_linked_later_is_found(shared: World, store: MemoryStore) -> None:
    children = shared.do(shared.session.list_children)
    document = store.document
    assert len(children) == 2
    shared.again()
    error = shared.fails(lambda: shared.session.for_child("999"))
    assert isinstance(error, LibrusChildError)
    assert error.code == CHILD_NOT_FOUND
    assert shared.count("accounts") == 2  # once in the first run, once because the kept list may be old
    assert store.document.revision == document.revision + 1
    shared.fails(lambda: shared.session.for_child("999"))
    assert shared.count("accounts") == 2


def test_a_list_of_children_is_believed_for_half_a_day(shared: World) -> None:
    shared.do(shared.session.list_children)
    shared.clock.advance(11 * 3600.0)
    shared.again()
    shared.do(shared.session.list_children)
    assert shared.count("accounts") == 1
    shared.clock.advance(2 * 3600.0)
    shared.again()
    shared.do(shared.session.list_children)
    assert shared.count("accounts") == 2


def test_a_list_with_an_odd_child_is_not_kept(shared: World, store: MemoryStore) -> None:
    shared.sim.fail("accounts", body={"accounts": [{"id": 1}]})
    with pytest.warns(UserWarning, match="does not fit the model"):
        shared.do(shared.session.list_children)
    assert "accounts" not in store.document.entries


def test_tokens_do_without_the_password_from_run_to_run(shared: World, store: MemoryStore) -> None:
    shared.again(auth="oauth")
    shared.do(shared.session.login)
    store.places.update(dict.fromkeys(_places_without_credentials(shared), store.place))
    for _ in range(2):
        shared.session = shared._kept(shared.driver.session(None, shared.options(auth="oauth")))
        shared.sim.reset_counts()
        assert shared.do(shared.session.get_portal_me).identifier
        shared.clock.advance(2 * 86400.0)
    assert (shared.count("oauth.token"), shared.count("login")) == (1, 0)
    assert store.document.owner


def test_tokens_that_are_refused_are_kept_no_longer(shared: World, store: MemoryStore) -> None:
    shared.again(auth="oauth")
    shared.do(shared.session.login)
    shared.sim.change_password()
    store.places.update(dict.fromkeys(_places_without_credentials(shared), store.place))
    shared.clock.advance(2 * 86400.0)
    shared.session = shared._kept(shared.driver.session(None, shared.options(auth="oauth")))
    shared.sim.reset_counts()
    error = shared.fails(shared.session.get_portal_me)
    assert isinstance(error, LibrusTerminalAuthenticationError)
    assert shared.sim.counts == {"oauth.token": 1}
    assert "portal tokens" not in store.document.entries
    shared.session = shared._kept(shared.driver.session(None, shared.options(auth="oauth")))
    shared.fails(shared.session.get_portal_me)
    assert shared.sim.counts == {"oauth.token": 1}


def _places_without_credentials(world: World) -> Iterator[str]:
    """What the store calls the place of a session without credentials; a real one is given a name."""
    from dataclasses import astuple

    from librus_sdk.shells.store import StoreKey

    key = StoreKey.of("family", None, astuple(world.sim.hosts), usual_hosts=False)
    yield f"family {key.hosts}"


def test_what_cannot_be_a_store_is_refused(shared: World) -> None:
    with pytest.raises(LibrusConfigurationError, match="FileStore"):
        shared.again(store="a-folder")


def test_a_session_without_credentials_needs_a_store(shared: World) -> None:
    with pytest.raises(LibrusConfigurationError, match="PortalCredentials"):
        shared.driver.session(None, {"auth": "oauth"})
    with pytest.raises(LibrusConfigurationError, match="PortalCredentials"):
        shared.driver.session(None, shared.options())


# --- nothing is lost on the way --------------------------------------------------------------------------


def test_a_dead_token_that_another_put_into_the_store_is_not_the_end(
    shared: World, store: MemoryStore
) -> None:
    """An adopted token that is refused costs one real renewal more, and that is all."""
    first, second = two_readers(shared)
    shared.sim.expire_child_tokens()
    shared.do(first)
    shared.sim.expire_child_tokens()
    shared.sim.reset_counts()
    assert shared.do(second) is not None
    assert (shared.count("Grades"), shared.count("fresh")) == (3, 1)


def test_a_server_that_refuses_everything_ends_it(shared: World, store: MemoryStore) -> None:
    first, second = two_readers(shared)
    shared.sim.expire_child_tokens()
    shared.do(first)
    shared.sim.fail("Grades", status=401, times=None)
    shared.sim.reset_counts()
    error = shared.fails(second)
    assert isinstance(error, LibrusAuthRefreshError)
    assert shared.count("Grades") == 3
    assert shared.count("fresh") == 1


def test_documents_grow_by_one_change_at_a_time(shared: World, store: MemoryStore) -> None:
    seen: list[Document] = []
    for _ in range(3):
        shared.again()
        shared.do(shared.client().grades.list)
        seen.append(store.document)
        shared.sim.expire_child_tokens()
    assert [document.revision for document in seen] == [2, 3, 4]
    assert len({document.series for document in seen}) == 1


def test_a_bare_token_leaves_nothing_to_keep(shared: World) -> None:
    with pytest.raises(LibrusConfigurationError, match="nothing for a store to keep"):
        shared.standalone("token")


# --- asked for at the portal itself ----------------------------------------------------------------------


@pytest.mark.parametrize("alone", [False, True], ids=["a session's portal", "a portal client"])
def test_a_token_asked_for_at_the_portal_is_kept_for_all(
    shared: World, store: MemoryStore, alone: bool
) -> None:
    other, _ = two_readers(shared)
    child = shared.sim.children[0]
    portal = shared.portal() if alone else shared.session.portal
    shared.do(portal.login)
    before = store.document.entries[f"child:{child.id}"]
    shared.sim.reset_counts()
    account = shared.do(lambda: portal.get_fresh_synergia_account(child.login))
    assert shared.count("fresh") == 1
    entry = store.document.entries[f"child:{child.id}"]
    assert entry.payload == account.access_token != before.payload
    assert entry.revision > before.revision
    # The other session's token died with it; it takes this one, and so does the next run.
    shared.sim.reset_counts()
    assert shared.do(other) is not None
    shared.again()
    assert shared.do(shared.client().grades.list) is not None
    assert shared.count("fresh") == 0


def test_a_session_goes_on_with_the_token_it_asked_the_portal_for(shared: World, store: MemoryStore) -> None:
    two_readers(shared)
    child = shared.sim.children[0]
    client = shared.client()
    shared.do(lambda: shared.session.portal.get_fresh_synergia_account(child.login))
    mark = shared.slot().peek().grant
    assert mark is not None
    assert mark.minted.mark == store.document.mark(f"child:{child.id}")
    shared.sim.reset_counts()
    assert shared.do(client.grades.list) is not None
    assert (shared.count("Grades"), shared.count("fresh")) == (1, 0)


def test_who_joins_another_process_when_asking_the_portal_has_its_token(
    in_real_time: World, store: MemoryStore
) -> None:
    world, child = in_real_time, in_real_time.sim.children[0]
    world.again()
    first, second = world.session.portal, world.new_session().portal
    world.do(second.get_synergia_accounts)
    world.sim.reset_counts()
    gate = world.sim.hold("fresh", at="response")
    one = world.start(lambda: first.get_fresh_synergia_account(child.login))
    gate.wait_arrived()
    asked = store.asked
    other = world.start(lambda: second.get_fresh_synergia_account(child.id))
    store.until_loaded(store.place.loads + 2)
    assert store.asked > asked
    gate.release()
    assert one.result().access_token == other.result().access_token
    assert world.count("fresh") == 1
    (row,) = (each for each in world.do(second.get_synergia_accounts).accounts if each.id == child.id)
    assert row.access_token == one.result().access_token


def test_a_hook_may_ask_for_a_token_when_one_was_kept(shared: World) -> None:
    """What is told is told when nobody waits for the store any more. With asyncio no hook can wait."""
    child, heard = shared.sim.children[0], list[str]()
    asks = shared.driver.name == "threads"

    def hook(event: Event) -> None:
        heard.append(event.name)
        if asks and event.name == "store.saved" and heard.count("store.saved") == 1:
            shared.session.refresh_bearer_token(child.id)

    shared.again(on_event=hook)
    portal = shared.session.portal
    assert shared.do(lambda: portal.get_fresh_synergia_account(child.login)).id == child.id
    assert shared.do(shared.client().grades.list)
    assert "store.saved" in heard


def test_a_token_that_could_not_be_kept_is_newer_than_what_is(shared: World, store: MemoryStore) -> None:
    other, read = two_readers(shared)
    shared.sim.expire_child_tokens()
    shared.do(other)  # what is kept now, this session has never held
    store.fails.add("save")
    with pytest.warns(LibrusStoreWarning):
        shared.do(lambda: shared.session.portal.get_fresh_synergia_account(shared.sim.children[0].login))
    store.fails.clear()
    shared.sim.expire_child_tokens()
    shared.sim.reset_counts()
    assert shared.do(read) is not None
    assert (shared.count("Grades"), shared.count("fresh")) == (2, 1)


# --- a refused password, and somebody who signs in elsewhere ----------------------------------------------


@dataclass(frozen=True)
class Latched:
    """An account by one way of signing in, as two processes: the password of the first gets out of date."""

    password: str
    options: dict[str, Any]
    change: Callable[[World], None]
    end: Callable[[World], None]

    def session(self, world: World, **options: Any) -> Any:
        credentials = (
            world.sim.gateway_credentials() if self.password == "web.login" else world.sim.credentials
        )
        return world._kept(world.driver.session(credentials, world.options(**self.options, **options)))

    def read(self, world: World, session: Any) -> Callable[[], Any]:
        if self.password != "web.login":
            return partial(session.list_children, reload=True)
        read: Callable[[], Any] = world.do(session.for_child).grades.list
        return read


def _end_of_the_web_session(world: World) -> None:
    world.clock.advance(600.0)  # old enough not to be taken for one that was just made
    world.sim.end_web_session()


def _end_of_the_pair(world: World) -> None:
    world.sim.expire_portal_tokens()
    world.sim.revoke_portal_refresh_tokens()


LATCHED: Final = {
    "cookies": Latched(
        "login",
        {},
        lambda world: world.sim.change_password(),
        lambda world: world.sim.expire_portal_session(),
    ),
    "oauth": Latched(
        "login",
        {"auth": "oauth"},
        lambda world: world.sim.change_password(),
        _end_of_the_pair,
    ),
    "website": Latched(
        "web.login",
        {},
        lambda world: world.sim.change_web_password(world.sim.children[0].id),
        _end_of_the_web_session,
    ),
}


@pytest.mark.parametrize("name", LATCHED)
def test_a_latch_ends_when_another_process_has_signed_in(
    shared: World, store: MemoryStore, name: str
) -> None:
    account = LATCHED[name]
    old = account.session(shared)
    read = account.read(shared, old)
    account.change(shared)
    new = account.session(shared)
    error = shared.fails(read)
    assert isinstance(error, LibrusCredentialsError)
    shared.sim.reset_counts()
    # Until then: that failure, a look into the store, and nothing else.
    looked = store.asked
    assert isinstance(shared.fails(read), LibrusCredentialsError)
    assert not shared.sim.counts
    assert store.asked > looked
    shared.do(new.login)
    assert shared.count(account.password) == 1
    assert shared.do(read) is not None
    assert old.is_logged_in
    assert shared.count(account.password) == 1


@pytest.mark.parametrize("name", LATCHED)
def test_a_refused_password_is_not_sent_again_when_that_has_ended(shared: World, name: str) -> None:
    account = LATCHED[name]
    old = account.session(shared)
    read = account.read(shared, old)
    account.change(shared)
    new = account.session(shared)
    shared.fails(read)
    shared.do(new.login)
    shared.do(read)
    account.end(shared)
    shared.sim.reset_counts()
    error = shared.fails(read)
    assert error.code == AUTHENTICATION_FAILED
    shared.fails(read)
    assert shared.count(account.password) == 0, "that password is still the refused one"
    # It helps that somebody signs in once more; and a person may have it sent again.
    shared.do(account.read(shared, new))
    assert shared.count(account.password) == 1
    assert shared.do(read) is not None
    account.end(shared)
    shared.fails(read)
    assert shared.count(account.password) == 1
    assert isinstance(shared.fails(old.login), LibrusCredentialsError)
    assert shared.count(account.password) == 2


def test_without_a_store_a_latch_is_the_end(cold: World) -> None:
    account = LATCHED["cookies"]
    old = account.session(cold)
    account.change(cold)
    assert isinstance(cold.fails(old.list_children), LibrusCredentialsError)
    cold.do(account.session(cold).login)
    before = cold.sim.counts
    assert isinstance(cold.fails(old.list_children), LibrusCredentialsError)
    assert cold.sim.counts == before


def test_calls_on_a_latched_session_write_nothing(shared: World, store: MemoryStore) -> None:
    """So a process with the new password, which waits for its turn to renew, does not share the refusal."""
    account = LATCHED["cookies"]
    old = account.session(shared)
    read = shared.do(lambda: old.for_child(shared.sim.children[0].id)).grades.list
    account.change(shared)
    shared.sim.expire_child_tokens()
    assert isinstance(shared.fails(read), LibrusCredentialsError)
    before, saves = store.document, store.place.saves
    shared.sim.reset_counts()
    assert isinstance(shared.fails(read), LibrusCredentialsError)
    assert store.place.saves == saves
    assert store.document.mishaps == before.mishaps
    assert not shared.sim.counts


def test_a_child_is_read_again_after_another_process_has_signed_in(shared: World) -> None:
    """The child's renewal waits for the portal, which hears of it."""
    account = LATCHED["cookies"]
    old = account.session(shared)
    read = shared.do(lambda: old.for_child(shared.sim.children[0].id)).grades.list
    account.change(shared)
    shared.sim.expire_child_tokens()
    assert isinstance(shared.fails(read), LibrusCredentialsError)
    shared.do(account.session(shared).get_portal_me)  # what was kept is dead, so this signs in
    shared.sim.reset_counts()
    assert shared.do(read) is not None
    assert (shared.count("login"), shared.count("fresh")) == (0, 1)
