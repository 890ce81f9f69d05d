"""Whose mailboxes there are on the messages' website, and who can be written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import field

from ._fields import Id, OptionalFlag, OptionalId, OptionalText, accepts, reads
from ._objects import listed
from .rows import Record

__all__ = [
    "Availability",
    "Correspondent",
    "MailboxOwner",
    "MessageReceiver",
    "MessageSender",
    "MessageTag",
    "Receiver",
    "ReceiverType",
    "ReceiverTypes",
    "StudentSubject",
    "full_name",
]


def full_name(*names: str | None) -> str | None:
    """Return the names that are there, in one text; None without any."""
    return " ".join(name for name in names if name) or None


class MailboxOwner(Record, frozen=True, kw_only=True, rename="camel"):
    """Whose mailboxes these are. Seen live by public clients. Personal data: the repr shows the account.

    Attributes:
        account_id: what others write to.
        group_id: ``5``, ``8`` and ``9`` are families.
        group_name: the same in words.
        origin_system: ``synergia``.
        access_to_attachments: whether files can be read.
    """

    account_id: OptionalId = None
    group_id: OptionalId = None
    group_name: OptionalText = None
    first_name: OptionalText = None
    last_name: OptionalText = None
    origin_system: OptionalText = None
    access_to_attachments: OptionalFlag = None

    @property
    def name(self) -> str | None:
        """First and last name; None without any."""
        return full_name(self.first_name, self.last_name)

    def __repr__(self) -> str:
        return f"MailboxOwner(account_id={self.account_id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("account_id", self.account_id)]


class MessageTag(Record, frozen=True, kw_only=True, rename="camel"):
    """A tag that can be put on messages. Only its name is known of; its fields are a guess."""

    id: OptionalId = None
    name: OptionalText = None


class Correspondent(Record, frozen=True, kw_only=True):
    """Somebody there are messages with. Seen live by public clients. Personal data: the repr shows the id.

    Attributes:
        id: for ``messages.conversation(...)`` and the filters of ``messages.list(...)``.
    """

    id: OptionalId = None
    first_name: OptionalText = None
    last_name: OptionalText = None

    @property
    def name(self) -> str | None:
        """First and last name; None without any."""
        return full_name(self.first_name, self.last_name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id)]


class MessageSender(Correspondent, frozen=True, kw_only=True):
    """Somebody who sent messages. Seen live by public clients. Personal data: the repr shows the id."""

    id: OptionalId = field(name="senderId", default=None)
    first_name: OptionalText = field(name="senderFirstName", default=None)
    last_name: OptionalText = field(name="senderLastName", default=None)


class MessageReceiver(Correspondent, frozen=True, kw_only=True):
    """Somebody messages were sent to. Seen live by public clients. Personal data: the repr shows the id."""

    id: OptionalId = field(name="receiverId", default=None)
    first_name: OptionalText = field(name="receiverFirstName", default=None)
    last_name: OptionalText = field(name="receiverLastName", default=None)


class StudentSubject(Record, frozen=True, kw_only=True, rename="camel"):
    """Who teaches the child what. Seen live by public clients."""

    teacher_identifier: OptionalId = None
    subject: OptionalText = None


class ReceiverType(Record, frozen=True, kw_only=True, rename="camel"):
    """A kind of people that can be written to. Seen live by public clients.

    Attributes:
        id: for ``messages.receivers_of(...)``, e.g. ``teachers``; schools add their own.
        name: in Polish.
    """

    id: OptionalId = None
    name: OptionalText = None


if TYPE_CHECKING:
    ReceiverTypeList: TypeAlias = tuple[ReceiverType, ...]
else:

    class ReceiverTypeList(metaclass=accepts(tuple)):
        """A list of kinds of receivers."""


reads(ReceiverTypeList, listed(ReceiverType))


class ReceiverTypes(Record, frozen=True, kw_only=True, rename="camel"):
    """The kinds of people that can be written to. Seen live by public clients.

    Attributes:
        default_group: the one the website begins with.
        types: all of them.
    """

    default_group: OptionalText = None
    types: ReceiverTypeList = field(name="list", default=())


class Availability(Record, frozen=True, kw_only=True, rename="camel"):
    """Whether somebody can be written to at the moment. Seen live by public clients.

    Attributes:
        return_at: when they are back, as sent.
    """

    is_available: OptionalFlag = None
    return_at: OptionalText = None


class Receiver(Record, frozen=True, kw_only=True, rename="camel"):
    """Somebody a message can be sent to. Seen live by public clients. Personal data: the repr shows the id.

    Attributes:
        account_id: what a message is sent to.
        label: the name as the website shows it; see :attr:`shown_name`.
        name: the same, for families.
        availability: None where Librus does not say.
        group: the class or group they stand under, for families; set by the list it comes from.
        type: the kind of receivers it was found among; set by the list it comes from.
    """

    account_id: Id
    label: OptionalText = None
    name: OptionalText = None
    user_id: OptionalId = None
    availability: Availability | None = field(name="availabilityStatus", default=None)
    # Not on the wire, hence the odd names: the list sets these two.
    group: str | None = field(name="@group", default=None)
    type: str | None = field(name="@type", default=None)

    @property
    def shown_name(self) -> str | None:
        """The name to show; None without any."""
        return self.label or self.name or None

    @property
    def is_available(self) -> bool:
        """Whether a message can be sent to them, as far as Librus says."""
        return self.availability is None or self.availability.is_available is not False

    def __repr__(self) -> str:
        return f"Receiver(account_id={self.account_id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("account_id", self.account_id)]
