"""Run the simulator in the foreground, for people and for programs in other languages."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable
from typing import TextIO

from ..errors import LibrusConfigurationError
from ._simulator import Simulator

__all__ = ["banner", "serve"]


def serve(
    port: int,
    children: int,
    seed: int,
    out: TextIO,
    *,
    stop: threading.Event | None = None,
    started: Callable[[Simulator], None] | None = None,
) -> None:
    """Serve until Ctrl-C, or until ``stop`` is set; first write where and how to sign in.

    The credentials written are those of an invented family and open nothing else.

    Raises:
        LibrusConfigurationError: the port, or the one after it, is taken or no port; or the extra is missing.
    """
    simulator = Simulator(children=children, seed=seed, port=port)
    try:
        simulator.start()
    except (OSError, OverflowError):
        raise LibrusConfigurationError(
            f"The simulator cannot listen on port {port} and the one after it: one is taken or is no port. "
            "Choose another, or 0 for any."
        ) from None
    try:
        out.write(banner(simulator))
        out.flush()
        if started is not None:
            started(simulator)
        (stop or threading.Event()).wait()
    except KeyboardInterrupt:
        out.write("\n")
    finally:
        simulator.stop()


def banner(simulator: Simulator) -> str:
    """Where the simulator is, who lives there, and the variables that point a shell at it."""
    credentials, hosts = simulator.credentials, simulator.hosts
    children = [f"  {child.id}  {child.name}, {child.class_name}" for child in simulator.children]
    exports = [f"export {name}={shlex.quote(value)}" for name, value in simulator.environ().items()]
    return "\n".join(
        [
            f"A local Librus is running: portal {hosts.portal}, API {hosts.api} (this machine only).",
            "",
            "The family is invented, and so are its credentials:",
            f"  e-mail    {credentials.email.reveal()}",
            f"  password  {credentials.password.reveal()}",
            "",
            "Children:",
            *children,
            "",
            "Point a shell at it:",
            *exports,
            "",
            "Ctrl-C stops it.",
            "",
        ]
    )
