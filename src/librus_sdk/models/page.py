"""A list that comes page by page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from .rows import Rejected, Rows

__all__ = ["Page"]

T_co = TypeVar("T_co", covariant=True)


class Page(Rows[T_co]):
    """One page of a list: records like in :class:`Rows`, and where they stand in the whole of it."""

    __slots__ = ("_limit", "_page", "_total")

    def __init__(
        self,
        items: Iterable[T_co],
        *,
        rejected: Iterable[Rejected] = (),
        raw: bytes = b"",
        page: int,
        limit: int,
        total: int | None = None,
    ) -> None:
        super().__init__(items, rejected=rejected, raw=raw)
        self._page = page
        self._limit = limit
        self._total = total

    @property
    def page(self) -> int:
        """Its number, from 1."""
        return self._page

    @property
    def limit(self) -> int:
        """How many records a page has at most, from 1."""
        return self._limit

    @property
    def total(self) -> int | None:
        """How many there are on all pages; None where Librus does not say."""
        return self._total

    @property
    def has_more(self) -> bool:
        """Whether there is a page after this one; where Librus does not say, whether this one is full."""
        here = len(self) + len(self.rejected)
        if self.total is None:
            return self.limit <= here
        return here > 0 and self.page * self.limit < self.total

    def _besides(self) -> dict[str, Any]:
        return {**super()._besides(), "page": self._page, "limit": self._limit, "total": self._total}
