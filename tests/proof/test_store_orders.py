"""Processes that share what is kept: no order of their steps breaks a promise; planted faults are found."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from librus_sdk.clients.kept import TokensAsText
from librus_sdk.core import keeping
from librus_sdk.core.keeping import Document
from librus_sdk.flows import shared, turns
from librus_sdk.flows.steps import Flow, Work
from librus_sdk.shells import keeping as shell

from . import store_processes
from .model import ViolationError
from .store_processes import Setup
from .store_search import explore

TWICE: Final = ((0, 0, False), (0, 0, False))
TWO: Final = ((0, 0, False), (1, 0, False))
EXPLICIT: Final = ((0, 0, False), (1, 0, True))
SIBLINGS: Final = ((0, 0, False), (0, 1, False))
THREE: Final = (*TWO, (2, 0, False))

WORLDS: Final = (
    Setup("revoked twice", budget={"revoke": 2}),
    Setup("killed", budget={"revoke": 1, "kill": 1, "fail": 1}),
    Setup("closed", budget={"revoke": 1, "close": 1, "fail": 1}),
    Setup("not saved", budget={"revoke": 2, "save": 1}),
    Setup("not saved, two calls", TWICE, budget={"revoke": 2, "save": 1}),
    Setup("not read", budget={"revoke": 1, "load": 1, "fail": 1}),
    Setup("out of patience", budget={"revoke": 1, "impatient": 1}),
    Setup("nothing is kept", warm=False, budget={"kill": 1}),
    Setup("nothing is kept, failing", warm=False, budget={"fail": 2}),
    Setup("explicit refresh", EXPLICIT, budget={"revoke": 1, "fail": 1}),
    Setup("two explicit refreshes", ((0, 0, True), (1, 0, True)), budget={"load": 1}),
    Setup("two children of one session", SIBLINGS, budget={"revoke": 2, "close": 1}),
    Setup("two children", ((0, 0, False), (1, 1, False)), budget={"revoke": 2, "kill": 1}),
    Setup("pair: revoked twice", pair=True, budget={"revoke": 2}),
    Setup("pair: killed", pair=True, budget={"revoke": 1, "kill": 1, "lost": 1}),
    Setup("pair: closed", pair=True, budget={"revoke": 1, "close": 1}),
    Setup("pair: not saved", pair=True, budget={"revoke": 1, "save": 1}),
    Setup("pair: not read", pair=True, budget={"revoke": 1, "load": 1, "fail": 1}),
    Setup("pair: out of patience", pair=True, budget={"revoke": 1, "impatient": 1}),
    Setup("silent", budget={"revoke": 1, "silent": 1}),
    Setup("pair: silent", pair=True, budget={"revoke": 1, "silent": 1}),
)
SLOW_WORLDS: Final = (
    Setup("three", THREE, budget={"revoke": 2}),
    Setup("three, killed", THREE, budget={"revoke": 1, "kill": 1, "fail": 1}),
    Setup("three, pair", THREE, pair=True, budget={"revoke": 1, "kill": 1, "close": 1}),
    Setup("silent twice", budget={"revoke": 1, "silent": 2, "fail": 1}),
    Setup("pair: silent twice", pair=True, budget={"revoke": 1, "silent": 2}),
    Setup("pair: silent and killed", pair=True, budget={"revoke": 1, "silent": 1, "kill": 1, "close": 1}),
    Setup("two children and a neighbour", (*SIBLINGS, (1, 0, False)), budget={"revoke": 2}),
    Setup("everything", budget={"revoke": 2, "kill": 1, "fail": 1, "close": 1, "save": 1, "load": 1}),
    Setup("everything, pair", pair=True, budget={"revoke": 2, "kill": 1, "fail": 1, "close": 1, "load": 1}),
)
BY_NAME: Final = {setup.name: setup for setup in WORLDS}


def search(setup: Setup) -> None:
    report = explore(setup)
    sys.stdout.write(f"{setup.name}: {report.states} states, {report.steps} steps, {report.ends} ends\n")
    assert report.ends, "no way leads to an end"


@pytest.mark.parametrize("setup", WORLDS, ids=lambda setup: setup.name)
def test_no_order_of_steps_breaks_a_promise(setup: Setup) -> None:
    search(setup)


@pytest.mark.slow
@pytest.mark.parametrize("setup", SLOW_WORLDS, ids=lambda setup: setup.name)
def test_no_order_of_more_steps_breaks_a_promise(setup: Setup) -> None:
    search(setup)


# --- planted faults --------------------------------------------------------------------------------------

Patch = pytest.MonkeyPatch


def by_the_clock(patch: Patch) -> None:
    """What was issued later is newer, whoever's clock says so."""

    def newer(state: Any, *now_and_found: Any) -> bool:
        found = now_and_found[-1]
        return state.grant is None or found.issued_at > state.grant.minted.issued_at

    patch.setattr(shared, "adoptable", newer)
    patch.setattr(shared, "is_news", newer)
    patch.setattr(shared, "after_held", lambda _state, found: found)


