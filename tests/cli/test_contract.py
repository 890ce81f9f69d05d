"""Exit statuses, errors, formats, secrets: what programs rely on."""

from __future__ import annotations

import re
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from librus_sdk import LibrusCredentialsError, LibrusSession, PortalCredentials
from librus_sdk._version import __version__
from librus_sdk.cli import _invocation
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Result, first, monday
from tests.cli.reads import READS, every_read

NOUNS = ["children", *sorted({read.name.split()[0] for read in READS if " " in read.name})]


def refused(result: Result, code: str) -> dict[str, Any]:
    """Check what holds for every failure told as JSON, and return the error."""
    assert (result.status, result.out) == (1, "")
    error = result.error
    assert error["code"] == code
    assert set(error) <= {"code", "message", "details"}
    return error


# --- without a request ------------------------------------------------------------------------------------


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"], ["--verbose"]])
def test_the_root_help(cli: Cli, argv: list[str]) -> None:
    result = cli(*argv)
    assert (result.status, result.err) == (0, "")
    for name in [*NOUNS, "me", "demo", "simulator"]:
        assert f"  {name} " in result.out


@pytest.mark.parametrize("argv", [["--version"], ["--verbose", "--version"]])
def test_the_version(cli: Cli, argv: list[str]) -> None:
    assert cli(*argv) == Result(0, f"librus {__version__}\n", "")


def test_every_command_has_its_help_and_needs_no_settings(cli: Cli, calm: Simulator) -> None:
    Path(".env").write_text("unreadable\n", encoding="utf-8")
    for argv in [
        *every_read(calm),
        ["children", "list"],
        ["demo"],
        ["simulator"],
        *([noun] for noun in NOUNS),
    ]:
        result = cli(*argv[:2], "--help", env={"LIBRUS_LOG_LEVEL": "loud"})
        assert (result.status, result.err) == (0, ""), argv
        assert f"Usage: librus {' '.join(argv[:2])}" in result.out
        assert "--verbose" in result.out


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_without_a_command(cli: Cli, noun: str) -> None:
    result = cli(noun)
    assert (result.status, result.out) == (1, "")
    assert re.search(
        r"Error\n\n +code +CLI_USAGE_ERROR\n +message +A command is missing; there are: ", result.err
    )


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["nothing"], "No such command 'nothing'"),
        (["grades", "nothing"], "No such command 'nothing'"),
        (["grades", "list", "--chlid", "1"], "No such option '--chlid'|No such option: --chlid"),
        (["grades", "list", "--child"], "requires an argument"),
        (["children", "list", "--child", "1"], "No such option"),
        (
            ["timetable", "day", "--day", "14.09.2026"],
            r"'--day': Expected a day as YYYY-MM-DD, for example \d{4}-",
        ),
        (["timetable", "day", "--day", "20260914"], "Expected a day as YYYY-MM-DD"),
        (["timetable", "day", "--day", "2026-W38-1"], "Expected a day as YYYY-MM-DD"),
        (["timetable", "day", "--day", "2026-02-30"], "'--day': There is no such day in the calendar."),
        (["timetable", "day", "--day", "0000-01-01"], "'--day': There is no such day in the calendar."),
        (["timetable", "week", "--week-start", "2026-11-31"], "There is no such day in the calendar."),
        (["lucky-number", "get", "--for-day", "today"], "'--for-day': Expected a day as YYYY-MM-DD"),
        (["timetable", "week", "--week-start", "2026-09-16"], "is a Wednesday; .* here 2026-09-14"),
        (["simulator", "--port", "x"], "'x' is not a valid"),
        (["simulator", "--children", "99"], "99 is not in the range 1<=x<=8"),
    ],
)
@pytest.mark.parametrize("form", [["--format", "json"], ["--format=json"]])
def test_a_command_line_that_cannot_be_read(cli: Cli, argv: list[str], said: str, form: list[str]) -> None:
    error = refused(cli(*argv[:2], *form, *argv[2:]) if argv[1:] else cli(*argv, *form), "CLI_USAGE_ERROR")
    if argv[0] != "simulator":  # which has no --format, and says so
        assert re.search(said, error["message"])
    assert re.search(r"See librus.* --help\.$", error["message"])
    text = cli(*argv)
    assert (text.status, text.out) == (1, "")
    assert text.err.startswith("Error\n\n  code     CLI_USAGE_ERROR\n  message  ")
    assert re.search(said, re.sub(r"\n +", " ", text.err))


