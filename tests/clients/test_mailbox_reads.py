"""Messages from their own website, over either kind of session, on each shell, with strict models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from librus_sdk.endpoints import Mailbox
from librus_sdk.endpoints._boxes import MAILBOXES
from librus_sdk.errors import LibrusApiError, LibrusUnsupportedBackendError
from librus_sdk.models import Download, MailMessage
from tests.heart.drivers import World


class Post:
    """The mailbox of a child. Each child's has its own odd forms, so each kind of session has another one."""

    def __init__(self, world: World, kind: str) -> None:
        self.world, self.sim = world, world.sim
        self.child = world.sim.children[kind == "gateway"].id
        if kind == "gateway":
            world.gateway(self.child, strict=True)
            self.client: Any = world.do(world.session.for_child_wiadomosci)
        else:
            world.again(strict=True)
            self.client = world.do(lambda: world.session.for_child_wiadomosci(self.child))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The mailbox's method, called on this shell; an iterator is drained."""
        method = getattr(self.client.messages, name)
        return lambda *args, **kwargs: self.world.do(lambda: _drained(method(*args, **kwargs)))

    @property
    def bridges(self) -> int:
        """How many sessions of messages were opened."""
        return self.sim.counts["wiadomosci.logon"]

    def first(self, **filters: Any) -> MailMessage:
        message: MailMessage = self.list(**filters)[0]
        return message

    def lists(self, box: Any) -> bool:
        """Whether the account has this mailbox."""
        try:
            self.list(box)
        except LibrusApiError as error:
            if error.status == 404:
                return False
            raise
        return True


def _drained(found: Any) -> Any:
    if isinstance(found, AsyncIterator):
        return _drained_later(found)
    return list(found) if isinstance(found, Iterator) else found


async def _drained_later(found: AsyncIterator[Any]) -> list[Any]:
    return [each async for each in found]


@pytest.fixture(params=["family", "gateway"])
def post(request: pytest.FixtureRequest, world: World) -> Post:
    return Post(world, request.param)


# --- one scene for each method ----------------------------------------------------------------------------

SCENES: Final[dict[str, Callable[[Post], None]]] = {}


def scene(act: Callable[[Post], None]) -> Callable[[Post], None]:
    """Tell what a method of the mailbox does, under its name."""
    SCENES[act.__name__.strip("_")] = act
    return act


@scene
def _list(post: Post) -> None:
    boxes = {box for box in MAILBOXES if post.lists(box)}
    assert len(boxes) == len(MAILBOXES) - 1, "each account lacks one"
    for box in boxes:
        page = post.list(box)
        assert all(message.mailbox == box and message.id for message in page)
        assert page.total is None or page.total == len(page) or page.has_more
    first = post.first()
    sender = first.sender
    assert sender is not None
    of_one = post.list(sender_id=sender.id)
    assert {message.sender.id for message in of_one} == {sender.id}
    assert len(post.list(limit=2)) == 2
    assert [message.id for message in post.list(limit=1, page=2)] == [post.list(limit=2)[1].id]
    assert [message.id for message in post.list(after_id=post.list(limit=2)[1].id)] == [first.id]
    waiting = {message.id for message in post.list(limit=300) if message.is_unread}
    assert {message.id for message in post.list(limit=300, unread_only=True)} == waiting != set()


@scene
def _get(post: Post) -> None:
    waiting = post.first(unread_only=True)
    before = post.unread().inbox
    shown = post.get(waiting.id)
    assert (shown.is_preview, shown.is_unread, post.unread().inbox) == (True, True, before)
    whole = post.get(waiting.id, mark_read=True)
    assert (whole.is_preview, whole.is_unread, post.unread().inbox) == (False, False, before - 1)
    assert post.get(waiting.id) == whole
    sent = post.first(mailbox="outbox")
    assert post.get(sent.id, mailbox="outbox").receivers
    with pytest.raises(LibrusApiError) as caught:
        post.get(1)
    assert caught.value.status == 404


@scene
def _open(post: Post) -> None:
    for box in filter(post.lists, MAILBOXES):
        shown = post.first(mailbox=box)
        whole = post.open(shown.id, mailbox=box)
        assert (whole.id, whole.mailbox, whole.is_preview) == (shown.id, box, False)
        assert whole.body_text.startswith(shown.body_text.rstrip(".…")[:10])


@scene
def _mark_read(post: Post) -> None:
    waiting = post.first(unread_only=True)
    assert not post.mark_read(waiting.id).is_unread
    assert waiting.id not in {message.id for message in post.list(unread_only=True)}


