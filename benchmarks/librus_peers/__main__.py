"""``python -m benchmarks.librus_peers NAME SCENE``: one scene with one library, talking to a desk.

Two more words are no scenes: ``one-read`` is one of two processes, and ``command-line`` runs that of
librus-synergia. Both are told where the simulator is by a document on standard input.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path

from ._desk import Desk, Where
from ._renewals import one_read
from ._scenes import BEFOREHAND, LIBRARIES, SCENES
from ._synergia import command_line


def main() -> int:
    logging.disable()
    name, scene, *arguments = sys.argv[1:]
    if scene == "command-line":
        return command_line(json.loads(sys.stdin.readline()), arguments)
    library = LIBRARIES[name]
    if scene == "one-read":
        told = json.loads(sys.stdin.readline())
        folder = None if told["folder"] is None else Path(told["folder"])
        asyncio.run(one_read(library, Where(**told["where"]), folder))
        return 0
    desk = Desk(sys.stdout, sys.stdin)
    found = asyncio.run((SCENES | BEFOREHAND)[scene](library, desk))
    desk.ask_now("found", **asdict(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
