from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from librus_sdk.errors import LibrusSdkError
from librus_sdk.flows import call
from librus_sdk.simulator import Simulator
from tests.heart.drivers import Driver, TaskDriver, ThreadDriver, Watched, World

WEDNESDAY = date(2026, 3, 11)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A family of two, for a test that makes its sessions itself."""
    with Simulator(children=2, today=WEDNESDAY) as running:
        yield running


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def make_world(watched: Watched) -> Iterator[Callable[..., World]]:
    """Makes a world: the name of the shell, and what the simulator is told."""
    worlds: list[World] = []

    def make(shell: str, **simulator: Any) -> World:
        options: dict[str, Any] = {"today": WEDNESDAY, "children": 2, **simulator}
        sim = Simulator(**options).start()
        driver: Driver = ThreadDriver() if shell == "threads" else TaskDriver()
        worlds.append(World(driver, sim, watched))
        return worlds[-1]

    with watched.patched():
        yield make
        for world in worlds:
            world.close()


@pytest.fixture(params=["threads", "tasks"])
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def world(make_world: Callable[..., World], shell: str) -> World:
    """A family of two and a session that has listed them, on each shell in turn; nothing is counted yet."""
    return prepared(make_world(shell))


@pytest.fixture
def cold(make_world: Callable[..., World], shell: str) -> World:
    """The same before anybody has called anything."""
    return make_world(shell)


@pytest.fixture
def threads(make_world: Callable[..., World]) -> World:
    return prepared(make_world("threads"))


@pytest.fixture
def tasks(make_world: Callable[..., World]) -> World:
    return prepared(make_world("tasks"))


def prepared(world: World) -> World:
    world.do(world.session.list_children)
    for child in range(len(world.sim.children)):
        world.client(child)
    world.sim.reset_counts()
    return world


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[LibrusSdkError]:
    """Every 401 of the child API that counted as a refused token: the very error objects, in order."""
    seen: list[LibrusSdkError] = []
    outcome = call._outcome

    def watching(*args: Any) -> tuple[LibrusSdkError | None, bool]:
        error, refused = outcome(*args)
        slot = args[-1]
        if refused and error is not None and slot is not None and slot.name == "child":
            seen.append(error)
        return error, refused

    monkeypatch.setattr(call, "_outcome", watching)
    return seen
