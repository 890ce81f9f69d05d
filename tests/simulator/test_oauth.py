"""The portal by OAuth: the way to a code, codes and refresh tokens, and what portal tokens open."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from librus_sdk.events import Emitter
from librus_sdk.flows.oauth import OAuthFlows, TokenPair
from librus_sdk.flows.steps import Ports
from librus_sdk.secret import Secret
from librus_sdk.settings import PortalCredentials, RetryPolicy, SessionSettings
from librus_sdk.shells.clock import Clock
from librus_sdk.shells.limits import stamped
from librus_sdk.shells.slots import Slot
from librus_sdk.shells.threads import ThreadShell
from librus_sdk.simulator import Simulator
from tests.simulator.steps import Browser, inputs_of

CLIENT = "VaItV6oRutdo8fnjJwysnTjVlvaswf52ZqmXsJGP"
START = "/konto-librus/redirect/dru"
DEAD = {"message": "Access token is invalid"}
DAMAGED = {"message": "Access token is invalid", "hint": "Error while decoding to JSON"}


class Application:
    """What the phone application does, redirects followed by hand."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.http = httpx2.Client(base_url=sim.hosts.portal, timeout=10, trust_env=False)
        self.passed: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def follow(self, answer: httpx2.Response) -> httpx2.Response | str:
        """The page the redirects end on, or the address they leave HTTP by."""
        self.passed = []
        while answer.is_redirect:
            location = answer.headers["location"]
            if not location.startswith(self.sim.hosts.portal):
                return str(location)
            self.passed.append(urlsplit(location).path)
            answer = self.http.get(location)
        return answer

    def start(self) -> httpx2.Response | str:
        return self.follow(self.http.get(START))

    def form(self) -> dict[str, str]:
        page = self.start()
        assert isinstance(page, httpx2.Response)
        return inputs_of(page)

    def send(self, form: dict[str, str], password: str | None = None) -> httpx2.Response | str:
        known = self.sim.credentials
        secret = known.password.reveal() if password is None else password
        account = {"email": known.email.reveal(), "password": secret}
        return self.follow(self.http.post("/konto-librus/login/action", data=form | account))

    def code(self) -> str:
        """A new code; by the form unless the browser is signed in."""
        led = self.start()
        address = led if isinstance(led, str) else self.send(inputs_of(led))
        assert isinstance(address, str)
        return parse_qs(urlsplit(address).query)["code"][0]

    def ask(self, **form: str) -> httpx2.Response:
        return self.http.post("/oauth2/access_token", data={"client_id": CLIENT, **form})

    def redeem(self, code: str, **more: str) -> httpx2.Response:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": "app://librus", **more}
        return self.ask(**fields)

    def refresh(self, token: str) -> httpx2.Response:
        return self.ask(grant_type="refresh_token", refresh_token=token)

    def tokens(self) -> dict[str, Any]:
        answer = self.redeem(self.code())
        assert answer.status_code == 200
        return dict(answer.json())

    def read(self, path: str, token: str) -> httpx2.Response:
        # Without cookies: the token alone has to be enough.
        headers = {"authorization": f"Bearer {token}"}
        return httpx2.get(f"{self.sim.hosts.portal}/api/v3/{path}", headers=headers, timeout=10)


@pytest.fixture
def app(sim: Simulator) -> Iterator[Application]:
    with Application(sim) as opened:
        yield opened


# --- the way to a code -------------------------------------------------------------------------------------


def test_the_page_has_the_fields_that_lead_back(app: Application) -> None:
    page = app.start()
    assert isinstance(page, httpx2.Response)
    form = inputs_of(page)
    assert form["redirectTo"] == START
    assert len(form["redirectCrc"]) == 64
    assert int(form["redirectCrc"], 16) > 0
    assert len(form["_token"]) == 40
    assert f'content="{form["_token"]}" name=csrf-token' in page.text
    assert page.url.path == START


