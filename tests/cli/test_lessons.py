"""What ``librus lessons`` says."""

from __future__ import annotations

import stat
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from librus_sdk.cli._days import day_cell, with_weekday
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, as_sent, first, nameless


def show(cli: Cli, sim: Simulator, *argv: str) -> str:
    result = cli("lessons", *argv, "--child", first(sim), sim=sim, env={"COLUMNS": "140"})
    assert (result.status, result.err) == (0, "")
    return result.out


def table(out: str) -> list[list[str]]:
    """The cells of the first table, split where there are two spaces."""
    rows = out.split("\n\n")[1].splitlines()[2:]
    return [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in rows]


def fields(out: str) -> dict[str, str]:
    lines = (line.strip().partition("  ") for line in out.splitlines() if line.startswith("  "))
    return {label: value.strip() for label, _, value in lines if value}


def names(sim: Simulator, path: str) -> dict[str, str]:
    def name(row: dict[str, Any]) -> str:
        return row.get("Name") or " ".join(filter(None, (row.get("FirstName"), row.get("LastName"))))

    return {str(row["Id"]): name(row) for row in as_sent(sim, path, {})[path]}


def test_lessons_of_the_own_class_come_first_with_ids_subjects_teachers(cli: Cli, calm: Simulator) -> None:
    own = as_sent(calm, "Classes", {})["Class"]
    named = f"{own['Number']}{own['Symbol']}"
    subjects, teachers = names(calm, "Subjects"), names(calm, "Users")
    expected = {
        (
            str(row["Id"]),
            subjects[str(row["Subject"]["Id"])],
            teachers[str(row["Teacher"]["Id"])],
            row["Class"]["Id"] == own["Id"],
        )
        for row in as_sent(calm, "Lessons", {})["Lessons"]
    }
    out = show(cli, calm, "list")
    assert f": class {named}\n" in out
    assert "another class" not in out
    mine, other = out.split("\nOther classes\n")
    rows = [*((*row, True) for row in table(mine)), *((*row, False) for row in table(f"Other\n{other}"))]
    assert set(rows) == expected
    assert len(rows) == len(expected)


def test_one_lesson(cli: Cli, calm: Simulator) -> None:
    own = as_sent(calm, "Classes", {})["Class"]
    row = next(row for row in as_sent(calm, "Lessons", {})["Lessons"] if row["Class"]["Id"] == own["Id"])
    assert fields(show(cli, calm, "get", "--id", str(row["Id"]))) == {
        "subject": names(calm, "Subjects")[str(row["Subject"]["Id"])],
        "teacher": names(calm, "Users")[str(row["Teacher"]["Id"])],
        "class": f"{own['Number']}{own['Symbol']}",
        "room": "—",
    }


def test_a_class_that_librus_names_itself_is_called_so(cli: Cli, sim: Simulator) -> None:
    sent = {"Id": 5, "Class": {"Id": 9, "Number": "4", "Symbol": "b"}, "Classroom": {"Id": 3, "Name": "aula"}}
    sim.fail("Lessons/{id}", body={"Lesson": sent}, times=None)
    found = fields(show(cli, sim, "get", "--id", "5"))
    assert (found["class"], found["room"], found["subject"]) == ("4b", "aula", "—")


PLANNED: list[dict[str, Any]] = [
    {"Id": 1, "Attachment": {"Id": 11, "Url": "x"}},
    {"Id": 2, "Attachment": "12"},
    {"Id": 3, "Attachment": 13},
    {"Id": 4, "Attachment": None},
]


def test_planned_lessons_show_the_ids_of_their_files(cli: Cli, sim: Simulator) -> None:
    sim.fail("PlannedLessons", body={"PlannedLessons": PLANNED}, times=None)
    rows = table(show(cli, sim, "planned-list"))
    assert rows == [["1", "—", "—", "—", "11"], ["2", "—", "—", "—", "12"], ["3", "—", "—", "—", "13"],
                    ["4", "—", "—", "—"]]  # fmt: skip
    for row in PLANNED:
        sim.fail("PlannedLessons/{id}", body={"PlannedLesson": row}, times=1)
        shown = fields(show(cli, sim, "planned-get", "--id", str(row["Id"])))["file id"]
        assert shown == {1: "11", 2: "12", 3: "13", 4: "—"}[row["Id"]]


