"""A local Librus for tests, demonstrations and bots: real HTTP on loopback, an invented family.

Needs the extra ``simulator`` (starlette and uvicorn), which is imported when a simulator is started. This
package itself imports nothing until a name is used, because the pytest plugin lives in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._faults import Fault
    from ._gates import Gate
    from ._post_state import SentMessage
    from ._simulator import SimulatedChild, Simulator
    from ._state import RequestRecord

__all__ = ["Fault", "Gate", "RequestRecord", "SentMessage", "SimulatedChild", "Simulator"]

_HOME = {
    "Fault": "_faults",
    "Gate": "_gates",
    "RequestRecord": "_state",
    "SentMessage": "_post_state",
    "SimulatedChild": "_simulator",
    "Simulator": "_simulator",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
