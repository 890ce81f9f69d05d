"""After ``os.fork``: locks other threads held, and flights they flew, are dead in the new process."""

from __future__ import annotations

import os
import weakref
from typing import Protocol

__all__ = ["renew_after_fork"]


class _Forkable(Protocol):
    def after_fork(self) -> None: ...


_living: weakref.WeakSet[_Forkable] = weakref.WeakSet()


def renew_after_fork(thing: _Forkable) -> None:
    """Have ``thing.after_fork()`` called in every child process, for as long as the thing lives."""
    _living.add(thing)


def _after_fork() -> None:
    for thing in list(_living):
        thing.after_fork()


if hasattr(os, "register_at_fork"):  # pragma: no branch  (there is no fork on Windows)
    os.register_at_fork(after_in_child=_after_fork)
