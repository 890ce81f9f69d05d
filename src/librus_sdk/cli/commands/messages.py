"""``librus messages``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .._days import moment, with_weekday
from .._document import Cell, Column, Fields, Kind, Part, Section, Sentence, Styled, Table, styled
from .._invocation import Invocation, Reading
from .._names import Names, together, users
from .._options import LeafGroup, child_read, file_options, id_option
from .._words import NOTHING, counted

if TYPE_CHECKING:
    from ...models import Embedded, Message, MessageReceiverGroup, Ref, Rows

__all__ = ["command"]

_MESSAGES = (
    Column("Id", stiff=True),
    Column("State", stiff=True),
    Column("Sent", right=True, stiff=True),
    Column("From"),
    Column("Subject"),
)
_ATTACHMENTS = (Column("Id", stiff=True), Column("Attachment"))
_GROUPS = (Column("Id", stiff=True), Column("Name"))


@click.group("messages", cls=LeafGroup)
def command() -> None:
    """Messages (wiadomości), where the account has the paid subscription."""


@command.command("list")
@id_option("Only what came after the message with this id.", "--after-id", required=False)
@child_read
def list_(invocation: Invocation, after_id: str | None) -> None:
    """List received and sent messages, the latest first; Librus tells 300 at most."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        rows, (names,) = await together(
            reading.client.messages.list(after_id=after_id), users(reading.client)
        )
        empty = "There are no messages." if after_id is None else "No message came after that one."
        return [Section(reading.title("Messages"), [_listed(reading, rows, names, empty)])]

    invocation.read(lambda client: Messages.list(client.messages, after_id=after_id), text)


@command.command("for-user")
@id_option("The id of the person: messages get shows that of a sender.")
@child_read
def for_user(invocation: Invocation, id: str) -> None:
    """List the messages exchanged with a person, the latest first."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        rows, (names,) = await together(reading.client.messages.for_user(id), users(reading.client))
        person = names.by_id(id)
        who = "one person" if person.startswith("#") else person
        part = _listed(reading, rows, names, "There are none.")
        return [Section(reading.title("Messages"), [Sentence(f"Exchanged with {who}."), part])]

    invocation.read(lambda client: Messages.for_user(client.messages, id), text)


def _listed(reading: Reading, rows: Rows[Message], names: Names, empty: str) -> Part:
    reading.left_out(rows.rejected)
    if not rows:
        return Sentence(empty)
    # Stable: what has no date stays in Librus's order, at the end.
    latest_first = sorted(rows, key=lambda row: _seconds(row.send_date), reverse=True)
    return Table(_MESSAGES, [_row(message, names) for message in latest_first])


def _row(message: Message, names: Names) -> tuple[Cell, ...]:
    unread = message.read_date is None
    kind: Kind | None = "strong" if unread else None
    sent = moment(message.send_date) or NOTHING
    return (
        message.id,
        styled("unread" if unread else "read", kind),
        sent if isinstance(sent, Styled) else styled(sent, kind),
        styled(names(message.sender), kind),
        styled(_one_line(message.subject_text), kind),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split()) or NOTHING


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


@command.command("get")
@id_option("The id of the message (see messages list).")
@child_read
def get(invocation: Invocation, id: str) -> None:
    """Show a message and what is attached to it; whether Librus then counts it as read is not known."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        message, (names,) = await together(reading.client.messages.get(id), users(reading.client))
        parts: list[Part] = [Fields(_head(message, names)), Sentence(message.body_text or "No text.")]
        if message.attachments:
            rows = [(file.id or NOTHING, file.name or NOTHING) for file in message.attachments]
            parts.append(Table(_ATTACHMENTS, rows))
        return [Section(_one_line(message.subject_text), parts)]

    invocation.read(lambda client: Messages.get(client.messages, id), text)


def _head(message: Message, names: Names) -> list[tuple[str, Cell]]:
    people = ", ".join(_named(person, names) for person in message.all_receivers)
    return [
        ("from", _sender(message.sender, names)),
        ("to", people or NOTHING),
        ("sent", _written(message.send_date) or NOTHING),
        ("read", _written(message.read_date) or Styled("not yet", "strong")),
    ]


def _sender(person: Ref | None, names: Names) -> str:
    """Return the sender with the id that ``messages for-user`` wants."""
    if person is None:
        return NOTHING
    name = _named(person, names)
    return name if name.startswith("id ") else f"{name} (id {person.id})"


def _named(person: Ref | Embedded, names: Names) -> str:
    """Return a name, or the id where there is none."""
    name = names(person)
    return f"id {person.id}" if name.startswith("#") else name


def _written(at: datetime | None) -> str:
    return f"{with_weekday(at.date())} {at:%H:%M}" if at else ""


@command.command("unread")
@child_read
def unread(invocation: Invocation) -> None:
    """Say how many messages are unread."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        count = await reading.client.messages.unread()
        said = styled(f"{counted(count, 'unread message')}.", "strong") if count else "Nothing is unread."
        return [Section(reading.title("Messages"), [Sentence(said)])]

    invocation.read(lambda client: Messages.unread(client.messages), text)


@command.command("receiver-groups")
@child_read
def receiver_groups(invocation: Invocation) -> None:
    """List the groups of people a message can be sent to."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        rows = await reading.client.messages.receiver_groups()
        return _groups(reading, rows, "Groups of receivers", "There are no groups.")

    invocation.read(lambda client: Messages.receiver_groups(client.messages), text)


@command.command("receiver-group")
@id_option("The id of the group (see messages receiver-groups).")
@child_read
def receiver_group(invocation: Invocation, id: str) -> None:
    """Show who is in a group of receivers."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        rows = await reading.client.messages.receiver_group(id)
        return _groups(reading, rows, "Group of receivers", "Nobody is in this group.")

    invocation.read(lambda client: Messages.receiver_group(client.messages, id), text)


def _groups(reading: Reading, rows: Rows[MessageReceiverGroup], title: str, empty: str) -> Sequence[Section]:
    reading.left_out(rows.rejected)
    table = Table(_GROUPS, [(row.id or NOTHING, row.name or NOTHING) for row in rows])
    return [Section(f"{title} for {reading.child.student_name}", [table if rows else Sentence(empty)])]


@command.command("attachment")
@id_option("The id of the attachment (see messages get).")
@file_options
@child_read
def attachment(invocation: Invocation, id: str, output: Path, force: bool) -> None:
    """Write a file that came with a message to the disk."""
    from ...endpoints import Messages

    invocation.download(lambda client: Messages.attachment(client.messages, id), output, force)
