"""The folder of the sign-ins as a whole: signing out of everything in it, and telling what each file is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from librus_sdk.core.keeping import Document, Kept, Mishap, written
from librus_sdk.secret import Secret
from librus_sdk.shells.file_shelf import MAX_BYTES, FileShelf, Plain
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, first

SIGN_IN = Document("owner", "series", 1, {"portal": Kept(Secret("cookies"), 1)})
FAILURE = Document("owner", "series", 1, {}, {"portal": Mishap("LibrusCredentialsError", "CODE", "Refused.")})
NEWER = '{"kind": "librus-sdk session", "format": 99}'
DIARY = "Dear diary"


def put(state: Path, **contents: str) -> None:
    """Put files there, and their locks; in a name two underscores stand for a hyphen, one for a dot."""
    state.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        path = state / name.replace("__", "-").replace("_", ".")
        (state / f"{path.name.partition('.')[0]}.lock").touch()
        path.write_text(content, encoding="utf-8")


def text(document: Document) -> str:
    return written(document).reveal()


def there(state: Path) -> set[str]:
    """Whatever is there but locks."""
    return {path.name for path in state.iterdir() if path.suffix != ".lock"}


# --- librus logout --all ------------------------------------------------------------------------------------


def test_signing_out_of_everything(cli: Cli, sim: Simulator, state: Path) -> None:
    env = {"LIBRUS_CHILD": first(sim)}
    assert cli("grades", "list", env={**sim.environ(), **env}).status == 0
    assert cli("me", env=sim.gateway_environ()).status == 0
    put(
        state,
        bot_json=text(SIGN_IN),
        bot_sealed="librus-sdk sealed 1\n\x00\x01",
        login_newer__1_json=NEWER,
        login_damaged__1_json=text(SIGN_IN)[:40],
        family__0123456789abcdef_json=text(FAILURE),
        bot_json_part=text(SIGN_IN),
    )
    kept = there(state)
    assert len(kept) > 8
    sim.reset_counts()
    result = cli("logout", env={"COLUMNS": "1000"})
    assert "librus logout --all removes them." in result.out
    assert there(state) == kept
    result = cli("logout", "--all", "--format", "json")
    assert result.json == {"store": str(state), "removed": True, "left": []}
    assert there(state) == set()
    assert "There was nothing to remove." in cli("logout", "--all").out
    assert not sim.counts, "Librus is told nothing"


def test_what_is_not_ours_stays(cli: Cli, state: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text(text(SIGN_IN), encoding="utf-8")
    put(
        state,
        diary_json=DIARY,
        diary_damaged__1_json=DIARY,
        diary_foreign__1_json='{"kind": "a cookbook"}',
        login_backup__1_json=DIARY,
        family__0123_damaged__1_json=DIARY,
        names__diary_damaged__1_json=DIARY,
        empty_json="",
        bot_json=text(SIGN_IN),
    )
    (state / "link.lock").touch()
    (state / "link.json").symlink_to(elsewhere)
    (state / "folder.lock").touch()
    (state / "folder.json").mkdir()
    (state / "login.lock").touch()
    (state / "login.damaged-2.json").symlink_to(elsewhere)
    (state / "login.damaged-3.json").mkdir()
    (state / "alone.json").write_text(text(SIGN_IN), encoding="utf-8")
    others = there(state) - {"bot.json"}
    result = cli("logout", "--all", env={"COLUMNS": "1000"})
    assert result.status == 0
    assert "What was kept is removed." in result.out
    assert "Files that do not look like those of librus-sdk, or cannot be removed, are still" in result.out
    assert "diary.json" in result.out
    assert there(state) == others
    assert (state / "diary.json").read_text(encoding="utf-8") == DIARY
    assert elsewhere.exists()


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [(b"{", b"X", "damaged"), (b"librus-sdk session", b"librus-sdk sessiom", "foreign")],
    ids=["its beginning", "its kind"],
)
def test_a_damaged_sign_in_goes_with_all_whatever_is_left_of_it(
    cli: Cli, sim: Simulator, state: Path, before: bytes, after: bytes, reason: str
) -> None:
    """But for a byte it still holds every child's token."""
    env = {**sim.environ(), "LIBRUS_CHILD": first(sim), "COLUMNS": "1000"}
    assert cli("me", env=env).status == 0
    (path,) = state.glob("family-*.json")
    path.write_bytes(path.read_bytes().replace(before, after, 1))
    assert "it was put aside" in cli("me", env=env).err
    aside = f"{path.stem}.{reason}-1.json"
    said = cli("logout", env=env).out
    assert f"put aside, are still in {state}: {aside}. librus logout --all removes them." in said
    assert there(state) == {aside}
    assert cli("logout", "--all", "--format", "json", env=env).json["left"] == []
    assert there(state) == set()


