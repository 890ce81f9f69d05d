"""Where the table is kept: between two comments of a document."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["keep"]

BEGIN: Final = "<!-- written by make bench-peers: begin -->"
END: Final = "<!-- written by make bench-peers: end -->"


def keep(document: Path, text: str) -> None:
    """Replace what stands between the comments. Raises ValueError when one of them is not there."""
    before, begin, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document.name} has no place for the table")
    document.write_text(f"{before}{BEGIN}\n```text\n{text.rstrip()}\n```\n{END}{after}", encoding="utf-8")
