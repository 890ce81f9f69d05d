"""Leaves the long searches out unless they are asked for with ``-m slow``."""

from __future__ import annotations

import sys

import pytest

# simloop, which steers the tasks of these tests, exists for Python 3.12 and newer.
collect_ignore = [] if sys.version_info >= (3, 12) else ["test_tasks.py"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: minutes of searching; run with -m slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "slow" in str(config.getoption("markexpr")):
        return
    left_out = [item for item in items if item.get_closest_marker("slow")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
