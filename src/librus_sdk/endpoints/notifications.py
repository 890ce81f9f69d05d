"""What the mobile application is told to notify about."""

from __future__ import annotations

from typing import ClassVar

from ..models.notifications import NotificationCenter, PushConfigurations
from ..settings import API_V3
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
            LibrusUnsupportedBackendError: with a login issued by the school; nothing is sent.
        """
        # The gateway has the path, but answered every account that was tried without any JSON. As an answer
        # without JSON may also mean that the session died, asking there would only cost a renewal.
        decode = one("NotificationCenter", NotificationCenter)
        return Get("NotificationCenter", decode, backends=frozenset({API_V3}))

    @endpoint("getPushConfigurations", tag="notifications")
    def push_configurations(self) -> Get[PushConfigurations]:
        """Read which changes the account is told about by push."""
        return Get("PushConfigurations", root(PushConfigurations))
