"""A session's side of a store: turns that its renewals share, and documents changed one after the other."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from librus_sdk.core.keeping import BLANK, MAX_BYTES, UNREAD, Document, Kept, written
from librus_sdk.errors import LibrusStoreWarning
from librus_sdk.flows.steps import Ports
from librus_sdk.secret import Secret
from librus_sdk.shells.keeping import Keeping
from librus_sdk.shells.store import StoreKey
from tests.heart.stores import MemoryStore

KEY = StoreKey.of("family", Secret("joanna@example.org"), ("https://portal.example",), usual_hosts=False)


def keeping_of(store: Any, events: list[str] | None = None) -> Keeping:
    told = [] if events is None else events
    ports = Ports(lambda: 0.0, lambda: 1.0, lambda: 0.0, lambda _level, event, _fields: told.append(event))
    return Keeping(store.shelf(KEY), KEY, ports)


def grow(document: Document) -> Document:
    return document.with_entries({f"entry {document.revision}": Kept(Secret("x"))})


def test_an_account_is_the_same_however_it_is_written() -> None:
    hosts = ("https://portal.example",)
    again = StoreKey.of("family", Secret(" Joanna@Example.org "), hosts, usual_hosts=False)
    assert again == KEY
    assert "joanna" not in repr(KEY).casefold()
    others = {
        StoreKey.of("school", Secret("joanna@example.org"), hosts, usual_hosts=False).owner,
        StoreKey.of("family", Secret("jan@example.org"), hosts, usual_hosts=False).owner,
        StoreKey.of(
            "family", Secret("joanna@example.org"), ("https://other.example",), usual_hosts=False
        ).owner,
    }
    assert len(others | {KEY.owner}) == 4
    assert StoreKey.of("family", None, hosts, usual_hosts=False).owner == ""


def test_renewals_of_one_session_share_their_turn() -> None:
    store = MemoryStore()
    one, other = keeping_of(store), keeping_of(store)
    first, second, stranger = one.turn(), one.turn(), other.turn()
    assert first.take()
    assert second.take()
    assert not stranger.take()
    first.give_back()
    first.give_back()
    assert not stranger.take()
    second.give_back()
    assert stranger.take()


def test_a_turn_that_was_given_up_is_not_taken_later() -> None:
    store = MemoryStore()
    turn = keeping_of(store).turn()
    turn.give_back()
    assert not turn.take()
    assert keeping_of(store).turn().take()


class Slow:
    """A shelf at which taking a claim takes as long as the test says."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.arrived, self.go = threading.Event(), threading.Event()

    def load(self) -> Secret | None:
        content: Secret | None = self.inner.load()
        return content

    def claim(self) -> Any:
        claim = self.inner.claim()
        self.arrived.set()
        assert self.go.wait(20)
        return claim


def test_a_turn_given_up_while_it_is_being_taken_is_free_again() -> None:
    store = MemoryStore()
    keeping = keeping_of(store)
    slow = Slow(store.shelf(KEY))
    keeping._shelf = slow  # type: ignore[misc]
    turn = keeping.turn()
    answers: list[bool] = []
    taking = threading.Thread(target=lambda: answers.append(turn.take()))
    taking.start()
    assert slow.arrived.wait(20)
    turn.give_back()
    slow.go.set()
    taking.join(20)
    assert answers == [False]
    assert keeping_of(store).turn().take()


def test_only_whoever_has_the_turn_writes() -> None:
    store = MemoryStore()
    keeping = keeping_of(store)
    assert keeping.keep(grow) is None
    assert keeping.look() == BLANK
    assert keeping.turn().take()
    changed = keeping.keep(grow)
    assert changed is not None
    assert keeping.look() == changed
    assert (changed.revision, changed.owner, changed.saved_at) == (1, KEY.owner, 1.0)


