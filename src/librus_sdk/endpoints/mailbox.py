"""The mailboxes of the messages' website (wiadomosci)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from ..errors import LibrusApiError
from ..models._fields import Id
from ..models.download import Download
from ..models.page import Page
from ..models.post import MailMessage, UnreadCounts
from ..models.receivers import MessageTag
from ..models.rows import Rows
from ._address_book import AddressBook
from ._boxes import MailboxName, box
from ._declare import C, Get, endpoint, from_one, id_segment, id_text, optional_id
from ._download import download
from ._plans import Plan, paged, planned
from ._post_shapes import messages_page, rows_or_bare
from ._sending import Sending
from ._shapes import one

__all__ = ["Mailbox"]

_SEARCH_PAGES: Final = 6
_SEARCH_LIMIT: Final = 50
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Mailbox(Sending[C]):
    """Messages on their own website (wiadomosci.librus.pl), which nobody has to pay for.

    It is ``client.messages`` of a client made with ``for_child_wiadomosci``. Looking at lists and counts
    marks nothing as read; opening a message of the inbox does, and its sender can see that. The mailboxes are
    ``inbox``, ``outbox``, ``notes``, ``alerts``, ``substitutions``, ``absences``, ``justifications``,
    ``trash``, ``archive/inbox`` and ``archive/outbox``; an account may lack some (404).
    """

    @endpoint("listWiadomosciMessages", tag="messages")
    def list(
        self,
        mailbox: MailboxName = "inbox",
        *,
        page: int = 1,
        limit: int = 50,
        after_id: Id | int | None = None,
        unread_only: bool = False,
        sender_id: Id | int | None = None,
        receiver_id: Id | int | None = None,
        category: str | None = None,
    ) -> Get[Page[MailMessage]]:
        """Read a page of a mailbox, the newest first, of each message its beginning. Marks none as read.

        Args:
            mailbox: which one.
            page: from 1.
            limit: messages on a page; public clients go up to 50, and 300 was seen to work.
            after_id: only messages newer than this one.
            unread_only: only what waits to be read.
            sender_id: only from this person; for what was received.
            receiver_id: only to this person; for what was sent.
            category: only of these categories, e.g. ``1,6``.

        Raises:
            LibrusConfigurationError: there is no such mailbox, or no such page; nothing is sent.
        """
        query: dict[str, object] = {
            "page": from_one(page, "page"),
            "limit": from_one(limit, "limit"),
            "afterId": optional_id(after_id, "after_id"),
            "unreadOnly": 1 if unread_only is True else None,
            "senderId": optional_id(sender_id, "sender_id"),
            "receiverId": optional_id(receiver_id, "receiver_id"),
            "category": category,
        }
        return Get(f"{box(mailbox)}/messages", messages_page(mailbox, page, limit), query, place="messages")

    @planned
    def get(
        self, message_id: Id | int, *, mailbox: MailboxName = "inbox", mark_read: bool = False
    ) -> Plan[MailMessage]:
        """Read one message, by default without marking it as read.

        A message of the inbox that nobody has opened is returned as its list shows it, with ``is_preview``
        set: there is no way to read the rest without marking it. It is looked for among the newest 300. With
        ``mark_read``, and in any other mailbox, it is opened right away.

        Raises:
            LibrusConfigurationError: there is no such mailbox; nothing is sent.
            LibrusApiError: status 404: it is not there, or not among the newest 300.
        """
        id_segment(message_id, "message_id")
        if mark_read or box(mailbox) != "inbox":
            return (yield from _opened(self, message_id, mailbox))
        for page in range(1, _SEARCH_PAGES + 1):
            found: Page[MailMessage] = yield Mailbox.list(self, page=page, limit=_SEARCH_LIMIT)
            message = found.by_id(message_id)
            if message is not None:
                # Opening what was read before changes nothing.
                return message if message.is_unread else (yield from _opened(self, message_id, mailbox))
            if not found.has_more:
                break
        raise _not_found()

    @planned
    def mark_read(self, message_id: Id | int) -> Plan[MailMessage]:
        """Mark a message of the inbox as read, and return it. **Its sender can see that.**

        Opening it is the only known way. There is none back.
        """
        return (yield from _opened(self, message_id, "inbox"))

    @paged
    def iterate(
        self,
        mailbox: MailboxName = "inbox",
        *,
        limit: int = 50,
        unread_only: bool = False,
        sender_id: Id | int | None = None,
        receiver_id: Id | int | None = None,
    ) -> Callable[[], Plan[Sequence[MailMessage]]]:
        """Iterate over a whole mailbox, the newest first, reading each page when it is reached.

        A message that comes again, because new ones have moved the pages, is left out. The arguments are
        those of ``list()``; do not open messages while iterating with ``unread_only``, or some are skipped.
        """
        walk = _Walk(
            lambda page: Mailbox.list(
                self,
                mailbox,
                page=page,
                limit=limit,
                unread_only=unread_only,
                sender_id=sender_id,
                receiver_id=receiver_id,
            )
        )
        return walk.messages

    @paged
    def pages(
        self, mailbox: MailboxName = "inbox", *, limit: int = 50, unread_only: bool = False
    ) -> Callable[[], Plan[Sequence[Page[MailMessage]]]]:
        """Iterate over the pages of a mailbox as ``list()`` returns them, reading each when it is reached."""
        walk = _Walk(
            lambda page: Mailbox.list(self, mailbox, page=page, limit=limit, unread_only=unread_only)
        )
        return walk.pages

    @planned
    def conversation(self, person_id: Id | int, *, limit: int = 50) -> Plan[Rows[MailMessage]]:
        """Read what was exchanged with a person, the newest first: at most ``limit`` each way.

        Librus keeps no conversations; this puts together what came from the person and what was sent to them.
        Marks nothing as read.
        """
        person = id_text(person_id, "person_id")
        came: Page[MailMessage] = yield Mailbox.list(self, "inbox", limit=limit, sender_id=person)
        went: Page[MailMessage] = yield Mailbox.list(self, "outbox", limit=limit, receiver_id=person)
        # A filter Librus did not understand would bring in others. Of what was sent the list may name one
        # receiver of several, so that there is nothing to see it by.
        both = [message for message in came if message.sender is None or message.sender.id == person]
        both += went
        both.sort(key=lambda message: message.send_date or _NEVER, reverse=True)
        return Rows(both, rejected=(*came.rejected, *went.rejected))

    @endpoint("getWiadomosciUnreadMessagesCount", tag="messages")
    def unread(self) -> Get[UnreadCounts]:
        """Read how many messages are unread: of the inbox, or of each mailbox. Marks nothing as read."""
        return Get("inbox/unreadMessagesCount", one("data", UnreadCounts), place="messages")

    @endpoint("listWiadomosciTags", tag="messages")
    def tags(self) -> Get[Rows[MessageTag]]:
        """Read the tags that can be put on messages."""
        return Get("tags", rows_or_bare(MessageTag), place="messages")

    @endpoint("getWiadomosciAttachment", tag="messages")
    def attachment(
        self, attachment_id: Id | int, message_id: Id | int, *, archived: bool = False
    ) -> Get[Download]:
        """Read a file that came with a message. Reading it does not mark the message as read.

        Its id is only known from the message once it was opened. Public clients have seen it come both ways:
        as the file, and as an address to fetch it from.

        Args:
            attachment_id: of one of the ``attachments`` of a message.
            message_id: of that message.
            archived: whether the message is in the archive; some accounts are refused those.
        """
        file, message = id_segment(attachment_id, "attachment_id"), id_segment(message_id, "message_id")
        start = "archive/" if archived is True else ""
        return Get(f"{start}attachments/{file}/messages/{message}", download(), place="messages")


def _opened(mailbox: Mailbox[C], message_id: Id | int, name: MailboxName) -> Plan[MailMessage]:
    message: MailMessage = yield AddressBook.open(mailbox, message_id, mailbox=name)
    return message


def _not_found() -> LibrusApiError:
    newest = _SEARCH_PAGES * _SEARCH_LIMIT
    return LibrusApiError(
        f"This message is not among the newest {newest} of the inbox. If it is older, read it with "
        "mark_read=True, which opens it; if it lies elsewhere, name the mailbox.",
        details={"endpoint": "inbox/messages", "status": 404},
    )


class _Walk:
    """The way through a mailbox, page by page."""

    def __init__(self, read: Callable[[int], Get[Page[MailMessage]]]) -> None:
        self._read = read
        self._next = 1
        self._seen: set[str] = set()

    def messages(self) -> Plan[Sequence[MailMessage]]:
        """Read on until there is a message that was not seen before; nothing at the end."""
        while self._next:
            found: Page[MailMessage] = yield self._read(self._next)
            fresh = [message for message in found if message.id not in self._seen]
            self._seen.update(message.id for message in fresh)
            self._go_on(found, moved=bool(fresh))
            if fresh:
                return fresh
        return ()

    def pages(self) -> Plan[Sequence[Page[MailMessage]]]:
        """Read the next page; nothing after the last one."""
        if not self._next:
            return ()
        found: Page[MailMessage] = yield self._read(self._next)
        ids = {message.id for message in found}
        self._go_on(found, moved=bool(ids - self._seen))
        self._seen |= ids
        return (found,)

    def _go_on(self, found: Page[MailMessage], *, moved: bool) -> None:
        """Turn to the next page, or end. A server that ignores the number sends the same one for ever."""
        all_odd = found.total is not None and bool(found.rejected)
        self._next = self._next + 1 if found.has_more and (moved or all_odd) else 0
