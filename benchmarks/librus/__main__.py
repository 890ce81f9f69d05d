"""``python -m benchmarks.librus --python PYTHON``: measure, print the table, and keep it in the document.

``--only ROW …`` measures these rows only and keeps nothing; ``--again`` measures nothing and writes the table
of the last run anew, for other words in a row.

Status 1, and nothing is kept, when something could not be measured or librus-sdk does not lead in a row that
does not say why.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias, TypeVar

from .._environment import ROOT, bare_environment, make_environment, pip, run, say
from .._machine import about_the_hardware, about_this_run, this_python
from ..librus_peers._finding import Finding
from ..librus_peers._scenes import BEFOREHAND, LIBRARIES, SCENES
from ._desk import play
from ._document import DOCUMENT, FOUND, LOCK, Run, keep
from ._programs import PROGRAMS
from ._rows import NOT_MEASURED, ROWS, Row, unexplained

PATIENCE_S: Final = 120
TRIES: Final = 2
_BELOW: Final = ("httpx2", "aiohttp")
_ABOUT: Final = (
    "import sys; from benchmarks._machine import this_python; from importlib.metadata import version;"
    "print(this_python(), *(f'{name} {version(name)}' for name in sys.argv[1:]), sep=', ')"
)
_T = TypeVar("_T")
_Cells: TypeAlias = dict[str, Mapping[str, Finding]]


def main() -> int:
    """Run everything and return the exit status."""
    options = _options()
    if options.again:
        keep(DOCUMENT, Run.load(FOUND).table(ROWS))
        return 0
    rows = [row for row in ROWS if not options.only or row.name in options.only]
    began = time.monotonic()
    when = about_this_run()
    with TemporaryDirectory(prefix="librus-peers-") as folder:
        say("installing the libraries into a temporary environment")
        python = _install(Path(folder), options.python)
        if python is None:
            return 1
        environ = bare_environment(folder)
        if not _is_fair(python, environ):
            return 1
        cells = _measured(python, environ, rows, began)
        versions = run([str(python), "-c", _ABOUT, *LIBRARIES, *_BELOW], environ).strip()
    found = Run(
        (
            "librus-sdk and other clients of the gateway",
            f"libraries: {versions}",
            f"simulator: {this_python()}",
            f"machine:   {about_the_hardware()}",
            f"run:       {when}",
        ),
        cells,
    )
    print(found.table(rows))
    say(f"done after {(time.monotonic() - began) / 60:.1f} min")
    lost = [row.name for row in rows if any(map(_is_lost, cells[row.name].values()))]
    silent = unexplained(rows, cells)
    for name in lost:
        print("nothing is kept, because this was not measured:", name)
    for name in silent:
        print("nothing is kept, because librus-sdk does not lead here, and nothing says why:", name)
    if lost or silent:
        return 1
    if not options.only:
        found.save(FOUND)
        keep(DOCUMENT, found.table(ROWS))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.librus", description=__doc__)
    parser.add_argument("--python", help="the Python that the environment is made with, 3.13")
    names = [row.name for row in ROWS]
    parser.add_argument(
        "--only", nargs="*", metavar="ROW", choices=names, help="these rows only: %(choices)s"
    )
    parser.add_argument("--again", action="store_true", help="write the table of the last run anew")
    options = parser.parse_args()
    if not options.python and not options.again:
        parser.error("--python or --again is needed")
    return options


def _is_fair(python: Path, environ: Mapping[str, str]) -> bool:
    """Whether the libraries do here what they promise; says what they do not."""
    say("trying what the libraries promise")
    found = [_scene(python, environ, name, scene) for scene in BEFOREHAND for name in LIBRARIES]
    for one in filter(_is_lost, found):
        print(one.text)
    return not any(map(_is_lost, found))


def _measured(python: Path, environ: Mapping[str, str], rows: Sequence[Row], began: float) -> _Cells:
    cells: _Cells = {}
    for number, row in enumerate(rows, 1):
        if row.name in cells:
            continue
        say(f"{time.monotonic() - began:4.0f} s, row {number} of {len(rows)} ({row.name}): {row.title}")
        if row.name in SCENES:
            cells[row.name] = {name: _scene(python, environ, name, row.name) for name in LIBRARIES}
        else:
            cells.update(_programs(python, environ, row.name))
    return cells


def _scene(python: Path, environ: Mapping[str, str], library: str, scene: str) -> Finding:
    command = [str(python), "-m", "benchmarks.librus_peers", library, scene]
    return _tried(f"{library}, {scene}", lambda: play(command, environ, PATIENCE_S), _lost)


def _programs(python: Path, environ: Mapping[str, str], row: str) -> _Cells:
    names, measure = next((names, measure) for names, measure in PROGRAMS.items() if row in names)

    def none(problem: str) -> tuple[dict[str, Finding], ...]:
        return tuple(dict.fromkeys(LIBRARIES, _lost(problem)) for _ in names)

    found = _tried(row, lambda: measure(python, environ), none)
    return dict(zip(names, found, strict=True))


def _tried(what: str, measure: Callable[[], _T], otherwise: Callable[[str], _T]) -> _T:
    """Measure; once more if that goes wrong, for whatever else the machine did then."""
    problem = ""
    for _ in range(TRIES):
        try:
            return measure()
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            problem = str(error).strip() or type(error).__name__
            say(f"{what} went wrong: {problem}")
    return otherwise(problem.splitlines()[-1])


def _lost(problem: str) -> Finding:
    return Finding(f"{NOT_MEASURED} ({problem})", None)


def _is_lost(found: Finding) -> bool:
    return found.text.startswith(NOT_MEASURED)


def _install(folder: Path, python: str) -> Path | None:
    """Install the lock, and this package as people get it: a wheel."""
    made = make_environment(folder, LOCK, made_by=python)
    if made is not None:
        wheel = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
        run([*pip(Path(sys.executable)), *wheel, str(ROOT)], os.environ)
        wheels = map(str, folder.glob("librus_sdk-*.whl"))
        run([*pip(made), "install", "--quiet", "--no-deps", "--no-index", *wheels], os.environ)
    return made


if __name__ == "__main__":
    sys.exit(main())
