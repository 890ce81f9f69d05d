"""The simulator in a process of its own, so that the work of serving is on nobody's account.

As a program it serves until its standard input ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from librus_sdk import Hosts, PortalCredentials
from librus_sdk.simulator import Simulator

from ._payload import grades_answer

__all__ = ["Served", "serving"]


@dataclass(frozen=True, slots=True)
class Served:
    """What a client needs to know of the other process."""

    credentials: PortalCredentials
    hosts: Hosts
    child: str
    token: str

    @property
    def grades_url(self) -> str:
        """The address of the large answer."""
        return f"{self.hosts.api}/Grades"


@contextmanager
def serving() -> Iterator[Served]:
    """Run the server process; it ends with the block."""
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        yield Served(
            PortalCredentials(said["email"], said["password"]),
            Hosts(portal=said["portal"], api=said["api"]),
            said["child"],
            said["token"],
        )
        process.stdin.close()


def _serve() -> None:
    with Simulator(children=1) as sim:
        sim.fail("Grades", body=grades_answer(), times=None)
        environ = sim.environ()
        child = sim.children[0].id
        said = {
            "email": environ["LIBRUS_PORTAL_EMAIL"],
            "password": environ["LIBRUS_PORTAL_PASSWORD"],
            "portal": environ["LIBRUS_PORTAL_URL"],
            "api": environ["LIBRUS_API_URL"],
            "child": child,
            "token": sim.token(child),
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    _serve()
