"""A connection is used again when nothing came behind its answer, and only then."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpcore2
import pytest

from librus_sdk.core.http import Failure, Response
from librus_sdk.shells import wire
from tests.shells.sockets import Edge, EdgeName, Peer, Serve, always, get, http, opened

FOLDER: Final = Path(__file__).parent.parent / "fixtures" / "tls"

CLEAN: Final[dict[str, bytes]] = {
    "length": http(200, b"mine"),
    "error": http(404, b"mine"),
    "chunked": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nmine\r\n0\r\n\r\n",
    "gzip": http(200, gzip.compress(b"mine"), "content-encoding: gzip"),
    "after-a-hint": b"HTTP/1.1 103 Early Hints\r\n\r\n" + http(200, b"mine"),
}
BEHIND: Final[dict[str, bytes]] = {
    "answer": http(200, b"another child's"),
    "half-an-answer": b"HTTP/1.1 200 OK\r\n",
    "line-break": b"\r\n",
    "byte": b"x",
}


@pytest.fixture
def edge(name: EdgeName) -> Iterator[Edge]:
    with opened(name) as made:
        yield made


def body(answer: Response | Failure) -> bytes:
    assert isinstance(answer, Response), answer
    return answer.body


@pytest.mark.parametrize("answer", CLEAN.values(), ids=CLEAN)
def test_a_clean_connection_is_used_again(edge: Edge, serve: Serve, answer: bytes) -> None:
    server = serve(always(answer))
    assert [body(edge.send(get(server.url()))) for _ in range(4)] == [b"mine"] * 4
    assert server.accepted == 1


@pytest.mark.parametrize("answer", CLEAN.values(), ids=CLEAN)
@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
def test_what_came_behind_an_answer_answers_nobody(
    edge: Edge, serve: Serve, answer: bytes, behind: bytes
) -> None:
    server = serve(always(answer + behind))
    assert [body(edge.send(get(server.url()))) for _ in range(3)] == [b"mine"] * 3
    assert server.accepted == 3
    assert edge.edge._transport._pool.connections == []  # closed, and not only left aside


def test_what_comes_with_an_answer_that_has_no_body_answers_nobody(edge: Edge, serve: Serve) -> None:
    server = serve(always(b"HTTP/1.1 204 No Content\r\n\r\n" + http(200, b"another child's")))
    assert [body(edge.send(get(server.url()))) for _ in range(3)] == [b""] * 3
    assert server.accepted == 3


# --- under TLS, where bytes wait in more places -------------------------------------------------------------


class Tunnel:
    """The server's side of TLS, which leaves it to us what goes out together."""

    def __init__(self, peer: Peer) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(FOLDER / "cert.pem", FOLDER / "key.pem")
        self._peer = peer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._until(self._tls.do_handshake)

    def _until(self, step: Callable[[], Any]) -> Any:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self.flush()
                came = self._peer.socket.recv(65536)
                if not came:
                    raise ConnectionResetError from None
                self._incoming.write(came)
            finally:
                self.flush()

    def flush(self) -> None:
        if self._outgoing.pending:
            self._peer.send(self._outgoing.read())

    def request(self) -> bytes:
        data: bytes = b""
        while b"\r\n\r\n" not in data:
            part: bytes = self._until(lambda: self._tls.read(65536))
            if not part:
                return b""
            data += part
        return data

    def send(self, *records: bytes) -> None:
        """Send each as a record of its own, all of them at once."""
        for record in records:
            self._tls.write(record)
        self.flush()


@pytest.fixture
def tls_edge(name: EdgeName) -> Iterator[Edge]:
    with opened(name, ssl.create_default_context(cafile=str(FOLDER / "cert.pem"))) as made:
        yield made


@pytest.mark.parametrize(
    ("records", "connections"),
    [
        ((http(200, b"mine"),), 1),
        ((http(200, b"mine"), http(200, b"another child's")), 3),
        ((http(200, b"mine") + http(200, b"another child's"),), 3),
    ],
    ids=["clean", "two-records", "one-record"],
)
def test_what_came_behind_an_answer_under_tls_answers_nobody(
    tls_edge: Edge, serve: Serve, records: tuple[bytes, ...], connections: int
) -> None:
    def part(peer: Peer) -> None:
        tunnel = Tunnel(peer)
        while tunnel.request():
            tunnel.send(*records)

    server = serve(part)
    url = server.url(scheme="https")
    assert [body(tls_edge.send(get(url))) for _ in range(3)] == [b"mine"] * 3
    assert server.accepted == connections


def test_a_connection_that_says_goodbye_with_its_answer_is_not_used_again(
    tls_edge: Edge, serve: Serve
) -> None:
    def part(peer: Peer) -> None:
        tunnel = Tunnel(peer)
        tunnel.request()
        tunnel._tls.write(http(200, b"mine"))
        with pytest.raises(ssl.SSLWantReadError):
            tunnel._tls.unwrap()
        tunnel.flush()
        peer.wait_until_gone()

    server = serve(part)
    assert [body(tls_edge.send(get(server.url(scheme="https")))) for _ in range(2)] == [b"mine"] * 2
    assert server.accepted == 2


# --- where the library keeps what it has read --------------------------------------------------------------


@pytest.mark.parametrize("lost", ["_stream", "_connection", "_h11_state", "trailing_data"])
def test_a_library_that_cannot_be_looked_into_uses_no_connection_again(
    edge: Edge, serve: Serve, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """Slower, and safe. That it can be looked into is what the tests above find."""
    is_spent = wire.is_spent

    class Veiled:
        def __init__(self, thing: Any) -> None:
            self._thing = thing

        def __getattr__(self, asked: str) -> Any:
            if asked == lost:
                raise AttributeError(asked)
            found = getattr(self._thing, asked)
            return found if asked in ("trailing_data", "extensions") else Veiled(found)

    def veiled(answer: httpcore2.Response) -> bool:
        return is_spent(Veiled(answer))  # type: ignore[arg-type]

    monkeypatch.setattr(
        f"librus_sdk.shells.edge_{'threads' if edge._runner is None else 'tasks'}.is_spent", veiled
    )
    server = serve(always(http(200, b"mine")))
    assert [body(edge.send(get(server.url()))) for _ in range(3)] == [b"mine"] * 3
    assert server.accepted == 3
