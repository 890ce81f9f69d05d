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

__all__ = ["Reader", "all_meet_the_dead_token", "killed_while_renewing"]

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


def all_meet_the_dead_token(sim: Simulator, readers: list[Reader]) -> None:
    """The token dies that all of them have found in the store, and each is told so by Librus itself."""
    for each in readers:
        each.until_ready()
    assert sim.counts == {}, "what was kept is enough"
    sim.expire_child_tokens()
    gate = sim.hold("Grades", at="response", times=len(readers))
    for each in readers:
        each.go()
    # Everybody is refused before anybody renews: nobody comes too late to need it.
    gate.wait_arrived(len(readers))
    gate.release()


def killed_while_renewing(sim: Simulator, first: Reader, second: Reader) -> None:
    """The first asks for a new token and dies before it hears the answer; the second has met the dead one."""
    for each in (first, second):
        each.until_ready()
    sim.expire_child_tokens()
    gate = sim.hold("fresh", at="response", times=1)
    first.go()
    gate.wait_arrived()
    refused = sim.hold("Grades", at="response", times=1)
    second.go()
    refused.wait_arrived()
    refused.release()
    first.process.kill()
