"""Signing in once: ``librus login``, ``librus logout``, ``librus auth status``."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import pytest

from librus_sdk.cli._account import token_file, way_of
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.shells.token_file import TokenFile
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Result, first, spawn

ACCOUNT = ("LIBRUS_PORTAL_EMAIL", "LIBRUS_PORTAL_PASSWORD")


def hosts_of(sim: Simulator) -> dict[str, str]:
    """The variables that lead to the simulator, without an account."""
    return {name: value for name, value in sim.environ().items() if name not in ACCOUNT}


def email_of(sim: Simulator) -> str:
    return sim.environ()["LIBRUS_PORTAL_EMAIL"]


def password_of(sim: Simulator) -> str:
    return sim.environ()["LIBRUS_PORTAL_PASSWORD"]


def login(cli: Cli, sim: Simulator, *argv: str, password: str | None = None, **env: str) -> Result:
    """Run ``librus login`` with the password on standard input."""
    sent = password_of(sim) if password is None else password
    given = ["--email", email_of(sim), "--password-stdin", *argv]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(f"{sent}\n"))
        return cli("login", *given, env={**hosts_of(sim), **env})


def kept() -> Path:
    """Where the tests' tokens are."""
    return Path("state/librus-sdk/tokens.json").absolute()


def tokens() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kept().read_text(encoding="utf-8"))
    return found


def change(**values: Any) -> None:
    """Change what the file of tokens says."""
    kept().write_text(json.dumps({**tokens(), **values}), encoding="utf-8")


def me(cli: Cli, sim: Simulator, *argv: str, **env: str) -> Result:
    return cli("me", "--child", first(sim), *argv, env={**hosts_of(sim), **env})


def status(cli: Cli, env: Mapping[str, str] | None = None) -> Any:
    result = cli("auth", "status", "--format", "json", env=dict(env or {}))
    assert (result.status, result.err) == (0, "")
    return result.json


# --- signing in -------------------------------------------------------------------------------------------


def test_signing_in_keeps_tokens_that_only_their_owner_may_read(cli: Cli, sim: Simulator) -> None:
    result = login(cli, sim, COLUMNS="1000")
    assert (result.status, result.err) == (0, "")
    assert "children 3 tokens kept in" in " ".join(result.out.split())
    assert str(kept()) in result.out
    assert "From now on commands need no password." in result.out
    assert not [secret for secret in sim.secrets() if secret in result.out]
    if os.name == "posix":
        assert stat.S_IMODE(kept().stat().st_mode) == 0o600
        assert stat.S_IMODE(kept().parent.stat().st_mode) == 0o700
    written = kept().read_text(encoding="utf-8")
    assert password_of(sim) not in written
    assert email_of(sim) not in written
    assert [path.name for path in kept().parent.iterdir()] == [kept().name]


def test_signing_in_as_json(cli: Cli, sim: Simulator) -> None:
    result = login(cli, sim, "--format", "json")
    assert result == Result(0, result.out, "")
    assert result.json == {"tokens": str(kept()), "children": 3}


@pytest.mark.parametrize("right", [True, False])
def test_no_secret_is_shown_however_talkative(cli: Cli, sim: Simulator, right: bool) -> None:
    result = login(cli, sim, "--verbose", password=None if right else "not-the-password")
    assert result.status == (0 if right else 1)
    assert "portal.login.start" in result.err
    secrets = sim.secrets() | {"not-the-password"}
    assert not [secret for secret in secrets if secret in result.out + result.err]


def test_commands_afterwards_send_no_password(cli: Cli, sim: Simulator) -> None:
    login(cli, sim)
    sim.reset_counts()
    for _ in range(2):
        result = me(cli, sim)
        assert (result.status, result.err) == (0, "")
        assert sim.children[0].name in result.out
    asked = set(sim.counts)
    assert asked == {"accounts", "Me", "Classes"}


