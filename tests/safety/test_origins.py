"""A credential goes to its own origin only, whatever an answer says: every door, every way astray.

All of Librus is behind TLS here.  One endpoint answers with an address that leads away; there somebody
listens who is trusted by TLS, whatever the name.  The redirects are those that keep method and body.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partialmethod
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk import LibrusSdkError
from librus_sdk.core.http import origin_of
from librus_sdk.shells import wire
from tests.faults.faults import Fault
from tests.faults.kinds import KINDS, Kind
from tests.faults.scenery import Scenery, scenery
from tests.safety.evidence import Needles
from tests.safety.listeners import ELSEWHERE, Listeners, listening, trusting

# --- the ways astray ---------------------------------------------------------------------------------------

Way = Callable[[str, Listeners], str]


def _port(door: str, thieves: Listeners) -> str:
    host = urlsplit(door).hostname
    assert host is not None
    return f"https://{host}:{thieves.thief(host)}/a/b?c=d"


def _plain(door: str, _thieves: Listeners) -> str:
    return f"http://{urlsplit(door).netloc}/a/b"


def _origin(_door: str, thieves: Listeners) -> str:
    return f"https://{ELSEWHERE}:{thieves.thief()}/3.0/Grades"


def _begins_alike(door: str, thieves: Listeners) -> str:
    return f"https://{urlsplit(door).hostname}.example:{thieves.thief()}/"


def _ends_alike(door: str, thieves: Listeners) -> str:
    return f"https://not{urlsplit(door).hostname}:{thieves.thief()}/"


def _as_user(door: str, thieves: Listeners) -> str:
    return f"//{urlsplit(door).netloc}@{ELSEWHERE}:{thieves.thief()}/"


def _as_backslash(door: str, thieves: Listeners) -> str:
    return f"https://{ELSEWHERE}:{thieves.thief()}\\@{urlsplit(door).netloc}/"


WAYS: Final[dict[str, Way]] = {
    "port": _port,
    "plain": _plain,
    "origin": _origin,
    "begins_alike": _begins_alike,
    "ends_alike": _ends_alike,
    "as_user": _as_user,
    "as_backslash": _as_backslash,
}
FORMS: Final = (
    *("form", "oauth.form", "oauth", "code", "web.login", "auto", "register", "key"),
    *("send", "reply", "withdraw"),
)
"""Doors to which something is posted."""
HEADERS: Final = ("authorization:", "cookie:", "x-zse-authorization:")


@pytest.fixture(autouse=True)
def _everybody_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    context = trusting()
    monkeypatch.setattr(wire, "_ssl_context", lambda: context)


@pytest.fixture(autouse=True)
def _thieves_have_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever looks like one of our hosts leads to the thief."""
    find = socket.getaddrinfo

    def found(host: Any, *args: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        alike = name is not None and (name.endswith(".example") or name.startswith("not"))
        return find(ELSEWHERE if alike else host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)


class Robbed:
    """A world whose hosts are behind TLS, and what came to those who listen beside them."""

    def __init__(self, world: Scenery, thieves: Listeners) -> None:
        self.world, self.thieves = world, thieves

    def lead_astray(self, kind: Kind, spoil: Callable[[], object] = list, **how: Any) -> None:
        """Open the door, have what it needs die, and see where the faulty answer takes the client."""
        world = self.world
        read = kind.open(world)
        world.do(read)
        world.clock.advance(600)
        kind.die(world.sim)
        assert self.thieves.arrived == []
        spoil()
        fault = world.sim.fail(kind.endpoint, times=None, skip=kind.skip, **how)
        try:
            world.do(read)
        except LibrusSdkError as error:
            world.evidence.take_error(error)
        assert fault.hits, "the answer that leads astray was not asked for"

    def credentials(self) -> set[str]:
        """What of the thieves' spoils is a credential."""
        text = "\n".join(part.decode("latin-1") for part in self.thieves.arrived)
        found = Needles(self.world.sim.secrets() | self.world.sim.personal()).found_in(text)
        return found | {name for name in HEADERS if f"\n{name}" in text.lower()}


@pytest.fixture(params=["threads", "tasks"])
def robbed(request: pytest.FixtureRequest) -> Iterator[Robbed]:
    with ExitStack() as stack:
        world = stack.enter_context(scenery(request.param, Fault("astray", {})))
        thieves = stack.enter_context(listening(world.sim))
        world.common["hosts"] = thieves.hosts
        world.again()
        yield Robbed(world, thieves)


# --- what is promised --------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("door", list(KINDS))
def test_a_redirect_takes_no_credential_along(robbed: Robbed, door: str, way: str) -> None:
    kind = KINDS[door]
    target = WAYS[way](getattr(robbed.thieves.hosts, kind.host), robbed.thieves)
    robbed.lead_astray(kind, redirect=target, status=307)
    assert robbed.credentials() == set()
    assert robbed.thieves.arrived == []


@pytest.mark.parametrize("status", [301, 302, 303, 308])
@pytest.mark.parametrize("door", FORMS)
def test_no_kind_of_redirect_takes_a_form_along(robbed: Robbed, door: str, status: int) -> None:
    kind = KINDS[door]
    target = _port(getattr(robbed.thieves.hosts, kind.host), robbed.thieves)
    robbed.lead_astray(kind, redirect=target, status=status)
    assert robbed.thieves.arrived == []


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize(
    ("door", "field"), [("file", "DownloadUrl"), ("save", "DownloadUrl"), ("web.login", "goTo")]
)
def test_an_address_in_an_answer_takes_no_credential_along(
    robbed: Robbed, door: str, field: str, way: str
) -> None:
    kind = KINDS[door]
    target = WAYS[way](getattr(robbed.thieves.hosts, kind.host), robbed.thieves)
    body = json.dumps({"status": "ok", field: target})
    robbed.lead_astray(kind, body=body, headers={"content-type": "application/json"})
    assert robbed.credentials() == set()
    # Files lie elsewhere, on any port of Librus: there one is asked for, as a stranger does.
    assert bool(robbed.thieves.arrived) is (door in ("file", "save") and way == "port")


@pytest.mark.parametrize("door", ["api", "gateway", "form"])
def test_the_thief_would_have_it(robbed: Robbed, door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edge that follows redirects is caught: the credential arrives."""

    def follow_redirects() -> None:
        for client in (httpx2.Client, httpx2.AsyncClient):
            monkeypatch.setattr(client, "send", partialmethod(client.send, follow_redirects=True))
            monkeypatch.setattr(client, "_redirect_headers", _all_the_same)

    kind = KINDS[door]
    target = _port(getattr(robbed.thieves.hosts, kind.host), robbed.thieves)
    robbed.lead_astray(kind, follow_redirects, redirect=target, status=307)
    assert robbed.credentials() != set()


def _all_the_same(_client: Any, request: httpx2.Request, url: httpx2.URL, _method: str) -> httpx2.Headers:
    return httpx2.Headers([*request.headers.multi_items(), ("host", url.netloc.decode())][1:])


# --- how addresses are read --------------------------------------------------------------------------------

OWN: Final = "https://portal.librus.pl"
_PARTS: Final = st.sampled_from(
    [
        *(
            "https:",
            "http:",
            "//",
            "/",
            "\\",
            "@",
            ":",
            "443",
            "8443",
            "#",
            "?",
            "[",
            "]",
            ";",
            ".",
            " ",
            "a",
        ),
        *("portal.librus.pl", "Portal.Librus.PL", "evil.example", "%2f", "%40", "%5c", "\t", "\x0b", "\xa0"),
        *("。", "ſ", "ß", "\u200d", "@", "/"),  # what some readers take for . s ss and nothing
    ]
)


@given(
    st.lists(_PARTS, min_size=1, max_size=8).map("".join), st.sampled_from(["", "https://", "//", "https:/"])
)
def test_an_address_means_to_the_http_library_what_it_means_to_us(rest: str, beginning: str) -> None:
    try:
        target = urljoin(f"{OWN}/konto-librus/login", beginning + rest)
        if origin_of(target) != origin_of(OWN):
            return
        url = httpx2.URL(target)
    except (ValueError, httpx2.InvalidURL):
        return
    assert (url.scheme, url.raw_host.decode(), url.port or 443) == origin_of(OWN)
