"""Signing in once: ``librus login``, ``librus logout``, ``librus auth status``."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import pytest

from librus_sdk.cli._account import Account, key_of, login_store, store_of
from librus_sdk.core.keeping import Document, Kept, written
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.secret import Secret
from librus_sdk.shells.file_shelf import FileClaim
from librus_sdk.shells.troubles import troubled
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Result, Terminal, first, spawn

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


def kept(state: Path) -> Path:
    """The one document of the tests' store, which is there."""
    (path,) = state.glob("login-????????.json")
    return path


def document(state: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kept(state).read_text(encoding="utf-8"))
    return found


def tokens(state: Path) -> dict[str, Any]:
    """What is kept of the portal's tokens, and the pair itself."""
    entry = document(state)["entries"]["portal tokens"]
    return {**entry, **json.loads(entry["payload"])}


def change(state: Path, **values: Any) -> None:
    """Change what is written of the portal's tokens."""
    whole = document(state)
    whole["entries"]["portal tokens"] |= values
    kept(state).write_text(json.dumps(whole), encoding="utf-8")


def wear_out(sim: Simulator, state: Path) -> None:
    """Have all tokens of the portal and of the children refused, and the first look as if it had ended."""
    change(state, expires_at=1.0)
    sim.expire_child_tokens()


def me(cli: Cli, sim: Simulator, *argv: str, **env: str) -> Result:
    return cli("me", "--child", first(sim), *argv, env={**hosts_of(sim), **env})


def status(cli: Cli, env: Mapping[str, str] | None = None) -> Any:
    result = cli("auth", "status", "--format", "json", env=dict(env or {}))
    assert (result.status, result.err) == (0, "")
    return result.json


# --- signing in -------------------------------------------------------------------------------------------


def test_signing_in_keeps_what_only_its_owner_may_read(cli: Cli, sim: Simulator, state: Path) -> None:
    result = login(cli, sim, COLUMNS="1000")
    assert (result.status, result.err) == (0, "")
    assert f"children  3\n  kept in   {state}\n" in result.out
    assert "From now on commands need no password." in result.out
    assert not [secret for secret in sim.secrets() if secret in result.out]
    if os.name == "posix":
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()} == {0o600}
    stem = kept(state).stem
    assert sorted(path.name for path in state.iterdir()) == [f"{stem}.json", f"{stem}.lock"]
    written = kept(state).read_text(encoding="utf-8")
    assert password_of(sim) not in written
    assert email_of(sim) not in written
    assert set(document(state)["entries"]) == {
        "portal tokens",
        "accounts",
        *(f"child:{child.id}" for child in sim.children),
    }


def test_signing_in_as_json(cli: Cli, sim: Simulator, state: Path) -> None:
    result = login(cli, sim, "--format", "json")
    assert result == Result(0, result.out, "")
    assert result.json == {"store": str(state), "children": 3}


def test_signing_in_to_keep_nothing_makes_no_sense(cli: Cli, sim: Simulator, state: Path) -> None:
    result = login(cli, sim, "--no-store", "--format", "json")
    assert (result.status, result.error["code"]) == (1, "CLI_USAGE_ERROR")
    assert result.error["message"].startswith("librus login keeps you signed in; --no-store says not to.")
    assert not sim.counts
    assert not state.exists()


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
    for number in (1, 2):
        result = me(cli, sim)
        assert (result.status, result.err) == (0, "")
        assert sim.children[0].name in result.out
        assert sim.counts == {"Me": number, "Classes": 1}


def test_the_variables_are_used_where_they_are_set(cli: Cli, sim: Simulator, state: Path) -> None:
    result = cli("login", sim=sim)
    assert (result.status, result.err) == (0, "")
    assert kept(state).exists()
    said = " ".join(result.out.split())
    assert "commands use those first" in said
    assert said.endswith("To use this sign-in, unset LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD.")


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({}, "LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD"),
        ({"LIBRUS_GATEWAY_LOGIN": ""}, ""),
        (
            {"LIBRUS_API_BACKEND": "gateway_api_20"},
            "LIBRUS_GATEWAY_LOGIN, LIBRUS_GATEWAY_PASSWORD and LIBRUS_API_BACKEND",
        ),
        ({"LIBRUS_API_BACKEND": "gateway_api_20", "LIBRUS_GATEWAY_LOGIN": ""}, "LIBRUS_API_BACKEND"),
        ({"LIBRUS_API_BACKEND": "api_v3"}, ""),
    ],
)
def test_signing_in_names_the_variables_that_come_first(
    cli: Cli, sim: Simulator, chosen: dict[str, str], names: str
) -> None:
    school = {
        name: value for name, value in sim.gateway_environ().items() if name.startswith("LIBRUS_GATEWAY_")
    }
    given = {**school, **chosen}
    said = " ".join(login(cli, sim, **given).out.split())
    expected = f"To use this sign-in, unset {names}." if names else "Try: librus overview --all."
    assert said.endswith(expected)
    left = {name: value for name, value in given.items() if name not in names}
    assert status(cli, {**hosts_of(sim), **left})["signsInWith"] == "kept tokens"


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