def test_the_variables_are_used_where_they_are_set(cli: Cli, sim: Simulator) -> None:
    result = cli("login", sim=sim)
    assert (result.status, result.err) == (0, "")
    assert kept().exists()
    assert "commands use those first" in " ".join(result.out.split())


@pytest.mark.parametrize("capital", [False, True])
def test_the_password_of_another_address_is_not_used(cli: Cli, sim: Simulator, capital: bool) -> None:
    address = email_of(sim).upper() if capital else "somebody@example.org"
    result = cli("login", "--email", address, "--format", "json", sim=sim)
    if capital:
        assert sim.counts["login"] == 1
        return
    assert result.error["message"].startswith("There is no terminal to ask on: give --password-stdin.")
    assert not sim.counts


def test_a_password_alone_in_the_variables_is_used(cli: Cli, sim: Simulator) -> None:
    env = {**hosts_of(sim), "LIBRUS_PORTAL_PASSWORD": password_of(sim)}
    assert cli("login", "--email", email_of(sim), env=env).status == 0


@pytest.mark.parametrize(("argv", "option"), [([], "--email"), (["--email", "a@b.pl"], "--password-stdin")])
def test_without_a_terminal_it_says_what_to_give(
    cli: Cli, sim: Simulator, argv: list[str], option: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO())
        result = cli("login", *argv, env=hosts_of(sim))
    assert (result.status, result.out) == (1, "")
    assert f"There is no terminal to ask on: give {option}." in result.err
    assert not sim.counts


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (io.StringIO(""), "There is no password on standard input, or it is no text."),
        (io.StringIO("\nsecond line"), "There is no password on standard input, or it is no text."),
        (
            io.TextIOWrapper(io.BytesIO(b"\xff\n"), encoding="utf-8"),
            "There is no password on standard input, or it is no text.",
        ),
        (io.StringIO("x" * 1001), "What stands on standard input is too long for a password."),
    ],
)
def test_no_password_on_standard_input(cli: Cli, sim: Simulator, stdin: TextIO, said: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", stdin)
        result = cli(
            "login", "--email", email_of(sim), "--password-stdin", "--format", "json", env=hosts_of(sim)
        )
    assert result.error["message"].startswith(said)
    assert "xxx" not in result.err
    assert not sim.counts


def test_what_is_no_address_is_not_sent(cli: Cli, sim: Simulator) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(f"{password_of(sim)}\n"))
        result = cli("login", "--email", "7430997r", "--password-stdin", env=hosts_of(sim))
    assert (result.status, result.out) == (1, "")
    assert "is not an e-mail address" in result.err
    assert "7430997r" not in result.err
    assert not sim.counts


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are made differently there")
@pytest.mark.parametrize("argv", [[], ["--password-stdin"]])
def test_on_a_terminal_it_asks_and_does_not_show_the_password(
    calm: Simulator, tmp_path: Path, argv: list[str]
) -> None:
    import pty

    ours, theirs = pty.openpty()
    env = {**hosts_of(calm), "XDG_STATE_HOME": str(tmp_path)}
    run = spawn("login", *argv, cwd=tmp_path, env=env, stdin=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = answered(ours, "E-mail: ", email_of(calm))
    shown += answered(ours, "Password: ", password_of(calm))
    out, _ = run.communicate(timeout=20)
    shown += rest_of(ours)
    assert run.returncode == 0, shown
    assert "Signed in" in out
    assert password_of(calm) not in shown + out
    assert (tmp_path / "librus-sdk" / "tokens.json").exists()


def answered(terminal: int, question: str, answer: str) -> str:
    """Wait for a question on the terminal, type the answer, and return what was shown before."""
    shown = b""
    while not shown.endswith(question.encode()):
        shown += os.read(terminal, 1)
    os.write(terminal, f"{answer}\n".encode())
    return shown.decode()


def rest_of(terminal: int) -> str:
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other end is closed: Linux says so with an error
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    return shown.decode()


# --- what goes wrong --------------------------------------------------------------------------------------


def test_a_wrong_password_is_sent_once_and_nothing_is_kept(cli: Cli, sim: Simulator) -> None:
    result = login(cli, sim, "--format", "json", password="not-the-password")
    assert (result.status, result.out, result.error["code"]) == (1, "", "AUTHENTICATION_FAILED")
    message = result.error["message"]
    assert message.startswith("The Librus portal refused the e-mail and password; nothing was changed here.")
    assert message.endswith("after a few failures Librus demands a captcha.")
    assert "not-the-password" not in result.err
    assert email_of(sim) not in result.err
    assert sim.counts["login"] == 1
    assert not list(Path().iterdir())


def test_folders_that_were_there_before_stay(cli: Cli, sim: Simulator) -> None:
    kept().parent.parent.mkdir()
    assert login(cli, sim, password="not-the-password").status == 1
    assert [path.name for path in Path().iterdir()] == ["state"]
    assert not list(Path("state").iterdir())


@pytest.mark.parametrize("kept_before", [False, True])
def test_a_portal_that_refuses_the_application_says_what_works_without_it(
    cli: Cli, sim: Simulator, kept_before: bool
) -> None:
    if kept_before:
        login(cli, sim)
        change(expires_at=0)
    sim.fail("oauth.token", status=401, body={"error": "invalid_client"}, times=None)
    form = ("--format", "json")
    result = me(cli, sim, *form) if kept_before else login(cli, sim, *form)
    assert result.status == 1
    assert result.error["message"].endswith("set LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD instead.")
    assert "OAuth" not in result.err
    assert kept().exists() == kept_before
    assert Path("state").exists() == kept_before


def test_a_wrong_password_of_a_school_login_is_told_for_commands(cli: Cli, sim: Simulator) -> None:
    env = {**sim.gateway_environ(), "LIBRUS_GATEWAY_PASSWORD": "not-the-password"}
    message = cli("me", "--format", "json", env=env).error["message"]
    assert "Every run of a command signs in anew" in message
    assert "by itself" not in message
    assert sim.counts["web.login"] == 1


def test_an_address_that_is_none_is_told_without_names_of_python(cli: Cli, sim: Simulator) -> None:
    result = cli("children", "list", env={**sim.environ(), "LIBRUS_PORTAL_EMAIL": "5u"})
    assert "LIBRUS_GATEWAY_PASSWORD" in result.err
    assert "Credentials" not in result.err


def test_a_wrong_password_leaves_the_old_tokens(cli: Cli, sim: Simulator) -> None:
    login(cli, sim)
    before = tokens()
    assert login(cli, sim, password="not-the-password").status == 1
    assert tokens() == before
    assert me(cli, sim).status == 0


def test_signing_in_again_replaces_the_tokens(cli: Cli, sim: Simulator) -> None:
    login(cli, sim)
    before = tokens()
    login(cli, sim)
    assert sim.counts["login"] == 2
    assert tokens()["refresh_token"] != before["refresh_token"]


def test_a_captcha_is_told(cli: Cli) -> None:
    with Simulator(captcha_after=1) as sim:
        login(cli, sim, password="not-the-password")
        result = login(cli, sim, "--format", "json")
    assert result.error["code"] == "CAPTCHA_REQUIRED"
    assert not kept().exists()


def test_tokens_are_kept_though_the_children_cannot_be_listed(cli: Cli, sim: Simulator) -> None:
    sim.fail("accounts", status=404, times=None)
    result = login(cli, sim)
    assert result.status == 0
    assert result.err.startswith("Note: You are signed in, but the children cannot be listed now. ")
    assert kept().exists()
    result = login(cli, sim, "--format", "json")
    assert result.json["children"] is None


@pytest.mark.parametrize(
    "place",
    ["folder", "file/tokens.json", "x\0y", f"new/deep/{'x' * 300}"],
    ids=["folder", "file", "nul", "long"],
)
def test_a_place_that_cannot_hold_the_tokens_is_told_before_anything_is_asked(
    cli: Cli, sim: Simulator, tmp_path: Path, place: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    if "\0" in place:
        (tmp_path / ".env").write_text(f"LIBRUS_TOKENS_FILE='{place}'", encoding="utf-8")
        result = login(cli, sim, "--format", "json")
    else:
        result = login(cli, sim, "--format", "json", LIBRUS_TOKENS_FILE=str(tmp_path / place))
    assert result.error["code"] == "CONFIGURATION_ERROR"
    assert result.error["message"].startswith("The tokens cannot be kept")
    assert "LIBRUS_TOKENS_FILE can name a file elsewhere" in result.error["message"]
    assert not sim.counts
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != ".env") == ["file", "folder"]


def test_a_disk_that_fails_in_the_end_is_told(
    cli: Cli, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: TokenFile, _pair: object) -> None:
        raise LibrusConfigurationError("The disk is full.")

    monkeypatch.setattr(TokenFile, "save", full)
    result = login(cli, sim, "--format", "json")
    assert (result.status, result.error["code"]) == (1, "CONFIGURATION_ERROR")
    assert result.error["message"].startswith("The tokens cannot be kept")


# --- tokens that are kept ---------------------------------------------------------------------------------


def test_tokens_renew_each_other_and_the_file_follows(cli: Cli, sim: Simulator) -> None:
    login(cli, sim)
    sim.reset_counts()
    seen = {tokens()["refresh_token"]}
    for number in (1, 2):
        change(expires_at=1.0)
        result = me(cli, sim)
        assert (result.status, result.err) == (0, "")
        assert sim.counts["oauth.token"] == number
        assert tokens()["expires_at"] > 1.0
        seen.add(tokens()["refresh_token"])
    assert len(seen) == 3
    assert "login" not in sim.counts


def test_a_token_that_is_refused_is_renewed_though_it_should_last(cli: Cli, sim: Simulator) -> None:
    login(cli, sim)
    before = tokens()
    sim.expire_portal_tokens()
    result = me(cli, sim)
    assert (result.status, result.err) == (0, "")
    assert tokens()["access_token"] != before["access_token"]
    assert sim.counts["login"] == 1


def test_renewed_tokens_that_cannot_be_written_are_told_of(
    cli: Cli, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: TokenFile, _pair: object) -> None:
        raise LibrusConfigurationError("The disk is full.")

    login(cli, sim)
    change(expires_at=1.0)
    monkeypatch.setattr(TokenFile, "save", full)
    result = me(cli, sim)
    assert result.status == 0
    assert sim.children[0].name in result.out
    assert result.err.startswith("Note: The tokens that librus login has kept were renewed, and the new ones")
    assert result.err.count("Note:") == 1


def test_tokens_that_do_not_work_any_more_say_what_to_run(cli: Cli, sim: Simulator) -> None:
    login(cli, sim)
    sim.expire_portal_tokens()
    sim.revoke_portal_refresh_tokens()
    sim.reset_counts()
    result = me(cli, sim, "--format", "json")
    assert (result.status, result.out, result.error["code"]) == (1, "", "AUTHENTICATION_FAILED")
    assert result.error["message"].startswith("The sign-in that librus login has kept has ended")
    assert result.error["message"].endswith("Run librus login again.")
    assert "login" not in sim.counts
    assert not [secret for secret in sim.secrets() if secret in result.err]
    after = me(cli, sim, "--format", "json")
    assert after.error["code"] == "CONFIGURATION_ERROR"
    assert after.error["message"].endswith(
        "Or run librus login, which asks for them and keeps you signed in."
    )
    assert login(cli, sim).status == 0
    assert me(cli, sim).status == 0


@pytest.mark.parametrize("content", ["", "{}", "no JSON", '{"format": 2}', "[" * 5000, "\0"])
def test_a_damaged_file_is_told_by_every_command_and_mended_by_login(
    cli: Cli, sim: Simulator, content: str
) -> None:
    login(cli, sim)
    sim.reset_counts()
    kept().write_text(content, encoding="utf-8")
    for argv in (["me", "--child", "1"], ["children", "list"], ["overview", "--all"]):
        result = cli(*argv, "--format", "json", env=hosts_of(sim))
        assert (result.status, result.out, result.error["code"]) == (1, "", "CONFIGURATION_ERROR")
        assert "Run librus logout, then librus login" in result.error["message"]
    assert not sim.counts
    assert status(cli)["tokens"]["damaged"] is True
    told = cli("auth", "status").out
    assert "cannot be read; run librus logout, then librus login" in told
    assert "renew" not in told
    assert login(cli, sim).status == 0
    assert me(cli, sim).status == 0


def test_a_folder_in_place_of_the_file_is_told(cli: Cli) -> None:
    kept().mkdir(parents=True)
    assert "Run librus logout" in cli("me", "--child", "1", "--format", "json").error["message"]
    assert status(cli)["ready"] is False
    result = cli("logout", "--format", "json")
    assert result.error["code"] == "CONFIGURATION_ERROR"


def test_signing_out_removes_the_tokens(cli: Cli, sim: Simulator) -> None:
    login(cli, sim)
    sim.reset_counts()
    assert "The kept tokens are removed." in cli("logout").out
    assert not kept().exists()
    assert "There were no tokens to remove." in cli("logout").out
    assert cli("logout", "--format", "json").json == {"tokens": str(kept()), "removed": False}
    kept().write_text("damaged", encoding="utf-8")
    assert cli("logout", "--format", "json").json == {"tokens": str(kept()), "removed": True}
    assert "go on using those" in " ".join(cli("logout", sim=sim).out.split())
    assert not sim.counts


# --- which account counts ---------------------------------------------------------------------------------


def test_variables_come_before_kept_tokens_and_the_familys_before_the_schools(
    cli: Cli, sim: Simulator
) -> None:
    login(cli, sim)
    family, school = sim.environ(), sim.gateway_environ()
    school_pair = {name: value for name, value in school.items() if name != "LIBRUS_API_BACKEND"}
    wanted: list[tuple[dict[str, str], str]] = [
        (hosts_of(sim), "kept tokens"),
        ({"LIBRUS_PORTAL_EMAIL": email_of(sim)}, "kept tokens"),
        ({"LIBRUS_GATEWAY_LOGIN": "5u"}, "kept tokens"),
        (family, "family account"),
        (school_pair, "school login"),
        ({**family, **school_pair}, "family account"),
        ({**family, **school}, "school login"),
        ({**school_pair, "LIBRUS_API_BACKEND": "api_v3"}, "kept tokens"),
        ({"LIBRUS_API_BACKEND": "gateway_api_20"}, "school login"),
    ]
    for env, way in wanted:
        assert status(cli, env)["signsInWith"] == way, env
    sim.reset_counts()
    assert me(cli, sim, **family).status == 0
    assert sim.counts["login"] == 1
    sim.reset_counts()
    assert cli("me", env=school_pair).status == 0
    assert sim.counts["web.login"] == 1
    assert "login" not in sim.counts


@pytest.mark.parametrize("name", ["tokens.json", "other folder/a b.json"])
def test_a_variable_names_the_file(cli: Cli, sim: Simulator, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert login(cli, sim, LIBRUS_TOKENS_FILE=str(path)).status == 0
    assert path.exists()
    assert not kept().exists()
    assert me(cli, sim, LIBRUS_TOKENS_FILE=str(path)).status == 0
    assert cli("logout", env={"LIBRUS_TOKENS_FILE": str(path)}).status == 0
    assert not path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="other folders there")
def test_where_the_tokens_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    usual = tmp_path / ".local/state/librus-sdk/tokens.json"
    assert token_file({}).path == usual
    assert token_file({"XDG_STATE_HOME": "relative"}).path == usual
    assert token_file({"LIBRUS_TOKENS_FILE": ""}).path == usual
    assert token_file({"XDG_STATE_HOME": "/x"}).path == Path("/x/librus-sdk/tokens.json")
    assert token_file({"LIBRUS_TOKENS_FILE": "~/t.json"}).path == tmp_path / "t.json"
    assert way_of({}) == "nothing"


def test_a_user_without_a_home_is_told_of_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(LibrusConfigurationError, match="LIBRUS_TOKENS_FILE can name the file"):
        token_file({})
    assert token_file({"LIBRUS_TOKENS_FILE": "/t.json"}).path == Path("/t.json")


def test_the_tokens_are_found_where_windows_keeps_such_things(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    local = token_file({"LOCALAPPDATA": str(tmp_path)}).path
    assert local == tmp_path / "librus-sdk" / "tokens.json"
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert token_file({}).path == tmp_path / "AppData" / "Local" / "librus-sdk" / "tokens.json"


@pytest.mark.parametrize(
    ("env", "missing"),
    [
        ({"LIBRUS_GATEWAY_LOGIN": "5u"}, "LIBRUS_GATEWAY_PASSWORD is"),
        ({"LIBRUS_GATEWAY_LOGIN": "5u", "LIBRUS_GATEWAY_PASSWORD": ""}, "LIBRUS_GATEWAY_PASSWORD is"),
        ({"LIBRUS_GATEWAY_PASSWORD": "x"}, "LIBRUS_GATEWAY_LOGIN is"),
        ({"LIBRUS_PORTAL_PASSWORD": "x"}, "LIBRUS_PORTAL_EMAIL is"),
        (
            {"LIBRUS_PORTAL_PASSWORD": "x", "LIBRUS_GATEWAY_LOGIN": "5u"},
            "LIBRUS_PORTAL_EMAIL and LIBRUS_GATEWAY_PASSWORD are",
        ),
        ({"LIBRUS_PORTAL_EMAIL": "a@example.org"}, ""),
        ({}, ""),
    ],
)
def test_half_an_account_is_told_of_where_kept_tokens_are_used(
    cli: Cli, sim: Simulator, env: dict[str, str], missing: str
) -> None:
    login(cli, sim)
    sim.reset_counts()
    result = me(cli, sim, **env)
    assert result.status == 0
    said = f"{missing} missing, so commands use the tokens librus login has kept."
    assert result.err == (f"Note: {said}\n" if missing else "")
    assert "login" not in sim.counts
    told = cli("auth", "status", env=env)
    assert told.err == ""
    assert (said in " ".join(told.out.split())) == bool(missing)
    assert me(cli, sim, **{**sim.environ(), **env, **sim.environ()}).err == ""


# --- what is told about it --------------------------------------------------------------------------------


def test_the_status_asks_nobody_and_shows_no_secret(cli: Cli, sim: Simulator) -> None:
    login(cli, sim)
    sim.reset_counts()
    secrets = sim.secrets() | {tokens()["access_token"], tokens()["refresh_token"]}
    for env in (hosts_of(sim), sim.environ(), sim.gateway_environ()):
        for form in ("text", "json"):
            result = cli("auth", "status", "--format", form, "--verbose", env=env)
            assert (result.status, result.err) == (0, "")
            assert not [secret for secret in secrets if secret in result.out]
            assert max(map(len, result.out.splitlines())) <= 80 or form == "json"
    assert not sim.counts


def test_the_status_in_every_state(cli: Cli, sim: Simulator) -> None:
    nothing = cli("auth", "status").out
    assert "nothing: run librus login" in nothing
    assert "LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD" in " ".join(nothing.split())
    assert "librus login keeps in" in nothing
    assert status(cli) == {
        "signsInWith": "nothing",
        "ready": False,
        "tokens": {
            "path": str(kept()), "kept": False, "damaged": False, "savedAt": None, "expiresAt": None
        },
    }  # fmt: skip
    login(cli, sim)
    told = status(cli)
    assert told["ready"] is True
    assert told["tokens"]["savedAt"] == tokens()["saved_at"]
    assert told["tokens"]["expiresAt"] == tokens()["expires_at"]
    said = " ".join(cli("auth", "status").out.split())
    assert "kept tokens in use; they renew each other" in said
    assert "renewed next by the first command after" in said
    assert "not in use, because variables come first" in " ".join(cli("auth", "status", sim=sim).out.split())
    assert status(cli, sim.environ())["ready"] is True
    assert status(cli, sim.gateway_environ())["ready"] is True
    assert status(cli, {"LIBRUS_API_BACKEND": "gateway_api_20"})["ready"] is False
    assert (
        "commands cannot sign in" in cli("auth", "status", env={"LIBRUS_API_BACKEND": "gateway_api_20"}).out
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot change its time zone there")
@pytest.mark.parametrize(
    ("zone", "named"), [("Europe/Warsaw", ""), ("Europe/Berlin", ""), ("America/New_York", " in Poland")]
)
def test_times_are_those_of_poland(
    cli: Cli, sim: Simulator, monkeypatch: pytest.MonkeyPatch, zone: str, named: str
) -> None:
    login(cli, sim)
    change(saved_at=datetime(2026, 11, 19, 22, 30, tzinfo=UTC).timestamp())
    try:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", zone)
            time.tzset()
            told = cli("auth", "status").out
    finally:
        time.tzset()
    assert f"last renewed  czw. 19.11.2026 23:30{named}\n" in told


@pytest.mark.parametrize("value", [None, 1e300, float("nan"), float("inf"), "soon"])
def test_moments_that_are_none(cli: Cli, sim: Simulator, value: Any) -> None:
    login(cli, sim)
    change(expires_at=value, saved_at=value)
    result = cli("auth", "status")
    assert (result.status, result.err) == (0, "")
    assert "kept tokens   in use" in result.out
    assert me(cli, sim).status == 0


def test_an_unknown_back_end_is_told(cli: Cli) -> None:
    for argv in (["auth", "status"], ["me", "--child", "1"], ["login"]):
        result = cli(*argv, "--format", "json", env={"LIBRUS_API_BACKEND": "odd"})
        assert result.error["code"] == "CONFIGURATION_ERROR"


def test_an_unknown_back_end_keeps_nobody_from_signing_out(cli: Cli, sim: Simulator) -> None:
    login(cli, sim)
    assert cli("logout", env={"LIBRUS_API_BACKEND": "odd"}).status == 0
    assert not kept().exists()


def test_nobody_to_sign_in_with(cli: Cli, sim: Simulator) -> None:
    for argv in (["children", "list"], ["me", "--child", "1"]):
        result = cli(*argv, "--format", "json", env=hosts_of(sim))
        assert result.error["code"] == "CONFIGURATION_ERROR"
        assert result.error["message"].startswith("Credentials of the family account are missing")
        assert "librus login" in result.error["message"]
    assert not sim.counts


@pytest.mark.skipif(sys.platform == "win32", reason="such processes are started differently there")
def test_two_commands_at_once_share_the_tokens(cli: Cli, sim: Simulator, tmp_path: Path) -> None:
    login(cli, sim)
    sim.reset_counts()
    env = {**hosts_of(sim), "XDG_STATE_HOME": str(tmp_path / "state")}
    runs: list[subprocess.Popen[str]] = [
        spawn("me", "--child", child.id, cwd=tmp_path, env=env) for child in sim.children[:2]
    ]
    for run in runs:
        assert run.communicate(timeout=20)[1] == ""
        assert run.returncode == 0
    assert "login" not in sim.counts
