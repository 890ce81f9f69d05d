"""What ``librus auth status`` tells: how commands sign in, what is kept of it, where, and since when."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ...environment import Environment
from ...errors import LibrusConfigurationError
from ...settings import GATEWAY_API_20
from .._account import LOGIN, NAMES, Account, Found, Way, store_of
from .._days import from_now, in_poland
from .._document import Cell, Column, Fields, Section, Table
from .._folder import why_unwritable
from .._words import NOTHING, joined, yes_no

if TYPE_CHECKING:
    from ...core.keeping import Document, Kept, Mishap
    from ...shells.file_store import FileStore, KeptFile

__all__ = ["Status"]

_TOKENS: Final = "portal tokens"
"""Without them what librus login has kept works only as long as the children's tokens do."""


@dataclass(frozen=True)
class Status:
    """How commands sign in just now.

    Attributes:
        account: the account of this run.
        environ: the variables.
    """

    account: Account
    environ: Mapping[str, str]

    def payload(self) -> dict[str, object]:
        """Return it for programs."""
        document = self._document if self._entries else None
        return {
            "signsInWith": self.account.way,
            "ready": self._ready,
            "store": {
                "folder": str(self._store.folder) if self._store else None,
                "kept": document is not None,
                "problem": self._kept if isinstance(self._kept, str) else None,
                "savedAt": document.saved_at if document else None,
                "entries": [
                    {
                        "what": kind,
                        "child": child,
                        "since": entry.issued_at,
                        "expiresAt": entry.expires_at,
                    }
                    for kind, child, entry in self._entries
                ],
                "failures": [{"what": name, "code": each.code} for name, each in self._failures],
                "openToOthers": self._is_open,
                "writable": self._store is not None and self._unwritable is None,
                "files": [
                    {
                        "path": str(each.path),
                        "savedAt": each.saved_at,
                        "setAside": each.set_aside,
                        "encrypted": each.encrypted,
                        "holds": holds,
                    }
                    for each, holds in self._contents
                ],
            },
        }

    def sections(self) -> Sequence[Section]:
        """Return it for people."""
        now = time.time()
        sections = [Section("Sign-in", [Fields(self._pairs(now))])]
        rows = [
            (
                joined(_ENTRIES.get(kind, kind), f"of child {child}" if child else None),
                from_now(entry.issued_at, now),
                _NOT_KNOWN if entry.expires_at is None else from_now(entry.expires_at, now),
            )
            for kind, child, entry in self._entries
        ]
        if rows:
            sections.append(Section("Kept of it", [Table(_KEPT, rows)]))
        if self._contents:
            files = [
                (each.path.name, from_now(each.saved_at, now), yes_no(each.encrypted), _said_of(each, holds))
                for each, holds in self._contents
            ]
            sections.append(Section("Files in that folder", [Table(_FILES, files)]))
        return sections

    def _pairs(self, now: float) -> list[tuple[str, Cell]]:
        way, kept = self.account.way, self._kept
        pairs: list[tuple[str, Cell]] = [("commands use", _WAYS[way])]
        if self.account.half_set:
            pairs.append(("but", self.account.half_set))
        if self._lacks_variables:
            pairs.append(("missing", "one of the two variables, or both: commands cannot sign in"))
        pairs.append(("kept in", str(self._store.folder) if self._store else _nowhere(self.environ)))
        if self._files is None:
            pairs.append(("that folder", "cannot be read, or is no folder; LIBRUS_STORE can name another"))
        elif self._unwritable:
            pairs.append(("that folder", f"{self._unwritable}; LIBRUS_STORE can name another"))
        if self._is_open:
            pairs.append(("that folder", "can be changed by other users of this computer: chmod 700"))
        if isinstance(kept, str):
            mended = "" if kept == "unreadable" else _BY_LOGIN if way == "kept tokens" else _BY_COMMAND
            if self._files is not None:  # else there is nothing of ours, and nothing to be removed
                pairs.append(("what is kept", _USELESS[kept] + mended))
        elif kept is not None and not kept.entries and way != "kept tokens":
            codes = ", ".join(sorted({each.code for _, each in self._failures}))
            pairs.append(("what is kept", f"only that signing in failed ({codes or NOTHING})"))
        elif kept is not None:
            pairs.append(("last renewed", _when(kept.saved_at, now)))
            if way == "kept tokens" and not self._ready:
                pairs.append(("but", "this sign-in has ended: run librus login again"))
        elif way != "nothing" and not self._lacks_variables:
            then = ", so every command signs in" if self._unwritable else " yet: the next command signs in"
            pairs.append(("what is kept", f"nothing{then}"))
        return pairs

    @cached_property
    def _store(self) -> FileStore | None:
        try:
            return store_of(self.environ)
        except LibrusConfigurationError:
            return None

    @cached_property
    def _files(self) -> list[KeptFile] | None:
        """The files there are; None where nobody can tell."""
        try:
            return self._store.files() if self._store else []
        except LibrusConfigurationError:
            return None

    @cached_property
    def _contents(self) -> list[tuple[KeptFile, str | None]]:
        """The files there are, each with a word for what is in it."""
        return [(each, _held_by(self._store, each)) for each in self._files or () if self._store]

    @cached_property
    def _unwritable(self) -> str | None:
        """Why nothing new can be kept there, in words; None where it can."""
        return why_unwritable(self._store.folder) if self._store else None

    @property
    def _is_open(self) -> bool:
        return self._store is not None and self._store.is_open()

    @cached_property
    def _lacks_variables(self) -> bool:
        chosen = self.account.way == "school login"
        return chosen and not Environment(self.environ).has_credentials(GATEWAY_API_20)

    @cached_property
    def _kept(self) -> Found:
        return None if self._lacks_variables else self.account.kept

    @property
    def _document(self) -> Document | None:
        return None if isinstance(self._kept, str) else self._kept

    @property
    def _ready(self) -> bool:
        if self.account.way == "kept tokens":
            return self._document is not None and _TOKENS in self._document.entries
        return self.account.way != "nothing" and not self._lacks_variables

    @property
    def _failures(self) -> list[tuple[str, Mishap]]:
        """Renewals that failed and have not worked since, by the name of what was renewed."""
        return sorted(self._document.mishaps.items()) if self._document else []

    @property
    def _entries(self) -> list[tuple[str, str | None, Kept]]:
        """What is kept, as kind, child and entry; the credentials themselves stay where they are."""
        found = sorted(self._document.entries.items()) if self._document else []
        return [
            (kind, child or None, entry) for name, entry in found for kind, _, child in [name.partition(":")]
        ]


