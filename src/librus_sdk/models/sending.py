"""A message that is ready to be sent, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from ..core.delivery import Delivery
from ..errors import LibrusConfigurationError
from .receivers import MailboxOwner, Receiver

__all__ = ["Delivery", "Prepared"]


class Prepared:
    """A message that is ready to be sent, once: look at whom it reaches, then confirm it.

    It can be neither copied nor pickled, so that nobody sends it twice. Private: the repr only counts.

    Attributes:
        owner: who sends it.
        recipients: whom it reaches, with names and groups as Librus shows them.
        subject: as it was given.
        body: plain text, as it was given.
        answers: the id of the message it answers; None for a new one.
        kinds: what the kinds of recipients are called, by the ``type`` of each; empty for an answer.
    """

    __slots__ = ("_unspent", "answers", "body", "kinds", "owner", "recipients", "subject")

    def __init__(
        self,
        owner: MailboxOwner,
        recipients: tuple[Receiver, ...],
        subject: str,
        body: str,
        *,
        answers: int | None = None,
        kinds: Mapping[str, str] | None = None,
    ) -> None:
        self.owner = owner
        self.recipients = recipients
        self.subject = subject
        self.body = body
        self.answers = answers
        self.kinds: Mapping[str, str] = kinds or {}
        # Taken by whoever sends it; a list gives its last member to one thread only.
        self._unspent = [True]

    @property
    def is_spent(self) -> bool:
        """Whether it was confirmed, whatever became of it."""
        return not self._unspent

    def spend(self) -> None:
        """Take the right to send it.

        Raises:
            LibrusConfigurationError: it was taken before.
        """
        if not _taken(self._unspent):
            raise LibrusConfigurationError(
                "This message was confirmed before, and it is sent once only. Look into the outbox; to send "
                "it again prepare it again."
            )

    def __repr__(self) -> str:
        count = len(self.recipients)
        spent = ", confirmed" if self.is_spent else ""
        return f"<Prepared: {count} {'recipient' if count == 1 else 'recipients'}{spent}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a prepared message cannot be copied or pickled: it would be sent twice")


def _taken(unspent: list[bool]) -> bool:
    try:
        return unspent.pop()
    except IndexError:
        return False
