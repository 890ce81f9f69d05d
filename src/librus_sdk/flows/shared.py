"""Renewals that processes share: look what is kept, claim the renewal, look again, adopt or renew, keep.

One process at a time renews what is kept of an account.  Whoever waits for it looks again and again, and goes
on with what the other has got, or shares its failure; nobody asks Librus for what somebody else has just been
given.  A new credential is kept before anybody uses it.

A store that cannot be read, claimed or written costs nothing but the sharing: the renewal goes on without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from ..core.keeping import UNREAD, Document, Kept, Mishap, adoptable, after_held, is_news, minted
from ..core.refresh import Mark, Minted, Mode
from ..errors import (
    AUTHENTICATION_FAILED,
    CONFIGURATION_ERROR,
    LibrusAuthRefreshError,
    LibrusSdkError,
    LibrusSessionClosedError,
    LibrusTerminalAuthenticationError,
)
from ..secret import Secret
from .steps import Flow, Pause, Ports, Renewal, SlotPort, Work

__all__ = ["PATIENCE_S", "Codec", "Keeping", "Saving", "Shared", "Turn"]

POLL_S: Final = 0.05
"""How often somebody who waits looks again, on average."""
PATIENCE_S: Final = 20.0
"""How long another process may take. One that takes longer has been stopped in the middle."""


_BUSY: Final = (
    "Another process has been renewing the sign-in at Librus for a while and is not done. Try again later; "
    "if that process hangs, end it."
)


class Codec(Protocol):
    """How the credential of a slot is written down."""

    @property
    def name(self) -> str:
        """What it is kept under."""
        ...

    @property
    def most_s(self) -> float | None:
        """How old it may be to be taken from elsewhere, seconds; None for any age."""
        ...

    @property
    def dies_with_sign_in(self) -> bool:
        """Whether it is worth nothing once a person has to sign in again."""
        ...

    @property
    def begins_renewal(self) -> bool:
        """Whether a renewal begins with the old one, however old it is."""
        ...

    def payloads(self, secret: Any) -> Mapping[str, Secret]:
        """Return what is kept of it, by name: itself, and what came along with it. Never raises."""
        ...

    def secret(self, document: Document) -> Any | None:
        """Return it as it was before it was written; None when that is not to be had. Never raises."""
        ...


class Turn(Protocol):
    """One renewal's part in the right to renew, which renewals of one session share."""

    def take(self) -> bool:
        """Take it, at once; false while another process or session holds it."""
        ...

    def give_back(self) -> None:
        """Give it back; may be called again, and while :meth:`take` is still at work elsewhere."""
        ...


class Saving(Protocol):
    """A change that is made once, however often this is called, and on whichever thread first."""

    def __call__(self) -> Document | None:
        """Make it. None when that could not be kept, or it has been made, or is being made elsewhere."""
        ...


class Keeping(Protocol):
    """What is kept of one account. Its methods may take a moment; none of them raises."""

    def turn(self) -> Turn:
        """Return a turn, not taken yet. Without I/O."""
        ...

    def look(self) -> Document:
        """Return what is kept; ``BLANK`` when nothing is, ``UNREAD`` when nobody can tell just now."""
        ...

    def saving(self, change: Callable[[Document], Document]) -> Saving:
        """Return the work of changing what is kept, to be done in one's turn. Without I/O."""
        ...

    def told(self, event: str, slot: SlotPort) -> None:
        """Report what became of the slot's renewal."""
        ...


@dataclass(frozen=True, slots=True)
class Shared:
    """How the renewals of one account are shared; without ``keeping`` they are not.

    ``patience_s`` is how long another process is waited for: less than a flight may take, or none would ever
    come to renewing while a process hangs that has the right to.
    """

    keeping: Keeping | None
    ports: Ports
    patience_s: float = PATIENCE_S

    def renewal(
        self, slot: Callable[[], SlotPort], codec: Codec, inner: Renewal, lifetime_s: float | None = None
    ) -> Renewal:
        """Return the renewal of the slot, shared with other processes.

        ``lifetime_s`` is how long a kept credential is believed good where Librus did not say.
        """
        if self.keeping is None:
            return inner
        keeping = self.keeping
        return lambda mode: _Sharing(
            keeping, self.ports, self.patience_s, slot(), codec, inner, lifetime_s
        ).renew(mode)


