"""Who renews when several may: every way such a renewal can go, and its end at every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from librus_sdk.core import refresh
from librus_sdk.core.keeping import BLANK, UNREAD, Document, Kept, Mishap
from librus_sdk.core.refresh import Minted, Mode, SlotState
from librus_sdk.errors import (
    AUTHENTICATION_FAILED,
    CONFIGURATION_ERROR,
    LibrusApiError,
    LibrusAuthRefreshError,
    LibrusCredentialsError,
    LibrusSdkError,
    LibrusSessionClosedError,
    LibrusTerminalAuthenticationError,
)
from librus_sdk.flows import shared
from librus_sdk.flows.shared import Shared
from librus_sdk.flows.steps import Flow, Pause, Ports, Work
from librus_sdk.secret import Secret
from tests.flows.driving import FakeSlot

WALL = 5_000.0


@dataclass
class TextCodec:
    name: str = "child:101"
    most_s: float | None = None
    dies_with_sign_in: bool = False
    begins_renewal: bool = False
    only_kept: bool = False
    keeps: bool = True

    def payloads(self, secret: Secret) -> Mapping[str, Secret]:
        return {self.name: secret, "other": Secret("more")} if self.keeps else {}

    def secret(self, document: Document) -> Secret | None:
        payload = document.entries[self.name].payload
        return payload or None


class FakeTurn:
    def __init__(self, keeping: FakeKeeping) -> None:
        self.keeping = keeping
        self.taken = False
        self.blind = False

    def take(self) -> bool:
        self.keeping.did("take")
        self.blind = self.keeping.blind > 0
        if self.blind:
            self.keeping.blind -= 1
            return True
        self.taken = self.keeping.free.pop(0) if self.keeping.free else True
        self.keeping.held += self.taken
        return self.taken

    def give_back(self) -> None:
        self.keeping.did("give back")
        self.keeping.held -= self.taken
        self.taken = False


@dataclass
class FakeKeeping:
    """A document that others change: ``meanwhile`` is what they have written by the n-th look."""

    document: Document = BLANK
    meanwhile: dict[int, Document] = field(default_factory=dict)
    free: list[bool] = field(default_factory=list)
    broken: bool = False
    log: list[str] = field(default_factory=list)
    held: int = 0
    looks: int = 0
    blind: int = 0
    """How often nobody can tell who has the right to renew."""

    def did(self, what: str) -> None:
        self.log.append(what)

    def turn(self) -> FakeTurn:
        return FakeTurn(self)

    def glance(self) -> Document:
        return self.look()

    def look(self) -> Document:
        self.did("look")
        self.document = self.meanwhile.get(self.looks, self.document)
        self.looks += 1
        return self.document

    def saving(self, change: Callable[[Document], Document]) -> Callable[[], Document | None]:
        left = [change]
        return lambda: self.keep(left.pop()) if left else None

    def keep(self, change: Callable[[Document], Document]) -> Document | None:
        assert self.held, "whoever writes has to have the right to"
        self.did("keep")
        if self.broken:
            return None
        self.document = replace(change(self.document), owner="o", series=self.document.series or "s")
        return self.document

    def told(self, event: str, slot: Any) -> None:
        self.did(event)


@dataclass
class Scene:
    keeping: FakeKeeping
    slot: FakeSlot = field(default_factory=lambda: FakeSlot(SlotState(key="101")))
    codec: TextCodec = field(default_factory=TextCodec)
    error: LibrusSdkError | None = None
    lifetime_s: float | None = None
    patience_s: float = shared.PATIENCE_S
    since: Document | None = None
    now: float = 1_000.0
    asked: int = 0
    pauses: list[float] = field(default_factory=list)

    def inner(self, mode: Mode) -> Flow[Minted]:
        yield Work(lambda: self.keeping.did("ask Librus"))
        self.asked += 1
        self.keeping.document = self.since or self.keeping.document
        if self.error is not None:
            raise self.error
        return Minted("101", Secret(f"fresh {self.asked}"), self.now, WALL, self.now + 100, declared=True)

    def flow(self, mode: Mode = "need") -> Flow[Minted]:
        ports = Ports(lambda: self.now, lambda: WALL, lambda: 0.5, lambda *_: None)
        return Shared(self.keeping, ports, self.patience_s).renewal(
            lambda: self.slot, self.codec, self.inner, self.lifetime_s
        )(mode)

    def run(self, mode: Mode = "need") -> Minted:
        flow = self.flow(mode)
        reply: Any = None
        while True:
            try:
                step = flow.send(reply)
            except StopIteration as stop:
                assert not self.keeping.held
                result: Minted = stop.value
                return result
            except LibrusSdkError:
                assert not self.keeping.held
                raise
            reply = self.answer(step)

    def answer(self, step: Any) -> Any:
        if isinstance(step, Pause):
            self.pauses.append(step.seconds)
            self.now += step.seconds
            return None
        return step.do()


def kept(secret: str = "kept", revision: int = 1, **more: Any) -> Document:
    entry = Kept(Secret(secret), revision, WALL - 60, more.pop("expires_at", None))
    return Document("o", "s", revision, {"child:101": entry}, **more)


def secret_of(minted: Minted) -> str:
    text: str = minted.secret.reveal()
    return text


def test_without_a_store_nothing_is_shared() -> None:
    scene = Scene(FakeKeeping())
    renewal = Shared(None, Ports(lambda: 0.0, lambda: 0.0, lambda: 0.0, lambda *_: None)).renewal(
        lambda: scene.slot, scene.codec, scene.inner
    )
    assert renewal == scene.inner


def test_what_is_kept_is_taken_without_a_turn() -> None:
    scene = Scene(FakeKeeping(kept()))
    minted = scene.run()
    assert secret_of(minted) == "kept"
    assert (minted.adopted, minted.mark) == (True, ("s", 1))
    assert scene.keeping.log == ["look", "store.adopted"]


def test_a_new_one_is_kept_before_anybody_has_it() -> None:
    scene = Scene(FakeKeeping())
    minted = scene.run()
    assert secret_of(minted) == "fresh 1"
    assert (minted.adopted, minted.mark) == (False, ("s", 1))
    assert scene.keeping.log == ["look", "take", "look", "ask Librus", "keep", "give back", "give back"]
    entry = scene.keeping.document.entries["child:101"]
    assert (entry.payload, entry.issued_at, entry.expires_at) == (Secret("fresh 1"), WALL, WALL + 100)
    assert scene.keeping.document.entries["other"].expires_at is None


def test_what_comes_along_is_written_when_it_is_new() -> None:
    document = kept().with_entries({"other": Kept(Secret("more"))})
    scene = Scene(FakeKeeping(document))
    scene.run("force")
    assert scene.keeping.document.entries["other"].revision == 2
    assert scene.keeping.document.entries["child:101"].revision == 3


def test_what_is_not_to_be_kept_is_not() -> None:
    scene = Scene(FakeKeeping(), codec=TextCodec(keeps=False))
    assert scene.run().mark == ("", 0)
    assert "keep" not in scene.keeping.log


def test_what_could_not_be_kept_is_newer_than_what_is() -> None:
    scene = Scene(FakeKeeping(kept(), broken=True))
    assert scene.run("force").mark == ("s", 1)


def test_whoever_was_overtaken_goes_on_with_what_the_other_has_got() -> None:
    keeping = FakeKeeping(kept(), broken=True, meanwhile={2: kept("theirs", 2)})
    minted = Scene(keeping).run("force")
    assert (secret_of(minted), minted.adopted) == ("theirs", True)


def test_whoever_waits_takes_what_the_other_has_got() -> None:
    scene = Scene(FakeKeeping(free=[False, False, True], meanwhile={2: kept()}))
    assert secret_of(scene.run()) == "kept"
    assert scene.asked == 0
    assert scene.pauses == [0.05, 0.05]


def test_what_came_before_the_turn_did_is_seen() -> None:
    scene = Scene(FakeKeeping(meanwhile={1: kept()}))
    assert secret_of(scene.run()) == "kept"
    assert scene.asked == 0


def test_whoever_waits_shares_the_other_s_failure() -> None:
    mishap = Mishap.of(LibrusCredentialsError("refused"))
    scene = Scene(
        FakeKeeping(free=[False], meanwhile={1: Document("o", "s").with_failure("child:101", mishap)})
    )
    with pytest.raises(LibrusCredentialsError, match="refused"):
        scene.run()
    assert scene.asked == 0
    assert "store.failure_shared" in scene.keeping.log


def test_an_older_failure_stops_nobody() -> None:
    mishap = Mishap.of(LibrusCredentialsError("refused"))
    scene = Scene(FakeKeeping(Document("o", "s").with_failure("child:101", mishap)))
    assert secret_of(scene.run()) == "fresh 1"


def test_nobody_is_waited_for_for_ever() -> None:
    scene = Scene(FakeKeeping(free=[False] * 1_000))
    minted = scene.run()
    assert secret_of(minted) == "fresh 1"
    assert shared.PATIENCE_S < scene.now - 1_000.0 < shared.PATIENCE_S + 1
    assert "keep" not in scene.keeping.log


def test_a_person_who_asks_gets_a_new_one() -> None:
    scene = Scene(FakeKeeping(kept()))
    assert secret_of(scene.run("force")) == "fresh 1"
    assert secret_of(Scene(FakeKeeping(kept())).run("insist")) == "kept"


def test_a_person_who_asks_joins_a_renewal_under_way() -> None:
    scene = Scene(FakeKeeping(kept(), free=[False], meanwhile={1: kept("theirs", 2)}))
    assert secret_of(scene.run("force")) == "theirs"


def test_what_is_too_old_is_not_taken() -> None:
    scene = Scene(FakeKeeping(kept()), codec=TextCodec(most_s=59.0))
    assert secret_of(scene.run()) == "fresh 1"
    assert secret_of(Scene(FakeKeeping(kept()), codec=TextCodec(most_s=61.0)).run()) == "kept"


def test_what_nobody_can_read_is_not_taken() -> None:
    assert secret_of(Scene(FakeKeeping(kept(""))).run()) == "fresh 1"


@pytest.mark.parametrize("begins", [True, False])
def test_a_renewal_that_begins_with_the_old_one_has_it(begins: bool) -> None:
    ended = kept(expires_at=WALL - 1)
    scene = Scene(FakeKeeping(ended), codec=TextCodec(begins_renewal=begins))
    assert secret_of(scene.run()) == "fresh 1"
    grant = scene.slot.peek().grant
    assert (grant is not None) is begins
    if grant is not None:
        assert grant.secret == Secret("kept")


def test_what_the_slot_holds_already_is_not_handed_over() -> None:
    scene = Scene(FakeKeeping(kept(expires_at=WALL - 1)), codec=TextCodec(begins_renewal=True))
    scene.slot.offer(Minted("101", Secret("kept"), 1.0, mark=("s", 1)))
    scene.run()
    assert scene.slot.peek().generation == 1


# --- failures --------------------------------------------------------------------------------------------


def test_a_failure_is_told_to_others_and_raised() -> None:
    error = LibrusApiError("down", code="API_REQUEST_FAILED")
    scene = Scene(FakeKeeping(kept(expires_at=WALL - 1)), error=error)
    with pytest.raises(LibrusApiError) as caught:
        scene.run()
    assert caught.value is error
    assert scene.keeping.document.mishaps["child:101"].message == "down"
    assert "child:101" in scene.keeping.document.entries


def test_the_end_of_a_session_is_nobody_else_s_failure() -> None:
    scene = Scene(FakeKeeping(), error=LibrusSessionClosedError("closed"))
    with pytest.raises(LibrusSessionClosedError):
        scene.run()
    assert "keep" not in scene.keeping.log


def sign_in_again() -> LibrusSdkError:
    return LibrusTerminalAuthenticationError("sign in again", code=AUTHENTICATION_FAILED)


@pytest.mark.parametrize("dies", [True, False])
def test_having_no_password_is_nobody_else_s_failure(dies: bool) -> None:
    codec = TextCodec(dies_with_sign_in=dies, begins_renewal=True)
    scene = Scene(FakeKeeping(kept(expires_at=WALL - 1)), error=sign_in_again(), codec=codec)
    with pytest.raises(LibrusTerminalAuthenticationError):
        scene.run()
    assert not scene.keeping.document.mishaps
    assert ("child:101" in scene.keeping.document.entries) is not dies


def test_a_failure_of_this_program_leaves_what_is_kept_alone() -> None:
    error = LibrusTerminalAuthenticationError("update", code=CONFIGURATION_ERROR)
    codec = TextCodec(dies_with_sign_in=True, begins_renewal=True)
    scene = Scene(FakeKeeping(kept(expires_at=WALL - 1)), error=error, codec=codec)
    with pytest.raises(LibrusTerminalAuthenticationError):
        scene.run()
    assert "child:101" in scene.keeping.document.entries


def test_only_what_the_renewal_began_with_is_kept_no_longer() -> None:
    """The slot begins with its own, which is newer; what is kept has not been refused by that."""
    codec = TextCodec(dies_with_sign_in=True, begins_renewal=True)
    scene = Scene(FakeKeeping(kept(expires_at=WALL - 1)), error=sign_in_again(), codec=codec)
    scene.slot.offer(Minted("101", Secret("own"), 1_000.0, mark=("s", 1)))
    with pytest.raises(LibrusTerminalAuthenticationError):
        scene.run()
    assert "child:101" in scene.keeping.document.entries


def test_nothing_is_written_when_there_is_nothing_to_tell() -> None:
    """A session that has nothing to sign in with begins no document in nobody's name."""
    scene = Scene(FakeKeeping(), error=sign_in_again())
    with pytest.raises(LibrusTerminalAuthenticationError):
        scene.run()
    assert "keep" not in scene.keeping.log


