"""Planted faults: each is one edit of the shipped source, and the invariants that must notice it."""

from __future__ import annotations
import __future__

import inspect
import textwrap
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import pytest

from librus_sdk.core import refresh
from librus_sdk.flows import call, portal
from librus_sdk.shells import slots


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault.

    Attributes:
        where: the function, or class and method, of the shipped code that is edited.
        old, new: the edit; the old text must stand there exactly once.
        caught_by: the invariants one of which must be the first to notice.
        worlds: where to look for it.
    """

    name: str
    where: str
    old: str
    new: str
    caught_by: frozenset[str]
    worlds: tuple[str, ...]

    def plant(self, patch: pytest.MonkeyPatch) -> None:
        """Put the edited function in place of the shipped one, wherever its name is used."""
        module: ModuleType = slots if self.where.startswith("Slot.") else refresh
        owner: Any = module
        *outer, name = self.where.split(".")
        for part in outer:
            owner = getattr(owner, part)
        original = inspect.unwrap(getattr(owner, name))
        source = textwrap.dedent(inspect.getsource(original))
        assert source.count(self.old) == 1, f"{self.name}: the shipped code has changed; edit the mutant"
        flags = __future__.annotations.compiler_flag
        code = compile(source.replace(self.old, self.new), f"<{self.name}>", "exec", flags=flags)
        made: dict[str, Any] = {}
        exec(code, module.__dict__, made)
        holders = [owner] if outer else [refresh, call, portal]
        for holder in holders:
            if getattr(holder, name, None) is original:
                patch.setattr(holder, name, made[name])


def _mutant(name: str, where: str, old: str, new: str, caught_by: str, *worlds: str) -> Mutant:
    return Mutant(name, where, old, new, frozenset(caught_by.split()), worlds)


MUTANTS: Final = (
    _mutant(
        "unconditional invalidation",
        "reject",
        "or grant.generation != generation or generation <= state.refused:\n        return state",
        "or grant.generation <= state.refused:\n        return state\n    generation = grant.generation",
        "I3 I8",
        "revoked twice",
    ),
    _mutant(
        "a late 401 asks for a newer generation",
        "after_refusal",
        "need=generation + 1",
        "need=generation + 2",
        "I3",
        "revoked twice",
    ),
    _mutant(
        "equal secrets are one generation",
        "_published",
        "generation = state.generation + 1",
        "generation = state.generation + (state.grant is None or state.grant.secret != minted.secret)",
        "GENERATION",
        "odd server",
    ),
    _mutant(
        "the refused grant is handed out",
        "_grant_phase",
        "grant.generation <= state.refused",
        "grant.generation < state.refused",
        "I2",
        "revoked twice",
    ),
    _mutant(
        "the refused secret is published again",
        "makes_no_progress",
        "bool(state.grant.secret == secret)",
        "False",
        "I2",
        "odd server",
    ),
    _mutant("no retry budget", "after_refusal", "refusals > 2 or ", "False and ", "I4", "refused for ever"),
    _mutant(
        "a replay after an own flight",
        "after_refusal",
        " or (refusals == 2 and ticket.contacted)",
        "",
        "I4",
        "refused for ever",
    ),
    _mutant(
        "contacted is never set", "Ticket.joined", "contacted=True", "contacted=False", "I4", "revoked twice"
    ),
    _mutant(
        "a call stands in line for ever",
        "Ticket.joined",
        "waits >= WAITS_BEFORE_SENDING",
        "False",
        "I4",
        "in line",
    ),
    _mutant(
        "two flights of one slot",
        "_start_or_join",
        "if state.flight is not None:",
        "if False:",
        "I1",
        "revoked twice",
    ),
    _mutant(
        "every call starts a flight beside an ageing grant",
        "acquire",
        "if state.flight is None and not cooling and not ticket.contacted:",
        "if not cooling and not ticket.contacted:",
        "I1",
        "assumed lifetime",
    ),
    _mutant(
        "an ageing grant is renewed during the cooldown",
        "acquire",
        "if state.flight is None and not cooling and not ticket.contacted:",
        "if state.flight is None and not ticket.contacted:",
        "I6",
        "assumed lifetime, failing",
    ),
    _mutant(
        "no cooldown after a failure",
        "fail",
        "cooldown=failure, cooldown_until=now + delay",
        "cooldown=None",
        "I6",
        "revoked twice",
    ),
    _mutant(
        "the cooldown is ignored",
        "acquire",
        "if state.flight is None and cooling and state.cooldown is not None:",
        "if False:",
        "I6",
        "revoked twice",
    ),
    _mutant(
        "a server that refuses everything gets a refresh storm",
        "reject",
        "refusals < REFUSALS_BEFORE_COOLDOWN",
        "refusals < 99",
        "I6",
        "revoked twice",
    ),
    _mutant(
        "the latch is ignored",
        "acquire",
        "state.latch is not None and mode",
        "False and mode",
        "I11",
        "terminal",
    ),
    _mutant("no latch after a terminal failure", "fail", "latch=failure, ", "", "I11", "terminal"),
    _mutant(
        "an assumed expiry blocks",
        "Grant.phase",
        "self.minted.declared and now",
        "now",
        "I3",
        "assumed lifetime",
    ),
    _mutant(
        "a usable grant is held back during the cooldown",
        "acquire",
        "if phase is Phase.FRESH:",
        "if phase is Phase.FRESH and not cooling:",
        "I8",
        "explicit refresh",
    ),
    _mutant(
        "a failed refresh loses the grant",
        "fail",
        "failures=failures, cooldown=failure",
        "failures=failures, grant=None, cooldown=failure",
        "I7",
        "revoked twice",
    ),
    _mutant(
        "an interruption counts as a failure",
        "abandon",
        "return replace(state, flight=None)",
        'return fail(state, 0.0, flight, FlightFailure(closed_error(), "terminal"))[0]',
        "I8",
        "cold start, interrupted",
    ),
    _mutant(
        "an abandoned flight is never replaced",
        "abandon",
        "return replace(state, flight=None)",
        "return state",
        "I5",
        "interrupted",
    ),
    _mutant(
        "the end of a dropped flight ends the next one",
        "publish",
        "if state.closed or state.flight != flight:",
        "if state.closed or state.flight is None:",
        "I5",
        "late answer",
    ),
    _mutant(
        "what a dropped flight brought is thrown away",
        "Slot._publish",
        "self._state = refresh.offer(self._state, minted, spread=spread)",
        "pass",
        "I7",
        "late answer",
    ),
    _mutant(
        "the leader's cancellation ends the flight",
        "Slot.leave",
        "self._waiters.pop(waiter, None)",
        "flight = self._state.flight\n"
        "        if waiter is next(iter(self._waiters)) and flight is not None:\n"
        "            self._state = refresh.abandon(self._state, flight)\n"
        "        self._waiters.pop(waiter, None)",
        "I9",
        "revoked twice",
    ),
    _mutant(
        "waiters of a failed flight are not told",
        "Slot._fail",
        "waiters = self._waiters_of(flight)",
        "waiters = []",
        "I6",
        "revoked twice",
    ),
    _mutant(
        "waiters of an abandoned flight are not told",
        "Slot.release",
        "waiters = self._waiters_of(flight)",
        "waiters = []",
        "I5",
        "interrupted",
    ),
    _mutant(
        "a closed slot takes an offer",
        "offer",
        "if state.closed or minted.owner != state.key:",
        "if minted.owner != state.key:",
        "CLOSED",
        "login and close",
    ),
    _mutant(
        "a closed slot is asked", "acquire", "if state.closed:", "if False:", "CLOSED", "login and close"
    ),
    _mutant(
        "an older token is taken",
        "offer",
        "minted.issued_at <= grant.minted.issued_at or ",
        "",
        "I7",
        "news",
    ),
    _mutant(
        "old news brings a former token back",
        "offer",
        "if minted.secret in state.former:",
        "if False:",
        "I7",
        "stale news",
    ),
    _mutant(
        "a flight replaces a newer token that was offered",
        "publish",
        "held.minted.issued_at > minted.issued_at",
        "False",
        "I7",
        "news",
    ),
    _mutant(
        "somebody else's token is offered",
        "offer",
        "if state.closed or minted.owner != state.key:",
        "if state.closed:",
        "I10",
        "news",
    ),
    _mutant(
        "somebody else's token is published",
        "publish",
        "if minted.owner != state.key:",
        "if False:",
        "I10 I2",
        "odd server",
    ),
    _mutant(
        "an expired token is published",
        "publish",
        "elif minted.declared and minted.expires_at is not None and now >= minted.expires_at:",
        "elif False:",
        "I2",
        "declared lifetime",
    ),
    _mutant(
        "an expired token ends a call that waited without a refusal",
        "acquire",
        "(ticket.contacted or (cooling and not grant.expired(now)))",
        "not grant.expired(now) and (ticket.contacted or cooling)",
        "I8",
        "expired while it slept",
    ),
)
