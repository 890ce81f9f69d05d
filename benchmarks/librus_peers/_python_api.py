"""librus-python-api, with its addresses on loopback.

Its settings take addresses of loopback, but not all of them; one made without its checks takes those of the
simulator. The transport is a class that programs may replace; here only the jar is another, which takes
cookies of numbered hosts, too. Of the gateway it reads the attendance, free days and who is signed in; the
rest it reads from the pages of Synergia, which the simulator has not.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit

from ._desk import Where
from ._library import Library, Sharing

__all__ = ["PYTHON_API"]

KEY: Final = bytes(32)
MANY: Final = 64


def _transport(*told: Any) -> Any:
    aiohttp = import_module("aiohttp")
    made = import_module("librus_python_api.transport").AiohttpTransport(*told)
    usual = made._open_session  # noqa: SLF001  (the one place where it makes connections)

    def open_session(*, cookie_jar: Any = None, **options: Any) -> Any:
        jar = aiohttp.CookieJar(unsafe=True) if cookie_jar is None else cookie_jar
        return usual(cookie_jar=jar, **options)

    made._open_session = open_session  # noqa: SLF001
    return made


class _Client:
    def __init__(self, where: Where, raised: bool) -> None:
        library, config = import_module("librus_python_api"), import_module("librus_python_api.config")
        api = urlsplit(where.api)
        connection = config.ConnectionSettings.model_construct(
            synergia_origin=where.synergia,
            api_origin=f"{api.scheme}://{api.netloc}",
            download_origin=where.sandbox,
            messages_origin=where.wiadomosci,
        )
        limits = None
        if raised:
            limits = config.SchedulerLimits(
                operations=MANY,
                operations_per_account=MANY,
                queued_requests=MANY,
                queued_requests_per_account=MANY,
            )
        self._budget = library.RequestBudget
        self._service = library.LibrusService(
            {"school": config.AccountCredentials(login=where.login, password=where.password)},
            context_key=KEY,
            scheduler_limits=limits,
            connection=connection,
            transport_factory=_transport,
        )

    async def rows(self) -> list[Any]:
        return list((await self._service.account("school").gateway_attendance()).items)

    async def read(self) -> int:
        return len(await self.rows())

    async def read_another(self, number: int) -> None:  # noqa: ARG002
        # Reads with budgets of their own are not taken for the same.
        await self._service.account("school").gateway_attendance(budget=self._budget())

    async def close(self) -> None:
        await self._service.aclose()


async def _rows(client: Any) -> list[Any]:
    found: list[Any] = await client.rows()
    return found


def _decoder() -> Any:
    return import_module("librus_python_api.attendance_frequency").parse_gateway_attendance


PYTHON_API: Final = Library(
    name="librus-python-api",
    load=lambda: import_module("librus_python_api").LibrusService,
    open=_Client,
    http="aiohttp",
    in_flight=1,
    another="gateway/Attendances",
    pace="; it sends 10 requests a second after the first 20, one at a time",
    refuses_above=8,
    sharing=lambda: Sharing("keeps no session"),
    no_snapshot="has none",
    typed={"attendances": _decoder},
    untyped="reads grades from web pages, not from the gateway",
    asked_for={"attendances": _rows},
)
