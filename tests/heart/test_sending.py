"""What reaches people goes out once, whatever happens on the way, and what became of it is told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Final

import pytest

from librus_sdk.errors import (
    FeatureUnavailableError,
    LibrusApiError,
    LibrusConfigurationError,
    LibrusCredentialsError,
    LibrusNetworkError,
    LibrusSessionClosedError,
    LibrusTimeoutError,
)
from librus_sdk.models import Prepared, Receiver
from librus_sdk.settings import RetryPolicy
from tests.heart.drivers import World
from tests.heart.letters import BODY, LETTERS, SEND, SUBJECT, Letters

EAGER: Final = RetryPolicy(max_attempts=7, base_delay_ms=0, max_delay_ms=0)
ME: Final = "wiadomosci/me"


@pytest.fixture(params=LETTERS)
def letters(request: pytest.FixtureRequest, cold: World) -> Letters:
    """Both ways to the mailbox, on each shell."""
    return Letters(cold, request.param)


@pytest.fixture
def family(cold: World) -> Letters:
    """One way, on each shell."""
    return Letters(cold)


@pytest.fixture
def eager(cold: World) -> Letters:
    """Somebody who has everything tried seven times."""
    return Letters(cold, retry=EAGER)


@pytest.fixture
def task_letters(make_world: Callable[..., World]) -> Letters:
    return Letters(make_world("tasks"))


# --- accepted ---------------------------------------------------------------------------------------------


def test_a_message_goes_out_once(letters: Letters) -> None:
    delivery = letters.send()
    (sent,) = letters.sent
    assert (delivery.outcome, delivery.message_id) == ("accepted", str(sent.message_id))
    assert (sent.subject, sent.body) == (SUBJECT, "Dzień dobry,<br>Hania jedzie &amp; wraca.")
    assert sent.recipients == (letters.teachers[0].account_id,)
    assert (letters.asked, letters.chains) == (1, 0)


def test_it_is_in_the_outbox_and_can_be_taken_back(letters: Letters) -> None:
    delivery = letters.send()
    first = letters.world.do(lambda: letters.mail.list("outbox"))[0]
    assert first.id == delivery.message_id
    assert letters.world.do(lambda: letters.mail.withdraw(first.id)).outcome == "accepted"
    error = letters.world.fails(lambda: letters.mail.withdraw(first.id))
    assert isinstance(error, LibrusConfigurationError)
    assert letters.sim.counts["wiadomosci/messages/{id}/withdrawal"] == 1


def test_an_answer_goes_out_once(letters: Letters) -> None:
    people = letters.world.do(letters.mail.list)
    original = next(message for message in people if message.sender is not None)
    delivery = letters.world.do(lambda: letters.mail.reply(original.id, BODY))
    (sent,) = letters.sent
    assert (delivery.outcome, delivery.message_id) == ("accepted", None)
    assert (sent.reply_to, sent.subject) == (int(original.id), f"Re: {original.subject_text}")
    assert letters.sim.counts["wiadomosci/messages/reply"] == 1


# --- rejected ---------------------------------------------------------------------------------------------


def test_somebody_who_cannot_be_written_to(letters: Letters) -> None:
    prepared = letters.prepared()
    unknown = Prepared(prepared.owner, (Receiver(account_id="1"),), SUBJECT, BODY)
    delivery = letters.confirm(unknown)
    assert (delivery.outcome, delivery.status, delivery.reason) == ("rejected", 422, None)
    assert (letters.asked, letters.sent) == (1, [])


def test_the_same_person_twice(letters: Letters) -> None:
    prepared = letters.prepared()
    twice = Prepared(prepared.owner, prepared.recipients * 2, SUBJECT, BODY)
    delivery = letters.confirm(twice)
    assert (delivery.outcome, delivery.reason) == ("rejected", "DUPLICATED_RECEIVERS")
    assert (letters.asked, letters.sent) == (1, [])


def test_a_text_that_is_too_long_as_librus_counts(letters: Letters) -> None:
    delivery = letters.world.do(lambda: letters.mail.send([letters.teachers[0]], SUBJECT, "&" * 10_000))
    assert (delivery.outcome, delivery.status) == ("rejected", 422)
    assert (letters.asked, letters.sent) == (1, [])


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422])
def test_a_refusal_renews_and_repeats_nothing(eager: Letters, status: int) -> None:
    eager.sim.fail(SEND, status=status, times=None)
    delivery = eager.send()
    assert (delivery.outcome, delivery.status) == ("rejected", status)
    assert (eager.asked, eager.chains, eager.sent) == (1, 0, [])


# --- unknown ----------------------------------------------------------------------------------------------

DONE_AND_SPOILED: Final[dict[str, tuple[Callable[[Letters], object], int | None, str | None]]] = {
    "reset after it was done": (lambda at: at.sim.fail(SEND, drop="headers"), None, "network"),
    "reset in the answer": (lambda at: at.sim.fail(SEND, drop="body"), None, "network"),
    "half an answer": (lambda at: at.sim.fail(SEND, truncate=True), 201, None),
    "an answer packed in an unknown way": (
        lambda at: at.sim.fail(SEND, headers={"content-encoding": "gzip"}),
        None,
        "network",
    ),
    "500 after it was done": (lambda at: at.sim.process_then_fail(500), 500, None),
    "502 after it was done": (lambda at: at.sim.process_then_fail(502), 502, None),
    "429 after it was done": (lambda at: at.sim.process_then_fail(429), 429, None),
    "401 after it was done": (lambda at: at.sim.process_then_fail(401), 401, "Unauthorized"),
}
"""How it is spoiled, and the status and reason that are told."""


@pytest.mark.parametrize("how", DONE_AND_SPOILED)
def test_what_may_have_been_done_is_unknown_and_not_done_again(eager: Letters, how: str) -> None:
    spoil, status, reason = DONE_AND_SPOILED[how]
    spoil(eager)
    delivery = eager.send()
    assert (delivery.outcome, delivery.status, delivery.reason) == ("unknown", status, reason)
    assert (eager.asked, len(eager.sent), eager.chains) == (1, 1, 0)


NOT_DONE: Final[dict[str, dict[str, Any]]] = {
    "reset before": {"drop": "before"},
    "trouble": {"status": 500},
    "maintenance": {"maintenance": True},
    "a page": {"html": True},
    "a page with 403": {"status": 403, "html": True},
    "a sign-in page with 401": {"status": 401, "html": True},
    "a redirect": {"status": 302, "body": "", "headers": {"location": "/loguj"}},
    "a redirect elsewhere": {
        "status": 307,
        "body": "",
        "headers": {"location": "https://elsewhere.example/api/messages"},
    },
    "a redirect to the same place": {
        "status": 308,
        "body": "",
        "headers": {"location": "/api/messages"},
    },
    "nothing": {"body": ""},
    "a list": {"body": []},
    "something else": {"body": {"data": {"status": "queued"}}},
    "no word of it": {"status": 201, "body": {"data": {"messageId": 5}}},
    "a request for patience": {"status": 503, "retry_after": 1},
    "a code that is not of this world": {"status": 299, "body": {"data": {"status": "no"}}},
}


@pytest.mark.parametrize("how", NOT_DONE)
def test_an_answer_that_does_not_tell_is_unknown(eager: Letters, how: str) -> None:
    eager.sim.fail(SEND, times=None, **NOT_DONE[how])
    delivery = eager.send()
    assert delivery.outcome == "unknown"
    assert (eager.asked, eager.sent, eager.chains) == (1, [], 0)


def test_an_answer_that_never_comes_is_unknown(family: Letters) -> None:
    hurried = family.hurried()
    prepared = family.prepared()
    family.sim.fail(SEND, stall=True)
    delivery = family.world.do(lambda: hurried.confirm(prepared))
    assert (delivery.outcome, delivery.reason) == ("unknown", "timeout")
    assert (family.asked, len(family.sent)) == (1, 1)


def test_an_unknown_answer_is_looked_up_in_the_outbox(family: Letters) -> None:
    family.sim.process_then_fail(500)
    assert family.send().outcome == "unknown"
    newest = family.world.do(lambda: family.mail.list("outbox"))[0]
    assert (newest.id, family.asked) == (str(family.sent[0].message_id), 1)


def test_an_unknown_reply_and_an_unknown_withdrawal_are_not_repeated(letters: Letters) -> None:
    sent = letters.send()
    letters.sim.process_then_fail(401)
    taken_back = letters.world.do(lambda: letters.mail.withdraw(sent.message_id))
    assert taken_back.outcome == "unknown"
    assert letters.sim.counts["wiadomosci/messages/{id}/withdrawal"] == 1
    assert letters.world.do(lambda: letters.mail.open(sent.message_id, mailbox="outbox")).is_withdrawn

    messages = letters.world.do(letters.mail.list)
    original = next(message for message in messages if message.sender is not None)
    letters.sim.process_then_fail(401)
    answer = letters.world.do(lambda: letters.mail.reply(original.id, BODY))
    assert (answer.outcome, len(letters.sent)) == ("unknown", 2)
    assert letters.sim.counts["wiadomosci/messages/reply"] == 1


def test_a_session_that_was_refused_while_sending_is_opened_anew_for_the_next_read(letters: Letters) -> None:
    letters.sim.process_then_fail(401)
    assert letters.send().outcome == "unknown"
    assert letters.chains == 0
    assert letters.world.do(letters.mail.list)
    assert (letters.asked, len(letters.sent), letters.chains) == (1, 1, 1)


def test_a_session_that_dies_at_the_last_moment(letters: Letters) -> None:
    """Between the probe and the message itself: Librus does nothing, but nobody can know that."""
    prepared = letters.prepared()
    gate = letters.sim.hold(SEND)
    caller = letters.world.start(letters.confirming(prepared))
    gate.wait_arrived()
    letters.sim.expire_messages_session()
    gate.release()
    assert caller.result().outcome == "unknown"
    assert (letters.asked, letters.sent, letters.chains) == (1, [], 0)
    again = letters.world.fails(letters.confirming(prepared))
    assert isinstance(again, LibrusConfigurationError)
    assert letters.asked == 1


# --- nothing left -----------------------------------------------------------------------------------------


def test_a_connection_that_is_refused_sends_nothing(family: Letters) -> None:
    prepared = family.prepared()
    # Between the probe and the message the server goes away, and with it every connection.
    gate = family.sim.hold(ME, at="response", skip=0)
    caller = family.world.start(family.confirming(prepared))
    gate.wait_arrived()
    family.sim.stop()
    error = caller.error()
    assert isinstance(error, LibrusNetworkError)
    assert (family.asked, family.sent) == (0, [])
    error = family.world.fails(family.sending())
    assert isinstance(error, LibrusNetworkError)
    assert (family.asked, family.sent) == (0, [])


def test_an_outage_while_it_is_prepared_sends_nothing(family: Letters) -> None:
    family.sim.fail(ME, status=502, times=None)
    error = family.world.fails(family.sending())
    assert isinstance(error, LibrusApiError)
    assert (error.status, family.asked, family.sent) == (502, 0, [])


def test_a_probe_that_takes_too_long_sends_nothing(family: Letters) -> None:
    hurried, prepared = family.hurried(), family.prepared()
    family.sim.fail(ME, stall=True)
    error = family.world.fails(lambda: hurried.confirm(prepared))
    assert isinstance(error, LibrusTimeoutError)
    assert (family.asked, family.sent) == (0, [])
    # What was not sent may be confirmed later.
    assert not prepared.is_spent
    assert family.confirm(prepared).outcome == "accepted"
    assert (family.asked, len(family.sent)) == (1, 1)


def test_an_unrelated_trouble_of_the_program_is_not_taken_for_a_refused_connection(family: Letters) -> None:
    """An error handler that writes to the teacher: what it handles says nothing of the message."""
    prepared = family.prepared()
    family.sim.fail(SEND, drop="headers")

    def in_a_handler() -> Any:
        try:
            raise ConnectionRefusedError("the program's own database")
        except ConnectionRefusedError:
            return family.mail.confirm(prepared)

    async def in_a_handler_later() -> Any:
        try:
            raise socket.gaierror("the program's own name server")
        except socket.gaierror:
            return await family.mail.confirm(prepared)

    threads = family.world.driver.name == "threads"
    delivery = family.world.do(in_a_handler if threads else in_a_handler_later)
    assert (delivery.outcome, delivery.reason) == ("unknown", "network")
    assert (family.asked, len(family.sent)) == (1, 1)


# --- sessions that die ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["401", "redirect", "html", "403"])
def test_a_dead_session_is_renewed_by_the_probe(letters: Letters, form: Any) -> None:
    letters.sim.messages_dead_form = form
    letters.sim.expire_messages_session()
    assert letters.send().outcome == "accepted"
    assert (letters.asked, len(letters.sent), letters.chains) == (1, 1, 1)


def test_a_session_that_dies_between_preparing_and_confirming(letters: Letters) -> None:
    prepared = letters.prepared()
    letters.sim.reset_counts()
    letters.sim.expire_messages_session()
    assert letters.confirm(prepared).outcome == "accepted"
    assert letters.sim.counts[ME] == 2
    assert (letters.asked, len(letters.sent), letters.chains) == (1, 1, 1)


def test_a_password_that_was_changed_meanwhile_sends_nothing(family: Letters) -> None:
    prepared = family.prepared()
    family.sim.change_password()
    family.sim.expire_messages_session()
    error = family.world.fails(family.confirming(prepared))
    assert isinstance(error, LibrusCredentialsError)
    assert (family.asked, family.sent) == (0, [])
    assert family.world.count("login") == 1


def test_a_school_that_closes_its_messages_meanwhile(letters: Letters) -> None:
    prepared = letters.prepared()
    letters.sim.no_messages_module()
    letters.sim.expire_messages_session()
    error = letters.world.fails(letters.confirming(prepared))
    assert isinstance(error, FeatureUnavailableError)
    assert (letters.asked, letters.sent) == (0, [])


def test_a_closed_session_sends_nothing(letters: Letters) -> None:
    prepared = letters.prepared()
    letters.world.do(letters.world.session.close)
    error = letters.world.fails(letters.confirming(prepared))
    assert isinstance(error, LibrusSessionClosedError)
    assert (letters.asked, letters.sent) == (0, [])


def test_another_childs_client_sends_nothing(family: Letters) -> None:
    prepared = family.prepared()
    other = family.world.do(
        lambda: family.world.session.for_child_wiadomosci(family.sim.children[1].id)
    ).messages
    error = family.world.fails(lambda: other.confirm(prepared))
    assert isinstance(error, LibrusConfigurationError)
    assert (family.asked, family.sent) == (0, [])
    assert not prepared.is_spent


# --- two at once, and nobody any more ---------------------------------------------------------------------


def test_two_who_confirm_the_same_message_send_it_once(letters: Letters) -> None:
    prepared = letters.prepared()
    gate = letters.sim.hold(ME)
    callers = letters.world.start_many(2, letters.confirming(prepared))
    # Both have looked at the message and are asking whose mailbox it is.
    gate.wait_arrived(2)
    gate.release()
    problems = [caller.future.exception(20) for caller in callers]
    assert sorted(map(type, problems), key=repr) == sorted([type(None), LibrusConfigurationError], key=repr)
    assert (letters.asked, len(letters.sent)) == (1, 1)


def test_two_messages_are_two(letters: Letters) -> None:
    for caller in letters.world.start_many(2, letters.sending()):
        assert caller.result().outcome == "accepted"
    assert (letters.asked, len(letters.sent)) == (2, 2)


def test_closing_while_a_message_is_on_its_way(letters: Letters) -> None:
    prepared = letters.prepared()
    gate = letters.sim.hold(SEND, at="response")
    caller = letters.world.start(letters.confirming(prepared))
    gate.wait_arrived()
    closing = letters.world.start(letters.world.session.close)
    gate.release()
    closing.result()
    found = caller.future.exception(20) or caller.result()
    outcome = getattr(found, "outcome", None)
    assert outcome in ("accepted", "unknown") or isinstance(found, LibrusSessionClosedError), found
    assert (letters.asked, len(letters.sent)) == (1, 1)


@pytest.mark.parametrize("at", ["request", "response"])
def test_a_message_whose_sender_was_cancelled_goes_out_once_at_most(task_letters: Letters, at: Any) -> None:
    """Before Librus has looked at it, and when it has done it."""
    letters = task_letters
    prepared = letters.prepared()
    gate = letters.sim.hold(SEND, at=at)
    caller = letters.world.start(letters.confirming(prepared))
    gate.wait_arrived()
    caller.cancel()
    assert isinstance(caller.future.exception(20), asyncio.CancelledError)
    assert len(letters.sent) == (1 if at == "response" else 0)
    gate.release()
    assert prepared.is_spent
    again = letters.world.fails(letters.confirming(prepared))
    assert isinstance(again, LibrusConfigurationError)
    assert letters.asked == 1
    # The mailbox is none the worse for it.
    assert letters.send().outcome == "accepted"
    assert letters.asked == 2


@pytest.mark.parametrize("at", [ME, "wiadomosci.logon"])
def test_one_who_is_cancelled_before_it_goes_out_has_sent_nothing(task_letters: Letters, at: str) -> None:
    letters = task_letters
    prepared = letters.prepared()
    if at != ME:
        letters.sim.expire_messages_session()
    gate = letters.sim.hold(at, times=1)
    caller = letters.world.start(letters.confirming(prepared))
    gate.wait_arrived()
    caller.cancel()
    assert isinstance(caller.future.exception(20), asyncio.CancelledError)
    gate.release()
    assert not prepared.is_spent
    assert (letters.asked, letters.sent) == (0, [])
    assert letters.confirm(prepared).outcome == "accepted"
    assert (letters.asked, len(letters.sent)) == (1, 1)
