"""What is kept of an account between runs: the document, and when what it holds is worth taking.

A document holds one entry for each slot that is kept.  Which of two credentials is newer is told by *marks*,
never by clocks: a document counts its changes (its *revision*), and every entry says with which change it
came.  A document that was begun anew has another *series*, so its small numbers are not taken for old ones.

Nothing here reads or writes; the text of a document stays in its box until it is decoded, and decoding leaves
no frame behind that a traceback could show.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import msgspec

from .. import errors
from ..errors import LibrusSdkError
from ..secret import Secret
from .refresh import Grant, Mark, Minted, Phase, SlotState
from .retry import LONGEST_S

__all__ = [
    "BLANK",
    "UNREAD",
    "Document",
    "Kept",
    "Mishap",
    "TooLongError",
    "Unreadable",
    "adoptable",
    "after_held",
    "is_news",
    "minted",
    "read",
    "written",
]

FORMAT: Final = 1
KIND: Final = "librus-sdk session"
MAX_BYTES: Final = 4 * 2**20
"""How long a document may be. What no reader would take is not written, either."""

Unreadable = Literal["damaged", "foreign", "newer"]
"""Why a document is not used: it is broken or not ours at all, another account's, or of a newer version."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One credential as it is kept.

    Attributes:
        payload: the credential as text.
        revision: the change of the document it came with; 0 for one that has not been kept yet.
        issued_at: when the server issued it, seconds since the epoch.
        expires_at: when it ends, where the server said so, seconds since the epoch.
    """

    payload: Secret
    revision: int = 0
    issued_at: float = 0.0
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Mishap:
    """A renewal that failed: whoever was waiting for it need not try it once more.

    Attributes:
        revision: the change of the document it came with.
        error: the name of the error's class.
        code: its code.
        message: its message, which holds no secret.
        retry_after_s: how long Librus wants to be left alone, seconds.
    """

    error: str
    code: str
    message: str
    retry_after_s: float | None = None
    revision: int = 0

    @classmethod
    def of(cls, error: LibrusSdkError) -> Mishap:
        """Return what is kept of this error."""
        return cls(type(error).__name__, error.code, error.message, error.retry_after_s)

    def as_error(self) -> LibrusSdkError:
        """Return an error that says the same."""
        kind = getattr(errors, self.error, LibrusSdkError)
        if not (isinstance(kind, type) and issubclass(kind, LibrusSdkError)):
            kind = LibrusSdkError
        error: LibrusSdkError = kind(self.message, code=self.code)
        if self.retry_after_s is not None:
            error.retry_after_s = min(max(0.0, self.retry_after_s), LONGEST_S)  # others may have written it
        return error


@dataclass(frozen=True, slots=True)
class Document:
    """Everything that is kept of one account.

    Attributes:
        owner: a digest of whose it is; empty for a document that does not exist yet.
        series: which count of changes this is; empty as well.
        revision: how often it has been changed.
        entries: what is kept, by the name of the slot.
        mishaps: the last renewal that failed, by the name of the slot; gone with the next that works.
        saved_at: when it was changed last, seconds since the epoch.
    """

    owner: str = ""
    series: str = ""
    revision: int = 0
    entries: Mapping[str, Kept] = field(default_factory=dict)
    mishaps: Mapping[str, Mishap] = field(default_factory=dict)
    saved_at: float = 0.0

    def mark(self, name: str) -> Mark | None:
        """Return the mark of what is kept under this name; None when nothing is."""
        kept = self.entries.get(name)
        return None if kept is None else (self.series, kept.revision)

    def with_entries(self, entries: Mapping[str, Kept]) -> Document:
        """Return the document after these renewals."""
        revision = self.revision + 1
        new = {name: replace(kept, revision=revision) for name, kept in entries.items()}
        mishaps = {name: mishap for name, mishap in self.mishaps.items() if name not in new}
        return replace(self, revision=revision, entries={**self.entries, **new}, mishaps=mishaps)

    def with_failure(self, name: str, mishap: Mishap | None, worthless: Mark | None = None) -> Document:
        """Return the document after a renewal that failed. What is ``worthless`` by it is kept no longer."""
        revision = self.revision + 1
        entries, mishaps = self.entries, self.mishaps
        if worthless is not None and self.mark(name) == worthless:
            entries = {other: kept for other, kept in entries.items() if other != name}
        if mishap is not None:
            mishaps = {**mishaps, name: replace(mishap, revision=revision)}
        return replace(self, revision=revision, entries=entries, mishaps=mishaps)

    def mishap_since(self, name: str, before: Document) -> Mishap | None:
        """Return the failure of a renewal that was begun when ``before`` was read, or later."""
        mishap = self.mishaps.get(name)
        # A document that did not exist then has changed only since.
        if mishap is None or before.series not in ("", self.series) or mishap.revision <= before.revision:
            return None
        return mishap


BLANK: Final = Document()
"""Nothing is kept."""
UNREAD: Final = Document(series="?")
"""Nobody can tell what is kept just now. Nothing is known to have happened since."""


# --- as text ---------------------------------------------------------------------------------------------


class _Entry(msgspec.Struct, omit_defaults=True):
    payload: str
    revision: int
    issued_at: float = 0.0
    expires_at: float | None = None

    def __repr__(self) -> str:
        return "<entry>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class _Failure(msgspec.Struct, omit_defaults=True):
    error: str
    code: str
    message: str
    revision: int
    retry_after_s: float | None = None


class _Header(msgspec.Struct):
    kind: str
    format: int


class _Body(_Header, kw_only=True):
    owner: str
    series: str
    revision: int
    saved_at: float
    entries: dict[str, _Entry]
    failures: dict[str, _Failure] = msgspec.field(default_factory=dict)


class TooLongError(ValueError):
    """A document is too long for any reader."""


def written(document: Document) -> Secret:
    """Return the document as text.

    Raises:
        TooLongError: it is too long for any reader.
        ValueError: it holds what is no text.
    """
    text = Secret(
        msgspec.json.encode(
            _Body(
                kind=KIND,
                format=FORMAT,
                owner=document.owner,
                series=document.series,
                revision=document.revision,
                saved_at=document.saved_at,
                entries={
                    name: _Entry(kept.payload.reveal(), kept.revision, kept.issued_at, kept.expires_at)
                    for name, kept in document.entries.items()
                },
                failures={
                    name: _Failure(
                        mishap.error, mishap.code, mishap.message, mishap.revision, mishap.retry_after_s
                    )
                    for name, mishap in document.mishaps.items()
                },
            )
        ).decode()
    )
    if _length(text) > MAX_BYTES:
        raise TooLongError("too long")
    return text


def _length(text: Secret) -> int:
    """How many bytes it is long; -1 for what is no text."""
    try:
        return len(text.reveal().encode())
    except UnicodeEncodeError:
        return -1


def read(content: Secret, owner: str) -> Document | Unreadable:
    """Return the document, or why it is not used.

    Args:
        content: its text.
        owner: whose it has to be; an empty one, of a session without credentials, fits every document.
    """
    if not 0 <= _length(content) <= MAX_BYTES:
        return "damaged"
    try:
        header = msgspec.json.decode(content.reveal(), type=_Header)
    except (msgspec.MsgspecError, RecursionError):
        return "damaged"
    if header.kind != KIND:
        return "foreign"
    if header.format > FORMAT:
        return "newer"
    try:
        body = msgspec.json.decode(content.reveal(), type=_Body)
    except (msgspec.MsgspecError, RecursionError):
        return "damaged"
    if owner and body.owner != owner:
        return "foreign"
    if not body.series or body.revision < 1:
        return "damaged"
    return _document(body)


def _document(body: _Body) -> Document:
    return Document(
        body.owner,
        body.series,
        body.revision,
        {
            name: Kept(Secret(entry.payload), entry.revision, entry.issued_at, entry.expires_at)
            for name, entry in body.entries.items()
        },
        {
            name: Mishap(each.error, each.code, each.message, each.retry_after_s, each.revision)
            for name, each in body.failures.items()
        },
        body.saved_at,
    )


# --- whether it is worth taking --------------------------------------------------------------------------


def minted(
    owner: str, kept: Kept, mark: Mark, secret: object, *, now: float, wall: float, lifetime_s: float | None
) -> Minted:
    """Return what is kept as a slot takes it: its age and its end on this process's clock.

    ``lifetime_s`` is how long it is believed good where the server did not say.
    """
    issued = now - max(0.0, wall - kept.issued_at)
    declared = kept.expires_at is not None
    if kept.expires_at is not None:
        expires: float | None = now + (kept.expires_at - wall)
    else:
        expires = None if lifetime_s is None else issued + lifetime_s
    return Minted(owner, secret, issued, kept.issued_at, expires, declared, adopted=True, mark=mark)


def is_news(state: SlotState, found: Minted) -> bool:
    """Whether the slot has not held this before."""
    held = state.grant
    if found.secret in state.former:
        return False
    if held is None:
        return True
    return held.secret != found.secret and _is_later(found.mark, held.minted.mark)


def adoptable(state: SlotState, now: float, found: Minted) -> bool:
    """Whether the slot can go on with this instead of having it renewed.

    Not with what it has held before, or what ends in a moment; and in the place of one that is still good,
    only with one that is better.
    """
    if not is_news(state, found):
        return False
    phase = Grant(found, 0).phase(now)
    held = state.grant
    if held is not None and held.generation > state.refused:
        return phase is Phase.FRESH
    return phase is not Phase.DUE


def after_held(state: SlotState, found: Minted) -> Minted:
    """Return what was found, as issued after what the slot holds when its mark says so.

    The wall clock that told its age may have been put right meanwhile, or be another host's; the slot itself
    knows only times, and would take what is newer for old.
    """
    held = state.grant
    if held is None or held.minted.mark is None or not _is_later(found.mark, held.minted.mark):
        return found
    return replace(found, issued_at=max(found.issued_at, math.nextafter(held.minted.issued_at, math.inf)))


def _is_later(mark: Mark | None, than: Mark | None) -> bool:
    if mark is None or than is None:
        return True
    return mark[0] != than[0] or mark[1] > than[1]
