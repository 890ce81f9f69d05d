"""Sessions in files: their owner's only, whole or not there, never lost, renewed by one at a time."""

from __future__ import annotations

import json
import os
import pickle
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from librus_sdk import FileStore, LibrusConfigurationError, Secret
from librus_sdk.core import keeping
from librus_sdk.shells.file_shelf import MAX_BYTES, FileClaim, FileShelf, is_another_programs
from librus_sdk.shells.file_store import BY_ACCOUNT, BY_HOSTS
from librus_sdk.shells.store import Claim, SessionStore, Shelf, StoreKey
from tests.models.samples import MARKER
from tests.shells.claims import KEY, STEM, claimed, keep, names
from tests.shells.conftest import refuses
from tests.shells.store_programs import NEW, OLD, PROGRAM, ROOT

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes, links and signals are different there")
CONTENT = Secret(json.dumps({"token": MARKER}))
NOBODY = StoreKey.of("family", None, ("portal", "api"), usual_hosts=True)


@pytest.fixture
def shelf(folder: Path) -> FileShelf:
    return FileStore(folder).shelf(KEY)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- what is kept -----------------------------------------------------------------------------------------


def test_what_is_saved_is_loaded(folder: Path) -> None:
    store: SessionStore = FileStore(str(folder))
    shelf: Shelf = store.shelf(KEY)
    assert shelf.load() is None
    assert not folder.exists()
    claim: Claim | None = shelf.claim()
    assert claim is not None
    assert shelf.load() is None
    for content in (CONTENT, Secret("{}"), Secret("zażółć \ud800")):
        claim.save(content)
        loaded = store.shelf(KEY).load()
        # Half a character is written and told from a document: it is none.
        assert loaded == (Secret("") if "\ud800" in content.reveal() else content)
    assert names(folder) == [f"{STEM}.json", f"{STEM}.lock"]
    claim.remove()
    claim.remove()
    assert shelf.load() is None
    claim.release()
    assert names(folder) == [f"{STEM}.lock"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"{" + b" " * MAX_BYTES])
def test_what_can_be_no_document_is_damaged_for_the_reader(
    shelf: FileShelf, claim: FileClaim, folder: Path, content: bytes
) -> None:
    (folder / f"{STEM}.json").write_bytes(content)
    loaded = shelf.load()
    assert loaded is not None
    assert keeping.read(loaded, KEY.owner) == "damaged"
    aside = Path(claim.set_aside("damaged"))
    assert aside.read_bytes() == content
    assert shelf.load() is None


def test_what_is_set_aside_is_never_lost(shelf: FileShelf, claim: FileClaim, folder: Path) -> None:
    taken = folder / f"{STEM}.newer-2.json"
    taken.write_bytes(b"somebody's")
    wheres: list[str] = []
    for number in range(3):
        (folder / f"{STEM}.json").write_bytes(f"{number}".encode())
        (folder / f"{STEM}.json").chmod(0o644)
        wheres.append(claim.set_aside("newer"))
    assert [Path(where).name for where in wheres] == [f"{STEM}.newer-{number}.json" for number in (1, 3, 4)]
    assert [Path(where).read_bytes() for where in wheres] == [b"0", b"1", b"2"]
    assert {mode(Path(where)) for where in wheres} == {0o600} or sys.platform == "win32"
    assert taken.read_bytes() == b"somebody's"
    assert shelf.load() is None
    refuses(lambda: claim.set_aside("newer"), "cannot be set aside: No such file")
    claim.remove()
    assert len(names(folder)) == 5


# --- names ------------------------------------------------------------------------------------------------


def test_an_account_is_named_by_its_digest(folder: Path) -> None:
    other = StoreKey.of("family", Secret("zofia@example.invalid"), ("elsewhere",), usual_hosts=False)
    school = StoreKey.of("school", Secret("zofia@example.invalid"), ("portal", "api"), usual_hosts=True)
    store = FileStore(folder)
    for key in (KEY, other, school):
        keep(store.shelf(key), Secret(key.owner))
    assert [store.shelf(key).load() for key in (KEY, other, school)] == [
        Secret(key.owner) for key in (KEY, other, school)
    ]
    shown = [f"{each.kind}-{each.owner[:16]}.json" for each in (KEY, other, school)]
    assert sorted(shown) == [name for name in names(folder) if name.endswith(".json")]
    assert "zofia" not in " ".join(names(folder))


