"""Librus's list of what has changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import field

from ._fields import Id, OptionalDateTime, OptionalId, OptionalText
from .rows import Record, Rejected, Rows

__all__ = ["Change", "ChangeList", "ChangeRegister", "ChangedRecord"]


class ChangeRegister(Record, frozen=True, kw_only=True):
    """What Librus keeps a list of changes for; to Librus it is a phone. Read in the source of public clients.

    Attributes:
        id: keep it, one for each child: ``changes.list`` and ``changes.acknowledge`` want it.
    """

    id: Id
    url: OptionalText = None


class ChangedRecord(Record, frozen=True, kw_only=True):
    """What a change is about.

    Attributes:
        type: the list it is in, e.g. ``Grades``, ``HomeWorks``, ``SchoolNotices``.
    """

    id: OptionalId = None
    type: OptionalText = None
    url: OptionalText = None


class Change(Record, frozen=True, kw_only=True):
    """Something that was added, changed or deleted. Read in the source of public clients.

    Attributes:
        id: of the change, not of the record.
        resource: the record; it may be gone by now, or never have been for this child.
        type: ``Add``, ``Edit`` or ``Delete``.
        extra_data: plain JSON; what it holds is not known. Not in the repr.
    """

    id: Id
    resource: ChangedRecord | None = None
    type: OptionalText = None
    add_date: OptionalDateTime = None
    extra_data: Any = field(name="extraData", default=None)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"Change({shown})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        names = ("id", "resource", "type", "add_date")
        return [(name, getattr(self, name)) for name in names]


class ChangeList(Rows[Change]):
    """The changes that are not acknowledged yet, and when Librus made the list."""

    __slots__ = ("_timestamp",)

    def __init__(
        self,
        items: Iterable[Change],
        *,
        rejected: Iterable[Rejected] = (),
        raw: bytes = b"",
        timestamp: str | None = None,
    ) -> None:
        super().__init__(items, rejected=rejected, raw=raw)
        self._timestamp = timestamp

    @property
    def timestamp(self) -> str | None:
        """``ChangesTimestamp`` as Librus wrote it, a number as text; in which form is not known."""
        return self._timestamp

    def _besides(self) -> dict[str, Any]:
        return {**super()._besides(), "timestamp": self._timestamp}
