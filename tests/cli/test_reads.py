from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from librus_sdk.cli._days import today
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, as_sent, first, nameless
from tests.cli.reads import READS, Read


@pytest.mark.parametrize("read", READS, ids=str)
def test_json_is_the_child_and_the_answer_as_librus_sent_it(cli: Cli, sim: Simulator, read: Read) -> None:
    argv, sent = read.argv(sim), read.answer(sim)
    if read.path == "SystemData":
        # Its clock goes on from one answer to the next.
        sim.fail(read.path, body=sent, times=None)
    before = sum(1 for request in sim.requests if request.origin == "api")
    result = cli(*argv, "--child", first(sim), "--format", "json", sim=sim)
    assert (result.status, result.err) == (0, "")
    assert list(result.json) == ["child", "data"]
    assert result.json["child"]["studentName"] == sim.children[0].name
    assert set(result.json["child"]) == {
        "id", "accountIdentifier", "group", "login", "studentName", "state", "scopes",
    }  # fmt: skip
    assert sum(1 for request in sim.requests if request.origin == "api") == before + 1
    assert result.json["data"] == sent
    assert result.out == json.dumps(result.json, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("read", READS, ids=str)
def test_text_shows_names_and_no_ids_fits_80_columns_and_asks_for_the_answer_once(
    cli: Cli, sim: Simulator, read: Read
) -> None:
    argv = read.argv(sim)
    before = sim.counts[read.path]
    result = cli(*argv, "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, "")
    assert result.out.endswith("\n")
    assert max(map(len, result.out.splitlines())) <= 80
    assert "None" not in result.out
    assert read.ids or "#" not in result.out
    assert sim.counts[read.path] == before + 1


def test_children(cli: Cli, calm: Simulator) -> None:
    text = cli("children", "list", sim=calm)
    assert [line.split()[0] for line in text.out.splitlines()[4:]] == [child.id for child in calm.children]
    assert all(child.name in text.out for child in calm.children)
    found = cli("children", "list", "--format=json", sim=calm)
    assert list(found.json) == ["lastModification", "children"]
    assert [row["id"] for row in found.json["children"]] == [int(child.id) for child in calm.children]
    assert not any("oken" in key for row in found.json["children"] for key in row)
    assert found.err == text.err == ""


def test_children_with_accounts_unlike_others_show_what_is_unlike(cli: Cli, sim: Simulator) -> None:
    assert cli("children", "list", sim=sim).out.splitlines()[2].split() == ["Id", "Child"]
    account = {
        "id": 1, "accountIdentifier": "x", "group": "parent", "login": "1u", "studentName": "Ala Kot",
        "accessToken": "t" * 20, "state": "active",
    }  # fmt: skip
    odd = {**account, "id": 2, "login": "2u", "state": "requiring_an_action"}
    sim.fail("accounts", body={"accounts": [account, odd]}, times=None)
    rows = cli("children", "list", sim=sim).out.splitlines()
    assert re.split(r"  +", rows[2].strip()) == ["Id", "Child", "Account of", "State"]
    assert re.split(r"  +", rows[-1].strip()) == ["2", "Ala Kot", "parent", "requiring_an_action"]


def test_a_link_that_is_broken_says_what_to_do(cli: Cli, sim: Simulator) -> None:
    assert "attention" not in cli("children", "list", sim=sim).out
    sim.unlink(first(sim))
    result = cli("children", "list", sim=sim)
    assert (result.status, result.err) == (0, "")
    rows = [re.split(r"  +", line.strip()) for line in result.out.splitlines()]
    assert [first(sim), sim.children[0].name, "parent", "needs attention"] in rows
    assert [sim.children[1].id, sim.children[1].name, "parent", "active"] in rows
    assert "requires_an_action" not in result.out
    assert " ".join(result.out.split()).endswith(
        "Where the link to a child needs attention, sign in on the Librus portal in a browser and follow "
        "what it asks for."
    )
    as_json = cli("children", "list", "--format", "json", sim=sim).json
    assert as_json["children"][0]["state"] == "requires_an_action"


def rows_of(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("  ")]


def test_grades_are_listed_with_subject_weight_category_teacher_and_date(cli: Cli, calm: Simulator) -> None:
    out = cli("grades", "list", "--child", first(calm), sim=calm, env={"COLUMNS": "200"}).out
    # What teachers wrote stands in tables of its own, below those of the grades.
    out = re.sub(r"  What teachers wrote to them:\n\n(  .*\n)+", "", out)
    names = {
        path: {row["Id"]: row for row in as_sent(calm, path, {})[path.rpartition("/")[2]]}
        for path in ("Subjects", "Users", "Grades/Categories")
    }
    grades = as_sent(calm, "Grades", {})["Grades"]
    assert len(rows_of(out)) == len(grades) + 2 * len({grade["Semester"] for grade in grades})
    for grade in grades:
        teacher = names["Users"][int(grade["AddedBy"]["Id"])]
        expected = [
            names["Subjects"][int(grade["Subject"]["Id"])]["Name"],
            grade["Grade"],
            names["Grades/Categories"][int(grade["Category"]["Id"])]["Name"],
            f"{teacher['FirstName']} {teacher['LastName']}",
            f"{date.fromisoformat(grade['Date']):%d.%m}",
        ]
        assert any(all(part in line for part in expected) for line in rows_of(out)), grade["Id"]


def test_proposed_semester_and_final_grades_and_improvements_are_marked(cli: Cli) -> None:
    with Simulator(today=date(2026, 6, 24)) as june:
        out = cli("grades", "list", "--child", first(june), sim=june, env={"COLUMNS": "200"}).out
    assert all(
        mark in out
        for mark in ("proposed for the semester", "semester grade", "proposed for the year", "final grade")
    )
    assert "improves " in out
    assert "semester 1" in out
    assert "semester 2" in out


def test_attendance_counts_presences_and_lists_the_rest(cli: Cli, calm: Simulator) -> None:
    out = cli("attendance", "list", "--child", first(calm), sim=calm, env={"COLUMNS": "200"}).out
    entries = as_sent(calm, "Attendances", {})["Attendances"]
    standard = {"1": "absent", "2": "late", "3": "absent, excused", "4": "released", "100": "present"}
    for kind, name in standard.items():
        number = sum(1 for entry in entries if str(entry["Type"]["Id"]) == kind)
        line = next((line for line in rows_of(out) if line.split("  ")[1] == name), "")
        assert line.split()[-1:] == ([str(number)] if number else []), name
    listed = [found for line in rows_of(out) if (found := re.match(r" +\S+ (\d\d)\.(\d\d)[. ]", line))]
    assert len(listed) == sum(
        1 for entry in entries if str(entry["Type"]["Id"]) in "123" or str(entry["Type"]["Id"]) == "4"
    )
    # School years begin in autumn: the ninth month is the first.
    days = [((int(found[2]) - 9) % 12, int(found[1])) for found in listed]
    assert days == sorted(days, reverse=True)


def test_a_child_is_chosen_by_option_before_variable_by_id_or_login(cli: Cli, calm: Simulator) -> None:
    one, two, three = calm.children

    def chosen(*argv: str, **env: str) -> int:
        found: int = cli("me", "--format=json", *argv, sim=calm, env=env).json["child"]["id"]
        return found

    assert chosen(LIBRUS_CHILD=two.id) == int(two.id)
    assert chosen("--child", one.id, LIBRUS_CHILD=two.id) == int(one.id)
    assert chosen("--child", three.login) == int(three.id)


@pytest.mark.parametrize("status", [403, 500])
@pytest.mark.parametrize(
    ("name", "path", "what"),
    [
        ("grades list", "Subjects", "Subjects"),
        ("grades list", "Users", "People"),
        ("grades list", "Grades/Categories", "Categories"),
        ("attendance list", "Subjects", "Subjects"),
        ("homework list", "HomeWorks/Categories", "Kinds"),
        ("notes list", "Notes/Categories", "Categories"),
    ],
)
def test_a_lookup_that_fails_costs_names_and_is_told_once(
    cli: Cli, sim: Simulator, name: str, path: str, what: str, status: int
) -> None:
    sim.fail(path, status=status, times=None)
    result = cli(*name.split(), "--child", first(sim), sim=sim)
    assert result.status == 0
    assert result.err == nameless(what)
    assert "#" in result.out


def test_a_single_unknown_id_is_no_lookup_that_failed(cli: Cli, sim: Simulator) -> None:
    body = as_sent(sim, "Subjects", {})
    sim.fail("Subjects", body={"Subjects": body["Subjects"][:1]}, times=None)
    result = cli("grades", "list", "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, "")
    assert "#" in result.out


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("Attendances/Types", ""),
        ("Lessons", "Note: Which lesson is of which subject could not be read.\n"),
    ],
)
def test_attendance_is_shown_without_its_lookups(cli: Cli, sim: Simulator, path: str, said: str) -> None:
    sim.fail(path, body={"Nothing": [1]}, times=None)
    result = cli("attendance", "list", "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, said)
    assert "present" in result.out


def test_rows_of_an_unknown_form_are_left_out_of_the_text_and_told_of(cli: Cli, sim: Simulator) -> None:
    body = as_sent(sim, "Grades/Categories", {})
    body["Categories"][0]["Name"] = {"secret": "thing"}
    sim.fail("Grades/Categories", body=body, times=None)
    text = cli("grades", "categories", "--child", first(sim), sim=sim)
    assert text.status == 0
    assert text.err == (
        "Note: 1 row has an unknown form and is left out here; --format json shows everything.\n"
    )
    as_json = cli("grades", "categories", "--child", first(sim), "--format=json", sim=sim)
    assert (as_json.status, as_json.err) == (0, "")
    assert as_json.json["data"] == body


@pytest.mark.parametrize(
    ("argv", "path", "wrapper", "said"),
    [
        (["grades", "list"], "Grades", "Grades", "No grades yet"),
        (["grades", "averages"], "Grades/Averages", "Averages", "shows no averages"),
        (["grades", "categories"], "Grades/Categories", "Categories", "has entered none"),
        (["attendance", "list"], "Attendances", "Attendances", "No entries yet"),
        (["homework", "list"], "HomeWorks", "HomeWorks", "agenda is empty"),
    ],
)
def test_an_empty_list_is_said_in_words(
    cli: Cli, sim: Simulator, argv: list[str], path: str, wrapper: str, said: str
) -> None:
    sim.fail(path, body={wrapper: []}, times=None)
    result = cli(*argv, "--child", first(sim), sim=sim)
    assert result.status == 0
    assert said in result.out
    assert cli(*argv, "--child", first(sim), "--format=json", sim=sim).json["data"] == {wrapper: []}


def test_an_account_without_children(cli: Cli, sim: Simulator) -> None:
    for child in sim.children:
        sim.remove(child.id)
    assert "No child is linked" in cli("children", "list", sim=sim).out


def me(**school_class: Any) -> dict[str, Any]:
    base = {"Account": {"FirstName": "Jan"}, "User": {}, "Refresh": 900}
    return {"Me": base | ({"Class": school_class} if school_class else {})}


@pytest.mark.parametrize(
    ("sent", "classes", "shown"),
    [
        (me(), {}, "—"),
        (me(Id=5, Number=8, Symbol="c"), {}, "8c"),
        (me(Id=5), {"Class": {"Id": 5, "Number": 6, "Symbol": "a"}}, "6a"),
        (me(Id=5), {"Class": {"Id": 4, "Number": 6, "Symbol": "a"}}, "#5"),
        (me(Id=5), {"Class": {"Id": 5}}, "#5"),
        (me(Id=5), {"Class": None}, "#5"),
    ],
)
def test_the_class_is_shown_as_it_is_said(
    cli: Cli, sim: Simulator, sent: dict[str, Any], classes: dict[str, Any], shown: str
) -> None:
    sim.fail("Me", body=sent, times=None)
    sim.fail("Classes", body=classes, times=None)
    result = cli("me", "--child", first(sim), sim=sim)
    unread = classes == {"Class": None} and shown.startswith("#")
    assert (result.status, result.err) == (0, nameless("Classes") if unread else "")
    found = dict(line.strip().split("  ", 1) for line in rows_of(result.out))
    assert {label: value.strip() for label, value in found.items()} == {
        "student": "—", "class": shown, "signed in": "Jan", "paid subscription": "—",
    }  # fmt: skip


def test_an_account_of_an_unknown_form_is_told_of(cli: Cli, sim: Simulator) -> None:
    account = {
        "id": 1, "accountIdentifier": "x", "group": "parent", "login": "1u", "studentName": "Ala Kot",
        "accessToken": "t" * 20, "state": "active",
    }  # fmt: skip
    sim.fail("accounts", body={"accounts": [account, {"id": 2, "login": "2u"}]}, times=None)
    for form in ("text", "json"):
        result = cli("children", "list", "--format", form, sim=sim)
        assert result.status == 0
        assert result.err == "Note: 1 of the linked accounts has an unknown form and cannot be used.\n"
        assert "Ala Kot" in result.out
        assert "t" * 20 not in result.out


def test_a_child_who_was_always_there(cli: Cli, sim: Simulator) -> None:
    sent = as_sent(sim, "Attendances", {})
    sent["Attendances"] = [row for row in sent["Attendances"] if str(row["Type"]["Id"]) == "100"]
    sim.fail("Attendances", body=sent, times=None)
    out = cli("attendance", "list", "--child", first(sim), sim=sim).out
    assert rows_of(out)[2:] == [f"  present  ob    {len(sent['Attendances']):>7}", "  None this school year."]


def test_the_agenda_parts_what_is_coming_from_what_is_past(cli: Cli, sim: Simulator) -> None:
    sent = as_sent(sim, "HomeWorks", {})
    row = {**sent["HomeWorks"][0], "TimeFrom": "00:00:00", "TimeTo": "00:00:00", "LessonNo": None}
    days = {"past": today() - timedelta(days=30), "coming": today() + timedelta(days=30)}
    for label, day in days.items():
        sim.fail(
            "HomeWorks", body={"HomeWorks": [{**row, "Date": str(day), "Content": "Sprawdzian"}]}, times=1
        )
        out = cli("homework", "list", "--child", first(sim), sim=sim).out
        coming, past = out.split("\nPast\n")
        assert f"{day:%d.%m}" in (coming if label == "coming" else past)
        assert "Nothing." in (past if label == "coming" else coming)
        assert "00:00" not in out


def test_nothing_drawn_and_no_such_module_are_two_things(cli: Cli, sim: Simulator) -> None:
    sim.fail("LuckyNumbers", body={"LuckyNumber": {"LuckyNumber": None}}, times=1)
    result = cli("lucky-number", "get", "--child", first(sim), sim=sim)
    assert (result.status, result.out.splitlines()[-1]) == (0, "  None was drawn.")
    sim.fail("LuckyNumbers", body={"LuckyNumber": None}, times=1)
    result = cli("lucky-number", "get", "--child", first(sim), sim=sim)
    assert (result.status, result.out) == (1, "")
    assert "FEATURE_UNAVAILABLE" in result.err
