"""Sessions in encrypted files: nothing without the key ring, nothing lost with it."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError

from librus_sdk import FileStore, KeyringStore, Secret
from librus_sdk.core import keeping
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.shells.file_shelf import FileClaim, FileShelf
from librus_sdk.shells.store import SessionStore, StoreKey
from tests.models.samples import MARKER
from tests.shells.claims import KEY, STEM, keep, names
from tests.shells.conftest import refuses

CONTENT = Secret(json.dumps({"token": MARKER, "child": "Zażółć"}))


class FileRing(KeyringBackend):
    """A key ring in a file: what a desktop's is, without the desktop."""

    priority: ClassVar[float] = 1  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, path: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.path = path
        self.locked = False
        self.keeps = True

    def read(self) -> dict[str, str]:
        if self.locked:
            raise KeyringLocked(f"{MARKER} is locked")
        kept: dict[str, str] = json.loads(self.path.read_text()) if self.path.exists() else {}
        return kept

    def get_password(self, service: str, username: str) -> str | None:
        return self.read().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.keeps:
            self.path.write_text(json.dumps(self.read() | {f"{service} {username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        kept = self.read()
        if f"{service} {username}" not in kept:
            raise PasswordDeleteError("not there")
        del kept[f"{service} {username}"]
        self.path.write_text(json.dumps(kept))


@pytest.fixture(autouse=True)
def ring(tmp_path: Path) -> Iterator[FileRing]:
    """The key ring of whoever runs the tests is not touched."""
    before, made = keyring.get_keyring(), FileRing(tmp_path / "ring.json")
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def shelf(folder: Path) -> FileShelf:
    return KeyringStore(folder).shelf(KEY)


def is_damaged(shelf: FileShelf) -> bool:
    loaded = shelf.load()
    assert loaded is not None
    return keeping.read(loaded, KEY.owner) == "damaged"


# --- what is kept -----------------------------------------------------------------------------------------


def test_what_is_saved_is_loaded_and_nothing_of_it_is_in_the_file(
    shelf: FileShelf, claim: FileClaim, folder: Path, ring: FileRing
) -> None:
    assert shelf.load() is None
    assert ring.read() == {}
    claim.save(CONTENT)
    keys = ring.read()
    assert list(keys) == [f"librus-sdk {STEM}"]
    store: SessionStore = KeyringStore(folder)
    assert store.shelf(KEY).load() == CONTENT
    document = folder / f"{STEM}.sealed"
    before = document.read_bytes()
    for text in (MARKER, "token", "child", next(iter(keys.values()))):
        assert text.encode() not in before
    claim.save(CONTENT)
    assert document.read_bytes() != before
    assert shelf.load() == CONTENT
    assert ring.read() == keys
    assert names(folder) == [f"{STEM}.lock", f"{STEM}.sealed"]
    assert [(each.label, each.encrypted) for each in FileStore(folder).files()] == [("family", True)]


def test_every_document_has_a_key_of_its_own(folder: Path, ring: FileRing) -> None:
    for name in ("mama", "tata"):
        keep(KeyringStore(folder, name=name, service="my program").shelf(KEY), CONTENT)
    keys = ring.read()
    assert list(keys) == ["my program mama", "my program tata"]
    assert len(set(keys.values())) == 2


def test_plain_and_encrypted_documents_do_not_get_in_each_others_way(
    shelf: FileShelf, claim: FileClaim, folder: Path
) -> None:
    plain = FileStore(folder).shelf(KEY)
    claim.save(CONTENT)
    assert plain.load() is None
    assert plain.claim() is None  # one of them at a time all the same
    claim.release()
    keep(plain, Secret("{}"))
    assert (shelf.load(), plain.load()) == (CONTENT, Secret("{}"))


# --- keys that are gone -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "A" * 43 + "=", "no key at all", "c2hvcnQ=", "ż"])
def test_without_its_key_a_document_is_damaged_and_kept(
    shelf: FileShelf, claim: FileClaim, folder: Path, ring: FileRing, key: str | None
) -> None:
    claim.save(CONTENT)
    mine = ring.path.read_text()
    ring.path.write_text(json.dumps({} if key is None else {f"librus-sdk {STEM}": key}))
    assert is_damaged(shelf)
    aside = Path(claim.set_aside("damaged"))
    assert aside.name == f"{STEM}.damaged-1.sealed"
    claim.save(Secret("{}"))
    assert shelf.load() == Secret("{}")
    # With the key that was found again it can be read.
    ring.path.write_text(mine)
    aside.replace(folder / f"{STEM}.sealed")
    assert shelf.load() == CONTENT


@pytest.mark.parametrize("change", ["shorter", "empty", "beginning", "altered", "another's", "plain"])
def test_a_document_that_was_changed_is_damaged(
    shelf: FileShelf, claim: FileClaim, folder: Path, ring: FileRing, change: str
) -> None:
    claim.save(CONTENT)
    document = folder / f"{STEM}.sealed"
    content = document.read_bytes()
    changed = {
        "shorter": content[:25],
        "empty": b"",
        "beginning": content[:20],
        "altered": content[:-1] + bytes([content[-1] ^ 1]),
        "another's": content,
        "plain": CONTENT.reveal().encode(),
    }
    document.write_bytes(changed[change])
    if change == "another's":
        document.rename(folder / "tata.sealed")
        ring.path.write_text(json.dumps({"librus-sdk tata": ring.read()[f"librus-sdk {STEM}"]}))
        shelf = KeyringStore(folder, name="tata").shelf(KEY)
    assert is_damaged(shelf)


def test_the_key_goes_with_the_last_document(
    shelf: FileShelf, claim: FileClaim, ring: FileRing, folder: Path
) -> None:
    claim.save(CONTENT)
    aside = Path(claim.set_aside("newer"))
    claim.save(CONTENT)
    claim.remove()
    assert list(ring.read()) == [f"librus-sdk {STEM}"]  # what was set aside needs it
    aside.unlink()
    claim.remove()
    assert ring.read() == {}
    claim.remove()
    assert shelf.load() is None
    assert names(folder) == [f"{STEM}.lock"]


def test_a_locked_key_ring_costs_nothing(shelf: FileShelf, claim: FileClaim, ring: FileRing) -> None:
    claim.save(CONTENT)
    ring.locked = True
    for act in (shelf.load, lambda: claim.save(Secret("{}"))):
        refuses(act, "The key ring cannot be used: it is locked")
        with pytest.raises(LibrusConfigurationError) as caught:
            act()
        assert caught.value.reason == "locked_key_ring"
    ring.locked = False
    assert shelf.load() == CONTENT


def test_a_key_ring_that_keeps_nothing(
    shelf: FileShelf, claim: FileClaim, ring: FileRing, folder: Path
) -> None:
    ring.keeps = False
    refuses(lambda: claim.save(CONTENT), "did not keep the key")
    assert shelf.load() is None
    assert names(folder) == [f"{STEM}.lock"]


# --- no key ring ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("none", [fail.Keyring, null.Keyring])
def test_where_there_is_no_key_ring(folder: Path, none: type[KeyringBackend]) -> None:
    keyring.set_keyring(none())
    refuses(lambda: KeyringStore(folder), r"There is no key ring here .* KeyringStore\(or_file=True\)")
    store = KeyringStore(folder, or_file=True)
    assert not store.encrypted
    keep(store.shelf(KEY), CONTENT)
    assert FileStore(folder).shelf(KEY).load() == CONTENT


def test_where_there_is_one_it_is_used(folder: Path) -> None:
    assert KeyringStore(folder).encrypted
    assert KeyringStore(folder, or_file=True).encrypted


@pytest.mark.parametrize("missing", ["keyring", "cryptography"])
def test_the_extra_may_be_missing(folder: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    for or_file in (True, False):
        refuses(
            lambda or_file=or_file: KeyringStore(folder, or_file=or_file),  # type: ignore[misc]
            r'pip install "librus-sdk\[keyring\]"',
        )


def test_the_key_ring_is_opened_when_it_is_needed() -> None:
    code = "import sys\nfrom librus_sdk import KeyringStore\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"keyring", "cryptography", "filelock"} & set(run.stdout.split())


@pytest.mark.parametrize("service", ["", "  ", None, 5])
def test_what_is_no_service(folder: Path, service: Any) -> None:
    refuses(lambda: KeyringStore(folder, service=service), "service must be a text")


def test_what_a_file_store_refuses_is_refused(folder: Path) -> None:
    refuses(lambda: KeyringStore(folder, name=f"/{MARKER}"), "name must be")
    nobody = StoreKey.of("school", None, ("portal",), usual_hosts=True)
    refuses(lambda: KeyringStore(folder).shelf(nobody), r'KeyringStore\(name="..."\)')


def test_nothing_of_it_is_shown(folder: Path) -> None:
    store = KeyringStore(folder)
    assert repr(store) == "<KeyringStore>"
    with pytest.raises(TypeError, match="make a KeyringStore where it is used"):
        pickle.dumps(store)


def test_what_is_no_answer_to_a_question_of_safety_is_refused(folder: Path) -> None:
    odd: Any = "no"
    refuses(lambda: KeyringStore(folder, or_file=odd), "or_file must be True or False")