def test_the_form_leads_to_a_code(app: Application) -> None:
    assert app.code()
    assert app.passed == [START, "/oauth2/authorize"]
    assert isinstance(app.start(), str)
    counts = app.sim.counts
    assert (counts["oauth.redirect"], counts["login"], counts["oauth.authorize"]) == (3, 1, 2)
    assert counts["home"] == 0


def test_a_browser_that_is_signed_in_gets_another_code_at_once(app: Application) -> None:
    first = app.code()
    again = app.start()
    assert isinstance(again, str)
    assert again.startswith("app://librus?code=")
    assert first not in again
    assert app.sim.counts["login"] == 1


@pytest.mark.parametrize(
    "change", [{"redirectTo": "/api/v3/Me"}, {"redirectCrc": "0" * 64}, {"redirectCrc": ""}]
)
def test_a_form_leads_only_where_its_check_value_says(app: Application, change: dict[str, str]) -> None:
    page = app.send(app.form() | change)
    assert isinstance(page, httpx2.Response)
    assert page.url.path == "/rodzina/home"


def test_the_plain_form_leads_home_as_ever(browser: Browser) -> None:
    assert browser.sign_in().url.path == "/rodzina/home"


def test_a_wrong_password_leads_back_to_the_form(app: Application) -> None:
    page = app.send(app.form(), password="wrong")
    assert isinstance(page, httpx2.Response)
    assert page.url.path == START
    assert "Podany adres e-mail jest nieprawidłowy." in page.text
    assert isinstance(app.send(inputs_of(page)), str)


def test_the_way_to_a_code_needs_a_session(app: Application) -> None:
    page = app.follow(app.http.get("/oauth2/authorize"))
    assert isinstance(page, httpx2.Response)
    assert page.url.path == START


def test_a_closed_portal_tells_the_application_to_close(app: Application) -> None:
    app.sim.close_portal()
    assert app.start() == "app://librus?command=close"
    assert app.follow(app.http.get("/oauth2/authorize")) == "app://librus?command=close"
    app.sim.close_portal(False)
    assert app.code()


def test_an_application_that_is_not_accepted_any_more(app: Application) -> None:
    tokens = app.tokens()
    app.sim.reject_oauth_client()
    assert "rejected_client" in str(app.start())
    for answer in (app.redeem("x"), app.refresh(tokens["refresh_token"])):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    app.sim.reject_oauth_client(False)
    assert app.refresh(tokens["refresh_token"]).status_code == 200


# --- codes and tokens --------------------------------------------------------------------------------------


def test_a_code_is_good_for_one_pair(app: Application) -> None:
    code = app.code()
    body = app.redeem(code).json()
    assert set(body) == {"token_type", "expires_in", "access_token", "refresh_token"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 86_400)
    assert app.sim.portal_tokens() == (body["access_token"], body["refresh_token"])
    again = app.redeem(code)
    assert (again.status_code, again.json()["hint"]) == (401, "Authorization code has been revoked")


def test_a_code_ends(app: Application) -> None:
    code = app.code()
    app.sim.expire_oauth_codes()
    answer = app.redeem(code)
    assert (answer.status_code, answer.json()["hint"]) == (401, "Authorization code has expired")


def test_codes_and_tokens_end_by_the_clock() -> None:
    now = [0.0]
    with Simulator(clock=lambda: now[0]) as sim, Application(sim) as app:
        code = app.code()
        now[0] += 600
        assert app.redeem(code).json()["hint"] == "Authorization code has expired"
        sim.portal_token_lifetime = 100
        tokens = app.tokens()
        assert tokens["expires_in"] == 100
        now[0] += 99
        assert app.read("Me", tokens["access_token"]).status_code == 200
        now[0] += 1
        assert app.read("Me", tokens["access_token"]).json() == DEAD
        assert app.refresh(tokens["refresh_token"]).status_code == 200


