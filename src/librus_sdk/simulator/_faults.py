"""Faults: what can be made to go wrong with an answer."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ._watch import Watch

__all__ = ["Fault", "Faults"]

Drop = Literal["before", "headers", "body"]
DRIP_SECONDS: Final = 0.05
HERE: Final = "here"
"""Where a redirect leads that goes round in a circle: to the address that was asked for."""


@dataclass(eq=False)
class Fault:
    """One fault that was ordered with ``Simulator.fail``.

    Attributes:
        name: the endpoint, named as in ``counts``; ``*`` is any.
        hits: how many requests it has met.
    """

    watch: Watch = field(repr=False)
    name: str
    status: int | None = None
    left: int | None = 1
    skip: int = 0
    child: str | None = None
    body: Mapping[str, Any] | list[Any] | str | bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: Drop | None = None
    stall: bool = False
    drip: float | None = None
    html: bool = False
    truncate: bool = False
    maintenance: bool = False
    retry_after: str | None = None
    redirect: str | None = field(default=None, repr=False)
    charset: str | None = None
    size: int | None = None
    packed: bool = False
    double_cookies: bool = False
    hits: int = 0

    def cancel(self) -> None:
        """Take the fault back; later requests are answered properly."""
        with self.watch.lock:
            self.left = 0

    def wait_hit(self, n: int = 1, timeout: float = 10) -> None:
        """Block until the fault has met n requests. Raises TimeoutError when it does not in time."""
        self.watch.wait(lambda: self.hits >= n, timeout, lambda: f"{n} hit(s) of the fault on {self.name!r}")

    @property
    def replaces_answer(self) -> bool:
        """Whether the simulator answers from the fault and does nothing of what was asked."""
        told = (self.status, self.body, self.redirect)
        return any(value is not None for value in told) or self.html or self.maintenance

    def takes(self, endpoint: str, child: str | None) -> bool:
        """Whether the fault meets this request; counts it when it does."""
        if self.name not in (endpoint, "*") or self.left == 0:
            return False
        if self.child is not None and child != self.child:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        self.hits += 1
        return True


class Faults:
    """All faults of one simulator, in the order they were ordered."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Order a fault."""
        if fault.drop not in (None, "before", "headers", "body"):
            raise ValueError("drop must be 'before', 'headers' or 'body'")
        if fault.charset is not None:
            _check_charset(fault.charset)
        with self._watch.lock:
            self._faults.append(fault)
        return fault

    def clear(self, name: str | None = None) -> None:
        """Take back the faults of that name, or all."""
        with self._watch.lock:
            for fault in self._faults:
                if name is None or fault.name == name:
                    fault.left = 0

    def pick(self, endpoint: str, child: str | None) -> Fault | None:
        """The first fault that meets this request."""
        with self._watch.lock:
            self._faults = [fault for fault in self._faults if fault.left != 0]
            picked = next((fault for fault in self._faults if fault.takes(endpoint, child)), None)
        if picked is not None:
            self._watch.changed()
        return picked


def _check_charset(name: str) -> None:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f"charset must be an encoding that Python knows, not {name!r}") from None
