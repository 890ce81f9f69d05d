"""A list that comes page by page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from .rows import Rejected, Rows

__all__ = ["Page"]

T_co = TypeVar("T_co", covariant=True)


class Page(Rows[T_co]):
    """One page of a list: records like in :class:`Rows`, and where they stand in the whole of it.

    Attributes:
        page: its number, from 1.
        limit: how many records a page has at most.
        total: how many there are on all pages; None where Librus does not say.
    """

    __slots__ = ("limit", "page", "total")

    def __init__(
        self,
        items: Iterable[T_co],
        *,
        rejected: Iterable[Rejected] = (),
        raw: bytes = b"",
        page: int = 1,
        limit: int = 0,
        total: int | None = None,
    ) -> None:
        super().__init__(items, rejected=rejected, raw=raw)
        self.page = page
        self.limit = limit
        self.total = total

    @property
    def has_more(self) -> bool:
        """Whether there is a page after this one; where Librus does not say, whether this one is full."""
        here = len(self) + len(self.rejected)
        if self.total is None:
            return 0 < self.limit <= here
        return here > 0 and self.page * self.limit < self.total

    def __reduce__(self) -> tuple[Any, ...]:
        where = (self.page, self.limit, self.total)
        return (_restore, (tuple(self), self.rejected, self.raw, *where))


def _restore(
    items: tuple[Any, ...],
    rejected: tuple[Rejected, ...],
    raw: bytes,
    page: int,
    limit: int,
    total: int | None,
) -> Page[Any]:
    return Page(items, rejected=rejected, raw=raw, page=page, limit=limit, total=total)
