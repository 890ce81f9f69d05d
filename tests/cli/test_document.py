from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.cli._document import Column, Fields, Section, Sentence, Table, clean, lay_out, width_of
from librus_sdk.cli._names import polish_order
from librus_sdk.cli._terminal import draw

COLUMNS = (Column("Date", stiff=True), Column("Subject"), Column("No", right=True), Column("Note"))


def test_a_table_is_aligned_and_drops_a_column_with_nothing_in_it() -> None:
    table = Table(COLUMNS, [("2026-09-14", "Język polski", "3", ""), ("2026-09-15", "WF", "12", "")])
    assert lay_out([Section("Lessons", [table])], 60) == (
        "Lessons\n"
        "\n"
        "  Date        Subject       No\n"
        "  ----------  ------------  --\n"
        "  2026-09-14  Język polski   3\n"
        "  2026-09-15  WF            12\n"
    )


def test_a_table_too_wide_wraps_its_widest_cells_and_leaves_stiff_ones() -> None:
    table = Table(COLUMNS, [("2026-09-14", "Edukacja dla bezpieczeństwa", "3", "changed")])
    text = lay_out([Section("Lessons", [table])], 50)
    assert text.splitlines()[-2:] == [
        "  2026-09-14  Edukacja dla     3  changed",
        "              bezpieczeństwa",
    ]


def test_fields_are_padded_and_their_values_wrapped() -> None:
    text = lay_out([Section("Error", [Fields([("code", "X"), ("message", "one two three four five")])])], 26)
    assert text == "Error\n\n  code     X\n  message  one two three\n           four five\n"


def test_sections_are_parted_by_an_empty_line() -> None:
    assert lay_out([Section("A", [Sentence("a")]), Section("B", [])], 40) == "A\n\n  a\n\nB\n"


ANSI = re.compile(r"\x1b\[[0-9;]*m")
words = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x17F), min_size=1, max_size=30)
cells = st.lists(words, max_size=6).map(" ".join)


@given(
    st.lists(st.tuples(st.just("2026-09-14"), cells, cells, cells), min_size=1, max_size=5),
    st.integers(40, 150),
)
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(
    rows: list[tuple[str, ...]], width: int
) -> None:
    section = Section(
        "Title", [Table(COLUMNS, rows), Fields([("label", cell) for row in rows for cell in row])]
    )
    for text in (lay_out([section], width), ANSI.sub("", draw([section], width))):
        assert max(map(len, text.splitlines())) <= width
        letters = re.sub(r"[\s─╴-]", "", text)
        for row in rows:
            assert len(letters) >= sum(len(re.sub(r"[\s-]", "", cell)) for cell in row)


def test_what_a_terminal_would_obey_is_taken_out_of_other_peoples_words() -> None:
    nasty = "a\x1b[2Jb\x07\x9bc\u202ed\r\ne\x00"
    assert clean(nasty) == "a[2Jbcd\ne"
    for text in (
        lay_out([Section(nasty, [Table(COLUMNS, [(nasty,) * 4]), Sentence(nasty)])], 80),
        ANSI.sub("", draw([Section(nasty, [Table(COLUMNS, [(nasty,) * 4]), Sentence(nasty)])], 80)),
    ):
        assert not set(text) & set("\x1b\x07\x9b\u202e\x00\r")


def test_brackets_in_a_teachers_words_are_no_markup() -> None:
    assert "[red]x[/red]" in draw([Section("T", [Sentence("[red]x[/red]"), Fields([("a", "[b]")])])], 80)


def test_width_is_80_when_unknown_and_never_absurd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert width_of(io.StringIO()) == 80
    monkeypatch.setenv("COLUMNS", "132")
    assert width_of(io.StringIO()) == 132
    monkeypatch.setenv("COLUMNS", "3")
    assert width_of(io.StringIO()) == 40


def test_polish_letters_are_sorted_behind_their_plain_ones() -> None:
    given_order = ["Zajęcia", "Łacina", "Żeglarstwo", "Język polski", "Muzyka", "Źródła", "Lekcja"]
    assert sorted(given_order, key=polish_order) == [
        "Język polski", "Lekcja", "Łacina", "Muzyka", "Zajęcia", "Źródła", "Żeglarstwo",
    ]  # fmt: skip
