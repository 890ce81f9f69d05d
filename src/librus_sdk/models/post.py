"""Messages of the messages' website (wiadomosci)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Raw, field
from msgspec.json import encode

from ._bodies import decoded_body, plain_text
from ._decode import BROKEN, ENVELOPE
from ._fields import OptionalFlag, OptionalId, OptionalText, OptionalWhole, accepts, dec_hook, reads
from ._objects import JsonObject, listed, loose_id, loose_members, loose_text
from .messages import Message, MessageAttachment, OptionalEpoch
from .receivers import full_name
from .rows import Embedded, Ref

__all__ = ["MailMessage", "MailReceiver", "UnreadCounts", "normalised"]


# --- field types ------------------------------------------------------------------------------------------


class MailReceiver(Embedded, frozen=True, kw_only=True):
    """Somebody a message was sent to. Seen live by public clients. Personal data: the repr shows the id.

    Attributes:
        id: of the person; see :attr:`label` for the name to show.
        group: what the person is at the school, in Polish.
        class_name: the class of the student, for families.
        pupil_first_name: the student's, for families.
        read: whether the person has opened it; None when Librus does not say.
        is_cc: whether it was a copy.
        is_bcc: whether it was a copy the others do not see.
    """

    id: OptionalId = field(name="receiverId", default=None)
    url: OptionalText = field(name="url", default=None)
    name: OptionalText = field(name="name", default=None)
    short: OptionalText = field(name="short", default=None)
    symbol: OptionalText = field(name="symbol", default=None)
    number: OptionalText = field(name="number", default=None)
    first_name: OptionalText = field(name="firstName", default=None)
    last_name: OptionalText = field(name="lastName", default=None)
    text: OptionalText = field(name="text", default=None)
    group: OptionalText = field(name="group", default=None)
    class_name: OptionalText = field(name="className", default=None)
    pupil_first_name: OptionalText = field(name="pupilFirstName", default=None)
    pupil_last_name: OptionalText = field(name="pupilLastName", default=None)
    read: OptionalFlag = field(name="readed", default=None)
    is_cc: OptionalFlag = field(name="isCc", default=None)
    is_bcc: OptionalFlag = field(name="isBcc", default=None)

    def __repr__(self) -> str:
        return f"MailReceiver(id={self.id!r}, read={self.read!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id), ("read", self.read)]


if TYPE_CHECKING:
    MessageId: TypeAlias = str
    MailBody: TypeAlias = str | None
    MailPerson: TypeAlias = Ref | None
    MailPeople: TypeAlias = tuple[Ref, ...]
    MailReceivers: TypeAlias = tuple[MailReceiver, ...]
    MailFiles: TypeAlias = tuple[MessageAttachment, ...]
    MailTags: TypeAlias = tuple[str, ...]
else:

    class MessageId(metaclass=accepts(str)):
        """An id; ``""`` where Librus sends none."""

    class MailBody(metaclass=accepts(str | None)):
        """Base64 of HTML, bare or in XML; or the HTML itself; or nothing."""

    class MailPerson(metaclass=accepts(Ref | None)):
        """The id of a person, bare or in an object; or nothing."""

    class MailPeople(metaclass=accepts(tuple)):
        """The same, as it stands in a list; several receivers of one message have no single id."""

    class MailReceivers(metaclass=accepts(tuple)):
        """A list of receivers."""

    class MailFiles(metaclass=accepts(tuple)):
        """The files of a message, in whatever form they come. Never costs the message."""

    class MailTags(metaclass=accepts(tuple)):
        """Tags, in whatever form they come. Never costs the message."""


def _person(value: object) -> Ref | None:
    if isinstance(value, dict):
        value = value.get("id", value.get("Id"))
    found: str | None = dec_hook(OptionalId, value)
    return None if found is None else Ref(found)


def _people(value: object) -> tuple[Ref, ...]:
    found = _person(value)
    return () if found is None else (found,)


def _body(value: object) -> str | None:
    sent: str | None = dec_hook(OptionalText, value)
    return None if sent is None else decoded_body(sent)


def _first(item: dict[str, Any], *names: str) -> Any:
    return next((found for name in names if (found := item.get(name)) not in (None, "")), None)


def _file(item: object) -> MessageAttachment:
    if isinstance(item, dict):
        name = loose_text(_first(item, "filename", "name", "Name"))
        return MessageAttachment(id=loose_id(_first(item, "id", "Id")), name=name)
    return MessageAttachment(id=loose_id(item))


def _files(value: object) -> tuple[MessageAttachment, ...]:
    return tuple(_file(item) for item in loose_members(value))


def _tag(item: object) -> str | None:
    return loose_id(_first(item, "name", "label", "id") if isinstance(item, dict) else item)


def _tags(value: object) -> tuple[str, ...]:
    return tuple(tag for item in loose_members(value) if (tag := _tag(item)))


reads(MessageId, lambda value: dec_hook(OptionalId, value) or "")
reads(MailBody, _body)
reads(MailPerson, _person)
reads(MailPeople, _people)
reads(MailReceivers, listed(MailReceiver))
reads(MailFiles, _files)
reads(MailTags, _tags)


# --- messages ---------------------------------------------------------------------------------------------


class MailMessage(Message, frozen=True, kw_only=True, rename="camel"):
    """A message of the messages' website. Seen live by public clients; it reads like any other ``Message``.

    A list shows the beginning of each message only: then ``is_preview`` is set. What is not in lists
    (attachments, the receivers one by one, whether it can be withdrawn) is known only of
    a message that was opened. Private: the repr shows its id and when it was sent.

    Attributes:
        id: ``""`` where Librus sends none.
        sender: who sent it; the id is one of the messages' website, not of ``school.users()``.
        receiver: whom Librus names as the receiver.
        receivers: those it names one by one, each with whether they have read it, in what was sent.
        subject: what it is about.
        body: HTML, out of whatever it was packed in; see :attr:`body_text`.
        send_date: when it was sent, in Warsaw time.
        read_date: when it was read; None when it was not, and for what was sent.
        attachments: its files, once it was opened.
        is_preview: whether the body is only the beginning that lists show.
        mailbox: where it was read from, e.g. ``inbox``.
        sender_label: the sender's name as Librus writes it; see :attr:`sender_name`.
        sender_group: what the sender is at the school.
        receiver_label: the receiver's name as Librus writes it; see :attr:`receiver_names`.
        category: e.g. ``normal``, or a number.
        tags: marks somebody put on it.
        has_attachments: whether files came with it; lists say it, too.
        no_reply: whether it cannot be answered.
        can_withdraw: whether it can still be taken back.
        is_withdrawn: whether it was.
        is_archived: whether it lies in the archive.
        is_spam: whether Librus takes it for spam.
        original_subject: of the message this one answers.
        original_body: HTML of the message this one answers.
        receivers_count: how many it was sent to.
        read_count: how many of these have opened it.
    """

    id: MessageId = field(name="messageId", default="")
    sender: MailPerson = field(name="senderId", default=None)
    receiver: MailPeople = field(name="receiver", default=())
    receivers: MailReceivers = field(name="receivers", default=())
    subject: OptionalText = field(name="topic", default=None)
    body: MailBody = field(name="Message", default=None)
    send_date: OptionalEpoch = field(name="sendDate", default=None)
    read_date: OptionalEpoch = field(name="readDate", default=None)
    attachments: MailFiles = field(name="attachments", default=())
    # Not on the wire, hence the odd names: the decoder sets these two.
    is_preview: bool = field(name="@preview", default=False)
    mailbox: str | None = field(name="@mailbox", default=None)
    sender_label: OptionalText = field(name="senderName", default=None)
    sender_first_name: OptionalText = None
    sender_last_name: OptionalText = None
    sender_group: OptionalText = None
    receiver_label: OptionalText = field(name="receiverName", default=None)
    receiver_first_name: OptionalText = None
    receiver_last_name: OptionalText = None
    category: OptionalText = None
    tags: MailTags = ()
    has_attachments: OptionalFlag = field(name="isAnyFileAttached", default=None)
    no_reply: OptionalFlag = None
    can_withdraw: OptionalFlag = field(name="enableMessageWithdrawn", default=None)
    is_withdrawn: OptionalFlag = field(name="isMessageWithdrawn", default=None)
    is_archived: OptionalFlag = field(name="archive", default=None)
    is_spam: OptionalFlag = field(name="spam", default=None)
    original_subject: OptionalText = field(name="originalTopic", default=None)
    original_body: MailBody = field(name="originalMessage", default=None)
    receivers_count: OptionalWhole = None
    read_count: OptionalWhole = field(name="readedCount", default=None)

    @property
    def subject_text(self) -> str:
        """The subject; ``""`` when there is none."""
        return self.subject or ""

    @property
    def body_text(self) -> str:
        """The body as plain text, links as ``text (address)``; ``""`` when there is none.

        Links lead through liblink.pl, where Librus counts clicks; they are shown as they are. It is text of
        others: not safe to put into a page unescaped.
        """
        return plain_text(self.body or "", is_cut=self.is_preview)

    @property
    def original_text(self) -> str:
        """The message this one answers, as plain text; ``""`` when there is none."""
        return plain_text(self.original_body or "")

    @property
    def sender_name(self) -> str | None:
        """The sender's name; None when Librus does not say."""
        return self.sender_label or full_name(self.sender_first_name, self.sender_last_name)

    @property
    def receiver_names(self) -> tuple[str, ...]:
        """The names of those it was sent to, as far as Librus says them."""
        names = tuple(label for each in self.receivers if (label := each.label))
        name = self.receiver_label or full_name(self.receiver_first_name, self.receiver_last_name)
        return names or ((name,) if name else ())

    @property
    def is_unread(self) -> bool:
        """Whether it waits to be read: it was received and never opened."""
        return self.read_date is None and self.mailbox not in {"outbox", "archive/outbox"}

    def __repr__(self) -> str:
        return f"MailMessage(id={self.id!r}, send_date={self.send_date!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id), ("send_date", self.send_date)]


