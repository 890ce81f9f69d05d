"""Sessions that live by cookies: how each form of their death is met, and what never costs a sign-in."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pytest

from librus_sdk.errors import (
    ACCOUNT_ACTION_REQUIRED,
    AUTH_REFRESH_FAILED,
    AUTHENTICATION_FAILED,
    CAPTCHA_REQUIRED,
    NETWORK_BLOCKED,
    RATE_LIMITED,
    SERVICE_MAINTENANCE,
    FeatureUnavailableError,
    LibrusAccountActionRequiredError,
    LibrusApiError,
    LibrusAuthRefreshError,
    LibrusBlockedError,
    LibrusCaptchaRequiredError,
    LibrusCredentialsError,
    LibrusMaintenanceError,
    LibrusPermissionError,
    LibrusRateLimitedError,
    LibrusSdkError,
    LibrusSessionClosedError,
)
from librus_sdk.flows import call
from librus_sdk.settings import GatewayCredentials
from librus_sdk.simulator import Simulator
from tests.heart.drivers import SAFETY, Watched, World
from tests.heart.letters import LETTERS, Letters
from tests.heart.test_processes import forked

GRADES: Final = "gateway/Grades"
INBOX: Final = "wiadomosci/inbox/messages"
DEAD_FORMS: Final = ("401", "redirect", "html")


class Web:
    """A client of a school-issued login that is signed in; nothing is counted yet."""

    def __init__(self, world: World, **options: Any) -> None:
        self.world, self.sim = world, world.sim
        world.gateway(**options)
        self.client: Any = world.do(world.session.for_child)
        self.read: Callable[[], Any] = self.client.grades.list
        world.do(self.read)
        # Old enough not to be taken for a session that was just made.
        world.clock.advance(600.0)
        world.sim.reset_counts()

    def counts(self) -> tuple[int, int, int]:
        """Reads, extensions, and passwords sent."""
        counted = self.sim.counts
        return counted[GRADES], counted["web.refresh"], counted["web.login"]


@pytest.fixture
def web(cold: World) -> Web:
    return Web(cold)


@pytest.fixture(params=LETTERS)
def letters(request: pytest.FixtureRequest, cold: World) -> Letters:
    return Letters(cold, request.param)


@pytest.fixture
def family(cold: World) -> Letters:
    return Letters(cold)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[LibrusSdkError]:
    """Every answer to a read of data that counted as a refused credential: the very errors, in order."""
    seen: list[LibrusSdkError] = []
    outcome = call._outcome

    def watching(*args: Any) -> tuple[LibrusSdkError | None, bool]:
        error, is_refused = outcome(*args)
        if is_refused and error is not None:
            seen.append(error)
        return error, is_refused

    monkeypatch.setattr(call, "_outcome", watching)
    return seen


# --- the gateway ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", DEAD_FORMS)
def test_a_session_that_has_expired_is_extended_without_the_password(web: Web, form: Any) -> None:
    web.sim.web_dead_form = form
    web.sim.expire_web_session()
    assert web.world.do(web.read)
    assert web.counts() == (2, 1, 0)


@pytest.mark.parametrize("form", DEAD_FORMS)
def test_a_session_that_has_ended_costs_one_sign_in(web: Web, form: Any) -> None:
    web.sim.web_dead_form = form
    web.sim.end_web_session()
    assert web.world.do(web.read)
    assert web.counts() == (2, 1, 1)


SIGN_IN_PAGE: Final[dict[str, Any]] = {
    "body": "<!DOCTYPE html><form><input type='password' name='pass'></form>",
    "headers": {"content-type": "text/html"},
}
USELESS: Final[dict[str, dict[str, Any] | None]] = {
    "an answer without a cookie": None,
    "another cookie": {"body": "", "headers": {"set-cookie": "DZIENNIKSID=abc; Path=/"}},
    "a cookie that means nothing": {"body": "", "headers": {"set-cookie": "oauth_token=abc; Path=/"}},
    "a cookie for another host": {
        "body": "",
        "headers": {"set-cookie": "oauth_token=abc; Path=/; Domain=elsewhere.example"},
    },
    "a cookie for another place": {"body": "", "headers": {"set-cookie": "oauth_token=abc; Path=/x"}},
    "a cookie that is taken away": {"body": "", "headers": {"set-cookie": "oauth_token=; Path=/; Max-Age=0"}},
    "a page": SIGN_IN_PAGE,
    "a page that is not there": {"status": 404, **SIGN_IN_PAGE},
    "a refusal": {"status": 401},
    "a redirect": {"status": 302, "body": "", "headers": {"location": "/loguj"}},
    "a redirect elsewhere": {
        "status": 302,
        "body": "",
        "headers": {"location": "https://elsewhere.example/", "set-cookie": "a=b"},
    },
}


@pytest.mark.parametrize("how", USELESS)
def test_an_extension_counts_with_a_new_cookie_only(web: Web, how: str) -> None:
    web.sim.web_refresh_revives = False
    web.sim.expire_web_session()
    fault = USELESS[how]
    if fault is not None:
        web.sim.fail("web.refresh", times=None, **fault)
    assert web.world.do(web.read)
    assert web.counts() == (2, 1, 1)


@pytest.mark.parametrize("form", ["401", "html", "redirect"])
def test_a_second_refusal_is_told_with_the_first_as_its_cause(
    web: Web, refused: list[LibrusSdkError], form: str
) -> None:
    forms: dict[str, dict[str, Any]] = {
        "401": {"status": 401},
        "html": SIGN_IN_PAGE,
        "redirect": {"status": 302, "body": "", "headers": {"location": "/loguj"}},
    }
    web.sim.fail(GRADES, times=None, **forms[form])
    error = web.world.fails(web.read)
    assert isinstance(error, LibrusAuthRefreshError)
    assert (error.code, error.__cause__) == (AUTH_REFRESH_FAILED, refused[0])
    assert error.__cause__ is refused[0]
    assert len(refused) == 2
    assert web.counts() == (2, 1, 0)


def test_a_cold_session_that_is_always_refused_sends_the_password_once(cold: World) -> None:
    cold.gateway()
    client = cold.do(cold.session.for_child)
    cold.sim.fail(GRADES, status=401, times=None)
    errors = [cold.fails(client.grades.list) for _ in range(10)]
    assert {error.code for error in errors} == {AUTH_REFRESH_FAILED}
    assert cold.count("web.login") == 1
    assert cold.count(GRADES) <= 3


@pytest.mark.parametrize("pause", [0.0, 1.0, 20.0])
def test_a_sign_in_that_is_forgotten_at_once_is_not_repeated(cold: World, pause: float) -> None:
    cold.gateway()
    client = cold.do(cold.session.for_child)
    cold.sim.fail("gateway/Auth/TokenInfo", status=401, times=None)
    errors = []
    for _ in range(10):
        errors.append(cold.fails(client.grades.list))
        cold.clock.advance(pause)
    assert {error.code for error in errors} == {AUTH_REFRESH_FAILED}
    assert cold.count("web.login") <= 1 + (9 * pause) // 60
    assert cold.count(GRADES) == 0


def test_a_session_that_dies_in_its_first_minute_is_extended_but_not_signed_in_to(cold: World) -> None:
    """It was never accepted, so the password would be sent again for nothing."""
    cold.gateway()
    client = cold.do(cold.session.for_child)
    gate = cold.sim.hold(GRADES, times=1)
    caller = cold.start(client.grades.list)
    gate.wait_arrived()
    cold.sim.end_web_session()
    gate.release()
    error = caller.error()
    assert isinstance(error, LibrusAuthRefreshError)
    assert (cold.count("web.login"), cold.count("web.refresh")) == (1, 1)
    cold.clock.advance(120.0)
    assert cold.do(client.grades.list)
    assert cold.count("web.login") == 2


def test_the_mark_of_the_device_is_kept_over_sign_ins(web: Web) -> None:
    for _ in range(3):
        web.sim.end_web_session()
        assert web.world.do(web.read)
        web.world.clock.advance(600.0)
    assert web.counts() == (6, 3, 3)
    assert len(web.sim._state.web.devices) == 1


NO_CURE: Final[dict[str, Callable[[Simulator], object]]] = {
    "scopes": lambda sim: sim.deny_scope("Grades"),
    "scopes in the code": lambda sim: sim.deny_scope("Grades", form="code"),
    "not allowed": lambda sim: sim.fail(GRADES, status=403, times=None),
}


@pytest.mark.parametrize("age", [0.0, 3_000.0])
@pytest.mark.parametrize("why", NO_CURE)
def test_what_is_not_for_this_account_never_signs_in(web: Web, why: str, age: float) -> None:
    web.world.clock.advance(age)
    NO_CURE[why](web.sim)
    errors = [web.world.fails(web.read) for _ in range(10)]
    assert all(isinstance(error, LibrusPermissionError) for error in errors)
    assert web.counts() == (10, 0, 0)


@dataclass(frozen=True)
class Refusal:
    """Why a sign-in fails; how that is undone; what is said; how often the password is sent for it."""

    cause: Callable[[Simulator], object]
    undo: Callable[[Simulator], object]
    kind: type[LibrusSdkError]
    code: str
    posts: int = 1
    reason: str | None = None
    wrong: bool = False


def _nothing(_sim: Simulator) -> None:
    return None


def _forget_captcha(sim: Simulator) -> None:
    sim.reset_web_captcha()


def _first(sim: Simulator) -> str:
    return sim.children[0].id


REFUSALS: Final[dict[str, Refusal]] = {
    "wrong password": Refusal(_nothing, _nothing, LibrusCredentialsError, AUTHENTICATION_FAILED, wrong=True),
    "wrong password with 403": Refusal(
        lambda sim: setattr(sim, "web_refusal_status", 403),
        _nothing,
        LibrusCredentialsError,
        AUTHENTICATION_FAILED,
        wrong=True,
    ),
    "captcha": Refusal(
        lambda sim: sim._state.web.failures.update({sim.children[0].login: 99}),
        _forget_captcha,
        LibrusCaptchaRequiredError,
        CAPTCHA_REQUIRED,
    ),
    "account has run out": Refusal(
        lambda sim: sim.expire_account(_first(sim)),
        lambda sim: sim.expire_account(_first(sim), expired=False),
        LibrusAccountActionRequiredError,
        ACCOUNT_ACTION_REQUIRED,
        reason="account_expired",
    ),
    "a step for a person": Refusal(
        lambda sim: sim.force_step(_first(sim)),
        lambda sim: sim.force_step(_first(sim), forced=False),
        LibrusAccountActionRequiredError,
        ACCOUNT_ACTION_REQUIRED,
        reason="interrupted_sign_in",
    ),
    "throttled by a page": Refusal(
        lambda sim: sim.throttle_logins(1),
        _nothing,
        LibrusRateLimitedError,
        RATE_LIMITED,
    ),
    "throttled by nothing": Refusal(
        lambda sim: sim.throttle_logins(1, "empty"), _nothing, LibrusRateLimitedError, RATE_LIMITED
    ),
    "blocked": Refusal(
        lambda sim: setattr(sim, "network_blocked", True),
        lambda sim: setattr(sim, "network_blocked", False),
        LibrusBlockedError,
        NETWORK_BLOCKED,
        posts=0,
    ),
    "maintenance": Refusal(
        lambda sim: setattr(sim, "web_maintenance", "page"),
        lambda sim: setattr(sim, "web_maintenance", None),
        LibrusMaintenanceError,
        SERVICE_MAINTENANCE,
        posts=0,
    ),
    "maintenance by a redirect": Refusal(
        lambda sim: setattr(sim, "web_maintenance", "redirect"),
        lambda sim: setattr(sim, "web_maintenance", None),
        LibrusMaintenanceError,
        SERVICE_MAINTENANCE,
        posts=0,
    ),
    "trouble at the form": Refusal(
        lambda sim: sim.fail("web.login", status=500, body={}, times=1),
        _nothing,
        LibrusApiError,
        "API_REQUEST_FAILED",
    ),
}


@pytest.fixture(params=REFUSALS)
def refusal(request: pytest.FixtureRequest) -> Refusal:
    return REFUSALS[request.param]


def test_refusals_are_told_apart_and_remembered(cold: World, refusal: Refusal) -> None:
    refusal.cause(cold.sim)
    cold.gateway()
    if refusal.wrong:
        known = cold.sim.gateway_credentials()
        wrong = GatewayCredentials(known.login, "Tęcza wrong&password+%")
        cold.session = cold._kept(cold.driver.session(wrong, cold.options()))
    client = cold.do(cold.session.for_child)
    errors = [cold.fails(client.grades.list) for _ in range(10)]
    assert {type(error) for error in errors} == {refusal.kind}
    assert {error.code for error in errors} == {refusal.code}
    assert {error.details.get("reason") for error in errors} == {refusal.reason}
    assert cold.count("web.login") == refusal.posts
    assert cold.count("web.start") == 1
    assert cold.count(GRADES) == 0
    assert not cold.session.is_logged_in
    # A person who has seen to it, or tries again regardless, is not told the old story.
    refusal.undo(cold.sim)
    if refusal.wrong:
        assert isinstance(cold.fails(cold.session.login), LibrusCredentialsError)
        assert cold.count("web.login") == 2
        return
    cold.do(cold.session.login)
    assert cold.do(client.grades.list)
    assert cold.count("web.login") == refusal.posts + 1


@pytest.mark.parametrize(
    "kind", [LibrusCredentialsError, LibrusCaptchaRequiredError, LibrusAccountActionRequiredError]
)
def test_a_refusal_that_needs_a_person_stays_for_days(cold: World, kind: type[LibrusSdkError]) -> None:
    how = next(one for one in REFUSALS.values() if one.kind is kind)
    how.cause(cold.sim)
    cold.gateway()
    if how.wrong:
        cold.sim.change_web_password(_first(cold.sim))
    client = cold.do(cold.session.for_child)
    for _ in range(10):
        assert isinstance(cold.fails(client.grades.list), kind)
        cold.clock.advance(86_400.0)
    assert cold.count("web.login") == 1


def test_a_session_that_only_ages_is_extended_beside_the_reads(web: Web) -> None:
    web.world.clock.advance(2 * 3600.0 - 600.0)
    gate = web.sim.hold("web.refresh")
    assert web.world.do(web.read)
    gate.wait_arrived()
    assert web.world.do(web.read), "nobody waits for it"
    gate.release()
    slot = web.world.account.web
    web.world.watched.until(lambda: slot.peek().generation == 2 and slot.peek().flight is None)
    assert web.world.do(web.read)
    assert web.counts() == (3, 1, 0)


def test_a_session_that_ages_and_cannot_be_extended_keeps_being_used(web: Web) -> None:
    web.world.clock.advance(2 * 3600.0 - 600.0)
    web.sim.fail("web.refresh", body="", times=None)
    slot = web.world.account.web
    for _ in range(10):
        assert web.world.do(web.read)
        web.world.watched.until(lambda: slot.peek().flight is None)
    assert web.counts() == (10, 1, 0)


def test_a_late_answer_of_an_old_session_does_not_touch_the_new_one(web: Web) -> None:
    """Librus renews the cookie in each answer: one that was under way during a sign-in comes too late."""
    slow = web.sim.hold(GRADES, at="response", times=1)
    caller = web.world.start(web.read)
    slow.wait_arrived()
    web.sim.end_web_session()
    assert web.world.do(web.read)
    slow.release()
    assert caller.result()
    assert web.world.do(web.read)
    assert web.counts() == (4, 1, 1)


def test_two_sessions_of_two_children_do_not_mix(cold: World) -> None:
    logins = {}
    for child in cold.sim.children:
        cold.gateway(child.id)
        client = cold.do(cold.session.for_child)
        logins[child.id] = (client, cold.do(client.me.get).account)
    for _ in range(2):
        cold.sim.expire_web_session()
        callers = [(cold.start(client.me.get), account) for client, account in logins.values()]
        for caller, account in callers:
            assert caller.result().account == account
        cold.clock.advance(600.0)
    first, second = (account for _, account in logins.values())
    assert first != second
    assert cold.count("web.login") == 2


# --- the messages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [*DEAD_FORMS, "403"])
def test_each_form_of_a_dead_session_of_the_messages_costs_one_chain(letters: Letters, form: Any) -> None:
    letters.sim.messages_dead_form = form
    letters.sim.expire_messages_session()
    assert letters.world.do(letters.mail.list)
    assert letters.chains == 1
    assert letters.sim.counts[INBOX] == 2
    assert letters.sim.counts["web.login"] == letters.sim.counts["login"] == 0


def test_not_allowed_in_a_young_session_is_what_it_says(letters: Letters) -> None:
    letters.sim.expire_messages_session()
    assert letters.world.do(letters.mail.list)
    assert letters.chains == 1
    letters.sim.fail(INBOX, status=403, times=None)
    errors = [letters.world.fails(letters.mail.list) for _ in range(10)]
    assert all(isinstance(error, LibrusPermissionError) for error in errors)
    assert letters.chains == 1


def test_not_allowed_in_an_old_session_costs_one_chain_in_five_minutes(letters: Letters) -> None:
    letters.sim.fail(INBOX, status=403, times=None)
    for _ in range(10):
        error = letters.world.fails(letters.mail.list)
        assert isinstance(error, LibrusPermissionError)
        letters.world.clock.advance(30.0)
    assert letters.chains == 1
    letters.world.clock.advance(300.0)
    letters.world.fails(letters.mail.list)
    assert letters.chains == 2


def test_a_dead_portal_session_is_healed_on_the_way(family: Letters) -> None:
    family.sim.expire_portal_session()
    family.sim.expire_child_tokens()
    family.sim.expire_messages_session()
    assert family.world.do(family.mail.list)
    assert (family.chains, family.world.count("login")) == (1, 1)


def test_a_dead_web_session_is_healed_on_the_way(cold: World) -> None:
    letters = Letters(cold, "school")
    cold.sim.end_web_session()
    cold.sim.expire_messages_session()
    assert cold.do(letters.mail.list)
    assert (letters.chains, cold.count("web.login")) == (1, 1)


def test_the_way_teaches_every_client_of_the_child_its_new_token(family: Letters) -> None:
    child = family.sim.children[0].id
    other = family.world.do(lambda: family.world.session.for_child(child))
    family.sim.expire_child_tokens()
    family.sim.expire_messages_session()
    assert family.world.do(family.mail.list)
    assert family.world.count("fresh") == 1
    assert family.world.do(other.grades.list)
    assert family.world.do(family.client.grades.list)
    assert family.world.statuses("Grades") == [200, 200]
    assert family.world.count("fresh") == 1


def test_other_reads_of_the_same_client_renew_as_usual(family: Letters) -> None:
    family.sim.expire_child_tokens()
    assert family.world.do(family.client.grades.list)
    assert (family.world.count("fresh"), family.world.count("Grades"), family.chains) == (1, 2, 0)


@pytest.mark.parametrize("kind", LETTERS)
def test_fifty_first_readers_open_the_messages_once(cold: World, kind: str) -> None:
    if kind == "school":
        cold.gateway()
        client = cold.do(cold.session.for_child_wiadomosci)
    else:
        client = cold.do(lambda: cold.session.for_child_wiadomosci(_first(cold.sim)))
    for caller in cold.start_many(50, client.messages.list):
        assert caller.result()
    assert cold.count("wiadomosci.logon") == cold.count("web.messages") == 1
    assert cold.count("AutoLoginToken") == (kind == "family")
    assert (cold.count("login"), cold.count("web.login")) == ((1, 0) if kind == "family" else (0, 1))
    assert cold.count(INBOX) == 50


def test_children_of_a_family_share_no_cookies(cold: World) -> None:
    mails = [
        cold.do(partial(cold.session.for_child_wiadomosci, child.id)).messages for child in cold.sim.children
    ]
    owners = [cold.do(mail.me).account_id for mail in mails]
    assert len(set(owners)) == 2
    for _ in range(3):
        cold.clock.advance(600.0)
        cold.sim.expire_messages_session()
        callers = [(cold.start(mails[place].me), owners[place]) for place in (0, 1) * 5]
        for caller, owner in callers:
            assert caller.result().account_id == owner
    jars = [cold.account._posts[child.id].peek().grant.secret for child in cold.sim.children]
    assert len({id(jar.cookies) for jar in jars}) == 2


@pytest.mark.parametrize("kind", LETTERS)
def test_a_school_without_messages_is_said_and_left_alone(cold: World, kind: str) -> None:
    cold.sim.no_messages_module()
    if kind == "school":
        cold.gateway()
        client = cold.do(cold.session.for_child_wiadomosci)
    else:
        client = cold.do(lambda: cold.session.for_child_wiadomosci(_first(cold.sim)))
    errors = [cold.fails(client.messages.list) for _ in range(10)]
    assert {type(error) for error in errors} == {FeatureUnavailableError}
    assert (cold.count("web.messages"), cold.count("web.login")) == (1, kind == "school")
    # Asked every half a minute for an hour, it asks Librus every quarter of one.
    for _ in range(120):
        cold.fails(client.messages.list)
        cold.clock.advance(30.0)
    assert cold.count("web.messages") == 4
    assert cold.count("web.login") + cold.count("login") == 1


def test_messages_that_no_sign_in_opens_do_not_cause_one_each_minute(cold: World) -> None:
    cold.gateway()
    client = cold.do(cold.session.for_child_wiadomosci)
    cold.sim.fail("web.messages", status=401, times=None)
    for _ in range(60):
        # The register itself takes the session, so nothing but the messages can tell that they are in vain.
        assert cold.do(client.grades.list)
        assert isinstance(cold.fails(client.messages.list), LibrusAuthRefreshError)
        cold.clock.advance(60.0)
    assert (cold.count("web.messages"), cold.count("web.login"), cold.count("web.refresh")) == (8, 1, 4)


def test_reading_without_marking_opens_nothing(letters: Letters) -> None:
    page = letters.world.do(letters.mail.list)
    boxes = letters.sim._state.post._boxes
    before = [(post.id, post.read) for box in boxes.values() for post in box["inbox"]]
    unread = next(message for message in page if message.is_unread)
    found = letters.world.do(lambda: letters.mail.get(unread.id, mark_read=False))
    assert (found.id, found.is_preview) == (unread.id, True)
    letters.world.do(letters.mail.unread)
    assert [(post.id, post.read) for box in boxes.values() for post in box["inbox"]] == before
    assert letters.sim.counts["wiadomosci/inbox/messages/{id}"] == 0
    letters.world.do(lambda: letters.mail.get(unread.id, mark_read=True))
    assert [(post.id, post.read) for box in boxes.values() for post in box["inbox"]] != before


# --- the end ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LETTERS)
def test_a_closed_session_asks_nothing(cold: World, kind: str) -> None:
    letters = Letters(cold, kind)
    cold.do(cold.session.close)
    for read in (letters.mail.list, letters.client.grades.list, cold.session.login):
        assert isinstance(cold.fails(read), LibrusSessionClosedError)
    assert sum(cold.sim.counts.values()) == 0


@pytest.mark.parametrize("at", ["web.token", "web.messages", "wiadomosci.logon", "AutoLoginToken"])
def test_closing_in_the_middle_of_a_chain_leaves_nobody_waiting(cold: World, at: str) -> None:
    letters = Letters(cold, close_grace_s=0.0)
    cold.sim.expire_messages_session()
    gate = cold.sim.hold(at)
    callers = cold.start_many(3, letters.mail.list)
    gate.wait_arrived()
    cold.watched.until(lambda: len(letters.slot._waiters) >= 3)
    asked = cold.count(INBOX)
    cold.do(cold.session.close)
    gate.release()
    problems = [caller.problem() for caller in callers]
    assert all(isinstance(problem, LibrusSdkError) for problem in problems), problems
    assert cold.count(INBOX) == asked, "closed, and asked all the same"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.parametrize("kind", LETTERS)
def test_a_forked_process_goes_on_with_the_same_cookies(cold: World, watched: Watched, kind: str) -> None:
    letters = Letters(cold, kind)
    read = letters.mail.list

    async def later() -> int:
        return len(await read())

    program = (lambda: len(read())) if cold.driver.name == "threads" else (lambda: asyncio.run(later()))
    with watched.quiet():
        outcome = forked(program)
    assert outcome() == len(cold.do(read))
    assert letters.chains == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_lock_of_the_cookies_that_was_held_during_the_fork(
    make_world: Callable[..., World], watched: Watched
) -> None:
    letters = Letters(make_world("threads"))
    jar = letters.slot.peek().grant.secret
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with jar.cookies._cookies_lock:
            held.set()
            let_go.wait(SAFETY)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(SAFETY)
    with watched.quiet():
        outcome = forked(lambda: len(letters.mail.list()))
    answer = outcome()
    let_go.set()
    holder.join(SAFETY)
    assert answer == len(letters.mail.list())


def test_a_login_of_the_school_chooses_no_child(web: Web) -> None:
    error = web.world.fails(lambda: web.world.session.for_child(_first(web.sim)))
    assert error.code == "UNSUPPORTED_BACKEND"
    assert sum(web.sim.counts.values()) == 0
