"""Downloads to disk, on both shells: whole or not at all, whatever happens on the way."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import os
import resource
import signal
import stat
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from librus_sdk import (
    AsyncLibrusSession,
    AsyncSynergiaApiClient,
    Hosts,
    LibrusConfigurationError,
    LibrusNetworkError,
    LibrusResponseValidationError,
    LibrusSession,
    RetryPolicy,
    SavedFile,
    SynergiaApiClient,
)
from librus_sdk.endpoints import Grades, Homework, Lessons, Messages
from librus_sdk.errors import LibrusApiError, LibrusSdkError
from librus_sdk.shells.disk import PartFile
from librus_sdk.simulator import Simulator
from tests.ctrl_c import ctrl_c_interrupts
from tests.models.samples import everything_shown
from tests.shells.sockets import Peer, Server, http

FILE: Final = "HomeWorkAssignments/Attachment/{id}"
PDF: Final = {"content-type": "application/pdf", "content-disposition": 'attachment; filename="z.pdf"'}
CONTENT: Final = bytes(range(256)) * 4096  # 1 MiB, in many parts on the wire
SMALL: Final = 100_000


class World:
    """A child's client on one of the shells, and a folder."""

    def __init__(self, shell: str, sim: Simulator, folder: Path) -> None:
        self.shell, self.sim, self.folder = shell, sim, folder
        self.path = folder / "zadanie.pdf"
        self.runner = asyncio.Runner(debug=True) if shell == "tasks" else None
        self._sessions: list[Any] = []
        self.client: Any = self.new_client()

    def new_client(self, **options: Any) -> Any:
        kind: Any = LibrusSession if self.runner is None else AsyncLibrusSession
        retry = RetryPolicy(base_delay_ms=0, max_delay_ms=0)
        session = kind(self.sim.credentials, hosts=self.sim.hosts, **{"retry": retry, **options})
        self._sessions.append(session)
        client = self.do(lambda: session.for_child(self.sim.children[0].id))
        self.sim.reset_counts()
        return client

    def do(self, operation: Callable[[], Any]) -> Any:
        if self.runner is None:
            return operation()
        return self.runner.run(_awaited(operation))

    def save(self, **options: Any) -> SavedFile:
        get = Homework.attachment(self.client.homework, "5-6")
        found: SavedFile = self.do(lambda: self.client.save(get, self.path, **options))
        return found

    def refused(self, **options: Any) -> LibrusSdkError:
        with pytest.raises(LibrusSdkError) as caught:
            self.save(**options)
        assert str(self.folder) not in everything_shown(caught.value)
        return caught.value

    def gives(self, content: bytes | str | dict[str, Any] = CONTENT, **fault: Any) -> Any:
        given: dict[str, Any] = {"body": content, "headers": PDF, **fault}
        return self.sim.fail(FILE, **given)

    @property
    def names(self) -> list[str]:
        return sorted(entry.name for entry in self.folder.iterdir())

    @property
    def requests(self) -> int:
        return sum(self.sim.counts.values())

    def close(self) -> None:
        for session in self._sessions:
            self.do(session.close)
        if self.runner is not None:
            self.runner.close()


async def _awaited(operation: Callable[[], Any]) -> Any:
    result = operation()
    return await result if inspect.isawaitable(result) else result


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(today=date(2026, 3, 11), children=1) as simulator:
        yield simulator


@pytest.fixture(params=["threads", "tasks"])
def world(request: pytest.FixtureRequest, sim: Simulator, tmp_path: Path) -> Iterator[World]:
    made = World(request.param, sim, tmp_path)
    yield made
    sim.clear_faults()
    made.close()


@pytest.fixture
def threads(sim: Simulator, tmp_path: Path) -> Iterator[World]:
    made = World("threads", sim, tmp_path)
    yield made
    sim.clear_faults()
    made.close()


@pytest.fixture
def tasks(sim: Simulator, tmp_path: Path) -> Iterator[World]:
    made = World("tasks", sim, tmp_path)
    yield made
    sim.clear_faults()
    made.close()


# --- what is saved -----------------------------------------------------------------------------------------


