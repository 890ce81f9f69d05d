"""Where a run is kept: what was found in a file, the table made of it between two comments of a document.

The table is a function of the rows and of what was found, so nobody can put another verdict into it by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import msgspec

from .._environment import ROOT
from ..librus_peers._finding import Finding
from ._rows import Row, table

__all__ = ["DOCUMENT", "FOUND", "LOCK", "Run", "keep", "kept_table", "written"]

LOCK: Final = ROOT / "benchmarks" / "librus_peers.txt"
FOUND: Final = ROOT / "benchmarks" / "librus_peers.json"
DOCUMENT: Final = ROOT / "docs" / "benchmarks.md"
BEGIN: Final = "<!-- written by make bench-peers: begin -->"
END: Final = "<!-- written by make bench-peers: end -->"


@dataclass(frozen=True)
class Run:
    """Everything one run has found.

    Attributes:
        about: what stands above the table, line by line: versions, the machine, the day.
        cells: by row, then by library.
    """

    about: Sequence[str]
    cells: Mapping[str, Mapping[str, Finding]]

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read what :meth:`save` wrote."""
        return msgspec.json.decode(file.read_bytes(), type=cls)

    def save(self, file: Path) -> None:
        """Write it down, for people to read the changes as well."""
        file.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")

    def table(self, rows: Sequence[Row]) -> str:
        """Return it as text, with the verdicts."""
        return table("\n".join(self.about), rows, self.cells)


def keep(document: Path, text: str) -> None:
    """Replace what stands between the comments. Raises ValueError when one of them is not there."""
    before, _, after = _parted(document)
    document.write_text(f"{before}{BEGIN}{written(text)}{END}{after}", encoding="utf-8")


def kept_table(document: Path) -> str:
    """Return what stands between the comments. Raises ValueError when one of them is not there."""
    return _parted(document)[1]


def written(text: str) -> str:
    """Return what a table looks like between the comments."""
    return f"\n```text\n{text.rstrip()}\n```\n"


def _parted(document: Path) -> tuple[str, str, str]:
    before, begin, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    kept, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document.name} has no place for the table")
    return before, kept, after
