"""A note that leads to the register's website: only the website's own session goes there with cookies."""

from __future__ import annotations

from datetime import date

import pytest

from librus_sdk import LibrusSession
from librus_sdk.errors import LibrusResponseValidationError
from librus_sdk.simulator import Simulator


def test_a_child_s_token_is_not_taken_to_the_website() -> None:
    with (
        Simulator(today=date(2026, 3, 11), children=1) as sim,
        LibrusSession(sim.credentials, hosts=sim.hosts) as session,
    ):
        client = session.for_child(sim.children[0].id)
        note = {"Id": "7", "Name": "a.pdf", "DownloadUrl": f"{sim.hosts.synergia}/homework/downloadFile/7"}
        sim.fail("HomeWorkAssignments/Attachment/{id}", body=note)
        with pytest.raises(LibrusResponseValidationError) as refused:
            client.homework.attachment("1-7")
        assert refused.value.details["issues"] == ["$.DownloadUrl: expected an address at Librus"]
        assert {record.origin for record in sim.requests} == {"portal", "api"}, "it does not go there at all"
        assert client.grades.list()
        assert sim.counts["fresh"] == 0, "the token was not taken for a dead one"
