"""The table that sets librus-sdk beside other clients: its rows, its verdicts, and where it is kept."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks._machine import about_the_hardware, about_this_run
from benchmarks.librus._desk import play
from benchmarks.librus._document import BEGIN, DOCUMENT, END, FOUND, LOCK, Run, keep, kept_table, written
from benchmarks.librus._programs import PROGRAMS
from benchmarks.librus._rows import NOT_MEASURED, OURS, ROWS, Row, standing, table, unexplained
from benchmarks.librus_peers._finding import Finding
from benchmarks.librus_peers._http import BARE
from benchmarks.librus_peers._scenes import LIBRARIES, SCENES

VERDICTS = ("leads", "level", "alone", "behind: ", "not there: ")


@pytest.fixture(scope="module")
def kept() -> Run:
    return Run.load(FOUND)


def cells(ours: list[float] | None, *others: list[float] | None) -> dict[str, Finding]:
    return {
        OURS: Finding("ours [1]", ours),
        **{f"other {n}": Finding("theirs", one) for n, one in enumerate(others)},
    }


# What is measured, and how it is judged.


def test_each_row_is_measured_in_one_place() -> None:
    measured = [*SCENES, *(name for names in PROGRAMS for name in names)]
    assert sorted(row.name for row in ROWS) == sorted(measured)
    assert next(iter(LIBRARIES)) == OURS
    assert [library.name for library in LIBRARIES.values()] == list(LIBRARIES)
    assert {library.http for library in LIBRARIES.values()} == set(BARE)


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


@pytest.mark.parametrize(
    ("program", "patience_s", "problem"),
    [
        ("import sys; sys.stdin.read()", 0.2, "nothing was found within 0.2 s"),
        ("raise SystemExit('it is broken')", 60.0, "it is broken"),
    ],
)
def test_a_scene_that_stops_or_fails_ends_and_is_told(program: str, patience_s: float, problem: str) -> None:
    with pytest.raises(RuntimeError, match=problem):
        play([sys.executable, "-c", program], os.environ, patience_s)


def test_the_machine_and_the_day_are_told() -> None:
    assert re.fullmatch(r"\S.*, [1-9]\d* cores, [1-9]\d* GiB of memory; .*\S", about_the_hardware())
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC, load \d+\.\d", about_this_run())


# Where it is kept.


def test_a_run_is_kept_and_read_again(tmp_path: Path) -> None:
    run = Run(["a title", "a machine"], {"led": cells([1], [2.5], None)})
    run.save(tmp_path / "found.json")
    again = Run.load(tmp_path / "found.json")
    assert again == run
    assert again.table([Row("led", "what is led")]) == run.table([Row("led", "what is led")])


def test_the_table_replaces_the_one_before(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    keep(document, "new\n")
    assert document.read_text(encoding="utf-8") == f"before\n{BEGIN}\n```text\nnew\n```\n{END}\nafter\n"
    document.write_text(f"before\n{BEGIN}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place"):
        keep(document, "new")


def test_the_document_has_what_the_rows_make_of_the_run_and_nothing_else(kept: Run) -> None:
    # A row, a label, a reason or a verdict that was changed in one place only is seen here. After a change of
    # words `make bench-peers ARGS=--again` writes the table anew; what was found comes from a run alone.
    assert list(kept.cells) == [row.name for row in ROWS]
    assert all(list(found) == list(LIBRARIES) for found in kept.cells.values())
    assert kept_table(DOCUMENT) == written(kept.table(ROWS))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_another_label_or_reason_would_be_another_table(kept: Run, row: Row) -> None:
    def with_this(other: Row) -> str:
        return kept.table([other if one is row else one for one in ROWS])

    usual = kept.table(ROWS)
    assert with_this(replace(row, title="it is so")) != usual
    told = standing(row, kept.cells[row.name]).startswith(("behind", "not there"))
    assert (with_this(replace(row, because="it is so")) != usual) == told


def test_the_run_measured_everything_and_says_why_it_lost(kept: Run) -> None:
    assert unexplained(ROWS, kept.cells) == []
    for row in ROWS:
        found = kept.cells[row.name]
        assert not any(one.text.startswith(NOT_MEASURED) for one in found.values())
        assert standing(row, found).startswith(VERDICTS)


def test_the_run_names_machine_day_and_the_versions_of_the_lock(kept: Run) -> None:
    title, libraries, simulator, machine, day = kept.about
    assert title == "librus-sdk and other clients of the gateway"
    assert libraries.startswith("libraries: CPython 3.13.")
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    for name in (*LIBRARIES, *BARE):
        told = re.search(rf", {name} (\S+?)(,|$)", libraries)
        assert told is not None
        assert told[1] == locked.get(name, told[1])
    assert re.fullmatch(r"simulator: CPython 3\.\d+\.\d+", simulator)
    assert re.fullmatch(r"machine:   \S.*, \d+ cores, \d+ GiB of memory; .*Linux .*", machine)
    assert re.fullmatch(r"run:       20\d\d-\d\d-\d\d \d\d:\d\d UTC, load \d+\.\d", day)
