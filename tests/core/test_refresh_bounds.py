"""What outlasts a long outage, and old news: the bounds of the protocol's functions, without I/O."""

from __future__ import annotations

import pytest

from librus_sdk.core import refresh
from librus_sdk.core.refresh import (
    BACKOFF_MAX_S,
    BACKOFF_MIN_S,
    FORMER_SECRETS,
    JUST_MADE_S,
    NEW_FOR_S,
    REFUSAL_BACKOFF_MAX_S,
    REFUSAL_BACKOFF_MIN_S,
    REFUSALS_BEFORE_COOLDOWN,
    SUSPECT_AFTER_S,
    FlightFailure,
    Minted,
    Phase,
    SlotState,
    Start,
    Ticket,
    phase_of,
)
from librus_sdk.errors import LibrusSdkError

# Further than the exponent of a float reaches (1024).
MANY = 5000
REFUSAL = LibrusSdkError("401")


def minted(secret: object, at: float) -> Minted:
    return Minted("k", secret, issued_at=at)


def offered(state: SlotState, secret: object, at: float) -> SlotState:
    after = refresh.offer(state, minted(secret, at))
    assert after is not state
    return after


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_any_number_of_failures_in_a_row_keeps_its_cooldown_bounded(jitter: float) -> None:
    state, now = SlotState(key="k"), 0.0
    failure = FlightFailure(LibrusSdkError("down"))
    delays = []
    for number in range(MANY):
        state, decision = refresh.acquire(state, now, Ticket(), number)
        assert isinstance(decision, Start)
        state, shared = refresh.fail(state, now, number, failure, jitter=jitter)
        assert shared is failure
        assert phase_of(state, now) is Phase.COOLING
        delays.append(state.cooldown_until - now)
        now = state.cooldown_until
    assert state.failures == MANY
    assert all(BACKOFF_MIN_S - 1e-6 <= delay <= BACKOFF_MAX_S + 1e-6 for delay in delays)
    assert delays[-1] == pytest.approx(BACKOFF_MIN_S + (BACKOFF_MAX_S - BACKOFF_MIN_S) * jitter)


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_any_number_of_refused_tokens_in_a_row_keeps_its_cooldown_bounded(jitter: float) -> None:
    state, now = SlotState(key="k"), 0.0
    delays = []
    for number in range(MANY):
        now += 1
        state = offered(state, f"secret {number}", now)
        state = refresh.reject(state, now, state.generation, REFUSAL, jitter)
        if number + 1 < REFUSALS_BEFORE_COOLDOWN:
            assert phase_of(state, now) is Phase.REJECTED
        else:
            assert phase_of(state, now) is Phase.COOLING
            delays.append(state.cooldown_until - now)
            now = state.cooldown_until
    assert state.refusals == MANY
    share = 1 - jitter / 2
    assert min(delays) >= REFUSAL_BACKOFF_MIN_S * share - 1e-6
    assert max(delays) <= REFUSAL_BACKOFF_MAX_S * share + 1e-6
    assert delays[0] == pytest.approx(REFUSAL_BACKOFF_MIN_S * share)
    assert delays[-1] == pytest.approx(REFUSAL_BACKOFF_MAX_S * share)


def test_a_token_that_died_of_old_age_unused_does_not_count_towards_the_cooldown() -> None:
    state, now = SlotState(key="k"), 0.0
    for number in range(3 * REFUSALS_BEFORE_COOLDOWN):
        state = offered(state, f"secret {number}", now)
        now += NEW_FOR_S + 1
        state = refresh.reject(state, now, state.generation, REFUSAL)
        assert (state.refused, state.refused_by) == (state.generation, REFUSAL)
        assert state.refusals == 0
        assert phase_of(state, now) is Phase.REJECTED


def test_an_old_token_does_not_start_the_cooldown_that_new_ones_led_up_to() -> None:
    state, now = SlotState(key="k"), 0.0
    for number in range(REFUSALS_BEFORE_COOLDOWN - 1):
        now += 1
        state = offered(state, f"new {number}", now)
        state = refresh.reject(state, now, state.generation, REFUSAL)
    state = offered(state, "old", now + 1)
    now += NEW_FOR_S + 2
    state = refresh.reject(state, now, state.generation, REFUSAL)
    assert phase_of(state, now) is Phase.REJECTED
    state = offered(state, "new again", now)
    state = refresh.reject(state, now + NEW_FOR_S, state.generation, REFUSAL)
    assert phase_of(state, now + NEW_FOR_S) is Phase.COOLING, "new up to the last moment"


def test_an_offer_never_brings_back_a_secret_the_slot_held_before() -> None:
    state = SlotState(key="k")
    secrets = [f"secret {number}" for number in range(FORMER_SECRETS + 1)]
    for at, secret in enumerate(secrets):
        state = offered(state, secret, float(at))
    for secret in secrets:
        assert refresh.offer(state, minted(secret, 1_000.0)) is state
    after = refresh.offer(state, minted("never seen", 1_000.0))
    assert after.grant is not None
    assert after.grant.secret == "never seen"
    assert after.generation == state.generation + 1
    assert refresh.offer(after, minted(secrets[-1], 2_000.0)) is after


def test_an_offer_does_not_bring_back_what_a_renewal_replaced() -> None:
    state = offered(SlotState(key="k"), "first", 1.0)
    state = refresh.reject(state, 2.0, 1, REFUSAL)
    state, _ = refresh.acquire(state, 2.0, Ticket(need=2), "flight")
    state, _ = refresh.publish(state, 3.0, "flight", minted("second", 3.0))
    assert state.generation == 2
    assert refresh.offer(state, minted("first", 4.0)) is state


def test_only_so_many_former_secrets_are_kept() -> None:
    state = SlotState(key="k")
    for number in range(3 * FORMER_SECRETS):
        state = offered(state, f"secret {number}", float(number))
    assert len(state.former) == FORMER_SECRETS
    assert refresh.close(state).former == ()


def test_an_answer_that_may_mean_a_dead_session_is_believed_of_an_older_one_only() -> None:
    state = offered(SlotState(key="k"), "a", 100.0)
    young, old = 100.0 + SUSPECT_AFTER_S - 1, 100.0 + SUSPECT_AFTER_S
    assert not refresh.worth_renewing(state, young, 1)
    assert refresh.worth_renewing(state, old, 1)
    newer = offered(state, "b", old)
    assert not refresh.worth_renewing(newer, old + SUSPECT_AFTER_S, 1), "an older generation says nothing"
    assert not refresh.worth_renewing(SlotState(key="k"), old, 0)


def test_a_session_is_just_made_when_it_was_refused_at_once_without_ever_being_accepted() -> None:
    state = offered(SlotState(key="k"), "a", 100.0)
    assert not refresh.just_made(state, 101.0), "nobody has refused it"
    refused = refresh.reject(state, 101.0, 1, REFUSAL)
    assert refresh.just_made(refused, 100.0 + JUST_MADE_S - 1)
    assert not refresh.just_made(refused, 100.0 + JUST_MADE_S)
    accepted = refresh.reject(refresh.accept(state, 1), 101.0, 1, REFUSAL)
    assert not refresh.just_made(accepted, 101.0)
    assert not refresh.just_made(SlotState(key="k"), 101.0)