# --- a store that cannot be read at first ----------------------------------------------------------------


@pytest.mark.parametrize("free", [[True], [False, True]])
def test_a_failure_of_last_week_is_not_taken_for_news(free: list[bool]) -> None:
    mishap = Mishap.of(LibrusCredentialsError("refused"))
    failed = Document("o", "s").with_failure("child:101", mishap)
    scene = Scene(FakeKeeping(UNREAD, meanwhile={1: failed}, free=free))
    assert secret_of(scene.run()) == "fresh 1"


def test_what_could_not_be_read_is_not_what_a_person_asks_for() -> None:
    scene = Scene(FakeKeeping(UNREAD, meanwhile={1: kept()}))
    assert secret_of(scene.run("force")) == "fresh 1"
    scene = Scene(FakeKeeping(UNREAD, meanwhile={1: kept()}))
    assert secret_of(scene.run()) == "kept"


@pytest.mark.parametrize("looks", [2, 1_000])
def test_what_works_once_is_not_sent_before_it_is_known_whether_it_has_been(looks: int) -> None:
    """The slot's own may have been used up by another; but a store that stays away does not end a session."""
    held = Minted("101", Secret("held"), 900.0, WALL - 100, 901.0, declared=True)
    scene = Scene(
        FakeKeeping(UNREAD, meanwhile={looks: kept("theirs")}),
        codec=TextCodec(dies_with_sign_in=True, begins_renewal=True),
        slot=FakeSlot(refresh.offer(SlotState(key="101"), held)),
    )
    minted = scene.run()
    assert (secret_of(minted), scene.asked) == (("theirs", 0) if looks == 2 else ("fresh 1", 1))
    assert scene.now - 1_000.0 < shared.PATIENCE_S + 1


