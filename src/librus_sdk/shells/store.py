"""Where a session is kept between runs and shared between processes: what a store has to be able to do.

A store knows nothing of tokens: it keeps one document for each account, lets one process at a time renew what
is in it, and puts away a document that nobody can read.  What the document says is the business of
:mod:`librus_sdk.core.keeping`, and who asks a store for what that of :mod:`librus_sdk.flows.shared`.

A store may block for some milliseconds; it is called on a thread that may. Whatever it raises is told as an
event, and the session goes on as if nothing were kept.  After a ``TimeoutError`` or a
``ConnectionError`` it is left alone for some seconds, see :mod:`librus_sdk.shells.store_calls`.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, Protocol

from ..secret import Secret

__all__ = ["Claim", "SessionStore", "Shelf", "StoreKey"]


@dataclass(frozen=True, slots=True)
class StoreKey:
    """Whose session is kept, without saying who that is.

    Attributes:
        kind: a family account, or a login issued by the school.
        owner: a digest of the account and the hosts; empty where a session has no credentials.
        hosts: a digest of the hosts: credentials of one Librus are nothing to another.
        usual_hosts: whether those are the real ones.
    """

    kind: Literal["family", "school"]
    owner: str
    hosts: str
    usual_hosts: bool

    @classmethod
    def of(
        cls,
        kind: Literal["family", "school"],
        account: Secret | None,
        hosts: tuple[str, ...],
        *,
        usual_hosts: bool,
    ) -> StoreKey:
        """Return the key of this account (e-mail address or login) at these hosts."""
        place = _digest(*hosts)
        owner = "" if account is None else _digest(kind, account.reveal().strip().casefold(), *hosts)
        return cls(kind, owner, place, usual_hosts)


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Claim(Protocol):
    """The right to renew what is kept of one account, held by one process at a time."""

    def save(self, content: Secret) -> None:
        """Keep this document instead of any other: whole or not at all, and on the disk when this returns.

        Raises:
            Exception: it cannot be kept, or the right has gone to somebody else meanwhile.
        """
        ...

    def set_aside(self, reason: str) -> str:
        """Put the document there is out of the way, without losing it, and return where it is now.

        Args:
            reason: ``damaged``, ``foreign`` or ``newer``.
        """
        ...

    def remove(self) -> None:
        """Keep no document any more."""
        ...

    def release(self) -> None:
        """Give the right back. May be called again."""
        ...


class Shelf(Protocol):
    """The place of one account in a store. Safe to use from several threads."""

    def load(self) -> Secret | None:
        """Return the document that is kept; None when there is none. Needs no claim."""
        ...

    def claim(self) -> Claim | None:
        """Take the right to renew, at once; None while another process or session holds it."""
        ...


class SessionStore(Protocol):
    """Keeps sessions between runs; see :class:`~librus_sdk.FileStore`."""

    def shelf(self, key: StoreKey) -> Shelf:
        """Return the place of this account. Without I/O.

        Raises:
            LibrusConfigurationError: the store cannot tell where that would be.
        """
        ...
