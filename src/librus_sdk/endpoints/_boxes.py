"""The mailboxes there are, and opening a message in one."""

from __future__ import annotations

from typing import Final, Literal, get_args

from ..errors import LibrusConfigurationError
from ..models._fields import Id
from ..models.post import MailMessage
from ._declare import Get, id_segment
from ._post_shapes import opened

__all__ = ["MAILBOXES", "MailboxName", "box", "opening"]

MailboxName = Literal[
    "inbox",
    "outbox",
    "notes",
    "alerts",
    "substitutions",
    "absences",
    "justifications",
    "trash",
    "archive/inbox",
    "archive/outbox",
]
"""A mailbox. Not every account has all of them: ``alerts`` and ``substitutions`` were seen to be missing."""

MAILBOXES: Final[tuple[str, ...]] = get_args(MailboxName)


def box(mailbox: MailboxName) -> str:
    """Return a mailbox as it stands in a path. Raises LibrusConfigurationError when there is none such."""
    if mailbox not in MAILBOXES:
        known = ", ".join(MAILBOXES)
        raise LibrusConfigurationError(f"There is no such mailbox. The mailboxes are: {known}.")
    return mailbox


def opening(message_id: Id | int, mailbox: MailboxName) -> Get[MailMessage]:
    """Return the read that opens a message."""
    path = f"{box(mailbox)}/messages/{id_segment(message_id, 'message_id')}"
    return Get(path, opened(mailbox), place="messages")
