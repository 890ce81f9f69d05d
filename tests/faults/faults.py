"""Everything that goes wrong between a program and Librus, as orders to the simulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Final

from librus_sdk.simulator import Fault as Ordered
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
        asks_s: how long it asks to be left alone, from when it began; None where it does not say so.
        dated: it says so with a date, which comes nearer.
    """

    name: str
    how: Mapping[str, Any] | None = field(repr=False)
    slow: bool = False
    small: bool = False
    times: int | None = None
    asks_s: float | None = None
    dated: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def options(self) -> dict[str, Any]:
        """What the session is given. A flight has one timeout: some answers may use all of it."""
        found: dict[str, Any] = {"timeout_ms": 10_000}
        if self.slow:
            found = {"timeout_ms": SLOW_MS, "flight_timeout_s": SLOW_MS / 1000}
        return {**found, "max_answer_bytes": LIMIT} if self.small else found

    @property
    def passes(self) -> bool:
        """Whether it is a failure of the kind that reads are tried again for."""
        how = self.how or {}
        # What is too large is so the next time as well.
        return not self.small and ("drop" in how or how.get("status") in _PASSING)

    def order(self, world: World, endpoint: str, host: Any, media: str, skip: int = 0) -> Ordered | None:
        """Have it happen from now on; None where it is no answer that is spoiled."""
        if self.how is None:
            world.sim.take_down(host)
            return None
        how = dict(self.how)
        if self.dated:
            assert self.asks_s is not None
            how["retry_after"] = formatdate(world.clock.wall() + self.asks_s, usegmt=True)
        if self.name == "mislabelled":
            how["headers"] = {"content-type": f"{media}; charset=iso-8859-2"}
        return world.sim.fail(endpoint, times=self.times, skip=skip, **how)

    def end(self, sim: Simulator, host: Any) -> None:
        """Have all be well again."""
        sim.clear_faults()
        sim.bring_up(host)


def _statuses(*statuses: int) -> list[Fault]:
    return [Fault(str(status), {"status": status}) for status in statuses]


def _asking(status: int, forms: Mapping[str, tuple[str | None, float | None]]) -> list[Fault]:
    """The status with ``Retry-After`` in these forms: what the header says, and what that means."""
    return [
        Fault(f"{status}_{name}", {"status": status, "retry_after": text}, asks_s=asks, dated=text is _DATE)
        for name, (text, asks) in forms.items()
    ]


_PASSING: Final = (408, 429, 500, 502, 503, 504)
_DATE: Final = "a date"
_TOO_LONG: Final = {"too_long": ("86400", 86_400.0)}
_DATES: Final = {"seconds": ("7", 7.0), "date": (_DATE, 20.0)}
_MORE_FORMS: Final = {
    "fraction": ("0.5", 0.5),
    "past": (_DATE, -20.0),
    "zero": ("0", 0.0),
    "garbage": ("soon; 7", None),
    "blank": ("", None),
    "none": (None, None),
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
        *_asking(429, {**_DATES, **_MORE_FORMS, **_TOO_LONG}),
        *_statuses(500, 501, 502, 503, 504),
        *_asking(503, {**_DATES, **_TOO_LONG}),
        Fault("maintenance", {"maintenance": True}),
        Fault("once_reset", {"drop": "before"}, times=1),
        Fault("once_cut", {"drop": "body"}, times=1),
        Fault("once_503", {"status": 503}, times=1),
        Fault("once_429", {"status": 429, "retry_after": "7"}, times=1),
        Fault("once_401", {"status": 401}, times=1),
    )
}
