"""Every single record the simulated gateway answers fits the gateway's document, as do lists on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from librus_sdk import LibrusSession
from librus_sdk.endpoints import Get, catalogue, download, raw_json
from librus_sdk.simulator import Simulator
from tests.clients.reads import NOT_THERE, READS, WEDNESDAY
from tests.openapi.test_gateway_fits import DOCUMENT, REFUSED, judge

RECORDS = sorted(
    operation.operation_id
    for operation in catalogue()
    if "{" in operation.path
    and f"/{operation.path}" in DOCUMENT["paths"]
    and operation.operation_id in READS.keys() - REFUSED.keys()
    and operation.get.decode is not download()
)
# How the gateway sends one of these alone is not known; the document says one, and the simulator sends a list
# of it. The client reads both.
LISTED = {"Justifications/{justificationId}": "Justifications"}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(today=WEDNESDAY, children=3) as sim:
        yield sim


@pytest.fixture(scope="module")
def clients(sim: Simulator) -> Iterator[list[Any]]:
    sessions = [
        LibrusSession.from_gateway_credentials(sim.gateway_credentials(child.id), hosts=sim.hosts)
        for child in sim.children
    ]
    yield [session.for_child() for session in sessions]
    for session in sessions:
        session.close()


def template_of(path: str) -> str:
    """The path of the document that this one is an example of; a plain one goes first."""
    names = sorted((str(name)[1:] for name in DOCUMENT["paths"]), key=lambda name: name.count("{"))
    patterns = {name: re.sub(r"\\{.*?\\}", "[^/]+", re.escape(name)) for name in names}
    return next(name for name, pattern in patterns.items() if re.fullmatch(pattern, path))


@pytest.mark.parametrize(
    ("operation_id", "child"),
    [(name, n) for name in RECORDS for n in range(3) if (name, n) not in NOT_THERE],
)
def test_the_answer_fits(
    clients: list[Any], operation_id: str, child: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = clients[child]
    call = client._caller.call
    judged: list[str] = []

    def judging(get: Get[Any], /) -> Any:
        path = template_of(get.path)
        sent = call(replace(get, decode=raw_json(), on_gateway=None))
        judge(LISTED.get(path, path), sent, "get" if get.body is None else "post")
        judged.append(path)
        return call(get)

    monkeypatch.setattr(client._caller, "call", judging)
    READS[operation_id](client)
    assert any("{" in path for path in judged)


def test_there_are_records_of_every_kind() -> None:
    assert len(RECORDS) > 15