@pytest.mark.parametrize("only_kept", [False, True])
def test_who_can_sign_in_waits_for_no_store_that_does_not_answer(only_kept: bool) -> None:
    """Nothing is there that works once; but without a password, what is kept is all there can be."""
    scene = Scene(FakeKeeping(UNREAD), codec=TextCodec(dies_with_sign_in=True, only_kept=only_kept))
    assert secret_of(scene.run()) == "fresh 1"
    assert bool(scene.pauses) == only_kept


ONCE = TextCodec(dies_with_sign_in=True, begins_renewal=True, only_kept=True)


def test_what_works_once_is_not_sent_before_it_is_known_who_has_the_right_to() -> None:
    """The store answers again just after the right was taken for granted: it is another's."""
    ended = kept(expires_at=WALL - 1)
    keeping = FakeKeeping(ended, meanwhile={4: kept("theirs", 2)}, free=[False] * 9, blind=2)
    scene = Scene(keeping, codec=ONCE)
    assert secret_of(scene.run()) == "theirs"
    assert scene.asked == 0
    scene = Scene(FakeKeeping(ended, blind=2), codec=ONCE)
    assert secret_of(scene.run()) == "fresh 1"
    assert scene.keeping.log[-5:] == ["look", "ask Librus", "keep", "give back", "give back"]
    assert len(scene.pauses) == 2


