"""Two hosts with networks of their own on one machine: network namespaces, each with a cable to this one.

A namespace has a loopback of its own.  The simulator is on ours, and a client speaks plain HTTP to loopback
only; so the same addresses listen there, too, and what comes in is passed on.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

__all__ = ["Namespace", "namespace_program"]

_NEW_NETWORK: Final = 0x40000000


def namespace_program() -> str:
    """Where ``ip`` is; skips the test where namespaces cannot be made."""
    program = shutil.which("ip")
    if program is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("network namespaces need Linux, root and the program `ip`")
    name = f"librus-probe-{os.getpid()}"
    if subprocess.run([program, "netns", "add", name], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let anybody make network namespaces")
    subprocess.run([program, "netns", "delete", name], capture_output=True, check=True)
    return program


class Namespace:
    """A host that reaches this one at :attr:`gateway`, and the simulator at its own loopback."""

    def __init__(self, number: int) -> None:
        self._ip = namespace_program()
        self.name = f"librus{os.getpid()}x{number}"
        # Addresses for measuring devices, which nobody uses for anything else.
        net = f"198.18.{os.getpid() % 256}"
        self.gateway = f"{net}.{number * 4 + 1}"
        own = f"{net}.{number * 4 + 2}"
        self._cable = f"lb{os.getpid()}x{number}"
        self._listeners: list[socket.socket] = []
        self._run("netns", "add", self.name)
        try:
            self._run("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
            self._run("address", "add", f"{self.gateway}/30", "dev", self._cable)
            self._run("link", "set", self._cable, "up")
            self._run("-n", self.name, "address", "add", f"{own}/30", "dev", "eth0")
            self._run("-n", self.name, "link", "set", "eth0", "up")
            self._run("-n", self.name, "link", "set", "lo", "up")
        except BaseException:
            self.end()
            raise

    @property
    def before(self) -> list[str]:
        """What stands before a command that is to run there."""
        return [self._ip, "netns", "exec", self.name]

    def pass_on(self, addresses: Iterable[str]) -> None:
        """Let these addresses of our loopback be reached from there by the same names."""
        for host, port in {(urlsplit(url).hostname, urlsplit(url).port) for url in addresses}:
            assert host is not None
            assert port is not None
            listener = self._listening(host, port)
            self._listeners.append(listener)
            threading.Thread(target=_passing_on, args=(listener, (host, port)), daemon=True).start()

    def _listening(self, host: str, port: int) -> socket.socket:
        """Open a socket in the namespace. A socket stays where it was made, whichever thread uses it."""
        made: list[socket.socket] = []

        def make() -> None:
            with Path("/run/netns", self.name).open("rb") as place:
                if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), _NEW_NETWORK):
                    raise OSError(ctypes.get_errno(), "setns")
            made.append(socket.create_server((host, port), backlog=64))

        thread = threading.Thread(target=make)  # only this thread moves there
        thread.start()
        thread.join()
        return made[0]

    def end(self) -> None:
        """Take everything down."""
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        # The cable first: a namespace lives on until the last of its sockets is gone.
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("link", "delete", self._cable)
        self._run("netns", "delete", self.name)

    def _run(self, *words: str) -> None:
        subprocess.run([self._ip, *words], capture_output=True, check=True)


def _passing_on(listener: socket.socket, to: tuple[str, int]) -> None:
    while True:
        try:
            here, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_connected, args=(here, to), daemon=True).start()


def _connected(here: socket.socket, to: tuple[str, int]) -> None:
    with here, contextlib.suppress(OSError), socket.create_connection(to) as there:
        back = threading.Thread(target=_pump, args=(there, here), daemon=True)
        back.start()
        _pump(here, there)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
