"""``librus messages``: what the messages' website (wiadomosci) tells, free for everybody."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

from .._columns import ID
from .._coming import latest_first
from .._days import moment, moment_cell
from .._document import Cell, Column, Fields, Kind, Part, Section, Sentence, Styled, Table, styled, table_or
from .._invocation import Invocation, Reading
from .._words import NOTHING, counted, one_line
from ._messages_parts import ATTACHMENTS, BOXES, SUBJECT, saves

if TYPE_CHECKING:
    from ...clients.wiadomosci import AsyncWiadomosciClient
    from ...endpoints import AsyncCaller, Get
    from ...endpoints._boxes import MailboxName
    from ...endpoints._shapes import Decode
    from ...models import MailMessage, Page, UnreadCounts

__all__ = [
    "MailOf",
    "mail_attachment",
    "mail_attachments",
    "mail_get",
    "mail_list",
    "mail_unread",
    "message_head",
    "read_mail",
]

T = TypeVar("T")

_STATE: Final = Column("State", stiff=True)
_SENT: Final = Column("Sent", right=True, stiff=True)
_RECEIVED: Final = (ID, _STATE, _SENT, Column("From"), SUBJECT)
_WRITTEN: Final = (ID, _STATE, _SENT, Column("To"), SUBJECT)
_COUNTS: Final = (Column("Mailbox"), Column(""), Column("Unread", right=True, stiff=True))
_OUT: Final = frozenset({"outbox", "archive/outbox"})


def read_mail(
    invocation: Invocation,
    ask: Callable[[AsyncWiadomosciClient], Get[Any]],
    text: Callable[[Reading, AsyncWiadomosciClient], Awaitable[Sequence[Section]]],
) -> None:
    """Read something of the messages' website and show it; as JSON it is passed on as Librus sent it."""

    async def work(reading: Reading) -> None:
        mail = await reading.mail()
        if invocation.form == "json":
            invocation.dump(reading.payload(await mail.as_sent(ask(mail))))
        else:
            invocation.show(await text(reading, mail))

    invocation.run_for_child(work)


# --- lists ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MailOf:
    """Which messages.

    Attributes:
        mailbox: where they are.
        page: which fifty of them, from 1.
        unread: only those nobody has opened.
        after_id: only those that came after this one.
    """

    mailbox: str
    page: int
    unread: bool
    after_id: str | None


def mail_list(invocation: Invocation, wanted: MailOf) -> None:
    """List a page of a mailbox."""
    from ...endpoints import Mailbox

    def ask(mail: AsyncWiadomosciClient) -> Get[Page[MailMessage]]:
        return Mailbox.list(
            mail.messages,
            _box(wanted.mailbox),
            page=wanted.page,
            after_id=wanted.after_id,
            unread_only=wanted.unread,
        )

    async def text(reading: Reading, mail: AsyncWiadomosciClient) -> Sequence[Section]:
        page = await mail.messages.list(
            _box(wanted.mailbox),
            page=wanted.page,
            after_id=wanted.after_id,
            unread_only=wanted.unread,
        )
        reading.left_out(page.rejected)
        title = reading.title("Messages")
        if wanted.mailbox != "inbox":
            title = f"{title}: {BOXES[wanted.mailbox]}"
        columns = _WRITTEN if wanted.mailbox in _OUT else _RECEIVED
        rows = [_row(message) for message in latest_first(page, lambda message: message.send_date)]
        parts = [table_or(columns, rows, _none(wanted))]
        where = _where(page)
        return [Section(title, [*parts, Sentence(where)] if where else parts)]

    read_mail(invocation, ask, text)


def _box(name: str) -> MailboxName:
    return cast("MailboxName", name)


def _row(message: MailMessage) -> tuple[Cell, ...]:
    kind: Kind | None = "strong" if message.is_unread else None
    sent = moment_cell(message.send_date)
    if message.mailbox in _OUT:
        person, state = _together(message.receiver_names), ""
    else:
        person, state = message.sender_name or NOTHING, "unread" if message.is_unread else "read"
    files = " (with files)" if message.has_attachments else ""
    return (
        message.id,
        styled("withdrawn" if message.is_withdrawn else state, kind),
        sent if isinstance(sent, Styled) else styled(sent, kind),
        styled(person, kind),
        styled(f"{one_line(message.subject_text)}{files}", kind),
    )


