"""Tiny servers made by hand, for what no proper server does; and either edge behind one interface."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal

from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.shells.edge_tasks import TaskEdge
from librus_sdk.shells.edge_threads import ThreadEdge

__all__ = ["Edge", "EdgeName", "Peer", "Serve", "Server", "always", "get", "http", "opened", "reset"]

SAFETY: Final = 10.0
ROOMY: Final = 2**26
EdgeName = Literal["threads", "tasks"]


class Peer:
    """One accepted connection, on the server's side."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection

    def request(self) -> bytes:
        """Read one request, body included; empty when the client has gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = self.socket.recv(65536)
            if not part:
                return b""
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                while len(body) < int(line.partition(b":")[2]):
                    body += self.socket.recv(65536)
        return head + b"\r\n\r\n" + body

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def wait_until_gone(self) -> None:
        """Wait until the client hangs up."""
        with contextlib.suppress(OSError):
            while self.socket.recv(65536):
                pass


def reset(peer: Peer) -> None:
    """Break the connection off so that the client sees a reset."""
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Server:
    """Accepts connections on loopback and plays its part to each on a thread of its own."""

    def __init__(self, part: Callable[[Peer], object], host: str = "127.0.0.1", port: int = 0) -> None:
        self._part = part
        self._listening = socket.create_server((host, port))
        self.port: int = self._listening.getsockname()[1]
        self.accepted = 0
        self._peers: list[tuple[socket.socket, threading.Thread]] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def url(self, path: str = "/Grades", *, scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.accepted += 1
                thread = threading.Thread(target=self._play, args=(connection,), daemon=True)
                self._peers.append((connection, thread))
                thread.start()

    def _play(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self._part(Peer(connection))

    def close(self) -> None:
        # A thread that stands in accept() is not woken by close() alone.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._accepting.join(SAFETY)
        for connection, thread in self._peers:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(SAFETY)
            assert not thread.is_alive()


Serve = Callable[..., Server]
"""Starts a server that plays a part."""


def always(answer: bytes) -> Callable[[Peer], None]:
    """The part of a server that answers everything alike."""

    def part(peer: Peer) -> None:
        while peer.request():
            peer.send(answer)

    return part


def http(status: int = 200, body: bytes = b"{}", *headers: str, length: int | None = None) -> bytes:
    """An answer as it is on the wire."""
    lines = [
        f"HTTP/1.1 {status} Whatever",
        f"content-length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def get(url: str, **more: Any) -> Request:
    return Request("GET", url, endpoint=url, **more)


class Edge:
    """A ThreadEdge, or a TaskEdge with a loop to run on."""

    def __init__(self, name: EdgeName, tls: ssl.SSLContext | None = None, most: int = ROOMY) -> None:
        self._runner = asyncio.Runner() if name == "tasks" else None
        self.edge: Any = ThreadEdge(tls, most) if self._runner is None else TaskEdge(tls, most)

    def send(self, request: Request, seconds: float = SAFETY, jar: Any = None) -> Response | Failure:
        sending = self.edge.send(request, seconds, round(seconds * 1000), jar)
        answer: Response | Failure = sending if self._runner is None else self._runner.run(sending)
        return answer

    def close(self) -> None:
        if self._runner is None:
            self.edge.close()
            return
        self._runner.run(self.edge.aclose())
        self._runner.close()


@contextmanager
def opened(name: EdgeName, tls: ssl.SSLContext | None = None, most: int = ROOMY) -> Iterator[Edge]:
    edge = Edge(name, tls, most)
    try:
        yield edge
    finally:
        edge.close()
