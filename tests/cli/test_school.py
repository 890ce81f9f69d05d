from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from librus_sdk.cli._days import with_weekday
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, as_sent, first, nameless


def fields(out: str) -> dict[str, str]:
    """The labelled values of the first section."""
    pairs = (re.split(r"  +", line.strip(), maxsplit=1) for line in out.split("\n\n")[1].splitlines())
    return dict(pairs)


def cells(out: str) -> list[list[str]]:
    """What stands in the table."""
    return [re.split(r"  +", line.strip()) for line in out.splitlines()[4:] if line.startswith("  ")]


def test_the_school_with_its_address_its_head_and_the_bells(cli: Cli, calm: Simulator) -> None:
    out = cli("school", "get", "--child", first(calm), sim=calm).out
    sent = as_sent(calm, "Schools", {})["School"]
    assert fields(out) == {
        "name": sent["Name"],
        "address": f"{sent['Street']} {sent['BuildingNumber']}, {sent['PostCode']} {sent['Town']}",
        "e-mail": sent["Email"],
        "phone": sent["PhoneNumber"],
        "head": f"{sent['NameHeadTeacher']} {sent['SurnameHeadTeacher']}",
    }
    for number, bell in enumerate(sent["LessonsRange"]):
        assert re.search(rf"^ +{number}  {bell['From']}-{bell['To']}$", out, re.MULTILINE)


def test_lessons_keep_their_numbers_where_the_school_has_no_lesson_0(cli: Cli, sim: Simulator) -> None:
    bells = [{"From": None, "To": None}, {"From": "08:00", "To": "08:45"}]
    sim.fail("Schools", body={"School": {"Town": "Łódź", "LessonsRange": bells}}, times=None)
    out = cli("school", "get", "--child", first(sim), sim=sim).out
    assert fields(out) == {"name": "—", "address": "Łódź", "e-mail": "—", "phone": "—", "head": "—"}
    assert out.splitlines()[-1].split() == ["1", "08:00-08:45"]
    assert out.count("-08:45") == 1


