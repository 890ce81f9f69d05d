"""What is to come apart from what is past: plans, free days, meetings, homework."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from ._days import day_cell, short_day, today
from ._document import Cell, Part, Section, Sentence, Styled
from ._words import NOTHING

__all__ = ["coming_and_past", "coming_then_past", "span"]

T = TypeVar("T")


def coming_and_past(
    rows: Iterable[T], days: Callable[[T], tuple[date | None, date | None]]
) -> tuple[list[T], list[T]]:
    """Return what is not over yet, the next first, and what is, the latest first.

    Args:
        rows: the records.
        days: the first and the last day of one, as far as Librus tells; one without any counts as coming.
    """

    def first(row: T) -> date:
        begins, ends = days(row)
        return begins or ends or date.max

    def over(row: T) -> bool:
        begins, ends = days(row)
        last = ends or begins
        return last is not None and last < today()

    in_order = sorted(rows, key=first)
    return [row for row in in_order if not over(row)], [row for row in reversed(in_order) if over(row)]


def coming_then_past(
    title: str,
    rows: Iterable[T],
    days: Callable[[T], tuple[date | None, date | None]],
    part: Callable[[list[T]], Part],
) -> list[Section]:
    """Return a section with what is coming, and one with what is past.

    Args:
        title: what it is.
        rows: the records.
        days: see :func:`coming_and_past`.
        part: shows some of them.
    """
    coming, past = coming_and_past(rows, days)
    return [
        Section(f"{title}: coming", [part(coming) if coming else Sentence("Nothing.")]),
        Section("Past", [part(past) if past else Sentence("Nothing.")]),
    ]


def span(first: date | None, last: date | None) -> Cell:
    """Return days from the first to the last for a table; the ones that go on today say so."""
    if first is None or last is None or first == last:
        day = first or last
        return day_cell(day) if day else NOTHING
    text = f"{short_day(first)} - {short_day(last)}"
    return Styled(f"{text}, now", "today") if first <= today() <= last else text
