"""Every read of API 3.0, for every child of the simulator, with strict models; files, and refusals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from librus_sdk import LibrusSession
from librus_sdk.endpoints import catalogue
from librus_sdk.errors import (
    FeatureUnavailableError,
    LibrusApiError,
    LibrusPermissionError,
    LibrusResponseValidationError,
)
from librus_sdk.settings import API_V3
from librus_sdk.simulator import Simulator
from tests.clients.reads import NOT_THERE, READS, WEDNESDAY, Read, homework_files


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(today=WEDNESDAY, children=3) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def session(sim: Simulator) -> Iterator[LibrusSession]:
    with LibrusSession(sim.credentials, hosts=sim.hosts, strict=True) as session:
        yield session


# Which kinds of marks a class has differs, so that no child has them all.
EMPTY = {
    "getDescriptiveGrades": {0, 1},
    "getDescriptiveGradeComments": {0, 1},
    "getDescriptiveGradeText": {0, 1},
    "getDescriptiveTextGrades": {0, 1},
    "getTextGrades": {0, 2},
    "getPointGrades": {2},
    "getPointGradeAverages": {2},
    "getPointGradeComments": {2},
    "listChanges": {0, 1, 2},
}


REFUSED: dict[str, tuple[Read, int]] = {
    "getBehaviourSystemProposal": (lambda c: c.grades.behaviour_system_proposal(), 403),
    "getAuthClassroom": (lambda c: c.auth.classroom("5"), 404),
}


HERE = {
    operation.operation_id
    for operation in catalogue()
    if operation.get.place == "school" and API_V3 in operation.get.backends
}


def test_every_operation_is_read_here() -> None:
    assert {*READS, *REFUSED} >= HERE
    assert REFUSED.keys() <= HERE


@pytest.mark.parametrize(
    ("operation", "child"),
    [(name, n) for name in READS if name in HERE for n in range(3) if (name, n) not in NOT_THERE],
)
def test_a_read_fits_its_model(session: LibrusSession, sim: Simulator, operation: str, child: int) -> None:
    client = session.for_child(sim.children[child].id)
    found = READS[operation](client)
    assert found is not None
    if isinstance(found, Sequence):
        assert (len(found) == 0) == (child in EMPTY.get(operation, ()))


def test_what_a_child_does_not_have(session: LibrusSession, sim: Simulator) -> None:
    told = set()
    for operation, child in NOT_THERE:
        client = session.for_child(sim.children[child].id)
        if operation == "getAuthPhoto":
            assert client.auth.photos().photo is None
        else:
            with pytest.raises(FeatureUnavailableError):
                READS[operation](client)
        told.add((operation, child))
    assert len(told) == 3


@pytest.mark.parametrize("child", range(3))
def test_changes_fit_their_model(session: LibrusSession, sim: Simulator, child: int) -> None:
    client = session.for_child(sim.children[child].id)
    device = client.changes.register().id
    kinds = {kind: sim.change(sim.children[child].id, "Grades", kind) for kind in ("Add", "Edit")}
    found = client.changes.list(device)
    assert {change.type: change.resource.id for change in found if change.resource} == kinds
    assert found.timestamp


@pytest.mark.parametrize("operation", REFUSED)
def test_what_librus_refuses_to_parents(session: LibrusSession, sim: Simulator, operation: str) -> None:
    read, status = REFUSED[operation]
    with pytest.raises(LibrusApiError) as caught:
        read(session.for_child(sim.children[0].id))
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("sent", "ids"), [({"Id": 3}, ["3"]), ([{"Id": 3}, {"Id": "4"}], ["3", "4"]), (None, []), ([], [])]
)
def test_the_proposal_of_the_system_in_each_of_its_forms(
    session: LibrusSession, sim: Simulator, sent: Any, ids: list[str]
) -> None:
    sim.fail("BehaviourGrades/SystemProposal", body={"BehaviourGradesSystemProposal": sent})
    found = session.for_child(sim.children[0].id).grades.behaviour_system_proposal()
    assert [row.id for row in found] == ids


def test_a_class_that_librus_knows_something_about(session: LibrusSession, sim: Simulator) -> None:
    sim.fail("Auth/Classrooms/{id}", body={"name": "5a"})
    assert dict(session.for_child(sim.children[0].id).auth.classroom("7")) == {"name": "5a"}


# --- files ------------------------------------------------------------------------------------------------


def test_files_come_with_a_name_and_their_bytes(session: LibrusSession, sim: Simulator) -> None:
    client = session.for_child(sim.children[0].id)
    sim.reset_counts()
    files = [client.homework.attachment(file) for file in homework_files(client)]
    assert all(file.size and file.file_name for file in files)
    pdfs = [file for file in files if file.media_type == "application/pdf"]
    assert pdfs
    assert all(file.content.startswith(b"%PDF-") for file in pdfs)
    assert sim.counts["download"] == len(pdfs), "these were fetched from where a note said"
    fetched = [record for record in sim.requests if record.endpoint == "download"]
    assert all(record.generation is None for record in fetched), "no token goes there"


def test_a_file_that_is_no_file_is_said(session: LibrusSession, sim: Simulator) -> None:
    client = session.for_child(sim.children[0].id)
    file = homework_files(client)[0]
    odd: tuple[dict[str, Any], ...] = ({"body": {"Status": "Maintenance"}}, {"html": True})
    for wrong in odd:
        sim.fail("HomeWorkAssignments/Attachment/{id}", **wrong)
        with pytest.raises(LibrusResponseValidationError, match="did not send a file"):
            client.homework.attachment(file)


# --- why messages are refused -----------------------------------------------------------------------------


def test_unpaid_messages_say_what_the_token_may_do(session: LibrusSession, sim: Simulator) -> None:
    client = session.for_child(sim.children[1].id)
    sim.messages_unpaid(sim.children[1].id)
    sim.reset_counts()
    try:
        with pytest.raises(LibrusPermissionError) as caught:
            client.messages.list()
    finally:
        sim.allow_all()
    details = caught.value.details
    assert details["feature"] == details["required_scope"] == "messages"
    assert details["scope_present"] is True
    assert "Messages" in details["token_scopes"]
    assert "paid subscription" in details["hint"]
    assert sim.counts["Auth/TokenInfo"] == 1
    assert caught.value.__context__ is None


def test_unpaid_messages_without_token_information(session: LibrusSession, sim: Simulator) -> None:
    client = session.for_child(sim.children[1].id)
    sim.messages_unpaid(sim.children[1].id)
    sim.switch_off("Auth/TokenInfo")
    try:
        with pytest.raises(LibrusPermissionError) as caught:
            client.messages.unread()
    finally:
        sim.allow_all()
    assert "scope_present" not in caught.value.details
    assert caught.value.details["hint"]
