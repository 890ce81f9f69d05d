"""How often something is asked, and how long Librus is left alone afterwards, as the documentation has it.

Written down like :mod:`tests.faults.expected`: nothing here asks the client.
"""

from __future__ import annotations

from typing import Final

from tests.faults.faults import Fault
from tests.faults.kinds import Kind

__all__ = ["NAMED", "ONE_QUESTION", "asked_again", "due_s", "most_posts"]

ATTEMPTS: Final = 3
LONGEST_WAIT_S: Final = 30.0
"""Who is asked to wait longer than this fails at once."""

SENT_ONCE: Final = frozenset(
    {
        # What carries a password, a token or a code that works once, or a form.
        *("form", "oauth", "oauth.form", "code", "web.login", "auto", "register", "key", "download"),
        # The steps behind a form, and the ways to the messages: each hands in what the one before gave.
        *("2fa", "perform", "grant", "back", "landing"),
        *("cross", "centre", "enter", "logon", "entered", "school.enter"),
        # What reaches people.
        *("send", "reply", "withdraw"),
    }
)
ANNOUNCES: Final = frozenset({"start", "web.form", "extend", "pages", "school_file", "homework_file"})
"""Where trouble is told on a page that speaks of a technical break, which nobody asks for again."""

SCHOOLS_PASSWORD: Final = frozenset({"web.login", "2fa", "perform", "grant", "back", "alive"})
APPS_PASSWORD: Final = frozenset({"oauth.form", "authorized", "consent", "code"})
SCHOOLS_SIGN_IN: Final = SCHOOLS_PASSWORD | {"start", "web.form", "extend", "extended"}
PASSWORD_RESTS_S: Final = 60.0
SIGN_IN_RESTS_S: Final = 300.0
BREAKS: Final = frozenset(
    {
        *("school_file", "homework_file", "extend", "start", "web.form", "cross", "centre", "enter"),
        *("school.enter", "web.login", "2fa", "perform", "grant", "back"),
    }
)
"""Where a 503 is a page that speaks of a technical break."""
BREAK_S: Final = 30.0
LONGEST_BREAK_S: Final = 3600.0

NAMED: Final = SENT_ONCE | ANNOUNCES | SCHOOLS_SIGN_IN | APPS_PASSWORD | BREAKS
"""All kinds of endpoints that are named here."""
ONE_QUESTION: Final = "sandbox.check_key"
"""A POST that asks whether a file is there yet, as its page does every few seconds."""


def asked_again(kind: Kind, fault: Fault) -> int:
    """How many requests meet a fault that would pass, while a call lasts."""
    too_long = fault.asks_s is not None and fault.asks_s > LONGEST_WAIT_S
    status = (fault.how or {}).get("status", 0)
    announced = kind.name in ANNOUNCES and status >= 500
    return 1 if kind.name in SENT_ONCE or too_long or announced else ATTEMPTS


def due_s(kind: Kind, fault: Fault, gone_s: float) -> float | None:
    """How long the error of a 429 or 503 says to leave Librus alone; ``gone_s`` seconds have passed since."""
    asked = fault.asks_s
    if asked is not None and fault.dated:
        asked = max(0.0, asked - gone_s)
    status = (fault.how or {})["status"]
    after_password_s = PASSWORD_RESTS_S if kind.name in SCHOOLS_PASSWORD | APPS_PASSWORD else 0.0
    if kind.name in BREAKS and status == 503:
        return max(after_password_s, BREAK_S if asked is None else min(asked, LONGEST_BREAK_S))
    if kind.name in SCHOOLS_SIGN_IN and asked is None and status == 429:
        return SIGN_IN_RESTS_S
    return max(asked or 0.0, after_password_s) if after_password_s else asked


def most_posts(endpoint: str, fault: Fault) -> int:
    """How often a call may POST to an endpoint (or PUT), at most: passwords, letters and tokens go out once.

    A token that is refused is followed by another one, which is no repetition.
    """
    refuses = (fault.how or {}).get("status") == 401
    if endpoint == "oauth.token":  # a token that has ended, a code, and another code where that is refused
        return 3 if refuses else 2
    if endpoint == "ChangeRegister" and refuses:  # harmless, so that it goes out with the next token
        return 2
    return 1
