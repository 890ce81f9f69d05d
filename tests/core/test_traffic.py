"""A session's traffic, as pure decisions: the rate, the pause, and the circuit of each part of Librus."""

from __future__ import annotations

import math
import sys
import zoneinfo
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from librus_sdk.core.traffic import (
    BRIEF_MAX_S,
    PAUSE_MAX_S,
    PROBE_MAX_S,
    PROBE_S,
    REST_MAX_S,
    Call,
    Closed,
    Decision,
    Go,
    Part,
    Rules,
    Throttled,
    TrafficState,
    Wait,
    answered,
    ask,
    orphaned,
    refusal,
    unanswered,
    unused,
)
from librus_sdk.core.until import asked_to_wait, maintenance_error, throttled_error
from librus_sdk.errors import LibrusRateLimitedError

API: Final[Part] = ("https", "api.librus.pl", 443)
POST: Final[Part] = ("https", "wiadomosci.librus.pl", 443)
RULES: Final = Rules(per_second=10.0, burst=3, patience_s=30.0)
NEVER: Final = Rules(per_second=None, burst=1, patience_s=30.0)
NOW: Final = 1_000.0
WARSAW: Final = zoneinfo.ZoneInfo("Europe/Warsaw")


@dataclass
class Session:
    """The functions in a row, over one state and one clock."""

    rules: Rules = RULES
    now: float = NOW
    state: TrafficState = field(default_factory=TrafficState)

    def call(self, part: Part = API, **more: Any) -> Call:
        return Call(part, self.now, **more)

    def ask(self, call: Call | None = None, waited: Wait | None = None) -> Decision:
        self.state, decision = ask(self.state, self.rules, call or self.call(), self.now, waited)
        return decision

    def go(self, part: Part = API, **more: Any) -> Go:
        decision = self.ask(self.call(part, **more))
        assert isinstance(decision, Go), decision
        return decision

    def answer(self, go: Go, news: Any, asked_s: float | None = None, part: Part = API, **more: Any) -> None:
        call = self.call(part, **more)
        self.state = answered(self.state, self.rules, call, go, news, self.now, asked_s)

    def meets(self, news: Any, asked_s: float | None = None, part: Part = API) -> None:
        self.answer(self.go(part), news, asked_s, part)


# --- the rate ----------------------------------------------------------------------------------------------


def test_a_burst_is_free_and_then_everybody_has_a_time_of_their_own() -> None:
    session = Session()
    decisions = [session.ask() for _ in range(6)]
    assert decisions[:3] == [Go(1), Go(2), Go(3)]
    assert [d.reason for d in decisions[3:] if isinstance(d, Wait)] == ["rate"] * 3
    assert [d.seconds for d in decisions[3:] if isinstance(d, Wait)] == pytest.approx([0.1, 0.2, 0.3])


def test_who_has_slept_goes_without_another_look_at_the_clock() -> None:
    session = Session()
    for _ in range(3):
        session.go()
    call = session.call()
    wait = session.ask(call)
    assert isinstance(wait, Wait)
    # A clock that does not move, as in a test, or one that woke up a hair too early.
    due = session.state.due
    assert session.ask(call, wait) == Go(4)
    assert session.state.due == due, "its time was booked when it came"


def test_a_quiet_time_fills_the_bucket_again() -> None:
    session = Session()
    for _ in range(3):
        session.go()
    session.now += 0.2
    session.go()
    session.go()
    assert isinstance(session.ask(), Wait)
    session.now += 60
    assert [session.ask() for _ in range(3)] == [Go(6), Go(7), Go(8)]
    assert isinstance(session.ask(), Wait), "and no further than full"


def test_nobody_sleeps_for_an_error_of_adding_up() -> None:
    session = Session(replace(RULES, burst=60))
    assert all(isinstance(session.ask(), Go) for _ in range(60))
    assert isinstance(session.ask(), Wait)


def test_without_a_rate_nobody_waits() -> None:
    session = Session(NEVER)
    assert [session.ask() for _ in range(500)] == [Go(n) for n in range(1, 501)]


def test_what_is_urgent_is_counted_and_never_waits() -> None:
    session = Session()
    for _ in range(5):
        session.go(urgent=True)
    wait = session.ask()
    assert isinstance(wait, Wait)
    assert wait.seconds == pytest.approx(0.3)


