"""Ctrl-C while a store is at work: what is kept is in no frame of the traceback, ours or a library's."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import keyring
import pytest

from librus_sdk import FileStore, KeyringStore, RedisStore
from librus_sdk.secret import Secret
from librus_sdk.shells.store import StoreKey
from tests.shells.redis_at_hand import RedisAtHand
from tests.shells.test_keyring_store import FileRing

TOKEN: Final = "a-token-of-a-child-4711"
KEY: Final = StoreKey.of("family", Secret("zofia@example.invalid"), ("a",), usual_hosts=True)


def _interrupted(*_args: Any, **_more: Any) -> Any:
    raise KeyboardInterrupt


@pytest.fixture(params=["file", "keyring", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with ExitStack() as stack:
        if request.param == "file":
            yield FileStore(tmp_path)
        elif request.param == "keyring":
            stack.callback(keyring.set_keyring, keyring.get_keyring())
            keyring.set_keyring(FileRing(tmp_path / "ring"))
            yield KeyringStore(tmp_path / "kept")
        else:
            server = RedisAtHand()
            stack.callback(server.stop)
            yield RedisStore(server.url)


def _traced(work: Callable[[], object]) -> str:
    """What a crash report would show of the interrupt."""
    try:
        work()
    except KeyboardInterrupt as error:
        found = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(found.format())
    raise AssertionError("nothing was interrupted")


def _plant(store: Any, patch: pytest.MonkeyPatch) -> None:
    if isinstance(store, RedisStore):
        patch.setattr("redis.connection.AbstractConnection.read_response", _interrupted)
    else:
        patch.setattr(os, "fsync", _interrupted)


def test_while_it_is_written(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    content = Secret(f'{{"token": "{TOKEN}"}}')
    claim = store.shelf(KEY).claim()
    claim.save(content)
    with monkeypatch.context() as patch:
        _plant(store, patch)
        told = _traced(lambda: claim.save(content))
    assert "KeyboardInterrupt" in told
    assert TOKEN not in told
    assert store.shelf(KEY).load() == content
    claim.release()


def test_while_it_is_read(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    content = Secret(f'{{"token": "{TOKEN}"}}')
    claim = store.shelf(KEY).claim()
    claim.save(content)
    with monkeypatch.context() as patch:
        if isinstance(store, RedisStore):
            patch.setattr("librus_sdk.shells.redis_server.Secret", _interrupted)
        else:
            patch.setattr("librus_sdk.shells.file_shelf.Secret", _interrupted)
        told = _traced(store.shelf(KEY).load)
    assert "KeyboardInterrupt" in told
    assert TOKEN not in told
    assert store.shelf(KEY).load() == content
    claim.release()