def test_what_only_librus_sdk_gives_such_a_name_goes_whatever_is_in_it(cli: Cli, state: Path) -> None:
    account = "0123456789abcdef"
    put(
        state,
        **{
            f"{owner}{ending}": DIARY
            for owner in (
                f"family__{account}",
                f"school__{account}",
                "login__01234567",
                "names__login",
                f"names__school__{account}__01234567",
            )
            for ending in ("_json", "_damaged__1_json", "_foreign__12_json", "_newer__1_sealed")
        },
        login_damaged__1_json=DIARY,
    )
    result = cli("logout", "--all", "--format", "json")
    assert result.json == {"store": str(state), "removed": True, "left": []}
    assert there(state) == set()


@pytest.mark.parametrize("content", ["plain", "utf-16", "long"])
@pytest.mark.parametrize("name", ["login_json", "login_foreign__1_json"])
def test_another_program_s_file_of_that_name_stays(cli: Cli, state: Path, name: str, content: str) -> None:
    text = '{"user": "me", "note": "of another program"}' + " " * (MAX_BYTES if content == "long" else 0)
    put(state, **{name: ""})
    (path,) = (path for path in state.iterdir() if path.suffix == ".json")
    path.write_text(text, encoding="utf-16" if content == "utf-16" else "utf-8")
    for argv in (("logout",), ("logout", "--all")):
        result = cli(*argv, env={"COLUMNS": "1000"})
        assert (result.status, path.exists()) == (0, True)
        assert path.name in result.out


def test_what_a_killed_program_had_begun_to_write_goes_too(cli: Cli, state: Path) -> None:
    half, account = text(SIGN_IN)[:60], "family__0123456789abcdef"
    put(
        state,
        login_json_part=half,
        **{f"{account}_json_part": half, f"{account}_sealed_part": ""},
        bot_json_part=half,
    )
    told = cli("auth", "status", env={"COLUMNS": "200"}).out
    assert told.count("half-written, by a program that was stopped") == 4
    assert "What was kept is removed." in cli("logout").out
    assert "login.json.part" not in there(state)
    assert cli("logout", "--all", "--format", "json").json["left"] == []
    assert there(state) == set()


def test_of_a_file_with_two_names_the_other_stays(cli: Cli, state: Path, tmp_path: Path) -> None:
    put(state, login_damaged__1_json=DIARY)
    kept = tmp_path / "diary.txt"
    os.link(state / "login.damaged-1.json", kept)
    assert cli("logout", "--all", "--format", "json").json["left"] == []
    assert kept.read_text(encoding="utf-8") == DIARY


