"""Every read of the gateway, for every child, with strict models; and what exists on one back end only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from librus_sdk import AsyncLibrusSession, LibrusSession, SynergiaApiClient
from librus_sdk.endpoints import Operation, catalogue
from librus_sdk.errors import (
    UNSUPPORTED_BACKEND,
    FeatureUnavailableError,
    LibrusApiError,
    LibrusPermissionError,
    LibrusUnsupportedBackendError,
)
from librus_sdk.settings import API_V3, GATEWAY_API_20
from librus_sdk.simulator import Simulator
from tests.clients.reads import KINDERGARTEN_READS, MONDAY, READS, WEDNESDAY, Read

CHILDREN = 3
OPERATIONS: Mapping[str, Operation] = {operation.operation_id: operation for operation in catalogue()}
# The second child's school shows no averages, and the third child has no photo.
SWITCHED_OFF = {("getGradeAverages", 1), ("getPointGradeAverages", 1)}
NOT_THERE = {("getAuthPhoto", 2)}
REFUSED: dict[str, tuple[Read, int]] = {
    "getBehaviourSystemProposal": (lambda c: c.grades.behaviour_system_proposal(), 403),
    "getTeacherFreeDays": (lambda c: c.timetable.teacher_free_days(), 403),
    "getDescriptiveGradeText": (lambda c: c.grades.descriptive_text(), 404),
    "getAuthClassroom": (lambda c: c.auth.classroom("5"), 404),
}


def school(operation: Operation) -> bool:
    return operation.get.place == "school" and GATEWAY_API_20 in operation.get.backends


HERE = {name for name, operation in OPERATIONS.items() if school(operation)}
KINDERGARTENS = {name for name, operation in OPERATIONS.items() if operation.get.place == "kindergarten"}
ONLY_API = {name for name, operation in OPERATIONS.items() if GATEWAY_API_20 not in operation.get.backends}
ONLY_GATEWAY = {name for name, operation in OPERATIONS.items() if API_V3 not in operation.get.backends}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(today=WEDNESDAY, children=CHILDREN) as simulator:
        simulator.sandbox_polls = 0  # nobody waits for files here
        yield simulator


@pytest.fixture(scope="module")
def clients(sim: Simulator) -> Iterator[list[SynergiaApiClient]]:
    """A login issued by the school is one child's, so each child has a session."""
    with ExitStack() as sessions:
        yield [sessions.enter_context(gateway(sim, n)).for_child() for n in range(CHILDREN)]


def gateway(sim: Simulator, child: int) -> LibrusSession:
    credentials = sim.gateway_credentials(sim.children[child].id)
    return LibrusSession.from_gateway_credentials(credentials, hosts=sim.hosts, strict=True)


def async_gateway(sim: Simulator, child: int = 0) -> AsyncLibrusSession:
    credentials = sim.gateway_credentials(sim.children[child].id)
    return AsyncLibrusSession.from_gateway_credentials(credentials, hosts=sim.hosts, strict=True)


def test_every_operation_of_the_gateway_is_read_here() -> None:
    assert {*READS, *REFUSED} >= HERE
    assert REFUSED.keys() <= HERE
    assert KINDERGARTEN_READS.keys() == KINDERGARTENS


@pytest.mark.parametrize(
    ("operation", "child"),
    [
        (name, n)
        for name in sorted(HERE - REFUSED.keys())
        for n in range(CHILDREN)
        if (name, n) not in NOT_THERE
    ],
)
def test_a_read_fits_its_model(clients: list[SynergiaApiClient], operation: str, child: int) -> None:
    if (operation, child) in SWITCHED_OFF:
        with pytest.raises(FeatureUnavailableError):
            READS[operation](clients[child])
    else:
        assert READS[operation](clients[child]) is not None


@pytest.mark.parametrize("operation", REFUSED)
def test_what_librus_refuses_to_parents(
    sim: Simulator, clients: list[SynergiaApiClient], operation: str
) -> None:
    clients[0].me.get()
    read, status = REFUSED[operation]
    sim.reset_counts()
    with pytest.raises(LibrusApiError) as caught:
        read(clients[0])
    assert caught.value.status == status
    assert sum(sim.counts.values()) == 1, "nobody signs in again for that"