def _together(names: Sequence[str]) -> str:
    more = f" and {counted(len(names) - 1, 'other')}" if names[1:] else ""
    return f"{names[0]}{more}" if names else NOTHING


def _none(wanted: MailOf) -> str:
    if wanted.page > 1:
        return "There are no messages on this page."
    if wanted.after_id is not None:
        return "No message came after that one."
    return "Nothing is unread." if wanted.unread else "There are no messages."


def _where(page: Page[MailMessage]) -> str:
    """Return where the page stands, unless it is all there is."""
    said: list[str] = []
    if page and page.total is not None and (page.page > 1 or page.has_more):
        said.append(f"Page {page.page} of {-(-page.total // page.limit)}; {page.total} messages in all.")
    if page.has_more:
        said.append(f"Older ones: --page {page.page + 1}.")
    return " ".join(said)


# --- one message ------------------------------------------------------------------------------------------


def mail_get(invocation: Invocation, message_id: str, mailbox: str, mark_read: bool) -> None:
    """Show a message: all of it where that marks nothing as read, or may."""

    async def text(message: MailMessage) -> Sequence[Section]:
        parts: list[Part] = [Fields(message_head(message)), *_text(message)]
        if message.attachments:
            parts += [_files(message), _saves(message)]
        return [Section(one_line(message.subject_text), parts)]

    _one(invocation, message_id, mailbox, mark_read, text)


def mail_attachments(invocation: Invocation, message_id: str, mailbox: str, mark_read: bool) -> None:
    """List what is attached to a message."""

    async def text(message: MailMessage) -> Sequence[Section]:
        parts: list[Part] = [Sentence("No files came with it.")]
        if message.attachments:
            parts = [_files(message), _saves(message)]
        elif message.is_preview and message.has_attachments is not False:
            came = (
                "Files came with it."
                if message.has_attachments
                else "Whether files came with it is not said."
            )
            parts = [
                Sentence(f"{came} The message is unread, and only opening it tells which files there are."),
                _OPENING,
            ]
        return [Section(one_line(message.subject_text), parts)]

    _one(invocation, message_id, mailbox, mark_read, text)


def _one(
    invocation: Invocation,
    message_id: str,
    mailbox: str,
    mark_read: bool,
    text: Callable[[MailMessage], Awaitable[Sequence[Section]]],
) -> None:
    from ...endpoints import Mailbox

    async def work(reading: Reading) -> None:
        mail = await reading.mail()
        last = _Remembering(mail)
        messages: Mailbox[AsyncCaller] = Mailbox(last)
        message = await messages.get(message_id, mailbox=_box(mailbox), mark_read=mark_read)
        if invocation.form == "json":
            invocation.dump(reading.payload(last.row_of(message) if message.is_preview else last.sent))
        else:
            invocation.show(await text(message))

    invocation.run_for_child(work)


class _Remembering:
    """Reads for a family through a client, and remembers the last answer."""

    def __init__(self, mail: AsyncWiadomosciClient) -> None:
        self._caller = mail._caller  # noqa: SLF001  (what a family reads with)
        self._last: _Both[Any] | None = None

    @property
    def sent(self) -> Any:
        """The last answer, as Librus sent it."""
        return None if self._last is None else self._last.sent

    async def call(self, get: Get[T], /) -> T:
        """Return the decoded answer."""
        both = self._last = _Both(get.decode)
        return await self._caller.call(replace(get, decode=both))

    def row_of(self, message: MailMessage) -> Any:
        """Return the message out of the list it was found in, as an answer that holds it alone has it."""
        rows = self.sent if isinstance(self.sent, list) else self.sent["data"]
        page = cast("_Both[Page[MailMessage]]", self._last)
        alone = ({"data": row} for row in rows if page.again([row]).by_id(message.id) is not None)
        # Were no row to be it by itself, the list would tell more than an error.
        return next(alone, self.sent)


