"""Sending, answering, and taking back what was sent."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from ..errors import LibrusApiError, LibrusConfigurationError
from ..models._fields import Id
from ..models.post import MailMessage
from ..models.receivers import MailboxOwner, Receiver, ReceiverTypes
from ..models.rows import Rows
from ..models.sending import Delivery, Prepared
from ..secret import Secret, boxed, is_text
from ._address_book import AddressBook
from ._boxes import MailboxName, box
from ._declare import C, id_segment, id_text
from ._delivering import Delivering, delivering
from ._plans import Plan, planned

__all__ = ["Sending"]

MOST_RECIPIENTS: Final = 50
LONGEST_SUBJECT: Final = 200
LONGEST_BODY: Final = 10_000
_SENT: Final = frozenset({"outbox", "archive/outbox"})
# A kind of people this account has no list of; the others are asked for nevertheless.
_NO_LIST: Final = frozenset({400, 403, 404})


class Sending(AddressBook[C]):
    """What :class:`Mailbox` has to write with.

    A message goes out once. What became of it is a :class:`~librus_sdk.models.Delivery`: ``accepted``,
    ``rejected``, or ``unknown``, which means that it may have been delivered. Nothing is ever sent again by
    itself. An error of the network is raised only where the request cannot have left: then nothing was sent.
    """

    @planned
    def prepare(self, recipients: Sequence[Receiver | Id | int], subject: str, body: str) -> Plan[Prepared]:
        """Make a message ready, without sending it: check it, and find everybody it is for.

        It reads whose mailbox this is, which also renews a session that has ended, and then the lists of
        people one by one until everybody is found.

        Args:
            recipients: account ids, or what ``receivers_of()`` returns; 1 to 50, each once.
            subject: 1 to 200 characters, one line.
            body: 1 to 10,000 characters of plain text; line breaks are kept.

        Raises:
            LibrusConfigurationError: a limit is broken, or somebody cannot be written to.
        """
        title, text = boxed(subject), boxed(body)
        del subject, body  # a traceback shows the variables of a frame
        wanted = _wanted(recipients)
        _check_subject(title)
        _check_body(text)
        owner: MailboxOwner = yield AddressBook.me(self)
        found: dict[str, Receiver] = {}
        hinted = [each.type for each in recipients if isinstance(each, Receiver) and each.type]
        types: ReceiverTypes = yield AddressBook.receiver_types(self)
        for kind in dict.fromkeys([*hinted, *(each.id for each in types.types if each.id)]):
            if found.keys() >= wanted.keys():
                break
            try:
                people: Rows[Receiver] = yield AddressBook.receivers_of(self, kind)
            except LibrusApiError as error:
                if error.status not in _NO_LIST:
                    raise
                continue
            for person in people:
                if person.account_id in wanted:
                    found.setdefault(person.account_id, person)
        _check_found(wanted, found)
        reached = tuple(found[account] for account in wanted)
        kinds = {kind.id: kind.name for kind in types.types if kind.id and kind.name}
        return Prepared(owner, reached, title.reveal(), text.reveal(), kinds=kinds)

    @planned
    def confirm(self, prepared: Prepared) -> Plan[Delivery]:
        """Send a prepared message, once. **People get it.**

        Before that it reads once more whose mailbox this is, so that it goes out from the account it was
        prepared for, and with a session that is alive.

        Raises:
            LibrusConfigurationError: it was confirmed before, or is another account's; nothing is sent.
            LibrusNetworkError: the request could not leave; nothing was sent. Prepare it again.
        """
        _check_unspent(prepared)
        owner: MailboxOwner = yield AddressBook.me(self)
        if owner.account_id != prepared.owner.account_id:
            raise LibrusConfigurationError(
                "This message was prepared for another account. Confirm it with the client that prepared it."
            )
        return (yield from _sent(prepared))

    @planned
    def send(self, recipients: Sequence[Receiver | Id | int], subject: str, body: str) -> Plan[Delivery]:
        """Prepare a message and send it, once. **People get it.** See ``prepare()`` and ``confirm()``.

        Raises:
            LibrusConfigurationError: as ``prepare()``; nothing is sent.
            LibrusNetworkError: the request could not leave; nothing was sent.
        """
        preparing = Sending.prepare(self, recipients, subject, body)
        del subject, body
        return (yield from _sent((yield from preparing)))

    @planned
    def prepare_reply(
        self, message_id: Id | int, body: str, *, mailbox: MailboxName = "inbox"
    ) -> Plan[Prepared]:
        """Make an answer ready, without sending it. **Opens the message, which marks it as read.**

        Args:
            message_id: the message to answer.
            body: as for ``prepare()``.
            mailbox: where the message is.

        Raises:
            LibrusConfigurationError: a limit is broken, or the message cannot be answered.
        """
        text = boxed(body)
        del body
        number = _number(message_id)
        _check_body(text)
        if box(mailbox) in _SENT:
            raise LibrusConfigurationError("Only what was received can be answered; write a new message.")
        owner: MailboxOwner = yield AddressBook.me(self)
        original: MailMessage = yield AddressBook.open(self, message_id, mailbox=mailbox)
        if original.no_reply or original.sender is None:
            raise LibrusConfigurationError(
                "This message cannot be answered: Librus does not take replies to it. Write a new message."
            )
        sender = Receiver(
            account_id=original.sender.id, label=original.sender_name, group=original.sender_group
        )
        title = _answered(original.subject_text)
        return Prepared(owner, (sender,), title, text.reveal(), answers=number)

    @planned
    def reply(self, message_id: Id | int, body: str, *, mailbox: MailboxName = "inbox") -> Plan[Delivery]:
        """Answer a message, once. **Its sender gets it**, and the message is marked as read.

        Librus does not say under which id the answer is kept.

        Raises:
            LibrusConfigurationError: as ``prepare_reply()``; nothing is sent.
            LibrusNetworkError: the request could not leave; nothing was sent.
        """
        preparing = Sending.prepare_reply(self, message_id, body, mailbox=mailbox)
        del body
        return (yield from _sent((yield from preparing)))

    @planned
    def withdraw(self, message_id: Id | int) -> Plan[Delivery]:
        """Take a message back that was sent. It works only as long as Librus allows it.

        Reads the message in the outbox before, which marks nothing. An ``unknown`` outcome is found out by
        reading it once more: ``open(message_id, mailbox="outbox").is_withdrawn``.

        Raises:
            LibrusConfigurationError: it was withdrawn, or it is too late; nothing is changed.
            LibrusNetworkError: the request could not leave; nothing was changed.
        """
        message: MailMessage = yield AddressBook.open(self, message_id, mailbox="outbox")
        if message.is_withdrawn:
            raise LibrusConfigurationError("This message was withdrawn already.")
        if message.can_withdraw is False:
            raise LibrusConfigurationError(
                "This message can no longer be withdrawn: Librus allows it for a while only."
            )
        path = f"messages/{id_segment(message_id, 'message_id')}/withdrawal"
        return (yield from _told(delivering(path, None, is_told=False, is_put=True)))


# --- what goes out ----------------------------------------------------------------------------------------


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _html(body: str) -> str:
    """Return plain text as the HTML the reader's browser is shown."""
    return escape(body, quote=False).replace("\r\n", "\n").replace("\r", "\n").replace("\n", "<br>")


