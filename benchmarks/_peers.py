"""The other libraries: installed where it is thrown away, each measured by a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ._refresh import EXPERIMENTS

__all__ = ["PEERS", "Findings", "measure_peers"]

PEERS: Final = ("google-auth", "msal", "Authlib", "botocore", "anthropic", "openai")
HERE: Final = Path(__file__).resolve().parent
PATIENCE_S: Final = 180


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
        python = _install(Path(folder))
        if python is None:
            return Findings(cells={name: _everywhere("did not install") for name in PEERS})
        versions: dict[str, str] = {}
        cells: dict[str, Mapping[str, str]] = {}
        for name in PEERS:
            say(f"measuring {name}")
            try:
                found = json.loads(
                    _run([str(python), "-m", "benchmarks.peers", name], _bare_environment(folder))
                )
            except (subprocess.SubprocessError, ValueError) as error:
                cells[name] = _everywhere(f"not measured ({type(error).__name__})")
            else:
                versions[name], cells[name] = found["version"], found["findings"]
        return Findings(versions, cells)


def say(text: str) -> None:
    """Tell on standard error what takes so long."""
    sys.stderr.write(f"benchmarks: {text} …\n")
    sys.stderr.flush()


def _install(folder: Path) -> Path | None:
    home = folder / "environment"
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    try:
        _run([sys.executable, "-m", "venv", str(home)], os.environ)
        _run([*pip, "--requirement", str(HERE / "peers.txt")], os.environ)
    except subprocess.SubprocessError as error:
        detail = error.stderr if isinstance(error, subprocess.CalledProcessError) else ""
        say(f"the libraries do not install: {str(detail).strip()[-500:]}")
        return None
    return python


def _bare_environment(home: str) -> dict[str, str]:
    """No proxy, no cloud account, no configuration of the libraries from whoever runs this."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "HOME": home, "PYTHONPATH": str(HERE.parent), "PYTHONDONTWRITEBYTECODE": "1"}


def _run(command: Sequence[str], environ: Mapping[str, str]) -> str:
    done = subprocess.run(  # noqa: S603  (our own interpreter and modules)
        command, check=True, capture_output=True, text=True, timeout=PATIENCE_S, env=dict(environ)
    )
    return done.stdout


def _everywhere(text: str) -> Mapping[str, str]:
    return dict.fromkeys(EXPERIMENTS, text)