def test_every_file_of_the_child_is_saved_as_it_would_be_read(world: World) -> None:
    client = world.client
    assignments, planned = world.do(client.homework.assignments), world.do(client.lessons.planned)
    files = [file.attachment_id for row in assignments for file in row.files if file.attachment_id]
    lesson = next(row.attachment for row in planned if row.attachment is not None)
    mail = world.do(lambda: client.get("Messages"))["Messages"]
    message = next(file["Id"] for row in mail for file in row.get("Attachments") or ())
    reads = [
        *[Homework.attachment(client.homework, file) for file in files],
        Lessons.planned_attachment(client.lessons, lesson.id),
        Messages.attachment(client.messages, message),
    ]
    world.sim.reset_counts()
    for number, get in enumerate(reads):
        path = world.folder / str(number)
        saved = world.do(partial(client.save, get, str(path)))
        read = world.do(partial(client._caller.call, get))
        assert path.read_bytes() == read.content
        assert (saved.path, saved.size) == (path, read.size)
        assert (saved.file_name, saved.media_type) == (read.file_name, read.media_type)
        assert saved.content_disposition == read.content_disposition
        assert saved.name == read.name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert world.sim.counts["download"] > 0, "some of these were fetched from where a note said"
    assert all(record.generation is None for record in world.sim.requests if record.endpoint == "download")
    assert world.names == sorted(str(number) for number in range(len(reads)))


def test_what_is_known_of_a_saved_file(world: World) -> None:
    world.gives()
    saved = world.save()
    assert (saved.path, saved.size, saved.file_name) == (world.path, len(CONTENT), "z.pdf")
    assert (saved.content_type, saved.media_type) == ("application/pdf", "application/pdf")
    assert repr(saved) == "<SavedFile: 1048576 bytes>"
    assert list(saved.__rich_repr__()) == [("size", len(CONTENT))]
    assert world.path.read_bytes() == CONTENT
    assert (world.names, world.requests) == ([world.path.name], 1)


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_larger_than_memory_may_hold(world: World, packed: bool) -> None:
    world.client = world.new_client(max_answer_bytes=SMALL)
    coding = {"content-encoding": "gzip"} if packed else {}
    world.gives(gzip.compress(CONTENT) if packed else CONTENT, headers={**PDF, **coding})
    assert world.save().size == len(CONTENT)
    assert world.path.read_bytes() == CONTENT


def test_a_large_file_never_is_in_memory(world: World) -> None:
    size = 50 * 2**20
    world.gives(gzip.compress(b"\0" * size, 1), headers={**PDF, "content-encoding": "gzip"}, times=2)
    world.save()
    tracemalloc.start()
    try:
        world.save(overwrite=True)
        assert tracemalloc.get_traced_memory()[1] < 12 * 2**20
    finally:
        tracemalloc.stop()
    assert world.path.stat().st_size == size


@pytest.mark.parametrize("content", [b"", b"{}", b'{"DownloadUrl": "https://elsewhere.example"}'])
def test_an_attachment_may_be_json_or_nothing(world: World, content: bytes) -> None:
    world.gives(content, headers={**PDF, "content-type": "application/json"})
    assert world.save().size == len(content)
    assert world.path.read_bytes() == content


def test_a_file_without_a_type_is_told_by_how_it_begins(world: World) -> None:
    world.gives(times=None, headers={"content-type": ""})
    assert world.save().size == len(CONTENT)
    assert world.path.read_bytes() == CONTENT
    assert world.do(lambda: world.client.homework.attachment("5-6")).content == CONTENT
    error = world.refused(overwrite=True, max_bytes=len(CONTENT) - 1)
    assert error.details["issues"] == ["$: expected at most 1048575 bytes (max_bytes)"]
    assert (world.path.read_bytes(), world.names) == (CONTENT, [world.path.name])
    assert world.save(overwrite=True, max_bytes=len(CONTENT)).size == len(CONTENT)


def test_nothing_without_a_type_is_a_file_of_nothing(world: World) -> None:
    world.gives(b"", times=None, headers={"content-type": ""})
    assert world.save().size == 0
    assert world.path.read_bytes() == b""
    assert world.do(lambda: world.client.homework.attachment("5-6")).content == b""


@pytest.mark.parametrize("status", [200, 203])
def test_whole_answers_are_files(world: World, status: int) -> None:
    world.gives(status=status)
    assert world.save().size == len(CONTENT)


def test_what_has_a_disposition_is_the_file_in_memory_too(world: World) -> None:
    note = b'{"DownloadUrl": "https://elsewhere.example"}'
    world.gives(note, headers={**PDF, "content-type": "application/json"})
    assert world.do(lambda: world.client.homework.attachment("5-6")).content == note


