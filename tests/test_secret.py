"""The box: its content comes out where it is revealed, and nowhere else."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.secret import Secret, boxed, is_text

TEXT = "open&sesame"


@pytest.mark.parametrize(
    "shown",
    [
        repr(Secret(TEXT)),
        str(Secret(TEXT)),
        f"{Secret(TEXT)}",
        f"{Secret(TEXT)!r:>30}",
        f"{Secret(TEXT):>20}",
        "%s %r" % (Secret(TEXT), Secret(TEXT)),  # noqa: UP031
        repr([Secret(TEXT)]),
        repr({Secret(TEXT): Secret(TEXT)}),
        ascii(Secret(TEXT)),
    ],
)
def test_it_shows_a_mask(shown: str) -> None:
    assert TEXT not in shown
    assert "********" in shown


def test_it_reveals_its_text() -> None:
    assert Secret(TEXT).reveal() == TEXT


def test_it_is_not_written_to_any_file() -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled") as caught:
            pickle.dumps(Secret(TEXT), protocol)
        assert TEXT not in str(caught.value)
    encoders: list[Any] = [json.dumps, msgspec.json.encode, msgspec.msgpack.encode, msgspec.to_builtins]
    for encode in encoders:
        with pytest.raises(TypeError) as told:
            encode({"a": Secret(TEXT)})
        assert TEXT not in str(told.value)
    assert not hasattr(Secret(TEXT), "__dict__")
    with pytest.raises(TypeError, match="no state"):
        Secret(TEXT).__getstate__()


@given(st.text(), st.text())
def test_boxes_compare_by_their_text(one: str, other: str) -> None:
    assert (Secret(one) == Secret(other)) is (one == other)
    assert hash(Secret(one)) == hash(Secret(one))
    assert Secret(one) != one
    assert bool(Secret(one)) is bool(one)


def test_texts_that_cannot_be_sent_compare_too() -> None:
    assert Secret("a\udc80") == Secret("a\udc80")
    assert Secret("a\udc80") != Secret("a\udc81")


def test_copies_are_the_box_itself() -> None:
    box = Secret(TEXT)
    assert copy.copy(box) is box
    assert copy.deepcopy([box])[0] is box


@pytest.mark.parametrize("wrong", [None, b"open&sesame", 7])
def test_only_text_is_boxed(wrong: Any) -> None:
    with pytest.raises(TypeError) as caught:
        Secret(wrong)
    assert "sesame" not in str(caught.value)


def test_boxing_never_raises_and_tells_later() -> None:
    box = Secret(TEXT)
    assert boxed(box) is box
    assert boxed(TEXT) == box
    assert is_text(boxed(TEXT))
    assert is_text(boxed(""))
    for wrong in (None, b"open&sesame", 7, [TEXT], "a\ud800", "\udfff"):
        assert not is_text(boxed(wrong))
