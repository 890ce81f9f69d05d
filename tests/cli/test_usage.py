"""How a command line that cannot be read is complained about: the hints, and the sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import click
import pytest
from click import NoSuchOption

from librus_sdk.cli._failures import usage_error
from librus_sdk.cli._guesses import WORDS, guesses
from librus_sdk.cli.app import root
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli
from tests.cli.reads import GATEWAY_READS, every_read

DOWNLOADS: Final = (
    ("homework", "attachment"),
    ("lessons", "planned-attachment"),
    ("messages", "attachment"),
    ("auth", "photo"),
)
SCHOOL_DOWNLOADS: Final = (("school", "file"),)

VERBS: Final = frozenset(
    {
        "Acknowledge",
        "Answer",
        "List",
        "Mark",
        "Print",
        "Register",
        "Remove",
        "Run",
        "Save",
        "Send",
        "Show",
        "Sign",
        "Take",
    }
)


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


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        (["grade", "list"], "grades"),
        (["message", "list"], "messages"),
        (["timetabel", "week"], "timetable"),
        (["child", "list"], "children"),
        (["Grades"], "grades"),
        (["lucky_number"], "lucky-number"),
        (["oceny"], "grades list"),
        (["nieobecności"], "attendance list"),
        (["nieobecnosci"], "attendance list"),
        (["frekwencja"], "attendance list"),
        (["plan", "lekcji"], "timetable week"),
        (["plan lekcji"], "timetable week"),
        (["wiadomości"], "messages list"),
        (["ogłoszenia"], "announcements list"),
        (["Szczęśliwy", "numerek"], "lucky-number get"),
        (["terminarz"], "homework list"),
        (["calendar"], "homework list"),
        (["absences"], "attendance list"),
        (["marks", "--child", "1"], "grades list"),
    ],
)
def test_a_command_that_does_not_exist_is_told_with_what_may_be_meant(
    cli: Cli, argv: list[str], meant: str
) -> None:
    error = cli(*argv, "--format", "json").error
    assert error["code"] == "CLI_USAGE_ERROR"
    said = f"No such command {argv[0]!r}. Did you mean {meant!r}? See librus --help."
    assert error["message"] == said


def test_what_comes_near_two_commands_names_both(cli: Cli) -> None:
    message = cli("log", "--format", "json").error["message"]
    assert message == "No such command 'log'. Did you mean 'login' or 'logout'? See librus --help."


def test_what_comes_near_nothing_gets_no_guess(cli: Cli) -> None:
    message = cli("xyzzy", "--format", "json").error["message"]
    assert message == "No such command 'xyzzy'. See librus --help."


def test_the_words_parents_use_lead_to_commands_that_exist() -> None:
    known = {" ".join(words) for words in commands(root)}
    words = [word for listed in WORDS.values() for word in listed.split()]
    assert WORDS.keys() <= known
    assert len(set(words)) == len(words)
    assert not known & set(words)
    for command, listed in WORDS.items():
        for word in listed.split():
            assert guesses(word, known) == [command]


def test_an_id_that_is_empty_is_asked_for_again(cli: Cli) -> None:
    message = " ".join(cli("notes", "get", "--id", " ", env={"COLUMNS": "300"}).err.split())
    assert "'--id': Expected an id, and it is empty. See librus notes get --help." in message


def test_a_format_behind_two_dashes_is_none(cli: Cli) -> None:
    result = cli("me", "--", "--format=json")
    assert (result.status, result.err.partition("\n")[0]) == (1, "Error")


def test_several_guesses_are_told_in_one_sentence() -> None:
    said = usage_error(NoSuchOption("--da", possibilities=["--day", "--days", "--help"])).message
    assert re.search(r"--da'?\. Did you mean '--day' or '--days'\? See librus --help\.$", said)


def test_the_help_says_what_the_json_is(cli: Cli, calm: Simulator) -> None:
    def said(*argv: str) -> str:
        return " ".join(cli(*argv, "--help").out.split())

    for argv in every_read(calm):
        assert '{"child": ..., "data": ...}, the data as Librus sent it.' in said(*argv[:2]), argv
    for read in GATEWAY_READS:
        assert 'for programs: {"data": ...}, the data as Librus sent it.' in said(*read.name.split())
    for words in SCHOOL_DOWNLOADS:
        assert 'for programs: {"data": ...}, the data about the file that was written.' in said(*words)
    for words in DOWNLOADS:
        assert '{"child": ..., "data": ...}, the data about the file that was written.' in said(*words), words
    assert '{"child": ..., "data": ...}, the data part by part' in said("overview")
    assert '"child"' not in said("children", "list")


def commands(group: click.Group) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        below = group.get_command(context, name)
        yield (name,)
        if isinstance(below, click.Group):
            yield from ((name, *rest) for rest in commands(below))


def test_every_help_is_a_sentence_with_a_verb_and_ids_are_found_by_a_command_that_exists() -> None:
    known = {" ".join(words) for words in commands(root)}
    for words in known:
        command = below(words)
        said = command.get_short_help_str(1000)
        assert said.endswith("."), words
        if not isinstance(command, click.Group):
            assert said.split()[0] in VERBS, words
        for option in (param for param in command.params if isinstance(param, click.Option)):
            assert option.help, (words, option.name)
            assert option.help.endswith("."), (words, option.name)
            if option.name in {"id", "after_id"}:
                shown_by = re.search(r"; librus ([a-z -]+?)( --format json)? shows it\.$", option.help)
                assert shown_by, words
                assert shown_by[1].partition(" --")[0] in known, words
    saving = {words for words in known if below(words).get_short_help_str().startswith("Save ")}
    assert saving == {" ".join(argv) for argv in (*DOWNLOADS, *SCHOOL_DOWNLOADS)}


def below(words: str) -> click.Command:
    command: click.Command = root
    for word in words.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    return command


def test_the_list_of_nouns_says_what_the_nouns_say_themselves(cli: Cli) -> None:
    listed = " ".join(cli("--help").out.split())
    for name in root.list_commands(click.Context(root)):
        assert f"{name} {below(name).get_short_help_str(1000)}" in listed


def test_lists_of_commands_cut_no_sentence_off(cli: Cli) -> None:
    for name in root.list_commands(click.Context(root)):
        assert "..." not in cli(name, "--help").out.partition("Commands:")[2]
