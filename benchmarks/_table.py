"""One measured number, and the table they are printed in."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

__all__ = ["Compared", "Measured", "about_this_machine", "print_compared", "print_measured"]


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
    table = _new()
    table.add_column("what", ratio=5)
    table.add_column("bound", ratio=2)
    table.add_column("measured", ratio=4)
    table.add_column("ok?", no_wrap=True)
    for row in rows:
        table.add_row(row.what, row.bound, row.measured, row.verdict)
    _show(title, table)


def print_compared(title: str, rows: Iterable[Compared]) -> None:
    """Print the refresh table, with the peers' column when there is one."""
    rows = list(rows)
    with_peers = any(row.peers for row in rows)
    table = _new()
    table.add_column("what", ratio=5)
    if with_peers:
        table.add_column("other libraries", ratio=6)
    table.add_column("bound", ratio=4)
    table.add_column("measured", ratio=4)
    table.add_column("ok?", no_wrap=True)
    for row in rows:
        peers = [row.peers] if with_peers else []
        table.add_row(row.ours.what, *peers, row.ours.bound, row.ours.measured, row.ours.verdict)
    _show(title, table)


def about_this_machine() -> str:
    """Python, system and number of processors; nothing that names the machine."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {processors} processors"
    )


def _new() -> Table:
    return Table(box=box.ASCII2, show_lines=True, expand=True)


def _show(title: str, table: Table) -> None:
    # Without a wide terminal the width is fixed: a table pasted into a document looks the same everywhere.
    width: dict[str, Any] = {}
    if shutil.get_terminal_size((0, 0)).columns < 100:
        width["width"] = 140
    console = Console(highlight=False, **width)
    console.print(title)
    console.print(table)
    console.print()
