"""Look-ups: one read of a table for everybody, once more for an id that is missing, and never a storm."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

import pytest

from librus_sdk import Event
from librus_sdk.clients.lookup import SETTLED_FOR_S
from librus_sdk.errors import (
    LibrusPermissionError,
    LibrusResponseValidationError,
    LibrusSchemaWarning,
    LibrusSessionClosedError,
    LibrusTimeoutError,
)
from librus_sdk.models import Embedded, Ref
from tests.heart.drivers import World

STRANGER = Ref("no-such-subject")


def test_everybody_shares_one_read_of_a_table(world: World) -> None:
    first, second = world.client(), world.client()
    grade = world.do(first.grades.list)[0]
    held = world.sim.hold("Subjects", times=1)
    callers = world.start_many(10, lambda: first.lookup.subject(grade.subject))
    held.wait_arrived()
    callers += world.start_many(10, lambda: second.lookup.subject(grade.subject))
    tables = world.session._account._bounds[world.sim.children[0].id].tables
    (slot,) = tables.slots()
    world.watched.until(lambda: len(slot._waiters) == 20)
    held.release()
    found = {caller.result() for caller in callers}
    assert len(found) == 1
    assert found.pop().id == grade.subject.id
    assert world.count("Subjects") == 1


def test_every_way_to_point_finds_the_same_record(world: World) -> None:
    client = world.client()
    pointer = world.do(client.grades.list)[0].subject
    ways = (pointer, Ref(pointer.id), Embedded(id=pointer.id), pointer.id, int(pointer.id))
    found = {world.do(partial(client.lookup.subject, way)) for way in ways}
    assert len(found) == 1
    assert found.pop().name
    assert world.count("Subjects") == 1


def test_a_pointer_to_nothing_asks_nobody(world: World) -> None:
    client = world.client()
    assert world.do(lambda: client.lookup.user(None)) is None
    assert world.do(lambda: client.lookup.user(Embedded(name="no id"))) is None
    assert world.count("Users") == 0


def test_a_missing_id_has_the_table_read_once_more(world: World) -> None:
    client = world.client()
    for _ in range(3):
        assert world.do(lambda: client.lookup.subject(STRANGER)) is None
    assert world.do(lambda: client.lookup.subject("another stranger")) is None
    assert world.count("Subjects") == 2
    world.clock.advance(SETTLED_FOR_S)
    assert world.do(lambda: client.lookup.subject(STRANGER)) is None
    assert world.count("Subjects") == 3


def test_many_with_missing_ids_share_the_second_read(world: World) -> None:
    client = world.client()
    known = world.do(client.grades.list)[0].subject
    world.do(lambda: client.lookup.subject(known))
    held = world.sim.hold("Subjects", times=1)
    strangers = [world.start(partial(client.lookup.subject, f"stranger {n}")) for n in range(10)]
    held.wait_arrived()
    assert world.do(lambda: client.lookup.subject(known)), "what is known needs no second read"
    held.release()
    assert [caller.result() for caller in strangers] == [None] * 10
    assert world.count("Subjects") == 2


def test_children_have_tables_of_their_own(world: World) -> None:
    for child in (0, 1):
        client = world.client(child)
        subject = world.do(client.grades.list)[0].subject
        assert world.do(partial(client.lookup.subject, subject))
    assert world.count("Subjects") == 2


def test_an_expired_token_is_renewed_for_a_look_up_too(world: World) -> None:
    client = world.client()
    subject = world.do(client.grades.list)[0].subject
    world.sim.expire_child_tokens()
    assert world.do(lambda: client.lookup.subject(subject))
    assert world.count("fresh") == 1
    assert world.statuses("Subjects") == [401, 200]


def test_a_table_the_school_refuses_is_an_error(world: World) -> None:
    client = world.client()
    world.sim.switch_off("Subjects")
    errors = [world.fails(lambda: client.lookup.subject(5)) for _ in range(5)]
    assert {type(error) for error in errors} == {LibrusPermissionError}
    assert world.count("Subjects") == 1, "the refusal is remembered for a moment"


def test_a_standalone_client_looks_up_too(cold: World) -> None:
    world = cold
    client = world.standalone(world.sim.token(world.sim.children[0].id))
    subject = world.do(client.grades.list)[0].subject
    assert world.do(lambda: client.lookup.subject(subject))
    assert world.do(lambda: client.lookup.subject(subject))
    assert world.count("Subjects") == 1


def test_what_a_table_holds_is_found_without_the_shell(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client, other = world.client(), world.client(strict=True)
    subject = world.do(client.grades.list)[0].subject
    first = world.do(lambda: client.lookup.subject(subject))
    shell = world.session._shell
    runs: list[Any] = []

    def run(flow: Any, **options: Any) -> Any:
        runs.append(flow)
        return type(shell).run(shell, flow, **options)

    monkeypatch.setattr(shell, "run", run)
    assert {world.do(partial(one.lookup.subject, subject)) for one in (client, other)} == {first}
    assert inspect.iscoroutinefunction(client.lookup.subject.func) == (world.driver.name == "tasks")
    assert runs == []
    assert world.do(lambda: client.lookup.subject(STRANGER)) is None
    assert world.do(lambda: client.lookup.subject(None)) is None
    assert len(runs) == 2
    assert world.count("Subjects") == 2


def test_events_tell_a_table_from_a_credential(world: World) -> None:
    heard: list[Event] = []
    world.again(on_event=heard.append)
    client = world.client()
    subject = world.do(client.grades.list)[0].subject
    for _ in range(2):
        world.do(lambda: client.lookup.subject(subject))
    world.sim.switch_off("Users")
    error = world.fails(lambda: client.lookup.user(5))
    told = [event for event in heard if event.name.startswith("lookup.")]
    assert [(event.level, event.name, event.fields["table"]) for event in told] == [
        ("debug", "lookup.read.start", "Subjects"),
        ("info", "lookup.read.success", "Subjects"),
        ("debug", "lookup.read.start", "Users"),
        ("error", "lookup.read.failure", "Users"),
    ]
    assert told[1].fields.keys() == {"table", "duration_ms"}
    assert told[3].fields["error_code"] == error.code
    credentials = {event.fields["slot"] for event in heard if event.name.startswith("session.refresh.")}
    assert credentials <= {"portal", "accounts", "child"}


def test_a_table_is_read_with_the_sessions_options_whoever_asks(world: World) -> None:
    body = {"Subjects": [{"Id": 7, "Name": "Fizyka"}, {"Id": ["odd"]}]}
    world.sim.fail("Subjects", status=200, body=body, times=None)
    strict = world.client(strict=True)
    with pytest.warns(LibrusSchemaWarning):
        assert world.do(lambda: strict.lookup.subject(7)).name == "Fizyka"
    world.again(strict=True)
    lenient = world.client(strict=False)
    assert isinstance(world.fails(lambda: lenient.lookup.subject(7)), LibrusResponseValidationError)


def test_a_clients_own_timeout_bounds_its_wait_for_a_table(world: World) -> None:
    patient, hasty = world.client(), world.client(timeout_ms=20)
    held = world.sim.hold("Subjects", times=1)
    reader = world.start(lambda: patient.lookup.subject(STRANGER))
    held.wait_arrived()
    error = world.fails(lambda: hasty.lookup.subject(STRANGER))
    assert isinstance(error, LibrusTimeoutError)
    assert error.message.startswith("Reading a look-up table at Librus took longer than 20 ms.")
    assert error.details["endpoint"] == f"{world.sim.hosts.api}/Subjects"
    held.release()
    assert reader.result() is None


def test_a_closed_lone_client_looks_nothing_up(cold: World) -> None:
    client = cold.standalone(cold.sim.token(cold.sim.children[0].id))
    subject = cold.do(client.grades.list)[0].subject
    assert cold.do(lambda: client.lookup.subject(subject))
    cold.do(client.close)
    assert isinstance(cold.fails(lambda: client.lookup.subject(subject)), LibrusSessionClosedError)


def test_a_closed_session_looks_nothing_up(world: World) -> None:
    client = world.client()
    subject = world.do(client.grades.list)[0].subject
    world.do(lambda: client.lookup.subject(subject))
    world.do(world.session.close)
    assert isinstance(world.fails(lambda: client.lookup.subject(subject)), LibrusSessionClosedError)
    assert repr(client.lookup) == "<Lookup>"
