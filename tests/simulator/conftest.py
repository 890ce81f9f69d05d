from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from librus_sdk.simulator import Simulator
from tests.simulator.steps import Browser

WEDNESDAY = date(2026, 3, 11)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(today=WEDNESDAY) as running:
        yield running


@pytest.fixture
def browser(sim: Simulator) -> Iterator[Browser]:
    with Browser(sim) as opened:
        yield opened


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