def by_secret_only(patch: Patch) -> None:
    """Whatever is not held just now is news."""

    def other(state: Any, found: Any) -> bool:
        return state.grant is None or bool(state.grant.secret != found.secret)

    patch.setattr(keeping, "is_news", other)
    patch.setattr(shared, "is_news", other)


def in_turn(patch: Patch, changed: Callable[[Any, Any, Any, Any], Flow[Any]]) -> None:
    """Put a fault between a renewal in its turn and who drives it."""
    original = shared._Sharing._in_turn

    def faulty(self: Any, mode: Any, turn: Any, before: Any) -> Flow[Any]:
        flow = original(self, mode, turn, before)
        try:
            return (yield from changed(self, turn, before, flow))
        finally:
            flow.close()

    patch.setattr(shared._Sharing, "_in_turn", faulty)


def does_not_look_again(patch: Patch) -> None:
    """Whoever gets the right to renew goes by what it saw before."""

    def blind(self: Any, turn: Any, document: Any, flow: Any) -> Flow[Any]:
        answer, taken = None, False
        while True:
            try:
                step = flow.send(answer)
            except StopIteration as stop:
                return stop.value
            looks = isinstance(step, Work) and step.do == self.keeping.look
            answer = document if taken and looks else (yield step)
            document = answer if looks else document
            taken = taken or (isinstance(step, Work) and step.do == turn.take and answer)

    in_turn(patch, blind)


def gives_back_before_it_saves(patch: Patch) -> None:
    def hasty(_self: Any, turn: Any, _before: Any, flow: Any) -> Flow[Any]:
        answer = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration as stop:
                return stop.value
            if isinstance(step, Work) and isinstance(step.do, shell._Saving):
                yield Work(turn.give_back)
            answer = yield step

    in_turn(patch, hasty)


def publishes_before_it_saves(patch: Patch) -> None:
    original = shared._Sharing._kept

    def early(self: Any, fresh: Any, document: Any) -> Flow[Any]:
        self.slot.offer(fresh)
        return (yield from original(self, fresh, document))

    patch.setattr(shared._Sharing, "_kept", early)


def shares_failures_for_ever(patch: Patch) -> None:
    patch.setattr(Document, "mishap_since", lambda self, name, _before: self.mishaps.get(name))


def leaves_the_saving_undone(patch: Patch) -> None:
    """Whoever is given up does not see to it that what has come is kept."""
    patch.setattr(turns, "GeneratorExit", ZeroDivisionError, raising=False)


def keeps_the_right(patch: Patch) -> None:
    """A renewal that is given up does not give its turn back."""
    patch.setattr(shell._Turn, "give_back", lambda _self: None)


def loses_patience(patch: Patch) -> None:
    """What works once is sent although another may have sent it."""
    patch.setattr(store_processes, "TokensAsText", lambda name: TokensAsText(name, dies_with_sign_in=False))


def takes_the_right_for_granted(patch: Patch) -> None:
    """A store that did not answer counts as one that gave the right to renew."""

    def take(self: Any) -> bool:
        return self._keeping.enter(self) is not False

    patch.setattr(shell._Turn, "take", take)


def does_not_count(patch: Patch) -> None:
    """Changes are all the same number."""
    original = Document.with_entries
    patch.setattr(
        Document,
        "with_entries",
        lambda self, entries: original(replace(self, revision=max(0, self.revision - 1)), entries),
    )


def forgets_the_others(patch: Patch) -> None:
    """What one keeps takes the place of everything."""
    original = Document.with_entries
    patch.setattr(
        Document, "with_entries", lambda self, entries: original(replace(self, entries={}), entries)
    )


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault, the world in which it has to be found, and what is said of it."""

    plant: Callable[[Patch], None]
    world: str
    says: str


MUTANTS: Final = (
    Mutant(by_the_clock, "revoked twice", "something new"),
    Mutant(by_secret_only, "not saved, two calls", "held before"),
    Mutant(does_not_look_again, "revoked twice", "something new|just been given"),
    Mutant(does_not_look_again, "pair: revoked twice", "something new|just been given|sent twice"),
    Mutant(gives_back_before_it_saves, "revoked twice", "two ask at once|for no reason"),
    Mutant(gives_back_before_it_saves, "pair: revoked twice", "two ask at once|sent twice"),
    Mutant(publishes_before_it_saves, "revoked twice", "before it is kept"),
    Mutant(publishes_before_it_saves, "pair: killed", "before it is kept"),
    Mutant(shares_failures_for_ever, "nothing is kept, failing", "fails by what happened before"),
    Mutant(leaves_the_saving_undone, "pair: closed", "given once is lost"),
    Mutant(keeps_the_right, "revoked twice", "not given back|comes to an end"),
    Mutant(loses_patience, "pair: out of patience", "sent twice"),
    Mutant(takes_the_right_for_granted, "pair: silent", "sent twice"),
    Mutant(does_not_count, "revoked twice", "not counted"),
    Mutant(forgets_the_others, "two children", "what is another's"),
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.plant.__name__}, {mutant.world}")
def test_a_planted_fault_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.plant(monkeypatch)
    with pytest.raises(ViolationError, match=mutant.says):
        explore(BY_NAME[mutant.world])
