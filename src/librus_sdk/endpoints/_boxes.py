"""The mailboxes there are."""

from __future__ import annotations

from typing import Final, Literal, get_args

from ..errors import LibrusConfigurationError

__all__ = ["MAILBOXES", "MailboxName", "box"]

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