def test_files_are_asked_for_unpacked_and_lists_may_be_packed(world: World) -> None:
    heads: list[bytes] = []

    def part(peer: Peer) -> None:
        while asked := peer.request():
            heads.append(asked.lower())
            peer.send(http(200, b"[]", "content-disposition: attachment"))

    server = Server(part)
    kind: Any = SynergiaApiClient if world.runner is None else AsyncSynergiaApiClient
    client = kind("token", hosts=Hosts(api=server.url("/3.0")))
    try:
        world.do(lambda: client.save(Homework.attachment(client.homework, "5"), world.path))
        world.do(lambda: client.homework.attachment("5"))
        world.do(lambda: client.get("Grades"))
    finally:
        world.do(client.close)
        server.close()
    assert [head.count(b"accept-encoding: identity\r\n") for head in heads] == [1, 1, 0]
    assert [head.count(b"accept-encoding: ") for head in heads] == [1, 1, 1]


# --- where it is saved -------------------------------------------------------------------------------------


def test_a_file_that_is_there_stays_and_nothing_is_asked(world: World) -> None:
    world.path.write_bytes(b"old")
    error = world.refused()
    assert type(error) is LibrusConfigurationError
    assert error.code == "FILE_EXISTS"
    assert "overwrite=True" in error.message
    assert (world.path.read_bytes(), world.names, world.requests) == (b"old", [world.path.name], 0)


def test_a_file_is_replaced_when_that_is_wanted(world: World) -> None:
    world.path.write_bytes(b"old")
    world.gives()
    world.save(overwrite=True)
    assert world.path.read_bytes() == CONTENT
    assert world.names == [world.path.name]


def test_a_file_that_is_to_be_replaced_stays_when_there_is_nothing_new(world: World) -> None:
    world.path.write_bytes(b"old")
    world.gives(status=404)
    assert isinstance(world.refused(overwrite=True), LibrusApiError)
    assert (world.path.read_bytes(), world.names) == (b"old", [world.path.name])


def test_a_file_that_appears_during_the_download_stays(world: World) -> None:
    fault = world.gives()
    gate = world.sim.hold(FILE)

    def meanwhile() -> None:
        gate.wait_arrived()
        world.path.write_bytes(b"somebody's")
        gate.release()

    other = threading.Thread(target=meanwhile)
    other.start()
    try:
        assert world.refused().code == "FILE_EXISTS"
    finally:
        other.join()
    assert fault.hits == 1
    assert (world.path.read_bytes(), world.names) == (b"somebody's", [world.path.name])


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_symbolic_link_is_refused_and_nothing_is_asked(world: World, overwrite: bool) -> None:
    precious = world.folder / "precious"
    precious.write_bytes(b"old")
    world.path.symlink_to(precious)
    assert world.refused(overwrite=overwrite).code == "CONFIGURATION_ERROR"
    assert (precious.read_bytes(), world.requests) == (b"old", 0)


def test_a_missing_folder_is_said_and_nothing_is_asked(world: World) -> None:
    world.path = world.folder / "missing" / "a.pdf"
    assert "path" in world.refused().message
    assert (world.names, world.requests) == ([], 0)


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "5", None])
def test_what_is_no_limit(world: World, wrong: Any) -> None:
    assert "max_bytes" in world.refused(max_bytes=wrong).message
    assert (world.names, world.requests) == ([], 0)


class Strange(os.PathLike[str]):
    def __fspath__(self) -> str:
        raise RuntimeError("Zofia Nowak")


def test_what_is_no_file_operation(world: World) -> None:
    for strange in (b"Zofia Nowak", Strange()):
        with pytest.raises(LibrusConfigurationError, match="path must be") as caught:
            world.do(partial(world.client.save, Homework.attachment(world.client.homework, "5"), strange))
        assert "Zofia" not in everything_shown(caught.value)
    for wrong in (Grades.list(world.client.grades), "HomeWorkAssignments/Attachment/5", None):
        with pytest.raises(LibrusConfigurationError, match="get must be the declared read of a file"):
            world.do(partial(world.client.save, wrong, world.path))
    with pytest.raises(LibrusConfigurationError, match="path must be"):
        world.do(lambda: world.client.save(Homework.attachment(world.client.homework, "5"), None))
    assert (world.names, world.requests) == ([], 0)


# --- what goes wrong on the way ----------------------------------------------------------------------------


