"""Interrupts leave without what was at hand, and written cookies do not show themselves."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from librus_sdk.core.http import Request, Response
from librus_sdk.secret import Secret
from librus_sdk.shells.file_shelf import guarded
from librus_sdk.shells.redis_server import RedisServer
from librus_sdk.shells.wire import _WrittenCookie


def interrupted(*_: Any) -> Any:
    at_hand = Secret("a-token")
    raise KeyboardInterrupt(repr(at_hand))


class Interrupted(RedisServer):
    _answer = interrupted  # type: ignore[assignment]


def test_an_interrupt_leaves_the_store_alone() -> None:
    with pytest.raises(KeyboardInterrupt) as of_file:
        guarded("it cannot be read", interrupted)
    with pytest.raises(KeyboardInterrupt) as of_redis:
        Interrupted(lambda: interrupted).run("return 1", ["key"])
    for caught in (of_file, of_redis):
        frames = [entry.frame.code.name for entry in caught.traceback]
        assert "interrupted" not in frames


def test_a_written_cookie_shows_nothing() -> None:
    cookie = _WrittenCookie("DZIENNIKSID", "a-cookie", "example", "/")
    assert repr(cookie) == "<cookie>"
    assert cookie.__rich_repr__() == []


@pytest.mark.parametrize(
    "thing", [Request("GET", "https://x/key", endpoint="https://x"), Response(200, b"token", {})]
)
def test_requests_and_answers_are_not_pickled(thing: object) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(thing)