class _Both(Generic[T]):
    """Decodes an answer, and keeps it as plain JSON besides.

    Attributes:
        sent: the answer as Librus sent it.
    """

    def __init__(self, decode: Decode[T]) -> None:
        self._decode = decode
        self._endpoint = ""
        self._body = b""
        self.sent: Any = None

    def __call__(self, body: bytes, endpoint: str, strict: bool) -> T:
        from ...endpoints import raw_json

        self._body, self._endpoint = body, endpoint
        del body  # a traceback shows the variables of a frame
        self.sent = raw_json()(self._body, endpoint, strict)
        return self._decode(self._body, endpoint, strict)

    def again(self, sent: object) -> T:
        """Decode another answer of the same kind."""
        return self._decode(json.dumps(sent).encode(), self._endpoint, strict=False)


_OPENING: Final = Sentence(
    "To open it add --mark-read: that marks the message as read, and its sender can see that."
)


def _text(message: MailMessage) -> list[Part]:
    if message.is_preview:
        return [
            Sentence("Its beginning, because the message is unread:"),
            Sentence(message.body_text or "No text."),
            _OPENING,
        ]
    parts: list[Part] = [Sentence(message.body_text or "No text.")]
    if message.original_text:
        subject = f" {one_line(message.original_subject)}" if message.original_subject else ""
        parts += [Sentence(f"It answers:{subject}"), Sentence(message.original_text)]
    return parts


def message_head(message: MailMessage) -> list[tuple[str, Cell]]:
    """Return who wrote a message to whom, when, and whether it was read."""
    out = message.mailbox in _OUT
    sender = message.sender_name or NOTHING
    pairs: list[tuple[str, Cell]] = [
        ("from", f"{sender}, {message.sender_group}" if message.sender_group else sender),
        ("to", ", ".join(message.receiver_names) or NOTHING),
        ("sent", moment(message.send_date)),
    ]
    if out and message.sender_name is None:
        # The family itself; Librus does not repeat who that is.
        del pairs[0]
    if not out:
        pairs.append(
            ("read", Styled("not yet", "strong") if message.is_unread else moment(message.read_date))
        )
    elif message.read_count is not None:
        of = f" of {message.receivers_count}" if message.receivers_count is not None else ""
        pairs.append(("read by", f"{message.read_count}{of}"))
    if message.is_withdrawn:
        pairs.append(("withdrawn", "yes"))
    return pairs


def _files(message: MailMessage) -> Table:
    return Table(ATTACHMENTS, [(file.id or NOTHING, file.name or NOTHING) for file in message.attachments])


def _saves(message: MailMessage) -> Sentence:
    archived = f" --mailbox {message.mailbox}" if (message.mailbox or "").startswith("archive/") else ""
    return saves(f"--backend wiadomosci --message {message.id}{archived}")


def mail_attachment(
    invocation: Invocation, file_id: str, message_id: str, mailbox: str, output: Path, force: bool
) -> None:
    """Save a file that came with a message; that opens no message."""
    from ...endpoints import Mailbox

    async def work(reading: Reading) -> None:
        mail = await reading.mail()
        archived = mailbox.startswith("archive/")
        get = Mailbox.attachment(mail.messages, file_id, message_id, archived=archived)
        invocation.show_saved(reading, await mail.save(get, output, overwrite=force))

    invocation.run_for_child(work)


# --- numbers ----------------------------------------------------------------------------------------------


def mail_unread(invocation: Invocation) -> None:
    """Show how many messages are unread, mailbox by mailbox where Librus tells."""
    from ...endpoints import Mailbox

    async def text(reading: Reading, mail: AsyncWiadomosciClient) -> Sequence[Section]:
        return [Section(reading.title("Messages"), _counted(await mail.messages.unread()))]

    read_mail(invocation, lambda mail: Mailbox.unread(mail.messages), text)


def _counted(counts: UnreadCounts) -> list[Part]:
    total = counts.total
    if not total:
        return [Sentence("Nothing is unread.")]
    said: list[Part] = [Sentence(styled(f"{counted(total, 'unread message')}.", "strong"))]
    rows = [(name, BOXES.get(name, ""), str(count)) for name, count in counts.waiting.items() if count]
    if len(counts) > 1:
        said += [
            Table(_COUNTS, rows),
            Sentence("To list them: librus messages wiadomosci-list --unread --mailbox MAILBOX"),
        ]
    return said