@scene
def _iterate(post: Post) -> None:
    everything = post.list(limit=300)
    assert len(everything) > 5
    assert post.iterate(limit=3) == list(everything)
    assert post.iterate("justifications", limit=2), "a list that is not wrapped says nothing of its length"
    waiting = [message for message in everything if message.is_unread]
    assert post.iterate(unread_only=True, limit=1) == waiting != []
    sender = everything[0].sender
    assert {message.sender for message in post.iterate(sender_id=sender.id, limit=2)} == {sender}
    for receiver in post.receivers():
        found = post.iterate("outbox", receiver_id=receiver.id, limit=1)
        assert [message.id for message in found] == [
            message.id
            for message in post.list("outbox", limit=300)
            if receiver.id in {person.id for person in post.open(message.id, mailbox="outbox").receivers}
        ]


@scene
def _pages(post: Post) -> None:
    total = post.list(limit=1).total
    pages = post.pages(limit=4)
    assert [page.page for page in pages] == list(range(1, len(pages) + 1))
    assert sum(map(len, pages)) == total
    assert all(len(page) == 4 for page in pages[:-1])


@scene
def _conversation(post: Post) -> None:
    sent = {
        message.id: {person.id for person in post.open(message.id, mailbox="outbox").receivers}
        for message in post.list("outbox", limit=300)
    }
    came = post.list(limit=300)
    correspondents = [person.id for person in post.receivers()]
    assert len(correspondents) > 1
    for person in correspondents:
        both = post.conversation(person)
        went = {message.id for message in both if message.mailbox == "outbox"}
        assert went == {message for message, receivers in sent.items() if person in receivers} != set()
        got = {message.id for message in both if message.mailbox == "inbox"}
        assert got == {message.id for message in came if message.sender and message.sender.id == person}
        dates = [message.send_date for message in both]
        assert dates == sorted(dates, reverse=True)


@scene
def _unread(post: Post) -> None:
    waiting = len(post.list(unread_only=True, limit=300))
    for form in ("number", "digits", "object"):
        post.sim.unread_form = form
        assert post.unread().inbox == waiting > 0
    assert post.unread().notes is not None
    counts = post.unread()
    open_boxes = [box for box in counts if box != "trash" and "archive" not in box]
    assert counts.total == sum(counts.count(box) for box in open_boxes) > waiting


@scene
def _me(post: Post) -> None:
    owner = post.me()
    assert owner.account_id
    assert owner.name
    assert owner.access_to_attachments is True


@scene
def _tags(post: Post) -> None:
    assert [tag.name for tag in post.tags()] == ["Ważne", "Wycieczki"]


@scene
def _senders(post: Post) -> None:
    page = post.senders(limit=2)
    assert (len(page), page.has_more) == (2, True)
    assert {who.id for who in post.senders(limit=300)} == {
        message.sender.id for message in post.list(limit=300) if message.sender
    }


@scene
def _receivers(post: Post) -> None:
    written_to = {
        who.id
        for shown in post.list("outbox", limit=300)
        for who in post.open(shown.id, mailbox="outbox").receivers
    }
    assert {who.id for who in post.receivers(limit=300)} == written_to
    assert all(who.name for who in post.receivers())
    page = post.receivers(limit=1, page=2)
    assert (len(page), page.page) == (1, 2)


@scene
def _receiver_types(post: Post) -> None:
    assert {"tutors", "teachers", "parentsCouncil"} <= {kind.id for kind in post.receiver_types().types}


@scene
def _receivers_of(post: Post) -> None:
    for kind in post.receiver_types().types:
        people = post.receivers_of(kind.id)
        assert all(who.account_id and who.type == kind.id for who in people)
        assert bool(people) is (kind.id != "pedagogue"), "this school has none"


@scene
def _student_subjects(post: Post) -> None:
    teachers = {who.account_id for who in post.receivers_of("teachers")}
    taught = post.student_subjects()
    assert {row.teacher_identifier for row in taught} == teachers


@scene
def _attachment(post: Post) -> None:
    message, file = next(files(post))
    got = post.attachment(file.id, message.id)
    assert isinstance(got, Download)
    assert (got.file_name, got.size > 0) == (file.name, True)
    with pytest.raises(LibrusApiError) as caught:
        post.attachment("1", message.id)
    assert caught.value.status == 404


def _teacher(post: Post) -> Any:
    return next(who for who in post.receivers_of("teachers") if who.is_available)


@scene
def _prepare(post: Post) -> None:
    prepared = post.prepare([_teacher(post)], "Pytanie", "Dzień dobry")
    assert [who.account_id for who in prepared.recipients] == [_teacher(post).account_id]
    assert not post.sim.sent_messages


@scene
def _confirm(post: Post) -> None:
    prepared = post.prepare([_teacher(post).account_id], "Pytanie", "Dzień dobry")
    delivery = post.confirm(prepared)
    (sent,) = post.sim.sent_messages
    assert (delivery.outcome, delivery.message_id) == ("accepted", str(sent.message_id))
    assert (sent.child_id, sent.subject) == (post.child, "Pytanie")


