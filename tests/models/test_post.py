"""Messages of their own website, against rows as it was seen to send them. All people are invented."""

from __future__ import annotations

import base64
import copy
import json
import pickle
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given

from librus_sdk.endpoints import BffMessages, Mailbox
from librus_sdk.endpoints._post_shapes import messages_page, opened
from librus_sdk.errors import LibrusConfigurationError, LibrusResponseValidationError, LibrusSchemaWarning
from librus_sdk.models import (
    WARSAW,
    MailboxOwner,
    MailMessage,
    Message,
    MessageAttachment,
    Page,
    Prepared,
    Receiver,
    Ref,
    Rows,
    UnreadCounts,
)
from tests.bad_input.strategies import JSON
from tests.models.samples import MARKER


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def page(*rows: Any, **beside: Any) -> Page[MailMessage]:
    body = json.dumps({"data": list(rows), **beside}).encode()
    return messages_page("inbox", 1, 50)(body, "inbox/messages", True)


def listed(**sent: Any) -> MailMessage:
    (message,) = page({"messageId": 7, **sent})
    return message


def detail(mailbox: str = "inbox", **sent: Any) -> MailMessage:
    return opened(mailbox)(json.dumps({"data": {"messageId": "7", **sent}}).encode(), "e", True)


def test_a_message_of_a_list() -> None:
    message = listed(
        topic="Wycieczka",
        content=b64("Dzień dobry,<br>jutro"),
        sendDate="2026-03-09 08:05:00",
        readDate=None,
        senderId=21,
        senderFirstName="Anna",
        senderLastName="Zielińska",
        receiver={"id": "31"},
        isAnyFileAttached="1",
        tags=[],
        category=1,
    )
    assert isinstance(message, Message)
    assert (message.id, message.subject_text, message.is_preview) == ("7", "Wycieczka", True)
    assert (message.body, message.body_text) == ("Dzień dobry,<br>jutro", "Dzień dobry,\njutro")
    assert message.send_date == datetime(2026, 3, 9, 8, 5, tzinfo=WARSAW)
    assert message.is_unread
    assert message.sender == Ref("21")
    assert [receiver.id for receiver in message.all_receivers] == ["31"]
    assert (message.sender_name, message.has_attachments, message.category) == ("Anna Zielińska", True, "1")
    assert (message.mailbox, message.attachments, message.receiver_names) == ("inbox", (), ())


def test_a_message_that_was_opened() -> None:
    message = detail(
        Message=b64("<Message><Content><![CDATA[<p>a</p><p>b</p>]]></Content></Message>"),
        content=MARKER,
        readDate="2026-03-09 10:00:00",
        senderName="Sekretariat",
        attachments=[{"id": 5, "filename": "plan.pdf"}],
        noReply=0,
        enableMessageWithdrawn="0",
        isMessageWithdrawn=False,
        originalTopic="Pytanie",
        originalMessage=b64("<b>Kiedy?</b>"),
        tags=[{"id": 1, "name": "Ważne"}, "x"],
    )
    assert (message.body, message.body_text) == ("<p>a</p><p>b</p>", "a\n\nb")
    assert not message.is_preview
    assert not message.is_unread
    assert message.attachments == (MessageAttachment(id="5", name="plan.pdf"),)
    assert (message.no_reply, message.can_withdraw, message.is_withdrawn) == (False, False, False)
    assert (message.original_subject, message.original_text) == ("Pytanie", "Kiedy?")
    assert (message.sender_name, message.tags) == ("Sekretariat", ("Ważne", "x"))


