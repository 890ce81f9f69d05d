"""The way to the simulator, in the process that started this one: a line of JSON there, one back."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

__all__ = ["Desk", "Spent", "Where"]


@dataclass(frozen=True)
class Where:
    """Where the simulator listens, and the login a school issued there."""

    portal: str
    api: str
    synergia: str
    wiadomosci: str
    bff: str
    sandbox: str
    login: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class Spent:
    """What was asked since the last time: forms with a password, extensions, and everything."""

    sign_ins: int
    extensions: int
    requests: int


class Desk:
    """Asks the simulator for things. What its levers do is said in the documentation of the simulator."""

    def __init__(self, out: TextIO, back: TextIO) -> None:
        self._out: Final = out
        self._back: Final = back
        self._one_at_a_time: Final = threading.Lock()

    async def ask(self, verb: str, **told: Any) -> Any:
        """Have something done; other tasks go on meanwhile. Raises RuntimeError when it went wrong there."""
        return await asyncio.to_thread(self.ask_now, verb, **told)

    def ask_now(self, verb: str, **told: Any) -> Any:
        """The same for who has no tasks."""
        with self._one_at_a_time:
            self._out.write(json.dumps({"verb": verb, **told}) + "\n")
            self._out.flush()
            answer = json.loads(self._back.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["done"]

    async def begin(self, *, ordinary_week: bool = True) -> Where:
        """Start a simulator, instead of the one before.

        In an ordinary week nobody has been on a trip yet: ids of such rows are texts, which one of the
        libraries takes for a broken answer.
        """
        return Where(**await self.ask("begin", ordinary_week=ordinary_week))

    async def spent(self) -> Spent:
        """What was asked since the last time."""
        return Spent(**await self.ask("spent"))
