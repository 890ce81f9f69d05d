"""Bodies that are no answer at all: any JSON, any bytes, and what breaks parsers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from librus_sdk.endpoints import raw_json, rows
from librus_sdk.errors import FeatureUnavailableError, LibrusResponseValidationError
from librus_sdk.models import Download, Note
from tests.bad_input.answers import ANSWERS, FILES, LISTS, Answer, Outcome, read
from tests.bad_input.strategies import DIGITS, JSON, kind_of
from tests.models.samples import MARKER, everything_shown

DEEP: Final = 100_000
LONGEST_S: Final = 5.0
BOM: Final = b"\xef\xbb\xbf"
MARKED: Final = MARKER.encode()

every_answer = pytest.mark.parametrize("name", ANSWERS)


def good(answer: Answer) -> bytes:
    return answer.body([kind_of(answer.info).example])


def judged(answer: Answer, body: bytes) -> Outcome:
    """Read, and see that nothing but our errors comes out; within seconds of work."""
    began = time.process_time()
    outcome = read(answer.decode, body)
    assert time.process_time() - began < LONGEST_S
    assert outcome.error is None or type(outcome.error) in {
        LibrusResponseValidationError,
        FeatureUnavailableError,
    }
    return outcome


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """The body with a piece of it replaced by any bytes."""
    start = draw(st.integers(0, len(body)))
    end = draw(st.integers(start, len(body)))
    return body[:start] + draw(st.binary(max_size=8)) + draw(st.sampled_from([body[end:], b""]))


@every_answer
@settings(max_examples=15)
@given(data=st.data())
def test_any_body_is_read_or_refused(name: str, data: st.DataObject) -> None:
    answer = ANSWERS[name]
    any_json = JSON.map(lambda value: json.dumps(value).encode())
    wrapped = JSON.map(lambda value: json.dumps({answer.wrapper or MARKER: value}).encode())
    judged(answer, data.draw(st.one_of(st.binary(), any_json, wrapped, damaged(good(answer)))))


def in_place_of(token: bytes) -> Callable[[Answer], bytes]:
    """The answer with the token where the first value of its record belongs."""
    hole = f'"{MARKER} hole"'.encode()

    def body(answer: Answer) -> bytes:
        record = kind_of(answer.info).example
        if isinstance(record, dict):
            record = {**record, next(iter(record)): f"{MARKER} hole"}
        else:
            record = f"{MARKER} hole"
        return answer.body([record]).replace(hole, token)

    return body


def beside(token: bytes) -> Callable[[Answer], bytes]:
    """The answer with the token under a name no model knows."""
    return lambda answer: b'{"' + MARKED + b'": ' + token + b", " + good(answer)[1:]


def alone(token: bytes) -> Callable[[Answer], bytes]:
    """The token in place of the answer."""
    return lambda answer: token


HUGE: Final = str(DIGITS).encode() * 2_000
TOKENS: Final[dict[str, bytes]] = {
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "-Infinity": b"-Infinity",
    "too big for a float": b"1e400",
    "a number of 20,000 digits": HUGE,
    "a fraction of 20,000 digits": b"0." + HUGE,
    "an exponent of 20,000 digits": b"1e" + HUGE,
    "a number that starts with zeros": b"00" + HUGE[:10],
    "half a surrogate pair": b'"' + MARKED + b'\\ud83d"',
    "an escape that is none": b'"' + MARKED + b'\\x41"',
    "bytes that are no UTF-8": b'"' + MARKED + b'\xff\xfe"',
    "control characters": b'"' + MARKED + b'\x00\x01\n"',
    "an escaped NUL": b'"' + MARKED + b'\\u0000"',
    "lists without end": b"[" * DEEP,
    "lists deep and closed": b"[" * DEEP + b"]" * DEEP,
    "objects deep and closed": b'{"Id":' * DEEP + b"1" + b"}" * DEEP,
    "lists of a depth Python bears": b"[" * 300 + b"]" * 300,
    "a megabyte of text": b'"' + MARKED * 40_000 + b'"',
    "the same key twice": b'{"Id": 1, "Id": {"' + MARKED + b'": 1}}',
    "ten thousand keys": json.dumps({f"{MARKER}{n}": n for n in range(10_000)}).encode(),
    "a comment": b"1 /* " + MARKED + b" */",
}
BODIES: Final[dict[str, Callable[[Answer], bytes]]] = {
    **{f"{what}, in a field": in_place_of(token) for what, token in TOKENS.items()},
    **{f"{what}, beside": beside(token) for what, token in TOKENS.items()},
    **{f"{what}, alone": alone(token) for what, token in TOKENS.items()},
    "a byte order mark": lambda answer: BOM + good(answer),
    "UTF-16": lambda answer: good(answer).decode().encode("utf-16"),
    "UTF-32": lambda answer: good(answer).decode().encode("utf-32"),
    "zeros": lambda answer: bytes(1_000),
    "twice": lambda answer: good(answer) * 2,
    "a zero behind": lambda answer: good(answer) + b"\x00",
    "every key twice": lambda answer: good(answer)[:-1] + b"," + good(answer)[1:],
    "a gigantic list of nothing": lambda answer: json.dumps({answer.wrapper or "": [None] * 5_000}).encode(),
    "a megabyte of spaces": lambda answer: b" " * 2**20,
    "a megabyte of spaces around": lambda answer: b" " * 2**20 + good(answer) + b" " * 2**20,
}


@every_answer
def test_what_breaks_parsers(name: str) -> None:
    answer = ANSWERS[name]
    for what, body in BODIES.items():
        sent = body(answer)
        try:
            judged(answer, sent)
        except Exception as error:
            error.add_note(f"the body: {what}")
            raise


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("token", [b"1e400", HUGE, b'"\xff"'])
def test_a_token_no_field_can_hold_costs_one_row(name: str, token: bytes) -> None:
    """A text that is none may make its whole row unreadable, but no other."""
    answer = ANSWERS[name]
    record = kind_of(answer.info).example
    first = next(iter(record))
    hole = f"{MARKER} hole"
    body = answer.body([record, {**record, first: hole}, record]).replace(f'"{hole}"'.encode(), token)
    outcome = read(answer.decode, body)
    (issue,) = outcome.issues
    place = issue.partition(": ")[0]
    assert place in {answer.path(1), f"{answer.path(1)}.{first}"}, issue
    assert answer.records(outcome.value) == answer.records(
        read(answer.decode, answer.body([record, record]), strict=True).value
    )


EMOJI: Final = "\U0001f600"
CUT: Final = {
    r"\ud83d": "\ufffd",
    r"\ude00": "\ufffd",
    r"a\uD83Db": "a\ufffdb",
    r"\ude00\ud83d": "\ufffd\ufffd",
    r"\ud83d\ud83d\ude00": "\ufffd" + EMOJI,
    r"\ud83d\n": "\ufffd\n",
    # A backslash that was typed, and letters behind it: no half of anything.
    r"\\ud83d\ud83d": "\\ud83d\ufffd",
}


@pytest.mark.parametrize("sent", CUT)
def test_half_a_character_costs_nothing_but_itself(sent: str) -> None:
    body = b'{"Notes": [{"Id": 1, "Text": "%s"}, {"Id": 2, "Text": "b"}]}' % sent.encode()
    found = rows("Notes", Note)(body, "here", True)
    assert [(note.id, note.text) for note in found] == [("1", CUT[sent]), ("2", "b")]
    assert raw_json()(body, "here", True)["Notes"][0]["Text"] == CUT[sent]


@every_answer
@pytest.mark.parametrize("spoil", ["mark", "half"])
def test_what_is_mended_reads_like_what_was_good(name: str, spoil: str) -> None:
    answer = ANSWERS[name]
    body = BOM + good(answer) if spoil == "mark" else beside(rb'"\ud83d"')(answer)
    assert answer.records(read(answer.decode, body, strict=True).value) == answer.records(
        read(answer.decode, good(answer), strict=True).value
    )


def test_what_cannot_be_mended_is_refused_without_its_values() -> None:
    body = b'{"Notes": [{"Id": 1, "Text": "' + MARKED + rb'\ud83d"'
    with pytest.raises(LibrusResponseValidationError) as caught:
        rows("Notes", Note)(body, "here", False)
    assert caught.value.details["issues"] == ["$: expected JSON, got damaged or truncated data"]
    assert MARKER not in everything_shown(caught.value)


@pytest.mark.parametrize("name", FILES)
@given(content=st.binary())
def test_a_file_may_be_anything(name: str, content: bytes) -> None:
    found: Any = read(FILES[name], content, strict=True).value
    assert isinstance(found, Download)
    assert found.content == content
    found.descriptor()
