"""How much of an answer either edge takes: over real sockets, packed and plain, with and without a length."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest

from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.errors import LibrusConfigurationError
from tests.shells.sockets import Edge, EdgeName, Peer, Server, get, http, opened

MOST: Final = 100_000
TOO_LARGE: Final = Failure(
    "too_large", "larger than max_answer_bytes", max_bytes=MOST, option="max_answer_bytes"
)
Serve = Callable[[Callable[[Peer], object]], Server]


@pytest.fixture(params=["threads", "tasks"])
def name(request: pytest.FixtureRequest) -> EdgeName:
    chosen: EdgeName = request.param
    return chosen


@pytest.fixture
def edge(name: EdgeName) -> Iterator[Edge]:
    with opened(name, most=MOST) as made:
        yield made


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def make(part: Callable[[Peer], object]) -> Server:
        servers.append(Server(part))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def always(answer: bytes) -> Callable[[Peer], None]:
    def part(peer: Peer) -> None:
        while peer.request():
            peer.send(answer)

    return part


def chunked(*parts: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\n{headers}transfer-encoding: chunked\r\n\r\n".encode()
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def endless(head: bytes, part: bytes) -> Callable[[Peer], None]:
    def play(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n" + head)
        while True:
            peer.send(part)

    return play


class Sinking:
    """A sink that keeps what it gets."""

    def __init__(self, most: int = 10 * MOST, *, wanted: bool = True) -> None:
        self.max_bytes = most
        self.wanted = wanted
        self.asked: list[tuple[int, str | None]] = []
        self.begun = 0
        self.parts: list[bytes] = []

    def wants(self, status: int, headers: Mapping[str, str]) -> bool:
        self.asked.append((status, headers.get("content-type")))
        return self.wanted

    def begin(self) -> None:
        self.begun += 1

    def write(self, part: bytes) -> None:
        self.parts.append(part)


def packed(size: int) -> bytes:
    return gzip.compress(b"\0" * size)


BOMB: Final = packed(100 * MOST)
TWICE: Final = gzip.compress(packed(1000 * MOST))
assert len(BOMB) < MOST // 10 > len(TWICE)


def with_length(peer: Peer) -> None:
    """Announce too much, and send nothing of it: the length alone must do."""
    peer.request()
    peer.send(http(200, b"", length=MOST + 1))
    peer.wait_until_gone()


TOO_MUCH: Final[dict[str, Callable[[Peer], None]]] = {
    "length": with_length,
    "no-length": endless(b"\r\n", b"x" * 5000),
    "chunked": always(chunked(*[b"x" * 5000] * (MOST // 5000), b"y")),
    "one-too-many": always(http(200, b"x" * (MOST + 1))),
    "error": always(http(503, b"x" * (MOST + 1))),
    "gzip": always(http(200, BOMB, "content-encoding: gzip")),
    "deflate": always(http(200, zlib.compress(b"\0" * (100 * MOST)), "content-encoding: deflate")),
    "gzip-twice": always(http(200, TWICE, "content-encoding: gzip, gzip")),
    "gzip-chunked": always(chunked(BOMB, headers="content-encoding: gzip\r\n")),
    "after-the-end-of-gzip": endless(b"content-encoding: gzip\r\n\r\n" + packed(5), b"x" * 5000),
}


@pytest.mark.parametrize("do", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_large_is_not_read_and_the_edge_works_on(
    edge: Edge, serve: Serve, do: Callable[[Peer], None]
) -> None:
    bad, good = serve(do), serve(always(http(200, b"here")))
    for count in (1, 2, 3):
        assert edge.send(get(bad.url())) == TOO_LARGE
        answer = edge.send(get(good.url()))
        assert isinstance(answer, Response)
        assert answer.body == b"here"
        assert (bad.accepted, good.accepted) == (count, 1)  # the bad connection is not used again
        assert len(edge.edge._transport._pool.connections) == 1


@pytest.mark.parametrize(
    "answer",
    [
        http(200, b"x" * MOST),
        chunked(b"x" * (MOST - 1), b"x"),
        http(200, gzip.compress(b"x" * MOST), "content-encoding: gzip"),
    ],
    ids=["length", "chunked", "gzip"],
)
def test_what_is_just_not_too_large_comes_whole(edge: Edge, serve: Serve, answer: bytes) -> None:
    server = serve(always(answer))
    for _ in range(2):
        got = edge.send(get(server.url()))
        assert isinstance(got, Response)
        assert got.body == b"x" * MOST
    assert server.accepted == 1


def test_a_bomb_never_unfolds(edge: Edge, serve: Serve) -> None:
    bomb = serve(always(http(200, packed(100 * 2**20), "content-encoding: gzip")))
    edge.send(get(bomb.url()))
    tracemalloc.start()
    try:
        assert edge.send(get(bomb.url())) == TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


# --- a sink ------------------------------------------------------------------------------------------------


def test_a_sink_gets_what_memory_would_not_hold(edge: Edge, serve: Serve) -> None:
    sink = Sinking()
    body = bytes(range(256)) * (3 * MOST // 256)
    answer = http(200, gzip.compress(body), "content-encoding: gzip", "content-type: a/b")
    got = edge.send(with_sink(serve(always(answer)), sink))
    assert isinstance(got, Response)
    assert (got.status, got.body) == (200, b"")
    assert b"".join(sink.parts) == body
    assert (sink.begun, sink.asked) == (1, [(200, "a/b")])


def test_what_a_sink_does_not_want_has_the_limit_of_memory(edge: Edge, serve: Serve) -> None:
    small, large = Sinking(wanted=False), Sinking(wanted=False)
    got = edge.send(with_sink(serve(always(http(200, b"{}"))), small))
    assert isinstance(got, Response)
    assert got.body == b"{}"
    assert edge.send(with_sink(serve(TOO_MUCH["gzip"]), large)) == TOO_LARGE
    assert (small.begun, small.parts, large.begun, large.parts) == (0, [], 0, [])


@pytest.mark.parametrize("do", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_sink_has_a_limit_of_its_own(edge: Edge, serve: Serve, do: Callable[[Peer], None]) -> None:
    sink = Sinking(MOST - 1)
    failure = edge.send(with_sink(serve(do), sink))
    assert failure == Failure("too_large", "larger than max_bytes", max_bytes=MOST - 1, option="max_bytes")
    assert len(b"".join(sink.parts)) < MOST


@pytest.mark.parametrize("where", ["begin", "write"])
def test_what_a_sink_raises_comes_along_without_its_frames(edge: Edge, serve: Serve, where: str) -> None:
    sink, problem = Sinking(), LibrusConfigurationError("full")

    def full(*_given: object) -> None:
        raise problem

    setattr(sink, where, full)
    server = serve(always(http(200, b"x")))
    failure = edge.send(with_sink(server, sink))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.reason) == ("sink", "the file cannot be written")
    assert failure.error is not problem
    assert str(failure.error) == "full"
    assert failure.error is not None
    assert failure.error.__traceback__ is None
    assert failure.error.__context__ is None
    assert edge.edge._transport._pool.connections == []
    assert isinstance(edge.send(get(server.url())), Response)


def with_sink(server: Server, sink: Any) -> Request:
    return get(server.url(), sink=sink)