def test_what_had_no_credential_to_go_with_is_not_counted() -> None:
    session = Session()
    for _ in range(50):
        go = session.go()
        session.state = unused(session.state, session.rules, session.call(), go)
    assert session.state.left == 50
    assert isinstance(session.ask(), Go)


# --- the pause ---------------------------------------------------------------------------------------------


def test_a_demand_for_fewer_requests_pauses_the_whole_session() -> None:
    session = Session()
    session.meets("too_many", 7.0)
    for part, seconds in ((API, 7.0), (POST, 7.1)):
        wait = session.ask(session.call(part))
        assert isinstance(wait, Wait)
        assert wait.reason == "throttle"
        assert wait.seconds == pytest.approx(seconds)
    session.now += 7.3
    assert isinstance(session.ask(), Go)


def test_what_had_no_credential_during_a_pause_brings_nobody_forward() -> None:
    session = Session()
    session.meets("too_many", 7.0)
    go = session.go(urgent=True)
    for _ in range(9):
        session.state = unused(session.state, session.rules, session.call(), go)
    wait = session.ask()
    assert isinstance(wait, Wait)
    assert wait.seconds == 7.0


def test_after_a_pause_there_is_no_burst() -> None:
    session = Session()
    session.meets("too_many", 7.0)
    session.now += 7
    assert isinstance(session.ask(), Go)
    waits = [session.ask() for _ in range(3)]
    assert [w.seconds for w in waits if isinstance(w, Wait)] == pytest.approx([0.1, 0.2, 0.3])


def test_who_waited_for_the_rate_when_a_pause_began_waits_for_that_too() -> None:
    session = Session()
    first = session.go()
    session.go()
    session.go()
    call = session.call()
    wait = session.ask(call)
    assert isinstance(wait, Wait)
    session.answer(first, "too_many", 5.0)
    session.now += wait.seconds
    again = session.ask(call, wait)
    assert isinstance(again, Wait)
    assert again.reason == "throttle"
    session.now += again.seconds
    assert isinstance(session.ask(call, again), Go)


def test_a_pause_longer_than_anybody_waits_is_refused_at_once() -> None:
    session = Session()
    session.meets("too_many", 31.0)
    assert session.ask() == Throttled(31.0)
    assert refusal(session.state, session.rules, session.call(), session.now) == Throttled(31.0)
    session.now += 1
    assert isinstance(session.ask(), Wait), "what is left is within what one waits"


def test_patience_is_for_all_pauses_together() -> None:
    session = Session(NEVER)
    first = session.go()
    call = session.call()
    session.answer(first, "too_many", 20.0)
    wait = session.ask(call)
    assert isinstance(wait, Wait)
    session.now += 20
    session.meets("too_many", 20.0)
    assert session.ask(call, wait) == Throttled(20.0)
    assert isinstance(session.ask(), Wait), "somebody who comes now"


def test_renewals_and_what_a_person_asks_for_do_not_wait_for_a_pause() -> None:
    session = Session()
    session.meets("too_many", 3_000.0)
    session.go(urgent=True)


@pytest.mark.parametrize("asked", [1e9, math.inf])
def test_no_header_pauses_a_session_for_ever(asked: float) -> None:
    session = Session()
    session.meets("too_many", asked)
    assert session.state.paused_until == NOW + PAUSE_MAX_S


def test_without_a_time_a_pause_is_brief_and_longer_each_time_until_an_answer_is_fine() -> None:
    session, pauses = Session(NEVER), []
    for _ in range(7):
        session.meets("too_many")
        pauses.append(session.state.paused_until - session.now)
        session.now = session.state.paused_until
    assert pauses == [1, 2, 4, 8, 16, BRIEF_MAX_S, BRIEF_MAX_S]
    session.meets("trouble")
    assert session.state.brief == 7, "an outage says nothing of the rate"
    session.meets("fine")
    session.meets("too_many")
    assert session.state.paused_until - session.now == 1


def test_six_answers_to_what_left_together_are_one_piece_of_news() -> None:
    session = Session(NEVER)
    sent = [session.go() for _ in range(6)]
    for go in sent[:5]:
        session.answer(go, "too_many")
        session.now += 0.01
    assert session.state.paused_until == NOW + 1
    assert (session.state.brief, session.state.pauses) == (1, 1)
    session.answer(sent[5], "fine")
    assert session.state.brief == 1, "it left before"


