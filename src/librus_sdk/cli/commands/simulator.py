"""``librus simulator``."""

from __future__ import annotations

import sys

import click

from .._invocation import Invocation
from .._options import Leaf

__all__ = ["command"]


@click.command("simulator", cls=Leaf)
@click.option(
    "--port",
    type=click.IntRange(0, 65534),
    default=8123,
    show_default=True,
    help="The next one is used, too; 0: any.",
)
@click.option(
    "--children", type=click.IntRange(1, 8), default=3, show_default=True, help="How many there are."
)
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed is another family.")
@click.pass_obj
def command(_invocation: Invocation, port: int, children: int, seed: int) -> None:
    """Run a local Librus with an invented family until Ctrl-C; it says how to point a shell at it."""
    from ...simulator.serve import serve

    serve(port, children, seed, sys.stdout)
