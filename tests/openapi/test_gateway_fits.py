"""Every list the simulated gateway answers fits the gateway's document, and what the SDK decodes it to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from librus_sdk import LibrusSession, SynergiaApiClient, generate_openapi_document
from librus_sdk.endpoints import catalogue
from librus_sdk.errors import FeatureUnavailableError, LibrusApiError
from librus_sdk.models import Rows
from librus_sdk.settings import GATEWAY_API_20
from librus_sdk.simulator import Simulator

DOCUMENT = generate_openapi_document(backend=GATEWAY_API_20)
MONDAY, FRIDAY = "2026-11-23", "2026-11-27"
# What Librus refuses to parents there, with which status, and so does the simulator.
REFUSED = {"getBehaviourSystemProposal": 403, "getTeacherFreeDays": 403, "getDescriptiveGradeText": 404}
# The second child's school shows no averages.
SWITCHED_OFF = {("getGradeAverages", 1), ("getPointGradeAverages", 1)}
READS = {
    operation.operation_id: operation
    for operation in catalogue()
    if f"/{operation.path}" in DOCUMENT["paths"] and "{" not in operation.path
}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(today=date(2026, 11, 23), children=3) as sim:
        yield sim


def judge(path: str, sent: Any, method: str = "get") -> None:
    (content,) = DOCUMENT["paths"][f"/{path}"][method]["responses"]["200"]["content"].values()
    Draft202012Validator({**content["schema"], "components": DOCUMENT["components"]}).validate(sent)


@pytest.fixture(scope="module", params=range(3))
def child(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture(scope="module")
def client(sim: Simulator, child: int) -> Iterator[Any]:
    credentials = sim.gateway_credentials(sim.children[child].id)
    with LibrusSession.from_gateway_credentials(credentials, hosts=sim.hosts, strict=True) as session:
        yield session.for_child()


def asked_with(operation_id: str) -> dict[str, str]:
    days = {"dateFrom": MONDAY, "dateTo": FRIDAY}
    known = {"getTimetableWeek": {"weekStart": MONDAY}, "getTimetableDay": {"day": FRIDAY}}
    return {**known, "getExtraActivities": days}.get(operation_id, {})


@pytest.mark.parametrize(
    "operation_id", [name for name, operation in READS.items() if operation.get.place == "school"]
)
def test_the_answer_fits(client: SynergiaApiClient, child: int, operation_id: str) -> None:
    path = READS[operation_id].path
    if operation_id in REFUSED:
        with pytest.raises(LibrusApiError) as refused:
            client.get(path)
        assert refused.value.status == REFUSED[operation_id]
        return
    if (operation_id, child) in SWITCHED_OFF:
        with pytest.raises(FeatureUnavailableError):
            client.get(path)
        return
    judge(path, client.get(path, asked_with(operation_id)))


def test_what_only_the_gateway_has(client: SynergiaApiClient) -> None:
    extras = client.extras
    assert extras.grading_system().plus_value is not None
    found: list[tuple[Rows[Any], str]] = [
        (extras.units(), "Units"),
        (extras.extra_activities(MONDAY, FRIDAY), "Timetables/OtherActivitiesRegister"),
        (extras.school_trips(), "SchoolTrips"),
        (extras.school_files(), "SchoolFiles"),
        (extras.library_lendings(), "EbiblioLendings"),
    ]
    for rows, path in found:
        assert rows
        judge(path, json.loads(rows.raw))
    justifications = client.justifications.list()
    assert justifications[0].message_from_parent
    assert client.justifications.get(justifications[0].id) == justifications[0]


def test_descriptive_marks_are_read_by_a_post(client: SynergiaApiClient) -> None:
    student = client.auth.token_info().identifier_of_student_assigned_with_user
    assert student is not None
    marks = client.extras.partial_descriptive_grades(student)
    path = "Auth/DescriptiveGradingSystem/PartialGrades/Student/{studentId}"
    judge(path, json.loads(marks.raw), method="post")


def test_a_kindergarten() -> None:
    with Simulator(today=date(2026, 11, 23)) as sim:
        child = sim.children[0].id
        sim.kindergarten(child)
        credentials = sim.gateway_credentials(child)
        with LibrusSession.from_gateway_credentials(credentials, hosts=sim.hosts, strict=True) as session:
            client = session.for_child()
            student = client.auth.token_info().identifier_of_student_assigned_with_user
            assert student is not None
            day = client.extras.kindergarten_timetable(student, MONDAY, FRIDAY)
            judge("timetable/kindergarteners/{kindergartenerId}", json.loads(day.raw))
            kinds = client.extras.kindergarten_activity_types()
            judge("activities-types", json.loads(kinds.raw))
            names = {kind.id: kind.name for kind in kinds}
            assert {names[entry.activity_type_identifier] for entry in day} <= set(names.values())
            planned = [entry for entry in day if entry.takes_place]
            assert planned