@dataclass(frozen=True, slots=True)
class _Sharing:
    keeping: Keeping
    ports: Ports
    patience_s: float
    slot: SlotPort
    codec: Codec
    inner: Renewal
    lifetime_s: float | None

    def renew(self, mode: Mode) -> Flow[Minted]:
        before: Document = yield Work(self.keeping.look)
        if mode != "force":
            found = self._adopted(before)
            if found is not None:
                return found
        turn = self.keeping.turn()
        try:
            ended = yield from self._ended(mode, turn, before)
            yield Work(turn.give_back)
        finally:
            turn.give_back()
        if isinstance(ended, LibrusSdkError):
            raise ended
        return ended

    def _ended(self, mode: Mode, turn: Turn, before: Document) -> Flow[Minted | LibrusSdkError]:
        """How the renewal ended; an error is returned, for the turn has to be given back first."""
        try:
            return (yield from self._in_turn(mode, turn, before))
        except LibrusSdkError as error:
            return error

    def _in_turn(self, mode: Mode, turn: Turn, before: Document) -> Flow[Minted]:
        document = before
        started = self.ports.monotonic()
        taken = False
        while True:
            taken = taken or (yield Work(turn.take))
            late = self.ports.monotonic() - started > self.patience_s
            if late and not taken:
                self.keeping.told("store.busy", self.slot)
                if self.codec.dies_with_sign_in:
                    raise LibrusAuthRefreshError(_BUSY)  # the other may have sent what works once
                fresh = yield from self.inner(mode)
                return _marked(fresh, document, self.codec.name)
            if not taken:
                yield self._a_moment()
            document = yield Work(self.keeping.look)
            if before is UNREAD:
                before = document  # what has happened before it could be read is nobody's news
            found = self._meanwhile(before, document, mode)
            if found is not None:
                return found
            if taken and document is UNREAD and self.codec.dies_with_sign_in and not late:
                yield self._a_moment()  # another may have used up what this would begin with
            elif taken:
                self._handed_over(document)
                return (yield from self._renewed(mode, document))

    def _a_moment(self) -> Pause:
        return Pause(POLL_S * (0.5 + self.ports.random()))

    # --- what others have done ---------------------------------------------------------------------------

    def _meanwhile(self, before: Document, document: Document, mode: Mode) -> Minted | None:
        """What somebody else has got since this began. Raises why they did not get it."""
        mishap = document.mishap_since(self.codec.name, before)
        if mishap is not None:
            self.keeping.told("store.failure_shared", self.slot)
            raise mishap.as_error()
        if mode == "force" and document.mark(self.codec.name) == before.mark(self.codec.name):
            return None  # a person asks: what was there before will not do
        return self._adopted(document)

    def _adopted(self, document: Document) -> Minted | None:
        found = self._found(document)
        if found is None or not adoptable(self.slot.peek(), self.ports.monotonic(), found):
            return None
        most = self.codec.most_s
        if most is not None and self.ports.wall() - found.issued_wall > most:
            return None
        self.keeping.told("store.adopted", self.slot)
        return found

    def _handed_over(self, document: Document) -> None:
        """Give the slot what is no longer good itself and still what a renewal begins with."""
        found = self._found(document) if self.codec.begins_renewal else None
        if found is not None and is_news(self.slot.peek(), found):
            self.slot.offer(found)

    def _found(self, document: Document) -> Minted | None:
        kept, mark = document.entries.get(self.codec.name), document.mark(self.codec.name)
        if kept is None or mark is None:
            return None
        secret = self.codec.secret(document)
        if secret is None:
            return None
        state = self.slot.peek()
        found = minted(
            state.key,
            kept,
            mark,
            secret,
            now=self.ports.monotonic(),
            wall=self.ports.wall(),
            lifetime_s=self.lifetime_s,
        )
        return after_held(state, found)

    # --- one's own renewal -------------------------------------------------------------------------------

    def _renewed(self, mode: Mode, document: Document) -> Flow[Minted]:
        try:
            fresh = yield from self.inner(mode)
        except LibrusSdkError as error:
            failed = error
        else:
            return (yield from self._kept(fresh, document))
        yield from self._told_others(failed, document)
        raise failed

    def _kept(self, fresh: Minted, document: Document) -> Flow[Minted]:
        ends = fresh.expires_at if fresh.declared else None
        expires = None if ends is None else self.ports.wall() + (ends - self.ports.monotonic())
        entries = {
            name: Kept(payload, 0, fresh.issued_wall, expires if name == self.codec.name else None)
            for name, payload in self.codec.payloads(fresh.secret).items()
        }
        if not entries:
            return _marked(fresh, document, self.codec.name)
        saving = self.keeping.saving(lambda now: now.with_entries(_new_ones(entries, now, document)))
        try:
            saved: Document | None = yield Work(saving)
        except GeneratorExit:
            # Given up before it was kept, perhaps before anybody got round to it: it was given once.
            saving()
            raise
        if saved is not None:
            return _marked(fresh, saved, self.codec.name)
        return (yield from self._overtaken(document)) or _marked(fresh, document, self.codec.name)

    def _overtaken(self, document: Document) -> Flow[Minted | None]:
        """What another process has got that lost patience with this one, which was stopped in the middle.

        Then that is the newer one, and this could not be kept because of it.
        """
        now: Document = yield Work(self.keeping.look)
        return None if now.mark(self.codec.name) == document.mark(self.codec.name) else self._adopted(now)

    def _told_others(self, error: LibrusSdkError, document: Document) -> Flow[None]:
        if isinstance(error, LibrusSessionClosedError):
            return
        mishap = None if _is_of_this_program(error) else Mishap.of(error)
        worthless = self._worthless(document) if _needs_a_person(error) else None
        if mishap is None and worthless is None:
            return
        name = self.codec.name
        yield Work(self.keeping.saving(lambda now: now.with_failure(name, mishap, worthless)))

    def _worthless(self, document: Document) -> Mark | None:
        """The mark of what is kept, when it is what the renewal began with."""
        found, held = self._found(document), self.slot.peek().grant
        if not self.codec.dies_with_sign_in or found is None or held is None or held.secret != found.secret:
            return None
        return found.mark


