"""Threads meet at one slot, in every order that matters; the shipped shell survives, a planted race is found.

Run as ``frontrun python -m pytest tests/races``: frontrun steers the threads between any two accesses to
what they share.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import frontrun  # type: ignore[import-untyped]
import pytest

from librus_sdk.core import refresh
from librus_sdk.core.refresh import Decision, Join, Mode, Start, Ticket
from librus_sdk.errors import LibrusSdkError
from librus_sdk.shells.slots import Flight, Slot, Waiter
from librus_sdk.shells.threads import ThreadShell
from tests.proof.office import Office

Check = Callable[["Room"], bool]


class Room(Office):
    """An office with its thread shell."""

    shell: ThreadShell

    def enter(self) -> Room:
        self.shell = self.threads()
        return self

    def call(self) -> None:
        try:
            self.note(self.shell.run(self.read()))
        except LibrusSdkError as error:
            self.note(error)


def explored(
    setup: Callable[[], Room],
    workers: list[Callable[[Room], Any]],
    check: Check,
    *,
    orders: int = 26,
    systematic: bool = False,
    seed: int = 1,
    patience: float = 60.0,
) -> Any:
    """Try so many orders. ``systematic`` goes through those that differ, otherwise at random.

    The bound is a number, never a time, so that a slow machine sees what a fast one sees.
    """
    options: dict[str, Any] = {"detect_io": False, "total_timeout": 300.0, "reproduce_on_failure": 0}
    options |= {"timeout_per_run": patience, "deadlock_timeout": patience}
    if systematic:
        options |= {"strategy": "dpor", "preemption_bound": 2, "max_executions": orders}
    else:
        options |= {"strategy": "random", "max_ops": 20_000, "max_attempts": orders, "seed": seed}
    result = frontrun.explore(setup=setup, workers=workers, invariant=check, **options)
    sys.stdout.write(f"{result.num_explored} interleavings\n")
    return result


def dead_token() -> Room:
    room = Room()
    room.server.revoke()
    return room.enter()


def one_renewal_for_all(room: Room) -> bool:
    return room.results == ["2"] * len(room.results) and room.server.renewals == 1 and room.idle()


@pytest.mark.parametrize("systematic", [True, False], ids=["systematic", "random"])
def test_two_threads_with_a_dead_token_share_one_renewal(systematic: bool) -> None:
    result = explored(dead_token, [Room.call, Room.call], one_renewal_for_all, systematic=systematic)
    assert result.property_holds, result.explanation
    assert result.num_explored > 1


def test_three_threads_with_a_dead_token_share_one_renewal() -> None:
    result = explored(dead_token, [Room.call] * 3, one_renewal_for_all)
    assert result.property_holds, result.explanation
    assert result.num_explored > 1


def test_one_failure_is_one_attempt() -> None:
    def setup() -> Room:
        room = Room(portal_up=False)
        room.server.revoke()
        return room.enter()

    def check(room: Room) -> bool:
        return room.results == ["NETWORK_ERROR"] * 2 and room.server.renewals == 1 and room.idle()

    result = explored(setup, [Room.call, Room.call], check)
    assert result.property_holds, result.explanation


def test_a_token_that_dies_at_any_moment_costs_one_renewal_at_most() -> None:
    def check(room: Room) -> bool:
        fine = set(room.results) <= {"1", "2"} and len(room.results) == 2
        return fine and room.server.renewals <= 1 and room.idle()

    result = explored(
        lambda: Room().enter(), [Room.call, Room.call, lambda room: room.server.revoke()], check
    )
    assert result.property_holds, result.explanation


# --- planted races ---------------------------------------------------------------------------------------


def acquire_without_lock(
    self: Slot,
    ticket: Ticket,
    flight: Flight,
    *,
    mode: Mode = "need",
    blocking: bool = True,
    waiter: Waiter | None = None,
) -> Decision:
    """The shipped decision, taken without the lock."""
    state, decision = refresh.acquire(self._state, 0.0, ticket, flight, mode=mode, blocking=blocking)
    self._state = state
    if waiter is not None and isinstance(decision, (Join, Start)):
        self._waiters[waiter] = self._state.flight
    return decision


def acquire_in_two_steps(
    self: Slot,
    ticket: Ticket,
    flight: Flight,
    *,
    mode: Mode = "need",
    blocking: bool = True,
    waiter: Waiter | None = None,
) -> Decision:
    """The shipped decision, looked at under the lock and acted upon under the lock taken again."""
    with self._lock:
        state = self._state
    state, decision = refresh.acquire(state, 0.0, ticket, flight, mode=mode, blocking=blocking)
    with self._lock:
        self._state = state
        if waiter is not None and isinstance(decision, (Join, Start)):
            self._waiters[waiter] = self._state.flight
    return decision


@pytest.mark.parametrize("planted", [acquire_without_lock, acquire_in_two_steps])
def test_a_planted_race_is_found(planted: Callable[..., Decision], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slot, "acquire", planted)
    # Such a race may also lose a waiter, who then waits for ever: that order tells nothing, another does.
    found = (
        explored(
            dead_token, [Room.call, Room.call], one_renewal_for_all, orders=200, seed=seed, patience=5.0
        ).property_holds
        for seed in range(1, 11)
    )
    assert next(holds for holds in found if holds is not None) is False
