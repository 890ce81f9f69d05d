"""The SDK's own sentences in words of the command line, where they name what programs call."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["FREE_MESSAGES", "rephrased"]

FREE_MESSAGES: Final = "librus messages list --backend wiadomosci"

_SAID: Final = (
    # That they need a subscription has been said just before.
    (
        re.compile(
            r"(?<=no paid subscription\.) On this API Librus opens messages to accounts with its paid "
            r"subscription only\."
        ),
        "",
    ),
    (
        re.compile(r"session\.for_child_wiadomosci, or librus messages with --backend wiadomosci"),
        FREE_MESSAGES,
    ),
    (re.compile(r"LibrusSession\.from_gateway_credentials, or "), ""),
    (
        re.compile(r"is another kind of account: GatewayCredentials\."),
        "is another kind of account; its password is LIBRUS_GATEWAY_PASSWORD.",
    ),
    (
        re.compile(r"sign in without OAuth\."),
        "set LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD instead.",
    ),
    # A command is a session of its own: the next one sends it.
    (re.compile(r" (?:The password is|They are) not sent again(?: by itself)? until you sign in anew\."), ""),
)


def rephrased(text: str) -> str:
    """Return a message without the names of Python and without what is true of one session only."""
    for sentence, words in _SAID:
        text = sentence.sub(words, text)
    return text
