"""The document about the commands: complete, the same everywhere, and free of whoever wrote it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from librus_sdk.simulator import Simulator
from tests.cli.reads import every_read

TOOL = Path(__file__).parents[2] / "tools" / "cli_reference.py"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tool in a tree of its own, where it may write."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "tools").mkdir()
    copied = tmp_path / "tools" / TOOL.name
    copied.write_bytes(TOOL.read_bytes())
    return copied


def run(tool: Path, *argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(tool), *argv]
    environ = {**os.environ, "PYTHONUTF8": "1", **env}
    return subprocess.run(command, env=environ, check=False, capture_output=True, text=True, encoding="utf-8")


def test_every_command_is_in_it_within_80_columns(copy: Path, calm: Simulator) -> None:
    assert run(copy).returncode == 0
    text = (copy.parents[1] / "docs" / "cli.md").read_text(encoding="utf-8")
    for argv in [[], ["demo"], ["grades"], ["completion", "bash"], *every_read(calm)]:
        name = " ".join(["librus", *argv[:2]])
        assert f"\n## {name}\n\n```text\nUsage: {name} [OPTIONS]" in text
    inside = "".join(re.findall(r"```text\n(.*?)```", text, re.DOTALL))
    assert max(map(len, inside.splitlines())) <= 80
    assert str(Path.home()) not in text
    assert str(TOOL.parents[1]) not in text


def test_it_is_the_same_wherever_it_is_written(copy: Path) -> None:
    assert run(copy, COLUMNS="200").stdout == "docs/cli.md written\n"
    again = run(copy, "--check", COLUMNS="50", TERM="dumb", LIBRUS_CHILD="1", _LIBRUS_COMPLETE="bash_source")
    assert (again.returncode, again.stdout) == (0, "")


def test_the_check_writes_nothing(copy: Path) -> None:
    done = run(copy, "--check")
    assert (done.returncode, "not current" in done.stdout) == (1, True)
    assert not list((copy.parents[1] / "docs").iterdir())
