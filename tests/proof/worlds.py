"""The worlds that are searched: together they let the adversary do everything, and each stays small."""

from __future__ import annotations

from typing import Final

from .model import Setup

CALL: Final = (0, False)
SIBLING: Final = (1, False)
EXPLICIT: Final = (0, True)
THREE: Final = (CALL, CALL, CALL)
ODD: Final = frozenset({"foreign", "same", "dead"})

WORLDS: Final = (
    Setup("revoked twice", THREE, budget={"revoke": 2, "fail": 1, "cancel": 1}),
    Setup("interrupted", THREE, budget={"revoke": 1, "fail": 1, "cancel": 1, "abandon": 1}),
    Setup("interrupted, revoked twice", (CALL, CALL), budget={"revoke": 2, "abandon": 1}),
    Setup("terminal", THREE, budget={"revoke": 2, "terminal": 1, "cancel": 1}),
    Setup("cold start", THREE, warm=False, budget={"revoke": 1, "fail": 1, "cancel": 1}),
    Setup("cold start, interrupted", THREE, warm=False, budget={"fail": 1, "cancel": 1, "abandon": 1}),
    Setup(
        "news",
        THREE,
        budget={"revoke": 1, "offer": 1, "old offer": 1, "foreign offer": 1, "fail": 1},
    ),
    Setup("stale news", (CALL, CALL), budget={"revoke": 2, "offer": 1, "stale offer": 1, "fail": 1}),
    Setup("refused for ever", (CALL,), budget={"revoke": 3, "offer": 3}),
    Setup("late answer", (CALL, CALL), budget={"revoke": 2, "drop": 1, "fail": 1, "cancel": 1}),
    Setup(
        "explicit refresh",
        (CALL, CALL, EXPLICIT),
        budget={"revoke": 1, "fail": 1, "terminal": 1, "cancel": 1},
    ),
    Setup(
        "login and close",
        (CALL, CALL),
        budget={"revoke": 1, "fail": 1, "terminal": 1, "reset": 1, "close": 1, "offer": 1},
    ),
    Setup("odd server", (CALL, CALL, EXPLICIT), odd=ODD, budget={"revoke": 1, "odd": 1, "fail": 1}),
    Setup(
        "declared lifetime",
        (CALL, CALL),
        declared=True,
        budget={"age": 2, "fail": 1, "terminal": 1},
    ),
    Setup(
        "declared lifetime, revoked", (CALL, CALL), declared=True, budget={"age": 1, "fail": 1, "revoke": 1}
    ),
    Setup("expired while it slept", (CALL,), declared=True, budget={"age": 6}),
    Setup("assumed lifetime", (CALL, CALL), declared=False, budget={"age": 2, "revoke": 1}),
    Setup("assumed lifetime, failing", (CALL, CALL), declared=False, budget={"age": 2, "fail": 1}),
    Setup("assumed lifetime, three", THREE, declared=False, budget={"age": 1, "fail": 1, "cancel": 1}),
    Setup(
        "two tiers",
        (CALL, CALL, SIBLING),
        portal=True,
        budget={"revoke": 1, "kill": 1, "fail": 1, "cancel": 1},
    ),
    Setup(
        "two tiers, cold",
        (CALL, SIBLING),
        portal=True,
        warm=False,
        budget={"revoke": 1, "kill": 1, "cancel": 1},
    ),
    Setup(
        "two tiers, everything fails",
        (CALL, SIBLING),
        portal=True,
        odd=ODD,
        budget={"revoke": 1, "kill": 1, "fail": 1, "terminal": 1, "odd": 1, "abandon": 1},
    ),
    Setup(
        "two tiers, explicit refresh",
        (CALL, EXPLICIT),
        portal=True,
        budget={"kill": 1, "fail": 1, "terminal": 1, "cancel": 1, "abandon": 1},
    ),
)

FOUR: Final = (CALL, CALL, CALL, CALL)
SLOW_WORLDS: Final = (
    Setup("in line", THREE, warm=False, budget={"revoke": 3}),
    Setup("interrupted, revoked twice, three", THREE, budget={"revoke": 2, "abandon": 1}),
    Setup("four, revoked twice", FOUR, budget={"revoke": 2, "fail": 1, "cancel": 1}),
    Setup("four, terminal", FOUR, budget={"revoke": 2, "terminal": 1, "cancel": 1}),
    Setup(
        "everything at once", THREE, budget={"revoke": 2, "fail": 1, "terminal": 1, "cancel": 1, "abandon": 1}
    ),
    Setup(
        "four, two tiers",
        (CALL, CALL, SIBLING, SIBLING),
        portal=True,
        budget={"revoke": 2, "kill": 1, "fail": 1, "cancel": 1},
    ),
    Setup(
        "declared lifetime, three",
        THREE,
        declared=True,
        budget={"age": 2, "fail": 1},
    ),
)
