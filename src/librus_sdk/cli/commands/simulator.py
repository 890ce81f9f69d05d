"""``librus simulator``."""

from __future__ import annotations

import sys
from datetime import date

import click

from .._invocation import Invocation
from .._options import DAY, Leaf

__all__ = ["command"]


@click.command("simulator", cls=Leaf)
@click.option(
    "--port",
    type=click.IntRange(0, 65530),
    default=8123,
    show_default=True,
    help="The next five are used, too; 0: any.",
)
@click.option(
    "--children", type=click.IntRange(1, 8), default=3, show_default=True, help="How many there are."
)
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed is another family.")
@click.option(
    "--today",
    type=DAY,
    default=None,
    help="The day it has there: it decides the school year and what has happened. Without it, the real one.",
)
@click.option(
    "--switch-off",
    metavar="MODULE",
    multiple=True,
    help="A module the youngest child's school does not use, named as in the API (Notes, Grades/Averages); "
    "may be given several times.",
)
@click.option("--messages-unpaid", is_flag=True, help="Nobody has paid for messages: they are refused.")
@click.pass_obj
def command(
    _invocation: Invocation,
    port: int,
    children: int,
    seed: int,
    today: date | None,
    switch_off: tuple[str, ...],
    messages_unpaid: bool,
) -> None:
    """Run a local Librus with an invented family until Ctrl-C; it says how to point a shell at it.

    With --today, other commands still go by the real date: what they call today, or read when no day is
    given, is not the day there. So give them their day, as in overview --day. Access tokens live and die by
    the real clock.

    What Librus answers for a module that is off is known of Notes, LuckyNumbers, SchoolNotices, Timetables,
    Grades/Averages and PointGrades/Averages. Others are refused here, as if the account might not read them.
    """
    from ...simulator.serve import serve

    serve(
        port,
        children,
        seed,
        sys.stdout,
        today=today,
        switched_off=switch_off,
        messages_unpaid=messages_unpaid,
    )
