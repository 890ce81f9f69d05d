"""What ``librus justifications`` and ``librus attendance types`` say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from librus_sdk.cli._days import short_day, today
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, as_sent, first


def show(cli: Cli, sim: Simulator, *argv: str) -> str:
    result = cli(*argv, "--child", first(sim), sim=sim, env={"COLUMNS": "120"})
    assert (result.status, result.err) == (0, "")
    return result.out


def rows(part: str) -> list[str]:
    return [" ".join(line.split()) for line in part.splitlines()]


def test_excuses_show_who_wrote_them_by_name(cli: Cli, sim: Simulator) -> None:
    person = next(row for row in as_sent(sim, "Users", {})["Users"] if row["FirstName"])
    name = f"{person['FirstName']} {person['LastName']}"
    sent = [
        {
            "Id": 1,
            "Student": {"Id": person["Id"]},
            "AddedBy": {"Id": 5, "FirstName": "Ewa", "LastName": "Kot"},
        },
        {"Id": "2", "Student": None, "AddedBy": {"Id": person["Id"]}},
        {"Id": 3, "AddedBy": {"Id": 5}},
    ]
    sim.fail("Justifications", body={"Justifications": sent}, times=None)
    out = show(cli, sim, "justifications", "list")
    assert rows(out)[4:7] == [f"1 {name} Ewa Kot", f"2 — {name}", "3 — #5"]
    sim.fail("Justifications/{id}", body={"Justification": sent[0]}, times=None)
    out = show(cli, sim, "justifications", "get", "--id", "1")
    assert rows(out)[2:4] == [f"student {name}", "written by Ewa Kot"]


def test_excuses_of_the_child_alone_do_not_repeat_its_name(cli: Cli, sim: Simulator) -> None:
    sent = as_sent(sim, "Justifications", {})["Justifications"]
    assert {row["Student"]["Id"] for row in sent} == {as_sent(sim, "Me", {})["Me"]["Account"]["UserId"]}
    out = show(cli, sim, "justifications", "list")
    assert rows(out)[2] == "Id Written by"


def test_excuses_from_a_day_on(cli: Cli, sim: Simulator) -> None:
    for day in ("2020-01-01", "2199-01-01"):
        wanted = as_sent(sim, "Justifications", {"dateFrom": day})["Justifications"]
        out = show(cli, sim, "justifications", "list", "--date-from", day)
        assert ("There are none." in out) is not bool(wanted)
        assert all(str(row["Id"]) in out for row in wanted)
        asked = [request.query for request in sim.requests if request.endpoint == "Justifications"]
        assert asked[-1] == f"dateFrom={day}"
    bad = cli("justifications", "list", "--date-from", "1.09.2026", "--child", first(sim), sim=sim)
    assert (bad.status, bad.out) == (1, "")
    assert "Expected a day as YYYY-MM-DD" in bad.err


def test_an_unknown_excuse_is_an_error(cli: Cli, calm: Simulator) -> None:
    result = cli("justifications", "get", "--id", "0", "--child", first(calm), sim=calm)
    assert (result.status, result.out) == (1, "")
    assert "the record does not exist" in result.err


def test_a_school_that_hides_excuses_says_so(cli: Cli, sim: Simulator) -> None:
    sim.fail("Justifications", status=403, times=None)
    result = cli("justifications", "list", "--child", first(sim), sim=sim)
    assert (result.status, result.out) == (1, "")
    assert "does not let this account read this" in result.err


def meeting(days: int, **more: Any) -> dict[str, Any]:
    return {"Id": 1, "Date": str(today() + timedelta(days=days)), **more}


def test_meetings_are_parted_at_today(cli: Cli, sim: Simulator) -> None:
    teacher = next(row for row in as_sent(sim, "Users", {})["Users"] if row["FirstName"])
    sent = [
        meeting(-5, Name="Zebranie", Topic="Zebranie", Time="17:00:00"),
        meeting(-4, Topic="Wywiadówka", Time="00:00:00"),
        meeting(9, Name="Zebranie", Topic="Wybory trójki klasowej", Teacher={"Id": teacher["Id"]}),
        meeting(0, Time="17:30:00"),
        {"Id": 2, "Name": "Kiedyś"},
    ]
    sim.fail("ParentTeacherConferences", body={"ParentTeacherConferences": sent}, times=None)
    coming, past = show(cli, sim, "justifications", "conferences").split("\nPast\n")
    name = f"{teacher['FirstName']} {teacher['LastName']}"

    def day(days: int) -> str:
        return short_day(today() + timedelta(days=days))

    assert rows(coming)[4:] == [
        f"today {today():%d.%m} 17:30 — —",
        f"{day(9)} Zebranie: Wybory trójki klasowej {name}",
        "— Kiedyś —",
    ]
    assert rows(past)[3:] == [f"{day(-4)} Wywiadówka —", f"{day(-5)} 17:00 Zebranie —"]


def test_the_clock_of_the_server(cli: Cli, sim: Simulator) -> None:
    sim.fail("SystemData", body={"Date": "2026-09-14", "Time": "07:05:09"}, times=None)
    out = show(cli, sim, "justifications", "system-data")
    assert rows(out)[2].startswith("date pon. 14.09.2026")
    assert rows(out)[3] == "time in Poland 07:05:09"


@pytest.mark.parametrize(
    ("argv", "path", "wrapper", "said"),
    [
        (["justifications", "list"], "Justifications", "Justifications", "There are none."),
        (
            ["justifications", "conferences"],
            "ParentTeacherConferences",
            "ParentTeacherConferences",
            "There are none.",
        ),
        (["attendance", "types"], "Attendances/Types", "Types", "The school has entered none."),
    ],
)
def test_an_empty_list_is_said_in_words(
    cli: Cli, sim: Simulator, argv: list[str], path: str, wrapper: str, said: str
) -> None:
    sim.fail(path, body={wrapper: []}, times=None)
    assert show(cli, sim, *argv).splitlines()[2:] == [f"  {said}"]


def test_kinds_of_attendance_are_in_the_order_of_the_register(cli: Cli, sim: Simulator) -> None:
    sent = [
        {"Id": 100, "Name": "Obecność", "Short": "ob", "IsPresenceKind": True, "Order": 100},
        {"Id": 1, "Name": "Nieobecność", "Short": "nb", "IsPresenceKind": False, "Order": 1},
        {"Id": 9, "Name": "Wycieczka", "Short": "wc", "IsPresenceKind": True, "Order": 50},
        {"Id": 8},
        {"Name": "Coś"},
    ]
    sim.fail("Attendances/Types", body={"Types": sent}, times=None)
    assert rows(show(cli, sim, "attendance", "types"))[4:] == [
        "absent Nieobecność nb no",
        "Wycieczka Wycieczka wc yes",
        "present Obecność ob yes",
        "#8 — — —",
        "— Coś — —",
    ]
