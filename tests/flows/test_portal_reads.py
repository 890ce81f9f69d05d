"""The portal's reads and the renewal of a child's token, with no network at all."""

from __future__ import annotations

from typing import Any

import pytest

from librus_sdk.core.http import Failure
from librus_sdk.core.refresh import Fail, SlotState, closed_error
from librus_sdk.errors import (
    LibrusAccountActionRequiredError,
    LibrusApiError,
    LibrusAuthRefreshError,
    LibrusNetworkError,
    LibrusSdkError,
)
from librus_sdk.secret import Secret
from librus_sdk.settings import RetryPolicy
from tests.flows.driving import ME, PORTAL, FakeSlot, Ran, answer, drive, granted, portal_flows

LOGIN = "6521/091 ł"
PATH = f"{PORTAL}/api/v3/SynergiaAccounts/fresh/6521%2F091%20%C5%82"


def row(token: str = "token-2", child: int = 101) -> dict[str, Any]:
    return {
        "id": child,
        "accountIdentifier": "a",
        "group": "parent",
        "login": LOGIN,
        "studentName": "Jan Testowy",
        "accessToken": token,
        "state": "active",
        "scopes": "",
    }


def renew(
    portal: FakeSlot, child: FakeSlot, *answers: Any, lifetime: float | None = 3600.0, mode: Any = "need"
) -> Ran:
    return drive(
        portal_flows(retry=RetryPolicy()).renew_child(portal, child, Secret(LOGIN), lifetime, mode), answers
    )


def refused() -> FakeSlot:
    child = granted()
    child.reject(1, LibrusApiError("401"))
    return child


def test_the_three_reads() -> None:
    flows, portal = portal_flows(), granted("portal")
    ran = drive(flows.me(portal), [ME])
    assert (ran.sent, ran.result.value.identifier) == ([f"GET {PORTAL}/api/v3/Me"], "7")
    ran = drive(flows.accounts(portal), [answer(200, {"lastModification": 1, "accounts": [row()]})])
    assert (ran.sent, len(ran.result.value.accounts)) == ([f"GET {PORTAL}/api/v3/SynergiaAccounts"], 1)
    ran = drive(flows.fresh(portal, Secret(LOGIN)), [answer(200, row())])
    assert (ran.sent, ran.result.value.access_token.reveal()) == ([f"GET {PATH}"], "token-2")
    (request,) = ran.requests
    assert request.endpoint == f"{PORTAL}/api/v3/SynergiaAccounts/fresh/REDACTED"
    assert dict(request.headers) == {"accept": "application/json"}


def test_a_renewal_is_one_request() -> None:
    ran = renew(granted("portal"), refused(), answer(200, row()))
    minted, account = ran.result
    assert ran.sent == [f"GET {PATH}"]
    assert (minted.owner, minted.secret.reveal(), account.id) == ("101", "token-2", "101")
    assert (minted.issued_at, minted.expires_at, minted.declared) == (100.0, 3700.0, False)


def test_no_assumed_lifetime_is_no_expiry() -> None:
    minted, _ = renew(granted("portal"), refused(), answer(200, row()), lifetime=None).result
    assert minted.expires_at is None


def test_a_read_of_the_portal_is_retried() -> None:
    reset = Failure("network", "connection reset")
    ran = renew(granted("portal"), refused(), answer(503), reset, answer(200, row()))
    assert ran.result[0].secret.reveal() == "token-2"
    assert ran.pauses == [0.25, 0.5]
    ran = renew(granted("portal"), refused(), reset, reset, answer(503))
    assert isinstance(ran.error, LibrusApiError)
    ran = renew(granted("portal"), refused(), answer(503), answer(503), reset)
    assert isinstance(ran.error, LibrusNetworkError)
    ran = drive(portal_flows(retry=RetryPolicy()).me(granted("portal")), [answer(502), ME])
    assert ran.result.value.identifier == "7"


def test_a_renewal_that_has_no_time_for_a_pause_fails_with_what_went_wrong() -> None:
    over = Failure("timeout", "timeout", 30_000, sent=False)
    flow = portal_flows().renew_child(granted("portal"), refused(), Secret(LOGIN), None, "need")
    ran = drive(flow, [answer(503)], late=over)
    assert isinstance(ran.error, LibrusApiError)
    assert ran.error.status == 503


def test_a_dead_portal_session_is_renewed_once() -> None:
    portal = granted("portal")
    ran = renew(portal, refused(), answer(401), portal.renewed, answer(200, row()))
    assert ran.error is None
    assert len(ran.sent) == 2
    portal = granted("portal")
    ran = renew(portal, refused(), answer(401), portal.renewed, answer(401))
    assert isinstance(ran.error, LibrusAuthRefreshError)


def test_the_refused_token_again_makes_it_sign_in_anew_and_ask_once_more() -> None:
    portal, child = granted("portal"), refused()
    ran = renew(portal, child, answer(200, row("token-1")), portal.renewed, answer(200, row("token-2")))
    assert ran.result[0].secret.reveal() == "token-2"
    assert [generation for generation, _ in portal.rejected] == [1]
    portal = granted("portal")
    ran = renew(portal, refused(), answer(200, row("token-1")), portal.renewed, answer(200, row("token-1")))
    assert ran.result[0].secret.reveal() == "token-1", "the slot is who calls it no progress"
    assert len(ran.sent) == 2


def test_the_same_token_is_progress_when_nobody_has_refused_it() -> None:
    ran = renew(granted("portal"), granted(), answer(200, row("token-1")), mode="force")
    assert len(ran.sent) == 1
    assert renew(granted("portal"), FakeSlot(SlotState(key="101")), answer(200, row())).error is None


@pytest.mark.parametrize(
    ("mode", "portal_mode"), [("need", "need"), ("insist", "insist"), ("force", "insist")]
)
def test_how_the_portal_is_asked_follows_how_the_child_was(mode: str, portal_mode: str) -> None:
    ran = renew(granted("portal"), refused(), answer(200, row()), mode=mode)
    assert [step.mode for step in ran.steps] == [portal_mode]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer(410, {"reason": "requires_an_action"}), LibrusAccountActionRequiredError),
        (answer(404, {"message": "Account not found"}), LibrusAccountActionRequiredError),
        (answer(424, {"message": "Unable to refresh the account"}), LibrusApiError),
    ],
)
def test_what_the_portal_says_of_the_link(given: Any, kind: type[LibrusSdkError]) -> None:
    ran = renew(granted("portal"), refused(), given)
    assert type(ran.error) is kind


def test_a_portal_that_cannot_be_signed_in_to_ends_it() -> None:
    portal = granted("portal")
    portal.reject(1, LibrusApiError("401"))
    closed = closed_error()
    assert renew(portal, refused(), Fail(closed)).error is closed
