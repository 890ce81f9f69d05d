"""Renewals that processes share: look what is kept, claim the renewal, look again, adopt or renew, keep.

One process at a time renews what is kept of an account.  Whoever waits for it looks again and again, and goes
on with what the other has got, or shares its failure; nobody asks Librus for what somebody else has just been
given.  A new credential is kept before anybody uses it.

A store that cannot be read, claimed or written costs nothing but the sharing: the renewal goes on without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeVar

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
from .refused import Refused
from .steps import Flow, Ports, Renewal, SlotPort, Work
from .turns import Saving, Turn, a_moment, saved, within

__all__ = ["PATIENCE_S", "Codec", "Keeping", "News", "Shared"]

PATIENCE_S: Final = 20.0
"""How long another process may take. One that takes longer has been stopped in the middle."""


T = TypeVar("T")

News = Callable[[], Flow[None]] | None
"""How a slot hears that somebody has signed in elsewhere; None where that is not to be known."""

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

    @property
    def only_kept(self) -> bool:
        """Whether there is no other way to one than what is kept: no password to sign in with."""
        ...

    def payloads(self, secret: Any) -> Mapping[str, Secret]:
        """Return what is kept of it, by name: itself, and what came along with it. Never raises."""
        ...

    def secret(self, document: Document) -> Any | None:
        """Return it as it was before it was written; None when that is not to be had. Never raises."""
        ...


class Keeping(Protocol):
    """What is kept of one account. Its methods may take a moment; none of them raises."""

    def turn(self) -> Turn:
        """Return a turn, not taken yet. Without I/O."""
        ...

    def look(self) -> Document:
        """Return what is kept; ``BLANK`` when nothing is, ``UNREAD`` when nobody can tell just now."""
        ...

    def glance(self) -> Document:
        """The same for whoever does not need it: ``UNREAD`` also while an earlier glance hangs."""
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
        self,
        slot: Callable[[], SlotPort],
        codec: Codec,
        inner: Renewal,
        lifetime_s: float | None = None,
        refused: Refused | None = None,
    ) -> Renewal:
        """Return the renewal of the slot, shared with other processes.

        ``lifetime_s`` is how long a kept credential is believed good where Librus did not say; ``refused``
        is what is known of the password it may send, itself or by a renewal that it waits for.
        """
        if self.keeping is None:
            return inner
        keeping = self.keeping
        return lambda mode: _Sharing(
            keeping, self.ports, slot(), codec, lifetime_s, refused, self.patience_s, inner
        ).renew(mode)

    def news(
        self,
        slot: Callable[[], SlotPort],
        codec: Codec,
        refused: Refused,
        lifetime_s: float | None = None,
    ) -> News:
        """Return how the slot hears, once only a person can help, that one has signed in elsewhere."""
        keeping = self.keeping
        if keeping is None:
            return None
        return lambda: _Adopting(keeping, self.ports, slot(), codec, lifetime_s, refused).hear()


@dataclass(frozen=True, slots=True)
class _Adopting:
    """What others have got, taken for a slot."""

    keeping: Keeping
    ports: Ports
    slot: SlotPort
    codec: Codec
    lifetime_s: float | None
    refused: Refused | None

    def hear(self) -> Flow[None]:
        """Take what another process has got since a person was needed. Librus is asked for nothing."""
        document: Document = yield Work(self.keeping.glance, late=UNREAD)
        state = self.slot.peek()
        # With a flight under way somebody has asked for the password to be sent: it may just have been taken.
        latch = state.latch if state.flight is None else None
        found = None if latch is None else self._adopted(document)
        if found is not None and latch is not None and self.refused is not None:
            self.refused.remember(latch.error)
            self.slot.offer(found)

    def _adopted(self, document: Document) -> Minted | None:
        found = self._found(document)
        if found is None or not adoptable(self.slot.peek(), self.ports.monotonic(), found):
            return None
        most = self.codec.most_s
        if most is not None and self.ports.wall() - found.issued_wall > most:
            return None
        self.keeping.told("store.adopted", self.slot)
        return found

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


@dataclass(frozen=True, slots=True)
class _Sharing(_Adopting):
    patience_s: float
    inner: Renewal

    def renew(self, mode: Mode) -> Flow[Minted]:
        before: Document = yield Work(self.keeping.look)
        if mode != "force":
            found = self._adopted(before)
            if found is not None:
                return found
        turn = self.keeping.turn()
        return (yield from within(turn, self._in_turn(mode, turn, before), self.patience_s))

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
                yield a_moment(self.ports)
            document = yield Work(self.keeping.look)
            if before is UNREAD:
                before = document  # what has happened before it could be read is nobody's news
            found = self._meanwhile(before, document, mode)
            if found is not None:
                return found
            unsure = turn.blind or document is UNREAD
            if taken and unsure and self._begins_with_what_works_once(document) and not late:
                taken = not turn.blind
                yield a_moment(self.ports)  # another may have used it up
            elif taken:
                self._handed_over(document)
                return (yield from self._renewed(mode, document))

    def _begins_with_what_works_once(self, document: Document) -> bool:
        """Whether the renewal will send something that another may have sent; not, when it signs in."""
        if not self.codec.dies_with_sign_in:
            return False
        is_there = self.slot.peek().grant is not None or self.codec.name in document.entries
        return is_there or self.codec.only_kept

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

    def _handed_over(self, document: Document) -> None:
        """Give the slot what is no longer good itself and still what a renewal begins with."""
        found = self._found(document) if self.codec.begins_renewal else None
        if found is not None and is_news(self.slot.peek(), found):
            self.slot.offer(found)

    # --- one's own renewal -------------------------------------------------------------------------------

    def _renewed(self, mode: Mode, document: Document) -> Flow[Minted]:
        # What was refused before this began is nobody's news.
        known = self.refused if self.refused is not None and self.refused.stands(mode) else None
        try:
            fresh = yield from self.inner(mode)
        except LibrusSdkError as error:
            failed = error
        else:
            return (yield from self._kept(fresh, document))
        news = known is None or not known.is_known(failed)
        yield from self._told_others(failed, document, news=news)
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
        after = yield from saved(
            self.keeping.saving(lambda now: now.with_entries(_new_ones(entries, now, document)))
        )
        if after is not None:
            return _marked(fresh, after, self.codec.name)
        return (yield from self._overtaken(document)) or _marked(fresh, document, self.codec.name)

    def _overtaken(self, document: Document) -> Flow[Minted | None]:
        """What another process has got that lost patience with this one, which was stopped in the middle.

        Then that is the newer one, and this could not be kept because of it.
        """
        now: Document = yield Work(self.keeping.look)
        return None if now.mark(self.codec.name) == document.mark(self.codec.name) else self._adopted(now)

    def _told_others(self, error: LibrusSdkError, document: Document, *, news: bool) -> Flow[None]:
        if isinstance(error, LibrusSessionClosedError):
            return
        mishap = Mishap.of(error) if news and not _is_of_this_program(error) else None
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
