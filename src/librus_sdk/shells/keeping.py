"""A session's side of a store: its documents read and written, its turn to renew, its troubles told.

The right to renew an account is held once for a whole session, however many of its renewals are under way:
one of them may be waiting for another, so they must not wait for each other's turn.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from ..core.keeping import BLANK, UNREAD, Document, read, written
from ..flows.steps import Ports, SlotPort
from ..secret import Secret
from .fork import renew_after_fork
from .store_calls import StoreCalls
from .troubles import warn_of_store

if TYPE_CHECKING:
    from .store import Claim, Shelf, StoreKey

__all__ = ["Keeping"]


class _Turn:
    """See :class:`~librus_sdk.flows.turns.Turn`."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._over = False
        self.blind = False

    def take(self) -> bool:
        answer = self._keeping.enter(self)
        self.blind = answer is None
        if answer is False:
            return False
        if self._over:  # given back while this was at work on another thread
            self._keeping.leave(self)
        return not self._over

    def give_back(self) -> None:
        self._over = True
        self._keeping.leave(self)


class _Saving:
    """See :class:`~librus_sdk.flows.turns.Saving`."""

    def __init__(self, keeping: Keeping, change: Callable[[Document], Document]) -> None:
        self._keeping = keeping
        self._change = change
        self._lock = threading.Lock()
        self._made = False

    def __call__(self) -> Document | None:
        if not self._lock.acquire(blocking=False):
            return None
        try:
            if self._made:
                return None
            saved = self._keeping.keep(self._change)
            self._made = True
            return saved
        finally:
            self._lock.release()


class Keeping:
    """What is kept of one account; see :class:`~librus_sdk.flows.shared.Keeping`.

    Args:
        shelf: where it is kept.
        key: whose it is.
        ports: clock and ears.
        rest_s: for how long a store is left alone that did not answer, seconds; less than somebody waits for
            the store who must not begin without it.
    """

    def __init__(self, shelf: Shelf, key: StoreKey, ports: Ports, *, rest_s: float = 10.0) -> None:
        self._shelf: Final = shelf
        self._owner = key.owner
        self._ports: Final = ports
        self._rest_s: Final = rest_s
        self._calls: Final = StoreCalls(ports, rest_s)
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Begin anew in a forked process: the parent's right to renew is the parent's."""
        self._calls.after_fork()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._glances: list[float] = []
        self._claim: Claim | None = None
        # Who has a part in the right to renew, or is about to have one: an interrupt between two steps then
        # leaves nothing counted that nobody takes back.
        self._inside: set[object] = set()

    # --- turns -------------------------------------------------------------------------------------------

    def turn(self) -> _Turn:
        """Return a turn, not taken yet."""
        return _Turn(self)

    def enter(self, turn: object) -> bool | None:
        """Take the right to renew for one more of this session's renewals.

        False while somebody else has it; None when nobody can tell, because the store does not answer.
        """
        with self._lock:
            self._inside.add(turn)
            if self._claim is not None:
                return True
        if not self._calls.may_ask():
            return None
        try:
            claim = self._shelf.claim()  # of two renewals that come here at once, one gets it
        except Exception as error:  # noqa: BLE001  (a store is somebody else's code)
            answered = self._calls.failed("unclaimed", error)
            return True if answered else None  # renew without it, and keep nothing
        self._calls.answered()
        if claim is None:
            self.leave(turn)
            return False
        with self._lock:
            self._claim = claim
        return True

    def leave(self, turn: object) -> None:
        """Give it back, when this was the last renewal. May be called again, and without having entered."""
        with self._lock:
            self._inside.discard(turn)
            if self._inside or self._claim is None:
                return
            claim, self._claim = self._claim, None
        try:
            claim.release()
        except Exception as error:  # noqa: BLE001
            self._calls.failed("unreleased", error)

    # --- documents ---------------------------------------------------------------------------------------

    def look(self) -> Document:
        """Return what is kept; ``BLANK`` when nothing is, ``UNREAD`` when nobody can tell just now."""
        found = self._read()
        if isinstance(found, Document):
            return found
        return UNREAD if found == "unread" else BLANK

    def glance(self) -> Document:
        """The same for whoever does not need it: ``UNREAD`` also while an earlier glance hangs.

        So that calls which wait no longer for a store do not leave a thread behind each.
        """
        began = self._ports.monotonic()
        with self._lock:
            if self._glances and began - self._glances[0] >= self._rest_s:
                return UNREAD
            self._glances.append(began)
        try:
            return self.look()
        finally:
            with self._lock:
                self._glances.remove(began)

    def _read(self) -> Document | str | None:
        """Return what is kept, None where nothing is, or why it is not used."""
        if not self._calls.may_ask():
            return "unread"
        try:
            content = self._shelf.load()
            if not isinstance(content, Secret | None):
                raise TypeError("a document is a Secret")
        except Exception as error:  # noqa: BLE001
            self._calls.failed("unread", error)
            return "unread"
        self._calls.answered()
        found = None if content is None else read(content, self._owner)
        if isinstance(found, Document) and not self._owner:
            # A session without credentials is whoever's it finds, and nobody else's from then on.
            self._owner = found.owner
        return found

    def saving(self, change: Callable[[Document], Document]) -> _Saving:
        """Return the work of changing what is kept, to be done in one's turn."""
        return _Saving(self, change)

    def keep(self, change: Callable[[Document], Document]) -> Document | None:
        """Change what is kept; only in one's turn. None when it could not be kept."""
        with self._lock:
            claim = self._claim
            if claim is None:
                return None
            # A renewal that is given up meanwhile must not take the right away in the middle.
            at_work = object()
            self._inside.add(at_work)
        told: list[Callable[[], object]] = []
        try:
            # Two renewals of this session may get here at once. Nobody else waits for this lock.
            with self._writing:
                return self._changed(claim, change, told.append)
        finally:
            self.leave(at_work)
            for tell in told:  # whoever listens may do anything, and so must not hold the lock
                tell()

    def _changed(
        self,
        claim: Claim,
        change: Callable[[Document], Document],
        tell: Callable[[Callable[[], object]], object],
    ) -> Document | None:
        found = self._read()
        if found == "unread":
            return None
        try:
            known = found if isinstance(found, Document) else self._new()
            changed = replace(change(known), saved_at=self._ports.wall())
            content = written(changed)
            if isinstance(found, str):
                tell(partial(self._told_of, found, claim.set_aside(found)))
            claim.save(content)
        except Exception as error:  # noqa: BLE001
            tell(partial(self._calls.failed, "unsaved", error))
            return None
        tell(partial(self._ports.emit, "debug", "store.saved", {}))
        return changed

    def _new(self) -> Document:
        return Document(owner=self._owner, series=secrets.token_hex(8))

    def _told_of(self, reason: str, where: str) -> None:
        self._ports.emit("warn", "store.set_aside", {"reason": reason})
        warn_of_store(
            f"What was kept of the sign-in {_REASONS[reason]}; it was put aside ({where}) and a new one is "
            "begun.",
            reason,
        )

    # --- ears --------------------------------------------------------------------------------------------

    def told(self, event: str, slot: SlotPort) -> None:
        """Report what became of the slot's renewal."""
        self._ports.emit("warn" if event == "store.busy" else "info", event, {"slot": slot.name})


_REASONS: Final = {
    "damaged": "is damaged",
    "foreign": "belongs to another account, or is no file of this library",
    "newer": "was written by a newer version of librus-sdk",
}
