"""What tests of the edges have in common: which edge, and servers that are closed behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.shells.sockets import EdgeName, Peer, Serve, Server


@pytest.fixture(params=["threads", "tasks"])
def name(request: pytest.FixtureRequest) -> EdgeName:
    """Which of the two edges."""
    chosen: EdgeName = request.param
    return chosen


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers that play a part."""
    servers: list[Server] = []

    def make(part: Callable[[Peer], object], **where: Any) -> Server:
        servers.append(Server(part, **where))
        return servers[-1]

    yield make
    for server in servers:
        server.close()
