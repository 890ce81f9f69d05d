"""Completion: the scripts, what they ask, and a real shell that uses them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Result

BASH = shutil.which("bash")


def ask(cli: Cli, line: str, word: int, shell: str = "bash") -> Result:
    """Ask as the script of a shell does: the line so far, and which word of it is being typed."""
    env = {"_LIBRUS_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": str(word)}
    return cli(env=env)


def offered(result: Result) -> list[str]:
    assert (result.status, result.err) == (0, "")
    return [line.removeprefix("plain,") for line in result.out.split()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(cli: Cli, shell: str) -> None:
    result = cli("completion", shell)
    assert (result.status, result.err) == (0, "")
    assert f"_LIBRUS_COMPLETE={shell}_complete" in result.out
    assert "_librus_completion" in result.out
    assert "%(" not in result.out
    # The one that click prints when asked in its own way.
    assert cli(env={"_LIBRUS_COMPLETE": f"{shell}_source"}).out.strip() == result.out.strip()


def test_a_shell_nobody_knows(cli: Cli) -> None:
    assert "bash, fish, zsh" in " ".join(cli("completion").err.split())
    result = cli("completion", "tcsh")
    assert (result.status, result.out) == (1, "")
    assert "No such command 'tcsh'" in result.err


@pytest.mark.parametrize(
    ("line", "word", "expected"),
    [
        ("librus gra", 1, ["grades"]),
        ("librus grades ", 2, ["averages", "categories", "list"]),
        ("librus grades a", 2, ["averages"]),
        ("librus grades list --f", 3, ["--format"]),
        ("librus grades list --format ", 4, ["text", "json"]),
        ("librus grades list --format j", 4, ["json"]),
        ("librus timetable week --week-start not-a-day --c", 5, ["--child"]),
        ("librus nothing x", 2, []),
        ("librus --verbose me --for", 3, ["--format"]),
        ("librus me --child 'unfinished", 3, []),
    ],
)
def test_what_could_come_next(cli: Cli, line: str, word: int, expected: list[str]) -> None:
    found = offered(ask(cli, line, word))
    if line == "librus grades ":
        assert set(expected) <= set(found)
    else:
        assert found == expected


def test_the_help_stands_beside_the_names_where_the_shell_shows_it(cli: Cli) -> None:
    assert ask(cli, "librus completion z", 2, "zsh").out == "plain\nzsh\nPrint the script for zsh.\n"
    result = cli(env={"_LIBRUS_COMPLETE": "fish_complete", "COMP_WORDS": "librus comp", "COMP_CWORD": "comp"})
    assert result.out.startswith("plain,completion\tScripts that make a shell complete")


@pytest.mark.parametrize(
    "env",
    [
        {"_LIBRUS_COMPLETE": "bash_complete"},
        {"_LIBRUS_COMPLETE": "bash_complete", "COMP_WORDS": "librus gra", "COMP_CWORD": "x"},
        {"_LIBRUS_COMPLETE": "fish_complete", "COMP_WORDS": "librus gra", "COMP_CWORD": " "},
        {"_LIBRUS_COMPLETE": "tcsh_complete"},
        {"_LIBRUS_COMPLETE": "nonsense"},
    ],
)
def test_a_question_that_makes_no_sense_gets_no_answer(cli: Cli, env: dict[str, str]) -> None:
    assert cli(env=env) == Result(1, "", "")


def test_no_question_is_an_ordinary_run(cli: Cli) -> None:
    assert cli(env={"_LIBRUS_COMPLETE": ""}).out.startswith("Usage: librus")


def in_bash(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    assert BASH is not None
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        [BASH, "--norc", "--noprofile", "-c", script],
        env={**os.environ, "PATH": path},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


# Does what bash does when Tab is pressed: it sets the words and calls the function the script has registered.
PRESS_TAB = """
set -e
eval "$(librus completion bash)"
function="$(complete -p librus | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
press_tab() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    "$function" librus "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    echo "${COMPREPLY[*]}"
}
press_tab librus gra
press_tab librus timetable ""
press_tab librus grades list --format ""
"""


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
def test_bash_completes(tmp_path: Path) -> None:
    done = in_bash(PRESS_TAB, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third = done.stdout.splitlines()
    assert first == "grades"
    assert {"week", "day"} <= set(second.split())
    assert third == "text json"


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
def test_the_script_is_registered_for_librus_and_fits_bash(tmp_path: Path) -> None:
    done = in_bash(
        'librus completion bash | bash -n && eval "$(librus completion bash)" && complete -p', tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "complete -o nosort -F _librus_completion librus" in done.stdout
