"""The pages and the README: their programs run, and what is public is on them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import librus_sdk
from librus_sdk import LibrusSession, errors, models
from librus_sdk.simulator import Simulator
from librus_sdk.simulator._endpoints import ENDPOINTS
from tools.doc_examples import ROOT, family

DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
SITE = "".join(page.read_text(encoding="utf-8") for page in PAGES[1:])
# Where the README has a reader's own credentials, the simulated parent's stand.
OWN = 'PortalCredentials("parent@example.org", "password")'


def blocks() -> list[Any]:
    found: list[Any] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            line = text[: block.start(1)].count("\n")
            name = page.relative_to(ROOT).as_posix()
            found.append(pytest.param(name, line, block[1], id=f"{name}:{line + 1}"))
    return found


@pytest.mark.parametrize(("page", "line", "code"), blocks())
def test_it_runs(page: str, line: int, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some save files
    with family() as sim, LibrusSession.from_env() as session:
        child = session.list_children()[0]
        names: dict[str, Any] = {
            "__name__": "__main__",
            "sim": sim,
            "session": session,
            "child": child,
            "client": session.for_child(child),
            "token": sim.token(child.id),
        }
        code = code.replace(OWN, "sim.credentials, hosts=sim.hosts")
        exec(compile("\n" * line + code, page, "exec"), names)
    for name, test in names.items():
        if name.startswith("test_"):
            (mark,) = test.pytestmark
            with Simulator(**mark.kwargs) as own:
                test(own)


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name.isupper()])
def test_each_code_says_what_to_do(name: str) -> None:
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| `{getattr(errors, name)}` \| (.+) \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) == 1


@pytest.mark.parametrize("name", [name for name in errors.__all__ if not name.isupper()])
def test_each_error_class_is_described(name: str) -> None:
    assert f".. autoexception:: librus_sdk.errors.{name}\n" in (DOCS / "errors.md").read_text(
        encoding="utf-8"
    )


def test_each_endpoint_of_the_simulator_that_is_no_path_is_named() -> None:
    page = (DOCS / "simulator.md").read_text(encoding="utf-8")
    paths = ("gateway/", "kindergarten/", "wiadomosci/")
    named = [name for name in ENDPOINTS if not name[0].isupper() and not name.startswith(paths)]
    named += ["AutoLoginToken", "PushChanges/{ids}", "wiadomosci/messages", "wiadomosci/messages/reply"]
    named += ["wiadomosci/messages/{id}/withdrawal", "bff/Messages"]
    assert len(named) > 30
    assert [name for name in named if f"`{name}`" not in page] == []
    assert set(named) <= set(ENDPOINTS)


def test_each_thing_that_can_happen_to_an_answer_is_named() -> None:
    page = (DOCS / "simulator.md").read_text(encoding="utf-8")
    table = page.partition("### What can happen to an answer")[2].partition("## Stopping requests")[0]
    options = [name for name in inspect.signature(Simulator.fail).parameters if name not in {"self", "name"}]
    assert len(options) > 15
    assert [name for name in options if f"`{name}`" not in table] == []


def test_the_tree_of_errors_is_that_of_the_module() -> None:
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    (drawn,) = re.findall(r"^```text\n(LibrusSdkError\n.*?)^```$", page, re.MULTILINE | re.DOTALL)
    path: list[str] = []
    parents: dict[str, str] = {}
    for line in drawn.splitlines():
        name = line.lstrip("│├└─ ")
        depth = (len(line) - len(name)) // 4
        path[depth:] = [name]
        if depth:
            parents[name] = path[depth - 1]
    real = {
        name: getattr(errors, name).__bases__[0].__name__ for name in errors.__all__ if name.endswith("Error")
    }
    real.pop("LibrusSdkError")
    assert parents == real


def test_each_public_name_and_each_record_has_an_entry() -> None:
    entries = set(re.findall(r"^\.\. auto\w+:: librus_sdk\.([\w.]+)$", SITE, re.MULTILINE))
    wanted = {f"models.{name}" for name in models.__all__}
    for name in librus_sdk.__all__:
        home = "errors." if name in errors.__all__ else "models." if name in models.__all__ else ""
        wanted.add(f"{home}{name}")
    # A text, a plain ``str``, and a code that stands in the table of codes.
    assert wanted - entries == {"__version__", "models.Id", "errors.AUTH_REFRESH_FAILED"}


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.relative_to(DOCS).as_posix())
def test_it_names_nothing_of_the_machine_it_was_written_on(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert str(DOCS.parent) not in text
    assert not re.search(r"/home/|/tmp/|127\.0\.0\.1:\d", text)
