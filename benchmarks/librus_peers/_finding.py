"""What a scene found about a library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """A cell of the table.

    Attributes:
        text: what stands in it.
        score: what it is compared by, the weightiest first and less is better; None: nothing to compare.
    """

    text: str
    score: Sequence[float] | None
