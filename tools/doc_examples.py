"""Run the examples of the documentation against the simulator, and write down what they print.

``python tools/doc_examples.py`` writes ``docs/examples/*.txt``; ``--check`` writes nothing and fails when one
of them is not current. Names of examples may be given to look at those only.
"""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from librus_sdk.simulator import Simulator

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "docs" / "examples"
TODAY: Final = date(2026, 11, 23)


def examples() -> list[Path]:
    """Return the examples, sorted by name."""
    return sorted(FOLDER.glob("*.py"))


@contextlib.contextmanager
def family() -> Iterator[Simulator]:
    """Serve the family the examples are about, on the day they are about, and point the environment at it."""
    with Simulator(children=3, seed=7, today=TODAY) as simulator, pointed_at(simulator):
        yield simulator


@contextlib.contextmanager
def pointed_at(simulator: Simulator) -> Iterator[None]:
    """Let the environment name the simulator, and nothing else that has to do with Librus."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("LIBRUS_")]:
        del os.environ[name]
    # Both accounts, as a family may have them; a session is the portal's unless it is told otherwise.
    os.environ.update({**simulator.gateway_environ(), **simulator.environ(), "LIBRUS_API_BACKEND": "api_v3"})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def printed(example: Path) -> str:
    """Run an example as a program of its own; return what it prints."""
    paper = io.StringIO()
    with contextlib.redirect_stdout(paper):
        runpy.run_path(str(example), run_name="__main__")
    return paper.getvalue()


def main(arguments: list[str]) -> int:
    """Write or check the files; return the exit status."""
    wanted = [argument for argument in arguments if argument != "--check"]
    status = 0
    with family() as simulator:
        for example in examples():
            if wanted and example.stem not in wanted:
                continue
            text = printed(example)
            if any(secret in text for secret in simulator.secrets()):
                print(f"docs/examples/{example.name} prints a secret")
                return 1
            output = example.with_suffix(".txt")
            if output.exists() and output.read_text(encoding="utf-8") == text:
                continue
            if "--check" in arguments:
                print(f"docs/examples/{output.name} is not current: run tools/doc_examples.py")
                status = 1
            else:
                output.write_text(text, encoding="utf-8")
                print(f"docs/examples/{output.name} written")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
