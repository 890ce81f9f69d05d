"""Every kind of endpoint meets every fault, on both shells: the documented end, and a sound session after.

What is expected is a table (:mod:`tests.faults.expected`); what is done there, :mod:`tests.faults.kinds` and
:mod:`tests.faults.faults` say.  A fault lasts until the call is over, unless its name begins with ``once``.
"""

from __future__ import annotations

import time
from typing import Any, Final

import pytest

from librus_sdk import LibrusSdkError
from librus_sdk.errors import LibrusTerminalAuthenticationError
from librus_sdk.models import Delivery
from tests.faults.expected import CODES, EXPECTED
from tests.faults.faults import FAULTS, SLOW_MS
from tests.faults.kinds import KINDS
from tests.faults.scenery import Scenery, scenery
from tests.safety.evidence import Needles

PATIENCE_S: Final = 6.0
"""Real seconds a call may take beyond its own limit: many answers come on one slow machine."""
LONGEST_PAUSES_S: Final = 200.0
"""Seconds of the session's clock it may pause: a file is waited for; what a server asks for has a limit."""
SHELLS: Final = ("threads", "tasks")
CELLS: Final = [(*cell, shell) for cell in EXPECTED for shell in SHELLS]


def ended(scene: Scenery, read: Any) -> tuple[str, Any]:
    """How a call ends, in the words of the table (``data`` for any), and what it brought."""
    try:
        found = scene.do(read)
    except LibrusSdkError as error:
        scene.evidence.take_error(error)
        return error.code, error
    if isinstance(found, Delivery) and found.outcome != "accepted":
        return {"unknown": "maybe", "rejected": "no"}[found.outcome], found
    return "data", found


def the_same(one: Any, other: Any) -> bool:
    """Whether two reads brought the same; of what was sent each has its own id."""
    if isinstance(one, Delivery):
        return bool(one.outcome == other.outcome)
    return bool(one == other)


def test_the_table_is_whole() -> None:
    assert {kind for kind, _ in EXPECTED} == set(KINDS)
    assert {fault for _, fault in EXPECTED} == set(FAULTS)
    assert len(EXPECTED) > 700


@pytest.mark.parametrize(("name", "what", "shell"), CELLS, ids=["-".join(cell) for cell in CELLS])
def test_a_fault(name: str, what: str, shell: str) -> None:
    kind, fault, word = KINDS[name], FAULTS[what], EXPECTED[name, what]
    with scenery(shell, fault) as scene:
        with scene.evidence.listening():
            read = scene.patiently(lambda: kind.open(scene))
            whole = scene.patiently(lambda: scene.do(read))
            # Old enough not to be taken for a session that was just made.
            scene.clock.advance(600)
            kind.die(scene.sim)
            fault.order(scene, kind.endpoint, kind.host, kind.media)
            began, paused = time.monotonic(), sum(scene.clock.slept)

            code, found = ended(scene, read)

            assert code == CODES.get(word, "data" if word == "sent" else word), repr(found)
            if word == "data":
                assert the_same(found, whole)
            limit_s = (SLOW_MS / 1000 if fault.slow else 0) + PATIENCE_S
            assert time.monotonic() - began < limit_s
            assert sum(scene.clock.slept) - paused < LONGEST_PAUSES_S

            # Whatever it was, it has passed; what the session remembers of it has passed as well.
            fault.end(scene.sim, kind.host)
            scene.pass_time()
            if isinstance(found, LibrusTerminalAuthenticationError):
                scene.do(scene.session.login)
            assert the_same(scene.patiently(lambda: scene.do(read)), whole)

            assert scene.busy_pools() == []
            scene.close_sessions()
        needles = Needles(scene.sim.secrets() | scene.sim.personal())
        assert scene.evidence.leaks(needles) == {}
