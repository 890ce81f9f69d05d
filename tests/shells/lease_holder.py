"""A process that holds a lease, told line by line what to do.

``python -m tests.shells.lease_holder URL LEASE_S``
"""

from __future__ import annotations

import sys

from librus_sdk import Secret
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.shells.redis_store import RedisStore
from librus_sdk.shells.store import StoreKey

__all__ = ["KEY"]

KEY = StoreKey.of("family", Secret("anna@example.org"), ("https://portal.example",), usual_hosts=False)


def main(url: str, lease_s: str) -> None:
    shelf = RedisStore(url, lease_s=float(lease_s)).shelf(KEY)
    claim = None
    for line in sys.stdin:
        word, _, text = line.rstrip("\n").partition(" ")
        answer = word
        if word == "claim":
            claim = shelf.claim()
            answer = "not held" if claim is None else "held"
        elif claim is not None:
            try:
                if word == "save":
                    claim.save(Secret(text))
                else:
                    claim.release()
            except LibrusConfigurationError as error:
                answer = f"refused: {error.message}"
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
