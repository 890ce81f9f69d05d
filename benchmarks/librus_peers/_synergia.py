"""librus-synergia, with its addresses on loopback.

They are constants, which are replaced in the module that uses them; the session with connections is one that
programs may pass in, here with a jar that takes cookies of numbered hosts, too. Nothing else is changed.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ._desk import Where
from ._library import Client, Library, Sharing

__all__ = ["SYNERGIA", "command_line"]

MONDAY: Final = date(2026, 8, 31)


def _point_at(where: Where) -> Any:
    """Replace the hosts in the constants of the client; return the library."""
    api = urlsplit(where.api)
    hosts = {
        "https://synergia.librus.pl": where.synergia,
        "https://api.librus.pl": f"{api.scheme}://{api.netloc}",
        "https://wiadomosci.librus.pl": where.wiadomosci,
        "https://sandbox.librus.pl": where.sandbox,
    }
    names = {urlsplit(real).hostname: urlsplit(here).hostname for real, here in hosts.items()}

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {moved(key): moved(item) for key, item in value.items()}
        if not isinstance(value, str):
            return value
        for real, here in hosts.items():
            value = value.replace(real, here)
        return names.get(value, value)

    client, constants = import_module("librus_synergia.client"), import_module("librus_synergia.const")
    for name in filter(str.isupper, vars(constants)):
        if hasattr(client, name):
            setattr(client, name, moved(getattr(constants, name)))
    return import_module("librus_synergia")


def _connections() -> Any:
    aiohttp = import_module("aiohttp")
    # As the library makes its own, but for the jar.
    connector = aiohttp.TCPConnector(limit_per_host=6)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.CookieJar(unsafe=True))


class _Client:
    def __init__(self, where: Where, kept: Path | None = None) -> None:
        self._library = _point_at(where)
        self._where = where
        self._kept = kept
        self._session: Any = None
        self._librus: Any = None

    def librus(self) -> Any:
        if self._librus is None:
            self._session = _connections()
            data = None
            if self._kept is not None and self._kept.exists():
                data = self._library.LibrusSessionData(**json.loads(self._kept.read_text()))
            self._librus = self._library.Librus(
                self._where.login,
                self._where.password,
                session=self._session,
                session_data=data,
                on_session_update=self._keep if self._kept is not None else None,
            )
        return self._librus

    def _keep(self, data: Any) -> None:
        assert self._kept is not None
        half = self._kept.with_suffix(f".{os.getpid()}")
        half.write_text(json.dumps(dataclasses.asdict(data)))
        half.replace(self._kept)

    async def read(self) -> int:
        return len(await self.librus().attendances())

    async def read_another(self, number: int) -> None:
        await self.librus().timetable(MONDAY + timedelta(weeks=number))

    async def close(self) -> None:
        if self._librus is not None:
            await self._librus.close()
            await self._session.close()


async def _snapshot(client: Any) -> None:
    data = await client.librus().fetch_all()
    if data.failed_sections:
        raise RuntimeError(f"not read: {data.failed_sections}")


def _decoder(kind: str) -> Any:
    client, parsers = import_module("librus_synergia.client"), import_module("librus_synergia.parsers")
    parse = getattr(parsers, f"parse_{kind}")
    return lambda body: parse(client._json_loads(body))  # noqa: SLF001


async def _rows(client: Any, kind: str) -> list[Any]:
    librus = client.librus()
    if kind == "grades":
        # Without the second request for comments that its grades() makes.
        parsers = import_module("librus_synergia.parsers")
        await librus.login()
        found: list[Any] = parsers.parse_grades(await librus.client.async_get_grades())
        return found
    rows: list[Any] = await librus.attendances()
    return rows


def command_line(where: Mapping[str, str], arguments: list[str]) -> int:
    """Run its command line. It makes its own connections, so these get the other jar there."""
    _point_at(Where(**where))
    aiohttp: Any = import_module("aiohttp")
    made = aiohttp.ClientSession

    def with_jar(**options: Any) -> Any:
        return made(cookie_jar=aiohttp.CookieJar(unsafe=True), **options)

    aiohttp.ClientSession = with_jar
    sys.argv[0] = "librus-synergia"
    status: int = import_module("librus_synergia.cli").main(arguments)
    return status


SYNERGIA: Final = Library(
    name="librus-synergia",
    load=lambda: import_module("librus_synergia").Librus,
    open=lambda where, _raised: _Client(where),
    http="aiohttp",
    in_flight=6,
    another="gateway/Timetables",
    sharing=lambda: Sharing("session_data, which the program keeps in a file", _kept),
    snapshot=_snapshot,
    same_lists=_snapshot,
    typed={"grades": lambda: _decoder("grades"), "attendances": lambda: _decoder("attendances")},
    asked_for={
        "grades": lambda client: _rows(client, "grades"),
        "attendances": lambda client: _rows(client, "attendances"),
    },
)


def _kept(where: Where, folder: Path) -> Client:
    return _Client(where, folder / "session.json")