def test_what_was_sent_and_who_read_it() -> None:
    receivers = [
        {"receiverId": 1, "firstName": "Anna", "lastName": "Zielińska", "readed": "1"},
        {"receiverId": "2", "name": "Sekretariat", "readed": 0, "isCc": True},
    ]
    message = detail("outbox", receivers=receivers, receiversCount="2", readedCount=1)
    assert [(one.id, one.read) for one in message.receivers] == [("1", True), ("2", False)]
    assert message.receiver_names == ("Anna Zielińska", "Sekretariat")
    assert [receiver.id for receiver in message.all_receivers] == ["1", "2"]
    assert (message.receivers_count, message.read_count, message.is_unread) == (2, 1, False)
    assert "Anna" not in repr(message.receivers)
    assert listed(receiverName="A B").receiver_names == ("A B",)
    assert listed(receiverFirstName="A", receiverLastName="B").receiver_names == ("A B",)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"messageId": 1, "Id": 2}, ("1", "", "", False)),
        ({"Id": 2, "Subject": "a", "Body": "b"}, ("2", "a", "b", False)),
        ({"messageId": None, "Id": "2", "topic": "", "Subject": "a"}, ("2", "a", "", False)),
        ({"Message": "b", "content": "c", "Body": "d"}, ("", "", "b", False)),
        ({"Message": None, "content": "c", "Body": "d"}, ("", "", "c", True)),
        ({"Message": "", "content": ""}, ("", "", "", False)),
        ({"@preview": True, "@mailbox": MARKER, "Message": "b"}, ("", "", "b", False)),
        ({}, ("", "", "", False)),
    ],
)
def test_names_that_stand_for_each_other(sent: dict[str, Any], shown: tuple[Any, ...]) -> None:
    (message,) = page(sent)
    assert (message.id, message.subject_text, message.body_text, message.is_preview) == shown
    assert message.mailbox == "inbox"


@pytest.mark.parametrize(
    "sent", [{"receiverId": 3}, {"receiver": 3}, {"receiver": {"Id": "3"}, "receiverId": 4}]
)
def test_the_receiver(sent: dict[str, Any]) -> None:
    assert [receiver.id for receiver in listed(**sent).all_receivers] == ["3"]
    assert listed(receiver=None, receiverId=None).all_receivers == ()


@pytest.mark.parametrize("sent", ["wczoraj", "2026-02-30 10:00:00", "", None])
def test_a_date_that_is_none(sent: object) -> None:
    assert listed(sendDate=sent).send_date is None


def test_odd_rows_are_set_aside_and_unknown_names_do_no_harm() -> None:
    rows = [{"messageId": [MARKER]}, 7, {"messageId": 2, MARKER: {}}]
    body = json.dumps({"data": rows, "total": "9"}).encode()
    with pytest.warns(LibrusSchemaWarning) as caught:
        found = messages_page("inbox", 1, 2)(body, "inbox/messages", False)
    assert [message.id for message in found] == ["2"]
    assert [row.path for row in found.rejected] == ["$.data[0].messageId", "$.data[1]"]
    assert (found.total, found.has_more) == (9, True)
    assert MARKER not in str(caught[0].message)


def test_a_bare_list() -> None:
    found = messages_page("justifications", 1, 2)(b' [{"messageId": 1}, {"messageId": 2}]', "e", True)
    assert [message.id for message in found] == ["1", "2"]
    assert (found.total, found.has_more) == (None, True)
    with pytest.raises(LibrusResponseValidationError):
        messages_page("justifications", 1, 2)(b'[{"messageId": 1}', "e", True)


@pytest.mark.parametrize(
    ("number", "total", "rows", "has_more"),
    [(1, 3, 2, True), (2, 3, 1, False), (3, 9, 0, False), (1, None, 2, True), (1, None, 1, False)],
)
def test_whether_there_is_a_page_after_it(number: int, total: int | None, rows: int, has_more: bool) -> None:
    found = Page(range(rows), page=number, limit=2, total=total)
    assert found.has_more is has_more
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert (again.page, again.limit, again.total) == (number, 2, total)


@pytest.mark.parametrize("name", ["page", "limit", "total"])
def test_where_a_page_stands_does_not_change(name: str) -> None:
    found = Page("ab", page=1, limit=2, total=3)
    with pytest.raises(AttributeError):
        setattr(found, name, 7)


def test_a_list_without_pages_is_no_page() -> None:
    family: Any = None
    for body in (b'{"data": [{"id": 1}], "total": 9}', b'[{"id": 1}]'):
        found = Mailbox.tags(family).decode(body, "e", True)
        assert type(found) is Rows
        assert found[0].id == "1"


