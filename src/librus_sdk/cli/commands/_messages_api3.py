"""``librus messages``: what the phone application's back end tells, for those who pay for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .._columns import ID
from .._coming import latest_first
from .._days import moment, moment_cell
from .._document import Cell, Column, Fields, Kind, Part, Section, Sentence, Styled, Table, styled, table_or
from .._invocation import Invocation, Reading
from .._names import Names, or_none, together, users
from .._words import NOTHING, counted, one_line
from ._messages_parts import ATTACHMENTS, SUBJECT, saves

if TYPE_CHECKING:
    from ...models import Embedded, Me, Message, Ref, Rows

__all__ = ["api3_attachments", "api3_get", "api3_list", "api3_unread", "exchanged"]

_MESSAGES: Final = (
    ID,
    Column("State", stiff=True),
    Column("Sent", right=True, stiff=True),
    Column("From / to"),
    SUBJECT,
)


# --- lists ------------------------------------------------------------------------------------------------


def api3_list(invocation: Invocation, after_id: str | None) -> None:
    """List messages."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        rows, (names, me) = await together(
            reading.client.messages.list(after_id=after_id), users(reading), or_none(reading.tables.me.get())
        )
        empty = "There are no messages." if after_id is None else "No message came after that one."
        return [Section(reading.title("Messages"), [_listed(reading, rows, _People(names, me), empty)])]

    invocation.read(lambda client: Messages.list(client.messages, after_id=after_id), text)


def exchanged(invocation: Invocation, person_id: str) -> None:
    """List the messages exchanged with a person."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        rows, (names, me) = await together(
            reading.client.messages.for_user(person_id), users(reading), or_none(reading.tables.me.get())
        )
        person = names.by_id(person_id)
        who = "one person" if person.startswith("#") else person
        part = _listed(reading, rows, _People(names, me), "There are none.")
        return [Section(reading.title("Messages"), [Sentence(f"Exchanged with {who}."), part])]

    invocation.read(lambda client: Messages.for_user(client.messages, person_id), text)


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


# --- one message ------------------------------------------------------------------------------------------


def api3_get(invocation: Invocation, message_id: str) -> None:
    """Show a message."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        message, (names,) = await together(reading.client.messages.get(message_id), users(reading))
        parts: list[Part] = [Fields(_head(message, names)), Sentence(message.body_text or "No text.")]
        if message.attachments:
            parts.append(_files(message))
        return [Section(one_line(message.subject_text), parts)]

    invocation.read(lambda client: Messages.get(client.messages, message_id), text)


def api3_attachments(invocation: Invocation, message_id: str) -> None:
    """List what is attached to a message."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        message = await reading.client.messages.get(message_id)
        parts: list[Part] = [Sentence("No files came with it.")]
        if message.attachments:
            parts = [_files(message), saves()]
        return [Section(one_line(message.subject_text), parts)]

    invocation.read(lambda client: Messages.get(client.messages, message_id), text)


def _files(message: Message) -> Table:
    return Table(ATTACHMENTS, [(file.id or NOTHING, file.name or NOTHING) for file in message.attachments])


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


# --- numbers ----------------------------------------------------------------------------------------------


def api3_unread(invocation: Invocation) -> None:
    """Show how many messages are unread."""
    from ...endpoints import Messages

    async def text(reading: Reading) -> Sequence[Section]:
        count = await reading.client.messages.unread()
        said = styled(f"{counted(count, 'unread message')}.", "strong") if count else "Nothing is unread."
        return [Section(reading.title("Messages"), [Sentence(said)])]

    invocation.read(lambda client: Messages.unread(client.messages), text)
