"""Where a note in place of a file may lead: to Librus, never elsewhere, and never over a weaker line."""

from __future__ import annotations

from datetime import date

import pytest

from librus_sdk import LibrusSession
from librus_sdk.clients._files import file_address
from librus_sdk.errors import LibrusResponseValidationError
from librus_sdk.models import DownloadDescriptor
from librus_sdk.simulator import Simulator
from tests.models.samples import MARKER, everything_shown

API = "https://api.librus.pl/3.0/HomeWorkAssignments/Attachment/5-6"


@pytest.mark.parametrize(
    "url",
    [
        "https://sandbox.librus.pl/index.php?singleUseKey=5",
        "https://api.librus.pl/files/5",
        "https://SYNERGIA.librus.pl/5",
    ],
)
def test_a_note_may_lead_to_librus(url: str) -> None:
    assert file_address(DownloadDescriptor(download_url=url), API) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/5",
        "https://evillibrus.pl/5",
        "https://librus.pl.elsewhere.example/5",
        "https://sandbox.librus.pl@elsewhere.example/5",
        "http://sandbox.librus.pl/5",
        "ftp://sandbox.librus.pl/5",
        "file:///etc/passwd",
        "https://sandbox.librus.pl:port/5",
        "https://sandbox.librus.pl/5\r\nHost: elsewhere.example",
        "//sandbox.librus.pl/5",
        "https://user:password@sandbox.librus.pl/5",
        "https://.librus.pl/5",
        "https://a..librus.pl/5",
        "https://-a.librus.pl/5",
        f"https://{'x' * 64}.librus.pl/5",
        f"https://{'x.' * 130}librus.pl/5",
        "https://elsewhere.example\\.librus.pl/5",
        "https://elsewhere.example%2f.librus.pl/5",
        "https://elsewhere.example\uff0f.librus.pl/5",
        "https://\xad.librus.pl/5",
        "https://\xdf.librus.pl/5",
        "https://[::1]/5",
        "/5",
        "",
    ],
)
def test_a_note_that_leads_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(LibrusResponseValidationError) as caught:
        file_address(DownloadDescriptor(download_url=url), API)
    assert caught.value.details["issues"] == ["$.DownloadUrl: expected an address at Librus"]


def test_nothing_is_sent_where_a_bad_note_leads_and_nothing_of_it_is_shown() -> None:
    with (
        Simulator(today=date(2026, 3, 11), children=1) as sim,
        LibrusSession(sim.credentials, hosts=sim.hosts) as session,
    ):
        client = session.for_child(sim.children[0].id)
        note = {"Id": 1, "Name": MARKER, "DownloadUrl": f"https://elsewhere.example/{MARKER}"}
        sim.fail("HomeWorkAssignments/Attachment/{id}", body=note)
        sim.reset_counts()
        with pytest.raises(LibrusResponseValidationError) as caught:
            client.homework.attachment("5-6")
        assert sum(sim.counts.values()) == 1
        assert MARKER not in everything_shown(caught.value)