def _nowhere(environ: Mapping[str, str]) -> str:
    try:
        store_of(environ)
    except LibrusConfigurationError as error:
        return f"nowhere. {error.message}"
    raise AssertionError("there is a place after all")


def _held_by(store: FileStore, file: KeptFile) -> str | None:
    """Return a word for what is in the file; None where nobody looks, or it has gone meanwhile."""
    if file.encrypted or file.set_aside:
        return None
    from ...core.keeping import read
    from ...shells.file_shelf import FileShelf, Plain

    try:
        content = FileShelf(store.folder, file.path.stem, Plain()).load()
    except LibrusConfigurationError:
        return "unreadable"
    if content is None:
        return None
    if file.label.startswith(f"{NAMES}-"):
        return "names"
    found = read(content, "")
    if isinstance(found, str):
        return found
    return "sign-in" if found.entries else "failure"


def _said_of(file: KeptFile, holds: str | None) -> str:
    """Return in a parent's words what the file is."""
    if file.set_aside == "half":
        return "half-written, by a program that was stopped"
    if file.set_aside:
        return f"put aside: {_WRONG.get(file.set_aside, file.set_aside)}"
    if holds in _HOLDS:
        return _HOLDS[holds]
    if holds in _WRONG:
        return f"of no use: {_WRONG[holds]}"
    if file.label == LOGIN or file.label.startswith(f"{LOGIN}-"):
        return "sign-in of librus login"
    return _LABELS.get(file.label, "sign-in that a program keeps")


def _when(seconds: float, now: float) -> str:
    """Return a moment and its age; what stands in the file may be no such thing."""
    age = from_now(seconds, now)
    try:
        return age if age == NOTHING else f"{age} ({in_poland(seconds)})"
    except (ValueError, OverflowError, OSError):
        return NOTHING


_KEPT: Final = (Column("What"), Column("Got", stiff=True), Column("Ends", stiff=True))
_NOT_KNOWN: Final = "not known"
_FILES: Final = (
    # One broken in two looks like two files, and cannot be copied.
    Column("File", whole=True),
    Column("Written", stiff=True, spare=True),
    Column("Encrypted", stiff=True, spare=True),
    Column("What it is"),
)
_ENTRIES: Final[Mapping[str, str]] = {
    "portal": "sign-in on the portal",
    _TOKENS: "tokens of the portal, which renew each other",
    "accounts": "list of children",
    "child": "token",
    "web": "sign-in on the register's website",
    "messages": "sign-in to the messages",
}
_LABELS: Final[Mapping[str, str]] = {
    "family": "sign-in of a family account",
    "school": "sign-in of a login issued by the school",
}
_HOLDS: Final[Mapping[str | None, str]] = {
    "names": "names of subjects, people and the like",
    "failure": "no sign-in: only that one failed",
}
_WRONG: Final[Mapping[str | None, str]] = {
    "damaged": "damaged",
    "foreign": "another account's or program's",
    "newer": "of a newer version",
    "unreadable": "cannot be read",
}
_USELESS: Final[Mapping[str, str]] = {
    "damaged": "damaged",
    "foreign": "belongs to another account or program",
    "newer": "comes from a newer version of librus-sdk",
    "unreadable": "not yours to read, or no file: remove it, or name another folder with LIBRUS_STORE",
}
_BY_LOGIN: Final = "; librus login puts it aside and begins anew"
_BY_COMMAND: Final = "; the next sign-in puts it aside and begins anew"
_WAYS: Final[Mapping[Way, str]] = {
    "family account": "the family account of LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD",
    "school login": "the login issued by the school: LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD",
    "kept tokens": "the sign-in librus login has kept",
    "nothing": "nothing: run librus login, or set LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD, or for a "
    "login issued by the school LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD",
}
