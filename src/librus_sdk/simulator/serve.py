"""Run the simulator in the foreground, for people and for programs in other languages."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TextIO

from ..errors import LibrusConfigurationError
from ._simulator import Simulator, warsaw_today

__all__ = ["banner", "serve"]


def serve(
    port: int,
    children: int,
    seed: int,
    out: TextIO,
    *,
    today: date | None = None,
    switched_off: Sequence[str] = (),
    messages_unpaid: bool = False,
    stop: threading.Event | None = None,
    started: Callable[[Simulator], None] | None = None,
) -> None:
    """Serve until Ctrl-C, or until ``stop`` is set; first write where and how to sign in.

    ``today`` is the day the school year is generated around, and stays that day; the real one when not given.
    ``switched_off`` names endpoints, such as ``Notes``, which the school of the youngest child does not use.
    With ``messages_unpaid`` nobody has paid for messages, and Librus refuses them.
    The credentials written are those of an invented family and open nothing else.

    Raises:
        LibrusConfigurationError: the port, or one of the five after it, is taken or no port; the day is out
            of range; an endpoint does not exist; or the extra is missing.
    """
    simulator = Simulator(children=children, seed=seed, port=port, today=today)
    try:
        simulator.start()
    except (OSError, OverflowError):
        raise LibrusConfigurationError(
            f"The simulator cannot listen on port {port} and the five after it: one is taken or is no port. "
            "Choose another, or 0 for any."
        ) from None
    try:
        youngest = simulator.children[-1]
        for name in switched_off:
            simulator.switch_off(name, youngest.id)
        if messages_unpaid:
            simulator.messages_unpaid()
        out.write(banner(simulator, switched_off, messages_unpaid))
        out.flush()
        if started is not None:
            started(simulator)
        (stop or threading.Event()).wait()
    except KeyboardInterrupt:
        out.write("\n")
    finally:
        simulator.stop()


def banner(simulator: Simulator, switched_off: Sequence[str] = (), messages_unpaid: bool = False) -> str:
    """Where the simulator is, its day and its family, and the variables that point a shell at it."""
    credentials, hosts = simulator.credentials, simulator.hosts
    children = [f"  {child.id}  {child.name}, {child.class_name}" for child in simulator.children]
    day = simulator.today
    modules: list[str] = []
    if switched_off:
        modules = ["", f"Switched off for {simulator.children[-1].name}: {', '.join(switched_off)}."]
    if messages_unpaid:
        modules += ["", "Messages are not paid for, for no child: they are refused."]
    calendar: list[str] = []
    if day != warsaw_today():  # else it is the one on the wall, which every command goes by
        calendar = [
            f"There it is {day}, and stays so, whatever the real date.",
            f"To see that day: librus overview --day {day}",
            "",
        ]
    eldest = simulator.children[0].name
    return "\n".join(
        [
            f"A local Librus is running: portal {hosts.portal}, API {hosts.api} (this machine only).",
            "",
            *calendar,
            "The family is invented, and so are its credentials:",
            f"  e-mail    {credentials.email.reveal()}",
            f"  password  {credentials.password.reveal()}",
            "",
            "Children:",
            *children,
            *modules,
            "",
            "Point a shell at it:",
            *_exports(simulator.environ()),
            "",
            f"Or, with the school's login (that of {eldest}), in another shell and instead of the above:",
            *_exports(simulator.gateway_environ()),
            "",
            "Ctrl-C stops it.",
            "",
        ]
    )


def _exports(variables: Mapping[str, str]) -> list[str]:
    return [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
