"""Writing a file: whole or not at all, over nothing that was not meant, for its owner only."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from librus_sdk import LibrusConfigurationError
from librus_sdk.shells.disk import PartFile, save
from tests.models.samples import everything_shown
from tests.shells.claims import names

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are different there")


@pytest.mark.parametrize("content", [b"", b"%PDF \x00\xff\r\n" * 1000])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_new_file_holds_what_was_downloaded(tmp_path: Path, content: bytes, overwrite: bool) -> None:
    path = tmp_path / "świadectwo.pdf"
    save(content, path, overwrite=overwrite)
    assert path.read_bytes() == content
    assert names(tmp_path) == ["świadectwo.pdf"]


def test_a_bare_name_is_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save(b"x", Path("a.pdf"))
    assert names(tmp_path) == ["a.pdf"]


@posix
@pytest.mark.parametrize("overwrite", [False, True])
def test_only_its_owner_may_read_it(tmp_path: Path, overwrite: bool) -> None:
    path = tmp_path / "a.pdf"
    if overwrite:
        path.write_bytes(b"old")
        path.chmod(0o666)
    before = os.umask(0)
    try:
        save(b"new", path, overwrite=overwrite)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_is_replaced_only_when_that_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")
    with pytest.raises(LibrusConfigurationError) as caught:
        save(b"new", path)
    assert caught.value.message == "The file that path names exists; overwrite=True replaces it."
    assert caught.value.code == "FILE_EXISTS"
    assert caught.value.__context__ is None
    assert path.read_bytes() == b"old"
    save(b"new", path, overwrite=True)
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

    def refuse(*_names: object, **_folders: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fsync", meanwhile)
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(LibrusConfigurationError, match="exists"):
        save(b"new", path)
    assert path.read_bytes() == b"somebody's"
    assert names(tmp_path) == ["a.pdf"]


def test_a_platform_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "link")
    save(b"new", tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == b"new"
    assert names(tmp_path) == ["a.pdf"]


@posix
def test_a_link_that_appears_where_there_are_no_hard_links_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    precious, path = tmp_path / "precious.txt", tmp_path / "Zofia Nowak.pdf"

    def refuse(*_names: object, **_folders: object) -> None:
        path.symlink_to(precious)
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(LibrusConfigurationError, match="symbolic link") as caught:
        save(b"new", path)
    assert "Zofia" not in everything_shown(caught.value)
    assert path.is_symlink()
    assert names(tmp_path) == ["Zofia Nowak.pdf"]


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_names: object, **_folders: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    save(b"new", tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == b"new"
    assert names(tmp_path) == ["a.pdf"]


@posix
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("target", ["precious.txt", "missing.txt"])
def test_a_symbolic_link_is_never_written_through(tmp_path: Path, overwrite: bool, target: str) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_bytes(b"precious")
    link = tmp_path / "a.pdf"
    link.symlink_to(tmp_path / target)
    with pytest.raises(LibrusConfigurationError, match="path names is a symbolic link"):
        save(b"new", link, overwrite=overwrite)
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
    save(b"new", path, overwrite=True)
    assert precious.read_bytes() == b"precious"
    assert (path.is_symlink(), path.read_bytes()) == (False, b"new")


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_is_no_file(tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(LibrusConfigurationError, match="path names exists and is no file"):
        save(b"new", tmp_path / "folder", overwrite=overwrite)
    with pytest.raises(LibrusConfigurationError):
        save(b"new", Path(), overwrite=overwrite)


@posix
def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LibrusConfigurationError, match="is no file"):
        save(b"new", tmp_path / "pipe", overwrite=True)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@posix
@pytest.mark.parametrize("where", ["missing/a.pdf", "file/a.pdf", "n" * 300, "a\0b", "locked/a.pdf"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_place_where_nothing_can_be_written(tmp_path: Path, where: str, overwrite: bool) -> None:
    (tmp_path / "file").write_bytes(b"")
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    path = tmp_path / where
    if where.startswith("locked") and os.access(locked, os.W_OK):
        path = Path("/proc/a.pdf")  # the superuser may write into any folder, but not there
    with pytest.raises(LibrusConfigurationError) as caught:
        save(b"secret", path, overwrite=overwrite)
    assert caught.value.message.startswith("The file that path names cannot be written: ")
    assert caught.value.code == "CONFIGURATION_ERROR"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert str(tmp_path) not in str(caught.value)
    assert names(tmp_path) == ["file", "locked"]
    assert names(locked) == []


@posix
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_full_disk_leaves_nothing(tmp_path: Path, overwrite: bool) -> None:
    import resource

    old = tmp_path / "old.pdf"
    old.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(LibrusConfigurationError, match="path names cannot be written: File too large"):
            save(b"x" * (2 << 20), old if overwrite else tmp_path / "a.pdf", overwrite=overwrite)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(tmp_path) == ["old.pdf"]
    assert old.read_bytes() == b"old"


@pytest.mark.parametrize("overwrite", [False, True])
def test_ctrl_c_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool) -> None:
    old = tmp_path / "old.pdf"
    old.write_bytes(b"old")

    def interrupt(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(b"new", old if overwrite else tmp_path / "a.pdf", overwrite=overwrite)
    assert names(tmp_path) == ["old.pdf"]
    assert old.read_bytes() == b"old"


@pytest.mark.parametrize("wrong", [None, 5, b"a.pdf", ["a.pdf"], object()])
def test_what_is_no_path(wrong: Any) -> None:
    with pytest.raises(LibrusConfigurationError, match="path must be the path of a file"):
        save(b"x", wrong)


def test_a_path_may_be_text(tmp_path: Path) -> None:
    save(b"x", f"{tmp_path}/a.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == b"x"


@pytest.fixture
def part(tmp_path: Path) -> PartFile:
    return PartFile(tmp_path / "a.pdf", overwrite=False)


def test_a_part_file_begins_anew(part: PartFile, tmp_path: Path) -> None:
    part.open()
    part.write(b"a first attempt, longer than the second")
    part.begin()
    part.write(b"the second")
    assert part.size == 10
    part.sync()
    assert [name[:8] for name in names(tmp_path)] == [".librus-"]
    part.place()
    part.discard()
    part.discard()
    assert names(tmp_path) == ["a.pdf"]
    assert part.path.read_bytes() == b"the second"


def test_a_part_file_that_is_discarded_leaves_nothing(part: PartFile, tmp_path: Path) -> None:
    part.discard()
    part.open()
    part.write(b"x")
    part.discard()
    assert names(tmp_path) == []


def test_ctrl_c_while_the_file_is_made_leaves_nothing(
    part: PartFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def interrupt(*given: Any, **more: Any) -> int:
        os.close(opened(*given, **more))
        assert len(names(tmp_path)) == 1
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", interrupt)
        with pytest.raises(KeyboardInterrupt):
            part.open()
    part.discard()
    assert names(tmp_path) == []


@posix
def test_a_full_disk_that_is_noticed_late_leaves_nothing(part: PartFile, tmp_path: Path) -> None:
    """Few bytes wait in memory until the file is closed, which then fails as well."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    part.open()
    part.write(b"a" * 100)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50, before[1]))
    try:
        with pytest.raises(LibrusConfigurationError, match="File too large"):
            part.sync()
        part.discard()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(tmp_path) == []