def _marked(fresh: Minted, document: Document, name: str) -> Minted:
    """What is new, with its mark; where it was not kept it is newer than all that is."""
    kept = document.entries.get(name)
    return replace(fresh, mark=(document.series, document.revision if kept is None else kept.revision))


def _needs_a_person(error: LibrusSdkError) -> bool:
    """Whether somebody has to sign in; not, when it is this program that Librus refuses."""
    return isinstance(error, LibrusTerminalAuthenticationError) and error.code != CONFIGURATION_ERROR


def _is_of_this_program(error: LibrusSdkError) -> bool:
    """Whether another program may fare better: one that has the password, where this one has none."""
    return type(error) is LibrusTerminalAuthenticationError and error.code == AUTHENTICATION_FAILED


def _new_ones(entries: Mapping[str, Kept], document: Document, before: Document) -> Mapping[str, Kept]:
    """Those that say something else than what is kept; the first is the renewed one, and always new.

    What came along does not replace what another renewal of this session has kept since ``before``.
    """
    own = next(iter(entries))
    return {
        name: entry
        for name, entry in entries.items()
        if name == own or _is_wanted(name, entry, document.entries.get(name), before)
    }


def _is_wanted(name: str, entry: Kept, kept: Kept | None, before: Document) -> bool:
    if kept is None:
        return True
    former = before.entries.get(name)
    return kept.payload != entry.payload and former is not None and former.revision == kept.revision