def test_a_longer_time_that_comes_late_counts_and_a_shorter_one_does_not() -> None:
    session = Session(NEVER)
    first, second, third = session.go(), session.go(), session.go()
    session.answer(first, "too_many", 5.0)
    session.answer(second, "too_many", 2.0)
    assert (session.state.paused_until, session.state.pauses) == (NOW + 5, 1)
    session.answer(third, "too_many", 9.0)
    assert (session.state.paused_until, session.state.pauses) == (NOW + 9, 2)


# --- the circuit -------------------------------------------------------------------------------------------


def test_maintenance_closes_one_part_and_no_other() -> None:
    session = Session()
    session.meets("maintenance", part=POST)
    assert session.ask(session.call(POST)) == Closed(30.0, said=False)
    assert refusal(session.state, session.rules, session.call(POST), session.now) == Closed(30.0, said=False)
    session.go(API)
    session.now += 12
    assert session.ask(session.call(POST)) == Closed(18.0, said=False)


def test_one_goes_through_when_it_is_time_and_the_others_follow_its_answer() -> None:
    session = Session(NEVER)
    session.meets("maintenance")
    session.now += 30
    probe = session.go()
    for _ in range(3):
        assert session.ask() == Closed(PROBE_S, said=False)
    session.answer(probe, "fine")
    assert session.state.circuits == {}
    assert [session.ask() for _ in range(3)] == [Go(3), Go(4), Go(5)]


def test_while_it_goes_on_the_rest_is_longer_each_time() -> None:
    session, rests = Session(), []
    for _ in range(6):
        session.meets("maintenance")
        rests.append(session.state.circuits[API].until - session.now)
        session.now = session.state.circuits[API].until
    assert rests == [30, 60, 120, 240, REST_MAX_S, REST_MAX_S]


@pytest.mark.parametrize(
    ("asked", "rest"), [(1.0, 1.0), (600.0, 600.0), (3600.0, 3600.0), (0.0, 30.0), (3601.0, 3600.0)]
)
def test_the_time_librus_gives_is_believed_within_reason(asked: float, rest: float) -> None:
    session = Session()
    session.meets("maintenance", asked)
    assert session.state.circuits[API].until == NOW + rest
    assert session.state.paused_until == -math.inf, "a maintenance is no demand for fewer requests"


def test_a_probe_that_was_lost_is_not_waited_for() -> None:
    session = Session()
    session.meets("maintenance")
    session.now += 30
    lost = session.go()
    session.state = unanswered(session.state, session.call(), lost)
    second = session.go()
    session.state = unanswered(session.state, session.call(), lost)
    assert session.ask() == Closed(PROBE_S, said=False), "the first is gone, the second is not"
    session.state = unused(session.state, session.rules, session.call(), second)
    session.go()


def test_a_probe_that_nobody_ends_is_taken_for_lost_in_the_end() -> None:
    session = Session()
    session.meets("maintenance")
    session.now += 30
    session.go()
    session.now += PROBE_MAX_S - 1
    assert session.ask() == Closed(PROBE_S, said=False)
    session.now += 1
    session.go()
    assert session.ask() == Closed(PROBE_S, said=False)


def test_a_probe_of_another_process_is_not_waited_for() -> None:
    session = Session()
    session.meets("maintenance")
    session.now += 30
    session.go()
    session.state = orphaned(session.state)
    session.go()


@pytest.mark.parametrize("news", ["trouble", "too_many"])
def test_a_probe_that_meets_something_else_ends_the_maintenance(news: str) -> None:
    session = Session()
    session.meets("maintenance")
    session.now += 30
    session.meets(news)
    assert session.state.circuits == {}


def test_what_left_before_the_maintenance_says_nothing_of_it() -> None:
    session = Session(NEVER)
    sent = [session.go() for _ in range(4)]
    for go in sent[:2]:
        session.answer(go, "maintenance")
    assert session.state.circuits[API].openings == 1
    session.answer(sent[2], "fine")
    assert session.ask() == Closed(30.0, said=False)
    session.now += 30
    session.answer(sent[3], "maintenance")
    session.go()


def test_an_explicit_request_goes_through_and_its_answer_counts() -> None:
    session = Session(NEVER)
    session.meets("maintenance")
    until = session.state.circuits[API].until
    again = session.go(explicit=True)
    session.answer(again, "maintenance", explicit=True)
    assert session.state.circuits[API].until == until, "asking often does not make it longer"
    session.answer(session.go(explicit=True), "fine", explicit=True)
    session.go()


