"""Whether the others do here what their documentation says: else the simulator is at fault, not they."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ._desk import Desk, Spent
from ._finding import Finding
from ._library import Library
from ._steps import all_of, error_of, failures_among, name_of, warm

__all__ = ["keeps_its_word"]

TOGETHER: Final = 5
HOURS_S: Final = 3 * 3600.0


async def keeps_its_word(library: Library, desk: Desk) -> Finding:
    """Try what the library promises. Raises RuntimeError at the first promise that does not hold."""
    for promise, holds in _PROMISES.get(library.name, {}).items():
        if not await holds(library, desk):
            raise RuntimeError(f"{library.name}, on the simulator: it does not hold that {promise}")
    return Finding(f"{len(_PROMISES.get(library.name, {}))} promises hold", None)


async def _repeats_after_one_sign_in(library: Library, desk: Desk) -> bool:
    client = await warm(library, desk)
    await desk.ask("end_sessions")
    told = await all_of([asyncio.ensure_future(client.read()) for _ in range(TOGETHER)])
    spent = await desk.spent()
    await client.close()
    return not failures_among(told) and spent.sign_ins == 1


async def _spares_a_refused_password(library: Library, desk: Desk) -> bool:
    where = await desk.begin()
    client = library.open(replace(where, password=f"not {where.password}"), True)
    errors = [await error_of(client.read()) for _ in range(2)]
    spent = await desk.spent()
    await client.close()
    return all(errors) and spent.sign_ins == 1


async def _extends_an_old_session(library: Library, desk: Desk) -> bool:
    client: Any = await warm(library, desk)
    # The time it has in mind; there is no clock to move.
    client.librus().client._logged_in_at -= HOURS_S  # noqa: SLF001
    await client.read()
    spent = await desk.spent()
    await client.close()
    return spent == Spent(sign_ins=0, extensions=1, requests=2)


async def _goes_on_with_a_kept_session(library: Library, desk: Desk) -> bool:
    where, opened = await desk.begin(), library.sharing().open
    assert opened is not None
    spent = []
    with tempfile.TemporaryDirectory(prefix="librus-peers-") as folder:
        for _ in range(2):
            client = opened(where, Path(folder))
            await client.read()
            spent.append(await desk.spent())
            await client.close()
    return [one.sign_ins for one in spent] == [1, 0] and spent[1].requests == 1


async def _tells_apart(library: Library, desk: Desk, status: int, name: str) -> bool:
    client = await warm(library, desk)
    await desk.ask("fail", name="gateway/Attendances", status=status, times=1)
    error = await error_of(client.read())
    spent = await desk.spent()
    await client.close()
    return error is not None and name_of(error) == name and spent.requests == 1


def _tells(status: int, name: str) -> Callable[[Library, Desk], Awaitable[bool]]:
    return lambda library, desk: _tells_apart(library, desk, status, name)


_Promises = Mapping[str, Callable[[Library, Desk], Awaitable[bool]]]
_BOTH: Final[_Promises] = {
    "those who met one dead session share a sign-in and read again": _repeats_after_one_sign_in,
    "a refused password is not sent again at once": _spares_a_refused_password,
}
_PROMISES: Final[Mapping[str, _Promises]] = {
    "librus-synergia": {
        **_BOTH,
        "a session older than two hours is extended": _extends_an_old_session,
        "a kept session needs no sign-in": _goes_on_with_a_kept_session,
        "503 is LibrusServerMaintenanceError": _tells(503, "LibrusServerMaintenanceError"),
        "404 is LibrusUnexpectedResponseError": _tells(404, "LibrusUnexpectedResponseError"),
    },
    "librus-python-api": {
        **_BOTH,
        "503 is MaintenanceError": _tells(503, "MaintenanceError"),
        "403 is AccessDeniedError": _tells(403, "AccessDeniedError"),
    },
}
