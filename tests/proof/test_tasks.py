"""Tasks meet at one slot, in hundreds of orders: the shipped asyncio shell survives, a planted race is found.

simloop runs the tasks on an event loop whose every choice comes from a seed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import simloop  # pyright: ignore[reportMissingImports]

from librus_sdk.errors import LibrusSdkError
from librus_sdk.shells.tasks import TaskShell

from .mutants import MUTANTS
from .office import Checkpoint, Office

SEEDS = range(40)


async def call(office: Office, shell: TaskShell) -> None:
    try:
        office.note(await shell.run(office.read()))
    except LibrusSdkError as error:
        office.note(error)


async def settled(shell: TaskShell) -> None:
    """Wait for the flights of the session that nobody waits for."""
    while shell._home().flights:
        await Checkpoint()
    await Checkpoint()


async def dead_token(callers: int = 3) -> None:
    office = Office()
    office.server.revoke()
    shell = office.tasks()
    await asyncio.gather(*(call(office, shell) for _ in range(callers)))
    assert office.results == ["2"] * callers
    assert office.server.renewals == 1
    assert office.idle()


async def failing_portal() -> None:
    office = Office(portal_up=False)
    office.server.revoke()
    shell = office.tasks()
    await asyncio.gather(*(call(office, shell) for _ in range(3)))
    assert office.results == ["NETWORK_ERROR"] * 3
    assert office.server.renewals == 1
    assert office.idle()


async def revoked_at_any_moment() -> None:
    office = Office()
    shell = office.tasks()

    async def revoke() -> None:
        for _ in range(simloop.sim.random.randrange(12)):
            await Checkpoint()
        office.server.revoke()

    await asyncio.gather(revoke(), *(call(office, shell) for _ in range(3)))
    await settled(shell)
    assert set(office.results) <= {"1", "2"}
    assert office.server.renewals <= 1
    assert office.idle()


async def ageing_token() -> None:
    """A bystander is not held up by a renewal beside a token that is still good."""
    office = Office(age=100.0)
    shell = office.tasks()
    await asyncio.gather(*(call(office, shell) for _ in range(3)))
    await settled(shell)
    # The server ends the old token with the renewal, so a read may have been refused once.
    assert set(office.results) <= {"1", "2"}
    assert office.server.renewals == 1
    assert office.idle()


Workload = Callable[[], Awaitable[Any]]


@pytest.mark.parametrize(
    "workload",
    [
        dead_token,
        failing_portal,
        revoked_at_any_moment,
        ageing_token,
    ],
)
def test_the_shell_survives_every_order(workload: Workload) -> None:
    report = simloop.explore(workload, SEEDS)
    assert report is None, report.render()


def test_a_planted_race_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = next(m for m in MUTANTS if m.name == "two flights of one slot")
    planted.plant(monkeypatch)
    assert simloop.explore(dead_token, SEEDS) is not None
