"""The transitions of a slot as a table, and the state diagram drawn from it.

The table describes what the functions of :mod:`librus_sdk.core.refresh` do; it decides nothing.  The test
suite holds the two together: every change that any order of any events can bring about stands in a row, and
every row is brought about.  What the table does not list changes nothing: a late 401 (a refusal of an older
generation), the result of a flight that was dropped, an offer of an older credential.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .refresh import Phase

__all__ = ["TRANSITIONS", "Transition", "markdown", "mermaid", "triples"]

_EMPTY, _FRESH, _AGEING, _DUE = Phase.EMPTY, Phase.FRESH, Phase.AGEING, Phase.DUE
_REJECTED, _COOLING, _LATCHED, _CLOSED = Phase.REJECTED, Phase.COOLING, Phase.LATCHED, Phase.CLOSED

_GOOD: Final = (_FRESH, _AGEING, _DUE)
_PLAIN: Final = (_EMPTY, *_GOOD, _REJECTED)
_OPEN: Final = (*_PLAIN, _COOLING, _LATCHED)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row.

    Attributes:
        event: what happens; the function of the same name decides.
        before: the phases it may happen in.
        after: the phases it may lead to; None when the phase stays what it is.
        guard: under what condition.
        effect: what it does besides.
        drawn: whether the diagram shows it; what happens rarely stands in the table only.
    """

    event: str
    before: tuple[Phase, ...]
    after: tuple[Phase, ...] | None
    guard: str
    effect: str
    drawn: bool = True

    def triples(self) -> Iterator[tuple[Phase, str, Phase]]:
        """Every single step the row stands for."""
        for before in self.before:
            for after in self.after or (before,):
                yield before, self.event, after


TRANSITIONS: Final = (
    Transition(
        "start",
        (_EMPTY, _DUE, _REJECTED),
        None,
        "a call asks that has not used up its waits; no flight",
        "a flight; later callers join it",
    ),
    Transition(
        "start anyway",
        _OPEN,
        None,
        "a person asks: an explicit refresh (in any phase) or a new sign-in; no flight",
        "a flight, cooldown and latch notwithstanding",
    ),
    Transition(
        "start beside",
        (_AGEING,),
        None,
        "a call asks; no flight",
        "the call gets the grant at once, and a flight starts that it does not wait for",
    ),
    Transition(
        "start beside",
        (_COOLING, _LATCHED),
        None,
        "a person signs in again; the grant below is ageing; no flight",
        "as above",
    ),
    Transition("clock", (_FRESH,), (_AGEING,), "the advisory window of the expiry is reached", "none"),
    Transition("clock", (_AGEING,), (_DUE,), "the mandatory window of a declared expiry is reached", "none"),
    Transition("clock", (_FRESH,), (_DUE,), "as above; nobody looked in between", "none", drawn=False),
    Transition("clock", (_COOLING,), _PLAIN, "the cooldown is over", "the phase below shows again"),
    Transition(
        "reject",
        _GOOD,
        (_REJECTED,),
        "the server refused the current generation",
        "this grant is never sent again",
    ),
    Transition(
        "reject",
        _GOOD,
        (_COOLING,),
        "as above, and it is the second in a row that was never accepted",
        "a cooldown, longer each time",
    ),
    Transition(
        "reject",
        (_COOLING, _LATCHED),
        None,
        "the server refused the current generation",
        "REJECTED below, once the cooldown or latch is gone",
    ),
    Transition(
        "accept",
        (*_GOOD, _REJECTED, _COOLING, _LATCHED),
        None,
        "the server took the current generation",
        "the refusals in a row are forgotten",
    ),
    Transition(
        "publish",
        _OPEN,
        (_FRESH,),
        "the flight under way brought a credential of the right owner, not expired, not the refused one",
        "generation + 1; cooldown and latch gone; every waiter gets this grant",
    ),
    Transition(
        "publish", _OPEN, (_AGEING, _DUE), "as above; it came late or lives short", "as above", drawn=False
    ),
    Transition(
        "superseded",
        (*_GOOD, _COOLING, _LATCHED),
        None,
        "the flight under way brought one that was asked for before the good one the slot holds by now",
        "the flight ends; every waiter gets the one the slot holds",
    ),
    Transition(
        "publish failure",
        (*_PLAIN, _COOLING),
        (_COOLING,),
        "the flight under way brought another owner's, an expired or the refused credential",
        "as fail (transient)",
    ),
    Transition("publish failure", (_LATCHED,), None, "as above", "the latch stays"),
    Transition(
        "fail (transient)",
        (*_PLAIN, _COOLING),
        (_COOLING,),
        "the flight under way failed, and the next may not",
        "a cooldown; every waiter gets an error of its own for this one failure",
    ),
    Transition("fail (transient)", (_LATCHED,), None, "as above", "the latch stays"),
    Transition(
        "fail (terminal)",
        _OPEN,
        (_LATCHED,),
        "the flight under way failed in a way only a person can mend",
        "no I/O until somebody signs in again or asks for a refresh",
    ),
    Transition(
        "fail (passing)",
        _OPEN,
        None,
        "the flight under way failed because of a slot below, which remembers it itself",
        "the flight ends; every waiter gets an error of its own",
    ),
    Transition(
        "abandon",
        _OPEN,
        None,
        "the flight's owner was interrupted, its loop closed, the process forked",
        "the flight is dropped; waiters decide again, exactly one takes over",
    ),
    Transition(
        "offer",
        _OPEN,
        (_FRESH,),
        "a credential came along with another answer: right owner, asked for later, another secret",
        "as publish, but a flight under way goes on",
    ),
    Transition(
        "offer", _OPEN, (_AGEING, _DUE), "as above; it came late or lives short", "as above", drawn=False
    ),
    Transition("reset", (_COOLING, _LATCHED), _PLAIN, "somebody signed in again", "cooldown and latch gone"),
    Transition("reset", _PLAIN, None, "somebody signed in again", "failures and refusals are forgotten"),
    Transition("close", _OPEN, (_CLOSED,), "the session is closed", "credential and flight gone, for good"),
)


