from __future__ import annotations

from collections.abc import Iterator

import pytest

from librus_sdk.simulator import Simulator
from tests.clients.reads import WEDNESDAY
from tests.heart.drivers import TaskDriver, ThreadDriver, Watched, World


@pytest.fixture(params=["threads", "tasks"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A simulated Librus with a family of two, and a session on each shell in turn."""
    sim = Simulator(today=WEDNESDAY, children=2).start()
    world = World(ThreadDriver() if request.param == "threads" else TaskDriver(), sim, Watched())
    yield world
    world.close()
