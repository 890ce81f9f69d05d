"""Decoders of the family portal's answers.

They are plain functions and no endpoints: the portal is asked by the sign-in and refresh flows, which take
them as arguments. Bodies hold tokens, so no row's content is kept, and neither is the body.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final, TypeVar

import msgspec

from ._decode import BROKEN, Misfit, decoder, finish, misfit_of, open_envelope, read, sift, split
from .portal import ChildAccount, PortalMe, SynergiaAccounts
from .rows import Rows

__all__ = ["decode_account", "decode_accounts", "decode_portal_me"]

_ACCOUNT: Final[msgspec.json.Decoder[ChildAccount]] = decoder(ChildAccount)
_ME: Final[msgspec.json.Decoder[PortalMe]] = decoder(PortalMe)

T = TypeVar("T")


class _Modified(msgspec.Struct, gc=False):
    """What stands beside the accounts; whatever it is, it must not decide whether a family can sign in."""

    stamp: Any = msgspec.field(name="lastModification", default=None)


_MODIFIED: Final = msgspec.json.Decoder(_Modified)


def decode_accounts(body: bytes, endpoint: str, strict: bool = False) -> SynergiaAccounts:
    """Decode the list of linked children; an account that does not fit never costs the others.

    Raises:
        LibrusResponseValidationError: the answer is no such list, or ``strict`` is set and an account is odd.
    """
    outcome = read(body, _read_accounts)
    del body
    rejected = () if isinstance(outcome, Misfit) else outcome.accounts.rejected
    return finish(outcome, rejected, endpoint, strict=strict)


def _read_accounts(body: bytes) -> SynergiaAccounts | Misfit:
    member = open_envelope(body, "accounts")
    if isinstance(member, Misfit):
        return member
    members = split(member, "$.accounts")
    if isinstance(members, Misfit):
        return members
    fitting, odd = sift(members, "$.accounts", _ACCOUNT, keep=False)
    stamp = _MODIFIED.decode(body).stamp
    return SynergiaAccounts(
        last_modification=stamp if type(stamp) is int else None, accounts=Rows(fitting, rejected=odd)
    )


def decode_account(body: bytes, endpoint: str, strict: bool = False) -> ChildAccount:
    """Decode one linked child, as a token refresh answers. Raises LibrusResponseValidationError."""
    outcome = read(body, partial(_read, _ACCOUNT))
    del body
    return finish(outcome, (), endpoint, strict=strict)


def decode_portal_me(body: bytes, endpoint: str, strict: bool = False) -> PortalMe:
    """Decode the parent's portal account. Raises LibrusResponseValidationError."""
    outcome = read(body, partial(_read, _ME))
    del body
    return finish(outcome, (), endpoint, strict=strict)


def _read(one: msgspec.json.Decoder[T], body: bytes) -> T | Misfit:
    try:
        return one.decode(body)
    except BROKEN as error:
        return misfit_of(body, error)
