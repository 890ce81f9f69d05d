"""How long the command line takes to say its version, against an interpreter that does nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from ._table import Measured

__all__ = ["startup"]

RUNS: Final = 25
WARM_UP: Final = 3
BOUND: Final = 2.5
WHAT: Final = "librus --version ÷ python -c pass, wall time"


def startup() -> Iterator[Measured]:
    """Run both in turns and compare the medians."""
    command = shutil.which("librus", path=str(Path(sys.executable).parent))
    if command is None:
        yield Measured(WHAT, f"<= {BOUND}", "not measured: the command is not installed here", ok=False)
        return
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(WARM_UP + RUNS):
        bare.append(_timed((sys.executable, "-c", "pass")))
        ours.append(_timed((command, "--version")))
    mine, theirs = median(ours[WARM_UP:]), median(bare[WARM_UP:])
    yield Measured(
        WHAT,
        f"<= {BOUND}",
        f"{mine / theirs:.2f} ({mine * 1000:.0f} ms ÷ {theirs * 1000:.0f} ms)",
        mine / theirs <= BOUND,
    )


def _timed(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return time.perf_counter() - started
