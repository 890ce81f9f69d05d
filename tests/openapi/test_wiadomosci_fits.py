"""Every answer of the simulated messages' website fits its document, in each of the forms it comes in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, ValidationError

from librus_sdk import LibrusSession, generate_openapi_document
from librus_sdk.endpoints import Mailbox
from librus_sdk.endpoints._boxes import MAILBOXES
from librus_sdk.errors import LibrusApiError
from librus_sdk.simulator import Simulator
from tests.clients.reads import WEDNESDAY

DOCUMENT = generate_openapi_document(backend="wiadomosci")
# The document describes the inbox; one mailbox sends its list bare, which only the client bears.
BARE = "justifications"
# Each account lacks one.
LACKING = ("alerts", "substitutions", "alerts")


def judge(path: str, sent: Any) -> None:
    (content,) = DOCUMENT["paths"][f"/{path}"]["get"]["responses"]["200"]["content"].values()
    Draft202012Validator({**content["schema"], "components": DOCUMENT["components"]}).validate(sent)


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(today=WEDNESDAY, children=3) as sim:
        yield sim


@pytest.fixture(scope="module")
def session(sim: Simulator) -> Iterator[LibrusSession]:
    with LibrusSession(sim.credentials, hosts=sim.hosts) as session:
        yield session


@pytest.fixture(params=range(3))
def child(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture
def client(session: LibrusSession, sim: Simulator, child: int) -> Any:
    return session.for_child_wiadomosci(sim.children[child].id)


@pytest.mark.parametrize("box", MAILBOXES)
def test_messages_in_lists_and_opened(client: Any, child: int, box: Any) -> None:
    get = Mailbox.list(client.messages, box, limit=300)
    if box == LACKING[child]:
        with pytest.raises(LibrusApiError) as caught:
            client.as_sent(get)
        assert caught.value.status == 404
        return
    listed = client.as_sent(get)
    if box == BARE:
        with pytest.raises(ValidationError):
            judge("inbox/messages", listed)
        listed = {"data": listed}
    judge("inbox/messages", listed)
    assert listed["data"]
    for message in listed["data"]:
        opened = client.as_sent(Mailbox.open(client.messages, message["messageId"], mailbox=box))
        judge("inbox/messages/{messageId}", opened)


@pytest.mark.parametrize("form", ["number", "digits", "object"])
def test_what_is_unread(client: Any, sim: Simulator, form: Any) -> None:
    sim.unread_form = form
    judge("inbox/unreadMessagesCount", client.as_sent(Mailbox.unread(client.messages)))


@pytest.mark.parametrize(
    ("path", "odd"),
    [
        ("inbox/messages", {}),
        ("inbox/messages", {"data": None}),
        ("inbox/messages", {"data": [7]}),
        ("inbox/messages/{messageId}", {"data": []}),
        ("inbox/unreadMessagesCount", {"data": -1}),
        ("inbox/unreadMessagesCount", {"data": "some"}),
    ],
)
def test_an_answer_that_does_not_fit_is_noticed(path: str, odd: Any) -> None:
    with pytest.raises(ValidationError):
        judge(path, odd)
