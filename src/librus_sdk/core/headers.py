"""What requests say they come from. Librus was seen to answer these; what it makes of others is not known."""

from __future__ import annotations

from typing import Final

__all__ = ["APP_AGENT", "APP_HEADERS", "BROWSER_AGENT", "UNPACKED"]

APP_AGENT: Final = (
    "user-agent",
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Mobile/15E148 LibrusMobileApp"
    ),
)
BROWSER_AGENT: Final = (
    "user-agent",
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/140.0.0.0 Safari/537.36"
    ),
)
"""A browser on a desk. The websites, the messages' among them, are made for one."""

# What the phone app sends.
APP_HEADERS: Final = (("origin", "app://librus"), APP_AGENT)
# A file is not to be packed on the way.
UNPACKED: Final = ("accept-encoding", "identity")
