"""The leak sweep over the reads and writes that have no table of endings: files, people, letters, changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from librus_sdk import LibrusSdkError
from tests.safety.scenes import Scene
from tests.safety.web_cases import FAULTS, at_school_warm, mail

Spoil = Callable[[], object]
TEXT: Final = "Treść tajemna 700"


def changes(scene: Scene, spoil: Spoil) -> None:
    client = scene.client()
    device = scene.call(client.changes.register)
    scene.remember(device)
    spoil()
    scene.remember(scene.call(lambda: client.changes.list(device.id)))
    scene.call(lambda: client.changes.acknowledge(device.id, ["1", "2"]))


def register(scene: Scene, spoil: Spoil) -> None:
    client = scene.client()
    spoil()
    scene.remember(scene.call(client.changes.register))


def school_file(scene: Scene, spoil: Spoil) -> None:
    client = at_school_warm(scene, timeout_ms=2000)
    files = scene.call(client.extras.school_files)
    spoil()
    scene.remember(scene.call(lambda: client.extras.school_file(files[0].id)))


def homework_file(scene: Scene, spoil: Spoil) -> None:
    client = at_school_warm(scene, timeout_ms=2000)
    spoil()
    scene.remember(scene.call(lambda: client.extras.homework_file("1")))


def kindergarten(scene: Scene, spoil: Spoil) -> None:
    scene.sim.kindergarten(scene.sim.children[0].id)
    client = at_school_warm(scene)
    spoil()
    scene.remember(
        scene.call(lambda: client.extras.kindergarten_timetable("LID-1", "2026-03-09", "2026-03-15"))
    )


def people(scene: Scene, spoil: Spoil) -> None:
    letters = mail(scene)
    spoil()
    scene.remember(scene.call(lambda: letters.receivers_of("teachers")))


def conversation(scene: Scene, spoil: Spoil) -> None:
    letters = mail(scene)
    spoil()
    scene.remember(scene.call(lambda: letters.conversation("123456789")))


def withdrawal(scene: Scene, spoil: Spoil) -> None:
    letters = mail(scene)
    people = scene.call(lambda: letters.receivers_of("teachers"))
    who = next(person for person in people if person.is_available)
    scene.call(lambda: letters.send([who], "a", TEXT))
    newest = scene.call(lambda: letters.list("outbox"))[0]
    scene.more_secrets.add(TEXT)
    spoil()
    scene.remember(scene.call(lambda: letters.withdraw(newest.id)))


def reply(scene: Scene, spoil: Spoil) -> None:
    letters = mail(scene)
    newest = scene.call(letters.list)[0]
    scene.more_secrets.add(TEXT)
    spoil()
    scene.remember(scene.call(lambda: letters.reply(newest.id, TEXT)))


PATHS: Final[dict[str, Callable[[Scene, Spoil], None]]] = {
    "PushChanges": changes,
    "PushChanges/{ids}": changes,
    "ChangeRegister": register,
    "web.school_file": school_file,
    "web.homework_file": homework_file,
    "kindergarten/timetable/kindergarteners/{id}": kindergarten,
    "wiadomosci/receivers/groups/school-employees": people,
    "wiadomosci/outbox/messages": conversation,
    "wiadomosci/messages/{id}/withdrawal": withdrawal,
    "wiadomosci/messages/reply": reply,
    "wiadomosci/inbox/messages/{id}": reply,
}


@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("path", list(PATHS))
@pytest.mark.parametrize("shell", ["threads", "tasks"])
def test_nothing_leaks(shell: Any, path: str, fault: str) -> None:
    scene = Scene(shell)
    error: BaseException | None = None
    with scene.evidence.listening():
        try:
            PATHS[path](scene, lambda: scene.sim.fail(path, times=None, **FAULTS[fault](scene)))
        except LibrusSdkError as problem:
            error = problem
        scene.look()
        asked = scene.sim.counts[path]
        scene.close()
    assert asked, "the path was not tried"
    if error is not None:
        scene.evidence.take_error(error)
    assert scene.evidence.leaks(scene.needles()) == {}
