"""Records in the order of time: a diary from the latest on; a plan, what is to come and what is past."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

from ._days import day_cell, short_day, today
from ._document import Cell, Part, Section, Sentence, Styled
from ._words import counted

__all__ = ["coming_and_past", "coming_then_past", "latest_first", "span"]

T = TypeVar("T")


def latest_first(rows: Iterable[T], when: Callable[[T], date | None]) -> list[T]:
    """Return the records in the order of a diary; those of an unknown day keep their order, at the end.

    Args:
        rows: the records.
        when: the day or the moment of one, as far as Librus tells; the same of all of them.
    """

    def place(row: T) -> float:
        at = when(row)
        if at is None:
            return float("-inf")
        return at.timestamp() if isinstance(at, datetime) else at.toordinal()

    return sorted(rows, key=place, reverse=True)


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
        return last is not None and last < now

    # Asked once: at midnight nothing is both.
    now = today()
    in_order = sorted(rows, key=first)
    return [row for row in in_order if not over(row)], [row for row in reversed(in_order) if over(row)]


def coming_then_past(
    title: str,
    rows: Iterable[T],
    days: Callable[[T], tuple[date | None, date | None]],
    part: Callable[[list[T]], Part],
    *,
    at_most: int | None = None,
) -> list[Section]:
    """Return a section with what is coming, and one with what is past.

    Args:
        title: what it is.
        rows: the records.
        days: see :func:`coming_and_past`.
        part: shows some of them.
        at_most: how many of the past ones to show.
    """
    coming, past = coming_and_past(rows, days)
    shown = past[:at_most]
    parts = [part(shown) if shown else Sentence("Nothing.")]
    if len(past) > len(shown):
        parts.append(
            Sentence(f"And {counted(len(past) - len(shown), 'earlier one')}; --format json shows all.")
        )
    return [
        Section(f"{title}: coming", [part(coming) if coming else Sentence("Nothing.")]),
        Section("Past", parts),
    ]


def span(first: date | None, last: date | None) -> Cell:
    """Return days from the first to the last for a table; the ones that go on today say so."""
    if first is None or last is None or first == last:
        return day_cell(first or last)
    text = f"{short_day(first)} - {short_day(last)}"
    return Styled(f"{text}, now", "today") if first <= today() <= last else text
