"""librus-sdk, as its documentation says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from ._desk import Where
from ._library import Client, Library, Sharing

__all__ = ["SDK"]

MONDAY: Final = date(2026, 8, 31)
_IN_CLIENT: Final = (
    "me.get", "grades.list", "grades.categories", "grades.comments", "notes.list", "notes.categories",
    "attendance.list", "attendance.types", "homework.list", "homework.categories", "homework.assignments",
    "announcements.list", "lucky_number.get", "school.subjects", "school.users", "school.school",
    "school.school_class", "timetable.class_free_days", "timetable.school_free_days",
    "grades.behaviour_points", "grades.descriptive", "grades.points", "grades.text", "justifications.list",
    "justifications.conferences", "lessons.list", "lessons.realizations", "extras.grading_system",
    "extras.units", "extras.school_trips", "extras.school_files", "extras.library_lendings",
    "timetable.class_free_day_types",
)  # fmt: skip
_BY_PATH: Final = (
    "Classrooms", "TimetableEntries", "BehaviourGrades/Points/Comments", "Calendars/Substitutions",
    "HomeWorkAssignments/Categories", "TextGrades/Categories",
)  # fmt: skip


class _Client:
    def __init__(self, where: Where, **options: Any) -> None:
        sdk = import_module("librus_sdk")
        hosts = sdk.Hosts(
            portal=where.portal,
            api=where.api,
            synergia=where.synergia,
            wiadomosci=where.wiadomosci,
            bff=where.bff,
            sandbox=where.sandbox,
        )
        credentials = sdk.GatewayCredentials(where.login, where.password)
        self.session = sdk.AsyncLibrusSession(credentials, hosts=hosts, **options)

    async def read(self) -> int:
        return len(await (await self.session.for_child()).attendance.list())

    async def read_another(self, number: int) -> None:
        client = await self.session.for_child()
        await client.timetable.week(MONDAY + timedelta(weeks=number))

    async def close(self) -> None:
        await self.session.close()


async def _snapshot(client: Any) -> None:
    await (await client.session.for_child_wiadomosci()).snapshot()


async def _same_lists(client: Any) -> None:
    child = await client.session.for_child_wiadomosci()
    today = date.today()  # noqa: DTZ011
    monday = today - timedelta(days=today.weekday())
    # What takes several requests in a row begins first.
    reads: list[Awaitable[object]] = [_partial_grades(child), child.messages.unread(), child.messages.list()]
    reads += [child.timetable.week(monday + timedelta(weeks=number)) for number in range(2)]
    for name in _IN_CLIENT:
        family, read = name.split(".")
        reads.append(getattr(getattr(child, family), read)())
    reads += [child.get(path) for path in _BY_PATH]
    told = await asyncio.gather(*reads, return_exceptions=True)
    problems = [answer for answer in told if isinstance(answer, BaseException)]
    if problems:
        raise RuntimeError(f"{len(problems)} of {len(told)} reads failed: {problems[0]!r}")


async def _partial_grades(child: Any) -> object:
    """Three reads, each of which needs the one before."""
    token = await child.auth.token_info()
    user = await child.auth.user_info(token.user_identifier)
    return await child.extras.partial_descriptive_grades(user.identifier_of_student_assigned_with_user)


def _decoder(family: str, kind: str) -> Any:
    get = getattr(import_module("librus_sdk.endpoints"), family).list(None)
    return lambda body: get.decode(body, kind, strict=False)


def _with_store(where: Where, folder: Path) -> Client:
    return _Client(where, store=import_module("librus_sdk").FileStore(folder))


def _sharing() -> Sharing:
    if not hasattr(import_module("librus_sdk"), "FileStore"):
        return Sharing("has no store in this version")
    return Sharing("store=FileStore(folder)", _with_store)


SDK: Final = Library(
    name="librus-sdk",
    load=lambda: import_module("librus_sdk").AsyncLibrusSession,
    open=lambda where, _raised: _Client(where),
    http="httpx2",
    in_flight=6,
    another="gateway/Timetables",
    sharing=_sharing,
    snapshot=_snapshot,
    same_lists=_same_lists,
    typed={
        "grades": lambda: _decoder("Grades", "Grades"),
        "attendances": lambda: _decoder("Attendance", "Attendances"),
    },
    asked_for={
        "grades": lambda client: _rows(client, "grades"),
        "attendances": lambda client: _rows(client, "attendance"),
    },
)


async def _rows(client: Any, family: str) -> list[Any]:
    found: list[Any] = await getattr(await client.session.for_child(), family).list()
    return found