def test_a_token_that_died_is_renewed_unseen(world: World) -> None:
    world.sim.expire_child_tokens()
    world.gives(skip=1)
    assert world.save().size == len(CONTENT)
    assert world.path.read_bytes() == CONTENT
    assert (world.sim.counts["fresh"], world.sim.counts[FILE]) == (1, 2)


def test_a_reset_midway_is_retried_from_the_start(world: World) -> None:
    world.gives(b"x" * (2 * len(CONTENT)), drop="body")
    world.gives()
    assert world.save().size == len(CONTENT)
    assert world.path.read_bytes() == CONTENT
    assert world.sim.counts[FILE] == 2


def test_a_503_is_retried(world: World) -> None:
    world.sim.fail(FILE, status=503)
    world.gives()
    world.save()
    assert (world.path.read_bytes(), world.sim.counts[FILE]) == (CONTENT, 2)


def test_a_line_that_stays_bad_leaves_nothing(world: World) -> None:
    world.gives(drop="body", times=None)
    assert isinstance(world.refused(), LibrusNetworkError)
    assert (world.names, world.sim.counts[FILE]) == ([], 3)


def test_a_stalled_download_leaves_nothing_and_is_not_repeated(world: World) -> None:
    world.client = world.new_client(timeout_ms=400)
    world.gives(stall=True)
    assert world.refused().code == "NETWORK_TIMEOUT"
    assert (world.names, world.sim.counts[FILE]) == ([], 1)


WRONG: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "json": ({"body": {"Status": "Maintenance"}}, "RESPONSE_VALIDATION_FAILED"),
    "page": ({"html": True, "headers": {"content-type": "text/html"}}, "RESPONSE_VALIDATION_FAILED"),
    "note-elsewhere": (
        {"body": {"Id": 1, "Name": "z.pdf", "DownloadUrl": "https://elsewhere.example/5"}},
        "RESPONSE_VALIDATION_FAILED",
    ),
    "part": ({"status": 206, "body": b"%PDF", "headers": PDF}, "RESPONSE_VALIDATION_FAILED"),
    "created": ({"status": 201, "body": b"%PDF", "headers": PDF}, "RESPONSE_VALIDATION_FAILED"),
    "nothing": ({"status": 204, "body": b"", "headers": PDF}, "RESPONSE_VALIDATION_FAILED"),
    **{
        f"{kind or 'untyped'}-{body[:1]}": (
            {"body": body, "headers": {"content-type": kind}},
            "RESPONSE_VALIDATION_FAILED",
        )
        for kind, body in [
            ("text/json", '{"Status": "Error"}'),
            ("application/json; charset=utf-8", "[]"),
            ("application/xhtml+xml", "<html/>"),
            ("TEXT/HTML", "przerwa"),
            ("", '{"Code": "Maintenance"}'),
            ("", "[]"),
            ("", "\ufeff\r\n <!DOCTYPE html>"),
        ]
    },
    "forbidden": ({"status": 403}, "API_REQUEST_FAILED"),
    "error-as-a-file": ({"status": 404, "headers": PDF}, "API_REQUEST_FAILED"),
}


@pytest.mark.parametrize(("fault", "code"), WRONG.values(), ids=WRONG)
def test_what_is_no_file_is_said_and_not_saved(world: World, fault: dict[str, Any], code: str) -> None:
    world.sim.fail(FILE, **fault, times=2)
    saved = world.refused()
    assert saved.code == code
    assert (world.names, world.requests) == ([], 1)
    with pytest.raises(LibrusSdkError) as caught:
        world.do(lambda: world.client.homework.attachment("5-6"))
    assert (caught.value.message, caught.value.details) == (saved.message, saved.details)


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_too_large_leaves_nothing_and_is_asked_for_once(world: World, packed: bool) -> None:
    coding = {"content-encoding": "gzip"} if packed else {}
    world.gives(gzip.compress(CONTENT) if packed else CONTENT, headers={**PDF, **coding}, times=None)
    error = world.refused(max_bytes=len(CONTENT) - 1)
    assert type(error) is LibrusResponseValidationError
    assert "1048575 bytes" in error.message
    assert "max_bytes" in error.message
    assert error.details["issues"] == ["$: expected at most 1048575 bytes (max_bytes)"]
    assert (world.names, world.sim.counts[FILE]) == ([], 1)
    assert world.save(max_bytes=len(CONTENT)).size == len(CONTENT)


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow beyond half a megabyte; the error comes from the system, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**19, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_nothing_and_nothing_is_repeated(world: World) -> None:
    world.gives(times=None)
    error = world.refused()
    assert type(error) is LibrusConfigurationError
    assert error.message == "The file that path names cannot be written: File too large."
    assert (error.__cause__, error.__context__) == (None, None)
    assert (world.names, world.sim.counts[FILE]) == ([], 1)
    assert world.do(world.client.me.get)  # the connections are well


