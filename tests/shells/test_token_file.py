"""The file of tokens: its owner's only, whole or not there, and nothing of it in any error."""

from __future__ import annotations

import json
import os
import pickle
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from librus_sdk import LibrusConfigurationError, LibrusSession, TokenFile
from librus_sdk.flows.token_pair import TokenKeeper, TokenPair
from librus_sdk.secret import Secret
from librus_sdk.shells.token_file import FORMAT
from librus_sdk.simulator import Simulator
from tests.models.samples import MARKER, everything_shown

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are different there")
PAIR = TokenPair(Secret(f"{MARKER}-access"), Secret(f"{MARKER}-refresh"), 1_800_000_000.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file in a folder of its own, whose name is somebody's."""
    folder = tmp_path / MARKER
    folder.mkdir()
    return folder / "tokens.json"


@pytest.fixture
def tokens(path: Path) -> TokenFile:
    return TokenFile(path)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def document(**other: Any) -> bytes:
    fine = {"format": FORMAT, "access_token": f"{MARKER}-a", "refresh_token": f"{MARKER}-r"}
    return json.dumps({**fine, **other}).encode()


def refuses(act: Callable[[], Any], said: str) -> None:
    with pytest.raises(LibrusConfigurationError, match=said) as caught:
        act()
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert MARKER not in everything_shown(caught.value)


# --- what is kept -----------------------------------------------------------------------------------------


def test_what_is_saved_is_loaded(tokens: TokenFile, path: Path) -> None:
    keeper: TokenKeeper = tokens
    began = time.time()
    keeper.save(PAIR)
    pair = keeper.load()
    assert pair is not None
    assert (pair.access, pair.refresh, pair.expires_at) == (PAIR.access, PAIR.refresh, PAIR.expires_at)
    kept = TokenFile(str(path)).read()
    assert kept is not None
    assert kept.pair == PAIR
    assert began <= kept.saved_at <= time.time()
    assert tokens.path == path
    assert names(path.parent) == ["tokens.json"]


def test_there_may_be_none(tokens: TokenFile, tmp_path: Path) -> None:
    assert tokens.read() is None
    assert tokens.load() is None
    assert TokenFile(tmp_path / "nowhere" / "tokens.json").load() is None


@pytest.mark.parametrize("ends", [None, "soon", True, [], 10**400, float("nan"), float("inf")])
def test_what_is_no_time_is_not_known(tokens: TokenFile, path: Path, ends: Any) -> None:
    path.write_bytes(document(expires_at=ends, saved_at=ends))
    kept = tokens.read()
    assert kept is not None
    assert (kept.pair.expires_at, kept.saved_at) == (None, 0.0)


def test_forgetting_may_be_repeated(tokens: TokenFile, path: Path, tmp_path: Path) -> None:
    tokens.save(PAIR)
    tokens.forget()
    tokens.forget()
    assert names(path.parent) == []
    TokenFile(tmp_path / "nowhere" / "tokens.json").forget()


def test_a_pair_is_forgotten_while_it_is_the_one_that_is_kept(tokens: TokenFile, path: Path) -> None:
    newer = TokenPair(Secret("access-of-another-process"), Secret("refresh-of-another-process"))
    tokens.save(newer)
    tokens.forget(PAIR)
    assert tokens.load() == newer
    tokens.forget(TokenPair(newer.access, PAIR.refresh))
    assert tokens.load() == newer
    tokens.forget(newer)
    tokens.forget(newer)
    assert names(path.parent) == []


def test_what_cannot_be_compared_is_left_where_it_is(tokens: TokenFile, path: Path) -> None:
    path.write_bytes(b"{}")
    refuses(lambda: tokens.forget(PAIR), "damaged")
    assert path.read_bytes() == b"{}"
    tokens.forget()
    assert names(path.parent) == []


# --- whose file it is -------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("old", [None, 0o666])
def test_only_its_owner_may_read_it(tokens: TokenFile, path: Path, old: int | None) -> None:
    if old is not None:
        path.write_bytes(document())
        path.chmod(old)
    before = os.umask(0)
    try:
        tokens.save(PAIR)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix
def test_nothing_is_written_through_a_link(tokens: TokenFile, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"somebody's")
    path.symlink_to(other)
    refuses(lambda: tokens.save(PAIR), "symbolic link")
    tokens.forget()
    assert (other.read_bytes(), names(path.parent)) == (b"somebody's", [])


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    tokens = TokenFile(tmp_path / MARKER / "tokens.json")
    refuses(lambda: tokens.save(PAIR), "cannot be written")
    assert names(tmp_path) == []


def test_a_folder_in_its_place(tokens: TokenFile, path: Path) -> None:
    path.mkdir()
    refuses(tokens.load, "cannot be read")
    refuses(lambda: tokens.save(PAIR), "no file")
    refuses(tokens.forget, "cannot be removed")


def test_a_name_no_file_has(path: Path) -> None:
    tokens = TokenFile(f"{path}\0")
    refuses(tokens.load, "cannot be read")
    refuses(lambda: tokens.save(PAIR), "cannot be written")
    refuses(tokens.forget, "cannot be removed")


# --- what is no file of tokens ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe" + MARKER.encode(),
        b"[" * 100_000,
        b'"' + MARKER.encode() + b'"',
        document()[:-1],
        document(format=FORMAT + 1),
        document(format=None),
        document(access_token=""),
        document(access_token=7),
        document(refresh_token=None),
        document(access_token="\ud800" + MARKER),
        document(refresh_token=MARKER + "\udfff"),
        document(padding="x" * 70_000),
    ],
    ids=lambda content: repr(content[:40]),
)
def test_what_is_damaged_is_said_and_left_alone(tokens: TokenFile, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refuses(tokens.load, "damaged, or of another version")
    refuses(tokens.read, "Move it away and sign in again")
    assert path.read_bytes() == content


def test_more_than_is_known_is_no_damage(tokens: TokenFile, path: Path) -> None:
    path.write_bytes(document(note="kept by somebody"))
    assert tokens.load() is not None


# --- replacing --------------------------------------------------------------------------------------------


def test_a_reader_always_finds_one_whole_pair(tokens: TokenFile) -> None:
    tokens.save(PAIR)
    stopped = threading.Event()
    seen: set[tuple[str, str]] = set()
    wrong: list[BaseException] = []

    def reading() -> None:
        try:
            while not stopped.is_set():
                pair = tokens.load()
                assert pair is not None
                seen.add((pair.access.reveal(), pair.refresh.reveal()))
        except BaseException as error:  # noqa: BLE001  (told by the thread that waits)
            wrong.append(error)

    reader = threading.Thread(target=reading)
    reader.start()
    written = [(f"a{n}" * (n % 7 + 1), f"r{n}" * (n % 5 + 1)) for n in range(100)]
    for access, refresh in written:
        tokens.save(TokenPair(Secret(access), Secret(refresh)))
    stopped.set()
    reader.join()
    assert not wrong
    assert seen <= {(PAIR.access.reveal(), PAIR.refresh.reveal()), *written}


def test_a_disk_that_is_full_leaves_the_old_pair(
    tokens: TokenFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens.save(PAIR)

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refuses(lambda: tokens.save(TokenPair(Secret(f"{MARKER}2"), Secret(f"{MARKER}3"))), "No space left")
    assert tokens.load() == PAIR
    assert names(path.parent) == ["tokens.json"]


# --- nothing shows ----------------------------------------------------------------------------------------


def test_nothing_shows_what_is_in_it(tokens: TokenFile) -> None:
    tokens.save(PAIR)
    kept = tokens.read()
    assert kept is not None
    for thing in (tokens, kept, kept.pair):
        assert MARKER not in repr(thing)
        assert MARKER not in str(thing)
    for thing in (tokens, kept, kept.pair):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(thing)


# --- in use -----------------------------------------------------------------------------------------------


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(children=1) as simulator:
        yield simulator


def test_the_next_run_needs_no_password(sim: Simulator, tokens: TokenFile) -> None:
    with LibrusSession(sim.credentials, auth="oauth", tokens=tokens, hosts=sim.hosts) as session:
        session.login()
    first = tokens.load()
    assert first is not None
    assert {first.access.reveal(), first.refresh.reveal()} <= sim.secrets()
    sim.reset_counts()
    with LibrusSession(auth="oauth", tokens=tokens, hosts=sim.hosts) as session:
        assert session.for_child(sim.children[0].id).grades.list()
        assert tokens.load() == first
        sim.expire_portal_tokens()
        assert session.get_portal_me().identifier
        second = tokens.load()
        assert second is not None
        assert second.refresh != first.refresh
    with LibrusSession(auth="oauth", tokens=tokens, hosts=sim.hosts) as session:
        assert session.get_portal_me().identifier
    assert (sim.counts["login"], sim.counts["oauth.token"]) == (0, 1)
    content = tokens.path.read_text()
    credentials = sim.credentials
    assert credentials.password.reveal() not in content
    assert credentials.email.reveal() not in content
