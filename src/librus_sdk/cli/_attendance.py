"""Kinds of attendance entries, as a parent reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ._document import Cell, styled
from ._document import Kind as Style
from ._names import Known

if TYPE_CHECKING:
    from ..models import AttendanceType, Ref

__all__ = ["AttendanceKind", "AttendanceKinds"]

# The kinds every school has; schools add their own, under names of their own.
_ABSENT, _LATE, _EXCUSED, _RELEASED, _PRESENT = "1", "2", "3", "4", "100"
_STANDARD: Final = {
    _ABSENT: "absent",
    _LATE: "late",
    _EXCUSED: "absent, excused",
    _RELEASED: "released",
    _PRESENT: "present",
}
_STYLES: Final[Mapping[str, Style]] = {
    _ABSENT: "absent",
    _LATE: "late",
    _EXCUSED: "excused",
    _RELEASED: "muted",
    _PRESENT: "good",
}


@dataclass(frozen=True)
class AttendanceKind:
    """What an entry says.

    Attributes:
        name: in words.
        sign: what the register shows.
        plain_presence: nothing a parent has to look at.
        unexcused: an absence nobody has excused.
        style: how it is coloured.
    """

    name: str
    sign: str
    plain_presence: bool
    unexcused: bool
    style: Style | None

    @property
    def cell(self) -> Cell:
        """The name in its colour."""
        return styled(self.name, self.style)


class AttendanceKinds:
    """The kinds of a school. ``types``: its own list; the standard ones are known without it."""

    def __init__(self, types: Iterable[AttendanceType] | None) -> None:
        self._kinds = Known.of(types, _kind)

    def __call__(self, pointer: Ref) -> AttendanceKind:
        """Return the kind that is pointed at."""
        return self._kinds(pointer.id) or _named(pointer.id, _STANDARD.get(pointer.id, f"#{pointer.id}"))


def _kind(row: AttendanceType) -> AttendanceKind:
    standard = (row.standard_type.id if row.standard_type else row.id) or ""
    name = _STANDARD.get(row.id or "") or row.name or _STANDARD.get(standard) or f"#{row.id}"
    return _named(standard, name, row.short or "", row.is_presence_kind)


def _named(standard: str, name: str, sign: str = "", presence: bool | None = None) -> AttendanceKind:
    present = standard == _PRESENT if presence is None else presence
    # Being late is a presence to Librus; a parent wants to see it.
    return AttendanceKind(
        name, sign, present and standard != _LATE, standard == _ABSENT, _STYLES.get(standard)
    )