def triples() -> frozenset[tuple[Phase, str, Phase]]:
    """Every single step of the table: phase, event, phase."""
    return frozenset(triple for row in TRANSITIONS for triple in row.triples())


def mermaid() -> str:
    """Draw the table: one arrow for each pair of phases, with the events that lead from one to the other."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in TRANSITIONS:
        for before, after in _arrows(row):
            arrows.setdefault((before, after), []).append(row.event)
    lines = ["stateDiagram-v2", f"    state {_BELOW} <<choice>>", f'    state "any other" as {_ANY}']
    lines.append(f"    [*] --> {_EMPTY}")
    lines += [f"    {before} --> {after}: {', '.join(events)}" for (before, after), events in arrows.items()]
    lines += [f"    {_BELOW} --> {phase}" for phase in _PLAIN]
    lines.append(f"    {_CLOSED} --> [*]")
    return "\n".join(lines)


_BELOW: Final = "below"
"""Where a lifted cooldown or latch leads: to what the grant alone says."""
_ANY: Final = "any"


def _arrows(row: Transition) -> Iterator[tuple[str, str]]:
    if row.after is None or not row.drawn:
        return
    if row.after == (_CLOSED,):
        yield _ANY, _CLOSED
        return
    for before in row.before:
        for after in (_BELOW,) if row.after == _PLAIN else row.after:
            if before is not after:
                yield before, after


def markdown() -> str:
    """Write the table down: one line a row."""
    lines = ["| Event | In | Leads to | When | Effect |", "|---|---|---|---|---|"]
    for row in TRANSITIONS:
        after = "(stays)" if row.after is None else _names(row.after)
        lines.append(f"| {row.event} | {_names(row.before)} | {after} | {row.guard} | {row.effect} |")
    return "\n".join(lines)


def _names(phases: tuple[Phase, ...]) -> str:
    return f"any but {_CLOSED}" if phases == _OPEN else ", ".join(phases)