@pytest.mark.parametrize("key", [KEY, NOBODY])
def test_a_store_may_have_a_name(folder: Path, key: StoreKey) -> None:
    store = FileStore(folder, name="Mama_2-b")
    keep(store.shelf(key), CONTENT)
    assert names(folder) == ["Mama_2-b.json", "Mama_2-b.lock"]
    # Another Librus has documents of its own, whoever asks.
    elsewhere = StoreKey.of("family", None, ("localhost",), usual_hosts=False)
    assert store.shelf(elsewhere).load() is None
    claimed(store.shelf(elsewhere)).release()
    assert f"Mama_2-b-{elsewhere.hosts[:8]}.lock" in names(folder)


def test_an_account_without_a_name_needs_one(folder: Path) -> None:
    refuses(lambda: FileStore(folder).shelf(NOBODY), r'FileStore\(name="..."\), or give the session')


@pytest.mark.parametrize(
    "name",
    ["", f"{MARKER}/a", f"..{MARKER}", f"ż{MARKER}", f"{MARKER}\n", f"{MARKER}\0", MARKER * 3, 5, b"a"],
)
def test_what_is_no_name(folder: Path, name: Any) -> None:
    refuses(lambda: FileStore(folder, name=name), "name must be 1 to 64 letters")


class Strange(os.PathLike[str]):
    """A path of somebody's own making."""

    def __fspath__(self) -> Any:
        raise KeyError(MARKER)


@pytest.mark.parametrize("folder", ["", 5, b"a", f"~{MARKER}/x", Strange()])
def test_what_is_no_folder(folder: Any) -> None:
    refuses(lambda: FileStore(folder), "folder must be the path of a folder")


def test_where_files_are_kept_if_nobody_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(home))
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    if sys.platform != "win32":
        assert FileStore().folder == home / ".local" / "state" / "librus-sdk" / "sessions"
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        assert FileStore().folder == tmp_path / "state" / "librus-sdk" / "sessions"
    monkeypatch.setattr(sys, "platform", "win32")
    assert FileStore().folder == home / "AppData" / "Local" / "librus-sdk" / "sessions"
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert FileStore().folder == tmp_path / "local" / "librus-sdk" / "sessions"
    assert FileStore("~/kept").folder == home / "kept"


def test_a_folder_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = FileStore("here")
    monkeypatch.chdir("/")
    assert store.folder == tmp_path / "here"


@posix
def test_nobody_may_have_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)

    def nobody(_number: int) -> Any:
        raise KeyError(MARKER)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    refuses(FileStore, "It is not known where your own files are kept; folder=... can name")


# --- whose they are ---------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("mask", [0, 0o077, 0o022])
def test_everything_is_its_owners_only(folder: Path, monkeypatch: pytest.MonkeyPatch, mask: int) -> None:
    seen: list[int] = []
    sync = os.fsync

    def look(handle: int) -> None:
        seen.extend(mode(path) for path in folder.glob("*.part"))
        sync(handle)

    monkeypatch.setattr(os, "fsync", look)
    before = os.umask(mask)
    try:
        keep(FileStore(folder).shelf(KEY), CONTENT)
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert (mode(folder), mode(folder.parent)) == (0o700, 0o700)
    assert {mode(path) for path in folder.iterdir()} == {0o600}


@posix
def test_a_file_that_others_may_read_is_private_again_when_it_is_saved(
    shelf: FileShelf, claim: FileClaim, folder: Path
) -> None:
    document = folder / f"{STEM}.json"
    document.write_text(CONTENT.reveal())
    document.chmod(0o666)
    folder.chmod(0o755)
    assert shelf.load() == CONTENT
    claim.save(CONTENT)
    assert (mode(document), mode(folder)) == (0o600, 0o755)