# A sample: of the rest only the shell differs, and that is the same for every read.
AWAITED = [
    ("me", "get", ()),
    ("grades", "list", ()),
    ("timetable", "week", (MONDAY,)),
    ("justifications", "list", ()),
    ("lucky_number", "get", ()),
    ("school", "school_class", ()),
    ("extras", "units", ()),
    ("extras", "extra_activities", (MONDAY, WEDNESDAY)),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("family", "name", "arguments"), AWAITED)
async def test_a_read_is_the_same_when_it_is_awaited(
    sim: Simulator, clients: list[SynergiaApiClient], family: str, name: str, arguments: tuple[Any, ...]
) -> None:
    async with async_gateway(sim) as session:
        client = await session.for_child()
        found = await getattr(getattr(client, family), name)(*arguments)
    assert found == getattr(getattr(clients[0], family), name)(*arguments)


# --- what exists on one back end only ---------------------------------------------------------------------


def test_both_back_ends_have_what_the_other_has_not() -> None:
    assert {"listChanges", "registerForChanges", "getNotificationCenter"} <= ONLY_API
    assert {"getUnits", "getKindergartenTimetable"} <= ONLY_GATEWAY


def refuses(sim: Simulator, backend: str, read: Callable[[], Any]) -> None:
    sim.reset_counts()
    with pytest.raises(LibrusUnsupportedBackendError) as caught:
        read()
    assert caught.value.code == UNSUPPORTED_BACKEND
    assert caught.value.details["api_backend"] == backend
    assert not sim.counts


def placed(client: Any, operation: Operation) -> Callable[[], Any]:
    """The operation with placeholders for its arguments: what is refused is refused before they count."""
    return lambda: client._caller.call(operation.get)


@pytest.mark.parametrize("operation", sorted(ONLY_API))
def test_what_only_the_api_has(sim: Simulator, clients: list[SynergiaApiClient], operation: str) -> None:
    refuses(sim, GATEWAY_API_20, placed(clients[0], OPERATIONS[operation]))


@pytest.mark.parametrize("operation", sorted(ONLY_GATEWAY))
def test_what_only_the_gateway_has(sim: Simulator, operation: str) -> None:
    with LibrusSession(sim.credentials, hosts=sim.hosts) as session:
        client = session.for_child(sim.children[0].id)
        client.me.get()
        refuses(sim, API_V3, placed(client, OPERATIONS[operation]))


def test_methods_refuse_what_is_not_there(sim: Simulator, clients: list[SynergiaApiClient]) -> None:
    refuses(sim, GATEWAY_API_20, clients[0].notifications.center)
    refuses(sim, GATEWAY_API_20, clients[0].changes.register)
    refuses(sim, GATEWAY_API_20, lambda: clients[0].changes.acknowledge("5", ["1", "2"]))
    with LibrusSession(sim.credentials, hosts=sim.hosts) as session:
        client = session.for_child(sim.children[0].id)
        client.me.get()
        refuses(sim, API_V3, client.extras.units)
        refuses(sim, API_V3, lambda: client.extras.school_file("5"))


# --- kindergartens ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kindergarten() -> Iterator[Simulator]:
    with Simulator(today=WEDNESDAY, children=1) as simulator:
        simulator.kindergarten(simulator.children[0].id)
        yield simulator


@pytest.mark.parametrize("operation", KINDERGARTEN_READS)
def test_a_kindergarten_child(kindergarten: Simulator, operation: str) -> None:
    with gateway(kindergarten, 0) as session:
        assert KINDERGARTEN_READS[operation](session.for_child())


def test_a_kindergarten_child_has_no_timetable_of_lessons(kindergarten: Simulator) -> None:
    with gateway(kindergarten, 0) as session:
        client = session.for_child()
        with pytest.raises(LibrusPermissionError):
            client.timetable.week(MONDAY)
        activities = KINDERGARTEN_READS["getKindergartenTimetable"](client)
        assert {activity.type for activity in activities} == {
            "planned",
            "cancelled",
            "substituted",
            "substitution",
        }


@pytest.mark.anyio
async def test_a_kindergarten_child_is_read_with_await(kindergarten: Simulator) -> None:
    async with async_gateway(kindergarten) as session:
        client = await session.for_child()
        assert await client.extras.kindergarten_activity_types()


def test_a_school_child_has_no_kindergarten(clients: list[SynergiaApiClient]) -> None:
    with pytest.raises(LibrusPermissionError):
        clients[0].extras.kindergarten_activity_types()
