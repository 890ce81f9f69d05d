"""Identical reads that share one sending: every order of three callers; mutants are caught.

The search replays each way from its beginning, so what it drives is the very object that the shells use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, cast

import pytest

from librus_sdk.core.answers import whole_call_error
from librus_sdk.core.http import Request, Response
from librus_sdk.core.refresh import Fail
from librus_sdk.errors import LibrusApiError, LibrusTimeoutError
from librus_sdk.flows.steps import Once, Sent
from librus_sdk.shells import sharing
from librus_sdk.shells.limits import Limit
from librus_sdk.shells.sharing import Sending, Sendings, Shared, own
from librus_sdk.shells.slots import ABANDONED

Deed = tuple[str, int]
REQUEST: Final = Request("GET", "https://api.example/3.0/Grades", endpoint="Grades")
CALLERS: Final = 3


class Interrupted(BaseException):
    """Somebody pressed Ctrl-C."""


class Handle:
    """What a caller waits on; the first outcome counts. ``brittle``: the next waking is cut short."""

    def __init__(self) -> None:
        self.outcome: Shared | None = None
        self.brittle = False

    def settle(self, outcome: Shared) -> None:
        if self.brittle:
            self.brittle = False
            raise Interrupted
        if self.outcome is None:
            self.outcome = outcome


@dataclass
class Actor:
    """One caller of the read."""

    at: str = "outside"
    key: Any = None
    mine: Any = None
    handle: Handle = field(default_factory=Handle)
    written: int = 0
    saw: int = -1
    error: Any = None

    def known(self) -> tuple[Any, ...]:
        outcome = self.handle.outcome
        told = repr(outcome.answer.headers) if isinstance(outcome, Sent) else type(outcome).__name__  # type: ignore[union-attr]
        return self.at, self.key and self.key[1], told, self.written, self.saw, type(self.error).__name__


class Scene:
    """Callers, a server with one value, and a writer; ``budget`` is what may go wrong."""

    def __init__(self, sendings: Sendings, budget: dict[str, int]) -> None:
        self.sendings = sendings
        self.left = dict(budget)
        self.actors = [Actor() for _ in range(CALLERS)]
        self.value = 0
        self.written = 0
        self.writing: Any = None
        self.requests = 0
        self.troubled = False
        self.ended = False

    def state(self) -> tuple[Any, ...]:
        actors = tuple(actor.known() for actor in self.actors)
        rest = (self.value, self.written, self.writing is not None, self.requests, self.troubled, self.ended)
        return (actors, tuple(self.left.items()), rest)

    # --- what may happen -----------------------------------------------------------------------------------

    def deeds(self) -> Iterator[Deed]:
        for number, actor in enumerate(self.actors):
            if actor.at in ("outside", "again"):
                yield "enter", number
            if actor.at == "driving":
                yield "send", number
            if actor.at == "sent":
                yield "answer", number
            if actor.at == "waiting" and actor.handle.outcome is not None:
                yield "wake", number
            for trouble in self._troubles(actor):
                if self.left.get(trouble, 0):
                    yield trouble, number
        if self.left.get("write", 0) and self.writing is None:
            yield "write", 0
        if self.writing is not None:
            yield ("apply" if self.value == self.written else "written"), 0

    @staticmethod
    def _troubles(actor: Actor) -> tuple[str, ...]:
        if actor.at == "sent":
            return "fail", "late", "cut", "interrupt"
        return ("interrupt",) if actor.at in ("driving", "waiting", "again") else ()

    def do(self, deed: Deed) -> None:
        what, number = deed
        if what in self.left:
            self.left[what] -= 1
            self.troubled |= what not in ("write", "fail")
        cast("Callable[[Actor], None]", getattr(self, f"_{what}"))(self.actors[number])

    def _enter(self, actor: Actor) -> None:
        if actor.at == "outside":
            flow: Any = None
            actor.key = self.sendings.key(Once(REQUEST, (), flow), Limit(1000))
            actor.written = self.written
        actor.mine, actor.handle = Sending(actor.key), Handle()
        actor.at = "driving" if self.sendings.enter(actor.mine, actor.handle) else "waiting"

    def _send(self, actor: Actor) -> None:
        self.requests += 1
        actor.saw, actor.at = self.value, "sent"

    def _answer(self, actor: Actor) -> None:
        self._end(actor, Sent(Response(200, b"", {"value": str(actor.saw)})))

    def _fail(self, actor: Actor) -> None:
        actor.error = LibrusApiError("trouble")
        actor.error.__cause__ = LibrusApiError("the first")
        self._end(actor, Fail(actor.error))

    def _late(self, actor: Actor) -> None:
        actor.error = whole_call_error("Grades", 100)
        self._end(actor, Fail(actor.error))

    def _end(self, actor: Actor, outcome: Shared) -> None:
        self.ended = True
        self.sendings.end(actor.mine, outcome)
        self.sendings.leave(actor.mine, actor.handle)
        actor.at = "done"

    def _cut(self, actor: Actor) -> None:
        """It has its answer, and is interrupted while it wakes the others."""
        self.ended = True
        for other in self.actors:
            waits = other.at == "waiting" and other.handle.outcome is None
            other.handle.brittle = waits and other.key == actor.key
            if other.handle.brittle:
                break
        with suppress(Interrupted):
            self.sendings.end(actor.mine, Sent(Response(200, b"", {"value": str(actor.saw)})))
        self._interrupt(actor)

    def _interrupt(self, actor: Actor) -> None:
        if actor.at != "again":
            self.sendings.leave(actor.mine, actor.handle)
        actor.at = "gone"

    def _wake(self, actor: Actor) -> None:
        outcome = actor.handle.outcome
        self.sendings.leave(actor.mine, actor.handle)
        assert outcome is not None
        if outcome is ABANDONED:
            actor.at = "again"
            return
        mine = own(outcome)
        actor.at = "done"
        if isinstance(mine, Fail):
            actor.error = mine.error
        else:
            assert isinstance(mine.answer, Response)
            actor.saw = int(mine.answer.headers["value"])

    def _write(self, _actor: Actor) -> None:
        self.writing = self.sendings.write()
        self.writing.__enter__()

    def _apply(self, _actor: Actor) -> None:
        self.value += 1

    def _written(self, _actor: Actor) -> None:
        self.writing.__exit__(None, None, None)
        self.writing, self.written = None, self.value

    # --- what must hold ------------------------------------------------------------------------------------

    def check(self) -> None:
        drivers = [actor.key for actor in self.actors if actor.at in ("driving", "sent")]
        assert len(drivers) == len(set(drivers)), "two send the same"
        for actor in self.actors:
            if actor.at == "waiting" and actor.handle.outcome is None:
                assert actor.key in drivers, "one waits for nobody"
            if actor.at == "done" and actor.error is None:
                assert actor.saw >= actor.written, "one was answered from before what it knows was written"
        errors = [actor.error for actor in self.actors if actor.error is not None]
        causes = [error.__cause__ for error in errors if error.__cause__ is not None]
        assert len({id(error) for error in [*errors, *causes]}) == len(errors) + len(causes), "a shared error"
        late = [error for error in errors if isinstance(error, LibrusTimeoutError)]
        assert len(late) == self.budget_spent("late"), "another one's time ran out"

    def budget_spent(self, what: str) -> int:
        return int(what in self.left and not self.left[what])

    def check_end(self) -> None:
        assert all(actor.at in ("done", "gone") for actor in self.actors), "one hangs"
        assert self.sendings.idle, "something is left behind"


def explore(make: Callable[[], Sendings], budget: dict[str, int]) -> tuple[int, set[int]]:
    """Try every order. Returns how many states there are, and the numbers of requests they end with."""
    seen: set[Any] = set()
    requests: set[int] = set()
    todo: list[tuple[Deed, ...]] = [()]
    while todo:
        way = todo.pop()
        scene = Scene(make(), budget)
        for deed in way:
            scene.do(deed)
        scene.check()
        state = scene.state()
        if state in seen:
            continue
        seen.add(state)
        following = [(*way, deed) for deed in scene.deeds()]
        if not following:
            scene.check_end()
            requests.add(scene.requests)
        todo += following
    return len(seen), requests


BUDGETS: Final[dict[str, dict[str, int]]] = {
    "nothing": {},
    "failing": {"fail": 1},
    "interrupted twice": {"interrupt": 2, "fail": 1},
    "cut short": {"cut": 1, "interrupt": 1},
    "late": {"late": 1, "interrupt": 1},
    "written": {"write": 1, "interrupt": 1},
    "everything but a write": {"interrupt": 1, "fail": 1, "late": 1, "cut": 1},
}


@pytest.mark.parametrize("name", list(BUDGETS))
def test_every_order_of_three_callers(name: str) -> None:
    states, requests = explore(Sendings, BUDGETS[name])
    assert states > 20
    # From all at once to one after the other; and none, where everybody gives up before.
    assert requests == set(range(min(requests), CALLERS + 1))
    assert min(requests) == (0 if BUDGETS[name].get("interrupt", 0) >= CALLERS else 1)


def test_callers_who_are_all_there_make_one_request() -> None:
    scene = Scene(Sendings(), {})
    for number in range(CALLERS):
        scene.do(("enter", number))
    while following := list(scene.deeds()):
        scene.do(following[0])
        scene.check()
    scene.check_end()
    assert scene.requests == 1


# --- mutants ------------------------------------------------------------------------------------------------


class ForgetsToWake(Sendings):
    """Whoever is interrupted tells nobody."""

    def end(self, sending: Sending, outcome: Shared = ABANDONED) -> None:
        if outcome is ABANDONED:
            sending.waiters.clear()
        super().end(sending, outcome)


class StaysListed(Sendings):
    """A sending that is over is joined still."""

    def end(self, sending: Sending, outcome: Shared = ABANDONED) -> None:
        key_of: Any = self._under_way
        listed = dict(key_of)
        super().end(sending, outcome)
        key_of.update(listed)


class SendsAlways(Sendings):
    """Nobody waits."""

    def enter(self, mine: Sending, waiter: Any) -> bool:
        del mine, waiter
        return True


class KnowsNoWrites(Sendings):
    """What was written makes no difference."""

    def key(self, step: Once, limit: Limit, home: Any = None) -> Any:
        return home, 0, limit, step.request

    @contextmanager
    def write(self) -> Iterator[None]:
        yield


class CountsOnlyBeginnings(Sendings):
    """A read that began while something was written is joined by those who know that it was."""

    @contextmanager
    def write(self) -> Iterator[None]:
        self._written()
        yield


OUT_OF_DATE: Final = "answered from before what it knows was written"
MUTANTS: Final[dict[type[Sendings], str]] = {
    ForgetsToWake: "one waits for nobody",
    StaysListed: "one waits for nobody",
    SendsAlways: "two send the same",
    KnowsNoWrites: OUT_OF_DATE,
    CountsOnlyBeginnings: OUT_OF_DATE,
}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_caught(mutant: type[Sendings]) -> None:
    def hunt() -> None:
        for budget in BUDGETS.values():
            explore(mutant, budget)

    with pytest.raises(AssertionError, match=MUTANTS[mutant]):
        hunt()


def test_a_shared_error_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "own", lambda outcome: outcome)
    with pytest.raises(AssertionError, match="a shared error"):
        explore(Sendings, BUDGETS["failing"])


def test_another_ones_want_of_time_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_for_all", lambda outcome: outcome)
    with pytest.raises(AssertionError, match="another one's time"):
        explore(Sendings, BUDGETS["late"])
