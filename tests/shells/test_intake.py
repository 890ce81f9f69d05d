"""How much of an answer either edge takes: over real sockets, packed and plain, with and without a length."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest

from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.errors import LibrusConfigurationError
from tests.shells.sockets import Edge, EdgeName, Peer, Serve, Server, always, get, http, opened

MOST: Final = 100_000
TOO_LARGE: Final = Failure(
    "too_large", "larger than max_answer_bytes", max_bytes=MOST, option="max_answer_bytes"
)


@pytest.fixture
def edge(name: EdgeName) -> Iterator[Edge]:
    with opened(name, most=MOST) as made:
        yield made


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
assert len(BOMB) < MOST // 10


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
    "gzip-chunked": always(chunked(BOMB, headers="content-encoding: gzip\r\n")),
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


# --- what is packed ----------------------------------------------------------------------------------------

NOISE: Final = random.Random(1).randbytes(1000)
GZIP: Final = gzip.compress(NOISE)
DEFLATE: Final = zlib.compress(NOISE)
RAW: Final = DEFLATE[2:-4]  # without the header and the sum that belong to it
BROKEN: Final = Failure("network", "broken answer")
UNREADABLE: Final = Failure("network", "unreadable content encoding")


def coded(coding: str, body: bytes) -> bytes:
    return http(200, body, f"content-encoding: {coding}")


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", GZIP),
        ("GZip", GZIP),
        ("identity, gzip", GZIP),
        ("deflate", DEFLATE),
        ("deflate", RAW),
        ("identity", NOISE),
        ("", NOISE),
    ],
)
def test_what_is_packed_comes_unpacked_however_it_is_cut(
    edge: Edge, serve: Serve, coding: str, body: bytes
) -> None:
    def part(peer: Peer) -> None:
        peer.request()
        peer.send(
            f"HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        )
        for byte in body:
            peer.send(b"1\r\n%c\r\n" % byte)
        peer.send(b"0\r\n\r\n")

    got = edge.send(get(serve(part).url()))
    assert isinstance(got, Response)
    assert got.body == NOISE


SPOILED: Final[dict[str, tuple[bytes, Failure]]] = {
    "gzip-cut-short": (coded("gzip", GZIP[:500]), BROKEN),
    "gzip-without-its-sum": (coded("gzip", GZIP[:-1]), BROKEN),
    "deflate-cut-short": (coded("deflate", DEFLATE[:500]), BROKEN),
    "raw-deflate-cut-short": (coded("deflate", RAW[:500]), BROKEN),
    "nothing-at-all": (coded("gzip", b""), BROKEN),
    "two-in-one": (coded("gzip", GZIP + GZIP), BROKEN),
    "more-behind": (coded("gzip", GZIP + b"\0"), BROKEN),
    "more-behind-later": (chunked(GZIP, b"x", headers="content-encoding: gzip\r\n"), BROKEN),
    "a-wrong-sum": (coded("gzip", GZIP[:-8] + bytes(8)), UNREADABLE),
    "not-packed": (coded("gzip", NOISE), UNREADABLE),
    "brotli": (coded("br", b"\x8b\x03\x80hi\x03"), UNREADABLE),
    "another-name": (coded("x-gzip", GZIP), UNREADABLE),
    "twice": (coded("gzip, gzip", gzip.compress(GZIP)), UNREADABLE),
    "very-often": (coded(",".join(["gzip"] * 5000), GZIP), UNREADABLE),
}


@pytest.mark.parametrize("to_sink", [False, True])
@pytest.mark.parametrize(("answer", "failure"), SPOILED.values(), ids=SPOILED)
def test_what_cannot_be_unpacked_to_its_end_is_no_answer(
    edge: Edge, serve: Serve, answer: bytes, failure: Failure, to_sink: bool
) -> None:
    server = serve(always(answer))
    assert edge.send(get(server.url(), sink=Sinking() if to_sink else None)) == failure
    good = serve(always(http(200, b"here")))
    assert isinstance(edge.send(get(good.url())), Response)


@pytest.mark.parametrize("status", [204, 302, 404])
def test_a_coding_may_be_named_where_nothing_is(edge: Edge, serve: Serve, status: int) -> None:
    head = f"HTTP/1.1 {status} Whatever\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n"
    got = edge.send(get(serve(always(head.encode())).url()))
    assert isinstance(got, Response)
    assert (got.status, got.body) == (status, b"")


def test_what_never_ends_behind_a_packed_body_is_not_kept(edge: Edge, serve: Serve) -> None:
    server = serve(endless(b"content-encoding: gzip\r\n\r\n" + GZIP, b"x" * 5000))
    assert edge.send(get(server.url())) == BROKEN


def test_only_what_can_be_unpacked_is_asked_for(edge: Edge, serve: Serve) -> None:
    asked: list[bytes] = []

    def part(peer: Peer) -> None:
        while request := peer.request():
            asked.append(request.lower())
            peer.send(http())

    server = serve(part)
    edge.send(get(server.url()))
    edge.send(get(server.url(), headers=(("accept-encoding", "identity"),)))
    assert b"\r\naccept-encoding: gzip, deflate\r\n" in asked[0]
    assert [line for line in asked[1].split(b"\r\n") if line.startswith(b"accept-encoding")] == [
        b"accept-encoding: identity"
    ]


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
