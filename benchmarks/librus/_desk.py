"""The desk at which a scene asks for things: the simulator is behind it, in this process."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from datetime import date
from typing import Any, Final, Self

from librus_sdk.simulator import Simulator
from librus_sdk.simulator._gates import Gate

from .._payload import attendances_answer, grades_answer
from ..librus_peers._finding import Finding

__all__ = ["EARLY", "play", "where"]

EARLY: Final = date(2026, 9, 4)
_TRIP: Final = {"Id": "t41685"}
_ODD: Final = {"Date": "wkrótce", "Lesson": "wkrótce"}
_LITTLE: Final = b'{"LuckyNumber":{"LuckyNumber":7,"LuckyNumberDay":"2026-09-04"}}'
_SERVED: Final = {"grades": "gateway/Grades", "little": "gateway/LuckyNumbers"}


def play(command: Sequence[str], environ: Mapping[str, str], patience_s: float) -> Finding:
    """Run one scene to its end.

    Raises:
        RuntimeError: the scene went wrong or took too long; the message is what it wrote to standard error.
    """
    with (
        _Desk() as desk,
        subprocess.Popen(  # noqa: S603  (our own modules)
            command,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        dog = threading.Timer(patience_s, process.kill)
        dog.start()
        try:
            # Whoever was killed in the middle may be gone when its answer comes.
            with suppress(BrokenPipeError):
                for line in process.stdout:
                    process.stdin.write(json.dumps(desk.answer(json.loads(line))) + "\n")
                    process.stdin.flush()
            _, errors = process.communicate()
        finally:
            dog.cancel()
            process.kill()
        if desk.found is None or process.returncode != 0:
            raise RuntimeError(errors.strip() or f"nothing was found within {patience_s:g} s")
        return desk.found


def where(sim: Simulator) -> dict[str, str]:
    """Where a simulator listens, and its school-issued login: a pupil's, which both kinds of clients know."""
    child = sim.children[0].id
    sim.pupils_login(child)
    credentials = sim.gateway_credentials(child)
    return {
        **asdict(sim.hosts),
        "login": credentials.login.reveal(),
        "password": credentials.password.reveal(),
    }


class _Desk:
    """The verbs a scene knows."""

    def __init__(self) -> None:
        self.found: Finding | None = None
        self._open = ExitStack()
        self._sim: Simulator | None = None
        self._gate: Gate | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what is asked."""
        try:
            return {"done": getattr(self, "do_" + asked.pop("verb"))(**asked)}
        except Exception as error:  # noqa: BLE001  (it is told where it was asked)
            return {"error": f"{type(error).__name__}: {error}"}

    @property
    def sim(self) -> Simulator:
        assert self._sim is not None, "begin comes first"
        return self._sim

    def do_begin(self, *, ordinary_week: bool) -> dict[str, str]:
        self._open.close()
        self._sim = self._open.enter_context(Simulator(children=1, today=EARLY if ordinary_week else None))
        return where(self._sim)

    def do_spent(self) -> dict[str, int]:
        counts = self.sim.counts
        self.sim.reset_counts()
        return {
            "sign_ins": counts["web.login"],
            "extensions": counts["web.refresh"],
            "requests": counts.total(),
        }

    def do_hold(self, *, name: str, at: Any, times: int) -> None:
        self._gate = self.sim.hold(name, at=at, times=times)

    def do_arrived(self, *, requests: int) -> None:
        assert self._gate is not None
        self._gate.wait_arrived(requests)

    def do_release(self) -> None:
        assert self._gate is not None
        self._gate.release()

    def do_end_sessions(self) -> None:
        self.sim.end_web_session()

    def do_fail(self, *, name: str, **how: Any) -> None:
        self.sim.fail(name, **how)

    def do_deny(self, *, name: str) -> None:
        self.sim.deny_scope(name)

    def do_body(self, *, kind: str) -> str:
        made: dict[str, Callable[[], bytes]] = {
            "grades": grades_answer,
            "attendances": attendances_answer,
            "trip": lambda: attendances_answer(_TRIP),
            "odd": lambda: attendances_answer(_ODD),
            "little": lambda: _LITTLE,
        }
        return made[kind]().decode()

    def do_serve(self, *, kind: str) -> str:
        body = self.do_body(kind=kind)
        self.sim.fail(_SERVED.get(kind, "gateway/Attendances"), body=body, times=None)
        return body

    def do_found(self, *, text: str, score: list[float] | None) -> None:
        self.found = Finding(text, score)