# Where the name a field has is missing, the first of the others that is there.
_ALSO: Final = {"messageId": ("Id",), "topic": ("Subject",), "receiver": ("receiverId",)}
_PREVIEWS: Final = ("content",)
_WHOLE: Final = ("Body",)
_NOTHING: Final = frozenset({b"null", b'""'})


def normalised(row: Raw | bytes, mailbox: str | None) -> bytes:
    """Return a message's JSON under one set of names, with the two marks that are ours.

    What is no object is returned as it is; the decoder will say what is wrong with it.
    """
    try:
        sent = ENVELOPE.decode(row)
    except BROKEN:
        return bytes(row)
    members = {name: value for name, value in sent.items() if not name.startswith("@")}
    for name, others in _ALSO.items():
        _fill(members, name, others)
    if not _fill(members, "Message", ()):
        preview = _fill(members, "Message", _PREVIEWS)
        if preview or _fill(members, "Message", _WHOLE):
            members["@preview"] = Raw(b"true" if preview else b"false")
    if mailbox is not None:
        members["@mailbox"] = Raw(encode(mailbox))
    return encode(members)


def _fill(members: dict[str, Raw], name: str, others: Iterable[str]) -> bool:
    """Take the first value there is; whether there is one."""
    for other in (name, *others):
        found = members.get(other)
        if found is not None and bytes(found).strip() not in _NOTHING:
            members[name] = found
            return True
    return False


