"""What the mailboxes ask for, in which order, and what goes out once. All people are invented."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any, TypeVar, cast

import pytest

from librus_sdk.core.http import Failure, Request, Response, query_items
from librus_sdk.endpoints import Get, Mailbox
from librus_sdk.endpoints._delivering import Delivering
from librus_sdk.errors import LibrusApiError, LibrusConfigurationError, LibrusNetworkError
from librus_sdk.models import Delivery, Page, Receiver

T = TypeVar("T")
REQUEST = Request("POST", "https://wiadomosci.librus.pl/api/messages", endpoint="messages")
SENT = Response(201, b'{"data": {"messageId": 99, "status": "sent"}}', {})
TEACHERS = [
    {"accountId": "11", "label": "Zielińska Anna", "availabilityStatus": {"isAvailable": True}},
    {"accountId": 12, "label": "Nowak Jan", "availabilityStatus": {"isAvailable": False}},
]
FAMILY = [{"accountId": "21", "name": "Kowal Ewa"}, {"accountId": "22", "name": "Kowal Adam"}]
ANSWERS: dict[str, Any] = {
    "me": {"data": {"accountId": 1, "firstName": "Ola"}},
    "receivers/types?includeClass=true": {
        "data": {
            "defaultGroup": "tutors",
            "list": [{"id": name} for name in ("tutors", "teachers", "parents", "classParents")],
        }
    },
    "receivers/groups/school-employees?receiverType=tutors": LibrusApiError("none", details={"status": 404}),
    "receivers/groups/school-employees?receiverType=teachers": {"receivers": TEACHERS},
    "receivers/groups/students-and-attendants?receiverType=parents": {
        "classes": [{"label": "3a", "receivers": [FAMILY]}]
    },
    "receivers/groups/class-parents?receiverType=classParents": {"data": []},
    "inbox/messages/5": {
        "data": {"messageId": 5, "topic": "Pytanie", "senderId": 11, "senderName": "Zielińska Anna"}
    },
    "inbox/messages/6": {"data": {"messageId": 6, "noReply": 1, "senderId": 11}},
    "outbox/messages/7": {"data": {"messageId": 7, "enableMessageWithdrawn": 1}},
    "outbox/messages/8": {"data": {"messageId": 8, "enableMessageWithdrawn": 0}},
    "outbox/messages/9": {"data": {"messageId": 9, "isMessageWithdrawn": "1"}},
}


class Office:
    """A caller that answers from a table, and keeps what it was asked for and sent."""

    def __init__(self, answer: Response | Failure = SENT, **more: Any) -> None:
        self.answers = {**ANSWERS, **more.get("answers", {})}
        self.answer = answer
        self.asked: list[str] = []
        self.sent: list[Delivering] = []

    def call(self, get: Get[T], /) -> T:
        assert get.place == "messages"
        if isinstance(get, Delivering):
            self.sent.append(get)
            return cast("T", get.judge(REQUEST, self.answer))
        query = "&".join(f"{name}={value}" for name, value in query_items(get.query))
        self.asked.append(f"{get.path}?{query}" if query else get.path)
        answer = self.answers[self.asked[-1]]
        if isinstance(answer, Exception):
            raise answer
        return get.decode(json.dumps(answer).encode(), get.path, True)


class OfficeLater(Office):
    async def call(self, get: Get[T], /) -> T:  # type: ignore[override]
        return Office.call(self, get)


def mailbox(office: Office) -> Mailbox[Any]:
    return Mailbox(office)


def pages(*numbers: list[int], limit: int = 50, start: str = "inbox/messages", **row: Any) -> dict[str, Any]:
    total = sum(map(len, numbers))
    return {
        f"{start}?page={at}&limit={limit}": {
            "data": [{"messageId": number, **row} for number in ids],
            "total": total,
        }
        for at, ids in enumerate(numbers, 1)
    }


# --- reading ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("get", "path", "query"),
    [
        (Mailbox.list(Mailbox(Office())), "inbox/messages", [("page", "1"), ("limit", "50")]),
        (
            Mailbox.list(
                Mailbox(Office()),
                "archive/inbox",
                page=2,
                after_id=3,
                unread_only=True,
                sender_id=4,
                category="1",
            ),
            "archive/inbox/messages",
            [
                ("page", "2"),
                ("limit", "50"),
                ("afterId", "3"),
                ("unreadOnly", "1"),
                ("senderId", "4"),
                ("category", "1"),
            ],
        ),
        (Mailbox.open(Mailbox(Office()), "a/b", mailbox="trash"), "trash/messages/a%2Fb", []),
        (Mailbox.attachment(Mailbox(Office()), 1, 2), "attachments/1/messages/2", []),
        (Mailbox.attachment(Mailbox(Office()), 1, 2, archived=True), "archive/attachments/1/messages/2", []),
        (Mailbox.senders(Mailbox(Office())), "inbox/messages/senders", [("page", "1"), ("limit", "50")]),
        (Mailbox.receivers(Mailbox(Office())), "outbox/messages/receivers", [("page", "1"), ("limit", "50")]),
        (Mailbox.tags(Mailbox(Office())), "tags", []),
        (Mailbox.student_subjects(Mailbox(Office())), "receivers/student-subjects", []),
    ],
)
def test_paths(get: Get[Any], path: str, query: list[tuple[str, str]]) -> None:
    assert (get.path, list(query_items(get.query)), get.place) == (path, query, "messages")


def test_a_mailbox_that_is_none_is_named_before_anything_is_sent() -> None:
    office = Office()
    wrong: Any = "spam"
    for call in (mailbox(office).list, lambda box: mailbox(office).get(1, mailbox=box)):
        with pytest.raises(LibrusConfigurationError, match=r"archive/outbox"):
            call(wrong)
    assert office.asked == []


def test_a_message_nobody_opened_comes_as_a_preview() -> None:
    office = Office(answers=pages([9, 8], [7]))
    office.answers |= pages(list(range(100, 150)), [5], readDate=None, content="Dzień dobry")
    message = mailbox(office).get(5)
    assert (message.id, message.is_preview, message.body_text) == ("5", True, "Dzień dobry")
    assert office.asked == ["inbox/messages?page=1&limit=50", "inbox/messages?page=2&limit=50"]


def test_a_message_that_was_read_before_comes_whole() -> None:
    office = Office(answers=pages([5], readDate="2026-03-09 08:00:00"))
    assert mailbox(office).get("5").subject_text == "Pytanie"
    assert office.asked == ["inbox/messages?page=1&limit=50", "inbox/messages/5"]


@pytest.mark.parametrize(
    ("call", "asked"),
    [
        (lambda box: box.get(5, mark_read=True), "inbox/messages/5"),
        (lambda box: box.mark_read(5), "inbox/messages/5"),
        (lambda box: box.get(7, mailbox="outbox"), "outbox/messages/7"),
    ],
)
def test_a_message_that_is_opened_at_once(call: Callable[[Mailbox[Any]], Any], asked: str) -> None:
    office = Office()
    assert call(mailbox(office)).id == asked[-1]
    assert office.asked == [asked]


def test_a_message_that_is_not_there() -> None:
    office = Office(answers=pages([1, 2]))
    with pytest.raises(LibrusApiError, match="mark_read=True") as caught:
        mailbox(office).get(5)
    assert caught.value.status == 404
    assert len(office.asked) == 1
    many = Office(answers=pages(*(list(range(n * 100, n * 100 + 50)) for n in range(1, 9))))
    with pytest.raises(LibrusApiError, match="newest 300"):
        mailbox(many).get(5)
    assert len(many.asked) == 6


def test_all_of_a_mailbox_page_by_page() -> None:
    office = Office(answers=pages([5, 4], [4, 3], [2], limit=2))
    found = mailbox(office).iterate(limit=2)
    assert next(found).id == "5"
    assert len(office.asked) == 1
    assert [message.id for message in found] == ["4", "3", "2"]
    assert len(office.asked) == 3
    assert [len(page) for page in mailbox(office).pages(limit=2)] == [2, 2, 1]
    assert list(mailbox(Office(answers=pages([]))).iterate()) == []


def test_a_server_that_always_sends_the_same_page() -> None:
    same = [{"messageId": 1}, {"messageId": 2}]
    office = Office(answers={f"notes/messages?page={n}&limit=2": same for n in (1, 2)})
    assert [message.id for message in mailbox(office).iterate("notes", limit=2)] == ["1", "2"]
    assert [len(page) for page in mailbox(office).pages("notes", limit=2)] == [2, 2]


@pytest.mark.anyio
async def test_all_of_a_mailbox_awaited() -> None:
    office = OfficeLater(answers=pages([5, 4], [3], limit=2))
    assert [message.id async for message in cast("Any", mailbox(office).iterate(limit=2))] == ["5", "4", "3"]
    assert (await cast("Any", mailbox(office).get(5, mark_read=True))).id == "5"
    delivery = await cast("Any", mailbox(office).send(["11"], "a", "b"))
    assert delivery.outcome == "accepted"


def test_a_conversation_is_both_ways_by_date() -> None:
    office = Office(
        answers={
            "inbox/messages?page=1&limit=50&senderId=11": {
                "data": [
                    {"messageId": 1, "senderId": "11", "sendDate": "2026-03-09 08:00:00"},
                    {"messageId": 2, "senderId": 12, "sendDate": "2026-03-09 09:00:00"},
                    {"messageId": 3},
                ]
            },
            "outbox/messages?page=1&limit=50&receiverId=11": {
                "data": [{"messageId": 4, "sendDate": "2026-03-10 08:00:00"}]
            },
        }
    )
    assert [message.id for message in mailbox(office).conversation(11)] == ["4", "1", "3"]


# --- the address book -------------------------------------------------------------------------------------


def test_people_in_lists_and_groups() -> None:
    box = mailbox(Office())
    assert [kind.id for kind in box.receiver_types().types] == [
        "tutors",
        "teachers",
        "parents",
        "classParents",
    ]
    anna, jan = box.receivers_of("teachers")
    assert (anna.account_id, anna.shown_name, anna.is_available, anna.type) == (
        "11",
        "Zielińska Anna",
        True,
        "teachers",
    )
    assert not jan.is_available
    assert "Anna" not in repr(anna)
    parents = box.receivers_of("parents")
    assert [(one.account_id, one.shown_name, one.group) for one in parents] == [
        ("21", "Kowal Ewa", "3a"),
        ("22", "Kowal Adam", "3a"),
    ]
    assert list(box.receivers_of("classParents")) == []


@pytest.mark.parametrize(
    "answer",
    [
        [{"accountId": 1}],
        {"data": [{"accountId": 1}]},
        {"data": {"receivers": [{"accountId": 1}]}},
        {
            "data": {
                "classes": [{"label": "a", "receivers": [{"label": None, "receivers": [[{"accountId": 1}]]}]}]
            }
        },
    ],
)
def test_the_forms_a_list_of_people_has(answer: Any) -> None:
    office = Office(answers={"receivers/groups/school-employees?receiverType=x": answer})
    assert [one.account_id for one in mailbox(office).receivers_of("x")] == ["1"]


# --- sending ----------------------------------------------------------------------------------------------


def unpacked(text: str) -> str:
    return base64.b64decode(text, validate=True).decode()


def test_what_goes_out() -> None:
    office = Office()
    box = mailbox(office)
    prepared = box.prepare([21, "11"], "Wycieczka <3", "a < b & c\r\nd\n\ne")
    assert [one.shown_name for one in prepared.recipients] == ["Kowal Ewa", "Zielińska Anna"]
    assert (prepared.owner.name, prepared.subject, office.sent) == ("Ola", "Wycieczka <3", [])
    # Nobody is left to be found, so that the last list is not read.
    assert [asked.rpartition("=")[2] for asked in office.asked] == [
        "me",
        "true",
        "tutors",
        "teachers",
        "parents",
    ]
    assert box.confirm(prepared) == Delivery("accepted", "99", None, 201)
    (get,) = office.sent
    assert (get.method, get.path, get.harmless) == ("POST", "messages", False)
    body: Any = get.body
    assert unpacked(body.pop("topic")) == "Wycieczka <3"
    assert unpacked(body.pop("content")) == "a &lt; b &amp; c<br>d<br><br>e"
    assert body == {
        "receivers": {"schoolReceivers": [{"accountId": "21"}, {"accountId": "11"}]},
        "storageId": None,
        "category": "normal",
    }


def test_a_receiver_says_where_to_look_first() -> None:
    office = Office()
    (ewa, _) = mailbox(office).receivers_of("parents")
    office.asked.clear()
    assert mailbox(office).prepare([ewa], "a", "b").recipients == (ewa,)
    assert [asked.rpartition("=")[2] for asked in office.asked] == ["me", "true", "parents"]


def test_a_prepared_message_is_confirmed_once() -> None:
    for answer in (SENT, Failure("timeout", "limit"), Response(422, b"{}", {})):
        office = Office(answer)
        prepared = mailbox(office).prepare(["11"], "a", "b")
        mailbox(office).confirm(prepared)
        with pytest.raises(LibrusConfigurationError, match="confirmed before"):
            mailbox(office).confirm(prepared)
        assert len(office.sent) == 1


def test_what_never_left_is_an_error_and_stays_confirmed() -> None:
    office = Office(Failure("network", "refused", sent=False))
    prepared = mailbox(office).prepare(["11"], "a", "b")
    with pytest.raises(LibrusNetworkError):
        mailbox(office).confirm(prepared)
    assert prepared.is_spent


def test_of_many_threads_one_sends() -> None:
    office = Office()
    prepared = mailbox(office).prepare(["11"], "a", "b")
    start = Barrier(8)
    refused: list[LibrusConfigurationError] = []

    def confirm() -> None:
        start.wait()
        try:
            mailbox(office).confirm(prepared)
        except LibrusConfigurationError as error:
            refused.append(error)

    threads = [Thread(target=confirm) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(office.sent), len(refused)) == (1, 7)


def test_another_account_sends_nothing() -> None:
    prepared = mailbox(Office()).prepare(["11"], "a", "b")
    other = Office(answers={"me": {"accountId": 2}})
    with pytest.raises(LibrusConfigurationError, match="another account"):
        mailbox(other).confirm(prepared)
    assert (other.sent, prepared.is_spent) == ([], False)


@pytest.mark.parametrize(
    ("recipients", "said"),
    [
        (["11", "404"], "Recipient 2 is not among those"),
        (["404", "405", "11"], "Recipients 1, 2 are not among those"),
        (["11", 12], "Recipient 2 is not available"),
        (["11", 11], "Recipient 2 is the same as recipient 1"),
        ([Receiver(account_id="11"), "11"], "Recipient 2 is the same"),
        ([], "1 to 50"),
        ([str(n) for n in range(51)], "1 to 50"),
        ("11", "must be a list"),
        (11, "must be a list"),
        ([""], "must be an id"),
        ([None], "must be an id"),
    ],
)
def test_who_cannot_be_written_to(recipients: Any, said: str) -> None:
    office = Office()
    with pytest.raises(LibrusConfigurationError, match=said) as caught:
        mailbox(office).send(recipients, "a", "b")
    assert "Nowak" not in str(caught.value)
    assert office.sent == []


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("", "b"),
        (" ", "b"),
        ("a" * 201, "b"),
        ("a\nb", "b"),
        ("a", ""),
        ("a", "\n"),
        ("a", "b" * 10_001),
        ("a", "b\x00"),
        ("a", "\ud800"),
        (None, "b"),
        ("a", b"b"),
    ],
)
def test_limits_of_what_is_written(subject: Any, body: Any) -> None:
    office = Office()
    with pytest.raises(LibrusConfigurationError, match="must"):
        mailbox(office).send(["11"], subject, body)
    assert not office.asked
    assert not office.sent


def test_limits_that_are_kept() -> None:
    office = Office()
    assert mailbox(office).send(["11"], "a" * 200, "b" * 10_000).outcome == "accepted"


def test_an_outage_while_people_are_looked_for() -> None:
    down = LibrusApiError("down", details={"status": 503})
    office = Office(answers={"receivers/groups/school-employees?receiverType=tutors": down})
    with pytest.raises(LibrusApiError, match="down"):
        mailbox(office).send(["11"], "a", "b")


def test_an_answer() -> None:
    office = Office(Response(200, b"{}", {}))
    assert mailbox(office).reply("5", "Tak") == Delivery("accepted", None, None, 200)
    assert office.asked == ["me", "inbox/messages/5"]
    (get,) = office.sent
    body: Any = get.body
    assert (get.path, body["originalMessageId"], unpacked(body["topic"])) == (
        "messages/reply",
        5,
        "Re: Pytanie",
    )
    assert body["receivers"] == {"schoolReceivers": [{"accountId": "11"}]}
    prepared = mailbox(office).prepare_reply(5, "Tak")
    assert (prepared.answers, prepared.recipients[0].shown_name) == (5, "Zielińska Anna")


@pytest.mark.parametrize(
    ("topic", "subject"),
    [
        ("Re: a", "Re: a"),
        ("RE:a", "RE:a"),
        ("a\n b", "Re: a b"),
        ("", "Re:"),
        ("a" * 300, "Re: " + "a" * 196),
    ],
)
def test_the_subject_of_an_answer(topic: str, subject: str) -> None:
    office = Office(answers={"inbox/messages/5": {"data": {"topic": topic, "senderId": 1}}})
    assert mailbox(office).prepare_reply(5, "Tak").subject == subject


@pytest.mark.parametrize(
    ("message_id", "box", "said"),
    [(6, "inbox", "cannot be answered"), ("x", "inbox", "number"), (7, "outbox", "received")],
)
def test_what_cannot_be_answered(message_id: Any, box: Any, said: str) -> None:
    office = Office()
    with pytest.raises(LibrusConfigurationError, match=said):
        mailbox(office).reply(message_id, "Tak", mailbox=box)
    assert office.sent == []


def test_taking_a_message_back() -> None:
    office = Office(Response(204, b"", {}))
    assert mailbox(office).withdraw(7).outcome == "accepted"
    (get,) = office.sent
    assert (get.method, get.path, get.body) == ("PUT", "messages/7/withdrawal", None)
    for message_id, said in ((8, "no longer"), (9, "already")):
        with pytest.raises(LibrusConfigurationError, match=said):
            mailbox(office).withdraw(message_id)
    assert len(office.sent) == 1


def test_a_page_is_a_page() -> None:
    office = Office(answers=pages([1, 2]))
    found = mailbox(office).list()
    assert isinstance(found, Page)
    assert (found.page, found.limit, found.total, found.has_more) == (1, 50, 2, False)