def test_an_explicit_request_takes_nobodys_turn_to_probe() -> None:
    session = Session()
    session.meets("maintenance")
    session.now += 30
    session.go(explicit=True)
    probe = session.go()
    assert session.state.circuits[API].probe == probe.number
    session.go(explicit=True)


# --- everything together, in any order ---------------------------------------------------------------------


@dataclass
class Guest:
    call: Call
    wait: Wait
    at: float


class Traffic(RuleBasedStateMachine):
    """Callers, answers and time in any order. Whoever waits sleeps as long as it was told, or longer."""

    @initialize(
        rate=st.sampled_from([None, 0.5, 10.0, 1000.0]),
        burst=st.integers(1, 8),
        patience=st.sampled_from([0.0, 5.0, 30.0]),
    )
    def begin(self, rate: float | None, burst: int, patience: float) -> None:
        self.told = Rules(rate, burst, patience)
        self.session = Session(self.told)
        self.guests: list[Guest] = []
        self.under_way: list[tuple[Call, Go]] = []
        self.booked: list[float] = []  # when those may leave that must not come too fast
        self.last: int = 0

    def heard(self, call: Call, decision: Decision, guest: Guest | None = None) -> None:
        session, now = self.session, self.session.now
        circuit = session.state.circuits.get(call.part)
        if isinstance(decision, Go):
            assert decision.number == self.last + 1
            self.last += 1
            self.under_way.append((call, decision))
            if not call.urgent:
                assert now >= session.state.paused_until, "nobody leaves during a pause"
                if guest is None or guest.wait.pauses != session.state.pauses:
                    self.booked.append(now)
            if circuit is not None and not call.explicit:
                assert now >= circuit.until
                assert circuit.probe == decision.number
        elif isinstance(decision, Wait):
            assert not call.urgent
            assert decision.seconds > 0
            at = now + decision.seconds
            same = [guest.at for guest in self.guests if guest.wait.pauses == decision.pauses]
            assert all(earlier <= at + 1e-6 for earlier in same), "first come, first served"
            assert at >= session.state.paused_until - 1e-6
            self.guests.append(Guest(call, decision, at))
            self.booked.append(at)
        elif isinstance(decision, Throttled):
            assert not call.urgent
            assert session.state.paused_until - call.since > self.told.patience_s
        else:
            assert circuit is not None
            assert not call.explicit
            assert now < circuit.until or circuit.probe
        if not isinstance(decision, Go):
            assert not call.urgent or isinstance(decision, Closed)

    @rule(part=st.sampled_from([API, POST]), urgent=st.booleans(), explicit=st.booleans())
    def come(self, part: Part, urgent: bool, explicit: bool) -> None:
        call = self.session.call(part, urgent=urgent, explicit=explicit)
        early = refusal(self.session.state, self.told, call, self.session.now)
        decision = self.session.ask(call)
        assert (early is not None) == isinstance(decision, (Throttled, Closed))
        self.heard(call, decision)

    @rule(part=st.sampled_from([API, POST]))
    def come_in_vain(self, part: Part) -> None:
        """Whoever goes and finds no credential has left nothing behind."""
        call, before = self.session.call(part), self.session.state
        decision = self.session.ask(call)
        if isinstance(decision, Go):
            self.last += 1
            self.session.state = unused(self.session.state, self.told, call, decision)
            after = self.session.state
            assert after.circuits == {
                key: replace(circuit, probe=0, probe_until=after.circuits[key].probe_until)
                if key == part
                else circuit
                for key, circuit in before.circuits.items()
            }
            assert after.due <= max(before.due, self.session.now) + 1e-9
        else:
            self.heard(call, decision)

    @precondition(lambda self: self.guests)
    @rule(data=st.data(), late=st.sampled_from([0.0, 0.0, 0.5]))
    def wake(self, data: st.DataObject, late: float) -> None:
        guest = self.guests.pop(data.draw(st.integers(0, len(self.guests) - 1)))
        self.session.now = max(self.session.now, guest.at + late)
        self.heard(guest.call, self.session.ask(guest.call, guest.wait), guest)

    @precondition(lambda self: self.guests)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        self.guests.pop(data.draw(st.integers(0, len(self.guests) - 1)))

    @rule(seconds=st.sampled_from([0.01, 0.1, 1.0, 29.0, 30.0, 301.0]))
    def time_passes(self, seconds: float) -> None:
        self.session.now += seconds

    @precondition(lambda self: self.under_way)
    @rule(
        data=st.data(),
        news=st.sampled_from(["fine", "trouble", "too_many", "maintenance"]),
        asked=st.sampled_from([None, None, 0.0, 3.0, 100.0, 1e9]),
    )
    def come_back(self, data: st.DataObject, news: str, asked: float | None) -> None:
        call, go = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        before = self.session.state
        self.session.answer(go, news, asked, call.part)
        other = POST if call.part == API else API
        assert self.session.state.circuits.get(other) == before.circuits.get(other)
        assert self.session.state.paused_until >= before.paused_until
        if news == "maintenance":
            assert self.session.state.paused_until == before.paused_until
            assert call.part in self.session.state.circuits

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def be_lost(self, data: st.DataObject) -> None:
        call, go = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        self.session.state = unanswered(self.session.state, call, go)

    @invariant()
    def the_rate_is_kept(self) -> None:
        rate = self.told.per_second
        if rate is None:
            return
        times = sorted(self.booked)
        for first, begun in enumerate(times):
            for last in range(first, len(times)):
                assert last - first + 1 <= self.told.burst + (times[last] - begun) * rate + 1e-3

    @invariant()
    def a_probe_is_under_way(self) -> None:
        numbers = {go.number for _, go in self.under_way}
        for circuit in self.session.state.circuits.values():
            assert circuit.probe == 0 or circuit.probe in numbers, "a probe nobody ends keeps a part closed"
            assert circuit.after < circuit.probe or circuit.probe == 0