@pytest.mark.parametrize(
    ("argv", "env", "said"),
    [
        (["--email", "7430997r"], {}, "What --email gives"),
        (
            [],
            {"LIBRUS_PORTAL_EMAIL": "7430997r"},
            "What LIBRUS_PORTAL_EMAIL (environment or .env) holds",
        ),
    ],
)
def test_what_is_no_address_is_told_before_a_password_is_asked_for(
    cli: Cli, sim: Simulator, argv: list[str], env: dict[str, str], said: str
) -> None:
    unread = io.StringIO(f"{password_of(sim)}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", unread)
        result = cli("login", *argv, "--password-stdin", "--format", "json", env={**hosts_of(sim), **env})
    assert (result.status, result.out) == (1, "")
    message = result.error["message"]
    assert message.startswith(f"{said} is not an e-mail address; nothing was sent. Wanted is the e-mail")
    assert ("LIBRUS_PORTAL_EMAIL" in message) == bool(env)
    assert "7430997r" not in result.err
    assert unread.tell() == 0
    assert not sim.counts


def test_an_address_from_the_command_line_counts_whatever_the_variable_holds(
    cli: Cli, sim: Simulator
) -> None:
    assert login(cli, sim, LIBRUS_PORTAL_EMAIL="7430997r").status == 0


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
    assert list((tmp_path / "librus-sdk" / "sessions").glob("login-*.json"))


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are made differently there")
def test_what_cannot_be_meant_is_asked_for_again_with_what_is_wanted(calm: Simulator, tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    env = {**hosts_of(calm), "XDG_STATE_HOME": str(tmp_path)}
    run = spawn("login", cwd=tmp_path, env=env, stdin=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    before = len(calm.requests)
    answered(ours, "E-mail: ", "")
    shown = words(answered(ours, "E-mail: ", "1234567"))
    assert "Nothing was typed. Wanted is the e-mail address of the family account (Konto LIBRUS)." in shown
    shown = words(answered(ours, "E-mail: ", email_of(calm)))
    assert "That is not an e-mail address; nothing was sent. Wanted is the e-mail address of the" in shown
    assert "LIBRUS_PORTAL_EMAIL" not in shown
    answered(ours, "Password: ", "")
    assert len(calm.requests) == before
    shown = words(answered(ours, "Password: ", password_of(calm)))
    assert "Nothing was typed. Wanted is the password of the family account; it is not shown" in shown
    out, _ = run.communicate(timeout=20)
    assert run.returncode == 0, rest_of(ours)
    rest_of(ours)
    assert "Signed in" in out


def words(shown: str) -> str:
    return " ".join(shown.split())


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


def test_a_wrong_password_is_sent_once_and_nothing_is_kept(cli: Cli, sim: Simulator, state: Path) -> None:
    result = login(cli, sim, "--format", "json", password="not-the-password")
    assert (result.status, result.out, result.error["code"]) == (1, "", "AUTHENTICATION_FAILED")
    message = result.error["message"]
    assert message.startswith("The Librus portal refused the e-mail and password; nothing was changed here.")
    assert message.endswith("after a few failures Librus demands a captcha.")
    assert "not-the-password" not in result.err
    assert email_of(sim) not in result.err
    assert sim.counts["login"] == 1
    assert {path.suffix for path in state.iterdir()} == {".lock"}
    assert status(cli)["signsInWith"] == "nothing"


@pytest.mark.parametrize("kept_before", [False, True])
def test_a_portal_that_refuses_the_application_says_what_works_without_it(
    cli: Cli, sim: Simulator, state: Path, kept_before: bool
) -> None:
    if kept_before:
        login(cli, sim)
        wear_out(sim, state)
    sim.fail("oauth.token", status=401, body={"error": "invalid_client"}, times=None)
    form = ("--format", "json")
    result = me(cli, sim, *form) if kept_before else login(cli, sim, *form)
    assert result.status == 1
    assert result.error["message"].endswith("set LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD instead.")
    assert "OAuth" not in result.err
    assert bool(list(state.glob("*.json"))) == kept_before
    if kept_before:  # they may work with the next version
        assert "portal tokens" in document(state)["entries"]


def test_a_wrong_password_of_a_school_login_is_told_for_commands(cli: Cli, sim: Simulator) -> None:
    env = {**sim.gateway_environ(), "LIBRUS_GATEWAY_PASSWORD": "not-the-password"}
    message = cli("me", "--format", "json", env=env).error["message"]
    assert "The next command sends it again" in message
    assert "by itself" not in message
    assert sim.counts["web.login"] == 1


def test_an_address_that_is_none_is_told_without_names_of_python(cli: Cli, sim: Simulator) -> None:
    result = cli("children", "list", env={**sim.environ(), "LIBRUS_PORTAL_EMAIL": "5u"})
    assert "LIBRUS_GATEWAY_PASSWORD" in result.err
    assert "Credentials" not in result.err


def test_a_wrong_password_leaves_the_old_sign_in(cli: Cli, sim: Simulator, state: Path) -> None:
    login(cli, sim)
    before = kept(state).read_bytes()
    assert login(cli, sim, password="not-the-password").status == 1
    assert kept(state).read_bytes() == before
    assert me(cli, sim).status == 0


def test_signing_in_again_replaces_all_that_was_kept(cli: Cli, sim: Simulator, state: Path) -> None:
    login(cli, sim)
    before = document(state)
    login(cli, sim)
    assert sim.counts["login"] == 2
    after = document(state)
    assert after["series"] != before["series"]
    assert set(after["entries"]) == set(before["entries"])
    assert after["entries"]["portal tokens"]["payload"] != before["entries"]["portal tokens"]["payload"]


def test_a_captcha_is_told(cli: Cli, state: Path) -> None:
    with Simulator(captcha_after=1) as sim:
        login(cli, sim, password="not-the-password")
        result = login(cli, sim, "--format", "json")
    assert result.error["code"] == "CAPTCHA_REQUIRED"
    assert not list(state.glob("*.json"))


def test_tokens_are_kept_though_the_children_cannot_be_listed(cli: Cli, sim: Simulator, state: Path) -> None:
    sim.fail("accounts", status=404, times=None)
    result = login(cli, sim)
    assert result.status == 0
    assert result.err.startswith("Note: You are signed in, but the children cannot be listed now. ")
    assert set(document(state)["entries"]) == {"portal tokens"}
    result = login(cli, sim, "--format", "json")
    assert result.json["children"] is None


@pytest.mark.parametrize(
    "place", ["file", "file/deeper", "x\0y", f"new/{'x' * 300}"], ids=["file", "deeper", "nul", "long"]
)
def test_a_place_that_can_hold_nothing_is_told_before_anything_is_asked(
    cli: Cli, sim: Simulator, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    if "\0" in place:  # no variable of a process can hold that
        (tmp_path / ".env").write_text(f"LIBRUS_STORE='{place}'", encoding="utf-8")
        result = login(cli, sim, "--format", "json")
    else:
        result = login(cli, sim, "--format", "json", LIBRUS_STORE=str(tmp_path / place))
    assert (result.status, result.error["code"]) == (1, "CONFIGURATION_ERROR")
    assert "LIBRUS_STORE" in result.error["message"]
    assert not sim.counts
    assert (tmp_path / "file").read_bytes() == b""


def test_what_is_no_file_is_told_before_anything_is_asked(cli: Cli, sim: Simulator, state: Path) -> None:
    login(cli, sim)
    path = kept(state)
    path.unlink()
    path.mkdir()
    sim.reset_counts()
    message = login(cli, sim, "--format", "json").error["message"]
    assert message.startswith("The sign-in cannot be kept: its folder, or what stands in its place,")
    message = me(cli, sim, "--format", "json").error["message"]
    assert message.startswith(
        "The sign-in that librus login has kept cannot be read: it is not yours to read"
    )
    assert status(cli, hosts_of(sim))["store"]["problem"] == "unreadable"
    assert "not yours to read, or no file: remove it" in " ".join(
        cli("auth", "status", env=hosts_of(sim)).out.split()
    )
    result = cli("logout", "--format", "json", env=hosts_of(sim))
    assert result.error["code"] == "CONFIGURATION_ERROR"
    assert path.is_dir()
    assert not sim.counts


def full(_self: FileClaim, _content: object) -> None:
    raise troubled("The disk is full.", "no_space")


def overtaken(_self: FileClaim, _content: object) -> None:
    raise troubled("Somebody took the lock file of the session store away.", "overtaken")


def test_a_disk_that_fails_in_the_end_is_told(
    cli: Cli, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileClaim, "save", full)
    result = login(cli, sim, "--format", "json")
    assert (result.status, result.out, result.error["code"]) == (1, "", "CONFIGURATION_ERROR")
    assert result.error["message"].startswith("The sign-in cannot be kept")


# --- tokens that are kept ---------------------------------------------------------------------------------


def test_tokens_renew_each_other_and_the_file_follows(cli: Cli, sim: Simulator, state: Path) -> None:
    login(cli, sim)
    sim.reset_counts()
    seen = {tokens(state)["refresh"]}
    for number in (1, 2):
        wear_out(sim, state)
        result = me(cli, sim)
        assert (result.status, result.err) == (0, "")
        assert sim.counts["oauth.token"] == number
        assert tokens(state)["expires_at"] > 1.0
        seen.add(tokens(state)["refresh"])
    assert len(seen) == 3
    assert "login" not in sim.counts


def test_a_token_that_is_refused_is_renewed_though_it_should_last(
    cli: Cli, sim: Simulator, state: Path
) -> None:
    login(cli, sim)
    before = tokens(state)
    sim.expire_portal_tokens()
    sim.expire_child_tokens()
    result = me(cli, sim)
    assert (result.status, result.err) == (0, "")
    assert tokens(state)["access"] != before["access"]
    assert sim.counts["login"] == 1


@pytest.mark.parametrize(
    ("save", "why"),
    [(full, "there is no room left"), (overtaken, "another program was at work there")],
)
def test_a_renewed_sign_in_that_cannot_be_written_is_told_of_once(
    cli: Cli, sim: Simulator, state: Path, monkeypatch: pytest.MonkeyPatch, save: Any, why: str
) -> None:
    login(cli, sim)
    wear_out(sim, state)
    monkeypatch.setattr(FileClaim, "save", save)
    result = me(cli, sim)
    assert result.status == 0
    assert sim.children[0].name in result.out
    assert result.err == (
        "Note: Something of the sign-in was renewed and could not be kept in the folder "
        f"{state}: {why}. The next command may ask you to run librus login again.\n"
    )


def test_a_sign_in_that_has_ended_says_what_to_run(cli: Cli, sim: Simulator, state: Path) -> None:
    login(cli, sim)
    sim.expire_portal_tokens()
    sim.revoke_portal_refresh_tokens()
    # As long as a child's token lives nothing is lost.
    assert me(cli, sim).status == 0
    sim.expire_child_tokens()
    sim.reset_counts()
    for _ in range(2):
        result = me(cli, sim, "--format", "json")
        assert (result.status, result.out, result.error["code"]) == (1, "", "AUTHENTICATION_FAILED")
        assert result.error["message"].startswith("The sign-in that librus login has kept has ended")
        assert result.error["message"].endswith("Run librus login again.")
        assert not [secret for secret in sim.secrets() if secret in result.err]
    assert "login" not in sim.counts
    assert sim.counts["oauth.token"] == 1
    told = status(cli, hosts_of(sim))
    assert (told["signsInWith"], told["ready"]) == ("kept tokens", False)
    assert "this sign-in has ended: run librus login again" in cli("auth", "status", env=hosts_of(sim)).out
    assert login(cli, sim).status == 0
    assert me(cli, sim).status == 0
    assert status(cli, hosts_of(sim))["ready"] is True


NEWER = '{"kind": "librus-sdk session", "format": 99}'


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "damaged"),
        ("{}", "damaged"),
        ("no JSON", "damaged"),
        ("[" * 5000, "damaged"),
        ("\0", "damaged"),
        ('{"kind": "a cookbook", "format": 1}', "foreign"),
        (NEWER, "newer"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_by_every_command_and_mended_by_login(
    cli: Cli, sim: Simulator, state: Path, content: str, problem: str
) -> None:
    login(cli, sim)
    sim.reset_counts()
    path = kept(state)
    path.write_text(content, encoding="utf-8")
    for argv in (["me", "--child", "1"], ["children", "list"], ["overview", "--all"]):
        result = cli(*argv, "--format", "json", env=hosts_of(sim))
        assert (result.status, result.out, result.error["code"]) == (1, "", "CONFIGURATION_ERROR")
        assert "un librus login again, which puts that file aside" in result.error["message"]
    assert not sim.counts
    told = status(cli, hosts_of(sim))
    assert (told["ready"], told["store"]["problem"], told["store"]["kept"]) == (False, problem, False)
    assert "librus login puts it aside and begins anew" in " ".join(
        cli("auth", "status", env=hosts_of(sim)).out.split()
    )
    assert path.read_text(encoding="utf-8") == content
    result = login(cli, sim)
    assert result.status == 0
    aside = path.with_name(f"{path.stem}.{problem}-1.json")
    assert str(aside) in result.err
    assert aside.read_text(encoding="utf-8") == content
    assert me(cli, sim).err == ""
    (told,) = [each for each in status(cli, hosts_of(sim))["store"]["files"] if each["setAside"]]
    assert (told["path"], told["setAside"], told["encrypted"]) == (str(aside), problem, False)
    assert f"  {aside.name}  " in cli("auth", "status", env={**hosts_of(sim), "COLUMNS": "120"}).out


def test_signing_out_removes_what_was_kept(cli: Cli, sim: Simulator, state: Path) -> None:
    login(cli, sim)
    sim.reset_counts()
    env = hosts_of(sim)
    path = kept(state)
    assert "What was kept is removed." in cli("logout", env=env).out
    assert not list(state.glob("*.json"))
    assert "There was nothing to remove." in cli("logout", env=env).out
    nothing = {"store": str(state), "removed": False, "left": []}
    assert cli("logout", "--format", "json", env=env).json == nothing
    path.write_text("damaged", encoding="utf-8")
    assert cli("logout", "--format", "json", env=env).json == {**nothing, "removed": True}
    assert "go on using those" in " ".join(cli("logout", sim=sim).out.split())
    assert not sim.counts


def test_signing_out_takes_the_accounts_in_the_variables_along(cli: Cli, sim: Simulator, state: Path) -> None:
    login(cli, sim)
    both = {**sim.gateway_environ(), **sim.environ()}
    chosen = ("api_v3", "gateway_api_20")
    for backend in chosen:
        assert cli("me", "--format=json", *(["--child", first(sim)] if backend == "api_v3" else []),
                   env={**both, "LIBRUS_API_BACKEND": backend}).status == 0  # fmt: skip
    labels = sorted(path.name.partition("-")[0] for path in state.glob("*.json"))
    assert labels == ["family", "login", "school"]
    # Of an account that is no longer in the variables it says so.
    result = cli("logout", env=sim.environ())
    assert "What was kept is removed." in result.out
    (left,) = state.glob("*.json")
    assert left.name.startswith("school-")
    assert left.name in result.out
    assert "librus logout --all removes them." in " ".join(result.out.split())
    assert cli("logout", "--format", "json", env=both).json == {
        "store": str(state), "removed": True, "left": []
    }  # fmt: skip
    assert not list(state.glob("*.json"))


@pytest.mark.parametrize("argv", [["logout"], ["logout", "--all"]])
def test_signing_out_to_use_nothing_that_is_kept_makes_no_sense(
    cli: Cli, sim: Simulator, state: Path, argv: list[str]
) -> None:
    login(cli, sim)
    before = kept(state).read_bytes()
    result = cli(*argv, "--no-store", "--format", "json", env=hosts_of(sim))
    assert (result.status, result.out, result.error["code"]) == (1, "", "CLI_USAGE_ERROR")
    assert result.error["message"].startswith(
        "librus logout removes what is kept; --no-store says to leave that alone."
    )
    assert kept(state).read_bytes() == before


def test_an_account_that_is_none_keeps_nobody_from_signing_out(cli: Cli, sim: Simulator, state: Path) -> None:
    login(cli, sim)
    env = {**sim.environ(), "LIBRUS_PORTAL_EMAIL": "5u"}
    assert cli("logout", "--format", "json", env=env).json["removed"] is True
    assert not list(state.glob("*.json"))


def test_signing_out_while_somebody_renews(
    cli: Cli, sim: Simulator, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    login(cli, sim)
    env = hosts_of(sim)
    claim = login_store({**os.environ, **env}).shelf(key_of({**os.environ, **env}, "kept tokens")).claim()
    assert claim is not None
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    result = cli("logout", "--format", "json", env=env)
    assert (result.status, result.error["code"]) == (1, "CONFIGURATION_ERROR")
    assert result.error["message"] == (
        "Not everything could be removed; librus auth status tells what is left, and where. "
        "Another program is renewing this sign-in just now. Stop it, or run librus logout again in a minute."
    )
    assert kept(state).exists()
    monkeypatch.setattr(time, "sleep", lambda _seconds: claim.release())
    assert cli("logout", "--format", "json", env=env).json["removed"] is True


# --- which account counts ---------------------------------------------------------------------------------


def test_variables_come_before_kept_tokens_and_the_familys_before_the_schools(
    cli: Cli, sim: Simulator
) -> None:
    login(cli, sim)
    family, school = sim.environ(), sim.gateway_environ()
    school_pair = {name: value for name, value in school.items() if name != "LIBRUS_API_BACKEND"}
    wanted: list[tuple[dict[str, str], str]] = [
        ({}, "kept tokens"),
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
        assert status(cli, {**hosts_of(sim), **env})["signsInWith"] == way, env
    # Tokens of one Librus are nothing to another.
    assert status(cli)["signsInWith"] == "nothing"
    sim.reset_counts()
    assert me(cli, sim, **family).status == 0
    assert sim.counts["login"] == 1
    sim.reset_counts()
    assert cli("me", env=school_pair).status == 0
    assert sim.counts["web.login"] == 1
    assert "login" not in sim.counts


@pytest.mark.parametrize("name", ["elsewhere", "other folder/a b"])
def test_a_variable_names_the_folder(
    cli: Cli, sim: Simulator, state: Path, tmp_path: Path, name: str
) -> None:
    there = {"LIBRUS_STORE": str(tmp_path / name)}
    assert login(cli, sim, **there).status == 0
    assert kept(tmp_path / name).exists()
    assert not state.exists()
    assert me(cli, sim, **there).status == 0
    assert cli("logout", "--format", "json", env={**hosts_of(sim), **there}).json["removed"] is True
    assert not list((tmp_path / name).glob("*.json"))


@pytest.mark.skipif(sys.platform == "win32", reason="other folders there")
def test_where_sign_ins_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    usual = tmp_path / ".local/state/librus-sdk/sessions"
    for found in (login_store, store_of):
        assert found({}).folder == usual
        assert found({"XDG_STATE_HOME": "relative"}).folder == usual
        assert found({"LIBRUS_STORE": ""}).folder == usual
        assert found({"XDG_STATE_HOME": "/x"}).folder == Path("/x/librus-sdk/sessions")
        assert found({"LIBRUS_STORE": "~/t"}).folder == tmp_path / "t"
    assert Account({}).way == "nothing"


def test_with_the_usual_hosts_the_file_has_a_plain_name(state: Path) -> None:
    environ = dict(os.environ)
    claim = login_store(environ).shelf(key_of(environ, "kept tokens")).claim()
    assert claim is not None
    try:
        claim.save(Secret("{}"))
    finally:
        claim.release()
    assert sorted(path.name for path in state.iterdir()) == ["login.json", "login.lock"]


def homeless() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_a_user_without_a_home_is_told_of_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", homeless)
    for found in (login_store, store_of):
        with pytest.raises(LibrusConfigurationError, match="LIBRUS_STORE can name a folder"):
            found({})
    assert store_of({"LIBRUS_STORE": str(Path("t").absolute())}).folder == Path("t").absolute()


@pytest.mark.skipif(sys.platform == "win32", reason="other variables there")
def test_a_user_without_a_home_and_without_an_account(
    cli: Cli, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", homeless)
    nowhere = {"XDG_STATE_HOME": ""}
    for argv in (["login"], ["logout"]):
        result = cli(*argv, "--format", "json", env={**hosts_of(sim), **nowhere})
        assert "LIBRUS_STORE can name a folder" in result.error["message"]
    result = me(cli, sim, "--format", "json", **nowhere)
    assert result.error["message"].startswith("Credentials of the family account are missing")
    told = status(cli, nowhere)
    assert (told["signsInWith"], told["store"]["folder"], told["store"]["files"]) == ("nothing", None, [])
    said = " ".join(cli("auth", "status", env=nowhere).out.split())
    assert "nowhere. It is not known where your own files are kept; LIBRUS_STORE can name a folder." in said
    assert not sim.counts


def test_sign_ins_are_found_where_windows_keeps_such_things(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    local = login_store({"LOCALAPPDATA": str(tmp_path)}).folder
    assert local == tmp_path / "librus-sdk" / "sessions"
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert login_store({}).folder == tmp_path / "AppData" / "Local" / "librus-sdk" / "sessions"


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
def test_half_an_account_is_told_of_where_the_kept_sign_in_is_used(
    cli: Cli, sim: Simulator, env: dict[str, str], missing: str
) -> None:
    login(cli, sim)
    sim.reset_counts()
    result = me(cli, sim, **env)
    assert result.status == 0
    said = f"{missing} missing, so commands use the sign-in librus login has kept."
    assert result.err == (f"Note: {said}\n" if missing else "")
    assert "login" not in sim.counts
    told = cli("auth", "status", env={**hosts_of(sim), **env})
    assert told.err == ""
    assert (said in " ".join(told.out.split())) == bool(missing)
    assert me(cli, sim, **{**sim.environ(), **env, **sim.environ()}).err == ""


# --- what is told about it --------------------------------------------------------------------------------


def test_the_status_asks_nobody_and_shows_no_secret(cli: Cli, sim: Simulator, state: Path) -> None:
    login(cli, sim)
    for env in (sim.environ(), sim.gateway_environ()):
        assert cli("messages", "wiadomosci-list", *child_of(sim, env), env=env).status == 0
    sim.reset_counts()
    # The answers of the simulator name children, too; a secret of one is no id.
    secrets = sim.secrets() - {child.id for child in sim.children}
    for path in state.glob("*.json"):
        secrets |= {entry["payload"] for entry in json.loads(path.read_text())["entries"].values()}
    secrets |= {tokens(state)["access"], tokens(state)["refresh"]}
    assert len(secrets) > 10
    for env in (hosts_of(sim), sim.environ(), sim.gateway_environ()):
        for form in ("text", "json"):
            result = cli("auth", "status", "--format", form, "--verbose", env=env)
            assert (result.status, result.err) == (0, "")
            assert not [secret for secret in secrets if secret in result.out]
    assert not sim.counts


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_the_status_on_terminals_of_all_widths(
    cli: Cli, sim: Simulator, terminal: Terminal, columns: int
) -> None:
    login(cli, sim)
    cli("me", "--child", first(sim), sim=sim)
    env = {**hosts_of(sim), "COLUMNS": str(columns)}
    plain = cli("auth", "status", env=env).out
    longest = max(map(len, plain.splitlines()))
    assert longest <= columns
    assert "just now" in plain
    assert "list of" in plain
    shown = terminal("auth", "status", columns=columns, **hosts_of(sim))
    assert "just now" in shown


def child_of(sim: Simulator, env: Mapping[str, str]) -> list[str]:
    """How a command is told the child with this account."""
    return ["--child", first(sim)] if "LIBRUS_PORTAL_EMAIL" in env else []


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_the_name_of_a_file_is_in_one_piece(
    cli: Cli, sim: Simulator, state: Path, terminal: Terminal, columns: int
) -> None:
    cli("me", "--child", first(sim), sim=sim)
    (name,) = (path.name for path in state.glob("names-*.json"))
    for shown in (
        cli("auth", "status", sim=sim, env={"COLUMNS": str(columns)}).out,
        terminal("auth", "status", sim=sim, columns=columns),
    ):
        assert f" {name} " in shown
        assert ("No room here for: Written, Encrypted." in shown) == (columns == 60)


def test_what_ends_nobody_knows_when_says_so(cli: Cli, sim: Simulator) -> None:
    cli("me", "--child", first(sim), sim=sim)
    out = cli("auth", "status", sim=sim).out
    assert "sign-in on the portal  just now  not known\n" in out
    assert "—" not in out


def test_the_status_in_every_state(cli: Cli, sim: Simulator, state: Path) -> None:
    nothing = " ".join(cli("auth", "status", env={"COLUMNS": "1000"}).out.split())
    assert "nothing: run librus login" in nothing
    assert "LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD" in nothing
    assert f"kept in {state}" in nothing
    empty = {
        "folder": str(state),
        "kept": False,
        "problem": None,
        "savedAt": None,
        "entries": [],
        "failures": [],
        "openToOthers": False,
        "writable": True,
        "files": [],
    }
    assert status(cli) == {"signsInWith": "nothing", "ready": False, "store": empty}
    assert status(cli, sim.environ()) == {"signsInWith": "family account", "ready": True, "store": empty}
    assert "nothing yet: the next command signs in" in cli("auth", "status", sim=sim).out
    login(cli, sim)
    env = hosts_of(sim)
    told = status(cli, env)
    written = document(state)
    assert told["ready"] is True
    assert told["store"]["kept"] is True
    assert told["store"]["savedAt"] == written["saved_at"]
    assert [(entry["what"], entry["child"]) for entry in told["store"]["entries"]] == [
        ("accounts", None),
        *(("child", child_id) for child_id in sorted(child.id for child in sim.children)),
        ("portal tokens", None),
    ]
    last = told["store"]["entries"][-1]
    assert (last["since"], last["expiresAt"]) == (tokens(state)["issued_at"], tokens(state)["expires_at"])
    assert told["store"]["files"] == [
        {
            "path": str(kept(state)),
            "savedAt": kept(state).stat().st_mtime,
            "setAside": None,
            "encrypted": False,
            "holds": "sign-in",
        }
    ]
    said = cli("auth", "status", env=env).out
    assert "commands use  the sign-in librus login has kept" in said
    assert "tokens of the portal, which renew each other  just now  in 23 hours" in said
    assert f"token of child {first(sim)}" in said
    assert f"{kept(state).name}  just now  no         sign-in of librus login" in said
    assert status(cli, sim.gateway_environ())["ready"] is True
    lacking = {"LIBRUS_API_BACKEND": "gateway_api_20"}
    assert status(cli, lacking)["ready"] is False
    assert "commands cannot sign in" in cli("auth", "status", env=lacking).out


A_SIGN_IN = Document("owner", "series", 1, {"portal": Kept(Secret("cookies"), 1)})
FILES = """\
  File                          Written   Encrypted  What it is
  ----------------------------  --------  ---------  -----------------------------------------
  bot.newer-1.sealed            just now  yes        put aside: of a newer version
  bot.sealed                    just now  yes        sign-in that a program keeps
  family-0123456789abcdef.json  just now  no         sign-in of a family account
  login.foreign-2.json          just now  no         put aside: another account's or program's
  login.json                    just now  no         sign-in of librus login
  school-0123456789abcdef.json  just now  no         sign-in of a login issued by the school
"""


def test_the_status_of_what_programs_keep_there(cli: Cli, state: Path) -> None:
    for name in ("family-0123456789abcdef", "school-0123456789abcdef", "login", "bot"):
        state.mkdir(parents=True, exist_ok=True)
        (state / f"{name}.lock").touch()
        (state / f"{name}.json").write_text(written(A_SIGN_IN).reveal(), encoding="utf-8")
    (state / "bot.json").rename(state / "bot.sealed")
    (state / "bot.newer-1.sealed").touch()
    (state / "login.foreign-2.json").touch()
    (state / "diary.txt").touch()
    said = cli("auth", "status", env={"COLUMNS": "100"}).out
    assert said.partition("Files in that folder\n\n")[2] == FILES


def test_a_folder_that_is_none_does_not_break_the_status(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    env = {"LIBRUS_STORE": str(tmp_path / "file")}
    assert status(cli, env)["store"]["files"] == []
    said = " ".join(cli("auth", "status", env=env).out.split())
    assert "cannot be read, or is no folder" in said
    assert "remove it" not in said, "that file may be anything"


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot change its time zone there")
@pytest.mark.parametrize(
    ("zone", "named"), [("Europe/Warsaw", ""), ("Europe/Berlin", ""), ("America/New_York", " in Poland")]
)
def test_times_are_those_of_poland(
    cli: Cli, sim: Simulator, state: Path, monkeypatch: pytest.MonkeyPatch, zone: str, named: str
) -> None:
    login(cli, sim)
    at = datetime(2026, 11, 19, 22, 30, tzinfo=UTC).timestamp()
    whole = document(state) | {"saved_at": at}
    kept(state).write_text(json.dumps(whole), encoding="utf-8")
    monkeypatch.setattr(time, "time", lambda: at + 5 * 60 + 1)
    try:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", zone)
            time.tzset()
            told = cli("auth", "status", env=hosts_of(sim)).out
    finally:
        time.tzset()
    assert f"last renewed  5 minutes ago (czw. 19.11.2026 23:30{named})\n" in told


@pytest.mark.parametrize("value", [1e300, -1e300, 1e11])
def test_moments_that_are_none(cli: Cli, sim: Simulator, state: Path, value: float) -> None:
    login(cli, sim)
    change(state, expires_at=value, issued_at=value)
    whole = document(state) | {"saved_at": value}
    kept(state).write_text(json.dumps(whole), encoding="utf-8")
    result = cli("auth", "status", env=hosts_of(sim))
    assert (result.status, result.err) == (0, "")
    assert "last renewed  —\n" in result.out
    assert "which renew each other  —" in result.out
    assert me(cli, sim).status == 0


def test_an_unknown_back_end_is_told(cli: Cli) -> None:
    for argv in (["auth", "status"], ["me", "--child", "1"], ["login"]):
        result = cli(*argv, "--format", "json", env={"LIBRUS_API_BACKEND": "odd"})
        assert result.error["code"] == "CONFIGURATION_ERROR"


def test_an_unknown_back_end_keeps_nobody_from_signing_out(cli: Cli, sim: Simulator, state: Path) -> None:
    login(cli, sim)
    assert cli("logout", env={**hosts_of(sim), "LIBRUS_API_BACKEND": "odd"}).status == 0
    assert not list(state.glob("*.json"))


def test_nobody_to_sign_in_with(cli: Cli, sim: Simulator) -> None:
    for argv in (["children", "list"], ["me", "--child", "1"]):
        result = cli(*argv, "--format", "json", env=hosts_of(sim))
        assert result.error["code"] == "CONFIGURATION_ERROR"
        assert result.error["message"].startswith("Credentials of the family account are missing")
        assert "librus login" in result.error["message"]
    assert not sim.counts
