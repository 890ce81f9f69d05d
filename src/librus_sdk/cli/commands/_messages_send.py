"""``librus messages``: what reaches people. It is shown before, asked about, and done once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ...errors import LibrusConfigurationError
from .._document import Cell, Fields, Section, Sentence
from .._invocation import Invocation, Reading
from .._options import child_command, id_option
from .._words import NOTHING, one_line
from ._messages_asking import Act, Told, body_of, carry_out, check_body, check_can_ask, outcome
from ._messages_mail import message_head
from ._messages_parts import MessagesLeaf, sending_option

if TYPE_CHECKING:
    from ...clients.wiadomosci import AsyncWiadomosciClient
    from ...models import Delivery, MailMessage, Prepared, Receiver

__all__ = ["mark_read", "reply", "send", "withdraw"]

_OUTBOX: Final = "librus messages wiadomosci-list --mailbox outbox"
_SENDING: Final = Told(
    question="Send it?",
    accepted=("Sent", "Librus has taken it."),
    rejected=("Not sent", "Librus refused it, and nobody got it."),
    unknown=(
        "Not known whether it was sent",
        f"Look into the outbox before you send it again: {_OUTBOX}",
    ),
    declined=("Not sent", "Nobody got it."),
    nothing="Nothing was sent.",
)
_REPLYING: Final = Told(
    question=_SENDING.question,
    accepted=_SENDING.accepted,
    rejected=_SENDING.rejected,
    unknown=_SENDING.unknown,
    declined=("Not sent", "Nobody got it. The message it answers was opened, and counts as read."),
    nothing=_SENDING.nothing,
)
_WITHDRAWING: Final = Told(
    question="Take it back?",
    accepted=("Taken back", "Librus has withdrawn the message."),
    rejected=("Not taken back", "Librus refused it, and the message stands."),
    unknown=(
        "Not known whether it was taken back",
        "To see whether it was withdrawn: librus messages wiadomosci-get --mailbox outbox --id ID",
    ),
    declined=("Not taken back", "The message stands."),
    nothing="Nothing was withdrawn.",
)
_MARKING: Final = Told(
    question="Mark it as read?",
    accepted=("Marked as read", "Its sender can see that."),
    rejected=("Not marked as read", "Librus refused it."),
    unknown=("Not known whether it was marked as read", "To see: librus messages wiadomosci-list"),
    declined=("Not marked as read", "It is unread as before."),
    nothing="",
)

_yes_option = click.option("--yes", is_flag=True, help="Do it without asking.")


def _writes(function: Callable[..., Any]) -> Callable[..., Any]:
    data = 'what became of it: {"outcome": "accepted", "rejected", "unknown" or "declined", ...}.'
    return _yes_option(sending_option(child_command(data)(function)))


def _text_options(function: Callable[..., Any]) -> Callable[..., Any]:
    body = click.option("--body", metavar="TEXT", default=None, help="What it says, as plain text.")
    file = click.option(
        "--body-file",
        type=click.Path(path_type=Path, allow_dash=True),
        metavar="FILE",
        default=None,
        help="The file with what it says, UTF-8; - is standard input, which then needs --yes.",
    )
    return body(file(function))


# --- sending ----------------------------------------------------------------------------------------------


@click.command("send", cls=MessagesLeaf)
@click.option(
    "--to",
    multiple=True,
    required=True,
    metavar="ACCOUNT-ID",
    help="Whom to write to; may be given up to 50 times. librus messages receivers --type shows the ids.",
)
@click.option("--subject", required=True, metavar="TEXT", help="What it is about, one line.")
@_text_options
@_writes
def send(
    invocation: Invocation,
    to: tuple[str, ...],
    subject: str,
    body: str | None,
    body_file: Path | None,
    yes: bool,
) -> None:
    """Send a message: shows whom it reaches, asks, and sends it once.

    It is free for everybody. Status 0 means that Librus has taken the message; with any other look at what
    is said, or at the outcome in --format json, which tells them all apart: a message that may have been sent
    is not sent again by itself.
    """
    check_body(body, body_file)
    check_can_ask(yes)
    text = body_of(body, body_file)

    async def work(reading: Reading) -> None:
        mail = await reading.mail()
        prepared = await mail.messages.prepare(to, subject, text)
        await _sent(reading, mail, prepared, _SENDING, yes)

    invocation.run_for_child(work)


@click.command("reply", cls=MessagesLeaf)
@id_option("message to answer", "messages wiadomosci-list")
@_text_options
@_writes
def reply(invocation: Invocation, id: str, body: str | None, body_file: Path | None, yes: bool) -> None:
    """Answer a received message: opens it, which marks it as read; shows the answer, asks, and sends it once.

    Status 0 means that Librus has taken it; with any other the outcome in --format json tells what happened.
    """
    check_body(body, body_file)
    check_can_ask(yes)
    text = body_of(body, body_file)

    async def work(reading: Reading) -> None:
        mail = await reading.mail()
        prepared = await mail.messages.prepare_reply(id, text)
        await _sent(reading, mail, prepared, _REPLYING, yes)

    invocation.run_for_child(work)


async def _sent(
    reading: Reading, mail: AsyncWiadomosciClient, prepared: Prepared, told: Told, yes: bool
) -> None:
    people = "\n".join(_reached(person, prepared.kinds) for person in prepared.recipients)
    pairs: list[tuple[str, Cell]] = [
        ("from", prepared.owner.name or NOTHING),
        ("to", people),
        ("subject", prepared.subject),
    ]
    act = Act(
        told,
        [Section("To be sent", [Fields(pairs), Sentence(prepared.body)])],
        pairs,
        partial(mail.messages.confirm, prepared),
    )
    await carry_out(reading, act, yes)


def _reached(person: Receiver, kinds: Mapping[str, str]) -> str:
    """Return who it is, and what they are at the school."""
    roles = ", ".join(filter(None, (kinds.get(person.type or ""), person.group)))
    name = person.shown_name or f"account {person.account_id}"
    return f"{name} ({roles})" if roles else name


# --- what was sent or came --------------------------------------------------------------------------------


@click.command("withdraw", cls=MessagesLeaf)
@id_option("sent message", "messages wiadomosci-list --mailbox outbox")
@_writes
def withdraw(invocation: Invocation, id: str, yes: bool) -> None:
    """Take a sent message back, which Librus allows for a while: shows it, asks, and does it once."""
    check_can_ask(yes)

    async def work(reading: Reading) -> None:
        mail = await reading.mail()
        message = await mail.messages.open(id, mailbox="outbox")
        if message.is_withdrawn or message.can_withdraw is False:
            why = "was withdrawn already" if message.is_withdrawn else "can no longer be withdrawn"
            raise LibrusConfigurationError(f"This message {why}. {_WITHDRAWING.nothing}")
        act = _about(message, "To be taken back", _WITHDRAWING, partial(mail.messages.withdraw, id))
        await carry_out(reading, act, yes)

    invocation.run_for_child(work)


@click.command("mark-read", cls=MessagesLeaf)
@id_option("received message", "messages wiadomosci-list")
@_writes
def mark_read(invocation: Invocation, id: str, yes: bool) -> None:
    """Mark a received message as read, which its sender can see: shows it and asks. There is no way back."""
    check_can_ask(yes)

    async def work(reading: Reading) -> None:
        mail = await reading.mail()
        message = await mail.messages.get(id)
        if not message.is_unread:
            already = Section("Read already", [Fields(_described(message))])
            reading.invocation.report(reading, outcome("accepted", message.id), [already])
            return

        async def opened() -> Delivery:
            from ...models import Delivery

            await mail.messages.mark_read(id)
            return Delivery("accepted", message_id=message.id)

        await carry_out(reading, _about(message, "To be marked as read", _MARKING, opened), yes)

    invocation.run_for_child(work)


def _about(message: MailMessage, title: str, told: Told, do: Callable[[], Any]) -> Act:
    pairs = _described(message)
    # Whether it was read is no longer so when it is done.
    after = [pair for pair in pairs if pair[0] != "read"]
    return Act(told, [Section(title, [Fields(pairs)])], after, do)


def _described(message: MailMessage) -> list[tuple[str, Cell]]:
    return [*message_head(message), ("subject", one_line(message.subject_text))]
