"""Small rules of how things are said."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from librus_sdk.cli._coming import latest_first
from librus_sdk.cli._days import day_cell, lesson_or_hours, moment, moment_cell, today, with_weekday
from librus_sdk.cli._document import Styled
from librus_sdk.cli._words import NOTHING, as_typed, joined, one_line, size


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1499, "1 kB"),
        (48_213, "48 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1_000_000, "1.0 MB"),
        (1_250_000, "1.2 MB"),
        (50_000_000, "50.0 MB"),
    ],
)
def test_sizes_are_rounded(count: int, said: str) -> None:
    assert size(count) == said


def test_parts_that_are_missing_leave_no_gap() -> None:
    assert joined("Jan", None, "Kot") == "Jan Kot"
    assert joined(None, "") == NOTHING
    assert one_line(" Zebranie \n\n z rodzicami ") == "Zebranie z rodzicami"
    assert one_line(" \n") == NOTHING


def test_what_librus_sends_as_in_html_is_read_as_typed() -> None:
    assert as_typed("Konkurs &bdquo;Kangur&rdquo; 2 &lt; 3") == "Konkurs „Kangur” 2 < 3"
    assert as_typed(None) == ""


@pytest.mark.parametrize(
    ("number", "start", "end", "said"),
    [
        (3, time(8), time(8, 45), "lesson 3"),
        (0, None, None, "lesson 0"),
        (None, time(8), time(8, 45), "08:00-08:45"),
        (None, time(17, 30), None, "17:30"),
        (None, time(), time(), ""),
        (None, None, None, ""),
    ],
)
def test_the_lesson_or_else_the_hours_and_midnight_is_no_hour(
    number: int | None, start: time | None, end: time | None, said: str
) -> None:
    assert lesson_or_hours(number, start, end) == said


def test_no_day_and_no_moment_is_a_dash() -> None:
    assert [day_cell(None), with_weekday(None), moment(None), moment_cell(None)] == [NOTHING] * 4


def test_a_moment_of_today_says_so_in_a_table_and_in_full_elsewhere() -> None:
    now = datetime.combine(today(), time(9, 5))
    assert moment_cell(now) == Styled(f"today {now:%d.%m} 09:05", "today")
    assert moment(now) == f"{with_weekday(today())} 09:05"


def test_a_diary_ends_with_what_has_no_day_in_the_order_it_came_in() -> None:
    day = today()
    rows = [("a", None), ("b", day), ("c", day + timedelta(days=1)), ("d", None), ("e", day)]
    assert [name for name, _ in latest_first(rows, lambda row: row[1])] == ["c", "b", "e", "a", "d"]
    at = datetime.combine(day, time(9))
    moments = [("a", at), ("b", None), ("c", at + timedelta(minutes=1))]
    assert [name for name, _ in latest_first(moments, lambda row: row[1])] == ["c", "a", "b"]
