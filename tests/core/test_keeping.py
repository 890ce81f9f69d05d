"""What is kept between runs: read again as it was written, and taken only when it is worth something."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk import errors
from librus_sdk.core import keeping
from librus_sdk.core.keeping import BLANK, Document, Kept, Mishap, adoptable, is_news
from librus_sdk.core.refresh import Minted, SlotState, offer, reject
from librus_sdk.core.retry import LONGEST_S
from librus_sdk.errors import (
    LibrusApiError,
    LibrusCredentialsError,
    LibrusSdkError,
    LibrusTimeoutError,
)
from librus_sdk.secret import Secret

OWNER = "0123456789abcdef"
KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, LibrusSdkError)
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBER = st.floats(allow_nan=False, allow_infinity=False, width=32)
KEPT = st.builds(Kept, TEXT.map(Secret), st.integers(0, 9), NUMBER, st.none() | NUMBER)
MISHAP = st.builds(Mishap, TEXT, TEXT, TEXT, st.none() | NUMBER, st.integers(0, 9))
DOCUMENTS = st.builds(
    Document,
    st.just(OWNER),
    st.text("0123456789abcdef", min_size=1),
    st.integers(1, 2**40),
    st.dictionaries(TEXT, KEPT, max_size=3),
    st.dictionaries(TEXT, MISHAP, max_size=2),
    NUMBER,
)


@given(DOCUMENTS)
def test_what_is_written_is_read_again(document: Document) -> None:
    assert keeping.read(keeping.written(document), OWNER) == document
    assert keeping.read(keeping.written(document), "") == document


@given(DOCUMENTS, st.data())
def test_half_a_document_is_damaged(document: Document, data: st.DataObject) -> None:
    text = keeping.written(document).reveal()
    length = data.draw(st.integers(0, len(text) - 1))
    assert keeping.read(Secret(text[:length]), OWNER) == "damaged"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)


@given(DOCUMENTS, st.data())
def test_no_document_is_read_as_something_it_is_not(document: Document, data: st.DataObject) -> None:
    members: dict[str, Any] = json.loads(keeping.written(document).reveal())
    name = data.draw(st.sampled_from(sorted(members)))
    members[name] = data.draw(JSON)
    found = keeping.read(Secret(json.dumps(members)), OWNER)
    assert found in ("damaged", "foreign", "newer") or isinstance(found, Document)
    if name in ("kind", "owner", "format") and isinstance(found, Document):
        assert found == document


@given(st.text())
def test_any_text_is_told(text: str) -> None:
    assert keeping.read(Secret(text), OWNER) in ("damaged", "foreign")


def test_a_document_that_is_nested_without_end_is_damaged() -> None:
    assert keeping.read(Secret("[" * 100_000), OWNER) == "damaged"
    start = '{"kind": "librus-sdk session", "format": 1, "entries": '
    assert keeping.read(Secret(start + "[" * 100_000), OWNER) == "damaged"


def test_a_document_of_another_account_is_foreign() -> None:
    text = keeping.written(Document(OWNER, "a", 1))
    assert keeping.read(text, "another") == "foreign"


def test_a_document_without_a_count_is_damaged() -> None:
    for document in (Document(OWNER, "", 1), Document(OWNER, "a", 0)):
        assert keeping.read(keeping.written(document), OWNER) == "damaged"


def test_a_large_document_is_damaged() -> None:
    entries = {"portal": Kept(Secret("x" * keeping.MAX_BYTES))}
    with pytest.raises(ValueError, match="too long"):
        keeping.written(Document(OWNER, "a", 1, entries))
    for letter in "xż":
        text = keeping.written(Document(OWNER, "a", 1)).reveal()
        filled = text + letter * ((keeping.MAX_BYTES - len(text)) // len(letter.encode()) + 1)
        assert keeping.read(Secret(filled), OWNER) == "damaged"


def test_the_longest_document_is_written_and_read() -> None:
    def filled(length: int) -> Document:
        return Document(OWNER, "a", 1, {"portal": Kept(Secret("x" * length), 1)})

    room = keeping.MAX_BYTES - len(keeping.written(filled(0)).reveal())
    assert keeping.read(keeping.written(filled(room)), OWNER) == filled(room)
    with pytest.raises(ValueError, match="too long"):
        keeping.written(filled(room + 1))


def test_the_form_on_peoples_disks_stays_as_it_is() -> None:
    """Another form needs another number, and a reader that knows this one still."""
    document = Document(
        OWNER,
        "c0ffee",
        7,
        {"portal": Kept(Secret('{"a": "ż"}'), 6, 1000.5, 2000.25), "child:1": Kept(Secret("t"), 7)},
        {
            "web": Mishap("LibrusApiError", "X", "down", 7.0, 5),
            "child:1": Mishap("LibrusApiError", "Y", "", None, 3),
        },
        1234.5,
    )
    text = (
        '{"kind":"librus-sdk session","format":1,"owner":"0123456789abcdef","series":"c0ffee","revision":7,'
        '"saved_at":1234.5,"entries":{'
        r'"portal":{"payload":"{\"a\": \"ż\"}","revision":6,"issued_at":1000.5,"expires_at":2000.25},'
        '"child:1":{"payload":"t","revision":7}},"failures":{'
        '"web":{"error":"LibrusApiError","code":"X","message":"down","revision":5,"retry_after_s":7.0},'
        '"child:1":{"error":"LibrusApiError","code":"Y","message":"","revision":3}}}'
    )
    assert keeping.written(document).reveal() == text
    assert keeping.read(Secret(text), OWNER) == document


def test_what_is_no_text_is_damaged() -> None:
    text = keeping.written(Document(OWNER, "a", 1)).reveal()
    assert keeping.read(Secret(f"{text}\ud800"), OWNER) == "damaged"


def test_nothing_of_it_shows() -> None:
    document = Document(OWNER, "a", 1, {"portal": Kept(Secret("a-cookie"))})
    assert "a-cookie" not in repr(document)
    assert "a-cookie" not in repr(keeping.written(document))


# --- how it changes --------------------------------------------------------------------------------------


def test_every_change_counts_and_marks_what_came_with_it() -> None:
    first = Document(OWNER, "a").with_entries({"portal": Kept(Secret("1"))})
    second = first.with_entries({"accounts": Kept(Secret("2")), "child:1": Kept(Secret("3"))})
    assert (first.revision, second.revision) == (1, 2)
    assert second.mark("portal") == ("a", 1)
    assert second.mark("accounts") == second.mark("child:1") == ("a", 2)
    assert second.mark("web") is None


def test_a_renewal_that_works_ends_the_failure_before_it() -> None:
    failed = Document(OWNER, "a").with_failure("portal", Mishap("LibrusApiError", "X", "down"))
    other = failed.with_entries({"web": Kept(Secret("1"))})
    assert other.mishaps["portal"].revision == 1
    assert not other.with_entries({"portal": Kept(Secret("1"))}).mishaps


def test_only_what_is_refused_itself_is_kept_no_longer() -> None:
    kept = Document(OWNER, "a").with_entries({"portal tokens": Kept(Secret("1"))})
    newer = kept.with_entries({"portal tokens": Kept(Secret("2"))})
    refused = kept.mark("portal tokens")
    assert "portal tokens" not in kept.with_failure("portal tokens", None, refused).entries
    assert newer.with_failure("portal tokens", None, refused).entries == newer.entries


def test_a_failure_is_shared_by_those_who_began_before_it() -> None:
    before = Document(OWNER, "a", 3)
    after = before.with_failure("portal", Mishap("LibrusApiError", "X", "down"))
    assert after.mishap_since("portal", before) is not None
    assert after.mishap_since("portal", BLANK) is not None
    assert after.mishap_since("portal", after) is None
    assert after.mishap_since("child:1", before) is None
    assert replace(after, series="b").mishap_since("portal", before) is None


@pytest.mark.parametrize(
    "error",
    [
        LibrusCredentialsError("refused"),
        LibrusApiError("down", code="API_REQUEST_FAILED"),
        LibrusTimeoutError("late"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failure_is_the_same_to_everybody(error: LibrusSdkError) -> None:
    error.retry_after_s = 7.0
    found = Mishap.of(error).as_error()
    assert (type(found), found.code, found.message, found.retry_after_s) == (
        type(error),
        error.code,
        error.message,
        7.0,
    )


@pytest.mark.parametrize(("kept", "told"), [(1e300, LONGEST_S), (-5.0, 0.0), (None, None)])
def test_a_wait_that_somebody_else_wrote_is_bounded(kept: float | None, told: float | None) -> None:
    assert Mishap("LibrusApiError", "CODE", "text", kept).as_error().retry_after_s == told


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_of_any_kind_can_be_made_again(kind: type[LibrusSdkError]) -> None:
    found = Mishap(kind.__name__, "CODE", "text", 3.0).as_error()
    assert (type(found), found.code, found.message, found.retry_after_s) == (kind, "CODE", "text", 3.0)


@pytest.mark.parametrize("name", ["NoSuchError", "annotations", "warn_deprecated", "LibrusSchemaWarning"])
def test_a_failure_of_no_known_kind_is_an_error_of_ours(name: str) -> None:
    found = Mishap(name, "CODE", "text").as_error()
    assert type(found) is LibrusSdkError
    assert found.code == "CODE"


# --- whether it is taken ---------------------------------------------------------------------------------

NOW, WALL = 1_000.0, 5_000.0


def found(
    secret: str = "new", *, issued: float = WALL - 60, mark: tuple[str, int] = ("a", 5), **more: Any
) -> Minted:
    kept = Kept(Secret(secret), mark[1], issued, more.pop("expires_at", None))
    return keeping.minted(
        "101", kept, mark, Secret(secret), now=NOW, wall=WALL, lifetime_s=more.pop("lifetime_s", None)
    )


def holding(
    secret: str = "old", mark: tuple[str, int] | None = ("a", 3), issued_at: float = 500.0
) -> SlotState:
    minted = Minted("101", Secret(secret), issued_at, mark=mark)
    return offer(SlotState(key="101"), minted)


def refused(state: SlotState) -> SlotState:
    assert state.grant is not None
    return reject(state, NOW, state.grant.generation, LibrusApiError("401"))


def test_its_age_is_told_on_this_process_s_clock() -> None:
    minted = found(expires_at=WALL + 100)
    assert (minted.issued_at, minted.expires_at, minted.declared) == (NOW - 60, NOW + 100, True)
    minted = found(lifetime_s=3600.0)
    assert (minted.expires_at, minted.declared) == (NOW - 60 + 3600, False)
    assert found(issued=WALL + 9_999).issued_at == NOW, "the future has not begun"
    assert found().adopted


def test_an_empty_slot_takes_what_is_kept() -> None:
    assert adoptable(SlotState(key="101"), NOW, found())


def test_what_ends_in_a_moment_is_renewed_but_known() -> None:
    ended = found(expires_at=WALL - 1)
    assert not adoptable(SlotState(key="101"), NOW, ended)
    assert is_news(SlotState(key="101"), ended)


def test_what_only_may_have_ended_is_taken() -> None:
    assert adoptable(SlotState(key="101"), NOW, found(issued=WALL - 9_999, lifetime_s=3600.0))


def test_a_refused_one_is_replaced_by_a_newer_one_only() -> None:
    state = refused(holding())
    assert adoptable(state, NOW, found())
    assert not adoptable(state, NOW, found("old")), "the very token that was refused"
    assert not adoptable(state, NOW, found(mark=("a", 3)))
    assert not adoptable(state, NOW, found(mark=("a", 2)))
    assert adoptable(state, NOW, found(mark=("b", 1))), "another count of changes"
    assert adoptable(refused(holding(mark=None)), NOW, found(mark=("a", 1)))


def test_what_was_held_before_is_never_taken_again() -> None:
    state = offer(holding("first"), Minted("101", Secret("second"), 600.0, mark=None))
    assert not adoptable(refused(state), NOW, found("first", mark=("a", 9)))


def test_a_good_one_is_replaced_by_a_fresh_one_only() -> None:
    state = holding()
    assert adoptable(state, NOW, found())
    assert not adoptable(state, NOW, found(issued=WALL - 3_500, lifetime_s=3600.0))


def test_what_is_newer_by_its_mark_is_newer_whatever_the_clock_says() -> None:
    """A clock that was put forward makes what came after it look older than what came before."""
    state = holding(mark=("a", 3), issued_at=900.0)
    theirs = found(issued=WALL - 9_999)
    assert theirs.issued_at < 900.0
    later = keeping.after_held(state, theirs)
    assert offer(state, later).grant is not state.grant
    assert later.expires_at == theirs.expires_at
    assert keeping.after_held(state, found()) == found(), "one that says so itself"
    for known in (SlotState(key="101"), holding(mark=None), holding(mark=("a", 5))):
        assert keeping.after_held(known, theirs) == theirs


def test_what_cannot_be_read_now_is_not_what_nobody_has_kept() -> None:
    failed = Document(OWNER, "a", 3).with_failure("portal", Mishap("LibrusApiError", "X", "last week"))
    assert failed.mishap_since("portal", keeping.UNREAD) is None
    assert failed.mishap_since("portal", BLANK) is not None


def test_an_entry_that_is_half_read_shows_nothing() -> None:
    entry = keeping._Entry("a-token", 1)
    assert "a-token" not in f"{entry!r}{entry.__rich_repr__()}"
