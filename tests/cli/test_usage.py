"""How a command line that cannot be read is complained about: the hints, and the sentences."""

from __future__ import annotations

import re

import pytest
from click import NoSuchOption

from librus_sdk.cli._failures import usage_error
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli
from tests.cli.reads import every_read


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["grades", "--child", "1"], "'--child' here; try: librus grades list --child ID-OR-LOGIN."),
        (["grades", "--child=1", "averages"], "try: librus grades averages --child ID-OR-LOGIN."),
        (["--child", "1", "homework", "list"], "try: librus homework list --child ID-OR-LOGIN."),
        (["--child", "1"], "try: librus overview --child ID-OR-LOGIN."),
        (["--format", "text", "children"], "try: librus children list --format [text|json]."),
        (["timetable", "--day", "2026-09-14", "day"], "try: librus timetable day --day YYYY-MM-DD."),
    ],
)
def test_an_option_before_its_command_is_shown_in_its_place(cli: Cli, argv: list[str], said: str) -> None:
    message = " ".join(cli(*argv, env={"COLUMNS": "300"}).err.split())
    assert said in message
    assert "Did you mean" not in message


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["demo", "--child", "1"], "--child'?\\. See librus demo --help\\.$"),
        (["--child", "1", "demo"], "--child'?\\. See librus --help\\.$"),
        (["grades", "--chld", "1"], "--chld'?\\. See librus grades --help\\.$"),
        (["me", "--chi", "1"], "--chi'?\\. Did you mean '--child'\\? See librus me --help\\.$"),
        (["me", "--chlid", "1"], "--chlid'?\\. Did you mean '--child'\\? See librus me --help\\.$"),
        (
            ["simulator", "--verbos"],
            "--verbos'?\\. Did you mean '--verbose'\\? See librus simulator --help\\.$",
        ),
        (["me", "--child"], "'--child' requires an argument\\. See librus me --help\\.$"),
        (["grades", "list", "--format"], "an argument\\. See librus grades list --help\\.$"),
        (["grades"], "text\\. See librus grades --help\\.$"),
    ],
)
def test_a_complaint_names_its_command_and_ends_once(cli: Cli, argv: list[str], said: str) -> None:
    message = " ".join(cli(*argv, env={"COLUMNS": "300"}).err.split())
    assert re.search(said, message), message
    assert not re.search(r"[.?!)][.?!)]", message)
    assert not re.search(r"mean.*--help.*\? ", message)


def test_several_guesses_are_told_in_one_sentence() -> None:
    said = usage_error(NoSuchOption("--da", possibilities=["--day", "--days", "--help"])).message
    assert re.search(r"--da'?\. Did you mean '--day' or '--days'\? See librus --help\.$", said)


def test_the_help_says_what_the_json_is(cli: Cli, calm: Simulator) -> None:
    for argv in every_read(calm):
        said = " ".join(cli(*argv[:2], "--help").out.split())
        assert '{"child": ..., "data": ...}, the data as Librus sent it.' in said, argv
    assert '"child"' not in cli("children", "list", "--help").out
