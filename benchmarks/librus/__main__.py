"""``python -m benchmarks.librus --python PYTHON``: measure, print the table, and keep it in the document.

Status 1 when librus-sdk could not be measured, or does not lead in a row that does not say why.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from .._environment import ROOT, bare_environment, make_environment, pip, run, say
from ..librus_peers._finding import Finding
from ..librus_peers._scenes import LIBRARIES, SCENES
from ._desk import play
from ._document import keep
from ._programs import programs
from ._rows import OURS, ROWS, table, unexplained

LOCK: Final = ROOT / "benchmarks" / "librus_peers.txt"
DOCUMENT: Final = ROOT / "docs" / "benchmarks.md"
PATIENCE_S: Final = 180
_ABOUT: Final = (
    "import sys; from benchmarks._machine import about_this_machine; from importlib.metadata import version;"
    "print(about_this_machine(), *(f'{name} {version(name)}' for name in sys.argv[1:]), sep=', ')"
)


def main() -> int:
    """Run everything and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.librus", description=__doc__)
    parser.add_argument("--python", required=True, help="the Python that the environment is made with, 3.13")
    parser.add_argument("--only", nargs="*", help="these rows only, and nothing is kept")
    options = parser.parse_args()
    rows = [row for row in ROWS if not options.only or row.name in options.only]
    with TemporaryDirectory(prefix="librus-peers-") as folder:
        say("installing the libraries into a temporary environment")
        python = _install(Path(folder), options.python)
        if python is None:
            return 1
        environ = bare_environment(folder)
        cells: dict[str, Mapping[str, Finding]] = {}
        if any(row.name not in SCENES for row in rows):
            say("starting programs")
            cells.update(programs(python, environ))
        for row in rows:
            if row.name in SCENES:
                say(row.title)
                cells[row.name] = {name: _scene(python, environ, name, row.name) for name in LIBRARIES}
        about = run([str(python), "-c", _ABOUT, *LIBRARIES], environ).strip()
    text = table(f"librus-sdk and other clients of the gateway ({about})", rows, cells)
    print(text)
    if not options.only:
        keep(DOCUMENT, text)
    missing = [row.name for row in rows if cells[row.name][OURS].text.startswith("not measured")]
    problems = [*missing, *unexplained(rows, cells)]
    for name in problems:
        print("librus-sdk does not lead here, and nothing says why:", name)
    return 1 if problems else 0


def _install(folder: Path, python: str) -> Path | None:
    """Install the lock, and this package as people get it: a wheel."""
    made = make_environment(folder, LOCK, made_by=python)
    if made is not None:
        wheel = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
        run([*pip(Path(sys.executable)), *wheel, str(ROOT)], os.environ)
        wheels = map(str, folder.glob("librus_sdk-*.whl"))
        run([*pip(made), "install", "--quiet", "--no-deps", "--no-index", *wheels], os.environ)
    return made


def _scene(python: Path, environ: Mapping[str, str], library: str, scene: str) -> Finding:
    command = [str(python), "-m", "benchmarks.librus_peers", library, scene]
    try:
        return play(command, environ, PATIENCE_S)
    except RuntimeError as error:
        return Finding(f"not measured ({error})", None)


if __name__ == "__main__":
    sys.exit(main())
