"""Steps that several scenes take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from ._desk import Desk, Spent
from ._library import Client, Library

__all__ = ["all_of", "error_of", "failures_among", "many", "name_of", "renewals", "warm"]


async def warm(library: Library, desk: Desk, *, raised: bool = True) -> Client:
    """Open a client whose session has worked; nothing counted yet."""
    client = library.open(await desk.begin(), raised)
    assert await client.read() > 0
    await desk.spent()
    return client


async def all_of(asked: Sequence[asyncio.Future[Any]]) -> list[Any]:
    return await asyncio.gather(*asked, return_exceptions=True)


async def error_of(read: Awaitable[object]) -> Exception | None:
    try:
        await read
    except Exception as error:  # noqa: BLE001  (every library has its own)
        return error
    return None


def failures_among(told: Sequence[object]) -> int:
    return sum(isinstance(one, BaseException) for one in told)


def name_of(error: Exception) -> str:
    return type(error).__name__


def renewals(spent: Spent) -> str:
    extended = f" ({many(spent.extensions, 'extension')} tried)" if spent.extensions else ""
    return many(spent.sign_ins, "sign-in") + extended


def many(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
