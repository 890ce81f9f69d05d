"""Writing a download: whole or not at all, over nothing that was not meant, for its owner only."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from librus_sdk import LibrusConfigurationError
from librus_sdk.cli._failures import UsageError
from librus_sdk.cli._files import save

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are different there")


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("content", [b"", b"%PDF \x00\xff\r\n" * 1000])
@pytest.mark.parametrize("force", [False, True])
def test_a_new_file_holds_what_was_downloaded(tmp_path: Path, content: bytes, force: bool) -> None:
    path = tmp_path / "świadectwo.pdf"
    save(content, path, option="--output", force=force)
    assert path.read_bytes() == content
    assert names(tmp_path) == ["świadectwo.pdf"]


def test_a_bare_name_is_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save(b"x", Path("a.pdf"), option="--output")
    assert names(tmp_path) == ["a.pdf"]


@posix
@pytest.mark.parametrize("force", [False, True])
def test_only_its_owner_may_read_it(tmp_path: Path, force: bool) -> None:
    path = tmp_path / "a.pdf"
    if force:
        path.write_bytes(b"old")
        path.chmod(0o666)
    before = os.umask(0)
    try:
        save(b"new", path, option="--output", force=force)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_is_replaced_with_force_only(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")
    with pytest.raises(UsageError) as caught:
        save(b"new", path, option="--output")
    assert caught.value.message == "The file named by --output exists; --force replaces it."
    assert caught.value.code == "CLI_USAGE_ERROR"
    assert path.read_bytes() == b"old"
    save(b"new", path, option="--output", force=True)
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.pdf"]


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    path = tmp_path / "a.pdf"
    sync = os.fsync

    def meanwhile(handle: int) -> None:
        sync(handle)
        path.write_bytes(b"somebody's")

    def refuse(*_names: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fsync", meanwhile)
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(UsageError, match="exists"):
        save(b"new", path, option="--output")
    assert path.read_bytes() == b"somebody's"
    assert names(tmp_path) == ["a.pdf"]


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_names: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    save(b"new", tmp_path / "a.pdf", option="--output")
    assert (tmp_path / "a.pdf").read_bytes() == b"new"
    assert names(tmp_path) == ["a.pdf"]


@posix
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("target", ["precious.txt", "missing.txt"])
def test_a_symbolic_link_is_never_written_through(tmp_path: Path, force: bool, target: str) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_bytes(b"precious")
    link = tmp_path / "a.pdf"
    link.symlink_to(tmp_path / target)
    with pytest.raises(UsageError, match="--output names is a symbolic link"):
        save(b"new", link, option="--output", force=force)
    assert link.is_symlink()
    assert precious.read_bytes() == b"precious"
    assert names(tmp_path) == ["a.pdf", "precious.txt"]


@posix
def test_a_link_that_appears_meanwhile_is_replaced_and_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    precious, path, sync = tmp_path / "precious.txt", tmp_path / "a.pdf", os.fsync
    precious.write_bytes(b"precious")

    def meanwhile(handle: int) -> None:
        sync(handle)
        path.symlink_to(precious)

    monkeypatch.setattr(os, "fsync", meanwhile)
    save(b"new", path, option="--output", force=True)
    assert precious.read_bytes() == b"precious"
    assert (path.is_symlink(), path.read_bytes()) == (False, b"new")


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_is_no_file(tmp_path: Path, force: bool) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="--output names exists and is no file"):
        save(b"new", tmp_path / "folder", option="--output", force=force)
    with pytest.raises(UsageError):
        save(b"new", Path(), option="--output", force=force)


@posix
def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is no file"):
        save(b"new", tmp_path / "pipe", option="--output", force=True)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@posix
@pytest.mark.parametrize("where", ["missing/a.pdf", "file/a.pdf", "n" * 300, "a\0b", "locked/a.pdf"])
@pytest.mark.parametrize("force", [False, True])
def test_a_place_where_nothing_can_be_written(tmp_path: Path, where: str, force: bool) -> None:
    (tmp_path / "file").write_bytes(b"")
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    path = tmp_path / where
    if where.startswith("locked") and os.access(locked, os.W_OK):
        path = Path("/proc/a.pdf")  # the superuser may write into any folder, but not there
    with pytest.raises(LibrusConfigurationError) as caught:
        save(b"secret", path, option="--output", force=force)
    assert caught.value.message.startswith("The file named by --output cannot be written: ")
    assert caught.value.code == "CONFIGURATION_ERROR"
    assert caught.value.__cause__ is None
    assert str(tmp_path) not in str(caught.value)
    assert names(tmp_path) == ["file", "locked"]
    assert names(locked) == []


@posix
@pytest.mark.parametrize("force", [False, True])
def test_a_full_disk_leaves_nothing(tmp_path: Path, force: bool) -> None:
    import resource

    old = tmp_path / "old.pdf"
    old.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(LibrusConfigurationError, match="--output cannot be written: File too large"):
            save(b"x" * (2 << 20), old if force else tmp_path / "a.pdf", option="--output", force=force)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(tmp_path) == ["old.pdf"]
    assert old.read_bytes() == b"old"


@pytest.mark.parametrize("force", [False, True])
def test_ctrl_c_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: bool) -> None:
    old = tmp_path / "old.pdf"
    old.write_bytes(b"old")

    def interrupt(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(b"new", old if force else tmp_path / "a.pdf", option="--output", force=force)
    assert names(tmp_path) == ["old.pdf"]
    assert old.read_bytes() == b"old"
