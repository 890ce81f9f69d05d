"""Who and what there is in a world, apart from what happens to it: slots, flows, names."""

from __future__ import annotations

from librus_sdk.core.refresh import Mode, Phase
from librus_sdk.errors import LibrusAccountActionRequiredError, LibrusTerminalAuthenticationError
from librus_sdk.flows.steps import Acquire, Attempt

from .boxes import Box, Canon
from .machines import (
    PORTAL_KEY,
    Machine,
    Port,
    child_renewal,
    data_call,
    explicit_refresh,
    one_exchange,
)
from .model import Actor, Setup


class Cast:
    """The slots and flows of one setup, and the transitions that were seen."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.seen: set[tuple[Phase, str, Phase]] = set()
        children = 1 + max(child for child, _ in setup.callers)
        self.children = children
        slots = children + 1 if setup.portal else children
        canon = Canon()
        self.keys = [f"child {number}" for number in range(children)] + [PORTAL_KEY] * setup.portal
        self.boxes = [
            Box.make(
                canon,
                key,
                lambda _mode: iter(()),  # type: ignore[arg-type, return-value]  # flown by the model
                (LibrusTerminalAuthenticationError,)
                if key == PORTAL_KEY
                else (LibrusAccountActionRequiredError,),
            )
            for key in self.keys
        ]
        self.machines: list[Machine] = []
        self._number: dict[tuple[str, int, str], int] = {}
        for child in range(children):
            self._add("call", child, "", data_call(slots, child))
            self._add("refresh", child, "", explicit_refresh(slots, child))
            modes: tuple[Mode, ...] = ("need", "insist", "force")
            for mode in modes:
                machine = (
                    child_renewal(slots, children, child, mode)
                    if setup.portal
                    else one_exchange(slots, setup.declared)
                )
                self._add("renewal", child, mode, machine)
        if setup.portal:
            machine = one_exchange(slots, None)
            for mode in ("need", "insist", "force"):
                self._add("renewal", children, mode, machine)

    def _add(self, what: str, slot: int, mode: str, machine: Machine) -> None:
        self._number[what, slot, mode] = len(self.machines)
        self.machines.append(machine)

    def caller(self, child: int, *, explicit: bool) -> Actor:
        """A caller before its first step."""
        return Actor(self._number["refresh" if explicit else "call", child, ""], 0, "run", None)

    def slot_of(self, actor: Actor) -> int:
        step = self.machines[actor.machine].steps[actor.point]
        assert isinstance(step, (Attempt, Acquire))
        assert isinstance(step.slot, Port)
        return step.slot.number

    def flight_number(self, slot: int, state: int) -> int:
        """The number of the flight that is under way in this state of the slot, or -1."""
        box = self.boxes[slot]
        flight = box.states[state].flight
        return next((n for n in range(16) if box.flight(n) is flight), -1)

    def renewal(self, slot: int, mode: Mode) -> int:
        """The number of the machine that renews this slot."""
        return self._number["renewal", slot, mode]
