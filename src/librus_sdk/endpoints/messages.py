"""Messages."""

from __future__ import annotations

from typing import ClassVar

from ..models._fields import Id
from ..models.download import Download
from ..models.messages import Message, MessageReceiverGroup
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint, id_segment, optional_id
from ._download import download
from ._shapes import number, one, rows, rows_or_one

__all__ = ["Messages"]


class Messages(Family[C]):
    """Messages between the school and the family.

    Accounts without a paid subscription are refused all of it, even when their token has the scope: a
    :class:`~librus_sdk.errors.LibrusPermissionError`.
    """

    family: ClassVar[str] = "messages"

    @endpoint("listMessages", tag="messages")
    def list(
        self, *, after_id: Id | int | None = None, page: int = 1, limit: int = 300
    ) -> Get[Rows[Message]]:
        """Read a page of messages, or those after a message. Private.

        Pages are counted from 1. What is sent besides is what the mobile application sends.
        """
        query: dict[str, object] = {
            "alternativeBody": True,
            "changeNewLine": 1,
            "getAllTypes": 1,
            "page": page,
            "limit": limit,
            "afterId": optional_id(after_id, "after_id"),
        }
        return Get("Messages", rows("Messages", Message), query)

    @endpoint("getMessage", tag="messages")
    def get(self, message_id: Id | int) -> Get[Message]:
        """Read one message. Private. Whether Librus then counts it as read is not known."""
        return Get(f"Messages/{id_segment(message_id, 'message_id')}", one("Message", Message))

    @endpoint("getUnreadMessages", tag="messages")
    def unread(self) -> Get[int]:
        """Read how many messages are unread."""
        return Get("Messages/Unread", number("UnreadMessages"))

    @endpoint("listMessagesForUser", tag="messages")
    def for_user(self, user_id: Id | int) -> Get[Rows[Message]]:
        """Read the messages exchanged with a person. Private."""
        return Get(f"Messages/User/{id_segment(user_id, 'user_id')}", rows("Messages", Message))

    @endpoint("listMessageReceiverGroups", tag="messages")
    def receiver_groups(self) -> Get[Rows[MessageReceiverGroup]]:
        """Read the groups of people a message can be sent to."""
        return Get("Messages/ReceiversGroup", rows("ReceiversGroup", MessageReceiverGroup))

    @endpoint("getMessageReceiverGroup", tag="messages")
    def receiver_group(self, group_id: Id | int) -> Get[Rows[MessageReceiverGroup]]:
        """Read one group: Librus answers with one, with several, or with none."""
        path = f"Messages/ReceiversGroup/{id_segment(group_id, 'group_id')}"
        return Get(path, rows_or_one("ReceiversGroup", MessageReceiverGroup))

    @endpoint("getMessageAttachment", tag="messages")
    def attachment(self, attachment_id: Id | int) -> Get[Download]:
        """Read a file that came with a message. Nobody has seen one come this way yet."""
        return Get(f"Messages/Attachment/{id_segment(attachment_id, 'attachment_id')}", download())
