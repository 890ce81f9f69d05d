"""The HTTP libraries by themselves: one client that keeps its connections, six requests at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from typing import Any, Final, TypeAlias

__all__ = ["BARE", "Ask"]

AT_ONCE: Final = 6
Ask: TypeAlias = Callable[[str], Awaitable[bytes]]


@asynccontextmanager
async def _httpx2() -> AsyncIterator[Ask]:
    places = asyncio.Semaphore(AT_ONCE)
    made: Any = import_module("httpx2").AsyncClient(trust_env=False)
    async with made as client:

        async def ask(address: str) -> bytes:
            async with places:
                body: bytes = (await client.get(address)).raise_for_status().content
            return body

        yield ask


@asynccontextmanager
async def _aiohttp() -> AsyncIterator[Ask]:
    aiohttp = import_module("aiohttp")
    made: Any = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit_per_host=AT_ONCE))
    async with made as client:

        async def ask(address: str) -> bytes:
            async with client.get(address, raise_for_status=True) as answer:
                body: bytes = await answer.read()
            return body

        yield ask


BARE: Final[Mapping[str, Callable[[], AbstractAsyncContextManager[Ask]]]] = {
    "httpx2": _httpx2,
    "aiohttp": _aiohttp,
}
