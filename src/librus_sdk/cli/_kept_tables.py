"""Lists of names that outlive a command: one file for each account, in the folder of the sign-ins.

Whatever is wrong with that file costs only that the lists are read again, and is told to nobody.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from ..errors import LibrusConfigurationError
from ..secret import Secret

if TYPE_CHECKING:
    from ..shells.file_shelf import FileShelf
    from ..shells.store import StoreKey

__all__ = ["REFUSED", "KeptTable", "KeptTables", "owner_of"]

_FORMAT: Final = 1
_KIND: Final = "librus-sdk names"
_LASTS_S: Final = 12 * 3600.0
"""As long as the kept list of children."""
_SETTLED_FOR_S: Final = 3600.0
"""How long a list is believed to lack an id, and Librus to refuse one: neither is to cost a request a run."""
REFUSED: Final = b"null"
"""Stands for a list that the account may not read, or that the school has switched off."""
_MAX_BYTES: Final = 4 * 2**20
_BROKEN: Final = (msgspec.MsgspecError, RecursionError, UnicodeError)


@dataclass(slots=True)
class KeptTable:
    """A list of names as Librus sent it.

    Attributes:
        answer: JSON; or :data:`REFUSED`. Personal data.
        read_at: when it was read, seconds since the epoch.
        missing: ids that were looked for in it and are not there.
        is_new: it was read in this run.
    """

    answer: bytes = field(repr=False)
    read_at: float
    missing: set[str] = field(default_factory=set, repr=False)
    is_new: bool = False

    def is_good(self, now: float) -> bool:
        """Whether it may still be used."""
        return 0 <= now - self.read_at < (_SETTLED_FOR_S if self.answer == REFUSED else _LASTS_S)

    def lacks(self, key: str, now: float) -> bool:
        """Whether to read it again for this id would be in vain."""
        return key in self.missing and 0 <= now - self.read_at < _SETTLED_FOR_S


class _Table(msgspec.Struct, rename="camel"):
    read_at: float
    answer: msgspec.Raw
    missing: list[str] = []


class _Header(msgspec.Struct):
    kind: str
    format: int


class _Body(_Header, kw_only=True):
    owner: str
    children: dict[str, dict[str, _Table]]


_Found: TypeAlias = dict[str, dict[str, KeptTable]]


def owner_of(key: StoreKey) -> str:
    """Return whose lists they are, without saying who that is."""
    return f"{key.kind} {key.owner} {key.hosts}"


class KeptTables:
    """The lists of names of one account. The file is read once, when the first list is looked for.

    Args:
        shelf: its place.
        owner: whose they have to be, see :func:`owner_of`.
    """

    def __init__(self, shelf: FileShelf, owner: str) -> None:
        self._shelf: Final = shelf
        self._owner: Final = owner
        self._loaded: _Found | None = None
        self._new: dict[tuple[str, str], KeptTable] = {}

    def __repr__(self) -> str:
        return "<KeptTables>"

    def find(self, child: str, name: str) -> KeptTable | None:
        """Return a child's list that an earlier run has kept; None when there is none to be used."""
        if self._loaded is None:
            self._loaded = self._load() or {}
        table = self._loaded.get(child, {}).get(name)
        return table if table is not None and table.is_good(time.time()) else None

    def add(self, child: str, name: str, table: KeptTable) -> None:
        """Have a list that was just read kept."""
        self._new[child, name] = table

    def save(self) -> None:
        """Write what was added beside what others have kept meanwhile; what is too old goes."""
        if not self._new:
            return
        try:
            claim = self._shelf.claim()
            if claim is None:
                return
            try:
                content = self._merged()
                if content is not None:
                    claim.save(content)
            finally:
                claim.release()
        except LibrusConfigurationError:
            pass  # the folder does not allow it, of which the sign-in's own note tells

    def _load(self) -> _Found | None:
        """Return what is kept; None for what is another program's or a newer version's."""
        try:
            content = self._shelf.load()
        except LibrusConfigurationError:
            return None
        if content is None:
            return {}
        try:
            header = msgspec.json.decode(content.reveal(), type=_Header)
            if header.kind != _KIND or header.format > _FORMAT:
                return None
            body = msgspec.json.decode(content.reveal(), type=_Body)
        except _BROKEN:
            return {}
        return _tables(body.children) if body.owner == self._owner else {}

    def _merged(self) -> Secret | None:
        """Return the document to be; None when there is not to be any."""
        found = self._load()
        if found is None:
            return None
        for (child, name), table in self._new.items():
            found.setdefault(child, {})[name] = table
        body = _Body(kind=_KIND, format=_FORMAT, owner=self._owner, children=_written(found, time.time()))
        content = msgspec.json.encode(body)
        return Secret(content.decode()) if len(content) <= _MAX_BYTES else None


def _tables(children: Mapping[str, Mapping[str, _Table]]) -> _Found:
    return {
        child: {
            name: KeptTable(bytes(table.answer), table.read_at, set(table.missing))
            for name, table in tables.items()
        }
        for child, tables in children.items()
    }


def _written(found: _Found, now: float) -> dict[str, dict[str, _Table]]:
    return {
        child: {
            name: _Table(table.read_at, msgspec.Raw(table.answer), sorted(table.missing))
            for name, table in tables.items()
            if table.is_good(now)
        }
        for child, tables in found.items()
        if any(table.is_good(now) for table in tables.values())
    }
