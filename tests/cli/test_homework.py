"""What ``librus homework`` says besides the agenda: homework, its files, kinds of entries."""

from __future__ import annotations

import stat
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from librus_sdk.cli._days import today, with_weekday
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Terminal, as_sent, first


def assignments(cli: Cli, sim: Simulator, width: int = 80) -> str:
    argv = ["homework", "assignments", "--child", first(sim)]
    result = cli(*argv, sim=sim, env={"COLUMNS": str(width)})
    assert (result.status, result.err) == (0, "")
    return result.out


def titles(out: str) -> list[str]:
    return [line for line in out.splitlines() if line and not line.startswith(" ")][1:]


def due(days: int | None, topic: str | None, **more: Any) -> dict[str, Any]:
    day = None if days is None else str(today() + timedelta(days=days))
    return {"Id": 1, "Topic": topic, "DueDate": day, **more}


def test_what_is_due_comes_first_then_what_was_due_the_latest_first(cli: Cli, sim: Simulator) -> None:
    rows = [due(-9, "a"), due(3, "b"), due(-2, "c"), due(0, "d"), due(None, "e"), due(1, None)]
    sim.fail("HomeWorkAssignments", body={"HomeWorkAssignments": rows}, times=None)
    out = assignments(cli, sim)
    days = {n: with_weekday(today() + timedelta(days=n)) for n in (-9, -2, 0, 1, 3)}
    assert titles(out) == [
        f"Due {days[0]}, today: d",
        f"Due {days[1]}: without a title",
        f"Due {days[3]}: b",
        "Due some day: e",
        f"Was due {days[-2]}: c",
        f"Was due {days[-9]}: a",
    ]
    assert "  4 due. 2 earlier ones below." in out.splitlines()


def test_homework_is_told_as_librus_sent_it(cli: Cli) -> None:
    with Simulator(today=date(2026, 11, 23)) as sim:
        sent = as_sent(sim, "HomeWorkAssignments", {})["HomeWorkAssignments"]
        lessons = {row["Id"]: row for row in as_sent(sim, "Lessons", {})["Lessons"]}
        subjects = {row["Id"]: row["Name"] for row in as_sent(sim, "Subjects", {})["Subjects"]}
        out = assignments(cli, sim, 200)
    parts = out.split("\n\n")
    assert any(row["HomeworkAssigmentFiles"] for row in sent)
    for row in sent:
        place = next(n for n, part in enumerate(parts) if row["Topic"] in part and str(
            with_weekday(date.fromisoformat(row["DueDate"]))) in part)  # fmt: skip
        told = parts[place + 1]
        assert subjects[lessons[row["Lesson"]["Id"]]["Subject"]["Id"]] in told
        assert with_weekday(date.fromisoformat(row["Date"])) in told
        assert all(line in told for line in row["Text"].split("\n"))
        for file in row["HomeworkAssigmentFiles"]:
            assert f"{file['Name']} (id {row['Id']}-{file['Id']})" in told


def test_a_long_text_is_wrapped_and_what_is_not_told_is_a_dash(cli: Cli, sim: Simulator) -> None:
    text = "Przeczytaj rozdział i odpowiedz na pytania. " * 12
    rows = [due(1, "long", Text=text, MustSendAttachFile=True), due(2, "bare")]
    rows[1] |= {"HomeworkAssigmentFiles": [{"Id": 4}], "MustSendAttachFile": False}
    sim.fail("HomeWorkAssignments", body={"HomeWorkAssignments": rows}, times=None)
    out = assignments(cli, sim)
    assert max(map(len, out.splitlines())) <= 80
    assert " ".join(out.split()).count("odpowiedz na pytania.") == 12
    assert "to hand in  a file\n" in out
    lines = [line.split("  ", 2)[1:] for line in out.split("bare\n\n")[1].splitlines()]
    assert [[part.strip() for part in line] for line in lines] == [
        ["subject", "—"],
        ["teacher", "—"],
        ["given", "—"],
        ["what to do", "—"],
        ["to hand in", "no file"],
        ["file", "without a name"],
    ]


def test_nothing_due_and_no_homework_at_all(cli: Cli, sim: Simulator) -> None:
    sim.fail("HomeWorkAssignments", body={"HomeWorkAssignments": [due(-3, "a")]}, times=1)
    assert "  Nothing due. 1 earlier one below." in assignments(cli, sim).splitlines()
    sim.fail("HomeWorkAssignments", body={"HomeWorkAssignments": [due(3, "a")]}, times=1)
    assert "  1 due." in assignments(cli, sim).splitlines()
    sim.fail("HomeWorkAssignments", body={"HomeWorkAssignments": []}, times=1)
    assert assignments(cli, sim).splitlines()[2:] == ["  No homework."]


def test_what_is_due_today_stands_out(sim: Simulator, terminal: Terminal) -> None:
    sim.fail("HomeWorkAssignments", body={"HomeWorkAssignments": [due(0, "a"), due(1, "b")]}, times=None)
    argv = ["homework", "assignments", "--child", first(sim)]
    drawn = terminal(*argv, sim=sim).splitlines()
    (now,) = [line for line in drawn if ", today: a" in line]
    (later,) = [line for line in drawn if line.count(": b")]
    assert "32m" in now
    assert "32m" not in later


def test_a_file_is_saved_for_its_owner_alone_and_never_in_place_of_another(cli: Cli, tmp_path: Path) -> None:
    with Simulator(today=date(2026, 11, 23)) as sim:
        rows = as_sent(sim, "HomeWorkAssignments", {})["HomeWorkAssignments"]
        file = next(file for row in rows for file in row["HomeworkAssigmentFiles"])
        key = file["Url"].rpartition("/")[2]
        argv = ["homework", "attachment", "--id", key, "--output", "task.pdf", "--child", first(sim)]
        saved = cli(*argv, sim=sim)
        assert (saved.status, saved.err) == (0, "")
        assert file["Name"] in saved.out
        path = tmp_path / "task.pdf"
        content = path.read_bytes()
        assert content
        if sys.platform != "win32":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.write_text("mine")
        refused = cli(*argv, sim=sim)
        assert (refused.status, refused.out, path.read_text()) == (1, "", "mine")
        assert cli(*argv, "--force", sim=sim).status == 0
        assert path.read_bytes() == content


def test_an_unknown_file_is_an_error_and_leaves_nothing_behind(
    cli: Cli, calm: Simulator, tmp_path: Path
) -> None:
    argv = ["homework", "attachment", "--id", "1-2", "--output", "no.pdf", "--child", first(calm)]
    result = cli(*argv, sim=calm)
    assert (result.status, result.out) == (1, "")
    assert not list(tmp_path.iterdir())


def test_kinds_of_entries_are_in_polish_order(cli: Cli, sim: Simulator) -> None:
    rows = [{"Id": 1, "Name": "śpiew"}, {"Id": 2, "Name": "Teatr"}, {"Id": 3, "Name": "sprawdzian"}]
    sim.fail("HomeWorks/Categories", body={"Categories": rows}, times=1)
    argv = ["homework", "categories", "--child", first(sim)]
    shown = cli(*argv, sim=sim).out.splitlines()[4:]
    assert [line.strip() for line in shown] == ["sprawdzian", "śpiew", "Teatr"]
    sim.fail("HomeWorks/Categories", body={"Categories": []}, times=1)
    assert cli(*argv, sim=sim).out.splitlines()[2:] == ["  The school has entered none."]
