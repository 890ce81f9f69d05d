"""The table of transitions, the diagram and the decision functions say the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from librus_sdk.core.refresh import Phase
from librus_sdk.core.transitions import TRANSITIONS, mermaid, triples

from .chaos import seen_transitions

TOOL = Path(__file__).parents[2] / "tools" / "state_diagram.py"


def test_every_change_stands_in_the_table_and_every_row_comes_about() -> None:
    seen = seen_transitions()
    assert seen - triples() == set()
    assert triples() - seen == set()


def test_no_step_stands_in_two_rows() -> None:
    rows = [triple for row in TRANSITIONS for triple in row.triples()]
    assert len(rows) == len(set(rows))


def test_nothing_leaves_the_end() -> None:
    assert not [row for row in TRANSITIONS if Phase.CLOSED in row.before]


def test_the_diagram_draws_every_phase() -> None:
    drawing = mermaid()
    assert all(phase in drawing for phase in Phase)


def test_the_documents_are_current() -> None:
    subprocess.run([sys.executable, str(TOOL), "--check"], check=True)


def test_a_document_that_is_not_current_is_found(tmp_path: Path) -> None:
    root = TOOL.parents[1]
    (tmp_path / "tools").mkdir()
    (tmp_path / "docs").mkdir()
    tool = tmp_path / "tools" / TOOL.name
    tool.write_bytes(TOOL.read_bytes())
    document = tmp_path / "docs" / "refresh-states.md"
    text = (root / "docs" / "refresh-states.md").read_text(encoding="utf-8")
    document.write_text(text.replace("REJECTED: reject", "FRESH: reject"), encoding="utf-8")

    def run(*arguments: str) -> int:
        return subprocess.run(
            [sys.executable, str(tool), *arguments], check=False, capture_output=True
        ).returncode

    assert run("--check") == 1
    assert run() == 0
    assert run("--check") == 0
    assert document.read_text(encoding="utf-8") == text
    document.write_text(text.replace("<!-- /refresh-table -->", ""), encoding="utf-8")
    assert run("--check") == 1


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.event} in {row.before[0]}")
def test_a_row_says_when_and_what(row: object) -> None:
    guard, effect = getattr(row, "guard", ""), getattr(row, "effect", "")
    assert guard
    assert effect
    assert "|" not in guard + effect
