"""What a client says about a read that it has no door to."""

from __future__ import annotations

import re
from typing import Any

import pytest

from librus_sdk import LibrusSession
from librus_sdk.endpoints import BffMessages, Changes, Extras, Get, Mailbox, Notifications
from librus_sdk.errors import LibrusPermissionError, LibrusUnsupportedBackendError
from librus_sdk.simulator import Simulator

NOBODY: Any = None
WEBSITE = Mailbox.unread(NOBODY)
PHONE = BffMessages.list(NOBODY)


def refusal(sim: Simulator, client: Any, get: Get[Any]) -> str:
    sim.reset_counts()
    with pytest.raises(LibrusUnsupportedBackendError) as caught:
        client._caller.call(get)
    assert not sim.counts
    return caught.value.message


@pytest.mark.parametrize(
    ("get", "said"),
    [
        (WEBSITE, "This client does not read the messages' website. .*session.for_child_wiadomosci"),
        (PHONE, "This client does not read the back end of the phone .*session.for_child_bff"),
        (Extras.units(NOBODY), r"What was asked for \(Units\) exists only with a login issued by the school"),
        (
            Extras.kindergarten_activity_types(NOBODY),
            "The service of kindergartens exists only with a login issued by the school",
        ),
        (
            Extras.school_file(NOBODY, "7"),
            "A file of the register's website exists only with a login issued by the school",
        ),
    ],
)
def test_with_the_family_account(librus_simulator: Simulator, get: Get[Any], said: str) -> None:
    with LibrusSession(librus_simulator.credentials, hosts=librus_simulator.hosts) as session:
        client = session.for_child(librus_simulator.children[0].id)
        assert _begins(refusal(librus_simulator, client, get), said)


@pytest.mark.parametrize(
    ("get", "said"),
    [
        (WEBSITE, "This client does not read the messages' website. .*session.for_child_wiadomosci"),
        (PHONE, "The back end of the phone application needs the family account"),
        (Changes.register(NOBODY), r"The list of changes \(ChangeRegister\) needs the family account"),
        (Changes.list(NOBODY, "5"), r"The list of changes \(PushChanges\) needs the family account"),
        (
            Notifications.center(NOBODY),
            r"The notification centre \(NotificationCenter\) needs the family account",
        ),
    ],
)
def test_with_a_login_of_the_school(librus_simulator: Simulator, get: Get[Any], said: str) -> None:
    with _gateway(librus_simulator) as session:
        assert _begins(refusal(librus_simulator, session.for_child(), get), said)


def test_the_way_to_free_messages_fits_either_account(librus_simulator: Simulator) -> None:
    librus_simulator.messages_unpaid()
    with _gateway(librus_simulator) as session, pytest.raises(LibrusPermissionError) as caught:
        session.for_child().messages.unread()
    told = f"{caught.value.message} {caught.value.details['hint']}"
    assert "session.for_child_wiadomosci" in told
    assert "(child)" not in told


def _gateway(sim: Simulator) -> LibrusSession:
    return LibrusSession.from_gateway_credentials(sim.gateway_credentials(), hosts=sim.hosts)


def _begins(text: str, pattern: str) -> bool:
    return re.match(pattern, text) is not None
