"""Reading the JSON as Librus sent it: only what is JSON, and never what reaches people."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from librus_sdk.endpoints import BffMessages, Extras, Get, Homework, Mailbox
from librus_sdk.endpoints._delivering import delivering
from librus_sdk.errors import LibrusConfigurationError
from tests.heart.drivers import World

NOBODY: Any = None


def test_nothing_is_sent_to_people(world: World) -> None:
    client = world.do(lambda: world.session.for_child_wiadomosci(world.sim.children[0].id))
    owner = world.do(lambda: client.as_sent(Mailbox.me(NOBODY)))
    letter = {
        "receivers": {"schoolReceivers": [{"accountId": str(owner["data"]["accountId"])}]},
        "topic": "QQ==",
        "content": "QQ==",
    }
    world.sim.reset_counts()
    for send in (delivering("messages", letter), delivering("messages/7/withdrawal", None, is_put=True)):
        error = world.start(partial(client.as_sent, send)).error()
        assert isinstance(error, LibrusConfigurationError)
        assert "people" in error.message
    assert not world.sim.counts
    assert not world.sim.sent_messages


@pytest.mark.parametrize(
    "get",
    [Homework.attachment(NOBODY, "1-2"), Mailbox.attachment(NOBODY, "1", "2"), Extras.school_file(NOBODY, 1)],
)
def test_a_file_is_no_json(world: World, get: Get[Any]) -> None:
    client = world.do(lambda: world.session.for_child_wiadomosci(world.sim.children[0].id))
    world.sim.reset_counts()
    error = world.start(lambda: client.as_sent(get)).error()
    assert isinstance(error, LibrusConfigurationError)
    assert "save()" in error.message
    assert not world.sim.counts


def test_the_back_end_of_the_phone_application_answers_with_any_json(world: World) -> None:
    client = world.do(lambda: world.session.for_child_bff(world.sim.children[0].id))
    world.sim.fail("bff/Messages", body={"anything": [1]})
    assert world.do(lambda: client.as_sent(BffMessages.list(client.messages))) == {"anything": [1]}
    world.sim.reset_counts()
    error = world.start(lambda: client.as_sent(delivering("Messages", {}))).error()
    assert isinstance(error, LibrusConfigurationError)
    assert "people" in error.message
    assert not world.sim.counts
