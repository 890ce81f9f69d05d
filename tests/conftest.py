"""What holds for every test: none calls outside this machine, none reads its user's files or settings."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from hypothesis import settings

RACES_RUN = os.environ.get("FRONTRUN_ACTIVE") == "1"
"""Under the ``frontrun`` command, the only one that steers threads: elsewhere the race tests would skip."""

collect_ignore = [] if RACES_RUN else ["races"]

# A deadline measures the machine, not the code. In CI the same examples come every time.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "default")

USER_FOLDERS = (
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
)
OWN_PREFIXES = ("LIBRUS_", "SYNERGIA_")
PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})
SCREEN = frozenset({"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"})


def pytest_report_header() -> str:
    if RACES_RUN:
        return "races: explored, under frontrun"
    return "races: left out here; run `frontrun pytest tests/races`"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Make a skipped race test a failure: frontrun skips what it could not steer."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if RACES_RUN and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class LoopbackOnly:
    """Refuses every connection and name look-up that would leave this machine, and remembers it.

    Remembering matters: code under test may turn the refusal into an error of its own, and the test would
    never know that it had tried to reach the network.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []

    def check_address(self, family: int, address: Any) -> None:
        if family in {socket.AF_INET, socket.AF_INET6}:
            self.check_host(address[0])

    def check_host(self, host: Any) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name is None or name == "localhost":
            return
        try:
            loopback = ipaddress.ip_address(name.split("%")[0]).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            self.refuse(str(name))

    def refuse(self, host: str) -> NoReturn:
        self.refused.append(host)
        raise OutsideNetworkError(f"a test tried to reach {host}: tests talk to this machine only")


class OutsideNetworkError(RuntimeError):
    """A test tried to leave this machine; not an ``OSError``, so that it is not taken for a network fault."""


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[LoopbackOnly]:
    guard = LoopbackOnly()
    connect, connect_ex, sendto = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto
    getaddrinfo = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        guard.check_address(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        guard.check_address(self.family, address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, data: Any, *rest: Any) -> int:
        guard.check_address(self.family, rest[-1])
        return sendto(self, data, *rest)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        guard.check_host(host)
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket.socket, "sendto", guarded_sendto)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield guard


@pytest.fixture(autouse=True)
def _no_call_left_the_machine(_loopback_only: LoopbackOnly) -> Iterator[None]:
    yield
    refused, _loopback_only.refused = _loopback_only.refused, []
    assert not refused, f"this test tried to reach {refused}"


@pytest.fixture
def refused_hosts(_loopback_only: LoopbackOnly) -> Iterator[list[str]]:
    """The hosts refused so far, for a test that means to be refused: its attempts are not held against it."""
    yield _loopback_only.refused
    _loopback_only.refused = []


@pytest.fixture(autouse=True)
def _nobodys_own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the test an empty home, and from the developer's shell neither proxy, screen nor SDK settings."""
    # Not the `monkeypatch` and `tmp_path` fixtures: Hypothesis minds fixtures that live for one test.
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.upper().startswith(OWN_PREFIXES) or name.upper() in PROXIES | SCREEN:
                patch.delenv(name)
        for name in USER_FOLDERS:
            patch.setenv(name, str(home))
        yield


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
