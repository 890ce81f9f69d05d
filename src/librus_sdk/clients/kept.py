"""How the credentials of a session are written down for a store, and read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, astuple, dataclass
from typing import Any, Final, Literal, Protocol

import msgspec

from ..core.keeping import Document, Kept
from ..errors import LibrusSdkError
from ..flows.shared import PATIENCE_S, Shared
from ..flows.token_pair import TokenPair
from ..models.decoding import decode_accounts
from ..models.portal import ChildAccount, SynergiaAccounts
from ..secret import Secret
from ..settings import Hosts
from ..shells.keeping import Keeping
from ..shells.store import StoreKey
from .options import Parts

__all__ = ["AccountsAsText", "BearerAsText", "CookiesAsText", "TokensAsText", "child_name", "shared_by"]

LIST_LASTS_S: Final = 12 * 3600.0
"""How old a kept list of children may be: a child that is linked today is to be seen today."""


def shared_by(kind: Literal["family", "school"], account: Secret | None, parts: Parts) -> Shared:
    """Return how the renewals of this account (e-mail address or login) are shared.

    Raises:
        LibrusConfigurationError: the store cannot tell where it would keep them.
    """
    if parts.store is None:
        return Shared(None, parts.ports)
    hosts = parts.settings.hosts
    key = StoreKey.of(kind, account, astuple(hosts), usual_hosts=hosts == Hosts())
    patience_s = min(PATIENCE_S, parts.settings.flight_timeout_s / 2)
    keeping = Keeping(parts.store.shelf(key), key, parts.ports, rest_s=patience_s / 2)
    return Shared(keeping, parts.ports, patience_s)


def child_name(child_id: str) -> str:
    """Return what a child's token is kept under."""
    return f"child:{child_id}"


@dataclass(frozen=True, slots=True)
class _AsText:
    """A credential as most are: taken at any age, outlives the sign-in, is renewed without the old one."""

    name: str
    _: KW_ONLY
    most_s: float | None = None
    dies_with_sign_in: bool = False
    begins_renewal: bool = False
    only_kept: bool = False


@dataclass(frozen=True, slots=True)
class BearerAsText(_AsText):
    """A child's token."""

    def payloads(self, secret: Secret) -> Mapping[str, Secret]:
        """Return the token."""
        return {self.name: secret}

    def secret(self, document: Document) -> Secret | None:
        """Return the token that is kept."""
        kept = document.entries.get(self.name)
        return kept.payload if kept is not None and kept.payload else None


@dataclass(frozen=True, slots=True)
class CookiesAsText(_AsText):
    """The cookies of a sign-in, the mark of a known device among them."""

    begins_renewal: bool = True

    def payloads(self, secret: Any) -> Mapping[str, Secret]:
        """Return the cookies as text."""
        return {self.name: secret.written()}

    def secret(self, document: Document) -> Any | None:
        """Return a jar with the cookies that are kept."""
        from ..shells.wire import Jar

        kept = document.entries.get(self.name)
        return None if kept is None else Jar.of(kept.payload)


class _Pair(msgspec.Struct, omit_defaults=True):
    access: str
    refresh: str

    def __repr__(self) -> str:
        return "<pair>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


@dataclass(frozen=True, slots=True)
class TokensAsText(_AsText):
    """The portal's pair of tokens. One whose renewing token is refused is worth nothing any more."""

    dies_with_sign_in: bool = True
    begins_renewal: bool = True
    only_kept: bool = True

    def payloads(self, secret: TokenPair) -> Mapping[str, Secret]:
        """Return the pair as text."""
        pair = _Pair(secret.access.reveal(), secret.refresh.reveal())
        return {self.name: Secret(msgspec.json.encode(pair).decode())}

    def secret(self, document: Document) -> TokenPair | None:
        """Return the pair that is kept."""
        kept = document.entries.get(self.name)
        return None if kept is None else _pair_of(kept)


def _pair_of(kept: Kept) -> TokenPair | None:
    try:
        pair = msgspec.json.decode(kept.payload.reveal(), type=_Pair)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return TokenPair(Secret(pair.access), Secret(pair.refresh), kept.expires_at)


class _Book(Protocol):
    @property
    def accounts(self) -> SynergiaAccounts: ...


@dataclass(frozen=True, slots=True)
class AccountsAsText(_AsText):
    """The list of children, each with its newest token; their tokens are kept with it, one by one.

    Attributes:
        book: makes of a list what the slot holds.
    """

    book: Any
    _: KW_ONLY
    most_s: float | None = LIST_LASTS_S

    def payloads(self, secret: _Book) -> Mapping[str, Secret]:
        """Return the list and the tokens; nothing when there are rows in it that nobody could read."""
        found = secret.accounts
        if found.accounts.rejected:
            return {}
        tokens = {child_name(row.id): row.access_token for row in found.accounts}
        return {self.name: _text_of(found), **tokens}

    def secret(self, document: Document) -> Any | None:
        """Return the list that is kept, with the tokens the children have by now."""
        kept = document.entries.get(self.name)
        if kept is None:
            return None
        try:
            found = decode_accounts(kept.payload.reveal().encode(), self.name, strict=True)
        except LibrusSdkError:
            return None
        rows = (_with_token(row, document) for row in found.accounts)
        return self.book(msgspec.structs.replace(found, accounts=type(found.accounts)(rows)))


def _text_of(found: SynergiaAccounts) -> Secret:
    return Secret(
        msgspec.json.encode(
            {
                "lastModification": found.last_modification,
                "accounts": [
                    {**row.summary(), "accessToken": row.access_token.reveal()} for row in found.accounts
                ],
            }
        ).decode()
    )


def _with_token(row: ChildAccount, document: Document) -> ChildAccount:
    """Return the row with the token that is kept by itself: it is the row's, or a newer one."""
    own = document.entries.get(child_name(row.id))
    if own is None:
        return row
    return msgspec.structs.replace(row, access_token=own.payload)