def _sent(prepared: Prepared) -> Plan[Delivery]:
    prepared.spend()
    return (yield from _told(_letter(prepared)))


def _letter(prepared: Prepared) -> Delivering:
    # A frame of its own, which no traceback shows.
    document: dict[str, Any] = {
        "receivers": {"schoolReceivers": [{"accountId": each.account_id} for each in prepared.recipients]},
        "topic": _packed(prepared.subject),
        "content": _packed(_html(prepared.body)),
        "storageId": None,
        "category": "normal",
    }
    if prepared.answers is None:
        return delivering("messages", document)
    document["originalMessageId"] = prepared.answers
    return delivering("messages/reply", document, is_told=False)


def _told(send: Delivering) -> Plan[Delivery]:
    delivery: Delivery = yield send
    return delivery


_ANSWER: Final = "Re: "


def _answered(subject: str) -> str:
    line = " ".join(subject.split())
    answer = line if line.lower().startswith(_ANSWER.strip().lower()) else f"{_ANSWER}{line}"
    return answer.strip()[:LONGEST_SUBJECT]


# --- what is checked before -------------------------------------------------------------------------------


def _wanted(recipients: Sequence[Receiver | Id | int]) -> dict[str, int]:
    """Return the accounts, each with its position from 1."""
    if isinstance(recipients, str) or not isinstance(recipients, Sequence):
        raise LibrusConfigurationError("recipients must be a list of account ids or receivers.")
    if not 1 <= len(recipients) <= MOST_RECIPIENTS:
        raise LibrusConfigurationError(f"recipients must be 1 to {MOST_RECIPIENTS}; send several messages.")
    wanted: dict[str, int] = {}
    for position, each in enumerate(recipients, 1):
        given = each.account_id if isinstance(each, Receiver) else each
        account = id_text(given, "each recipient")
        if account in wanted:
            raise LibrusConfigurationError(
                f"Recipient {position} is the same as recipient {wanted[account]}. Name everybody once."
            )
        wanted[account] = position
    return wanted


def _check_found(wanted: Mapping[str, int], found: Mapping[str, Receiver]) -> None:
    missing = [position for account, position in wanted.items() if account not in found]
    if missing:
        raise LibrusConfigurationError(
            f"{_counted(missing)} not among those this account can write to. Look for the account id in "
            "receivers_of(...) of each of receiver_types()."
        )
    away = [wanted[account] for account, person in found.items() if not person.is_available]
    if away:
        raise LibrusConfigurationError(
            f"{_counted(sorted(away))} not available at the moment. Leave them out, or write when they are "
            "back (availability.return_at of the receiver)."
        )


def _counted(positions: Sequence[int]) -> str:
    named = ", ".join(map(str, positions))
    return f"Recipient {named} is" if len(positions) == 1 else f"Recipients {named} are"


def _check_unspent(prepared: Prepared) -> None:
    if not isinstance(prepared, Prepared):
        raise LibrusConfigurationError("confirm wants what prepare() or prepare_reply() returned.")
    if prepared.is_spent:
        prepared.spend()


def _check_subject(subject: Secret) -> None:
    _check_text(subject, "subject", LONGEST_SUBJECT)
    if not subject.reveal().isprintable():
        raise LibrusConfigurationError("subject must be one line without control characters.")


def _check_body(body: Secret) -> None:
    _check_text(body, "body", LONGEST_BODY)
    if any(sign < " " and sign not in "\t\n\r" for sign in body.reveal()):
        raise LibrusConfigurationError("body must be plain text; this one holds control characters.")


def _check_text(text: Secret, name: str, longest: int) -> None:
    if not is_text(text):
        raise LibrusConfigurationError(f"{name} must be text.")
    length = len(text.reveal())
    if not text.reveal().strip() or length > longest:
        raise LibrusConfigurationError(
            f"{name} must have 1 to {longest} characters, not white space alone; this one has {length}."
        )


def _number(message_id: Id | int) -> int:
    text = id_text(message_id, "message_id")
    if not (text.isascii() and text.isdecimal()):
        raise LibrusConfigurationError("message_id must be a number to be answered.")
    return int(text)