def test_a_format_nobody_knows_is_refused_in_text(cli: Cli) -> None:
    result = cli("me", "--format", "xml")
    assert (result.status, result.out) == (1, "")
    assert "CLI_USAGE_ERROR" in result.err
    assert "'text', 'json'" in result.err


def test_an_argument_too_many_is_refused_unquoted(cli: Cli) -> None:
    result = cli("me", "hunter2", "--format=json")
    refused(result, "CLI_USAGE_ERROR")
    assert "hunter2" not in result.err


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({}, ["LIBRUS_PORTAL_EMAIL is unset", "LIBRUS_PORTAL_PASSWORD is unset"]),
        ({"LIBRUS_PORTAL_EMAIL": "", "LIBRUS_PORTAL_PASSWORD": "x"}, ["LIBRUS_PORTAL_EMAIL is empty"]),
        ({"LIBRUS_PORTAL_EMAIL": "1234567", "LIBRUS_PORTAL_PASSWORD": "x"}, ["LIBRUS_GATEWAY_LOGIN"]),
        ({"LIBRUS_API_BACKEND": "x"}, ["LIBRUS_API_BACKEND"]),
        ({"LIBRUS_LOG_LEVEL": ""}, ["LIBRUS_LOG_LEVEL"]),
        ({"LIBRUS_LOG_LEVEL": "loud"}, ["debug, info, warn or error"]),
        ({"LIBRUS_TIMEOUT_MS": "1s"}, ["LIBRUS_TIMEOUT_MS"]),
        ({"LIBRUS_API_URL": "http://librus.example"}, ["LIBRUS_API_URL", "plain http"]),
    ],
)
def test_settings_that_are_missing_or_wrong(cli: Cli, env: dict[str, str], named: list[str]) -> None:
    if "LIBRUS_PORTAL_EMAIL" not in env and env:
        env = {"LIBRUS_PORTAL_EMAIL": "a@b.pl", "LIBRUS_PORTAL_PASSWORD": "x", **env}
    error = refused(cli("me", "--format=json", env=env), "CONFIGURATION_ERROR")
    for name in named:
        assert name in error["message"]


