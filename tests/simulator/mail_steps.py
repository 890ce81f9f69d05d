"""What a client of the messages' host does: the way in, the reads and the writes, with a jar of cookies."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Self, cast
from xml.etree import ElementTree as ET

import httpx2

from librus_sdk.simulator import Simulator

FORM = "application/x-www-form-urlencoded"


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def inside(message: str) -> str:
    """What is in a message as it comes: base64 of XML, with or without a mark at the beginning."""
    document = base64.b64decode(message, validate=True).decode("utf-8-sig")
    root = ET.fromstring(document.encode())
    assert root.tag == "Message"
    return root.findtext("Content") or ""


class MailClient:
    """One child's way to the messages, one jar."""

    def __init__(self, sim: Simulator, child: int = 0) -> None:
        self.sim = sim
        self.child = sim.children[child]
        self.http = httpx2.Client(follow_redirects=True, timeout=10, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    # The way in.

    def ask_token(self) -> httpx2.Response:
        url = self.sim.hosts.api.removesuffix("/3.0") + "/2.0/AutoLoginToken"
        return self.http.post(url, headers={"authorization": f"Bearer {self.sim.token(self.child.id)}"})

    def cross(self, token: str) -> httpx2.Response:
        path = f"loguj/token/{token}/przenies/uczen/widok/centrum_powiadomien"
        return self.http.get(f"{self.sim.hosts.synergia}/{path}")

    def open_messages(self, page: str = "wiadomosci3", *, follow: bool = True) -> httpx2.Response:
        return self.http.get(f"{self.sim.hosts.synergia}/{page}", follow_redirects=follow)

    def enter(self) -> Self:
        self.cross(self.ask_token().json()["Token"])
        assert self.open_messages().url.path == "/nowy"
        return self

    # The data.

    def ask(self, path: str, **query: Any) -> httpx2.Response:
        url = f"{self.sim.hosts.wiadomosci}/api/{path}"
        return self.http.get(url, params=query, follow_redirects=False)

    def read(self, path: str, **query: Any) -> Any:
        answer = self.ask(path, **query)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.json()

    def items(self, box: str, **query: Any) -> list[dict[str, Any]]:
        answer = self.read(f"{box}/messages", **{"page": 1, "limit": 300, **query})
        return cast("list[dict[str, Any]]", answer["data"])

    # Writing.

    def teachers(self) -> list[str]:
        rows = self.read("receivers/groups/school-employees", receiverType="teachers")["receivers"]
        return [row["accountId"] for row in rows]

    def post(self, path: str, document: Any) -> httpx2.Response:
        url = f"{self.sim.hosts.wiadomosci}/api/{path}"
        return self.http.post(url, json=document, follow_redirects=False)

    def send(
        self, to: Sequence[str], topic: str = "Pytanie", content: str = "Dzień dobry"
    ) -> httpx2.Response:
        return self.post("messages", letter(to, topic, content))

    def withdraw(self, message_id: object) -> httpx2.Response:
        return self.http.put(f"{self.sim.hosts.wiadomosci}/api/messages/{message_id}/withdrawal")

    # Files.

    def attached(self) -> list[tuple[str, int]]:
        """Message and file of every attachment in the inbox. Opens those messages."""
        found: list[tuple[str, int]] = []
        for item in self.items("inbox"):
            if item["isAnyFileAttached"] in (1, "1", True):
                detail = self.read(f"inbox/messages/{item['messageId']}")["data"]
                found += [(str(item["messageId"]), file["id"]) for file in detail["attachments"]]
        return found


def letter(to: Sequence[str], topic: str = "Pytanie", content: str = "Dzień dobry") -> dict[str, Any]:
    return {
        "receivers": {"schoolReceivers": [{"accountId": account} for account in to]},
        "topic": packed(topic),
        "content": packed(content),
        "storageId": None,
        "category": "normal",
    }