def test_a_disk_that_fails_in_the_end_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int) -> None:
        raise OSError(5, "Input/output error", str(world.path))

    world.gives()
    monkeypatch.setattr(os, "fsync", fail)
    error = world.refused()
    assert error.message == "The file that path names cannot be written: Input/output error."
    assert world.names == []


@pytest.mark.parametrize("packed", [CONTENT[:999], gzip.compress(CONTENT)[:-1], gzip.compress(CONTENT) * 2])
def test_what_is_not_whole_is_asked_for_again(world: World, packed: bytes) -> None:
    """With an honest length: only the packing tells."""
    world.gives(packed, headers={**PDF, "content-encoding": "gzip"})
    world.gives()
    assert world.save().size == len(CONTENT)
    assert world.path.read_bytes() == CONTENT
    world.gives(packed, headers={**PDF, "content-encoding": "gzip"}, times=None)
    assert isinstance(world.refused(overwrite=True), LibrusNetworkError)
    assert (world.path.read_bytes(), world.names) == (CONTENT, [world.path.name])


@pytest.mark.parametrize("status", [401, 404, 410])
@pytest.mark.parametrize("to_disk", [True, False])
def test_an_address_that_is_over_is_said_to_be(world: World, status: int, to_disk: bool) -> None:
    client = world.client
    rows = world.do(client.homework.assignments)
    files = iter([file.attachment_id for row in rows for file in row.files if file.attachment_id])
    file = ""
    while not world.sim.counts["download"]:
        file = next(files)
        world.do(partial(client.homework.attachment, file))
    world.sim.reset_counts()
    world.sim.fail("download", status=status)
    get = Homework.attachment(client.homework, file)
    read = partial(client.save, get, world.path) if to_disk else partial(client.homework.attachment, file)
    with pytest.raises(LibrusApiError) as caught:
        world.do(read)
    assert "it has expired, or it was used already" in caught.value.message
    assert caught.value.details["status"] == status
    assert "token" not in caught.value.message
    assert (world.sim.counts["download"], world.sim.counts["fresh"], world.names) == (1, 0, [])


# --- interrupts --------------------------------------------------------------------------------------------


