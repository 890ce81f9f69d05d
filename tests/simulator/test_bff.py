"""The back end of the phone application: another header, one list, the same messages."""

from __future__ import annotations

from typing import Any

import httpx2

from librus_sdk.simulator import Simulator
from tests.simulator.mail_steps import MailClient

FIELDS = {"id", "subject", "body", "sendDate", "senderId", "senderName", "senderSurname", "senderColor"}


def ask(
    sim: Simulator, child: int = 0, path: str = "Messages", headers: dict[str, str] | None = None
) -> httpx2.Response:
    given = headers or {"x-zse-authorization": f"Bearer {sim.token(sim.children[child].id)}"}
    return httpx2.get(f"{sim.hosts.bff}/{path}", headers=given, trust_env=False)


def rows(answer: httpx2.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200
    document = answer.json()
    assert list(document) == ["inboxMessages"]
    found: list[dict[str, Any]] = document["inboxMessages"]
    return found


def test_the_list_is_the_inbox(sim: Simulator) -> None:
    for child in range(3):
        with MailClient(sim, child) as client:
            inbox = client.enter().items("inbox")
        found = rows(ask(sim, child))
        assert [(row["sendDate"], row["subject"]) for row in found] == [
            (item["sendDate"], item["topic"]) for item in inbox
        ]
        assert all(row.keys() == FIELDS for row in found)
        assert {type(row["id"]) for row in found} == {int, str}
        assert {type(row["senderId"]) for row in found} == {int, str, type(None)}
        assert {type(row["senderColor"]) for row in found} == {int, type(None)}


def test_only_its_own_header_opens_it(sim: Simulator) -> None:
    bearer = f"Bearer {sim.token(sim.children[1].id)}"
    assert ask(sim, headers={"authorization": bearer}).status_code == 401
    assert sim.requests[-1].child_id is None
    both = {"authorization": "Bearer nothing", "x-zse-authorization": bearer}
    assert rows(ask(sim, headers=both))
    record = sim.requests[-1]
    assert (record.endpoint, record.child_id, record.token_live) == ("bff/Messages", sim.children[1].id, True)
    assert record.headers["x-zse-authorization"] == "<present>"
    assert ask(sim, headers={"x-zse-authorization": f"Basic {bearer}"}).status_code == 401
    assert ask(sim, headers={"accept": "*/*"}).status_code == 401


def test_a_dead_token_an_unpaid_account_and_what_there_is_not(sim: Simulator) -> None:
    child = sim.children[0].id
    sim.messages_unpaid(child)
    assert ask(sim).status_code == 403
    assert rows(ask(sim, 1))
    assert ask(sim, path="Grades").status_code == 404
    assert sim.requests[-1].endpoint == "bff/Grades"
    posted = httpx2.post(
        f"{sim.hosts.bff}/Messages",
        headers={"x-zse-authorization": f"Bearer {sim.token(child)}"},
        trust_env=False,
    )
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET")
    sim.expire_child_tokens(child)
    assert ask(sim).status_code == 401
    assert (sim.requests[-1].child_id, sim.requests[-1].token_live) == (child, False)
    sim.fail("bff/Messages", status=500)
    assert ask(sim, 1).status_code == 500
    outside = httpx2.get(sim.hosts.bff.removesuffix("/v1") + "/Messages", trust_env=False)
    assert outside.status_code == 401
