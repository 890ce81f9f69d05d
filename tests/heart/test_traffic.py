"""Polite traffic: a rate that queues, a pause for the whole session, a rest for a part under maintenance."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

import pytest

from librus_sdk.errors import (
    NETWORK_TIMEOUT,
    RATE_LIMITED,
    SERVICE_MAINTENANCE,
    SESSION_CLOSED,
    LibrusSdkError,
    LibrusTimeoutError,
)
from librus_sdk.events import Event
from librus_sdk.settings import RetryPolicy
from tests.heart.drivers import ManualClock, World
from tests.heart.letters import Letters

PATHS: Final = ("Grades", "Attendances", "HomeWorks", "Notes", "LuckyNumbers", "Me", "Subjects", "Users")
ONCE: Final = RetryPolicy.off()


class Interrupted(ManualClock):
    """Something happens while somebody sleeps, once."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], Any] | None = None

    def _now(self) -> Any:
        meanwhile, self.meanwhile = self.meanwhile, None
        return None if meanwhile is None else meanwhile()

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._now()

    async def sleep_async(self, seconds: float) -> None:
        super().sleep(seconds)
        happened = self._now()
        if inspect.isawaitable(happened):
            await happened


def ready(world: World, **options: Any) -> Any:
    """A client of a session that has signed in some time ago; nothing is counted, nobody has slept yet."""
    world.again(**options)
    client = world.client()
    world.do(client.me.get)
    world.clock.advance(600)
    world.clock.slept.clear()
    world.sim.reset_counts()
    return client


def reading(client: Any, path: str) -> Callable[[], Any]:
    return partial(client.get, path)


def named(events: list[Event], prefix: str) -> list[tuple[str, dict[str, object]]]:
    return [(event.name, dict(event.fields)) for event in events if event.name.startswith(prefix)]


def until_in_line(world: World, count: int) -> None:
    """Wait until so many requests stand in line for a place."""
    shell: Any = world.session._shell
    places = shell._places if world.driver.name == "threads" else next(iter(shell._homes.values())).places
    world.watched.until(lambda: len(places._replays) + len(places._first) == count)