def midway(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Have something done when the first part of a file has been written."""
    write = PartFile.write
    seen: list[int] = []

    def writing(self: PartFile, content: bytes) -> None:
        write(self, content)
        if not seen:
            seen.append(self.size)
            assert 0 < self.size < len(CONTENT)
            do()

    monkeypatch.setattr(PartFile, "write", writing)


def test_ctrl_c_midway_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.gives(times=None)
    with monkeypatch.context() as patch:
        midway(patch, lambda: signal.raise_signal(signal.SIGINT))
        with ctrl_c_interrupts(), pytest.raises(KeyboardInterrupt):
            world.save()
    assert world.names == []
    assert world.save().size == len(CONTENT)


def test_cancelling_midway_leaves_nothing(tasks: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def cancel() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()

    tasks.gives(times=None)
    with monkeypatch.context() as patch:
        midway(patch, cancel)
        with pytest.raises(asyncio.CancelledError):
            tasks.save()
    assert tasks.names == []
    assert tasks.save().size == len(CONTENT)


@pytest.mark.parametrize("works", [True, False])
def test_cancelling_while_the_disk_is_waited_for(
    tasks: World, monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    """The thread is not left alone with the file: however often cancelled, the task waits for it."""
    sync = os.fsync
    through: list[bool] = []

    async def body() -> SavedFile:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def slow(handle: int) -> None:
            for _ in range(2):
                cancelled = threading.Event()
                loop.call_soon_threadsafe(task.cancel)
                loop.call_soon_threadsafe(cancelled.set)
                assert cancelled.wait(10)
            if not works:
                raise OSError(5, "Input/output error")
            sync(handle)
            through.append(True)

        monkeypatch.setattr(os, "fsync", slow)
        get = Homework.attachment(tasks.client.homework, "5-6")
        saved: SavedFile = await tasks.client.save(get, tasks.path)
        return saved

    tasks.gives()
    with pytest.raises(asyncio.CancelledError):
        tasks.do(body)
    assert through == [True] * works
    assert tasks.names == []


def test_without_threads_the_event_loop_waits_itself(tasks: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def body() -> SavedFile:
        get = Homework.attachment(tasks.client.homework, "5-6")
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", none_left)
            saved: SavedFile = await tasks.client.save(get, tasks.path)
        return saved

    tasks.gives()
    assert tasks.do(body).size == len(CONTENT)


@pytest.mark.parametrize("cancelled", [False, True])
def test_threads_that_are_all_busy_hold_nobody_up(
    tasks: World, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    async def body() -> None:
        loop, task, sync, free = (
            asyncio.get_running_loop(),
            asyncio.current_task(),
            os.fsync,
            threading.Event(),
        )
        assert task is not None
        loop.set_default_executor(ThreadPoolExecutor(1))
        busy = loop.run_in_executor(None, free.wait)

        def cancel(handle: int) -> None:
            loop.call_soon_threadsafe(task.cancel)
            sync(handle)

        if cancelled:
            monkeypatch.setattr(os, "fsync", cancel)
        try:
            get = Homework.attachment(tasks.client.homework, "5-6")
            async with asyncio.timeout(10):
                await tasks.client.save(get, tasks.path)
        finally:
            free.set()
            await busy

    tasks.gives()
    if cancelled:
        with pytest.raises(asyncio.CancelledError):
            tasks.do(body)
    else:
        tasks.do(body)
    assert tasks.names == [tasks.path.name] * (not cancelled)


@pytest.mark.parametrize("moment", ["after the file is made", "before it is placed"])
def test_ctrl_c_at_other_moments_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    name = "open" if moment.startswith("after") else "place"
    step = getattr(PartFile, name)

    def interrupted(part: PartFile) -> None:
        if name == "open":
            step(part)
        raise KeyboardInterrupt

    world.gives()
    with monkeypatch.context() as patch:
        patch.setattr(PartFile, name, interrupted)
        with pytest.raises(KeyboardInterrupt):
            world.save()
    assert world.names == []


def test_many_at_once_each_get_their_own(threads: World) -> None:
    wanted = [f"5-{number}" for number in range(8)]
    client = threads.client
    threads.gives(times=None)
    failures: list[BaseException] = []

    def save(name: str) -> None:
        try:
            client.save(Homework.attachment(client.homework, name), threads.folder / name)
        except BaseException as error:  # noqa: BLE001  (looked at below)
            failures.append(error)

    callers = [threading.Thread(target=save, args=(name,)) for name in wanted]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert failures == []
    assert threads.names == wanted
    assert all((threads.folder / name).read_bytes() == CONTENT for name in wanted)


# --- answers in memory -------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
def test_a_list_that_is_too_large_is_said_and_asked_for_once(world: World, packed: bool) -> None:
    world.client = world.new_client(max_answer_bytes=SMALL)
    rows = b'{"Grades": [' + b" " * SMALL + b"]}"
    coding = {"content-encoding": "gzip"} if packed else {}
    world.sim.fail("Grades", body=gzip.compress(rows) if packed else rows, headers=coding, times=1)
    with pytest.raises(LibrusResponseValidationError) as caught:
        world.do(world.client.grades.list)
    error = caught.value
    assert error.code == "RESPONSE_VALIDATION_FAILED"
    assert "100000 bytes" in error.message
    assert "max_answer_bytes" in error.message
    assert "client.save" in error.message
    assert set(error.details) == {"endpoint", "issues"}
    assert error.details["issues"] == ["$: expected at most 100000 bytes (max_answer_bytes)"]
    assert world.sim.counts["Grades"] == 1
    assert world.do(world.client.grades.list)


def test_a_file_in_memory_has_the_limit_too(world: World) -> None:
    world.client = world.new_client(max_answer_bytes=SMALL)
    world.gives()
    with pytest.raises(LibrusResponseValidationError, match=r"client\.save"):
        world.do(lambda: world.client.homework.attachment("5-6"))


@pytest.mark.parametrize("step", ["login_page", "me", "accounts"])
def test_answers_of_the_portal_have_the_limit_too(world: World, step: str) -> None:
    world.sim.fail(step, body=b" " * (SMALL + 1))
    with pytest.raises(LibrusResponseValidationError, match="max_answer_bytes"):
        world.new_client(max_answer_bytes=SMALL)
    assert world.new_client(max_answer_bytes=SMALL)
