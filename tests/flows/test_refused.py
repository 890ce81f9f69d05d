"""A refused password, remembered past the credential that somebody else has got, with no network at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from librus_sdk.core.keeping import Document, Kept
from librus_sdk.core.refresh import FlightFailure, Minted, Mode, SlotState
from librus_sdk.errors import (
    LibrusAccountActionRequiredError,
    LibrusApiError,
    LibrusCaptchaRequiredError,
    LibrusCredentialsError,
    LibrusSdkError,
)
from librus_sdk.flows.refused import Refused
from librus_sdk.flows.shared import Shared
from librus_sdk.flows.steps import Flow, Ports, Work
from librus_sdk.secret import Secret
from tests.flows.driving import LOGIN_PAGE, FakeSlot, answer, drive, portal_flows
from tests.flows.test_oauth import DOOR, Portal
from tests.flows.test_shared import FakeKeeping, TextCodec
from tests.flows.test_web import TO_FORM, WRONG, WebSlot, flows

PORTS: Final = Ports(lambda: 1_000.0, lambda: 5_000.0, lambda: 0.5, lambda *_: None)
REFUSED_PAGE: Final = answer(401)


class SignIn:
    """A sign-in that ends as the next of the list says."""

    def __init__(self, *ends: LibrusSdkError | str) -> None:
        self.left = list(ends)

    def __call__(self) -> Flow[str]:
        yield Work(lambda: None)
        end = self.left.pop(0)
        if isinstance(end, str):
            return end
        raise end


def ended(flow: Flow[Any]) -> Any:
    ran = drive(flow, [])
    return ran.error or ran.result


def test_it_is_sent_again_only_when_somebody_asks() -> None:
    refused, sign_in = Refused(), SignIn(LibrusCredentialsError("no"), LibrusApiError("503"), "jar", "jar")
    assert not refused.stands("need")
    first = ended(refused.guarded("need", sign_in()))
    assert isinstance(first, LibrusCredentialsError)
    again = ended(refused.guarded("need", sign_in()))
    assert (type(again), again.message) == (LibrusCredentialsError, "no")
    assert again is not first
    assert len(sign_in.left) == 3, "nothing was sent"
    assert isinstance(ended(refused.guarded("insist", sign_in())), LibrusApiError)
    assert refused.stands("need"), "an outage says nothing of the password"
    assert not refused.stands("insist")
    assert ended(refused.guarded("force", sign_in())) == "jar"
    assert not refused.stands("need")
    assert ended(refused.guarded("need", sign_in())) == "jar"


def test_what_passes_is_not_remembered() -> None:
    refused, sign_in = Refused(), SignIn(LibrusApiError("503"), "jar")
    assert isinstance(ended(refused.guarded("need", sign_in())), LibrusApiError)
    assert ended(refused.guarded("need", sign_in())) == "jar"


def test_the_portals_password() -> None:
    portal = portal_flows()
    assert drive(portal.sign_in(), [LOGIN_PAGE, REFUSED_PAGE]).error is not None
    ran = drive(portal.sign_in(), [])
    assert (type(ran.error), ran.steps) == (LibrusCredentialsError, [])
    assert len(drive(portal.sign_in("insist"), [LOGIN_PAGE, REFUSED_PAGE]).sent) == 2


def test_the_portals_password_with_oauth() -> None:
    portal = Portal()
    assert portal.renew(DOOR, REFUSED_PAGE).error is not None
    assert portal.renew().sent == []
    ran = drive(portal.flows.renew(portal.slot, "insist"), [DOOR, REFUSED_PAGE])
    assert len(ran.sent) == 2


def test_the_schools_password() -> None:
    website, slot = flows(), WebSlot()
    assert drive(website.renew(slot, "need"), [*TO_FORM, WRONG]).error is not None
    ran = drive(website.renew(slot, "need"), [])
    assert (type(ran.error), ran.sent) == (LibrusCredentialsError, [])
    assert len(drive(website.renew(slot, "insist"), [*TO_FORM, WRONG]).sent) == 3


# --- hearing of another's sign-in -------------------------------------------------------------------------


def latched(*held: str, error: LibrusSdkError | None = None) -> FakeSlot:
    slot = FakeSlot(SlotState(key="101"))
    for place, secret in enumerate(held):
        slot.offer(Minted("101", Secret(secret), float(place)))
    failure = FlightFailure(error or LibrusCredentialsError("no"), "terminal")
    slot.state = SlotState(key="101", grant=slot.state.grant, generation=slot.state.generation, latch=failure)
    return slot


def kept(secret: str) -> Document:
    return Document("o", "s", 2, {"child:101": Kept(Secret(secret), 2, 4_990.0)})


def heard(slot: FakeSlot, keeping: FakeKeeping, refused: Refused | None = None) -> FakeKeeping:
    news = Shared(keeping, PORTS).news(lambda: slot, TextCodec(), refused or Refused())
    assert news is not None
    ran = drive(news(), [])
    assert (ran.error, ran.sent) == (None, [])
    return keeping


def test_what_somebody_else_has_got_lifts_a_latch_and_is_remembered() -> None:
    slot, refused = latched(), Refused()
    keeping = heard(slot, FakeKeeping(kept("theirs")), refused)
    assert keeping.log == ["look", "store.adopted"]
    assert slot.state.latch is None
    assert slot.state.grant is not None
    assert slot.state.grant.secret == Secret("theirs")
    known = ended(refused.guarded("need", SignIn("sent")()))
    assert (type(known), known.message) == (LibrusCredentialsError, "no")


@pytest.mark.parametrize(
    "error", [LibrusCaptchaRequiredError("captcha"), LibrusAccountActionRequiredError("rules")]
)
def test_what_a_person_has_mended_says_nothing_of_the_password(error: LibrusSdkError) -> None:
    slot, refused = latched(error=error), Refused()
    heard(slot, FakeKeeping(kept("theirs")), refused)
    assert slot.state.latch is None
    assert ended(refused.guarded("need", SignIn("jar")())) == "jar"
    # And it does not hide that the password was refused before.
    ended(refused.guarded("need", SignIn(LibrusCredentialsError("no"))()))
    assert ended(refused.guarded("insist", SignIn(error)())) is error
    assert isinstance(ended(refused.guarded("need", SignIn("jar")())), LibrusCredentialsError)


@pytest.mark.parametrize("held", [("kept",), ("kept", "other")])
def test_what_was_held_before_lifts_no_latch(held: tuple[str, ...]) -> None:
    slot = latched(*held)
    if len(held) > 1:
        slot.state = SlotState(
            key="101",
            grant=slot.state.grant,
            generation=2,
            former=(Secret("kept"),),
            latch=slot.state.latch,
        )
    refused = Refused()
    assert heard(slot, FakeKeeping(kept("kept")), refused).log == ["look"]
    assert slot.state.latch is not None
    assert not refused.stands("need")


def test_an_empty_store_lifts_no_latch() -> None:
    slot = latched()
    assert heard(slot, FakeKeeping()).log == ["look"]
    assert slot.state.latch is not None


def test_a_latch_that_is_gone_by_then_needs_nothing() -> None:
    slot = FakeSlot(SlotState(key="101"))
    assert heard(slot, FakeKeeping(kept("theirs"))).log == ["look"]
    assert slot.state.grant is None


def test_while_somebody_signs_in_nothing_is_heard() -> None:
    """Their password may have been taken a moment ago; what lies in the store is then their own session."""
    slot, refused = latched(), Refused()
    slot.state = replace(slot.state, flight="of a person")
    assert heard(slot, FakeKeeping(kept("own")), refused).log == ["look"]
    assert slot.state.latch is not None
    assert not refused.stands("need")


def test_without_a_store_there_is_no_news() -> None:
    assert Shared(None, PORTS).news(latched, TextCodec(), Refused()) is None


@pytest.mark.parametrize("known", [False, True])
def test_a_refusal_is_told_to_those_who_wait_when_it_is_news(known: bool) -> None:
    keeping, slot, refused = FakeKeeping(), FakeSlot(SlotState(key="101")), Refused()
    if known:
        refused.remember(LibrusCredentialsError("no"))
    sign_in = SignIn(LibrusCredentialsError("no"))

    def inner(mode: Mode) -> Flow[Minted]:
        got: Callable[[], Any] = sign_in
        yield from refused.guarded(mode, got())
        raise AssertionError

    flow = Shared(keeping, PORTS).renewal(lambda: slot, TextCodec(), inner, None, refused)("need")
    assert isinstance(ended(flow), LibrusCredentialsError)
    assert set(keeping.document.mishaps) == (set() if known else {"child:101"})
    assert len(sign_in.left) == known


def test_tokens_that_ended_are_kept_no_longer_though_the_refusal_is_known() -> None:
    keeping, slot, refused = FakeKeeping(kept("ended")), FakeSlot(SlotState(key="101")), Refused()
    slot.offer(Minted("101", Secret("ended"), 990.0, mark=("s", 2)))
    refused.remember(LibrusCredentialsError("no"))
    codec = TextCodec(dies_with_sign_in=True)

    def inner(mode: Mode) -> Flow[Minted]:
        yield from refused.guarded(mode, SignIn("sent")())
        raise AssertionError

    flow = Shared(keeping, PORTS).renewal(lambda: slot, codec, inner, None, refused)("need")
    assert isinstance(ended(flow), LibrusCredentialsError)
    assert (dict(keeping.document.entries), dict(keeping.document.mishaps)) == ({}, {})


def test_another_refusal_is_news() -> None:
    refused = Refused()
    assert not refused.is_known(LibrusCredentialsError("no"))
    refused.remember(LibrusCredentialsError("no"))
    assert refused.is_known(LibrusCredentialsError("no"))
    assert not refused.is_known(LibrusCaptchaRequiredError("captcha"))
    assert not refused.is_known(LibrusApiError("503"))


def test_an_outage_is_told_all_the_same() -> None:
    """Not from the password: the session could not be extended, say."""
    keeping, slot, refused = FakeKeeping(), FakeSlot(SlotState(key="101")), Refused()
    refused.remember(LibrusCredentialsError("no"))

    def inner(_mode: Mode) -> Flow[Minted]:
        yield Work(lambda: None)
        raise LibrusApiError("503")

    ended(Shared(keeping, PORTS).renewal(lambda: slot, TextCodec(), inner, None, refused)("need"))
    assert set(keeping.document.mishaps) == {"child:101"}
