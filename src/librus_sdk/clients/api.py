"""Clients of the child API 3.0: every read of one child, typed, blocking or awaited."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, Unpack
from urllib.parse import unquote

from ..endpoints import (
    Announcements,
    AsyncCaller,
    Attendance,
    Auth,
    Get,
    Grades,
    Homework,
    Justifications,
    Lessons,
    LuckyNumbers,
    Messages,
    Notes,
    Notifications,
    Profile,
    School,
    SyncCaller,
    Timetables,
    raw_json,
)
from ..errors import LibrusConfigurationError
from ..models.download import Download, SavedFile
from ..models.rows import Rows
from ..secret import Secret, boxed, is_text
from ..shells.fork import renew_after_fork
from ..shells.tasks import TaskShell
from ..shells.threads import ThreadShell
from .bound import Bound
from .lookup import Lookup, Pointer
from .options import SessionOptions, parts_of
from .saving import MAX_FILE_BYTES, Saving
from .snapshot import Progress, Snapshot, snapshot_async, snapshot_sync

__all__ = ["AsyncSynergiaApiClient", "SynergiaApiClient"]

T = TypeVar("T")
C = TypeVar("C", bound=SyncCaller | AsyncCaller)


class _SyncCaller:
    def __init__(self, bound: Bound, shell: ThreadShell) -> None:
        self._bound = bound
        self._shell = shell

    def call(self, get: Get[T], /) -> T:
        return self._shell.run(self._bound.read(get), timeout_ms=self._bound.timeout_ms)

    def find(self, get: Get[Rows[T]], pointer: Pointer, /) -> T | None:
        known = self._bound.tables.known(get, pointer)
        if known is not None:
            return known
        flow = self._bound.tables.find(get, pointer)
        return self._shell.run(flow, timeout_ms=self._bound.timeout_ms)


class _AsyncCaller:
    def __init__(self, bound: Bound, shell: TaskShell) -> None:
        self._bound = bound
        self._shell = shell

    async def call(self, get: Get[T], /) -> T:
        return await self._shell.run(self._bound.read(get), timeout_ms=self._bound.timeout_ms)

    async def find(self, get: Get[Rows[T]], pointer: Pointer, /) -> T | None:
        known = self._bound.tables.known(get, pointer)
        if known is not None:
            return known
        flow = self._bound.tables.find(get, pointer)
        return await self._shell.run(flow, timeout_ms=self._bound.timeout_ms)


class _Families(Generic[C]):
    """The families every client has.

    Attributes:
        me: who is signed in, and the child's class.
        grades: grades of every kind, with categories, comments and averages.
        attendance: attendance records and their types.
        timetable: the weekly plan with substitutions and cancellations, free days, groups.
        lessons: what is taught by whom, what is planned, and what was taught.
        homework: the agenda (tests, trips, meetings) and homework.
        messages: messages, where the account has the paid subscription.
        announcements: the school's notices.
        notes: what teachers noted about behaviour.
        school: the school, the class, subjects and people.
        lucky_number: the lucky number of the day.
        notifications: the notification centre and what is pushed.
        justifications: excuses for absences, and parent-teacher conferences.
        auth: photos, the account behind the token, and what the token may do.
        lookup: what the ids in other records stand for.
    """

    def _attach(self, caller: C, bound: Bound) -> None:
        self._caller = caller
        self._bound = bound
        self.me: Profile[C] = Profile(caller)
        self.grades: Grades[C] = Grades(caller)
        self.attendance: Attendance[C] = Attendance(caller)
        self.timetable: Timetables[C] = Timetables(caller)
        self.lessons: Lessons[C] = Lessons(caller)
        self.homework: Homework[C] = Homework(caller)
        self.messages: Messages[C] = Messages(caller)
        self.announcements: Announcements[C] = Announcements(caller)
        self.notes: Notes[C] = Notes(caller)
        self.school: School[C] = School(caller)
        self.lucky_number: LuckyNumbers[C] = LuckyNumbers(caller)
        self.notifications: Notifications[C] = Notifications(caller)
        self.justifications: Justifications[C] = Justifications(caller)
        self.auth: Auth[C] = Auth(caller)
        self.lookup: Lookup[C] = Lookup(caller)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def _standalone(token: Secret, options: SessionOptions) -> Bound:
    if not is_text(token):
        raise LibrusConfigurationError("The access token must be text (str).")
    if not token:
        raise LibrusConfigurationError("The access token is empty. Pass a child's bearer token.")
    if not _header_safe(token):
        raise LibrusConfigurationError(
            "The access token holds characters that no token has (space, line break)."
        )
    return Bound.to("token", parts_of(options), bearer=token)


def _header_safe(token: Secret) -> bool:
    return all("!" <= character <= "~" for character in token.reveal())


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


class SynergiaApiClient(_Families[SyncCaller]):
    """The API 3.0 of one child, for threads.

    Made by :meth:`LibrusSession.for_child`, it never shows an expired token. Made from a bare token, it
    cannot renew it: a 401 is raised as it is, after exactly one request.

    Args:
        token: a child's bearer token.
        **options: see :class:`SessionOptions`.

    Raises:
        LibrusConfigurationError: the token is empty, or an option is wrong.
    """

    def __init__(self, token: str | Secret, **options: Unpack[SessionOptions]) -> None:
        token = boxed(token)  # a traceback shows the arguments of a frame
        bound = _standalone(token, options)
        shell = ThreadShell(bound.parts.settings, bound.parts.clock, bound.parts.ports, bound.parts.emitter)
        renew_after_fork(shell)
        self._own_shell: ThreadShell | None = shell
        self._shell = shell
        self._attach(_SyncCaller(bound, shell), bound)

    @classmethod
    def _of_session(cls, bound: Bound, shell: ThreadShell) -> Self:
        client = cls.__new__(cls)
        client._own_shell = None  # noqa: SLF001
        client._shell = shell  # noqa: SLF001
        client._attach(_SyncCaller(bound, shell), bound)  # noqa: SLF001
        return client

    def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        """Read any other path of the API and return the decoded JSON.

        Token renewal, retries, limits and errors are those of the typed reads. ``None`` in the query leaves
        the parameter out.

        Raises:
            LibrusConfigurationError: the path is not a plain path on the API.
            LibrusSdkError: as for every read.
        """
        return self._caller.call(_any_read(path, query))

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
                ``Lessons.planned_attachment`` or ``Messages.attachment``.
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
            found = self._shell.run(flow, timeout_ms=self._bound.timeout_ms)
            return saving.done(found)

    def snapshot(self, *, progress: Callable[[Progress], object] | None = None) -> Snapshot:
        """Read everything the child has, a few reads at a time; about sixty requests.

        A section that the school switched off, or that failed, is a value in the result: see
        :class:`~librus_sdk.clients.snapshot.Section`.

        Args:
            progress: called after every section, on this thread.
        """
        caller = _SyncCaller(replace(self._bound, explains=False), self._shell)
        parts = self._bound.parts
        return snapshot_sync(caller, parts.clock.wall(), parts.settings.max_concurrency, progress)

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


class AsyncSynergiaApiClient(_Families[AsyncCaller]):
    """The API 3.0 of one child, for asyncio. Everything else is as for :class:`SynergiaApiClient`."""

    def __init__(self, token: str | Secret, **options: Unpack[SessionOptions]) -> None:
        token = boxed(token)  # a traceback shows the arguments of a frame
        bound = _standalone(token, options)
        shell = TaskShell(bound.parts.settings, bound.parts.clock, bound.parts.ports, bound.parts.emitter)
        renew_after_fork(shell)
        self._own_shell: TaskShell | None = shell
        self._shell = shell
        self._attach(_AsyncCaller(bound, shell), bound)

    @classmethod
    def _of_session(cls, bound: Bound, shell: TaskShell) -> Self:
        client = cls.__new__(cls)
        client._own_shell = None  # noqa: SLF001
        client._shell = shell  # noqa: SLF001
        client._attach(_AsyncCaller(bound, shell), bound)  # noqa: SLF001
        return client

    async def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        """Read any other path of the API and return the decoded JSON. See :meth:`SynergiaApiClient.get`."""
        return await self._caller.call(_any_read(path, query))

    async def save(
        self,
        get: Get[Download],
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        max_bytes: int = MAX_FILE_BYTES,
    ) -> SavedFile:
        """Write a file of Librus to disk. See :meth:`SynergiaApiClient.save`.

        What comes is written on the event loop, a megabyte at most at a time; the waiting for the disk in the
        end is done in a thread. A task that is cancelled leaves no file behind.
        """
        saving = Saving(get, path, overwrite=overwrite, max_bytes=max_bytes)
        del path  # a traceback shows the variables of a frame
        with saving:
            saving.open()
            flow = self._bound.read(get, saving)
            found = await self._shell.run(flow, timeout_ms=self._bound.timeout_ms)
            return await saving.done_async(found)

    async def snapshot(self, *, progress: Callable[[Progress], object] | None = None) -> Snapshot:
        """Read everything the child has. See :meth:`SynergiaApiClient.snapshot`."""
        caller = _AsyncCaller(replace(self._bound, explains=False), self._shell)
        return await snapshot_async(caller, self._bound.parts.clock.wall(), progress)

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
