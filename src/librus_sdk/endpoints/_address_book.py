"""Who can be written to, and who writes."""

from __future__ import annotations

from typing import Final

from ..models._fields import Id
from ..models.page import Page
from ..models.post import MailMessage
from ..models.receivers import (
    MailboxOwner,
    MessageReceiver,
    MessageSender,
    Receiver,
    ReceiverTypes,
    StudentSubject,
)
from ..models.rows import Rows
from ._boxes import MailboxName, box
from ._declare import C, Family, Get, endpoint, from_one, id_segment, id_text
from ._post_shapes import opened, page_of, people, rows_or_bare
from ._shapes import one, root_or_one

__all__ = ["AddressBook"]

_FAMILIES: Final = frozenset(
    {
        "guardians",
        "parents",
        "parents,guardians",
        "parentsCouncil",
        "students",
        "virtualGuardians",
        "virtualParents",
        "virtualStudents",
    }
)
_CLASS_PARENTS: Final = "classParents"


def _group_path(receiver_type: str) -> str:
    """Return where the people of a kind are listed; schools add kinds of their own to the staff."""
    if receiver_type == _CLASS_PARENTS:
        return "receivers/groups/class-parents"
    if receiver_type in _FAMILIES:
        return "receivers/groups/students-and-attendants"
    return "receivers/groups/school-employees"


def _which(page: int, limit: int) -> dict[str, object]:
    return {"page": from_one(page, "page"), "limit": from_one(limit, "limit")}


class AddressBook(Family[C]):
    """Who can be written to, and who writes: what :class:`Mailbox` has besides messages."""

    family = "mailbox"

    @endpoint("getWiadomosciMe", tag="messages")
    def me(self) -> Get[MailboxOwner]:
        """Read whose mailboxes these are: the parent's, for this child."""
        return Get("me", root_or_one(MailboxOwner, "data"), place="messages")

    @endpoint("listWiadomosciSenders", tag="messages")
    def senders(self, *, page: int = 1, limit: int = 50) -> Get[Page[MessageSender]]:
        """Read who has written to this mailbox."""
        decode = page_of(MessageSender, page, limit)
        return Get("inbox/messages/senders", decode, _which(page, limit), place="messages")

    @endpoint("listWiadomosciReceivers", tag="messages")
    def receivers(self, *, page: int = 1, limit: int = 50) -> Get[Page[MessageReceiver]]:
        """Read who was written to from this mailbox."""
        decode = page_of(MessageReceiver, page, limit)
        return Get("outbox/messages/receivers", decode, _which(page, limit), place="messages")

    @endpoint("listWiadomosciReceiverTypes", tag="messages")
    def receiver_types(self) -> Get[ReceiverTypes]:
        """Read the kinds of people that can be written to; ``receivers_of`` lists those of one kind."""
        return Get("receivers/types", one("data", ReceiverTypes), {"includeClass": True}, place="messages")

    @endpoint("listWiadomosciReceiversOfType", tag="messages")
    def receivers_of(self, receiver_type: str) -> Get[Rows[Receiver]]:
        """Read the people of one kind, e.g. ``teachers``. Personal data.

        Staff, families, and the parents of the class are asked for at three addresses; a kind this version
        does not know is taken for staff.

        Args:
            receiver_type: the ``id`` of one of ``receiver_types()``.

        Raises:
            LibrusConfigurationError: it is empty; nothing is sent.
        """
        query = {"receiverType": id_text(receiver_type, "receiver_type")}
        return Get(_group_path(receiver_type), people(receiver_type), query, place="messages")

    @endpoint("listWiadomosciStudentSubjects", tag="messages")
    def student_subjects(self) -> Get[Rows[StudentSubject]]:
        """Read who teaches the child what, by the accounts that can be written to."""
        return Get("receivers/student-subjects", rows_or_bare(StudentSubject), place="messages")

    @endpoint("getWiadomosciMessage", tag="messages")
    def open(self, message_id: Id | int, *, mailbox: MailboxName = "inbox") -> Get[MailMessage]:
        """Open a message: read all of it. **In the inbox this marks it as read, and the sender sees that.**

        ``get()`` reads without that where it can.

        Raises:
            LibrusConfigurationError: there is no such mailbox; nothing is sent.
        """
        path = f"{box(mailbox)}/messages/{id_segment(message_id, 'message_id')}"
        return Get(path, opened(mailbox), place="messages")
