"""``librus attendance``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from .._days import day_cell
from .._document import Column, Kind, Part, Section, Sentence, Table, styled
from .._invocation import Invocation, Reading
from .._names import Names, lesson_subjects, or_none, subjects, together, users
from .._options import LeafGroup, child_read

if TYPE_CHECKING:
    from ...models import Attendance, AttendanceType

__all__ = ["command"]

# The kinds every school has; schools add their own, under names of their own.
_ABSENT, _LATE, _EXCUSED, _RELEASED, _PRESENT = "1", "2", "3", "4", "100"
_STANDARD: Final = {
    _ABSENT: "absent",
    _LATE: "late",
    _EXCUSED: "absent, excused",
    _RELEASED: "released",
    _PRESENT: "present",
}
_STYLES: Final[Mapping[str, Kind]] = {
    _ABSENT: "absent",
    _LATE: "late",
    _EXCUSED: "excused",
    _RELEASED: "muted",
    _PRESENT: "good",
}
_COUNTS = (Column("Kind"), Column("Sign", stiff=True), Column("Lessons", right=True, stiff=True))
_LIST = (
    Column("Date", right=True, stiff=True),
    Column("Lesson", right=True, stiff=True),
    Column("Kind"),
    Column("Subject"),
    Column("Teacher"),
)


@click.group("attendance", cls=LeafGroup)
def command() -> None:
    """Absences, late arrivals, presences."""


@command.command("list")
@child_read
def list_(invocation: Invocation) -> None:
    """Show absences and late arrivals of the school year, the latest first; presences are counted."""
    from ...endpoints import Attendance

    invocation.read(lambda client: Attendance.list(client.attendance), _text)


@dataclass(frozen=True)
class _Kind:
    name: str
    sign: str
    plain_presence: bool
    style: Kind | None


async def _text(reading: Reading) -> Sequence[Section]:
    client = reading.client
    entries, (types, lessons, subject_names, teachers) = await together(
        client.attendance.list(),
        or_none(client.attendance.types()),
        lesson_subjects(client),
        subjects(client),
        users(client),
    )
    reading.left_out(entries.rejected)
    title = reading.title("Attendance")
    if not entries:
        return [Section(title, [Sentence("No entries yet this school year.")])]
    kinds = {kind.id: _kind(kind) for kind in types or () if kind.id}
    known = {entry.id: kinds.get(entry.type.id) or _unknown(entry.type.id) for entry in entries}
    counted = Counter(known.values())
    missed = [entry for entry in entries if not known[entry.id].plain_presence]
    counts = Table(
        _COUNTS,
        [
            (styled(kind.name, kind.style), kind.sign, str(number))
            for kind, number in sorted(counted.items(), key=lambda item: (item[0].plain_presence, -item[1]))
        ],
    )
    part: Part = Sentence("None this school year.")
    if missed:
        part = _missed(missed, known, lessons, subject_names, teachers)
    return [Section(title, [counts]), Section("Absences and late arrivals", [part])]


def _missed(
    entries: Sequence[Attendance],
    kinds: Mapping[str, _Kind],
    lessons: Mapping[str, str],
    subject_names: Names,
    teachers: Names,
) -> Table:
    latest_first = sorted(entries, key=lambda entry: (entry.date, entry.lesson_no), reverse=True)
    return Table(
        _LIST,
        [
            (
                day_cell(entry.date),
                str(entry.lesson_no),
                styled(kinds[entry.id].name, kinds[entry.id].style),
                subject_names.by_id(lessons.get(entry.lesson.id)),
                teachers(entry.added_by),
            )
            for entry in latest_first
        ],
    )


def _kind(row: AttendanceType) -> _Kind:
    standard = row.standard_type.id if row.standard_type else row.id
    name = _STANDARD.get(row.id or "") or row.name or _STANDARD.get(standard or "") or f"#{row.id}"
    present = standard == _PRESENT if row.is_presence_kind is None else row.is_presence_kind
    # Being late is a presence to Librus; a parent wants to see it.
    return _Kind(name, row.short or "", present and standard != _LATE, _STYLES.get(standard or ""))


def _unknown(kind_id: str) -> _Kind:
    return _Kind(_STANDARD.get(kind_id, f"#{kind_id}"), "", kind_id == _PRESENT, _STYLES.get(kind_id))
