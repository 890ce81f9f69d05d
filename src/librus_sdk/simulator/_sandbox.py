"""The store that files are fetched from: one-time keys, and how long a file is in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ._files import File
from ._school import Child

if TYPE_CHECKING:
    from ._state import State

__all__ = ["LinkForm", "Offer", "Sandbox"]

LinkForm = Literal["page", "key"]


@dataclass(slots=True, eq=False, repr=False)
class Offer:
    """A file that lies ready, or will.

    Attributes:
        form: ``page`` lies under a waiting page of its own, ``key`` is asked for by its key.
        polls: how many times the store still says that the file is not there yet.
        failed: the file never comes.
    """

    file: File
    child: Child | None
    form: LinkForm
    polls: int
    failed: bool


@dataclass(eq=False, repr=False)
class Sandbox:
    """The files on offer. Guarded by the lock of ``State``."""

    _state: State
    polls: int = 1
    failures: int = 0
    offers: dict[str, Offer] = field(default_factory=dict)

    def offer(self, file: File, *, child: Child | None = None, form: LinkForm = "page") -> str:
        """Put a file where whoever knows the address can fetch it, once; returns the address."""
        key = self._state.random_text(40)
        self._state.ever_secret.add(key)
        failed, self.failures = self.failures > 0, max(self.failures - 1, 0)
        self.offers[key] = Offer(file, child, form, self.polls, failed)
        host = self._state.hosts.sandbox
        if form == "page":
            return f"{host}/GetFile/{key}"
        return f"{host}/index.php?action=CSTryToDownload&singleUseKey={key}"