def test_a_legacy_name_is_told_of(cli: Cli, calm: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("librus_sdk.errors._warned", set())
    env = calm.environ()
    env["LIBRUS_EMAIL"] = env.pop("LIBRUS_PORTAL_EMAIL")
    result = cli("children", "list", env=env)
    assert result.status == 0
    assert result.err.startswith("Note: LIBRUS_EMAIL_ENV_DEPRECATED: ")
    assert result.err.count("\n") == 1
    assert env["LIBRUS_EMAIL"] not in result.err


# --- with requests ----------------------------------------------------------------------------------------


def test_an_unknown_child(cli: Cli, calm: Simulator) -> None:
    error = refused(cli("me", "--child", "7", "--format=json", sim=calm), "CHILD_NOT_FOUND")
    assert error["message"].endswith("run: librus children list.")
    assert "librus children list" in " ".join(cli("me", "--child", "7", sim=calm).err.split())
    assert all(child.id in error["message"] for child in calm.children)
    assert not any(
        child.name in error["message"] or child.login in error["message"] for child in calm.children
    )


def test_a_login_that_two_children_have(cli: Cli, sim: Simulator) -> None:
    accounts = [
        {
            "id": number, "accountIdentifier": "x", "group": "parent", "login": "1u", "state": "active",
            "studentName": "Ala Kot", "accessToken": "t" * 20,
        }
        for number in (1, 2)
    ]  # fmt: skip
    sim.fail("accounts", body={"accounts": accounts}, times=None)
    error = refused(cli("me", "--child", "1u", "--format=json", sim=sim), "AMBIGUOUS_CHILD")
    assert [match["id"] for match in error["details"]["matches"]] == ["1", "2"]
    told = " ".join(cli("me", "--child", "1u", sim=sim, env={"COLUMNS": "200"}).err.split())
    assert "use the id. details matches: id 1, login 1u, group parent, state active id 2, login 1u" in told


@pytest.mark.parametrize("env", [{}, {"LIBRUS_CHILD": ""}])
def test_no_child_chosen(cli: Cli, calm: Simulator, env: dict[str, str]) -> None:
    error = refused(cli("me", "--format=json", sim=calm, env=env), "CHILD_REQUIRED")
    assert all(child.id in error["message"] for child in calm.children)
    assert error["message"].endswith("To see whose they are, run: librus children list.")


def test_no_child_chosen_and_no_list_of_them(cli: Cli, sim: Simulator) -> None:
    sim.fail("accounts", status=500, times=None, retry_after=0)
    error = refused(cli("me", "--format=json", sim=sim), "API_REQUEST_FAILED")
    assert error["details"]["status"] == 500


def test_no_child_chosen_and_no_sign_in(cli: Cli, sim: Simulator) -> None:
    refused(
        cli("me", "--format=json", sim=sim, env={"LIBRUS_PORTAL_PASSWORD": "hunter2"}),
        "AUTHENTICATION_FAILED",
    )
    assert sim.counts["login"] == 1


def test_no_child_chosen_and_nobody_answers(cli: Cli, calm: Simulator) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and nobody listens
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        refused(cli("me", "--format=json", sim=calm, env={"LIBRUS_PORTAL_URL": url}), "NETWORK_ERROR")


def test_no_child_chosen_and_none_linked(cli: Cli, sim: Simulator) -> None:
    for child in sim.children:
        sim.remove(child.id)
    error = refused(cli("me", "--format=json", sim=sim), "CHILD_REQUIRED")
    assert error["message"].endswith("Ids of the linked children: none.")


def test_a_wrong_password(cli: Cli, sim: Simulator) -> None:
    env = {"LIBRUS_PORTAL_PASSWORD": "hunter2"}
    result = cli("children", "list", "--format=json", sim=sim, env=env)
    error = refused(result, "AUTHENTICATION_FAILED")
    assert "hunter2" not in result.err
    assert sim.counts["login"] == 1
    text = cli("children", "list", sim=sim, env=env)
    for message in (error["message"], " ".join(text.err.split())):
        assert "The next command sends it again: do not run one before" in message
        assert message.endswith("a captcha after a few failures.")


def test_the_advice_is_for_those_who_use_commands_only(sim: Simulator) -> None:
    sim.change_password()
    stale = PortalCredentials(sim.environ()["LIBRUS_PORTAL_EMAIL"], "hunter2")
    with LibrusSession(stale, hosts=sim.hosts) as session, pytest.raises(LibrusCredentialsError) as caught:
        session.list_children()
    assert "Every run" not in caught.value.message


def test_nobody_answers(cli: Cli, calm: Simulator) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and nobody listens
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        result = cli("children", "list", "--format=json", sim=calm, env={"LIBRUS_PORTAL_URL": url})
    error = refused(result, "NETWORK_ERROR")
    assert set(error["details"]) == {"endpoint", "reason"}


def test_an_answer_that_takes_too_long(cli: Cli, sim: Simulator) -> None:
    sim.hold("Grades")
    env = {"LIBRUS_TIMEOUT_MS": "300", "LIBRUS_CHILD": first(sim)}
    error = refused(cli("grades", "list", "--format=json", sim=sim, env=env), "NETWORK_TIMEOUT")
    assert error["details"] == {"endpoint": f"{sim.hosts.api}/Grades", "timeout_ms": 300}


def child_read_fails(cli: Cli, sim: Simulator, code: str) -> dict[str, Any]:
    """Check that the read fails alike in both formats, and return the error."""
    error = refused(cli("grades", "list", "--child", first(sim), "--format=json", sim=sim), code)
    text = cli("grades", "list", "--child", first(sim), sim=sim)
    assert (text.status, text.out) == (1, "")
    assert text.err.startswith(f"Error\n\n  code     {code}\n  message  ")
    for key in error["details"]:
        assert f"{key}: " in text.err
    return error


def test_maintenance(cli: Cli, sim: Simulator) -> None:
    sim.fail("Grades", maintenance=True, times=None, retry_after=0)
    error = child_read_fails(cli, sim, "SERVICE_MAINTENANCE")
    assert error["details"]["status"] == 503


def test_a_module_that_is_off(cli: Cli, sim: Simulator) -> None:
    sim.fail("Grades", body={"Status": "Disabled"}, times=None)
    child_read_fails(cli, sim, "FEATURE_UNAVAILABLE")


def test_what_the_account_may_not_read(cli: Cli, sim: Simulator) -> None:
    sim.deny_scope("Grades")
    child_read_fails(cli, sim, "API_REQUEST_FAILED")
    assert sim.counts["fresh"] == 0


@pytest.mark.parametrize("spoilt", [{"html": True}, {"truncate": True}])
def test_an_answer_that_is_no_data(cli: Cli, sim: Simulator, spoilt: dict[str, Any]) -> None:
    sim.fail("Grades", times=None, **spoilt)
    error = child_read_fails(cli, sim, "RESPONSE_VALIDATION_FAILED")
    assert set(error["details"]) == {"endpoint", "issues"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_unexpected_exception_is_named_by_its_kind_only(
    cli: Cli, calm: Simulator, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("hunter2")

    monkeypatch.setattr(_invocation.Invocation, "dump", broken)
    monkeypatch.setattr(_invocation.Invocation, "show", broken)
    result = cli("me", "--child", first(calm), "--format", form, sim=calm)
    assert (result.status, result.out) == (1, "")
    assert "INTERNAL_ERROR" in result.err
    assert "ZeroDivisionError" in result.err
    assert "hunter2" not in result.err
    assert "Traceback" not in result.err


# --- the promise ------------------------------------------------------------------------------------------


def test_a_token_that_expires_in_the_middle_stays_unseen(cli: Cli, sim: Simulator) -> None:
    gate = sim.hold("Grades", times=1)
    ended: list[Result] = []
    run = threading.Thread(target=lambda: ended.append(cli("grades", "list", "--child", first(sim), sim=sim)))
    run.start()
    gate.wait_arrived()
    sim.expire_child_tokens()
    sim.expire_portal_session()
    gate.release()
    run.join(20)
    assert [(result.status, result.err) for result in ended] == [(0, "")]
    assert "Język polski" in ended[0].out
    assert [request.status for request in sim.requests if request.endpoint == "Grades"] == [401, 200]
    assert sim.counts["login"] == 2


# --- diagnostics and secrets ------------------------------------------------------------------------------

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARN|ERROR) [a-z_.]+"
    r'( [a-z_]+=("[^"]*"|\d+|true|false))*'
)


@pytest.mark.parametrize("where", [0, 1, 2])
def test_verbose_anywhere_tells_what_is_asked(cli: Cli, calm: Simulator, where: int) -> None:
    argv = ["grades", "categories"]
    argv.insert(where, "--verbose")
    # Said by the option, whatever the variable holds.
    env = {"LIBRUS_CHILD": first(calm), "LIBRUS_LOG_LEVEL": "nonsense"}
    result = cli(*argv, sim=calm, env=env)
    assert result.status == 0
    lines = result.err.splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert any(" DEBUG synergia.request.start " in line for line in lines)
    assert any(" INFO synergia.request.success " in line and "/Grades/Categories" in line for line in lines)
    # As much is told as any other hook is told.
    asked = [line for line in lines if " synergia.request." in line]
    assert all(line.count(f" {name}=") == 1 for line in asked for name in ("endpoint", "path", "span"))
    for url in (
        f"{calm.hosts.portal}/konto-librus/login/action",
        f"{calm.hosts.portal}/api/v3/SynergiaAccounts",
    ):
        assert any(f'endpoint="{url}"' in line for line in asked)


@pytest.mark.parametrize(
    ("level", "levels"),
    [
        (" Debug ", {"DEBUG", "INFO", "ERROR"}),
        ("INFO", {"INFO", "ERROR"}),
        ("warn", {"ERROR"}),
        ("error", {"ERROR"}),
    ],
)
def test_the_level_is_a_variable(cli: Cli, sim: Simulator, level: str, levels: set[str]) -> None:
    sim.fail("Me", status=404)
    result = cli("me", sim=sim, env={"LIBRUS_CHILD": first(sim), "LIBRUS_LOG_LEVEL": level})
    assert {line.split()[1] for line in result.err.splitlines() if LINE.fullmatch(line)} == levels


def test_no_secret_is_shown_by_any_command_however_talkative(cli: Cli, sim: Simulator) -> None:
    sim.fail("Me", status=500, times=None, retry_after=0)
    logins = {child.login for child in sim.children}
    for argv in [["children", "list"], *every_read(sim), ["me", "--child", "nobody"]]:
        child = [] if argv[0] == "children" or "--child" in argv else ["--child", first(sim)]
        for form in ("text", "json"):
            sim.expire_child_tokens()
            result = cli(*argv, *child, "--format", form, "--verbose", sim=sim)
            # As JSON the child comes with its login; nobody else's secrets do.
            shown = sim.secrets() - logins if form == "json" else sim.secrets()
            assert not [secret for secret in shown if secret in result.out], argv
            assert not [secret for secret in sim.secrets() if secret in result.err], argv
            assert not [name for name in sim.personal() if name in result.err], argv
            assert "Bearer" not in result.out + result.err


def test_a_password_with_everything_in_it_signs_in(cli: Cli, sim: Simulator) -> None:
    sim.change_password()
    assert cli("timetable", "day", "--day", monday(sim), "--child", first(sim), sim=sim).status == 0


# --- in the words of the command that was run -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "path", "shown_by"),
    [("messages get", "Messages/{id}", "messages list"), ("notes get", "Notes/{id}", "notes list")],
)
def test_an_id_nobody_knows_or_takes_is_told_with_the_command_that_shows_ids(
    cli: Cli, sim: Simulator, name: str, path: str, shown_by: str
) -> None:
    argv = [*name.split(), "--id", "1", "--child", first(sim), "--format", "json"]
    unknown = cli(*argv, sim=sim).error
    assert unknown["details"]["status"] == 404
    assert unknown["message"].endswith(
        f"--id names nothing known here; librus {shown_by} shows the ids there are."
    )
    sim.fail(path, status=400, times=1)
    assert cli(*argv, sim=sim).error["message"] == (
        "Librus did not accept the id that --id gives (status 400); "
        f"librus {shown_by} shows the ids there are."
    )
    sim.fail(path, status=500, times=None)
    assert "--id" not in cli(*argv, sim=sim).error["message"]


def test_a_module_that_is_off_is_told_with_the_command_that_asked(cli: Cli, sim: Simulator) -> None:
    sim.fail("Grades/Averages", status=403, body={"Code": "GradesIsNotActive"}, times=None)
    error = cli("grades", "averages", "--child", first(sim), "--format", "json", sim=sim).error
    assert error["code"] == "FEATURE_UNAVAILABLE"
    assert error["message"] == (
        "The school has switched this module off. Until that changes, librus grades averages has nothing to "
        "work with: ask again another day."
    )


def test_a_timetable_that_is_not_published_says_what_to_do(cli: Cli, sim: Simulator) -> None:
    sim.hide_timetable(first(sim))
    error = cli("timetable", "week", "--child", first(sim), "--format", "json", sim=sim).error
    assert error["code"] == "FEATURE_UNAVAILABLE"
    assert error["message"] == (
        "The school has not published this timetable yet. Until that changes, librus timetable week has "
        "nothing to work with: ask again another day."
    )