def test_what_may_be_sent_again_is_not_waited_with() -> None:
    scene = Scene(FakeKeeping(kept(expires_at=WALL - 1), blind=1, broken=True), codec=TextCodec(keeps=False))
    assert secret_of(scene.run()) == "fresh 1"
    assert scene.pauses == []


def test_where_nobody_can_tell_for_too_long_it_is_sent() -> None:
    scene = Scene(FakeKeeping(UNREAD, blind=10_000), codec=replace(ONCE, keeps=False))
    assert secret_of(scene.run()) == "fresh 1"
    assert shared.PATIENCE_S < scene.now - 1_000.0 < shared.PATIENCE_S + 1


# --- what comes along ------------------------------------------------------------------------------------


@pytest.mark.parametrize("since", [True, False])
def test_what_comes_along_does_not_replace_what_was_kept_meanwhile(since: bool) -> None:
    """Two renewals of one session share their turn: a list may be older than a child's token by then."""
    before = kept().with_entries({"other": Kept(Secret("old"))})
    after = before.with_entries({"other": Kept(Secret("newest"))}) if since else before
    scene = Scene(FakeKeeping(before), since=after)
    scene.run("force")
    found = scene.keeping.document.entries["other"].payload
    assert found == Secret("newest" if since else "more")
    assert scene.keeping.document.entries["child:101"].payload == Secret("fresh 1")


