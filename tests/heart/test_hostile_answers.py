"""Whatever any step of a sign-in is answered: an error of ours, nothing sent elsewhere, one password at most.

That nothing is asked outside this machine is watched by ``tests/conftest.py``; where a redirect could lead to
another service of this machine, a listener watches.
"""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from librus_sdk.errors import LibrusSdkError
from tests.heart.drivers import World, reachable
from tests.heart.letters import Letters

LARGEST: Final = 200_000
WEB_STEPS: Final = (
    "web.start",
    "web.form",
    "web.login",
    "web.2fa",
    "web.perform_login",
    "web.grant",
    "web.home",
    "web.refresh",
    "gateway/Auth/TokenInfo",
)
CHAIN_STEPS: Final = (
    "fresh",
    "AutoLoginToken",
    "web.token",
    "web.notifications",
    "web.messages",
    "wiadomosci.logon",
    "wiadomosci.page",
)


def redirect(location: str, status: int = 302) -> dict[str, Any]:
    return {"status": status, "body": "", "headers": {"location": location}}


def packed(data: bytes, coding: str = "gzip") -> dict[str, Any]:
    return {"body": data, "headers": {"content-encoding": coding, "content-type": "application/json"}}


def hostile(trap: str) -> dict[str, dict[str, Any]]:
    """What may come instead of an answer; ``trap`` is an address nobody has any business with."""
    return {
        "away": redirect(trap),
        "away, keeping the method": redirect(trap, 307),
        "away, by a name": redirect("https://elsewhere.example/loguj"),
        "away, without a scheme": redirect("//elsewhere.example/centrum_powiadomien"),
        "away, behind a user name": redirect("http://librus.pl@elsewhere.example/"),
        "away, behind a backslash": redirect("http:\\\\elsewhere.example\\"),
        "no address": redirect("http://[::1"),
        "no port": redirect("http://127.0.0.1:99999999/"),
        "a script": redirect("javascript:alert(1)"),
        "a file": redirect("file:///etc/passwd"),
        "nowhere": redirect(""),
        "in a circle": redirect("?again"),
        "to the top": redirect("/"),
        "many signs": redirect("/" + "a" * 9_000),
        "a bomb": packed(gzip.compress(b"[" * 20 * LARGEST)),
        "huge": {"body": b"<html>" + b"x" * 2 * LARGEST},
        "packed badly": packed(b"\x1f\x8b not packed"),
        "packed strangely": packed(b"?", "aes"),
        "deep": {"body": "[" * 50_000},
        "no text": {"body": b"\xff\xfe\x00{"},
        "odd types": {
            "body": {"Token": 5, "accessToken": {}, "goTo": ["x"], "status": "ok", "errors": 1, "Status": []}
        },
        "away, from the form": {"body": {"status": "ok", "goTo": trap}},
        "away, from the form, without a scheme": {"body": {"status": "ok", "goTo": "//elsewhere.example/x"}},
        "a token that leads elsewhere": {"body": {"Token": "../../../wyloguj?"}},
        "a token that cannot be sent": {"body": '{"Token": "\\ud800"}'},
        "cookies for others": {
            "body": "",
            "headers": {"set-cookie": "oauth_token=x; Domain=elsewhere.example, DZIENNIKSID=y; Domain=.pl"},
        },
        "no cookie at all": {"body": "", "headers": {"set-cookie": "=; ; \x01"}},
        "a name twice": {"status": 200, "body": "null"},
        "odd status": {"status": 299, "body": "null"},
        "stranger status": {"status": 599, "body": {}},
    }


@pytest.fixture
def trap() -> Iterator[Callable[[], tuple[str, Callable[[], bool]]]]:
    """A listener that waits for anybody who is led there."""
    server = socket.create_server(("127.0.0.9", 0))
    server.setblocking(False)
    with server:
        yield lambda: (f"http://127.0.0.9:{server.getsockname()[1]}/loguj", lambda: _came(server))


def _came(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def posts(world: World, endpoint: str) -> int:
    """How often a password came in: a redirect to the same place brings none."""
    return sum(one.endpoint == endpoint and one.method == "POST" for one in world.sim.requests)


def attacked(
    world: World,
    step: str,
    answers: dict[str, dict[str, Any]],
    die: Callable[[], object],
    read: Callable[[], Any],
    passwords: str,
) -> None:
    """Kill the credential, answer one step of its renewal with each of these, and see it heal afterwards."""
    for how, answer in answers.items():
        die()
        before = posts(world, passwords)
        fault = world.sim.fail(step, times=None, **answer)
        problem = world.start(read).future.exception(20)
        assert fault.hits, f"{step} was not asked"
        assert problem is None or isinstance(problem, LibrusSdkError), (how, problem)
        assert posts(world, passwords) - before <= 1, how
        if problem is not None:
            told = " ".join(f"{found} {getattr(found, 'details', '')}" for found in reachable(problem))
            assert not [secret for secret in world.sim.secrets() if secret in told], how
            assert "elsewhere" not in told, how
        fault.cancel()
        world.do(world.session.login)
        world.clock.advance(1_000.0)
        assert world.do(read), how
        world.clock.advance(1_000.0)


@pytest.mark.parametrize("step", WEB_STEPS)
def test_the_web_sign_in(cold: World, trap: Callable[[], Any], step: str) -> None:
    address, came = trap()
    cold.gateway(max_answer_bytes=LARGEST)
    client = cold.do(cold.session.for_child)
    assert cold.do(client.lucky_number.get) is not None
    cold.clock.advance(1_000.0)
    attacked(cold, step, hostile(address), cold.sim.end_web_session, client.lucky_number.get, "web.login")
    assert not came()


@pytest.mark.parametrize("step", CHAIN_STEPS)
def test_the_way_to_the_messages(cold: World, trap: Callable[[], Any], step: str) -> None:
    address, came = trap()
    letters = Letters(cold, max_answer_bytes=LARGEST)
    die = cold.sim.expire_messages_session
    attacked(cold, step, hostile(address), die, letters.mail.unread, "login")
    assert not came()


@pytest.mark.parametrize("step", ["web.messages", "wiadomosci.logon", "wiadomosci.page"])
def test_the_way_to_the_messages_of_a_schools_login(cold: World, trap: Callable[[], Any], step: str) -> None:
    address, came = trap()
    letters = Letters(cold, "school", max_answer_bytes=LARGEST)
    die = cold.sim.expire_messages_session
    attacked(cold, step, hostile(address), die, letters.mail.unread, "web.login")
    assert not came()


@pytest.mark.parametrize("step", ["oauth.redirect", "oauth.token", "login"])
def test_the_sign_in_by_a_code(cold: World, trap: Callable[[], Any], step: str) -> None:
    address, came = trap()
    cold.again(auth="oauth", max_answer_bytes=LARGEST)
    assert cold.do(cold.session.get_portal_me)
    cold.clock.advance(1_000.0)

    def die() -> None:
        cold.sim.expire_portal_tokens()
        if step != "oauth.token":
            cold.sim.revoke_portal_refresh_tokens()

    attacked(cold, step, hostile(address), die, cold.session.get_portal_me, "login")
    assert not came()