def test_a_refresh_token_works_once_and_replaces_both(app: Application) -> None:
    old = app.tokens()
    new = app.refresh(old["refresh_token"]).json()
    assert {old["access_token"], old["refresh_token"]}.isdisjoint(new.values())
    assert app.read("Me", old["access_token"]).json() == DEAD
    assert app.read("Me", new["access_token"]).status_code == 200
    again = app.refresh(old["refresh_token"])
    assert (again.status_code, again.json()["hint"]) == (401, "Token has been revoked")
    assert app.refresh(new["refresh_token"]).status_code == 200
    assert app.sim.portal_tokens(1) == (old["access_token"], old["refresh_token"])


@pytest.mark.parametrize(
    ("form", "error", "hint"),
    [
        ({"client_id": "other"}, "invalid_client", None),
        ({"grant_type": "password"}, "unsupported_grant_type", ...),
        ({"grant_type": "authorization_code"}, "invalid_request", "Check the `redirect_uri` parameter"),
        (
            {"grant_type": "authorization_code", "redirect_uri": "app://librus"},
            "invalid_request",
            "Check the `code` parameter",
        ),
        ({"grant_type": "refresh_token"}, "invalid_request", "Check the `refresh_token` parameter"),
        (
            {"grant_type": "refresh_token", "refresh_token": "made-up"},
            "invalid_request",
            "Cannot decrypt the refresh token",
        ),
    ],
)
def test_what_the_token_endpoint_refuses(
    app: Application, form: dict[str, str], error: str, hint: Any
) -> None:
    answer = app.ask(**form)
    assert answer.status_code == 401
    assert answer.json()["error"] == error
    if hint is not ...:
        assert answer.json().get("hint") == hint


def test_a_request_that_is_no_form_names_no_client(app: Application) -> None:
    answer = app.http.post("/oauth2/access_token", json={"client_id": CLIENT})
    assert answer.json()["hint"] == "Check the `client_id` parameter"
    assert app.http.get("/oauth2/access_token").status_code == 405


def test_the_lifetime_can_be_left_out(app: Application) -> None:
    assert app.sim.portal_token_lifetime == 86_400
    app.sim.portal_token_lifetime = None
    assert "expires_in" not in app.tokens()
    assert app.sim.portal_token_lifetime is None


# --- what tokens open --------------------------------------------------------------------------------------


def test_a_portal_token_opens_what_the_cookies_open(app: Application) -> None:
    token = app.tokens()["access_token"]
    me = app.read("Me", token)
    assert me.json()["email"] == app.sim.credentials.email.reveal()
    assert "set-cookie" not in me.headers
    rows = app.read("SynergiaAccounts", token).json()["accounts"]
    assert [row["id"] for row in rows] == [int(child.id) for child in app.sim.children]
    assert app.http.get("/api/v3/Me").status_code == 200


def test_dead_tokens_are_told_apart(app: Application) -> None:
    token = app.tokens()["access_token"]
    app.sim.expire_portal_tokens()
    dead = app.read("Me", token)
    assert (dead.status_code, dead.json()) == (401, DEAD)
    for unknown in ("made-up", app.sim.token(app.sim.children[0].id)):
        answer = app.read("SynergiaAccounts", unknown)
        assert (answer.status_code, answer.json()) == (401, DAMAGED)
    # A token counts more than cookies do.
    headers = {"authorization": f"Bearer {token}"}
    assert app.http.get("/api/v3/Me", headers=headers).status_code == 401


def test_a_portal_token_opens_no_childs_data(app: Application) -> None:
    headers = {"authorization": f"Bearer {app.tokens()['access_token']}"}
    assert app.http.get(f"{app.sim.hosts.api}/Me", headers=headers).status_code == 401


def test_the_fates_of_the_two_tokens_are_apart(app: Application) -> None:
    tokens = app.tokens()
    app.sim.revoke_portal_refresh_tokens()
    assert app.read("Me", tokens["access_token"]).status_code == 200
    assert app.refresh(tokens["refresh_token"]).json()["hint"] == "Token has been revoked"
    app.sim.expire_portal_session()
    assert app.read("Me", tokens["access_token"]).status_code == 200


