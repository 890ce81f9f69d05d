"""What a program gets wrong with messages: an error of ours that names it, and nothing sent for nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pytest

from librus_sdk.errors import (
    LibrusApiError,
    LibrusAuthRefreshError,
    LibrusConfigurationError,
    LibrusPermissionError,
    LibrusResponseValidationError,
)
from tests.heart.drivers import World
from tests.heart.letters import BODY, LETTERS, SEND, SUBJECT, Letters

UNKNOWN: Final = 99_999_999


@pytest.fixture(params=LETTERS)
def letters(request: pytest.FixtureRequest, world: World) -> Letters:
    return Letters(world, request.param)


def asked(letters: Letters) -> int:
    """How often anything was asked for."""
    return sum(letters.sim.counts.values())


# --- what is not there ------------------------------------------------------------------------------------


@pytest.mark.parametrize("box", ["inbox", "outbox", "trash", "notes", "archive/inbox"])
def test_a_message_that_is_not_there(letters: Letters, box: Any) -> None:
    error = letters.world.fails(lambda: letters.mail.open(UNKNOWN, mailbox=box))
    assert isinstance(error, LibrusApiError)
    assert error.status == 404
    assert "does not exist" in str(error)
    assert str(error.details["endpoint"]).endswith(f"/api/{box}/messages/{UNKNOWN}")
    # A 404 says nothing of the session.
    assert letters.chains == 0


def test_a_message_that_is_in_another_mailbox(letters: Letters) -> None:
    sent = letters.send()
    error = letters.world.fails(lambda: letters.mail.get(sent.message_id))
    assert isinstance(error, LibrusApiError)
    assert error.status == 404
    assert "name the mailbox" in str(error)
    assert "mark_read=True" in str(error)
    found = letters.world.do(lambda: letters.mail.get(sent.message_id, mailbox="outbox"))
    assert found.id == sent.message_id


@pytest.mark.parametrize(
    "act",
    [
        lambda mail: mail.mark_read(UNKNOWN),
        lambda mail: mail.reply(UNKNOWN, BODY),
        lambda mail: mail.withdraw(UNKNOWN),
        lambda mail: mail.attachment(1, UNKNOWN),
        lambda mail: mail.attachment(1, UNKNOWN, archived=True),
    ],
    ids=["mark_read", "reply", "withdraw", "attachment", "archived attachment"],
)
def test_what_is_done_to_a_message_that_is_not_there(letters: Letters, act: Callable[[Any], Any]) -> None:
    error = letters.world.fails(lambda: act(letters.mail))
    assert isinstance(error, LibrusApiError)
    assert error.status == 404
    assert letters.sent == []
    assert not [one for one in letters.sim.requests if one.method != "GET"]


def with_file(letters: Letters) -> tuple[str, str]:
    """A message of the inbox and a file in the file store that came with it."""
    for message in letters.world.do(lambda: letters.mail.list(limit=300)):
        if message.has_attachments:
            opened = letters.world.do(partial(letters.mail.open, message.id))
            for file in opened.attachments:
                if int(file.id) % 4 != 3:
                    return str(file.id), str(message.id)
    raise AssertionError("the simulator has no such file")


def test_an_attachment_of_another_message(letters: Letters) -> None:
    file, message = with_file(letters)
    other = next(one.id for one in letters.world.do(letters.mail.list) if one.id != message)
    error = letters.world.fails(lambda: letters.mail.attachment(file, other))
    assert isinstance(error, LibrusApiError)
    assert (error.status, letters.sim.counts["sandbox.try"]) == (404, 0)


def test_an_attachment_that_has_gone(letters: Letters) -> None:
    file, message = with_file(letters)
    letters.sim.fail_downloads(99)
    error = letters.world.fails(lambda: letters.mail.attachment(file, message))
    assert isinstance(error, LibrusApiError)
    assert "attachment" in str(error)
    assert letters.chains == 0


def test_a_mailbox_an_account_lacks(letters: Letters) -> None:
    lacking = []
    for box in ("alerts", "substitutions"):
        problem = letters.world.start(partial(letters.mail.list, box)).future.exception(20)
        if problem is not None:
            assert isinstance(problem, LibrusApiError)
            assert problem.status == 404
            lacking.append(box)
    assert lacking
    assert letters.chains == 0


# --- what is no id, no mailbox, no page -------------------------------------------------------------------

WRONG: Final[dict[str, tuple[Callable[[Any], Any], str]]] = {
    "no mailbox": (lambda mail: mail.list("in"), "archive/outbox"),
    "no mailbox to open in": (lambda mail: mail.get(5, mailbox="Inbox"), "inbox, outbox"),
    "an empty mailbox": (lambda mail: mail.open(5, mailbox=""), "The mailboxes are"),
    "a mailbox with a way out": (lambda mail: mail.open(5, mailbox="../inbox"), "The mailboxes are"),
    "no id": (lambda mail: mail.get(""), "message_id"),
    "an id of dots": (lambda mail: mail.open(".."), "message_id"),
    "an id that is none": (lambda mail: mail.mark_read(None), "message_id"),
    "an id that is a truth": (lambda mail: mail.open(True), "message_id"),
    "an id that is no text": (lambda mail: mail.open("1\ud800"), "message_id"),
    "an attachment without an id": (lambda mail: mail.attachment("", 5), "attachment_id"),
    "an attachment without a message": (lambda mail: mail.attachment(5, " "), "message_id"),
    "page 0": (lambda mail: mail.list(page=0), "page"),
    "a page below": (lambda mail: mail.list(page=-1), "page"),
    "a page in words": (lambda mail: mail.list(page="2"), "page"),
    "a page that is a truth": (lambda mail: mail.list(page=True), "page"),
    "half a page": (lambda mail: mail.list(page=1.5), "page"),
    "no rows": (lambda mail: mail.list(limit=0), "limit"),
    "no people": (lambda mail: mail.senders(limit=0), "limit"),
    "nobody's page": (lambda mail: mail.receivers(page=0), "page"),
    "a conversation of no length": (lambda mail: mail.conversation(5, limit=0), "limit"),
    "a conversation with nobody": (lambda mail: mail.conversation(""), "person_id"),
    "a sender without an id": (lambda mail: mail.list(sender_id=""), "sender_id"),
    "after nothing": (lambda mail: mail.list(after_id=""), "after_id"),
    "people of no kind": (lambda mail: mail.receivers_of(""), "receiver_type"),
    "no subject": (lambda mail: mail.send(["1"], "", BODY), "subject"),
    "a subject of blanks": (lambda mail: mail.send(["1"], " \t", BODY), "subject"),
    "two lines of subject": (lambda mail: mail.send(["1"], "a\nb", BODY), "subject"),
    "a long subject": (lambda mail: mail.send(["1"], "a" * 201, BODY), "subject"),
    "a subject that is no text": (lambda mail: mail.send(["1"], 5, BODY), "subject"),
    "no body": (lambda mail: mail.send(["1"], SUBJECT, ""), "body"),
    "a long body": (lambda mail: mail.send(["1"], SUBJECT, "a" * 10_001), "body"),
    "a body of signs": (lambda mail: mail.send(["1"], SUBJECT, "a\x00"), "body"),
    "a body that is none": (lambda mail: mail.send(["1"], SUBJECT, None), "body"),
    "nobody": (lambda mail: mail.send([], SUBJECT, BODY), "recipients"),
    "one alone": (lambda mail: mail.send("3000007", SUBJECT, BODY), "recipients"),
    "too many": (lambda mail: mail.send([*range(1, 52)], SUBJECT, BODY), "recipients"),
    "somebody twice": (lambda mail: mail.send(["7", 7], SUBJECT, BODY), "Recipient 2"),
    "somebody without an id": (lambda mail: mail.send([""], SUBJECT, BODY), "recipient"),
    "an answer that is empty": (lambda mail: mail.reply(5, "\n"), "body"),
    "an answer to what was sent": (lambda mail: mail.reply(5, BODY, mailbox="outbox"), "received"),
    "an answer to no number": (lambda mail: mail.reply("five", BODY), "message_id"),
    "an answer to no number of ours": (lambda mail: mail.reply("٥", BODY), "message_id"),
    "nothing to confirm": (lambda mail: mail.confirm(None), "prepare"),
    "a withdrawal of nothing": (lambda mail: mail.withdraw(""), "message_id"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_right_is_named_before_anything_is_asked(letters: Letters, what: str) -> None:
    act, named = WRONG[what]
    # An endpoint says so when it is called, a plan when it is run.
    error = letters.world.fails(lambda: act(letters.mail))
    assert isinstance(error, LibrusConfigurationError)
    assert named in str(error)
    assert asked(letters) == 0


def test_a_page_behind_the_last_one_is_empty(letters: Letters) -> None:
    assert len(letters.world.do(lambda: letters.mail.list(page=1_000))) == 0
    error = letters.world.fails(lambda: letters.mail.list(limit=100_000))
    assert isinstance(error, LibrusApiError)
    assert error.status == 400


# --- who cannot be written to -----------------------------------------------------------------------------


def test_somebody_unknown_is_named_by_place_and_nothing_is_sent(letters: Letters) -> None:
    known = letters.teachers[0]
    error = letters.world.fails(lambda: letters.mail.send([known, "1", "2"], SUBJECT, BODY))
    assert isinstance(error, LibrusConfigurationError)
    assert "Recipients 2, 3 are not among those" in str(error)
    assert "receivers_of" in str(error)
    assert (letters.asked, letters.sent) == (0, [])


def test_somebody_who_is_away_is_named_and_nothing_is_sent(letters: Letters) -> None:
    heads = letters.world.do(lambda: letters.mail.receivers_of("headteachers"))
    away = next(person for person in heads if not person.is_available)
    error = letters.world.fails(lambda: letters.mail.send([letters.teachers[0], away], SUBJECT, BODY))
    assert isinstance(error, LibrusConfigurationError)
    assert "Recipient 2 is not available" in str(error)
    assert (letters.asked, letters.sent) == (0, [])


def test_a_message_nobody_can_answer(letters: Letters) -> None:
    page = letters.world.do(lambda: letters.mail.list(limit=300))
    system = next(message for message in page if message.sender is None or message.no_reply)
    error = letters.world.fails(lambda: letters.mail.reply(system.id, BODY))
    assert isinstance(error, LibrusConfigurationError)
    assert "cannot be answered" in str(error)
    assert "Write a new message" in str(error)
    assert letters.sent == []


def test_a_message_that_can_no_longer_be_taken_back(letters: Letters) -> None:
    page = letters.world.do(lambda: letters.mail.list("outbox"))
    error = letters.world.fails(lambda: letters.mail.withdraw(page[0].id))
    assert isinstance(error, LibrusConfigurationError)
    assert "withdrawn" in str(error)
    assert letters.sim.counts["wiadomosci/messages/{id}/withdrawal"] == 0


# --- what is no answer ------------------------------------------------------------------------------------

INBOX: Final = "wiadomosci/inbox/messages"
NO_ANSWER: Final[dict[str, tuple[dict[str, Any], type[Exception]]]] = {
    "a page": (
        {"body": "<html>Zaloguj", "headers": {"content-type": "text/html"}},
        LibrusAuthRefreshError,
    ),
    "nothing": ({"body": ""}, LibrusResponseValidationError),
    "no JSON": ({"body": "Wystąpił błąd"}, LibrusResponseValidationError),
    "half": ({"truncate": True}, LibrusResponseValidationError),
    "a number": ({"body": "5"}, LibrusResponseValidationError),
    "another wrapper": ({"body": {"Messages": []}}, LibrusResponseValidationError),
    "not allowed": ({"status": 403, "body": {}}, LibrusPermissionError),
    "too much asked": ({"status": 400, "body": {}}, LibrusApiError),
}


@pytest.mark.parametrize("what", NO_ANSWER)
def test_what_is_no_answer(letters: Letters, what: str) -> None:
    fault, kind = NO_ANSWER[what]
    letters.sim.fail(INBOX, times=None, **fault)
    error = letters.world.fails(letters.mail.list)
    assert isinstance(error, kind)
    assert "Zaloguj" not in str(error)
    assert "Wystąpił" not in str(error)
    assert letters.chains <= 1
    letters.sim.clear_faults()
    letters.world.clock.advance(1_000.0)
    assert letters.world.do(letters.mail.list)


def test_a_list_of_people_that_is_no_answer_sends_nothing(letters: Letters) -> None:
    letters.sim.fail("wiadomosci/receivers/types", body="<html>", times=None)
    error = letters.world.fails(lambda: letters.mail.send([letters.teachers[0].account_id], SUBJECT, BODY))
    assert isinstance(error, LibrusAuthRefreshError | LibrusResponseValidationError)
    assert letters.sim.counts[SEND] == 0