# --- what is unread ---------------------------------------------------------------------------------------

_WANT_COUNTS: Final = "Expected `int | object`"


class UnreadCounts(JsonObject):
    """How many messages are unread, mailbox by mailbox: a mapping with Librus's own names.

    Librus sends one number, or one for each mailbox; both were seen live. One number is the inbox's.
    The repr shows the numbers of the mailboxes that are known.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        # Names and values of others may be anything.
        known = ((name, self.count(name)) for name in _COUNTED if name in self)
        return f"UnreadCounts({', '.join(f'{name}={count}' for name, count in known)})"

    def count(self, name: str) -> int | None:
        """Return the number for a mailbox by Librus's own name, e.g. ``archiveInbox``; None without one."""
        value = self.get(name)
        if type(value) is int or (isinstance(value, str) and value.isascii() and value.isdecimal()):
            return int(value) if len(str(value)) <= _LONGEST_COUNT else None
        return None

    @property
    def inbox(self) -> int | None:
        """Messages of people."""
        return self.count("inbox")

    @property
    def notes(self) -> int | None:
        """What teachers noted (uwagi)."""
        return self.count("notes")

    @property
    def alerts(self) -> int | None:
        """Alerts of the school."""
        return self.count("alerts")

    @property
    def substitutions(self) -> int | None:
        """Changes of the plan (zastępstwa)."""
        return self.count("substitutions")

    @property
    def absences(self) -> int | None:
        """Absences (nieobecności)."""
        return self.count("absences")

    @property
    def justifications(self) -> int | None:
        """Answers to excuses (usprawiedliwienia)."""
        return self.count("justifications")

    @property
    def trash(self) -> int | None:
        """What was thrown away unread."""
        return self.count("trash")

    @property
    def waiting(self) -> Mapping[str, int]:
        """The numbers by Librus's own names, without the trash and the archive: they wait for nobody."""
        names = (name for name in self if name != "trash" and "archive" not in name)
        return {name: count for name in names if (count := self.count(name)) is not None}

    @property
    def total(self) -> int:
        """All of it but what lies in the trash and in the archive."""
        return sum(self.waiting.values())


_LONGEST_COUNT: Final = 18
_COUNTED: Final = (
    "inbox",
    "notes",
    "alerts",
    "substitutions",
    "absences",
    "justifications",
    "trash",
    "archiveInbox",
    "archiveOutbox",
)


def _counts(value: object) -> UnreadCounts:
    if type(value) is int or (isinstance(value, str) and value.isascii() and value.isdecimal()):
        return UnreadCounts({"inbox": value})
    if value == [] and isinstance(value, list):
        return UnreadCounts()
    if not isinstance(value, dict):
        raise ValueError(_WANT_COUNTS)  # noqa: TRY004  (msgspec adds the path)
    return UnreadCounts(value)


reads(UnreadCounts, _counts)