def test_no_error_names_the_path(tmp_path: Path) -> None:
    path = tmp_path / "Zofia Nowak.pdf"
    path.write_bytes(b"old")
    for where in (path, tmp_path / "Zofia Nowak" / "a.pdf"):
        with pytest.raises(LibrusConfigurationError) as caught:
            save(b"secret content", where)
        error = caught.value
        assert "Zofia" not in everything_shown(error)
        assert "secret content" not in everything_shown(error)
        assert (error.__cause__, error.__context__) == (None, None)


# --- the folder, while the file is written -----------------------------------------------------------------

holds = pytest.mark.skipif(not {os.open, os.stat} <= os.supports_dir_fd, reason="folders cannot be held here")


@pytest.mark.parametrize("held", [pytest.param(True, marks=holds), False])
@pytest.mark.parametrize("overwrite", [False, True])
def test_the_current_folder_may_change_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool, overwrite: bool
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    if not held:
        monkeypatch.setattr(os, "supports_dir_fd", set[object]())
    monkeypatch.chdir(here)
    part = PartFile("a.pdf", overwrite=overwrite)
    try:
        part.open()
        part.write(b"x")
        monkeypatch.chdir(there)
        part.sync()
        part.place()
    finally:
        part.discard()
    assert (names(here), names(there)) == (["a.pdf"], [])
    assert part.path == Path("a.pdf")


