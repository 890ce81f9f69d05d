"""What a browser or a client does, spelled out with the HTTP library alone."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import quote

import httpx2

from librus_sdk.simulator import Simulator


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            self.values[given["name"] or ""] = given.get("value") or ""


def inputs_of(page: httpx2.Response) -> dict[str, str]:
    parser = _Inputs()
    parser.feed(page.text)
    return parser.values


def csrf_of(page: httpx2.Response) -> str:
    return inputs_of(page)["_token"]


class Browser:
    """A cookie jar and the steps of signing in, one by one."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.http = httpx2.Client(follow_redirects=True, timeout=10, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def open_form(self) -> str:
        return csrf_of(self.http.get(f"{self.sim.hosts.portal}/konto-librus/login"))

    def send_form(
        self, csrf: str | None, *, password: str | None = None, email: str | None = None
    ) -> httpx2.Response:
        known = self.sim.credentials
        form = {"email": email or known.email.reveal(), "password": password or known.password.reveal()}
        if csrf is not None:
            form["_token"] = csrf
        return self.http.post(f"{self.sim.hosts.portal}/konto-librus/login/action", data=form)

    def sign_in(self) -> httpx2.Response:
        return self.send_form(self.open_form())

    def portal(self, path: str) -> httpx2.Response:
        return self.http.get(f"{self.sim.hosts.portal}/api/v3/{path}")

    def fresh(self, login: str) -> httpx2.Response:
        return self.portal(f"SynergiaAccounts/fresh/{quote(login, safe='')}")

    def read(self, path: str, token: str) -> httpx2.Response:
        return self.http.get(f"{self.sim.hosts.api}/{path}", headers={"authorization": f"Bearer {token}"})

    def data(self, path: str, child: int = 0) -> Any:
        answer = self.read(path, self.sim.token(self.sim.children[child].id))
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.json()
