"""Notes about behaviour: praise and reprimands told apart, the latest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from librus_sdk.cli._days import today
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Terminal, as_sent, first, nameless

KINDS = {0: "reprimand", 1: "praise", 2: "neutral", None: "—", 9: "neutral"}


@pytest.fixture
def november() -> Iterator[Simulator]:
    with Simulator(today=date(2026, 11, 23)) as running:
        yield running


def of_every_kind() -> dict[str, Any]:
    return {
        "Notes": [
            {"Id": number, "Positive": kind, "Text": "Tekst.", "Date": str(today() - timedelta(days=number))}
            for number, kind in enumerate(KINDS)
        ]
    }


def test_notes_are_shown_whole_the_latest_first(cli: Cli, november: Simulator) -> None:
    result = cli("notes", "list", "--child", first(november), sim=november)
    assert (result.status, result.err) == (0, "")
    sent = sorted(as_sent(november, "Notes", {})["Notes"], key=lambda row: str(row["Date"]), reverse=True)
    assert len(sent) > 1
    users = {str(row["Id"]): row for row in as_sent(november, "Users", {})["Users"]}
    names = {
        row["Id"]: row["CategoryName"] for row in as_sent(november, "Notes/Categories", {})["Categories"]
    }
    shown = re.split(r"\n\n(?=\S)", result.out)[1:]
    for row, section in zip(sent, shown, strict=True):
        assert re.match(rf"\S+ {date.fromisoformat(row['Date']):%d.%m.%Y}", section)
        teacher = users[str(row["AddedBy"]["Id"])]
        category = names[row["Category"]["Id"]] if row.get("Category") else "—"
        for label, value in (
            ("kind", KINDS[row["Positive"]]),
            ("category", category),
            ("teacher", f"{teacher['FirstName'] or ''} {teacher['LastName']}".strip()),
            ("id", row["Id"]),
        ):
            assert re.search(rf"\n  {label} +{value}\n", section)
        assert " ".join(section.split()).endswith(row["Text"])
    assert not re.search(r"\d{4}-\d\d-\d\d", result.out)


def test_kinds_are_counted_and_said(cli: Cli, november: Simulator) -> None:
    november.fail("Notes", body=of_every_kind(), times=None)
    out = cli("notes", "list", "--child", first(november), sim=november).out
    assert out.splitlines()[2] == "  praise: 1, reprimand: 1, neutral: 2, of unknown kind: 1."
    assert re.findall(r"kind +(\S+)\n", out) == list(KINDS.values())
    assert ", today\n" in out


def test_praise_is_green_and_a_reprimand_red(november: Simulator, terminal: Terminal) -> None:
    november.fail("Notes", body=of_every_kind(), times=None)
    argv = ["notes", "list", "--child", first(november)]
    drawn = terminal(*argv, sim=november)
    assert drawn.count("\x1b[32mpraise\x1b[0m") == 1
    assert drawn.count("\x1b[31mreprimand\x1b[0m") == 1


def test_one_note(cli: Cli, november: Simulator) -> None:
    row = as_sent(november, "Notes", {})["Notes"][0]
    out = cli("notes", "get", "--id", str(row["Id"]), "--child", first(november), sim=november).out
    assert f"{date.fromisoformat(row['Date']):%d.%m.%Y}" in out.splitlines()[0]
    assert out.endswith(f"\n  {row['Text']}\n")


def test_a_note_without_anything_has_dashes(cli: Cli, november: Simulator) -> None:
    november.fail("Notes/{id}", body={"Note": {"Id": 7}}, times=None)
    out = cli("notes", "get", "--id", "7", "--child", first(november), sim=november).out
    assert out == (
        "Without a date\n\n  kind      —\n  category  —\n  teacher   —\n  id        7\n\n  No text.\n"
    )


def test_who_entered_it_stands_in_for_a_teacher_who_is_not_named(cli: Cli, november: Simulator) -> None:
    author = as_sent(november, "Notes", {})["Notes"][0]["AddedBy"]["Id"]
    november.fail("Notes/{id}", body={"Note": {"Id": 7, "AddedBy": {"Id": author}}}, times=None)
    out = cli("notes", "get", "--id", "7", "--child", first(november), sim=november).out
    assert re.search(r"teacher +[^—#\n]+\n", out)


@pytest.mark.parametrize(("path", "what"), [("Users", "People"), ("Notes/Categories", "Categories")])
def test_notes_are_shown_without_names(cli: Cli, november: Simulator, path: str, what: str) -> None:
    november.fail(path, status=403, times=None)
    result = cli("notes", "list", "--child", first(november), sim=november)
    assert (result.status, result.err) == (0, nameless(what))
    assert "#" in result.out


def test_no_notes_and_odd_ones(cli: Cli, november: Simulator) -> None:
    november.fail("Notes", body={"Notes": []})
    out = cli("notes", "list", "--child", first(november), sim=november).out
    assert out.splitlines()[-1] == "  No notes yet this school year."
    november.fail("Notes", body={"Notes": [{"Id": 7}, {"Id": None}]})
    result = cli("notes", "list", "--child", first(november), sim=november)
    assert result.err.startswith("Note: 1 row has an unknown form")


def test_an_unknown_note(cli: Cli, november: Simulator) -> None:
    result = cli("notes", "get", "--id", "1", "--child", first(november), sim=november)
    assert (result.status, result.out) == (1, "")
    assert "the record does not exist" in " ".join(result.err.split())


def test_categories_are_in_polish_order(cli: Cli, november: Simulator) -> None:
    names = ["Żarty", "Łobuzerka", "Lenistwo", None]
    body = {"Categories": [{"Id": n, "CategoryName": name} for n, name in enumerate(names)]}
    november.fail("Notes/Categories", body=body)
    out = cli("notes", "categories", "--child", first(november), sim=november).out
    assert [line.strip() for line in out.splitlines()[4:]] == ["Lenistwo", "Łobuzerka", "Żarty", "—"]
    november.fail("Notes/Categories", body={"Categories": []})
    out = cli("notes", "categories", "--child", first(november), sim=november).out
    assert out.splitlines()[-1] == "  The school has entered none."
