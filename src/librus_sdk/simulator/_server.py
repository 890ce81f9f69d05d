"""The thread that serves: loopback listeners, one event loop, gone within milliseconds when stopped."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

__all__ = ["Listener", "ServerThread", "listen", "open_all"]

_log = logging.getLogger("librus_sdk.simulator")
_BACKLOG: Final = 256
_TURNS: Final = 8


class _Protocol(H11Protocol):
    """uvicorn's protocol, with the transport handed to the application and logging of its own.

    The application needs the transport to reset a connection. uvicorn's loggers are left alone: the program
    under test may run uvicorn itself.
    """

    def __init__(self, changed: Callable[[], None], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = _log
        self.access_log = False
        self._changed = changed

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
        self._changed()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._changed()


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening socket, and the host that addresses call it by."""

    sock: socket.socket
    host: str

    @property
    def name(self) -> tuple[str, int]:
        """Its address and port, by which the server knows it; two hosts may have the same port."""
        address, port = self.sock.getsockname()[:2]
        return address, port

    @property
    def address(self) -> str:
        """Its address, without a path."""
        return f"http://{self.host}:{self.name[1]}"


# A machine whose loopback is one address only (macOS) has these two other names for itself.
_OTHER_NAMES: Final = {"127.0.0.2": ("127.0.0.1", "localhost"), "127.0.0.3": ("::1", "[::1]")}


def open_all(port: int, hosts: Sequence[str]) -> list[Listener]:
    """Open a listening socket on each host, on ports that follow each other; port 0 takes any free ones.

    Raises:
        OSError: a port is taken; none is left open then.
    """
    found: list[Listener] = []
    try:
        for place, host in enumerate(hosts):
            found.append(_listener(port + place if port else 0, host))
    except BaseException:
        for listener in found:
            listener.sock.close()
        raise
    return found


def _listener(port: int, host: str) -> Listener:
    try:
        return Listener(listen(port, host), host)
    except OSError as error:
        if error.errno != errno.EADDRNOTAVAIL or host not in _OTHER_NAMES:
            raise
    other, name = _OTHER_NAMES[host]
    return Listener(listen(port, other), name)


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Open a listening socket on loopback; port 0 takes any free one. Raises OSError when it is taken."""
    sock = _bound(port, host)
    sock.listen(_BACKLOG)
    return sock


def _bound(port: int, host: str) -> socket.socket:
    """A socket that has the port to itself and refuses every connection, until it listens."""
    # The protocol is named because asyncio switches Nagle's algorithm off only then: 40 ms an answer.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except BaseException:  # also OverflowError, for what is no port
        sock.close()
        raise
    return sock


def _nobody() -> None:
    """Nobody wants to know."""


class ServerThread:
    """Serves the application on sockets that listen already, until stopped.

    ``changed`` is called on the server's thread when a connection has come or gone.
    """

    def __init__(
        self, app: ASGIApp, sockets: list[socket.socket], changed: Callable[[], None] = _nobody
    ) -> None:
        self._sockets = sockets
        self._changed = changed
        self._state = ServerState()
        self._config = Config(
            app,
            loop="asyncio",
            http=_Protocol,
            ws="none",
            lifespan="off",
            timeout_keep_alive=75,
            log_config=None,
            proxy_headers=False,
        )
        self._servers: dict[int, asyncio.Server] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="librus-simulator", daemon=True)

    def start(self) -> None:
        """Start the thread and wait until it serves."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._state.connections)

    def take_down(self, place: int) -> None:
        """Refuse connections on that socket from now on, and break off those that there are."""
        self._call(self._take_down(place))

    def bring_up(self, place: int) -> None:
        """Undo :meth:`take_down`."""
        self._call(self._bring_up(place))

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _take_down(self, place: int) -> None:
        if place not in self._servers:
            return
        old = self._sockets[place]
        address, port = old.getsockname()[:2]
        asyncio.get_running_loop().remove_reader(old.fileno())
        # Connections that are just being accepted come to light before the server closes, as in `_serve`.
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        self._servers.pop(place).close()
        # Nobody else may take the port meanwhile.
        self._sockets[place] = _bound(port, address)
        for connection in list(self._state.connections):
            if connection.transport.get_extra_info("sockname")[:2] == (address, port):
                connection.transport.abort()
        await asyncio.sleep(0)

    async def _bring_up(self, place: int) -> None:
        if place in self._servers:
            return
        loop = asyncio.get_running_loop()

        def protocol() -> asyncio.Protocol:
            return _Protocol(self._changed, self._config, self._state, {}, loop)

        self._servers[place] = await loop.create_server(protocol, sock=self._sockets[place], backlog=_BACKLOG)

    def stop(self) -> None:
        """Stop at once: connections are broken off, requests at gates are cancelled, the thread ends."""
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve())
        except BaseException as error:  # noqa: BLE001  (handed to the thread that waits in start)
            self._failure = error
        finally:
            for sock in self._sockets:
                sock.close()
            self._ready.set()

    async def _serve(self) -> None:
        loop, state = asyncio.get_running_loop(), self._state
        self._config.load()
        for place in range(len(self._sockets)):
            await self._bring_up(place)
        self._loop, self._stop = loop, asyncio.Event()
        self._ready.set()
        await self._stop.wait()
        # Accepting ends before the servers close: asyncio loses a connection that it is just accepting when
        # its server is closed meanwhile. That takes an event loop with readers, hence the loop factory.
        for sock in self._sockets:
            loop.remove_reader(sock.fileno())
        # Some turns of the loop: connections that are just being accepted come to light, and the protocols
        # learn that their connections are lost before the tasks are cancelled, so that none tries to answer.
        this = asyncio.current_task()
        while state.connections or asyncio.all_tasks() - state.tasks - {this}:
            for connection in list(state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)
        servers = list(self._servers.values())
        for server in servers:
            server.close()
        tasks = list(state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for server in servers:
            await server.wait_closed()
