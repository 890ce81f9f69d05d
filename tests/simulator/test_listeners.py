"""Where the simulator listens: one port a host, and other names where loopback is one address only."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from librus_sdk import LibrusSession
from librus_sdk.simulator import Simulator, _server
from librus_sdk.simulator._server import Listener, open_all

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")


def has_ipv6() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6) as sock:
        sock.bind(("::1", 0))
        return True
    return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no loopback of IPv6")


@pytest.fixture
def opened() -> Iterator[Callable[..., list[Listener]]]:
    kept: list[Listener] = []

    def opening(*args: Any) -> list[Listener]:
        found = open_all(*args)
        kept.extend(found)
        return found

    yield opening
    for listener in kept:
        listener.sock.close()


@pytest.fixture
def one_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine have one address of loopback, like one with macOS."""
    listen = _server.listen

    def listening(port: int, host: str = "127.0.0.1") -> socket.socket:
        if host in {"127.0.0.2", "127.0.0.3"}:
            raise OSError(errno.EADDRNOTAVAIL, "Can't assign requested address")
        return listen(port, host)

    monkeypatch.setattr(_server, "listen", listening)


def free_ports(count: int) -> int:
    """The first of so many free ports in a row, on every address that is used here."""
    for first in range(20_000, 60_000, 97):
        held: list[socket.socket] = []
        try:
            for port in range(first, first + count):
                for host in (*HOSTS, "::1"):
                    with suppress(_NotHereError):
                        held.append(_held(host, port))
        except OSError:
            continue
        else:
            return first
        finally:
            for sock in held:
                sock.close()
    raise AssertionError("no free ports in a row")


class _NotHereError(Exception):
    """This machine has no such address."""


def _held(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise _NotHereError from None
        raise
    return sock


def ports(listeners: list[Listener]) -> list[int]:
    return [listener.sock.getsockname()[1] for listener in listeners]


def test_ports_follow_each_other(opened: Callable[..., list[Listener]]) -> None:
    first = free_ports(3)
    found = opened(first, ("127.0.0.1",) * 3)
    assert ports(found) == [first, first + 1, first + 2]
    assert [listener.address for listener in found] == [f"http://127.0.0.1:{first + n}" for n in range(3)]


def test_a_port_that_is_taken_leaves_none_open(opened: Callable[..., list[Listener]]) -> None:
    first = free_ports(3)
    (taken,) = opened(first + 2, ("127.0.0.1",))
    with pytest.raises(OSError, match=r".") as caught:
        opened(first, ("127.0.0.1",) * 3)
    assert caught.value.errno == errno.EADDRINUSE
    taken.sock.close()
    assert ports(opened(first, ("127.0.0.1",) * 3)) == [first, first + 1, first + 2]


@needs_ipv6
@pytest.mark.usefixtures("one_loopback")
def test_a_machine_with_one_address_goes_by_other_names(opened: Callable[..., list[Listener]]) -> None:
    found = opened(0, HOSTS)
    assert [listener.host for listener in found] == ["127.0.0.1", "localhost", "[::1]"]
    assert found[1].sock.getsockname()[0] == "127.0.0.1"
    assert found[2].sock.getsockname()[0] == "::1"
    assert found[2].address == f"http://[::1]:{ports(found)[2]}"


@pytest.mark.parametrize("wrong", [errno.EACCES, errno.EADDRINUSE])
def test_another_reason_is_no_reason_for_another_name(monkeypatch: pytest.MonkeyPatch, wrong: int) -> None:
    def listening(_port: int, _host: str = "127.0.0.1") -> socket.socket:
        raise OSError(wrong, "no")

    monkeypatch.setattr(_server, "listen", listening)
    with pytest.raises(OSError, match="no") as caught:
        open_all(0, ("127.0.0.2",))
    assert caught.value.errno == wrong


def test_an_address_without_another_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def listening(_port: int, _host: str = "127.0.0.1") -> socket.socket:
        raise OSError(errno.EADDRNOTAVAIL, "no")

    monkeypatch.setattr(_server, "listen", listening)
    with pytest.raises(OSError, match="no"):
        open_all(0, ("127.0.0.1",))


@needs_ipv6
@pytest.mark.usefixtures("one_loopback")
def test_everything_works_under_the_other_names() -> None:
    """The register, messages and a file: three hosts that share a browser, told apart by their names."""
    with Simulator(children=1) as sim:
        hosts = [sim.hosts.api, sim.hosts.synergia, sim.hosts.wiadomosci]
        assert [urlsplit(host).hostname for host in hosts] == ["127.0.0.1", "localhost", "::1"]
        for host in hosts:
            assert httpx2.get(f"{host}/nothing", trust_env=False).status_code in {401, 404}
        credentials = sim.gateway_credentials()
        with LibrusSession.from_gateway_credentials(credentials, hosts=sim.hosts) as session:
            client = session.for_child_wiadomosci()
            assert client.grades.list()
            assert client.messages.list()
        with LibrusSession(sim.credentials, hosts=sim.hosts) as session:
            assert session.for_child_wiadomosci(sim.children[0].id).messages.list()
