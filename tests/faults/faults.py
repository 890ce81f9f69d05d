"""Everything that goes wrong between a program and Librus, as orders to the simulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Final

from librus_sdk.simulator import Simulator
from tests.heart.drivers import World

__all__ = ["FAULTS", "LIMIT", "SLOW_MS", "Fault"]

LIMIT: Final = 2**20
SLOW_MS: Final = 300
_TEN_MB: Final = 10_000_000
_AWAY: Final = "https://elsewhere.example/?from=Librus"
"""The test suite refuses, and minds, every attempt to look this name up."""


@dataclass(frozen=True)
class Fault:
    """A fault, and the limits a session has that meets it.

    Attributes:
        how: what ``Simulator.fail`` is told; ``None`` has the host refuse connections.
        slow: the answer never ends, so that the time limit is short.
        small: the session holds answers of a megabyte at most.
        times: how many requests it meets; None is all of them.
    """

    name: str
    how: Mapping[str, Any] | None = field(repr=False)
    slow: bool = False
    small: bool = False
    times: int | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def options(self) -> dict[str, Any]:
        """What the session is given. A flight has one timeout: some answers may use all of it."""
        found: dict[str, Any] = {"timeout_ms": 10_000}
        if self.slow:
            found = {"timeout_ms": SLOW_MS, "flight_timeout_s": SLOW_MS / 1000}
        return {**found, "max_answer_bytes": LIMIT} if self.small else found

    def order(self, world: World, endpoint: str, host: Any, media: str) -> None:
        """Have it happen from now on."""
        if self.how is None:
            world.sim.take_down(host)
            return
        how = dict(self.how)
        if how.get("retry_after") == "DATE":
            how["retry_after"] = formatdate(world.clock.wall() + 20, usegmt=True)
        if self.name == "mislabelled":
            how["headers"] = {"content-type": f"{media}; charset=iso-8859-2"}
        world.sim.fail(endpoint, times=self.times, **how)

    def end(self, sim: Simulator, host: Any) -> None:
        """Have all be well again."""
        sim.clear_faults()
        sim.bring_up(host)


def _statuses(*statuses: int) -> list[Fault]:
    return [Fault(str(status), {"status": status}) for status in statuses]


_THROTTLED: Final = {
    "429_seconds": "7",
    "429_fraction": "0.5",
    "429_date": "DATE",
    "429_garbage": "soon; 7",
    "429_too_long": "86400",
    "429_none": None,
}

FAULTS: Final = {
    fault.name: fault
    for fault in (
        Fault("refused", None),
        Fault("reset_before", {"drop": "before"}),
        Fault("reset_headers", {"drop": "headers"}),
        Fault("reset_body", {"drop": "body"}),
        Fault("silence", {"delay": 60}, slow=True),
        Fault("stalled", {"stall": True}, slow=True),
        Fault("dripping", {"drip": True}, slow=True),
        Fault("truncated", {"truncate": True}),
        Fault("html", {"html": True}),
        Fault("bomb", {"size": 12 * LIMIT, "packed": True}, small=True),
        Fault("ten_mb", {"size": _TEN_MB}),
        Fault("ten_mb_small", {"size": _TEN_MB}, small=True),
        Fault("huge_500", {"status": 500, "size": _TEN_MB}, small=True),
        Fault("packed", {"packed": True}),
        Fault("charset", {"charset": "utf-16"}),
        Fault("mislabelled", {}),
        Fault("two_cookies", {"double_cookies": True}),
        Fault("circle", {"redirect": "here"}),
        Fault("away", {"redirect": _AWAY}),
        *_statuses(401, 403, 404, 408, 418),
        *(Fault(name, {"status": 429, "retry_after": asked}) for name, asked in _THROTTLED.items()),
        *_statuses(500, 501, 502, 503, 504),
        Fault("maintenance", {"maintenance": True}),
        Fault("once_reset", {"drop": "before"}, times=1),
        Fault("once_cut", {"drop": "body"}, times=1),
        Fault("once_503", {"status": 503}, times=1),
        Fault("once_429", {"status": 429, "retry_after": "7"}, times=1),
        Fault("once_401", {"status": 401}, times=1),
    )
}
