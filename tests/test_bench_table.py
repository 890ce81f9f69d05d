"""The table that sets librus-sdk beside other clients: its rows, its verdicts, and where it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.librus._document import BEGIN, END, keep
from benchmarks.librus._programs import PROGRAM_ROWS
from benchmarks.librus._rows import OURS, ROWS, Row, standing, table, unexplained
from benchmarks.librus_peers._finding import Finding
from benchmarks.librus_peers._scenes import LIBRARIES, SCENES

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def cells(ours: list[float] | None, *others: list[float] | None) -> dict[str, Finding]:
    return {
        OURS: Finding("ours [1]", ours),
        **{f"other {n}": Finding("theirs", one) for n, one in enumerate(others)},
    }


def test_each_row_is_measured_in_one_place() -> None:
    measured = [*SCENES, *PROGRAM_ROWS]
    assert sorted(row.name for row in ROWS) == sorted(measured)
    assert next(iter(LIBRARIES)) == OURS
    assert [library.name for library in LIBRARIES.values()] == list(LIBRARIES)


@pytest.mark.parametrize(
    ("noise", "ours", "others", "verdict"),
    [
        (0.0, [0, 1, 60], [[0, 2, 1], [1, 0, 0]], "leads"),
        (0.0, [0, 1, 60], [[0, 1, 60], None], "level"),
        (0.0, [0, 1, 60], [[5], [0, 1, 59]], "behind: it is slow"),
        (0.05, [1.04], [[1.0]], "level"),
        (0.05, [1.06], [[1.0]], "behind: it is slow"),
        (0.05, [0.94], [[1.0]], "leads"),
        (0.0, [3], [None, None], "alone"),
        (0.0, None, [[1]], "not there: it is slow"),
    ],
)
def test_who_leads_is_decided_by_the_weightiest_number(
    noise: float, ours: list[float] | None, others: list[list[float] | None], verdict: str
) -> None:
    assert standing(Row("row", "title", "it is slow", noise), cells(ours, *others)) == verdict


def test_a_row_that_is_lost_has_to_say_why() -> None:
    rows = (Row("led", "a"), Row("lost", "b"), Row("missing", "c"), Row("explained", "d", "it is slow"))
    found = {
        "led": cells([1], [2]),
        "lost": cells([2], [1]),
        "missing": cells(None, [1]),
        "explained": cells([2], [1]),
    }
    assert unexplained(rows, found) == ["lost", "missing"]


def test_the_table_has_every_cell_as_it_is() -> None:
    found = {"led": cells([1], [2]), "lost": cells([2], [1])}
    text = table("the title", (Row("led", "what is led"), Row("lost", "what is lost", "because")), found)
    for expected in ("the title", "other 0", "what is led", "ours [1]", "theirs", "behind: because"):
        assert expected in text


def test_the_table_replaces_the_one_before(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    keep(document, "new\n")
    assert document.read_text(encoding="utf-8") == f"before\n{BEGIN}\n```text\nnew\n```\n{END}\nafter\n"
    document.write_text(f"before\n{BEGIN}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place"):
        keep(document, "new")


def test_the_document_has_the_table_with_all_rows() -> None:
    kept = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    lines = [line for line in kept.splitlines() if line.startswith("+-")]
    assert len(lines) == len(ROWS) + 2
