"""A folder of sign-ins that others may change, and files in it of which nobody knows whose they are."""

from __future__ import annotations

import errno
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from librus_sdk import FileStore
from librus_sdk.core.keeping import Document, Kept, written
from librus_sdk.errors import LibrusConfigurationError, LibrusStoreWarning
from librus_sdk.secret import Secret
from librus_sdk.shells.file_shelf import FileClaim, FileShelf
from tests.models.samples import MARKER
from tests.shells.claims import KEY, claimed, keep, names

POSIX = pytest.mark.skipif(os.name != "posix", reason="no modes there")
OURS = written(Document("owner", "series", 1, {"portal": Kept(Secret("cookies"), 1)})).reveal()


@pytest.fixture
def shelf(folder: Path) -> FileShelf:
    return FileStore(folder).shelf(KEY)


def told_by(act: Callable[[], object]) -> list[LibrusStoreWarning]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        act()
    return [each.message for each in told if isinstance(each.message, LibrusStoreWarning)]


# --- folders that others may change --------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize(
    ("mode", "is_open"),
    [
        (0o700, False),
        (0o755, False),
        (0o750, False),
        (0o777, True),
        (0o770, True),
        (0o702, True),
        (0o1777, False),
        (0o1770, False),
    ],
    ids=oct,
)
def test_who_may_change_a_folder(folder: Path, mode: int, is_open: bool) -> None:
    folder.mkdir(parents=True)
    folder.chmod(mode)
    store = FileStore(folder)
    assert store.is_open() is is_open

    def twice() -> None:
        for _ in range(2):
            keep(store.shelf(KEY), Secret(OURS))

    told = told_by(twice)
    assert [each.reason for each in told] == ["open_folder"] * is_open, "once for a store"
    assert MARKER not in "".join(map(str, told))
    assert store.shelf(KEY).load() == Secret(OURS), "it is used"


@POSIX
def test_whoever_owns_a_folder_may_change_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(parents=True, mode=0o700)
    store = FileStore(folder)
    os.chown(folder, 12345, -1) if os.geteuid() == 0 else monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert store.is_open()


def test_a_folder_that_is_not_there_is_nobodys(folder: Path) -> None:
    assert not FileStore(folder).is_open()


@POSIX
def test_a_folder_made_here_is_its_owners(folder: Path) -> None:
    before = os.umask(0)
    try:
        assert told_by(lambda: keep(FileStore(folder).shelf(KEY), Secret(OURS))) == []
    finally:
        os.umask(before)


@POSIX
def test_a_system_without_owners_has_none_to_ask(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    monkeypatch.delattr(os, "geteuid")
    assert not FileStore(folder).is_open()


# --- removing what is ours ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [OURS, OURS[:40], f" \n{OURS}", '{"kind": "librus-sdk names", "format": 1}', "librus-sdk sealed 1\n\x01"],
    ids=["whole", "cut short", "blanks", "names", "sealed"],
)
def test_what_begins_as_ours_is_removed(claim: FileClaim, folder: Path, content: str) -> None:
    file = folder / "bot.newer-1.json"
    file.write_text(content, encoding="utf-8")
    (folder / "bot.newer-1.json.part").touch()
    assert claim.erase(file)
    assert all(name.endswith(".lock") for name in names(folder))


@pytest.mark.parametrize("content", ["", "{", '{"kind": "a cookbook"}', "Dear diary", f"x{OURS}"])
def test_what_does_not_stays(claim: FileClaim, folder: Path, content: str) -> None:
    file = folder / "bot.json"
    file.write_text(content, encoding="utf-8")
    assert not claim.erase(file)
    assert file.read_text(encoding="utf-8") == content


def test_what_is_no_file_stays(claim: FileClaim, folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.write_text(OURS, encoding="utf-8")
    link = folder / "link.json"
    link.symlink_to(elsewhere)
    (folder / "folder.json").mkdir()
    for path in (link, folder / "folder.json", folder / "missing.json"):
        with pytest.raises(LibrusConfigurationError) as caught:
            claim.erase(path)
        assert caught.value.reason == "wrong_place"
        assert MARKER not in caught.value.message
    assert {"elsewhere", "link.json", "folder.json"} <= set(names(folder))


# --- what is said of trouble ----------------------------------------------------------------------------


def test_why_it_cannot_be_kept_is_one_word(
    shelf: FileShelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claimed(shelf)

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(LibrusConfigurationError, match="No space left") as caught:
            claim.save(Secret(OURS))
    assert caught.value.reason == "no_space"
    claim.release()
    with pytest.raises(LibrusConfigurationError) as caught:
        claim.save(Secret(OURS))
    assert caught.value.reason == "overtaken"
    folder.rename(folder.with_name("elsewhere"))
    folder.touch()
    with pytest.raises(LibrusConfigurationError) as caught:
        shelf.claim()
    assert caught.value.reason == "wrong_place"