@pytest.fixture
def telling_places(watched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from librus_sdk.shells.places import Places

    monkeypatch.setattr(Places, "ask", watched._telling(Places.ask))
    monkeypatch.setattr(Places, "leave", watched._telling(Places.leave))


# --- the rate ----------------------------------------------------------------------------------------------


def test_requests_beyond_the_burst_wait_and_are_not_refused(world: World) -> None:
    events: list[Event] = []
    client = ready(world, max_requests_per_second=10, request_burst=2, on_event=events.append)
    events.clear()
    for path in PATHS[:5]:
        assert world.do(reading(client, path))
    assert world.clock.slept == pytest.approx([0.1] * 3)
    waits = named(events, "traffic.")
    assert [name for name, _ in waits] == ["traffic.waited"] * 3
    assert waits[0][1] == {
        "endpoint": f"{world.sim.hosts.api}/HomeWorks",
        "reason": "rate",
        "waited_ms": 100,
    }


def test_a_crowd_is_served_at_the_rate(world: World) -> None:
    client = ready(world, max_requests_per_second=10, request_burst=1, max_concurrency=4)
    callers = [world.start(reading(client, path)) for path in PATHS]
    assert all(caller.result() for caller in callers)
    assert len(world.clock.slept) == len(PATHS) - 1
    assert world.sim.counts.total() == len(PATHS)


def test_without_a_limit_nobody_waits(world: World) -> None:
    client = ready(world, max_requests_per_second=None, request_burst=1)
    for _ in range(30):
        assert world.do(client.lucky_number.get)
    assert world.clock.slept == []


def test_a_snapshot_does_not_wait(cold: World) -> None:
    children = cold.do(cold.session.list_children)
    for child in children:
        client = cold.do(partial(cold.session.for_child, child))
        assert cold.do(client.snapshot)
    assert cold.sim.counts.total() > 20
    assert cold.clock.slept == [], "the burst is meant for this"


def test_a_renewal_is_counted_and_does_not_wait(world: World) -> None:
    client = ready(world, max_requests_per_second=1, request_burst=3)
    world.sim.expire_child_tokens()
    world.sim.expire_portal_session()
    assert world.do(client.grades.list)
    assert (world.count("login"), world.count("fresh")) == (1, 2)
    # The 401 and the replay are reads; the renewal between them has used up what was left, and more.
    renewal = world.sim.counts.total() - 2
    assert renewal >= 4
    assert world.clock.slept == pytest.approx([renewal + 2 - 3])


def test_the_password_is_sent_at_once_however_many_reads_went_out(world: World) -> None:
    client = ready(world, max_requests_per_second=0.01, request_burst=1)
    assert world.do(client.lucky_number.get)
    world.do(lambda: world.session.refresh_bearer_token(world.sim.children[0].id))
    world.sim.expire_portal_session()
    world.do(lambda: world.session.refresh_bearer_token(world.sim.children[0].id))
    assert world.count("login") == 1
    assert world.clock.slept == []


def test_what_a_person_reads_at_the_portal_is_a_read_like_others(world: World) -> None:
    ready(world, max_requests_per_second=10, request_burst=1)
    for _ in range(3):
        assert world.do(world.session.get_portal_me)
    assert world.clock.slept == pytest.approx([0.1, 0.1])


def test_a_crowd_that_waits_for_a_token_is_counted_once(world: World) -> None:
    client = ready(world, max_requests_per_second=1, request_burst=20, max_concurrency=8)
    world.sim.expire_child_tokens()
    fresh = world.sim.hold("fresh")
    first = world.start(reading(client, "Grades"))
    fresh.wait_arrived()
    others = [world.start(reading(client, path)) for path in PATHS[1:]]
    world.until_waiting(len(PATHS))
    fresh.release()
    assert all(caller.result() for caller in (first, *others))
    assert world.sim.counts.total() == len(PATHS) + 2
    assert world.clock.slept == []


# --- the pause ---------------------------------------------------------------------------------------------


def test_a_demand_for_fewer_requests_pauses_the_session_and_no_other(world: World) -> None:
    events: list[Event] = []
    other = ready(world)
    client = ready(world, retry=ONCE, on_event=events.append)
    world.sim.fail("Grades", status=429, retry_after=7)
    error = world.fails(client.grades.list)
    assert (error.code, error.retry_after_s) == (RATE_LIMITED, 7)
    assert world.do(other.lucky_number.get)
    assert world.clock.slept == [], "another session of the same account"
    assert world.do(client.lucky_number.get)
    assert world.clock.slept == [7.0]
    assert world.statuses("LuckyNumbers") == [200, 200]
    api = world.sim.hosts.api
    assert named(events, "traffic.") == [
        ("traffic.throttled", {"endpoint": f"{api}/Grades", "pause_ms": 7000}),
        (
            "traffic.waited",
            {"endpoint": f"{api}/LuckyNumbers", "reason": "throttle", "waited_ms": 7000},
        ),
    ]


@pytest.mark.usefixtures("telling_places")
def test_what_stands_in_line_waits_instead_of_meeting_a_429_of_its_own(world: World) -> None:
    client = ready(world, retry=ONCE, max_concurrency=1)
    world.sim.fail("Grades", status=429, retry_after=5)
    gate = world.sim.hold("Grades", at="response")
    first = world.start(client.grades.list)
    gate.wait_arrived()
    others = []
    for place, path in enumerate(PATHS[1:], 1):
        others.append(world.start(reading(client, path)))
        until_in_line(world, place)
    gate.release()
    assert first.error().code == RATE_LIMITED
    assert all(caller.result() for caller in others)
    # One pause for all of them, then no burst. They left in the order in which they came.
    assert world.clock.slept == pytest.approx([5.0, *[0.1] * (len(others) - 1)])
    assert [record.endpoint for record in world.sim.requests] == list(PATHS)


def test_a_read_that_is_tried_again_waits_once(world: World) -> None:
    client = ready(world)
    world.sim.fail("Grades", status=429, retry_after=7)
    world.sim.fail("Grades", status=503, retry_after=3)
    assert world.do(client.grades.list)
    assert world.clock.slept == [7.0, 3.0]
    assert world.statuses("Grades") == [429, 503, 200]


def test_without_a_time_the_pause_is_brief(world: World) -> None:
    client = ready(world, retry=ONCE)
    world.sim.fail("Grades", status=429, times=2)
    for _ in range(2):
        assert world.fails(client.grades.list).code == RATE_LIMITED
    assert world.do(client.lucky_number.get)
    assert world.clock.slept == [1.0, 2.0], "longer while it goes on"
    world.sim.fail("Grades", status=429)
    world.fails(client.grades.list)
    assert world.do(client.lucky_number.get)
    assert world.clock.slept == pytest.approx([1.0, 2.0, 0.1, 1.0])


def test_a_pause_longer_than_anybody_waits_is_told_at_once(world: World) -> None:
    client = ready(world)
    world.sim.fail("Grades", status=429, retry_after=90)
    assert world.fails(client.grades.list).retry_after_s == 90
    world.clock.advance(30)
    before = world.sim.counts
    error = world.fails(client.lucky_number.get)
    assert (error.code, error.retry_after_s) == (RATE_LIMITED, 60)
    assert error.details["endpoint"] == f"{world.sim.hosts.api}/LuckyNumbers"
    until = datetime.fromisoformat(error.details["until"])
    assert until.timestamp() == world.clock.wall() + 60
    assert f"after {until:%H:}" in error.message
    assert (world.sim.counts, world.clock.slept) == (before, [])
    world.clock.advance(30)
    assert world.do(client.lucky_number.get), "half a minute more is waited for"
    assert world.clock.slept == [30.0]


def test_a_pause_does_not_outlast_the_whole_call(world: World) -> None:
    client = ready(world, retry=ONCE, timeout_total_ms=5_000)
    world.sim.fail("Grades", status=429, retry_after=10)
    world.fails(client.grades.list)
    error = world.fails(client.lucky_number.get)
    assert isinstance(error, LibrusTimeoutError)
    assert (error.code, error.whole_call) == (NETWORK_TIMEOUT, True)
    assert error.details["waited_for"] == "throttle"
    assert (world.count("LuckyNumbers"), world.clock.slept) == (0, [])


def test_a_turn_that_does_not_come_in_time_is_said_to_be_the_rates(world: World) -> None:
    client = ready(world, retry=ONCE, max_requests_per_second=0.1, request_burst=1)
    hasty = world.client(timeout_total_ms=5_000)
    assert world.do(client.lucky_number.get)
    before, slept = world.sim.counts, len(world.clock.slept)
    error = world.fails(hasty.lucky_number.get)
    assert isinstance(error, LibrusTimeoutError)
    assert (error.whole_call, error.details["waited_for"]) == (True, "rate")
    assert "(max_requests_per_second)" in error.message
    assert (world.sim.counts, len(world.clock.slept)) == (before, slept)


@pytest.mark.parametrize("status", [429, 503])
def test_what_the_portal_says_to_a_renewal_is_remembered_by_the_credential_only(
    world: World, status: int
) -> None:
    client = ready(world)
    world.sim.expire_child_tokens(world.sim.children[0].id)
    world.sim.fail("fresh", status=status, retry_after=40, times=None)
    assert world.fails(client.grades.list).retry_after_s == 40
    sibling = world.client(1)
    assert world.do(sibling.grades.list)
    assert 40 not in world.clock.slept


@pytest.mark.parametrize("kind", ["family", "school"])
def test_a_letter_waits_like_everything_else_and_is_sent_once(world: World, kind: str) -> None:
    letters = Letters(world, kind, retry=ONCE)
    world.clock.slept.clear()
    world.sim.fail("wiadomosci/inbox/messages", status=429, retry_after=12)
    assert world.fails(letters.mail.list).code == RATE_LIMITED
    assert letters.send().outcome == "accepted"
    assert (letters.asked, len(letters.sent)) == (1, 1)
    assert world.clock.slept[0] == 12.0


def test_a_letter_that_would_wait_for_long_is_not_sent(world: World) -> None:
    letters = Letters(world, retry=ONCE)
    letter = letters.prepared()
    world.sim.reset_counts()
    world.sim.fail("wiadomosci/inbox/messages", status=429, retry_after=31)
    world.fails(letters.mail.list)
    error = world.fails(letters.confirming(letter))
    assert (error.code, error.retry_after_s) == (RATE_LIMITED, 31)
    assert (letters.asked, letters.sent) == (0, [])
    world.clock.advance(31)
    assert letters.confirm(letter).outcome == "accepted"
    assert len(letters.sent) == 1


def test_a_letter_that_meets_a_429_is_not_repeated(world: World) -> None:
    letters = Letters(world)
    letter = letters.prepared()
    world.sim.reset_counts()
    world.sim.fail("wiadomosci/messages", status=429, retry_after=1, times=None)
    assert letters.confirm(letter).outcome == "unknown"
    assert letters.asked == 1


# --- broken off while waiting ------------------------------------------------------------------------------


def interrupting(world: World) -> Callable[[], object]:
    """What ends a caller where it sleeps: Ctrl-C in a thread, a cancellation of a task."""

    def ctrl_c() -> None:
        raise KeyboardInterrupt

    async def cancel() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.get_running_loop().create_future()  # nothing but the cancellation ends this

    return ctrl_c if world.driver.name == "threads" else cancel


def test_whoever_is_interrupted_while_waiting_leaves_its_place_to_others(cold: World) -> None:
    clock = cold.clock = Interrupted()
    client = ready(cold, retry=ONCE, max_concurrency=1)
    cold.sim.fail("Grades", status=429, retry_after=5)
    cold.fails(client.grades.list)
    clock.meanwhile = interrupting(cold)
    broken = cold.start(client.lucky_number.get)
    assert not isinstance(broken.problem(), Exception) or isinstance(broken.problem(), asyncio.CancelledError)
    assert cold.count("LuckyNumbers") == 0
    assert cold.do(client.lucky_number.get)


def test_whoever_waits_when_the_session_is_closed_is_told_so(cold: World) -> None:
    clock = cold.clock = Interrupted()
    client = ready(cold, retry=ONCE)
    cold.sim.fail("Grades", status=429, retry_after=5)
    cold.fails(client.grades.list)
    clock.meanwhile = cold.session.close
    assert cold.fails(client.lucky_number.get).code == SESSION_CLOSED
    assert cold.count("LuckyNumbers") == 0


def test_a_probe_without_an_answer_is_followed_by_another(world: World) -> None:
    client = ready(world, retry=ONCE)
    world.sim.fail("Grades", maintenance=True)
    world.fails(client.grades.list)
    world.clock.advance(30)
    world.sim.fail("Grades", drop="before")
    world.fails(client.grades.list)
    assert world.do(client.lucky_number.get), "no answer came, so the next one asks"


# --- the circuit -------------------------------------------------------------------------------------------


def says_until(world: World, error: LibrusSdkError, seconds: float, *, said: bool = False) -> None:
    """Check that the error says until when, to people and to programs; and whether Librus has ``said`` so."""
    assert error.code == SERVICE_MAINTENANCE
    assert error.retry_after_s == pytest.approx(seconds)
    until = datetime.fromisoformat(error.details["until"])
    assert until.timestamp() == pytest.approx(world.clock.wall() + seconds, abs=1)
    unsaid = "" if said else " and does not say for how long"
    assert error.message.startswith(
        f"Librus is under maintenance (this often happens at night){unsaid}. Try again after "
    )
    assert error.message.endswith(" (Polish time).")


def test_maintenance_rests_a_part_of_librus_until_it_says_it_is_over(world: World) -> None:
    events: list[Event] = []
    client = ready(world, on_event=events.append)
    world.sim.fail("Grades", maintenance=True)
    error = world.fails(client.grades.list)
    says_until(world, error, 30)
    assert error.details["status"] == 503
    assert world.statuses("Grades") == [503], "it is not tried again at once"
    world.clock.advance(10)
    for read in (client.grades.list, client.lucky_number.get):
        error = world.fails(read)
        says_until(world, error, 20)
        assert "status" not in error.details
    assert world.sim.counts.total() == 1, "and not asked either"
    world.clock.advance(20)

    gate = world.sim.hold("LuckyNumbers")
    probe = world.start(client.lucky_number.get)
    gate.wait_arrived()
    assert world.fails(client.grades.list).retry_after_s == 1
    gate.release()
    assert probe.result()
    assert world.do(client.grades.list)
    host = world.sim.hosts.api.removesuffix("/3.0")
    assert named(events, "traffic.") == [
        ("traffic.circuit.open", {"host": host, "rest_ms": 30_000}),
        ("traffic.circuit.closed", {"host": host}),
    ]


def test_while_it_goes_on_librus_is_asked_less_and_less(world: World) -> None:
    client = ready(world)
    world.sim.fail("Grades", maintenance=True, times=None)
    for seconds in (30, 60, 120, 240, 300, 300):
        says_until(world, world.fails(client.grades.list), seconds)
        world.clock.advance(seconds)
    assert world.count("Grades") == 6
    world.sim.clear_faults()
    assert world.do(client.grades.list)


def test_the_time_librus_gives_is_the_one_that_is_told(world: World) -> None:
    client = ready(world)
    world.sim.fail("Grades", maintenance=True, retry_after=1800)
    says_until(world, world.fails(client.grades.list), 1800, said=True)
    world.clock.advance(1799)
    says_until(world, world.fails(client.lucky_number.get), 1, said=True)
    world.clock.advance(1)
    assert world.do(client.lucky_number.get)
    assert world.clock.slept == []


@pytest.mark.parametrize("school", [False, True], ids=["family", "school"])
def test_a_throttled_sign_in_says_until_when(cold: World, school: bool) -> None:
    if school:
        cold.gateway()
    cold.sim.fail("web.login" if school else "login", status=429, retry_after=3600)
    error = cold.fails(cold.session.login)
    assert (error.code, error.retry_after_s) == (RATE_LIMITED, 3600)
    until = datetime.fromisoformat(error.details["until"])
    assert until.timestamp() == pytest.approx(cold.clock.wall() + 3600, abs=1)
    assert error.message.startswith("Librus asks for fewer requests. Try again after ")
    assert str(error) == error.message, "a traceback says it too"


def test_maintenance_of_the_messages_blocks_no_grades(world: World) -> None:
    letters = Letters(world)
    world.sim.fail("wiadomosci/inbox/messages", maintenance=True, times=None)
    says_until(world, world.fails(letters.mail.list), 30)
    says_until(world, world.fails(letters.mail.list), 30)
    assert world.count("wiadomosci/inbox/messages") == 1
    assert world.do(letters.client.grades.list)


def test_a_letter_is_not_sent_to_messages_under_maintenance(world: World) -> None:
    letters = Letters(world)
    letter = letters.prepared()
    world.sim.fail("wiadomosci/inbox/messages", maintenance=True, times=None)
    world.fails(letters.mail.list)
    says_until(world, world.fails(letters.confirming(letter)), 30)
    assert (letters.asked, letters.sent) == (0, [])


def test_maintenance_of_the_website_by_a_page_rests_the_gateway(world: World) -> None:
    world.gateway()
    client = world.do(world.session.for_child)
    assert world.do(client.grades.list)
    world.sim.web_maintenance = "page"
    world.sim.reset_counts()
    says_until(world, world.fails(client.grades.list), 30)
    says_until(world, world.fails(client.lucky_number.get), 30)
    assert world.sim.counts.total() == 1
    world.sim.web_maintenance = None
    world.clock.advance(30)
    assert world.do(client.grades.list)
    assert world.count("web.login") == 0, "the session had not died"


def test_a_person_who_asks_expressly_is_not_put_off(world: World) -> None:
    child = world.sim.children[0].id
    ready(world)
    world.sim.fail("fresh", maintenance=True, times=None)
    world.fails(lambda: world.session.refresh_bearer_token(child))
    assert world.count("fresh") == 1
    says_until(world, world.fails(world.session.get_portal_me), 30)
    assert world.count("me") == 0
    world.fails(lambda: world.session.refresh_bearer_token(child))
    assert world.count("fresh") == 2
    world.sim.clear_faults()
    assert world.do(lambda: world.session.refresh_bearer_token(child))
    assert world.do(world.session.get_portal_me), "which has shown that it is over"


def test_a_sign_in_is_tried_at_a_portal_under_maintenance_when_a_person_asks(world: World) -> None:
    ready(world)
    world.sim.fail("me", maintenance=True)
    world.fails(world.session.get_portal_me)
    world.sim.expire_portal_session()
    assert world.do(world.session.login) is None
    assert world.session.is_logged_in


@pytest.mark.parametrize(("asked", "seconds"), [(1800, 1800), (86_400, 3600), (0, 30)])
def test_a_sign_in_rests_as_long_as_librus_asks(cold: World, asked: int, seconds: int) -> None:
    met = cold.sim.fail("me", maintenance=True, retry_after=asked)
    error = cold.fails(cold.session.list_children)
    says_until(cold, error, seconds, said=asked > 0)
    cold.clock.advance(seconds - 1)
    again = cold.fails(cold.session.list_children)
    assert (again.code, again.details["until"]) == (SERVICE_MAINTENANCE, error.details["until"])
    assert (met.hits, cold.count("login")) == (1, 1)
    cold.clock.advance(1)
    assert cold.do(cold.session.list_children)


SIGN_INS: Final[dict[str, Callable[[World], object]]] = {
    "family": lambda world: world.sim.fail("me", maintenance=True, times=None),
    "school": lambda world: setattr(world.sim, "web_maintenance", "redirect"),
}


@pytest.mark.parametrize("account", SIGN_INS)
def test_a_sign_in_rests_like_a_read_where_librus_gives_no_time(cold: World, account: str) -> None:
    call = cold.session.list_children
    if account == "school":
        cold.gateway()
        call = cold.do(cold.session.for_child).grades.list
    SIGN_INS[account](cold)
    for seconds in (30, 60, 120, 240, 300, 300):
        before = cold.sim.counts
        says_until(cold, cold.fails(call), seconds)
        assert cold.sim.counts != before
        asked = cold.sim.counts
        cold.clock.advance(seconds - 1)
        assert cold.fails(call).code == SERVICE_MAINTENANCE
        assert cold.sim.counts == asked, "Librus is left alone until then"
        cold.clock.advance(1)
    cold.sim.clear_faults()
    cold.sim.web_maintenance = None
    assert cold.do(call)


def test_two_sessions_find_out_for_themselves(world: World) -> None:
    other = ready(world)
    client = ready(world)
    world.sim.fail("Grades", maintenance=True)
    world.fails(client.grades.list)
    assert world.do(other.grades.list)


def test_what_a_child_process_does_not_inherit(world: World) -> None:
    """What happens in the child process, done here: somebody there was just asking."""
    client = ready(world)
    world.sim.fail("Grades", maintenance=True)
    world.fails(client.grades.list)
    world.clock.advance(30)
    gate = world.sim.hold("LuckyNumbers")
    probe = world.start(client.lucky_number.get)
    gate.wait_arrived()
    traffic = world.session._shell._traffic
    lock = traffic._lock
    traffic.after_fork()
    assert traffic._lock is not lock
    assert world.do(client.grades.list)
    gate.release()
    assert probe.result()


STORE: Final = ("sandbox.page", "sandbox.try", "sandbox.check_key", "sandbox.download")


def file_in_store(letters: Letters, *, has_key: bool) -> Callable[[], Any]:
    """What fetches a file from the file store, its address a waiting page or one with a key."""
    mail = letters.mail
    for row in letters.world.do(lambda: mail.list(limit=300)):
        for found in letters.world.do(partial(mail.open, row.id)).attachments if row.has_attachments else ():
            if int(found.id) % 4 == (1 if has_key else 0):  # so the simulator tells the forms apart
                return partial(mail.attachment, str(found.id), str(row.id))
    raise AssertionError("the simulator has no such file")


@pytest.mark.parametrize("endpoint", STORE)
def test_maintenance_of_the_file_store_rests_it(world: World, endpoint: str) -> None:
    letters = Letters(world)
    fetch = file_in_store(letters, has_key=endpoint != "sandbox.page")
    met = world.sim.fail(endpoint, maintenance=True, times=None)
    error = world.fails(fetch)
    says_until(world, error, 30)
    assert error.details["status"] == 503
    assert error.details["endpoint"] == f"{world.sim.hosts.sandbox}/REDACTED"
    assert met.hits == 1, "it is not tried again at once"
    asked = [world.count(name) for name in STORE]
    world.clock.advance(10)
    says_until(world, world.fails(fetch), 20)
    assert [world.count(name) for name in STORE] == asked, "and not asked either"
    assert world.do(letters.mail.list), "the messages go on"
    world.clock.advance(20)
    world.sim.clear_faults()
    assert world.do(fetch).content


@pytest.mark.parametrize("endpoint", STORE)
def test_a_file_store_that_wants_fewer_requests_says_until_when(world: World, endpoint: str) -> None:
    fetch = file_in_store(Letters(world), has_key=endpoint != "sandbox.page")
    world.sim.fail(endpoint, status=429, retry_after=600)
    error = world.fails(fetch)
    assert (error.code, error.retry_after_s) == (RATE_LIMITED, 600)
    until = datetime.fromisoformat(error.details["until"])
    assert until.timestamp() == pytest.approx(world.clock.wall() + 600, abs=1)
