"""No command line shows a secret, on either stream or in a log, however much it is asked to tell."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, first
from tests.safety.evidence import Evidence, Needles

WRONG: Final = "Tęcza wrong&password+%"
ACCOUNT: Final = ("LIBRUS_PORTAL_EMAIL", "LIBRUS_PORTAL_PASSWORD")
LETTER: Final = ("--to", "1", "--subject", "Prośba o rozmowę", "--body", "Proszę nikomu nie mówić.", "--yes")


class Desk:
    """Runs command lines and keeps everything they let out."""

    def __init__(self, cli: Cli, sim: Simulator) -> None:
        self.cli, self.sim, self.evidence = cli, sim, Evidence()
        self.more_secrets: set[str] = {WRONG}

    def run(self, *argv: str, typed: str = "", sim: bool = True, **env: str) -> int:
        hosts = {name: value for name, value in self.sim.environ().items() if name not in ACCOUNT}
        with pytest.MonkeyPatch.context() as patch, self.evidence.listening():
            patch.setattr(sys, "stdin", io.StringIO(typed))
            known: dict[str, Any] = {"sim": self.sim, "env": env} if sim else {"env": {**hosts, **env}}
            result = self.cli(*argv, **known)
        self.evidence.add("stdout", result.out)
        self.evidence.add("stderr", result.err)
        return result.status

    def leaks(self) -> dict[str, set[str]]:
        """Secrets, in whatever was let out. Which child it is about stands in what was asked for."""
        found = self.evidence.leaks(Needles(self.sim.secrets() | self.more_secrets))
        found.get("stdout", set()).difference_update(child.login for child in self.sim.children)
        return {channel: what for channel, what in found.items() if what}


@pytest.fixture
def desk(cli: Cli, sim: Simulator) -> Iterator[Desk]:
    desk = Desk(cli, sim)
    yield desk
    assert desk.leaks() == {}


def sign_in(desk: Desk, *argv: str, password: str | None = None) -> int:
    sent = desk.sim.credentials.password.reveal() if password is None else password
    email = desk.sim.credentials.email.reveal()
    return desk.run("login", "--email", email, "--password-stdin", *argv, typed=f"{sent}\n", sim=False)


@pytest.mark.parametrize("form", ["text", "json"])
def test_signing_in_and_out(desk: Desk, state: Path, form: str) -> None:
    more = ("--format", form, "--verbose")
    assert sign_in(desk, *more) == 0
    desk.more_secrets |= secrets_of(*state.glob("login-*.json"))
    assert desk.run("auth", "status", *more, sim=False) == 0
    desk.sim.expire_portal_tokens()
    desk.sim.expire_child_tokens()
    assert desk.run("grades", "list", "--child", first(desk.sim), "--verbose", sim=False) == 0
    assert desk.run("logout", *more, sim=False) == 0


@pytest.mark.parametrize("step", ["login_page", "login", "oauth.redirect", "oauth.token", "accounts"])
@pytest.mark.parametrize("status", [200, 401, 403, 500])
def test_a_sign_in_that_fails(desk: Desk, step: str, status: int) -> None:
    known = desk.sim.credentials
    told = f"{known.email.reveal()} {known.password.reveal()}"
    desk.sim.fail(step, status=status, body={"message": told, "error": told, "Code": told}, times=None)
    sign_in(desk, "--verbose")
    sign_in(desk, "--format", "json")


def test_a_password_that_is_wrong(desk: Desk) -> None:
    assert sign_in(desk, "--verbose", password=WRONG) == 1
    assert sign_in(desk, "--format", "json", password=WRONG) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-9],
        lambda text: text.replace('"format": 1', '"format": 9'),
        lambda text: text.replace("revision", "provision"),
        lambda text: text.replace("librus-sdk session", "shopping list"),
        lambda text: f"[{text}]",
    ],
)
def test_what_is_kept_and_damaged(desk: Desk, state: Path, damage: Callable[[str], str]) -> None:
    child = ("--child", first(desk.sim))
    assert sign_in(desk) == 0
    assert desk.run("me", *child) == 0
    assert {path.name.partition("-")[0] for path in state.glob("*.json")} == {"family", "login", "names"}
    desk.more_secrets |= secrets_of(*state.glob("family-*.json"), *state.glob("login-*.json"))
    for path in state.glob("*.json"):
        path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    for argv in (("auth", "status"), ("me", *child), ("logout",)):
        for more in (("--verbose",), ("--format", "json")):
            for account in (True, False):
                desk.run(*argv, *more, sim=account)
    assert desk.leaks() == {}


def secrets_of(*documents: Path) -> set[str]:
    """What is kept there, each part of the pair of tokens by itself."""
    found: set[str] = set()
    for path in documents:
        for name, entry in json.loads(path.read_text(encoding="utf-8"))["entries"].items():
            found |= (
                set(json.loads(entry["payload"]).values()) if name == "portal tokens" else {entry["payload"]}
            )
    assert found
    return found


MAIL: Final[dict[str, tuple[str, ...]]] = {
    "list": ("wiadomosci-list",),
    "unread": ("wiadomosci-unread",),
    "get": ("wiadomosci-get", "--id", "99999999"),
    "attachments": ("attachments", "--backend", "wiadomosci", "--id", "99999999"),
    "bff": ("bff-list",),
    "send": ("send", *LETTER),
}
STEPS: Final = ("AutoLoginToken", "web.token", "web.messages", "wiadomosci.logon", "bff/Messages", "fresh")


@pytest.mark.parametrize("step", STEPS)
def test_messages_that_cannot_be_had(desk: Desk, step: str) -> None:
    child = first(desk.sim)
    told = f"{desk.sim.token(child)} {desk.sim.credentials.password.reveal()}"
    desk.sim.fail(step, status=403, body={"message": told, "Code": told, "Token": told}, times=None)
    for argv in MAIL.values():
        desk.run("messages", *argv, "--child", child, "--verbose")
        desk.run("messages", *argv, "--child", child, "--format", "json")


@pytest.mark.parametrize(
    "step", ["web.form", "web.login", "web.grant", "gateway/Auth/TokenInfo", "web.messages"]
)
def test_a_login_of_the_school(desk: Desk, step: str) -> None:
    env = desk.sim.gateway_environ()
    told = f"{env['LIBRUS_GATEWAY_LOGIN']} {env['LIBRUS_GATEWAY_PASSWORD']}"
    assert desk.run("messages", "wiadomosci-unread", "--verbose", sim=False, **env) == 0
    desk.sim.fail(
        step, status=403, body={"message": told, "errors": [{"message": told}], "goTo": told}, times=None
    )
    unread = ("messages", "wiadomosci-unread", "--verbose")
    assert desk.run(*unread, "--no-store", sim=False, **env) == 1
    wrong = {**env, "LIBRUS_GATEWAY_PASSWORD": WRONG}
    assert desk.run("grades", "list", "--verbose", "--no-store", sim=False, **wrong) == 1
    desk.sim.end_web_session()
    desk.sim.expire_messages_session()
    assert desk.run(*unread, sim=False, **env) == 1
    assert desk.run(*unread, sim=False, **wrong) == 1


def test_everything_that_is_well(desk: Desk) -> None:
    child = first(desk.sim)
    for name in ("list", "unread", "bff"):
        assert desk.run("messages", *MAIL[name], "--child", child, "--verbose") == 0