# --- turns and patience ----------------------------------------------------------------------------------


def test_a_turn_is_given_back_where_it_may_take_a_moment() -> None:
    """Not on an event loop: a store may be a server."""
    scenes = [
        Scene(FakeKeeping(meanwhile={1: kept()})),
        Scene(FakeKeeping(), error=LibrusApiError("down")),
    ]
    for scene in scenes:
        with suppress(LibrusApiError):
            scene.run()
        assert scene.keeping.log[-2:] == ["give back", "give back"]


def test_who_has_less_time_has_less_patience() -> None:
    scene = Scene(FakeKeeping(kept(), free=[False] * 1_000), patience_s=2.0)
    minted = scene.run("force")
    assert 2.0 < scene.now - 1_000.0 < 2.2
    assert minted.mark == ("s", 1), "older than what the other will keep, and than nothing else"


def test_what_works_once_is_not_sent_while_another_may_have_sent_it() -> None:
    """A portal that takes its time keeps the other waiting, too; a token sent twice would be the end."""
    codec = TextCodec(dies_with_sign_in=True, begins_renewal=True)
    scene = Scene(FakeKeeping(kept(expires_at=WALL - 1), free=[False] * 1_000), codec=codec)
    with pytest.raises(LibrusAuthRefreshError, match="Another process"):
        scene.run()
    assert scene.asked == 0
    assert "child:101" in scene.keeping.document.entries


def test_what_was_given_up_before_it_was_kept_is_kept() -> None:
    """What is given once is not lost with whoever asked for it, even when nobody got round to keeping it."""
    scene = Scene(FakeKeeping())
    flow = scene.flow()
    reply: Any = None
    while not scene.asked:
        reply = scene.answer(flow.send(reply))
    saving = flow.send(reply)
    flow.close()
    assert scene.keeping.document.entries["child:101"].payload == Secret("fresh 1")
    assert not scene.keeping.held
    assert scene.answer(saving) is None, "it is kept once"


# --- the end at every step -------------------------------------------------------------------------------


def ways() -> Iterator[tuple[str, Callable[[], Scene]]]:
    yield "renewed", lambda: Scene(FakeKeeping())
    yield "waited", lambda: Scene(FakeKeeping(free=[False, False]))
    yield "failed", lambda: Scene(FakeKeeping(), error=LibrusApiError("down"))
    yield "adopted", lambda: Scene(FakeKeeping(free=[False], meanwhile={1: kept()}))


@pytest.mark.parametrize("interrupt", [GeneratorExit, KeyboardInterrupt])
@pytest.mark.parametrize(
    ("way", "make"), list(ways()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_renewal_that_is_given_up_gives_its_turn_back(
    way: str, make: Callable[[], Scene], interrupt: type[BaseException]
) -> None:
    """Before the answer of each step, and after what it does is done."""
    for done in (False, True):
        for stop_at in range(1, 20):
            scene = make()
            flow = scene.flow()
            reply: Any = None
            try:
                for _ in range(stop_at - 1):
                    reply = scene.answer(flow.send(reply))
                step = flow.send(reply)
            except (StopIteration, LibrusSdkError):
                break
            if done:
                scene.answer(step)
            if interrupt is GeneratorExit:
                flow.close()
            else:
                with pytest.raises(KeyboardInterrupt):
                    flow.throw(KeyboardInterrupt())
            assert scene.keeping.held == 0, (way, stop_at, done)
        else:
            pytest.fail("it never ended")
