"""An environment that is made, used and thrown away, and what runs in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

__all__ = ["ROOT", "bare_environment", "make_environment", "pip", "run", "say"]

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE_S: Final = 180


def say(text: str) -> None:
    """Tell on standard error what takes so long."""
    sys.stderr.write(f"benchmarks: {text} …\n")
    sys.stderr.flush()


def make_environment(folder: Path, requirements: Path, *, made_by: str = sys.executable) -> Path | None:
    """Install what a lock file says, with this Python; return the new one, or None when that fails."""
    home = folder / "environment"
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    try:
        run([made_by, "-m", "venv", str(home)], os.environ)
        run([*pip(python), "install", "--quiet", "--require-hashes", "-r", str(requirements)], os.environ)
    except subprocess.SubprocessError as error:
        detail = error.stderr if isinstance(error, subprocess.CalledProcessError) else ""
        say(f"the libraries do not install: {str(detail).strip()[-500:]}")
        return None
    return python


def pip(python: Path) -> list[str]:
    """The words that begin a call of pip."""
    return [str(python), "-m", "pip", "--disable-pip-version-check"]


def bare_environment(home: str) -> dict[str, str]:
    """No proxy, no account, no configuration of the libraries from whoever runs this."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "HOME": home, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def run(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """Run a program to its end and return what it printed. Raises SubprocessError when it fails."""
    done = subprocess.run(  # noqa: S603  (our own interpreter and modules)
        command, check=True, capture_output=True, text=True, timeout=PATIENCE_S, env=dict(environ)
    )
    return done.stdout