@pytest.mark.parametrize("total", [-1, "x", None, 1.5, []])
def test_a_total_that_is_none(total: object) -> None:
    assert page({"messageId": 1}, total=total).total is None


def counts(sent: object) -> UnreadCounts:
    family: Any = None
    return Mailbox.unread(family).decode(json.dumps({"data": sent}).encode(), "e", True)


def test_unread_counts_in_three_forms() -> None:
    assert (counts(3).inbox, counts("3").inbox, counts("3").total, counts(3).notes) == (3, 3, 3, None)
    found = counts(
        {"inbox": 2, "notes": "1", "alerts": 1, "substitutions": 0, "absences": None, "justifications": 0}
        | {"trash": 5, "archiveInbox": 7}
    )
    assert (found.inbox, found.notes, found.alerts, found.substitutions) == (2, 1, 1, 0)
    assert (found.absences, found.justifications, found.trash) == (None, 0, 5)
    assert (found.total, found.count("archiveInbox"), found.count("other")) == (4, 7, None)
    assert found.waiting == {"inbox": 2, "notes": 1, "alerts": 1, "substitutions": 0, "justifications": 0}
    assert (counts([]).inbox, counts([]).total) == (None, 0)
    assert counts({"inbox": "9" * 30}).inbox is None


def test_unread_counts_show_their_numbers_and_nothing_of_others() -> None:
    found = counts({"trash": 5, "inbox": "2", "notes": MARKER, MARKER: 1, "archiveInbox": 7})
    assert repr(found) == str(found) == "UnreadCounts(inbox=2, notes=None, trash=5, archiveInbox=7)"
    assert repr(counts(3)) == "UnreadCounts(inbox=3)"
    assert repr(counts([])) == "UnreadCounts()"


@pytest.mark.parametrize("sent", [MARKER, 1.5, True, [1], "-1"])
def test_unread_counts_that_are_none(sent: object) -> None:
    with pytest.raises(LibrusResponseValidationError) as caught:
        counts(sent)
    assert MARKER not in str(caught.value.details)


def test_who_an_account_belongs_to() -> None:
    owner = MailboxOwner(account_id="1", first_name="Anna", last_name="Zielińska")
    assert owner.name == "Anna Zielińska"
    assert MailboxOwner().name is None
    assert "Anna" not in repr(owner)


def test_a_prepared_message_is_sent_once() -> None:
    prepared = Prepared(MailboxOwner(), (Receiver(account_id="1", label=MARKER),), MARKER, MARKER)
    assert (repr(prepared), prepared.is_spent) == ("<Prepared: 1 recipient>", False)
    for twin in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            twin(prepared)
    prepared.spend()
    assert (repr(prepared), prepared.is_spent) == ("<Prepared: 1 recipient, confirmed>", True)
    with pytest.raises(LibrusConfigurationError, match="outbox"):
        prepared.spend()


@given(JSON, JSON, JSON)
def test_files_and_tags_never_cost_a_message(files: Any, tags: Any, name: Any) -> None:
    message = detail(attachments=files, tags=[tags, {"name": name}])
    assert all(isinstance(file, MessageAttachment) for file in message.attachments)
    assert all(isinstance(tag, str) for tag in message.tags)


def test_the_phone_applications_messages() -> None:
    family: Any = None
    row = {"id": 7, "subject": "a", "body": "b<br>c", "sendDate": "2026-03-09 08:05:00", "senderColor": 3}
    rows = [row | {"senderName": "Anna", "senderSurname": "Z"}, {"id": "8"}]
    body = json.dumps({"inboxMessages": rows}).encode()
    full, least = BffMessages.list(family).decode(body, "Messages", True)
    assert (full.id, full.subject_text, full.body_text, full.sender_name) == ("7", "a", "b\nc", "Anna Z")
    assert full.send_date == datetime(2026, 3, 9, 8, 5, tzinfo=WARSAW)
    assert (least.subject_text, least.body_text, least.sender_name) == ("", "", None)
    assert "Anna" not in repr(full)
