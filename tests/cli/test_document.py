from __future__ import annotations

import io
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.cli._document import (
    Column,
    Fields,
    Section,
    Sentence,
    Styled,
    Table,
    clean,
    lay_out,
    render,
    width_of,
)
from librus_sdk.cli._names import polish_order
from librus_sdk.cli._terminal import draw
from tests.cli.conftest import Screen

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


# Without blanks that do not look like one: rich takes the one at the end of a line for a blank.
visible = st.text(st.characters(max_codepoint=0x17F, exclude_categories=["C", "Z"]), min_size=1, max_size=30)
sayings = st.lists(visible, max_size=6).map(" ".join)


@given(
    st.lists(st.tuples(st.just("2026-09-14"), sayings, sayings, sayings), min_size=1, max_size=5),
    st.lists(visible, min_size=4, max_size=4, unique=True),
    st.integers(40, 150),
)
def test_a_terminal_gets_the_same_lines_as_a_pipe(
    rows: list[tuple[str, ...]], titles: list[str], width: int
) -> None:
    columns = [Column(f"{title} {title}", right=number % 2 == 1) for number, title in enumerate(titles)]
    section = Section(
        "Title", [Table(columns, rows), Fields([("label", rows[0][1])]), Sentence(f"Said: {rows[0][2]}")]
    )
    plain, drawn = (
        [line.rstrip() for line in text.splitlines() if not re.fullmatch(r" *[─-]+( +[─-]+)* *", line)]
        for text in (lay_out([section], width), ANSI.sub("", draw([section], width)))
    )
    assert drawn == plain


def test_a_title_of_one_line_stands_on_the_rule_beside_one_of_two() -> None:
    table = Table((Column("Category"), Column("Counts to the average")), [("Sprawdzian pisemny " * 3, "yes")])
    for text in (lay_out([Section("T", [table])], 40), ANSI.sub("", draw([Section("T", [table])], 40))):
        lines = [line.rstrip() for line in text.splitlines()]
        assert "Category" not in lines[2]
        rule = next(number for number, line in enumerate(lines) if re.fullmatch(r"[ ─-]+", line))
        assert lines[rule - 1].split()[0] == "Category"
        assert lines[rule - 1].endswith("average")


def test_without_rich_a_terminal_gets_the_plain_form(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "librus_sdk.cli._terminal")
    monkeypatch.setitem(sys.modules, "rich", None)
    for name, value in {"TERM": "xterm", "NO_COLOR": "", "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    section = Section("T", [Table((Column("A"),), [(Styled("b", "bad"),)])])
    assert render([section], Screen()) == lay_out([section], 80)


def test_empty_lines_at_the_end_of_a_text_are_left_out() -> None:
    assert lay_out([Section("T", [Sentence("a\n\nb\n\n")])], 80) == "T\n\n  a\n\n  b\n"


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


AGENDA = (
    Column("Date", stiff=True),
    Column("Kind", spare=True),
    Column("Subject"),
    Column("Teacher", spare=True),
)
NAMES = (
    "pon. 16.11",
    "sprawdzian",
    "Edukacja konstantynopolitańska",
    "Ada Brzęczyszczykiewicz-Gżegżółkowska",
)


FILE = "names-family-be5ec618946cafef-dbe33344.json"


@pytest.mark.parametrize("width", [40, 50, 58, 70, 100])
def test_the_name_of_a_file_breaks_only_where_there_is_no_other_way(width: int) -> None:
    columns = (Column("File", whole=True), Column("Written", stiff=True, spare=True), Column("What it is"))
    section = Section("T", [Table(columns, [(FILE, "47 minutes ago", "sign-in of a family account")])])
    for text in (lay_out([section], width), ANSI.sub("", draw([section], width))):
        assert max(map(len, text.splitlines())) <= width
        assert (FILE in text) == (width >= 58)
        assert ("47 minutes ago" in text) == (width >= 70)


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (80, ["Date", "Kind", "Subject", "Teacher"]),
        (58, ["Date", "Kind", "Subject"]),
        (40, ["Date", "Subject"]),
    ],
)
def test_a_column_that_can_be_spared_goes_before_a_date_or_a_word_breaks(
    width: int, titles: list[str]
) -> None:
    section = Section("T", [Table(AGENDA, [NAMES])])
    for text in (lay_out([section], width), ANSI.sub("", draw([section], width))):
        lines = text.splitlines()
        assert lines[2].split() == titles
        assert lines[4].startswith("  pon. 16.11  ")
        assert "konstantynopolitańska" in text
        left_out = ", ".join(column.title for column in AGENDA if column.title not in titles)
        assert lines[-1].rstrip() == f"  No room here for: {left_out}." if left_out else "No room" not in text


def test_a_double_name_is_broken_behind_its_hyphen_and_a_date_is_not() -> None:
    text = lay_out([Section("T", [Table(AGENDA[:1] + AGENDA[3:], [("2026-11-16", NAMES[3])])])], 40)
    assert text.splitlines()[-2:] == ["  2026-11-16  Ada Brzęczyszczykiewicz-", "              Gżegżółkowska"]


def test_tables_that_are_alike_have_the_columns_and_widths_of_one() -> None:
    one, other = ("2026-11-16", "", "1", ""), ("2026-11-17", "Fizyka", "12", "")
    tables = [Table(COLUMNS, [row], [one, other]) for row in (one, other)]
    first, second = (lay_out([Section("T", [table])], 80).splitlines()[2:4] for table in tables)
    assert first == second == ["  Date        Subject  No", "  ----------  -------  --"]
