"""Every kind of endpoint meets every fault, on both shells: the documented end, and a sound session after.

What is expected is a table (:mod:`tests.faults.expected`); what is done there, :mod:`tests.faults.kinds` and
:mod:`tests.faults.faults` say.  A fault lasts until the call is over, unless its name begins with ``once``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any, Final

import pytest

from librus_sdk import LibrusSdkError
from librus_sdk.errors import LibrusTerminalAuthenticationError
from librus_sdk.models import Delivery
from librus_sdk.simulator import RequestRecord
from librus_sdk.simulator._endpoints import ENDPOINTS
from tests.faults.expected import CODES, EXPECTED, WHOLE
from tests.faults.faults import FAULTS, SLOW_MS, Fault
from tests.faults.kinds import KINDS, Kind
from tests.faults.manners import NAMED, ONE_QUESTION, asked_again, due_s, most_posts
from tests.faults.scenery import Scenery, scenery
from tests.safety.evidence import Needles

PATIENCE_S: Final = 6.0
"""Real seconds a call may take beyond its own limit: many answers come on one slow machine."""
LONGEST_PAUSES_S: Final = 200.0
"""Seconds of the session's clock it may pause: a file is waited for; what a server asks for has a limit."""
LED_TO_ONLY: Final = {"web.signed_out", "web.maintenance", "sandbox.failed", "web.logout"}
"""Where somebody ends who is not let in, and what nobody asks for: it is how other pages fail."""
SHELLS: Final = ("threads", "tasks")
HEADERS_ONLY: Final = [name for name in FAULTS if name.startswith(("429_", "503_")) and name != "429_seconds"]
"""Faults that differ from others in a header alone, which is read in one place for both shells: each kind of
endpoint meets them on one of the two, in turn."""


def shells_for(kind: str, fault: str) -> tuple[str, ...]:
    """The shells on which a fault is met."""
    if fault not in HEADERS_ONLY:
        return SHELLS
    turn = list(KINDS).index(kind) + HEADERS_ONLY.index(fault)
    return (SHELLS[turn % len(SHELLS)],)


CELLS: Final = [(*cell, shell) for cell in EXPECTED for shell in shells_for(*cell)]


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


def test_the_table_is_whole() -> None:
    assert sorted(cell for cell, _ in WHOLE) == sorted(product(KINDS, FAULTS))
    assert len(EXPECTED) > 2300
    assert set(KINDS) >= NAMED


def test_no_step_is_left_out() -> None:
    """Data is read in the same way everywhere; each page and step of the ways there is a kind of its own."""
    steps = {name for name in ENDPOINTS if name.islower() and "/" not in name}
    assert steps - {kind.endpoint for kind in KINDS.values()} == LED_TO_ONLY


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
            ordered = fault.order(scene, kind.endpoint, kind.host, kind.media, kind.skip)
            came, sent = len(scene.sim.requests), len(scene.sim.sent_messages)
            began, paused, moment = time.monotonic(), sum(scene.clock.slept), scene.clock.now

            code, found = ended(scene, read)

            assert code == CODES.get(word, "data" if word == "sent" else word), repr(found)
            if word == "data":
                assert kind.look(found) == kind.look(whole)
            limit_s = (SLOW_MS / 1000 if fault.slow else 0) + PATIENCE_S
            assert time.monotonic() - began < limit_s
            assert sum(scene.clock.slept) - paused < LONGEST_PAUSES_S
            check_asked(kind, fault, ordered.hits if ordered is not None else None)
            check_posts(fault, scene.sim.requests[came:])
            assert len(scene.sim.sent_messages) <= sent + 1
            if what.startswith(("429", "503")) and isinstance(found, LibrusSdkError):
                due = due_s(kind, fault, scene.clock.now - moment)
                assert found.retry_after_s == (None if due is None else pytest.approx(due, abs=1e-3))

            # Whatever it was, it has passed; what the session remembers of it has passed as well.
            fault.end(scene.sim, kind.host)
            scene.pass_time()
            if isinstance(found, LibrusTerminalAuthenticationError):
                scene.do(scene.session.login)
            assert kind.look(scene.patiently(lambda: scene.do(read))) == kind.look(whole)

            assert scene.busy_pools() == []
            scene.close_sessions()
        needles = Needles(scene.sim.secrets() | scene.sim.personal())
        assert scene.evidence.leaks(needles) == {}


def check_asked(kind: Kind, fault: Fault, hits: int | None) -> None:
    """What passes is asked for again, as often as documented, unless it is sent once whatever comes."""
    if hits is None:
        return
    if fault.times is not None:
        assert hits == fault.times
    elif fault.passes:
        assert hits == asked_again(kind, fault)
    else:
        assert hits >= 1


def check_posts(fault: Fault, requests: Sequence[RequestRecord]) -> None:
    """No password, letter or token goes out twice."""
    posted = Counter(record.endpoint for record in requests if record.method != "GET")
    del posted[ONE_QUESTION]
    assert [name for name, count in posted.items() if count > most_posts(name, fault)] == []
