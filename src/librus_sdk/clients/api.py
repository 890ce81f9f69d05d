"""Clients of the child API 3.0: every read of one child, typed, blocking or awaited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar, Unpack, cast
from urllib.parse import unquote

from ..core.answers import judge_api
from ..core.http import Request, join_url, query_items
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
    download,
    raw_json,
)
from ..errors import LibrusConfigurationError, LibrusPermissionError, LibrusSdkError
from ..flows.call import Answer, call
from ..flows.steps import Flow
from ..models.auth import AuthTokenInfo
from ..models.download import Download
from ..models.rows import Rows
from ..secret import Secret, boxed, is_text
from ..shells.fork import renew_after_fork
from ..shells.slots import Slot
from ..shells.tasks import TaskShell
from ..shells.threads import ThreadShell
from ._files import checked_file, described, file_address, origin_text
from ._paid import explained, is_puzzling
from .lookup import Lookup, Pointer, Tables
from .options import Parts, SessionOptions, parts_of
from .snapshot import Progress, Snapshot, snapshot_async, snapshot_sync

__all__ = ["AsyncSynergiaApiClient", "SynergiaApiClient"]

T = TypeVar("T")
C = TypeVar("C", bound=SyncCaller | AsyncCaller)

# What the phone app sends; API 3.0 was confirmed live with exactly these. For files it names no type.
_FILE_HEADERS: Final = (
    ("origin", "app://librus"),
    (
        "user-agent",
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Mobile/15E148 LibrusMobileApp"
        ),
    ),
)
_HEADERS: Final = (("accept", "application/json"), *_FILE_HEADERS)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Bound:
    """Which child's credential a client uses: a slot of its session, or a bare token of its own.

    ``tables`` is what the child's look-ups have read, once there are any.
    """

    parts: Parts
    slot: Slot | None = None
    bearer: Secret | None = None
    tables: Tables | None = None

    def with_tables(self, key: str) -> Bound:
        """The same with tables of its own."""
        parts = self.parts
        return replace(self, tables=Tables(self.read, key, parts.settings.hosts.api, parts.clock))

    def with_options(self, timeout_ms: int | None, strict: bool | None) -> Bound:
        """The same with this client's own timeout (milliseconds) and strictness."""
        settings = self.parts.settings
        if timeout_ms is not None:
            settings = replace(settings, timeout_ms=timeout_ms)
        if strict is not None:
            settings = replace(settings, strict=strict)
        return replace(self, parts=replace(self.parts, settings=settings))

    @property
    def timeout_ms(self) -> int:
        """The limit for one attempt, milliseconds."""
        return self.parts.settings.timeout_ms

    def read(self, get: Get[T]) -> Flow[T]:
        """One read of the API, as a flow."""
        settings = self.parts.settings
        url = join_url(settings.hosts.api, get.path)
        request = Request(
            "GET",
            url,
            endpoint=url,
            name=get.path,
            headers=_FILE_HEADERS if get.decode is download() else _HEADERS,
            query=query_items(get.query),
            bearer=self.bearer,
        )
        try:
            answer = yield from self._call(request, self.slot, partial(get.decode, strict=settings.strict))
        except LibrusPermissionError as error:
            if not is_puzzling(error, get.path):
                raise
            refusal = error
        else:
            return (yield from self._whole(answer, url))
        known = yield from self._token_info()
        # Raised here, not while the first is handled: it replaces that one, cause included.
        raise explained(refusal, known) from refusal.__cause__

    def _token_info(self) -> Flow[AuthTokenInfo | None]:
        try:
            return (yield from self.read(Auth.token_info(cast("Any", None))))
        except LibrusSdkError:
            return None

    def _whole(self, answer: Answer[T], url: str) -> Flow[T]:
        """The answer; a file is what its headers say it is."""
        if not isinstance(answer.value, Download):
            return answer.value
        found = described(answer.value, answer.headers)
        return cast("T", (yield from self._fetched(found, url)))

    def after_fork(self) -> None:
        """Begin anew with the look-ups in a forked process."""
        if self.tables is not None:
            self.tables.after_fork()

    def slots(self) -> list[Slot]:
        """The slots of the look-ups."""
        return [] if self.tables is None else self.tables.slots()

    def find(self, get: Get[Rows[T]], pointer: Pointer) -> Flow[T | None]:
        """One look-up, as a flow."""
        assert self.tables is not None  # every client has some
        return self.tables.find(get, pointer)

    def _call(
        self, request: Request, slot: Slot | None, decode: Callable[[bytes, str], T]
    ) -> Flow[Answer[T]]:
        # ``decode`` must be no function of this module: no frame of ours may hold the body when it fails.
        parts = self.parts
        return (
            yield from call(
                request,
                slot=slot,
                judge=judge_api,
                decode=decode,
                retry=parts.settings.retry,
                ports=parts.ports,
            )
        )

    def _fetched(self, found: Download, url: str) -> Flow[Download]:
        """The file; fetched from elsewhere when what came is a note where it is."""
        note = found.descriptor()
        if note is None:
            return checked_file(found, url)
        target = file_address(note, url)
        # The address is a key of its own: no token goes along, and nobody is shown the address.
        endpoint = f"{origin_text(target)}/REDACTED"
        request = Request("GET", target, endpoint=endpoint, name="file", headers=_FILE_HEADERS)
        answer = yield from self._call(request, None, partial(download(), strict=False))
        return checked_file(described(answer.value, answer.headers, name=note.name), endpoint)


