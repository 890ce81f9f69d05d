"""Ctrl-C as a program gets it in which nobody has asked for anything else."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ctrl_c_interrupts"]


@contextmanager
def ctrl_c_interrupts() -> Iterator[None]:
    """Have it raise ``KeyboardInterrupt``, as it does unless somebody minds.

    A process in the background of a script has been told to ignore it, and the tests may run in one.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
