"""The portal by OAuth, step by step, with no network at all."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from librus_sdk.core.http import Failure, Request, Response, origin_of
from librus_sdk.core.refresh import Minted, SlotState
from librus_sdk.errors import (
    LibrusApiError,
    LibrusAuthenticationError,
    LibrusCaptchaRequiredError,
    LibrusCredentialsError,
    LibrusMaintenanceError,
    LibrusNetworkError,
    LibrusPortalPageError,
    LibrusResponseValidationError,
    LibrusSdkError,
    LibrusTerminalAuthenticationError,
    LibrusTimeoutError,
)
from librus_sdk.flows.oauth import OAuthFlows, TokenPair
from librus_sdk.flows.token_pair import read_tokens
from librus_sdk.secret import Secret
from librus_sdk.settings import PortalCredentials, RetryPolicy
from tests.flows.driving import (
    AWAY,
    EMAIL,
    HOSTS,
    ONCE,
    PASSWORD,
    PORTAL,
    FakeSlot,
    Ran,
    TheJar,
    answer,
    drive,
    locations,
    page,
    ports,
    redirect,
)

NOW, WALL = 100.0, 1_774_600_000.0  # what the ports of these tests tell
DAY = 86_400.0
START = f"GET {PORTAL}/konto-librus/redirect/dru"
AUTHORIZE = f"GET {PORTAL}/oauth2/authorize"
FORM = f"POST {PORTAL}/konto-librus/login/action"
TOKEN = f"POST {PORTAL}/oauth2/access_token"
CLIENT = "VaItV6oRutdo8fnjJwysnTjVlvaswf52ZqmXsJGP"
DOOR = page(
    '<meta name="csrf-token" content="csrf-1"><form><input type="hidden" name="_token" value="csrf-1">'
    '<input type=hidden name=redirectTo value="/konto-librus/redirect/dru">'
    "<input type=hidden name=redirectCrc value=00ff>"
)
CODE = redirect("app://librus?code=one-time")
HOME = page("<h1>Konto LIBRUS</h1>")
RESET = Failure("network", "connection reset")
Event = tuple[str, str, dict[str, object]]


def tokens(number: int, **more: Any) -> Response:
    body = {
        "token_type": "Bearer",
        "expires_in": 86_400,
        "access_token": f"access-{number}",
        "refresh_token": f"refresh-{number}",
    }
    return answer(200, {**body, **more})


def pair(number: int, ends_in: float | None = DAY) -> TokenPair:
    ends = None if ends_in is None else WALL + ends_in
    return TokenPair(Secret(f"access-{number}"), Secret(f"refresh-{number}"), ends)


def refusal(error: str = "invalid_request", hint: str | None = None, status: int = 401) -> Response:
    return answer(status, {"error": error, "message": "m"} | ({} if hint is None else {"hint": hint}))


SPENT = refusal(hint="Token has been revoked")


class Portal:
    """The flows, their slot, and what they told."""

    def __init__(
        self,
        *held: TokenPair,
        credentials: bool = True,
        worked: bool = False,
        retry: RetryPolicy = ONCE,
    ) -> None:
        self.events: list[Event] = []
        self.slot = FakeSlot(SlotState(key="portal"))
        for place, each in enumerate(held):
            self.slot.offer(Minted("portal", each, float(place)))
        self.flows = OAuthFlows(
            HOSTS,
            PortalCredentials(EMAIL, PASSWORD) if credentials else None,
            ports(self.events),
            retry,
        )
        if worked:
            drive(self.flows.sign_in(), [DOOR, CODE, tokens(0)])

    def renew(self, *answers: Any) -> Ran:
        return drive(self.flows.renew(self.slot), answers)

    def minted(self, *answers: Any) -> Minted:
        ran = self.renew(*answers)
        assert isinstance(ran.result, Minted), ran
        return ran.result

    def fails(self, kind: type[LibrusSdkError], *answers: Any) -> LibrusSdkError:
        ran = self.renew(*answers)
        assert ran.error is not None, ran
        assert type(ran.error) is kind, ran.error
        shown = repr(ran.error) + repr(ran.error.details)
        assert not any(secret in shown for secret in ("access-", "refresh-", "one-time", "csrf", EMAIL))
        return ran.error

    @property
    def told(self) -> list[str]:
        return [name for _, name, _ in self.events]


def form_of(request: Request) -> dict[str, str]:
    assert request.form is not None
    return {name: box.reveal() if isinstance(box, Secret) else box for name, box in request.form}


# --- the pair ----------------------------------------------------------------------------------------------


def test_a_pair_shows_nothing_and_is_not_pickled() -> None:
    assert (
        repr(pair(1)) == f"TokenPair(access={Secret('')!r}, refresh={Secret('')!r}, expires_at={WALL + DAY})"
    )
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="as good as a password"):
            pickle.dumps(pair(1), protocol)
    with pytest.raises(TypeError, match="as good as a password"):
        copy.copy(pair(1))


def test_a_pair_is_its_tokens_whatever_is_believed_of_its_end() -> None:
    assert pair(1) == pair(1, 5.0)
    assert pair(1) != pair(2)


@given(st.binary(max_size=80))
def test_no_answer_breaks_reading_it(data: bytes) -> None:
    read_tokens(Response(200, data, {}))


# --- signing in --------------------------------------------------------------------------------------------


def test_the_sign_in_ends_with_a_pair() -> None:
    portal = Portal()
    ran = portal.renew(DOOR, redirect("/oauth2/authorize"), CODE, tokens(1))
    assert ran.sent == [START, FORM, AUTHORIZE, TOKEN]
    minted = ran.result
    assert minted == Minted("portal", pair(1), NOW, WALL, NOW + DAY, declared=True)
    assert portal.events == [
        ("debug", "portal.login.start", {"portal_base_url": PORTAL}),
        ("info", "portal.login.success", {"duration_ms": 0}),
    ]


def test_what_is_sent_on_the_way() -> None:
    ran = Portal().renew(DOOR, CODE, tokens(1))
    start, form, token = ran.requests
    assert dict(start.headers)["x-requested-with"] == "pl.librus.synergiaDru2"
    assert dict(start.headers)["user-agent"].endswith("LibrusMobileApp")
    assert form_of(form) == {
        "_token": "csrf-1",
        "redirectTo": "/konto-librus/redirect/dru",
        "redirectCrc": "00ff",
        "email": EMAIL,
        "password": PASSWORD,
    }
    assert dict(form.headers)["referer"] == START.removeprefix("GET ")
    assert form_of(token) == {
        "client_id": CLIENT,
        "grant_type": "authorization_code",
        "code": "one-time",
        "redirect_uri": "app://librus",
    }
    assert token.headers[0] == ("accept", "application/json")
    for request in ran.requests:
        assert (request.bearer, request.query) == (None, ())
        assert not any(text in repr(request) for text in (PASSWORD, "one-time", "csrf-1"))


def test_a_jar_that_is_signed_in_already_gets_a_code_without_the_password() -> None:
    ran = Portal().renew(redirect("/oauth2/authorize"), CODE, tokens(1))
    assert ran.sent == [START, AUTHORIZE, TOKEN]


def test_a_form_that_forgets_where_it_leads_is_no_refusal() -> None:
    ran = Portal().renew(
        DOOR, redirect("/rodzina/home"), HOME, redirect("/oauth2/authorize"), CODE, tokens(1)
    )
    assert ran.sent == [START, FORM, f"GET {PORTAL}/rodzina/home", START, AUTHORIZE, TOKEN]
    assert ran.error is None


@pytest.mark.parametrize(
    "beyond",
    [
        "https://evil.example/?code=x",
        "app://evil?code=x",
        "app://librus",
        "app://librus?code=",
        "app://librus.evil?code=x",
        "http://[::1?code=x",
    ],
)
def test_a_code_comes_by_the_applications_own_address_only(beyond: str) -> None:
    Portal().fails(LibrusPortalPageError, redirect(beyond))
    Portal().fails(LibrusCredentialsError, DOOR, redirect(beyond), DOOR)


@given(locations(PORTAL))
@example(f"{PORTAL}/elsewhere")
@example(AWAY)
def test_no_location_breaks_the_sign_in(location: str) -> None:
    flow = Portal().flows.sign_in()
    next(flow)
    flow.send(TheJar())
    try:
        step: Any = flow.send(redirect(location))
    except LibrusSdkError:
        return
    assert origin_of(step.request.url) == origin_of(PORTAL)
    flow.close()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (page("<p>Upewnij się, że nie próbujesz"), LibrusCredentialsError),
        (answer(401), LibrusCredentialsError),
        (answer(403, {"errors": ["x"]}), LibrusCredentialsError),
        (page('<div class="g-recaptcha">'), LibrusCaptchaRequiredError),
        (page("Sesja logowania wygasła", 419), LibrusApiError),
        (answer(503, {"Status": "Maintenance"}), LibrusMaintenanceError),
        (RESET, LibrusNetworkError),
    ],
)
def test_refusals_of_the_form_are_those_of_any_sign_in(
    said: Response | Failure, kind: type[LibrusSdkError]
) -> None:
    portal = Portal()
    error = portal.fails(kind, DOOR, said)
    assert portal.events[1] == (
        "error",
        "portal.login.failure",
        {"duration_ms": 0, "error": error},
    )


def test_a_form_that_leads_back_to_the_form_refused_the_password() -> None:
    Portal().fails(LibrusCredentialsError, DOOR, DOOR, DOOR)
    Portal(worked=True).fails(LibrusCredentialsError, DOOR, DOOR, DOOR)


def test_a_password_that_has_worked_is_not_blamed_for_a_lost_session() -> None:
    error = Portal(worked=True).fails(LibrusAuthenticationError, DOOR, HOME, DOOR)
    assert error.code == "AUTHENTICATION_FAILED"
    Portal().fails(LibrusCredentialsError, DOOR, HOME, DOOR)


def test_only_a_sign_in_that_sent_the_password_shows_that_it_works() -> None:
    # A pair that was kept, a renewal, and a code that was given for nothing.
    portal = Portal(pair(1))
    portal.minted(tokens(2))
    without = Portal()
    without.minted(CODE, tokens(1))
    portal.fails(LibrusCredentialsError, SPENT, DOOR, HOME, DOOR)
    without.fails(LibrusCredentialsError, DOOR, HOME, DOOR)


@pytest.mark.parametrize(
    ("before", "wait"),
    [
        ((DOOR, RESET), 60.0),
        ((DOOR, answer(503)), 60.0),
        ((DOOR, answer(503, retry_after="7")), 60.0),
        ((DOOR, answer(503, retry_after="90")), 90.0),
        ((DOOR, HOME, RESET), 60.0),
        ((DOOR, HOME, HOME), 60.0),
        ((DOOR, redirect("app://librus?command=close")), 60.0),
        ((DOOR, CODE, RESET), 60.0),
        ((DOOR, CODE, answer(500)), 60.0),
        ((DOOR, CODE, page("<h1>")), 60.0),
        # Before the form was sent, nothing has to rest.
        ((RESET,), None),
        ((HOME,), None),
        ((answer(503, retry_after="7"),), 7.0),
        ((CODE, RESET), None),
    ],
)
def test_a_password_that_was_sent_rests_for_a_while(before: tuple[Any, ...], wait: float | None) -> None:
    error = Portal().renew(*before).error
    assert error is not None
    assert not isinstance(error, LibrusTerminalAuthenticationError)
    assert error.retry_after_s == wait


def test_a_lost_session_rests_and_a_refused_password_is_latched() -> None:
    assert Portal(worked=True).fails(LibrusAuthenticationError, DOOR, HOME, DOOR).retry_after_s == 60.0
    assert Portal().fails(LibrusCredentialsError, DOOR, answer(401)).retry_after_s is None


@pytest.mark.parametrize(
    ("door", "kind"),
    [
        (HOME, LibrusPortalPageError),
        (page('<div class="g-recaptcha">'), LibrusCaptchaRequiredError),
        (answer(503, {"Status": "Maintenance"}), LibrusMaintenanceError),
        (answer(500, b"<h1>"), LibrusApiError),
        (RESET, LibrusNetworkError),
        (Failure("timeout", "timeout", 1000), LibrusTimeoutError),
    ],
)
def test_a_door_that_does_not_open(door: Response | Failure, kind: type[LibrusSdkError]) -> None:
    Portal().fails(kind, door)
    Portal(worked=True).fails(kind, DOOR, HOME, door)


@pytest.mark.parametrize("before", [(), (DOOR,), (DOOR, HOME)], ids=["door", "form", "door again"])
def test_a_portal_that_is_closed(before: tuple[Response, ...]) -> None:
    error = Portal().fails(LibrusMaintenanceError, *before, redirect("app://librus?command=close"))
    assert error.details == {"endpoint": f"{PORTAL}/konto-librus/redirect/dru", "status": 302}


@pytest.mark.parametrize(
    "refused",
    [
        (redirect("app://librus?error=rejected_client"),),
        (redirect("https://elsewhere.example/?error=rejected_client"),),
        (redirect("/o?error=rejected_client"), answer(404, url=f"{PORTAL}/o?error=rejected_client")),
        (DOOR, redirect("app://librus?error=rejected_client")),
        (CODE, refusal("invalid_client")),
        (CODE, refusal("unsupported_grant_type", status=400)),
        (CODE, refusal(hint="Check the `client_id` parameter")),
        (CODE, refusal(hint="Check the `redirect_uri` parameter")),
    ],
)
def test_a_program_that_is_not_accepted_must_be_updated(refused: tuple[Response, ...]) -> None:
    error = Portal().fails(LibrusTerminalAuthenticationError, *refused)
    assert error.code == "CONFIGURATION_ERROR"
    assert "Update librus-sdk" in error.message


@pytest.mark.parametrize(
    "hint",
    [
        "Authorization code has expired",
        "Authorization code has been revoked",
        "Check the `code` parameter",
    ],
)
def test_a_code_that_is_refused_is_asked_for_once_more(hint: str) -> None:
    ran = Portal().renew(DOOR, CODE, refusal(hint=hint), redirect("app://librus?code=second"), tokens(1))
    assert ran.sent == [START, FORM, TOKEN, START, TOKEN]
    assert form_of(ran.requests[-1])["code"] == "second"
    assert isinstance(ran.result, Minted)
    error = Portal().fails(LibrusAuthenticationError, CODE, refusal(hint=hint), CODE, refusal(hint=hint))
    assert error.code == "AUTHENTICATION_FAILED"


@pytest.mark.parametrize("door", [DOOR, HOME, page('<div class="g-recaptcha">')])
def test_the_password_is_not_sent_again_for_a_code_that_is_refused(door: Response) -> None:
    refused = refusal(hint="Authorization code has been revoked")
    ran = Portal().renew(DOOR, CODE, refused, door)
    assert ran.sent == [START, FORM, TOKEN, START]
    assert type(ran.error) is LibrusAuthenticationError
    assert "gave out codes and refused them" in ran.error.message
    assert ran.error.retry_after_s == 60.0
    # Neither is it when the first code was given without it.
    ran = Portal().renew(CODE, refused, door)
    assert (ran.sent, type(ran.error)) == ([START, TOKEN, START], LibrusAuthenticationError)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (RESET, LibrusNetworkError),
        (answer(500), LibrusApiError),
        (answer(401, b"<h1>"), LibrusApiError),
        (answer(403, {"error": "invalid_grant"}), LibrusApiError),
        (refusal("temporarily_unavailable"), LibrusApiError),
        (page("<h1>Przerwa techniczna"), LibrusResponseValidationError),
        (answer(200, []), LibrusResponseValidationError),
        (tokens(1, access_token=5), LibrusResponseValidationError),
        (tokens(1, access_token="\ud800"), LibrusResponseValidationError),
        (tokens(1, refresh_token=""), LibrusResponseValidationError),
    ],
)
def test_trouble_with_the_code_is_told(said: Response | Failure, kind: type[LibrusSdkError]) -> None:
    Portal().fails(kind, CODE, said)


def test_an_answer_without_tokens_names_what_is_missing() -> None:
    error = Portal().fails(LibrusResponseValidationError, CODE, answer(200, {"x": "refresh-1"}))
    assert error.details == {
        "endpoint": f"{PORTAL}/oauth2/access_token",
        "issues": ["$.access_token: expected text", "$.refresh_token: expected text"],
    }


@pytest.mark.parametrize("lifetime", [None, True, 0, -5, "soon", [], "inf", 10**400])
def test_a_lifetime_that_is_not_told_is_assumed(lifetime: object) -> None:
    minted = Portal().minted(CODE, tokens(1, expires_in=lifetime))
    assert (minted.expires_at, minted.declared) == (NOW + 3600, False)
    assert minted.secret.expires_at is None


@pytest.mark.parametrize("lifetime", [7200, 7200.0, "7200"])
def test_a_lifetime_that_is_told_is_declared(lifetime: object) -> None:
    minted = Portal().minted(CODE, tokens(1, expires_in=lifetime))
    assert (minted.expires_at, minted.declared) == (NOW + 7200, True)
    assert minted.secret.expires_at == WALL + 7200


# --- renewing ----------------------------------------------------------------------------------------------


def test_a_refresh_token_brings_the_next_pair() -> None:
    portal = Portal(pair(1))
    ran = portal.renew(tokens(2))
    assert ran.sent == [TOKEN]
    assert form_of(ran.requests[0]) == {
        "client_id": CLIENT,
        "grant_type": "refresh_token",
        "refresh_token": "refresh-1",
    }
    assert ran.result == Minted("portal", pair(2), NOW, WALL, NOW + DAY, declared=True)
    assert portal.events == []


def test_a_refresh_token_that_is_not_replaced_stays_good() -> None:
    minted = Portal(pair(1)).minted(tokens(2, refresh_token=None))
    assert minted.secret == TokenPair(Secret("access-2"), Secret("refresh-1"))


@pytest.mark.parametrize(
    "said",
    [
        refusal(hint="Cannot decrypt the refresh token"),
        refusal(hint="Token has been revoked"),
        refusal(hint="Token has expired", status=400),
        refusal(hint="Check the `refresh_token` parameter"),
        refusal(error="invalid_grant"),
        refusal(error="invalid_grant", hint="something new"),
    ],
)
def test_where_a_refresh_token_is_refused_the_form_is_sent(said: Response) -> None:
    ran = Portal(pair(1)).renew(said, DOOR, CODE, tokens(2))
    assert ran.sent == [TOKEN, START, FORM, TOKEN]
    assert ran.result.secret == pair(2)


def test_without_credentials_a_person_has_to_sign_in_again() -> None:
    portal = Portal(pair(1), credentials=False)
    error = portal.fails(LibrusTerminalAuthenticationError, SPENT)
    assert error.code == "AUTHENTICATION_FAILED"
    assert "once more with e-mail and password" in error.message
    assert "librus login" not in error.message, "a program is no command"
    Portal(credentials=False).fails(LibrusTerminalAuthenticationError)
    assert portal.events == []


def test_a_program_that_is_not_accepted_is_told_at_the_refresh_too() -> None:
    error = Portal(pair(1)).fails(LibrusTerminalAuthenticationError, refusal("invalid_client"))
    assert error.code == "CONFIGURATION_ERROR"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer(503, {"Status": "Maintenance"}), LibrusMaintenanceError),
        (answer(500), LibrusApiError),
        (answer(401, b"<h1>"), LibrusApiError),
        (RESET, LibrusNetworkError),
        (Failure("timeout", "timeout", 1000), LibrusTimeoutError),
        (page("<h1>"), LibrusResponseValidationError),
    ],
)
def test_trouble_costs_neither_the_pair_nor_the_password(
    said: Response | Failure, kind: type[LibrusSdkError]
) -> None:
    portal = Portal(pair(1))
    portal.fails(kind, said)
    assert portal.events == []
    # The next flight tries once more, and says so: the answer that was lost may have been a new pair.
    assert portal.minted(tokens(2)).secret == pair(2)
    assert portal.events == [("warn", "portal.tokens.resent", {})]
    # That was answered, so the one after it has nothing to say.
    portal.slot.offer(Minted("portal", pair(2), NOW))
    portal.minted(tokens(3))
    assert portal.told == ["portal.tokens.resent"]


def test_a_token_sent_again_that_is_refused_falls_back_to_the_form() -> None:
    portal = Portal(pair(1))
    portal.fails(LibrusNetworkError, RESET)
    ran = portal.renew(SPENT, DOOR, CODE, tokens(3))
    assert ran.sent == [TOKEN, START, FORM, TOKEN]
    assert portal.told == ["portal.tokens.resent", "portal.login.start", "portal.login.success"]


def test_a_token_that_was_refused_is_not_sent_again() -> None:
    portal = Portal(pair(1))
    portal.fails(LibrusNetworkError, SPENT, RESET)
    ran = portal.renew(DOOR, CODE, tokens(2))
    assert ran.sent == [START, FORM, TOKEN]
    # Another one, which somebody has signed in for elsewhere, is.
    portal = Portal(pair(1), credentials=False)
    portal.fails(LibrusTerminalAuthenticationError, SPENT)
    portal.fails(LibrusTerminalAuthenticationError)
    portal.slot.offer(Minted("portal", pair(2, -5), NOW))
    assert portal.minted(tokens(3)).secret == pair(3)


def test_a_token_that_was_not_replaced_is_sent_the_next_time_without_a_word() -> None:
    portal = Portal(pair(1))
    kept = portal.minted(tokens(2, refresh_token=None))
    portal.slot.offer(kept)
    assert portal.minted(tokens(3)).secret == pair(3)
    assert portal.events == []


def test_a_token_that_cannot_have_reached_librus_is_sent_again_without_a_word() -> None:
    portal = Portal(pair(1))
    portal.fails(LibrusNetworkError, Failure("network", "connection refused", sent=False))
    portal.minted(tokens(2))
    assert portal.events == []


def test_no_flight_sends_a_refresh_token_twice() -> None:
    ran = Portal(pair(1)).renew(RESET)
    assert ran.sent == [TOKEN]
