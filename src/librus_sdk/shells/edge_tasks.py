"""The asyncio HTTP edge: one request out, one complete answer or a named failure back, within a deadline.

What goes to a sink is written on the event loop, in parts of at most a megabyte: a hop to a thread for each
would cost more than the write, which the system buffers.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys
from collections.abc import AsyncIterable, AsyncIterator
from typing import Final

import httpcore2
import httpx2

from ..core.http import Failure, Request, Response
from ..errors import LibrusSdkError
from .intake import BodyError, Intake, sink_failure
from .interrupts import forget_origin
from .wire import (
    NETWORK_ERRORS,
    TIMEOUT_ERRORS,
    Jar,
    build,
    client_options,
    core_request,
    is_spent,
    network_failure,
    quiet,
    response_of,
    timeout_failure,
    unexpected,
)

__all__ = ["TaskEdge"]


class _Body(httpx2.AsyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        stream = self._response.stream
        assert isinstance(stream, AsyncIterable)
        async for part in stream:
            yield part

    async def aclose(self) -> None:
        try:
            if not is_spent(self._response):
                await self._response.extensions["network_stream"].aclose()
        finally:
            await self._response.aclose()


class _Transport(httpx2.AsyncBaseTransport):
    """The HTTP library's transport over its own connection pool."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls, max_connections=100, keepalive_expiry=15.0
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._pool.handle_async_request(core_request(request))
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class TaskEdge:
    """Connections to Librus for the tasks of one event loop. Opened by its first request.

    The arguments are those of the blocking edge.
    """

    def __init__(self, tls: ssl.SSLContext | None, max_answer_bytes: int) -> None:
        self._max_answer_bytes: Final = max_answer_bytes
        self._transport: Final = _Transport(tls)
        self._plain: Final = httpx2.AsyncClient(transport=self._transport, **client_options())

    async def send(
        self, request: Request, limit_s: float, limit_ms: int, jar: Jar | None = None
    ) -> Response | Failure:
        """Send and read the whole answer within ``limit_s``; never raises for what the network does.

        ``limit_ms`` is what a timeout is reported as. The caller's own cancellation stays one.
        """
        client, handled = self._plain, sys.exception()
        if jar is not None:
            client = httpx2.AsyncClient(transport=self._transport, **client_options(jar))
        try:
            async with asyncio.timeout(limit_s):
                with quiet():
                    return await self._received(client, request)
        except BodyError as error:
            return error.failure
        except LibrusSdkError as error:
            return sink_failure(error)
        except TIMEOUT_ERRORS:
            return timeout_failure(limit_ms)
        except NETWORK_ERRORS as error:
            return network_failure(error, handled)
        except Exception as error:  # noqa: BLE001  (no exception of a library leaves the SDK)
            problem = unexpected(error)
        except BaseException as error:  # noqa: BLE001  (CancelledError, which goes on)
            raise forget_origin(error)  # noqa: B904
        raise problem

    async def _received(self, client: httpx2.AsyncClient, request: Request) -> Response:
        # A frame of its own: the library's response holds the token, and no traceback shows this frame.
        raw = await client.send(build(client, request), stream=True)
        try:
            intake = Intake(request, raw, self._max_answer_bytes)
            async with contextlib.aclosing(raw.aiter_raw()) as parts:
                async for part in parts:
                    intake.take(part)
            return response_of(raw, intake.body())
        finally:
            await raw.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        with contextlib.suppress(OSError, RuntimeError):
            await self._transport.aclose()
