"""The other libraries: installed where it is thrown away, each measured by a process of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ._environment import bare_environment, make_environment, run, say
from ._refresh import EXPERIMENTS

__all__ = ["PEERS", "Findings", "measure_peers"]

PEERS: Final = ("google-auth", "msal", "Authlib", "botocore", "anthropic", "openai")
HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found about each library: its version, and its cell for each experiment."""

    versions: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def cell(self, experiment: str) -> str:
        """The cell of one experiment, one line for each finding; libraries that agree share it."""
        said: dict[str, list[str]] = {}
        for name in self.cells:
            said.setdefault(self.cells[name].get(experiment, "not measured"), []).append(name)
        return "\n".join(f"{', '.join(names)}: {text}" for text, names in said.items())


def measure_peers() -> Findings:
    """Install and measure. A library that cannot be installed or measured gets cells that say so."""
    with tempfile.TemporaryDirectory(prefix="librus-benchmarks-") as folder:
        say(f"installing {len(PEERS)} libraries into a temporary environment")
        python = make_environment(Path(folder), HERE / "peers.txt")
        if python is None:
            return Findings(cells={name: _everywhere("did not install") for name in PEERS})
        versions: dict[str, str] = {}
        cells: dict[str, Mapping[str, str]] = {}
        for name in PEERS:
            say(f"measuring {name}")
            try:
                found = json.loads(
                    run([str(python), "-m", "benchmarks.peers", name], bare_environment(folder))
                )
            except (subprocess.SubprocessError, ValueError) as error:
                cells[name] = _everywhere(f"not measured ({type(error).__name__})")
            else:
                versions[name], cells[name] = found["version"], found["findings"]
        return Findings(versions, cells)


def _everywhere(text: str) -> Mapping[str, str]:
    return dict.fromkeys(EXPERIMENTS, text)
