"""What every client of a child can do besides its typed reads, on threads and on asyncio."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from ..endpoints import AsyncCaller, Get, SyncCaller, raw_json
from ..errors import LibrusConfigurationError
from ..models.download import Download, SavedFile
from ..shells.tasks import TaskShell
from ..shells.threads import ThreadShell
from .bound import Bound
from .callers import ChildCaller, ChildCallerAsync, undecoded
from .families import Register
from .saving import MAX_FILE_BYTES, Saving
from .snapshot import Progress, Snapshot, snapshot_async, snapshot_sync

__all__ = ["AsyncChildClient", "ChildClient"]


def _checked(path: object) -> str:
    """Refuse what would leave the API: another address, or a climb out of its path."""
    if not isinstance(path, str) or not path.strip("/"):
        raise LibrusConfigurationError("path must name something on the API, like 'Grades'.")
    climbs = any(unquote(part) in (".", "..") for part in path.split("/"))
    if climbs or "://" in path or any(sign in path for sign in "?#\\") or not path.isprintable():
        raise LibrusConfigurationError(
            "path must be a plain path on the API, like 'Grades/Categories'; parameters go into query."
        )
    return path


def _any_read(path: str, query: object) -> Get[Any]:
    if query is not None and not isinstance(query, Mapping):
        raise LibrusConfigurationError("query must be a mapping of parameter names to values.")
    return Get(_checked(path), raw_json(), query or {})


class ChildClient(Register[SyncCaller]):
    """A client of one child, for threads."""

    _own_shell: ThreadShell | None = None

    def _open(self, bound: Bound, shell: ThreadShell) -> Self:
        self._shell = shell
        self._attach(ChildCaller(bound, shell), bound)
        return self

    @classmethod
    def _of_session(cls, bound: Bound, shell: ThreadShell) -> Self:
        return cls.__new__(cls)._open(bound, shell)  # noqa: SLF001

    def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        """Read any other path of the API and return the decoded JSON.

        Token renewal, retries, limits and errors are those of the typed reads. ``None`` in the query leaves
        the parameter out.

        Raises:
            LibrusConfigurationError: the path is not a plain path on the API.
            LibrusSdkError: as for every read.
        """
        return self._caller.call(_any_read(path, query))

    def as_sent(self, get: Get[Any]) -> Any:
        """Read what is declared, and return the JSON as Librus sent it.

        ::

            client.as_sent(Grades.list(client.grades))

        Raises:
            LibrusConfigurationError: it is a file, for which there is :meth:`save`, or something that reaches
                people; nothing is sent.
            LibrusSdkError: as for every read.
        """
        return self._caller.call(undecoded(get))

    def save(
        self,
        get: Get[Download],
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        max_bytes: int = MAX_FILE_BYTES,
    ) -> SavedFile:
        """Write a file of Librus to disk without ever holding all of it in memory.

        ::

            client.save(Homework.attachment(client.homework, "12-34"), "task.pdf")

        The file appears at the path whole or not at all, whatever interrupts the download, and only its
        owner may read it. Whether it can be written is checked before anything is asked of Librus. A symbolic
        link is never written through.

        One attempt is bound by ``timeout_ms`` as any other; for a large file on a slow line use a client with
        more of it (``session.for_child(child, timeout_ms=...)``).

        Args:
            get: a declared read of a file, on the class: ``Homework.attachment``,
                ``Lessons.planned_attachment``, ``Messages.attachment``, ``Mailbox.attachment``,
                ``Extras.school_file`` or ``Extras.homework_file``.
            path: the file to be; its folder must be there.
            overwrite: replace a file that is there already.
            max_bytes: the largest file that is taken, unpacked.

        Raises:
            LibrusConfigurationError: ``FILE_EXISTS`` when there is such a file; or an argument is wrong, or
                the folder or the disk does not allow it. What ``path`` holds is in no error.
            LibrusResponseValidationError: what came is no file, or is larger than ``max_bytes``.
            LibrusSdkError: as for every read.
        """
        saving = Saving(get, path, overwrite=overwrite, max_bytes=max_bytes)
        del path  # a traceback shows the variables of a frame
        with saving:
            saving.open()
            flow = self._bound.read(get, saving)
            found = self._shell.run(flow, **self._bound.limits)
            return saving.done(found)

    def snapshot(self, *, progress: Callable[[Progress], object] | None = None) -> Snapshot:
        """Read everything the child has, a few reads at a time; about sixty requests.

        A section that the school switched off, or that failed, is a value in the result: see
        :class:`~librus_sdk.clients.snapshot.Section`.

        Args:
            progress: called after every section, on this thread.
        """
        caller = ChildCaller(replace(self._bound, explains=False), self._shell)
        parts = self._bound.parts
        free = "messages" in self._bound.doors
        return snapshot_sync(
            caller, parts.clock.wall(), parts.settings.max_concurrency, progress, free_messages=free
        )

    def close(self) -> None:
        """Close the connections of a standalone client; a session's client is closed with its session."""
        if self._own_shell is not None:
            self._own_shell.close(self._bound.tables.slots())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncChildClient(Register[AsyncCaller]):
    """A client of one child, for asyncio."""

    _own_shell: TaskShell | None = None

    def _open(self, bound: Bound, shell: TaskShell) -> Self:
        self._shell = shell
        self._attach(ChildCallerAsync(bound, shell), bound)
        return self

    @classmethod
    def _of_session(cls, bound: Bound, shell: TaskShell) -> Self:
        return cls.__new__(cls)._open(bound, shell)  # noqa: SLF001

    async def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        """Read any other path of the API and return the decoded JSON. See :meth:`ChildClient.get`."""
        return await self._caller.call(_any_read(path, query))

    async def as_sent(self, get: Get[Any]) -> Any:
        """Return the JSON as Librus sent it. See :meth:`ChildClient.as_sent`."""
        return await self._caller.call(undecoded(get))

    async def save(
        self,
        get: Get[Download],
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        max_bytes: int = MAX_FILE_BYTES,
    ) -> SavedFile:
        """Write a file of Librus to disk. See :meth:`ChildClient.save`.

        What comes is written on the event loop, a megabyte at most at a time; the waiting for the disk in the
        end is done in a thread. A task that is cancelled leaves no file behind.
        """
        saving = Saving(get, path, overwrite=overwrite, max_bytes=max_bytes)
        del path  # a traceback shows the variables of a frame
        with saving:
            saving.open()
            flow = self._bound.read(get, saving)
            found = await self._shell.run(flow, **self._bound.limits)
            return await saving.done_async(found)

    async def snapshot(self, *, progress: Callable[[Progress], object] | None = None) -> Snapshot:
        """Read everything the child has. See :meth:`ChildClient.snapshot`."""
        caller = ChildCallerAsync(replace(self._bound, explains=False), self._shell)
        free = "messages" in self._bound.doors
        return await snapshot_async(caller, self._bound.parts.clock.wall(), progress, free_messages=free)

    async def close(self) -> None:
        """Close the connections of a standalone client; a session's client is closed with its session."""
        if self._own_shell is not None:
            await self._own_shell.close(self._bound.tables.slots())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
