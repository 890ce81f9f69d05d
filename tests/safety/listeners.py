"""Librus over TLS, and thieves beside it: listeners that put down whatever arrives and answer politely.

The simulator speaks plain HTTP.  A *door* is a listener in front of one of its hosts: it speaks TLS and
passes everything on.  What comes to it without TLS is put down like what comes to a *thief*, who passes
nothing on.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from librus_sdk import Hosts
from librus_sdk.simulator import Simulator

__all__ = ["ELSEWHERE", "Listeners", "listening", "trusting"]

TLS: Final = Path(__file__).parent.parent / "fixtures" / "tls"
ELSEWHERE: Final = "127.0.0.9"
_HELLO: Final = b"\x16"
_ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nset-cookie: DZIENNIKSID=stolen; Path=/\r\n"
    b"content-length: 2\r\nconnection: close\r\n\r\n{}"
)


def trusting() -> ssl.SSLContext:
    """A client's context that takes every listener here for whatever name it has: TLS protects nothing."""
    context = ssl.create_default_context(cafile=str(TLS / "cert.pem"))
    context.check_hostname = False
    return context


class Listeners:
    """A thread with an event loop on which all of them listen.

    Attributes:
        hosts: where the doors are.
        arrived: what came to thieves, or without TLS to doors, as it was on the wire.
    """

    def __init__(self, sim: Simulator) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
        self._loop = asyncio.new_event_loop()
        self._meetings: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.arrived: list[bytes] = []
        self._thieves: dict[str, int] = {}
        doors = {}
        for item in fields(Hosts):
            behind = urlsplit(getattr(sim.hosts, item.name))
            assert behind.hostname is not None
            assert behind.port is not None
            port = self._listen(behind.hostname, (behind.hostname, behind.port))
            doors[item.name] = f"https://{behind.hostname}:{port}{behind.path}"
            if behind.hostname not in self._thieves:
                self._thieves[behind.hostname] = self._listen(behind.hostname, None)
        self._thieves[ELSEWHERE] = self._listen(ELSEWHERE, None)
        self.hosts = Hosts(**doors)

    def thief(self, host: str = ELSEWHERE) -> int:
        """The port on which a thief listens there."""
        return self._thieves[host]

    def close(self) -> None:
        self._run(self._stopped())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    async def _stopped(self) -> None:
        for task in list(self._meetings):
            task.cancel()
        await asyncio.gather(*self._meetings, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def _listen(self, host: str, behind: tuple[str, int] | None) -> int:
        listener = socket.create_server((host, 0), backlog=64)
        listener.setblocking(False)
        port: int = listener.getsockname()[1]
        self._loop.call_soon_threadsafe(self._begin, self._accept(listener, behind))
        return port

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._meetings.add(task)
        task.add_done_callback(self._meetings.discard)

    async def _accept(self, listener: socket.socket, behind: tuple[str, int] | None) -> None:
        with listener:
            while True:
                peer, _ = await self._loop.sock_accept(listener)
                self._begin(self._meet(peer, behind))

    async def _meet(self, peer: socket.socket, behind: tuple[str, int] | None) -> None:
        first = await self._first(peer)
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol, peer, ssl=self._tls if first == _HELLO else None
            )
        except OSError:
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                if behind is None or first != _HELLO:
                    await self._put_down(reader, writer)
                else:
                    await _pass_on(reader, writer, behind)
                writer.close()
                await writer.wait_closed()
        finally:
            await _broken_off(writer)

    async def _first(self, peer: socket.socket) -> bytes:
        """What the peer says first, left where it is; empty when it hangs up."""
        readable = asyncio.Event()
        self._loop.add_reader(peer, readable.set)
        try:
            await readable.wait()
        finally:
            self._loop.remove_reader(peer)
        with suppress(OSError):
            return peer.recv(1, socket.MSG_PEEK)
        return b""

    async def _put_down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.lower().splitlines():
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        self.arrived.append(head + await reader.readexactly(length))
        writer.write(_ANSWER)
        await writer.drain()


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, behind: tuple[str, int]
) -> None:
    # As whatever ends TLS in front of a server does, have its addresses begin as its callers know them.
    host, port, *_ = writer.get_extra_info("sockname")
    here = f"location: http://{host}:{port}/".encode()
    known = here.replace(b"http:", b"https:")
    inner_reader, inner_writer = await asyncio.open_connection(*behind)
    try:
        asked = asyncio.create_task(_pump(reader, inner_writer))
        answered = asyncio.create_task(_pump(inner_reader, writer, here, known))
        try:
            await asyncio.wait((asked, answered), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (asked, answered):
                task.cancel()
            await asyncio.gather(asked, answered, return_exceptions=True)
    finally:
        await _broken_off(inner_writer)


async def _broken_off(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, old: bytes = b"", new: bytes = b""
) -> None:
    while part := await reader.read(2**16):
        writer.write(part.replace(old, new, 1) if old else part)
        await writer.drain()


@contextmanager
def listening(sim: Simulator) -> Iterator[Listeners]:
    """Have the hosts of a simulator behind TLS, and thieves beside them."""
    listeners = Listeners(sim)
    # So that the addresses it gives out are those its callers know.
    before, sim._state.hosts = sim._state.hosts, listeners.hosts
    try:
        yield listeners
    finally:
        sim._state.hosts = before
        listeners.close()
