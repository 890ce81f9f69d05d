"""What is recovered from unseen, what is not, and what it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from librus_sdk.core.answers import judge_api
from librus_sdk.core.http import Request
from librus_sdk.errors import (
    API_REQUEST_FAILED,
    AUTH_REFRESH_FAILED,
    AUTHENTICATION_FAILED,
    NETWORK_ERROR,
    NETWORK_TIMEOUT,
    RATE_LIMITED,
    RESPONSE_VALIDATION_FAILED,
    SERVICE_MAINTENANCE,
    LibrusAuthenticationError,
    LibrusPermissionError,
    LibrusSdkError,
)
from librus_sdk.flows.call import call
from librus_sdk.settings import RetryPolicy
from librus_sdk.simulator import Simulator
from tests.heart.drivers import World, reachable

# --- two reads at once ------------------------------------------------------------------------------------


@pytest.mark.parametrize("clients", [1, 2], ids=["one client", "two clients"])
def test_two_parallel_reads_of_which_one_hears_late_that_the_token_died(world: World, clients: int) -> None:
    first, second = world.dead(0, 0) if clients == 2 else world.dead() * 2
    refused = world.sim.hold("Grades", at="response", times=2)
    one = world.start(first.grades.list)
    refused.wait_arrived(1)
    other = world.start(second.grades.list)
    refused.wait_arrived(2)
    refused.release(1)
    assert one.result()
    assert world.generations() == [1, 1, 2], "the first refresh is stored"
    refused.release()
    assert other.result()
    assert world.generations() == [1, 1, 2, 2]
    assert world.count("fresh") == 1


def test_a_generation_that_is_known_to_be_refused_is_never_sent_again(world: World) -> None:
    (client,) = world.dead()
    fresh = world.sim.hold("fresh")
    leader = world.start(client.grades.list)
    fresh.wait_arrived()
    others = world.start_many(5, client.lucky_number.get)
    world.until_waiting(6)
    assert world.count("LuckyNumbers") == 0, "they know that the token is dead and wait without asking"
    fresh.release()
    leader.result()
    for other in others:
        other.result()
    assert world.generations("LuckyNumbers") == [2] * 5


# --- the explicit refresh ---------------------------------------------------------------------------------


def test_an_explicit_refresh_always_asks_the_portal(world: World) -> None:
    child = world.sim.children[0]
    one = world.do(lambda: world.session.refresh_bearer_token(child.id))
    two = world.do(lambda: world.session.refresh_bearer_token(child.id))
    assert [one, two] == [world.sim.token(child.id, 2), world.sim.token(child.id, 3)]
    assert world.count("fresh") == 2


def test_an_explicit_refresh_reaches_clients_that_exist(world: World) -> None:
    client = world.client()
    world.do(lambda: world.session.refresh_bearer_token(world.sim.children[0].id))
    assert world.do(client.grades.list)
    assert world.generations() == [2]


def test_an_explicit_refresh_takes_an_account_object_of_a_cold_session(world: World) -> None:
    account = world.do(lambda: world.session.resolve_child(world.sim.children[1].login))
    world.again()
    world.sim.reset_counts()
    token = world.do(lambda: world.session.refresh_bearer_token(account))
    assert token == world.sim.token(account.id, 2)
    assert world.count("accounts") == 0, "its login is known; no list is needed"
    token = world.do(lambda: world.session.refresh_bearer_token(account.login))
    assert token == world.sim.token(account.id, 3)


# --- retry and refresh compose ----------------------------------------------------------------------------


def test_a_503_then_a_401_then_a_200_costs_one_retry_and_one_refresh(world: World) -> None:
    (client,) = world.dead()
    world.sim.fail("Grades", status=503)
    assert world.do(client.grades.list)
    assert world.statuses("Grades") == [503, 401, 200]
    assert world.generations() == [1, 1, 2]
    assert world.count("fresh") == 1
    assert len(world.clock.slept) == 1


def test_a_503_after_the_refresh_is_retried_with_the_fresh_token(world: World) -> None:
    (client,) = world.dead()
    world.sim.fail("Grades", status=503, skip=1, times=2)
    assert world.do(client.grades.list)
    assert world.statuses("Grades") == [401, 503, 503, 200]
    assert world.generations() == [1, 2, 2, 2]
    assert world.count("fresh") == 1


def test_an_error_after_the_refresh_is_that_error_and_leads_to_the_401(
    world: World, refusals: list[LibrusSdkError]
) -> None:
    (client,) = world.dead()
    world.sim.fail("Grades", status=404, skip=1)
    error = world.fails(client.grades.list)
    assert (error.code, error.details["status"]) == (API_REQUEST_FAILED, 404)
    assert any(found is refusals[0] for found in reachable(error))
    assert world.do(client.grades.list)
    assert world.count("fresh") == 1


def test_an_error_after_the_refresh_leads_to_the_401_even_while_another_error_is_handled(
    world: World, refusals: list[LibrusSdkError]
) -> None:
    (client,) = world.dead()
    world.sim.fail("Grades", status=404, skip=1)

    def blocking() -> object:
        try:
            raise KeyError
        except KeyError:
            return client.grades.list()

    async def awaiting() -> object:
        try:
            raise KeyError
        except KeyError:
            return await client.grades.list()

    error = world.fails(blocking if world.driver.name == "threads" else awaiting)
    assert any(found is refusals[0] for found in reachable(error))


@pytest.mark.parametrize(("status", "answers"), [(401, [401]), (503, [503])], ids=["refused", "unavailable"])
def test_only_reads_are_repeated(world: World, status: int, answers: list[int]) -> None:
    client = world.client()
    if status == 401:
        world.sim.expire_child_tokens()
    else:
        world.sim.fail("Grades", status=status, times=None)
    settings, ports = client._caller._bound.parts.settings, client._caller._bound.parts.ports
    url = f"{world.sim.hosts.api}/Grades"
    post = call(
        Request("POST", url, endpoint=url, name="Grades", form=()),
        slot=world.slot(),
        judge=judge_api,
        decode=lambda body, _endpoint: body,
        retry=RetryPolicy(),
        ports=ports,
    )
    assert settings.retry.max_attempts > 1
    error = world.fails(lambda: world.session._shell.run(post))
    assert (error.code, error.details["status"]) == (API_REQUEST_FAILED, status)
    assert world.statuses("Grades") == answers
    assert dict(world.sim.counts) == {"Grades": 1}
    if status == 401:
        assert world.do(client.grades.list), "what it learnt helps the next read"
        assert world.generations() == [1, 2]


# --- what is not expiry -----------------------------------------------------------------------------------

NOT_EXPIRY: dict[str, tuple[Callable[[Simulator], object], str]] = {
    "forbidden": (lambda sim: sim.fail("Grades", status=403), API_REQUEST_FAILED),
    "not found": (lambda sim: sim.fail("Grades", status=404), API_REQUEST_FAILED),
    "server error": (lambda sim: sim.fail("Grades", status=500, times=None), API_REQUEST_FAILED),
    "bad gateway": (lambda sim: sim.fail("Grades", status=502, times=None), API_REQUEST_FAILED),
    "too many": (lambda sim: sim.fail("Grades", status=429, times=None), RATE_LIMITED),
    "maintenance": (lambda sim: sim.fail("Grades", maintenance=True, times=None), SERVICE_MAINTENANCE),
    "page": (lambda sim: sim.fail("Grades", html=True), RESPONSE_VALIDATION_FAILED),
    "half": (lambda sim: sim.fail("Grades", truncate=True), RESPONSE_VALIDATION_FAILED),
    "reset": (lambda sim: sim.fail("Grades", drop="before", times=None), NETWORK_ERROR),
    "cut": (lambda sim: sim.fail("Grades", drop="body", times=None), NETWORK_ERROR),
    "scopes in the message": (lambda sim: sim.deny_scope("Grades", form="message"), API_REQUEST_FAILED),
    "scopes in the code": (lambda sim: sim.deny_scope("Grades", form="code"), API_REQUEST_FAILED),
    "scopes in the status": (lambda sim: sim.deny_scope("Grades", form="status"), API_REQUEST_FAILED),
}


@pytest.mark.parametrize("kind", list(NOT_EXPIRY))
def test_what_is_not_expiry_never_refreshes(world: World, kind: str) -> None:
    arrange, code = NOT_EXPIRY[kind]
    client = world.client()
    arrange(world.sim)
    error = world.fails(client.grades.list)
    assert error.code == code
    assert isinstance(error, LibrusPermissionError) == (kind == "forbidden" or kind.startswith("scopes"))
    assert world.count("fresh") == 0
    assert set(world.generations()) == {1}


def test_a_timeout_never_refreshes_nor_is_it_repeated(world: World) -> None:
    client = world.client(timeout_ms=50)
    gate = world.sim.hold("Grades")
    error = world.fails(client.grades.list)
    assert error.code == NETWORK_TIMEOUT
    assert set(error.details) == {"endpoint", "timeout_ms"}
    gate.release()
    assert dict(world.sim.counts) == {"Grades": 1}


@pytest.mark.parametrize("form", ["code", "message", "empty"])
def test_every_recorded_form_of_an_expired_token_is_recognised(world: World, form: Any) -> None:
    (client,) = world.dead()
    world.sim.unauthorized_form = form
    assert world.do(client.grades.list)
    assert world.generations() == [1, 2]


# --- a token that was replaced, and whose replacement died too ---------------------------------------------


def test_a_superseded_token_whose_successor_is_dead_too_still_recovers(world: World) -> None:
    first, second = world.dead(0, 0)
    refused = world.sim.hold("Grades", at="response", times=1)
    late = world.start(second.grades.list)
    refused.wait_arrived()
    world.do(first.lucky_number.get)
    world.sim.expire_child_tokens()
    refused.release()
    assert late.result()
    assert world.generations() == [1, 2, 3], "at most three requests for one call"
    assert world.count("fresh") == 2


def test_the_second_replay_is_the_last(world: World, refusals: list[LibrusSdkError]) -> None:
    first, second = world.dead(0, 0)
    world.sim.fail("Grades", status=401, times=None)
    refused = world.sim.hold("Grades", at="response", times=1)
    late = world.start(second.grades.list)
    refused.wait_arrived()
    world.do(first.lucky_number.get)
    refused.release()
    error = late.error()
    assert world.generations() == [1, 2, 3]
    mine = [refusal for refusal in refusals if refusal.details["endpoint"].endswith("/Grades")]
    assert len(mine) == 3
    assert error.__cause__ is mine[0]


def test_a_call_sends_three_requests_at_most_however_often_others_refresh(world: World) -> None:
    first, second = world.dead(0, 0)
    child = world.sim.children[0]
    refused = world.sim.hold("Grades", at="response")
    late = world.start(second.grades.list)
    for sent in (1, 2, 3):
        refused.wait_arrived(sent)
        if sent == 1:
            world.do(first.lucky_number.get)
        else:
            world.do(lambda: world.session.refresh_bearer_token(child.id))
        if sent < 3:
            # The token of its next request dies before it is sent, and a newer one is there when it hears so.
            world.sim.expire_child_tokens()
        refused.release(1)
    assert late.error().code == AUTH_REFRESH_FAILED
    assert world.generations() == [1, 2, 3]
    refused.release()
    world.do(lambda: world.session.refresh_bearer_token(child.id))
    assert world.do(second.grades.list)


# --- the portal's own session ------------------------------------------------------------------------------


def test_a_dead_portal_session_is_cured_wherever_it_shows(world: World) -> None:
    world.sim.expire_portal_session()
    assert world.do(world.session.get_portal_me).identifier
    assert (world.count("me"), world.count("login")) == (3, 1), "refused, the sign-in's own, repeated"
    world.sim.expire_portal_session()
    assert len(world.do(lambda: world.session.list_children(reload=True))) == 2
    assert world.count("login") == 2


def test_two_children_who_find_the_portal_session_dead_sign_in_once(world: World) -> None:
    clients = world.dead(0, 1)
    world.sim.expire_portal_session()
    refused = world.sim.hold("fresh", at="response", times=2)
    callers = [world.start(client.grades.list) for client in clients]
    refused.wait_arrived(2)
    refused.release()
    assert all(caller.result() for caller in callers)
    assert world.count("login") == 1
    assert world.statuses("fresh") == [401, 401, 200, 200]


def test_a_late_401_of_the_portal_does_not_sign_in_again(world: World) -> None:
    clients = world.dead(0, 1)
    world.sim.expire_portal_session()
    refused = world.sim.hold("fresh", at="response", times=1)
    late = world.start(clients[0].grades.list)
    refused.wait_arrived()
    assert world.do(clients[1].grades.list)
    refused.release()
    assert late.result()
    assert world.count("login") == 1


def test_concurrent_first_lists_of_children_share_one_request(cold: World) -> None:
    gate = cold.sim.hold("accounts")
    callers = cold.start_many(5, cold.session.list_children)
    cold.until_waiting(5, "accounts")
    gate.release()
    assert {len(caller.result()) for caller in callers} == {2}
    assert (cold.count("accounts"), cold.count("login")) == (1, 1)


def test_a_list_read_anew_brings_newer_tokens(world: World) -> None:
    client = world.client()
    child = world.sim.children[0]
    elsewhere = world.new_session()
    world.do(lambda: elsewhere.refresh_bearer_token(child.id))
    world.sim.reset_counts()
    world.clock.advance(1)
    world.do(lambda: world.session.list_children(reload=True))
    assert world.do(client.grades.list)
    assert (world.generations(), world.count("fresh")) == ([2], 0)


def test_a_refused_sign_in_is_not_tried_again_by_itself(world: World) -> None:
    (client,) = world.dead()
    child = world.sim.children[0]
    world.sim.change_password()
    error = world.fails(client.grades.list)
    assert error.code == AUTHENTICATION_FAILED
    assert world.count("login") == 1
    world.sim.reset_counts()
    world.clock.advance(1_000_000)
    for operation in (client.grades.list, world.session.get_portal_me, client.me.get):
        assert world.fails(operation).code == AUTHENTICATION_FAILED
    assert not world.sim.counts

    assert world.fails(world.session.login).code == AUTHENTICATION_FAILED
    assert world.count("login") == 1, "a person signs in"
    assert world.fails(lambda: world.session.refresh_bearer_token(child.id)).code == AUTHENTICATION_FAILED
    assert world.count("login") == 2, "the explicit refresh tries too"


def test_a_sign_in_after_the_latch_lets_everything_go_on(world: World) -> None:
    (client,) = world.dead()
    world.sim.expire_portal_session()
    form = world.sim.fail("login", body='<div class="alert">Nieprawidłowy email lub hasło</div>', times=None)
    error = world.fails(client.grades.list)
    form.cancel()
    assert error.code == AUTHENTICATION_FAILED, error
    assert world.fails(client.grades.list).code == AUTHENTICATION_FAILED
    assert world.count("login") == 1
    world.do(world.session.login)
    assert world.do(client.grades.list)
    assert world.count("login") == 2


OUTAGES: dict[str, Callable[[Simulator], object]] = {
    "the page is down": lambda sim: sim.fail("login_page", status=503, times=None),
    "the form is down": lambda sim: sim.fail("login", status=500, times=None),
    "too many at the form": lambda sim: sim.fail("login", status=429, times=None),
    "the profile is down": lambda sim: sim.fail("me", status=502, times=None),
    "maintenance": lambda sim: sim.fail("me", maintenance=True, times=None),
    "a reset": lambda sim: sim.fail("login", drop="before", times=None),
    "the session of the form has expired": lambda sim: sim.fail("login", status=419, times=None),
}


@pytest.mark.parametrize("kind", list(OUTAGES))
def test_an_outage_is_not_taken_for_bad_credentials(cold: World, kind: str) -> None:
    OUTAGES[kind](cold.sim)
    error = cold.fails(cold.session.list_children)
    assert not isinstance(error, LibrusAuthenticationError), error
    before = cold.sim.counts
    assert not isinstance(cold.fails(cold.session.list_children), LibrusAuthenticationError)
    assert cold.sim.counts == before, "a moment's rest first"
    cold.sim.clear_faults()
    cold.clock.advance(60)
    assert len(cold.do(cold.session.list_children)) == 2


# --- who gets whose token ----------------------------------------------------------------------------------


def test_a_childs_token_reaches_only_that_childs_requests(
    make_world: Callable[..., World], shell: str
) -> None:
    world = make_world(shell, children=3)
    paths = ("Grades", "Attendances", "HomeWorks")
    clients = [world.client(child) for child in range(3)]
    for _ in range(3):
        world.sim.expire_child_tokens()
        callers = [
            world.start(operation)
            for client, operations in zip(
                clients, ("grades.list", "attendance.list", "homework.list"), strict=True
            )
            for family, name in [operations.split(".")]
            for operation in [getattr(getattr(client, family), name)] * 4
        ]
        for caller in callers:
            caller.result()
    for path, child in zip(paths, world.sim.children, strict=True):
        assert {record.child_id for record in world.sim.requests if record.endpoint == path} == {child.id}
        assert set(world.generations(path)) == {1, 2, 3, 4}
    assert world.count("fresh") == 9
