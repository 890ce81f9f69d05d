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
def test_signing_in_and_out(desk: Desk, form: str) -> None:
    more = ("--format", form, "--verbose")
    assert sign_in(desk, *more) == 0
    kept = json.loads(Path("state/librus-sdk/tokens.json").read_text(encoding="utf-8"))
    desk.more_secrets |= {kept["access_token"], kept["refresh_token"]}
    assert desk.run("auth", "status", *more, sim=False) == 0
    desk.sim.expire_portal_tokens()
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
        lambda text: text.replace("refresh_token", "old_token"),
        lambda text: f"[{text}]",
    ],
)
def test_kept_tokens_that_are_damaged(desk: Desk, damage: Callable[[str], str]) -> None:
    assert sign_in(desk) == 0
    path = Path("state/librus-sdk/tokens.json")
    text = path.read_text(encoding="utf-8")
    kept = json.loads(text)
    desk.more_secrets |= {kept["access_token"], kept["refresh_token"]}
    path.write_text(damage(text), encoding="utf-8")
    for argv in (("auth", "status"), ("me", "--child", first(desk.sim)), ("logout",)):
        desk.run(*argv, "--verbose", sim=False)
        desk.run(*argv, "--format", "json", sim=False)


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
    assert desk.run("messages", "wiadomosci-unread", "--verbose", sim=False, **env) == 1
    assert (
        desk.run("grades", "list", "--verbose", sim=False, **{**env, "LIBRUS_GATEWAY_PASSWORD": WRONG}) == 1
    )


def test_everything_that_is_well(desk: Desk) -> None:
    child = first(desk.sim)
    for name in ("list", "unread", "bff"):
        assert desk.run("messages", *MAIL[name], "--child", child, "--verbose") == 0