def test_a_file_is_saved_for_its_owner_alone_and_never_in_place_of_another(cli: Cli, tmp_path: Path) -> None:
    with Simulator(today=date(2026, 11, 23)) as sim:
        rows = as_sent(sim, "PlannedLessons", {})["PlannedLessons"]
        attached = next(row["Attachment"] for row in rows if row.get("Attachment"))
        key = str(attached["Id"] if isinstance(attached, dict) else attached)
        argv = ["lessons", "planned-attachment", "--id", key, "--output", "task.pdf", "--child", first(sim)]
        saved = cli(*argv, sim=sim)
        assert (saved.status, saved.err) == (0, "")
        path = tmp_path / "task.pdf"
        content = path.read_bytes()
        assert content
        assert saved.out.startswith("Saved\n")
        if sys.platform != "win32":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.write_text("mine")
        refused = cli(*argv, sim=sim)
        assert (refused.status, refused.out, path.read_text()) == (1, "", "mine")
        forced = cli(*argv, "--force", "--format", "json", sim=sim)
        assert forced.status == 0
        assert forced.json["data"]["bytes"] == len(content)
        assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["get", "planned-get", "realizations-get", "planned-attachment"])
def test_an_unknown_id_is_an_error(cli: Cli, calm: Simulator, tmp_path: Path, name: str) -> None:
    more = ["--output", "no.pdf"] if name == "planned-attachment" else []
    result = cli("lessons", name, "--id", "0", *more, "--child", first(calm), sim=calm)
    assert (result.status, result.out) == (1, "")
    assert "the record does not exist" in result.err
    assert not (tmp_path / "no.pdf").exists()


def test_topics_come_latest_first_with_their_subjects(cli: Cli, calm: Simulator) -> None:
    sent = as_sent(calm, "Realizations", {})["Realizations"]
    lessons = {row["Id"]: row for row in as_sent(calm, "Lessons", {})["Lessons"]}
    subjects = names(calm, "Subjects")
    # Where the subject is not named, the lesson leads to it.
    assert any("Subject" not in row for row in sent)
    latest_first = sorted(sent, key=lambda row: (row["Date"], row["LessonNo"]), reverse=True)
    rows = table(show(cli, calm, "realizations-list"))
    assert [row[4] for row in rows] == [row["Id"] for row in latest_first]
    for shown, row in zip(rows, latest_first, strict=True):
        topic = row["Topic"] or "—"
        assert shown[:4] == [
            str(day_cell(date.fromisoformat(row["Date"]))),
            str(row["LessonNo"]),
            subjects[str(lessons[row["Lesson"]["Id"]]["Subject"]["Id"])],
            f"trip: {topic}" if row["IsTrip"] else topic,
        ]


def test_one_lesson_that_was_held(cli: Cli, calm: Simulator) -> None:
    row = as_sent(calm, "Realizations", {})["Realizations"][0]
    teacher = names(calm, "Users")[str(row["Teacher"]["Id"])]
    found = fields(show(cli, calm, "realizations-get", "--id", row["Id"]))
    assert found["date"] == with_weekday(date.fromisoformat(row["Date"]))
    assert (found["lesson"], found["topic"]) == (str(row["LessonNo"]), row["Topic"])
    assert (found["teacher"], found["entered by"]) == (teacher, teacher)
    assert (found["trip instead"], found["counts as held"]) == ("no", "yes")


def test_what_librus_does_not_tell_of_a_held_lesson_is_a_dash(cli: Cli, sim: Simulator) -> None:
    sim.fail("Realizations", body={"Realizations": [{"Id": "t1"}, {"Id": 2, "IsTrip": True}]}, times=None)
    sim.fail("Realizations/{id}", body={"Realization": {"Id": "t1"}}, times=None)
    rows = table(show(cli, sim, "realizations-list"))
    assert sorted(rows) == [["—", "—", "—", "trip", "2"], ["—", "—", "—", "—", "t1"]]
    found = fields(show(cli, sim, "realizations-get", "--id", "t1"))
    assert set(found.values()) == {"—"}
    assert len(found) == 9


@pytest.mark.parametrize("path", ["Lessons", "Subjects"])
def test_topics_are_shown_without_their_lookups(cli: Cli, sim: Simulator, path: str) -> None:
    sim.fail(path, status=403, times=None)
    sent = as_sent(sim, "Realizations", {})["Realizations"]
    result = cli("lessons", "realizations-list", "--child", first(sim), sim=sim, env={"COLUMNS": "140"})
    assert (result.status, result.err) == (0, nameless("Subjects") if path == "Subjects" else "")
    assert len(table(result.out)) == len(sent)


@pytest.mark.parametrize(
    ("name", "path", "said"),
    [
        ("list", "Lessons", "The school shows none."),
        ("planned-list", "PlannedLessons", "None are planned here."),
        ("realizations-list", "Realizations", "None yet this school year."),
    ],
)
def test_an_empty_list_is_said_in_words(cli: Cli, sim: Simulator, name: str, path: str, said: str) -> None:
    sim.fail(path, body={path: []}, times=None)
    assert show(cli, sim, name).splitlines()[2:] == [f"  {said}"]
