"""``python -m benchmarks.peers NAME``: put one library through the experiments; prints one JSON document."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
from importlib.metadata import version

from ._adapters import PEERS
from ._experiments import EXPERIMENTS
from ._loopback import Loopback


def main() -> None:
    logging.disable()
    peer = PEERS[sys.argv[1]]
    findings = {}
    for name, experiment in EXPERIMENTS.items():
        with Loopback() as server, contextlib.redirect_stderr(io.StringIO()):
            try:
                findings[name] = experiment(peer, server)
            except Exception as error:  # noqa: BLE001  (one that cannot be measured says so in its cell)
                findings[name] = f"not measured ({type(error).__name__}: {error})"
    sys.stdout.write(json.dumps({"version": version(peer.name), "findings": findings}))


if __name__ == "__main__":
    main()