def test_another_password_ends_every_token_and_code(app: Application) -> None:
    tokens, code = app.tokens(), app.code()
    app.sim.change_password()
    assert app.read("Me", tokens["access_token"]).status_code == 401
    assert app.refresh(tokens["refresh_token"]).status_code == 401
    assert app.redeem(code).status_code == 401
    assert isinstance(app.start(), httpx2.Response)
    assert app.tokens()


def test_all_of_it_is_secret(app: Application) -> None:
    form = app.form()
    address = app.send(form)
    assert isinstance(address, str)
    code = parse_qs(urlsplit(address).query)["code"][0]
    tokens = app.redeem(code).json()
    secrets = app.sim.secrets()
    assert {form["_token"], code, tokens["access_token"], tokens["refresh_token"]} <= secrets
    assert not any(secret in repr(app.sim.requests) for secret in secrets)


def test_gates_and_faults_know_the_new_endpoints(app: Application) -> None:
    sim = app.sim
    sim.fail("oauth.redirect", status=503)
    assert "Przerwa techniczna" in app.http.get(START).text
    sim.fail("oauth.token", status=401)
    assert app.refresh("x").json()["hint"] == "Token has been revoked"
    sim.fail("oauth.token", status=500)
    assert "hint" not in app.refresh("x").json()
    sim.fail("oauth.token", drop="before")
    with pytest.raises(httpx2.HTTPError):
        app.refresh("x")
    gate = sim.hold("oauth.token")
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(app.refresh, "x")
        gate.wait_arrived()
        assert not held.done()
        gate.release()
        assert held.result(10).json()["hint"] == "Cannot decrypt the refresh token"
    assert sim.counts["oauth.token"] == 4


# --- the client's own flow ---------------------------------------------------------------------------------


class Client:
    """The flow over real HTTP: a shell, a slot, and the flow between them."""

    def __init__(self, sim: Simulator, *, credentials: bool = True) -> None:
        clock = Clock()
        settings = SessionSettings(hosts=sim.hosts)
        ports = Ports(clock.monotonic, clock.wall, clock.random, lambda _level, _name, _fields: None)
        self.shell = ThreadShell(settings, clock, ports, Emitter(None, clock.wall))
        known: PortalCredentials | None = sim.credentials if credentials else None
        self.flows = OAuthFlows(sim.hosts, known, ports, RetryPolicy.off())
        self.slot = Slot(
            key="portal",
            name="portal",
            endpoint="portal",
            renewal=lambda _mode: self.flows.renew(self.slot),
            private=True,
            clock=clock,
        )

    def renewed(self) -> TokenPair:
        minted = self.shell.run(self.flows.renew(self.slot))
        self.slot.offer(minted)
        assert isinstance(minted.secret, TokenPair)
        return minted.secret

    def close(self) -> None:
        self.shell.close([self.slot])


def test_a_client_signs_in_renews_and_hands_over(sim: Simulator, app: Application) -> None:
    first = Client(sim)
    pair = first.renewed()
    assert sim.counts == {"oauth.redirect": 2, "login": 1, "oauth.authorize": 1, "oauth.token": 1}
    assert (pair.access, pair.refresh) == tuple(map(Secret, sim.portal_tokens()))
    assert app.read("Me", pair.access.reveal()).status_code == 200

    # Another one is given the pair and needs no password; a new pair comes of it.
    second = Client(sim, credentials=False)
    grant = first.slot.peek().grant
    assert grant is not None
    second.slot.offer(grant.minted)
    newer = second.renewed()
    assert newer != pair
    assert sim.counts["login"] == 1

    # The first one's pair is worth nothing now; it has to send the password.
    assert first.renewed() not in (pair, newer)
    assert sim.counts["login"] == 2
    first.close()
    second.close()


def test_the_token_of_a_pair_goes_on_the_request(sim: Simulator) -> None:
    client = Client(sim)
    client.renewed()
    grant = client.slot.peek().grant
    assert grant is not None
    request, jar = stamped(client.flows._token_request(), grant)
    assert (request.bearer, jar) == (Secret(sim.portal_tokens()[0]), None)
    client.close()
