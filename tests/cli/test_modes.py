"""Whatever the command line writes is its owner's only, however careless the shell's umask is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, as_sent, first

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no modes there")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=[0, 0o022, 0o077], ids=oct)
def seen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[int]]:
    """Sets the umask. The modes of the files that were written so far, while they were written."""
    modes: set[int] = set()
    sync = os.fsync

    def look(handle: int) -> None:
        found = os.fstat(handle).st_mode
        if stat.S_ISREG(found):
            modes.add(stat.S_IMODE(found))
        sync(handle)

    monkeypatch.setattr(os, "fsync", look)
    before = os.umask(request.param)
    try:
        yield modes
    finally:
        os.umask(before)


def test_everything_that_is_written(
    cli: Cli, sim: Simulator, state: Path, tmp_path: Path, seen: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Empty, so that what is there in the end was made by us.
    home = tmp_path / "new" / "home"
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    own = home / "librus-sdk" / "sessions"
    family = ("--child", first(sim))
    rows = as_sent(sim, "HomeWorkAssignments", {})["HomeWorkAssignments"]
    key = next(file for row in rows for file in row["HomeworkAssigmentFiles"])["Url"].rpartition("/")[2]
    for argv, environ in (
        (("grades", "list", *family), {}),
        (("grades", "list"), sim.gateway_environ()),
        (("homework", "attachment", "--id", key, "--output", "task.pdf", *family), {}),
        (("homework", "attachment", "--id", key, "--output", "task.pdf", "--force", *family), {}),
        (("openapi", "--output", "openapi.json"), {}),
    ):
        assert cli(*argv, sim=sim, env=environ).status == 0, argv
    (kept,) = own.glob("family-*.json")
    kept.write_text("damaged")
    kept.chmod(0o644)
    assert cli("grades", "list", *family, sim=sim).status == 0

    names = {path.name for path in own.iterdir()}
    assert {path.suffix for path in own.iterdir()} == {".json", ".lock"}
    assert any(".damaged-1" in name for name in names)
    files = [*own.iterdir(), tmp_path / "task.pdf", tmp_path / "openapi.json"]
    assert {path.name: oct(mode(path)) for path in files if mode(path) != 0o600} == {}
    for folder in (own, own.parent, home, home.parent):
        assert mode(folder) == 0o700, folder.name
    assert seen == {0o600}
    assert not list(state.parent.glob("**/*"))
    assert not list(Path.home().glob("**/*.part"))