@posix
def test_what_belongs_to_another_user_is_not_used(
    shelf: FileShelf, claim: FileClaim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = folder / f"{STEM}.json"
    document.write_text(MARKER)
    document.chmod(0o666)
    try:
        os.chown(document, os.getuid() + 1, -1)
    except PermissionError:  # only the superuser gives files away; then be the other one
        other = os.geteuid() + 1
        monkeypatch.setattr(os, "geteuid", lambda: other)
    for act in (shelf.load, lambda: claim.save(CONTENT), lambda: claim.set_aside("damaged"), claim.remove):
        refuses(act, "belongs to another user")
    assert names(folder) == [f"{STEM}.json", f"{STEM}.lock"]
    assert document.read_text() == MARKER


def test_a_system_without_owners_has_none_to_ask(
    shelf: FileShelf, claim: FileClaim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "geteuid", raising=False)
    claim.save(CONTENT)
    assert shelf.load() == CONTENT


@posix
@pytest.mark.parametrize("there", ["link", "dangling", "folder", "pipe"])
def test_what_is_no_file_is_left_alone(
    shelf: FileShelf, claim: FileClaim, folder: Path, tmp_path: Path, there: str
) -> None:
    document, precious = folder / f"{STEM}.json", tmp_path / "precious"
    precious.write_bytes(b"precious")
    match there:
        case "folder":
            document.mkdir()
        case "pipe":
            os.mkfifo(document)
        case _:
            document.symlink_to(precious if there == "link" else tmp_path / "missing")
    before = document.lstat().st_mode
    said = "cannot be read: Too many levels" if document.is_symlink() else "is no file|Is a directory"
    refuses(shelf.load, said)
    for act in (lambda: claim.save(CONTENT), lambda: claim.set_aside("damaged"), claim.remove):
        refuses(act, "is no file")
    assert names(folder) == [f"{STEM}.json", f"{STEM}.lock"]
    assert document.lstat().st_mode == before
    assert precious.read_bytes() == b"precious"


@posix
@pytest.mark.parametrize("there", ["file", "link", "hard link"])
def test_what_a_killed_process_left_is_not_written_into(
    shelf: FileShelf, claim: FileClaim, folder: Path, tmp_path: Path, there: str
) -> None:
    part, precious = folder / f"{STEM}.json.part", tmp_path / "precious"
    precious.write_bytes(b"precious")
    match there:
        case "file":
            part.write_bytes(b"half a docu")
            part.chmod(0o666)
        case "link":
            part.symlink_to(precious)
        case _:
            os.link(precious, part)
    claim.save(CONTENT)
    assert shelf.load() == CONTENT
    assert precious.read_bytes() == b"precious"
    assert names(folder) == [f"{STEM}.json", f"{STEM}.lock"]
    assert mode(folder / f"{STEM}.json") == 0o600
    part.write_bytes(b"half a docu")
    claim.remove()
    assert names(folder) == [f"{STEM}.lock"]


# --- folders and disks that do not play along -------------------------------------------------------------


@posix
@pytest.mark.parametrize("where", ["/proc/{}", "{}/file", "{}/file/below", "{}/" + "n" * 300, "{}/a\0b"])
def test_a_folder_that_cannot_be(tmp_path: Path, where: str) -> None:
    (tmp_path / MARKER).mkdir()
    (tmp_path / MARKER / "file").write_bytes(b"")
    where = where.format(MARKER if where.startswith("/proc") else tmp_path / MARKER)
    store = FileStore(where)
    shelf = store.shelf(KEY)
    refuses(shelf.claim, "The folder of the session store cannot be used: ")
    if "file" in where or "n" * 300 in where or "\0" in where:
        refuses(store.files, "The folder of the session store cannot be read: ")
        refuses(shelf.load, "What the session store keeps cannot be read: ")
    assert names(tmp_path / MARKER) == ["file"]


def test_a_folder_that_others_make_at_the_same_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mkdir = Path.mkdir

    def beaten(path: Path, *given: Any, **more: Any) -> None:
        mkdir(path, *given, **more)
        mkdir(path, *given, **more)

    monkeypatch.setattr(Path, "mkdir", beaten)
    claimed(FileStore(folder).shelf(KEY)).release()
    assert names(folder) == [f"{STEM}.lock"]


@posix
def test_a_full_disk_keeps_what_was_kept(shelf: FileShelf, claim: FileClaim, folder: Path) -> None:
    import resource

    claim.save(CONTENT)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        content = Secret(MARKER * (1 << 16))
        refuses(lambda: claim.save(content), "the session store keeps cannot be written: File too large")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert shelf.load() == CONTENT
    assert names(folder) == [f"{STEM}.json", f"{STEM}.lock"]


def test_a_folder_that_cannot_be_synced_will_do(
    shelf: FileShelf, claim: FileClaim, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems do not know how; the document itself is on the disk."""
    sync = os.fsync

    def refuse(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(22, "Invalid argument")
        sync(handle)

    monkeypatch.setattr(os, "fsync", refuse)
    claim.save(CONTENT)
    assert shelf.load() == CONTENT


@posix
def test_nothing_stays_open(folder: Path) -> None:
    handles = Path("/proc/self/fd") if Path("/proc/self/fd").exists() else Path("/dev/fd")
    counts: list[int] = []
    for _ in range(5):
        claim = claimed(FileStore(folder).shelf(KEY))
        claim.save(CONTENT)
        FileStore(folder).shelf(KEY).load()
        assert FileStore(folder).shelf(KEY).claim() is None
        claim.set_aside("damaged")
        claim.release()
        counts.append(len(list(handles.iterdir())))
    assert len(set(counts[1:])) == 1


# --- one at a time ----------------------------------------------------------------------------------------


def test_two_shelves_exclude_each_other(shelf: FileShelf, folder: Path) -> None:
    for other in (shelf, FileStore(folder).shelf(KEY)):
        first = claimed(shelf)
        assert other.claim() is None
        first.release()
        first.release()
        second = claimed(other)
        first.release()
        assert shelf.claim() is None
        refuses(lambda first=first: first.save(CONTENT), "was given back")  # type: ignore[misc]
        second.release()
    assert names(folder) == [f"{STEM}.lock"]


def test_a_claim_that_is_forgotten_is_given_back(shelf: FileShelf) -> None:
    claim = claimed(shelf)
    del claim
    claimed(shelf).release()


def in_a_thread(work: Callable[[], Any]) -> Any:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    return results[0]


def test_threads_exclude_each_other_and_may_hand_on(shelf: FileShelf, folder: Path) -> None:
    claim = in_a_thread(shelf.claim)
    assert claim is not None
    assert shelf.claim() is None
    assert in_a_thread(FileStore(folder).shelf(KEY).claim) is None
    claim.save(CONTENT)
    claim.release()
    claim = claimed(shelf)
    in_a_thread(claim.release)
    claim = in_a_thread(shelf.claim)
    assert claim is not None
    claim.release()


def test_of_many_threads_one_gets_it(shelf: FileShelf) -> None:
    barrier = threading.Barrier(8)
    got: list[FileClaim | None] = []

    def take() -> None:
        barrier.wait()
        got.append(shelf.claim())

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = [claim for claim in got if claim is not None]
    assert (len(got), len(held)) == (8, 1)
    held[0].release()


class Awaited:
    """A lock that tells when somebody waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.is_waited_for = threading.Event()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self.is_waited_for.set()
            self._lock.acquire()

    def __exit__(self, *_how: object) -> None:
        self._lock.release()


def test_giving_back_waits_for_what_is_being_written(
    shelf: FileShelf, claim: FileClaim, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, go_on = threading.Event(), threading.Event()
    sync, at_work = os.fsync, Awaited()
    monkeypatch.setattr(claim, "_at_work", at_work)

    def slow(handle: int) -> None:
        writing.set()
        go_on.wait(10)
        sync(handle)

    monkeypatch.setattr(os, "fsync", slow)
    saver = threading.Thread(target=claim.save, args=(CONTENT,))
    saver.start()
    assert writing.wait(10)
    releaser = threading.Thread(target=claim.release)
    releaser.start()
    assert at_work.is_waited_for.wait(10)
    assert shelf.claim() is None
    go_on.set()
    for thread in (saver, releaser):
        thread.join(10)
    assert shelf.load() == CONTENT
    claimed(shelf).release()


@posix
@pytest.mark.parametrize("again", [False, True])
def test_a_lock_that_was_taken_away_is_noticed(
    shelf: FileShelf, claim: FileClaim, folder: Path, again: bool
) -> None:
    """Whoever tidies the folder up lets a second process in; what it has renewed must not be overwritten."""
    (folder / f"{STEM}.lock").unlink()
    if again:
        keep(shelf, CONTENT)
    refuses(lambda: claim.save(Secret("{}")), "took the lock file of the session store away")
    assert shelf.load() == (CONTENT if again else None)


@contextmanager
def program(what: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*PROGRAM, what, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_processes_exclude_each_other(shelf: FileShelf, folder: Path) -> None:
    with program("holder", folder) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert shelf.claim() is None
        assert other.communicate()[0] == "released\n"
        claimed(shelf).release()


@posix
def test_a_holder_that_is_killed_holds_nothing(shelf: FileShelf, folder: Path) -> None:
    with program("holder", folder) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        other.kill()
        other.wait()
        claimed(shelf).release()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_has_no_part_in_a_claim(shelf: FileShelf, claim: FileClaim) -> None:
    claim.save(CONTENT)
    with claim._at_work:  # somebody is writing at that very moment
        child = os.fork()
        if not child:
            outcome = 1
            try:
                claim.save(Secret("{}"))
            except LibrusConfigurationError:
                claim.release()
                outcome = 0 if shelf.claim() is None else 2
            finally:
                os._exit(outcome)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert shelf.claim() is None
    assert shelf.load() == CONTENT
    claim.save(Secret("{}"))


# --- kill -9 ----------------------------------------------------------------------------------------------


def swept(what: str, folder: Path) -> dict[str, Any]:
    run = subprocess.run(
        [*PROGRAM, what, str(folder)], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    seen: dict[str, Any] = json.loads(run.stdout)
    return seen


@posix
def test_killed_at_any_step_of_saving_there_is_the_old_or_the_new(folder: Path) -> None:
    seen = swept("sweep_saving", folder)
    assert seen.pop("files") == [f"{STEM}.json", f"{STEM}.lock"]
    assert min(seen["old"], seen["new"], seen["left behind"]) > 3


@posix
def test_killed_at_any_step_of_setting_aside_it_is_not_lost(folder: Path) -> None:
    seen = swept("sweep_setting_aside", folder)
    assert min(seen["in place"], seen["aside"]) > 3


@posix
def test_killed_when_half_is_written_there_is_the_old(folder: Path) -> None:
    seen = swept("sweep_half_written", folder)
    assert seen["sizes"] == [0, 1, 4096, 5000, 1 << 20, len(NEW.reveal()) - 1]
    assert seen["files"] == [f"{STEM}.json", f"{STEM}.lock"]


@posix
def test_killed_from_outside_at_any_moment(shelf: FileShelf, folder: Path) -> None:
    part = folder / f"{STEM}.json.part"
    for round_ in range(12):
        with program("writer", folder) as process:
            assert process.stdout is not None
            process.stdout.read(2)
            patience = time.monotonic() + 5
            while size_of(part) <= round_ * 200_000 and time.monotonic() < patience:
                pass  # until so much of the next is written
            process.kill()
            process.wait()
        assert shelf.load() in {OLD, NEW}
        keep(FileStore(folder).shelf(KEY), CONTENT)
        assert shelf.load() == CONTENT
        assert names(folder) == [f"{STEM}.json", f"{STEM}.lock"]


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


# --- for people -------------------------------------------------------------------------------------------


def test_what_is_kept_is_told_without_opening_it(folder: Path) -> None:
    store = FileStore(folder)
    assert store.files() == []
    began = time.time() - 2
    for each in (store, FileStore(folder, name="Mama")):
        claim = claimed(each.shelf(KEY))
        claim.save(CONTENT)
        claim.set_aside("foreign")
        claim.save(Secret("{}"))
        claim.release()
    for other in ("package.json", "notes.txt", "Mama.json.part", "no lock.json"):
        (folder / other).write_bytes(b"{}")
    kept = store.files()
    assert [each.path.name for each in kept] == [
        "Mama.foreign-1.json",
        "Mama.json",
        f"{STEM}.foreign-1.json",
        f"{STEM}.json",
    ]
    assert [each.label for each in kept] == ["Mama", "Mama", "family", "family"]
    assert [each.owner for each in kept] == ["Mama", "Mama", STEM, STEM]
    assert [re.fullmatch(BY_ACCOUNT, each.owner) is not None for each in kept] == [False, False, True, True]
    assert [each.set_aside for each in kept] == ["foreign", None, "foreign", None]
    assert [each.size for each in kept] == [len(CONTENT.reveal()), 2, len(CONTENT.reveal()), 2]
    assert not any(each.encrypted for each in kept)
    assert all(began <= each.saved_at <= time.time() + 2 for each in kept)
    assert all(each.path.parent == folder for each in kept)
    assert MARKER not in json.dumps([each.label for each in kept])


def test_what_follows_a_name_elsewhere_is_as_it_says(folder: Path) -> None:
    for usual in (True, False):
        key = StoreKey.of("school", Secret("1234567u"), ("localhost",), usual_hosts=usual)
        keep(FileStore(folder, name="Mama").shelf(key), CONTENT)
    owners = [each.owner for each in FileStore(folder).files()]
    assert len(owners) == 2
    assert all(re.fullmatch(f"Mama{BY_HOSTS}", owner) for owner in owners)


@posix
def test_what_is_ours_by_its_name_goes_whatever_is_in_it(
    claim: FileClaim, folder: Path, tmp_path: Path
) -> None:
    file, link, other = (folder / f"{STEM}.damaged-{number}.json" for number in (1, 2, 3))
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    file.write_bytes(b"Dear diary")
    os.link(file, tmp_path / "second")
    link.symlink_to(precious)
    other.mkdir()

    def never(_content: bytes) -> bool:
        return False

    assert not claim.erase(file)
    assert claim.erase(file, unless=never)
    for path in (link, other):
        with pytest.raises(LibrusConfigurationError) as caught:
            claim.erase(path, unless=never)
        assert caught.value.reason == "wrong_place"
    assert names(folder) == sorted([link.name, other.name, f"{STEM}.lock"])
    assert (precious.read_bytes(), (tmp_path / "second").read_bytes()) == (b"precious", b"Dear diary")


@pytest.mark.parametrize(
    ("content", "anothers"),
    [
        (b'{"user": "me"}', True),
        (b"[1, 2]", True),
        (b' {"kind": "librus-sdk session", "format": 99', False),
        (b"librus-sdk sealed 1 ", False),
        (b'X"kind": "librus-sdk session"}', False),
        (b"", False),
        (b"\xff\xfe", False),
        (b"[" * 100_000, False),
        (b" " * (MAX_BYTES + 1), True),
        (b'{"kind": "librus-sdk session"}' + b" " * MAX_BYTES, False),
    ],
    ids=str,
)
def test_what_is_whole_and_none_of_ours_is_another_program_s(content: bytes, anothers: bool) -> None:
    assert is_another_programs(content) is anothers


@posix
def test_another_program_s_file_stays_where_that_is_said(claim: FileClaim, folder: Path) -> None:
    file = folder / f"{STEM}.json"
    for content, goes in ((b'{"user": "me"}', False), (b'{"user": "m', True)):
        file.write_bytes(content)
        assert claim.erase(file, unless=is_another_programs) is goes
        assert file.exists() is not goes


def test_whether_there_is_anything_of_ours(shelf: FileShelf, folder: Path) -> None:
    assert not shelf.is_in_use()
    folder.mkdir(parents=True)
    part, file = folder / f"{STEM}.json.part", folder / f"{STEM}.json"
    part.touch()
    assert shelf.is_in_use()
    file.write_bytes(b"damaged")
    assert shelf.is_in_use()
    file.write_bytes(b'{"user": "me"}')
    assert not shelf.is_in_use()


def test_a_file_that_goes_meanwhile_is_not_told(
    folder: Path, claim: FileClaim, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim.save(CONTENT)
    present = names(folder)
    claim.remove()
    monkeypatch.setattr(os, "listdir", lambda _folder: present)
    assert FileStore(folder).files() == []


def test_nothing_of_it_is_shown(folder: Path, shelf: FileShelf, claim: FileClaim) -> None:
    store = FileStore(folder)
    assert repr(store) == "<FileStore>"
    assert (repr(shelf), repr(claim)) == ("<FileShelf>", "<FileClaim>")
    with pytest.raises(TypeError, match="a store cannot be pickled; make a FileStore where it is used"):
        pickle.dumps(store)


def test_looking_needs_no_library_of_locks(folder: Path, claim: FileClaim) -> None:
    """A short command that finds a good sign-in does nothing but look."""
    claim.save(CONTENT)
    code = (
        "import sys\nfrom tests.shells.store_programs import shelf\n"
        "assert shelf(sys.argv[1]).load()\nprint(*sys.modules)"
    )
    command = [sys.executable, "-c", code, str(folder)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    assert not {"filelock", "keyring", "cryptography", "asyncio"} & set(run.stdout.split())
