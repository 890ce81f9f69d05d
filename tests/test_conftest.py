from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import OutsideNetworkError

ROOT = Path(__file__).parents[1]

# Addresses set aside for documentation (RFC 5737, RFC 3849) and a name that cannot exist (RFC 2606).
OUTSIDE = [
    (socket.AF_INET, "192.0.2.1"),
    (socket.AF_INET6, "2001:db8::1"),
    (socket.AF_INET, "school.invalid"),
]


@pytest.mark.parametrize(("family", "host"), OUTSIDE)
@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_socket_cannot_leave_the_machine(
    refused_hosts: list[str], family: socket.AddressFamily, host: str, method: str
) -> None:
    with socket.socket(family) as sock, pytest.raises(OutsideNetworkError, match=host):
        getattr(sock, method)((host, 443))
    assert refused_hosts == [host]


def test_a_datagram_cannot_leave_the_machine(refused_hosts: list[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(OutsideNetworkError):
        sock.sendto(b"?", ("192.0.2.1", 53))
    assert refused_hosts == ["192.0.2.1"]


def test_a_name_outside_is_not_even_looked_up(refused_hosts: list[str]) -> None:
    with pytest.raises(OutsideNetworkError):
        socket.create_connection(("school.invalid", 443))
    assert refused_hosts == ["school.invalid"]


def test_an_http_client_is_refused_too(refused_hosts: list[str]) -> None:
    with pytest.raises(OutsideNetworkError):
        httpx2.get("http://school.invalid/")
    assert refused_hosts == ["school.invalid"]


@pytest.mark.anyio
async def test_the_event_loop_is_refused_too(refused_hosts: list[str]) -> None:
    with pytest.raises(OutsideNetworkError):
        await asyncio.open_connection("192.0.2.1", 443)
    assert refused_hosts == ["192.0.2.1"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_passes(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = (host, server.getsockname()[1])
        with socket.create_connection(address) as client:
            accepted, _ = server.accept()
            with accepted:
                client.sendall(b"x")
                assert accepted.recv(1) == b"x"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no local sockets on this platform")
def test_local_sockets_pass(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)


def test_an_attempt_that_the_code_swallowed_still_fails_the_test(tmp_path: Path) -> None:
    swallowing = tmp_path / "test_swallowing.py"
    swallowing.write_text(
        "import contextlib, socket\n"
        "def test_swallows():\n"
        "    with contextlib.suppress(Exception):\n"
        "        socket.create_connection(('school.invalid', 443))\n"
    )
    options = ["-p", "no:cacheprovider", "-p", "tests.conftest"]
    command = [sys.executable, "-m", "pytest", *options, str(swallowing)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "this test tried to reach ['school.invalid']" in run.stdout


@pytest.fixture(scope="module")
def developers_shell() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIBRUS_MADE_UP", "from the developer's shell")
        patch.setenv("SYNERGIA_MADE_UP", "from the developer's shell")
        patch.setenv("HTTPS_PROXY", "http://proxy.invalid:8080")
        patch.setenv("COLUMNS", "40")
        patch.setenv("NO_COLOR", "1")
        yield


@pytest.mark.usefixtures("developers_shell")
def test_the_home_is_empty_and_the_shell_is_not_read() -> None:
    assert list(Path.home().iterdir()) == []
    assert os.environ["XDG_STATE_HOME"] == str(Path.home())
    unread = ("LIBRUS_", "SYNERGIA_", "HTTPS_PROXY", "COLUMNS", "NO_COLOR")
    left = [name for name in os.environ if name.upper().startswith(unread)]
    assert left == []


@given(st.integers())
@settings(max_examples=2)
def test_property_tests_may_use_the_same_fixtures(number: int) -> None:
    assert isinstance(number, int)
