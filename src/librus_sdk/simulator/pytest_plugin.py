"""A pytest plugin: the fixture ``librus_simulator``, so that a bot can be tested without Librus.

::

    @pytest.mark.librus_simulator(children=2, seed=1)  # optional: the arguments of Simulator
    def test_my_bot(librus_simulator):
        session = LibrusSession(librus_simulator.credentials, hosts=librus_simulator.hosts)

pytest finds it by itself once the package is installed. Nothing else is imported until a test uses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ._simulator import Simulator

__all__ = ["librus_simulator", "pytest_configure"]


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "librus_simulator(children=3, seed=7, ...): arguments of the fixture's Simulator",
    )


@pytest.fixture
def librus_simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A running simulator of its own for the test, stopped afterwards."""
    from ._simulator import Simulator

    marker = request.node.get_closest_marker("librus_simulator")
    if marker is not None and marker.args:
        raise pytest.UsageError(
            "librus_simulator takes named arguments: @pytest.mark.librus_simulator(children=2)"
        )
    with Simulator(**(marker.kwargs if marker is not None else {})) as simulator:
        yield simulator
