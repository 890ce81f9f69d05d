"""The explorer finds no broken invariant in the shipped code, and finds every planted fault."""

from __future__ import annotations

import sys

import pytest

from librus_sdk.core.refresh import Phase
from librus_sdk.core.transitions import TRANSITIONS, triples

from .explorer import explore
from .model import Setup, ViolationError
from .mutants import MUTANTS, Mutant
from .worlds import SLOW_WORLDS, WORLDS

BY_NAME = {setup.name: setup for setup in (*WORLDS, *SLOW_WORLDS)}


def search(setup: Setup) -> set[tuple[Phase, str, Phase]]:
    report = explore(setup)
    sys.stdout.write(
        f"{setup.name}: {report.states} states, {report.steps} steps, {report.ends} ends, "
        f"{report.seconds:.1f} s\n"
    )
    assert report.ends, "no way leads to an end"
    assert report.seen <= triples(), "a step that the table of transitions does not have"
    return report.seen


@pytest.mark.parametrize("setup", WORLDS, ids=lambda setup: setup.name)
def test_no_interleaving_breaks_an_invariant(setup: Setup) -> None:
    assert search(setup)


@pytest.mark.slow
@pytest.mark.parametrize("setup", SLOW_WORLDS, ids=lambda setup: setup.name)
def test_no_interleaving_of_more_breaks_an_invariant(setup: Setup) -> None:
    assert search(setup)


def test_callers_and_adversary_bring_about_every_event() -> None:
    small = ("login and close", "interrupted", "declared lifetime", "odd server", "stale news")
    tiers = ("two tiers, everything fails", "two tiers, explicit refresh", "assumed lifetime, failing")
    seen = {event for name in small + tiers for _, event, _ in search(BY_NAME[name])}
    assert seen == {row.event for row in TRANSITIONS}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_fault_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.plant(monkeypatch)
    caught = None
    for name in mutant.worlds:
        try:
            explore(BY_NAME[name])
        except ViolationError as violation:
            caught = violation
            break
    assert caught is not None, "the fault went unnoticed"
    assert caught.invariant in mutant.caught_by, f"{caught}\n{caught.__notes__}"


def test_waiters_that_retry_after_a_failure_are_found() -> None:
    with pytest.raises(ViolationError) as caught:
        explore(BY_NAME["revoked twice"], retry_failures=True)
    assert caught.value.invariant == "I6"
