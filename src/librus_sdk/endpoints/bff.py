"""Messages on the phone application's own back end (BFF)."""

from __future__ import annotations

from typing import ClassVar

from ..models.bff import BffMessage
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint
from ._shapes import rows

__all__ = ["BffMessages"]


class BffMessages(Family[C]):
    """Received messages on the phone application's own back end, for research.

    It is ``client.messages`` of a client made with ``for_child_bff``. By its name it is a test host of
    Librus; it may vanish, and it may need a paid subscription.
    """

    family: ClassVar[str] = "bff"

    @endpoint("listBffMessages", tag="messages")
    def list(self) -> Get[Rows[BffMessage]]:
        """Read the received messages. Private. Whether that marks any as read is not known."""
        return Get("Messages", rows("inboxMessages", BffMessage), place="bff")
