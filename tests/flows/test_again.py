"""What of a sign-in is asked again when it fails in passing, and what never is, with no network at all."""

from __future__ import annotations

from typing import Any, Final

import pytest

from librus_sdk.core.http import Failure, Response
from librus_sdk.core.refresh import Minted, SlotState
from librus_sdk.errors import (
    LibrusApiError,
    LibrusMaintenanceError,
    LibrusNetworkError,
    LibrusRateLimitedError,
    LibrusSdkError,
)
from librus_sdk.flows.oauth import OAuthFlows
from librus_sdk.flows.post import PostFlows
from librus_sdk.flows.steps import Exchange, Flow
from librus_sdk.flows.web import WebFlows
from librus_sdk.models.decoding import decode_portal_me
from librus_sdk.settings import GatewayCredentials, PortalCredentials, RetryPolicy
from tests.flows.driving import (
    EMAIL,
    HOSTS,
    LOGIN_PAGE,
    ME,
    ONCE,
    PASSWORD,
    PORTAL,
    FakeSlot,
    Ran,
    answer,
    drive,
    granted,
    page,
    portal_flows,
    ports,
    redirect,
)
from tests.flows.test_oauth import AUTHORIZE, CODE, DOOR, tokens
from tests.flows.test_portal_reads import row
from tests.flows.test_web import CHAINED, EXTENDED, INFO_OK, WHOLE, old
from tests.flows.test_web import HOSTS as WEB_HOSTS

Events = list[tuple[str, str, dict[str, object]]]

THREE: Final = RetryPolicy(jitter=False)
RESET: Final = Failure("network", "connection reset")
BAD: Final = answer(503)
PASSING: Final = (BAD, RESET, answer(500), answer(429))
HOME: Final = page("<h1>Konto LIBRUS</h1>")


def cookies(events: Events | None = None, retry: RetryPolicy = THREE) -> Flow[Minted]:
    return portal_flows(events, retry).sign_in()


def tokens_by_password(retry: RetryPolicy = THREE) -> Flow[Minted]:
    return OAuthFlows(HOSTS, PortalCredentials(EMAIL, PASSWORD), ports(), retry).sign_in()


def website(slot: FakeSlot | None = None, retry: RetryPolicy = THREE) -> Flow[Minted]:
    flows = WebFlows(
        WEB_HOSTS, GatewayCredentials("6521091r", PASSWORD), ports(), decode_portal_me, None, retry
    )
    return flows.renew(slot or FakeSlot(SlotState(key="gateway")), "need")


# Each with the answers when all is well, and which of the requests are harmless.
ASK: Final = redirect("/oauth2/authorize?client_id=x&redirect_uri=app%3A%2F%2Flibrus&response_type=code")
SIGN_INS: Final[dict[str, tuple[Any, tuple[Response, ...], frozenset[int]]]] = {
    "cookies": (cookies, (LOGIN_PAGE, redirect("/rodzina/home"), HOME, ME), frozenset({0, 2, 3})),
    "form with a redirect": (cookies, (redirect("/in"), LOGIN_PAGE, HOME, ME), frozenset({0, 1, 3})),
    "oauth": (tokens_by_password, (ASK, DOOR, ASK, CODE, tokens(1)), frozenset({0, 1, 3})),
    "oauth, signed in": (tokens_by_password, (ASK, CODE, tokens(1)), frozenset({0, 1})),
    "website": (website, WHOLE, frozenset({0, 1, len(WHOLE) - 1})),
}
STEPS: Final = [(name, step) for name, (_, good, _) in SIGN_INS.items() for step in range(len(good))]
HARMLESS: Final = [(name, step) for name, step in STEPS if step in SIGN_INS[name][2]]
OTHERS: Final = [case for case in STEPS if case not in HARMLESS]


def run(name: str, answers: list[Any], **options: Any) -> Ran:
    make, _, _ = SIGN_INS[name]
    return drive(make(**options), answers)


