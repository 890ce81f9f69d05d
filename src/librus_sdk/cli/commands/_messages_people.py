"""``librus messages receivers``: the address book of the messages' website."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import click

from .._days import with_weekday
from .._document import Column, Section, Sentence, Styled, Table
from .._invocation import Invocation, Reading
from .._names import or_none, together
from .._options import child_read, id_option
from .._words import NOTHING
from ._messages_mail import read_mail
from ._messages_parts import MessagesLeaf, sending_option

if TYPE_CHECKING:
    from ...clients.wiadomosci import AsyncWiadomosciClient
    from ...models import Receiver

__all__ = ["receivers"]

_KINDS: Final = (Column("Type"), Column("Who they are"))
_PEOPLE: Final = (
    Column("Account id", right=True, stiff=True),
    Column("Name"),
    Column("Class or group"),
    Column("Not available"),
)


@click.command("receivers", cls=MessagesLeaf)
@id_option(
    "kind", "messages receivers", "--type", optional="Only the people of this kind, with their account ids"
)
@sending_option
@child_read
def receivers(invocation: Invocation, type: str | None) -> None:
    """List the kinds of people a message can be sent to, or the people of one kind."""
    from ...endpoints import Mailbox

    if type is None:
        read_mail(invocation, lambda mail: Mailbox.receiver_types(mail.messages), _kinds_text)
        return

    async def text(reading: Reading, mail: AsyncWiadomosciClient) -> Sequence[Section]:
        rows, (kinds,) = await together(
            mail.messages.receivers_of(type), or_none(mail.messages.receiver_types())
        )
        reading.left_out(rows.rejected)
        names = {kind.id: kind.name for kind in (kinds.types if kinds else ())}
        title = names.get(type) or "People to write to"
        if not rows:
            return [Section(title, [Sentence("Nobody of this kind can be written to.")])]
        sends = Sentence("To write to them: librus messages send --to ACCOUNT-ID")
        return [Section(title, [Table(_PEOPLE, [_row(each) for each in rows]), sends])]

    read_mail(invocation, lambda mail: Mailbox.receivers_of(mail.messages, type), text)


async def _kinds_text(reading: Reading, mail: AsyncWiadomosciClient) -> Sequence[Section]:
    types = (await mail.messages.receiver_types()).types
    title = f"Who can be written to about {reading.student_name}"
    if not types:
        return [Section(title, [Sentence("Librus lists nobody.")])]
    rows = [(kind.id or NOTHING, kind.name or NOTHING) for kind in types]
    lists = Sentence("To list the people of one kind: librus messages receivers --type TYPE")
    return [Section(title, [Table(_KINDS, rows), lists])]


def _row(person: Receiver) -> tuple[str | Styled, ...]:
    away = "" if person.is_available else Styled(_until(person), "bad")
    return (person.account_id, person.shown_name or NOTHING, person.group or "", away)


def _until(person: Receiver) -> str:
    """Return until when somebody is away, as far as Librus says it."""
    sent = person.availability.return_at if person.availability else None
    if not sent:
        return "at the moment"
    try:
        return f"until {with_weekday(date.fromisoformat(sent[:10]))}"
    except ValueError:
        return f"until {sent}"
