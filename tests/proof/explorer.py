"""The search: every state that can be reached, each visited once."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from librus_sdk.core.refresh import Phase

from .model import IDLE, Setup, State, ViolationError
from .world import World


@dataclass(slots=True)
class Report:
    """What a search saw."""

    states: int = 0
    steps: int = 0
    ends: int = 0
    seconds: float = 0.0
    seen: set[tuple[Phase, str, Phase]] = field(default_factory=set)


def explore(setup: Setup, *, retry_failures: bool = False, limit: int | None = None) -> Report:
    """Visit every state. Raises ViolationError, with the way there, at the first broken invariant.

    A way that comes back to a state it has passed would be a livelock (I5): every deed of the adversary is
    paid from its budget, so the callers' own steps must lead somewhere.
    """
    began = time.process_time()
    world = World(setup, retry_failures=retry_failures)
    report = Report(seen=world.cast.seen)
    start = world.start()
    finished: dict[State, bool] = {start: False}
    path: list[str] = []
    stack = [(start, world.successors(start))]
    report.states = 1
    try:
        while stack:
            state, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                if not finished[state]:
                    finished[state] = True
                stack.pop()
                if path:
                    path.pop()
                continue
            label, successor = following
            report.steps += 1
            done = finished.get(successor)
            if done is None:
                finished[successor] = False
                report.states += 1
                if limit is not None and report.states > limit:
                    raise RuntimeError(f"more than {limit} states")
                path.append(label)
                stack.append((successor, world.successors(successor)))
                report.ends += _check_end(successor)
            elif not done and successor != state:
                raise ViolationError("I5", "callers go round in a circle")
    except ViolationError as violation:
        violation.add_note("\n".join(["the way there:", *path]))
        raise
    report.seconds = time.process_time() - began
    return report


def _check_end(state: State) -> int:
    return int(all(actor.status in IDLE for actor in state.callers) and not state.flights)