@pytest.mark.skipif(os.name != "posix", reason="no owners there")
def test_another_user_s_file_stays_whatever_its_name(
    cli: Cli, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(state, login_damaged__1_json=DIARY)
    path = state / "login.damaged-1.json"
    try:
        os.chown(path, os.getuid() + 1, -1)
    except PermissionError:  # only the superuser gives files away; then be the other one
        other = os.geteuid() + 1
        monkeypatch.setattr(os, "geteuid", lambda: other)
    result = cli("logout", "--all", "--format", "json")
    assert result.json == {"store": str(state), "removed": False, "left": [str(path)]}
    assert path.read_text(encoding="utf-8") == DIARY


def test_without_a_folder_there_is_nothing_to_sign_out_of(cli: Cli, state: Path) -> None:
    assert "There was nothing to remove." in cli("logout", "--all").out
    assert not state.exists()


def test_a_file_that_somebody_renews_is_waited_for(
    cli: Cli, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(state, bot_json=text(SIGN_IN))
    claim = FileShelf(state, "bot", Plain()).claim()
    assert claim is not None
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    result = cli("logout", "--all", "--format", "json")
    assert (result.status, result.error["code"]) == (1, "CONFIGURATION_ERROR")
    assert there(state) == {"bot.json"}
    monkeypatch.setattr("time.sleep", lambda _seconds: claim.release())
    assert cli("logout", "--all", "--format", "json").json["removed"] is True


@pytest.mark.parametrize("more", [(), ("--all",)], ids=["own", "all"])
def test_what_cannot_be_removed_does_not_save_the_rest(
    cli: Cli, sim: Simulator, state: Path, more: tuple[str, ...]
) -> None:
    assert cli("login", sim=sim).status == 0
    env = {**sim.environ(), "LIBRUS_CHILD": first(sim)}
    assert cli("grades", "list", env=env).status == 0
    (login,) = state.glob("login-*.json")
    put(state, bot_json=text(SIGN_IN))
    for owner in (login.stem, f"names-{login.stem}"):
        (state / f"{owner}.json").unlink(missing_ok=True)
        (state / f"{owner}.json").mkdir()
    result = cli("logout", *more, "--format", "json", env=env)
    assert result.error["message"] == (
        "Not everything could be removed; librus auth status tells what is left, and where. "
        "What the session store keeps is no file."
    )
    folders = {path.name for path in state.iterdir() if path.is_dir()}
    assert there(state) - folders == (set() if more else {"bot.json"})


# --- librus auth status -------------------------------------------------------------------------------------


def told(cli: Cli, env: dict[str, str] | None = None) -> Any:
    return cli("auth", "status", "--format", "json", env=env or {}).json["store"]


def test_a_sign_in_that_failed_is_no_sign_in(cli: Cli, sim: Simulator, state: Path) -> None:
    env = {**sim.environ(), "LIBRUS_PORTAL_PASSWORD": "not-the-password", "COLUMNS": "1000"}
    assert cli("me", "--child", first(sim), env=env).status == 1
    (path,) = state.glob("family-*.json")
    found = told(cli, env)
    assert (found["kept"], found["savedAt"], found["entries"]) == (False, None, [])
    assert {each["code"] for each in found["failures"]} == {"AUTHENTICATION_FAILED"}
    assert [(each["path"], each["holds"]) for each in found["files"]] == [(str(path), "failure")]
    said = cli("auth", "status", env=env).out
    assert "what is kept  only that signing in failed (AUTHENTICATION_FAILED)" in said
    assert "no sign-in: only that one failed" in said
    assert "last renewed" not in said
    right = {**sim.environ(), "COLUMNS": "1000"}
    assert cli("me", "--child", first(sim), env=right).status == 0
    found = told(cli, right)
    assert (found["kept"], found["failures"]) == (True, [])
    assert "sign-in of a family account" in cli("auth", "status", env=right).out


@pytest.mark.parametrize(
    ("content", "holds", "said"),
    [
        (text(SIGN_IN), "sign-in", "sign-in that a program keeps"),
        (text(FAILURE), "failure", "no sign-in: only that one failed"),
        (DIARY, "damaged", "of no use: damaged"),
        ('{"kind": "a cookbook", "format": 1}', "foreign", "of no use: another account's or program's"),
        (NEWER, "newer", "of no use: of a newer version"),
    ],
    ids=["sign-in", "failure", "diary", "cookbook", "newer"],
)
def test_the_status_says_what_a_file_holds(
    cli: Cli, state: Path, content: str, holds: str, said: str
) -> None:
    put(state, bot_json=content)
    (file,) = told(cli)["files"]
    assert file["holds"] == holds
    assert said in cli("auth", "status", env={"COLUMNS": "200"}).out


def test_of_a_file_that_cannot_be_read_the_status_says_so(
    cli: Cli, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(state, bot_json=text(SIGN_IN))
    for link in ("link", "names-login"):
        (state / f"{link}.lock").touch()
        (state / f"{link}.json").symlink_to(state / "bot.json")
    assert [each["holds"] for each in told(cli)["files"]] == ["sign-in", "unreadable", "unreadable"]
    assert cli("auth", "status", env={"COLUMNS": "200"}).out.count("of no use: cannot be read") == 2
    monkeypatch.setattr(FileShelf, "load", lambda _self: None)  # they were removed meanwhile
    assert [each["holds"] for each in told(cli)["files"]] == [None, None, None]


@pytest.mark.skipif(os.name != "posix", reason="no modes there")
def test_a_folder_that_others_may_change_is_told_of(cli: Cli, sim: Simulator, state: Path) -> None:
    state.mkdir(parents=True)
    state.chmod(0o777)
    result = cli("overview", "--all", sim=sim)
    assert result.status == 0
    assert result.err.count("Note: Other users of this computer may change the folder") == 1
    assert str(state) not in result.err
    assert told(cli, sim.environ())["openToOthers"] is True
    said = cli("auth", "status", env={**sim.environ(), "COLUMNS": "1000"}).out
    assert "can be changed by other users of this computer: chmod 700" in said
    state.chmod(0o700)
    assert told(cli, sim.environ())["openToOthers"] is False
    sim.expire_child_tokens()
    assert cli("overview", "--all", sim=sim).err == ""
    assert json.loads(next(state.glob("family-*.json")).read_text(encoding="utf-8"))["entries"]
