"""No failing path shows a secret, or the name of a child, to anybody, anywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from librus_sdk import LibrusSdkError
from librus_sdk.errors import _warned
from tests.safety.cases import Case
from tests.safety.scenes import Scene
from tests.safety.web_cases import CASES


@pytest.fixture(autouse=True)
def _warn_again() -> Iterator[None]:
    before = set(_warned)
    _warned.clear()
    yield
    _warned.clear()
    _warned.update(before)


def run(case: Case, scene: Scene) -> BaseException | None:
    """Run the case to its end and put everything down."""
    error: BaseException | None = None
    with scene.evidence.listening():
        try:
            case.run(scene)
        except BaseException as caught:  # noqa: BLE001  (an interrupt is what some cases are about)
            error = caught
        scene.look()
        scene.close()
    if error is not None:
        scene.evidence.take_error(error)
    return error


PLACES = [(name, shell) for name, case in CASES.items() for shell in case.shells]


@pytest.mark.parametrize(("name", "shell"), PLACES, ids=[f"{name}-{shell}" for name, shell in PLACES])
def test_nothing_leaks(name: str, shell: str) -> None:
    case = CASES[name]
    scene = Scene(shell, **case.simulator)  # type: ignore[arg-type]
    error = run(case, scene)
    ended = error.code if isinstance(error, LibrusSdkError) else type(error).__name__ if error else ""
    assert ended == case.ends, repr(error)
    assert scene.evidence.leaks(scene.needles()) == {}
