"""The portal's models: nothing personal is shown, and no token leaves its box."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import msgspec
import pytest

from librus_sdk.errors import LibrusResponseValidationError, LibrusSchemaWarning
from librus_sdk.models import ChildAccount, PortalMe, PortalSubscription
from librus_sdk.models.decoding import decode_account, decode_accounts, decode_portal_me
from librus_sdk.secret import Secret
from tests.models.samples import MARKER, account_row, everything_shown, fixture


def body_of(**members: Any) -> bytes:
    return json.dumps(members).encode()


def account(**changes: Any) -> ChildAccount:
    return decode_account(body_of(**account_row(**changes)), "fresh")


def test_accounts() -> None:
    sent = fixture("SynergiaAccounts", "three_shapes_of_scopes")
    accounts = decode_accounts(sent, "SynergiaAccounts", strict=True)
    assert accounts.last_modification == 1774600000
    first, second, third = accounts.accounts
    assert [child.id for child in accounts.accounts] == ["101", "102", "103"]
    assert (first.scopes, second.scopes, third.scopes) == (None, ("mobile_apps", "Messages"), None)
    assert first.access_token == Secret("TOKEN-MARKER-1")
    assert (third.state, third.login, third.student_name) == (
        "requires_an_action",
        "LOGIN-MARKER-3",
        "NAME-MARKER Trzy",
    )
    assert accounts.accounts.raw == b""
    assert "MARKER" not in repr(accounts) + repr(first) + str(first) + repr(list(accounts.accounts))


def test_the_summary_uses_the_names_on_the_wire_and_has_no_token() -> None:
    assert account(scopes=["a"]).summary() == {
        "id": 101,
        "accountIdentifier": "a-101",
        "group": "parent",
        "login": f"login-{MARKER}",
        "studentName": f"Name {MARKER}",
        "state": "active",
        "scopes": ["a"],
    }
    assert account(id="101").summary()["id"] == "101"
    assert account().summary()["scopes"] is None


def test_the_repr_shows_id_group_and_state() -> None:
    child = account()
    assert repr(child) == "ChildAccount(id='101', group='parent', state='active')"
    assert child.__rich_repr__() == [("id", "101"), ("group", "parent"), ("state", "active")]
    assert MARKER not in f"{child}{child!r}"


def test_an_account_is_neither_pickled_nor_encoded() -> None:
    child = account()
    with pytest.raises(TypeError) as refused:
        pickle.dumps(child)
    assert MARKER not in str(refused.value)
    for encode in (msgspec.json.encode, msgspec.msgpack.encode, msgspec.to_builtins):
        with pytest.raises(TypeError) as refused:
            encode(child)
        assert MARKER not in str(refused.value)
    assert MARKER not in repr(msgspec.structs.asdict(child)["access_token"])
    assert copy.deepcopy(child) == child


def test_one_odd_account_costs_no_other() -> None:
    odd = [account_row(id=1), account_row(id=2, accessToken=None), MARKER, account_row(id=3)]
    with pytest.warns(LibrusSchemaWarning) as caught:
        accounts = decode_accounts(body_of(accounts=odd, lastModification=MARKER), "SynergiaAccounts")
    assert [child.id for child in accounts.accounts] == ["1", "3"]
    assert accounts.last_modification is None
    assert [(row.path, row.reason) for row in accounts.accounts.rejected] == [
        ("$.accounts[1].accessToken", "Expected a token"),
        ("$.accounts[2]", "Expected `object`, got `str`"),
    ]
    # Such a row may hold a token: its content is not kept.
    assert {row.raw for row in accounts.accounts.rejected} == {b""}
    assert MARKER not in str(caught[0].message)


def test_strict_refuses_an_odd_account() -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        decode_accounts(body_of(accounts=[account_row(login=None)]), "SynergiaAccounts", strict=True)
    assert refused.value.details == {
        "endpoint": "SynergiaAccounts",
        "issues": ["$.accounts[0].login: Expected `str`, got `null`"],
    }


def test_a_family_without_children() -> None:
    assert len(decode_accounts(body_of(accounts=[], lastModification=1), "SynergiaAccounts").accounts) == 0


@pytest.mark.parametrize("sent", [{}, {"accounts": None}, {"accounts": {}}, {"accounts": MARKER}])
def test_no_list_of_accounts(sent: dict[str, Any]) -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        decode_accounts(body_of(**sent), "SynergiaAccounts")
    assert MARKER not in everything_shown(refused.value)


@pytest.mark.parametrize("missing", sorted(account_row().keys() - {"scopes"}))
def test_what_an_account_must_have(missing: str) -> None:
    row = account_row()
    del row[missing]
    with pytest.raises(LibrusResponseValidationError) as refused:
        decode_account(body_of(**row), "fresh")
    assert refused.value.details["issues"] == [f"$: Object missing required field `{missing}`"]
    assert refused.value.__cause__ is refused.value.__context__ is None
    assert MARKER not in everything_shown(refused.value)


def test_an_account_may_have_no_scopes_and_more_than_we_know() -> None:
    row = account_row(new=MARKER)
    del row["scopes"]
    assert decode_account(body_of(**row), "fresh").scopes is None


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        ({"subscription": {"state": "active", "slots": None, "more": 1}}, PortalSubscription(state="active")),
        ({"subscription": {"state": 5}}, PortalSubscription()),
        ({"subscription": {}}, PortalSubscription()),
        ({"subscription": None}, None),
        ({"subscription": []}, None),
        ({"subscription": "none"}, None),
        ({}, None),
    ],
)
def test_portal_me(sent: dict[str, Any], state: PortalSubscription | None) -> None:
    me = decode_portal_me(body_of(identifier=77, email=f"{MARKER}@example.test", **sent), "Me")
    assert me == PortalMe(identifier="77", email=f"{MARKER}@example.test", subscription=state)
    assert MARKER not in repr(me) + repr(me.__rich_repr__())


@pytest.mark.parametrize(
    "body", [b"", b"<html>" + MARKER.encode(), b'{"identifier": 7}', b"[]", b'{"identifier']
)
def test_no_portal_me(body: bytes) -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        decode_portal_me(body, "Me")
    assert MARKER not in everything_shown(refused.value)
