from __future__ import annotations

import io
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

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


def nameless(what: str) -> str:
    """What stderr says when a list of names cannot be read."""
    return f"Note: {what} could not be read; numbers stand for their names.\n"


SCHOOL_DAY: Final = date(2026, 11, 23)
"""A Monday in the simulator when every list has something in it; the command line keeps to the real date."""


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator of the test's own, where it is the same day whenever the test runs."""
    with Simulator(today=SCHOOL_DAY) as running:
        yield running


@pytest.fixture(scope="module")
def calm() -> Iterator[Simulator]:
    """The same for tests that change nothing."""
    with Simulator(today=SCHOOL_DAY) as running:
        yield running


@pytest.fixture
def state() -> Path:
    """Where commands keep sign-ins; nothing is there yet."""
    return Path(os.environ["XDG_STATE_HOME"]) / "librus-sdk" / "sessions"


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


class Screen(io.StringIO):
    """Takes what is written as a terminal does; ``COLUMNS`` says how wide it is."""

    def isatty(self) -> bool:
        return True


Terminal = Callable[..., str]


@pytest.fixture
def terminal(cli: Cli) -> Terminal:
    """Runs a command line as on a terminal and returns what that is sent.

    On real terminals, too, the command line is run in test_processes, which compares the two.
    """

    def call(*argv: str, columns: int = 120, sim: Simulator | None = None, **env: str) -> str:
        screen = Screen()
        look = {"TERM": "xterm-256color", "NO_COLOR": "", "COLUMNS": str(columns)}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", screen)
            assert cli(*argv, sim=sim, env={**look, **env}) == Result(0, "", "")
        return screen.getvalue()

    return call


def spawn(*argv: str, sim: Simulator | None = None, cwd: Path, **options: Any) -> subprocess.Popen[str]:
    """Start the command line as a process of its own."""
    environ = {**os.environ, "PYTHONUTF8": "1", **(sim.environ() if sim else {}), **options.pop("env", {})}
    command = [sys.executable, "-m", "librus_sdk.cli", *argv]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, env=environ, cwd=cwd, text=True, encoding="utf-8", **streams)


# The simulator speaks plain HTTP; to load the certificates of the world for it takes longer than to ask.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def first(sim: Simulator) -> str:
    """The id of the eldest child."""
    return sim.children[0].id


def monday(sim: Simulator) -> str:
    return (sim.today - timedelta(days=sim.today.weekday())).isoformat()


def as_sent(sim: Simulator, path: str, query: dict[str, str]) -> Any:
    """What the API answers, read without the SDK."""
    return sent_to(sim, first(sim), path, query)


def sent_to(sim: Simulator, child_id: str, path: str, query: dict[str, str] | None = None) -> Any:
    """The same for any child."""
    headers = {"authorization": f"Bearer {sim.token(child_id)}"}
    url = f"{sim.hosts.api}/{path}"
    answer = httpx2.get(url, params=query, headers=headers, trust_env=False, verify=NO_CERTIFICATES)
    return answer.raise_for_status().json()
