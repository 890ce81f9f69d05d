"""What commands keep of a sign-in, and what that spares the next ones."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from librus_sdk.cli._account import Account, store_of
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, first, spawn

GRADES = ("grades", "list", "--format", "json")
UNREAD = ("messages", "wiadomosci-unread", "--format", "json")


def account(sim: Simulator, name: str) -> dict[str, str]:
    """The variables of an account, and the child where one has to be named."""
    if name == "school":
        return sim.gateway_environ()
    return {**sim.environ(), "LIBRUS_CHILD": first(sim)}


def kept(state: Path) -> list[str]:
    """The documents there are."""
    return sorted(path.name for path in state.glob("*.json"))


def document(state: Path) -> dict[str, Any]:
    (path,) = state.glob("*.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


ACCOUNTS = pytest.mark.parametrize("name", ["family", "school"])


# --- what it spares -----------------------------------------------------------------------------------------


@ACCOUNTS
@pytest.mark.parametrize(
    ("argv", "asked"),
    [
        (GRADES, "Grades"),
        (("grades", "list"), "Grades"),
        (UNREAD, "wiadomosci/inbox/unreadMessagesCount"),
    ],
    ids=["grades", "text", "messages"],
)
def test_a_warm_read_is_one_request(
    cli: Cli, sim: Simulator, name: str, argv: tuple[str, ...], asked: str
) -> None:
    env = account(sim, name)
    cold = cli(*argv, env=env)
    assert (cold.status, cold.err) == (0, "")
    # The sign-in of a school's login takes more; this one is in the documentation.
    assert (sum(sim.counts.values()) == 6) == (name == "family" and argv == GRADES)
    for _ in range(2):
        sim.reset_counts()
        warm = cli(*argv, env=env)
        assert (warm.status, warm.out, warm.err) == (0, cold.out, "")
        (request,) = sim.requests
        assert request.endpoint.removeprefix("gateway/") == asked


@ACCOUNTS
def test_other_reads_begin_with_what_the_first_has_kept(cli: Cli, sim: Simulator, name: str) -> None:
    env = account(sim, name)
    cli(*GRADES, env=env)
    sim.reset_counts()
    assert cli("lucky-number", "get", "--format", "json", env=env).status == 0
    assert cli("timetable", "week", "--format", "json", env=env).status == 0
    assert len(sim.requests) == 2


@ACCOUNTS
def test_without_a_store_nothing_is_kept_and_nothing_used(
    cli: Cli, sim: Simulator, state: Path, name: str
) -> None:
    env = account(sim, name)
    sign_in = "web.login" if name == "school" else "login"
    for number in (1, 2):
        assert cli(*GRADES, "--no-store", env=env).err == ""
        assert sim.counts[sign_in] == number
    assert not state.exists()
    assert cli(*GRADES, env=env).status == 0
    before = document(state)
    sim.reset_counts()
    assert cli(*GRADES, "--no-store", env=env).status == 0
    assert sim.counts[sign_in] == 1
    assert document(state) == before


@pytest.mark.parametrize("argv", [["--no-store", "grades", "list"], ["grades", "--no-store", "list"]])
def test_the_option_may_stand_anywhere(cli: Cli, sim: Simulator, state: Path, argv: list[str]) -> None:
    assert cli(*argv, "--child", first(sim), sim=sim).status == 0
    assert not state.exists()


def test_without_a_store_the_sign_in_of_librus_login_is_left_out(cli: Cli, sim: Simulator) -> None:
    assert cli("login", sim=sim).status == 0
    sim.reset_counts()
    env = {**sim.environ(), "LIBRUS_PORTAL_PASSWORD": ""}
    assert cli("me", "--child", first(sim), env=env).status == 0
    result = cli("me", "--child", first(sim), "--no-store", "--format", "json", env=env)
    assert (result.status, result.error["code"]) == (1, "CONFIGURATION_ERROR")
    assert result.error["message"].startswith(
        "--no-store leaves out the sign-in that librus login has kept, and there is no other."
    )
    assert set(sim.counts) == {"Me", "Classes"}


def test_what_is_kept_is_read_once_a_run(cli: Cli, sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    from librus_sdk.core import keeping

    assert cli("login", sim=sim).status == 0
    looks: list[str] = []
    read = keeping.read

    def counted(content: Any, owner: str) -> Any:
        looks.append(owner)
        return read(content, owner)

    monkeypatch.setattr(keeping, "read", counted)
    environ = {**os.environ, **sim.environ(), "LIBRUS_PORTAL_PASSWORD": "", "LIBRUS_GATEWAY_LOGIN": "5u"}
    run = Account(environ)
    for _ in range(2):
        assert run.way == "kept tokens"
        assert run.half_set
        assert run.kept is not None
        run.options(keeps=True, note=pytest.fail)
    assert len(looks) == 1


def test_the_children_are_listed_anew(cli: Cli, sim: Simulator) -> None:
    cli(*GRADES, env=account(sim, "family"))
    for number in (1, 2):
        sim.reset_counts()
        result = cli("children", "list", "--format", "json", sim=sim)
        assert len(result.json["children"]) == len(sim.children), number
        assert sim.counts == {"accounts": 1}


# --- what is kept -------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="no modes there")
@ACCOUNTS
def test_it_is_for_its_owner_only(cli: Cli, sim: Simulator, state: Path, name: str) -> None:
    before = os.umask(0)
    try:
        assert cli(*GRADES, env=account(sim, name)).status == 0
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()} == {0o600}
    for folder in (state, state.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@ACCOUNTS
def test_neither_password_nor_account_is_in_it_or_in_its_name(
    cli: Cli, sim: Simulator, state: Path, name: str
) -> None:
    env = account(sim, name)
    assert cli(*GRADES, env=env).status == 0
    assert cli(*UNREAD, env=env).status == 0
    written = "".join(path.name + path.read_text(encoding="utf-8") for path in state.iterdir())
    for variable in env:
        if variable.endswith(("PASSWORD", "EMAIL")):
            assert env[variable] not in written
    (path,) = state.glob("*.json")
    assert re.fullmatch(rf"{name}-[0-9a-f]{{16}}\.json", path.name)
    if name == "school":
        assert env["LIBRUS_GATEWAY_LOGIN"] not in path.name
        assert set(document(state)["entries"]) == {"web", "messages"}
    else:
        entries = {"portal", "accounts", f"messages:{first(sim)}"}
        assert set(document(state)["entries"]) == {*entries, *(f"child:{each.id}" for each in sim.children)}


def test_two_accounts_do_not_meet(cli: Cli, state: Path) -> None:
    with Simulator(seed=1) as one, Simulator(seed=2) as other:
        for sim in (one, other, one):
            assert cli(*GRADES, env=account(sim, "family")).json["child"]["id"] == int(first(sim))
        assert (one.counts["login"], other.counts["login"]) == (1, 1)
    assert len(kept(state)) == 2


def test_another_password_goes_on_with_the_sign_in_until_that_ends(cli: Cli, sim: Simulator) -> None:
    env = account(sim, "family")
    wrong = {**env, "LIBRUS_PORTAL_PASSWORD": "not-the-password"}
    assert cli(*GRADES, env=env).status == 0
    assert cli(*GRADES, env=wrong).status == 0
    sim.expire_child_tokens()
    sim.expire_portal_session()
    result = cli(*GRADES, env=wrong)
    assert (result.status, result.error["code"]) == (1, "AUTHENTICATION_FAILED")
    assert "not-the-password" not in result.err
    assert cli(*GRADES, env=env).status == 0


# --- what goes wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("occupied", id="a file"),
        pytest.param("occupied/below", id="below a file"),
        pytest.param(
            "/proc/librus-sdk",
            id="read-only",  # for the superuser, too
            marks=pytest.mark.skipif(not Path("/proc").is_dir(), reason="no such file system here"),
        ),
    ],
)
def test_a_folder_that_can_hold_nothing_is_told_of_once_and_stops_nobody(
    cli: Cli, sim: Simulator, tmp_path: Path, place: str
) -> None:
    (tmp_path / "occupied").write_text("a diary", encoding="utf-8")
    env = {**sim.environ(), "LIBRUS_STORE": str(tmp_path / place)}
    result = cli("overview", "--all", env=env)
    assert result.status == 0
    assert sim.children[0].name in result.out
    assert result.err == (
        f"Note: The sign-in could not be kept in the folder {tmp_path / place}: what stands in its place is "
        "no folder or no file. So the next command signs in again. LIBRUS_STORE can name another folder; "
        "--no-store keeps nothing.\n"
    )
    assert cli(*GRADES, "--no-store", "--child", first(sim), env=env).err == ""
    assert (tmp_path / "occupied").read_text(encoding="utf-8") == "a diary"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no such file system here")
def test_the_status_tells_of_a_folder_that_cannot_be_made_or_written(cli: Cli, sim: Simulator) -> None:
    # Nobody can write there, not even the superuser.
    for place, said in (("/proc", "cannot be written"), ("/proc/a/b", "cannot be made in /proc")):
        env = {**sim.environ(), "LIBRUS_STORE": place}
        told = " ".join(cli("auth", "status", env=env).out.split())
        why = "what stands in its place is no folder or no file"
        assert f"that folder {said}: {why}; LIBRUS_STORE can name another" in told
        assert told.endswith("what is kept nothing, so every command signs in")
        assert cli("auth", "status", "--format", "json", env=env).json["store"]["writable"] is False
    assert not sim.counts


def test_looking_whether_a_folder_can_be_written_leaves_nothing_there(
    cli: Cli, sim: Simulator, tmp_path: Path
) -> None:
    env = {**sim.environ(), "LIBRUS_STORE": str(tmp_path / "new" / "deeper")}
    found = cli("auth", "status", "--format", "json", env=env)
    assert found.json["store"]["writable"] is True
    assert "nothing yet: the next command signs in" in cli("auth", "status", env=env).out
    assert "that folder" not in cli("auth", "status", env=env).out
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="no modes there")
def test_a_folder_that_may_not_be_written_is_told_of(cli: Cli, sim: Simulator, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(0o500)
    if os.access(tmp_path / "theirs", os.W_OK):
        pytest.skip("modes do not stop this user")
    env = {**account(sim, "family"), "LIBRUS_STORE": str(tmp_path / "theirs")}
    assert f"in the folder {tmp_path / 'theirs'}: it does not let this program." in cli(*GRADES, env=env).err
    told = " ".join(cli("auth", "status", env=env).out.split())
    assert "cannot be written: it does not let this program; LIBRUS_STORE can name another" in told


NEWER = '{"kind": "librus-sdk session", "format": 99}'


@ACCOUNTS
@pytest.mark.parametrize(
    ("content", "reason", "said"),
    [
        ("half a", "damaged", "is damaged"),
        ("", "damaged", "is damaged"),
        ('{"kind": "a diary", "format": 1}', "foreign", "belongs to another account, or is no file"),
        (NEWER, "newer", "was written by a newer version of librus-sdk"),
    ],
    ids=["half", "empty", "foreign", "newer"],
)
def test_a_document_that_cannot_be_used_is_put_aside_and_told_of(
    cli: Cli, sim: Simulator, state: Path, name: str, content: str, reason: str, said: str
) -> None:
    env = account(sim, name)
    assert cli(*GRADES, env=env).status == 0
    (path,) = state.glob("*.json")
    path.write_text(content, encoding="utf-8")
    before = cli("auth", "status", "--format", "json", env=env).json["store"]
    assert (before["kept"], before["problem"]) == (False, reason)
    assert "the next sign-in puts it aside" in " ".join(cli("auth", "status", env=env).out.split())
    assert path.read_text(encoding="utf-8") == content
    result = cli(*GRADES, env=env)
    assert result.status == 0
    aside = path.with_name(f"{path.stem}.{reason}-1.json")
    assert result.err.startswith(f"Note: What was kept of the sign-in {said}")
    assert str(aside) in result.err
    assert result.err.count("Note:") == 1
    assert aside.read_text(encoding="utf-8") == content
    sim.reset_counts()
    assert cli(*GRADES, env=env).err == ""
    assert len(sim.requests) == 1
    after = cli("auth", "status", "--format", "json", env=env).json["store"]
    assert after["kept"] is True
    assert {each["setAside"] for each in after["files"]} == {reason, None}


def test_a_document_that_is_no_file_stops_nobody(cli: Cli, sim: Simulator, state: Path) -> None:
    env = account(sim, "family")
    assert cli(*GRADES, env=env).status == 0
    (path,) = state.glob("*.json")
    path.unlink()
    path.mkdir()
    result = cli(*GRADES, env=env)
    assert result.status == 0
    assert result.err.startswith(f"Note: The sign-in could not be kept in the folder {state}: what stands in")
    assert result.err.count("Note:") == 1
    assert "not yours to read, or no file" in " ".join(cli("auth", "status", env=env).out.split())


def homeless() -> Path:
    raise RuntimeError("Could not determine home directory.")


@pytest.mark.skipif(sys.platform == "win32", reason="other variables there")
@ACCOUNTS
def test_a_user_without_a_home_goes_on_without_a_store(
    cli: Cli, sim: Simulator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    env = {**account(sim, name), "XDG_STATE_HOME": ""}
    monkeypatch.setattr(Path, "home", homeless)
    for _ in range(2):
        result = cli(*GRADES, env=env)
        assert result.status == 0
        assert result.err == (
            "Note: It is not known where your own files are kept; LIBRUS_STORE can name a folder. Until then "
            "every command signs in anew.\n"
        )
    assert cli(*GRADES, "--no-store", env=env).err == ""
    told = cli("auth", "status", "--format", "json", env=env).json
    assert (told["ready"], told["store"]["folder"], told["store"]["kept"]) == (True, None, False)


def test_a_variable_that_names_no_folder_stops_nobody(cli: Cli, sim: Simulator) -> None:
    nobodys = {"LIBRUS_STORE": "~nobody-of-this-name/store"}
    result = cli(*GRADES, env={**account(sim, "family"), **nobodys})
    assert result.status == 0
    assert result.err.startswith("Note: LIBRUS_STORE must name a folder; it is set to something else.")
    with pytest.raises(LibrusConfigurationError, match="LIBRUS_STORE must name a folder"):
        store_of(nobodys)


# --- together -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="such processes are started differently there")
@ACCOUNTS
def test_two_commands_at_once_make_one_sign_in(sim: Simulator, tmp_path: Path, name: str) -> None:
    env = account(sim, name)
    gate = sim.hold("web.login" if name == "school" else "login")
    runs = [spawn(*GRADES, cwd=tmp_path, env=env)]
    gate.wait_arrived()
    runs += [spawn(*GRADES, cwd=tmp_path, env=env)]
    gate.release()
    ended(runs)
    assert sim.counts["web.login" if name == "school" else "login"] == 1


def ended(runs: list[subprocess.Popen[str]]) -> None:
    for run in runs:
        out, err = run.communicate(timeout=60)
        assert (run.returncode, err) == (0, "")
        assert json.loads(out)["data"]


@pytest.mark.skipif(sys.platform == "win32", reason="such processes are started differently there")
def test_commands_at_once_make_one_renewal_of_what_librus_login_has_kept(
    cli: Cli, sim: Simulator, state: Path, tmp_path: Path
) -> None:
    assert cli("login", sim=sim).status == 0
    sim.expire_portal_tokens()
    sim.expire_child_tokens()
    sim.reset_counts()
    env = {**account(sim, "family"), "LIBRUS_PORTAL_PASSWORD": ""}
    gate = sim.hold("oauth.token")
    runs = [spawn(*GRADES, cwd=tmp_path, env=env)]
    gate.wait_arrived()
    runs += [spawn(*GRADES, cwd=tmp_path, env=env) for _ in range(2)]
    gate.release()
    ended(runs)
    assert (sim.counts["oauth.token"], sim.counts["login"]) == (1, 0)
    assert len(kept(state)) == 1


def test_an_address_is_no_folder() -> None:
    with pytest.raises(LibrusConfigurationError, match="set to an address"):
        store_of({"LIBRUS_STORE": "redis://localhost"})