class _SyncCaller:
    def __init__(self, bound: Bound, shell: ThreadShell) -> None:
        self._bound = bound
        self._shell = shell

    def call(self, get: Get[T], /) -> T:
        return self._shell.run(self._bound.read(get), timeout_ms=self._bound.timeout_ms)

    def find(self, get: Get[Rows[T]], pointer: Pointer, /) -> T | None:
        return self._shell.run(self._bound.find(get, pointer), timeout_ms=self._bound.timeout_ms)


class _AsyncCaller:
    def __init__(self, bound: Bound, shell: TaskShell) -> None:
        self._bound = bound
        self._shell = shell

    async def call(self, get: Get[T], /) -> T:
        return await self._shell.run(self._bound.read(get), timeout_ms=self._bound.timeout_ms)

    async def find(self, get: Get[Rows[T]], pointer: Pointer, /) -> T | None:
        return await self._shell.run(self._bound.find(get, pointer), timeout_ms=self._bound.timeout_ms)


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
    bound = Bound(parts_of(options), bearer=token).with_tables("token")
    renew_after_fork(bound)
    return bound


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
        self._attach(_SyncCaller(bound, shell), bound)

    @classmethod
    def _of_session(cls, bound: Bound, shell: ThreadShell) -> Self:
        client = cls.__new__(cls)
        client._own_shell = None  # noqa: SLF001
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

    def snapshot(self, *, progress: Callable[[Progress], object] | None = None) -> Snapshot:
        """Read everything the child has, a few reads at a time; about sixty requests.

        A section that the school switched off, or that failed, is a value in the result: see
        :class:`~librus_sdk.clients.snapshot.Section`.

        Args:
            progress: called after every section, on this thread.
        """
        settings = self._bound.parts.settings
        wall = self._bound.parts.clock.wall()
        return snapshot_sync(self._caller, wall, settings.max_concurrency, progress)

    def close(self) -> None:
        """Close the connections of a standalone client; a session's client is closed with its session."""
        if self._own_shell is not None:
            self._own_shell.close(self._bound.slots())

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
        self._attach(_AsyncCaller(bound, shell), bound)

    @classmethod
    def _of_session(cls, bound: Bound, shell: TaskShell) -> Self:
        client = cls.__new__(cls)
        client._own_shell = None  # noqa: SLF001
        client._attach(_AsyncCaller(bound, shell), bound)  # noqa: SLF001
        return client

    async def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        """Read any other path of the API and return the decoded JSON. See :meth:`SynergiaApiClient.get`."""
        return await self._caller.call(_any_read(path, query))

    async def snapshot(self, *, progress: Callable[[Progress], object] | None = None) -> Snapshot:
        """Read everything the child has. See :meth:`SynergiaApiClient.snapshot`."""
        return await snapshot_async(self._caller, self._bound.parts.clock.wall(), progress)

    async def close(self) -> None:
        """Close the connections of a standalone client; a session's client is closed with its session."""
        if self._own_shell is not None:
            await self._own_shell.close(())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
