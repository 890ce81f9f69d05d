"""Ids go out as one segment of the path, or as one value of the query, and arrive as they were given."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from librus_sdk import AsyncSynergiaApiClient, Hosts, RetryPolicy, SynergiaApiClient
from librus_sdk.endpoints import Operation, catalogue
from librus_sdk.errors import LibrusConfigurationError, LibrusResponseValidationError
from librus_sdk.settings import API_V3
from tests.shells.sockets import Peer, Server, http


@dataclass(frozen=True)
class Place:
    """A parameter that takes an id, and where it goes."""

    operation: Operation
    parameter: str

    @property
    def name(self) -> str:
        return f"{self.operation.operation_id}-{self.parameter}"

    @property
    def placeholder(self) -> str:
        first, *others = self.parameter.split("_")
        return "{" + first + "".join(map(str.capitalize, others)) + "}"

    @property
    def in_path(self) -> bool:
        return self.placeholder in self.operation.path

    @property
    def key(self) -> str:
        """The parameter of the query."""
        return next(key for key, value in self.operation.get.query.items() if value == self.placeholder)

    def ask(self, client: Any, value: Any) -> Any:
        operation = self.operation
        return getattr(getattr(client, operation.family), operation.name)(**{self.parameter: value})


# Those of the other back ends have tests of their own, beside the tests of what they declare.
OPERATIONS: Final = [
    operation
    for operation in catalogue()
    if operation.get.place == "school" and API_V3 in operation.get.backends
]
CLIENT: Final = SynergiaApiClient("nobody")
CLIENT.close()
PLACES: Final = {
    place.name: place
    for operation in OPERATIONS
    for parameter in inspect.signature(
        getattr(getattr(CLIENT, operation.family), operation.name)
    ).parameters.values()
    if "Id" in str(parameter.annotation)
    for place in [Place(operation, parameter.name)]
}
every_place = pytest.mark.parametrize("name", PLACES)

TRICKY: Final = st.sampled_from(
    [*list("/\\. %?#;:@&=+,~!$'()*[]{}\"<>|^`\t\n\r\x00\x7f"), "%2F", "%2e", "../", "//"]
)
IDS: Final = st.one_of(
    st.text(min_size=1, max_size=20),
    st.lists(st.one_of(TRICKY, st.sampled_from("aą0żŁ😀é́ \u200d\u202e\ufeff")), min_size=1, max_size=8).map(
        "".join
    ),
    st.integers(-(10**20), 10**20),
).filter(lambda value: str(value).strip() not in {"", ".", ".."})
AWKWARD: Final = (
    "a/b",
    "../Users",
    "...",
    "a%2Fb",
    "żółw 5?x=1#y",
    "👨‍👩‍👧",
    "é",
    " 7 ",
    ". ",
    "x" * 1_000,
    -1,
    0,
)
NO_IDS: Final = (
    "",
    " ",
    "\u2028\t",
    ".",
    "..",
    True,
    False,
    1.5,
    b"1",
    ["1"],
    "\ud800",
    "1\udc00",
    "x" * 1_001,
)


class Listening:
    """A server that keeps what follows GET, byte for byte."""

    def __init__(self) -> None:
        self.targets: list[bytes] = []
        self._server = Server(self._part)
        self.hosts = Hosts(api=self._server.url("/3.0"))
        self.close = self._server.close

    def _part(self, peer: Peer) -> None:
        while request := peer.request():
            method, target, _ = request.split(b"\r\n", 1)[0].split(b" ")
            assert method == b"GET"
            self.targets.append(target)
            peer.send(http(200, b"[]", "content-type: text/plain"))

    def only(self) -> str:
        """The one target since the last time, which holds no sign but those an address may hold."""
        (target,) = self.targets
        self.targets.clear()
        return target.decode("ascii")


@pytest.fixture(scope="module")
def listening() -> Iterator[Listening]:
    with contextlib.closing(Listening()) as listening:
        yield listening


@pytest.fixture(scope="module")
def client(listening: Listening) -> Iterator[SynergiaApiClient]:
    with SynergiaApiClient("nobody", hosts=listening.hosts, retry=RetryPolicy.off()) as client:
        yield client


def check(place: Place, target: str, value: Any) -> None:
    path, mark, query = target.partition("?")
    assert "#" not in target
    segments = path.split("/")
    expected = ["", "3.0", *place.operation.path.split("/")]
    assert len(segments) == len(expected), target
    if place.in_path:
        assert bool(query) == bool(mark) == bool(place.operation.least.query)
        assert not {".", ".."} & set(segments), "the next server would shorten this path"
        expected = [str(value) if part == place.placeholder else part for part in expected]
    else:
        sent = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True, strict_parsing=True)]
        assert [found for key, found in sent if key == place.key] == [str(value)]
        known = {key for key, default in place.operation.get.query.items() if default is not None}
        assert {key for key, _ in sent} <= known
    assert [unquote(segment, errors="strict") for segment in segments] == expected


@every_place
@settings(max_examples=20)
@given(value=IDS)
def test_an_id_arrives_as_it_was_given(
    listening: Listening, client: SynergiaApiClient, name: str, value: Any
) -> None:
    place = PLACES[name]
    # There is no such answer; what was asked is all that counts.
    with contextlib.suppress(LibrusResponseValidationError):
        place.ask(client, value)
    check(place, listening.only(), value)


@every_place
def test_awkward_ids_arrive_as_they_were_given(
    listening: Listening, client: SynergiaApiClient, name: str
) -> None:
    place = PLACES[name]
    for value in AWKWARD:
        with contextlib.suppress(LibrusResponseValidationError):
            place.ask(client, value)
        check(place, listening.only(), value)


@every_place
def test_what_is_no_id_is_refused_unasked(listening: Listening, client: SynergiaApiClient, name: str) -> None:
    place = PLACES[name]
    for value in (*NO_IDS, 10**5_000, *((None,) if place.in_path else ())):
        if not place.in_path and value in (".", ".."):
            # In a query dots lead nowhere.
            continue
        with pytest.raises(LibrusConfigurationError, match=rf"^{place.parameter} must be an id") as refused:
            place.ask(client, value)
        assert refused.value.__context__ is None
    assert listening.targets == []


def test_awaited_calls_send_the_same(listening: Listening) -> None:
    place, in_query = PLACES["getUser-user_id"], PLACES["getPointGrades-subject_id"]

    async def all_of_them() -> None:
        async with AsyncSynergiaApiClient("nobody", hosts=listening.hosts, retry=RetryPolicy.off()) as client:
            for where in (place, in_query):
                for value in AWKWARD:
                    with contextlib.suppress(LibrusResponseValidationError):
                        await where.ask(client, value)
                    check(where, listening.only(), value)
            for odd in NO_IDS:
                with pytest.raises(LibrusConfigurationError, match=r"^user_id must be an id"):
                    await place.ask(client, odd)
            assert listening.targets == []

    asyncio.run(all_of_them())


def test_every_id_of_the_catalogue_is_here() -> None:
    """Found by annotation above; here by what the paths and queries hold."""
    found = {(place.operation.operation_id, place.placeholder) for place in PLACES.values()}
    declared = {
        (operation.operation_id, part)
        for operation in OPERATIONS
        for part in (*operation.path.split("/"), *map(str, operation.get.query.values()))
        if part.startswith("{") and part.endswith("Id}")
    }
    assert found == declared
    assert {place.parameter for place in PLACES.values() if not place.in_path} == {
        "subject_id",
        "after_id",
        "grade_group_id",
        "device_id",
    }
