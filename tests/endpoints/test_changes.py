"""The list of changes: registered for, read, and acknowledged in batches."""

from __future__ import annotations

import asyncio
import json
import pickle
from datetime import datetime
from typing import Any, cast

import pytest

from librus_sdk.core.http import query_items
from librus_sdk.endpoints import AsyncCaller, Changes, Get, Send, SyncCaller
from librus_sdk.errors import (
    LibrusApiError,
    LibrusConfigurationError,
    LibrusResponseValidationError,
    LibrusSchemaWarning,
)
from librus_sdk.models import WARSAW, Change, ChangedRecord, ChangeList, ChangeRegister, Rows
from librus_sdk.settings import API_V3
from tests.models.samples import MARKER, everything_shown

FAMILY = cast("Changes[Any]", object())
ROW = {
    "Id": 5,
    "Resource": {"Id": 901, "Type": "Grades", "Url": "https://api.librus.pl/3.0/Grades/901"},
    "Type": "Add",
    "AddDate": "2026-09-21 11:42:07",
    "extraData": {"subject": MARKER},
}


class Server:
    """Keeps what is sent, refusing the requests of the given numbers."""

    def __init__(self, refused: frozenset[int] = frozenset()) -> None:
        self.sent: list[Get[Any]] = []
        self.refused = refused

    def call(self, get: Get[Any], /) -> Any:
        self.sent.append(get)
        if len(self.sent) in self.refused:
            raise LibrusApiError("Refused.")
        return get.decode(b"", get.path, True)

    @property
    def batches(self) -> list[list[str]]:
        return [get.path.removeprefix("PushChanges/").split(",") for get in self.sent]


class AwaitedServer:
    def __init__(self, refused: frozenset[int] = frozenset()) -> None:
        self.kept = Server(refused)

    async def call(self, get: Get[Any], /) -> Any:
        return self.kept.call(get)


class Acknowledging:
    """Acknowledges on threads or on asyncio."""

    def __init__(self, *, awaits: bool, refused: frozenset[int] = frozenset()) -> None:
        self.later = AwaitedServer(refused) if awaits else None
        self.server = Server(refused) if self.later is None else self.later.kept

    def __call__(self, changes: Any) -> int:
        if self.later is None:
            blocking: Changes[SyncCaller] = Changes(self.server)
            return blocking.acknowledge(17, changes)
        awaited: Changes[AsyncCaller] = Changes(self.later)
        return asyncio.run(awaited.acknowledge(17, changes))


both = pytest.mark.parametrize("awaits", [False, True], ids=["threads", "asyncio"])


def test_registering_names_no_phone_and_pushes_nothing() -> None:
    get = Changes.register(FAMILY)
    assert isinstance(get, Send)
    assert (get.method, get.path, get.harmless) == ("POST", "ChangeRegister", True)
    assert get.body == {"sendPush": 0, "appVersion": "7.0.0"}
    assert get.backends == {API_V3}
    assert Changes.register(FAMILY, app_version="5.9.0").body["appVersion"] == "5.9.0"
    body = b'{"ChangeRegister": {"Id": 17, "Url": "x"}, "Url": "x"}'
    assert get.decode(body, "ChangeRegister", True) == ChangeRegister(id="17", url="x")
    with pytest.raises(LibrusResponseValidationError):
        get.decode(b'{"ChangeRegister": {}}', "ChangeRegister", True)


def test_reading_is_a_read() -> None:
    get = Changes.list(FAMILY, "a b")
    assert not isinstance(get, Send)
    assert (get.path, query_items(get.query)) == ("PushChanges", (("pushDevice", "a b"),))
    assert get.backends == {API_V3}
    for odd in ("", None, True, ".."):
        with pytest.raises(LibrusConfigurationError, match="device_id must be an id"):
            Changes.list(FAMILY, cast("str", odd))


def read(*, strict: bool = True, **sent: Any) -> ChangeList:
    return Changes.list(FAMILY, 17).decode(json.dumps(sent).encode(), "PushChanges", strict)


