"""A program that ends without closing its session, while a pair of tokens that works once is being renewed.

Run as ``python -m tests.heart.forgetful <folder>`` with the variables of the simulator.
"""

from __future__ import annotations

import sys
from typing import Any

from librus_sdk import FileStore, LibrusSession
from librus_sdk.shells.clock import Clock


class Later(Clock):
    """As late as a test wants it to be."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        """Return the time in seconds."""
        return super().monotonic() + self.ahead_s

    def wall(self) -> float:
        """Return the time in seconds since the epoch."""
        return super().wall() + self.ahead_s


def main(folder: str) -> None:
    """Read twice; beside the second read, as the token is old by then, a renewal begins."""
    clock = Later()
    options: Any = {"clock": clock}
    session = LibrusSession.from_env(auth="oauth", store=FileStore(folder, name="kept"), **options)
    session.get_portal_me()
    slots: Any = session._account
    clock.ahead_s = slots.core.portal.peek().grant.minted.expires_at - clock.monotonic() - 60
    session.get_portal_me()
    sys.stdout.write("ends\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
