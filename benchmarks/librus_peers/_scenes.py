"""The scenes by the names of their rows, and the libraries by their names on the package index."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeAlias

from . import _costs as costs
from . import _dying as dying
from . import _renewals as renewals
from ._claims import keeps_its_word
from ._desk import Desk
from ._finding import Finding
from ._library import Library
from ._python_api import PYTHON_API
from ._sdk import SDK
from ._synergia import SYNERGIA

__all__ = ["BEFOREHAND", "LIBRARIES", "SCENES"]

LIBRARIES: Final = {library.name: library for library in (SDK, SYNERGIA, PYTHON_API)}
_Scenes: TypeAlias = dict[str, Callable[[Library, Desk], Coroutine[Any, Any, Finding]]]
SCENES: Final[_Scenes] = {
    "dying": dying.dying,
    "dying_wall": dying.dying_wall,
    "dying_cpu": dying.dying_cpu,
    "identical": renewals.identical,
    "refused": renewals.refused,
    "cancelled": renewals.cancelled,
    "scopes": renewals.scopes,
    "throttled": renewals.throttled,
    "throttled_long": renewals.throttled_long,
    "two_objects": renewals.two_objects,
    "two_objects_sharing": renewals.two_objects_sharing,
    "two_processes": renewals.two_processes,
    "two_processes_sharing": renewals.two_processes_sharing,
    "snapshot": costs.snapshot,
    "same_lists": costs.same_lists,
    "same_lists_cpu": costs.same_lists_cpu,
    "bare_http": costs.bare_http,
    "decode_grades": costs.decode_grades,
    "decode_attendances": costs.decode_attendances,
    "read_grades": costs.read_grades,
    "read_attendances": costs.read_attendances,
    "odd_id": costs.odd_id,
    "odd_date": costs.odd_date,
    "memory": costs.memory,
}
BEFOREHAND: Final[_Scenes] = {"promises": keeps_its_word}
"""Not for the table: where one of these fails, nothing is measured."""
