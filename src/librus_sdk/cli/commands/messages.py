"""``librus messages``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .._columns import ID
from .._coming import latest_first
from .._days import moment, moment_cell
from .._document import Cell, Column, Fields, Kind, Part, Section, Sentence, Styled, Table, styled, table_or
from .._invocation import Invocation, Reading
from .._names import Names, or_none, together, users
from .._options import LeafGroup, child_download, child_read, id_option
from .._words import NOTHING, counted, one_line

if TYPE_CHECKING:
    from ...models import Embedded, Me, Message, MessageReceiverGroup, Ref, Rows

__all__ = ["command"]

_MESSAGES = (
    ID,
    Column("State", stiff=True),
    Column("Sent", right=True, stiff=True),
    Column("From / to"),
    Column("Subject"),
)
_ATTACHMENTS = (ID, Column("Attachment"))
_GROUPS = (ID, Column("Name"))


@click.group("messages", cls=LeafGroup)
def command() -> None:
    """Messages (wiadomości), where the account has the paid subscription."""


@command.command("list")
@id_option("message", "messages list", "--after-id", optional="Only what came after the message with this id")
@child_read
def list_(invocation: Invocation, after_id: str | None) -> None:
    """List received and sent messages, the latest first; Librus tells 300 at most."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        rows, (names, me) = await together(
            reading.client.messages.list(after_id=after_id), users(reading), or_none(reading.client.me.get())
        )
        empty = "There are no messages." if after_id is None else "No message came after that one."
        return [Section(reading.title("Messages"), [_listed(reading, rows, _People(names, me), empty)])]

    invocation.read(lambda client: Messages.list(client.messages, after_id=after_id), text)


@command.command("for-user")
@id_option("sender", "messages get")
@child_read
def for_user(invocation: Invocation, id: str) -> None:
    """List the messages exchanged with a person, the latest first."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        rows, (names, me) = await together(
            reading.client.messages.for_user(id), users(reading), or_none(reading.client.me.get())
        )
        person = names.by_id(id)
        who = "one person" if person.startswith("#") else person
        part = _listed(reading, rows, _People(names, me), "There are none.")
        return [Section(reading.title("Messages"), [Sentence(f"Exchanged with {who}."), part])]

    invocation.read(lambda client: Messages.for_user(client.messages, id), text)


@dataclass(frozen=True)
class _People:
    """Who people are. ``me``: whose account it is; None when Librus does not tell."""

    names: Names
    me: Me | None

    def wrote(self, message: Message) -> bool:
        """Whether the family itself sent the message."""
        account = self.me.account if self.me else None
        sender = message.sender.id if message.sender else None
        return sender is not None and account is not None and sender in {account.id, account.user_id}

    def other(self, message: Message) -> str:
        """Return who sent the message, or to whom the family did."""
        if not self.wrote(message):
            return self.names(message.sender)
        receivers = message.all_receivers
        more = f" and {counted(len(receivers) - 1, 'other')}" if receivers[1:] else ""
        return f"to {self.names(receivers[0]) if receivers else NOTHING}{more}"


def _listed(reading: Reading, rows: Rows[Message], people: _People, empty: str) -> Part:
    reading.left_out(rows.rejected)
    shown = latest_first(rows, lambda message: message.send_date)
    return table_or(_MESSAGES, [_row(message, people) for message in shown], empty)


def _row(message: Message, people: _People) -> tuple[Cell, ...]:
    own = people.wrote(message)
    unread = message.read_date is None and not own
    kind: Kind | None = "strong" if unread else None
    sent = moment_cell(message.send_date)
    return (
        message.id,
        styled("sent" if own else "unread" if unread else "read", kind),
        sent if isinstance(sent, Styled) else styled(sent, kind),
        styled(people.other(message), kind),
        styled(one_line(message.subject_text), kind),
    )


@command.command("get")
@id_option("message", "messages list")
@child_read
def get(invocation: Invocation, id: str) -> None:
    """Show a message and what is attached to it; whether Librus then counts it as read is not known."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        message, (names,) = await together(reading.client.messages.get(id), users(reading))
        parts: list[Part] = [Fields(_head(message, names)), Sentence(message.body_text or "No text.")]
        if message.attachments:
            rows = [(file.id or NOTHING, file.name or NOTHING) for file in message.attachments]
            parts.append(Table(_ATTACHMENTS, rows))
        return [Section(one_line(message.subject_text), parts)]

    invocation.read(lambda client: Messages.get(client.messages, id), text)


def _head(message: Message, names: Names) -> list[tuple[str, Cell]]:
    people = ", ".join(_named(person, names) for person in message.all_receivers)
    return [
        ("from", _sender(message.sender, names)),
        ("to", people or NOTHING),
        ("sent", moment(message.send_date)),
        ("read", moment(message.read_date) if message.read_date else Styled("not yet", "strong")),
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


@command.command("unread")
@child_read
def unread(invocation: Invocation) -> None:
    """Show how many messages are unread."""
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
@id_option("group", "messages receiver-groups")
@child_read
def receiver_group(invocation: Invocation, id: str) -> None:
    """List who is in a group of receivers."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        rows = await reading.client.messages.receiver_group(id)
        return _groups(reading, rows, "Group of receivers", "Nobody is in this group.")

    invocation.read(lambda client: Messages.receiver_group(client.messages, id), text)


def _groups(reading: Reading, rows: Rows[MessageReceiverGroup], title: str, empty: str) -> Sequence[Section]:
    reading.left_out(rows.rejected)
    cells = [(row.id or NOTHING, row.name or NOTHING) for row in rows]
    return [Section(f"{title} for {reading.child.student_name}", [table_or(_GROUPS, cells, empty)])]


@command.command("attachment")
@id_option("attachment", "messages get")
@child_download
def attachment(invocation: Invocation, id: str, output: Path, force: bool) -> None:
    """Save a file that came with a message."""
    from ...endpoints import Messages

    invocation.download(lambda client: Messages.attachment(client.messages, id), output, force)
