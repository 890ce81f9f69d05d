"""What the mobile application is told to notify about."""

from __future__ import annotations

from typing import ClassVar

from ..models.notifications import NotificationCenter, PushConfigurations
from ._declare import C, Family, Get, endpoint
from ._shapes import one, root

__all__ = ["Notifications"]


class Notifications(Family[C]):
    """What the mobile application is told to notify about."""

    family: ClassVar[str] = "notifications"

    @endpoint("getNotificationCenter", tag="notifications")
    def center(self) -> Get[NotificationCenter]:
        """Read the notification centre.

        Raises:
            LibrusResponseValidationError: among others when Librus sends nothing at all, as the sibling API
                was seen to do.
        """
        return Get("NotificationCenter", one("NotificationCenter", NotificationCenter))

    @endpoint("getPushConfigurations", tag="notifications")
    def push_configurations(self) -> Get[PushConfigurations]:
        """Read which changes the account is told about by push."""
        return Get("PushConfigurations", root(PushConfigurations))
