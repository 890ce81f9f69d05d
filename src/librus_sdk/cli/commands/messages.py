"""``librus messages``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from .._columns import ID
from .._document import Column, Section, table_or
from .._invocation import Invocation, Reading
from .._options import child_download, child_read, id_option
from .._words import NOTHING
from ._messages_api3 import api3_attachments, api3_get, api3_list, api3_unread, exchanged
from ._messages_bff import bff_list
from ._messages_mail import (
    MailOf,
    mail_attachment,
    mail_attachments,
    mail_get,
    mail_list,
    mail_unread,
)
from ._messages_parts import (
    Backend,
    MessagesGroup,
    backend_option,
    mailbox_option,
    mark_read_option,
    website_only,
)
from ._messages_people import receivers
from ._messages_send import mark_read, reply, send, withdraw

if TYPE_CHECKING:
    from ...models import MessageReceiverGroup, Rows

__all__ = ["command"]

_GROUPS: Final = (ID, Column("Name"))
_AFTER: Final = "Only what came after the message with this id"


@click.group("messages", cls=MessagesGroup)
def command() -> None:
    """Messages (wiadomości), with the paid subscription or without; sending them."""


# --- reading ----------------------------------------------------------------------------------------------


def _list_options(shown_by: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the options of a list; the two back ends know a message by different ids."""
    options = (
        id_option("message", shown_by, "--after-id", optional=_AFTER),
        mailbox_option("which mailbox"),
        click.option("--unread", is_flag=True, help="With wiadomosci: only what is unread."),
        click.option(
            "--page",
            type=click.IntRange(min=1),
            default=None,
            help="With wiadomosci: which page, of 50 messages each; the first is the latest.",
        ),
    )

    def given(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return given


@command.command("list")
@_list_options("messages list")
@backend_option
@child_read
def list_(
    invocation: Invocation,
    after_id: str | None,
    mailbox: str | None,
    unread: bool,
    page: int | None,
    backend: Backend,
) -> None:
    """List messages, the latest first.

    With api3 these are the received and the sent ones, 300 at most; with wiadomosci those of one mailbox,
    page by page, and none is marked as read.
    """
    website_only(backend, mailbox=mailbox, unread=unread, page=page)
    if backend == "api3":
        api3_list(invocation, after_id)
    else:
        mail_list(invocation, MailOf(mailbox or "inbox", page or 1, unread, after_id))


@command.command("wiadomosci-list")
@_list_options("messages wiadomosci-list")
@child_read
def wiadomosci_list(
    invocation: Invocation, after_id: str | None, mailbox: str | None, unread: bool, page: int | None
) -> None:
    """List a mailbox of the messages' website: messages list --backend wiadomosci."""
    mail_list(invocation, MailOf(mailbox or "inbox", page or 1, unread, after_id))


@command.command("get")
@id_option("message", "messages list")
@mailbox_option("which mailbox it is in")
@mark_read_option
@backend_option
@child_read
def get(invocation: Invocation, id: str, mailbox: str | None, mark_read: bool, backend: Backend) -> None:
    """Show a message and what is attached to it.

    With wiadomosci an unread message of the inbox is shown as its list shows it, unless --mark-read opens it;
    one of any other mailbox is opened, which may mark it as read. Whether api3 counts a message as read that
    is shown is not known.
    """
    website_only(backend, mailbox=mailbox, mark_read=mark_read)
    if backend == "api3":
        api3_get(invocation, id)
    else:
        mail_get(invocation, id, mailbox or "inbox", mark_read)


@command.command("wiadomosci-get")
@id_option("message", "messages wiadomosci-list")
@mailbox_option("which mailbox it is in")
@mark_read_option
@child_read
def wiadomosci_get(invocation: Invocation, id: str, mailbox: str | None, mark_read: bool) -> None:
    """Show a message of the messages' website: messages get --backend wiadomosci.

    An unread message of the inbox is shown as its list shows it, unless --mark-read opens it; one of any
    other mailbox is opened, which may mark it as read.
    """
    mail_get(invocation, id, mailbox or "inbox", mark_read)


@command.command("unread")
@backend_option
@child_read
def unread(invocation: Invocation, backend: Backend) -> None:
    """Show how many messages are unread."""
    if backend == "api3":
        api3_unread(invocation)
    else:
        mail_unread(invocation)


@command.command("wiadomosci-unread")
@child_read
def wiadomosci_unread(invocation: Invocation) -> None:
    """Show how many messages of the messages' website are unread: messages unread --backend wiadomosci."""
    mail_unread(invocation)


@command.command("for-user")
@id_option("sender", "messages get")
@child_read
def for_user(invocation: Invocation, id: str) -> None:
    """List the messages exchanged with a person, the latest first; needs the paid subscription."""
    exchanged(invocation, id)


# --- files ------------------------------------------------------------------------------------------------


@command.command("attachments")
@id_option("message", "messages list")
@mailbox_option("which mailbox it is in")
@mark_read_option
@backend_option
@child_read
def attachments(
    invocation: Invocation, id: str, mailbox: str | None, mark_read: bool, backend: Backend
) -> None:
    """List the files that came with a message.

    With wiadomosci they are known once the message was opened, which marks it as read: an unread one of the
    inbox is opened with --mark-read only, one of any other mailbox always.
    """
    website_only(backend, mailbox=mailbox, mark_read=mark_read)
    if backend == "api3":
        api3_attachments(invocation, id)
    else:
        mail_attachments(invocation, id, mailbox or "inbox", mark_read)


@command.command("attachment")
@id_option("attachment", "messages attachments")
@id_option(
    "message", "messages wiadomosci-list", "--message", optional="With wiadomosci: the id of its message"
)
@mailbox_option("which mailbox that message is in")
@backend_option
@child_download
def attachment(
    invocation: Invocation,
    id: str,
    message: str | None,
    mailbox: str | None,
    backend: Backend,
    output: Path,
    force: bool,
) -> None:
    """Save a file that came with a message."""
    from ...endpoints import Messages

    website_only(backend, message=message, mailbox=mailbox)
    if backend == "api3":
        invocation.download(lambda client: Messages.attachment(client.messages, id), output, force)
    elif message is None:
        said = "--backend wiadomosci needs the id of the file's message as well: --message ID"
        raise click.UsageError(said, click.get_current_context())
    else:
        mail_attachment(invocation, id, message, mailbox or "inbox", output, force)


# --- people -----------------------------------------------------------------------------------------------


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
    return [Section(f"{title} for {reading.student_name}", [table_or(_GROUPS, cells, empty)])]


for _other in (receivers, send, reply, withdraw, mark_read, bff_list):
    command.add_command(_other)
