"""Messages against answers as Librus sends them: receivers, moments, texts escaped twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.endpoints import rows
from librus_sdk.errors import LibrusSchemaWarning
from librus_sdk.models import WARSAW, Ref
from librus_sdk.models.messages import Message, MessageReceiverGroup
from tests.models.samples import MARKER, answer, ref


def read(**sent: Any) -> Message:
    (message,) = rows("Messages", Message)(answer(Messages=[{"Id": 7, **sent}]), "Messages", True)
    return message


@pytest.mark.parametrize(
    ("receiver", "receivers", "ids"),
    [
        (ref(1), None, ["1"]),
        ([ref(1), ref("2")], None, ["1", "2"]),
        (None, [ref(3), ref(4)], ["3", "4"]),
        (ref(1), [ref("1"), ref(2)], ["1", "2"]),
        (5, [6], ["5", "6"]),
        (None, None, []),
        ([], [], []),
        ("", "", []),
        ({"LastName": "Biuro"}, [{"LastName": "Biuro"}, {"LastName": "Dyrekcja"}, 6], [None, None, "6"]),
    ],
)
def test_receivers_one_several_or_none(receiver: object, receivers: object, ids: list[str | None]) -> None:
    message = read(Receiver=receiver, Receivers=receivers)
    assert [found.id for found in message.all_receivers] == ids
    assert isinstance(message.receiver, tuple)
    assert isinstance(message.receivers, tuple)


def test_only_the_id_is_needed() -> None:
    assert read() == Message(id="7")
    assert (read().all_receivers, read().subject_text, read().body_text) == ((), "", "")
    assert read(Sender=None, SendDate=None, Body=None) == Message(id="7")
    assert read(Sender=ref(4)).sender == Ref(4, "https://api.librus.pl/3.0/Things/4")


def test_an_odd_receiver_costs_one_message() -> None:
    body = answer(Messages=[{"Id": 1, "Receiver": {"Id": [MARKER]}}, {"Id": 2}])
    with pytest.warns(LibrusSchemaWarning) as caught:
        messages = rows("Messages", Message)(body, "Messages", False)
    assert [message.id for message in messages] == ["2"]
    assert messages.rejected[0].path == "$.Messages[0].Receiver"
    assert MARKER not in str(caught[0].message)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (1774600000, datetime(2026, 3, 27, 8, 26, 40, tzinfo=UTC)),
        ("1774600000", datetime(2026, 3, 27, 8, 26, 40, tzinfo=UTC)),
        (1774600000123, datetime(2026, 3, 27, 8, 26, 40, 123000, tzinfo=UTC)),
        ("1774600000123", datetime(2026, 3, 27, 8, 26, 40, 123000, tzinfo=UTC)),
        ("2026-03-27 09:26:40", datetime(2026, 3, 27, 8, 26, 40, tzinfo=UTC)),
        (0, None),
        (12345, None),
        (True, None),
        (1774600000.5, None),
        ("", None),
        ("wczoraj", None),
        ("١٧٧٤٦٠٠٠٠٠", None),
        (None, None),
    ],
)
def test_moments_in_seconds_or_milliseconds(sent: object, expected: datetime | None) -> None:
    message = read(SendDate=sent, ReadDate=sent)
    assert message.send_date == message.read_date == expected
    if message.send_date is not None:
        assert message.send_date.tzinfo is WARSAW


def test_the_second_of_the_hour_that_occurs_twice_keeps_its_place() -> None:
    first, second = (read(SendDate=1792888200 + hour * 3600).send_date for hour in range(2))
    assert first is not None
    assert second is not None
    assert (first.hour, second.hour) == (2, 2)
    assert (first.utcoffset(), second.utcoffset()) == (timedelta(hours=2), timedelta(hours=1))
    milliseconds = read(SendDate=1792891800001).send_date
    assert milliseconds is not None
    assert milliseconds.utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (r"Zebranie w \u015brod\u0119", "Zebranie w środę"),
        (r"a\nb\/c \"d\"", 'a\nb/c "d"'),
        (r"a<br>b<br \/>c<BR/>d", "a\nb\nc\nd"),
        ("a<br />\r\nb<br>\nc", "a\nb\nc"),
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d!", "\ufffd!"),
        (r"\\n", r"\n"),
        (r"\u015bcisk\u01", "ścisk\\u01"),
        ("Zwykły tekst", "Zwykły tekst"),
        ('a\nb / "c" & &lt;i&gt; <b>', 'a\nb / "c" & &lt;i&gt; <b>'),
        (r"C:\nowe\szkoła", r"C:\nowe\szkoła"),
        ("", ""),
    ],
)
def test_texts_escaped_twice(sent: str, shown: str) -> None:
    message = read(Subject=sent, Body=sent)
    assert (message.subject, message.body) == (sent, sent)
    assert (message.subject_text, message.body_text) == (shown, shown)


@given(st.text(alphabet=st.sampled_from('ab\\unrd8c0"/<br> >\n😀ą')))
def test_any_text_can_be_shown(text: str) -> None:
    shown = Message(id="1", body=text).body_text
    shown.encode()
    if "\\" not in text and "<" not in text:
        assert shown == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_escaped_comes_back(text: str) -> None:
    escaped = msgspec.json.encode(text).decode()[1:-1]
    if "\\" in escaped and "<" not in escaped:
        assert Message(id="1", body=escaped).body_text == text


def test_the_repr_is_private() -> None:
    message = read(Subject=MARKER, Body=MARKER, SendDate=1774600000)
    assert MARKER not in repr(message)
    assert "'7'" in repr(message)
    assert dict(message.__rich_repr__()) == {"id": "7", "send_date": message.send_date}


def test_groups() -> None:
    sent = [{"Id": 1, "Name": "Nauczyciele"}, {}]
    groups = rows("ReceiversGroup", MessageReceiverGroup)(answer(ReceiversGroup=sent), "e", True)
    assert tuple(groups) == (MessageReceiverGroup(id="1", name="Nauczyciele"), MessageReceiverGroup())
