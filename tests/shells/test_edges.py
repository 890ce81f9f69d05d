"""Both HTTP edges over real sockets: what goes out, what comes back, and every way to get no answer."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import httpcore2
import httpx2
import pytest

from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.errors import INTERNAL_ERROR, LibrusSdkError
from librus_sdk.secret import Secret
from librus_sdk.shells import edge_tasks, edge_threads
from librus_sdk.shells.wire import Jar, network_failure, ssl_context_for
from tests.shells.sockets import Edge, EdgeName, Peer, Serve, get, http, opened, reset

SOON = 0.3
GENEROUS = 4.0


@pytest.fixture
def edge(name: EdgeName) -> Iterator[Edge]:
    with opened(name) as made:
        yield made


class Answering:
    """Answers each request with the next of the given answers, and keeps what was asked."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self.asked: list[bytes] = []

    def __call__(self, peer: Peer) -> None:
        while asked := peer.request():
            self.asked.append(asked)
            peer.send(self._answers.pop(0) if len(self._answers) > 1 else self._answers[0])

    def header(self, name: str, place: int = -1) -> str | None:
        for line in self.asked[place].decode("latin-1").split("\r\n\r\n")[0].split("\r\n")[1:]:
            key, _, value = line.partition(": ")
            if key.lower() == name:
                return value
        return None


def answered(given: Response | Failure) -> Response:
    assert isinstance(given, Response), given
    return given


# --- what goes out and comes back --------------------------------------------------------------------------


def test_a_request_and_its_answer(edge: Edge, serve: Serve) -> None:
    part = Answering(http(200, b'{"a": 1}', "X-Thing: Yes", "Set-Cookie: sid=secret; Path=/"))
    server = serve(part)
    request = get(
        server.url(),
        bearer=Secret("tok-1"),
        headers=(("origin", "app://librus"),),
        query=(("a", "1"), ("b", "ż")),
    )
    answer = answered(edge.send(request))
    assert part.asked[0].startswith(b"GET /Grades?a=1&b=%C5%BC HTTP/1.1\r\n")
    assert part.header("authorization") == "Bearer tok-1"
    assert part.header("origin") == "app://librus"
    assert str(part.header("user-agent")).startswith("librus-sdk-python/")
    assert "gzip" in str(part.header("accept-encoding"))
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (200, b'{"a": 1}', "Yes")
    assert "set-cookie" not in answer.headers
    assert answer.url == server.url("/Grades?a=1&b=%C5%BC")


