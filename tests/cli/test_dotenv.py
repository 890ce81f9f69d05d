from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.cli._dotenv import merged_environment, parse_dotenv
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, first


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b", "b"),
        ("A=", ""),
        ("A =  b  ", "b"),
        ("export A=b", "b"),
        ("\texport\tA=b", "b"),
        ("A=b c", "b c"),
        ("A=b # a comment", "b"),
        ("A=b#no-comment", "b#no-comment"),
        ("A= # a comment", ""),
        ("A=#x", ""),
        ("A='#x'", "#x"),
        ("A=''", ""),
        ("A='b # c'  # a comment", "b # c"),
        (r"A='b\n'", r"b\n"),
        (r'A="b\n\"c\" \\ \$D \x"', 'b\n"c" \\ $D \\x'),
        ("A=$B", "$B"),
        ("A=b=c", "b=c"),
        ("A=Zażółć&+%=", "Zażółć&+%="),
        ("A=b'c", "b'c"),
    ],
)
def test_a_value(line: str, value: str) -> None:
    assert parse_dotenv(line) == {"A": value}


def test_empty_lines_comments_windows_line_ends_and_a_byte_order_mark() -> None:
    assert parse_dotenv("\ufeffA=1\r\n\r\n  # A=2\r\nB=3\r\nA=4\r\n") == {"A": "4", "B": "3"}


@pytest.mark.parametrize(
    "line",
    ["hunter2", "A hunter2", "1A=hunter2", "A='hunter2", 'A="hunter2', "A='hunter2'x", 'A="x" hunter2'],
)
def test_an_unreadable_line_is_named_by_its_number_and_never_shown(line: str) -> None:
    with pytest.raises(LibrusConfigurationError) as caught:
        parse_dotenv(f"OK=1\n# comment\n{line}\n")
    assert "Line 3 of .env" in caught.value.message
    assert "hunter2" not in repr(caught.value)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="'\n\r")))
def test_any_text_in_single_quotes_stands_as_it_is(value: str) -> None:
    # The line itself is trimmed, so quotes are what keeps white space.
    assert parse_dotenv(f"A='{value}'") == {"A": value}


@given(st.text())
def test_any_file_is_read_or_refused(text: str) -> None:
    try:
        values = parse_dotenv(text)
    except LibrusConfigurationError:
        return
    lines = [line for line in text.split("\n") if "=" in line]
    assert len(values) <= len(lines)


def test_a_missing_file_and_a_folder_of_that_name_are_no_error(tmp_path: Path) -> None:
    assert merged_environment({"A": "1"}, tmp_path) == {"A": "1"}
    (tmp_path / ".env").mkdir()
    assert merged_environment({"A": "1"}, tmp_path) == {"A": "1"}


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe\n")
    with pytest.raises(LibrusConfigurationError, match="not UTF-8"):
        merged_environment({}, tmp_path)


def test_variables_of_the_process_win_even_when_empty(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=file\nB=file\nC=file\n", encoding="utf-8")
    assert merged_environment({"A": "process", "B": ""}, tmp_path) == {"A": "process", "B": "", "C": "file"}


def test_the_command_line_reads_the_file_in_the_current_folder(cli: Cli, calm: Simulator) -> None:
    lines = [f"export {name}='{value}'" for name, value in calm.environ().items()]
    Path(".env").write_text("\n".join([*lines, f"LIBRUS_CHILD={first(calm)}"]), encoding="utf-8")
    assert cli("me", "--format", "json").json["child"]["id"] == int(first(calm))
    second = calm.children[1].id
    assert cli("me", "--format", "json", env={"LIBRUS_CHILD": second}).json["child"]["id"] == int(second)


def test_an_empty_variable_of_the_process_hides_the_one_in_the_file(cli: Cli) -> None:
    Path(".env").write_text("LIBRUS_PORTAL_EMAIL=a@b.pl\nLIBRUS_PORTAL_PASSWORD=x\n", encoding="utf-8")
    result = cli("me", "--format=json", env={"LIBRUS_PORTAL_PASSWORD": ""})
    assert result.error["code"] == "CONFIGURATION_ERROR"
    assert "LIBRUS_PORTAL_PASSWORD is empty" in result.error["message"]


def test_an_unreadable_line_ends_the_run(cli: Cli) -> None:
    Path(".env").write_text("# mine\nLIBRUS_PORTAL_PASSWORD hunter2\n", encoding="utf-8")
    result = cli("me", "--format=json")
    assert (result.status, result.out) == (1, "")
    assert result.error["code"] == "CONFIGURATION_ERROR"
    assert "Line 2" in result.error["message"]
    assert "hunter2" not in result.err
