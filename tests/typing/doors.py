"""The typing contract of sessions and of the clients they make: checked by mypy and pyright, never run.

What is declared once (an endpoint, a plan of several reads, an iterator over pages) has the type its user
sees, blocking and awaited. The ``type: ignore`` comments are assertions, as in ``api.py``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from pathlib import Path
from typing import Any, assert_type

from librus_sdk import (
    AsyncBffApiClient,
    AsyncLibrusSession,
    AsyncSynergiaApiClient,
    AsyncWiadomosciClient,
    BffApiClient,
    FileStore,
    GatewayCredentials,
    KeyringStore,
    LibrusSession,
    PortalCredentials,
    RedisStore,
    SynergiaApiClient,
    WiadomosciClient,
)
from librus_sdk.clients.snapshot import Snapshot
from librus_sdk.endpoints import Changes, Extras, Family, Get, Mailbox, Plan, SyncCaller, paged, planned
from librus_sdk.models import (
    BffMessage,
    Change,
    ChangeList,
    ChangeRegister,
    Delivery,
    Download,
    ExtraActivity,
    Grade,
    GradingSystem,
    KindergartenGroup,
    MailboxOwner,
    MailMessage,
    MessageSender,
    Page,
    Prepared,
    Receiver,
    ReceiverTypes,
    Rows,
    SavedFile,
    Unit,
    UnreadCounts,
)
from librus_sdk.shells.store import SessionStore


def sessions(portal: PortalCredentials, school: GatewayCredentials, path: str) -> None:
    files = FileStore(path, name="family")
    store: SessionStore = files
    assert_type(files.folder, Path)
    session = LibrusSession(portal, auth="oauth", store=files)
    LibrusSession(auth="oauth", store=store)
    LibrusSession(portal, store=KeyringStore(path))
    LibrusSession(portal, store=RedisStore("redis://localhost"))
    assert_type(LibrusSession.from_gateway_credentials(school), LibrusSession)
    assert_type(AsyncLibrusSession.from_gateway_credentials(school), AsyncLibrusSession)
    assert_type(session.for_child("5"), SynergiaApiClient)
    assert_type(session.for_child_wiadomosci("5"), WiadomosciClient)
    assert_type(session.for_child_wiadomosci(), WiadomosciClient)
    assert_type(session.for_child_bff(5), BffApiClient)

    LibrusSession(portal, auth="oauth2")  # type: ignore[arg-type]
    LibrusSession(portal, store=path)  # type: ignore[arg-type]
    LibrusSession.from_gateway_credentials(portal)  # type: ignore[arg-type]


async def sessions_awaited(session: AsyncLibrusSession) -> None:
    assert_type(await session.for_child("5"), AsyncSynergiaApiClient)
    assert_type(await session.for_child_wiadomosci("5"), AsyncWiadomosciClient)
    assert_type(await session.for_child_bff(5), AsyncBffApiClient)


def messages(client: WiadomosciClient, receivers: list[Receiver]) -> None:
    mailbox = assert_type(client.messages, Mailbox[SyncCaller])
    assert_type(mailbox.list(), Page[MailMessage])
    assert_type(mailbox.list("archive/inbox", page=2, unread_only=True), Page[MailMessage])
    assert_type(mailbox.list()[0], MailMessage)
    assert_type(mailbox.get("5"), MailMessage)
    assert_type(mailbox.get(5, mailbox="outbox"), MailMessage)
    assert_type(mailbox.mark_read(5), MailMessage)
    assert_type(mailbox.open(5), MailMessage)
    assert_type(mailbox.iterate("trash"), Iterator[MailMessage])
    assert_type(mailbox.pages(limit=5), Iterator[Page[MailMessage]])
    assert_type(mailbox.conversation("5"), Rows[MailMessage])
    assert_type(mailbox.unread(), UnreadCounts)
    assert_type(mailbox.me(), MailboxOwner)
    assert_type(mailbox.senders(), Page[MessageSender])
    assert_type(mailbox.receiver_types(), ReceiverTypes)
    assert_type(mailbox.receivers_of("teachers"), Rows[Receiver])
    assert_type(mailbox.attachment("5", "6"), Download)
    assert_type(mailbox.prepare(receivers, "a", "b"), Prepared)
    assert_type(mailbox.confirm(mailbox.prepare(["5", 6], "a", "b")), Delivery)
    assert_type(mailbox.send(receivers, "a", "b"), Delivery)
    assert_type(mailbox.reply(5, "b"), Delivery)
    assert_type(mailbox.withdraw("5"), Delivery)
    assert_type(client.save(Mailbox.attachment(mailbox, 5, 6), "plik.pdf"), SavedFile)
    assert_type(client.grades.list(), Rows[Grade])
    assert_type(client.snapshot(), Snapshot)

    mailbox.list("spam")  # type: ignore[arg-type]
    mailbox.get(5, mark=True)  # type: ignore[call-arg]
    mailbox.send(["5"], "a")  # type: ignore[call-arg]
    mailbox.iterate(page=2)  # type: ignore[call-arg]
    client.messages.receiver_groups()  # type: ignore[attr-defined]


async def messages_awaited(client: AsyncWiadomosciClient, receivers: list[Receiver]) -> None:
    mailbox = client.messages
    pending = mailbox.get("5")
    _ = assert_type(pending, Coroutine[Any, Any, MailMessage])
    assert_type(await pending, MailMessage)
    assert_type(await mailbox.list(limit=5), Page[MailMessage])
    assert_type(mailbox.iterate(), AsyncIterator[MailMessage])
    assert_type(mailbox.pages(), AsyncIterator[Page[MailMessage]])
    async for message in mailbox.iterate(unread_only=True):
        assert_type(message, MailMessage)
    assert_type(await mailbox.conversation("5"), Rows[MailMessage])
    assert_type(await mailbox.unread(), UnreadCounts)
    assert_type(await mailbox.prepare(receivers, "a", "b"), Prepared)
    assert_type(await mailbox.confirm(await mailbox.prepare(receivers, "a", "b")), Delivery)
    assert_type(await mailbox.send(receivers, "a", "b"), Delivery)
    get = Mailbox.attachment(mailbox, 5, 6)
    assert_type(get, Get[Download])
    assert_type(await client.save(get, "plik.pdf"), SavedFile)
    assert_type(await client.grades.list(), Rows[Grade])

    await mailbox.list("spam")  # type: ignore[arg-type]
    await mailbox.send(["5"], "a")  # type: ignore[call-arg]


def phones(client: BffApiClient) -> None:
    assert_type(client.messages.list(), Rows[BffMessage])
    client.grades.list()  # type: ignore[attr-defined]


async def phones_awaited(client: AsyncBffApiClient) -> None:
    assert_type(await client.messages.list(), Rows[BffMessage])


def one_back_end_only(client: SynergiaApiClient, changes: list[Change]) -> None:
    assert_type(client.changes.register(), ChangeRegister)
    assert_type(client.changes.list("5"), ChangeList)
    assert_type(client.changes.acknowledge("5", changes), int)
    assert_type(client.changes.acknowledge(5, ["6", 7]), int)
    assert_type(client.extras.grading_system(), GradingSystem)
    assert_type(client.extras.units(), Rows[Unit])
    assert_type(client.extras.extra_activities("2026-09-14", "2026-09-18"), Rows[ExtraActivity])
    assert_type(client.extras.kindergarten_group("LID-5"), KindergartenGroup)
    assert_type(client.extras.school_file("5"), Download)
    assert_type(client.save(Extras.homework_file(client.extras, 5), "plik.pdf"), SavedFile)
    assert_type(client.as_sent(Extras.units(client.extras)), Any)

    client.extras.kindergarten_group()  # type: ignore[call-arg]
    client.changes.acknowledge(5)  # type: ignore[call-arg]


async def one_back_end_only_awaited(client: AsyncSynergiaApiClient, changes: list[Change]) -> None:
    assert_type(await client.changes.register(), ChangeRegister)
    assert_type(await client.changes.list("5"), ChangeList)
    assert_type(await client.changes.acknowledge("5", changes), int)
    assert_type(await client.extras.units(), Rows[Unit])
    assert_type(await client.extras.school_file("5"), Download)


def mechanisms(changes: Changes[SyncCaller]) -> None:
    """On the class each of them is what was written."""
    assert_type(Changes.list(changes, 5), Get[ChangeList])
    assert_type(Changes.acknowledge(changes, 5, ["6"]), Generator[Get[Any], Any, int])

    class Both(Family[SyncCaller]):
        @planned
        def counted(self, start: int) -> Plan[int]:
            found: int = yield Mailbox.unread(Mailbox(self._caller))
            return start + found

        @paged
        def numbers(self, *, step: int = 1) -> Callable[[], Plan[tuple[int, ...]]]:
            def page() -> Plan[tuple[int, ...]]:
                yield from ()
                return (step,)

            return page

    both = Both(changes._caller)
    assert_type(both.counted(1), int)
    assert_type(both.numbers(step=2), Iterator[int])
    both.counted("1")  # type: ignore[arg-type]
    both.numbers(2)  # type: ignore[call-arg]
