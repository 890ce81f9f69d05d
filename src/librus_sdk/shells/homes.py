"""What a session has on one event loop, and how it is cleared away when the loop or the session ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Final

from .places import Places

if TYPE_CHECKING:
    from .edge_tasks import TaskEdge

__all__ = ["Home"]


class Home:
    """What belongs to one event loop: places, connections, flights."""

    def __init__(self, places: int) -> None:
        self.places = Places(places)
        self.data: TaskEdge | None = None
        self.private: TaskEdge | None = None
        self.flights: set[asyncio.Task[None]] = set()
        self.name: Final = object()
        self._keeper: AsyncGenerator[None, None] | None = None

    async def settle_in(self) -> None:
        """See to it that the connections do not outlive the loop.

        A loop that shuts down closes the asynchronous generators that were begun on it (``asyncio.run`` does
        so); ours is suspended in front of closing the connections.
        """
        if self._keeper is None:
            self._keeper = self._keep()
            await anext(self._keeper)

    async def _keep(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            for edge in (self.data, self.private):
                if edge is not None:
                    await edge.aclose()
            self.data = self.private = None

    async def move_out(self) -> None:
        """Cancel the flights and close the connections."""
        for task in self.flights:
            task.cancel()
        if self.flights:
            await asyncio.wait(self.flights)
        # Two closings may come here at once, and a generator can be closed by one only.
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            await keeper.aclose()
