"""What tests of the edges and of the stores have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from librus_sdk import LibrusConfigurationError
from librus_sdk.shells.file_shelf import FileClaim, FileShelf
from tests.models.samples import MARKER, everything_shown
from tests.shells.claims import claimed
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is not there yet, whose name is somebody's."""
    return tmp_path / MARKER / "sessions"


@pytest.fixture
def claim(shelf: FileShelf) -> Iterator[FileClaim]:
    """The claim of the shelf the tests of a module are about."""
    held = claimed(shelf)
    yield held
    held.release()


def refuses(act: Callable[[], Any], said: str) -> None:
    """The store says this, and nothing that is somebody's."""
    with pytest.raises(LibrusConfigurationError, match=said) as caught:
        act()
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert MARKER not in everything_shown(caught.value)
