"""One measured number, and the table they are printed in."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table

__all__ = [
    "Compared",
    "Measured",
    "new_table",
    "print_compared",
    "print_measured",
    "rendered",
]


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table. ``ok`` is None when there is no bound to miss."""

    what: str
    bound: str
    measured: str
    ok: bool | None = None

    @property
    def verdict(self) -> str:
        """What stands in the last column."""
        return {None: "", True: "yes", False: "NO"}[self.ok]


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the refresh table: an experiment, our own number, and the peers' numbers if asked for."""

    ours: Measured
    peers: str = ""


def print_measured(title: str, rows: Iterable[Measured]) -> None:
    """Print what was measured against its bounds."""
    table = new_table()
    table.add_column("what", ratio=5)
    table.add_column("bound", ratio=2)
    table.add_column("measured", ratio=4)
    table.add_column("ok?", no_wrap=True)
    for row in rows:
        table.add_row(row.what, row.bound, row.measured, row.verdict)
    print(rendered(title, table))


def print_compared(title: str, rows: Iterable[Compared]) -> None:
    """Print the refresh table, with the peers' column when there is one."""
    rows = list(rows)
    with_peers = any(row.peers for row in rows)
    table = new_table()
    table.add_column("what", ratio=5)
    if with_peers:
        table.add_column("other libraries", ratio=6)
    table.add_column("bound", ratio=4)
    table.add_column("measured", ratio=4)
    table.add_column("ok?", no_wrap=True)
    for row in rows:
        peers = [row.peers] if with_peers else []
        table.add_row(row.ours.what, *peers, row.ours.bound, row.ours.measured, row.ours.verdict)
    print(rendered(title, table))


def new_table() -> Table:
    """An empty table, of signs that every terminal and document has."""
    return Table(box=box.ASCII2, show_lines=True, expand=True)


def rendered(title: str, table: Table, width: int = 140) -> str:
    """Return the table as text. Of a fixed width: pasted into a document it looks the same everywhere."""
    paper = io.StringIO()
    console = Console(file=paper, highlight=False, width=width)
    console.print(title, soft_wrap=True)
    console.print(table)
    return paper.getvalue()
