"""A store that does not answer is asked once in a while; what is wrong is one word, and one warning."""

from __future__ import annotations

import errno
import threading
import warnings
from collections.abc import Callable
from typing import Any, cast

import pytest

from librus_sdk.core.keeping import BLANK, UNREAD, TooLongError
from librus_sdk.errors import LibrusConfigurationError, LibrusStoreWarning
from librus_sdk.event_catalogue import FIELDS
from librus_sdk.flows.steps import Ports
from librus_sdk.shells.keeping import Keeping
from librus_sdk.shells.store import Shelf
from librus_sdk.shells.store_calls import StoreCalls
from librus_sdk.shells.troubles import MEANINGS, SILENT, troubled, word_for
from tests.heart.drivers import ManualClock
from tests.heart.stores import MemoryStore
from tests.models.samples import MARKER
from tests.shells.test_keeping import KEY, grow

REST_S = 10.0


class Scene:
    """A session's side of a store, its clock, and what it tells."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.told: list[tuple[str, Any]] = []
        self.ports = Ports(
            self.clock.monotonic,
            self.clock.wall,
            self.clock.random,
            lambda _level, event, fields: self.told.append((event, dict(fields))),
        )
        self.store = MemoryStore()
        self.keeping = Keeping(self.store.shelf(KEY), KEY, self.ports, rest_s=REST_S)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.told]

    def fail(self, *what: str, trouble: Exception) -> None:
        self.store.fails, self.store.trouble = set(what), trouble


NOBODY_ANSWERS = pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (TimeoutError(), "timeout"),
        (ConnectionRefusedError(), "unreachable"),
        (troubled("The server cannot be reached.", "unreachable"), "unreachable"),
    ],
    ids=["timeout", "refused", "own"],
)


@NOBODY_ANSWERS
def test_a_store_that_does_not_answer_is_left_alone_for_a_while(trouble: Exception, reason: str) -> None:
    scene = Scene()
    scene.fail("load", "claim", trouble=trouble)
    assert scene.keeping.look() is UNREAD
    assert scene.store.asked == 1
    scene.store.fails = set()
    scene.clock.advance(REST_S - 0.001)
    turn = scene.keeping.turn()
    assert turn.take(), "the renewal goes on without"
    assert scene.keeping.look() is UNREAD
    assert scene.keeping.saving(grow)() is None
    turn.give_back()
    assert scene.store.asked == 1
    assert scene.told == [
        ("store.unread", {"reason": reason, "error_name": type(trouble).__name__}),
        ("store.resting", {"reason": reason, "rest_ms": 10_000}),
    ]
    scene.clock.advance(0.001)
    assert scene.keeping.look() is BLANK
    assert scene.names[2:] == ["store.back"]
    assert scene.keeping.turn().take()
    assert scene.keeping.saving(grow)() is not None
    assert scene.names[3:] == ["store.saved"]


@NOBODY_ANSWERS
def test_one_that_stays_away_is_asked_once_in_a_while_and_told_of_once(
    trouble: Exception, reason: str
) -> None:
    scene = Scene()
    scene.fail("load", "claim", trouble=trouble)
    for times in range(1, 5):
        assert scene.keeping.look() is UNREAD
        assert scene.keeping.turn().take()
        assert scene.store.asked == times
        scene.clock.advance(REST_S)
    assert scene.names == ["store.unread", "store.resting"]
    scene.store.fails = set()
    assert scene.keeping.turn().take()
    assert scene.names[2:] == ["store.back"]


def test_a_claim_that_is_not_answered_is_no_claim() -> None:
    scene = Scene()
    assert scene.keeping.look() is BLANK
    scene.fail("claim", trouble=TimeoutError())
    turn = scene.keeping.turn()
    assert turn.take()
    assert scene.keeping.look() is UNREAD, "the load would work, and is not tried"
    assert scene.names == ["store.unclaimed", "store.resting"]


def test_a_right_that_was_taken_for_granted_is_asked_for_again() -> None:
    scene = Scene()
    scene.fail("claim", trouble=TimeoutError())
    turn = scene.keeping.turn()
    assert not turn.blind
    assert (turn.take(), turn.blind) == (True, True)
    assert (turn.take(), turn.blind, scene.store.asked) == (True, True, 1)
    scene.store.fails = set()
    scene.clock.advance(REST_S)
    stranger = Keeping(scene.store.shelf(KEY), KEY, scene.ports).turn()
    assert stranger.take()
    assert (turn.take(), turn.blind) == (False, False)
    stranger.give_back()
    assert (turn.take(), turn.blind) == (True, False)
    assert not stranger.take()


def test_a_claim_that_is_refused_is_not_asked_for_again() -> None:
    scene = Scene()
    scene.fail("claim", trouble=PermissionError(errno.EACCES, "Permission denied"))
    turn = scene.keeping.turn()
    assert (turn.take(), turn.blind) == (True, False)


def test_a_claim_is_given_back_though_the_store_rests() -> None:
    scene = Scene()
    turn, stranger = scene.keeping.turn(), Keeping(scene.store.shelf(KEY), KEY, scene.ports).turn()
    assert turn.take()
    scene.fail("save", trouble=TimeoutError())
    assert scene.keeping.saving(grow)() is None
    assert scene.names == ["store.unsaved", "store.resting"]
    turn.give_back()
    assert stranger.take()


def test_what_cannot_be_read_is_not_written_over() -> None:
    scene = Scene()
    assert scene.keeping.turn().take()
    scene.fail("load", trouble=TimeoutError())
    assert scene.keeping.saving(grow)() is None
    scene.store.fails = set()
    assert scene.keeping.saving(grow)() is None, "it rests"
    assert (scene.store.asked, scene.names) == (2, ["store.unread", "store.resting"])


def test_a_release_that_is_not_answered_begins_the_rest_too() -> None:
    scene = Scene()
    turn = scene.keeping.turn()
    assert turn.take()
    scene.fail("release", trouble=TimeoutError())
    turn.give_back()
    assert scene.names == ["store.unreleased", "store.resting"]
    assert scene.keeping.look() is UNREAD


def test_a_store_that_says_no_is_quick_and_is_asked_each_time() -> None:
    scene = Scene()
    scene.fail("load", "claim", trouble=OSError(errno.EROFS, "Read-only file system"))
    for times in range(1, 4):
        assert scene.keeping.look() is UNREAD
        assert scene.store.asked == times
    assert scene.names == ["store.unread"] * 3


def test_a_no_is_an_answer() -> None:
    scene = Scene()
    scene.fail("load", trouble=TimeoutError())
    scene.keeping.look()
    scene.clock.advance(REST_S)
    scene.fail("load", trouble=PermissionError(errno.EACCES, "Permission denied"))
    scene.keeping.look()
    assert scene.names == ["store.unread", "store.resting", "store.back", "store.unread"]


def test_while_one_finds_out_the_others_do_not_wait() -> None:
    scene = Scene()
    scene.fail("load", trouble=TimeoutError())
    scene.keeping.look()
    scene.clock.advance(REST_S)
    calls = scene.keeping._calls
    assert [calls.may_ask() for _ in range(3)] == [True, False, False]
    calls.answered()
    assert [calls.may_ask() for _ in range(2)] == [True, True]
    assert scene.names[-1] == "store.back"


def test_a_forked_process_has_a_lock_of_its_own() -> None:
    scene = Scene()
    calls = StoreCalls(scene.ports, REST_S)
    calls._lock.acquire()  # by a thread that is not there any more
    calls.after_fork()
    answers: list[bool] = []
    asking = threading.Thread(target=lambda: answers.append(calls.may_ask()), daemon=True)
    asking.start()
    asking.join(20)
    assert answers == [True]


# --- words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no_space"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "no_space"),
        (PermissionError(errno.EACCES, "Permission denied"), "not_permitted"),
        (OSError(errno.EROFS, "Read-only file system"), "not_permitted"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory"), "wrong_place"),
        (OSError(errno.ELOOP, "Too many symbolic links"), "wrong_place"),
        (OSError(errno.EIO, "Input/output error"), "failed"),
        (OSError("without a number"), "failed"),
        (TimeoutError(), "timeout"),
        (ConnectionResetError(), "unreachable"),
        (TooLongError("too long"), "too_long"),
        (ValueError("too long"), "failed"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "failed"),
        (LibrusConfigurationError("something"), "failed"),
        (troubled("something", "locked_key_ring"), "locked_key_ring"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_trouble_is_one_word(error: Exception, word: str) -> None:
    assert word_for(error) == word
    assert word in MEANINGS
    assert FIELDS["reason"].shown(word) == word


def test_with_whom_nobody_answers_is_said() -> None:
    assert MEANINGS.keys() > SILENT


def told_by(act: Callable[[], object]) -> list[LibrusStoreWarning]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        act()
    return [each.message for each in told if isinstance(each.message, LibrusStoreWarning)]


@pytest.mark.parametrize("reason", MEANINGS)
def test_a_program_is_warned_once(reason: str) -> None:
    scene = Scene()
    scene.fail("load", "claim", trouble=troubled("in /home/somebody", reason))

    def twice() -> None:
        for _ in range(2):
            scene.keeping.look()
            scene.keeping.turn().take()

    (warning,) = told_by(twice)
    assert warning.reason == reason
    assert MEANINGS[reason] in str(warning)
    assert "the next run signs in again" in str(warning)
    assert "somebody" not in str(warning)


def test_nobody_is_warned_of_what_does_no_harm() -> None:
    scene = Scene()
    assert scene.keeping.turn().take()
    scene.fail("save", trouble=troubled("Another has it.", "overtaken"))
    assert told_by(scene.keeping.saving(grow)) == []
    assert scene.told[-1] == (
        "store.unsaved",
        {"reason": "overtaken", "error_name": "LibrusConfigurationError"},
    )
    other = Scene()
    turn = other.keeping.turn()
    assert turn.take()
    other.fail("release", trouble=OSError(errno.EIO, "Input/output error"))
    assert told_by(turn.give_back) == []
    assert other.names == ["store.unreleased"]


class _Unfinished:
    """A shelf whose author has written nothing yet."""


def test_the_author_of_a_store_hears_what_kind_of_error_it_is() -> None:
    scene = Scene()
    keeping = Keeping(cast("Shelf", _Unfinished()), KEY, scene.ports)
    (warning,) = told_by(keeping.look)
    assert warning.reason == "failed"
    assert "it failed (AttributeError)." in str(warning)
    for event in ("store.unread", "store.unclaimed", "store.unsaved", "on_event"):
        assert event in str(warning)
    assert scene.told == [("store.unread", {"reason": "failed", "error_name": "AttributeError"})]


@pytest.mark.parametrize(
    ("name", "said"),
    [("BrokenError", "it failed (BrokenError)."), (f"{MARKER}@example.invalid", "it failed. ")],
    ids=["a class", "no word"],
)
def test_of_an_error_its_class_is_told_and_never_its_text(name: str, said: str) -> None:
    scene = Scene()
    error = type(name, (Exception,), {})(f"the password is {MARKER}")
    scene.fail("claim", trouble=error)
    (warning,) = told_by(scene.keeping.turn().take)
    assert said in str(warning)
    assert MARKER not in str(warning)


def test_what_has_a_word_is_told_in_that_word_alone() -> None:
    scene = Scene()
    scene.fail("load", trouble=OSError(errno.ENOSPC, "No space left on device"))
    (warning,) = told_by(scene.keeping.look)
    assert "there is no room left. The session goes on" in str(warning)
    assert "store.unread" not in str(warning)


@pytest.mark.filterwarnings("error::librus_sdk.errors.LibrusStoreWarning")
def test_where_warnings_are_errors_the_session_goes_on() -> None:
    scene = Scene()
    scene.fail("load", trouble=OSError(errno.EIO, "Input/output error"))
    assert scene.keeping.look() is UNREAD
