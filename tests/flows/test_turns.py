"""One's turn to renew: no longer between two attempts than those have patience who wait for it."""

from __future__ import annotations

from typing import Any

import pytest

from librus_sdk.core.http import Failure
from librus_sdk.core.refresh import Minted, SlotState
from librus_sdk.errors import LibrusApiError
from librus_sdk.flows.shared import Shared
from librus_sdk.flows.steps import Flow, Pause, Ports
from librus_sdk.flows.turns import within
from librus_sdk.settings import RetryPolicy
from tests.flows.driving import LOGIN_PAGE, ME, FakeSlot, answer, drive, page, portal_flows
from tests.flows.test_shared import FakeKeeping, TextCodec

PORTS = Ports(lambda: 100.0, lambda: 5_000.0, lambda: 1.0, lambda *_: None)
PATIENCE_S = 20.0


class Turn:
    blind = False

    def __init__(self) -> None:
        self.given_back = 0

    def take(self) -> bool:
        raise AssertionError

    def give_back(self) -> None:
        self.given_back += 1


def pausing(*seconds: float, retry: bool = True) -> Flow[list[bool]]:
    """Pauses so long, and returns before which attempts there was time for it."""
    time: list[bool] = []
    for each in seconds:
        late = yield Pause(each, (lambda: None) if retry else None)
        assert late is None or isinstance(late, Failure)
        time.append(late is None)
    return time


def test_pauses_between_attempts_are_half_as_long_as_others_wait() -> None:
    turn = Turn()
    ran = drive(within(turn, pausing(4.0, 7.0, 6.0, 0.1), PATIENCE_S), [])
    assert ran.result == [True, False, True, False]
    assert ran.pauses == [4.0, 6.0]
    assert turn.given_back


def test_waiting_for_ones_turn_is_no_pause_between_attempts() -> None:
    assert drive(within(Turn(), pausing(15.0, 15.0, retry=False), PATIENCE_S), []).result == [True, True]


def test_who_is_interrupted_in_a_pause_ends_there() -> None:
    turn = Turn()
    running = within(turn, pausing(1.0), PATIENCE_S)
    assert isinstance(next(running), Pause)
    running.close()
    assert turn.given_back


@pytest.mark.parametrize(("asked", "sent"), [("10", 4), ("11", 1)])
def test_a_sign_in_that_is_waited_for_asks_again_soon_or_not_at_all(asked: str, sent: int) -> None:
    """Otherwise those who wait would lose patience, and send the password themselves, too early."""
    keeping, slot = FakeKeeping(), FakeSlot(SlotState(key="portal"))

    class Cookies(TextCodec):
        def payloads(self, secret: Any) -> dict[str, Any]:
            return {}

    portal = portal_flows(retry=RetryPolicy(jitter=False))
    flow = Shared(keeping, PORTS, PATIENCE_S).renewal(lambda: slot, Cookies("portal"), portal.sign_in)("need")
    bad = answer(503, retry_after=asked)
    good = [LOGIN_PAGE, page("<h1>Konto LIBRUS</h1>"), ME]
    ran = drive(flow, [bad, *(good if sent > 1 else [])])
    assert len(ran.sent) == sent
    if sent > 1:
        assert isinstance(ran.result, Minted)
        return
    assert isinstance(ran.error, LibrusApiError)
    assert ran.error.retry_after_s == 11.0
    assert keeping.document.mishaps["portal"].retry_after_s == 11.0, "the others leave it alone, too"