def posted(ran: Ran) -> list[str]:
    """What was sent that is no question: the form, and what tokens are given out for."""
    return [request.url for request in ran.requests if request.method != "GET"]


@pytest.mark.parametrize("bad", PASSING)
@pytest.mark.parametrize(("name", "step"), HARMLESS)
def test_what_is_harmless_is_asked_again_and_the_password_is_not_sent_again(
    name: str, step: int, bad: Any
) -> None:
    good = list(SIGN_INS[name][1])
    plain = run(name, good)
    ran = run(name, [*good[:step], bad, bad, *good[step:]])
    assert isinstance(ran.result, Minted)
    assert (plain.pauses, ran.pauses) == ([], [0.25, 0.5])
    assert ran.sent == [*plain.sent[: step + 1], plain.sent[step], *plain.sent[step:]]
    assert posted(ran) == posted(plain)
    first, second = ran.requests[step : step + 2]
    assert first is second, "the very same request"
    jars = {id(done.jar) for done in ran.steps if isinstance(done, Exchange) and done.jar is not None}
    assert len(jars) == 1, "with the cookies of this sign-in"


@pytest.mark.parametrize(("name", "step"), HARMLESS)
def test_an_outage_that_lasts_ends_as_without_retries(name: str, step: int) -> None:
    good = list(SIGN_INS[name][1])[:step]
    once = run(name, [*good, BAD], retry=ONCE)
    ran = run(name, [*good, BAD, BAD, BAD])
    assert once.error is not None
    assert ran.error is not None
    assert (type(ran.error), ran.error.code, ran.error.message) == (
        type(once.error),
        once.error.code,
        once.error.message,
    )
    assert posted(ran) == posted(once)
    assert once.pauses == []


@pytest.mark.parametrize(("name", "step"), HARMLESS)
@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_not_asked_again_whatever_the_policy_says(name: str, step: int, status: int) -> None:
    policy = RetryPolicy(retriable_statuses=frozenset({403, 503}))
    ran = run(name, [*list(SIGN_INS[name][1])[:step], answer(status)], retry=policy)
    assert ran.error is not None
    assert ran.pauses == []


@pytest.mark.parametrize(("name", "step"), HARMLESS)
def test_a_maintenance_that_is_announced_is_left_alone(name: str, step: int) -> None:
    ran = run(name, [*list(SIGN_INS[name][1])[:step], answer(503, {"Status": "Maintenance"})])
    assert isinstance(ran.error, LibrusMaintenanceError)
    assert ran.pauses == []


@pytest.mark.parametrize(("name", "step"), HARMLESS)
def test_a_timeout_is_not_asked_again(name: str, step: int) -> None:
    ran = run(name, [*list(SIGN_INS[name][1])[:step], Failure("timeout", "timeout", 100)])
    assert ran.error is not None
    assert ran.pauses == []


@pytest.mark.parametrize("bad", PASSING)
@pytest.mark.parametrize(("name", "step"), OTHERS)
def test_what_hands_something_in_is_sent_once(name: str, step: int, bad: Any) -> None:
    good = list(SIGN_INS[name][1])
    plain = run(name, good)
    # Where there is a session, the page behind it is not needed.
    rest = good[-1:] if (name, step) == ("website", len(good) - 2) else []
    ran = run(name, [*good[:step], bad, *rest])
    assert ran.sent == plain.sent[: step + 1 + len(rest)]
    assert ran.pauses == []


def test_what_is_told_of_it() -> None:
    events: Events = []
    drive(cookies(events), [LOGIN_PAGE, HOME, BAD, RESET, ME])
    told = [(level, fields) for level, name, fields in events if name == "synergia.retry"]
    common = {"endpoint": f"{PORTAL}/api/v3/Me", "method": "GET"}
    assert told == [
        ("warn", {"attempt": 1, "delay_ms": 250, "reason": "status_503", **common}),
        ("warn", {"attempt": 2, "delay_ms": 500, "reason": "network_error", **common}),
    ]


