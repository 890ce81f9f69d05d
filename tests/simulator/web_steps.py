"""What a browser does at the sign-in of schools and at the gateway, spelled out with the HTTP library."""

from __future__ import annotations

import time
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2

from librus_sdk.simulator import Simulator

AUTHORIZATION = "/OAuth/Authorization"
CLIENT = {"client_id": "46"}


class WebBrowser:
    """A cookie jar of one account, and the steps of signing in, one by one."""

    def __init__(self, sim: Simulator, child: int = 0) -> None:
        self.sim = sim
        self.child = sim.children[child]
        self.http = httpx2.Client(timeout=10, trust_env=False)
        self.api = f"http://{urlsplit(sim.hosts.api).netloc}"
        self.synergia = sim.hosts.synergia

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    # Steps.

    def start(self) -> httpx2.Response:
        return self.http.get(f"{self.synergia}/loguj/portalRodzina", params={"v": f"{time.time():.3f}"})

    def form(self, start: httpx2.Response | None = None) -> httpx2.Response:
        return self.http.get((start or self.start()).headers["location"])

    def send(
        self,
        password: str | None = None,
        *,
        login: str | None = None,
        multipart: bool = False,
        action: str = "login",
    ) -> httpx2.Response:
        known = self.sim.gateway_credentials(self.child.id)
        fields = {
            "action": action,
            "login": login or known.login.reveal(),
            "pass": password or known.password.reveal(),
        }
        url = f"{self.api}{AUTHORIZATION}"
        if multipart:
            parts = {name: (None, value) for name, value in fields.items()}
            return self.http.post(url, params=CLIENT, files=parts)
        return self.http.post(url, params=CLIENT, data=fields)

    def step(self, name: str, *, follow: bool = False) -> httpx2.Response:
        return self.http.get(f"{self.api}{AUTHORIZATION}/{name}", params=CLIENT, follow_redirects=follow)

    def walk(self, answer: httpx2.Response) -> httpx2.Response:
        """Go on where the form's answer says."""
        return self.http.get(self.api + answer.json()["goTo"], follow_redirects=True)

    def sign_in(self) -> httpx2.Response:
        self.form()
        return self.walk(self.send())

    # What a session is for.

    def read(self, path: str, **query: str) -> httpx2.Response:
        return self.http.get(f"{self.sim.hosts.synergia}/gateway/api/2.0/{path}", params=query)

    def data(self, path: str, **query: str) -> Any:
        answer = self.read(path, **query)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.json()

    def page(self, path: str, *, follow: bool = False) -> httpx2.Response:
        return self.http.get(f"{self.synergia}/{path}", follow_redirects=follow)

    def kindergarten(self, path: str, **query: str) -> httpx2.Response:
        return self.http.get(f"{self.synergia}/gateway/ms/kindergartens/{path}", params=query)

    def cookie(self, name: str, host: str | None = None) -> Any:
        """The cookie of that name, of that host when more than one has it; None when there is none."""
        wanted = urlsplit(host or self.synergia).hostname
        found = [one for one in self.http.cookies.jar if one.name == name and one.domain == wanted]
        assert len(found) <= 1
        return found[0] if found else None
