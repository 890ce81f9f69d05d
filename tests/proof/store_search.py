"""The search over processes that share what is kept: each state once, and from each a way to an end."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from types import GeneratorType
from typing import Any, Final

from librus_sdk.core.http import Request
from librus_sdk.core.keeping import Document
from librus_sdk.core.refresh import Minted
from librus_sdk.flows.shared import Shared
from librus_sdk.secret import Secret
from librus_sdk.shells.keeping import _Saving

from .model import ViolationError
from .store_processes import SERIES, Actor, Process, Setup
from .store_scene import OWN, Deed, Scene

_NAMES: dict[type, tuple[str, ...]] = {}
_PLAIN: Final = frozenset({str, int, float, bool, type(None), bytes})


class Canon:
    """Puts whatever is remembered into a form that can be compared; new counts of changes are all alike."""

    def of(self, value: Any) -> object:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is Secret:
            return value.reveal()
        if kind is Document:
            series = "new" if value.series not in ("", "?", SERIES) else value.series
            entries = tuple((name, self.of(each)) for name, each in sorted(value.entries.items()))
            mishaps = tuple((name, each.revision) for name, each in sorted(value.mishaps.items()))
            return (series, value.revision, entries, mishaps)
        if isinstance(value, BaseException):
            return kind.__name__
        if kind is tuple:
            return tuple(self.of(each) for each in value)
        if kind is dict:
            return tuple((name, self.of(each)) for name, each in sorted(value.items()))
        if kind is _Saving:
            return value._made
        if kind is GeneratorType:
            return self.frames(value)
        if kind is Minted and value.mark is not None and value.mark[0] not in ("", "?", SERIES):
            return self.of((value.secret, value.issued_at, value.adopted, "new", value.mark[1]))
        if kind is Request or kind is Shared or not is_dataclass(value):
            return kind.__name__
        names = _NAMES.get(kind)
        if names is None:
            names = _NAMES[kind] = tuple(each.name for each in fields(value))
        return tuple(self.of(getattr(value, name)) for name in names)

    def frames(self, generator: Any) -> object:
        found = []
        while generator is not None and getattr(generator, "gi_frame", None) is not None:
            frame = generator.gi_frame
            known = tuple((name, self.of(each)) for name, each in frame.f_locals.items() if name != "self")
            found.append((frame.f_code.co_name, frame.f_lasti, known))
            generator = generator.gi_yieldfrom
        return tuple(found)

    def process(self, process: Process) -> object:
        slots = tuple(
            (self.of(slot.peek()), tuple(self.of(each) for each in process.held[name]))
            for name, slot in process.slots.items()
        )
        keeping = process.keeping
        oauth = (self.of(process.oauth._unanswered), self.of(process.oauth._spent))
        return (
            (process.alive, process.closed, process.clock.now, keeping._owner, keeping._calls._rests_until),
            (keeping._claim is not None, len(keeping._inside)),
            slots,
            oauth,
        )


def state_of(scene: Scene) -> object:
    """Return everything that the future depends on."""
    canon = Canon()
    return (
        tuple(scene.budget.values()),
        canon.of(scene.document()),
        scene.disk.holder and scene.disk.holder.process.number,
        tuple((scene.serial[name], scene.live[name]) for name in scene.names),
        (scene.spent, scene.excused, scene.trouble, min(scene.revoked, 2)),
        tuple(canon.process(process) for process in scene.processes),
        tuple(_actor_state(scene, actor, canon) for actor in scene.actors),
        tuple((process.number, isinstance(do, _Saving), canon.of(do)) for process, do in scene.orphans),
    )


def _actor_state(scene: Scene, actor: Actor, canon: Canon) -> object:
    mine, news = actor.process.number, ()
    if actor.renewal is not None:
        # Of the past, only what has happened since the renewal began is asked for again.
        mishaps = any(w > actor.began and n == actor.name and p != mine for w, n, p in scene.failed)
        saved = tuple(
            canon.of(s) for w, n, s, p in scene.saved if w > actor.began and n == actor.name and p != mine
        )
        news = (mishaps, saved)  # type: ignore[assignment]
    return (
        actor.ended,
        None if actor.ended else canon.frames(actor.flow),
        None if actor.renewal is None else canon.frames(actor.renewal),
        (actor.requests, actor.refused, actor.joined, actor.excused, actor.contacts, actor.mode),
        canon.of(actor.carried),
        news,
    )


@dataclass(slots=True)
class Report:
    """What a search saw."""

    states: int = 0
    steps: int = 0
    ends: int = 0


def explore(setup: Setup, limit: int | None = None) -> Report:
    """Try every order. Raises ViolationError, with the way there, at the first thing that must not be."""
    report = Report()
    numbers: dict[object, int] = {}
    before: list[set[int]] = []
    """For each state those that lead there by a step of somebody's own."""
    ends: list[int] = []
    deeds: list[Deed] = []
    todo: list[tuple[tuple[Deed, ...], int]] = [((), -1)]
    while todo:
        way, origin = todo.pop()
        scene, own = _replayed(setup, way[:-1]), not way or way[-1][0] in OWN
        while True:
            try:
                if way:
                    scene.do(way[-1])
                key = state_of(scene)
                number = numbers.setdefault(key, len(before))
                new = number == len(before)
                if new:
                    before.append(set())
                    deeds = list(scene.deeds())
                    if not any(deed[0] in OWN for deed in deeds):
                        scene.check_end()
                        ends.append(number)
            except ViolationError as violation:
                violation.add_note(f"the way there: {way}")
                raise
            report.steps += 1
            if own and origin >= 0:
                before[number].add(origin)
            if not new:
                break
            if limit is not None and len(before) > limit:
                raise RuntimeError(f"more than {limit} states")
            if not deeds:
                break
            todo += [((*way, deed), number) for deed in deeds[1:]]
            way, origin, own = (*way, deeds[0]), number, deeds[0][0] in OWN
    _check_that_all_end(before, ends)
    report.states, report.ends = len(before), len(ends)
    return report


def _replayed(setup: Setup, way: tuple[Deed, ...]) -> Scene:
    scene = Scene(setup)
    for deed in way:
        scene.do(deed)
    return scene


def _check_that_all_end(before: list[set[int]], ends: list[int]) -> None:
    """From everywhere there is a way to an end that needs no adversary."""
    reached, todo = set(ends), list(ends)
    while todo:
        for number in before[todo.pop()]:
            if number not in reached:
                reached.add(number)
                todo.append(number)
    if len(reached) < len(before):
        raise ViolationError("I5", f"from {len(before) - len(reached)} states nobody comes to an end")
