"""What the commands about grades of different kinds have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from .._columns import DATE
from .._document import Cell, Column, Part, Sentence, Table, table_or
from .._names import Known, Names, polish_order
from .._words import NOTHING, yes_no

if TYPE_CHECKING:
    from ...models import Embedded, GradeAverage, GradeCategory, PointGradeAverage, PointGradeCategory, Ref

__all__ = [
    "average_part",
    "comment_texts",
    "comments_below",
    "counts",
    "day_of",
    "of_semester",
    "quoted",
    "semesters",
]

_AVERAGES: Final = (
    Column("Subject"),
    Column("Semester", right=True, stiff=True),
    *(Column(title, right=True, stiff=True) for title in ("Average", "Semester 1", "Semester 2", "Year")),
)
_AVERAGE_FIELDS: Final = ("semester", "average", "semester1", "semester2", "full_year")


class _OfSemester(Protocol):
    @property
    def semester(self) -> int | None: ...


class _Dated(Protocol):
    @property
    def date(self) -> date | None: ...
    @property
    def add_date(self) -> datetime | None: ...


R = TypeVar("R", bound=_OfSemester)


def semesters(rows: Iterable[R]) -> dict[int | None, list[R]]:
    """Return the rows by semester, in order; those of an unknown one come last."""
    found: dict[int | None, list[R]] = {}
    for row in sorted(rows, key=lambda row: row.semester or 9):
        found.setdefault(row.semester, []).append(row)
    return found


def of_semester(title: str, semester: int | None) -> str:
    """Return the title of what belongs to a semester."""
    return title if semester is None else f"{title}, semester {semester}"


def comment_texts(rows: Iterable[Any] | None) -> Known[str]:
    """Return what teachers wrote, by the comment's id. None is nothing that could be read."""
    return Known.of(rows, lambda row: row.text or None)


def quoted(comments: Iterable[Ref | Embedded], texts: Known[str]) -> str:
    """Return the comments that are pointed at, or stand there themselves, as far as they are known."""
    said = (getattr(comment, "text", None) or texts(comment.id) for comment in comments)
    return " ".join(filter(None, said))


def day_of(row: _Dated) -> date | None:
    """Return the day a mark is for, or else the one it was entered on."""
    return row.date or (row.add_date.date() if row.add_date else None)


def counts(category: GradeCategory | PointGradeCategory) -> str:
    """Say whether marks of the category count to the average; to Librus only false excludes."""
    return yes_no(category.count_to_the_average is not False)


def comments_below(mark: str, rows: Sequence[tuple[Cell, str, Cell, str]]) -> list[Part]:
    """Return what teachers wrote to the marks of a table: in the table itself it would be torn to shreds.

    Args:
        mark: what a mark is called.
        rows: of each marked one the day, the subject, the mark and the text.
    """
    columns = (DATE, Column("Subject"), Column(mark, stiff=True), Column("Comment"))
    return [Sentence("What teachers wrote to them:"), Table(columns, rows)] if rows else []


def average_part(rows: Iterable[GradeAverage | PointGradeAverage], names: Names, empty: str) -> Part:
    """Return the averages as a table, by subject, or say that there are none."""
    shown = [
        (
            # Where Librus names no subject, the average's own id may be the subject's.
            names.by_id(row.subject.id if row.subject else row.id),
            *_figures(row),
        )
        for row in rows
    ]
    shown.sort(key=lambda row: (polish_order(row[0]), row[1]))
    return table_or(_AVERAGES, shown, empty)


def _figures(row: GradeAverage | PointGradeAverage) -> tuple[str, ...]:
    """Return what the row says in figures; a dash under the average if it says nothing at all."""
    found = [getattr(row, name, None) for name in _AVERAGE_FIELDS]
    said = tuple("" if value is None else str(value) for value in found)
    return said if any(value is not None for value in found[1:]) else (said[0], NOTHING, *said[2:])