def test_changes_and_their_time() -> None:
    found = read(Changes=[ROW, ROW | {"Id": "6", "extraData": None}], ChangesTimestamp=1789990927)
    assert isinstance(found, Rows)
    assert found.timestamp == "1789990927"
    assert found[0] == Change(
        id="5",
        resource=ChangedRecord(id="901", type="Grades", url="https://api.librus.pl/3.0/Grades/901"),
        type="Add",
        add_date=datetime(2026, 9, 21, 11, 42, 7, tzinfo=WARSAW),
        extra_data={"subject": MARKER},
    )
    assert found.by_id(6) is found[1]
    assert MARKER not in repr(found[0])
    again = pickle.loads(pickle.dumps(found))
    assert (type(again), again, again.timestamp, again.raw) == (ChangeList, found, "1789990927", found.raw)


@pytest.mark.parametrize("sent", [None, [1], {"a": 1}])
def test_an_odd_time_costs_nothing(sent: Any) -> None:
    assert read(Changes=[ROW], ChangesTimestamp=sent).timestamp is None
    assert read(Changes=[]).timestamp is None


def test_an_odd_row_is_set_aside() -> None:
    with pytest.warns(LibrusSchemaWarning, match=r"kept in .rejected; the first: \$.Changes\[1\]"):
        found = read(strict=False, Changes=[ROW, {"Type": MARKER}], ChangesTimestamp="now")
    assert (len(found), len(found.rejected), found.timestamp) == (1, 1, "now")
    with pytest.raises(LibrusResponseValidationError) as refused:
        read(Changes=[ROW, {"Type": MARKER}])
    assert MARKER not in everything_shown(refused.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"Changes": {}}', b'{"Changes": 7}'])
def test_another_answer_is_no_list_of_changes(body: bytes) -> None:
    with pytest.raises(LibrusResponseValidationError):
        Changes.list(FAMILY, 17).decode(body, "PushChanges", False)


@both
def test_thirty_are_acknowledged_at_once(awaits: bool) -> None:
    acknowledge = Acknowledging(awaits=awaits)
    assert acknowledge(range(1, 66)) == 65
    first, second, third = acknowledge.server.batches
    assert (len(first), len(second), len(third)) == (30, 30, 5)
    assert [*first, *second, *third] == [str(number) for number in range(1, 66)]
    for get in acknowledge.server.sent:
        assert isinstance(get, Send)
        assert get.method == "DELETE"
        assert (get.body, get.harmless, get.backends) == (None, True, frozenset({API_V3}))
        assert query_items(get.query) == (("pushDevice", "17"),)


@both
def test_changes_ids_and_rows_can_be_given_and_count_once(awaits: bool) -> None:
    acknowledge = Acknowledging(awaits=awaits)
    assert acknowledge([Change(id="5"), 5, "6", "a,b/c", Change(id="6")]) == 3
    assert acknowledge.server.batches == [["5", "6", "a%2Cb%2Fc"]]
    assert acknowledge(read(Changes=[ROW])) == 1
    assert acknowledge(number for number in (1, 2)) == 2


@pytest.mark.parametrize("alone", [Change(id="55"), "55", 55])
def test_one_alone_is_one(alone: Any) -> None:
    acknowledge = Acknowledging(awaits=False)
    assert acknowledge(alone) == 1
    assert acknowledge.server.batches == [["55"]]


@both
def test_nothing_to_acknowledge_sends_nothing(awaits: bool) -> None:
    acknowledge = Acknowledging(awaits=awaits)
    assert acknowledge([]) == 0
    assert acknowledge.server.sent == []


@both
def test_what_is_no_id_is_refused_before_anything_is_sent(awaits: bool) -> None:
    acknowledge = Acknowledging(awaits=awaits)
    with pytest.raises(LibrusConfigurationError, match="changes must be an id"):
        acknowledge([*range(40), ""])
    assert acknowledge.server.sent == []


@both
def test_a_batch_that_fails_ends_it(awaits: bool) -> None:
    acknowledge = Acknowledging(awaits=awaits, refused=frozenset({2}))
    with pytest.raises(LibrusApiError):
        acknowledge(range(100))
    assert [len(batch) for batch in acknowledge.server.batches] == [30, 30]
