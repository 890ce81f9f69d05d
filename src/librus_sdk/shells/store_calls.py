"""Calls of a store: whether it is asked at all, and what is told of those that fail.

A store that nobody answers from lets every call wait for its own limit.  So after the first such call it
*rests*: for a while nobody asks it, and the session goes on as without it.  Then one caller finds out whether
it is back.  A store that says no, or a disk that is full, is quick, and is asked again each time.
"""

from __future__ import annotations

import threading
from typing import Final

from ..event_catalogue import FIELDS
from ..flows.steps import Ports
from .troubles import FAILED, MEANINGS, SILENT, warn_of_store, word_for

__all__ = ["StoreCalls"]

_HARMS: Final = frozenset({"unread", "unclaimed", "unsaved"})


class StoreCalls:
    """What one session knows of its store. Safe to use from several threads.

    Args:
        ports: clock and ears.
        rest_s: how long it rests, seconds.
    """

    def __init__(self, ports: Ports, rest_s: float) -> None:
        self._ports: Final = ports
        self._rest_s: Final = rest_s
        self._rests_until: float | None = None
        self._warned = False
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew in a forked process: another thread may have held the lock."""
        self._lock = threading.Lock()

    def may_ask(self) -> bool:
        """Whether the store may be asked now. Whoever may reports what became of it."""
        with self._lock:
            if self._rests_until is None:
                return True
            now = self._ports.monotonic()
            if now < self._rests_until:
                return False
            self._rests_until = now + self._rest_s  # this one finds out; the others need not wait for it
            return True

    def answered(self) -> None:
        """Report that the store has said something, if only no."""
        with self._lock:
            rested, self._rests_until = self._rests_until is not None, None
        if rested:
            self._ports.emit("info", "store.back", {})

    def failed(self, what: str, error: Exception) -> bool:
        """Report that a call failed; return whether the store has said something.

        Args:
            what: the last word of the event: ``unread``, ``unclaimed``, ``unsaved`` or ``unreleased``.
            error: what was raised, by whose code ever.
        """
        reason = word_for(error)
        silent = reason in SILENT
        if silent:
            with self._lock:
                rested, self._rests_until = self._rests_until, self._ports.monotonic() + self._rest_s
            if rested is not None:
                return False  # it is told once
        else:
            self.answered()
        self._ports.emit("warn", f"store.{what}", {"reason": reason, "error_name": type(error).__name__})
        if silent:
            rest_ms = round(self._rest_s * 1000)
            self._ports.emit("warn", "store.resting", {"reason": reason, "rest_ms": rest_ms})
        if what in _HARMS and reason in MEANINGS:
            self._warn(reason, error)
        return not silent

    def _warn(self, reason: str, error: Exception) -> None:
        with self._lock:
            warned, self._warned = self._warned, True
        if warned:
            return
        named = more = ""
        if reason == FAILED:
            # Anybody's error: its class is told, as in the event; its text may hold anything.
            shown = FIELDS["error_name"].shown(type(error).__name__)
            named, more = f" ({shown})" if shown else "", _TELL_MORE
        warn_of_store(
            f"The store is of no use just now: {MEANINGS[reason]}{named}. The session goes on without; "
            f"its sign-in is not shared with other programs, and the next run signs in again.{more}",
            reason,
        )


_TELL_MORE: Final = (
    " The events store.unread, store.unclaimed and store.unsaved tell which call fails, and with what, each "
    "time: hear them with on_event or logger."
)
