"""Rows that are measured from outside: what starting costs, and command lines."""

from __future__ import annotations

import json
import resource
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal, TypeAlias

from librus_sdk.simulator import Simulator

from ..librus_peers._finding import Finding
from ._desk import EARLY, where
from ._rows import OURS

__all__ = ["PROGRAMS"]

RUNS: Final = 11
COMMANDS: Final = 5
LATENCY_S: Final = 0.1
_IMPORTS: Final = {
    OURS: "from librus_sdk import AsyncLibrusSession",
    "librus-synergia": "from librus_synergia import Librus",
    "librus-python-api": "from librus_python_api import LibrusService",
}
_SCRIPTS: Final = {OURS: "librus", "librus-synergia": "librus-synergia"}
_NONE: Final = Finding("has no command line", None)
_Found: TypeAlias = dict[str, Finding]


def imports(python: Path, environ: Mapping[str, str]) -> tuple[_Found]:
    """What a program pays before it does anything."""
    lines = {name: (str(python), "-c", line) for name, line in _IMPORTS.items()}
    return (_starts(python, environ, lines),)


def versions(python: Path, environ: Mapping[str, str]) -> tuple[_Found]:
    """The shortest run of a command line."""
    scripts = {name: (str(python.with_name(script)), "--version") for name, script in _SCRIPTS.items()}
    return (_starts(python, environ, scripts),)


def texts(python: Path, environ: Mapping[str, str]) -> tuple[_Found, _Found]:
    """Two runs of each command line, for people to read."""
    return _commands(python, environ, "text")


def documents(python: Path, environ: Mapping[str, str]) -> tuple[_Found, _Found]:
    """Two runs of each command line, for programs to read."""
    return _commands(python, environ, "json")


PROGRAMS: Final[Mapping[tuple[str, ...], Callable[[Path, Mapping[str, str]], tuple[_Found, ...]]]] = {
    ("import",): imports,
    ("version",): versions,
    ("text_cold", "text_warm"): texts,
    ("json_cold", "json_warm"): documents,
}
"""Who measures which rows: what is found stands in the order of the names."""


def _starts(
    python: Path, environ: Mapping[str, str], commands: Mapping[str, Sequence[str]]
) -> dict[str, Finding]:
    """Run them in turns with an interpreter that does nothing; those without a command have none.

    Processor time, and the best of each: whatever else a machine does makes a start slower, never faster.
    """
    times: dict[str, list[float]] = {name: [] for name in ("bare", *commands)}
    for number in range(1 + RUNS):
        for name, command in {"bare": (str(python), "-c", "pass"), **commands}.items():
            took = _processor_time(command, environ)
            if number:
                times[name].append(took)
    bare = min(times["bare"])
    found = dict.fromkeys(_IMPORTS, _NONE)
    for name in commands:
        took = min(times[name])
        found[name] = Finding(
            f"{took / bare:.1f} ({took * 1000:.0f} ms ÷ {bare * 1000:.0f} ms)", [round(took / bare, 1)]
        )
    return found


@dataclass(frozen=True)
class _Run:
    wall: float
    processor: float
    spent: Counter[str]


_Form: TypeAlias = Literal["text", "json"]
_CALLED: Final[Mapping[_Form, Mapping[str, str]]] = {
    "text": {OURS: "librus grades list", "librus-synergia": "librus-synergia, which reads everything"},
    "json": {
        OURS: "librus grades list --format json",
        "librus-synergia": "librus-synergia --json, which reads everything",
    },
}


def _commands(python: Path, environ: Mapping[str, str], form: _Form) -> tuple[_Found, _Found]:
    """Let each command line read twice, a few times over, beginning with nothing."""
    runs: dict[str, tuple[list[_Run], list[_Run]]] = {name: ([], []) for name in _SCRIPTS}
    with Simulator(children=1, today=EARLY) as sim:
        there = where(sim)
        sim.fail("*", times=None, delay=LATENCY_S)
        for _ in range(COMMANDS):
            for name, run in (
                (OURS, lambda home: _ours(python, environ, sim, home, form)),
                ("librus-synergia", lambda home: _synergia(python, environ, there, home, form)),
            ):
                with TemporaryDirectory(prefix="librus-peers-") as home:
                    for kept in runs[name]:
                        kept.append(_counted(sim, run, Path(home)))
    cold, warm = (
        dict.fromkeys(_IMPORTS, _NONE)
        | {name: _command(_CALLED[form][name], both[turn]) for name, both in runs.items()}
        for turn in (0, 1)
    )
    return cold, warm


def _command(called: str, runs: Sequence[_Run]) -> Finding:
    wall, spent = min(run.wall for run in runs), runs[-1].spent
    processor = min(run.processor for run in runs)
    sign_ins = "1 sign-in" if spent["web.login"] == 1 else f"{spent['web.login']} sign-ins"
    requests = "1 request" if spent.total() == 1 else f"{spent.total()} requests"
    return Finding(f"{called}: {wall:.2f} s, {sign_ins}, {requests}, CPU {processor:.2f} s", [wall])


def _counted(sim: Simulator, run: Callable[[Path], None], home: Path) -> _Run:
    sim.reset_counts()
    started, before = time.perf_counter(), _spent_by_children()
    run(home)
    return _Run(time.perf_counter() - started, _spent_by_children() - before, sim.counts)


def _ours(python: Path, environ: Mapping[str, str], sim: Simulator, home: Path, form: _Form) -> None:
    told = {**environ, **sim.gateway_environ(), "HOME": str(home)}
    _timed((str(python.with_name("librus")), "grades", "list", "--format", form), told)


def _synergia(
    python: Path, environ: Mapping[str, str], there: Mapping[str, str], home: Path, form: _Form
) -> None:
    # Its addresses are constants, so it is started by what replaces them; that has its bytecode, too.
    kept = {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    told = {**kept, "PYTHONPATH": str(Path(__file__).parents[2]), "HOME": str(home)}
    told |= {"LIBRUS_LOGIN": there["login"], "LIBRUS_PASSWORD": there["password"]}
    module = ("-m", "benchmarks.librus_peers", "librus-synergia", "command-line")
    options = ("--json",) if form == "json" else ()
    command = (str(python), *module, *options, "--session", str(home / "session.json"))
    _timed(command, told, json.dumps(dict(there)))


def _processor_time(command: Sequence[str], environ: Mapping[str, str]) -> float:
    before = _spent_by_children()
    _timed(command, environ)
    return _spent_by_children() - before


def _spent_by_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _timed(command: Sequence[str], environ: Mapping[str, str], told: str = "") -> float:
    started = time.perf_counter()
    subprocess.run(  # noqa: S603
        command, check=True, env=dict(environ), input=told, text=True, stdout=subprocess.DEVNULL, timeout=60
    )
    return time.perf_counter() - started
