"""The examples of the documentation: each runs against the simulator and prints what the pages show."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from librus_sdk.endpoints import catalogue
from tools.doc_examples import ROOT, examples, family, printed

DOCS = ROOT / "docs"
FAMILIES = sorted({operation.family for operation in catalogue()})
# The attribute a family is, where another family has its name on other clients.
ATTRIBUTE = {"bff": "messages", "mailbox": "messages"}


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.stem)
def test_it_prints_what_the_page_shows(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with family() as simulator:
        text = printed(example)
        secrets = simulator.secrets()
    assert text == example.with_suffix(".txt").read_text(encoding="utf-8")
    assert not [secret for secret in secrets if secret in text]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", FAMILIES)
def test_each_family_has_a_page_with_an_example_and_its_calls(name: str) -> None:
    page = (DOCS / "families" / f"{name}.md").read_text(encoding="utf-8")
    example = (DOCS / "examples" / f"{name}.py").read_text(encoding="utf-8")
    assert f"```{{literalinclude}} ../examples/{name}.py\n" in page
    assert f"```{{literalinclude}} ../examples/{name}.txt\n" in page
    assert f".. librus-calls:: {name}\n" in page
    assert re.search(rf"\bclient\.{ATTRIBUTE.get(name, name)}\.\w+\(", example)


def test_each_example_is_shown_somewhere() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    for example in examples():
        assert f"examples/{example.name}\n" in pages
        assert f"examples/{example.stem}.txt\n" in pages


def test_the_tool_tells_what_is_not_current_and_writes_it(tmp_path: Path) -> None:
    for folder in ("docs/examples", "tools"):
        (tmp_path / folder).mkdir(parents=True)
    tool = tmp_path / "tools" / "doc_examples.py"
    shutil.copy(ROOT / "tools" / "doc_examples.py", tool)
    (tmp_path / "docs/examples/one.py").write_text('print("dzień dobry")\n', encoding="utf-8")
    output = tmp_path / "docs/examples/one.txt"

    def run(*argv: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, str(tool), *argv],
            env={**os.environ, "PYTHONUTF8": "1"},
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        return done.returncode, done.stdout

    assert run("--check") == (1, "docs/examples/one.txt is not current: run tools/doc_examples.py\n")
    assert not output.exists()
    assert run() == (0, "docs/examples/one.txt written\n")
    assert output.read_text(encoding="utf-8") == "dzień dobry\n"
    assert run("--check") == (0, "")


def test_the_tool_refuses_to_write_a_secret_down(tmp_path: Path) -> None:
    for folder in ("docs/examples", "tools"):
        (tmp_path / folder).mkdir(parents=True)
    tool = tmp_path / "tools" / "doc_examples.py"
    shutil.copy(ROOT / "tools" / "doc_examples.py", tool)
    (tmp_path / "docs/examples/leak.py").write_text(
        'import os\nprint(os.environ["LIBRUS_PORTAL_PASSWORD"])\n', encoding="utf-8"
    )
    done = subprocess.run([sys.executable, str(tool)], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "docs/examples/leak.py prints a secret\n")
    assert not (tmp_path / "docs/examples/leak.txt").exists()
