"""Work that must not hold up whoever waits for it beyond their time."""

from __future__ import annotations

import threading
from contextvars import copy_context

from ..flows.steps import Work

__all__ = ["done"]


def done(work: Work, seconds: float | None) -> object:
    """Do the work here; where it may only take so long, on a thread of its own, which goes on afterwards.

    Where there is no thread to be had it is done here all the same.
    """
    if seconds is None:
        return work.do()
    answers, over = [work.late], threading.Event()
    context = copy_context()

    def chore() -> None:
        try:
            answers.append(context.run(work.do))
        finally:
            over.set()

    try:
        threading.Thread(target=chore, name="librus-store", daemon=True).start()
    except RuntimeError:
        return work.do()
    over.wait(seconds)
    return answers[-1]
