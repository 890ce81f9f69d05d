"""A snapshot: everything at once, politely; what is off, refused or broken costs nothing else."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from librus_sdk.clients.snapshot import Progress, Snapshot, _reads
from librus_sdk.endpoints import catalogue
from librus_sdk.errors import (
    FeatureUnavailableError,
    LibrusApiError,
    LibrusPermissionError,
    LibrusResponseValidationError,
    LibrusSchemaWarning,
    LibrusSessionClosedError,
)
from librus_sdk.settings import API_V3
from tests.heart.conftest import WEDNESDAY
from tests.heart.drivers import World


def test_every_read_that_needs_no_id_has_its_section() -> None:
    reads = _reads(WEDNESDAY, free_messages=False)
    assert list(reads) == [field.name for field in fields(Snapshot)]
    paths = {
        operation.path
        for operation in catalogue()
        if "{" not in operation.path
        and operation.get.place == "school"
        and API_V3 in operation.get.backends
        and operation.family != "changes"
    }
    assert {get.path for get in reads.values()} == paths


def test_everything_is_read_once(world: World) -> None:
    client = world.client()
    world.sim.reset_counts()
    steps: list[Progress] = []
    snapshot = world.do(lambda: client.snapshot(progress=steps.append))
    total = len(fields(Snapshot))
    assert {section.name for section in snapshot if not section.ok} == {"behaviour_system_proposal"}
    assert snapshot.behaviour_system_proposal.state == "refused"
    assert len(snapshot.grades.value) > 10
    monday = datetime.fromtimestamp(world.clock.wall(), UTC).date() - timedelta(days=1)
    assert next(iter(snapshot.timetable.value.days)) == monday
    assert next(iter(snapshot.next_timetable.value.days)) == monday + timedelta(days=7)
    assert sum(world.sim.counts.values()) == total
    assert [step.done for step in steps] == list(range(1, total + 1))
    assert {step.total for step in steps} == {total}
    assert repr(snapshot) == f"<Snapshot: {total - 1} of {total} sections>"


def test_no_more_than_the_limit_are_under_way(world: World) -> None:
    client = world.client()
    held = world.sim.hold("*")
    world.sim.reset_counts()
    caller = world.start(client.snapshot)
    held.wait_arrived(6)
    assert sum(world.sim.counts.values()) == 6
    held.release()
    assert caller.result().grades.ok


def test_what_is_off_or_broken_is_a_value(world: World) -> None:
    client = world.client()
    world.sim.switch_off("Notes")
    world.sim.hide_timetable()
    world.sim.messages_unpaid()
    world.sim.fail("Users", status=500, times=None)
    snapshot = world.do(client.snapshot)
    assert snapshot.notes.state == "off"
    assert isinstance(snapshot.notes.error, FeatureUnavailableError)
    assert snapshot.notes.error.__traceback__ is None
    assert snapshot.notes.value is None
    assert (snapshot.timetable.state, snapshot.next_timetable.state) == ("off", "off")
    assert snapshot.messages.state == snapshot.unread_messages.state == "refused"
    assert isinstance(snapshot.messages.error, LibrusPermissionError)
    assert snapshot.messages.error.details["scope_present"] is True
    assert snapshot.users.state == "failed"
    assert isinstance(snapshot.users.error, LibrusApiError)
    assert snapshot.grades.ok


MESSAGES = ("messages", "unread_messages", "message_receiver_groups")


@pytest.mark.parametrize("scopes", [None, ("grades",), ("grades", "messages")])
def test_refused_messages_are_explained_with_one_question(
    world: World, scopes: tuple[str, ...] | None
) -> None:
    client = world.client()
    world.sim.messages_unpaid()
    if scopes is not None:
        world.sim.fail("Auth/TokenInfo", status=200, body={"Scopes": list(scopes)}, times=None)
    alone = world.fails(client.messages.unread)
    world.sim.reset_counts()
    snapshot = world.do(client.snapshot)
    assert sum(world.sim.counts.values()) == len(fields(Snapshot))
    assert world.count("Auth/TokenInfo") == 1
    for name in MESSAGES:
        section = getattr(snapshot, name)
        assert (section.state, section.value) == ("refused", None)
        assert type(section.error) is LibrusPermissionError
        assert (section.error.message, section.error.code) == (alone.message, alone.code)
        assert section.error.details.keys() == alone.details.keys()
        assert section.error.__traceback__ is None
        assert section.error.details["endpoint"].endswith(
            f"/{_reads(WEDNESDAY, free_messages=False)[name].path}"
        )
    assert snapshot.unread_messages.error.details == alone.details


def test_refused_messages_without_token_information_say_what_is_known(world: World) -> None:
    client = world.client()
    world.sim.messages_unpaid()
    world.sim.switch_off("Auth/TokenInfo")
    snapshot = world.do(client.snapshot)
    assert snapshot.token_info.error is not None
    for name in MESSAGES:
        error = getattr(snapshot, name).error
        assert error.details["required_scope"] == "messages"
        assert "scope_present" not in error.details
    assert world.count("Auth/TokenInfo") == 1


def test_an_odd_row_costs_its_section_only_where_warnings_are_errors(world: World) -> None:
    client = world.client()
    world.sim.fail("Notes", body={"Notes": [{"Id": 1}, {"Id": []}]}, times=None)
    # The suite makes errors of warnings.
    snapshot = world.do(client.snapshot)
    assert snapshot.notes.state == "failed"
    assert isinstance(snapshot.notes.error, LibrusResponseValidationError)
    assert "1 row that does not fit" in str(snapshot.notes.error)
    assert snapshot.grades.ok
    with pytest.warns(LibrusSchemaWarning, match="Notes"):
        snapshot = world.do(client.snapshot)
    assert snapshot.notes.ok
    assert (len(snapshot.notes.value), len(snapshot.notes.value.rejected)) == (1, 1)


def test_a_token_that_dies_meanwhile_is_renewed_once(world: World) -> None:
    (client,) = world.dead()
    snapshot = world.do(client.snapshot)
    assert sum(not section.ok for section in snapshot) == 1
    assert world.count("fresh") == 1


def test_a_closed_session_gives_sections_that_say_so(world: World) -> None:
    client = world.client()
    world.do(world.session.close)
    snapshot = world.do(client.snapshot)
    assert {type(section.error) for section in snapshot} == {LibrusSessionClosedError}


def test_an_error_of_the_progress_report_is_the_callers(world: World) -> None:
    client = world.client()

    def report(_progress: Progress) -> None:
        raise ZeroDivisionError

    caller = world.start(lambda: client.snapshot(progress=report))
    assert isinstance(caller.problem(), ZeroDivisionError)
    assert world.do(client.grades.list), "the session goes on"


@pytest.mark.parametrize("shell", ["tasks"])
def test_a_cancelled_snapshot_asks_for_nothing_more(world: World) -> None:
    client = world.client()
    held = world.sim.hold("*")
    world.sim.reset_counts()
    caller = world.start(client.snapshot)
    held.wait_arrived(6)
    caller.cancel()
    assert type(caller.problem()).__name__ == "CancelledError"
    held.release()
    assert sum(world.sim.counts.values()) == 6


@pytest.mark.parametrize("kind", ["family", "school"])
def test_messages_come_from_their_website_where_the_client_reads_it(cold: World, kind: str) -> None:
    cold.sim.messages_unpaid()
    if kind == "school":
        cold.gateway()
        client = cold.do(cold.session.for_child_wiadomosci)
    else:
        client = cold.do(lambda: cold.session.for_child_wiadomosci(cold.sim.children[0].id))
    snapshot = cold.do(client.snapshot)
    assert snapshot.messages.ok
    assert len(snapshot.messages.value) > 10
    assert snapshot.unread_messages.value == cold.do(client.messages.unread).inbox
    assert cold.count("Messages") == cold.count("gateway/Messages") == 0