@holds
@pytest.mark.parametrize("then", ["place", "discard"])
@pytest.mark.parametrize("swapped", [False, True])
def test_the_folder_may_be_renamed_meanwhile(tmp_path: Path, then: str, swapped: bool) -> None:
    """And another be put in its place: nothing is written there, and nothing stays behind."""
    folder, moved, other = tmp_path / "folder", tmp_path / "moved", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    part = PartFile(folder / "a.pdf", overwrite=False)
    try:
        part.open()
        folder.rename(moved)
        if swapped:
            folder.symlink_to(other)
        part.sync()
        if then == "place":
            part.place()
    finally:
        part.discard()
    assert (names(moved), names(other)) == (["a.pdf"] * (then == "place"), [])


@holds
def test_no_folder_stays_held(tmp_path: Path) -> None:
    handles = Path("/proc/self/fd") if Path("/proc/self/fd").exists() else Path("/dev/fd")
    save(b"x", tmp_path / "warm.pdf")
    before = len(list(handles.iterdir()))
    for number in range(20):
        save(b"x", tmp_path / f"{number}.pdf")
        with pytest.raises(LibrusConfigurationError):
            save(b"x", tmp_path / f"{number}.pdf")
    assert len(list(handles.iterdir())) == before


def test_discarding_is_not_cut_short(part: PartFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlink, tries = os.unlink, [KeyboardInterrupt]

    def interrupted(*given: Any, **more: Any) -> None:
        if tries:
            raise tries.pop()
        unlink(*given, **more)

    part.open()
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", interrupted)
        with pytest.raises(KeyboardInterrupt):
            part.discard()
    assert names(tmp_path) == []


# --- paths that are none -----------------------------------------------------------------------------------


class Strange(os.PathLike[str]):
    """A path of somebody's own making."""

    def __init__(self, gives: Any) -> None:
        self.gives = gives

    def __repr__(self) -> str:
        return "Zofia Nowak"

    def __fspath__(self) -> str:
        if isinstance(self.gives, Exception):
            raise self.gives
        found: str = self.gives
        return found


@pytest.mark.parametrize(
    "wrong",
    [
        b"Zofia Nowak",
        bytearray(b"Zofia Nowak"),
        ["Zofia Nowak"],
        Strange(b"Zofia Nowak"),
        Strange(5),
        Strange(RuntimeError("Zofia Nowak")),
        Strange(ValueError("Zofia Nowak")),
    ],
    ids=lambda wrong: type(getattr(wrong, "gives", wrong)).__name__,
)
def test_what_is_no_path_is_said_and_not_shown(wrong: Any) -> None:
    with pytest.raises(LibrusConfigurationError, match="path must be the path of a file") as caught:
        save(b"x", wrong)
    assert "Zofia" not in everything_shown(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_path_may_be_of_any_making(tmp_path: Path) -> None:
    save(b"x", Strange(f"{tmp_path}/a.pdf"))
    assert names(tmp_path) == ["a.pdf"]