def test_retry_after_is_waited_for_and_not_for_longer_than_the_policy_says() -> None:
    ran = drive(cookies(), [LOGIN_PAGE, HOME, answer(429, retry_after="7"), ME])
    assert (ran.pauses, ran.error) == ([7.0], None)
    ran = drive(cookies(), [LOGIN_PAGE, HOME, answer(429, retry_after="31")])
    assert isinstance(ran.error, LibrusRateLimitedError)
    assert (ran.pauses, ran.error.retry_after_s) == ([], 31.0)


@pytest.mark.parametrize(("bad", "kind"), [(BAD, LibrusApiError), (RESET, LibrusNetworkError)])
def test_where_it_is_too_late_for_a_pause_the_answer_that_came_counts(
    bad: Any, kind: type[LibrusSdkError]
) -> None:
    late = Failure("timeout", "timeout", 100, sent=False)
    ran = drive(cookies(), [LOGIN_PAGE, HOME, bad], late=late)
    assert type(ran.error) is kind
    assert len(ran.pauses) == 1


# --- redirects on the way ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/in?code=c-1", "/in?client_id=x&code=c-1", "/in?token=", "/in?x", "/in?client_id=x&ticket=t-1"],
)
def test_a_redirect_whose_address_may_hand_something_in_is_followed_once(address: str) -> None:
    ran = drive(cookies(), [redirect(address), BAD])
    assert isinstance(ran.error, LibrusApiError)
    assert len(ran.sent) == 2
    ran = drive(cookies(), [LOGIN_PAGE, redirect(address), RESET])
    assert isinstance(ran.error, LibrusNetworkError)
    assert len(ran.sent) == 3


@pytest.mark.parametrize("address", ["/in", "/in?", "/in?client_id=46&state=s-1", f"{AUTHORIZE[4:]}?scope=x"])
def test_a_redirect_whose_address_only_asks_is_asked_again(address: str) -> None:
    ran = drive(cookies(), [redirect(address), BAD, LOGIN_PAGE, HOME, ME])
    assert ran.sent[1] == ran.sent[2]
    assert isinstance(ran.result, Minted)


# --- extending, and the messages --------------------------------------------------------------------------


@pytest.mark.parametrize("step", [0, 1])
def test_extending_a_session_is_patient(step: int) -> None:
    good = [EXTENDED, INFO_OK]
    ran = drive(website(old()), [*good[:step], BAD, RESET, *good[step:]])
    assert isinstance(ran.result, Minted)
    assert posted(ran) == []
    assert ran.pauses == [0.25, 0.5]


def test_the_last_look_at_a_new_session_is_patient() -> None:
    ran = drive(website(), [*CHAINED, BAD, INFO_OK])
    assert isinstance(ran.result, Minted)
    assert len(posted(ran)) == 1


@pytest.mark.parametrize("bad", PASSING)
@pytest.mark.parametrize("step", [0, 1, 2])
def test_nothing_of_the_way_to_the_messages_is_sent_twice(step: int, bad: Any) -> None:
    child = granted()
    good: list[Any] = [answer(200, {"Token": "one-time"}), redirect("/rodzic/centrum_powiadomien"), HOME]
    own = FakeSlot(SlotState(key="101 messages"))
    ran = drive(PostFlows(HOSTS, ports()).over_token(child, own, "need"), [child.renewed, *good[:step], bad])
    assert ran.error is not None
    assert (ran.pauses, len(ran.sent)) == ([], step + 1)


# --- reads and sign-ins are patient in the same way -------------------------------------------------------


def test_a_read_and_a_sign_in_wait_alike() -> None:
    read = drive(
        portal_flows(retry=THREE).accounts(granted("portal")),
        [BAD, RESET, answer(200, {"lastModification": 1, "accounts": [row()]})],
    )
    signed_in = drive(cookies(), [BAD, RESET, LOGIN_PAGE, HOME, ME])
    assert read.pauses == signed_in.pauses == [0.25, 0.5]
