"""``librus messages bff-list``: what the phone application's own back end tells, for research."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from .._coming import latest_first
from .._days import moment_cell
from .._document import Column, Section, Sentence, Table
from .._invocation import Invocation, Reading
from .._options import child_read
from .._words import NOTHING, one_line
from ._messages_parts import SUBJECT, MessagesLeaf

if TYPE_CHECKING:
    from ...models import BffMessage

__all__ = ["bff_list"]

_MESSAGES: Final = (Column("Sent", right=True, stiff=True), Column("From"), SUBJECT)


@click.command("bff-list", cls=MessagesLeaf)
@child_read
def bff_list(invocation: Invocation) -> None:
    """List received messages as the phone application's own back end has them; a host of tests by its name.

    It needs the family account. Whether it marks messages as read is not known.
    """
    from ...endpoints import BffMessages

    async def work(reading: Reading) -> None:
        client = await reading.session.for_child_bff(reading.child)
        if invocation.form == "json":
            invocation.dump(reading.payload(await client.as_sent(BffMessages.list(client.messages))))
            return
        rows = await client.messages.list()
        reading.left_out(rows.rejected)
        title = reading.title("Received messages")
        if not rows:
            invocation.show([Section(title, [Sentence("There are no messages.")])])
            return
        shown = [_row(message) for message in latest_first(rows, lambda message: message.send_date)]
        texts = Sentence("What they say is in --format json.")
        invocation.show([Section(title, [Table(_MESSAGES, shown), texts])])

    invocation.run_for_child(work)


def _row(message: BffMessage) -> tuple[str, ...]:
    return (
        str(moment_cell(message.send_date)),
        message.sender_name or NOTHING,
        one_line(message.subject_text),
    )
