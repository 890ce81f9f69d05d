from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from librus_sdk.clients import bound
from librus_sdk.core import answers
from librus_sdk.core.answers import Verdict
from librus_sdk.core.http import Request, Response
from librus_sdk.errors import LibrusSdkError
from librus_sdk.simulator import Simulator
from tests.heart.drivers import Driver, TaskDriver, ThreadDriver, Watched, World

WEDNESDAY = date(2026, 3, 11)


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
    judge = answers.judge_api

    def judging(request: Request, response: Response) -> Verdict:
        verdict = judge(request, response)
        if verdict.refused and verdict.error is not None:
            seen.append(verdict.error)
        return verdict

    monkeypatch.setattr(bound, "judge_api", judging)
    return seen