def test_a_form_reveals_its_secrets_on_the_wire_only(edge: Edge, serve: Serve) -> None:
    part = Answering(http())
    url = serve(part).url("/action")
    request = Request(
        "POST",
        url,
        endpoint=url,
        form=(("email", Secret("a@b.pl")), ("password", Secret("x&y=+%")), ("t", "ż")),
    )
    answered(edge.send(request, jar=Jar()))
    assert part.asked[0].endswith(b"\r\n\r\nemail=a%40b.pl&password=x%26y%3D%2B%25&t=%C5%BC")
    assert part.header("content-type") == "application/x-www-form-urlencoded"
    assert part.header("authorization") is None


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_packed_bodies_are_unpacked(
    edge: Edge, serve: Serve, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    body = b'{"Grades": []}' * 500
    server = serve(Answering(http(200, pack(body), f"content-encoding: {coding}")))
    assert answered(edge.send(get(server.url()))).body == body


def test_chunked_bodies_are_joined(edge: Edge, serve: Serve) -> None:
    server = serve(
        Answering(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    )
    assert answered(edge.send(get(server.url()))).body == b"abcde"


@pytest.mark.parametrize("host", ["librus.invalid", ".librus.invalid", "a..librus.invalid", "x" * 64])
def test_what_is_no_host_name_is_not_found(edge: Edge, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    def look_up(name: str | bytes, *_rest: object, **_more: object) -> None:
        """As the system does, without leaving the machine: what cannot be encoded is not even asked for."""
        if isinstance(name, str):
            name.encode("idna")
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert edge.send(get(f"http://{host}/5")) == Failure("network", "host name not found", sent=False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(edge: Edge, serve: Serve, status: int) -> None:
    other = serve(Answering(http()))
    part = Answering(http(status, b"", f"location: {other.url()}"))
    answer = answered(edge.send(get(serve(part).url(), bearer=Secret("tok"))))
    assert (answer.status, answer.headers["location"]) == (status, other.url())
    assert len(part.asked) == 1
    assert other.accepted == 0


def test_connections_are_used_again_with_and_without_a_jar(edge: Edge, serve: Serve) -> None:
    part = Answering(http())
    server = serve(part)
    for jar in (None, Jar(), None, Jar()):
        answered(edge.send(get(server.url()), jar=jar))
    assert (len(part.asked), server.accepted) == (4, 1)


def test_a_connection_the_server_has_closed_meanwhile_is_replaced(edge: Edge, serve: Serve) -> None:
    def once(peer: Peer) -> None:
        peer.request()
        peer.send(http(200, b"{}", "connection: close"))

    server = serve(once)
    for _ in range(3):
        answered(edge.send(get(server.url())))
    assert server.accepted == 3


# --- cookies -----------------------------------------------------------------------------------------------


def test_each_jar_keeps_its_own_cookies(edge: Edge, serve: Serve) -> None:
    part = Answering(
        http(200, b"", "set-cookie: sid=one; Path=/"), http(200, b"", "set-cookie: sid=two; Path=/"), http()
    )
    server = serve(part)
    first, second = Jar(), Jar()
    answered(edge.send(get(server.url()), jar=first))
    answered(edge.send(get(server.url()), jar=second))
    for jar, cookie in ((first, "sid=one"), (second, "sid=two"), (Jar(), None), (None, None)):
        answered(edge.send(get(server.url()), jar=jar))
        assert part.header("cookie") == cookie


def test_a_data_request_keeps_no_cookies(edge: Edge, serve: Serve) -> None:
    part = Answering(http(200, b"", "set-cookie: tracking=1; Path=/"), http())
    server = serve(part)
    for _ in range(2):
        answered(edge.send(get(server.url(), bearer=Secret("tok"))))
    assert part.header("cookie") is None


def test_cookies_of_one_name_and_two_paths_live_side_by_side(edge: Edge, serve: Serve) -> None:
    part = Answering(
        http(
            200,
            b"",
            "set-cookie: sid=root; Path=/",
            "set-cookie: sid=deep; Path=/api",
            "set-cookie: sid=new; Path=/",
        ),
        http(),
    )
    server, jar = serve(part), Jar()
    for path in ("/", "/api/v3/Me", "/"):
        answered(edge.send(get(server.url(path)), jar=jar))
    assert part.header("cookie", 1) == "sid=deep; sid=new"
    assert part.header("cookie", 2) == "sid=new"
    assert repr(jar.cookies) == str(jar.cookies) == "<2 cookies>"


def test_cookies_do_not_go_to_another_host(edge: Edge, serve: Serve) -> None:
    part = Answering(http(200, b"", "set-cookie: sid=1; Path=/"), http())
    server, jar = serve(part, host="0.0.0.0"), Jar()
    answered(edge.send(get(server.url(host="127.0.0.1")), jar=jar))
    answered(edge.send(get(server.url(host="127.0.0.2")), jar=jar))
    assert part.header("cookie") is None


# --- no answer ---------------------------------------------------------------------------------------------


def test_connection_refused(edge: Edge, serve: Serve) -> None:
    server = serve(Answering(http()))
    server.close()
    assert edge.send(get(server.url())) == Failure("network", "connection refused", sent=False)


def when_asked(do: Callable[[Peer], object]) -> Callable[[Peer], None]:
    def part(peer: Peer) -> None:
        peer.request()
        do(peer)

    return part


def half_and_reset(peer: Peer) -> None:
    peer.send(http(200, b"half", length=8))
    # A reset may overtake what was sent; either way the answer is not complete.
    reset(peer)


@pytest.mark.parametrize(
    ("do", "reasons"),
    [
        (reset, {"connection reset"}),
        (lambda _peer: None, {"broken answer"}),
        (half_and_reset, {"connection reset"}),
        (lambda peer: peer.send(http(200, b"half", length=8)), {"broken answer"}),
        (lambda peer: peer.send(b"SSH-2.0-OpenSSH\r\n\r\n"), {"broken answer"}),
        (lambda peer: peer.send(b"HTTP/1.1 abc\r\n\r\n"), {"broken answer"}),
        (
            lambda peer: peer.send(http(200, b"no gzip", "content-encoding: gzip")),
            {"unreadable content encoding"},
        ),
    ],
    ids=["reset", "hang-up", "reset-in-body", "hang-up-in-body", "not-http", "bad-status", "bad-gzip"],
)
def test_an_answer_that_is_none(
    edge: Edge, serve: Serve, do: Callable[[Peer], object], reasons: set[str]
) -> None:
    failure = edge.send(get(serve(when_asked(do)).url()))
    assert isinstance(failure, Failure)
    assert failure.kind == "network"
    assert failure.reason in reasons


def test_a_plain_server_spoken_to_with_tls(name: EdgeName, serve: Serve) -> None:
    server = serve(lambda peer: (peer.socket.recv(1), peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")))
    with opened(name, ssl.create_default_context()) as edge:
        assert edge.send(get(server.url(scheme="https"))) == Failure("network", "TLS failure", sent=False)


def test_a_name_that_does_not_exist(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert edge.send(get("http://nonexistent.invalid/")) == Failure(
        "network", "host name not found", sent=False
    )


@pytest.mark.parametrize("url", ["http://[::1/", "ftp://127.0.0.1/", "http://127.0.0.1/\x00"])
def test_what_is_no_address(edge: Edge, url: str) -> None:
    failure = edge.send(get(url))
    assert isinstance(failure, Failure)
    assert failure.kind == "network"


def several(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let the host ``school.example`` have these addresses."""
    known = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in ("school.example", b"school.example"):
            return known(host, port, *args, **kwargs)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_the_next_address_is_tried(edge: Edge, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    several(monkeypatch, "127.0.0.2", "127.0.0.3", "127.0.0.1")
    server = serve(Answering(http(200, b"here")))
    assert answered(edge.send(get(server.url(host="school.example")))).body == b"here"


def test_no_address_answers(edge: Edge, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    several(monkeypatch, "127.0.0.2", "127.0.0.3")
    server = serve(Answering(http()))
    assert edge.send(get(server.url(host="school.example"))) == Failure(
        "network", "connection refused", sent=False
    )


@pytest.fixture
def deaf() -> Iterator[int]:
    """A port of 127.0.0.2 at which connections are neither accepted nor refused: its queue is full."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.2", 0))
        listening.listen(0)
        waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(listening.getsockname())
            waiting.append(client)
        yield listening.getsockname()[1]
        for client in waiting:
            client.close()


def test_a_deaf_address_leaves_time_for_the_next(
    edge: Edge, serve: Serve, deaf: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    several(monkeypatch, "127.0.0.2", "127.0.0.1")
    server = serve(Answering(http(200, b"here")), port=deaf)
    assert answered(edge.send(get(server.url(host="school.example")), 1.0)).body == b"here"


# --- too late ----------------------------------------------------------------------------------------------


def stall_before_headers(peer: Peer) -> None:
    peer.wait_until_gone()


def stall_in_headers(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\ncontent-le")
    peer.wait_until_gone()


def stall_in_body(peer: Peer) -> None:
    peer.send(http(200, b"half", length=8))
    peer.wait_until_gone()


def flood(peer: Peer) -> None:
    """Send a body without end, as fast as it is taken: every read of it has data at once."""
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        peer.send(b"x" * 64)


def drip(peer: Peer) -> None:
    """Send a byte now and then: no pause is as long as the limit, the whole is."""
    peer.send(http(200, b"", length=10_000))
    peer.socket.settimeout(SOON / 10)
    while True:
        peer.send(b"x")
        try:
            if not peer.socket.recv(1):
                return
        except TimeoutError:
            continue


@pytest.mark.parametrize("do", [stall_before_headers, stall_in_headers, stall_in_body, flood, drip])
def test_the_whole_answer_has_one_deadline(edge: Edge, serve: Serve, do: Callable[[Peer], object]) -> None:
    server = serve(when_asked(do))
    started = time.monotonic()
    assert edge.send(get(server.url()), SOON) == Failure("timeout", "timeout", 300)
    assert SOON * 0.9 <= time.monotonic() - started < GENEROUS


def test_a_server_that_does_not_accept_has_the_same_deadline(edge: Edge, deaf: int) -> None:
    started = time.monotonic()
    assert edge.send(get(f"http://127.0.0.2:{deaf}/"), SOON) == Failure("timeout", "timeout", 300)
    assert time.monotonic() - started < GENEROUS


def test_no_time_at_all(edge: Edge, serve: Serve) -> None:
    assert edge.send(get(serve(Answering(http())).url()), 0.0) == Failure("timeout", "timeout", 0)


def test_after_a_timeout_the_edge_works_on(edge: Edge, serve: Serve) -> None:
    slow, quick = serve(when_asked(stall_in_body)), serve(Answering(http(200, b"here")))
    for _ in range(2):
        assert isinstance(edge.send(get(slow.url()), 0.1), Failure)
        assert answered(edge.send(get(quick.url()))).body == b"here"


# --- what nobody foresaw -----------------------------------------------------------------------------------


def test_an_exception_nobody_foresaw_becomes_ours_and_tells_nothing(
    edge: Edge, name: EdgeName, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> Any:
        raise UnicodeError("the token is tok-1")

    monkeypatch.setattr(edge_threads if name == "threads" else edge_tasks, "build", broken)
    with pytest.raises(LibrusSdkError) as caught:
        edge.send(get("http://127.0.0.1:1/"))
    assert caught.value.code == INTERNAL_ERROR
    assert "tok-1" not in str(caught.value)
    assert "UnicodeError" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_an_interrupt_passes_and_carries_nothing_along(
    edge: Edge, name: EdgeName, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_args: object) -> Any:
        token = "tok-1"
        try:
            raise ValueError(token)
        except ValueError:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(edge_threads if name == "threads" else edge_tasks, "build", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        edge.send(get("http://127.0.0.1:1/"))
    names = [entry.name for entry in caught.traceback]
    assert "send" in names
    assert "interrupted" not in names
    assert caught.value.__context__ is None


def test_closing_twice_and_closing_what_was_never_opened(name: EdgeName, serve: Serve) -> None:
    edge = Edge(name)
    answered(edge.send(get(serve(Answering(http())).url())))
    if name == "threads":
        edge.edge.close()
    edge.close()
    Edge(name).close()


@pytest.mark.parametrize("kind", [OSError, RuntimeError])
def test_what_goes_wrong_while_closing_is_nobodys_trouble(
    name: EdgeName, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise kind("the loop is closed")

    edge = Edge(name)
    pool = edge.edge._transport._pool
    monkeypatch.setattr(pool, "close" if hasattr(pool, "close") else "aclose", broken)
    edge.close()


# --- reasons, the TLS context, the library's log lines -----------------------------------------------------


def chained(*errors: BaseException) -> BaseException:
    for outer, inner in pairwise(errors):
        outer.__cause__ = inner
    return errors[0]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(), "connection refused"),
        (BrokenPipeError(), "connection reset"),
        (ConnectionResetError(), "connection reset"),
        (socket.gaierror(), "host name not found"),
        (ssl.SSLCertVerificationError(), "the TLS certificate is not trusted"),
        (ssl.SSLEOFError(), "TLS failure"),
        (OSError("No route to host 10.0.0.1"), "connection failed"),
        (chained(httpx2.ConnectError("x"), OSError("y"), ConnectionRefusedError()), "connection refused"),
        (
            chained(OSError("x"), ExceptionGroup("all failed", [ConnectionRefusedError()])),
            "connection refused",
        ),
        (httpx2.RemoteProtocolError("x"), "broken answer"),
        (httpx2.InvalidURL("https://secret"), "connection failed"),
    ],
)
def test_a_failure_is_named_by_its_type_alone(error: BaseException, reason: str) -> None:
    found = network_failure(error)
    assert (found.kind, found.reason) == ("network", reason)


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (ConnectionRefusedError(), False),
        (socket.gaierror(), False),
        (httpcore2.ConnectError("x"), False),
        (ConnectionResetError(), True),
        (httpx2.RemoteProtocolError("x"), True),
    ],
)
def test_whether_the_request_can_have_left(error: BaseException, sent: bool) -> None:
    assert network_failure(error).sent is sent


def test_what_the_program_was_handling_says_nothing_of_the_request() -> None:
    handled = ConnectionRefusedError()
    found = network_failure(chained(httpx2.ReadError("x"), ConnectionResetError(), handled), handled)
    assert (found.reason, found.sent) == ("connection reset", True)


def test_a_circle_of_causes_ends() -> None:
    one, other = OSError(1), OSError(2)
    one.__cause__, other.__cause__ = other, one
    assert network_failure(one).reason == "connection failed"


def test_a_tls_context_is_made_when_it_is_needed_and_only_once() -> None:
    assert ssl_context_for("http://127.0.0.1:1", "http://localhost") is None
    context = ssl_context_for("http://127.0.0.1:1", "https://portal.librus.pl")
    assert context is ssl_context_for("https://api.librus.pl/3.0")
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_only_our_own_requests_are_silent(edge: Edge, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(Answering(http()))
    with caplog.at_level(logging.DEBUG):
        answered(edge.send(get(server.url("/ours"), bearer=Secret("tok-1"))))
        assert not [record for record in caplog.records if record.name.startswith("http")]
        with httpx2.Client(trust_env=False) as theirs:
            theirs.get(server.url("/theirs"))
    assert {record.name for record in caplog.records} >= {"httpx2", "httpcore2.http11"}


def test_the_environments_proxy_is_not_used(
    edge: Edge, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    assert answered(edge.send(get(serve(Answering(http())).url()))).status == 200
