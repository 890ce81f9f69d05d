"""Programs that keep sessions and are killed at it: processes of their own for the tests of stores.

Run as ``python -m tests.shells.store_programs <what> <folder>``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

from librus_sdk import FileStore, Secret
from librus_sdk.shells.file_shelf import FileClaim, FileShelf
from tests.shells.claims import KEY, claimed, keep, names

ROOT = Path(__file__).parents[2]
OLD, NEW = (Secret(json.dumps({"which": which, "filling": which * 3_000_000})) for which in "ab")
SMALL_OLD, SMALL_NEW = Secret('{"which": "old"}'), Secret('{"which": "new"}')
PROGRAM = [sys.executable, "-W", "error", "-m", "tests.shells.store_programs"]


def shelf(folder: str) -> FileShelf:
    return FileStore(folder).shelf(KEY)


def say(word: str) -> None:
    sys.stdout.write(word)
    sys.stdout.flush()


def holder(folder: str) -> None:
    """Hold the claim until the other side closes."""
    claim = claimed(shelf(folder))
    say("held\n")
    sys.stdin.read()
    claim.release()
    say("released\n")


def writer(folder: str) -> None:
    """Write one document and the other in turns, until killed."""
    for number in count():
        keep(shelf(folder), (OLD, NEW)[number % 2])
        say(".")


def sweep_saving(folder: str) -> None:
    """Kill whoever saves at the n-th step, for every n; look each time what is there. Tell what was seen."""
    seen: Counter[str] = Counter()
    for ending in killed(folder, lambda claim: claim.save(SMALL_NEW)):
        found = shelf(folder).load()
        assert found in {SMALL_OLD, SMALL_NEW}, ending
        seen["new" if found == SMALL_NEW else "old"] += 1
        seen["left behind"] += any(Path(folder).glob("*.part"))
    say(json.dumps({**seen, "files": names(Path(folder))}))


def sweep_setting_aside(folder: str) -> None:
    """The same for whoever sets a document aside, which must not be lost."""
    seen: Counter[str] = Counter()
    for ending in killed(folder, lambda claim: claim.set_aside("damaged")):
        found = [path for path in Path(folder).glob("*.json") if path.read_text() == SMALL_OLD.reveal()]
        assert len(found) == 1, ending
        seen["aside" if "damaged" in found[0].name else "in place"] += 1
        for path in Path(folder).glob("*.json"):
            path.unlink()
    say(json.dumps(seen))


def sweep_half_written(folder: str) -> None:
    """Have the kernel kill whoever saves when just so many bytes are written. Tell how many there were."""
    import resource

    sizes: list[int] = []
    for size in (0, 1, 4096, 5000, 1 << 20, len(NEW.reveal()) - 1):
        keep(shelf(folder), OLD)
        child = os.fork()
        if not child:
            claim = claimed(shelf(folder))
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            claim.save(NEW)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGXFSZ
        sizes += [path.stat().st_size for path in Path(folder).glob("*.part")]
        assert shelf(folder).load() == OLD
        keep(shelf(folder), NEW)
        assert shelf(folder).load() == NEW
    say(json.dumps({"sizes": sizes, "files": names(Path(folder))}))


def killed(folder: str, work: Callable[[FileClaim], object]) -> Iterator[int]:
    """Have the work done upon a fresh old document, killed one step later each time, until it is not."""
    for number in count(1):
        keep(shelf(folder), SMALL_OLD)
        child = os.fork()
        if not child:
            claim = claimed(shelf(folder))
            die_at(number)
            work(claim)
            sys.setprofile(None)
            os._exit(0)
        ending = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert ending in {0, -signal.SIGKILL}, ending
        yield ending
        if ending == 0:
            return


def die_at(step: int) -> None:
    """Have this process killed before this call of a C function: nothing else reaches the disk."""
    steps = count(1)

    def see(_frame: FrameType, event: str, _what: Any) -> None:
        if event == "c_call" and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(see)


if __name__ == "__main__":
    programs = (holder, writer, sweep_saving, sweep_setting_aside, sweep_half_written)
    {program.__name__: program for program in programs}[sys.argv[1]](sys.argv[2])