def test_a_school_that_tells_nothing(cli: Cli, sim: Simulator) -> None:
    sim.fail("Schools", body={"School": {}}, times=None)
    result = cli("school", "get", "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, "")
    assert set(fields(result.out).values()) == {"—"}
    assert "The school has entered none." in result.out


def test_the_class_with_its_tutor_by_name_and_its_dates(cli: Cli, calm: Simulator) -> None:
    out = cli("school", "class", "--child", first(calm), sim=calm).out
    sent = as_sent(calm, "Classes", {})["Class"]
    tutor = next(row for row in as_sent(calm, "Users", {})["Users"] if row["Id"] == sent["ClassTutor"]["Id"])
    day = {key: with_weekday(date.fromisoformat(value)) for key, value in sent.items() if "Year" in key}
    assert fields(out) == {
        "class": calm.children[0].class_name,
        "tutor": f"{tutor['FirstName']} {tutor['LastName']}",
        "school year begins": day["BeginSchoolYear"],
        "first semester ends": with_weekday(date.fromisoformat(sent["EndFirstSemester"])),
        "school year ends": day["EndSchoolYear"],
    }


def test_the_class_without_names_and_dates(cli: Cli, sim: Simulator) -> None:
    sim.fail("Users", status=403, times=None)
    sim.fail("Classes", body={"Class": {"ClassTutor": {"Id": 77}, "EndSchoolYear": "0000-00-00"}}, times=None)
    result = cli("school", "class", "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, nameless("People"))
    assert fields(result.out)["tutor"] == "#77"
    assert [value for label, value in fields(result.out).items() if label != "tutor"] == ["—"] * 4


def test_subjects_are_in_polish_order_with_the_id_that_shows_one(cli: Cli, sim: Simulator) -> None:
    sent = as_sent(sim, "Subjects", {})["Subjects"]
    rows = cells(cli("school", "subjects", "--child", first(sim), sim=sim).out)
    assert sorted(rows) == sorted([row["Name"], row["Short"], str(row["Id"])] for row in sent)
    names = ["Łacina", "Lekcja", "Muzyka", "Ćwiczenia", "Chemia"]
    body = {"Subjects": [{"Id": number, "Name": one} for number, one in enumerate(names, 1)]}
    sim.fail("Subjects", body=body, times=None)
    rows = cells(cli("school", "subjects", "--child", first(sim), sim=sim).out)
    assert [row[0] for row in rows] == ["Chemia", "Ćwiczenia", "Lekcja", "Łacina", "Muzyka"]
    assert rows[0] == ["Chemia", "—", "5"]


def test_people_are_in_polish_order_with_their_roles_and_offices_apart(cli: Cli, sim: Simulator) -> None:
    people = [
        {"Id": 1, "FirstName": "Ewa", "LastName": "Żak"},
        {"Id": 2, "FirstName": "Jan", "LastName": "Zych", "IsPedagogue": True},
        {"Id": 3, "FirstName": "Ala", "LastName": "Łoś", "IsSchoolAdministrator": 1, "IsPedagogue": True},
        {"Id": 4, "FirstName": "Ola", "LastName": "Lis", "ClassRegisterNumber": "12"},
        {"Id": 5, "LastName": "Sekretariat"},
        {"Id": 6, "FirstName": "Adam", "LastName": "Lis"},
    ]
    sim.fail("Users", body={"Users": people}, times=None)
    out = cli("school", "users", "--child", first(sim), sim=sim).out
    above, below = out.split("\nOffices\n")
    assert cells(above) == [
        ["Lis", "Adam", "6"],
        ["Lis", "Ola", "student", "4"],
        ["Łoś", "Ala", "administrator, pedagogue (pedagog)", "3"],
        ["Zych", "Jan", "pedagogue (pedagog)", "2"],
        ["Żak", "Ewa", "1"],
    ]
    assert below.splitlines()[-1].split() == ["Sekretariat", "5"]


def test_everybody_of_the_school_is_listed(cli: Cli, calm: Simulator) -> None:
    out = cli("school", "users", "--child", first(calm), sim=calm).out
    sent = as_sent(calm, "Users", {})["Users"]
    shown = [line.split()[-1] for line in out.splitlines() if re.search(r" \d+$", line)]
    assert sorted(shown) == sorted(str(row["Id"]) for row in sent)
    assert sum("administrator" in line for line in out.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "path", "one", "row", "shown"),
    [
        ("classroom", "Classrooms", "Classroom", {"Name": "sala 7", "Symbol": "7"}, ["sala 7", "7"]),
        ("classroom", "Classrooms", "Classroom", {"Id": 5}, ["—", "—"]),
        ("subject", "Subjects", "Subject", {"Name": "Chemia", "Short": "chem"}, ["Chemia", "chem"]),
        ("subject", "Subjects", "Subject", {"Id": 5}, ["—", "—"]),
        ("user", "Users", "User", {"FirstName": "Ewa", "LastName": "Żak"}, ["Ewa Żak", "—"]),
        (
            "user",
            "Users",
            "User",
            {"FirstName": "Ola", "LastName": "Lis", "ClassRegisterNumber": "12", "IsPedagogue": False},
            ["Ola Lis", "student", "12"],
        ),
        ("user", "Users", "User", {}, ["—", "—"]),
    ],
)
def test_one_record(
    cli: Cli, sim: Simulator, command: str, path: str, one: str, row: dict[str, Any], shown: list[str]
) -> None:
    sim.fail(f"{path}/{{id}}", body={one: row}, times=None)
    result = cli("school", command, "--id", "5", "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, "")
    assert list(fields(result.out).values()) == shown


@pytest.mark.parametrize("command", ["classroom", "subject", "user"])
def test_an_id_that_nothing_has(cli: Cli, sim: Simulator, command: str) -> None:
    argv = ["school", command, "--id", "1", "--child", first(sim)]
    result = cli(*argv, sim=sim)
    assert (result.status, result.out) == (1, "")
    assert "the record does not exist" in " ".join(result.err.split())
    error = cli(*argv, "--format=json", sim=sim).error
    assert (error["code"], error["details"]["status"]) == ("API_REQUEST_FAILED", 404)


@pytest.mark.parametrize(
    ("command", "path", "wrapper", "said"),
    [
        ("subjects", "Subjects", "Subjects", "The school has entered none."),
        ("users", "Users", "Users", "The school shows none."),
    ],
)
def test_an_empty_list_is_said_in_words(
    cli: Cli, sim: Simulator, command: str, path: str, wrapper: str, said: str
) -> None:
    sim.fail(path, body={wrapper: []}, times=None)
    result = cli("school", command, "--child", first(sim), sim=sim)
    assert (result.status, result.err) == (0, "")
    assert said in result.out
    sim.clear_faults(path)
    sim.fail(path, body={wrapper: [{"Id": 1}, {"Id": {}}]}, times=None)
    odd = cli("school", command, "--child", first(sim), sim=sim)
    assert odd.err.startswith("Note: 1 row has an unknown form")
    assert "—" in odd.out
