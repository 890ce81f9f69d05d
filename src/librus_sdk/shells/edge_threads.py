"""The blocking HTTP edge: one request out, one complete answer or a named failure back.

A deadline bounds the whole attempt, name look-up excepted: every socket operation gets what is left of it,
so a server that drips a byte now and then cannot stretch it.  Writing to a sink counts, but is not cut short.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any, Final

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

__all__ = ["ThreadEdge"]

_deadline: ContextVar[float] = ContextVar("librus_sdk_deadline")


def _left() -> float:
    """Seconds until the deadline. Raises when it has passed: a socket with data to read would not notice."""
    rest = _deadline.get() - time.monotonic()
    if rest <= 0:
        raise httpcore2.ReadTimeout
    return rest


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._inner.read(max_bytes, _left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._inner.write(buffer, _left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left()))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:  # a name that cannot be one, like "a..pl"
            raise socket.gaierror(socket.EAI_NONAME, "no host name") from None
        failure: Exception = httpcore2.ConnectError()
        for number, (*_, address) in enumerate(addresses):
            # All addresses share one deadline, and none may use up what the others need.
            share = _left() / (len(addresses) - number)
            try:
                stream = self._inner.connect_tcp(str(address[0]), port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream)
        raise failure


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        try:
            if not is_spent(self._response):
                self._response.extensions["network_stream"].close()
        finally:
            self._response.close()


class _Transport(httpx2.BaseTransport):
    """The HTTP library's transport over its own connection pool, with our deadline under it."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls, max_connections=100, keepalive_expiry=15.0, network_backend=_Backend()
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = self._pool.handle_request(core_request(request))
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class ThreadEdge:
    """Connections to Librus for threads. Opened by its first request.

    Args:
        tls: None when all addresses are plain http.
        max_answer_bytes: the largest answer that is held in memory.
    """

    def __init__(self, tls: ssl.SSLContext | None, max_answer_bytes: int) -> None:
        self._max_answer_bytes: Final = max_answer_bytes
        self._transport: Final = _Transport(tls)
        self._plain: Final = httpx2.Client(transport=self._transport, **client_options())

    def send(
        self, request: Request, limit_s: float, limit_ms: int, jar: Jar | None = None
    ) -> Response | Failure:
        """Send and read the whole answer within ``limit_s``; never raises for what the network does.

        ``limit_ms`` is what a timeout is reported as.
        """
        client, handled = self._plain, sys.exception()
        if jar is not None:
            client = httpx2.Client(transport=self._transport, **client_options(jar))
        token = _deadline.set(time.monotonic() + limit_s)
        try:
            with quiet():
                return self._received(client, request)
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
        except BaseException as error:  # noqa: BLE001  (KeyboardInterrupt, which goes on)
            raise forget_origin(error)  # noqa: B904
        finally:
            _deadline.reset(token)
        raise problem

    def _received(self, client: httpx2.Client, request: Request) -> Response:
        # A frame of its own: the library's response holds the token, and no traceback shows this frame.
        raw = client.send(build(client, request), stream=True)
        try:
            intake = Intake(request, raw, self._max_answer_bytes)
            for part in raw.iter_raw():
                intake.take(part)
            return response_of(raw, intake.body())
        finally:
            raw.close()

    def close(self) -> None:
        """Close the connections."""
        with contextlib.suppress(OSError, RuntimeError):
            self._transport.close()
