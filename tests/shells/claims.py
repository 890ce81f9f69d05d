"""What tests of stores have in common: an account, taking its claim, what is in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol, TypeVar

from librus_sdk import Secret
from librus_sdk.shells.store import Claim, StoreKey

__all__ = ["KEY", "STEM", "claimed", "keep", "names"]

KEY: Final = StoreKey.of("family", Secret("zofia@example.invalid"), ("portal", "api"), usual_hosts=True)
STEM: Final = f"family-{KEY.owner[:16]}"
"""What the names of this account's files begin with."""

ClaimT_co = TypeVar("ClaimT_co", bound=Claim, covariant=True)


class _Claimable(Protocol[ClaimT_co]):
    def claim(self) -> ClaimT_co | None: ...


def claimed(shelf: _Claimable[ClaimT_co]) -> ClaimT_co:
    """The claim, which nobody else has."""
    claim = shelf.claim()
    assert claim is not None
    return claim


def keep(shelf: _Claimable[Claim], content: Secret) -> None:
    """Write a document, and give the claim back."""
    claim = claimed(shelf)
    claim.save(content)
    claim.release()


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())
