"""Messages as the phone application's own back end (BFF) tells them."""

from __future__ import annotations

from typing import Any

from msgspec import field

from ._bodies import decoded_body, plain_text
from ._fields import Id, OptionalId, OptionalNumber, OptionalText
from .messages import OptionalEpoch
from .receivers import full_name
from .rows import Record

__all__ = ["BffMessage"]


class BffMessage(Record, frozen=True, kw_only=True, rename="camel"):
    """A received message. Confirmed live. Private: the repr shows its id and when it was sent.

    Attributes:
        body: as sent; see :attr:`body_text`.
        send_date: when it was sent, in Warsaw time; None for a text that is no date.
        sender_first_name: the sender's first name.
        sender_last_name: the sender's last name.
        sender_color: of the sender's picture, a number.
    """

    id: Id
    subject: OptionalText = None
    body: OptionalText = None
    send_date: OptionalEpoch = None
    sender_id: OptionalId = None
    sender_first_name: OptionalText = field(name="senderName", default=None)
    sender_last_name: OptionalText = field(name="senderSurname", default=None)
    sender_color: OptionalNumber = None

    @property
    def subject_text(self) -> str:
        """The subject; ``""`` when there is none."""
        return self.subject or ""

    @property
    def body_text(self) -> str:
        """The body as plain text, links as ``text (address)``; ``""`` when there is none."""
        return plain_text(decoded_body(self.body or ""))

    @property
    def sender_name(self) -> str | None:
        """The sender's first and last name; None without any."""
        return full_name(self.sender_first_name, self.sender_last_name)

    def __repr__(self) -> str:
        return f"BffMessage(id={self.id!r}, send_date={self.send_date!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id), ("send_date", self.send_date)]