def test_changes_at_the_same_time_are_made_one_after_the_other() -> None:
    store = MemoryStore()
    keeping = keeping_of(store)
    assert keeping.turn().take()
    threads = [threading.Thread(target=keeping.keep, args=(grow,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    document = keeping.look()
    assert document.revision == 20
    assert len(document.entries) == 20


def test_the_turn_stays_until_what_is_being_written_is_written() -> None:
    store = MemoryStore()
    keeping, stranger = keeping_of(store), keeping_of(store).turn()
    turn = keeping.turn()
    assert turn.take()

    def given_up(document: Document) -> Document:
        turn.give_back()
        assert not stranger.take()
        return grow(document)

    assert keeping.keep(given_up) is not None
    assert stranger.take()


def test_a_store_that_cannot_be_claimed_is_not_written_to() -> None:
    store = MemoryStore()
    events: list[str] = []
    keeping = keeping_of(store, events)
    store.fails = {"claim"}
    first, second = keeping.turn(), keeping.turn()
    assert first.take()
    assert keeping.keep(grow) is None
    store.fails = set()
    assert second.take()
    first.give_back()
    assert keeping.keep(grow) is not None
    second.give_back()
    assert keeping_of(store).turn().take()
    assert events == ["store.unclaimed", "store.saved"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_the_right_to_renew_stays_with_the_parent() -> None:
    store = MemoryStore()
    keeping = keeping_of(store)
    turn = keeping.turn()
    assert turn.take()
    keeping.after_fork()  # as the child process does
    assert keeping.keep(grow) is None
    turn.give_back()
    assert not keeping.turn().take(), "it is still the parent's"


# --- interrupts ------------------------------------------------------------------------------------------


class Interrupted:
    """A shelf at which somebody presses Ctrl-C, before or after the claim is taken."""

    def __init__(self, inner: Any, *, taken: bool) -> None:
        self.inner, self.taken = inner, taken

    def load(self) -> Secret | None:
        content: Secret | None = self.inner.load()
        return content

    def claim(self) -> Any:
        if self.taken:
            self.inner.claim().release()  # as the lock of a file goes with the last name it has
        raise KeyboardInterrupt


@pytest.mark.parametrize("taken", [True, False])
def test_an_interrupt_while_a_turn_is_taken_leaves_nothing_behind(taken: bool) -> None:
    store = MemoryStore()
    keeping = keeping_of(store)
    shelf = keeping._shelf
    keeping._shelf = Interrupted(shelf, taken=taken)  # type: ignore[misc]
    turn = keeping.turn()
    with pytest.raises(KeyboardInterrupt):
        turn.take()
    turn.give_back()
    keeping._shelf = shelf  # type: ignore[misc]
    later, stranger = keeping.turn(), keeping_of(store).turn()
    assert later.take()
    assert not stranger.take()
    later.give_back()
    assert stranger.take(), "nobody is counted who is gone"


def test_a_change_is_made_once() -> None:
    store = MemoryStore()
    keeping = keeping_of(store)
    assert keeping.turn().take()
    inner: list[Document | None] = []

    def change(document: Document) -> Document:
        inner.append(saving())  # by somebody else, while it is being made
        return grow(document)

    saving = keeping.saving(change)
    assert saving() == keeping.look()
    assert saving() is None
    assert (inner, store.place.saves) == ([None], 1)


def test_a_change_that_was_interrupted_is_made_by_the_next() -> None:
    store = MemoryStore()
    keeping = keeping_of(store)
    assert keeping.turn().take()
    trouble: list[type[BaseException]] = [KeyboardInterrupt]

    def change(document: Document) -> Document:
        if trouble:
            raise trouble.pop()
        return grow(document)

    saving = keeping.saving(change)
    with pytest.raises(KeyboardInterrupt):
        saving()
    assert saving() == keeping.look()
    assert store.place.saves == 1


# --- whose it is, and what cannot be kept ----------------------------------------------------------------


def place_of(store: MemoryStore) -> Any:
    (place,) = store.places.values()
    return place


def test_a_session_without_credentials_stays_with_whom_it_has_found() -> None:
    store = MemoryStore()
    nobody = StoreKey.of("family", None, ("https://portal.example",), usual_hosts=False)
    keeping = Keeping(store.shelf(nobody), nobody, keeping_of(MemoryStore())._ports)
    assert keeping.look() == BLANK
    place = place_of(store)
    first, other = Document("first", "a", 1), Document("other", "b", 1)
    place.content = written(first)
    assert keeping.look() == first
    place.content = written(other)
    assert keeping.look() == BLANK, "somebody else has signed in under the same name"
    place.content = None
    assert keeping.turn().take()
    begun = keeping.saving(grow)()
    assert begun is not None
    assert begun.owner == "first"


def test_two_accounts_under_one_name_never_mix() -> None:
    store = MemoryStore()
    keeping = keeping_of(store)
    theirs = written(Document("another", "a", 1, {"portal": Kept(Secret("theirs"))}))
    keeping.look()
    place_of(store).content = theirs
    assert keeping.look() == BLANK
    assert keeping.turn().take()
    with pytest.warns(LibrusStoreWarning, match="another account"):
        changed = keeping.saving(grow)()
    assert changed is not None
    assert "portal" not in changed.entries
    assert place_of(store).aside == [("foreign", theirs)]


@pytest.mark.filterwarnings("error::librus_sdk.errors.LibrusStoreWarning")
def test_where_warnings_are_errors_everything_is_kept_all_the_same() -> None:
    store, events = MemoryStore(), list[str]()
    keeping = keeping_of(store, events)
    keeping.look()
    place_of(store).content = Secret("half a docu")
    assert keeping.turn().take()
    assert keeping.saving(grow)() == keeping.look()
    assert events == ["store.set_aside", "store.saved"]


def test_what_is_put_aside_is_told_even_when_nothing_can_be_kept() -> None:
    store, events = MemoryStore(), list[str]()
    keeping = keeping_of(store, events)
    keeping.look()
    place_of(store).content = Secret("half a docu")
    store.fails = {"save"}
    assert keeping.turn().take()
    with pytest.warns(LibrusStoreWarning) as told:
        assert keeping.saving(grow)() is None
    assert [each.message.reason for each in told if isinstance(each.message, LibrusStoreWarning)] == [
        "damaged",
        "no_space",
    ]
    assert events == ["store.set_aside", "store.unsaved"]


def test_what_is_too_long_to_be_read_is_not_written() -> None:
    store, events = MemoryStore(), list[str]()
    keeping = keeping_of(store, events)
    assert keeping.turn().take()
    assert keeping.saving(grow)() is not None
    before = place_of(store).content
    assert keeping.saving(lambda now: now.with_entries({"list": Kept(Secret("x" * MAX_BYTES))}))() is None
    assert place_of(store).content == before
    assert events == ["store.saved", "store.unsaved"]


def test_a_store_in_trouble_is_not_an_empty_one() -> None:
    store = MemoryStore()
    keeping = keeping_of(store)
    assert keeping.look() is BLANK
    store.fails = {"load"}
    assert keeping.look() is UNREAD


def test_a_store_that_hands_out_something_else_is_told_as_one_that_cannot_be_read() -> None:
    store = MemoryStore()
    events: list[str] = []
    keeping = keeping_of(store, events)
    next(iter(store.places.values())).content = "a text"  # type: ignore[assignment]
    assert keeping.look() is UNREAD
    assert events == ["store.unread"]