@scene
def _send(post: Post) -> None:
    teacher = _teacher(post)
    delivery = post.send([teacher], "Zażółć", "a < b\ngęślą")
    (sent,) = post.sim.sent_messages
    assert sent.recipients == (teacher.account_id,)
    assert delivery.message_id is not None
    there = post.open(delivery.message_id, mailbox="outbox")
    assert (there.subject_text, there.body_text) == ("Zażółć", "a < b\ngęślą")


@scene
def _prepare_reply(post: Post) -> None:
    message = answerable(post)
    prepared = post.prepare_reply(message.id, "Dziękuję")
    assert prepared.answers == int(message.id)
    assert prepared.subject.startswith("Re: ")
    assert not post.sim.sent_messages


@scene
def _reply(post: Post) -> None:
    message = answerable(post)
    assert post.reply(message.id, "Dziękuję").outcome == "accepted"
    (sent,) = post.sim.sent_messages
    assert (sent.reply_to, sent.recipients) == (int(message.id), (message.sender.id,))


@scene
def _withdraw(post: Post) -> None:
    delivery = post.send([_teacher(post)], "Pytanie", "Dzień dobry")
    assert post.withdraw(delivery.message_id).outcome == "accepted"
    assert post.sim.sent_messages[0].withdrawn
    assert post.open(delivery.message_id, mailbox="outbox").is_withdrawn


def answerable(post: Post) -> Any:
    return next(message for message in post.list(limit=300) if message.sender and not message.no_reply)


def files(post: Post, *boxes: str) -> Iterator[tuple[MailMessage, Any]]:
    """Each file there is, with the message it came with."""
    for box in boxes or ("inbox",):
        for shown in post.list(box, limit=300):
            if shown.has_attachments:
                message = post.open(shown.id, mailbox=box)
                yield from ((message, file) for file in message.attachments)


def test_there_is_a_scene_for_every_method() -> None:
    assert SCENES.keys() == {name for name in dir(Mailbox) if name[0] != "_" and name != "family"}


@pytest.mark.parametrize("name", SCENES)
def test_a_method(post: Post, name: str) -> None:
    SCENES[name](post)
    assert post.bridges == 1, "one session serves everything"


# --- files ------------------------------------------------------------------------------------------------

# By the last two bits of its id the simulator says where a file is: in the file store under a page of its
# own, or under a key (whose address may be escaped), or it sends the file at once.
FORMS: Final = {0: "sandbox.file", 1: "sandbox.download", 2: "sandbox.download", 3: None}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_comes_in_each_form(post: Post, form: int, tmp_path: Path) -> None:
    found = (pair for pair in files(post, "inbox", "archive/inbox") if int(pair[1].id) % 4 == form)
    message, file = next(found)
    archived = message.mailbox == "archive/inbox"
    post.sim.reset_counts()
    post.world.clock.slept.clear()
    got = post.attachment(file.id, message.id, archived=archived)
    assert got.file_name == file.name
    assert got.content
    get = Mailbox.attachment(post.client.messages, file.id, message.id, archived=archived)
    saved = post.world.do(lambda: post.client.save(get, tmp_path / "plik"))
    assert (tmp_path / "plik").read_bytes() == got.content
    assert (saved.size, saved.file_name, saved.media_type) == (got.size, got.file_name, got.media_type)
    stored = FORMS[form]
    if stored is None:
        assert post.world.clock.slept == []
    else:
        # The page is asked for the file before it is there, and a key twice.
        assert post.sim.counts[stored] == (4 if form == 0 else 2)
        assert post.world.clock.slept == [5.0, 5.0]


def test_a_file_that_never_comes_leaves_nothing(post: Post, tmp_path: Path) -> None:
    message, file = next(pair for pair in files(post, "inbox", "archive/inbox") if int(pair[1].id) % 4 != 3)
    archived = message.mailbox == "archive/inbox"
    get = Mailbox.attachment(post.client.messages, file.id, message.id, archived=archived)
    post.sim.fail_downloads(2)
    with pytest.raises(LibrusApiError):
        post.attachment(file.id, message.id, archived=archived)
    with pytest.raises(LibrusApiError):
        post.world.do(lambda: post.client.save(get, tmp_path / "plik"))
    assert list(tmp_path.iterdir()) == []
    post.world.do(lambda: post.client.save(get, tmp_path / "plik"))
    assert (tmp_path / "plik").stat().st_size


# --- the phone application's own back end -----------------------------------------------------------------


def test_messages_of_the_phones_back_end(world: World) -> None:
    world.again(strict=True)
    for child in world.sim.children:
        client = world.do(partial(world.session.for_child_bff, child.id))
        found = world.do(client.messages.list)
        assert found
        assert all(message.sender_name and message.send_date for message in found)
    assert world.sim.counts["bff/Messages"] == 2


def test_a_login_of_the_school_has_no_back_end_of_phones(world: World) -> None:
    world.gateway()
    with pytest.raises(LibrusUnsupportedBackendError):
        world.do(world.session.for_child_bff)
    assert not world.sim.counts
