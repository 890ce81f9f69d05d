"""The store of a fleet, against a real Redis: who may renew, who may write, what others see of it."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import redis
import redis.asyncio

from librus_sdk import LibrusSession, Secret
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.shells import redis_store
from librus_sdk.shells.redis_store import RedisStore
from librus_sdk.shells.store import Claim, SessionStore, Shelf, StoreKey
from librus_sdk.simulator import Simulator
from tests.heart.test_processes import forked
from tests.safety.evidence import Evidence, Needles
from tests.shells.claims import claimed, keep
from tests.shells.lease_holder import KEY
from tests.shells.redis_at_hand import SAFETY, RedisAtHand

if sys.platform == "win32":
    pytest.skip("there is no Redis server for Windows", allow_module_level=True)

ROOT: Final = Path(__file__).parents[2]
PLACE: Final = f"librus:{{{KEY.owner}}}"
LEASE: Final = f"{PLACE}:lease"
FENCE: Final = f"{PLACE}:fence"
SESSION: Final = f"{PLACE}:session"
TAKEN_OVER: Final = "has gone to another process"


@pytest.fixture(scope="module")
def running() -> Iterator[RedisAtHand]:
    server = RedisAtHand()
    yield server
    server.stop()


@pytest.fixture
def server(running: RedisAtHand) -> RedisAtHand:
    """The server, with nothing in it."""
    running.client().flushall()
    return running


@pytest.fixture
def own_server() -> Iterator[Callable[..., RedisAtHand]]:
    """Starts servers that may be stopped, stalled or configured."""
    servers: list[RedisAtHand] = []

    def start(*options: str) -> RedisAtHand:
        servers.append(RedisAtHand(*options))
        return servers[-1]

    yield start
    for each in servers:
        each.stop()


def shelf_of(server: RedisAtHand, **options: Any) -> Shelf:
    store: SessionStore = RedisStore(server.url, **options)
    return store.shelf(KEY)


def text_in(shelf: Shelf) -> str | None:
    content = shelf.load()
    return None if content is None else content.reveal()


def client_of(store: RedisStore) -> Any:
    """The client a store has made for itself, and hides."""
    send: Any = store._server._send
    (cell,) = send.__closure__
    return cell.cell_contents


def hearts() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "librus-lease"]


@pytest.fixture(autouse=True)
def _no_heart_beats_on() -> Iterator[None]:
    yield
    if hearts():
        gc.collect()
    for heart in hearts():
        heart.join(SAFETY)
    assert not hearts()


def refused(claim: Claim, text: str, why: str = TAKEN_OVER) -> None:
    with pytest.raises(LibrusConfigurationError, match=why):
        claim.save(Secret(text))


class Ear:
    """Hears what happens to a key, as the server tells it."""

    def __init__(self, server: RedisAtHand, key: str) -> None:
        self._pubsub = server.client().pubsub()
        self._pubsub.subscribe(f"__keyspace@0__:{key}")
        self._heard()

    def _heard(self) -> Any:
        message = self._pubsub.get_message(timeout=SAFETY)
        assert message is not None, "nothing happened"
        return message["data"]

    def until(self, event: str) -> None:
        while self._heard() != event:
            pass


class Holder:
    """A process of its own that holds a lease."""

    def __init__(self, server: RedisAtHand, lease_s: float = 10) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.shells.lease_holder", server.url, str(lease_s)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def ask(self, line: str) -> str:
        self.tell(line)
        return self.answer()

    def signal(self, number: int) -> None:
        self.process.send_signal(number)
        if number == signal.SIGSTOP:
            os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def holder(server: RedisAtHand) -> Iterator[Callable[..., Holder]]:
    holders: list[Holder] = []

    def start(**options: Any) -> Holder:
        holders.append(Holder(server, **options))
        return holders[-1]

    yield start
    for each in holders:
        each.end()


# --- what is kept -----------------------------------------------------------------------------------------


def test_a_document_is_kept_whole(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    assert shelf.load() is None
    claim = claimed(shelf)
    claim.save(Secret('{"żółw": 1}'))
    claim.save(Secret('{"żółw": 2}'))
    claim.release()
    assert text_in(shelf_of(server)) == '{"żółw": 2}'
    assert server.client().ttl(SESSION) == -1, "it does not expire by itself"
    claim = claimed(shelf)
    claim.remove()
    claim.remove()
    assert shelf.load() is None
    claim.release()


def test_a_document_nobody_can_read_is_put_aside_and_not_lost(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    claim = claimed(shelf)
    claim.save(Secret("first"))
    places = [claim.set_aside("damaged")]
    assert shelf.load() is None
    claim.save(Secret("second"))
    places.append(claim.set_aside("damaged"))
    claim.save(Secret("third"))
    places.append(claim.set_aside("newer"))
    assert places == [f"{PLACE}:damaged-1", f"{PLACE}:damaged-2", f"{PLACE}:newer-1"]
    assert server.client().mget(places) == ["first", "second", "third"]
    with pytest.raises(LibrusConfigurationError, match="nothing in the store to put aside"):
        claim.set_aside("damaged")
    claim.release()


@pytest.mark.parametrize("decoding", [False, True])
def test_what_is_no_text_is_no_json_either(server: RedisAtHand, decoding: bool) -> None:
    client = redis.Redis(unix_socket_path=str(server.socket), decode_responses=decoding)
    client.set(SESSION, b'{"a": "\xff"}')
    assert text_in(RedisStore(client).shelf(KEY)) == '{"a": "\\xff"}'


def test_each_account_has_its_place_and_a_name_is_a_place_too(server: RedisAtHand) -> None:
    other = StoreKey.of("school", Secret("1234567u"), ("https://portal.example",), usual_hosts=False)
    nobody = StoreKey.of("family", None, ("https://portal.example",), usual_hosts=False)
    usual = StoreKey.of("family", None, (), usual_hosts=True)
    store, named = RedisStore(server.url), RedisStore(server.url, name="family", prefix="bot:")
    places = [store.shelf(KEY), store.shelf(other), named.shelf(KEY)]
    claims = [claimed(place) for place in places]
    for number, claim in enumerate(claims):
        claim.save(Secret(str(number)))
    assert [text_in(place) for place in places] == ["0", "1", "2"]
    assert text_in(named.shelf(nobody)) == "2"
    kept = set(server.client().scan_iter("*:session"))
    assert kept == {
        SESSION,
        f"librus:{{{other.owner}}}:session",
        f"bot:{{family-{KEY.hosts[:8]}}}:session",
    }
    keep(named.shelf(usual), Secret("at Librus itself"))
    assert server.client().get("bot:{family}:session") == "at Librus itself"
    with pytest.raises(LibrusConfigurationError, match="without credentials"):
        store.shelf(nobody)
    for claim in claims:
        claim.release()


# --- who may renew ----------------------------------------------------------------------------------------


def test_one_of_many_threads_gets_the_lease(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    start = threading.Barrier(8)
    claims: list[Claim | None] = []

    def run() -> None:
        start.wait(SAFETY)
        claims.append(shelf.claim())

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SAFETY)
    (held,) = [claim for claim in claims if claim is not None]
    assert shelf_of(server).claim() is None
    held.release()
    held.release()
    claimed(shelf).release()


def test_one_of_several_processes_gets_the_lease(server: RedisAtHand, holder: Callable[..., Holder]) -> None:
    one, other = holder(), holder()
    shelf = shelf_of(server)
    assert (one.ask("claim"), other.ask("claim"), shelf.claim()) == ("held", "not held", None)
    assert one.ask("release") == "release"
    assert other.ask("claim") == "held"
    assert other.ask("release") == "release"
    claimed(shelf).release()


def test_a_second_release_takes_nothing_from_the_next_holder(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    first = claimed(shelf)
    first.release()
    second = claimed(shelf)
    first.release()
    assert shelf.claim() is None
    with pytest.raises(LibrusConfigurationError, match="given back"):
        first.save(Secret("late"))
    second.save(Secret("in time"))
    second.release()
    assert text_in(shelf) == "in time"


def test_an_answer_that_got_lost_is_asked_for_again(server: RedisAtHand) -> None:
    """The lease was taken, the connection broke: the same holder, asking again, is told that it holds it."""
    client: Any = redis.Redis(unix_socket_path=str(server.socket))

    class Forgetful(redis.Redis):
        def execute_command(self, *words: Any, **options: Any) -> Any:
            client.execute_command(*words, **options)
            return client.execute_command(*words, **options)

    shelf = RedisStore(Forgetful()).shelf(KEY)
    server.client().hset(FENCE, "number", 5 * 10**15)  # more than the time is
    claim = claimed(shelf)
    assert server.client().hget(FENCE, "number") == str(5 * 10**15 + 1)
    claim.save(Secret("kept"))
    assert text_in(shelf) == "kept"
    claim.release()
    claimed(shelf).release()


# --- who may write ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("released", [False, True])
def test_who_was_stopped_does_not_write_over_the_successor(
    server: RedisAtHand, holder: Callable[..., Holder], released: bool
) -> None:
    late = holder()
    assert late.ask("claim") == "held"
    late.signal(signal.SIGSTOP)
    server.client().delete(LEASE)  # as if it had lapsed
    shelf = shelf_of(server)
    successor = claimed(shelf)
    successor.save(Secret("newer"))
    if released:
        successor.release()
    late.tell("save older")
    late.signal(signal.SIGCONT)
    assert TAKEN_OVER in late.answer()
    assert text_in(shelf) == "newer"
    assert TAKEN_OVER in late.ask("save older")
    late.ask("release")
    assert (server.client().exists(LEASE), text_in(shelf)) == (0 if released else 1, "newer")
    successor.release()


def test_a_late_holder_changes_nothing_at_all(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    late = claimed(shelf)
    server.client().delete(LEASE)
    successor = claimed(shelf)
    successor.save(Secret("newer"))
    changes: list[Callable[[], object]] = [
        lambda: late.save(Secret("older")),
        late.remove,
        lambda: late.set_aside("damaged"),
    ]
    for change in changes:
        with pytest.raises(LibrusConfigurationError, match=TAKEN_OVER):
            change()
    late.release()
    assert text_in(shelf) == "newer"
    assert shelf.claim() is None
    successor.release()


def test_a_lease_that_lapsed_without_a_successor_still_writes(server: RedisAtHand) -> None:
    """What the portal gave must not be lost while nobody else has asked for anything."""
    shelf = shelf_of(server)
    claim = claimed(shelf)
    server.client().delete(LEASE)
    claim.save(Secret("the only one"))
    assert text_in(shelf) == "the only one"
    claim.release()


def test_who_was_killed_is_succeeded_after_the_lease(
    server: RedisAtHand, holder: Callable[..., Holder]
) -> None:
    ear = Ear(server, LEASE)
    dead = holder(lease_s=2)
    assert dead.ask("claim") == "held"
    shelf = shelf_of(server)
    assert shelf.claim() is None
    dead.signal(signal.SIGKILL)
    ear.until("expired")
    keep(shelf, Secret("taken over"))


# --- a server that has forgotten ---------------------------------------------------------------------------


def test_what_a_restart_without_a_disk_has_forgotten_is_told_again(
    own_server: Callable[..., RedisAtHand],
) -> None:
    server = own_server()
    shelf = shelf_of(server)
    claim = claimed(shelf)
    claim.save(Secret("before"))
    server.restart()
    assert text_in(shelf) is None
    claim.save(Secret("the only one"))
    assert (text_in(shelf), shelf.claim()) == ("the only one", None), "the lease is held again"
    assert 0 < server.client().pttl(LEASE) <= 10_000
    claim.release()
    keep(shelf, Secret("of the next"))
    assert text_in(shelf) == "of the next"


def test_the_heart_takes_a_forgotten_lease_again(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    claim: Any = claimed(shelf)
    server.client().flushall()
    assert claim.extend()
    assert shelf.claim() is None
    claim.remove()
    claim.release()
    assert server.client().exists(LEASE, SESSION) == 0


def test_a_lease_given_back_to_a_server_that_forgot_leaves_nothing(server: RedisAtHand) -> None:
    claim = claimed(shelf_of(server))
    server.client().flushall()
    claim.release()
    assert server.client().keys() == []


def test_who_comes_after_the_forgetting_is_not_written_over(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    forgotten = claimed(shelf)
    server.client().flushall()
    successor = claimed(shelf)
    refused(forgotten, "older")
    successor.save(Secret("newer"))
    successor.release()
    refused(forgotten, "older")
    assert text_in(shelf) == "newer"


@pytest.mark.parametrize("released", [False, True])
def test_who_was_overtaken_before_the_forgetting_is_not_the_newest_after_it(
    server: RedisAtHand, released: bool
) -> None:
    shelf = shelf_of(server)
    late = claimed(shelf)
    server.client().delete(LEASE)  # as if it had lapsed
    successor = claimed(shelf)
    server.client().flushall()
    late.save(Secret("older"))  # nobody can tell yet
    if released:
        late.release()
    successor.save(Secret("newer"))
    refused(late, "older", "given back" if released else TAKEN_OVER)
    assert text_in(shelf) == "newer"
    assert shelf.claim() is None
    successor.release()


def test_who_knows_to_be_overtaken_does_not_try_its_luck_after_the_forgetting(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    late = claimed(shelf)
    server.client().delete(LEASE)
    keep(shelf, Secret("newer"))
    refused(late, "older")
    server.client().flushall()
    refused(late, "older")
    assert text_in(shelf) is None


def test_a_server_that_went_back_in_time(server: RedisAtHand) -> None:
    """A snapshot, or a replica that lagged: it knows what was kept before, and nothing of the claim."""
    shelf = shelf_of(server)
    keep(shelf, Secret("yesterday's"))
    client: Any = redis.Redis(unix_socket_path=str(server.socket))
    snapshot = {key: client.dump(key) for key in (FENCE, SESSION)}

    def back() -> None:
        client.flushall()
        for key, content in snapshot.items():
            client.restore(key, 0, content)

    keep(shelf, Secret("this morning's"))
    claim = claimed(shelf)
    back()
    claim.save(Secret("today's"))
    assert text_in(shelf) == "today's"
    back()
    keep(shelf, Secret("newer"))
    refused(claim, "today's")
    assert text_in(shelf) == "newer"


def test_numbers_dropped_for_want_of_memory_say_nothing_of_who_is_the_newest(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    first = claimed(shelf)
    first.save(Secret("kept"))
    server.client().delete(FENCE)
    refused(first, "older")
    assert text_in(shelf) == "kept"
    server.client().flushall()
    first = claimed(shelf)
    server.client().delete(LEASE)
    second = claimed(shelf)
    server.client().delete(FENCE)
    refused(first, "older")
    second.save(Secret("newer"))
    assert text_in(shelf) == "newer"
    second.release()


def test_tokens_renewed_while_the_server_forgot_are_there_for_the_next_run(server: RedisAtHand) -> None:
    def session(sim: Simulator, *who: Any) -> LibrusSession:
        store = RedisStore(server.url, name="family")
        return LibrusSession(*who, hosts=sim.hosts, auth="oauth", store=store)

    with Simulator(children=1) as sim:
        with session(sim, sim.credentials) as first:
            first.get_portal_me()
            sim.expire_portal_tokens()
            gate = sim.hold("oauth.token", at="response")
            renewing = threading.Thread(target=first.get_portal_me)
            renewing.start()
            gate.wait_arrived()
            server.client().flushall()
            gate.release()
            renewing.join(SAFETY)
        sim.reset_counts()
        with session(sim) as second:
            assert second.get_portal_me().email == sim.credentials.email.reveal()
        assert sim.counts == {"me": 1}


# --- the heart beats --------------------------------------------------------------------------------------


def test_a_slow_holder_keeps_the_lease(server: RedisAtHand) -> None:
    ear = Ear(server, LEASE)
    shelf = shelf_of(server, lease_s=2)
    claim = claimed(shelf)
    (heart,) = hearts()
    for _ in range(5):  # the claim, and more than a lease's time
        ear.until("set")
    assert shelf.claim() is None
    assert 0 < server.client().pttl(LEASE) <= 2000
    claim.save(Secret("slowly"))
    claim.release()
    ear.until("del")
    heart.join(SAFETY)
    assert not hearts()


def test_a_lease_that_lapsed_is_taken_again_unless_somebody_else_did(server: RedisAtHand) -> None:
    ear = Ear(server, LEASE)
    shelf = shelf_of(server, lease_s=1)
    claim = claimed(shelf)
    (heart,) = hearts()
    ear.until("set")
    server.client().delete(LEASE)
    ear.until("set")
    successor = None
    while successor is None:  # the heart may beat in between
        server.client().delete(LEASE)
        successor = shelf_of(server).claim()
    heart.join(SAFETY)
    assert not heart.is_alive()
    claim.release()
    assert shelf.claim() is None
    successor.release()


def test_a_claim_that_was_dropped_lapses(server: RedisAtHand) -> None:
    ear = Ear(server, LEASE)
    shelf = shelf_of(server, lease_s=1)
    claim = claimed(shelf)
    (heart,) = hearts()
    ear.until("set")
    ear.until("set")
    del claim
    gc.collect()
    heart.join(SAFETY)
    assert not heart.is_alive()
    ear.until("expired")
    claimed(shelf).release()


def test_a_holder_that_never_ends_loses_the_lease(
    server: RedisAtHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_store, "_MOST_BEATS", 1)
    ear = Ear(server, LEASE)
    shelf = shelf_of(server, lease_s=1)
    claim = claimed(shelf)
    ear.until("expired")
    claimed(shelf).release()
    claim.release()


def test_a_lease_does_without_a_thread(server: RedisAtHand, monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be no more of them, or the program is ending."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        claim = claimed(shelf_of(server))
    assert not hearts()
    claim.save(Secret("kept"))
    claim.release()


# --- after a fork -----------------------------------------------------------------------------------------


def test_a_forked_child_leaves_the_lease_alone(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    claim = claimed(shelf)
    claim.save(Secret("of the parent"))

    def child() -> Any:
        try:
            claim.save(Secret("of the child"))
        except LibrusConfigurationError as error:
            refused = "given back" in error.message
        else:
            refused = False
        claim.release()
        return [refused, len(hearts()), text_in(shelf), shelf.claim() is None]

    assert forked(child)() == [True, 0, "of the parent", True]
    assert shelf.claim() is None
    claim.save(Secret("of the parent still"))
    claim.release()

    def second_child() -> Any:
        keep(shelf, Secret("of the child"))
        return text_in(shelf)

    assert forked(second_child)() == text_in(shelf) == "of the child"


def test_what_a_fork_leaves_behind(server: RedisAtHand) -> None:
    """What the hook of a forked process does, seen from within."""
    store = RedisStore(server.url, lease_s=1)
    claim = claimed(store.shelf(KEY))
    send = store._server._send
    store._server.after_fork()
    claim.after_fork()
    assert store._server._send is not send
    claim.release()
    assert store.shelf(KEY).claim() is None, "the parent holds it"
    client = redis.Redis(unix_socket_path=str(server.socket))
    given = RedisStore(client)
    given._server.after_fork()
    assert given.shelf(KEY).load() is None


def test_a_fork_while_another_thread_talks_to_the_server(server: RedisAtHand) -> None:
    """The lock of the connections is held for ever in the child; it must not need it."""
    store = RedisStore(server.url)
    shelf = store.shelf(KEY)
    assert shelf.load() is None
    lock = client_of(store).connection_pool._lock
    held, forked_by_now = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            forked_by_now.wait(SAFETY)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(SAFETY)

    def child() -> bool:
        signal.alarm(int(SAFETY))  # rather end than hang
        return shelf.load() is None

    outcome = forked(child)
    forked_by_now.set()
    assert outcome() is True
    thread.join(SAFETY)


# --- when the server does not do it -----------------------------------------------------------------------

CONTENT: Final = "a-token-nobody-may-see"
PASSWORD: Final = "a-password-nobody-may-see"


def shows_nothing(problem: Callable[[], object], *things: object) -> LibrusConfigurationError:
    """The error this ends in, after a search of it, of what was logged, and of the things, for secrets."""
    evidence = Evidence()
    with evidence.listening(), pytest.raises(LibrusConfigurationError) as caught:
        problem()
    evidence.take_error(caught.value)
    for thing in things:
        evidence.take_object(thing)
    assert not evidence.leaks(Needles([CONTENT, PASSWORD]))
    return caught.value


def test_a_server_that_is_gone(own_server: Callable[..., RedisAtHand]) -> None:
    server = own_server()
    store = RedisStore(server.url)
    shelf = store.shelf(KEY)
    claim: Any = claimed(shelf)
    server.stop()
    for problem in (lambda: claim.save(Secret(CONTENT)), shelf.load, shelf.claim):
        error = shows_nothing(problem, store, shelf, claim)
        assert error.message.startswith("The Redis server of the store cannot be reached (")
        assert error.reason == "unreachable"
    assert claim.extend(), "the server may come back"
    claim.release()  # without waiting for the server once more: the lease lapses
    claim.release()


def test_a_lease_of_a_server_that_is_gone(own_server: Callable[..., RedisAtHand]) -> None:
    server = own_server()
    claim = claimed(RedisStore(server.url).shelf(KEY))
    server.stop()
    with pytest.raises(LibrusConfigurationError, match="cannot be reached"):
        claim.release()


def test_a_server_that_does_not_answer(own_server: Callable[..., RedisAtHand]) -> None:
    server = own_server()
    number = server.client().info("server")["process_id"]
    store = RedisStore(f"{server.tcp_url}?socket_timeout=0.05")
    claim = claimed(store.shelf(KEY))
    os.kill(number, signal.SIGSTOP)
    try:
        error = shows_nothing(lambda: claim.save(Secret(CONTENT)), store, claim)
    finally:
        os.kill(number, signal.SIGCONT)
    assert "cannot be reached (Timeout" in error.message
    assert error.reason == "timeout"
    claim.save(Secret(CONTENT))
    claim.release()
    client_of(store).close()  # its socket is in a cycle with the error above, and would be found open


def test_the_limits_of_a_url_are_short(server: RedisAtHand) -> None:
    limits = client_of(RedisStore(server.url)).connection_pool.connection_kwargs
    assert (limits["socket_timeout"], limits["socket_connect_timeout"]) == (1.5, 1.5)
    assert limits["retry"].get_retries() == 1


def test_a_connection_that_died_unnoticed_is_made_anew(server: RedisAtHand) -> None:
    shelf = shelf_of(server)
    claim = claimed(shelf)
    server.client().client_kill_filter(_type="normal", skipme=True)
    claim.save(Secret("kept"))
    claim.release()
    assert text_in(shelf) == "kept"


@pytest.mark.parametrize(
    "url", ["redis://:{wrong}@", "redis://nobody:{wrong}@", "redis://", "unix://?password={wrong}"]
)
def test_a_password_that_is_refused(own_server: Callable[..., RedisAtHand], url: str) -> None:
    server = own_server("--requirepass", "another")
    scheme, _, rest = url.format(wrong=PASSWORD).partition("//")
    where = f"{server.socket}{rest}" if scheme == "unix:" else f"{rest}127.0.0.1:{server.port}"
    store = RedisStore(f"{scheme}//{where}")
    shelf = store.shelf(KEY)
    error = shows_nothing(shelf.load, store, shelf)
    assert "does not accept the store's user or password" in error.message
    assert error.reason == "not_permitted"


def test_a_user_who_may_not(own_server: Callable[..., RedisAtHand]) -> None:
    server = own_server()
    server.client().execute_command("ACL", "SETUSER", "reader", "on", f">{PASSWORD}", "~*", "+get")
    store = RedisStore(f"redis://reader:{PASSWORD}@127.0.0.1:{server.port}")
    assert "needs EVAL" in shows_nothing(store.shelf(KEY).load, store).message


def test_a_user_who_may_do_what_the_page_says(own_server: Callable[..., RedisAtHand]) -> None:
    server = own_server()
    page = " ".join((ROOT / "docs" / "fleets.md").read_text("utf-8").split())
    rights = page.partition("`ACL SETUSER librus on >... ")[2].partition("`")[0].split()
    server.client().execute_command("ACL", "SETUSER", "librus", "on", f">{PASSWORD}", *rights)
    shelf = RedisStore(f"redis://librus:{PASSWORD}@127.0.0.1:{server.port}").shelf(KEY)
    claim: Any = claimed(shelf)
    claim.save(Secret("first"))
    assert claim.set_aside("damaged") == f"{PLACE}:damaged-1"
    claim.save(Secret("second"))
    assert (claim.extend(), text_in(shelf)) == (True, "second")
    claim.remove()
    claim.release()
    assert shelf.load() is None
    claimed(shelf).release()


def test_a_server_without_room(own_server: Callable[..., RedisAtHand]) -> None:
    server = own_server()
    store = RedisStore(Secret(server.url))
    claim = claimed(store.shelf(KEY))
    server.client().config_set("maxmemory", "1")
    error = shows_nothing(lambda: claim.save(Secret(CONTENT)), store, claim)
    assert error.message.startswith("The Redis server did not do what the store asked (")
    assert error.reason == "no_space"
    server.client().config_set("maxmemory", "0")
    claim.release()


def test_something_else_under_the_key(server: RedisAtHand) -> None:
    server.client().rpush(SESSION, CONTENT)
    error = shows_nothing(shelf_of(server).load)
    assert "did not do what the store asked" in error.message
    assert error.reason == "failed"


# --- what it is made of -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        f"redis://:{PASSWORD}@redis.example:6379/0",
        f"redis://:{PASSWORD}@10.0.0.7",
        f"redis://?password={PASSWORD}&host=redis.example",
    ],
)
def test_nothing_travels_in_the_clear_unless_asked_for(url: str) -> None:
    error = shows_nothing(lambda: RedisStore(url))
    assert "in the clear" in error.message
    assert repr(RedisStore(url, allow_plaintext=True)) == "<RedisStore>"
    evidence = Evidence()
    evidence.take_object(RedisStore(url, allow_plaintext=True))
    assert not evidence.leaks(Needles([PASSWORD]))


@pytest.mark.parametrize(
    "url",
    [
        f"rediss://:{PASSWORD}@redis.example:6380/1?ssl_ca_certs=/etc/ca.pem",
        "redis://localhost",
        "redis://[::1]:7000",
        "redis://",
        "unix:///run/redis.sock?db=2",
    ],
)
def test_urls_that_will_do(url: str) -> None:
    RedisStore(url).shelf(KEY)


@pytest.mark.parametrize(
    "url",
    [
        "",
        f"http://{PASSWORD}@redis.example",
        f"redis://:{PASSWORD}@host:port",
        f"redis://?db={PASSWORD}",
        f"rediss://host?password={PASSWORD}&surprise=1",
        f"redis://host?password={PASSWORD}&connection_class=str",
    ],
)
def test_urls_that_will_not(url: str) -> None:
    assert "no Redis URL" in shows_nothing(lambda: RedisStore(url)).message


def test_clients_that_will_not() -> None:
    for client in (redis.asyncio.Redis(), object(), None, 7):
        with pytest.raises(LibrusConfigurationError, match="synchronous"):
            RedisStore(client)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"name": ""}, "name must be"),
        ({"name": "a}b"}, "name must be"),
        ({"name": "x" * 65}, "name must be"),
        ({"name": 7}, "name must be"),
        ({"prefix": "{a}"}, "prefix"),
        ({"prefix": "a\nb"}, "prefix"),
        ({"prefix": None}, "prefix"),
        ({"lease_s": 0.5}, "lease_s"),
        ({"lease_s": float("nan")}, "lease_s"),
        ({"lease_s": True}, "lease_s"),
        ({"lease_s": "10"}, "lease_s"),
    ],
)
def test_options_that_will_not(options: dict[str, Any], says: str) -> None:
    with pytest.raises(LibrusConfigurationError, match=says):
        RedisStore("redis://", **options)


def test_a_store_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(RedisStore("redis://"))


@pytest.mark.parametrize("thing", ["redis://", object()])
def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, thing: Any) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(LibrusConfigurationError, match=r'pip install "librus-sdk\[redis\]"'):
        RedisStore(thing)


def test_a_cluster_keeps_an_account_in_one_place(own_server: Callable[..., RedisAtHand]) -> None:
    """A server of a cluster refuses a script whose keys are not together, even if it has them all."""
    server = own_server("--cluster-enabled", "yes")
    client = server.client()
    client.execute_command("CLUSTER", "ADDSLOTS", *range(16384))
    # For its first two seconds it says no to everybody. WAIT waits, in vain, for a replica.
    while "cluster_state:ok" not in str(client.execute_command("CLUSTER", "INFO", NEVER_DECODE=True)):
        client.execute_command("WAIT", 1, 100)
    cluster = redis.RedisCluster(host="127.0.0.1", port=server.port)
    shelf = RedisStore(cluster, prefix="bot:").shelf(KEY)
    claim = claimed(shelf)
    assert shelf.claim() is None
    claim.save(Secret("first"))
    assert claim.set_aside("foreign").endswith(":foreign-1")
    claim.save(Secret("second"))
    assert text_in(shelf) == "second"
    claim.remove()
    claim.release()
    claimed(shelf).release()
    cluster.close()


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"allow_plaintext": "no"}, "allow_plaintext must be True or False"),
        ({"lease_s": 1e300}, "lease_s must be seconds, from 1 to 3600"),
    ],
)
def test_options_that_make_no_sense_are_refused(odd: dict[str, Any], said: str) -> None:
    options: dict[str, Any] = {"allow_plaintext": True, **odd}
    with pytest.raises(LibrusConfigurationError, match=said):
        RedisStore("redis://elsewhere", **options)
