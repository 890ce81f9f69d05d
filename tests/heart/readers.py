"""Processes that read when they are told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final, cast

from librus_sdk.simulator import Simulator

__all__ = ["Reader"]

ROOT: Final = Path(__file__).parents[2]
PROGRAM: Final = [sys.executable, "-W", "error", "-m", "tests.heart.store_reader"]


class Reader:
    """One such process; see :mod:`tests.heart.store_reader`. ``before`` is what its command begins with."""

    def __init__(self, sim: Simulator, shell: str, *store: str, before: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            [*before, *PROGRAM, sim.children[0].id, shell, *store],
            cwd=ROOT,
            env={**os.environ, **sim.environ()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def _out(self) -> IO[str]:
        return cast("IO[str]", self.process.stdout)

    @property
    def _in(self) -> IO[str]:
        return cast("IO[str]", self.process.stdin)

    def until_ready(self) -> None:
        assert self._out.readline() == "ready\n"

    def go(self) -> None:
        self._in.write("\n")
        self._in.flush()

    def said(self) -> str:
        line = self._out.readline().strip()
        assert self.process.wait(20) == 0
        return line

    def stop(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def end(self) -> None:
        self.process.kill()
        self.process.wait(20)
        self._in.close()
        self._out.close()
