"""``python -m benchmarks [--peers]``: measure, print two tables, exit 1 when a bound is missed."""

from __future__ import annotations

import argparse
import sys

from ._cost import cost
from ._environment import say
from ._machine import about_this_machine
from ._peers import PEERS, Findings, measure_peers
from ._reads import reads
from ._refresh import experiments
from ._startup import startup
from ._table import Compared, print_compared, print_measured


def main() -> int:
    """Run everything and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--peers",
        action="store_true",
        help=f"also install {', '.join(PEERS)} into a temporary environment and measure them beside",
    )
    options = parser.parse_args()
    found = measure_peers() if options.peers else Findings()
    say("measuring the SDK")
    compared = [Compared(ours, found.cell(name)) for name, ours in experiments()]
    measured = [*reads(), *cost(), *startup()]

    print_measured(f"librus-sdk: numbers ({about_this_machine()})", measured)
    print_compared("librus-sdk: renewing a token", compared)
    if found.versions:
        print("other libraries:", ", ".join(f"{name} {number}" for name, number in found.versions.items()))
    missed = [row.what for row in (*measured, *(row.ours for row in compared)) if row.ok is False]
    for what in missed:
        print("bound missed:", what)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
