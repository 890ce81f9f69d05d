"""Which child a command is about: ``--child``, ``LIBRUS_CHILD``, or the only one there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from librus_sdk.simulator import Simulator
from tests.cli.conftest import SCHOOL_DAY, Cli, first

WHOSE: Final = "To see whose they are, run: librus children list."


@pytest.fixture
def single() -> Iterator[Simulator]:
    """A family with one child."""
    with Simulator(today=SCHOOL_DAY, children=1) as running:
        yield running


def ids(sim: Simulator) -> str:
    return f"Ids of the linked children: {', '.join(child.id for child in sim.children)}."


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("env", [{}, {"LIBRUS_CHILD": ""}], ids=["unset", "empty"])
def test_the_only_child_need_not_be_named(
    cli: Cli, single: Simulator, form: str, env: dict[str, str]
) -> None:
    argv = ("grades", "list", "--format", form)
    named = cli(*argv, "--child", first(single), sim=single)
    assert named.status == 0
    single.reset_counts()
    for _ in range(2):
        assert cli(*argv, sim=single, env=env) == named
    # What an earlier run has kept says how many there are.
    assert single.counts == {"Grades": 2}


def test_the_only_child_is_found_by_the_first_command_of_all(cli: Cli, single: Simulator) -> None:
    result = cli("overview", sim=single)
    assert (result.status, result.err) == (0, "")
    assert single.children[0].name in result.out
    assert single.counts["accounts"] == 1


def test_the_only_child_whose_link_is_broken_is_told_of_as_such(cli: Cli, single: Simulator) -> None:
    single.unlink(first(single))
    error = cli("me", "--format", "json", sim=single).error
    assert error["code"] == "ACCOUNT_ACTION_REQUIRED"


def test_a_child_beside_one_that_cannot_be_read_is_not_the_only_one(cli: Cli, sim: Simulator) -> None:
    row: dict[str, Any] = {
        "id": 1, "accountIdentifier": "x", "group": "parent", "login": "1u", "studentName": "Ala Kot",
        "accessToken": "t" * 20, "state": "active",
    }  # fmt: skip
    sim.fail("accounts", body={"accounts": [row, {"id": 2}]}, times=None)
    error = cli("me", "--format", "json", sim=sim).error
    assert error["code"] == "CHILD_REQUIRED"
    assert error["message"] == (
        "Which child? Give --child with an id or login, or set LIBRUS_CHILD. "
        f"Ids of the linked children: 1. {WHOSE}"
    )


@pytest.mark.parametrize(
    ("argv", "env", "named"),
    [
        (["--child", "Nina"], {}, "--child"),
        (["--child", "Nina"], {"LIBRUS_CHILD": "1"}, "--child"),
        ([], {"LIBRUS_CHILD": "1"}, "The variable LIBRUS_CHILD (environment or .env)"),
    ],
)
def test_a_child_that_is_not_linked_is_told_with_what_named_it(
    cli: Cli, sim: Simulator, argv: list[str], env: dict[str, str], named: str
) -> None:
    error = cli("me", *argv, "--format", "json", sim=sim, env=env).error
    assert error["code"] == "CHILD_NOT_FOUND"
    assert error["message"] == (
        f"{named} names no linked child: it takes an id or a login, not a name. {ids(sim)} {WHOSE}"
    )
    # The list is read once, and nothing of it but ids is told.
    assert sim.counts["accounts"] == 1
    assert not [child.name for child in sim.children if child.name in error["message"]]
    assert "Nina" not in error["message"]


@pytest.mark.parametrize(
    ("argv", "env", "named"),
    [
        (["--child", "1u"], {}, "--child"),
        ([], {"LIBRUS_CHILD": "1u"}, "The variable LIBRUS_CHILD (environment or .env)"),
    ],
)
def test_a_login_of_several_is_told_with_what_gave_it(
    cli: Cli, sim: Simulator, argv: list[str], env: dict[str, str], named: str
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": number, "accountIdentifier": "x", "group": "parent", "login": "1u", "state": "active",
            "studentName": "Ala Kot", "accessToken": "t" * 20,
        }
        for number in (1, 2)
    ]  # fmt: skip
    sim.fail("accounts", body={"accounts": rows}, times=None)
    error = cli("me", *argv, "--format", "json", sim=sim, env=env).error
    assert error["code"] == "AMBIGUOUS_CHILD"
    assert error["message"] == f"{named} gives a login that several linked children have; use the id."
    assert [match["id"] for match in error["details"]["matches"]] == ["1", "2"]


def test_no_child_at_all_is_told(cli: Cli, sim: Simulator) -> None:
    for child in sim.children:
        sim.remove(child.id)
    error = cli("me", "--child", "7", "--format", "json", sim=sim).error
    assert error["message"].endswith("not a name. Ids of the linked children: none.")
