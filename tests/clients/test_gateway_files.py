"""Files of a login issued by the school: pages of the website lead to the file store, on each shell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from librus_sdk.endpoints import Extras, Get, Homework, catalogue
from librus_sdk.errors import LibrusApiError
from librus_sdk.models import Download
from tests.heart.drivers import World


class Shelf:
    """A child's client, and the files of each kind."""

    def __init__(self, world: World) -> None:
        self.world, self.sim = world, world.sim
        world.gateway(strict=True)
        self.client: Any = world.do(world.session.for_child)
        world.do(self.client.me.get)

    def read(self, get: Get[Download]) -> Download:
        found: Download = self.world.do(lambda: self.client._caller.call(get))
        return found

    def save(self, get: Get[Download], path: Path) -> Any:
        return self.world.do(lambda: self.client.save(get, path))

    def fresh(self) -> None:
        """Count from now on, long after the sign-in."""
        self.world.clock.advance(600.0)
        self.world.clock.slept.clear()
        self.sim.reset_counts()

    @property
    def assigned(self) -> Any:
        """A file of homework."""
        assignments = self.world.do(self.client.homework.assignments)
        return next(file for row in assignments for file in row.files)


@pytest.fixture
def shelf(world: World) -> Shelf:
    return Shelf(world)


def _school_file(shelf: Shelf) -> tuple[Get[Download], str]:
    shared = shelf.world.do(shelf.client.extras.school_files)[0]
    return Extras.school_file(shelf.client.extras, shared.id), shared.display_name


def _homework_file(shelf: Shelf) -> tuple[Get[Download], str]:
    file = shelf.assigned
    return Extras.homework_file(shelf.client.extras, file.id), file.name


def _attachment(shelf: Shelf) -> tuple[Get[Download], str]:
    file = shelf.assigned
    return Homework.attachment(shelf.client.homework, file.attachment_id), file.name


KINDS: dict[str, Callable[[Shelf], tuple[Get[Download], str]]] = {
    "a document of the school": _school_file,
    "a file of homework": _homework_file,
    "a file of homework, by its note": _attachment,
}
# The page that leads to the file, and how the file store gives it.
WAYS = {
    "a document of the school": ("web.school_file", "sandbox.file"),
    "a file of homework": ("web.homework_file", "sandbox.download"),
    "a file of homework, by its note": ("web.homework_file", "sandbox.download"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_in_memory_and_on_disk(shelf: Shelf, kind: str, tmp_path: Path) -> None:
    get, name = KINDS[kind](shelf)
    page, store = WAYS[kind]
    shelf.fresh()
    got = shelf.read(get)
    assert (got.file_name, got.size > 0) == (name, True)
    assert shelf.world.clock.slept == [5.0], "it was asked for before it was there"
    assert (shelf.sim.counts[page], shelf.sim.counts["web.login"]) == (1, 0)
    assert shelf.sim.counts[store] == (2 if store == "sandbox.file" else 1)
    saved = shelf.save(get, tmp_path / "plik")
    assert (saved.size, saved.file_name) == (got.size, name)
    assert (tmp_path / "plik").read_bytes() == got.content


def test_every_file_of_the_website_is_read_here() -> None:
    website = {operation.name for operation in catalogue() if operation.get.place == "website"}
    assert website == {"school_file", "homework_file"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_methods_of_the_client_do_the_same(shelf: Shelf, kind: str) -> None:
    get, _ = KINDS[kind](shelf)
    item = get.path.rpartition("/")[2]
    methods = {
        "a document of the school": shelf.client.extras.school_file,
        "a file of homework": shelf.client.extras.homework_file,
        "a file of homework, by its note": shelf.client.homework.attachment,
    }
    assert shelf.world.do(lambda: methods[kind](item)) == shelf.read(get)


def test_no_cookie_of_the_register_goes_to_the_file_store(shelf: Shelf) -> None:
    get, _ = _school_file(shelf)
    shelf.fresh()
    shelf.read(get)
    stored = [record for record in shelf.sim.requests if record.origin == "sandbox"]
    assert stored
    assert all("cookie" not in record.headers for record in stored)
    asked = [record for record in shelf.sim.requests if record.endpoint == "web.school_file"]
    assert all("cookie" in record.headers for record in asked)


@pytest.mark.parametrize("form", ["html", "redirect"])
@pytest.mark.parametrize("kind", KINDS)
def test_pages_that_closed_while_data_was_read_are_opened_again(shelf: Shelf, kind: str, form: Any) -> None:
    get, name = KINDS[kind](shelf)
    shelf.sim.web_dead_form = form
    shelf.sim.close_web_pages()
    shelf.fresh()
    assert shelf.read(get).file_name == name
    page, _ = WAYS[kind]
    assert shelf.sim.counts[page] == 2
    assert shelf.sim.counts["web.refresh"] + shelf.sim.counts["web.login"] >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_never_comes_leaves_nothing(shelf: Shelf, kind: str, tmp_path: Path) -> None:
    get, _ = KINDS[kind](shelf)
    shelf.sim.fail_downloads()
    with pytest.raises(LibrusApiError) as caught:
        shelf.save(get, tmp_path / "plik")
    assert shelf.sim.hosts.sandbox in caught.value.details["endpoint"]
    assert list(tmp_path.iterdir()) == []
    shelf.save(get, tmp_path / "plik")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_store_that_asks_to_wait_says_how_long(shelf: Shelf, kind: str, status: int) -> None:
    get, _ = KINDS[kind](shelf)
    shelf.sim.fail(WAYS[kind][1], status=status, retry_after=90, times=None)
    with pytest.raises(LibrusApiError) as caught:
        shelf.read(get)
    assert (caught.value.status, caught.value.retry_after_s) == (status, 90.0)


@pytest.mark.parametrize("kind", KINDS)
def test_two_who_want_one_file_at_the_same_time_both_get_it(shelf: Shelf, kind: str) -> None:
    """The way to it may be good for one download only, so it is not shared."""
    get, name = KINDS[kind](shelf)
    page, _ = WAYS[kind]
    shelf.fresh()
    gate = shelf.sim.hold(page)
    callers = shelf.world.start_many(2, lambda: shelf.client._caller.call(get))
    gate.wait_arrived(2)
    gate.release()
    assert [caller.result().file_name for caller in callers] == [name, name]
    assert shelf.sim.counts[page] == 2


def test_a_page_is_asked_once_with_all_that_is_declared(shelf: Shelf) -> None:
    get, name = _school_file(shelf)
    shelf.fresh()
    assert shelf.read(replace(get, query={"wersja": 2, "nic": None})).file_name == name
    (asked,) = [record for record in shelf.sim.requests if record.origin == "synergia"]
    assert (asked.endpoint, asked.query) == ("web.school_file", "wersja=2")


@pytest.mark.parametrize("method", [Extras.school_file, Extras.homework_file])
def test_a_file_there_is_not_costs_one_look_whether_the_session_lives(
    shelf: Shelf, method: Callable[..., Get[Download]], tmp_path: Path
) -> None:
    get = method(shelf.client.extras, "1")
    shelf.fresh()
    for _ in range(3):
        with pytest.raises(LibrusApiError, match="no such file"):
            shelf.save(get, tmp_path / "plik")
    assert shelf.sim.counts["web.refresh"] == 1
    assert shelf.sim.counts["web.login"] == 0
    assert list(tmp_path.iterdir()) == []
    assert shelf.world.do(shelf.client.me.get)