TestTraffic = Traffic.TestCase


# --- in words ----------------------------------------------------------------------------------------------


def wall(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("now", "seconds", "said", "until"),
    [
        ("2026-11-23T22:15:00+00:00", 1800.0, "23:45", "2026-11-23T23:45:00+01:00"),
        ("2026-11-23T22:15:00+00:00", 1800.5, "23:46", "2026-11-23T23:45:01+01:00"),
        ("2026-07-01T21:59:31+00:00", 29.0, "00:00", "2026-07-02T00:00:00+02:00"),
        ("2026-07-01T21:58:31+00:00", 30.0, "00:00", "2026-07-01T23:59:01+02:00"),
    ],
)
def test_an_error_says_until_when_in_polish_time(now: str, seconds: float, said: str, until: str) -> None:
    error = maintenance_error({"endpoint": "x", "status": 503}, Closed(seconds, said=True), wall(now))
    assert error.message == (
        f"Librus is under maintenance (this often happens at night). Try again after {said} (Polish time)."
    )
    unsaid = maintenance_error({}, Closed(seconds, said=False), wall(now))
    assert unsaid.message == (
        "Librus is under maintenance (this often happens at night) and does not say for how long. "
        f"Try again after {said} (Polish time)."
    )
    assert str(error) == error.message
    assert error.details == {"endpoint": "x", "status": 503, "until": until}
    assert error.retry_after_s == seconds
    refused = throttled_error("x", seconds, wall(now))
    assert refused.message.endswith(f"was not sent. Try again after {said} (Polish time).")
    assert (refused.details, refused.retry_after_s) == ({"endpoint": "x", "until": until}, seconds)


def test_a_machine_without_time_zones_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tzdata", None)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()
    try:
        error = maintenance_error({}, Closed(60.0, said=True), wall("2026-11-23T22:15:00+00:00"))
    finally:
        zoneinfo.reset_tzpath(before)
    assert error.message.endswith("Try again after 22:16 (UTC).")
    assert error.details == {"until": "2026-11-23T22:16:00+00:00"}


@given(st.floats(0, 4e9), st.floats(0, 3600))
def test_whoever_comes_when_the_clock_says_so_is_not_too_early(now: float, seconds: float) -> None:
    error = maintenance_error({}, Closed(seconds, said=True), now)
    said = error.message.partition("after ")[2][:5]
    until = datetime.fromisoformat(error.details["until"])
    assert until.timestamp() >= now + seconds
    minute = until.timestamp() // 60 * 60 + (60 if until.second else 0)
    assert f"{datetime.fromtimestamp(minute, WARSAW):%H:%M}" == said


def test_a_refusal_says_until_when_with_the_day_where_it_may_be_another() -> None:
    for seconds, said in ((600.0, "after 09:37"), (86_400.0, "after 2026-03-28 09:27")):
        error = LibrusRateLimitedError("x", details={"endpoint": "y"})
        asked_to_wait(error, seconds, 1_774_600_000.0)
        assert error.message.endswith(f"{said} (Polish time)."), error.message
        assert set(error.details) == {"endpoint", "until"}
