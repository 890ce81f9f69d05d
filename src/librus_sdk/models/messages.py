"""Messages between the school and the family."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ._fields import WARSAW, Id, OptionalDateTime, OptionalId, OptionalText, accepts, dec_hook, reads
from ._objects import loose_id, loose_members, loose_text
from .rows import Embedded, Record, Ref, Refs

__all__ = ["Message", "MessageAttachment", "MessageReceiverGroup"]

if TYPE_CHECKING:
    OneOrMore: TypeAlias = tuple[Ref | Embedded, ...]
    OptionalEpoch: TypeAlias = datetime | None
else:

    class OneOrMore(metaclass=accepts(tuple)):
        """A pointer or a list of pointers; ``null`` and ``""`` are none at all."""

    class OptionalEpoch(metaclass=accepts(datetime | None)):
        """A moment counted from 1970: 10 digits are seconds, 13 are milliseconds; or nothing.

        Text in the form of other dates is read, too.
        """


def _one_or_more(value: object) -> object:
    return dec_hook(Refs, value if value is None or value == "" or isinstance(value, list) else [value])


_SECONDS: Final = re.compile(r"\d{10}", re.ASCII)
_MILLISECONDS: Final = re.compile(r"\d{13}", re.ASCII)


def _epoch(value: object) -> object:
    text = str(value).strip() if type(value) in {int, str} else ""
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text), WARSAW)
    if _MILLISECONDS.fullmatch(text):
        # Not divided as a float: 13 digits and a fraction are more than it holds exactly.
        seconds, rest = divmod(int(text), 1000)
        return datetime.fromtimestamp(seconds, WARSAW).replace(microsecond=rest * 1000)
    return dec_hook(OptionalDateTime, value)


reads(OneOrMore, _one_or_more)
reads(OptionalEpoch, _epoch)


# --- texts that were escaped twice ------------------------------------------------------------------------

_ESCAPE: Final = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_BACKSLASH: Final = re.compile(r"\\(.|$)", re.DOTALL)
_BREAK: Final = re.compile(r"<br\s*/?>(?:\r?\n)?", re.IGNORECASE)
_SHORT: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _unescaped(found: re.Match[str]) -> str:
    number, sign = found.groups()
    return chr(int(number, 16)) if number else _SHORT.get(sign, sign)


def _is_escaped(text: str) -> bool:
    """Whether the backslashes can all be escapes; one that cannot be means that somebody typed them."""
    return "\\" in text and all(
        # The last one may have been cut in two.
        _ESCAPE.match(text, at.start()) or len(text) - at.start() < len(r"\u0000")
        for at in _BACKSLASH.finditer(text)
    )


def _readable(text: str) -> str:
    if _is_escaped(text):
        text = _ESCAPE.sub(_unescaped, text)
        # Characters beyond the basic plane come as two escapes; half of one is no character.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _BREAK.sub("\n", text)


# --- records ----------------------------------------------------------------------------------------------


class MessageAttachment(Record, frozen=True, kw_only=True):
    """A file that came with a message. Its form is a guess after that of homework; nobody has seen one.

    Attributes:
        id: what ``messages.attachment(...)`` wants. A bare text or number is taken for it.
    """

    id: OptionalId = None
    name: OptionalText = None


if TYPE_CHECKING:
    MessageAttachments: TypeAlias = tuple[MessageAttachment, ...]
else:

    class MessageAttachments(metaclass=accepts(tuple)):
        """The files of a message, in whatever form they come. Never costs the message."""


def _attachments(value: object) -> tuple[MessageAttachment, ...]:
    return tuple(_attachment(item) for item in loose_members(value))


def _attachment(item: object) -> MessageAttachment:
    if isinstance(item, dict):
        return MessageAttachment(id=loose_id(item.get("Id")), name=loose_text(item.get("Name")))
    return MessageAttachment(id=loose_id(item))


reads(MessageAttachments, _attachments)


class Message(Record, frozen=True, kw_only=True):
    r"""A message. Confirmed live. Private: the repr shows its id and when it was sent.

    Attributes:
        sender: the person, for ``school.user(...)``.
        receiver: those Librus names under ``Receiver``: one pointer or several; see :attr:`all_receivers`.
        receivers: those it names under ``Receivers``.
        subject: as sent. It can be escaped twice (``\u0105`` for ``ą``); see :attr:`subject_text`.
        body: as sent, with ``<br>`` for line breaks; see :attr:`body_text`.
        send_date: when it was sent, in Warsaw time.
        read_date: when it was read; None when it was not, or when Librus does not say.
        attachments: the files that came with it, where Librus names them; that it does is a guess.
    """

    id: Id
    sender: Ref | None = None
    receiver: OneOrMore = ()
    receivers: Refs = ()
    subject: OptionalText = None
    body: OptionalText = None
    send_date: OptionalEpoch = None
    read_date: OptionalEpoch = None
    attachments: MessageAttachments = ()

    @property
    def all_receivers(self) -> tuple[Ref | Embedded, ...]:
        """Everybody it was sent to, once each, whichever way Librus names them."""
        found = {
            receiver.id or receiver: receiver for receiver in reversed((*self.receiver, *self.receivers))
        }
        return tuple(reversed(found.values()))

    @property
    def subject_text(self) -> str:
        """The subject as its author typed it; ``""`` when there is none."""
        return _readable(self.subject or "")

    @property
    def body_text(self) -> str:
        """The body as its author typed it, ``<br>`` as line breaks; ``""`` when there is none.

        What else looks like HTML is left as it is: it is not safe to put into a page unescaped.
        """
        return _readable(self.body or "")

    def __repr__(self) -> str:
        return f"Message(id={self.id!r}, send_date={self.send_date!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id), ("send_date", self.send_date)]


class MessageReceiverGroup(Record, frozen=True, kw_only=True):
    """A group of people a message can be sent to. Its fields were never confirmed."""

    id: OptionalId = None
    name: OptionalText = None
