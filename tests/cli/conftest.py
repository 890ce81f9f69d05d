from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from librus_sdk.cli.__main__ import main
from librus_sdk.simulator import Simulator


@dataclass(frozen=True)
class Result:
    """How a run ended, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error on stderr, told as JSON."""
        error: dict[str, Any] = json.loads(self.err)["error"]
        return error


Cli = Callable[..., Result]


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator of the test's own."""
    with Simulator() as running:
        yield running


@pytest.fixture(scope="module")
def calm() -> Iterator[Simulator]:
    """A simulator for tests that change nothing."""
    with Simulator() as running:
        yield running


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Runs a command line in this process, in an empty folder, with or without a simulator to talk to."""
    monkeypatch.chdir(tmp_path)

    def call(*argv: str, sim: Simulator | None = None, env: dict[str, str] | None = None) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**(sim.environ() if sim else {}), **(env or {})}.items():
                patch.setenv(name, value)
            status = main(argv)
        written = capsys.readouterr()
        return Result(status, written.out, written.err)

    return call


def spawn(*argv: str, sim: Simulator | None = None, cwd: Path, **options: Any) -> subprocess.Popen[str]:
    """Start the command line as a process of its own."""
    environ = {**os.environ, "PYTHONUTF8": "1", **(sim.environ() if sim else {}), **options.pop("env", {})}
    command = [sys.executable, "-m", "librus_sdk.cli", *argv]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, env=environ, cwd=cwd, text=True, encoding="utf-8", **streams)


def first(sim: Simulator) -> str:
    """The id of the eldest child."""
    return sim.children[0].id


def monday(sim: Simulator) -> str:
    return (sim.today - timedelta(days=sim.today.weekday())).isoformat()


def as_sent(sim: Simulator, path: str, query: dict[str, str]) -> Any:
    """What the API answers, read without the SDK."""
    headers = {"authorization": f"Bearer {sim.token(first(sim))}"}
    url = f"{sim.hosts.api}/{path}"
    return httpx2.get(url, params=query, headers=headers, trust_env=False).raise_for_status().json()
